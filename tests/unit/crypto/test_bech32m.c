/* Bech32m: BIP-350's texts, and that a mistake is found and, when it is one, where. */
#include "tests/support/support.h"

#include "chain/crypto/bech32m.h"

static struct bech32m read_good(const char *text)
{
	struct bech32m value;
	struct why why = {{0}};

	ck_assert_msg(bech32m_decode(&value, text_view(text), &why) == STATUS_OK, "%s: %s",
	              text, why.text);
	return value;
}

/* BIP-350, "Test vectors for Bech32m": the valid ones that this project would write. */
static const char *const GOOD[] = {
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11"
    "sg7"
    "hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"
    "ludsr"
    "8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
};

START_TEST(a_good_text_is_read_and_written_the_same)
{
	struct bech32m value = read_good(GOOD[_i]);
	char text[BECH32M_SIZE_MAX + 1];

	ck_assert_int_eq(bech32m_encode(text, &value), STATUS_OK);
	ck_assert_str_eq(text, GOOD[_i]);
}
END_TEST

START_TEST(all_upper_case_means_the_same)
{
	struct bech32m lower = read_good(GOOD[_i]);
	struct bech32m upper;
	char text[BECH32M_SIZE_MAX + 1] = {0};

	for (size_t i = 0; GOOD[_i][i]; i++)
		text[i] = (char)(GOOD[_i][i] >= 'a' && GOOD[_i][i] <= 'z' ? GOOD[_i][i] - 32
		                                                          : GOOD[_i][i]);
	upper = read_good(text);
	ck_assert_mem_eq(&upper, &lower, sizeof upper);
}
END_TEST

/* BIP-350, and what each is wrong for. */
static const struct {
	const char *text;
	enum status status;
	const char *says;
} BAD[] = {
    {" 1xj0phk", STATUS_MALFORMED, "character 1 is 0x20"},
    {"\x7f"
     "1g6xzxy",
     STATUS_MALFORMED, "character 1 is 0x7f"},
    {"\x80"
     "1vctc34",
     STATUS_MALFORMED, "character 1 is 0x80"},
    {"an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber"
     "11d"
     "6pts4",
     STATUS_TOO_LARGE, "91 characters are more than 90"},
    {"qyrz8wqd2c9m", STATUS_MALFORMED, "no '1'"},
    {"1qyrz8wqd2c9m", STATUS_MALFORMED, "nothing stands before the '1'"},
    {"y1b0jsk6g", STATUS_MALFORMED, "character 3 is 'b'"},
    {"lt1igcx5c0", STATUS_MALFORMED, "character 4 is 'i'"},
    {"in1muywd", STATUS_MALFORMED, "5 characters after the '1'"},
    {"mm1crxm3i", STATUS_MALFORMED, "character 9 is 'i'"},
    {"au1s5cgom", STATUS_MALFORMED, "character 8 is 'o'"},
    {"M1VUXWEZ", STATUS_MALFORMED, "the checksum does not fit"},
    {"16plkw9", STATUS_MALFORMED, "nothing stands before the '1'"},
    {"1p2gdwpf", STATUS_MALFORMED, "nothing stands before the '1'"},
    {"", STATUS_MALFORMED, "no '1'"},
    {"Abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", STATUS_MALFORMED,
     "character 1 is upper case and character 2 lower case"},
    /* BIP-173's own checksum, of the text that BIP-350 has too. */
    {"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", STATUS_MALFORMED,
     "the checksum is that of bech32, not of bech32m"},
};

START_TEST(a_bad_text_is_refused_and_its_fault_is_named)
{
	struct bech32m value;
	struct why why = {{0}};

	ck_assert_int_eq(bech32m_decode(&value, text_view(BAD[_i].text), &why),
	                 BAD[_i].status);
	ck_assert_msg(strstr(why.text, BAD[_i].says) != NULL, "'%s' does not say '%s'",
	              why.text, BAD[_i].says);
	ck_assert_int_eq(bech32m_decode(&value, text_view(BAD[_i].text), NULL),
	                 BAD[_i].status);
}
END_TEST

static const char LETTERS[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char LONG[] = "split1checkupstagehandshakeupstreamerranterredcaperredlc445v";

enum { LONG_SIZE = sizeof LONG - 1, LONG_FIRST = 6 };

START_TEST(one_mistyped_letter_is_found_and_its_place_told)
{
	char text[sizeof LONG];
	char says[64];

	for (size_t at = LONG_FIRST; at < LONG_SIZE; at++) {
		for (size_t letter = 0; letter < 32; letter++) {
			struct bech32m value;
			struct why why = {{0}};

			memcpy(text, LONG, sizeof text);
			if (text[at] == LETTERS[letter])
				continue;
			text[at] = LETTERS[letter];
			ck_assert_int_eq(bech32m_decode(&value, text_view(text), &why),
			                 STATUS_MALFORMED);
			snprintf(says, sizeof says, "it is character %zu", at + 1);
			ck_assert_msg(strstr(why.text, says) != NULL, "%s: %s", text, why.text);
		}
	}
}
END_TEST

/* BIP-173: up to four errors are always detected. */
START_TEST(up_to_four_mistyped_letters_are_always_found)
{
	struct random random = random_from(173);

	for (int round = 0; round < 20000; round++) {
		uint32_t count = 1 + random_below(&random, 4);
		char text[sizeof LONG];
		struct bech32m value;

		memcpy(text, LONG, sizeof text);
		while (count-- > 0)
			text[LONG_FIRST + random_below(&random, LONG_SIZE - LONG_FIRST)] =
			    LETTERS[random_below(&random, 32)];
		if (strcmp(text, LONG) != 0)
			ck_assert_int_eq(bech32m_decode(&value, text_view(text), NULL),
			                 STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(two_neighbours_swapped_are_found)
{
	for (size_t at = LONG_FIRST; at + 1 < LONG_SIZE; at++) {
		char text[sizeof LONG];
		struct bech32m value;

		memcpy(text, LONG, sizeof text);
		text[at] = LONG[at + 1];
		text[at + 1] = LONG[at];
		if (text[at] != text[at + 1])
			ck_assert_int_eq(bech32m_decode(&value, text_view(text), NULL),
			                 STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(a_prefix_belongs_to_the_checksum)
{
	struct bech32m value;

	ck_assert_int_eq(
	    bech32m_decode(&value,
	                   text_view("splir1checkupstagehandshakeupstreamerranter"
	                             "redcaperredlc445v"),
	                   NULL),
	    STATUS_MALFORMED);
}
END_TEST

START_TEST(bytes_of_every_size_come_back)
{
	struct random random = random_from(350);

	for (size_t size = 0; size <= BECH32M_BYTES_MAX; size++) {
		struct bech32m value = {.prefix = "a"};
		struct bech32m back;
		uint8_t bytes[BECH32M_BYTES_MAX];
		uint8_t again[BECH32M_BYTES_MAX];
		size_t again_size;
		char text[BECH32M_SIZE_MAX + 1];

		random_fill(&random, bytes, sizeof bytes);
		ck_assert(bech32m_put_bytes(&value, bytes_view(bytes, size)));
		ck_assert_int_eq(bech32m_encode(text, &value), STATUS_OK);
		back = read_good(text);
		ck_assert(bech32m_get_bytes(again, &again_size, &back));
		ck_assert_uint_eq(again_size, size);
		ck_assert_int_eq(memcmp(again, bytes, size), 0);
	}
}
END_TEST

START_TEST(more_bytes_than_a_text_holds_are_refused)
{
	static const uint8_t bytes[BECH32M_BYTES_MAX + 1];
	struct bech32m value = {.prefix = "ab"};
	char text[BECH32M_SIZE_MAX + 1];

	ck_assert(!bech32m_put_bytes(&value, bytes_view(bytes, sizeof bytes)));
	/* They fit one letter of prefix, not two. */
	ck_assert(bech32m_put_bytes(&value, bytes_view(bytes, BECH32M_BYTES_MAX)));
	ck_assert_int_eq(bech32m_encode(text, &value), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(filling_that_is_not_zero_or_too_long_is_refused)
{
	struct bech32m value = {.prefix = "a", .group_count = 2};
	uint8_t bytes[BECH32M_BYTES_MAX];
	size_t size;

	value.groups[0] = 31;
	value.groups[1] = 28; /* 11111 111|00: one byte and two zeros */
	ck_assert(bech32m_get_bytes(bytes, &size, &value));
	ck_assert_uint_eq(size, 1);
	ck_assert_uint_eq(bytes[0], 0xff);
	value.groups[1] = 29;
	ck_assert(!bech32m_get_bytes(bytes, &size, &value));
	value.groups[1] = 28;
	value.group_count = 3; /* a third group is no byte and all filling */
	ck_assert(!bech32m_get_bytes(bytes, &size, &value));
	value.group_count = 1;
	ck_assert(!bech32m_get_bytes(bytes, &size, &value));
}
END_TEST

START_TEST(a_prefix_that_cannot_be_read_back_is_not_written)
{
	static const char *const prefixes[] = {"", "A", "a b", "\x7f", "\xc3\xa4"};
	char text[BECH32M_SIZE_MAX + 1];

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		struct bech32m value = {.group_count = 0};

		strcpy(value.prefix, prefixes[i]);
		ck_assert_int_eq(bech32m_encode(text, &value), STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(a_group_over_31_is_not_written)
{
	struct bech32m value = {.prefix = "a", .groups = {32}, .group_count = 1};
	char text[BECH32M_SIZE_MAX + 1];

	ck_assert_int_eq(bech32m_encode(text, &value), STATUS_MALFORMED);
}
END_TEST

#define COUNT_OF(array) (int)(sizeof(array) / sizeof *(array))

Suite *test_suite(void)
{
	Suite *suite = suite_create("bech32m");
	TCase *tests = tcase_create("bech32m");

	tcase_add_loop_test(tests, a_good_text_is_read_and_written_the_same, 0,
	                    COUNT_OF(GOOD));
	tcase_add_loop_test(tests, all_upper_case_means_the_same, 0, COUNT_OF(GOOD));
	tcase_add_loop_test(tests, a_bad_text_is_refused_and_its_fault_is_named, 0,
	                    COUNT_OF(BAD));
	tcase_add_test(tests, one_mistyped_letter_is_found_and_its_place_told);
	tcase_add_test(tests, up_to_four_mistyped_letters_are_always_found);
	tcase_add_test(tests, two_neighbours_swapped_are_found);
	tcase_add_test(tests, a_prefix_belongs_to_the_checksum);
	tcase_add_test(tests, bytes_of_every_size_come_back);
	tcase_add_test(tests, more_bytes_than_a_text_holds_are_refused);
	tcase_add_test(tests, filling_that_is_not_zero_or_too_long_is_refused);
	tcase_add_test(tests, a_prefix_that_cannot_be_read_back_is_not_written);
	tcase_add_test(tests, a_group_over_31_is_not_written);
	suite_add_tcase(suite, tests);
	return suite;
}
