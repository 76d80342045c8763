/* Validators and parameters from the command line, against a real node whose network belongs
 * to an account of a wallet. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct live_node node;
static char folder[40]; /* of all that follows */
static char home[64];   /* of the wallet */
static char said[1 << 16];

static int run(const char *program, const char *arguments)
{
	char command[4096];
	FILE *pipe;
	size_t size;
	int result;

	snprintf(command, sizeof command, "%s/%s %s 2>>%s", getenv("CAIRN_BIN_DIR"), program,
	         arguments, node.log);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	size = fread(said, 1, sizeof said - 1, pipe);
	said[size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static int cairn(const char *arguments)
{
	char all[2048];

	snprintf(all, sizeof all, "--data-dir %s --node %s %s", home, node.socket, arguments);
	return run("cairn", all);
}

/* The address that is the first line of what was said. */
static const char *said_address(void)
{
	static char address[66];

	ck_assert_uint_eq(strcspn(said, "\n"), sizeof address - 1);
	memcpy(address, said, sizeof address - 1);
	return address;
}

static void start(void)
{
	char arguments[1024], path[128];
	FILE *empty;

	memset(&node, 0, sizeof node);
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	snprintf(home, sizeof home, "%s/home", folder);
	snprintf(node.folder, sizeof node.folder, "%s/node", folder);
	snprintf(node.socket, sizeof node.socket, "%s/rpc.sock", node.folder);
	snprintf(node.log, sizeof node.log, "%s/log", folder);
	snprintf(node.program, sizeof node.program, "%s/cairnd", getenv("CAIRN_BIN_DIR"));
	snprintf(path, sizeof path, "%s/empty", folder);
	empty = fopen(path, "w");
	ck_assert_ptr_nonnull(empty);
	fclose(empty);
	snprintf(arguments, sizeof arguments, "wallet new w --passphrase-file %s -q", path);
	ck_assert_int_eq(cairn(arguments), 0);
	ck_assert_int_eq(cairn("account list -q"), 0);
	snprintf(arguments, sizeof arguments, "init --data-dir %s --account %s", node.folder,
	         said_address());
	ck_assert_int_eq(run("cairnd", arguments), 0);
	live_node_restart(&node);
}

static void stop(void)
{
	live_node_stop(&node);
}

START_TEST(the_owner_of_the_network_sets_parameters_and_the_chain_goes_on)
{
	ck_assert_int_eq(cairn("param set term_length 3"), 0);
	ck_assert_int_eq(cairn("param list"), 0);
	ck_assert_ptr_nonnull(strstr(said, "term_length\t3\t"));
	/* That ended an epoch; and once more; and after a restart. */
	ck_assert_int_eq(cairn("param set max_block_txs 100"), 0);
	ck_assert_int_eq(cairn("param set max_block_txs 100"), 5);
	live_node_stop(&node);
	live_node_restart(&node);
	ck_assert_int_eq(cairn("stream create notes"), 0);
	ck_assert_int_eq(cairn("param list --json"), 0);
	ck_assert_ptr_nonnull(strstr(said, "\"max_block_txs\": 100"));
	ck_assert_int_eq(cairn("param list --at 0 --json"), 0);
	ck_assert_ptr_nonnull(strstr(said, "\"term_length\": 1"));
}
END_TEST

START_TEST(who_is_admitted_may_join_and_nobody_else)
{
	char arguments[256], path[80];

	ck_assert_int_eq(cairn("account new other -q"), 0);
	ck_assert_int_eq(cairn("validator join --account other"), 4);
	ck_assert_int_eq(cairn("validator admit other --account other"), 4);
	ck_assert_int_eq(cairn("validator admit other"), 0);
	ck_assert_int_eq(cairn("validator admit other"), 5);
	/* This node's keys serve already. */
	ck_assert_int_eq(cairn("validator join --account other"), 5);
	/* What the node signed for one account does not do for another. */
	snprintf(path, sizeof path, "%s/join", folder);
	ck_assert_int_eq(cairn("validator list -q"), 0);
	snprintf(arguments, sizeof arguments, "validator sign-join %s -o %s", said_address(),
	         path);
	ck_assert_int_eq(cairn(arguments), 0);
	snprintf(arguments, sizeof arguments, "validator join %s --account other", path);
	ck_assert_int_eq(cairn(arguments), 7);
	ck_assert_int_eq(cairn("validator remove other --yes"), 0);
	ck_assert_int_eq(cairn("validator join --account other"), 4);
}
END_TEST

START_TEST(the_only_validator_stays)
{
	char arguments[256];

	ck_assert_int_eq(cairn("validator list -q"), 0);
	snprintf(arguments, sizeof arguments, "validator remove %s --yes",
	         said_address());
	ck_assert_int_eq(cairn(arguments), 5);
	ck_assert_int_eq(cairn("stream create notes"), 0);
}
END_TEST

START_TEST(an_account_that_is_none_makes_no_network)
{
	char arguments[256];

	snprintf(arguments, sizeof arguments, "init --data-dir %s/second --account nobody",
	         folder);
	ck_assert_int_eq(run("cairnd", arguments), 1);
	snprintf(arguments, sizeof arguments, "%s/second", folder);
	ck_assert_int_ne(access(arguments, F_OK), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("validators");
	TCase *tests = tcase_create("validators");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_owner_of_the_network_sets_parameters_and_the_chain_goes_on);
	tcase_add_test(tests, who_is_admitted_may_join_and_nobody_else);
	tcase_add_test(tests, the_only_validator_stays);
	tcase_add_test(tests, an_account_that_is_none_makes_no_network);
	suite_add_tcase(suite, tests);
	return suite;
}
