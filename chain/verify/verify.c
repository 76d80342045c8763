/* The installed library: chain/receipt behind a header that needs nothing of ours. */
#include "chain/base/invariant.h"
#include "chain/receipt/sentences.h"
#include "chain/verify/cairn_verify.h"

_Static_assert((int)CAIRN_GOOD == RECEIPT_GOOD && (int)CAIRN_CONTENT == RECEIPT_CONTENT &&
                   (int)CAIRN_NO_QUORUM == RECEIPT_NO_QUORUM &&
                   (int)CAIRN_SUCCESSION == RECEIPT_BROKEN_SUCCESSION,
               "one list of verdicts");
_Static_assert((int)CAIRN_TRANSACTION == RECEIPT_TX &&
                   (int)CAIRN_RECORDS == RECEIPT_RECORDS,
               "one list of kinds");

struct cairn_receipt {
	enum receipt_verdict verdict;
	struct arena arena;
	struct receipt_facts facts; /* when it is good */
	struct why why;
	char network[NETWORK_NAME_SIZE_MAX + 1];
	struct buffer sentences; /* with a NUL, once they were asked for */
};

struct cairn_receipt *cairn_receipt_check(const void *file, size_t file_size,
                                          const void *policy, size_t policy_size,
                                          const void *succession, size_t succession_size)
{
	struct receipt_texts texts = {
		.file = bytes_view(file, file_size),
		.policy = bytes_view(policy, policy_size),
		.succession = bytes_view(succession, succession_size),
	};
	struct cairn_receipt *receipt = memory_new(sizeof *receipt);
	struct bytes_view name;

	if (!receipt)
		return NULL;
	buffer_init(&receipt->sentences, RECEIPT_SENTENCES_SIZE_MAX);
	receipt->verdict =
		receipt_verify(&receipt->facts, &receipt->arena, &texts, &receipt->why);
	if (receipt->verdict == RECEIPT_FAILED) {
		cairn_receipt_free(receipt);
		return NULL;
	}
	if (receipt->verdict != RECEIPT_GOOD) {
		receipt->facts = (struct receipt_facts){0};
		return receipt;
	}
	receipt->why.text[0] = '\0';
	name = receipt->facts.network_name;
	INVARIANT(name.size < sizeof receipt->network);
	memcpy(receipt->network, name.at, name.size);
	return receipt;
}

void cairn_receipt_free(struct cairn_receipt *receipt)
{
	if (!receipt)
		return;
	buffer_close(&receipt->sentences);
	arena_close(&receipt->arena);
	memory_free(receipt);
}

enum cairn_verdict cairn_receipt_verdict(const struct cairn_receipt *receipt)
{
	return (enum cairn_verdict)receipt->verdict;
}

const char *cairn_receipt_verdict_name(const struct cairn_receipt *receipt)
{
	return receipt_verdict_name(receipt->verdict);
}

const char *cairn_receipt_reason(const struct cairn_receipt *receipt)
{
	return receipt->why.text;
}

const char *cairn_receipt_sentences(struct cairn_receipt *receipt)
{
	struct buffer *out = &receipt->sentences;

	if (out->size == 0) {
		buffer_clear(out);
		if (receipt->verdict == RECEIPT_GOOD)
			receipt_say(out, &receipt->facts);
		buffer_append(out, "", 1);
	}
	if (out->status == STATUS_OK)
		return (const char *)out->at;
	buffer_clear(out);
	return NULL;
}

/* -- Facts --------------------------------------------------------------------------- */

static int newest(enum receipt_judge judge)
{
	return judge == JUDGE_POLICY ? -1 : judge == JUDGE_NEWEST_POLICY;
}

int cairn_receipt_facts(const struct cairn_receipt *receipt, struct cairn_facts *facts)
{
	const struct receipt_facts *from = &receipt->facts;

	memset(facts, 0, sizeof *facts);
	if (receipt->verdict != RECEIPT_GOOD)
		return -1;
	*facts = (struct cairn_facts){
		.kind = (enum cairn_kind)from->kind,
		.network = receipt->network,
		.log_index = from->log_index,
		.log_size = from->checkpoint.size,
		.cosigned = from->cosigned,
		.validators = from->voters,
		.needed = from->needed,
		.not_later_than_s = from->not_later_than_s,
		.policy_is_newest = newest(from->judge),
		.tx = from->tx.bytes.at,
		.tx_size = from->tx.bytes.size,
		.block_height = from->header.height,
		.block_time_ms = from->header.time_ms,
		.state_key = from->key.at,
		.state_key_size = from->key.size,
		.is_present = from->present,
		.state_value = from->value.at,
		.state_value_size = from->value.size,
		.stream_count = from->count,
	};
	memcpy(facts->genesis, from->genesis.bytes, HASH_SIZE);
	memcpy(facts->log_root, from->checkpoint.root.bytes, HASH_SIZE);
	memcpy(facts->txid, from->tx.txid.bytes, HASH_SIZE);
	memcpy(facts->account, from->tx.sender.bytes, HASH_SIZE);
	memcpy(facts->key, from->tx.key.bytes, PUBLIC_KEY_SIZE);
	return 0;
}

/* -- Records ------------------------------------------------------------------------- */

/* The record.append number `index` of the transaction; *count is how many there are. */
static bool find_append(struct operation *found, size_t *count, const struct tx *tx,
                        size_t index)
{
	struct cursor in = tx_operations(tx);
	bool is_found = false;

	*count = 0;
	for (unsigned i = 0; i < tx->operation_count; i++) {
		struct operation operation;

		if (operation_get(&in, &operation) != STATUS_OK ||
		    operation.kind != OPERATION_record_append)
			continue;
		if ((*count)++ != index)
			continue;
		*found = operation;
		is_found = true;
	}
	return is_found;
}

size_t cairn_receipt_record_count(const struct cairn_receipt *receipt)
{
	struct operation operation;
	size_t count;

	if (receipt->facts.kind == RECEIPT_RECORDS)
		return receipt->facts.record_count;
	find_append(&operation, &count, &receipt->facts.tx, SIZE_MAX);
	return count;
}

static void fill_value(struct cairn_record *record, const struct record_append *append)
{
	struct hash hash = hash_of(append->value);

	record->is_file = append->value_kind == VALUE_FILE;
	if (record->is_file) {
		memcpy(record->value_hash, append->value.at, HASH_SIZE);
		return;
	}
	memcpy(record->value_hash, hash.bytes, HASH_SIZE);
	record->value = append->value.at;
	record->value_size = append->value.size;
}

static void fill_from_tx(struct cairn_record *record, const struct tx *tx,
                         const struct record_append *append)
{
	memcpy(record->stream, append->stream.bytes, HASH_SIZE);
	memcpy(record->author, tx->sender.bytes, HASH_SIZE);
	memcpy(record->txid, tx->txid.bytes, HASH_SIZE);
	record->has_position = append->expected_count.present;
	record->position = append->expected_count.value;
	record->key = append->key.at;
	record->key_size = append->key.size;
	record->is_signed = 1;
	fill_value(record, append);
}

static void fill_from_leaf(struct cairn_record *record, const struct receipt_facts *facts,
                           const struct receipt_record *from)
{
	memcpy(record->stream, facts->stream.bytes, HASH_SIZE);
	memcpy(record->author, from->leaf.author.bytes, HASH_SIZE);
	memcpy(record->txid, from->leaf.txid.bytes, HASH_SIZE);
	memcpy(record->value_hash, from->leaf.value_hash.bytes, HASH_SIZE);
	record->has_position = 1;
	record->position = from->leaf.position;
	record->key = from->leaf.key.at;
	record->key_size = from->leaf.key.size;
	record->is_file = from->leaf.value_kind == VALUE_FILE;
	record->is_signed = from->tx != NULL;
	if (from->tx)
		fill_value(record, &from->operation.record_append);
}

int cairn_receipt_record(const struct cairn_receipt *receipt, size_t index,
                         struct cairn_record *record)
{
	const struct receipt_facts *facts = &receipt->facts;
	struct operation operation;
	size_t count;

	memset(record, 0, sizeof *record);
	if (facts->kind == RECEIPT_RECORDS && index < facts->record_count) {
		fill_from_leaf(record, facts, &facts->records[index]);
		return 0;
	}
	if (facts->kind != RECEIPT_TX || !find_append(&operation, &count, &facts->tx, index))
		return -1;
	fill_from_tx(record, &facts->tx, &operation.record_append);
	return 0;
}
