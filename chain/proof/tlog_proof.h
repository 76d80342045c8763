/* Proof files, as c2sp.org/tlog-proof says: a leaf's place in a log, under a checkpoint
 * that was signed, in one text.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra BASE64                     may be missing; what is in it is not trusted
 *     index 73894                      of the leaf
 *     gSKyXoYZ...PlQ=                  the inclusion proof, one hash a line, from the
 * leaf's B95lDa8R...XmA=                  sibling up an empty line cairn/example/0f1e...
 * the checkpoint, a signed note, to the end
 *     ... */
#ifndef CHAIN_PROOF_TLOG_PROOF_H
#define CHAIN_PROOF_TLOG_PROOF_H

#include "chain/proof/checkpoint.h"
#include "chain/proof/log.h"

enum {
	TLOG_PROOF_SIZE_MAX = 16 << 20, /* 1,024 records with their transactions, and more */
};

/* The first line, with its newline. */
#define TLOG_PROOF_MAGIC "c2sp.org/tlog-proof@v1\n"

struct tlog_proof {
	struct bytes_view extra; /* base64 as it stands there; at NULL: there is none */
	uint64_t index;
	size_t path_count;
	struct hash path[LOG_PATH_MAX];
	struct note note;
	struct checkpoint checkpoint; /* of the note's text */
};

/* Checks the form of everything, and no signature nor hash. All is borrowed.
 * STATUS_MALFORMED or STATUS_TOO_LARGE, with a sentence. */
MUST_CHECK enum status tlog_proof_decode(struct tlog_proof *proof, struct bytes_view file,
                                         struct why *why);

/* Appends a proof file. `extra` may be empty: no such line. `note` is a whole signed
 * note. */
void tlog_proof_put(struct buffer *out, struct bytes_view extra, uint64_t index,
                    const struct hash *path, size_t path_count, struct bytes_view note);

/* Several proofs behind one another, as a succession is: the next one's bytes, cut before
 * the next first line. False: nothing is left. */
bool tlog_proof_next(struct bytes_view *proof, struct bytes_view *left);

#endif
