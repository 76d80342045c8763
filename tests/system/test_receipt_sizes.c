/* Receipts of one ledger when it has 1, 2, 1,000 and 100,000 transactions: of the first, of one in
 * the middle and of the last, and of the end of its list. Whoever has them and a policy is told
 * yes, whatever checks them: the wallet, the library, the second implementation, the Go project's
 * packages, the page in a browser. Of what was changed in them all say no. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include "chain/base/text.h"
#include "chain/receipt/extra.h"
#include "chain/verify/cairn_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Under a sanitizer the large ledger takes minutes, and what checks it is the same code. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const size_t tx_counts[] = {1, 2, 1000};
enum { OTHERS_CHECK = false }; /* Programs of others have no sanitizer. */
#else
static const size_t tx_counts[] = {1, 2, 1000, 100000};
enum { OTHERS_CHECK = true };
#endif

enum {
	COUNTS = sizeof tx_counts / sizeof *tx_counts,
	SIZE_MAX_BESIDE_TX = 1500, /* of a receipt, without its transaction in base64 */
	RECEIPT_FILE_MAX = 1 << 20,
	SKIPPED = 77,
	REFUSED = 7,
};

static struct live_node node;
static char said[1 << 16]; /* by the last command */
static json_t *cases;      /* for those that check: {file, policy, is_good} each */

/* -- Programs ---------------------------------------------------------------------------- */

/* In the folder of the files; gives the exit code. */
static int run(const char *command)
{
	char line[8192];
	FILE *pipe;
	size_t size;
	int result;

	snprintf(line, sizeof line, "cd %s/files && { %s; } 2>>../log", node.folder, command);
	pipe = popen(line, "r");
	ck_assert_ptr_nonnull(pipe);
	size = fread(said, 1, sizeof said - 1, pipe);
	said[size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static int cairn(const char *arguments)
{
	char command[4096];

	snprintf(command, sizeof command, "%s/cairn --data-dir .. --node %s %s",
	         getenv("CAIRN_BIN_DIR"), node.socket, arguments);
	return run(command);
}

static void must(const char *arguments)
{
	int code = cairn(arguments);

	ck_assert_msg(code == 0, "cairn %s ended with %d; see %s/log", arguments, code,
	              node.folder);
}

/* -- Files ------------------------------------------------------------------------------- */

static size_t read_file(char *text, const char *name)
{
	char path[256];
	FILE *file;
	size_t size;

	snprintf(path, sizeof path, "%s/files/%s", node.folder, name);
	file = fopen(path, "rb");
	ck_assert_ptr_nonnull(file);
	size = fread(text, 1, RECEIPT_FILE_MAX - 1, file);
	text[size] = '\0';
	ck_assert_int_eq(fclose(file), 0);
	return size;
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/files/%s", node.folder, name);
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void add_case(const char *file, const char *policy, bool is_good)
{
	json_array_append_new(cases, json_pack("{s:s, s:s, s:b}", "file", file, "policy",
	                                       policy, "is_good", (int)is_good));
}

/* The line that begins with `word`, behind it. */
static char *line_of(char *text, const char *word, size_t *size)
{
	char *at = strstr(text, word);

	ck_assert_ptr_nonnull(at);
	at += strlen(word);
	*size = strcspn(at, "\n");
	return at;
}

/* What the receipt carries; the leaf is borrowed from `bytes`. */
static struct receipt_extra extra_of(char *text, uint8_t *bytes)
{
	struct receipt_extra extra;
	size_t line_size, size;
	char *line = line_of(text, "\nextra ", &line_size);

	ck_assert(base64_decode(bytes, &size, bytes_view(line, line_size)));
	ck_assert_int_eq(receipt_extra_decode(&extra, bytes_view(bytes, size)), STATUS_OK);
	return extra;
}

/* -- Changed receipts -------------------------------------------------------------------- */

/* One byte of what was recorded is another. */
static void change_leaf(char *text, const char *name)
{
	static uint8_t bytes[RECEIPT_FILE_MAX];
	struct receipt_extra extra = extra_of(text, bytes);
	size_t middle = (size_t)(extra.leaf.at - bytes) + extra.leaf.size / 2;
	size_t line_size, size;
	char *line = line_of(text, "\nextra ", &line_size);
	char after = line[line_size];

	ck_assert(base64_decode(bytes, &size, bytes_view(line, line_size)));
	bytes[middle] ^= 1;
	base64_encode(line, bytes_view(bytes, size));
	line[line_size] = after;
	write_file(name, text);
}

/* It stands elsewhere in the log, they say. */
static void change_place(char *text, const char *name)
{
	size_t line_size;
	char *line = line_of(text, "\nindex ", &line_size);

	line[line_size - 1] = line[line_size - 1] == '1' ? '2' : '1';
	write_file(name, text);
}

/* The quorum signed another root. */
static void change_root(char *text, const char *name)
{
	size_t line_size;
	char *line = line_of(text, "\n\ncairn/", &line_size);

	line += line_size + 1;
	line += strcspn(line, "\n") + 1;
	*line = *line == 'A' ? 'B' : 'A';
	write_file(name, text);
}

static void add_changed(const char *file, const char *policy)
{
	static const struct {
		const char *name;
		void (*change)(char *text, const char *name);
	} changes[] = {{"leaf", change_leaf}, {"place", change_place}, {"root", change_root}};
	static char text[RECEIPT_FILE_MAX];

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		char name[128];

		snprintf(name, sizeof name, "%s-other-%s", changes[i].name, file);
		read_file(text, file);
		changes[i].change(text, name);
		add_case(name, policy, false);
	}
	add_case(file, "policy-of-others", false);
}

/* -- The ledger -------------------------------------------------------------------------- */

static char first_txid[HASH_HEX_SIZE];

static uint64_t tx_count(void)
{
	struct live_connection connection;
	uint64_t count;

	live_connect(&connection, &node);
	live_call(&connection, "chain.get_head", "{}");
	count = live_answer_u64(&connection, "tx_count");
	live_disconnect(&connection);
	return count;
}

/* The first transaction makes a stream, each other one writes a record in it. */
static void grow_to(size_t count)
{
	size_t present = (size_t)tx_count();
	char command[256];

	if (present == 0) {
		must("stream create measurements -q");
		memcpy(first_txid, said, sizeof first_txid - 1);
		present++;
	}
	if (present < count) {
		snprintf(command, sizeof command, "seq -f 'measurement %%.0f' %zu %zu >lines",
		         present + 1, count);
		ck_assert_int_eq(run(command), 0);
		must("record add measurements @lines --lines");
	}
	ck_assert_uint_eq(tx_count(), count);
}

/* Of transaction `number`, counted from 1. */
static void get_txid(char txid[HASH_HEX_SIZE], size_t number)
{
	static const char name[] = "\"txid\":\"";
	char arguments[128];
	const char *at;

	if (number == 1) {
		memcpy(txid, first_txid, HASH_HEX_SIZE);
		return;
	}
	snprintf(arguments, sizeof arguments,
	         "record list measurements --from %zu --limit 1 --json", number - 2);
	must(arguments);
	at = strstr(said, name);
	ck_assert_msg(at != NULL, "no txid in %.400s", said);
	memcpy(txid, at + strlen(name), HASH_HEX_SIZE - 1);
	txid[HASH_HEX_SIZE - 1] = '\0';
}

static uint64_t said_u64(const char *name)
{
	json_t *answer = json_loads(said, 0, NULL);
	const json_t *value = json_object_get(answer, name);
	json_int_t number = json_integer_value(value);

	ck_assert_msg(json_is_integer(value), "no %s in %.400s", name, said);
	json_decref(answer);
	return (uint64_t)number;
}

/* The wallet finds it good, of that transaction, in a log that has them all. */
static void check_facts(const char *name, const char *policy, size_t number, size_t count)
{
	char arguments[256], txid[HASH_HEX_SIZE];

	get_txid(txid, number);
	snprintf(arguments, sizeof arguments, "receipt verify %s --policy %s --json", name,
	         policy);
	must(arguments);
	ck_assert_ptr_nonnull(strstr(said, txid));
	/* Each block has its header behind its transactions, and so has the genesis. */
	ck_assert_uint_ge(said_u64("log_index"), number);
	ck_assert_uint_gt(said_u64("log_size"), count);
}

static void check_size(const char *name)
{
	static char text[RECEIPT_FILE_MAX];
	static uint8_t bytes[RECEIPT_FILE_MAX];
	size_t size = read_file(text, name);
	size_t tx_size = (extra_of(text, bytes).leaf.size + 2) / 3 * 4;

	ck_assert_msg(size <= SIZE_MAX_BESIDE_TX + tx_size,
	              "%s has %zu bytes, %zu of them the transaction", name, size, tx_size);
}

static void get_tx_receipt(size_t count, const char *policy, const char *which,
                           size_t number)
{
	char arguments[256], name[64], txid[HASH_HEX_SIZE];

	get_txid(txid, number);
	snprintf(name, sizeof name, "%s-of-%zu", which, count);
	snprintf(arguments, sizeof arguments, "receipt get %s -o %s", txid, name);
	must(arguments);
	check_facts(name, policy, number, count);
	check_size(name);
	add_case(name, policy, true);
	add_changed(name, policy);
}

/* Of the last ten records, or fewer. */
static void get_list(size_t count, const char *policy)
{
	size_t record_count = count - 1;
	char arguments[256], name[64];

	snprintf(name, sizeof name, "list-of-%zu", count);
	snprintf(arguments, sizeof arguments, "record list measurements --prove --from %zu -o %s",
	         record_count > 10 ? record_count - 10 : 0, name);
	must(arguments);
	snprintf(arguments, sizeof arguments, "receipt verify %s --policy %s --json", name,
	         policy);
	must(arguments);
	ck_assert_uint_eq(said_u64("count"), record_count);
	add_case(name, policy, true);
	add_changed(name, policy);
}

static void get_receipts(size_t count)
{
	char arguments[256], policy[64];

	snprintf(policy, sizeof policy, "policy-of-%zu", count);
	snprintf(arguments, sizeof arguments, "network policy -o %s", policy);
	must(arguments);
	/* The last one first: with it there is a checkpoint over all. */
	get_tx_receipt(count, policy, "last", count);
	if (count > 1)
		get_tx_receipt(count, policy, "first", 1);
	if (count > 2)
		get_tx_receipt(count, policy, "middle", (count + 1) / 2);
	get_list(count, policy);
}

static void make(void)
{
	char command[4096];

	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	snprintf(command, sizeof command, "%s/files", node.folder);
	ck_assert_int_eq(mkdir(command, 0755), 0);
	snprintf(command, sizeof command, "cp %s/tests/vectors/receipts/policy-0.txt %s",
	         getenv("CAIRN_SOURCE_DIR"), "policy-of-others");
	ck_assert_int_eq(run(command), 0);
	must("wallet new w --passphrase-file /dev/null -q");
	cases = json_array();
	for (size_t i = 0; i < COUNTS; i++) {
		grow_to(tx_counts[i]);
		get_receipts(tx_counts[i]);
	}
	live_node_stop(&node);
	snprintf(command, sizeof command, "%s/files/cases.json", node.folder);
	ck_assert_int_eq(json_dump_file(cases, command, JSON_INDENT(1)), 0);
}

static void end(void)
{
	json_decref(cases);
	live_node_remove(&node);
}

/* -- Who checks -------------------------------------------------------------------------- */

START_TEST(the_wallet_tells_good_ones_from_changed_ones)
{
	const json_t *one;
	size_t i;

	ck_assert_uint_ge(json_array_size(cases), 5 * COUNTS);
	json_array_foreach (cases, i, one) {
		const char *file = json_string_value(json_object_get(one, "file"));
		bool is_good = json_is_true(json_object_get(one, "is_good"));
		char arguments[256];

		snprintf(arguments, sizeof arguments, "receipt verify %s --policy %s", file,
		         json_string_value(json_object_get(one, "policy")));
		ck_assert_msg(cairn(arguments) == (is_good ? 0 : REFUSED), "%s: %s", file, said);
		ck_assert_msg(!is_good || strstr(said, "Cosigned by 1 of 1 validators"), "%s", said);
	}
}
END_TEST

static enum cairn_verdict verdict_of(const char *file, const char *policy)
{
	static char receipt_text[RECEIPT_FILE_MAX], policy_text[RECEIPT_FILE_MAX];
	size_t size = read_file(receipt_text, file);
	struct cairn_receipt *receipt = cairn_receipt_check(
		receipt_text, size, policy_text, read_file(policy_text, policy), NULL, 0);
	enum cairn_verdict verdict;

	ck_assert_ptr_nonnull(receipt);
	verdict = cairn_receipt_verdict(receipt);
	cairn_receipt_free(receipt);
	return verdict;
}

START_TEST(the_library_says_what_is_wrong_with_changed_ones)
{
	const json_t *one;
	size_t i;

	json_array_foreach (cases, i, one) {
		const char *file = json_string_value(json_object_get(one, "file"));
		const char *policy = json_string_value(json_object_get(one, "policy"));
		enum cairn_verdict wanted = CAIRN_NOT_IN_LOG;

		if (json_is_true(json_object_get(one, "is_good")))
			wanted = CAIRN_GOOD;
		else if (strcmp(policy, "policy-of-others") == 0)
			wanted = CAIRN_OTHER_NETWORK;
		ck_assert_msg(verdict_of(file, policy) == wanted, "%s by %s: %d", file, policy,
		              (int)verdict_of(file, policy));
	}
}
END_TEST

/* The script of `kind` in tests/, with the cases; it says so where it cannot run. */
static void check_by(const char *kind)
{
	char command[4096];
	int code;

	snprintf(command, sizeof command, "sh %s/tests/%s/run.sh cases %s/files 2>&1",
	         getenv("CAIRN_SOURCE_DIR"), kind, node.folder);
	code = run(command);
	printf("%s: %s", kind, said);
	ck_assert_msg(code == 0 || code == SKIPPED, "%s ended with %d: %s", kind, code, said);
}

START_TEST(a_second_implementation_says_the_same)
{
	check_by("python");
}
END_TEST

START_TEST(packages_of_the_go_project_say_the_same)
{
	check_by("go");
}
END_TEST

START_TEST(a_browser_says_the_same)
{
	check_by("browser");
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("receipt sizes");
	TCase *all = tcase_create("all");

	tcase_add_unchecked_fixture(all, make, end);
	tcase_add_test(all, the_wallet_tells_good_ones_from_changed_ones);
	tcase_add_test(all, the_library_says_what_is_wrong_with_changed_ones);
	if (OTHERS_CHECK) {
		tcase_add_test(all, a_second_implementation_says_the_same);
		tcase_add_test(all, packages_of_the_go_project_say_the_same);
		tcase_add_test(all, a_browser_says_the_same);
	}
	suite_add_tcase(suite, all);
	return suite;
}
