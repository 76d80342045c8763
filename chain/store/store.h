/* The store: the ledger of one node on its disk, in RocksDB.
 *
 *     storage thread             execution thread           thread that answers
 *     store_write, store_prune   a view, as the source      a view: reads of one moment
 *             |                  of drafts (view.h)                   |
 *             +-------------------------+-----------------------------+
 *                                  struct store
 *
 * One synced batch per block carries all of it: header, certificate, transactions,
 * indexes, state, pages, tiles and the new tip. So after a crash the store ends with a
 * whole block, and a block whose commit returned STATUS_OK is never lost again.
 *
 * Whoever fails to write stops: after any status but STATUS_OK from a function that
 * writes, every later one refuses, and the process is to be ended. What the disk has is
 * found out when it starts anew, never guessed at.
 *
 * The functions here belong to the storage thread, but for store_health and
 * store_disk_bytes, which any thread may call. */
#ifndef CHAIN_STORE_STORE_H
#define CHAIN_STORE_STORE_H

#include "chain/ledger/draft.h"
#include "chain/ledger/validators.h"

struct store_options {
	uint64_t prune_window; /* blocks below the tip whose state stays; 0: all of them */
	unsigned cache_mib;    /* of blocks, indexes and filters; 0: STORE_CACHE_MIB */
	unsigned write_buffer_mib; /* of all memtables; 0: STORE_WRITE_BUFFER_MIB */
	unsigned background_jobs;  /* flushes and compactions; 0: STORE_BACKGROUND_JOBS */
	bool read_only;            /* nothing is written, and nobody is kept out */
};

enum {
	STORE_CACHE_MIB = 128,
	STORE_WRITE_BUFFER_MIB = 96,
	STORE_BACKGROUND_JOBS = 2,
};

struct store;

/* -- Opening ----------------------------------------------------------------------- */

/* Make a new store in the folder `path`, which must not exist or be empty, with block 0
 * in it, and open it. `genesis_file` is the canonical genesis, whose hash is
 * network->genesis; `genesis` is block_genesis's draft. A crash on the way leaves nothing
 * at `path`: all is made in "<path>.new" and renamed. STATUS_EXISTS: something is
 * there. */
MUST_CHECK enum status store_create(struct store **store, const char *path,
                                    const struct store_options *options,
                                    const struct network *network,
                                    struct bytes_view genesis_file,
                                    const struct draft *genesis, struct why *why);

/* Open the store in the folder `path`. `network` may be NULL: whichever network it is of.
 * On failure *store is NULL, the ledger in the folder is as it was, and *why says:
 *   STATUS_NOT_FOUND  there is no store in it
 *   STATUS_BUSY       another process has it open
 *   STATUS_FOREIGN    another program's database, another version's, another network's
 *   STATUS_CORRUPT    files are missing or damaged
 *   STATUS_STORAGE    the disk or its permissions
 * That it opens does not mean that all is there: store_check (check.h). */
MUST_CHECK enum status store_open(struct store **store, const char *path,
                                  const struct store_options *options,
                                  const struct network *network, struct why *why);

/* Every view must be closed. NULL is fine. */
void store_close(struct store *store);

const struct network *store_network(const struct store *store);

/* The newest block on the disk. Borrowed until the next commit. */
const struct ledger_tip *store_tip(const struct store *store);

/* -- Committing -------------------------------------------------------------------- */

/* What consensus keeps of a view (votes.h): our own record, a certificate. Order: epoch, then
 * view, then kind. */
struct store_vote_key {
	uint64_t epoch;
	uint64_t view;
	uint8_t kind;
};

struct store_vote {
	struct store_vote_key key;
	struct bytes_view bytes;
};

/* A block that is not final yet. It goes when a block of its hash is committed. */
struct store_pending {
	struct hash block; /* its hash */
	struct header header;
	struct bytes_view body;
};

struct store_block {
	const struct draft *draft; /* sealed, on the tip, or on the one before it */
	struct bytes_view certificate; /* encoded; its own or a descendant's; may be empty */
};

/* A note of votes.h: replaces what stands under the same tag and number. */
struct store_note {
	uint8_t tag; /* enum store_note_tag */
	uint64_t number;
	struct bytes_view bytes;
};

/* Everything that has to be on the disk before anything else may happen. */
struct store_batch {
	const struct store_vote *votes; /* those of the same key are replaced */
	size_t vote_count;
	const struct store_pending *pending;
	size_t pending_count;
	const struct store_block *blocks; /* each the parent of the one behind it */
	size_t block_count;
	const struct store_note *notes;
	size_t note_count;
	bool is_unsynced; /* it is on the disk after the next sync, whoever wants it there */
};

/* All or none, with one sync if the batch wants it. Drafts are read only. */
MUST_CHECK enum status store_write(struct store *store, const struct store_batch *batch,
                                   struct why *why);

/* One block; `certificate` may be NULL. */
MUST_CHECK enum status store_commit(struct store *store, const struct draft *draft,
                                    const struct certificate *certificate,
                                    struct why *why);

/* -- Pruning and upkeep ------------------------------------------------------------ */

/* Delete state that only heights more than the window below the tip can reach: at most
 * about `row_count_max` rows, *more tells whether there are others. Not synced: what a
 * crash undoes is done again. To be called between blocks. */
MUST_CHECK enum status store_prune(struct store *store, size_t row_count_max, bool *more,
                                   struct why *why);

/* Rewrite all files into their final form. For measurements and for operators: it takes
 * long and needs as much space again as the largest family. */
MUST_CHECK enum status store_compact(struct store *store, struct why *why);

/* Bytes of all files in the folder. */
MUST_CHECK enum status store_disk_bytes(const struct store *store, uint64_t *bytes,
                                        struct why *why);

struct store_health {
	uint64_t background_errors; /* above 0: stop, writes have begun to fail */
	uint64_t pending_bytes;     /* that compaction is behind by */
	bool writes_stopped;        /* until compaction catches up */
	uint64_t memory_bytes;      /* memtables, cache and table readers */
};

void store_health(const struct store *store, struct store_health *health);

#endif
