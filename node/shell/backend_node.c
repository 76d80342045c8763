/* node: this one machine. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/backend_read.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PROTOCOL_VERSION = 1,
	SYNCING_BEHIND = 3, /* blocks; less is on its way all the time */
};

/* -- How it stands ----------------------------------------------------------------- */

struct pool_facts {
	size_t tx_count;
	size_t byte_count;
	size_t peer_count;
	uint64_t best_height; /* that a peer says it has */
};

static uint64_t best_height(const struct consensus *core)
{
	uint64_t best = 0;

	for (size_t i = 0; i < PEERS_MAX; i++)
		if (core->peers[i].known && core->peers[i].height > best)
			best = core->peers[i].height;
	return best;
}

/* On the loop. */
static void count_pool(struct loop_question *question, struct node *node)
{
	struct pool_facts *facts = memory_new(sizeof *facts);

	question->found = facts;
	if (!facts)
		return;
	facts->tx_count = HASH_COUNT(node->drive.pool.txs);
	facts->byte_count = node->drive.pool.byte_count;
	facts->peer_count = net_peer_count(node->peers.net);
	facts->best_height = best_height(&node->drive.consensus);
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

static json_t *syncing_json(const struct pool_facts *facts, uint64_t height)
{
	json_t *json;

	if (facts->best_height < height + SYNCING_BEHIND)
		return json_null();
	json = json_object();
	object_put(&json, "best_height", json_of_count(facts->best_height));
	return json;
}

static json_t *status_json(struct query *query, const struct pool_facts *facts)
{
	const struct ledger_tip *tip = store_view_tip(query->view);
	const struct backend *backend = query->backend;
	uint64_t uptime_ms = clock_monotonic_ms() - backend->node->started_ms;
	json_t *json = json_object();

	object_put(&json, "network", json_string(backend->genesis->name));
	object_put(&json, "genesis", json_of_hash(&backend->network->genesis));
	object_put(&json, "version", json_string(CAIRN_VERSION));
	object_put(&json, "height", json_of_count(tip->header.height));
	object_put(&json, "hash", json_of_hash(&tip->hash));
	object_put(&json, "time_ms", json_of_count(tip->header.time_ms));
	object_put(&json, "syncing", syncing_json(facts, tip->header.height));
	object_put(&json, "peers", json_of_count(facts->peer_count));
	object_put(&json, "is_validator", json_boolean(is_validator(query)));
	object_put(&json, "pool_txs", json_of_count(facts->tx_count));
	object_put(&json, "pool_bytes", json_of_count(facts->byte_count));
	object_put(&json, "uptime_ms", json_of_count(uptime_ms));
	return json;
}

static void finish_status(struct loop_question *question)
{
	struct query query;

	if (!question->found)
		backend_fail(question->call, STATUS_MEMORY, NULL);
	else if (query_start(&query, question->call, NULL, question->backend))
		query_answer(&query, status_json(&query, question->found));
}

static void get_status(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = count_pool,
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

static void add_item(json_t **items, json_t *item)
{
	if (json_array_append_new(*items, item) == 0)
		return;
	json_decref(*items);
	*items = NULL;
}

static void get_health(struct rpc_call *call, json_t *params, void *owner)
{
	struct backend *backend = owner;
	json_t *reasons = json_array();
	json_t *json = json_object();
	struct store_health health;
	bool is_ready;

	(void)params;
	store_health(backend->node->store, &health);
	if (atomic_load(&backend->is_refusing))
		add_item(&reasons, json_string("the node stops"));
	if (health.writes_stopped)
		add_item(&reasons, json_string("the database takes no writes until its "
		                               "compaction has caught up"));
	if (health.background_errors > 0)
		add_item(&reasons, json_string("the database failed to write in the background"));
	is_ready = json_array_size(reasons) == 0;
	object_put(&json, "ready", json_boolean(is_ready));
	object_put(&json, "reasons", reasons);
	rpc_call_answer(call, json);
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
	bool is_shut_out; /* nobody is connected, and some closed when they knew who we are */
};

/* On the loop. */
static void see_concerns(struct loop_question *question, struct node *node)
{
	struct concerns *concerns = memory_new(sizeof *concerns);

	question->found = concerns;
	if (!concerns)
		return;
	concerns->is_forgetful = consensus_is_forgetful(&node->drive.consensus);
	concerns->is_shut_out = net_peer_count(node->peers.net) == 0 &&
	                        net_shut_out_count(node->peers.net) > 0;
}

static void add_shut_out_warning(json_t **items, const struct node_id *id)
{
	char hex[2 * COMPRESSED_KEY_SIZE + 1], message[320];

	hex_encode(hex, bytes_view(id->bytes, sizeof id->bytes));
	snprintf(message, sizeof message,
	         "the other nodes do not let this one in: a member of the network admits it with "
	         "'cairn node admit %s', and it goes on trying",
	         hex);
	add_item(items, warning_json("NOT_LET_IN", message));
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
		add_item(items, warning_json("STORE_BACKGROUND_ERRORS", message));
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
		add_item(&items,
		         warning_json("SIGN_STATE_SLOT_LOST",
		                      "one of the two slots of the sign state could not be read "
		                      "when the node started: after a crash that is harmless, "
		                      "without one look at the disk"));
	if (concerns->is_forgetful)
		add_item(&items,
		         warning_json("VOTES_FORGOTTEN",
		                      "what this validator signed is forgotten: it votes again when a "
		                      "quorum of the others has told where it stands, or when a person "
		                      "who knows says so with 'cairnd allow-votes'"));
	if (concerns->is_shut_out)
		add_shut_out_warning(&items, &question->backend->node->keys.node_id);
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
