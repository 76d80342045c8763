/* A server over a backend whose ledger is a counter, for the tests of connections that
 * stream: event n stands at n.0. */
#ifndef TESTS_UNIT_RPC_STREAMS_FIXTURE_H
#define TESTS_UNIT_RPC_STREAMS_FIXTURE_H

#include "tests/support/event_stream.h"
#include "tests/support/websocket_client.h"
#include "tests/unit/rpc/server_fixture.h"

#include <stdatomic.h>
#include <time.h>

static struct fixture fixture;

struct rpc_feed {
	uint64_t next;
};

static atomic_uint_fast64_t head;
static atomic_size_t event_size; /* bytes of padding in each event */
static atomic_size_t open_feeds, given_events;
static atomic_bool is_broken; /* the next step fails */

static inline struct rpc_feed *
open_feed(void *owner, const struct rpc_feed_request *request, struct rpc_fault *fault)
{
	struct rpc_feed *feed;

	(void)owner;
	if (request->from.height > head) {
		rpc_fault_set(fault, RPC_INVALID_PARAMS, "beyond the head");
		return NULL;
	}
	feed = calloc(1, sizeof *feed);
	ck_assert_ptr_nonnull(feed);
	feed->next = (request->from_head ? head : request->from.height) + 1;
	open_feeds++;
	return feed;
}

static inline enum rpc_feed_step step_feed(void *owner, struct rpc_feed *feed,
                                           struct rpc_event *event,
                                           struct rpc_fault *fault)
{
	(void)owner;
	if (is_broken) {
		rpc_fault_set(fault, RPC_PRUNED, "block %d is gone", 7);
		return RPC_FEED_ENDED;
	}
	if (feed->next > head)
		return RPC_FEED_IDLE;
	event->type = "tx";
	event->place = (struct rpc_place){feed->next, 0};
	buffer_clear(&event->members);
	buffer_printf(&event->members, "\"cursor\":\"%llu.0\",\"padding\":\"%0*d\"",
	              (unsigned long long)feed->next, (int)event_size, 0);
	feed->next++;
	given_events++;
	return RPC_FEED_EVENT;
}

static inline struct rpc_place feed_place(const struct rpc_feed *feed)
{
	return (struct rpc_place){feed->next - 1, 0};
}

static inline void close_feed(void *owner, struct rpc_feed *feed)
{
	(void)owner;
	open_feeds--;
	free(feed);
}

static inline void prepare(void)
{
	fixture = fixture_new();
	fixture.backend.feed_open = open_feed;
	fixture.backend.feed_step = step_feed;
	fixture.backend.feed_place = feed_place;
	fixture.backend.feed_close = close_feed;
	head = 0;
	event_size = 8;
	given_events = 0;
	is_broken = false;
}

static inline void start(void)
{
	prepare();
	fixture_start(&fixture);
}

static inline void stop(void)
{
	fixture_stop(&fixture);
	ck_assert_uint_eq(open_feeds, 0);
}

static inline void wake(void *server)
{
	rpc_server_wake_feeds(server);
}

static inline void grow(uint64_t count)
{
	head += count;
	run_there(&fixture, wake, fixture.server);
}

static inline void pause_briefly(void)
{
	struct timespec pause = {.tv_nsec = 2000000};

	nanosleep(&pause, NULL);
}

/* -- Clients ------------------------------------------------------------------------ */

static inline struct event_stream open_events(void)
{
	return event_stream_open(fixture.socket_path, "topics=txs", NULL);
}

static inline void expect_events(struct event_stream *stream, uint64_t first,
                                 uint64_t last)
{
	for (uint64_t i = first; i <= last; i++) {
		struct event event = event_stream_expect(stream);
		char id[48];

		snprintf(id, sizeof id, "%llu.0", (unsigned long long)i);
		ck_assert_str_eq(event.id, id);
		json_decref(event.data);
	}
}

static inline struct websocket_client open_socket(void)
{
	return websocket_open_path(fixture.socket_path);
}

/* The answer to one call, to be freed with json_decref. */
static inline json_t *call(struct websocket_client *socket, const char *method,
                           const char *params)
{
	char text[512];

	snprintf(text, sizeof text,
	         "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"%s\",\"params\":%s}", method,
	         params);
	websocket_send_text(socket, text);
	return websocket_expect(socket);
}

static inline void expect_result(struct websocket_client *socket, const char *method,
                                 const char *params, const char *wanted)
{
	json_t *answer = call(socket, method, params);
	char *text =
		json_dumps(json_object_get(answer, "result"), JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_msg(text != NULL, "%s: %s", method, error_message(answer));
	ck_assert_str_eq(text, wanted);
	free(text);
	json_decref(answer);
}

static inline void expect_notification(struct websocket_client *socket, int subscription,
                                       const char *cursor)
{
	json_t *text = websocket_expect(socket);
	const json_t *params = json_object_get(text, "params");

	ck_assert_str_eq(json_string_value(json_object_get(text, "method")), "sub.event");
	ck_assert_ptr_null(json_object_get(text, "id"));
	ck_assert_int_eq(json_integer_value(json_object_get(params, "subscription")),
	                 subscription);
	ck_assert_str_eq(json_string_value(json_object_get(params, "cursor")), cursor);
	json_decref(text);
}

#endif
