/* A wallet's bytes: one encoding, and every damage, lie and greed refused. */
#include "tests/support/support.h"

#include "chain/base/memory.h"
#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/keystore_format.h"

/* On the heap in effect: a file is large for a stack. */
static struct keystore_file sample;
static struct keystore_file decoded;
static struct keystore_secret sample_secret;
static struct seal_key sample_key;
static uint8_t sample_bytes[KEYSTORE_SIZE_MAX];
static size_t sample_size;

static void put_account(size_t position, uint32_t number, const char *name)
{
	struct keystore_account *account = &sample.accounts[position];

	account->number = number;
	memset(account->id.bytes, (int)number + 1, sizeof account->id);
	strcpy(account->name, name);
}

static void seal_sample(void)
{
	struct hash check;

	ck_assert_int_eq(
	    keystore_file_keys(&sample_key, &check, &sample, text_view("open"), NULL),
	    STATUS_OK);
	sample.check = check;
	ck_assert_int_eq(keystore_file_seal(&sample, &sample_key, &sample_secret, NULL),
	                 STATUS_OK);
	sample_size = keystore_file_size(&sample);
	ck_assert_uint_le(sample_size, sizeof sample_bytes);
	keystore_file_put(sample_bytes, &sample);
}

static void make_sample(void)
{
	memset(&sample, 0, sizeof sample);
	sample.cost = (struct scrypt_cost){16, 1, 1};
	memset(sample.salt.bytes, 0x51, sizeof sample.salt);
	memset(sample.nonce.bytes, 0x52, sizeof sample.nonce);
	sample.has_passphrase = true;
	sample.created_ms = UINT64_C(1790000000123);
	sample.account_count = 2;
	put_account(0, 0, "default");
	put_account(1, 1, "Sales.2026_b-x");
	memset(&sample_secret, 0, sizeof sample_secret);
	sample_secret.entropy.size = 16;
	memset(sample_secret.entropy.bytes, 0x7f, 16);
	memcpy(sample_secret.passphrase, "ab", 2);
	sample_secret.passphrase_size = 2;
	seal_sample();
}

static enum status decode(struct why *why)
{
	return keystore_file_decode(&decoded, bytes_view(sample_bytes, sample_size), why);
}

/* Whoever changes a file on purpose also mends the hash at its end. */
static void mend_hash(void)
{
	struct hash digest = hash_of(bytes_view(sample_bytes, sample_size - HASH_SIZE));

	memcpy(sample_bytes + sample_size - HASH_SIZE, digest.bytes, HASH_SIZE);
}

START_TEST(a_file_comes_back_and_opens)
{
	struct keystore_secret secret;
	struct seal_key key;
	struct hash check;

	make_sample();
	ck_assert_int_eq(decode(NULL), STATUS_OK);
	ck_assert_mem_eq(&decoded, &sample, sizeof sample);
	ck_assert_int_eq(keystore_file_keys(&key, &check, &decoded, text_view("open"), NULL),
	                 STATUS_OK);
	ck_assert(hash_equal(&check, &decoded.check));
	ck_assert_int_eq(keystore_file_open(&secret, &decoded, &key, NULL), STATUS_OK);
	ck_assert_mem_eq(&secret, &sample_secret, sizeof secret);
}
END_TEST

/* The layout that the header draws; these offsets are a promise to files that exist. */
START_TEST(the_fields_lie_where_they_are_drawn)
{
	const uint8_t *at = sample_bytes;

	make_sample();
	ck_assert_uint_eq(sample_size, 109 + (4 + 32 + 2 + 7) + (4 + 32 + 2 + 14) + 178 + 32);
	ck_assert_mem_eq(at, "cairnkey", 8);
	ck_assert_uint_eq(get_le16(at + 8), 1);
	ck_assert_uint_eq(get_le32(at + 10), 16);
	ck_assert_uint_eq(get_le32(at + 14), 1);
	ck_assert_uint_eq(get_le32(at + 18), 1);
	ck_assert_uint_eq(at[22], 0x51);
	ck_assert_uint_eq(at[54], 0x52);
	ck_assert_mem_eq(at + 66, sample.check.bytes, HASH_SIZE);
	ck_assert_uint_eq(at[98], 1);
	ck_assert_uint_eq(get_le64(at + 99), UINT64_C(1790000000123));
	ck_assert_uint_eq(get_le16(at + 107), 2);
	ck_assert_uint_eq(get_le32(at + 109), 0);
	ck_assert_uint_eq(at[113], 1);
	ck_assert_uint_eq(get_le16(at + 145), 7);
	ck_assert_mem_eq(at + 147, "default", 7);
}
END_TEST

/* The sample's bytes, computed apart from this program: whoever changes them leaves every
 * wallet behind. */
START_TEST(the_sample_has_its_golden_hash)
{
	struct hash expected =
	    hash_from_hex("d74ca0464efa8876ad8977fe80676886b261ce7968ca7e4dfb632fbf2d03f77e");
	struct hash hash;

	make_sample();
	hash = hash_of(bytes_view(sample_bytes, sample_size));
	ck_assert(hash_equal(&hash, &expected));
}
END_TEST

START_TEST(any_flipped_bit_is_noticed_without_a_passphrase)
{
	make_sample();
	for (size_t bit = 0; bit < 8 * sample_size; bit++) {
		enum status expected = bit < 8 * 8 ? STATUS_FOREIGN : STATUS_CORRUPT;
		struct why why = {{0}};

		sample_bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(decode(&why), expected);
		ck_assert_str_ne(why.text, "");
		sample_bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(decode(NULL), STATUS_OK);
}
END_TEST

/* Everything but the passphrase can be known to who changes the file: the hash is mended.
 * Then it does not decode, or the keys of the right passphrase do not open it. */
START_TEST(any_byte_changed_on_purpose_does_not_open)
{
	struct keystore_secret secret;
	struct seal_key key;
	struct hash check;

	make_sample();
	for (size_t i = 0; i < sample_size - HASH_SIZE; i++) {
		uint8_t kept = sample_bytes[i];
		enum status status;

		sample_bytes[i] ^= 1;
		mend_hash();
		status = decode(NULL);
		if (status == STATUS_OK) {
			status = keystore_file_keys(&key, &check, &decoded, text_view("open"), NULL);
			if (status == STATUS_OK && hash_equal(&check, &decoded.check)) {
				ck_assert_int_eq(keystore_file_open(&secret, &decoded, &key, NULL),
				                 STATUS_CORRUPT);
				status = STATUS_CORRUPT;
			} else if (status == STATUS_OK) {
				/* Salt, cost or check: as if the passphrase were another one. */
				ck_assert_uint_ge(i, 10);
				ck_assert_uint_lt(i, 98);
				status = STATUS_LOCKED;
			}
		}
		ck_assert_int_ne(status, STATUS_OK);
		sample_bytes[i] = kept;
	}
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused_even_with_its_hash_mended)
{
	size_t whole;

	make_sample();
	whole = sample_size;
	for (sample_size = 0; sample_size < whole; sample_size++) {
		ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
		if (sample_size < HASH_SIZE)
			continue;
		mend_hash();
		ck_assert_int_eq(decode(NULL),
		                 sample_size < HASH_SIZE + 8 ? STATUS_FOREIGN : STATUS_CORRUPT);
		keystore_file_put(sample_bytes, &sample);
	}
}
END_TEST

START_TEST(bytes_left_over_are_refused)
{
	make_sample();
	memmove(sample_bytes + sample_size - HASH_SIZE + 1,
	        sample_bytes + sample_size - HASH_SIZE, HASH_SIZE);
	sample_size++;
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
	mend_hash();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
}
END_TEST

START_TEST(a_later_version_is_named)
{
	struct why why = {{0}};

	make_sample();
	sample_bytes[8] = 2;
	mend_hash();
	ck_assert_int_eq(decode(&why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "version 2"));
}
END_TEST

START_TEST(what_is_no_wallet_is_called_so)
{
	struct why why = {{0}};

	strcpy((char *)sample_bytes, "-----BEGIN");
	for (sample_size = 1; sample_size <= 10; sample_size++) {
		ck_assert_int_eq(decode(&why), STATUS_FOREIGN);
		ck_assert_ptr_nonnull(strstr(why.text, "no wallet"));
	}
}
END_TEST

static const struct scrypt_cost GREEDY[] = {
    {1U << 31, 8, 1},        {1U << 30, 1, 1},       {2, 1U << 29, 1},
    {2, 1, (1U << 30) - 1},  {1 << 18, 8, 2},        {1 << 18, 16, 1},
    {1 << 12, 8, 1 << 10},   {2, 8, 1 << 20},        {UINT32_MAX, UINT32_MAX, UINT32_MAX},
    {1U << 31, 1U << 31, 2}, {1 << 17, 8, 1U << 31},
};

START_TEST(a_file_that_orders_too_much_work_is_refused_before_any_is_done)
{
	struct seal_key key;
	struct hash check;
	struct why why = {{0}};

	make_sample();
	put_le32(sample_bytes + 10, GREEDY[_i].n);
	put_le32(sample_bytes + 14, GREEDY[_i].r);
	put_le32(sample_bytes + 18, GREEDY[_i].p);
	mend_hash();
	ck_assert_int_eq(decode(&why), STATUS_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(why.text, "more time or memory"));
	/* And nobody can ask for it in another way. */
	sample.cost = GREEDY[_i];
	ck_assert_int_eq(keystore_file_keys(&key, &check, &sample, text_view("open"), NULL),
	                 STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_cost_that_scrypt_does_not_have_opens_nothing)
{
	static const struct scrypt_cost none[] = {
	    {0, 1, 1}, {15, 1, 1}, {16, 0, 1}, {16, 1, 0}};

	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		struct seal_key key;
		struct hash check;

		make_sample();
		sample.cost = none[i];
		ck_assert_int_eq(
		    keystore_file_keys(&key, &check, &sample, text_view("open"), NULL),
		    STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(the_largest_wallet_fits_its_file)
{
	char name[WALLET_NAME_SIZE_MAX + 1];

	make_sample();
	sample.account_count = KEYSTORE_ACCOUNTS_MAX;
	for (uint32_t i = 0; i < KEYSTORE_ACCOUNTS_MAX; i++) {
		snprintf(name, sizeof name, "%064u", i);
		put_account(i, i, name);
		put_le32(sample.accounts[i].id.bytes, i);
	}
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_OK);
	ck_assert_mem_eq(&decoded, &sample, sizeof sample);
	/* One more in the count only. */
	put_le16(sample_bytes + 107, KEYSTORE_ACCOUNTS_MAX + 1);
	mend_hash();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
}
END_TEST

START_TEST(accounts_that_cannot_be_are_refused)
{
	make_sample();
	put_account(1, 0, "other");
	memset(sample.accounts[1].id.bytes, 0x99, HASH_SIZE);
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT); /* the same number */
	put_account(1, 1, "default");
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT); /* the same name */
	put_account(1, 1, "other");
	sample.accounts[1].id = sample.accounts[0].id;
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT); /* the same id */
	put_account(1, 1, "");
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
	put_account(1, 1, "a b");
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
	put_account(1, UINT32_C(1) << 31, "other");
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT); /* no place in a path */
	put_account(1, 1, "other");
	seal_sample();
	ck_assert_int_eq(decode(NULL), STATUS_OK);
}
END_TEST

START_TEST(a_passphrase_flag_is_0_or_1)
{
	make_sample();
	sample_bytes[98] = 2;
	mend_hash();
	ck_assert_int_eq(decode(NULL), STATUS_CORRUPT);
}
END_TEST

/* Sealed by who knows the passphrase, and still nothing that a wallet can hold. */
START_TEST(a_sealed_part_that_cannot_be_is_refused)
{
	static const size_t sizes[] = {0, 15, 17, 33, 255};
	static const struct keystore_secret wiped;
	struct keystore_secret secret;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		make_sample();
		sample_secret.entropy.size = sizes[i];
		seal_sample();
		ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
		                 STATUS_CORRUPT);
		ck_assert_mem_eq(&secret, &wiped, sizeof secret);
	}
	make_sample();
	sample_secret.entropy.bytes[16] = 1; /* behind the entropy */
	seal_sample();
	ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
	                 STATUS_CORRUPT);
	make_sample();
	sample_secret.passphrase_size = WORDS_PASSPHRASE_SIZE_MAX + 1;
	seal_sample();
	ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
	                 STATUS_CORRUPT);
	make_sample();
	sample_secret.passphrase[0] = 0x80;
	seal_sample();
	ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
	                 STATUS_CORRUPT);
	make_sample();
	sample_secret.passphrase[2] = 'c'; /* behind the passphrase */
	seal_sample();
	ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
	                 STATUS_CORRUPT);
}
END_TEST

START_TEST(a_name_is_plain)
{
	static const char *const good[] = {"a", "default", "Alice-2_b.c", "-", "_", "0"};
	static const char *const bad[] = {"",    ".",        ".hidden", "..", "a/b", "a b",
	                                  "a\n", "\xc3\xa4", "a\x1b",   "~",  "a:b"};
	char name[WALLET_NAME_SIZE_MAX + 1];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert(wallet_name_is_valid(text_view(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert(!wallet_name_is_valid(text_view(bad[i])));
	memset(name, 'n', sizeof name);
	ck_assert(wallet_name_is_valid(bytes_view(name, WALLET_NAME_SIZE_MAX)));
	ck_assert(!wallet_name_is_valid(bytes_view(name, sizeof name)));
	ck_assert(!wallet_name_is_valid(bytes_view("a\0b", 3)));
}
END_TEST

START_TEST(without_memory_nothing_is_sealed_or_opened)
{
	struct keystore_secret secret;

	make_sample();
	for (unsigned long nth = 1; nth <= 2; nth++) {
		memory_fail_at(nth, 0);
		ck_assert_int_eq(keystore_file_seal(&sample, &sample_key, &sample_secret, NULL),
		                 STATUS_MEMORY);
		memory_fail_at(nth, 0);
		ck_assert_int_eq(keystore_file_open(&secret, &sample, &sample_key, NULL),
		                 STATUS_MEMORY);
	}
	memory_fail_at(0, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("keystore_format");
	TCase *tests = tcase_create("keystore_format");

	tcase_add_test(tests, a_file_comes_back_and_opens);
	tcase_add_test(tests, the_fields_lie_where_they_are_drawn);
	tcase_add_test(tests, the_sample_has_its_golden_hash);
	tcase_add_test(tests, any_flipped_bit_is_noticed_without_a_passphrase);
	tcase_add_test(tests, any_byte_changed_on_purpose_does_not_open);
	tcase_add_test(tests, a_file_cut_anywhere_is_refused_even_with_its_hash_mended);
	tcase_add_test(tests, bytes_left_over_are_refused);
	tcase_add_test(tests, a_later_version_is_named);
	tcase_add_test(tests, what_is_no_wallet_is_called_so);
	tcase_add_loop_test(tests,
	                    a_file_that_orders_too_much_work_is_refused_before_any_is_done, 0,
	                    (int)(sizeof GREEDY / sizeof *GREEDY));
	tcase_add_test(tests, a_cost_that_scrypt_does_not_have_opens_nothing);
	tcase_add_test(tests, the_largest_wallet_fits_its_file);
	tcase_add_test(tests, accounts_that_cannot_be_are_refused);
	tcase_add_test(tests, a_passphrase_flag_is_0_or_1);
	tcase_add_test(tests, a_sealed_part_that_cannot_be_is_refused);
	tcase_add_test(tests, a_name_is_plain);
	tcase_add_test(tests, without_memory_nothing_is_sealed_or_opened);
	suite_add_tcase(suite, tests);
	return suite;
}
