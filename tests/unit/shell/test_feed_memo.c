/* What is remembered of searches: no longer than it is true. */
#include "chain/base/limits.h"
#include "node/shell/feed_memo.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct memos memos;

static struct rpc_topic topic(enum rpc_topic_kind kind, uint8_t first, uint8_t second)
{
	return (struct rpc_topic){.kind = kind, .id = {{first, second}}};
}

static void keep(const struct rpc_topic *of, uint64_t from, uint64_t head, uint64_t found)
{
	struct memo memo = {
		.from = from, .head = head, .found = found, .position = found + 1};

	memo_keep(&memos, of, &memo);
}

START_TEST(a_leaf_that_was_found_stays_found)
{
	struct rpc_topic notes = topic(RPC_TOPIC_STREAM, 1, 2);
	const struct memo *memo;

	keep(&notes, 10, 20, 15);
	for (uint64_t head = 20; head < 30; head++) {
		memo = memo_find(&memos, &notes, 10, head);
		ck_assert_ptr_nonnull(memo);
		ck_assert_uint_eq(memo->found, 15);
		ck_assert_uint_eq(memo->position, 16);
	}
	ck_assert_ptr_null(memo_find(&memos, &notes, 11, 20));
	memos_close(&memos);
}
END_TEST

START_TEST(that_there_is_none_holds_for_the_head_of_then)
{
	struct rpc_topic notes = topic(RPC_TOPIC_STREAM, 1, 2);

	keep(&notes, 10, 20, UINT64_MAX);
	ck_assert_ptr_nonnull(memo_find(&memos, &notes, 10, 20));
	ck_assert_ptr_null(memo_find(&memos, &notes, 10, 21));
	memos_close(&memos);
}
END_TEST

START_TEST(topics_on_one_slot_are_not_taken_for_each_other)
{
	struct rpc_topic notes = topic(RPC_TOPIC_STREAM, 1, 2);
	struct rpc_topic others[] = {
		topic(RPC_TOPIC_ACCOUNT, 1, 2),
		topic(RPC_TOPIC_STREAM, 1, 3),
		topic(RPC_TOPIC_STREAM, 1 + MEMO_SLOTS, 2),
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		keep(&notes, 10, 20, 15);
		memo_keep_text(&memos, &notes, 15, text_view("{}"));
		ck_assert_ptr_null(memo_find(&memos, &others[i], 10, 20));
		ck_assert_uint_eq(memo_text(&memos, &others[i], 15).size, 0);
		keep(&others[i], 10, 20, 17);
		ck_assert_ptr_null(memo_find(&memos, &notes, 10, 20));
		ck_assert_uint_eq(memo_text(&memos, &notes, 15).size, 0);
		ck_assert_uint_eq(memo_find(&memos, &others[i], 10, 20)->found, 17);
	}
	memos_close(&memos);
}
END_TEST

START_TEST(records_are_those_of_their_leaf_and_not_too_long)
{
	struct rpc_topic notes = topic(RPC_TOPIC_STREAM, 1, 2);
	char *text = calloc(1, MEMO_TEXT_MAX + 1);

	memo_keep_text(&memos, &notes, 15, text_view("{\"a\":1}"));
	ck_assert(bytes_equal(memo_text(&memos, &notes, 15), text_view("{\"a\":1}")));
	ck_assert_uint_eq(memo_text(&memos, &notes, 16).size, 0);
	/* A search in between does not lose them. */
	keep(&notes, 16, 20, 17);
	ck_assert_uint_eq(memo_text(&memos, &notes, 15).size, 7);
	memo_keep_text(&memos, &notes, 17, bytes_view(text, MEMO_TEXT_MAX));
	ck_assert_uint_eq(memo_text(&memos, &notes, 15).size, 0);
	ck_assert_uint_eq(memo_text(&memos, &notes, 17).size, MEMO_TEXT_MAX);
	memo_keep_text(&memos, &notes, 18, bytes_view(text, MEMO_TEXT_MAX + 1));
	ck_assert_uint_eq(memo_text(&memos, &notes, 18).size, 0);
	ck_assert_uint_eq(memo_text(&memos, &notes, 17).size, 0);
	free(text);
	memos_close(&memos);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("feed memo");
	TCase *tests = tcase_create("feed memo");

	tcase_add_test(tests, a_leaf_that_was_found_stays_found);
	tcase_add_test(tests, that_there_is_none_holds_for_the_head_of_then);
	tcase_add_test(tests, topics_on_one_slot_are_not_taken_for_each_other);
	tcase_add_test(tests, records_are_those_of_their_leaf_and_not_too_long);
	suite_add_tcase(suite, tests);
	return suite;
}
