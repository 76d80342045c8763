/* Who may ask what, decided from the head of a request alone, before a byte of its body
 * is read.
 *
 * A browser that visits a bad page is the enemy here: the page may make it send requests
 * to this machine. Three things stop that. The Host line must name this node (a page can
 * point a name of its own at 127.0.0.1, but not call itself by ours); a POST that a page
 * caused bears an Origin line, which must be ours: of the node's own pages; and no page
 * can read the cookie's file. */
#ifndef RPC_SERVER_GATE_H
#define RPC_SERVER_GATE_H

#include "chain/base/limits.h"
#include "rpc/api/error.h"
#include "rpc/server/cookie.h"
#include "rpc/server/http.h"

enum gate_route {
	GATE_RPC,   /* POST /: JSON-RPC */
	GATE_EVENTS, /* GET /v1/events: server-sent events */
	GATE_WEBSOCKET, /* GET /ws: JSON-RPC and subscriptions over WebSocket */
	GATE_EXPLORER, /* GET /: the page of the explorer */
	GATE_VERIFY,   /* GET /verify.html: the page that checks receipts */
	GATE_LIVE,  /* GET /livez: the process answers */
	GATE_METRICS, /* GET /metrics: what is counted */
	GATE_READY, /* GET /readyz: the node can be asked */
	GATE_CHECKPOINT, /* GET /checkpoint: the newest cosigned one, a signed note */
};

struct gate {
	struct cookie cookie;
	bool public_reads;                /* without a cookie: reads */
	const char *hosts[RPC_HOSTS_MAX]; /* beside localhost and the loopback addresses */
	size_t host_count;
};

struct gate_verdict {
	unsigned status; /* 0: come in; else an HTTP status, and the next two say why */
	enum rpc_code code;
	const char *reason; /* one sentence, a static text */
	const char *extra;  /* header lines that belong to the status; "" for none */
	enum gate_route route;
	bool is_trusted; /* of GATE_RPC and GATE_WEBSOCKET: may call every method */
};

/* In:  is_local  it came over the Unix socket, whose file only the node's user may open
 */
struct gate_verdict gate_judge(const struct gate *gate, const struct http_head *head,
                               bool is_local);

#endif
