/* What shows a rollback of the database, and spares a vote the wait for it: the highest (epoch,
 * view) in which this node signed anything, the highest height it committed, and the rows that the
 * database was given since it was last synced, in a file of their own.
 *
 *     slot 0  131072 bytes  |  slot 1  131072 bytes
 *
 *     a slot    0  check             32   tagged_hash("cairn/sign-state/v2", head and held rows
 *                                         behind this field)
 *              32  magic              8   "cairnsgn"
 *              40  version            4   2
 *              44  held size          4   bytes of held rows
 *              48  sequence           8   one more with each write; odd ones in slot 1
 *              56  base               8   the database was synced with this number in it, or a
 *                                         higher one
 *              64  epoch              8
 *              72  view               8
 *              80  committed_height   8
 *              88  floor_epoch        8   up to there records of votes may be missing, and
 *              96  floor_view         8   nothing is signed any more
 *             104  recall             1   0, or what is known of our own votes: enum recall
 *             105  zeros            407
 *             512  held rows              of storage_batch.h; what is behind them means nothing
 *
 * Integers are little-endian. A write goes to the older slot, so that a torn one leaves
 * the newer slot as it was.
 *
 * With every write of this file but one for the height alone goes a write of the database, before
 * it, that puts the number of the slot into the database along with the rows. Either that write is synced, or the rows are
 * held here until one is. So a database with a smaller number than `base` is an old copy, or lost
 * what it had synced; with a smaller one than `sequence` it is given the held rows anew; and each
 * vote is on the disk after one sync. The file is never part of a backup. It is made with the
 * vote key and with nothing else: where there is a key and no such file, what the key signed is
 * forgotten. */
#ifndef NODE_SHELL_SIGN_STATE_H
#define NODE_SHELL_SIGN_STATE_H

#include "chain/base/buffer.h"

enum {
	SIGN_SLOT_SIZE = 131072,
	SIGN_HEAD_SIZE = 512,
	SIGN_HELD_MAX = SIGN_SLOT_SIZE - SIGN_HEAD_SIZE,
	SIGN_FILE_SIZE = 2 * SIGN_SLOT_SIZE,
};

struct sign_mark {
	uint64_t epoch;
	uint64_t view; /* in that epoch */
	uint64_t committed_height;
	uint64_t floor_epoch;
	uint64_t floor_view;
	uint8_t recall; /* enum recall of consensus/safety.h */
};

struct sign_slot {
	struct sign_mark mark;
	uint64_t sequence;
	uint64_t base;
	struct bytes_view held; /* SIGN_HELD_MAX bytes at most */
};

/* One thread's. */
struct sign_state {
	struct sign_mark mark;
	uint64_t sequence; /* of the slot that holds the mark */
	uint64_t base;     /* the database has this number for certain, */
	uint64_t given;    /* and this one once it is synced */
	struct buffer held; /* rows that it may not have */
	bool is_held_new;  /* some of them are not in the file yet */
	uint8_t *slot;     /* room for one */
	bool slot_lost;    /* the other slot could not be read when the file was opened: as
	                      after a crash in the middle of a write, or of a damaged disk */
	bool failed;       /* a write failed; the next may not be trusted */
	int file;
};

/* Make the file with a first mark, synced. Its numbers begin above `number`, the one that the
 * database has. STATUS_EXISTS, STATUS_STORAGE, STATUS_MEMORY. */
MUST_CHECK enum status sign_state_create(const char *path, const struct sign_mark *mark,
                                         uint64_t number, struct why *why);

/* The same, whether or not there was one: for a person who knows what was signed. */
MUST_CHECK enum status sign_state_replace(const char *path, const struct sign_mark *mark,
                                          uint64_t number, struct why *why);

/* Read the newest slot and keep the file open. STATUS_NOT_FOUND. STATUS_CORRUPT: no slot
 * can be trusted, so nothing may be signed. STATUS_FOREIGN: written by another version of the
 * program. STATUS_STORAGE, STATUS_MEMORY. The state is closed on failure. */
MUST_CHECK enum status sign_state_open(struct sign_state *state, const char *path,
                                       struct why *why);

/* Also one that is not open, with `file` -1 and zeros else. */
void sign_state_close(struct sign_state *state);

/* -- With the database ---------------------------------------------------------------------- */

/* Would this mark be written? Not for the height alone. */
bool sign_state_wants(const struct sign_state *state, const struct sign_mark *mark);

/* The number that goes into the database with the next write of this file. */
uint64_t sign_state_next(const struct sign_state *state);

/* The database was given that number. `is_synced`: and synced, so nothing is held any more. Else
 * the rows that came with it have been appended to `held`. */
void sign_state_given(struct sign_state *state, uint64_t number, bool is_synced);

/* -- Writing -------------------------------------------------------------------------------- */

/* Store a mark and what is held, synced, before anything that they speak of leaves this node. The
 * mark must not be behind the last one: not in (epoch, view), not in height (INVARIANT). If it
 * says nothing new, or a height alone, and nothing new is held, it costs nothing. STATUS_STORAGE:
 * what is on the disk is uncertain, and so will every later call say; the node has to stop. */
MUST_CHECK enum status sign_state_advance(struct sign_state *state,
                                          const struct sign_mark *mark, struct why *why);

/* The same, for the height too. */
MUST_CHECK enum status sign_state_settle(struct sign_state *state,
                                         const struct sign_mark *mark, struct why *why);

/* -- Bytes ---------------------------------------------------------------------------------- */

/* The newest slot of a file's SIGN_FILE_SIZE bytes, which `held` borrows from. *slot_lost: the
 * other one cannot be read. STATUS_SHORT, STATUS_TRAILING, STATUS_CORRUPT, STATUS_FOREIGN. */
MUST_CHECK enum status sign_file_decode(struct sign_slot *slot, bool *slot_lost,
                                        struct bytes_view file);

/* Returns how many bytes are to be written, a multiple of SIGN_HEAD_SIZE. */
size_t sign_slot_encode(uint8_t bytes[SIGN_SLOT_SIZE], const struct sign_slot *slot);

#endif
