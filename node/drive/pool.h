/* The pool: transactions that are verified and wait for a block, each once.
 *
 * Every sender has its own queue, first in first out, and a block takes from the queues in
 * turn: a busy sender slows itself down and nobody else. There are no fees, so there is no
 * priority; when the pool is full, a sender's share decides. */
#ifndef NODE_DRIVE_POOL_H
#define NODE_DRIVE_POOL_H

#include "chain/base/table.h"
#include "chain/ledger/tx.h"

struct pool_limits {
	size_t txs_max;
	size_t bytes_max;
};

enum pool_place {
	POOL_WAITING, /* in its sender's queue */
	POOL_PICKED,  /* handed out for a block that is being built */
	POOL_PLACED,  /* in a block that the next one builds on, not yet on the disk */
};

struct pool_sender;

struct pool_tx {
	UT_hash_handle hh;         /* keyed by tx.txid */
	UT_hash_handle hh_leaf;    /* keyed by tx.leaf_hash */
	struct tx tx;              /* its views point into bytes */
	uint8_t *bytes;            /* owned */
	struct pool_sender *sender;
	struct pool_tx *next;      /* in the sender's queue */
	struct pool_tx *previous;
	enum pool_place place;
	uint64_t arrived_ms;       /* monotonic */
	uint64_t checked_height;   /* the ledger up to this height does not have it */
	bool is_awaited;           /* somebody asked to be told of its end */
	bool has_ended;            /* while it was picked: to be removed when it comes back */
};

/* The txs of one sender. */
struct pool_sender {
	UT_hash_handle hh;         /* keyed by account */
	struct hash account;
	struct pool_tx *first, *last; /* waiting ones */
	size_t tx_count;           /* in all places */
	size_t byte_count;         /* of them */
	struct pool_sender *next;  /* in the ring of senders with waiting ones */
	struct pool_sender *previous;
};

struct pool {
	struct pool_limits limits;
	struct pool_tx *txs;
	struct pool_tx *leaves;    /* the same ones, by hh_leaf */
	struct pool_sender *senders;
	struct pool_sender *turn;  /* whose turn it is; NULL: nothing waits */
	size_t byte_count;         /* of all transactions, as they are */
	size_t waiting_count;
	size_t waiting_bytes;      /* of the waiting ones, as entries of a body */
};

void pool_init(struct pool *pool, const struct pool_limits *limits);
/* Frees every transaction. */
void pool_close(struct pool *pool);

/* What a new transaction of this sender would meet: VERDICT_GOOD, VERDICT_KNOWN (it is here
 * already), VERDICT_QUOTA. */
MUST_CHECK enum verdict pool_admits(const struct pool *pool, const struct tx *tx,
                                    struct refusal *refusal);

/* Take in a transaction that pool_admits, was verified, and whose bytes are memory_new's.
 * The pool owns them from now on, also when it fails. NULL: out of memory. */
MUST_CHECK struct pool_tx *pool_add_take(struct pool *pool, const struct tx *tx,
                                         uint8_t *bytes, uint64_t now_ms);

/* NULL: not here. */
struct pool_tx *pool_find(const struct pool *pool, const struct hash *txid);
/* By the name that nodes tell each other, over signature and all. */
struct pool_tx *pool_find_leaf(const struct pool *pool, const struct hash *leaf_hash);

/* The next waiting transactions, from the senders in turn, until `count_max` or until the
 * next would exceed `bytes_max` of body. They are POOL_PICKED then. Returns how many. */
size_t pool_pick(struct pool *pool, struct pool_tx **picked, size_t count_max,
                 size_t bytes_max);

/* A picked one found no room: to the front of its sender's queue. To keep the order, put
 * several back in the reverse of how they were picked. */
void pool_put_back(struct pool *pool, struct pool_tx *tx);

/* It is in a block that the next one builds on, or it is so no longer. */
void pool_place(struct pool *pool, struct pool_tx *tx);
void pool_release(struct pool *pool, struct pool_tx *tx);

/* As pool_pick, and they stay where they are; of each sender the first alone. */
size_t pool_peek(const struct pool *pool, const struct pool_tx **seen, size_t count_max,
                 size_t bytes_max);

/* Out of the pool, freed: it is final, or refused, or expired. Any place but POOL_PICKED. */
void pool_remove(struct pool *pool, struct pool_tx *tx);

/* When the first of the waiting ones arrived, monotonic; 0 when nothing waits. Of the sender
 * whose turn it is, which is near enough for a batch. */
uint64_t pool_oldest_ms(const struct pool *pool);

#endif
