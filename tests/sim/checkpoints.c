/* Checkpoints, which validators cosign beside consensus: what they are, made of what was decided,
 * and that honest nodes sign these and no others, and believe a quorum alone. */
#include "tests/sim/sim.h"

#include "chain/ledger/succession.h"

#include <stdlib.h>

/* -- Decided ----------------------------------------------------------------------------------- */

void checkpoint_decide(struct sim *sim, const struct disk_block *block,
                       struct decided *decided)
{
	struct cursor in = cursor_on(bytes_view(block->body, block->header.body_size));
	uint8_t leaf[HEADER_LEAF_SIZE] = {0};
	struct hash leaf_hash;

	if (!sim->rates.cosigns)
		return;
	while (in.left > 0) {
		leaf_hash = log_leaf_hash(body_next(&in));
		log_frontier_append(&sim->log, &leaf_hash);
	}
	header_encode(leaf + 1, &block->header);
	leaf_hash = log_leaf_hash(bytes_view(leaf, sizeof leaf));
	log_frontier_append(&sim->log, &leaf_hash);
	decided->log_size = sim->log.size;
	decided->log_root = log_frontier_root(&sim->log);
}

/* The height of the block that ends with so many leaves; false: none that is decided does. */
static bool find_height(const struct sim *sim, uint64_t size, size_t *height)
{
	size_t low = 0, high = sim->decided_count;

	while (low < high) {
		*height = (low + high) / 2;
		if (sim->decided[*height].log_size == size)
			return true;
		if (sim->decided[*height].log_size < size)
			low = *height + 1;
		else
			high = *height;
	}
	return false;
}

/* Is it the checkpoint of a block that this node has on its disk? */
static bool is_decided(const struct sim *sim, const struct node *node, uint64_t size,
                       const struct hash *root, size_t *height)
{
	return find_height(sim, size, height) && *height < node->disk.block_count &&
	       hash_equal(&sim->decided[*height].log_root, root);
}

/* -- Signed ------------------------------------------------------------------------------------ */

void checkpoint_on_sign(struct sim *sim, struct node *node, struct bytes_view text)
{
	struct checkpoint checkpoint;
	struct why why;

	if (checkpoint_decode(&checkpoint, text, &why) != STATUS_OK ||
	    !bytes_equal(checkpoint.origin, text_view(sim->origin)) ||
	    node->signed_count == SIM_SIGNED_MAX) {
		sim_violate(sim, "cosigning: node %u signs what is no checkpoint, or too many",
		            node->index);
		return;
	}
	sim_say(sim, node->index, "cosigns %llu leaves, %.8s", (unsigned long long)checkpoint.size,
	        shown_hash(&checkpoint.root).text);
	node->signed_now[node->signed_count++] = (struct checkpoint_signed){
		.size = checkpoint.size,
		.root = checkpoint.root,
	};
}

/* There is one root for a size, that of what was decided: so whoever signs no other never
 * contradicts himself, whatever he has forgotten. */
void checkpoint_check_signed(struct sim *sim, struct node *node)
{
	for (size_t i = 0; i < node->signed_count; i++) {
		const struct checkpoint_signed *at = &node->signed_now[i];
		size_t height;

		if (!is_decided(sim, node, at->size, &at->root, &height))
			sim_violate(sim,
			            "cosigning: node %u signs %llu leaves that it does not have, or "
			            "another root",
			            node->index, (unsigned long long)at->size);
	}
	node->signed_count = 0;
}

/* -- Believed ---------------------------------------------------------------------------------- */

static bool has_cosign_key(const struct validator_set *set, const struct hash *key)
{
	for (size_t i = 0; i < set->count; i++)
		if (hash_equal(&set->items[i].cosign_key, key))
			return true;
	return false;
}

/* How many of the set signed it; no key stands there twice, or cosigned_decode refuses. */
static size_t count_good(const struct sim *sim, const struct cosigned *cosigned,
                         const struct validator_set *set)
{
	size_t count = 0;
	struct buffer text;

	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(sim->origin), &cosigned->point);
	if (text.status != STATUS_OK)
		abort();
	for (size_t i = 0; i < cosigned->count; i++)
		count += has_cosign_key(set, &cosigned->items[i].cosign_key) &&
		         sim_cosign_is_valid(&cosigned->items[i], buffer_view(&text));
	buffer_close(&text);
	return count;
}

/* What is wrong with it; NULL: nothing is. */
static const char *fault_of(const struct sim *sim, const struct node *node,
                            const struct keep_note *note, const struct cosigned *cosigned)
{
	const struct cosign_point *point = &cosigned->point;
	const struct header *header;
	const struct sim_epoch *epoch;
	size_t height;

	if (note->size != point->size)
		return "it stands under another size";
	if (!is_decided(sim, node, point->size, &point->root, &height))
		return "it is over what was not decided, or is not here";
	header = &node->disk.blocks[height].header;
	if (note->kind == KEEP_SEAL &&
	    ((header->flags & HEADER_FLAG_SEAL) == 0 || point->epoch != header->epoch))
		return "it is over no seal, or not by the set that it ends";
	if (point->epoch >= sim->epoch_count ||
	    (point->epoch != header->epoch && point->epoch != epoch_after(header)))
		return "it is by the set of another epoch";
	epoch = &sim->epochs[point->epoch];
	if (cosigned->count != count_good(sim, cosigned, &epoch->set))
		return "one of the signatures is none, or is a stranger's";
	if (cosigned->count < validators_quorum(epoch->set.count, FAULT_BYZANTINE))
		return "they are too few";
	return NULL;
}

void checkpoint_check_notes(struct sim *sim, struct node *node, const struct store_job *job)
{
	static struct cosigned cosigned;

	for (size_t i = 0; i < job->note_count && !node->liar; i++) {
		const struct keep_note *note = &job->notes[i];
		const char *fault = "it cannot be read";

		if (cosigned_decode(&cosigned, note->bytes) == STATUS_OK)
			fault = fault_of(sim, node, note, &cosigned);
		if (fault)
			sim_violate(sim, "cosigning: node %u takes for a quorum over %llu leaves: %s",
			            node->index, (unsigned long long)note->size, fault);
		sim->faults[note->kind == KEEP_SEAL ? CHAOS_SEAL_COSIGNED : CHAOS_COSIGNED]++;
	}
}

const struct node *checkpoint_misses(const struct sim *sim, uint64_t size)
{
	for (size_t i = 0; i < sim->node_count; i++)
		if (!sim->nodes[i].liar && sim->nodes[i].disk.newest_note.size < size)
			return &sim->nodes[i];
	return NULL;
}
