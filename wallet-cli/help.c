#include "wallet-cli/help.h"

#include "rpc/api/method.h"

#include <string.h>

enum { TERM_INDENT = 2, MEANING_INDENT = 6 };

static void indent_by(struct buffer *out, size_t indent)
{
	buffer_printf(out, "%*s", (int)indent, "");
}

/* -- Text --------------------------------------------------------------------------- */

/* One paragraph, up to its end or an empty line; gives what is left. */
static const char *fill(struct buffer *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text && !(text[0] == '\n' && (text[1] == '\n' || !text[1]))) {
		size_t size = strcspn(text, " \n");

		if (size == 0) {
			text++;
			continue;
		}
		if (column > 0 && column + 1 + size > HELP_WIDTH) {
			buffer_append_text(out, "\n");
			column = 0;
		}
		if (column == 0) {
			indent_by(out, indent);
			column = indent;
		} else {
			buffer_append_text(out, " ");
			column++;
		}
		buffer_append(out, text, size);
		column += size;
		text += size;
	}
	buffer_append_text(out, "\n");
	return text + strspn(text, "\n");
}

void help_paragraphs(struct buffer *out, const char *text, size_t indent)
{
	text = fill(out, text, indent);
	while (*text) {
		buffer_append_text(out, "\n");
		text = fill(out, text, indent);
	}
}

/* -- Commands ----------------------------------------------------------------------- */

static void print_name(struct buffer *out, const struct command *command)
{
	buffer_printf(out, "cairn %s", command->noun);
	if (command->verb)
		buffer_printf(out, " %s", command->verb);
}

static void print_option(struct buffer *out, enum option option)
{
	const struct option_facts *facts = option_facts(option);

	indent_by(out, TERM_INDENT);
	if (facts->letter)
		buffer_printf(out, "-%c, ", facts->letter);
	buffer_printf(out, "--%s", facts->text);
	if (facts->value)
		buffer_printf(out, " %s", facts->value);
	buffer_append_text(out, "\n");
	help_paragraphs(out, facts->meaning, MEANING_INDENT);
}

void help_global_options(struct buffer *out)
{
	buffer_append_text(out, "Options of every command:\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_facts((enum option)i)->is_global)
			print_option(out, (enum option)i);
}

static void print_examples(struct buffer *out, const char *examples)
{
	buffer_append_text(out, "\nExamples:\n");
	while (*examples) {
		size_t size = strcspn(examples, "\n");

		indent_by(out, TERM_INDENT);
		buffer_append(out, examples, size);
		buffer_append_text(out, "\n");
		examples += size + (examples[size] == '\n');
	}
}

void help_command(struct buffer *out, const struct command *command)
{
	buffer_append_text(out, "Usage: ");
	print_name(out, command);
	buffer_printf(out, "%s%s [options]\n\n", command->words[0] ? " " : "",
	              command->words);
	buffer_printf(out, "%s.\n", command->summary);
	if (command->details) {
		buffer_append_text(out, "\n");
		help_paragraphs(out, command->details, 0);
	}
	if (command->option_count > 0)
		buffer_append_text(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_count; i++)
		print_option(out, command->options[i]);
	if (command->examples)
		print_examples(out, command->examples);
	buffer_append_text(out, "\nOptions of every command: cairn help options\n");
}

void help_noun(struct buffer *out, const struct command_noun *noun)
{
	size_t width = 0;

	if (!noun->commands[0].verb) {
		help_command(out, &noun->commands[0]);
		return;
	}
	for (size_t i = 0; i < noun->command_count; i++)
		if (strlen(noun->commands[i].verb) > width)
			width = strlen(noun->commands[i].verb);
	buffer_printf(out, "cairn %s: %s.\n\n", noun->name, noun->summary);
	for (size_t i = 0; i < noun->command_count; i++) {
		const struct command *command = &noun->commands[i];

		buffer_printf(out, "  %-*s  %s\n", (int)width, command->verb, command->summary);
	}
	buffer_printf(out, "\n'cairn help %s VERB' explains one of them.\n", noun->name);
}

static void print_verbs(struct buffer *out, const struct command_noun *noun)
{
	buffer_append_text(out, "           ");
	for (size_t i = 0; i < noun->command_count; i++)
		buffer_printf(out, "%s%s", i > 0 ? ", " : "", noun->commands[i].verb);
	buffer_append_text(out, "\n");
}

void help_overview(struct buffer *out)
{
	buffer_append_text(out, "Usage: cairn NOUN VERB ... [options]\n\n"
	                        "Writes to and reads from a ledger of signed records.\n\n");
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		buffer_printf(out, "  %-7s  %s\n", noun.name, noun.summary);
		if (noun.commands[0].verb)
			print_verbs(out, &noun);
	}
	buffer_append_text(
		out, "\n  cairn help NOUN [VERB]   one of them, with examples\n"
			 "  cairn help options       the options of every command\n"
			 "  cairn help rpc           the node's methods: chain.get_block is also\n"
			 "                           'cairn chain get-block'\n"
			 "\nTo begin:\n"
			 "  cairn wallet new\n"
			 "  cairn stream create notes\n"
			 "  cairn record add notes \"hello\" --key greeting\n"
			 "  cairn record get notes --key greeting\n");
}

/* -- Methods ------------------------------------------------------------------------ */

static const char *rule_text(enum rpc_rule rule)
{
	switch (rule) {
	case RPC_REQUIRED:
		return "needed";
	case RPC_OPTIONAL:
		return "optional";
	case RPC_EXACTLY_ONE:
		return "exactly one of these";
	case RPC_AT_MOST_ONE:
		return "at most one of these";
	}
	return "";
}

void help_method(struct buffer *out, const struct rpc_method *method)
{
	buffer_printf(out, "Usage: cairn rpc %s [name=value ...]\n\n%s.\n", method->name,
	              method->summary);
	for (size_t i = 0; method->parameters[i]; i++) {
		const struct rpc_parameter *parameter = method->parameters[i];

		buffer_printf(out, "\n  %s (%s)\n", parameter->name, rule_text(parameter->rule));
		help_paragraphs(out, parameter->summary, MEANING_INDENT);
		help_paragraphs(out, rpc_type_text(parameter->type), MEANING_INDENT);
	}
	buffer_printf(out, "\nAnswers%s:\n",
	              method->shape == RPC_LIST ? " {\"items\":[...],\"next\":...} of" : "");
	help_paragraphs(out, method->result, TERM_INDENT);
}

void help_methods(struct buffer *out)
{
	buffer_append_text(out, "Usage: cairn rpc METHOD [name=value ...] [options]\n\n");
	for (size_t i = 0; i < rpc_method_count(); i++) {
		const struct rpc_method *method = rpc_method_at(i);

		buffer_printf(out, "  %-27s  %s\n", method->name, method->summary);
	}
	buffer_append_text(out, "\n'cairn help rpc METHOD' explains one of them.\n");
}
