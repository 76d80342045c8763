/* What was looked up for one subscriber and the next one asks as well: a thousand who wait for
 * the same stream look for its next record once.
 *
 * The first leaf of a topic from some leaf on never changes once there is one: what is final
 * stays. That there is none holds up to the head that it was said of. */
#ifndef NODE_SHELL_FEED_MEMO_H
#define NODE_SHELL_FEED_MEMO_H

#include "rpc/api/topics.h"

/* Topics that are remembered; others that fall on the same slot take turns. */
enum { MEMO_SLOTS = 64, MEMO_TEXT_MAX = 32 << 10 };

struct memo {
	bool is_used;
	enum rpc_topic_kind kind;
	struct hash id;
	uint64_t from;     /* the search began at this leaf */
	uint64_t head;     /* and looked so far, if it found none */
	uint64_t found;    /* UINT64_MAX: none */
	uint64_t position; /* of a stream: the record there, or the first there is none of */

	uint64_t text_of;  /* the leaf whose records `text` are; 0: of none */
	uint8_t *text;     /* owned */
	size_t text_size;
};

struct memos {
	struct memo slots[MEMO_SLOTS];
};

void memos_close(struct memos *memos);

/* NULL: it is not known. */
const struct memo *memo_find(const struct memos *memos, const struct rpc_topic *topic,
                             uint64_t from, uint64_t head);

/* In:  found  its text and text_of are not looked at */
void memo_keep(struct memos *memos, const struct rpc_topic *topic,
               const struct memo *found);

/* The records of a leaf as JSON, without brackets; empty: they are not known. */
struct bytes_view memo_text(const struct memos *memos, const struct rpc_topic *topic,
                            uint64_t log_index);

/* Copied; not kept if it is too long, or memory is out. */
void memo_keep_text(struct memos *memos, const struct rpc_topic *topic,
                    uint64_t log_index, struct bytes_view text);

#endif
