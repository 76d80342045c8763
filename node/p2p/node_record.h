/* What a node says of itself, signed by its key: where it listens and what it serves. Only
 * these are passed on, so nobody can put words in another's mouth.
 *
 *     version u8 = 1 | node id 33 | seq u64 | roles u16 | expiry u64 (Unix, seconds)
 *     addresses: count u8, 0..4, each kind, bytes, port | BIP-340 signature 64
 *
 * Of two records of a node the one with the higher seq counts. */
#ifndef NODE_P2P_NODE_RECORD_H
#define NODE_P2P_NODE_RECORD_H

#include "chain/crypto/keys.h"
#include "chain/ledger/fields.h"
#include "node/p2p/net_address.h"

enum {
	NODE_RECORD_VERSION = 1,
	NODE_RECORD_ADDRESSES_MAX = 4,       /* one of each kind, and one more */
	NODE_RECORD_EXPIRY_S_MAX = 7 * 86400, /* from now; so long a node that moved is missed */
	NODE_RECORD_SKEW_S = 600,            /* the other's clock may be ahead of ours */
	NODE_RECORD_HEAD_SIZE = 1 + 33 + 8 + 2 + 8 + 1,
	NODE_RECORD_SIZE_MIN = NODE_RECORD_HEAD_SIZE + SIGNATURE_SIZE,
	NODE_RECORD_SIZE_MAX = NODE_RECORD_SIZE_MIN +
	                       NODE_RECORD_ADDRESSES_MAX * NET_ADDRESS_SIZE_MAX,
};

enum node_role {
	NODE_ROLE_VALIDATOR = 1,
	NODE_ROLE_FULL = 2,
	NODE_ROLE_ARCHIVE = 4, /* all blocks from genesis on */
	NODE_ROLE_CONTENT = 8,
	NODE_ROLE_DHT_SERVER = 16,
	NODE_ROLE_SEED = 32,   /* bits that are not named here are kept and mean nothing */
};

struct node_record {
	struct node_id node_id;
	uint64_t seq;
	uint16_t roles;    /* of enum node_role */
	uint64_t expiry_s; /* Unix time */
	size_t address_count;
	struct net_address addresses[NODE_RECORD_ADDRESSES_MAX]; /* the preferred first */
	struct signature signature;
};

size_t node_record_size(const struct node_record *record);
void node_record_put(struct writer *out, const struct node_record *record);

/* Form alone: the signature is not checked. STATUS_MALFORMED also for a node id that does not
 * begin with 2 or 3, and for an address that occurs twice. */
MUST_CHECK enum status node_record_decode(struct node_record *record,
                                          struct bytes_view bytes);

/* What is signed: tagged_hash("cairn/node-record/v1", genesis || all before the signature). */
struct hash node_record_digest(const struct node_record *record, const struct hash *genesis);

/* Costs a signature check; any thread. */
bool node_record_is_valid(const struct node_record *record, const struct hash *genesis);

/* Not expired, and not longer valid than any may be. */
bool node_record_is_fresh(const struct node_record *record, uint64_t now_s);

#endif
