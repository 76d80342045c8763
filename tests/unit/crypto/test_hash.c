#include "chain/crypto/hash.h"
#include "tests/support/support.h"

static void check_hash(struct hash hash, const char *expected)
{
	struct hash wanted = hash_from_hex(expected);

	ck_assert_mem_eq(&hash, &wanted, sizeof hash);
}

/* FIPS 180-4's examples (NIST, "Examples with Intermediate Values", SHA256). */
START_TEST(sha256_agrees_with_the_examples_of_nist)
{
	struct hasher hasher;
	char block[1000];

	check_hash(hash_of(text_view("")),
	           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_hash(hash_of(text_view("abc")),
	           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_hash(
	    hash_of(text_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(block, 'a', sizeof block);
	hasher_start(&hasher);
	for (int i = 0; i < 1000; i++)
		hasher_update(&hasher, block, sizeof block);
	check_hash(hasher_finish(&hasher),
	           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(a_hash_in_pieces_is_the_hash_of_the_whole)
{
	struct random random = random_from(10);
	uint8_t bytes[300];

	random_fill(&random, bytes, sizeof bytes);
	for (size_t cut = 0; cut <= sizeof bytes; cut++) {
		struct hash whole = hash_of(bytes_view(bytes, sizeof bytes)), parts;
		struct hasher hasher;

		hasher_start(&hasher);
		hasher_update(&hasher, bytes, cut);
		hasher_update(&hasher, NULL, 0);
		hasher_update(&hasher, bytes + cut, sizeof bytes - cut);
		parts = hasher_finish(&hasher);
		ck_assert(hash_equal(&whole, &parts));
	}
}
END_TEST

/* BIP-340, "Design": tagged_hash(tag, x) = SHA-256(SHA-256(tag) || SHA-256(tag) || x). */
START_TEST(a_tagged_hash_is_what_bip340_says)
{
	struct hash tag = hash_of(text_view("BIP0340/challenge"));
	uint8_t bytes[2 * HASH_SIZE + 3];
	struct hash plain, tagged;

	memcpy(bytes, tag.bytes, HASH_SIZE);
	memcpy(bytes + HASH_SIZE, tag.bytes, HASH_SIZE);
	memcpy(bytes + 2 * HASH_SIZE, "abc", 3);
	plain = hash_of(bytes_view(bytes, sizeof bytes));
	tagged = hash_tagged("BIP0340/challenge", text_view("abc"));
	ck_assert(hash_equal(&plain, &tagged));
	tagged = hash_tagged("BIP0340/challengf", text_view("abc"));
	ck_assert(!hash_equal(&plain, &tagged));
}
END_TEST

START_TEST(a_begun_tagged_hash_can_be_copied_for_each_message)
{
	const struct hasher begun = hasher_tagged("cairn/tx/v1");
	static const char *const MESSAGES[] = {"", "one", "another"};

	for (size_t i = 0; i < 3; i++) {
		struct hash direct = hash_tagged("cairn/tx/v1", text_view(MESSAGES[i])), copied;
		struct hasher hasher = begun;

		hasher_update(&hasher, MESSAGES[i], strlen(MESSAGES[i]));
		copied = hasher_finish(&hasher);
		ck_assert(hash_equal(&direct, &copied));
	}
}
END_TEST

START_TEST(hashes_compare_by_every_byte)
{
	struct hash a = hash_of(text_view("a")), b = a;

	ck_assert(hash_equal(&a, &b) && hash_equal_in_constant_time(&a, &b));
	for (size_t i = 0; i < HASH_SIZE; i++) {
		b = a;
		b.bytes[i] ^= 0x80;
		ck_assert(!hash_equal(&a, &b));
		ck_assert(!hash_equal_in_constant_time(&a, &b));
		ck_assert_int_eq(hash_compare(&a, &b) < 0, a.bytes[i] < b.bytes[i]);
	}
	memset(&b, 0, sizeof b);
	ck_assert(hash_is_zero(&b) && !hash_is_zero(&a));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hash");
	TCase *cases = tcase_create("hash");

	tcase_add_test(cases, sha256_agrees_with_the_examples_of_nist);
	tcase_add_test(cases, a_hash_in_pieces_is_the_hash_of_the_whole);
	tcase_add_test(cases, a_tagged_hash_is_what_bip340_says);
	tcase_add_test(cases, a_begun_tagged_hash_can_be_copied_for_each_message);
	tcase_add_test(cases, hashes_compare_by_every_byte);
	suite_add_tcase(suite, cases);
	return suite;
}
