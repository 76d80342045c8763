/* The execution thread does what the others wait for first. */
#include "node/shell/execution.h"
#include "tests/unit/store/store_fixture.h"

#include <pthread.h>

enum { EVENTS_MAX = 8 };

enum event { TRIED_FIRST, TRIED_SECOND, BUILT };

static struct store_fixture fixture;
static struct execution execution;
static struct ingress_batch *batches[2];
static struct build_job build;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum event events[EVENTS_MAX];
static size_t event_count;
static bool may_go_on; /* the thread stands still in its first letter until then */

static void note(enum event event)
{
	pthread_mutex_lock(&lock);
	ck_assert_uint_lt(event_count, EVENTS_MAX);
	events[event_count++] = event;
	pthread_cond_broadcast(&changed);
	while (event == TRIED_FIRST && !may_go_on)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void await_events(size_t count)
{
	pthread_mutex_lock(&lock);
	while (event_count < count)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void on_tried(void *owner, struct ingress_batch *batch)
{
	(void)owner;
	note(batch == batches[0] ? TRIED_FIRST : TRIED_SECOND);
}

static void on_built(void *owner)
{
	(void)owner;
	note(BUILT);
}

static void on_executed(void *owner, const struct hash *block, const struct draft *draft)
{
	(void)owner;
	(void)block;
	(void)draft;
}

static void on_failed(void *owner, enum status status, const struct why *why)
{
	(void)owner;
	ck_abort_msg("%s: %s", status_text(status), why->text);
}

static void start(void)
{
	store_fixture_init(&fixture, NULL);
	execution = (struct execution){
		.on_tried = on_tried,
		.on_built = on_built,
		.on_executed = on_executed,
		.on_failed = on_failed,
	};
	ck_ok(&fixture, execution_start(&execution, fixture.store, &fixture.why));
	for (size_t i = 0; i < 2; i++) {
		batches[i] = ingress_batch_new(1);
		ck_assert_ptr_nonnull(batches[i]);
		batches[i]->submissions[0].verdict = VERDICT_SIGNATURE;
	}
}

static void stop(void)
{
	execution_stop(&execution);
	for (size_t i = 0; i < 2; i++)
		ingress_batch_free(batches[i]);
	store_fixture_close(&fixture);
}

/* Thousands of submissions may wait there, for longer than a view lasts. */
START_TEST(a_block_overtakes_submissions_that_wait)
{
	execution_try(&execution, batches[0]);
	await_events(1);
	execution_try(&execution, batches[1]);
	build.parent = execution.executor.tip.hash;
	execution_build(&execution, &build);
	pthread_mutex_lock(&lock);
	may_go_on = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	await_events(3);
	ck_assert_int_eq(events[1], BUILT);
	ck_assert_int_eq(events[2], TRIED_SECOND);
	/* Of nothing no block is made. */
	ck_assert_ptr_null(build.block);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("execution");
	TCase *cases = tcase_create("execution");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, a_block_overtakes_submissions_that_wait);
	suite_add_tcase(suite, cases);
	return suite;
}
