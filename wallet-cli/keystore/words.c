#include "wallet-cli/keystore/words.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/derive.h"
#include "chain/crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	WORD_BITS = 11,
	PBKDF2_ROUNDS = 2048,
	TYPED_SIZE_MAX = 24, /* letters of a mistyped word that are looked at and shown */
};

static const char SALT_PREFIX[] = "mnemonic"; /* BIP-39, "From mnemonic to seed" */

bool words_entropy_size_is_valid(size_t size)
{
	return size >= 16 && size <= WORDS_ENTROPY_SIZE_MAX && size % 4 == 0;
}

size_t words_entropy_size(size_t word_count)
{
	/* Each three words hold 32 bits of entropy and one of the checksum. */
	size_t size = word_count / 3 * 4;

	return word_count % 3 == 0 && words_entropy_size_is_valid(size) ? size : 0;
}

void words_entropy_wipe(struct words_entropy *entropy)
{
	memory_wipe(entropy, sizeof *entropy);
}

/* The bits of `count` words start with the entropy; the checksum's byte comes behind it.
 */
struct word_bits {
	uint8_t bytes[WORDS_ENTROPY_SIZE_MAX + 1];
};

static uint8_t checksum_byte(const struct words_entropy *entropy)
{
	struct hash hash = hash_of(bytes_view(entropy->bytes, entropy->size));
	uint8_t byte = hash.bytes[0];

	memory_wipe(&hash, sizeof hash);
	return byte;
}

static unsigned bits_word(const struct word_bits *bits, size_t place)
{
	unsigned number = 0;

	for (size_t bit = place * WORD_BITS; bit < (place + 1) * WORD_BITS; bit++)
		number = number << 1 | (bits->bytes[bit / 8] >> (7 - bit % 8) & 1);
	return number;
}

static void bits_set_word(struct word_bits *bits, size_t place, unsigned number)
{
	for (size_t i = 0; i < WORD_BITS; i++) {
		size_t bit = place * WORD_BITS + i;

		if (number >> (WORD_BITS - 1 - i) & 1)
			bits->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
}

void words_encode(char text[WORDS_TEXT_SIZE], const struct words_entropy *entropy)
{
	struct word_bits bits = {{0}};
	size_t count = entropy->size / 4 * 3;
	char *at = text;

	INVARIANT(words_entropy_size_is_valid(entropy->size));
	memcpy(bits.bytes, entropy->bytes, entropy->size);
	bits.bytes[entropy->size] = checksum_byte(entropy);
	memory_wipe(text, WORDS_TEXT_SIZE);
	for (size_t i = 0; i < count; i++) {
		const char *word = word_list[bits_word(&bits, i)];
		size_t size = strlen(word);

		if (i > 0)
			*at++ = ' ';
		memcpy(at, word, size);
		at += size;
	}
	*at = '\0';
	memory_wipe(&bits, sizeof bits);
}

/* -- Reading what a person typed --------------------------------------------------- */

static bool is_blank(uint8_t character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

/* The next word in lower case, cut at TYPED_SIZE_MAX, in *text's place. False: none left.
 */
static bool next_word(char word[TYPED_SIZE_MAX + 1], struct bytes_view *text)
{
	size_t size = 0;

	while (text->size > 0 && is_blank(text->at[0]))
		*text = bytes_view(text->at + 1, text->size - 1);
	while (text->size > 0 && !is_blank(text->at[0])) {
		char letter = (char)text->at[0];

		if (letter >= 'A' && letter <= 'Z')
			letter = (char)(letter + 32);
		if (letter == '\0') /* would end the word before its end */
			letter = '?';
		if (size < TYPED_SIZE_MAX)
			word[size++] = letter;
		*text = bytes_view(text->at + 1, text->size - 1);
	}
	word[size] = '\0';
	return size > 0;
}

static int compare_words(const void *typed, const void *listed)
{
	return strcmp(typed, listed);
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to add, leave out, change or swap with their neighbour to get from one word to
 * the other (optimal string alignment). */
static unsigned word_distance(const char *typed, const char *listed)
{
	unsigned rows[TYPED_SIZE_MAX + 1][WORD_SIZE_MAX + 1];
	size_t typed_size = strlen(typed);
	size_t listed_size = strlen(listed);

	for (size_t i = 0; i <= typed_size; i++) {
		for (size_t k = 0; k <= listed_size; k++) {
			if (i == 0 || k == 0) {
				rows[i][k] = (unsigned)(i + k);
				continue;
			}
			rows[i][k] = rows[i - 1][k - 1] + (typed[i - 1] != listed[k - 1]);
			rows[i][k] = smaller(rows[i][k], rows[i - 1][k] + 1);
			rows[i][k] = smaller(rows[i][k], rows[i][k - 1] + 1);
			if (i > 1 && k > 1 && typed[i - 1] == listed[k - 2] &&
			    typed[i - 2] == listed[k - 1])
				rows[i][k] = smaller(rows[i][k], rows[i - 2][k - 2] + 1);
		}
	}
	return rows[typed_size][listed_size];
}

static size_t letters_in_front(const char *a, const char *b)
{
	size_t count = 0;

	while (a[count] && a[count] == b[count])
		count++;
	return count;
}

/* The word of the list that was most likely meant; among equals the one that begins
 * alike, as four letters already name a word. */
static const char *nearest_word(const char *typed)
{
	const char *nearest = word_list[0];
	unsigned distance_min = word_distance(typed, nearest);
	size_t typed_size = strlen(typed);

	for (size_t i = 1; i < WORD_LIST_COUNT; i++) {
		size_t size = strlen(word_list[i]);
		unsigned distance;

		/* So many letters must be added or left out at least. */
		if ((size > typed_size ? size - typed_size : typed_size - size) > distance_min)
			continue;
		distance = word_distance(typed, word_list[i]);
		if (distance < distance_min ||
		    (distance == distance_min &&
		     letters_in_front(typed, word_list[i]) > letters_in_front(typed, nearest))) {
			nearest = word_list[i];
			distance_min = distance;
		}
	}
	return nearest;
}

static enum status explain_word(char *typed, size_t place, struct why *why)
{
	const char *nearest;

	if (!why)
		return STATUS_MALFORMED;
	nearest = nearest_word(typed);
	/* What is shown goes to a terminal: nothing there may steer it. */
	for (char *at = typed; *at; at++)
		if (*at < 32 || *at > 126)
			*at = '?';
	return why_say(why, STATUS_MALFORMED,
	               "word %zu, \"%s\", is not in the list; did you mean \"%s\"?", place,
	               typed, nearest);
}

static enum status explain_count(size_t count, struct why *why)
{
	if (count > WORDS_COUNT_MAX)
		return why_say(why, STATUS_MALFORMED,
		               "more than %d words; a wallet has 12, 15, 18, 21 or 24",
		               WORDS_COUNT_MAX);
	return why_say(why, STATUS_MALFORMED, "%zu words; a wallet has 12, 15, 18, 21 or 24",
	               count);
}

/* All words into their bits. *count: how many there were. */
static enum status read_words(struct word_bits *bits, size_t *count,
                              struct bytes_view text, struct why *why)
{
	char typed[TYPED_SIZE_MAX + 1];
	enum status status = STATUS_OK;

	*count = 0;
	while (status == STATUS_OK && next_word(typed, &text)) {
		const char *found = bsearch(typed, word_list, WORD_LIST_COUNT,
		                            sizeof word_list[0], compare_words);

		if (*count == WORDS_COUNT_MAX)
			status = explain_count(WORDS_COUNT_MAX + 1, why);
		else if (!found)
			status = explain_word(typed, *count + 1, why);
		else
			bits_set_word(
			    bits, (*count)++,
			    (unsigned)((size_t)(found - word_list[0]) / sizeof word_list[0]));
	}
	memory_wipe(typed, sizeof typed);
	return status;
}

enum status words_decode(struct words_entropy *entropy, struct bytes_view text,
                         struct why *why)
{
	struct word_bits bits = {{0}};
	size_t count;
	unsigned unused; /* bits of the last byte that are not the checksum's */
	enum status status;

	words_entropy_wipe(entropy);
	status = read_words(&bits, &count, text, why);
	if (status == STATUS_OK && words_entropy_size(count) == 0)
		status = explain_count(count, why);
	if (status != STATUS_OK)
		goto out_bits;
	entropy->size = words_entropy_size(count);
	memcpy(entropy->bytes, bits.bytes, entropy->size);
	unused = 8 - (unsigned)entropy->size / 4;
	if ((bits.bytes[entropy->size] ^ checksum_byte(entropy)) >> unused != 0) {
		words_entropy_wipe(entropy);
		status =
		    why_say(why, STATUS_MALFORMED,
		            "the words are all in the list, but their checksum does not fit: "
		            "one is another word, or two stand in the wrong order");
	}
out_bits:
	memory_wipe(&bits, sizeof bits);
	return status;
}

/* -- The seed ---------------------------------------------------------------------- */

enum status words_passphrase_check(struct bytes_view passphrase, struct why *why)
{
	if (passphrase.size > WORDS_PASSPHRASE_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE,
		               "the passphrase of the words has more than %d characters",
		               WORDS_PASSPHRASE_SIZE_MAX);
	for (size_t i = 0; i < passphrase.size; i++)
		if (passphrase.at[i] < 32 || passphrase.at[i] > 126)
			return why_say(
			    why, STATUS_MALFORMED,
			    "the passphrase of the words must be printable ASCII; byte %zu of it "
			    "is not",
			    i + 1);
	return STATUS_OK;
}

enum status words_seed(uint8_t seed[WORDS_SEED_SIZE], const struct words_entropy *entropy,
                       struct bytes_view passphrase, struct why *why)
{
	char text[WORDS_TEXT_SIZE];
	uint8_t salt[sizeof SALT_PREFIX - 1 + WORDS_PASSPHRASE_SIZE_MAX];
	size_t salt_size = sizeof SALT_PREFIX - 1;
	enum status status = words_passphrase_check(passphrase, why);

	if (status != STATUS_OK)
		return status;
	memcpy(salt, SALT_PREFIX, salt_size);
	if (passphrase.size > 0)
		memcpy(salt + salt_size, passphrase.at, passphrase.size);
	salt_size += passphrase.size;
	words_encode(text, entropy);
	status = derive_pbkdf2_sha512(seed, WORDS_SEED_SIZE, text_view(text),
	                              bytes_view(salt, salt_size), PBKDF2_ROUNDS);
	memory_wipe(text, sizeof text);
	memory_wipe(salt, sizeof salt);
	if (status != STATUS_OK)
		return why_set(why, status, "turn the words into a seed");
	return STATUS_OK;
}
