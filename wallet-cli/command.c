#include "wallet-cli/command.h"

#include "rpc/api/method.h"
#include "rpc/api/nearest.h"

#include <stdio.h>
#include <string.h>

struct command_noun command_noun_at(size_t index)
{
	const struct command_noun nouns[] = {
#define NOUN_FACTS(name, summary) \
	{#name, summary, commands_##name, commands_##name##_count},
		NOUN_LIST(NOUN_FACTS)
#undef NOUN_FACTS
	};

	return nouns[index];
}

const struct command *command_of(const char *noun, const char *verb)
{
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		struct command_noun group = command_noun_at(i);

		if (strcmp(group.name, noun) != 0)
			continue;
		for (size_t j = 0; j < group.command_count; j++) {
			const struct command *command = &group.commands[j];

			if (!command->verb || (verb && strcmp(command->verb, verb) == 0))
				return command;
		}
	}
	return NULL;
}

bool command_takes(const struct command *command, enum option option)
{
	if (option_facts(option)->is_global)
		return true;
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i] == option)
			return true;
	return false;
}

const struct rpc_method *command_method(const char *noun, const char *verb)
{
	char name[64];

	snprintf(name, sizeof name, "%s.%s", noun, verb);
	for (char *at = name; *at; at++)
		if (*at == '-')
			*at = '_';
	return rpc_method_find(name);
}

/* -- What is wrong with a name ------------------------------------------------------ */

static bool find_noun(struct command_noun *noun, const char *name)
{
	for (size_t i = 0; i < NOUN_COUNT; i++) {
		*noun = command_noun_at(i);
		if (strcmp(noun->name, name) == 0)
			return true;
	}
	return false;
}

static enum exit_code unknown_noun(const char *typed, struct failure *failure)
{
	struct nearest nearest = nearest_to(typed);
	const char *word;

	for (size_t i = 0; i < NOUN_COUNT; i++)
		nearest_offer(&nearest, command_noun_at(i).name);
	word = nearest_word(&nearest);
	failure_set(failure, EXIT_CODE_USAGE, "there is no command 'cairn %.64s'", typed);
	if (word)
		return failure_hint(failure, "the nearest is 'cairn %s'", word);
	return failure_hint(failure, "'cairn help' lists the commands");
}

static enum exit_code unknown_verb(const struct command_noun *noun, const char *typed,
                                   struct failure *failure)
{
	struct nearest nearest = nearest_to(typed);
	const char *word;

	for (size_t i = 0; i < noun->command_count; i++)
		nearest_offer(&nearest, noun->commands[i].verb);
	word = nearest_word(&nearest);
	failure_set(failure, EXIT_CODE_USAGE, "there is no command 'cairn %s %.64s'",
	            noun->name, typed);
	if (word)
		return failure_hint(failure, "the nearest is 'cairn %s %s'", noun->name, word);
	return failure_hint(failure, "'cairn help %s' lists its commands", noun->name);
}

static enum exit_code missing_verb(const struct command_noun *noun,
                                   struct failure *failure)
{
	char verbs[RPC_MESSAGE_SIZE / 2] = "";
	size_t size = 0;

	for (size_t i = 0; i < noun->command_count && size < sizeof verbs; i++)
		size += (size_t)snprintf(verbs + size, sizeof verbs - size, "%s%s",
		                         i > 0 ? ", " : "", noun->commands[i].verb);
	return failure_set(failure, EXIT_CODE_USAGE, "cairn %s needs one of: %s", noun->name,
	                   verbs);
}

/* -- Finding it --------------------------------------------------------------------- */

static enum exit_code find_name(const struct command **command, size_t *used,
                                const struct arguments *arguments,
                                struct failure *failure)
{
	const char *first = arguments->word_count > 0 ? arguments->words[0] : NULL;
	const char *second = arguments->word_count > 1 ? arguments->words[1] : NULL;
	struct command_noun noun;
	bool is_noun;

	if (!first) {
		*command = command_of("help", NULL);
		*used = 0;
		if (arguments_has(arguments, OPTION_help) ||
		    arguments_has(arguments, OPTION_version))
			return EXIT_CODE_OK;
		failure_set(failure, EXIT_CODE_USAGE, "no command was given");
		return failure_hint(failure, "'cairn help' lists the commands");
	}
	is_noun = find_noun(&noun, first);
	*command = is_noun ? command_of(first, second) : NULL;
	*used = *command && (*command)->verb ? 2 : 1;
	if (*command)
		return EXIT_CODE_OK;
	if (second && command_method(first, second)) {
		*command = command_of("rpc", NULL);
		*used = 0;
		return EXIT_CODE_OK;
	}
	if (!is_noun)
		return unknown_noun(first, failure);
	return second ? unknown_verb(&noun, second, failure) : missing_verb(&noun, failure);
}

static enum exit_code check_options(const struct command *command,
                                    const struct arguments *arguments,
                                    struct failure *failure)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		enum option option = (enum option)i;

		if (!arguments_has(arguments, option) || command_takes(command, option))
			continue;
		failure_set(failure, EXIT_CODE_USAGE, "cairn %s%s%s has no option --%s",
		            command->noun, command->verb ? " " : "",
		            command->verb ? command->verb : "", option_facts(option)->text);
		return failure_hint(failure, "'cairn help %s%s%s' lists its options",
		                    command->noun, command->verb ? " " : "",
		                    command->verb ? command->verb : "");
	}
	return EXIT_CODE_OK;
}

static enum exit_code check_words(const struct command *command, size_t count,
                                  struct failure *failure)
{
	const char *verb = command->verb ? command->verb : "";
	const char *space = command->verb ? " " : "";

	if (count >= command->word_count_min && count <= command->word_count_max)
		return EXIT_CODE_OK;
	failure_set(failure, EXIT_CODE_USAGE, "%s: cairn %s%s%s%s%s",
	            count < command->word_count_min ? "something is missing"
	                                            : "there are too many words",
	            command->noun, space, verb, command->words[0] ? " " : "", command->words);
	return failure_hint(failure, "'cairn help %s%s%s' explains it", command->noun, space,
	                    verb);
}

enum exit_code command_find(const struct command **command, size_t *used,
                            const struct arguments *arguments, struct failure *failure)
{
	enum exit_code exit_code = find_name(command, used, arguments, failure);

	if (exit_code != EXIT_CODE_OK || arguments_has(arguments, OPTION_help) ||
	    arguments_has(arguments, OPTION_version))
		return exit_code;
	exit_code = check_options(*command, arguments, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return check_words(*command, arguments->word_count - *used, failure);
}
