/* Cosignatures and questions from a peer: one encoding; and whatever they say, a quorum is that
 * of distinct validators over the checkpoint that our own disk has. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/drive/cosigning.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct cosign_message message;
static struct cosigned reached;

static void check_encoding(struct bytes_view bytes)
{
	struct buffer again;

	buffer_init(&again, COSIGNED_SIZE_MAX + 1);
	if (message.kind == MESSAGE_COSIGN)
		message_put_cosign(&again, &message.cosigned);
	else
		message_put_get_cosign(&again, &message.question);
	INVARIANT(again.status == STATUS_OK && bytes_equal(buffer_view(&again), bytes));
	buffer_close(&again);
}

/* The signers of the message are the set, and one of them is not. */
static void start(struct cosigning *cosigning, const struct cosigned *from)
{
	static const struct hash NOBODYS;
	struct epoch epoch = {.number = from->point.epoch, .self = NOBODY};
	struct cosign_point tip = {.epoch = from->point.epoch, .size = 1};
	size_t count = from->count > 1 ? from->count - 1 : 1;

	epoch.parameters = parameters_default();
	epoch.validators.count = count;
	for (size_t i = 0; i < count; i++)
		epoch.validators.items[i].cosign_key = from->items[i].cosign_key;
	if (cosigning_init(cosigning, &NOBODYS) != STATUS_OK)
		return;
	cosigning_start(cosigning, &epoch, &tip, 0, NULL, 0);
}

static void collect(void)
{
	const struct cosigned *from = &message.cosigned;
	struct cosigning cosigning;
	bool is_seal, is_newest;
	size_t useful = 0;

	start(&cosigning, from);
	if (from->point.size > 1)
		cosigning_on_block(&cosigning, &from->point, 0, false, 0);
	for (size_t i = 0; i < from->count; i++) {
		useful += cosigning_weigh(&cosigning, &from->point, &from->items[i].cosign_key) ==
		          COSIGN_USEFUL;
		cosigning_add(&cosigning, &from->point, &from->items[i]);
		cosigning_add(&cosigning, &from->point, &from->items[i]);
	}
	if (cosigning_take(&cosigning, &reached, &is_seal, &is_newest)) {
		INVARIANT(reached.count >= cosigning.who.quorum);
		INVARIANT(reached.count <= useful);
		INVARIANT(cosign_point_equal(&reached.point, &from->point) ||
		          from->point.size == 1);
	}
	cosigning_close(&cosigning);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (cosign_message_decode(&message, bytes_view(bytes, size)) != STATUS_OK)
		return 0;
	check_encoding(bytes_view(bytes, size));
	if (message.kind == MESSAGE_COSIGN)
		collect();
	return 0;
}
