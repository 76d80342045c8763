/* Updating the state tree: one pass down and up again.
 *
 * The changes, sorted by key hash, go down together and part where their nibbles do, so
 * that each page on the way is read and written once however many of them it takes. On
 * the way up the pages that really changed are hashed and written; one that is left with
 * a lone leaf gives it to its parent, and one that is left with nothing goes. */
#include "chain/proof/state_tree.h"

#include "chain/base/invariant.h"
#include "chain/proof/state_hash.h"
#include "chain/proof/state_read.h"
#include "chain/proof/state_sort.h"

#include <inttypes.h>

struct run {
	struct state_update *update;
	struct arena *arena;
	const struct state_reader *reader;
	uint64_t version;
	struct why *why;
};

/* The changes for one subtree; all their key hashes begin with its path. Never empty. */
struct group {
	const struct state_order *at;
	size_t count;
};

static enum status change_page(struct run *run, struct state_child *node, unsigned depth,
                               struct group group, bool *changed);

static const struct hash *path_of(struct group group)
{
	return &group.at[0].change->key_hash;
}

/* Takes the changes that share the next nibble off the front of *rest. */
static struct group next_group(struct group *rest, unsigned depth)
{
	unsigned nibble = state_nibble(path_of(*rest), depth);
	struct group group = {.at = rest->at, .count = 1};

	while (group.count < rest->count &&
	       state_nibble(&rest->at[group.count].change->key_hash, depth) == nibble)
		group.count++;
	rest->at += group.count;
	rest->count -= group.count;
	return group;
}

/* One change where no other key is. */
static void change_leaf(struct state_child *node, const struct state_change *change,
                        bool *changed)
{
	struct hash hash;

	*changed = false;
	if (!change->present) {
		*changed = node->kind != STATE_CHILD_NONE;
		node->kind = STATE_CHILD_NONE;
		return;
	}
	hash = state_leaf_hash(&change->key_hash, &change->value_hash);
	if (node->kind == STATE_CHILD_LEAF && hash_equal(&node->hash, &hash))
		return;
	*changed = true;
	*node = (struct state_child){
		.kind = STATE_CHILD_LEAF, .hash = hash, .key_hash = change->key_hash};
}

static enum status change_child(struct run *run, struct state_child *node, unsigned depth,
                                struct group group, bool *changed)
{
	bool alone =
		group.count == 1 &&
		(node->kind == STATE_CHILD_NONE ||
	     (node->kind == STATE_CHILD_LEAF && hash_equal(&node->key_hash, path_of(group))));

	if (!alone)
		return change_page(run, node, depth, group, changed);
	change_leaf(node, group.at[0].change, changed);
	return STATUS_OK;
}

/* The page at a node as it is; for a node that is none yet, as if it were one. */
static enum status page_open(struct run *run, struct state_page *page,
                             const struct state_child *node, unsigned depth,
                             const struct hash *path)
{
	if (node->kind == STATE_CHILD_PAGE) {
		struct state_page_key key = state_page_key_of(node->version, depth, path);

		return state_read_page(run->reader, &key, page, run->why);
	}
	for (unsigned i = 0; i < STATE_PAGE_WIDTH; i++)
		page->children[i].kind = STATE_CHILD_NONE;
	if (node->kind == STATE_CHILD_LEAF)
		page->children[state_nibble(&node->key_hash, depth)] = *node;
	return STATUS_OK;
}

static enum status out_of_memory(struct run *run)
{
	return why_set(run->why, STATUS_MEMORY, "update the state tree");
}

static enum status stale_add(struct run *run, uint64_t version, unsigned depth,
                             const struct hash *path)
{
	struct state_stale_page *stale = arena_take(run->arena, sizeof *stale);

	if (!stale)
		return out_of_memory(run);
	stale->key = state_page_key_of(version, depth, path);
	stale->next = run->update->stale;
	run->update->stale = stale;
	run->update->stale_count++;
	return STATUS_OK;
}

static enum status page_add(struct run *run, const struct state_page *page,
                            unsigned depth, const struct hash *path)
{
	size_t size = state_page_size(page);
	struct state_new_page *new_page = arena_take(run->arena, sizeof *new_page + size);
	uint8_t *bytes;

	if (!new_page)
		return out_of_memory(run);
	bytes = (uint8_t *)(new_page + 1);
	state_page_put(bytes, page);
	new_page->key = state_page_key_of(run->version, depth, path);
	new_page->bytes = bytes_view(bytes, size);
	new_page->next = run->update->pages;
	run->update->pages = new_page;
	run->update->page_count++;
	return STATUS_OK;
}

/* What a node becomes when its page has become `page`, with the children in `dirty`
 * changed. The root alone may hold a lone leaf: it has no parent to take it. */
static enum status page_close(struct run *run, const struct state_page *page,
                              struct state_child *node, unsigned depth,
                              const struct hash *path, unsigned dirty)
{
	struct hash *kept = state_inner_cache_at(run->reader->inner, depth, path);
	bool was_page = node->kind == STATE_CHILD_PAGE;
	uint64_t version = was_page ? node->version : 0;
	struct hash inner[STATE_PAGE_WIDTH];
	struct state_nodes nodes;
	enum status status = STATUS_OK;

	if (!kept || !was_page || !hash_equal(&kept[1], &node->hash))
		dirty = STATE_PAGE_ALL;
	state_page_nodes(&nodes, page, dirty, kept ? kept : inner);
	if (nodes.kind[1] == STATE_CHILD_NONE) {
		node->kind = STATE_CHILD_NONE;
	} else if (nodes.kind[1] == STATE_CHILD_LEAF && depth > 0) {
		*node = *nodes.leaf[1];
	} else {
		*node = (struct state_child){
			.kind = STATE_CHILD_PAGE, .hash = *nodes.hash[1], .version = run->version};
		status = page_add(run, page, depth, path);
	}
	if (status == STATUS_OK && was_page)
		status = stale_add(run, version, depth, path);
	return status;
}

/* Recurses at most STATE_DEPTH_MAX deep: two keys part at the last nibble at the latest,
 * and no page below that decodes. */
static enum status change_page(struct run *run, struct state_child *node, unsigned depth,
                               struct group group, bool *changed)
{
	const struct hash *path = path_of(group);
	struct state_page page;
	unsigned dirty = 0;
	enum status status;

	INVARIANT(depth < STATE_DEPTH_MAX);
	status = page_open(run, &page, node, depth, path);
	while (status == STATUS_OK && group.count > 0) {
		unsigned nibble = state_nibble(path_of(group), depth);
		struct group part = next_group(&group, depth);
		bool child_changed = false;

		status =
			change_child(run, &page.children[nibble], depth + 1, part, &child_changed);
		dirty |= (unsigned)child_changed << nibble;
	}
	*changed = dirty != 0;
	if (status == STATUS_OK && *changed)
		status = page_close(run, &page, node, depth, path, dirty);
	return status;
}

static enum status change_root(struct run *run, struct group group)
{
	struct state_root *root = &run->update->root;
	struct state_child node = {.kind = hash_is_zero(&root->hash) ? STATE_CHILD_NONE
	                                                             : STATE_CHILD_PAGE,
	                           .hash = root->hash,
	                           .version = root->version};
	bool changed = false;
	enum status status = change_page(run, &node, 0, group, &changed);

	if (status != STATUS_OK || !changed)
		return status;
	*root = (struct state_root){0};
	if (node.kind == STATE_CHILD_PAGE)
		*root = (struct state_root){.hash = node.hash, .version = node.version};
	return STATUS_OK;
}

enum status state_tree_update(struct state_update *update, struct arena *arena,
                              const struct state_reader *reader,
                              const struct state_root *before,
                              const struct state_change *changes, size_t count,
                              uint64_t version, struct why *why)
{
	struct run run = {.update = update,
	                  .arena = arena,
	                  .reader = reader,
	                  .version = version,
	                  .why = why};
	struct state_order *order;
	enum status status;

	*update = (struct state_update){.root = *before};
	if (!hash_is_zero(&before->hash) && version <= before->version)
		return why_set(why, STATUS_CORRUPT,
		               "the state tree of version %" PRIu64
		               " cannot come before version %" PRIu64,
		               before->version, version);
	if (count == 0)
		return STATUS_OK;
	order = state_order_new(changes, &count);
	if (!order)
		return out_of_memory(&run);
	status = change_root(&run, (struct group){.at = order, .count = count});
	memory_free(order);
	return status;
}
