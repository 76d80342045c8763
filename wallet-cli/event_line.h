/* An event as a line: for people, for programs, or its id alone. */
#ifndef WALLET_CLI_EVENT_LINE_H
#define WALLET_CLI_EVENT_LINE_H

#include "wallet-cli/event_source.h"
#include "wallet-cli/output.h"

struct event_line {
	struct output *output;
	struct table table;
	struct buffer text;  /* what an event does, in words */
	size_t cursor_width; /* of the widest so far: later lines keep to it */
};

void event_line_init(struct event_line *line, struct output *output);
void event_line_close(struct event_line *line);

/* Prints it, whole and at once. On a terminal
 *
 *     12.3  2026-11-22 08:15:00.123Z  5f2a09c377…  record.append 3 times, by cairn1q...
 *     12.4  2026-11-22 08:15:00.123Z  77ab01be3f…  notes: record 7 under k, by cairn1q...
 *     12.5  2026-11-22 08:15:00.123Z  8ab3de2246…  block of 5 transactions, 1,234 bytes
 *
 * else with tabs between, ids whole, and "tx" or "block" before the id. With --json: the
 * object in one line. Quiet: the txid, or the block's hash. STATUS_STORAGE: nobody takes
 * what is printed. */
MUST_CHECK enum status event_line_print(struct event_line *line,
                                        const struct event *event);

#endif
