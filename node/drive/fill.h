/* How much a leader puts into its block. A block that the others cannot take in before their
 * time for the view is over is lost, and so is the next as large. That time follows from how long
 * the blocks of late took (consensus, B), so a block may be a quarter larger than they were: the
 * average of the times keeps up with that, and not with twice as much. Where views fail all the
 * same, each further one halves it. Each leader's own matter: no rule of the blocks. */
#ifndef NODE_DRIVE_FILL_H
#define NODE_DRIVE_FILL_H

#include <stddef.h>
#include <stdint.h>

enum {
	FILL_TXS_START = 1024,         /* 50 ms of work on a busy core: no view is too short for it */
	FILL_BYTES_START = 512 << 10,  /* 50 ms of a line of 100 Mbit/s */
	FILL_TXS_LEAST = 64,
	FILL_BYTES_LEAST = 128 << 10,  /* the largest transaction fits */
};

/* The largest of late: each block that is smaller takes a sixteenth away. Zeros: none yet. */
struct fill {
	size_t txs;
	size_t bytes; /* of bodies */
};

/* A block is final. */
void fill_note(struct fill *fill, size_t txs, size_t bytes);

/* Of the next block at most; `failed` views that came to nothing since its parent, beyond those
 * that as many leaders as may be faulty explain. */
size_t fill_txs_max(const struct fill *fill, uint64_t failed);
size_t fill_bytes_max(const struct fill *fill, uint64_t failed);

#endif
