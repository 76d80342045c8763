/* Real sockets on loopback: who meets, who is kept, who is turned away, and what is left behind. */
#include "tests/unit/net/net_scene.h"

#include "chain/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

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
	send_to_all(&nodes[1], MESSAGE_GET_BODIES, 9);
	send_to_all(&nodes[0], MESSAGE_BODIES, BLOCK_BODY_MAX);
	send_to_all(&nodes[0], MESSAGE_VOTE, 124);
	send_to_all(&nodes[1], MESSAGE_PROPOSAL, 4 << 20);
	RUN_UNTIL(nodes[1].messages == 2 && nodes[0].messages == 2);
	ck_assert_uint_eq(nodes[1].bytes, BLOCK_BODY_MAX + 124);
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

/* A plain connection from this address of the machine, 127.0.host.1. */
static int dial_from(const struct scene_node *node, uint8_t host)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = from;
	int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	from.sin_addr.s_addr = htonl(0x7f000001 | (uint32_t)host << 8);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)strtoul(strrchr(net_address(node->net), ':') + 1, NULL, 10));
	ck_assert_int_eq(bind(file, (struct sockaddr *)&from, sizeof from), 0);
	ck_assert_int_eq(connect(file, (struct sockaddr *)&to, sizeof to), 0);
	return file;
}

static size_t held_count(const struct net *net)
{
	const struct net_peer *peer;
	size_t held = 0;

	DL_FOREACH(net->peers, peer)
		held += !peer->is_closing && !peer->dial;
	return held;
}

/* From many addresses, so that the maximum of one does not help. Whoever is dialed for ever, a
 * validator say, gets in from where he is, whatever strangers do. */
START_TEST(a_flood_from_everywhere_keeps_room_for_those_whom_we_dial)
{
	int files[NET_PENDING_MAX + 100];
	size_t count = sizeof files / sizeof *files;

	begin(&nodes[1], "127.0.0.1:0", 1);
	know(&nodes[0], &nodes[1]);
	begin(&nodes[0], "127.0.0.1:0", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 1);
	for (size_t i = 0; i < count; i++) {
		files[i] = dial_from(&nodes[0], (uint8_t)(1 + i));
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	for (int i = 0; i < 50; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(held_count(nodes[0].net), NET_PENDING_MAX);
	/* Another of that place, where a second node listens. */
	know(&nodes[2], &nodes[0]);
	begin(&nodes[2], "", 1);
	RUN_UNTIL(open_count(&nodes[0]) == 2 ||
	          held_count(nodes[0].net) < NET_PENDING_MAX);
	ck_assert_uint_eq(open_count(&nodes[0]), 2);
	ck_assert_uint_eq(held_count(nodes[0].net), NET_PENDING_MAX + 1);
	for (size_t i = 0; i < count; i++)
		close(files[i]);
}
END_TEST

/* As if it came from there: nobody here has a public address. */
static int call_from(struct scene_node *node, uint32_t host)
{
	struct sockaddr_storage from = {0};
	struct sockaddr_in *four = (struct sockaddr_in *)&from;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	four->sin_family = AF_INET;
	four->sin_port = htons(40000);
	four->sin_addr.s_addr = htonl(host);
	node->net->acceptor.on_client(node->net, ends[0], &from);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return ends[1];
}

static bool is_closed(int file)
{
	char byte;

	return recv(file, &byte, 1, 0) == 0;
}

/* 20.1.0.0/16 is one group, 20.2.0.0/16 another, and a machine or a site is none. */
START_TEST(a_group_that_calls_too_fast_is_closed_and_others_are_not)
{
	int files[CALLERS_BURST + 8];
	size_t count = sizeof files / sizeof *files, closed = 0;
	int other, site;

	begin(&nodes[0], "127.0.0.1:0", 1);
	for (size_t i = 0; i < count; i++)
		files[i] = call_from(&nodes[0], 0x14010001 + ((uint32_t)i << 8));
	other = call_from(&nodes[0], 0x14020001);
	site = call_from(&nodes[0], 0x0a000001);
	/* A second or two may have passed on a busy machine. */
	for (size_t i = 0; i < count; i++)
		closed += is_closed(files[i]);
	ck_assert_uint_ge(closed, 6);
	ck_assert_uint_le(closed, 8);
	ck_assert_uint_eq(held_count(nodes[0].net), count - closed + 2);
	ck_assert(!is_closed(other) && !is_closed(site));
	ck_assert_uint_eq(nodes[0].net->gone.turned_away, closed);
	for (size_t i = 0; i < count; i++)
		close(files[i]);
	close(other);
	close(site);
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
	send_to_all(&nodes[1], MESSAGE_GET_BODIES, 9);
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
	tcase_add_test(cases, a_group_that_calls_too_fast_is_closed_and_others_are_not);
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
	tcase_add_test(cases, a_flood_from_everywhere_keeps_room_for_those_whom_we_dial);
	tcase_add_test(cases, a_peer_is_written_with_its_node_id);
	suite_add_tcase(suite, cases);
	return suite;
}
