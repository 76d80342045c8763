/* Memory that peers make us hold: reserved before it is taken, summed for each peer, for each
 * purpose, and in all. A peer that is gone holds nothing, or we have lost bytes. */
#ifndef NODE_P2P_USAGE_H
#define NODE_P2P_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usage_purpose {
	USAGE_RECEIVING, /* messages that are being put together, or wait to be processed */
	USAGE_SENDING,   /* messages in lanes */
	USAGE_TXS,       /* announcements, to and from */
	USAGE_BLOCKS,    /* blocks that are being put together */
	USAGE_OTHER,
	USAGE_PURPOSES,
};

enum {
	USAGE_FOLLOWER_MAX = 4 << 20,   /* bytes: two of the largest messages on their way */
	USAGE_VALIDATOR_MAX = 16 << 20, /* votes and bodies of a burst */
	USAGE_TOTAL_DEFAULT = 512 << 20,
	USAGE_TOTAL_MIN = 64 << 20,
};

/* Of one peer. */
struct usage {
	size_t bytes_max;
	size_t bytes; /* in all */
	size_t purposes[USAGE_PURPOSES];
};

/* Of all peers. */
struct usage_total {
	size_t bytes_max;
	size_t bytes;
	size_t purposes[USAGE_PURPOSES];
};

/* What the caller is to do, by how full it is. */
enum usage_pressure {
	USAGE_EASY,
	USAGE_HIGH,   /* from 75 %: read nothing from inbound peers but consensus */
	USAGE_HIGHER, /* from 90 %: who holds the most has to go */
	USAGE_FULL,   /* nothing is given */
};

void usage_total_init(struct usage_total *total, size_t bytes_max);
void usage_init(struct usage *usage, size_t bytes_max);

/* False, and nothing has changed: the peer or all together would be above their maximum. */
bool usage_reserve(struct usage_total *total, struct usage *usage,
                   enum usage_purpose purpose, size_t size);

/* What was reserved for the same purpose. */
void usage_release(struct usage_total *total, struct usage *usage,
                   enum usage_purpose purpose, size_t size);

enum usage_pressure usage_pressure(const struct usage_total *total);

#endif
