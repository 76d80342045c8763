/* One body and its answer: the calls in it, open until the node has answered each, then
 * joined in the order in which they were asked. No socket in sight: a connection hands a
 * body in and gets a text back, at once or later, and may go away in between.
 *
 *     exchange_new ──► exchange_start ──► on_done(answer) ──► exchange_free   (by itself)
 *          │                  └──(client gone)── exchange_abandon ──► freed when all
 *          └── exchange_free                                          calls are answered
 */
#ifndef RPC_SERVER_EXCHANGE_H
#define RPC_SERVER_EXCHANGE_H

#include "chain/base/buffer.h"
#include "rpc/api/error.h"
#include "rpc/api/scan.h"
#include "rpc/server/backend.h"
#include "rpc/server/budget.h"
#include "rpc/server/call.h"

struct exchange;
struct outlet;

/* What all exchanges of a server share. */
struct dispatcher {
	const struct rpc_backend *backend;
	const struct rpc_handler **handlers; /* by the method's index; NULL: not offered */
	bool *offered;                       /* by the method's index */
	size_t calls_waiting;                /* handed to a handler and not yet answered */
	size_t calls_waiting_max;
	uint64_t call_count;        /* answered since the start, */
	uint64_t failed_count;      /* and of these with an error */
	struct budget held;         /* bodies and answers */
	struct rpc_scan scan;       /* of the body that is being taken apart */
	struct exchange *exchanges; /* all there are */
};

/* Handlers by index. Every name must be of the table, once: a fault of ours otherwise.
 * STATUS_MEMORY: nothing to close. */
MUST_CHECK enum status dispatcher_init(struct dispatcher *dispatcher,
                                       const struct rpc_backend *backend);

/* Frees every exchange that is left: no call may be answered from here on. */
void dispatcher_close(struct dispatcher *dispatcher);

/* What goes back over HTTP. */
struct exchange_answer {
	unsigned status; /* 200; 204: no text, all were notifications; 503: memory is out */
	uint8_t *text;   /* the receiver's, memory_free it; NULL where there is none */
	size_t size;
};

struct exchange {
	struct dispatcher *dispatcher;
	struct exchange *next;
	struct exchange *previous;
	uint8_t *block;         /* owned: what `body` is a part of */
	size_t block_size;      /* bytes taken from the budget for it */
	struct bytes_view body; /* the ids of submissions are views of it */
	bool is_trusted;        /* the cookie was shown, or the Unix socket used */
	bool is_batch;
	bool is_broken;              /* memory was out: there is no whole answer */
	struct rpc_call *calls;      /* owned */
	struct rpc_call **submitted; /* owned: those of `calls` that go to backend->submit */
	uint8_t *tx_bytes;           /* owned: their transactions, one behind another */
	size_t tx_size;
	size_t call_count;
	size_t submitted_count;
	size_t open_count;  /* calls not yet answered, and one while they are handed out */
	size_t answer_size; /* bytes of the answers given so far */
	struct rpc_fault fault; /* of a body that is no call */
	void (*on_done)(void *owner, struct exchange_answer answer); /* NULL: client gone */
	void *owner;
	struct outlet *outlet; /* of a client who can subscribe; else NULL */
};

/* For a body that lies in `block` (from memory_new), which is taken, with `block_size`
 * bytes of dispatcher->held. NULL: memory is out, nothing was taken. */
MUST_CHECK struct exchange *exchange_new(struct dispatcher *dispatcher, uint8_t *block,
                                         size_t block_size, struct bytes_view body,
                                         bool is_trusted);

/* Takes the body apart and hands the calls out. on_done comes once, perhaps before this
 * returns; the exchange is gone then. */
void exchange_start(struct exchange *exchange,
                    void (*on_done)(void *owner, struct exchange_answer answer),
                    void *owner);

/* on_done will not come any more. */
void exchange_abandon(struct exchange *exchange);

void exchange_free(struct exchange *exchange);

/* -- For call.c and dispatch.c only ------------------------------------------------- */

struct rpc_call {
	struct exchange *exchange;
	const struct rpc_method *method; /* NULL: none is known by that name */
	struct bytes_view id;            /* its JSON text; empty: a notification */
	uint8_t *id_text;     /* owned: what `id` is a view of, unless the body is */
	json_t *params;       /* owned; NULL for submissions */
	struct bytes_view tx; /* of a submission */
	struct hash txid;     /* of one that was taken */
	uint8_t *answer;      /* owned: the whole answer object */
	size_t answer_size;
	bool is_answered;
	bool is_waiting;   /* counted in dispatcher->calls_waiting */
	bool is_submitted; /* answered with txid, to be written out when all are joined */
};

/* Takes one call apart and hands it to whom it concerns; a submission is only noted. */
void dispatch_call(struct rpc_call *call, struct bytes_view text);

/* A call was answered; the last one ends the exchange. */
void exchange_call_closed(struct rpc_call *call);

#endif
