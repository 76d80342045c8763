#include "tests/sim/wire/town.h"

#include "chain/base/invariant.h"
#include "node/p2p/session.h"

static struct sealer *sealer;
static struct signer *signer;
static struct session_self selves[TOWN_MAX];
static struct hash genesis;
static unsigned count;
static bool is_public;

struct secret_key town_secret(const char *tag, uint64_t number)
{
	uint8_t bytes[8];
	struct hash hash;
	struct secret_key secret;

	put_le64(bytes, number);
	hash = hash_tagged(tag, bytes_view(bytes, sizeof bytes));
	memcpy(secret.bytes, hash.bytes, sizeof secret.bytes);
	return secret;
}

void town_point(struct node_id *id, const struct secret_key *secret)
{
	INVARIANT(secret_key_point(id->bytes, signer, secret) == STATUS_OK);
}

void town_begin(const struct hash *of, unsigned node_count, bool are_public)
{
	INVARIANT(node_count <= TOWN_MAX);
	sealer = sealer_new();
	signer = signer_new(&(struct hash){{1}});
	INVARIANT(sealer && signer);
	genesis = *of;
	count = node_count;
	is_public = are_public;
	for (unsigned i = 0; i < node_count; i++) {
		struct session_self *self = &selves[i];

		*self = (struct session_self){
			.tools = {sealer, signer},
			.node_key = town_secret("sim/node", i),
			.genesis = genesis,
		};
		town_point(&self->node_id, &self->node_key);
	}
}

void town_end(void)
{
	sealer_free(sealer);
	signer_free(signer);
}

unsigned town_count(void)
{
	return count;
}

bool town_is_public(void)
{
	return is_public;
}

const struct hash *town_genesis(void)
{
	return &genesis;
}

const struct session_self *town_self(unsigned node)
{
	INVARIANT(node < count);
	return &selves[node];
}

const struct node_id *town_id(unsigned node)
{
	return &town_self(node)->node_id;
}

struct net_address town_address(unsigned node)
{
	struct net_address address = {.kind = NET_IPV4, .port = 17470};

	address.bytes[0] = is_public ? 11 : 10;
	address.bytes[1] = is_public ? (uint8_t)(node + 1) : 0;
	address.bytes[3] = (uint8_t)(node + 1);
	return address;
}

uint16_t town_find_id(const struct node_id *id)
{
	for (uint16_t i = 0; i < count; i++)
		if (memcmp(&selves[i].node_id, id, sizeof *id) == 0)
			return i;
	return TOWN_NOBODY;
}

uint16_t town_find(const struct node_id *id, const struct net_address *address)
{
	uint16_t node = town_find_id(id);
	struct net_address at;

	if (node == TOWN_NOBODY)
		return TOWN_NOBODY;
	at = town_address(node);
	return net_address_equal(&at, address) ? node : TOWN_NOBODY;
}

void town_sign(struct signature *signature, const struct secret_key *secret,
               const struct hash *digest)
{
	static const struct hash auxiliary;
	struct key_pair pair;

	INVARIANT(key_pair_init(&pair, signer, secret) == STATUS_OK &&
	          key_pair_sign(signature, signer, &pair, digest, &auxiliary) == STATUS_OK);
}
