/* libcairn-verify: checks receipts of Cairn networks, with nothing but the files.
 *
 *     FILE        a receipt (c2sp.org/tlog-proof): may come from anybody
 *     POLICY      whose signatures are believed (c2sp.org/tlog-policy): from somebody you
 *                 trust
 *     SUCCESSION  how the network's validators changed since: may come from anybody
 *
 * docs/formats.md says what is in them. The library reads no file, no clock and no network,
 * starts no thread, and keeps nothing between calls; receipts may be checked by several
 * threads at once, each its own. This is the only header; it needs no other of Cairn. */
#ifndef CAIRN_VERIFY_H
#define CAIRN_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cairn_verdict {
	CAIRN_GOOD = 0,
	CAIRN_UNREADABLE = 1,        /* the receipt is no receipt */
	CAIRN_POLICY_UNREADABLE = 2, /* the policy is no policy, or names no log */
	CAIRN_OTHER_NETWORK = 3,     /* the policy is of another network */
	CAIRN_NOT_IN_LOG = 4,        /* the inclusion proof does not hold */
	CAIRN_SIGNATURE = 5,         /* a key of the policy did not sign what it says */
	CAIRN_NO_LOG_SIGNATURE = 6,  /* no log of the policy signed */
	CAIRN_NO_QUORUM = 7,         /* too few cosignatures */
	CAIRN_SUCCESSION = 8,        /* the succession does not hold */
	CAIRN_CONTENT = 9,           /* it does not show what it says it shows */
};

enum cairn_kind {
	CAIRN_TRANSACTION = 1, /* a transaction is in the ledger */
	CAIRN_SEAL = 2,        /* a block ended an epoch, and who certifies the next */
	CAIRN_STATE = 3,       /* a key of the state has a value, or none */
	CAIRN_RECORDS = 4,     /* these are the records i..j of a stream, none left out */
};

/* A receipt that was checked. */
struct cairn_receipt;

/* Checks a receipt. The texts are borrowed until cairn_receipt_free. `succession` may be NULL
 * with size 0. NULL: memory was out, and nothing is known. */
struct cairn_receipt *cairn_receipt_check(const void *file, size_t file_size,
                                          const void *policy, size_t policy_size,
                                          const void *succession, size_t succession_size);

/* NULL is fine. */
void cairn_receipt_free(struct cairn_receipt *receipt);

/* What was found. All other answers are zero, or empty, unless it is CAIRN_GOOD. */
enum cairn_verdict cairn_receipt_verdict(const struct cairn_receipt *receipt);

/* "NO_QUORUM"; and, unless CAIRN_GOOD, a sentence. NUL-terminated; the receipt's. Bytes of
 * whoever made the receipt may be in the sentence. */
const char *cairn_receipt_verdict_name(const struct cairn_receipt *receipt);
const char *cairn_receipt_reason(const struct cairn_receipt *receipt);

/* What is proved, in sentences, a line each: plain ASCII. NULL: memory was out. */
const char *cairn_receipt_sentences(struct cairn_receipt *receipt);

/* -- Facts --------------------------------------------------------------------------- */

struct cairn_facts {
	enum cairn_kind kind;
	const char *network;       /* its name, NUL-terminated; the receipt's */
	uint8_t genesis[32];       /* the hash that names the network */
	uint64_t log_index;        /* of the leaf that is proved */
	uint64_t log_size;         /* of the checkpoint, leaves */
	uint8_t log_root[32];
	size_t cosigned;           /* validators that cosigned it */
	size_t validators;         /* of so many */
	size_t needed;             /* and so many are needed */
	uint64_t not_later_than_s; /* Unix seconds by which it was recorded; 0: nobody says */
	int policy_is_newest;      /* 1: the newest set of the succession; 0: later ones are
	                            * known; -1: there was no succession to say */

	uint8_t txid[32];          /* CAIRN_TRANSACTION, and so the next three */
	uint8_t account[32];       /* its sender */
	uint8_t key[32];           /* x-only, BIP-340: the one that signed */
	const uint8_t *tx;         /* its bytes; the receipt's */
	size_t tx_size;

	uint64_t block_height;     /* all other kinds: after which block it was so */
	uint64_t block_time_ms;    /* Unix time */

	const uint8_t *state_key;  /* CAIRN_STATE: the raw key; the receipt's */
	size_t state_key_size;
	int is_present;            /* 0: the state has nothing there */
	const uint8_t *state_value;
	size_t state_value_size;

	uint64_t stream_count;     /* CAIRN_RECORDS: how many the stream has */
};

/* 0, or -1 when the receipt is not CAIRN_GOOD. */
int cairn_receipt_facts(const struct cairn_receipt *receipt, struct cairn_facts *facts);

/* A record: of CAIRN_RECORDS each that is shown, of CAIRN_TRANSACTION each that it wrote. */
struct cairn_record {
	uint8_t stream[32];       /* its id */
	int has_position;         /* of a transaction, only where it asked for a place */
	uint64_t position;        /* in the stream, from 0 */
	uint8_t author[32];       /* account */
	uint8_t txid[32];
	const uint8_t *key;       /* the receipt's, and so below */
	size_t key_size;
	int is_file;              /* 1: the value is a file, and its hash the file's id */
	uint8_t value_hash[32];   /* SHA-256 of the value */
	const uint8_t *value;     /* NULL: it does not come with the receipt, or is a file */
	size_t value_size;
	int is_signed;            /* 1: the author's signature was here and was checked */
};

size_t cairn_receipt_record_count(const struct cairn_receipt *receipt);

/* 0, or -1: there is no such record. */
int cairn_receipt_record(const struct cairn_receipt *receipt, size_t index,
                         struct cairn_record *record);

#ifdef __cplusplus
}
#endif

#endif
