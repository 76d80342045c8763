/* Networks of several organisations, as their people type it: one founds, invites and lets in;
 * the others join, follow, validate, and are shown out. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NODES = 3, PATIENCE_S = 60 };

static struct live_node nodes[NODES];
static char folder[40]; /* of all that follows */
static char owner[160]; /* address of the account whose the network is */
static char said[1 << 16];
static uint16_t first_port;

/* -- Typing ---------------------------------------------------------------------------------- */

static int run(const char *program, const char *arguments)
{
	char command[8192];
	FILE *pipe;
	size_t size;
	int result;

	snprintf(command, sizeof command, "%s/%s %s 2>>%s/errors", getenv("CAIRN_BIN_DIR"),
	         program, arguments, folder);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	size = fread(said, 1, sizeof said - 1, pipe);
	said[size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static int cairnd(const char *format, ...) PRINTF_LIKE(1, 2);

static int cairnd(const char *format, ...)
{
	char arguments[4096];
	va_list list;

	va_start(list, format);
	vsnprintf(arguments, sizeof arguments, format, list);
	va_end(list);
	return run("cairnd", arguments);
}

/* The wallet, asking this node. */
static int cairn(const struct live_node *node, const char *format, ...) PRINTF_LIKE(2, 3);

static int cairn(const struct live_node *node, const char *format, ...)
{
	char arguments[4096], all[6000];
	va_list list;

	va_start(list, format);
	vsnprintf(arguments, sizeof arguments, format, list);
	va_end(list);
	snprintf(all, sizeof all, "--data-dir %s/home --node %s %s", folder, node->socket,
	         arguments);
	return run("cairn", all);
}

/* What stands behind this word at the start of a line of what was said. */
static const char *said_word(const char *name)
{
	static char words[4][160];
	static unsigned next;
	char *word = words[next++ % 4];
	const char *at = said;

	while (at && strncmp(at, name, strlen(name)) != 0)
		at = (at = strchr(at, '\n')) ? at + 1 : NULL;
	ck_assert_msg(at != NULL, "no %s in: %s", name, said);
	at += strlen(name);
	at += strspn(at, " ");
	snprintf(word, sizeof words[0], "%.*s", (int)strcspn(at, " \n"), at);
	return word;
}

static const char *said_line(void)
{
	static char line[160];

	snprintf(line, sizeof line, "%.*s", (int)strcspn(said, "\n"), said);
	return line;
}

static bool log_has(const struct live_node *node, const char *text)
{
	char line[2048];
	FILE *file = fopen(node->log, "r");
	bool found = false;

	while (file && !found && fgets(line, sizeof line, file))
		found = strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return found;
}

/* -- Waiting ----------------------------------------------------------------------------------- */

static uint64_t status_of(const struct live_node *node, const char *name)
{
	struct live_connection connection;
	uint64_t value;

	live_connect(&connection, node);
	ck_assert_ptr_nonnull(live_call(&connection, "node.get_status", "{}"));
	value = live_answer_u64(&connection, name);
	live_disconnect(&connection);
	return value;
}

static void pause_until(double until_s, const char *what)
{
	struct timespec pause = {.tv_nsec = 20000000};

	ck_assert_msg(live_now_s() < until_s, "waited in vain for %s", what);
	nanosleep(&pause, NULL);
}

static void await_height(const struct live_node *node, const struct live_node *of)
{
	double until_s = live_now_s() + PATIENCE_S;

	while (status_of(node, "height") < status_of(of, "height"))
		pause_until(until_s, "the height");
}

static void await_peers(const struct live_node *node, uint64_t count)
{
	double until_s = live_now_s() + PATIENCE_S;

	while (status_of(node, "peers") != count)
		pause_until(until_s, "the peers");
}

static void await_log(const struct live_node *node, const char *text)
{
	double until_s = live_now_s() + PATIENCE_S;

	while (!log_has(node, text))
		pause_until(until_s, text);
}

/* -- The scene --------------------------------------------------------------------------------- */

static void start(void)
{
	memset(nodes, 0, sizeof nodes);
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	first_port = live_free_ports(NODES);
	for (unsigned i = 0; i < NODES; i++) {
		struct live_node *node = &nodes[i];

		node->has_address = true;
		snprintf(node->folder, sizeof node->folder, "%s/node%u", folder, i);
		snprintf(node->socket, sizeof node->socket, "%s/node%u/rpc.sock", folder, i);
		snprintf(node->log, sizeof node->log, "%s/log%u", folder, i);
		snprintf(node->program, sizeof node->program, "%s/cairnd",
		         getenv("CAIRN_BIN_DIR"));
	}
	ck_assert_int_eq(cairn(&nodes[0], "wallet new w --passphrase-file /dev/null -q"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "account list -q"), 0);
	snprintf(owner, sizeof owner, "%s", said_line());
}

static void stop(void)
{
	for (size_t i = 0; i < NODES; i++)
		if (nodes[i].process > 0)
			live_node_stop(&nodes[i]);
}

static unsigned port_of(size_t index)
{
	return first_port + 10u * (unsigned)index;
}

static void found(const char *more)
{
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:%u "
	                        "--rpc-listen 127.0.0.1:%u --account %s %s",
	                        nodes[0].folder, port_of(0), port_of(0) + 1, owner, more),
	                 0);
	live_node_restart(&nodes[0]);
	ck_assert_int_eq(cairn(&nodes[0], "stream create notes"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "record add notes hello"), 0);
}

/* A node that joins with an invitation of the first, and does not run yet; its node id. */
static const char *prepare(size_t index, const char *more)
{
	const char *id;

	ck_assert_int_eq(cairnd("network invite --data-dir %s > %s/invitation",
	                        nodes[0].folder, folder),
	                 0);
	ck_assert_int_eq(cairnd("network join @%s/invitation --data-dir %s --rpc-listen "
	                        "127.0.0.1:%u %s",
	                        folder, nodes[index].folder, port_of(index) + 1, more),
	                 0);
	id = said_word("node_id");
	ck_assert_uint_eq(strlen(id), 66);
	ck_assert_str_eq(said_word("network"), "acme");
	return id;
}

/* And runs. */
static const char *join(size_t index, const char *more)
{
	const char *id = prepare(index, more);

	live_node_restart(&nodes[index]);
	return id;
}

/* -- Tests -------------------------------------------------------------------------------------- */

START_TEST(in_an_open_network_whoever_has_an_invitation_follows)
{
	found("--open");
	join(1, "");
	await_height(&nodes[1], &nodes[0]);
	ck_assert_int_eq(cairn(&nodes[1], "record get notes --position 0 --raw"), 0);
	ck_assert_str_eq(said, "hello");
	/* What is written at the follower is final at the founder's. */
	ck_assert_int_eq(cairn(&nodes[1], "record add notes there"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "record get notes --position 1 --raw"), 0);
	ck_assert_str_eq(said, "there");
}
END_TEST

START_TEST(in_a_permissioned_network_a_node_is_let_in_and_shown_out)
{
	const char *id;

	found("");
	id = join(1, "");
	/* It says why nothing happens, and what is to be done. */
	await_log(&nodes[1], "not_let_in");
	ck_assert(log_has(&nodes[1], "cairn node admit"));
	ck_assert_int_eq(cairn(&nodes[1], "rpc node.list_warnings"), 0);
	ck_assert_ptr_nonnull(strstr(said, "NOT_LET_IN"));
	ck_assert_ptr_nonnull(strstr(said, id));
	ck_assert_int_eq(cairn(&nodes[1], "consensus why"), 0);
	ck_assert_int_eq(strncmp(said, "the other nodes do not let this one in", 38), 0);
	ck_assert_ptr_nonnull(strstr(said, id));
	ck_assert_int_eq(cairn(&nodes[1], "node health"), 1);
	ck_assert_ptr_nonnull(strstr(said, "do not let this one in"));
	ck_assert_uint_eq(status_of(&nodes[1], "height"), 0);
	ck_assert_uint_eq(status_of(&nodes[0], "peers"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "node admit %s", id), 0);
	await_peers(&nodes[0], 1);
	await_height(&nodes[1], &nodes[0]);
	ck_assert_int_eq(cairn(&nodes[1], "record get notes --position 0 --raw"), 0);
	ck_assert_str_eq(said, "hello");
	ck_assert_int_eq(cairn(&nodes[1], "node list -q"), 0);
	ck_assert_str_eq(said_line(), id);
	ck_assert_int_eq(cairn(&nodes[1], "rpc node.list_warnings"), 0);
	ck_assert_ptr_null(strstr(said, "NOT_LET_IN"));
	/* After a restart of both it is still known. */
	live_node_stop(&nodes[0]);
	live_node_restart(&nodes[0]);
	await_peers(&nodes[0], 1);
	ck_assert_int_eq(cairn(&nodes[0], "node remove %s --yes", id), 0);
	await_peers(&nodes[0], 0);
	await_peers(&nodes[1], 0);
	ck_assert(log_has(&nodes[0], "it is not admitted any more"));
	ck_assert_int_eq(cairn(&nodes[0], "record add notes secret"), 0);
	ck_assert_uint_eq(status_of(&nodes[0], "peers"), 0);
	ck_assert_uint_lt(status_of(&nodes[1], "height"), status_of(&nodes[0], "height"));
}
END_TEST

/* Whom the operator names is let in whatever the ledger says. */
START_TEST(who_stands_in_p2p_peers_is_let_in)
{
	char command[4200];
	const char *id;

	found("");
	id = join(1, "");
	await_log(&nodes[1], "not_let_in");
	live_node_stop(&nodes[0]);
	snprintf(command, sizeof command,
	         "sed -i 's/^# *peers *=.*/peers = [\"%s@127.0.0.1:1\"]/' %s/cairn.toml", id,
	         nodes[0].folder);
	ck_assert_int_eq(system(command), 0);
	live_node_restart(&nodes[0]);
	await_height(&nodes[1], &nodes[0]);
	await_peers(&nodes[0], 1);
}
END_TEST

/* An account of its own for another organisation, admitted with its node; then it validates. */
static void become_validator(size_t index, const char *name)
{
	char address[64];
	const char *id, *account;

	snprintf(address, sizeof address, "--address 127.0.0.1:%u", port_of(index));
	id = join(index, address);
	ck_assert_int_eq(cairn(&nodes[0], "account new %s -q", name), 0);
	account = name;
	ck_assert_int_eq(cairn(&nodes[0], "node admit %s %s", id, account), 0);
	ck_assert_int_eq(cairn(&nodes[0], "validator admit %s", account), 0);
	await_height(&nodes[index], &nodes[0]);
	ck_assert_int_eq(cairn(&nodes[index], "validator join --account %s %s", name, address),
	                 0);
	await_height(&nodes[index], &nodes[0]);
}

START_TEST(those_who_join_become_validators_and_find_one_another)
{
	found("");
	become_validator(1, "second");
	ck_assert_int_eq(cairn(&nodes[1], "record add notes of-two"), 0);
	become_validator(2, "third");
	/* The third was told of the first alone, the second of nobody since. */
	for (size_t i = 0; i < NODES; i++)
		await_peers(&nodes[i], NODES - 1);
	for (size_t i = 0; i < NODES; i++)
		ck_assert_int_eq(cairn(&nodes[i], "record add notes of-three-%zu", i), 0);
	ck_assert_int_eq(cairn(&nodes[2], "validator list -q"), 0);
	ck_assert_uint_eq(strlen(said), 3 * 66);
	/* A validator's node needs no place on the list; off it, it stays. */
	ck_assert_int_eq(cairn(&nodes[0], "node list -q"), 0);
	ck_assert_int_eq(cairn(&nodes[0], "node remove %s --yes", said_line()), 0);
	for (size_t i = 0; i < NODES; i++)
		ck_assert_int_eq(cairn(&nodes[i], "record add notes still-%zu", i), 0);
	/* Once it is no validator either, it goes, though the others' files name it still. */
	ck_assert_int_eq(cairn(&nodes[0], "validator remove second --yes"), 0);
	await_peers(&nodes[0], 1);
	await_peers(&nodes[2], 1);
	ck_assert_int_eq(cairn(&nodes[2], "record add notes of-two-again"), 0);
}
END_TEST

/* Three found it together: two hand in applications, the third makes the genesis of them. */
START_TEST(several_found_a_network_and_agree_from_the_first_block_on)
{
	char accounts[NODES][160];

	snprintf(accounts[0], sizeof accounts[0], "%s", owner);
	for (size_t i = 1; i < NODES; i++) {
		ck_assert_int_eq(cairn(&nodes[0], "account new org%zu -q", i), 0);
		snprintf(accounts[i], sizeof accounts[i], "%s", said_line());
		ck_assert_int_eq(cairnd("network apply --data-dir %s --account %s --address "
		                        "127.0.0.1:%u > %s/application%zu",
		                        nodes[i].folder, accounts[i], port_of(i), folder, i),
		                 0);
	}
	/* A line that was damaged founds nothing. */
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:1 "
	                        "--account %s --validator \"$(tr A B < %s/application1)\"",
	                        nodes[0].folder, owner, folder),
	                 1);
	snprintf(said, sizeof said, "--validator @%s/application1 --validator @%s/application2",
	         folder, folder);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:%u "
	                        "--rpc-listen 127.0.0.1:%u --account %s --account %s %.200s",
	                        nodes[0].folder, port_of(0), port_of(0) + 1, owner, accounts[2],
	                        said),
	                 0);
	live_node_restart(&nodes[0]);
	for (size_t i = 1; i < NODES; i++)
		join(i, "");
	for (size_t i = 0; i < NODES; i++)
		await_peers(&nodes[i], NODES - 1);
	ck_assert_int_eq(cairn(&nodes[0], "validator list -q"), 0);
	ck_assert_uint_eq(strlen(said), 3 * 66);
	for (size_t i = 0; i < NODES; i++)
		ck_assert_ptr_nonnull(strstr(said, accounts[i]));
	for (size_t i = 0; i < NODES; i++)
		ck_assert_int_eq(cairn(&nodes[i], "stream create notes-%zu", i), 0);
	/* Each owner acts alone, and the other organisation does not. */
	ck_assert_int_eq(cairn(&nodes[2], "param set heartbeat_ms 5000 --account org2"), 0);
	ck_assert_int_eq(cairn(&nodes[1], "param set heartbeat_ms 6000 --account org1"), 4);
}
END_TEST

START_TEST(a_damaged_invitation_makes_nothing)
{
	char path[128];

	found("");
	ck_assert_int_eq(cairnd("network invite --data-dir %s > %s/invitation",
	                        nodes[0].folder, folder),
	                 0);
	snprintf(path, sizeof path, "%s/joiner", folder);
	ck_assert_int_eq(cairnd("network join \"$(tr A B < %s/invitation)\" --data-dir %s",
	                        folder, path),
	                 1);
	ck_assert_int_eq(cairnd("network join \"$(head -c 300 %s/invitation)\" --data-dir %s",
	                        folder, path),
	                 1);
	ck_assert_int_eq(cairnd("network join cairn1qy0t --data-dir %s", path), 1);
	ck_assert_int_eq(cairnd("network join @%s/nothing --data-dir %s", folder, path), 1);
	ck_assert_int_eq(cairnd("network join --data-dir %s", path), 2);
	ck_assert_int_ne(access(path, F_OK), 0);
	/* And from standard input, wrapped as mail does, it is good. */
	ck_assert_int_eq(cairnd("network join - --data-dir %s < /dev/null", path), 1);
	snprintf(said, sizeof said, "fold -w 60 %s/invitation > %s/wrapped", folder, folder);
	ck_assert_int_eq(system(said), 0);
	ck_assert_int_eq(cairnd("network join - --data-dir %s < %s/wrapped", path, folder), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* Does somebody who joins with the invitation dial this address? */
static void check_invited_to(const char *path, const char *address, const char *joiner)
{
	char expected[200];

	ck_assert_int_eq(cairnd("network invite --data-dir %s > %s/invitation", path, folder), 0);
	ck_assert_int_eq(cairnd("network join @%s/invitation --data-dir %s/%s", folder, folder,
	                        joiner),
	                 0);
	ck_assert_int_eq(cairnd("config --data-dir %s/%s", folder, joiner), 0);
	snprintf(expected, sizeof expected, "@%s\"", address);
	ck_assert_msg(strstr(said, expected) != NULL, "not %s in: %s", expected, said);
}

static void complaints(char text[2000])
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof path, "%s/errors", folder);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, 1999, file)] = '\0';
	fclose(file);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(an_invitation_says_where_the_node_is_reached_and_nowhere_else)
{
	char path[128], text[2000];

	snprintf(path, sizeof path, "%s/other", folder);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address node.example:17470 "
	                        "--account %s",
	                        path, owner),
	                 0);
	check_invited_to(path, "node.example:17470", "first");
	complaints(text);
	ck_assert_ptr_null(strstr(text, "this machine alone"));
	/* What the node tells others of itself goes before what its founder once said. */
	snprintf(said, sizeof said,
	         "sed -i 's/^\\[p2p\\]/&\\nexternal = [\"10.1.2.3:17470\"]/' %s/cairn.toml", path);
	ck_assert_int_eq(system(said), 0);
	check_invited_to(path, "10.1.2.3:17470", "second");
	/* No other machine reaches this one there: it is said, and done, as it may be meant. */
	ck_assert_int_eq(cairnd("network invite --data-dir %s --address localhost:17470", path),
	                 0);
	complaints(text);
	ck_assert_ptr_nonnull(strstr(text, "localhost:17470 is this machine alone"));
	/* Who joins at an IP address tells others of it, and invites there too. */
	ck_assert_int_eq(cairnd("network join @%s/invitation --data-dir %s/third --address "
	                        "10.9.8.7:17470",
	                        folder, folder),
	                 0);
	snprintf(path, sizeof path, "%s/third", folder);
	check_invited_to(path, "10.9.8.7:17470", "fourth");
	ck_assert_int_eq(cairnd("config --data-dir %s/third", folder), 0);
	ck_assert_ptr_nonnull(strstr(said, "external = [\"10.9.8.7:17470\"]"));
	complaints(text);
	ck_assert_int_eq(cairnd("network invite --data-dir %s --address 0.0.0.0:17470", path), 1);
	complaints(text);
	ck_assert_ptr_nonnull(strstr(text, "--address 0.0.0.0:17470: nobody can be reached there"));
}
END_TEST

START_TEST(who_founds_says_where_it_is_and_whose)
{
	char path[128];

	snprintf(path, sizeof path, "%s/other", folder);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --account %s", path, owner),
	                 2);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:1", path),
	                 2);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:0 "
	                        "--account %s",
	                        path, owner),
	                 1);
	ck_assert_int_eq(cairnd("network create Acme! --data-dir %s --address 127.0.0.1:1 "
	                        "--account %s",
	                        path, owner),
	                 1);
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address 127.0.0.1:1 "
	                        "--account nobody",
	                        path),
	                 1);
	ck_assert_int_eq(cairnd("network invite --data-dir %s", path), 1);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(cairnd("network found"), 2);
	/* On all addresses of the machine, if it is not on this one alone. */
	ck_assert_int_eq(cairnd("network create acme --data-dir %s --address node.example:17470 "
	                        "--account %s",
	                        path, owner),
	                 0);
	ck_assert_int_eq(cairnd("config --data-dir %s", path), 0);
	ck_assert_ptr_nonnull(strstr(said, "listen = \"0.0.0.0:17470\""));
}
END_TEST

/* Each was told of the first alone; when the third came, the second was away. */
START_TEST(who_follows_a_permissioned_network_knows_the_others_when_the_first_is_gone)
{
	char ids[NODES][70], more[40], visited[140];

	found("");
	for (size_t i = 1; i < NODES; i++) {
		snprintf(more, sizeof more, "--address 127.0.0.1:%u", port_of(i));
		snprintf(ids[i], sizeof ids[i], "%s", prepare(i, more));
		ck_assert_int_eq(cairn(&nodes[0], "node admit %s", ids[i]), 0);
	}
	live_node_restart(&nodes[1]);
	await_peers(&nodes[0], 1);
	await_height(&nodes[1], &nodes[0]);
	live_node_stop(&nodes[1]);
	snprintf(nodes[2].settings[0], sizeof nodes[2].settings[0],
	         "CAIRN_NODE_LOG_LEVEL=info,p2p=debug");
	live_node_restart(&nodes[2]);
	/* It is told, and tries in vain. */
	snprintf(visited, sizeof visited, " visit node_id=%s", ids[1]);
	await_log(&nodes[2], visited);
	live_node_stop(&nodes[0]);
	await_peers(&nodes[2], 0);
	live_node_restart(&nodes[1]);
	await_peers(&nodes[1], 1);
	await_peers(&nodes[2], 1);
	ck_assert_int_eq(cairn(&nodes[2], "rpc peer.list"), 0);
	ck_assert_ptr_nonnull(strstr(said, ids[1]));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("membership");
	TCase *tests = tcase_create("membership");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, in_an_open_network_whoever_has_an_invitation_follows);
	tcase_add_test(tests, in_a_permissioned_network_a_node_is_let_in_and_shown_out);
	tcase_add_test(tests, who_stands_in_p2p_peers_is_let_in);
	tcase_add_test(tests,
	               who_follows_a_permissioned_network_knows_the_others_when_the_first_is_gone);
	tcase_add_test(tests, an_invitation_says_where_the_node_is_reached_and_nowhere_else);
	tcase_add_test(tests, those_who_join_become_validators_and_find_one_another);
	tcase_add_test(tests, several_found_a_network_and_agree_from_the_first_block_on);
	tcase_add_test(tests, a_damaged_invitation_makes_nothing);
	tcase_add_test(tests, who_founds_says_where_it_is_and_whose);
	suite_add_tcase(suite, tests);
	return suite;
}
