/* What the files of the machine share; nobody else includes it. Each function may emit
 * effects; none of them calls back up. */
#ifndef CONSENSUS_INNER_H
#define CONSENSUS_INNER_H

#include "consensus/consensus.h"

/* -- consensus.c ------------------------------------------------------------------------------- */

struct effect *emit(struct effects *out, enum effect_kind kind);
struct effect_send *emit_send(struct effects *out, uint16_t to, enum message_kind message);

/* A tick is wanted then, unless an earlier one is. */
void want_wake(struct consensus *core, uint64_t at_ms);

void raise_alarm(struct consensus *core, enum alarm alarm, struct effects *out);

/* May anything be signed now, in this view? */
bool can_sign(const struct consensus *core, uint64_t view);

/* Asks for a signature if the rules of safety.h allow the ballot, and if we are a validator.
 * False: they do not. */
bool sign_ballot(struct consensus *core, const struct ballot *ballot, struct effects *out);

/* -- certify.c: votes and certificates ----------------------------------------------------------- */

/* Votes of views so far back that others take their place are not counted any more: after each
 * change of the frontier. */
void forget_votes(struct consensus *core);
void on_vote(struct consensus *core, const struct vote *vote, struct effects *out);
void on_signed(struct consensus *core, const struct vote *vote, struct effects *out);
void on_certificate(struct consensus *core, const struct certificate *certificate,
                    struct effects *out);

/* -- chain.c: blocks on their way to being valid and committed ------------------------------------- */

/* The committed block, or one that is VALID: it can be built on and voted for. */
bool is_ready(struct consensus *core, const struct hash *hash);
/* Its height and time; it must be ready. */
void ready_facts(struct consensus *core, const struct hash *hash, uint64_t *height,
                 uint64_t *time_ms);
/* Is the block of this hash a seal that is not the epoch's root? It must be ready. */
bool is_open_seal(struct consensus *core, const struct hash *hash);

/* Takes the block into the table, where room has to be made if need be. NULL: all that is
 * held matters more. */
struct block *name_block(struct consensus *core, const struct hash *hash, uint64_t view,
                         struct effects *out);
/* A quorum stands behind the block, if it is in the table, and so behind its ancestors, which
 * nobody else may ask for. */
void certify_block(struct consensus *core, const struct hash *hash, struct effects *out);
void on_block(struct consensus *core, const struct input_block *in, struct effects *out);
void on_executed(struct consensus *core, const struct input_executed *in,
                 struct effects *out);
void on_range(struct consensus *core, const struct input_range *in, struct effects *out);
/* Orders the execution of what can be executed, the commit of what is final and valid, and
 * asks for what is missing. */
void advance_chain(struct consensus *core, struct effects *out);
/* The block and its ancestors up to the committed one, on the disk before what follows. */
void keep_chain(struct consensus *core, const struct hash *hash, struct effects *out);

/* -- vote.c: the rules of voting ------------------------------------------------------------------- */

void on_proposal(struct consensus *core, const struct input_proposal *in,
                 struct effects *out);
const struct proposals_slot *proposals_of(const struct consensus *core, uint64_t view);
/* That a proposal of this view is here, or leaves us as the leader. */
void note_proposed(struct consensus *core, uint64_t view);
/* When the first one was; false: none was, or it is forgotten. */
bool when_proposed(const struct consensus *core, uint64_t view, uint64_t *at_ms);
void try_notarize(struct consensus *core, struct effects *out);
void try_nullify(struct consensus *core, struct effects *out);
void try_finalize(struct consensus *core, struct effects *out);

/* -- propose.c: the rules of the leader -------------------------------------------------------------- */

void on_built(struct consensus *core, const struct input_built *in, struct effects *out);
void try_propose(struct consensus *core, struct effects *out);

/* -- timers.c: work, idleness, time-outs -------------------------------------------------------------- */

void on_work(struct consensus *core, const struct input_work *work);
/* Is there work that a block should be made for? */
bool has_work(const struct consensus *core);
/* Our share of the measured delay: B of the rules. */
uint64_t base_timeout(const struct consensus *core);
/* Notices a new frontier view. */
void enter_view(struct consensus *core, struct effects *out);
/* Arms the timer of the view, or disarms it when there is nothing to do. */
void update_timer(struct consensus *core, struct effects *out);
/* The time of the frontier view is over. */
bool is_overdue(struct consensus *core);
bool is_heartbeat_due(const struct consensus *core);

/* -- reentry.c: voting again after what was signed is forgotten ---------------------------------------- */

/* Once, before the first step: the mark binds where records are missing. */
void apply_mark(struct consensus *core, struct effects *out);
/* A new epoch has begun. */
void recall_in_epoch(struct consensus *core);
/* May others rely on where we say we stand? */
bool is_witness(const struct consensus *core);
/* A status that may answer us. */
void on_answer(struct consensus *core, const struct input_status *in);
/* Votes again, if enough have answered. */
void try_reenter(struct consensus *core, struct effects *out);

/* -- gossip.c: telling others, and catching up ----------------------------------------------------------- */

void on_status(struct consensus *core, const struct input_status *in,
               struct effects *out);
void on_connected(struct consensus *core, uint16_t index, struct effects *out);
/* The certificate that made the frontier view the frontier; empty behind a root. */
struct bytes_view frontier_proof(const struct consensus *core);
/* A message of this validator was about this view. */
void note_seen(struct consensus *core, uint16_t index, uint64_t view);
/* A vote came on its own, not inside a certificate, which anybody may send: its signer runs, if
 * the vote is no old one. */
void note_heard(struct consensus *core, const struct vote *vote);
void try_gossip(struct consensus *core, struct effects *out);
/* To who has nothing newer: the certificate that ended the view. */
void send_news(struct consensus *core, uint64_t view, enum vote_kind kind,
               bool is_ours, struct effects *out);
/* The leader may not know of the work that we wait for: L6. */
void offer_work(struct consensus *core, struct effects *out);
/* The next number below `limit`. */
uint64_t draw(struct consensus *core, uint64_t limit);

#endif
