/* HMAC, HKDF, PBKDF2, scrypt and hash160 against their documents. */
#include "tests/support/support.h"

#include "chain/base/text.h"
#include "chain/crypto/derive.h"
#include "chain/crypto/hash.h"

static void assert_bytes(const uint8_t *bytes, size_t size, const char *hex)
{
	struct bytes_view expected = from_hex(hex);

	ck_assert_uint_eq(expected.size, size);
	ck_assert_mem_eq(bytes, expected.at, size);
}

/* RFC 4231 section 4, test cases 1, 2, 3 and 6. */
static const struct {
	const char *key;
	const char *message;
	const char *sha256;
	const char *sha512;
} HMACS[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
     "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
};

START_TEST(hmac_follows_rfc_4231)
{
	struct hash sha256;
	uint8_t sha512[HMAC_SHA512_SIZE];

	ck_assert_int_eq(
	    hmac_sha256(&sha256, from_hex(HMACS[_i].key), from_hex(HMACS[_i].message)),
	    STATUS_OK);
	assert_bytes(sha256.bytes, sizeof sha256, HMACS[_i].sha256);
	ck_assert_int_eq(
	    hmac_sha512(sha512, from_hex(HMACS[_i].key), from_hex(HMACS[_i].message)),
	    STATUS_OK);
	assert_bytes(sha512, sizeof sha512, HMACS[_i].sha512);
}
END_TEST

/* RFC 2104's own words, with this project's SHA-256: H(K ^ opad | H(K ^ ipad | text)). */
static struct hash hmac_by_hand(struct bytes_view key, struct bytes_view message)
{
	uint8_t inner[64];
	uint8_t outer[64];
	struct hasher hasher;
	struct hash hash;

	ck_assert_uint_le(key.size, 64);
	memset(inner, 0x36, sizeof inner);
	memset(outer, 0x5c, sizeof outer);
	for (size_t i = 0; i < key.size; i++) {
		inner[i] ^= key.at[i];
		outer[i] ^= key.at[i];
	}
	hasher_start(&hasher);
	hasher_update(&hasher, inner, sizeof inner);
	hasher_update(&hasher, message.at, message.size);
	hash = hasher_finish(&hasher);
	hasher_start(&hasher);
	hasher_update(&hasher, outer, sizeof outer);
	hasher_update(&hasher, hash.bytes, sizeof hash);
	return hasher_finish(&hasher);
}

START_TEST(hmac_takes_every_key_and_message_size_and_none)
{
	struct random random = random_from(2104);
	uint8_t key[64];
	uint8_t message[100];

	random_fill(&random, key, sizeof key);
	random_fill(&random, message, sizeof message);
	for (size_t i = 0; i <= sizeof key; i++) {
		struct bytes_view some_key = i == 0 ? bytes_view(NULL, 0) : bytes_view(key, i);
		struct bytes_view text = bytes_view(message, 100 - i);
		struct hash expected = hmac_by_hand(some_key, text);
		struct hash mac;

		ck_assert_int_eq(hmac_sha256(&mac, some_key, text), STATUS_OK);
		ck_assert(hash_equal(&mac, &expected));
	}
}
END_TEST

/* RFC 5869 appendix A.1, A.2 and A.3. */
static const struct {
	const char *secret;
	const char *salt;
	const char *info;
	const char *out;
} HKDFS[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
     "f0f1f2f3f4f5f6f7f8f9",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
     "34007208d5b887185865"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
     "404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
     "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
     "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
     "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
     "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
     "cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
     "9d201395faa4b61a96c8"},
};

START_TEST(hkdf_follows_rfc_5869)
{
	struct bytes_view expected = from_hex(HKDFS[_i].out);
	uint8_t out[128];

	ck_assert_int_eq(derive_hkdf_sha256(out, expected.size, from_hex(HKDFS[_i].secret),
	                                    from_hex(HKDFS[_i].salt),
	                                    from_hex(HKDFS[_i].info)),
	                 STATUS_OK);
	ck_assert_mem_eq(out, expected.at, expected.size);
}
END_TEST

/* What a Noise handshake ends with: two keys from a chaining key and nothing. */
START_TEST(hkdf_of_an_empty_secret_is_two_hmacs_of_its_extract)
{
	struct bytes_view salt = text_view("chaining key of thirty-two bytes");
	struct bytes_view none = bytes_view(NULL, 0);
	uint8_t out[2 * HASH_SIZE];
	uint8_t message[HASH_SIZE + 1];
	struct hash extracted;
	struct hash expected;

	ck_assert_int_eq(derive_hkdf_sha256(out, sizeof out, none, salt, none), STATUS_OK);
	ck_assert_int_eq(hmac_sha256(&extracted, salt, none), STATUS_OK);
	ck_assert_int_eq(hmac_sha256(&expected, hash_view(&extracted), from_hex("01")),
	                 STATUS_OK);
	ck_assert_mem_eq(out, expected.bytes, HASH_SIZE);
	memcpy(message, expected.bytes, HASH_SIZE);
	message[HASH_SIZE] = 2;
	ck_assert_int_eq(hmac_sha256(&expected, hash_view(&extracted),
	                             bytes_view(message, sizeof message)),
	                 STATUS_OK);
	ck_assert_mem_eq(out + HASH_SIZE, expected.bytes, HASH_SIZE);
}
END_TEST

START_TEST(hkdf_gives_its_largest_size_and_refuses_more)
{
	static uint8_t out[HKDF_SIZE_MAX + 1];
	static uint8_t info[HKDF_INFO_SIZE_MAX + 1];
	struct bytes_view secret = text_view("secret");
	struct bytes_view none = bytes_view(NULL, 0);

	ck_assert_int_eq(derive_hkdf_sha256(out, HKDF_SIZE_MAX, secret, none,
	                                    bytes_view(info, HKDF_INFO_SIZE_MAX)),
	                 STATUS_OK);
	ck_assert_int_eq(derive_hkdf_sha256(out, HKDF_SIZE_MAX + 1, secret, none, none),
	                 STATUS_TOO_LARGE);
	ck_assert_int_eq(
	    derive_hkdf_sha256(out, 32, secret, none, bytes_view(info, sizeof info)),
	    STATUS_TOO_LARGE);
}
END_TEST

/* RFC 8018 section 5.2: the first block is U1 ^ U2 ^ ..., U1 = HMAC(P, S | 00000001) and
 * each next one the HMAC of the one before. */
START_TEST(pbkdf2_is_the_sum_of_a_chain_of_hmacs)
{
	struct bytes_view passphrase = text_view("password");
	uint8_t link[HMAC_SHA512_SIZE];
	uint8_t next[HMAC_SHA512_SIZE];
	uint8_t sum[HMAC_SHA512_SIZE];
	uint8_t out[HMAC_SHA512_SIZE];

	ck_assert_int_eq(hmac_sha512(link, passphrase, from_hex("73616c7400000001")),
	                 STATUS_OK);
	memcpy(sum, link, sizeof sum);
	for (uint32_t rounds = 1; rounds <= 20; rounds++) {
		ck_assert_int_eq(
		    derive_pbkdf2_sha512(out, sizeof out, passphrase, text_view("salt"), rounds),
		    STATUS_OK);
		ck_assert_mem_eq(out, sum, sizeof sum);
		ck_assert_int_eq(hmac_sha512(next, passphrase, bytes_view(link, sizeof link)),
		                 STATUS_OK);
		memcpy(link, next, sizeof link);
		for (size_t i = 0; i < sizeof sum; i++)
			sum[i] ^= link[i];
	}
}
END_TEST

/* The first words of BIP-39's english vectors, with their passphrase "TREZOR". */
START_TEST(pbkdf2_stretches_words_as_bip_39_says)
{
	uint8_t seed[64];

	ck_assert_int_eq(
	    derive_pbkdf2_sha512(seed, sizeof seed,
	                         text_view("abandon abandon abandon abandon abandon abandon "
	                                   "abandon abandon abandon abandon abandon about"),
	                         text_view("mnemonicTREZOR"), 2048),
	    STATUS_OK);
	assert_bytes(seed, sizeof seed,
	             "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553"
	             "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04");
}
END_TEST

/* RFC 7914 section 12; the fourth, of 1 GiB, is left out. */
static const struct {
	const char *passphrase;
	const char *salt;
	struct scrypt_cost cost;
	const char *out;
} SCRYPTS[] = {
    {"",
     "",
     {16, 1, 1},
     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
     "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
    {"password",
     "NaCl",
     {1024, 8, 16},
     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
     "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
    {"pleaseletmein",
     "SodiumChloride",
     {16384, 8, 1},
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
     "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
};

START_TEST(scrypt_follows_rfc_7914_and_its_memory_is_what_was_said)
{
	uint8_t out[64];
	struct bytes_view passphrase = text_view(SCRYPTS[_i].passphrase);
	struct bytes_view salt = text_view(SCRYPTS[_i].salt);
	uint64_t memory = scrypt_memory(&SCRYPTS[_i].cost);

	ck_assert_int_eq(
	    derive_scrypt(out, sizeof out, passphrase, salt, &SCRYPTS[_i].cost, memory),
	    STATUS_OK);
	assert_bytes(out, sizeof out, SCRYPTS[_i].out);
	ck_assert_int_eq(
	    derive_scrypt(out, sizeof out, passphrase, salt, &SCRYPTS[_i].cost, memory - 1),
	    STATUS_TOO_LARGE);
}
END_TEST

static const struct scrypt_cost UNSOUND[] = {
    {0, 8, 1},  {1, 8, 1},  {3, 8, 1},       {1000, 8, 1},
    {16, 0, 1}, {16, 8, 0}, {1 << 16, 1, 1}, {2, 1 << 15, 1 << 15},
};

START_TEST(a_cost_that_scrypt_does_not_have_is_refused)
{
	uint8_t out[32];

	ck_assert_int_eq(derive_scrypt(out, sizeof out, text_view("p"), text_view("s"),
	                               &UNSOUND[_i], UINT64_MAX),
	                 STATUS_MALFORMED);
}
END_TEST

START_TEST(no_cost_orders_more_memory_than_allowed)
{
	static const struct scrypt_cost large[] = {{1U << 31, 8, 1},
	                                           {1U << 20, 1 << 29, 1},
	                                           {2, 1, (1 << 30) - 1},
	                                           {1U << 31, 1 << 29, 1}};
	uint8_t out[32];

	for (size_t i = 0; i < sizeof large / sizeof *large; i++)
		ck_assert_int_eq(derive_scrypt(out, sizeof out, text_view("p"), text_view("s"),
		                               &large[i], 64 << 20),
		                 STATUS_TOO_LARGE);
}
END_TEST

/* BIP-173's example of a key hash: the point of the secret key 1. */
START_TEST(hash160_is_the_key_hash_of_bip_173)
{
	uint8_t hash[HASH160_SIZE];

	ck_assert_int_eq(
	    hash160(hash, from_hex("0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28"
	                           "D959F2815B16F81798")),
	    STATUS_OK);
	assert_bytes(hash, sizeof hash, "751e76e8199196d454941c45d1b3a323f1433bd6");
}
END_TEST

#define COUNT_OF(array) (int)(sizeof(array) / sizeof *(array))

Suite *test_suite(void)
{
	Suite *suite = suite_create("derive");
	TCase *tests = tcase_create("derive");

	tcase_add_loop_test(tests, hmac_follows_rfc_4231, 0, COUNT_OF(HMACS));
	tcase_add_test(tests, hmac_takes_every_key_and_message_size_and_none);
	tcase_add_loop_test(tests, hkdf_follows_rfc_5869, 0, COUNT_OF(HKDFS));
	tcase_add_test(tests, hkdf_of_an_empty_secret_is_two_hmacs_of_its_extract);
	tcase_add_test(tests, hkdf_gives_its_largest_size_and_refuses_more);
	tcase_add_test(tests, pbkdf2_is_the_sum_of_a_chain_of_hmacs);
	tcase_add_test(tests, pbkdf2_stretches_words_as_bip_39_says);
	tcase_add_loop_test(tests, scrypt_follows_rfc_7914_and_its_memory_is_what_was_said, 0,
	                    COUNT_OF(SCRYPTS));
	tcase_add_loop_test(tests, a_cost_that_scrypt_does_not_have_is_refused, 0,
	                    COUNT_OF(UNSOUND));
	tcase_add_test(tests, no_cost_orders_more_memory_than_allowed);
	tcase_add_test(tests, hash160_is_the_key_hash_of_bip_173);
	suite_add_tcase(suite, tests);
	return suite;
}
