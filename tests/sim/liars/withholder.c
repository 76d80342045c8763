/* Proposes without the body to some, and never hands a body out: not when asked for one, nor when
 * somebody catches up; of headers it keeps every other answer. A vote needs the whole body on the
 * disk (V3), so a quorum's block is with honest validators, who are asked next (F1); else the view is
 * given up. */
#include "tests/sim/liars/liars.h"

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	struct message *message;
	struct buffer out;

	if (bytes.at[0] == MESSAGE_BLOCK || bytes.at[0] == MESSAGE_BODIES ||
	    bytes.at[0] == MESSAGE_BLOCK_TXS ||
	    (bytes.at[0] == MESSAGE_HEADERS && bytes.at[1] % 2 == 0)) {
		sim->faults[CHAOS_LIE]++;
		return false;
	}
	message = liar_reads(sim, bytes, MESSAGE_PROPOSAL);
	/* By names it names the body, and keeps what is asked for. */
	if (!message || !message->proposal.has_block ||
	    (message->proposal.vote.ballot.view + to) % 3 == 0)
		return true;
	message->proposal.has_block = false;
	buffer_init(&out, MESSAGE_SIZE_MAX);
	message_put_proposal(&out, &message->proposal);
	liar_says(sim, node, to, &out);
	return false;
}

const struct liar liar_withholder = {
	.name = "withholder",
	.on_send = on_send,
};
