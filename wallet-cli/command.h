/* The commands, one table: what is parsed, helped, printed as a manual, completed and
 * suggested comes from it. `cairn NOUN VERB` is one row in noun_<noun>.c and one function
 * there. A noun more is one line in NOUN_LIST and one file. */
#ifndef WALLET_CLI_COMMAND_H
#define WALLET_CLI_COMMAND_H

#include "wallet-cli/arguments.h"

struct session;

enum { COMMAND_OPTIONS_MAX = 10 };
#define COMMAND_WORDS_ANY SIZE_MAX

struct command {
	const char *noun;
	const char *verb;  /* NULL: the noun alone is the command */
	const char *words; /* what follows, for people: "STREAM KEY"; "" for nothing */
	size_t word_count_min;
	size_t word_count_max; /* COMMAND_WORDS_ANY: no maximum */
	const char *summary;   /* one line, no full stop */
	const char *details;   /* paragraphs with an empty line between them; may be NULL */
	const char *examples;  /* lines, each a command; may be NULL */
	size_t option_count;   /* beside the global ones */
	enum option options[COMMAND_OPTIONS_MAX];
	enum exit_code (*run)(struct session *session);
};

/* clang-format off */
#define NOUN_LIST(X) \
	X(wallet, "your keys, in files that a passphrase locks") \
	X(account, "who you are on the ledger") \
	X(stream, "named sequences of records") \
	X(record, "what is written in streams") \
	X(asset, "units that accounts hold and transfer") \
	X(receipt, "proofs that anybody can check without a node") \
	X(network, "whose signatures a receipt is checked by") \
	X(tx, "transactions by hand: built, signed and sent apart") \
	X(chain, "blocks and the network's beginning") \
	X(validator, "who agrees on blocks: admitted, joined, removed") \
	X(consensus, "how the validators agree, and whom they wait for") \
	X(param, "what the network counts by") \
	X(node, "the node that is asked, and those that may connect") \
	X(peer, "whom the node is connected with") \
	X(rpc, "any method of the node") \
	X(help, "help, manual page, shell completion")
/* clang-format on */

struct command_noun {
	const char *name;
	const char *summary;
	const struct command *commands;
	size_t command_count;
};

/* For the files of the table: their rows. */
#define NOUN_ROWS(name, summary)                   \
	extern const struct command commands_##name[]; \
	extern const size_t commands_##name##_count;
NOUN_LIST(NOUN_ROWS)
#undef NOUN_ROWS

/* At the foot of a noun's file. */
#define COMMANDS_COUNTED(name)             \
	const size_t commands_##name##_count = \
		sizeof commands_##name / sizeof *commands_##name

enum {
	NOUN_COUNT = 0
#define NOUN_ONE(name, summary) +1
	NOUN_LIST(NOUN_ONE)
#undef NOUN_ONE
};

struct command_noun command_noun_at(size_t index);

/* NULL: there is none. */
const struct command *command_of(const char *noun, const char *verb);

/* Is this the command's own option, or a global one? */
bool command_takes(const struct command *command, enum option option);

/* Which command the words name, and that it takes the options and as many words as were
 * given. *used: how many words were the command's name, the rest are its words. Words
 * that are no command but a method of the node, as "stream get-latest", find the command
 * rpc, and *used is 0.
 *
 * EXIT_CODE_USAGE: *failure says why, and names the nearest where there is one. With
 * --help or --version only the command's name is looked at. */
MUST_CHECK enum exit_code command_find(const struct command **command, size_t *used,
                                       const struct arguments *arguments,
                                       struct failure *failure);

/* The method of the node's table that two words name: "chain", "get-block" is
 * chain.get_block. NULL: none. */
const struct rpc_method *command_method(const char *noun, const char *verb);

#endif
