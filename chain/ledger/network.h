/* A network's hashes: everything signed or named carries the genesis hash, so that nothing
 * made for one network or purpose is valid for another. The beginnings of those tagged
 * hashes are computed once and kept here. */
#ifndef CHAIN_LEDGER_NETWORK_H
#define CHAIN_LEDGER_NETWORK_H

#include "chain/crypto/hash.h"

struct network {
	struct hash genesis;        /* names the network */
	struct hasher tx;           /* tagged "cairn/tx/v1", genesis taken in */
	struct hasher block;        /* tagged "cairn/block/v1", genesis taken in */
	struct hasher rotate;       /* tagged "cairn/rotate/v1", genesis taken in */
	struct hasher join;         /* tagged "cairn/join/v1", genesis taken in */
	struct hasher validators;   /* tagged "cairn/validators/v1", genesis taken in */
	struct hasher notarize;     /* tagged "cairn/notarize/v1", genesis taken in */
	struct hasher nullify;      /* tagged "cairn/nullify/v1", genesis taken in */
	struct hasher finalize;     /* tagged "cairn/finalize/v1", genesis taken in */
	struct hasher state_key;    /* SHA-256 with 0x04 and genesis taken in */
	struct hasher account;      /* tagged "cairn/account/v1"; the same in every network */
};

/* Ready for `genesis`. Read-only afterwards, so any thread may use it. */
void network_init(struct network *network, const struct hash *genesis);

/* One of the hashers above, finished over `bytes`. */
struct hash network_hash(const struct hasher *begun, struct bytes_view bytes);

/* Stream and asset ids: tagged_hash("cairn/stream/v1", name), "cairn/asset/v1". The same in
 * every network, so that a name can be turned into an id offline. */
struct hash stream_id_of(struct bytes_view name);
struct hash asset_id_of(struct bytes_view name);

/* The id of the account whose first key this is: tagged_hash("cairn/account/v1", u8 1 ||
 * key). Once for each transaction of an account that never changed its key. */
struct hash network_account_id(const struct network *network, const struct public_key *key);

/* keyhash of the state tree: SHA-256(0x04 || genesis || raw key). */
struct hash network_state_key(const struct network *network, struct bytes_view raw_key);

#endif
