/* Blocks on their way: fetched, executed, committed, pruned. We are number 3. */
#include "tests/unit/consensus/consensus_harness.h"

static struct made_block root, first, second, third;

static void setup(void)
{
	begin_default();
	begin(4, 3);
	root = root_block();
	first = make_block(&root, 1);
	second = make_block(&first, 2);
	third = make_block(&second, 3);
}

static const struct block *held(const struct made_block *block)
{
	return blocks_find(&m->core.blocks, &block->hash);
}

static const struct effect_send *nth_fetch(size_t n)
{
	const struct seen *seen = nth_sent(MESSAGE_GET_BLOCK, n);

	ck_assert_ptr_nonnull(seen);
	return &seen->effect.send;
}

/* Of the first so many with their bodies. */
static void give_part(const struct made_block *blocks, size_t count, size_t body_count,
                      enum vote_kind kind, const struct hash *last)
{
	static struct header headers[SYNC_HEADERS_MAX];
	static struct hash hashes[SYNC_HEADERS_MAX];
	static struct certificate certificate;
	struct input in = {.kind = INPUT_RANGE};

	for (size_t i = 0; i < count; i++) {
		headers[i] = blocks[i].header;
		hashes[i] = blocks[i].hash;
	}
	certificate = certificate_of(kind, 3, 2, last);
	in.range.headers = headers;
	in.range.hashes = hashes;
	in.range.count = count;
	in.range.body_count = body_count;
	in.range.certificate = &certificate;
	feed(in);
}

static void give_range(const struct made_block *blocks, size_t count, enum vote_kind kind,
                       const struct hash *last)
{
	give_part(blocks, count, count, kind, last);
}

/* -- Fetching ------------------------------------------------------------------------ */

START_TEST(a_proposed_body_is_waited_for_and_then_asked_of_the_leader)
{
	announce(1, 0, &first.hash);
	tick(B_MS / 4 - 1);
	ck_assert_uint_eq(sent_count(MESSAGE_GET_BLOCK), 0);
	tick(1);
	ck_assert_uint_eq(nth_fetch(0)->to, 0);
	ck_assert(hash_equal(&nth_fetch(0)->block, &first.hash));
}
END_TEST

START_TEST(a_certified_body_is_asked_for_at_once_two_at_a_time)
{
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(1);
	ck_assert_uint_eq(sent_count(MESSAGE_GET_BLOCK), 2);
	ck_assert_uint_eq(nth_fetch(0)->to, 0);
	ck_assert_uint_ne(nth_fetch(1)->to, 0);
	ck_assert_uint_ne(nth_fetch(1)->to, 3);
}
END_TEST

START_TEST(those_who_voted_for_it_are_asked_before_those_who_did_not)
{
	announce(1, 0, &first.hash);
	vote(2, VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(B_MS / 4);
	ck_assert_uint_eq(nth_fetch(0)->to, 0);
	ck_assert_uint_eq(nth_fetch(1)->to, 2);
}
END_TEST

START_TEST(a_body_that_does_not_come_is_asked_for_more_and_more_rarely_and_of_all)
{
	uint64_t last_ms = 0, gap_ms = 0;
	bool is_asked[4] = {false};

	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	for (int i = 0; i < 20000; i++) {
		forget();
		tick(1);
		for (size_t n = 0; nth_sent(MESSAGE_GET_BLOCK, n); n++)
			is_asked[nth_fetch(n)->to] = true;
		if (!nth_sent(MESSAGE_GET_BLOCK, 0))
			continue;
		if (last_ms > 0) {
			ck_assert_uint_ge(m->now_ms - last_ms, gap_ms);
			gap_ms = m->now_ms - last_ms;
		}
		last_ms = m->now_ms;
	}
	ck_assert_uint_eq(gap_ms, 2000);
	ck_assert(is_asked[0] && is_asked[1] && is_asked[2] && !is_asked[3]);
}
END_TEST

START_TEST(a_body_that_is_here_is_not_asked_for)
{
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	tick(1000);
	ck_assert_uint_eq(sent_count(MESSAGE_GET_BLOCK), 0);
}
END_TEST

START_TEST(the_ancestors_of_a_certified_block_are_asked_for)
{
	certify(VOTE_FINALIZE, 3, 2, &third.hash);
	bring(&third);
	ck_assert_ptr_nonnull(held(&second));
	bring(&second);
	ck_assert_ptr_nonnull(held(&first));
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 0);
	bring(&first);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 3);
}
END_TEST

/* They came before anybody certified them. */
START_TEST(the_ancestors_of_a_block_that_is_certified_later_are_asked_for)
{
	announce(3, 2, &third.hash);
	bring(&third);
	ck_assert_ptr_null(held(&second));
	certify(VOTE_FINALIZE, 3, 2, &third.hash);
	ck_assert_ptr_nonnull(held(&second));
	tick(2);
	ck_assert(hash_equal(&nth_fetch(0)->block, &second.hash));
}
END_TEST

START_TEST(a_block_that_nobody_asked_for_is_dropped)
{
	bring(&first);
	ck_assert(hash_equal(&only(EFFECT_DROP)->block, &first.hash));
	ck_assert_ptr_null(held(&first));
}
END_TEST

START_TEST(a_block_that_comes_twice_is_executed_once)
{
	propose(0, &first);
	bring(&first);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 1);
	ck_assert_uint_eq(count_of(EFFECT_DROP), 0);
}
END_TEST

/* -- Executing ----------------------------------------------------------------------- */

START_TEST(a_block_is_executed_when_its_parent_was)
{
	m->holds_executions = true;
	announce(2, 1, &second.hash);
	bring(&second);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 0);
	propose(0, &first);
	ck_assert(hash_equal(&only(EFFECT_EXECUTE)->block, &first.hash));
	executed(&first.hash, true);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 2);
	ck_assert(hash_equal(&nth(EFFECT_EXECUTE, 1)->block, &second.hash));
}
END_TEST

START_TEST(on_a_block_that_is_not_valid_nothing_is_executed)
{
	m->holds_executions = true;
	announce(2, 1, &second.hash);
	bring(&second);
	propose(0, &first);
	executed(&first.hash, false);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 1);
}
END_TEST

START_TEST(what_is_executed_after_it_was_dropped_is_dropped_again)
{
	executed(&first.hash, true);
	ck_assert(hash_equal(&only(EFFECT_DROP)->block, &first.hash));
}
END_TEST

START_TEST(a_certified_block_that_does_not_execute_is_our_fault_and_halts_us)
{
	m->holds_executions = true;
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	executed(&first.hash, false);
	ck_assert_int_eq(only(EFFECT_ALARM)->alarm, ALARM_LOCAL_FAULT);
	forget();
	pass(10000);
	ck_assert_uint_eq(count_of(EFFECT_SIGN), 0);
}
END_TEST

START_TEST(a_block_that_did_not_execute_and_is_certified_then_is_our_fault_as_well)
{
	m->holds_executions = true;
	propose(0, &first);
	executed(&first.hash, false);
	ck_assert_uint_eq(count_of(EFFECT_ALARM), 0);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_int_eq(only(EFFECT_ALARM)->alarm, ALARM_LOCAL_FAULT);
}
END_TEST

START_TEST(a_certified_block_whose_header_does_not_fit_is_our_fault_as_well)
{
	first.header.height++;
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	bring_from(0, &first);
	ck_assert_int_eq(only(EFFECT_ALARM)->alarm, ALARM_LOCAL_FAULT);
}
END_TEST

/* -- Committing ---------------------------------------------------------------------- */

START_TEST(a_final_block_is_committed_with_its_ancestors_in_order)
{
	const struct made_block *blocks[] = {&first, &second, &third};

	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	propose(1, &second);
	certify(VOTE_NOTARIZE, 2, 1, &second.hash);
	propose(2, &third);
	certify(VOTE_NOTARIZE, 3, 2, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 0);
	certify(VOTE_FINALIZE, 3, 2, &third.hash);
	for (size_t i = 0; i < 3; i++) {
		const struct effect_commit *commit = &nth(EFFECT_COMMIT, i)->commit;

		ck_assert(hash_equal(&commit->block, &blocks[i]->hash));
		ck_assert_uint_eq(commit->height, ROOT_HEIGHT + 1 + i);
		ck_assert(!commit->is_seal);
	}
	ck_assert_uint_eq(m->core.height, ROOT_HEIGHT + 3);
	ck_assert_uint_eq(m->core.stored_height, ROOT_HEIGHT);
	ck_assert_uint_eq(m->core.blocks.count, 0);
}
END_TEST

START_TEST(the_commit_has_the_certificate_that_makes_it_final)
{
	propose(0, &first);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	for (size_t i = 0; i < m->seen_count; i++)
		if (m->seen[i].effect.kind == EFFECT_COMMIT) {
			ck_assert_int_eq(m->seen[i].certified.kind, VOTE_FINALIZE);
			ck_assert(hash_equal(&m->seen[i].certified.block, &first.hash));
		}
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 1);
}
END_TEST

START_TEST(rivals_of_a_final_block_are_dropped_children_first)
{
	struct made_block rival = make_block(&root, 2), child = make_block(&rival, 3);

	propose(0, &first);
	certify_null(1);
	propose(0, &rival);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	propose(2, &child);
	announce(3, 2, &child.hash);
	bring(&child);
	ck_assert_ptr_nonnull(held(&rival));
	ck_assert_ptr_nonnull(held(&child));
	certify(VOTE_FINALIZE, 4, 1, &first.hash);
	ck_assert(hash_equal(&only(EFFECT_COMMIT)->commit.block, &first.hash));
	ck_assert_uint_eq(count_of(EFFECT_DROP), 2);
	ck_assert(hash_equal(&nth(EFFECT_DROP, 0)->block, &child.hash));
	ck_assert(hash_equal(&nth(EFFECT_DROP, 1)->block, &rival.hash));
	ck_assert_uint_eq(m->core.blocks.count, 0);
}
END_TEST

START_TEST(what_builds_on_the_final_block_stays)
{
	propose(0, &first);
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	propose(1, &second);
	certify(VOTE_FINALIZE, 1, 0, &first.hash);
	ck_assert_ptr_nonnull(held(&second));
	ck_assert_uint_eq(count_of(EFFECT_DROP), 0);
}
END_TEST

START_TEST(names_of_views_that_are_over_are_forgotten)
{
	announce(2, 0, &(struct hash){{77}});
	propose(0, &first);
	certify(VOTE_NOTARIZE, 3, 1, &first.hash);
	certify(VOTE_FINALIZE, 3, 1, &first.hash);
	ck_assert_uint_eq(m->core.blocks.count, 0);
	/* It had no body: there is nothing to drop. */
	ck_assert_uint_eq(count_of(EFFECT_DROP), 0);
}
END_TEST

START_TEST(a_full_table_gives_up_what_nobody_certified_for_what_somebody_did)
{
	for (unsigned i = 0; i < BLOCKS_HELD_MAX; i++) {
		struct hash hash = {{(uint8_t)i, 9}};

		ck_assert_ptr_nonnull(blocks_name(&m->core.blocks, &hash, 1));
	}
	certify(VOTE_NOTARIZE, 1, 0, &first.hash);
	ck_assert_ptr_nonnull(held(&first));
	ck_assert_uint_eq(m->core.blocks.count, BLOCKS_HELD_MAX);
	for (unsigned i = 0; i < BLOCKS_HELD_MAX; i++)
		m->core.blocks.items[i].certified = true;
	announce(1, 0, &second.hash);
	ck_assert_ptr_null(held(&second));
}
END_TEST

/* -- Ranges -------------------------------------------------------------------------- */

START_TEST(a_range_is_executed_and_committed)
{
	struct made_block range[] = {first, second, third};

	give_range(range, 3, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 3);
	ck_assert_uint_eq(m->core.views.final_view, 3);
	ck_assert_uint_eq(m->core.height, ROOT_HEIGHT + 3);
}
END_TEST

/* The final view is beyond it already, with a block that is not here. */
START_TEST(a_range_below_the_final_view_is_committed_with_its_own_certificate)
{
	struct made_block range[] = {first, second, third}, tip = make_block(&third, 4);

	certify(VOTE_FINALIZE, 4, 3, &tip.hash);
	forget();
	give_range(range, 3, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 3);
	for (size_t i = 0; i < m->seen_count; i++)
		if (m->seen[i].effect.kind == EFFECT_COMMIT)
			ck_assert(hash_equal(&m->seen[i].certified.block, &third.hash));
	ck_assert_uint_eq(m->core.views.final_view, 4);
	bring(&tip);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 4);
}
END_TEST

/* What makes them final is a block whose body was too much to come with them. */
START_TEST(blocks_of_a_range_are_committed_before_the_last_of_it_is_here)
{
	struct made_block range[] = {first, second, third};

	give_part(range, 3, 2, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 2);
	ck_assert_uint_eq(m->core.views.final_view, 3);
	ck_assert_uint_eq(m->core.height, ROOT_HEIGHT + 2);
	give_range(range + 2, 1, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 3);
}
END_TEST

START_TEST(headers_that_do_not_lead_to_the_certificate_make_nothing_final)
{
	struct made_block range[] = {first, second, third};

	give_part(range, 3, 0, VOTE_FINALIZE, &third.hash);
	range[1].header.parent = third.hash;
	give_part(range, 3, 1, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(m->core.blocks.count, 0);
	ck_assert_uint_eq(m->core.views.final_view, 0);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 0);
}
END_TEST

START_TEST(a_range_that_is_none_changes_nothing)
{
	struct made_block range[3] = {first, second, third};
	struct made_block gap[2] = {first, third}, high[3] = {first, second, third};

	high[1].header.height++;
	give_range(range, 0, VOTE_FINALIZE, &third.hash);
	give_range(range, 3, VOTE_NOTARIZE, &third.hash);
	give_range(range, 3, VOTE_FINALIZE, &second.hash);
	give_range(gap, 2, VOTE_FINALIZE, &third.hash);
	give_range(high, 3, VOTE_FINALIZE, &third.hash);
	give_range(range + 1, 2, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(m->core.blocks.count, 0);
	ck_assert_uint_eq(m->core.views.final_view, 0);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 0);
}
END_TEST

START_TEST(a_seal_in_a_range_is_where_it_ends)
{
	struct made_block range[] = {first, second, third};

	range[1].header.flags = HEADER_FLAG_SEAL;
	give_range(range, 2, VOTE_FINALIZE, &second.hash);
	ck_assert_uint_eq(count_of(EFFECT_COMMIT), 2);
	ck_assert(m->core.is_sealed);
	forget();
	give_range(range + 2, 1, VOTE_FINALIZE, &third.hash);
	ck_assert_uint_eq(count_of(EFFECT_EXECUTE), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("chain");
	TCase *tests = tcase_create("chain");

	tcase_add_checked_fixture(tests, setup, end);
	tcase_add_test(tests, a_proposed_body_is_waited_for_and_then_asked_of_the_leader);
	tcase_add_test(tests, a_certified_body_is_asked_for_at_once_two_at_a_time);
	tcase_add_test(tests, those_who_voted_for_it_are_asked_before_those_who_did_not);
	tcase_add_test(
		tests, a_body_that_does_not_come_is_asked_for_more_and_more_rarely_and_of_all);
	tcase_add_test(tests, a_body_that_is_here_is_not_asked_for);
	tcase_add_test(tests, the_ancestors_of_a_certified_block_are_asked_for);
	tcase_add_test(tests, the_ancestors_of_a_block_that_is_certified_later_are_asked_for);
	tcase_add_test(tests, a_block_that_nobody_asked_for_is_dropped);
	tcase_add_test(tests, a_block_that_comes_twice_is_executed_once);
	tcase_add_test(tests, a_block_is_executed_when_its_parent_was);
	tcase_add_test(tests, on_a_block_that_is_not_valid_nothing_is_executed);
	tcase_add_test(tests, what_is_executed_after_it_was_dropped_is_dropped_again);
	tcase_add_test(tests,
	               a_certified_block_that_does_not_execute_is_our_fault_and_halts_us);
	tcase_add_test(
		tests, a_block_that_did_not_execute_and_is_certified_then_is_our_fault_as_well);
	tcase_add_test(tests,
	               a_certified_block_whose_header_does_not_fit_is_our_fault_as_well);
	tcase_add_test(tests, a_final_block_is_committed_with_its_ancestors_in_order);
	tcase_add_test(tests, the_commit_has_the_certificate_that_makes_it_final);
	tcase_add_test(tests, rivals_of_a_final_block_are_dropped_children_first);
	tcase_add_test(tests, what_builds_on_the_final_block_stays);
	tcase_add_test(tests, names_of_views_that_are_over_are_forgotten);
	tcase_add_test(tests,
	               a_full_table_gives_up_what_nobody_certified_for_what_somebody_did);
	tcase_add_test(tests, a_range_is_executed_and_committed);
	tcase_add_test(tests,
	               a_range_below_the_final_view_is_committed_with_its_own_certificate);
	tcase_add_test(tests, blocks_of_a_range_are_committed_before_the_last_of_it_is_here);
	tcase_add_test(tests, headers_that_do_not_lead_to_the_certificate_make_nothing_final);
	tcase_add_test(tests, a_range_that_is_none_changes_nothing);
	tcase_add_test(tests, a_seal_in_a_range_is_where_it_ends);
	suite_add_tcase(suite, tests);
	return suite;
}
