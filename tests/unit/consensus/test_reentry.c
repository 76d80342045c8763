/* Voting again after what was signed is lost, and what others do about it. We are number 3. */
#include "tests/unit/consensus/consensus_harness.h"

static struct consensus_start start;
static struct made_block root, first;

static void begin_with(struct vote_mark mark)
{
	start = start_of(4, 3);
	start.mark = mark;
	m = new_machine(&start);
	root = root_block();
	first = make_block(&root, 1);
}

static void setup(void)
{
	begin_default();
	begin_with((struct vote_mark){.recall = RECALL_LOST});
}

/* He says that he is at this view, and shows so much of it, when we ask with this number. */
static void say(uint16_t from, uint64_t view, uint64_t proven_view, uint64_t nonce)
{
	struct input in = {.kind = INPUT_STATUS};

	in.status.from = from;
	in.status.proven_view = proven_view;
	in.status.status.epoch = m->core.epoch.number;
	in.status.status.view = view;
	in.status.status.echo = nonce;
	feed(in);
}

static void tell(uint16_t from, uint64_t view)
{
	say(from, view, view, m->core.nonce);
}

static void ask_us(uint16_t from, uint64_t view)
{
	struct input in = {.kind = INPUT_STATUS};

	in.status.from = from;
	in.status.status.epoch = m->core.epoch.number;
	in.status.status.view = view;
	in.status.status.nonce = 99;
	forget();
	feed(in);
}

/* The status that answers him; NULL: none, or one that is no answer. */
static const struct effect_send *answered(void)
{
	for (size_t i = 0; i < sent_count(MESSAGE_STATUS); i++)
		if (nth_sent(MESSAGE_STATUS, i)->effect.send.status.echo == 99)
			return &nth_sent(MESSAGE_STATUS, i)->effect.send;
	return NULL;
}

static bool signs_in(uint64_t view)
{
	forget();
	announce(view, view - 1, &(struct hash){{(uint8_t)view, 66}});
	pass(30000);
	return asked(VOTE_NULLIFY, view) != NULL;
}

/* -- Nothing is known ---------------------------------------------------------------- */

START_TEST(who_forgot_what_he_signed_signs_nothing)
{
	propose(0, &first);
	work(1);
	pass(100000);
	certify_null(1);
	certify(VOTE_NOTARIZE, 2, 0, &first.hash);
	pass(100000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(he_asks_everybody_each_second)
{
	tick(1);
	pass(10000);
	ck_assert_uint_ge(sent_count(MESSAGE_STATUS), 8);
	for (size_t i = 0; i < sent_count(MESSAGE_STATUS); i++)
		ck_assert_uint_eq(nth_sent(MESSAGE_STATUS, i)->effect.send.status.nonce,
		                  m->core.nonce);
	ck_assert_uint_ne(m->core.nonce, 0);
}
END_TEST

START_TEST(beyond_the_farthest_of_a_quorum_of_others_he_is_free)
{
	const struct vote_mark *mark;

	certify_null(1);
	tell(0, 2);
	tell(1, 5);
	ck_assert(consensus_is_forgetful(&m->core));
	tell(2, 3);
	ck_assert(!consensus_is_forgetful(&m->core));
	mark = &only(EFFECT_KEEP_MARK)->mark;
	ck_assert_uint_eq(mark->epoch, EPOCH);
	ck_assert_uint_eq(mark->view, 6);
	ck_assert_uint_eq(mark->floor_view, 6);
	ck_assert_uint_eq(mark->recall, RECALL_ASKED);
	for (uint64_t view = 2; view <= 6; view++) {
		ck_assert(!signs_in(view));
		certify_null(view);
	}
	ck_assert(signs_in(7));
}
END_TEST

START_TEST(what_he_signs_then_leaves_behind_the_mark)
{
	for (uint64_t view = 1; view <= 6; view++)
		certify_null(view);
	announce(7, 6, &(struct hash){{7}});
	nullify(0, 7);
	nullify(1, 7);
	tell(0, 2);
	tell(1, 5);
	tell(2, 5);
	pass(20);
	ck_assert(asked(VOTE_NULLIFY, 7));
	ck_assert(is_before(EFFECT_KEEP_MARK, EFFECT_SIGN));
}
END_TEST

START_TEST(answers_that_show_too_little_or_answer_another_do_not_count)
{
	tell(0, 1);
	tell(1, 1);
	say(2, 5, 4, m->core.nonce); /* claims more than it shows */
	say(2, 5, 0, m->core.nonce);
	say(2, 5, 5, m->core.nonce + 1);
	say(2, 5, 5, 0);
	tell(3, 1); /* we ourselves */
	tell(VALIDATORS_MAX, 1);
	ck_assert(consensus_is_forgetful(&m->core));
	m->core.epoch.number++;
	m->core.safety.epoch++;
	say(2, 5, 5, m->core.nonce);
	m->core.peers[2].told_view = 0;
	m->core.epoch.number--;
	m->core.safety.epoch--;
	tell(2, 1);
	ck_assert(!consensus_is_forgetful(&m->core));
}
END_TEST

START_TEST(two_answers_of_one_count_once_and_the_farther_one_counts)
{
	tell(0, 4);
	tell(0, 2);
	tell(1, 1);
	ck_assert(consensus_is_forgetful(&m->core));
	tell(2, 1);
	ck_assert_uint_eq(only(EFFECT_KEEP_MARK)->mark.view, 5);
}
END_TEST

/* Others may rely on his having the newest block. */
START_TEST(without_the_block_that_the_next_one_builds_on_he_waits)
{
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tell(0, 2);
	tell(1, 2);
	tell(2, 2);
	ck_assert(consensus_is_forgetful(&m->core));
	bring(&first);
	ck_assert(!consensus_is_forgetful(&m->core));
	ck_assert(hash_equal(&only(EFFECT_KEEP_BLOCK)->block, &first.hash));
	ck_assert(is_before(EFFECT_KEEP_BLOCK, EFFECT_KEEP_MARK));
}
END_TEST

START_TEST(three_cannot_tell_a_fourth_if_all_of_them_are_a_quorum)
{
	end();
	start = start_of(3, 2);
	start.mark.recall = RECALL_LOST;
	m = new_machine(&start);
	tell(0, 1);
	tell(1, 1);
	pass(10000);
	ck_assert(consensus_is_forgetful(&m->core));
}
END_TEST

START_TEST(his_own_old_votes_are_no_sign_of_another_with_his_key)
{
	vote(3, VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
	tell(0, 1);
	tell(1, 1);
	tell(2, 1);
	nullify(3, 2);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
	nullify(3, 3);
	ck_assert_int_eq(only(EFFECT_ALARM)->alarm, ALARM_SAME_KEY);
}
END_TEST

/* -- The next epoch -------------------------------------------------------------------- */

static void next_epoch(void)
{
	struct made_block seal = make_block(&root, 1);
	static struct epoch next;

	seal.header.flags = HEADER_FLAG_SEAL;
	propose(0, &seal);
	certify(VOTE_NOTARIZE, 1, 0, &seal.hash);
	certify(VOTE_FINALIZE, 1, 0, &seal.hash);
	stored(seal.header.height);
	next = m->core.epoch;
	next.number++;
	next.root = seal.hash;
	next.root_height = seal.header.height;
	feed((struct input){.kind = INPUT_EPOCH, .epoch = &next});
}

START_TEST(in_the_next_epoch_he_asks_once_more_and_then_never_again)
{
	tell(0, 1);
	tell(1, 1);
	tell(2, 1);
	ck_assert(!consensus_is_forgetful(&m->core));
	next_epoch();
	ck_assert(consensus_is_forgetful(&m->core));
	forget();
	tell(0, 1);
	tell(1, 3);
	tell(2, 1);
	ck_assert(!consensus_is_forgetful(&m->core));
	ck_assert_int_eq(m->core.recall, RECALL_WHOLE);
	ck_assert_uint_eq(only(EFFECT_KEEP_MARK)->mark.epoch, EPOCH + 1);
	ck_assert_uint_eq(only(EFFECT_KEEP_MARK)->mark.floor_view, 4);
	ck_assert_int_eq(only(EFFECT_KEEP_MARK)->mark.recall, RECALL_WHOLE);
}
END_TEST

START_TEST(who_starts_in_a_later_epoch_than_he_asked_in_asks_again)
{
	end();
	begin_with((struct vote_mark){
		.epoch = EPOCH - 1,
		.view = 9,
		.floor_epoch = EPOCH - 1,
		.floor_view = 9,
		.recall = RECALL_ASKED,
	});
	tick(1);
	ck_assert(consensus_is_forgetful(&m->core));
	tell(0, 1);
	tell(1, 1);
	tell(2, 1);
	ck_assert_int_eq(m->core.recall, RECALL_WHOLE);
}
END_TEST

/* -- The mark alone is left --------------------------------------------------------------- */

static void begin_marked(uint64_t epoch, uint64_t view)
{
	end();
	begin_with((struct vote_mark){.epoch = epoch, .view = view});
}

START_TEST(a_mark_whose_record_is_lost_binds_like_records_of_all_views_up_to_it)
{
	begin_marked(EPOCH, 4);
	tick(1);
	ck_assert_uint_eq(only(EFFECT_KEEP_MARK)->mark.floor_view, 4);
	ck_assert_int_eq(only(EFFECT_KEEP_MARK)->mark.recall, RECALL_WHOLE);
	for (uint64_t view = 1; view <= 4; view++) {
		ck_assert(!signs_in(view));
		certify_null(view);
	}
	ck_assert(signs_in(5));
}
END_TEST

/* What was signed behind it has records again, and the hole before it is still there. */
START_TEST(the_floor_outlives_later_records)
{
	struct vote_record record = {.epoch = EPOCH, .view = 6, .nullified = 1};

	end();
	begin_with((struct vote_mark){
		.epoch = EPOCH,
		.view = 6,
		.floor_epoch = EPOCH,
		.floor_view = 4,
	});
	consensus_load_record(&m->core, &record);
	tick(1);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_MARK), 0);
	ck_assert(!signs_in(1));
	for (uint64_t view = 1; view <= 4; view++)
		certify_null(view);
	ck_assert(signs_in(5));
}
END_TEST

START_TEST(a_mark_with_its_record_binds_no_other_view)
{
	struct vote_record record = {.epoch = EPOCH, .view = 2, .nullified = 1};

	begin_marked(EPOCH, 2);
	consensus_load_record(&m->core, &record);
	tick(1);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_MARK), 0);
	ck_assert(signs_in(1));
}
END_TEST

START_TEST(a_mark_of_a_later_epoch_binds_all_of_this_one)
{
	begin_marked(EPOCH + 1, 2);
	tick(1);
	ck_assert_uint_eq(only(EFFECT_KEEP_MARK)->mark.floor_epoch, EPOCH + 1);
	ck_assert(!signs_in(1));
	next_epoch();
	forget();
	ck_assert(!signs_in(1));
	certify_null(1);
	ck_assert(!signs_in(2));
	certify_null(2);
	ck_assert(signs_in(3));
}
END_TEST

START_TEST(a_leader_below_his_floor_builds_nothing)
{
	end();
	start = start_of(4, 0);
	start.mark = (struct vote_mark){.epoch = EPOCH, .view = 1};
	m = new_machine(&start);
	work(1);
	pass(5000);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

/* -- Witnesses ------------------------------------------------------------------------------ */

START_TEST(who_is_asked_shows_where_he_stands)
{
	begin_marked(0, 0);
	certify_null(1);
	ask_us(0, 1);
	ck_assert_ptr_nonnull(answered());
	ck_assert_uint_eq(answered()->status.view, 2);
	ck_assert_uint_eq(answered()->proof.size,
	                  consensus_certificate(&m->core, 1, VOTE_NULLIFY).size);
	certify(VOTE_NOTARIZE, 2, 0, &first.hash);
	pass(1000);
	ask_us(0, 1);
	ck_assert_uint_eq(answered()->proof.size,
	                  consensus_certificate(&m->core, 2, VOTE_NOTARIZE).size);
	certify(VOTE_FINALIZE, 2, 0, &first.hash);
	pass(1000);
	ask_us(0, 1);
	ck_assert_uint_eq(answered()->proof.size,
	                  consensus_certificate(&m->core, 2, VOTE_FINALIZE).size);
}
END_TEST

START_TEST(who_has_forgotten_himself_is_no_witness)
{
	ask_us(0, 1);
	ck_assert_ptr_null(answered());
	tell(0, 3);
	tell(1, 3);
	tell(2, 3);
	pass(1000);
	/* He may have been at view 4. */
	ask_us(0, 1);
	ck_assert_ptr_null(answered());
	for (uint64_t view = 1; view <= 3; view++)
		certify_null(view);
	pass(1000);
	ask_us(0, 1);
	ck_assert_ptr_nonnull(answered());
}
END_TEST

START_TEST(who_asks_is_shown_his_own_votes)
{
	const struct vote *sent;

	begin_marked(0, 0);
	vote(1, VOTE_NOTARIZE, 1, 0, &first.hash);
	nullify(1, 1);
	nullify(0, 1);
	ask_us(1, 1);
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), 2);
	for (size_t i = 0; i < 2; i++) {
		sent = &nth_sent(MESSAGE_VOTE, i)->effect.send.vote;
		ck_assert_uint_eq(nth_sent(MESSAGE_VOTE, i)->effect.send.to, 1);
		ck_assert_uint_eq(sent->signer, 1);
		ck_assert_mem_eq(sent->signature.bytes,
		                 signature_of(1, &sent->ballot).bytes, 4);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("reentry");
	TCase *tests = tcase_create("reentry");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, who_forgot_what_he_signed_signs_nothing);
	tcase_add_test(tests, he_asks_everybody_each_second);
	tcase_add_test(tests, beyond_the_farthest_of_a_quorum_of_others_he_is_free);
	tcase_add_test(tests, what_he_signs_then_leaves_behind_the_mark);
	tcase_add_test(tests, answers_that_show_too_little_or_answer_another_do_not_count);
	tcase_add_test(tests, two_answers_of_one_count_once_and_the_farther_one_counts);
	tcase_add_test(tests, without_the_block_that_the_next_one_builds_on_he_waits);
	tcase_add_test(tests, three_cannot_tell_a_fourth_if_all_of_them_are_a_quorum);
	tcase_add_test(tests, his_own_old_votes_are_no_sign_of_another_with_his_key);
	tcase_add_test(tests, in_the_next_epoch_he_asks_once_more_and_then_never_again);
	tcase_add_test(tests, who_starts_in_a_later_epoch_than_he_asked_in_asks_again);
	tcase_add_test(tests,
	               a_mark_whose_record_is_lost_binds_like_records_of_all_views_up_to_it);
	tcase_add_test(tests, the_floor_outlives_later_records);
	tcase_add_test(tests, a_mark_with_its_record_binds_no_other_view);
	tcase_add_test(tests, a_mark_of_a_later_epoch_binds_all_of_this_one);
	tcase_add_test(tests, a_leader_below_his_floor_builds_nothing);
	tcase_add_test(tests, who_is_asked_shows_where_he_stands);
	tcase_add_test(tests, who_has_forgotten_himself_is_no_witness);
	tcase_add_test(tests, who_asks_is_shown_his_own_votes);
	suite_add_tcase(suite, tests);
	return suite;
}
