/* A node that is killed at any instruction has, when it runs again, everything that it ever
 * answered as final, at the place that it answered. */
#include "tests/system/recorder.h"

#include <time.h>

enum { KILLS = 50, RECORDERS = 6, TXS = 60000 };

static void pause_ms(uint32_t milliseconds)
{
	struct timespec pause = {.tv_nsec = (long)milliseconds * 1000000};

	nanosleep(&pause, NULL);
}

START_TEST(nothing_acknowledged_is_lost_in_fifty_kills_under_load)
{
	struct recorder recorders[RECORDERS];
	struct random random = random_from(50);
	struct live_connection connection;
	struct workload workload;
	struct live_node node;
	atomic_size_t next = 0;
	size_t acknowledged = 0, unanswered = 0;

	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	live_connect(&connection, &node);
	workload_make(&workload, &connection, TXS, 2);
	live_disconnect(&connection);
	for (size_t i = 0; i < RECORDERS; i++)
		recorder_init(&recorders[i], &node, &workload, &next);
	for (int kill = 0; kill < KILLS; kill++) {
		for (size_t i = 0; i < RECORDERS; i++)
			recorder_start(&recorders[i]);
		/* When the kill comes is what is tried out here, not something waited for. */
		pause_ms(20 + random_below(&random, 200));
		live_node_kill(&node);
		for (size_t i = 0; i < RECORDERS; i++)
			recorder_join(&recorders[i]);
		live_node_restart(&node);
	}
	live_connect(&connection, &node);
	for (size_t i = 0; i < RECORDERS; i++) {
		recorder_check(&recorders[i], &connection);
		acknowledged += recorders[i].count;
		unanswered += recorders[i].unanswered;
		recorder_close(&recorders[i]);
	}
	live_disconnect(&connection);
	printf("%d kills: %zu acknowledged, %zu cut off in the middle, 0 lost\n", KILLS,
	       acknowledged, unanswered);
	/* Otherwise nothing was tried. */
	ck_assert_uint_gt(acknowledged, KILLS);
	ck_assert_uint_gt(unanswered, KILLS);
	live_node_stop(&node);
	live_node_remove(&node);
	workload_free(&workload);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("kill");
	TCase *tests = tcase_create("kill");

	tcase_add_test(tests, nothing_acknowledged_is_lost_in_fifty_kills_under_load);
	suite_add_tcase(suite, tests);
	return suite;
}
