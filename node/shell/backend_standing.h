/* consensus.get_state, consensus.why: how this node stands among the validators. */
#ifndef NODE_SHELL_BACKEND_STANDING_H
#define NODE_SHELL_BACKEND_STANDING_H

#include "node/drive/standing.h"
#include "node/shell/backend_read.h"

void backend_get_state(struct rpc_call *call, json_t *params, void *owner);
void backend_why(struct rpc_call *call, json_t *params, void *owner);
/* consensus.list_evidence */
void backend_list_evidence(struct rpc_call *call, json_t *params, void *owner);

struct standing_seen {
	struct standing standing;
	bool is_shut_out;
};

/* Function of a loop_question: leaves a struct standing_seen in `found`, NULL without memory. */
void standing_on_loop(struct loop_question *question, struct node *node);

/* Nobody is connected, and some closed when they knew who we are. On the loop. */
bool standing_is_shut_out(const struct node *node);
/* That it is so, and what is to be done. NULL: memory is out. */
json_t *json_of_shut_out(const struct node *node);

/* That, where it is so, and the sentences of standing_say, one string each; NULL: memory is out.
 * Names must be there. */
MUST_CHECK json_t *json_of_standing(const struct node *node, const struct standing_seen *seen);

/* What validators are called in sentences: their display name, or their address cut short; both
 * where two have the same name. */
void standing_name(struct query *query, struct standing *standing);

#endif
