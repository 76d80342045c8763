/* Receipts of what the state holds, of what it does not hold, and of records with none
 * left out. */
#include "chain/base/text.h"
#include "tests/unit/receipt/receipt_scene.h"

/* -- The state ----------------------------------------------------------------------- */

START_TEST(a_value_of_the_state_is_proved)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &stream);
	struct stream_head head;

	state_file(key, "contracts");
	expect_good();
	ck_assert_int_eq(facts.kind, RECEIPT_STATE);
	ck_assert(facts.present);
	ck_assert(bytes_equal(facts.key, state_key_view(&key)));
	ck_assert_int_eq(stream_head_decode(&head, facts.value), STATUS_OK);
	ck_assert_uint_eq(head.count, SCENE_RECORDS);
	ck_assert_uint_eq(facts.header.height, 2);
	ck_assert_mem_eq(&facts.block_hash, &fixture.chain.ledger.tip.hash, HASH_SIZE);
}
END_TEST

START_TEST(that_nothing_is_there_is_proved)
{
	struct hash id = stream_id_of(text_view("nothing"));

	state_file(state_key_of(STATE_STREAM, &id), "nothing");
	expect_good();
	ck_assert(!facts.present);
	ck_assert(bytes_equal(facts.name, text_view("nothing")));
	/* and of 50 keys more, so that the ways end in nothing and in other leaves */
	for (unsigned i = 0; i < 50; i++) {
		uint8_t byte = (uint8_t)i;

		id = hash_of(bytes_view(&byte, 1));
		state_file(state_key_of(STATE_PROFILE, &id), "");
		expect_good();
		ck_assert(!facts.present);
	}
}
END_TEST

static void state_extra(const struct hash *genesis, const struct header *parent,
                        struct bytes_view key, const struct bytes_view *value,
                        const char *name, const struct state_proof *proof)
{
	buffer_clear(&extra);
	receipt_extra_put_state(&extra, genesis, &receipt_fixture_tip(&fixture)->header,
	                        parent, key, value, text_view(name), proof);
	header_file();
}

START_TEST(lies_about_the_state_are_refused)
{
	const struct hash *genesis = &fixture.chain.network.genesis;
	const struct header *parent = &receipt_fixture_tip(&fixture)[-1].header;
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &stream);
	struct state_key other = state_key_of(STATE_STREAM, &stream);
	struct bytes_view value = text_view("another value");
	struct state_proof *proof = receipt_fixture_prove(&fixture, state_key_view(&key));

	state_extra(genesis, parent, state_key_view(&key), &value, "contracts", proof);
	expect(RECEIPT_CONTENT, "another value there");
	state_extra(genesis, parent, state_key_view(&key), NULL, "contracts", proof);
	expect(RECEIPT_CONTENT, "does not show that nothing is there");
	state_extra(genesis, parent, state_key_view(&other), NULL, "contracts", proof);
	expect(RECEIPT_CONTENT, "does not show that nothing is there");
	state_extra(genesis, parent, state_key_view(&key), &value, "payroll", proof);
	expect(RECEIPT_CONTENT, "the name");
	free(proof);
}
END_TEST

/* Who may choose the second half of the genesis hash may choose where a key would be. */
START_TEST(a_forged_genesis_hash_hides_nothing)
{
	const struct header *parent = &receipt_fixture_tip(&fixture)[-1].header;
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &stream);
	struct network network = fixture.chain.network;
	struct hash genesis = network.genesis;
	struct state_proof *proof;

	genesis.bytes[31] ^= 1;
	network_init(&fixture.chain.network, &genesis);
	proof = receipt_fixture_prove(&fixture, state_key_view(&key));
	fixture.chain.network = network;
	state_extra(&genesis, parent, state_key_view(&key), NULL, "contracts", proof);
	expect(RECEIPT_CONTENT, "the parent's header");
	free(proof);
}
END_TEST

/* -- Records ------------------------------------------------------------------------- */

START_TEST(any_range_of_records_is_proved)
{
	for (size_t from = 0; from < SCENE_RECORDS; from++)
		for (size_t count = 1; count <= SCENE_RECORDS - from; count++) {
			records_file(from, count, false);
			expect_good();
			ck_assert_int_eq(facts.kind, RECEIPT_RECORDS);
			ck_assert_uint_eq(facts.from, from);
			ck_assert_uint_eq(facts.record_count, count);
			ck_assert_uint_eq(facts.count, SCENE_RECORDS);
			for (size_t i = 0; i < count; i++) {
				ck_assert_mem_eq(&facts.records[i].leaf.txid, &records[from + i]->txid,
				                 HASH_SIZE);
				ck_assert_ptr_null(facts.records[i].tx);
			}
		}
}
END_TEST

START_TEST(records_come_with_their_transactions)
{
	records_file(4, 8, true);
	expect_good();
	for (size_t i = 0; i < 8; i++) {
		ck_assert_ptr_nonnull(facts.records[i].tx);
		ck_assert_mem_eq(&facts.records[i].tx->txid, &records[4 + i]->txid, HASH_SIZE);
	}
	ck_assert(bytes_equal(facts.records[7].operation.record_append.value,
	                      text_view("second of two")));
}
END_TEST

START_TEST(an_empty_stream_is_proved_empty)
{
	receipt_fixture_stream(&fixture, "empty");
	signing = receipt_fixture_signing(&fixture);
	buffer_clear(&file);
	receipt_fixture_records(&file, &fixture, "empty", 0, 0, false, &signing);
	expect_good();
	ck_assert_uint_eq(facts.count, 0);
	ck_assert_uint_eq(facts.record_count, 0);
}
END_TEST

/* What a records receipt is made of, to be told lies with. */
struct parts {
	struct receipt_records records;
	struct state_proof *proof;
	struct log_range range;
	struct bytes_view leaves[SCENE_RECORDS];
	struct bytes_view txs[SCENE_RECORDS];
};

static void parts_init(struct parts *parts, size_t from, size_t count)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &stream);
	const struct memory_value *head = memory_ledger_find(
		&fixture.chain.ledger, &fixture.chain.network, state_key_view(&key));
	struct receipt_extra decoded;

	records_file(from, count, false);
	expect_good();
	/* the range's hashes, out of the good receipt */
	parts->proof = receipt_fixture_prove(&fixture, state_key_view(&key));
	parts->records = (struct receipt_records){
		.stream_name = text_view("contracts"),
		.proof = parts->proof,
		.from = from,
		.leaf_count = count,
		.leaves = parts->leaves,
		.range = &parts->range,
		.txs = parts->txs,
	};
	ck_assert_int_eq(stream_head_decode(&parts->records.head,
	                                    bytes_view(head->value, head->value_size)),
	                 STATUS_OK);
	for (size_t i = 0; i < count; i++)
		parts->leaves[i] =
			bytes_view(fixture.places[from + i].leaf, fixture.places[from + i].leaf_size);
	{
		static uint8_t bytes[1 << 16];
		struct tlog_proof proof;
		size_t size;

		ck_assert_int_eq(tlog_proof_decode(&proof, buffer_view(&file), &why), STATUS_OK);
		ck_assert_uint_le(proof.extra.size, sizeof bytes);
		ck_assert(base64_decode(bytes, &size, proof.extra));
		ck_assert_int_eq(receipt_extra_decode(&decoded, bytes_view(bytes, size)),
		                 STATUS_OK);
	}
	parts->range.count = decoded.hash_count;
	memcpy(parts->range.hashes, decoded.hashes.at, decoded.hash_count * HASH_SIZE);
}

static void parts_file(const struct parts *parts)
{
	const struct receipt_block *tip = receipt_fixture_tip(&fixture);

	buffer_clear(&extra);
	receipt_extra_put_records(&extra, &fixture.chain.network.genesis, &tip->header,
	                          &tip[-1].header, &parts->records);
	header_file();
}

START_TEST(a_record_that_is_left_out_is_noticed)
{
	struct parts parts;

	parts_init(&parts, 3, 6);
	parts_file(&parts);
	expect_good();
	/* the last one */
	parts.records.leaf_count--;
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "not all of them");
	/* one in the middle */
	memmove(&parts.leaves[2], &parts.leaves[3], 3 * sizeof parts.leaves[0]);
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "not at its place");
	/* all of them */
	parts.records.leaf_count = 0;
	parts.records.range = NULL;
	parts.records.from = 0;
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "it shows no record");
	free(parts.proof);
}
END_TEST

START_TEST(records_that_are_not_the_streams_are_refused)
{
	uint8_t leaf[RECORD_LEAF_SIZE_MAX];
	struct parts parts;

	parts_init(&parts, 3, 2);
	memcpy(leaf, parts.leaves[1].at, parts.leaves[1].size);
	leaf[parts.leaves[1].size - 1] ^= 1; /* of the value's hash */
	parts.leaves[1].at = leaf;
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "not those of the stream");
	free(parts.proof);

	parts_init(&parts, 3, 2);
	parts.records.head.count = 5; /* "the stream has no more" */
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "another value there");
	parts.records.stream_name = text_view("payroll");
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "another value there");
	free(parts.proof);
}
END_TEST

START_TEST(transactions_that_made_none_of_the_records_are_refused)
{
	struct parts parts;

	parts_init(&parts, 3, 2);
	parts.records.tx_count = 1;
	parts.txs[0] = records[7]->bytes;
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "made none of its records");
	parts.records.tx_count = 2;
	parts.txs[0] = records[4]->bytes;
	parts.txs[1] = records[3]->bytes; /* not in the records' order */
	parts_file(&parts);
	expect(RECEIPT_CONTENT, "made none of its records");
	parts.txs[0] = records[3]->bytes;
	parts.txs[1] = records[4]->bytes;
	parts_file(&parts);
	expect_good();
	free(parts.proof);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("receipts of state and records");
	TCase *tests = tcase_create("receipts of state and records");

	tcase_add_checked_fixture(tests, scene_start, scene_stop);
	tcase_add_test(tests, a_value_of_the_state_is_proved);
	tcase_add_test(tests, that_nothing_is_there_is_proved);
	tcase_add_test(tests, lies_about_the_state_are_refused);
	tcase_add_test(tests, a_forged_genesis_hash_hides_nothing);
	tcase_add_test(tests, any_range_of_records_is_proved);
	tcase_add_test(tests, records_come_with_their_transactions);
	tcase_add_test(tests, an_empty_stream_is_proved_empty);
	tcase_add_test(tests, a_record_that_is_left_out_is_noticed);
	tcase_add_test(tests, records_that_are_not_the_streams_are_refused);
	tcase_add_test(tests, transactions_that_made_none_of_the_records_are_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
