/* What consensus wants kept beside the ledger. The bytes are the caller's; here they are
 * rows. Writing belongs to the storage thread, reading to the thread of the view. */
#ifndef CHAIN_STORE_VOTES_H
#define CHAIN_STORE_VOTES_H

#include "chain/store/view.h"

/* -- Own votes, and blocks that are not final yet ---------------------------------- */

MUST_CHECK enum status store_read_vote(struct store_view *view,
                                       const struct store_vote_key *key,
                                       struct bytes_view *bytes, struct why *why);

/* All votes from `from` on, in order, until `visit` says false. */
MUST_CHECK enum status
store_list_votes(struct store_view *view, const struct store_vote_key *from,
                 bool (*visit)(void *owner, const struct store_vote *vote), void *owner,
                 struct why *why);

/* Deletes the votes below `from`. Not synced. */
MUST_CHECK enum status
store_drop_votes(struct store *store, const struct store_vote_key *from, struct why *why);

MUST_CHECK enum status store_read_pending(struct store_view *view,
                                          const struct hash *block,
                                          struct store_pending *pending,
                                          struct why *why);

/* All pending blocks, in no order that means anything, until `visit` says false. */
MUST_CHECK enum status
store_list_pending(struct store_view *view,
                   bool (*visit)(void *owner, const struct store_pending *pending),
                   void *owner, struct why *why);

/* Those that will never be final. Not synced. */
MUST_CHECK enum status store_drop_pending(struct store *store, const struct hash *blocks,
                                          size_t count, struct why *why);

/* -- Notes that are kept for ever -------------------------------------------------- */

enum store_note_tag {
	STORE_NOTE_VALIDATORS = 1, /* consensus parameters and set of the next epoch, at a seal's
	                            * height; written with the seal */
	STORE_NOTE_SEAL = 2,       /* the cosignatures over a seal block by the set that it ends,
	                            * under the size of its checkpoint */
	STORE_NOTE_CHECKPOINT = 3, /* the newest quorum of cosignatures over a checkpoint,
	                            * under 0 */
	STORE_NOTE_EVIDENCE = 4,   /* of a validator that contradicted itself */
	STORE_NOTE_SIGNED = 5,     /* under 0: the number of the sign state's write that goes with
	                            * the newest of our own votes */
};

/* Replaces what is there. `sync`: it is on the disk when this returns. */
MUST_CHECK enum status store_put_note(struct store *store, enum store_note_tag tag,
                                      uint64_t height, struct bytes_view bytes, bool sync,
                                      struct why *why);

/* The newest note of a tag at or below `height`, which becomes the height it stands
 * under. */
MUST_CHECK enum status store_read_note(struct store_view *view, enum store_note_tag tag,
                                       uint64_t *height, struct bytes_view *bytes,
                                       struct why *why);

/* Not synced; fine if there is none. */
MUST_CHECK enum status store_drop_note(struct store *store, enum store_note_tag tag,
                                       uint64_t height, struct why *why);

#endif
