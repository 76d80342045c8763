/* The wallet's program against a real node, as scripts use it. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include "chain/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static struct live_node node;
static char said[1 << 20]; /* stdout of the last command */
static size_t said_size;

/* Runs `cairn --data-dir NODE ARGUMENTS`, through the shell; gives its exit code. */
static int cairn(const char *arguments)
{
	char command[8192];
	FILE *pipe;
	int result;

	snprintf(command, sizeof command, "%s/cairn --data-dir %s %s 2>>%s",
	         getenv("CAIRN_BIN_DIR"), node.folder, arguments, node.log);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	said_size = fread(said, 1, sizeof said - 1, pipe);
	said[said_size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", node.folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* The path of a file written by write_file, in a ring of two. */
static const char *path_of(const char *name)
{
	static char paths[2][256];
	static int turn;

	turn ^= 1;
	snprintf(paths[turn], sizeof paths[turn], "%s/%s", node.folder, name);
	return paths[turn];
}

static void setup(void)
{
	char arguments[1024];

	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	write_file("passphrase", "open sesame\n", 12);
	snprintf(arguments, sizeof arguments, "wallet new w --passphrase-file %s",
	         path_of("passphrase"));
	ck_assert_int_eq(cairn(arguments), 0);
}

static void teardown(void)
{
	live_node_stop(&node);
	live_node_remove(&node);
}

/* With the wallet and its passphrase. */
static int with_wallet(const char *format, const char *argument)
{
	char inner[2048], arguments[4096];

	snprintf(inner, sizeof inner, format, argument);
	snprintf(arguments, sizeof arguments, "--wallet w --passphrase-file %s %s",
	         path_of("passphrase"), inner);
	return cairn(arguments);
}

START_TEST(a_record_comes_back_byte_for_byte)
{
	struct random random = random_from(7);
	struct live_connection connection;
	uint8_t bytes[3000];
	char text[5000] = {0};

	random_fill(&random, bytes, sizeof bytes);
	write_file("value", bytes, sizeof bytes);
	ck_assert_int_eq(with_wallet("stream create notes", ""), 0);
	ck_assert_int_eq(with_wallet("record add notes @%s --key k", path_of("value")), 0);
	ck_assert_int_eq(cairn("record get notes --key k --raw"), 0);
	ck_assert_uint_eq(said_size, sizeof bytes);
	ck_assert_mem_eq(said, bytes, sizeof bytes);
	/* And the same over JSON-RPC. */
	base64_encode(text, bytes_view(bytes, sizeof bytes));
	live_connect(&connection, &node);
	ck_assert_ptr_nonnull(strstr(live_call(&connection, "stream.get_latest",
	                                       "{\"stream\":\"notes\",\"key\":\"k\"}"),
	                             text));
	live_disconnect(&connection);
}
END_TEST

START_TEST(a_wrong_passphrase_opens_nothing)
{
	char arguments[1024];

	write_file("wrong", "open barley\n", 12);
	snprintf(arguments, sizeof arguments,
	         "--wallet w --passphrase-file %s stream create notes", path_of("wrong"));
	ck_assert_int_eq(cairn(arguments), 9);
	ck_assert_int_eq(cairn("stream show notes"), 3);
}
END_TEST

START_TEST(a_refusal_and_a_missing_thing_have_their_exit_codes)
{
	ck_assert_int_eq(with_wallet("stream create notes", ""), 0);
	ck_assert_int_eq(with_wallet("stream create notes", ""), 5);
	ck_assert_int_eq(with_wallet("record add nowhere value", ""), 5);
	ck_assert_int_eq(cairn("record get notes --key nothing"), 3);
	ck_assert_int_eq(cairn("record gte notes"), 2);
	live_node_stop(&node);
	ck_assert_int_eq(cairn("chain head"), 8);
	live_node_restart(&node);
}
END_TEST

START_TEST(lines_are_imported_each_once)
{
	enum { LINES = 3000 };
	struct live_connection connection;
	struct buffer lines;

	buffer_init(&lines, 1 << 20);
	for (int i = 0; i < LINES; i++)
		buffer_printf(&lines, "line number %d\n", i);
	write_file("lines", lines.at, lines.size);
	buffer_close(&lines);
	ck_assert_int_eq(with_wallet("stream create log", ""), 0);
	ck_assert_int_eq(with_wallet("record add log @%s --lines", path_of("lines")), 0);
	live_connect(&connection, &node);
	live_call(&connection, "stream.get", "{\"stream\":\"log\"}");
	ck_assert_uint_eq(live_answer_u64(&connection, "records"), LINES);
	live_disconnect(&connection);
	ck_assert_int_eq(cairn("record get log --position 2999 --raw"), 0);
	ck_assert_str_eq(said, "line number 2999");
}
END_TEST

/* "name":"..." of a JSON answer on stdout, as it stands there. */
static const char *said_after(const char *member)
{
	const char *found = strstr(said, member);

	ck_assert_msg(found != NULL, "no %s in: %s", member, said);
	return found + strlen(member);
}

/* From then on it opens by itself: a try at a passphrase takes half a second. */
static void drop_passphrase(void)
{
	ck_assert_int_eq(with_wallet("wallet change-passphrase w --new-passphrase-file %s",
	                             "/dev/null"),
	                 0);
}

START_TEST(an_account_changes_its_key_and_keeps_its_name)
{
	char address[128], arguments[1024];

	drop_passphrase();
	ck_assert_int_eq(cairn("account list --wallet w -q"), 0);
	snprintf(address, sizeof address, "%.*s", (int)strcspn(said, "\n"), said);
	ck_assert_int_eq(cairn("stream create notes --write listed --wallet w"), 0);
	ck_assert_int_eq(cairn("account rotate --wallet w"), 0);
	/* The owner is who it was: it may write and change the key again. */
	ck_assert_int_eq(cairn("record add notes first --wallet w"), 0);
	ck_assert_int_eq(cairn("account rotate --wait none --wallet w"), 0);
	snprintf(arguments, sizeof arguments, "tx wait %.64s", said);
	ck_assert_int_eq(cairn(arguments), 0);
	write_file("lines", "a\nb\nc\n", 6);
	snprintf(arguments, sizeof arguments, "record add notes @%s --lines --wallet w",
	         path_of("lines"));
	ck_assert_int_eq(cairn(arguments), 0);
	ck_assert_int_eq(cairn("record list notes --json"), 0);
	ck_assert_int_eq(strncmp(said_after("\"author\":\""), address, strlen(address)), 0);
	ck_assert_int_eq(cairn("account show main --wallet w --json"), 0);
	ck_assert_int_eq(atoi(said_after("\"rotations\": ")), 2);
	/* The first key alone, from the same words, signs no more. */
	ck_assert_int_eq(cairn("wallet show w --words"), 0);
	write_file("words", said, said_size);
	write_file("empty", "", 0);
	snprintf(arguments, sizeof arguments,
	         "wallet restore old --words-file %s --passphrase-file %s", path_of("words"),
	         path_of("empty"));
	ck_assert_int_eq(cairn(arguments), 0);
	ck_assert_int_eq(cairn("record add notes x --wallet old"), 4);
	live_node_kill(&node);
	live_node_restart(&node);
	ck_assert_int_eq(cairn("record add notes later --wallet w"), 0);
}
END_TEST

/* Killed at any moment of it, the wallet goes on with the key that the ledger has. */
START_TEST(a_change_of_key_that_is_killed_leaves_a_wallet_that_signs)
{
	static const char *const add = "record add notes x --wallet w";
	char command[8192];

	drop_passphrase();
	ck_assert_int_eq(cairn("stream create notes --wallet w"), 0);
	for (int i = 0; i < 12; i++) {
		snprintf(command, sizeof command,
		         "{ %s/cairn --data-dir %s account rotate --wallet w & sleep 0.%03d; "
		         "kill -9 $!; wait $!; } >/dev/null 2>&1; true",
		         getenv("CAIRN_BIN_DIR"), node.folder, 5 * i);
		ck_assert_int_eq(system(command), 0);
		/* The first may have been signed just before the change became final. */
		if (cairn(add) != 0)
			ck_assert_int_eq(cairn(add), 0);
	}
}
END_TEST

START_TEST(the_log_says_what_is_final_and_no_secret)
{
	char command[1024];

	drop_passphrase();
	ck_assert_int_eq(cairn("stream create notes --wallet w"), 0);
	ck_assert_int_eq(cairn("record add notes Payload17 --key Key17 --wallet w"), 0);
	live_node_stop(&node);
	snprintf(command, sizeof command,
	         "grep -Eq '^[0-9T:.-]+Z info consensus finalized height=2 view=2 txs=1 ' %s",
	         node.log);
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof command, "grep -Eq 'Payload17|Key17|sesame' %s", node.log);
	ck_assert_int_ne(system(command), 0);
	live_node_restart(&node);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("wallet");
	TCase *tests = tcase_create("wallet");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_record_comes_back_byte_for_byte);
	tcase_add_test(tests, a_wrong_passphrase_opens_nothing);
	tcase_add_test(tests, a_refusal_and_a_missing_thing_have_their_exit_codes);
	tcase_add_test(tests, lines_are_imported_each_once);
	tcase_add_test(tests, an_account_changes_its_key_and_keeps_its_name);
	tcase_add_test(tests, a_change_of_key_that_is_killed_leaves_a_wallet_that_signs);
	tcase_add_test(tests, the_log_says_what_is_final_and_no_secret);
	suite_add_tcase(suite, tests);
	return suite;
}
