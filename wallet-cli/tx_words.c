#include "wallet-cli/tx_words.h"

#include "rpc/api/ledger_json.h"
#include "wallet-cli/value_source.h"

#include <stdio.h>
#include <string.h>

static bool is_bytes(const char *name)
{
	return strcmp(name, "key") == 0 || strcmp(name, "value") == 0;
}

/* Text where it is text; else base64, which only keys and values may be. */
static bool set_value(json_t *operation, const char *name, struct bytes_view value,
                      struct failure *failure)
{
	char name_b64[40];
	json_t *text = json_of_text(value);

	if (json_is_string(text)) {
		if (json_object_set_new(operation, name, text) == 0)
			return true;
	} else if (is_bytes(name)) {
		json_decref(text);
		snprintf(name_b64, sizeof name_b64, "%s_b64", name);
		if (json_object_set_new(operation, name_b64, json_of_base64(value)) == 0)
			return true;
	} else {
		json_decref(text);
		failure_set(failure, EXIT_CODE_USAGE, "%s must be a text in UTF-8", name);
		return false;
	}
	failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	return false;
}

static bool add_member(json_t *operation, const char *word, struct failure *failure)
{
	const char *equals = strchr(word, '=');
	struct buffer value;
	char name[32];
	bool is_good;

	if (!equals || equals == word || (size_t)(equals - word) >= sizeof name) {
		failure_set(failure, EXIT_CODE_USAGE, "'%.80s' is not name=value", word);
		return false;
	}
	snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
	if (json_object_get(operation, name)) {
		failure_set(failure, EXIT_CODE_USAGE, "%s is given twice", name);
		return false;
	}
	buffer_init(&value, INPUT_FILE_SIZE_MAX);
	is_good = value_read(&value, equals + 1, name, failure) == EXIT_CODE_OK &&
	          set_value(operation, name, buffer_view(&value), failure);
	buffer_close(&value);
	return is_good;
}

json_t *tx_words_operations(const char *const *words, size_t count,
                            struct failure *failure)
{
	json_t *operations = json_array();
	json_t *operation = NULL;
	bool is_good = operations != NULL;

	if (!operations)
		failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	for (size_t i = 0; is_good && i < count; i++) {
		if (operation && strcmp(words[i], "+") == 0) {
			operation = NULL;
		} else if (operation) {
			is_good = add_member(operation, words[i], failure);
		} else {
			operation = json_pack("{ss*}", "kind", words[i]);
			is_good = operation && json_array_append_new(operations, operation) == 0;
			if (!is_good)
				failure_set(failure, EXIT_CODE_USAGE, "'%.80s' is no operation",
				            words[i]);
		}
	}
	if (is_good && !operation) {
		failure_set(failure, EXIT_CODE_USAGE, "behind + an operation is missing");
		is_good = false;
	}
	if (is_good)
		return operations;
	json_decref(operations);
	return NULL;
}
