/* One log record as one line: logfmt or JSON, never more than LOG_LINE_SIZE bytes.
 *
 *     2026-11-22T08:15:00.123Z info consensus finalized height=12 view=12 took_ms=4
 *     {"time":"2026-11-22T08:15:00.123Z","level":"info","module":"consensus",
 *      "event":"finalized","height":12,"view":12,"took_ms":4}              (one line)
 *
 * Values may come from anybody. What could end the line, forge a field, move a terminal's
 * cursor or turn the reading direction is written as an escape. */
#ifndef NODE_SHELL_LOG_LINE_H
#define NODE_SHELL_LOG_LINE_H

#include "chain/base/bytes.h"

enum {
	LOG_LINE_SIZE = 4096,      /* PIPE_BUF: one write(2) of it is never torn apart */
	LOG_VALUE_SIZE_MAX = 1024, /* bytes of a text; the rest is cut, which "..." shows */
};

#define LOG_LEVELS(X)                                                            \
	X(LEVEL_ERROR, "error") /* somebody has to act */                            \
	X(LEVEL_WARN, "warn")   /* something is not as it should be, and we go on */ \
	X(LEVEL_INFO, "info")   /* what an operator wants to see on a good day */    \
	X(LEVEL_DEBUG, "debug") /* each message, each decision */                    \
	X(LEVEL_TRACE, "trace") /* everything; no line is ever held back */

enum log_level {
#define LOG_LEVEL_ENUM(name, text) name,
	LOG_LEVELS(LOG_LEVEL_ENUM)
#undef LOG_LEVEL_ENUM
};

#define LOG_MODULES(X)                                                    \
	X(LOG_NODE, "node")           /* start, stop, configuration */        \
	X(LOG_CONSENSUS, "consensus") /* views, votes, finality */            \
	X(LOG_P2P, "p2p")             /* peers, connections, messages */      \
	X(LOG_SYNC, "sync")           /* catching up */                       \
	X(LOG_POOL, "pool")           /* transactions on their way */         \
	X(LOG_VERIFY, "verify")       /* the workers that check signatures */ \
	X(LOG_STORE, "store")         /* the database */                      \
	X(LOG_SHARE, "share")         /* chunks of files */                   \
	X(LOG_RPC, "rpc")             /* clients */

enum log_module {
#define LOG_MODULE_ENUM(name, text) name,
	LOG_MODULES(LOG_MODULE_ENUM)
#undef LOG_MODULE_ENUM
	    LOG_MODULE_COUNT
};

enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

const char *log_level_text(enum log_level level);
const char *log_module_text(enum log_module module);

enum log_field_kind {
	LOG_FIELD_U64,
	LOG_FIELD_I64,
	LOG_FIELD_FLAG,
	LOG_FIELD_TEXT,
	LOG_FIELD_HEX
};

/* Made by the functions below. Borrows its bytes until the line is written. */
struct log_field {
	const char *name; /* ours: lower case, digits, _ */
	enum log_field_kind kind;
	union {
		uint64_t u64;
		int64_t i64;
		bool flag;
		struct bytes_view bytes;
	} value;
};

static inline struct log_field log_u64(const char *name, uint64_t value)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_U64, .value.u64 = value};
}

static inline struct log_field log_i64(const char *name, int64_t value)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_I64, .value.i64 = value};
}

static inline struct log_field log_flag(const char *name, bool value)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_FLAG, .value.flag = value};
}

/* Any bytes, from anybody. */
static inline struct log_field log_text(const char *name, struct bytes_view text)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_TEXT, .value.bytes = text};
}

static inline struct log_field log_string(const char *name, const char *text)
{
	return log_text(name, text_view(text));
}

/* Lower-case hex. Never of a key that is secret. */
static inline struct log_field log_hex(const char *name, struct bytes_view bytes)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_HEX, .value.bytes = bytes};
}

static inline struct log_field log_hash(const char *name, const struct hash *hash)
{
	return log_hex(name, hash_view(hash));
}

struct log_record {
	uint64_t time_ms; /* Unix, UTC */
	enum log_level level;
	enum log_module module;
	const char *event; /* ours: one word of lower case, digits, _ */
	const struct log_field *fields;
	size_t field_count;
	uint64_t suppressed; /* lines held back here before this one; shown unless 0 */
};

/* Writes the line with its '\n', no NUL. Returns its size. A field that does not fit is
 * left out with all behind it, and truncated=true says so. */
size_t log_line(char line[LOG_LINE_SIZE], const struct log_record *record,
                enum log_format format);

#endif
