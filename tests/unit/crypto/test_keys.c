#include "chain/base/memory.h"
#include "chain/crypto/hash.h"
#include "chain/crypto/keys.h"
#include "tests/support/support.h"

/* The order of secp256k1's group, SEC 2 section 2.4.1. */
static const char ORDER[] =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

static struct signer *signer;

static void start(void)
{
	struct hash seed = hash_of(text_view("seed"));

	signer = signer_new(&seed);
	ck_assert_ptr_nonnull(signer);
}

static void stop(void)
{
	signer_free(signer);
}

static struct secret_key secret_from_hex(const char *hex)
{
	struct secret_key secret;

	memcpy(secret.bytes, from_hex(hex).at, SECRET_KEY_SIZE);
	return secret;
}

static struct key_pair pair_of(const char *name)
{
	struct hash hash = hash_of(text_view(name));
	struct secret_key secret;
	struct key_pair pair;

	memcpy(secret.bytes, hash.bytes, SECRET_KEY_SIZE);
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	return pair;
}

static struct signature sign(const struct key_pair *pair, const struct hash *message)
{
	struct hash auxiliary = hash_of(text_view("auxiliary"));
	struct signature signature;

	ck_assert_int_eq(key_pair_sign(&signature, signer, pair, message, &auxiliary),
	                 STATUS_OK);
	return signature;
}

START_TEST(what_a_key_signs_is_valid_for_it)
{
	struct key_pair pair = pair_of("alice"), other = pair_of("bob");
	struct hash message = hash_of(text_view("message"));
	struct signature signature = sign(&pair, &message);

	ck_assert(signature_is_valid(&signature, &message, &pair.public_key));
	ck_assert(!signature_is_valid(&signature, &message, &other.public_key));
	ck_assert(public_key_is_valid(&pair.public_key));
}
END_TEST

START_TEST(a_flipped_bit_anywhere_makes_it_invalid)
{
	struct key_pair pair = pair_of("alice");
	struct hash message = hash_of(text_view("message"));
	struct signature signature = sign(&pair, &message);

	for (size_t bit = 0; bit < 8 * SIGNATURE_SIZE; bit += 3) {
		struct signature bad = signature;

		bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!signature_is_valid(&bad, &message, &pair.public_key));
	}
	for (size_t bit = 0; bit < 8 * HASH_SIZE; bit += 3) {
		struct public_key key = pair.public_key;
		struct hash bad = message;

		bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!signature_is_valid(&signature, &bad, &pair.public_key));
		key.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!signature_is_valid(&signature, &message, &key));
	}
}
END_TEST

START_TEST(the_auxiliary_bytes_change_the_signature_and_not_its_validity)
{
	struct key_pair pair = pair_of("alice");
	struct hash message = hash_of(text_view("message")), auxiliary = {{0}};
	struct signature first = sign(&pair, &message), second;

	ck_assert_int_eq(key_pair_sign(&second, signer, &pair, &message, &auxiliary),
	                 STATUS_OK);
	ck_assert_mem_ne(&first, &second, sizeof first);
	ck_assert(signature_is_valid(&second, &message, &pair.public_key));
}
END_TEST

START_TEST(the_blinding_of_the_context_does_not_show)
{
	struct key_pair pair = pair_of("alice");
	struct hash message = hash_of(text_view("message"));
	struct hash seed = hash_of(text_view("another seed"));
	struct signature first = sign(&pair, &message), second;

	signer_free(signer);
	signer = signer_new(&seed);
	second = sign(&pair, &message);
	ck_assert_mem_eq(&first, &second, sizeof first);
}
END_TEST

START_TEST(a_secret_key_lies_between_zero_and_the_order)
{
	struct secret_key secret = secret_from_hex(ORDER);
	uint8_t point[COMPRESSED_KEY_SIZE];
	struct key_pair pair;

	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_MALFORMED);
	ck_assert_int_eq(secret_key_point(point, signer, &secret), STATUS_MALFORMED);
	secret.bytes[31]--;
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	secret_key_wipe(&secret);
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_MALFORMED);
	secret.bytes[31] = 1;
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	/* SEC 2 section 2.4.1: the base point, whose y is even. */
	ck_assert_mem_eq(
	    pair.public_key.bytes,
	    from_hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").at,
	    32);
	ck_assert_int_eq(secret_key_point(point, signer, &secret), STATUS_OK);
	ck_assert_uint_eq(point[0], 2);
	ck_assert_mem_eq(point + 1, pair.public_key.bytes, 32);
}
END_TEST

START_TEST(not_every_32_bytes_are_a_public_key)
{
	struct random random = random_from(11);
	struct public_key key;
	size_t valid = 0;

	for (int i = 0; i < 400; i++) {
		random_fill(&random, &key, sizeof key);
		valid += public_key_is_valid(&key);
	}
	/* About every second x has a point: 200, give or take six deviations of 10. */
	ck_assert_uint_gt(valid, 140);
	ck_assert_uint_lt(valid, 260);
	memset(&key, 0xff, sizeof key); /* not below the field's prime */
	ck_assert(!public_key_is_valid(&key));
}
END_TEST

START_TEST(wiped_keys_are_zeros)
{
	struct key_pair pair = pair_of("alice");
	struct secret_key secret = secret_from_hex(ORDER);
	static const struct key_pair no_pair;
	static const struct secret_key no_secret;

	key_pair_wipe(&pair);
	secret_key_wipe(&secret);
	ck_assert_mem_eq(&pair, &no_pair, sizeof pair);
	ck_assert_mem_eq(&secret, &no_secret, sizeof secret);
}
END_TEST

/* BIP-32: the point of (secret + tweak) is the point of the secret, plus tweak times G.
 */
START_TEST(a_tweak_does_the_same_to_a_secret_and_to_its_point)
{
	struct random random = random_from(12);

	for (int round = 0; round < 20; round++) {
		uint8_t point[COMPRESSED_KEY_SIZE], expected[COMPRESSED_KEY_SIZE];
		struct hash tweak = random_hash(&random);
		struct secret_key secret;

		random_fill(&random, &secret, sizeof secret);
		ck_assert_int_eq(secret_key_point(point, signer, &secret), STATUS_OK);
		ck_assert(compressed_key_add(point, &tweak));
		ck_assert(secret_key_add(&secret, &tweak));
		ck_assert_int_eq(secret_key_point(expected, signer, &secret), STATUS_OK);
		ck_assert_mem_eq(point, expected, sizeof point);
	}
}
END_TEST

START_TEST(a_tweak_that_leads_nowhere_is_refused_and_changes_nothing)
{
	struct secret_key secret = {{0}}, before;
	struct hash tweak = hash_from_hex(ORDER);
	uint8_t point[COMPRESSED_KEY_SIZE];

	secret.bytes[31] = 1;
	before = secret;
	ck_assert(!secret_key_add(&secret, &tweak)); /* not below the order */
	tweak.bytes[31]--;
	ck_assert(!secret_key_add(&secret, &tweak)); /* 1 + (n - 1) = 0 */
	ck_assert_mem_eq(&secret, &before, sizeof secret);
	ck_assert_int_eq(secret_key_point(point, signer, &secret), STATUS_OK);
	ck_assert(!compressed_key_add(point, &tweak)); /* infinity */
	point[0] = 4;
	ck_assert(!compressed_key_add(point, &tweak)); /* no compressed point */
}
END_TEST

START_TEST(no_memory_gives_no_signer)
{
	struct hash seed = hash_of(text_view("seed"));

	memory_fail_at(1, 0);
	ck_assert_ptr_null(signer_new(&seed));
	signer_free(NULL);
}
END_TEST

START_TEST(two_secrets_agree_on_one_and_no_point_is_refused)
{
	struct secret_key a = {{1, 2}}, b = {{3, 4}}, zero = {{0}};
	uint8_t point_a[COMPRESSED_KEY_SIZE], point_b[COMPRESSED_KEY_SIZE];
	struct hash shared, other;

	ck_assert_int_eq(secret_key_point(point_a, signer, &a), STATUS_OK);
	ck_assert_int_eq(secret_key_point(point_b, signer, &b), STATUS_OK);
	ck_assert(secret_key_agree(&shared, &a, point_b));
	ck_assert(secret_key_agree(&other, &b, point_a));
	ck_assert(hash_equal(&shared, &other));
	ck_assert(!secret_key_agree(&shared, &zero, point_b));
	ck_assert(compressed_key_is_valid(point_b));
	point_b[0] = 4;
	ck_assert(!compressed_key_is_valid(point_b));
	ck_assert(!secret_key_agree(&shared, &a, point_b));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("keys");
	TCase *cases = tcase_create("keys");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, what_a_key_signs_is_valid_for_it);
	tcase_add_test(cases, a_flipped_bit_anywhere_makes_it_invalid);
	tcase_add_test(cases, the_auxiliary_bytes_change_the_signature_and_not_its_validity);
	tcase_add_test(cases, the_blinding_of_the_context_does_not_show);
	tcase_add_test(cases, a_secret_key_lies_between_zero_and_the_order);
	tcase_add_test(cases, not_every_32_bytes_are_a_public_key);
	tcase_add_test(cases, wiped_keys_are_zeros);
	tcase_add_test(cases, a_tweak_does_the_same_to_a_secret_and_to_its_point);
	tcase_add_test(cases, a_tweak_that_leads_nowhere_is_refused_and_changes_nothing);
	tcase_add_test(cases, no_memory_gives_no_signer);
	tcase_add_test(cases, two_secrets_agree_on_one_and_no_point_is_refused);
	suite_add_tcase(suite, cases);
	return suite;
}
