/* Messages cut into frames and put together again: order, shares, maxima, and every frame that
 * no honest peer sends. */
#include "node/p2p/assembly.h"
#include "tests/support/support.h"

#include "chain/base/memory.h"

#include <stdlib.h>

enum { NOW_MS = 5000, BODY = 16400 };

static struct usage_total total;
static struct usage usage;

static void setup(void)
{
	usage_total_init(&total, 512 << 20);
	usage_init(&usage, &total, USAGE_VALIDATOR_MAX);
}

static void check_nothing_is_held(void)
{
	ck_assert_uint_eq(usage.bytes, 0);
	ck_assert_uint_eq(total.bytes, 0);
}

static void put(struct lanes *lanes, enum message_kind kind, size_t size)
{
	uint8_t *bytes = calloc(1, size);
	struct parcel *parcel = parcel_new(type_of_consensus((uint8_t)kind), bytes_view(bytes, size));

	ck_assert_int_eq(lanes_put(lanes, parcel, NOW_MS), LANES_TAKEN);
	parcel_release(parcel);
	free(bytes);
}

START_TEST(a_vote_overtakes_a_proposal_that_is_under_way)
{
	struct lanes lanes;
	uint8_t body[BODY];

	lanes_init(&lanes, &usage);
	put(&lanes, MESSAGE_PROPOSAL, 100000);
	ck_assert_uint_eq(lanes_fill(&lanes, body, sizeof body, NOW_MS), BODY);
	ck_assert_uint_eq(body[0], LANE_BLOCK);
	put(&lanes, MESSAGE_VOTE, 100);
	ck_assert_uint_eq(lanes_fill(&lanes, body, sizeof body, NOW_MS), BODY);
	ck_assert_uint_eq(body[0], LANE_VOTE);
	ck_assert_uint_eq(body[FRAME_FIRST_HEAD_SIZE + 100], LANE_BLOCK);
	lanes_close(&lanes);
}
END_TEST

START_TEST(ranges_and_transactions_share_and_are_not_starved)
{
	struct lanes lanes;
	size_t bytes[LANE_COUNT] = {0}, records = 0, rest = 0;
	uint8_t body[BODY];

	lanes_init(&lanes, &usage);
	for (int i = 0; i < 4; i++)
		put(&lanes, MESSAGE_PROPOSAL, 4 << 20);
	lanes.waiting = 0; /* room for what is to be looked at here */
	put(&lanes, MESSAGE_TXS, 4 << 20);
	lanes.waiting = 0;
	put(&lanes, MESSAGE_BODIES, 4 << 20);
	lanes.waiting = 32 << 20;
	while (lanes.queues[LANE_BLOCK].first) {
		lanes_fill(&lanes, body, sizeof body, NOW_MS);
		records++;
		rest += body[0] > LANE_BLOCK;
	}
	ck_assert_uint_ge(rest, records / RECORDS_PER_REST);
	ck_assert_uint_le(rest, records / RECORDS_PER_REST + 1);
	while (lanes.queues[LANE_TX].first) {
		size_t size = lanes_fill(&lanes, body, sizeof body, NOW_MS);

		bytes[body[0]] += size;
	}
	/* 4 to 3, but for a round. */
	ck_assert_uint_ge(bytes[LANE_TX] * 3, bytes[LANE_SYNC] * 4 - (1 << 18));
	ck_assert_uint_le(bytes[LANE_TX] * 3, bytes[LANE_SYNC] * 4 + (1 << 18));
	lanes_close(&lanes);
}
END_TEST

START_TEST(what_waits_has_a_maximum_and_votes_go_before_the_rest)
{
	static const uint8_t zeros[1 << 20];
	struct parcel *bodies = parcel_new(type_of_consensus(MESSAGE_BODIES),
	                                  bytes_view(zeros, sizeof zeros));
	struct parcel *vote = parcel_new(type_of_consensus(MESSAGE_VOTE), text_view("v"));
	struct parcel *block = parcel_new(type_of_consensus(MESSAGE_BLOCK),
	                                  bytes_view(zeros, sizeof zeros));
	struct parcel *ping = parcel_new(TYPE_PING, text_view("p"));
	struct lanes lanes;
	size_t count = 0, blocks = 0;

	lanes_init(&lanes, &usage);
	while (lanes_put(&lanes, bodies, NOW_MS) == LANES_TAKEN)
		count++;
	ck_assert_uint_eq(count, LANES_HARD_MAX >> 20);
	ck_assert_int_eq(lanes_put(&lanes, vote, NOW_MS), LANES_TAKEN);
	while (lanes_put(&lanes, block, NOW_MS) == LANES_TAKEN)
		blocks++;
	ck_assert_uint_eq(blocks, (USAGE_VALIDATOR_MAX >> 20));
	ck_assert_int_eq(lanes_put(&lanes, vote, NOW_MS), LANES_FULL);
	ck_assert_int_eq(lanes_put(&lanes, ping, NOW_MS), LANES_TAKEN);
	ck_assert_uint_eq(bodies->user_count, count + 1);
	/* The peer waits for all of them; what is in memory is one of each. */
	ck_assert_uint_eq(usage.bytes, ((count + blocks) << 20) + 2);
	ck_assert_uint_eq(total.bytes, (2 << 20) + 2);
	lanes_close(&lanes);
	ck_assert_uint_eq(usage.bytes, 0);
	parcel_release(block);
	parcel_release(ping);
	ck_assert_uint_eq(bodies->user_count, 1);
	ck_assert_uint_eq(lanes.waiting, 0);
	parcel_release(bodies);
	parcel_release(vote);
	check_nothing_is_held();
}
END_TEST

START_TEST(when_all_together_hold_too_much_votes_alone_are_sent)
{
	struct lanes lanes;
	struct parcel *block = parcel_new(type_of_consensus(MESSAGE_BLOCK), text_view("block"));
	struct parcel *vote = parcel_new(type_of_consensus(MESSAGE_VOTE), text_view("v"));

	lanes_init(&lanes, &usage);
	usage_total_take(&total, USAGE_TXS, total.bytes_max - 4);
	ck_assert_int_eq(lanes_put(&lanes, block, NOW_MS), LANES_FULL);
	ck_assert_int_eq(lanes_put(&lanes, vote, NOW_MS), LANES_TAKEN);
	usage_total_release(&total, USAGE_TXS, total.bytes_max - 4);
	ck_assert_int_eq(lanes_put(&lanes, block, NOW_MS), LANES_TAKEN);
	lanes_close(&lanes);
	parcel_release(block);
	parcel_release(vote);
	check_nothing_is_held();
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_noticed)
{
	struct lanes lanes;
	uint8_t body[BODY];

	lanes_init(&lanes, &usage);
	ck_assert(!lanes_are_stuck(&lanes, NOW_MS + 1000000));
	put(&lanes, MESSAGE_BODIES, 20000);
	ck_assert(!lanes_are_stuck(&lanes, NOW_MS + 30000));
	ck_assert(lanes_are_stuck(&lanes, NOW_MS + 30001));
	lanes_fill(&lanes, body, sizeof body, NOW_MS + 30000);
	ck_assert(!lanes_are_stuck(&lanes, NOW_MS + 60000));
	put(&lanes, MESSAGE_VOTE, 100);
	ck_assert(lanes_are_stuck(&lanes, NOW_MS + 5001));
	lanes_close(&lanes);
}
END_TEST

/* -- Together again ----------------------------------------------------------------------------- */

START_TEST(messages_of_every_size_come_out_as_they_went_in)
{
	static const size_t sizes[] = {1, 2, 100, 16391, 16392, 16393, 32784, 32788, 300000};
	struct random random = random_from(3);
	struct assembly assembly;
	struct lanes lanes;
	uint8_t body[BODY];

	assembly_init(&assembly, &usage, true);
	lanes_init(&lanes, &usage);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint8_t *bytes = malloc(sizes[i]);
		struct assembled message = {0};
		struct parcel *parcel;
		const char *what = NULL;

		random_fill(&random, bytes, sizes[i]);
		assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BODIES));
		parcel = parcel_new(type_of_consensus(MESSAGE_BODIES), bytes_view(bytes, sizes[i]));
		ck_assert_int_eq(lanes_put(&lanes, parcel, NOW_MS), LANES_TAKEN);
		while (!message.type) {
			size_t size = lanes_fill(&lanes, body, sizeof body, NOW_MS);
			struct bytes_view record = bytes_view(body, size);

			ck_assert_uint_gt(size, 0);
			ck_assert_int_le(assembly_next(&assembly, &record, NOW_MS, &message, &what),
			                 ASSEMBLY_MESSAGE);
			ck_assert_uint_eq(record.size, 0);
		}
		ck_assert(bytes_equal(message.bytes, bytes_view(bytes, sizes[i])));
		ck_assert(lanes_are_empty(&lanes));
		parcel_release(parcel);
		free(bytes);
	}
	lanes_close(&lanes);
	assembly_close(&assembly);
}
END_TEST

/* lane, flags, type u16, total u32 */
static enum assembly_finding take(struct assembly *assembly, const char *hex,
                                  const char **what)
{
	struct bytes_view record = from_hex(hex);
	struct assembled message;
	enum assembly_finding finding;

	do
		finding = assembly_next(assembly, &record, NOW_MS, &message, what);
	while (finding == ASSEMBLY_MESSAGE);
	return finding;
}

START_TEST(frames_that_no_honest_peer_sends_are_refused)
{
	/* What comes first is in order; what comes behind is not. VOTE is 0101, lane 1. */
	static const char *const wrong[][2] = {
		{"", "01"},                               /* cut off */
		{"", "0101010101"},                       /* cut off within the size */
		{"", "0703010102000000aa"},               /* no such lane */
		{"", "0107010102000000aaaa"},             /* unknown flags */
		{"", "01000101aaaa"},                     /* goes on without a beginning */
		{"", "0102010101"},                       /* likewise */
		{"", "010301010a000000aa"},               /* ends too early */
		{"", "0101010101000000aa"},               /* whole, and says that it goes on */
		{"", "010101010a000000"},                 /* empty, and no end */
		{"", "0303010101000000aa"},               /* on another lane than its type's */
		{"", "0103230101000000aa"},               /* of no type */
		{"", "0403130101000000aa"},               /* an answer to no question */
		{"", "01010101ffffffffaa"},               /* 4 GiB */
		{"", "0101010101100000aa"},               /* one byte more than a vote may have */
		{"010101010a000000aa", "010101010a000000aa"}, /* a beginning within another */
		{"010101010a000000aa", "01000201bb"},     /* goes on as another type */
		{"010101010a000000aa", "01000101"},       /* empty, in the middle */
		{"010101010a000000aa", "01000101bbbbbbbbbbbbbbbbbb"}, /* whole, without an end */
		{"010101010a000000aa", "01020101bb"},     /* ends too early */
	};
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	if (wrong[_i][0][0])
		ck_assert_int_eq(take(&assembly, wrong[_i][0], &what), ASSEMBLY_MORE);
	ck_assert_int_eq(take(&assembly, wrong[_i][1], &what), ASSEMBLY_VIOLATION);
	ck_assert_ptr_nonnull(what);
	assembly_close(&assembly);
}
END_TEST
enum { WRONG_FRAMES = 19 };

START_TEST(an_answer_comes_once_for_each_question)
{
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BLOCK));
	assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BLOCK));
	assembly_expect(&assembly, type_of_consensus(MESSAGE_VOTE)); /* no question */
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(take(&assembly, "0203060101000000aa", &what), ASSEMBLY_MORE);
	ck_assert_int_eq(take(&assembly, "0403130101000000aa", &what), ASSEMBLY_VIOLATION);
	ck_assert_int_eq(take(&assembly, "0203060101000000aa", &what), ASSEMBLY_VIOLATION);
	for (int i = 0; i < 1000; i++)
		assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BLOCK));
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(take(&assembly, "0203060101000000aa", &what), ASSEMBLY_MORE);
	ck_assert_int_eq(take(&assembly, "0203060101000000aa", &what), ASSEMBLY_VIOLATION);
	assembly_close(&assembly);
}
END_TEST

START_TEST(only_validators_are_heard_on_what_only_they_say)
{
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	/* A vote, a proposal that is never more than begun; and transactions, which anybody sends. */
	ck_assert_int_eq(take(&assembly, "0103010101000000aa", &what), ASSEMBLY_MORE);
	ck_assert_int_eq(take(&assembly, "0201030100000400aabb", &what), ASSEMBLY_MORE);
	ck_assert_uint_eq(assembly.skipped_count, 1);
	ck_assert_uint_eq(assembly.lanes[LANE_BLOCK].bytes.capacity, 0);
	ck_assert_int_eq(take(&assembly, "0301090100000400aabb", &what), ASSEMBLY_MORE);
	ck_assert_uint_gt(assembly.lanes[LANE_TX].bytes.capacity, 0);
	ck_assert_uint_eq(usage.purposes[USAGE_RECEIVING],
	                  assembly.lanes[LANE_TX].bytes.capacity);
	assembly_close(&assembly);
	check_nothing_is_held();
}
END_TEST

START_TEST(messages_of_later_versions_are_passed_over_unkept)
{
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	ck_assert_int_eq(take(&assembly, "06010090000000f0aabbcc", &what), ASSEMBLY_MORE);
	ck_assert_uint_eq(assembly.lanes[6].received, 3);
	ck_assert_uint_eq(assembly.lanes[6].bytes.capacity, 0);
	ck_assert_int_eq(take(&assembly, "0503009002000000aabb", &what), ASSEMBLY_MORE);
	ck_assert_uint_eq(assembly.skipped_count, 1);
	assembly_close(&assembly);
}
END_TEST

START_TEST(memory_follows_what_came_not_what_was_announced)
{
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BODIES));
	ck_assert_int_eq(take(&assembly, "0401130100004000aabbccdd", &what), ASSEMBLY_MORE);
	ck_assert_uint_le(assembly.lanes[4].bytes.capacity, 64 << 10);
	ck_assert(!assembly_is_late(&assembly, NOW_MS + 59999));
	ck_assert(assembly_is_late(&assembly, NOW_MS + 60000));
	assembly_close(&assembly);
}
END_TEST

/* One message: is it heard, or passed over? */
static bool is_kept(struct assembly *assembly, const char *hex)
{
	uint64_t before = assembly->skipped_count;
	const char *what = NULL;

	ck_assert_int_eq(take(assembly, hex, &what), ASSEMBLY_MORE);
	return assembly->skipped_count == before;
}

/* Loops over: 75 % is held, or all; whoever called, or was called. */
START_TEST(under_pressure_what_nobody_asked_for_is_passed_over)
{
	static const char vote[] = "01030101" "01000000" "01";
	static const char get_block[] = "02030501" "01000000" "05";
	static const char tx[] = "03031200" "01000000" "ff";
	static const char bodies[] = "04031301" "01000000" "13"; /* which is asked for */
	bool is_full = _i % 2, is_inbound = _i / 2;
	struct assembly assembly;

	assembly_init(&assembly, &usage, is_inbound);
	assembly.takes_votes = true;
	usage_total_take(&total, USAGE_TXS, is_full ? total.bytes_max : total.bytes_max / 4 * 3);
	ck_assert(is_kept(&assembly, vote));
	ck_assert_int_eq(is_kept(&assembly, get_block), !is_full);
	ck_assert_int_eq(is_kept(&assembly, tx), !is_full && !is_inbound);
	assembly_expect(&assembly, type_of_consensus(MESSAGE_GET_BODIES));
	ck_assert(is_kept(&assembly, bodies));
	usage_total_release(&total, USAGE_TXS, total.purposes[USAGE_TXS]);
	ck_assert(is_kept(&assembly, tx));
	assembly_close(&assembly);
	check_nothing_is_held();
}
END_TEST

START_TEST(when_all_is_used_what_has_begun_is_given_up_and_the_session_goes_on)
{
	struct assembly assembly;
	const char *what = NULL;

	assembly_init(&assembly, &usage, true);
	ck_assert_int_eq(take(&assembly, "0301090103000000aa", &what), ASSEMBLY_MORE);
	ck_assert_uint_gt(total.bytes, 0);
	usage_total_take(&total, USAGE_SENDING, total.bytes_max);
	ck_assert_int_eq(take(&assembly, "03000901bb", &what), ASSEMBLY_MORE);
	ck_assert_uint_eq(usage.bytes, 0);
	ck_assert_int_eq(take(&assembly, "03020901cc", &what), ASSEMBLY_MORE);
	ck_assert_uint_eq(assembly.skipped_count, 1);
	usage_total_release(&total, USAGE_SENDING, total.bytes_max);
	ck_assert(is_kept(&assembly, "03030901" "01000000" "ff"));
	assembly_close(&assembly);
	check_nothing_is_held();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("lanes");
	TCase *cases = tcase_create("lanes");

	tcase_add_checked_fixture(cases, setup, NULL);
	tcase_add_test(cases, a_vote_overtakes_a_proposal_that_is_under_way);
	tcase_add_test(cases, ranges_and_transactions_share_and_are_not_starved);
	tcase_add_test(cases, what_waits_has_a_maximum_and_votes_go_before_the_rest);
	tcase_add_test(cases, a_peer_that_does_not_read_is_noticed);
	tcase_add_test(cases, messages_of_every_size_come_out_as_they_went_in);
	tcase_add_loop_test(cases, frames_that_no_honest_peer_sends_are_refused, 0,
	                    WRONG_FRAMES);
	tcase_add_test(cases, an_answer_comes_once_for_each_question);
	tcase_add_test(cases, only_validators_are_heard_on_what_only_they_say);
	tcase_add_test(cases, messages_of_later_versions_are_passed_over_unkept);
	tcase_add_test(cases, memory_follows_what_came_not_what_was_announced);
	tcase_add_test(cases, when_all_together_hold_too_much_votes_alone_are_sent);
	tcase_add_loop_test(cases, under_pressure_what_nobody_asked_for_is_passed_over, 0, 4);
	tcase_add_test(cases, when_all_is_used_what_has_begun_is_given_up_and_the_session_goes_on);
	suite_add_tcase(suite, cases);
	return suite;
}
