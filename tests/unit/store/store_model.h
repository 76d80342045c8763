/* The naive model of a ledger: lists of all that happened, made from the transactions
 * alone. And a busy network that fills it, the same for the same seed. */
#ifndef TESTS_UNIT_STORE_STORE_MODEL_H
#define TESTS_UNIT_STORE_STORE_MODEL_H

#include "tests/unit/store/store_fixture.h"

enum {
	MODEL_STREAMS = 3,
	MODEL_ASSETS = 2,
	MODEL_KEYS = 6,
	MODEL_OPERATIONS = 3, /* of a transaction, at most */
	MODEL_BLOCKS_MAX = 128,
	MODEL_ENTRIES_MAX = 4096,
	MODEL_RECORDS_MAX = 4096,
	MODEL_VALUES_MAX = 256,
};

struct model_block {
	struct header header;
	struct hash hash;
	struct state_root state_root;
	size_t new_page_count;
	size_t stale_page_count;
	size_t change_count; /* values that are not what they were before */
};

struct model_entry {
	uint64_t height;
	bool is_header;
	struct hash txid;
	size_t size;
	uint8_t *bytes;
};

struct model_record {
	unsigned stream;
	uint64_t log_index;
	uint16_t operation;
	unsigned author; /* account number */
	char key[32];
};

/* The whole state after one block. */
struct model_state {
	size_t count;
	struct {
		size_t key_size;
		size_t value_size;
		uint8_t *key;
		uint8_t *value;
	} values[MODEL_VALUES_MAX];
};

struct store_model {
	struct random random;
	char names[MODEL_STREAMS][16];
	char asset_names[MODEL_ASSETS][16];
	struct hash streams[MODEL_STREAMS];
	struct hash assets[MODEL_ASSETS];
	size_t block_count;
	struct model_block blocks[MODEL_BLOCKS_MAX];
	struct model_state states[MODEL_BLOCKS_MAX];
	size_t entry_count;
	struct model_entry entries[MODEL_ENTRIES_MAX];
	size_t record_count;
	struct model_record records[MODEL_RECORDS_MAX];
	bool holds[FIXTURE_ACCOUNTS][MODEL_ASSETS]; /* after some block, if not now */
	/* [account][log index]: the transaction concerns it */
	bool concerns[FIXTURE_ACCOUNTS][MODEL_ENTRIES_MAX];
};

static inline unsigned model_account(const struct store_fixture *f, const struct hash *id)
{
	for (unsigned i = 0; i < FIXTURE_ACCOUNTS; i++)
		if (hash_equal(&f->ledger.accounts[i].id, id))
			return i;
	ck_abort_msg("an account that nobody has");
	return 0;
}

static inline unsigned model_index(const struct hash *ids, unsigned count,
                                   const struct hash *id)
{
	for (unsigned i = 0; i < count; i++)
		if (hash_equal(&ids[i], id))
			return i;
	ck_abort_msg("an id that nobody has");
	return 0;
}

/* -- Taking in a block ------------------------------------------------------------- */

static inline void model_take_operation(struct store_model *model,
                                        const struct store_fixture *f,
                                        const struct tx *tx, uint16_t index,
                                        const struct operation *operation)
{
	size_t log_index = model->entry_count;
	unsigned sender = model_account(f, &tx->sender);

	model->concerns[sender][log_index] = true;
	if (operation->kind == OPERATION_record_append) {
		struct model_record *record = &model->records[model->record_count++];
		struct bytes_view key = operation->record_append.key;

		ck_assert_uint_le(model->record_count, MODEL_RECORDS_MAX);
		*record = (struct model_record){
			.stream = model_index(model->streams, MODEL_STREAMS,
		                          &operation->record_append.stream),
			.log_index = log_index,
			.operation = index,
			.author = sender,
		};
		if (key.size > 0)
			memcpy(record->key, key.at, key.size);
	} else if (operation->kind == OPERATION_asset_mint ||
	           operation->kind == OPERATION_asset_transfer) {
		/* A mint has the fields of a transfer. */
		const struct asset_mint *mint = &operation->asset_mint;
		unsigned to = model_account(f, &mint->to);

		model->concerns[to][log_index] = true;
	} else if (operation->kind == OPERATION_stream_grant ||
	           operation->kind == OPERATION_stream_revoke) {
		/* So have a grant and a revocation. */
		unsigned to = model_account(f, &operation->stream_grant.account);

		model->concerns[to][log_index] = true;
	}
}

static inline struct model_entry *model_add_entry(struct store_model *model,
                                                  uint64_t height)
{
	struct model_entry *entry = &model->entries[model->entry_count];

	ck_assert_uint_lt(model->entry_count, MODEL_ENTRIES_MAX);
	*entry = (struct model_entry){.height = height};
	return entry;
}

static inline void model_take_tx(struct store_model *model, const struct store_fixture *f,
                                 uint64_t height, struct bytes_view bytes)
{
	struct model_entry *entry = model_add_entry(model, height);
	struct cursor in;
	struct tx tx;

	ck_assert(tx_decode(&tx, &f->ledger.network, bytes, NULL) == VERDICT_GOOD);
	entry->txid = tx.txid;
	entry->size = bytes.size;
	entry->bytes = malloc(bytes.size);
	memcpy(entry->bytes, bytes.at, bytes.size);
	in = tx_operations(&tx);
	for (uint16_t i = 0; i < tx.operation_count; i++) {
		struct operation operation;

		ck_assert(operation_get(&in, &operation) == STATUS_OK);
		model_take_operation(model, f, &tx, i, &operation);
	}
	model->entry_count++;
}

static inline uint8_t *model_copy(const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	ck_assert_ptr_nonnull(copy);
	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

static inline void model_take_state(struct model_state *state,
                                    const struct memory_ledger *ledger)
{
	const struct memory_value *value;

	for (value = ledger->values; value; value = value->hh.next) {
		size_t i = state->count++;

		ck_assert_uint_le(state->count, MODEL_VALUES_MAX);
		state->values[i].key_size = value->key_size;
		state->values[i].value_size = value->value_size;
		state->values[i].key = model_copy(value->key, value->key_size);
		state->values[i].value = model_copy(value->value, value->value_size);
	}
}

/* The value under a raw key after a block; false: there is none. */
static inline bool model_get(const struct store_model *model, size_t height,
                             struct bytes_view key, struct bytes_view *value)
{
	const struct model_state *state = &model->states[height];

	for (size_t i = 0; i < state->count; i++) {
		if (!bytes_equal(bytes_view(state->values[i].key, state->values[i].key_size),
		                 key))
			continue;
		*value = bytes_view(state->values[i].value, state->values[i].value_size);
		return true;
	}
	return false;
}

static inline size_t model_change_count(const struct store_model *model, size_t height)
{
	const struct model_state *state = &model->states[height];
	size_t count = 0;

	for (size_t side = 0; side < 2 && height > 0; side++) {
		const struct model_state *from = side == 0 ? state : state - 1;

		for (size_t i = 0; i < from->count; i++) {
			struct bytes_view key =
				bytes_view(from->values[i].key, from->values[i].key_size);
			struct bytes_view now = {0}, before = {0};
			bool is = model_get(model, height, key, &now);
			bool was = model_get(model, height - 1, key, &before);

			/* Values that are in both are counted on the first side. */
			if (side == 0 ? !was || !bytes_equal(now, before) : was && !is)
				count++;
		}
	}
	return count;
}

static inline void model_take_holdings(struct store_model *model,
                                       const struct store_fixture *f, size_t height)
{
	for (unsigned i = 0; i < FIXTURE_ACCOUNTS; i++) {
		for (unsigned j = 0; j < MODEL_ASSETS; j++) {
			struct state_key key = state_key_of_pair(STATE_BALANCE, &model->assets[j],
			                                         &f->ledger.accounts[i].id);
			struct bytes_view value;

			if (model_get(model, height, state_key_view(&key), &value))
				model->holds[i][j] = true;
		}
	}
}

/* After the draft was committed to the ledger in memory. */
static inline void model_take(struct store_model *model, const struct store_fixture *f,
                              const struct model_block *block, struct bytes_view body)
{
	uint64_t height = model->block_count++;
	struct cursor in = cursor_on(body);
	struct model_entry *entry;

	ck_assert_uint_eq(height, block->header.height);
	ck_assert_uint_le(model->block_count, MODEL_BLOCKS_MAX);
	while (in.left > 0)
		model_take_tx(model, f, height, body_next(&in));
	entry = model_add_entry(model, height);
	entry->is_header = true;
	entry->txid = block->hash;
	model->entry_count++;
	model->blocks[height] = *block;
	model_take_state(&model->states[height], &f->ledger.ledger);
	model_take_holdings(model, f, height);
	model->blocks[height].change_count = model_change_count(model, height);
}

/* -- The busy network -------------------------------------------------------------- */

static inline struct operation model_operation(struct store_model *model,
                                               const struct store_fixture *f)
{
	/* Views of these must live until the transaction is made. */
	static char keys[MODEL_KEYS][16], values[MODEL_OPERATIONS][32];
	static unsigned turn;
	char *value = values[turn++ % MODEL_OPERATIONS];
	struct random *random = &model->random;
	const struct hash *stream = &model->streams[random_below(random, MODEL_STREAMS)];
	const struct hash *asset = &model->assets[random_below(random, MODEL_ASSETS)];
	const struct hash *account =
		&f->ledger.accounts[random_below(random, FIXTURE_ACCOUNTS)].id;
	unsigned key = random_below(random, MODEL_KEYS);

	snprintf(keys[key], sizeof keys[key], "key/%u", key);
	snprintf(value, sizeof values[0], "value %u", random_u32(random));
	switch (random_below(random, 8)) {
	case 0:
	case 1:
		return make_append(stream, keys[key], value);
	case 2:
	case 3:
		return make_append(stream, "", value);
	case 4:
		return make_mint(asset, account, 1 + random_below(random, 3));
	case 5:
		return make_transfer(asset, account, 1);
	case 6:
		return random_below(random, 2) ? make_grant(stream, STREAM_ROLE_WRITER, account)
		                               : make_revoke(stream, STREAM_ROLE_WRITER, account);
	default:
		return make_describe(value);
	}
}

/* One sealed block of at most `tx_count` transactions; those that the rules refuse are
 * left out. Block 1 makes the streams and assets. */
static inline struct draft *model_draft(struct store_model *model,
                                        struct store_fixture *f, unsigned tx_count)
{
	struct draft *draft = ledger_fixture_draft(&f->ledger, NULL);

	for (unsigned i = 0; i < MODEL_STREAMS && draft->header.height == 1; i++)
		ledger_fixture_expect_taken(
			&f->ledger, draft,
			ledger_fixture_tx_of(&f->ledger, 0,
		                         make_stream(model->names[i], STREAM_WRITE_OPEN)));
	for (unsigned i = 0; i < MODEL_ASSETS && draft->header.height == 1; i++)
		ledger_fixture_expect_taken(
			&f->ledger, draft,
			ledger_fixture_tx_of(&f->ledger, i, make_asset(model->asset_names[i], 2)));
	for (unsigned i = 0; i < tx_count && draft->header.height > 1; i++) {
		struct operation operations[MODEL_OPERATIONS];
		size_t count = 1 + random_below(&model->random, MODEL_OPERATIONS);

		for (size_t j = 0; j < count; j++)
			operations[j] = model_operation(model, f);
		(void)ledger_fixture_add(&f->ledger, draft,
		                         ledger_fixture_tx(&f->ledger,
		                                           random_below(&model->random, 4),
		                                           operations, count));
	}
	ledger_fixture_seal(&f->ledger, draft);
	return draft;
}

/* Commits a sealed draft to both ledgers (or to the one in memory, where the fixture has
 * no store) and to the model, and frees it. */
static inline void model_commit(struct store_model *model, struct store_fixture *f,
                                struct draft *draft)
{
	struct model_block block = {
		.header = draft->header,
		.hash = draft->hash,
		.state_root = draft->state_root,
		.new_page_count = draft->update.page_count,
		.stale_page_count = draft->update.stale_count,
	};

	if (f->store)
		ck_ok(f, store_commit(f->store, draft, NULL, &f->why));
	memory_ledger_commit(&f->ledger.ledger, draft);
	model_take(model, f, &block, buffer_view(&draft->body));
	draft_free(draft);
	ledger_fixture_forget_txs(&f->ledger);
}

/* Blocks of up to `tx_count` transactions, some of them empty. */
static inline void model_run(struct store_model *model, struct store_fixture *f,
                             unsigned block_count, unsigned tx_count)
{
	for (unsigned i = 0; i < block_count; i++)
		model_commit(model, f,
		             model_draft(model, f, random_below(&model->random, tx_count + 1)));
}

/* Knows genesis, which the fixture has committed. */
static inline struct store_model *model_new(struct store_fixture *f, uint64_t seed)
{
	struct store_model *model = calloc(1, sizeof *model);
	const struct ledger_tip *tip = &f->ledger.ledger.tip;
	struct model_block genesis = {
		.header = tip->header,
		.hash = tip->hash,
		.state_root = tip->state_root,
		.new_page_count = memory_ledger_page_count(&f->ledger.ledger),
	};

	ck_assert_ptr_nonnull(model);
	model->random = random_from(seed);
	for (unsigned i = 0; i < MODEL_STREAMS; i++) {
		snprintf(model->names[i], sizeof model->names[i], "stream-%c", 'c' - i);
		model->streams[i] = stream_id_of(text_view(model->names[i]));
	}
	for (unsigned i = 0; i < MODEL_ASSETS; i++) {
		snprintf(model->asset_names[i], sizeof model->asset_names[i], "asset.%u", i);
		model->assets[i] = asset_id_of(text_view(model->asset_names[i]));
	}
	f->ledger.is_unsigned = true;
	model_take(model, f, &genesis, (struct bytes_view){0});
	return model;
}

static inline void model_free(struct store_model *model)
{
	for (size_t i = 0; i < model->entry_count; i++)
		free(model->entries[i].bytes);
	for (size_t i = 0; i < model->block_count; i++) {
		for (size_t j = 0; j < model->states[i].count; j++) {
			free(model->states[i].values[j].key);
			free(model->states[i].values[j].value);
		}
	}
	free(model);
}

#endif
