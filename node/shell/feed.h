/* One subscription as a machine: which event is next, and what has to be read to know it.
 *
 * The network's log is the order of all events: a leaf of it is a transaction or, behind
 * those of its block, the block itself. Each topic is a list of leaves that ascends; the
 * feed merges up to RPC_TOPICS_MAX of them. Nothing is read here: feed_next says what to
 * look for, the caller looks in pieces as large as it likes and says what it found.
 *
 *                        ┌────────── feed_matched, feed_searched ◄──┐
 *                        ▼                                          │
 *     feed_init ──► feed_next ──► FEED_SEARCH: a topic's next leaf ─┘
 *                    ▲   │
 *                    │   ├──────► FEED_EVENT: of a leaf, for these topics ──► feed_sent ─┐
 *                    │   └──────► FEED_IDLE: nothing up to the head                      │
 *                    └───────────────────────────────────────────────────────────────────┘
 *
 * A leaf may match at any time after the head has grown, and is never given twice. */
#ifndef NODE_SHELL_FEED_H
#define NODE_SHELL_FEED_H

#include "rpc/api/topics.h"

/* What is known of a topic: no leaf from where the feed began up to `next` is left that
 * matches. */
struct feed_topic {
	struct rpc_topic topic;
	uint64_t next;
	bool is_match;     /* `next` itself does */
	uint64_t position; /* of a stream: the first record not before `next`, for the caller */
	bool has_position;
};

struct feed {
	struct feed_topic topics[RPC_TOPICS_MAX];
	size_t topic_count;
	struct rpc_place cursor; /* of the last event that was given, or where it began after */
};

enum feed_want {
	FEED_IDLE,
	FEED_SEARCH,
	FEED_EVENT,
};

struct feed_step {
	enum feed_want want;
	size_t topic;       /* of FEED_SEARCH */
	uint64_t log_index; /* of the event; of FEED_SEARCH the first that counts */
	bool matches[RPC_TOPICS_MAX]; /* of FEED_EVENT: the topics that have it */
};

/* In:  cursor  what the place `next` stands behind
 *      next    log index of the first leaf that counts */
void feed_init(struct feed *feed, const struct rpc_feed_request *request,
               struct rpc_place cursor, uint64_t next);

/* In:  head  leaves of the log, all final; never less than before */
struct feed_step feed_next(const struct feed *feed, uint64_t head);

/* The topic's first leaf, not below what FEED_SEARCH said. */
void feed_matched(struct feed *feed, size_t topic, uint64_t log_index);

/* It has none below `end`, which is above what FEED_SEARCH said, or the same if the search
 * has moved on in another way (feed_topic.position). */
void feed_searched(struct feed *feed, size_t topic, uint64_t end);

/* The event was given, and stood at `place`. */
void feed_sent(struct feed *feed, const struct feed_step *step, struct rpc_place place);

#endif
