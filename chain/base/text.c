#include "chain/base/text.h"

static const char HEX_DIGITS[] = "0123456789abcdef";
static const char BASE64_DIGITS[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(char *text, struct bytes_view bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		text[2 * i] = HEX_DIGITS[bytes.at[i] >> 4];
		text[2 * i + 1] = HEX_DIGITS[bytes.at[i] & 15];
	}
	text[2 * bytes.size] = '\0';
}

/* 16 and above: no digit. */
static unsigned hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - (unsigned)'0';
	if (digit >= 'a' && digit <= 'f')
		return digit - (unsigned)'a' + 10;
	return 16;
}

bool hex_decode(uint8_t *bytes, size_t size, struct bytes_view text)
{
	if (text.size % 2 != 0 || text.size / 2 != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		unsigned high = hex_value(text.at[2 * i]);
		unsigned low = hex_value(text.at[2 * i + 1]);

		if (high > 15 || low > 15)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

size_t base64_encoded_size(size_t size)
{
	return (size + 2) / 3 * 4;
}

void base64_encode(char *text, struct bytes_view bytes)
{
	size_t i = 0;

	for (; bytes.size - i >= 3; i += 3, text += 4) {
		uint32_t group = (uint32_t)bytes.at[i] << 16 | (uint32_t)bytes.at[i + 1] << 8 |
		                 bytes.at[i + 2];

		text[0] = BASE64_DIGITS[group >> 18];
		text[1] = BASE64_DIGITS[group >> 12 & 63];
		text[2] = BASE64_DIGITS[group >> 6 & 63];
		text[3] = BASE64_DIGITS[group & 63];
	}
	if (i < bytes.size) {
		bool two = bytes.size - i == 2;
		uint32_t group = (uint32_t)bytes.at[i] << 16 |
		                 (two ? (uint32_t)bytes.at[i + 1] << 8 : 0);

		text[0] = BASE64_DIGITS[group >> 18];
		text[1] = BASE64_DIGITS[group >> 12 & 63];
		text[2] = '=';
		if (two)
			text[2] = BASE64_DIGITS[group >> 6 & 63];
		text[3] = '=';
	}
}

size_t base64_decoded_size_max(size_t text_size)
{
	return text_size / 4 * 3;
}

/* Digit + 1 by character, so that 0, what the table leaves out, means "no digit". */
static const uint8_t BASE64_VALUES[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
	['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
	['/'] = 64,
};

/* The last group, with one or two '='. */
static bool base64_decode_tail(uint8_t *bytes, size_t *size, const uint8_t *text)
{
	uint32_t a = BASE64_VALUES[text[0]];
	uint32_t b = BASE64_VALUES[text[1]];
	uint32_t c = text[2] == '=' ? 1 : BASE64_VALUES[text[2]];

	if (a == 0 || b == 0 || c == 0 || text[3] != '=')
		return false;
	bytes[(*size)++] = (uint8_t)((a - 1) << 2 | (b - 1) >> 4);
	if (text[2] == '=')
		return ((b - 1) & 15) == 0;
	bytes[(*size)++] = (uint8_t)((b - 1) << 4 | (c - 1) >> 2);
	return ((c - 1) & 3) == 0;
}

bool base64_decode(uint8_t *bytes, size_t *size, struct bytes_view text)
{
	*size = 0;
	if (text.size % 4 != 0)
		return false;
	for (size_t i = 0; i < text.size; i += 4) {
		const uint8_t *at = text.at + i;
		uint32_t a = BASE64_VALUES[at[0]];
		uint32_t b = BASE64_VALUES[at[1]];
		uint32_t c = BASE64_VALUES[at[2]];
		uint32_t d = BASE64_VALUES[at[3]];
		uint32_t group;

		if (a == 0 || b == 0 || c == 0 || d == 0)
			return i + 4 == text.size && base64_decode_tail(bytes, size, at);
		group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		bytes[*size] = (uint8_t)(group >> 16);
		bytes[*size + 1] = (uint8_t)(group >> 8);
		bytes[*size + 2] = (uint8_t)group;
		*size += 3;
	}
	return true;
}

bool base64_decode_hash(struct hash *hash, struct bytes_view text)
{
	uint8_t bytes[(HASH_SIZE + 2) / 3 * 3];
	size_t size;

	if (text.size != base64_encoded_size(HASH_SIZE) ||
	    !base64_decode(bytes, &size, text) || size != HASH_SIZE)
		return false;
	memcpy(hash->bytes, bytes, HASH_SIZE);
	return true;
}

bool text_take_line(struct bytes_view *line, struct bytes_view *left)
{
	const uint8_t *end = left->size > 0 ? memchr(left->at, '\n', left->size) : NULL;

	if (!end)
		return false;
	*line = bytes_view(left->at, (size_t)(end - left->at));
	*left = bytes_view(end + 1, left->size - line->size - 1);
	return true;
}

/* Bytes of the sequence that starts at `at`, 0 if it is none. */
static size_t utf8_sequence(const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (first < 0xc2 || first > 0xf4 || left < size)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond U+10FFFF: all show in the second byte. */
	if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
	    (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f))
		return 0;
	return size;
}

bool utf8_is_valid(struct bytes_view text)
{
	size_t i = 0;

	while (i < text.size) {
		size_t size;

		if (text.at[i] < 0x80) {
			i++;
			continue;
		}
		size = utf8_sequence(text.at + i, text.size - i);
		if (size == 0)
			return false;
		i += size;
	}
	return true;
}

bool decimal_decode(uint64_t *value, struct bytes_view text)
{
	uint64_t sum = 0;

	if (text.size == 0 || (text.size > 1 && text.at[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(text.at[i] - '0'), &sum))
			return false;
	}
	*value = sum;
	return true;
}
