#include "chain/store/votes.h"

#include "chain/store/commit.h"
#include "chain/store/reading.h"

static struct row_key vote_row_key(const struct store_vote_key *key)
{
	return row_key_of_vote(key->epoch, key->view, key->kind);
}

/* -- Own votes --------------------------------------------------------------------- */

void batch_put_vote(struct store *store, const struct store_vote *vote)
{
	struct row_key key = vote_row_key(&vote->key);

	batch_put(store, FAMILY_VOTE, row_key_view(&key), vote->bytes);
}

enum status store_read_vote(struct store_view *view, const struct store_vote_key *key,
                            struct bytes_view *bytes, struct why *why)
{
	struct row_key row_key = vote_row_key(key);

	return view_get(view, FAMILY_VOTE, &row_key, bytes, why);
}

static bool decode_vote_key(struct store_vote_key *key, struct bytes_view bytes)
{
	if (bytes.size != 17)
		return false;
	key->epoch = get_be64(bytes.at);
	key->view = get_be64(bytes.at + 8);
	key->kind = bytes.at[16];
	return true;
}

enum status store_list_votes(struct store_view *view, const struct store_vote_key *from,
                             bool (*visit)(void *owner, const struct store_vote *vote),
                             void *owner, struct why *why)
{
	struct row_key least = vote_row_key(from);
	struct bytes_view key, value;
	bool damaged = false;
	enum status status;
	struct scan scan;

	scan_up(&scan, view->store, view->snapshot, FAMILY_VOTE, &least, NULL);
	while (scan_has(&scan, &key, &value)) {
		struct store_vote vote = {.bytes = value};

		damaged = !decode_vote_key(&vote.key, key);
		if (damaged || !visit(owner, &vote))
			break;
		scan_next(&scan);
	}
	status = scan_close(&scan, why);
	return damaged ? database_row_is_damaged(FAMILY_VOTE, why) : status;
}

enum status store_drop_votes(struct store *store, const struct store_vote_key *from,
                             struct why *why)
{
	struct row_key limit = vote_row_key(from);
	struct bytes_view key, value;
	enum status status;
	struct scan scan;

	scan_up(&scan, store, NULL, FAMILY_VOTE, NULL, &limit);
	while (scan_has(&scan, &key, &value)) {
		struct row_key row_key;

		row_key.size = 0;
		row_key_add(&row_key, key);
		batch_delete(store, FAMILY_VOTE, &row_key);
		scan_next(&scan);
	}
	status = scan_close(&scan, why);
	if (status == STATUS_OK)
		return batch_write(store, false, why);
	rocksdb_writebatch_clear(store->batch);
	return status;
}

/* -- Blocks that are not final yet: the header, then the body ------------------------ */

enum status batch_put_pending(struct store *store, const struct store_pending *pending)
{
	struct row_key key = row_key_of_hash(&pending->block);
	uint8_t header[HEADER_SIZE];

	header_encode(header, &pending->header);
	buffer_append(&store->row, header, sizeof header);
	buffer_append_view(&store->row, pending->body);
	return batch_put_row(store, FAMILY_PENDING, &key);
}

static enum status decode_pending(struct store_pending *pending, struct bytes_view key,
                                  struct bytes_view value, struct why *why)
{
	struct cursor in = cursor_on(value);

	if (key.size != HASH_SIZE)
		return database_row_is_damaged(FAMILY_PENDING, why);
	memcpy(pending->block.bytes, key.at, HASH_SIZE);
	header_get(&in, &pending->header);
	pending->body = cursor_take_view(&in, in.left);
	if (cursor_finish(&in) != STATUS_OK ||
	    pending->body.size != pending->header.body_size)
		return database_row_is_damaged(FAMILY_PENDING, why);
	return STATUS_OK;
}

enum status store_read_pending(struct store_view *view, const struct hash *block,
                               struct store_pending *pending, struct why *why)
{
	struct row_key key = row_key_of_hash(block);
	struct bytes_view value;
	enum status status = view_get(view, FAMILY_PENDING, &key, &value, why);

	if (status != STATUS_OK)
		return status;
	return decode_pending(pending, hash_view(block), value, why);
}

enum status store_list_pending(struct store_view *view,
                               bool (*visit)(void *owner,
                                             const struct store_pending *pending),
                               void *owner, struct why *why)
{
	enum status damage = STATUS_OK, status;
	struct bytes_view key, value;
	struct scan scan;

	scan_up(&scan, view->store, view->snapshot, FAMILY_PENDING, NULL, NULL);
	while (scan_has(&scan, &key, &value)) {
		struct store_pending pending;

		damage = decode_pending(&pending, key, value, why);
		if (damage != STATUS_OK || !visit(owner, &pending))
			break;
		scan_next(&scan);
	}
	status = scan_close(&scan, why);
	return damage != STATUS_OK ? damage : status;
}

enum status store_drop_pending(struct store *store, const struct hash *blocks,
                               size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		struct row_key key = row_key_of_hash(&blocks[i]);

		batch_delete(store, FAMILY_PENDING, &key);
	}
	return batch_write(store, false, why);
}

/* -- Notes ------------------------------------------------------------------------- */

void batch_put_note(struct store *store, const struct store_note *note)
{
	struct row_key key = row_key_of_consensus(note->tag, note->number);

	batch_put(store, FAMILY_CONSENSUS, row_key_view(&key), note->bytes);
}

enum status store_put_note(struct store *store, enum store_note_tag tag, uint64_t height,
                           struct bytes_view bytes, bool sync, struct why *why)
{
	struct row_key key = row_key_of_consensus((uint8_t)tag, height);

	batch_put(store, FAMILY_CONSENSUS, row_key_view(&key), bytes);
	return batch_write(store, sync, why);
}

enum status store_read_note(struct store_view *view, enum store_note_tag tag,
                            uint64_t *height, struct bytes_view *bytes, struct why *why)
{
	struct row_key least = row_key_of_consensus((uint8_t)tag, 0);
	struct row_key from = row_key_of_consensus((uint8_t)tag, *height);
	struct bytes_view key, value;
	enum status status;
	struct scan scan;
	bool found;

	scan_down(&scan, view->store, view->snapshot, FAMILY_CONSENSUS, &least, &from);
	found = scan_has(&scan, &key, &value);
	from.size = 0;
	if (found)
		row_key_add(&from, key);
	status = scan_close(&scan, why);
	if (status != STATUS_OK || !found)
		return status == STATUS_OK ? STATUS_NOT_FOUND : status;
	*height = get_be64(from.bytes + 1);
	return view_get(view, FAMILY_CONSENSUS, &from, bytes, why);
}

enum status store_drop_note(struct store *store, enum store_note_tag tag, uint64_t height,
                            struct why *why)
{
	struct row_key key = row_key_of_consensus((uint8_t)tag, height);

	batch_delete(store, FAMILY_CONSENSUS, &key);
	return batch_write(store, false, why);
}
