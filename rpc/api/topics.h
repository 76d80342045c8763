/* What a subscription is to: topics, and a place in the ledger to begin after.
 *
 * A place is written "height.index". Transaction i of block h stands at h.i, the block's
 * own event behind them at h.n, n being how many there are. */
#ifndef RPC_API_TOPICS_H
#define RPC_API_TOPICS_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "rpc/api/error.h"

enum rpc_topic_kind {
	RPC_TOPIC_BLOCKS,  /* "blocks" */
	RPC_TOPIC_TXS,     /* "txs" */
	RPC_TOPIC_STREAM,  /* "stream:NAME", or its id */
	RPC_TOPIC_ACCOUNT, /* "account:ADDRESS", or its id */
};

struct rpc_topic {
	enum rpc_topic_kind kind;
	struct hash id;                    /* of the stream or account; else zeros */
	char text[RPC_TOPIC_SIZE_MAX + 1]; /* as it was written, with a NUL */
};

struct rpc_place {
	uint64_t height;
	uint64_t index;
};

struct rpc_feed_request {
	struct rpc_topic topics[RPC_TOPICS_MAX]; /* no two are the same */
	size_t topic_count;                      /* at least 1 when complete */
	bool from_head;                          /* after what is newest; else after `from` */
	struct rpc_place from;
};

/* One topic more. False: *fault says what is wrong with it, and nothing changed. */
MUST_CHECK bool rpc_topics_add(struct rpc_feed_request *request, struct bytes_view text,
                               struct rpc_fault *fault);

/* "head", or a place. */
MUST_CHECK bool rpc_topics_from(struct rpc_feed_request *request, struct bytes_view text,
                                struct rpc_fault *fault);

/* Digits, a point, digits: no sign, no leading zero, both below 2^64. */
MUST_CHECK bool rpc_place_read(struct rpc_place *place, struct bytes_view text);
void rpc_place_write(char text[RPC_EVENT_CURSOR_SIZE], struct rpc_place place);

/* The query of GET /v1/events: topics=A,B with %XX, and from=; each once, no others.
 *
 * In:  last_event_id  of the header line, which counts more than "from"; at NULL: none */
MUST_CHECK bool rpc_topics_query(struct rpc_feed_request *request,
                                 struct bytes_view query, struct bytes_view last_event_id,
                                 struct rpc_fault *fault);

#endif
