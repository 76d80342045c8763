/* The state: everything the rules read, as one map from raw keys to values.
 *
 *     raw key                                value
 *     0x01 parameter name                    u64
 *     0x02 account                           account_state   only once it was rotated
 *     0x03 account                           account_profile
 *     0x04                                   the validators that certify the next block
 *     0x05                                   the root group: members, threshold
 *     0x06 account                           validator_info  once it joined
 *     0x07 account                           admission       while it may join
 *     0x08 vote key                          key_service     of every one there ever was
 *     0x09 cosign key                        key_service     likewise
 *     0x0a vote key                          evidence_record against it
 *     0x0b node id                           node_listing    while it is on the list
 *     0x0c slot                              node_slot       the list, for who reads it all
 *     0x0d                                   node_list       once there was something on it
 *     0x0e account                           node_count      of its nodes on the list
 *     0x10 stream                            stream_info
 *     0x11 stream                            stream_head
 *     0x12 stream, account                   stream_roles
 *     0x13 stream, record key                record_latest
 *     0x20 asset                             asset_info
 *     0x21 asset                             asset_supply
 *     0x22 asset, account                    balance
 *
 * The state tree keys it by SHA-256(0x04 || genesis || raw key). */
#ifndef CHAIN_LEDGER_STATE_H
#define CHAIN_LEDGER_STATE_H

#include "chain/ledger/fields.h"
#include "chain/ledger/parameters.h"

enum state_kind {
	STATE_PARAMETER = 0x01,
	STATE_ACCOUNT = 0x02,
	STATE_PROFILE = 0x03,
	STATE_VALIDATORS = 0x04,
	STATE_ROOT_GROUP = 0x05,
	STATE_VALIDATOR_INFO = 0x06,
	STATE_ADMISSION = 0x07,
	STATE_VOTE_KEY = 0x08,
	STATE_COSIGN_KEY = 0x09,
	STATE_EVIDENCE = 0x0a,
	STATE_NODE = 0x0b,
	STATE_NODE_SLOT = 0x0c,
	STATE_NODE_LIST = 0x0d,
	STATE_ACCOUNT_NODES = 0x0e,
	STATE_STREAM = 0x10,
	STATE_STREAM_HEAD = 0x11,
	STATE_STREAM_ROLES = 0x12,
	STATE_RECORD = 0x13,
	STATE_ASSET = 0x20,
	STATE_ASSET_SUPPLY = 0x21,
	STATE_BALANCE = 0x22,
};

/* A raw key, by value. */
struct state_key {
	size_t size;
	uint8_t bytes[STATE_KEY_SIZE_MAX];
};

static inline struct bytes_view state_key_view(const struct state_key *key)
{
	return bytes_view(key->bytes, key->size);
}

struct state_key state_key_of_parameter(enum parameter parameter);
/* A kind alone: STATE_VALIDATORS, STATE_ROOT_GROUP, STATE_NODE_LIST. */
struct state_key state_key_of_kind(enum state_kind kind);
/* A kind and an id: of an account, a stream or an asset; a cosign key. */
struct state_key state_key_of(enum state_kind kind, const struct hash *id);
/* STATE_VOTE_KEY and STATE_EVIDENCE. */
struct state_key state_key_of_vote_key(enum state_kind kind,
                                       const struct public_key *vote_key);
/* STATE_NODE. */
struct state_key state_key_of_node(const struct node_id *id);
/* STATE_NODE_SLOT; slots count from 0. */
struct state_key state_key_of_node_slot(uint16_t slot);
/* STATE_STREAM_ROLES and STATE_BALANCE. */
struct state_key state_key_of_pair(enum state_kind kind, const struct hash *id,
                                   const struct hash *account);
/* `record_key` has at most RECORD_KEY_SIZE_MAX bytes. */
struct state_key state_key_of_record(const struct hash *stream,
                                     struct bytes_view record_key);

#define ACCOUNT_STATE_FIELDS(X)                                                          \
	X(public_key, key)       /* the one that signs for the account now */                \
	X(u32, rotation_count)

#define ACCOUNT_PROFILE_FIELDS(X)                                                        \
	X(display_name, display_name)                                                        \
	X(contact, contact)                                                                  \
	X(optional_hash, encryption_key)                                                     \
	X(optional_hash, inbox)

/* Kept when the account leaves the set: who is admitted again does not join more often. */
#define VALIDATOR_INFO_FIELDS(X)                                                         \
	X(node_id, node_id)                                                                  \
	X(address, address)                                                                  \
	X(u64, joined_ms)        /* of the block of its last join; 0: it is of the genesis */

#define ADMISSION_FIELDS(X) X(u64, height) /* of the block that admitted the account */

/* The epochs in which a key of a validator serves: from first_epoch to last_epoch, both
 * included; without a last_epoch it is in the set still. A key that came and went in one
 * block has first_epoch = last_epoch + 1: it never served. */
#define KEY_SERVICE_FIELDS(X)                                                            \
	X(hash, account)                                                                     \
	X(u64, first_epoch)                                                                  \
	X(optional_u64, last_epoch)

#define EVIDENCE_RECORD_FIELDS(X)                                                        \
	X(u64, epoch)            /* of the two votes */                                      \
	X(u64, view)                                                                         \
	X(u64, height)           /* of the block that holds them */

/* Of a node that the genesis names the account is 32 zero bytes: nobody's. */
#define NODE_LISTING_FIELDS(X)                                                           \
	X(hash, account)         /* whose node it is */                                      \
	X(u64, from_height)      /* it may connect from the block of this height on */       \
	X(u16, slot)             /* its place in the list */

#define NODE_SLOT_FIELDS(X) X(node_id, node_id)

#define NODE_LIST_FIELDS(X)                                                              \
	X(u16, count)            /* slots 0 to count - 1 are taken */                        \
	X(u64, change_count)     /* ever made */

#define NODE_COUNT_FIELDS(X) X(u16, count) /* never 0: absent instead */

#define STREAM_INFO_FIELDS(X)                                                            \
	X(name, name)                                                                        \
	X(hash, owner)           /* account */                                               \
	X(u8, write)             /* enum stream_write */                                     \
	X(u8, read)              /* enum stream_read */                                      \
	X(description, description)                                                          \
	X(schema, schema)                                                                    \
	X(u64, created_height)                                                               \
	X(u64, created_ms)

#define STREAM_HEAD_FIELDS(X)                                                            \
	X(u64, count)            /* records */                                               \
	X(hash, root)            /* of the stream's own log, RFC 6962 */

#define STREAM_ROLES_FIELDS(X) X(u8, roles) /* bits of enum stream_role; never 0 */

#define RECORD_LATEST_FIELDS(X)                                                          \
	X(u64, version_count)    /* records under this key */                                \
	X(u64, position)         /* of the latest of them */                                 \
	X(hash, leaf_hash)       /* its leaf in the stream's log */

#define ASSET_INFO_FIELDS(X)                                                             \
	X(name, name)                                                                        \
	X(hash, issuer)          /* account */                                               \
	X(u8, decimals)                                                                      \
	X(description, description)                                                          \
	X(u64, created_height)                                                               \
	X(u64, created_ms)

#define ASSET_SUPPLY_FIELDS(X)                                                           \
	X(u64, minted)           /* grains ever minted */                                    \
	X(u64, burned)           /* grains ever burned; minted - burned are held */

#define BALANCE_FIELDS(X) X(u64, grains) /* never 0: such a balance is deleted */

// clang-format off
WIRE_DECLARE(account_state, ACCOUNT_STATE_FIELDS)
WIRE_DECLARE(account_profile, ACCOUNT_PROFILE_FIELDS)
WIRE_DECLARE(validator_info, VALIDATOR_INFO_FIELDS)
WIRE_DECLARE(admission, ADMISSION_FIELDS)
WIRE_DECLARE(key_service, KEY_SERVICE_FIELDS)
WIRE_DECLARE(evidence_record, EVIDENCE_RECORD_FIELDS)
WIRE_DECLARE(node_listing, NODE_LISTING_FIELDS)
WIRE_DECLARE(node_slot, NODE_SLOT_FIELDS)
WIRE_DECLARE(node_list, NODE_LIST_FIELDS)
WIRE_DECLARE(node_count, NODE_COUNT_FIELDS)
WIRE_DECLARE(stream_info, STREAM_INFO_FIELDS)
WIRE_DECLARE(stream_head, STREAM_HEAD_FIELDS)
WIRE_DECLARE(stream_roles, STREAM_ROLES_FIELDS)
WIRE_DECLARE(record_latest, RECORD_LATEST_FIELDS)
WIRE_DECLARE(asset_info, ASSET_INFO_FIELDS)
WIRE_DECLARE(asset_supply, ASSET_SUPPLY_FIELDS)
WIRE_DECLARE(balance, BALANCE_FIELDS)
// clang-format on

/* -- A leaf of a stream's log ---------------------------------------------------------------- */

/* What a stream's own log commits to of each record: so that a list of records comes with a
 * proof that none was left out, even where the values themselves are kept back. */
#define RECORD_LEAF_FIELDS(X)                                                            \
	X(u64, position)         /* in the stream, from 0 */                                 \
	X(hash, author)          /* account */                                               \
	X(hash, txid)            /* of the transaction that held the value */                \
	X(u16, operation)        /* its index there */                                       \
	X(u64, time_ms)          /* of the block */                                          \
	X(record_key, key)                                                                   \
	X(content_type, content_type)                                                        \
	X(u8, value_kind)                                                                    \
	X(hash, value_hash)      /* SHA-256 of the value, or the file id */

// clang-format off
WIRE_DECLARE(record_leaf, RECORD_LEAF_FIELDS)
// clang-format on

enum {
	RECORD_LEAF_SIZE_MAX = 8 + 2 * HASH_SIZE + 2 + 8 + 2 + RECORD_KEY_SIZE_MAX + 2 +
	                       CONTENT_TYPE_SIZE_MAX + 1 + HASH_SIZE,
};

#endif
