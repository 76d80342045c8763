/* What a GET gets: how the node is, what it counts, and pages for people. Those are whole in
 * themselves, written in web/ and made into bytes by cmake/page.cmake. */
#ifndef RPC_SERVER_PAGES_H
#define RPC_SERVER_PAGES_H

#include "chain/base/bytes.h"
#include "rpc/server/gate.h"

struct connection;

extern const struct bytes_view page_explorer; /* at "/" */
extern const struct bytes_view page_verify;   /* at "/verify.html" */

/* Answers what is under a path. The route is not GATE_RPC. */
void pages_answer(struct connection *connection, enum gate_route route);

#endif
