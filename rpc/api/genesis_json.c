#include "rpc/api/genesis_json.h"

#include "rpc/api/ledger_json.h"

static json_t *parameters_json(const struct parameters *parameters)
{
	json_t *json = json_object();

	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		json_object_set_new(json, parameter_facts((enum parameter)i)->name,
		                    json_integer((json_int_t)parameters->values[i]));
	return json;
}

static json_t *validators_json(const struct genesis *genesis)
{
	json_t *json = json_array();

	for (size_t i = 0; i < genesis->validators.count; i++) {
		const struct validator *validator = &genesis->validators.items[i];
		const uint8_t *node_id = genesis->validator_node_ids[i].bytes;

		json_array_append_new(
			json,
			json_pack("{so so so so ss}", "account", json_of_account(&validator->account),
		              "vote_key", json_of_hex(validator->vote_key.bytes, PUBLIC_KEY_SIZE),
		              "cosign_key",
		              json_of_hex(validator->cosign_key.bytes, COSIGN_KEY_SIZE), "node_id",
		              json_of_hex(node_id, COMPRESSED_KEY_SIZE), "address",
		              genesis->validator_addresses[i]));
	}
	return json;
}

json_t *genesis_to_json(const struct genesis *genesis)
{
	json_t *members = json_array();
	json_t *recovery = json_array();
	json_t *nodes = json_array();

	for (size_t i = 0; i < genesis->root_member_count; i++)
		json_array_append_new(members, json_of_account(&genesis->root_members[i]));
	for (size_t i = 0; i < genesis->recovery_key_count; i++)
		json_array_append_new(
			recovery, json_of_hex(genesis->recovery_keys[i].bytes, PUBLIC_KEY_SIZE));
	for (size_t i = 0; i < genesis->node_id_count; i++)
		json_array_append_new(nodes,
		                      json_of_hex(genesis->node_ids[i].bytes, COMPRESSED_KEY_SIZE));
	return json_pack(
		"{ss sI ss ss so s{so si} s{so si} so so}", "name", genesis->name, "time_ms",
		(json_int_t)genesis->time_ms, "peers",
		genesis->peers == PEERS_OPEN ? "open" : "permissioned", "admission",
		genesis->admission == ADMISSION_OPEN ? "open" : "members", "parameters",
		parameters_json(&genesis->parameters), "root_group", "members", members,
		"threshold", (int)genesis->root_threshold, "recovery", "keys", recovery,
		"threshold", (int)genesis->recovery_threshold, "validators",
		validators_json(genesis), "node_ids", nodes);
}
