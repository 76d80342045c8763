/* Sends what is no message: lots, messages that end early, and such with a byte changed. A
 * decoder takes the one form of a message and nothing else, and looks at each length before
 * it believes it; a changed byte is another hash, or another signature. */
#include "tests/sim/liars/liars.h"

#include <stdlib.h>

static bool on_receive(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	(void)from;
	liar_hears(sim, node, bytes);
	return true;
}

static void say_lots(struct sim *sim, uint16_t node)
{
	uint8_t bytes[300];
	size_t size = 1 + (size_t)lots_below(&sim->lots, sizeof bytes);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)lots_u32(&sim->lots);
	bytes[0] = (uint8_t)lots_below(&sim->lots, MESSAGE_BLOCK_TXS + 2);
	liar_says_bytes(sim, node, liar_other(sim, node), bytes_view(bytes, size));
}

static void say_changed(struct sim *sim, uint16_t node)
{
	struct bytes_view heard = liar_recalls(sim, node);
	uint8_t *bytes = malloc(heard.size + 1);
	size_t size = heard.size;

	if (!bytes)
		abort();
	memcpy(bytes, heard.at, size);
	if (liar_hits(sim, 500000))
		size = (size_t)lots_below(&sim->lots, size);
	else
		bytes[lots_below(&sim->lots, size)] ^=
			(uint8_t)(1 << lots_below(&sim->lots, 8));
	if (size > 0)
		liar_says_bytes(sim, node, liar_other(sim, node), bytes_view(bytes, size));
	free(bytes);
}

static void on_turn(struct sim *sim, uint16_t node)
{
	say_lots(sim, node);
	if (sim->nodes[node].memory.heard_count > 0)
		say_changed(sim, node);
}

const struct liar liar_garbage_sender = {
	.name = "garbage sender",
	.on_receive = on_receive,
	.on_turn = on_turn,
};
