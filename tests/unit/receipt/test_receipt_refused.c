/* Receipts that must not hold: each bit of three samples flipped, and each lie by its
 * name. */
#include "tests/unit/receipt/receipt_scene.h"

/* The first asks for three cosignatures; the others, to cost less, for one. */
static void sample(int which)
{
	struct hash absent = stream_id_of(text_view("nothing"));

	if (which > 0) {
		buffer_clear(&policy);
		receipt_fixture_policy(&policy, &fixture, signing.set, 1);
		signing.cosigners = 1;
	}
	if (which == 0)
		tx_file(3);
	else if (which == 1)
		records_file(5, 1, true);
	else
		state_file(state_key_of(STATE_STREAM, &absent), "nothing");
	expect_good();
}

START_TEST(every_flipped_bit_is_refused)
{
	uint8_t *bytes;
	size_t size;

	sample(_i);
	size = file.size;
	bytes = malloc(size);
	memcpy(bytes, file.at, size);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(verify_bytes(bytes_view(bytes, size)) != RECEIPT_GOOD,
		              "bit %zu of byte %zu, '%c', says nothing", bit % 8, bit / 8,
		              file.at[bit / 8]);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_int_eq(verify_bytes(bytes_view(bytes, size)), RECEIPT_GOOD);
	free(bytes);
}
END_TEST

START_TEST(every_cut_is_refused)
{
	sample(_i);
	for (size_t size = 0; size < file.size; size++) {
		/* Exactly as large, so that a sanitizer sees one byte too many. */
		uint8_t *bytes = malloc(size + 1);

		memcpy(bytes, file.at, size);
		ck_assert_int_ne(verify_bytes(bytes_view(bytes, size)), RECEIPT_GOOD);
		free(bytes);
	}
}
END_TEST

/* Which line of signatures a byte is in, from 0 on. */
static size_t line_at(const uint8_t *lines, const uint8_t *at)
{
	size_t line = 0;

	while (lines < at)
		line += *lines++ == '\n';
	return line;
}

/* A second cosignature where one is needed, and a second log signature: a flipped name makes one
 * of them a stranger's, and everything else that was proved still is. */
START_TEST(only_spare_signatures_may_be_lost)
{
	enum { LINES = 4 };
	struct receipt_facts whole;
	struct hash txid = records[3]->txid;
	size_t survived[LINES] = {0};
	const uint8_t *lines;

	buffer_clear(&policy);
	receipt_fixture_policy(&policy, &fixture, signing.set, 1);
	signing.cosigners = 3;
	signing.loggers = 3;
	tx_file(3);
	expect_good();
	whole = facts;
	lines = memmem(file.at, file.size, "\n\n\xe2\x80\x94", 5);
	ck_assert_ptr_nonnull(lines);
	lines += 2;
	for (size_t bit = 0; bit < 8 * file.size; bit++) {
		const uint8_t *at = file.at + bit / 8;

		file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (verify_bytes(buffer_view(&file)) == RECEIPT_GOOD) {
			ck_assert(at >= lines);
			ck_assert_uint_lt(line_at(lines, at), LINES);
			survived[line_at(lines, at)]++;
			ck_assert_mem_eq(&facts.tx.txid, &txid, sizeof txid);
			ck_assert_uint_eq(facts.log_index, whole.log_index);
			ck_assert_uint_eq(facts.checkpoint.size, whole.checkpoint.size);
			ck_assert_mem_eq(&facts.checkpoint.root, &whole.checkpoint.root, HASH_SIZE);
			ck_assert_uint_ge(facts.cosigned + 1, whole.cosigned);
		}
		file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* Any of the four, but a flip of what was signed never. */
	for (size_t i = 0; i < LINES; i++)
		ck_assert_uint_gt(survived[i], 0);
}
END_TEST

/* -- Whose word it is -------------------------------------------------------------------
 */

START_TEST(too_few_cosignatures_are_refused)
{
	signing.cosigners = 3;
	tx_file(3);
	expect(RECEIPT_NO_QUORUM, "cosigned by 2 of 4, and the policy asks for 3");
	signing.cosigners = 0;
	tx_file(3);
	expect(RECEIPT_NO_QUORUM, "cosigned by 0 of 4");
}
END_TEST

START_TEST(a_checkpoint_that_no_log_signed_is_refused)
{
	signing.loggers = 0;
	tx_file(3);
	expect(RECEIPT_NO_LOG_SIGNATURE, "no log");
}
END_TEST

START_TEST(one_validator_that_signs_often_counts_once)
{
	struct buffer again;
	const char *line;

	signing.cosigners = 1;
	tx_file(3);
	buffer_init(&again, SCENE_FILE_SIZE_MAX);
	buffer_append_view(&again, buffer_view(&file));
	buffer_append(&again, "", 1);
	line = strstr((char *)again.at, "/505d53556a33d964 ");
	ck_assert_ptr_nonnull(line);
	while (line[-1] != '\n')
		line--;
	for (int i = 0; i < 3; i++)
		buffer_append_text(&file, line);
	buffer_close(&again);
	expect(RECEIPT_NO_QUORUM, "cosigned by 1 of 4");
}
END_TEST

START_TEST(another_network_is_refused_by_name)
{
	struct receipt_fixture other;
	struct parameters parameters = parameters_default();

	parameters.values[PARAMETER_term_length] = 2;
	receipt_fixture_init(&other, &parameters, 4);
	buffer_clear(&policy);
	receipt_fixture_policy(&policy, &other, &receipt_fixture_tip(&other)->next, 0);
	receipt_fixture_close(&other);
	tx_file(3);
	expect(RECEIPT_OTHER_NETWORK, "the receipt is of cairn/fixture/");
}
END_TEST

START_TEST(a_policy_of_other_validators_is_refused)
{
	struct validator_set others = {0};

	for (unsigned i = 10; i < 14; i++) {
		struct validator validator = make_validator(
			&fixture.chain, &fixture.chain.accounts[i].id, FIXTURE_VALIDATOR + 100 + i);

		validators_add(&others, &validator);
	}
	buffer_clear(&policy);
	receipt_fixture_policy(&policy, &fixture, &others, 0);
	tx_file(3);
	expect(RECEIPT_NO_QUORUM, "cosigned by 0 of 4");
}
END_TEST

START_TEST(a_policy_that_cannot_be_read_is_named)
{
	tx_file(3);
	buffer_append_text(&policy, "nonsense\n");
	expect(RECEIPT_POLICY_UNREADABLE, "line 11: ");
	buffer_clear(&policy);
	expect(RECEIPT_POLICY_UNREADABLE, "no quorum");
	buffer_append_text(&policy, "quorum none\n");
	expect(RECEIPT_POLICY_UNREADABLE, "no log");
}
END_TEST

START_TEST(a_signature_that_is_not_the_keys_is_refused)
{
	char *at;

	tx_file(3);
	/* in the base64 of the last line, well behind the key id */
	at = (char *)file.at + file.size - 20;
	*at = *at == 'A' ? 'B' : 'A';
	expect(RECEIPT_SIGNATURE, "the signature of cairn/fixture/");
}
END_TEST

/* -- What is in the log -------------------------------------------------------------- */

static void tx_extra(const struct hash *genesis, struct bytes_view bytes,
                     const struct bytes_view *names, size_t name_count)
{
	buffer_clear(&extra);
	buffer_clear(&file);
	receipt_extra_put_tx(&extra, genesis, bytes, names, name_count);
}

START_TEST(a_transaction_that_is_another_leaf_is_refused)
{
	tx_extra(&fixture.chain.network.genesis, records[3]->bytes, NULL, 0);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 4, fixture.log_size,
	                     &signing);
	expect(RECEIPT_NOT_IN_LOG, "is not leaf");
}
END_TEST

START_TEST(a_transaction_that_was_never_recorded_is_refused)
{
	const struct tx *tx =
		ledger_fixture_tx_of(&fixture.chain, 1, make_append(&stream, "", "never"));

	tx_extra(&fixture.chain.network.genesis, tx->bytes, NULL, 0);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 3, fixture.log_size,
	                     &signing);
	expect(RECEIPT_NOT_IN_LOG, NULL);
}
END_TEST

/* Its first half stands in the origin; the second shows in the signature. */
START_TEST(another_genesis_hash_is_refused)
{
	struct hash genesis = fixture.chain.network.genesis;

	genesis.bytes[31] ^= 1;
	tx_extra(&genesis, records[3]->bytes, NULL, 0);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 3, fixture.log_size,
	                     &signing);
	expect(RECEIPT_SIGNATURE, "its transaction");
	genesis.bytes[0] ^= 1;
	tx_extra(&genesis, records[3]->bytes, NULL, 0);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 3, fixture.log_size,
	                     &signing);
	expect(RECEIPT_CONTENT, "genesis");
}
END_TEST

START_TEST(a_name_that_is_not_the_streams_is_refused)
{
	struct bytes_view names[2] = {text_view("contracts"), text_view("payroll")};

	tx_extra(&fixture.chain.network.genesis, records[3]->bytes, names, 2);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 3, fixture.log_size,
	                     &signing);
	expect(RECEIPT_CONTENT, "a name");
	/* and twice, or out of order, is no form */
	names[1] = names[0];
	tx_extra(&fixture.chain.network.genesis, records[3]->bytes, names, 2);
	receipt_fixture_file(&file, &fixture, &extra, first_index + 3, fixture.log_size,
	                     &signing);
	expect(RECEIPT_UNREADABLE, NULL);
}
END_TEST

START_TEST(a_header_passed_off_as_a_transaction_is_refused)
{
	const struct receipt_block *tip = receipt_fixture_tip(&fixture);
	uint8_t leaf[HEADER_LEAF_SIZE] = {0};

	header_encode(leaf + 1, &tip->header);
	tx_extra(&fixture.chain.network.genesis, bytes_view(leaf, sizeof leaf), NULL, 0);
	receipt_fixture_file(&file, &fixture, &extra, tip->header.log_size, fixture.log_size,
	                     &signing);
	expect(RECEIPT_CONTENT, "its transaction");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("refused receipts");
	TCase *tests = tcase_create("refused receipts");

	tcase_add_checked_fixture(tests, scene_start, scene_stop);
	tcase_add_loop_test(tests, every_flipped_bit_is_refused, 0, 3);
	tcase_add_loop_test(tests, every_cut_is_refused, 0, 3);
	tcase_add_test(tests, only_spare_signatures_may_be_lost);
	tcase_add_test(tests, too_few_cosignatures_are_refused);
	tcase_add_test(tests, a_checkpoint_that_no_log_signed_is_refused);
	tcase_add_test(tests, one_validator_that_signs_often_counts_once);
	tcase_add_test(tests, another_network_is_refused_by_name);
	tcase_add_test(tests, a_policy_of_other_validators_is_refused);
	tcase_add_test(tests, a_policy_that_cannot_be_read_is_named);
	tcase_add_test(tests, a_signature_that_is_not_the_keys_is_refused);
	tcase_add_test(tests, a_transaction_that_is_another_leaf_is_refused);
	tcase_add_test(tests, a_transaction_that_was_never_recorded_is_refused);
	tcase_add_test(tests, another_genesis_hash_is_refused);
	tcase_add_test(tests, a_name_that_is_not_the_streams_is_refused);
	tcase_add_test(tests, a_header_passed_off_as_a_transaction_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
