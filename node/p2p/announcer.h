/* What one peer is to be told of: names of transactions wait in a ring and leave in flushes at
 * random moments, so that who told whom first does not show from where a transaction came. */
#ifndef NODE_P2P_ANNOUNCER_H
#define NODE_P2P_ANNOUNCER_H

#include "node/p2p/bloom.h"
#include "node/p2p/lots.h"
#include "node/p2p/tx_message.h"
#include "node/p2p/usage.h"

enum {
	ANNOUNCER_MAX = 10000,           /* names that wait; 360 KB */
	ANNOUNCER_INBOUND_MEAN_MS = 200,
	ANNOUNCER_OUTBOUND_MEAN_MS = 100, /* whom we chose spies less */
	ANNOUNCER_FLUSH_MIN = 64,        /* names of a flush, and an eighth of what waits more */
};

struct announcer {
	struct usage *usage;       /* the peer's: USAGE_RELAY; NULL: it is not counted */
	struct bloom known;        /* what the peer told us of, or we told it */
	struct inv_entry *ring;    /* owned */
	uint32_t capacity;
	uint32_t first;
	uint32_t count;
	uint32_t mean_ms;          /* 0: to a validator, at once */
	uint64_t flush_ms;
	uint64_t paused_until_ms;
	struct bucket bucket;      /* that the peer will not call it too much */
	struct bucket_rate rate;
	bool needs_resync;         /* names were lost: to be repaired by comparing pools */
};

/* `rate` is what the peer grants us: INV_RATE, or INV_RATE_VALIDATOR if we are one. */
MUST_CHECK enum status announcer_init(struct announcer *announcer,
                                      const uint8_t key[SIPHASH_KEY_SIZE], uint32_t mean_ms,
                                      const struct bucket_rate *rate, uint64_t now_ms);
void announcer_close(struct announcer *announcer);

/* What it holds is counted there from now on; `usage` lives until announcer_close. Once. */
void announcer_count(struct announcer *announcer, struct usage *usage);

/* To be told, unless the peer knows. No room: it is lost and needs_resync is set. */
void announcer_add(struct announcer *announcer, const struct hash *id, uint32_t size);

/* The peer told us of it, or was sent it. */
void announcer_heard(struct announcer *announcer, const struct hash *id);

/* What the peer was told may have been lost: it knows nothing, and is told again what is
 * added. */
void announcer_forget(struct announcer *announcer);

/* It is a validator, who is told at once, or one no longer. */
void announcer_set_validator(struct announcer *announcer, bool is_validator, bool is_outbound);

/* A TXFILTER of the peer. */
void announcer_pause(struct announcer *announcer, uint32_t pause_ms, uint64_t now_ms);

/* What to send now; 0: nothing yet. Names that `is_wanted` denies have left the pool. */
size_t announcer_flush(struct announcer *announcer, struct lots *lots, uint64_t now_ms,
                       bool (*is_wanted)(void *owner, const struct hash *id), void *owner,
                       struct inv_entry entries[INV_MAX]);

/* When announcer_flush is wanted; UINT64_MAX: nothing waits. */
uint64_t announcer_wake_ms(const struct announcer *announcer);

#endif
