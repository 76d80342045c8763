/* Account ids and addresses: golden texts, and every way an address can be wrong. */
#include "tests/support/support.h"

#include "chain/crypto/address.h"
#include "chain/crypto/hash.h"

/* The public key of BIP-340's first test vector, the account that it opens, and the
 * address; computed apart from this program. */
static const char KEY[] =
    "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
static const char ACCOUNT[] =
    "41b4a53fe35fe723666c08d333bdbad8adccf063f66a8e3b56bf0de428863d1f";
static const char ADDRESS[] =
    "cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737expjt0";

static struct public_key key_from_hex(const char *hex)
{
	struct hash hash = hash_from_hex(hex);
	struct public_key key;

	memcpy(key.bytes, hash.bytes, sizeof key);
	return key;
}

START_TEST(an_account_is_named_by_the_tagged_hash_of_its_descriptor)
{
	struct public_key key = key_from_hex(KEY);
	struct hash account = account_id_of_key(&key);
	struct hash expected = hash_from_hex(ACCOUNT);
	uint8_t descriptor[33] = {1};

	ck_assert(hash_equal(&account, &expected));
	memcpy(descriptor + 1, key.bytes, sizeof key);
	expected = hash_tagged("cairn/account/v1", bytes_view(descriptor, sizeof descriptor));
	ck_assert(hash_equal(&account, &expected));
}
END_TEST

START_TEST(an_address_is_the_golden_text)
{
	struct hash account = hash_from_hex(ACCOUNT);
	struct hash zeros = {{0}};
	char text[ADDRESS_TEXT_SIZE];

	address_encode(text, &account);
	ck_assert_str_eq(text, ADDRESS);
	address_encode(text, &zeros);
	ck_assert_str_eq(text,
	                 "cairn1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqtpgws0");
}
END_TEST

START_TEST(every_account_comes_back_from_its_address)
{
	struct random random = random_from(65);

	for (int round = 0; round < 1000; round++) {
		struct hash account = random_hash(&random);
		struct hash back;
		char text[ADDRESS_TEXT_SIZE];

		address_encode(text, &account);
		ck_assert_uint_eq(strlen(text), ADDRESS_TEXT_SIZE - 1);
		ck_assert_int_eq(address_decode(&back, text_view(text), NULL), STATUS_OK);
		ck_assert(hash_equal(&account, &back));
	}
}
END_TEST

START_TEST(an_address_in_capitals_is_read)
{
	struct hash expected = hash_from_hex(ACCOUNT);
	struct hash back;

	ck_assert_int_eq(
	    address_decode(&back,
	                   text_view("CAIRN1Q9QMFFFLUD07WGMXDSYDXVAAHTV2MN8SV0MX4"
	                             "R3M26LSMEPGSC737EXPJT0"),
	                   NULL),
	    STATUS_OK);
	ck_assert(hash_equal(&back, &expected));
}
END_TEST

/* Bech32m texts made apart from this program, good but for what is named. */
static const struct {
	const char *text;
	enum status status;
	const char *says;
} BAD[] = {
    {"", STATUS_MALFORMED, "empty"},
    {"bc1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737knvlkj", STATUS_FOREIGN,
     "begins with cairn1, not with bc1"},
    {"cairn1qfqmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc7377wh6wl", STATUS_FOREIGN,
     "version 2"},
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc7s9av4gy", STATUS_MALFORMED,
     "holds 33 bytes, not 32"},
    {"cairn162espk", STATUS_MALFORMED, "it holds nothing"},
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc73lys48ka",
     STATUS_MALFORMED, "bits behind its last byte"},
    /* The last letter mistyped, lost and doubled; a letter that is none. */
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737expjtq",
     STATUS_MALFORMED, "it is character 65"},
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737expjt", STATUS_MALFORMED,
     "an address has 65 characters, not 64"},
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737expjt00",
     STATUS_MALFORMED, "an address has 65 characters, not 66"},
    {"cairn1q9qmffflud07wgmxdsydxvaahtv2mn8sv0mx4r3m26lsmepgsc737expjto",
     STATUS_MALFORMED, "character 65 is 'o'"},
    {"alice", STATUS_MALFORMED, "an address has 65 characters, not 5"},
};

START_TEST(what_is_no_address_is_refused_and_its_fault_is_named)
{
	struct hash account;
	struct why why = {{0}};

	ck_assert_int_eq(address_decode(&account, text_view(BAD[_i].text), &why),
	                 BAD[_i].status);
	ck_assert_msg(strstr(why.text, BAD[_i].says) != NULL, "'%s' does not say '%s'",
	              why.text, BAD[_i].says);
	/* That is said by who asks: "'...' is no address: it holds nothing". */
	ck_assert_ptr_null(strstr(why.text, "no address"));
}
END_TEST

START_TEST(an_address_cut_anywhere_or_with_any_letter_changed_is_refused)
{
	struct hash account;
	char text[sizeof ADDRESS];

	for (size_t size = 0; size < sizeof ADDRESS - 1; size++)
		ck_assert_int_ne(address_decode(&account, bytes_view(ADDRESS, size), NULL),
		                 STATUS_OK);
	for (size_t at = 0; at < sizeof ADDRESS - 1; at++) {
		for (int character = 1; character < 256; character++) {
			memcpy(text, ADDRESS, sizeof text);
			if (text[at] == (char)character)
				continue;
			text[at] = (char)character;
			ck_assert_int_ne(address_decode(&account, text_view(text), NULL), STATUS_OK);
		}
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("address");
	TCase *tests = tcase_create("address");

	tcase_add_test(tests, an_account_is_named_by_the_tagged_hash_of_its_descriptor);
	tcase_add_test(tests, an_address_is_the_golden_text);
	tcase_add_test(tests, every_account_comes_back_from_its_address);
	tcase_add_test(tests, an_address_in_capitals_is_read);
	tcase_add_loop_test(tests, what_is_no_address_is_refused_and_its_fault_is_named, 0,
	                    (int)(sizeof BAD / sizeof *BAD));
	tcase_add_test(tests, an_address_cut_anywhere_or_with_any_letter_changed_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
