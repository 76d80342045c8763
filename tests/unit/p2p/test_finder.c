/* One rule of finding others after the other. Node 0 is the seed of all. */
#include "tests/unit/p2p/finder_fixture.h"

static void setup(void)
{
	town_start(4, 11);
}

static bool knows(size_t index, size_t other)
{
	return book_find(&town[index].finder->book, &town[other].id, &town[other].address) != NULL;
}

/* By hand, from who is in session with `to`. */
static void say(uint16_t to, uint16_t from, enum message_type type, struct bytes_view bytes)
{
	finder_on_message(town[to].finder, from, type, bytes, town_now_ms, town_now_s());
	town_run(50);
}

static void record_of(uint16_t index, struct node_record *record)
{
	*record = (struct node_record){
		.node_id = town[index].id,
		.seq = town_now_s(),
		.roles = NODE_ROLE_FULL,
		.expiry_s = town_now_s() + 3600,
		.address_count = 1,
		.addresses = {town[index].address},
	};
	ck_assert(town_sign(&town[index], record));
}

/* An ADDR of `count` copies, the last of which may be spoilt. */
static void tell(uint16_t to, uint16_t from, const struct node_record *record, size_t count)
{
	struct bytes_view views[ADDR_RECORDS_MAX];
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct buffer message;

	node_record_put(&out, record);
	for (size_t i = 0; i < count; i++)
		views[i] = bytes_view(bytes, node_record_size(record));
	buffer_init(&message, ADDR_SIZE_MAX);
	addr_put(&message, views, count);
	say(to, from, TYPE_ADDR, buffer_view(&message));
	buffer_close(&message);
}

START_TEST(strangers_meet_by_one_seed_and_let_it_go)
{
	town_run(90000);
	for (size_t i = 1; i < 4; i++)
		for (size_t other = 1; other < 4; other++)
			ck_assert(i == other || knows(i, other));
	for (size_t i = 1; i < 4; i++)
		for (size_t other = 1; other < 4; other++)
			ck_assert(i == other || town[i].is_connected[other]);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(town[i].blamed, 0);
}
END_TEST

START_TEST(who_was_met_is_tried_and_who_is_away_is_not)
{
	struct node_record record;

	town_leave(0);
	town_leave(3);
	town_meet(1, 2, FINDER_NO_VISIT);
	record_of(3, &record);
	tell(1, 2, &record, 1);
	ck_assert(knows(1, 3));
	town_run(60000);
	ck_assert_uint_eq(book_find(&town[1].finder->book, &town[2].id, &town[2].address)->table,
	                  BOOK_TRIED);
	ck_assert_uint_eq(book_find(&town[1].finder->book, &town[3].id, &town[3].address)->table,
	                  BOOK_NEW);
	ck_assert_uint_gt(town[1].finder->counters.unmet, 0);
}
END_TEST

START_TEST(a_record_that_its_node_did_not_sign_is_a_breach_and_not_believed)
{
	struct node_record record;

	town_leave(0);
	town_meet(1, 2, FINDER_NO_VISIT);
	record_of(3, &record);
	record.addresses[0].port++;
	tell(1, 2, &record, 1);
	ck_assert_uint_eq(town[1].blamed, 1);
	ck_assert(!knows(1, 3));
}
END_TEST

START_TEST(more_than_ten_unasked_are_a_breach_and_a_second_answer_too)
{
	struct node_record record;

	town_leave(0);
	town_meet(1, 2, FINDER_NO_VISIT);
	record_of(3, &record);
	tell(2, 1, &record, ADDR_UNASKED_MAX + 1); /* 2 did not dial, so it did not ask */
	ck_assert_uint_eq(town[2].blamed, 1);
	tell(1, 2, &record, ADDR_UNASKED_MAX + 1);
	ck_assert_uint_eq(town[1].blamed, 0);
	tell(1, 2, &record, ADDR_UNASKED_MAX + 1);
	ck_assert_uint_eq(town[1].blamed, 1);
}
END_TEST

START_TEST(records_beyond_the_rate_are_dropped_unread)
{
	struct node_record record;

	town_leave(0);
	town_meet(1, 2, FINDER_NO_VISIT);
	town_run(100);
	record_of(3, &record);
	for (size_t i = 0; i < 10; i++)
		tell(2, 1, &record, 5);
	/* Of 51 with its own, a burst of 10. */
	ck_assert_uint_eq(town[2].finder->counters.records_surplus, 41);
	ck_assert_uint_eq(town[2].blamed, 0);
}
END_TEST

/* It was there before, and nobody has told node 1. */
static void acquaint(uint16_t index, uint16_t other)
{
	struct net_group source = net_group_of(&town[other].address);
	struct node_record record;

	record_of(other, &record);
	ck_assert_int_eq(book_add_record(&town[index].finder->book, &record, &source, town_now_s()),
	                 BOOK_TAKEN);
}

/* Who is away tells nobody himself. */
START_TEST(who_is_known_to_those_we_are_connected_with_is_heard_of)
{
	town_leave(0);
	town_leave(2);
	town_meet(1, 3, FINDER_NO_VISIT);
	town_run(1000);
	acquaint(3, 2);
	ck_assert(!knows(1, 2));
	town_run(FINDER_ANSWER_PAUSE_MS + 3 * FINDER_ASK_PAUSE_MS);
	ck_assert(knows(1, 2));
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(town[i].blamed, 0);
}
END_TEST

START_TEST(who_is_called_by_all_asks_a_caller)
{
	town_leave(0);
	town_leave(2);
	town_meet(3, 1, FINDER_NO_VISIT);
	town_run(1000);
	acquaint(3, 2);
	town_run(3 * FINDER_ASK_PAUSE_MS);
	ck_assert(knows(1, 2));
}
END_TEST

/* Number 1 has dialed this one so often, and not met it. */
static void must_have_failed(size_t other, unsigned least, unsigned most)
{
	const struct book_entry *entry =
		book_find(&town[1].finder->book, &town[other].id, &town[other].address);

	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_ge(entry->failures, least);
	ck_assert_uint_le(entry->failures, most);
}

/* Or it would be dialed again each second, for ever. */
START_TEST(who_is_called_by_all_knows_that_it_is_the_other_who_is_away)
{
	town_meet(2, 1, FINDER_NO_VISIT);
	town_meet(3, 1, FINDER_NO_VISIT);
	town_leave(0);
	acquaint(1, 0);
	town_run(120000);
	must_have_failed(0, 3, 8);
}
END_TEST

/* Each that fails counts: ten at once would keep it from being dialed for a quarter of an hour. */
START_TEST(who_does_not_answer_is_not_dialed_again_meanwhile)
{
	town_meet(1, 0, FINDER_NO_VISIT);
	town_meet(1, 2, FINDER_NO_VISIT);
	town_leave(3);
	town_silence_ms = 5000;
	acquaint(1, 3);
	town_run(10000);
	town[1].finder->dialer.not_before_ms = 0; /* the spread of the start is over */
	town_run(20000);
	must_have_failed(3, 1, 4);
}
END_TEST

START_TEST(a_clock_that_is_put_back_makes_nobody_wait_and_the_record_anew)
{
	const struct book_entry *entry;
	uint64_t seq;

	town_leave(0);
	town_meet(1, 3, FINDER_NO_VISIT);
	town_run(1000);
	/* An hour ahead, it fails to meet node 2. */
	finder_step(town[1].finder, town_now_ms, town_now_s() + 3600);
	acquaint(1, 2);
	book_failed(&town[1].finder->book, &town[2].id, &town[2].address, town_now_s() + 3600,
	            true);
	seq = town[1].finder->record_seq;
	town_run(1000);
	entry = book_find(&town[1].finder->book, &town[2].id, &town[2].address);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_le(entry->tried_s, town_now_s());
	ck_assert_uint_gt(town[1].finder->record_seq, seq);
	ck_assert_uint_le(town[1].finder->record_s, town_now_s());
	/* And whoever is connected has heard of it. */
	entry = book_find(&town[3].finder->book, &town[1].id, &town[1].address);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->node->record->seq, town[1].finder->record_seq);
	town_run(60000);
	ck_assert(town[1].is_connected[2]);
}
END_TEST

START_TEST(a_question_is_answered_once_in_five_minutes_and_a_wrong_one_is_a_breach)
{
	static const uint8_t body[1];
	size_t before, letters = 0;
	const struct town_letter *letter;

	town_leave(0);
	town_meet(1, 2, FINDER_NO_VISIT); /* which asks */
	town_run(1000);
	before = town[1].finder->counters.records_taken;
	finder_on_message(town[2].finder, 1, TYPE_GETADDR, bytes_view(NULL, 0), town_now_ms,
	                  town_now_s());
	DL_FOREACH (town_letters, letter)
		letters++;
	ck_assert_uint_eq(letters, 0);
	ck_assert_uint_eq(town[1].finder->counters.records_taken, before);
	town_now_ms += FINDER_ANSWER_PAUSE_MS;
	finder_on_message(town[2].finder, 1, TYPE_GETADDR, bytes_view(NULL, 0), town_now_ms,
	                  town_now_s());
	DL_FOREACH (town_letters, letter)
		letters++;
	ck_assert_uint_eq(letters, 2); /* where it is itself, and an answer */
	say(2, 1, TYPE_GETADDR, bytes_view(body, 1));
	ck_assert_uint_eq(town[2].blamed, 1);
}
END_TEST

START_TEST(whom_we_do_not_admit_is_neither_known_nor_passed_on)
{
	struct node_record record;

	town_leave(0);
	town[1].refuses[3] = true;
	town_meet(1, 2, FINDER_NO_VISIT);
	record_of(3, &record);
	tell(1, 2, &record, 1);
	ck_assert(!knows(1, 3));
	ck_assert_uint_eq(town[1].finder->counters.records_relayed, 0);
}
END_TEST

START_TEST(a_new_record_is_passed_on_to_others)
{
	struct node_record record;

	town_leave(0);
	town_meet(1, 2, FINDER_NO_VISIT);
	town_run(FINDER_ADDR_LATE_MS + 100);
	town[3].is_away = true; /* it is told of, and cannot be met */
	record_of(3, &record);
	town_meet(0, 1, FINDER_NO_VISIT);
	tell(1, 0, &record, 1);
	town_run(1000);
	ck_assert(knows(1, 3));
	ck_assert(knows(2, 3));
}
END_TEST

START_TEST(a_feeler_goes_again_when_it_has_met_him)
{
	town_leave(0);
	ck_assert(dialer_begin(&town[1].finder->dialer, town_now_ms, true));
	town_meet(1, 2, FINDER_FEELER);
	town_run(100);
	ck_assert(!town[1].is_connected[2]);
	ck_assert(knows(1, 2));
	ck_assert_uint_eq(town[1].finder->dialer.in_flight, 0);
}
END_TEST

START_TEST(where_we_stayed_is_where_we_begin_again)
{
	struct anchor anchors[ANCHORS_MAX];
	struct buffer saved;
	size_t count;

	town_run(90000);
	count = finder_anchors(town[1].finder, anchors);
	ck_assert_uint_le(count, ANCHORS_MAX);
	buffer_init(&saved, BOOK_FILE_MAX);
	ck_assert_int_eq(book_save(&town[1].finder->book, &saved), STATUS_OK);
	town_leave(1);
	finder_close(town[1].finder);
	town[1].is_away = false;
	town_begin(1, buffer_view(&saved));
	buffer_close(&saved);
	ck_assert(knows(1, 2) && knows(1, 3));
	town_leave(0); /* without the seed */
	memcpy(town[1].finder->anchors, anchors, sizeof anchors);
	town[1].finder->anchor_count = count;
	town_run(60000);
	ck_assert_uint_eq(town_sessions(1), 2);
}
END_TEST

START_TEST(nothing_is_left_under_way_when_nobody_answers)
{
	for (uint16_t i = 0; i < 4; i++)
		if (i != 1)
			town_leave(i);
	town_run(630000); /* not while the next seed is asked */
	ck_assert_uint_eq(town[1].finder->outbound_count, 0);
	ck_assert_uint_eq(town[1].finder->seed_visits, 0);
	ck_assert_uint_le(town[1].finder->dialer.in_flight, 1);
	ck_assert_uint_ge(town[1].finder->counters.unmet, 9); /* a seed a minute */
	ck_assert_uint_le(town[1].finder->counters.unmet, 12);
}
END_TEST

/* A town of its own, large enough that there are more than ten to be connected with. */
START_TEST(with_a_stale_tip_two_more_are_sought_and_turned_and_let_go_again)
{
	struct finder *finder;
	uint64_t visits;

	town_stop();
	town_start(TOWN_MAX, 5);
	town_run(600000);
	finder = town[1].finder;
	ck_assert_uint_eq(finder->outbound_count, FINDER_OUTBOUND_MAX);
	visits = finder->counters.visits;
	finder_set_stale(finder, true, town_now_ms);
	town_run(60000);
	ck_assert_uint_gt(finder->outbound_count, FINDER_OUTBOUND_MAX);
	ck_assert_uint_ge(finder->counters.visits, visits + SLOTS_OUTBOUND_EXTRA);
	/* They bring nothing: it is others' turn. */
	visits = finder->counters.visits;
	town_run(FINDER_STALE_TURN_MS + 60000);
	ck_assert_uint_ge(finder->counters.visits, visits + SLOTS_OUTBOUND_EXTRA);
	ck_assert_uint_le(finder->outbound_count, FINDER_OUTBOUND_MAX + SLOTS_OUTBOUND_EXTRA);
	finder_set_stale(finder, false, town_now_ms);
	town_run(1000);
	ck_assert_uint_le(finder->outbound_count, FINDER_OUTBOUND_MAX);
}
END_TEST

/* Whoever asks him in the second week is told of those who never left. */
START_TEST(in_sessions_that_last_records_are_renewed_before_they_expire)
{
	const struct book_node *node;

	town_leave(0);
	town_leave(3);
	town_meet(1, 2, FINDER_NO_VISIT);
	town_run(1000);
	for (size_t day = 0; day < 9; day++) {
		town_now_ms += UINT64_C(86400000);
		town_run(1000);
	}
	node = book_find(&town[1].finder->book, &town[2].id, &town[2].address)->node;
	ck_assert_uint_gt(node->record->expiry_s, town_now_s() + 5 * 86400);
	ck_assert_uint_eq(town[1].blamed + town[2].blamed, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("finder");
	TCase *tests = tcase_create("finder");

	tcase_add_checked_fixture(tests, setup, town_stop);
	tcase_add_test(tests, strangers_meet_by_one_seed_and_let_it_go);
	tcase_add_test(tests, who_was_met_is_tried_and_who_is_away_is_not);
	tcase_add_test(tests, a_record_that_its_node_did_not_sign_is_a_breach_and_not_believed);
	tcase_add_test(tests, more_than_ten_unasked_are_a_breach_and_a_second_answer_too);
	tcase_add_test(tests, records_beyond_the_rate_are_dropped_unread);
	tcase_add_test(tests, who_is_known_to_those_we_are_connected_with_is_heard_of);
	tcase_add_test(tests, who_is_called_by_all_asks_a_caller);
	tcase_add_test(tests, who_is_called_by_all_knows_that_it_is_the_other_who_is_away);
	tcase_add_test(tests, who_does_not_answer_is_not_dialed_again_meanwhile);
	tcase_add_test(tests, a_clock_that_is_put_back_makes_nobody_wait_and_the_record_anew);
	tcase_add_test(tests,
	               a_question_is_answered_once_in_five_minutes_and_a_wrong_one_is_a_breach);
	tcase_add_test(tests, whom_we_do_not_admit_is_neither_known_nor_passed_on);
	tcase_add_test(tests, a_new_record_is_passed_on_to_others);
	tcase_add_test(tests, a_feeler_goes_again_when_it_has_met_him);
	tcase_add_test(tests, where_we_stayed_is_where_we_begin_again);
	tcase_add_test(tests, nothing_is_left_under_way_when_nobody_answers);
	tcase_add_test(tests, in_sessions_that_last_records_are_renewed_before_they_expire);
	tcase_add_test(tests, with_a_stale_tip_two_more_are_sought_and_turned_and_let_go_again);
	suite_add_tcase(suite, tests);
	return suite;
}
