/* Receipts, as texts, for the handlers that give them: proof files under the newest
 * checkpoint that a quorum has cosigned. */
#ifndef NODE_SHELL_BACKEND_RECEIPT_H
#define NODE_SHELL_BACKEND_RECEIPT_H

#include "node/shell/backend_checkpoint.h"

/* Of a transaction that the checkpoint covers. NULL: the query has failed. */
json_t *receipt_of_tx(struct query *query, const struct checkpoint_cache *checkpoint,
                      uint64_t log_index);

/* Of what the state has under a key, or that it has nothing, after the checkpoint's block;
 * `name` is of the stream or asset in the key, or empty. NULL: the query has failed. */
json_t *receipt_of_state(struct query *query, const struct checkpoint_cache *checkpoint,
                         const struct state_key *key, struct bytes_view name,
                         bool *present);

/* That `count` records of a stream from position `from` on are all there are in between,
 * after the checkpoint's block, with their transactions. The query reads the state after
 * that block. NULL: the query has failed. */
json_t *receipt_of_records(struct query *query, const struct checkpoint_cache *checkpoint,
                           const struct hash *stream, struct bytes_view name,
                           uint64_t from, size_t count);

/* chain.get_succession is answered, backend_answer_succession, when the seal whose checkpoint
 * has so many leaves is cosigned, or when the time is up. False: out of memory. */
bool backend_await_seal(struct backend *backend, struct rpc_call *call, json_t *params,
                        uint64_t seal_size, uint64_t deadline_ms);

#endif
