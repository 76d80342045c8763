/* Who changes the set: admits, joins, removes, and changes what consensus reads. And the check
 * that all honest nodes go through the same epochs.
 *
 * Of every set that may come of it, whatever of it becomes final, more than f are never liars:
 * a removal that is on its way counts as done when it takes an honest one, and not when it
 * takes a liar. */
#include "tests/sim/sim.h"

#include "chain/crypto/cosign_key.h"
#include "chain/ledger/succession.h"
#include "tests/sim/keys.h"

#include <stdlib.h>

/* -- The epochs ------------------------------------------------------------------------------ */

static bool is_member(const struct sim *sim, const struct node *node)
{
	size_t index;

	return validators_find(&sim->epochs[sim->epoch_count - 1].set, &node->account, &index);
}

/* What the ledger of this node says of the next block, when its last one is a seal. */
void set_begin_epoch(struct sim *sim, const struct node *node)
{
	const struct memory_ledger *ledger = &node->disk.ledger;
	struct sim_epoch *epoch = &sim->epochs[sim->epoch_count];
	struct why why;

	if (sim->epoch_count == SIM_EPOCHS_MAX)
		abort();
	if (ledger_next_validators(&epoch->set, &epoch->parameters, &sim->network,
	                           &ledger->source, &ledger->tip, &why) != STATUS_OK)
		abort();
	epoch->root = ledger->tip.hash;
	sim->epoch_count++;
	for (size_t i = 0; i < sim->node_count; i++) {
		if (is_member(sim, &sim->nodes[i]))
			sim->nodes[i].is_joining = false;
		else
			sim->nodes[i].is_leaving = false;
	}
}

void set_check(struct sim *sim, const struct node *node)
{
	const struct epoch *epoch = &node->drive->consensus.epoch;
	const struct sim_epoch *known = &sim->epochs[epoch->number];

	if (epoch->number >= sim->epoch_count ||
	    !hash_equal(&known->root, &epoch->root) ||
	    known->set.count != epoch->validators.count ||
	    memcmp(known->set.items, epoch->validators.items,
	           known->set.count * sizeof known->set.items[0]) != 0 ||
	    memcmp(&known->parameters, &epoch->parameters, sizeof known->parameters) != 0)
		sim_violate(sim, "same epochs: node %u is in another epoch %llu", node->index,
		            (unsigned long long)epoch->number);
}

/* -- How many may lie --------------------------------------------------------------------------- */

struct forecast {
	size_t members, liars; /* the fewest, the most */
};

static struct forecast forecast(const struct sim *sim)
{
	struct forecast worst = {0};

	for (size_t i = 0; i < sim->node_count; i++) {
		const struct node *node = &sim->nodes[i];
		bool is_in = is_member(sim, node);

		worst.members += is_in && !node->is_leaving;
		/* A liar who joins counts among both, if he comes. */
		worst.liars += (node->liar || node->is_amnesiac) && (is_in || node->is_joining);
	}
	return worst;
}

static bool is_safe(struct forecast worst)
{
	return worst.members > 0 &&
	       worst.liars <= validators_fault_count(worst.members, FAULT_BYZANTINE);
}

bool set_may_forget(const struct sim *sim, const struct node *node)
{
	struct forecast worst = forecast(sim);

	worst.liars += is_member(sim, node) || node->is_joining;
	return is_safe(worst);
}

/* -- The operations ------------------------------------------------------------------------------- */

static void cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], uint16_t node)
{
	memset(seed, 0, COSIGN_SEED_SIZE);
	seed[0] = 1;
	put_be16(seed + 1, node);
}

static void fill_join(struct sim *sim, struct validator_join *join, const struct node *node)
{
	const struct disk *disk = &node->disk;
	uint8_t seed[COSIGN_SEED_SIZE];
	struct hash message;

	cosign_seed(seed, node->index);
	join->vote_key = node->vote_key;
	join->height = disk->block_count - 1;
	join->block = disk->blocks[join->height].hash;
	sim_voter_point(join->node_id.bytes, node->index);
	if (cosign_key_public(&join->cosign_key, seed) != STATUS_OK)
		abort();
	message = join_message(&sim->network, &node->account, join);
	sim_voter_sign(&join->vote_signature, node->index, &message);
	if (cosign_key_sign(join->cosign_signature.bytes, seed, hash_view(&message)) !=
	    STATUS_OK)
		abort();
}

static void send_root(struct sim *sim, const struct operation *operation)
{
	clients_send(sim, sim_account(0), operation,
	             (uint16_t)lots_below(&sim->lots, sim->node_count));
}

/* Through a node of somebody else: its own may be cut off. */
static void join(struct sim *sim, struct node *node)
{
	struct operation admit = {.kind = OPERATION_validator_admit};
	struct operation operation = {.kind = OPERATION_validator_join};
	struct forecast worst = forecast(sim);

	worst.liars += (node->liar || node->is_amnesiac) && !node->is_joining;
	if (is_member(sim, node) || ((node->liar || node->is_amnesiac) && !is_safe(worst)))
		return;
	node->is_joining = true;
	sim->faults[CHAOS_SET_CHANGE]++;
	admit.validator_admit.account = node->account;
	send_root(sim, &admit);
	fill_join(sim, &operation.validator_join, node);
	clients_send(sim, sim_voter(node->index), &operation,
	             (uint16_t)lots_below(&sim->lots, sim->node_count));
}

static void leave(struct sim *sim, struct node *node)
{
	struct operation operation = {.kind = OPERATION_validator_remove};
	struct forecast worst = forecast(sim);

	worst.members -= !node->is_leaving;
	if (!is_member(sim, node) || !is_safe(worst))
		return;
	node->is_leaving = true;
	sim->faults[CHAOS_SET_CHANGE]++;
	operation.validator_remove.account = node->account;
	send_root(sim, &operation);
}

static void set_parameter(struct sim *sim)
{
	struct operation operation = {.kind = OPERATION_param_set};

	sim->faults[CHAOS_SET_CHANGE]++;
	operation.param_set.name = text_view("term_length");
	operation.param_set.value = lots_between(&sim->lots, 1, 5);
	send_root(sim, &operation);
}

static void change_once(struct sim *sim)
{
	size_t spares = sim->node_count - sim->rates.validators;

	if (sim->epoch_count > SIM_EPOCHS_MAX / 2)
		return;
	switch (lots_below(&sim->lots, spares > 0 ? 4 : 2)) {
	case 0:
		set_parameter(sim);
		break;
	case 1:
		leave(sim, &sim->nodes[lots_below(&sim->lots, sim->node_count)]);
		break;
	default:
		join(sim, &sim->nodes[sim->rates.validators + lots_below(&sim->lots, spares)]);
		break;
	}
}

/* One, or several back to back. */
void set_turn(struct sim *sim)
{
	size_t count = 1 + (size_t)(lots_below(&sim->lots, 3) == 0 ? lots_below(&sim->lots, 3) : 0);

	while (count-- > 0)
		change_once(sim);
}
