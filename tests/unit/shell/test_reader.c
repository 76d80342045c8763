/* What peers that are behind are answered: headers in a row, up to one that certifies itself, the
 * bodies of blocks in a row, and nothing where there is none. */
#include "node/shell/reader.h"
#include "tests/unit/store/store_fixture.h"

#include "consensus/message.h"

static struct store_fixture fixture;
static struct store_view *view;
static struct read_job job;
static enum read_form form; /* of what is asked for by hash */
static struct message message;
static struct hash hashes[SYNC_HEADERS_MAX + 8];
static size_t headers_max, body_count;

static void start(void)
{
	store_fixture_init(&fixture, NULL);
	view = store_fixture_view(&fixture);
	headers_max = SYNC_HEADERS_MAX;
	body_count = 0;
}

static void stop(void)
{
	store_view_close(view);
	store_fixture_close(&fixture);
}

/* A block of one transaction, under a certificate for itself or for another. */
static void add_block(bool certifies_itself)
{
	char name[16];
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct certificate *certificate = calloc(1, sizeof *certificate);
	struct writer out = writer_on(bytes, sizeof bytes);
	uint64_t height = fixture.ledger.ledger.tip.header.height + 1;
	struct store_block block;
	struct draft *draft;
	const struct tx *tx;

	snprintf(name, sizeof name, "s%llu", (unsigned long long)height);
	tx = ledger_fixture_tx_of(&fixture.ledger, 1, make_describe(name));
	draft = ledger_fixture_sealed(&fixture.ledger, NULL, &tx, 1);
	hashes[height] = draft->hash;
	certificate->ballot = (struct ballot){
		.kind = VOTE_FINALIZE,
		.view = height,
		.block = certifies_itself ? draft->hash : (struct hash){{1}},
	};
	certificate->validator_count = 1;
	certificate->signers[0] = true;
	certificate_put(&out, certificate);
	block = (struct store_block){
		.draft = draft,
		.certificate = bytes_view(bytes, certificate_size(certificate)),
	};
	ck_ok(&fixture, store_write(fixture.store,
	                            &(struct store_batch){.blocks = &block, .block_count = 1},
	                            &fixture.why));
	memory_ledger_commit(&fixture.ledger.ledger, draft);
	draft_free(draft);
	free(certificate);
}

/* Asks from a height on, or for a block; false: no answer. */
static bool ask(uint64_t height, const struct hash *hash)
{
	buffer_close(&job.answer);
	job = (struct read_job){
		.headers_max = headers_max,
		.body_count = body_count,
		.height = height,
		.by_hash = hash != NULL,
		.form = form,
	};
	if (hash)
		job.hash = *hash;
	buffer_init(&job.answer, MESSAGE_SIZE_MAX);
	ck_ok(&fixture, reader_answer(view, &job, &fixture.why));
	ck_assert_int_eq(job.answer.status, STATUS_OK);
	if (job.answer.size == 0)
		return false;
	ck_assert_int_eq(message_decode(&message, buffer_view(&job.answer)), STATUS_OK);
	return true;
}

static void must_be_headers(uint64_t first, size_t count)
{
	struct cursor headers = cursor_on(message.headers.headers);
	struct certificate certificate;
	struct cursor in;

	ck_assert_int_eq(message.kind, MESSAGE_HEADERS);
	ck_assert_uint_eq(message.headers.from, first);
	ck_assert_uint_eq(message.headers.count, count);
	for (size_t i = 0; i < count; i++) {
		struct header header;
		struct hash hash;

		header_get(&headers, &header);
		hash = header_hash(&header, &fixture.ledger.network);
		ck_assert_uint_eq(header.height, first + i);
		ck_assert(hash_equal(&hash, &hashes[first + i]));
	}
	in = cursor_on(message.headers.certificate);
	certificate_get(&in, &certificate);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert(hash_equal(&certificate.ballot.block, &hashes[first + count - 1]));
}

START_TEST(headers_end_at_the_last_block_that_certifies_itself)
{
	for (int i = 0; i < 5; i++)
		add_block(i != 3 && i != 4); /* heights 1 to 3 do, 4 and 5 do not */
	ck_assert(ask(1, NULL));
	must_be_headers(1, 3);
	ck_assert(ask(3, NULL));
	must_be_headers(3, 1);
	ck_assert(!ask(4, NULL));
	add_block(true);
	ck_assert(ask(4, NULL));
	must_be_headers(4, 3);
	buffer_close(&job.answer);
}
END_TEST

START_TEST(where_few_are_given_they_lead_to_the_next_certificate)
{
	for (int i = 1; i <= 20; i++)
		add_block(i % 10 == 0 || i == 2);
	headers_max = 3;
	ck_assert(ask(1, NULL));
	must_be_headers(1, 2);
	ck_assert(ask(3, NULL));
	must_be_headers(3, 8);
	ck_assert(ask(8, NULL));
	must_be_headers(8, 3);
	buffer_close(&job.answer);
}
END_TEST

START_TEST(no_more_headers_are_given_than_an_answer_may_have)
{
	for (int i = 1; i <= SYNC_HEADERS_MAX + 1; i++)
		add_block(i == SYNC_HEADERS_MAX + 1);
	ck_assert(!ask(1, NULL));
	ck_assert(ask(2, NULL));
	must_be_headers(2, SYNC_HEADERS_MAX);
	add_block(true);
	ck_assert(ask(2, NULL));
	must_be_headers(2, SYNC_HEADERS_MAX);
	buffer_close(&job.answer);
}
END_TEST

START_TEST(bodies_are_given_as_many_as_were_asked_for_or_none)
{
	struct buffer body;

	buffer_init(&body, BLOCK_BODY_MAX);
	for (int i = 0; i < 4; i++)
		add_block(false);
	body_count = 3;
	ck_assert(ask(2, NULL));
	ck_assert_int_eq(message.kind, MESSAGE_BODIES);
	ck_assert_uint_eq(message.bodies.from, 2);
	ck_assert_uint_eq(message.bodies.count, 3);
	for (size_t i = 0; i < 3; i++) {
		buffer_clear(&body);
		ck_ok(&fixture, store_read_body(view, 2 + i, &body, &fixture.why));
		ck_assert_uint_gt(body.size, 0);
		ck_assert_uint_eq(message.bodies.blocks[i].body.size, body.size);
		ck_assert_mem_eq(message.bodies.blocks[i].body.at, body.at, body.size);
	}
	ck_assert(!ask(3, NULL));
	ck_assert(!ask(5, NULL));
	ck_assert(!ask(UINT64_MAX, NULL));
	buffer_close(&body);
	buffer_close(&job.answer);
}
END_TEST

START_TEST(what_is_not_there_is_not_answered)
{
	struct hash nowhere = {{7}};

	add_block(true);
	ck_assert(!ask(2, NULL));
	ck_assert(!ask(0, NULL));
	ck_assert(!ask(UINT64_MAX, NULL));
	ck_assert(!ask(0, &nowhere));
	buffer_close(&job.answer);
}
END_TEST

START_TEST(a_block_is_found_by_its_hash)
{
	struct hash hash;

	add_block(true);
	add_block(false);
	ck_assert(ask(0, &hashes[2]));
	ck_assert_int_eq(message.kind, MESSAGE_BLOCK);
	hash = header_hash(&message.block.header, &fixture.ledger.network);
	ck_assert(hash_equal(&hash, &hashes[2]));
	ck_assert_uint_eq(message.block.body.size, message.block.header.body_size);
	buffer_close(&job.answer);
}
END_TEST

/* As a follower asks for it, when its FINAL has told him of it. A small one is all there. */
START_TEST(a_block_is_named_from_the_disk)
{
	struct hash hash;

	add_block(true);
	form = READ_COMPACT;
	ck_assert(ask(0, &hashes[1]));
	ck_assert_int_eq(message.kind, MESSAGE_COMPACT);
	hash = header_hash(&message.compact.header, &fixture.ledger.network);
	ck_assert(hash_equal(&hash, &hashes[1]));
	ck_assert_uint_gt(message.compact.header.tx_count, 0);
	ck_assert_uint_eq(message.compact.body.prefilled_count, message.compact.header.tx_count);
	form = READ_WHOLE;
	buffer_close(&job.answer);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("reader");
	TCase *cases = tcase_create("reader");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, headers_end_at_the_last_block_that_certifies_itself);
	tcase_add_test(cases, where_few_are_given_they_lead_to_the_next_certificate);
	tcase_add_test(cases, no_more_headers_are_given_than_an_answer_may_have);
	tcase_add_test(cases, bodies_are_given_as_many_as_were_asked_for_or_none);
	tcase_add_test(cases, what_is_not_there_is_not_answered);
	tcase_add_test(cases, a_block_is_found_by_its_hash);
	tcase_add_test(cases, a_block_is_named_from_the_disk);
	suite_add_tcase(suite, cases);
	return suite;
}
