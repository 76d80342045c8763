/* The state tree against the map that it must agree with: roots, proofs of what is there
 * and of what is not, and which pages are needed by whom. */
#include "chain/proof/state_tree.h"

#include "tests/support/support.h"
#include "tests/unit/proof/memory_pages.h"

/* -- Batches
 * ----------------------------------------------------------------------------- */

enum { KEYS = 300, BATCH_MAX = 60 };

/* A small set of keys, so that many changes meet, a third of them in clusters that share
 * 3 to 60 nibbles. */
static struct hash key_numbered(uint32_t number)
{
	struct random random = random_from(number);
	struct hash key_hash = random_hash(&random);

	if (number % 3 == 0) {
		struct random shared = random_from(1000000 + number % 6);
		size_t size = number % 2 ? 2 : number % 12 ? 7 : 30;

		random_fill(&shared, key_hash.bytes, size);
	}
	return key_hash;
}

static size_t random_batch(struct random *random, struct state_change changes[BATCH_MAX])
{
	size_t count = random_below(random, BATCH_MAX + 1);
	uint32_t deletes = random_below(random, 4); /* 0: none ... 3: most */

	for (size_t i = 0; i < count; i++) {
		struct random value = random_from(random_below(random, 4));

		changes[i].key_hash = key_numbered(random_below(random, KEYS));
		changes[i].value_hash = random_hash(&value);
		changes[i].present = random_below(random, 4) >= deletes;
	}
	return count;
}

static void check_root(const struct state_root *root, const struct map *map)
{
	struct hash expected = map_root(map);

	ck_assert(hash_equal(&root->hash, &expected));
}

START_TEST(random_batches_keep_the_root_of_the_map)
{
	struct random random = random_from((uint64_t)_i);
	struct memory_pages pages = {0};
	struct map map = {0};
	struct state_root root = {0};
	static struct state_proof proof;

	for (uint64_t version = 1; version <= 120; version++) {
		struct state_change changes[BATCH_MAX];
		size_t count = random_batch(&random, changes);

		root = memory_pages_update(&pages, root, changes, count, version);
		map_change(&map, changes, count);
		check_root(&root, &map);
		for (int i = 0; i < 5; i++) {
			struct hash key_hash = key_numbered(random_below(&random, 2 * KEYS));

			memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
		}
	}
	memory_pages_close(&pages);
	map_close(&map);
}
END_TEST

START_TEST(every_key_there_and_not_there_is_proved)
{
	struct random random = random_from((uint64_t)_i);
	struct memory_pages pages = {0};
	struct map map = {0};
	struct state_root root = {0};
	static struct state_proof proof;

	for (uint64_t version = 1; version <= 10; version++) {
		struct state_change changes[BATCH_MAX];
		size_t count = random_batch(&random, changes);

		root = memory_pages_update(&pages, root, changes, count, version);
		map_change(&map, changes, count);
	}
	for (uint32_t number = 0; number < 2 * KEYS; number++) {
		struct hash key_hash = key_numbered(number);

		memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	}
	memory_pages_close(&pages);
	map_close(&map);
}
END_TEST

START_TEST(any_order_and_any_batches_give_the_same_root)
{
	enum { COUNT = 200 };
	struct random random = random_from((uint64_t)_i);
	struct state_change changes[COUNT];
	struct map map = {0};

	for (uint32_t i = 0; i < COUNT; i++)
		changes[i] = (struct state_change){.key_hash = key_numbered(i),
		                                   .value_hash = key_numbered(1000 + i),
		                                   .present = true};
	map_change(&map, changes, COUNT);
	for (int round = 0; round < 12; round++) {
		struct memory_pages pages = {0};
		struct state_root root = {0};
		uint64_t version = 0;
		size_t done = 0;

		for (size_t i = COUNT - 1; i > 0; i--) {
			size_t other = random_below(&random, (uint32_t)i + 1);
			struct state_change swapped = changes[i];

			changes[i] = changes[other];
			changes[other] = swapped;
		}
		while (done < COUNT) {
			size_t count = round == 0 ? COUNT : 1 + random_below(&random, 1u << round);

			count = count < COUNT - done ? count : COUNT - done;
			root = memory_pages_update(&pages, root, changes + done, count, ++version);
			done += count;
		}
		check_root(&root, &map);
		memory_pages_close(&pages);
	}
	map_close(&map);
}
END_TEST

/* -- All there is, in a small universe
 * ---------------------------------------------------- */

enum { SMALL_KEYS = 8, SUBSETS = 1 << SMALL_KEYS };

/* Where the six bits of a small key stand in its hash: all in the first page and the
 * second, across the borders of pages, or as far apart as can be. */
static const uint8_t PLACES[][6] = {{0, 1, 2, 3, 4, 5},
                                    {2, 3, 4, 5, 6, 7},
                                    {3, 4, 7, 8, 11, 12},
                                    {0, 63, 64, 128, 254, 255}};

static struct hash small_key(const uint8_t places[6], unsigned number)
{
	struct hash key_hash = {{0}};

	for (unsigned bit = 0; bit < 6; bit++)
		if (number >> bit & 1)
			key_hash.bytes[places[bit] / 8] |= (uint8_t)(0x80u >> places[bit] % 8);
	return key_hash;
}

static void choose_keys(const uint8_t places[6], struct random *random,
                        struct hash keys[SMALL_KEYS])
{
	uint64_t taken = 0;

	for (size_t i = 0; i < SMALL_KEYS;) {
		unsigned number = random_below(random, 64);

		if (taken >> number & 1)
			continue;
		taken |= UINT64_C(1) << number;
		keys[i++] = small_key(places, number);
	}
}

/* The changes that lead from one subset of the keys to another. */
static size_t changes_between(const struct hash keys[SMALL_KEYS], unsigned from,
                              unsigned to, struct state_change changes[SMALL_KEYS])
{
	size_t count = 0;

	for (unsigned i = 0; i < SMALL_KEYS; i++)
		if ((from ^ to) >> i & 1)
			changes[count++] = (struct state_change){
				.key_hash = keys[i], .value_hash = keys[i], .present = to >> i & 1};
	return count;
}

struct subset {
	struct memory_pages pages;
	struct map map;
	struct state_root root;
	struct hash hash;
};

static void subset_init(struct subset *subset, const struct hash keys[SMALL_KEYS],
                        unsigned which)
{
	struct state_change changes[SMALL_KEYS];
	size_t count = changes_between(keys, 0, which, changes);

	*subset = (struct subset){0};
	map_change(&subset->map, changes, count);
	subset->hash = map_root(&subset->map);
	subset->root = memory_pages_update(&subset->pages, subset->root, changes, count, 1);
	ck_assert(hash_equal(&subset->root.hash, &subset->hash));
}

START_TEST(every_subset_of_eight_keys_leads_to_every_other)
{
	static struct subset subsets[SUBSETS];
	struct random random = random_from((uint64_t)_i);
	struct hash keys[SMALL_KEYS];

	choose_keys(PLACES[_i], &random, keys);
	for (unsigned which = 0; which < SUBSETS; which++)
		subset_init(&subsets[which], keys, which);
	for (unsigned from = 0; from < SUBSETS; from++) {
		struct state_reader reader = memory_pages_reader(&subsets[from].pages);
		struct arena arena = {0};

		for (unsigned to = 0; to < SUBSETS; to++) {
			struct state_change changes[SMALL_KEYS];
			size_t count = changes_between(keys, from, to, changes);
			struct state_update update;

			ck_assert_int_eq(state_tree_update(&update, &arena, &reader,
			                                   &subsets[from].root, changes, count, 2,
			                                   NULL),
			                 STATUS_OK);
			ck_assert(hash_equal(&update.root.hash, &subsets[to].hash));
			/* All pages there were, less the stale, and the new: those of the subset. */
			ck_assert_uint_eq(subsets[from].pages.count - update.stale_count +
			                      update.page_count,
			                  subsets[to].pages.count);
		}
		arena_close(&arena);
	}
	for (unsigned which = 0; which < SUBSETS; which++) {
		memory_pages_close(&subsets[which].pages);
		map_close(&subsets[which].map);
	}
}
END_TEST

START_TEST(every_subset_of_eight_keys_proves_the_whole_universe)
{
	struct random random = random_from((uint64_t)_i);
	static struct state_proof proof;
	struct hash keys[SMALL_KEYS];

	choose_keys(PLACES[_i], &random, keys);
	for (unsigned which = 0; which < SUBSETS; which++) {
		struct subset subset;

		subset_init(&subset, keys, which);
		for (unsigned number = 0; number < 64; number++) {
			struct hash key_hash = small_key(PLACES[_i], number);

			memory_pages_prove(&subset.pages, &subset.root, &subset.map, &key_hash,
			                   &proof);
		}
		memory_pages_close(&subset.pages);
		map_close(&subset.map);
	}
}
END_TEST

/* -- Pruning
 * ------------------------------------------------------------------------------ */

/* The pages that a page reaches, itself among them. Fails the test if one is missing, or
 * is not what its parent says. */
static size_t count_below(struct memory_pages *pages, const struct state_page_key *key,
                          const struct hash *expected)
{
	const struct memory_page *stored = memory_pages_find(pages, key);
	struct state_page page;
	struct hash hash;
	size_t count = 1;

	ck_assert_msg(stored != NULL, "a live page is gone");
	ck_assert_int_eq(
		state_page_decode(&page, key, bytes_view(stored->bytes, stored->size)),
		STATUS_OK);
	hash = state_page_hash(&page);
	ck_assert(hash_equal(&hash, expected));
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		const struct state_child *child = &page.children[i];
		struct state_page_key below;

		if (child->kind != STATE_CHILD_PAGE)
			continue;
		below = state_page_child_key(key, i, child);
		count += count_below(pages, &below, &child->hash);
	}
	return count;
}

static size_t count_reachable(struct memory_pages *pages, const struct state_root *root)
{
	struct state_page_key key = {.version = root->version};

	return hash_is_zero(&root->hash) ? 0 : count_below(pages, &key, &root->hash);
}

START_TEST(a_pruned_window_keeps_every_height_in_it_and_nothing_else)
{
	enum { HEIGHTS = 60, WINDOW = 12 };
	static struct state_update updates[HEIGHTS + 1];
	static struct arena arenas[HEIGHTS + 1];
	static struct map maps[HEIGHTS + 1];
	static struct state_proof proof;
	struct random random = random_from((uint64_t)_i);
	struct memory_pages pages = {0};

	for (uint64_t height = 1; height <= HEIGHTS; height++) {
		struct state_reader reader = memory_pages_reader(&pages);
		struct state_change changes[BATCH_MAX];
		size_t count = random_batch(&random, changes);
		uint64_t oldest = height > WINDOW ? height - WINDOW : 0;

		ck_assert_int_eq(state_tree_update(&updates[height], &arenas[height], &reader,
		                                   &updates[height - 1].root, changes, count,
		                                   height, NULL),
		                 STATUS_OK);
		maps[height] = map_copy(&maps[height - 1]);
		map_change(&maps[height], changes, count);
		memory_pages_store(&pages, &updates[height]);
		/* What became stale at a height is needed only below it. */
		memory_pages_drop(&pages, &updates[oldest]);
		for (uint64_t kept = oldest; kept <= height; kept++) {
			struct hash key_hash = key_numbered(random_below(&random, KEYS));

			check_root(&updates[kept].root, &maps[kept]);
			memory_pages_prove(&pages, &updates[kept].root, &maps[kept], &key_hash,
			                   &proof);
		}
	}
	/* Each root in the window reaches all its pages; when all that is stale has gone, the
	 * last root reaches all that is left. */
	for (uint64_t height = HEIGHTS - WINDOW; height < HEIGHTS; height++) {
		count_reachable(&pages, &updates[height].root);
		memory_pages_drop(&pages, &updates[height + 1]);
	}
	ck_assert_uint_eq(count_reachable(&pages, &updates[HEIGHTS].root), pages.count);
	for (size_t height = 0; height <= HEIGHTS; height++) {
		arena_close(&arenas[height]);
		map_close(&maps[height]);
	}
	memory_pages_close(&pages);
}
END_TEST

/* -- The cache of inner hashes
 * --------------------------------------------------------------- */

/* Two chains that part at one block and go on side by side through one cache, under the
 * same version numbers, as undecided proposals do. */
START_TEST(a_cache_shared_by_competing_blocks_is_never_wrong)
{
	enum { CHAINS = 2 };
	struct random random = random_from((uint64_t)_i);
	struct state_inner_cache *cache = state_inner_cache_new();
	struct memory_pages pages[CHAINS] = {{0}};
	struct state_root roots[CHAINS] = {{{{0}}, 0}};
	struct map maps[CHAINS] = {{0}};

	ck_assert_ptr_nonnull(cache);
	for (uint64_t version = 1; version <= 150; version++) {
		struct state_change changes[BATCH_MAX];
		size_t count = 0;

		for (unsigned i = 0; i < CHAINS; i++) {
			struct state_reader reader = memory_pages_reader(&pages[i]);
			struct arena arena = {0};
			struct state_update update;

			/* The same block for both until the 30th, then each its own. */
			if (i == 0 || version >= 30)
				count = random_batch(&random, changes);
			reader.inner = cache;
			ck_assert_int_eq(state_tree_update(&update, &arena, &reader, &roots[i],
			                                   changes, count, version, NULL),
			                 STATUS_OK);
			memory_pages_store(&pages[i], &update);
			memory_pages_drop(&pages[i], &update);
			roots[i] = update.root;
			map_change(&maps[i], changes, count);
			check_root(&roots[i], &maps[i]);
			arena_close(&arena);
		}
	}
	for (unsigned i = 0; i < CHAINS; i++) {
		memory_pages_close(&pages[i]);
		map_close(&maps[i]);
	}
	state_inner_cache_free(cache);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("state tree");
	TCase *tests = tcase_create("state tree");

	tcase_add_loop_test(tests, random_batches_keep_the_root_of_the_map, 0, 20);
	tcase_add_loop_test(tests, every_key_there_and_not_there_is_proved, 0, 10);
	tcase_add_loop_test(tests, any_order_and_any_batches_give_the_same_root, 0, 4);
	tcase_add_loop_test(tests, every_subset_of_eight_keys_leads_to_every_other, 0, 4);
	tcase_add_loop_test(tests, every_subset_of_eight_keys_proves_the_whole_universe, 0,
	                    4);
	tcase_add_loop_test(tests, a_pruned_window_keeps_every_height_in_it_and_nothing_else,
	                    0, 20);
	tcase_add_loop_test(tests, a_cache_shared_by_competing_blocks_is_never_wrong, 0, 10);
	suite_add_tcase(suite, tests);
	return suite;
}
