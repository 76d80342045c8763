/* A draft: one block being made or checked, as its changes over its parent.
 *
 *     committed ledger (struct ledger_source)
 *        ^
 *     draft of height h, sealed          never changes again: other threads may read it
 *        ^
 *     draft of height h + 1, open        one thread's; transactions are applied to it
 *
 * Rules read and write the state through a draft; what a transaction did is undone as a whole
 * when one of its operations is refused. When a draft is sealed (execute.h) its roots, pages
 * and tiles are computed and it has everything that the store needs to commit the block.
 *
 * What goes wrong with us while rules read (disk, memory) marks the draft, and the reads
 * that follow find nothing; whoever applies transactions asks draft->status after each. */
#ifndef CHAIN_LEDGER_DRAFT_H
#define CHAIN_LEDGER_DRAFT_H

#include "chain/base/buffer.h"
#include "chain/base/table.h"
#include "chain/ledger/header.h"
#include "chain/ledger/source.h"
#include "chain/ledger/state.h"
#include "chain/ledger/tx.h"
#include "chain/ledger/validators.h"

/* A value of the state as this draft sees it. */
struct draft_entry {
	UT_hash_handle hh;         /* keyed by key's bytes */
	struct bytes_view key;     /* raw */
	struct hash key_hash;
	struct bytes_view value;   /* now; meaningless unless present */
	struct bytes_view base;    /* before this block; meaningless unless base_present */
	bool present;
	bool base_present;
	bool touched;              /* written by a transaction that was not refused */
};

/* A stream that transactions of this block looked at. */
struct draft_stream {
	UT_hash_handle hh;         /* keyed by id */
	struct hash id;
	struct stream_info info;   /* views into the state's value */
	uint64_t base_count;       /* records before this block */
	struct hash base_root;
	struct hash *leaf_hashes;  /* of the records of this block, in order; heap */
	size_t leaf_count;
	size_t leaf_capacity;
	struct log_appender *log;  /* after sealing, when leaf_count > 0; else NULL */
};

/* A record of this block, for the store's indexes. */
struct draft_record {
	const struct draft_stream *stream;
	uint64_t position;       /* in the stream */
	uint32_t tx_index;       /* in the block */
	uint16_t operation;      /* index in the transaction */
	struct bytes_view key;   /* may be empty */
	uint64_t version;        /* records under the key before this one; 0 without a key */
};

/* An account that a transaction of this block concerns: its sender, and who it gives to. */
struct draft_concern {
	struct hash account;
	uint32_t tx_index;
};

struct draft_tx {
	UT_hash_handle hh;       /* keyed by txid */
	struct hash txid;
	struct hash leaf_hash;
	struct bytes_view bytes; /* in the body */
	struct hash sender;
};

/* A new page of the state tree, to be found by the blocks that build on this one. */
struct draft_page {
	UT_hash_handle hh;       /* keyed by the key's bytes */
	uint8_t key[STATE_PAGE_KEY_SIZE_MAX];
	struct bytes_view bytes;
};

struct draft_undo;

struct draft {
	const struct network *network;
	const struct ledger_source *source;
	const struct draft *parent; /* NULL: the committed ledger lies directly below */
	struct parameters parameters; /* of this block: those that its parent left */

	struct header header;       /* complete after sealing */
	struct hash hash;           /* of the header, after sealing */
	struct state_root state_root_before;
	struct state_root state_root;      /* after sealing */
	struct log_frontier frontier;      /* of the log, header's leaf included; after sealing */

	struct arena arena;         /* all below lives here, but for the tables' own memory */
	struct draft_entry *entries;
	struct draft_stream *streams;
	struct draft_tx *txs_by_id;
	struct draft_tx **txs;      /* in order; heap */
	size_t tx_capacity;
	struct buffer body;
	struct draft_record *records; /* heap */
	size_t record_count, record_capacity;
	struct draft_concern *concerns; /* heap */
	size_t concern_count, concern_capacity;

	size_t evidence_count;      /* evidence.submit in this block */

	/* Who certifies the next block, and under which parameters; after sealing, else NULL. */
	const struct validator_set *next_validators;
	struct parameters next_parameters;

	struct log_appender log;    /* the network's log, after sealing */
	struct state_update update; /* new and stale pages, after sealing */
	struct draft_page *pages;   /* the new ones by key */

	struct draft_undo *undo;    /* of the transaction being applied; heap */
	size_t undo_count, undo_capacity;
	enum status status;         /* STATUS_OK, or what failed with us first */
	struct why why;
};

/* -- Making one ---------------------------------------------------------------------------- */

/* What the committed ledger ends with; the store keeps it, the first block builds on it. */
struct ledger_tip {
	struct header header;
	struct hash hash;
	struct state_root state_root;
	struct log_frontier frontier; /* of log_size + 1 leaves */
};

/* An open draft on `parent`, or, when that is NULL, on `tip`. What follows from the parent
 * is set here: version, height, epoch, time, parent and validators_hash; block_seal sets the
 * rest. Not STATUS_OK: memory or the source failed. All pointers must outlive it. */
MUST_CHECK enum status draft_new(struct draft **draft, const struct network *network,
                                 const struct ledger_source *source,
                                 const struct ledger_tip *tip, const struct draft *parent,
                                 uint64_t time_ms, struct why *why);
void draft_free(struct draft *draft);

/* After sealing: is it the last block of its epoch? */
static inline bool draft_is_seal(const struct draft *draft)
{
	return (draft->header.flags & HEADER_FLAG_SEAL) != 0;
}

/* -- State, for rules -------------------------------------------------------------------------- */

/* False: there is no such value. Borrowed until the draft is freed. */
bool draft_get(struct draft *draft, const struct state_key *key, struct bytes_view *value);
/* The value is copied. */
void draft_put(struct draft *draft, const struct state_key *key, struct bytes_view value);
void draft_delete(struct draft *draft, const struct state_key *key);

/* Was the value of this key written in this block? Of a sealed draft any thread may ask. */
bool draft_has_written(const struct draft *draft, const struct state_key *key);

/* The stream of this id, or NULL. Valid until the draft is freed or the transaction that
 * created it is undone. */
struct draft_stream *draft_stream(struct draft *draft, const struct hash *id);

/* Records in the stream, those of this block included. */
static inline uint64_t draft_stream_count(const struct draft_stream *stream)
{
	return stream->base_count + stream->leaf_count;
}

/* One more record: its leaf in the stream's log, and what the indexes want to know. */
void draft_add_record(struct draft *draft, struct draft_stream *stream,
                      const struct hash *leaf_hash, const struct draft_record *record);

/* The transaction being applied concerns this account. */
void draft_add_concern(struct draft *draft, const struct hash *account);

/* One more evidence.submit in this block. */
void draft_add_evidence(struct draft *draft);

/* The hash of the block of this height, which is below this draft's. Zeros, and a failed
 * draft, when it cannot be read. */
struct hash draft_block_hash(struct draft *draft, uint64_t height);

/* Is the txid in this draft or one of its ancestors that are not committed? */
bool draft_has_tx(const struct draft *draft, const struct hash *txid);

/* -- One transaction ----------------------------------------------------------------------------- */

/* Marks where draft_roll_back goes back to. */
void draft_begin(struct draft *draft);
/* Everything since draft_begin is as if it had not been. */
void draft_roll_back(struct draft *draft);
/* Takes the transaction into the block: its bytes are copied into the body. */
void draft_add_tx(struct draft *draft, const struct tx *tx);

static inline size_t draft_tx_count(const struct draft *draft)
{
	return HASH_COUNT(draft->txs_by_id);
}

/* Record a failure of ours, the first one wins. */
void draft_fail(struct draft *draft, enum status status, const char *what);

/* STATUS_OK if a list of `count` items of `item_size` bytes in *items has room for one more. */
MUST_CHECK enum status draft_reserve(void **items, size_t *capacity, size_t count,
                                     size_t item_size);

#endif
