/* The table of commands for shells. What they get asks nobody, so that a key press never waits for
 * a node. A command of two words, as "network create", is a first word and then a second. */
#include "node/shell/command_table.h"

#include "rpc/api/completion_text.h"

#include <string.h>

/* The one word with others behind it: network. */
#define GROUP_SUMMARY "Networks of several organisations"

static size_t first_size(const char *name)
{
	return strcspn(name, " ");
}

static const char *second_word(const char *name)
{
	const char *space = strchr(name, ' ');

	return space ? space + 1 : NULL;
}

/* Is it the first of those that begin with this word? */
static bool is_first_of_word(size_t index)
{
	const char *name = node_command_at(index)->name;
	const char *before = index > 0 ? node_command_at(index - 1)->name : "";
	size_t size = first_size(name);

	return strncmp(before, name, size) != 0 || (before[size] != ' ' && before[size] != '\0');
}

/* In single quotes, where nothing is special but the quote itself; `special` gets a backslash. */
static void put_quoted(struct buffer *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'') {
			buffer_append_text(out, "'\\''");
			continue;
		}
		if (strchr(special, *text))
			buffer_append_text(out, "\\");
		buffer_append(out, text, 1);
	}
}

/* The second words of those that share the first word of this one, which is the first of them. */
static void put_second_words(struct buffer *out, size_t index)
{
	const char *name = node_command_at(index)->name;
	size_t size = first_size(name) + 1;

	for (size_t i = index; i < node_command_count(); i++)
		if (strncmp(node_command_at(i)->name, name, size) == 0)
			buffer_printf(out, "%s%s", i > index ? " " : "",
			              second_word(node_command_at(i)->name));
}

/* -- bash ----------------------------------------------------------------------------------------- */

static void put_first_words(struct buffer *out)
{
	for (size_t i = 0; i < node_command_count(); i++)
		if (is_first_of_word(i))
			buffer_printf(out, "%s%.*s", i > 0 ? " " : "",
			              (int)first_size(node_command_at(i)->name), node_command_at(i)->name);
}

/* What may stand behind this command: the second words, and options. */
static void put_bash_words(struct buffer *out)
{
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);

		if (second_word(row->name) && is_first_of_word(i)) {
			buffer_printf(out, "\t\"%.*s \") words='", (int)first_size(row->name), row->name);
			put_second_words(out, i);
			buffer_append_text(out, "' ;;\n");
		}
		buffer_printf(out, "\t\"%s%s\"*) words='", row->name, second_word(row->name) ? "" : " ");
		if (strcmp(row->name, "help") == 0) {
			put_first_words(out);
			buffer_append_text(out, " ");
		}
		for (const struct node_command_option *option = row->options; option->name; option++)
			buffer_printf(out, "--%s ", option->name);
		buffer_append_text(out, "--help' ;;\n");
	}
}

static bool is_seen_before(size_t index, const struct node_command_option *wanted)
{
	for (size_t i = 0; i <= index; i++)
		for (const struct node_command_option *option = node_command_at(i)->options; option->name;
		     option++) {
			if (option == wanted)
				return false;
			if (strcmp(option->name, wanted->name) == 0)
				return true;
		}
	return false;
}

/* An option of one name takes one kind of value, whatever command it belongs to. */
static void put_bash_values(struct buffer *out)
{
	for (size_t i = 0; i < node_command_count(); i++)
		for (const struct node_command_option *option = node_command_at(i)->options; option->name;
		     option++) {
			if (!option->value || is_seen_before(i, option))
				continue;
			buffer_printf(out, "\t--%s) ", option->name);
			completion_put_bash_value(out, option->value);
		}
}

static void put_bash(struct buffer *out)
{
	buffer_append_text(out, "# bash completion for cairnd, made by 'cairnd help --completion bash'\n"
	                        "# shellcheck shell=bash disable=SC2207\n"
	                        "_cairnd()\n{\n"
	                        "\tlocal current=${COMP_WORDS[COMP_CWORD]}\n"
	                        "\tlocal previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	                        "\tlocal words='' first=${COMP_WORDS[1]} second=''\n"
	                        "\tCOMPREPLY=()\n"
	                        "\t((COMP_CWORD > 2)) && second=${COMP_WORDS[2]}\n"
	                        "\tcase $previous in\n");
	put_bash_values(out);
	buffer_append_text(out, "\tesac\n"
	                        "\tif ((COMP_CWORD == 1)); then first=''; fi\n"
	                        "\tcase \"$first $second\" in\n"
	                        "\t' ') words='");
	put_first_words(out);
	buffer_append_text(out, "' ;;\n");
	put_bash_words(out);
	buffer_append_text(out, "\tesac\n"
	                        "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	                        "\tif [[ $current == @* ]]; then\n"
	                        "\t\tCOMPREPLY=($(compgen -f -P @ -- \"${current:1}\"))\n"
	                        "\tfi\n"
	                        "}\n"
	                        "complete -o filenames -F _cairnd cairnd\n");
}

/* -- fish ------------------------------------------------------------------------------------------ */

static void put_fish_description(struct buffer *out, const char *text)
{
	buffer_append_text(out, " -d '");
	/* Within single quotes fish knows \\ and \'. */
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buffer_append_text(out, "\\");
		buffer_append(out, text, 1);
	}
	buffer_append_text(out, "'\n");
}

/* Holds where the words so far are the command's. */
static void put_fish_condition(struct buffer *out, const char *name)
{
	const char *second = second_word(name);

	buffer_printf(out, "complete -c cairnd -n '__fish_seen_subcommand_from %.*s",
	              (int)first_size(name), name);
	if (second)
		buffer_printf(out, "; and __fish_seen_subcommand_from %s", second);
	buffer_append_text(out, "'");
}

static void put_fish_words(struct buffer *out)
{
	size_t first = 0;

	for (size_t i = 0; i < node_command_count(); i++) {
		const char *name = node_command_at(i)->name, *second = second_word(name);
		int size = (int)first_size(name);

		if (is_first_of_word(i)) {
			first = i;
			buffer_printf(out, "complete -c cairnd -n __fish_use_subcommand -a %.*s", size, name);
			put_fish_description(out, second ? GROUP_SUMMARY : node_command_at(i)->summary);
		}
		if (!second)
			continue;
		buffer_printf(out, "complete -c cairnd -n '__fish_seen_subcommand_from %.*s; and not "
		                   "__fish_seen_subcommand_from ",
		              size, name);
		put_second_words(out, first);
		buffer_printf(out, "' -a %s", second);
		put_fish_description(out, node_command_at(i)->summary);
	}
}

static void put_fish(struct buffer *out)
{
	buffer_append_text(out, "# fish completion for cairnd, made by 'cairnd help --completion fish'\n"
	                        "complete -c cairnd -f\n");
	put_fish_words(out);
	for (size_t i = 0; i < node_command_count(); i++)
		for (const struct node_command_option *option = node_command_at(i)->options; option->name;
		     option++) {
			put_fish_condition(out, node_command_at(i)->name);
			buffer_printf(out, " -l %s", option->name);
			if (option->value) {
				enum completion_kind kind = completion_kind_of(option->value);

				buffer_append_text(out, kind == COMPLETION_FILE     ? " -r -F"
				                        : kind == COMPLETION_FOLDER ? " -x -a '(__fish_complete_directories)'"
				                        : kind == COMPLETION_CHOICE ? " -x -a '"
				                                               : " -x");
				if (kind == COMPLETION_CHOICE) {
					completion_put_choices(out, option->value);
					buffer_append_text(out, "'");
				}
			}
			put_fish_description(out, option->meaning);
		}
}

/* -- zsh -------------------------------------------------------------------------------------------- */

/* 'word:what it does', for _describe. */
static void put_zsh_word(struct buffer *out, const char *word, size_t size, const char *summary)
{
	buffer_printf(out, " '%.*s:", (int)size, word);
	put_quoted(out, summary, ":");
	buffer_append_text(out, "'");
}

static void put_zsh_option(struct buffer *out, const struct node_command_option *option)
{
	buffer_printf(out, " '%s--%s%s[", option->use == NODE_OPTION_OFTEN ? "*" : "", option->name,
	              option->value ? "=" : "");
	put_quoted(out, option->meaning, ":[]");
	buffer_append_text(out, "]");
	if (option->value) {
		buffer_append_text(out, ":");
		put_quoted(out, option->value, ":");
		switch (completion_kind_of(option->value)) {
		case COMPLETION_FOLDER:
			buffer_append_text(out, ":_files -/");
			break;
		case COMPLETION_FILE:
			buffer_append_text(out, ":_files");
			break;
		case COMPLETION_CHOICE:
			buffer_append_text(out, ":(");
			completion_put_choices(out, option->value);
			buffer_append_text(out, ")");
			break;
		case COMPLETION_OTHER:
			buffer_append_text(out, ": ");
			break;
		}
	}
	buffer_append_text(out, "'");
}

#define ZSH_DESCRIBE ")\n\t\t_describe command commands\n\t\treturn\n\tfi\n"

static void put_zsh_second_words(struct buffer *out, size_t index)
{
	const char *name = node_command_at(index)->name;
	size_t size = first_size(name);

	buffer_printf(out, "\tif ((CURRENT == 3)) && [[ $words[2] == %.*s ]]; then\n\t\tcommands=(",
	              (int)size, name);
	for (size_t i = index; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);

		if (strncmp(row->name, name, size + 1) == 0)
			put_zsh_word(out, second_word(row->name), strlen(second_word(row->name)),
			             row->summary);
	}
	buffer_append_text(out, ZSH_DESCRIBE);
}

static void put_zsh_words(struct buffer *out)
{
	buffer_append_text(out, "\tif ((CURRENT == 2)); then\n\t\tcommands=(");
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);

		if (is_first_of_word(i))
			put_zsh_word(out, row->name, first_size(row->name),
			             second_word(row->name) ? GROUP_SUMMARY : row->summary);
	}
	buffer_append_text(out, ZSH_DESCRIBE);
	for (size_t i = 0; i < node_command_count(); i++)
		if (is_first_of_word(i) && second_word(node_command_at(i)->name))
			put_zsh_second_words(out, i);
}

static void put_zsh(struct buffer *out)
{
	buffer_append_text(out, "#compdef cairnd\n"
	                        "# zsh completion for cairnd, made by 'cairnd help --completion zsh'\n"
	                        "_cairnd()\n{\n\tlocal -a commands\n");
	put_zsh_words(out);
	buffer_append_text(out, "\tcase \"$words[2] $words[3]\" in\n");
	for (size_t i = 0; i < node_command_count(); i++) {
		const struct node_command_row *row = node_command_at(i);

		buffer_append_text(out, "\t'");
		buffer_append_text(out, row->name);
		buffer_printf(out, "%s'*) _arguments", second_word(row->name) ? "" : " ");
		for (const struct node_command_option *option = row->options; option->name; option++)
			put_zsh_option(out, option);
		buffer_append_text(out, " '--help[explain the command]' '*: :_files' ;;\n");
	}
	buffer_append_text(out, "\tesac\n}\n"
	                        "if [[ $funcstack[1] == _cairnd ]]; then _cairnd \"$@\"; "
	                        "else compdef _cairnd cairnd; fi\n");
}

bool node_command_put_completion(struct buffer *out, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		put_bash(out);
	else if (strcmp(shell, "fish") == 0)
		put_fish(out);
	else if (strcmp(shell, "zsh") == 0)
		put_zsh(out);
	else
		return false;
	return true;
}
