/* Who has cosigned what: what a quorum is, what waits for our own disk, what a seal asks of two
 * sets, when we sign and when we ask. */
#include "chain/base/memory.h"
#include "tests/support/cosign_fixture.h"

enum { SELF = 0, FIRST_MS = 1000000 };

static struct cosigning cosigning;
static struct cosigned reached;
static bool is_seal, is_newest;

/* Validators 0 to 3 of epoch 0, at a genesis that is signed by all; we are number SELF. */
static void start_as(uint32_t self, size_t count)
{
	struct hash own = cosign_key_numbered(self);
	struct epoch epoch = cosign_epoch(0, 0, count);
	struct cosign_point tip = cosign_point_of(0, 1);

	ck_assert_int_eq(cosigning_init(&cosigning, &own), STATUS_OK);
	cosigning_start(&cosigning, &epoch, &tip, FIRST_MS, NULL, 0);
}

static void setup(void)
{
	start_as(SELF, 4);
}

static void teardown(void)
{
	cosigning_close(&cosigning);
}

static void stored(uint64_t size, uint64_t time_ms, uint64_t now_ms)
{
	struct cosign_point point = cosign_point_of(cosigning.who.epoch, size);

	cosigning_on_block(&cosigning, &point, time_ms, false, now_ms);
}

static enum cosign_use weigh(uint32_t number, uint64_t epoch, uint64_t size)
{
	struct cosign_point point = cosign_point_of(epoch, size);
	struct hash key = cosign_key_numbered(number);

	return cosigning_weigh(&cosigning, &point, &key);
}

static void signed_by(uint32_t number, uint64_t epoch, uint64_t size)
{
	struct cosign_point point = cosign_point_of(epoch, size);
	struct cosign cosign = cosign_by(number);

	cosigning_add(&cosigning, &point, &cosign);
}

static bool take(void)
{
	return cosigning_take(&cosigning, &reached, &is_seal, &is_newest);
}

static void expect_reached(uint64_t epoch, uint64_t size, size_t count)
{
	struct cosign_point point = cosign_point_of(epoch, size);

	ck_assert(take());
	ck_assert(cosign_point_equal(&reached.point, &point));
	ck_assert_uint_eq(reached.count, count);
	for (size_t i = 1; i < count; i++)
		ck_assert_int_lt(hash_compare(&reached.items[i - 1].cosign_key,
		                              &reached.items[i].cosign_key),
		                 0);
}

static bool due(uint64_t now_ms, uint64_t *size)
{
	struct cosign_point point;

	if (!cosigning_due(&cosigning, &point, now_ms))
		return false;
	*size = point.size;
	return true;
}

/* -- Quorums --------------------------------------------------------------------------- */

START_TEST(three_of_four_are_a_quorum_and_two_are_none)
{
	stored(3, FIRST_MS + 500, 0);
	signed_by(1, 0, 3);
	signed_by(1, 0, 3);
	signed_by(2, 0, 3);
	ck_assert(!take());
	signed_by(3, 0, 3);
	expect_reached(0, 3, 3);
	ck_assert(!is_seal && is_newest);
	ck_assert(!take());
}
END_TEST

START_TEST(what_came_before_our_own_disk_waits_for_it)
{
	for (uint32_t i = 1; i < 4; i++)
		signed_by(i, 0, 5);
	ck_assert(!take());
	stored(3, FIRST_MS, 0);
	ck_assert(!take());
	stored(5, FIRST_MS, 0);
	expect_reached(0, 5, 3);
}
END_TEST

START_TEST(who_lied_about_a_block_is_heard_when_our_disk_has_it)
{
	struct cosign_point other = cosign_point_of(0, 3);
	struct cosign cosign = cosign_by(1);

	other.root.bytes[31] = 1;
	cosigning_add(&cosigning, &other, &cosign);
	/* Of two roots nobody can say yet which is true. */
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USELESS);
	stored(3, FIRST_MS, 0);
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USEFUL);
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	ck_assert(!take());
	signed_by(1, 0, 3);
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USELESS);
	expect_reached(0, 3, 3);
}
END_TEST

START_TEST(another_root_than_our_own_counts_for_nothing)
{
	struct cosign_point other = cosign_point_of(0, 3);
	struct cosign cosign = cosign_by(1);

	/* Before our disk has it, and when it has. */
	other.root.bytes[31] = 1;
	cosigning_add(&cosigning, &other, &cosign);
	stored(3, FIRST_MS, 0);
	cosign = cosign_by(2);
	ck_assert_int_eq(cosigning_weigh(&cosigning, &other, &cosign.cosign_key),
	                 COSIGN_USELESS);
	cosigning_add(&cosigning, &other, &cosign);
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	ck_assert(!take());
	signed_by(0, 0, 3);
	expect_reached(0, 3, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_ne(reached.items[i].time_s, cosign_by(1).time_s);
}
END_TEST

START_TEST(only_what_may_count_is_worth_a_check)
{
	stored(3, FIRST_MS, 0);
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USEFUL);
	ck_assert_int_eq(weigh(9, 0, 3), COSIGN_FOREIGN);
	ck_assert_int_eq(weigh(1, 1, 3), COSIGN_USELESS);
	signed_by(1, 0, 3);
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USELESS);
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	/* Enough: no more is asked of the workers. */
	ck_assert_int_eq(weigh(0, 0, 3), COSIGN_USELESS);
	ck_assert_int_eq(weigh(0, 0, 1), COSIGN_USELESS);
	ck_assert_int_eq(weigh(0, 0, 5), COSIGN_USEFUL);
}
END_TEST

START_TEST(of_a_flood_the_next_ones_and_the_newest_stay)
{
	for (uint64_t size = 3; size < 1000; size += 2)
		signed_by(1, 0, size);
	ck_assert_int_eq(weigh(1, 0, 3), COSIGN_USELESS);
	ck_assert_int_eq(weigh(1, 0, 15), COSIGN_USELESS);
	ck_assert_int_eq(weigh(1, 0, 999), COSIGN_USELESS);
	ck_assert_int_eq(weigh(1, 0, 997), COSIGN_USEFUL);
	/* He takes nobody else's place. */
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	stored(3, FIRST_MS, 0);
	expect_reached(0, 3, 3);
}
END_TEST

START_TEST(a_disk_that_is_always_behind_gets_its_quorums)
{
	size_t count = 0;

	for (uint64_t size = 3; size < 400; size += 2) {
		for (uint32_t i = 1; i < 4; i++)
			signed_by(i, 0, size);
		if (size < 43)
			continue;
		stored(size - 40, FIRST_MS, 0);
		count += take();
	}
	/* 20 blocks behind, where 8 are remembered of each signer. */
	ck_assert_uint_gt(count, 20);
}
END_TEST

START_TEST(one_alone_is_his_own_quorum)
{
	uint64_t size;

	teardown();
	start_as(0, 1);
	ck_assert(due(100, &size));
	ck_assert_uint_eq(size, 1);
	signed_by(0, 0, 1);
	expect_reached(0, 1, 1);
	stored(3, FIRST_MS + 200, 200);
	ck_assert(due(200, &size));
	signed_by(0, 0, 3);
	expect_reached(0, 3, 1);
	ck_assert_uint_eq(cosigning_wake_ms(&cosigning), UINT64_MAX);
}
END_TEST

/* -- When we sign ------------------------------------------------------------------------ */

START_TEST(the_first_block_of_a_period_is_signed_at_once_and_others_when_they_stay)
{
	uint64_t size = 0;

	ck_assert(!due(99, &size));
	ck_assert(due(100, &size));
	ck_assert_uint_eq(size, 1);
	stored(3, FIRST_MS + 100, 200);
	ck_assert(due(200, &size));
	ck_assert_uint_eq(size, 3);
	stored(5, FIRST_MS + 120, 220);
	ck_assert(!due(220, &size));
	ck_assert_uint_le(cosigning_wake_ms(&cosigning), 320);
	stored(7, FIRST_MS + 140, 240);
	/* The one before was superseded. */
	ck_assert(!due(339, &size));
	ck_assert(due(340, &size));
	ck_assert_uint_eq(size, 7);
	ck_assert(!due(10000, &size));
}
END_TEST

START_TEST(of_many_that_came_together_the_last_few_are_signed)
{
	uint64_t size;

	for (uint64_t i = 0; i < 20; i++)
		stored(3 + 2 * i, FIRST_MS + 100 * (i + 1), 0);
	for (uint64_t i = 20 - COSIGN_TURN_MAX; i < 20; i++) {
		ck_assert(due(0, &size));
		ck_assert_uint_eq(size, 3 + 2 * i);
	}
	ck_assert(!due(0, &size));
}
END_TEST

START_TEST(what_is_met_in_catching_up_is_signed_when_it_stays_the_newest)
{
	struct cosign_point point = cosign_point_of(0, 3);
	uint64_t size;

	cosigning_on_block(&cosigning, &point, FIRST_MS + 100, true, 50);
	ck_assert(!due(50, &size));
	ck_assert(due(150, &size));
	ck_assert_uint_eq(size, 3);
}
END_TEST

START_TEST(who_is_no_validator_signs_nothing)
{
	uint64_t size;

	teardown();
	start_as(99, 4);
	stored(3, FIRST_MS + 100, 0);
	ck_assert(!due(10000, &size));
	signed_by(1, 0, 3);
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	expect_reached(0, 3, 3);
}
END_TEST

/* -- Seals -------------------------------------------------------------------------------- */

/* Validators 0 to 3 hand over to 2 to 5 with the block of checkpoint `size`. */
static void hand_over(uint64_t size, uint64_t now_ms)
{
	struct epoch next = cosign_epoch(1, 2, 4);
	struct cosign_point seal = cosign_point_of(0, size);

	ck_assert_int_eq(cosigning_on_seal(&cosigning, &seal, &next, FIRST_MS + 1000, now_ms),
	                 STATUS_OK);
}

START_TEST(a_seal_is_signed_by_the_set_that_it_ends_and_by_the_one_that_it_starts)
{
	struct cosign_point point;

	teardown();
	start_as(2, 4);
	hand_over(3, 0);
	ck_assert(cosigning_due(&cosigning, &point, 0));
	ck_assert_uint_eq(point.epoch, 0);
	ck_assert_uint_eq(point.size, 3);
	ck_assert(cosigning_due(&cosigning, &point, 0));
	ck_assert_uint_eq(point.epoch, 1);
	ck_assert_uint_eq(point.size, 3);
	ck_assert(!cosigning_due(&cosigning, &point, 0));
	for (uint32_t i = 0; i < 3; i++)
		signed_by(i, 0, 3);
	expect_reached(0, 3, 3);
	ck_assert(is_seal && is_newest);
	/* The same checkpoint by the new set takes its place. */
	for (uint32_t i = 2; i < 5; i++)
		signed_by(i, 1, 3);
	expect_reached(1, 3, 3);
	ck_assert(!is_seal && is_newest);
	ck_assert(!take());
}
END_TEST

START_TEST(an_ended_set_speaks_for_its_seal_and_nothing_behind)
{
	hand_over(3, 0);
	stored(5, FIRST_MS + 2000, 0);
	ck_assert_int_eq(weigh(1, 0, 5), COSIGN_USELESS);
	ck_assert_int_eq(weigh(1, 1, 5), COSIGN_FOREIGN);
	for (uint32_t i = 2; i < 5; i++)
		signed_by(i, 1, 5);
	expect_reached(1, 5, 3);
	for (uint32_t i = 0; i < 3; i++)
		signed_by(i, 0, 3);
	expect_reached(0, 3, 3);
	/* A late one leads from old policies, and covers less than what there is. */
	ck_assert(is_seal && !is_newest);
}
END_TEST

START_TEST(what_came_before_the_seal_was_stored_goes_with_it)
{
	for (uint32_t i = 1; i < 4; i++)
		signed_by(i, 0, 3);
	hand_over(3, 0);
	expect_reached(0, 3, 3);
	ck_assert(is_seal);
}
END_TEST

START_TEST(a_start_asks_for_the_seals_that_it_misses)
{
	struct epoch old = cosign_epoch(7, 0, 4), present = cosign_epoch(8, 2, 4);
	struct cosign_point tip = cosign_point_of(8, 30), seal = cosign_point_of(7, 20);
	struct hash own = cosign_key_numbered(99);
	struct cosign_question question;

	teardown();
	ck_assert_int_eq(cosigning_init(&cosigning, &own), STATUS_OK);
	cosigning_start(&cosigning, &present, &tip, FIRST_MS, NULL, 0);
	for (size_t i = 0; i < 2; i++) /* the second changes nothing */
		ck_assert_int_eq(
			cosigning_add_seal(&cosigning, &old.validators, 3, &seal, 0), STATUS_OK);
	ck_assert(!cosigning_asks(&cosigning, &question, COSIGN_ASK_MS - 1));
	ck_assert(cosigning_asks(&cosigning, &question, COSIGN_ASK_MS));
	ck_assert_uint_eq(question.epoch, 8);
	ck_assert(cosigning_asks(&cosigning, &question, COSIGN_ASK_MS));
	ck_assert_uint_eq(question.epoch, 7);
	ck_assert_uint_eq(question.size, 20);
	ck_assert(!cosigning_asks(&cosigning, &question, COSIGN_ASK_MS));
	for (uint32_t i = 0; i < 3; i++)
		signed_by(i, 7, 20);
	expect_reached(7, 20, 3);
	ck_assert(is_seal);
}
END_TEST

START_TEST(more_seals_than_there_is_room_for_lose_the_oldest)
{
	for (uint64_t i = 0; i < COSIGN_SEALS_MAX + 3; i++) {
		struct epoch next = cosign_epoch(i + 1, (uint32_t)i, 4);
		struct cosign_point seal = cosign_point_of(i, 3 + i);

		ck_assert_int_eq(cosigning_on_seal(&cosigning, &seal, &next, FIRST_MS, 0),
		                 STATUS_OK);
	}
	ck_assert_uint_eq(cosigning.seal_count, COSIGN_SEALS_MAX);
	ck_assert_uint_eq(cosigning.seals[0]->point.epoch, 3);
}
END_TEST

/* -- Asking and answering ------------------------------------------------------------------- */

START_TEST(who_misses_a_quorum_asks_ever_less_often_and_stops_when_it_is_there)
{
	struct cosign_question question;
	uint64_t now_ms = 0, count = 0;

	stored(3, FIRST_MS, 0);
	while (now_ms < 60000) {
		now_ms = cosigning.ask_due_ms;
		ck_assert(cosigning_asks(&cosigning, &question, now_ms));
		ck_assert_uint_eq(question.epoch, 0);
		ck_assert_uint_eq(question.size, 0);
		count++;
	}
	ck_assert_uint_ge(count, 60000 / COSIGN_ASK_MS_MAX);
	ck_assert_uint_le(count, 60000 / COSIGN_ASK_MS_MAX + 6);
	for (uint32_t i = 1; i < 4; i++)
		signed_by(i, 0, 3);
	ck_assert(take());
	ck_assert(!cosigning_asks(&cosigning, &question, UINT64_MAX - 1));
	stored(5, FIRST_MS + 10, now_ms);
	ck_assert(cosigning_asks(&cosigning, &question, now_ms + COSIGN_ASK_MS));
	ck_assert_uint_eq(question.size, 3);
}
END_TEST

START_TEST(an_answer_is_the_quorum_or_what_there_is_of_one)
{
	struct cosign_question question = {.epoch = 0, .size = 0};
	static struct cosigned answer;

	stored(3, FIRST_MS, 0);
	ck_assert(!cosigning_answer(&cosigning, &answer, &question));
	signed_by(1, 0, 3);
	ck_assert(cosigning_answer(&cosigning, &answer, &question));
	ck_assert_uint_eq(answer.point.size, 3);
	ck_assert_uint_eq(answer.count, 1);
	question.size = 3;
	ck_assert(!cosigning_answer(&cosigning, &answer, &question));
	question.size = 2;
	signed_by(2, 0, 3);
	signed_by(3, 0, 3);
	ck_assert(cosigning_answer(&cosigning, &answer, &question));
	ck_assert_uint_eq(answer.count, 3);
	question.size = 3;
	ck_assert(!cosigning_answer(&cosigning, &answer, &question));
	question = (struct cosign_question){.epoch = 5};
	ck_assert(!cosigning_answer(&cosigning, &answer, &question));
}
END_TEST

START_TEST(a_start_goes_on_where_the_disk_is)
{
	struct epoch epoch = cosign_epoch(0, 0, 4);
	struct cosign_point tip = cosign_point_of(0, 9);
	struct hash own = cosign_key_numbered(0);
	static struct cosigned kept;
	uint64_t size;

	teardown();
	kept = (struct cosigned){.point = cosign_point_of(0, 9), .count = 3};
	ck_assert_int_eq(cosigning_init(&cosigning, &own), STATUS_OK);
	cosigning_start(&cosigning, &epoch, &tip, FIRST_MS, &kept, 0);
	ck_assert(!due(100000, &size));
	ck_assert_uint_eq(cosigning_wake_ms(&cosigning), UINT64_MAX);
	ck_assert_int_eq(weigh(1, 0, 9), COSIGN_USELESS);
	stored(11, FIRST_MS + 100, 0);
	for (uint32_t i = 1; i < 4; i++)
		signed_by(i, 0, 11);
	expect_reached(0, 11, 3);
}
END_TEST

START_TEST(without_memory_nothing_is_left_behind)
{
	struct hash own = cosign_key_numbered(0);
	size_t failures = 0;

	teardown();
	for (unsigned long n = 1;; n++) {
		memory_fail_at(n, 0);
		if (cosigning_init(&cosigning, &own) == STATUS_OK)
			break;
		failures++;
	}
	memory_fail_at(0, 0);
	ck_assert_uint_ge(failures, 3);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cosigning");
	TCase *tests = tcase_create("cosigning");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, three_of_four_are_a_quorum_and_two_are_none);
	tcase_add_test(tests, what_came_before_our_own_disk_waits_for_it);
	tcase_add_test(tests, who_lied_about_a_block_is_heard_when_our_disk_has_it);
	tcase_add_test(tests, another_root_than_our_own_counts_for_nothing);
	tcase_add_test(tests, only_what_may_count_is_worth_a_check);
	tcase_add_test(tests, of_a_flood_the_next_ones_and_the_newest_stay);
	tcase_add_test(tests, a_disk_that_is_always_behind_gets_its_quorums);
	tcase_add_test(tests, one_alone_is_his_own_quorum);
	tcase_add_test(
		tests, the_first_block_of_a_period_is_signed_at_once_and_others_when_they_stay);
	tcase_add_test(tests, of_many_that_came_together_the_last_few_are_signed);
	tcase_add_test(tests, what_is_met_in_catching_up_is_signed_when_it_stays_the_newest);
	tcase_add_test(tests, who_is_no_validator_signs_nothing);
	tcase_add_test(tests,
	               a_seal_is_signed_by_the_set_that_it_ends_and_by_the_one_that_it_starts);
	tcase_add_test(tests, an_ended_set_speaks_for_its_seal_and_nothing_behind);
	tcase_add_test(tests, what_came_before_the_seal_was_stored_goes_with_it);
	tcase_add_test(tests, a_start_asks_for_the_seals_that_it_misses);
	tcase_add_test(tests, more_seals_than_there_is_room_for_lose_the_oldest);
	tcase_add_test(tests,
	               who_misses_a_quorum_asks_ever_less_often_and_stops_when_it_is_there);
	tcase_add_test(tests, an_answer_is_the_quorum_or_what_there_is_of_one);
	tcase_add_test(tests, a_start_goes_on_where_the_disk_is);
	tcase_add_test(tests, without_memory_nothing_is_left_behind);
	suite_add_tcase(suite, tests);
	return suite;
}
