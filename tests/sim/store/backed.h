/* A simulated node's data directory: the store and the mark file of a real node. */
#ifndef TESTS_SIM_STORE_BACKED_H
#define TESTS_SIM_STORE_BACKED_H

#include "chain/store/view.h"
#include "node/shell/sign_state.h"
#include "tests/sim/backing.h"
#include "tests/sim/lots.h"

enum { BACKED_PATH_SIZE = 256 };

struct backed {
	struct sim *sim;
	char path[BACKED_PATH_SIZE]; /* without the number of the life */
	unsigned life;               /* each has a folder of its own, a copy of the one before */
	struct lots lots;            /* of its own: the simulation's are drawn the same without */
	struct store_options options;
	struct store *store;         /* NULL: the node is down */
	struct store_view *view;     /* of who executes */
	struct ledger_source source;
	struct sign_state sign_state;
};

/* Our own failure, which nothing in a simulation can cause. */
void backed_must(struct backed *backed, enum status status, const char *what,
                 const struct why *why);

/* compare.c: as in backing.h; what differs breaks the property "the store". */
void backed_compare_kept(struct backed *backed, const struct disk *disk);
void backed_compare(struct backed *backed, const struct disk *disk);
void backed_compare_answer(struct backed *backed, const struct read_job *model,
                           const struct read_job *job);

#endif
