/* drive, and who is no validator: he hears of a final block from whoever has it, once, and gets
 * it from there. */
#include "tests/unit/drive/four.h"

enum { FIRST = 5, SECOND = 6, THIRD = 7 }; /* peers that are no validators */

static void connect_followers(void)
{
	for (uint16_t peer = FIRST; peer <= THIRD; peer++)
		drive_on_connected(world.drive, peer, NULL, &world.moment);
	inline_forget_sent(&world);
}

/* A voter, whose turn comes in view 4. */
static void setup_voter(void)
{
	four_begin(0);
	connect_followers();
}

/* No validator, and connected with none. */
static void setup_follower(void)
{
	four_begin(NOBODY);
	for (uint16_t i = 0; i < 4; i++)
		drive_on_disconnected(world.drive, i);
	connect_followers();
}

/* How many FINALs went to the peer. */
static size_t told(uint16_t peer)
{
	size_t count = 0;

	for (size_t i = 0; sent(peer, MESSAGE_CERTIFICATE, i); i++) {
		struct cursor in = cursor_on(world.message.certificate);
		struct ballot ballot;

		ballot_get(&in, &ballot);
		count += ballot.kind == VOTE_FINALIZE;
	}
	return count;
}

START_TEST(who_follows_is_told_when_the_block_is_on_the_disk_and_not_before)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	say_final(1, draft);
	inline_finish_check(&world);
	ck_assert_uint_eq(told(FIRST), 0);
	inline_settle(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
	ck_assert_uint_eq(told(FIRST), 1);
	ck_assert_uint_eq(told(SECOND), 1);
	for (uint16_t validator = 1; validator < 4; validator++)
		ck_assert_uint_eq(told(validator), 0);
}
END_TEST

START_TEST(who_told_us_or_heard_it_from_us_is_not_told_again)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	say_final(SECOND, draft);
	inline_finish_check(&world);
	say_final(THIRD, draft); /* too late to be of use to us */
	inline_settle(&world);
	ck_assert_uint_eq(told(FIRST), 1);
	ck_assert_uint_eq(told(SECOND), 0);
	ck_assert_uint_eq(told(THIRD), 0);
}
END_TEST

START_TEST(who_completes_the_quorum_tells_everybody_once)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	propose(draft, 0);
	for (uint16_t signer = 1; signer < 4; signer++)
		cast(signer, VOTE_NOTARIZE, 1, 0, &draft->hash);
	for (uint16_t signer = 1; signer < 4; signer++)
		cast(signer, VOTE_FINALIZE, 1, 0, &draft->hash);
	inline_settle(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
	ck_assert_uint_eq(told(FIRST), 1);
	ck_assert_uint_eq(told(2), 1);
}
END_TEST

START_TEST(a_block_comes_from_who_told_of_it_and_the_news_goes_on)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	say_final(SECOND, draft);
	inline_settle(&world);
	inline_pass(&world, 1000);
	for (uint16_t peer = 0; peer <= THIRD; peer++)
		ck_assert_uint_eq(sent_count(peer, MESSAGE_GET_BLOCK), peer == SECOND);
	say_block(SECOND, draft);
	inline_settle(&world);
	ck_assert(hash_equal(&world.ledger.ledger.tip.hash, &draft->hash));
	ck_assert_uint_eq(told(FIRST), 1);
	ck_assert_uint_eq(told(SECOND), 0);
	ck_assert_uint_eq(told(THIRD), 1);
}
END_TEST

START_TEST(who_does_not_give_it_is_followed_by_another_who_has_it)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	say_final(SECOND, draft);
	say_final(THIRD, draft);
	inline_settle(&world);
	inline_pass(&world, 1);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 1);
	ck_assert_uint_eq(sent_count(THIRD, MESSAGE_GET_BLOCK), 1);
	ck_assert_uint_eq(sent_count(FIRST, MESSAGE_GET_BLOCK), 0);
	drive_on_disconnected(world.drive, SECOND);
	inline_pass(&world, 10000);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 1);
	ck_assert_uint_gt(sent_count(THIRD, MESSAGE_GET_BLOCK), 1);
	ck_assert_uint_le(sent_count(THIRD, MESSAGE_GET_BLOCK), 1 + 10000 / 2000);
}
END_TEST

static void say_status(uint16_t from)
{
	message_put_status(&message, &(struct message_status){
									 .status = {.view = 1, .height = 1},
								 });
	say(from);
}

/* What is told in answer to a status may be of a block that is still on its way here. */
START_TEST(who_heard_of_it_too_soon_hears_again_when_it_is_here)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	say_final(SECOND, draft);
	inline_settle(&world);
	say_status(FIRST);
	ck_assert_uint_eq(told(FIRST), 1);
	inline_pass(&world, 1);
	say_block(SECOND, draft);
	inline_settle(&world);
	ck_assert_uint_eq(told(FIRST), 2);
	ck_assert_uint_eq(told(THIRD), 1);
}
END_TEST

START_TEST(who_says_it_again_is_asked_again)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	say_final(SECOND, draft);
	inline_settle(&world);
	inline_pass(&world, 10);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 1);
	inline_pass(&world, 600);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 1);
	say_final(SECOND, draft);
	inline_pass(&world, 600);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 2);
}
END_TEST

START_TEST(a_signature_that_is_not_valid_makes_nobody_believed)
{
	struct draft *draft = block_of(1, inline_append(&world, 1, "a"));

	say_final(SECOND, draft);
	world.checks[0]->signatures[1].signature.bytes[5] ^= 1;
	inline_settle(&world);
	inline_pass(&world, 1000);
	ck_assert_uint_eq(world.blame_count, 1);
	ck_assert_uint_eq(sent_count(SECOND, MESSAGE_GET_BLOCK), 0);
	ck_assert_uint_eq(told(FIRST), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("drive announce");
	TCase *voter = tcase_create("voter");
	TCase *follower = tcase_create("follower");

	tcase_add_checked_fixture(voter, setup_voter, four_end);
	tcase_add_test(voter, who_follows_is_told_when_the_block_is_on_the_disk_and_not_before);
	tcase_add_test(voter, who_told_us_or_heard_it_from_us_is_not_told_again);
	tcase_add_test(voter, who_completes_the_quorum_tells_everybody_once);
	suite_add_tcase(suite, voter);
	tcase_add_checked_fixture(follower, setup_follower, four_end);
	tcase_add_test(follower, a_block_comes_from_who_told_of_it_and_the_news_goes_on);
	tcase_add_test(follower, who_does_not_give_it_is_followed_by_another_who_has_it);
	tcase_add_test(follower, who_heard_of_it_too_soon_hears_again_when_it_is_here);
	tcase_add_test(follower, who_says_it_again_is_asked_again);
	tcase_add_test(follower, a_signature_that_is_not_valid_makes_nobody_believed);
	suite_add_tcase(suite, follower);
	return suite;
}
