/* drive as one of four validators: the other three are the test's pen. */
#ifndef TESTS_UNIT_DRIVE_FOUR_H
#define TESTS_UNIT_DRIVE_FOUR_H

#include "tests/unit/drive/inline_world.h"

enum { DRAFTS_MAX = 8 };

static struct inline_world world;
static struct draft *drafts[DRAFTS_MAX]; /* of the others; freed at the end */
static size_t draft_count;
static struct buffer message;

/* Of view 1 the leader is number 1, and so on. */
static inline void four_begin_as(uint16_t self, bool cosigns)
{
	inline_world_init_as(&world, NULL, 100, 4, self, cosigns);
	inline_forget_sent(&world);
	buffer_init(&message, MESSAGE_SIZE_MAX);
	draft_count = 0;
}

static inline void four_begin(uint16_t self)
{
	four_begin_as(self, false);
}

static inline void four_end(void)
{
	while (draft_count > 0)
		draft_free(drafts[--draft_count]);
	buffer_close(&message);
	inline_world_close(&world);
}

/* -- What the others say ------------------------------------------------------------- */

static inline void say(uint16_t from)
{
	ck_assert_int_eq(message.status, STATUS_OK);
	drive_on_message(world.drive, from, buffer_view(&message), &world.moment);
	buffer_clear(&message);
}

static inline struct vote vote_of(uint16_t signer, enum vote_kind kind, uint64_t view,
                                  uint64_t parent_view, const struct hash *block)
{
	struct vote vote = {.signer = signer};

	vote.ballot = kind == VOTE_NULLIFY ? ballot_nullify(0, view)
	                                   : (struct ballot){
											 .kind = (uint8_t)kind,
											 .view = view,
											 .parent_view = parent_view,
											 .block = *block,
										 };
	vote.signature = inline_signature(&world, signer, &vote.ballot);
	return vote;
}

/* Said, checked, believed. */
static inline void cast(uint16_t signer, enum vote_kind kind, uint64_t view,
                        uint64_t parent_view, const struct hash *block)
{
	struct vote vote = vote_of(signer, kind, view, parent_view, block);

	message_put_vote(&message, &vote);
	say(signer);
	if (world.check_count > 0)
		inline_finish_check(&world);
}

static inline void give_up(uint16_t signer, uint64_t view)
{
	cast(signer, VOTE_NULLIFY, view, 0, NULL);
}

/* A block of one transaction on the ledger's tip, by the leader of the view. */
static inline struct draft *block_of(uint64_t view, const struct tx *tx)
{
	struct draft *draft = ledger_fixture_draft(&world.ledger, NULL);
	struct block_plan plan = {
		.view = view,
		.proposer = epoch_leader(&world.epoch, view),
		.time_ms = draft->header.time_ms,
	};

	ck_assert_uint_lt(draft_count, DRAFTS_MAX);
	ck_assert_int_eq(ledger_fixture_add(&world.ledger, draft, tx), VERDICT_GOOD);
	ck_assert_int_eq(block_seal(draft, &plan, NULL), STATUS_OK);
	drafts[draft_count++] = draft;
	return draft;
}

static inline void put_proposal(const struct draft *draft, uint64_t parent_view)
{
	uint64_t view = draft->header.view;
	struct message_proposal proposal = {
		.vote = vote_of(epoch_leader(&world.epoch, view), VOTE_NOTARIZE, view,
	                    parent_view, &draft->hash),
		.has_block = true,
		.block = {.header = draft->header, .body = buffer_view(&draft->body)},
	};

	message_put_proposal(&message, &proposal);
}

/* Proposed, checked, executed; the record of our vote is on its way to the disk. */
static inline void propose(const struct draft *draft, uint64_t parent_view)
{
	put_proposal(draft, parent_view);
	say(epoch_leader(&world.epoch, draft->header.view));
	inline_finish_check(&world);
	if (world.execute_count > 0)
		inline_finish_execute(&world);
}

/* FINAL of the block by numbers 1 to 3. */
static inline void say_final(uint16_t from, const struct draft *draft)
{
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct certificate certificate = {.validator_count = 4};

	for (uint16_t i = 1; i < 4; i++) {
		struct vote vote = vote_of(i, VOTE_FINALIZE, draft->header.view, 0, &draft->hash);

		certificate.ballot = vote.ballot;
		certificate.signers[i] = true;
		certificate.signatures[i] = vote.signature;
	}
	certificate_put(&out, &certificate);
	message_put_certificate(&message, bytes_view(bytes, sizeof bytes - out.left));
	say(from);
}

static inline void say_block(uint16_t from, const struct draft *draft)
{
	message_put_block(&message, &(struct message_block){
									.header = draft->header,
									.body = buffer_view(&draft->body),
								});
	say(from);
}

/* -- What we say --------------------------------------------------------------------- */

/* The nth from 0 of a kind to this peer, decoded into world.message; false: fewer. */
static inline bool sent(uint16_t to, enum message_kind kind, size_t n)
{
	for (size_t i = 0; i < world.sent_count; i++) {
		const struct inline_sent *one = &world.sent[i];

		if (one->to != to || one->bytes[0] != kind || n-- > 0)
			continue;
		return message_decode(&world.message, bytes_view(one->bytes, one->size)) ==
		       STATUS_OK;
	}
	return false;
}

static inline size_t sent_count(uint16_t to, enum message_kind kind)
{
	size_t count = 0;

	while (sent(to, kind, count))
		count++;
	return count;
}

#endif
