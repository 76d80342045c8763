/* The rules: state + transaction -> state, or the reason why not. docs/protocol.md says them
 * in words.
 *
 * A transaction in a block has always succeeded. Operations are applied in order, all or
 * none; each sees what those before it did. */
#ifndef CHAIN_LEDGER_RULES_H
#define CHAIN_LEDGER_RULES_H

#include "chain/ledger/draft.h"

/* Apply a transaction whose form and signature were checked to an open draft: is it in its
 * time, does its key speak for the sender, and what does each operation do. VERDICT_GOOD:
 * the draft's state is changed, and draft_roll_back would still undo it. Anything else:
 * the draft is as before, *refusal says why. Ask draft->status afterwards: after a failure
 * of ours the verdict means nothing. */
MUST_CHECK enum verdict rules_apply(struct draft *draft, const struct tx *tx,
                                    struct refusal *refusal);

/* What the rule of an operation is handed. */
struct rule {
	struct draft *draft;
	const struct tx *tx;
	uint16_t operation; /* index in the transaction */
	struct refusal *refusal;
};

/* One rule an operation, in rules_<noun>.c. */
#define RULE_DECLARE(name, number, text)                                                 \
	enum verdict rule_##name(const struct rule *rule, const struct name *operation);
OPERATION_LIST(RULE_DECLARE)
#undef RULE_DECLARE

#endif
