#include "chain/ledger/state.h"

#include "chain/base/invariant.h"

// clang-format off
WIRE_DEFINE(account_state, ACCOUNT_STATE_FIELDS)
WIRE_DEFINE(account_profile, ACCOUNT_PROFILE_FIELDS)
WIRE_DEFINE(validator_info, VALIDATOR_INFO_FIELDS)
WIRE_DEFINE(admission, ADMISSION_FIELDS)
WIRE_DEFINE(key_service, KEY_SERVICE_FIELDS)
WIRE_DEFINE(evidence_record, EVIDENCE_RECORD_FIELDS)
WIRE_DEFINE(node_listing, NODE_LISTING_FIELDS)
WIRE_DEFINE(node_slot, NODE_SLOT_FIELDS)
WIRE_DEFINE(node_list, NODE_LIST_FIELDS)
WIRE_DEFINE(node_count, NODE_COUNT_FIELDS)
WIRE_DEFINE(stream_info, STREAM_INFO_FIELDS)
WIRE_DEFINE(stream_head, STREAM_HEAD_FIELDS)
WIRE_DEFINE(stream_roles, STREAM_ROLES_FIELDS)
WIRE_DEFINE(record_latest, RECORD_LATEST_FIELDS)
WIRE_DEFINE(asset_info, ASSET_INFO_FIELDS)
WIRE_DEFINE(asset_supply, ASSET_SUPPLY_FIELDS)
WIRE_DEFINE(balance, BALANCE_FIELDS)
WIRE_DEFINE(record_leaf, RECORD_LEAF_FIELDS)
// clang-format on

static void key_add(struct state_key *key, const void *bytes, size_t size)
{
	INVARIANT(size <= sizeof key->bytes - key->size);
	if (size > 0)
		memcpy(key->bytes + key->size, bytes, size);
	key->size += size;
}

struct state_key state_key_of_kind(enum state_kind kind)
{
	struct state_key key;

	key.size = 1;
	key.bytes[0] = (uint8_t)kind;
	return key;
}

struct state_key state_key_of_parameter(enum parameter parameter)
{
	struct state_key key = state_key_of_kind(STATE_PARAMETER);
	const char *name = parameter_facts(parameter)->name;

	key_add(&key, name, strlen(name));
	return key;
}

struct state_key state_key_of(enum state_kind kind, const struct hash *id)
{
	struct state_key key = state_key_of_kind(kind);

	key_add(&key, id->bytes, HASH_SIZE);
	return key;
}

struct state_key state_key_of_vote_key(enum state_kind kind,
                                       const struct public_key *vote_key)
{
	struct state_key key = state_key_of_kind(kind);

	key_add(&key, vote_key->bytes, PUBLIC_KEY_SIZE);
	return key;
}

struct state_key state_key_of_node(const struct node_id *id)
{
	struct state_key key = state_key_of_kind(STATE_NODE);

	key_add(&key, id->bytes, sizeof id->bytes);
	return key;
}

struct state_key state_key_of_node_slot(uint16_t slot)
{
	struct state_key key = state_key_of_kind(STATE_NODE_SLOT);
	uint8_t bytes[2];

	put_le16(bytes, slot);
	key_add(&key, bytes, sizeof bytes);
	return key;
}

struct state_key state_key_of_pair(enum state_kind kind, const struct hash *id,
                                   const struct hash *account)
{
	struct state_key key = state_key_of(kind, id);

	key_add(&key, account->bytes, HASH_SIZE);
	return key;
}

struct state_key state_key_of_record(const struct hash *stream,
                                     struct bytes_view record_key)
{
	struct state_key key = state_key_of(STATE_RECORD, stream);

	key_add(&key, record_key.at, record_key.size);
	return key;
}
