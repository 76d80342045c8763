/* Names the transactions of its blocks wrongly: names that nobody has, one name twice, names that
 * change places, and what it sends along is another's. Asked for what is missing, it sends
 * nothing, one too few, or others. Nobody is blamed for names; the root of the header decides, the
 * block is asked for whole, and of others when half of B is over. */
#include "tests/sim/liars/liars.h"

#include <stdlib.h>

static size_t draw_place(struct sim *sim, const struct compact_body *names)
{
	return SHORT_ID_SIZE *
	       (size_t)lots_below(&sim->lots, names->short_ids.size / SHORT_ID_SIZE);
}

/* `ids` are the short ids of `names` in a copy of the message. */
static void misname(struct sim *sim, const struct compact_body *names, uint8_t *ids)
{
	uint8_t *one = ids + draw_place(sim, names), *other = ids + draw_place(sim, names);
	uint64_t before = get_le64(one);

	switch (lots_below(&sim->lots, 4)) {
	case 0:
		put_le64(one, before ^ 1);
		break;
	case 1:
		put_le64(one, get_le64(other));
		break;
	case 2:
		put_le64(one, get_le64(other));
		put_le64(other, before);
		break;
	default:
		for (size_t i = 0; i < names->short_ids.size; i++)
			ids[i] ^= 1;
		break;
	}
}

static bool says_names(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes,
                       const struct compact_body *names)
{
	uint8_t *copy;

	if (names->short_ids.size == 0 || !liar_hits(sim, 700000))
		return true;
	copy = malloc(bytes.size);
	if (!copy)
		abort();
	memcpy(copy, bytes.at, bytes.size);
	misname(sim, names, copy + (names->short_ids.at - bytes.at));
	if (names->prefilled.size > 0 && liar_hits(sim, 200000))
		copy[names->prefilled.at + names->prefilled.size - 1 - bytes.at] ^= 1;
	liar_says_bytes(sim, node, to, bytes_view(copy, bytes.size));
	free(copy);
	return false;
}

static bool says_txs(struct sim *sim, uint16_t node, uint16_t to, const struct block_txs *txs)
{
	struct cursor in = cursor_on(txs->body);
	struct block_txs lie = *txs;
	size_t other = (size_t)lots_below(&sim->lots, txs->count + 1);
	struct buffer out;

	if (liar_hits(sim, 300000))
		return true;
	if (liar_hits(sim, 300000)) {
		sim->faults[CHAOS_LIE]++;
		return false;
	}
	if (lie.count > 1 && liar_hits(sim, 500000))
		lie.count--;
	else if (liar_hits(sim, 300000))
		lie.number++;
	buffer_init(&out, MESSAGE_SIZE_MAX);
	message_put_kind(&out, MESSAGE_BLOCK_TXS);
	block_txs_put_head(&out, &lie);
	for (size_t i = 0; i < lie.count; i++) {
		struct bytes_view tx = body_next(&in);

		block_txs_put_tx(&out, i == other ? bytes_view("lie", 3) : tx);
	}
	liar_says(sim, node, to, &out);
	return false;
}

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	const struct message *message;

	if ((message = liar_reads(sim, bytes, MESSAGE_PROPOSAL)) && message->proposal.has_names)
		return says_names(sim, node, to, bytes, &message->proposal.names);
	if ((message = liar_reads(sim, bytes, MESSAGE_COMPACT)))
		return says_names(sim, node, to, bytes, &message->compact.body);
	if ((message = liar_reads(sim, bytes, MESSAGE_BLOCK_TXS)))
		return says_txs(sim, node, to, &message->block_txs);
	return true;
}

const struct liar liar_misnamer = {
	.name = "misnamer",
	.on_send = on_send,
};
