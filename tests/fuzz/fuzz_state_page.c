/* State pages from a damaged disk. Input: a page's key, then its bytes. Whatever decodes
 * has one encoding; and an update and a proof that find this page wherever they look come
 * back. */
#include "chain/base/invariant.h"
#include "chain/proof/state_hash.h"
#include "chain/proof/state_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static enum status read_page(void *owner, const struct state_page_key *key,
                             struct bytes_view *bytes)
{
	(void)key;
	*bytes = *(struct bytes_view *)owner;
	return STATUS_OK;
}

static enum status read_value_hash(void *owner, const struct hash *key_hash,
                                   struct hash *value_hash)
{
	(void)owner;
	*value_hash = *key_hash;
	return STATUS_OK;
}

static void check_page(const struct state_page_key *key, struct bytes_view bytes)
{
	uint8_t again[STATE_PAGE_SIZE_MAX];
	struct state_page page;

	if (state_page_decode(&page, key, bytes) != STATUS_OK)
		return;
	INVARIANT(state_page_size(&page) == bytes.size);
	state_page_put(again, &page);
	INVARIANT(bytes_equal(bytes_view(again, bytes.size), bytes));
}

/* The page as the root and as everything below it. */
static void check_tree(const struct state_page_key *key, struct bytes_view bytes)
{
	struct state_reader reader = {
		.owner = &bytes, .read_page = read_page, .read_value_hash = read_value_hash};
	struct state_root root = {.version = key->version};
	struct state_page_key root_key = {.version = key->version};
	struct state_change changes[3] = {[0].present = true, [1].present = true};
	static struct state_proof proof;
	struct state_update update;
	struct state_page page;
	struct arena arena = {0};

	memcpy(changes[0].key_hash.bytes, key->nibbles, sizeof key->nibbles);
	changes[1].key_hash = changes[0].key_hash;
	changes[1].key_hash.bytes[31] ^= 1;
	changes[2].key_hash = changes[0].key_hash;
	changes[2].key_hash.bytes[0] ^= 0x10;
	if (state_page_decode(&page, &root_key, bytes) == STATUS_OK)
		root.hash = state_page_hash(&page);
	else
		root.hash.bytes[0] = 1;
	if (state_tree_update(&update, &arena, &reader, &root, changes, 3,
	                      key->version == UINT64_MAX ? 0 : key->version + 1,
	                      NULL) == STATUS_OK)
		INVARIANT(!hash_is_zero(&update.root.hash));
	for (int i = 0; i < 3; i++) {
		const struct hash *key_hash = &changes[i].key_hash;

		if (state_tree_prove(&proof, &reader, &root, key_hash, NULL) == STATUS_OK)
			INVARIANT(state_proof_is_valid(&root.hash, key_hash, NULL, &proof) ||
			          state_proof_is_valid(&root.hash, key_hash, key_hash, &proof));
	}
	arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	struct state_page_key key;

	state_page_key_get(&in, &key);
	if (in.status == STATUS_OK) {
		check_page(&key, bytes_view(in.at, in.left));
		check_tree(&key, bytes_view(in.at, in.left));
	}
	return 0;
}
