/* Keys in the order of their numbers; rows that decode to what was encoded, and cut
 * anywhere are refused. */
#include "chain/store/layout.h"
#include "tests/support/support.h"

static int order(struct row_key left, struct row_key right)
{
	return row_key_compare(&left, &right);
}

START_TEST(keys_are_in_the_order_of_their_numbers)
{
	static const uint64_t NUMBERS[] = {
		0, 1, 255, 256, 65535, 65536, 1 << 24, UINT64_C(1) << 40, UINT64_MAX};
	struct hash low = {{1}}, high = {{2}};

	for (size_t i = 0; i < 9; i++) {
		for (size_t j = 0; j < 9; j++) {
			int expected = (i > j) - (i < j);
			int got = order(row_key_of_number(NUMBERS[i]), row_key_of_number(NUMBERS[j]));

			ck_assert_int_eq((got > 0) - (got < 0), expected);
			ck_assert_int_lt(order(row_key_of_hash_number(&low, NUMBERS[i]),
			                       row_key_of_hash_number(&high, NUMBERS[j])),
			                 0);
			ck_assert_int_lt(order(row_key_of_vote(1, NUMBERS[i], 9),
			                       row_key_of_vote(2, NUMBERS[j], 1)),
			                 0);
			ck_assert_int_lt(order(row_key_of_consensus(1, NUMBERS[i]),
			                       row_key_of_consensus(2, NUMBERS[j])),
			                 0);
			if (i < 8 && j < 8)
				ck_assert_int_lt(order(row_key_of_tile(&low, 0, NUMBERS[i]),
				                       row_key_of_tile(&low, 1, NUMBERS[j])),
				                 0);
		}
	}
	ck_assert_int_lt(order(row_key_of_hash(&low), row_key_of_hash_number(&low, 0)), 0);
}
END_TEST

START_TEST(the_key_after_all_is_above_every_key_that_begins_so)
{
	struct row_key key = row_key_of_text("ab\xff\xff"), longer = key, all_set;

	row_key_add_number(&longer, UINT64_MAX);
	ck_assert(row_key_after_all(&key));
	ck_assert(bytes_equal(row_key_view(&key), text_view("ac")));
	ck_assert_int_gt(order(key, longer), 0);
	all_set = row_key_of_number(UINT64_MAX);
	ck_assert(!row_key_after_all(&all_set));
}
END_TEST

/* A sized key cannot be mistaken for the beginning of another's versions. */
START_TEST(versions_of_one_key_are_not_among_those_of_another)
{
	struct hash stream = {{3}};
	struct row_key head = row_key_of_index(INDEX_KEY_VERSION), end, other;

	row_key_add_hash(&head, &stream);
	other = head;
	row_key_add_sized(&head, text_view("a"));
	row_key_add_sized(&other, text_view("ab"));
	end = head;
	row_key_add_number(&end, UINT64_MAX);
	row_key_add_number(&other, 0);
	ck_assert_int_gt(order(other, end), 0);
}
END_TEST

/* -- Rows -------------------------------------------------------------------------- */

enum row_kind {
	ROW_BLOCK,
	ROW_ENTRY,
	ROW_NUMBER,
	ROW_STATE,
	ROW_HISTORY,
	ROW_STALE,
	ROW_PRUNE,
	ROW_TIP,
	ROW_KINDS,
};

static void append_row(struct buffer *buffer, enum row_kind kind)
{
	struct random random = random_from(41);
	struct hash hash = random_hash(&random);
	struct ledger_tip tip = {.header = {.height = 5}, .state_root.version = 4};
	uint8_t number[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	switch (kind) {
	case ROW_BLOCK:
		block_row_append(
			buffer, &(struct block_row){.header = {.height = 9}, .state_version = 8});
		break;
	case ROW_ENTRY:
		entry_row_append(buffer, &(struct entry_row){.height = 7});
		break;
	case ROW_NUMBER:
		buffer_append(buffer, number, sizeof number);
		break;
	case ROW_STATE:
		state_row_append(buffer, &(struct state_row){.height = 3, .key = text_view("k")});
		break;
	case ROW_HISTORY:
		history_row_append(buffer, false, text_view(""));
		break;
	case ROW_STALE:
		stale_row_append_count(buffer, 2);
		for (unsigned depth = 0; depth < 2; depth++) {
			struct state_page_key key = state_page_key_of(6, depth, &hash);

			stale_row_append_page(buffer, &key);
		}
		stale_row_append_count(buffer, 1);
		buffer_append_view(buffer, hash_view(&hash));
		break;
	case ROW_PRUNE:
		prune_row_append(buffer, &(struct prune_row){1, 2, 3});
		break;
	case ROW_TIP:
		for (unsigned i = 0; i < 5; i++)
			log_frontier_append(&tip.frontier, &hash);
		tip_row_append(buffer, &tip);
		break;
	case ROW_KINDS:
		break;
	}
}

static enum status decode_row(enum row_kind kind, struct bytes_view bytes)
{
	struct bytes_view value;
	uint64_t number;
	bool present;

	switch (kind) {
	case ROW_BLOCK:
		return block_row_decode(&(struct block_row){.state_version = 0}, bytes);
	case ROW_ENTRY:
		return entry_row_decode(&(struct entry_row){.height = 0}, bytes);
	case ROW_NUMBER:
		return number_row_decode(&number, bytes);
	case ROW_STATE:
		return state_row_decode(&(struct state_row){.height = 0}, bytes);
	case ROW_HISTORY:
		return history_row_decode(&present, &value, bytes);
	case ROW_STALE:
		return stale_row_decode(&(struct stale_row){.page_count = 0}, bytes);
	case ROW_PRUNE:
		return prune_row_decode(&(struct prune_row){0}, bytes);
	case ROW_TIP:
		return tip_row_decode(&(struct ledger_tip){.hash = {{0}}}, bytes);
	case ROW_KINDS:
		break;
	}
	return STATUS_OK;
}

START_TEST(a_row_cut_anywhere_is_refused)
{
	struct buffer buffer;

	buffer_init(&buffer, 1 << 16);
	append_row(&buffer, (enum row_kind)_i);
	ck_assert_int_eq(decode_row((enum row_kind)_i, buffer_view(&buffer)), STATUS_OK);
	for (size_t size = 0; size < buffer.size; size++) {
		uint8_t *cut = malloc(size > 0 ? size : 1);

		memcpy(cut, buffer.at, size);
		ck_assert_int_eq(decode_row((enum row_kind)_i, bytes_view(cut, size)),
		                 STATUS_CORRUPT);
		free(cut);
	}
	buffer_close(&buffer);
}
END_TEST

START_TEST(a_row_of_fixed_size_with_a_byte_too_many_is_refused)
{
	static const enum row_kind KINDS[] = {ROW_NUMBER, ROW_HISTORY, ROW_STALE, ROW_PRUNE,
	                                      ROW_TIP};
	struct buffer buffer;

	buffer_init(&buffer, 1 << 16);
	append_row(&buffer, KINDS[_i]);
	buffer_append(&buffer, "", 1);
	ck_assert_int_eq(decode_row(KINDS[_i], buffer_view(&buffer)), STATUS_CORRUPT);
	buffer_close(&buffer);
}
END_TEST

START_TEST(a_stale_row_that_promises_more_than_it_has_is_refused)
{
	struct stale_row row;
	struct buffer buffer;

	buffer_init(&buffer, 1 << 16);
	stale_row_append_count(&buffer, UINT32_MAX);
	stale_row_append_count(&buffer, UINT32_MAX);
	ck_assert_int_eq(stale_row_decode(&row, buffer_view(&buffer)), STATUS_CORRUPT);
	buffer_close(&buffer);
}
END_TEST

/* -- Runs -------------------------------------------------------------------------- */

START_TEST(items_of_a_run_come_back_and_are_found_by_number)
{
	enum run_kind kind = (enum run_kind)_i;
	struct random random = random_from(42);
	struct hash hash = random_hash(&random);
	struct row_key key = row_key_of_hash_number(&hash, 1000);
	struct run_item items[50];
	struct buffer buffer;
	struct run run;
	uint64_t number = 1000;

	buffer_init(&buffer, 1 << 16);
	run_append_head(&buffer, kind, 500);
	for (unsigned i = 0; i < 50; i++) {
		items[i] = (struct run_item){
			.number = number,
			.log_index = 500 + random_below(&random, 16384),
			.operation = (uint16_t)random_below(&random, 1024),
		};
		number += kind == RUN_STREAM ? 1 : 1 + random_below(&random, 300);
		run_append_item(&buffer, kind, 1000, 500, &items[i]);
	}
	ck_assert_int_eq(run_decode(&run, kind, row_key_view(&key), buffer_view(&buffer)),
	                 STATUS_OK);
	ck_assert_uint_eq(run.count, 50);
	for (unsigned i = 0; i < 50; i++) {
		struct run_item item = run_item_at(&run, i);

		ck_assert_uint_eq(item.number, items[i].number);
		ck_assert_uint_eq(run_count_below(&run, item.number), i);
		ck_assert_uint_eq(run_count_below(&run, item.number + 1), i + 1);
		if (kind != RUN_STREAM)
			continue;
		ck_assert_uint_eq(item.log_index, items[i].log_index);
		ck_assert_uint_eq(item.operation, items[i].operation);
	}
	ck_assert_uint_eq(run_count_below(&run, 0), 0);
	ck_assert_uint_eq(run_count_below(&run, UINT64_MAX), 50);
	buffer_close(&buffer);
}
END_TEST

START_TEST(a_run_without_items_or_with_half_an_item_is_refused)
{
	enum run_kind kind = (enum run_kind)_i;
	struct row_key key = row_key_of_number(1);
	size_t whole = run_head_size(kind) + run_item_size(kind);
	uint8_t bytes[64] = {0};
	struct run run;

	for (size_t size = 0; size < whole; size++)
		ck_assert_int_eq(
			run_decode(&run, kind, row_key_view(&key), bytes_view(bytes, size)),
			STATUS_CORRUPT);
	ck_assert_int_eq(run_decode(&run, kind, row_key_view(&key), bytes_view(bytes, whole)),
	                 STATUS_OK);
	ck_assert_int_eq(
		run_decode(&run, kind, row_key_view(&key), bytes_view(bytes, whole + 1)),
		STATUS_CORRUPT);
	ck_assert_int_eq(
		run_decode(&run, kind, bytes_view("short", 5), bytes_view(bytes, whole)),
		STATUS_CORRUPT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store layout");
	TCase *keys = tcase_create("keys");
	TCase *rows = tcase_create("rows");

	tcase_add_test(keys, keys_are_in_the_order_of_their_numbers);
	tcase_add_test(keys, the_key_after_all_is_above_every_key_that_begins_so);
	tcase_add_test(keys, versions_of_one_key_are_not_among_those_of_another);
	suite_add_tcase(suite, keys);
	tcase_add_loop_test(rows, a_row_cut_anywhere_is_refused, 0, ROW_KINDS);
	tcase_add_loop_test(rows, a_row_of_fixed_size_with_a_byte_too_many_is_refused, 0, 5);
	tcase_add_test(rows, a_stale_row_that_promises_more_than_it_has_is_refused);
	tcase_add_loop_test(rows, items_of_a_run_come_back_and_are_found_by_number, 0, 3);
	tcase_add_loop_test(rows, a_run_without_items_or_with_half_an_item_is_refused, 0, 3);
	suite_add_tcase(suite, rows);
	return suite;
}
