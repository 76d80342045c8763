#include "chain/base/memory.h"
#include "tests/support/support.h"

#include <stdalign.h>
#include <stdlib.h>

static bool all_are(const void *block, size_t size, uint8_t byte)
{
	const uint8_t *bytes = block;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != byte)
			return false;
	return true;
}

static bool all_zero(const void *block, size_t size)
{
	return all_are(block, size, 0);
}

START_TEST(new_memory_is_zeroed)
{
	for (size_t size = 0; size < 2000; size += 37) {
		void *block = memory_new(size);

		ck_assert_ptr_nonnull(block);
		ck_assert(all_zero(block, size));
		memset(block, 0xff, size); /* the next of this size must not show it */
		memory_free(block);
	}
	memory_free(NULL);
}
END_TEST

START_TEST(a_resized_block_keeps_its_bytes)
{
	uint8_t *block = memory_resize(NULL, 3);

	ck_assert_ptr_nonnull(block);
	memcpy(block, "abc", 3);
	block = memory_resize(block, 100000);
	ck_assert_ptr_nonnull(block);
	ck_assert_mem_eq(block, "abc", 3);
	memory_free(block);
}
END_TEST

START_TEST(the_nth_request_is_refused_and_only_that)
{
	for (unsigned long refused = 1; refused <= 5; refused++) {
		memory_fail_at(refused, 0);
		for (unsigned long i = 1; i <= 8; i++) {
			void *block = memory_new(1);

			ck_assert_int_eq(block == NULL, i == refused);
			memory_free(block);
		}
	}
}
END_TEST

START_TEST(every_request_from_the_nth_on_is_refused_until_switched_off)
{
	void *block;

	memory_fail_at(3, 1);
	for (int i = 1; i <= 6; i++) {
		block = memory_resize(NULL, 1);
		ck_assert_int_eq(block == NULL, i >= 3);
		memory_free(block);
	}
	memory_fail_at(0, 0);
	block = memory_new(1);
	ck_assert_ptr_nonnull(block);
	memory_free(block);
}
END_TEST

START_TEST(a_wiped_secret_is_gone)
{
	uint8_t secret[64];

	memset(secret, 0x5a, sizeof secret);
	memory_wipe(secret, sizeof secret);
	ck_assert(all_zero(secret, sizeof secret));
	memory_wipe(NULL, 0);
}
END_TEST

START_TEST(pieces_of_an_arena_are_zeroed_aligned_and_apart)
{
	struct random random = random_from(3);
	struct arena arena = {0};
	struct piece {
		uint8_t *at;
		size_t size;
	} pieces[600];
	size_t sum = 0;

	for (size_t i = 0; i < 600; i++) {
		/* now and then one larger than a chunk */
		size_t size = random_below(&random, i % 50 == 0 ? 200000 : 900);

		pieces[i] = (struct piece){arena_take(&arena, size), size};
		ck_assert_ptr_nonnull(pieces[i].at);
		ck_assert_uint_eq((uintptr_t)pieces[i].at % alignof(max_align_t), 0);
		ck_assert(all_zero(pieces[i].at, size));
		memset(pieces[i].at, (int)(i % 255) + 1, size);
		sum += size;
	}
	for (size_t i = 0; i < 600; i++)
		ck_assert(all_are(pieces[i].at, pieces[i].size, (uint8_t)(i % 255 + 1)));
	ck_assert_uint_ge(arena.size, sum);
	arena_close(&arena);
	ck_assert_uint_eq(arena.size, 0);
}
END_TEST

START_TEST(a_closed_arena_can_be_used_again)
{
	struct arena arena = {0};

	arena_close(&arena);
	ck_assert_ptr_nonnull(arena_take(&arena, 10));
	arena_close(&arena);
	ck_assert_ptr_nonnull(arena_take(&arena, 10));
	arena_close(&arena);
}
END_TEST

START_TEST(an_arena_survives_a_refusal)
{
	struct arena arena = {0};
	uint8_t *first = arena_take(&arena, 8);

	ck_assert_ptr_nonnull(first);
	memory_fail_at(1, 0);
	ck_assert_ptr_null(arena_take(&arena, 1 << 20));
	ck_assert_ptr_nonnull(arena_take(&arena, 1 << 20));
	ck_assert_ptr_nonnull(arena_take(&arena, 8));
	ck_assert_ptr_null(arena_take(&arena, SIZE_MAX));
	arena_close(&arena);
}
END_TEST

START_TEST(a_copy_in_an_arena_is_its_own)
{
	struct arena arena = {0};
	char text[] = "text";
	char *copy = arena_copy(&arena, text, sizeof text);

	ck_assert_ptr_nonnull(copy);
	text[0] = 'n';
	ck_assert_str_eq(copy, "text");
	ck_assert_ptr_nonnull(arena_copy(&arena, NULL, 0));
	arena_close(&arena);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("memory");
	TCase *cases = tcase_create("memory");

	tcase_add_test(cases, new_memory_is_zeroed);
	tcase_add_test(cases, a_resized_block_keeps_its_bytes);
	tcase_add_test(cases, the_nth_request_is_refused_and_only_that);
	tcase_add_test(cases, every_request_from_the_nth_on_is_refused_until_switched_off);
	tcase_add_test(cases, a_wiped_secret_is_gone);
	tcase_add_test(cases, pieces_of_an_arena_are_zeroed_aligned_and_apart);
	tcase_add_test(cases, a_closed_arena_can_be_used_again);
	tcase_add_test(cases, an_arena_survives_a_refusal);
	tcase_add_test(cases, a_copy_in_an_arena_is_its_own);
	suite_add_tcase(suite, cases);
	return suite;
}
