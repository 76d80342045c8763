/* What programs read of validators, and what a node signs for the account that joins. */
#include "chain/base/memory.h"
#include "rpc/api/ledger_json.h"
#include "node/shell/backend_standing.h"
#include "tests/unit/shell/backend_client.h"
#include "wallet-cli/operation_json.h"

enum { JOINER = 1, NEW_KEY = 4000 };

static struct scene *scene;
static struct arena arena;

static void start(void)
{
	struct node_keys *keys;

	scene = scene_new(&(struct store_options){0});
	scene_fill(scene);
	arena = (struct arena){0};
	/* Keys that never served. */
	keys = &scene->node->keys;
	keys->vote = ledger_fixture_keys(&scene->ledger, NEW_KEY);
	keys->cosign_seed = (struct secret_key){{7}};
	ck_assert_int_eq(cosign_key_public(&keys->cosign_key, keys->cosign_seed.bytes),
	                 STATUS_OK);
	keys->node_id.bytes[0] = 2;
	memcpy(keys->node_id.bytes + 1, keys->vote.public_key.bytes, PUBLIC_KEY_SIZE);
}

static void stop(void)
{
	arena_close(&arena);
	scene_free(scene);
}

static const struct hash *joiner(void)
{
	return &scene->ledger.accounts[JOINER].id;
}

/* The operation that the node signs, as a wallet reads it. Its views last until the end. */
static struct operation have_signed(const char *address)
{
	json_t *params = json_pack("{so}", "account", json_of_account(joiner()));
	struct operation operation;
	struct why why = {{0}};
	json_t *answer;
	char *copy;

	if (address)
		json_object_set_new(params, "address", json_string(address));
	answer = ask(scene, "consensus.sign_join", params);
	check_account(answer, "account", joiner());
	ck_assert_msg(operation_from_json(&operation, json_object_get(answer, "operation"),
	                                  &arena, &why) == STATUS_OK,
	              "%s", why.text);
	copy = arena_take(&arena, operation.validator_join.address.size + 1);
	memcpy(copy, operation.validator_join.address.at,
	       operation.validator_join.address.size);
	operation.validator_join.address =
		bytes_view(copy, operation.validator_join.address.size);
	json_decref(answer);
	return operation;
}

/* A block in which the account is admitted and joins, on the disk. */
static void join(const struct operation *operation)
{
	struct operation admit = {.kind = OPERATION_validator_admit};
	struct draft *draft = ledger_fixture_draft(&scene->ledger, NULL);
	struct certificate certificate;
	struct why why = {{0}};

	admit.validator_admit.account = *joiner();
	ledger_fixture_expect_taken(&scene->ledger, draft,
	                            ledger_fixture_root_tx(&scene->ledger, admit));
	ledger_fixture_expect_taken(&scene->ledger, draft,
	                            ledger_fixture_tx_of(&scene->ledger, JOINER, *operation));
	ledger_fixture_seal(&scene->ledger, draft);
	certificate = model_certificate(scene, &draft->header, &draft->hash);
	ck_assert_msg(store_commit(scene->store, draft, &certificate, &why) == STATUS_OK,
	              "%s", why.text);
	memory_ledger_commit(&scene->ledger.ledger, draft);
	draft_free(draft);
	backend_on_block(scene->node->backend, model_tip(scene) + 1);
}

START_TEST(the_one_validator_of_the_genesis_is_listed)
{
	const struct validator *validator = &scene->ledger.genesis->validators.items[0];
	json_t *items = ask_all(scene, "consensus.list_validators", NULL, 100);
	const json_t *item = json_array_get(items, 0);

	ck_assert_uint_eq(json_array_size(items), 1);
	check_account(item, "account", &validator->account);
	check_hex(item, "vote_key", validator->vote_key.bytes, PUBLIC_KEY_SIZE);
	check_hash(item, "cosign_key", &validator->cosign_key);
	check_hex(item, "node_id", scene->ledger.genesis->validator_node_ids[0].bytes,
	          COMPRESSED_KEY_SIZE);
	check_count(item, "joined_ms", 0);
	json_decref(items);
}
END_TEST

START_TEST(what_the_node_signs_is_good_by_the_rules_and_then_listed)
{
	struct operation operation = have_signed("node.example:17470");
	const struct validator_join *signed_join = &operation.validator_join;
	json_t *items;
	size_t found = 0;

	ck_assert_uint_eq(signed_join->height, model_tip(scene));
	ck_assert(hash_equal(&signed_join->block, &scene->blocks[model_tip(scene)].hash));
	join(&operation);
	/* By vote key, in pages of one. */
	items = ask_all(scene, "consensus.list_validators", NULL, 1);
	ck_assert_uint_eq(json_array_size(items), 2);
	ck_assert_str_lt(text_of(json_array_get(items, 0), "vote_key"),
	                 text_of(json_array_get(items, 1), "vote_key"));
	for (size_t i = 0; i < 2; i++) {
		const json_t *item = json_array_get(items, i);

		if (count_of(item, "joined_ms") == 0)
			continue;
		found++;
		check_account(item, "account", joiner());
		check_hex(item, "vote_key", scene->node->keys.vote.public_key.bytes,
		          PUBLIC_KEY_SIZE);
		check_text(item, "address", "node.example:17470");
	}
	ck_assert_uint_eq(found, 1);
	json_decref(items);
	items = ask_all(scene, "consensus.list_validators",
	                json_pack("{si}", "at", (int)model_tip(scene)), 100);
	ck_assert_uint_eq(json_array_size(items), 1);
	json_decref(items);
}
END_TEST

START_TEST(it_is_signed_for_this_account_alone)
{
	struct operation operation = have_signed(NULL);
	struct operation admit = {.kind = OPERATION_validator_admit};
	struct draft *draft = ledger_fixture_draft(&scene->ledger, NULL);

	ck_assert_uint_eq(operation.validator_join.address.size, 0);
	admit.validator_admit.account = scene->ledger.accounts[JOINER + 1].id;
	ledger_fixture_expect_taken(&scene->ledger, draft,
	                            ledger_fixture_root_tx(&scene->ledger, admit));
	ledger_fixture_expect_refused(
		&scene->ledger, draft,
		ledger_fixture_tx_of(&scene->ledger, JOINER + 1, operation), VERDICT_SIGNATURE,
		"not valid for this account");
	draft_free(draft);
}
END_TEST

START_TEST(an_address_that_is_too_long_is_refused)
{
	char address[ADDRESS_SIZE_MAX + 2];

	memset(address, 'a', sizeof address - 1);
	address[sizeof address - 1] = '\0';
	expect_error(scene, "consensus.sign_join",
	             json_pack("{soss}", "account", json_of_account(joiner()), "address",
	                       address),
	             -32602, "address");
	expect_error(scene, "consensus.sign_join", NULL, -32602, "account");
}
END_TEST

START_TEST(who_listens_nowhere_joins_without_an_address)
{
	struct why why = {{0}};

	ck_assert_int_eq(config_set(&scene->config, "p2p.listen=", &why), STATUS_OK);
	expect_error(scene, "consensus.sign_join",
	             json_pack("{soss}", "account", json_of_account(joiner()), "address",
	                       "node.example:17470"),
	             -32602, "p2p.listen is empty");
	ck_assert_uint_eq(have_signed(NULL).validator_join.address.size, 0);
}
END_TEST

START_TEST(who_lied_is_listed_with_what_he_signed)
{
	struct drive *drive = &scene->node->drive;
	struct accusation *accusation =
		accused_add(&drive->accused, &scene->ledger.validator.keys.public_key);
	json_t *json;
	const json_t *item;

	accusation->votes[0].ballot =
		(struct ballot){.kind = VOTE_NULLIFY, .epoch = 3, .view = 41};
	accusation->votes[1].ballot =
		(struct ballot){.kind = VOTE_FINALIZE, .epoch = 3, .view = 41};
	json = ask(scene, "consensus.list_evidence", NULL);
	item = json_array_get(json_object_get(json, "items"), 0);
	check_hex(item, "vote_key", scene->ledger.validator.keys.public_key.bytes,
	          PUBLIC_KEY_SIZE);
	check_null(item, "account"); /* this node's machine has no set */
	check_count(item, "epoch", 3);
	check_count(item, "view", 41);
	check_true(item, "on_chain", false);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(item, "votes"), 1)),
	                 "finalize");
	json_decref(json);
	/* The set of the epoch names him. */
	drive->consensus.epoch.validators = scene->ledger.genesis->validators;
	accusation->is_on_chain = true;
	json = ask(scene, "consensus.list_evidence", NULL);
	item = json_array_get(json_object_get(json, "items"), 0);
	check_account(item, "account", &scene->ledger.genesis->validators.items[0].account);
	check_true(item, "on_chain", true);
	json_decref(json);
	drive->consensus.epoch.validators.count = 0;
}
END_TEST

/* Names are the ledger's: what an account calls itself, else its address cut short. */
START_TEST(validators_are_called_by_their_display_name)
{
	struct standing *standing = calloc(1, sizeof *standing);
	struct query query = {.backend = scene->node->backend};
	char address[ADDRESS_TEXT_SIZE];
	struct why why;

	plan_one(scene, 1, make_describe("org\nc"));
	plan_one(scene, 2, make_describe("twin"));
	plan_one(scene, 3, make_describe("twin"));
	close_block(scene);
	query.height = model_tip(scene);
	ck_assert_int_eq(store_view_open(&query.view, scene->store, &why), STATUS_OK);
	standing->count = 4;
	for (size_t i = 0; i < 4; i++)
		standing->validators[i].account = scene->ledger.accounts[i].id;
	standing_name(&query, standing);
	ck_assert(query_is_good(&query));
	address_encode(address, &scene->ledger.accounts[0].id);
	ck_assert_int_eq(strncmp(standing->validators[0].name, address, 11), 0);
	ck_assert_str_eq(standing->validators[0].name + 14, address + strlen(address) - 5);
	ck_assert_str_eq(standing->validators[1].name, "org?c");
	/* Two of the same name are told apart. */
	ck_assert_int_eq(strncmp(standing->validators[2].name, "twin (cairn1", 12), 0);
	ck_assert_str_ne(standing->validators[2].name, standing->validators[3].name);
	store_view_close(query.view);
	free(standing);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_consensus");
	TCase *tests = tcase_create("consensus");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_one_validator_of_the_genesis_is_listed);
	tcase_add_test(tests, what_the_node_signs_is_good_by_the_rules_and_then_listed);
	tcase_add_test(tests, it_is_signed_for_this_account_alone);
	tcase_add_test(tests, an_address_that_is_too_long_is_refused);
	tcase_add_test(tests, who_listens_nowhere_joins_without_an_address);
	tcase_add_test(tests, who_lied_is_listed_with_what_he_signed);
	tcase_add_test(tests, validators_are_called_by_their_display_name);
	suite_add_tcase(suite, tests);
	return suite;
}
