/* The list of nodes that may connect: as programs are told it, and as the node itself reads
 * it to know whom to let in. */
#include "node/shell/roster.h"
#include "tests/unit/shell/backend_client.h"

static struct scene *scene;

static void start(void)
{
	scene = scene_new(&(struct store_options){0});
}

static void stop(void)
{
	scene_free(scene);
}

static struct node_id node(unsigned number)
{
	return make_node_id(&scene->ledger, number);
}

/* A block of these, by the root group, on the disk. */
static void do_root(const struct operation *operations, size_t count, bool changes_roster)
{
	struct draft *draft = ledger_fixture_draft(&scene->ledger, NULL);
	struct certificate certificate;
	struct why why = {{0}};

	for (size_t i = 0; i < count; i++)
		ledger_fixture_expect_taken(
			&scene->ledger, draft,
			ledger_fixture_root_tx(&scene->ledger, operations[i]));
	ledger_fixture_seal(&scene->ledger, draft);
	ck_assert_int_eq(roster_is_changed_by(draft), changes_roster);
	certificate = model_certificate(scene, &draft->header, &draft->hash);
	ck_assert_msg(store_commit(scene->store, draft, &certificate, &why) == STATUS_OK,
	              "%s", why.text);
	memory_ledger_commit(&scene->ledger.ledger, draft);
	draft_free(draft);
	backend_on_block(scene->node->backend, scene->ledger.ledger.tip.header.height);
}

static struct roster *read_roster(void)
{
	struct store_view *view;
	struct roster *roster;
	struct why why = {{0}};

	ck_assert_int_eq(store_view_open(&view, scene->store, &why), STATUS_OK);
	ck_assert_msg(roster_read(&roster, view, &why) == STATUS_OK, "%s", why.text);
	store_view_close(view);
	return roster;
}

static void list_some(size_t count)
{
	struct operation operations[40];

	for (unsigned i = 0; i < count; i++) {
		struct node_id id = node(100 + i);

		operations[i] = make_node(&id, &scene->ledger.accounts[i % 3].id, i);
	}
	do_root(operations, count, true);
}

START_TEST(nobody_is_listed_at_first)
{
	json_t *items = ask_all(scene, "chain.list_nodes", NULL, 100);
	struct roster *roster = read_roster();
	struct node_id stranger = node(100);

	ck_assert_uint_eq(json_array_size(items), 0);
	json_decref(items);
	/* But the validator of the genesis is let in. */
	ck_assert_uint_eq(roster->count, 1);
	ck_assert(
		roster_has(roster, &scene->ledger.genesis->validator_node_ids[0], 0));
	ck_assert(!roster_has(roster, &stranger, UINT64_MAX));
	memory_free(roster);
}
END_TEST

START_TEST(who_is_listed_is_told_page_by_page)
{
	json_t *items;

	list_some(23);
	items = ask_all(scene, "chain.list_nodes", NULL, 5);
	ck_assert_uint_eq(json_array_size(items), 23);
	for (unsigned i = 0; i < 23; i++) {
		const json_t *item = json_array_get(items, i);
		struct node_id id = node(100 + i);

		check_hex(item, "node_id", id.bytes, COMPRESSED_KEY_SIZE);
		check_account(item, "account", &scene->ledger.accounts[i % 3].id);
		check_count(item, "from_height", i);
	}
	json_decref(items);
	/* Before that block nobody was. */
	items = ask_all(scene, "chain.list_nodes", json_pack("{si}", "at", 0), 100);
	ck_assert_uint_eq(json_array_size(items), 0);
	json_decref(items);
}
END_TEST

START_TEST(the_roster_has_who_is_listed_from_its_height_on)
{
	struct roster *roster;
	struct operation gone;
	struct node_id id;

	list_some(40);
	roster = read_roster();
	ck_assert_uint_eq(roster->count, 41);
	for (unsigned i = 0; i < 40; i++) {
		id = node(100 + i);
		ck_assert(roster_has(roster, &id, i));
		if (i > 0)
			ck_assert(!roster_has(roster, &id, i - 1));
	}
	id = node(300);
	ck_assert(!roster_has(roster, &id, UINT64_MAX));
	memory_free(roster);
	id = node(107);
	gone = make_node(&id, NULL, 0);
	do_root(&gone, 1, true);
	roster = read_roster();
	ck_assert_uint_eq(roster->count, 40);
	ck_assert(!roster_has(roster, &id, UINT64_MAX));
	memory_free(roster);
}
END_TEST

/* A node that is listed for later and is a validator's now, is let in now. */
START_TEST(a_validator_is_in_the_roster_whatever_the_list_says)
{
	const struct node_id *id = &scene->ledger.genesis->validator_node_ids[0];
	struct operation later = make_node(id, &scene->ledger.accounts[0].id, 1000);
	struct roster *roster;

	do_root(&later, 1, true);
	roster = read_roster();
	ck_assert(roster_has(roster, id, 0));
	memory_free(roster);
}
END_TEST

/* As all nodes tell each other whose records they have. */
START_TEST(the_ids_of_the_roster_are_sorted_and_none_is_there_twice)
{
	static struct node_id ids[ROSTER_NODES_MAX];
	const struct node_id *validator = &scene->ledger.genesis->validator_node_ids[0];
	struct operation later = make_node(validator, &scene->ledger.accounts[0].id, 1000);
	bool has_validator = false;
	struct roster *roster;
	size_t count;

	list_some(30);
	do_root(&later, 1, true);
	roster = read_roster();
	ck_assert_uint_eq(roster->count, 32);
	count = roster_ids(roster, ids);
	ck_assert_uint_eq(count, 31);
	for (size_t i = 0; i < count; i++) {
		ck_assert(i == 0 || memcmp(&ids[i - 1], &ids[i], sizeof *ids) < 0);
		ck_assert(roster_has(roster, &ids[i], UINT64_MAX));
		has_validator |= memcmp(&ids[i], validator, sizeof *ids) == 0;
	}
	ck_assert(has_validator);
	memory_free(roster);
}
END_TEST

START_TEST(other_blocks_leave_the_roster_alone)
{
	struct operation operations[2] = {
		make_stream("notes", STREAM_WRITE_OPEN),
		make_admit(&scene->ledger.accounts[1].id),
	};

	do_root(operations, 2, false);
	operations[0] = make_param("term_length", 3);
	/* Whatever seals may have changed the set. */
	do_root(operations, 1, true);
}
END_TEST

/* Where it can be dialed; an address that says nothing is passed over. */
START_TEST(validators_with_an_address_are_dialed)
{
	struct genesis *genesis = scene->ledger.genesis;
	struct roster *roster = read_roster();
	struct net_target target;

	ck_assert_str_eq(genesis->validator_addresses[0], "127.0.0.1:7400");
	ck_assert_uint_eq(roster->target_count, 1);
	ck_assert_mem_eq(&roster->targets[0].id, &genesis->validator_node_ids[0],
	                 sizeof(struct node_id));
	ck_assert_str_eq(roster->targets[0].endpoint.host, "127.0.0.1");
	ck_assert_uint_eq(roster->targets[0].endpoint.port, 7400);
	/* There, and nowhere else: who moves is dialed at the new place. */
	target = roster->targets[0];
	ck_assert(roster_dials(roster, &target));
	target.endpoint.port++;
	ck_assert(!roster_dials(roster, &target));
	target = roster->targets[0];
	snprintf(target.endpoint.host, sizeof target.endpoint.host, "127.0.0.2");
	ck_assert(!roster_dials(roster, &target));
	target = roster->targets[0];
	target.id = node(5);
	ck_assert(!roster_dials(roster, &target));
	memory_free(roster);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend nodes");
	TCase *tests = tcase_create("backend nodes");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, nobody_is_listed_at_first);
	tcase_add_test(tests, who_is_listed_is_told_page_by_page);
	tcase_add_test(tests, the_roster_has_who_is_listed_from_its_height_on);
	tcase_add_test(tests, a_validator_is_in_the_roster_whatever_the_list_says);
	tcase_add_test(tests, the_ids_of_the_roster_are_sorted_and_none_is_there_twice);
	tcase_add_test(tests, other_blocks_leave_the_roster_alone);
	tcase_add_test(tests, validators_with_an_address_are_dialed);
	suite_add_tcase(suite, tests);
	return suite;
}
