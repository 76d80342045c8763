/* What the loop knows of the node's state, for other threads: written by the loop now and then,
 * read by anybody at any time. A reader sees what was so less than VITALS_STEP_MS ago. */
#ifndef NODE_SHELL_VITALS_H
#define NODE_SHELL_VITALS_H

#include "node/drive/standing.h"
#include "node/shell/metrics.h"
#include "node/shell/sync_rate.h"

#include <pthread.h>

struct node;

enum { VITALS_STEP_MS = 500 };

/* Catching up, or not. */
struct sync_facts {
	bool is_behind;
	bool is_stale;     /* nothing became final for long, though it should */
	uint64_t height;
	uint64_t target;   /* that others have, as far as it is to be believed, or our own */
	uint64_t per_ks;   /* blocks in 1,000 s */
	uint64_t left_ms;  /* UINT64_MAX: nobody knows */
};

struct vitals {
	pthread_mutex_t lock;
	/* Under the lock */
	struct sync_facts sync;
	struct metrics metrics; /* those that the loop knows */
	/* The loop's own */
	struct sync_rate rate;
	struct standing standing; /* of the last time */
	uint64_t due_ms;
};

void vitals_init(struct vitals *vitals);
void vitals_close(struct vitals *vitals);

/* On the loop: takes everything anew if it is due. */
void vitals_tick(struct vitals *vitals, const struct node *node, uint64_t now_ms);
/* Likewise, due or not. */
void vitals_take(struct vitals *vitals, const struct node *node, uint64_t now_ms);

/* Any thread. Either may be NULL. */
void vitals_read(struct vitals *vitals, struct sync_facts *sync, struct metrics *metrics);

#endif
