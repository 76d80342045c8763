#include "chain/base/text.h"
#include "tests/support/support.h"

#include <stdlib.h>

/* -- Hex ------------------------------------------------------------------------------
 */

START_TEST(hex_of_every_byte_reads_back)
{
	uint8_t bytes[256], back[256];
	char text[2 * sizeof bytes + 1];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	hex_encode(text, bytes_view(bytes, sizeof bytes));
	ck_assert_uint_eq(strlen(text), 2 * sizeof bytes);
	ck_assert_int_eq(memcmp(text, "000102", 6), 0);
	ck_assert_int_eq(memcmp(text + 506, "fdfeff", 6), 0);
	ck_assert(hex_decode(back, sizeof back, text_view(text)));
	ck_assert_mem_eq(back, bytes, sizeof bytes);
}
END_TEST

START_TEST(hex_of_nothing_is_the_empty_text)
{
	char text[1] = {'x'};
	uint8_t byte;

	hex_encode(text, bytes_view(NULL, 0));
	ck_assert_str_eq(text, "");
	ck_assert(hex_decode(&byte, 0, text_view("")));
}
END_TEST

START_TEST(hex_has_one_spelling_only)
{
	static const char *const WRONG[] = {"AB", "aB", "0g",  "0x",   " 0",
	                                    "0 ", "a",  "abc", "abab", ""};
	uint8_t byte;

	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		ck_assert_msg(!hex_decode(&byte, 1, text_view(WRONG[i])), "%s", WRONG[i]);
}
END_TEST

START_TEST(hex_takes_sixteen_digits_and_no_other_byte)
{
	size_t good = 0;
	uint8_t byte;

	for (unsigned digit = 0; digit < 256; digit++) {
		uint8_t text[2] = {'0', (uint8_t)digit};

		if (hex_decode(&byte, 1, bytes_view(text, 2)))
			ck_assert_uint_eq(byte, good++);
	}
	ck_assert_uint_eq(good, 10 + 6);
}
END_TEST

/* -- Base64 -----------------------------------------------------------------------------
 */

/* RFC 4648 section 10. */
START_TEST(base64_agrees_with_the_vectors_of_its_rfc)
{
	static const char *const VECTORS[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};

	for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
		struct bytes_view bytes = text_view(VECTORS[i][0]);
		struct bytes_view text = text_view(VECTORS[i][1]);
		char encoded[8];
		uint8_t decoded[6];
		size_t size;

		ck_assert_uint_eq(base64_encoded_size(bytes.size), text.size);
		base64_encode(encoded, bytes);
		ck_assert_mem_eq(encoded, text.at, text.size);
		ck_assert(base64_decode(decoded, &size, text));
		ck_assert(bytes_equal(bytes_view(decoded, size), bytes));
	}
}
END_TEST

START_TEST(a_hash_in_base64_has_44_characters)
{
	struct hash hash = {{0x0a, 0xc5, 0x18}};
	struct hash back;
	char text[48];

	base64_encode(text, hash_view(&hash));
	ck_assert_uint_eq(base64_encoded_size(HASH_SIZE), 44);
	ck_assert(base64_decode_hash(&back, bytes_view(text, 44)));
	ck_assert_mem_eq(&back, &hash, sizeof hash);
	ck_assert(!base64_decode_hash(&back, bytes_view(text, 40)));
	ck_assert(!base64_decode_hash(&back, bytes_view(text, 0)));
	/* 31 and 33 bytes take as many characters */
	text[42] = '=';
	ck_assert(!base64_decode_hash(&back, bytes_view(text, 44)));
	text[42] = text[43] = 'A';
	ck_assert(!base64_decode_hash(&back, bytes_view(text, 44)));
}
END_TEST

START_TEST(lines_are_taken_one_by_one)
{
	struct bytes_view left = text_view("one\n\nthree\nno end");
	struct bytes_view line;

	ck_assert(text_take_line(&line, &left));
	ck_assert(bytes_equal(line, text_view("one")));
	ck_assert(text_take_line(&line, &left));
	ck_assert_uint_eq(line.size, 0);
	ck_assert(text_take_line(&line, &left));
	ck_assert(bytes_equal(line, text_view("three")));
	ck_assert(!text_take_line(&line, &left));
	ck_assert(bytes_equal(left, text_view("no end")));
	left = (struct bytes_view){0};
	ck_assert(!text_take_line(&line, &left));
}
END_TEST

START_TEST(base64_of_random_bytes_reads_back)
{
	struct random random = random_from(1);
	uint8_t bytes[300], decoded[300];
	char text[400];

	for (size_t size = 0; size <= sizeof bytes; size++) {
		size_t text_size = base64_encoded_size(size), back;

		random_fill(&random, bytes, size);
		base64_encode(text, bytes_view(bytes, size));
		ck_assert_uint_le(size, base64_decoded_size_max(text_size));
		ck_assert(base64_decode(decoded, &back, bytes_view(text, text_size)));
		ck_assert(bytes_equal(bytes_view(decoded, back), bytes_view(bytes, size)));
	}
}
END_TEST

START_TEST(base64_refuses_what_is_not_canonical)
{
	static const char *const WRONG[] = {
		"Z",     "Zg",   "Zg=",      "Zg==Zg==", "=",     "====", "Z===",
		"Zh==",  "Zm9=", "Zm9v\n",   "Zm9v ",    " Zm9v", "Zm 9", "Zm-_",
		"Zg==Z", "Zg=a", "Zg==\n\n", "Zm9v====", "Z=g=",  "=Zg=", "Zm9vZ==="};
	uint8_t bytes[16];
	size_t size;

	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		ck_assert_msg(!base64_decode(bytes, &size, text_view(WRONG[i])), "%s", WRONG[i]);
}
END_TEST

/* Of all texts of four characters that differ from a good one in one place, those that
 * are taken mean other bytes: so no value has two spellings. */
START_TEST(base64_has_one_spelling_only)
{
	static const char *const TEXTS[] = {"Zm9v", "Zm8=", "Zg=="};

	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		for (size_t at = 0; at < 4; at++)
			for (unsigned byte = 0; byte < 256; byte++) {
				uint8_t text[4], first[3], second[3];
				size_t first_size, second_size;

				memcpy(text, TEXTS[i], 4);
				text[at] = (uint8_t)byte;
				if (memcmp(text, TEXTS[i], 4) == 0)
					continue;
				ck_assert(base64_decode(first, &first_size, text_view(TEXTS[i])));
				if (base64_decode(second, &second_size, bytes_view(text, 4)))
					ck_assert(!bytes_equal(bytes_view(first, first_size),
					                       bytes_view(second, second_size)));
			}
}
END_TEST

/* -- UTF-8
 * -------------------------------------------------------------------------------- */

static size_t put_utf8(uint8_t *at, uint32_t point, size_t size)
{
	static const uint8_t FIRST[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = size - 1; i > 0; i--) {
		at[i] = (uint8_t)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	at[0] = (uint8_t)(size == 1 ? point : FIRST[size] | point);
	return size;
}

START_TEST(every_character_of_unicode_is_utf8_in_its_shortest_form_alone)
{
	for (uint32_t point = 0; point < 0x120000; point++) {
		size_t shortest = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		bool surrogate = point >= 0xd800 && point <= 0xdfff;
		uint8_t text[4];
		bool right;

		put_utf8(text, point, shortest);
		right = utf8_is_valid(bytes_view(text, shortest)) ==
		        (!surrogate && point <= 0x10ffff);
		if (shortest < 4) {
			put_utf8(text, point, shortest + 1);
			right = right && !utf8_is_valid(bytes_view(text, shortest + 1));
		}
		if (!right)
			ck_abort_msg("U+%04X", point);
	}
}
END_TEST

START_TEST(a_cut_character_is_not_utf8)
{
	/* one byte short of e acute, the euro sign and a musical symbol, then with a letter
	 * where the rest should be */
	static const char *const CUT[] = {"\xc3",      "\xe2\x82",     "\xf0\x9d\x84",
	                                  "\xc3z",     "\xe2\x82z",    "\xf0\x9d\x84z",
	                                  "\xe2z\xac", "\xf0\x9dz\x9e"};

	for (size_t i = 0; i < sizeof CUT / sizeof *CUT; i++)
		ck_assert_msg(!utf8_is_valid(text_view(CUT[i])), "%zu", i);
}
END_TEST

START_TEST(bytes_that_never_occur_in_utf8_are_refused)
{
	for (unsigned byte = 0x80; byte < 256; byte++) {
		uint8_t alone = (uint8_t)byte;

		ck_assert(!utf8_is_valid(bytes_view(&alone, 1)));
	}
	ck_assert(!utf8_is_valid(text_view("\xf8\x88\x80\x80\x80")));
	ck_assert(!utf8_is_valid(text_view("a\xff")));
	ck_assert(utf8_is_valid(text_view("")));
	ck_assert(utf8_is_valid(bytes_view("a\0b", 3)));
}
END_TEST

/* -- Decimal
 * ------------------------------------------------------------------------------ */

START_TEST(decimal_goes_up_to_the_largest_u64_and_no_further)
{
	uint64_t value = 7;

	ck_assert(decimal_decode(&value, text_view("0")));
	ck_assert_uint_eq(value, 0);
	ck_assert(decimal_decode(&value, text_view("18446744073709551615")));
	ck_assert_uint_eq(value, UINT64_MAX);
	ck_assert(!decimal_decode(&value, text_view("18446744073709551616")));
	ck_assert(!decimal_decode(&value, text_view("18446744073709551620")));
	ck_assert(!decimal_decode(&value, text_view("99999999999999999999")));
	ck_assert(!decimal_decode(&value, text_view("100000000000000000000")));
}
END_TEST

START_TEST(decimal_has_one_spelling_only)
{
	static const char *const WRONG[] = {"",   "00", "01", "+1",  "-1",
	                                    " 1", "1 ", "1.", "1e3", "0x1"};
	uint64_t value;

	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		ck_assert_msg(!decimal_decode(&value, text_view(WRONG[i])), "'%s'", WRONG[i]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *cases = tcase_create("text");

	tcase_add_test(cases, hex_of_every_byte_reads_back);
	tcase_add_test(cases, hex_of_nothing_is_the_empty_text);
	tcase_add_test(cases, hex_has_one_spelling_only);
	tcase_add_test(cases, hex_takes_sixteen_digits_and_no_other_byte);
	tcase_add_test(cases, base64_agrees_with_the_vectors_of_its_rfc);
	tcase_add_test(cases, base64_of_random_bytes_reads_back);
	tcase_add_test(cases, a_hash_in_base64_has_44_characters);
	tcase_add_test(cases, lines_are_taken_one_by_one);
	tcase_add_test(cases, base64_refuses_what_is_not_canonical);
	tcase_add_test(cases, base64_has_one_spelling_only);
	tcase_add_test(cases, every_character_of_unicode_is_utf8_in_its_shortest_form_alone);
	tcase_add_test(cases, a_cut_character_is_not_utf8);
	tcase_add_test(cases, bytes_that_never_occur_in_utf8_are_refused);
	tcase_add_test(cases, decimal_goes_up_to_the_largest_u64_and_no_further);
	tcase_add_test(cases, decimal_has_one_spelling_only);
	suite_add_tcase(suite, cases);
	return suite;
}
