#include "tests/support/receipt_fixture.h"

#include "chain/proof/state_hash.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIXTURE_FILE_SIZE_MAX = 64 << 20 };

static void demand(bool holds, const char *what, const struct why *why)
{
	if (holds)
		return;
	fprintf(stderr, "receipt fixture: %s: %s\n", what, why ? why->text : "");
	abort();
}

/* -- Blocks ---------------------------------------------------------------------------
 */

static void remember_block(struct receipt_fixture *fixture, const struct draft *draft,
                           const struct validator_set *next,
                           const struct parameters *next_parameters)
{
	size_t count = fixture->block_count;
	struct receipt_block *block;

	fixture->blocks = realloc(fixture->blocks, (count + 1) * sizeof *fixture->blocks);
	demand(fixture->blocks != NULL, "memory", NULL);
	block = &fixture->blocks[count];
	*block = (struct receipt_block){.next = *next, .next_parameters = *next_parameters};
	block->header = draft ? draft->header : fixture->chain.ledger.tip.header;
	block->set = count > 0 ? block[-1].next : *next;
	block->parameters = count > 0 ? block[-1].next_parameters : *next_parameters;
	fixture->block_count++;
	fixture->log_size = block->header.log_size + 1;
}

static void remember_record(struct receipt_fixture *fixture, const struct draft *draft,
                            const struct draft_record *record)
{
	const struct draft_tx *held = draft->txs[record->tx_index];
	struct receipt_place *place;
	struct operation operation;
	struct record_leaf leaf;
	struct writer out;
	struct cursor in;
	struct tx tx;

	fixture->places =
		realloc(fixture->places, (fixture->place_count + 1) * sizeof *fixture->places);
	demand(fixture->places != NULL, "memory", NULL);
	place = &fixture->places[fixture->place_count++];
	demand(tx_from_known(&tx, held->bytes, &held->txid, &held->leaf_hash) == STATUS_OK,
	       "a transaction", NULL);
	in = tx_operations(&tx);
	for (unsigned i = 0; i <= record->operation; i++)
		demand(operation_get(&in, &operation) == STATUS_OK, "an operation", NULL);
	leaf = (struct record_leaf){
		.position = record->position,
		.author = tx.sender,
		.txid = tx.txid,
		.operation = record->operation,
		.time_ms = draft->header.time_ms,
		.key = operation.record_append.key,
		.content_type = operation.record_append.content_type,
		.value_kind = operation.record_append.value_kind,
		.value_hash = hash_of(operation.record_append.value),
	};
	if (leaf.value_kind == VALUE_FILE)
		memcpy(leaf.value_hash.bytes, operation.record_append.value.at, HASH_SIZE);
	*place = (struct receipt_place){.stream = record->stream->id,
	                                .position = record->position};
	place->leaf_size = record_leaf_size(&leaf);
	out = writer_on(place->leaf, place->leaf_size);
	record_leaf_put(&out, &leaf);
}

void receipt_fixture_init(struct receipt_fixture *fixture,
                          const struct parameters *parameters, size_t validator_count)
{
	*fixture = (struct receipt_fixture){.keeps_records = true};
	ledger_fixture_init_set(&fixture->chain, parameters, validator_count);
	remember_block(fixture, NULL, &fixture->chain.genesis->validators,
	               &fixture->chain.genesis->parameters);
}

void receipt_fixture_close(struct receipt_fixture *fixture)
{
	free(fixture->blocks);
	free(fixture->places);
	ledger_fixture_close(&fixture->chain);
}

void receipt_fixture_block(struct receipt_fixture *fixture, const struct tx *const *txs,
                           size_t count)
{
	struct draft *draft = ledger_fixture_sealed(&fixture->chain, NULL, txs, count);

	remember_block(fixture, draft, draft->next_validators, &draft->next_parameters);
	for (size_t i = 0; fixture->keeps_records && i < draft->record_count; i++) {
		remember_record(fixture, draft, &draft->records[i]);
		/* the draft's copy dies with it */
		fixture->places[fixture->place_count - 1].tx =
			txs[draft->records[i].tx_index]->bytes;
	}
	memory_ledger_commit(&fixture->chain.ledger, draft);
	draft_free(draft);
}

void receipt_fixture_do(struct receipt_fixture *fixture, unsigned sender,
                        struct operation operation)
{
	const struct tx *tx = ledger_fixture_tx_of(&fixture->chain, sender, operation);

	receipt_fixture_block(fixture, &tx, 1);
}

void receipt_fixture_root(struct receipt_fixture *fixture, struct operation operation)
{
	const struct tx *tx = ledger_fixture_root_tx(&fixture->chain, operation);

	receipt_fixture_block(fixture, &tx, 1);
}

struct hash receipt_fixture_stream(struct receipt_fixture *fixture, const char *name)
{
	receipt_fixture_do(fixture, 0, make_stream(name, STREAM_WRITE_OPEN));
	return stream_id_of(text_view(name));
}

const struct receipt_block *receipt_fixture_tip(const struct receipt_fixture *fixture)
{
	return &fixture->blocks[fixture->block_count - 1];
}

/* -- Signatures -----------------------------------------------------------------------
 */

static size_t quorum_of(const struct validator_set *set,
                        const struct parameters *parameters)
{
	return validators_quorum(set->count,
	                         (enum fault_model)parameters->values[PARAMETER_fault_model]);
}

struct receipt_signing receipt_fixture_signing(const struct receipt_fixture *fixture)
{
	const struct receipt_block *tip = receipt_fixture_tip(fixture);
	size_t quorum = quorum_of(&tip->next, &tip->next_parameters);

	return (struct receipt_signing){
		.set = &tip->next,
		.cosigners = (uint32_t)((UINT64_C(1) << quorum) - 1),
		.loggers = 1,
		.time_s = tip->header.time_ms / 1000 + 1,
	};
}

/* The seed of a cosign key of this fixture's numbers. */
static void find_seed(uint8_t seed[COSIGN_SEED_SIZE], const struct hash *cosign_key)
{
	for (unsigned number = FIXTURE_VALIDATOR; number < FIXTURE_VALIDATOR + 200;
	     number++) {
		struct hash key;

		ledger_fixture_cosign_seed(seed, number);
		demand(cosign_key_public(&key, seed) == STATUS_OK, "a key", NULL);
		if (hash_equal(&key, cosign_key))
			return;
	}
	demand(false, "a validator without a number", NULL);
}

static enum status read_log_tile(void *owner, unsigned level, uint64_t index,
                                 struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	const struct ledger_source *source = owner;

	return source->read_tile(source->owner, NULL, level, index, hashes, count);
}

static struct log_reader log_reader(const struct receipt_fixture *fixture)
{
	return (struct log_reader){
		.owner = (void *)(uintptr_t)&fixture->chain.ledger.source,
		.read_tile = read_log_tile,
	};
}

static void origin_put(char origin[ORIGIN_SIZE_MAX + 1],
                       const struct receipt_fixture *fixture)
{
	origin_of(origin, text_view(fixture->chain.genesis->name),
	          &fixture->chain.network.genesis);
}

void receipt_fixture_note(struct buffer *out, const struct receipt_fixture *fixture,
                          uint64_t size, const struct receipt_signing *signing)
{
	struct log_reader reader = log_reader(fixture);
	char origin[ORIGIN_SIZE_MAX + 1];
	char name[WITNESS_NAME_SIZE_MAX + 1];
	struct buffer text;
	struct hash root;
	struct why why;
	uint64_t time_s = signing->time_s;

	origin_put(origin, fixture);
	demand(log_root_at(&root, &reader, size, &why) == STATUS_OK, "a root", &why);
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	checkpoint_put(&text, text_view(origin), size, &root);
	buffer_append_view(out, buffer_view(&text));
	buffer_append_text(out, "\n");
	for (size_t i = 0; i < signing->set->count; i++) {
		const struct hash *key = &signing->set->items[i].cosign_key;
		uint8_t seed[COSIGN_SEED_SIZE], bytes[COSIGN_SIGNATURE_SIZE];

		if (!(signing->loggers >> i & 1))
			continue;
		find_seed(seed, key);
		demand(checkpoint_sign(bytes, seed, buffer_view(&text)) == STATUS_OK, "sign",
		       NULL);
		note_signature_put(out, text_view(origin),
		                   note_key_id(text_view(origin), NOTE_ED25519, key),
		                   bytes_view(bytes, sizeof bytes));
	}
	for (size_t i = 0; i < signing->set->count; i++) {
		const struct hash *key = &signing->set->items[i].cosign_key;
		uint8_t seed[COSIGN_SEED_SIZE], bytes[COSIGNATURE_SIZE];

		if (!(signing->cosigners >> i & 1))
			continue;
		find_seed(seed, key);
		witness_name_of(name, text_view(origin), key);
		demand(cosignature_sign(bytes, seed, time_s++, buffer_view(&text)) == STATUS_OK,
		       "cosign", NULL);
		note_signature_put(out, text_view(name),
		                   note_key_id(text_view(name), NOTE_COSIGNATURE, key),
		                   bytes_view(bytes, sizeof bytes));
	}
	buffer_close(&text);
}

/* -- Files ----------------------------------------------------------------------------
 */

void receipt_fixture_policy(struct buffer *out, const struct receipt_fixture *fixture,
                            const struct validator_set *set, size_t quorum)
{
	const struct receipt_block *tip = receipt_fixture_tip(fixture);
	struct hash keys[VALIDATORS_MAX];
	char origin[ORIGIN_SIZE_MAX + 1];

	for (size_t i = 0; i < set->count; i++)
		keys[i] = set->items[i].cosign_key;
	origin_put(origin, fixture);
	if (quorum == 0)
		quorum = quorum_of(set, &tip->next_parameters);
	policy_put(out, text_view(origin), keys, set->count, quorum);
}

void receipt_fixture_file(struct buffer *out, const struct receipt_fixture *fixture,
                          const struct buffer *extra, uint64_t index, uint64_t size,
                          const struct receipt_signing *signing)
{
	struct log_reader reader = log_reader(fixture);
	struct log_path path;
	struct buffer note;
	struct why why;

	demand(log_prove_inclusion(&path, &reader, index, size, &why) == STATUS_OK,
	       "an inclusion proof", &why);
	buffer_init(&note, FIXTURE_FILE_SIZE_MAX);
	receipt_fixture_note(&note, fixture, size, signing);
	demand(extra->status == STATUS_OK, "an extra", NULL);
	tlog_proof_put(out, buffer_view(extra), index, path.hashes, path.count,
	               buffer_view(&note));
	demand(out->status == STATUS_OK, "a file", NULL);
	buffer_close(&note);
}

void receipt_fixture_tx(struct buffer *out, const struct receipt_fixture *fixture,
                        const struct tx *tx, uint64_t index,
                        const struct bytes_view *names, size_t name_count,
                        const struct receipt_signing *signing)
{
	struct buffer extra;

	buffer_init(&extra, FIXTURE_FILE_SIZE_MAX);
	receipt_extra_put_tx(&extra, &fixture->chain.network.genesis, tx->bytes, names,
	                     name_count);
	receipt_fixture_file(out, fixture, &extra, index, fixture->log_size, signing);
	buffer_close(&extra);
}

void receipt_fixture_seal(struct buffer *out, const struct receipt_fixture *fixture,
                          uint64_t height, const struct receipt_signing *signing)
{
	const struct receipt_block *block = &fixture->blocks[height];
	struct buffer extra;

	buffer_init(&extra, FIXTURE_FILE_SIZE_MAX);
	receipt_extra_put_succession(&extra, &fixture->chain.network.genesis, &block->header,
	                             &block->next, &block->next_parameters);
	receipt_fixture_file(out, fixture, &extra, block->header.log_size,
	                     block->header.log_size + 1, signing);
	buffer_close(&extra);
}

/* -- State ----------------------------------------------------------------------------
 */

static enum status read_value_hash(void *owner, const struct hash *key_hash,
                                   struct hash *value_hash)
{
	const struct ledger_source *source = owner;
	struct bytes_view value;
	bool found;
	enum status status = source->get_state(source->owner, key_hash, &value, &found);

	if (status == STATUS_OK && !found)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*value_hash = state_value_hash(value);
	return status;
}

static enum status read_page(void *owner, const struct state_page_key *key,
                             struct bytes_view *page)
{
	const struct ledger_source *source = owner;

	return source->read_page(source->owner, key, page);
}

struct state_proof *receipt_fixture_prove(const struct receipt_fixture *fixture,
                                          struct bytes_view raw_key)
{
	struct state_reader reader = {
		.owner = (void *)(uintptr_t)&fixture->chain.ledger.source,
		.read_page = read_page,
		.read_value_hash = read_value_hash,
	};
	struct hash key_hash = network_state_key(&fixture->chain.network, raw_key);
	struct state_proof *proof = calloc(1, sizeof *proof);
	struct why why;

	demand(proof &&
	           state_tree_prove(proof, &reader, &fixture->chain.ledger.tip.state_root,
	                            &key_hash, &why) == STATUS_OK,
	       "a state proof", &why);
	return proof;
}

void receipt_fixture_state(struct buffer *out, const struct receipt_fixture *fixture,
                           struct bytes_view raw_key, const char *name,
                           const struct receipt_signing *signing)
{
	const struct receipt_block *tip = receipt_fixture_tip(fixture);
	const struct memory_value *held =
		memory_ledger_find(&fixture->chain.ledger, &fixture->chain.network, raw_key);
	struct state_proof *proof = receipt_fixture_prove(fixture, raw_key);
	struct bytes_view value = {0};
	struct buffer extra;

	if (held)
		value = bytes_view(held->value, held->value_size);
	buffer_init(&extra, FIXTURE_FILE_SIZE_MAX);
	receipt_extra_put_state(&extra, &fixture->chain.network.genesis, &tip->header,
	                        &tip[-1].header, raw_key, held ? &value : NULL,
	                        text_view(name), proof);
	receipt_fixture_file(out, fixture, &extra, tip->header.log_size, fixture->log_size,
	                     signing);
	buffer_close(&extra);
	free(proof);
}

/* -- Records --------------------------------------------------------------------------
 */

struct stream_tiles {
	const struct ledger_source *source;
	struct hash stream;
};

static enum status read_stream_tile(void *owner, unsigned level, uint64_t index,
                                    struct hash hashes[LOG_TILE_WIDTH], size_t *count)
{
	const struct stream_tiles *tiles = owner;

	return tiles->source->read_tile(tiles->source->owner, &tiles->stream, level, index,
	                                hashes, count);
}

static const struct receipt_place *find_place(const struct receipt_fixture *fixture,
                                              const struct hash *stream,
                                              uint64_t position)
{
	for (size_t i = 0; i < fixture->place_count; i++)
		if (fixture->places[i].position == position &&
		    hash_equal(&fixture->places[i].stream, stream))
			return &fixture->places[i];
	demand(false, "a record", NULL);
	return NULL;
}

static void fill_records(struct receipt_records *records, struct bytes_view *leaves,
                         struct bytes_view *txs, const struct receipt_fixture *fixture,
                         const struct hash *stream, bool with_txs)
{
	for (size_t i = 0; i < records->leaf_count; i++) {
		const struct receipt_place *place =
			find_place(fixture, stream, records->from + i);

		leaves[i] = bytes_view(place->leaf, place->leaf_size);
		if (with_txs &&
		    (records->tx_count == 0 || txs[records->tx_count - 1].at != place->tx.at))
			txs[records->tx_count++] = place->tx;
	}
	records->leaves = leaves;
	records->txs = txs;
}

void receipt_fixture_records(struct buffer *out, const struct receipt_fixture *fixture,
                             const char *stream_name, uint64_t from, size_t count,
                             bool with_txs, const struct receipt_signing *signing)
{
	const struct receipt_block *tip = receipt_fixture_tip(fixture);
	struct stream_tiles tiles = {.source = &fixture->chain.ledger.source,
	                             .stream = stream_id_of(text_view(stream_name))};
	struct log_reader reader = {.owner = &tiles, .read_tile = read_stream_tile};
	struct state_key key = state_key_of(STATE_STREAM_HEAD, &tiles.stream);
	const struct memory_value *head = memory_ledger_find(
		&fixture->chain.ledger, &fixture->chain.network, state_key_view(&key));
	struct state_proof *proof = receipt_fixture_prove(fixture, state_key_view(&key));
	struct receipt_records records = {
		.stream_name = text_view(stream_name),
		.proof = proof,
		.from = from,
		.leaf_count = count,
	};
	struct bytes_view *leaves = calloc(2 * count + 1, sizeof *leaves);
	struct log_range range;
	struct buffer extra;
	struct why why;

	demand(head && leaves &&
	           stream_head_decode(&records.head,
	                              bytes_view(head->value, head->value_size)) == STATUS_OK,
	       "a stream's head", NULL);
	fill_records(&records, leaves, leaves + count, fixture, &tiles.stream, with_txs);
	if (count > 0) {
		demand(log_prove_range(&range, &reader, from, count, records.head.count, &why) ==
		           STATUS_OK,
		       "a range", &why);
		records.range = &range;
	}
	buffer_init(&extra, FIXTURE_FILE_SIZE_MAX);
	receipt_extra_put_records(&extra, &fixture->chain.network.genesis, &tip->header,
	                          &tip[-1].header, &records);
	receipt_fixture_file(out, fixture, &extra, tip->header.log_size, fixture->log_size,
	                     signing);
	buffer_close(&extra);
	free(leaves);
	free(proof);
}
