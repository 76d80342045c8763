/* Transactions on their way into the pool of a node: of its clients at once, of peers and of itself
 * when they were checked. */
#include "tests/sim/wired.h"

#include "chain/base/memory.h"

#include <stdlib.h>

enum { INGEST_US = 200 };

void node_ingest(struct sim *sim, uint16_t node, struct bytes_view txs, uint16_t source,
                 uint64_t serial, uint64_t late_us)
{
	struct event event = {
		.at_us = sim->now_us + INGEST_US + late_us,
		.kind = EVENT_INGEST,
		.node = node,
		.from = source,
		.serial = serial,
		.life = sim->nodes[node].life,
		.size = txs.size,
	};

	event.job = malloc(txs.size + 1);
	if (!event.job)
		abort();
	memcpy(event.job, txs.at, txs.size);
	queue_push(&sim->queue, &event);
}

/* Form, signature and rules; then the pool. */
static void check_submission(struct sim *sim, struct node *node, struct submission *submission,
                             size_t size, const struct moment *moment)
{
	struct refusal *refusal = &submission->refusal;

	submission->verdict = tx_decode(&submission->tx, &sim->network,
	                                bytes_view(submission->bytes, size), refusal);
	if (submission->verdict != VERDICT_GOOD)
		return;
	if (!sim_is_valid(&submission->tx.signature, &submission->tx.txid, &submission->tx.key)) {
		submission->verdict = VERDICT_SIGNATURE;
		return;
	}
	submission->checked_height = executor_height(&node->executor);
	if (executor_try(&node->executor, &submission->tx, moment->wall_ms, &submission->verdict,
	                 refusal, NULL) != STATUS_OK)
		abort();
	if (submission->verdict != VERDICT_GOOD) {
		clients_refuse(sim, &submission->tx.txid);
		sim_say(sim, node->index, "refuses %.8s: %s",
		        shown_hash(&submission->tx.txid).text, refusal->text);
	}
	drive_submit(node->drive, submission, 1, moment);
}

static void submit(struct sim *sim, struct node *node, struct bytes_view bytes,
                   struct submission *submission, uint16_t source, uint64_t serial)
{
	struct moment moment = node_moment(sim, node);

	submission->bytes = memory_new(bytes.size + 1);
	if (!submission->bytes)
		abort();
	memcpy(submission->bytes, bytes.at, bytes.size);
	check_submission(sim, node, submission, bytes.size, &moment);
	if (sim_wired)
		sim_wired->submitted(sim, node->index, submission, source, serial);
	memory_free(submission->bytes);
}

void node_submit(struct sim *sim, uint16_t index, struct bytes_view bytes)
{
	struct node *node = &sim->nodes[index];
	struct submission submission = {.is_awaited = true};

	if (!node->is_up || bytes.size > TX_SIZE_MAX)
		return;
	submit(sim, node, bytes, &submission, WORLD_SELF, 0);
	if (submission.verdict == VERDICT_GOOD)
		clients_promise(sim, &submission.tx.txid, node);
}

void submit_ingested(struct sim *sim, struct node *node, const struct event *event)
{
	struct cursor in = cursor_on(bytes_view(event->job, event->size));

	while (in.left > 0) {
		struct submission submission = {.is_relayed = true};
		struct bytes_view tx = body_next(&in);

		if (in.status == STATUS_OK)
			submit(sim, node, tx, &submission, event->from, event->serial);
	}
}
