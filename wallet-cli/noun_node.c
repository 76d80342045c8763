/* cairn node: the node that is asked, and the nodes that may connect. */
#include "wallet-cli/node_list.h"
#include "wallet-cli/session.h"

#include <string.h>

static enum exit_code node_status(struct session *session)
{
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "node.get_status", NULL);

	if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output,
		            json_string_value(json_object_get(result, "genesis")));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code node_version(struct session *session)
{
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "node.get_version", NULL);

	if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output,
		            json_string_value(json_object_get(result, "version")));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code node_health(struct session *session)
{
	json_t *result;
	const json_t *reasons;
	const char *reason;
	enum exit_code exit_code = session_call(session, &result, "node.get_health", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	reasons = json_object_get(result, "reasons");
	reason = json_string_value(json_array_get(reasons, 0));
	if (!session->output.is_quiet)
		exit_code = session_show(session, result);
	if (exit_code == EXIT_CODE_OK && !json_is_true(json_object_get(result, "healthy")))
		exit_code =
			failure_set(&session->failure, EXIT_CODE_FAILURE, "the node is not well: %s",
		                reason ? reason : "it does not say why");
	json_decref(result);
	return exit_code;
}

static enum exit_code node_stop(struct session *session)
{
	json_t *result = NULL;
	enum exit_code exit_code = session_client(session);

	if (exit_code == EXIT_CODE_OK &&
	    !output_confirm(&session->output, "Stop the node?", true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "the node goes on");
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_call(session, &result, "node.stop", NULL);
	if (exit_code == EXIT_CODE_OK && session->output.is_json)
		exit_code = session_show_json(session, result);
	else if (exit_code == EXIT_CODE_OK)
		output_note(&session->output, "The node at %s stops.", session->address.name);
	json_decref(result);
	return exit_code;
}

const struct command commands_node[] = {
	{
		.noun = "node",
		.verb = "status",
		.words = "",
		.summary = "Show network, height, peers and pool",
		.run = node_status,
	},
	{
		.noun = "node",
		.verb = "version",
		.words = "",
		.summary = "Show the node's version",
		.run = node_version,
	},
	{
		.noun = "node",
		.verb = "health",
		.words = "",
		.summary = "Say whether all is well; exit code 1 if not",
		.run = node_health,
	},
	{
		.noun = "node",
		.verb = "stop",
		.words = "",
		.summary = "Stop the node",
		.run = node_stop,
	},
	{
		.noun = "node",
		.verb = "list",
		.words = "",
		.summary = "List the nodes that may connect in a permissioned network",
		.details = "Those of the validators may in any case: 'cairn validator list'. Those that "
				   "are connected now: 'cairn rpc peer.list'.",
		.option_count = 3,
		.options = {OPTION_limit, OPTION_cursor, OPTION_at},
		.run = node_list_show,
	},
	{
		.noun = "node",
		.verb = "admit",
		.words = "NODE_ID [ACCOUNT]",
		.word_count_min = 1,
		.word_count_max = 2,
		.summary = "Let a node connect with those of a permissioned network",
		.details = "NODE_ID is what 'cairnd id' prints beside that node. ACCOUNT is whose node it "
				   "is, by default the account that acts. The root group admits any node; an "
				   "account that is admitted as a validator up to four of its own.",
		.examples = "cairn node admit 03a33d... cairn1...",
		.option_count = 1,
		.options = {OPTION_from},
		.run = node_list_admit,
	},
	{
		.noun = "node",
		.verb = "remove",
		.words = "NODE_ID",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Let a node connect no longer",
		.run = node_list_remove,
	},
};
COMMANDS_COUNTED(node);
