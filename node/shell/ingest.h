/* Transactions that no client waits for, of peers and of the node itself, on the same way into
 * the pool as all others: ingress.h. Who sent them hears nothing; of what is too much, of all or
 * of a peer, the rest is left out, as it comes again. */
#ifndef NODE_SHELL_INGEST_H
#define NODE_SHELL_INGEST_H

#include "consensus/message.h"
#include "node/net/net.h"
#include "node/shell/ingress.h"

/* On their way at once: a node that takes in what many programs write at once passes on as much
 * as its own ingress holds, and what is lost here comes late, with its own turn to propose. */
enum { INGEST_TXS_MAX = 16 * MESSAGE_TXS_MAX };

/* The loop's alone. */
struct ingest {
	struct verify_pool *verify;
	struct net *net; /* where a peer's share is counted; NULL: it is not */
	size_t count; /* of transactions on their way; 0: idle */
};

/* Whose they are: a peer and its serial, or WORLD_SELF. */
struct ingest_source {
	uint16_t peer;
	uint64_t serial;
};

/* Entries as of a body, whose form was checked. Copied. Out of memory, they are lost. */
void ingest_txs(struct ingest *ingest, const struct ingest_source *from, struct cursor txs);

/* One, of any form but not empty; likewise. */
void ingest_tx(struct ingest *ingest, const struct ingest_source *from, struct bytes_view tx);

#endif
