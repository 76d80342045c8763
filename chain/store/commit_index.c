/* The rows that find a block's transactions and records again, and names, keys and
 * assets. Everything that a busy block has thousands of is grouped, so that a record
 * without a key costs a few bytes in three rows, not three rows. */
#include "chain/store/commit.h"
#include "chain/store/grouping.h"

/* -- Runs -------------------------------------------------------------------------- */

/* A way to write one kind of run: which key a group's row has, and what an item is. */
struct run_writer {
	enum run_kind kind;
	enum family family;
	struct row_key (*key)(const struct draft *draft, const struct group *group);
	struct run_item (*item)(const struct draft *draft, uint32_t index);
};

static uint64_t first_log_index(const struct draft *draft)
{
	return draft->header.log_size - draft->header.tx_count;
}

static struct hash group_hash(const struct group *group, size_t offset)
{
	struct hash hash;

	memcpy(hash.bytes, group->key + offset, HASH_SIZE);
	return hash;
}

static struct run_item record_item(const struct draft *draft, uint32_t index)
{
	const struct draft_record *record = &draft->records[index];

	return (struct run_item){
		.number = record->position,
		.log_index = first_log_index(draft) + record->tx_index,
		.operation = record->operation,
	};
}

static struct run_item concern_item(const struct draft *draft, uint32_t index)
{
	return (struct run_item){
		.number = first_log_index(draft) + draft->concerns[index].tx_index,
	};
}

static struct row_key stream_run_key(const struct draft *draft, const struct group *group)
{
	struct hash stream = group_hash(group, 0);

	return row_key_of_hash_number(&stream, draft->records[group->first].position);
}

static struct row_key account_run_key(const struct draft *draft,
                                      const struct group *group)
{
	struct hash account = group_hash(group, 0);

	return row_key_of_hash_number(&account, concern_item(draft, group->first).number);
}

static struct row_key author_run_key(const struct draft *draft, const struct group *group)
{
	struct row_key key = row_key_of_index(INDEX_AUTHOR);

	row_key_add(&key, bytes_view(group->key, 2 * HASH_SIZE));
	row_key_add_number(&key, draft->records[group->first].position);
	return key;
}

static enum status add_runs(struct store *store, const struct draft *draft,
                            const struct grouping *grouping,
                            const struct run_writer *writer)
{
	enum status status = STATUS_OK;

	for (const struct group *group = grouping->groups; group && status == STATUS_OK;
	     group = group->hh.next) {
		struct row_key key = writer->key(draft, group);
		uint64_t first = writer->item(draft, group->first).number;

		run_append_head(&store->row, writer->kind, first_log_index(draft));
		for (uint32_t i = group->first;; i = grouping->next[i]) {
			struct run_item item = writer->item(draft, i);

			run_append_item(&store->row, writer->kind, first, first_log_index(draft),
			                &item);
			if (i == group->last)
				break;
		}
		status = batch_put_row(store, writer->family, &key);
	}
	return status;
}

static enum status add_record_runs(struct store *store, const struct draft *draft)
{
	static const struct run_writer BY_STREAM = {RUN_STREAM, FAMILY_STREAM, stream_run_key,
	                                            record_item};
	static const struct run_writer BY_AUTHOR = {RUN_AUTHOR, FAMILY_INDEX, author_run_key,
	                                            record_item};
	struct grouping streams = {0};
	struct grouping authors = {0};
	enum status status = grouping_init(&streams, draft->record_count, HASH_SIZE);

	if (status == STATUS_OK)
		status = grouping_init(&authors, draft->record_count, 2 * HASH_SIZE);
	for (uint32_t i = 0; i < draft->record_count && status == STATUS_OK; i++) {
		const struct draft_record *record = &draft->records[i];
		uint8_t key[2 * HASH_SIZE];

		memcpy(key, record->stream->id.bytes, HASH_SIZE);
		memcpy(key + HASH_SIZE, draft->txs[record->tx_index]->sender.bytes, HASH_SIZE);
		status = grouping_add(&streams, key, i);
		if (status == STATUS_OK)
			status = grouping_add(&authors, key, i);
	}
	if (status == STATUS_OK)
		status = add_runs(store, draft, &streams, &BY_STREAM);
	if (status == STATUS_OK)
		status = add_runs(store, draft, &authors, &BY_AUTHOR);
	grouping_close(&streams);
	grouping_close(&authors);
	return status;
}

static enum status add_account_runs(struct store *store, const struct draft *draft)
{
	static const struct run_writer BY_ACCOUNT = {RUN_ACCOUNT, FAMILY_ACCOUNT,
	                                             account_run_key, concern_item};
	struct grouping accounts = {0};
	enum status status = grouping_init(&accounts, draft->concern_count, HASH_SIZE);

	for (uint32_t i = 0; i < draft->concern_count && status == STATUS_OK; i++)
		status = grouping_add(&accounts, draft->concerns[i].account.bytes, i);
	if (status == STATUS_OK)
		status = add_runs(store, draft, &accounts, &BY_ACCOUNT);
	grouping_close(&accounts);
	return status;
}

/* -- Names, keys and assets -------------------------------------------------------- */

static void put_index(struct store *store, const struct row_key *key,
                      struct bytes_view value)
{
	batch_put(store, FAMILY_INDEX, row_key_view(key), value);
}

static void add_versions(struct store *store, const struct draft *draft)
{
	for (size_t i = 0; i < draft->record_count; i++) {
		const struct draft_record *record = &draft->records[i];
		const struct hash *stream = &record->stream->id;
		struct row_key key;
		uint8_t position[8];

		if (record->key.size == 0)
			continue;
		put_le64(position, record->position);
		key = row_key_of_index(INDEX_KEY_VERSION);
		row_key_add_hash(&key, stream);
		row_key_add_sized(&key, record->key);
		row_key_add_number(&key, record->version);
		put_index(store, &key, bytes_view(position, sizeof position));
		if (record->version > 0)
			continue;
		key = row_key_of_index(INDEX_STREAM_KEY);
		row_key_add_hash(&key, stream);
		row_key_add(&key, record->key);
		put_index(store, &key, (struct bytes_view){0});
	}
}

/* The id in a raw key of the state stands behind its kind. */
static enum status add_name(struct store *store, enum index_kind kind,
                            const struct draft_entry *entry, struct bytes_view name)
{
	struct row_key key = row_key_of_index(kind);

	row_key_add(&key, name);
	put_index(store, &key, bytes_view(entry->key.at + 1, HASH_SIZE));
	return STATUS_OK;
}

static enum status add_stream_name(struct store *store, const struct draft_entry *entry)
{
	struct stream_info info;
	enum status status = stream_info_decode(&info, entry->value);

	return status == STATUS_OK ? add_name(store, INDEX_STREAM_NAME, entry, info.name)
	                           : status;
}

static enum status add_asset_name(struct store *store, const struct draft_entry *entry)
{
	struct asset_info info;
	enum status status = asset_info_decode(&info, entry->value);

	return status == STATUS_OK ? add_name(store, INDEX_ASSET_NAME, entry, info.name)
	                           : status;
}

/* The raw key of a balance is kind, asset, account; the index has the account first. */
static void add_holding(struct store *store, const struct draft_entry *entry)
{
	struct row_key key = row_key_of_index(INDEX_ACCOUNT_ASSET);

	row_key_add(&key, bytes_view(entry->key.at + 1 + HASH_SIZE, HASH_SIZE));
	row_key_add(&key, bytes_view(entry->key.at + 1, HASH_SIZE));
	put_index(store, &key, (struct bytes_view){0});
}

/* What appeared in the state with this block. */
static enum status add_appearances(struct store *store, const struct draft *draft)
{
	const struct draft_entry *entry;
	enum status status = STATUS_OK;

	for (entry = draft->entries; entry && status == STATUS_OK; entry = entry->hh.next) {
		if (!entry->present || entry->base_present)
			continue;
		if (entry->key.at[0] == STATE_STREAM)
			status = add_stream_name(store, entry);
		else if (entry->key.at[0] == STATE_ASSET)
			status = add_asset_name(store, entry);
		else if (entry->key.at[0] == STATE_BALANCE)
			add_holding(store, entry);
	}
	return status;
}

enum status commit_add_indexes(struct store *store, const struct draft *draft)
{
	enum status status = add_record_runs(store, draft);

	if (status == STATUS_OK)
		status = add_account_runs(store, draft);
	if (status == STATUS_OK)
		status = add_appearances(store, draft);
	if (status == STATUS_OK)
		add_versions(store, draft);
	return status;
}
