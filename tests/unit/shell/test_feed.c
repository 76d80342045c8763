/* The machine of a subscription, against the plainest model there is: all leaves in a
 * row, each with the topics that it belongs to. */
#include "node/shell/feed.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum { LEAVES = 400, TOPICS = 4 };

struct model {
	bool belongs[LEAVES][TOPICS];
	uint64_t head;
};

static struct rpc_feed_request four_topics(void)
{
	static const char *const TEXTS[TOPICS] = {"blocks", "txs", "stream:a", "stream:b"};
	struct rpc_feed_request request = {.topic_count = 0};
	struct rpc_fault fault;

	for (size_t i = 0; i < TOPICS; i++)
		ck_assert(rpc_topics_add(&request, text_view(TEXTS[i]), &fault));
	return request;
}

static struct model model_from(struct random *random)
{
	struct model model = {.head = LEAVES};

	for (size_t i = 0; i < LEAVES; i++)
		for (size_t j = 0; j < TOPICS; j++)
			model.belongs[i][j] = random_below(random, 2 + 8 * (uint32_t)j) == 0;
	return model;
}

/* Looks at one to eight leaves, as a search of the store looks at so many rows. */
static void look(const struct model *model, struct feed *feed,
                 const struct feed_step *step, struct random *random)
{
	uint64_t end = step->log_index + 1 + random_below(random, 8);

	if (end > model->head)
		end = model->head;
	for (uint64_t i = step->log_index; i < end; i++)
		if (model->belongs[i][step->topic]) {
			feed_matched(feed, step->topic, i);
			return;
		}
	feed_searched(feed, step->topic, end);
}

/* The next event up to the head; false: there is none. */
static bool next_event(const struct model *model, struct feed *feed,
                       struct feed_step *step, struct random *random)
{
	for (;;) {
		*step = feed_next(feed, model->head);
		if (step->want == FEED_IDLE)
			return false;
		if (step->want == FEED_EVENT)
			return true;
		look(model, feed, step, random);
	}
}

static bool belongs_at_all(const struct model *model, uint64_t leaf)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (model->belongs[leaf][i])
			return true;
	return false;
}

/* Every leaf from `from` on that belongs to a topic, once, in order, with its topics. */
static void check_rest(const struct model *model, struct feed *feed, uint64_t from,
                       struct random *random)
{
	struct feed_step step;

	for (uint64_t leaf = from; leaf < model->head; leaf++) {
		if (!belongs_at_all(model, leaf))
			continue;
		ck_assert(next_event(model, feed, &step, random));
		ck_assert_uint_eq(step.log_index, leaf);
		for (size_t i = 0; i < TOPICS; i++)
			ck_assert_int_eq(step.matches[i], model->belongs[leaf][i]);
		feed_sent(feed, &step, (struct rpc_place){leaf, 7});
		ck_assert_uint_eq(feed->cursor.height, leaf);
	}
	ck_assert(!next_event(model, feed, &step, random));
}

START_TEST(each_leaf_of_a_topic_is_given_once_in_order_from_wherever_it_begins)
{
	struct random random = random_from((uint64_t)_i);
	struct rpc_feed_request request = four_topics();
	struct model model = model_from(&random);
	struct feed feed;

	for (uint64_t from = 1; from <= LEAVES; from += 23) {
		feed_init(&feed, &request, (struct rpc_place){from, 0}, from);
		ck_assert_uint_eq(feed.cursor.height, from);
		check_rest(&model, &feed, from, &random);
	}
}
END_TEST

START_TEST(what_the_head_grows_by_follows_without_gap_or_repetition)
{
	struct random random = random_from((uint64_t)_i + 100);
	struct rpc_feed_request request = four_topics();
	struct model model = model_from(&random);
	uint64_t before = 1;
	struct feed feed;

	feed_init(&feed, &request, (struct rpc_place){0, 0}, 1);
	for (model.head = 1; before < LEAVES; before = model.head) {
		model.head += random_below(&random, 12);
		if (model.head > LEAVES)
			model.head = LEAVES;
		check_rest(&model, &feed, before, &random);
	}
}
END_TEST

/* A search that has found its leaf must not run ahead of one that has not. */
START_TEST(an_event_waits_for_the_topic_that_is_behind)
{
	struct rpc_feed_request request = four_topics();
	struct feed_step step;
	struct feed feed;

	feed_init(&feed, &request, (struct rpc_place){0, 0}, 1);
	for (size_t i = 0; i < TOPICS - 1; i++) {
		step = feed_next(&feed, 10);
		ck_assert_int_eq(step.want, FEED_SEARCH);
		ck_assert_uint_eq(step.log_index, 1);
		feed_matched(&feed, step.topic, 5);
	}
	step = feed_next(&feed, 10);
	ck_assert_int_eq(step.want, FEED_SEARCH);
	feed_searched(&feed, step.topic, 4);
	step = feed_next(&feed, 10);
	ck_assert_int_eq(step.want, FEED_SEARCH);
	ck_assert_uint_eq(step.log_index, 4);
	feed_matched(&feed, step.topic, 4);
	step = feed_next(&feed, 10);
	ck_assert_int_eq(step.want, FEED_EVENT);
	ck_assert_uint_eq(step.log_index, 4);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("feed");
	TCase *tests = tcase_create("feed");

	tcase_add_loop_test(
		tests, each_leaf_of_a_topic_is_given_once_in_order_from_wherever_it_begins, 0,
		10);
	tcase_add_loop_test(tests, what_the_head_grows_by_follows_without_gap_or_repetition,
	                    0, 20);
	tcase_add_test(tests, an_event_waits_for_the_topic_that_is_behind);
	suite_add_tcase(suite, tests);
	return suite;
}
