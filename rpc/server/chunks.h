/* A body in chunks (RFC 9112 section 7.1) as its plain bytes, decoded where it lies:
 *
 *     5\r\n h e l l o \r\n 6;x=y\r\n   w o r l d \r\n 0\r\n \r\n
 *
 * Extensions are skipped, trailers refused. */
#ifndef RPC_SERVER_CHUNKS_H
#define RPC_SERVER_CHUNKS_H

#include "chain/base/status.h"

#include <stddef.h>
#include <stdint.h>

enum chunks_state {
	CHUNKS_SIZE, /* digits of a chunk's size */
	CHUNKS_EXTENSION,
	CHUNKS_SIZE_END, /* the LF behind them */
	CHUNKS_BYTES,
	CHUNKS_BYTES_END, /* the CR behind the bytes */
	CHUNKS_NEXT,      /* the LF behind that */
	CHUNKS_LAST,      /* behind the chunk of size 0: the CR of the empty line */
	CHUNKS_LAST_END,
	CHUNKS_DONE,
	CHUNKS_WRONG,
};

/* Zero is the beginning. */
struct chunks {
	enum chunks_state state;
	size_t digits;      /* of the size being read */
	size_t skipped;     /* bytes of extensions, in all chunks */
	uint64_t left;      /* bytes of this chunk still to come */
	size_t size;        /* of the body so far */
	const char *reason; /* why it is wrong: a static text */
};

/* The raw bytes base[from..to) become plain bytes behind base[0..chunks->size).
 *
 * In:  from  at least chunks->size
 *
 * Returns how far it read: `to`, or less when the body is done or wrong. */
size_t chunks_decode(struct chunks *chunks, uint8_t *base, size_t from, size_t to);

#endif
