/* Peers that break the protocol, against a real node: row by row of the table of hostile inputs.
 * Whatever they do, the node runs on, answers others, keeps no descriptor of theirs and writes
 * little of it into its log. Rows that no socket is needed for are tested elsewhere and named. */
#include "tests/system/hostile_records.h"

#include <sys/resource.h>
#include <sys/socket.h>

enum { LOG_GROWTH_MAX = 64 << 10 };

/* -- Handshake -------------------------------------------------------------------------------- */

static void say_nothing(void)
{
	int file = hostile_dial(&target);

	ck_assert_uint_eq(hostile_drain(file), 0);
	close(file);
	await_lines("no_session", "it did not answer in time", 1);
}

/* One byte every 200 ms: it is over before the act is whole, however it is spread. */
static void drip(void)
{
	struct timespec pause = {.tv_nsec = 200000000};
	uint8_t act[NOISE_ACT_1_SIZE];
	int file = hostile_dial(&target);
	size_t sent = 0;

	hostile_init(&peer, &target, fresh_key());
	hostile_act_1(&peer, act);
	while (sent < sizeof act && hostile_push(file, bytes_view(act + sent, 1))) {
		sent++;
		nanosleep(&pause, NULL);
	}
	ck_assert_uint_lt(sent, sizeof act);
	ck_assert_uint_eq(hostile_drain(file), 0);
	close(file);
	hostile_close(&peer);
	await_lines("no_session", "it did not answer in time", 1);
}

/* A first act with one byte changed: not a byte comes back. */
static void knock_wrong(size_t at)
{
	uint8_t act[NOISE_ACT_1_SIZE];
	int file = hostile_dial(&target);

	hostile_init(&peer, &target, fresh_key());
	hostile_act_1(&peer, act);
	act[at] ^= 1;
	ck_assert(hostile_push(file, bytes_view(act, sizeof act)));
	ck_assert_uint_eq(hostile_drain(file), 0);
	close(file);
	hostile_close(&peer);
}

static void act_of_another_version(void)
{
	knock_wrong(0);
	await_lines("no_session", "an act of another handshake version", 1);
}

static void act_with_any_byte_changed(void)
{
	for (size_t i = 1; i < NOISE_ACT_1_SIZE; i++)
		knock_wrong(i);
	await_lines("no_session", "the handshake failed", NOISE_ACT_1_SIZE - 1);
}

static void act_for_another(void)
{
	struct hostile_target others[3] = {target, target, target};

	others[0].genesis.bytes[0] ^= 1;
	hostile_init(&peer, &target, 0x66); /* whoever's id is a point */
	others[1].id = peer.self.node_id;
	hostile_close(&peer);
	for (size_t i = 0; i < 3; i++) {
		int file = hostile_dial(&target);
		uint8_t act[NOISE_ACT_1_SIZE];

		hostile_init(&peer, &others[i], fresh_key());
		if (i == 2) { /* a secret that this network does not have */
			session_close(&peer.session);
			peer.self.network_secret.bytes[0] = 1;
			ck_assert_int_eq(session_init(&peer.session, &peer.self, &target.id,
			                              &(struct secret_key){{0x77}},
			                              (uint8_t[SIPHASH_KEY_SIZE]){1}, 0),
			                 STATUS_OK);
		}
		hostile_act_1(&peer, act);
		ck_assert(hostile_push(file, bytes_view(act, sizeof act)));
		ck_assert_uint_eq(hostile_drain(file), 0);
		close(file);
		hostile_close(&peer);
	}
	await_lines("no_session", "an act for another key or network", 3);
}

/* Act 3, HELLO and a ping in one piece; and the first act in every two pieces. */
static void acts_in_other_pieces(void)
{
	for (size_t cut = 1; cut < NOISE_ACT_1_SIZE; cut += 7) {
		uint8_t act[NOISE_ACT_1_SIZE], second[NOISE_ACT_2_SIZE];
		int file = hostile_dial(&target);

		hostile_init(&peer, &target, fresh_key());
		hostile_act_1(&peer, act);
		ck_assert(hostile_push(file, bytes_view(act, cut)));
		ck_assert(hostile_push(file, bytes_view(act + cut, sizeof act - cut)));
		ck_assert_int_eq(recv(file, second, sizeof second, MSG_WAITALL), NOISE_ACT_2_SIZE);
		close(file);
		hostile_close(&peer);
	}
	hostile_meet(&peer, &target, fresh_key()); /* flushes act 3 and HELLO together */
	ck_assert(hostile_ping(&peer));
	hostile_close(&peer);
}

/* The first stays, as it answers when it is asked; there is never a second, and never none. All at
 * once, as who is asked twice in 2 s answers once. */
static void the_same_node_many_times(void)
{
	static struct hostile again[4];
	uint8_t key = fresh_key();

	hostile_meet(&peer, &target, key);
	for (size_t i = 0; i < 4; i++) {
		hostile_init(&again[i], &target, key);
		hostile_knock(&again[i], &target);
	}
	ck_assert(hostile_ping(&peer));
	for (size_t i = 0; i < 4; i++) {
		hostile_greet(&again[i]);
		ck_assert_uint_eq(hostile_end(&again[i]), DISCONNECT_DUPLICATE);
		hostile_close(&again[i]);
	}
	ck_assert_uint_eq(peer_count(), 1);
	hostile_close(&peer);
}

/* It reads the size of an act, and no more. */
static void others_protocols(void)
{
	static const char *const texts[] = {
		"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: somebody\r\nAccept: */*\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n and what else it has to say of itself",
		"\x16\x03\x01\x02\xff\x01\x01\xff\xfc\x03\x03 a TLS client says hello, at some length",
	};
	struct random random = random_from(19);
	uint8_t *noise = malloc(1 << 20);

	for (size_t i = 0; i < 4; i++) {
		int file = hostile_dial(&target);

		random_fill(&random, noise, 1 << 20);
		noise[0] = 0; /* the right version, else it would end there */
		(void)hostile_push(file, i < 3 ? text_view(texts[i]) : bytes_view(noise, 1 << 20));
		ck_assert_uint_eq(hostile_drain(file), 0);
		close(file);
	}
	free(noise);
	await_lines("no_session", "the handshake failed", 4);
}

/* -- Liveness -------------------------------------------------------------------------------------------- */

static void come_and_go(void)
{
	for (int i = 0; i < 60; i++) {
		hostile_meet(&peer, &target, (uint8_t)(0x10 + i));
		hostile_close(&peer);
	}
	await_lines("peer_gone", "", 60);
}

/* As many descriptors as it has, and three more. It does not spin, and goes on. */
static void no_descriptors_left(void)
{
	struct rlimit before, few;
	int files[40];
	double cpu_s, start_s;

	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, NULL, &before), 0);
	few = (struct rlimit){live_node_descriptors(&node) + 1, before.rlim_max};
	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, &few, NULL), 0);
	start_s = live_now_s();
	cpu_s = live_node_cpu_s(&node);
	for (size_t i = 0; i < 40; i++)
		files[i] = hostile_dial(&target);
	/* Those that it took are told nothing and cut off in time, the others at once. */
	for (size_t i = 0; i < 40; i++) {
		ck_assert_uint_eq(hostile_drain(files[i]), 0);
		close(files[i]);
	}
	ck_assert(live_node_cpu_s(&node) - cpu_s < (live_now_s() - start_s) / 2);
	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, &before, NULL), 0);
	hostile_meet(&peer, &target, fresh_key());
	ck_assert(hostile_ping(&peer));
	hostile_close(&peer);
}

/* -- The table ------------------------------------------------------------------------------------------- */

#define IN_SESSION "unit/p2p/test_peer_session.c"

/* Each row is run here, or names the test that has it. */
static const struct row {
	unsigned number;
	void (*run)(void);
	const char *file, *test;
} rows[] = {
	{1, say_nothing, NULL, NULL},
	{2, drip, NULL, NULL},
	{4, act_of_another_version, NULL, NULL},
	{6, act_with_any_byte_changed, NULL, NULL},
	{7, act_for_another, NULL, NULL},
	{9, NULL, "vectors/test_bolt8.c", NULL},
	{11, acts_in_other_pieces, NULL, NULL},
	{12, NULL, "unit/net/test_net.c", "who_is_not_admitted_hears_nothing"},
	{16, NULL, "system/test_hostile_flood.c", "a_flood_of_connections_stops_nobody"},
	{17, the_same_node_many_times, NULL, NULL},
	{17, NULL, "unit/net/test_net.c", "two_who_dial_each_other_end_up_with_one_connection"},
	{19, others_protocols, NULL, NULL},
	{21, lengths_that_cannot_be, NULL, NULL},
	{22, records_again_and_lost, NULL, NULL},
	{24, frames_of_no_honest_peer, NULL, NULL},
	{24, NULL, "unit/p2p/test_lanes.c", "memory_follows_what_came_not_what_was_announced"},
	{26, NULL, "unit/p2p/test_lanes.c", "frames_that_no_honest_peer_sends_are_refused"},
	{27, types_of_a_later_version, NULL, NULL},
	{29, very_many_small_ones, NULL, NULL},
	{31, NULL, "unit/consensus/test_message.c", NULL},
	{34, NULL, "unit/p2p/test_hello.c", "what_does_not_fit_is_refused"},
	{36, a_message_before_hello, NULL, NULL},
	{36, no_hello, NULL, NULL},
	{37, hellos_that_are_none, NULL, NULL},
	{37, no_common_version, NULL, NULL},
	{41, ends_in_the_middle, NULL, NULL},
	{44, NULL, IN_SESSION, "silence_that_is_not_broken_ends_it"},
	{44, NULL, IN_SESSION, "pongs_that_nobody_asked_for_are_counted"},
	{46, NULL, "unit/p2p/test_lanes.c", "a_peer_that_does_not_read_is_noticed"},
	{49, come_and_go, NULL, NULL},
	{51, no_descriptors_left, NULL, NULL},
	{52, NULL, "unit/p2p/test_bucket.c", "a_clock_that_goes_back_gives_nothing"},
	{54, NULL, "unit/p2p/test_book.c", "addresses_that_nobody_can_dial_are_refused"},
	{61, NULL, "unit/p2p/test_book_file.c", "cut_anywhere_it_is_refused"},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* The test that a row names is there. */
static void find_test(const struct row *row)
{
	char path[512], wanted[160], line[512];
	bool found = row->test == NULL;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/%s", getenv("CAIRN_SOURCE_DIR"), row->file);
	snprintf(wanted, sizeof wanted, "START_TEST(%s)", row->test ? row->test : "");
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "row %u names %s", row->number, path);
	while (fgets(line, sizeof line, file))
		found |= strstr(line, wanted) != NULL;
	fclose(file);
	ck_assert_msg(found, "row %u names %s", row->number, row->test ? row->test : "");
}

START_TEST(the_row_holds)
{
	const struct row *row = &rows[_i];
	double until_s = live_now_s() + HOSTILE_PATIENCE_S;
	size_t descriptors;
	off_t log;

	if (!row->run) {
		find_test(row);
		return;
	}
	start();
	(void)peer_count();
	descriptors = live_node_descriptors(&node);
	log = log_size();
	row->run();
	/* It answers, all that it opened for them is closed again, and it said little of it. */
	while (peer_count() > 0 || live_node_descriptors(&node) > descriptors)
		ck_assert_msg(is_in_time(until_s + HOSTILE_PATIENCE_S), "row %u: %zu descriptors, %zu before",
		              row->number, live_node_descriptors(&node), descriptors);
	ck_assert_int_lt(log_size() - log, LOG_GROWTH_MAX);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hostile");
	TCase *cases = tcase_create("rows");

	tcase_add_loop_test(cases, the_row_holds, 0, ROWS);
	suite_add_tcase(suite, cases);
	return suite;
}
