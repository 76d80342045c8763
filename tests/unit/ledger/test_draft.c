/* The state through a draft: over its parent, over the ledger, and undone. */
#include "chain/ledger/draft.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct draft *draft;
static struct hash notes;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	notes = stream_id_of(text_view("notes"));
	ledger_fixture_do(&fixture, 0, make_stream("notes", STREAM_WRITE_OPEN));
	draft = ledger_fixture_draft(&fixture, NULL);
	draft_begin(draft);
}

static void stop(void)
{
	draft_free(draft);
	ledger_fixture_close(&fixture);
}

/* Keys of a kind that no rule uses. */
static struct state_key key_of(const char *name)
{
	struct hash id = hash_of(text_view(name));

	return state_key_of((enum state_kind)0x7f, &id);
}

static void put(const char *name, const char *value)
{
	struct state_key key = key_of(name);

	draft_put(draft, &key, text_view(value));
	ck_assert_int_eq(draft->status, STATUS_OK);
}

static void delete (const char *name)
{
	struct state_key key = key_of(name);

	draft_delete(draft, &key);
}

/* `value` NULL: there is none. */
static void expect(const char *name, const char *value)
{
	struct state_key key = key_of(name);
	struct bytes_view got;

	if (!draft_get(draft, &key, &got)) {
		ck_assert_msg(value == NULL, "'%s' has no value", name);
		return;
	}
	ck_assert_msg(value && bytes_equal(got, text_view(value)), "'%s' has another value",
	              name);
}

static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
	draft_begin(draft);
}

START_TEST(a_value_is_what_was_put_last)
{
	expect("a", NULL);
	put("a", "one");
	expect("a", "one");
	put("a", "two");
	expect("a", "two");
	delete ("a");
	expect("a", NULL);
	delete ("never there");
	put("a", "");
	expect("a", "");
	expect("b", NULL);
}
END_TEST

START_TEST(a_roll_back_undoes_everything_since_begin_and_nothing_before)
{
	put("kept", "one");
	put("changed", "one");
	put("deleted", "one");
	draft_begin(draft);
	put("changed", "two");
	put("changed", "three");
	delete ("deleted");
	put("deleted", "again");
	delete ("deleted");
	put("new", "one");
	draft_roll_back(draft);
	expect("kept", "one");
	expect("changed", "one");
	expect("deleted", "one");
	expect("new", NULL);
	/* Once undone, nothing is left to undo. */
	draft_roll_back(draft);
	expect("changed", "one");
}
END_TEST

START_TEST(what_was_rolled_back_is_not_committed)
{
	struct hash before = fixture.ledger.tip.header.state_root;

	put("a", "one");
	draft_roll_back(draft);
	next_block();
	ck_assert(hash_equal(&fixture.ledger.tip.header.state_root, &before));
}
END_TEST

START_TEST(values_are_seen_by_the_blocks_above)
{
	put("a", "one");
	put("b", "one");
	next_block();
	expect("a", "one");
	put("a", "two");
	delete ("b");
	expect("b", NULL);
	next_block();
	expect("a", "two");
	expect("b", NULL);
	next_block();
	expect("a", "two");
}
END_TEST

START_TEST(a_value_that_ends_as_it_was_changes_nothing)
{
	size_t pages;
	struct hash before;

	put("a", "one");
	next_block();
	before = fixture.ledger.tip.header.state_root;
	pages = memory_ledger_page_count(&fixture.ledger);
	put("a", "two");
	put("a", "one");
	put("b", "one");
	delete ("b");
	next_block();
	ck_assert(hash_equal(&fixture.ledger.tip.header.state_root, &before));
	ck_assert_uint_eq(memory_ledger_page_count(&fixture.ledger), pages);
	ck_assert_uint_eq(fixture.ledger.tip.state_root.version, 2);
}
END_TEST

START_TEST(values_are_seen_through_parents_that_are_not_committed)
{
	struct draft *first = draft;
	struct draft *second;

	put("a", "one");
	put("b", "one");
	ledger_fixture_seal(&fixture, first);
	second = ledger_fixture_draft(&fixture, first);
	draft = second;
	draft_begin(draft);
	expect("a", "one");
	delete ("b");
	ledger_fixture_seal(&fixture, second);
	draft = ledger_fixture_draft(&fixture, second);
	expect("a", "one");
	expect("b", NULL);
	expect("c", NULL);
	draft_free(draft);
	draft_free(second);
	draft = first;
}
END_TEST

/* What an executor does when the oldest of its blocks is stored: the next one no longer
 * has a parent, and the oldest is freed, while a third may be built on the next one. */
START_TEST(a_draft_outlives_its_parent_when_that_is_committed)
{
	struct draft *first = draft;
	struct draft *second;

	put("a", "one");
	ledger_fixture_expect_taken(
		&fixture, first,
		ledger_fixture_tx_of(&fixture, 0, make_stream("young", STREAM_WRITE_OPEN)));
	ledger_fixture_seal(&fixture, first);
	second = ledger_fixture_draft(&fixture, first);
	draft = second;
	expect("a", "one");
	notes = stream_id_of(text_view("young"));
	ledger_fixture_expect_taken(
		&fixture, second,
		ledger_fixture_tx_of(&fixture, 1, make_append(&notes, "k", "value")));
	ledger_fixture_seal(&fixture, second);
	memory_ledger_commit(&fixture.ledger, first);
	second->parent = NULL;
	draft_free(first);
	/* All that the second has to say, it says by itself. */
	draft = ledger_fixture_draft(&fixture, second);
	expect("a", "one");
	ledger_fixture_expect_taken(
		&fixture, draft,
		ledger_fixture_tx_of(&fixture, 2, make_append(&notes, "k", "value")));
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, second);
	draft->parent = NULL;
	draft_free(second);
	ck_assert(bytes_equal(draft->records[0].stream->info.name, text_view("young")));
	ck_assert_uint_eq(draft->records[0].position, 1);
	memory_ledger_commit(&fixture.ledger, draft);
}
END_TEST

START_TEST(a_txid_is_found_in_every_ancestor)
{
	struct tx tx = *ledger_fixture_tx_of(&fixture, 0, make_describe("Ada"));
	struct draft *first = draft;
	struct draft *second;

	ck_assert(!draft_has_tx(draft, &tx.txid));
	ledger_fixture_expect_taken(&fixture, draft, &tx);
	ck_assert(draft_has_tx(draft, &tx.txid));
	ledger_fixture_seal(&fixture, first);
	second = ledger_fixture_draft(&fixture, first);
	ck_assert(draft_has_tx(second, &tx.txid));
	draft_free(second);
}
END_TEST

START_TEST(concerns_name_each_account_once_for_a_transaction)
{
	struct hash bread = asset_id_of(text_view("bread"));
	struct operation operations[5] = {
		make_asset("bread", 0),
		make_mint(&bread, &fixture.accounts[0].id, 10),
		make_transfer(&bread, &fixture.accounts[1].id, 1),
		make_transfer(&bread, &fixture.accounts[2].id, 1),
		make_transfer(&bread, &fixture.accounts[1].id, 1),
	};
	static const unsigned WANTED[][2] = {{0, 0}, {1, 0}, {2, 0}, {3, 1}, {0, 2}, {4, 2}};

	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx(&fixture, 0, operations, 5));
	ledger_fixture_expect_taken(&fixture, draft,
	                            ledger_fixture_tx_of(&fixture, 3, make_describe("Bob")));
	ledger_fixture_expect_refused(
		&fixture, draft,
		ledger_fixture_tx_of(&fixture, 4,
	                         make_transfer(&bread, &fixture.accounts[5].id, 1)),
		VERDICT_BALANCE, "holds 0");
	ledger_fixture_expect_taken(
		&fixture, draft,
		ledger_fixture_tx_of(
			&fixture, 0,
			make_grant(&notes, STREAM_ROLE_WRITER, &fixture.accounts[4].id)));
	ck_assert_uint_eq(draft->concern_count, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct draft_concern *concern = &draft->concerns[i];

		ck_assert(hash_equal(&concern->account, &fixture.accounts[WANTED[i][0]].id));
		ck_assert_uint_eq(concern->tx_index, WANTED[i][1]);
	}
}
END_TEST

START_TEST(a_draft_begins_where_its_parent_ends)
{
	const struct header *tip = &fixture.ledger.tip.header;
	struct draft *child;

	ck_assert_uint_eq(draft->header.height, tip->height + 1);
	ck_assert(hash_equal(&draft->header.parent, &fixture.ledger.tip.hash));
	ck_assert_uint_eq(draft->header.version, HEADER_VERSION);
	ck_assert_uint_eq(draft->header.time_ms, tip->time_ms + FIXTURE_BLOCK_MS);
	ck_assert_uint_eq(draft->frontier.size, tip->log_size + 1);
	ledger_fixture_seal(&fixture, draft);
	child = ledger_fixture_draft(&fixture, draft);
	ck_assert_uint_eq(child->header.height, tip->height + 2);
	ck_assert(hash_equal(&child->header.parent, &draft->hash));
	ck_assert(hash_equal(&child->state_root_before.hash, &draft->state_root.hash));
	draft_free(child);
}
END_TEST

START_TEST(the_first_failure_of_ours_is_the_one_that_is_told)
{
	draft_fail(draft, STATUS_STORAGE, "read the state");
	draft_fail(draft, STATUS_MEMORY, "something else");
	ck_assert_int_eq(draft->status, STATUS_STORAGE);
	ck_assert_str_eq(draft->why.text, "read the state: the disk or the database refused");
}
END_TEST

START_TEST(a_freed_draft_of_nothing_is_fine)
{
	draft_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("draft");
	TCase *tests = tcase_create("draft");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_value_is_what_was_put_last);
	tcase_add_test(tests, a_roll_back_undoes_everything_since_begin_and_nothing_before);
	tcase_add_test(tests, what_was_rolled_back_is_not_committed);
	tcase_add_test(tests, values_are_seen_by_the_blocks_above);
	tcase_add_test(tests, a_value_that_ends_as_it_was_changes_nothing);
	tcase_add_test(tests, values_are_seen_through_parents_that_are_not_committed);
	tcase_add_test(tests, a_draft_outlives_its_parent_when_that_is_committed);
	tcase_add_test(tests, a_txid_is_found_in_every_ancestor);
	tcase_add_test(tests, concerns_name_each_account_once_for_a_transaction);
	tcase_add_test(tests, a_draft_begins_where_its_parent_ends);
	tcase_add_test(tests, the_first_failure_of_ours_is_the_one_that_is_told);
	tcase_add_test(tests, a_freed_draft_of_nothing_is_fine);
	suite_add_tcase(suite, tests);
	return suite;
}
