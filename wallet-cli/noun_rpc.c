/* cairn rpc: any method of the node. The answer is printed as JSON, whatever it is. */
#include "rpc/api/nearest.h"
#include "wallet-cli/rpc_words.h"
#include "wallet-cli/session.h"

#include <string.h>

static enum exit_code unknown_method(struct session *session, const char *name)
{
	struct nearest nearest = nearest_to(name);
	const char *word;

	for (size_t i = 0; i < rpc_method_count(); i++)
		nearest_offer(&nearest, rpc_method_at(i)->name);
	word = nearest_word(&nearest);
	failure_set(&session->failure, EXIT_CODE_USAGE, "there is no method '%.64s'", name);
	if (word)
		return failure_hint(&session->failure, "the nearest is '%s'", word);
	return failure_hint(&session->failure, "'cairn help rpc' lists the methods");
}

static enum exit_code run_rpc(struct session *session)
{
	const char *first = session_word(session, 0);
	const char *second = session_word(session, 1);
	const struct rpc_method *method = rpc_method_find(first);
	size_t used = 1;
	json_t *params, *result;
	enum exit_code exit_code;

	/* "chain get-head" for "chain.get_head" */
	if (!method && second) {
		method = command_method(first, second);
		used = 2;
	}
	if (!method)
		return unknown_method(session, first);
	params =
		rpc_words_params(method, session->arguments.words + session->words_used + used,
	                     session_word_count(session) - used, &session->failure);
	if (!params)
		return session->failure.exit_code;
	exit_code = session_call(session, &result, method->name, params);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_show_json(session, result);
	json_decref(result);
	return exit_code;
}

const struct command commands_rpc[] = {
	{
		.noun = "rpc",
		.words = "METHOD [name=value ...]",
		.word_count_min = 1,
		.word_count_max = COMMAND_WORDS_ANY,
		.summary = "Call a method of the node and print its answer as JSON",
		.details =
			"Values are typed by the node's own table of methods; @FILE and - are read, "
			"and encoded where the parameter is base64. One word that begins with { "
            "holds "
			"all parameters as JSON. 'cairn help rpc' lists the methods; chain.get_block "
			"is also 'cairn chain get-block', and so is every method that has no command "
			"of its own.",
		.examples = "cairn rpc chain.get_block height=12\n"
					"cairn rpc stream.list_records stream=notes limit=3\n"
					"cairn node list-warnings",
		.run = run_rpc,
	},
};
COMMANDS_COUNTED(rpc);
