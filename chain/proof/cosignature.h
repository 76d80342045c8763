/* Cosignatures, as c2sp.org/tlog-cosignature says, of the kind cosignature/v1 with
 * Ed25519: "at this time, this was the largest state of this log that I knew, and all I
 * ever knew of it is consistent". What is signed:
 *
 *     cosignature/v1
 *     time 1679315147                  Unix seconds, decimal
 *     the text of the checkpoint       with its final newline
 *
 * and what stands behind the key id in the note is the time, u64 big-endian, and the
 * signature. A note signature of the same key, type 0x01, never is one of these: a
 * checkpoint of ours begins with "cairn/". */
#ifndef CHAIN_PROOF_COSIGNATURE_H
#define CHAIN_PROOF_COSIGNATURE_H

#include "chain/proof/checkpoint.h"

enum { COSIGNATURE_SIZE = 8 + COSIGN_SIGNATURE_SIZE }; /* the time and the signature */

#define COSIGNATURE_TIME_MAX ((UINT64_C(1) << 63) - 1)

/* In:  time_s  at most COSIGNATURE_TIME_MAX
 *      text    of a checkpoint, at most CHECKPOINT_TEXT_SIZE_MAX bytes */
MUST_CHECK enum status cosignature_sign(uint8_t cosignature[COSIGNATURE_SIZE],
                                        const uint8_t seed[COSIGN_SEED_SIZE],
                                        uint64_t time_s, struct bytes_view text);

/* A plain note signature over a checkpoint by the same key: chain/proof/note.h. */
MUST_CHECK enum status checkpoint_sign(uint8_t signature[COSIGN_SIGNATURE_SIZE],
                                       const uint8_t seed[COSIGN_SEED_SIZE],
                                       struct bytes_view text);

/* Any bytes. True: *time_s is what was signed. */
bool cosignature_is_valid(uint64_t *time_s, const uint8_t cosignature[COSIGNATURE_SIZE],
                          const struct hash *cosign_key, struct bytes_view text);

/* The same of a line in a note. The key's type is NOTE_COSIGNATURE. */
bool cosignature_line_is_valid(uint64_t *time_s, const struct note_signature *signature,
                               const struct note_key *key, struct bytes_view text);

#endif
