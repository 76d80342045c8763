/* The state at every height, against a model that kept a copy of all of it after each
 * block; its proofs; and what pruning takes away, and what not. */
#include "tests/unit/store/store_model.h"

#include "chain/proof/state_hash.h"

/* -- One height -------------------------------------------------------------------- */

static void check_value(struct store_fixture *f, const struct store_model *model,
                        struct store_view *view, size_t height, struct bytes_view key)
{
	struct bytes_view expected = {0}, value = {0};
	bool present = model_get(model, height, key, &expected);
	bool found = !present;

	ck_ok(f, store_read_state(view, height, key, &value, &found, &f->why));
	ck_assert_int_eq(found, present);
	ck_assert(!present || bytes_equal(value, expected));
}

static void check_proof(struct store_fixture *f, const struct store_model *model,
                        struct store_view *view, size_t height, struct bytes_view key)
{
	struct hash key_hash = network_state_key(&f->ledger.network, key);
	struct bytes_view expected = {0};
	bool present = model_get(model, height, key, &expected);
	struct hash value_hash = state_value_hash(expected);
	struct state_reader reader;
	struct store_state state;
	struct state_proof proof;

	ck_ok(f, store_state_open(&state, &reader, view, height, &f->why));
	ck_assert(hash_equal(&state.root.hash, &model->blocks[height].header.state_root));
	ck_ok(f, state_tree_prove(&proof, &reader, &state.root, &key_hash, &f->why));
	ck_assert(state_proof_is_valid(&state.root.hash, &key_hash,
	                               present ? &value_hash : NULL, &proof));
}

/* Every key that any height had, at this one. */
static void check_height(struct store_fixture *f, const struct store_model *model,
                         struct store_view *view, size_t height)
{
	size_t last = model->block_count - 1;

	for (size_t other = 0; other <= last; other += other + 7 < last ? 7 : 1) {
		const struct model_state *state = &model->states[other];

		for (size_t i = 0; i < state->count; i++) {
			struct bytes_view key =
				bytes_view(state->values[i].key, state->values[i].key_size);
			struct bytes_view ignored;

			/* Once is enough for a key that the height before had as well. */
			if (other >= 7 && model_get(model, other - 7, key, &ignored))
				continue;
			check_value(f, model, view, height, key);
			check_proof(f, model, view, height, key);
		}
	}
	check_value(f, model, view, height, text_view("no such key"));
	check_proof(f, model, view, height, text_view("no such key"));
}

static void check_is_pruned(struct store_fixture *f, struct store_view *view,
                            size_t height)
{
	struct state_reader reader;
	struct store_state state;
	struct bytes_view value;
	bool found;

	ck_assert_int_eq(
		store_read_state(view, height, text_view("\x04"), &value, &found, &f->why),
		STATUS_PRUNED);
	ck_assert_ptr_nonnull(strstr(f->why.text, "no longer kept here"));
	ck_assert_int_eq(store_state_open(&state, &reader, view, height, &f->why),
	                 STATUS_PRUNED);
}

static void check_history(struct store_fixture *f, const struct store_model *model,
                          uint64_t kept_from)
{
	struct store_view *view = store_fixture_view(f);
	struct bytes_view value;
	bool found;

	ck_assert_uint_eq(store_view_kept_from(view), kept_from);
	for (size_t height = 0; height < model->block_count; height++) {
		if (height < kept_from)
			check_is_pruned(f, view, height);
		else
			check_height(f, model, view, height);
	}
	ck_assert_int_eq(store_read_state(view, model->block_count, text_view("x"), &value,
	                                  &found, &f->why),
	                 STATUS_NOT_FOUND);
	store_view_close(view);
}

/* Exactly the rows that heights from `kept_from` on need. */
static void check_rows(struct store_fixture *f, const struct store_model *model,
                       uint64_t kept_from)
{
	size_t pages = 0, history = 0, stale = 0;

	for (size_t i = 0; i < model->block_count; i++) {
		const struct model_block *block = &model->blocks[i];

		pages += block->new_page_count;
		if (i <= kept_from) {
			pages -= block->stale_page_count;
			continue;
		}
		history += block->change_count;
		stale += block->change_count > 0;
	}
	ck_assert_uint_eq(store_fixture_rows(f, FAMILY_NODE), pages);
	ck_assert_uint_eq(store_fixture_rows(f, FAMILY_STATE_HISTORY), history);
	ck_assert_uint_eq(store_fixture_rows(f, FAMILY_STALE), stale);
	ck_assert_uint_eq(store_fixture_rows(f, FAMILY_STATE),
	                  memory_ledger_value_count(&f->ledger.ledger));
}

static void prune_all(struct store_fixture *f, size_t row_count_max)
{
	bool more = true;

	while (more)
		ck_ok(f, store_prune(f->store, row_count_max, &more, &f->why));
}

/* -- Tests ------------------------------------------------------------------------- */

START_TEST(every_height_can_be_read_and_proved_for_ever_without_a_window)
{
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 11);
	model_run(model, &f, 30, 8);
	prune_all(&f, 100);
	check_history(&f, model, 0);
	check_rows(&f, model, 0);
	store_fixture_reopen(&f);
	ck_ok(&f, store_compact(f.store, &f.why));
	check_history(&f, model, 0);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(pruning_keeps_the_window_and_deletes_the_rest)
{
	struct store_options options = {.prune_window = 5};
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, &options);
	model = model_new(&f, 12);
	for (unsigned i = 0; i < 25; i++) {
		model_run(model, &f, 1, 8);
		prune_all(&f, 1000);
	}
	check_history(&f, model, 20);
	check_rows(&f, model, 20);
	ck_ok(&f, store_compact(f.store, &f.why));
	store_fixture_reopen(&f);
	check_history(&f, model, 20);
	check_rows(&f, model, 20);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(pruning_goes_on_where_it_was_stopped)
{
	struct store_options options = {.prune_window = 4};
	struct store_fixture f;
	struct store_model *model;
	bool more = true;
	unsigned call_count = 0;
	uint64_t kept_from = 0;

	store_fixture_init(&f, &options);
	model = model_new(&f, 13);
	model_run(model, &f, 16, 8);
	/* Few rows a call, in the middle of stale rows, with a restart after each third. */
	for (; more; call_count++) {
		size_t before = store_fixture_rows(&f, FAMILY_NODE) +
		                store_fixture_rows(&f, FAMILY_STATE_HISTORY);
		struct store_view *view;
		size_t after;

		ck_ok(&f, store_prune(f.store, 7, &more, &f.why));
		after = store_fixture_rows(&f, FAMILY_NODE) +
		        store_fixture_rows(&f, FAMILY_STATE_HISTORY);
		ck_assert_uint_le(after, before);
		ck_assert_uint_le(before - after, 7);
		view = store_fixture_view(&f);
		ck_assert_uint_ge(store_view_kept_from(view), kept_from);
		kept_from = store_view_kept_from(view);
		check_height(&f, model, view, 16);
		check_height(&f, model, view, kept_from);
		store_view_close(view);
		if (call_count % 3 == 2)
			store_fixture_reopen(&f);
	}
	ck_assert_uint_gt(call_count, 10);
	check_history(&f, model, 12);
	check_rows(&f, model, 12);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_view_reads_what_was_pruned_after_it_was_opened)
{
	struct store_options options = {.prune_window = 2};
	struct store_fixture f;
	struct store_model *model;
	struct store_view *view;

	store_fixture_init(&f, &options);
	model = model_new(&f, 14);
	model_run(model, &f, 12, 8);
	view = store_fixture_view(&f);
	prune_all(&f, 1000);
	ck_ok(&f, store_compact(f.store, &f.why));
	for (size_t height = 0; height <= 12; height++)
		check_height(&f, model, view, height);
	ck_ok(&f, store_view_refresh(view, &f.why));
	check_is_pruned(&f, view, 9);
	check_height(&f, model, view, 10);
	store_view_close(view);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_window_can_be_made_smaller_and_larger_between_starts)
{
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 15);
	model_run(model, &f, 10, 8);
	f.options.prune_window = 3;
	store_fixture_reopen(&f);
	prune_all(&f, 1000);
	check_history(&f, model, 7);
	f.options.prune_window = 6;
	store_fixture_reopen(&f);
	prune_all(&f, 1000);
	check_history(&f, model, 7);
	model_run(model, &f, 5, 8);
	prune_all(&f, 1000);
	check_history(&f, model, 9);
	check_rows(&f, model, 9);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_chain_shorter_than_the_window_is_left_alone)
{
	struct store_options options = {.prune_window = 10};
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, &options);
	model = model_new(&f, 16);
	prune_all(&f, 1000);
	model_run(model, &f, 10, 8);
	prune_all(&f, 1000);
	check_history(&f, model, 0);
	check_rows(&f, model, 0);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store history");
	TCase *history = tcase_create("history");

	tcase_add_test(history,
	               every_height_can_be_read_and_proved_for_ever_without_a_window);
	tcase_add_test(history, pruning_keeps_the_window_and_deletes_the_rest);
	tcase_add_test(history, pruning_goes_on_where_it_was_stopped);
	tcase_add_test(history, a_view_reads_what_was_pruned_after_it_was_opened);
	tcase_add_test(history, a_window_can_be_made_smaller_and_larger_between_starts);
	tcase_add_test(history, a_chain_shorter_than_the_window_is_left_alone);
	suite_add_tcase(suite, history);
	return suite;
}
