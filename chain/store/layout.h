/* How the ledger lies in RocksDB: the column families, their keys and their rows. Only
 * the files of the store read this, and layout.c alone knows the bytes of a key.
 *
 * Integers in keys are big-endian, so that the order of bytes is the order of numbers;
 * everywhere else they are little-endian. A row is written by one block and, but for the
 * right edges of logs, the values of the state and the tip, never changed.
 *
 *     family      key                             value
 *     default     "chain"                         the genesis file, canonical
 *                 "tip"                           struct ledger_tip
 *                 "prune"                         struct prune_row
 *     block       height u64                      header 244 | version u64 of the state's
 *                                                 root page | certificate, or nothing
 *     entry       log index u64                   height u64 | transaction; of a header's
 *                                                 leaf the height alone
 *     txid        txid, or block hash             log index u64; of a block, its header's
 *     stream      stream 32, position u64         a run of records, below
 *     acct        account 32, log index u64       a run of transactions, below
 *     slog        stream 32, level u8, tile u56   as `log`, of the stream's own log
 *     state       key hash 32                     height u64 | raw key, u16 + bytes |
 *                                                 value
 *     state_hist  key hash 32, height u64         u8 1 | the value before that block, or
 *                                                 u8 0: there was none
 *     node        height u64, depth u8, nibbles   a page of the state tree
 *     stale       height u64                      what that block made stale, below
 *     log         level u8, tile u56              1 to LOG_TILE_WIDTH hashes
 *     cons        tag u8, height u64              what consensus keeps for ever
 *     vote        epoch u64, view u64, kind u8    own votes
 *     pend        block hash 32                   header and body of a block that is not
 *                                                 final yet
 *     index       a kind u8, and then as below
 *
 * One more family, always empty, is named "cairn/<schema>/<genesis hash>": open.c.
 *
 * Runs. A busy stream takes thousands of records a block, and a row for each, under a key
 * as random as a stream id, would cost more than the record itself. So a block writes one
 * row for each stream, account, and author in a stream; its key ends in the number of the
 * run's first item, and the row that has item n is found by one seek to the greatest key
 * that is not above n.
 *
 *     stream      log index u64 of the block's first transaction | for each record, in
 *                 order: which transaction after that one u16, operation u16
 *     acct        for each transaction: log index less the key's, u16
 *     author      for each record: position less the key's, u32
 *
 * History. A row of state_hist stands under the height that changed a value and holds the
 * value before it. Heights ascend, so the value at height h is that of the first row
 * above h, or, when there is none, today's: one seek forward.
 *
 * Pruning. A stale row names what a block made unreachable for heights from its own on:
 * the pages it replaced, and the keys whose history it wrote. It is all that pruning
 * reads.
 *
 *     stale       page count u32 | page keys | key count u32 | key hashes
 *
 * The frontier of a stream's log has no row: it follows from the tiles.
 *
 *     index       0x01 | name                               stream id
 *                 0x02 | name                               asset id
 *                 0x03 | account 32 | asset 32              nothing: it has or had some
 *                 0x04 | stream 32 | key                    nothing: it is in use
 *                 0x05 | stream 32 | key size u16 | key |
 *                        version u64                        position u64
 *                 0x06 | stream 32 | author 32 |
 *                        position u64                       a run of records */
#ifndef CHAIN_STORE_LAYOUT_H
#define CHAIN_STORE_LAYOUT_H

#include "chain/base/buffer.h"
#include "chain/ledger/draft.h"

/* 2: the note of a set has its consensus parameters in front. */
enum { STORE_SCHEMA = 2 };

/* -- Column families --------------------------------------------------------------- */

/* X(name, text, bytes of the keys' prefix that scans stay inside, 0 for none) */
#define FAMILY_LIST(X)                        \
	X(META, "default", 0)                     \
	X(BLOCK, "block", 0)                      \
	X(ENTRY, "entry", 0)                      \
	X(TXID, "txid", 0)                        \
	X(STREAM, "stream", HASH_SIZE)            \
	X(ACCOUNT, "acct", HASH_SIZE)             \
	X(STREAM_LOG, "slog", HASH_SIZE)          \
	X(STATE, "state", 0)                      \
	X(STATE_HISTORY, "state_hist", HASH_SIZE) \
	X(NODE, "node", 0)                        \
	X(STALE, "stale", 0)                      \
	X(LOG, "log", 0)                          \
	X(CONSENSUS, "cons", 0)                   \
	X(VOTE, "vote", 0)                        \
	X(PENDING, "pend", 0)                     \
	X(INDEX, "index", 0)

enum family {
#define FAMILY_ENUM(name, text, prefix) FAMILY_##name,
	FAMILY_LIST(FAMILY_ENUM)
#undef FAMILY_ENUM
		FAMILY_COUNT,
};

const char *family_name(enum family family);
size_t family_prefix_size(enum family family);

/* -- Keys -------------------------------------------------------------------------- */

enum index_kind {
	INDEX_STREAM_NAME = 0x01,
	INDEX_ASSET_NAME = 0x02,
	INDEX_ACCOUNT_ASSET = 0x03,
	INDEX_STREAM_KEY = 0x04,
	INDEX_KEY_VERSION = 0x05,
	INDEX_AUTHOR = 0x06,
};

/* The longest is that of a key's version. */
enum { ROW_KEY_SIZE_MAX = 1 + HASH_SIZE + 2 + RECORD_KEY_SIZE_MAX + 8 };

/* A key, by value. Bytes behind `size` are undefined. */
struct row_key {
	size_t size;
	uint8_t bytes[ROW_KEY_SIZE_MAX];
};

static inline struct bytes_view row_key_view(const struct row_key *key)
{
	return bytes_view(key->bytes, key->size);
}

#define META_CHAIN "chain"
#define META_TIP   "tip"
#define META_PRUNE "prune"

struct row_key row_key_of_text(const char *text);
/* block, entry and stale. */
struct row_key row_key_of_number(uint64_t number);
/* txid, state and pend. */
struct row_key row_key_of_hash(const struct hash *hash);
/* stream, acct and state_hist. */
struct row_key row_key_of_hash_number(const struct hash *hash, uint64_t number);
/* log when `stream` is NULL, else slog. */
struct row_key row_key_of_tile(const struct hash *stream, unsigned level, uint64_t index);
struct row_key row_key_of_page(const struct state_page_key *key);
struct row_key row_key_of_consensus(uint8_t tag, uint64_t height);
struct row_key row_key_of_vote(uint64_t epoch, uint64_t view, uint8_t kind);

/* Rows of `index`, put together from left to right. */
struct row_key row_key_of_index(enum index_kind kind);
void row_key_add(struct row_key *key, struct bytes_view bytes);
void row_key_add_hash(struct row_key *key, const struct hash *hash);
void row_key_add_number(struct row_key *key, uint64_t number);
/* A record key with its size in front, as the versions have it. */
void row_key_add_sized(struct row_key *key, struct bytes_view bytes);

/* In the order of the rows. */
int row_key_compare(const struct row_key *left, const struct row_key *right);

/* The least key above all that begin with this one; false: there is none, all bits
 * set. */
bool row_key_after_all(struct row_key *key);

/* -- Rows -------------------------------------------------------------------------- */

/* Everything below that decodes gives STATUS_CORRUPT for bytes that are not a whole row,
 * and borrows from them. Everything that encodes appends: ask buffer->status. */

struct block_row {
	struct header header;
	uint64_t state_version;        /* of the root page after the block */
	struct bytes_view certificate; /* empty: there is none */
};

void block_row_append(struct buffer *buffer, const struct block_row *row);
MUST_CHECK enum status block_row_decode(struct block_row *row, struct bytes_view bytes);

struct entry_row {
	uint64_t height;
	struct bytes_view tx; /* empty: the leaf of that block's header */
};

void entry_row_append(struct buffer *buffer, const struct entry_row *row);
MUST_CHECK enum status entry_row_decode(struct entry_row *row, struct bytes_view bytes);

/* Rows of one u64. */
MUST_CHECK enum status number_row_decode(uint64_t *number, struct bytes_view bytes);

struct state_row {
	uint64_t height; /* of the block that changed it last */
	struct bytes_view key;
	struct bytes_view value;
};

void state_row_append(struct buffer *buffer, const struct state_row *row);
MUST_CHECK enum status state_row_decode(struct state_row *row, struct bytes_view bytes);

void history_row_append(struct buffer *buffer, bool present, struct bytes_view value);
MUST_CHECK enum status history_row_decode(bool *present, struct bytes_view *value,
                                          struct bytes_view bytes);

/* A stale row is appended in four steps, and read item by item. */
struct stale_row {
	uint32_t page_count;
	uint32_t key_count;
	struct bytes_view pages; /* page keys, one after another */
	struct bytes_view keys;  /* key hashes */
};

void stale_row_append_page(struct buffer *buffer, const struct state_page_key *key);
void stale_row_append_count(struct buffer *buffer, size_t count);
/* Counts and places; the page keys were read through once. */
MUST_CHECK enum status stale_row_decode(struct stale_row *row, struct bytes_view bytes);

/* How far pruning has come. */
struct prune_row {
	uint64_t kept_from; /* heights below this one have no state any more */
	uint64_t next;      /* height of the stale row to be worked off next */
	uint64_t done;      /* of its items, pages first */
};

void prune_row_append(struct buffer *buffer, const struct prune_row *row);
MUST_CHECK enum status prune_row_decode(struct prune_row *row, struct bytes_view bytes);

void tip_row_append(struct buffer *buffer, const struct ledger_tip *tip);
MUST_CHECK enum status tip_row_decode(struct ledger_tip *tip, struct bytes_view bytes);

/* -- Runs -------------------------------------------------------------------------- */

_Static_assert(BLOCK_TXS_MAX <= 1 << 16, "a run says which transaction in a u16");
_Static_assert(TX_OPERATIONS_MAX <= 1 << 16, "a run says which operation in a u16");

enum run_kind { RUN_STREAM, RUN_ACCOUNT, RUN_AUTHOR };

struct run_item {
	uint64_t number;    /* position in the stream; of RUN_ACCOUNT the log index */
	uint64_t log_index; /* of RUN_STREAM */
	uint16_t operation; /* of RUN_STREAM: index in the transaction */
};

/* Bytes before the items, and of one item. */
size_t run_head_size(enum run_kind kind);
size_t run_item_size(enum run_kind kind);

void run_append_head(struct buffer *buffer, enum run_kind kind, uint64_t first_log_index);
/* `first` is the number in the key. */
void run_append_item(struct buffer *buffer, enum run_kind kind, uint64_t first,
                     uint64_t first_log_index, const struct run_item *item);

/* A row of items, read in any order. */
struct run {
	enum run_kind kind;
	uint64_t first;
	uint64_t first_log_index;
	size_t count;
	const uint8_t *items;
};

MUST_CHECK enum status run_decode(struct run *run, enum run_kind kind,
                                  struct bytes_view key, struct bytes_view value);
/* Item `index` < run->count. Numbers ascend. */
struct run_item run_item_at(const struct run *run, size_t index);
/* How many items have numbers below this one. */
size_t run_count_below(const struct run *run, uint64_t number);

#endif
