/* One end of a connection: a session of node/p2p, with what came for it and was not read. Of the
 * simulator it knows nothing. */
#ifndef TESTS_SIM_WIRE_LINE_H
#define TESTS_SIM_WIRE_LINE_H

#include "chain/base/bytes.h"

#include <stddef.h>

struct line;

enum line_event {
	LINE_NOTHING,
	LINE_OPEN,    /* both have said hello */
	LINE_MESSAGE,
	LINE_ENDED,
};

enum { LINE_OUTPUT_MAX = 160 << 10 };

/* Of node `self` of town.h, to node `remote`, or called by somebody. */
struct line *line_new(unsigned self, const unsigned *remote, uint64_t seed, uint64_t now_ms);
void line_free(struct line *line);

/* Bytes came. */
void line_feed(struct line *line, struct bytes_view bytes);
/* What came of them; *message, of a *type of node/p2p/types.h, is valid until the next call. Until
 * LINE_NOTHING. */
enum line_event line_next(struct line *line, uint16_t *type, struct bytes_view *message,
                          uint64_t now_ms);
/* LINE_ENDED or LINE_NOTHING. */
enum line_event line_tick(struct line *line, uint64_t now_ms);

void line_send(struct line *line, uint16_t type, struct bytes_view message, uint64_t now_ms);
/* Bytes that wait to be sent. */
size_t line_waiting(const struct line *line);
/* What has to be written now, LINE_OUTPUT_MAX bytes at most. */
size_t line_output(struct line *line, uint8_t *out, uint64_t now_ms);

void line_set_validator(struct line *line, bool is_validator);
/* Is anybody there? */
void line_probe(struct line *line, uint64_t now_ms);
/* The peer lied. */
void line_blame(struct line *line, uint64_t now_ms);
/* It has served its purpose; `what` is a constant. */
void line_close(struct line *line, const char *what, uint64_t now_ms);

/* When it has ended: why; and does it say that the peer broke the protocol, or the bytes? */
const char *line_why(const struct line *line);
bool line_blames(const struct line *line);
/* What no honest peer sends, found by the session or by the owner? */
bool line_is_broken(const struct line *line);

#endif
