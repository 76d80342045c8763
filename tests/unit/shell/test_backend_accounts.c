/* What programs read of accounts, what they hold, and assets, over the node's own socket:
 * every answer against the model, at every height. */
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

static const struct hash *account_id(unsigned account)
{
	return &scene->ledger.accounts[account].id;
}

/* Was it sent by the account, or does it give it something? */
static bool concerns(const struct tx *tx, const struct hash *account)
{
	struct cursor in = tx_operations(tx);
	struct operation operation;

	if (hash_equal(&tx->sender, account))
		return true;
	for (uint16_t i = 0; i < tx->operation_count; i++) {
		ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
		if (operation.kind == OPERATION_asset_mint &&
		    hash_equal(&operation.asset_mint.to, account))
			return true;
		if (operation.kind == OPERATION_asset_transfer &&
		    hash_equal(&operation.asset_transfer.to, account))
			return true;
	}
	return false;
}

/* -- Accounts ---------------------------------------------------------------------- */

static bool is_known_at(const struct hash *account, uint64_t height)
{
	for (size_t i = 0; i < scene->leaf_count; i++)
		if (scene->leaves[i].tx && scene->leaves[i].height <= height &&
		    concerns(scene->leaves[i].tx, account))
			return true;
	return false;
}

START_TEST(an_account_is_known_from_the_first_transaction_that_concerns_it)
{
	for (unsigned account = 0; account <= MODEL_ACCOUNTS; account++)
		for (size_t height = 0; height < scene->block_count; height++) {
			json_t *params = json_pack("{so si}", "account",
			                           json_hex(account_id(account)), "at", (int)height);
			json_t *json;

			if (!is_known_at(account_id(account), height)) {
				expect_error(scene, "account.get", params, 106, "nothing of account");
				continue;
			}
			json = ask(scene, "account.get", params);
			check_account(json, "account", account_id(account));
			check_hash(json, "id", account_id(account));
			check_null(json, "key");
			check_count(json, "rotations", 0);
			check_null(json, "display_name");
			check_null(json, "contact");
			check_null(json, "encryption_key");
			check_null(json, "inbox");
			check_count(json, "height", height);
			json_decref(json);
		}
}
END_TEST

START_TEST(an_account_tells_its_new_key_and_its_description)
{
	struct ledger_fixture *ledger = &scene->ledger;
	struct key_pair keys = ledger_fixture_keys(ledger, 77);
	struct hash encryption_key = hash_of(text_view("encryption key"));
	struct operation describe = make_describe("Ada \xc3\xa9");
	uint64_t before = model_tip(scene);
	char address[ADDRESS_TEXT_SIZE];
	json_t *json;

	plan_one(scene, 2, make_rotate(ledger, account_id(2), &keys, ledger->salt));
	close_block(scene);
	ledger->accounts[2].keys = keys;
	describe.account_describe.contact = text_view("ada@example.org");
	describe.account_describe.encryption_key.present = true;
	describe.account_describe.encryption_key.value = encryption_key;
	describe.account_describe.inbox.present = true;
	describe.account_describe.inbox.value = scene->streams[1].id;
	plan_one(scene, 2, describe);
	close_block(scene);
	address_encode(address, account_id(2));
	json = ask(scene, "account.get", json_pack("{ss}", "account", address));
	check_hex(json, "key", keys.public_key.bytes, PUBLIC_KEY_SIZE);
	check_count(json, "rotations", 1);
	check_text(json, "display_name", "Ada \xc3\xa9");
	check_text(json, "contact", "ada@example.org");
	check_hash(json, "encryption_key", &encryption_key);
	check_hash(json, "inbox", &scene->streams[1].id);
	json_decref(json);
	json = ask(scene, "account.get",
	           json_pack("{ss sI}", "account", address, "at", (json_int_t)before));
	check_null(json, "key");
	check_null(json, "display_name");
	json_decref(json);
}
END_TEST

static void check_transactions(const struct hash *account, const json_t *items)
{
	size_t found = 0;

	for (size_t i = scene->leaf_count; i > 0; i--) {
		const struct model_leaf *leaf = &scene->leaves[i - 1];
		const struct header *header = &scene->blocks[leaf->height].header;
		const json_t *item;

		if (!leaf->tx || !concerns(leaf->tx, account))
			continue;
		item = json_array_get(items, found++);
		check_hash(item, "txid", &leaf->tx->txid);
		check_count(item, "log_index", i - 1);
		check_count(item, "height", leaf->height);
		check_count(item, "index", i - 1 - (header->log_size - header->tx_count));
		check_count(item, "time_ms", header->time_ms);
	}
	ck_assert_uint_eq(json_array_size(items), found);
}

START_TEST(an_account_has_its_transactions_newest_first)
{
	for (unsigned account = 0; account <= MODEL_ACCOUNTS; account++)
		for (size_t limit = 1; limit < 100; limit *= 3) {
			json_t *items = ask_all(
				scene, "account.list_transactions",
				json_pack("{so}", "account", json_hex(account_id(account))), limit);

			check_transactions(account_id(account), items);
			json_decref(items);
		}
}
END_TEST

/* -- Balances ---------------------------------------------------------------------- */

/* Balances come in the order of the assets' ids: each is looked for. */
static void check_balance(const json_t *items, const struct model_asset *asset,
                          unsigned account)
{
	char amount[24];
	size_t found = 0;

	snprintf(amount, sizeof amount, "%llu", (unsigned long long)asset->held[account]);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (strcmp(text_of(item, "asset"), asset->name) != 0)
			continue;
		found++;
		check_hash(item, "id", &asset->id);
		check_count(item, "decimals", asset->decimals);
		check_text(item, "amount", amount);
	}
	ck_assert_uint_eq(found, asset->held[account] > 0);
}

START_TEST(at_every_height_an_account_has_the_balances_of_then)
{
	for (unsigned account = 0; account < MODEL_ACCOUNTS; account++)
		for (size_t height = 0; height < scene->block_count; height++)
			for (size_t limit = 1; limit < 4; limit += 2) {
				json_t *items =
					ask_all(scene, "account.list_balances",
				            json_pack("{so si}", "account", json_hex(account_id(account)),
				                      "at", (int)height),
				            limit);
				size_t wanted = 0;

				for (size_t i = 0; i < MODEL_ASSETS; i++) {
					const struct model_asset *asset = &scene->blocks[height].assets[i];

					check_balance(items, asset, account);
					wanted += asset->held[account] > 0;
				}
				ck_assert_uint_eq(json_array_size(items), wanted);
				json_decref(items);
			}
}
END_TEST

/* -- Assets ------------------------------------------------------------------------ */

static void check_amount(const json_t *json, const char *name, uint64_t wanted)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)wanted);
	check_text(json, name, text);
}

static void check_asset(const json_t *json, const struct model_asset *asset)
{
	check_text(json, "name", asset->name);
	check_hash(json, "id", &asset->id);
	check_account(json, "issuer", account_id(asset->issuer));
	check_count(json, "decimals", asset->decimals);
	check_text(json, "description", "");
	check_amount(json, "minted", asset->minted);
	check_amount(json, "burned", asset->burned);
	check_amount(json, "supply", asset->minted - asset->burned);
	check_count(json, "created_height", asset->created_height);
	check_count(json, "created_ms", scene->blocks[asset->created_height].header.time_ms);
}

START_TEST(assets_are_listed_by_name)
{
	for (size_t limit = 1; limit <= MODEL_ASSETS + 1; limit++) {
		json_t *items = ask_all(scene, "asset.list", NULL, limit);

		ck_assert_uint_eq(json_array_size(items), MODEL_ASSETS);
		for (size_t i = 0; i < MODEL_ASSETS; i++)
			check_asset(json_array_get(items, i), &scene->assets[i]);
		json_decref(items);
	}
}
END_TEST

START_TEST(at_every_height_an_asset_is_as_it_was)
{
	for (size_t height = 0; height < scene->block_count; height++)
		for (size_t i = 0; i < MODEL_ASSETS; i++) {
			const struct model_asset *asset = &scene->blocks[height].assets[i];
			json_t *params =
				json_pack("{ss si}", "asset", asset->name, "at", (int)height);
			json_t *json;

			if (height < scene->assets[i].created_height) {
				expect_error(scene, "asset.get", params, 107, "there is no asset");
				continue;
			}
			json = ask(scene, "asset.get", params);
			check_asset(json, asset);
			check_count(json, "height", height);
			json_decref(json);
		}
	expect_error(scene, "asset.get", json_pack("{ss}", "asset", "tin"), 107,
	             "there is no asset \"tin\"");
}
END_TEST

/* -- The suite --------------------------------------------------------------------- */

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_accounts");
	TCase *tests = tcase_create("accounts");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests,
	               an_account_is_known_from_the_first_transaction_that_concerns_it);
	tcase_add_test(tests, an_account_tells_its_new_key_and_its_description);
	tcase_add_test(tests, an_account_has_its_transactions_newest_first);
	tcase_add_test(tests, at_every_height_an_account_has_the_balances_of_then);
	tcase_add_test(tests, assets_are_listed_by_name);
	tcase_add_test(tests, at_every_height_an_asset_is_as_it_was);
	suite_add_tcase(suite, tests);
	return suite;
}
