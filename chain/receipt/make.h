/* What a node puts together for outsiders, out of its validators' signatures: the note
 * over a checkpoint, and the policy of a set. What a receipt carries besides: extra.h;
 * the file: chain/proof/tlog_proof.h. */
#ifndef CHAIN_RECEIPT_MAKE_H
#define CHAIN_RECEIPT_MAKE_H

#include "chain/ledger/validators.h"
#include "chain/proof/policy.h"

/* What one validator signs over a checkpoint: both kinds, for either name of its key. */
struct cosign {
	struct hash cosign_key;
	uint64_t time_s;                               /* Unix seconds */
	uint8_t cosignature[COSIGN_SIGNATURE_SIZE];    /* over the time and the text */
	uint8_t note_signature[COSIGN_SIGNATURE_SIZE]; /* over the text, as the log */
};

/* Signs the checkpoint with the seed of the key. `text`: checkpoint_put's. */
MUST_CHECK enum status cosign_make(struct cosign *cosign,
                                   const uint8_t seed[COSIGN_SEED_SIZE], uint64_t time_s,
                                   struct bytes_view text);

/* Are both signatures the key's? Costs two signature checks. */
bool cosign_is_valid(const struct cosign *cosign, struct bytes_view text);

/* The whole note: the text, the first one's signature as the log, and all cosignatures.
 * `origin` is the text's first line, `count` at least 1. */
void cosigned_note_put(struct buffer *out, struct bytes_view origin,
                       struct bytes_view text, const struct cosign *cosigns,
                       size_t count);

/* The policy of a set of a network, with the quorum that the fault model asks for. */
void validator_policy_put(struct buffer *out, struct bytes_view network_name,
                          const struct hash *genesis, const struct validator_set *set,
                          const struct parameters *parameters);

#endif
