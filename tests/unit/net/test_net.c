/* Real sockets on loopback: who meets, who is kept, who is turned away, and what is left behind. */
#include "node/net/inner.h"
#include "node/shell/clock.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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
	bool avoids_all;
	size_t violations;
};

static struct scene_node nodes[NODES_MAX];
static uv_loop_t loop;
static struct signer *signer;

/* -- The owner ------------------------------------------------------------------------------ */

static bool admits(void *owner, const struct node_id *id)
{
	const struct scene_node *node = owner;

	(void)id;
	return !node->admits_nobody;
}

static bool is_listed(void *owner, const struct node_id *id)
{
	const struct scene_node *node = owner;

	(void)id;
	return !node->lists_nobody;
}

static bool is_avoided(void *owner, const struct node_id *id, const struct net_address *from)
{
	const struct scene_node *node = owner;

	(void)id;
	ck_assert_int_eq(net_address_scope(from), NET_LOOPBACK);
	return node->avoids_all;
}

static void on_violation(void *owner, const struct node_id *id,
                         const struct net_address *from, bool is_dialed)
{
	struct scene_node *node = owner;

	ck_assert_mem_eq(id, &nodes[1].id, sizeof *id);
	ck_assert_int_eq(net_address_scope(from), NET_LOOPBACK);
	ck_assert(!is_dialed);
	node->violations++;
}

static void greet(void *owner, struct hello *hello)
{
	(void)owner;
	*hello = (struct hello){.protocol_least = P2P_VERSION,
	                        .protocol_most = P2P_VERSION,
	                        .roles = ROLE_FULL,
	                        .agent = text_view("test")};
}

static void on_open(void *owner, uint16_t peer, const struct session_remote *remote)
{
	struct scene_node *node = owner;

	ck_assert(!node->is_open[peer]);
	node->is_open[peer] = true;
	node->remotes[peer] = *remote;
	node->opened++;
	net_set_validator(node->net, peer, true);
}

static void on_message(void *owner, uint16_t peer, const struct assembled *message)
{
	struct scene_node *node = owner;

	ck_assert(node->is_open[peer]);
	node->messages++;
	node->bytes += message->bytes.size;
	if (node->must_blame)
		net_close_peer(node->net, peer, DISCONNECT_VIOLATION, "a test");
}

static void on_close(void *owner, uint16_t peer)
{
	struct scene_node *node = owner;

	ck_assert(node->is_open[peer]);
	node->is_open[peer] = false;
	node->closed++;
}

static void on_stopped(void *owner)
{
	struct scene_node *node = owner;

	node->is_stopped = true;
}

/* -- The scene -------------------------------------------------------------------------------- */

static void start(void)
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
static void begin(struct scene_node *node, const char *listen, uint8_t genesis)
{
	struct net_config config = {
		.loop = &loop,
		.node_key = node->key,
		.genesis = {{genesis}},
		.listen = listen,
		.targets = node->targets,
		.target_count = node->target_count,
		.owner = node,
		.admits = admits,
		.is_listed = is_listed,
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

static void know(struct scene_node *node, const struct scene_node *other)
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

static void end(struct scene_node *node)
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

static void stop(void)
{
	for (size_t i = 0; i < NODES_MAX; i++)
		end(&nodes[i]);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	signer_free(signer);
}

static size_t open_count(const struct scene_node *node)
{
	return node->opened - node->closed;
}

static void meet(void)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "127.0.0.1:0", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
}

static void send_to_all(struct scene_node *node, enum message_kind kind, size_t size)
{
	uint8_t *bytes = calloc(1, size);

	bytes[0] = (uint8_t)kind;
	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (node->is_open[i])
			net_send(node->net, i, bytes_view(bytes, size));
	free(bytes);
}

/* -- Tests --------------------------------------------------------------------------------------- */

START_TEST(two_meet_and_messages_of_every_size_cross)
{
	meet();
	send_to_all(&nodes[1], MESSAGE_GET_RANGE, 9);
	send_to_all(&nodes[0], MESSAGE_RANGE, MESSAGE_SIZE_MAX);
	send_to_all(&nodes[0], MESSAGE_VOTE, 124);
	send_to_all(&nodes[1], MESSAGE_PROPOSAL, 4 << 20);
	RUN_UNTIL(nodes[1].messages == 2 && nodes[0].messages == 2);
	ck_assert_uint_eq(nodes[1].bytes, MESSAGE_SIZE_MAX + 124);
	ck_assert_uint_eq(nodes[0].bytes, (4 << 20) + 9);
}
END_TEST

START_TEST(two_who_dial_each_other_end_up_with_one_connection)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "127.0.0.1:0", 1);
	/* Node 0 dials too, now that the address is known: both are under way. */
	know(&nodes[0], &nodes[1]);
	nodes[0].net->dials[0] = (struct net_dial){.target = nodes[0].targets[0],
	                                           .net = nodes[0].net};
	nodes[0].net->dial_count = 1;
	RUN_UNTIL(nodes[0].opened > 0 && nodes[1].opened > 0);
	send_to_all(&nodes[0], MESSAGE_VOTE, 124);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1 &&
	          !nodes[0].net->peers->next && !nodes[1].net->peers->next);
	/* And that one works. */
	nodes[0].messages = nodes[1].messages = 0;
	send_to_all(&nodes[0], MESSAGE_VOTE, 124);
	send_to_all(&nodes[1], MESSAGE_VOTE, 124);
	RUN_UNTIL(nodes[0].messages > 0 && nodes[1].messages > 0);
}
END_TEST

START_TEST(who_comes_back_is_dialed_again)
{
	char address[ENDPOINT_TEXT_SIZE];

	meet();
	snprintf(address, sizeof address, "%s", net_address(nodes[0].net));
	end(&nodes[0]);
	RUN_UNTIL(open_count(&nodes[1]) == 0);
	begin(&nodes[0], address, 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	ck_assert_uint_eq(nodes[1].opened, 2);
}
END_TEST

START_TEST(nodes_of_two_networks_never_meet)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 2);
	RUN_UNTIL(nodes[1].net->dials[0].backoff.failures >= 2);
	ck_assert_uint_eq(nodes[0].opened + nodes[1].opened, 0);
	ck_assert_str_eq(net_address(nodes[1].net), "");
}
END_TEST

START_TEST(who_is_not_admitted_hears_nothing)
{
	nodes[0].admits_nobody = true;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 1);
	RUN_UNTIL(nodes[1].net->dials[0].backoff.failures >= 2);
	ck_assert_uint_eq(nodes[0].opened + nodes[1].opened, 0);
	/* And knows that it is not let in, until it is. */
	ck_assert_uint_eq(net_shut_out_count(nodes[1].net), 1);
	ck_assert_uint_eq(net_shut_out_count(nodes[0].net), 0);
	nodes[0].admits_nobody = false;
	RUN_UNTIL(open_count(&nodes[1]) == 1);
	ck_assert_uint_eq(net_shut_out_count(nodes[1].net), 0);
}
END_TEST

START_TEST(who_is_not_admitted_any_more_goes_at_once_and_is_not_dialed)
{
	uint64_t start_ms, tries;

	meet();
	net_check_admitted(nodes[0].net);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(nodes[0].closed, 0);
	nodes[0].admits_nobody = true;
	start_ms = clock_monotonic_ms();
	net_check_admitted(nodes[0].net);
	RUN_UNTIL(nodes[0].closed == 1 && nodes[1].closed == 1);
	ck_assert_uint_lt(clock_monotonic_ms() - start_ms, 1000);
	/* The dialer itself admits it no more either: it is left alone. */
	nodes[1].admits_nobody = true;
	tries = nodes[1].net->dials[0].backoff.failures;
	nodes[1].net->dials[0].backoff.not_before_ms = 0;
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_uint_eq(nodes[1].net->dials[0].backoff.failures, tries);
	ck_assert_ptr_null(nodes[1].net->dials[0].peer);
	nodes[0].admits_nobody = false;
	nodes[1].admits_nobody = false;
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
}
END_TEST

START_TEST(who_is_added_is_dialed_and_once)
{
	struct net_target target = {.id = nodes[0].id};

	begin(&nodes[0], "127.0.0.1:0", 1);
	begin(&nodes[1], "", 1);
	ck_assert_ptr_null(endpoint_parse(&target.endpoint, text_view(net_address(nodes[0].net))));
	ck_assert(net_add_target(nodes[1].net, &target));
	ck_assert(net_add_target(nodes[1].net, &target));
	ck_assert_uint_eq(nodes[1].net->dial_count, 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	/* There is an end to it; ourselves are nobody to dial. */
	for (unsigned i = 0; i < NET_ADDED_MAX; i++) {
		put_le32(target.id.bytes + 1, i);
		ck_assert(net_add_target(nodes[0].net, &target));
	}
	put_le32(target.id.bytes + 1, NET_ADDED_MAX);
	ck_assert(!net_add_target(nodes[0].net, &target));
	/* Who is dialed no more makes room. */
	put_le32(target.id.bytes + 1, 5);
	net_remove_target(nodes[0].net, &target.id);
	ck_assert(!net_dials(nodes[0].net, &target.id));
	put_le32(target.id.bytes + 1, NET_ADDED_MAX);
	ck_assert(net_add_target(nodes[0].net, &target));
	ck_assert(net_dials(nodes[0].net, &target.id));
	target.id = nodes[0].id;
	ck_assert(net_add_target(nodes[0].net, &target));
}
END_TEST

START_TEST(a_peer_that_is_blamed_goes_and_nothing_more_of_it_is_heard)
{
	meet();
	nodes[0].must_blame = true;
	for (int i = 0; i < 100; i++)
		send_to_all(&nodes[1], MESSAGE_VOTE, 124);
	RUN_UNTIL(nodes[0].closed == 1 && nodes[1].closed == 1);
	ck_assert_uint_eq(nodes[0].messages, 1);
}
END_TEST

START_TEST(who_is_paused_is_not_read_until_he_may_go_on)
{
	uint16_t peer = 0;

	meet();
	while (!nodes[0].is_open[peer])
		peer++;
	net_pause_peer(nodes[0].net, peer, true);
	send_to_all(&nodes[1], MESSAGE_VOTE, 124);
	send_to_all(&nodes[0], MESSAGE_VOTE, 124);
	RUN_UNTIL(nodes[1].messages == 1);
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(nodes[0].messages, 0);
	net_pause_peer(nodes[0].net, peer, false);
	RUN_UNTIL(nodes[0].messages == 1);
}
END_TEST

START_TEST(a_taken_address_is_refused_and_nothing_is_left)
{
	struct why why = {{0}};
	struct net *second;
	struct net_config config;

	begin(&nodes[0], "127.0.0.1:0", 1);
	config = nodes[0].net->config;
	config.node_key = nodes[1].key;
	config.listen = net_address(nodes[0].net);
	ck_assert_int_eq(net_new(&second, &config, &why), STATUS_NETWORK);
	ck_assert_ptr_nonnull(strstr(why.text, config.listen));
	net_abort(second);
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	net_free(second);
}
END_TEST

/* -- Strangers -------------------------------------------------------------------------------------- */

static int dial_plain(const struct scene_node *node)
{
	struct endpoint endpoint;
	struct sockaddr_in address = {.sin_family = AF_INET};
	int file = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_ptr_null(endpoint_parse(&endpoint, text_view(net_address(node->net))));
	address.sin_port = htons(endpoint.port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(file, (struct sockaddr *)&address, sizeof address), 0);
	fcntl(file, F_SETFL, O_NONBLOCK);
	return file;
}

/* What the stranger gets until he is cut off. */
static size_t received_until_end(int file)
{
	uint64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	size_t all = 0;
	char bytes[256];
	ssize_t size;

	while ((size = recv(file, bytes, sizeof bytes, 0)) != 0) {
		if (size < 0 && errno != EAGAIN)
			break; /* reset */
		all += size > 0 ? (size_t)size : 0;
		ck_assert_msg(clock_monotonic_ms() < until_ms, "he is not cut off");
		uv_run(&loop, UV_RUN_ONCE);
	}
	return all;
}

START_TEST(strangers_get_no_byte_and_are_cut_off_at_once)
{
	static const char texts[][80] = {
		"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: somebody\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n012345678901234567890123456789",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client says hello, at some length",
	};
	uint64_t start_ms;
	int file;

	begin(&nodes[0], "127.0.0.1:0", 1);
	file = dial_plain(&nodes[0]);
	start_ms = clock_monotonic_ms();
	ck_assert_int_gt(send(file, texts[_i], 60, MSG_NOSIGNAL), 0);
	ck_assert_uint_eq(received_until_end(file), 0);
	ck_assert_uint_lt(clock_monotonic_ms() - start_ms, SESSION_HANDSHAKE_MS);
	close(file);
}
END_TEST

START_TEST(who_says_nothing_is_cut_off_after_five_seconds)
{
	uint64_t start_ms;
	int file;

	begin(&nodes[0], "127.0.0.1:0", 1);
	file = dial_plain(&nodes[0]);
	start_ms = clock_monotonic_ms();
	ck_assert_uint_eq(received_until_end(file), 0);
	ck_assert_uint_ge(clock_monotonic_ms() - start_ms, SESSION_HANDSHAKE_MS - 500);
	close(file);
	RUN_UNTIL(!nodes[0].net->peers);
}
END_TEST

START_TEST(many_who_say_nothing_keep_nobody_out_for_long)
{
	int files[NET_PENDING_MAX + 40];
	size_t count = sizeof files / sizeof *files, held = 0;
	const struct net_peer *peer;

	begin(&nodes[0], "127.0.0.1:0", 1);
	for (size_t i = 0; i < count; i++) {
		files[i] = dial_plain(&nodes[0]);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	for (int i = 0; i < 50; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	for (peer = nodes[0].net->peers; peer; peer = peer->next)
		held += !peer->is_closing;
	ck_assert_uint_le(held, NET_PENDING_PER_ADDRESS_MAX);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	for (size_t i = 0; i < count; i++)
		close(files[i]);
}
END_TEST

START_TEST(a_peer_is_written_with_its_node_id)
{
	struct net_target target;
	char text[200], hex[2 * COMPRESSED_KEY_SIZE + 1];

	hex_encode(hex, bytes_view(nodes[0].id.bytes, COMPRESSED_KEY_SIZE));
	snprintf(text, sizeof text, "%s@node.example.org:17470", hex);
	ck_assert_ptr_null(net_target_parse(&target, text_view(text)));
	ck_assert_mem_eq(&target.id, &nodes[0].id, sizeof target.id);
	ck_assert_str_eq(target.endpoint.host, "node.example.org");
	ck_assert_uint_eq(target.endpoint.port, 17470);
	ck_assert_ptr_nonnull(net_target_parse(&target, text_view("127.0.0.1:1")));
	ck_assert_ptr_nonnull(net_target_parse(&target, text_view("@127.0.0.1:1")));
	ck_assert_ptr_nonnull(net_target_parse(&target, text_view("")));
	snprintf(text, sizeof text, "%s@", hex);
	ck_assert_ptr_nonnull(net_target_parse(&target, text_view(text)));
	text[1] = '7'; /* no point begins so */
	ck_assert_ptr_nonnull(net_target_parse(&target, text_view(text)));
}
END_TEST

/* -- What a person says while it runs ---------------------------------------------------------- */

static struct net_target target_of(const struct scene_node *node)
{
	struct net_target target = {.id = node->id};

	ck_assert_ptr_null(endpoint_parse(&target.endpoint, text_view(net_address(node->net))));
	return target;
}

START_TEST(who_is_added_later_is_dialed_until_he_is_removed)
{
	struct net_target target;

	begin(&nodes[0], "127.0.0.1:0", 1);
	begin(&nodes[1], "127.0.0.1:0", 1);
	target = target_of(&nodes[0]);
	ck_assert(!net_dials(nodes[1].net, &nodes[0].id));
	ck_assert(net_add_target(nodes[1].net, &target));
	ck_assert(net_add_target(nodes[1].net, &target));
	ck_assert_uint_eq(nodes[1].net->dial_count, 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	/* Removed, he stays until the connection ends; then nobody comes back. */
	net_remove_target(nodes[1].net, &nodes[0].id);
	ck_assert(!net_dials(nodes[1].net, &nodes[0].id));
	ck_assert_uint_eq(open_count(&nodes[1]), 1);
	net_close_peer(nodes[0].net, nodes[0].net->next_number - 1, DISCONNECT_REVOKED, "a test");
	RUN_UNTIL(open_count(&nodes[0]) == 0 && !nodes[1].net->peers);
	/* Longer than the first wait after a failure. */
	{
		uint64_t until_ms = clock_monotonic_ms() + 3 * DIAL_BACKOFF_MIN_MS;

		RUN_UNTIL(clock_monotonic_ms() >= until_ms);
	}
	ck_assert_uint_eq(nodes[1].opened, 1);
	/* Added again he takes the place that is free. */
	ck_assert(net_add_target(nodes[1].net, &target));
	ck_assert_uint_eq(nodes[1].net->dial_count, 1);
	RUN_UNTIL(open_count(&nodes[1]) == 1);
}
END_TEST

START_TEST(no_more_are_added_than_there_are_places)
{
	struct net_target target;

	begin(&nodes[0], "127.0.0.1:0", 1);
	target = target_of(&nodes[0]);
	/* Not to be reached: nothing becomes of them. */
	nodes[0].admits_nobody = true;
	for (size_t i = 0; i < NET_ADDED_MAX; i++) {
		target.id = nodes[1].id;
		put_le32(target.id.bytes + 1, (uint32_t)i);
		ck_assert(net_add_target(nodes[0].net, &target));
	}
	target.id = nodes[2].id;
	ck_assert(!net_add_target(nodes[0].net, &target));
	target.id = nodes[1].id;
	put_le32(target.id.bytes + 1, 5);
	net_remove_target(nodes[0].net, &target.id);
	target.id = nodes[2].id;
	ck_assert(net_add_target(nodes[0].net, &target));
}
END_TEST

static bool admits_no_address(void *owner, const char *address)
{
	struct scene_node *node = owner;

	(void)address;
	node->bytes++; /* asked */
	return false;
}

START_TEST(who_calls_from_a_banned_address_gets_no_handshake)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	nodes[0].net->config.admits_address = admits_no_address;
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "127.0.0.1:0", 1);
	RUN_UNTIL(nodes[0].bytes >= 2);
	ck_assert_uint_eq(nodes[0].opened + nodes[1].opened, 0);
	ck_assert_ptr_null(nodes[0].net->peers ? nodes[0].net->peers->session.transport : NULL);
}
END_TEST

START_TEST(a_banned_address_is_not_kept_when_it_was_dialed)
{
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "127.0.0.1:0", 1);
	nodes[1].net->config.admits_address = admits_no_address;
	RUN_UNTIL(nodes[1].bytes >= 2);
	ck_assert_uint_eq(nodes[0].opened + nodes[1].opened, 0);
}
END_TEST

START_TEST(who_is_removed_while_he_is_dialed_is_not_met)
{
	struct net_target target;

	begin(&nodes[0], "127.0.0.1:0", 1);
	begin(&nodes[1], "127.0.0.1:0", 1);
	target = target_of(&nodes[0]);
	ck_assert(net_add_target(nodes[1].net, &target));
	RUN_UNTIL(nodes[1].net->dials[0].peer != NULL);
	ck_assert_uint_eq(nodes[1].opened, 0);
	net_remove_target(nodes[1].net, &nodes[0].id);
	RUN_UNTIL(!nodes[1].net->peers && !nodes[0].net->peers);
	ck_assert_uint_eq(nodes[0].opened + nodes[1].opened, 0);
}
END_TEST

START_TEST(what_was_counted_of_a_peer_stays_when_it_is_gone)
{
	struct net_totals before, after;

	meet();
	send_to_all(&nodes[1], MESSAGE_GET_RANGE, 9);
	send_to_all(&nodes[0], MESSAGE_PROPOSAL, 1 << 20);
	RUN_UNTIL(nodes[0].messages == 1 && nodes[1].messages == 1);
	net_count(nodes[0].net, &before);
	ck_assert_uint_gt(before.bytes_out, 1 << 20);
	ck_assert_uint_eq(before.opened, 1);
	ck_assert_uint_eq(before.dialed, 0);
	end(&nodes[1]);
	RUN_UNTIL(!nodes[0].net->peers);
	net_count(nodes[0].net, &after);
	ck_assert_uint_ge(after.bytes_in, before.bytes_in);
	ck_assert_uint_ge(after.bytes_out, before.bytes_out);
	ck_assert_uint_ge(after.messages_in, before.messages_in);
	ck_assert_uint_eq(after.opened, 1);
	net_count(NULL, &after);
	ck_assert_uint_eq(after.bytes_out, 0);
}
END_TEST

static void say_garbage(struct scene_node *node)
{
	static const uint8_t garbage[] = {0xff, 0xff, 0xff};

	/* Of a size that its type does not have. */
	net_send_type(node->net, 0, TYPE_TXFILTER, bytes_view(garbage, sizeof garbage));
	net_send_type(node->net, 0, TYPE_HELLO, bytes_view(garbage, sizeof garbage));
}

/* A second hello. Loops over: the other is a stranger, or is listed. */
START_TEST(a_stranger_who_breaks_the_protocol_is_told_of_and_who_is_listed_is_not)
{
	nodes[0].lists_nobody = _i == 0;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	begin(&nodes[1], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1 && open_count(&nodes[1]) == 1);
	say_garbage(&nodes[1]);
	RUN_UNTIL(nodes[0].closed == 1);
	ck_assert_uint_eq(nodes[0].violations, _i == 0);
}
END_TEST

/* Loops over: avoided, or not. */
START_TEST(who_is_avoided_gets_a_place_while_most_are_free)
{
	nodes[0].lists_nobody = true;
	nodes[0].avoids_all = _i == 0;
	begin(&nodes[0], "127.0.0.1:0", 1);
	know(&nodes[1], &nodes[0]);
	nodes[0].net->open_count = NET_STRANGERS_MAX - 5;
	begin(&nodes[1], "", 1);
	if (_i == 0)
		RUN_UNTIL(nodes[1].net->dials[0].backoff.failures >= 1);
	else
		RUN_UNTIL(nodes[0].opened == 1);
	ck_assert_uint_eq(nodes[0].opened, _i == 0 ? 0 : 1);
	nodes[0].net->open_count -= NET_STRANGERS_MAX - 5;
	RUN_UNTIL(nodes[0].opened == 1);
}
END_TEST

static struct net_address ipv4(uint8_t third, uint8_t fourth)
{
	return (struct net_address){.kind = NET_IPV4, .bytes = {11, 1, third, fourth}, .port = 1};
}

static struct net_address ipv6(uint8_t site, uint8_t house, uint8_t last)
{
	struct net_address address = {.kind = NET_IPV6, .bytes = {0x2a, 0x01}, .port = 1};

	address.bytes[5] = site;
	address.bytes[7] = house;
	address.bytes[15] = last;
	return address;
}

START_TEST(one_party_holds_a_few_of_the_strangers_places)
{
	struct net_address others[20], own = {.kind = NET_IPV4, .bytes = {127, 0, 0, 1}, .port = 1};
	struct net_address near = ipv4(5, 200), far = ipv4(6, 200);
	struct net_address house = ipv6(1, 1, 200), site = ipv6(1, 77, 1), away = ipv6(2, 1, 1);

	for (uint8_t i = 0; i < 8; i++)
		others[i] = ipv4(5, i);
	ck_assert(!places_are_crowded(others, 7, &near));
	ck_assert(places_are_crowded(others, 8, &near));
	ck_assert(!places_are_crowded(others, 8, &far));
	for (uint8_t i = 0; i < 16; i++)
		others[i] = ipv6(1, i / 4 + 1, i);
	ck_assert(!places_are_crowded(others, 3, &house));
	ck_assert(places_are_crowded(others, 4, &house));
	ck_assert(!places_are_crowded(others, 15, &site));
	ck_assert(places_are_crowded(others, 16, &site));
	ck_assert(!places_are_crowded(others, 16, &away));
	for (size_t i = 0; i < 20; i++)
		others[i] = own;
	ck_assert(!places_are_crowded(others, 20, &own));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("net");
	TCase *cases = tcase_create("net");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, two_meet_and_messages_of_every_size_cross);
	tcase_add_test(cases, two_who_dial_each_other_end_up_with_one_connection);
	tcase_add_test(cases, who_comes_back_is_dialed_again);
	tcase_add_test(cases, nodes_of_two_networks_never_meet);
	tcase_add_test(cases, who_is_not_admitted_hears_nothing);
	tcase_add_test(cases, who_is_not_admitted_any_more_goes_at_once_and_is_not_dialed);
	tcase_add_test(cases, who_is_added_is_dialed_and_once);
	tcase_add_test(cases, a_peer_that_is_blamed_goes_and_nothing_more_of_it_is_heard);
	tcase_add_test(cases, who_is_paused_is_not_read_until_he_may_go_on);
	tcase_add_test(cases, a_taken_address_is_refused_and_nothing_is_left);
	tcase_add_test(cases, who_is_added_later_is_dialed_until_he_is_removed);
	tcase_add_test(cases, no_more_are_added_than_there_are_places);
	tcase_add_test(cases, who_calls_from_a_banned_address_gets_no_handshake);
	tcase_add_test(cases, a_banned_address_is_not_kept_when_it_was_dialed);
	tcase_add_test(cases, who_is_removed_while_he_is_dialed_is_not_met);
	tcase_add_test(cases, what_was_counted_of_a_peer_stays_when_it_is_gone);
	tcase_add_loop_test(cases, strangers_get_no_byte_and_are_cut_off_at_once, 0, 3);
	tcase_add_test(cases, who_says_nothing_is_cut_off_after_five_seconds);
	tcase_add_test(cases, many_who_say_nothing_keep_nobody_out_for_long);
	tcase_add_test(cases, a_peer_is_written_with_its_node_id);
	tcase_add_loop_test(cases, a_stranger_who_breaks_the_protocol_is_told_of_and_who_is_listed_is_not,
	                    0, 2);
	tcase_add_loop_test(cases, who_is_avoided_gets_a_place_while_most_are_free, 0, 2);
	tcase_add_test(cases, one_party_holds_a_few_of_the_strangers_places);
	suite_add_tcase(suite, cases);
	return suite;
}
