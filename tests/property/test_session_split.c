/* However a network cuts the bytes of a connection, the same messages come out: act by act, byte
 * by byte, or all at once. */
#include "tests/support/session_pair.h"
#include "tests/support/support.h"

enum { ROUNDS = 60, MESSAGES = 25 };

static enum message_kind random_kind(struct random *random)
{
	static const enum message_kind kinds[] = {
		MESSAGE_VOTE,  MESSAGE_CERTIFICATE, MESSAGE_PROPOSAL, MESSAGE_STATUS,
		MESSAGE_BLOCK, MESSAGE_BODIES,       MESSAGE_TXS,
	};

	return kinds[random_below(random, sizeof kinds / sizeof *kinds)];
}

static size_t random_size(struct random *random, enum message_kind kind)
{
	size_t most = type_rule_of(type_of_consensus((uint8_t)kind))->size_max;
	size_t bound = random_below(random, 4) == 0 ? 100000 : 2000;

	return 1 + random_below(random, (uint32_t)(most < bound ? most : bound));
}

/* Both sides of one connection; `piece` bytes at most are handed in at once, drawn anew each
 * time if 0. The seed says what is sent, and that alone. */
static void run(struct session_pair *pair, uint64_t seed, uint32_t piece)
{
	struct random what = random_from(seed), how = random_from(seed + piece);
	int sent = 0;
	bool moved = true;

	pair_prepare(pair);
	pair_connect(pair);
	while (moved || sent < MESSAGES) {
		moved = false;
		if (pair->sides[0].is_open && pair->sides[1].is_open && sent < MESSAGES && !moved) {
			/* All at once: how they mix on the way must depend on nothing else. */
			for (; sent < MESSAGES; sent++) {
				enum message_kind kind = random_kind(&what);

				ck_assert(pair_send(pair, (int)random_below(&what, 2), kind,
				                    random_size(&what, kind), (uint8_t)sent));
			}
			moved = true;
		}
		for (int i = 0; i < 2; i++) {
			moved |= pair_write(pair, i);
			moved |= pair_feed(pair, i, piece > 0 ? piece : 1 + random_below(&how, 3000)) > 0;
		}
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pair->sides[i].session.state, SESSION_ACTIVE);
	ck_assert_uint_eq(pair->sides[0].message_count + pair->sides[1].message_count, MESSAGES);
}

START_TEST(any_split_of_the_bytes_gives_the_same_messages)
{
	struct session_pair *whole = malloc(sizeof *whole), *cut = malloc(sizeof *cut);

	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		static const uint32_t pieces[] = {0, 1, 17, 66, 1000};

		run(whole, seed, UINT32_MAX);
		run(cut, seed, pieces[seed % 5]);
		for (int i = 0; i < 2; i++)
			ck_assert(bytes_equal(buffer_view(&whole->sides[i].log),
			                      buffer_view(&cut->sides[i].log)));
		pair_close(whole);
		pair_close(cut);
	}
	free(whole);
	free(cut);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("session_split");
	TCase *cases = tcase_create("session_split");

	tcase_add_test(cases, any_split_of_the_bytes_gives_the_same_messages);
	suite_add_tcase(suite, cases);
	return suite;
}
