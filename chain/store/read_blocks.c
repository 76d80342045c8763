/* Reading blocks and the network's log. */
#include "chain/store/reading.h"

#include <inttypes.h>

enum status store_read_genesis(struct store_view *view, struct bytes_view *file,
                               struct why *why)
{
	struct row_key key = row_key_of_text(META_CHAIN);
	enum status status = view_get(view, FAMILY_META, &key, file, why);

	if (status == STATUS_NOT_FOUND)
		return why_set(why, STATUS_CORRUPT, "the genesis file is missing");
	return status;
}

static enum status block_is_damaged(uint64_t height, struct why *why)
{
	return why_set(why, STATUS_CORRUPT, "the header of block %" PRIu64, height);
}

enum status store_read_header(struct store_view *view, uint64_t height,
                              struct store_header *header, struct why *why)
{
	struct row_key key = row_key_of_number(height);
	struct block_row row;
	struct bytes_view value;
	enum status status;

	if (height > view->tip.header.height)
		return STATUS_NOT_FOUND;
	status = view_get(view, FAMILY_BLOCK, &key, &value, why);
	if (status == STATUS_NOT_FOUND)
		return why_say(why, STATUS_CORRUPT, "the header of block %" PRIu64 " is missing",
		               height);
	if (status != STATUS_OK)
		return status;
	if (block_row_decode(&row, value) != STATUS_OK || row.header.height != height ||
	    row.header.log_size < row.header.tx_count)
		return block_is_damaged(height, why);
	*header = (struct store_header){
		.header = row.header,
		.hash = header_hash(&row.header, &view->store->network),
		.state_root = {.hash = row.header.state_root, .version = row.state_version},
		.first_log_index = row.header.log_size - row.header.tx_count,
		.certificate = row.certificate,
	};
	return STATUS_OK;
}

enum status store_find_time(struct store_view *view, uint64_t time_ms, uint64_t *height,
                            struct why *why)
{
	uint64_t below = 0;                           /* at or before the time, but 0 */
	uint64_t above = view->tip.header.height + 1; /* after it, or the end */
	struct store_header header;
	enum status status = store_read_header(view, 0, &header, why);

	if (status != STATUS_OK)
		return status;
	if (header.header.time_ms > time_ms)
		return STATUS_NOT_FOUND;
	/* Times ascend with height: the rules say so. */
	while (above - below > 1) {
		uint64_t middle = below + (above - below) / 2;

		status = store_read_header(view, middle, &header, why);
		if (status != STATUS_OK)
			return status;
		if (header.header.time_ms <= time_ms)
			below = middle;
		else
			above = middle;
	}
	*height = below;
	return STATUS_OK;
}

/* -- Entries ----------------------------------------------------------------------- */

static enum status entry_is_missing(uint64_t log_index, struct why *why)
{
	return why_say(why, STATUS_CORRUPT, "entry %" PRIu64 " of the log is missing",
	               log_index);
}

static enum status decode_entry(struct store_entry *entry, uint64_t log_index,
                                struct bytes_view value, struct why *why)
{
	struct entry_row row;

	if (entry_row_decode(&row, value) != STATUS_OK)
		return why_set(why, STATUS_CORRUPT, "entry %" PRIu64 " of the log", log_index);
	*entry = (struct store_entry){
		.height = row.height,
		.log_index = log_index,
		.is_header = row.tx.size == 0,
		.tx = row.tx,
	};
	return STATUS_OK;
}

enum status store_read_entry(struct store_view *view, uint64_t log_index,
                             struct store_entry *entry, struct why *why)
{
	struct row_key key = row_key_of_number(log_index);
	struct bytes_view value;
	enum status status;

	if (log_index >= view->tip.frontier.size)
		return STATUS_NOT_FOUND;
	status = view_get(view, FAMILY_ENTRY, &key, &value, why);
	if (status == STATUS_NOT_FOUND)
		return entry_is_missing(log_index, why);
	return status == STATUS_OK ? decode_entry(entry, log_index, value, why) : status;
}

enum status store_list_entries(struct store_view *view, uint64_t first, size_t limit,
                               bool (*visit)(void *owner,
                                             const struct store_entry *entry),
                               void *owner, struct why *why)
{
	uint64_t size = view->tip.frontier.size;
	uint64_t count = first >= size ? 0 : size - first;
	struct row_key least = row_key_of_number(first);
	enum status status = STATUS_OK;
	struct row_key end;
	struct scan scan;
	uint64_t i;

	if (count > limit)
		count = limit;
	if (count == 0)
		return STATUS_OK;
	end = row_key_of_number(first + count);
	scan_up(&scan, view->store, view->snapshot, FAMILY_ENTRY, &least, &end);
	for (i = 0; i < count && status == STATUS_OK; i++) {
		struct row_key expected = row_key_of_number(first + i);
		struct bytes_view key, value;
		struct store_entry entry;

		if (!scan_has(&scan, &key, &value))
			break;
		if (!bytes_equal(key, row_key_view(&expected)))
			status = entry_is_missing(first + i, why);
		else
			status = decode_entry(&entry, first + i, value, why);
		if (status == STATUS_OK && !visit(owner, &entry))
			count = i + 1;
		scan_next(&scan);
	}
	if (status != STATUS_OK) {
		enum status ignored = scan_close(&scan, NULL);

		(void)ignored;
		return status;
	}
	status = scan_close(&scan, why);
	return status == STATUS_OK && i < count ? entry_is_missing(first + i, why) : status;
}

struct body_reader {
	struct buffer *body;
	uint64_t height;
	uint64_t tx_count;
};

static bool append_to_body(void *owner, const struct store_entry *entry)
{
	struct body_reader *reader = owner;
	uint8_t size[2];

	if (entry->is_header || entry->height != reader->height)
		return false;
	put_le16(size, (uint16_t)entry->tx.size);
	buffer_append(reader->body, size, sizeof size);
	buffer_append_view(reader->body, entry->tx);
	reader->tx_count++;
	return true;
}

enum status store_read_body(struct store_view *view, uint64_t height, struct buffer *body,
                            struct why *why)
{
	struct body_reader reader = {.body = body, .height = height};
	struct store_header header;
	enum status status = store_read_header(view, height, &header, why);

	if (status != STATUS_OK)
		return status;
	status = store_list_entries(view, header.first_log_index, header.header.tx_count,
	                            append_to_body, &reader, why);
	if (status == STATUS_OK && reader.tx_count != header.header.tx_count)
		return why_set(why, STATUS_CORRUPT, "the transactions of block %" PRIu64, height);
	return status;
}

/* -- By name ----------------------------------------------------------------------- */

/* The log index under a txid or a block's hash, and the entry there. */
static enum status find(struct store_view *view, const struct hash *name,
                        struct store_entry *entry, struct why *why)
{
	struct row_key key = row_key_of_hash(name);
	struct bytes_view value;
	uint64_t log_index = 0;
	enum status status = view_get(view, FAMILY_TXID, &key, &value, why);

	if (status != STATUS_OK)
		return status;
	if (number_row_decode(&log_index, value) != STATUS_OK)
		return database_row_is_damaged(FAMILY_TXID, why);
	status = store_read_entry(view, log_index, entry, why);
	return status == STATUS_NOT_FOUND ? entry_is_missing(log_index, why) : status;
}

enum status store_find_block(struct store_view *view, const struct hash *hash,
                             uint64_t *height, struct why *why)
{
	struct store_entry entry;
	enum status status = find(view, hash, &entry, why);

	if (status == STATUS_OK && !entry.is_header)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*height = entry.height;
	return status;
}

enum status store_find_tx(struct store_view *view, const struct hash *txid,
                          uint64_t *log_index, struct why *why)
{
	struct store_entry entry;
	enum status status = find(view, txid, &entry, why);

	if (status == STATUS_OK && entry.is_header)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*log_index = entry.log_index;
	return status;
}
