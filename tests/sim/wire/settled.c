/* What must hold when everything has healed. */
#include "tests/sim/wire/inner.h"

#include <stdio.h>
#include <stdlib.h>

static char text[512];
static uint64_t healed_us;
static uint64_t mesh_longest_us[2]; /* where the ledger says who has to meet; and by looking alone */

/* -- Who is connected with whom -------------------------------------------------------------------- */

/* Kept ones are dialed again after a quarter of a minute; of the others it takes as long as a book
 * full of liars' addresses lasts. */
uint64_t mesh_most_us(const struct sim *sim)
{
	healed_us = sim->now_us;
	return (parties_are_listed() ? 60 : 3600) * (uint64_t)SIM_SECOND_US;
}

/* Who joins has to meet the others in time only where the ledger says where they are. */
static bool counts(const struct sim *sim, uint16_t node)
{
	return !sim->nodes[node].liar &&
	       (!parties_are_listed() || set_has(sim, &sim->nodes[node]));
}

const char *mesh_lacks(struct sim *sim)
{
	uint64_t *longest_us = &mesh_longest_us[!parties_are_listed()], took_us;
	char known[160], other[160];

	for (uint16_t i = 0; i < sim->node_count; i++)
		for (uint16_t j = 0; j < sim->node_count; j++) {
			if (i == j || !counts(sim, i) || !counts(sim, j) || wire_is_open(i, j))
				continue;
			party_tell_known(i, j, known, sizeof known);
			party_tell_known(j, i, other, sizeof other);
			snprintf(text, sizeof text,
			         "node %u is not connected with node %u: %s; and the other: %s",
			         i, j, known, other);
			return text;
		}
	took_us = sim->now_us - healed_us;
	if (took_us > *longest_us)
		*longest_us = took_us;
	return NULL;
}

void settled_tell(void)
{
	printf("mesh: at most %.1f s after healing with validators by the ledger, %.1f s by the "
	       "finder alone\n",
	       (double)mesh_longest_us[0] / 1e6, (double)mesh_longest_us[1] / 1e6);
}

/* -- What was promised ------------------------------------------------------------------------------- */

/* It would go into a block now. What did not stay valid may have been dropped by who leads, who takes
 * it for something that he had; it ends when it expires. */
static bool is_valid(struct sim *sim, struct node *node, const struct pool_tx *tx)
{
	struct moment moment = node_moment(sim, node);
	enum verdict verdict = VERDICT_GOOD;
	struct refusal refusal = {0};

	if (executor_try(&node->executor, &tx->tx, moment.wall_ms, &verdict, &refusal, NULL) !=
	    STATUS_OK)
		abort();
	return verdict == VERDICT_GOOD && !clients_are_refused(sim, &tx->tx.txid);
}

static const char *pool_lacks(struct sim *sim, struct node *node)
{
	for (const struct pool_tx *tx = node->drive->pool.txs; tx; tx = tx->hh.next) {
		if (!is_valid(sim, node, tx))
			continue;
		snprintf(text, sizeof text, "transaction %.8s is valid and waits at node %u",
		         shown_hash(&tx->tx.txid).text, node->index);
		return text;
	}
	return NULL;
}

/* Who promised it and did not crash has it, or has told. */
static void check_promises(struct sim *sim)
{
	for (const struct sim_tx *tx = sim->txs; tx; tx = tx->hh.next) {
		const struct node *home = &sim->nodes[tx->home];

		if (tx->is_awaited && tx->life == home->life && home->is_up &&
		    !pool_find(&home->drive->pool, &tx->txid))
			sim_violate(sim, "promises: node %u lost transaction %.8s without a word",
			            home->index, shown_hash(&tx->txid).text);
	}
}

const char *settled_lacks(struct sim *sim)
{
	const char *lacks = NULL;

	check_promises(sim);
	for (uint16_t i = 0; i < sim->node_count && !lacks; i++) {
		struct node *node = &sim->nodes[i];
		const char *what;

		if (node->liar || !node->is_up)
			continue;
		lacks = pool_lacks(sim, node);
		what = lacks ? NULL : party_waits(i);
		if (!what)
			continue;
		snprintf(text, sizeof text, "node %u: %s", i, what);
		lacks = text;
	}
	return lacks;
}
