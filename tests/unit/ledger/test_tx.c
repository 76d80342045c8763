#include "chain/ledger/tx.h"
#include "chain/proof/log.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct ledger_fixture fixture;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
}

static void stop(void)
{
	ledger_fixture_close(&fixture);
}

enum { SAMPLE_OPERATIONS = 10 };

/* One operation of every kind. */
static const struct tx *sample(void)
{
	struct key_pair new_keys = ledger_fixture_keys(&fixture, 50);
	struct hash stream = stream_id_of(text_view("notes"));
	struct hash asset = asset_id_of(text_view("bread"));
	const struct hash *self = &fixture.accounts[0].id;
	struct operation operations[SAMPLE_OPERATIONS] = {
		make_append(&stream, "key", "value"),
		make_stream("notes", STREAM_WRITE_LISTED),
		make_grant(&stream, STREAM_ROLE_WRITER, self),
		make_revoke(&stream, STREAM_ROLE_WRITER, self),
		make_rotate(&fixture, self, &new_keys, fixture.salt),
		make_describe("Ada"),
		make_asset("bread", 2),
		make_mint(&asset, self, 10),
		make_transfer(&asset, self, 3),
		make_burn(&asset, 7),
	};
	struct record_append *record = &operations[0].record_append;

	record->expected_count = (struct optional_u64){true, 1};
	record->expected_version = (struct optional_u64){true, 2};
	record->reference.present = true;
	operations[5].account_describe.inbox = (struct optional_hash){true, stream};
	return ledger_fixture_tx(&fixture, 0, operations, SAMPLE_OPERATIONS);
}

static enum verdict decode(struct tx *tx, const uint8_t *bytes, size_t size,
                           struct refusal *refusal)
{
	*refusal = (struct refusal){0};
	return tx_decode(tx, &fixture.network, bytes_view(bytes, size), refusal);
}

START_TEST(a_transaction_reads_back_as_it_was_written)
{
	const struct tx *tx = sample();
	struct cursor in = tx_operations(tx);
	static const enum operation_kind KINDS[SAMPLE_OPERATIONS] = {
		0x0101, 0x0201, 0x0202, 0x0203, 0x0301, 0x0302, 0x0401, 0x0402, 0x0403, 0x0404,
	};

	ck_assert_uint_eq(tx->operation_count, SAMPLE_OPERATIONS);
	ck_assert(hash_equal(&tx->sender, &fixture.accounts[0].id));
	ck_assert_uint_eq(tx->salt, 0);
	ck_assert_uint_eq(tx->valid_until_ms, FIXTURE_TIME_MS + FIXTURE_VALID_MS);
	for (size_t i = 0; i < SAMPLE_OPERATIONS; i++) {
		struct operation operation;

		ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
		ck_assert_int_eq(operation.kind, KINDS[i]);
	}
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert_int_eq(tx_check_signature(tx, NULL), VERDICT_GOOD);
}
END_TEST

START_TEST(the_txid_and_the_leaf_hash_are_what_the_protocol_says)
{
	const struct tx *tx = sample();
	size_t signed_size = tx->bytes.size - TX_AUTHORITY_SIZE;
	struct hasher txid = hasher_tagged("cairn/tx/v1");
	static const uint8_t leaf_tag = 0;
	struct hasher leaf;
	struct hash hash;

	hasher_update(&txid, fixture.network.genesis.bytes, HASH_SIZE);
	hasher_update(&txid, tx->bytes.at, signed_size);
	hash = hasher_finish(&txid);
	ck_assert(hash_equal(&hash, &tx->txid));
	hasher_start(&leaf);
	hasher_update(&leaf, &leaf_tag, 1);
	hasher_update(&leaf, tx->bytes.at, tx->bytes.size);
	hash = hasher_finish(&leaf);
	ck_assert(hash_equal(&hash, &tx->leaf_hash));
}
END_TEST

START_TEST(a_transaction_cut_anywhere_is_refused)
{
	const struct tx *tx = sample();

	for (size_t cut = 0; cut < tx->bytes.size; cut++) {
		uint8_t *part = malloc(cut > 0 ? cut : 1);
		struct refusal refusal;
		struct tx back;

		memcpy(part, tx->bytes.at, cut);
		ck_assert_int_eq(decode(&back, part, cut, &refusal), VERDICT_SCHEMA);
		ck_assert_uint_gt(strlen(refusal.text), 0);
		free(part);
	}
}
END_TEST

START_TEST(a_transaction_with_any_byte_more_is_refused)
{
	const struct tx *tx = sample();
	size_t size = tx->bytes.size + 1;
	uint8_t *bytes = malloc(size);

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	for (unsigned last = 0; last < 256; last++) {
		struct refusal refusal;
		struct tx back;

		bytes[size - 1] = (uint8_t)last;
		ck_assert_int_eq(decode(&back, bytes, size, &refusal), VERDICT_SCHEMA);
	}
	free(bytes);
}
END_TEST

static void expect_same_bytes(const struct tx *tx)
{
	struct operation operations[TX_OPERATIONS_MAX];
	struct cursor in = tx_operations(tx);
	struct tx_draft draft = {
		.sender = tx->sender,
		.salt = tx->salt,
		.valid_until_ms = tx->valid_until_ms,
		.operations = operations,
		.operation_count = tx->operation_count,
	};
	struct hash txid;
	uint8_t *again;

	for (size_t i = 0; i < tx->operation_count; i++)
		ck_assert_int_eq(operation_get(&in, &operations[i]), STATUS_OK);
	ck_assert_uint_eq(tx_draft_size(&draft), tx->bytes.size);
	again = malloc(tx->bytes.size);
	txid = tx_draft_put(again, &draft, &fixture.network);
	ck_assert(hash_equal(&txid, &tx->txid));
	tx_put_authority(again, tx->bytes.size, &tx->key, &tx->signature);
	ck_assert_mem_eq(again, tx->bytes.at, tx->bytes.size);
	free(again);
}

/* Whatever a flipped bit makes of it: no second encoding, and never signed. */
START_TEST(a_flipped_bit_is_refused_or_is_another_transaction_that_nobody_signed)
{
	const struct tx *tx = sample();
	uint8_t *bytes = malloc(tx->bytes.size);
	size_t decoded = 0;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	for (size_t bit = 0; bit < 8 * tx->bytes.size; bit++) {
		struct refusal refusal;
		struct tx back;

		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
		if (decode(&back, bytes, tx->bytes.size, &refusal) == VERDICT_GOOD) {
			decoded++;
			expect_same_bytes(&back);
			ck_assert(!hash_equal(&back.leaf_hash, &tx->leaf_hash));
			ck_assert_int_eq(tx_check_signature(&back, &refusal), VERDICT_SIGNATURE);
			ck_assert_ptr_nonnull(strstr(refusal.text, "txid"));
		}
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
	}
	/* The sender, the salt, the time, the key and the signature alone are that many. */
	ck_assert_uint_gt(decoded, 8 * (32 + 8 + 8 + 32 + 64) - 1);
	free(bytes);
}
END_TEST

/* -- Counts and sizes ---------------------------------------------------------------- */

static const struct tx *transfers(size_t count)
{
	static struct operation operations[TX_OPERATIONS_MAX];
	struct hash id = {{1}};

	for (size_t i = 0; i < count; i++)
		operations[i] = make_burn(&id, i + 1);
	return ledger_fixture_tx(&fixture, 0, operations, count);
}

START_TEST(a_transaction_has_1_to_1024_operations)
{
	const struct tx *tx = transfers(TX_OPERATIONS_MAX);
	size_t size = tx->bytes.size + 6 + 40;
	uint8_t *bytes = malloc(size);
	struct refusal refusal;
	struct tx back;

	ck_assert_uint_eq(tx->operation_count, 1024);
	/* The first operation once more, and the count with it. */
	memcpy(bytes, tx->bytes.at, TX_HEAD_SIZE + 46);
	memcpy(bytes + TX_HEAD_SIZE + 46, tx->bytes.at + TX_HEAD_SIZE,
	       tx->bytes.size - TX_HEAD_SIZE);
	put_le16(bytes + TX_HEAD_SIZE - 2, 1025);
	ck_assert_int_eq(decode(&back, bytes, size, &refusal), VERDICT_SCHEMA);
	ck_assert_ptr_nonnull(strstr(refusal.text, "1025 operations"));
	put_le16(bytes + TX_HEAD_SIZE - 2, 0);
	ck_assert_int_eq(decode(&back, bytes, size, &refusal), VERDICT_SCHEMA);
	ck_assert_ptr_nonnull(strstr(refusal.text, "0 operations"));
	free(bytes);
}
END_TEST

START_TEST(a_count_that_is_not_that_of_the_operations_is_refused)
{
	const struct tx *tx = transfers(3);
	uint8_t *bytes = malloc(tx->bytes.size);
	struct refusal refusal;
	struct tx back;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	put_le16(bytes + TX_HEAD_SIZE - 2, 2);
	ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), VERDICT_SCHEMA);
	ck_assert_ptr_nonnull(strstr(refusal.text, "46 bytes between"));
	put_le16(bytes + TX_HEAD_SIZE - 2, 4);
	ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), VERDICT_SCHEMA);
	ck_assert_ptr_nonnull(strstr(refusal.text, "operation 3"));
	ck_assert_uint_eq(refusal.operation, 3);
	free(bytes);
}
END_TEST

/* Pads a record's value until the transaction has `size` bytes. */
static uint8_t *tx_of_size(size_t size)
{
	static char value[TX_SIZE_MAX + 1];
	struct hash stream = {{1}};
	struct operation operation = make_append(&stream, "", "");
	struct tx_draft draft = {.operations = &operation, .operation_count = 1};
	struct signature signature = {{0}};
	uint8_t *bytes = malloc(size);
	struct writer out = writer_on(bytes, size);

	operation.record_append.value = bytes_view(value, size - tx_draft_size(&draft));
	ck_assert_uint_eq(tx_draft_size(&draft), size);
	/* By hand: tx_draft_put is right to refuse what is too large. */
	writer_u8(&out, TX_VERSION);
	writer_hash(&out, &draft.sender);
	writer_u64(&out, 0);
	writer_u64(&out, 0);
	writer_u16(&out, 1);
	operation_put(&out, &operation);
	tx_put_authority(bytes, size, &fixture.accounts[0].keys.public_key, &signature);
	return bytes;
}

START_TEST(a_transaction_has_at_most_65535_bytes)
{
	uint8_t *bytes = tx_of_size(65535);
	struct refusal refusal;
	struct tx tx;

	ck_assert_int_eq(decode(&tx, bytes, 65535, &refusal), VERDICT_GOOD);
	free(bytes);
	bytes = tx_of_size(65536);
	ck_assert_int_eq(decode(&tx, bytes, 65536, &refusal), VERDICT_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(refusal.text, "65536 bytes"));
	free(bytes);
}
END_TEST

START_TEST(a_refusal_names_the_operation_and_its_kind)
{
	const struct tx *tx = transfers(3);
	uint8_t *bytes = malloc(tx->bytes.size);
	size_t second = TX_HEAD_SIZE + 46;
	struct refusal refusal;
	struct tx back;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	put_le64(bytes + second + 6 + 32, 0);
	ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), VERDICT_SCHEMA);
	ck_assert_uint_eq(refusal.operation, 1);
	ck_assert_ptr_nonnull(strstr(refusal.text, "operation 1 (asset.burn, kind 1028)"));
	put_le16(bytes + second, 0x0501);
	ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), VERDICT_SCHEMA);
	ck_assert_ptr_nonnull(strstr(refusal.text, "operation 1 (unknown, kind 1281)"));
	/* Nobody has to want the sentence. */
	ck_assert_int_eq(
		tx_decode(&back, &fixture.network, bytes_view(bytes, tx->bytes.size), NULL),
		VERDICT_SCHEMA);
	free(bytes);
}
END_TEST

START_TEST(another_version_or_authority_is_refused)
{
	const struct tx *tx = transfers(1);
	size_t authority = tx->bytes.size - TX_AUTHORITY_SIZE;
	uint8_t *bytes = malloc(tx->bytes.size);
	struct refusal refusal;
	struct tx back;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	for (unsigned number = 0; number < 256; number++) {
		enum verdict wanted = number == 1 ? VERDICT_GOOD : VERDICT_SCHEMA;

		bytes[0] = (uint8_t)number;
		ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), wanted);
		bytes[0] = 1;
		bytes[authority] = (uint8_t)number;
		ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), wanted);
		bytes[authority] = 1;
	}
	free(bytes);
}
END_TEST

/* -- Names --------------------------------------------------------------------------- */

static struct hash txid_of(const struct tx_draft *draft, const struct network *network)
{
	uint8_t bytes[1024];

	ck_assert_uint_le(tx_draft_size(draft), sizeof bytes);
	return tx_draft_put(bytes, draft, network);
}

START_TEST(the_txid_changes_with_every_field_and_with_the_network)
{
	struct hash asset = {{1}};
	struct operation operations[2] = {make_burn(&asset, 1), make_burn(&asset, 2)};
	struct operation other = make_burn(&asset, 3);
	struct tx_draft draft = {.operations = operations, .operation_count = 2};
	struct tx_draft changed[5] = {draft, draft, draft, draft, draft};
	struct hash ids[7];
	struct network network;

	changed[0].sender.bytes[31] = 1;
	changed[1].salt = 1;
	changed[2].valid_until_ms = 1;
	changed[3].operation_count = 1;
	changed[4].operations = (struct operation[]){operations[0], other};
	for (size_t i = 0; i < 5; i++)
		ids[i] = txid_of(&changed[i], &fixture.network);
	ids[5] = txid_of(&draft, &fixture.network);
	network_init(&network, &asset);
	ids[6] = txid_of(&draft, &network);
	for (size_t i = 0; i < 7; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert(!hash_equal(&ids[i], &ids[j]));
}
END_TEST

START_TEST(the_leaf_hash_covers_the_signature_and_the_txid_does_not)
{
	const struct tx *tx = transfers(1);
	uint8_t *bytes = malloc(tx->bytes.size);
	struct refusal refusal;
	struct tx back;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	bytes[tx->bytes.size - 1] ^= 1;
	ck_assert_int_eq(decode(&back, bytes, tx->bytes.size, &refusal), VERDICT_GOOD);
	ck_assert(hash_equal(&back.txid, &tx->txid));
	ck_assert(!hash_equal(&back.leaf_hash, &tx->leaf_hash));
	free(bytes);
}
END_TEST

START_TEST(a_transaction_of_another_network_has_no_valid_signature)
{
	const struct tx *tx = transfers(1);
	struct hash genesis = {{9}};
	struct network network;
	struct refusal refusal;
	struct tx back;

	network_init(&network, &genesis);
	ck_assert_int_eq(tx_decode(&back, &network, tx->bytes, &refusal), VERDICT_GOOD);
	ck_assert_int_eq(tx_check_signature(&back, &refusal), VERDICT_SIGNATURE);
	ck_assert_ptr_nonnull(strstr(refusal.text, "signed for this network"));
}
END_TEST

START_TEST(known_bytes_read_as_they_decoded)
{
	const struct tx *tx = sample();
	struct tx known;

	ck_assert_int_eq(tx_from_known(&known, tx->bytes, &tx->txid, &tx->leaf_hash),
	                 STATUS_OK);
	ck_assert(hash_equal(&known.sender, &tx->sender));
	ck_assert_uint_eq(known.operation_count, tx->operation_count);
	ck_assert(bytes_equal(known.operations, tx->operations));
	ck_assert_int_eq(tx_check_signature(&known, NULL), VERDICT_GOOD);
	ck_assert_int_eq(tx_from_known(&known, bytes_view(tx->bytes.at, TX_SIZE_MIN - 1),
	                               &tx->txid, &tx->leaf_hash),
	                 STATUS_SHORT);
	ck_assert_int_eq(tx_from_known(&known,
	                               bytes_view(tx->bytes.at + 1, tx->bytes.size - 1),
	                               &tx->txid, &tx->leaf_hash),
	                 STATUS_FOREIGN);
}
END_TEST

START_TEST(the_message_of_a_rotation_changes_with_everything_in_it)
{
	const struct hash *account = &fixture.accounts[0].id;
	const struct public_key *key = &fixture.accounts[1].keys.public_key;
	struct hash genesis = {{9}};
	struct network network;
	struct hash messages[5];

	network_init(&network, &genesis);
	messages[0] = rotation_message(&fixture.network, account, key, 1);
	messages[1] = rotation_message(&fixture.network, account, key, 2);
	messages[2] = rotation_message(&fixture.network, &fixture.accounts[1].id, key, 1);
	messages[3] = rotation_message(&fixture.network, account,
	                               &fixture.accounts[2].keys.public_key, 1);
	messages[4] = rotation_message(&network, account, key, 1);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert(!hash_equal(&messages[i], &messages[j]));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("tx");
	TCase *tests = tcase_create("tx");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_transaction_reads_back_as_it_was_written);
	tcase_add_test(tests, the_txid_and_the_leaf_hash_are_what_the_protocol_says);
	tcase_add_test(tests, a_transaction_cut_anywhere_is_refused);
	tcase_add_test(tests, a_transaction_with_any_byte_more_is_refused);
	tcase_add_test(tests,
	               a_flipped_bit_is_refused_or_is_another_transaction_that_nobody_signed);
	tcase_add_test(tests, a_transaction_has_1_to_1024_operations);
	tcase_add_test(tests, a_count_that_is_not_that_of_the_operations_is_refused);
	tcase_add_test(tests, a_transaction_has_at_most_65535_bytes);
	tcase_add_test(tests, a_refusal_names_the_operation_and_its_kind);
	tcase_add_test(tests, another_version_or_authority_is_refused);
	tcase_add_test(tests, the_txid_changes_with_every_field_and_with_the_network);
	tcase_add_test(tests, the_leaf_hash_covers_the_signature_and_the_txid_does_not);
	tcase_add_test(tests, a_transaction_of_another_network_has_no_valid_signature);
	tcase_add_test(tests, known_bytes_read_as_they_decoded);
	tcase_add_test(tests, the_message_of_a_rotation_changes_with_everything_in_it);
	suite_add_tcase(suite, tests);
	return suite;
}
