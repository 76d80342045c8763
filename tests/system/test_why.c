/* Four real validators, and what they say when some of them are gone: who is missing is named,
 * by each of those who are left, and no more when he is back. */
#include "tests/system/recorder.h"

#include <jansson.h>
#include <signal.h>
#include <time.h>

enum { VALIDATORS = 4, PATIENCE_S = 60 };

static struct live_node nodes[VALIDATORS];
static char names[VALIDATORS][128]; /* what sentences call them */

static json_t *ask(const struct live_node *node, const char *method)
{
	struct live_connection connection;
	const char *text;
	json_t *answer, *result;

	live_connect(&connection, node);
	text = live_call(&connection, method, "{}");
	ck_assert_ptr_nonnull(text);
	answer = json_loads(text, 0, NULL);
	result = json_incref(json_object_get(answer, "result"));
	ck_assert_msg(result != NULL, "%s: %s", method, text);
	json_decref(answer);
	live_disconnect(&connection);
	return result;
}

static void find_name(size_t index)
{
	json_t *state = ask(&nodes[index], "consensus.get_state");
	const json_t *validator;
	size_t i;

	json_array_foreach (json_object_get(state, "validators"), i, validator)
		if (json_is_true(json_object_get(validator, "self")))
			snprintf(names[index], sizeof names[index], "%s",
			         json_string_value(json_object_get(validator, "name")));
	ck_assert_uint_gt(strlen(names[index]), 0);
	json_decref(state);
}

static bool says(const json_t *why, const char *text)
{
	const json_t *reason;
	size_t i;

	json_array_foreach (json_object_get(why, "reasons"), i, reason)
		if (strstr(json_string_value(reason), text))
			return true;
	return false;
}

/* Asks until the state is `wanted`, or is not where `is_wanted` is false: an answer is waited
 * for, and time is only what it must not take. Gives that answer. */
static json_t *await_state(const struct live_node *node, const char *wanted, bool is_wanted)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 50000000};

	for (;;) {
		json_t *why = ask(node, "consensus.why");
		const char *state = json_string_value(json_object_get(why, "state"));

		if ((strcmp(state, wanted) == 0) == is_wanted)
			return why;
		ck_assert_msg(live_now_s() < until_s, "the node with %s stays %s", node->log, state);
		json_decref(why);
		nanosleep(&pause, NULL);
	}
}

/* Until it says so. */
static void await_words(const struct live_node *node, const char *text)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 50000000};

	for (;;) {
		json_t *why = ask(node, "consensus.why");
		bool found = says(why, text);

		json_decref(why);
		if (found)
			return;
		ck_assert_msg(live_now_s() < until_s, "the node with %s never says '%s'", node->log,
		              text);
		nanosleep(&pause, NULL);
	}
}

static void start(void)
{
	live_network_make(nodes, VALIDATORS, 0, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < VALIDATORS; i++)
		live_node_restart(&nodes[i]);
	for (size_t i = 0; i < VALIDATORS; i++) {
		await_words(&nodes[i], "4 of 4 validators are heard of");
		find_name(i);
	}
}

static void stop(void)
{
	live_network_remove(nodes, VALIDATORS);
}

static void begin_work(struct recorder *recorder, struct workload *workload,
                       atomic_size_t *next)
{
	struct live_connection connection;

	live_connect(&connection, &nodes[0]);
	workload_make(workload, &connection, 20, 1);
	live_disconnect(&connection);
	recorder_init(recorder, &nodes[0], workload, next);
}

START_TEST(with_two_of_four_gone_both_are_named_until_one_is_back)
{
	struct recorder recorder;
	struct workload workload;
	atomic_size_t next = 0;
	json_t *why;

	begin_work(&recorder, &workload, &next);
	json_decref(await_state(&nodes[0], "idle", true));
	live_node_kill(&nodes[2]);
	live_node_kill(&nodes[3]);
	for (size_t i = 0; i < 2; i++) {
		char both[2][300];

		why = await_state(&nodes[i], "no_quorum", true);
		ck_assert(says(why, "2 of 4 validators are heard of, 3 are needed"));
		snprintf(both[0], sizeof both[0], ": %s, %s", names[2], names[3]);
		snprintf(both[1], sizeof both[1], ": %s, %s", names[3], names[2]);
		ck_assert(says(why, both[0]) || says(why, both[1]));
		for (size_t k = 2; k < VALIDATORS; k++) {
			snprintf(both[0], sizeof both[0], "%s: not connected, last heard of", names[k]);
			ck_assert_msg(says(why, both[0]), "%s", both[0]);
		}
		json_decref(why);
	}
	/* With something to do, it says what it waits for besides. */
	recorder_start(&recorder);
	await_words(&nodes[0], "waiting for ");
	json_decref(await_state(&nodes[0], "no_quorum", true));
	live_node_restart(&nodes[2]);
	recorder_join(&recorder);
	ck_assert_uint_eq(recorder.count, 20);
	json_decref(await_state(&nodes[0], "idle", true));
	await_words(&nodes[0], "3 of 4 validators are heard of");
	why = ask(&nodes[0], "consensus.why");
	ck_assert(says(why, "no transaction waits"));
	ck_assert(says(why, names[3]));
	ck_assert(!says(why, names[2]));
	json_decref(why);
	recorder_close(&recorder);
	workload_free(&workload);
}
END_TEST

/* Connected and mute: the kernel still answers for it. */
START_TEST(validators_that_stand_still_are_named_too)
{
	json_t *why;
	char text[300];

	for (size_t i = 2; i < VALIDATORS; i++)
		ck_assert_int_eq(kill(nodes[i].process, SIGSTOP), 0);
	why = await_state(&nodes[1], "no_quorum", true);
	for (size_t i = 2; i < VALIDATORS; i++) {
		snprintf(text, sizeof text, "%s: connected but silent", names[i]);
		ck_assert_msg(says(why, text), "%s", text);
	}
	json_decref(why);
	for (size_t i = 2; i < VALIDATORS; i++)
		ck_assert_int_eq(kill(nodes[i].process, SIGCONT), 0);
	await_words(&nodes[1], "4 of 4 validators are heard of");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("why");
	TCase *cases = tcase_create("why");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, with_two_of_four_gone_both_are_named_until_one_is_back);
	tcase_add_test(cases, validators_that_stand_still_are_named_too);
	suite_add_tcase(suite, cases);
	return suite;
}
