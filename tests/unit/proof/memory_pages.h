/* State pages in memory, and the map that the tree must agree with: for the tests of the
 * state tree. The map is the simplest that can be: a sorted array, and its root by the
 * definition, recursively, bit by bit. */
#ifndef TESTS_UNIT_PROOF_MEMORY_PAGES_H
#define TESTS_UNIT_PROOF_MEMORY_PAGES_H

#include "chain/proof/state_hash.h"
#include "chain/proof/state_tree.h"
#include "tests/support/support.h"

#include <stdlib.h>

/* -- The map ------------------------------------------------------------------------ */

struct map_item {
	struct hash key_hash, value_hash;
};

struct map {
	struct map_item *items; /* sorted by key hash */
	size_t count, capacity;
};

static inline size_t map_place(const struct map *map, const struct hash *key_hash)
{
	size_t low = 0;
	size_t high = map->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (hash_compare(&map->items[middle].key_hash, key_hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The value hash of a key, or NULL. */
static inline const struct hash *map_get(const struct map *map,
                                         const struct hash *key_hash)
{
	size_t place = map_place(map, key_hash);

	if (place == map->count || !hash_equal(&map->items[place].key_hash, key_hash))
		return NULL;
	return &map->items[place].value_hash;
}

static inline void map_remove(struct map *map, const struct hash *key_hash)
{
	size_t place = map_place(map, key_hash);

	if (!map_get(map, key_hash))
		return;
	map->count--;
	memmove(&map->items[place], &map->items[place + 1],
	        (map->count - place) * sizeof *map->items);
}

static inline void map_put(struct map *map, const struct hash *key_hash,
                           const struct hash *value_hash)
{
	size_t place;

	map_remove(map, key_hash);
	place = map_place(map, key_hash);
	if (map->count == map->capacity) {
		map->capacity = 2 * map->capacity + 16;
		map->items = realloc(map->items, map->capacity * sizeof *map->items);
		ck_assert_ptr_nonnull(map->items);
	}
	memmove(&map->items[place + 1], &map->items[place],
	        (map->count - place) * sizeof *map->items);
	map->items[place] = (struct map_item){*key_hash, *value_hash};
	map->count++;
}

static inline void map_change(struct map *map, const struct state_change *changes,
                              size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (changes[i].present)
			map_put(map, &changes[i].key_hash, &changes[i].value_hash);
		else
			map_remove(map, &changes[i].key_hash);
	}
}

static inline struct map map_copy(const struct map *map)
{
	struct map copy = {.count = map->count, .capacity = map->count + 1};

	copy.items = malloc(copy.capacity * sizeof *copy.items);
	ck_assert_ptr_nonnull(copy.items);
	if (map->count > 0)
		memcpy(copy.items, map->items, map->count * sizeof *copy.items);
	return copy;
}

static inline void map_close(struct map *map)
{
	free(map->items);
	*map = (struct map){0};
}

static inline struct hash subtree_root(const struct map_item *items, size_t count,
                                       unsigned bit)
{
	struct hash left, right;
	size_t split = 0;

	if (count == 0)
		return (struct hash){{0}};
	if (count == 1)
		return state_leaf_hash(&items[0].key_hash, &items[0].value_hash);
	while (split < count && !(items[split].key_hash.bytes[bit / 8] >> (7 - bit % 8) & 1))
		split++;
	left = subtree_root(items, split, bit + 1);
	right = subtree_root(items + split, count - split, bit + 1);
	return state_inner_hash(&left, &right);
}

static inline struct hash map_root(const struct map *map)
{
	return subtree_root(map->items, map->count, 0);
}

/* -- Pages -------------------------------------------------------------------------- */

struct memory_page {
	struct state_page_key key;
	uint8_t *bytes; /* malloc */
	size_t size;
};

struct memory_pages {
	struct memory_page *slots; /* open addressing; bytes NULL: free */
	size_t capacity, count;
	const struct map *values; /* that state_tree_prove asks for */
	enum status refuse;       /* every read fails with it, unless STATUS_OK */
	unsigned reads;           /* since somebody set it to 0 */
};

static inline size_t page_slot(const struct memory_pages *pages,
                               const struct state_page_key *key)
{
	uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX];
	size_t size = state_page_key_put(bytes, key);
	uint64_t mixed = UINT64_C(14695981039346656037);
	size_t slot;

	for (size_t i = 0; i < size; i++)
		mixed = (mixed ^ bytes[i]) * UINT64_C(1099511628211);
	for (slot = mixed % pages->capacity; pages->slots[slot].bytes;
	     slot = (slot + 1) % pages->capacity)
		if (memcmp(&pages->slots[slot].key, key, sizeof *key) == 0)
			break;
	return slot;
}

static inline const struct memory_page *
memory_pages_find(const struct memory_pages *pages, const struct state_page_key *key)
{
	const struct memory_page *page;

	if (pages->capacity == 0)
		return NULL;
	page = &pages->slots[page_slot(pages, key)];
	return page->bytes ? page : NULL;
}

static inline void memory_pages_put(struct memory_pages *pages,
                                    const struct state_page_key *key,
                                    struct bytes_view bytes);

/* Into a table of twice the size, without the slot `without`. */
static inline void memory_pages_rehash(struct memory_pages *pages, size_t capacity,
                                       size_t without)
{
	struct memory_pages bigger = {.capacity = capacity,
	                              .slots = calloc(capacity, sizeof *bigger.slots)};

	ck_assert_ptr_nonnull(bigger.slots);
	for (size_t i = 0; i < pages->capacity; i++)
		if (i != without && pages->slots[i].bytes)
			bigger.slots[page_slot(&bigger, &pages->slots[i].key)] = pages->slots[i];
	free(pages->slots);
	pages->slots = bigger.slots;
	pages->capacity = capacity;
}

static inline void memory_pages_put(struct memory_pages *pages,
                                    const struct state_page_key *key,
                                    struct bytes_view bytes)
{
	struct memory_page *page;

	if (2 * (pages->count + 1) > pages->capacity)
		memory_pages_rehash(pages, 2 * pages->capacity + 64, SIZE_MAX);
	page = &pages->slots[page_slot(pages, key)];
	ck_assert_msg(!page->bytes, "a page was written twice");
	page->key = *key;
	page->bytes = malloc(bytes.size + 1);
	ck_assert_ptr_nonnull(page->bytes);
	memcpy(page->bytes, bytes.at, bytes.size);
	page->size = bytes.size;
	pages->count++;
}

/* Fails the test if the page is not there. */
static inline void memory_pages_remove(struct memory_pages *pages,
                                       const struct state_page_key *key)
{
	size_t slot;

	ck_assert_msg(memory_pages_find(pages, key) != NULL, "a stale page was not there");
	slot = page_slot(pages, key);
	free(pages->slots[slot].bytes);
	pages->slots[slot].bytes = NULL;
	pages->count--;
	/* What was pushed on by the collision moves up. */
	for (size_t next = (slot + 1) % pages->capacity; pages->slots[next].bytes;
	     next = (next + 1) % pages->capacity) {
		struct memory_page moved = pages->slots[next];

		pages->slots[next].bytes = NULL;
		pages->slots[page_slot(pages, &moved.key)] = moved;
	}
}

static inline void memory_pages_close(struct memory_pages *pages)
{
	for (size_t i = 0; i < pages->capacity; i++)
		free(pages->slots[i].bytes);
	free(pages->slots);
	*pages = (struct memory_pages){0};
}

static inline enum status memory_pages_read(void *owner, const struct state_page_key *key,
                                            struct bytes_view *bytes)
{
	struct memory_pages *pages = owner;
	const struct memory_page *page = memory_pages_find(pages, key);

	pages->reads++;
	if (pages->refuse != STATUS_OK)
		return pages->refuse;
	if (!page)
		return STATUS_NOT_FOUND;
	*bytes = bytes_view(page->bytes, page->size);
	return STATUS_OK;
}

static inline enum status memory_pages_value(void *owner, const struct hash *key_hash,
                                             struct hash *value_hash)
{
	struct memory_pages *pages = owner;
	const struct hash *found = map_get(pages->values, key_hash);

	if (!found)
		return STATUS_NOT_FOUND;
	*value_hash = *found;
	return STATUS_OK;
}

static inline struct state_reader memory_pages_reader(struct memory_pages *pages)
{
	return (struct state_reader){.owner = pages,
	                             .read_page = memory_pages_read,
	                             .read_value_hash = memory_pages_value};
}

/* Puts the new pages of an update; the stale ones stay. */
static inline void memory_pages_store(struct memory_pages *pages,
                                      const struct state_update *update)
{
	size_t count = 0;

	for (const struct state_new_page *page = update->pages; page; page = page->next) {
		memory_pages_put(pages, &page->key, page->bytes);
		count++;
	}
	ck_assert_uint_eq(count, update->page_count);
}

static inline void memory_pages_drop(struct memory_pages *pages,
                                     const struct state_update *update)
{
	size_t count = 0;

	for (const struct state_stale_page *page = update->stale; page; page = page->next) {
		memory_pages_remove(pages, &page->key);
		count++;
	}
	ck_assert_uint_eq(count, update->stale_count);
}

/* One update, stored, its stale pages dropped; gives the root after it. */
static inline struct state_root memory_pages_update(struct memory_pages *pages,
                                                    struct state_root root,
                                                    const struct state_change *changes,
                                                    size_t count, uint64_t version)
{
	struct state_reader reader = memory_pages_reader(pages);
	struct arena arena = {0};
	struct state_update update;

	ck_assert_int_eq(
		state_tree_update(&update, &arena, &reader, &root, changes, count, version, NULL),
		STATUS_OK);
	memory_pages_store(pages, &update);
	memory_pages_drop(pages, &update);
	root = update.root;
	arena_close(&arena);
	return root;
}

/* Proves a key under a root, checks the proof, and that it says what the map says. */
static inline void memory_pages_prove(struct memory_pages *pages,
                                      const struct state_root *root,
                                      const struct map *map, const struct hash *key_hash,
                                      struct state_proof *proof)
{
	struct state_reader reader = memory_pages_reader(pages);
	const struct hash *value_hash = map_get(map, key_hash);
	struct hash other = {{1}};

	pages->values = map;
	ck_assert_int_eq(state_tree_prove(proof, &reader, root, key_hash, NULL), STATUS_OK);
	ck_assert(state_proof_is_valid(&root->hash, key_hash, value_hash, proof));
	ck_assert(!state_proof_is_valid(&root->hash, key_hash, &other, proof));
	if (value_hash)
		ck_assert(!state_proof_is_valid(&root->hash, key_hash, NULL, proof));
}

#endif
