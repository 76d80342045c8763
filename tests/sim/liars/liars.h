/* What the liars share. A liar runs the honest node, and lies in what leaves it, or in what
 * it remembers: so it knows all that a validator knows, and its signatures are valid. */
#ifndef TESTS_SIM_LIARS_LIARS_H
#define TESTS_SIM_LIARS_LIARS_H

#include "tests/sim/sim.h"

#define LIARS_EACH(X)                                                                    \
	X(equivocating_proposer)                                                             \
	X(equivocating_voter)                                                                \
	X(withholder)                                                                        \
	X(half_sender)                                                                       \
	X(replayer)                                                                          \
	X(future_flooder)                                                                    \
	X(bad_block_signer)                                                                  \
	X(wrong_root_signer)                                                                 \
	X(amnesiac)                                                                          \
	X(delayed_releaser)                                                                  \
	X(certificate_forger)                                                                \
	X(nullify_and_finalize_voter)                                                        \
	X(garbage_sender)                                                                    \
	X(status_liar)                                                                       \
	X(parent_liar)                                                                       \
	X(stranger)                                                                          \
	X(false_accuser)                                                                     \
	X(misnamer)

#define DECLARE(name) extern const struct liar liar_##name;
LIARS_EACH(DECLARE)
#undef DECLARE

/* -- Reading ------------------------------------------------------------------------------- */

/* The message in these bytes, if it is of this kind, in sim->message; NULL: it is not. */
struct message *liar_reads(struct sim *sim, struct bytes_view bytes, enum message_kind kind);
/* Remembers a message, now and then in the place of an earlier one. */
void liar_hears(struct sim *sim, uint16_t node, struct bytes_view bytes);
/* One of those; empty: there is none. */
struct bytes_view liar_recalls(struct sim *sim, uint16_t node);

const struct consensus *liar_mind(const struct sim *sim, uint16_t node);
/* A hash that nobody knows. */
struct hash liar_hash(struct sim *sim);
uint16_t liar_other(struct sim *sim, uint16_t node);
bool liar_hits(struct sim *sim, uint32_t millionths);

/* -- Saying: each counts as a lie ------------------------------------------------------------ */

/* What is in the buffer; it is closed. */
void liar_says(struct sim *sim, uint16_t node, uint16_t to, struct buffer *bytes);
void liar_says_bytes(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes);
/* A vote of its own, well signed. */
void liar_votes(struct sim *sim, uint16_t node, uint16_t to, const struct ballot *ballot);
struct vote liar_vote(const struct sim *sim, uint16_t node, const struct ballot *ballot);
/* The signature of any liar of the present set. False: this validator is honest. */
bool liar_signs_for(const struct sim *sim, uint16_t node, uint16_t signer,
                    const struct ballot *ballot, struct signature *signature);

/* -- Another block of its own ------------------------------------------------------------------- */

/* Made of the same transactions as the honest one, on `parent`, and kept in mind. */
void liar_builds(struct sim *sim, uint16_t node, const struct build_job *job,
                 const struct hash *parent, uint64_t parent_view, uint64_t time_ms);
/* The same from a header and a body. */
void liar_keeps(struct sim *sim, uint16_t node, const struct header *header,
                struct bytes_view body, uint64_t parent_view);
/* If these bytes propose a block in the view of the kept one: sends that instead. */
bool liar_swaps(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes);
/* Answers who asks for the kept block. True: it was about that. */
bool liar_answers(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes);

#endif
