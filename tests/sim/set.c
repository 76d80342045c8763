/* Who changes the set: admits, joins, removes, and changes what consensus reads. And the check
 * that all honest nodes go through the same epochs.
 *
 * Of every set that may come of it, whatever of it becomes final, more than f are never liars:
 * a removal that is on its way counts as done when it takes an honest one, and not when it
 * takes a liar. */
#include "tests/sim/wired.h"

#include "chain/ledger/succession.h"
#include "tests/sim/keys.h"

#include <stdio.h>
#include <stdlib.h>

/* -- The epochs ------------------------------------------------------------------------------ */

static bool is_in_set(const struct validator_set *set, const struct node *node)
{
	size_t index;

	return validators_find(set, &node->account, &index);
}

bool set_has(const struct sim *sim, const struct node *node)
{
	return is_in_set(&sim->epochs[sim->epoch_count - 1].set, node);
}

bool set_had(const struct sim *sim, const struct node *node)
{
	return sim->epoch_count > 1 && is_in_set(&sim->epochs[sim->epoch_count - 2].set, node);
}

/* Its operator sees that other keys of his are in the set now, and starts it with them. */
static void notice_keys(struct sim *sim, const struct node *node)
{
	const struct validator_set *set = &sim->epochs[sim->epoch_count - 1].set;
	struct event event = {
		.at_us = sim->now_us + 1, .kind = EVENT_NEW_KEYS, .node = node->index};
	size_t index;

	if (validators_find(set, &node->account, &index) &&
	    memcmp(&set->items[index].vote_key, &node->vote_key, sizeof node->vote_key) != 0)
		queue_push(&sim->queue, &event);
}

static const struct sim_key *keys_of(const struct node *node, unsigned keys)
{
	return sim_voter(node->index + keys * SIM_KEYS_APART);
}

void set_take_keys(struct sim *sim, uint16_t index)
{
	const struct validator_set *set = &sim->epochs[sim->epoch_count - 1].set;
	struct node *node = &sim->nodes[index];
	bool is_up = node->is_up;
	size_t place;

	if (!validators_find(set, &node->account, &place))
		return;
	while (memcmp(&node->vote_key, &set->items[place].vote_key, sizeof node->vote_key) != 0)
		if (++node->keys == SIM_KEYS_MAX)
			abort();
		else
			node->vote_key = keys_of(node, node->keys)->key;
	sim->faults[CHAOS_NEW_KEYS]++;
	node_crash(sim, index);
	if (is_up)
		node_start(sim, index);
}

static void say_set(struct sim *sim, const struct node *node)
{
	char text[SIM_NODES_MAX * 4 + 1] = "";
	size_t size = 0;

	for (size_t i = 0; i < sim->node_count; i++)
		if (set_has(sim, &sim->nodes[i]))
			size += (size_t)snprintf(text + size, sizeof text - size, " %zu%s", i,
			                         sim->nodes[i].liar ? "!" : "");
	sim_say(sim, node->index, "begins epoch %zu of%s", sim->epoch_count - 1, text);
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
	say_set(sim, node);
	for (size_t i = 0; i < sim->node_count; i++) {
		struct node *each = &sim->nodes[i];

		if (set_has(sim, each)) {
			each->is_joining = false;
			each->has_served = true;
			notice_keys(sim, each);
		} else {
			each->is_leaving = false;
		}
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
		bool is_in = set_has(sim, node);

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

/* Who is honest and not yet in the newest epoch waits for the certificate that ends his own. The
 * only one that has it may not have got it across before it forgets: what is under way when a node
 * goes is lost, and over lines that break it may never have left. */
static bool is_missed_behind(const struct sim *sim, const struct node *node)
{
	for (size_t i = 0; i + 1 < sim->epoch_count; i++) {
		const struct sim_epoch *epoch = &sim->epochs[i];
		size_t behind = 0, faulty = 1;

		for (size_t j = 0; j < sim->node_count; j++) {
			const struct node *other = &sim->nodes[j];
			bool is_faulty = other->liar || other->is_amnesiac;

			behind += !is_faulty &&
			          hash_equal(&disk_root(&other->disk)->hash, &epoch->root);
			faulty += is_faulty && is_in_set(&epoch->set, other);
		}
		if (behind > 0 && is_in_set(&epoch->set, node) &&
		    faulty > validators_fault_count(epoch->set.count, FAULT_BYZANTINE))
			return true;
	}
	return false;
}

bool set_may_forget(const struct sim *sim, const struct node *node)
{
	struct forecast worst = forecast(sim);

	if (is_missed_behind(sim, node))
		return false;
	worst.liars += set_has(sim, node) || node->is_joining;
	return is_safe(worst);
}

/* -- The operations ------------------------------------------------------------------------------- */

/* With the keys that it has, or, if those have served, the next. */
static void fill_join(struct sim *sim, struct validator_join *join, const struct node *node)
{
	unsigned number = node->index + (node->keys + node->has_served) * SIM_KEYS_APART;
	const struct disk *disk = &node->disk;
	uint8_t seed[COSIGN_SEED_SIZE];
	struct hash message;

	sim_cosign_seed(seed, number);
	join->vote_key = sim_voter(number)->key;
	join->height = disk->block_count - 1;
	join->block = disk->blocks[join->height].hash;
	sim_voter_point(join->node_id.bytes, node->index);
	join->cosign_key = *sim_cosign_key(number);
	message = join_message(&sim->network, &node->account, join);
	sim_voter_sign(&join->vote_signature, number, &message);
	if (cosign_key_sign(join->cosign_signature.bytes, seed, hash_view(&message)) !=
	    STATUS_OK)
		abort();
}

static void send_root(struct sim *sim, const struct operation *operation)
{
	clients_send(sim, sim_account(0), operation,
	             (uint16_t)lots_below(&sim->lots, sim->node_count));
}

static bool has_keys(const struct node *node)
{
	return node->keys + node->has_served < SIM_KEYS_MAX;
}

/* Through a node of somebody else: its own may be cut off. */
static void send_join(struct sim *sim, const struct node *node)
{
	struct operation operation = {.kind = OPERATION_validator_join};

	sim->faults[CHAOS_SET_CHANGE]++;
	fill_join(sim, &operation.validator_join, node);
	clients_send(sim, sim_voter(node->index), &operation,
	             (uint16_t)lots_below(&sim->lots, sim->node_count));
}

/* Who was expelled may be admitted again, and then has to have new keys. */
static void join(struct sim *sim, struct node *node)
{
	struct operation admit = {.kind = OPERATION_validator_admit};
	struct forecast worst = forecast(sim);

	worst.liars += (node->liar || node->is_amnesiac) && !node->is_joining;
	if (set_has(sim, node) || !has_keys(node) ||
	    ((node->liar || node->is_amnesiac) && !is_safe(worst)))
		return;
	node->is_joining = true;
	admit.validator_admit.account = node->account;
	send_root(sim, &admit);
	send_join(sim, node);
}

static void replace_keys(struct sim *sim, struct node *node)
{
	if (set_has(sim, node) && !node->is_leaving && has_keys(node))
		send_join(sim, node);
}

static void leave(struct sim *sim, struct node *node)
{
	struct operation operation = {.kind = OPERATION_validator_remove};
	struct forecast worst = forecast(sim);

	/* A second removal would be there when he has left and come back. */
	if (!set_has(sim, node) || node->is_leaving)
		return;
	worst.members--;
	if (!is_safe(worst))
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
	struct node *node = &sim->nodes[lots_below(&sim->lots, sim->node_count)];

	if (sim->epoch_count > SIM_EPOCHS_MAX / 2)
		return;
	switch (lots_below(&sim->lots, 5)) {
	case 0:
		set_parameter(sim);
		break;
	case 1:
		leave(sim, node);
		break;
	case 2:
		replace_keys(sim, node);
		break;
	default:
		join(sim, node);
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
