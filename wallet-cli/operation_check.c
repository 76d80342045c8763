#include "wallet-cli/operation_check.h"

#include "chain/base/memory.h"

static enum status check_size(struct bytes_view text, size_t most, const char *what,
                              struct why *why)
{
	if (text.size <= most)
		return STATUS_OK;
	return why_say(why, STATUS_TOO_LARGE, "%s has at most %zu bytes, not %zu", what, most,
	               text.size);
}

/* Sentences for what a person gets wrong most. */
static enum status check_sizes(const struct operation *operation, struct why *why)
{
	struct bytes_view first = {0}, second = {0};
	const char *first_name = "", *second_name = "";
	size_t first_most = 0, second_most = 0;
	enum status status;

	if (operation->kind == OPERATION_record_append) {
		first = operation->record_append.key;
		first_name = "a key";
		first_most = RECORD_KEY_SIZE_MAX;
		second = operation->record_append.content_type;
		second_name = "a content type";
		second_most = CONTENT_TYPE_SIZE_MAX;
	} else if (operation->kind == OPERATION_stream_create) {
		first = operation->stream_create.description;
		first_name = "a description";
		first_most = DESCRIPTION_SIZE_MAX;
		second = operation->stream_create.schema;
		second_name = "a schema";
		second_most = SCHEMA_SIZE_MAX;
	} else if (operation->kind == OPERATION_account_describe) {
		first = operation->account_describe.display_name;
		first_name = "a display name";
		first_most = DISPLAY_NAME_SIZE_MAX;
		second = operation->account_describe.contact;
		second_name = "a contact";
		second_most = CONTACT_SIZE_MAX;
	} else if (operation->kind == OPERATION_asset_create) {
		first = operation->asset_create.description;
		first_name = "a description";
		first_most = DESCRIPTION_SIZE_MAX;
	} else if (operation->kind == OPERATION_validator_join) {
		first = operation->validator_join.address;
		first_name = "an address";
		first_most = ADDRESS_SIZE_MAX;
	} else if (operation->kind == OPERATION_param_set) {
		first = operation->param_set.name;
		first_name = "a parameter's name";
		first_most = PARAMETER_NAME_SIZE_MAX;
	}
	status = check_size(first, first_most, first_name, why);
	if (status != STATUS_OK)
		return status;
	return check_size(second, second_most, second_name, why);
}

static enum status check_names_of_things(const struct operation *operation,
                                         struct why *why)
{
	struct bytes_view name;

	if (operation->kind == OPERATION_stream_create)
		name = operation->stream_create.name;
	else if (operation->kind == OPERATION_asset_create)
		name = operation->asset_create.name;
	else
		return STATUS_OK;
	if (name_is_valid(name))
		return STATUS_OK;
	return why_say(why, STATUS_MALFORMED,
	               "a name has 1 to %d characters a-z 0-9 . _ -, which '%.*s' has not",
	               NAME_SIZE_MAX, (int)(name.size < 80 ? name.size : 80),
	               name.at ? (const char *)name.at : "");
}

/* The rules of the form are written once, in operation_get: what does not come back from
 * there does not go out. */
static enum status check_encoding(const struct operation *operation, struct why *why)
{
	size_t size = operation_size(operation);
	struct operation back;
	struct writer out;
	struct cursor in;
	uint8_t *bytes;
	enum status status;

	if (size > TX_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE,
		               "%s would have %zu bytes: a transaction has at most %d",
		               operation_name((uint16_t)operation->kind), size, TX_SIZE_MAX);
	bytes = memory_new(size);
	if (!bytes)
		return why_set(why, STATUS_MEMORY, "make an operation");
	out = writer_on(bytes, size);
	operation_put(&out, operation);
	in = cursor_on(bytes_view(bytes, size));
	status = operation_get(&in, &back);
	memory_free(bytes);
	if (status != STATUS_OK)
		return why_say(why, STATUS_MALFORMED,
		               "%s: a text is no UTF-8, or a value is outside its range",
		               operation_name((uint16_t)operation->kind));
	return STATUS_OK;
}

enum status operation_check(const struct operation *operation, struct why *why)
{
	enum status status = check_sizes(operation, why);

	if (status == STATUS_OK)
		status = check_names_of_things(operation, why);
	if (status == STATUS_OK)
		status = check_encoding(operation, why);
	return status;
}
