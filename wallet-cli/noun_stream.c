/* cairn stream: named sequences of records. */
#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/listing.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/stream_option.h"
#include "wallet-cli/value_source.h"
#include "wallet-cli/writing.h"

#include <string.h>

static enum exit_code stream_create(struct session *session)
{
	static const char *const write_words[] = {"open", "listed", NULL};
	static const enum stream_write write_values[] = {STREAM_WRITE_OPEN,
	                                                 STREAM_WRITE_LISTED};
	const char *description = session_option(session, OPTION_description);
	const char *schema = session_option(session, OPTION_schema);
	struct operation operation = {.kind = OPERATION_stream_create};
	struct buffer schema_text;
	size_t choice;
	enum exit_code exit_code = arguments_choice(
		&choice, &session->arguments, OPTION_write, write_words, 0, &session->failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	buffer_init(&schema_text, SCHEMA_SIZE_MAX);
	if (schema)
		exit_code = value_read(&schema_text, schema, "--schema", &session->failure);
	operation.stream_create.name = text_view(session_word(session, 0));
	operation.stream_create.write = (uint8_t)write_values[choice];
	operation.stream_create.read = STREAM_READ_PUBLIC;
	operation.stream_create.description = text_view(description ? description : "");
	operation.stream_create.schema = buffer_view(&schema_text);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_run(session, &operation);
	buffer_close(&schema_text);
	return exit_code;
}

static void add_stream(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "name");
	listing_add_count(table, item, "records");
	listing_add_text(table, item, "write");
	listing_add_text(table, item, "owner");
}

static enum exit_code stream_list(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "STREAM", .cut = TABLE_END, .is_id = true},
		{.title = "RECORDS", .is_right = true},
		{.title = "WRITE"},
		{.title = "OWNER", .cut = TABLE_MIDDLE},
	};
	const struct listing listing = {
		.method = "stream.list",
		.params = json_object(),
		.columns = columns,
		.column_count = 4,
		.add_row = add_stream,
	};

	return listing_run(session, &listing);
}

static enum exit_code stream_show(struct session *session)
{
	json_t *params = json_pack("{ss}", "stream", session_word(session, 0));
	json_t *result;
	enum exit_code exit_code;

	if (!params)
		return session_no_memory(session);
	exit_code = session_add_at(session, params);
	if (exit_code != EXIT_CODE_OK) {
		json_decref(params);
		return exit_code;
	}
	exit_code = session_call(session, &result, "stream.get", params);
	if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output, session_word(session, 0));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code read_grant(struct session *session, struct stream_grant *grant)
{
	static const char *const words[] = {"writer", "reader", "admin", NULL};
	static const enum stream_role roles[] = {STREAM_ROLE_WRITER, STREAM_ROLE_READER,
	                                         STREAM_ROLE_ADMIN};
	const char *role = session_word(session, 2);
	size_t choice = 0;
	enum exit_code exit_code =
		stream_id_from(session, &grant->stream, session_word(session, 0));

	while (role && words[choice] && strcmp(words[choice], role) != 0)
		choice++;
	if (exit_code == EXIT_CODE_OK && !words[choice])
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "a role is writer, reader or admin, not '%.40s'", role);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			session_account_id(session, &grant->account, session_word(session, 1));
	if (exit_code == EXIT_CODE_OK)
		grant->role = (uint8_t)roles[choice];
	return exit_code;
}

static enum exit_code stream_grant(struct session *session)
{
	struct operation operation = {.kind = OPERATION_stream_grant};
	enum exit_code exit_code = read_grant(session, &operation.stream_grant);

	return exit_code == EXIT_CODE_OK ? writing_run(session, &operation) : exit_code;
}

static enum exit_code stream_revoke(struct session *session)
{
	struct operation operation = {.kind = OPERATION_stream_revoke};
	struct stream_grant grant = {0};
	enum exit_code exit_code = read_grant(session, &grant);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	operation.stream_revoke =
		(struct stream_revoke){grant.stream, grant.role, grant.account};
	return writing_run(session, &operation);
}

const struct command commands_stream[] = {
	{
		.noun = "stream",
		.verb = "create",
		.words = "NAME",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Create a stream; the account becomes its owner",
		.details = "A name has 1 to 64 characters a-z 0-9 . _ - and is taken once in a "
				   "network.",
		.examples = "cairn stream create notes\n"
					"cairn stream create orders --write listed --schema @order.json",
		.option_count = 3,
		.options = {OPTION_write, OPTION_description, OPTION_schema},
		.run = stream_create,
	},
	{
		.noun = "stream",
		.verb = "list",
		.words = "",
		.summary = "List all streams",
		.option_count = 2,
		.options = {OPTION_limit, OPTION_cursor},
		.run = stream_list,
	},
	{
		.noun = "stream",
		.verb = "show",
		.words = "STREAM",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Show a stream's settings and size",
		.option_count = 2,
		.options = {OPTION_at, OPTION_prove},
		.run = stream_show,
	},
	{
		.noun = "stream",
		.verb = "grant",
		.words = "STREAM ACCOUNT [writer|reader|admin]",
		.word_count_min = 2,
		.word_count_max = 3,
		.summary = "Give an account a role in a stream (default: writer)",
		.examples = "cairn stream grant orders cairn1... admin",
		.run = stream_grant,
	},
	{
		.noun = "stream",
		.verb = "revoke",
		.words = "STREAM ACCOUNT [writer|reader|admin]",
		.word_count_min = 2,
		.word_count_max = 3,
		.summary = "Take a role in a stream away (default: writer)",
		.run = stream_revoke,
	},
};
COMMANDS_COUNTED(stream);
