#include "wallet-cli/record_prove.h"

#include <inttypes.h>

enum exit_code record_prove(struct session *session, uint64_t from)
{
	const char *path = session_option(session, OPTION_output);
	const json_t *receipt, *items;
	json_t *result;
	uint64_t limit;
	enum exit_code exit_code =
		arguments_number(&limit, &session->arguments, OPTION_limit, 1, RPC_LIST_MAX,
	                     RPC_LIST_MAX, &session->failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = session_call(session, &result, "stream.list_records",
	                         json_pack("{ss,sI,sI,sb}", "stream", session_word(session, 0),
	                                   "from", (json_int_t)from, "limit",
	                                   (json_int_t)limit, "prove", 1));
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	receipt = json_object_get(result, "receipt");
	items = json_object_get(result, "items");
	if (!json_is_string(receipt) || !json_is_array(items))
		exit_code = failure_set(&session->failure, EXIT_CODE_UNREACHABLE,
		                        "the node answered stream.list_records without a receipt");
	else
		exit_code = session_write_file(
			session, path,
			bytes_view(json_string_value(receipt), json_string_length(receipt)));
	if (exit_code == EXIT_CODE_OK && !session->output.is_quiet)
		output_note(&session->output, "%zu records from position %" PRIu64 " on%s",
		            json_array_size(items), from,
		            json_is_string(json_object_get(result, "next"))
		                ? "; the list goes on: a file for each part, with --from"
		                : "");
	json_decref(result);
	return exit_code;
}
