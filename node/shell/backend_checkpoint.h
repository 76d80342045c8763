/* The newest checkpoint that a quorum has cosigned, for handlers, and proofs under it. */
#ifndef NODE_SHELL_BACKEND_CHECKPOINT_H
#define NODE_SHELL_BACKEND_CHECKPOINT_H

#include "chain/receipt/cosigned.h"
#include "node/shell/backend_read.h"

/* Made once for each quorum: hundreds of receipts are given under the same. */
struct checkpoint_cache {
	uint64_t serial;  /* of the view that it was read from, less one; 0: not read yet */
	bool is_there;
	struct cosign_point point;
	uint64_t height;  /* of its block */
	size_t cosigned;  /* signatures in it */
	struct buffer note;
	struct cosigned room;
};

MUST_CHECK enum status checkpoint_cache_new(struct checkpoint_cache **cache,
                                            struct why *why);
/* NULL is fine. */
void checkpoint_cache_free(struct checkpoint_cache *cache);

/* Of the query's view. NULL: there is none yet, or the query has failed. */
const struct checkpoint_cache *query_checkpoint(struct query *query);

/* The same; the query is refused with RPC_NO_QUORUM if there is none. */
const struct checkpoint_cache *query_need_checkpoint(struct query *query);

/* A proof file for a leaf that the checkpoint covers, into `out`. */
void query_put_proof_file(struct query *query, struct buffer *out,
                          const struct checkpoint_cache *checkpoint, uint64_t log_index,
                          struct bytes_view extra);

/* For GET /checkpoint; the owner is the backend. */
bool backend_put_checkpoint(void *owner, struct buffer *out);

/* What stands in the handlers' table of chain. */
void backend_get_checkpoint(struct rpc_call *call, json_t *params, void *owner);
void backend_get_succession(struct rpc_call *call, json_t *params, void *owner);

/* The same, of a call that has waited: it may wait until then, monotonic; 0: no longer. */
void backend_answer_succession(struct backend *backend, struct rpc_call *call, json_t *params,
                               uint64_t deadline_ms);
/* STATUS_OK: the seal whose checkpoint has so many leaves is cosigned. STATUS_NOT_FOUND: not
 * that this node knew. */
MUST_CHECK enum status query_find_seal_quorum(struct query *query, uint64_t seal_size);

#endif
