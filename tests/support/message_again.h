/* A decoded message encoded once more: of one value there is one encoding. */
#ifndef TESTS_SUPPORT_MESSAGE_AGAIN_H
#define TESTS_SUPPORT_MESSAGE_AGAIN_H

#include "chain/base/invariant.h"
#include "consensus/message.h"

static inline void message_again_txs(struct buffer *out, struct cursor txs)
{
	struct bytes_view views[MESSAGE_TXS_MAX];
	size_t count = 0;

	while (txs.left > 0) {
		INVARIANT(count < MESSAGE_TXS_MAX);
		views[count++] = body_next(&txs);
	}
	INVARIANT(txs.status == STATUS_OK && count > 0);
	message_put_txs(out, views, count);
}

static inline void message_again_question(struct buffer *out,
                                          const struct get_block_txs *question)
{
	message_put_kind(out, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(out, question);
	for (size_t i = 0; i < question->count; i++)
		get_block_txs_put_index(out, get_block_txs_index(question, i));
}

static inline void message_again_block_txs(struct buffer *out, const struct block_txs *txs)
{
	struct cursor in = cursor_on(txs->body);

	message_put_kind(out, MESSAGE_BLOCK_TXS);
	block_txs_put_head(out, txs);
	for (size_t i = 0; i < txs->count; i++)
		block_txs_put_tx(out, body_next(&in));
	INVARIANT(cursor_finish(&in) == STATUS_OK);
}

static inline void message_again(struct buffer *out, const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_VOTE:
		message_put_vote(out, &message->vote);
		break;
	case MESSAGE_CERTIFICATE:
		message_put_certificate(out, message->certificate);
		break;
	case MESSAGE_PROPOSAL:
		message_put_proposal(out, &message->proposal);
		break;
	case MESSAGE_STATUS:
		message_put_status(out, &message->status);
		break;
	case MESSAGE_GET_BLOCK:
		message_put_get_block(out, &message->get_block);
		break;
	case MESSAGE_BLOCK:
		message_put_block(out, &message->block);
		break;
	case MESSAGE_GET_HEADERS:
		message_put_get_headers(out, message->get_headers);
		break;
	case MESSAGE_HEADERS:
		message_put_headers(out, &message->headers);
		break;
	case MESSAGE_GET_BODIES:
		message_put_get_bodies(out, &message->get_bodies);
		break;
	case MESSAGE_BODIES:
		message_put_bodies(out, &message->bodies);
		break;
	case MESSAGE_TXS:
		message_again_txs(out, message->txs);
		break;
	case MESSAGE_EVIDENCE:
		message_put_evidence(out, message->evidence);
		break;
	case MESSAGE_GET_COMPACT:
		message_put_get_compact(out, &message->get_compact);
		break;
	case MESSAGE_COMPACT:
		message_put_compact(out, &message->compact);
		break;
	case MESSAGE_GET_BLOCK_TXS:
		message_again_question(out, &message->get_block_txs);
		break;
	case MESSAGE_BLOCK_TXS:
		message_again_block_txs(out, &message->block_txs);
		break;
	}
}

#endif
