/* peer: the nodes that this one is connected with. */
#include "node/shell/backend_read.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"

static const char *class_text(enum slot_class class)
{
	static const char *const texts[] = {
		[SLOT_VALIDATOR] = "validator", [SLOT_KEPT] = "kept",       [SLOT_OUTBOUND] = "outbound",
		[SLOT_VISIT] = "visit",         [SLOT_INBOUND] = "inbound",
	};

	return texts[class];
}

static json_t *json_of_age(uint64_t at_ms)
{
	return at_ms == 0 ? json_null() : json_of_count(clock_monotonic_ms() - at_ms);
}

/* On the loop. */
static void add_peer(void *owner, const struct net_facts *facts)
{
	const struct session *session = facts->session;
	const struct session_remote *remote = &session->remote;
	const size_t *held = session->usage.purposes;
	json_t *items = owner;
	json_t *json = json_object();

	object_put(&json, "node_id",
	           json_of_hex(session->remote_id.bytes, sizeof session->remote_id.bytes));
	object_put(&json, "address", json_string(facts->address));
	object_put(&json, "dialed", json_boolean(facts->is_dialed));
	object_put(&json, "place", json_string(class_text(facts->class)));
	object_put(&json, "agent", json_string(remote->agent));
	object_put(&json, "vote_key",
	           remote->has_vote_key ? json_of_hex(remote->vote_key.bytes, PUBLIC_KEY_SIZE)
	                                : json_null());
	object_put(&json, "height", json_of_count(remote->height));
	object_put(&json, "connected_ms", json_of_count(clock_monotonic_ms() - facts->opened_ms));
	object_put(&json, "round_trip_ms",
	           session->round_trip_ms == UINT64_MAX ? json_null()
	                                                : json_of_count(session->round_trip_ms));
	object_put(&json, "first_tx_ms", json_of_age(facts->tx_ms));
	object_put(&json, "first_block_ms", json_of_age(facts->block_ms));
	object_put(&json, "bytes_in", json_of_count(session->bytes_in));
	object_put(&json, "bytes_out", json_of_count(session->bytes_out));
	object_put(&json, "messages_in", json_of_count(session->messages_in));
	object_put(&json, "messages_out", json_of_count(session->messages_out));
	object_put(&json, "messages_dropped",
	           json_of_count(session->messages_dropped + session->flooded_count));
	object_put(&json, "receiving_bytes", json_of_count(held[USAGE_RECEIVING]));
	object_put(&json, "sending_bytes", json_of_count(held[USAGE_SENDING]));
	object_put(&json, "checking_bytes", json_of_count(held[USAGE_CHECKING]));
	object_put(&json, "txs_bytes", json_of_count(held[USAGE_TXS]));
	object_put(&json, "relay_bytes", json_of_count(held[USAGE_RELAY]));
	json_array_append_new(items, json);
}

/* On the loop. */
static void list_on_loop(struct loop_question *question, struct node *node)
{
	json_t *items = json_array();
	json_t *json = json_object();

	if (items)
		net_list(node->peers.net, add_peer, items);
	object_put(&json, "items", items);
	object_put(&json, "next", json_null());
	question->answer = json;
	if (!json)
		question->fault.code = RPC_INTERNAL_ERROR;
}

static void list(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {.function = list_on_loop};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

const struct rpc_handler backend_peer_handlers[] = {
	{"peer.list", list},
};
const size_t backend_peer_handler_count =
	sizeof backend_peer_handlers / sizeof *backend_peer_handlers;
