/* Messages as bytes: each kind comes back as it was, and nothing else is let in. */
#include "chain/base/memory.h"
#include "consensus/message.h"
#include "consensus/safety.h"
#include "tests/support/message_again.h"
#include "tests/support/support.h"

static const enum message_kind KINDS[] = {
	MESSAGE_VOTE,        MESSAGE_CERTIFICATE, MESSAGE_PROPOSAL,      MESSAGE_STATUS,
	MESSAGE_GET_BLOCK,   MESSAGE_BLOCK,       MESSAGE_GET_HEADERS,   MESSAGE_HEADERS,
	MESSAGE_TXS,         MESSAGE_EVIDENCE,    MESSAGE_GET_COMPACT,   MESSAGE_COMPACT,
	MESSAGE_GET_BLOCK_TXS, MESSAGE_BLOCK_TXS, MESSAGE_GET_BODIES,    MESSAGE_BODIES,
};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

static struct random lots;
static struct message sent, back;
static struct buffer bytes, again;
static uint8_t filler[1 << 16];

static void setup(void)
{
	lots = random_from(11);
	random_fill(&lots, filler, sizeof filler);
	buffer_init(&bytes, MESSAGE_SIZE_MAX + 1);
	buffer_init(&again, MESSAGE_SIZE_MAX + 1);
}

static void teardown(void)
{
	buffer_close(&bytes);
	buffer_close(&again);
}

static struct bytes_view some(size_t size)
{
	return bytes_view(filler, size);
}

static struct vote some_vote(enum vote_kind kind)
{
	struct vote vote = {.signer = 3};

	vote.ballot = (struct ballot){
		.kind = (uint8_t)kind,
		.epoch = random_u64(&lots),
		.view = 7,
		.parent_view = 6,
		.block = random_hash(&lots),
	};
	if (kind == VOTE_NULLIFY)
		vote.ballot = ballot_nullify(2, 7);
	random_fill(&lots, &vote.signature, sizeof vote.signature);
	return vote;
}

static struct bytes_view some_headers(size_t count)
{
	static uint8_t headers[(SYNC_HEADERS_MAX + 1) * HEADER_SIZE];
	struct header header = {.version = 1, .height = 6, .view = 8};

	for (size_t i = 0; i < count; i++)
		header_encode(&headers[i * HEADER_SIZE], &header);
	return bytes_view(headers, count * HEADER_SIZE);
}

static struct message_block some_block(uint32_t body_size)
{
	return (struct message_block){
		.header = {.version = 1,
	               .height = 5,
	               .view = 7,
	               .body_size = body_size,
	               .tx_root = random_hash(&lots)},
		.body = some(body_size),
	};
}

/* Three transactions, the second of them prefilled. */
static struct compact some_names(void)
{
	static uint8_t body[2 + 2 + 2 + 9 + 2 * SHORT_ID_SIZE];
	struct compact compact = {.header = some_block(300).header};

	random_fill(&lots, body, sizeof body);
	put_le16(body, 1);
	put_le16(body + 2, 1);
	put_le16(body + 4, 9);
	compact.header.tx_count = 3;
	ck_assert_int_eq(
		compact_body_decode(&compact.body, 3, bytes_view(body, sizeof body)), STATUS_OK);
	return compact;
}

static struct get_block_txs some_question(void)
{
	static const uint8_t indexes[6] = {0, 0, 3, 0, 1, 2};

	return (struct get_block_txs){.block = random_hash(&lots),
	                              .number = 0x01020304,
	                              .count = 3,
	                              .indexes = bytes_view(indexes, sizeof indexes)};
}

static struct block_txs some_answer(void)
{
	static const uint8_t body[7] = {2, 0, 7, 7, 1, 0, 8};

	return (struct block_txs){.block = random_hash(&lots),
	                          .number = 0x01020304,
	                          .count = 2,
	                          .body = bytes_view(body, sizeof body)};
}

/* A message of each kind with something in every part. */
static struct bytes_view encode(enum message_kind kind)
{
	struct bytes_view txs[3] = {some(100), some(0), some(7)};

	memset(&sent, 0, sizeof sent);
	buffer_clear(&bytes);
	sent.kind = kind;
	sent.vote = some_vote(VOTE_FINALIZE);
	if (kind == MESSAGE_CERTIFICATE)
		sent.certificate = some(300);
	if (kind == MESSAGE_PROPOSAL)
		sent.proposal = (struct message_proposal){
			.vote = some_vote(VOTE_NOTARIZE),
			.has_block = true,
			.block = some_block(300),
			.certificate_count = 3,
			.certificates = {some(200), some(0), some(90)},
		};
	if (kind == MESSAGE_STATUS)
		sent.status = (struct message_status){
			.status = {.epoch = 1, .view = 2, .final_view = 3, .height = 4, .nonce = 5},
			.certificate = some(150),
		};
	if (kind == MESSAGE_GET_BLOCK)
		sent.get_block = random_hash(&lots);
	if (kind == MESSAGE_BLOCK)
		sent.block = some_block(500);
	if (kind == MESSAGE_GET_HEADERS)
		sent.get_headers = random_u64(&lots) | 1;
	if (kind == MESSAGE_HEADERS)
		sent.headers = (struct message_headers){
			.from = 7,
			.count = 3,
			.headers = some_headers(3),
			.certificate = some(200),
		};
	if (kind == MESSAGE_GET_BODIES)
		sent.get_bodies = (struct message_get_bodies){.from = 1ULL << 40, .count = 9};
	if (kind == MESSAGE_BODIES)
		sent.bodies = (struct message_bodies){
			.from = 3,
			.count = 3,
			.blocks = {some_block(0), some_block(60), some_block(1)},
		};
	if (kind == MESSAGE_EVIDENCE)
		sent.evidence[1] = some_vote(VOTE_NULLIFY);
	if (kind == MESSAGE_GET_COMPACT)
		sent.get_compact = random_hash(&lots);
	if (kind == MESSAGE_COMPACT)
		sent.compact = some_names();
	if (kind == MESSAGE_GET_BLOCK_TXS)
		sent.get_block_txs = some_question();
	if (kind == MESSAGE_BLOCK_TXS)
		sent.block_txs = some_answer();
	if (kind == MESSAGE_TXS)
		message_put_txs(&bytes, txs, 3);
	else
		message_again(&bytes, &sent);
	ck_assert_int_eq(bytes.status, STATUS_OK);
	return buffer_view(&bytes);
}

static struct bytes_view encode_again(void)
{
	buffer_clear(&again);
	message_again(&again, &back);
	return buffer_view(&again);
}

/* An exact copy on the heap, so that a sanitizer sees one byte too many. */
static enum status decode(struct bytes_view message)
{
	static uint8_t *copy;

	memory_free(copy);
	copy = memory_new(message.size + 1);
	copy = memory_resize(copy, message.size > 0 ? message.size : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, message.at, message.size);
	return message_decode(&back, bytes_view(copy, message.size));
}

static void expect_canonical(struct bytes_view message)
{
	struct bytes_view once_more = encode_again();

	ck_assert_uint_eq(once_more.size, message.size);
	ck_assert_mem_eq(once_more.at, message.at, message.size);
}

/* -- Every kind ---------------------------------------------------------------------- */

START_TEST(each_kind_comes_back_as_it_was_sent)
{
	struct bytes_view message = encode(KINDS[_i]);

	ck_assert_int_eq(decode(message), STATUS_OK);
	ck_assert_int_eq(back.kind, KINDS[_i]);
	expect_canonical(message);
}
END_TEST

/* The size of a certificate is the message's, and transactions may be fewer. */
START_TEST(each_kind_cut_anywhere_is_refused)
{
	struct bytes_view message = encode(KINDS[_i]);

	for (size_t cut = 0; cut < message.size; cut++) {
		enum status status = decode(bytes_view(message.at, cut));

		if (status == STATUS_OK && (KINDS[_i] == MESSAGE_CERTIFICATE || KINDS[_i] == MESSAGE_TXS))
			expect_canonical(bytes_view(message.at, cut));
		else
			ck_assert_msg(status != STATUS_OK, "cut at %zu", cut);
	}
}
END_TEST

START_TEST(each_kind_with_one_byte_more_is_refused)
{
	struct bytes_view message = encode(KINDS[_i]);

	if (KINDS[_i] == MESSAGE_CERTIFICATE)
		return;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t last = (uint8_t)byte;

		buffer_append(&bytes, &last, 1);
		ck_assert_int_ne(decode(buffer_view(&bytes)), STATUS_OK);
		bytes.size = message.size;
	}
}
END_TEST

START_TEST(each_bit_that_flips_is_refused_or_means_something_else)
{
	struct bytes_view message = encode(KINDS[_i]);

	for (size_t bit = 0; bit < 8 * message.size; bit++) {
		bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (decode(message) == STATUS_OK)
			expect_canonical(message);
		bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

START_TEST(a_message_that_finds_no_memory_says_so)
{
	ck_assert_int_eq(decode(encode(KINDS[_i])), STATUS_OK);
	memory_fail_at(1, 1);
	message_again(&again, &back);
	memory_fail_at(0, 0);
	ck_assert_int_eq(again.status, STATUS_MEMORY);
}
END_TEST

/* -- Fields -------------------------------------------------------------------------- */

START_TEST(an_unknown_kind_is_foreign)
{
	for (unsigned kind = 0; kind < 256; kind++) {
		uint8_t message[2] = {(uint8_t)kind, 0};
		enum status status = decode(bytes_view(message, sizeof message));
		bool is_known = false;

		for (size_t i = 0; i < KIND_COUNT; i++)
			is_known = is_known || KINDS[i] == kind;
		if (!is_known)
			ck_assert_int_eq(status, STATUS_FOREIGN);
		else
			ck_assert_int_ne(status, STATUS_FOREIGN);
	}
}
END_TEST

START_TEST(the_fields_of_a_proposal_come_back)
{
	ck_assert_int_eq(decode(encode(MESSAGE_PROPOSAL)), STATUS_OK);
	ck_assert(ballot_equal(&back.proposal.vote.ballot, &sent.proposal.vote.ballot));
	ck_assert(back.proposal.has_block);
	ck_assert_uint_eq(back.proposal.block.header.body_size, 300);
	ck_assert_mem_eq(back.proposal.block.body.at, filler, 300);
	ck_assert_uint_eq(back.proposal.certificate_count, 3);
	ck_assert_uint_eq(back.proposal.certificates[0].size, 200);
	ck_assert_uint_eq(back.proposal.certificates[1].size, 0);
	ck_assert_uint_eq(back.proposal.certificates[2].size, 90);
}
END_TEST

START_TEST(a_proposal_by_names_comes_back_and_is_refused_when_cut)
{
	struct compact compact = some_names();
	size_t size;

	encode(MESSAGE_PROPOSAL);
	sent.proposal.has_block = false;
	sent.proposal.has_names = true;
	sent.proposal.block.header = compact.header;
	sent.proposal.names = compact.body;
	buffer_clear(&bytes);
	message_put_proposal(&bytes, &sent.proposal);
	size = bytes.size;
	for (size_t cut = 0; cut < size; cut++)
		ck_assert_int_ne(decode(bytes_view(bytes.at, cut)), STATUS_OK);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
	ck_assert(back.proposal.has_names && !back.proposal.has_block);
	ck_assert_uint_eq(back.proposal.names.tx_count, 3);
	ck_assert_uint_eq(back.proposal.names.prefilled_count, 1);
	expect_canonical(buffer_view(&bytes));
	bytes.at[1 + 123] = 3; /* neither absent, nor whole, nor by names */
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_re_proposal_carries_no_block)
{
	encode(MESSAGE_PROPOSAL);
	sent.proposal.has_block = false;
	buffer_clear(&bytes);
	message_put_proposal(&bytes, &sent.proposal);
	ck_assert_uint_eq(bytes.size, 1 + 123 + 1 + 1 + 3 * 2 + 290);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
	ck_assert(!back.proposal.has_block);
}
END_TEST

/* A view of 0, a parent at or above the view, a nullification with a block: no honest
 * node signs them. */
START_TEST(votes_that_nobody_may_cast_are_refused)
{
	struct vote votes[6];

	for (size_t i = 0; i < 6; i++)
		votes[i] = some_vote(i < 4 ? VOTE_NOTARIZE : VOTE_NULLIFY);
	votes[0].ballot.view = 0;
	votes[1].ballot.parent_view = 7;
	votes[2].ballot.parent_view = UINT64_MAX;
	votes[3].ballot.kind = 4;
	votes[4].ballot.parent_view = 6;
	votes[5].ballot.block.bytes[0] = 1;
	for (size_t i = 0; i < 6; i++) {
		buffer_clear(&bytes);
		message_put_vote(&bytes, &votes[i]);
		ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(a_proposal_is_a_notarize_vote)
{
	for (unsigned kind = VOTE_NULLIFY; kind <= VOTE_FINALIZE; kind++) {
		struct message_proposal proposal = {.vote = some_vote((enum vote_kind)kind)};

		buffer_clear(&bytes);
		message_put_proposal(&bytes, &proposal);
		ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(a_body_of_another_size_than_the_header_says_is_refused)
{
	struct message_block block = some_block(100);

	block.header.body_size = 99;
	message_put_block(&bytes, &block);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
}
END_TEST

/* -- Limits -------------------------------------------------------------------------- */

START_TEST(a_proposal_carries_so_many_certificates_and_no_more)
{
	size_t at = 1 + 123 + 1;

	for (size_t count = MESSAGE_CERTIFICATES_MAX; count < 256; count++) {
		struct message_proposal proposal = {
			.vote = some_vote(VOTE_NOTARIZE),
			.certificate_count = MESSAGE_CERTIFICATES_MAX,
		};
		static const uint8_t EMPTY[2];

		buffer_clear(&bytes);
		message_put_proposal(&bytes, &proposal);
		bytes.at[at] = (uint8_t)count;
		for (size_t i = MESSAGE_CERTIFICATES_MAX; i < count; i++)
			buffer_append(&bytes, EMPTY, sizeof EMPTY);
		ck_assert_int_eq(decode(buffer_view(&bytes)), count == MESSAGE_CERTIFICATES_MAX
		                                                  ? STATUS_OK
		                                                  : STATUS_TOO_LARGE);
	}
}
END_TEST

START_TEST(headers_are_so_many_at_most_and_have_a_certificate_unless_there_are_none)
{
	for (size_t count = 0; count <= SYNC_HEADERS_MAX + 1; count++) {
		buffer_clear(&bytes);
		message_put_headers(&bytes, &(struct message_headers){
			.from = 5,
			.count = count,
			.headers = some_headers(count),
			.certificate = some(count > 0 ? 4 : 0),
		});
		ck_assert_int_eq(decode(buffer_view(&bytes)),
		                 count <= SYNC_HEADERS_MAX ? STATUS_OK : STATUS_TOO_LARGE);
	}
	for (size_t count = 0; count < 2; count++) {
		buffer_clear(&bytes);
		message_put_headers(&bytes, &(struct message_headers){
			.from = 5,
			.count = count,
			.headers = some_headers(count),
			.certificate = some(count > 0 ? 0 : 4),
		});
		ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(bodies_are_so_many_at_most)
{
	static struct message_bodies bodies = {.from = 1};

	for (size_t count = 0; count <= PORTION_BLOCKS_MAX + 1; count++) {
		buffer_clear(&bytes);
		bodies.count = count < PORTION_BLOCKS_MAX ? count : PORTION_BLOCKS_MAX;
		for (size_t i = 0; i < bodies.count; i++)
			bodies.blocks[i] = some_block(3);
		message_put_bodies(&bytes, &bodies);
		put_le16(bytes.at + 9, (uint16_t)count);
		if (count <= PORTION_BLOCKS_MAX)
			ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
		else
			ck_assert_int_ne(decode(buffer_view(&bytes)), STATUS_OK);
	}
}
END_TEST

/* Everybody has the genesis, and nobody asks for nothing. */
START_TEST(who_catches_up_asks_for_something_above_the_genesis)
{
	message_put_get_headers(&bytes, 0);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_MALFORMED);
	for (size_t count = 0; count <= PORTION_BLOCKS_MAX + 1; count++)
		for (uint64_t from = 0; from < 2; from++) {
			buffer_clear(&bytes);
			message_put_get_bodies(&bytes, &(struct message_get_bodies){from, count});
			if (from > 0 && count > 0 && count <= PORTION_BLOCKS_MAX)
				ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
			else
				ck_assert_int_ne(decode(buffer_view(&bytes)), STATUS_OK);
		}
}
END_TEST

START_TEST(a_certificate_beside_something_has_a_largest_size)
{
	struct message_status status = {.certificate = some(CERTIFICATE_SIZE_MAX)};

	message_put_status(&bytes, &status);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
	status.certificate = some(CERTIFICATE_SIZE_MAX + 1);
	buffer_clear(&bytes);
	message_put_status(&bytes, &status);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(transactions_are_one_at_least_and_so_many_at_most)
{
	static struct bytes_view txs[MESSAGE_TXS_MAX + 1];

	for (size_t i = 0; i <= MESSAGE_TXS_MAX; i++)
		txs[i] = some(i % 5);
	message_put_txs(&bytes, txs, 0);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_TOO_LARGE);
	buffer_clear(&bytes);
	message_put_txs(&bytes, txs, MESSAGE_TXS_MAX);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_OK);
	buffer_clear(&bytes);
	message_put_txs(&bytes, txs, MESSAGE_TXS_MAX + 1);
	ck_assert_int_eq(decode(buffer_view(&bytes)), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_message_has_a_largest_size)
{
	struct bytes_view message = encode(MESSAGE_CERTIFICATE);
	uint8_t *more = buffer_extend(&bytes, MESSAGE_SIZE_MAX - message.size);

	ck_assert_ptr_nonnull(more);
	ck_assert_int_eq(message_decode(&back, buffer_view(&bytes)), STATUS_OK);
	more = buffer_extend(&bytes, 1);
	ck_assert_ptr_nonnull(more);
	ck_assert_int_eq(message_decode(&back, buffer_view(&bytes)), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(the_largest_bodies_fit)
{
	static struct message_bodies bodies = {.from = 1, .count = 1};
	uint8_t *body = memory_new(BLOCK_BODY_MAX + 1);

	ck_assert_ptr_nonnull(body);
	bodies.blocks[0].body = bytes_view(body, BLOCK_BODY_MAX);
	message_put_bodies(&bytes, &bodies);
	ck_assert_int_eq(message_decode(&back, buffer_view(&bytes)), STATUS_OK);
	bodies.blocks[0].body = bytes_view(body, BLOCK_BODY_MAX + 1);
	buffer_clear(&bytes);
	message_put_bodies(&bytes, &bodies);
	ck_assert_int_eq(message_decode(&back, buffer_view(&bytes)), STATUS_TOO_LARGE);
	memory_free(body);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("message");
	TCase *kinds = tcase_create("each kind");
	TCase *tests = tcase_create("fields and limits");

	tcase_add_checked_fixture(kinds, setup, teardown);
	tcase_add_loop_test(kinds, each_kind_comes_back_as_it_was_sent, 0, KIND_COUNT);
	tcase_add_loop_test(kinds, each_kind_cut_anywhere_is_refused, 0, KIND_COUNT);
	tcase_add_loop_test(kinds, each_kind_with_one_byte_more_is_refused, 0,
	                    KIND_COUNT);
	tcase_add_loop_test(kinds, each_bit_that_flips_is_refused_or_means_something_else,
	                    0, KIND_COUNT);
	tcase_add_loop_test(kinds, a_message_that_finds_no_memory_says_so, 0,
	                    KIND_COUNT);
	suite_add_tcase(suite, kinds);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_unknown_kind_is_foreign);
	tcase_add_test(tests, the_fields_of_a_proposal_come_back);
	tcase_add_test(tests, a_proposal_by_names_comes_back_and_is_refused_when_cut);
	tcase_add_test(tests, a_re_proposal_carries_no_block);
	tcase_add_test(tests, votes_that_nobody_may_cast_are_refused);
	tcase_add_test(tests, a_proposal_is_a_notarize_vote);
	tcase_add_test(tests, a_body_of_another_size_than_the_header_says_is_refused);
	tcase_add_test(tests, a_proposal_carries_so_many_certificates_and_no_more);
	tcase_add_test(tests,
	               headers_are_so_many_at_most_and_have_a_certificate_unless_there_are_none);
	tcase_add_test(tests, bodies_are_so_many_at_most);
	tcase_add_test(tests, who_catches_up_asks_for_something_above_the_genesis);
	tcase_add_test(tests, a_certificate_beside_something_has_a_largest_size);
	tcase_add_test(tests, transactions_are_one_at_least_and_so_many_at_most);
	tcase_add_test(tests, a_message_has_a_largest_size);
	tcase_add_test(tests, the_largest_bodies_fit);
	suite_add_tcase(suite, tests);
	return suite;
}
