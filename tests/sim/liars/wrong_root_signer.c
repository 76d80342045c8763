/* Proposes a block with one field of the header wrong: mostly the state root, the hash and
 * the signature over it right. Who executes it finds another root (V3), or sees from the
 * parent that it does not follow; a vote for what was not executed would let it pass. */
#include "tests/sim/liars/liars.h"

static void on_built(struct sim *sim, uint16_t node, const struct build_job *job)
{
	struct header header = job->block->header;

	switch (lots_below(&sim->lots, 8)) {
	case 0:
		header.log_root.bytes[0] ^= 1;
		break;
	case 1:
		header.next_validators_hash.bytes[0] ^= 1;
		break;
	case 2:
		header.flags ^= HEADER_FLAG_SEAL;
		break;
	case 3:
		header.height++;
		break;
	default:
		header.state_root.bytes[0] ^= 1;
		break;
	}
	liar_keeps(sim, node, &header, buffer_view(&job->block->body),
	           liar_mind(sim, node)->building_parent_view);
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	return !liar_swaps(sim, node, to, bytes);
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	return !liar_answers(sim, node, from, bytes);
}

const struct liar liar_wrong_root_signer = {
	.name = "wrong root signer",
	.on_built = on_built,
	.on_send = on_send,
	.on_receive = on_receive,
};
