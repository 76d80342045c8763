/* What the parts of the finder know of each other. */
#ifndef NODE_P2P_FINDER_INNER_H
#define NODE_P2P_FINDER_INNER_H

#include "node/p2p/finder.h"

static inline bool finder_has_kind(const struct net_address *address)
{
	return net_kind_size(address->kind) > 0;
}

/* A session that stays for longer than to meet: it is told our record. */
void finder_introduce(struct finder *finder, uint16_t number, uint64_t now_ms);

void finder_send_record(const struct finder *finder, uint16_t number, struct bytes_view record);

/* Is this the answer to something that was asked? Once for each question. */
bool finder_expects(struct finder_peer *peer, size_t count, uint64_t now_ms);

void finder_on_known(struct finder *finder, uint16_t number, struct bytes_view bytes,
                     uint64_t now_ms);

/* A GETADDR, whose answer is one for a while. */
void finder_ask(struct finder *finder, uint16_t peer, uint64_t now_ms);

#endif
