/* What validators send each other, as bytes: u8 kind, then the fields. One value has one
 * encoding; bytes left over are refused. docs/consensus.md, "Messages". */
#ifndef CONSENSUS_MESSAGE_H
#define CONSENSUS_MESSAGE_H

#include "consensus/compact.h"
#include "consensus/consensus.h"

enum {
	MESSAGE_CERTIFICATES_MAX = PROPOSAL_NULLS_MAX + 1,
	MESSAGE_SIZE_MAX = BLOCK_BODY_MAX + (256 << 10), /* a proposal: ten certificates of 128 */
	MESSAGE_TXS_MAX = 1024,      /* of one MESSAGE_TXS, and BODY_MAX bytes */
};

/* A block as it travels. Both are borrowed. */
struct message_block {
	struct header header;
	struct bytes_view body;
};

/* The leader's notarize vote is the proposal. A re-proposal carries no block. */
struct message_proposal {
	struct vote vote;
	bool has_block;             /* the block is here whole, */
	bool has_names;             /* or its header and its short names */
	struct message_block block; /* without body if by names */
	struct compact_body names;
	size_t certificate_count;
	struct bytes_view certificates[MESSAGE_CERTIFICATES_MAX]; /* of the parent, of the gap */
};

struct message_status {
	struct peer_status status;
	struct bytes_view certificate; /* that made the view the frontier; may be empty */
};

/* Final blocks in a row: headers and a FINAL for the last of them. Or nothing: they are not
 * held, or the other is busy. */
struct message_headers {
	uint64_t from;   /* height of the first, as it was asked for */
	size_t count;    /* 0..SYNC_HEADERS_MAX */
	struct bytes_view headers; /* encoded, HEADER_SIZE each */
	struct bytes_view certificate;
};

/* Of blocks in a row; without headers on the wire. */
struct message_get_bodies {
	uint64_t from;
	size_t count; /* 1..PORTION_BLOCKS_MAX */
};

struct message_bodies {
	uint64_t from;
	size_t count; /* as was asked for; or 0: they are not held, or the other is busy */
	struct message_block blocks[PORTION_BLOCKS_MAX]; /* their headers are zeros */
};

/* Each has a put, which appends to a buffer: ask out->status afterwards. */
void message_put_vote(struct buffer *out, const struct vote *vote);
void message_put_certificate(struct buffer *out, struct bytes_view certificate);
void message_put_proposal(struct buffer *out, const struct message_proposal *proposal);
void message_put_status(struct buffer *out, const struct message_status *status);
void message_put_get_block(struct buffer *out, const struct hash *block);
void message_put_block(struct buffer *out, const struct message_block *block);
void message_put_get_headers(struct buffer *out, uint64_t from);
void message_put_headers(struct buffer *out, const struct message_headers *headers);
void message_put_get_bodies(struct buffer *out, const struct message_get_bodies *wanted);
void message_put_bodies(struct buffer *out, const struct message_bodies *bodies);
void message_put_txs(struct buffer *out, const struct bytes_view *txs, size_t count);
void message_put_evidence(struct buffer *out, const struct vote votes[2]);
void message_put_get_compact(struct buffer *out, const struct hash *block);
void message_put_compact(struct buffer *out, const struct compact *compact);
/* The kind alone: get_block_txs_put_head and so on go on. */
void message_put_kind(struct buffer *out, enum message_kind kind);
/* A BLOCK up to its body, of header.body_size bytes, which is to follow. */
void message_put_block_head(struct buffer *out, const struct header *header);

struct message {
	enum message_kind kind;
	union {
		struct vote vote;
		struct bytes_view certificate;
		struct message_proposal proposal;
		struct message_status status;
		struct hash get_block;
		struct message_block block;
		uint64_t get_headers; /* the first that is wanted; not 0 */
		struct message_headers headers;
		struct message_get_bodies get_bodies;
		struct message_bodies bodies;
		struct cursor txs;             /* entries as of a body: body_next */
		struct vote evidence[2];
		struct hash get_compact;
		struct compact compact;
		struct get_block_txs get_block_txs;
		struct block_txs block_txs;
	};
};

/* Form alone: no signature is checked, no hash computed. Views are borrowed from `bytes`. */
MUST_CHECK enum status message_decode(struct message *message, struct bytes_view bytes);

#endif
