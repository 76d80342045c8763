#include "chain/ledger/network.h"

static struct hasher begin(const char *tag, const struct hash *genesis)
{
	struct hasher hasher = hasher_tagged(tag);

	hasher_update(&hasher, genesis->bytes, HASH_SIZE);
	return hasher;
}

void network_init(struct network *network, const struct hash *genesis)
{
	static const uint8_t state_key_tag = 0x04;

	network->genesis = *genesis;
	network->tx = begin("cairn/tx/v1", genesis);
	network->block = begin("cairn/block/v1", genesis);
	network->rotate = begin("cairn/rotate/v1", genesis);
	network->join = begin("cairn/join/v1", genesis);
	network->validators = begin("cairn/validators/v1", genesis);
	network->notarize = begin("cairn/notarize/v1", genesis);
	network->nullify = begin("cairn/nullify/v1", genesis);
	network->finalize = begin("cairn/finalize/v1", genesis);
	network->account = hasher_tagged("cairn/account/v1");
	hasher_start(&network->state_key);
	hasher_update(&network->state_key, &state_key_tag, 1);
	hasher_update(&network->state_key, genesis->bytes, HASH_SIZE);
}

struct hash network_hash(const struct hasher *begun, struct bytes_view bytes)
{
	struct hasher hasher = *begun;

	hasher_update(&hasher, bytes.at, bytes.size);
	return hasher_finish(&hasher);
}

struct hash stream_id_of(struct bytes_view name)
{
	return hash_tagged("cairn/stream/v1", name);
}

struct hash asset_id_of(struct bytes_view name)
{
	return hash_tagged("cairn/asset/v1", name);
}

struct hash network_account_id(const struct network *network, const struct public_key *key)
{
	uint8_t descriptor[1 + PUBLIC_KEY_SIZE] = {1};

	memcpy(descriptor + 1, key->bytes, PUBLIC_KEY_SIZE);
	return network_hash(&network->account, bytes_view(descriptor, sizeof descriptor));
}

struct hash network_state_key(const struct network *network, struct bytes_view raw_key)
{
	return network_hash(&network->state_key, raw_key);
}
