/* From two votes that exclude each other to the chain.
 *
 *     consensus ──EFFECT_EVIDENCE──┐
 *     a peer ──MESSAGE_EVIDENCE────┴─► accuse ──once for a key──► all peers
 *                                        │                        world.evidence
 *                                        ▼
 *                      evidence.submit, signed by our evidence key ──► world.ingest
 *                        ▲ not final for long: once more                   │
 *                        └──────────── retry_accusations ◄──── pool ◄──────┘
 *                                                                │
 *                      carry_commit ──► settle_accusations ◄── a block has it, ours or another's
 *
 * Every validator that knows puts it into the block that it proposes: the evidence has come
 * to all, so the transactions of each need not. When one of them is final, the others leave
 * the pools: nobody waits for what can never be. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"
#include "chain/ledger/execute.h"

enum {
	EVIDENCE_VALID_MS = 3600000,  /* of our transaction: as wallets do */
	EVIDENCE_AGAIN_MS = 5000,     /* until the next attempt, then twice as long each time */
	EVIDENCE_DOUBLINGS_MAX = 10,
	EVIDENCE_TX_SIZE_MAX = 1024,  /* one operation of two votes: 489 bytes */
};

/* -- The transaction ------------------------------------------------------------------------ */

static uint64_t valid_until(const struct drive *drive)
{
	/* A block's time may be behind our clock: half of what the rules allow is never too
	 * much. */
	uint64_t allowed_ms =
		drive->consensus.epoch.parameters.values[PARAMETER_tx_lifetime_ms] / 2;

	return drive->moment.wall_ms +
	       (allowed_ms < EVIDENCE_VALID_MS ? allowed_ms : EVIDENCE_VALID_MS);
}

/* Behind its size, as a message carries it. Returns how many bytes; 0: it cannot be signed. */
static size_t put_tx(struct drive *drive, struct accusation *accusation,
                     uint8_t bytes[EVIDENCE_TX_SIZE_MAX])
{
	struct operation operation = {
		.kind = OPERATION_evidence_submit,
		.evidence_submit = {
			.vote_key = accusation->vote_key,
			.first = accusation->votes[0],
			.second = accusation->votes[1],
		},
	};
	struct tx_draft draft = {
		.sender = network_account_id(drive->network, &drive->evidence_key),
		.salt = accusation->attempts,
		.valid_until_ms = valid_until(drive),
		.operations = &operation,
		.operation_count = 1,
	};
	size_t size = tx_draft_size(&draft);
	struct signature signature;
	enum status status;

	INVARIANT(body_entry_size(size) <= EVIDENCE_TX_SIZE_MAX);
	put_le16(bytes, (uint16_t)size);
	accusation->txid = tx_draft_put(bytes + 2, &draft, drive->network);
	status = drive->world.sign_evidence(drive->world.owner, &accusation->txid, &signature);
	if (status != STATUS_OK) {
		drive_fail(drive, status, "sign a piece of evidence");
		return 0;
	}
	tx_put_authority(bytes + 2, size, &drive->evidence_key, &signature);
	return body_entry_size(size);
}

/* Those who follow have told the validators. */
static bool is_reporter(const struct drive *drive)
{
	static const struct public_key nobody;

	return drive->consensus.epoch.self != NOBODY && !drive->is_stopping &&
	       memcmp(&drive->evidence_key, &nobody, sizeof nobody) != 0;
}

static void submit(struct drive *drive, struct accusation *accusation)
{
	uint8_t bytes[EVIDENCE_TX_SIZE_MAX];
	uint32_t doublings = accusation->attempts < EVIDENCE_DOUBLINGS_MAX
	                         ? accusation->attempts
	                         : EVIDENCE_DOUBLINGS_MAX;
	size_t size = put_tx(drive, accusation, bytes);

	accusation->attempts++;
	accusation->due_ms =
		drive->moment.now_ms + ((uint64_t)EVIDENCE_AGAIN_MS << doublings);
	if (size > 0)
		drive->world.ingest(drive->world.owner, WORLD_SELF,
		                    cursor_on(bytes_view(bytes, size)));
}

/* One that is pending is not sent again, nor a second for the same key: what left the pool
 * expired or was refused, and can never be in a block. */
void retry_accusations(struct drive *drive)
{
	for (size_t i = 0; i < drive->accused.count && is_reporter(drive); i++) {
		struct accusation *accusation = &drive->accused.items[i];

		if (!accusation->is_on_chain && drive->moment.now_ms >= accusation->due_ms &&
		    !pool_find(&drive->pool, &accusation->txid))
			submit(drive, accusation);
	}
}

/* -- In ---------------------------------------------------------------------------------------- */

bool is_accused(struct drive *drive, uint16_t signer)
{
	return accused_find(&drive->accused,
	                    &drive->consensus.epoch.validators.items[signer].vote_key) != NULL;
}

void accuse(struct drive *drive, const struct vote votes[2])
{
	uint16_t signer = votes[0].signer;
	struct accusation *accusation;
	struct outbox_item *item;

	INVARIANT(signer < drive->consensus.epoch.validators.count);
	INVARIANT(signer == votes[1].signer);
	INVARIANT(ballots_contradict(&votes[0].ballot, &votes[1].ballot));
	if (is_accused(drive, signer))
		return;
	accusation = accused_add(&drive->accused,
	                         &drive->consensus.epoch.validators.items[signer].vote_key);
	for (size_t i = 0; i < 2; i++)
		accusation->votes[i] = (struct signed_ballot){
			.ballot = votes[i].ballot,
			.signature = votes[i].signature,
		};
	drive->world.evidence(drive->world.owner, votes);
	item = outbox_add_message(&drive->outbox, ALL_PEERS);
	if (item)
		message_put_evidence(&item->message, votes);
	else
		drive_fail(drive, STATUS_MEMORY, "write a message");
	if (is_reporter(drive))
		submit(drive, accusation);
}

/* -- On the chain ---------------------------------------------------------------------------------- */

static void settle_one(struct drive *drive, const struct public_key *vote_key)
{
	struct accusation *accusation = accused_find(&drive->accused, vote_key);
	struct pool_tx *tx;

	if (!accusation || accusation->is_on_chain)
		return;
	accusation->is_on_chain = true;
	tx = pool_find(&drive->pool, &accusation->txid);
	/* One that is placed is in this very block, or in one below: it ends with that. */
	if (tx && tx->place == POOL_WAITING)
		pool_remove(&drive->pool, tx);
	else if (tx && tx->place == POOL_PICKED)
		tx->has_ended = true;
}

static void settle_tx(struct drive *drive, struct bytes_view bytes)
{
	struct tx tx;
	struct cursor in;

	/* The block was executed. */
	if (tx_decode(&tx, drive->network, bytes, NULL) != VERDICT_GOOD)
		return;
	in = tx_operations(&tx);
	for (uint16_t i = 0; i < tx.operation_count; i++) {
		struct operation operation;

		if (operation_get(&in, &operation) == STATUS_OK &&
		    operation.kind == OPERATION_evidence_submit)
			settle_one(drive, &operation.evidence_submit.vote_key);
	}
}

void settle_accusations(struct drive *drive, const struct draft *draft)
{
	struct cursor body = cursor_on(buffer_view(&draft->body));

	if (draft->evidence_count == 0 || drive->accused.count == 0)
		return;
	while (body.left > 0)
		settle_tx(drive, body_next(&body));
}
