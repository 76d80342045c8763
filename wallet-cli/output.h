/* Where results and remarks go: results to stdout, everything else to stderr, and each in
 * the form that the options and the terminal ask for. */
#ifndef WALLET_CLI_OUTPUT_H
#define WALLET_CLI_OUTPUT_H

#include "wallet-cli/arguments.h"
#include "wallet-cli/progress.h"
#include "wallet-cli/table.h"

#include <stdio.h>

struct output {
	FILE *out;
	FILE *notes; /* stderr */
	bool is_json;
	bool has_json; /* a JSON value was begun: an error adds no second one */
	bool is_quiet;
	bool answers_yes; /* --yes */
	bool notes_is_terminal;
	struct table_look look; /* of `out` */
};

/* On stdout and stderr as they are now. NO_COLOR (no-color.org), COLUMNS and TERM=dumb
 * are heeded. */
void output_init(struct output *output, const struct arguments *arguments);

/* The rows of a table; they are forgotten. A quiet output prints ids alone. */
MUST_CHECK enum status output_table(struct output *output, struct table *table);

/* A JSON value and a newline: two blanks for each level; on a terminal, all that is not
 * ASCII is escaped, because others may have written it. */
MUST_CHECK enum status output_json(struct output *output, const json_t *value);

/* An object as lines of name and value; what is nested stands there as JSON. Points in
 * time are shown as such. With --json as JSON. */
MUST_CHECK enum status output_object(struct output *output, const json_t *object);

/* A line on stdout: an id, an address; made harmless. NULL is shown as "-". */
void output_line(struct output *output, const char *text);

/* Bytes exactly as they are. */
void output_bytes(struct output *output, struct bytes_view bytes);

/* A text to be read: as it is where it is harmless, else made so; and a newline where it
 * has none at its end. */
MUST_CHECK enum status output_text(struct output *output, struct bytes_view text);

/* A remark on stderr, made harmless; nothing when quiet. */
void output_note(struct output *output, const char *format, ...) PRINTF_LIKE(2, 3);

/* The sentence of a failure on stderr, and with --json {"error":{...}} on stdout, unless
 * a result stands there already. */
void output_failure(struct output *output, const struct failure *failure);

/* Asks on the terminal. With --yes it is yes without asking; where there is no terminal
 * at both ends to ask on, it is `fallback`. */
MUST_CHECK bool output_confirm(struct output *output, const char *question,
                               bool fallback);

/* An empty progress in the right form. */
struct progress output_progress(const struct output *output, const char *noun,
                                uint64_t now_ms);

/* Nothing may be lost at the end: a full disk or a closed pipe is a failure. */
MUST_CHECK enum exit_code output_finish(struct output *output, struct failure *failure);

#endif
