/* The operations of a transaction: one table, one list of fields each.
 *
 * A kind's number is noun * 256 + verb: record 1, stream 2, account 3, asset 4, validator 6,
 * node 7, param 9, evidence 10; and, kept free for what comes, group 5, role 8. Adding an
 * operation is a list of fields and a row here, and a rule in chain/ledger/rules_*.c. */
#ifndef CHAIN_LEDGER_OPERATIONS_H
#define CHAIN_LEDGER_OPERATIONS_H

#include "chain/ledger/fields.h"
#include "chain/ledger/validators.h"

/* X(name, number, text): name is the struct, the member and the rule. */
#define OPERATION_LIST(X)                                                                \
	X(record_append, 0x0101, "record.append")                                            \
	X(stream_create, 0x0201, "stream.create")                                            \
	X(stream_grant, 0x0202, "stream.grant")                                              \
	X(stream_revoke, 0x0203, "stream.revoke")                                            \
	X(account_rotate, 0x0301, "account.rotate")                                          \
	X(account_describe, 0x0302, "account.describe")                                      \
	X(asset_create, 0x0401, "asset.create")                                              \
	X(asset_mint, 0x0402, "asset.mint")                                                  \
	X(asset_transfer, 0x0403, "asset.transfer")                                          \
	X(asset_burn, 0x0404, "asset.burn")                                                  \
	X(validator_admit, 0x0601, "validator.admit")                                        \
	X(validator_remove, 0x0602, "validator.remove")                                      \
	X(validator_join, 0x0603, "validator.join")                                          \
	X(node_set, 0x0701, "node.set")                                                      \
	X(param_set, 0x0901, "param.set")                                                    \
	X(evidence_submit, 0x0a01, "evidence.submit")

enum operation_kind {
#define OPERATION_ENUM(name, number, text) OPERATION_##name = number,
	OPERATION_LIST(OPERATION_ENUM)
#undef OPERATION_ENUM
};

/* -- record ------------------------------------------------------------------------------ */

enum value_kind {
	VALUE_INLINE = 0, /* the value itself */
	VALUE_FILE = 1,   /* the 32-byte id of a file that travels beside the chain */
};

#define RECORD_APPEND_FIELDS(X)                                                          \
	X(hash, stream)                                                                      \
	X(record_key, key)                 /* may be empty: a record without a key */        \
	X(content_type, content_type)      /* may be empty */                                \
	X(u8, value_kind)                  /* enum value_kind */                             \
	X(value, value)                    /* of a file: exactly 32 bytes */                 \
	X(optional_u64, expected_count)    /* records of the stream before this one */       \
	X(optional_u64, expected_version)  /* records under this key before this one */      \
	X(optional_record_reference, reference) /* an earlier record */

/* -- stream ------------------------------------------------------------------------------ */

enum stream_write { STREAM_WRITE_OPEN = 0, STREAM_WRITE_LISTED = 1 };
enum stream_read { STREAM_READ_PUBLIC = 0, STREAM_READ_PRIVATE = 1 };

/* Bits, as the state keeps them; an operation names exactly one. */
enum stream_role {
	STREAM_ROLE_WRITER = 1,
	STREAM_ROLE_READER = 2,
	STREAM_ROLE_ADMIN = 4,
};

#define STREAM_CREATE_FIELDS(X)                                                          \
	X(name, name)                                                                        \
	X(u8, write)               /* enum stream_write */                                   \
	X(u8, read)                /* enum stream_read */                                    \
	X(description, description)                                                          \
	X(schema, schema)          /* JSON Schema for values, advice to wallets; may be empty */

#define STREAM_GRANT_FIELDS(X)                                                           \
	X(hash, stream)                                                                      \
	X(u8, role)                /* enum stream_role */                                    \
	X(hash, account)

#define STREAM_REVOKE_FIELDS(X) STREAM_GRANT_FIELDS(X)

/* -- account ----------------------------------------------------------------------------- */

/* The signature is the new key's, over tagged_hash("cairn/rotate/v1", genesis || account ||
 * new key || salt), the salt being the transaction's: nobody can be rotated to a key whose
 * owner did not agree, nor to one that nobody has. */
#define ACCOUNT_ROTATE_FIELDS(X)                                                         \
	X(public_key, new_key)                                                               \
	X(signature, new_key_signature)

#define ACCOUNT_DESCRIBE_FIELDS(X)                                                       \
	X(display_name, display_name)                                                        \
	X(contact, contact)                                                                  \
	X(optional_hash, encryption_key) /* x-only key for messages to this account */       \
	X(optional_hash, inbox)          /* stream id */

/* -- asset ------------------------------------------------------------------------------- */

#define ASSET_CREATE_FIELDS(X)                                                           \
	X(name, name)                                                                        \
	X(u8, decimals)            /* 0..ASSET_DECIMALS_MAX: how people write an amount */   \
	X(description, description)

#define ASSET_MINT_FIELDS(X)                                                             \
	X(hash, asset)                                                                       \
	X(hash, to)                /* account */                                             \
	X(u64, amount)             /* grains, at least 1 */

#define ASSET_TRANSFER_FIELDS(X) ASSET_MINT_FIELDS(X)

#define ASSET_BURN_FIELDS(X)                                                             \
	X(hash, asset)                                                                       \
	X(u64, amount)             /* grains of the sender, at least 1 */

/* -- validator --------------------------------------------------------------------------- */

/* By the root group. To admit changes no set: it lets the account join. */
#define VALIDATOR_ADMIT_FIELDS(X) X(hash, account)

#define VALIDATOR_REMOVE_FIELDS(X) VALIDATOR_ADMIT_FIELDS(X)

/* By an admitted account, for itself: into the set, or with other keys in it. Both
 * signatures are over join_message (tx.h): nobody joins with a key that he does not have.
 * The height and hash of a late block show that the node behind it follows the chain. */
#define VALIDATOR_JOIN_FIELDS(X)                                                         \
	X(public_key, vote_key)                                                              \
	X(hash, cosign_key)        /* Ed25519 public key */                                  \
	X(node_id, node_id)                                                                  \
	X(address, address)        /* host:port, or empty */                                 \
	X(u64, height)             /* of a block below this one, at most JOIN_AGE_MAX */     \
	X(hash, block)             /* its hash */                                            \
	X(signature, vote_signature)                                                         \
	X(signature, cosign_signature) /* Ed25519, of 64 bytes as well */

/* -- node -------------------------------------------------------------------------------- */

/* By the root group for any node, by one who belongs to the network for its own: the node
 * is on the list of those that may connect, or without an account no longer. */
#define NODE_SET_FIELDS(X)                                                               \
	X(node_id, node_id)                                                                  \
	X(optional_hash, account)  /* whose node it is; absent: off the list */              \
	X(u64, from_height)        /* from the block of this height on; 0 without account */

/* -- param ------------------------------------------------------------------------------- */

/* By the root group; counts from the next block on. */
#define PARAM_SET_FIELDS(X)                                                              \
	X(parameter_name, name)                                                              \
	X(u64, value)

/* -- evidence ---------------------------------------------------------------------------- */

/* By anybody: two votes of one key that no honest validator casts both. */
#define EVIDENCE_SUBMIT_FIELDS(X)                                                        \
	X(public_key, vote_key)                                                              \
	X(signed_ballot, first)                                                              \
	X(signed_ballot, second)

/* -- all of them --------------------------------------------------------------------------- */

// clang-format off
WIRE_DECLARE(record_append, RECORD_APPEND_FIELDS)
WIRE_DECLARE(stream_create, STREAM_CREATE_FIELDS)
WIRE_DECLARE(stream_grant, STREAM_GRANT_FIELDS)
WIRE_DECLARE(stream_revoke, STREAM_REVOKE_FIELDS)
WIRE_DECLARE(account_rotate, ACCOUNT_ROTATE_FIELDS)
WIRE_DECLARE(account_describe, ACCOUNT_DESCRIBE_FIELDS)
WIRE_DECLARE(asset_create, ASSET_CREATE_FIELDS)
WIRE_DECLARE(asset_mint, ASSET_MINT_FIELDS)
WIRE_DECLARE(asset_transfer, ASSET_TRANSFER_FIELDS)
WIRE_DECLARE(asset_burn, ASSET_BURN_FIELDS)
WIRE_DECLARE(validator_admit, VALIDATOR_ADMIT_FIELDS)
WIRE_DECLARE(validator_remove, VALIDATOR_REMOVE_FIELDS)
WIRE_DECLARE(validator_join, VALIDATOR_JOIN_FIELDS)
WIRE_DECLARE(node_set, NODE_SET_FIELDS)
WIRE_DECLARE(param_set, PARAM_SET_FIELDS)
WIRE_DECLARE(evidence_submit, EVIDENCE_SUBMIT_FIELDS)
// clang-format on

struct operation {
	enum operation_kind kind;
	union {
#define OPERATION_MEMBER(name, number, text) struct name name;
		OPERATION_LIST(OPERATION_MEMBER)
#undef OPERATION_MEMBER
	};
};

/* "record.append"; NULL for a number that is no operation. */
const char *operation_name(uint16_t kind);

/* Bytes of an operation in a transaction: kind u16, size u32, body. */
size_t operation_size(const struct operation *operation);
void operation_put(struct writer *out, const struct operation *operation);

/* Reads one operation and checks its form: a known kind, a body that is canonical to the
 * last byte, fields inside their ranges. STATUS_FOREIGN: an unknown kind. Views are
 * borrowed from the cursor's input. On failure the cursor is failed too, and *operation
 * has at least the kind that was read. */
MUST_CHECK enum status operation_get(struct cursor *in, struct operation *operation);

#endif
