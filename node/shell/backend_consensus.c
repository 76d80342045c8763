/* consensus.*: who validates, and what a node that shall validate has to sign. */
#include "chain/ledger/validators.h"
#include "node/shell/backend_read.h"
#include "node/shell/backend_standing.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

/* -- The set ------------------------------------------------------------------------ */

static bool read_set(struct query *query, struct validator_set *set)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct bytes_view value = {0};
	bool found = query_state(query, &key, &value);

	return query_check(query,
	                   found ? validator_set_decode(set, value) : STATUS_NOT_FOUND,
	                   "the validators");
}

static json_t *validator_json(struct query *query, const struct validator *validator)
{
	struct state_key key = state_key_of(STATE_VALIDATOR_INFO, &validator->account);
	struct validator_info info = {0};
	struct bytes_view value = {0};
	bool found = query_state(query, &key, &value);
	json_t *json = json_object();

	if (!query_check(query,
	                 found ? validator_info_decode(&info, value) : STATUS_NOT_FOUND,
	                 "how a validator is reached")) {
		json_decref(json);
		return NULL;
	}
	object_put(&json, "account", json_of_account(&validator->account));
	object_put(&json, "vote_key", json_of_hex(validator->vote_key.bytes, PUBLIC_KEY_SIZE));
	object_put(&json, "cosign_key", json_of_hash(&validator->cosign_key));
	object_put(&json, "node_id", json_of_hex(info.node_id.bytes, COMPRESSED_KEY_SIZE));
	object_put(&json, "address", json_of_text(info.address));
	object_put(&json, "joined_ms", json_of_count(info.joined_ms));
	return json;
}

static void list_validators(struct rpc_call *call, json_t *params, void *owner)
{
	struct validator_set *set = memory_new(sizeof *set);
	struct query query;
	struct page page;

	if (!set || !query_start_at(&query, call, params, owner)) {
		if (!set)
			backend_fail(call, STATUS_MEMORY, &(struct why){"list the validators"});
		memory_free(set);
		return;
	}
	page_start(&page, &query, 0);
	if (!read_set(&query, set))
		set->count = 0;
	for (uint64_t i = page.from;
	     i < set->count && query_is_good(&query) && page_takes(&page, i); i++)
		page_add(&page, validator_json(&query, &set->items[i]));
	query_answer_page(&query, &page);
	memory_free(set);
}

/* -- Joining ------------------------------------------------------------------------ */

/* The context for signing is of one thread: the loop has its own. */
static enum status sign_vote_key(struct validator_join *join, const struct key_pair *vote,
                                 const struct hash *message, struct why *why)
{
	struct hash seed, auxiliary;
	struct signer *signer;
	enum status status = random_hash_get(&seed, why);

	if (status == STATUS_OK)
		status = random_hash_get(&auxiliary, why);
	if (status != STATUS_OK)
		return status;
	signer = signer_new(&seed);
	if (!signer)
		return why_set(why, STATUS_MEMORY, "prepare for signing");
	status = key_pair_sign(&join->vote_signature, signer, vote, message, &auxiliary);
	signer_free(signer);
	return status == STATUS_OK ? STATUS_OK : why_set(why, status, "sign with the vote key");
}

static enum status sign_join(struct validator_join *join, const struct node_keys *keys,
                             const struct network *network, const struct hash *account,
                             struct why *why)
{
	struct hash message;
	enum status status;

	join->vote_key = keys->vote.public_key;
	join->cosign_key = keys->cosign_key;
	join->node_id = keys->node_id;
	message = join_message(network, account, join);
	status = sign_vote_key(join, &keys->vote, &message, why);
	if (status != STATUS_OK)
		return status;
	status = cosign_key_sign(join->cosign_signature.bytes, keys->cosign_seed.bytes,
	                         hash_view(&message));
	return status == STATUS_OK ? STATUS_OK
	                           : why_set(why, status, "sign with the cosign key");
}

/* Others would dial it there for ever, in vain. */
static bool can_be_reached(struct query *query, const struct validator_join *join)
{
	if (join->address.size == 0 || query->backend->node->config->p2p_listen[0] != '\0')
		return true;
	query_refuse(query, RPC_INVALID_PARAMS,
	             "\"address\": this node listens for no other, p2p.listen is empty: set it and "
	             "start the node again, or join without an address");
	return false;
}

/* That the account owns the node, its transaction says; that the node has the keys and follows
 * the chain, these signatures and the newest block. */
static void answer_join(struct rpc_call *call, json_t *params, void *owner)
{
	struct hash account = rpc_param_account(params, "account");
	struct operation operation = {.kind = OPERATION_validator_join};
	struct validator_join *join = &operation.validator_join;
	const struct ledger_tip *tip;
	json_t *json = NULL;
	struct query query;
	enum status status;

	if (!query_start(&query, call, params, owner))
		return;
	tip = store_view_tip(query.view);
	if (rpc_param_has(params, "address"))
		join->address = rpc_param_text(params, "address");
	join->height = tip->header.height;
	join->block = tip->hash;
	if (!can_be_reached(&query, join)) {
		query_answer(&query, NULL);
		return;
	}
	status = sign_join(join, &query.backend->node->keys, query.backend->network, &account,
	                   &query.why);
	if (query_check(&query, status, "the node's keys")) {
		json = json_object();
		object_put(&json, "account", json_of_account(&account));
		object_put(&json, "operation", json_of_operation(&operation));
	}
	query_answer(&query, json);
}

/* -- The table --------------------------------------------------------------------- */

const struct rpc_handler backend_consensus_handlers[] = {
	{"consensus.get_state", backend_get_state},
	{"consensus.why", backend_why},
	{"consensus.list_evidence", backend_list_evidence},
	{"consensus.list_validators", list_validators},
	{"consensus.sign_join", answer_join},
};
const size_t backend_consensus_handler_count =
	sizeof backend_consensus_handlers / sizeof *backend_consensus_handlers;
