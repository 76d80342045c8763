/* BIP-39 words: the list is the standard's, words come back as entropy, and a mistake is
 * named. */
#include "tests/support/support.h"

#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/words.h"

START_TEST(the_list_is_the_one_of_the_standard)
{
	struct hash expected =
	    hash_from_hex("2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
	struct hasher hasher;
	struct hash hash;

	hasher_start(&hasher);
	for (size_t i = 0; i < WORD_LIST_COUNT; i++) {
		hasher_update(&hasher, word_list[i], strlen(word_list[i]));
		hasher_update(&hasher, "\n", 1);
		/* Sorted, which looking up relies on; and four letters name a word. */
		if (i > 0)
			ck_assert_int_lt(strncmp(word_list[i - 1], word_list[i], 4), 0);
	}
	hash = hasher_finish(&hasher);
	ck_assert(hash_equal(&hash, &expected));
}
END_TEST

static struct words_entropy random_entropy(struct random *random, size_t size)
{
	struct words_entropy entropy = {.size = size};

	random_fill(random, entropy.bytes, size);
	return entropy;
}

static const size_t SIZES[] = {16, 20, 24, 28, 32};
static const size_t COUNTS[] = {12, 15, 18, 21, 24};

enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES };

static size_t count_words(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == ' ';
	return count;
}

START_TEST(entropy_of_each_size_becomes_words_and_comes_back)
{
	struct random random = random_from(39);

	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < SIZE_COUNT; i++) {
			struct words_entropy entropy = random_entropy(&random, SIZES[i]);
			struct words_entropy back;
			char text[WORDS_TEXT_SIZE];

			words_encode(text, &entropy);
			ck_assert_uint_eq(count_words(text), COUNTS[i]);
			ck_assert_int_eq(words_decode(&back, text_view(text), NULL), STATUS_OK);
			ck_assert_mem_eq(&back, &entropy, sizeof back);
		}
	}
}
END_TEST

START_TEST(only_the_five_sizes_have_words)
{
	for (size_t size = 0; size <= 40; size++) {
		bool valid = false;

		for (size_t i = 0; i < SIZE_COUNT; i++)
			valid = valid || SIZES[i] == size;
		ck_assert(words_entropy_size_is_valid(size) == valid);
	}
	for (size_t count = 0; count <= 30; count++) {
		size_t size = 0;

		for (size_t i = 0; i < SIZE_COUNT; i++)
			if (COUNTS[i] == count)
				size = SIZES[i];
		ck_assert_uint_eq(words_entropy_size(count), size);
	}
}
END_TEST

/* The longest words, 24 times: what the buffer's size counts on. */
START_TEST(the_longest_text_fits)
{
	size_t longest = 0;

	for (size_t i = 0; i < WORD_LIST_COUNT; i++)
		if (strlen(word_list[i]) > longest)
			longest = strlen(word_list[i]);
	ck_assert_uint_eq(longest, WORD_SIZE_MAX);
	ck_assert_uint_eq(WORDS_TEXT_SIZE, 24 * longest + 23 + 1);
}
END_TEST

static const char GOOD[] =
    "legal winner thank year wave sausage worth useful legal winner thank yellow";

START_TEST(white_space_and_capitals_do_not_matter)
{
	static const char *const texts[] = {
	    "  Legal WINNER thank\tyear wave\nsausage\r\nworth useful legal winner thank "
	    "yellow\n",
	    "LEGAL WINNER THANK YEAR WAVE SAUSAGE WORTH USEFUL LEGAL WINNER THANK YELLOW",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct words_entropy entropy;

		ck_assert_int_eq(words_decode(&entropy, text_view(texts[i]), NULL), STATUS_OK);
		ck_assert_uint_eq(entropy.size, 16);
		for (size_t k = 0; k < entropy.size; k++)
			ck_assert_uint_eq(entropy.bytes[k], 0x7f);
	}
}
END_TEST

static const struct {
	const char *text;
	const char *says;
} BAD[] = {
    {"", "0 words; a wallet has 12"},
    {" \n\t ", "0 words; a wallet has 12"},
    {"legal", "1 words; a wallet has 12"},
    {"legal winner thank year wave sausage worth useful legal winner thank",
     "11 words; a wallet has 12"},
    {"legal winner thank year wave sausage worth useful legal winner thank yellow legal",
     "13 words; a wallet has 12"},
    {"legal legal legal legal legal legal legal legal legal legal legal legal legal "
     "legal "
     "legal legal legal legal legal legal legal legal legal legal legal",
     "more than 24 words"},
    /* A letter changed, lost, doubled, swapped; each with its place. */
    {"legal winner thonk year wave sausage worth useful legal winner thank yellow",
     "word 3, \"thonk\", is not in the list; did you mean \"thank\"?"},
    {"legal winner thank year wave sausage worth useful legal winner thank yelow",
     "word 12, \"yelow\", is not in the list; did you mean \"yellow\"?"},
    {"leggal winner thank year wave sausage worth useful legal winner thank yellow",
     "word 1, \"leggal\", is not in the list; did you mean \"legal\"?"},
    {"legal winner thank year wave suasage worth useful legal winner thank yellow",
     "word 6, \"suasage\", is not in the list; did you mean \"sausage\"?"},
    {"legal winner thank year wave sausage worth useful legal win ner thank yellow",
     "word 11, \"ner\", is not in the list"},
    /* Four letters name a word, but are not accepted for it. */
    {"aban winner thank year wave sausage worth useful legal winner thank yellow",
     "word 1, \"aban\", is not in the list; did you mean"},
    {"legal winner,thank", "word 2, \"winner,thank\", is not in the list"},
    {"legal \x1b[2Jwinner", "word 2, \"?[2jwinner\", is not in the list"},
    {"legal w\xc3\xadnner", "word 2, \"w??nner\", is not in the list; did you mean "
                            "\"winner\"?"},
    {"legal supercalifragilisticexpialidocious",
     "word 2, \"supercalifragilisticexpi\", is not in the list"},
    {"legal winner thank year wave sausage worth useful legal winner thank thank",
     "checksum does not fit"},
    {"winner legal thank year wave sausage worth useful legal winner thank yellow",
     "checksum does not fit"},
};

START_TEST(a_mistake_is_named_with_its_place)
{
	static const struct words_entropy wiped;
	struct words_entropy entropy;
	struct why why = {{0}};

	ck_assert_int_eq(words_decode(&entropy, text_view(BAD[_i].text), &why),
	                 STATUS_MALFORMED);
	ck_assert_msg(strstr(why.text, BAD[_i].says) != NULL, "'%s' does not say '%s'",
	              why.text, BAD[_i].says);
	ck_assert_mem_eq(&entropy, &wiped, sizeof entropy);
	ck_assert_int_eq(words_decode(&entropy, text_view(BAD[_i].text), NULL),
	                 STATUS_MALFORMED);
}
END_TEST

START_TEST(a_nul_does_not_end_a_word)
{
	static const char text[] =
	    "legal\0x winner thank year wave sausage worth useful legal winner thank yellow";
	struct words_entropy entropy;
	struct why why = {{0}};

	ck_assert_int_eq(words_decode(&entropy, bytes_view(text, sizeof text - 1), &why),
	                 STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "word 1, \"legal?x\""));
}
END_TEST

/* Each word with one letter dropped is suggested itself, unless that makes another word,
 * or one as near to it. */
START_TEST(a_lost_letter_mostly_suggests_the_word_that_was_meant)
{
	size_t right = 0;
	size_t asked = 0;

	for (size_t i = 0; i < WORD_LIST_COUNT; i += 7) {
		char typed[WORD_SIZE_MAX + 1];
		struct words_entropy entropy;
		struct why why = {{0}};
		char says[64];
		size_t lost = strlen(word_list[i]) / 2;

		strcpy(typed, word_list[i]);
		memmove(typed + lost, typed + lost + 1, strlen(typed + lost));
		ck_assert_int_eq(words_decode(&entropy, text_view(typed), &why),
		                 STATUS_MALFORMED);
		if (!strstr(why.text, "did you mean"))
			continue;
		snprintf(says, sizeof says, "mean \"%s\"?", word_list[i]);
		asked++;
		right += strstr(why.text, says) != NULL;
	}
	ck_assert_uint_ge(asked, 250);
	ck_assert_uint_ge(right * 4, asked * 3);
}
END_TEST

/* Of 2,048 words in the place of one, one in 2^4 has a checksum that fits: 12 words have
 * 4 bits of it. */
START_TEST(a_checksum_lets_one_wrong_word_in_sixteen_pass)
{
	size_t accepted = 0;

	for (size_t i = 0; i < WORD_LIST_COUNT; i++) {
		char text[WORDS_TEXT_SIZE];
		struct words_entropy entropy;

		snprintf(text, sizeof text, "%.8s%s", word_list[i], GOOD + strlen("legal"));
		accepted += words_decode(&entropy, text_view(text), NULL) == STATUS_OK;
	}
	ck_assert_uint_gt(accepted, 90);
	ck_assert_uint_lt(accepted, 170);
}
END_TEST

START_TEST(another_passphrase_is_another_seed)
{
	struct words_entropy entropy = {.size = 16};
	uint8_t empty[WORDS_SEED_SIZE];
	uint8_t other[WORDS_SEED_SIZE];

	ck_assert_int_eq(words_seed(empty, &entropy, bytes_view(NULL, 0), NULL), STATUS_OK);
	ck_assert_int_eq(words_seed(other, &entropy, text_view("x"), NULL), STATUS_OK);
	ck_assert_mem_ne(empty, other, sizeof empty);
}
END_TEST

START_TEST(a_passphrase_outside_ascii_is_refused_with_its_place)
{
	struct words_entropy entropy = {.size = 16};
	uint8_t seed[WORDS_SEED_SIZE];
	struct why why = {{0}};

	ck_assert_int_eq(words_seed(seed, &entropy, text_view("gr\xc3\xbc\xc3\x9f"), &why),
	                 STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "ASCII; byte 3 of it is not"));
	ck_assert_int_eq(words_passphrase_check(text_view("tab\t"), &why), STATUS_MALFORMED);
	ck_assert_int_eq(words_passphrase_check(text_view(" ~"), &why), STATUS_OK);
}
END_TEST

START_TEST(the_longest_passphrase_is_taken_and_no_longer_one)
{
	struct words_entropy entropy = {.size = 32};
	uint8_t seed[WORDS_SEED_SIZE];
	char passphrase[WORDS_PASSPHRASE_SIZE_MAX + 1];

	memset(passphrase, 'p', sizeof passphrase);
	ck_assert_int_eq(words_seed(seed, &entropy,
	                            bytes_view(passphrase, WORDS_PASSPHRASE_SIZE_MAX), NULL),
	                 STATUS_OK);
	ck_assert_int_eq(
	    words_seed(seed, &entropy, bytes_view(passphrase, sizeof passphrase), NULL),
	    STATUS_TOO_LARGE);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("words");
	TCase *tests = tcase_create("words");

	tcase_add_test(tests, the_list_is_the_one_of_the_standard);
	tcase_add_test(tests, entropy_of_each_size_becomes_words_and_comes_back);
	tcase_add_test(tests, only_the_five_sizes_have_words);
	tcase_add_test(tests, the_longest_text_fits);
	tcase_add_test(tests, white_space_and_capitals_do_not_matter);
	tcase_add_loop_test(tests, a_mistake_is_named_with_its_place, 0,
	                    (int)(sizeof BAD / sizeof *BAD));
	tcase_add_test(tests, a_nul_does_not_end_a_word);
	tcase_add_test(tests, a_lost_letter_mostly_suggests_the_word_that_was_meant);
	tcase_add_test(tests, a_checksum_lets_one_wrong_word_in_sixteen_pass);
	tcase_add_test(tests, another_passphrase_is_another_seed);
	tcase_add_test(tests, a_passphrase_outside_ascii_is_refused_with_its_place);
	tcase_add_test(tests, the_longest_passphrase_is_taken_and_no_longer_one);
	suite_add_tcase(suite, tests);
	return suite;
}
