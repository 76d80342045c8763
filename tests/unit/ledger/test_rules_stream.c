/* Who owns a stream, and whom its owner and admins let write. */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { OWNER, WRITER, ADMIN, STRANGER };

static struct ledger_fixture fixture;
static struct draft *draft;
static struct hash listed, open, missing;

static void start(void)
{
	struct operation streams[2] = {
		make_stream("listed", STREAM_WRITE_LISTED),
		make_stream("open", STREAM_WRITE_OPEN),
	};

	ledger_fixture_init(&fixture, NULL);
	listed = stream_id_of(text_view("listed"));
	open = stream_id_of(text_view("open"));
	missing = stream_id_of(text_view("missing"));
	ledger_fixture_block(
		&fixture, (const struct tx *[]){ledger_fixture_tx(&fixture, OWNER, streams, 2)},
		1);
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
	ck_assert_uint_eq(fixture.refusal.operation, 0);
}

static uint8_t roles(const struct hash *stream, unsigned account)
{
	struct state_key key = state_key_of_pair(STATE_STREAM_ROLES, stream, id(account));
	struct bytes_view value;

	if (!draft_get(draft, &key, &value))
		return 0;
	ck_assert_uint_eq(value.size, 1);
	return value.at[0];
}

START_TEST(a_stream_is_its_creators_and_stands_in_the_state)
{
	const struct draft_stream *stream;
	struct operation operation = make_stream("new", STREAM_WRITE_LISTED);
	struct hash empty = hash_of((struct bytes_view){0});
	struct hash stream_id = stream_id_of(text_view("new"));

	operation.stream_create.schema = text_view("{}");
	take(WRITER, operation);
	stream = draft_stream(draft, &stream_id);
	ck_assert_ptr_nonnull(stream);
	ck_assert(hash_equal(&stream->info.owner, id(WRITER)));
	ck_assert(bytes_equal(stream->info.name, text_view("new")));
	ck_assert(bytes_equal(stream->info.description, text_view("made by a test")));
	ck_assert(bytes_equal(stream->info.schema, text_view("{}")));
	ck_assert_uint_eq(stream->info.write, STREAM_WRITE_LISTED);
	ck_assert_uint_eq(stream->info.read, STREAM_READ_PUBLIC);
	ck_assert_uint_eq(stream->info.created_height, 2);
	ck_assert_uint_eq(stream->info.created_ms, draft->header.time_ms);
	ck_assert_uint_eq(draft_stream_count(stream), 0);
	ck_assert(hash_equal(&stream->base_root, &empty));
}
END_TEST

START_TEST(a_name_is_taken_once_by_anybody)
{
	expect(STRANGER, make_stream("listed", STREAM_WRITE_OPEN), VERDICT_CONFLICT,
	       "the name 'listed' is taken");
	expect(OWNER, make_stream("open", STREAM_WRITE_OPEN), VERDICT_CONFLICT,
	       "the name 'open' is taken");
	take(STRANGER, make_stream("other", STREAM_WRITE_OPEN));
	expect(OWNER, make_stream("other", STREAM_WRITE_OPEN), VERDICT_CONFLICT,
	       "the name 'other' is taken");
	/* Assets have names of their own. */
	take(STRANGER, make_asset("listed", 0));
}
END_TEST

START_TEST(a_private_stream_is_of_a_later_version)
{
	struct operation operation = make_stream("secret", STREAM_WRITE_LISTED);

	operation.stream_create.read = STREAM_READ_PRIVATE;
	expect(OWNER, operation, VERDICT_SCHEMA,
	       "stream 'secret': this version of the protocol has no private streams");
}
END_TEST

START_TEST(anybody_appends_to_an_open_stream)
{
	take(OWNER, make_append(&open, "", "a"));
	take(STRANGER, make_append(&open, "", "b"));
}
END_TEST

START_TEST(owner_and_writers_append_to_a_listed_stream_and_nobody_else)
{
	take(OWNER, make_append(&listed, "", "a"));
	expect(WRITER, make_append(&listed, "", "b"), VERDICT_PERMISSION,
	       "is no writer of stream 'listed'");
	ck_assert_ptr_nonnull(strstr(fixture.refusal.text, shown_hash(id(WRITER)).text));
	take(OWNER, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	take(WRITER, make_append(&listed, "", "b"));
	expect(STRANGER, make_append(&listed, "", "c"), VERDICT_PERMISSION, "is no writer");
	take(OWNER, make_revoke(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	expect(WRITER, make_append(&listed, "", "d"), VERDICT_PERMISSION, "is no writer");
	/* What was written stays. */
	ck_assert_uint_eq(draft_stream_count(draft_stream(draft, &listed)), 2);
}
END_TEST

START_TEST(an_admin_grants_and_revokes_and_does_not_write)
{
	expect(ADMIN, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)), VERDICT_PERMISSION,
	       "is neither owner nor admin of stream 'listed'");
	take(OWNER, make_grant(&listed, STREAM_ROLE_ADMIN, id(ADMIN)));
	expect(ADMIN, make_append(&listed, "", "a"), VERDICT_PERMISSION, "is no writer");
	take(ADMIN, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	take(WRITER, make_append(&listed, "", "a"));
	expect(WRITER, make_grant(&listed, STREAM_ROLE_WRITER, id(STRANGER)),
	       VERDICT_PERMISSION, "is neither owner nor admin");
	take(ADMIN, make_revoke(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	/* An admin makes admins, and unmakes itself. */
	take(ADMIN, make_grant(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
	take(ADMIN, make_revoke(&listed, STREAM_ROLE_ADMIN, id(ADMIN)));
	expect(ADMIN, make_revoke(&listed, STREAM_ROLE_ADMIN, id(WRITER)), VERDICT_PERMISSION,
	       "is neither owner nor admin");
	/* Nobody unmakes the owner. */
	take(OWNER, make_revoke(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
}
END_TEST

START_TEST(roles_of_an_account_come_and_go_one_by_one)
{
	take(OWNER, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	ck_assert_uint_eq(roles(&listed, WRITER), STREAM_ROLE_WRITER);
	take(OWNER, make_grant(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
	ck_assert_uint_eq(roles(&listed, WRITER), STREAM_ROLE_WRITER | STREAM_ROLE_ADMIN);
	take(OWNER, make_revoke(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	ck_assert_uint_eq(roles(&listed, WRITER), STREAM_ROLE_ADMIN);
	take(OWNER, make_revoke(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
	ck_assert_uint_eq(roles(&listed, WRITER), 0);
}
END_TEST

START_TEST(what_is_granted_is_not_granted_again_and_what_is_not_cannot_be_revoked)
{
	char text[160];

	expect(OWNER, make_revoke(&listed, STREAM_ROLE_WRITER, id(WRITER)), VERDICT_CONFLICT,
	       "is no writer");
	expect(OWNER, make_revoke(&listed, STREAM_ROLE_ADMIN, id(WRITER)), VERDICT_CONFLICT,
	       "is no admin");
	take(OWNER, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	snprintf(text, sizeof text, "account %s already is writer",
	         shown_hash(id(WRITER)).text);
	expect(OWNER, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)), VERDICT_CONFLICT,
	       text);
	take(OWNER, make_grant(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
	expect(OWNER, make_grant(&listed, STREAM_ROLE_ADMIN, id(WRITER)), VERDICT_CONFLICT,
	       "already is admin");
}
END_TEST

START_TEST(a_public_stream_has_no_readers)
{
	expect(OWNER, make_grant(&listed, STREAM_ROLE_READER, id(WRITER)), VERDICT_SCHEMA,
	       "readers are of private streams");
	expect(OWNER, make_revoke(&listed, STREAM_ROLE_READER, id(WRITER)), VERDICT_SCHEMA,
	       "readers are of private streams");
}
END_TEST

START_TEST(a_stream_that_is_not_there_is_named)
{
	char text[160];

	snprintf(text, sizeof text, "there is no stream %s", shown_hash(&missing).text);
	expect(OWNER, make_append(&missing, "", "a"), VERDICT_UNKNOWN_REFERENCE, text);
	expect(OWNER, make_grant(&missing, STREAM_ROLE_WRITER, id(WRITER)),
	       VERDICT_UNKNOWN_REFERENCE, text);
	expect(OWNER, make_revoke(&missing, STREAM_ROLE_WRITER, id(WRITER)),
	       VERDICT_UNKNOWN_REFERENCE, text);
}
END_TEST

START_TEST(roles_of_one_stream_say_nothing_of_another)
{
	struct operation operation = make_stream("second", STREAM_WRITE_LISTED);
	struct hash second = stream_id_of(text_view("second"));

	take(STRANGER, operation);
	take(OWNER, make_grant(&listed, STREAM_ROLE_WRITER, id(WRITER)));
	take(OWNER, make_grant(&listed, STREAM_ROLE_ADMIN, id(WRITER)));
	expect(WRITER, make_append(&second, "", "a"), VERDICT_PERMISSION, "stream 'second'");
	expect(OWNER, make_append(&second, "", "a"), VERDICT_PERMISSION, "stream 'second'");
	expect(OWNER, make_grant(&second, STREAM_ROLE_WRITER, id(WRITER)), VERDICT_PERMISSION,
	       "stream 'second'");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of streams");
	TCase *tests = tcase_create("rules of streams");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_stream_is_its_creators_and_stands_in_the_state);
	tcase_add_test(tests, a_name_is_taken_once_by_anybody);
	tcase_add_test(tests, a_private_stream_is_of_a_later_version);
	tcase_add_test(tests, anybody_appends_to_an_open_stream);
	tcase_add_test(tests, owner_and_writers_append_to_a_listed_stream_and_nobody_else);
	tcase_add_test(tests, an_admin_grants_and_revokes_and_does_not_write);
	tcase_add_test(tests, roles_of_an_account_come_and_go_one_by_one);
	tcase_add_test(
		tests, what_is_granted_is_not_granted_again_and_what_is_not_cannot_be_revoked);
	tcase_add_test(tests, a_public_stream_has_no_readers);
	tcase_add_test(tests, a_stream_that_is_not_there_is_named);
	tcase_add_test(tests, roles_of_one_stream_say_nothing_of_another);
	suite_add_tcase(suite, tests);
	return suite;
}
