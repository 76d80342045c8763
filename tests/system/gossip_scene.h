/* Where a real node is, and what it says of its peers: for tests of who meets whom. */
#ifndef TESTS_SYSTEM_GOSSIP_SCENE_H
#define TESTS_SYSTEM_GOSSIP_SCENE_H

#include "tests/system/recorder.h"

#include <time.h>

enum { PATIENCE_S = 60, NODE_PLACE_SIZE = 160 };

/* The first word behind `name` in what the program says. */
static inline void word_of(const char *command, const char *name, char *word, size_t size)
{
	FILE *pipe = popen(command, "r");
	char line[512];

	ck_assert_ptr_nonnull(pipe);
	*word = '\0';
	while (fgets(line, sizeof line, pipe)) {
		const char *at = strstr(line, name);

		if (at && !*word) {
			at += strlen(name);
			at += strspn(at, " =");
			snprintf(word, size, "%.*s", (int)strcspn(at, " \n"), at);
		}
	}
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert_uint_gt(strlen(word), 0);
}

/* Of a node that runs: node_id@host:port. */
static inline void place_of(const struct live_node *node, char place[NODE_PLACE_SIZE])
{
	char command[4300], id[80], address[64];

	snprintf(command, sizeof command, "%.4000s id --data-dir %s", node->program, node->folder);
	word_of(command, "node_id", id, sizeof id);
	snprintf(command, sizeof command, "grep ' ready ' %s", node->log);
	word_of(command, "p2p=", address, sizeof address);
	snprintf(place, NODE_PLACE_SIZE, "%s@%s", id, address);
}

static inline uint64_t status_of(const struct live_node *node, const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	ck_assert_ptr_nonnull(live_call(&connection, "node.get_status", "{}"));
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

static inline void await(const struct live_node *node, const char *name, uint64_t least)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (status_of(node, name) < least) {
		ck_assert_msg(live_now_s() < until_s, "%s of the node with %s stays below %llu", name,
		              node->log, (unsigned long long)least);
		nanosleep(&pause, NULL);
	}
}

/* Is it among the node's peers? */
static inline bool has_peer(const struct live_node *node, const char *place)
{
	struct live_connection connection;
	const char *answer;
	char id[67];
	bool is_there;

	snprintf(id, sizeof id, "%.66s", place);
	live_connect(&connection, node);
	answer = live_call(&connection, "peer.list", "{}");
	is_there = answer && strstr(answer, id);
	live_disconnect(&connection);
	return is_there;
}

static inline void await_peer(const struct live_node *node, const char *place)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (!has_peer(node, place)) {
		ck_assert_msg(live_now_s() < until_s, "the node with %s does not meet %s", node->log,
		              place);
		nanosleep(&pause, NULL);
	}
}

#endif
