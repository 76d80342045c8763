/* When a transaction is alive, whose key speaks for an account, and how that key changes.
 */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct draft *draft; /* on the tip of genesis */

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

static void restart_draft(void)
{
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

/* -- Time ---------------------------------------------------------------------------- */

static const struct tx *valid_until(uint64_t valid_until_ms)
{
	struct operation operation = make_describe("Ada");
	struct tx_draft tx = {
		.sender = fixture.accounts[0].id,
		.salt = fixture.salt++,
		.valid_until_ms = valid_until_ms,
		.operations = &operation,
		.operation_count = 1,
	};

	return ledger_fixture_sign(&fixture, &tx, &fixture.accounts[0].keys);
}

START_TEST(a_transaction_lives_until_the_very_time_of_the_block)
{
	uint64_t now = draft->header.time_ms;

	ck_assert_uint_eq(now, FIXTURE_TIME_MS + FIXTURE_BLOCK_MS);
	ledger_fixture_expect_taken(&fixture, draft, valid_until(now));
	ledger_fixture_expect_refused(
		&fixture, draft, valid_until(now - 1), VERDICT_EXPIRED,
		"valid until 1700000000999 ms, the block's time is 1700000001000 ms");
	ledger_fixture_expect_refused(&fixture, draft, valid_until(0), VERDICT_EXPIRED,
	                              "valid until 0 ms");
	ck_assert_uint_eq(fixture.refusal.operation, REFUSAL_NO_OPERATION);
}
END_TEST

START_TEST(a_transaction_lives_no_longer_than_the_parameter_says)
{
	uint64_t now = draft->header.time_ms;
	uint64_t lifetime = 86400000;

	ledger_fixture_expect_taken(&fixture, draft, valid_until(now + lifetime));
	ledger_fixture_expect_refused(
		&fixture, draft, valid_until(now + lifetime + 1), VERDICT_EXPIRED,
		"valid for 86400001 ms more, at most 86400000 ms are allowed");
	ledger_fixture_expect_refused(&fixture, draft, valid_until(UINT64_MAX),
	                              VERDICT_EXPIRED, "at most 86400000 ms");
}
END_TEST

START_TEST(the_lifetime_is_that_of_the_network)
{
	struct parameters parameters = parameters_default();
	uint64_t now;

	stop();
	parameters.values[PARAMETER_tx_lifetime_ms] = 60000;
	ledger_fixture_init(&fixture, &parameters);
	draft = ledger_fixture_draft(&fixture, NULL);
	now = draft->header.time_ms;
	ledger_fixture_expect_taken(&fixture, draft, valid_until(now + 60000));
	ledger_fixture_expect_refused(&fixture, draft, valid_until(now + 60001),
	                              VERDICT_EXPIRED, "at most 60000 ms");
}
END_TEST

/* -- Authority ----------------------------------------------------------------------- */

START_TEST(the_first_key_of_an_account_speaks_for_it)
{
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 3, make_describe("Ada")));
}
END_TEST

START_TEST(another_key_does_not_speak_for_an_account)
{
	struct key_pair own = fixture.accounts[3].keys;
	const struct tx *tx;

	fixture.accounts[3].keys = fixture.accounts[4].keys;
	tx = ledger_fixture_tx_of(&fixture, 3, make_describe("Ada"));
	ck_assert_int_eq(tx_check_signature(tx, NULL), VERDICT_GOOD);
	ledger_fixture_expect_refused(&fixture, draft, tx, VERDICT_PERMISSION,
	                              "is not that of the key that signed");
	ck_assert_ptr_nonnull(
		strstr(fixture.refusal.text, shown_hash(&fixture.accounts[3].id).text));
	ck_assert_uint_eq(fixture.refusal.operation, REFUSAL_NO_OPERATION);
	fixture.accounts[3].keys = own;
}
END_TEST

/* Account 0 takes the keys of `number`, in a block of its own. */
static void rotate_to(unsigned number)
{
	struct key_pair keys = ledger_fixture_keys(&fixture, number);

	ledger_fixture_do(
		&fixture, 0, make_rotate(&fixture, &fixture.accounts[0].id, &keys, fixture.salt));
	fixture.accounts[0].keys = keys;
}

static struct account_state account_state(void)
{
	struct state_key key = state_key_of(STATE_ACCOUNT, &fixture.accounts[0].id);
	const struct memory_value *value =
		memory_ledger_find(&fixture.ledger, &fixture.network, state_key_view(&key));
	struct account_state state = {0};

	if (value)
		ck_assert_int_eq(
			account_state_decode(&state, bytes_view(value->value, value->value_size)),
			STATUS_OK);
	return state;
}

START_TEST(after_a_rotation_the_new_key_speaks_and_the_old_one_does_not)
{
	struct key_pair old = fixture.accounts[0].keys;
	struct key_pair new;
	struct account_state state;

	rotate_to(50);
	restart_draft();
	new = fixture.accounts[0].keys;
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
	fixture.accounts[0].keys = old;
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, make_describe("Eve")),
		VERDICT_PERMISSION, "changed its key: the one that signed is not the current");
	state = account_state();
	ck_assert_mem_eq(&state.key, &new.public_key, sizeof state.key);
	ck_assert_uint_eq(state.rotation_count, 1);
}
END_TEST

START_TEST(a_rotation_counts_within_its_own_block)
{
	struct key_pair new = ledger_fixture_keys(&fixture, 50);
	const struct tx *late = ledger_fixture_tx_of(&fixture, 0, make_describe("Eve"));

	ledger_fixture_expect_taken(
		&fixture, draft,
		ledger_fixture_tx_of(
			&fixture, 0,
			make_rotate(&fixture, &fixture.accounts[0].id, &new, fixture.salt)));
	ledger_fixture_expect_refused(&fixture, draft, late, VERDICT_PERMISSION,
	                              "changed its key");
	fixture.accounts[0].keys = new;
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
}
END_TEST

START_TEST(an_account_can_rotate_back_and_the_first_key_speaks_again)
{
	rotate_to(50);
	rotate_to(0);
	restart_draft();
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("Ada")));
	ck_assert_uint_eq(account_state().rotation_count, 2);
	fixture.accounts[0].keys = ledger_fixture_keys(&fixture, 50);
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 0, make_describe("Eve")),
	                              VERDICT_PERMISSION, "changed its key");
}
END_TEST

START_TEST(the_new_keys_agreement_is_for_one_account_and_one_salt)
{
	struct key_pair new = ledger_fixture_keys(&fixture, 50);
	const struct hash *self = &fixture.accounts[0].id;
	static const char TEXT[] = "the new key's own signature is not valid";
	struct operation operation = make_rotate(&fixture, self, &new, fixture.salt + 1);

	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 0, operation),
	                              VERDICT_SIGNATURE, TEXT);
	ck_assert_uint_eq(fixture.refusal.operation, 0);
	/* Now the salt is right; but it was another account that the key agreed to speak for.
	 */
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 1, operation),
	                              VERDICT_SIGNATURE, TEXT);
	operation = make_rotate(&fixture, self, &new, fixture.salt);
	operation.account_rotate.new_key = fixture.accounts[5].keys.public_key;
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 0, operation),
	                              VERDICT_SIGNATURE, TEXT);
}
END_TEST

/* Who rotated to a key, and away, cannot be rotated to it again with what is in the
 * ledger. */
START_TEST(a_rotation_cannot_be_replayed_under_another_salt)
{
	struct key_pair new = ledger_fixture_keys(&fixture, 50);
	struct operation operation =
		make_rotate(&fixture, &fixture.accounts[0].id, &new, fixture.salt);

	ledger_fixture_do(&fixture, 0, operation);
	fixture.accounts[0].keys = new;
	rotate_to(0);
	restart_draft();
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 0, operation),
	                              VERDICT_SIGNATURE, "for this account and salt");
}
END_TEST

START_TEST(a_rotation_to_the_key_that_signs_is_refused)
{
	struct operation operation = make_rotate(&fixture, &fixture.accounts[0].id,
	                                         &fixture.accounts[0].keys, fixture.salt);

	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, operation), VERDICT_CONFLICT,
		"the new key is the one that signs already");
}
END_TEST

START_TEST(a_new_key_that_is_no_point_is_refused)
{
	struct operation operation = make_rotate(&fixture, &fixture.accounts[0].id,
	                                         &fixture.accounts[1].keys, fixture.salt);

	memset(operation.account_rotate.new_key.bytes, 0xff, PUBLIC_KEY_SIZE);
	ledger_fixture_expect_refused(&fixture, draft,
	                              ledger_fixture_tx_of(&fixture, 0, operation),
	                              VERDICT_SIGNATURE, "own signature is not valid");
}
END_TEST

START_TEST(the_last_of_4294967295_rotations_is_the_last)
{
	struct state_key key = state_key_of(STATE_ACCOUNT, &fixture.accounts[0].id);
	struct account_state state = {
		.key = fixture.accounts[0].keys.public_key,
		.rotation_count = UINT32_MAX - 1,
	};
	struct key_pair new = ledger_fixture_keys(&fixture, 50);
	uint8_t bytes[36];
	struct writer out = writer_on(bytes, sizeof bytes);

	account_state_put(&out, &state);
	draft_begin(draft);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
	ledger_fixture_expect_taken(
		&fixture, draft,
		ledger_fixture_tx_of(
			&fixture, 0,
			make_rotate(&fixture, &fixture.accounts[0].id, &new, fixture.salt)));
	fixture.accounts[0].keys = new;
	new = ledger_fixture_keys(&fixture, 51);
	ledger_fixture_expect_refused(
		&fixture, draft,
		ledger_fixture_tx_of(
			&fixture, 0,
			make_rotate(&fixture, &fixture.accounts[0].id, &new, fixture.salt)),
		VERDICT_QUOTA, "changed its key too often");
}
END_TEST

/* -- Description --------------------------------------------------------------------- */

static struct account_profile profile(unsigned account)
{
	struct state_key key = state_key_of(STATE_PROFILE, &fixture.accounts[account].id);
	struct account_profile profile = {0};
	struct bytes_view value;

	ck_assert(draft_get(draft, &key, &value));
	ck_assert_int_eq(account_profile_decode(&profile, value), STATUS_OK);
	return profile;
}

START_TEST(a_description_replaces_the_one_before)
{
	struct hash inbox = stream_id_of(text_view("inbox"));
	struct operation operations[2] = {
		make_stream("inbox", STREAM_WRITE_OPEN),
		make_describe("Ada"),
	};
	struct account_describe *describe = &operations[1].account_describe;

	describe->contact = text_view("ada@example.org");
	describe->inbox = (struct optional_hash){true, inbox};
	describe->encryption_key.present = true;
	memcpy(&describe->encryption_key.value, &fixture.accounts[9].keys.public_key, 32);
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, 0, operations, 2));
	ck_assert(bytes_equal(profile(0).display_name, text_view("Ada")));
	ck_assert(bytes_equal(profile(0).contact, text_view("ada@example.org")));
	ck_assert_mem_eq(profile(0).inbox.value.bytes, inbox.bytes, HASH_SIZE);
	ck_assert(profile(0).encryption_key.present);
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 0, make_describe("")));
	ck_assert_uint_eq(profile(0).display_name.size, 0);
	ck_assert_uint_eq(profile(0).contact.size, 0);
	ck_assert(!profile(0).inbox.present);
	ck_assert(!profile(0).encryption_key.present);
}
END_TEST

START_TEST(an_inbox_is_a_stream_that_is_there)
{
	struct operation operation = make_describe("Ada");
	struct hash inbox = stream_id_of(text_view("inbox"));

	operation.account_describe.inbox = (struct optional_hash){true, inbox};
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, operation),
		VERDICT_UNKNOWN_REFERENCE, "the inbox: there is no stream");
	ck_assert_ptr_nonnull(strstr(fixture.refusal.text, shown_hash(&inbox).text));
}
END_TEST

START_TEST(an_encryption_key_is_a_point)
{
	struct operation operation = make_describe("Ada");

	operation.account_describe.encryption_key.present = true;
	memset(&operation.account_describe.encryption_key.value, 0xff, 32);
	ledger_fixture_expect_refused(
		&fixture, draft, ledger_fixture_tx_of(&fixture, 0, operation), VERDICT_SCHEMA,
		"the encryption key is no point of the curve");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of accounts");
	TCase *tests = tcase_create("rules of accounts");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_transaction_lives_until_the_very_time_of_the_block);
	tcase_add_test(tests, a_transaction_lives_no_longer_than_the_parameter_says);
	tcase_add_test(tests, the_lifetime_is_that_of_the_network);
	tcase_add_test(tests, the_first_key_of_an_account_speaks_for_it);
	tcase_add_test(tests, another_key_does_not_speak_for_an_account);
	tcase_add_test(tests, after_a_rotation_the_new_key_speaks_and_the_old_one_does_not);
	tcase_add_test(tests, a_rotation_counts_within_its_own_block);
	tcase_add_test(tests, an_account_can_rotate_back_and_the_first_key_speaks_again);
	tcase_add_test(tests, the_new_keys_agreement_is_for_one_account_and_one_salt);
	tcase_add_test(tests, a_rotation_cannot_be_replayed_under_another_salt);
	tcase_add_test(tests, a_rotation_to_the_key_that_signs_is_refused);
	tcase_add_test(tests, a_new_key_that_is_no_point_is_refused);
	tcase_add_test(tests, the_last_of_4294967295_rotations_is_the_last);
	tcase_add_test(tests, a_description_replaces_the_one_before);
	tcase_add_test(tests, an_inbox_is_a_stream_that_is_there);
	tcase_add_test(tests, an_encryption_key_is_a_point);
	suite_add_tcase(suite, tests);
	return suite;
}
