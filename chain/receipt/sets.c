#include "chain/receipt/sets.h"

#include "chain/base/text.h"

/* -- Parts of a proof file ----------------------------------------------------------- */

static enum receipt_verdict say(struct why *why, enum receipt_verdict verdict,
                                const char *text)
{
	why_say(why, STATUS_MALFORMED, "%s", text);
	return verdict;
}

enum receipt_verdict receipt_read_extra(struct receipt_extra *extra, struct arena *arena,
                                        const struct tlog_proof *proof, struct why *why)
{
	size_t size_max = base64_decoded_size_max(proof->extra.size);
	uint8_t half[HASH_SIZE / 2];
	struct bytes_view name;
	enum status status;
	uint8_t *bytes;
	size_t size;

	if (!origin_decode(&name, half, proof->checkpoint.origin))
		return say(why, RECEIPT_UNREADABLE,
		           "its checkpoint is not of a network of Cairn");
	if (!proof->extra.at)
		return say(why, RECEIPT_UNREADABLE, "it has no extra line");
	bytes = arena_take(arena, size_max + 1);
	if (!bytes)
		return say(why, RECEIPT_FAILED, status_text(STATUS_MEMORY));
	if (!base64_decode(bytes, &size, proof->extra))
		return say(why, RECEIPT_UNREADABLE, "the base64 of its extra line");
	status = receipt_extra_decode(extra, bytes_view(bytes, size));
	if (status != STATUS_OK) {
		why_set(why, status, "its extra line");
		return RECEIPT_UNREADABLE;
	}
	if (memcmp(half, extra->genesis.bytes, sizeof half) != 0)
		return say(why, RECEIPT_CONTENT,
		           "its genesis hash is not that of its checkpoint's origin");
	return RECEIPT_GOOD;
}

enum receipt_verdict receipt_check_header(struct header *header,
                                          const struct receipt_extra *extra,
                                          const struct tlog_proof *proof, struct why *why)
{
	const struct checkpoint *checkpoint = &proof->checkpoint;
	struct bytes_view leaf = extra->leaf;
	struct hash leaf_hash = log_leaf_hash(leaf);

	if (leaf.size != HEADER_LEAF_SIZE || leaf.at[0] != 0 ||
	    header_decode(header, bytes_view(leaf.at + 1, HEADER_SIZE)) != STATUS_OK ||
	    header->version != HEADER_VERSION)
		return say(why, RECEIPT_CONTENT, "its leaf is not a block's header");
	if (!log_inclusion_is_valid(&checkpoint->root, checkpoint->size, &leaf_hash,
	                            proof->index, proof->path, proof->path_count))
		return say(why, RECEIPT_NOT_IN_LOG,
		           "the header is not in the log of its checkpoint");
	if (header->log_size != proof->index)
		return say(why, RECEIPT_CONTENT, "the header is not at its place in the log");
	return RECEIPT_GOOD;
}

enum receipt_verdict receipt_check_seal(struct validator_set *next,
                                        struct parameters *parameters,
                                        const struct receipt_extra *extra,
                                        const struct header *header, struct why *why)
{
	struct cursor in = cursor_on(extra->next_set);
	struct network network;
	struct hash hash;

	network_init(&network, &extra->genesis);
	hash = network_hash(&network.validators, extra->next_set);
	if (header->flags & HEADER_FLAG_RECOVERY)
		return say(why, RECEIPT_CONTENT,
		           "it is a recovery by hand, which this program does not follow");
	if (!(header->flags & HEADER_FLAG_SEAL))
		return say(why, RECEIPT_CONTENT, "its block ends no epoch");
	if (!hash_equal(&hash, &header->next_validators_hash))
		return say(why, RECEIPT_CONTENT,
		           "its validators are not those that its header names");
	*parameters = parameters_default();
	consensus_parameters_get(&in, parameters);
	if (in.status != STATUS_OK ||
	    validator_set_decode(next, bytes_view(in.at, in.left)) != STATUS_OK ||
	    parameters->values[PARAMETER_fault_model] > FAULT_CRASH)
		return say(why, RECEIPT_CONTENT, "its validators cannot be read");
	return RECEIPT_GOOD;
}

/* -- Walking ------------------------------------------------------------------------- */

struct walk {
	struct receipt_sets *sets;
	struct arena *arena;
	struct why *why;
	struct bytes_view origin;
	uint64_t size; /* of the checkpoint that is asked about */

	struct receipt_set now; /* who speaks from `now_from` on */
	uint64_t now_from;
	bool is_anchored;   /* the policy believed a seal */
	size_t seal_count;  /* read */
	struct header last; /* seal read, if any */
};

static void take_candidate(struct walk *walk)
{
	/* Two at most: a size lies between two seals, or on one. */
	if (walk->sets->count < 2 && walk->size >= walk->now_from)
		walk->sets->items[walk->sets->count++] = walk->now;
}

/* Is the seal the one of the epoch behind the last one's? */
static enum receipt_verdict check_order(struct walk *walk, const struct header *header)
{
	if (walk->seal_count == 0)
		return RECEIPT_GOOD;
	if (header->epoch != walk->last.epoch + 1)
		return say(walk->why, RECEIPT_BROKEN_SUCCESSION, "an epoch is left out");
	if (!hash_equal(&header->validators_hash, &walk->last.next_validators_hash) ||
	    header->log_size <= walk->last.log_size || header->height <= walk->last.height)
		return say(walk->why, RECEIPT_BROKEN_SUCCESSION,
		           "it is not of the validators that the one before it names");
	return RECEIPT_GOOD;
}

/* The set behind the seal takes over. */
static enum receipt_verdict take_over(struct walk *walk, const struct validator_set *next,
                                      const struct parameters *parameters,
                                      const struct header *header)
{
	enum fault_model model = (enum fault_model)parameters->values[PARAMETER_fault_model];
	struct policy *policy = arena_take(walk->arena, sizeof *policy);
	struct hash keys[VALIDATORS_MAX];

	for (size_t i = 0; i < next->count; i++)
		keys[i] = next->items[i].cosign_key;
	if (!policy || policy_of_keys(policy, walk->arena, walk->origin, keys, next->count,
	                              validators_quorum(next->count, model)) != STATUS_OK)
		return say(walk->why, RECEIPT_FAILED, status_text(STATUS_MEMORY));
	walk->now = (struct receipt_set){
		.policy = policy,
		.judge = JUDGE_SUCCESSOR,
		.has_epoch = true,
		.epoch = header->epoch + 1,
	};
	walk->now_from = header->log_size + 1;
	return RECEIPT_GOOD;
}

/* No seal was the policy's own: then it has to be the set behind the last one, and speaks
 * alone. Nobody it believes says so, hence nothing of this is a fact but that it speaks.
 */
static enum receipt_verdict check_newest(struct walk *walk, const struct policy *policy,
                                         const struct validator_set *next,
                                         const struct parameters *parameters)
{
	struct walk probe = *walk;
	enum receipt_verdict verdict = take_over(&probe, next, parameters, &walk->last);

	if (verdict != RECEIPT_GOOD)
		return verdict;
	if (!policy_equal(policy, probe.now.policy))
		return say(
			walk->why, RECEIPT_BROKEN_SUCCESSION,
			"the policy's validators ended no epoch of it, and are not its newest");
	walk->now.judge = JUDGE_NEWEST_POLICY;
	return RECEIPT_GOOD;
}

static enum receipt_verdict check_signatures(struct walk *walk,
                                             const struct tlog_proof *proof,
                                             const struct validator_set *next,
                                             const struct parameters *parameters,
                                             const struct header *header)
{
	struct policy_result result =
		policy_check(walk->now.policy, &proof->note, &proof->checkpoint, walk->why);

	if (result.finding != POLICY_GOOD) {
		/* Seals before the policy's own epoch are not its to judge. */
		if (!walk->is_anchored && result.finding != POLICY_BAD_SIGNATURE)
			return RECEIPT_GOOD;
		return result.finding == POLICY_BAD_SIGNATURE ? RECEIPT_SIGNATURE
		                                              : RECEIPT_BROKEN_SUCCESSION;
	}
	if (!walk->is_anchored) {
		walk->is_anchored = true;
		walk->now.judge = JUDGE_OLD_POLICY;
		walk->now.has_epoch = true;
		walk->now.epoch = header->epoch;
	}
	if (walk->size <= header->log_size + 1)
		take_candidate(walk);
	return take_over(walk, next, parameters, header);
}

static enum receipt_verdict walk_seal(struct walk *walk, struct validator_set *next,
                                      struct parameters *parameters,
                                      struct bytes_view file)
{
	struct tlog_proof proof;
	struct receipt_extra extra;
	struct header header;
	enum receipt_verdict verdict;

	if (tlog_proof_decode(&proof, file, walk->why) != STATUS_OK)
		return RECEIPT_UNREADABLE;
	if (!bytes_equal(proof.checkpoint.origin, walk->origin))
		return say(walk->why, RECEIPT_OTHER_NETWORK, "it is of another network");
	verdict = receipt_read_extra(&extra, walk->arena, &proof, walk->why);
	if (verdict == RECEIPT_GOOD && extra.kind != RECEIPT_SUCCESSION)
		verdict = say(walk->why, RECEIPT_UNREADABLE, "it is another kind of receipt");
	if (verdict == RECEIPT_GOOD)
		verdict = receipt_check_header(&header, &extra, &proof, walk->why);
	if (verdict == RECEIPT_GOOD)
		verdict = receipt_check_seal(next, parameters, &extra, &header, walk->why);
	/* The seal's own checkpoint: beyond it the old set has nothing to say. */
	if (verdict == RECEIPT_GOOD && proof.checkpoint.size != header.log_size + 1)
		verdict = say(walk->why, RECEIPT_BROKEN_SUCCESSION,
		              "its checkpoint is not that of the block that ended the epoch");
	if (verdict == RECEIPT_GOOD)
		verdict = check_order(walk, &header);
	if (verdict == RECEIPT_GOOD)
		verdict = check_signatures(walk, &proof, next, parameters, &header);
	if (verdict == RECEIPT_GOOD) {
		walk->last = header;
		walk->seal_count++;
	}
	return verdict;
}

/* What remains to be said at the end of the file. */
static enum receipt_verdict finish(struct walk *walk, const struct policy *policy,
                                   const struct validator_set *next,
                                   const struct parameters *parameters)
{
	if (!walk->is_anchored && walk->seal_count > 0) {
		enum receipt_verdict verdict = check_newest(walk, policy, next, parameters);

		if (verdict != RECEIPT_GOOD)
			return verdict;
	}
	if (walk->is_anchored && policy_equal(policy, walk->now.policy))
		walk->now.judge = JUDGE_NEWEST_POLICY;
	take_candidate(walk);
	return RECEIPT_GOOD;
}

enum receipt_verdict receipt_sets_find(struct receipt_sets *sets, struct arena *arena,
                                       const struct policy *policy,
                                       struct bytes_view succession,
                                       struct bytes_view origin, uint64_t size,
                                       struct why *why)
{
	struct walk walk = {
		.sets = sets,
		.arena = arena,
		.why = why,
		.origin = origin,
		.size = size,
		.now = {.policy = policy, .judge = JUDGE_POLICY},
	};
	struct validator_set *next = arena_take(arena, sizeof *next);
	struct parameters parameters;
	struct bytes_view file;

	sets->count = 0;
	if (!next)
		return say(why, RECEIPT_FAILED, status_text(STATUS_MEMORY));
	if (succession.size > RECEIPT_SUCCESSION_SIZE_MAX)
		return say(why, RECEIPT_BROKEN_SUCCESSION, "it is too large");
	while (tlog_proof_next(&file, &succession)) {
		enum receipt_verdict verdict = walk_seal(&walk, next, &parameters, file);

		if (verdict == RECEIPT_FAILED)
			return verdict;
		if (verdict != RECEIPT_GOOD) {
			why_add(why, STATUS_MALFORMED, "part %zu of the succession",
			        walk.seal_count + 1);
			return RECEIPT_BROKEN_SUCCESSION;
		}
	}
	return finish(&walk, policy, next, &parameters);
}
