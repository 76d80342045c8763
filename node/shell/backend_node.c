/* node: this one machine. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/backend_read.h"
#include "node/shell/backend_standing.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"

#include <inttypes.h>
#include <stdio.h>

enum { PROTOCOL_VERSION = 1 };

/* -- How it stands ----------------------------------------------------------------- */

/* On the loop: as new as can be. */
static void take_vitals(struct loop_question *question, struct node *node)
{
	vitals_take(&question->backend->vitals, node, clock_monotonic_ms());
}

/* Does one of those who certify the next block vote with our key? */
static bool is_validator(struct query *query)
{
	const struct public_key *ours = &query->backend->node->keys.vote.public_key;
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct validator_set set = {.count = 0};
	struct bytes_view value;
	bool found = query_state(query, &key, &value);

	if (!query_check(query, found ? validator_set_decode(&set, value) : STATUS_NOT_FOUND,
	                 "the validators"))
		return false;
	for (size_t i = 0; i < set.count; i++)
		if (memcmp(&set.items[i].vote_key, ours, sizeof *ours) == 0)
			return true;
	return false;
}

/* The ledger of the answer is what counts as here. */
static json_t *syncing_json(const struct sync_facts *sync, uint64_t height)
{
	json_t *json;

	if (sync->target < height + STANDING_BEHIND)
		return json_null();
	json = json_object();
	object_put(&json, "target", json_of_count(sync->target));
	object_put(&json, "behind", json_of_count(sync->target - height));
	object_put(&json, "rate_per_min", json_of_count(sync->per_ks * 60 / 1000));
	object_put(&json, "eta_ms",
	           sync->left_ms == UINT64_MAX ? json_null() : json_of_count(sync->left_ms));
	return json;
}

static json_t *status_json(struct query *query)
{
	const struct ledger_tip *tip = store_view_tip(query->view);
	struct backend *backend = query->backend;
	uint64_t uptime_ms = clock_monotonic_ms() - backend->node->started_ms;
	json_t *json = json_object();
	struct metrics metrics;
	struct sync_facts sync;

	vitals_read(&backend->vitals, &sync, &metrics);
	object_put(&json, "network", json_string(backend->genesis->name));
	object_put(&json, "genesis", json_of_hash(&backend->network->genesis));
	object_put(&json, "version", json_string(CAIRN_VERSION));
	object_put(&json, "height", json_of_count(tip->header.height));
	object_put(&json, "hash", json_of_hash(&tip->hash));
	object_put(&json, "time_ms", json_of_count(tip->header.time_ms));
	object_put(&json, "syncing", syncing_json(&sync, tip->header.height));
	object_put(&json, "peers", json_of_count(metrics.values[METRIC_peers_connected]));
	object_put(&json, "is_validator", json_boolean(is_validator(query)));
	object_put(&json, "pool_txs", json_of_count(metrics.values[METRIC_pool_txs]));
	object_put(&json, "pool_bytes", json_of_count(metrics.values[METRIC_pool_bytes]));
	object_put(&json, "uptime_ms", json_of_count(uptime_ms));
	return json;
}

static void finish_status(struct loop_question *question)
{
	struct query query;

	if (query_start(&query, question->call, NULL, question->backend))
		query_answer(&query, status_json(&query));
}

static void get_status(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = take_vitals,
		.finish = finish_status,
	};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

static void get_version(struct rpc_call *call, json_t *params, void *owner)
{
	json_t *json = json_object();

	(void)params;
	(void)owner;
	object_put(&json, "version", json_string(CAIRN_VERSION));
	object_put(&json, "protocol", json_integer(PROTOCOL_VERSION));
	rpc_call_answer(call, json);
}

/* -- What is wrong ----------------------------------------------------------------- */

/* What keeps the validators from agreeing, or this one from taking part. */
static void add_standing(json_t **reasons, const struct node *node,
                         const struct standing_seen *seen)
{
	enum standing_word word = standing_judge(&seen->standing);
	json_t *sentences;

	if (word != STANDING_HALTED && word != STANDING_NO_QUORUM && word != STANDING_FORGETFUL)
		return;
	sentences = json_of_standing(node, seen);
	if (*reasons && sentences && json_array_extend(*reasons, sentences) == 0) {
		json_decref(sentences);
		return;
	}
	json_decref(sentences);
	json_decref(*reasons);
	*reasons = NULL;
}

static json_t *health_reasons(struct query *query, struct standing_seen *seen, bool *is_ready)
{
	json_t *reasons = json_array();
	struct store_health health;
	struct why reason;

	*is_ready = backend_is_ready(query->backend, &reason);
	standing_name(query, &seen->standing);
	if (!*is_ready)
		array_put(&reasons, json_string(reason.text));
	store_health(query->backend->node->store, &health);
	if (health.background_errors > 0)
		array_put(&reasons, json_string("the database failed to write in the background"));
	add_standing(&reasons, query->backend->node, seen);
	return reasons;
}

static void finish_health(struct loop_question *question)
{
	json_t *json, *reasons;
	struct query query;
	bool is_ready;

	if (!question->found) {
		backend_fail(question->call, STATUS_MEMORY, NULL);
		return;
	}
	if (!query_start(&query, question->call, NULL, question->backend))
		return;
	json = json_object();
	reasons = health_reasons(&query, question->found, &is_ready);
	object_put(&json, "ready", json_boolean(is_ready));
	object_put(&json, "healthy", json_boolean(json_array_size(reasons) == 0));
	object_put(&json, "reasons", reasons);
	query_answer(&query, json);
}

/* On the loop. */
static void see_health(struct loop_question *question, struct node *node)
{
	standing_on_loop(question, node);
	vitals_take(&question->backend->vitals, node, clock_monotonic_ms());
}

static void get_health(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = see_health,
		.finish = finish_health,
	};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

static json_t *warning_json(const char *name, const char *message)
{
	json_t *json = json_object();

	object_put(&json, "name", json_string(name));
	object_put(&json, "message", json_string(message));
	return json;
}

/* What the loop knows of it. */
struct concerns {
	bool is_forgetful;
	bool is_shut_out;
};

/* On the loop. */
static void see_concerns(struct loop_question *question, struct node *node)
{
	struct concerns *concerns = memory_new(sizeof *concerns);

	question->found = concerns;
	if (!concerns)
		return;
	concerns->is_forgetful = consensus_is_forgetful(&node->drive.consensus);
	concerns->is_shut_out = standing_is_shut_out(node);
}

static void add_shut_out_warning(json_t **items, const struct node *node)
{
	json_t *message = json_of_shut_out(node);

	array_put(items, message ? warning_json("NOT_LET_IN", json_string_value(message)) : NULL);
	json_decref(message);
}

static void add_store_warning(json_t **items, const struct backend *backend)
{
	struct store_health health;
	char message[160];

	store_health(backend->node->store, &health);
	snprintf(message, sizeof message,
	         "the database failed to write in the background %" PRIu64
	         " times since the node started: look at the disk and its free space",
	         health.background_errors);
	if (health.background_errors > 0)
		array_put(items, warning_json("STORE_BACKGROUND_ERRORS", message));
}

static void finish_warnings(struct loop_question *question)
{
	const struct concerns *concerns = question->found;
	json_t *items = json_array();
	json_t *json = json_object();

	if (!concerns) {
		json_decref(items);
		json_decref(json);
		backend_fail(question->call, STATUS_MEMORY, NULL);
		return;
	}
	if (question->backend->node->sign_state.slot_lost)
		array_put(&items,
		         warning_json("SIGN_STATE_SLOT_LOST",
		                      "one of the two slots of the sign state could not be read "
		                      "when the node started: after a crash that is harmless, "
		                      "without one look at the disk"));
	if (concerns->is_forgetful)
		array_put(&items,
		         warning_json("VOTES_FORGOTTEN",
		                      "what this validator signed is forgotten: it votes again when a "
		                      "quorum of the others has told where it stands, or when a person "
		                      "who knows says so with 'cairnd allow-votes'"));
	if (concerns->is_shut_out)
		add_shut_out_warning(&items, question->backend->node);
	add_store_warning(&items, question->backend);
	object_put(&json, "items", items);
	object_put(&json, "next", json_null());
	rpc_call_answer(question->call, json);
}

static void list_warnings(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = see_concerns,
		.finish = finish_warnings,
	};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

/* -- The end ----------------------------------------------------------------------- */

/* On the loop. */
static void open_stop(void *owner, struct letter *letter)
{
	memory_free(letter);
	node_stop(owner);
}

/* Answered first: the server gives what it is answering time to go out when it stops. */
static void stop(struct rpc_call *call, json_t *params, void *owner)
{
	struct backend *backend = owner;
	struct letter *letter = memory_new(sizeof *letter);

	(void)params;
	if (!letter) {
		backend_fail(call, STATUS_MEMORY, NULL);
		return;
	}
	letter->open = open_stop;
	rpc_call_answer(call, json_object());
	node_send(backend->node, letter);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_node_handlers[] = {
	{"node.get_status", get_status},
	{"node.get_version", get_version},
	{"node.get_health", get_health},
	{"node.list_warnings", list_warnings},
	{"node.stop", stop},
};
const size_t backend_node_handler_count =
	sizeof backend_node_handlers / sizeof *backend_node_handlers;
