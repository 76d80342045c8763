#include "wallet-cli/arguments.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "rpc/api/nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct option_facts *option_facts(enum option option)
{
	static const struct option_facts facts[OPTION_COUNT] = {
#define OPTION_FACTS(name, text, letter, value, is_global, meaning) \
	{text, letter, value, is_global, meaning},
		OPTION_LIST(OPTION_FACTS)
#undef OPTION_FACTS
	};

	return &facts[option];
}

/* -- Finding an option -------------------------------------------------------------- */

static bool find_text(enum option *found, const char *text, size_t size)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *name = option_facts((enum option)i)->text;

		if (strlen(name) == size && memcmp(name, text, size) == 0) {
			*found = (enum option)i;
			return true;
		}
	}
	return false;
}

static bool find_letter(enum option *found, char letter)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (letter && option_facts((enum option)i)->letter == letter) {
			*found = (enum option)i;
			return true;
		}
	return false;
}

static enum exit_code unknown(const char *text, size_t size, struct failure *failure)
{
	char typed[NEAREST_SIZE_MAX + 1];
	struct nearest nearest;
	const char *word;

	snprintf(typed, sizeof typed, "%.*s", (int)(size < 64 ? size : 64), text);
	nearest = nearest_to(typed);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		nearest_offer(&nearest, option_facts((enum option)i)->text);
	word = nearest_word(&nearest);
	failure_set(failure, EXIT_CODE_USAGE, "there is no option --%s", typed);
	if (word)
		failure_hint(failure, "the nearest is --%s", word);
	return EXIT_CODE_USAGE;
}

/* -- Taking the line apart ---------------------------------------------------------- */

struct parser {
	struct arguments *arguments;
	const char *const *next;
	const char *const *end;
	struct failure *failure;
};

static enum exit_code no_value(struct parser *in, enum option option)
{
	const struct option_facts *facts = option_facts(option);

	return failure_set(in->failure, EXIT_CODE_USAGE, "--%s needs a value: %s",
	                   facts->text, facts->value);
}

static void take_value(struct parser *in, enum option option, const char *value)
{
	struct arguments *arguments = in->arguments;

	arguments->options[option] = value;
	arguments->given[arguments->given_count++] = (struct argument_given){option, value};
}

static enum exit_code take_long(struct parser *in, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t size = equals ? (size_t)(equals - text) : strlen(text);
	enum option option;

	if (!find_text(&option, text, size))
		return unknown(text, size, in->failure);
	if (!option_facts(option)->value) {
		if (equals)
			return failure_set(in->failure, EXIT_CODE_USAGE, "--%s takes no value",
			                   option_facts(option)->text);
		in->arguments->options[option] = "";
		return EXIT_CODE_OK;
	}
	if (!equals && in->next == in->end)
		return no_value(in, option);
	take_value(in, option, equals ? equals + 1 : *in->next++);
	return EXIT_CODE_OK;
}

static enum exit_code take_letters(struct parser *in, const char *letters)
{
	for (; *letters; letters++) {
		enum option option;

		if (!find_letter(&option, *letters)) {
			failure_set(in->failure, EXIT_CODE_USAGE, "there is no option -%c",
			            *letters > ' ' && *letters < 0x7f ? *letters : '?');
			return failure_hint(in->failure, "where it is a value, put -- before it");
		}
		if (!option_facts(option)->value) {
			in->arguments->options[option] = "";
			continue;
		}
		if (!letters[1] && in->next == in->end)
			return no_value(in, option);
		take_value(in, option, letters[1] ? letters + 1 : *in->next++);
		break;
	}
	return EXIT_CODE_OK;
}

enum exit_code arguments_parse(struct arguments *arguments, int count,
                               const char *const *texts, struct failure *failure)
{
	struct parser in = {arguments, texts, texts + count, failure};
	enum exit_code exit_code = EXIT_CODE_OK;
	bool is_words_only = false;

	*arguments = (struct arguments){0};
	arguments->words = memory_new(((size_t)count + 1) * sizeof *arguments->words);
	arguments->given = memory_new(((size_t)count + 1) * sizeof *arguments->given);
	if (!arguments->words || !arguments->given) {
		arguments_close(arguments);
		return failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	}
	while (exit_code == EXIT_CODE_OK && in.next < in.end) {
		const char *text = *in.next++;

		if (is_words_only || text[0] != '-' || !text[1])
			arguments->words[arguments->word_count++] = text;
		else if (strcmp(text, "--") == 0)
			is_words_only = true;
		else if (text[1] == '-')
			exit_code = take_long(&in, text + 2);
		else
			exit_code = take_letters(&in, text + 1);
	}
	if (exit_code != EXIT_CODE_OK)
		arguments_close(arguments);
	return exit_code;
}

void arguments_close(struct arguments *arguments)
{
	memory_free(arguments->words);
	memory_free(arguments->given);
	*arguments = (struct arguments){0};
}

/* -- Values ------------------------------------------------------------------------- */

const char *arguments_next(const struct arguments *arguments, enum option option,
                           size_t *at)
{
	while (*at < arguments->given_count) {
		const struct argument_given *given = &arguments->given[(*at)++];

		if (given->option == option)
			return given->value;
	}
	return NULL;
}

enum exit_code arguments_number(uint64_t *number, const struct arguments *arguments,
                                enum option option, uint64_t least, uint64_t most,
                                uint64_t fallback, struct failure *failure)
{
	const char *text = arguments->options[option];

	*number = fallback;
	if (!text)
		return EXIT_CODE_OK;
	if (decimal_decode(number, text_view(text)) && *number >= least && *number <= most)
		return EXIT_CODE_OK;
	if (most >= INT64_MAX)
		return failure_set(failure, EXIT_CODE_USAGE,
		                   "--%s must be a whole number of at least %" PRIu64
		                   ", not '%.40s'",
		                   option_facts(option)->text, least, text);
	return failure_set(failure, EXIT_CODE_USAGE,
	                   "--%s must be a whole number from %" PRIu64 " to %" PRIu64
	                   ", not '%.40s'",
	                   option_facts(option)->text, least, most, text);
}

enum exit_code arguments_choice(size_t *choice, const struct arguments *arguments,
                                enum option option, const char *const *words,
                                size_t fallback, struct failure *failure)
{
	const char *text = arguments->options[option];

	*choice = fallback;
	if (!text)
		return EXIT_CODE_OK;
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0) {
			*choice = i;
			return EXIT_CODE_OK;
		}
	return failure_set(failure, EXIT_CODE_USAGE, "--%s must be %s, not '%.40s'",
	                   option_facts(option)->text, option_facts(option)->value, text);
}
