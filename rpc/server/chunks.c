#include "rpc/server/chunks.h"

#include <string.h>

enum {
	SIZE_DIGITS_MAX = 8,        /* far beyond any body; leading zeros count */
	EXTENSIONS_SIZE_MAX = 4096, /* nobody sends any */
};

static enum chunks_state wrong(struct chunks *chunks, const char *reason)
{
	chunks->reason = reason;
	return CHUNKS_WRONG;
}

static int digit_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -1;
}

static enum chunks_state in_size(struct chunks *chunks, uint8_t byte)
{
	int value = digit_value(byte);

	if (value >= 0) {
		if (++chunks->digits > SIZE_DIGITS_MAX)
			return wrong(chunks, "a chunk's size has more than 8 digits");
		chunks->left = chunks->left << 4 | (uint64_t)value;
		return CHUNKS_SIZE;
	}
	if (chunks->digits == 0)
		return wrong(chunks, "a chunk without its size");
	if (byte == ';')
		return CHUNKS_EXTENSION;
	return byte == '\r' ? CHUNKS_SIZE_END : wrong(chunks, "a chunk's size is no number");
}

static enum chunks_state in_extension(struct chunks *chunks, uint8_t byte)
{
	if (byte == '\r')
		return CHUNKS_SIZE_END;
	if (byte == '\n' || ++chunks->skipped > EXTENSIONS_SIZE_MAX)
		return wrong(chunks, "a chunk's extension does not end");
	return CHUNKS_EXTENSION;
}

/* One byte that is not the payload's. */
static enum chunks_state step(struct chunks *chunks, uint8_t byte)
{
	switch (chunks->state) {
	case CHUNKS_SIZE:
		return in_size(chunks, byte);
	case CHUNKS_EXTENSION:
		return in_extension(chunks, byte);
	case CHUNKS_SIZE_END:
		chunks->digits = 0;
		if (byte != '\n')
			return wrong(chunks, "a chunk's size does not end in CR LF");
		return chunks->left > 0 ? CHUNKS_BYTES : CHUNKS_LAST;
	case CHUNKS_BYTES_END:
		return byte == '\r' ? CHUNKS_NEXT
		                    : wrong(chunks, "a chunk is longer than its size says");
	case CHUNKS_NEXT:
		return byte == '\n' ? CHUNKS_SIZE
		                    : wrong(chunks, "a chunk does not end in CR LF");
	case CHUNKS_LAST:
		return byte == '\r' ? CHUNKS_LAST_END
		                    : wrong(chunks, "trailers are not accepted");
	case CHUNKS_LAST_END:
		return byte == '\n' ? CHUNKS_DONE
		                    : wrong(chunks, "the body does not end in CR LF");
	case CHUNKS_BYTES:
	case CHUNKS_DONE:
	case CHUNKS_WRONG:
		break;
	}
	return chunks->state;
}

size_t chunks_decode(struct chunks *chunks, uint8_t *base, size_t from, size_t to)
{
	while (from < to && chunks->state != CHUNKS_DONE && chunks->state != CHUNKS_WRONG) {
		size_t size;

		if (chunks->state != CHUNKS_BYTES) {
			chunks->state = step(chunks, base[from++]);
			continue;
		}
		size = to - from < chunks->left ? to - from : (size_t)chunks->left;
		memmove(base + chunks->size, base + from, size);
		chunks->size += size;
		chunks->left -= size;
		from += size;
		if (chunks->left == 0)
			chunks->state = CHUNKS_BYTES_END;
	}
	return from;
}
