#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"
#include "tests/support/support.h"

#include <signal.h>

static struct cursor cursor_of(const char *hex)
{
	return cursor_on(from_hex(hex));
}

START_TEST(integers_are_little_endian)
{
	struct cursor in = cursor_of("01"
	                             "0201"
	                             "04030201"
	                             "0807060504030201");

	ck_assert_uint_eq(cursor_u8(&in), 0x01);
	ck_assert_uint_eq(cursor_u16(&in), 0x0102);
	ck_assert_uint_eq(cursor_u32(&in), 0x01020304);
	ck_assert_uint_eq(cursor_u64(&in), UINT64_C(0x0102030405060708));
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}
END_TEST

START_TEST(integers_in_the_other_order_read_back)
{
	uint8_t at[8];

	put_be64(at, UINT64_C(0x0102030405060708));
	ck_assert_mem_eq(at, from_hex("0102030405060708").at, 8);
	ck_assert_uint_eq(get_be64(at), UINT64_C(0x0102030405060708));
	ck_assert_uint_eq(get_be32(at), 0x01020304);
	ck_assert_uint_eq(get_be16(at), 0x0102);
	ck_assert_uint_eq(get_le64(at), UINT64_C(0x0807060504030201));
	put_be64(at, UINT64_MAX);
	ck_assert_uint_eq(get_be64(at), UINT64_MAX);
	ck_assert_uint_eq(get_be32(at), UINT32_MAX);
	ck_assert_uint_eq(get_be16(at), UINT16_MAX);
	ck_assert_uint_eq(get_le64(at), UINT64_MAX);
	ck_assert_uint_eq(get_le32(at), UINT32_MAX);
	ck_assert_uint_eq(get_le16(at), UINT16_MAX);
}
END_TEST

START_TEST(a_read_past_the_end_gives_zeros_and_so_do_all_after_it)
{
	struct cursor in = cursor_of("ffffff");
	static const struct hash zero;
	struct hash hash;

	ck_assert_uint_eq(cursor_u16(&in), 0xffff);
	ck_assert_uint_eq(cursor_u32(&in), 0);
	ck_assert_uint_eq(cursor_u8(&in), 0); /* though a byte would be left */
	ck_assert_uint_eq(cursor_u16(&in), 0);
	ck_assert_uint_eq(cursor_u64(&in), 0);
	ck_assert(!cursor_flag(&in));
	hash = cursor_hash(&in);
	ck_assert(hash_equal(&hash, &zero));
	ck_assert_ptr_null(cursor_take(&in, 0));
	ck_assert_uint_eq(cursor_take_view(&in, 0).size, 0);
	ck_assert_uint_eq(cursor_bytes16(&in, 10).size, 0);
	ck_assert_uint_eq(cursor_text16(&in, 10).size, 0);
	ck_assert_uint_eq(cursor_count16(&in, 10, 1), 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
}
END_TEST

START_TEST(the_first_failure_is_the_one_that_is_told)
{
	struct cursor in = cursor_of("02");

	ck_assert(!cursor_flag(&in));
	cursor_u64(&in);
	cursor_fail(&in, STATUS_TOO_LARGE);
	ck_assert_int_eq(cursor_finish(&in), STATUS_MALFORMED);
}
END_TEST

START_TEST(bytes_left_over_are_an_error)
{
	struct cursor in = cursor_of("0000");

	cursor_u8(&in);
	ck_assert_int_eq(cursor_finish(&in), STATUS_TRAILING);
	cursor_u8(&in);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}
END_TEST

START_TEST(no_bytes_at_all_are_enough_for_nothing)
{
	struct cursor in = cursor_on(bytes_view(NULL, 0));

	ck_assert_uint_eq(cursor_take_view(&in, 0).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert_ptr_null(cursor_take(&in, 1));
	ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
}
END_TEST

START_TEST(a_size_as_large_as_can_be_does_not_wrap_around)
{
	struct cursor in = cursor_of("0000");

	cursor_u8(&in);
	ck_assert_ptr_null(cursor_take(&in, SIZE_MAX));
	ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
}
END_TEST

START_TEST(a_flag_is_zero_or_one)
{
	for (unsigned value = 0; value < 256; value++) {
		uint8_t byte = (uint8_t)value;
		struct cursor in = cursor_on(bytes_view(&byte, 1));
		bool flag = cursor_flag(&in);

		ck_assert_int_eq(flag, value == 1);
		ck_assert_int_eq(cursor_finish(&in), value < 2 ? STATUS_OK : STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(byte_strings_are_borrowed_from_the_input)
{
	struct bytes_view bytes = from_hex("0200abcd"
	                                   "02000000ef01");
	struct cursor in = cursor_on(bytes);
	struct bytes_view first = cursor_bytes16(&in, 2);
	struct bytes_view second = cursor_bytes32(&in, 2);

	ck_assert_ptr_eq(first.at, bytes.at + 2);
	ck_assert_ptr_eq(second.at, bytes.at + 8);
	ck_assert_uint_eq(first.size, 2);
	ck_assert_uint_eq(second.size, 2);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}
END_TEST

START_TEST(a_length_over_its_maximum_is_refused_before_one_that_is_not_there)
{
	struct cursor in = cursor_of("0300abcdef");

	ck_assert_uint_eq(cursor_bytes16(&in, 2).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_TOO_LARGE);
	in = cursor_of("ffffffff");
	ck_assert_uint_eq(cursor_bytes32(&in, 1000).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_TOO_LARGE);
	in = cursor_of("0300abcd");
	ck_assert_uint_eq(cursor_bytes16(&in, 3).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
}
END_TEST

START_TEST(a_text_is_utf8_without_nul)
{
	struct cursor in = cursor_of("0300616263");
	struct bytes_view text = cursor_text16(&in, 3);

	ck_assert(bytes_equal(text, text_view("abc")));
	in = cursor_of("0000");
	ck_assert_uint_eq(cursor_text16(&in, 3).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	in = cursor_of("0300610063");
	ck_assert_uint_eq(cursor_text16(&in, 3).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_MALFORMED);
	in = cursor_of("0200c328");
	ck_assert_uint_eq(cursor_text16(&in, 3).size, 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_MALFORMED);
}
END_TEST

/* Nobody is to allocate for elements that cannot have been sent. */
START_TEST(a_count_that_cannot_be_there_is_refused)
{
	struct cursor in = cursor_of("0200aabbccdd");

	ck_assert_uint_eq(cursor_count16(&in, 2, 2), 2);
	ck_assert_int_eq(cursor_finish(&in), STATUS_TRAILING);
	in = cursor_of("0200aabbcc");
	ck_assert_uint_eq(cursor_count16(&in, 2, 2), 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_SHORT);
	in = cursor_of("0300aabbccddeeff");
	ck_assert_uint_eq(cursor_count16(&in, 2, 2), 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_TOO_LARGE);
	in = cursor_of("0000");
	ck_assert_uint_eq(cursor_count16(&in, 2, 2), 0);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}
END_TEST

START_TEST(a_writer_writes_what_a_cursor_reads)
{
	uint8_t bytes[2 + 3 + 4 + 3];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_bytes16(&out, text_view("abc"));
	writer_bytes32(&out, text_view("def"));
	writer_bytes(&out, NULL, 0);
	ck_assert_uint_eq(out.left, 0);
	ck_assert_mem_eq(bytes,
	                 from_hex("0300616263"
	                          "03000000646566")
	                     .at,
	                 sizeof bytes);
}
END_TEST

START_TEST(a_writer_never_runs_over_its_room)
{
	uint8_t bytes[7];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_u64(&out, 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cursor");
	TCase *cases = tcase_create("cursor");

	tcase_add_test(cases, integers_are_little_endian);
	tcase_add_test(cases, integers_in_the_other_order_read_back);
	tcase_add_test(cases, a_read_past_the_end_gives_zeros_and_so_do_all_after_it);
	tcase_add_test(cases, the_first_failure_is_the_one_that_is_told);
	tcase_add_test(cases, bytes_left_over_are_an_error);
	tcase_add_test(cases, no_bytes_at_all_are_enough_for_nothing);
	tcase_add_test(cases, a_size_as_large_as_can_be_does_not_wrap_around);
	tcase_add_test(cases, a_flag_is_zero_or_one);
	tcase_add_test(cases, byte_strings_are_borrowed_from_the_input);
	tcase_add_test(cases,
	               a_length_over_its_maximum_is_refused_before_one_that_is_not_there);
	tcase_add_test(cases, a_text_is_utf8_without_nul);
	tcase_add_test(cases, a_count_that_cannot_be_there_is_refused);
	tcase_add_test(cases, a_writer_writes_what_a_cursor_reads);
	tcase_add_test_raise_signal(cases, a_writer_never_runs_over_its_room, SIGABRT);
	suite_add_tcase(suite, cases);
	return suite;
}
