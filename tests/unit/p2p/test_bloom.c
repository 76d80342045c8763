#include "node/p2p/bloom.h"

#include "chain/base/memory.h"
#include "tests/support/support.h"

static const uint8_t KEY[SIPHASH_KEY_SIZE] = {9};

static const struct bloom_shape SHAPES[] = {BLOOM_KNOWN, BLOOM_RECENT};
static const uint32_t WRONG_MAX[] = {60, 3}; /* of a million, at its fullest */

START_TEST(none_of_the_last_is_ever_forgotten)
{
	const struct bloom_shape *shape = &SHAPES[_i];
	struct bloom bloom;

	ck_assert_int_eq(bloom_init(&bloom, shape, KEY), STATUS_OK);
	for (uint64_t i = 0; i < 3 * (uint64_t)shape->items_max + 17; i++) {
		uint64_t oldest = i >= shape->items_max ? i - shape->items_max + 1 : 0;

		bloom_add(&bloom, &i, sizeof i);
		ck_assert(bloom_has(&bloom, &oldest, sizeof oldest));
		oldest = (i + oldest) / 2;
		ck_assert(bloom_has(&bloom, &oldest, sizeof oldest));
	}
	bloom_close(&bloom);
}
END_TEST

START_TEST(few_others_are_taken_for_one_of_them)
{
	const struct bloom_shape *shape = &SHAPES[_i];
	struct bloom bloom;
	uint32_t wrong = 0;

	ck_assert_int_eq(bloom_init(&bloom, shape, KEY), STATUS_OK);
	for (uint64_t i = 0; i < 2 * (uint64_t)shape->items_max; i++)
		bloom_add(&bloom, &i, sizeof i);
	for (uint64_t i = UINT64_C(1) << 40; i < (UINT64_C(1) << 40) + 1000000; i++)
		wrong += bloom_has(&bloom, &i, sizeof i);
	ck_assert_uint_le(wrong, WRONG_MAX[_i]);
	ck_assert_uint_eq(bloom_memory(shape), _i == 0 ? 64 << 10 : 1 << 20);
	bloom_close(&bloom);
}
END_TEST

START_TEST(what_is_old_enough_is_forgotten_and_all_when_it_is_cleared)
{
	struct bloom bloom;
	uint64_t item = 0;

	ck_assert_int_eq(bloom_init(&bloom, &SHAPES[0], KEY), STATUS_OK);
	for (uint64_t i = 0; i <= 20001; i++)
		bloom_add(&bloom, &i, sizeof i);
	ck_assert(!bloom_has(&bloom, &item, sizeof item));
	item = 20001;
	ck_assert(bloom_has(&bloom, &item, sizeof item));
	bloom_clear(&bloom);
	ck_assert(!bloom_has(&bloom, &item, sizeof item));
	bloom_close(&bloom);
}
END_TEST

START_TEST(the_same_again_takes_no_room)
{
	struct bloom bloom;
	uint64_t item = 5, other = 6;

	ck_assert_int_eq(bloom_init(&bloom, &SHAPES[0], KEY), STATUS_OK);
	bloom_add(&bloom, &other, sizeof other);
	for (int i = 0; i < 100000; i++)
		bloom_add(&bloom, &item, sizeof item);
	ck_assert(bloom_has(&bloom, &other, sizeof other));
	ck_assert_uint_eq(bloom.count, 2);
	bloom_close(&bloom);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
	struct bloom bloom;

	for (unsigned long nth = 1; nth <= 2; nth++) {
		memory_fail_at(nth, 0);
		ck_assert_int_eq(bloom_init(&bloom, &SHAPES[0], KEY), STATUS_MEMORY);
	}
	memory_fail_at(0, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bloom");
	TCase *tests = tcase_create("bloom");

	tcase_add_loop_test(tests, none_of_the_last_is_ever_forgotten, 0, 2);
	tcase_add_loop_test(tests, few_others_are_taken_for_one_of_them, 0, 2);
	tcase_add_test(tests, what_is_old_enough_is_forgotten_and_all_when_it_is_cleared);
	tcase_add_test(tests, the_same_again_takes_no_room);
	tcase_add_test(tests, without_memory_there_is_none);
	suite_add_tcase(suite, tests);
	return suite;
}
