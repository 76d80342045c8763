/* Says again what it said or heard once, also in an earlier epoch, to anybody. Epoch and view
 * are part of what is signed, so an old vote says nothing of a new view; what is known is not
 * counted twice (votes.c), and what is over is not looked at (C1, D2). */
#include "tests/sim/liars/liars.h"

static bool on_send(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	(void)to;
	liar_hears(sim, node, bytes);
	return true;
}

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	(void)from;
	liar_hears(sim, node, bytes);
	return true;
}

static void on_turn(struct sim *sim, uint16_t node)
{
	for (size_t i = 0; i < 3; i++) {
		struct bytes_view bytes = liar_recalls(sim, node);

		if (bytes.size > 0)
			liar_says_bytes(sim, node, liar_other(sim, node), bytes);
	}
}

const struct liar liar_replayer = {
	.name = "replayer",
	.on_send = on_send,
	.on_receive = on_receive,
	.on_turn = on_turn,
};
