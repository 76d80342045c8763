/* Successions: from the validators of a policy to those of later epochs, and no further
 * than each of them may speak.
 *
 *     epoch 0   validators 500..503, a quorum is 3
 *     epoch 1   600, 601 and 602 joined: seven, a quorum is 5
 *     epoch 2   500..503 are gone: 600, 601, 602, all of whom are a quorum
 *     epoch 3   the same, another term length */
#include "tests/unit/receipt/receipt_scene.h"

static struct buffer policies[4];
static uint64_t seals[3]; /* heights of the blocks that end epochs 0, 1, 2 */

static void remember_policy(int epoch)
{
	buffer_init(&policies[epoch], SCENE_FILE_SIZE_MAX);
	receipt_fixture_policy(&policies[epoch], &fixture,
	                       &receipt_fixture_tip(&fixture)->next, 0);
	if (epoch > 0)
		seals[epoch - 1] = receipt_fixture_tip(&fixture)->header.height;
	ck_assert_uint_eq(epoch_after(&receipt_fixture_tip(&fixture)->header),
	                  (uint64_t)epoch);
}

static void join_three(void)
{
	const struct tx *txs[3];

	for (unsigned i = 0; i < 3; i++)
		txs[i] = ledger_fixture_root_tx(&fixture.chain,
		                                make_admit(&fixture.chain.accounts[10 + i].id));
	receipt_fixture_block(&fixture, txs, 3);
	for (unsigned i = 0; i < 3; i++)
		txs[i] = ledger_fixture_tx_of(
			&fixture.chain, 10 + i,
			make_join(&fixture.chain, &fixture.chain.accounts[10 + i].id, 600 + i));
	receipt_fixture_block(&fixture, txs, 3);
}

static void remove_four(void)
{
	const struct tx *txs[4];

	for (unsigned i = 0; i < 4; i++)
		txs[i] = ledger_fixture_root_tx(
			&fixture.chain,
			make_remove(&fixture.chain.genesis->validators.items[i].account));
	receipt_fixture_block(&fixture, txs, 4);
}

static void start(void)
{
	scene_start();
	remember_policy(0);
	join_three();
	remember_policy(1);
	remove_four();
	remember_policy(2);
	receipt_fixture_root(&fixture, make_param("term_length", 9));
	remember_policy(3);
	receipt_fixture_do(&fixture, 1, make_append(&stream, "", "in epoch 3"));
	signing = receipt_fixture_signing(&fixture);
	tx_file(3);
}

static void stop(void)
{
	for (int i = 0; i < 4; i++)
		buffer_close(&policies[i]);
	scene_stop();
}

/* Who signs the seal of an epoch: a quorum of its set. */
static struct receipt_signing signing_of_seal(int epoch)
{
	const struct receipt_block *block = &fixture.blocks[seals[epoch]];
	size_t quorum = validators_quorum(block->set.count, FAULT_BYZANTINE);

	return (struct receipt_signing){
		.set = &block->set,
		.cosigners = (1u << quorum) - 1,
		.loggers = 1,
		.time_s = block->header.time_ms / 1000,
	};
}

static void add_seal(int epoch)
{
	struct receipt_signing by = signing_of_seal(epoch);

	receipt_fixture_seal(&succession, &fixture, seals[epoch], &by);
}

static void use_policy(int epoch)
{
	buffer_clear(&policy);
	buffer_append_view(&policy, buffer_view(&policies[epoch]));
}

/* -- Followed ------------------------------------------------------------------------ */

START_TEST(every_policy_leads_to_the_newest_set)
{
	for (int i = 0; i < 3; i++)
		add_seal(i);
	for (int epoch = 0; epoch < 4; epoch++) {
		use_policy(epoch);
		expect_good();
		ck_assert(facts.has_epoch);
		ck_assert_uint_eq(facts.epoch, 3);
		/* the policies of epochs 2 and 3 are the same keys */
		ck_assert_int_eq(facts.judge, epoch >= 2 ? JUDGE_NEWEST_POLICY : JUDGE_SUCCESSOR);
		ck_assert_uint_eq(facts.voters, 3);
	}
}
END_TEST

/* The seal that begins its epoch is not signed by all of its keys: nothing that the
 * policy believes says which epoch it is of. */
START_TEST(a_policy_that_is_the_newest_set_speaks_alone)
{
	struct receipt_signing by = signing_of_seal(1);
	size_t out = 0;

	add_seal(0);
	ck_assert(validators_find(by.set, &fixture.chain.accounts[10].id, &out));
	by.cosigners = 0x7f & ~(1u << out);
	receipt_fixture_seal(&succession, &fixture, seals[1], &by);
	use_policy(2);
	expect_good();
	ck_assert_int_eq(facts.judge, JUDGE_NEWEST_POLICY);
	ck_assert(!facts.has_epoch);
	use_policy(1);
	expect_good();
	ck_assert_int_eq(facts.judge, JUDGE_SUCCESSOR);
	ck_assert_uint_eq(facts.epoch, 2);
}
END_TEST

START_TEST(memory_that_is_out_breaks_no_succession)
{
	unsigned long step = 1;

	for (int i = 0; i < 3; i++)
		add_seal(i);
	use_policy(0);
	for (; step < 200; step++) {
		enum receipt_verdict verdict;

		memory_fail_at(step, 0);
		verdict = verify_bytes(buffer_view(&file));
		memory_fail_at(0, 0);
		if (verdict == RECEIPT_GOOD)
			break;
		ck_assert_int_eq(verdict, RECEIPT_FAILED);
	}
	ck_assert_uint_gt(step, 1);
	ck_assert_uint_lt(step, 200);
}
END_TEST

START_TEST(without_a_succession_an_old_policy_does_not_know_the_new_set)
{
	use_policy(0);
	expect(RECEIPT_NO_QUORUM, "cosigned by 0 of 4");
	use_policy(3);
	expect_good();
	ck_assert_int_eq(facts.judge, JUDGE_POLICY);
	ck_assert(!facts.has_epoch);
}
END_TEST

START_TEST(a_receipt_of_its_own_epoch_holds_with_an_old_policy)
{
	struct receipt_signing now = signing_of_seal(0);

	for (int i = 0; i < 3; i++)
		add_seal(i);
	/* of the seal's own checkpoint */
	buffer_clear(&file);
	receipt_fixture_seal(&file, &fixture, seals[0], &now);
	use_policy(0);
	expect_good();
	ck_assert_int_eq(facts.kind, RECEIPT_SUCCESSION);
	ck_assert_int_eq(facts.judge, JUDGE_OLD_POLICY);
	ck_assert_uint_eq(facts.epoch, 0);
	ck_assert_uint_eq(facts.next_count, 7);
	ck_assert_uint_eq(facts.next_quorum, 5);
	/* the set that it starts may speak for it as well */
	now.set = &fixture.blocks[seals[0]].next;
	now.cosigners = 0x1f;
	buffer_clear(&file);
	receipt_fixture_seal(&file, &fixture, seals[0], &now);
	expect_good();
}
END_TEST

/* -- Refused ------------------------------------------------------------------------- */

START_TEST(keys_of_an_old_set_cannot_speak_for_later)
{
	signing = signing_of_seal(0);
	tx_file(3);
	use_policy(0);
	/* who knows no better believes them: a policy has no end date */
	expect_good();
	ck_assert_int_eq(facts.judge, JUDGE_POLICY);
	for (int i = 0; i < 3; i++)
		add_seal(i);
	expect(RECEIPT_NO_QUORUM, "of the validators of epoch 3: cosigned by 0 of 3");
}
END_TEST

START_TEST(an_epoch_that_is_left_out_is_noticed)
{
	add_seal(0);
	add_seal(2);
	use_policy(0);
	expect(RECEIPT_BROKEN_SUCCESSION, "part 2 of the succession: an epoch is left out");
}
END_TEST

START_TEST(a_succession_that_begins_late_does_not_lead_from_the_policy)
{
	add_seal(2);
	use_policy(0);
	expect(RECEIPT_BROKEN_SUCCESSION, "ended no epoch of it");
}
END_TEST

START_TEST(a_seal_without_a_quorum_of_its_set_is_refused)
{
	struct receipt_signing by = signing_of_seal(1);

	add_seal(0);
	by.cosigners = 0xf;
	receipt_fixture_seal(&succession, &fixture, seals[1], &by);
	use_policy(0);
	expect(RECEIPT_BROKEN_SUCCESSION, "part 2 of the succession: cosigned by 4 of 7");
}
END_TEST

static void seal_extra(int epoch, const struct validator_set *next,
                       const struct parameters *parameters)
{
	buffer_clear(&extra);
	receipt_extra_put_succession(&extra, &fixture.chain.network.genesis,
	                             &fixture.blocks[seals[epoch]].header, next, parameters);
}

START_TEST(other_validators_than_the_header_names_are_refused)
{
	const struct receipt_block *block = &fixture.blocks[seals[0]];
	struct receipt_signing by = signing_of_seal(0);
	struct parameters parameters = block->next_parameters;
	struct validator_set next = block->next;

	use_policy(0);
	next.items[0].cosign_key.bytes[0] ^= 1;
	seal_extra(0, &next, &block->next_parameters);
	receipt_fixture_file(&succession, &fixture, &extra, block->header.log_size,
	                     block->header.log_size + 1, &by);
	expect(RECEIPT_BROKEN_SUCCESSION, "not those that its header names");
	/* another fault model would be another quorum */
	parameters.values[PARAMETER_fault_model] = FAULT_CRASH;
	buffer_clear(&succession);
	seal_extra(0, &block->next, &parameters);
	receipt_fixture_file(&succession, &fixture, &extra, block->header.log_size,
	                     block->header.log_size + 1, &by);
	expect(RECEIPT_BROKEN_SUCCESSION, "not those that its header names");
}
END_TEST

/* Keys that were stolen after the epoch ended could sign any later checkpoint. */
START_TEST(a_seal_under_a_later_checkpoint_is_refused)
{
	const struct receipt_block *block = &fixture.blocks[seals[0]];
	struct receipt_signing by = signing_of_seal(0);

	use_policy(0);
	seal_extra(0, &block->next, &block->next_parameters);
	receipt_fixture_file(&succession, &fixture, &extra, block->header.log_size,
	                     fixture.log_size, &by);
	expect(RECEIPT_BROKEN_SUCCESSION, "not that of the block that ended the epoch");
}
END_TEST

START_TEST(a_block_that_ends_no_epoch_is_refused)
{
	const struct receipt_block *block = &fixture.blocks[1];
	struct receipt_signing by = signing_of_seal(0);

	use_policy(0);
	receipt_fixture_seal(&succession, &fixture, 1, &by);
	expect(RECEIPT_BROKEN_SUCCESSION, "its block ends no epoch");
	ck_assert(!(block->header.flags & HEADER_FLAG_SEAL));
}
END_TEST

START_TEST(another_kind_of_receipt_in_a_succession_is_refused)
{
	use_policy(0);
	buffer_append_view(&succession, buffer_view(&file));
	expect(RECEIPT_BROKEN_SUCCESSION, "another kind of receipt");
	buffer_append_text(&succession, "and more\n");
	expect(RECEIPT_BROKEN_SUCCESSION, "signature line");
}
END_TEST

START_TEST(a_flipped_bit_of_a_succession_is_refused)
{
	for (int i = 0; i < 3; i++)
		add_seal(i);
	use_policy(0);
	expect_good();
	/* of every fifth byte one, another each time: all of them would take minutes */
	for (size_t bit = 0; bit < 8 * succession.size; bit += 41) {
		succession.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(verify_bytes(buffer_view(&file)) != RECEIPT_GOOD,
		              "bit %zu of byte %zu says nothing", bit % 8, bit / 8);
		succession.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("successions");
	TCase *tests = tcase_create("successions");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, every_policy_leads_to_the_newest_set);
	tcase_add_test(tests, a_policy_that_is_the_newest_set_speaks_alone);
	tcase_add_test(tests, memory_that_is_out_breaks_no_succession);
	tcase_add_test(tests, without_a_succession_an_old_policy_does_not_know_the_new_set);
	tcase_add_test(tests, a_receipt_of_its_own_epoch_holds_with_an_old_policy);
	tcase_add_test(tests, keys_of_an_old_set_cannot_speak_for_later);
	tcase_add_test(tests, an_epoch_that_is_left_out_is_noticed);
	tcase_add_test(tests, a_succession_that_begins_late_does_not_lead_from_the_policy);
	tcase_add_test(tests, a_seal_without_a_quorum_of_its_set_is_refused);
	tcase_add_test(tests, other_validators_than_the_header_names_are_refused);
	tcase_add_test(tests, a_seal_under_a_later_checkpoint_is_refused);
	tcase_add_test(tests, a_block_that_ends_no_epoch_is_refused);
	tcase_add_test(tests, another_kind_of_receipt_in_a_succession_is_refused);
	tcase_add_test(tests, a_flipped_bit_of_a_succession_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
