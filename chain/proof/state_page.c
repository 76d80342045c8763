#include "chain/proof/state_page.h"

#include "chain/base/invariant.h"
#include "chain/codec/writer.h"
#include "chain/proof/state_hash.h"

struct state_page_key state_page_key_of(uint64_t version, unsigned depth,
                                        const struct hash *key_hash)
{
	struct state_page_key key = {.version = version, .depth = (uint8_t)depth};

	INVARIANT(depth < STATE_DEPTH_MAX);
	memcpy(key.nibbles, key_hash->bytes, (depth + 1) / 2);
	if (depth % 2)
		key.nibbles[depth / 2] &= 0xf0;
	return key;
}

size_t state_page_key_put(uint8_t bytes[STATE_PAGE_KEY_SIZE_MAX],
                          const struct state_page_key *key)
{
	size_t path_size = (key->depth + 1u) / 2;

	INVARIANT(key->depth < STATE_DEPTH_MAX);
	put_be64(bytes, key->version);
	bytes[8] = key->depth;
	memcpy(bytes + 9, key->nibbles, path_size);
	return 9 + path_size;
}

void state_page_key_get(struct cursor *in, struct state_page_key *key)
{
	const uint8_t *version = cursor_take(in, sizeof key->version);
	struct bytes_view path;

	*key = (struct state_page_key){.version = version ? get_be64(version) : 0,
	                               .depth = cursor_u8(in)};
	if (key->depth >= STATE_DEPTH_MAX) {
		cursor_fail(in, STATUS_MALFORMED);
		return;
	}
	path = cursor_take_view(in, (key->depth + 1u) / 2);
	if (path.size == 0)
		return;
	memcpy(key->nibbles, path.at, path.size);
	if (key->depth % 2 && (key->nibbles[key->depth / 2] & 0x0f) != 0)
		cursor_fail(in, STATUS_MALFORMED);
}

struct state_page_key state_page_child_key(const struct state_page_key *parent,
                                           unsigned index,
                                           const struct state_child *child)
{
	struct state_page_key key = *parent;

	INVARIANT(parent->depth + 1 < STATE_DEPTH_MAX && index < STATE_PAGE_WIDTH);
	key.version = child->version;
	key.nibbles[key.depth / 2] |= (uint8_t)(key.depth % 2 ? index : index << 4);
	key.depth++;
	return key;
}

/* Is the path of the page, and then nibble `index`, the beginning of this key hash? */
static bool leaf_belongs(const struct state_page_key *key, unsigned index,
                         const struct hash *key_hash)
{
	return state_nibble(key_hash, key->depth) == index &&
	       memcmp(key->nibbles, key_hash->bytes, key->depth / 2) == 0 &&
	       (key->depth % 2 == 0 ||
	        key->nibbles[key->depth / 2] >> 4 == state_nibble(key_hash, key->depth - 1u));
}

static void get_child(struct cursor *in, struct state_child *child, bool is_leaf,
                      const struct state_page_key *key, unsigned index)
{
	child->hash = cursor_hash(in);
	if (is_leaf) {
		child->kind = STATE_CHILD_LEAF;
		child->key_hash = cursor_hash(in);
	} else {
		child->kind = STATE_CHILD_PAGE;
		child->version = cursor_u64(in);
	}
	if (in->status != STATUS_OK)
		return;
	if (hash_is_zero(&child->hash))
		cursor_fail(in, STATUS_MALFORMED);
	else if (is_leaf && !leaf_belongs(key, index, &child->key_hash))
		cursor_fail(in, STATUS_MALFORMED);
	else if (!is_leaf &&
	         (child->version > key->version || key->depth == STATE_DEPTH_MAX - 1))
		cursor_fail(in, STATUS_MALFORMED);
}

enum status state_page_decode(struct state_page *page, const struct state_page_key *key,
                              struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	unsigned exists = cursor_u16(&in);
	unsigned is_leaf = cursor_u16(&in);
	bool lone = (exists & (exists - 1)) == 0;

	if (in.status == STATUS_OK) {
		if (exists == 0 || (is_leaf & ~exists) != 0)
			cursor_fail(&in, STATUS_MALFORMED);
		else if (lone && is_leaf != 0 && key->depth > 0)
			cursor_fail(&in, STATUS_MALFORMED);
	}
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		page->children[i].kind = STATE_CHILD_NONE;
		if (exists >> i & 1)
			get_child(&in, &page->children[i], is_leaf >> i & 1, key, i);
	}
	return cursor_finish(&in);
}

size_t state_page_size(const struct state_page *page)
{
	size_t size = 4;

	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		switch (page->children[i].kind) {
		case STATE_CHILD_NONE:
			break;
		case STATE_CHILD_LEAF:
			size += 2 * HASH_SIZE;
			break;
		case STATE_CHILD_PAGE:
			size += HASH_SIZE + sizeof page->children[i].version;
			break;
		}
	}
	return size;
}

void state_page_put(uint8_t *bytes, const struct state_page *page)
{
	struct writer out = writer_on(bytes, state_page_size(page));
	unsigned exists = 0;
	unsigned is_leaf = 0;

	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		exists |= (unsigned)(page->children[i].kind != STATE_CHILD_NONE) << i;
		is_leaf |= (unsigned)(page->children[i].kind == STATE_CHILD_LEAF) << i;
	}
	writer_u16(&out, (uint16_t)exists);
	writer_u16(&out, (uint16_t)is_leaf);
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		const struct state_child *child = &page->children[i];

		if (child->kind == STATE_CHILD_NONE)
			continue;
		writer_hash(&out, &child->hash);
		if (child->kind == STATE_CHILD_LEAF)
			writer_hash(&out, &child->key_hash);
		else
			writer_u64(&out, child->version);
	}
}

/* Nothing and nothing is nothing, nothing and a leaf is that leaf, all else is hashed. */
static void join(struct state_nodes *nodes, unsigned i, bool changed, struct hash *inner)
{
	unsigned left = 2 * i;
	unsigned right = left + 1;
	bool right_only = nodes->kind[left] == STATE_CHILD_NONE;

	if ((right_only && nodes->kind[right] != STATE_CHILD_PAGE) ||
	    (nodes->kind[right] == STATE_CHILD_NONE &&
	     nodes->kind[left] != STATE_CHILD_PAGE)) {
		unsigned from = right_only ? right : left;

		nodes->kind[i] = nodes->kind[from];
		nodes->hash[i] = nodes->hash[from];
		nodes->leaf[i] = nodes->leaf[from];
		return;
	}
	if (changed)
		*inner = state_inner_hash(nodes->hash[left], nodes->hash[right]);
	nodes->kind[i] = STATE_CHILD_PAGE;
	nodes->hash[i] = inner;
	nodes->leaf[i] = NULL;
}

void state_page_nodes(struct state_nodes *nodes, const struct state_page *page,
                      unsigned changed, struct hash inner[STATE_PAGE_WIDTH])
{
	static const struct hash nothing;
	uint32_t dirty = (uint32_t)changed << STATE_PAGE_WIDTH;

	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++) {
		const struct state_child *child = &page->children[i];
		unsigned node = STATE_PAGE_WIDTH + i;

		nodes->kind[node] = (uint8_t)child->kind;
		nodes->hash[node] = child->kind == STATE_CHILD_NONE ? &nothing : &child->hash;
		nodes->leaf[node] = child->kind == STATE_CHILD_LEAF ? child : NULL;
	}
	for (unsigned i = STATE_PAGE_WIDTH - 1; i > 0; i--) {
		bool above = dirty >> 2 * i & 3;

		dirty |= (uint32_t)above << i;
		join(nodes, i, above, &inner[i]);
	}
}

struct hash state_page_hash(const struct state_page *page)
{
	struct hash inner[STATE_PAGE_WIDTH];
	struct state_nodes nodes;

	state_page_nodes(&nodes, page, STATE_PAGE_ALL, inner);
	return *nodes.hash[1];
}
