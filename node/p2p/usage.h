/* Memory that peers make us hold, summed for each peer, for each purpose, and in all. A peer that
 * is gone holds nothing, or we have lost bytes.
 *
 * What a peer can let grow of its own accord, by not reading or by sending much, has a maximum: at
 * or above it nothing more is taken, so that it is passed by one message at most. What we asked
 * for is counted and not refused. */
#ifndef NODE_P2P_USAGE_H
#define NODE_P2P_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usage_purpose {
	USAGE_RECEIVING, /* messages that are being put together */
	USAGE_SENDING,   /* messages in lanes: one that several peers get counts for each of them,
	                  * and once in all */
	USAGE_CHECKING,  /* messages of consensus that are being checked */
	USAGE_TXS,       /* transactions on their way into the pool */
	USAGE_RELAY,     /* names of transactions that it announced, or is to be told of, or knows */
	USAGE_PURPOSES,
};

enum {
	USAGE_FOLLOWER_MAX = 4 << 20,   /* bytes: a block, or 16,000 transactions of a busy second */
	USAGE_VALIDATOR_MAX = 16 << 20, /* proposals and votes of a burst */
	USAGE_PEER_LEAST = 64 << 10,    /* bytes that any peer makes us hold: its filter of names */
};

/* Of all peers. */
struct usage_total {
	size_t bytes_max;
	size_t bytes;
	size_t purposes[USAGE_PURPOSES];
};

/* Of one peer. */
struct usage {
	struct usage_total *total; /* outlives it; NULL: it is not summed with others */
	size_t bytes_max;          /* for a purpose */
	size_t bytes;              /* of all */
	size_t purposes[USAGE_PURPOSES];
};

/* What the caller is to do, by how full it is. */
enum usage_pressure {
	USAGE_EASY,
	USAGE_HIGH,   /* from 75 %: read nothing from inbound peers but consensus */
	USAGE_HIGHER, /* from 90 %: who holds the most has to go */
	USAGE_FULL,   /* read nothing from anybody that is not asked for, but votes */
};

void usage_total_init(struct usage_total *total, size_t bytes_max);
void usage_init(struct usage *usage, struct usage_total *total, size_t bytes_max);

void usage_take(struct usage *usage, enum usage_purpose purpose, size_t size);
/* What was taken for the same purpose. */
void usage_release(struct usage *usage, enum usage_purpose purpose, size_t size);
/* Likewise, of the peer alone: what several have between them is counted in all by itself. */
void usage_take_share(struct usage *usage, enum usage_purpose purpose, size_t size);
void usage_release_share(struct usage *usage, enum usage_purpose purpose, size_t size);
/* `total` may be NULL. */
void usage_total_take(struct usage_total *total, enum usage_purpose purpose, size_t size);
void usage_total_release(struct usage_total *total, enum usage_purpose purpose, size_t size);
/* What one holds for a purpose is the other's from now on, of the same total. */
void usage_move(struct usage *from, struct usage *to, enum usage_purpose purpose);

/* Does it hold less than its maximum for this purpose? */
bool usage_has_room(const struct usage *usage, enum usage_purpose purpose);
/* Is there room for so much with all the others? */
bool usage_fits_total(const struct usage *usage, size_t size);

enum usage_pressure usage_pressure(const struct usage_total *total);

#endif
