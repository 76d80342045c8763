/* Who writes: one stream, several accounts, now and then a storm. */
#include "tests/sim/sim.h"

#include "chain/base/memory.h"
#include "chain/ledger/tx.h"
#include "tests/sim/keys.h"

#include <stdlib.h>

static uint16_t some_node(struct sim *sim)
{
	return (uint16_t)lots_below(&sim->lots, sim->node_count);
}

void clients_note(struct sim *sim, const struct hash *txid)
{
	struct sim_tx *tx = calloc(1, sizeof *tx);

	if (!tx)
		abort();
	tx->txid = *txid;
	HASH_ADD(hh, sim->txs, txid, sizeof tx->txid, tx);
}

static struct sim_tx *find(const struct sim *sim, const struct hash *txid)
{
	struct sim_tx *tx;

	HASH_FIND(hh, sim->txs, txid, sizeof *txid, tx);
	return tx;
}

void clients_promise(struct sim *sim, const struct hash *txid, const struct node *node)
{
	struct sim_tx *tx = find(sim, txid);

	if (!tx || tx->height != 0 || node->liar)
		return;
	tx->is_awaited = true;
	tx->home = node->index;
	tx->life = node->life;
}

void clients_tell(struct sim *sim, const struct hash *txid, const struct node *node)
{
	struct sim_tx *tx = find(sim, txid);

	if (tx && tx->is_awaited && tx->home == node->index && tx->life == node->life)
		tx->is_awaited = false;
}

void clients_refuse(struct sim *sim, const struct hash *txid)
{
	struct sim_tx *tx = find(sim, txid);

	if (tx)
		tx->was_refused = true;
}

bool clients_are_refused(const struct sim *sim, const struct hash *txid)
{
	const struct sim_tx *tx = find(sim, txid);

	return tx && tx->was_refused;
}

void clients_send(struct sim *sim, const struct sim_key *account,
                  const struct operation *operation, uint16_t node)
{
	struct tx_draft draft = {
		.sender = account->id,
		.salt = ++sim->salt,
		.valid_until_ms = SIM_WALL_MS + sim->now_us / 1000 + 3600000,
		.operations = operation,
		.operation_count = 1,
	};
	size_t size = tx_draft_size(&draft);
	uint8_t bytes[4096];
	struct signature signature;
	struct hash txid;

	if (size > sizeof bytes)
		abort();
	txid = tx_draft_put(bytes, &draft, &sim->network);
	sim_sign(&signature, &txid, &account->key);
	tx_put_authority(bytes, size, &account->key, &signature);
	clients_note(sim, &txid);
	node_submit(sim, node, bytes_view(bytes, size));
}

static void append(struct sim *sim)
{
	uint8_t value[64];
	size_t size = 1 + (size_t)lots_below(&sim->lots, sizeof value);
	struct operation operation = {.kind = OPERATION_record_append};

	for (size_t i = 0; i < size; i++)
		value[i] = (uint8_t)lots_u32(&sim->lots);
	operation.record_append.stream = sim->stream;
	operation.record_append.value_kind = VALUE_INLINE;
	operation.record_append.value = bytes_view(value, size);
	clients_send(sim, sim_account((unsigned)lots_below(&sim->lots, SIM_ACCOUNTS)), &operation,
	             some_node(sim));
}

void clients_turn(struct sim *sim)
{
	struct event next = {
		.at_us = sim->now_us + 1 + lots_below(&sim->lots, 2 * sim->rates.client_every_us),
		.kind = EVENT_CLIENT,
	};
	unsigned count = 1;

	if (sim->is_quiet)
		return;
	next.at_us += sim->is_meeting ? SIM_SECOND_US : 0;
	if (sim->decided_count == 1) {
		struct operation create = {.kind = OPERATION_stream_create};

		create.stream_create.name = text_view("sim");
		/* Until it is there, as nobody can write before: the node may be a liar, or crash
		 * before it told others. */
		clients_send(sim, sim_account(0), &create, some_node(sim));
	} else {
		if (lots_hit(&sim->lots, sim->rates.storm)) {
			sim->faults[CHAOS_STORM]++;
			count = 50;
		}
		while (count-- > 0)
			append(sim);
		if (lots_hit(&sim->lots, sim->rates.set_change))
			set_turn(sim);
	}
	queue_push(&sim->queue, &next);
}
