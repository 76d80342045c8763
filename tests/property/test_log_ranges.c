/* Proofs of ranges of a log: every range of every size up to 70 holds, is as short as
 * its two ends ask for, and proves nothing else. */
#include "chain/proof/log.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_tiles.h"

enum { LEAVES = 70 }; /* a full tile and a bit */

static struct hash leaves[LEAVES];
static struct memory_tiles tiles;
static struct log_reader reader;

static void start(void)
{
	memory_tiles_init(&tiles);
	reader = memory_tiles_reader(&tiles);
	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t byte = (uint8_t)i;

		leaves[i] = log_leaf_hash(bytes_view(&byte, 1));
	}
	memory_tiles_append(&tiles, leaves, 0, LEAVES);
}

static void stop(void)
{
	memory_tiles_close(&tiles);
}

/* The hashes that are missing, by the definition of the tree: root of leaves from..to. */
static struct hash root_of(size_t from, size_t to)
{
	size_t split = 1;
	struct hash left, right;

	if (to - from == 1)
		return leaves[from];
	while (2 * split < to - from)
		split *= 2;
	left = root_of(from, from + split);
	right = root_of(from + split, to);
	return log_node_hash(&left, &right);
}

static void missing(struct log_range *range, size_t from, size_t to, size_t first,
                    size_t last)
{
	size_t split = 1;

	if (from >= first && to <= last)
		return;
	if (to <= first || from >= last) {
		range->hashes[range->count++] = root_of(from, to);
		return;
	}
	while (2 * split < to - from)
		split *= 2;
	missing(range, from, from + split, first, last);
	missing(range, from + split, to, first, last);
}

static bool holds(const struct hash *root, size_t size, size_t from, size_t count,
                  const struct log_range *range)
{
	return log_range_is_valid(root, size, from, &leaves[from], count, range->hashes,
	                          range->count);
}

START_TEST(every_range_of_every_size_is_proved)
{
	size_t size = (size_t)_i;
	struct hash root = root_of(0, size);

	for (size_t from = 0; from < size; from++)
		for (size_t count = 1; count <= size - from; count++) {
			struct log_range range, wanted = {0};
			struct why why;

			ck_assert_int_eq(log_prove_range(&range, &reader, from, count, size, &why),
			                 STATUS_OK);
			missing(&wanted, 0, size, from, from + count);
			ck_assert_uint_eq(range.count, wanted.count);
			ck_assert_mem_eq(range.hashes, wanted.hashes,
			                 range.count * sizeof *range.hashes);
			ck_assert(holds(&root, size, from, count, &range));
		}
}
END_TEST

START_TEST(a_range_proves_itself_and_nothing_else)
{
	static const size_t sizes[] = {1, 2, 7, 64, 65, 70};

	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		size_t size = sizes[k];
		struct hash root = root_of(0, size);

		for (size_t from = 0; from < size; from++)
			for (size_t count = 1; count <= size - from; count += 3) {
				struct log_range range;
				struct why why;

				ck_assert_int_eq(
					log_prove_range(&range, &reader, from, count, size, &why), STATUS_OK);
				/* one fewer, one more, one further. (Of another size the same may
				 * hold, as of inclusion proofs: a root is nothing without its size.) */
				ck_assert(!holds(&root, size, from, count - 1, &range));
				if (from + count < size) {
					ck_assert(!holds(&root, size, from, count + 1, &range));
					ck_assert(!holds(&root, size, from + 1, count, &range));
				}
				if (range.count == 0)
					continue;
				range.count--;
				ck_assert(!holds(&root, size, from, count, &range));
				range.count++;
				for (size_t i = 0; i < range.count; i++) {
					range.hashes[i].bytes[i % HASH_SIZE] ^= 1;
					ck_assert(!holds(&root, size, from, count, &range));
					range.hashes[i].bytes[i % HASH_SIZE] ^= 1;
				}
				range.hashes[range.count++] = leaves[0];
				ck_assert(!holds(&root, size, from, count, &range));
			}
	}
}
END_TEST

START_TEST(what_is_no_range_is_not_found_and_not_valid)
{
	struct hash root = root_of(0, 10);
	struct log_range range;
	struct why why;

	ck_assert_int_eq(log_prove_range(&range, &reader, 0, 0, 10, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_range(&range, &reader, 10, 1, 10, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_range(&range, &reader, 9, 2, 10, &why), STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_range(&range, &reader, 1, UINT64_MAX, 10, &why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(log_prove_range(&range, &reader, 0, 1, LOG_SIZE_MAX, &why),
	                 STATUS_NOT_FOUND);
	range.count = 0;
	ck_assert(!log_range_is_valid(&root, 10, 0, leaves, 0, NULL, 0));
	ck_assert(!log_range_is_valid(&root, 10, 10, leaves, 1, NULL, 0));
	ck_assert(!log_range_is_valid(&root, 10, UINT64_MAX, leaves, 2, NULL, 0));
	ck_assert(!log_range_is_valid(&root, LOG_SIZE_MAX, 0, leaves, 2, NULL, 0));
	ck_assert(!log_range_is_valid(&root, LOG_SIZE_MAX - 1, 5, leaves, 2, NULL, 0));
	ck_assert(log_range_is_valid(&root, 10, 0, leaves, 10, NULL, 0));
}
END_TEST

START_TEST(a_disk_that_fails_is_passed_up)
{
	struct log_range range;
	struct why why;

	tiles.refuse = STATUS_STORAGE;
	ck_assert_int_eq(log_prove_range(&range, &reader, 3, 4, 70, &why), STATUS_STORAGE);
	tiles.refuse = STATUS_OK;
	tiles.lost_level = 0;
	tiles.lost_from = 64;
	ck_assert_int_eq(log_prove_range(&range, &reader, 3, 60, 70, &why), STATUS_CORRUPT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ranges of a log");
	TCase *tests = tcase_create("ranges of a log");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_loop_test(tests, every_range_of_every_size_is_proved, 1, LEAVES + 1);
	tcase_add_test(tests, a_range_proves_itself_and_nothing_else);
	tcase_add_test(tests, what_is_no_range_is_not_found_and_not_valid);
	tcase_add_test(tests, a_disk_that_fails_is_passed_up);
	suite_add_tcase(suite, tests);
	return suite;
}
