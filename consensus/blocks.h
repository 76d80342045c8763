/* The blocks that are not committed yet, as far as agreeing needs to know them: their
 * headers, and how far each has come. Bodies and drafts are drive's.
 *
 *   NAMED ──body──► HERE ──parent VALID──► EXECUTING ──► VALID
 *     │                                        └───────► INVALID
 *     └── wanted: asked of others until it is here
 *
 *   NAMED     -> HERE       blocks_bring
 *   HERE      -> EXECUTING  consensus, once the parent is VALID
 *   EXECUTING -> VALID      consensus, on EXECUTED; a block of our own is VALID from the start
 *   EXECUTING -> INVALID    likewise */
#ifndef CONSENSUS_BLOCKS_H
#define CONSENSUS_BLOCKS_H

#include "chain/ledger/header.h"

enum block_state { BLOCK_NAMED, BLOCK_HERE, BLOCK_EXECUTING, BLOCK_VALID, BLOCK_INVALID };

struct block {
	struct hash hash;
	enum block_state state;
	struct header header;  /* from HERE on */
	uint64_t view;         /* the latest that it was proposed or certified in */
	bool certified;        /* a quorum voted for it, or for a block above it */
	bool kept;             /* ordered onto the disk */
	uint16_t from;         /* who named it: asked first; NOBODY */
	uint32_t asked_count;  /* NAMED: how often it was asked for */
	uint64_t ask_at_ms;    /* when to ask again */
};

struct blocks {
	size_t count;
	struct block items[BLOCKS_HELD_MAX];
};

/* NULL: not here. Valid until the next change. */
struct block *blocks_find(struct blocks *blocks, const struct hash *hash);

/* The block of this hash, NAMED if it is new. NULL: there is no room, see blocks_worst. */
struct block *blocks_name(struct blocks *blocks, const struct hash *hash, uint64_t view);

void blocks_remove(struct blocks *blocks, struct block *block);

/* Whom to give up for a new one: a block that nobody certified, of the earliest view; if all
 * are certified, the one of the earliest view. Never one that is being executed, or that
 * another builds on. NULL: there is none. */
struct block *blocks_worst(struct blocks *blocks);

/* Is `hash`, or an ancestor of it that is held, the child of `root`? Then all of them are
 * on one chain. *count of them, if not NULL. */
bool blocks_reach(struct blocks *blocks, const struct hash *hash, const struct hash *root,
                  size_t *count);

#endif
