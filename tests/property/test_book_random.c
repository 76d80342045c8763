/* Whatever is told, met, failed, listed, saved and loaded, in whatever order: the book keeps
 * its rules. Half of all runs are out of memory now and then. */
#include "tests/unit/p2p/book_fixture.h"

enum { STEPS = 3000, NODES = 60, PLACES = 40 };

static struct net_address some_address(struct random *random)
{
	struct net_address address =
		ipv4(8, (uint8_t)random_below(random, 3), (uint8_t)random_below(random, 3),
	         (uint8_t)random_below(random, 3));

	if (random_below(random, 2) == 0)
		address = far_address(random_below(random, PLACES));
	address.port = (uint16_t)random_below(random, 4);
	return address;
}

static void tell_record(struct random *random, uint64_t now_s)
{
	struct node_record record =
		record_of(random_below(random, NODES), random_below(random, 5),
	              some_address(random), now_s);

	record.addresses[1] = some_address(random);
	record.address_count = net_address_equal(&record.addresses[0], &record.addresses[1])
	                           ? 1
	                           : random_below(random, 3);
	add_record(&record, random_below(random, 6), now_s);
}

static void list_some(struct random *random)
{
	struct node_id ids[NODES];
	enum status status;
	size_t count = 0;

	for (uint32_t i = 0; i < NODES; i++)
		if (random_below(random, 8) > 0)
			ids[count++] = node_id_numbered(i);
	status = book_set_listed(&book, ids, count);
	ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
}

static void save_and_load(uint64_t now_s)
{
	struct book_config config = plain_config();
	struct buffer first, second;
	struct book back;

	buffer_init(&first, BOOK_FILE_MAX);
	buffer_init(&second, BOOK_FILE_MAX);
	memory_fail_at(0, 0);
	ck_assert_int_eq(book_save(&book, &first), STATUS_OK);
	ck_assert_int_eq(book_load(&back, &config, buffer_view(&first), now_s), STATUS_OK);
	book_check(&back);
	ck_assert_int_eq(book_save(&back, &second), STATUS_OK);
	ck_assert(bytes_equal(buffer_view(&first), buffer_view(&second)));
	book_close(&back);
	buffer_close(&first);
	buffer_close(&second);
}

static void one_step(struct random *random, uint64_t now_s)
{
	uint32_t node = random_below(random, NODES);
	struct net_address address = some_address(random);

	switch (random_below(random, 8)) {
	case 0:
	case 1:
		tell_record(random, now_s);
		break;
	case 2:
		met(node, address, now_s);
		break;
	case 3:
	case 4:
		failed(node, address, now_s);
		break;
	case 5:
		if (random_below(random, 40) == 0)
			list_some(random);
		break;
	default:
		add(node, address, random_below(random, 6), now_s);
	}
}

START_TEST(any_order_of_events_keeps_the_rules)
{
	struct random random = random_from((uint64_t)_i);
	uint64_t now_s = NOW_S;
	const struct book_entry *entry;
	size_t met_count = 0;

	book_setup();
	book.config.is_permissioned = _i % 4 == 3;
	list_some(&random);
	for (int step = 0; step < STEPS; step++) {
		now_s += random_below(&random, 20) == 0 ? 86400 : random_below(&random, 600);
		if (_i % 2 == 1 && random_below(&random, 10) == 0)
			memory_fail_at(1 + random_below(&random, 4), 0);
		one_step(&random, now_s);
		memory_fail_at(0, 0);
		entry = book_to_test(&book, now_s);
		if (entry) {
			struct net_address address = book_address(entry);
			struct node_id id = entry->node->id;

			if (random_below(&random, 2) == 0)
				book_met(&book, &id, &address, now_s);
			else
				book_failed(&book, &id, &address, now_s, true);
		}
		if (step % 300 == 0)
			book_check(&book);
		met_count += book.counts[BOOK_TRIED] > 0;
	}
	book_check(&book);
	ck_assert_uint_gt(met_count, STEPS / 2);
	save_and_load(now_s);
	book_teardown();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("book_random");
	TCase *tests = tcase_create("book_random");

	tcase_add_loop_test(tests, any_order_of_events_keeps_the_rules, 0, 12);
	suite_add_tcase(suite, tests);
	return suite;
}
