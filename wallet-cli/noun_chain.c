/* cairn chain: blocks and the network's beginning. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/ledger/genesis.h"
#include "wallet-cli/chain_follow.h"
#include "wallet-cli/listing.h"

#include <stdlib.h>
#include <string.h>

/* A call and its answer, shown; quiet, only the member `id` of it. */
static enum exit_code show(struct session *session, const char *method, json_t *params,
                           const char *id)
{
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, method, params);

	if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output, json_string_value(json_object_get(result, id)));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code chain_head(struct session *session)
{
	return show(session, "chain.get_head", NULL, "hash");
}

static enum exit_code chain_get_block(struct session *session)
{
	const char *which = session_word(session, 0);
	struct hash hash;
	uint64_t height;

	if (!which) {
		json_t *head;
		json_t *number;
		enum exit_code exit_code = session_call(session, &head, "chain.get_head", NULL);

		if (exit_code != EXIT_CODE_OK)
			return exit_code;
		number = json_incref(json_object_get(head, "height"));
		json_decref(head);
		return show(session, "chain.get_block", json_pack("{so}", "height", number),
		            "hash");
	}
	if (decimal_decode(&height, text_view(which)) && height <= INT64_MAX)
		return show(session, "chain.get_block",
		            json_pack("{sI}", "height", (json_int_t)height), "hash");
	if (strlen(which) == 2 * HASH_SIZE &&
	    hex_decode(hash.bytes, HASH_SIZE, text_view(which)))
		return show(session, "chain.get_block", json_pack("{ss}", "hash", which), "hash");
	return failure_set(&session->failure, EXIT_CODE_USAGE,
	                   "a block is a height, or a hash of 64 lower-case hex digits, not "
	                   "'%.80s'",
	                   which);
}

static void add_block(struct table *table, const json_t *item)
{
	listing_add_count(table, item, "height");
	listing_add_time(table, item, "time_ms");
	listing_add_count(table, item, "tx_count");
	listing_add_count(table, item, "body_size");
	listing_add_text(table, item, "hash");
}

static enum exit_code chain_list_blocks(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "HEIGHT", .is_right = true},
		{.title = "TIME"},
		{.title = "TXS", .is_right = true},
		{.title = "BYTES", .is_right = true},
		{.title = "HASH", .cut = TABLE_MIDDLE, .is_id = true},
	};
	struct listing listing = {
		.method = "chain.list_blocks",
		.params = json_object(),
		.columns = columns,
		.column_count = 5,
		.add_row = add_block,
	};
	uint64_t from;
	enum exit_code exit_code = arguments_number(&from, &session->arguments, OPTION_from,
	                                            0, INT64_MAX, 0, &session->failure);

	if (exit_code != EXIT_CODE_OK) {
		json_decref(listing.params);
		return exit_code;
	}
	if (session_has(session, OPTION_from))
		json_object_set_new(listing.params, "from_height",
		                    json_integer((json_int_t)from));
	return listing_run(session, &listing);
}

/* -- Genesis ------------------------------------------------------------------------ */

/* Is the hash that of the bytes? Who keeps the file will sign for what it says. */
static bool is_consistent(const json_t *result)
{
	const json_t *base64 = json_object_get(result, "genesis_b64");
	const json_t *hash = json_object_get(result, "hash");
	size_t size = json_string_length(base64);
	uint8_t *bytes =
		json_is_string(base64) ? memory_new(base64_decoded_size_max(size) + 1) : NULL;
	char text[HASH_HEX_SIZE] = "";

	if (bytes &&
	    base64_decode(bytes, &size, bytes_view(json_string_value(base64), size))) {
		struct hash computed = genesis_hash(bytes_view(bytes, size));

		hex_encode(text, hash_view(&computed));
	}
	memory_free(bytes);
	return text[0] && json_is_string(hash) && strcmp(json_string_value(hash), text) == 0;
}

static enum exit_code save_genesis(struct session *session, const json_t *result,
                                   const char *path)
{
	char *text = json_dumps(result, JSON_INDENT(2));
	enum exit_code exit_code = text ? session_write_file(session, path, text_view(text))
	                                : session_no_memory(session);

	free(text);
	if (exit_code == EXIT_CODE_OK)
		output_line(&session->output, json_string_value(json_object_get(result, "hash")));
	return exit_code;
}

static enum exit_code chain_genesis(struct session *session)
{
	const char *path = session_option(session, OPTION_output);
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "chain.get_genesis", NULL);

	if (exit_code == EXIT_CODE_OK && !is_consistent(result))
		exit_code = failure_set(&session->failure, EXIT_CODE_UNVERIFIED,
		                        "the node's genesis does not have the hash that the node "
		                        "says it has");
	if (exit_code == EXIT_CODE_OK && path)
		exit_code = save_genesis(session, result, path);
	else if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output, json_string_value(json_object_get(result, "hash")));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code chain_params(struct session *session)
{
	json_t *params = json_object();
	enum exit_code exit_code =
		params ? session_add_at(session, params) : session_no_memory(session);

	if (exit_code == EXIT_CODE_OK)
		return show(session, "chain.get_params", params, "height");
	json_decref(params);
	return exit_code;
}

const struct command commands_chain[] = {
	{
		.noun = "chain",
		.verb = "head",
		.words = "",
		.summary = "Show the newest final block in short",
		.run = chain_head,
	},
	{
		.noun = "chain",
		.verb = "get-block",
		.words = "[HEIGHT|HASH]",
		.word_count_max = 1,
		.summary = "Show a block (default: the newest)",
		.run = chain_get_block,
	},
	{
		.noun = "chain",
		.verb = "list-blocks",
		.words = "",
		.summary = "List blocks, newest first",
		.examples = "cairn chain list-blocks --limit 20",
		.option_count = 3,
		.options = {OPTION_from, OPTION_limit, OPTION_cursor},
		.run = chain_list_blocks,
	},
	{
		.noun = "chain",
		.verb = "follow",
		.words = "",
		.summary = "Print what becomes final, as it does, a line each",
		.details =
			"A block comes behind its transactions. Each line begins with the event's cursor, "
			"height.index; --json prints the event itself in one line, -q the txid or the "
			"block's hash. When the node goes away it waits for it and goes on where it "
			"was, until Ctrl-C or --count.\n\n"
			"With --cursor-file it goes on behind the last line of the last time, even "
			"after kill -9: the file is written when the line is out, so that at most one "
			"line is printed again (its first time may have been cut short). After a power "
			"failure it may be more. --from counts only as long as there is no such file.",
		.examples = "cairn chain follow\n"
					"cairn chain follow --topic stream:notes --json --cursor-file notes.cursor\n"
					"cairn chain follow --topic blocks --topic txs --from 0.0",
		.option_count = 4,
		.options = {OPTION_topic, OPTION_from, OPTION_count, OPTION_cursor_file},
		.run = chain_follow,
	},
	{
		.noun = "chain",
		.verb = "genesis",
		.words = "",
		.summary = "Show what the network began with",
		.details = "With -o FILE it is kept in a file that --genesis takes, so that "
				   "transactions can be signed where no node is.",
		.option_count = 1,
		.options = {OPTION_output},
		.run = chain_genesis,
	},
	{
		.noun = "chain",
		.verb = "params",
		.words = "",
		.summary = "Show the parameters of the network",
		.option_count = 2,
		.options = {OPTION_at, OPTION_prove},
		.run = chain_params,
	},
};
COMMANDS_COUNTED(chain);
