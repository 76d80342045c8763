#include "chain/base/buffer.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { BUFFER_FIRST_CAPACITY = 256 };

void buffer_init(struct buffer *buffer, size_t size_max)
{
	*buffer = (struct buffer){.size_max = size_max};
}

void buffer_close(struct buffer *buffer)
{
	memory_free(buffer->at);
	buffer_init(buffer, buffer->size_max);
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
	buffer->status = STATUS_OK;
}

/* Twice as much each time, so that n bytes cost O(n) copies. */
static enum status grow(struct buffer *buffer, size_t needed)
{
	size_t capacity = buffer->capacity ? buffer->capacity : BUFFER_FIRST_CAPACITY;
	uint8_t *at;

	while (capacity < needed)
		capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
	if (capacity > buffer->size_max)
		capacity = buffer->size_max;
	at = memory_resize(buffer->at, capacity);
	if (!at)
		return STATUS_MEMORY;
	buffer->at = at;
	buffer->capacity = capacity;
	return STATUS_OK;
}

/* The first failure stays. */
static void fail(struct buffer *buffer, enum status status)
{
	if (buffer->status == STATUS_OK)
		buffer->status = status;
}

uint8_t *buffer_extend(struct buffer *buffer, size_t size)
{
	uint8_t *at;

	if (buffer->status != STATUS_OK)
		return NULL;
	if (size > buffer->size_max - buffer->size)
		buffer->status = STATUS_TOO_LARGE;
	else if (!buffer->at || size > buffer->capacity - buffer->size)
		buffer->status = grow(buffer, buffer->size + size);
	if (buffer->status != STATUS_OK)
		return NULL;
	at = buffer->at + buffer->size;
	buffer->size += size;
	return at;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
	uint8_t *at = buffer_extend(buffer, size);

	if (at && size > 0)
		memcpy(at, bytes, size);
}

void buffer_append_view(struct buffer *buffer, struct bytes_view bytes)
{
	buffer_append(buffer, bytes.at, bytes.size);
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void buffer_append_base64(struct buffer *buffer, struct bytes_view bytes)
{
	uint8_t *at = buffer_extend(buffer, base64_encoded_size(bytes.size));

	if (at)
		base64_encode((char *)at, bytes);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	char small[256];
	va_list arguments;
	int size;
	char *large;

	va_start(arguments, format);
	size = vsnprintf(small, sizeof small, format, arguments);
	va_end(arguments);
	if (size < 0) {
		fail(buffer, STATUS_MALFORMED);
		return;
	}
	if ((size_t)size < sizeof small) {
		buffer_append(buffer, small, (size_t)size);
		return;
	}
	/* Not in place: the NUL would need a byte that the maximum may not leave. */
	large = memory_new((size_t)size + 1);
	if (!large) {
		fail(buffer, STATUS_MEMORY);
		return;
	}
	va_start(arguments, format);
	vsnprintf(large, (size_t)size + 1, format, arguments);
	va_end(arguments);
	buffer_append(buffer, large, (size_t)size);
	memory_free(large);
}

uint8_t *buffer_take(struct buffer *buffer)
{
	uint8_t *at = buffer->at;

	buffer->at = NULL;
	buffer_init(buffer, buffer->size_max);
	return at;
}
