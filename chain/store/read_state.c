/* Reading the state, now or after an earlier block: layout.h, "History". */
#include "chain/store/reading.h"

#include "chain/proof/state_hash.h"

#include <inttypes.h>

static enum status read_now(struct store_view *view, const struct hash *key_hash,
                            struct bytes_view *value, bool *found, struct why *why)
{
	struct row_key key = row_key_of_hash(key_hash);
	struct bytes_view bytes;
	struct state_row row;
	enum status status = view_get(view, FAMILY_STATE, &key, &bytes, why);

	*found = status == STATUS_OK;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (state_row_decode(&row, bytes) != STATUS_OK)
		return database_row_is_damaged(FAMILY_STATE, why);
	*value = row.value;
	return STATUS_OK;
}

/* The first change above `height`, if there is one: what the value was before it. The
 * bytes are in the row that was found, so it is read once more, to be pinned. */
static enum status find_change(struct store_view *view, uint64_t height,
                               const struct hash *key_hash, struct row_key *change,
                               bool *changed, struct why *why)
{
	struct row_key least = row_key_of_hash_number(key_hash, height + 1);
	struct row_key end = row_key_of_hash_number(key_hash, UINT64_MAX);
	struct bytes_view key, value;
	struct scan scan;

	scan_up(&scan, view->store, view->snapshot, FAMILY_STATE_HISTORY, &least, &end);
	*changed = scan_has(&scan, &key, &value);
	if (*changed) {
		change->size = 0;
		row_key_add(change, key);
	}
	return scan_close(&scan, why);
}

enum status view_read_state(struct store_view *view, uint64_t height,
                            const struct hash *key_hash, struct bytes_view *value,
                            bool *found, struct why *why)
{
	struct bytes_view bytes;
	struct row_key change;
	bool changed = false;
	enum status status = STATUS_OK;

	if (height < view->tip.header.height)
		status = find_change(view, height, key_hash, &change, &changed, why);
	if (status != STATUS_OK)
		return status;
	if (!changed)
		return read_now(view, key_hash, value, found, why);
	status = view_get(view, FAMILY_STATE_HISTORY, &change, &bytes, why);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && history_row_decode(found, value, bytes) != STATUS_OK))
		return database_row_is_damaged(FAMILY_STATE_HISTORY, why);
	return status;
}

static enum status check_height(const struct store_view *view, uint64_t height,
                                struct why *why)
{
	if (height > view->tip.header.height)
		return STATUS_NOT_FOUND;
	if (height < view->kept_from)
		return why_say(why, STATUS_PRUNED,
		               "the state after block %" PRIu64
		               " is no longer kept here; the oldest one is that of %" PRIu64,
		               height, view->kept_from);
	return STATUS_OK;
}

enum status store_read_state(struct store_view *view, uint64_t height,
                             struct bytes_view raw_key, struct bytes_view *value,
                             bool *found, struct why *why)
{
	struct hash key_hash = network_state_key(&view->store->network, raw_key);
	enum status status = check_height(view, height, why);

	if (status != STATUS_OK)
		return status;
	return view_read_state(view, height, &key_hash, value, found, why);
}

/* -- Proofs ------------------------------------------------------------------------ */

static enum status read_page(void *owner, const struct state_page_key *page_key,
                             struct bytes_view *page)
{
	const struct store_state *state = owner;
	struct row_key key = row_key_of_page(page_key);

	return view_get(state->view, FAMILY_NODE, &key, page, NULL);
}

static enum status read_value_hash(void *owner, const struct hash *key_hash,
                                   struct hash *value_hash)
{
	const struct store_state *state = owner;
	struct bytes_view value;
	bool found;
	enum status status =
		view_read_state(state->view, state->height, key_hash, &value, &found, NULL);

	if (status == STATUS_OK && !found)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*value_hash = state_value_hash(value);
	return status;
}

enum status store_state_open(struct store_state *state, struct state_reader *reader,
                             struct store_view *view, uint64_t height, struct why *why)
{
	struct store_header header;
	enum status status = check_height(view, height, why);

	if (status == STATUS_OK)
		status = store_read_header(view, height, &header, why);
	if (status != STATUS_OK)
		return status;
	*state = (struct store_state){
		.view = view,
		.height = height,
		.root = header.state_root,
	};
	*reader = (struct state_reader){
		.owner = state,
		.read_page = read_page,
		.read_value_hash = read_value_hash,
	};
	return STATUS_OK;
}
