/* Receipts from running nodes, checked by files alone: of four validators and one who follows,
 * after everything was stopped and started, and across changes of the validators on a chain
 * that nobody writes to. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VALIDATORS = 4, NODES = VALIDATORS + 1, FOLLOWER = VALIDATORS, PATIENCE_S = 60 };

static struct live_node nodes[NODES];
static size_t node_count;
static char folder[64]; /* of the wallet and of every file below */
static char said[1 << 16];

/* -- Programs ---------------------------------------------------------------------------- */

static int run(const char *program, const char *arguments)
{
	char command[4096];
	FILE *pipe;
	size_t size;
	int result;

	snprintf(command, sizeof command, "cd %s && %s/%s %s 2>>log", folder,
	         getenv("CAIRN_BIN_DIR"), program, arguments);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	size = fread(said, 1, sizeof said - 1, pipe);
	said[size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static int cairn(const struct live_node *node, const char *arguments)
{
	char all[2048];

	snprintf(all, sizeof all, "--data-dir home --node %s %s", node->socket, arguments);
	return run("cairn", all);
}

static void expect(const struct live_node *node, const char *arguments)
{
	int code = cairn(node, arguments);

	ck_assert_msg(code == 0, "cairn %s ended with %d; see %s/log", arguments, code, folder);
}

/* Asked again and again: what is waited for is the answer. */
static void await(const struct live_node *node, const char *arguments)
{
	double until_s = live_now_s() + PATIENCE_S;
	struct timespec pause = {.tv_nsec = 20000000};

	while (cairn(node, arguments) != 0) {
		ck_assert_msg(live_now_s() < until_s, "cairn %s: never; see %s/log", arguments,
		              folder);
		nanosleep(&pause, NULL);
	}
}

/* The first line of what was said: a txid, an address. */
static const char *said_line(void)
{
	static char lines[8][128];
	static size_t next;
	char *line = lines[next++ % 8];

	snprintf(line, sizeof lines[0], "%.*s", (int)strcspn(said, "\n"), said);
	return line;
}

/* Gives the exit code. `rest` is what follows the receipt's file. */
static int verify(const char *receipt, const char *rest)
{
	char arguments[512];

	snprintf(arguments, sizeof arguments, "receipt verify %s %s", receipt, rest);
	return run("cairn", arguments);
}

static void get_receipt(const struct live_node *node, const char *txid, const char *path)
{
	char arguments[256];

	snprintf(arguments, sizeof arguments, "receipt get %s -o %s", txid, path);
	await(node, arguments);
}

/* -- Networks ------------------------------------------------------------------------------ */

static void make_wallet(void)
{
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	ck_assert_int_eq(
		run("cairn", "--data-dir home wallet new w --passphrase-file /dev/null -q"), 0);
}

static void start_four(void)
{
	make_wallet();
	node_count = NODES;
	live_network_make(nodes, VALIDATORS, 1, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (size_t i = 0; i < NODES; i++)
		live_node_restart(&nodes[i]);
}

static void stop_four(void)
{
	live_network_remove(nodes, NODES);
}

static void describe(struct live_node *node, const char *name)
{
	memset(node, 0, sizeof *node);
	snprintf(node->folder, sizeof node->folder, "%s/%s", folder, name);
	snprintf(node->socket, sizeof node->socket, "%s/%s/rpc.sock", folder, name);
	snprintf(node->log, sizeof node->log, "%s/%s.log", folder, name);
	snprintf(node->program, sizeof node->program, "%s/cairnd", getenv("CAIRN_BIN_DIR"));
}

/* Where it listens, in its file: another one is to call it. */
static void set_port(struct live_node *node, unsigned port)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/cairn.toml", node->folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "[rpc]\nlisten = \"127.0.0.1:0\"\n[p2p]\nlisten = \"127.0.0.1:%u\"\n",
	        port);
	ck_assert_int_eq(fclose(file), 0);
	node->has_address = true;
}

/* A network of one that belongs to the wallet's first account, and a node that follows it. */
static void start_one(void)
{
	char arguments[512];
	unsigned port = live_free_ports(1);
	const char *id;

	make_wallet();
	node_count = 2;
	describe(&nodes[0], "first");
	describe(&nodes[1], "second");
	expect(&nodes[0], "account list -q");
	snprintf(arguments, sizeof arguments, "init --data-dir first --account %s", said_line());
	ck_assert_int_eq(run("cairnd", arguments), 0);
	set_port(&nodes[0], port);
	live_node_restart(&nodes[0]);
	expect(&nodes[0], "chain genesis -o genesis.json");
	ck_assert_int_eq(run("cairnd", "id --data-dir first"), 0);
	id = strstr(said, "node_id");
	ck_assert_ptr_nonnull(id);
	id += strcspn(id, " ");
	id += strspn(id, " ");
	snprintf(arguments, sizeof arguments,
	         "join --data-dir second --genesis genesis.json --peers %.66s@127.0.0.1:%u", id,
	         port);
	ck_assert_int_eq(run("cairnd", arguments), 0);
	live_node_restart(&nodes[1]);
}

static void stop_one(void)
{
	for (size_t i = 0; i < node_count; i++)
		if (nodes[i].process > 0)
			live_node_stop(&nodes[i]);
}

/* -- Four ---------------------------------------------------------------------------------- */

/* The file with one byte changed, as another file. */
static void flip(const char *path, const char *to, size_t at)
{
	static uint8_t bytes[1 << 20];
	char full[256];
	size_t size;
	FILE *file;

	snprintf(full, sizeof full, "%s/%s", folder, path);
	file = fopen(full, "rb");
	ck_assert_ptr_nonnull(file);
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	ck_assert_uint_gt(size, 0);
	bytes[at * (size - 1) / 100] ^= 1;
	snprintf(full, sizeof full, "%s/%s", folder, to);
	file = fopen(full, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* That count, of the receipt that was checked last. */
static unsigned long cosigned(void)
{
	const char *at = strstr(said, "\"cosigned\": ");

	ck_assert_ptr_nonnull(at);
	return strtoul(strchr(at, ':') + 1, NULL, 10);
}

/* All that a changed byte may do else is spoil one cosignature beyond the quorum: when all four
 * had signed before the quorum was written down, there is one. */
static void must_notice_flips(const char *path)
{
	unsigned long whole;

	ck_assert_int_eq(verify(path, "--policy policy --json"), 0);
	whole = cosigned();
	for (size_t at = 0; at <= 100; at += 4) {
		int result;

		flip(path, "flipped", at);
		result = verify("flipped", "--policy policy --json");
		if (result == 0)
			ck_assert_uint_eq(cosigned() + 1, whole);
		else
			ck_assert_int_eq(result, 7);
	}
}

START_TEST(a_receipt_of_any_node_is_checked_by_files_alone)
{
	const char *stream, *record;

	expect(&nodes[0], "stream create notes -q");
	stream = said_line();
	expect(&nodes[1], "record add notes hello --key k -q");
	record = said_line();
	expect(&nodes[2], "network policy -o policy");
	get_receipt(&nodes[0], stream, "stream.tlog-proof");
	get_receipt(&nodes[FOLLOWER], record, "record.tlog-proof");
	ck_assert_int_eq(verify("stream.tlog-proof", "--policy policy"), 0);
	ck_assert_ptr_nonnull(strstr(said, "It made the stream 'notes'."));
	ck_assert_int_eq(verify("record.tlog-proof", "--policy policy --json"), 0);
	ck_assert_ptr_nonnull(strstr(said, "\"needed\": 3"));
	ck_assert_ptr_nonnull(strstr(said, record));
	must_notice_flips("record.tlog-proof");
	flip("policy", "other_policy", 30);
	ck_assert_int_eq(verify("record.tlog-proof", "--policy other_policy"), 7);
}
END_TEST

START_TEST(a_list_is_proved_whole_and_what_is_not_there_is_proved_absent)
{
	expect(&nodes[0], "stream create notes -q");
	for (int i = 0; i < 5; i++)
		expect(&nodes[0], "record add notes hello --key k -q");
	get_receipt(&nodes[3], said_line(), "last.tlog-proof");
	expect(&nodes[3], "network policy -o policy");
	expect(&nodes[3], "record list notes --prove -o list.tlog-proof");
	ck_assert_int_eq(verify("list.tlog-proof", "--policy policy --json"), 0);
	ck_assert_ptr_nonnull(strstr(said, "\"count\": 5"));
	expect(&nodes[3], "record list notes --prove --from 1 --limit 2 -o part.tlog-proof");
	ck_assert_int_eq(verify("part.tlog-proof", "--policy policy --json"), 0);
	ck_assert_ptr_nonnull(strstr(said, "\"position\": 2"));
	ck_assert_ptr_null(strstr(said, "\"position\": 3"));
	must_notice_flips("part.tlog-proof");
	expect(&nodes[3], "rpc receipt.get_absence stream=notes key=other");
	ck_assert_ptr_nonnull(strstr(said, "c2sp.org/tlog-proof@v1"));
	ck_assert_int_ne(cairn(&nodes[3], "rpc receipt.get_absence stream=notes key=k"), 0);
	expect(&nodes[3], "rpc receipt.get_state_proof stream=notes key=k");
	ck_assert_ptr_nonnull(strstr(said, "\"present\": true"));
}
END_TEST

START_TEST(after_a_stop_of_all_there_are_receipts_at_once)
{
	const char *txid;

	expect(&nodes[0], "stream create notes -q");
	txid = said_line();
	expect(&nodes[0], "network policy -o policy");
	get_receipt(&nodes[0], txid, "before");
	for (size_t i = 0; i < NODES; i++)
		live_node_stop(&nodes[i]);
	/* What was kept is on the disk of each: no other is needed. */
	live_node_restart(&nodes[0]);
	get_receipt(&nodes[0], txid, "after");
	ck_assert_int_eq(verify("after", "--policy policy"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "receipt get "
	                                  "00000000000000000000000000000000000000000000000000"
	                                  "00000000000000 -o none"),
	                 3);
	for (size_t i = 1; i < NODES; i++)
		live_node_restart(&nodes[i]);
}
END_TEST

START_TEST(who_comes_to_an_idle_chain_gets_the_newest)
{
	const char *txid;

	live_node_stop(&nodes[FOLLOWER]);
	live_node_stop(&nodes[3]);
	expect(&nodes[0], "stream create notes -q");
	txid = said_line();
	get_receipt(&nodes[0], txid, "before");
	expect(&nodes[0], "network policy -o policy");
	live_node_restart(&nodes[FOLLOWER]);
	live_node_restart(&nodes[3]);
	get_receipt(&nodes[FOLLOWER], txid, "follower");
	get_receipt(&nodes[3], txid, "validator");
	ck_assert_int_eq(verify("follower", "--policy policy"), 0);
	ck_assert_int_eq(verify("validator", "--policy policy"), 0);
}
END_TEST

/* -- Changes -------------------------------------------------------------------------------- */

/* Over the seal between them both sets sign, the one that it ends as a rule first: what is
 * wanted is by the new one alone. */
static void get_receipt_of_set(const struct live_node *node, const char *txid,
                               const char *policy, const char *old_policy)
{
	double until_s = live_now_s() + PATIENCE_S;
	char by_new[64], by_old[64];

	snprintf(by_new, sizeof by_new, "--policy %s", policy);
	snprintf(by_old, sizeof by_old, "--policy %s", old_policy);
	while (verify("receipt2", by_new) != 0 || verify("receipt2", by_old) == 0) {
		ck_assert_msg(live_now_s() < until_s, "no receipt by the new set alone");
		get_receipt(node, txid, "receipt2");
	}
}

START_TEST(receipts_follow_the_validators_on_an_idle_chain)
{
	char arguments[256];
	const char *txid;

	expect(&nodes[0], "stream create notes -q");
	txid = said_line();
	expect(&nodes[0], "network policy -o policy0");
	get_receipt(&nodes[0], txid, "receipt0");
	ck_assert_int_eq(verify("receipt0", "--policy policy0"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "network succession -o none"), 3);

	expect(&nodes[0], "account new other -q");
	expect(&nodes[0], "validator admit other");
	await(&nodes[1], "validator join --account other");
	expect(&nodes[0], "network policy -o policy1");
	get_receipt(&nodes[0], txid, "receipt1");
	ck_assert_int_eq(verify("receipt1", "--policy policy1"), 0);
	await(&nodes[0], "network succession -o succession1");
	ck_assert_int_eq(verify("receipt1", "--policy policy0 --succession succession1"), 0);

	/* The first one leaves: its key alone has nothing to say of what comes now. */
	expect(&nodes[0], "validator list -q");
	expect(&nodes[0], "account list -q");
	snprintf(arguments, sizeof arguments, "validator remove %s --yes", said_line());
	expect(&nodes[0], arguments);
	for (size_t i = 0; i < 2; i++) {
		/* Each node by itself: who left follows, and has what the others have. */
		await(&nodes[i], "network policy --epoch 2 -o policy2");
		get_receipt(&nodes[i], txid, "receipt2");
		await(&nodes[i], "network succession -o succession2");
		get_receipt_of_set(&nodes[i], txid, "policy2", "policy1");
		ck_assert_int_eq(verify("receipt2", "--policy policy0"), 7);
		ck_assert_int_eq(verify("receipt2", "--policy policy0 --succession succession2"),
		                 0);
		ck_assert_int_eq(verify("receipt2", "--policy policy1 --succession succession2"),
		                 0);
		/* What is left out at its end leaves the old one without a word. */
		ck_assert_int_eq(verify("receipt2", "--policy policy0 --succession succession1"),
		                 7);
	}
	ck_assert_int_eq(cairn(&nodes[1], "network policy --epoch 3 -o none"), 3);
	expect(&nodes[1], "network policy --epoch 0");
}
END_TEST

START_TEST(seals_that_nobody_was_there_for_are_asked_for)
{
	const char *txid;

	live_node_stop(&nodes[1]);
	expect(&nodes[0], "stream create notes -q");
	txid = said_line();
	expect(&nodes[0], "network policy -o policy0");
	for (int i = 2; i < 14; i++) {
		char arguments[64];

		snprintf(arguments, sizeof arguments, "param set term_length %d -q", i);
		expect(&nodes[0], arguments);
	}
	live_node_restart(&nodes[1]);
	await(&nodes[1], "network policy --epoch 12 -o policy12");
	await(&nodes[1], "network succession -o succession");
	get_receipt(&nodes[1], txid, "receipt");
	ck_assert_int_eq(verify("receipt", "--policy policy0 --succession succession"), 0);
	ck_assert_int_eq(verify("receipt", "--policy policy12 --json"), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("receipts");
	TCase *four = tcase_create("four");
	TCase *changes = tcase_create("changes");

	tcase_add_checked_fixture(four, start_four, stop_four);
	tcase_add_test(four, a_receipt_of_any_node_is_checked_by_files_alone);
	tcase_add_test(four, a_list_is_proved_whole_and_what_is_not_there_is_proved_absent);
	tcase_add_test(four, after_a_stop_of_all_there_are_receipts_at_once);
	tcase_add_test(four, who_comes_to_an_idle_chain_gets_the_newest);
	suite_add_tcase(suite, four);
	tcase_add_checked_fixture(changes, start_one, stop_one);
	tcase_add_test(changes, receipts_follow_the_validators_on_an_idle_chain);
	tcase_add_test(changes, seals_that_nobody_was_there_for_are_asked_for);
	suite_add_tcase(suite, changes);
	return suite;
}
