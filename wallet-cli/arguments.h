/* The command line, taken apart: options by name, the rest as words in order.
 *
 *     cairn --data-dir d record add notes "hello" --key k -q
 *           option       word   word word  word   option   option
 *
 * Options stand anywhere; "--name value" or "--name=value", "-o value" or "-ovalue",
 * switches of one letter together: "-qy". "--" ends them: what follows is words. A lone
 * "-" is a word. Given twice, the last one counts, unless the command takes it several
 * times (arguments_next). Which command it is, and which options belong to it, is
 * command.h's question. */
#ifndef WALLET_CLI_ARGUMENTS_H
#define WALLET_CLI_ARGUMENTS_H

#include "wallet-cli/failure.h"
#include "wallet-cli/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct argument_given {
	enum option option;
	const char *value;
};

struct arguments {
	const char *options[OPTION_COUNT]; /* the value, "" of a switch; NULL: not given */
	const char **words;                /* heap; the texts are argv's */
	size_t word_count;
	struct argument_given *given; /* all options that have values, in order; heap */
	size_t given_count;
};

/* Not EXIT_CODE_OK: *failure says which argument is wrong, and *arguments is closed. The
 * texts must outlive it. */
MUST_CHECK enum exit_code arguments_parse(struct arguments *arguments, int count,
                                          const char *const *texts,
                                          struct failure *failure);
void arguments_close(struct arguments *arguments);

static inline bool arguments_has(const struct arguments *arguments, enum option option)
{
	return arguments->options[option] != NULL;
}

/* The value of the option's next occurrence from *at on, which moves behind it; begin
 * with 0. NULL: there is none. */
const char *arguments_next(const struct arguments *arguments, enum option option,
                           size_t *at);

/* A whole number from `least` to `most`, or `fallback` where the option was not given. */
MUST_CHECK enum exit_code arguments_number(uint64_t *number,
                                           const struct arguments *arguments,
                                           enum option option, uint64_t least,
                                           uint64_t most, uint64_t fallback,
                                           struct failure *failure);

/* Which of `words`, NULL-terminated, the option says; `fallback` where not given. */
MUST_CHECK enum exit_code arguments_choice(size_t *choice,
                                           const struct arguments *arguments,
                                           enum option option, const char *const *words,
                                           size_t fallback, struct failure *failure);

#endif
