/* ChaCha20-Poly1305: what was sealed opens, and nothing else does. */
#include "tests/support/support.h"

#include "chain/base/memory.h"
#include "chain/crypto/seal.h"

static struct sealer *sealer;

static void open_sealer(void)
{
	sealer = sealer_new();
	ck_assert_ptr_nonnull(sealer);
}

static void close_sealer(void)
{
	sealer_free(sealer);
}

static struct seal_key key_from(struct bytes_view bytes)
{
	struct seal_key key;

	ck_assert_uint_eq(bytes.size, sizeof key);
	memcpy(key.bytes, bytes.at, sizeof key);
	return key;
}

static struct seal_nonce nonce_from(struct bytes_view bytes)
{
	struct seal_nonce nonce;

	ck_assert_uint_eq(bytes.size, sizeof nonce);
	memcpy(nonce.bytes, bytes.at, sizeof nonce);
	return nonce;
}

/* RFC 8439 section 2.8.2. */
static const char RFC_KEY[] =
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
static const char RFC_NONCE[] = "070000004041424344454647";
static const char RFC_ADDITIONAL[] = "50515253c0c1c2c3c4c5c6c7";
static const char RFC_PLAIN[] = "Ladies and Gentlemen of the class of '99: If I could "
                                "offer you only one tip for the future, sunscreen would "
                                "be it.";
static const char RFC_SEALED[] =
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
    "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
    "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
    "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691";

START_TEST(the_example_of_rfc_8439_is_sealed_and_opened)
{
	struct seal_key key = key_from(from_hex(RFC_KEY));
	struct seal_nonce nonce = nonce_from(from_hex(RFC_NONCE));
	struct bytes_view additional = from_hex(RFC_ADDITIONAL);
	struct bytes_view expected = from_hex(RFC_SEALED);
	struct bytes_view plain = text_view(RFC_PLAIN);
	uint8_t sealed[sizeof RFC_PLAIN - 1 + SEAL_TAG_SIZE];
	uint8_t opened[sizeof RFC_PLAIN - 1];

	ck_assert_uint_eq(expected.size, sizeof sealed);
	ck_assert_int_eq(sealer_seal(sealer, sealed, &key, &nonce, additional, plain),
	                 STATUS_OK);
	ck_assert_mem_eq(sealed, expected.at, sizeof sealed);
	ck_assert_int_eq(sealer_open(sealer, opened, &key, &nonce, additional, expected),
	                 STATUS_OK);
	ck_assert_mem_eq(opened, plain.at, plain.size);
}
END_TEST

enum { PLAIN_MAX = 200 };

START_TEST(every_size_opens_in_its_own_place_whatever_was_sealed_before)
{
	struct random random = random_from(8439);
	uint8_t bytes[PLAIN_MAX + SEAL_TAG_SIZE];
	uint8_t plain[PLAIN_MAX];
	uint8_t additional[64];

	for (size_t size = 0; size <= PLAIN_MAX; size++) {
		struct seal_key key;
		struct seal_nonce nonce;
		struct bytes_view covered = bytes_view(additional, size % sizeof additional);

		random_fill(&random, &key, sizeof key);
		random_fill(&random, &nonce, sizeof nonce);
		random_fill(&random, additional, sizeof additional);
		random_fill(&random, plain, sizeof plain);
		memcpy(bytes, plain, size);
		ck_assert_int_eq(
		    sealer_seal(sealer, bytes, &key, &nonce, covered, bytes_view(bytes, size)),
		    STATUS_OK);
		ck_assert(size < 8 || memcmp(bytes, plain, size) != 0);
		ck_assert_int_eq(sealer_open(sealer, bytes, &key, &nonce, covered,
		                             bytes_view(bytes, size + SEAL_TAG_SIZE)),
		                 STATUS_OK);
		ck_assert_int_eq(memcmp(bytes, plain, size), 0);
	}
}
END_TEST

/* Everything that the tag covers, one bit of it changed at a time. */
struct parts {
	struct seal_key key;
	struct seal_nonce nonce;
	uint8_t additional[5];
	uint8_t sealed[7 + SEAL_TAG_SIZE];
};

static enum status open_parts(uint8_t plain[7], const struct parts *parts)
{
	return sealer_open(sealer, plain, &parts->key, &parts->nonce,
	                   bytes_view(parts->additional, sizeof parts->additional),
	                   bytes_view(parts->sealed, sizeof parts->sealed));
}

START_TEST(any_bit_of_key_nonce_additional_text_or_tag_matters_and_nothing_leaks)
{
	static const uint8_t zeros[7];
	struct random random = random_from(1);
	struct parts parts;
	uint8_t *bytes = (uint8_t *)&parts;
	uint8_t plain[7];

	random_fill(&random, &parts, sizeof parts);
	ck_assert_int_eq(sealer_seal(sealer, parts.sealed, &parts.key, &parts.nonce,
	                             bytes_view(parts.additional, sizeof parts.additional),
	                             text_view("secrets")),
	                 STATUS_OK);
	for (size_t bit = 0; bit < 8 * sizeof parts; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(plain, 0xaa, sizeof plain);
		ck_assert_int_eq(open_parts(plain, &parts), STATUS_MALFORMED);
		ck_assert_mem_eq(plain, zeros, sizeof plain);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* The sealer has not been spoilt by what it refused. */
	ck_assert_int_eq(open_parts(plain, &parts), STATUS_OK);
	ck_assert_mem_eq(plain, "secrets", sizeof plain);
}
END_TEST

START_TEST(a_text_cut_anywhere_is_refused)
{
	struct seal_key key = {{1}};
	struct seal_nonce nonce = {{2}};
	struct bytes_view nothing = bytes_view(NULL, 0);
	uint8_t sealed[10 + SEAL_TAG_SIZE];
	uint8_t plain[10];

	ck_assert_int_eq(
	    sealer_seal(sealer, sealed, &key, &nonce, nothing, text_view("0123456789")),
	    STATUS_OK);
	for (size_t size = 0; size < sizeof sealed; size++) {
		enum status expected = size < SEAL_TAG_SIZE ? STATUS_SHORT : STATUS_MALFORMED;

		ck_assert_int_eq(
		    sealer_open(sealer, plain, &key, &nonce, nothing, bytes_view(sealed, size)),
		    expected);
	}
}
END_TEST

START_TEST(additional_bytes_and_text_do_not_flow_into_one_another)
{
	struct seal_key key = {{1}};
	struct seal_nonce nonce = {{2}};
	uint8_t sealed[4 + SEAL_TAG_SIZE];
	uint8_t plain[4];

	ck_assert_int_eq(
	    sealer_seal(sealer, sealed, &key, &nonce, text_view("ab"), text_view("cdef")),
	    STATUS_OK);
	ck_assert_int_eq(sealer_open(sealer, plain, &key, &nonce, text_view("abc"),
	                             bytes_view(sealed, sizeof sealed)),
	                 STATUS_MALFORMED);
	ck_assert_int_eq(sealer_open(sealer, plain, &key, &nonce, bytes_view(NULL, 0),
	                             bytes_view(sealed, sizeof sealed)),
	                 STATUS_MALFORMED);
}
END_TEST

START_TEST(without_memory_there_is_no_sealer)
{
	memory_fail_at(1, 0);
	ck_assert_ptr_null(sealer_new());
	sealer_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("seal");
	TCase *tests = tcase_create("seal");

	tcase_add_checked_fixture(tests, open_sealer, close_sealer);
	tcase_add_test(tests, the_example_of_rfc_8439_is_sealed_and_opened);
	tcase_add_test(tests, every_size_opens_in_its_own_place_whatever_was_sealed_before);
	tcase_add_test(tests,
	               any_bit_of_key_nonce_additional_text_or_tag_matters_and_nothing_leaks);
	tcase_add_test(tests, a_text_cut_anywhere_is_refused);
	tcase_add_test(tests, additional_bytes_and_text_do_not_flow_into_one_another);
	tcase_add_test(tests, without_memory_there_is_no_sealer);
	suite_add_tcase(suite, tests);
	return suite;
}
