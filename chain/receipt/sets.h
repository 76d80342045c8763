/* Which validators may speak for a checkpoint: the policy's, or those of later epochs to
 * whom a succession leads.
 *
 *     policy ──seal of epoch e──► set e + 1 ──seal of e + 1──► set e + 2 ...
 *     sizes   ..to the seal       seal to seal                 from there on
 *
 * A succession is a proof file for each seal, in order. The one from which on it counts
 * is the first that the policy itself believes; every later one must be cosigned by the
 * set that the one before it names. A set speaks for the sizes from its root to its seal:
 * keys of old sets, which may have been stolen since, cannot speak for what came later.
 */
#ifndef CHAIN_RECEIPT_SETS_H
#define CHAIN_RECEIPT_SETS_H

#include "chain/receipt/receipt.h"

struct receipt_set {
	const struct policy *policy;
	enum receipt_judge judge;
	bool has_epoch;
	uint64_t epoch;
};

/* A seal belongs to the set that it ends and to the one that it starts. */
struct receipt_sets {
	size_t count; /* 1 or 2 */
	struct receipt_set items[2];
};

/* Who may speak for a checkpoint of `size` leaves of the log `origin`? Costs the
 * signature checks of the whole succession. RECEIPT_SUCCESSION or RECEIPT_FAILED with a
 * sentence. */
MUST_CHECK enum receipt_verdict
receipt_sets_find(struct receipt_sets *sets, struct arena *arena,
                  const struct policy *policy, struct bytes_view succession,
                  struct bytes_view origin, uint64_t size, struct why *why);

/* -- What both files share: what a proof file's header leaf must be ------------------ */

/* Decodes the extra into *extra, its bytes in the arena. */
MUST_CHECK enum receipt_verdict receipt_read_extra(struct receipt_extra *extra,
                                                   struct arena *arena,
                                                   const struct tlog_proof *proof,
                                                   struct why *why);

/* The header that the leaf holds, in its place, and in the log of the proof's checkpoint.
 */
MUST_CHECK enum receipt_verdict receipt_check_header(struct header *header,
                                                     const struct receipt_extra *extra,
                                                     const struct tlog_proof *proof,
                                                     struct why *why);

/* The next epoch's set and parameters, which the header's next_validators_hash is made
 * of. */
MUST_CHECK enum receipt_verdict receipt_check_seal(struct validator_set *next,
                                                   struct parameters *parameters,
                                                   const struct receipt_extra *extra,
                                                   const struct header *header,
                                                   struct why *why);

#endif
