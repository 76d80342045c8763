/* cairn peer: whom the node is connected with, and whom it shall be. */
#include "chain/base/text.h"
#include "wallet-cli/listing.h"

#include <stdlib.h>
#include <string.h>

/* -- Looking ------------------------------------------------------------------------- */

enum { PEER_COLUMNS = 10, BAN_COLUMNS = 4 };

/* These lists are short, and come whole. */
static enum exit_code show_list(struct session *session, const char *method,
                                const struct table_column *columns, size_t column_count,
                                void (*add_row)(struct table *table, const json_t *item))
{
	struct table table;
	json_t *result;
	const json_t *item;
	size_t i;
	enum exit_code exit_code = session_call(session, &result, method, NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (session->output.is_json) {
		exit_code = session_show_json(session, result);
	} else {
		table_init(&table, columns, column_count);
		json_array_foreach (json_object_get(result, "items"), i, item)
			add_row(&table, item);
		exit_code = session_show_table(session, &table);
		table_close(&table);
	}
	json_decref(result);
	return exit_code;
}

static void add_duration(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);
	char text[DURATION_TEXT_SIZE] = "-";

	if (json_is_integer(value))
		duration_text(text, (uint64_t)json_integer_value(value));
	table_add_text(table, text);
}

static void add_round_trip(struct table *table, const json_t *item)
{
	const json_t *value = json_object_get(item, "round_trip_ms");
	char text[40] = "-";

	if (json_is_integer(value))
		snprintf(text, sizeof text, "%lld ms", (long long)json_integer_value(value));
	table_add_text(table, text);
}

static void add_peer(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "address");
	table_add_text(table, json_is_true(json_object_get(item, "dialed")) ? "out" : "in");
	listing_add_text(table, item, "place");
	table_add_text(table, json_is_string(json_object_get(item, "vote_key")) ? "yes" : "-");
	add_duration(table, item, "connected_ms");
	add_round_trip(table, item);
	listing_add_count(table, item, "bytes_in");
	listing_add_count(table, item, "bytes_out");
	listing_add_text(table, item, "agent");
	listing_add_text(table, item, "node_id");
}

static enum exit_code peer_list(struct session *session)
{
	static const struct table_column columns[PEER_COLUMNS] = {
		{.title = "ADDRESS", .cut = TABLE_END},
		{.title = "DIR"},
		{.title = "PLACE"},
		{.title = "VOTES"},
		{.title = "FOR", .is_right = true},
		{.title = "PING", .is_right = true},
		{.title = "IN", .is_right = true},
		{.title = "OUT", .is_right = true},
		{.title = "AGENT", .cut = TABLE_END},
		{.title = "NODE ID", .cut = TABLE_MIDDLE, .is_id = true},
	};

	return show_list(session, "peer.list", columns, PEER_COLUMNS, add_peer);
}

static void add_until(struct table *table, const json_t *item)
{
	if (json_is_integer(json_object_get(item, "until_ms")))
		listing_add_time(table, item, "until_ms");
	else
		table_add_text(table, "for good");
}

static void add_ban(struct table *table, const json_t *item)
{
	listing_add_time(table, item, "since_ms");
	add_until(table, item);
	listing_add_text(table, item, "reason");
	listing_add_text(table, item, "peer");
}

static enum exit_code peer_bans(struct session *session)
{
	static const struct table_column columns[BAN_COLUMNS] = {
		{.title = "SINCE"},
		{.title = "UNTIL"},
		{.title = "REASON", .cut = TABLE_END},
		{.title = "PEER", .cut = TABLE_MIDDLE, .is_id = true},
	};

	return show_list(session, "peer.list_bans", columns, BAN_COLUMNS, add_ban);
}

/* -- Orders -------------------------------------------------------------------------- */

/* The answer, or when quiet its member `id`. */
static enum exit_code order(struct session *session, const char *method, json_t *params,
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

static enum exit_code peer_add(struct session *session)
{
	return order(session, "peer.add", json_pack("{ss}", "peer", session_word(session, 0)),
	             "node_id");
}

static enum exit_code peer_remove(struct session *session)
{
	return order(session, "peer.remove",
	             json_pack("{ss}", "node_id", session_word(session, 0)), "node_id");
}

/* Seconds of "90", "30s", "30m", "12h", "7d"; 0 of "forever"; false: it is none of these. */
static bool read_duration(json_int_t *seconds, const char *text)
{
	static const char units[] = "smhd";
	static const uint64_t factors[] = {1, 60, 3600, 86400};
	size_t size = strlen(text);
	const char *unit = size > 0 ? strchr(units, text[size - 1]) : NULL;
	uint64_t factor = unit ? factors[unit - units] : 1;
	uint64_t count;

	*seconds = 0;
	if (strcmp(text, "forever") == 0)
		return true;
	if (!decimal_decode(&count, bytes_view(text, size - (unit != NULL))) || count == 0 ||
	    count > INT32_MAX / factor)
		return false;
	*seconds = (json_int_t)(count * factor);
	return true;
}

static enum exit_code peer_ban(struct session *session)
{
	const char *duration = session_option(session, OPTION_duration);
	const char *reason = session_option(session, OPTION_reason);
	json_int_t seconds = 0;
	json_t *params;

	if (duration && !read_duration(&seconds, duration))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--duration is 90, 30m, 12h, 7d or forever, not '%.40s'", duration);
	params = json_pack("{ss}", "peer", session_word(session, 0));
	if (params && duration)
		json_object_set_new(params, "duration_s", json_integer(seconds));
	if (params && reason)
		json_object_set_new(params, "reason", json_string(reason));
	return order(session, "peer.ban", params, "peer");
}

static enum exit_code peer_unban(struct session *session)
{
	return order(session, "peer.unban",
	             json_pack("{ss}", "peer", session_word(session, 0)), "peer");
}

const struct command commands_peer[] = {
	{
		.noun = "peer",
		.verb = "list",
		.words = "",
		.summary = "List the nodes that this one is connected with",
		.run = peer_list,
	},
	{
		.noun = "peer",
		.verb = "add",
		.words = "NODE_ID@HOST:PORT",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Stay connected with a node, until this one stops",
		.details = "It is let in like one of p2p.peers, the setting that is for good. 'cairnd "
				   "id' prints a node's id.",
		.run = peer_add,
	},
	{
		.noun = "peer",
		.verb = "remove",
		.words = "NODE_ID",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Disconnect a node, and dial it no more if it was added",
		.run = peer_remove,
	},
	{
		.noun = "peer",
		.verb = "ban",
		.words = "NODE_ID|ADDRESS",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Disconnect a node or an address, and let it in no more",
		.details = "A ban outlives a restart. It binds against validators too: with too many of "
				   "them banned nothing is final any more.",
		.examples = "cairn peer ban 192.0.2.7 --duration 7d --reason 'floods'\n"
					"cairn peer ban 02ab... --duration forever",
		.option_count = 2,
		.options = {OPTION_duration, OPTION_reason},
		.run = peer_ban,
	},
	{
		.noun = "peer",
		.verb = "unban",
		.words = "NODE_ID|ADDRESS",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Take a ban back",
		.run = peer_unban,
	},
	{
		.noun = "peer",
		.verb = "bans",
		.words = "",
		.summary = "List whom the node lets in no more",
		.run = peer_bans,
	},
};
COMMANDS_COUNTED(peer);
