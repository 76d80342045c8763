/* Proposes a block in which the signature of one transaction is not valid; all else in it is
 * right, all roots too. Who looks into the body finds it out (V3): the block is bad for ever,
 * and the view is given up at once. */
#include "tests/sim/liars/liars.h"

#include <stdlib.h>

static void on_built(struct sim *sim, uint16_t node, const struct build_job *job)
{
	size_t i = 0;
	struct build_job lie = *job;
	struct tx tx;
	uint8_t *bytes;

	while (i < job->offer_count && job->offers[i].placing != PLACING_TAKEN)
		i++;
	if (i == job->offer_count)
		return;
	tx = *job->offers[i].tx;
	bytes = malloc(tx.bytes.size);
	if (!bytes)
		abort();
	memcpy(bytes, tx.bytes.at, tx.bytes.size);
	/* The authority ends with its signature. */
	bytes[tx.bytes.size - 1] ^= 1;
	tx.bytes.at = bytes;
	tx.leaf_hash = log_leaf_hash(tx.bytes);
	lie.offers = &(struct offer){.tx = &tx, .checked_height = job->offers[i].checked_height};
	lie.offer_count = 1;
	liar_builds(sim, node, &lie, &job->parent,
	            liar_mind(sim, node)->building_parent_view, job->plan.time_ms);
	free(bytes);
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	return !liar_swaps(sim, node, to, bytes);
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	return !liar_answers(sim, node, from, bytes);
}

const struct liar liar_bad_block_signer = {
	.name = "bad block signer",
	.on_built = on_built,
	.on_send = on_send,
	.on_receive = on_receive,
};
