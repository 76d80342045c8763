/* cairn node: the node that is asked, and the nodes that may connect. */
#include "wallet-cli/clock.h"
#include "wallet-cli/node_list.h"
#include "wallet-cli/session.h"

#include <poll.h>
#include <string.h>

/* -- Following ----------------------------------------------------------------------- */

enum { FOLLOW_PAUSE_MS = 500 };

/* Who has just started and met nobody does not know yet that it is behind. */
static bool is_caught_up(const json_t *status)
{
	return json_is_null(json_object_get(status, "syncing")) &&
	       (json_integer_value(json_object_get(status, "peers")) > 0 ||
	        json_is_true(json_object_get(status, "is_validator")));
}

static uint64_t count_in(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

/* The bar begins at the height that was met first, so that its rate and the time left are those
 * of what is seen. */
static void show_sync(struct progress *progress, const json_t *status, uint64_t first)
{
	uint64_t height = count_in(status, "height");
	uint64_t target = count_in(json_object_get(status, "syncing"), "target");

	progress->count = height > first ? height - first : 0;
	progress->part = progress->count;
	progress->whole = target > first ? target - first : 0;
	progress->is_whole_counted = true;
	progress_show(progress, elapsing_ms());
}

/* *result becomes the status of a node that has caught up. */
static enum exit_code follow(struct session *session, json_t **result)
{
	struct progress progress =
		output_progress(&session->output, "blocks", elapsing_ms());
	uint64_t first = count_in(*result, "height");
	enum exit_code exit_code = EXIT_CODE_OK;

	if (!is_caught_up(*result) && count_in(*result, "peers") == 0)
		output_note(&session->output, "The node waits for a peer.");
	while (exit_code == EXIT_CODE_OK && !is_caught_up(*result)) {
		show_sync(&progress, *result, first);
		poll(NULL, 0, FOLLOW_PAUSE_MS);
		json_decref(*result);
		exit_code = session_call(session, result, "node.get_status", NULL);
	}
	progress_clear(&progress);
	return exit_code;
}

/* -- The commands -------------------------------------------------------------------- */

static enum exit_code node_status(struct session *session)
{
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "node.get_status", NULL);

	if (exit_code == EXIT_CODE_OK && session_has(session, OPTION_follow))
		exit_code = follow(session, &result);
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

/* What is wrong, a line each: sentences do not fit beside a name. */
static enum exit_code show_health(struct session *session, json_t *result)
{
	json_t *reasons = json_incref(json_object_get(result, "reasons"));
	enum exit_code exit_code;
	const json_t *reason;
	size_t i;

	if (!session->output.is_json)
		json_object_del(result, "reasons");
	exit_code = session_show(session, result);
	if (!session->output.is_json)
		json_array_foreach (reasons, i, reason)
			output_line(&session->output, json_string_value(reason));
	json_decref(reasons);
	return exit_code;
}

static enum exit_code node_health(struct session *session)
{
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "node.get_health", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!session->output.is_quiet)
		exit_code = show_health(session, result);
	if (exit_code == EXIT_CODE_OK && !json_is_true(json_object_get(result, "healthy")))
		exit_code =
			failure_set(&session->failure, EXIT_CODE_FAILURE, "the node is not well");
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
		.summary = "Show network, height, peers, pool, and how far syncing is",
		.details = "With --follow it waits until the node has caught up with its peers, and "
				   "shows a bar with rate and time left.",
		.examples = "cairn node status --follow",
		.option_count = 1,
		.options = {OPTION_follow},
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
