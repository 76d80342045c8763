/* Lines from a descriptor, however they arrive: in pieces, all at once, without a newline
 * at the end, or without any newline for ever. One chunk and the longest line that is
 * allowed are in memory. */
#ifndef WALLET_CLI_IMPORT_INPUT_H
#define WALLET_CLI_IMPORT_INPUT_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

struct import_input {
	int descriptor;      /* borrowed */
	uint8_t *bytes;      /* heap */
	size_t start;        /* of what was not handed out yet */
	size_t scanned;      /* bytes behind `start` that hold no newline */
	size_t size;         /* bytes read behind `start` */
	bool is_at_end;      /* the descriptor's end was read */
	bool is_skipping;    /* the rest of a line that is too long */
	uint64_t line_count; /* handed out */
	uint64_t whole;      /* bytes of a regular file from where it stood; 0: unknown */
	size_t skipped_size; /* bytes of a too long line, so far */
};

enum import_line {
	IMPORT_LINE,          /* *line is the next one, without its newline */
	IMPORT_LINE_TOO_LONG, /* the next one is; *line is empty, it was skipped */
	IMPORT_LINE_LATER,    /* none is whole yet: read more */
	IMPORT_LINE_END,      /* there are no more */
};

/* STATUS_MEMORY. */
MUST_CHECK enum status import_input_init(struct import_input *input, int descriptor);
void import_input_close(struct import_input *input);

/* One read(2), which waits if nothing is there: poll first. STATUS_STORAGE: it failed. */
MUST_CHECK enum status import_input_read(struct import_input *input, struct why *why);

/* The next line; its bytes are valid until the next read. *size: what it took of the
 * input, newline included. */
enum import_line import_input_next(struct import_input *input, struct bytes_view *line,
                                   size_t *size);

#endif
