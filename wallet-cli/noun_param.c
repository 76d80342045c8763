/* cairn param: what the network has agreed to count by. */
#include "chain/base/text.h"
#include "chain/ledger/parameters.h"
#include "rpc/api/nearest.h"
#include "wallet-cli/writing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static enum exit_code find(struct session *session, enum parameter *parameter,
                           const char *name)
{
	struct nearest nearest = nearest_to(name);
	const char *word;

	if (parameter_find(parameter, text_view(name)))
		return EXIT_CODE_OK;
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		nearest_offer(&nearest, parameter_facts((enum parameter)i)->name);
	word = nearest_word(&nearest);
	failure_set(&session->failure, EXIT_CODE_USAGE, "there is no parameter '%.40s'", name);
	if (word)
		return failure_hint(&session->failure, "the nearest is %s", word);
	return failure_hint(&session->failure, "'cairn param list' lists them");
}

static enum exit_code param_set(struct session *session)
{
	struct operation operation = {.kind = OPERATION_param_set};
	const char *text = session_word(session, 1);
	const struct parameter_facts *facts;
	enum parameter parameter;
	uint64_t value;
	enum exit_code exit_code = find(session, &parameter, session_word(session, 0));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	facts = parameter_facts(parameter);
	if (!decimal_decode(&value, text_view(text)) || value < facts->least ||
	    value > facts->most)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "%s is a whole number from %" PRIu64 " to %" PRIu64
		                   ", not '%.40s'",
		                   facts->name, facts->least, facts->most, text);
	operation.param_set.name = text_view(facts->name);
	operation.param_set.value = value;
	return writing_run(session, &operation);
}

/* A row of what the node says; a later node may have parameters that this program does not
 * know. */
static void add_row(struct table *table, const char *name, const json_t *value)
{
	enum parameter parameter;
	char bounds[64] = "-";

	if (parameter_find(&parameter, text_view(name)))
		snprintf(bounds, sizeof bounds, "%" PRIu64 " to %" PRIu64,
		         parameter_facts(parameter)->least, parameter_facts(parameter)->most);
	table_add_text(table, name);
	table_add_count(table, (uint64_t)json_integer_value(value));
	table_add_text(table, bounds);
}

static enum exit_code show(struct session *session, const json_t *params)
{
	static const struct table_column columns[] = {
		{.title = "PARAMETER", .is_id = true},
		{.title = "VALUE", .is_right = true},
		{.title = "BOUNDS"},
	};
	struct table table;
	const char *name;
	const json_t *value;
	enum exit_code exit_code;

	table_init(&table, columns, 3);
	json_object_foreach ((json_t *)(uintptr_t)params, name, value)
		add_row(&table, name, value);
	exit_code = session_show_table(session, &table);
	table_close(&table);
	return exit_code;
}

static enum exit_code param_list(struct session *session)
{
	json_t *params = json_object();
	json_t *result = NULL;
	enum exit_code exit_code =
		params ? session_add_at(session, params) : session_no_memory(session);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_call(session, &result, "chain.get_params", json_incref(params));
	if (exit_code == EXIT_CODE_OK && session->output.is_json)
		exit_code = session_show_json(session, result);
	else if (exit_code == EXIT_CODE_OK)
		exit_code = show(session, json_object_get(result, "params"));
	json_decref(result);
	json_decref(params);
	return exit_code;
}

const struct command commands_param[] = {
	{
		.noun = "param",
		.verb = "list",
		.words = "",
		.summary = "List the parameters of the network and their bounds",
		.option_count = 2,
		.options = {OPTION_at, OPTION_prove},
		.run = param_list,
	},
	{
		.noun = "param",
		.verb = "set",
		.words = "NAME VALUE",
		.word_count_min = 2,
		.word_count_max = 2,
		.summary = "Change a parameter of the network",
		.details = "Only the root group can. It counts from the next block on.",
		.examples = "cairn param set heartbeat_ms 60000",
		.run = param_set,
	},
};
COMMANDS_COUNTED(param);
