/* The first message of a session, from both sides: what I speak, what I am, and, from a
 * validator, the word of its vote key for this node key.
 *
 *     protocol least u16, most u16 | roles u16 | height u64 | lowest height u64 | time_ms u64
 *     user agent: u16, printable ASCII
 *     binding: u8 0, or u8 1 and: vote key 32, first height u64, last height u64, signature 64
 *     features: count u8, each id u16, data as bytes16; ascending
 *
 * Heights and time are what the peer says, and nothing is decided by them. */
#ifndef NODE_P2P_HELLO_H
#define NODE_P2P_HELLO_H

#include "chain/base/buffer.h"
#include "chain/crypto/keys.h"
#include "chain/ledger/genesis.h"

enum {
	P2P_VERSION = 1,         /* that this node speaks, and no other */
	HELLO_SIZE_MAX = 8 << 10,
	HELLO_AGENT_SIZE_MAX = 64,
	HELLO_FEATURES_MAX = 32,
	HELLO_FEATURE_SIZE_MAX = 512,
};

enum {
	ROLE_VALIDATOR = 1,
	ROLE_FULL = 2,    /* keeps and serves blocks */
	ROLE_ARCHIVE = 4, /* all of them */
};

/* The vote key says: this node speaks for me at these heights. Signed is
 * tagged_hash("cairn/binding/v1", genesis || vote key || node id || first || last). */
struct binding {
	struct public_key vote_key;
	uint64_t first_height;
	uint64_t last_height;
	struct signature signature;
};

struct hash binding_digest(const struct binding *binding, const struct hash *genesis,
                           const struct node_id *node_id);
bool binding_is_valid(const struct binding *binding, const struct hash *genesis,
                      const struct node_id *node_id);

/* Features: what a peer of the same protocol need not know. */
enum {
	FEATURE_KNOWN = 1, /* takes KNOWN; no data. Said in permissioned networks */
};

struct hello_feature {
	uint16_t id;
	struct bytes_view data;
};

struct hello {
	uint16_t protocol_least;
	uint16_t protocol_most;
	uint16_t roles;
	uint64_t height;        /* of the newest block on its disk */
	uint64_t lowest_height; /* of the oldest that it serves */
	uint64_t time_ms;       /* Unix time */
	struct bytes_view agent;
	bool has_binding;
	struct binding binding;
	size_t feature_count;
	struct hello_feature features[HELLO_FEATURES_MAX];
};

/* Ask out->status. */
void hello_put(struct buffer *out, const struct hello *hello);

/* Form alone: the binding's signature is not looked at. Views are borrowed. */
MUST_CHECK enum status hello_decode(struct hello *hello, struct bytes_view bytes);

/* The highest version that both speak; false: there is none. */
MUST_CHECK bool hello_agree(uint16_t *version, const struct hello *hello);

#endif
