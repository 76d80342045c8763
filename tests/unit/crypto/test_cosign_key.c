/* The first two tests of RFC 8032 section 7.1. */
#include "chain/crypto/cosign_key.h"
#include "tests/support/support.h"

struct sample {
	const char *seed, *public_key, *message, *signature;
};

static const struct sample SAMPLES[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61"
     "e3"
     "9701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458"
     "f3"
     "613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
};

START_TEST(the_vectors_of_rfc_8032_hold)
{
	const struct sample *sample = &SAMPLES[_i];
	struct bytes_view message = from_hex(sample->message);
	struct bytes_view expected = from_hex(sample->signature);
	struct hash expected_key = hash_from_hex(sample->public_key);
	uint8_t signature[COSIGN_SIGNATURE_SIZE];
	struct hash key;

	ck_assert_int_eq(cosign_key_public(&key, from_hex(sample->seed).at), STATUS_OK);
	ck_assert_mem_eq(&key, &expected_key, sizeof key);
	ck_assert_int_eq(cosign_key_sign(signature, from_hex(sample->seed).at, message),
	                 STATUS_OK);
	ck_assert_mem_eq(signature, expected.at, sizeof signature);
	ck_assert(cosign_signature_is_valid(signature, &key, message));
}
END_TEST

START_TEST(a_flipped_bit_anywhere_is_refused)
{
	struct bytes_view message = from_hex(SAMPLES[1].message);
	struct hash key = hash_from_hex(SAMPLES[1].public_key);
	uint8_t signature[COSIGN_SIGNATURE_SIZE];

	memcpy(signature, from_hex(SAMPLES[1].signature).at, sizeof signature);
	signature[_i / 8] ^= (uint8_t)(1u << _i % 8);
	ck_assert(!cosign_signature_is_valid(signature, &key, message));
}
END_TEST

START_TEST(another_message_is_refused)
{
	struct hash key = hash_from_hex(SAMPLES[1].public_key);

	ck_assert(!cosign_signature_is_valid(from_hex(SAMPLES[1].signature).at, &key,
	                                     text_view("s")));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cosign_key");
	TCase *tests = tcase_create("cosign_key");

	tcase_add_loop_test(tests, the_vectors_of_rfc_8032_hold, 0, 2);
	tcase_add_loop_test(tests, a_flipped_bit_anywhere_is_refused, 0,
	                    8 * COSIGN_SIGNATURE_SIZE);
	tcase_add_test(tests, another_message_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
