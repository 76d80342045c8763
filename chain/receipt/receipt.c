#include "chain/receipt/receipt.h"

#include "chain/receipt/content.h"
#include "chain/receipt/sets.h"

#include <inttypes.h>

static const char *const NAMES[] = {
#define RECEIPT_NAME(name, code, text) [name] = code,
	RECEIPT_VERDICT_LIST(RECEIPT_NAME)
#undef RECEIPT_NAME
};

static const char *const TEXTS[] = {
#define RECEIPT_TEXT(name, code, text) [name] = text,
	RECEIPT_VERDICT_LIST(RECEIPT_TEXT)
#undef RECEIPT_TEXT
};

const char *receipt_verdict_name(enum receipt_verdict verdict)
{
	return NAMES[verdict];
}

const char *receipt_verdict_text(enum receipt_verdict verdict)
{
	return TEXTS[verdict];
}

/* -- Whose word it is ---------------------------------------------------------------- */

static enum receipt_verdict verdict_of(enum policy_finding finding)
{
	switch (finding) {
	case POLICY_GOOD:
		return RECEIPT_GOOD;
	case POLICY_OTHER_LOG:
		return RECEIPT_OTHER_NETWORK;
	case POLICY_BAD_SIGNATURE:
		return RECEIPT_SIGNATURE;
	case POLICY_NO_LOG:
		return RECEIPT_NO_LOG_SIGNATURE;
	case POLICY_NO_QUORUM:
		break;
	}
	return RECEIPT_NO_QUORUM;
}

static enum receipt_verdict check_network(const struct policy *policy,
                                          const struct checkpoint *checkpoint,
                                          struct why *why)
{
	const struct bytes_view *origin = &checkpoint->origin;

	if (policy->log_count == 0) {
		why_say(why, STATUS_MALFORMED, "it names no log");
		return RECEIPT_POLICY_UNREADABLE;
	}
	for (size_t i = 0; i < policy->log_count; i++)
		if (bytes_equal(policy->logs[i].name, *origin))
			return RECEIPT_GOOD;
	why_say(why, STATUS_MALFORMED, "the receipt is of %.*s, the policy of %.*s",
	        (int)origin->size, (const char *)origin->at, (int)policy->logs[0].name.size,
	        (const char *)policy->logs[0].name.at);
	return RECEIPT_OTHER_NETWORK;
}

/* One of the sets that may speak for this size has to have spoken. */
static enum receipt_verdict check_signatures(struct receipt_facts *facts,
                                             const struct receipt_sets *sets,
                                             const struct tlog_proof *proof,
                                             struct why *why)
{
	enum receipt_verdict verdict = RECEIPT_NO_QUORUM;

	for (size_t i = 0; i < sets->count; i++) {
		const struct receipt_set *set = &sets->items[i];
		struct policy_result result =
			policy_check(set->policy, &proof->note, &proof->checkpoint, why);

		verdict = verdict_of(result.finding);
		if (verdict != RECEIPT_GOOD) {
			if (set->judge == JUDGE_SUCCESSOR)
				why_add(why, STATUS_MALFORMED, "of the validators of epoch %" PRIu64,
				        set->epoch);
			continue;
		}
		facts->cosigned = result.cosigned;
		facts->voters = result.voters;
		facts->needed = result.needed;
		facts->not_later_than_s = result.not_later_than_s;
		facts->judge = set->judge;
		facts->has_epoch = set->has_epoch;
		facts->epoch = set->epoch;
		return RECEIPT_GOOD;
	}
	return verdict;
}

/* -- The whole ----------------------------------------------------------------------- */

static enum receipt_verdict check_leaf(struct receipt_facts *facts,
                                       const struct receipt_extra *extra,
                                       const struct tlog_proof *proof, struct why *why)
{
	struct hash leaf_hash = log_leaf_hash(extra->leaf);

	if (extra->kind != RECEIPT_TX)
		return receipt_check_header(&facts->header, extra, proof, why);
	if (log_inclusion_is_valid(&proof->checkpoint.root, proof->checkpoint.size,
	                           &leaf_hash, proof->index, proof->path, proof->path_count))
		return RECEIPT_GOOD;
	why_say(why, STATUS_MALFORMED,
	        "the transaction is not leaf %" PRIu64 " of the log of its checkpoint",
	        proof->index);
	return RECEIPT_NOT_IN_LOG;
}

static enum receipt_verdict read_policy(struct policy *policy, struct arena *arena,
                                        struct bytes_view text, struct why *why)
{
	enum status status = policy_decode(policy, arena, text, why);

	if (status == STATUS_MEMORY)
		return RECEIPT_FAILED;
	return status == STATUS_OK ? RECEIPT_GOOD : RECEIPT_POLICY_UNREADABLE;
}

/* All that the file says by itself, whoever signed it. */
static enum receipt_verdict check_file(struct receipt_facts *facts, struct arena *arena,
                                       struct tlog_proof *proof, struct bytes_view file,
                                       struct why *why)
{
	struct receipt_extra extra;
	uint8_t half[HASH_SIZE / 2];
	enum receipt_verdict verdict;

	if (tlog_proof_decode(proof, file, why) != STATUS_OK)
		return RECEIPT_UNREADABLE;
	verdict = receipt_read_extra(&extra, arena, proof, why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_leaf(facts, &extra, proof, why);
	if (verdict != RECEIPT_GOOD)
		return verdict;
	facts->kind = extra.kind;
	facts->genesis = extra.genesis;
	facts->checkpoint = proof->checkpoint;
	facts->log_index = proof->index;
	(void)origin_decode(&facts->network_name, half, proof->checkpoint.origin);
	return receipt_check_content(facts, arena, &extra, why);
}

/* Signatures come last: they cost the most. */
enum receipt_verdict receipt_verify(struct receipt_facts *facts, struct arena *arena,
                                    const struct receipt_texts *texts, struct why *why)
{
	struct tlog_proof proof;
	struct receipt_sets sets;
	struct policy policy;
	enum receipt_verdict verdict;

	*facts = (struct receipt_facts){0};
	verdict = check_file(facts, arena, &proof, texts->file, why);
	if (verdict == RECEIPT_GOOD)
		verdict = read_policy(&policy, arena, texts->policy, why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_network(&policy, &proof.checkpoint, why);
	if (verdict == RECEIPT_GOOD)
		verdict = receipt_sets_find(&sets, arena, &policy, texts->succession,
		                            proof.checkpoint.origin, proof.checkpoint.size, why);
	if (verdict == RECEIPT_GOOD)
		verdict = check_signatures(facts, &sets, &proof, why);
	return verdict;
}

/* -- Names --------------------------------------------------------------------------- */

struct bytes_view receipt_stream_name(const struct receipt_facts *facts,
                                      const struct hash *stream)
{
	for (size_t i = 0; i < facts->name_count; i++)
		if (hash_equal(&facts->names[i].stream, stream))
			return facts->names[i].name;
	return (struct bytes_view){0};
}

struct bytes_view receipt_asset_name(const struct receipt_facts *facts,
                                     const struct hash *asset)
{
	for (size_t i = 0; i < facts->name_count; i++)
		if (hash_equal(&facts->names[i].asset, asset))
			return facts->names[i].name;
	return (struct bytes_view){0};
}
