/* The table of commands in the language of man(7). */
#include "wallet-cli/help.h"

#include "rpc/api/man_text.h"

static void print_option(struct buffer *out, enum option option)
{
	const struct option_facts *facts = option_facts(option);

	buffer_append_text(out, ".TP\n\\fB");
	if (facts->letter)
		buffer_printf(out, "\\-%c\\fR, \\fB", facts->letter);
	buffer_append_text(out, "\\-\\-");
	man_text_escape(out, facts->text);
	buffer_append_text(out, "\\fR");
	if (facts->value) {
		buffer_append_text(out, " \\fI");
		man_text_escape(out, facts->value);
		buffer_append_text(out, "\\fR");
	}
	buffer_append_text(out, "\n");
	man_text_escape(out, facts->meaning);
	buffer_append_text(out, "\n");
}

static void print_command(struct buffer *out, const struct command *command)
{
	buffer_printf(out, ".SS cairn %s", command->noun);
	if (command->verb) {
		buffer_append_text(out, " ");
		man_text_escape(out, command->verb);
	}
	buffer_append_text(out, " ");
	man_text_escape(out, command->words);
	buffer_append_text(out, "\n");
	man_text_escape(out, command->summary);
	buffer_append_text(out, ".\n");
	if (command->details) {
		buffer_append_text(out, ".PP\n");
		man_text_paragraphs(out, command->details);
	}
	for (size_t i = 0; i < command->option_count; i++)
		print_option(out, command->options[i]);
	if (command->examples) {
		buffer_append_text(out, ".PP\nExamples:\n.PP\n.RS\n.nf\n");
		man_text_escape(out, command->examples);
		buffer_append_text(out, "\n.fi\n.RE\n");
	}
}

static void print_exit_codes(struct buffer *out)
{
	buffer_append_text(out, ".SH EXIT STATUS\n");
#define EXIT_CODE_ITEM(name, number, meaning)         \
	buffer_append_text(out, ".TP\n.B " #number "\n"); \
	man_text_escape(out, meaning);                             \
	buffer_append_text(out, "\n");
	EXIT_CODE_LIST(EXIT_CODE_ITEM)
#undef EXIT_CODE_ITEM
}

static const char DESCRIPTION[] =
	"cairn writes to and reads from a ledger of signed records, through a node, "
	"cairnd(8). Keys stay in wallets, files that a passphrase locks; nothing is sent "
	"but signed transactions.\n\n"
	"Results go to standard output, progress and remarks to standard error. On a "
	"terminal a result is a table with titles, cut to the width; elsewhere its cells "
	"have a tab between them, there are no titles, and nothing is cut. Control "
	"characters in what others wrote are shown as escapes, and in tables a backslash is "
	"doubled. With --json the result is what the node answered; a failed command then "
	"writes {\"error\":{...}} to standard output too.\n\n"
	"A command that writes prints the transaction's id. Where a value is expected, "
	"@FILE takes it from a file and - from standard input; a value that begins with @ "
	"is written @@.";

static const char FILES[] =
	".TP\n~/.local/share/cairn/wallets/NAME.wallet\n"
	"a wallet; with \\-\\-data\\-dir DIR in DIR/wallets instead. XDG_DATA_HOME is "
    "heeded.\n"
	".TP\n~/.local/share/cairn/wallets/networks.json\n"
	"which network each node served, and the keys of accounts that were rotated\n"
	".TP\nDIR/rpc.sock, DIR/rpc.cookie\n"
	"the socket of the node whose data directory is DIR, and the secret for its port\n";

void help_man_page(struct buffer *out)
{
	buffer_append_text(out, ".TH CAIRN 1 \"\" \"cairn " CAIRN_VERSION "\" \"Cairn\"\n"
	                        ".SH NAME\ncairn \\- a ledger of signed records: wallet and "
	                        "client\n.SH SYNOPSIS\n.B cairn\n.I noun verb\n"
	                        ".RI [ word ...]\n.RI [ options ]\n.SH DESCRIPTION\n");
	man_text_paragraphs(out, DESCRIPTION);
	buffer_append_text(out, ".SH OPTIONS\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_facts((enum option)i)->is_global)
			print_option(out, (enum option)i);
	buffer_append_text(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		for (size_t j = 0; j < noun.command_count; j++)
			print_command(out, &noun.commands[j]);
	}
	print_exit_codes(out);
	buffer_append_text(out, ".SH FILES\n");
	buffer_append_text(out, FILES);
	buffer_append_text(out, ".SH SEE ALSO\n.BR cairnd (8)\n");
}
