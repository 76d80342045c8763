/* Votes become certificates, and what they may not be raises an alarm. We are number 3.
 */
#include "tests/unit/consensus/consensus_harness.h"

static const struct hash ONE = {{101}}, OTHER = {{102}};
static struct made_block root, first;

static void setup(void)
{
	begin_default();
	begin(4, 3);
	root = root_block();
	first = make_block(&root, 1);
}

static enum alarm only_alarm(void)
{
	return only(EFFECT_ALARM)->alarm;
}

/* -- Quorums ------------------------------------------------------------------------- */

START_TEST(a_quorum_of_votes_is_a_certificate_and_less_is_none)
{
	const struct effect_certificate *keep;

	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	vote(1, VOTE_NOTARIZE, 1, 0, &ONE);
	vote(1, VOTE_NOTARIZE, 1, 0, &ONE);
	ck_assert_uint_eq(m->core.views.current, 1);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_CERTIFICATE), 0);
	vote(2, VOTE_NOTARIZE, 1, 0, &ONE);
	ck_assert_uint_eq(m->core.views.current, 2);
	keep = &only(EFFECT_KEEP_CERTIFICATE)->certificate;
	ck_assert_uint_eq(keep->view, 1);
	ck_assert_uint_eq(keep->epoch, EPOCH);
	ck_assert_int_eq(keep->kind, VOTE_NOTARIZE);
}
END_TEST

START_TEST(votes_for_different_blocks_make_no_quorum_together)
{
	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	vote(1, VOTE_NOTARIZE, 1, 0, &ONE);
	vote(2, VOTE_NOTARIZE, 1, 0, &OTHER);
	ck_assert_uint_eq(m->core.views.current, 1);
}
END_TEST

START_TEST(our_own_vote_counts_when_it_is_signed)
{
	vote(1, VOTE_NOTARIZE, 1, 0, &first.hash);
	propose(0, &first);
	ck_assert_uint_eq(m->core.views.current, 2);
}
END_TEST

START_TEST(with_seven_five_are_a_quorum)
{
	end();
	begin(7, 6);
	for (uint16_t i = 0; i < 5; i++) {
		ck_assert_uint_eq(m->core.views.current, 1);
		vote(i, VOTE_NOTARIZE, 1, 0, &ONE);
	}
	ck_assert_uint_eq(m->core.views.current, 2);
}
END_TEST

START_TEST(an_epochs_term_and_fault_model_are_its_own)
{
	end();
	parameters.values[PARAMETER_fault_model] = FAULT_CRASH;
	begin(3, 2);
	vote(0, VOTE_NULLIFY, 1, 0, NULL);
	ck_assert_uint_eq(m->core.views.current, 1);
	vote(1, VOTE_NULLIFY, 1, 0, NULL);
	ck_assert_uint_eq(m->core.views.current, 2);
}
END_TEST

/* -- What is passed over ---------------------------------------------------------------
 */

START_TEST(votes_and_certificates_of_another_epoch_are_passed_over)
{
	struct input in = {.kind = INPUT_VOTE};
	static struct certificate certificate;

	in.vote.ballot = ballot_nullify(EPOCH + 1, 1);
	feed(in);
	certificate = certificate_of(VOTE_NULLIFY, 1, 0, NULL);
	certificate.ballot.epoch = EPOCH - 1;
	feed((struct input){.kind = INPUT_CERTIFICATE, .certificate = &certificate});
	ck_assert_uint_eq(m->core.views.current, 1);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_CERTIFICATE), 0);
}
END_TEST

START_TEST(votes_of_nobody_are_passed_over)
{
	vote(4, VOTE_NULLIFY, 1, 0, NULL);
	vote(UINT16_MAX, VOTE_NULLIFY, 1, 0, NULL);
	ck_assert_uint_eq(m->seen_count, count_of(EFFECT_WAKE));
}
END_TEST

START_TEST(far_votes_are_not_counted_and_far_certificates_are_not_held)
{
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_NULLIFY, 1 + VIEWS_AHEAD_MAX, 0, NULL);
	ck_assert(!views_is_nullified(&m->core.views, 1 + VIEWS_AHEAD_MAX));
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_NULLIFY, VIEWS_AHEAD_MAX, 0, NULL);
	ck_assert(views_is_nullified(&m->core.views, VIEWS_AHEAD_MAX));
	certify_null(VIEWS_HELD_MAX + 1);
	ck_assert(!views_is_nullified(&m->core.views, VIEWS_HELD_MAX + 1));
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(votes_of_views_that_are_over_still_count_while_they_are_near)
{
	certify_null(1);
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_NOTARIZE, 1, 0, &ONE);
	ck_assert(views_is_notarized(&m->core.views, 1));
	for (uint64_t view = 2; view <= 100; view++)
		certify_null(view);
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_NOTARIZE, 2, 0, &ONE);
	ck_assert(!views_is_notarized(&m->core.views, 2));
}
END_TEST

START_TEST(at_or_below_the_final_view_nothing_is_counted)
{
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	forget();
	for (uint16_t i = 0; i < 3; i++)
		vote(i, VOTE_NOTARIZE, 1, 0, &first.hash);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_CERTIFICATE), 0);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(a_certificate_once_more_is_no_news)
{
	certify_null(1);
	forget();
	certify_null(1);
	ck_assert_uint_eq(count_of(EFFECT_KEEP_CERTIFICATE), 0);
}
END_TEST

/* -- Liars ------------------------------------------------------------------------------
 */

START_TEST(who_contradicts_himself_gives_evidence)
{
	const struct vote *votes;

	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	vote(0, VOTE_NOTARIZE, 1, 0, &OTHER);
	votes = only(EFFECT_EVIDENCE)->evidence;
	ck_assert(ballots_contradict(&votes[0].ballot, &votes[1].ballot));
	ck_assert_uint_eq(votes[0].signer, 0);
	ck_assert_uint_eq(votes[1].signer, 0);
	ck_assert_uint_eq(votes[0].signature.bytes[3], ONE.bytes[0]);
	ck_assert_uint_eq(votes[1].signature.bytes[3], OTHER.bytes[0]);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(who_contradicts_himself_inside_a_certificate_gives_evidence)
{
	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	certify(VOTE_NOTARIZE, 1, 0, &OTHER);
	ck_assert_uint_eq(only(EFFECT_EVIDENCE)->evidence[0].signer, 0);
}
END_TEST

START_TEST(who_gave_up_what_he_makes_final_in_the_certificate_gives_evidence)
{
	const struct vote *votes;

	propose(0, &first);
	nullify(0, 1);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	votes = only(EFFECT_EVIDENCE)->evidence;
	ck_assert_uint_eq(votes[0].signer, 0);
	ck_assert_int_eq(votes[0].ballot.kind, VOTE_NULLIFY);
	ck_assert_int_eq(votes[1].ballot.kind, VOTE_FINALIZE);
	/* It is final all the same, and what was counted below it is forgotten. */
	ck_assert(hash_equal(&only(EFFECT_COMMIT)->commit.block, &first.hash));
	ck_assert(!votes_has(&m->core.votes, &votes[1].ballot, 0));
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(a_certificate_that_moves_the_frontier_far_is_looked_into_before)
{
	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	for (uint64_t view = 2; view <= 100; view++)
		certify_null(view);
	certify(VOTE_NOTARIZE, 1, 0, &OTHER);
	ck_assert_uint_eq(m->core.views.current, 101);
	ck_assert_uint_eq(only(EFFECT_EVIDENCE)->evidence[0].signer, 0);
}
END_TEST

START_TEST(however_often_he_does_in_a_view_there_is_one_piece_of_evidence)
{
	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	for (uint8_t i = 0; i < 100; i++)
		vote(0, VOTE_NOTARIZE, 1, 0, &(struct hash){{150, i}});
	nullify(0, 1);
	vote(0, VOTE_FINALIZE, 1, 0, &ONE);
	only(EFFECT_EVIDENCE);
}
END_TEST

/* Somebody has our key; we do not name ourselves. */
START_TEST(our_own_vote_inside_a_final_certificate_accuses_nobody)
{
	static struct certificate certificate;

	propose(0, &first);
	pass(10000);
	ck_assert_ptr_nonnull(asked(VOTE_NULLIFY, 1));
	certificate = certificate_of(VOTE_FINALIZE, 1, 0, &first.hash);
	certificate.signers[0] = false;
	certificate.signers[3] = true;
	certificate.signatures[3] = signature_of(3, &certificate.ballot);
	feed((struct input){.kind = INPUT_CERTIFICATE, .certificate = &certificate});
	ck_assert_uint_eq(m->core.views.final_view, 1);
	ck_assert_uint_eq(count_of(EFFECT_EVIDENCE), 0);
}
END_TEST

START_TEST(to_notarize_and_to_give_up_is_no_contradiction)
{
	vote(0, VOTE_NOTARIZE, 1, 0, &ONE);
	nullify(0, 1);
	ck_assert_uint_eq(count_of(EFFECT_EVIDENCE), 0);
}
END_TEST

START_TEST(a_vote_by_our_key_that_we_know_nothing_of_halts_us)
{
	vote(3, VOTE_NOTARIZE, 1, 0, &ONE);
	ck_assert_int_eq(only_alarm(), ALARM_SAME_KEY);
	/* Once is enough. */
	vote(3, VOTE_NULLIFY, 1, 0, NULL);
	only_alarm();
	propose(0, &first);
	pass(10000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(our_own_votes_come_back_without_an_alarm)
{
	propose(0, &first);
	vote(3, VOTE_NOTARIZE, 1, 0, &first.hash);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	vote(3, VOTE_FINALIZE, 1, 0, &first.hash);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	/* Below the floor nobody remembers. */
	vote(3, VOTE_NULLIFY, 1, 0, NULL);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(that_safety_is_broken_is_said_once)
{
	certify_null(1);
	for (int i = 0; i < 5; i++)
		certify(VOTE_FINALIZE, 1, 0, &ONE);
	ck_assert_int_eq(only_alarm(), ALARM_SAFETY_BROKEN);
	/* Those in both quorums are named, each once. */
	ck_assert_uint_eq(count_of(EFFECT_EVIDENCE), 3);
}
END_TEST

START_TEST(certificates_that_exclude_each_other_halt_us)
{
	certify_null(1);
	certify(VOTE_FINALIZE, 1, 0, &ONE);
	ck_assert_int_eq(nth(EFFECT_ALARM, 0)->alarm, ALARM_SAFETY_BROKEN);
	ck_assert_uint_eq(m->core.views.final_view, 0);
	forget();
	propose(0, &first);
	pass(10000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
	/* It serves on: others learn where it stands. */
	ck_assert_uint_gt(sent_count(MESSAGE_STATUS), 0);
}
END_TEST

/* -- After the seal ---------------------------------------------------------------------
 */

START_TEST(behind_a_final_seal_nothing_is_heard_until_the_next_epoch)
{
	static struct epoch epoch;

	first.header.flags = HEADER_FLAG_SEAL;
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert(only(EFFECT_COMMIT)->commit.is_seal);
	forget();
	certify_null(2);
	nullify(0, 2);
	announce(2, 1, &ONE);
	tick(10000);
	ck_assert_uint_eq(m->seen_count, 0);
	stored(ROOT_HEIGHT + 1);
	epoch = m->core.epoch;
	epoch.number++;
	epoch.root = first.hash;
	epoch.root_height = ROOT_HEIGHT + 1;
	feed((struct input){.kind = INPUT_EPOCH, .epoch = &epoch});
	ck_assert_uint_eq(m->core.views.current, 1);
	certify_null(1);
	ck_assert_uint_eq(m->core.views.current, 2);
}
END_TEST

START_TEST(what_is_left_of_the_epoch_before_is_dropped)
{
	struct made_block second = make_block(&first, 2);
	static struct epoch epoch;

	first.header.flags = HEADER_FLAG_SEAL;
	propose(0, &first);
	/* It builds on a seal, so it is no good; and one that is but a name. */
	announce(2, 1, &second.hash);
	bring(&second);
	announce(3, 1, &ONE);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	stored(ROOT_HEIGHT + 1);
	ck_assert_uint_eq(m->core.blocks.count, 2);
	epoch = epoch_of(4, 1);
	epoch.number = EPOCH + 1;
	epoch.root = first.hash;
	epoch.root_height = ROOT_HEIGHT + 1;
	forget();
	feed((struct input){.kind = INPUT_EPOCH, .epoch = &epoch});
	ck_assert(hash_equal(&only(EFFECT_DROP)->block, &second.hash));
	ck_assert_uint_eq(m->core.blocks.count, 0);
	ck_assert_uint_eq(m->core.epoch.self, 1);
}
END_TEST

START_TEST(a_set_too_large_for_us_ends_our_way_with_an_alarm)
{
	static struct epoch epoch;

	first.header.flags = HEADER_FLAG_SEAL;
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	stored(ROOT_HEIGHT + 1);
	epoch = epoch_of(5, 3);
	epoch.number = EPOCH + 1;
	epoch.root = first.hash;
	epoch.root_height = ROOT_HEIGHT + 1;
	forget();
	feed((struct input){.kind = INPUT_EPOCH, .epoch = &epoch});
	ck_assert_int_eq(only_alarm(), ALARM_WINDOW_FULL);
	vote(4, VOTE_NULLIFY, 1, 0, NULL);
	certify_null(1);
	tick(100);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("certify");
	TCase *tests = tcase_create("certify");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, a_quorum_of_votes_is_a_certificate_and_less_is_none);
	tcase_add_test(tests, votes_for_different_blocks_make_no_quorum_together);
	tcase_add_test(tests, our_own_vote_counts_when_it_is_signed);
	tcase_add_test(tests, with_seven_five_are_a_quorum);
	tcase_add_test(tests, an_epochs_term_and_fault_model_are_its_own);
	tcase_add_test(tests, votes_and_certificates_of_another_epoch_are_passed_over);
	tcase_add_test(tests, votes_of_nobody_are_passed_over);
	tcase_add_test(tests, far_votes_are_not_counted_and_far_certificates_are_not_held);
	tcase_add_test(tests, votes_of_views_that_are_over_still_count_while_they_are_near);
	tcase_add_test(tests, at_or_below_the_final_view_nothing_is_counted);
	tcase_add_test(tests, a_certificate_once_more_is_no_news);
	tcase_add_test(tests, who_contradicts_himself_gives_evidence);
	tcase_add_test(tests, who_contradicts_himself_inside_a_certificate_gives_evidence);
	tcase_add_test(tests, who_gave_up_what_he_makes_final_in_the_certificate_gives_evidence);
	tcase_add_test(tests, a_certificate_that_moves_the_frontier_far_is_looked_into_before);
	tcase_add_test(tests, however_often_he_does_in_a_view_there_is_one_piece_of_evidence);
	tcase_add_test(tests, our_own_vote_inside_a_final_certificate_accuses_nobody);
	tcase_add_test(tests, to_notarize_and_to_give_up_is_no_contradiction);
	tcase_add_test(tests, a_vote_by_our_key_that_we_know_nothing_of_halts_us);
	tcase_add_test(tests, our_own_votes_come_back_without_an_alarm);
	tcase_add_test(tests, that_safety_is_broken_is_said_once);
	tcase_add_test(tests, certificates_that_exclude_each_other_halt_us);
	tcase_add_test(tests, behind_a_final_seal_nothing_is_heard_until_the_next_epoch);
	tcase_add_test(tests, what_is_left_of_the_epoch_before_is_dropped);
	tcase_add_test(tests, a_set_too_large_for_us_ends_our_way_with_an_alarm);
	suite_add_tcase(suite, tests);
	return suite;
}
