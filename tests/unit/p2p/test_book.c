/* What gets into the address book, what does not, and what has to go. */
#include "tests/unit/p2p/book_fixture.h"

START_TEST(what_was_told_is_in_new_until_it_was_met)
{
	ck_assert_int_eq(add(1, far_address(1), 1, NOW_S), BOOK_TAKEN);
	ck_assert_int_eq(add(1, far_address(1), 2, NOW_S + 5), BOOK_KNOWN);
	ck_assert_int_eq(find(1, far_address(1))->table, BOOK_NEW);
	ck_assert_uint_eq(find(1, far_address(1))->seen_s, NOW_S + 5);
	met(1, far_address(1), NOW_S + 9);
	ck_assert_int_eq(find(1, far_address(1))->table, BOOK_TRIED);
	met(2, far_address(2), NOW_S); /* nobody had told of it */
	ck_assert_int_eq(find(2, far_address(2))->table, BOOK_TRIED);
	ck_assert_uint_eq(book.counts[BOOK_NEW], 0);
	book_check(&book);
}
END_TEST

START_TEST(addresses_that_nobody_can_dial_are_refused)
{
	struct net_address none = far_address(1);
	struct net_address mapped = {.kind = NET_IPV6, .port = 1};

	memcpy(mapped.bytes, from_hex("00000000000000000000ffff08080808").at, 16);
	none.port = 0;
	ck_assert_int_eq(add(1, ipv4(127, 0, 0, 1), 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(1, ipv4(224, 0, 0, 1), 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(1, ipv4(192, 0, 2, 1), 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(1, ipv4(10, 0, 0, 1), 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(1, mapped, 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(1, none, 1, NOW_S), BOOK_FOREIGN);
	ck_assert_int_eq(add(UINT32_MAX, far_address(1), 1, NOW_S), BOOK_FOREIGN);
	book.config.scope_min = NET_PRIVATE;
	ck_assert_int_eq(add(1, ipv4(10, 0, 0, 1), 1, NOW_S), BOOK_TAKEN);
	ck_assert_int_eq(add(1, ipv4(127, 0, 0, 1), 1, NOW_S), BOOK_FOREIGN);
	book.config.scope_min = NET_NEVER;
	ck_assert_int_eq(add(1, ipv4(127, 0, 0, 1), 1, NOW_S), BOOK_TAKEN);
	ck_assert_int_eq(add(1, ipv4(224, 0, 0, 1), 1, NOW_S), BOOK_FOREIGN);
}
END_TEST

START_TEST(many_keys_at_one_address_are_two_and_at_one_host_four)
{
	struct net_address address = ipv4(8, 8, 8, 8);
	size_t taken = 0;

	for (uint32_t i = 0; i < 200; i++)
		taken += add(i, address, i, NOW_S) == BOOK_TAKEN;
	ck_assert_uint_eq(taken, BOOK_PER_PORT_MAX);
	for (uint32_t i = 0; i < 200; i++) {
		address.port = (uint16_t)(1000 + i);
		taken += add(1000 + i, address, i, NOW_S) == BOOK_TAKEN;
	}
	ck_assert_uint_eq(taken, BOOK_PER_HOST_MAX);
	book_check(&book);
}
END_TEST

START_TEST(at_a_crowded_address_who_is_stale_makes_room)
{
	struct net_address address = ipv4(8, 8, 8, 8);

	add(1, address, 1, NOW_S);
	add(2, address, 2, NOW_S);
	ck_assert_int_eq(add(3, address, 3, NOW_S), BOOK_CROWDED);
	for (int i = 0; i < BOOK_NEVER_FAILURES; i++)
		failed(2, address, NOW_S);
	ck_assert_int_eq(add(3, address, 3, NOW_S + BOOK_GRACE_S), BOOK_TAKEN);
	ck_assert_ptr_null(find(2, address));
	ck_assert_ptr_nonnull(find(1, address));
}
END_TEST

/* Whoever signs that he lives where another does cannot keep him out. */
START_TEST(who_was_met_at_an_address_comes_before_who_only_claims_it)
{
	struct net_address address = ipv4(8, 8, 8, 8);

	for (uint32_t i = 0; i < 200; i++)
		add(i, address, i, NOW_S);
	met(777, address, NOW_S);
	ck_assert_ptr_nonnull(find(777, address));
	ck_assert_int_eq(find(777, address)->table, BOOK_TRIED);
	book_check(&book);
}
END_TEST

/* Nor if he has not been dialed yet: that he is there a session has shown. */
START_TEST(who_tells_from_an_address_that_it_lives_there_is_not_kept_out)
{
	struct net_address address = ipv4(8, 8, 8, 8), elsewhere = ipv4(8, 8, 8, 9), from = address;
	struct node_record own = record_of(777, 5, address, NOW_S);
	struct node_record other = record_of(778, 5, elsewhere, NOW_S);

	from.port = 50123;
	for (uint32_t i = 0; i < 200; i++) {
		add(i, address, i, NOW_S);
		add(1000 + i, elsewhere, i, NOW_S);
	}
	ck_assert_int_eq(add_record(&own, 1, NOW_S), BOOK_CROWDED);
	ck_assert_int_eq(book_add_own_record(&book, &own, &from, NOW_S), BOOK_TAKEN);
	ck_assert_ptr_nonnull(find(777, address)->node->record);
	ck_assert_uint_eq(find(777, address)->met_s, 0);
	/* Of where it is not it can say what it likes. */
	ck_assert_int_eq(book_add_own_record(&book, &other, &from, NOW_S), BOOK_CROWDED);
	book_check(&book);
}
END_TEST

START_TEST(times_to_come_end_when_the_clock_is_put_back)
{
	add(1, far_address(1), 1, NOW_S + 3600);
	failed(1, far_address(1), NOW_S + 3600);
	met(2, far_address(2), NOW_S + 3600);
	add(3, far_address(3), 1, NOW_S - 10);
	book_put_back(&book, NOW_S);
	ck_assert_uint_eq(find(1, far_address(1))->tried_s, NOW_S);
	ck_assert_uint_eq(find(1, far_address(1))->seen_s, NOW_S);
	ck_assert_uint_eq(find(2, far_address(2))->met_s, NOW_S);
	ck_assert_uint_eq(find(3, far_address(3))->seen_s, NOW_S - 10);
	book_check(&book);
}
END_TEST

START_TEST(one_source_gets_sixteen_of_a_group)
{
	size_t taken = 0;

	for (uint32_t i = 0; i < 256; i++)
		taken += add(i, ipv4(8, 8, (uint8_t)i, 1), 1, NOW_S) == BOOK_TAKEN;
	ck_assert_uint_le(taken, BOOK_PER_GROUP_MAX);
	ck_assert_uint_ge(taken, 10); /* a few want the same slot */
	for (uint32_t i = 0; i < 256; i++)
		add(1000 + i, ipv4(8, 8, (uint8_t)i, 2), 2, NOW_S);
	ck_assert_uint_gt(book.counts[BOOK_NEW], taken);
}
END_TEST

START_TEST(a_site_that_one_of_its_nodes_tells_of_is_taken_in)
{
	struct net_address source = ipv4(10, 0, 0, 99);
	struct net_group group = net_group_of(&source);
	struct book_config config = plain_config();
	size_t taken = 0;

	book_close(&book);
	config.scope_min = NET_PRIVATE;
	ck_assert_int_eq(book_init(&book, &config), STATUS_OK);
	for (uint32_t i = 0; i < 40; i++) {
		struct net_address address = ipv4(10, 0, 0, (uint8_t)(i + 1));
		struct node_id id = node_id_numbered(i);

		taken += book_add(&book, &id, &address, &group, NOW_S) == BOOK_TAKEN;
	}
	ck_assert_uint_ge(taken, 39);
	book_check(&book);
}
END_TEST

START_TEST(one_source_fills_a_sixteenth_of_new_and_no_more)
{
	size_t buckets = 0;

	for (uint32_t i = 0; i < 40000; i++)
		add(i, far_address(i), 1, NOW_S);
	for (size_t i = 0; i < BOOK_NEW_BUCKETS; i++)
		buckets += book.filled[BOOK_NEW][i] > 0;
	ck_assert_uint_le(buckets, BOOK_BUCKETS_PER_SOURCE);
	ck_assert_uint_ge(buckets, BOOK_BUCKETS_PER_SOURCE - 8); /* two may be one */
	ck_assert(book_is_poisoned(&book, 100));
	book_check(&book);
}
END_TEST

START_TEST(one_group_fills_eight_buckets_of_tried_and_no_more)
{
	size_t buckets = 0;

	for (uint32_t i = 0; i < 20000; i++)
		met(i, ipv4(8, 8, (uint8_t)(i >> 8), (uint8_t)i), NOW_S);
	for (size_t i = 0; i < BOOK_TRIED_BUCKETS; i++)
		buckets += book.filled[BOOK_TRIED][i] > 0;
	ck_assert_uint_le(buckets, BOOK_BUCKETS_PER_GROUP);
	ck_assert_uint_ge(buckets, 4);
	book_check(&book);
}
END_TEST

/* Two addresses whose place in NEW, told by one source, is the same. */
static uint32_t rival_of(uint32_t number, uint32_t source)
{
	struct net_group group = source_numbered(source);
	struct net_address address = far_address(number);
	struct book_place place = book_place_of(&book, BOOK_NEW, &address, &group);

	for (uint32_t other = 0; other < 65536; other++) {
		struct net_address rival = far_address(other);
		struct book_place rivals = book_place_of(&book, BOOK_NEW, &rival, &group);

		if (other != number && rivals.bucket == place.bucket && rivals.slot == place.slot)
			return other;
	}
	ck_abort_msg("nobody wants the place of %u", number);
}

START_TEST(a_live_entry_keeps_its_place_and_a_stale_one_loses_it)
{
	uint32_t rival = rival_of(1, 1);

	add(1, far_address(1), 1, NOW_S);
	ck_assert_int_eq(add(2, far_address(rival), 1, NOW_S), BOOK_CROWDED);
	failed(1, far_address(1), NOW_S);
	failed(1, far_address(1), NOW_S + 100);
	ck_assert_int_eq(add(2, far_address(rival), 1, NOW_S + 1000), BOOK_CROWDED);
	failed(1, far_address(1), NOW_S + 200);
	/* the try is too recent to know how it went */
	ck_assert_int_eq(add(2, far_address(rival), 1, NOW_S + 259), BOOK_CROWDED);
	ck_assert_int_eq(add(2, far_address(rival), 1, NOW_S + 260), BOOK_TAKEN);
	ck_assert_ptr_null(find(1, far_address(1)));
	book_check(&book);
}
END_TEST

START_TEST(silence_of_a_month_and_ten_failures_in_a_week_make_stale)
{
	struct book_entry entry = {.seen_s = NOW_S};

	ck_assert(!book_is_stale(&entry, NOW_S + BOOK_STALE_S));
	ck_assert(book_is_stale(&entry, NOW_S + BOOK_STALE_S + 1));
	entry = (struct book_entry){.seen_s = NOW_S, .met_s = NOW_S, .failures = 9};
	ck_assert(!book_is_stale(&entry, NOW_S + BOOK_OFTEN_S + 1));
	entry.failures = 10;
	ck_assert(!book_is_stale(&entry, NOW_S + BOOK_OFTEN_S));
	ck_assert(book_is_stale(&entry, NOW_S + BOOK_OFTEN_S + 1));
}
END_TEST

START_TEST(failures_while_we_are_offline_do_not_count)
{
	struct node_id id = node_id_numbered(1);
	struct net_address address = far_address(1);

	add(1, address, 1, NOW_S);
	for (int i = 0; i < 100; i++)
		book_failed(&book, &id, &address, NOW_S + 1, false);
	ck_assert_uint_eq(find(1, address)->failures, 0);
	ck_assert_uint_eq(find(1, address)->tried_s, NOW_S + 1);
}
END_TEST

/* -- Collisions in TRIED ------------------------------------------------------------------------ */

static uint32_t tried_rival_of(uint32_t number)
{
	struct net_group group = source_numbered(1);
	struct net_address address = far_address(number);
	struct book_place place = book_place_of(&book, BOOK_TRIED, &address, &group);

	for (uint32_t other = 0; other < 65536; other++) {
		struct net_address rival = far_address(other);
		struct book_place rivals = book_place_of(&book, BOOK_TRIED, &rival, &group);

		if (other != number && rivals.bucket == place.bucket && rivals.slot == place.slot)
			return other;
	}
	ck_abort_msg("nobody wants the place of %u", number);
}

static struct net_address older, newer;

/* One in TRIED, another that was met and wants its place. */
static void collide(uint64_t after_s)
{
	older = far_address(1);
	newer = far_address(tried_rival_of(1));
	met(1, older, NOW_S);
	add(2, newer, 2, NOW_S);
	met(2, newer, NOW_S + after_s);
	ck_assert_int_eq(find(2, newer)->table, BOOK_NEW);
}

START_TEST(who_answered_not_long_ago_is_not_even_tested)
{
	collide(BOOK_IMMUNE_S - 1);
	ck_assert_ptr_null(book_to_test(&book, NOW_S + BOOK_IMMUNE_S));
}
END_TEST

START_TEST(who_answers_the_test_stays)
{
	collide(BOOK_IMMUNE_S);
	ck_assert_ptr_eq(book_to_test(&book, NOW_S + BOOK_IMMUNE_S), find(1, older));
	met(1, older, NOW_S + BOOK_IMMUNE_S + 1);
	ck_assert_ptr_null(book_to_test(&book, NOW_S + 2 * BOOK_IMMUNE_S));
	ck_assert_int_eq(find(1, older)->table, BOOK_TRIED);
	ck_assert_int_eq(find(2, newer)->table, BOOK_NEW);
	book_check(&book);
}
END_TEST

START_TEST(who_fails_the_test_goes_back_to_new)
{
	collide(BOOK_IMMUNE_S);
	failed(1, older, NOW_S + BOOK_IMMUNE_S + 1);
	ck_assert_int_eq(find(1, older)->table, BOOK_NEW);
	ck_assert_int_eq(find(2, newer)->table, BOOK_TRIED);
	ck_assert_uint_eq(book.collision_count, 0);
	book_check(&book);
}
END_TEST

START_TEST(a_test_that_never_ran_decides_nothing)
{
	struct node_id id = node_id_numbered(1);

	collide(BOOK_IMMUNE_S);
	book_failed(&book, &id, &older, NOW_S + BOOK_IMMUNE_S + 1, false);
	ck_assert_int_eq(find(1, older)->table, BOOK_TRIED);
	ck_assert_uint_eq(book.collision_count, 1);
	ck_assert_ptr_null(book_to_test(&book, NOW_S + BOOK_IMMUNE_S + 2));
	ck_assert_ptr_nonnull(book_to_test(&book, NOW_S + BOOK_IMMUNE_S + 1 + BOOK_GRACE_S));
}
END_TEST

START_TEST(a_collision_ends_with_either_of_them)
{
	collide(BOOK_IMMUNE_S);
	book_remove(
		&book, *book_slot(&book, BOOK_NEW, find(2, newer)->bucket, find(2, newer)->slot));
	ck_assert_uint_eq(book.collision_count, 0);
	failed(1, older, NOW_S + BOOK_IMMUNE_S + 1);
	ck_assert_int_eq(find(1, older)->table, BOOK_TRIED);
}
END_TEST

START_TEST(ten_collisions_wait_and_no_more)
{
	for (uint32_t i = 0; i < 20000; i++)
		met(i, far_address(i), NOW_S);
	for (uint32_t i = 0; i < 20000; i++) {
		struct net_address address = far_address(i);

		address.port = 5;
		met(i + 100000, address, NOW_S + BOOK_IMMUNE_S);
	}
	ck_assert_uint_eq(book.collision_count, BOOK_COLLISIONS_MAX);
	book_check(&book);
}
END_TEST

/* -- Records --------------------------------------------------------------------------------------- */

START_TEST(the_record_with_the_higher_number_counts)
{
	struct node_record first = record_of(1, 5, far_address(1), NOW_S);
	struct node_record second = record_of(1, 6, far_address(2), NOW_S);

	ck_assert_int_eq(add_record(&first, 1, NOW_S), BOOK_TAKEN);
	ck_assert_int_eq(add_record(&first, 1, NOW_S), BOOK_KNOWN);
	ck_assert_int_eq(add_record(&second, 1, NOW_S), BOOK_TAKEN);
	ck_assert_ptr_null(find(1, far_address(1))); /* it moved */
	ck_assert_ptr_nonnull(find(1, far_address(2)));
	ck_assert_int_eq(add_record(&first, 1, NOW_S), BOOK_OLD);
	ck_assert_uint_eq(find(1, far_address(2))->node->record->seq, 6);
	book_check(&book);
}
END_TEST

START_TEST(of_two_records_with_one_number_the_first_counts)
{
	struct node_record first = record_of(1, 5, far_address(1), NOW_S);
	struct node_record second = record_of(1, 5, far_address(2), NOW_S);

	add_record(&first, 1, NOW_S);
	ck_assert_int_eq(add_record(&second, 1, NOW_S), BOOK_OLD);
	ck_assert_ptr_nonnull(find(1, far_address(1)));
	ck_assert_ptr_null(find(1, far_address(2)));
	ck_assert_uint_eq(book.equivocations, 1);
}
END_TEST

START_TEST(where_we_met_it_a_node_stays_though_its_record_moved)
{
	struct node_record second = record_of(1, 6, far_address(2), NOW_S);

	met(1, far_address(1), NOW_S);
	ck_assert_int_eq(add_record(&second, 1, NOW_S), BOOK_TAKEN);
	ck_assert_ptr_nonnull(find(1, far_address(1)));
	ck_assert_ptr_nonnull(find(1, far_address(2)));
}
END_TEST

START_TEST(what_expired_or_lasts_too_long_is_refused)
{
	struct node_record record = record_of(1, 5, far_address(1), NOW_S);

	ck_assert_int_eq(add_record(&record, 1, record.expiry_s), BOOK_OLD);
	record.expiry_s = NOW_S + 8 * DAY_S;
	ck_assert_int_eq(add_record(&record, 1, NOW_S), BOOK_OLD);
	ck_assert_ptr_null(book.nodes);
}
END_TEST

START_TEST(one_node_has_eight_entries_at_most)
{
	for (uint32_t i = 0; i < 20; i++)
		met(1, far_address(i), NOW_S);
	ck_assert_uint_eq(find(1, far_address(0))->node->entry_count, BOOK_PER_NODE_MAX);
	book_check(&book);
}
END_TEST

/* -- Memory ------------------------------------------------------------------------------------------ */

START_TEST(without_memory_nothing_is_half_there)
{
	struct node_record record = record_of(1, 5, far_address(1), NOW_S);
	bool done = false;

	for (unsigned long nth = 1; !done; nth++) {
		memory_fail_at(nth, 0);
		done = add_record(&record, 1, NOW_S) == BOOK_TAKEN;
		memory_fail_at(0, 0);
		book_check(&book);
		ck_assert_uint_lt(nth, 20);
	}
}
END_TEST

START_TEST(a_book_that_is_nearly_full_stays_within_its_memory)
{
	static uint32_t node;

	/* As many sources as it takes to fill every place. */
	for (uint32_t i = 0; i < 200000 && book.counts[BOOK_NEW] < 60000; i++) {
		struct node_record record = record_of(++node, 1, far_address(i % 65536), NOW_S);

		record.addresses[0].bytes[15] = (uint8_t)(i >> 16);
		add_record(&record, i, NOW_S);
	}
	ck_assert_uint_gt(book.counts[BOOK_NEW], 55000);
	ck_assert_uint_le(book.bytes, BOOK_BYTES_MAX);
	printf("%zu entries with a record: %zu bytes, %zu each\n", book.counts[BOOK_NEW],
	       book.bytes, book.bytes / book.counts[BOOK_NEW]);
	book_check(&book);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("book");
	TCase *tests = tcase_create("book");

	tcase_add_checked_fixture(tests, book_setup, book_teardown);
	tcase_add_test(tests, what_was_told_is_in_new_until_it_was_met);
	tcase_add_test(tests, addresses_that_nobody_can_dial_are_refused);
	tcase_add_test(tests, many_keys_at_one_address_are_two_and_at_one_host_four);
	tcase_add_test(tests, at_a_crowded_address_who_is_stale_makes_room);
	tcase_add_test(tests, who_was_met_at_an_address_comes_before_who_only_claims_it);
	tcase_add_test(tests, who_tells_from_an_address_that_it_lives_there_is_not_kept_out);
	tcase_add_test(tests, times_to_come_end_when_the_clock_is_put_back);
	tcase_add_test(tests, one_source_gets_sixteen_of_a_group);
	tcase_add_test(tests, a_site_that_one_of_its_nodes_tells_of_is_taken_in);
	tcase_add_test(tests, one_source_fills_a_sixteenth_of_new_and_no_more);
	tcase_add_test(tests, one_group_fills_eight_buckets_of_tried_and_no_more);
	tcase_add_test(tests, a_live_entry_keeps_its_place_and_a_stale_one_loses_it);
	tcase_add_test(tests, silence_of_a_month_and_ten_failures_in_a_week_make_stale);
	tcase_add_test(tests, failures_while_we_are_offline_do_not_count);
	tcase_add_test(tests, who_answered_not_long_ago_is_not_even_tested);
	tcase_add_test(tests, who_answers_the_test_stays);
	tcase_add_test(tests, who_fails_the_test_goes_back_to_new);
	tcase_add_test(tests, a_test_that_never_ran_decides_nothing);
	tcase_add_test(tests, a_collision_ends_with_either_of_them);
	tcase_add_test(tests, ten_collisions_wait_and_no_more);
	tcase_add_test(tests, the_record_with_the_higher_number_counts);
	tcase_add_test(tests, of_two_records_with_one_number_the_first_counts);
	tcase_add_test(tests, where_we_met_it_a_node_stays_though_its_record_moved);
	tcase_add_test(tests, what_expired_or_lasts_too_long_is_refused);
	tcase_add_test(tests, one_node_has_eight_entries_at_most);
	tcase_add_test(tests, without_memory_nothing_is_half_there);
	tcase_add_test(tests, a_book_that_is_nearly_full_stays_within_its_memory);
	suite_add_tcase(suite, tests);
	return suite;
}
