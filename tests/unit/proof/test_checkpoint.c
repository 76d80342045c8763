/* Checkpoints, their names, and cosignatures over them. */
#include "chain/base/text.h"
#include "chain/proof/cosignature.h"
#include "tests/support/support.h"

static const char TEXT[] = "example.com/behind-the-sofa\n"
						   "20852163\n"
						   "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

static struct checkpoint checkpoint;
static struct why why;

START_TEST(the_example_of_the_specification_is_read_and_written)
{
	struct buffer out;

	ck_assert_int_eq(checkpoint_decode(&checkpoint, text_view(TEXT), &why), STATUS_OK);
	ck_assert(bytes_equal(checkpoint.origin, text_view("example.com/behind-the-sofa")));
	ck_assert_uint_eq(checkpoint.size, 20852163);
	ck_assert_uint_eq(checkpoint.root.bytes[0], 0x0a);
	ck_assert_uint_eq(checkpoint.extensions.size, 0);
	buffer_init(&out, CHECKPOINT_TEXT_SIZE_MAX);
	checkpoint_put(&out, checkpoint.origin, checkpoint.size, &checkpoint.root);
	ck_assert(bytes_equal(buffer_view(&out), text_view(TEXT)));
	buffer_close(&out);
}
END_TEST

START_TEST(checkpoints_that_are_none_are_refused)
{
	static const char *const bad[] = {
		"",
		"a\n",
		"a\n1\n",
		"\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(checkpoint_decode(&checkpoint, text_view(bad[i]), &why) ==
		                  STATUS_MALFORMED,
		              "%zu", i);
	ck_assert_int_eq(
		checkpoint_decode(
			&checkpoint,
			text_view("a\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n"),
			&why),
		STATUS_OK);
	ck_assert(bytes_equal(checkpoint.extensions, text_view("more\n")));
}
END_TEST

START_TEST(a_checkpoint_has_a_maximum)
{
	static char text[CHECKPOINT_TEXT_SIZE_MAX + 2];

	memset(text, 'a', sizeof text);
	ck_assert_int_eq(checkpoint_decode(&checkpoint, bytes_view(text, sizeof text), &why),
	                 STATUS_TOO_LARGE);
	/* an origin that could be no key's name */
	text[NOTE_KEY_NAME_SIZE_MAX + 1] = '\n';
	memcpy(text + NOTE_KEY_NAME_SIZE_MAX + 2, TEXT + 28, sizeof TEXT - 29);
	ck_assert_int_eq(
		checkpoint_decode(&checkpoint,
	                      bytes_view(text, NOTE_KEY_NAME_SIZE_MAX + 2 + sizeof TEXT - 29),
	                      &why),
		STATUS_MALFORMED);
}
END_TEST

START_TEST(names_are_made_of_the_network_and_the_key)
{
	struct hash genesis =
		hash_from_hex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	struct hash key = {{0}};
	char origin[ORIGIN_SIZE_MAX + 1];
	char name[WITNESS_NAME_SIZE_MAX + 1];
	uint8_t half[HASH_SIZE / 2];
	struct bytes_view network;

	origin_of(origin, text_view("acme-2"), &genesis);
	ck_assert_str_eq(origin, "cairn/acme-2/00112233445566778899aabbccddeeff");
	ck_assert(origin_decode(&network, half, text_view(origin)));
	ck_assert(bytes_equal(network, text_view("acme-2")));
	ck_assert_mem_eq(half, genesis.bytes, sizeof half);
	witness_name_of(name, text_view(origin), &key);
	/* SHA-256 of 32 zero bytes begins with 66687aad... */
	ck_assert_str_eq(name,
	                 "cairn/acme-2/00112233445566778899aabbccddeeff/66687aadf862bd77");
	origin_of(origin, text_view("01234567890123456789012345678901"), &genesis);
	ck_assert_uint_eq(strlen(origin), ORIGIN_SIZE_MAX);
	witness_name_of(name, text_view(origin), &key);
	ck_assert_uint_eq(strlen(name), WITNESS_NAME_SIZE_MAX);
}
END_TEST

START_TEST(other_origins_are_not_ours)
{
	static const char *const bad[] = {
		"",
		"cairn/",
		"example.com/log",
		"cairn//00112233445566778899aabbccddeeff",
		"cairn/Acme/00112233445566778899aabbccddeeff",
		"cairn/a/b/00112233445566778899aabbccddeeff",
		"cairn/acme/00112233445566778899aabbccddeef",
		"cairn/acme/00112233445566778899AABBCCDDEEFF",
		"cairn/acme/00112233445566778899aabbccddeeff0",
		"cairn/acme+00112233445566778899aabbccddeeff",
		"cairn/012345678901234567890123456789012/00112233445566778899aabbccddeeff",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t half[HASH_SIZE / 2];
		struct bytes_view network;

		ck_assert_msg(!origin_decode(&network, half, text_view(bad[i])), "%s", bad[i]);
	}
}
END_TEST

/* -- Cosignatures
 * -------------------------------------------------------------------------- */

START_TEST(a_cosignature_is_over_its_time_and_the_text)
{
	uint8_t seed[COSIGN_SEED_SIZE] = {1, 2, 3};
	uint8_t cosignature[COSIGNATURE_SIZE];
	struct hash key;
	uint64_t time_s;

	ck_assert_int_eq(cosign_key_public(&key, seed), STATUS_OK);
	ck_assert_int_eq(
		cosignature_sign(cosignature, seed, UINT64_C(1679315147), text_view(TEXT)),
		STATUS_OK);
	/* the message, as the specification shows it */
	ck_assert(cosign_signature_is_valid(
		cosignature + 8, &key,
		text_view("cosignature/v1\n"
	              "time 1679315147\n"
	              "example.com/behind-the-sofa\n"
	              "20852163\n"
	              "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")));
	ck_assert(cosignature_is_valid(&time_s, cosignature, &key, text_view(TEXT)));
	ck_assert_uint_eq(time_s, 1679315147);
	for (size_t bit = 0; bit < 8 * sizeof cosignature; bit++) {
		cosignature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!cosignature_is_valid(&time_s, cosignature, &key, text_view(TEXT)));
		cosignature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert(!cosignature_is_valid(&time_s, cosignature, &key, text_view(TEXT + 1)));
}
END_TEST

START_TEST(the_time_of_a_cosignature_has_63_bits)
{
	uint8_t seed[COSIGN_SEED_SIZE] = {1, 2, 3};
	uint8_t cosignature[COSIGNATURE_SIZE];
	struct hash key;
	uint64_t time_s;

	ck_assert_int_eq(cosign_key_public(&key, seed), STATUS_OK);
	ck_assert_int_eq(
		cosignature_sign(cosignature, seed, COSIGNATURE_TIME_MAX, text_view(TEXT)),
		STATUS_OK);
	ck_assert(cosignature_is_valid(&time_s, cosignature, &key, text_view(TEXT)));
	ck_assert_uint_eq(time_s, COSIGNATURE_TIME_MAX);
	/* signed by the right key all the same, a time beyond is none */
	ck_assert_int_eq(
		cosign_key_sign(cosignature + 8, seed,
	                    text_view("cosignature/v1\ntime 9223372036854775808\na\n")),
		STATUS_OK);
	put_be64(cosignature, UINT64_C(1) << 63);
	ck_assert(!cosignature_is_valid(&time_s, cosignature, &key, text_view("a\n")));
}
END_TEST

/* One key, two kinds of signature: neither is taken for the other. */
START_TEST(a_note_signature_is_no_cosignature)
{
	uint8_t seed[COSIGN_SEED_SIZE] = {1, 2, 3};
	uint8_t bytes[COSIGNATURE_SIZE] = {0};
	struct hash key;
	uint64_t time_s;

	ck_assert_int_eq(cosign_key_public(&key, seed), STATUS_OK);
	ck_assert_int_eq(checkpoint_sign(bytes + 8, seed, text_view(TEXT)), STATUS_OK);
	ck_assert(cosign_signature_is_valid(bytes + 8, &key, text_view(TEXT)));
	ck_assert(!cosignature_is_valid(&time_s, bytes, &key, text_view(TEXT)));
	ck_assert_uint_ne(note_key_id(text_view("a"), NOTE_ED25519, &key),
	                  note_key_id(text_view("a"), NOTE_COSIGNATURE, &key));
}
END_TEST

START_TEST(too_large_a_text_is_not_signed)
{
	static char text[CHECKPOINT_TEXT_SIZE_MAX + 1];
	uint8_t seed[COSIGN_SEED_SIZE] = {1};
	uint8_t bytes[COSIGNATURE_SIZE] = {0};
	struct hash key = {{0}};
	uint64_t time_s;

	ck_assert_int_eq(cosignature_sign(bytes, seed, 1, bytes_view(text, sizeof text)),
	                 STATUS_TOO_LARGE);
	ck_assert_int_eq(checkpoint_sign(bytes, seed, bytes_view(text, sizeof text)),
	                 STATUS_TOO_LARGE);
	ck_assert(!cosignature_is_valid(&time_s, bytes, &key, bytes_view(text, sizeof text)));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("checkpoints");
	TCase *tests = tcase_create("checkpoints");

	tcase_add_test(tests, the_example_of_the_specification_is_read_and_written);
	tcase_add_test(tests, checkpoints_that_are_none_are_refused);
	tcase_add_test(tests, a_checkpoint_has_a_maximum);
	tcase_add_test(tests, names_are_made_of_the_network_and_the_key);
	tcase_add_test(tests, other_origins_are_not_ours);
	tcase_add_test(tests, a_cosignature_is_over_its_time_and_the_text);
	tcase_add_test(tests, the_time_of_a_cosignature_has_63_bits);
	tcase_add_test(tests, a_note_signature_is_no_cosignature);
	tcase_add_test(tests, too_large_a_text_is_not_signed);
	suite_add_tcase(suite, tests);
	return suite;
}
