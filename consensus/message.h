/* What validators send each other, as bytes: u8 kind, then the fields. One value has one
 * encoding; bytes left over are refused. docs/consensus.md, "Messages". */
#ifndef CONSENSUS_MESSAGE_H
#define CONSENSUS_MESSAGE_H

#include "consensus/compact.h"
#include "consensus/consensus.h"

enum {
	MESSAGE_CERTIFICATES_MAX = PROPOSAL_NULLS_MAX + 1,
	MESSAGE_SIZE_MAX = 12 << 20, /* a RANGE: RANGE_BYTES_MAX, and the block that passes it */
	RANGE_BYTES_MAX = 4 << 20,   /* a range ends behind it */
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

struct message_range {
	size_t count; /* 1..RANGE_BLOCKS_MAX */
	struct message_block blocks[RANGE_BLOCKS_MAX];
	/* Of blocks that follow, whose bodies were too much for one message: RANGE_HEADERS_MAX
	 * with the blocks. */
	size_t descendant_count;
	struct bytes_view descendants; /* encoded headers, HEADER_SIZE each */
	struct bytes_view certificate; /* FINAL, for the last of all */
};

/* Each has a put, which appends to a buffer: ask out->status afterwards. */
void message_put_vote(struct buffer *out, const struct vote *vote);
void message_put_certificate(struct buffer *out, struct bytes_view certificate);
void message_put_proposal(struct buffer *out, const struct message_proposal *proposal);
void message_put_status(struct buffer *out, const struct message_status *status);
void message_put_get_block(struct buffer *out, const struct hash *block);
void message_put_block(struct buffer *out, const struct message_block *block);
void message_put_get_range(struct buffer *out, uint64_t height);
void message_put_range(struct buffer *out, const struct message_range *range);
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
		uint64_t get_range;
		struct message_range range;
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
