#include "chain/crypto/bech32m.h"

#include <stdio.h>

static const char GROUP_LETTERS[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum {
	CHECKSUM_BECH32 = 1,           /* what a good text sums to in BIP-173 */
	CHECKSUM_BECH32M = 0x2bc830a3, /* and in BIP-350 */
	CHECKSUM_BITS = 5 * BECH32M_CHECKSUM_SIZE,
};

/* The checksum is a BCH code over GF(32): the text is a polynomial, the sum its
 * remainder. One step multiplies by x and adds a group (BIP-173, "Checksum"). */
static uint32_t checksum_step(uint32_t sum, uint32_t group)
{
	static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
	                                      0x2a1462b3};
	uint32_t top = sum >> (CHECKSUM_BITS - 5);

	sum = (sum & ((UINT32_C(1) << (CHECKSUM_BITS - 5)) - 1)) << 5 ^ group;
	for (int i = 0; i < 5; i++)
		if (top >> i & 1)
			sum ^= generator[i];
	return sum;
}

/* The prefix goes in as its high bits, a zero, its low bits. */
static uint32_t checksum_of_prefix(const char *prefix)
{
	uint32_t sum = 1;

	for (const char *at = prefix; *at; at++)
		sum = checksum_step(sum, (uint8_t)*at >> 5);
	sum = checksum_step(sum, 0);
	for (const char *at = prefix; *at; at++)
		sum = checksum_step(sum, (uint8_t)*at & 31);
	return sum;
}

static bool prefix_is_sound(const char *prefix)
{
	for (const char *at = prefix; *at; at++)
		if (*at < 33 || *at > 126 || (*at >= 'A' && *at <= 'Z'))
			return false;
	return *prefix != '\0';
}

enum status bech32m_encode(char text[BECH32M_SIZE_MAX + 1], const struct bech32m *value)
{
	size_t prefix_size = strlen(value->prefix);
	uint32_t sum;
	char *at;

	if (!prefix_is_sound(value->prefix))
		return STATUS_MALFORMED;
	if (value->group_count > BECH32M_GROUPS_MAX ||
	    prefix_size + 1 + value->group_count + BECH32M_CHECKSUM_SIZE > BECH32M_SIZE_MAX)
		return STATUS_TOO_LARGE;
	memcpy(text, value->prefix, prefix_size);
	at = text + prefix_size;
	*at++ = '1';
	sum = checksum_of_prefix(value->prefix);
	for (size_t i = 0; i < value->group_count; i++) {
		if (value->groups[i] > 31)
			return STATUS_MALFORMED;
		sum = checksum_step(sum, value->groups[i]);
		*at++ = GROUP_LETTERS[value->groups[i]];
	}
	for (int i = 0; i < BECH32M_CHECKSUM_SIZE; i++)
		sum = checksum_step(sum, 0);
	sum ^= CHECKSUM_BECH32M;
	for (int shift = CHECKSUM_BITS - 5; shift >= 0; shift -= 5)
		*at++ = GROUP_LETTERS[sum >> shift & 31];
	*at = '\0';
	return STATUS_OK;
}

/* -- Reading: each step looks at one kind of mistake ------------------------------------
 */

/* How a character is shown in a sentence: itself, or its number where it has no shape. */
static const char *character_text(char shown[8], uint8_t character)
{
	bool visible = character > 32 && character < 127;

	snprintf(shown, 8, visible ? "'%c'" : "0x%02x", character);
	return shown;
}

static enum status check_characters(struct bytes_view text, struct why *why)
{
	size_t lower = SIZE_MAX;
	size_t upper = SIZE_MAX;
	char shown[8];

	for (size_t i = 0; i < text.size; i++) {
		uint8_t character = text.at[i];

		if (character < 33 || character > 126)
			return why_say(why, STATUS_MALFORMED,
			               "character %zu is %s, which has no place", i + 1,
			               character_text(shown, character));
		if (character >= 'a' && character <= 'z' && lower == SIZE_MAX)
			lower = i;
		if (character >= 'A' && character <= 'Z' && upper == SIZE_MAX)
			upper = i;
	}
	if (lower != SIZE_MAX && upper != SIZE_MAX)
		return why_say(why, STATUS_MALFORMED,
		               "character %zu is upper case and character %zu lower case",
		               upper + 1, lower + 1);
	return STATUS_OK;
}

/* *separator: the index of the last '1'. */
static enum status find_separator(size_t *separator, struct bytes_view text,
                                  struct why *why)
{
	size_t at = text.size;

	while (at > 0 && text.at[at - 1] != '1')
		at--;
	if (at == 0)
		return why_say(why, STATUS_MALFORMED,
		               "no '1' separates a prefix from what follows");
	if (at == 1)
		return why_say(why, STATUS_MALFORMED, "nothing stands before the '1'");
	if (text.size - at < BECH32M_CHECKSUM_SIZE)
		return why_say(why, STATUS_MALFORMED,
		               "%zu characters after the '1' are too few for a checksum",
		               text.size - at);
	*separator = at - 1;
	return STATUS_OK;
}

static uint8_t to_lower(uint8_t character)
{
	return character >= 'A' && character <= 'Z' ? (uint8_t)(character + 32) : character;
}

/* The group of a letter, 32 for none. */
static uint8_t group_of(uint8_t character)
{
	const char *found = memchr(GROUP_LETTERS, to_lower(character), 32);

	return found ? (uint8_t)(found - GROUP_LETTERS) : 32;
}

/* A single wrong letter changes the sum by e * x^k, for one of 31 values e and its
 * distance k from the end, and no two such changes are equal. Gives the distance, `count`
 * for none. */
static size_t distance_of_error(uint32_t difference, size_t count)
{
	for (uint32_t error = 1; error < 32; error++) {
		uint32_t change = error;

		for (size_t k = 0; k < count; k++) {
			if (change == difference)
				return k;
			change = checksum_step(change, 0);
		}
	}
	return count;
}

/* `count` letters, the checksum's included, sum to `sum` and should not. */
static enum status explain_checksum(uint32_t sum, size_t count, size_t text_size,
                                    struct why *why)
{
	size_t distance;

	if (sum == CHECKSUM_BECH32)
		return why_say(why, STATUS_MALFORMED,
		               "the checksum is that of bech32, not of bech32m");
	distance = distance_of_error(sum ^ CHECKSUM_BECH32M, count);
	if (distance < count)
		return why_say(why, STATUS_MALFORMED,
		               "the checksum does not fit; if one character is mistyped, it is "
		               "character %zu",
		               text_size - distance);
	return why_say(why, STATUS_MALFORMED,
	               "the checksum does not fit: characters are mistyped, missing or in "
	               "another order");
}

/* The groups after the separator, and their sum. */
static enum status read_groups(struct bech32m *value, uint32_t *sum,
                               struct bytes_view text, size_t separator, struct why *why)
{
	size_t count = text.size - separator - 1;
	char shown[8];

	*sum = checksum_of_prefix(value->prefix);
	value->group_count = count - BECH32M_CHECKSUM_SIZE;
	for (size_t i = 0; i < count; i++) {
		uint8_t character = text.at[separator + 1 + i];
		uint8_t group = group_of(character);

		if (group > 31)
			return why_say(why, STATUS_MALFORMED,
			               "character %zu is %s, which is not used here",
			               separator + 2 + i, character_text(shown, character));
		*sum = checksum_step(*sum, group);
		if (i < value->group_count)
			value->groups[i] = group;
	}
	return STATUS_OK;
}

enum status bech32m_decode(struct bech32m *value, struct bytes_view text, struct why *why)
{
	size_t separator = 0;
	uint32_t sum;
	enum status status;

	if (text.size > BECH32M_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE, "%zu characters are more than %d",
		               text.size, BECH32M_SIZE_MAX);
	status = check_characters(text, why);
	if (status == STATUS_OK)
		status = find_separator(&separator, text, why);
	if (status != STATUS_OK)
		return status;
	*value = (struct bech32m){0};
	for (size_t i = 0; i < separator; i++)
		value->prefix[i] = (char)to_lower(text.at[i]);
	status = read_groups(value, &sum, text, separator, why);
	if (status != STATUS_OK)
		return status;
	if (sum != CHECKSUM_BECH32M)
		return explain_checksum(sum, text.size - separator - 1, text.size, why);
	return STATUS_OK;
}

bool bech32m_put_bytes(struct bech32m *value, struct bytes_view bytes)
{
	uint32_t bits = 0;
	unsigned bit_count = 0;

	if (bytes.size > BECH32M_BYTES_MAX)
		return false;
	value->group_count = 0;
	for (size_t i = 0; i < bytes.size; i++) {
		bits = bits << 8 | bytes.at[i];
		for (bit_count += 8; bit_count >= 5; bit_count -= 5)
			value->groups[value->group_count++] = bits >> (bit_count - 5) & 31;
	}
	if (bit_count > 0)
		value->groups[value->group_count++] = bits << (5 - bit_count) & 31;
	return true;
}

bool bech32m_get_bytes(uint8_t *bytes, size_t *size, const struct bech32m *value)
{
	uint32_t bits = 0;
	unsigned bit_count = 0;

	*size = 0;
	for (size_t i = 0; i < value->group_count; i++) {
		bits = bits << 5 | value->groups[i];
		bit_count += 5;
		if (bit_count >= 8) {
			bit_count -= 8;
			bytes[(*size)++] = (uint8_t)(bits >> bit_count);
		}
	}
	return bit_count < 5 && (bits & ((UINT32_C(1) << bit_count) - 1)) == 0;
}
