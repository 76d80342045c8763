/* The node as the RPC server sees it: handlers of methods, and the way of submissions. All of
 * it runs on the server's thread, but for the functions under "For the loop". */
#ifndef NODE_SHELL_BACKEND_H
#define NODE_SHELL_BACKEND_H

#include "chain/store/view.h"
#include "node/drive/world.h"
#include "node/shell/node.h"
#include "node/shell/vitals.h"
#include "rpc/server/backend.h"
#include "rpc/server/call.h"
#include "rpc/server/server.h"

#include <stdatomic.h>

struct waiter;
struct receipt_waiter;
struct checkpoint_cache;
struct feed_desk;

struct backend {
	struct node *node;
	struct rpc_server *server;
	struct rpc_backend calls;    /* what the server was handed */
	char address[512];           /* where it listens, for people */
	struct rpc_handler *handlers;
	size_t handler_count;

	struct store_view *view;     /* of the newest stored block, once it was asked for */
	atomic_uint_fast64_t height; /* of the newest stored block: written by the loop */
	atomic_uint_fast64_t checkpoint_serial; /* one more with each new quorum of cosignatures */
	uint64_t view_serial;        /* of the view */
	struct checkpoint_cache *checkpoint; /* the newest quorum, as a note */
	const struct network *network;
	const struct genesis *genesis;
	struct vitals vitals;        /* what the loop knows, for this thread */

	atomic_size_t ingress_count; /* transactions between submission and verdict */
	atomic_bool is_refusing;     /* the node stops */
	struct waiter *waiters;      /* calls of submit_and_wait, by txid */
	atomic_size_t waiter_count;  /* for the loop to see */
	struct receipt_waiter *receipt_waiters; /* calls of receipt.get, oldest first */
	atomic_size_t receipt_waiter_count;     /* for the loop to see */
	struct feed_desk *feed_desk;      /* what subscriptions share; NULL: there was none yet */
	atomic_size_t feed_count;         /* subscriptions, for the loop to see */
	atomic_bool is_feed_wake_posted;  /* one is enough for any number of blocks */
	bool are_feeds_late;              /* of the loop: that could not be posted */
};

/* -- For handlers ------------------------------------------------------------------------- */

/* The rows of each namespace; in backend_<namespace>.c. */
extern const struct rpc_handler backend_node_handlers[];
extern const size_t backend_node_handler_count;
extern const struct rpc_handler backend_peer_handlers[];
extern const size_t backend_peer_handler_count;
extern const struct rpc_handler backend_peer_list_handlers[];
extern const size_t backend_peer_list_handler_count;
extern const struct rpc_handler backend_chain_handlers[];
extern const size_t backend_chain_handler_count;
extern const struct rpc_handler backend_consensus_handlers[];
extern const size_t backend_consensus_handler_count;
extern const struct rpc_handler backend_tx_handlers[];
extern const size_t backend_tx_handler_count;
extern const struct rpc_handler backend_stream_handlers[];
extern const size_t backend_stream_handler_count;
extern const struct rpc_handler backend_account_handlers[];
extern const size_t backend_account_handler_count;
extern const struct rpc_handler backend_receipt_handlers[];
extern const size_t backend_receipt_handler_count;
extern const struct rpc_handler backend_asset_handlers[];
extern const size_t backend_asset_handler_count;

/* The ledger as it is now, for one call: a view no older than the last block that was
 * answered as final. NULL: the call was answered with what failed. */
struct store_view *backend_view(struct backend *backend, struct rpc_call *call);

/* The same for what is no call. */
MUST_CHECK enum status backend_refresh(struct backend *backend, struct why *why);

/* Answer a call with a failure of ours or of a read: STATUS_PRUNED becomes RPC_PRUNED, and
 * everything else RPC_STORAGE, RPC_INTERNAL_ERROR for memory; it is logged. */
void backend_fail(struct rpc_call *call, enum status status, const struct why *why);

/* Answer a call with a verdict of the rules. */
void backend_refuse(struct rpc_call *call, enum verdict verdict,
                    const struct refusal *refusal);

/* Have `function` run on the loop with the call and its parameters, which stay valid; it may
 * not answer the call there, but fill in *answer (taken) or *fault, and the call is answered
 * back on the server's thread: with these, or by `finish`. For what drive knows. */
struct loop_question {
	struct letter letter;
	struct backend *backend;
	struct rpc_call *call;
	void (*function)(struct loop_question *question, struct node *node);
	void (*finish)(struct loop_question *question); /* answers the call; may be NULL */
	void *found;             /* memory_new's, from function to finish; freed behind it */
	struct hash txid;        /* whatever the question needs */
	uint64_t limit;
	json_t *answer;          /* out */
	struct rpc_fault fault;  /* out, when answer is NULL */
};

void backend_ask_loop(struct backend *backend, struct rpc_call *call,
                      const struct loop_question *question);

/* tx.submit_and_wait and the submissions of one body; backend_submit.c. */
void backend_submit(void *owner, struct rpc_call *const *calls, size_t count);
void backend_submit_and_wait(struct rpc_call *call, json_t *params, void *owner);
/* Forget the waiters whose time is up; called now and then. */
void backend_expire_waiters(struct backend *backend);
/* Everybody who still waits is told that the outcome is unknown. */
void backend_release_waiters(struct backend *backend);

/* The answer of GET /metrics, and whether the node is ready; backend_metrics.c. */
void backend_metrics(void *owner, const struct rpc_server_facts *facts, struct buffer *out);
bool backend_is_ready(void *owner, struct why *reason);

/* receipt.get waits for a checkpoint; backend_receipt.c. Those whose checkpoint is there by now
 * are answered, and those whose time is up. */
void backend_serve_receipts(struct backend *backend);
/* Everybody who still waits is told that there is none. */
void backend_release_receipts(struct backend *backend);

/* -- For the loop ---------------------------------------------------------------------------- */

MUST_CHECK enum status backend_new(struct backend **backend, struct node *node,
                                   struct why *why);
/* Stops the server first. NULL is fine. */
void backend_free(struct backend *backend);

/* Where the server listens, for people: "127.0.0.1:17471" or the socket's path. */
const char *backend_address(const struct backend *backend);

/* A block was stored. */
void backend_on_block(struct backend *backend, uint64_t height);
/* A quorum of cosignatures was stored. */
void backend_on_checkpoint(struct backend *backend);
/* From time to time: calls whose time-out has passed are answered. */
void backend_on_tick(struct backend *backend);
/* A transaction that somebody waits for has ended. */
void backend_on_outcome(struct backend *backend, const struct tx_outcome *outcome);

/* New submissions are refused from now on. */
void backend_refuse_work(struct backend *backend);
/* No submission is under way. */
bool backend_is_idle(const struct backend *backend);

#endif
