/* The table of commands for people: usage, help, cairnd(8). */
#include "node/shell/command_line.h"
#include "node/shell/command_table.h"
#include "node/shell/config_table.h"
#include "rpc/api/man_text.h"
#include "rpc/api/nearest.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 96, SYNOPSIS_INDENT = 8, NAME_COLUMNS = 16 };

#define WITHOUT_DATA_DIR \
	"Without --data-dir the folder is ~/.local/share/cairn/cairn; init, network create and network " \
	"join take the network's name for its last part."

static void put_option(struct buffer *out, const struct node_command_option *option)
{
	buffer_printf(out, "--%s", option->name);
	if (option->value)
		buffer_printf(out, " %s", option->value);
}

/* -- Usage ------------------------------------------------------------------------------------ */

/* One piece more, on the next line where it has no room on this one. */
static void put_piece(struct buffer *out, size_t *column, const char *piece)
{
	if (*column + 1 + strlen(piece) > WIDTH) {
		buffer_printf(out, "\n%*s", SYNOPSIS_INDENT, "");
		*column = SYNOPSIS_INDENT;
	}
	buffer_printf(out, " %s", piece);
	*column += 1 + strlen(piece);
}

void node_command_put_synopsis(struct buffer *out, const struct node_command_row *row)
{
	size_t column = strlen("cairnd ") + strlen(row->name);

	buffer_printf(out, "cairnd %s", row->name);
	if (row->words[0])
		put_piece(out, &column, row->words);
	for (const struct node_command_option *option = row->options; option->name; option++) {
		char piece[128];

		snprintf(piece, sizeof piece, option->use == NODE_OPTION_NEEDED ? "--%s%s%s" : "[--%s%s%s]%s",
		         option->name, option->value ? " " : "", option->value ? option->value : "",
		         option->use == NODE_OPTION_OFTEN ? "..." : "");
		put_piece(out, &column, piece);
	}
	buffer_append_text(out, "\n");
}

/* Is it this command, or one of several that begin with this word? */
static bool is_named(const struct node_command_row *row, const char *name)
{
	size_t size = strlen(name);

	return strncmp(row->name, name, size) == 0 &&
	       (row->name[size] == '\0' || row->name[size] == ' ');
}

static void put_usage(struct buffer *out, const char *name)
{
	bool is_first = true;

	for (size_t i = 0; i < node_command_count(); i++) {
		if (!is_named(node_command_at(i), name))
			continue;
		buffer_append_text(out, is_first ? "usage: " : "       ");
		node_command_put_synopsis(out, node_command_at(i));
		is_first = false;
	}
}

int node_command_misused(const char *name, const char *format, const char *what)
{
	struct buffer text;

	buffer_init(&text, NODE_COMMAND_TEXT_MAX);
	if (name)
		put_usage(&text, name);
	else
		node_command_put_overview(&text);
	fputs("cairnd: ", stderr);
	fprintf(stderr, format, what);
	fprintf(stderr, "\n%.*s", (int)text.size, text.size > 0 ? (const char *)text.at : "");
	buffer_close(&text);
	return EXIT_USAGE;
}

/* -- Help --------------------------------------------------------------------------------------- */

/* Filled up to the width, each line indented. */
static void put_filled(struct buffer *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t size = strcspn(text, " ");

		if (column > 0 && column + 1 + size > WIDTH) {
			buffer_append_text(out, "\n");
			column = 0;
		}
		buffer_printf(out, "%*s", column == 0 ? (int)indent : 1, "");
		column += (column == 0 ? indent : 1) + size;
		buffer_append(out, text, size);
		text += size + strspn(text + size, " ");
	}
	buffer_append_text(out, "\n");
}

static void put_row(struct buffer *out, const struct node_command_row *row)
{
	buffer_append_text(out, "usage: ");
	node_command_put_synopsis(out, row);
	buffer_printf(out, "\n%s.\n", row->summary);
	if (row->details) {
		buffer_append_text(out, "\n");
		put_filled(out, row->details, 0);
	}
	if (row->options[0].name)
		buffer_append_text(out, "\n");
	for (const struct node_command_option *option = row->options; option->name; option++) {
		buffer_append_text(out, "  ");
		put_option(out, option);
		buffer_append_text(out, "\n");
		put_filled(out, option->meaning, 6);
	}
}

static bool has_folder_by_itself(const struct node_command_row *row)
{
	for (const struct node_command_option *option = row->options; option->name; option++)
		if (strcmp(option->name, "data-dir") == 0 && option->use == NODE_OPTION_ONCE)
			return true;
	return false;
}

void node_command_put_help(struct buffer *out, const char *name)
{
	bool is_first = true, has_folder = false;

	for (size_t i = 0; i < node_command_count(); i++) {
		if (!is_named(node_command_at(i), name))
			continue;
		if (!is_first)
			buffer_append_text(out, "\n");
		put_row(out, node_command_at(i));
		is_first = false;
		has_folder |= has_folder_by_itself(node_command_at(i));
	}
	if (!has_folder)
		return;
	buffer_append_text(out, "\n");
	put_filled(out, WITHOUT_DATA_DIR, 0);
}

void node_command_put_overview(struct buffer *out)
{
	buffer_append_text(out, "usage: cairnd COMMAND [OPTION]...; cairnd help COMMAND explains one\n");
	for (size_t i = 0; i < node_command_count(); i++)
		buffer_printf(out, "  %-*s %s\n", NAME_COLUMNS, node_command_at(i)->name,
		              node_command_at(i)->summary);
	put_filled(out, WITHOUT_DATA_DIR, 0);
}

/* -- The manual page ------------------------------------------------------------------------------ */

static void put_manual_row(struct buffer *out, const struct node_command_row *row)
{
	buffer_append_text(out, ".SS cairnd ");
	man_text_escape(out, row->name);
	buffer_append_text(out, " ");
	man_text_escape(out, row->words);
	buffer_append_text(out, "\n");
	man_text_escape(out, row->summary);
	buffer_append_text(out, ".\n");
	if (row->details) {
		buffer_append_text(out, ".PP\n");
		man_text_paragraphs(out, row->details);
	}
	for (const struct node_command_option *option = row->options; option->name; option++) {
		buffer_append_text(out, ".TP\n\\fB\\-\\-");
		man_text_escape(out, option->name);
		buffer_append_text(out, "\\fR");
		if (option->value) {
			buffer_append_text(out, " \\fI");
			man_text_escape(out, option->value);
			buffer_append_text(out, "\\fR");
		}
		buffer_append_text(out, "\n");
		man_text_escape(out, option->meaning);
		buffer_append_text(out, option->use == NODE_OPTION_NEEDED  ? "; it is needed\n"
		                        : option->use == NODE_OPTION_OFTEN ? "; may be said several times\n"
		                                                      : "\n");
	}
}

static void put_settings(struct buffer *out)
{
	buffer_append_text(out, ".SH CONFIGURATION\n");
	man_text_paragraphs(
		out, "A flag is stronger than the environment, CAIRN_SECTION_KEY, which is stronger than "
			 "the file cairn.toml in the data directory, which is stronger than the default. Lists "
			 "have commas between their items in flags and in the environment.");
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++) {
		const struct config_row *row = &CONFIG_ROWS[i];

		buffer_append_text(out, ".TP\n\\fB");
		man_text_escape(out, row->section);
		buffer_append_text(out, ".");
		man_text_escape(out, row->key);
		buffer_append_text(out, "\\fR = ");
		man_text_escape(out, row->preset[0] ? row->preset : "\"\"");
		buffer_append_text(out, "\n");
		man_text_escape(out, row->meaning);
		buffer_append_text(out, "\n");
	}
}

static const char DESCRIPTION[] =
	"cairnd keeps a ledger of signed records together with the nodes of others, checks all that "
	"is written there, and answers programs. People use cairn(1).\n\n"
	"A network of one is made by 'cairnd init' and run by 'cairnd run'; 'cairnd devnet 4 --data-dir "
	"DIR' tries out a larger one on this machine; 'cairnd network' founds and joins those of several "
	"organisations.\n\n" WITHOUT_DATA_DIR;

static const char FILES[] =
	".TP\ncairn.toml\nthe configuration\n"
	".TP\nvote.key, cosign.key, node.key\nthe secrets of the node: votes, checkpoints, the "
	"handshake\n"
	".TP\nsign\\-state\nwhat the node signed at most; never part of a backup\n"
	".TP\nledger\nthe database\n"
	".TP\nrpc.sock, rpc.cookie\nwhile it runs: the socket where programs ask, and the secret for the "
	"port\n";

static const char EXIT_STATUS[] =
	".TP\n.B 0\ndone, or stopped when told\n"
	".TP\n.B 1\nit could not begin: what stands in the way is said\n"
	".TP\n.B 2\nthe command line was not understood\n"
	".TP\n.B 7\naudit: something does not hold\n"
	".TP\n.B 74\nthe disk, the database or memory failed while it ran\n"
	".TP\n.B 134\nan invariant broke: a bug\n";

void node_command_put_manual(struct buffer *out)
{
	buffer_append_text(out, ".TH CAIRND 8 \"\" \"cairn " CAIRN_VERSION "\" \"Cairn\"\n"
	                        ".SH NAME\ncairnd \\- a node of a ledger of signed records\n"
	                        ".SH SYNOPSIS\n.B cairnd\n.I command\n.RI [ option ...]\n"
	                        ".SH DESCRIPTION\n");
	man_text_paragraphs(out, DESCRIPTION);
	buffer_append_text(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < node_command_count(); i++)
		put_manual_row(out, node_command_at(i));
	put_settings(out);
	buffer_append_text(out, ".SH FILES\nIn the data directory:\n");
	buffer_append_text(out, FILES);
	buffer_append_text(out, ".SH EXIT STATUS\n");
	buffer_append_text(out, EXIT_STATUS);
	buffer_append_text(out, ".SH SEE ALSO\n.BR cairn (1)\n");
}
