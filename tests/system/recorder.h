/* Submits transactions one by one until the node is gone, and remembers what it was told: for
 * tests that take the node or its disk away. */
#ifndef TESTS_SYSTEM_RECORDER_H
#define TESTS_SYSTEM_RECORDER_H

#include "tests/live/live.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORDER_CHECK_BATCH = 500 };

/* A transaction that was answered as final. */
struct acknowledged {
	struct hash txid;
	uint64_t log_index;
};

struct recorder {
	pthread_t thread;
	const struct live_node *node;
	const struct workload *workload;
	atomic_size_t *next; /* transaction that nobody has sent */
	struct acknowledged *acknowledged;
	atomic_size_t count; /* of acknowledged; others may look */
	size_t unanswered;   /* submissions that the end of the node came in the middle of */
	size_t refused;      /* answered with an error: nothing was promised */
};

static inline void recorder_init(struct recorder *recorder, const struct live_node *node,
                                 const struct workload *workload, atomic_size_t *next)
{
	*recorder = (struct recorder){.node = node, .workload = workload, .next = next};
	recorder->acknowledged = calloc(workload->count, sizeof *recorder->acknowledged);
	ck_assert_ptr_nonnull(recorder->acknowledged);
}

static inline void recorder_close(struct recorder *recorder)
{
	free(recorder->acknowledged);
}

static inline void recorder_note(struct recorder *recorder,
                                 const struct live_connection *connection)
{
	const char *text = (const char *)connection->answer.at;
	const char *txid = strstr(text, "\"txid\":\"");
	struct acknowledged *note = &recorder->acknowledged[recorder->count];

	if (strstr(text, "\"error\":")) {
		recorder->refused++;
		return;
	}
	ck_assert_ptr_nonnull(txid);
	ck_assert(hex_decode(note->txid.bytes, HASH_SIZE, bytes_view(txid + 8, 2 * HASH_SIZE)));
	note->log_index = live_answer_u64(connection, "log_index");
	recorder->count++;
}

static inline void *recorder_run(void *argument)
{
	struct recorder *recorder = argument;
	struct live_connection connection;

	live_connect(&connection, recorder->node);
	connection.may_break = true;
	while (!connection.is_lost) {
		size_t index = atomic_fetch_add(recorder->next, 1);
		char text[1024] = {0}, params[1100];

		if (index >= recorder->workload->count)
			break;
		base64_encode(text, workload_tx(recorder->workload, index));
		snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
		if (live_call(&connection, "tx.submit_and_wait", params))
			recorder_note(recorder, &connection);
		else
			recorder->unanswered++;
	}
	live_disconnect(&connection);
	return NULL;
}

static inline void recorder_start(struct recorder *recorder)
{
	ck_assert_int_eq(pthread_create(&recorder->thread, NULL, recorder_run, recorder), 0);
}

static inline void recorder_join(struct recorder *recorder)
{
	pthread_join(recorder->thread, NULL);
}

static inline void recorder_ask(struct buffer *body, const struct acknowledged *notes,
                                size_t count)
{
	buffer_clear(body);
	for (size_t i = 0; i < count; i++) {
		char text[HASH_HEX_SIZE];

		hex_encode(text, hash_view(&notes[i].txid));
		buffer_printf(body,
		              "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.get_status\","
		              "\"params\":{\"txid\":\"%s\"}}",
		              i > 0 ? "," : "[", i, text);
	}
	buffer_append_text(body, "]");
	ck_assert_int_eq(body->status, STATUS_OK);
}

/* Is all that this recorder was ever told still so? */
static inline void recorder_check(const struct recorder *recorder,
                                  struct live_connection *connection)
{
	struct buffer body;

	buffer_init(&body, 1 << 20);
	for (size_t first = 0; first < recorder->count; first += RECORDER_CHECK_BATCH) {
		size_t left = recorder->count - first;
		size_t count = left < RECORDER_CHECK_BATCH ? left : RECORDER_CHECK_BATCH;
		const struct acknowledged *notes = recorder->acknowledged + first;
		json_t *answers;

		recorder_ask(&body, notes, count);
		ck_assert(live_send(connection, buffer_view(&body)));
		ck_assert(live_receive(connection, true));
		answers = json_loads((const char *)connection->answer.at, 0, NULL);
		ck_assert_uint_eq(json_array_size(answers), count);
		for (size_t i = 0; i < count; i++) {
			const json_t *result = json_object_get(json_array_get(answers, i), "result");
			const json_t *index = json_object_get(result, "log_index");

			ck_assert_msg(
				index && (uint64_t)json_integer_value(index) == notes[i].log_index,
				"an acknowledged transaction is lost or moved: %s",
				json_dumps(json_array_get(answers, i), 0));
		}
		json_decref(answers);
	}
	buffer_close(&body);
}

#endif
