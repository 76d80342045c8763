/* The address book as a file's bytes. */
#include "tests/unit/p2p/book_fixture.h"

static struct buffer saved;

static void setup(void)
{
	book_setup();
	buffer_init(&saved, BOOK_FILE_MAX);
	for (uint32_t i = 0; i < 300; i++) {
		struct node_record record = record_of(i, 1, far_address(i), NOW_S);

		record.address_count = 2;
		record.addresses[1] = far_address(10000 + i);
		add_record(&record, i, NOW_S);
	}
	for (uint32_t i = 200; i < 400; i++)
		met(i, far_address(i), NOW_S + i);
	for (uint32_t i = 0; i < 100; i++)
		failed(i, far_address(i), NOW_S + i);
	ck_assert_int_eq(book_save(&book, &saved), STATUS_OK);
}

static void teardown(void)
{
	buffer_close(&saved);
	book_teardown();
}

static enum status load(struct book *into, uint64_t now_s)
{
	struct book_config config = plain_config();

	config.key = (struct hash){{0}}; /* it comes from the file */
	return book_load(into, &config, buffer_view(&saved), now_s);
}

START_TEST(what_was_saved_is_there_again)
{
	struct buffer again;
	struct book back;

	ck_assert_int_eq(load(&back, NOW_S + 1000), STATUS_OK);
	book_check(&back);
	ck_assert_uint_eq(back.counts[BOOK_NEW], book.counts[BOOK_NEW]);
	ck_assert_uint_eq(back.counts[BOOK_TRIED], book.counts[BOOK_TRIED]);
	buffer_init(&again, BOOK_FILE_MAX);
	ck_assert_int_eq(book_save(&back, &again), STATUS_OK);
	ck_assert(bytes_equal(buffer_view(&again), buffer_view(&saved)));
	buffer_close(&again);
	book_close(&back);
}
END_TEST

static void save_by(size_t slots, struct buffer *out, void (*meanwhile)(size_t))
{
	struct book_saver saver;
	size_t steps = 0;

	buffer_init(out, BOOK_FILE_MAX);
	book_save_begin(&saver, &book, out);
	while (!book_save_some(&saver, &book, slots))
		if (meanwhile)
			meanwhile(steps++);
	ck_assert_int_eq(book_save_finish(&saver), STATUS_OK);
}

START_TEST(bit_by_bit_it_is_the_same)
{
	static const size_t slots[] = {1, 7, 4096, BOOK_ENTRIES_MAX, 2 * BOOK_ENTRIES_MAX + 1};
	struct buffer out;

	save_by(slots[_i], &out, NULL);
	ck_assert(bytes_equal(buffer_view(&out), buffer_view(&saved)));
	buffer_close(&out);
}
END_TEST

/* Some are met and move, others come. */
static void change(size_t step)
{
	uint32_t i = (uint32_t)(step % 150);

	struct node_record record = record_of(1000 + (uint32_t)step, 1,
	                                      far_address(20000 + (uint32_t)step), NOW_S);

	met(i, far_address(i), NOW_S + 500);
	add_record(&record, i, NOW_S);
}

START_TEST(if_the_book_changes_meanwhile_it_is_still_a_book_with_all_that_stayed)
{
	struct buffer out, old = saved;
	struct book back;
	size_t count = 0;

	save_by(1000, &out, change);
	saved = out;
	ck_assert_int_eq(load(&back, NOW_S + 1000), STATUS_OK);
	book_check(&back);
	for (uint32_t i = 200; i < 400; i++) {
		struct node_id id = node_id_numbered(i);
		struct net_address address = far_address(i);

		count += book_find(&book, &id, &address) != NULL;
		ck_assert(!book_find(&book, &id, &address) || book_find(&back, &id, &address));
	}
	ck_assert_uint_gt(count, 100);
	book_close(&back);
	saved = old;
	buffer_close(&out);
}
END_TEST

START_TEST(times_of_the_future_become_now)
{
	struct node_id id = node_id_numbered(399);
	struct net_address address = far_address(399);
	struct book back;

	ck_assert_int_eq(load(&back, NOW_S - 50), STATUS_OK);
	ck_assert_uint_eq(book_find(&back, &id, &address)->met_s, NOW_S - 50);
	book_close(&back);
}
END_TEST

START_TEST(cut_anywhere_it_is_refused)
{
	struct book back;
	size_t size = saved.size;

	for (size_t cut = 0; cut < size; cut += cut < 200 ? 1 : 997) {
		saved.size = cut;
		ck_assert_int_ne(load(&back, NOW_S), STATUS_OK);
	}
	saved.size = size;
}
END_TEST

START_TEST(with_a_bit_changed_anywhere_it_is_refused)
{
	struct book back;

	for (size_t i = 0; i < saved.size; i += i < 200 ? 1 : 997) {
		saved.at[i] ^= 0x10;
		ck_assert_int_ne(load(&back, NOW_S), STATUS_OK);
		saved.at[i] ^= 0x10;
	}
	buffer_append(&saved, "", 1);
	ck_assert_int_eq(load(&back, NOW_S), STATUS_CORRUPT);
}
END_TEST

/* The checksum is no signature: what it covers is still read with care. */
static void repair_checksum(void)
{
	struct hasher hasher;
	struct hash checksum;
	size_t head = 8 + 4 + HASH_SIZE + 8;

	hasher_start(&hasher);
	hasher_update(&hasher, saved.at, head);
	hasher_update(&hasher, saved.at + head + HASH_SIZE, saved.size - head - HASH_SIZE);
	checksum = hasher_finish(&hasher);
	memcpy(saved.at + head, checksum.bytes, HASH_SIZE);
}

START_TEST(of_a_later_version_or_another_network_it_is_foreign)
{
	struct book back;

	saved.at[8]++;
	repair_checksum();
	ck_assert_int_eq(load(&back, NOW_S), STATUS_FOREIGN);
	saved.at[8]--;
	saved.at[12]++;
	repair_checksum();
	ck_assert_int_eq(load(&back, NOW_S), STATUS_FOREIGN);
}
END_TEST

START_TEST(counts_that_cannot_be_are_refused)
{
	struct book back;

	put_le32(saved.at + 8 + 4 + HASH_SIZE + 8 + HASH_SIZE + HASH_SIZE, UINT32_MAX);
	repair_checksum();
	ck_assert_int_eq(load(&back, NOW_S), STATUS_CORRUPT);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_looked_at)
{
	struct book_config config = plain_config();
	struct book back;

	ck_assert_int_eq(
		book_load(&back, &config, bytes_view(saved.at, (size_t)BOOK_FILE_MAX + 1), NOW_S),
		STATUS_TOO_LARGE);
}
END_TEST

START_TEST(what_the_configuration_refuses_is_left_out)
{
	struct book_config config = plain_config();
	struct node_id listed[2] = {node_id_numbered(250), node_id_numbered(260)};
	struct book back;

	config.is_permissioned = true;
	config.listed = listed;
	config.listed_count = 2;
	ck_assert_int_eq(book_load(&back, &config, buffer_view(&saved), NOW_S), STATUS_OK);
	book_check(&back);
	ck_assert_uint_eq(HASH_COUNT(back.nodes), 2);
	book_close(&back);
}
END_TEST

START_TEST(without_memory_nothing_is_left_behind)
{
	struct book_config config = plain_config();
	struct book back;

	for (unsigned long nth = 1; nth < 30; nth++) {
		enum status status;

		memory_fail_at(nth, 1);
		status = book_load(&back, &config, buffer_view(&saved), NOW_S);
		memory_fail_at(0, 0);
		if (status == STATUS_OK)
			book_close(&back);
		else
			ck_assert_int_eq(status, STATUS_MEMORY);
	}
}
END_TEST

START_TEST(anchors_come_back_and_damaged_ones_do_not)
{
	struct anchor anchors[ANCHORS_MAX] = {{node_id_numbered(1), far_address(1)},
	                                      {node_id_numbered(2), ipv4(8, 8, 8, 8)}};
	struct anchor back[ANCHORS_MAX];
	struct hash genesis = plain_config().genesis, other = {{2}};
	size_t count;

	buffer_clear(&saved);
	ck_assert_int_eq(anchors_save(anchors, 2, &genesis, &saved), STATUS_OK);
	ck_assert_int_eq(anchors_load(back, &count, &genesis, buffer_view(&saved)),
	                 STATUS_OK);
	ck_assert_uint_eq(count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_mem_eq(&back[i].node, &anchors[i].node, sizeof back[i].node);
		ck_assert(net_address_equal(&back[i].address, &anchors[i].address));
	}
	ck_assert_int_eq(anchors_load(back, &count, &other, buffer_view(&saved)),
	                 STATUS_FOREIGN);
	for (size_t i = 0; i < saved.size; i++) {
		saved.at[i] ^= 1;
		ck_assert_int_ne(anchors_load(back, &count, &genesis, buffer_view(&saved)),
		                 STATUS_OK);
		ck_assert_uint_eq(count, 0);
		saved.at[i] ^= 1;
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("book_file");
	TCase *tests = tcase_create("book_file");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_was_saved_is_there_again);
	tcase_add_loop_test(tests, bit_by_bit_it_is_the_same, 0, 5);
	tcase_add_test(tests, if_the_book_changes_meanwhile_it_is_still_a_book_with_all_that_stayed);
	tcase_add_test(tests, times_of_the_future_become_now);
	tcase_add_test(tests, cut_anywhere_it_is_refused);
	tcase_add_test(tests, with_a_bit_changed_anywhere_it_is_refused);
	tcase_add_test(tests, of_a_later_version_or_another_network_it_is_foreign);
	tcase_add_test(tests, counts_that_cannot_be_are_refused);
	tcase_add_test(tests, a_file_that_is_too_large_is_not_looked_at);
	tcase_add_test(tests, what_the_configuration_refuses_is_left_out);
	tcase_add_test(tests, without_memory_nothing_is_left_behind);
	tcase_add_test(tests, anchors_come_back_and_damaged_ones_do_not);
	suite_add_tcase(suite, tests);
	return suite;
}
