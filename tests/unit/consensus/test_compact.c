/* The encodings of blocks by short names. */
#include "consensus/message.h"
#include "tests/support/block_fixture.h"

static struct buffer message;

static void setup(void)
{
	make_block(20, 100);
	buffer_init(&message, MESSAGE_SIZE_MAX);
}

static void teardown(void)
{
	free_block();
	buffer_close(&message);
}

START_TEST(a_short_id_is_siphash_of_the_leaf_hash_under_the_block_hash)
{
	static const struct hash name = {
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 99}};
	struct siphash_key key = short_id_key(&name);
	struct siphash_key same = siphash_key(name.bytes);

	ck_assert_uint_eq(short_id(&key, &txs[0].leaf_hash),
	                  siphash_2_4(&same, txs[0].leaf_hash.bytes, 32));
	/* of 15 bytes it would be the value of the paper */
	ck_assert_uint_eq(siphash_2_4(&key, name.bytes, 15), UINT64_C(0xa129ca6149be45e5));
}
END_TEST

START_TEST(a_body_names_what_is_not_prefilled_in_order)
{
	struct siphash_key key = short_id_key(&block);
	struct compact_body back;
	struct cursor in;
	uint16_t index;
	size_t at = 0;

	txs[0].is_prefilled = txs[7].is_prefilled = txs[19].is_prefilled = true;
	compact_put_body(&message, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_OK);
	ck_assert_uint_eq(back.prefilled_count, 3);
	ck_assert_uint_eq(back.short_ids.size, 17 * 8);
	in = cursor_on(back.prefilled);
	ck_assert(bytes_equal(compact_next_prefilled(&in, &index), txs[0].bytes));
	ck_assert_uint_eq(index, 0);
	ck_assert(bytes_equal(compact_next_prefilled(&in, &index), txs[7].bytes));
	ck_assert_uint_eq(index, 7);
	ck_assert(bytes_equal(compact_next_prefilled(&in, &index), txs[19].bytes));
	ck_assert_uint_eq(index, 19);
	for (size_t i = 0; i < tx_count; i++) {
		if (txs[i].is_prefilled)
			continue;
		ck_assert_uint_eq(get_le64(back.short_ids.at + 8 * at++),
		                  short_id(&key, &txs[i].leaf_hash));
	}
}
END_TEST

START_TEST(no_more_is_prefilled_than_may_be)
{
	struct compact_body back;

	free_block();
	make_block(400, 100);
	for (size_t i = 0; i < tx_count; i++)
		txs[i].is_prefilled = true;
	compact_put_body(&message, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_OK);
	ck_assert_uint_gt(back.prefilled.size, COMPACT_PREFILLED_MAX - 110);
	ck_assert_uint_le(back.prefilled.size, COMPACT_PREFILLED_MAX);
	ck_assert_uint_eq(back.prefilled_count + back.short_ids.size / 8, tx_count);
}
END_TEST

START_TEST(a_list_with_more_prefilled_than_may_be_is_refused)
{
	static uint8_t bytes[2 + COMPACT_PREFILLED_MAX + 1];
	struct compact_body back;

	put_le16(bytes, 1); /* the only transaction, at index 0 */
	put_le16(bytes + 4, COMPACT_PREFILLED_MAX - 4);
	ck_assert_int_eq(compact_body_decode(&back, 1, bytes_view(bytes, sizeof bytes - 1)),
	                 STATUS_OK);
	put_le16(bytes + 4, COMPACT_PREFILLED_MAX - 3);
	ck_assert_int_eq(compact_body_decode(&back, 1, bytes_view(bytes, sizeof bytes)),
	                 STATUS_TOO_LARGE);
}
END_TEST

static struct message found;

static enum status read_back(size_t size)
{
	return message_decode(&found, bytes_view(message.at, size));
}

static void write_compact(void)
{
	struct compact compact = {.header = header};

	message_put_compact(&message, &compact);
	compact_put_body(&message, &block, txs, tx_count);
	ck_assert_int_eq(message.status, STATUS_OK);
}

START_TEST(cut_anywhere_or_with_more_behind_it_is_refused)
{
	txs[3].is_prefilled = true;
	write_compact();
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_ne(read_back(cut), STATUS_OK);
	ck_assert_int_eq(read_back(message.size), STATUS_OK);
	ck_assert_uint_eq(found.compact.header.tx_count, 20);
	ck_assert_uint_eq(found.compact.body.prefilled_count, 1);
	ck_assert_uint_eq(found.compact.body.bytes.size, message.size - 1 - HEADER_SIZE);
	buffer_append(&message, "", 1);
	ck_assert_int_eq(read_back(message.size), STATUS_TRAILING);
}
END_TEST

/* The second of two prefilled ones, at this place of the body. */
enum { SECOND_AT = 2 + 2 + 2 + 100 };

START_TEST(prefilled_indexes_ascend_below_the_count)
{
	struct compact_body back;

	txs[0].is_prefilled = txs[7].is_prefilled = true;
	compact_put_body(&message, &block, txs, tx_count);
	ck_assert_uint_eq(get_le16(message.at + SECOND_AT), 7);
	put_le16(message.at + SECOND_AT, 0);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_MALFORMED);
	put_le16(message.at + SECOND_AT, 20);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_MALFORMED);
	put_le16(message.at + SECOND_AT, 19);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_OK);
}
END_TEST

START_TEST(counts_above_the_maximum_are_refused_before_anything_else)
{
	struct compact_body back;

	compact_put_body(&message, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&back, BLOCK_TXS_MAX + 1, buffer_view(&message)),
	                 STATUS_TOO_LARGE);
	ck_assert_int_eq(compact_body_decode(&back, SIZE_MAX, buffer_view(&message)),
	                 STATUS_TOO_LARGE);
	put_le16(message.at, 21);
	ck_assert_int_eq(compact_body_decode(&back, tx_count, buffer_view(&message)),
	                 STATUS_TOO_LARGE);
	buffer_clear(&message);
	header.body_size = BLOCK_BODY_MAX + 1;
	write_compact();
	ck_assert_int_eq(read_back(message.size), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(an_empty_block_has_an_empty_list)
{
	struct compact_body back;

	compact_put_body(&message, &block, txs, 0);
	ck_assert_uint_eq(message.size, 2);
	ck_assert_int_eq(compact_body_decode(&back, 0, buffer_view(&message)), STATUS_OK);
}
END_TEST

/* The kind, the block, the number, the count: then the list. */
enum { COUNT_AT = 1 + HASH_SIZE + 4, LIST_AT = COUNT_AT + 2 };

START_TEST(indexes_of_a_question_ascend)
{
	static const uint16_t indexes[3] = {0, 5, 16383};
	struct get_block_txs head = {.block = block, .number = 77, .count = 3};

	message_put_kind(&message, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&message, &head);
	for (size_t i = 0; i < 3; i++)
		get_block_txs_put_index(&message, indexes[i]);
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_ne(read_back(cut), STATUS_OK);
	ck_assert_int_eq(read_back(message.size), STATUS_OK);
	ck_assert(hash_equal(&found.get_block_txs.block, &block));
	ck_assert_uint_eq(found.get_block_txs.number, 77);
	ck_assert_uint_eq(found.get_block_txs.count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(get_block_txs_index(&found.get_block_txs, i), indexes[i]);
	put_le16(message.at + LIST_AT + 2, 0);
	ck_assert_int_eq(read_back(message.size), STATUS_MALFORMED);
	put_le16(message.at + COUNT_AT, 0);
	ck_assert_int_ne(read_back(message.size), STATUS_OK);
	put_le16(message.at + COUNT_AT, BLOCK_TXS_MAX + 1);
	ck_assert_int_eq(read_back(message.size), STATUS_TOO_LARGE);
}
END_TEST

static void write_two(struct bytes_view second)
{
	struct block_txs head = {.block = block, .number = 78, .count = 2};

	buffer_clear(&message);
	message_put_kind(&message, MESSAGE_BLOCK_TXS);
	block_txs_put_head(&message, &head);
	block_txs_put_tx(&message, txs[4].bytes);
	block_txs_put_tx(&message, second);
}

START_TEST(transactions_read_back_and_none_is_empty)
{
	struct cursor in;

	write_two(txs[9].bytes);
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_ne(read_back(cut), STATUS_OK);
	ck_assert_int_eq(read_back(message.size), STATUS_OK);
	ck_assert_uint_eq(found.block_txs.number, 78);
	ck_assert_uint_eq(found.block_txs.count, 2);
	in = cursor_on(found.block_txs.body);
	ck_assert(bytes_equal(body_next(&in), txs[4].bytes));
	ck_assert(bytes_equal(body_next(&in), txs[9].bytes));
	write_two(bytes_view("", 0));
	ck_assert_int_ne(read_back(message.size), STATUS_OK);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("compact");
	TCase *tests = tcase_create("compact");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_short_id_is_siphash_of_the_leaf_hash_under_the_block_hash);
	tcase_add_test(tests, a_body_names_what_is_not_prefilled_in_order);
	tcase_add_test(tests, no_more_is_prefilled_than_may_be);
	tcase_add_test(tests, a_list_with_more_prefilled_than_may_be_is_refused);
	tcase_add_test(tests, cut_anywhere_or_with_more_behind_it_is_refused);
	tcase_add_test(tests, prefilled_indexes_ascend_below_the_count);
	tcase_add_test(tests, counts_above_the_maximum_are_refused_before_anything_else);
	tcase_add_test(tests, an_empty_block_has_an_empty_list);
	tcase_add_test(tests, indexes_of_a_question_ascend);
	tcase_add_test(tests, transactions_read_back_and_none_is_empty);
	suite_add_tcase(suite, tests);
	return suite;
}
