/* A real store under the model of a disk. Where there is one, all that a node reads comes from
 * the store, and the model says what that has to be. bin/sim has none (no_backing.c); in
 * bin/sim-store it is RocksDB (store/). */
#ifndef TESTS_SIM_BACKING_H
#define TESTS_SIM_BACKING_H

#include "tests/sim/sim.h"

struct backed; /* one node's */

struct backing {
	/* A new one with genesis, closed. */
	struct backed *(*create)(struct sim *sim, const struct draft *genesis);
	void (*close)(struct backed *backed);
	/* Opens what is there, as a node does, and compares it with the model. */
	void (*start)(struct backed *backed, const struct disk *disk);
	/* What the node reads, while it is up. */
	const struct ledger_source *(*source)(const struct backed *backed);
	const struct ledger_tip *(*tip)(const struct backed *backed);
	void (*load_start)(struct backed *backed, struct consensus_start *start,
	                   struct certificate *certificate, const struct public_key *vote_key);
	void (*load_kept)(struct backed *backed, struct drive *drive);
	void (*load_cosign)(struct backed *backed, struct drive_cosign_start *start,
	                    struct cosigned *kept);
	/* `job` has the model's answer, which the store's replaces. */
	void (*read)(struct backed *backed, struct read_job *job);
	/* As disk_apply; without a mark a crash follows. */
	void (*apply)(struct backed *backed, const struct store_job *job, bool with_mark);
	/* The power goes: closed, with the files as they were. The disk may have begun on `next`,
	 * which may be NULL. */
	void (*crash)(struct backed *backed, const struct store_job *next);
	/* Behind a crash: what disk_forget does. */
	void (*forget)(struct backed *backed, const struct disk *disk, bool all);
	/* Behind a crash, or new: the mark becomes the model's. */
	void (*set_mark)(struct backed *backed, const struct disk *disk);
	/* Everything against the model, while it is up. */
	void (*compare)(struct backed *backed, const struct disk *disk);
};

extern const struct backing *const sim_backing; /* NULL: none */

#endif
