/* The root group: who alone changes validators and parameters. */
#ifndef CHAIN_LEDGER_RULES_ROOT_H
#define CHAIN_LEDGER_RULES_ROOT_H

#include "chain/ledger/rules.h"

/* Does the root group stand behind this transaction? VERDICT_PERMISSION if not. A group
 * of threshold 1 acts through each of its members alone. One that wants several has no
 * way to act in this version of the protocol, which has no operations of groups. */
MUST_CHECK enum verdict root_group_check(const struct rule *rule);

/* The same as a question: no refusal is written. */
bool root_group_acts(const struct rule *rule);

/* Is the sender one of the root group, however many it takes to act? */
bool root_group_has_sender(const struct rule *rule);

#endif
