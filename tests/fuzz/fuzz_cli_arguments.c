/* Any command line: arguments taken apart, the command found, its words read as far as
 * nothing outside is touched. The input is the arguments, each with a NUL behind it. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "rpc/api/method.h"
#include "wallet-cli/amount_text.h"
#include "wallet-cli/command.h"
#include "wallet-cli/operation_json.h"
#include "wallet-cli/rpc_words.h"
#include "wallet-cli/safe_text.h"
#include "wallet-cli/tx_file.h"
#include "wallet-cli/tx_words.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { TEXTS_MAX = 64 };

/* Words that would read a file or standard input stay out. */
static bool reads_outside(const char *word)
{
	const char *equals = strchr(word, '=');
	const char *value = equals ? equals + 1 : word;

	return value[0] == '@' || strcmp(value, "-") == 0;
}

static void try_words(const struct arguments *arguments, size_t used)
{
	const char *const *words = arguments->words + used;
	size_t count = arguments->word_count - used;
	struct failure failure = {0};
	struct arena arena = {0};
	json_t *json;

	for (size_t i = 0; i < count; i++)
		if (reads_outside(words[i]))
			return;
	for (size_t i = 0; i < rpc_method_count(); i++) {
		json = rpc_words_params(rpc_method_at(i), words, count, &failure);
		INVARIANT(json || failure.exit_code != EXIT_CODE_OK);
		json_decref(json);
	}
	json = tx_words_operations(words, count, &failure);
	for (size_t i = 0; i < json_array_size(json); i++) {
		struct operation operation;
		struct why why = {{0}};

		if (operation_from_json(&operation, json_array_get(json, i), &arena, &why) !=
		    STATUS_OK)
			INVARIANT(why.text[0]);
	}
	arena_close(&arena);
	json_decref(json);
}

static void try_line(const char *const *texts, int count)
{
	const struct command *command = NULL;
	struct arguments arguments;
	struct failure failure = {0};
	uint64_t number;
	size_t used = 0;

	if (arguments_parse(&arguments, count, texts, &failure) != EXIT_CODE_OK) {
		INVARIANT(failure.message[0]);
		return;
	}
	if (command_find(&command, &used, &arguments, &failure) == EXIT_CODE_OK) {
		INVARIANT(command && command->run && used <= arguments.word_count);
		try_words(&arguments, used);
	} else {
		INVARIANT(failure.message[0] && failure.exit_code == EXIT_CODE_USAGE);
	}
	if (arguments_number(&number, &arguments, OPTION_limit, 1, 1000, 1, &failure) ==
	    EXIT_CODE_OK)
		INVARIANT(number >= 1 && number <= 1000);
	arguments_close(&arguments);
}

static void try_texts(struct bytes_view input)
{
	struct amount amount;
	struct tx_file file;
	struct buffer safe;

	if (amount_from_text(&amount, input, 9, NULL) == STATUS_OK) {
		char text[AMOUNT_TEXT_SIZE];
		struct amount back;

		amount_to_text(text, amount, 9);
		INVARIANT(amount_from_text(&back, text_view(text), 9, NULL) == STATUS_OK);
		INVARIANT(back.grains == amount.grains);
	}
	if (tx_file_read(&file, input, NULL) == STATUS_OK)
		tx_file_close(&file);
	buffer_init(&safe, SIZE_MAX / 2);
	safe_text(&safe, input, SAFE_TEXT_LINE);
	INVARIANT(safe_text_is_plain(buffer_view(&safe)));
	for (size_t i = 0; i < safe.size; i++)
		INVARIANT(safe.at[i] >= 0x20 && safe.at[i] != 0x7f);
	INVARIANT(safe_text_width(buffer_view(&safe)) <= safe.size);
	buffer_close(&safe);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *texts[TEXTS_MAX];
	char *copy = malloc(size + 1);
	int count = 0;

	if (!copy)
		return 0;
	if (size > 0)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	for (size_t at = 0; at < size && count < TEXTS_MAX; at += strlen(copy + at) + 1)
		texts[count++] = copy + at;
	try_line(texts, count);
	try_texts(bytes_view(bytes, size));
	free(copy);
	return 0;
}
