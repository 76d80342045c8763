/* The small part of TOML 1.0 that a configuration needs, as a pure function over bytes:
 *
 *     # a comment                        to the end of the line, also behind a value
 *     [section]                          bare names: letters, digits, _ and -
 *     key = "text \n \" \\ \u00e9"       basic strings and all their escapes
 *     key = -1_000                       decimal integers of 64 bits
 *     key = true
 *     key = ["a", "b",                   lists of strings, over several lines, a comma
 *            "c"]                        after the last one or none
 *
 * Everything else that TOML has (dotted and quoted keys, inline tables, literal and
 * multi-line strings, floats, dates) is refused by name, with its line and column. So are
 * a section or a key that comes twice, bytes that are not UTF-8, and NUL in a string. */
#ifndef NODE_SHELL_TOML_H
#define NODE_SHELL_TOML_H

#include "chain/base/bytes.h"
#include "chain/base/memory.h"
#include "chain/base/status.h"

enum toml_kind { TOML_TEXT, TOML_INTEGER, TOML_FLAG, TOML_LIST };

struct toml_value {
	enum toml_kind kind;
	struct bytes_view text; /* of TOML_TEXT: UTF-8 without NUL, escapes undone */
	int64_t integer;
	bool flag;
	struct bytes_view *items; /* of TOML_LIST: texts */
	size_t item_count;
};

struct toml_entry {
	struct toml_entry *next;
	struct bytes_view section; /* empty before the first [section] */
	struct bytes_view key;
	struct toml_value value;
	unsigned line; /* of the key, from 1 */
};

/* Names and plain strings are borrowed from the parsed text, the rest lives in the arena.
 */
struct toml {
	struct toml_entry *first; /* in the order of the text; NULL when there is none */
	size_t entry_count;
	struct arena arena;
};

/* Where the text stops making sense, and why. */
struct toml_error {
	unsigned line;    /* from 1 */
	unsigned column;  /* in characters, from 1 */
	const char *what; /* a constant that reads on after "line 3, column 7: " */
};

/* Parse a text of at most CONFIG_SIZE_MAX bytes, CONFIG_SECTIONS_MAX
 * sections, CONFIG_ENTRIES_MAX keys and CONFIG_LIST_MAX items a list. The result borrows
 * from `text`. STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_MEMORY: *error says more, and
 * the result is empty. Close it with toml_close. */
MUST_CHECK enum status toml_parse(struct toml *toml, struct bytes_view text,
                                  struct toml_error *error);

void toml_close(struct toml *toml);

#endif
