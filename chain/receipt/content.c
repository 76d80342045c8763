#include "chain/receipt/content.h"

#include "chain/proof/state_hash.h"
#include "chain/receipt/mentions.h"
#include "chain/receipt/sets.h"

static enum receipt_verdict wrong(struct why *why, const char *text)
{
	why_say(why, STATUS_MALFORMED, "%s", text);
	return RECEIPT_CONTENT;
}

static enum receipt_verdict no_memory(struct why *why)
{
	why_say(why, STATUS_MEMORY, "%s", status_text(STATUS_MEMORY));
	return RECEIPT_FAILED;
}

/* -- A transaction ------------------------------------------------------------------- */

/* Its form and its signature, which holds for the right genesis hash alone. */
static enum receipt_verdict read_tx(struct tx *tx, const struct hash *genesis,
                                    struct bytes_view bytes, struct why *why)
{
	struct network network;
	struct refusal refusal;

	network_init(&network, genesis);
	if (tx_decode(tx, &network, bytes, &refusal) != VERDICT_GOOD) {
		why_say(why, STATUS_MALFORMED, "its transaction: %s", refusal.text);
		return RECEIPT_CONTENT;
	}
	if (tx_check_signature(tx, &refusal) != VERDICT_GOOD) {
		why_say(why, STATUS_MALFORMED, "its transaction: %s", refusal.text);
		return RECEIPT_SIGNATURE;
	}
	return RECEIPT_GOOD;
}

static bool names_id(const struct receipt_name *name, const struct operation *operation)
{
	struct mention mentions[MENTIONS_MAX];
	size_t count = operation_mentions(operation, mentions);

	for (size_t i = 0; i < count; i++)
		if (hash_equal(mentions[i].kind == STATE_STREAM ? &name->stream : &name->asset,
		               mentions[i].id))
			return true;
	return false;
}

static bool is_used(const struct receipt_name *name, const struct tx *tx)
{
	struct cursor in = tx_operations(tx);

	for (uint16_t i = 0; i < tx->operation_count; i++) {
		struct operation operation;

		if (operation_get(&in, &operation) == STATUS_OK && names_id(name, &operation))
			return true;
	}
	return false;
}

static enum receipt_verdict check_tx(struct receipt_facts *facts, struct arena *arena,
                                     const struct receipt_extra *extra, struct why *why)
{
	struct extra_list left = extra->names;
	struct receipt_name *names = arena_take(arena, (left.count + 1) * sizeof *names);
	enum receipt_verdict verdict = read_tx(&facts->tx, &facts->genesis, extra->leaf, why);
	struct bytes_view name;

	if (!names)
		return no_memory(why);
	if (verdict != RECEIPT_GOOD)
		return verdict;
	while (extra_list_next(&name, &left)) {
		struct receipt_name *entry = &names[facts->name_count++];

		*entry = (struct receipt_name){
			.name = name,
			.stream = stream_id_of(name),
			.asset = asset_id_of(name),
		};
		if (!name_is_valid(name) || !is_used(entry, &facts->tx))
			return wrong(why,
			             "a name in it that is no name of what the transaction means");
	}
	facts->names = names;
	return RECEIPT_GOOD;
}

/* -- The state after a block --------------------------------------------------------- */

/* The genesis hash is the network's when the parent's hash, which is made with it, is
 * what the header says. Only block 0 has no parent. */
static enum receipt_verdict check_genesis(struct receipt_facts *facts,
                                          const struct receipt_extra *extra,
                                          struct network *network, struct why *why)
{
	struct hash parent;

	network_init(network, &facts->genesis);
	parent = network_hash(&network->block, extra->parent);
	facts->block_hash = header_hash(&facts->header, network);
	if (!hash_equal(&parent, &facts->header.parent))
		return wrong(why, "the parent's header in it is not the parent's of its block");
	return RECEIPT_GOOD;
}

static enum receipt_verdict check_state_proof(const struct receipt_facts *facts,
                                              const struct network *network,
                                              struct bytes_view raw_key,
                                              const struct bytes_view *value,
                                              struct bytes_view bytes, struct why *why)
{
	struct hash key_hash = network_state_key(network, raw_key);
	struct hash value_hash;
	struct state_proof proof;

	if (value)
		value_hash = state_value_hash(*value);
	if (state_proof_decode(&proof, bytes) != STATUS_OK ||
	    !state_proof_is_valid(&facts->header.state_root, &key_hash,
	                          value ? &value_hash : NULL, &proof))
		return wrong(why, value ? "its block's state has another value there, or none"
		                        : "its proof does not show that nothing is there");
	return RECEIPT_GOOD;
}

/* A name beside a key is that of the stream or the asset whose id is in the key. */
static bool name_fits(struct bytes_view name, struct bytes_view key)
{
	struct hash id;

	if (name.size == 0)
		return true;
	if (!name_is_valid(name) || key.size < 1 + HASH_SIZE)
		return false;
	if (key.at[0] >= STATE_STREAM && key.at[0] <= STATE_RECORD)
		id = stream_id_of(name);
	else if (key.at[0] >= STATE_ASSET && key.at[0] <= STATE_BALANCE)
		id = asset_id_of(name);
	else
		return false;
	return memcmp(id.bytes, key.at + 1, HASH_SIZE) == 0;
}

static enum receipt_verdict check_state(struct receipt_facts *facts,
                                        const struct receipt_extra *extra,
                                        struct why *why)
{
	struct network network;
	enum receipt_verdict verdict = check_genesis(facts, extra, &network, why);

	if (verdict != RECEIPT_GOOD)
		return verdict;
	if (!name_fits(extra->name, extra->key))
		return wrong(why, "the name in it is not that of what the key names");
	facts->name = extra->name;
	facts->key = extra->key;
	facts->present = extra->present;
	facts->value = extra->value;
	return check_state_proof(facts, &network, extra->key,
	                         extra->present ? &extra->value : NULL, extra->proof, why);
}

/* -- Records of a stream ------------------------------------------------------------- */

static enum receipt_verdict check_head(struct receipt_facts *facts,
                                       const struct receipt_extra *extra,
                                       const struct network *network, struct why *why)
{
	uint8_t bytes[8 + HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct bytes_view value = bytes_view(bytes, sizeof bytes);
	struct state_key key;

	if (!name_is_valid(extra->name))
		return wrong(why, "its stream's name is no name");
	facts->name = extra->name;
	facts->stream = stream_id_of(extra->name);
	facts->count = extra->head.count;
	facts->from = extra->from;
	key = state_key_of(STATE_STREAM_HEAD, &facts->stream);
	stream_head_put(&out, &extra->head);
	return check_state_proof(facts, network, state_key_view(&key), &value, extra->proof,
	                         why);
}

/* The leaves are those of the positions from `from` on: none is left out or moved. */
static enum receipt_verdict check_leaves(struct receipt_facts *facts, struct arena *arena,
                                         const struct receipt_extra *extra,
                                         struct receipt_record *records, struct why *why)
{
	struct extra_list left = extra->leaves;
	struct hash *leaf_hashes = arena_take(arena, (left.count + 1) * sizeof *leaf_hashes);
	struct hash *hashes = arena_take(arena, (extra->hash_count + 1) * sizeof *hashes);
	struct hash nothing = log_empty_root();
	struct bytes_view leaf;

	if (!leaf_hashes || !hashes)
		return no_memory(why);
	if (extra->hash_count > 0)
		memcpy(hashes, extra->hashes.at, extra->hash_count * HASH_SIZE);
	for (size_t i = 0; extra_list_next(&leaf, &left); i++) {
		leaf_hashes[i] = log_leaf_hash(leaf);
		if (record_leaf_decode(&records[i].leaf, leaf) != STATUS_OK ||
		    records[i].leaf.position != extra->from + i)
			return wrong(why, "a record in it is not at its place");
		facts->record_count = i + 1;
	}
	if (facts->record_count == 0) {
		if (facts->count != 0 || extra->hash_count != 0 || extra->from != 0 ||
		    !hash_equal(&extra->head.root, &nothing))
			return wrong(why, "it shows no record, and its stream has some");
		return RECEIPT_GOOD;
	}
	if (!log_range_is_valid(&extra->head.root, facts->count, extra->from, leaf_hashes,
	                        facts->record_count, hashes, extra->hash_count))
		return wrong(why, "its records are not those of the stream, or not all of them");
	return RECEIPT_GOOD;
}

/* Is this operation of the transaction what made the record? */
static bool made_record(struct receipt_record *record, const struct tx *tx,
                        const struct hash *stream)
{
	const struct record_append *append = &record->operation.record_append;
	const struct record_leaf *leaf = &record->leaf;
	struct cursor in = tx_operations(tx);
	struct hash value_hash = {{0}};

	if (leaf->operation >= tx->operation_count || !hash_equal(&leaf->author, &tx->sender))
		return false;
	for (unsigned i = 0; i <= leaf->operation; i++)
		if (operation_get(&in, &record->operation) != STATUS_OK)
			return false;
	if (record->operation.kind != OPERATION_record_append ||
	    !hash_equal(&append->stream, stream))
		return false;
	if (append->value_kind == VALUE_FILE)
		memcpy(value_hash.bytes, append->value.at, HASH_SIZE);
	else
		value_hash = hash_of(append->value);
	return append->value_kind == leaf->value_kind &&
	       hash_equal(&value_hash, &leaf->value_hash) &&
	       bytes_equal(append->key, leaf->key) &&
	       bytes_equal(append->content_type, leaf->content_type);
}

/* Each transaction is that of the next record that names its txid, and of those behind
 * it. */
static enum receipt_verdict check_txs(struct receipt_facts *facts, struct arena *arena,
                                      const struct receipt_extra *extra,
                                      struct receipt_record *records, struct why *why)
{
	struct extra_list left = extra->txs;
	struct bytes_view bytes;
	size_t next = 0;

	while (extra_list_next(&bytes, &left)) {
		struct tx *tx = arena_take(arena, sizeof *tx);
		enum receipt_verdict verdict;

		if (!tx)
			return no_memory(why);
		verdict = read_tx(tx, &facts->genesis, bytes, why);
		if (verdict != RECEIPT_GOOD)
			return verdict;
		while (next < facts->record_count &&
		       !hash_equal(&records[next].leaf.txid, &tx->txid))
			next++;
		if (next == facts->record_count)
			return wrong(why, "a transaction in it made none of its records");
		for (; next < facts->record_count &&
		       hash_equal(&records[next].leaf.txid, &tx->txid);
		     next++) {
			if (!made_record(&records[next], tx, &facts->stream))
				return wrong(why, "a record in it is not what its transaction says");
			records[next].tx = tx;
		}
	}
	return RECEIPT_GOOD;
}

static enum receipt_verdict check_records(struct receipt_facts *facts,
                                          struct arena *arena,
                                          const struct receipt_extra *extra,
                                          struct why *why)
{
	struct receipt_record *records =
		arena_take(arena, (extra->leaves.count + 1) * sizeof *records);
	struct network network;
	enum receipt_verdict verdict = check_genesis(facts, extra, &network, why);

	if (!records)
		return no_memory(why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_head(facts, extra, &network, why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_leaves(facts, arena, extra, records, why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_txs(facts, arena, extra, records, why);
	facts->records = records;
	return verdict;
}

static enum receipt_verdict check_succession(struct receipt_facts *facts,
                                             struct arena *arena,
                                             const struct receipt_extra *extra,
                                             struct why *why)
{
	struct validator_set *next = arena_take(arena, sizeof *next);
	struct parameters parameters;
	struct network network;
	enum receipt_verdict verdict;

	if (!next)
		return no_memory(why);
	verdict = receipt_check_seal(next, &parameters, extra, &facts->header, why);
	if (verdict != RECEIPT_GOOD)
		return verdict;
	network_init(&network, &facts->genesis);
	facts->block_hash = header_hash(&facts->header, &network);
	facts->next_count = next->count;
	facts->next_quorum = validators_quorum(
		next->count, (enum fault_model)parameters.values[PARAMETER_fault_model]);
	return RECEIPT_GOOD;
}

enum receipt_verdict receipt_check_content(struct receipt_facts *facts,
                                           struct arena *arena,
                                           const struct receipt_extra *extra,
                                           struct why *why)
{
	switch (extra->kind) {
	case RECEIPT_TX:
		return check_tx(facts, arena, extra, why);
	case RECEIPT_SUCCESSION:
		return check_succession(facts, arena, extra, why);
	case RECEIPT_STATE:
		return check_state(facts, extra, why);
	case RECEIPT_RECORDS:
		return check_records(facts, arena, extra, why);
	}
	return wrong(why, "its kind is not known");
}
