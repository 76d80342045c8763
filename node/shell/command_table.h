/* The commands of cairnd, one table: usage, help, the manual page and completion come from it. Who
 * carries a command out reads its arguments (command_line.h, config.h), and takes what stands here. */
#ifndef NODE_SHELL_COMMAND_TABLE_H
#define NODE_SHELL_COMMAND_TABLE_H

#include "chain/base/buffer.h"

#include <stdbool.h>

enum { NODE_COMMAND_OPTIONS_MAX = 8, NODE_COMMAND_TEXT_MAX = 64 << 10 };

struct node_command_option {
	const char *name;    /* without its hyphens */
	const char *value;   /* what stands behind it, for people: "DIR"; NULL: nothing */
	const char *meaning; /* no full stop */
	enum { NODE_OPTION_ONCE, NODE_OPTION_NEEDED, NODE_OPTION_OFTEN } use;
};

struct node_command_row {
	const char *name;    /* "init", "network create" */
	const char *words;   /* what follows besides options; "": nothing */
	const char *summary; /* one line, no full stop */
	const char *details; /* paragraphs with an empty line between them; NULL: none */
	struct node_command_option options[NODE_COMMAND_OPTIONS_MAX + 1]; /* the first without a name ends them */
};

size_t node_command_count(void);
const struct node_command_row *node_command_at(size_t index);

/* By its whole name; NULL: there is none. */
const struct node_command_row *node_command_find(const char *name);

/* All of these append; ask out->status. */

/* "cairnd init [--data-dir DIR] ...", broken into lines. */
void node_command_put_synopsis(struct buffer *out, const struct node_command_row *row);
/* Of one command, or of all that begin with this word, as "network". */
void node_command_put_help(struct buffer *out, const char *name);
void node_command_put_overview(struct buffer *out);
/* cairnd(8). */
void node_command_put_manual(struct buffer *out);
/* For this shell; false: there are none for it but for bash, fish and zsh. */
MUST_CHECK bool node_command_put_completion(struct buffer *out, const char *shell);

/* Says on stderr what is wrong, a text with one %s, and how the command is used (all that begin with
 * this word; NULL: which there are). Gives EXIT_USAGE. */
int node_command_misused(const char *name, const char *format, const char *what);

#endif
