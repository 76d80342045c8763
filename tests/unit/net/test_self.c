/* A node that meets itself: by a poisoned address, or because somebody throws its own bytes back. */
#include "tests/unit/net/net_scene.h"

#include "chain/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMES = 20, AT_ONCE = 16 };

static size_t unmet;

static void on_unmet(void *owner, const struct net_target *visited, uint32_t tag)
{
	(void)owner;
	(void)visited;
	ck_assert_uint_eq(tag, 7);
	unmet++;
}

static void begin_alone(void)
{
	unmet = 0;
	begin(&nodes[0], "127.0.0.1:0", 1);
	nodes[0].net->config.on_unmet = on_unmet;
}

START_TEST(who_dials_himself_hangs_up_quietly_however_often)
{
	struct net_target self;

	begin_alone();
	self.id = nodes[0].id;
	ck_assert_ptr_null(
		endpoint_parse(&self.endpoint, text_view(net_address(nodes[0].net))));
	/* To be dialed for ever it does not take itself at all. */
	ck_assert(net_add_target(nodes[0].net, &self));
	ck_assert(!net_dials(nodes[0].net, &self.id));
	for (size_t i = 1; i <= TIMES; i++) {
		for (size_t j = 0; j < AT_ONCE; j++)
			ck_assert(net_visit(nodes[0].net, &self, 7, true));
		RUN_UNTIL(unmet == i * AT_ONCE);
	}
	ck_assert_uint_eq(nodes[0].opened, 0);
	ck_assert_uint_eq(nodes[0].violations, 0);
	ck_assert_uint_eq(nodes[0].net->slots.count, 0);
	RUN_UNTIL(!nodes[0].net->peers);
}
END_TEST

/* -- Thrown back ------------------------------------------------------------------------------- */

static uint16_t port_of(int file)
{
	struct sockaddr_in address;
	socklen_t size = sizeof address;

	ck_assert_int_eq(getsockname(file, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static int listen_plain(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(file, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(file, 8), 0);
	return file;
}

static int dial_node(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port =
		htons((uint16_t)strtoul(strrchr(net_address(nodes[0].net), ':') + 1, NULL, 10));
	ck_assert_int_eq(connect(file, (struct sockaddr *)&address, sizeof address), 0);
	return file;
}

/* What came on one, to the other; false: it has ended. */
static bool pass_on(int from, int to)
{
	uint8_t bytes[4096];
	ssize_t size = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);

	if (size < 0)
		return errno == EAGAIN;
	return size > 0 && send(to, bytes, (size_t)size, MSG_NOSIGNAL) == size;
}

/* The node dials somebody, who answers with what the node itself says to its own caller: every
 * byte goes back to where it came from. Loops over: it takes him for another, or for itself. */
START_TEST(whose_own_bytes_come_back_meets_nobody)
{
	int listener = listen_plain(), called, calling;
	struct net_target target = {.endpoint = {.kind = ENDPOINT_IPV4, .host = "127.0.0.1"}};

	begin_alone();
	target.id = nodes[_i == 0].id;
	target.endpoint.port = port_of(listener);
	ck_assert(net_visit(nodes[0].net, &target, 7, true));
	RUN_UNTIL((called = accept(listener, NULL, NULL)) >= 0);
	calling = dial_node();
	RUN_UNTIL(!pass_on(called, calling) || !pass_on(calling, called));
	close(called);
	close(calling);
	RUN_UNTIL(unmet == 1 && !nodes[0].net->peers);
	ck_assert_uint_eq(nodes[0].opened, 0);
	ck_assert_uint_eq(nodes[0].violations, 0);
	close(listener);
}
END_TEST

/* Loops over: a visit that is to stay, or not. */
START_TEST(nobody_is_visited_for_whom_there_is_no_place)
{
	enum slot_class class = _i == 0 ? SLOT_OUTBOUND : SLOT_VISIT;
	struct net_target target = {.endpoint = {.kind = ENDPOINT_IPV4, .host = "127.0.0.1", .port = 1}};

	begin_alone();
	target.id = nodes[1].id;
	nodes[0].net->slots.counts[class] = class == SLOT_OUTBOUND ? SLOTS_OUTBOUND_MAX : SLOTS_VISITS_MAX;
	ck_assert(!net_visit(nodes[0].net, &target, 7, _i == 0));
	nodes[0].net->slots.counts[class]--;
	ck_assert(net_visit(nodes[0].net, &target, 7, _i == 0));
	RUN_UNTIL(unmet == 1);
	nodes[0].net->slots.counts[class] = 0;
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("self");
	TCase *cases = tcase_create("self");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, who_dials_himself_hangs_up_quietly_however_often);
	tcase_add_loop_test(cases, whose_own_bytes_come_back_meets_nobody, 0, 2);
	tcase_add_loop_test(cases, nobody_is_visited_for_whom_there_is_no_place, 0, 2);
	suite_add_tcase(suite, cases);
	return suite;
}
