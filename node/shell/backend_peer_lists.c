/* peer.add, peer.remove, peer.ban, peer.unban, peer.list_bans: what a person orders.
 *
 * A ban is done on the loop and then kept by the storage thread; it is answered when it is on the
 * disk. The file is printed on the loop, and the thread has one box, so that the newest list is
 * what stays. */
#include "node/shell/ban_file.h"
#include "node/shell/backend_read.h"
#include "node/shell/clock.h"
#include "node/shell/file.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <stdio.h>

/* -- An order -------------------------------------------------------------------------------- */

enum order_kind { ORDER_ADD, ORDER_REMOVE, ORDER_BAN, ORDER_UNBAN };

struct order {
	struct letter letter; /* to the loop, then to the storage thread */
	struct backend *backend;
	struct rpc_call *call;
	enum order_kind kind;
	struct net_target target; /* to add; its id, to remove */
	struct ban ban;
	struct buffer file;       /* of a ban: what has to be written */
	enum peer_lists_news news;
	enum status status;       /* of the file */
	struct why why;
};

static json_t *json_of_order(const struct order *order)
{
	json_t *json = json_object();
	char peer[BAN_PEER_SIZE];

	switch (order->kind) {
	case ORDER_ADD:
	case ORDER_REMOVE:
		object_put(&json, "node_id",
		           json_of_hex(order->target.id.bytes, COMPRESSED_KEY_SIZE));
		break;
	case ORDER_BAN:
		json_decref(json);
		return json_of_ban(&order->ban);
	case ORDER_UNBAN:
		ban_peer_text(peer, &order->ban);
		object_put(&json, "peer", json_string(peer));
		break;
	}
	return json;
}

static void answer_order(void *argument)
{
	struct order *order = argument;
	struct rpc_call *call = order->call;

	switch (order->news) {
	case PEER_LISTS_DONE:
		if (order->status == STATUS_OK)
			rpc_call_answer(call, json_of_order(order));
		else
			backend_fail(call, order->status, &order->why);
		break;
	case PEER_LISTS_KNOWN:
		rpc_call_fail(call, RPC_INVALID_PARAMS,
		              "this node is of the genesis or of p2p.peers, or was added before");
		break;
	case PEER_LISTS_FULL:
		rpc_call_fail(call, RPC_LIMIT_EXCEEDED, "there is no room for more of them");
		break;
	case PEER_LISTS_BANNED:
		rpc_call_fail(call, RPC_FORBIDDEN, "this node is banned: peer.unban it first");
		break;
	case PEER_LISTS_UNKNOWN:
		rpc_call_fail(call, RPC_PEER_NOT_FOUND, "there is no such peer or ban");
		break;
	}
	buffer_close(&order->file);
	memory_free(order);
}

/* Back to the server's thread; when that has ended, nobody waits for it any more. */
static void send_back(struct order *order)
{
	if (rpc_server_post(order->backend->server, answer_order, order))
		return;
	buffer_close(&order->file);
	memory_free(order);
}

/* On the storage thread. */
static void open_write(void *owner, struct letter *letter)
{
	struct order *order = (struct order *)(void *)letter;
	char path[DATA_PATH_SIZE];

	(void)owner;
	data_dir_path(path, &order->backend->node->dir, FILE_BANS);
	order->status = order->file.status;
	if (order->status == STATUS_OK)
		order->status = file_write(path, buffer_view(&order->file), 0600, &order->why);
	if (order->status != STATUS_OK)
		why_add(&order->why, order->status, "keep the bans");
	send_back(order);
}

static enum peer_lists_news carry_out(struct peer_lists *lists, const struct order *order)
{
	switch (order->kind) {
	case ORDER_ADD:
		return peer_lists_add(lists, &order->target);
	case ORDER_REMOVE:
		return peer_lists_remove(lists, &order->target.id);
	case ORDER_BAN:
		return peer_lists_ban(lists, &order->ban);
	case ORDER_UNBAN:
		return peer_lists_unban(lists, &order->ban);
	}
	return PEER_LISTS_UNKNOWN;
}

static void open_order(void *owner, struct letter *letter)
{
	struct order *order = (struct order *)(void *)letter;
	struct node *node = owner;

	order->news = carry_out(&node->peers.lists, order);
	if (order->news != PEER_LISTS_DONE || order->kind < ORDER_BAN) {
		send_back(order);
		return;
	}
	ban_file_print(&node->peers.lists.bans, &order->file);
	order->letter.open = open_write;
	mailbox_send(&node->storage.thread.box, &order->letter);
}

/* NULL: the call was answered. */
static struct order *order_new(struct rpc_call *call, struct backend *backend,
                               enum order_kind kind)
{
	struct order *order = memory_new(sizeof *order);

	if (!order) {
		backend_fail(call, STATUS_MEMORY, NULL);
		return NULL;
	}
	order->letter.open = open_order;
	order->backend = backend;
	order->call = call;
	order->kind = kind;
	buffer_init(&order->file, BAN_FILE_SIZE_MAX);
	return order;
}

static void give_order(struct order *order)
{
	node_send(order->backend->node, &order->letter);
}

/* The parameter cannot be understood. */
static void refuse_order(struct order *order, const char *name, const char *wrong)
{
	rpc_call_fail(order->call, RPC_INVALID_PARAMS, "%s: %s", name, wrong);
	memory_free(order);
}

/* -- Whom to dial ---------------------------------------------------------------------------- */

static void add(struct rpc_call *call, json_t *params, void *owner)
{
	struct order *order = order_new(call, owner, ORDER_ADD);
	const char *wrong;

	if (!order)
		return;
	wrong = net_target_parse(&order->target, rpc_param_text(params, "peer"));
	if (wrong)
		refuse_order(order, "peer", wrong);
	else
		give_order(order);
}

static void remove_peer(struct rpc_call *call, json_t *params, void *owner)
{
	struct order *order = order_new(call, owner, ORDER_REMOVE);
	const char *wrong;

	if (!order)
		return;
	wrong = ban_parse_peer(&order->ban, rpc_param_text(params, "node_id"));
	order->target.id = order->ban.node;
	if (wrong || !order->ban.is_node)
		refuse_order(order, "node_id",
		             "a node id is 66 hex digits, as `cairnd id` prints them");
	else
		give_order(order);
}

/* -- Bans ------------------------------------------------------------------------------------ */

static void ban(struct rpc_call *call, json_t *params, void *owner)
{
	struct order *order = order_new(call, owner, ORDER_BAN);
	uint64_t duration_s = (uint64_t)rpc_param_integer(params, "duration_s");
	struct bytes_view reason = {0};
	const char *wrong;

	if (!order)
		return;
	wrong = ban_parse_peer(&order->ban, rpc_param_text(params, "peer"));
	order->ban.since_ms = clock_wall_ms();
	order->ban.until_ms =
		duration_s == 0 ? BAN_FOR_GOOD : order->ban.since_ms + duration_s * 1000;
	if (rpc_param_has(params, "reason"))
		reason = rpc_param_text(params, "reason");
	memcpy(order->ban.reason, reason.at ? reason.at : (const uint8_t *)"", reason.size);
	if (wrong)
		refuse_order(order, "peer", wrong);
	else
		give_order(order);
}

static void unban(struct rpc_call *call, json_t *params, void *owner)
{
	struct order *order = order_new(call, owner, ORDER_UNBAN);
	const char *wrong;

	if (!order)
		return;
	order->ban.until_ms = BAN_FOR_GOOD;
	wrong = ban_parse_peer(&order->ban, rpc_param_text(params, "peer"));
	if (wrong)
		refuse_order(order, "peer", wrong);
	else
		give_order(order);
}

/* On the loop. */
static void list_bans_on_loop(struct loop_question *question, struct node *node)
{
	struct bans *bans = &node->peers.lists.bans;
	json_t *items = json_array();
	json_t *json = json_object();

	bans_expire(bans, clock_wall_ms());
	for (size_t i = 0; items && i < bans->count; i++)
		array_put(&items, json_of_ban(&bans->items[i]));
	object_put(&json, "items", items);
	object_put(&json, "next", json_null());
	question->answer = json;
	if (!json)
		question->fault.code = RPC_INTERNAL_ERROR;
}

static void list_bans(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {.function = list_bans_on_loop};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

const struct rpc_handler backend_peer_list_handlers[] = {
	{"peer.add", add},
	{"peer.remove", remove_peer},
	{"peer.ban", ban},
	{"peer.unban", unban},
	{"peer.list_bans", list_bans},
};
const size_t backend_peer_list_handler_count =
	sizeof backend_peer_list_handlers / sizeof *backend_peer_list_handlers;
