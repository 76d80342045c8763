/* What a proof file of ours carries besides the proof: the leaf itself, and what it takes
 * to say what the leaf says. None of it is trusted before receipt.h has checked it.
 *
 *     version u8 = 1 | kind u8 | genesis hash 32 | leaf bytes16 | then by kind:
 *
 *     1 transaction  names: u16 count, each bytes16
 *     2 succession   consensus parameters 21 | validators: u16 count, entries
 *     3 state        parent 244 | key bytes16 | value: u8 0, or u8 1 and bytes32 |
 *                    name bytes16 | state proof, to the end
 *     4 records      parent 244 | name bytes16 | count u64 | root 32 | state proof
 * bytes16 | from u64 | leaves: u16 count, each bytes16 | hashes: u16 count, each 32 |
 *                    transactions: u16 count, each bytes16
 *
 * The leaf of kind 1 is a transaction, of the others a header behind a zero byte. */
#ifndef CHAIN_RECEIPT_EXTRA_H
#define CHAIN_RECEIPT_EXTRA_H

#include "chain/base/buffer.h"
#include "chain/ledger/header.h"
#include "chain/ledger/state.h"
#include "chain/ledger/tx.h"
#include "chain/proof/log.h"
#include "chain/proof/state_proof.h"

enum {
	EXTRA_VERSION = 1,
	RECEIPT_NAMES_MAX = TX_OPERATIONS_MAX, /* one for each operation */
	RECEIPT_RECORDS_MAX = 1024,            /* of one file; a longer list is several */
};

enum receipt_kind {
	RECEIPT_TX = 1,         /* a transaction is in the log */
	RECEIPT_SUCCESSION = 2, /* a block ended an epoch, and who certifies the next */
	RECEIPT_STATE = 3,      /* a key of the state has this value, or none */
	RECEIPT_RECORDS = 4,    /* these are the records i..j of a stream, none left out */
};

/* Byte strings one behind another, each behind its u16 size. */
struct extra_list {
	size_t count;
	struct bytes_view bytes;
};

/* Views borrowed from the decoded bytes. What a kind does not have is zero. */
struct receipt_extra {
	enum receipt_kind kind;
	struct hash genesis;
	struct bytes_view leaf;     /* data of the log's leaf */
	struct extra_list names;    /* 1: of streams and assets; ascending, none twice */
	struct bytes_view next_set; /* 2: what next_validators_hash is the hash of */
	struct bytes_view parent;   /* 3, 4: the parent's header, 244 bytes */
	struct bytes_view name;     /* 3: of what the key names, or empty; 4: the stream's */
	struct bytes_view key;      /* 3: raw */
	bool present;               /* 3 */
	struct bytes_view value;    /* 3 */
	struct bytes_view proof;    /* 3, 4: a state proof */
	struct stream_head head;    /* 4: of the stream */
	uint64_t from;              /* 4: position of the first record */
	struct extra_list leaves;   /* 4: of the stream's log */
	size_t hash_count;          /* 4: of the range proof */
	struct bytes_view hashes;   /* 4: so many, 32 bytes each */
	struct extra_list txs;      /* 4: of some of the records */
};

/* Form only, to the last byte. Any status of a cursor; STATUS_FOREIGN: another version.
 */
MUST_CHECK enum status receipt_extra_decode(struct receipt_extra *extra,
                                            struct bytes_view bytes);

/* The next item; the list gets shorter. False: nothing is left. */
bool extra_list_next(struct bytes_view *item, struct extra_list *list);

/* -- Making one: ask buffer->status -------------------------------------------------- */

/* `names` in ascending order, each the name of a stream or an asset whose id an operation
 * of the transaction has. */
void receipt_extra_put_tx(struct buffer *out, const struct hash *genesis,
                          struct bytes_view tx, const struct bytes_view *names,
                          size_t name_count);

/* `header` is the seal's; the set and the parameters are the next epoch's. */
void receipt_extra_put_succession(struct buffer *out, const struct hash *genesis,
                                  const struct header *header,
                                  const struct validator_set *next,
                                  const struct parameters *parameters);

/* `parent` is the header before `header`, whose state is proved; value NULL: absent. */
void receipt_extra_put_state(struct buffer *out, const struct hash *genesis,
                             const struct header *header, const struct header *parent,
                             struct bytes_view raw_key, const struct bytes_view *value,
                             struct bytes_view name, const struct state_proof *proof);

struct receipt_records {
	struct bytes_view stream_name;
	struct stream_head head;         /* as the state has it */
	const struct state_proof *proof; /* of it */
	uint64_t from;
	size_t leaf_count;               /* 0 only of an empty stream */
	const struct bytes_view *leaves; /* encoded record_leafs */
	const struct log_range *range;   /* NULL of an empty stream */
	size_t tx_count;
	const struct bytes_view *txs; /* of some of them, in the order of the records */
};

void receipt_extra_put_records(struct buffer *out, const struct hash *genesis,
                               const struct header *header, const struct header *parent,
                               const struct receipt_records *records);

#endif
