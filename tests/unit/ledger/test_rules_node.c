/* Who may put nodes on the list of those that may connect, and take them off again. */
#include "chain/ledger/node_state.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { MEMBER, OTHER, STRANGER };

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

static struct operation list(unsigned node, const struct hash *account, uint64_t from)
{
	struct node_id node_id = make_node_id(&fixture, node);

	return make_node(&node_id, account, from);
}

static struct operation unlist(unsigned node)
{
	return list(node, NULL, 0);
}

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

static void next_block(void)
{
	ledger_fixture_seal(&fixture, draft);
	memory_ledger_commit(&fixture.ledger, draft);
	draft_free(draft);
	draft = ledger_fixture_draft(&fixture, NULL);
}

/* The account of a listed node; NULL: it is not on the list. */
static const struct node_listing *listing(unsigned node)
{
	static struct node_listing found;
	struct node_id node_id = make_node_id(&fixture, node);

	return nodes_find(draft, &node_id, &found) ? &found : NULL;
}

static void check_is(unsigned node, const struct hash *account, uint64_t from)
{
	const struct node_listing *found = listing(node);

	ck_assert_ptr_nonnull(found);
	ck_assert(hash_equal(&found->account, account));
	ck_assert_uint_eq(found->from_height, from);
}

/* Every slot is that of a node which says so. */
static void check_slots(size_t count)
{
	struct node_slot slot;
	struct node_listing found;

	ck_assert_uint_eq(nodes_count(draft), count);
	for (uint16_t i = 0; i < count; i++) {
		struct state_key key = state_key_of_node_slot(i);
		struct bytes_view value;

		ck_assert(draft_get(draft, &key, &value));
		ck_assert_int_eq(node_slot_decode(&slot, value), STATUS_OK);
		ck_assert(nodes_find(draft, &slot.node_id, &found));
		ck_assert_uint_eq(found.slot, i);
	}
}

START_TEST(the_root_group_lists_any_node_under_any_account)
{
	ck_assert_ptr_null(listing(1));
	for (unsigned node = 0; node < ACCOUNT_NODES_MAX + 2; node++)
		take_root(list(node, id(STRANGER), 0));
	take_root(list(50, id(OTHER), 12));
	next_block();
	check_is(1, id(STRANGER), 0);
	check_is(50, id(OTHER), 12);
	ck_assert_uint_eq(nodes_count_of(draft, id(STRANGER)), ACCOUNT_NODES_MAX + 2);
	check_slots(ACCOUNT_NODES_MAX + 3);
}
END_TEST

START_TEST(what_stands_there_already_is_refused_and_what_differs_replaces_it)
{
	take_root(list(1, id(OTHER), 0));
	expect_root(list(1, id(OTHER), 0), VERDICT_CONFLICT, "listed so already");
	take_root(list(1, id(OTHER), 9));
	take_root(list(1, id(MEMBER), 9));
	check_is(1, id(MEMBER), 9);
	ck_assert_uint_eq(nodes_count_of(draft, id(OTHER)), 0);
	ck_assert_uint_eq(nodes_count_of(draft, id(MEMBER)), 1);
	check_slots(1);
}
END_TEST

START_TEST(who_is_admitted_lists_its_own_and_not_more_than_its_share)
{
	expect(MEMBER, list(0, id(MEMBER), 0), VERDICT_PERMISSION, "once it is admitted");
	take_root(make_admit(id(MEMBER)));
	for (unsigned node = 0; node < ACCOUNT_NODES_MAX; node++)
		take(MEMBER, list(node, id(MEMBER), 0));
	expect(MEMBER, list(40, id(MEMBER), 0), VERDICT_QUOTA, "4 nodes");
	/* What it has it may change, and give up for another. */
	take(MEMBER, list(0, id(MEMBER), 7));
	take(MEMBER, unlist(1));
	take(MEMBER, list(40, id(MEMBER), 0));
	expect(MEMBER, list(41, id(OTHER), 0), VERDICT_PERMISSION, "only nodes of its own");
	check_slots(ACCOUNT_NODES_MAX);
}
END_TEST

START_TEST(nobody_takes_what_is_listed_for_another)
{
	take_root(make_admit(id(MEMBER)));
	take_root(list(1, id(OTHER), 0));
	expect(MEMBER, list(1, id(MEMBER), 0), VERDICT_PERMISSION, "is listed as that of");
	expect(MEMBER, unlist(1), VERDICT_PERMISSION, "not this account's");
	expect(STRANGER, unlist(1), VERDICT_PERMISSION, "not this account's");
	take_root(list(1, id(MEMBER), 0));
	take(MEMBER, unlist(1));
	expect(MEMBER, unlist(1), VERDICT_CONFLICT, "not on the list");
}
END_TEST

START_TEST(who_was_removed_lists_nothing_more_and_may_still_take_its_own_off)
{
	take_root(make_admit(id(MEMBER)));
	take(MEMBER, list(1, id(MEMBER), 0));
	take_root(make_remove(id(MEMBER)));
	expect(MEMBER, list(2, id(MEMBER), 0), VERDICT_PERMISSION, "once it is admitted");
	check_is(1, id(MEMBER), 0);
	take(MEMBER, unlist(1));
	check_slots(0);
}
END_TEST

START_TEST(the_last_of_the_list_takes_the_slot_that_is_free)
{
	for (unsigned node = 0; node < 5; node++)
		take_root(list(node, id(OTHER), node));
	next_block();
	take_root(unlist(1));
	check_slots(4);
	take_root(unlist(4));
	check_slots(3);
	next_block();
	take_root(unlist(0));
	take_root(unlist(2));
	take_root(unlist(3));
	check_slots(0);
	next_block();
	ck_assert_uint_eq(nodes_count_of(draft, id(OTHER)), 0);
	take_root(list(3, id(OTHER), 0));
	check_slots(1);
}
END_TEST

START_TEST(a_node_id_that_is_no_point_is_refused)
{
	struct operation operation = list(1, id(OTHER), 0);

	operation.node_set.node_id.bytes[0] = 4;
	expect_root(operation, VERDICT_SCHEMA, "no point of the curve");
	operation = list(1, id(OTHER), 0);
	memset(operation.node_set.node_id.bytes + 1, 0xff, PUBLIC_KEY_SIZE);
	expect_root(operation, VERDICT_SCHEMA, "no point of the curve");
}
END_TEST

/* One of several who decide together lists its own nodes alone; those of others nobody can in
 * this version. */
START_TEST(one_of_a_root_group_of_several_lists_its_own)
{
	struct state_key key = state_key_of_kind(STATE_ROOT_GROUP);
	uint8_t bytes[2 + 2 * HASH_SIZE + 2] = {2};

	memcpy(bytes + 2, id(MEMBER), HASH_SIZE);
	memcpy(bytes + 2 + HASH_SIZE, id(OTHER), HASH_SIZE);
	bytes[2 + 2 * HASH_SIZE] = 2;
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
	take(MEMBER, list(1, id(MEMBER), 0));
	expect(MEMBER, list(2, id(STRANGER), 0), VERDICT_PERMISSION, "only nodes of its own");
	expect(OTHER, unlist(1), VERDICT_PERMISSION, "not this account's");
	expect(STRANGER, list(2, id(STRANGER), 0), VERDICT_PERMISSION, "not of the root group");
}
END_TEST

START_TEST(the_list_ends_at_its_maximum)
{
	struct node_id node = make_node_id(&fixture, 1);
	struct operation operation;

	/* Ids that nobody checks here: making points for all would take a second. */
	draft_begin(draft);
	for (unsigned i = 0; i < NODES_LISTED_MAX; i++) {
		put_le32(node.bytes + 1, i);
		nodes_put(draft, &node, id(OTHER), 0);
	}
	expect_root(list(1, id(OTHER), 0), VERDICT_QUOTA, "4096 nodes");
	nodes_remove(draft, &node);
	operation = list(1, id(OTHER), 0);
	take_root(operation);
	/* One that is there may change still. */
	operation.node_set.from_height = 5;
	take_root(operation);
}
END_TEST

/* Of the genesis: nobody's, so that the root group alone takes them off. */
START_TEST(the_nodes_of_the_genesis_are_on_the_list)
{
	static const struct hash nobody;
	struct genesis *genesis = fixture.genesis;
	struct network network;
	struct draft *first;
	struct node_listing found;

	genesis->node_id_count = 2;
	genesis->node_ids[0] = make_node_id(&fixture, 7);
	genesis->node_ids[1] = make_node_id(&fixture, 8);
	network_init(&network, &fixture.network.genesis);
	ck_assert_int_eq(block_genesis(&first, &network, genesis, &fixture.why), STATUS_OK);
	ck_assert_uint_eq(nodes_count(first), 2);
	ck_assert(nodes_find(first, &genesis->node_ids[1], &found));
	ck_assert(hash_equal(&found.account, &nobody));
	ck_assert_uint_eq(found.slot, 1);
	draft_free(first);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules of nodes");
	TCase *tests = tcase_create("rules of nodes");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_root_group_lists_any_node_under_any_account);
	tcase_add_test(tests, what_stands_there_already_is_refused_and_what_differs_replaces_it);
	tcase_add_test(tests, who_is_admitted_lists_its_own_and_not_more_than_its_share);
	tcase_add_test(tests, nobody_takes_what_is_listed_for_another);
	tcase_add_test(tests, who_was_removed_lists_nothing_more_and_may_still_take_its_own_off);
	tcase_add_test(tests, the_last_of_the_list_takes_the_slot_that_is_free);
	tcase_add_test(tests, a_node_id_that_is_no_point_is_refused);
	tcase_add_test(tests, one_of_a_root_group_of_several_lists_its_own);
	tcase_add_test(tests, the_list_ends_at_its_maximum);
	tcase_add_test(tests, the_nodes_of_the_genesis_are_on_the_list);
	suite_add_tcase(suite, tests);
	return suite;
}
