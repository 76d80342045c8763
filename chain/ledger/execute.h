/* Blocks: how a leader fills one, how everybody else checks one, and what sealing computes.
 * docs/protocol.md, "Block". */
#ifndef CHAIN_LEDGER_EXECUTE_H
#define CHAIN_LEDGER_EXECUTE_H

#include "chain/ledger/draft.h"
#include "chain/ledger/genesis.h"
#include "chain/ledger/succession.h"

/* What consensus says of a block that is to be made. */
struct block_plan {
	uint64_t epoch;   /* epoch_after the parent */
	uint64_t view;
	uint16_t proposer;
	uint8_t flags;    /* but for HEADER_FLAG_SEAL, which follows from the transactions */
	uint64_t time_ms; /* later than the parent's */
};

/* Does a transaction of this size still fit the block? */
bool block_has_room(const struct draft *draft, size_t tx_size);

/* Apply a transaction and take it into the block. Its form and signature were checked.
 * `is_new`: the caller knows that the committed ledger does not have it, so that it is not
 * looked up again. VERDICT_GOOD, or the reason why not and an unchanged draft. The caller
 * made sure of block_has_room. Ask draft->status afterwards. */
MUST_CHECK enum verdict block_add(struct draft *draft, const struct tx *tx, bool is_new,
                                  struct refusal *refusal);

/* Would block_add take it? The draft is as before, but for what it read. */
MUST_CHECK enum verdict block_try(struct draft *draft, const struct tx *tx, bool is_new,
                                  struct refusal *refusal);

/* Compute who certifies the next block, and whether that makes this one a seal; roots, pages,
 * tiles, header and hash: nothing changes any more. */
MUST_CHECK enum status block_seal(struct draft *draft, const struct block_plan *plan,
                                  struct why *why);

/* The whole of a block that somebody else made: every transaction applied, every field of
 * the header that follows from them compared. The signatures of the transactions and what
 * consensus says of the header (view, proposer, clock, when a heartbeat is due) are checked
 * by the caller.
 * *draft is NULL unless STATUS_OK and VERDICT_GOOD. */
MUST_CHECK enum status block_execute(struct draft **draft, const struct network *network,
                                     const struct ledger_source *source,
                                     const struct ledger_tip *tip,
                                     const struct draft *parent,
                                     const struct header *header, struct bytes_view body,
                                     enum verdict *verdict, struct refusal *refusal,
                                     struct why *why);

/* Block 0: the state that genesis says, its header and hash, a log of one leaf. */
MUST_CHECK enum status block_genesis(struct draft **draft, const struct network *network,
                                     const struct genesis *genesis, struct why *why);

/* What the next block builds on when this sealed one is committed. */
void draft_tip(struct ledger_tip *tip, const struct draft *draft);

#endif
