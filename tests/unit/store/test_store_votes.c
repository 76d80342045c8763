/* What consensus keeps beside the ledger: votes in their order, pending blocks, notes. */
#include "tests/unit/store/store_fixture.h"

#include "chain/store/votes.h"

static struct store_vote vote_of(uint64_t epoch, uint64_t view, uint8_t kind,
                                 const char *text)
{
	return (struct store_vote){
		.key = {.epoch = epoch, .view = view, .kind = kind},
		.bytes = text_view(text),
	};
}

static void keep_all(struct store_fixture *f, const struct store_vote *votes,
                     size_t count, const struct store_pending *pending)
{
	struct store_batch batch = {
		.votes = votes,
		.vote_count = count,
		.pending = pending,
		.pending_count = pending ? 1 : 0,
	};

	ck_ok(f, store_write(f->store, &batch, &f->why));
}

static void keep(struct store_fixture *f, uint64_t epoch, uint64_t view, uint8_t kind,
                 const char *text)
{
	struct store_vote vote = vote_of(epoch, view, kind, text);

	keep_all(f, &vote, 1, NULL);
}

struct votes_seen {
	size_t count;
	size_t enough;
	char text[256]; /* of all votes, one behind another */
};

static bool see_vote(void *owner, const struct store_vote *vote)
{
	struct votes_seen *seen = owner;

	strncat(seen->text, (const char *)vote->bytes.at, vote->bytes.size);
	seen->count++;
	return seen->count != seen->enough;
}

static void expect_votes(struct store_fixture *f, uint64_t epoch, uint64_t view_number,
                         const char *text)
{
	struct store_vote_key from = {.epoch = epoch, .view = view_number};
	struct store_view *view = store_fixture_view(f);
	struct votes_seen seen = {0};

	ck_ok(f, store_list_votes(view, &from, see_vote, &seen, &f->why));
	ck_assert_str_eq(seen.text, text);
	store_view_close(view);
}

START_TEST(votes_come_back_in_their_order_after_a_restart)
{
	struct store_vote votes[2] = {vote_of(1, 2, 3, "e"), vote_of(0, 300, 1, "c")};
	struct store_fixture f;
	struct store_view *view;
	struct bytes_view bytes;
	struct votes_seen two = {.enough = 2};

	store_fixture_init(&f, NULL);
	keep(&f, 1, 2, 1, "d");
	keep_all(&f, votes, 2, NULL);
	keep(&f, 0, 7, 2, "b");
	keep(&f, 0, 7, 1, "x");
	keep(&f, 0, 7, 1, "a");
	store_fixture_reopen(&f);
	expect_votes(&f, 0, 0, "abcde");
	expect_votes(&f, 0, 8, "cde");
	expect_votes(&f, 1, 3, "");
	view = store_fixture_view(&f);
	ck_ok(&f, store_read_vote(view, &votes[0].key, &bytes, &f.why));
	ck_assert(bytes_equal(bytes, text_view("e")));
	votes[0].key.kind = 9;
	ck_assert_int_eq(store_read_vote(view, &votes[0].key, &bytes, &f.why),
	                 STATUS_NOT_FOUND);
	ck_ok(&f,
	      store_list_votes(view, &(struct store_vote_key){0}, see_vote, &two, &f.why));
	ck_assert_str_eq(two.text, "ab");
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

START_TEST(votes_below_a_view_are_dropped_and_no_others)
{
	struct store_vote_key from = {.epoch = 1, .view = 2};
	struct store_fixture f;

	store_fixture_init(&f, NULL);
	for (uint64_t epoch = 0; epoch < 3; epoch++)
		for (uint64_t view = 1; view < 4; view++) {
			char text[2] = {(char)('a' + 3 * epoch + view - 1)};

			keep(&f, epoch, view, 1, text);
		}
	ck_ok(&f, store_drop_votes(f.store, &from, &f.why));
	expect_votes(&f, 0, 0, "efghi");
	store_fixture_reopen(&f);
	expect_votes(&f, 0, 0, "efghi");
	store_fixture_close(&f);
}
END_TEST

static bool count_pending(void *owner, const struct store_pending *pending)
{
	size_t *count = owner;

	ck_assert(bytes_equal(pending->body, text_view("body")));
	(*count)++;
	return true;
}

static size_t pending_count(struct store_fixture *f)
{
	struct store_view *view = store_fixture_view(f);
	size_t count = 0;

	ck_ok(f, store_list_pending(view, count_pending, &count, &f->why));
	store_view_close(view);
	return count;
}

START_TEST(a_pending_block_stays_until_it_is_committed_or_dropped)
{
	struct store_vote vote = vote_of(0, 1, 1, "vote");
	struct store_pending pending = {
		.header = {.body_size = 4, .height = 7},
		.body = text_view("body"),
	};
	struct store_pending back;
	struct hash skipped = hash_of(text_view("skipped"));
	struct store_fixture f;
	struct store_view *view;
	struct draft *draft;

	store_fixture_init(&f, NULL);
	pending.block = skipped;
	keep_all(&f, &vote, 1, &pending);
	draft = ledger_fixture_sealed(&f.ledger, NULL, NULL, 0);
	pending.block = draft->hash;
	keep_all(&f, &vote, 1, &pending);
	store_fixture_reopen(&f);
	ck_assert_uint_eq(pending_count(&f), 2);
	view = store_fixture_view(&f);
	ck_ok(&f, store_read_pending(view, &pending.block, &back, &f.why));
	ck_assert(hash_equal(&back.block, &draft->hash));
	ck_assert_uint_eq(back.header.height, 7);
	ck_assert(bytes_equal(back.body, pending.body));
	store_view_close(view);
	store_fixture_commit(&f, draft);
	ck_assert_uint_eq(pending_count(&f), 1);
	ck_ok(&f, store_drop_pending(f.store, &skipped, 1, &f.why));
	ck_assert_uint_eq(pending_count(&f), 0);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_vote_goes_to_the_disk_with_the_block_it_is_for)
{
	struct store_vote vote = vote_of(0, 1, 3, "finalize");
	struct store_fixture f;
	struct store_block block = {0};
	struct store_batch batch = {
		.votes = &vote, .vote_count = 1, .blocks = &block, .block_count = 1};
	struct draft *draft;

	store_fixture_init(&f, NULL);
	draft = ledger_fixture_sealed(&f.ledger, NULL, NULL, 0);
	block.draft = draft;
	ck_ok(&f, store_write(f.store, &batch, &f.why));
	draft_free(draft);
	store_fixture_reopen(&f);
	ck_assert_uint_eq(store_tip(f.store)->header.height, 1);
	expect_votes(&f, 0, 0, "finalize");
	store_fixture_close(&f);
}
END_TEST

START_TEST(the_newest_note_at_or_below_a_height_is_found)
{
	struct store_fixture f;
	struct store_view *view;
	struct bytes_view bytes;
	uint64_t height;

	store_fixture_init(&f, NULL);
	for (height = 10; height <= 30; height += 10)
		ck_ok(&f, store_put_note(f.store, STORE_NOTE_SEAL, height, text_view("seal"),
		                         height == 30, &f.why));
	ck_ok(&f, store_put_note(f.store, STORE_NOTE_EVIDENCE, 5, text_view("liar"), true,
	                         &f.why));
	ck_ok(&f, store_drop_note(f.store, STORE_NOTE_SEAL, 20, &f.why));
	store_fixture_reopen(&f);
	view = store_fixture_view(&f);
	height = UINT64_MAX;
	ck_ok(&f, store_read_note(view, STORE_NOTE_SEAL, &height, &bytes, &f.why));
	ck_assert_uint_eq(height, 30);
	ck_assert(bytes_equal(bytes, text_view("seal")));
	height = 29;
	ck_ok(&f, store_read_note(view, STORE_NOTE_SEAL, &height, &bytes, &f.why));
	ck_assert_uint_eq(height, 10);
	height = 9;
	ck_assert_int_eq(store_read_note(view, STORE_NOTE_SEAL, &height, &bytes, &f.why),
	                 STATUS_NOT_FOUND);
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store votes");
	TCase *votes = tcase_create("votes");

	tcase_add_test(votes, votes_come_back_in_their_order_after_a_restart);
	tcase_add_test(votes, votes_below_a_view_are_dropped_and_no_others);
	tcase_add_test(votes, a_pending_block_stays_until_it_is_committed_or_dropped);
	tcase_add_test(votes, a_vote_goes_to_the_disk_with_the_block_it_is_for);
	tcase_add_test(votes, the_newest_note_at_or_below_a_height_is_found);
	suite_add_tcase(suite, votes);
	return suite;
}
