/* What programs are told of transactions: final, pending, refused, unknown; over the
 * node's own socket, with what waits asked of the loop's thread. */
#include "chain/proof/log.h"
#include "rpc/api/ledger_json.h"
#include "tests/unit/shell/backend_client.h"

static struct scene *scene;

static void start(void)
{
	scene = scene_new(&(struct store_options){0});
	scene_fill(scene);
}

static void stop(void)
{
	scene_free(scene);
}

/* -- Final ones -------------------------------------------------------------------- */

static void check_place(const json_t *json, uint64_t log_index)
{
	uint64_t height = scene->leaves[log_index].height;
	const struct header *header = &scene->blocks[height].header;

	check_count(json, "log_index", log_index);
	check_count(json, "height", height);
	check_count(json, "index", log_index - (header->log_size - header->tx_count));
	check_count(json, "time_ms", header->time_ms);
}

static void check_tx(const json_t *json, const struct tx *tx)
{
	json_t *wanted = json_of_tx(tx);
	const char *name;
	json_t *value;

	check_hash(json, "txid", &tx->txid);
	check_base64(json, "tx_b64", tx->bytes);
	json_object_foreach (wanted, name, value)
		ck_assert_msg(json_equal(json_object_get(json, name), value), "%s", name);
	json_decref(wanted);
}

static json_t *of_txid(const struct hash *txid)
{
	return json_pack("{so}", "txid", json_hex(txid));
}

START_TEST(each_final_transaction_is_found)
{
	for (uint64_t i = 0; i < scene->leaf_count; i++) {
		const struct tx *tx = scene->leaves[i].tx;
		json_t *json;

		if (!tx)
			continue;
		json = ask(scene, "tx.get", of_txid(&tx->txid));
		check_tx(json, tx);
		check_place(json, i);
		ck_assert_ptr_null(json_object_get(json, "inclusion"));
		json_decref(json);
		json = ask(scene, "tx.get_status", of_txid(&tx->txid));
		check_hash(json, "txid", &tx->txid);
		check_text(json, "status", "final");
		check_place(json, i);
		json_decref(json);
	}
}
END_TEST

START_TEST(each_final_transaction_is_proved_to_be_in_the_log)
{
	for (uint64_t i = 0; i < scene->leaf_count; i++) {
		const struct model_leaf *leaf = &scene->leaves[i];
		const json_t *inclusion, *hashes;
		struct hash path[LOG_PATH_MAX];
		struct hash root;
		json_t *json;

		if (!leaf->tx)
			continue;
		json = ask(scene, "tx.get",
		           json_pack("{so sb}", "txid", json_hex(&leaf->tx->txid), "prove", 1));
		inclusion = json_object_get(json, "inclusion");
		hashes = json_object_get(inclusion, "hashes");
		root = hash_from_hex(text_of(inclusion, "root"));
		check_count(inclusion, "log_index", i);
		check_count(inclusion, "log_size", scene->leaf_count);
		for (size_t j = 0; j < json_array_size(hashes); j++)
			path[j] = hash_from_hex(json_string_value(json_array_get(hashes, j)));
		ck_assert(log_inclusion_is_valid(&root, scene->leaf_count, &leaf->hash, i, path,
		                                 json_array_size(hashes)));
		json_decref(json);
	}
}
END_TEST

START_TEST(what_the_ledger_does_not_have_is_an_error_that_names_it)
{
	/* A block's hash stands in the same index as the txids. */
	json_t *hash = json_hex(&scene->blocks[2].hash);

	expect_error(scene, "tx.get", json_pack("{sO}", "txid", hash), 102,
	             json_string_value(hash));
	json_decref(hash);
	hash =
		json_string("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	expect_error(scene, "tx.get", json_pack("{sO}", "txid", hash), 102,
	             json_string_value(hash));
	json_decref(hash);
}
END_TEST

/* -- Those that are not final ------------------------------------------------------ */

/* As the loop does when a submission was admitted. Nobody asks meanwhile. */
static void add_to_pool(const struct tx *tx, uint64_t arrived_ms)
{
	uint8_t *bytes = memory_new(tx->bytes.size);
	struct tx copy;

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	ck_assert_int_eq(tx_from_known(&copy, bytes_view(bytes, tx->bytes.size), &tx->txid,
	                               &tx->leaf_hash),
	                 STATUS_OK);
	ck_assert_ptr_nonnull(
		pool_add_take(&scene->node->drive.pool, &copy, bytes, arrived_ms));
}

static void check_status(const struct tx *tx, const char *status)
{
	json_t *json = ask(scene, "tx.get_status", of_txid(&tx->txid));

	check_hash(json, "txid", &tx->txid);
	check_text(json, "status", status);
	json_decref(json);
}

START_TEST(a_status_goes_from_unknown_to_pending_to_final)
{
	const struct tx *tx = ledger_fixture_tx_of(&scene->ledger, 1, make_describe("new"));
	struct pool *pool = &scene->node->drive.pool;

	check_status(tx, "unknown");
	add_to_pool(tx, clock_monotonic_ms());
	check_status(tx, "pending");
	scene->planned[scene->planned_count++] = tx;
	close_block(scene);
	check_status(tx, "final");
	pool_remove(pool, pool_find(pool, &tx->txid));
	check_status(tx, "final");
}
END_TEST

START_TEST(a_refused_transaction_is_told_with_the_reason)
{
	const struct tx *tx = ledger_fixture_tx_of(&scene->ledger, 1, make_describe("new"));
	struct refusal refusal;
	const json_t *error;
	json_t *json;

	refuse(&refusal, VERDICT_BALANCE, "account has %d of asset gold, not %d", 3, 4);
	refused_add(&scene->node->drive.refused, &tx->txid, &refusal);
	json = ask(scene, "tx.get_status", of_txid(&tx->txid));
	error = json_object_get(json, "error");
	check_text(json, "status", "refused");
	check_count(error, "code", 210);
	check_text(error, "name", "TX_BALANCE");
	check_text(error, "message", "account has 3 of asset gold, not 4");
	json_decref(json);
	/* Sent again, it waits again. */
	add_to_pool(tx, clock_monotonic_ms());
	check_status(tx, "pending");
}
END_TEST

/* -- The pool ---------------------------------------------------------------------- */

enum { POOL_COUNT = 23 };

static void check_waiting(const json_t *items, const struct tx *const *txs)
{
	ck_assert_uint_eq(json_array_size(items), POOL_COUNT);
	for (size_t i = 0; i < POOL_COUNT; i++) {
		const json_t *item = json_array_get(items, i);

		check_hash(item, "txid", &txs[i]->txid);
		check_account(item, "sender", &txs[i]->sender);
		check_count(item, "size", txs[i]->bytes.size);
		check_count(item, "valid_until_ms", txs[i]->valid_until_ms);
		/* Between half a minute and a test's longest time. */
		ck_assert_uint_ge(count_of(item, "arrived_ms_ago"), 30000);
		ck_assert_uint_lt(count_of(item, "arrived_ms_ago"), 1000000);
	}
}

START_TEST(the_pool_is_listed_in_the_order_of_arrival)
{
	const struct tx *txs[POOL_COUNT];
	json_t *json;

	json = ask(scene, "tx.list_pool", NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "items")), 0);
	check_null(json, "next");
	json_decref(json);
	for (unsigned i = 0; i < POOL_COUNT; i++) {
		txs[i] = ledger_fixture_tx_of(&scene->ledger, i % 5, make_describe("wait"));
		add_to_pool(txs[i], clock_monotonic_ms() - 30000);
	}
	for (size_t limit = 1; limit < 100; limit *= 3) {
		json_t *items = ask_all(scene, "tx.list_pool", NULL, limit);

		check_waiting(items, txs);
		json_decref(items);
	}
	pool_remove(&scene->node->drive.pool,
	            pool_find(&scene->node->drive.pool, &txs[4]->txid));
	expect_error(scene, "tx.list_pool",
	             json_pack("{so}", "cursor", json_hex(&txs[4]->txid)), -32602,
	             "no longer in the pool");
	expect_error(scene, "tx.list_pool", json_pack("{ss}", "cursor", "12"), -32602,
	             "\"cursor\" is not one");
}
END_TEST

/* -- Bytes ------------------------------------------------------------------------- */

static json_t *of_bytes(struct bytes_view bytes)
{
	char *text = malloc(base64_encoded_size(bytes.size) + 1);
	json_t *params;

	base64_encode(text, bytes);
	params = json_pack("{ss%}", "tx_b64", text, base64_encoded_size(bytes.size));
	free(text);
	return params;
}

START_TEST(bytes_are_decoded_and_their_signature_checked)
{
	const struct tx *tx = ledger_fixture_tx_of(&scene->ledger, 1, make_describe("new"));
	uint8_t *bytes = malloc(tx->bytes.size);
	json_t *json = ask(scene, "tx.decode", of_bytes(tx->bytes));

	check_tx(json, tx);
	check_true(json, "signature_valid", true);
	json_decref(json);
	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	bytes[tx->bytes.size - 1] ^= 1;
	json = ask(scene, "tx.decode", of_bytes(bytes_view(bytes, tx->bytes.size)));
	check_hash(json, "txid", &tx->txid);
	check_true(json, "signature_valid", false);
	json_decref(json);
	free(bytes);
}
END_TEST

START_TEST(bytes_that_are_no_transaction_are_refused_with_the_reason)
{
	static uint8_t large[TX_SIZE_MAX + 1];
	const struct tx *tx = ledger_fixture_tx_of(&scene->ledger, 1, make_describe("new"));

	expect_error(scene, "tx.decode", of_bytes(bytes_view(large, sizeof large)), 206,
	             "65536 bytes");
	expect_error(scene, "tx.decode", of_bytes(bytes_view(tx->bytes.at, 20)), 205,
	             "20 bytes");
	expect_error(scene, "tx.decode", of_bytes(bytes_view(NULL, 0)), 205, "0 bytes");
	expect_error(scene, "tx.decode",
	             of_bytes(bytes_view(tx->bytes.at, tx->bytes.size - 1)), 205, "");
}
END_TEST

/* -- The suite --------------------------------------------------------------------- */

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_txs");
	TCase *tests = tcase_create("txs");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, each_final_transaction_is_found);
	tcase_add_test(tests, each_final_transaction_is_proved_to_be_in_the_log);
	tcase_add_test(tests, what_the_ledger_does_not_have_is_an_error_that_names_it);
	tcase_add_test(tests, a_status_goes_from_unknown_to_pending_to_final);
	tcase_add_test(tests, a_refused_transaction_is_told_with_the_reason);
	tcase_add_test(tests, the_pool_is_listed_in_the_order_of_arrival);
	tcase_add_test(tests, bytes_are_decoded_and_their_signature_checked);
	tcase_add_test(tests, bytes_that_are_no_transaction_are_refused_with_the_reason);
	suite_add_tcase(suite, tests);
	return suite;
}
