/* cairn record: what is written in streams. */
#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/import.h"
#include "wallet-cli/listing.h"
#include "wallet-cli/record_prove.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/stream_option.h"
#include "wallet-cli/value_source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	IMPORT_TIMEOUT_S = 60,
	IMPORT_TIMEOUT_MAX_S = 86400,
	VALID_FOR_S = 3600,
	VALID_FOR_MAX_S = 7 * 86400,
};

/* -- Adding ------------------------------------------------------------------------- */

static enum exit_code read_optional(struct session *session, struct optional_u64 *number,
                                    enum option option)
{
	number->present = session_has(session, option);
	return arguments_number(&number->value, &session->arguments, option, 0, INT64_MAX, 0,
	                        &session->failure);
}

/* -k KEY, with the value's own rules for @FILE and -. */
static enum exit_code read_key(struct session *session, struct buffer *key)
{
	const char *text = session_option(session, OPTION_key);

	buffer_init(key, RECORD_KEY_SIZE_MAX);
	return text ? value_read(key, text, "--key", &session->failure) : EXIT_CODE_OK;
}

static enum exit_code add_one(struct session *session, struct record_append *record)
{
	struct operation operation = {.kind = OPERATION_record_append};
	struct buffer value;
	enum exit_code exit_code;

	buffer_init(&value, VALUE_SIZE_MAX);
	exit_code = read_optional(session, &record->expected_count, OPTION_expected_count);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			read_optional(session, &record->expected_version, OPTION_expected_version);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			value_read(&value, session_word(session, 1), "the value", &session->failure);
	record->value = buffer_view(&value);
	operation.record_append = *record;
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_run(session, &operation);
	buffer_close(&value);
	return exit_code;
}

/* -- Adding many -------------------------------------------------------------------- */

static enum exit_code plan_import(struct session *session, struct import_plan *plan,
                                  const struct record_append *record)
{
	uint64_t per_tx, timeout_s, valid_for_s;
	enum exit_code exit_code =
		arguments_number(&per_tx, &session->arguments, OPTION_per_tx, 1,
	                     TX_OPERATIONS_MAX, 1, &session->failure);

	if (exit_code == EXIT_CODE_OK)
		exit_code =
			arguments_number(&timeout_s, &session->arguments, OPTION_timeout, 1,
		                     IMPORT_TIMEOUT_MAX_S, IMPORT_TIMEOUT_S, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = arguments_number(&valid_for_s, &session->arguments, OPTION_valid_for,
		                             1, VALID_FOR_MAX_S, VALID_FOR_S, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = submit_wait_option(&plan->wait, session);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (session_has(session, OPTION_expected_count) ||
	    session_has(session, OPTION_expected_version))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "an expected count or version belongs to one record, not to "
		                   "many");
	plan->stream = record->stream;
	plan->key = record->key;
	plan->content_type = record->content_type;
	plan->is_jsonl = session_has(session, OPTION_jsonl);
	plan->is_unordered = session_has(session, OPTION_unordered);
	plan->records_per_tx = (size_t)per_tx;
	plan->timeout_ms = timeout_s * 1000;
	plan->valid_for_ms = valid_for_s * 1000;
	return EXIT_CODE_OK;
}

static enum exit_code run_import(struct session *session, const struct import_plan *plan)
{
	struct import_report *report = calloc(1, sizeof *report);
	struct failure shown = {0};
	enum exit_code exit_code;

	if (!report)
		return session_no_memory(session);
	exit_code = import_run(report, plan, session);
	/* What is known is told, also when something stopped it. */
	if (exit_code == EXIT_CODE_OK || report->record_count > 0) {
		enum exit_code printed = import_report_show(report, &session->output, &shown);

		if (exit_code == EXIT_CODE_OK && printed != EXIT_CODE_OK) {
			session->failure = shown;
			exit_code = printed;
		}
	}
	if (exit_code == EXIT_CODE_OK)
		exit_code = import_report_judge(report, &session->failure);
	free(report);
	return exit_code;
}

static enum exit_code add_many(struct session *session,
                               const struct record_append *record)
{
	struct import_plan plan = {.descriptor = -1};
	enum exit_code exit_code = plan_import(session, &plan, record);

	if (exit_code == EXIT_CODE_OK)
		exit_code = value_open(&plan.descriptor, session_word(session, 1),
		                       "with --lines or --jsonl the value", &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_begin(&plan.writing, session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = run_import(session, &plan);
	if (plan.descriptor > STDIN_FILENO)
		close(plan.descriptor);
	return exit_code;
}

static enum exit_code record_add(struct session *session)
{
	const char *content_type = session_option(session, OPTION_content_type);
	bool is_many =
		session_has(session, OPTION_lines) || session_has(session, OPTION_jsonl);
	struct record_append record = {.value_kind = VALUE_INLINE};
	struct buffer key;
	enum exit_code exit_code = read_key(session, &key);

	if (exit_code == EXIT_CODE_OK)
		exit_code = stream_id_from(session, &record.stream, session_word(session, 0));
	if (exit_code == EXIT_CODE_OK && session_has(session, OPTION_lines) &&
	    session_has(session, OPTION_jsonl))
		exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
		                        "--lines and --jsonl exclude each other");
	record.key = buffer_view(&key);
	record.content_type = text_view(content_type ? content_type : "");
	if (exit_code == EXIT_CODE_OK)
		exit_code = is_many ? add_many(session, &record) : add_one(session, &record);
	/* The ledger knows streams by their ids; a person meant a name. */
	if (session->failure.rpc_code == RPC_TX_UNKNOWN_REFERENCE)
		failure_hint(&session->failure,
		             "is there a stream '%.64s'? 'cairn stream list' lists them",
		             session_word(session, 0));
	buffer_close(&key);
	return exit_code;
}

/* -- Getting ------------------------------------------------------------------------ */

/* "key" where it is text, else "key_b64". NULL: memory is out. */
static json_t *key_params(const char *stream, struct bytes_view key)
{
	json_t *text = json_of_text(key);

	if (json_is_string(text))
		return json_pack("{ss so}", "stream", stream, "key", text);
	json_decref(text);
	return json_pack("{ss so}", "stream", stream, "key_b64", json_of_base64(key));
}

static enum exit_code show_value(struct session *session, const json_t *record)
{
	const json_t *file = json_object_get(record, "file");
	const json_t *base64 = json_object_get(record, "value_b64");
	size_t size = json_string_length(base64);
	uint8_t *bytes;
	enum exit_code exit_code = EXIT_CODE_OK;

	if (session->output.is_json)
		return session_show_json(session, record);
	if (json_is_string(file))
		return failure_set(
			&session->failure, EXIT_CODE_FAILURE,
			"the record holds the file %.64s, not a value: --json shows it",
			json_string_value(file));
	bytes = malloc(base64_decoded_size_max(size) + 1);
	if (!bytes)
		return session_no_memory(session);
	if (!json_is_string(base64) ||
	    !base64_decode(bytes, &size, bytes_view(json_string_value(base64), size)))
		exit_code = failure_set(&session->failure, EXIT_CODE_UNREACHABLE,
		                        "the node answered with something that is no record");
	else if (session_has(session, OPTION_raw))
		output_bytes(&session->output, bytes_view(bytes, size));
	else
		exit_code = session_status(
			session, output_text(&session->output, bytes_view(bytes, size)), NULL);
	free(bytes);
	return exit_code;
}

static enum exit_code ask_record(struct session *session, json_t **record)
{
	const char *stream = session_word(session, 0);
	const char *method = "stream.get_latest";
	json_t *params = NULL;
	struct buffer key;
	uint64_t position;
	enum exit_code exit_code = read_key(session, &key);

	if (exit_code == EXIT_CODE_OK)
		exit_code = arguments_number(&position, &session->arguments, OPTION_position, 0,
		                             INT64_MAX, 0, &session->failure);
	if (exit_code != EXIT_CODE_OK)
		goto out_key;
	if (session_has(session, OPTION_position)) {
		method = "stream.get_record";
		params = json_pack("{ss sI}", "stream", stream, "position", (json_int_t)position);
	} else {
		params = key_params(stream, buffer_view(&key));
	}
	exit_code = params ? session_add_at(session, params) : session_no_memory(session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_call(session, record, method, json_incref(params));
	json_decref(params);
out_key:
	buffer_close(&key);
	return exit_code;
}

static enum exit_code record_get(struct session *session)
{
	json_t *record = NULL;
	enum exit_code exit_code;

	if (session_has(session, OPTION_key) == session_has(session, OPTION_position))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "either --key or --position says which record");
	if (session_has(session, OPTION_position) &&
	    (session_has(session, OPTION_at) || session_has(session, OPTION_prove)))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "a record at a position never changes: --at and --prove go "
		                   "with --key");
	exit_code = ask_record(session, &record);
	if (exit_code == EXIT_CODE_OK)
		exit_code = show_value(session, record);
	json_decref(record);
	return exit_code;
}

/* -- Lists -------------------------------------------------------------------------- */

static void add_key(struct table *table, const json_t *item)
{
	if (json_is_string(json_object_get(item, "key")))
		listing_add_text(table, item, "key");
	else
		listing_add_base64(table, item, "key_b64");
}

static void add_record(struct table *table, const json_t *item)
{
	listing_add_count(table, item, "position");
	add_key(table, item);
	if (json_is_string(json_object_get(item, "file")))
		listing_add_text(table, item, "file");
	else
		listing_add_base64(table, item, "value_b64");
	listing_add_text(table, item, "author");
	listing_add_time(table, item, "time_ms");
	listing_add_text(table, item, "txid");
}

static const struct table_column RECORD_COLUMNS[] = {
	{.title = "POSITION", .is_right = true},
	{.title = "KEY", .cut = TABLE_END},
	{.title = "VALUE", .cut = TABLE_END},
	{.title = "AUTHOR", .cut = TABLE_MIDDLE},
	{.title = "TIME", .cut = TABLE_END},
	{.title = "TXID", .cut = TABLE_MIDDLE, .is_id = true},
};

static enum exit_code record_list(struct session *session)
{
	const char *author = session_option(session, OPTION_author);
	struct listing listing = {
		.method = author ? "stream.list_by_author" : "stream.list_records",
		.columns = RECORD_COLUMNS,
		.column_count = 6,
		.add_row = add_record,
	};
	struct hash author_id;
	uint64_t from;
	enum exit_code exit_code = arguments_number(&from, &session->arguments, OPTION_from,
	                                            0, INT64_MAX, 0, &session->failure);

	if (exit_code == EXIT_CODE_OK && session_has(session, OPTION_prove)) {
		if (!session_option(session, OPTION_output) || author ||
		    session_has(session, OPTION_at) || session_has(session, OPTION_cursor))
			return failure_set(&session->failure, EXIT_CODE_USAGE,
			                   "--prove takes -o FILE, and of the others --from and "
			                   "--limit alone");
		return record_prove(session, from);
	}
	if (exit_code == EXIT_CODE_OK && author)
		exit_code = session_account_id(session, &author_id, author);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	listing.params = json_pack("{ss}", "stream", session_word(session, 0));
	if (author)
		json_object_set_new(listing.params, "account", json_of_account(&author_id));
	if (session_has(session, OPTION_from))
		json_object_set_new(listing.params, "from", json_integer((json_int_t)from));
	exit_code = listing.params ? session_add_at(session, listing.params) : EXIT_CODE_OK;
	if (exit_code == EXIT_CODE_OK)
		return listing_run(session, &listing);
	json_decref(listing.params);
	return exit_code;
}

static enum exit_code record_history(struct session *session)
{
	struct listing listing = {
		.method = "stream.get_history",
		.columns = RECORD_COLUMNS,
		.column_count = 6,
		.add_row = add_record,
	};
	struct buffer key;
	enum exit_code exit_code;

	buffer_init(&key, RECORD_KEY_SIZE_MAX);
	exit_code = value_read(&key, session_word(session, 1), "the key", &session->failure);
	if (exit_code == EXIT_CODE_OK) {
		listing.params = key_params(session_word(session, 0), buffer_view(&key));
		exit_code = listing_run(session, &listing);
	}
	buffer_close(&key);
	return exit_code;
}

static void add_key_row(struct table *table, const json_t *item)
{
	add_key(table, item);
	listing_add_count(table, item, "versions");
	listing_add_count(table, item, "position");
}

static enum exit_code record_keys(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "KEY", .cut = TABLE_END, .is_id = true},
		{.title = "VERSIONS", .is_right = true},
		{.title = "NEWEST AT", .is_right = true},
	};
	const struct listing listing = {
		.method = "stream.list_keys",
		.params = json_pack("{ss}", "stream", session_word(session, 0)),
		.columns = columns,
		.column_count = 3,
		.add_row = add_key_row,
	};

	return listing_run(session, &listing);
}

const struct command commands_record[] = {
	{
		.noun = "record",
		.verb = "add",
		.words = "STREAM VALUE|@FILE|-",
		.word_count_min = 2,
		.word_count_max = 2,
		.summary = "Add a record to a stream, or one for each line",
		.details =
			"The value is the text itself, the bytes of @FILE, or - for standard input. "
			"The txid is printed when the record is final (--wait).\n\n"
			"With --lines each line of @FILE or of standard input is a record; with "
			"--jsonl each line is a JSON object with \"value\" or \"value_b64\", and "
			"perhaps \"key\" or \"key_b64\" and \"content_type\". Thousands are on their "
			"way at once; they are sent in the order of the lines and, as a rule, enter "
            "in "
			"it, but with --unordered. Only those of one transaction (--per-tx) are sure "
			"to. What fails is listed with its reason and line at the end; -q prints the "
			"txids as they become final.\n\n"
			"The exit code is 5 if any record was refused, and 6 if the end of any is "
            "not "
			"known; what is counted as final was seen in a block.",
		.examples = "cairn record add notes \"hello\" --key greeting\n"
					"cairn record add photos @cat.jpg --content-type image/jpeg\n"
					"cairn record add log - --lines < access.log\n"
					"cairn record add orders @orders.jsonl --jsonl --per-tx 50",
		.option_count = 8,
		.options = {OPTION_key, OPTION_content_type, OPTION_expected_count,
                    OPTION_expected_version, OPTION_lines, OPTION_jsonl, OPTION_per_tx,
                    OPTION_unordered},
		.run = record_add,
	},
	{
		.noun = "record",
		.verb = "get",
		.words = "STREAM",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Print a record's value",
		.details =
			"The newest record under --key, or the one at --position. --raw writes "
			"exactly its bytes; otherwise it is shown as text, with a newline at "
			"its end and control characters as escapes. --json shows all of it.",
		.examples = "cairn record get notes --key greeting\n"
					"cairn record get photos --position 17 --raw > cat.jpg",
		.option_count = 5,
		.options = {OPTION_key, OPTION_position, OPTION_raw, OPTION_at, OPTION_prove},
		.run = record_get,
	},
	{
		.noun = "record",
		.verb = "list",
		.words = "STREAM",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "List the records of a stream in order",
		.examples = "cairn record list notes --from 100 --limit 20\n"
					"cairn record list notes --author cairn1... --json",
		.option_count = 7,
		.options = {OPTION_from, OPTION_limit, OPTION_cursor, OPTION_author, OPTION_at,
		            OPTION_prove, OPTION_output},
		.run = record_list,
	},
	{
		.noun = "record",
		.verb = "history",
		.words = "STREAM KEY",
		.word_count_min = 2,
		.word_count_max = 2,
		.summary = "List all records under a key, oldest first",
		.option_count = 2,
		.options = {OPTION_limit, OPTION_cursor},
		.run = record_history,
	},
	{
		.noun = "record",
		.verb = "keys",
		.words = "STREAM",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "List the keys of a stream",
		.option_count = 2,
		.options = {OPTION_limit, OPTION_cursor},
		.run = record_keys,
	},
};
COMMANDS_COUNTED(record);
