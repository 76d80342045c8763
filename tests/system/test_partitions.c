/* Four validators, each in a network of its own (namespaces of the kernel), joined by a bridge.
 * Links between them are cut and healed: who has a quorum goes on, who has none decides nothing,
 * and all have one chain in the end. */
#include "tests/system/trials.h"

#include <stdarg.h>

enum { P2P_PORT = 17470 };

static struct trial trial;
static char prefix[16]; /* of all names here: several runs at once do not meet */

static bool run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	return system(command) == 0;
}

static void remove_spaces(void)
{
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		run("ip netns del %sn%zu 2>/dev/null", prefix, i);
	run("ip netns del %sb 2>/dev/null", prefix);
}

/* A bridge in a namespace of its own; node i is 10.77.0.1i on it. False: that is not allowed. */
static bool make_spaces(void)
{
	bool done;

	snprintf(prefix, sizeof prefix, "ct%d", (int)getpid() % 100000);
	done = run("ip netns add %sb 2>/dev/null && ip -n %sb link add br0 type bridge 2>/dev/null "
	           "&& ip -n %sb link set br0 up",
	           prefix, prefix, prefix);
	for (size_t i = 0; i < TRIAL_VALIDATORS && done; i++)
		done = run("ip netns add %sn%zu && "
		           "ip -n %sb link add v%zu type veth peer name eth0 netns %sn%zu && "
		           "ip -n %sb link set v%zu master br0 up && "
		           "ip -n %sn%zu addr add 10.77.0.1%zu/24 dev eth0 && "
		           "ip -n %sn%zu link set eth0 up && ip -n %sn%zu link set lo up",
		           prefix, i, prefix, i, prefix, i, prefix, i, prefix, i, i, prefix, i,
		           prefix, i);
	if (!done)
		remove_spaces();
	return done;
}

/* What node `from` sends to node `to` gets lost from now on, or does not any more. */
static void cut(size_t from, size_t to)
{
	ck_assert(run("ip -n %sn%zu route add blackhole 10.77.0.1%zu/32", prefix, from, to));
}

static void cut_both(size_t a, size_t b)
{
	cut(a, b);
	cut(b, a);
}

static void heal(void)
{
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		ck_assert(run("ip -n %sn%zu route flush type blackhole", prefix, i));
}

/* Until the node has the height: how long that takes is said, and is no part of the test. */
static void heal_and_await(size_t node, uint64_t height)
{
	double start_s;

	heal();
	start_s = live_now_s();
	trial_await(&trial.nodes[node], height);
	printf("%.1f s after the links are healed node %zu is there\n", live_now_s() - start_s, node);
}

static void find_id(char id[80], const struct live_node *node)
{
	char command[4500];
	FILE *said;

	snprintf(command, sizeof command, "'%s' id --data-dir '%s' | sed -n 's/^node_id *//p'",
	         node->program, node->folder);
	said = popen(command, "r");
	ck_assert_ptr_nonnull(said);
	ck_assert_int_eq(fscanf(said, "%79s", id), 1);
	pclose(said);
}

/* Each listens on the bridge, and is told where the others are. False: skipped. */
static bool begin(void)
{
	char peers[TRIAL_VALIDATORS * 110] = "";

	if (!make_spaces()) {
		fprintf(stderr, "skipped: network namespaces cannot be made here\n");
		return false;
	}
	memset(&trial, 0, sizeof trial);
	trial.node_count = TRIAL_VALIDATORS;
	live_network_make(trial.nodes, TRIAL_VALIDATORS, 0, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++) {
		char id[80];

		find_id(id, &trial.nodes[i]);
		snprintf(peers + strlen(peers), sizeof peers - strlen(peers), "%s%s@10.77.0.1%zu:%d",
		         i > 0 ? "," : "", id, i, P2P_PORT);
	}
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++) {
		struct live_node *node = &trial.nodes[i];

		snprintf(node->space, sizeof node->space, "%sn%zu", prefix, i);
		snprintf(node->settings[0], sizeof node->settings[0], "CAIRN_P2P_LISTEN=10.77.0.1%zu:%d",
		         i, P2P_PORT);
		ck_assert_uint_lt(strlen(peers) + 20, sizeof node->settings[1]);
		snprintf(node->settings[1], sizeof node->settings[1], "CAIRN_P2P_PEERS=%s", peers);
		live_node_restart(node);
	}
	trial_prepare(&trial);
	return true;
}

static void end(void)
{
	trial_check(&trial);
	trial_end(&trial);
	remove_spaces();
}

static uint32_t cut_ms(void)
{
	return trial_is_long() ? 40000 : 4000;
}

/* And who asks the fourth is told of nothing that is final. */
START_TEST(three_go_on_without_the_fourth_that_is_cut_off)
{
	uint64_t height, alone;
	size_t told;

	if (!begin())
		return;
	trial_record(&trial, 0);
	trial_record(&trial, 3);
	trial_await(&trial.nodes[0], 20);
	for (size_t i = 0; i < 3; i++)
		cut_both(i, 3);
	alone = trial_height(&trial.nodes[3]);
	told = trial.recorders[3].count;
	height = trial_height(&trial.nodes[0]);
	trial_await(&trial.nodes[0], height + 20);
	trial_pause_ms(cut_ms());
	/* What was under way may have arrived. */
	ck_assert_uint_le(trial_height(&trial.nodes[3]), alone + 2);
	ck_assert_uint_le(trial.recorders[3].count, told + 2);
	heal_and_await(3, trial_height(&trial.nodes[0]));
	end();
}
END_TEST

START_TEST(two_and_two_decide_nothing_until_they_meet_again)
{
	uint64_t heights[TRIAL_VALIDATORS], top;

	if (!begin())
		return;
	trial_record(&trial, 0);
	trial_record(&trial, 2);
	trial_await(&trial.nodes[0], 20);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 2; k < TRIAL_VALIDATORS; k++)
			cut_both(i, k);
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		heights[i] = trial_height(&trial.nodes[i]);
	trial_pause_ms(cut_ms());
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		ck_assert_uint_le(trial_height(&trial.nodes[i]), heights[i] + 2);
	top = trial_height(&trial.nodes[0]);
	/* What was under way may be final with the first message. */
	heal_and_await(0, top + 3);
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		trial_await(&trial.nodes[i], top + 10);
	end();
}
END_TEST

/* One is heard by nobody; in the other case it hears nobody. */
START_TEST(a_link_that_is_cut_one_way_stops_nobody_else)
{
	uint64_t height;

	if (!begin())
		return;
	trial_record(&trial, 0);
	trial_await(&trial.nodes[0], 20);
	for (size_t i = 0; i < 3; i++)
		cut(_i == 0 ? 3 : i, _i == 0 ? i : 3);
	height = trial_height(&trial.nodes[0]);
	trial_await(&trial.nodes[0], height + 20);
	trial_pause_ms(cut_ms());
	heal_and_await(3, trial_height(&trial.nodes[0]));
	end();
}
END_TEST

/* No link fails for long, and each fails often. */
START_TEST(links_that_come_and_go_lose_nothing)
{
	struct random random = random_from(102);
	int rounds = trial_is_long() ? 60 : 6;

	if (!begin())
		return;
	trial_record_all(&trial);
	for (int i = 0; i < rounds; i++) {
		size_t a = random_below(&random, TRIAL_VALIDATORS);
		size_t b = (a + 1 + random_below(&random, TRIAL_VALIDATORS - 1)) % TRIAL_VALIDATORS;

		cut(a, b);
		if (i % 2 == 0)
			cut(b, a);
		trial_pause_ms(500 + random_below(&random, 1000));
		heal();
		trial_pause_ms(random_below(&random, 500));
	}
	trial_await(&trial.nodes[1], trial_height(&trial.nodes[1]) + 10);
	end();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("partitions");
	TCase *cases = tcase_create("partitions");

	tcase_add_test(cases, three_go_on_without_the_fourth_that_is_cut_off);
	tcase_add_test(cases, two_and_two_decide_nothing_until_they_meet_again);
	tcase_add_loop_test(cases, a_link_that_is_cut_one_way_stops_nobody_else, 0, 2);
	tcase_add_test(cases, links_that_come_and_go_lose_nothing);
	suite_add_tcase(suite, cases);
	return suite;
}
