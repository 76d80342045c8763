/* What a machine takes up again from its disk. */
#include "tests/unit/consensus/consensus_harness.h"

static struct consensus_start start;
static struct certificate certificate;

static void setup(void)
{
	begin_default();
	start = start_of(4, 1);
	m = new_machine(&start);
}

static void load(enum vote_kind kind, uint64_t view, uint64_t parent_view,
                 const struct hash *block)
{
	certificate = certificate_of(kind, view, parent_view, block);
	consensus_load_certificate(&m->core, &certificate);
}

static void load_record(uint64_t view, bool nullified, const struct hash *notarized)
{
	struct vote_record record = {.epoch = EPOCH, .view = view, .nullified = nullified};

	if (notarized) {
		record.notarized = 1;
		record.notarized_parent = view - 1;
		record.notarized_block = *notarized;
	}
	consensus_load_record(&m->core, &record);
}

START_TEST(it_begins_in_the_view_behind_the_last_block)
{
	struct made_block root = root_block(), tip = make_block(&root, 7);

	certificate = certificate_of(VOTE_FINALIZE, 7, 6, &tip.hash);
	start.height = tip.header.height;
	start.block = tip.hash;
	start.certificate = &certificate;
	end();
	m = new_machine(&start);
	tick(1);
	ck_assert_uint_eq(m->core.views.current, 8);
	ck_assert_uint_eq(consensus_certificate(&m->core, 7, VOTE_FINALIZE).size,
	                  certificate_size(&certificate));
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->status.final_view, 7);
	ck_assert_uint_eq(only_sent(MESSAGE_STATUS)->status.height, tip.header.height);
}
END_TEST

START_TEST(certificates_of_the_disk_take_it_to_its_frontier)
{
	struct made_block root = root_block(), block = make_block(&root, 1);

	load(VOTE_NOTARIZE, 1, 0, &block.hash);
	load(VOTE_NULLIFY, 2, 0, NULL);
	tick(1);
	ck_assert_uint_eq(m->core.views.current, 3);
}
END_TEST

START_TEST(certificates_of_another_epoch_are_passed_over)
{
	certificate = certificate_of(VOTE_NULLIFY, 1, 0, NULL);
	certificate.ballot.epoch--;
	consensus_load_certificate(&m->core, &certificate);
	tick(1);
	ck_assert_uint_eq(m->core.views.current, 1);
}
END_TEST

/* The body had not come when the node stopped. */
START_TEST(a_final_certificate_without_its_block_is_taken_up)
{
	struct made_block root = root_block(), block = make_block(&root, 5);

	load(VOTE_FINALIZE, 5, 0, &block.hash);
	tick(1);
	ck_assert_uint_eq(m->core.views.final_view, 5);
	ck_assert_uint_eq(m->core.views.current, 6);
	ck_assert_uint_eq(m->core.height, ROOT_HEIGHT);
	pass(1000);
	ck_assert(
		hash_equal(&nth_sent(MESSAGE_GET_BLOCK, 0)->effect.send.block, &block.hash));
	bring(&block);
	ck_assert(hash_equal(&only(EFFECT_COMMIT)->commit.block, &block.hash));
}
END_TEST

/* So long a standstill that the window of the votes moved on without a final view. */
START_TEST(a_long_row_of_nullified_views_is_taken_up)
{
	for (uint64_t view = 1; view <= 500; view++)
		load(VOTE_NULLIFY, view, 0, NULL);
	tick(1);
	ck_assert_uint_eq(m->core.views.current, 501);
	nullify(0, 501);
	nullify(2, 501);
	nullify(3, 501);
	ck_assert_uint_eq(m->core.views.current, 502);
}
END_TEST

START_TEST(votes_of_the_last_views_are_signed_again_and_told)
{
	struct hash block = {{9}};

	for (uint64_t view = 1; view <= 10; view++)
		load(VOTE_NULLIFY, view, 0, NULL);
	for (uint64_t view = 1; view <= 11; view++)
		load_record(view, true, NULL);
	load_record(11, false, &block);
	tick(1);
	for (uint64_t view = 1; view <= 11; view++)
		ck_assert_int_eq(asked(view == 11 ? VOTE_NOTARIZE : VOTE_NULLIFY, view) != NULL,
		                 view + RESENT_VIEWS_MAX > 11);
	ck_assert_uint_eq(sent_count(MESSAGE_VOTE), RESENT_VIEWS_MAX);
}
END_TEST

START_TEST(a_recorded_vote_binds_the_next_ones)
{
	struct made_block root = root_block(), block = make_block(&root, 1);
	struct hash other = {{200}};

	load_record(1, false, &other);
	tick(1);
	propose(0, &block);
	ck_assert(!has_voted(VOTE_NOTARIZE, 1, &block.hash));
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
}
END_TEST

START_TEST(a_leader_with_a_record_sends_that_proposal_and_builds_no_other)
{
	struct made_block root = root_block(), block = make_block(&root, 2);

	load(VOTE_NULLIFY, 1, 0, NULL);
	load_record(2, false, &block.hash);
	tick(1);
	/* Its block was not kept: nothing can be shown. */
	work(1);
	tick(100);
	ck_assert_uint_eq(count_of(EFFECT_BUILD), 0);
}
END_TEST

START_TEST(certified_blocks_are_asked_for_if_the_disk_does_not_have_them)
{
	struct made_block root = root_block(), first = make_block(&root, 1);
	struct made_block second = make_block(&first, 2);

	load(VOTE_NOTARIZE, 1, 0, &first.hash);
	load(VOTE_NOTARIZE, 2, 1, &second.hash);
	bring_from(NOBODY, &second);
	pass(100);
	for (size_t i = 0; i < sent_count(MESSAGE_GET_BLOCK); i++)
		ck_assert(
			hash_equal(&nth_sent(MESSAGE_GET_BLOCK, i)->effect.send.block, &first.hash));
	ck_assert_uint_gt(sent_count(MESSAGE_GET_BLOCK), 0);
}
END_TEST

START_TEST(blocks_of_the_disk_are_executed_and_committed_when_they_are_final)
{
	struct made_block root = root_block(), block = make_block(&root, 1);

	load(VOTE_NOTARIZE, 1, 0, &block.hash);
	bring_from(NOBODY, &block);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 1);
	certify(VOTE_FINALIZE, 1, 0, &block.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 1);
	/* It is there already. */
	ck_assert_uint_eq(count_of(EFFECT_KEEP_BLOCK), 0);
}
END_TEST

START_TEST(blocks_of_the_disk_that_are_no_use_are_dropped)
{
	struct made_block root = root_block(), low = root, foreign = make_block(&root, 1);

	low.hash.bytes[0] = 1;
	foreign.header.epoch--;
	tick(1);
	bring_from(NOBODY, &low);
	bring_from(NOBODY, &foreign);
	ck_assert_uint_eq(count_of(EFFECT_DROP), 2);
	ck_assert_uint_eq(m->core.blocks.count, 0);
}
END_TEST

START_TEST(a_set_larger_than_it_is_set_up_for_is_refused_with_a_sentence)
{
	struct consensus_config config = config_of(3);
	struct consensus *core = memory_new(sizeof *core);
	struct why why = {{0}};

	ck_assert_int_eq(consensus_init(core, &config, &start, &why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "4 validators"));
	memory_free(core);
}
END_TEST

START_TEST(without_memory_there_is_no_machine)
{
	struct consensus_config config = config_of(4);
	struct consensus *core = memory_new(sizeof *core);

	for (unsigned long nth_request = 1; nth_request <= 2; nth_request++) {
		memory_fail_at(nth_request, 0);
		ck_assert_int_eq(consensus_init(core, &config, &start, NULL), STATUS_MEMORY);
		memory_fail_at(0, 0);
	}
	memory_free(core);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("restart");
	TCase *tests = tcase_create("restart");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, it_begins_in_the_view_behind_the_last_block);
	tcase_add_test(tests, certificates_of_the_disk_take_it_to_its_frontier);
	tcase_add_test(tests, certificates_of_another_epoch_are_passed_over);
	tcase_add_test(tests, a_final_certificate_without_its_block_is_taken_up);
	tcase_add_test(tests, a_long_row_of_nullified_views_is_taken_up);
	tcase_add_test(tests, votes_of_the_last_views_are_signed_again_and_told);
	tcase_add_test(tests, a_recorded_vote_binds_the_next_ones);
	tcase_add_test(tests, a_leader_with_a_record_sends_that_proposal_and_builds_no_other);
	tcase_add_test(tests, certified_blocks_are_asked_for_if_the_disk_does_not_have_them);
	tcase_add_test(tests,
	               blocks_of_the_disk_are_executed_and_committed_when_they_are_final);
	tcase_add_test(tests, blocks_of_the_disk_that_are_no_use_are_dropped);
	tcase_add_test(tests, a_set_larger_than_it_is_set_up_for_is_refused_with_a_sentence);
	tcase_add_test(tests, without_memory_there_is_no_machine);
	suite_add_tcase(suite, tests);
	return suite;
}
