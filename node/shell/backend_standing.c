/* The snapshot is taken on the loop; names and node ids are the ledger's, read here. */
#include "node/shell/backend_standing.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "node/shell/clock.h"
#include "rpc/api/ledger_json.h"

#include <stdio.h>

void standing_on_loop(struct loop_question *question, struct node *node)
{
	struct standing_seen *seen = memory_new(sizeof *seen);

	question->found = seen;
	if (!seen)
		return;
	standing_take(&seen->standing, &node->drive, clock_monotonic_ms());
	seen->is_shut_out = standing_is_shut_out(node);
}

bool standing_is_shut_out(const struct node *node)
{
	return net_peer_count(node->peers.net) == 0 && net_shut_out_count(node->peers.net) > 0;
}

/* -- Names ------------------------------------------------------------------------------- */

enum { SHORT_HEAD = 11, SHORT_TAIL = 5 }; /* characters of an address that are shown */

static void short_address(char text[STANDING_NAME_SIZE], const struct hash *account)
{
	char address[ADDRESS_TEXT_SIZE];

	address_encode(address, account);
	snprintf(text, STANDING_NAME_SIZE, "%.*s...%s", SHORT_HEAD, address,
	         address + strlen(address) - SHORT_TAIL);
}

/* Whoever describes an account may put anything in: one line it shall be. */
static void copy_name(char text[STANDING_NAME_SIZE], struct bytes_view name)
{
	size_t size = name.size < DISPLAY_NAME_SIZE_MAX ? name.size : DISPLAY_NAME_SIZE_MAX;

	for (size_t i = 0; i < size; i++)
		text[i] = name.at[i] < ' ' || name.at[i] == 0x7f ? '?' : (char)name.at[i];
	text[size] = '\0';
}

static void read_name(struct query *query, struct standing_validator *validator)
{
	struct state_key key = state_key_of(STATE_PROFILE, &validator->account);
	struct account_profile profile = {0};
	struct bytes_view value;

	if (query_state(query, &key, &value) &&
	    query_check(query, account_profile_decode(&profile, value), "a description"))
		copy_name(validator->name, profile.display_name);
	if (!validator->name[0])
		short_address(validator->name, &validator->account);
}

static bool is_double(const struct standing *standing, size_t index)
{
	for (size_t i = 0; i < standing->count; i++)
		if (i != index && strcmp(standing->validators[i].name,
		                         standing->validators[index].name) == 0)
			return true;
	return false;
}

void standing_name(struct query *query, struct standing *standing)
{
	bool doubles[VALIDATORS_MAX];

	for (size_t i = 0; i < standing->count; i++)
		read_name(query, &standing->validators[i]);
	for (size_t i = 0; i < standing->count; i++)
		doubles[i] = is_double(standing, i);
	for (size_t i = 0; i < standing->count; i++) {
		struct standing_validator *validator = &standing->validators[i];
		char address[STANDING_NAME_SIZE];
		size_t size = strlen(validator->name);

		short_address(address, &validator->account);
		if (doubles[i])
			snprintf(validator->name + size, STANDING_NAME_SIZE - size, " (%.20s)",
			         address);
	}
}

/* -- Why --------------------------------------------------------------------------------- */

json_t *json_of_shut_out(const struct node *node)
{
	char hex[2 * COMPRESSED_KEY_SIZE + 1], message[320];

	hex_encode(hex, bytes_view(node->keys.node_id.bytes, COMPRESSED_KEY_SIZE));
	snprintf(message, sizeof message,
	         "the other nodes do not let this one in: a member of the network admits it with "
	         "'cairn node admit %s', and it goes on trying",
	         hex);
	return json_string(message);
}

json_t *json_of_standing(const struct node *node, const struct standing_seen *seen)
{
	json_t *items = json_array();
	struct bytes_view line, left;
	struct buffer text;

	if (items && seen->is_shut_out)
		array_put(&items, json_of_shut_out(node));
	buffer_init(&text, STANDING_TEXT_MAX);
	standing_say(&seen->standing, &text);
	left = buffer_view(&text);
	while (items && text_take_line(&line, &left))
		array_put(&items, json_of_text(line));
	if (text.status != STATUS_OK) {
		json_decref(items);
		items = NULL;
	}
	buffer_close(&text);
	return items;
}

/* What both answers begin with. False: the call has failed, and is answered. */
static bool begin_answer(struct loop_question *question, struct query *query, json_t **json)
{
	struct standing_seen *seen = question->found;

	if (!seen) {
		backend_fail(question->call, STATUS_MEMORY, NULL);
		return false;
	}
	if (!query_start(query, question->call, NULL, question->backend))
		return false;
	standing_name(query, &seen->standing);
	*json = json_object();
	object_put(json, "state",
	           json_string(standing_word_name(standing_judge(&seen->standing))));
	return true;
}

static void finish_why(struct loop_question *question)
{
	struct query query;
	json_t *json;

	if (!begin_answer(question, &query, &json))
		return;
	object_put(&json, "reasons",
	           json_of_standing(question->backend->node, question->found));
	query_answer(&query, json);
}

void backend_why(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = standing_on_loop,
		.finish = finish_why,
	};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

/* -- The state --------------------------------------------------------------------------- */

static json_t *json_of_ago(uint64_t ms)
{
	return ms == STANDING_NEVER ? json_null() : json_of_count(ms);
}

/* Where it is reached, if it is still in the set of the newest block. */
static void put_node_id(struct query *query, json_t **json, const struct hash *account)
{
	struct state_key key = state_key_of(STATE_VALIDATOR_INFO, account);
	struct validator_info info = {0};
	struct bytes_view value;
	bool found = query_state(query, &key, &value);

	if (found && !query_check(query, validator_info_decode(&info, value),
	                          "how a validator is reached"))
		return;
	object_put(json, "node_id",
	           found ? json_of_hex(info.node_id.bytes, COMPRESSED_KEY_SIZE) : json_null());
}

static json_t *json_of_votes(const struct standing_validator *validator)
{
	json_t *votes = json_array();

	if (validator->has_notarized)
		array_put(&votes, json_string("notarize"));
	if (validator->has_nullified)
		array_put(&votes, json_string("nullify"));
	return votes;
}

static json_t *json_of_validator(struct query *query, const struct standing *standing,
                                 const struct standing_validator *validator)
{
	uint64_t behind = standing->height > validator->height
	                      ? standing->height - validator->height
	                      : 0;
	json_t *json = json_object();

	object_put(&json, "account", json_of_account(&validator->account));
	object_put(&json, "name", json_of_text(text_view(validator->name)));
	put_node_id(query, &json, &validator->account);
	object_put(&json, "self", json_boolean(validator->is_self));
	object_put(&json, "connected", json_boolean(validator->is_connected));
	object_put(&json, "heard", json_boolean(validator->is_heard));
	object_put(&json, "heard_ms", json_of_ago(validator->heard_ms));
	object_put(&json, "last_vote_ms", json_of_ago(validator->voted_ms));
	object_put(&json, "height",
	           validator->has_height ? json_of_count(validator->height) : json_null());
	object_put(&json, "behind",
	           validator->has_height ? json_of_count(behind) : json_null());
	object_put(&json, "votes", json_of_votes(validator));
	return json;
}

static json_t *json_of_validators(struct query *query, const struct standing *standing)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < standing->count; i++)
		array_put(&items,
		          json_of_validator(query, standing, &standing->validators[i]));
	return items;
}

static void put_views(json_t **json, const struct standing *standing)
{
	object_put(json, "epoch", json_of_count(standing->epoch));
	object_put(json, "view", json_of_count(standing->view));
	object_put(json, "leader",
	           standing->leader < standing->count
	               ? json_of_account(&standing->validators[standing->leader].account)
	               : json_null());
	object_put(json, "has_proposal", json_boolean(standing->has_proposal));
	object_put(json, "open_view", standing->open_view > 0
	                                  ? json_of_count(standing->open_view)
	                                  : json_null());
	object_put(json, "final_view", json_of_count(standing->final_view));
	object_put(json, "height", json_of_count(standing->height));
	object_put(json, "best_height", json_of_count(standing->best_height));
	object_put(json, "final_ms", json_of_ago(standing->final_ms));
	object_put(json, "pool_txs", json_of_count(standing->tx_count));
}

static void put_timers(json_t **json, const struct standing *standing)
{
	object_put(json, "timer_ms", json_of_ago(standing->armed_ms));
	object_put(json, "base_timeout_ms", json_of_count(standing->times.base_ms));
	object_put(json, "proposal_timeout_ms", json_of_count(standing->times.proposal_ms));
	object_put(json, "view_timeout_ms", json_of_count(standing->times.view_ms));
}

static void finish_state(struct loop_question *question)
{
	const struct standing_seen *seen = question->found;
	const struct standing *standing;
	struct query query;
	json_t *json;

	if (!begin_answer(question, &query, &json))
		return;
	standing = &seen->standing;
	put_views(&json, standing);
	put_timers(&json, standing);
	object_put(&json, "halted", json_boolean(standing->is_halted));
	object_put(&json, "quorum", json_of_count(standing->quorum));
	object_put(&json, "heard", json_of_count(standing_heard(standing)));
	object_put(&json, "validators", json_of_validators(&query, standing));
	query_answer(&query, json);
}

void backend_get_state(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {
		.function = standing_on_loop,
		.finish = finish_state,
	};

	(void)params;
	backend_ask_loop(owner, call, &question);
}

/* -- Evidence ----------------------------------------------------------------------------- */

static const char *kind_name(uint8_t kind)
{
	switch ((enum vote_kind)kind) {
	case VOTE_NOTARIZE:
		return "notarize";
	case VOTE_NULLIFY:
		return "nullify";
	case VOTE_FINALIZE:
		return "finalize";
	}
	return "unknown";
}

static json_t *json_of_accusation(const struct accusation *accusation,
                                  const struct epoch *epoch)
{
	const struct ballot *ballots[2] = {&accusation->votes[0].ballot,
	                                   &accusation->votes[1].ballot};
	uint16_t index = epoch_find(epoch, &accusation->vote_key);
	json_t *json = json_object();

	object_put(&json, "vote_key",
	           json_of_hex(accusation->vote_key.bytes, PUBLIC_KEY_SIZE));
	object_put(&json, "account",
	           index == NOBODY ? json_null()
	                           : json_of_account(&epoch->validators.items[index].account));
	object_put(&json, "epoch", json_of_count(ballots[0]->epoch));
	object_put(&json, "view", json_of_count(ballots[0]->view));
	object_put(&json, "votes",
	           json_pack("[ss]", kind_name(ballots[0]->kind), kind_name(ballots[1]->kind)));
	object_put(&json, "on_chain", json_boolean(accusation->is_on_chain));
	return json;
}

/* On the loop: at most ACCUSED_MAX. */
static void list_accused(struct loop_question *question, struct node *node)
{
	const struct accused *accused = &node->drive.accused;
	json_t *items = json_array();
	json_t *json = json_object();

	for (size_t i = 0; items && i < accused->count; i++)
		array_put(&items, json_of_accusation(&accused->items[i],
		                                     &node->drive.consensus.epoch));
	object_put(&json, "items", items);
	object_put(&json, "next", json_null());
	question->answer = json;
	if (!json)
		question->fault.code = RPC_INTERNAL_ERROR;
}

void backend_list_evidence(struct rpc_call *call, json_t *params, void *owner)
{
	static const struct loop_question question = {.function = list_accused};

	(void)params;
	backend_ask_loop(owner, call, &question);
}
