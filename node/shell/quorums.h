/* Quorums of cosignatures on the disk, and the sets whose they are.
 *
 *     note of the store        under                          holds
 *     STORE_NOTE_VALIDATORS    the height of a seal           consensus parameters | set: of
 *                                                             the epoch that it starts
 *     STORE_NOTE_SEAL          the size of a seal's           cosigned: by the set that it
 *                              checkpoint                     ends
 *     STORE_NOTE_CHECKPOINT    0                              cosigned: the newest quorum */
#ifndef NODE_SHELL_QUORUMS_H
#define NODE_SHELL_QUORUMS_H

#include "chain/receipt/cosigned.h"
#include "chain/store/view.h"
#include "node/drive/drive.h"

/* The newest quorum. STATUS_NOT_FOUND: there is none yet. */
MUST_CHECK enum status quorum_read_newest(struct cosigned *cosigned, struct store_view *view,
                                          struct why *why);

/* That over the seal whose checkpoint has `size` leaves. STATUS_NOT_FOUND: there is none. */
MUST_CHECK enum status quorum_read_seal(struct cosigned *cosigned, struct store_view *view,
                                        uint64_t size, struct why *why);

/* A set with the parameters that consensus reads; the others are at their defaults. */
struct epoch_set {
	struct validator_set validators;
	struct parameters parameters;
};

/* The set of the epoch that the block of `height` starts: a seal, or genesis.
 * STATUS_NOT_FOUND: it is neither. */
MUST_CHECK enum status epoch_set_read(struct epoch_set *set, struct store_view *view,
                                      uint64_t height, struct why *why);

/* The height of the seal that ended an epoch. STATUS_NOT_FOUND: it has not ended. */
MUST_CHECK enum status seal_find(uint64_t *height, struct store_view *view, uint64_t epoch,
                                 struct why *why);

/* Of the view's tip: what cosigning begins with. The kept quorum goes into `room`. */
MUST_CHECK enum status quorum_load_start(struct drive_cosign_start *start,
                                         struct cosigned *room, struct store_view *view,
                                         struct why *why);

/* The newest seals that no quorum is kept over. Costs a look at each seal from the newest on,
 * until enough were found. */
MUST_CHECK enum status quorum_find_missing(struct missing_seals *missing,
                                           struct store_view *view, struct why *why);

#endif
