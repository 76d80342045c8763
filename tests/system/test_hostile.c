/* Peers that break the protocol, against a real node: row by row of tests/hostile/table.txt.
 * Whatever they do, the node runs on, answers others, keeps no descriptor of theirs and writes
 * little of it into its log. Rows that no socket is needed for are tested elsewhere, and that
 * these tests are there is tested here. */
#include "rpc/server/acceptor.h"
#include "tests/system/hostile_places.h"
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

enum { FEW = ACCEPTOR_RESERVE + 8, PROGRAMS = 100, STRANGERS = 40 };

/* In its first second, programs and strangers take all the descriptors that they can have. The
 * database opens its files all the same, it does not spin, and goes on. */
static void no_descriptors_left(void)
{
	static struct live_connection programs[PROGRAMS];
	struct live_connection connection;
	struct workload workload;
	struct rlimit before, few;
	int files[STRANGERS];
	double cpu_s, start_s;

	live_connect(&connection, &node);
	(void)live_call(&connection, "chain.get_head", "{}");
	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, NULL, &before), 0);
	few = (struct rlimit){live_node_descriptors(&node) + FEW, before.rlim_max};
	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, &few, NULL), 0);
	start_s = live_now_s();
	cpu_s = live_node_cpu_s(&node);
	for (size_t i = 0; i < PROGRAMS; i++)
		live_connect(&programs[i], &node);
	for (size_t i = 0; i < STRANGERS; i++)
		files[i] = hostile_dial(&target);
	/* All the others are closed at once, and what is theirs is not used up. */
	await_lines("no_descriptors", "closed=", 1);
	/* Some of the reserve the database may have by now: it is kept for that. */
	ck_assert_uint_le(live_node_descriptors(&node) + ACCEPTOR_RESERVE / 2, few.rlim_cur);
	workload_make(&workload, &connection, 1, 1);
	workload_free(&workload);
	/* Those that it took are told nothing and cut off in time. */
	for (size_t i = 0; i < STRANGERS; i++) {
		ck_assert_uint_eq(hostile_drain(files[i]), 0);
		close(files[i]);
	}
	for (size_t i = 0; i < PROGRAMS; i++)
		live_disconnect(&programs[i]);
	live_disconnect(&connection);
	/* Half a second is what it may need where all of them were closed at once. */
	ck_assert(live_node_cpu_s(&node) - cpu_s < 0.5 + (live_now_s() - start_s) / 2);
	ck_assert_int_eq(prlimit(node.process, RLIMIT_NOFILE, &before, NULL), 0);
	hostile_meet(&peer, &target, fresh_key());
	ck_assert(hostile_ping(&peer));
	hostile_close(&peer);
}

/* -- The table ------------------------------------------------------------------------------------------- */

#define ROW(name) {#name, name, NULL}

static const struct row {
	const char *name;
	void (*run)(void);
	const char *memory_mib; /* p2p.memory_mib; NULL: the default */
} rows[] = {
	ROW(say_nothing),
	ROW(drip),
	ROW(act_of_another_version),
	ROW(act_with_any_byte_changed),
	ROW(act_for_another),
	ROW(acts_in_other_pieces),
	ROW(the_same_node_many_times),
	ROW(others_protocols),
	ROW(lengths_that_cannot_be),
	ROW(records_again_and_lost),
	ROW(frames_of_no_honest_peer),
	ROW(types_of_a_later_version),
	ROW(very_many_small_ones),
	ROW(a_message_before_hello),
	ROW(no_hello),
	ROW(hellos_that_are_none),
	ROW(no_common_version),
	ROW(ends_in_the_middle),
	ROW(come_and_go),
	ROW(come_back_at_once),
	ROW(all_places_are_taken),
	{"messages_that_never_end", messages_that_never_end, "64"},
	ROW(transactions_for_nothing),
	ROW(no_descriptors_left),
};
enum { ROWS = sizeof rows / sizeof *rows, TABLE_LINE_MAX = 512 };

struct entry {
	char *number, *input, *file, *test;
};

static FILE *open_source(const char *name)
{
	char path[4400];
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/%s", getenv("CAIRN_SOURCE_DIR"), name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "there is no %s", path);
	return file;
}

/* The next line of the table; false: it has ended. */
static bool next_entry(FILE *table, char line[TABLE_LINE_MAX], struct entry *entry)
{
	char *rest = NULL;

	do
		if (!fgets(line, TABLE_LINE_MAX, table))
			return false;
	while (line[0] == '#' || line[0] == '\n');
	entry->number = strtok_r(line, "|", &rest);
	entry->input = strtok_r(NULL, "|", &rest);
	entry->file = strtok_r(NULL, "|", &rest);
	entry->test = strtok_r(NULL, "|\n", &rest);
	ck_assert_msg(entry->test != NULL, "row %s has four fields", entry->number);
	return true;
}

static bool runs_here(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return true;
	return false;
}

static bool is_in(const char *name, const char *test)
{
	char wanted[160], line[512];
	FILE *file = open_source(name);
	bool found = strcmp(test, "-") == 0;

	snprintf(wanted, sizeof wanted, "START_TEST(%s)", test);
	while (!found && fgets(line, sizeof line, file))
		found = strstr(line, wanted) != NULL;
	fclose(file);
	return found;
}

START_TEST(the_tests_that_the_table_names_are_there)
{
	FILE *table = open_source("hostile/table.txt");
	char line[TABLE_LINE_MAX];
	struct entry entry;
	size_t here = 0;

	while (next_entry(table, line, &entry)) {
		bool is_here = strcmp(entry.file, "here") == 0;

		here += is_here;
		ck_assert_msg(is_here ? runs_here(entry.test) : is_in(entry.file, entry.test),
		              "row %s (%s) names %s", entry.number, entry.input, entry.test);
	}
	ck_assert_uint_eq(here, ROWS);
	fclose(table);
}
END_TEST

START_TEST(the_row_holds)
{
	const struct row *row = &rows[_i];
	double until_s = live_now_s() + HOSTILE_PATIENCE_S;
	size_t descriptors;
	off_t log;

	if (row->memory_mib)
		setenv("CAIRN_P2P_MEMORY_MIB", row->memory_mib, 1);
	start();
	(void)peer_count();
	descriptors = live_node_descriptors(&node);
	log = log_size();
	row->run();
	/* It answers, all that it opened for them is closed again, and it said little of it. */
	while (peer_count() > 0 || live_node_descriptors(&node) > descriptors + LOOP_OWN)
		ck_assert_msg(is_in_time(until_s + HOSTILE_PATIENCE_S), "%s: %zu descriptors, %zu before",
		              row->name, live_node_descriptors(&node), descriptors);
	ck_assert_int_lt(log_size() - log, LOG_GROWTH_MAX);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hostile");
	TCase *cases = tcase_create("rows");

	tcase_add_test(cases, the_tests_that_the_table_names_are_there);
	tcase_add_loop_test(cases, the_row_holds, 0, ROWS);
	suite_add_tcase(suite, cases);
	return suite;
}
