/* The mark that shows a rollback of the database: the highest (epoch, view) in which this
 * node signed anything, and the highest height it committed, in a file of their own.
 *
 *     slot 0  4096 bytes  |  slot 1  4096 bytes
 *
 *     a slot    0  magic              8   "cairnsgn"
 *               8  version            4   1
 *              12  zeros              4
 *              16  sequence           8   one more with each write; odd ones in slot 1
 *              24  epoch              8
 *              32  view               8
 *              40  committed_height   8
 *              48  floor_epoch        8   up to there records of votes may be missing, and
 *              56  floor_view         8   nothing is signed any more
 *              64  recall             1   0, or what is known of our own votes: enum recall
 *              65  zeros           3999
 *            4064  check             32   tagged_hash("cairn/sign-state/v1", all before)
 *
 * Integers are little-endian. A write goes to the older slot, so that a torn one leaves
 * the newer slot as it was. The order of things is: the database's synced batch with the
 * record of a vote, then this file, then the vote leaves. So the database is never older
 * than this file unless somebody turned it back; and for that reason the file is never
 * part of a backup. It is made with the vote key and with nothing else: where there is a key
 * and no such file, what the key signed is forgotten. */
#ifndef NODE_SHELL_SIGN_STATE_H
#define NODE_SHELL_SIGN_STATE_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum {
	SIGN_SLOT_SIZE = 4096,
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

/* One thread's. */
struct sign_state {
	struct sign_mark mark;
	uint64_t sequence; /* of the slot that holds the mark */
	bool slot_lost;    /* the other slot could not be read when the file was opened: as
	                      after a crash in the middle of a write, or of a damaged disk */
	bool failed;       /* a write failed; the next may not be trusted */
	int file;
};

/* Make the file with a first mark, synced. STATUS_EXISTS, STATUS_STORAGE. */
MUST_CHECK enum status sign_state_create(const char *path, const struct sign_mark *mark,
                                         struct why *why);

/* The same, whether or not there was one: for a person who knows what was signed. */
MUST_CHECK enum status sign_state_replace(const char *path, const struct sign_mark *mark,
                                          struct why *why);

/* Read the newest mark and keep the file open. STATUS_NOT_FOUND. STATUS_CORRUPT: no slot
 * can be trusted, so nothing may be signed. STATUS_FOREIGN: written by a later program.
 * STATUS_STORAGE. */
MUST_CHECK enum status sign_state_open(struct sign_state *state, const char *path,
                                       struct why *why);

void sign_state_close(struct sign_state *state);

/* Store a mark, synced, before anything that it speaks of leaves this node. It must not
 * be behind the last one: not in (epoch, view), not in height (INVARIANT). One equal to
 * the last costs nothing. STATUS_STORAGE: what is on the disk is uncertain, and so will
 * every later call say; the node has to stop. */
MUST_CHECK enum status sign_state_advance(struct sign_state *state,
                                          const struct sign_mark *mark, struct why *why);

/* The newest mark of a file's SIGN_FILE_SIZE bytes, for sign_state_open; sets mark,
 * sequence and slot_lost alone. STATUS_SHORT, STATUS_TRAILING, STATUS_CORRUPT,
 * STATUS_FOREIGN. */
MUST_CHECK enum status sign_state_decode(struct sign_state *state,
                                         struct bytes_view bytes);

/* The slot that holds a mark. */
void sign_slot_encode(uint8_t slot[SIGN_SLOT_SIZE], const struct sign_mark *mark,
                      uint64_t sequence);

#endif
