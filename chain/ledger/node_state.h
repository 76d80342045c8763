/* The list of nodes that the state keeps: who may connect with those of a permissioned
 * network, beside the nodes of its validators.
 *
 *     0x0d            count 3                     the list is slots 0, 1, 2
 *     0x0c 0, 1, 2    node ids                    so it can be read as a whole
 *     0x0b node id    account, from_height, slot  so one look finds, or proves, one node
 *     0x0e account    how many are its            so nobody fills the list
 *
 * Who leaves gives its slot to the last one. What cannot be read marks the draft, as in
 * draft.h. */
#ifndef CHAIN_LEDGER_NODE_STATE_H
#define CHAIN_LEDGER_NODE_STATE_H

#include "chain/ledger/draft.h"

/* False: it is not on the list. */
bool nodes_find(struct draft *draft, const struct node_id *id,
                struct node_listing *listing);

/* How many are on the list; and how many of them are this account's. */
size_t nodes_count(struct draft *draft);
size_t nodes_count_of(struct draft *draft, const struct hash *account);

/* Puts it on the list, or changes what stands there. There must be room: fewer than
 * NODES_LISTED_MAX, or it is listed already. */
void nodes_put(struct draft *draft, const struct node_id *id, const struct hash *account,
               uint64_t from_height);

/* Takes it off the list, where it must be. */
void nodes_remove(struct draft *draft, const struct node_id *id);

#endif
