/* Whom to avoid: nodes and addresses that broke the protocol, for a day. Discouraged is not
 * banned: they are not dialed, not passed on, the first to be displaced, and let in while there
 * is room. Validators, kept peers and their addresses are never in it, so that a bug in
 * one release cannot cut the mesh of validators. */
#ifndef NODE_P2P_DISCOURAGE_H
#define NODE_P2P_DISCOURAGE_H

#include "chain/base/table.h"
#include "chain/ledger/fields.h"
#include "node/p2p/slots.h"

enum {
	DISCOURAGED_MAX = 50000, /* then the oldest are forgotten */
	DISCOURAGED_MS = 24 * 3600 * 1000,
};

struct discouraged_mark;

struct discourage {
	struct siphash_key key;         /* secret */
	struct discouraged_mark *marks; /* in the order in which they end */
};

void discourage_init(struct discourage *list, const uint8_t key[SIPHASH_KEY_SIZE]);
void discourage_close(struct discourage *list);

/* A peer broke the protocol. Its node id is marked, and where that says something (inbound,
 * over the net) its /24 or /64. `class` is its slot's: SLOT_VALIDATOR and SLOT_KEPT are not
 * marked, nor is anybody whose address `is_kept`, a validator's or kept peer's. Out of
 * memory, it is not remembered. */
void discourage_peer(struct discourage *list, const struct node_id *id,
                     const struct slot *slot, bool is_kept, uint64_t now_ms);

bool discourage_has_node(const struct discourage *list, const struct node_id *id,
                         uint64_t now_ms);
bool discourage_has_address(const struct discourage *list, const struct net_address *address,
                            uint64_t now_ms);

/* Marks in it, those that have ended included until the next is added. */
size_t discourage_count(const struct discourage *list);

#endif
