/* Whole runs of the program against a small ledger: what is printed where, and the exit
 * code. */
#include "tests/unit/wallet/program.h"

#include <sys/wait.h>

/* -- Writing --------------------------------------------------------------------------- */

START_TEST(a_command_that_writes_prints_the_txid)
{
	make_wallet();
	ck_assert_int_eq(strncmp(out, "cairn1", 6), 0);
	EXPECT(0, "stream", "create", "notes");
	ck_assert(is_txid(out));
	EXPECT(0, "record", "add", "notes", "hello", "--key", "greeting");
	ck_assert(is_txid(out));
	EXPECT(0, "record", "add", "notes", "hello", "-q", "--wait", "pending");
	ck_assert(is_txid(out));
	EXPECT(0, "record", "add", "notes", "hello", "--json");
	ck_assert_ptr_nonnull(strstr(out, "\"txid\": \""));
}
END_TEST

START_TEST(a_refusal_is_a_sentence_and_an_exit_code)
{
	make_wallet();
	EXPECT(5, "record", "add", "notes", "bad");
	ck_assert_str_eq(out, "");
	ck_assert_int_eq(strncmp(notes, "cairn: this one is bad (TX_CONFLICT)", 36), 0);
}
END_TEST

START_TEST(with_json_an_error_is_on_stdout_too)
{
	json_t *json, *error;

	make_wallet();
	EXPECT(5, "--json", "record", "add", "notes", "bad");
	json = out_json();
	error = json_object_get(json, "error");
	ck_assert_int_eq(json_integer_value(json_object_get(error, "code")), 208);
	ck_assert_str_eq(json_string_value(json_object_get(error, "name")), "TX_CONFLICT");
	ck_assert_int_eq(json_integer_value(json_object_get(error, "exit_code")), 5);
	json_decref(json);
	EXPECT(2, "--json", "record", "ad");
	json = out_json();
	ck_assert(
		json_is_null(json_object_get(json_object_get(json, "error"), "code")));
	json_decref(json);
}
END_TEST

START_TEST(an_answer_that_is_cut_leaves_the_txid_and_says_unknown)
{
	char txid[HASH_HEX_SIZE];

	make_wallet();
	ledger.cut_every = 1;
	EXPECT(6, "record", "add", "notes", "hello");
	ck_assert(is_txid(out));
	ck_assert_ptr_nonnull(strstr(notes, "'cairn tx wait "));
	/* It had arrived. */
	ledger.cut_every = 0;
	snprintf(txid, sizeof txid, "%.64s", out);
	EXPECT(0, "tx", "wait", txid);
	ck_assert(is_txid(out));
}
END_TEST

START_TEST(what_nobody_knows_is_not_claimed)
{
	static const char nobody[] =
		"00000000000000000000000000000000000000000000000000000000000000aa";

	EXPECT(6, "tx", "wait", nobody, "--timeout", "0");
	ck_assert_ptr_nonnull(strstr(notes, "not final in time"));
}
END_TEST

START_TEST(a_node_that_is_gone_got_nothing)
{
	make_wallet();
	ck_assert_int_eq(unlink(ledger.node.socket), 0);
	EXPECT(8, "record", "add", "notes", "hello");
	ck_assert_str_eq(out, "");
	ck_assert_ptr_nonnull(strstr(notes, "cannot reach the node"));
}
END_TEST

START_TEST(many_lines_are_imported)
{
	char value[130];

	make_wallet();
	write_file("lines", "a\nb\nbad\n");
	snprintf(value, sizeof value, "@%s", path_of("lines"));
	EXPECT(5, "record", "add", "notes", value, "--lines");
	ck_assert_int_eq(strncmp(out, "2 of 3 records final in ", 24), 0);
	ck_assert_ptr_nonnull(strstr(notes, "line 3"));
	EXPECT(2, "record", "add", "notes", "text", "--lines");
	EXPECT(2, "record", "add", "notes", value, "--lines", "--jsonl");
	EXPECT(2, "record", "add", "notes", value, "--lines", "--expected-count", "1");
}
END_TEST

/* -- Reading, from a node that answers what it likes ----------------------------------- */

static const char *_Atomic result_text; /* the server's threads read it */

static struct fake_answer answer_anything(void *owner, const char *head, const char *body)
{
	struct fake_answer answer = {FAKE_WHOLE, 200, NULL};

	(void)owner;
	(void)head;
	(void)body;
	if (asprintf(&answer.body, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":%s}",
	             result_text) < 0)
		abort();
	return answer;
}

START_TEST(a_record_is_shown_safely_or_as_it_is)
{
	ledger.node.answer = answer_anything;
	/* "a", escape, "b" */
	result_text = "{\"position\":0,\"value_b64\":\"YRti\"}";
	EXPECT(0, "record", "get", "notes", "--key", "k");
	ck_assert_str_eq(out, "a\\x1bb\n");
	EXPECT(0, "record", "get", "notes", "--key", "k", "--raw");
	ck_assert_str_eq(out, "a\033b");
	result_text = "{\"items\":[{\"position\":3,\"key\":\"k\\u001b\",\"value_b64\":\"YQk=\","
				  "\"author\":\"cairn1x\",\"time_ms\":0,\"txid\":\"t\"}],\"next\":null}";
	EXPECT(0, "record", "list", "notes");
	ck_assert_str_eq(out,
	                 "3\tk\\x1b\ta\\t\tcairn1x\t1970-01-01 00:00:00.000Z\tt\n");
	EXPECT(0, "record", "list", "notes", "-q");
	ck_assert_str_eq(out, "t\n");
	EXPECT(0, "record", "history", "notes", "k", "--json");
	json_decref(out_json());
}
END_TEST

START_TEST(a_list_ends_even_if_the_node_would_go_on_for_ever)
{
	ledger.node.answer = answer_anything;
	result_text = "{\"items\":[],\"next\":\"again\"}";
	EXPECT(0, "stream", "list");
	ck_assert_str_eq(out, "");
	EXPECT(0, "stream", "list", "--json");
	ck_assert_str_eq(out, "{\"items\": [],\n \"next\": null}\n");
	result_text = "{\"items\":[{\"name\":\"a\"}],\"next\":\"again\"}";
	EXPECT(0, "stream", "list", "--limit", "3", "-q");
	ck_assert_str_eq(out, "a\na\na\n");
}
END_TEST

START_TEST(whatever_a_node_answers_no_command_breaks)
{
	static const char *const results[] = {
		"null", "7", "\"x\"", "[]", "{}", "[null]", "{\"items\":7}",
		"{\"items\":[]}", "{\"items\":[7,null,\"x\",[],{}],\"next\":7}",
		"{\"items\":[{\"name\":7,\"records\":\"x\",\"key\":[],\"key_b64\":7,\"time_ms\":-1,"
		"\"value_b64\":\"!\",\"file\":{},\"decimals\":99,\"supply\":\"x\",\"amount\":7}]}",
		"{\"status\":7,\"height\":\"x\",\"genesis\":\"zz\",\"genesis_b64\":\"AAAA\","
		"\"hash\":7,\"ready\":\"x\",\"reasons\":[7],\"decimals\":-1,\"supply\":[]}",
	};
	static const char *const commands[][5] = {
		{"stream", "list"},
		{"stream", "show", "s"},
		{"stream", "show", "s", "-q"},
		{"record", "list", "s"},
		{"record", "get", "s", "--position=1"},
		{"record", "get", "s", "--key=k", "--raw"},
		{"record", "history", "s", "k"},
		{"record", "keys", "s"},
		{"asset", "list"},
		{"asset", "show", "s"},
		{"asset", "balance", "main"},
		{"account", "show"},
		{"account", "show", "-q"},
		{"chain", "head", "-q"},
		{"chain", "get-block"},
		{"chain", "list-blocks"},
		{"chain", "genesis", "-q"},
		{"chain", "params"},
		{"node", "status", "-q"},
		{"node", "health"},
		{"node", "version"},
		{"tx", "wait", "0123456789012345678901234567890123456789012345678901234567890123",
		 "--timeout=0"},
		{"tx", "show", "0123456789012345678901234567890123456789012345678901234567890123"},
		{"record", "add", "s", "x"},
		{"asset", "mint", "s", "main", "5"},
		{"rpc", "rpc.ping"},
	};

	make_wallet();
	ledger.node.answer = answer_anything;
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		for (size_t j = 0; j < sizeof commands / sizeof *commands; j++) {
			const char *words[8] = {"--data-dir", folder};
			size_t count = 2;

			while (count - 2 < 5 && commands[j][count - 2]) {
				words[count] = commands[j][count - 2];
				count++;
			}
			result_text = results[i];
			ck_assert_int_le(run_words(words, count), EXIT_CODE_LOCKED);
		}
}
END_TEST

/* -- Wallets --------------------------------------------------------------------------- */

START_TEST(without_a_wallet_nothing_is_written)
{
	EXPECT(3, "record", "add", "notes", "x");
	ck_assert_ptr_nonnull(strstr(notes, "'cairn wallet new' makes one"));
}
END_TEST

START_TEST(a_locked_wallet_ends_with_nine)
{
	write_file("right", "correct horse\n");
	write_file("wrong", "battery\n");
	EXPECT(0, "wallet", "new", "--passphrase-file", path_of("right"), "-q");
	EXPECT(9, "record", "add", "notes", "x", "--passphrase-file", path_of("wrong"));
	EXPECT(0, "record", "add", "notes", "x", "--passphrase-file", path_of("right"));
	EXPECT(9, "wallet", "change-passphrase", "--passphrase-file", path_of("wrong"),
	       "--new-passphrase-file", path_of("empty"));
	EXPECT(0, "wallet", "change-passphrase", "--passphrase-file", path_of("right"),
	       "--new-passphrase-file", path_of("empty"));
	EXPECT(0, "record", "add", "notes", "x");
}
END_TEST

START_TEST(a_wallet_is_restored_from_its_words)
{
	char first[sizeof out];

	make_wallet();
	EXPECT(0, "account", "new", "second", "-q");
	EXPECT(0, "account", "list", "-q");
	snprintf(first, sizeof first, "%s", out);
	EXPECT(0, "wallet", "show", "--words");
	write_file("words", out);
	EXPECT(0, "wallet", "restore", "again", "--words-file", path_of("words"),
	       "--passphrase-file", path_of("empty"), "--accounts", "2", "-q");
	ck_assert_str_eq(out, first);
	EXPECT(1, "wallet", "restore", "again", "--words-file", path_of("words"),
	       "--passphrase-file", path_of("empty"));
	ck_assert_ptr_nonnull(strstr(notes, "it was not touched"));
	write_file("words", "abandon abandon abandom");
	EXPECT(2, "wallet", "restore", "third", "--words-file", path_of("words"),
	       "--passphrase-file", path_of("empty"));
	EXPECT(0, "wallet", "list", "-q");
	ck_assert_str_eq(out, "again\ndefault\n");
	EXPECT(0, "wallet", "show", "again", "--json");
}
END_TEST

START_TEST(the_files_of_a_wallet_are_its_owners)
{
	struct stat facts;

	make_wallet();
	EXPECT(0, "record", "add", "notes", "x");
	ck_assert_int_eq(stat(path_of("wallets"), &facts), 0);
	ck_assert_int_eq(facts.st_mode & 0777, 0700);
	ck_assert_int_eq(stat(path_of("wallets/default.wallet"), &facts), 0);
	ck_assert_int_eq(facts.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(path_of("wallets/networks.json"), &facts), 0);
	ck_assert_int_eq(facts.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_node_of_another_network_gets_no_signature)
{
	struct hash other = {{0xee}};
	size_t count;

	make_wallet();
	EXPECT(0, "record", "add", "notes", "x");
	count = ledger.tx_count;
	network_init(&ledger.network, &other);
	EXPECT(1, "record", "add", "notes", "x");
	ck_assert_ptr_nonnull(strstr(notes, "another network than before"));
	ck_assert_uint_eq(ledger.tx_count, count);
	EXPECT(0, "record", "add", "notes", "x", "--yes");
	EXPECT(0, "record", "add", "notes", "x");
}
END_TEST

START_TEST(a_damaged_memory_of_networks_is_named)
{
	make_wallet();
	write_file("wallets/networks.json", "{");
	EXPECT(1, "record", "add", "notes", "x");
	ck_assert_ptr_nonnull(strstr(notes, "networks.json is damaged"));
}
END_TEST

/* -- Transactions by hand --------------------------------------------------------------- */

START_TEST(a_transaction_is_built_signed_and_sent_apart)
{
	char genesis[HASH_HEX_SIZE];
	char txid[sizeof out];

	make_wallet();
	hex_encode(genesis, hash_view(&ledger.network.genesis));
	EXPECT(0, "tx", "build", "record.append", "stream=notes", "value=hello", "-o",
	       path_of("tx"));
	EXPECT(2, "tx", "send", path_of("tx"));
	/* Neither of these needs a node. */
	EXPECT(0, "--node", "/nowhere/sock", "tx", "sign", path_of("tx"), "--genesis",
	       genesis);
	ck_assert(is_txid(out));
	snprintf(txid, sizeof txid, "%s", out);
	ck_assert_ptr_nonnull(strstr(notes, "\"kind\":\"record.append\""));
	EXPECT(0, "tx", "send", path_of("tx"));
	ck_assert_str_eq(out, txid);
	ck_assert_uint_eq(ledger.tx_count, 1);
	ck_assert_str_eq(ledger.txs[0].value, "hello\n");
	EXPECT(2, "tx", "sign", path_of("tx"), "--genesis",
	       "00000000000000000000000000000000000000000000000000000000000000aa");
	EXPECT(3, "tx", "sign", path_of("nothing"));
}
END_TEST

START_TEST(the_unsigned_file_goes_to_stdout_without_a_name)
{
	json_t *json;

	make_wallet();
	EXPECT(0, "tx", "build", "asset.burn", "asset=kwh", "amount=5");
	json = out_json();
	ck_assert_int_eq(json_integer_value(json_object_get(json, "cairn_tx")), 1);
	json_decref(json);
	EXPECT(2, "tx", "build", "asset.brun", "asset=kwh", "amount=5");
	ck_assert_ptr_nonnull(strstr(notes, "asset.burn"));
}
END_TEST

/* -- Usage ------------------------------------------------------------------------------ */

START_TEST(mistakes_of_usage_end_with_two)
{
	EXPECT(2, "record");
	EXPECT(2, "recrod", "add");
	EXPECT(2, "record", "add", "notes");
	EXPECT(2, "record", "get", "notes");
	EXPECT(2, "record", "get", "notes", "--key", "k", "--position", "1");
	EXPECT(2, "record", "list", "notes", "--limit", "0");
	EXPECT(2, "record", "list", "notes", "--at", "yesterday");
	EXPECT(2, "stream", "show", "notes", "--prove");
	EXPECT(2, "chain", "get-block", "minus-one");
	EXPECT(2, "rpc", "chain.get_blok");
	EXPECT(2, "rpc", "chain.get_block", "height=x");
	EXPECT(2, "rpc", "chain.get_block", "height");
	EXPECT(2, "rpc", "chain.get_block", "{");
	EXPECT(2, "tx", "wait", "abc");
	EXPECT(2, "--node", "ftp://x", "node", "status");
	EXPECT(2, "record", "add", "NOTES", "x");
	EXPECT(2, "help", "recrod");
	EXPECT(2, "help", "--completion", "fish");
}
END_TEST

START_TEST(help_and_version_need_nothing)
{
	EXPECT(0, "--help");
	ck_assert_ptr_nonnull(strstr(out, "Usage: cairn"));
	EXPECT(0, "--version");
	ck_assert_int_eq(strncmp(out, "cairn ", 6), 0);
	EXPECT(0, "record", "--help");
	ck_assert_ptr_nonnull(strstr(out, "cairn record:"));
	EXPECT(0, "record", "add", "--help");
	ck_assert_ptr_nonnull(strstr(out, "Usage: cairn record add STREAM"));
	EXPECT(0, "help", "rpc", "tx.submit");
	ck_assert_ptr_nonnull(strstr(out, "tx_b64"));
	EXPECT(0, "help", "stream", "get-latest");
	EXPECT(0, "help", "options");
	EXPECT(0, "help", "--man");
}
END_TEST

START_TEST(a_full_disk_is_not_silent)
{
	const char *const words[] = {"help"};
	int status;
	pid_t child;

	if (access("/dev/full", W_OK) != 0)
		return;
	child = fork();
	if (child == 0) {
		if (!freopen("/dev/full", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(99);
		_exit(session_main(1, words));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *cases = tcase_create("session");

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, a_command_that_writes_prints_the_txid);
	tcase_add_test(cases, a_refusal_is_a_sentence_and_an_exit_code);
	tcase_add_test(cases, with_json_an_error_is_on_stdout_too);
	tcase_add_test(cases, an_answer_that_is_cut_leaves_the_txid_and_says_unknown);
	tcase_add_test(cases, what_nobody_knows_is_not_claimed);
	tcase_add_test(cases, a_node_that_is_gone_got_nothing);
	tcase_add_test(cases, many_lines_are_imported);
	tcase_add_test(cases, a_record_is_shown_safely_or_as_it_is);
	tcase_add_test(cases, a_list_ends_even_if_the_node_would_go_on_for_ever);
	tcase_add_test(cases, whatever_a_node_answers_no_command_breaks);
	tcase_add_test(cases, without_a_wallet_nothing_is_written);
	tcase_add_test(cases, a_locked_wallet_ends_with_nine);
	tcase_add_test(cases, a_wallet_is_restored_from_its_words);
	tcase_add_test(cases, the_files_of_a_wallet_are_its_owners);
	tcase_add_test(cases, a_node_of_another_network_gets_no_signature);
	tcase_add_test(cases, a_damaged_memory_of_networks_is_named);
	tcase_add_test(cases, a_transaction_is_built_signed_and_sent_apart);
	tcase_add_test(cases, the_unsigned_file_goes_to_stdout_without_a_name);
	tcase_add_test(cases, mistakes_of_usage_end_with_two);
	tcase_add_test(cases, help_and_version_need_nothing);
	tcase_add_test(cases, a_full_disk_is_not_silent);
	suite_add_tcase(suite, cases);
	return suite;
}
