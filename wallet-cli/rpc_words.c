#include "wallet-cli/rpc_words.h"

#include "chain/base/text.h"
#include "rpc/api/check.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/nearest.h"
#include "wallet-cli/value_source.h"

#include <stdio.h>
#include <string.h>

static const struct rpc_parameter *find(const struct rpc_method *method, const char *name)
{
	for (size_t i = 0; method->parameters[i]; i++)
		if (strcmp(method->parameters[i]->name, name) == 0)
			return method->parameters[i];
	return NULL;
}

/* What cannot be of the type goes through as a text: the check names it. */
static json_t *typed(const struct rpc_parameter *parameter, struct bytes_view text,
                     bool is_bytes)
{
	uint64_t number;
	json_t *json;

	switch (parameter->type) {
	case RPC_TYPE_INTEGER:
	case RPC_TYPE_HEIGHT:
		if (decimal_decode(&number, text) && number <= INT64_MAX)
			return json_integer((json_int_t)number);
		break;
	case RPC_TYPE_BOOLEAN:
		if (bytes_equal(text, text_view("true")) || bytes_equal(text, text_view("false")))
			return json_boolean(text.at[0] == 't');
		break;
	case RPC_TYPE_OBJECT:
	case RPC_TYPE_TOPICS:
		json = json_loadb(text.size > 0 ? (const char *)text.at : "", text.size,
		                  JSON_REJECT_DUPLICATES, NULL);
		if (json)
			return json;
		break;
	case RPC_TYPE_BASE64:
		if (is_bytes)
			return json_of_base64(text);
		break;
	case RPC_TYPE_HASH:
	case RPC_TYPE_TXID:
	case RPC_TYPE_KEY:
	case RPC_TYPE_SIGNATURE:
	case RPC_TYPE_ACCOUNT:
	case RPC_TYPE_NAME:
	case RPC_TYPE_STREAM:
	case RPC_TYPE_ASSET:
	case RPC_TYPE_TEXT:
	case RPC_TYPE_AMOUNT:
		break;
	}
	return json_of_text(text);
}

static bool add_word(json_t *params, const struct rpc_method *method, const char *word,
                     struct failure *failure)
{
	const char *equals = strchr(word, '=');
	const struct rpc_parameter *parameter;
	struct buffer value;
	char name[64];
	bool is_good;

	snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - word) : 0, word);
	parameter = equals ? find(method, name) : NULL;
	if (!equals) {
		failure_set(failure, EXIT_CODE_USAGE, "'%.80s' is not name=value", word);
		failure_hint(failure, "'cairn help rpc %s' lists the parameters", method->name);
		return false;
	}
	buffer_init(&value, INPUT_FILE_SIZE_MAX);
	is_good = value_read(&value, equals + 1, name, failure) == EXIT_CODE_OK;
	if (is_good) {
		bool is_bytes =
			strcmp(equals + 1, "-") == 0 || (equals[1] == '@' && equals[2] != '@');
		json_t *json = parameter ? typed(parameter, buffer_view(&value), is_bytes)
		                         : json_of_text(buffer_view(&value));

		is_good = json_object_set_new(params, name, json) == 0;
		if (!is_good)
			failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	}
	buffer_close(&value);
	return is_good;
}

static json_t *read_words(const struct rpc_method *method, const char *const *words,
                          size_t count, struct failure *failure)
{
	json_error_t error;
	json_t *params;

	if (count == 1 && words[0][0] == '{') {
		params = json_loads(words[0], JSON_REJECT_DUPLICATES, &error);
		if (!params)
			failure_set(failure, EXIT_CODE_USAGE, "the parameters are no JSON: %s",
			            error.text);
		return params;
	}
	params = json_object();
	if (!params)
		failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	for (size_t i = 0; params && i < count; i++)
		if (!add_word(params, method, words[i], failure)) {
			json_decref(params);
			return NULL;
		}
	return params;
}

json_t *rpc_words_params(const struct rpc_method *method, const char *const *words,
                         size_t count, struct failure *failure)
{
	json_t *params = read_words(method, words, count, failure);
	struct rpc_fault fault;
	json_t *checked;

	if (!params)
		return NULL;
	checked = rpc_params_check(method, params, &fault);
	json_decref(params);
	if (!checked)
		failure_set(failure, EXIT_CODE_USAGE, "%s", fault.message);
	return checked;
}
