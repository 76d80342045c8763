/* The events of a node over one connection: GET /v1/events, read as they come. Who wants
 * to go on when it ended opens the next one behind the place that was reached. */
#ifndef WALLET_CLI_EVENT_SOURCE_H
#define WALLET_CLI_EVENT_SOURCE_H

#include "rpc/api/topics.h"
#include "wallet-cli/event_reader.h"
#include "wallet-cli/http_handle.h"

#include <jansson.h>

struct event {
	const char *type; /* "block", "tx", or what a later node may add */
	struct rpc_place place;
	const json_t *json; /* the whole object; borrowed, as all here, until it returns */
};

struct event_visitor {
	void *owner;
	/* Both: false, no more is wanted. The stream stands behind this place: told at its
	 * beginning. */
	bool (*on_place)(void *owner, struct rpc_place place);
	bool (*on_event)(void *owner, const struct event *event);
};

struct event_source {
	const struct node_address *address;
	const struct event_visitor *visitor;
	CURL *curl;
	struct event_reader reader;
	struct buffer answer;         /* one that is no stream of events */
	char reason[CURL_ERROR_SIZE]; /* libcurl's own sentence */
	struct failure failure;       /* what is wrong with what came; else empty */
	uint64_t heard_ms;            /* when the node said something last */
	struct rpc_place place;       /* nothing at or before it may come any more */
	bool has_place;
	bool is_streaming; /* the node's answer is a stream of events */
	bool is_enough;
};

/* How a connection ended. */
enum event_source_end {
	EVENT_SOURCE_ENOUGH,  /* the visitor wanted no more */
	EVENT_SOURCE_GONE,    /* the node went away, or was not there: *failure says how */
	EVENT_SOURCE_LOCKED,  /* it does not know our cookie: *failure */
	EVENT_SOURCE_REFUSED, /* it will not do, whoever tries again: *failure */
};

/* In:  address, visitor  must outlive it
 *      topics            as "blocks", "stream:notes"; they are the node's to judge
 *      from              "head", or a place; NULL: the node's default
 *
 * Nothing is sent yet. Not EXIT_CODE_OK: *failure says why, and there is nothing to
 * close. */
MUST_CHECK enum exit_code event_source_init(struct event_source *source,
                                            const struct node_address *address,
                                            const struct event_visitor *visitor,
                                            const char *const *topics, size_t topic_count,
                                            const char *from, struct failure *failure);
void event_source_close(struct event_source *source);

/* Opens a connection and reads it to its end. It goes on behind `source->place` where
 * `source->has_place`, and moves it; the caller may set both before. */
MUST_CHECK enum event_source_end event_source_run(struct event_source *source,
                                                  struct failure *failure);

#endif
