/* A mesh of any shape, lines that lose messages and break: every node gets every transaction in
 * the end, nobody is asked more than he needs to be, and when all have all it is quiet. */
#include "tests/unit/p2p/relay_fixture.h"

enum { TXS = 60 };

/* Connected: each but the first dials one before it, and some more. */
static void make_mesh(void)
{
	for (uint16_t i = 1; i < MESH_NODES; i++)
		mesh_connect(i, (uint16_t)random_below(&mesh_random, i));
	for (uint32_t more = random_below(&mesh_random, 16); more > 0; more--)
		mesh_connect((uint16_t)random_below(&mesh_random, MESH_NODES),
		             (uint16_t)random_below(&mesh_random, MESH_NODES));
}

/* One line breaks and is there again. */
static void shake(void)
{
	uint16_t one = (uint16_t)random_below(&mesh_random, MESH_NODES);
	uint16_t other = (uint16_t)random_below(&mesh_random, MESH_NODES);

	if (one == other || relay_serial(mesh[one].relay, other) == 0)
		return;
	mesh_cut(one, other);
	mesh_connect(one, other);
}

static void check_bounds(void)
{
	size_t broken = 0;

	for (size_t i = 0; i < MESH_NODES; i++) {
		const struct relay *relay = mesh[i].relay;

		broken += mesh[i].blamed;
		broken += relay->tracker.count > TXS * MESH_NODES;
		broken += relay->held_count > RELAY_HELD_MAX;
		for (size_t number = 0; number < TXS; number++)
			broken += mesh[i].taken[number] > 2;
	}
	ck_assert_uint_eq(broken, 0);
}

START_TEST(all_get_all_over_lines_that_lose_and_break)
{
	size_t rounds = 0;

	mesh_start((uint64_t)_i);
	mesh_loss = random_below(&mesh_random, 25);
	make_mesh();
	for (size_t number = 0; number < TXS; number++) {
		mesh_admit((uint16_t)random_below(&mesh_random, MESH_NODES), number, RELAY_OWN);
		mesh_run(random_below(&mesh_random, 100));
		if (random_below(&mesh_random, 10) == 0)
			shake();
	}
	for (; mesh_lacking(TXS) > 0 && rounds < 1000; rounds++) {
		mesh_run(30000);
		check_bounds();
	}
	ck_assert_msg(mesh_lacking(TXS) == 0, "%zu are lacking", mesh_lacking(TXS));
	mesh_stop();
}
END_TEST

START_TEST(when_all_is_in_blocks_it_is_quiet)
{
	size_t sent;

	mesh_start((uint64_t)_i + 1000);
	make_mesh();
	for (size_t number = 0; number < TXS; number++)
		mesh_admit((uint16_t)random_below(&mesh_random, MESH_NODES), number, RELAY_OWN);
	mesh_run(30000);
	ck_assert_uint_eq(mesh_lacking(TXS), 0);
	for (size_t i = 0; i < MESH_NODES; i++)
		memset(mesh[i].has, 0, sizeof mesh[i].has);
	mesh_run(2 * TRACKER_LATE_MS);
	sent = mesh_sent[TYPE_INV] + mesh_sent[TYPE_REQ_TX] + mesh_sent[TYPE_TX];
	mesh_run(200000);
	ck_assert_uint_eq(mesh_sent[TYPE_INV] + mesh_sent[TYPE_REQ_TX] + mesh_sent[TYPE_TX], sent);
	for (size_t i = 0; i < MESH_NODES; i++)
		ck_assert_uint_eq(mesh[i].relay->tracker.count, 0);
	mesh_stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("relay_random");
	TCase *tests = tcase_create("relay_random");

	tcase_add_loop_test(tests, all_get_all_over_lines_that_lose_and_break, 0, 20);
	tcase_add_loop_test(tests, when_all_is_in_blocks_it_is_quiet, 0, 10);
	suite_add_tcase(suite, tests);
	return suite;
}
