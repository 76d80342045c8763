/* Telling others what they lack, and learning what we lack. We are number 3. */
#include "tests/unit/consensus/consensus_harness.h"

static struct made_block root, first;

static void setup(void)
{
	begin_default();
	begin(4, 3);
	root = root_block();
	first = make_block(&root, 1);
}

/* By votes, so that the certificate is ours. */
static void give_up(uint64_t view)
{
	for (uint16_t i = 0; i < 3; i++)
		nullify(i, view);
}

static void give_up_to(uint64_t view)
{
	for (uint64_t before = m->core.views.current; before < view; before++)
		certify_null(before);
}

static void ask_status(uint64_t epoch, uint64_t nonce)
{
	struct input in = {.kind = INPUT_STATUS};

	in.status.status.epoch = epoch;
	in.status.status.view = m->core.views.current;
	in.status.status.final_view = m->core.views.final_view;
	in.status.status.nonce = nonce;
	feed(in);
}

static size_t sent_to(uint16_t to, enum message_kind message)
{
	size_t count = 0;

	for (size_t n = 0; nth_sent(message, n); n++)
		count += nth_sent(message, n)->effect.send.to == to;
	return count;
}

/* -- Certificates -------------------------------------------------------------------- */

START_TEST(who_makes_a_certificate_sends_it_to_the_next_leader)
{
	give_up(1);
	ck_assert_uint_eq(only_sent(MESSAGE_CERTIFICATE)->to, 1);
	ck_assert_int_eq(nth_sent(MESSAGE_CERTIFICATE, 0)->certified.kind, VOTE_NULLIFY);
	ck_assert_uint_eq(nth_sent(MESSAGE_CERTIFICATE, 0)->certified.view, 1);
}
END_TEST

START_TEST(a_certificate_is_never_answered_with_a_certificate)
{
	certify_null(1);
	certify(VOTE_NOTARIZE, 2, 0, &first.hash);
	certify(VOTE_FINALIZE, 2, 0, &first.hash);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 0);
}
END_TEST

START_TEST(a_final_certificate_that_we_made_goes_to_all_who_listen)
{
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(only_sent(MESSAGE_CERTIFICATE)->to, ALL_PEERS);
}
END_TEST

START_TEST(who_has_not_moved_gets_the_certificate_later_and_once)
{
	certify_null(1);
	vote(1, VOTE_NULLIFY, 2, 0, NULL);
	forget();
	tick(B_MS / 4 - 1);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 0);
	tick(1);
	/* Number 1 has shown that he is past it. */
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 2);
	ck_assert_uint_eq(sent_to(0, MESSAGE_CERTIFICATE), 1);
	ck_assert_uint_eq(sent_to(2, MESSAGE_CERTIFICATE), 1);
	pass(3000);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 2);
}
END_TEST

START_TEST(who_follows_tells_nobody_of_certificates)
{
	end();
	begin(4, NOBODY);
	give_up(1);
	certify(VOTE_FINALIZE, 2, 0, &first.hash);
	pass(3000);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 0);
	ck_assert_uint_gt(sent_count(MESSAGE_STATUS), 0);
}
END_TEST

/* -- Status -------------------------------------------------------------------------- */

START_TEST(a_status_goes_to_all_about_each_second)
{
	uint64_t last_ms = 0;

	for (int i = 0; i < 20000; i++) {
		forget();
		tick(1);
		if (sent_count(MESSAGE_STATUS) == 0)
			continue;
		ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->to, ALL_PEERS);
		if (last_ms > 0) {
			ck_assert_uint_ge(m->now_ms - last_ms, 800);
			ck_assert_uint_le(m->now_ms - last_ms, 1200);
		}
		last_ms = m->now_ms;
	}
	ck_assert_uint_gt(last_ms, 0);
}
END_TEST

START_TEST(who_is_behind_is_given_what_he_lacks_and_no_more_than_so_many_views)
{
	give_up_to(40);
	forget();
	status(1, 40, 0, ROOT_HEIGHT);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 0);
	status(1, 38, 0, ROOT_HEIGHT);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 2);
	forget();
	status(1, 1, 0, ROOT_HEIGHT);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), STATUS_VIEWS_MAX);
	ck_assert_uint_eq(nth_sent(MESSAGE_CERTIFICATE, 0)->certified.view, 1);
	ck_assert_uint_eq(sent_to(1, MESSAGE_CERTIFICATE), STATUS_VIEWS_MAX);
}
END_TEST

START_TEST(who_lacks_the_final_view_is_given_that_and_what_comes_behind_it)
{
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	certify_null(2);
	forget();
	status(2, 1, 0, ROOT_HEIGHT);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 2);
	ck_assert_int_eq(nth_sent(MESSAGE_CERTIFICATE, 0)->certified.kind, VOTE_FINALIZE);
	ck_assert_uint_eq(nth_sent(MESSAGE_CERTIFICATE, 1)->certified.view, 2);
}
END_TEST

START_TEST(a_question_is_answered_with_its_nonce_but_not_too_often)
{
	forget();
	ask_status(EPOCH, 0);
	ck_assert_uint_eq(sent_count(MESSAGE_STATUS), 0);
	ask_status(EPOCH, 42);
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->status.echo, 42);
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->to, 0);
	ask_status(EPOCH, 43);
	ck_assert_uint_eq(sent_count(MESSAGE_STATUS), 1);
	tick(200);
	ask_status(EPOCH, 44);
	ck_assert_uint_eq(sent_to(0, MESSAGE_STATUS), 2);
}
END_TEST

START_TEST(who_is_in_an_earlier_epoch_is_told_where_we_are)
{
	forget();
	ask_status(EPOCH - 1, 0);
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->status.epoch, EPOCH);
	ck_assert_uint_eq(sent_count(MESSAGE_CERTIFICATE), 0);
}
END_TEST

START_TEST(a_status_of_nobody_or_of_ourselves_is_passed_over)
{
	forget();
	status(NOBODY, 1, 0, ROOT_HEIGHT + 100);
	status(PEERS_MAX, 1, 0, ROOT_HEIGHT + 100);
	status(3, 1, 0, ROOT_HEIGHT + 100);
	feed((struct input){.kind = INPUT_CONNECTED, .connected = 3});
	feed((struct input){.kind = INPUT_CONNECTED, .connected = NOBODY});
	ck_assert_uint_eq(count_of(EFFECT_SEND), 0);
}
END_TEST

/* -- Once more ----------------------------------------------------------------------- */

START_TEST(a_new_connection_gets_our_status_and_our_votes)
{
	propose(0, &first);
	forget();
	feed((struct input){.kind = INPUT_CONNECTED, .connected = 1});
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->to, 1);
	ck_assert_uint_eq(only_sent(MESSAGE_VOTE)->to, 1);
	forget();
	/* Who only follows needs none. */
	feed((struct input){.kind = INPUT_CONNECTED, .connected = VALIDATORS_MAX});
	ck_assert_uint_eq(sent_count(MESSAGE_STATUS), 1);
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), 0);
}
END_TEST

START_TEST(in_a_standstill_our_votes_are_sent_again_about_each_second)
{
	propose(0, &first);
	forget();
	pass(1250);
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), 1);
	ck_assert_uint_eq(nth_sent(MESSAGE_VOTE, 0)->effect.send.to, ALL_VALIDATORS);
	ck_assert_uint_eq(nth_sent(MESSAGE_VOTE, 0)->effect.send.vote.signature.bytes[0], 4);
}
END_TEST

START_TEST(a_leader_sends_its_proposal_again)
{
	struct made_block own;

	end();
	begin(4, 0);
	own = make_block(&root, 1);
	work(1);
	tick(BATCH_MS);
	built(1, &own);
	forget();
	pass(1300);
	ck_assert_uint_eq(sent_count(MESSAGE_PROPOSAL), 1);
	ck_assert(hash_equal(&nth_sent(MESSAGE_PROPOSAL, 0)->effect.send.proposal.block,
	                     &own.hash));
	/* Of a view that is over it is a vote like any other. */
	certify_null(1);
	forget();
	feed((struct input){.kind = INPUT_CONNECTED, .connected = 1});
	ck_assert_uint_eq(sent_count(MESSAGE_PROPOSAL), 0);
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), 1);
}
END_TEST

START_TEST(when_idle_nothing_but_the_status_is_sent)
{
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	stored(ROOT_HEIGHT + 1);
	pass(3000);
	forget();
	pass(100000);
	ck_assert_uint_eq(count_of(EFFECT_SEND), sent_count(MESSAGE_STATUS));
}
END_TEST

/* -- Catching up --------------------------------------------------------------------- */

START_TEST(a_final_block_that_does_not_come_is_overdue)
{
	ck_assert_uint_eq(consensus_overdue_ms(&m->core), UINT64_MAX);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert_uint_gt(consensus_overdue_ms(&m->core), m->now_ms + 1500);
	ck_assert_uint_le(consensus_overdue_ms(&m->core), m->now_ms + 2000);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("gossip");
	TCase *tests = tcase_create("gossip");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, who_makes_a_certificate_sends_it_to_the_next_leader);
	tcase_add_test(tests, a_certificate_is_never_answered_with_a_certificate);
	tcase_add_test(tests, a_final_certificate_that_we_made_goes_to_all_who_listen);
	tcase_add_test(tests, who_has_not_moved_gets_the_certificate_later_and_once);
	tcase_add_test(tests, who_follows_tells_nobody_of_certificates);
	tcase_add_test(tests, a_status_goes_to_all_about_each_second);
	tcase_add_test(tests,
	               who_is_behind_is_given_what_he_lacks_and_no_more_than_so_many_views);
	tcase_add_test(tests,
	               who_lacks_the_final_view_is_given_that_and_what_comes_behind_it);
	tcase_add_test(tests, a_question_is_answered_with_its_nonce_but_not_too_often);
	tcase_add_test(tests, who_is_in_an_earlier_epoch_is_told_where_we_are);
	tcase_add_test(tests, a_status_of_nobody_or_of_ourselves_is_passed_over);
	tcase_add_test(tests, a_new_connection_gets_our_status_and_our_votes);
	tcase_add_test(tests, in_a_standstill_our_votes_are_sent_again_about_each_second);
	tcase_add_test(tests, a_leader_sends_its_proposal_again);
	tcase_add_test(tests, when_idle_nothing_but_the_status_is_sent);
	tcase_add_test(tests, a_final_block_that_does_not_come_is_overdue);
	suite_add_tcase(suite, tests);
	return suite;
}
