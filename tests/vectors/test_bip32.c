/* BIP-32's vectors, whole where this checkout has them, and some typed in. */
#include "tests/support/support.h"

#include "wallet-cli/hd_text.h"

static struct signer *signer;

static void open_signer(void)
{
	struct hash seed = {{32}};

	signer = signer_new(&seed);
	ck_assert_ptr_nonnull(signer);
}

static void close_signer(void)
{
	signer_free(signer);
}

/* The seed derives down the path to both texts, each text reads back as the key it names.
 */
static void check_chain(const char *seed_hex, const char *path_text, const char *xprv,
                        const char *xpub)
{
	struct hd_path path;
	struct hd_key key;
	struct hd_key back;
	char text[HD_KEY_TEXT_SIZE];
	struct why why = {{0}};

	ck_assert_msg(hd_path_decode(&path, text_view(path_text), &why) == STATUS_OK,
	              "%s: %s", path_text, why.text);
	ck_assert_int_eq(hd_master(&key, signer, from_hex(seed_hex)), STATUS_OK);
	ck_assert_int_eq(hd_derive(&key, signer, path.numbers, path.count), STATUS_OK);
	hd_key_encode(text, &key);
	ck_assert_str_eq(text, xprv);
	ck_assert_int_eq(hd_key_decode(&back, signer, text_view(xprv), NULL), STATUS_OK);
	ck_assert_mem_eq(&back, &key, sizeof key);
	hd_key_forget_secret(&key);
	hd_key_encode(text, &key);
	ck_assert_str_eq(text, xpub);
	ck_assert_int_eq(hd_key_decode(&back, signer, text_view(xpub), NULL), STATUS_OK);
	ck_assert_mem_eq(&back, &key, sizeof key);
}

static void check_invalid(const char *text, const char *reason)
{
	struct hd_key key;
	struct why why = {{0}};

	ck_assert_msg(hd_key_decode(&key, signer, text_view(text), &why) != STATUS_OK,
	              "accepted, in spite of: %s", reason);
	ck_assert_str_ne(why.text, "");
}

/* Test vectors 3 and 4 are about leading zeros, which some programs once lost. */
START_TEST(keys_with_leading_zeros_hold_in_any_checkout)
{
	static const char seed3[] =
	    "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f"
	    "863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be";
	static const char seed4[] =
	    "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678";

	check_chain(
	    seed3, "m/0'",
	    "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6"
	    "vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L",
	    "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjN"
	    "Lf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y");
	check_chain(
	    seed4, "m/0'/1'",
	    "xprv9xJocDuwtYCMNAo3Zw76WENQeAS6WGXQ55RCy7tDJ8oALr4FWkuVoHJeHVAcAqiZLE7Je3vZ"
	    "JHxspZdFHfnBEjHqU5hG1Jaj32dVoS6XLT1",
	    "xpub6BJA1jSqiukeaesWfxe6sNK9CCGaujFFSJLomWHprUL9DePQ4JDkM5d88n49sMGJxrhpjazuX"
	    "YWdMf17C9T5XnxkopaeS7jGk1GyyVziaMt");
}
END_TEST

START_TEST(a_few_invalid_keys_are_refused_in_any_checkout)
{
	check_invalid(
	    "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8s"
	    "fvZU521AAwdZafEz7mnzBBsz4wKY5fTtTQBm",
	    "pubkey version / prvkey mismatch");
	check_invalid(
	    "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzF93Y5wvzdUayhgk"
	    "kFoicQZcP3y52uPPxFnfoLZB21Teqt1VvEHx",
	    "private key 0 not in 1..n-1");
}
END_TEST

START_TEST(every_vector_of_bip_32_holds)
{
	json_t *vectors = shared_vectors_json("bip32.json");
	size_t chains_seen = 0;
	size_t invalid_seen = 0;
	size_t index;
	size_t inner;
	json_t *vector;
	json_t *entry;

	if (!vectors)
		return;
	json_array_foreach (vectors, index, vector) {
		const char *seed = json_string_value(json_object_get(vector, "seed"));

		json_array_foreach (json_object_get(vector, "chains"), inner, entry) {
			check_chain(seed, json_string_value(json_object_get(entry, "path")),
			            json_string_value(json_object_get(entry, "xprv")),
			            json_string_value(json_object_get(entry, "xpub")));
			chains_seen++;
		}
		json_array_foreach (json_object_get(vector, "invalid"), inner, entry) {
			check_invalid(json_string_value(json_object_get(entry, "key")),
			              json_string_value(json_object_get(entry, "why")));
			invalid_seen++;
		}
	}
	ck_assert_uint_ge(chains_seen, 17);
	ck_assert_uint_ge(invalid_seen, 14);
	json_decref(vectors);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bip32");
	TCase *tests = tcase_create("vectors");

	tcase_add_checked_fixture(tests, open_signer, close_signer);
	tcase_add_test(tests, keys_with_leading_zeros_hold_in_any_checkout);
	tcase_add_test(tests, a_few_invalid_keys_are_refused_in_any_checkout);
	tcase_add_test(tests, every_vector_of_bip_32_holds);
	suite_add_tcase(suite, tests);
	return suite;
}
