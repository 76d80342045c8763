#include "wallet-cli/import_input.h"

#include "chain/base/limits.h"
#include "chain/base/memory.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 << 10, CAPACITY = IMPORT_LINE_MAX + CHUNK_SIZE };

enum status import_input_init(struct import_input *input, int descriptor)
{
	off_t at = lseek(descriptor, 0, SEEK_CUR);
	struct stat facts;

	*input = (struct import_input){.descriptor = descriptor};
	if (at >= 0 && fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) &&
	    facts.st_size > at)
		input->whole = (uint64_t)(facts.st_size - at);
	input->bytes = memory_new(CAPACITY);
	return input->bytes ? STATUS_OK : STATUS_MEMORY;
}

void import_input_close(struct import_input *input)
{
	memory_free(input->bytes);
	input->bytes = NULL;
}

enum status import_input_read(struct import_input *input, struct why *why)
{
	ssize_t size;

	if (input->start > 0) {
		memmove(input->bytes, input->bytes + input->start, input->size);
		input->start = 0;
	}
	do {
		size =
			read(input->descriptor, input->bytes + input->size, CAPACITY - input->size);
	} while (size < 0 && errno == EINTR);
	if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return STATUS_OK;
	if (size < 0)
		return why_set(why, STATUS_STORAGE, "read the input: %s", strerror(errno));
	input->is_at_end = size == 0;
	input->size += (size_t)size;
	return STATUS_OK;
}

static void consume(struct import_input *input, size_t size)
{
	input->start += size;
	input->size -= size;
	input->scanned = 0;
}

/* A line of `size` bytes and perhaps a newline behind it. */
static enum import_line take_line(struct import_input *input, struct bytes_view *line,
                                  size_t line_size, size_t *size)
{
	bool was_skipping = input->is_skipping;

	*size += line_size + (line_size < input->size);
	if (was_skipping || line_size > IMPORT_LINE_MAX)
		*line = (struct bytes_view){0};
	else
		*line = bytes_view(input->bytes + input->start, line_size);
	consume(input, line_size + (line_size < input->size));
	input->is_skipping = false;
	input->line_count++;
	if (was_skipping || line_size > IMPORT_LINE_MAX) {
		*size += input->skipped_size;
		input->skipped_size = 0;
		return IMPORT_LINE_TOO_LONG;
	}
	return IMPORT_LINE;
}

enum import_line import_input_next(struct import_input *input, struct bytes_view *line,
                                   size_t *size)
{
	const uint8_t *from = input->bytes + input->start + input->scanned;
	const uint8_t *newline = input->size > input->scanned
	                             ? memchr(from, '\n', input->size - input->scanned)
	                             : NULL;

	*size = 0;
	*line = (struct bytes_view){0};
	if (newline)
		return take_line(input, line, (size_t)(newline - (input->bytes + input->start)),
		                 size);
	input->scanned = input->size;
	if (input->is_at_end) {
		if (input->size == 0 && !input->is_skipping)
			return IMPORT_LINE_END;
		return take_line(input, line, input->size, size);
	}
	if (input->is_skipping || input->size > IMPORT_LINE_MAX) {
		input->is_skipping = true;
		input->skipped_size += input->size;
		consume(input, input->size);
	}
	return IMPORT_LINE_LATER;
}
