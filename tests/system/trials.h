/* Four validators under load, perhaps with followers, and what is done to them: for tests that take
 * their time. Each is short unless LONG_TRIALS is set, as scripts/test.sh --long does. */
#ifndef TESTS_SYSTEM_TRIALS_H
#define TESTS_SYSTEM_TRIALS_H

#include "tests/system/recorder.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	TRIAL_VALIDATORS = 4,
	TRIAL_FOLLOWERS = 2,
	TRIAL_NODES_MAX = TRIAL_VALIDATORS + TRIAL_FOLLOWERS,
	TRIAL_TXS = 100000,
	TRIAL_TXS_SHORT = 20000,
	TRIAL_PATIENCE_S = 120,
};

struct trial {
	struct live_node nodes[TRIAL_NODES_MAX]; /* validators first */
	size_t node_count;
	struct workload workload;
	atomic_size_t next;
	struct recorder recorders[TRIAL_NODES_MAX];
	bool is_recording[TRIAL_NODES_MAX];
};

static inline bool trial_is_long(void)
{
	return getenv("LONG_TRIALS") != NULL;
}

static inline void trial_pause_ms(uint32_t milliseconds)
{
	struct timespec pause = {.tv_sec = milliseconds / 1000,
	                         .tv_nsec = (long)(milliseconds % 1000) * 1000000};

	nanosleep(&pause, NULL);
}

static inline uint64_t trial_ask(const struct live_node *node, const char *method,
                                 const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	ck_assert_ptr_nonnull(live_call(&connection, method, "{}"));
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

static inline uint64_t trial_height(const struct live_node *node)
{
	return trial_ask(node, "chain.get_head", "height");
}

/* Until the node's height is this, at least. */
static inline void trial_await(const struct live_node *node, uint64_t height)
{
	double until_s = live_now_s() + TRIAL_PATIENCE_S;

	while (trial_height(node) < height) {
		ck_assert_msg(live_now_s() < until_s, "the node with %s stays below height %llu",
		              node->log, (unsigned long long)height);
		trial_pause_ms(20);
	}
}

/* -- Load --------------------------------------------------------------------------------- */

/* One client at the node, from now on until the node goes or the trial ends. */
static inline void trial_record(struct trial *trial, size_t node)
{
	trial->is_recording[node] = true;
	recorder_start(&trial->recorders[node]);
}

static inline void trial_join(struct trial *trial, size_t node)
{
	if (trial->is_recording[node])
		recorder_join(&trial->recorders[node]);
	trial->is_recording[node] = false;
}

/* The nodes run; their transactions are signed; nobody sends any. */
static inline void trial_prepare(struct trial *trial)
{
	struct live_connection connection;

	live_connect(&connection, &trial->nodes[0]);
	workload_make(&trial->workload, &connection,
	              trial_is_long() ? TRIAL_TXS : TRIAL_TXS_SHORT, 2);
	live_disconnect(&connection);
	trial->next = 0;
	for (size_t i = 0; i < trial->node_count; i++)
		recorder_init(&trial->recorders[i], &trial->nodes[i], &trial->workload,
		              &trial->next);
}

static inline void trial_begin_with(struct trial *trial, size_t follower_count)
{
	memset(trial, 0, sizeof *trial);
	trial->node_count = TRIAL_VALIDATORS + follower_count;
	live_network_make(trial->nodes, TRIAL_VALIDATORS, follower_count,
	                  getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < trial->node_count; i++)
		live_node_restart(&trial->nodes[i]);
	trial_prepare(trial);
}

static inline void trial_begin(struct trial *trial)
{
	trial_begin_with(trial, 0);
}

static inline void trial_record_all(struct trial *trial)
{
	for (size_t i = 0; i < trial->node_count; i++)
		trial_record(trial, i);
}

static inline void trial_kill(struct trial *trial, size_t node)
{
	live_node_kill(&trial->nodes[node]);
	trial_join(trial, node);
}

static inline size_t trial_acknowledged(const struct trial *trial)
{
	size_t count = 0;

	for (size_t i = 0; i < trial->node_count; i++)
		count += trial->recorders[i].count;
	return count;
}

/* -- The end -------------------------------------------------------------------------------- */

/* Nobody voted twice, nobody thinks that anybody did, nobody is alarmed. */
static inline void trial_check_log(const struct live_node *node)
{
	static const char *const bad[] = {"validator_contradicts_itself", " alarm ",
	                                  "peer_blamed", "block_refused"};
	FILE *file = fopen(node->log, "r");
	char line[2048];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
			ck_assert_msg(!strstr(line, bad[i]), "%s: %s", node->log, line);
	fclose(file);
}

/* No node has evidence against anybody, and nobody was removed for any. */
static inline void trial_check_votes(const struct live_node *node)
{
	struct live_connection connection;
	const char *answer;
	size_t count = 0;

	live_connect(&connection, node);
	answer = live_call(&connection, "consensus.list_evidence", "{}");
	ck_assert_msg(answer && strstr(answer, "\"items\":[]"), "%s: %s", node->log, answer);
	answer = live_call(&connection, "consensus.list_validators", "{}");
	while (answer && (answer = strstr(answer, "\"vote_key\":"))) {
		count++;
		answer++;
	}
	ck_assert_uint_eq(count, TRIAL_VALIDATORS);
	live_disconnect(&connection);
}

/* What the node is asked for after the load: that it has everything, at its place. */
static inline void trial_check_node(struct trial *trial, const struct live_node *node)
{
	struct live_connection connection;

	live_connect(&connection, node);
	for (size_t i = 0; i < trial->node_count; i++)
		recorder_check(&trial->recorders[i], &connection);
	live_disconnect(&connection);
	trial_check_votes(node);
	trial_check_log(node);
}

/* The load ends; all come to the same chain, header for header, and so with the same state; all
 * that was ever acknowledged is at its place at each of them; no validator voted twice. */
static inline void trial_check(struct trial *trial)
{
	uint64_t top = 0;

	atomic_store(&trial->next, trial->workload.count);
	for (size_t i = 0; i < trial->node_count; i++)
		trial_join(trial, i);
	for (size_t i = 0; i < trial->node_count; i++)
		if (trial_height(&trial->nodes[i]) > top)
			top = trial_height(&trial->nodes[i]);
	for (size_t i = 0; i < trial->node_count; i++)
		trial_await(&trial->nodes[i], top);
	for (size_t i = 1; i < trial->node_count; i++)
		ck_assert_uint_ge(live_compare(&trial->nodes[0], &trial->nodes[i]), top);
	for (size_t i = 0; i < trial->node_count; i++)
		trial_check_node(trial, &trial->nodes[i]);
}

/* Each disk, looked at without the node: every signature, rule, root and certificate. */
static inline void trial_audit(struct trial *trial)
{
	for (size_t i = 0; i < trial->node_count; i++) {
		live_node_stop(&trial->nodes[i]);
		live_node_command(&trial->nodes[i], "audit");
	}
}

static inline void trial_end(struct trial *trial)
{
	for (size_t i = 0; i < trial->node_count; i++)
		recorder_close(&trial->recorders[i]);
	workload_free(&trial->workload);
	live_network_remove(trial->nodes, trial->node_count);
}

#endif
