#include "rpc/api/check.h"

#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "rpc/api/nearest.h"

#include <inttypes.h>
#include <stdio.h>

/* What is being looked at, for the sentence if it is wrong. */
struct subject {
	const struct rpc_method *method;
	const struct rpc_parameter *parameter;
	const json_t *value;
	struct rpc_fault *fault;
};

static struct bytes_view string_view(const json_t *value)
{
	return bytes_view(json_string_value(value), json_string_length(value));
}

/* -- What came instead -------------------------------------------------------------- */

enum { SHOWN_SIZE = 64 };

/* A string is shown by its first characters: enough to find it, too few to spill a
 * payload into a log. Only printable ASCII, since the rest may be cut anywhere. */
static void show_string(char shown[SHOWN_SIZE], struct bytes_view text)
{
	size_t size = text.size < 20 ? text.size : 20;
	char head[21];

	for (size_t i = 0; i < size; i++)
		head[i] = (char)(text.at[i] >= 0x20 && text.at[i] < 0x7f ? text.at[i] : '?');
	head[size] = '\0';
	if (size == text.size)
		snprintf(shown, SHOWN_SIZE, "\"%s\"", head);
	else
		snprintf(shown, SHOWN_SIZE, "\"%s...\" of %zu bytes", head, text.size);
}

static void show(char shown[SHOWN_SIZE], const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		snprintf(shown, SHOWN_SIZE, "an object");
		break;
	case JSON_ARRAY:
		snprintf(shown, SHOWN_SIZE, "an array");
		break;
	case JSON_STRING:
		show_string(shown, string_view(value));
		break;
	case JSON_INTEGER:
		snprintf(shown, SHOWN_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		snprintf(shown, SHOWN_SIZE, "%.17g", json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		snprintf(shown, SHOWN_SIZE, "%s",
		         json_is_true(value)    ? "true"
		         : json_is_false(value) ? "false"
		                                : "null");
		break;
	}
}

static bool wrong_type(const struct subject *subject)
{
	char shown[SHOWN_SIZE];

	show(shown, subject->value);
	return rpc_fault_set(subject->fault, RPC_INVALID_PARAMS,
	                     "%s: \"%s\" must be %s, not %s", subject->method->name,
	                     subject->parameter->name,
	                     rpc_type_text(subject->parameter->type), shown);
}

static bool out_of_range(const struct subject *subject, int64_t number, const char *unit)
{
	const struct rpc_parameter *parameter = subject->parameter;

	if (parameter->maximum == INT64_MAX)
		return rpc_fault_set(subject->fault, RPC_INVALID_PARAMS,
		                     "%s: \"%s\" must be at least %" PRId64 "%s, not %" PRId64,
		                     subject->method->name, parameter->name, parameter->minimum,
		                     unit, number);
	return rpc_fault_set(subject->fault, RPC_INVALID_PARAMS,
	                     "%s: \"%s\" must be %" PRId64 " to %" PRId64 "%s, not %" PRId64,
	                     subject->method->name, parameter->name, parameter->minimum,
	                     parameter->maximum, unit, number);
}

/* -- One value ---------------------------------------------------------------------- */

static bool in_range(const struct subject *subject, int64_t number, const char *unit)
{
	const struct rpc_parameter *parameter = subject->parameter;

	if (parameter->maximum == 0 ||
	    (number >= parameter->minimum && number <= parameter->maximum))
		return true;
	return out_of_range(subject, number, unit);
}

static bool is_hex(struct bytes_view text, size_t digits)
{
	uint8_t bytes[SIGNATURE_SIZE];

	return text.size == digits && hex_decode(bytes, digits / 2, text);
}

/* A mistyped address deserves to hear where. */
static bool check_account(const struct subject *subject, struct bytes_view text)
{
	struct hash account;
	struct why why;

	if (is_hex(text, 2 * HASH_SIZE))
		return true;
	if (text.size < 6 ||
	    (memcmp(text.at, "cairn1", 6) != 0 && memcmp(text.at, "CAIRN1", 6) != 0))
		return wrong_type(subject);
	if (address_decode(&account, text, &why) == STATUS_OK)
		return true;
	return rpc_fault_set(subject->fault, RPC_INVALID_PARAMS,
	                     "%s: \"%s\" is no address: %s", subject->method->name,
	                     subject->parameter->name, why.text);
}

static bool is_name(struct bytes_view text)
{
	if (text.size == 0 || text.size > NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.at[i];

		if ((byte < 'a' || byte > 'z') && (byte < '0' || byte > '9') && byte != '.' &&
		    byte != '_' && byte != '-')
			return false;
	}
	return true;
}

/* As many digits behind the point as the asset has decimals: that, only the ledger knows.
 */
static bool is_amount(struct bytes_view text)
{
	const uint8_t *point = text.size > 0 ? memchr(text.at, '.', text.size) : NULL;
	size_t whole = point ? (size_t)(point - text.at) : text.size;
	uint64_t value;

	if (!decimal_decode(&value, bytes_view(text.at, whole)))
		return false;
	if (!point)
		return true;
	if (text.size - whole - 1 == 0 || text.size - whole - 1 > ASSET_DECIMALS_MAX)
		return false;
	for (size_t i = whole + 1; i < text.size; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return true;
}

/* Canonical base64, so that one value has one text; only the end says how many bytes. */
static bool check_base64(const struct subject *subject, struct bytes_view text)
{
	uint8_t bytes[3 * 1024];
	size_t size = 0;

	if (text.size % 4 != 0)
		return wrong_type(subject);
	while (text.size > 0) {
		size_t step = text.size < 4096 ? text.size : 4096;
		size_t decoded;

		/* Padding belongs to the very end, and none of it may stand before. */
		if (!base64_decode(bytes, &decoded, bytes_view(text.at, step)) ||
		    (step < text.size && decoded < sizeof bytes))
			return wrong_type(subject);
		size += decoded;
		text = bytes_view(text.at + step, text.size - step);
	}
	return in_range(subject, (int64_t)size, " bytes");
}

static bool check_string(const struct subject *subject)
{
	struct bytes_view text = string_view(subject->value);
	bool good = false;

	switch (subject->parameter->type) {
	case RPC_TYPE_HASH:
	case RPC_TYPE_TXID:
	case RPC_TYPE_KEY:
		good = is_hex(text, 2 * HASH_SIZE);
		break;
	case RPC_TYPE_SIGNATURE:
		good = is_hex(text, 2 * SIGNATURE_SIZE);
		break;
	case RPC_TYPE_ACCOUNT:
		return check_account(subject, text);
	case RPC_TYPE_NAME:
	case RPC_TYPE_STREAM:
	case RPC_TYPE_ASSET:
		good = is_name(text);
		break;
	case RPC_TYPE_TEXT:
		return in_range(subject, (int64_t)text.size, " bytes");
	case RPC_TYPE_BASE64:
		return check_base64(subject, text);
	case RPC_TYPE_AMOUNT:
		good = is_amount(text);
		break;
	case RPC_TYPE_HEIGHT:
		good = bytes_equal(text, text_view("final"));
		break;
	case RPC_TYPE_INTEGER:
	case RPC_TYPE_BOOLEAN:
	case RPC_TYPE_OBJECT:
	case RPC_TYPE_TOPICS:
		break;
	}
	return good || wrong_type(subject);
}

/* What the texts say, topics.h reads. */
static bool are_topics(const json_t *value)
{
	const json_t *topic;
	size_t i;

	json_array_foreach (value, i, topic)
		if (!json_is_string(topic))
			return false;
	return json_array_size(value) > 0 && json_array_size(value) <= RPC_TOPICS_MAX;
}

static bool check_value(const struct subject *subject)
{
	enum rpc_type type = subject->parameter->type;
	const json_t *value = subject->value;

	if (json_is_string(value))
		return check_string(subject);
	if (type == RPC_TYPE_INTEGER && json_is_integer(value))
		return in_range(subject, json_integer_value(value), "");
	if (type == RPC_TYPE_HEIGHT && json_is_integer(value) &&
	    json_integer_value(value) >= 0)
		return true;
	if ((type == RPC_TYPE_BOOLEAN && json_is_boolean(value)) ||
	    (type == RPC_TYPE_OBJECT && json_is_object(value)) ||
	    (type == RPC_TYPE_TOPICS && are_topics(value)))
		return true;
	return wrong_type(subject);
}

/* -- All of them -------------------------------------------------------------------- */

static size_t parameter_count(const struct rpc_method *method)
{
	size_t count = 0;

	while (method->parameters[count])
		count++;
	return count;
}

static bool unknown_name(const struct rpc_method *method, const char *name,
                         struct rpc_fault *fault)
{
	struct nearest nearest = nearest_to(name);
	const char *word;

	for (size_t i = 0; method->parameters[i]; i++)
		nearest_offer(&nearest, method->parameters[i]->name);
	word = nearest_word(&nearest);
	return rpc_fault_set(fault, RPC_INVALID_PARAMS, "%s has no parameter \"%.64s\"%s%s%s",
	                     method->name, name, word ? "; the nearest is \"" : "",
	                     word ? word : "", word ? "\"" : "");
}

static bool check_names(const struct rpc_method *method, json_t *given,
                        struct rpc_fault *fault)
{
	const char *key;
	json_t *value;

	json_object_foreach (given, key, value) {
		size_t i = 0;

		while (method->parameters[i] && strcmp(method->parameters[i]->name, key) != 0)
			i++;
		if (!method->parameters[i])
			return unknown_name(method, key, fault);
	}
	return true;
}

/* What was given for the parameter of this index; NULL: nothing. */
static json_t *given_value(const struct rpc_method *method, json_t *given, size_t index)
{
	json_t *value = json_is_array(given)
	                    ? json_array_get(given, index)
	                    : json_object_get(given, method->parameters[index]->name);

	return json_is_null(value) ? NULL : value;
}

/* How many of the parameters under this rule were given, and how many there are. */
static size_t count_given(const struct rpc_method *method, json_t *given,
                          enum rpc_rule rule, size_t *of)
{
	size_t count = 0;

	*of = 0;
	for (size_t i = 0; method->parameters[i]; i++) {
		if (method->parameters[i]->rule != rule)
			continue;
		*of += 1;
		count += given_value(method, given, i) != NULL;
	}
	return count;
}

static bool wrong_choice(const struct rpc_method *method, enum rpc_rule rule,
                         struct rpc_fault *fault)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; method->parameters[i] && used < sizeof names; i++)
		if (method->parameters[i]->rule == rule)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s\"%s\"",
			                         used > 0 ? ", " : "", method->parameters[i]->name);
	return rpc_fault_set(fault, RPC_INVALID_PARAMS, "%s takes %s one of %s", method->name,
	                     rule == RPC_EXACTLY_ONE ? "exactly" : "at most", names);
}

static bool check_choices(const struct rpc_method *method, json_t *given,
                          struct rpc_fault *fault)
{
	size_t of;

	if (count_given(method, given, RPC_EXACTLY_ONE, &of) != 1 && of > 0)
		return wrong_choice(method, RPC_EXACTLY_ONE, fault);
	if (count_given(method, given, RPC_AT_MOST_ONE, &of) > 1)
		return wrong_choice(method, RPC_AT_MOST_ONE, fault);
	return true;
}

/* What stands in for a parameter that was left out, as a new reference; NULL: nothing. */
static json_t *fallback(const struct rpc_parameter *parameter)
{
	return parameter->type == RPC_TYPE_BOOLEAN ? json_boolean(parameter->fallback)
	                                           : json_integer(parameter->fallback);
}

static bool take_value(const struct rpc_method *method,
                       const struct rpc_parameter *parameter, json_t *value,
                       json_t *checked, struct rpc_fault *fault)
{
	struct subject subject = {method, parameter, value, fault};

	if (!value && parameter->rule == RPC_REQUIRED)
		return rpc_fault_set(fault, RPC_INVALID_PARAMS, "%s needs \"%s\": %s",
		                     method->name, parameter->name, parameter->summary);
	if (!value && !parameter->has_fallback)
		return true;
	if (value && !check_value(&subject))
		return false;
	value = value ? json_incref(value) : fallback(parameter);
	if (json_object_set_new(checked, parameter->name, value) != 0)
		return rpc_fault_set(fault, RPC_INTERNAL_ERROR, "out of memory");
	return true;
}

json_t *rpc_params_check(const struct rpc_method *method, json_t *given,
                         struct rpc_fault *fault)
{
	size_t count = parameter_count(method);
	json_t *checked;

	if (json_array_size(given) > count) {
		rpc_fault_set(fault, RPC_INVALID_PARAMS,
		              "%s takes at most %zu parameters, not %zu", method->name, count,
		              json_array_size(given));
		return NULL;
	}
	if (!check_names(method, given, fault) || !check_choices(method, given, fault))
		return NULL;
	checked = json_object();
	if (!checked) {
		rpc_fault_set(fault, RPC_INTERNAL_ERROR, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (!take_value(method, method->parameters[i], given_value(method, given, i),
		                checked, fault)) {
			json_decref(checked);
			return NULL;
		}
	}
	return checked;
}
