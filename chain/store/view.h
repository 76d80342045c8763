/* A view: the ledger as it was committed at one moment, for one thread. Commits and
 * pruning beside it do not change what it reads, until it is refreshed.
 *
 * The thread that executes blocks has one and hands it to its drafts as their source; the
 * thread that answers programs has one and refreshes it when a block was committed. A
 * view that is kept for long keeps what was deleted since on the disk.
 *
 * Bytes that a function gives are borrowed until the next call with the same view; inside
 * a `visit` they live as long as that visit, which may read through the same view.
 *
 * Statuses: STATUS_NOT_FOUND, *why untouched, means that there is no such thing in this
 * view; STATUS_PRUNED that there was and it is no longer kept here. All others are
 * failures of ours. */
#ifndef CHAIN_STORE_VIEW_H
#define CHAIN_STORE_VIEW_H

#include "chain/store/store.h"

struct store_view;

MUST_CHECK enum status store_view_open(struct store_view **view, struct store *store,
                                       struct why *why);
/* Moves on to what is committed now. After a failure only store_view_close is left. */
MUST_CHECK enum status store_view_refresh(struct store_view *view, struct why *why);
/* NULL is fine. */
void store_view_close(struct store_view *view);

/* The newest block of the view. Borrowed until the view is refreshed. */
const struct ledger_tip *store_view_tip(const struct store_view *view);

/* The lowest height whose state can be read and proved. */
uint64_t store_view_kept_from(const struct store_view *view);

/* What the rules read. The owner is the view; `inner` is NULL, to be filled in by the
 * caller. */
struct ledger_source store_view_source(struct store_view *view);

/* -- Blocks and the log ------------------------------------------------------------ */

/* The canonical genesis file. */
MUST_CHECK enum status store_read_genesis(struct store_view *view,
                                          struct bytes_view *file, struct why *why);

struct store_header {
	struct header header;
	struct hash hash;
	struct state_root state_root; /* after the block */
	uint64_t first_log_index; /* of its transactions; header.log_size is its own leaf */
	struct bytes_view certificate; /* encoded; empty: there is none. Borrowed */
};

MUST_CHECK enum status store_read_header(struct store_view *view, uint64_t height,
                                         struct store_header *header, struct why *why);

/* The height of the block with this hash. */
MUST_CHECK enum status store_find_block(struct store_view *view, const struct hash *hash,
                                        uint64_t *height, struct why *why);

/* The height of the last block whose time is not after `time_ms`. */
MUST_CHECK enum status store_find_time(struct store_view *view, uint64_t time_ms,
                                       uint64_t *height, struct why *why);

/* A leaf of the network's log. */
struct store_entry {
	uint64_t height;
	uint64_t log_index;
	bool is_header;       /* of the block of that height; the others are transactions */
	struct bytes_view tx; /* empty for a header */
};

MUST_CHECK enum status store_read_entry(struct store_view *view, uint64_t log_index,
                                        struct store_entry *entry, struct why *why);

/* At most `limit` entries from `first` on, in order, until `visit` says false: enough. */
MUST_CHECK enum status
store_list_entries(struct store_view *view, uint64_t first, size_t limit,
                   bool (*visit)(void *owner, const struct store_entry *entry),
                   void *owner, struct why *why);

/* Appends the body of the block of this height: chain/ledger/header.h. Ask
 * body->status. */
MUST_CHECK enum status store_read_body(struct store_view *view, uint64_t height,
                                       struct buffer *body, struct why *why);

MUST_CHECK enum status store_find_tx(struct store_view *view, const struct hash *txid,
                                     uint64_t *log_index, struct why *why);

/* The tiles of the network's log, or of a stream's: what log_prove_* reads. Good until
 * the view is closed; *log must stay as long. */
struct store_log {
	struct store_view *view;
	bool is_stream;
	struct hash stream;
};

/* `stream` may be NULL: the network's. */
struct log_reader store_log_open(struct store_log *log, struct store_view *view,
                                 const struct hash *stream);

/* -- State ------------------------------------------------------------------------- */

/* The value of a raw key after the block of `height`; found or not, STATUS_OK.
 * STATUS_PRUNED: the height is below store_view_kept_from. STATUS_NOT_FOUND: there is no
 * such block. */
MUST_CHECK enum status store_read_state(struct store_view *view, uint64_t height,
                                        struct bytes_view raw_key,
                                        struct bytes_view *value, bool *found,
                                        struct why *why);

/* What state_tree_prove reads for one height. */
struct store_state {
	struct store_view *view;
	uint64_t height;
	struct state_root root; /* after the block of that height */
};

/* Statuses as store_read_state's. The reader is good until the view is refreshed; *state
 * must stay as long. */
MUST_CHECK enum status store_state_open(struct store_state *state,
                                        struct state_reader *reader,
                                        struct store_view *view, uint64_t height,
                                        struct why *why);

/* -- Lists ------------------------------------------------------------------------- */

/* Each goes on until its end, until its limit, or until a visit says false: enough. */

/* Names, keys and assets, in the order of their bytes. */
enum store_list {
	STORE_STREAMS,        /* names; value: stream id */
	STORE_ASSETS,         /* names; value: asset id */
	STORE_ACCOUNT_ASSETS, /* of an account: ids of assets that it has or had; no value */
	STORE_STREAM_KEYS,    /* of a stream: record keys; no value */
};

/* At most `limit` names that begin with `prefix` and are above `after`; `after` empty:
 * from the first. `of` is the account or the stream where one is meant, else NULL. */
MUST_CHECK enum status store_list_names(struct store_view *view, enum store_list list,
                                        const struct hash *of, struct bytes_view prefix,
                                        struct bytes_view after, size_t limit,
                                        bool (*visit)(void *owner, struct bytes_view name,
                                                      struct bytes_view value),
                                        void *owner, struct why *why);

enum store_direction { STORE_UP, STORE_DOWN };

/* Which part of a numbered list. */
struct store_range {
	uint64_t from; /* the first number that counts; going down UINT64_MAX is the newest */
	enum store_direction direction;
	size_t limit;
};

/* A record of a stream, by its place in the log. */
struct store_record {
	uint64_t position;  /* in the stream */
	uint64_t log_index; /* of the transaction that has it */
	uint16_t operation; /* its index there */
};

MUST_CHECK enum status store_find_record(struct store_view *view,
                                         const struct hash *stream, uint64_t position,
                                         struct store_record *record, struct why *why);

MUST_CHECK enum status
store_list_records(struct store_view *view, const struct hash *stream,
                   const struct store_range *range,
                   bool (*visit)(void *owner, const struct store_record *record),
                   void *owner, struct why *why);

/* Positions of the records that an account wrote into a stream. */
MUST_CHECK enum status store_list_author(struct store_view *view,
                                         const struct hash *stream,
                                         const struct hash *author,
                                         const struct store_range *range,
                                         bool (*visit)(void *owner, uint64_t position),
                                         void *owner, struct why *why);

/* Log indexes of the transactions that an account sent, or that gave it something. */
MUST_CHECK enum status store_list_account(struct store_view *view,
                                          const struct hash *account,
                                          const struct store_range *range,
                                          bool (*visit)(void *owner, uint64_t log_index),
                                          void *owner, struct why *why);

struct store_version {
	uint64_t version;  /* records under the key before this one */
	uint64_t position; /* in the stream */
};

/* The records under a key; `range` counts versions. */
MUST_CHECK enum status
store_list_versions(struct store_view *view, const struct hash *stream,
                    struct bytes_view key, const struct store_range *range,
                    bool (*visit)(void *owner, const struct store_version *version),
                    void *owner, struct why *why);

#endif
