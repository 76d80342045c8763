/* What the files of drive share; nobody else includes it. */
#ifndef NODE_DRIVE_INNER_H
#define NODE_DRIVE_INNER_H

#include "node/drive/drive.h"

/* -- drive.c: the turn ---------------------------------------------------------------------------- */

/* Our memory or the world failed: the node cannot go on. The first one is kept. */
void drive_fail(struct drive *drive, enum status status, const char *what);

/* Now is `moment`. */
void begin_turn(struct drive *drive, const struct moment *moment);
/* The machine takes the input, and its effects are carried out. Pointers in it are borrowed. */
void feed(struct drive *drive, struct input *in);
/* For what comes up in between: without pointers. */
void feed_later(struct drive *drive, const struct input *in);
/* Tells consensus of the pool, hands out the job, sends what may leave. */
void end_turn(struct drive *drive);
/* Is it the peer that had this number when something was asked for him, or of him? */
bool is_still_there(const struct drive *drive, uint16_t peer, uint32_t connection);

/* -- carry.c -------------------------------------------------------------------------------------- */

void carry_out(struct drive *drive, const struct effect *effect);
/* The job that this turn gathers; NULL: memory is out, and drive has failed. */
struct store_job *job_of(struct drive *drive);
/* Something was added to it, or not: it takes its place in the outbox if it has to. */
void queue_job(struct drive *drive, struct store_job *job, enum status status);
/* The mark is there or beyond, if it was not. */
void raise_mark(struct drive *drive, uint64_t epoch, uint64_t view);

/* -- blocks.c -------------------------------------------------------------------------------------- */

void carry_build(struct drive *drive, const struct effect_build *effect);
/* Takes transactions out of the pool, to be offered; gives how many. */
size_t pick_txs(struct drive *drive, size_t txs_max, size_t bytes_max);
/* The world makes a block of the `count` that were picked. */
void order_build(struct drive *drive, const struct effect_build *effect, size_t count);
void carry_execute(struct drive *drive, const struct hash *hash);
void carry_drop(struct drive *drive, const struct hash *hash);
/* Views that were given up since the parent of the next block, beyond what faulty leaders
 * explain. */
uint64_t failed_views(const struct drive *drive);
/* The transactions of the blocks that the next one builds on do not wait for a block. */
void update_placed(struct drive *drive);
/* A block's way ended on the disk: who waits for its transactions is told. */
void finish_block(struct drive *drive, const struct hash *hash);
/* The end of a transaction of the pool. */
void tell_end(struct drive *drive, const struct pool_tx *tx, struct tx_outcome *outcome);

/* -- trial.c --------------------------------------------------------------------------------------- */

/* The ledger has grown: what waits is tried again, if this node only follows. */
void trial_want(struct drive *drive, const struct commit_block *tip);
/* Begins if it is wanted and due. */
void trial_go_on(struct drive *drive);
/* The block that was made of it is nobody's. Carries out what consensus asked for meanwhile. */
void trial_end(struct drive *drive);
/* When it is due, monotonic; UINT64_MAX: not wanted. */
uint64_t trial_wake_ms(const struct drive *drive);

/* -- accuse.c -------------------------------------------------------------------------------------- */

/* Is there evidence against this validator already? */
bool is_accused(struct drive *drive, uint16_t signer);
/* Two votes of the present epoch by one validator, both checked, that exclude each other: kept,
 * told, and put on chain. Once for a key. */
void accuse(struct drive *drive, const struct vote votes[2]);
/* What should be on the chain and is not on its way there is sent again, when it is due. */
void retry_accusations(struct drive *drive);
/* The block is final: what it has of evidence nobody else needs to bring. */
void settle_accusations(struct drive *drive, const struct draft *draft);

/* -- send.c ------------------------------------------------------------------------------------------ */

enum { ALL_FOLLOWERS = ALL_PEERS - 1 }; /* beside consensus' own: peers that are no validators */

void carry_send(struct drive *drive, const struct effect_send *effect);
/* Is the peer connected and one of those that `to` stands for? */
bool is_meant(const struct drive *drive, const struct drive_peer *peer, uint16_t to);
/* At once, past the outbox: what waits for no disk. `to` as in effect_send. */
void send_bytes(struct drive *drive, uint16_t to, struct bytes_view bytes);
/* Out of the outbox, what may leave. */
void send_ready(struct drive *drive);
/* New transactions of our own clients, to the validators. */
void relay(struct drive *drive, const struct bytes_view *txs, size_t count);
/* What consensus calls this peer, after a change of the set too. */
void number_peers(struct drive *drive);

/* -- announce.c --------------------------------------------------------------------------------------- */

/* A certificate came from the peer, or goes out: if it is a FINAL, he has heard of it. */
void note_final_from(struct drive *drive, uint16_t from, const struct ballot *ballot);
void note_final_to(struct drive *drive, uint16_t to, struct bytes_view certificate);
/* Views are counted anew. */
void forget_finals(struct drive *drive);
/* A block is on the disk: who is no validator and has not heard that it is final, does now. */
void announce_final(struct drive *drive, const struct commit_block *commit);
/* Whom to ask for a block: `to`, or, if he is not connected, somebody who says that he has it;
 * NOBODY: there is none, or he was asked this very moment. */
uint16_t whom_to_ask_for(struct drive *drive, uint16_t to, const struct hash *block);

/* -- names.c: blocks put together out of short names --------------------------------------------------- */

/* A block by names is here, of this peer. Nothing happens if consensus does not want it, or if it
 * is on its way already. */
void names_begin(struct drive *drive, uint16_t peer, const struct header *header,
                 const struct compact_body *body);
/* The peer sends what was missing. */
void names_go_on(struct drive *drive, uint16_t peer, const struct block_txs *txs);
/* What was asked for of this block may still be on its way, or all of it is being checked: nobody
 * else is asked. */
bool names_are_awaited(const struct drive *drive, const struct hash *block);
/* The whole block has come from the peer and is being checked; and that is over. */
void names_are_checked(struct drive *drive, uint16_t peer, const struct hash *block);
void names_were_checked(struct drive *drive, uint16_t peer, const struct hash *block);
void names_forget_peer(struct drive *drive, uint16_t peer);
/* At the end of a turn: what consensus does not want any more goes. */
void names_forget_unwanted(struct drive *drive);
void names_close(struct drive *drive);

/* -- give.c: what peers ask for -------------------------------------------------------------------------- */

void give_headers(struct drive *drive, uint16_t peer, uint64_t from);
void give_bodies(struct drive *drive, uint16_t peer, const struct message_get_bodies *wanted);
void give_block(struct drive *drive, uint16_t peer, const struct hash *hash);
void give_compact(struct drive *drive, uint16_t peer, const struct hash *hash);
/* `bytes` are the whole message. */
void give_block_txs(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                    const struct get_block_txs *question);
/* The cosignatures that are kept over the seal with a checkpoint of `size`. */
void read_seal_for(struct drive *drive, uint16_t peer, uint64_t size);

enum { CHECKS_MAX = 1024 }; /* out there at once; what comes beyond is sent again later */

/* -- receive.c --------------------------------------------------------------------------------------- */

/* The peer sent what no honest node sends. */
void blame(struct drive *drive, uint16_t peer, const char *what);
/* A MESSAGE_BLOCK that was put together here; the bytes are taken. It goes the way of one that
 * came whole. False: there is no memory for that. */
MUST_CHECK bool check_rebuilt(struct drive *drive, uint16_t peer, struct buffer *bytes);
/* A job for this message, with room for so much, whose views are into bytes of its own. NULL: there
 * is no memory for it. */
struct check_job *job_new(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                          size_t votes, size_t certificates, size_t blocks);
/* A certificate of the present set into the job, to be checked even if it is held; false: no honest
 * node sends this. */
MUST_CHECK bool add_final(const struct drive *drive, struct check_job *job,
                          struct bytes_view bytes);
/* The job to the world; or away with it, and the blame to who sent it, if the form is not one that
 * an honest node sends. */
void hand_out(struct drive *drive, struct check_job *job, bool is_fair);
/* Onto the shelf; the names are taken. False: it is not the header's body, or memory is out, or it
 * is there and about to go. */
MUST_CHECK bool take_body(struct drive *drive, const struct message_block *from,
                          struct check_body *body);
/* What consensus does not hold after it heard of it is of no use. */
void drop_unheld(struct drive *drive, const struct hash *hash);

/* -- catchup.c ---------------------------------------------------------------------------------------- */

/* At the start and in a new epoch. */
void catchup_begin(struct drive *drive);
void catchup_on_headers(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                        const struct message_headers *message);
void catchup_on_bodies(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                       const struct message_bodies *message);
/* Any job: if it is one of catching up, that goes on. True: the job was taken. */
MUST_CHECK bool catchup_on_checked(struct drive *drive, struct check_job *job, bool is_there);
/* At the end of a turn: what came goes to consensus, what is missing is asked for. */
void catchup_go_on(struct drive *drive);

/* -- cosign.c: nothing of it does anything in a drive without an origin ------------------------------- */

MUST_CHECK enum status cosign_open(struct drive *drive, const struct drive_config *config);
void cosign_close(struct drive *drive);
/* A block is on the disk: no seal, or a seal, whose epoch has ended by now. */
void cosign_block(struct drive *drive, const struct commit_block *commit);
void cosign_seal(struct drive *drive, const struct commit_block *commit);
/* At the end of a turn: what is due is signed, what is reached is kept, what is missed is
 * asked for. */
void cosign_go_on(struct drive *drive);
uint64_t cosign_wake_ms(const struct drive *drive);
/* Seals of our disk that no quorum is kept over. */
void cosign_found(struct drive *drive, const struct missing_seals *missing);
/* A peer has come. */
void cosign_greet(struct drive *drive, uint16_t peer);
void cosign_on_message(struct drive *drive, uint16_t peer, struct bytes_view bytes);
void cosign_on_checked(struct drive *drive, const struct check_job *job);

#endif
