/* What was signed is on the disk when a job is done, in the database or in the sign state; and a
 * database that lost what it had synced is noticed. */
#include "tests/unit/store/store_fixture.h"

#include "chain/store/votes.h"
#include "node/drive/outbox.h"
#include "node/shell/storage_batch.h"


struct scene {
	struct store_fixture f;
	struct sign_state sign_state;
	char path[STORE_PATH_SIZE + 16]; /* of the sign state */
};

static struct scene scene;

static void open_sign_state(void)
{
	ck_ok(&scene.f, sign_state_open(&scene.sign_state, scene.path, &scene.f.why));
}

static void start(void)
{
	struct sign_mark mark = {0};

	store_fixture_init(&scene.f, NULL);
	snprintf(scene.path, sizeof scene.path, "%s.sign-state", scene.f.path);
	ck_ok(&scene.f, sign_state_create(scene.path, &mark, 0, &scene.f.why));
	open_sign_state();
}

static void stop(void)
{
	sign_state_close(&scene.sign_state);
	store_fixture_close(&scene.f);
}

/* The database as it is on the disk goes to a place, or comes back from there. */
static void copy_store(const char *from, const char *to)
{
	char command[4 * STORE_PATH_SIZE];

	snprintf(command, sizeof command, "rm -rf '%s' && cp -a '%s' '%s'", to, from, to);
	ck_assert_int_eq(system(command), 0);
}

static const char *saved(void)
{
	static char path[STORE_PATH_SIZE + 16];

	snprintf(path, sizeof path, "%s.saved", scene.f.path);
	return path;
}

static void save(void)
{
	store_close(scene.f.store);
	copy_store(scene.f.path, saved());
	store_fixture_open(&scene.f);
}

/* The node stops, and its database is the one that was saved. Returns whether it is noticed. */
static bool come_back(bool with_saved)
{
	bool is_older;

	sign_state_close(&scene.sign_state);
	store_close(scene.f.store);
	if (with_saved)
		copy_store(saved(), scene.f.path);
	store_fixture_open(&scene.f);
	open_sign_state();
	ck_ok(&scene.f, store_restore_held(scene.f.store, &scene.sign_state, &is_older,
	                                   &scene.f.why));
	return is_older;
}

/* -- Jobs ------------------------------------------------------------------------------------ */

static struct vote_record record_of(uint64_t view, const struct hash *block)
{
	return (struct vote_record){.view = view, .notarized = 1, .notarized_block = *block};
}

static void carry_out(struct store_job *job)
{
	ck_ok(&scene.f, store_job_write(scene.f.store, &scene.sign_state, job, &scene.f.why));
	ck_ok(&scene.f, store_job_mark(&scene.sign_state, scene.f.store, job, &scene.f.why));
	store_job_free(job);
}

/* A vote for a block that is kept with it. */
static struct store_job *vote_job(uint64_t view, const uint8_t *body, size_t size)
{
	struct store_job *job = store_job_new();
	struct keep_block block = {
		.header = {.view = view, .height = 9, .body_size = (uint32_t)size},
		.body = bytes_view(body, size),
	};
	struct vote_record record;

	block.hash = header_hash(&block.header, &scene.f.ledger.network);
	record = record_of(view, &block.hash);
	ck_assert_int_eq(store_job_add_block(job, &block), STATUS_OK);
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	job->mark.view = view;
	return job;
}

static void vote_in(uint64_t view)
{
	carry_out(vote_job(view, (const uint8_t *)"body", 4));
}

static void commit_next(uint64_t view)
{
	struct draft *draft = ledger_fixture_sealed(&scene.f.ledger, NULL, NULL, 0);
	struct store_job *job = store_job_new();
	struct commit_block commit = {.hash = draft->hash, .draft = draft};

	ck_assert_int_eq(store_job_add_commit(job, &commit), STATUS_OK);
	job->mark.view = view;
	carry_out(job);
	memory_ledger_commit(&scene.f.ledger.ledger, draft);
	draft_free(draft);
}

/* -- What is there ---------------------------------------------------------------------------- */

static bool has_vote(uint64_t view)
{
	struct store_view *store_view = store_fixture_view(&scene.f);
	struct store_vote_key key = {.view = view, .kind = STORED_RECORD};
	struct vote_record record;
	struct store_pending pending;
	struct bytes_view bytes;
	enum status status = store_read_vote(store_view, &key, &bytes, &scene.f.why);

	if (status == STATUS_OK) {
		ck_assert_int_eq(vote_record_decode(&record, bytes), STATUS_OK);
		ck_assert_uint_eq(record.view, view);
		ck_ok(&scene.f, store_read_pending(store_view, &record.notarized_block, &pending,
		                                   &scene.f.why));
		ck_assert_uint_eq(pending.header.view, view);
	}
	store_view_close(store_view);
	return status == STATUS_OK;
}

START_TEST(a_vote_and_its_block_outlive_a_database_that_was_not_synced)
{
	save();
	vote_in(1);
	vote_in(2);
	ck_assert(!come_back(true));
	ck_assert(has_vote(1) && has_vote(2));
	/* And are in the database from then on. */
	ck_assert_uint_eq(scene.sign_state.held.size, 0);
	save();
	vote_in(3);
	ck_assert(!come_back(true));
	ck_assert(has_vote(1) && has_vote(2) && has_vote(3));
}
END_TEST

START_TEST(one_view_has_what_was_signed_in_it_last)
{
	struct vote_record record = record_of(1, &(struct hash){{7}});
	struct store_view *view;
	struct bytes_view bytes;
	struct store_vote_key key = {.view = 1, .kind = STORED_RECORD};
	struct store_job *job;

	save();
	for (unsigned i = 0; i < 2; i++) {
		job = store_job_new();
		record.finalized = (uint8_t)i;
		ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
		job->mark.view = 1;
		carry_out(job);
	}
	ck_assert(!come_back(true));
	view = store_fixture_view(&scene.f);
	ck_ok(&scene.f, store_read_vote(view, &key, &bytes, &scene.f.why));
	ck_assert_int_eq(vote_record_decode(&record, bytes), STATUS_OK);
	ck_assert_uint_eq(record.finalized, 1);
	store_view_close(view);
}
END_TEST

START_TEST(what_is_committed_is_synced_and_nothing_is_held_any_more)
{
	uint64_t number;

	vote_in(1);
	ck_assert_uint_gt(scene.sign_state.held.size, 0);
	number = scene.sign_state.sequence;
	commit_next(1);
	ck_assert_uint_eq(scene.sign_state.held.size, 0);
	/* Nothing was signed, so the sign state was not written. */
	ck_assert_uint_eq(scene.sign_state.sequence, number);
	ck_assert_uint_eq(scene.sign_state.base, number);
	save();
	vote_in(2);
	ck_assert(!come_back(true));
	ck_assert(has_vote(1) && has_vote(2));
	ck_assert_uint_eq(store_tip(scene.f.store)->header.height, 1);
}
END_TEST

START_TEST(what_does_not_fit_into_a_slot_goes_to_the_database)
{
	static uint8_t body[SIGN_HELD_MAX];

	carry_out(vote_job(1, body, sizeof body));
	ck_assert_uint_eq(scene.sign_state.held.size, 0);
	ck_assert_uint_eq(scene.sign_state.base, scene.sign_state.sequence);
	/* Many small ones fill it as well. */
	for (uint64_t view = 2; view < 200; view++)
		carry_out(vote_job(view, body, 2000));
	ck_assert_uint_gt(scene.sign_state.base, 2);
	ck_assert(!come_back(false));
	for (uint64_t view = 1; view < 200; view++)
		ck_assert(has_vote(view));
}
END_TEST

/* -- Databases that are older ---------------------------------------------------------------- */

START_TEST(a_database_that_lost_what_was_synced_is_noticed_and_the_mark_binds)
{
	vote_in(1);
	commit_next(1);
	save();
	vote_in(2);
	commit_next(2);
	vote_in(3); /* held */
	ck_assert(come_back(true));
	ck_assert(!has_vote(2));
	/* Not before it is accepted. */
	ck_assert(come_back(false));
	ck_ok(&scene.f, store_accept_older(scene.f.store, &scene.sign_state, &scene.f.why));
	ck_assert_uint_eq(scene.sign_state.mark.floor_view, 3);
	ck_assert(!come_back(false));
	ck_assert_uint_eq(scene.sign_state.mark.floor_view, 3);
	ck_assert(!has_vote(3));
	vote_in(4);
	ck_assert(!come_back(false));
	ck_assert(has_vote(4));
}
END_TEST

START_TEST(one_that_lost_a_single_vote_is_noticed)
{
	static uint8_t body[SIGN_HELD_MAX];

	vote_in(1);
	save();
	carry_out(vote_job(2, body, sizeof body));
	ck_assert(come_back(true));
}
END_TEST

/* In one view the mark stays, and what was synced costs no write of the sign state: but what comes
 * behind it is not taken for it. */
START_TEST(a_vote_behind_one_that_was_synced_in_the_same_view_is_held)
{
	static uint8_t body[SIGN_HELD_MAX];
	struct vote_record record = record_of(1, &(struct hash){{7}});
	struct store_job *job = store_job_new();

	vote_in(1);
	carry_out(vote_job(1, body, sizeof body));
	save();
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	record.view = 2;
	ck_assert_int_eq(store_job_add_record(job, &record), STATUS_OK);
	job->mark.view = 2;
	carry_out(job);
	ck_assert(!come_back(true));
	ck_assert_uint_eq(scene.sign_state.mark.view, 2);
	vote_in(3);
	ck_assert(!come_back(false));
	ck_assert(has_vote(3));
}
END_TEST

START_TEST(a_sign_state_that_is_behind_the_database_is_none)
{
	struct sign_slot slot = {0};
	uint8_t byte = 0xff;

	vote_in(1);
	commit_next(1);
	vote_in(2);
	/* Its newest slot is lost, as in a crash in the middle of a write. */
	slot.sequence = scene.sign_state.sequence;
	ck_assert_int_eq(pwrite(scene.sign_state.file, &byte, 1,
	                        (off_t)(slot.sequence % 2 * SIGN_SLOT_SIZE + 60)),
	                 1);
	ck_assert(!come_back(false));
	ck_assert(scene.sign_state.slot_lost);
	ck_assert(has_vote(1) && has_vote(2));
	save();
	vote_in(3);
	ck_assert(!come_back(true));
	ck_assert(has_vote(1) && has_vote(2) && has_vote(3));
}
END_TEST

START_TEST(a_new_sign_state_counts_on_where_the_database_is)
{
	struct sign_mark mark = {.view = 9, .floor_view = 9};
	uint64_t number;

	for (uint64_t view = 1; view < 9; view++)
		vote_in(view);
	commit_next(8);
	ck_ok(&scene.f, store_signed_number(scene.f.store, &number, &scene.f.why));
	ck_assert_uint_gt(number, 2);
	ck_ok(&scene.f, sign_state_replace(scene.path, &mark, number, &scene.f.why));
	ck_assert(!come_back(false));
	save();
	vote_in(10);
	ck_assert(!come_back(true));
	ck_assert(has_vote(10));
}
END_TEST

START_TEST(rows_that_nobody_wrote_are_damage)
{
	bool is_older;

	buffer_append_text(&scene.sign_state.held, "\x01 no block");
	scene.sign_state.sequence = 5;
	ck_assert_int_eq(store_restore_held(scene.f.store, &scene.sign_state, &is_older,
	                                    &scene.f.why),
	                 STATUS_CORRUPT);
}
END_TEST

START_TEST(the_height_is_settled_at_the_end)
{
	vote_in(1);
	commit_next(1);
	ck_assert_uint_eq(scene.sign_state.mark.committed_height, 0);
	ck_ok(&scene.f,
	      store_settle_mark(&scene.sign_state, scene.f.store, &scene.f.why));
	ck_assert(!come_back(false));
	ck_assert_uint_eq(scene.sign_state.mark.committed_height, 1);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("storage_batch");
	TCase *cases = tcase_create("storage_batch");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_vote_and_its_block_outlive_a_database_that_was_not_synced);
	tcase_add_test(cases, one_view_has_what_was_signed_in_it_last);
	tcase_add_test(cases, what_is_committed_is_synced_and_nothing_is_held_any_more);
	tcase_add_test(cases, what_does_not_fit_into_a_slot_goes_to_the_database);
	tcase_add_test(cases, a_database_that_lost_what_was_synced_is_noticed_and_the_mark_binds);
	tcase_add_test(cases, one_that_lost_a_single_vote_is_noticed);
	tcase_add_test(cases, a_vote_behind_one_that_was_synced_in_the_same_view_is_held);
	tcase_add_test(cases, a_sign_state_that_is_behind_the_database_is_none);
	tcase_add_test(cases, a_new_sign_state_counts_on_where_the_database_is);
	tcase_add_test(cases, rows_that_nobody_wrote_are_damage);
	tcase_add_test(cases, the_height_is_settled_at_the_end);
	suite_add_tcase(suite, cases);
	return suite;
}
