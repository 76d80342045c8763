/* evidence.*: a key that voted twice in one view, as no honest validator does, costs its
 * account its place. Nobody needs to be believed: the two votes are the proof. */
#include "chain/ledger/rules.h"
#include "chain/ledger/validator_state.h"

#include <inttypes.h>

/* The account whose key it was in the epoch of the votes. An epoch that has not begun
 * cannot have been served in. */
static enum verdict find_liar(const struct rule *rule,
                              const struct evidence_submit *operation,
                              struct hash *account)
{
	struct state_key key = state_key_of_vote_key(STATE_VOTE_KEY, &operation->vote_key);
	uint64_t epoch = operation->first.ballot.epoch;
	struct key_service service;

	if (!validator_get_key(rule->draft, &key, &service))
		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
		              "the vote key was never a validator's");
	if (epoch < service.first_epoch || epoch > rule->draft->header.epoch ||
	    (service.last_epoch.present && epoch > service.last_epoch.value))
		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
		              "the vote key did not serve in epoch %" PRIu64, epoch);
	*account = service.account;
	return VERDICT_GOOD;
}

static void put_record(const struct rule *rule, const struct state_key *key,
                       const struct ballot *ballot)
{
	struct evidence_record record = {
		.epoch = ballot->epoch,
		.view = ballot->view,
		.height = rule->draft->header.height,
	};
	uint8_t bytes[3 * 8];
	struct writer out = writer_on(bytes, sizeof bytes);

	evidence_record_put(&out, &record);
	draft_put(rule->draft, key, bytes_view(bytes, sizeof bytes));
	draft_add_evidence(rule->draft);
}

enum verdict rule_evidence_submit(const struct rule *rule,
                                  const struct evidence_submit *operation)
{
	struct state_key key = state_key_of_vote_key(STATE_EVIDENCE, &operation->vote_key);
	struct hash account = {{0}};
	struct bytes_view value;
	enum verdict verdict;

	if (!ballots_contradict(&operation->first.ballot, &operation->second.ballot))
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "the two votes do not contradict each other");
	verdict = find_liar(rule, operation, &account);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (draft_get(rule->draft, &key, &value))
		return refuse(rule->refusal, VERDICT_CONFLICT,
		              "there is evidence against this key already");
	if (rule->draft->evidence_count == BLOCK_EVIDENCE_MAX)
		return refuse(rule->refusal, VERDICT_QUOTA,
		              "this block has its %d pieces of evidence", BLOCK_EVIDENCE_MAX);
	if (!signed_ballot_is_valid(&operation->first, &operation->vote_key,
	                            rule->draft->network) ||
	    !signed_ballot_is_valid(&operation->second, &operation->vote_key,
	                            rule->draft->network))
		return refuse(rule->refusal, VERDICT_SIGNATURE,
		              "one of the votes is not signed by the vote key");
	put_record(rule, &key, &operation->first.ballot);
	draft_add_concern(rule->draft, &account);
	/* The only validator stays, accused: without it nobody could act at all. */
	validator_expel(rule->draft, &account);
	return VERDICT_GOOD;
}
