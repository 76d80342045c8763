/* The machine of a set of one: its chart, its timers, what it waits for. */
#include "consensus/consensus.h"
#include "tests/support/support.h"

enum { BATCH_MS = 2, FULL_TXS = 10, FULL_BYTES = 1000 };

static struct consensus core;
static struct effects out;
static uint64_t now_ms, wall_ms;

static struct consensus_config config(void)
{
	struct consensus_config config = {
		.epoch = 3,
		.validators = {.count = 1, .items = {{.account = {{1}}}}},
		.validators_hash = {{2}},
		.height = 100,
		.view = 50,
		.time_ms = 1000000,
		.block = {{4}},
		.batch_ms = BATCH_MS,
		.block_txs_max = FULL_TXS,
		.block_bytes_max = FULL_BYTES,
	};

	return config;
}

static void setup(void)
{
	struct consensus_config start = config();

	now_ms = 5000;
	wall_ms = 2000000;
	ck_assert_int_eq(consensus_init(&core, &start, NULL), STATUS_OK);
}

static void feed(struct input in)
{
	in.now_ms = now_ms;
	in.wall_ms = wall_ms;
	consensus_step(&core, &in, &out);
	ck_assert_uint_le(out.count, EFFECTS_MAX);
	ck_assert(consensus_sound(&core));
}

static void tick(uint64_t later_ms)
{
	now_ms += later_ms;
	wall_ms += later_ms;
	feed((struct input){.kind = INPUT_TICK});
}

static void work(uint64_t tx_count, uint64_t byte_count)
{
	struct input in = {.kind = INPUT_WORK};

	in.work.tx_count = tx_count;
	in.work.byte_count = byte_count;
	in.work.oldest_ms = tx_count > 0 ? now_ms : 0;
	feed(in);
}

static struct hash block_at(uint64_t height)
{
	struct hash block = {{0}};

	put_le64(block.bytes, height);
	return block;
}

static void built(uint64_t view, uint32_t tx_count)
{
	struct input in = {.kind = INPUT_BUILT};

	in.built.view = view;
	in.built.tx_count = tx_count;
	if (tx_count > 0) {
		in.built.height = core.height + 1;
		in.built.time_ms = core.tip_time_ms + 1;
		in.built.block = block_at(core.height + 1);
	}
	feed(in);
}

static void stored(void)
{
	struct input in = {.kind = INPUT_STORED};

	in.stored_height = core.stored_height + 1;
	feed(in);
}

static const struct effect *only(enum effect_kind kind)
{
	ck_assert_uint_eq(out.count, 1);
	ck_assert_int_eq(out.items[0].kind, kind);
	return &out.items[0];
}

static void expect_nothing(void)
{
	ck_assert_uint_eq(out.count, 0);
}

/* Waits until a block of one transaction is asked for. */
static void ask_for_block(void)
{
	work(1, 100);
	if (out.count == 1 && out.items[0].kind == EFFECT_WAKE)
		tick(BATCH_MS);
	only(EFFECT_BUILD);
}

/* -- Start --------------------------------------------------------------------------- */

START_TEST(a_set_of_several_is_refused_with_a_sentence)
{
	struct consensus_config start = config();
	struct why why = {{0}};

	start.validators.count = 4;
	ck_assert_int_eq(consensus_init(&core, &start, &why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "4 validators"));
	start.validators.count = 0;
	ck_assert_int_eq(consensus_init(&core, &start, &why), STATUS_FOREIGN);
}
END_TEST

START_TEST(it_begins_in_the_view_after_the_last_block)
{
	ck_assert_int_eq(core.phase, PHASE_IDLE);
	ck_assert_uint_eq(core.view, 51);
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.view, 51);
}
END_TEST

/* The node died between signing and storing: the view is used up, whatever it signed. */
START_TEST(after_a_vote_whose_block_was_lost_it_begins_behind_that_vote)
{
	struct consensus_config start = config();

	start.last_vote.epoch = 3;
	start.last_vote.view = 51;
	start.last_vote.notarized = 1;
	start.last_vote.finalized = 1;
	ck_assert_int_eq(consensus_init(&core, &start, NULL), STATUS_OK);
	ck_assert_uint_eq(core.view, 52);
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.view, 52);
	built(52, 1);
	ck_assert_int_eq(out.items[0].kind, EFFECT_SIGN);
	ck_assert_uint_eq(out.items[0].sign.view, 52);
	ck_assert_uint_eq(out.items[0].sign.parent_view, 50);
}
END_TEST

START_TEST(a_vote_of_a_stored_block_or_of_an_older_epoch_moves_nothing)
{
	struct consensus_config start = config();

	start.last_vote.epoch = 3;
	start.last_vote.view = 50;
	ck_assert_int_eq(consensus_init(&core, &start, NULL), STATUS_OK);
	ck_assert_uint_eq(core.view, 51);
	start.last_vote.epoch = 2;
	start.last_vote.view = 900;
	ck_assert_int_eq(consensus_init(&core, &start, NULL), STATUS_OK);
	ck_assert_uint_eq(core.view, 51);
}
END_TEST

/* -- The chart ----------------------------------------------------------------------- */

START_TEST(an_idle_machine_does_nothing)
{
	for (int i = 0; i < 100; i++) {
		tick(1000);
		expect_nothing();
	}
	work(0, 0);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_IDLE);
}
END_TEST

START_TEST(the_first_transaction_waits_batch_ms_for_company)
{
	work(1, 100);
	ck_assert_int_eq(core.phase, PHASE_FILLING);
	ck_assert_uint_eq(only(EFFECT_WAKE)->wake_ms, now_ms + BATCH_MS);
	tick(BATCH_MS - 1);
	ck_assert_uint_eq(only(EFFECT_WAKE)->wake_ms, now_ms + 1);
	tick(1);
	only(EFFECT_BUILD);
	ck_assert_int_eq(core.phase, PHASE_BUILDING);
}
END_TEST

START_TEST(more_work_does_not_put_the_first_transaction_off)
{
	struct input in = {.kind = INPUT_WORK};

	work(1, 100);
	in.work.tx_count = 2;
	in.work.byte_count = 200;
	in.work.oldest_ms = now_ms;
	now_ms += BATCH_MS;
	feed(in);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(without_a_batch_time_a_block_is_asked_for_at_once)
{
	struct consensus_config start = config();

	start.batch_ms = 0;
	ck_assert_int_eq(consensus_init(&core, &start, NULL), STATUS_OK);
	work(1, 100);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(a_full_block_does_not_wait)
{
	work(FULL_TXS - 1, FULL_BYTES - 1);
	only(EFFECT_WAKE);
	work(FULL_TXS, 100);
	only(EFFECT_BUILD);
	setup();
	work(1, FULL_BYTES);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(work_that_went_away_ends_the_filling)
{
	work(1, 100);
	work(0, 0);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_IDLE);
	tick(BATCH_MS);
	expect_nothing();
}
END_TEST

START_TEST(a_build_says_what_the_header_has_to_say)
{
	const struct effect_build *build;

	ask_for_block();
	build = &out.items[0].build;
	ck_assert_uint_eq(build->epoch, 3);
	ck_assert_uint_eq(build->view, 51);
	ck_assert_uint_eq(build->proposer, 0);
	ck_assert_uint_eq(build->parent.bytes[0], 4);
	ck_assert_uint_eq(build->validators_hash.bytes[0], 2);
	ck_assert_uint_eq(build->time_ms, wall_ms);
}
END_TEST

START_TEST(the_time_of_a_block_is_later_than_its_parents_whatever_the_clock_says)
{
	wall_ms = 999;
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.time_ms, 1000001);
	setup();
	wall_ms = 1000000 - BATCH_MS;
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.time_ms, 1000001);
	setup();
	wall_ms = 1000001 - BATCH_MS;
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.time_ms, 1000001);
}
END_TEST

START_TEST(while_a_block_is_built_no_other_is_asked_for)
{
	ask_for_block();
	work(FULL_TXS, FULL_BYTES);
	expect_nothing();
	tick(1000);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_BUILDING);
}
END_TEST

START_TEST(a_built_block_is_notarized_finalized_kept_and_committed_in_this_order)
{
	const struct effect_commit *commit;
	struct hash block = block_at(101);

	ask_for_block();
	built(51, 1);
	ck_assert_uint_eq(out.count, 4);
	for (size_t i = 0; i < 2; i++) {
		const struct ballot *ballot = &out.items[i].sign;

		ck_assert_int_eq(out.items[i].kind, EFFECT_SIGN);
		ck_assert_uint_eq(ballot->kind, i == 0 ? VOTE_NOTARIZE : VOTE_FINALIZE);
		ck_assert_uint_eq(ballot->epoch, 3);
		ck_assert_uint_eq(ballot->view, 51);
		ck_assert_uint_eq(ballot->parent_view, 50);
		ck_assert(hash_equal(&ballot->block, &block));
	}
	ck_assert_int_eq(out.items[2].kind, EFFECT_KEEP);
	ck_assert_uint_eq(out.items[2].keep.view, 51);
	ck_assert_uint_eq(out.items[2].keep.notarized, 1);
	ck_assert_uint_eq(out.items[2].keep.finalized, 1);
	ck_assert_uint_eq(out.items[2].keep.nullified, 0);
	ck_assert(hash_equal(&out.items[2].keep.finalized_block, &block));
	ck_assert_int_eq(out.items[3].kind, EFFECT_COMMIT);
	commit = &out.items[3].commit;
	ck_assert(hash_equal(&commit->block, &block));
	ck_assert_uint_eq(commit->height, 101);
	ck_assert_uint_eq(commit->ballot.kind, VOTE_FINALIZE);
	ck_assert_uint_eq(commit->signer, 0);
	ck_assert_uint_eq(commit->validator_count, 1);
	ck_assert_uint_eq(core.view, 52);
	ck_assert_int_eq(core.phase, PHASE_IDLE);
}
END_TEST

START_TEST(the_next_block_stands_on_the_last)
{
	struct hash block = block_at(101);

	ask_for_block();
	built(51, 1);
	stored();
	ask_for_block();
	ck_assert(hash_equal(&out.items[0].build.parent, &block));
	ck_assert_uint_eq(out.items[0].build.view, 52);
	built(52, 1);
	ck_assert_uint_eq(out.items[0].sign.parent_view, 51);
	ck_assert_uint_eq(out.items[3].commit.height, 102);
}
END_TEST

START_TEST(a_block_in_which_nothing_fit_uses_no_view_and_no_vote)
{
	ask_for_block();
	built(51, 0);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_IDLE);
	ck_assert_uint_eq(core.view, 51);
	ck_assert_uint_eq(core.height, 100);
	/* Idle until it is told of work again. */
	tick(1000);
	expect_nothing();
	ask_for_block();
	ck_assert_uint_eq(out.items[0].build.view, 51);
}
END_TEST

START_TEST(a_block_of_another_view_is_ignored)
{
	ask_for_block();
	built(50, 1);
	expect_nothing();
	built(52, 1);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_BUILDING);
	built(51, 1);
	ck_assert_uint_eq(out.count, 4);
	/* And one that nobody waits for any more. */
	built(51, 1);
	expect_nothing();
	built(52, 1);
	expect_nothing();
	ck_assert_uint_eq(core.height, 101);
}
END_TEST

/* -- The disk ------------------------------------------------------------------------ */

START_TEST(while_a_block_is_not_stored_the_next_one_fills)
{
	ask_for_block();
	built(51, 1);
	work(1, 100);
	expect_nothing();
	tick(1000);
	expect_nothing();
	ck_assert_int_eq(core.phase, PHASE_FILLING);
	stored();
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(a_block_that_is_full_is_built_while_another_is_stored)
{
	ask_for_block();
	built(51, 1);
	work(FULL_TXS - 1, 100);
	expect_nothing();
	work(FULL_TXS, 100);
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(no_more_than_two_blocks_are_not_stored)
{
	ck_assert_uint_eq(UNSTORED_BLOCKS_MAX, 2);
	work(FULL_TXS, 100);
	built(51, FULL_TXS);
	work(FULL_TXS, 100);
	built(52, FULL_TXS);
	work(FULL_TXS, 100);
	expect_nothing();
	tick(1000);
	expect_nothing();
	stored();
	only(EFFECT_BUILD);
	built(53, FULL_TXS);
	work(FULL_TXS, 100);
	expect_nothing();
	stored();
	only(EFFECT_BUILD);
}
END_TEST

START_TEST(a_stored_block_wakes_for_what_came_meanwhile)
{
	ask_for_block();
	built(51, 1);
	work(1, 100);
	expect_nothing();
	now_ms += 1;
	stored();
	/* One of its two milliseconds is left. */
	ck_assert_uint_eq(only(EFFECT_WAKE)->wake_ms, now_ms + 1);
}
END_TEST

/* -- A long walk --------------------------------------------------------------------- */

struct walk {
	struct random random;
	uint64_t waiting;
	uint64_t oldest_ms;
	bool building;
	uint64_t built_view;
	uint64_t unstored;
	uint64_t blocks;
	uint64_t last_view;
	uint64_t trace; /* of everything that came out */
};

static void mix(struct walk *walk, uint64_t value)
{
	walk->trace = (walk->trace ^ value) * UINT64_C(1099511628211);
}

static void carry_out(struct walk *walk)
{
	for (size_t i = 0; i < out.count; i++) {
		const struct effect *effect = &out.items[i];

		mix(walk, effect->kind);
		switch (effect->kind) {
		case EFFECT_WAKE:
			ck_assert_uint_gt(effect->wake_ms, now_ms);
			mix(walk, effect->wake_ms);
			break;
		case EFFECT_BUILD:
			ck_assert(!walk->building);
			ck_assert_uint_lt(walk->unstored, UNSTORED_BLOCKS_MAX);
			ck_assert_uint_gt(walk->waiting, 0);
			walk->building = true;
			walk->built_view = effect->build.view;
			mix(walk, effect->build.time_ms);
			break;
		case EFFECT_SIGN:
			ck_assert_uint_ge(effect->sign.view, walk->last_view);
			mix(walk, effect->sign.view);
			break;
		case EFFECT_KEEP:
			ck_assert_uint_gt(effect->keep.view, walk->last_view);
			walk->last_view = effect->keep.view;
			break;
		case EFFECT_COMMIT:
			walk->unstored++;
			walk->blocks++;
			mix(walk, effect->commit.height);
			break;
		}
	}
}

static void tell_work(struct walk *walk)
{
	struct input in = {.kind = INPUT_WORK};

	in.work.tx_count = walk->waiting;
	in.work.byte_count = 50 * walk->waiting;
	in.work.oldest_ms = walk->waiting > 0 ? walk->oldest_ms : 0;
	feed(in);
	carry_out(walk);
}

static void step(struct walk *walk)
{
	now_ms += random_below(&walk->random, 2);
	/* The wall clock jumps both ways. */
	wall_ms += random_below(&walk->random, 5);
	wall_ms -= random_below(&walk->random, 5);
	switch (random_below(&walk->random, 4)) {
	case 0:
		if (walk->waiting == 0)
			walk->oldest_ms = now_ms;
		walk->waiting += random_below(&walk->random, 5);
		tell_work(walk);
		break;
	case 1:
		feed((struct input){.kind = INPUT_TICK});
		carry_out(walk);
		break;
	case 2:
		if (!walk->building)
			break;
		walk->building = false;
		walk->waiting = 0;
		built(walk->built_view, random_below(&walk->random, 8));
		carry_out(walk);
		tell_work(walk);
		break;
	case 3:
		if (walk->unstored == 0)
			break;
		walk->unstored--;
		stored();
		carry_out(walk);
		break;
	}
}

static uint64_t take_walk(uint64_t seed)
{
	struct walk walk = {.random = random_from(seed)};

	setup();
	for (int i = 0; i < 5000; i++)
		step(&walk);
	/* Time and the disk go on: everything that waits must end in a block. */
	for (int i = 0; i < 10 && walk.waiting > 0; i++) {
		while (walk.unstored > 0) {
			walk.unstored--;
			stored();
			carry_out(&walk);
		}
		tick(BATCH_MS);
		carry_out(&walk);
		if (walk.building) {
			walk.building = false;
			walk.waiting = 0;
			built(walk.built_view, 1);
			carry_out(&walk);
		}
	}
	ck_assert_uint_eq(walk.waiting, 0);
	ck_assert_uint_gt(walk.blocks, 250);
	return walk.trace;
}

START_TEST(a_random_walk_stays_sound_makes_progress_and_repeats)
{
	ck_assert_uint_eq(take_walk((uint64_t)_i), take_walk((uint64_t)_i));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("consensus");
	TCase *tests = tcase_create("consensus");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_set_of_several_is_refused_with_a_sentence);
	tcase_add_test(tests, it_begins_in_the_view_after_the_last_block);
	tcase_add_test(tests, after_a_vote_whose_block_was_lost_it_begins_behind_that_vote);
	tcase_add_test(tests, a_vote_of_a_stored_block_or_of_an_older_epoch_moves_nothing);
	tcase_add_test(tests, an_idle_machine_does_nothing);
	tcase_add_test(tests, the_first_transaction_waits_batch_ms_for_company);
	tcase_add_test(tests, more_work_does_not_put_the_first_transaction_off);
	tcase_add_test(tests, without_a_batch_time_a_block_is_asked_for_at_once);
	tcase_add_test(tests, a_full_block_does_not_wait);
	tcase_add_test(tests, work_that_went_away_ends_the_filling);
	tcase_add_test(tests, a_build_says_what_the_header_has_to_say);
	tcase_add_test(tests,
	               the_time_of_a_block_is_later_than_its_parents_whatever_the_clock_says);
	tcase_add_test(tests, while_a_block_is_built_no_other_is_asked_for);
	tcase_add_test(tests,
	               a_built_block_is_notarized_finalized_kept_and_committed_in_this_order);
	tcase_add_test(tests, the_next_block_stands_on_the_last);
	tcase_add_test(tests, a_block_in_which_nothing_fit_uses_no_view_and_no_vote);
	tcase_add_test(tests, a_block_of_another_view_is_ignored);
	tcase_add_test(tests, while_a_block_is_not_stored_the_next_one_fills);
	tcase_add_test(tests, a_block_that_is_full_is_built_while_another_is_stored);
	tcase_add_test(tests, no_more_than_two_blocks_are_not_stored);
	tcase_add_test(tests, a_stored_block_wakes_for_what_came_meanwhile);
	tcase_add_loop_test(tests, a_random_walk_stays_sound_makes_progress_and_repeats, 0,
	                    20);
	suite_add_tcase(suite, tests);
	return suite;
}
