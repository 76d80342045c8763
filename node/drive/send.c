/* Messages out. */
#include "node/drive/inner.h"
#include "node/drive/named.h"

#include "chain/base/invariant.h"

enum {
	COMPACT_TURNS = 2, /* times that a block is asked for by names: two peers, at once */
	OFFER_BYTES_MAX = 128 << 10, /* the largest transaction fits */
	OFFER_TXS_MAX = 64,
};

/* -- Who is who --------------------------------------------------------------------------------------- */

void number_peers(struct drive *drive)
{
	uint16_t others = VALIDATORS_MAX;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct drive_peer *peer = &drive->peers[i];

		if (!peer->is_connected)
			continue;
		peer->index = epoch_find(&drive->consensus.epoch, &peer->vote_key);
		if (peer->index == NOBODY && others < PEERS_MAX)
			peer->index = others++;
	}
}

bool is_meant(const struct drive *drive, const struct drive_peer *peer, uint16_t to)
{
	if (!peer->is_connected || peer->index == NOBODY)
		return false;
	if (to == ALL_PEERS)
		return true;
	if (to == ALL_FOLLOWERS)
		return peer->index >= drive->consensus.epoch.validators.count;
	if (to == ALL_VALIDATORS)
		return peer->index < drive->consensus.epoch.validators.count;
	return peer->index == to;
}

void send_bytes(struct drive *drive, uint16_t to, struct bytes_view bytes)
{
	for (uint16_t i = 0; i < PEERS_MAX; i++)
		if (is_meant(drive, &drive->peers[i], to))
			drive->world.send(drive->world.owner, i, bytes);
}

void send_ready(struct drive *drive)
{
	struct outbox_item *item;

	while ((item = outbox_take(&drive->outbox))) {
		if (item->message.status != STATUS_OK)
			drive_fail(drive, item->message.status, "write a message");
		else if (item->message.size > 0) /* else there was nothing left to say */
			send_bytes(drive, item->to, buffer_view(&item->message));
		outbox_free_item(item);
	}
}

/* -- What consensus says --------------------------------------------------------------------------------- */

static bool own_vote(struct drive *drive, const struct proposal *proposal,
                     struct vote *vote)
{
	const struct consensus *core = &drive->consensus;
	struct ballot ballot = {
		.kind = VOTE_NOTARIZE,
		.epoch = core->epoch.number,
		.view = proposal->view,
		.parent_view = proposal->parent_view,
		.block = proposal->block,
	};

	*vote = (struct vote){
		.ballot = ballot,
		.signer = core->epoch.self,
	};
	return votes_signature(&core->votes, &ballot, core->epoch.self, &vote->signature);
}

/* What shows that the proposal builds on the right block: the parent's certificate, and those
 * of the views between. */
static void add_certificates(const struct consensus *core, const struct proposal *proposal,
                             struct message_proposal *message)
{
	uint64_t parent_view = proposal->parent_view;
	bool is_final = parent_view == core->views.final_view;
	struct bytes_view parent = consensus_certificate(
		core, parent_view, is_final ? VOTE_FINALIZE : VOTE_NOTARIZE);

	if (parent.size > 0)
		message->certificates[message->certificate_count++] = parent;
	for (uint64_t view = parent_view + 1; view < proposal->view; view++) {
		struct bytes_view nullified = consensus_certificate(core, view, VOTE_NULLIFY);

		if (message->certificate_count == MESSAGE_CERTIFICATES_MAX)
			break;
		if (nullified.size > 0)
			message->certificates[message->certificate_count++] = nullified;
	}
}

/* Evidence of our own goes to nobody but in a block. */
static bool is_ours_alone(const struct drive *drive, const struct hash *txid)
{
	for (size_t i = 0; i < drive->accused.count; i++)
		if (hash_equal(&drive->accused.items[i].txid, txid))
			return true;
	return false;
}

/* The names of the block, into `bytes` and the message; if there is no memory for them, it goes
 * without, and is asked for. */
static void name_block(struct drive *drive, const struct shelf_block *block,
                       struct message_proposal *message, struct buffer *bytes)
{
	struct compact_tx *txs = named_txs(&message->block, block->names);
	size_t count = block->header.tx_count;

	for (size_t i = 0; txs && i < count; i++)
		txs[i].is_prefilled = is_ours_alone(drive, &block->names[i].txid);
	if (txs)
		compact_put_body(bytes, &block->hash, txs, count);
	message->has_names = txs && bytes->status == STATUS_OK;
	message->names.bytes = buffer_view(bytes);
	memory_free(txs);
}

/* Where views fail one after another, the time for one may be too short for a question more. */
static bool goes_whole(const struct drive *drive, const struct shelf_block *block)
{
	return block->header.body_size < drive->compact_body_least || failed_views(drive) > 0;
}

static void put_proposal(struct drive *drive, struct outbox_item *item,
                         const struct proposal *proposal)
{
	const struct shelf_block *block = shelf_find(&drive->shelf, &proposal->block);
	struct message_proposal message = {0};
	struct buffer names;

	if (!own_vote(drive, proposal, &message.vote))
		return;
	buffer_init(&names, COMPACT_BODY_SIZE_MAX);
	if (block && block->header.view == proposal->view) {
		message.block.header = block->header;
		message.block.body = shelf_body(block);
		message.has_block = goes_whole(drive, block);
		if (!message.has_block)
			name_block(drive, block, &message, &names);
	}
	add_certificates(&drive->consensus, proposal, &message);
	message_put_proposal(&item->message, &message);
	buffer_close(&names);
}

/* Who has a pool needs little of the block. */
static void put_get_block(struct drive *drive, struct outbox_item *item,
                          const struct hash *hash)
{
	const struct block *known = blocks_find(&drive->consensus.blocks, hash);

	if (names_are_awaited(drive, hash) || sync_brings(&drive->sync, hash))
		return;
	item->to = whom_to_ask_for(drive, item->to, hash);
	if (item->to == NOBODY)
		return;
	if (known && known->asked_count <= COMPACT_TURNS && drive->pool.txs) {
		message_put_get_compact(&item->message, hash);
		return;
	}
	message_put_get_block(&item->message, hash);
	drive->counters.bodies_asked++;
}

/* The leader may not know what we are waiting for. */
static void put_txs(struct drive *drive, struct outbox_item *item)
{
	const struct pool_tx *txs[OFFER_TXS_MAX];
	struct bytes_view views[OFFER_TXS_MAX];
	size_t count = pool_peek(&drive->pool, txs, OFFER_TXS_MAX, OFFER_BYTES_MAX);

	for (size_t i = 0; i < count; i++)
		views[i] = txs[i]->tx.bytes;
	if (count > 0)
		message_put_txs(&item->message, views, count);
}

void carry_send(struct drive *drive, const struct effect_send *effect)
{
	struct outbox_item *item = outbox_add_message(&drive->outbox, effect->to);

	if (!item) {
		drive_fail(drive, STATUS_MEMORY, "write a message");
		return;
	}
	switch (effect->message) {
	case MESSAGE_VOTE:
		message_put_vote(&item->message, &effect->vote);
		break;
	case MESSAGE_CERTIFICATE:
		message_put_certificate(&item->message, effect->certificate);
		note_final_to(drive, effect->to, effect->certificate);
		break;
	case MESSAGE_PROPOSAL:
		put_proposal(drive, item, &effect->proposal);
		break;
	case MESSAGE_STATUS:
		message_put_status(&item->message, &(struct message_status){
			.status = effect->status,
			.certificate = effect->proof,
		});
		break;
	case MESSAGE_GET_BLOCK:
		put_get_block(drive, item, &effect->block);
		break;
	case MESSAGE_TXS:
		put_txs(drive, item);
		break;
	case MESSAGE_BLOCK:
	case MESSAGE_GET_HEADERS:
	case MESSAGE_HEADERS:
	case MESSAGE_GET_BODIES:
	case MESSAGE_BODIES:
	case MESSAGE_EVIDENCE:
	case MESSAGE_GET_COMPACT:
	case MESSAGE_COMPACT:
	case MESSAGE_GET_BLOCK_TXS:
	case MESSAGE_BLOCK_TXS:
		INVARIANT(effect->message == MESSAGE_VOTE);
		break;
	}
}

void relay(struct drive *drive, const struct bytes_view *txs, size_t count)
{
	struct outbox_item *item;

	if (count == 0)
		return;
	item = outbox_add_message(&drive->outbox, ALL_VALIDATORS);
	if (item)
		message_put_txs(&item->message, txs, count);
	else
		drive_fail(drive, STATUS_MEMORY, "write a message");
}
