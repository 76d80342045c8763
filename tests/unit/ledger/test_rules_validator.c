/* Who may validate, with which keys, and how a validator leaves. */
#include "chain/ledger/validator_state.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { JOINER, OTHER, STRANGER };
/* Numbers of keys that are no account's. */
enum { ROOT_KEY = 1000, KEY_A = 2000, KEY_B = 2001, KEY_C = 2002 };

static struct ledger_fixture fixture;
static struct draft *draft;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	draft = ledger_fixture_draft(&fixture, NULL);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

static const struct hash *id(unsigned account)
{
	return &fixture.accounts[account].id;
}

static const struct hash *root(void)
{
	return &fixture.validator.id;
}

/* -- Saying what must happen ----------------------------------------------------- */

static void take_root(struct operation operation)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_root_tx(&fixture, operation));
}

static void expect_root(struct operation operation, enum verdict verdict,
                        const char *text)
{
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_root_tx(&fixture, operation), verdict, text);
}

static void take(unsigned sender, struct operation operation)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, sender, operation));
}

static void expect(unsigned sender, struct operation operation, enum verdict verdict,
                   const char *text)
{
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, sender, operation),
	                              verdict, text);
}

static struct operation join(unsigned account, unsigned key)
{
	return make_join(&fixture, id(account), key);
}

/* Seals and commits the draft, and opens the next. */
static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

/* A new draft that is so much later than the tip. */
static void wait_ms(uint64_t ms)
{
	draft_free(draft);
	fixture.valid_until_ms = fixture.ledger.tip.header.time_ms + ms + FIXTURE_VALID_MS;
	ck_assert_int_eq(draft_new(&draft, &fixture.network, &fixture.ledger.source,
	                           &fixture.ledger.tip, NULL,
	                           fixture.ledger.tip.header.time_ms + ms, &fixture.why),
	                 STATUS_OK);
}

/* -- What the state says --------------------------------------------------------- */

static size_t set_count(void)
{
	struct validator_set set;

	draft_get_validators(draft, &set);
	ck_assert(validators_are_valid(&set));
	return set.count;
}

static bool is_in_set(const struct hash *account, unsigned key)
{
	struct validator wanted = make_validator(&fixture, account, key);
	struct validator_set set;
	size_t index;

	draft_get_validators(draft, &set);
	return validators_find(&set, account, &index) &&
	       memcmp(&set.items[index], &wanted, sizeof wanted) == 0;
}

static bool is_anywhere_in_set(const struct hash *account)
{
	struct validator_set set;
	size_t index;

	draft_get_validators(draft, &set);
	return validators_find(&set, account, &index);
}

enum { SERVES_STILL = -1 };

static void expect_service(const struct hash *account, unsigned number, uint64_t first,
                           int64_t last)
{
	struct validator validator = make_validator(&fixture, account, number);
	struct state_key keys[2] = {
		state_key_of_vote_key(STATE_VOTE_KEY, &validator.vote_key),
		state_key_of(STATE_COSIGN_KEY, &validator.cosign_key),
	};

	for (size_t i = 0; i < 2; i++) {
		struct key_service service;

		ck_assert(validator_get_key(draft, &keys[i], &service));
		ck_assert(hash_equal(&service.account, account));
		ck_assert_uint_eq(service.first_epoch, first);
		ck_assert_int_eq(service.last_epoch.present, last != SERVES_STILL);
		if (last != SERVES_STILL)
			ck_assert_int_eq((int64_t)service.last_epoch.value, last);
	}
}

/* -- admit, remove --------------------------------------------------------------- */

START_TEST(who_is_admitted_is_in_no_set_and_may_join)
{
	expect(JOINER, join(JOINER, KEY_A), VERDICT_PERMISSION, "is not admitted");
	take_root(make_admit(id(JOINER)));
	ck_assert(validator_is_admitted(draft, id(JOINER)));
	ck_assert(!is_anywhere_in_set(id(JOINER)));
	ck_assert_uint_eq(set_count(), 1);
	take(JOINER, join(JOINER, KEY_A));
	ck_assert(is_in_set(id(JOINER), KEY_A));
}
END_TEST

START_TEST(the_validators_of_genesis_are_admitted)
{
	ck_assert(validator_is_admitted(draft, root()));
	ck_assert(!validator_is_admitted(draft, id(JOINER)));
	expect_root(make_admit(root()), VERDICT_CONFLICT, "is admitted already");
}
END_TEST

START_TEST(nobody_is_admitted_twice)
{
	take_root(make_admit(id(JOINER)));
	expect_root(make_admit(id(JOINER)), VERDICT_CONFLICT, "is admitted already");
	take_root(make_remove(id(JOINER)));
	take_root(make_admit(id(JOINER)));
}
END_TEST

START_TEST(only_the_root_group_admits_and_removes)
{
	expect(JOINER, make_admit(id(JOINER)), VERDICT_PERMISSION,
	       "is not of the root group");
	take_root(make_admit(id(JOINER)));
	take(JOINER, join(JOINER, KEY_A));
	/* Nor does a validator, who is no member. */
	expect(JOINER, make_admit(id(OTHER)), VERDICT_PERMISSION, "is not of the root group");
	expect(JOINER, make_remove(root()), VERDICT_PERMISSION, "is not of the root group");
	expect(JOINER, make_remove(id(JOINER)), VERDICT_PERMISSION,
	       "is not of the root group");
}
END_TEST

/* Members root and OTHER, and how many of them it takes. */
static void put_root_group(uint16_t threshold)
{
	struct state_key key = state_key_of_kind(STATE_ROOT_GROUP);
	uint8_t bytes[2 + 2 * HASH_SIZE + 2];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_u16(&out, 2);
	writer_hash(&out, root());
	writer_hash(&out, id(OTHER));
	writer_u16(&out, threshold);
	draft_begin(draft);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

START_TEST(each_member_of_a_root_group_of_threshold_1_acts_for_it)
{
	put_root_group(1);
	take(OTHER, make_admit(id(JOINER)));
	take_root(make_remove(id(JOINER)));
	expect(STRANGER, make_admit(id(JOINER)), VERDICT_PERMISSION,
	       "is not of the root group");
}
END_TEST

START_TEST(a_root_group_that_takes_several_cannot_act_yet)
{
	put_root_group(2);
	expect(OTHER, make_admit(id(JOINER)), VERDICT_PERMISSION, "by 2 members together");
	expect_root(make_remove(root()), VERDICT_PERMISSION, "are of a later version");
	expect_root(make_param("term_length", 2), VERDICT_PERMISSION,
	            "by 2 members together");
}
END_TEST

START_TEST(who_is_neither_admitted_nor_a_validator_is_not_removed)
{
	expect_root(make_remove(id(JOINER)), VERDICT_CONFLICT, "neither admitted nor");
	take_root(make_admit(id(JOINER)));
	take_root(make_remove(id(JOINER)));
	expect_root(make_remove(id(JOINER)), VERDICT_CONFLICT, "neither admitted nor");
	expect(JOINER, join(JOINER, KEY_A), VERDICT_PERMISSION, "is not admitted");
}
END_TEST

START_TEST(who_is_removed_leaves_the_set_and_its_keys_have_served)
{
	take_root(make_admit(id(JOINER)));
	take(JOINER, join(JOINER, KEY_A));
	next_block();
	ck_assert_uint_eq(draft->header.epoch, 1);
	take_root(make_remove(id(JOINER)));
	ck_assert(!is_anywhere_in_set(id(JOINER)));
	ck_assert(!validator_is_admitted(draft, id(JOINER)));
	ck_assert_uint_eq(set_count(), 1);
	expect_service(id(JOINER), KEY_A, 1, 1);
	expect(JOINER, join(JOINER, KEY_B), VERDICT_PERMISSION, "is not admitted");
}
END_TEST

START_TEST(the_only_validator_stays)
{
	expect_root(make_remove(root()), VERDICT_CONFLICT, "nobody would be left");
	ck_assert(validator_is_admitted(draft, root()));
	take_root(make_admit(id(JOINER)));
	expect_root(make_remove(root()), VERDICT_CONFLICT, "nobody would be left");
	take(JOINER, join(JOINER, KEY_A));
	take_root(make_remove(root()));
	ck_assert_uint_eq(set_count(), 1);
	expect_root(make_remove(id(JOINER)), VERDICT_CONFLICT, "nobody would be left");
}
END_TEST

/* -- join ------------------------------------------------------------------------ */

START_TEST(who_joins_stands_in_the_state_with_all_it_said)
{
	struct operation operation = join(JOINER, KEY_A);
	struct validator_info info;

	ck_assert(!validator_get_info(draft, id(JOINER), &info));
	take_root(make_admit(id(JOINER)));
	take(JOINER, operation);
	ck_assert(is_in_set(id(JOINER), KEY_A));
	ck_assert_uint_eq(set_count(), 2);
	expect_service(id(JOINER), KEY_A, 1, SERVES_STILL);
	ck_assert(validator_get_info(draft, id(JOINER), &info));
	ck_assert_mem_eq(&info.node_id, &operation.validator_join.node_id, 33);
	ck_assert(bytes_equal(info.address, text_view("node.example.org:7400")));
	ck_assert_uint_eq(info.joined_ms, draft->header.time_ms);
}
END_TEST

START_TEST(the_validators_of_genesis_have_their_keys_and_nodes_in_the_state)
{
	const struct validator *validator = &fixture.genesis->validators.items[0];
	struct state_key keys[2] = {
		state_key_of_vote_key(STATE_VOTE_KEY, &validator->vote_key),
		state_key_of(STATE_COSIGN_KEY, &validator->cosign_key),
	};
	struct validator_info info;

	for (size_t i = 0; i < 2; i++) {
		struct key_service service;

		ck_assert(validator_get_key(draft, &keys[i], &service));
		ck_assert(hash_equal(&service.account, root()));
		ck_assert_uint_eq(service.first_epoch, 0);
		ck_assert(!service.last_epoch.present);
	}
	ck_assert(validator_get_info(draft, root(), &info));
	ck_assert_mem_eq(&info.node_id, &fixture.genesis->validator_node_ids[0], 33);
	ck_assert(bytes_equal(info.address, text_view("127.0.0.1:7400")));
	ck_assert_uint_eq(info.joined_ms, 0);
}
END_TEST

static struct operation join_at(uint64_t height, const struct hash *block)
{
	struct operation operation = join(JOINER, KEY_A);

	operation.validator_join.height = height;
	operation.validator_join.block = *block;
	sign_join(&fixture, id(JOINER), KEY_A, &operation.validator_join);
	return operation;
}

START_TEST(who_joins_names_a_block_of_this_chain_that_is_not_old)
{
	struct hash none = {{0}};
	const struct hash *hashes;

	take_root(make_admit(id(JOINER)));
	for (int i = 0; i < 1004; i++)
		next_block();
	hashes = fixture.ledger.block_hashes;
	ck_assert_uint_eq(draft->header.height, 1005);
	expect(JOINER, join_at(1005, &none), VERDICT_UNKNOWN_REFERENCE, "is not below");
	expect(JOINER, join_at(UINT64_MAX, &none), VERDICT_UNKNOWN_REFERENCE, "is not below");
	expect(JOINER, join_at(4, &hashes[4]), VERDICT_EXPIRED, "more than 1000 below");
	expect(JOINER, join_at(0, &hashes[0]), VERDICT_EXPIRED, "more than 1000 below");
	expect(JOINER, join_at(5, &hashes[6]), VERDICT_UNKNOWN_REFERENCE, "another hash");
	expect(JOINER, join_at(1004, &none), VERDICT_UNKNOWN_REFERENCE, "another hash");
	ck_assert_int_eq(
		block_try(draft,
	              ledger_fixture_tx_of(&fixture, JOINER, join_at(1004, &hashes[1004])),
	              false, NULL),
		VERDICT_GOOD);
	take(JOINER, join_at(5, &hashes[5]));
}
END_TEST

/* Blocks that are not committed are asked before the ledger is. */
START_TEST(the_named_block_may_be_one_that_is_not_committed_yet)
{
	struct draft *first, *second;

	take_root(make_admit(id(JOINER)));
	ledger_fixture_seal(&fixture, draft);
	first = draft;
	second = ledger_fixture_sealed(&fixture, first, NULL, 0);
	draft = ledger_fixture_draft(&fixture, second);
	expect(JOINER, join_at(2, &first->hash), VERDICT_UNKNOWN_REFERENCE, "another hash");
	expect(JOINER, join_at(1, &second->hash), VERDICT_UNKNOWN_REFERENCE, "another hash");
	expect(JOINER, join_at(3, &second->hash), VERDICT_UNKNOWN_REFERENCE, "is not below");
	ck_assert_int_eq(
		block_try(draft, ledger_fixture_tx_of(&fixture, JOINER, join_at(1, &first->hash)),
	              false, NULL),
		VERDICT_GOOD);
	take(JOINER, join_at(2, &second->hash));
	draft_free(draft);
	draft_free(second);
	draft_free(first);
	draft = NULL;
}
END_TEST

START_TEST(a_block_that_cannot_be_read_is_our_failure_and_no_verdict)
{
	const struct tx *tx;

	take_root(make_admit(id(JOINER)));
	next_block();
	tx = ledger_fixture_tx_of(&fixture, JOINER, join(JOINER, KEY_A));
	fixture.ledger.fail_countdown = 3; /* the account, its admission, the block */
	ck_assert_int_ne(block_try(draft, tx, true, NULL), VERDICT_GOOD);
	ck_assert_int_eq(draft->status, STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(draft->why.text, "read the hash of a block"));
}
END_TEST

START_TEST(no_key_serves_twice_for_anybody)
{
	struct operation operation = join(JOINER, ROOT_KEY);
	struct operation cosign = join(JOINER, KEY_B);

	take_root(make_admit(id(JOINER)));
	take_root(make_admit(id(OTHER)));
	expect(JOINER, operation, VERDICT_CONFLICT, "was a validator's before");
	operation = join(JOINER, KEY_A);
	operation.validator_join.cosign_key = fixture.genesis->validators.items[0].cosign_key;
	expect(JOINER, operation, VERDICT_CONFLICT, "was a validator's before");
	take(JOINER, join(JOINER, KEY_A));
	expect(OTHER, join(OTHER, KEY_A), VERDICT_CONFLICT, "was a validator's before");
	cosign = join(OTHER, KEY_B);
	cosign.validator_join.cosign_key =
		make_validator(&fixture, id(JOINER), KEY_A).cosign_key;
	expect(OTHER, cosign, VERDICT_CONFLICT, "was a validator's before");
	/* Nor when whose it was has left. */
	take_root(make_remove(id(JOINER)));
	expect(OTHER, join(OTHER, KEY_A), VERDICT_CONFLICT, "was a validator's before");
	take(OTHER, join(OTHER, KEY_B));
}
END_TEST

START_TEST(a_validator_renews_its_keys_and_not_its_place)
{
	take_root(make_admit(id(JOINER)));
	take(JOINER, join(JOINER, KEY_A));
	next_block();
	wait_ms(3600000);
	take(JOINER, join(JOINER, KEY_B));
	ck_assert_uint_eq(set_count(), 2);
	ck_assert(is_in_set(id(JOINER), KEY_B));
	expect_service(id(JOINER), KEY_A, 1, 1);
	expect_service(id(JOINER), KEY_B, 2, SERVES_STILL);
	next_block();
	wait_ms(3600000);
	expect(JOINER, join(JOINER, KEY_A), VERDICT_CONFLICT, "was a validator's before");
}
END_TEST

START_TEST(an_account_joins_once_an_hour)
{
	take_root(make_admit(id(JOINER)));
	take(JOINER, join(JOINER, KEY_A));
	expect(JOINER, join(JOINER, KEY_B), VERDICT_QUOTA, "joined 0 ms ago");
	next_block();
	wait_ms(3599999);
	expect(JOINER, join(JOINER, KEY_B), VERDICT_QUOTA, "joined 3599999 ms ago");
	/* To be removed and admitted again is no way around. */
	take_root(make_remove(id(JOINER)));
	take_root(make_admit(id(JOINER)));
	expect(JOINER, join(JOINER, KEY_B), VERDICT_QUOTA, "joined 3599999 ms ago");
	take_root(make_admit(id(OTHER)));
	take(OTHER, join(OTHER, KEY_C));
	wait_ms(3600000);
	take(JOINER, join(JOINER, KEY_B));
}
END_TEST

START_TEST(who_comes_and_goes_in_one_block_never_served)
{
	take_root(make_admit(id(JOINER)));
	take(JOINER, join(JOINER, KEY_A));
	take_root(make_remove(id(JOINER)));
	ck_assert_uint_eq(set_count(), 1);
	expect_service(id(JOINER), KEY_A, 1, 0);
}
END_TEST

START_TEST(a_full_set_takes_nobody_in_but_renews_keys)
{
	struct validator_set set;

	take_root(make_admit(id(JOINER)));
	take_root(make_admit(id(OTHER)));
	draft_begin(draft);
	draft_get_validators(draft, &set);
	for (unsigned i = 0; set.count < VALIDATORS_MAX; i++) {
		struct hash account = hash_of(bytes_view(&i, sizeof i));
		struct validator validator =
			make_validator(&fixture, i == 0 ? id(OTHER) : &account, 3000 + i);

		validators_add(&set, &validator);
		validator_start_keys(draft, &validator, 0);
	}
	draft_put_validators(draft, &set);
	expect(JOINER, join(JOINER, KEY_A), VERDICT_QUOTA, "has its 128 validators");
	take(OTHER, join(OTHER, KEY_B));
	ck_assert(is_in_set(id(OTHER), KEY_B));
	ck_assert_uint_eq(set_count(), VALIDATORS_MAX);
	take_root(make_remove(root()));
	take(JOINER, join(JOINER, KEY_A));
	ck_assert_uint_eq(set_count(), VALIDATORS_MAX);
}
END_TEST

/* -- The signatures of a join ---------------------------------------------------- */

START_TEST(both_keys_sign_everything_that_a_join_says)
{
	static const char VOTE[] = "the vote key's own signature";
	static const char COSIGN[] = "the cosign key's own signature";
	struct operation good = join(JOINER, KEY_A);
	struct operation bad = good;
	struct validator_join *said = &bad.validator_join;

	take_root(make_admit(id(JOINER)));
	take_root(make_admit(id(OTHER)));
	said->vote_key = ledger_fixture_keys(&fixture, KEY_B).public_key;
	expect(JOINER, bad, VERDICT_SIGNATURE, VOTE);
	bad = good;
	said->cosign_key.bytes[0] ^= 1;
	expect(JOINER, bad, VERDICT_SIGNATURE, VOTE);
	bad = good;
	said->node_id.bytes[0] = 3;
	expect(JOINER, bad, VERDICT_SIGNATURE, VOTE);
	bad = good;
	said->address = text_view("node.example.org:7401");
	expect(JOINER, bad, VERDICT_SIGNATURE, VOTE);
	bad = good;
	said->vote_signature.bytes[63] ^= 1;
	expect(JOINER, bad, VERDICT_SIGNATURE, VOTE);
	bad = good;
	said->cosign_signature.bytes[0] ^= 1;
	expect(JOINER, bad, VERDICT_SIGNATURE, COSIGN);
	bad = good;
	said->cosign_signature = said->vote_signature;
	expect(JOINER, bad, VERDICT_SIGNATURE, COSIGN);
	/* Somebody else's join is of no use. */
	expect(OTHER, good, VERDICT_SIGNATURE, VOTE);
	take(JOINER, good);
}
END_TEST

START_TEST(a_node_id_is_a_compressed_point)
{
	struct operation operation = join(JOINER, KEY_A);
	struct node_id *node_id = &operation.validator_join.node_id;

	take_root(make_admit(id(JOINER)));
	for (unsigned first = 0; first < 256; first++) {
		node_id->bytes[0] = (uint8_t)first;
		sign_join(&fixture, id(JOINER), KEY_A, &operation.validator_join);
		if (first == 2 || first == 3)
			ck_assert(node_id_is_valid(node_id));
		else
			expect(JOINER, operation, VERDICT_SCHEMA, "no point of the curve");
	}
	node_id->bytes[0] = 2;
	memset(node_id->bytes + 1, 0xff, 32);
	sign_join(&fixture, id(JOINER), KEY_A, &operation.validator_join);
	expect(JOINER, operation, VERDICT_SCHEMA, "no point of the curve");
}
END_TEST

START_TEST(a_join_is_undone_with_its_transaction)
{
	struct operation operations[2] = {
		join(JOINER, KEY_A),
		make_burn(id(JOINER), 1),
	};
	struct state_key key =
		state_key_of_vote_key(STATE_VOTE_KEY, &operations[0].validator_join.vote_key);
	struct validator_info info;
	struct key_service service;

	take_root(make_admit(id(JOINER)));
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx(&fixture, JOINER, operations, 2),
	                              VERDICT_UNKNOWN_REFERENCE, "there is no asset");
	ck_assert(!is_anywhere_in_set(id(JOINER)));
	ck_assert(!validator_get_info(draft, id(JOINER), &info));
	ck_assert(!validator_get_key(draft, &key, &service));
	take(JOINER, operations[0]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of validators");
	TCase *tests = tcase_create("rules of validators");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, who_is_admitted_is_in_no_set_and_may_join);
	tcase_add_test(tests, the_validators_of_genesis_are_admitted);
	tcase_add_test(tests, nobody_is_admitted_twice);
	tcase_add_test(tests, only_the_root_group_admits_and_removes);
	tcase_add_test(tests, each_member_of_a_root_group_of_threshold_1_acts_for_it);
	tcase_add_test(tests, a_root_group_that_takes_several_cannot_act_yet);
	tcase_add_test(tests, who_is_neither_admitted_nor_a_validator_is_not_removed);
	tcase_add_test(tests, who_is_removed_leaves_the_set_and_its_keys_have_served);
	tcase_add_test(tests, the_only_validator_stays);
	tcase_add_test(tests, who_joins_stands_in_the_state_with_all_it_said);
	tcase_add_test(tests,
	               the_validators_of_genesis_have_their_keys_and_nodes_in_the_state);
	tcase_add_test(tests, who_joins_names_a_block_of_this_chain_that_is_not_old);
	tcase_add_test(tests, the_named_block_may_be_one_that_is_not_committed_yet);
	tcase_add_test(tests, a_block_that_cannot_be_read_is_our_failure_and_no_verdict);
	tcase_add_test(tests, no_key_serves_twice_for_anybody);
	tcase_add_test(tests, a_validator_renews_its_keys_and_not_its_place);
	tcase_add_test(tests, an_account_joins_once_an_hour);
	tcase_add_test(tests, who_comes_and_goes_in_one_block_never_served);
	tcase_add_test(tests, a_full_set_takes_nobody_in_but_renews_keys);
	tcase_add_test(tests, both_keys_sign_everything_that_a_join_says);
	tcase_add_test(tests, a_node_id_is_a_compressed_point);
	tcase_add_test(tests, a_join_is_undone_with_its_transaction);
	suite_add_tcase(suite, tests);
	return suite;
}
