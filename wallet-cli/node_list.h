/* The list of nodes that may connect; run by the rows of noun_node.c. */
#ifndef WALLET_CLI_NODE_LIST_H
#define WALLET_CLI_NODE_LIST_H

#include "wallet-cli/session.h"

/* cairn node list */
enum exit_code node_list_show(struct session *session);
/* cairn node admit NODE_ID [ACCOUNT] [--from HEIGHT] */
enum exit_code node_list_admit(struct session *session);
/* cairn node remove NODE_ID */
enum exit_code node_list_remove(struct session *session);

#endif
