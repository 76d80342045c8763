#include "chain/base/siphash.h"
#include "tests/support/support.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { SIZE_MAX_TRIED = 80 };

static uint8_t key_bytes[SIPHASH_KEY_SIZE];
static uint8_t input[SIZE_MAX_TRIED];

static void setup(void)
{
	for (size_t i = 0; i < sizeof key_bytes; i++)
		key_bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof input; i++)
		input[i] = (uint8_t)i;
}

/* "SipHash: a fast short-input PRF", appendix A. */
START_TEST(the_example_of_the_paper)
{
	struct siphash_key key = siphash_key(key_bytes);

	ck_assert_uint_eq(siphash_2_4(&key, input, 15), UINT64_C(0xa129ca6149be45e5));
}
END_TEST

static uint64_t of_libcrypto(unsigned rounds, unsigned last_rounds, size_t size)
{
	unsigned out_size = 8;
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &out_size),
		OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &rounds),
		OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &last_rounds),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
	uint8_t out[8];
	size_t written;

	ck_assert_int_eq(EVP_MAC_init(context, key_bytes, sizeof key_bytes, parameters), 1);
	ck_assert_int_eq(EVP_MAC_update(context, input, size), 1);
	ck_assert_int_eq(EVP_MAC_final(context, out, &written, sizeof out), 1);
	ck_assert_uint_eq(written, sizeof out);
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
	return get_le64(out);
}

START_TEST(every_size_gives_what_libcrypto_gives)
{
	struct siphash_key key;
	size_t size = (size_t)_i;

	for (unsigned i = 0; i < sizeof key_bytes; i++)
		key_bytes[i] = (uint8_t)(37 * i + (unsigned)_i);
	key = siphash_key(key_bytes);
	ck_assert_uint_eq(siphash_2_4(&key, input, size), of_libcrypto(2, 4, size));
	ck_assert_uint_eq(siphash_1_3(&key, input, size), of_libcrypto(1, 3, size));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("siphash");
	TCase *tests = tcase_create("siphash");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_example_of_the_paper);
	tcase_add_loop_test(tests, every_size_gives_what_libcrypto_gives, 0, SIZE_MAX_TRIED);
	suite_add_tcase(suite, tests);
	return suite;
}
