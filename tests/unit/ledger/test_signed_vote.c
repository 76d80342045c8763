/* Votes as they travel, and which of them no honest validator casts both. */
#include "chain/ledger/validators.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct signer *signer;
static struct network network;
static struct key_pair keys[4]; /* as the set's */
static struct validator_set set;

static void start(void)
{
	struct hash genesis = {{1}};
	struct random random = random_from(4);

	signer = signer_new(&genesis);
	ck_assert_ptr_nonnull(signer);
	network_init(&network, &genesis);
	set.count = 4;
	for (size_t i = 0; i < set.count; i++) {
		struct secret_key secret;

		random_fill(&random, secret.bytes, sizeof secret.bytes);
		ck_assert_int_eq(key_pair_init(&keys[i], signer, &secret), STATUS_OK);
		set.items[i].vote_key = keys[i].public_key;
	}
}

static void stop(void)
{
	signer_free(signer);
}

static struct ballot sound_ballot(enum vote_kind kind)
{
	struct ballot ballot = {
		.kind = (uint8_t)kind, .epoch = 1, .view = 2, .parent_view = 3, .block = {{4}}};

	if (kind == VOTE_NULLIFY) {
		ballot.parent_view = UINT64_MAX;
		ballot.block = (struct hash){{0}};
	}
	return ballot;
}

static struct vote vote_of(size_t signer_index, const struct ballot *ballot)
{
	static const struct hash auxiliary;
	struct vote vote = {.ballot = *ballot, .signer = (uint16_t)signer_index};
	struct hash digest = ballot_digest(ballot, &network);

	ck_assert_int_eq(
		key_pair_sign(&vote.signature, signer, &keys[signer_index], &digest, &auxiliary),
		STATUS_OK);
	return vote;
}

START_TEST(a_vote_has_123_bytes_and_reads_back)
{
	uint8_t bytes[123];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct ballot ballot = sound_ballot(VOTE_FINALIZE);
	struct vote vote, back;

	vote = vote_of(2, &ballot);
	ck_assert_uint_eq(vote_size(&vote), sizeof bytes);
	vote_put(&out, &vote);
	ck_assert_uint_eq(bytes[0], VOTE_FINALIZE);
	ck_assert_uint_eq(get_le16(bytes + 57), 2);
	ck_assert_mem_eq(bytes + 59, vote.signature.bytes, 64);
	ck_assert_int_eq(vote_decode(&back, bytes_view(bytes, sizeof bytes)), STATUS_OK);
	ck_assert(vote_is_valid(&back, &set, &network));
	for (size_t cut = 0; cut < sizeof bytes; cut++)
		ck_assert_int_eq(vote_decode(&back, bytes_view(bytes, cut)), STATUS_SHORT);
}
END_TEST

START_TEST(a_vote_is_its_signers_and_of_its_kind)
{
	struct vote vote;

	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct ballot ballot = sound_ballot((enum vote_kind)kind);

		vote = vote_of(1, &ballot);
		ck_assert(vote_is_valid(&vote, &set, &network));
		vote.signer = 2;
		ck_assert(!vote_is_valid(&vote, &set, &network));
		vote.signer = 4;
		ck_assert(!vote_is_valid(&vote, &set, &network));
		vote.signer = 1;
		vote.ballot.view++;
		ck_assert(!vote_is_valid(&vote, &set, &network));
		vote.ballot.view--;
		vote.ballot.kind = (uint8_t)(kind % 3 + 1);
		ck_assert(!vote_is_valid(&vote, &set, &network));
	}
}
END_TEST

/* Signed as they are, so that it is the form which refuses them. */
START_TEST(a_vote_of_no_kind_or_a_nullify_about_something_is_not_valid)
{
	struct ballot ballot = sound_ballot(VOTE_NULLIFY);
	struct vote vote;

	ballot.parent_view = 3;
	vote = vote_of(0, &ballot);
	ck_assert(!vote_is_valid(&vote, &set, &network));
	ballot = sound_ballot(VOTE_NULLIFY);
	ballot.block.bytes[0] = 1;
	vote = vote_of(0, &ballot);
	ck_assert(!vote_is_valid(&vote, &set, &network));
	ballot = sound_ballot(VOTE_FINALIZE);
	ballot.kind = 4;
	vote = vote_of(0, &ballot);
	ck_assert(!vote_is_valid(&vote, &set, &network));
	ballot.kind = 0;
	vote = vote_of(0, &ballot);
	ck_assert(!vote_is_valid(&vote, &set, &network));
}
END_TEST

/* Every pair of kinds, about the same and about something else. */
START_TEST(votes_contradict_as_the_table_says)
{
	/* by kinds: of the same content, of different content */
	static const bool TABLE[4][4][2] = {
		[VOTE_NOTARIZE][VOTE_NOTARIZE] = {false, true},
		[VOTE_FINALIZE][VOTE_FINALIZE] = {false, true},
		[VOTE_NULLIFY][VOTE_FINALIZE] = {true, true},
		[VOTE_FINALIZE][VOTE_NULLIFY] = {true, true},
	};

	for (unsigned a = 1; a <= 3; a++) {
		for (unsigned b = 1; b <= 3; b++) {
			struct ballot first = sound_ballot((enum vote_kind)a);
			struct ballot second = sound_ballot((enum vote_kind)b);

			ck_assert_int_eq(ballots_contradict(&first, &second), TABLE[a][b][0]);
			if (b != VOTE_NULLIFY) {
				second.block.bytes[9] ^= 1;
				ck_assert_int_eq(ballots_contradict(&first, &second), TABLE[a][b][1]);
				second.block.bytes[9] ^= 1;
				second.parent_view--;
				ck_assert_int_eq(ballots_contradict(&first, &second), TABLE[a][b][1]);
			}
			second.view++;
			ck_assert(!ballots_contradict(&first, &second));
			second.view--;
			second.epoch++;
			ck_assert(!ballots_contradict(&first, &second));
		}
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("votes");
	TCase *tests = tcase_create("votes");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_vote_has_123_bytes_and_reads_back);
	tcase_add_test(tests, a_vote_is_its_signers_and_of_its_kind);
	tcase_add_test(tests, a_vote_of_no_kind_or_a_nullify_about_something_is_not_valid);
	tcase_add_test(tests, votes_contradict_as_the_table_says);
	suite_add_tcase(suite, tests);
	return suite;
}
