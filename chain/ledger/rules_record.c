/* record.append: the one operation that a busy ledger is full of. Without a key it touches
 * nothing of the state but its stream's head, once a block. */
#include "chain/crypto/hash.h"
#include "chain/ledger/rules.h"
#include "chain/ledger/rules_stream.h"
#include "chain/proof/log.h"

#include <inttypes.h>

static enum verdict check_expected_count(const struct rule *rule,
                                         const struct draft_stream *stream,
                                         const struct record_append *operation)
{
	uint64_t count = draft_stream_count(stream);

	if (!operation->expected_count.present || operation->expected_count.value == count)
		return VERDICT_GOOD;
	return refuse(rule->refusal, VERDICT_CONFLICT,
	              "expected_count %" PRIu64 ", but the stream has %" PRIu64 " records",
	              operation->expected_count.value, count);
}

static enum verdict check_reference(const struct rule *rule,
                                    const struct record_append *operation)
{
	const struct record_reference *reference = &operation->reference.value;
	const struct draft_stream *stream;
	struct shown shown;

	if (!operation->reference.present)
		return VERDICT_GOOD;
	stream = draft_stream(rule->draft, &reference->stream);
	if (stream && reference->position < draft_stream_count(stream))
		return VERDICT_GOOD;
	shown = shown_hash(&reference->stream);
	return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
	              "the reference names record %" PRIu64 " of stream %s, which has %" PRIu64,
	              reference->position, shown.text,
	              stream ? draft_stream_count(stream) : 0);
}

static struct hash leaf_hash_of(const struct rule *rule,
                                const struct record_append *operation, uint64_t position)
{
	uint8_t bytes[RECORD_LEAF_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct record_leaf leaf = {
		.position = position,
		.author = rule->tx->sender,
		.txid = rule->tx->txid,
		.operation = rule->operation,
		.time_ms = rule->draft->header.time_ms,
		.key = operation->key,
		.content_type = operation->content_type,
		.value_kind = operation->value_kind,
	};

	if (operation->value_kind == VALUE_FILE)
		memcpy(leaf.value_hash.bytes, operation->value.at, HASH_SIZE);
	else
		leaf.value_hash = hash_of(operation->value);
	record_leaf_put(&out, &leaf);
	return log_leaf_hash(bytes_view(bytes, sizeof bytes - out.left));
}

/* The latest record under a key, zeros if there is none. */
static enum status get_latest(const struct rule *rule, const struct state_key *key,
                              struct record_latest *latest)
{
	struct bytes_view value;

	*latest = (struct record_latest){0};
	if (!draft_get(rule->draft, key, &value))
		return STATUS_OK;
	return record_latest_decode(latest, value);
}

/* The record under its key: counts versions, and may demand their number. */
static enum verdict apply_key(const struct rule *rule,
                              const struct record_append *operation,
                              struct draft_record *record, const struct hash *leaf_hash)
{
	struct state_key key = state_key_of_record(&operation->stream, operation->key);
	struct record_latest latest;
	uint8_t bytes[8 + 8 + HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	if (get_latest(rule, &key, &latest) != STATUS_OK) {
		draft_fail(rule->draft, STATUS_CORRUPT, "the latest record of a key");
		return VERDICT_CONFLICT;
	}
	if (operation->expected_version.present &&
	    operation->expected_version.value != latest.version_count) {
		struct shown shown = shown_text(operation->key);

		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "expected_version %" PRIu64 ", but key '%s' has %" PRIu64
		              " versions",
		              operation->expected_version.value, shown.text,
		              latest.version_count);
	}
	record->version = latest.version_count;
	latest.version_count++;
	latest.position = record->position;
	latest.leaf_hash = *leaf_hash;
	record_latest_put(&out, &latest);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes));
	return VERDICT_GOOD;
}

enum verdict rule_record_append(const struct rule *rule,
                                const struct record_append *operation)
{
	struct draft_stream *stream;
	struct draft_record record;
	enum verdict verdict;
	struct hash leaf_hash;

	verdict = stream_find_for(rule, &operation->stream, &stream);
	if (verdict == VERDICT_GOOD)
		verdict = stream_check_writer(rule, stream);
	if (verdict == VERDICT_GOOD)
		verdict = check_expected_count(rule, stream, operation);
	if (verdict == VERDICT_GOOD)
		verdict = check_reference(rule, operation);
	if (verdict == VERDICT_GOOD && operation->key.size == 0 &&
	    operation->expected_version.present)
		verdict = refuse(rule->refusal, VERDICT_CONFLICT,
		                 "expected_version is given, but the record has no key");
	if (verdict != VERDICT_GOOD)
		return verdict;
	record = (struct draft_record){
		.stream = stream,
		.position = draft_stream_count(stream),
		.tx_index = (uint32_t)draft_tx_count(rule->draft),
		.operation = rule->operation,
		.key = operation->key,
	};
	leaf_hash = leaf_hash_of(rule, operation, record.position);
	if (operation->key.size > 0)
		verdict = apply_key(rule, operation, &record, &leaf_hash);
	if (verdict == VERDICT_GOOD)
		draft_add_record(rule->draft, stream, &leaf_hash, &record);
	return verdict;
}
