/* Who votes, how many are enough, whose turn it is. */
#include "consensus/epoch.h"
#include "tests/support/support.h"

static struct validator_set set;
static struct parameters parameters;

static void setup(void)
{
	parameters = parameters_default();
	set.count = 4;
	for (size_t i = 0; i < VALIDATORS_MAX; i++)
		set.items[i] = (struct validator){.vote_key = {{(uint8_t)(i + 1)}}};
}

static struct epoch epoch_on(const struct header *root)
{
	static const struct hash HASH = {{77}};
	struct epoch epoch;

	epoch_begin(&epoch, root, &HASH, &set, &parameters, &set.items[2].vote_key);
	return epoch;
}

START_TEST(the_first_epoch_stands_on_genesis_and_every_other_on_the_seal_before)
{
	struct header genesis = {.time_ms = 1000};
	struct header seal = {.height = 50, .epoch = 8, .time_ms = 9000};
	struct epoch first = epoch_on(&genesis), later = epoch_on(&seal);

	ck_assert_uint_eq(first.number, 0);
	ck_assert_uint_eq(first.root_height, 0);
	ck_assert_uint_eq(later.number, 9);
	ck_assert_uint_eq(later.root_height, 50);
	ck_assert_uint_eq(later.root_time_ms, 9000);
	ck_assert_uint_eq(later.root.bytes[0], 77);
	ck_assert_uint_eq(later.validators.count, 4);
}
END_TEST

START_TEST(who_we_are_follows_from_our_key)
{
	struct header genesis = {.time_ms = 1000};
	struct epoch epoch = epoch_on(&genesis);
	struct public_key stranger = {{200}};

	ck_assert_uint_eq(epoch.self, 2);
	for (uint16_t i = 0; i < 4; i++)
		ck_assert_uint_eq(epoch_find(&epoch, &set.items[i].vote_key), i);
	ck_assert_uint_eq(epoch_find(&epoch, &stranger), NOBODY);
	/* In memory, and not of this set. */
	ck_assert_uint_eq(epoch_find(&epoch, &set.items[4].vote_key), NOBODY);
}
END_TEST

START_TEST(a_quorum_is_what_the_fault_model_says)
{
	static const struct {
		size_t count, byzantine, crash;
	} TABLE[] = {{1, 1, 1}, {2, 2, 2},  {3, 3, 2},    {4, 3, 3},
	             {7, 5, 4}, {10, 7, 6}, {128, 86, 65}};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		struct header genesis = {.time_ms = 1000};
		struct epoch epoch;

		set.count = TABLE[i].count;
		parameters.values[PARAMETER_fault_model] = FAULT_BYZANTINE;
		epoch = epoch_on(&genesis);
		ck_assert_uint_eq(epoch_quorum(&epoch), TABLE[i].byzantine);
		ck_assert_uint_eq(epoch_fault_count(&epoch), set.count - TABLE[i].byzantine);
		parameters.values[PARAMETER_fault_model] = FAULT_CRASH;
		epoch = epoch_on(&genesis);
		ck_assert_uint_eq(epoch_quorum(&epoch), TABLE[i].crash);
	}
}
END_TEST

START_TEST(leaders_take_turns_of_the_term_from_the_roots_height_on)
{
	static const struct {
		uint64_t height, term;
		uint16_t leaders[8]; /* of views 1 to 8 */
	} TABLE[] = {
		{0, 1, {0, 1, 2, 3, 0, 1, 2, 3}},
		{6, 1, {2, 3, 0, 1, 2, 3, 0, 1}},
		{6, 3, {2, 2, 2, 3, 3, 3, 0, 0}},
	};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		struct header root = {.height = TABLE[i].height};
		struct epoch epoch;

		parameters.values[PARAMETER_term_length] = TABLE[i].term;
		epoch = epoch_on(&root);
		for (uint64_t view = 1; view <= 8; view++)
			ck_assert_uint_eq(epoch_leader(&epoch, view), TABLE[i].leaders[view - 1]);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("epoch");
	TCase *tests = tcase_create("epoch");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests,
	               the_first_epoch_stands_on_genesis_and_every_other_on_the_seal_before);
	tcase_add_test(tests, who_we_are_follows_from_our_key);
	tcase_add_test(tests, a_quorum_is_what_the_fault_model_says);
	tcase_add_test(tests, leaders_take_turns_of_the_term_from_the_roots_height_on);
	suite_add_tcase(suite, tests);
	return suite;
}
