/* A node that peers misbehave at, seen from outside; for the files of the table of hostile
 * inputs. */
#ifndef TESTS_SYSTEM_HOSTILE_SCENE_H
#define TESTS_SYSTEM_HOSTILE_SCENE_H

#include "tests/hostile/hostile.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	HOSTILE_PATIENCE_S = 60,
	HOSTILE_KEYS = 250,
	LOOP_OWN = 1, /* descriptor that libuv opens for itself with the first peer */
};

static struct live_node node;
static struct hostile_target target;

/* A node that comes back at once is asked to wait: each is another one. */
static inline uint8_t fresh_key(void)
{
	static uint8_t count;

	count = (uint8_t)(count % HOSTILE_KEYS + 1);
	return count;
}

/* -- The node, from outside ---------------------------------------------------------------- */

static inline off_t log_size(void)
{
	struct stat facts;

	ck_assert_int_eq(stat(node.log, &facts), 0);
	return facts.st_size;
}

/* Lines of the log that have both. */
static inline size_t count_lines(const char *event, const char *text)
{
	FILE *file = fopen(node.log, "r");
	size_t count = 0;
	char line[2048];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, event) && strstr(line, text);
	fclose(file);
	return count;
}

static inline bool is_in_time(double until_s)
{
	struct timespec pause = {.tv_nsec = 5000000};

	nanosleep(&pause, NULL);
	return live_now_s() < until_s;
}

/* The node has seen so many of these. */
static inline void await_lines(const char *event, const char *text, size_t count)
{
	double until_s = live_now_s() + HOSTILE_PATIENCE_S;

	while (count_lines(event, text) < count)
		ck_assert_msg(is_in_time(until_s), "no %zu lines with %s, %s", count, event, text);
}

static inline uint64_t peer_count(void)
{
	struct live_connection connection;
	uint64_t count;

	live_connect(&connection, &node);
	live_call(&connection, "node.get_status", "{}");
	count = live_answer_u64(&connection, "peers");
	live_disconnect(&connection);
	return count;
}

static inline void start(void)
{
	/* Who fails before he is known is told of there. */
	setenv("CAIRN_NODE_LOG_LEVEL", "info,p2p=debug", 1);
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	hostile_find(&target, &node);
}

static inline void stop(void)
{
	live_node_stop(&node);
	live_node_remove(&node);
}

#endif
