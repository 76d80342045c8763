/* Claims heights and views that nobody has reached, and who catches up with it gets headers and
 * bodies that are forged or cut. A status moves nothing by itself: what follows needs a
 * certificate; headers need the FINAL of their last one and links of hashes (S2), bodies the header
 * that commits to them, and who does not come up with either is asked after the others. */
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

static void forge_headers(struct sim *sim, struct message_headers *headers, uint8_t *bytes)
{
	uint64_t at = lots_below(&sim->lots, headers->count);

	memcpy(bytes, headers->headers.at, headers->headers.size);
	headers->headers.at = bytes;
	switch (lots_below(&sim->lots, 5)) {
	case 0: /* cut: the certificate is of another block then, unless it was one alone */
		headers->count = 1 + (size_t)at;
		headers->headers.size = headers->count * HEADER_SIZE;
		break;
	case 1:
		bytes[at * HEADER_SIZE + lots_below(&sim->lots, HEADER_SIZE)] ^= 1;
		break;
	case 2: /* in another order */
		memmove(bytes, bytes + at * HEADER_SIZE, HEADER_SIZE);
		break;
	case 3: /* as if there were none */
		*headers = (struct message_headers){.from = headers->from};
		break;
	default:
		headers->certificate.size -= headers->certificate.size > 0;
		break;
	}
}

static void forge_bodies(struct sim *sim, struct message_bodies *bodies)
{
	struct bytes_view *body = &bodies->blocks[lots_below(&sim->lots, bodies->count)].body;

	switch (lots_below(&sim->lots, 4)) {
	case 0:
		bodies->count = (size_t)lots_below(&sim->lots, bodies->count);
		break;
	case 1:
		body->size -= body->size > 0;
		break;
	case 2: /* another's */
		*body = bodies->blocks[0].body;
		break;
	default:
		bodies->from++;
		break;
	}
}

/* What the disk answers, forged. */
static void answer(struct sim *sim, uint16_t node, uint16_t to, struct read_job *job)
{
	uint8_t bytes[SYNC_HEADERS_MAX * HEADER_SIZE];
	struct message *message;
	struct buffer out;

	buffer_init(&job->answer, MESSAGE_SIZE_MAX);
	disk_read(&sim->nodes[node].disk, sim, job);
	message = liar_reads(sim, buffer_view(&job->answer),
	                     job->body_count > 0 ? MESSAGE_BODIES : MESSAGE_HEADERS);
	if (message) {
		buffer_init(&out, MESSAGE_SIZE_MAX);
		if (message->kind == MESSAGE_HEADERS) {
			forge_headers(sim, &message->headers, bytes);
			message_put_headers(&out, &message->headers);
		} else {
			forge_bodies(sim, &message->bodies);
			message_put_bodies(&out, &message->bodies);
		}
		liar_says(sim, node, to, &out);
	}
	buffer_close(&job->answer);
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	const struct message *asked = liar_reads(sim, bytes, MESSAGE_GET_HEADERS);
	struct read_job job = {.headers_max = SYNC_HEADERS_MAX};

	if (asked) {
		job.height = asked->get_headers;
	} else {
		asked = liar_reads(sim, bytes, MESSAGE_GET_BODIES);
		if (!asked)
			return true;
		job.height = asked->get_bodies.from;
		job.body_count = asked->get_bodies.count;
	}
	answer(sim, node, from, &job);
	return false;
}

const struct liar liar_status_liar = {
	.name = "status liar",
	.on_send = on_send,
	.on_receive = on_receive,
};
