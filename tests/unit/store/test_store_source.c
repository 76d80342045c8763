/* A view as what the rules read: blocks made on it are those made on the ledger in
 * memory. */
#include "tests/unit/store/store_model.h"

/* The body of a sealed draft executed over the view gives the same header, or it is
 * refused. */
static struct draft *execute_on(struct store_fixture *f, struct store_view *view,
                                struct state_inner_cache *inner,
                                const struct draft *parent, const struct draft *draft)
{
	struct ledger_source *source = memory_new(sizeof *source);
	struct refusal refusal = {0};
	enum verdict verdict;
	struct draft *made;

	*source = store_view_source(view);
	source->inner = inner;
	ck_ok(f, block_execute(&made, &f->ledger.network, source, store_view_tip(view),
	                       parent, &draft->header, buffer_view(&draft->body), &verdict,
	                       &refusal, &f->why));
	ck_assert_msg(verdict == VERDICT_GOOD, "%s", refusal.text);
	return made;
}

static void forget(struct draft *draft)
{
	struct ledger_source *source = (struct ledger_source *)draft->source;

	draft_free(draft);
	memory_free(source);
}

START_TEST(blocks_executed_over_a_view_are_those_executed_in_memory)
{
	struct state_inner_cache *inner = state_inner_cache_new();
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 21);
	view = store_fixture_view(&f);
	for (unsigned i = 0; i < 30; i++) {
		struct draft *draft = model_draft(model, &f, 10);
		struct draft *made = execute_on(&f, view, inner, NULL, draft);

		ck_assert(hash_equal(&made->hash, &draft->hash));
		forget(made);
		model_commit(model, &f, draft);
		ck_ok(&f, store_view_refresh(view, &f.why));
		if (i == 15)
			ck_ok(&f, store_compact(f.store, &f.why));
	}
	store_view_close(view);
	state_inner_cache_free(inner);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

/* The storage thread commits block h while block h + 1 is executed on top of it:
 * whether the view has moved on or not, the block is the same. */
START_TEST(a_block_executed_on_one_that_is_being_committed_is_the_same)
{
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 22);
	model_run(model, &f, 10, 10);
	view = store_fixture_view(&f);
	for (unsigned i = 0; i < 10; i++) {
		struct draft *lower = model_draft(model, &f, 10);
		struct draft *below = execute_on(&f, view, NULL, NULL, lower);
		struct draft *upper, *before, *after;

		model_commit(model, &f, lower);
		upper = model_draft(model, &f, 10);
		before = execute_on(&f, view, NULL, below, upper);
		ck_ok(&f, store_view_refresh(view, &f.why));
		after = execute_on(&f, view, NULL, NULL, upper);
		ck_assert(hash_equal(&before->hash, &upper->hash));
		ck_assert(hash_equal(&after->hash, &upper->hash));
		forget(before);
		forget(after);
		forget(below);
		model_commit(model, &f, upper);
		ck_ok(&f, store_view_refresh(view, &f.why));
	}
	store_view_close(view);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_transaction_of_the_ledger_is_known_and_any_other_is_not)
{
	struct random random = random_from(23);
	struct ledger_source source;
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;
	bool found;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 23);
	model_run(model, &f, 20, 10);
	view = store_fixture_view(&f);
	source = store_view_source(view);
	for (size_t i = 0; i < model->entry_count; i++) {
		struct hash other = random_hash(&random);

		ck_ok(&f, source.find_tx(source.owner, &model->entries[i].txid, &found));
		ck_assert(found);
		ck_ok(&f, source.find_tx(source.owner, &other, &found));
		ck_assert(!found);
	}
	store_view_close(view);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_view_knows_the_hash_of_every_block_it_has)
{
	struct ledger_source source;
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 25);
	model_run(model, &f, 20, 3);
	view = store_fixture_view(&f);
	source = store_view_source(view);
	for (uint64_t height = 0; height <= 20; height++) {
		struct hash wanted = f.ledger.ledger.block_hashes[height];
		struct hash hash = {{0}};

		ck_ok(&f, source.block_hash(source.owner, height, &hash));
		ck_assert(hash_equal(&hash, &wanted));
	}
	/* Who asks for more than there is has lost his way. */
	ck_assert_int_eq(source.block_hash(source.owner, 21, &(struct hash){{0}}),
	                 STATUS_CORRUPT);
	store_view_close(view);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

/* What the rules read through the view is the state after the block of this height. */
static void check_state_is(struct store_fixture *f, const struct store_model *model,
                           struct store_view *view, size_t height)
{
	struct ledger_source source = store_view_source(view);
	const struct model_state *last = &model->states[model->block_count - 1];

	for (size_t i = 0; i < last->count; i++) {
		struct bytes_view key = bytes_view(last->values[i].key, last->values[i].key_size);
		struct hash key_hash = network_state_key(&f->ledger.network, key);
		struct bytes_view expected = {0}, value = {0};
		bool present = model_get(model, height, key, &expected);
		bool found;

		ck_ok(f, source.get_state(source.owner, &key_hash, &value, &found));
		ck_assert_int_eq(found, present);
		ck_assert(!present || bytes_equal(value, expected));
	}
}

START_TEST(a_view_stays_at_its_moment_until_it_is_refreshed)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;
	struct store_header header;
	struct store_entry entry;
	struct bytes_view value;
	bool found;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 24);
	model_run(model, &f, 5, 10);
	view = store_fixture_view(&f);
	model_run(model, &f, 5, 10);
	ck_assert_uint_eq(store_view_tip(view)->header.height, 5);
	ck_assert_int_eq(store_read_header(view, 6, &header, &f.why), STATUS_NOT_FOUND);
	ck_assert_int_eq(
		store_read_entry(view, model->blocks[5].header.log_size + 1, &entry, &f.why),
		STATUS_NOT_FOUND);
	ck_assert_int_eq(
		store_read_state(view, 6, state_key_view(&key), &value, &found, &f.why),
		STATUS_NOT_FOUND);
	check_state_is(&f, model, view, 5);
	ck_ok(&f, store_view_refresh(view, &f.why));
	check_state_is(&f, model, view, 10);
	ck_assert_uint_eq(store_view_tip(view)->header.height, 10);
	ck_ok(&f, store_read_header(view, 10, &header, &f.why));
	store_view_close(view);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(two_blocks_are_committed_with_one_sync)
{
	struct store_fixture f;
	struct store_block blocks[2] = {0};
	struct store_batch batch = {.blocks = blocks, .block_count = 2};
	struct draft *lower, *upper;
	struct hash stream = stream_id_of(text_view("s"));
	const struct tx *txs[2];
	struct store_record record;
	struct store_view *view;

	store_fixture_init(&f, NULL);
	store_fixture_do(&f, 0, make_stream("s", STREAM_WRITE_OPEN));
	txs[0] = ledger_fixture_tx_of(&f.ledger, 1, make_append(&stream, "k", "1"));
	txs[1] = ledger_fixture_tx_of(&f.ledger, 2, make_append(&stream, "k", "2"));
	lower = ledger_fixture_sealed(&f.ledger, NULL, &txs[0], 1);
	upper = ledger_fixture_sealed(&f.ledger, lower, &txs[1], 1);
	blocks[0].draft = lower;
	blocks[1].draft = upper;
	ck_ok(&f, store_write(f.store, &batch, &f.why));
	ck_assert_uint_eq(store_tip(f.store)->header.height, 3);
	draft_free(upper);
	draft_free(lower);
	store_fixture_reopen(&f);
	ck_assert_uint_eq(store_tip(f.store)->header.height, 3);
	view = store_fixture_view(&f);
	ck_ok(&f, store_find_record(view, &stream, 1, &record, &f.why));
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store source");
	TCase *source = tcase_create("source");

	tcase_add_test(source, blocks_executed_over_a_view_are_those_executed_in_memory);
	tcase_add_test(source, a_block_executed_on_one_that_is_being_committed_is_the_same);
	tcase_add_test(source, a_view_knows_the_hash_of_every_block_it_has);
	tcase_add_test(source, a_transaction_of_the_ledger_is_known_and_any_other_is_not);
	tcase_add_test(source, a_view_stays_at_its_moment_until_it_is_refreshed);
	tcase_add_test(source, two_blocks_are_committed_with_one_sync);
	suite_add_tcase(suite, source);
	return suite;
}
