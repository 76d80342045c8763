/* Many records at once, against a ledger that is well, busy, forgetful or gone:
 * import.h. */
#include "wallet-cli/import.h"
#include "wallet-cli/submit.h"

/* Behind the headers that use its names for parameters. */
#include "tests/unit/wallet/fake_ledger.h"
#include "tests/unit/wallet/scene.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>

static struct fake_ledger ledger;
static struct session session;
static struct import_plan plan;
static struct import_report report;
static FILE *output;
static char *printed;
static size_t printed_size;

static void setup(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	open_folder();
	create("w", "");
	unlock("");
	fake_ledger_start(&ledger, folder);
	output = open_memstream(&printed, &printed_size);
	session = (struct session){.keystore = keystore};
	session.output = (struct output){
		.out = output, .notes = output, .look = {.form = TABLE_PLAIN, .width = 80}};
	ck_assert_int_eq(
		node_address_find(&session.address, ledger.node.socket, NULL, &session.failure),
		EXIT_CODE_OK);
	session.client = client_new(&session.address, &session.failure);
	ck_assert_ptr_nonnull(session.client);
	report = (struct import_report){0};
	plan = (struct import_plan){
		.stream = stream_id_of(text_view("notes")),
		.descriptor = -1,
		.records_per_tx = 1,
		.valid_for_ms = 3600000,
		.timeout_ms = 20000,
		.wait = SUBMIT_WAIT_FINAL,
	};
	plan.writing.network = ledger.network;
	plan.writing.sender = keystore_account(keystore, 0)->id;
}

static void teardown(void)
{
	client_free(session.client);
	node_address_close(&session.address);
	fake_ledger_stop(&ledger);
	fclose(output);
	free(printed);
	if (plan.descriptor >= 0)
		close(plan.descriptor);
	close_wallet();
	curl_global_cleanup();
}

/* The lines as a file that is read from its beginning. */
static void give(const char *text, size_t size)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/lines", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	if (plan.descriptor >= 0)
		close(plan.descriptor);
	plan.descriptor = open(path, O_RDONLY);
	ck_assert_int_ge(plan.descriptor, 0);
}

static void give_text(const char *text)
{
	give(text, strlen(text));
}

/* "0\n1\n2\n" and so on. */
static char *numbers(size_t count)
{
	char *text = malloc(count * 8 + 1);
	size_t size = 0;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < count; i++)
		size += (size_t)sprintf(text + size, "%zu\n", i);
	return text;
}

static enum exit_code run(void)
{
	enum exit_code exit_code = import_run(&report, &plan, &session);

	ck_assert_uint_eq(report.record_count, report.final_count + report.pending_count +
	                                           report.failed_count +
	                                           report.unknown_count);
	return exit_code;
}

/* What the ledger has, record after record, as a text to be freed. */
static char *stored(void)
{
	char *text = calloc(1, ledger.tx_count * 512 + 1);
	size_t size = 0;

	ck_assert_ptr_nonnull(text);
	for (unsigned height = 1; height <= ledger.height; height++)
		for (size_t i = 0; i < ledger.tx_count; i++)
			if (ledger.txs[i].height == height)
				size += (size_t)sprintf(text + size, "%s", ledger.txs[i].value);
	return text;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted lines of a text, in place; gives how many. */
static size_t sort_lines(char *text, char **lines)
{
	size_t count = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		lines[count++] = line;
	qsort(lines, count, sizeof *lines, compare_lines);
	return count;
}

/* Every line once, in whatever order. */
static void has_all_once(const char *text, size_t count)
{
	char *want = strdup(text), *have = stored();
	char **want_lines = calloc(2 * count, sizeof(char *));
	char **have_lines = calloc(2 * count, sizeof(char *));

	ck_assert_uint_eq(sort_lines(want, want_lines), count);
	ck_assert_uint_eq(sort_lines(have, have_lines), count);
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(want_lines[i], have_lines[i]);
	free(want);
	free(have);
	free(want_lines);
	free(have_lines);
}

START_TEST(every_line_becomes_final_in_the_order_of_the_lines)
{
	char *text = numbers(3000);
	char *have;

	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 3000);
	ck_assert_uint_eq(report.reason_count, 0);
	ck_assert_uint_le(ledger.batch_size_max, IMPORT_BATCH_TXS);
	ck_assert_uint_gt(ledger.batch_size_max, 1);
	have = stored();
	ck_assert_str_eq(have, text);
	free(have);
	free(text);
}
END_TEST

START_TEST(unordered_uses_several_connections_and_loses_nothing)
{
	char *text = numbers(5000);

	plan.is_unordered = true;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 5000);
	has_all_once(text, 5000);
	free(text);
}
END_TEST

START_TEST(several_records_go_into_one_transaction)
{
	char *text = numbers(1000);
	char *have;

	plan.records_per_tx = 30;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 1000);
	ck_assert_uint_eq(ledger.tx_count, 34);
	have = stored();
	ck_assert_str_eq(have, text);
	free(have);
	free(text);
}
END_TEST

START_TEST(a_transaction_never_grows_too_large)
{
	char *text = malloc(100 * 6001);

	for (size_t i = 0; i < 100; i++) {
		memset(text + i * 6001, 'x', 6000);
		text[i * 6001 + 6000] = '\n';
	}
	plan.records_per_tx = TX_OPERATIONS_MAX;
	give(text, 100 * 6001);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 100);
	ck_assert_uint_eq(ledger.tx_count, 10);
	free(text);
}
END_TEST

START_TEST(an_empty_input_is_no_record)
{
	give_text("");
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.record_count, 0);
	ck_assert_int_eq(import_report_judge(&report, &session.failure), EXIT_CODE_OK);
}
END_TEST

/* -- A ledger that refuses ------------------------------------------------------------- */

START_TEST(refused_lines_are_listed_by_reason_and_line)
{
	char long_line[TX_SIZE_MAX + 100];
	char *text = malloc(2 * sizeof long_line);

	memset(long_line, 'x', sizeof long_line);
	sprintf(text, "a\nbad\nb\nbad\n%.*s\nc\n", (int)sizeof long_line, long_line);
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.record_count, 6);
	ck_assert_uint_eq(report.final_count, 3);
	ck_assert_uint_eq(report.failed_count, 3);
	ck_assert_uint_eq(report.reason_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct import_reason *reason = &report.reasons[i];

		if (reason->failure.rpc_code == 208) {
			ck_assert_uint_eq(reason->line_count, 2);
			ck_assert_uint_eq(reason->lines[0], 2);
			ck_assert_uint_eq(reason->lines[1], 4);
		} else {
			ck_assert_uint_eq(reason->line_count, 1);
			ck_assert_uint_eq(reason->lines[0], 5);
		}
	}
	ck_assert_int_eq(import_report_judge(&report, &session.failure), EXIT_CODE_REFUSED);
	free(text);
}
END_TEST

START_TEST(lines_of_json_have_keys_and_their_own_faults)
{
	plan.is_jsonl = true;
	give_text("{\"value\":\"a\",\"key\":\"k\"}\n"
	          "\n"
	          "nonsense\n"
	          "{\"value_b64\":\"Yg==\"}\n"
	          "{\"value\":\"x\",\"stream\":\"other\"}\n"
	          "{\"valeu\":\"x\"}\n"
	          "{\"value\":\"c\",\"value\":\"d\"}\n");
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.record_count, 6);
	ck_assert_uint_eq(report.final_count, 2);
	ck_assert_uint_eq(report.failed_count, 4);
	ck_assert_uint_eq(report.reasons[0].lines[0], 3);
	has_all_once("a\nb\n", 2);
}
END_TEST

START_TEST(what_is_put_off_comes_again)
{
	char *text = numbers(1500);

	ledger.put_off_every = 7;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 1500);
	has_all_once(text, 1500);
	free(text);
}
END_TEST

START_TEST(a_body_that_is_refused_as_a_whole_comes_again)
{
	char *text = numbers(2000);
	char *have;

	ledger.limit_every = 2;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 2000);
	have = stored();
	ck_assert_str_eq(have, text);
	free(have);
	free(text);
}
END_TEST

START_TEST(a_node_that_lets_nobody_write_ends_it_with_its_reason)
{
	char *text = numbers(100);

	ledger.refuses_all = true;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.failed_count, 100);
	ck_assert_int_eq(import_report_judge(&report, &session.failure),
	                 EXIT_CODE_NOT_PERMITTED);
	free(text);
}
END_TEST

/* -- A ledger that fails --------------------------------------------------------------- */

START_TEST(cut_connections_lose_and_double_nothing)
{
	char *text = numbers(3000);

	ledger.cut_every = 2;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 3000);
	ck_assert_uint_eq(report.unknown_count, 0);
	has_all_once(text, 3000);
	free(text);
}
END_TEST

START_TEST(what_the_node_forgets_is_sent_again)
{
	char *text = numbers(500);

	/* As a node that was killed: what it had taken is gone from its pool. */
	ledger.forget_at = 200;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 500);
	has_all_once(text, 500);
	free(text);
}
END_TEST

START_TEST(without_blocks_nothing_is_claimed)
{
	char *text = numbers(100);

	ledger.makes_no_blocks = true;
	plan.timeout_ms = 300;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 0);
	ck_assert_uint_eq(report.unknown_count, 100);
	ck_assert_int_eq(import_report_judge(&report, &session.failure), EXIT_CODE_UNKNOWN);
	free(text);
}
END_TEST

START_TEST(who_waits_for_pending_does_not_wait_for_blocks)
{
	char *text = numbers(1000);

	ledger.makes_no_blocks = true;
	plan.wait = SUBMIT_WAIT_PENDING;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.pending_count, 1000);
	ck_assert_int_eq(import_report_judge(&report, &session.failure), EXIT_CODE_OK);
	free(text);
}
END_TEST

START_TEST(lines_that_were_never_sent_are_known_not_to_be_there)
{
	char *text = numbers(500);

	ledger.limit_every = 1;
	plan.timeout_ms = 200;
	give_text(text);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 0);
	/* What was in a body that was answered with an error may have been taken. */
	ck_assert_uint_eq(report.failed_count + report.unknown_count, 500);
	ck_assert_uint_eq(ledger.tx_count, 0);
	free(text);
}
END_TEST

static void *interrupt(void *argument)
{
	pthread_t *importing = argument;

	/* Once something was sent. */
	while (atomic_load(&ledger.node.request_count) < 4)
		sched_yield();
	pthread_kill(*importing, SIGINT);
	return NULL;
}

START_TEST(an_interruption_ends_it_with_a_report)
{
	char *text = numbers(20000);
	pthread_t self = pthread_self(), other;

	ledger.makes_no_blocks = true;
	give_text(text);
	ck_assert_int_eq(pthread_create(&other, NULL, interrupt, &self), 0);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	pthread_join(other, NULL);
	ck_assert_uint_eq(report.final_count, 0);
	ck_assert_uint_gt(report.unknown_count, 0);
	ck_assert_uint_lt(report.record_count, 20000);
	free(text);
}
END_TEST

START_TEST(lines_that_come_slowly_go_at_once)
{
	int ends[2];
	pid_t writer;
	char seen;
	int back[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pipe(back), 0);
	plan.descriptor = ends[0];
	plan.records_per_tx = 10;
	session.output.is_quiet = true;
	session.output.out = fdopen(back[1], "w");
	setvbuf(session.output.out, NULL, _IONBF, 0);
	writer = fork();
	if (writer == 0) {
		/* The second line comes only when the first one is final. */
		bool is_good = write(ends[1], "first\n", 6) == 6 && read(back[0], &seen, 1) == 1 &&
		               write(ends[1], "second\n", 7) == 7;

		_exit(is_good ? 0 : 1);
	}
	close(ends[1]);
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	ck_assert_uint_eq(report.final_count, 2);
	ck_assert_uint_eq(ledger.tx_count, 2);
	fclose(session.output.out);
	close(back[0]);
}
END_TEST

/* -- What is told ----------------------------------------------------------------------- */

START_TEST(the_report_says_what_is_known)
{
	json_t *json;

	give_text("a\nbad\nb\n");
	ck_assert_int_eq(run(), EXIT_CODE_OK);
	report.elapsed_ms = 1500;
	ck_assert_int_eq(import_report_show(&report, &session.output, &session.failure),
	                 EXIT_CODE_OK);
	fflush(output);
	ck_assert_str_eq(printed, "1 refused: this one is bad (TX_CONFLICT); line 2\n"
	                          "2 of 3 records final in 1.5 s (1/s)\n");
	json = import_report_json(&report);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "final")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "refused")), 1);
	json_decref(json);
}
END_TEST

START_TEST(more_reasons_than_there_is_room_for_are_counted_together)
{
	struct failure failure;

	for (unsigned i = 0; i < 100; i++) {
		failure_set(&failure, EXIT_CODE_REFUSED, "reason %u", i);
		import_report_fail(&report, i + 1, 1, &failure);
	}
	ck_assert_uint_eq(report.reason_count, IMPORT_REASONS_MAX);
	ck_assert_uint_eq(report.failed_count, 100);
	ck_assert_str_eq(report.reasons[IMPORT_REASONS_MAX - 1].failure.message,
	                 "other reasons");
	ck_assert_uint_eq(report.reasons[IMPORT_REASONS_MAX - 1].line_count,
	                  100 - IMPORT_REASONS_MAX + 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("import");
	TCase *cases = tcase_create("import");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, every_line_becomes_final_in_the_order_of_the_lines);
	tcase_add_test(cases, unordered_uses_several_connections_and_loses_nothing);
	tcase_add_test(cases, several_records_go_into_one_transaction);
	tcase_add_test(cases, a_transaction_never_grows_too_large);
	tcase_add_test(cases, an_empty_input_is_no_record);
	tcase_add_test(cases, refused_lines_are_listed_by_reason_and_line);
	tcase_add_test(cases, lines_of_json_have_keys_and_their_own_faults);
	tcase_add_test(cases, what_is_put_off_comes_again);
	tcase_add_test(cases, a_body_that_is_refused_as_a_whole_comes_again);
	tcase_add_test(cases, a_node_that_lets_nobody_write_ends_it_with_its_reason);
	tcase_add_test(cases, cut_connections_lose_and_double_nothing);
	tcase_add_test(cases, what_the_node_forgets_is_sent_again);
	tcase_add_test(cases, without_blocks_nothing_is_claimed);
	tcase_add_test(cases, who_waits_for_pending_does_not_wait_for_blocks);
	tcase_add_test(cases, lines_that_were_never_sent_are_known_not_to_be_there);
	tcase_add_test(cases, an_interruption_ends_it_with_a_report);
	tcase_add_test(cases, lines_that_come_slowly_go_at_once);
	tcase_add_test(cases, the_report_says_what_is_known);
	tcase_add_test(cases, more_reasons_than_there_is_room_for_are_counted_together);
	suite_add_tcase(suite, cases);
	return suite;
}
