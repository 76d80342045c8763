/* A damaged data directory: the node says in one sentence what is wrong, ends with 1, and signs
 * and serves nothing. With the damage undone it runs again: it touched nothing. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct live_node node;
static struct workload sent; /* the newest transactions of its ledger */
static char said[4096];

/* Runs a line of shell in the node's folder; its exit code must be 0. */
static void in_folder(const char *line)
{
	char command[4096];

	snprintf(command, sizeof command, "cd %s && { %s; } >/dev/null 2>&1", node.folder, line);
	ck_assert_msg(system(command) == 0, "failed: %s", line);
}

/* A stopped node with some hundred transactions and its ledger in several files: made once,
 * and kept beside for each test to begin with. */
static void make(void)
{
	struct live_connection connection;

	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	for (int run = 0; run < 3; run++) {
		live_connect(&connection, &node);
		workload_free(&sent);
		workload_make(&sent, &connection, 100, 2);
		for (size_t i = 0; i < sent.count; i++) {
			char text[1024] = {0}, params[1100];

			base64_encode(text, workload_tx(&sent, i));
			snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
			live_call(&connection, "tx.submit_and_wait", params);
		}
		live_disconnect(&connection);
		live_node_stop(&node);
		live_node_restart(&node);
	}
	live_node_stop(&node);
	in_folder("cp -a . ../kept");
}

static void end(void)
{
	live_node_remove(&node);
	workload_free(&sent);
}

/* The node's folder itself stays: its path is what everything goes by. */
static void start(void)
{
	in_folder("find . -mindepth 1 -delete && cp -a ../kept/. .");
}

static void stop(void)
{
	if (node.process)
		live_node_stop(&node);
}

struct damage {
	const char *done;   /* shell, in the data directory */
	const char *undone;
	const char *said;   /* part of the sentence */
	const char *advice; /* part of it too: what to do */
};

#define PUT_BACK "put back what was lost or changed"

#define LARGEST_TABLE "$(ls -S ledger/*.sst | head -1)"

static const struct damage DAMAGES[] = {
	{"mv sign-state ..", "mv ../sign-state .", "sign-state", PUT_BACK},
	{"cp -p sign-state .. && truncate -s 5000 sign-state", "mv ../sign-state .",
     "sign-state", PUT_BACK},
	{"cp -p sign-state .. && head -c 8192 /dev/zero > sign-state", "mv ../sign-state .",
     "sign-state", PUT_BACK},
	{"mv vote.key ..", "mv ../vote.key .", "vote.key", PUT_BACK},
	{"chmod 644 vote.key", "chmod 600 vote.key", "vote.key", "chmod 600"},
	{"cp -p vote.key .. && echo x >> vote.key", "mv ../vote.key .", "vote.key", PUT_BACK},
	{"mv ledger ..", "mv ../ledger .", "ledger", PUT_BACK},
	{"mv ledger/CURRENT ..", "mv ../CURRENT ledger", "ledger", PUT_BACK},
	{"cp -p ledger/CURRENT .. && echo MANIFEST-999999 > ledger/CURRENT",
     "mv ../CURRENT ledger", "ledger", PUT_BACK},
	{"mv " LARGEST_TABLE " ..", "mv ../*.sst ledger", "ledger", PUT_BACK},
	{"mv cairn.version ..", "mv ../cairn.version .", "cairn", "--data-dir"},
};

enum { DAMAGE_COUNT = sizeof DAMAGES / sizeof *DAMAGES };

START_TEST(each_damage_is_named_and_nothing_is_touched)
{
	const struct damage *damage = &DAMAGES[_i];

	in_folder(damage->done);
	ck_assert_msg(live_node_refuses(&node, NULL, said, sizeof said) == 1,
	              "after '%s' it said: %s", damage->done, said);
	ck_assert_msg(strstr(said, "cairnd: ") && strstr(said, damage->said) &&
	                  strstr(said, damage->advice),
	              "after '%s' it said: %s", damage->done, said);
	in_folder(damage->undone);
	live_node_restart(&node);
}
END_TEST

START_TEST(a_lost_write_ahead_log_is_seen_by_the_mark_outside_the_database)
{
	struct live_connection connection;
	struct workload workload;
	char text[1024] = {0}, params[1100];

	/* A kill leaves the newest blocks in the write-ahead log alone. */
	live_node_restart(&node);
	live_connect(&connection, &node);
	workload_make(&workload, &connection, 1, 1);
	base64_encode(text, workload_tx(&workload, 0));
	snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
	live_call(&connection, "tx.submit_and_wait", params);
	live_disconnect(&connection);
	workload_free(&workload);
	live_node_kill(&node);
	in_folder("rm ledger/*.log");
	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	ck_assert_msg(strstr(said, "has committed height") || strstr(said, "damaged"), "%s",
	              said);
}
END_TEST

/* Every transaction comes back as it was sent, or not at all. */
static size_t count_right_answers(void)
{
	struct live_connection connection;
	size_t right = 0;

	live_connect(&connection, &node);
	connection.may_break = true;
	for (size_t i = 0; i < sent.count && !connection.is_lost; i++) {
		struct bytes_view bytes = workload_tx(&sent, i);
		char text[1024] = {0}, params[128], txid[HASH_HEX_SIZE];
		struct tx tx;
		const char *answer;

		ck_assert_int_eq(tx_decode(&tx, &sent.network, bytes, NULL), VERDICT_GOOD);
		hex_encode(txid, hash_view(&tx.txid));
		base64_encode(text, bytes);
		snprintf(params, sizeof params, "{\"txid\":\"%s\"}", txid);
		answer = live_call(&connection, "tx.get", params);
		if (!answer || strstr(answer, "\"error\":"))
			continue;
		ck_assert_msg(strstr(answer, text) != NULL, "served changed: %s", answer);
		right++;
	}
	live_disconnect(&connection);
	return right;
}

/* Anywhere in the largest table: in the part that the start reads, in a block that is read
 * when somebody asks for it, or in one that nobody asks for. */
START_TEST(a_flipped_byte_in_the_largest_table_is_never_served)
{
	char line[1024];
	double seconds;

	snprintf(line, sizeof line,
	         "f=$(ls -S ledger/*.sst | head -1); n=$(( $(stat -c %%s $f) * %d / 16 )); "
	         "b=$(od -An -tu1 -j $n -N 1 $f); "
	         "printf \"\\$(printf %%o $(( b ^ 1 )))\" | dd of=$f bs=1 seek=$n conv=notrunc",
	         _i);
	in_folder(line);
	if (!live_node_try(&node, &seconds))
		return;
	count_right_answers();
	live_node_end(&node);
}
END_TEST

START_TEST(an_undamaged_node_serves_everything)
{
	live_node_restart(&node);
	ck_assert_uint_eq(count_right_answers(), sent.count);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("damage");
	TCase *tests = tcase_create("damage");

	tcase_add_unchecked_fixture(tests, make, end);
	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_loop_test(tests, each_damage_is_named_and_nothing_is_touched, 0,
	                    DAMAGE_COUNT);
	tcase_add_test(tests,
	               a_lost_write_ahead_log_is_seen_by_the_mark_outside_the_database);
	tcase_add_test(tests, an_undamaged_node_serves_everything);
	tcase_add_loop_test(tests, a_flipped_byte_in_the_largest_table_is_never_served, 0, 16);
	suite_add_tcase(suite, tests);
	return suite;
}
