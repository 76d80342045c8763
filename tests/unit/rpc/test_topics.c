/* What a subscription may ask for, as words of a call and as a query of HTTP. */
#include "chain/ledger/network.h"
#include "rpc/api/topics.h"
#include "tests/support/support.h"

#include <stdio.h>

#define HEX_ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct rpc_feed_request request;
static struct rpc_fault fault;

static bool read_query(const char *query, const char *last_event_id)
{
	fault = (struct rpc_fault){0};
	return rpc_topics_query(
		&request, text_view(query),
		last_event_id ? text_view(last_event_id) : bytes_view(NULL, 0), &fault);
}

START_TEST(a_query_says_topics_and_where_to_begin)
{
	struct hash notes = stream_id_of(text_view("notes"));
	struct hash id = hash_from_hex(HEX_ID);

	ck_assert(read_query("topics=blocks,txs,stream:notes,account:" HEX_ID, NULL));
	ck_assert_uint_eq(request.topic_count, 4);
	ck_assert_int_eq(request.topics[0].kind, RPC_TOPIC_BLOCKS);
	ck_assert_int_eq(request.topics[1].kind, RPC_TOPIC_TXS);
	ck_assert_int_eq(request.topics[2].kind, RPC_TOPIC_STREAM);
	ck_assert(hash_equal(&request.topics[2].id, &notes));
	ck_assert_str_eq(request.topics[2].text, "stream:notes");
	ck_assert_int_eq(request.topics[3].kind, RPC_TOPIC_ACCOUNT);
	ck_assert(hash_equal(&request.topics[3].id, &id));
	ck_assert(request.from_head);

	ck_assert(read_query("from=12.3&topics=stream%3Anotes%2ctxs", NULL));
	ck_assert_uint_eq(request.topic_count, 2);
	ck_assert(hash_equal(&request.topics[0].id, &notes));
	ck_assert(!request.from_head);
	ck_assert_uint_eq(request.from.height, 12);
	ck_assert_uint_eq(request.from.index, 3);

	ck_assert(read_query("topics=txs&from=head", NULL) && request.from_head);
	ck_assert(read_query("topics=stream:" HEX_ID, NULL));
	ck_assert(hash_equal(&request.topics[0].id, &id));
}
END_TEST

START_TEST(the_last_event_id_counts_more_than_from)
{
	ck_assert(read_query("topics=txs&from=3.4", "18446744073709551615.7"));
	ck_assert(!request.from_head);
	ck_assert_uint_eq(request.from.height, UINT64_MAX);
	ck_assert_uint_eq(request.from.index, 7);
	ck_assert(read_query("topics=txs&from=head", "0.0") && !request.from_head);
	/* A browser that has had no event sends none, or an empty one. */
	ck_assert(read_query("topics=txs&from=3.4", "") && request.from.height == 3);
	ck_assert(!read_query("topics=txs", "head"));
}
END_TEST

START_TEST(what_is_wrong_with_a_query_is_said)
{
	static const struct {
		const char *query;
		int code;
		const char *message;
	} cases[] = {
		{"", RPC_INVALID_PARAMS, "\"topics\" is missing"},
		{"topics=", RPC_INVALID_PARAMS, "not \"\""},
		{"topics=txs,", RPC_INVALID_PARAMS, "not \"\""},
		{"topics=tx", RPC_INVALID_PARAMS, "stream:NAME or account:ADDRESS, not \"tx\""},
		{"topics=stream:", RPC_INVALID_PARAMS, "not \"stream:\""},
		{"topics=stream:Notes", RPC_INVALID_PARAMS, "not \"stream:Notes\""},
		{"topics=account:bob", RPC_INVALID_PARAMS, "not \"account:bob\""},
		{"topics=txs,blocks,txs", RPC_INVALID_PARAMS, "topic txs is there twice"},
		{"topics=txs&topics=blocks", RPC_INVALID_PARAMS, "\"topics\" is there twice"},
		{"topics=txs&from=1.1&from=1.1", RPC_INVALID_PARAMS, "\"from\" is there twice"},
		{"topics=txs&form=1.1", RPC_INVALID_PARAMS, "no parameter \"form\" here"},
		{"topics=txs&from=1", RPC_INVALID_PARAMS, "not \"1\""},
		{"topics=txs&from=", RPC_INVALID_PARAMS, "not \"\""},
		{"topics=txs&from=01.1", RPC_INVALID_PARAMS, "not \"01.1\""},
		{"topics=txs&from=1.-1", RPC_INVALID_PARAMS, "not \"1.-1\""},
		{"topics=txs&from=18446744073709551616.0", RPC_INVALID_PARAMS, "not \"18446"},
		{"topics=tx%", RPC_INVALID_PARAMS, "two hex digits"},
		{"topics=tx%7", RPC_INVALID_PARAMS, "two hex digits"},
		{"topics=tx%zz", RPC_INVALID_PARAMS, "two hex digits"},
		{"topics=%ff%00", RPC_INVALID_PARAMS, "not \"??\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_msg(!read_query(cases[i].query, NULL), "%s", cases[i].query);
		ck_assert_int_eq(fault.code, cases[i].code);
		ck_assert_msg(strstr(fault.message, cases[i].message) != NULL, "%s: %s",
		              cases[i].query, fault.message);
	}
}
END_TEST

START_TEST(a_subscription_has_at_most_sixteen_topics)
{
	char query[2048] = "topics=txs", *at = query + strlen(query);

	for (int i = 1; i < RPC_TOPICS_MAX; i++)
		at += sprintf(at, ",stream:s%d", i);
	ck_assert(read_query(query, NULL));
	ck_assert_uint_eq(request.topic_count, RPC_TOPICS_MAX);
	strcpy(at, ",blocks");
	ck_assert(!read_query(query, NULL));
	ck_assert_int_eq(fault.code, RPC_LIMIT_EXCEEDED);
	/* However long it is. */
	memset(query + 7, 'x', sizeof query - 8);
	query[sizeof query - 1] = '\0';
	ck_assert(!read_query(query, NULL));
}
END_TEST

START_TEST(a_place_is_read_as_it_is_written)
{
	static const struct rpc_place places[] = {
		{0, 0}, {1, 0}, {12, 345}, {UINT64_MAX, UINT64_MAX}};
	static const char *const wrong[] = {"",     ".",    "1",    "1.",    ".1", "1.1.1",
	                                    "+1.1", "1.1 ", " 1.1", "0x1.1", "1,1"};
	struct rpc_place place;
	char text[RPC_EVENT_CURSOR_SIZE];

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		rpc_place_write(text, places[i]);
		ck_assert(rpc_place_read(&place, text_view(text)));
		ck_assert_uint_eq(place.height, places[i].height);
		ck_assert_uint_eq(place.index, places[i].index);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(!rpc_place_read(&place, text_view(wrong[i])), "%s", wrong[i]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("topics");
	TCase *tests = tcase_create("topics");

	tcase_add_test(tests, a_query_says_topics_and_where_to_begin);
	tcase_add_test(tests, the_last_event_id_counts_more_than_from);
	tcase_add_test(tests, what_is_wrong_with_a_query_is_said);
	tcase_add_test(tests, a_subscription_has_at_most_sixteen_topics);
	tcase_add_test(tests, a_place_is_read_as_it_is_written);
	suite_add_tcase(suite, tests);
	return suite;
}
