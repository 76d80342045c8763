/* Claims heights and views that nobody has reached, and who asks it for blocks gets a range
 * that is forged or cut. A status moves nothing by itself: what follows needs a certificate;
 * a range needs the FINAL of its last block and links of hashes (S2), and who does not come
 * up with one within two seconds is not asked next (ask_range). */
#include "tests/sim/liars/liars.h"

#include "chain/base/memory.h"

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	struct message *message = liar_reads(sim, bytes, MESSAGE_STATUS);
	struct peer_status *status = message ? &message->status.status : NULL;
	struct buffer out;

	if (!status)
		return true;
	status->height += lots_below(&sim->lots, 1000000);
	status->view += lots_below(&sim->lots, 1000);
	status->final_view += lots_below(&sim->lots, 1000);
	status->nonce = lots_below(&sim->lots, 2);
	if (liar_hits(sim, 300000))
		status->epoch += lots_below(&sim->lots, 3);
	if (liar_hits(sim, 100000))
		status->epoch = status->view = status->height = UINT64_MAX;
	buffer_init(&out, MESSAGE_SIZE_MAX);
	message_put_status(&out, &message->status);
	liar_says(sim, node, to, &out);
	return false;
}

static void forge(struct sim *sim, struct message_range *range)
{
	struct message_block *block =
		&range->blocks[lots_below(&sim->lots, range->count)];

	switch (lots_below(&sim->lots, 4)) {
	case 0: /* cut: the certificate is of another block then, unless it was one alone */
		range->count = 1 + (size_t)lots_below(&sim->lots, range->count);
		break;
	case 1:
		block->header.time_ms++;
		break;
	case 2: /* in another order */
		*block = range->blocks[0];
		break;
	default:
		range->certificate.size -= range->certificate.size > 0;
		break;
	}
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	const struct message *asked = liar_reads(sim, bytes, MESSAGE_GET_RANGE);
	struct read_job job = {.blocks_max = RANGE_BLOCKS_MAX};
	struct message *message;
	struct buffer out;

	if (!asked)
		return true;
	job.height = asked->get_range;
	buffer_init(&job.answer, MESSAGE_SIZE_MAX);
	disk_read(&sim->nodes[node].disk, sim, &job);
	message = liar_reads(sim, buffer_view(&job.answer), MESSAGE_RANGE);
	if (message) {
		forge(sim, &message->range);
		buffer_init(&out, MESSAGE_SIZE_MAX);
		message_put_range(&out, &message->range);
		liar_says(sim, node, from, &out);
	}
	buffer_close(&job.answer);
	return false;
}

const struct liar liar_status_liar = {
	.name = "status liar",
	.on_send = on_send,
	.on_receive = on_receive,
};
