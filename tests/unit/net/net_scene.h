/* Networks on loopback, on one loop, with what they told their owners. */
#ifndef TESTS_UNIT_NET_NET_SCENE_H
#define TESTS_UNIT_NET_NET_SCENE_H

#include "node/net/inner.h"
#include "node/shell/clock.h"
#include "tests/support/support.h"

enum { NODES_MAX = 4, PATIENCE_MS = 20000 };

/* A node's network and what it told. */
struct scene_node {
	struct net *net;
	struct secret_key key;
	struct node_id id;
	struct net_target targets[NODES_MAX];
	size_t target_count;
	struct session_remote remotes[PEERS_MAX];
	bool is_open[PEERS_MAX];
	size_t opened, closed, messages, bytes;
	bool is_stopped;
	bool admits_nobody;
	bool must_blame; /* the next message ends the session */
	bool lists_nobody;
	const struct node_id *keeps; /* configured */
	bool avoids_all;
	size_t violations;
};

static struct scene_node nodes[NODES_MAX];
static uv_loop_t loop;
static struct signer *signer;

/* -- The owner ------------------------------------------------------------------------------ */

static inline bool admits(void *owner, const struct node_id *id)
{
	const struct scene_node *node = owner;

	(void)id;
	return !node->admits_nobody;
}

static inline enum net_standing standing(void *owner, const struct node_id *id)
{
	const struct scene_node *node = owner;

	if (node->keeps && memcmp(node->keeps, id, sizeof *id) == 0)
		return NET_CONFIGURED;
	return node->lists_nobody ? NET_STRANGER : NET_VALIDATOR;
}

static inline bool is_avoided(void *owner, const struct node_id *id, const struct net_address *from)
{
	const struct scene_node *node = owner;

	(void)id;
	ck_assert_int_eq(net_address_scope(from), NET_LOOPBACK);
	return node->avoids_all;
}

static inline void on_violation(void *owner, const struct node_id *id,
                         const struct net_address *from, bool is_dialed)
{
	struct scene_node *node = owner;

	ck_assert_mem_eq(id, &nodes[1].id, sizeof *id);
	ck_assert_int_eq(net_address_scope(from), NET_LOOPBACK);
	ck_assert(!is_dialed);
	node->violations++;
}

static inline void greet(void *owner, struct hello *hello)
{
	(void)owner;
	*hello = (struct hello){.protocol_least = P2P_VERSION,
	                        .protocol_most = P2P_VERSION,
	                        .roles = ROLE_FULL,
	                        .agent = text_view("test")};
}

static inline void on_open(void *owner, uint16_t peer, const struct session_remote *remote)
{
	struct scene_node *node = owner;

	ck_assert(!node->is_open[peer]);
	node->is_open[peer] = true;
	node->remotes[peer] = *remote;
	node->opened++;
	net_set_validator(node->net, peer, true);
}

static inline void on_message(void *owner, uint16_t peer, const struct assembled *message)
{
	struct scene_node *node = owner;

	ck_assert(node->is_open[peer]);
	node->messages++;
	node->bytes += message->bytes.size;
	if (node->must_blame)
		net_close_peer(node->net, peer, DISCONNECT_VIOLATION, "a test");
}

static inline void on_close(void *owner, uint16_t peer)
{
	struct scene_node *node = owner;

	ck_assert(node->is_open[peer]);
	node->is_open[peer] = false;
	node->closed++;
}

static inline void on_stopped(void *owner)
{
	struct scene_node *node = owner;

	node->is_stopped = true;
}

/* -- The scene -------------------------------------------------------------------------------- */

static inline void start(void)
{
	memset(nodes, 0, sizeof nodes);
	signer = signer_new(&(struct hash){{1}});
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	for (uint8_t i = 0; i < NODES_MAX; i++) {
		memset(&nodes[i].key, 0x21 + i, sizeof nodes[i].key);
		ck_assert_int_eq(secret_key_point(nodes[i].id.bytes, signer, &nodes[i].key),
		                 STATUS_OK);
	}
}

/* At `listen`; "" for nobody. */
static inline void begin(struct scene_node *node, const char *listen, uint8_t genesis)
{
	struct net_config config = {
		.loop = &loop,
		.node_key = node->key,
		.genesis = {{genesis}},
		.listen = listen,
		.targets = node->targets,
		.target_count = node->target_count,
		.inbound_max = SLOTS_INBOUND_MAX,
		.memory_max = 64 << 20,
		.owner = node,
		.admits = admits,
		.standing = standing,
		.is_avoided = is_avoided,
		.on_violation = on_violation,
		.greet = greet,
		.on_open = on_open,
		.on_message = on_message,
		.on_close = on_close,
		.on_stopped = on_stopped,
	};
	struct why why = {{0}};

	ck_assert_msg(net_new(&node->net, &config, &why) == STATUS_OK, "%s", why.text);
}

static inline void know(struct scene_node *node, const struct scene_node *other)
{
	struct net_target *target = &node->targets[node->target_count++];

	target->id = other->id;
	ck_assert_ptr_null(endpoint_parse(&target->endpoint, text_view(net_address(other->net))));
}

/* Until it is so; what must come does so long before patience is over. */
#define RUN_UNTIL(condition)                                                       \
	do {                                                                           \
		uint64_t until_ms_ = clock_monotonic_ms() + PATIENCE_MS;                   \
		while (!(condition)) {                                                     \
			ck_assert_msg(clock_monotonic_ms() < until_ms_, "never: " #condition); \
			uv_run(&loop, UV_RUN_ONCE);                                            \
		}                                                                          \
	} while (0)

static inline void end(struct scene_node *node)
{
	if (!node->net)
		return;
	net_stop(node->net);
	RUN_UNTIL(node->is_stopped);
	ck_assert_uint_eq(node->opened, node->closed);
	net_free(node->net);
	node->net = NULL;
	node->is_stopped = false;
}

static inline void stop(void)
{
	for (size_t i = 0; i < NODES_MAX; i++)
		end(&nodes[i]);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	signer_free(signer);
}

static inline size_t open_count(const struct scene_node *node)
{
	return node->opened - node->closed;
}

static inline void meet(void)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "127.0.0.1:0", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
}

#endif
