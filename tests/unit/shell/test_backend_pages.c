/* Pages that end early, cursors that nobody gave, state that is pruned, proofs of the
 * state, and what the node says of itself; over the node's own socket. */
#include "chain/proof/state_hash.h"
#include "chain/proof/state_proof.h"
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

/* -- Cursors ----------------------------------------------------------------------- */

struct list_call {
	const char *method;
	const char *params;    /* JSON */
	const char *aliens[2]; /* cursors of lists of another kind, or out of range */
};

#define AN_ACCOUNT "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""
#define OF_ACCOUNT "{\"account\":" AN_ACCOUNT "}"
#define OF_AUTHOR  "{\"stream\":\"alpha\",\"account\":" AN_ACCOUNT "}"
#define OF_STREAM  "{\"stream\":\"alpha\"}"
#define OF_KEY     "{\"stream\":\"alpha\",\"key\":\"temp\"}"

#define ALPHA   "616c706861" /* of a list of names */
#define TOO_BIG "18446744073709551616"

static const struct list_call LISTS[] = {
	{"chain.list_blocks", "{}", {ALPHA, TOO_BIG}},
	{"stream.list", "{}", {"7", TOO_BIG}},
	{"stream.list_records", OF_STREAM, {ALPHA, TOO_BIG}},
	{"stream.list_keys", OF_STREAM, {"7", "abc"}},
	{"stream.get_history", OF_KEY, {ALPHA, TOO_BIG}},
	{"stream.list_by_author", OF_AUTHOR, {ALPHA, TOO_BIG}},
	{"account.list_balances", OF_ACCOUNT, {ALPHA, TOO_BIG}},
	{"account.list_transactions", OF_ACCOUNT, {ALPHA, TOO_BIG}},
	{"asset.list", "{}", {"7", TOO_BIG}},
	{"tx.list_pool", "{}", {ALPHA, TOO_BIG}},
};

enum { LIST_COUNT = sizeof LISTS / sizeof *LISTS };

static void expect_refused(const struct list_call *list, const char *cursor)
{
	json_t *params = json_loads(list->params, 0, NULL);

	json_object_set_new(params, "cursor", json_string(cursor));
	expect_error(scene, list->method, params, -32602, "\"cursor\" is not one");
}

START_TEST(a_cursor_that_no_list_gave_is_refused)
{
	static const char *const GARBAGE[] = {"x", "-1", "1.0", " 1", "AB", "\xc3\xa9"};
	char longest[2 * RECORD_KEY_SIZE_MAX + 1] = "";

	memset(longest, 'f', sizeof longest - 1);
	for (const struct list_call *list = LISTS; list < LISTS + LIST_COUNT; list++) {
		for (size_t i = 0; i < sizeof GARBAGE / sizeof *GARBAGE; i++)
			expect_refused(list, GARBAGE[i]);
		for (size_t i = 0; i < 2; i++)
			expect_refused(list, list->aliens[i]);
		/* Only a record key is as long. */
		if (strcmp(list->method, "stream.list_keys") != 0)
			expect_refused(list, longest);
	}
}
END_TEST

/* -- Large answers ----------------------------------------------------------------- */

enum { LARGE_COUNT = 120, LARGE_SIZE = 60000 };

static void append_large(void)
{
	char *value = malloc(LARGE_SIZE + 1);

	for (unsigned i = 0; i < LARGE_COUNT; i++) {
		memset(value, 'a' + (int)(i % 26), LARGE_SIZE);
		value[LARGE_SIZE] = '\0';
		plan_one(scene, 0, make_append(&scene->streams[2].id, "large", value));
		if (scene->planned_count == 60)
			close_block(scene);
	}
	free(value);
}

/* Follows a list of records of up to a thousand an answer; gives the number of pages. */
static size_t follow_large(const char *method, json_t *params, size_t first)
{
	const struct model_stream *stream = &scene->streams[2];
	size_t count = 0, page_count = 0;
	bool more = true;

	json_object_set_new(params, "limit", json_integer(1000));
	for (; more; page_count++) {
		json_t *page = ask(scene, method, json_copy(params));
		const json_t *items = json_object_get(page, "items");

		ck_assert_uint_gt(json_array_size(items), 0);
		for (size_t i = 0; i < json_array_size(items); i++, count++)
			check_base64(json_array_get(items, i), "value_b64",
			             stream->records[first + count].append->value);
		more = json_is_string(json_object_get(page, "next"));
		json_object_set(params, "cursor", json_object_get(page, "next"));
		json_decref(page);
	}
	ck_assert_uint_eq(first + count, stream->count);
	json_decref(params);
	return page_count;
}

START_TEST(a_page_of_large_records_ends_before_the_answer_is_too_large)
{
	size_t first = scene->streams[2].count;
	size_t page_count;

	append_large();
	page_count =
		follow_large("stream.list_records", json_pack("{ss}", "stream", "gamma-9_z"), 0);
	/* 120 values of 80,000 characters, at most 4 MiB an answer. */
	ck_assert_uint_ge(page_count, 3);
	page_count =
		follow_large("stream.get_history",
	                 json_pack("{ss ss}", "stream", "gamma-9_z", "key", "large"), first);
	ck_assert_uint_ge(page_count, 3);
}
END_TEST

/* Versions are searched by halving: each of many, between other keys, must be right. */
START_TEST(the_version_of_each_of_many_records_of_a_key_is_found)
{
	const struct model_stream *stream = &scene->streams[1];
	struct operation operations[40];
	json_t *items;

	for (unsigned i = 0; i < 40; i++)
		operations[i] = make_append(&stream->id,
		                            i % 3 == 0 ? "a"
		                            : i % 2    ? "b"
		                                       : "",
		                            "v");
	plan(scene, 1, operations, 40);
	plan(scene, 2, operations, 33);
	close_block(scene);
	items = ask_all(scene, "stream.list_records",
	                json_pack("{ss}", "stream", stream->name), 1000);
	ck_assert_uint_eq(json_array_size(items), stream->count);
	for (size_t i = 0; i < stream->count; i++) {
		const struct model_record *record = &stream->records[i];
		const json_t *item = json_array_get(items, i);

		check_hash(item, "txid", &record->tx->txid);
		check_count(item, "operation", record->index);
		if (record->append->key.size > 0)
			check_count(item, "version", record->version);
	}
	json_decref(items);
}
END_TEST

/* -- Proofs of the state ----------------------------------------------------------- */

/* The proof holds against the root of the block that it names; *value, if it is not NULL,
 * is to be freed. Gives whether there is a value. */
static bool check_proof(const json_t *json, const char *name, uint64_t height,
                        const struct state_key *key, uint8_t **value, size_t *value_size)
{
	const json_t *given = json_object_get(json, name);
	struct hash key_hash = network_state_key(&scene->ledger.network, state_key_view(key));
	bool has_value = json_is_string(json_object_get(given, "value_b64"));
	const struct hash *root = &scene->blocks[height].state_root;
	struct state_proof proof;
	struct hash value_hash;
	size_t size;
	uint8_t *bytes = bytes_of(given, "proof_b64", &size);

	check_count(given, "height", height);
	check_hash(given, "state_root", root);
	check_hash(given, "key_hash", &key_hash);
	ck_assert_int_eq(state_proof_decode(&proof, bytes_view(bytes, size)), STATUS_OK);
	free(bytes);
	*value = NULL;
	if (has_value) {
		*value = bytes_of(given, "value_b64", value_size);
		value_hash = state_value_hash(bytes_view(*value, *value_size));
	}
	ck_assert(
		state_proof_is_valid(root, &key_hash, has_value ? &value_hash : NULL, &proof));
	return has_value;
}

START_TEST(a_stream_is_proved_at_every_height)
{
	const struct model_stream *stream = &scene->streams[0];
	struct state_key info_key = state_key_of(STATE_STREAM, &stream->id);
	struct state_key head_key = state_key_of(STATE_STREAM_HEAD, &stream->id);

	for (uint64_t height = stream->created_height; height < scene->block_count;
	     height++) {
		json_t *json = ask(scene, "stream.get",
		                   json_pack("{ss sI sb}", "stream", stream->name, "at",
		                             (json_int_t)height, "prove", 1));
		struct stream_head head = {0};
		uint8_t *value;
		size_t size;

		ck_assert(check_proof(json, "proof", height, &info_key, &value, &size));
		free(value);
		if (check_proof(json, "head_proof", height, &head_key, &value, &size))
			ck_assert_int_eq(stream_head_decode(&head, bytes_view(value, size)),
			                 STATUS_OK);
		ck_assert_uint_eq(head.count, scene->blocks[height].stream_counts[0]);
		free(value);
		json_decref(json);
	}
}
END_TEST

START_TEST(a_latest_record_is_proved_at_every_height)
{
	const struct model_stream *stream = &scene->streams[0];
	struct state_key key = state_key_of_record(&stream->id, text_view("temperature"));

	for (uint64_t height = 0; height < scene->block_count; height++) {
		size_t count = scene->blocks[height].stream_counts[0];
		struct record_latest latest;
		uint8_t *value;
		json_t *json;
		size_t size;

		if (model_versions(stream, text_view("temperature"), count) == 0)
			continue;
		json = ask(scene, "stream.get_latest",
		           json_pack("{ss ss sI sb}", "stream", stream->name, "key",
		                     "temperature", "at", (json_int_t)height, "prove", 1));
		ck_assert(check_proof(json, "proof", height, &key, &value, &size));
		ck_assert_int_eq(record_latest_decode(&latest, bytes_view(value, size)),
		                 STATUS_OK);
		ck_assert_uint_eq(latest.position, count_of(json, "position"));
		ck_assert_uint_eq(latest.version_count, count_of(json, "version") + 1);
		check_count(json, "at_height", height);
		free(value);
		json_decref(json);
	}
}
END_TEST

START_TEST(an_asset_and_an_account_are_proved_also_what_is_absent)
{
	uint64_t height = model_tip(scene);
	const struct hash *account = &scene->ledger.accounts[1].id;
	struct state_key asset_key = state_key_of(STATE_ASSET, &scene->assets[0].id);
	struct state_key supply_key = state_key_of(STATE_ASSET_SUPPLY, &scene->assets[0].id);
	struct state_key account_key = state_key_of(STATE_ACCOUNT, account);
	struct state_key profile_key = state_key_of(STATE_PROFILE, account);
	struct asset_supply supply;
	uint8_t *value;
	size_t size;
	json_t *json =
		ask(scene, "asset.get", json_pack("{ss sb}", "asset", "gold", "prove", 1));

	ck_assert(check_proof(json, "proof", height, &asset_key, &value, &size));
	free(value);
	ck_assert(check_proof(json, "supply_proof", height, &supply_key, &value, &size));
	ck_assert_int_eq(asset_supply_decode(&supply, bytes_view(value, size)), STATUS_OK);
	ck_assert_uint_eq(supply.burned, 50);
	free(value);
	json_decref(json);
	json = ask(scene, "account.get",
	           json_pack("{so sb}", "account", json_hex(account), "prove", 1));
	ck_assert(!check_proof(json, "proof", height, &account_key, &value, &size));
	ck_assert(!check_proof(json, "profile_proof", height, &profile_key, &value, &size));
	json_decref(json);
}
END_TEST

START_TEST(each_parameter_is_proved)
{
	const uint64_t height = 3;
	json_t *json = ask(scene, "chain.get_params",
	                   json_pack("{sI sb}", "at", (json_int_t)height, "prove", 1));
	const json_t *proofs = json_object_get(json, "proofs");

	ck_assert_uint_eq(json_object_size(proofs), PARAMETER_COUNT);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		struct state_key key = state_key_of_parameter((enum parameter)i);
		const char *name = parameter_facts((enum parameter)i)->name;
		uint8_t *value;
		size_t size;

		ck_assert(check_proof(proofs, name, height, &key, &value, &size));
		ck_assert_uint_eq(size, 8);
		ck_assert_uint_eq(get_le64(value),
		                  count_of(json_object_get(json, "params"), name));
		free(value);
	}
	json_decref(json);
	json = ask(scene, "chain.get_params", NULL);
	ck_assert_ptr_null(json_object_get(json, "proofs"));
	json_decref(json);
}
END_TEST

/* -- What is pruned ---------------------------------------------------------------- */

START_TEST(a_state_that_is_pruned_is_an_error_that_says_so)
{
	struct store_options options = {.prune_window = 5};
	struct why why;
	bool more = true;
	json_t *json;

	scene = scene_new(&options);
	scene_fill(scene);
	while (more)
		ck_assert_int_eq(store_prune(scene->store, 1000, &more, &why), STATUS_OK);
	plan_one(scene, 0, make_describe("the view moves on"));
	close_block(scene);
	expect_error(scene, "stream.get", json_pack("{ss si}", "stream", "alpha", "at", 3),
	             110, "the state after block 3 is no longer kept here");
	expect_error(
		scene, "account.list_balances",
		json_pack("{so si}", "account", json_hex(&scene->ledger.accounts[1].id), "at", 5),
		110, "no longer kept here");
	json = ask(
		scene, "stream.get",
		json_pack("{ss sI}", "stream", "alpha", "at", (json_int_t)model_tip(scene) - 3));
	json_decref(json);
	scene_free(scene);
}
END_TEST

/* -- The node itself --------------------------------------------------------------- */

START_TEST(the_node_tells_its_status)
{
	const struct model_block *tip = &scene->blocks[model_tip(scene)];
	json_t *json = ask(scene, "node.get_status", NULL);

	check_text(json, "network", scene->ledger.genesis->name);
	check_hash(json, "genesis", &scene->ledger.network.genesis);
	check_text(json, "version", CAIRN_VERSION);
	check_count(json, "height", model_tip(scene));
	check_hash(json, "hash", &tip->hash);
	check_count(json, "time_ms", tip->header.time_ms);
	check_null(json, "syncing");
	check_count(json, "peers", 0);
	check_true(json, "is_validator", true);
	check_count(json, "pool_txs", 0);
	check_count(json, "pool_bytes", 0);
	ck_assert_uint_lt(count_of(json, "uptime_ms"), 1000000);
	json_decref(json);
	json = ask(scene, "node.get_version", NULL);
	check_text(json, "version", CAIRN_VERSION);
	check_count(json, "protocol", 1);
	json_decref(json);
}
END_TEST

START_TEST(a_node_that_is_behind_a_peer_says_so)
{
	struct drive *drive = &scene->node->drive;
	struct peer *peer = &drive->consensus.peers[7];
	uint64_t height = model_tip(scene);
	json_t *json;

	*peer = (struct peer){.known = true, .height = height + 2};
	drive->peers[3] = (struct drive_peer){.is_connected = true, .index = 7};
	json = ask(scene, "node.get_status", NULL);
	check_null(json, "syncing");
	json_decref(json);
	peer->height = height + 3;
	json = ask(scene, "node.get_status", NULL);
	check_count(json_object_get(json, "syncing"), "target", height + 3);
	check_count(json_object_get(json, "syncing"), "behind", 3);
	check_null(json_object_get(json, "syncing"), "eta_ms");
	json_decref(json);
	json = ask(scene, "node.get_health", NULL);
	check_true(json, "ready", false);
	check_true(json, "healthy", false);
	json_decref(json);
	/* What somebody said who is gone does not count. */
	drive->peers[3].is_connected = false;
	json = ask(scene, "node.get_status", NULL);
	check_null(json, "syncing");
	json_decref(json);
}
END_TEST

START_TEST(a_node_with_another_key_is_no_validator)
{
	json_t *json;

	scene->node->keys.vote = scene->ledger.accounts[0].keys;
	json = ask(scene, "node.get_status", NULL);
	check_true(json, "is_validator", false);
	json_decref(json);
}
END_TEST

static size_t item_count(const char *method, const char *name)
{
	json_t *json = ask(scene, method, NULL);
	size_t count = json_array_size(json_object_get(json, name));

	json_decref(json);
	return count;
}

START_TEST(a_lost_slot_of_the_sign_state_is_a_warning)
{
	json_t *json;

	ck_assert_uint_eq(item_count("node.list_warnings", "items"), 0);
	scene->node->sign_state.slot_lost = true;
	json = ask(scene, "node.list_warnings", NULL);
	check_text(json_array_get(json_object_get(json, "items"), 0), "name",
	           "SIGN_STATE_SLOT_LOST");
	check_null(json, "next");
	json_decref(json);
}
END_TEST

START_TEST(a_validator_that_forgot_what_it_signed_is_a_warning)
{
	json_t *json;

	scene->node->drive.consensus.recall = RECALL_LOST;
	json = ask(scene, "node.list_warnings", NULL);
	check_text(json_array_get(json_object_get(json, "items"), 0), "name", "VOTES_FORGOTTEN");
	json_decref(json);
	scene->node->drive.consensus.recall = RECALL_WHOLE;
	ck_assert_uint_eq(item_count("node.list_warnings", "items"), 0);
}
END_TEST

START_TEST(a_node_that_stops_is_not_ready_and_says_why)
{
	json_t *json = ask(scene, "node.get_health", NULL);

	check_true(json, "ready", true);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "reasons")), 0);
	json_decref(json);
	json = ask(scene, "node.stop", NULL);
	ck_assert_uint_eq(json_object_size(json), 0);
	json_decref(json);
	/* Its order to the loop was sent after the answer: wait for it to be carried out. */
	while (!atomic_load(&scene->node->backend->is_refusing))
		json_decref(ask(scene, "node.get_version", NULL));
	json = ask(scene, "node.get_health", NULL);
	check_true(json, "ready", false);
	check_true(json, "healthy", false);
	ck_assert_str_eq(
		json_string_value(json_array_get(json_object_get(json, "reasons"), 0)),
		"the node stops");
	json_decref(json);
}
END_TEST

/* -- The suite --------------------------------------------------------------------- */

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_pages");
	TCase *tests = tcase_create("pages");
	TCase *pruned = tcase_create("pruned");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_cursor_that_no_list_gave_is_refused);
	tcase_add_test(tests, a_page_of_large_records_ends_before_the_answer_is_too_large);
	tcase_add_test(tests, the_version_of_each_of_many_records_of_a_key_is_found);
	tcase_add_test(tests, a_stream_is_proved_at_every_height);
	tcase_add_test(tests, a_latest_record_is_proved_at_every_height);
	tcase_add_test(tests, an_asset_and_an_account_are_proved_also_what_is_absent);
	tcase_add_test(tests, each_parameter_is_proved);
	tcase_add_test(tests, the_node_tells_its_status);
	tcase_add_test(tests, a_node_that_is_behind_a_peer_says_so);
	tcase_add_test(tests, a_node_with_another_key_is_no_validator);
	tcase_add_test(tests, a_lost_slot_of_the_sign_state_is_a_warning);
	tcase_add_test(tests, a_validator_that_forgot_what_it_signed_is_a_warning);
	tcase_add_test(tests, a_node_that_stops_is_not_ready_and_says_why);
	tcase_add_test(pruned, a_state_that_is_pruned_is_an_error_that_says_so);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, pruned);
	return suite;
}
