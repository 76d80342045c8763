/* Everything that was committed is read back as it was: every read of a view against a
 * model made of the transactions, fresh, after a restart, and after compaction. */
#include "tests/unit/store/store_model.h"

/* -- Blocks and entries ------------------------------------------------------------ */

static void check_headers(struct store_fixture *f, const struct store_model *model,
                          struct store_view *view)
{
	for (size_t i = 0; i < model->block_count; i++) {
		const struct model_block *block = &model->blocks[i];
		struct store_header header;
		uint64_t height = UINT64_MAX;

		ck_ok(f, store_read_header(view, i, &header, &f->why));
		ck_assert(headers_equal(&header.header, &block->header));
		ck_assert(hash_equal(&header.hash, &block->hash));
		ck_assert(hash_equal(&header.state_root.hash, &block->state_root.hash));
		ck_assert_uint_eq(header.state_root.version, block->state_root.version);
		ck_assert_uint_eq(header.first_log_index,
		                  block->header.log_size - block->header.tx_count);
		ck_assert_uint_eq(header.certificate.size, 0);
		ck_ok(f, store_find_block(view, &block->hash, &height, &f->why));
		ck_assert_uint_eq(height, i);
		ck_ok(f, store_find_time(view, block->header.time_ms, &height, &f->why));
		ck_assert_uint_eq(height, i);
		ck_ok(f, store_find_time(view, block->header.time_ms + 1, &height, &f->why));
		ck_assert_uint_eq(height, i);
	}
}

struct entries_seen {
	const struct store_model *model;
	uint64_t next;
	size_t count;
	size_t enough;
};

static void check_entry(const struct store_model *model, const struct store_entry *entry)
{
	const struct model_entry *expected = &model->entries[entry->log_index];

	ck_assert_uint_eq(entry->height, expected->height);
	ck_assert_int_eq(entry->is_header, expected->is_header);
	ck_assert_uint_eq(entry->tx.size, expected->size);
	if (expected->size > 0)
		ck_assert_mem_eq(entry->tx.at, expected->bytes, expected->size);
}

static bool see_entry(void *owner, const struct store_entry *entry)
{
	struct entries_seen *seen = owner;

	ck_assert_uint_eq(entry->log_index, seen->next);
	check_entry(seen->model, entry);
	seen->next++;
	seen->count++;
	return seen->count != seen->enough;
}

static void check_entries(struct store_fixture *f, const struct store_model *model,
                          struct store_view *view)
{
	struct entries_seen all = {.model = model};
	struct entries_seen few = {.model = model, .next = 5, .enough = 3};
	struct entries_seen last = {.model = model, .next = model->entry_count - 2};

	for (size_t i = 0; i < model->entry_count; i++) {
		const struct model_entry *expected = &model->entries[i];
		struct store_entry entry;
		uint64_t log_index = UINT64_MAX;
		enum status found;

		ck_ok(f, store_read_entry(view, i, &entry, &f->why));
		ck_assert_uint_eq(entry.log_index, i);
		check_entry(model, &entry);
		/* A block's hash is no txid. */
		found = store_find_tx(view, &expected->txid, &log_index, &f->why);
		ck_assert_int_eq(found, expected->is_header ? STATUS_NOT_FOUND : STATUS_OK);
		ck_assert(expected->is_header || log_index == i);
		if (!expected->is_header)
			ck_assert_int_eq(store_find_block(view, &expected->txid, &log_index, &f->why),
			                 STATUS_NOT_FOUND);
	}
	ck_ok(f, store_list_entries(view, 0, SIZE_MAX, see_entry, &all, &f->why));
	ck_assert_uint_eq(all.count, model->entry_count);
	ck_ok(f, store_list_entries(view, 5, 9, see_entry, &few, &f->why));
	ck_assert_uint_eq(few.count, 3);
	ck_ok(f, store_list_entries(view, last.next, 9, see_entry, &last, &f->why));
	ck_assert_uint_eq(last.count, 2);
}

static void check_bodies(struct store_fixture *f, const struct store_model *model,
                         struct store_view *view)
{
	size_t next = 0;

	for (size_t i = 0; i < model->block_count; i++) {
		struct buffer body;
		struct cursor in;

		buffer_init(&body, BLOCK_BODY_MAX);
		ck_ok(f, store_read_body(view, i, &body, &f->why));
		ck_assert_int_eq(body.status, STATUS_OK);
		ck_assert_uint_eq(body.size, model->blocks[i].header.body_size);
		in = cursor_on(buffer_view(&body));
		for (; !model->entries[next].is_header; next++)
			ck_assert(bytes_equal(body_next(&in), bytes_view(model->entries[next].bytes,
			                                                 model->entries[next].size)));
		next++;
		ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
		buffer_close(&body);
	}
}

static void check_absent(struct store_fixture *f, const struct store_model *model,
                         struct store_view *view)
{
	struct hash nobody = hash_of(text_view("nobody"));
	struct store_header header;
	struct store_entry entry;
	struct store_record record;
	uint64_t number;

	ck_assert_int_eq(store_read_header(view, model->block_count, &header, &f->why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(store_read_entry(view, model->entry_count, &entry, &f->why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(store_find_tx(view, &nobody, &number, &f->why), STATUS_NOT_FOUND);
	ck_assert_int_eq(store_find_block(view, &nobody, &number, &f->why), STATUS_NOT_FOUND);
	ck_assert_int_eq(store_find_record(view, &nobody, 0, &record, &f->why),
	                 STATUS_NOT_FOUND);
	ck_assert_int_eq(store_find_time(view, FIXTURE_TIME_MS - 1, &number, &f->why),
	                 STATUS_NOT_FOUND);
}

/* -- Numbered lists ---------------------------------------------------------------- */

/* What a list should give, going up. */
struct expected_list {
	size_t count;
	struct model_number {
		uint64_t number;
		uint64_t log_index; /* of records */
		uint16_t operation; /* of records */
	} items[MODEL_RECORDS_MAX];
};

struct list_seen {
	const struct expected_list *expected;
	size_t index; /* of the next one that is to come */
	enum store_direction direction;
	size_t count;
};

static bool see_number(void *owner, uint64_t number)
{
	struct list_seen *seen = owner;

	ck_assert_uint_lt(seen->index, seen->expected->count);
	ck_assert_uint_eq(number, seen->expected->items[seen->index].number);
	seen->index += seen->direction == STORE_UP ? 1 : (size_t)-1;
	seen->count++;
	return true;
}

static bool see_record(void *owner, const struct store_record *record)
{
	struct list_seen *seen = owner;
	const struct model_number *expected = &seen->expected->items[seen->index];

	ck_assert_uint_eq(record->log_index, expected->log_index);
	ck_assert_uint_eq(record->operation, expected->operation);
	return see_number(seen, record->position);
}

static bool see_version(void *owner, const struct store_version *version)
{
	struct list_seen *seen = owner;

	ck_assert_uint_eq(version->position, seen->expected->items[seen->index].log_index);
	return see_number(seen, version->version);
}

/* One kind of list, to be walked through. */
struct listing {
	struct store_fixture *f;
	struct store_view *view;
	const struct hash *stream;
	const struct hash *account;
	struct bytes_view key;
	enum status (*list)(const struct listing *listing, const struct store_range *range,
	                    struct list_seen *seen);
};

static enum status list_records(const struct listing *l, const struct store_range *range,
                                struct list_seen *seen)
{
	return store_list_records(l->view, l->stream, range, see_record, seen, &l->f->why);
}

static enum status list_author(const struct listing *l, const struct store_range *range,
                               struct list_seen *seen)
{
	return store_list_author(l->view, l->stream, l->account, range, see_number, seen,
	                         &l->f->why);
}

static enum status list_account(const struct listing *l, const struct store_range *range,
                                struct list_seen *seen)
{
	return store_list_account(l->view, l->account, range, see_number, seen, &l->f->why);
}

static enum status list_versions(const struct listing *l, const struct store_range *range,
                                 struct list_seen *seen)
{
	return store_list_versions(l->view, l->stream, l->key, range, see_version, seen,
	                           &l->f->why);
}

static void walk(const struct listing *listing, const struct expected_list *expected,
                 uint64_t from, enum store_direction direction, size_t limit)
{
	struct store_range range = {.from = from, .direction = direction, .limit = limit};
	struct list_seen seen = {.expected = expected, .direction = direction};
	size_t below = 0, wanted;

	while (below < expected->count && expected->items[below].number < from)
		below++;
	if (direction == STORE_UP) {
		seen.index = below;
		wanted = expected->count - below;
	} else {
		if (below < expected->count && expected->items[below].number == from)
			below++;
		seen.index = below - 1;
		wanted = below;
	}
	ck_ok(listing->f, listing->list(listing, &range, &seen));
	ck_assert_uint_eq(seen.count, wanted < limit ? wanted : limit);
}

static void walk_all_ways(const struct listing *listing,
                          const struct expected_list *expected)
{
	for (unsigned direction = STORE_UP; direction <= STORE_DOWN; direction++) {
		for (size_t i = 0; i < expected->count; i += 1 + expected->count / 16) {
			uint64_t number = expected->items[i].number;

			walk(listing, expected, number, direction, SIZE_MAX);
			walk(listing, expected, number, direction, 3);
			walk(listing, expected, number + 1, direction, 2);
		}
		walk(listing, expected, 0, direction, SIZE_MAX);
		walk(listing, expected, 0, direction, 0);
		walk(listing, expected, UINT64_MAX, direction, SIZE_MAX);
	}
}

static void add_number(struct expected_list *expected, uint64_t number,
                       uint64_t log_index, uint16_t operation)
{
	expected->items[expected->count++] = (struct model_number){
		.number = number,
		.log_index = log_index,
		.operation = operation,
	};
}

/* A stream's records: of one author, or the versions of one key, or all. */
static void expect_records(struct expected_list *expected,
                           const struct store_model *model, unsigned stream,
                           const unsigned *author, const char *key)
{
	uint64_t position = 0;

	expected->count = 0;
	for (size_t i = 0; i < model->record_count; i++) {
		const struct model_record *record = &model->records[i];

		if (record->stream != stream)
			continue;
		if (key && strcmp(record->key, key) == 0)
			add_number(expected, expected->count, position, 0);
		else if (!key && (!author || record->author == *author))
			add_number(expected, position, record->log_index, record->operation);
		position++;
	}
}

static void check_stream(struct store_fixture *f, const struct store_model *model,
                         struct store_view *view, unsigned stream)
{
	struct expected_list *expected = calloc(1, sizeof *expected);
	struct listing listing = {.f = f, .view = view, .stream = &model->streams[stream]};
	struct store_record record;

	expect_records(expected, model, stream, NULL, NULL);
	ck_assert_uint_gt(expected->count, 10);
	listing.list = list_records;
	walk_all_ways(&listing, expected);
	for (size_t i = 0; i < expected->count; i++) {
		ck_ok(f, store_find_record(view, listing.stream, i, &record, &f->why));
		ck_assert_uint_eq(record.position, i);
		ck_assert_uint_eq(record.log_index, expected->items[i].log_index);
		ck_assert_uint_eq(record.operation, expected->items[i].operation);
	}
	ck_assert_int_eq(
		store_find_record(view, listing.stream, expected->count, &record, &f->why),
		STATUS_NOT_FOUND);
	listing.list = list_author;
	for (unsigned author = 0; author < FIXTURE_ACCOUNTS; author++) {
		expect_records(expected, model, stream, &author, NULL);
		listing.account = &f->ledger.accounts[author].id;
		walk_all_ways(&listing, expected);
	}
	listing.list = list_versions;
	for (unsigned key = 0; key < MODEL_KEYS + 1; key++) {
		char text[16];

		snprintf(text, sizeof text, "key/%u", key);
		expect_records(expected, model, stream, NULL, text);
		listing.key = text_view(text);
		walk_all_ways(&listing, expected);
	}
	free(expected);
}

static void check_accounts(struct store_fixture *f, const struct store_model *model,
                           struct store_view *view)
{
	struct expected_list *expected = calloc(1, sizeof *expected);

	for (unsigned account = 0; account < FIXTURE_ACCOUNTS; account++) {
		struct listing listing = {
			.f = f,
			.view = view,
			.account = &f->ledger.accounts[account].id,
			.list = list_account,
		};

		expected->count = 0;
		for (size_t i = 0; i < model->entry_count; i++)
			if (model->concerns[account][i])
				add_number(expected, i, 0, 0);
		walk_all_ways(&listing, expected);
	}
	free(expected);
}

/* -- Names ------------------------------------------------------------------------- */

struct names_seen {
	size_t count;
	char names[32][64];
	size_t sizes[32];
	struct hash ids[32];
};

static bool see_name(void *owner, struct bytes_view name, struct bytes_view value)
{
	struct names_seen *seen = owner;

	ck_assert_uint_lt(seen->count, 32);
	ck_assert_uint_le(name.size, 64);
	memcpy(seen->names[seen->count], name.at, name.size);
	seen->sizes[seen->count] = name.size;
	if (value.size == HASH_SIZE)
		memcpy(seen->ids[seen->count].bytes, value.at, HASH_SIZE);
	seen->count++;
	return true;
}

static void list(struct store_fixture *f, struct store_view *view, enum store_list kind,
                 const struct hash *of, const char *prefix, const char *after,
                 size_t limit, struct names_seen *seen)
{
	memset(seen, 0, sizeof *seen);
	ck_ok(f, store_list_names(view, kind, of, text_view(prefix), text_view(after), limit,
	                          see_name, seen, &f->why));
}

static void check_names(struct store_fixture *f, const struct store_model *model,
                        struct store_view *view)
{
	struct names_seen seen;

	/* The streams were made as stream-c, stream-b, stream-a. */
	list(f, view, STORE_STREAMS, NULL, "", "", 10, &seen);
	ck_assert_uint_eq(seen.count, MODEL_STREAMS);
	for (unsigned i = 0; i < MODEL_STREAMS; i++) {
		ck_assert_str_eq(seen.names[i], model->names[MODEL_STREAMS - 1 - i]);
		ck_assert(hash_equal(&seen.ids[i], &model->streams[MODEL_STREAMS - 1 - i]));
	}
	list(f, view, STORE_STREAMS, NULL, "", "stream-a", 1, &seen);
	ck_assert_uint_eq(seen.count, 1);
	ck_assert_str_eq(seen.names[0], "stream-b");
	list(f, view, STORE_STREAMS, NULL, "stream-b", "", 10, &seen);
	ck_assert_uint_eq(seen.count, 1);
	list(f, view, STORE_STREAMS, NULL, "stream-b", "stream-b", 10, &seen);
	ck_assert_uint_eq(seen.count, 0);
	list(f, view, STORE_STREAMS, NULL, "stream-", "a", 10, &seen);
	ck_assert_uint_eq(seen.count, MODEL_STREAMS);
	list(f, view, STORE_STREAMS, NULL, "x", "", 10, &seen);
	ck_assert_uint_eq(seen.count, 0);
	list(f, view, STORE_ASSETS, NULL, "", "", 10, &seen);
	ck_assert_uint_eq(seen.count, MODEL_ASSETS);
	for (unsigned i = 0; i < MODEL_ASSETS; i++) {
		ck_assert_str_eq(seen.names[i], model->asset_names[i]);
		ck_assert(hash_equal(&seen.ids[i], &model->assets[i]));
	}
}

static bool has_key(const struct store_model *model, unsigned stream, const char *key)
{
	for (size_t i = 0; i < model->record_count; i++)
		if (model->records[i].stream == stream && strcmp(model->records[i].key, key) == 0)
			return true;
	return false;
}

static void check_keys(struct store_fixture *f, const struct store_model *model,
                       struct store_view *view)
{
	for (unsigned stream = 0; stream < MODEL_STREAMS; stream++) {
		struct names_seen all, above, one;
		size_t count = 0;

		list(f, view, STORE_STREAM_KEYS, &model->streams[stream], "key/", "", 32, &all);
		for (unsigned i = 0; i < MODEL_KEYS; i++) {
			char key[16];

			snprintf(key, sizeof key, "key/%u", i);
			list(f, view, STORE_STREAM_KEYS, &model->streams[stream], key, "", 32, &one);
			ck_assert_uint_eq(one.count, has_key(model, stream, key));
			if (!has_key(model, stream, key))
				continue;
			ck_assert_str_eq(all.names[count], key);
			count++;
			list(f, view, STORE_STREAM_KEYS, &model->streams[stream], "", key, 32,
			     &above);
			ck_assert_uint_eq(above.count, all.count - count);
		}
		ck_assert_uint_eq(all.count, count);
	}
}

static void check_holdings(struct store_fixture *f, const struct store_model *model,
                           struct store_view *view)
{
	for (unsigned account = 0; account < FIXTURE_ACCOUNTS; account++) {
		struct names_seen seen;
		size_t count = 0;

		list(f, view, STORE_ACCOUNT_ASSETS, &f->ledger.accounts[account].id, "", "", 10,
		     &seen);
		for (unsigned asset = 0; asset < MODEL_ASSETS; asset++) {
			bool found = false;

			for (size_t i = 0; i < seen.count; i++)
				found = found ||
				        memcmp(seen.names[i], model->assets[asset].bytes, HASH_SIZE) == 0;
			ck_assert_int_eq(found, model->holds[account][asset]);
			count += found;
		}
		ck_assert_uint_eq(seen.count, count);
	}
}

/* -- Logs and state now ------------------------------------------------------------ */

static void check_logs(struct store_fixture *f, const struct store_model *model,
                       struct store_view *view)
{
	const struct ledger_tip *tip = store_view_tip(view);
	struct store_log log;
	struct log_reader reader = store_log_open(&log, view, NULL);
	struct hash root = log_frontier_root(&tip->frontier);
	struct hash now;

	ck_ok(f, log_root_at(&now, &reader, tip->frontier.size, &f->why));
	ck_assert(hash_equal(&now, &root));
	for (size_t i = 1; i < model->block_count; i++) {
		const struct header *header = &model->blocks[i].header;

		ck_ok(f, log_root_at(&root, &reader, header->log_size, &f->why));
		ck_assert(hash_equal(&root, &header->log_root));
	}
	for (unsigned i = 0; i < MODEL_STREAMS; i++) {
		struct state_key key = state_key_of(STATE_STREAM_HEAD, &model->streams[i]);
		struct bytes_view value;
		struct stream_head head;

		ck_assert(model_get(model, model->block_count - 1, state_key_view(&key), &value));
		ck_assert_int_eq(stream_head_decode(&head, value), STATUS_OK);
		reader = store_log_open(&log, view, &model->streams[i]);
		ck_ok(f, log_root_at(&root, &reader, head.count, &f->why));
		ck_assert(hash_equal(&root, &head.root));
	}
}

static void check_tip(const struct store_fixture *f, const struct ledger_tip *tip)
{
	const struct ledger_tip *expected = &f->ledger.ledger.tip;

	ck_assert(headers_equal(&tip->header, &expected->header));
	ck_assert(hash_equal(&tip->hash, &expected->hash));
	ck_assert(hash_equal(&tip->state_root.hash, &expected->state_root.hash));
	ck_assert_uint_eq(tip->state_root.version, expected->state_root.version);
	ck_assert_uint_eq(tip->frontier.size, expected->frontier.size);
}

static void check_all(struct store_fixture *f, const struct store_model *model)
{
	struct store_view *view = store_fixture_view(f);
	struct store_check check = {.committed_height = model->block_count - 1, .seed = 1};
	struct store_check_result result;
	struct bytes_view file;

	check_tip(f, store_tip(f->store));
	check_tip(f, store_view_tip(view));
	ck_ok(f, store_read_genesis(view, &file, &f->why));
	ck_assert(bytes_equal(file, buffer_view(&f->genesis_file)));
	check_headers(f, model, view);
	check_entries(f, model, view);
	check_bodies(f, model, view);
	check_absent(f, model, view);
	for (unsigned i = 0; i < MODEL_STREAMS; i++)
		check_stream(f, model, view, i);
	check_accounts(f, model, view);
	check_names(f, model, view);
	check_keys(f, model, view);
	check_holdings(f, model, view);
	check_logs(f, model, view);
	store_view_close(view);
	ck_ok(f, store_check(f->store, &check, &result, &f->why));
	ck_assert(!result.lost_tail);
	ck_assert_uint_eq(result.tip_height, model->block_count - 1);
	ck_assert_uint_eq(result.blocks_checked, STORE_CHECK_BLOCKS);
	ck_assert_uint_gt(result.entries_checked, 0);
}

START_TEST(what_was_committed_is_read_back_fresh_restarted_and_compacted)
{
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 1);
	model_run(model, &f, 40, 12);
	check_all(&f, model);
	store_fixture_reopen(&f);
	check_all(&f, model);
	model_run(model, &f, 5, 12);
	ck_ok(&f, store_compact(f.store, &f.why));
	check_all(&f, model);
	store_fixture_reopen(&f);
	model_run(model, &f, 5, 12);
	check_all(&f, model);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_store_opened_for_reading_reads_the_same_and_changes_nothing)
{
	struct store_fixture f;
	struct store_model *model;
	struct hash before, after;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 2);
	model_run(model, &f, 40, 12);
	store_close(f.store);
	before = folder_hash(f.path);
	f.options.read_only = true;
	store_fixture_open(&f);
	check_all(&f, model);
	store_fixture_close(&f);
	after = folder_hash(f.path);
	ck_assert(hash_equal(&before, &after));
	model_free(model);
}
END_TEST

/* -- One at a time ----------------------------------------------------------------- */

START_TEST(a_certificate_is_kept_with_its_block)
{
	struct store_fixture f;
	struct certificate certificate = {
		.ballot = {.kind = VOTE_FINALIZE, .epoch = 3, .view = 7},
		.validator_count = 4,
		.signers = {true, false, true, true},
	};
	uint8_t expected[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(expected, sizeof expected);
	struct draft *draft;
	struct store_header header;
	struct store_view *view;

	store_fixture_init(&f, NULL);
	memset(certificate.signatures[2].bytes, 0x5a, SIGNATURE_SIZE);
	draft = ledger_fixture_sealed(&f.ledger, NULL, NULL, 0);
	certificate.ballot.block = draft->hash;
	ck_ok(&f, store_commit(f.store, draft, &certificate, &f.why));
	draft_free(draft);
	view = store_fixture_view(&f);
	ck_ok(&f, store_read_header(view, 1, &header, &f.why));
	certificate_put(&out, &certificate);
	ck_assert(bytes_equal(header.certificate,
	                      bytes_view(expected, sizeof expected - out.left)));
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

START_TEST(values_of_any_size_come_back)
{
	static char value[60001];
	struct hash stream = stream_id_of(text_view("big"));
	struct store_fixture f;
	struct store_view *view;
	size_t sizes[] = {1, 4000, 4096, 20000, 60000};

	store_fixture_init(&f, NULL);
	store_fixture_do(&f, 0, make_stream("big", STREAM_WRITE_OPEN));
	for (size_t i = 0; i < 5; i++) {
		memset(value, 'a' + (int)i, sizes[i]);
		value[sizes[i]] = '\0';
		store_fixture_do(&f, 0, make_append(&stream, "", value));
		if (i == 2)
			ck_ok(&f, store_compact(f.store, &f.why));
	}
	store_fixture_reopen(&f);
	view = store_fixture_view(&f);
	for (size_t i = 0; i < 5; i++) {
		struct store_record record;
		struct store_entry entry;
		struct operation operation;
		struct cursor in;
		struct tx tx;

		ck_ok(&f, store_find_record(view, &stream, i, &record, &f.why));
		ck_ok(&f, store_read_entry(view, record.log_index, &entry, &f.why));
		ck_assert(tx_decode(&tx, &f.ledger.network, entry.tx, NULL) == VERDICT_GOOD);
		in = tx_operations(&tx);
		ck_assert_int_eq(operation_get(&in, &operation), STATUS_OK);
		ck_assert_uint_eq(operation.record_append.value.size, sizes[i]);
		ck_assert_uint_eq(operation.record_append.value.at[sizes[i] - 1], 'a' + i);
	}
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

START_TEST(names_longer_than_any_that_can_exist_find_nothing)
{
	static char text[2000];
	struct store_fixture f;
	struct store_view *view;
	struct names_seen seen = {0};
	struct list_seen versions = {0};
	struct store_range range = {.limit = 10};
	struct hash stream = stream_id_of(text_view("s"));

	store_fixture_init(&f, NULL);
	store_fixture_do(&f, 0, make_stream("s", STREAM_WRITE_OPEN));
	view = store_fixture_view(&f);
	memset(text, 'a', sizeof text - 1);
	ck_ok(&f, store_list_names(view, STORE_STREAMS, NULL, text_view(text), text_view(""),
	                           9, see_name, &seen, &f.why));
	ck_assert_uint_eq(seen.count, 0);
	ck_ok(&f, store_list_names(view, STORE_STREAMS, NULL, text_view(""), text_view(text),
	                           9, see_name, &seen, &f.why));
	ck_assert_uint_eq(seen.count, 1);
	ck_ok(&f, store_list_versions(view, &stream, text_view(text), &range, see_version,
	                              &versions, &f.why));
	ck_assert_uint_eq(versions.count, 0);
	store_view_close(view);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store reads");
	TCase *all = tcase_create("against the model");
	TCase *single = tcase_create("one at a time");

	tcase_add_test(all, what_was_committed_is_read_back_fresh_restarted_and_compacted);
	tcase_add_test(all, a_store_opened_for_reading_reads_the_same_and_changes_nothing);
	suite_add_tcase(suite, all);
	tcase_add_test(single, a_certificate_is_kept_with_its_block);
	tcase_add_test(single, values_of_any_size_come_back);
	tcase_add_test(single, names_longer_than_any_that_can_exist_find_nothing);
	suite_add_tcase(suite, single);
	return suite;
}
