/* Callers from public addresses, in a network of the kernel's that this test has for itself: a row
 * of the table of hostile inputs. */
#include "tests/hostile/hostile.h"
#include "tests/support/support.h"

#include "node/p2p/callers_rate.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CALLERS = 60, FRIENDS = 12, PATIENCE_S = 60 };

static struct live_node node;
static struct hostile_target target;
static struct hostile peer;

/* 20.1.0.0/16 and 20.2.0.0/16 are here, from now on and for the node too. */
static bool enter_own_network(void)
{
	return unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
	       system("ip link set lo up && ip route add local 20.0.0.0/8 dev lo 2>/dev/null") == 0;
}

static struct hostile_target from(uint32_t host)
{
	struct hostile_target caller = target;

	caller.from = htonl(host);
	return caller;
}

/* Those that the node has closed. */
static size_t count_closed(const int *files, size_t count)
{
	size_t closed = 0;
	uint8_t byte;

	for (size_t i = 0; i < count; i++)
		closed += recv(files[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
	return closed;
}

/* From sixty addresses of one group, each with a first act that is right. Those that are too many
 * hear nothing; meanwhile another group gets in, and this machine as often as it likes. */
START_TEST(a_group_that_calls_too_fast_is_closed_before_any_key_is_touched)
{
	struct timespec pause = {.tv_nsec = 5000000};
	int files[CALLERS];
	struct hostile_target caller;
	double start_s, until_s;
	uint64_t turned_away;

	if (!enter_own_network()) {
		fprintf(stderr, "skipped: network namespaces cannot be made here\n");
		return;
	}
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	hostile_find(&target, &node);
	start_s = live_now_s();
	for (uint32_t i = 0; i < CALLERS; i++) {
		caller = from(0x14010001 + (i << 8));
		files[i] = hostile_dial(&caller);
	}
	until_s = start_s + PATIENCE_S;
	/* One more a second is let in, however slow this machine is. */
	while ((turned_away = live_metric(&node, "peers_turned_away_total")) + CALLERS_BURST + 1 +
	           (uint64_t)(CALLERS_PER_S * (live_now_s() - start_s)) <
	       CALLERS) {
		ck_assert_msg(live_now_s() < until_s, "%zu of %d are closed",
		              count_closed(files, CALLERS), CALLERS);
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_le(turned_away, CALLERS - CALLERS_BURST);
	ck_assert_uint_ge(count_closed(files, CALLERS), turned_away);
	caller = from(0x14020001);
	hostile_meet(&peer, &caller, 1);
	ck_assert(hostile_ping(&peer));
	hostile_close(&peer);
	for (uint8_t i = 0; i < FRIENDS; i++) {
		hostile_meet(&peer, &target, (uint8_t)(2 + i));
		ck_assert(hostile_ping(&peer));
		hostile_close(&peer);
	}
	for (size_t i = 0; i < CALLERS; i++)
		close(files[i]);
	live_node_stop(&node);
	live_node_remove(&node);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hostile_groups");
	TCase *cases = tcase_create("groups");

	tcase_add_test(cases, a_group_that_calls_too_fast_is_closed_before_any_key_is_touched);
	suite_add_tcase(suite, cases);
	return suite;
}
