/* A network's beginning, as canonical bytes whose tagged hash names the network.
 *
 *     version u8 = 1 | name u16 + bytes | time_ms u64 | peers u8 | admission u8
 *     parameters: count u16, each name u16 + bytes, value u64, sorted by name
 *     root group: members u16 count, each account 32, sorted; threshold u16
 *     recovery keys: u16 count, each x-only key 32, sorted; threshold u16
 *     validators: u16 count, each account 32, vote key 32, cosign key 32, node id 33,
 *                 address u16 + bytes; sorted by vote key
 *     node ids: u16 count, each 33, sorted */
#ifndef CHAIN_LEDGER_GENESIS_H
#define CHAIN_LEDGER_GENESIS_H

#include "chain/ledger/fields.h"
#include "chain/ledger/header.h"
#include "chain/ledger/validators.h"

enum { GENESIS_VERSION = 1 };
enum genesis_peers { PEERS_OPEN = 0, PEERS_PERMISSIONED = 1 };
enum genesis_admission { ADMISSION_OPEN = 0, ADMISSION_MEMBERS = 1 };

struct genesis {
	char name[NETWORK_NAME_SIZE_MAX + 1]; /* 1..32 of a-z 0-9 - */
	uint64_t time_ms;                     /* Unix time */
	enum genesis_peers peers;
	enum genesis_admission admission;
	struct parameters parameters;
	size_t root_member_count; /* 1..GROUP_MEMBERS_MAX */
	size_t root_threshold;    /* 1..root_member_count */
	struct hash root_members[GROUP_MEMBERS_MAX]; /* account ids, sorted */
	size_t recovery_key_count;                   /* 0: no recovery */
	size_t recovery_threshold;
	struct public_key recovery_keys[RECOVERY_KEYS_MAX];
	struct validator_set validators;
	struct node_id validator_node_ids[VALIDATORS_MAX];
	char validator_addresses[VALIDATORS_MAX][ADDRESS_SIZE_MAX + 1]; /* host:port, or "" */
	size_t node_id_count;
	struct node_id node_ids[GENESIS_NODE_IDS_MAX];
};

/* Appends the canonical bytes. Ask buffer->status. */
struct buffer;
void genesis_encode(struct buffer *buffer, const struct genesis *genesis);

/* Strict: sorted, no double entries, all in bounds. *genesis is large: put it on the heap.
 * STATUS_MALFORMED or another with a sentence in *why that names the field. */
MUST_CHECK enum status genesis_decode(struct genesis *genesis, struct bytes_view bytes,
                                      struct why *why);

/* All in bounds and in order? The same sentences as genesis_decode. */
MUST_CHECK enum status genesis_check(const struct genesis *genesis, struct why *why);

/* tagged_hash("cairn/genesis/v1", bytes). */
struct hash genesis_hash(struct bytes_view bytes);

/* 1..NETWORK_NAME_SIZE_MAX of a-z 0-9 - */
bool network_name_is_valid(struct bytes_view name);

/* The header of block 0, but for its state root, which the caller knows after the genesis
 * state was made (chain/ledger/execute.h). */
struct header genesis_header(const struct genesis *genesis, const struct network *network);

#endif
