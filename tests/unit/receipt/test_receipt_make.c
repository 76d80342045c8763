/* What a node puts together: a note out of its validators' signatures, and their policy.
 */
#include "chain/receipt/make.h"
#include "tests/unit/receipt/receipt_scene.h"

static struct buffer text, note;
static char origin[ORIGIN_SIZE_MAX + 1];

static void start(void)
{
	struct hash root = {{3}};

	scene_start();
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	buffer_init(&note, NOTE_SIZE_MAX);
	origin_of(origin, text_view("fixture"), &fixture.chain.network.genesis);
	checkpoint_put(&text, text_view(origin), 5, &root);
}

static void stop(void)
{
	buffer_close(&note);
	buffer_close(&text);
	scene_stop();
}

static struct cosign cosign_of(unsigned validator, uint64_t time_s)
{
	uint8_t seed[COSIGN_SEED_SIZE];
	struct cosign cosign;

	ledger_fixture_cosign_seed(seed, FIXTURE_VALIDATOR + validator);
	ck_assert_int_eq(cosign_make(&cosign, seed, time_s, buffer_view(&text)), STATUS_OK);
	return cosign;
}

START_TEST(a_cosign_is_two_signatures_of_one_key)
{
	struct cosign cosign = cosign_of(0, 100);

	ck_assert(cosign_is_valid(&cosign, buffer_view(&text)));
	ck_assert(!cosign_is_valid(&cosign, text_view("another\n")));
	cosign.time_s++;
	ck_assert(!cosign_is_valid(&cosign, buffer_view(&text)));
	cosign = cosign_of(0, 100);
	cosign.cosignature[5] ^= 1;
	ck_assert(!cosign_is_valid(&cosign, buffer_view(&text)));
	cosign = cosign_of(0, 100);
	cosign.note_signature[5] ^= 1;
	ck_assert(!cosign_is_valid(&cosign, buffer_view(&text)));
}
END_TEST

START_TEST(the_note_of_a_quorum_holds_under_the_policy_of_the_set)
{
	const struct receipt_block *tip = receipt_fixture_tip(&fixture);
	struct cosign cosigns[4];
	struct checkpoint checkpoint;
	struct policy decoded;
	struct policy_result result;
	struct note read;

	buffer_clear(&policy);
	validator_policy_put(&policy, text_view("fixture"), &fixture.chain.network.genesis,
	                     &tip->next, &tip->next_parameters);
	ck_assert_int_eq(policy_decode(&decoded, &arena, buffer_view(&policy), &why),
	                 STATUS_OK);
	ck_assert_uint_eq(decoded.needed, 3);
	for (unsigned count = 1; count <= 4; count++) {
		cosigns[count - 1] = cosign_of(count - 1, 100 + count);
		buffer_clear(&note);
		cosigned_note_put(&note, text_view(origin), buffer_view(&text), cosigns, count);
		ck_assert_int_eq(note_decode(&read, buffer_view(&note), &why), STATUS_OK);
		ck_assert_uint_eq(read.signature_count, count + 1);
		ck_assert_int_eq(checkpoint_decode(&checkpoint, read.text, &why), STATUS_OK);
		result = policy_check(&decoded, &read, &checkpoint, &why);
		ck_assert_uint_eq(result.cosigned, count);
		ck_assert_int_eq(result.finding, count >= 3 ? POLICY_GOOD : POLICY_NO_QUORUM);
	}
}
END_TEST

START_TEST(a_crash_model_asks_for_fewer)
{
	const struct receipt_block *tip = receipt_fixture_tip(&fixture);
	struct parameters parameters = tip->next_parameters;
	struct policy decoded;
	struct validator_set set = tip->next;

	set.count = 3;
	parameters.values[PARAMETER_fault_model] = FAULT_CRASH;
	buffer_clear(&policy);
	validator_policy_put(&policy, text_view("fixture"), &fixture.chain.network.genesis,
	                     &set, &parameters);
	ck_assert_int_eq(policy_decode(&decoded, &arena, buffer_view(&policy), &why),
	                 STATUS_OK);
	ck_assert_uint_eq(decoded.voters, 3);
	ck_assert_uint_eq(decoded.needed, 2);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("what a node makes of receipts");
	TCase *tests = tcase_create("what a node makes of receipts");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_cosign_is_two_signatures_of_one_key);
	tcase_add_test(tests, the_note_of_a_quorum_holds_under_the_policy_of_the_set);
	tcase_add_test(tests, a_crash_model_asks_for_fewer);
	suite_add_tcase(suite, tests);
	return suite;
}
