/* The table of commands as text for people: on a screen, as a manual page, as completion
 * of a shell. Nothing is said twice: what these print is what the parser knows. */
#ifndef WALLET_CLI_HELP_H
#define WALLET_CLI_HELP_H

#include "chain/base/buffer.h"
#include "wallet-cli/command.h"

enum { HELP_WIDTH = 80 };

/* What the program is, and its nouns with their verbs. */
void help_overview(struct buffer *out);

/* The commands of a noun; of one that is a command itself, that command. */
void help_noun(struct buffer *out, const struct command_noun *noun);

/* Usage, text, options, examples. */
void help_command(struct buffer *out, const struct command *command);

/* The options that every command takes. */
void help_global_options(struct buffer *out);

/* The methods of the node with their parameters, or one of them. */
void help_methods(struct buffer *out);
void help_method(struct buffer *out, const struct rpc_method *method);

/* cairn(1) for man(1), all commands in it: man_page.c. */
void help_man_page(struct buffer *out);

/* Completion for bash, to be sourced or put into its completions folder: completion.c. */
void help_completion_bash(struct buffer *out);

/* Words of `text` filled into lines of HELP_WIDTH columns, each after `indent` blanks; an
 * empty line in the text stays one. */
void help_paragraphs(struct buffer *out, const char *text, size_t indent);

#endif
