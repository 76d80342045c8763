/* A transaction in a file: tx_file.h. */
#include "chain/base/text.h"
#include "tests/unit/wallet/scene.h"
#include "wallet-cli/tx_file.h"
#include "wallet-cli/tx_maker.h"

static struct tx_file file;
static struct network network;
static struct tx_draft draft;
static struct operation operations[2];
static struct signed_tx tx;
static char *text;

static void setup(void)
{
	struct hash genesis = {{7}};

	open_folder();
	create("w", "");
	unlock("");
	network_init(&network, &genesis);
	operations[0] = (struct operation){.kind = OPERATION_record_append};
	operations[0].record_append.stream = stream_id_of(text_view("notes"));
	operations[0].record_append.value = bytes_view("a\x00\xff", 3);
	operations[1] = (struct operation){.kind = OPERATION_asset_burn};
	operations[1].asset_burn.asset = asset_id_of(text_view("kwh"));
	operations[1].asset_burn.amount = UINT64_MAX;
	draft = (struct tx_draft){
		.sender = keystore_account(keystore, 0)->id,
		.salt = UINT64_C(0x0123456789abcdef),
		.valid_until_ms = UINT64_C(1790000000000),
		.operations = operations,
		.operation_count = 2,
	};
	ck_assert_int_eq(signed_tx_make(&tx, &draft, &network, keystore, 0, &why), STATUS_OK);
	text = NULL;
	file = (struct tx_file){0};
}

static void teardown(void)
{
	tx_file_close(&file);
	signed_tx_close(&tx);
	free(text);
	close_wallet();
}

static void write_file(bool is_signed)
{
	struct bytes_view bytes = bytes_view(tx.bytes, tx.size);

	free(text);
	text = tx_file_text(&draft, &network.genesis, is_signed ? &bytes : NULL,
	                    is_signed ? &tx.txid : NULL);
	ck_assert_ptr_nonnull(text);
}

static enum status read_file(void)
{
	tx_file_close(&file);
	why.text[0] = '\0';
	return tx_file_read(&file, text_view(text), &why);
}

/* The file with one member replaced. */
static enum status read_with(const char *name, json_t *value)
{
	json_t *root = json_loads(text, 0, NULL);
	enum status status;
	char *changed;

	ck_assert_ptr_nonnull(root);
	if (value)
		json_object_set_new(root, name, value);
	else
		json_object_del(root, name);
	changed = json_dumps(root, 0);
	json_decref(root);
	tx_file_close(&file);
	why.text[0] = '\0';
	status = tx_file_read(&file, text_view(changed), &why);
	free(changed);
	return status;
}

START_TEST(an_unsigned_file_gives_the_same_draft)
{
	struct tx_draft back;
	struct signed_tx again;

	write_file(false);
	ck_assert_msg(read_file() == STATUS_OK, "%s", why.text);
	ck_assert_uint_eq(file.tx.size, 0);
	ck_assert(file.has_genesis && hash_equal(&file.genesis, &network.genesis));
	back = tx_file_draft(&file);
	ck_assert_int_eq(signed_tx_make(&again, &back, &network, keystore, 0, &why), STATUS_OK);
	ck_assert(hash_equal(&again.txid, &tx.txid));
	signed_tx_close(&again);
}
END_TEST

START_TEST(a_signed_file_gives_the_bytes_and_the_txid)
{
	write_file(true);
	ck_assert_msg(read_file() == STATUS_OK, "%s", why.text);
	ck_assert(bytes_equal(file.tx, bytes_view(tx.bytes, tx.size)));
	ck_assert(hash_equal(&file.txid, &tx.txid));
}
END_TEST

START_TEST(a_network_may_be_left_open)
{
	text = tx_file_text(&draft, NULL, NULL, NULL);
	ck_assert_int_eq(read_file(), STATUS_OK);
	ck_assert(!file.has_genesis);
}
END_TEST

START_TEST(signed_bytes_that_say_something_else_are_not_trusted)
{
	json_t *other = json_pack("[{ss ss ss}]", "kind", "record.append", "stream", "notes",
	                          "value", "harmless");

	write_file(true);
	ck_assert_int_eq(read_with("operations", json_incref(other)), STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "do not trust it"));
	json_decref(other);
	ck_assert_int_eq(read_with("salt", json_string("0123456789abcdee")), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("valid_until_ms", json_integer(1790000000001)),
	                 STATUS_MALFORMED);
	ck_assert_int_eq(read_with("valid_until_ms", json_integer(1790000000000)), STATUS_OK);
}
END_TEST

START_TEST(every_member_that_is_wrong_is_named)
{
	write_file(true);
	ck_assert_int_eq(read_with("cairn_tx", NULL), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("cairn_tx", json_integer(2)), STATUS_FOREIGN);
	ck_assert_int_eq(read_with("genesis", json_string("00")), STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "\"genesis\""));
	ck_assert_int_eq(read_with("sender", NULL), STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "\"sender\""));
	ck_assert_int_eq(read_with("sender", json_string("cairn1qqqq")), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("salt", json_string("0123")), STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "\"salt\""));
	ck_assert_int_eq(read_with("valid_until_ms", json_integer(-1)), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("operations", json_array()), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("operations", json_pack("[{ss}]", "kind", "x.y")),
	                 STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "operation 0: there is no operation \"x.y\""));
	ck_assert_int_eq(read_with("tx_b64", json_string("!")), STATUS_MALFORMED);
	ck_assert_int_eq(read_with("tx_b64", json_string("AQ==")), STATUS_MALFORMED);
}
END_TEST

START_TEST(what_is_no_file_of_ours_is_refused)
{
	static const char *const bad[] = {"", "{", "[]", "7", "null", "{}", "\x00"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(tx_file_read(&file, text_view(bad[i]), &why) == STATUS_MALFORMED,
		              "%s", bad[i]);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
	size_t size;

	write_file(true);
	size = strlen(text);
	/* Without its last newline it is still whole. */
	for (size_t cut = 0; cut < size - 1; cut += 7)
		ck_assert_int_ne(tx_file_read(&file, bytes_view(text, cut), &why), STATUS_OK);
}
END_TEST

START_TEST(too_many_operations_are_refused)
{
	json_t *many = json_array();

	for (size_t i = 0; i <= TX_OPERATIONS_MAX; i++)
		json_array_append_new(many, json_pack("{ss ss si}", "kind", "asset.burn", "asset",
		                                      "a", "amount", 1));
	write_file(false);
	ck_assert_int_eq(read_with("operations", many), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(the_key_that_was_taken_out_signs_as_the_keystore_does)
{
	struct signing_key *key = signing_key_new(keystore, 0, &why);
	struct signed_tx other;
	struct refusal refusal;
	struct tx decoded;

	ck_assert_msg(key != NULL, "%s", why.text);
	ck_assert_int_eq(signed_tx_make_with(&other, &draft, &network, key, &why), STATUS_OK);
	ck_assert(hash_equal(&other.txid, &tx.txid));
	ck_assert_int_eq(
		tx_decode(&decoded, &network, bytes_view(other.bytes, other.size), &refusal),
		VERDICT_GOOD);
	ck_assert_int_eq(tx_check_signature(&decoded, &refusal), VERDICT_GOOD);
	ck_assert_int_eq(memcmp(other.bytes, tx.bytes, tx.size - SIGNATURE_SIZE), 0);
	signed_tx_close(&other);
	signing_key_free(key);
	keystore_lock(keystore);
	ck_assert_ptr_null(signing_key_new(keystore, 0, &why));
}
END_TEST

START_TEST(a_transaction_too_large_is_refused_before_it_is_made)
{
	static uint8_t value[TX_SIZE_MAX];
	struct signed_tx other;

	operations[0].record_append.value = bytes_view(value, sizeof value);
	ck_assert_int_eq(signed_tx_make(&other, &draft, &network, keystore, 0, &why),
	                 STATUS_TOO_LARGE);
	ck_assert_ptr_null(other.bytes);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("tx_file");
	TCase *cases = tcase_create("tx_file");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, an_unsigned_file_gives_the_same_draft);
	tcase_add_test(cases, a_signed_file_gives_the_bytes_and_the_txid);
	tcase_add_test(cases, a_network_may_be_left_open);
	tcase_add_test(cases, signed_bytes_that_say_something_else_are_not_trusted);
	tcase_add_test(cases, every_member_that_is_wrong_is_named);
	tcase_add_test(cases, what_is_no_file_of_ours_is_refused);
	tcase_add_test(cases, a_file_cut_anywhere_is_refused);
	tcase_add_test(cases, too_many_operations_are_refused);
	tcase_add_test(cases, the_key_that_was_taken_out_signs_as_the_keystore_does);
	tcase_add_test(cases, a_transaction_too_large_is_refused_before_it_is_made);
	suite_add_tcase(suite, cases);
	return suite;
}
