/* The way in: submitted transactions are decoded and their signatures checked on all cores,
 * once; then the rules are tried on the execution thread; then the pool decides on the loop.
 *
 *     caller ──► verify workers ──► execution thread ──► loop: drive_submit ──► batch->done
 *
 * A batch travels as one piece and comes back with a verdict for each transaction. */
#ifndef NODE_SHELL_INGRESS_H
#define NODE_SHELL_INGRESS_H

#include "node/drive/drive.h"
#include "node/shell/mailbox.h"

#include <stdatomic.h>

enum { INGRESS_CHUNK = 32 }; /* transactions a worker takes at once: about 1 ms of work */

struct ingress_batch;

struct ingress_chunk {
	struct letter letter;
	struct ingress_batch *batch;
	size_t first;
	size_t count;
};

struct ingress_batch {
	struct letter letter;
	size_t count;
	struct submission *submissions;
	struct bytes_view *given; /* bytes of each, as they came: the caller's until done */
	struct ingress_chunk *chunks;
	atomic_size_t chunks_left;

	/* Whose they are: a peer and its serial of gossip.h, or WORLD_SELF for our programs and us. */
	uint16_t from;
	uint64_t from_serial;

	/* On the loop, when every submission has its verdict. The batch is the caller's. */
	void (*done)(struct ingress_batch *batch);
	void *owner;
};

/* Memory for `count` transactions; the caller fills in given, is_awaited, done and owner,
 * and from if it is a peer.
 * NULL: out of memory. */
MUST_CHECK struct ingress_batch *ingress_batch_new(size_t count);
/* With the bytes that the pool did not take. */
void ingress_batch_free(struct ingress_batch *batch);

struct verify_pool {
	const struct network *network;
	struct mailbox box;
	pthread_t *threads;
	size_t thread_count;

	/* On a worker, when every transaction of a batch was decoded and its signature
	 * checked. */
	void (*verified)(void *owner, struct ingress_batch *batch);
	void *owner;
};

/* `thread_count` 0: one for each core. */
MUST_CHECK enum status verify_pool_start(struct verify_pool *pool,
                                         const struct network *network,
                                         size_t thread_count,
                                         void (*verified)(void *owner,
                                                          struct ingress_batch *batch),
                                         void *owner, struct why *why);
void verify_pool_stop(struct verify_pool *pool);

/* Any thread. */
void verify_pool_submit(struct verify_pool *pool, struct ingress_batch *batch);

#endif
