/* BIP-350's vectors, whole, where this checkout has them; unit.bech32m has them typed in.
 */
#include "tests/support/support.h"

#include "chain/crypto/bech32m.h"

static struct bytes_view string_view(const json_t *string)
{
	return bytes_view(json_string_value(string), json_string_length(string));
}

/* The bytes of a text that the file writes as code points below 256: U+0080 is the
 * byte 80. */
static struct bytes_view byte_view(char *bytes, size_t room, struct bytes_view utf8)
{
	size_t size = 0;

	for (size_t i = 0; i < utf8.size; i++) {
		ck_assert_uint_lt(size, room);
		if (utf8.at[i] < 0x80) {
			bytes[size++] = (char)utf8.at[i];
			continue;
		}
		ck_assert(i + 1 < utf8.size && (utf8.at[i] & 0xfc) == 0xc0);
		bytes[size++] = (char)((utf8.at[i] & 3) << 6 | (utf8.at[i + 1] & 63));
		i++;
	}
	return bytes_view(bytes, size);
}

START_TEST(every_official_text_is_judged_as_bip_350_says)
{
	json_t *vectors = shared_vectors_json("bech32m.json");
	size_t index;
	json_t *text;

	if (!vectors)
		return;
	ck_assert_uint_ge(json_array_size(json_object_get(vectors, "valid")), 7);
	ck_assert_uint_ge(json_array_size(json_object_get(vectors, "invalid")), 14);
	json_array_foreach (json_object_get(vectors, "valid"), index, text) {
		struct bech32m value;
		struct why why = {{0}};

		ck_assert_msg(bech32m_decode(&value, string_view(text), &why) == STATUS_OK,
		              "%s: %s", json_string_value(text), why.text);
	}
	json_array_foreach (json_object_get(vectors, "invalid"), index, text) {
		struct bech32m value;
		char bytes[200];

		ck_assert_msg(bech32m_decode(&value,
		                             byte_view(bytes, sizeof bytes, string_view(text)),
		                             NULL) != STATUS_OK,
		              "%s", json_string_value(text));
	}
	json_decref(vectors);
}
END_TEST

/* The first and the longest of them, so that the test says something in any checkout. */
START_TEST(a_few_of_them_are_read_in_any_checkout)
{
	struct bech32m value;

	ck_assert_int_eq(bech32m_decode(&value, text_view("A1LQFN3A"), NULL), STATUS_OK);
	ck_assert_str_eq(value.prefix, "a");
	ck_assert_uint_eq(value.group_count, 0);
	ck_assert_int_eq(
	    bech32m_decode(&value,
	                   text_view("11lllllllllllllllllllllllllllllllllllllllllll"
	                             "lllllllllllllllllllllllllllllllllllllllludsr8"),
	                   NULL),
	    STATUS_OK);
	ck_assert_str_eq(value.prefix, "1");
	ck_assert_uint_eq(value.group_count, 82);
	for (size_t i = 0; i < value.group_count; i++)
		ck_assert_uint_eq(value.groups[i], 31);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bech32m");
	TCase *tests = tcase_create("vectors");

	tcase_add_test(tests, every_official_text_is_judged_as_bip_350_says);
	tcase_add_test(tests, a_few_of_them_are_read_in_any_checkout);
	suite_add_tcase(suite, tests);
	return suite;
}
