/* Cosignatures that are kept: those over each seal by the set that it ended, and the newest
 * quorum. They are not made by blocks, but say something about them: that the log had a root
 * when it had so many leaves. */
#ifndef NODE_AUDIT_COSIGNATURES_H
#define NODE_AUDIT_COSIGNATURES_H

#include "chain/receipt/cosigned.h"
#include "node/audit/audit.h"

struct audit_cosignatures {
	struct audit_report *report;
	struct store_view *view;
	struct cosigned *newest;  /* heap; the newest quorum as it is kept */
	struct cosigned *room;    /* heap */
	bool has_newest;          /* and its checkpoint has not come yet */
};

/* Reads the newest quorum; what cannot be read is a finding. `report` has the network's name.
 * Close it in every case. */
MUST_CHECK enum status audit_cosignatures_init(struct audit_cosignatures *cosignatures,
                                               struct audit_report *report,
                                               struct store_view *view, struct why *why);
void audit_cosignatures_close(struct audit_cosignatures *cosignatures);

/* The newest replayed block is `tip`; `epoch` has signed, or may sign, its checkpoint: over a
 * seal, and over genesis, that which it ends, and then that which it starts. */
void audit_cosignatures_at(struct audit_cosignatures *cosignatures,
                           const struct ledger_tip *tip, const struct epoch *epoch,
                           const struct network *network);

/* The tip is a seal, and `epoch` the one that it ends: the quorum that is kept over it, if one
 * is. */
void audit_cosignatures_seal(struct audit_cosignatures *cosignatures,
                             const struct ledger_tip *tip, const struct epoch *epoch,
                             const struct network *network);

/* The chain is at its end. */
void audit_cosignatures_end(struct audit_cosignatures *cosignatures);

#endif
