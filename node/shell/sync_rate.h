/* How fast a node catches up: heights of the last seconds, and what is left divided by what
 * came in them. Pure: time comes in. */
#ifndef NODE_SHELL_SYNC_RATE_H
#define NODE_SHELL_SYNC_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SYNC_RATE_POINTS = 16,
	SYNC_RATE_STEP_MS = 1000, /* between two points: 15 s are looked back on */
};

struct sync_rate {
	struct {
		uint64_t at_ms; /* monotonic */
		uint64_t height;
	} points[SYNC_RATE_POINTS]; /* a ring */
	size_t count;
	size_t next;
};

/* The node is this high now; more often than SYNC_RATE_STEP_MS it is passed over. A height that
 * went down begins anew. */
void sync_rate_note(struct sync_rate *rate, uint64_t height, uint64_t now_ms);

/* Blocks in 1,000 seconds, over the points that there are; 0 with fewer than two. */
uint64_t sync_rate_per_ks(const struct sync_rate *rate);

/* Milliseconds until `left` more blocks are here at this rate; UINT64_MAX: nobody knows. */
uint64_t sync_rate_left_ms(const struct sync_rate *rate, uint64_t left);

#endif
