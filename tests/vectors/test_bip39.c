/* BIP-39's english vectors, whole where this checkout has them, and two typed in. */
#include "tests/support/support.h"

#include "wallet-cli/hd_text.h"
#include "wallet-cli/keystore/words.h"

/* Entropy, words, seed and BIP-32 master key must follow from one another; the passphrase
 * of all these vectors is "TREZOR". */
static void check_vector(const char *entropy_hex, const char *words, const char *seed_hex,
                         const char *xprv)
{
	struct bytes_view bytes = from_hex(entropy_hex);
	struct words_entropy entropy = {.size = bytes.size};
	struct words_entropy back;
	struct hash signer_seed = {{0}};
	struct signer *signer = signer_new(&signer_seed);
	struct hd_key master;
	uint8_t seed[WORDS_SEED_SIZE];
	char text[WORDS_TEXT_SIZE];
	char key_text[HD_KEY_TEXT_SIZE];
	struct why why = {{0}};

	ck_assert_ptr_nonnull(signer);
	memcpy(entropy.bytes, bytes.at, bytes.size);
	words_encode(text, &entropy);
	ck_assert_str_eq(text, words);
	ck_assert_msg(words_decode(&back, text_view(words), &why) == STATUS_OK, "%s",
	              why.text);
	ck_assert_mem_eq(&back, &entropy, sizeof back);
	ck_assert_int_eq(words_seed(seed, &back, text_view("TREZOR"), NULL), STATUS_OK);
	ck_assert_mem_eq(seed, from_hex(seed_hex).at, sizeof seed);
	ck_assert_int_eq(hd_master(&master, signer, bytes_view(seed, sizeof seed)),
	                 STATUS_OK);
	hd_key_encode(key_text, &master);
	ck_assert_str_eq(key_text, xprv);
	signer_free(signer);
}

START_TEST(the_first_and_the_last_vector_hold_in_any_checkout)
{
	check_vector(
	    "00000000000000000000000000000000",
	    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
	    "abandon about",
	    "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d182"
	    "64c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
	    "xprv9s21ZrQH143K3h3fDYiay8mocZ3afhfULfb5GX8kCBdno77K4HiA15Tg23wpbeF1pLfs1c5SPmYH"
	    "r"
	    "EpTuuRhxMwvKDwqdKiGJS9XFKzUsAF");
	check_vector(
	    "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
	    "void come effort suffer camp survey warrior heavy shoot primary clutch crush "
	    "open "
	    "amazing screen patrol group space point ten exist slush involve unfold",
	    "01f5bced59dec48e362f2c45b5de68b9fd6c92c6634f44d6d40aab69056506f0e35524a518034ddc"
	    "1192e1dacd32c1ed3eaa3c3b131c88ed8e7e54c49a5d0998",
	    "xprv9s21ZrQH143K39rnQJknpH1WEPFJrzmAqqasiDcVrNuk926oizzJDDQkdiTvNPr2FYDYzWgiMiC6"
	    "3"
	    "YmfPAa2oPyNB23r2g7d1yiK6WpqaQS");
}
END_TEST

static const char *element(const json_t *array, size_t index)
{
	return json_string_value(json_array_get(array, index));
}

START_TEST(every_english_vector_of_bip_39_holds)
{
	json_t *vectors = shared_vectors_json("bip39.json");
	size_t index;
	json_t *vector;

	if (!vectors)
		return;
	ck_assert_uint_eq(json_array_size(json_object_get(vectors, "english")), 24);
	json_array_foreach (json_object_get(vectors, "english"), index, vector)
		check_vector(element(vector, 0), element(vector, 1), element(vector, 2),
		             element(vector, 3));
	json_decref(vectors);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bip39");
	TCase *tests = tcase_create("vectors");

	tcase_add_test(tests, the_first_and_the_last_vector_hold_in_any_checkout);
	tcase_add_test(tests, every_english_vector_of_bip_39_holds);
	suite_add_tcase(suite, tests);
	return suite;
}
