/* What is checked of a message: its signatures, and whether a body is its header's. */
#include "chain/base/memory.h"
#include "chain/proof/log.h"
#include "node/drive/check.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture ledger;
static struct draft *draft;
static struct message_block block;
static struct check_job *job;
static uint8_t body[4096];

/* A block of three transactions, and a job for it. */
static void setup(void)
{
	const struct tx *txs[3];
	struct operation append;
	struct hash stream = stream_id_of(text_view("notes"));

	ledger_fixture_init(&ledger, NULL);
	ledger_fixture_do(&ledger, 0, make_stream("notes", STREAM_WRITE_OPEN));
	append = make_append(&stream, "", "v");
	for (unsigned i = 0; i < 3; i++)
		txs[i] = ledger_fixture_tx_of(&ledger, i, append);
	draft = ledger_fixture_sealed(&ledger, NULL, txs, 3);
	ck_assert_uint_le(draft->body.size, sizeof body);
	memcpy(body, draft->body.at, draft->body.size);
	block = (struct message_block){
		.header = draft->header,
		.body = bytes_view(body, draft->body.size),
	};
	job = memory_new(sizeof *job);
	job->bytes = memory_new(1);
	job->signatures = memory_new(sizeof *job->signatures);
	job->bodies = memory_new(sizeof *job->bodies);
	job->blocks = &block;
	job->block_count = 1;
}

static void teardown(void)
{
	check_job_free(job);
	draft_free(draft);
	ledger_fixture_close(&ledger);
}

static enum body_finding look(void)
{
	memory_free(job->bodies[0].names);
	job->bodies[0].names = NULL;
	check_run(job, &ledger.network, signature_is_valid, cosign_is_valid);
	ck_assert_int_eq(job->status, STATUS_OK);
	ck_assert(job->is_good);
	return job->bodies[0].finding;
}

START_TEST(a_body_is_good_that_its_header_commits_to)
{
	ck_assert_int_eq(look(), BODY_GOOD);
	ck_assert(hash_equal(&job->bodies[0].hash, &draft->hash));
	for (size_t i = 0; i < 3; i++)
		ck_assert(hash_equal(&job->bodies[0].names[i].txid, &draft->txs[i]->txid));
}
END_TEST

START_TEST(an_empty_body_of_an_empty_block_is_good)
{
	block.header.tx_count = 0;
	block.header.body_size = 0;
	block.body.size = 0;
	block.header.tx_root = log_frontier_root(&(struct log_frontier){0});
	ck_assert_int_eq(look(), BODY_GOOD);
}
END_TEST

/* It says nothing about the block: the right one may still come. */
START_TEST(a_body_of_other_transactions_is_foreign)
{
	size_t first = body_entry_size(get_le16(body));

	block.header.tx_count = 2;
	ck_assert_int_eq(look(), BODY_FOREIGN);
	block.header.tx_count = 4;
	ck_assert_int_eq(look(), BODY_FOREIGN);
	block.header.tx_count = UINT32_MAX;
	ck_assert_int_eq(look(), BODY_FOREIGN);
	block.header.tx_count = 3;
	block.body = bytes_view(body + first, draft->body.size - first);
	ck_assert_int_eq(look(), BODY_FOREIGN);
	block.body = bytes_view(body, draft->body.size - 1);
	ck_assert_int_eq(look(), BODY_FOREIGN);
}
END_TEST

START_TEST(a_body_with_any_bit_changed_is_foreign)
{
	for (size_t i = 0; i < draft->body.size; i += 7) {
		body[i] ^= 1;
		ck_assert_int_eq(look(), BODY_FOREIGN);
		body[i] ^= 1;
	}
}
END_TEST

/* The leader committed to it: no other body will come. */
START_TEST(a_body_whose_header_commits_to_a_bad_signature_is_bad)
{
	struct log_frontier leaves = {0};
	struct cursor in;

	/* The signature is the end of a transaction. */
	body[draft->body.size - 1] ^= 1;
	in = cursor_on(block.body);
	while (in.left > 0) {
		struct hash leaf = log_leaf_hash(body_next(&in));

		log_frontier_append(&leaves, &leaf);
	}
	block.header.tx_root = log_frontier_root(&leaves);
	ck_assert_int_eq(look(), BODY_BAD);
	/* As what was checked before it was kept. */
	memory_free(job->bodies[0].names);
	check_run(job, &ledger.network, check_nothing, cosign_is_valid);
	ck_assert_int_eq(job->bodies[0].finding, BODY_GOOD);
}
END_TEST

START_TEST(a_body_whose_header_commits_to_what_is_no_transaction_is_bad)
{
	struct log_frontier leaves = {0};
	struct bytes_view entry;
	struct cursor in;
	struct hash leaf;

	memset(body + 2, 0xff, 300);
	put_le16(body, 300);
	block.body.size = 302;
	in = cursor_on(block.body);
	entry = body_next(&in);
	leaf = log_leaf_hash(entry);
	log_frontier_append(&leaves, &leaf);
	block.header.tx_count = 1;
	block.header.tx_root = log_frontier_root(&leaves);
	ck_assert_int_eq(look(), BODY_BAD);
}
END_TEST

START_TEST(one_bad_signature_spoils_the_message_and_its_body_is_not_looked_at)
{
	struct hash digest = {{1}};
	struct check_signature *signature = &job->signatures[0];

	signature->digest = digest;
	signature->key = ledger.accounts[0].keys.public_key;
	ck_assert_int_eq(key_pair_sign(&signature->signature, ledger.signer,
	                               &ledger.accounts[0].keys, &digest, &digest),
	                 STATUS_OK);
	job->signature_count = 1;
	ck_assert_int_eq(look(), BODY_GOOD);
	memory_free(job->bodies[0].names);
	job->bodies[0].names = NULL;
	signature->digest.bytes[0] ^= 1;
	check_run(job, &ledger.network, signature_is_valid, cosign_is_valid);
	ck_assert(!job->is_good);
	ck_assert_ptr_null(job->bodies[0].names);
}
END_TEST

START_TEST(without_memory_it_is_our_failure_and_not_the_bodys)
{
	memory_fail_at(1, 0);
	check_run(job, &ledger.network, signature_is_valid, cosign_is_valid);
	memory_fail_at(0, 0);
	ck_assert_int_eq(job->status, STATUS_MEMORY);
	check_job_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("check");
	TCase *tests = tcase_create("check");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_body_is_good_that_its_header_commits_to);
	tcase_add_test(tests, an_empty_body_of_an_empty_block_is_good);
	tcase_add_test(tests, a_body_of_other_transactions_is_foreign);
	tcase_add_test(tests, a_body_with_any_bit_changed_is_foreign);
	tcase_add_test(tests, a_body_whose_header_commits_to_a_bad_signature_is_bad);
	tcase_add_test(tests, a_body_whose_header_commits_to_what_is_no_transaction_is_bad);
	tcase_add_test(tests,
	               one_bad_signature_spoils_the_message_and_its_body_is_not_looked_at);
	tcase_add_test(tests, without_memory_it_is_our_failure_and_not_the_bodys);
	suite_add_tcase(suite, tests);
	return suite;
}
