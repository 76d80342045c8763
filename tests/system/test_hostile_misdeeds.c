/* One misdeed after the other at one node, each from a node of its own: what it answers is what a
 * sound node does, and it goes on answering others. And the program that does the same by hand. */
#include "tests/hostile/misdeeds.h"
#include "tests/system/hostile_scene.h"

#include <sys/wait.h>

enum { LOG_GROWTH_MAX = 256 << 10, MEMORY_GROWTH_MAX = 64 << 20 };

static uint64_t held_bytes(void)
{
	return live_metric(&node, "network_held_bytes");
}

START_TEST(each_misdeed_is_answered_as_it_should_be)
{
	double until_s;
	uint64_t memory;
	size_t descriptors;
	off_t log;

	(void)peer_count();
	descriptors = live_node_descriptors(&node);
	memory = live_node_peak_memory(&node);
	log = log_size();
	for (size_t i = 0; i < misdeed_count; i++) {
		enum answer answer = misdeeds[i].commit(&target, fresh_key());

		ck_assert_msg(answer == misdeeds[i].expected, "%s: %s, and not %s", misdeeds[i].name,
		              answer_text(answer), answer_text(misdeeds[i].expected));
		(void)peer_count();
	}
	/* Nothing of them is left. */
	until_s = live_now_s() + HOSTILE_PATIENCE_S;
	while (peer_count() > 0 || live_node_descriptors(&node) > descriptors + LOOP_OWN ||
	       held_bytes() > 0)
		ck_assert_msg(is_in_time(until_s), "%zu descriptors, %zu before; %llu bytes",
		              live_node_descriptors(&node), descriptors,
		              (unsigned long long)held_bytes());
	ck_assert_uint_lt(live_node_peak_memory(&node) - memory, MEMORY_GROWTH_MAX);
	ck_assert_int_lt(log_size() - log, LOG_GROWTH_MAX);
}
END_TEST

static int run_program(const char *arguments)
{
	char command[4400];
	int code;

	snprintf(command, sizeof command, "'%s/hostile-peer' %s", getenv("CAIRN_BIN_DIR"),
	         arguments);
	code = system(command);
	ck_assert(code >= 0 && WIFEXITED(code));
	return WEXITSTATUS(code);
}

START_TEST(the_program_says_whether_a_node_is_sound)
{
	char id[2 * COMPRESSED_KEY_SIZE + 1], genesis[2 * HASH_SIZE + 1], arguments[512];

	hex_encode(id, bytes_view(target.id.bytes, sizeof target.id.bytes));
	hex_encode(genesis, bytes_view(target.genesis.bytes, HASH_SIZE));
	snprintf(arguments, sizeof arguments, "127.0.0.1:%u %s --genesis %s --times 3 no-type",
	         target.port, id, genesis);
	ck_assert_int_eq(run_program(arguments), 0);
	await_lines("peer_gone", "it broke the protocol", 3);
	snprintf(arguments, sizeof arguments, "127.0.0.1:%u %s --genesis %s no-such-misdeed",
	         target.port, id, genesis);
	ck_assert_int_eq(run_program(arguments), 2);
	ck_assert_int_eq(run_program("--list"), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hostile_misdeeds");
	TCase *cases = tcase_create("misdeeds");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, each_misdeed_is_answered_as_it_should_be);
	tcase_add_test(cases, the_program_says_whether_a_node_is_sound);
	suite_add_tcase(suite, cases);
	return suite;
}
