/* cairn validator and cairn param: what is sent, what is asked before, and what is refused
 * here already. */
#include "tests/unit/wallet/program.h"

#include "chain/base/memory.h"
#include "chain/crypto/cosign_key.h"
#include "wallet-cli/operation_json.h"

/* -- A node that can sign ----------------------------------------------------------- */

static struct signer *signer;
static struct key_pair vote;
static const uint8_t SEED[COSIGN_SEED_SIZE] = {7};
static struct hash signs_for; /* zeros: for the account that asks */
static size_t validator_count;
static char asked_address[256];

static void sign(struct validator_join *join, const struct hash *account)
{
	static const struct hash auxiliary = {{9}};
	struct hash message = join_message(&ledger.network, account, join);

	if (key_pair_sign(&join->vote_signature, signer, &vote, &message, &auxiliary) !=
	        STATUS_OK ||
	    cosign_key_sign(join->cosign_signature.bytes, SEED, hash_view(&message)) !=
	        STATUS_OK)
		abort();
}

static json_t *answer_sign_join(const json_t *params)
{
	const char *account = json_string_value(json_object_get(params, "account"));
	const char *address = json_string_value(json_object_get(params, "address"));
	struct operation operation = {.kind = OPERATION_validator_join};
	struct validator_join *join = &operation.validator_join;
	struct hash id;

	if (address_decode(&id, text_view(account), NULL) != STATUS_OK)
		return fake_error(-32602, "account");
	if (!hash_is_zero(&signs_for))
		id = signs_for;
	snprintf(asked_address, sizeof asked_address, "%s", address ? address : "");
	join->vote_key = vote.public_key;
	if (cosign_key_public(&join->cosign_key, SEED) != STATUS_OK)
		abort();
	join->node_id.bytes[0] = 2;
	memset(join->node_id.bytes + 1, 0x79, 32);
	join->address = text_view(asked_address);
	join->height = 41;
	join->block = (struct hash){{0xb1}};
	sign(join, &id);
	return json_pack("{s{so so}}", "result", "account", json_of_account(&id), "operation",
	                 json_of_operation(&operation));
}

static json_t *answer_list(void)
{
	json_t *items = json_array();

	for (size_t i = 0; i < validator_count; i++) {
		struct hash id = {{(uint8_t)(i + 1)}};

		json_array_append_new(
			items, json_pack("{so ss ss ss ss sI}", "account", json_of_account(&id),
		                     "vote_key", "aa", "cosign_key", "bb", "node_id", "cc",
		                     "address", i == 0 ? "" : "node.example:17470", "joined_ms",
		                     i == 0 ? (json_int_t)0 : (json_int_t)1790000000123));
	}
	return json_pack("{s{so sn si}}", "result", "items", items, "next", "height", 41);
}

static json_t *answer(const char *method, const json_t *params)
{
	if (strcmp(method, "consensus.sign_join") == 0)
		return answer_sign_join(params);
	if (strcmp(method, "consensus.list_validators") == 0)
		return answer_list();
	if (strcmp(method, "chain.list_nodes") == 0)
		return json_pack("{s{s[{ss sn si}] sn si}}", "result", "items", "node_id",
		                 "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
		                 "account", "from_height", 0, "next", "height", 41);
	if (strcmp(method, "chain.get_params") == 0)
		return json_pack("{s{s{sI sI}si}}", "result", "params", "heartbeat_ms",
		                 (json_int_t)5000, "of_a_later_version", (json_int_t)17, "height", 41);
	return fake_error(-32601, "no such method");
}

static void start(void)
{
	static const struct hash seed = {{1}};
	struct secret_key secret = {{3}};

	setup();
	signer = signer_new(&seed);
	ck_assert_ptr_nonnull(signer);
	ck_assert_int_eq(key_pair_init(&vote, signer, &secret), STATUS_OK);
	signs_for = (struct hash){{0}};
	validator_count = 4;
	ledger.answer_other = answer;
	make_wallet();
}

static void stop(void)
{
	teardown();
	signer_free(signer);
}

/* The one operation that the ledger got last. */
static struct operation arrived(struct tx *tx)
{
	struct operation operation;
	struct cursor in;

	ck_assert_int_eq(tx_decode(tx, &ledger.network,
	                           bytes_view(ledger.last, ledger.last_size), NULL),
	                 VERDICT_GOOD);
	ck_assert_uint_eq(tx->operation_count, 1);
	in = tx_operations(tx);
	ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
	return operation;
}

/* The wallet's account, as an address. */
static const char *own_address(void)
{
	static char address[128];

	EXPECT(0, "account", "list", "-q");
	snprintf(address, sizeof address, "%.*s", (int)strcspn(out, "\n"), out);
	return address;
}

/* -- The root group's ----------------------------------------------------------------- */

/* Its node id, as `cairnd id` prints it: a point. */
#define NODE_ID "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

START_TEST(a_node_is_admitted_under_an_account_and_removed)
{
	struct operation operation;
	struct hash id;
	struct tx tx;

	ck_assert_int_eq(address_decode(&id, text_view(own_address()), NULL), STATUS_OK);
	EXPECT(0, "node", "admit", NODE_ID);
	operation = arrived(&tx);
	ck_assert_int_eq(operation.kind, OPERATION_node_set);
	ck_assert_uint_eq(operation.node_set.node_id.bytes[1], 0x79);
	/* Of who acts, from now on, if nothing else is said. */
	ck_assert(operation.node_set.account.present);
	ck_assert(hash_equal(&operation.node_set.account.value, &id));
	ck_assert_uint_eq(operation.node_set.from_height, 0);
	EXPECT(0, "node", "admit", NODE_ID,
	       "1111111111111111111111111111111111111111111111111111111111111111", "--from", "12");
	operation = arrived(&tx);
	ck_assert_uint_eq(operation.node_set.account.value.bytes[0], 0x11);
	ck_assert_uint_eq(operation.node_set.from_height, 12);
	EXPECT(0, "node", "remove", NODE_ID, "--yes");
	operation = arrived(&tx);
	ck_assert(!operation.node_set.account.present);
	EXPECT(2, "node", "admit", "0279be66");
	/* No point has this x. */
	EXPECT(2, "node", "admit",
	       "02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}
END_TEST

START_TEST(listed_nodes_are_a_table)
{
	EXPECT(0, "node", "list");
	ck_assert_ptr_nonnull(strstr(out, NODE_ID "\t-\t0\n"));
	EXPECT(0, "node", "list", "-q");
	ck_assert_str_eq(out, NODE_ID "\n");
}
END_TEST

START_TEST(admit_and_remove_name_an_account_as_people_write_it)
{
	struct operation operation;
	struct hash id;
	struct tx tx;

	ck_assert_int_eq(address_decode(&id, text_view(own_address()), NULL), STATUS_OK);
	EXPECT(0, "validator", "admit", "main");
	ck_assert(is_txid(out));
	operation = arrived(&tx);
	ck_assert_int_eq(operation.kind, OPERATION_validator_admit);
	ck_assert(hash_equal(&operation.validator_admit.account, &id));
	EXPECT(0, "validator", "remove", own_address(), "--yes");
	operation = arrived(&tx);
	ck_assert_int_eq(operation.kind, OPERATION_validator_remove);
	ck_assert(hash_equal(&operation.validator_remove.account, &id));
	EXPECT(2, "validator", "admit");
	EXPECT(2, "validator", "admit", "cairn1nonsense");
}
END_TEST

START_TEST(a_parameter_is_set_by_name_within_its_bounds)
{
	struct operation operation;
	struct tx tx;

	EXPECT(0, "param", "set", "heartbeat_ms", "60000");
	operation = arrived(&tx);
	ck_assert_int_eq(operation.kind, OPERATION_param_set);
	ck_assert(bytes_equal(operation.param_set.name, text_view("heartbeat_ms")));
	ck_assert_uint_eq(operation.param_set.value, 60000);
	ledger.last_size = 0;
	EXPECT(2, "param", "set", "heartbeat", "1");
	ck_assert_ptr_nonnull(strstr(notes, "heartbeat_ms"));
	EXPECT(2, "param", "set", "term_length", "0");
	ck_assert_ptr_nonnull(strstr(notes, "from 1 to 1000000"));
	EXPECT(2, "param", "set", "term_length", "many");
	EXPECT(2, "param", "set", "term_length");
	ck_assert_uint_eq(ledger.last_size, 0);
}
END_TEST

START_TEST(parameters_are_listed_with_their_bounds)
{
	json_t *json;

	EXPECT(0, "param", "list");
	ck_assert_str_eq(out, "heartbeat_ms\t5000\t0 to 86400000\nof_a_later_version\t17\t-\n");
	EXPECT(0, "param", "list", "-q");
	ck_assert_str_eq(out, "heartbeat_ms\nof_a_later_version\n");
	EXPECT(0, "param", "list", "--json");
	json = out_json();
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(json, "params"),
	                                                    "heartbeat_ms")),
	                 5000);
	json_decref(json);
}
END_TEST

/* -- Joining ---------------------------------------------------------------------------- */

static void check_join(const char *address)
{
	struct operation operation;
	struct validator_join *join = &operation.validator_join;
	struct hash message;
	struct tx tx;

	operation = arrived(&tx);
	ck_assert_int_eq(operation.kind, OPERATION_validator_join);
	ck_assert(bytes_equal(join->address, text_view(address)));
	ck_assert_uint_eq(join->height, 41);
	message = join_message(&ledger.network, &tx.sender, join);
	ck_assert(signature_is_valid(&join->vote_signature, &message, &join->vote_key));
	ck_assert(cosign_signature_is_valid(join->cosign_signature.bytes, &join->cosign_key,
	                                    hash_view(&message)));
}

START_TEST(who_is_not_admitted_is_told_by_whom_and_that_his_node_may_be_behind)
{
	ledger.permits_nothing = true;
	EXPECT(4, "validator", "join");
	ck_assert_ptr_nonnull(strstr(notes, "'cairn validator admit'"));
	ck_assert_ptr_nonnull(strstr(notes, "'cairn node status'"));
	ck_assert_ptr_null(strstr(notes, "stream"));
}
END_TEST

START_TEST(join_sends_what_the_node_signed_for_the_account_that_acts)
{
	EXPECT(0, "validator", "join", "--address", "node.example:17470");
	ck_assert(is_txid(out));
	check_join("node.example:17470");
	EXPECT(0, "validator", "join");
	check_join("");
}
END_TEST

START_TEST(join_takes_what_another_node_signed_from_a_file)
{
	EXPECT(0, "validator", "sign-join", own_address(), "--address", "h:1", "-o",
	       path_of("join.json"));
	ck_assert_str_eq(out, "");
	EXPECT(0, "validator", "join", path_of("join.json"));
	check_join("h:1");
	EXPECT(2, "validator", "join", path_of("join.json"), "--address", "h:2");
	EXPECT(3, "validator", "join", path_of("nowhere.json"));
	write_file("bad.json", "{\"operation\": {\"kind\": \"validator.admit\", \"account\": 1}}");
	EXPECT(2, "validator", "join", path_of("bad.json"));
	write_file("bad.json", "nonsense");
	EXPECT(2, "validator", "join", path_of("bad.json"));
}
END_TEST

START_TEST(what_is_signed_for_another_account_is_not_sent)
{
	signs_for = (struct hash){{0x55}};
	EXPECT(7, "validator", "join");
	ck_assert_ptr_nonnull(strstr(notes, "--account"));
	ck_assert_uint_eq(ledger.last_size, 0);
}
END_TEST

START_TEST(what_is_signed_for_another_network_is_not_sent)
{
	struct hash other = {{0xfb}};

	EXPECT(0, "validator", "sign-join", own_address(), "-o", path_of("join.json"));
	pthread_mutex_lock(&ledger.mutex);
	network_init(&ledger.network, &other);
	pthread_mutex_unlock(&ledger.mutex);
	EXPECT(7, "validator", "join", path_of("join.json"), "--yes");
	ck_assert_uint_eq(ledger.last_size, 0);
}
END_TEST

START_TEST(who_makes_the_others_too_few_is_told)
{
	/* 1 of 2, 2 of 3: none may be missing; 3 of 4, 4 of 5: one may. */
	for (validator_count = 1; validator_count <= 4; validator_count++) {
		EXPECT(0, "validator", "join");
		ck_assert_msg((strstr(notes, "until this node votes") != NULL) ==
		                  (validator_count < 3),
		              "%zu validators: %s", validator_count, notes);
		EXPECT(0, "validator", "join", "-q");
		ck_assert_str_eq(notes, "");
	}
}
END_TEST

START_TEST(validators_are_listed)
{
	json_t *json;

	validator_count = 2;
	EXPECT(0, "validator", "list");
	ck_assert_ptr_nonnull(strstr(out, "\tgenesis\taa\n"));
	ck_assert_ptr_nonnull(strstr(out, "\tnode.example:17470\t2026-09-21"));
	EXPECT(0, "validator", "list", "-q");
	ck_assert_int_eq(strncmp(out, "cairn1", 6), 0);
	ck_assert_ptr_null(strchr(out, '\t'));
	EXPECT(0, "validator", "list", "--json");
	json = out_json();
	ck_assert_uint_eq(json_array_size(json_object_get(json, "items")), 2);
	json_decref(json);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("validator");
	TCase *tests = tcase_create("validator");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_node_is_admitted_under_an_account_and_removed);
	tcase_add_test(tests, listed_nodes_are_a_table);
	tcase_add_test(tests, admit_and_remove_name_an_account_as_people_write_it);
	tcase_add_test(tests, a_parameter_is_set_by_name_within_its_bounds);
	tcase_add_test(tests, parameters_are_listed_with_their_bounds);
	tcase_add_test(tests, who_is_not_admitted_is_told_by_whom_and_that_his_node_may_be_behind);
	tcase_add_test(tests, join_sends_what_the_node_signed_for_the_account_that_acts);
	tcase_add_test(tests, join_takes_what_another_node_signed_from_a_file);
	tcase_add_test(tests, what_is_signed_for_another_account_is_not_sent);
	tcase_add_test(tests, what_is_signed_for_another_network_is_not_sent);
	tcase_add_test(tests, who_makes_the_others_too_few_is_told);
	tcase_add_test(tests, validators_are_listed);
	suite_add_tcase(suite, tests);
	return suite;
}
