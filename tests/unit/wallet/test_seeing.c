/* What an operator types to see how things stand: cairn node, cairn consensus. */
#include "tests/unit/wallet/program.h"

#include "rpc/api/check.h"

/* -- A node that syncs --------------------------------------------------------------- */

static atomic_uint asked;

/* At each question a hundred blocks more, of five hundred; at first it has met nobody. */
static json_t *status_after(unsigned questions)
{
	json_int_t height = 100 * (json_int_t)questions;
	bool has_peers = questions > 0;
	json_t *syncing = has_peers && height < 500
	                      ? json_pack("{sI}", "target", (json_int_t)500)
	                      : json_null();

	return json_pack("{sssIsosisb}", "genesis", "abc", "height", height, "syncing", syncing,
	                 "peers", has_peers ? 3 : 0, "is_validator", 0);
}

static json_t *validator(const char *name, bool is_self, bool is_connected, bool is_heard)
{
	return json_pack("{ss ss sb sb sb si so si si s[s]}", "account", "cairn1account", "name", name,
	                 "self", is_self, "connected", is_connected, "heard", is_heard, "heard_ms",
	                 62000, "last_vote_ms", json_null(), "height", 28, "behind", 12, "votes",
	                 "notarize");
}

static json_t *result_of(const char *method)
{
	if (strcmp(method, "node.get_status") == 0)
		return status_after(atomic_fetch_add(&asked, 1));
	if (strcmp(method, "node.get_health") == 0)
		return json_pack("{sb sb s[ss]}", "ready", 1, "healthy", 0, "reasons",
		                 "no quorum: org-c", "org-c: not connected");
	if (strcmp(method, "consensus.why") == 0)
		return json_pack("{ss s[ss]}", "state", "no_quorum", "reasons", "no quorum: org-c",
		                 "org-c\x1b[2J: not connected");
	if (strcmp(method, "consensus.get_state") == 0)
		return json_pack("{ss si s[oooo]}", "state", "waiting", "view", 41, "validators",
		                 validator("org-a", true, false, true),
		                 validator("org-b", false, true, true),
		                 validator("org-c", false, true, false),
		                 validator("org-d", false, false, false));
	return NULL;
}

static json_t *peer_result(const char *method, const json_t *params)
{
	if (strcmp(method, "peer.list") == 0)
		return json_pack("{s[{ss sb ss sn si so si si ss ss}] sn}", "items", "address",
		                 "192.0.2.7:17470", "dialed", 1, "place", "kept", "vote_key", "connected_ms", 200000,
		                 "round_trip_ms", json_null(), "bytes_in", 5, "bytes_out", 6, "agent",
		                 "cairnd/1", "node_id", "02ab", "next");
	if (strcmp(method, "peer.list_bans") == 0)
		return json_pack("{s[{ss sI sn ss}] sn}", "items", "peer", "192.0.2.7", "since_ms",
		                 (json_int_t)1790000000000, "until_ms", "reason", "floods", "next");
	/* Orders are shown as they came. */
	return json_deep_copy(params);
}

/* A node would refuse what its table of methods does not have. */
static bool is_refused(const char *method, json_t *params)
{
	struct rpc_fault fault;
	json_t *checked = rpc_params_check(rpc_method_find(method), params, &fault);

	json_decref(checked);
	return !checked;
}

static struct fake_answer answer(void *owner, const char *head, const char *body)
{
	json_t *call = json_loads(body, 0, NULL);
	const char *method = json_string_value(json_object_get(call, "method"));
	json_t *params = json_object_get(call, "params");
	json_t *result = is_refused(method, params) ? NULL : result_of(method);
	json_t *whole;
	struct fake_answer made = {FAKE_WHOLE, 200, NULL};

	(void)owner;
	(void)head;
	if (!result && !is_refused(method, params))
		result = peer_result(method, params);
	whole = result ? json_pack("{so}", "result", result) : fake_error(-32602, method);
	json_object_set_new(whole, "jsonrpc", json_string("2.0"));
	json_object_set(whole, "id", json_object_get(call, "id"));
	made.body = json_dumps(whole, 0);
	json_decref(whole);
	json_decref(call);
	return made;
}

static void start(void)
{
	setup();
	atomic_store(&ledger.node.answer, answer);
	atomic_store(&asked, 0);
}

START_TEST(following_ends_when_the_node_has_caught_up)
{
	json_t *json;

	EXPECT(0, "node", "status", "--follow", "--json");
	json = out_json();
	ck_assert_int_eq(json_integer_value(json_object_get(json, "height")), 500);
	json_decref(json);
	ck_assert_uint_eq(atomic_load(&asked), 6);
	ck_assert_ptr_nonnull(strstr(notes, "waits for a peer"));
	/* There it ends at once. */
	EXPECT(0, "node", "status", "-f", "-q");
	ck_assert_str_eq(out, "abc\n");
	ck_assert_str_eq(notes, "");
	ck_assert_uint_eq(atomic_load(&asked), 7);
}
END_TEST

START_TEST(without_follow_it_is_asked_once)
{
	EXPECT(0, "node", "status");
	ck_assert_uint_eq(atomic_load(&asked), 1);
}
END_TEST

START_TEST(a_node_that_is_not_well_fails_and_says_why)
{
	EXPECT(1, "node", "health");
	ck_assert_str_eq(out, "ready\ttrue\nhealthy\tfalse\nno quorum: org-c\norg-c: not connected\n");
	ck_assert_ptr_nonnull(strstr(notes, "the node is not well"));
	EXPECT(1, "node", "health", "-q");
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(why_is_one_sentence_a_line_and_harmless)
{
	EXPECT(0, "consensus", "why");
	ck_assert_int_eq(strncmp(out, "no quorum: org-c\norg-c", 22), 0);
	ck_assert_ptr_null(strchr(out, '\x1b'));
	EXPECT(0, "consensus", "why", "-q");
	ck_assert_str_eq(out, "no_quorum\n");
}
END_TEST

START_TEST(the_state_has_a_row_for_each_validator)
{
	EXPECT(0, "consensus", "state");
	ck_assert_ptr_nonnull(strstr(out, "view"));
	ck_assert_ptr_nonnull(
		strstr(out, "org-a\tthis node\t1 min 2 s\t-\t28\t12\tnotarize\tcairn1account\n"));
	ck_assert_ptr_nonnull(strstr(out, "org-b\tyes\t"));
	ck_assert_ptr_nonnull(strstr(out, "org-c\tsilent\t"));
	ck_assert_ptr_nonnull(strstr(out, "org-d\tno\t"));
}
END_TEST

START_TEST(peers_and_bans_are_listed)
{
	EXPECT(0, "peer", "list");
	ck_assert_str_eq(out,
	                 "192.0.2.7:17470\tout\tkept\t-\t3 min 20 s\t-\t5\t6\tcairnd/1\t02ab\n");
	EXPECT(0, "peer", "list", "-q");
	ck_assert_str_eq(out, "02ab\n");
	EXPECT(0, "peer", "bans");
	ck_assert_str_eq(out, "2026-09-21 14:13:20.000Z\tfor good\tfloods\t192.0.2.7\n");
}
END_TEST

static void check_duration(const char *text, int seconds)
{
	json_t *json;

	EXPECT(0, "peer", "ban", "192.0.2.7", "--duration", text, "--json");
	json = out_json();
	ck_assert_str_eq(json_string_value(json_object_get(json, "peer")), "192.0.2.7");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "duration_s")), seconds);
	json_decref(json);
}

START_TEST(a_ban_lasts_as_people_write_it)
{
	static const char *const wrong[] = {"", "0", "d", "0d", "1w", "-1", "1.5h", "9999999999",
	                                    "30000d", "1 h", "ever"};
	json_t *json;

	check_duration("90", 90);
	check_duration("90s", 90);
	check_duration("30m", 1800);
	check_duration("12h", 43200);
	check_duration("7d", 604800);
	check_duration("forever", 0);
	EXPECT(0, "peer", "ban", "192.0.2.7", "--reason", "floods", "--json");
	json = out_json();
	ck_assert_ptr_null(json_object_get(json, "duration_s"));
	ck_assert_str_eq(json_string_value(json_object_get(json, "reason")), "floods");
	json_decref(json);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		EXPECT(2, "peer", "ban", "192.0.2.7", "--duration", wrong[i]);
}
END_TEST

START_TEST(orders_name_the_peer)
{
	EXPECT(0, "peer", "add", "02ab@192.0.2.7:17470");
	ck_assert_ptr_nonnull(strstr(out, "02ab@192.0.2.7:17470"));
	EXPECT(0, "peer", "remove", "02ab", "-q");
	ck_assert_str_eq(out, "02ab\n");
	EXPECT(0, "peer", "unban", "192.0.2.7", "-q");
	ck_assert_str_eq(out, "192.0.2.7\n");
	EXPECT(2, "peer", "unban");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("seeing");
	TCase *cases = tcase_create("seeing");

	tcase_add_checked_fixture(cases, start, teardown);
	tcase_add_test(cases, following_ends_when_the_node_has_caught_up);
	tcase_add_test(cases, without_follow_it_is_asked_once);
	tcase_add_test(cases, a_node_that_is_not_well_fails_and_says_why);
	tcase_add_test(cases, why_is_one_sentence_a_line_and_harmless);
	tcase_add_test(cases, the_state_has_a_row_for_each_validator);
	tcase_add_test(cases, peers_and_bans_are_listed);
	tcase_add_test(cases, a_ban_lasts_as_people_write_it);
	tcase_add_test(cases, orders_name_the_peer);
	suite_add_tcase(suite, cases);
	return suite;
}
