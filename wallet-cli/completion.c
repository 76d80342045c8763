/* Completion for bash: plain words from the tables, files where an option or a word takes
 * one. The script asks nobody, so that a key press never waits for a node. */
#include "wallet-cli/help.h"

#include "rpc/api/completion_text.h"
#include "rpc/api/method.h"

#include <string.h>

static void print_nouns(struct buffer *out)
{
	for (size_t i = 0; i < NOUN_COUNT; i++)
		buffer_printf(out, "%s%s", i > 0 ? " " : "", command_noun_at(i).name);
}

static void print_verbs(struct buffer *out)
{
	buffer_append_text(out, "\t\tcase $noun in\n");
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		if (!noun.commands[0].verb)
			continue;
		buffer_printf(out, "\t\t%s) words='", noun.name);
		for (size_t j = 0; j < noun.command_count; j++)
			buffer_printf(out, "%s%s", j > 0 ? " " : "", noun.commands[j].verb);
		buffer_append_text(out, "' ;;\n");
	}
	buffer_append_text(out, "\t\trpc) words='");
	for (size_t i = 0; i < rpc_method_count(); i++)
		buffer_printf(out, "%s%s", i > 0 ? " " : "", rpc_method_at(i)->name);
	buffer_append_text(out, "' ;;\n\t\thelp) words='options ");
	print_nouns(out);
	buffer_append_text(out, "' ;;\n\t\tesac\n");
}

static void print_option_words(struct buffer *out)
{
	buffer_append_text(out, "\t\tcase \"$noun $verb\" in\n");
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun noun = command_noun_at(i);

		for (size_t j = 0; j < noun.command_count; j++) {
			const struct command *command = &noun.commands[j];

			if (command->option_count == 0)
				continue;
			buffer_printf(out, "\t\t\"%s %s\"%s) words+=' ", command->noun,
			              command->verb ? command->verb : "", command->verb ? "" : "*");
			for (size_t k = 0; k < command->option_count; k++)
				buffer_printf(out, "%s--%s", k > 0 ? " " : "",
				              option_facts(command->options[k])->text);
			buffer_append_text(out, "' ;;\n");
		}
	}
	buffer_append_text(out, "\t\tesac\n");
}

/* What follows an option: choices as "none|pending|final", files, or anything. */
static void print_option_values(struct buffer *out)
{
	buffer_append_text(out, "\tcase $previous in\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_facts *facts = option_facts((enum option)i);

		if (!facts->value)
			continue;
		buffer_printf(out, "\t--%s", facts->text);
		if (facts->letter)
			buffer_printf(out, "|-%c", facts->letter);
		buffer_append_text(out, ") ");
		completion_put_bash_value(out, facts->value);
	}
	buffer_append_text(out, "\tesac\n");
}

/* The words that are no options and no options' values, to find noun and verb. */
static void print_word_search(struct buffer *out)
{
	buffer_append_text(out, "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	                        "\t\tcase ${COMP_WORDS[i]} in\n\t\t");
	for (size_t i = 0, count = 0; i < OPTION_COUNT; i++) {
		const struct option_facts *facts = option_facts((enum option)i);

		if (!facts->value)
			continue;
		buffer_printf(out, "%s--%s", count++ > 0 ? "|" : "", facts->text);
		if (facts->letter)
			buffer_printf(out, "|-%c", facts->letter);
	}
	buffer_append_text(out, ") ((i++)) ;;\n"
	                        "\t\t-*) ;;\n"
	                        "\t\t*)\n"
	                        "\t\t\tif [[ -z $noun ]]; then noun=${COMP_WORDS[i]}\n"
	                        "\t\t\telif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}\n"
	                        "\t\t\tfi ;;\n"
	                        "\t\tesac\n"
	                        "\tdone\n");
}

static void print_global_options(struct buffer *out)
{
	buffer_append_text(out, "\t\twords='");
	for (size_t i = 0, count = 0; i < OPTION_COUNT; i++)
		if (option_facts((enum option)i)->is_global)
			buffer_printf(out, "%s--%s", count++ > 0 ? " " : "",
			              option_facts((enum option)i)->text);
	buffer_append_text(out, "'\n");
}

void help_completion_bash(struct buffer *out)
{
	buffer_append_text(out,
	                   "# bash completion for cairn, made by 'cairn help --completion "
	                   "bash'\n"
	                   "# shellcheck shell=bash disable=SC2207\n"
	                   "_cairn()\n{\n"
	                   "\tlocal current=${COMP_WORDS[COMP_CWORD]}\n"
	                   "\tlocal previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	                   "\tlocal noun='' verb='' words='' i\n"
	                   "\tCOMPREPLY=()\n");
	print_option_values(out);
	print_word_search(out);
	buffer_append_text(out, "\tif [[ $current == -* ]]; then\n");
	print_global_options(out);
	print_option_words(out);
	buffer_append_text(out, "\telif [[ -z $noun ]]; then\n\t\twords='");
	print_nouns(out);
	buffer_append_text(out, "'\n\telif [[ -z $verb ]]; then\n");
	print_verbs(out);
	buffer_append_text(out, "\telif [[ $current == @* ]]; then\n"
	                        "\t\tCOMPREPLY=($(compgen -f -P @ -- \"${current:1}\"))\n"
	                        "\t\treturn\n"
	                        "\telse\n"
	                        "\t\tCOMPREPLY=($(compgen -f -- \"$current\"))\n"
	                        "\t\treturn\n"
	                        "\tfi\n"
	                        "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	                        "}\n"
	                        "complete -o filenames -F _cairn cairn\n");
}
