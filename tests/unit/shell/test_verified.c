/* What was found valid is known again, and nothing else is. */
#include "node/shell/verified.h"
#include "tests/support/support.h"

#include "chain/crypto/keys.h"

static struct signer *signer;
static struct key_pair pair;
static struct hash digest;
static struct signature signature;

static void start(void)
{
	struct secret_key secret = {{5}};

	signer = signer_new(&(struct hash){{1}});
	digest = (struct hash){{9, 9}};
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	ck_assert_int_eq(
		key_pair_sign(&signature, signer, &pair, &digest, &(struct hash){{0}}), STATUS_OK);
}

static void stop(void)
{
	signer_free(signer);
}

START_TEST(a_valid_signature_is_known_from_its_first_check_on)
{
	ck_assert(!verified_is_known(&signature, &digest, &pair.public_key));
	ck_assert(verified_check(&signature, &digest, &pair.public_key));
	ck_assert(verified_is_known(&signature, &digest, &pair.public_key));
	ck_assert(verified_check(&signature, &digest, &pair.public_key));
}
END_TEST

START_TEST(one_bit_less_is_not_known_and_never_valid)
{
	ck_assert(verified_check(&signature, &digest, &pair.public_key));
	for (size_t i = 0; i < SIGNATURE_SIZE; i++) {
		signature.bytes[i] ^= 1;
		ck_assert(!verified_check(&signature, &digest, &pair.public_key));
		ck_assert(!verified_is_known(&signature, &digest, &pair.public_key));
		signature.bytes[i] ^= 1;
	}
	digest.bytes[0] ^= 1;
	ck_assert(!verified_check(&signature, &digest, &pair.public_key));
	digest.bytes[0] ^= 1;
	pair.public_key.bytes[31] ^= 1;
	ck_assert(!verified_check(&signature, &digest, &pair.public_key));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("verified");
	TCase *cases = tcase_create("verified");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_valid_signature_is_known_from_its_first_check_on);
	tcase_add_test(cases, one_bit_less_is_not_known_and_never_valid);
	suite_add_tcase(suite, cases);
	return suite;
}
