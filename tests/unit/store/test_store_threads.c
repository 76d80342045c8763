/* One thread commits and prunes, others read through views of their own: each view is
 * whole and stays as it is, whatever happens beside it. For the thread sanitizer as
 * well. */
#include "tests/unit/store/store_model.h"

#include <pthread.h>

enum { READERS = 3, BLOCKS = 60 };

struct reader {
	pthread_t thread;
	struct store *store;
	const atomic_bool *done;
	unsigned seed;
	uint64_t views;     /* looked at */
	enum status status; /* what failed first */
	bool is_wrong;
	struct why why;
};

/* Entries of this block and that before it, the roots, and a proof of the state. */
static enum status look(struct reader *reader, struct store_view *view, uint64_t height)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct hash key_hash =
		network_state_key(store_network(reader->store), state_key_view(&key));
	struct store_header header;
	struct state_reader pages;
	struct store_state state;
	struct state_proof proof;
	struct log_reader tiles;
	struct store_log log;
	struct buffer body;
	struct hash root;
	enum status status = store_read_header(view, height, &header, &reader->why);

	if (status != STATUS_OK)
		return status;
	buffer_init(&body, BLOCK_BODY_MAX);
	status = store_read_body(view, height, &body, &reader->why);
	if (status == STATUS_OK)
		reader->is_wrong |= body.size != header.header.body_size;
	buffer_close(&body);
	tiles = store_log_open(&log, view, NULL);
	if (status == STATUS_OK && height > 0) {
		status = log_root_at(&root, &tiles, header.header.log_size, &reader->why);
		reader->is_wrong |=
			status == STATUS_OK && !hash_equal(&root, &header.header.log_root);
	}
	if (status == STATUS_OK)
		status = store_state_open(&state, &pages, view, height, &reader->why);
	if (status == STATUS_OK)
		status = state_tree_prove(&proof, &pages, &state.root, &key_hash, &reader->why);
	return status;
}

static void *read_on(void *owner)
{
	struct reader *reader = owner;
	struct random random = random_from(reader->seed);
	bool last = false;
	struct store_view *view;

	reader->status = store_view_open(&view, reader->store, &reader->why);
	while (reader->status == STATUS_OK && !last) {
		uint64_t tip = store_view_tip(view)->header.height;
		uint64_t kept_from = store_view_kept_from(view);

		last = atomic_load(reader->done);
		for (unsigned i = 0; i < 5 && reader->status == STATUS_OK; i++)
			reader->status =
				look(reader, view,
			         kept_from + random_below(&random, (uint32_t)(tip - kept_from + 1)));
		if (reader->status == STATUS_OK)
			reader->status = look(reader, view, tip);
		if (reader->status == STATUS_OK)
			reader->status = store_view_refresh(view, &reader->why);
		reader->views++;
	}
	store_view_close(view);
	return NULL;
}

START_TEST(readers_see_whole_blocks_while_blocks_are_committed_and_pruned)
{
	struct store_options options = {.prune_window = 5};
	struct reader readers[READERS] = {0};
	atomic_bool done = false;
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, &options);
	model = model_new(&f, 71);
	for (unsigned i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.store = f.store, .done = &done, .seed = i};
		ck_assert_int_eq(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]),
		                 0);
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		struct store_health health;
		bool more;

		model_run(model, &f, 1, 8);
		ck_ok(&f, store_prune(f.store, 20, &more, &f.why));
		if (i % 20 == 10)
			ck_ok(&f, store_compact(f.store, &f.why));
		store_health(f.store, &health);
		ck_assert_uint_eq(health.background_errors, 0);
	}
	atomic_store(&done, true);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		ck_assert_msg(readers[i].status == STATUS_OK, "%s", readers[i].why.text);
		ck_assert(!readers[i].is_wrong);
		ck_assert_uint_gt(readers[i].views, 1);
	}
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store threads");
	TCase *threads = tcase_create("threads");

	tcase_add_test(threads,
	               readers_see_whole_blocks_while_blocks_are_committed_and_pruned);
	suite_add_tcase(suite, threads);
	return suite;
}
