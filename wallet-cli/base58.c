#include "wallet-cli/base58.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/hash.h"

static const char DIGITS[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

enum {
	CHECKSUM_SIZE = 4,
	CHECKED_SIZE_MAX = BASE58_BYTES_MAX + CHECKSUM_SIZE,
	DIGITS_MAX = BASE58_TEXT_SIZE - 1,
};

static struct hash checksum(struct bytes_view bytes)
{
	struct hash once = hash_of(bytes);
	struct hash twice = hash_of(hash_view(&once));

	memory_wipe(&once, sizeof once);
	return twice;
}

/* number := number * base + digit, where `number` has `*size` places, each below `other`,
 * the lowest first. How both directions change from base 256 to base 58 and back. */
static void multiply_add(uint8_t *number, size_t *size, unsigned other, unsigned base,
                         unsigned digit)
{
	unsigned carry = digit;

	for (size_t i = 0; i < *size; i++) {
		carry += number[i] * base;
		number[i] = (uint8_t)(carry % other);
		carry /= other;
	}
	for (; carry > 0; carry /= other)
		number[(*size)++] = (uint8_t)(carry % other);
}

void base58_check_encode(char text[BASE58_TEXT_SIZE], struct bytes_view bytes)
{
	uint8_t checked[CHECKED_SIZE_MAX];
	uint8_t digits[DIGITS_MAX];
	size_t size = bytes.size + CHECKSUM_SIZE;
	size_t digit_count = 0;
	size_t zeros = 0;
	struct hash sum;

	INVARIANT(bytes.size <= BASE58_BYTES_MAX);
	if (bytes.size > 0)
		memcpy(checked, bytes.at, bytes.size);
	sum = checksum(bytes);
	memcpy(checked + bytes.size, sum.bytes, CHECKSUM_SIZE);
	for (size_t i = 0; i < size; i++)
		multiply_add(digits, &digit_count, 58, 256, checked[i]);
	/* A number has no leading zeros; the bytes may have, and each becomes a '1'. */
	while (zeros < size && checked[zeros] == 0)
		text[zeros++] = DIGITS[0];
	for (size_t i = 0; i < digit_count; i++)
		text[zeros + i] = DIGITS[digits[digit_count - 1 - i]];
	text[zeros + digit_count] = '\0';
	memory_wipe(checked, sizeof checked);
	memory_wipe(digits, sizeof digits);
}

/* The number of `text`, the lowest byte first, and the zeros in front of it. */
static enum status read_number(uint8_t number[DIGITS_MAX], size_t *size, size_t *zeros,
                               struct bytes_view text, struct why *why)
{
	*size = 0;
	*zeros = 0;
	if (text.size > DIGITS_MAX)
		return why_say(why, STATUS_TOO_LARGE, "%zu characters are too many", text.size);
	while (*zeros < text.size && text.at[*zeros] == (uint8_t)DIGITS[0])
		(*zeros)++;
	for (size_t i = *zeros; i < text.size; i++) {
		const char *digit = memchr(DIGITS, text.at[i], sizeof DIGITS - 1);

		if (!digit)
			return why_say(why, STATUS_MALFORMED, "character %zu has no place in base58",
			               i + 1);
		multiply_add(number, size, 256, 58, (unsigned)(digit - DIGITS));
	}
	if (*zeros + *size > CHECKED_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE, "%zu bytes are too many", *zeros + *size);
	if (*zeros + *size < CHECKSUM_SIZE)
		return why_say(why, STATUS_MALFORMED, "%zu characters are too few", text.size);
	return STATUS_OK;
}

enum status base58_check_decode(uint8_t bytes[BASE58_BYTES_MAX], size_t *size,
                                struct bytes_view text, struct why *why)
{
	uint8_t number[DIGITS_MAX];
	uint8_t checked[CHECKED_SIZE_MAX] = {0};
	size_t number_size;
	size_t zeros;
	struct hash sum;
	enum status status;

	memory_wipe(bytes, BASE58_BYTES_MAX);
	status = read_number(number, &number_size, &zeros, text, why);
	if (status != STATUS_OK)
		goto out_number;
	for (size_t i = 0; i < number_size; i++)
		checked[zeros + i] = number[number_size - 1 - i];
	*size = zeros + number_size - CHECKSUM_SIZE;
	sum = checksum(bytes_view(checked, *size));
	if (memcmp(sum.bytes, checked + *size, CHECKSUM_SIZE) == 0)
		memcpy(bytes, checked, *size);
	else
		status = why_say(why, STATUS_MALFORMED, "the checksum does not fit");
out_number:
	memory_wipe(number, sizeof number);
	memory_wipe(checked, sizeof checked);
	return status;
}
