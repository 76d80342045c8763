/* BIP-32: both ways of derivation agree, paths and keys as text, and Cairn's own path. */
#include "tests/support/support.h"

#include "wallet-cli/hd_text.h"

static struct signer *signer;

static void open_signer(void)
{
	struct hash seed = {{32}};

	signer = signer_new(&seed);
	ck_assert_ptr_nonnull(signer);
}

static void close_signer(void)
{
	signer_free(signer);
}

static struct hd_key master_of(const char *seed_hex)
{
	struct hd_key key;

	ck_assert_int_eq(hd_master(&key, signer, from_hex(seed_hex)), STATUS_OK);
	return key;
}

static const char SEED[] = "000102030405060708090a0b0c0d0e0f";

/* BIP-32, test vector 1, chain m/0'/1. */
START_TEST(a_key_derived_down_a_path_is_the_one_of_bip_32)
{
	struct hd_key key = master_of(SEED);
	struct hd_path path;
	char text[HD_KEY_TEXT_SIZE];

	ck_assert_int_eq(hd_path_decode(&path, text_view("m/0'/1"), NULL), STATUS_OK);
	ck_assert_int_eq(hd_derive(&key, signer, path.numbers, path.count), STATUS_OK);
	hd_key_encode(text, &key);
	ck_assert_str_eq(text,
	                 "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu5"
	                 "3Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs");
	hd_key_forget_secret(&key);
	hd_key_encode(text, &key);
	ck_assert_str_eq(text,
	                 "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkN"
	                 "AWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ");
}
END_TEST

START_TEST(a_public_parent_derives_the_public_children_of_its_private_self)
{
	struct random random = random_from(32);
	struct hd_key private = master_of(SEED);

	for (int depth = 0; depth < 100; depth++) {
		uint32_t number = random_u32(&random) & ~HD_HARDENED;
		struct hd_key public = private;
		struct hd_key from_public;

		hd_key_forget_secret(&public);
		ck_assert_int_eq(hd_child(&from_public, signer, &public, number), STATUS_OK);
		ck_assert_int_eq(hd_child(&private, signer, &private, number), STATUS_OK);
		public = private;
		hd_key_forget_secret(&public);
		ck_assert_mem_eq(&from_public, &public, sizeof public);
	}
}
END_TEST

START_TEST(a_hardened_child_needs_the_secret)
{
	static const struct hd_key wiped;
	struct hd_key key = master_of(SEED);

	hd_key_forget_secret(&key);
	ck_assert_int_eq(hd_child(&key, signer, &key, HD_HARDENED), STATUS_MALFORMED);
	ck_assert_mem_eq(&key, &wiped, sizeof key);
}
END_TEST

START_TEST(the_tree_has_a_bottom)
{
	struct hd_key key = master_of(SEED);

	for (int depth = 0; depth < HD_DEPTH_MAX; depth++)
		ck_assert_int_eq(hd_child(&key, signer, &key, 0), STATUS_OK);
	ck_assert_uint_eq(key.depth, HD_DEPTH_MAX);
	ck_assert_int_eq(hd_child(&key, signer, &key, 0), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_seed_too_short_or_too_long_is_refused)
{
	static const uint8_t bytes[HD_SEED_SIZE_MAX + 1];
	struct hd_key key;

	for (size_t size = 0; size <= sizeof bytes; size++)
		ck_assert_int_eq(hd_master(&key, signer, bytes_view(bytes, size)),
		                 size >= HD_SEED_SIZE_MIN && size <= HD_SEED_SIZE_MAX
		                     ? STATUS_OK
		                     : STATUS_MALFORMED);
}
END_TEST

/* -- Paths ------------------------------------------------------------------------- */

START_TEST(a_path_is_its_numbers)
{
	struct hd_path path;

	ck_assert_int_eq(hd_path_decode(&path, text_view("m"), NULL), STATUS_OK);
	ck_assert_uint_eq(path.count, 0);
	ck_assert_int_eq(hd_path_decode(&path, text_view("m/44'/0h/2147483647/7"), NULL),
	                 STATUS_OK);
	ck_assert_uint_eq(path.count, 4);
	ck_assert_uint_eq(path.numbers[0], HD_HARDENED + 44);
	ck_assert_uint_eq(path.numbers[1], HD_HARDENED);
	ck_assert_uint_eq(path.numbers[2], HD_HARDENED - 1);
	ck_assert_uint_eq(path.numbers[3], 7);
}
END_TEST

static const struct {
	const char *text;
	enum status status;
	const char *says;
} BAD_PATHS[] = {
    {"", STATUS_MALFORMED, "begins with"},
    {"44'/0'", STATUS_MALFORMED, "begins with"},
    {"M/0", STATUS_MALFORMED, "begins with"},
    {"m44", STATUS_MALFORMED, "begins with"},
    {"m/", STATUS_MALFORMED, "nothing follows"},
    {"m/0/", STATUS_MALFORMED, "nothing follows"},
    {"m//0", STATUS_MALFORMED, "step 1"},
    {"m/0/x", STATUS_MALFORMED, "step 2"},
    {"m/0/'", STATUS_MALFORMED, "step 2"},
    {"m/0/1''", STATUS_MALFORMED, "step 2"},
    {"m/0/-1", STATUS_MALFORMED, "step 2"},
    {"m/0/ 1", STATUS_MALFORMED, "step 2"},
    {"m/0/01", STATUS_MALFORMED, "step 2"},
    {"m/0/2147483648", STATUS_MALFORMED, "step 2"},
    {"m/18446744073709551617", STATUS_MALFORMED, "step 1"},
    {"m/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", STATUS_TOO_LARGE, "at most 16"},
};

START_TEST(what_is_no_path_is_refused_at_its_step)
{
	struct hd_path path;
	struct why why = {{0}};

	ck_assert_int_eq(hd_path_decode(&path, text_view(BAD_PATHS[_i].text), &why),
	                 BAD_PATHS[_i].status);
	ck_assert_msg(strstr(why.text, BAD_PATHS[_i].says) != NULL, "'%s' does not say '%s'",
	              why.text, BAD_PATHS[_i].says);
}
END_TEST

/* -- Keys as text ------------------------------------------------------------------- */

START_TEST(every_key_comes_back_from_its_text)
{
	struct random random = random_from(58);
	struct hd_key key = master_of(SEED);

	for (int i = 0; i < 100; i++) {
		struct hd_key public = key;
		struct hd_key back;
		char text[HD_KEY_TEXT_SIZE];

		hd_key_encode(text, &key);
		ck_assert_int_eq(hd_key_decode(&back, signer, text_view(text), NULL), STATUS_OK);
		ck_assert_mem_eq(&back, &key, sizeof key);
		hd_key_forget_secret(&public);
		hd_key_encode(text, &public);
		ck_assert_int_eq(hd_key_decode(&back, signer, text_view(text), NULL), STATUS_OK);
		ck_assert_mem_eq(&back, &public, sizeof public);
		ck_assert_int_eq(hd_child(&key, signer, &key, random_u32(&random)), STATUS_OK);
	}
}
END_TEST

START_TEST(a_key_with_any_character_changed_or_cut_is_refused)
{
	static const struct hd_key wiped;
	struct hd_key key = master_of(SEED);
	char text[HD_KEY_TEXT_SIZE];

	hd_key_encode(text, &key);
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];
		struct why why = {{0}};

		text[i] = kept == '2' ? '3' : '2';
		ck_assert_int_ne(hd_key_decode(&key, signer, text_view(text), &why), STATUS_OK);
		ck_assert_mem_eq(&key, &wiped, sizeof key);
		ck_assert_str_ne(why.text, "");
		text[i] = '0'; /* not used in base58 */
		ck_assert_int_ne(hd_key_decode(&key, signer, text_view(text), &why), STATUS_OK);
		text[i] = kept;
		ck_assert_int_ne(hd_key_decode(&key, signer, bytes_view(text, i), &why),
		                 STATUS_OK);
	}
}
END_TEST

START_TEST(base58_keeps_leading_zeros_and_every_size)
{
	struct random random = random_from(59);

	for (size_t size = 0; size <= BASE58_BYTES_MAX; size++) {
		for (size_t zeros = 0; zeros <= size; zeros += 1 + size / 5) {
			uint8_t bytes[BASE58_BYTES_MAX];
			uint8_t back[BASE58_BYTES_MAX];
			size_t back_size;
			char text[BASE58_TEXT_SIZE];

			random_fill(&random, bytes, sizeof bytes);
			memset(bytes, 0, zeros);
			base58_check_encode(text, bytes_view(bytes, size));
			ck_assert_int_eq(base58_check_decode(back, &back_size, text_view(text), NULL),
			                 STATUS_OK);
			ck_assert_uint_eq(back_size, size);
			ck_assert_int_eq(memcmp(back, bytes, size), 0);
		}
	}
}
END_TEST

START_TEST(base58_refuses_more_than_it_holds)
{
	uint8_t back[BASE58_BYTES_MAX];
	size_t size;
	char text[200];

	memset(text, 'z', sizeof text);
	for (size_t length = 0; length <= sizeof text; length++)
		ck_assert_int_ne(base58_check_decode(back, &size, bytes_view(text, length), NULL),
		                 STATUS_OK);
	memset(text, '1', sizeof text);
	for (size_t length = 0; length <= sizeof text; length++)
		ck_assert_int_ne(base58_check_decode(back, &size, bytes_view(text, length), NULL),
		                 STATUS_OK);
}
END_TEST

/* The Bitcoin address of BIP-173's example key hash: version 0 and the 20 bytes. */
START_TEST(base58_is_the_one_that_bitcoin_uses)
{
	char text[BASE58_TEXT_SIZE];

	base58_check_encode(text, from_hex("00751e76e8199196d454941c45d1b3a323f1433bd6"));
	ck_assert_str_eq(text, "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH");
}
END_TEST

/* -- Accounts ------------------------------------------------------------------------ */

START_TEST(an_account_is_the_child_1747_0_account_all_hardened)
{
	struct bytes_view seed = from_hex(SEED);
	struct hd_key accounts;

	ck_assert_int_eq(hd_accounts(&accounts, signer, seed), STATUS_OK);
	for (uint32_t index = 0; index < 5; index++) {
		struct hd_key key = master_of(SEED);
		struct hd_path path;
		struct secret_key secret;
		char text[32];

		snprintf(text, sizeof text, "m/1747'/0'/%u'", index);
		ck_assert_int_eq(hd_path_decode(&path, text_view(text), NULL), STATUS_OK);
		ck_assert_int_eq(hd_derive(&key, signer, path.numbers, path.count), STATUS_OK);
		ck_assert_int_eq(hd_account(&secret, signer, &accounts, index), STATUS_OK);
		ck_assert_mem_eq(&secret, &key.secret, sizeof secret);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hd");
	TCase *tests = tcase_create("hd");

	tcase_add_checked_fixture(tests, open_signer, close_signer);
	tcase_add_test(tests, a_key_derived_down_a_path_is_the_one_of_bip_32);
	tcase_add_test(tests,
	               a_public_parent_derives_the_public_children_of_its_private_self);
	tcase_add_test(tests, a_hardened_child_needs_the_secret);
	tcase_add_test(tests, the_tree_has_a_bottom);
	tcase_add_test(tests, a_seed_too_short_or_too_long_is_refused);
	tcase_add_test(tests, a_path_is_its_numbers);
	tcase_add_loop_test(tests, what_is_no_path_is_refused_at_its_step, 0,
	                    (int)(sizeof BAD_PATHS / sizeof *BAD_PATHS));
	tcase_add_test(tests, every_key_comes_back_from_its_text);
	tcase_add_test(tests, a_key_with_any_character_changed_or_cut_is_refused);
	tcase_add_test(tests, base58_keeps_leading_zeros_and_every_size);
	tcase_add_test(tests, base58_refuses_more_than_it_holds);
	tcase_add_test(tests, base58_is_the_one_that_bitcoin_uses);
	tcase_add_test(tests, an_account_is_the_child_1747_0_account_all_hardened);
	suite_add_tcase(suite, tests);
	return suite;
}
