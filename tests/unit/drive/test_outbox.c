/* What waits for the disk, and the jobs it waits for. */
#include "chain/base/memory.h"
#include "node/drive/outbox.h"
#include "tests/support/support.h"

static struct outbox outbox;
static struct store_job *job, *other;

static void setup(void)
{
	outbox = (struct outbox){0};
	job = store_job_new();
	other = store_job_new();
	ck_assert(job && other);
}

static void teardown(void)
{
	outbox_close(&outbox);
	store_job_free(job);
	store_job_free(other);
}

static void add(uint16_t to)
{
	struct outbox_item *item = outbox_add_message(&outbox, to);

	ck_assert_ptr_nonnull(item);
	buffer_append(&item->message, &to, sizeof to);
}

static void add_job(struct store_job *which)
{
	ck_assert_int_eq(outbox_add_job(&outbox, which), STATUS_OK);
}

/* The next message that may leave is for `to`. */
static void expect(uint16_t to)
{
	struct outbox_item *item = outbox_take(&outbox);

	ck_assert_ptr_nonnull(item);
	ck_assert_uint_eq(item->to, to);
	ck_assert_mem_eq(item->message.at, &to, sizeof to);
	outbox_free_item(item);
}

static void expect_nothing(void)
{
	ck_assert_ptr_null(outbox_take(&outbox));
}

START_TEST(messages_leave_in_the_order_they_came)
{
	expect_nothing();
	for (uint16_t i = 0; i < 5; i++)
		add(i);
	for (uint16_t i = 0; i < 5; i++)
		expect(i);
	expect_nothing();
	add(9);
	expect(9);
}
END_TEST

START_TEST(nothing_behind_a_job_leaves_before_it_is_done)
{
	add(1);
	add_job(job);
	add(2);
	add(3);
	expect(1);
	expect_nothing();
	outbox_finish_job(&outbox, job);
	expect(2);
	expect(3);
	expect_nothing();
}
END_TEST

START_TEST(a_job_that_is_done_early_lets_nothing_pass_an_earlier_one)
{
	add_job(job);
	add(1);
	add_job(other);
	add(2);
	outbox_finish_job(&outbox, other);
	expect_nothing();
	outbox_finish_job(&outbox, job);
	expect(1);
	expect(2);
}
END_TEST

START_TEST(what_never_left_is_freed_at_the_end)
{
	add_job(job);
	add(1);
	outbox_close(&outbox);
	expect_nothing();
	outbox_free_item(NULL);
}
END_TEST

START_TEST(without_memory_there_is_no_item)
{
	memory_fail_at(1, 0);
	ck_assert_ptr_null(outbox_add_message(&outbox, 1));
	memory_fail_at(1, 0);
	ck_assert_int_eq(outbox_add_job(&outbox, job), STATUS_MEMORY);
	memory_fail_at(0, 0);
	expect_nothing();
}
END_TEST

/* -- Jobs ---------------------------------------------------------------------------- */

START_TEST(a_later_record_of_a_view_takes_the_place_of_the_earlier)
{
	struct vote_record record = {.epoch = 1, .view = 5, .notarized = 1};

	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	record.finalized = 1;
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	record.view = 6;
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	record.epoch = 2;
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	ck_assert_uint_eq(job->record_count, 3);
	ck_assert_uint_eq(job->records[0].finalized, 1);
}
END_TEST

START_TEST(records_and_commits_need_a_sync_and_the_rest_may_ride_along)
{
	struct vote_record record = {.epoch = 1, .view = 5};
	struct keep_block block = {.hash = {{1}}};
	struct effect_certificate certificate = {.view = 5};
	struct commit_block commit = {.hash = {{2}}};

	ck_assert_int_eq(store_job_add_block(job, &block), STATUS_OK);
	ck_assert_int_eq(store_job_add_certificate(job, &certificate), STATUS_OK);
	ck_assert(!job->must_sync);
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	ck_assert(job->must_sync);
	ck_assert_int_eq(store_job_add_commit(other, &commit), STATUS_OK);
	ck_assert(other->must_sync);
}
END_TEST

START_TEST(certificates_are_copied)
{
	uint8_t bytes[3] = {1, 2, 3};
	struct effect_certificate certificate = {
		.view = 5, .kind = VOTE_NULLIFY, .bytes = bytes_view(bytes, sizeof bytes)};
	struct commit_block commit = {.certificate = bytes_view(bytes, sizeof bytes)};

	ck_assert_int_eq(store_job_add_certificate(job, &certificate), STATUS_OK);
	ck_assert_int_eq(store_job_add_commit(job, &commit), STATUS_OK);
	memset(bytes, 0, sizeof bytes);
	ck_assert_mem_eq(job->certificates[0].bytes.at, "\1\2\3", 3);
	ck_assert_mem_eq(job->commits[0].certificate.at, "\1\2\3", 3);
	ck_assert_int_eq(job->certificates[0].kind, VOTE_NULLIFY);
}
END_TEST

START_TEST(what_is_committed_is_not_kept_beside_the_ledger_as_well)
{
	struct keep_block blocks[3] = {{.hash = {{1}}}, {.hash = {{2}}}, {.hash = {{3}}}};
	struct commit_block commit = {.hash = {{2}}};

	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(store_job_add_block(job, &blocks[i]), STATUS_OK);
	ck_assert_int_eq(store_job_add_commit(job, &commit), STATUS_OK);
	ck_assert_uint_eq(job->block_count, 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert(!hash_equal(&job->blocks[i].hash, &commit.hash));
}
END_TEST

START_TEST(without_memory_nothing_is_added)
{
	struct vote_record record = {.epoch = 1};
	struct keep_block block = {.hash = {{1}}};
	struct effect_certificate certificate = {.view = 5};
	struct commit_block commit = {.hash = {{2}}};

	memory_fail_at(1, 1);
	ck_assert_ptr_null(store_job_new());
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_MEMORY);
	ck_assert_int_eq(store_job_add_block(job, &block), STATUS_MEMORY);
	ck_assert_int_eq(store_job_add_certificate(job, &certificate), STATUS_MEMORY);
	ck_assert_int_eq(store_job_add_commit(job, &commit), STATUS_MEMORY);
	memory_fail_at(0, 0);
	ck_assert_uint_eq(job->record_count + job->block_count + job->certificate_count +
	                      job->commit_count,
	                  0);
	store_job_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("outbox");
	TCase *tests = tcase_create("outbox");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, messages_leave_in_the_order_they_came);
	tcase_add_test(tests, nothing_behind_a_job_leaves_before_it_is_done);
	tcase_add_test(tests, a_job_that_is_done_early_lets_nothing_pass_an_earlier_one);
	tcase_add_test(tests, what_never_left_is_freed_at_the_end);
	tcase_add_test(tests, without_memory_there_is_no_item);
	tcase_add_test(tests, a_later_record_of_a_view_takes_the_place_of_the_earlier);
	tcase_add_test(tests, records_and_commits_need_a_sync_and_the_rest_may_ride_along);
	tcase_add_test(tests, certificates_are_copied);
	tcase_add_test(tests, what_is_committed_is_not_kept_beside_the_ledger_as_well);
	tcase_add_test(tests, without_memory_nothing_is_added);
	suite_add_tcase(suite, tests);
	return suite;
}
