#include "node/drive/rebuild.h"

#include "chain/base/invariant.h"
#include "chain/proof/log.h"

/* Names that stand further from where they belong are not looked for: the peer chose them. */
enum { PROBES_MAX = 64 };

/* -- The table of names -------------------------------------------------------------------------- */

static size_t first_probe(const struct rebuild *rebuild, uint64_t name)
{
	return (size_t)(name * rebuild->multiplier >> (64 - rebuild->table_bits));
}

static size_t next_probe(const struct rebuild *rebuild, size_t at)
{
	return (at + 1) & (((size_t)1 << rebuild->table_bits) - 1);
}

/* The first position of this name; -1: none. */
static long find_name(const struct rebuild *rebuild, uint64_t name)
{
	size_t at = first_probe(rebuild, name);

	for (int i = 0; i < PROBES_MAX && rebuild->table[at] > 0; i++) {
		long position = rebuild->table[at] - 1;

		if (rebuild->names[position] == name)
			return position;
		at = next_probe(rebuild, at);
	}
	return -1;
}

static void add_name(struct rebuild *rebuild, size_t position, uint64_t name)
{
	long twin = find_name(rebuild, name);
	size_t at = first_probe(rebuild, name);

	rebuild->names[position] = name;
	if (twin >= 0) {
		rebuild->positions[twin].is_barred = true;
		rebuild->positions[position].is_barred = true;
		return;
	}
	for (int i = 0; i < PROBES_MAX; i++) {
		if (rebuild->table[at] == 0) {
			rebuild->table[at] = (uint16_t)(position + 1);
			return;
		}
		at = next_probe(rebuild, at);
	}
	rebuild->positions[position].is_barred = true;
}

/* -- Positions -------------------------------------------------------------------------------------- */

static enum status set_position(struct rebuild *rebuild, size_t index,
                                struct bytes_view tx, const struct hash *leaf_hash)
{
	struct rebuild_position *position = &rebuild->positions[index];
	const uint8_t *copy = arena_copy(&rebuild->bytes, tx.at, tx.size);

	INVARIANT(!position->at);
	if (!copy)
		return STATUS_MEMORY;
	position->at = copy;
	position->size = (uint16_t)tx.size;
	position->leaf_hash = *leaf_hash;
	rebuild->missing_count--;
	rebuild->body_size += body_entry_size(tx.size);
	return STATUS_OK;
}

static void clear_position(struct rebuild *rebuild, size_t index)
{
	struct rebuild_position *position = &rebuild->positions[index];

	if (!position->at)
		return;
	rebuild->missing_count++;
	rebuild->body_size -= body_entry_size(position->size);
	position->at = NULL; /* its bytes stay until the end; body_size bounds them */
}

/* -- Life ---------------------------------------------------------------------------------------------- */

static bool take_prefilled(struct rebuild *rebuild, const struct compact_body *compact)
{
	struct cursor in = cursor_on(compact->prefilled);

	for (size_t i = 0; i < compact->prefilled_count; i++) {
		uint16_t index;
		struct bytes_view tx = compact_next_prefilled(&in, &index);
		struct hash leaf_hash = log_leaf_hash(tx);

		if (set_position(rebuild, index, tx, &leaf_hash) != STATUS_OK)
			return false;
	}
	return true;
}

static void take_names(struct rebuild *rebuild, const struct compact_body *compact)
{
	const uint8_t *at = compact->short_ids.at;

	for (size_t i = 0; i < compact->tx_count; i++) {
		if (rebuild->positions[i].at)
			continue;
		add_name(rebuild, i, get_le64(at));
		at += SHORT_ID_SIZE;
	}
}

struct rebuild *rebuild_new(const struct hash *block, const struct header *header,
                            const struct compact_body *compact, uint64_t lot)
{
	struct rebuild *rebuild = memory_new(sizeof *rebuild);
	size_t count = compact->tx_count;

	INVARIANT(count == header->tx_count && count <= BLOCK_TXS_MAX);
	if (!rebuild)
		return NULL;
	rebuild->block = *block;
	rebuild->header = *header;
	rebuild->key = short_id_key(block);
	rebuild->multiplier = lot | 1;
	rebuild->missing_count = count;
	rebuild->table_bits = 1;
	while ((size_t)1 << rebuild->table_bits < 2 * count)
		rebuild->table_bits++;
	rebuild->positions = memory_new(count * sizeof *rebuild->positions);
	rebuild->names = memory_new(count * sizeof *rebuild->names);
	rebuild->table =
		memory_new(((size_t)1 << rebuild->table_bits) * sizeof *rebuild->table);
	if (!rebuild->positions || !rebuild->names || !rebuild->table ||
	    !take_prefilled(rebuild, compact)) {
		rebuild_free(rebuild);
		return NULL;
	}
	take_names(rebuild, compact);
	return rebuild;
}

void rebuild_free(struct rebuild *rebuild)
{
	if (!rebuild)
		return;
	memory_free(rebuild->positions);
	memory_free(rebuild->names);
	memory_free(rebuild->table);
	arena_close(&rebuild->bytes);
	memory_free(rebuild);
}

size_t rebuild_memory(const struct rebuild *rebuild)
{
	return sizeof *rebuild + rebuild->bytes.size +
	       rebuild->header.tx_count *
	           (sizeof *rebuild->positions + sizeof *rebuild->names) +
	       ((size_t)1 << rebuild->table_bits) * sizeof *rebuild->table;
}

/* -- Matching -------------------------------------------------------------------------------------------- */

enum status rebuild_offer(struct rebuild *rebuild, const struct hash *leaf_hash,
                          struct bytes_view tx)
{
	struct rebuild_position *position;
	long found;

	INVARIANT(rebuild->state == REBUILD_MATCHING);
	found = find_name(rebuild, short_id(&rebuild->key, leaf_hash));
	if (found < 0)
		return STATUS_OK;
	position = &rebuild->positions[found];
	if (position->is_barred)
		return STATUS_OK;
	if (position->at) {
		/* Two that we have are called the same: which of them it is only the peer knows. */
		if (!hash_equal(&position->leaf_hash, leaf_hash)) {
			position->is_barred = true;
			clear_position(rebuild, (size_t)found);
		}
		return STATUS_OK;
	}
	/* It cannot be the block's if there is no room for it. With bytes of positions that were
	 * barred again, twice a body is what this bounds. */
	if (rebuild->body_size + body_entry_size(tx.size) > rebuild->header.body_size ||
	    rebuild->bytes.size > 2 * (size_t)BLOCK_BODY_MAX)
		return STATUS_OK;
	return set_position(rebuild, (size_t)found, tx, leaf_hash);
}

static bool is_right(const struct rebuild *rebuild)
{
	struct log_frontier frontier = {0};
	struct hash root;

	if (rebuild->body_size != rebuild->header.body_size)
		return false;
	for (size_t i = 0; i < rebuild->header.tx_count; i++)
		log_frontier_append(&frontier, &rebuild->positions[i].leaf_hash);
	root = log_frontier_root(&frontier);
	return hash_equal(&root, &rebuild->header.tx_root);
}

/* All are here: the right ones? */
static void judge(struct rebuild *rebuild)
{
	INVARIANT(rebuild->missing_count == 0);
	rebuild->state = is_right(rebuild) ? REBUILD_DONE : REBUILD_FAILED;
}

enum rebuild_state rebuild_matched(struct rebuild *rebuild)
{
	INVARIANT(rebuild->state == REBUILD_MATCHING);
	if (rebuild->missing_count > 0)
		rebuild->state = REBUILD_ASKING;
	else
		judge(rebuild);
	return rebuild->state;
}

/* -- Asking ------------------------------------------------------------------------------------------------ */

size_t rebuild_missing(const struct rebuild *rebuild, uint16_t *indexes)
{
	size_t count = 0;

	INVARIANT(rebuild->state == REBUILD_ASKING);
	for (size_t i = 0; i < rebuild->header.tx_count; i++)
		if (!rebuild->positions[i].at)
			indexes[count++] = (uint16_t)i;
	INVARIANT(count == rebuild->missing_count);
	return count;
}

enum rebuild_finding rebuild_fill(struct rebuild *rebuild, const struct block_txs *txs)
{
	struct cursor in = cursor_on(txs->body);

	if (rebuild->state != REBUILD_ASKING || !hash_equal(&txs->block, &rebuild->block))
		return REBUILD_UNWANTED;
	if (txs->count != rebuild->missing_count)
		return REBUILD_BREACH;
	/* What we matched by name may be the wrong ones and too large: then the root is wrong. What
	 * the peer sends is never larger than the whole. */
	if (txs->body.size > rebuild->header.body_size)
		return REBUILD_BREACH;
	for (size_t i = 0; i < rebuild->header.tx_count; i++) {
		struct bytes_view tx;
		struct hash leaf_hash;

		if (rebuild->positions[i].at)
			continue;
		tx = body_next(&in);
		leaf_hash = log_leaf_hash(tx);
		if (set_position(rebuild, i, tx, &leaf_hash) != STATUS_OK)
			return REBUILD_NO_MEMORY;
	}
	judge(rebuild);
	return REBUILD_GOOD;
}

void rebuild_put_body(const struct rebuild *rebuild, struct buffer *out)
{
	INVARIANT(rebuild->state == REBUILD_DONE);
	for (size_t i = 0; i < rebuild->header.tx_count; i++)
		block_txs_put_tx(out, bytes_view(rebuild->positions[i].at, rebuild->positions[i].size));
}
