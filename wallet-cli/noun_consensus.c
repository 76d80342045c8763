/* cairn consensus: how the network's agreement stands, as the node sees it. */
#include "wallet-cli/listing.h"

#include <string.h>

/* -- Why ----------------------------------------------------------------------------- */

static enum exit_code consensus_why(struct session *session)
{
	json_t *result;
	const json_t *reason;
	size_t i;
	enum exit_code exit_code = session_call(session, &result, "consensus.why", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (session->output.is_json)
		exit_code = session_show_json(session, result);
	else if (session->output.is_quiet)
		output_line(&session->output, json_string_value(json_object_get(result, "state")));
	else
		json_array_foreach (json_object_get(result, "reasons"), i, reason)
			output_line(&session->output, json_string_value(reason));
	json_decref(result);
	return exit_code;
}

/* -- State --------------------------------------------------------------------------- */

/* "12 s" where the member is a number of milliseconds ago. */
static void add_ago(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);
	char text[DURATION_TEXT_SIZE] = "-";

	if (json_is_integer(value))
		duration_text(text, (uint64_t)json_integer_value(value));
	table_add_text(table, text);
}

static const char *link_of(const json_t *item)
{
	if (json_is_true(json_object_get(item, "self")))
		return "this node";
	if (!json_is_true(json_object_get(item, "connected")))
		return "no";
	return json_is_true(json_object_get(item, "heard")) ? "yes" : "silent";
}

/* Those of the view under way. */
static void add_votes(struct table *table, const json_t *item)
{
	const json_t *votes = json_object_get(item, "votes");
	const json_t *vote;
	char text[64] = "";
	size_t i;

	json_array_foreach (votes, i, vote)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.20s",
		         i > 0 ? "," : "", json_is_string(vote) ? json_string_value(vote) : "?");
	table_add_text(table, text[0] ? text : "-");
}

static void add_validator(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "name");
	table_add_text(table, link_of(item));
	add_ago(table, item, "heard_ms");
	add_ago(table, item, "last_vote_ms");
	listing_add_count(table, item, "height");
	listing_add_count(table, item, "behind");
	add_votes(table, item);
	listing_add_text(table, item, "account");
}

static enum exit_code show_validators(struct session *session, const json_t *validators)
{
	static const struct table_column columns[] = {
		{.title = "VALIDATOR", .cut = TABLE_END},
		{.title = "CONNECTED"},
		{.title = "HEARD", .is_right = true},
		{.title = "LAST VOTE", .is_right = true},
		{.title = "HEIGHT", .is_right = true},
		{.title = "BEHIND", .is_right = true},
		{.title = "VOTES"},
		{.title = "ACCOUNT", .cut = TABLE_MIDDLE, .is_id = true},
	};
	struct table table;
	const json_t *item;
	enum exit_code exit_code;
	size_t i;

	table_init(&table, columns, sizeof columns / sizeof *columns);
	json_array_foreach (validators, i, item)
		add_validator(&table, item);
	exit_code = session_show_table(session, &table);
	table_close(&table);
	return exit_code;
}

static enum exit_code consensus_state(struct session *session)
{
	json_t *result, *validators;
	enum exit_code exit_code = session_call(session, &result, "consensus.get_state", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (session->output.is_json) {
		exit_code = session_show_json(session, result);
	} else {
		validators = json_incref(json_object_get(result, "validators"));
		json_object_del(result, "validators");
		if (!session->output.is_quiet)
			exit_code = session_show(session, result);
		if (exit_code == EXIT_CODE_OK)
			exit_code = show_validators(session, validators);
		json_decref(validators);
	}
	json_decref(result);
	return exit_code;
}

const struct command commands_consensus[] = {
	{
		.noun = "consensus",
		.verb = "why",
		.words = "",
		.summary = "Say what the network waits for, and for whom",
		.details = "Each line is a sentence: what is waited for, and each validator that is "
				   "missing, with when it was last heard of. Quiet, it is one word: halted, "
				   "syncing, no_quorum, forgetful, waiting, working or idle.",
		.examples = "cairn consensus why",
		.run = consensus_why,
	},
	{
		.noun = "consensus",
		.verb = "state",
		.words = "",
		.summary = "Show view, leader, timers, and each validator's votes and height",
		.run = consensus_state,
	},
};
COMMANDS_COUNTED(consensus);
