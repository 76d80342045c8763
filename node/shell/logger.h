/* The node's log: levels per module that may change while it runs, a cap on what one
 * place in the code may write, one write(2) a line.
 *
 *     logger_info(LOG_CONSENSUS, "finalized", log_u64("height", height),
 *                 log_hash("block", &block->hash));
 *
 * Any thread, at any time; before logger_open lines of level info go to stderr as logfmt.
 * Never a payload, a key or a token: say their hash. log_line.h shows what a line is like
 * and makes its fields. */
#ifndef NODE_SHELL_LOGGER_H
#define NODE_SHELL_LOGGER_H

#include "chain/base/status.h"
#include "node/shell/log_line.h"

/* Fields are evaluated only when the line is wanted. */
#define logger_error(module, ...) LOGGER_WRITE(LEVEL_ERROR, module, __VA_ARGS__)
#define logger_warn(module, ...)  LOGGER_WRITE(LEVEL_WARN, module, __VA_ARGS__)
#define logger_info(module, ...)  LOGGER_WRITE(LEVEL_INFO, module, __VA_ARGS__)
#define logger_debug(module, ...) LOGGER_WRITE(LEVEL_DEBUG, module, __VA_ARGS__)
#define logger_trace(module, ...) LOGGER_WRITE(LEVEL_TRACE, module, __VA_ARGS__)

/* The leading empty field lets a line have none of its own. */
#define LOGGER_WRITE(level, module, event, ...)                                 \
	do {                                                                        \
		static struct log_site logger_site;                                     \
                                                                                \
		if (logger_wants(level, module)) {                                      \
			const struct log_field logger_fields[] = {{0}, __VA_ARGS__};        \
                                                                                \
			logger_write(&logger_site, level, module, event, logger_fields + 1, \
			             sizeof logger_fields / sizeof *logger_fields - 1);     \
		}                                                                       \
	} while (0)

/* -- What goes where ----------------------------------------------------------------- */

/* A level for each module. */
struct log_levels {
	enum log_level of[LOG_MODULE_COUNT];
};

/* Read "info" or "info,p2p=debug,store=trace": items from left to right, a bare level is
 * for all modules. What no item names is info. NULL when it is good; else what is wrong
 * with it, a constant. */
MUST_CHECK const char *log_levels_parse(struct log_levels *levels,
                                        struct bytes_view text);

/* "logfmt" or "json"; false for anything else. */
MUST_CHECK bool log_format_parse(enum log_format *format, struct bytes_view text);

void logger_set_levels(const struct log_levels *levels);
void logger_set_level(enum log_module module, enum log_level level);
struct log_levels logger_levels(void);

/* Send lines to the end of a file (made with mode 0640), NULL or "": to stderr.
 * STATUS_STORAGE: it cannot be opened, and all stays as it was. */
MUST_CHECK enum status logger_open(const char *path, enum log_format format,
                                   struct why *why);

/* Open the same path anew, after somebody moved the file away. */
MUST_CHECK enum status logger_reopen(struct why *why);

/* Back to stderr. No other thread may be writing. */
void logger_close(void);

/* Lines that could not be written whole since the start: disk full, pipe closed. */
uint64_t logger_lost_line_count(void);

/* -- Behind the macros --------------------------------------------------------------- */

enum {
	LOG_SITE_LINES_MAX = 100,   /* of one place in the code, in each window: a peer */
	LOG_SITE_WINDOW_MS = 10000, /* that provokes a line for each message fills no disk */
};

/* One place in the code that writes lines. Zeroed to begin with. */
struct log_site {
	uint64_t window_start_ms;
	uint64_t suppressed; /* since the last line that was written */
	unsigned line_count; /* in this window */
};

/* May this place write a line now? True: *suppressed says how many it could not since the
 * last time. `now_ms` is of a clock that never goes back. */
MUST_CHECK bool log_site_admits(struct log_site *site, uint64_t now_ms,
                                uint64_t *suppressed);

bool logger_wants(enum log_level level, enum log_module module);

void logger_write(struct log_site *site, enum log_level level, enum log_module module,
                  const char *event, const struct log_field *fields, size_t field_count);

#endif
