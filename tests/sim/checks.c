/* What must hold, after every event: by name. */
#include "tests/sim/sim.h"

#include "chain/base/memory.h"
#include "chain/ledger/tx.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sim_violate(struct sim *sim, const char *format, ...)
{
	va_list arguments;

	if (sim->violation[0])
		return;
	va_start(arguments, format);
	vsnprintf(sim->violation, sizeof sim->violation, format, arguments);
	va_end(arguments);
}

/* -- No honest double signature ------------------------------------------------------------------- */

static struct sim_signed *signed_ballot_of(struct sim *sim, const struct node *node,
                                           const struct ballot *ballot, uint16_t kind)
{
	struct sim_signed like, *found;

	memset(&like, 0, sizeof like);
	like.key.epoch = ballot->epoch;
	like.key.view = ballot->view;
	like.key.node = node->index;
	like.key.kind = kind;
	HASH_FIND(hh, sim->signatures, &like.key, sizeof like.key, found);
	return found;
}

/* Over the whole life of a node, every restart included. */
void check_signing(struct sim *sim, const struct node *node, const struct ballot *ballot)
{
	struct sim_signed *known = signed_ballot_of(sim, node, ballot, ballot->kind);
	uint16_t excluded = ballot->kind == VOTE_NULLIFY ? VOTE_FINALIZE : VOTE_NULLIFY;

	if (node->liar)
		return;
	if (known && !ballot_equal(&known->ballot, ballot))
		sim_violate(sim, "no double signature: node %u signs kind %u twice in view %llu",
		            node->index, ballot->kind, (unsigned long long)ballot->view);
	if (ballot->kind != VOTE_NOTARIZE && signed_ballot_of(sim, node, ballot, excluded))
		sim_violate(sim,
		            "no double signature: node %u signs finalize and nullify in view %llu",
		            node->index, (unsigned long long)ballot->view);
	if (known)
		return;
	known = calloc(1, sizeof *known);
	if (!known)
		abort();
	known->key.epoch = ballot->epoch;
	known->key.view = ballot->view;
	known->key.node = node->index;
	known->key.kind = ballot->kind;
	known->ballot = *ballot;
	HASH_ADD(hh, sim->signatures, key, sizeof known->key, known);
}

/* -- Evidence ---------------------------------------------------------------------------------------- */

const struct node *node_of_key(const struct sim *sim, const struct public_key *key)
{
	for (unsigned i = 0; i < sim->node_count; i++)
		for (unsigned keys = 0; keys < SIM_KEYS_MAX; keys++)
			if (memcmp(&sim_voter(i + keys * SIM_KEYS_APART)->key, key, sizeof *key) == 0)
				return &sim->nodes[i];
	return NULL;
}

/* No honest validator is ever named: I21. */
static void check_accused(struct sim *sim, const struct public_key *key)
{
	const struct node *accused = node_of_key(sim, key);

	if (!accused || !accused->liar)
		sim_violate(sim, "evidence against %s node %u", accused ? "honest" : "unknown",
		            accused ? accused->index : 0);
}

void check_report(struct sim *sim, const struct node *node, const struct vote votes[2])
{
	const struct validator_set *set = &node->drive->consensus.epoch.validators;
	const struct public_key *key = &set->items[votes[0].signer].vote_key;
	struct sim_evidence *evidence;

	check_accused(sim, key);
	if (votes[0].signer != votes[1].signer ||
	    !ballots_contradict(&votes[0].ballot, &votes[1].ballot))
		sim_violate(sim, "evidence: of two votes that do not contradict each other");
	HASH_FIND(hh, sim->evidence, key, sizeof *key, evidence);
	if (evidence || node->liar)
		return;
	evidence = calloc(1, sizeof *evidence);
	if (!evidence)
		abort();
	evidence->key = *key;
	HASH_ADD(hh, sim->evidence, key, sizeof evidence->key, evidence);
	sim->faults[CHAOS_REPORTED]++;
}

void check_evidence(struct sim *sim, const struct node *node, const struct vote *vote)
{
	const struct consensus *core = &node->drive->consensus;
	const struct vote_slot *slot = &core->votes.slots[vote->ballot.view % VOTE_VIEWS];
	const struct validator_set *set = &core->epoch.validators;
	const struct voter *voter;

	if (node->liar || core->epoch.number != vote->ballot.epoch ||
	    vote->signer >= set->count || slot->view != vote->ballot.view)
		return;
	voter = &slot->voters[vote->signer];
	if ((voter->notarize_count == 2 || voter->finalize_count == 2 ||
	     (voter->nullified && voter->finalize_count > 0)) &&
	    !accused_find(&node->drive->accused, &set->items[vote->signer].vote_key))
		sim_violate(sim, "evidence: node %u kept a contradiction of view %llu to itself",
		            node->index, (unsigned long long)vote->ballot.view);
}

static bool has_all_on_chain(const struct node *node)
{
	const struct accused *accused = &node->drive->accused;

	for (size_t i = 0; i < accused->count; i++)
		if (!accused->items[i].is_on_chain)
			return false;
	return true;
}

bool check_all_on_chain(const struct sim *sim)
{
	for (size_t i = 0; i < sim->node_count; i++) {
		const struct node *node = &sim->nodes[i];

		if (!node->liar && node->is_up && set_has(sim, node) && !has_all_on_chain(node))
			return false;
	}
	return true;
}

/* Evidence in a final block costs the account its place, unless nobody would be left. */
static void check_expelled(struct sim *sim, const struct public_key *key)
{
	const struct node *liar = node_of_key(sim, key);

	check_accused(sim, key);
	sim->faults[CHAOS_ON_CHAIN]++;
	if (!liar)
		return;
	if (set_has(sim, liar) && sim->epochs[sim->epoch_count - 1].set.count > 1)
		sim_violate(sim, "evidence: node %u is a validator after all", liar->index);
	sim->faults[CHAOS_REMOVED] += set_had(sim, liar);
}

/* -- Agreement and validity ---------------------------------------------------------------------------- */

static void check_operations(struct sim *sim, const struct tx *tx)
{
	struct cursor in = tx_operations(tx);

	for (unsigned i = 0; i < tx->operation_count; i++) {
		struct operation operation;

		if (operation_get(&in, &operation) == STATUS_OK &&
		    operation.kind == OPERATION_evidence_submit)
			check_expelled(sim, &operation.evidence_submit.vote_key);
	}
}

/* The independent model: every transaction was submitted by somebody, is signed, and occurs
 * once; each is one record of the one stream, or changes the set. */
static void check_body(struct sim *sim, const struct disk_block *block)
{
	struct cursor in = cursor_on(bytes_view(block->body, block->header.body_size));

	while (in.left > 0) {
		struct bytes_view bytes = body_next(&in);
		struct sim_tx *found;
		struct tx tx;

		if (tx_decode(&tx, &sim->network, bytes, NULL) != VERDICT_GOOD ||
		    !sim_is_valid(&tx.signature, &tx.txid, &tx.key)) {
			sim_violate(sim, "validity: a bad transaction in block %llu",
			            (unsigned long long)block->header.height);
			return;
		}
		HASH_FIND(hh, sim->txs, &tx.txid, sizeof tx.txid, found);
		if (!found)
			sim_violate(sim, "validity: nobody submitted a transaction of block %llu",
			            (unsigned long long)block->header.height);
		else if (found->height != 0)
			sim_violate(sim, "validity: one transaction in blocks %llu and %llu",
			            (unsigned long long)found->height,
			            (unsigned long long)block->header.height);
		else
			found->height = block->header.height;
		check_operations(sim, &tx);
	}
}

static void check_block(struct sim *sim, const struct node *node, uint64_t height)
{
	const struct disk_block *block = &node->disk.blocks[height];
	struct decided *decided = &sim->decided[height];

	if (height < sim->decided_count) {
		decided->last_us = sim->now_us;
		if (!hash_equal(&decided->hash, &block->hash))
			sim_violate(sim, "agreement: node %u has another block at height %llu",
			            node->index, (unsigned long long)height);
		return;
	}
	*decided = (struct decided){
		.hash = block->hash,
		.state_root = block->header.state_root,
		.tx_count = block->header.tx_count,
		.first_us = sim->now_us,
		.last_us = sim->now_us,
	};
	sim->decided_count = height + 1;
	checkpoint_decide(sim, block, decided);
	if (block->header.flags & HEADER_FLAG_SEAL)
		set_begin_epoch(sim, node);
	sim->record_count += block->header.tx_count;
	if (height > 0)
		check_body(sim, block);
	if (height > 0 && block->header.tx_count == 0 &&
	    (block->header.flags & HEADER_FLAG_HEARTBEAT) == 0)
		sim_violate(sim, "no empty blocks: block %llu", (unsigned long long)height);
}

/* He is no fault any more when he votes again, and when what others may have relied on his
 * having is settled or here. */
static void end_amnesia(struct sim *sim, struct node *node)
{
	const struct consensus *core = &node->drive->consensus;

	if (!node->is_amnesiac || core->recall != RECALL_WHOLE ||
	    core->views.current <= core->safety.floor ||
	    node->disk.block_count <= node->amnesia_count)
		return;
	node->is_amnesiac = false;
	sim->faults[CHAOS_REENTRY]++;
	sim_say(sim, node->index, "has its memory again");
}

static void check_caps(struct sim *sim, const struct node *node)
{
	const struct drive *drive = node->drive;

	if (HASH_COUNT(drive->shelf.blocks) > BLOCKS_HELD_MAX + 2 * PORTION_BLOCKS_MAX)
		sim_violate(sim, "caps: node %u holds %u blocks", node->index,
		            HASH_COUNT(drive->shelf.blocks));
	if (drive->status != STATUS_OK)
		sim_violate(sim, "node %u fails: %s", node->index, drive->why.text);
}

void check_node(struct sim *sim, struct node *node)
{
	const struct disk *disk = &node->disk;

	if (node->is_up) {
		check_caps(sim, node);
		end_amnesia(sim, node);
	}
	if (node->liar)
		return;
	if (disk->block_count - 1 < node->checked_height)
		sim_violate(sim, "heads only extend: node %u went back to height %zu", node->index,
		            disk->block_count - 1);
	while (node->checked_height + 1 < disk->block_count && !sim->violation[0] &&
	       node->checked_height + 1 < SIM_HEIGHTS_MAX) {
		const struct header *header = &disk->blocks[node->checked_height + 1].header;

		if (!hash_equal(&header->parent, &disk->blocks[node->checked_height].hash))
			sim_violate(sim, "heads only extend: node %u, height %llu", node->index,
			            (unsigned long long)header->height);
		node->checked_height++;
		check_block(sim, node, node->checked_height);
	}
	if (node->is_up && !sim->violation[0])
		set_check(sim, node);
	checkpoint_check_signed(sim, node);
}

/* A validator that has nothing to do has nothing that is not final. */
static bool is_at_rest(const struct node *node)
{
	const struct consensus *core = &node->drive->consensus;

	return core->epoch.self == NOBODY ||
	       views_parent(&core->views) == core->views.final_view;
}

/* All honest nodes at one height, with one state, and nothing left to make final. */
bool check_all_equal(struct sim *sim)
{
	const struct node *first = NULL;

	for (size_t i = 0; i < sim->node_count; i++) {
		const struct node *node = &sim->nodes[i];

		if (node->liar)
			continue;
		if (!is_at_rest(node))
			return false;
		if (!first)
			first = node;
		else if (node->disk.block_count != first->disk.block_count)
			return false;
		else if (!memory_ledger_equal(&node->disk.ledger, &first->disk.ledger))
			sim_violate(sim, "node %u and node %u have the same head and other state",
			            first->index, node->index);
	}
	return true;
}
