/* What the address book tells others. */
#include "tests/unit/p2p/book_fixture.h"

static struct bytes_view records[ADDR_RECORDS_MAX];
static size_t count;

static void share(unsigned listener, uint8_t kind, uint64_t now_s)
{
	struct bytes_view message;

	ck_assert_int_eq(
		book_share(&book, listener, kind, &lots, now_s, NULL, NULL, &message), STATUS_OK);
	ck_assert_int_eq(addr_decode(records, &count, message), STATUS_OK);
}

static uint32_t node_of(struct bytes_view bytes)
{
	struct node_record record;

	ck_assert_int_eq(node_record_decode(&record, bytes), STATUS_OK);
	return get_be32(record.node_id.bytes + 29);
}

static void add_records(uint32_t from, uint32_t to, uint64_t now_s)
{
	for (uint32_t i = from; i < to; i++) {
		struct node_record record = record_of(i, 1, far_address(i), now_s);

		add_record(&record, i, now_s);
	}
}

START_TEST(an_answer_shows_23_percent_and_250_at_most)
{
	add_records(0, 200, NOW_S);
	share(0, NET_IPV4, NOW_S);
	ck_assert_uint_eq(count, book.counts[BOOK_NEW] * 23 / 100);
	add_records(200, 3000, NOW_S);
	share(0, NET_IPV4, NOW_S + BOOK_SHARED_S);
	ck_assert_uint_eq(count, BOOK_SHARED_MAX);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(node_of(records[i]), node_of(records[j]));
}
END_TEST

START_TEST(a_small_book_is_told_whole_and_what_is_new_in_it_shows_soon)
{
	share(0, NET_IPV4, NOW_S);
	ck_assert_uint_eq(count, 0);
	add_records(0, 20, NOW_S);
	share(0, NET_IPV4, NOW_S + BOOK_SHARED_SMALL_S);
	ck_assert_uint_eq(count, book.counts[BOOK_NEW]);
	add_records(20, 100, NOW_S);
	share(0, NET_IPV4, NOW_S + 2 * BOOK_SHARED_SMALL_S);
	ck_assert_uint_eq(count, BOOK_SHARED_MIN);
}
END_TEST

START_TEST(for_a_day_everybody_who_comes_the_same_way_is_told_the_same)
{
	static uint8_t first[ADDR_SIZE_MAX];
	struct bytes_view message;
	size_t size;

	add_records(0, 1000, NOW_S);
	ck_assert_int_eq(book_share(&book, 0, NET_IPV4, &lots, NOW_S, NULL, NULL, &message),
	                 STATUS_OK);
	size = message.size;
	memcpy(first, message.at, size);
	add_records(1000, 2000, NOW_S);
	ck_assert_int_eq(book_share(&book, 0, NET_IPV4, &lots, NOW_S + BOOK_SHARED_S - 1,
	                            NULL, NULL, &message),
	                 STATUS_OK);
	ck_assert(bytes_equal(message, bytes_view(first, size)));
	ck_assert_int_eq(book_share(&book, 0, NET_ONION, &lots, NOW_S, NULL, NULL, &message),
	                 STATUS_OK);
	ck_assert(!bytes_equal(message, bytes_view(first, size)));
	ck_assert_int_eq(book_share(&book, 1, NET_IPV4, &lots, NOW_S, NULL, NULL, &message),
	                 STATUS_OK);
	ck_assert(!bytes_equal(message, bytes_view(first, size)));
	ck_assert_int_eq(book_share(&book, 0, NET_IPV4, &lots, NOW_S + BOOK_SHARED_S, NULL,
	                            NULL, &message),
	                 STATUS_OK);
	ck_assert(!bytes_equal(message, bytes_view(first, size)));
}
END_TEST

START_TEST(unsigned_old_and_stale_entries_are_not_passed_on)
{
	struct node_record record;

	for (uint32_t i = 0; i < 50; i++) /* without a record */
		met(1000 + i, far_address(1000 + i), NOW_S);
	add_records(0, 1, NOW_S); /* is going to be stale */
	for (int i = 0; i < 3; i++)
		failed(0, far_address(0), NOW_S);
	record = record_of(1, 1, far_address(1), NOW_S);
	record.expiry_s = NOW_S + 100; /* is going to expire */
	add_record(&record, 1, NOW_S);
	record = record_of(2, 1, far_address(2), NOW_S + 11 * DAY_S); /* was never met */
	add_record(&record, 2, NOW_S + 11 * DAY_S);
	share(0, NET_IPV4, NOW_S + 11 * DAY_S + 1);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(node_of(records[0]), 2);
	share(1, NET_IPV4, NOW_S + 100);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(what_was_never_met_is_passed_on_for_ten_days)
{
	struct node_record record = record_of(1, 1, far_address(1), NOW_S + 5 * DAY_S);

	add_record(&record, 1, NOW_S + 5 * DAY_S);
	book.nodes->record->expiry_s = NOW_S + 365 * DAY_S;
	share(0, NET_IPV4, NOW_S + 15 * DAY_S - 1);
	ck_assert_uint_eq(count, 1);
	share(1, NET_IPV4, NOW_S + 15 * DAY_S);
	ck_assert_uint_eq(count, 0);
}
END_TEST

static bool is_even(void *owner, const struct node_id *id)
{
	(void)owner;
	return id->bytes[32] % 2 == 0;
}

START_TEST(who_may_not_be_named_is_not)
{
	struct bytes_view message;

	add_records(0, 200, NOW_S);
	ck_assert_int_eq(
		book_share(&book, 0, NET_IPV4, &lots, NOW_S, is_even, NULL, &message), STATUS_OK);
	ck_assert_int_eq(addr_decode(records, &count, message), STATUS_OK);
	ck_assert_uint_gt(count, 30);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(node_of(records[i]) % 2, 0);
}
END_TEST

START_TEST(a_record_is_relayed_to_the_same_peers_all_day)
{
	struct node_id subject = node_id_numbered(1);
	int changed = 0;

	for (uint32_t day = 0; day < 50; day++) {
		uint32_t best[2] = {0};

		for (int again = 0; again < 2; again++) {
			uint64_t highest = 0;

			for (uint32_t peer = 10; peer < 30; peer++) {
				struct node_id id = node_id_numbered(peer);
				uint64_t rank = book_relay_rank(&book, &subject, day / 2, &id);

				if (rank >= highest) {
					highest = rank;
					best[again] = peer;
				}
			}
		}
		ck_assert_uint_eq(best[0], best[1]);
		changed += best[0] != 10;
	}
	ck_assert_int_gt(changed, 40);
}
END_TEST

/* -- Permissioned -------------------------------------------------------------------------------- */

static void list(uint32_t from, uint32_t to)
{
	struct node_id ids[100];

	for (uint32_t i = from; i < to; i++)
		ids[i - from] = node_id_numbered(i);
	ck_assert_int_eq(book_set_listed(&book, ids, to - from), STATUS_OK);
}

START_TEST(only_who_is_listed_is_in_the_book)
{
	book.config.is_permissioned = true;
	list(10, 20);
	for (uint32_t i = 0; i < 30; i++)
		ck_assert_int_eq(add(i, far_address(i), i, NOW_S),
		                 i >= 10 && i < 20 ? BOOK_TAKEN : BOOK_FOREIGN);
	met(5, far_address(5), NOW_S);
	ck_assert_uint_eq(book.counts[BOOK_NEW] + book.counts[BOOK_TRIED], 10);
	list(15, 25);
	ck_assert_uint_eq(book.counts[BOOK_NEW], 5);
	book_check(&book);
}
END_TEST

START_TEST(a_peer_is_told_what_his_bits_lack_32_at_most)
{
	uint8_t bits[13] = {0};
	struct buffer message;

	buffer_init(&message, ADDR_SIZE_MAX);
	book.config.is_permissioned = true;
	list(0, 100);
	for (uint32_t i = 0; i < 60; i++) {
		struct node_record record = record_of(i, 1, far_address(i), NOW_S);

		ck_assert_int_eq(add_record(&record, i, NOW_S), BOOK_TAKEN);
	}
	ck_assert_uint_eq(book_share_missing(&book, bits, bytes_view(NULL, 0), &lots, NOW_S, &message),
	                  BOOK_MISSING_MAX);
	book_known_bits(&book, bits, NOW_S);
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(bits[i / 8] >> i % 8 & 1, i < 60);
	ck_assert_uint_eq(book_known_bits(&book, bits, NOW_S), 40);
	bits[1] = 0x0f; /* not 12, 13, 14 and 15 */
	buffer_clear(&message);
	ck_assert_uint_eq(book_share_missing(&book, bits, bytes_view(NULL, 0), &lots, NOW_S, &message), 4);
	ck_assert_int_eq(addr_decode(records, &count, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(count, 4);
	for (size_t i = 0; i < count; i++)
		ck_assert(node_of(records[i]) >= 12 && node_of(records[i]) < 16);
	book_known_bits(&book, bits, NOW_S + 6 * DAY_S);
	ck_assert_uint_eq(bits[0], 0); /* they have expired */
	buffer_close(&message);
}
END_TEST

/* No book has its own node. */
START_TEST(our_own_record_is_known_to_us_and_told_to_who_lacks_it)
{
	uint8_t bits[1] = {0};
	struct node_record record = record_of(3, 1, far_address(3), NOW_S);
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct buffer message;

	node_record_put(&out, &record);
	buffer_init(&message, ADDR_SIZE_MAX);
	book.config.is_permissioned = true;
	book.config.own = node_id_numbered(3);
	list(0, 8);
	ck_assert_uint_eq(book_known_bits(&book, bits, NOW_S), 7);
	ck_assert_uint_eq(bits[0], 1 << 3);
	ck_assert_uint_eq(book_share_missing(&book, bits, bytes_view(bytes, node_record_size(&record)),
	                                     &lots, NOW_S, &message),
	                  0);
	bits[0] = 0;
	buffer_clear(&message);
	ck_assert_uint_eq(book_share_missing(&book, bits, bytes_view(bytes, node_record_size(&record)),
	                                     &lots, NOW_S, &message),
	                  1);
	ck_assert_int_eq(addr_decode(records, &count, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(node_of(records[0]), 3);
	buffer_close(&message);
}
END_TEST

/* -- Messages --------------------------------------------------------------------------------------- */

START_TEST(an_addr_cut_anywhere_or_with_more_behind_it_is_refused)
{
	struct buffer message;
	struct node_record record = record_of(1, 1, far_address(1), NOW_S);
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct bytes_view views[2];

	node_record_put(&out, &record);
	views[0] = views[1] = bytes_view(bytes, sizeof bytes - out.left);
	buffer_init(&message, ADDR_SIZE_MAX);
	addr_put(&message, views, 2);
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_eq(addr_decode(records, &count, bytes_view(message.at, cut)),
		                 STATUS_SHORT);
	ck_assert_int_eq(addr_decode(records, &count, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert(bytes_equal(records[1], views[1]));
	buffer_append(&message, "", 1);
	ck_assert_int_eq(addr_decode(records, &count, buffer_view(&message)),
	                 STATUS_TRAILING);
	put_le16(message.at, ADDR_RECORDS_MAX + 1);
	ck_assert_int_eq(addr_decode(records, &count, buffer_view(&message)),
	                 STATUS_TOO_LARGE);
	buffer_close(&message);
}
END_TEST

START_TEST(known_bits_have_the_length_of_their_count_and_no_spare_ones)
{
	static const uint8_t bits[2] = {0xff, 0x01};
	struct known known = {.list = {{1}}, .count = 9, .bits = bytes_view(bits, 2)}, back;
	struct buffer message;

	buffer_init(&message, KNOWN_SIZE_MAX);
	known_put(&message, &known);
	ck_assert_int_eq(known_decode(&back, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(back.count, 9);
	ck_assert(hash_equal(&back.list, &known.list));
	ck_assert(bytes_equal(back.bits, known.bits));
	message.at[message.size - 1] = 0x03;
	ck_assert_int_eq(known_decode(&back, buffer_view(&message)), STATUS_MALFORMED);
	put_le16(message.at + HASH_SIZE, 8);
	ck_assert_int_eq(known_decode(&back, buffer_view(&message)), STATUS_TRAILING);
	put_le16(message.at + HASH_SIZE, 65);
	ck_assert_int_eq(known_decode(&back, buffer_view(&message)), STATUS_SHORT);
	put_le16(message.at + HASH_SIZE, UINT16_MAX);
	ck_assert_int_eq(known_decode(&back, buffer_view(&message)), STATUS_TOO_LARGE);
	buffer_close(&message);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("book_share");
	TCase *tests = tcase_create("book_share");

	tcase_add_checked_fixture(tests, book_setup, book_teardown);
	tcase_add_test(tests, an_answer_shows_23_percent_and_250_at_most);
	tcase_add_test(tests, a_small_book_is_told_whole_and_what_is_new_in_it_shows_soon);
	tcase_add_test(tests, for_a_day_everybody_who_comes_the_same_way_is_told_the_same);
	tcase_add_test(tests, unsigned_old_and_stale_entries_are_not_passed_on);
	tcase_add_test(tests, what_was_never_met_is_passed_on_for_ten_days);
	tcase_add_test(tests, who_may_not_be_named_is_not);
	tcase_add_test(tests, a_record_is_relayed_to_the_same_peers_all_day);
	tcase_add_test(tests, only_who_is_listed_is_in_the_book);
	tcase_add_test(tests, a_peer_is_told_what_his_bits_lack_32_at_most);
	tcase_add_test(tests, an_addr_cut_anywhere_or_with_more_behind_it_is_refused);
	tcase_add_test(tests, our_own_record_is_known_to_us_and_told_to_who_lacks_it);
	tcase_add_test(tests, known_bits_have_the_length_of_their_count_and_no_spare_ones);
	suite_add_tcase(suite, tests);
	return suite;
}
