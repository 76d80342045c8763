/* Receipts: a file that proves to anybody, without a node, what a network's ledger says.
 *
 *     FILE        a proof file (chain/proof/tlog_proof.h) with an extra (extra.h):
 * untrusted POLICY      whose signatures are believed (chain/proof/policy.h): trusted
 *     SUCCESSION  proof files, one for each block that ended an epoch: untrusted; leads
 * from the validators of the policy to those of later epochs
 *
 * What is checked, and why it is enough:
 *   - the checkpoint is of a log of the policy, and a quorum of its validators cosigned
 * it;
 *   - the leaf in the extra is in the log of that checkpoint: so the ledger has it;
 *   - of a transaction, its signature: only with the right genesis hash does it hold, so
 *     the receipt's genesis hash is the network's;
 *   - of a header, that it stands where it says that it stands, and that its parent's
 *     header, hashed with the genesis hash, is its parent: so again the genesis hash is
 * the network's; then what is said of the state or of a stream, against the header's
 * roots.
 *
 * Nothing is read but the three texts, and no memory taken but the arena's. */
#ifndef CHAIN_RECEIPT_RECEIPT_H
#define CHAIN_RECEIPT_RECEIPT_H

#include "chain/base/memory.h"
#include "chain/proof/policy.h"
#include "chain/proof/tlog_proof.h"
#include "chain/receipt/extra.h"

enum {
	RECEIPT_SUCCESSION_SIZE_MAX = 64 << 20, /* 40,000 epochs of four validators */
};

/* X(name, text for programs, in a sentence) */
#define RECEIPT_VERDICT_LIST(X)                                                      \
	X(RECEIPT_GOOD, "GOOD", "the receipt holds")                                     \
	X(RECEIPT_UNREADABLE, "UNREADABLE", "the receipt cannot be read")                \
	X(RECEIPT_POLICY_UNREADABLE, "POLICY_UNREADABLE", "the policy cannot be read")   \
	X(RECEIPT_OTHER_NETWORK, "OTHER_NETWORK", "the receipt is of another network")   \
	X(RECEIPT_NOT_IN_LOG, "NOT_IN_LOG", "what the receipt shows is not in the log")  \
	X(RECEIPT_SIGNATURE, "SIGNATURE", "a signature is not valid")                    \
	X(RECEIPT_NO_LOG_SIGNATURE, "NO_LOG_SIGNATURE", "no log of the policy signed")   \
	X(RECEIPT_NO_QUORUM, "NO_QUORUM", "too few cosignatures")                        \
	X(RECEIPT_BROKEN_SUCCESSION, "SUCCESSION", "the succession does not hold")       \
	X(RECEIPT_CONTENT, "CONTENT", "the receipt does not show what it says it shows") \
	X(RECEIPT_FAILED, "FAILED", "it could not be checked")

enum receipt_verdict {
#define RECEIPT_ENUM(name, code, text) name,
	RECEIPT_VERDICT_LIST(RECEIPT_ENUM)
#undef RECEIPT_ENUM
};

/* "NO_QUORUM", and "too few cosignatures". */
const char *receipt_verdict_name(enum receipt_verdict verdict);
const char *receipt_verdict_text(enum receipt_verdict verdict);

/* By whom the checkpoint was judged. */
enum receipt_judge {
	JUDGE_POLICY, /* by the policy; no succession was given, so it has no end date */
	JUDGE_NEWEST_POLICY, /* by the policy, which is the newest set of the succession */
	JUDGE_OLD_POLICY,    /* by the policy, within its epoch; later sets are known */
	JUDGE_SUCCESSOR,     /* by a later set, to which the succession leads */
};

struct receipt_texts {
	struct bytes_view file;
	struct bytes_view policy;
	struct bytes_view succession; /* empty: none */
};

/* A name that a transaction's operations mean by an id. */
struct receipt_name {
	struct bytes_view name;
	struct hash stream; /* its id, if it is a stream's */
	struct hash asset;  /* its id, if it is an asset's */
};

struct receipt_record {
	struct record_leaf leaf;
	const struct tx *tx;        /* NULL: it does not come with the receipt */
	struct operation operation; /* of the transaction, where there is one */
};

/* What is proved. All is borrowed from the texts or lies in the arena. */
struct receipt_facts {
	enum receipt_kind kind;
	struct bytes_view network_name;
	struct hash genesis;
	struct checkpoint checkpoint;
	uint64_t log_index; /* of the leaf */

	size_t cosigned, voters, needed; /* validators: policy.h */
	uint64_t not_later_than_s; /* Unix seconds by which it was recorded; 0: nobody says */
	enum receipt_judge judge;
	bool has_epoch;
	uint64_t epoch; /* of the validators that judged, where that is known */

	struct tx tx; /* RECEIPT_TX */
	size_t name_count;
	const struct receipt_name *names;

	struct header header; /* all other kinds: the block after which it was so */
	struct hash block_hash;

	size_t next_count; /* RECEIPT_SUCCESSION: validators of the next epoch */
	size_t next_quorum;

	struct bytes_view name; /* RECEIPT_STATE: of what the key names, may be empty;
	                         * RECEIPT_RECORDS: of the stream */
	struct bytes_view key;  /* RECEIPT_STATE: raw */
	bool present;
	struct bytes_view value;

	struct hash stream;  /* RECEIPT_RECORDS */
	uint64_t count;      /* records that the stream has */
	uint64_t from;       /* position of the first shown */
	size_t record_count; /* shown, one after another */
	const struct receipt_record *records;
};

/* RECEIPT_GOOD and *facts, or why not: the reason, and a sentence in *why, which may have
 * bytes of the receipt's maker in it. Costs a signature check for each line of a known
 * key in each note, and for each transaction. RECEIPT_FAILED: memory was out. */
MUST_CHECK enum receipt_verdict receipt_verify(struct receipt_facts *facts,
                                               struct arena *arena,
                                               const struct receipt_texts *texts,
                                               struct why *why);

/* The name of a stream or asset id among the receipt's; empty: it is not there. */
struct bytes_view receipt_stream_name(const struct receipt_facts *facts,
                                      const struct hash *stream);
struct bytes_view receipt_asset_name(const struct receipt_facts *facts,
                                     const struct hash *asset);

#endif
