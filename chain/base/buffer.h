/* A growing byte string with a maximum. Failure is sticky: write all, ask once. */
#ifndef CHAIN_BASE_BUFFER_H
#define CHAIN_BASE_BUFFER_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

struct buffer {
	uint8_t *at;        /* the buffer's; NULL while nothing was written */
	size_t size;        /* bytes written */
	size_t capacity;    /* bytes allocated */
	size_t size_max;    /* more than this is refused: STATUS_TOO_LARGE */
	enum status status; /* STATUS_OK until the first failure, then that one */
};

/* No allocation yet. */
void buffer_init(struct buffer *buffer, size_t size_max);

/* Frees the bytes; the buffer is as after buffer_init. */
void buffer_close(struct buffer *buffer);

/* Forgets contents and failure, keeps the allocation. */
void buffer_clear(struct buffer *buffer);

/* Room for `size` more bytes, counted as written, to be filled by the caller; NULL
 * after a failure. Valid until the next append. */
MUST_CHECK uint8_t *buffer_extend(struct buffer *buffer, size_t size);

void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_view(struct buffer *buffer, struct bytes_view bytes);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_base64(struct buffer *buffer, struct bytes_view bytes);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Hands the bytes to the caller, who frees them with memory_free; the buffer is empty. */
MUST_CHECK uint8_t *buffer_take(struct buffer *buffer);

static inline struct bytes_view buffer_view(const struct buffer *buffer)
{
	return bytes_view(buffer->at, buffer->size);
}

#endif
