/* Lies about checkpoints, by every liar beside its own: another root, two of them, somebody
 * else's name, keys of nobody, leaves that are not there yet, what was true of an earlier epoch,
 * and questions without end. What does not verify, or is by who is no validator of the epoch, is
 * not counted; a root counts against the own disk's alone; of each signer eight wait at most. */
#include "tests/sim/liars/liars.h"

enum {
	LIES_MILLIONTHS = 60000, /* of the turns: some three a second */
	FLOOD = 24,              /* three times what is kept of one signer */
	STRANGER = SIM_NODES_MAX - 1, /* number of a key that no node has */
};

static struct cosigned lie; /* being told */

/* The head, as the next epoch's set signs it. */
static struct cosign_point head_of(const struct sim *sim, uint16_t node)
{
	const struct ledger_tip *tip = disk_tip(&sim->nodes[node].disk);

	return (struct cosign_point){
		.epoch = liar_mind(sim, node)->epoch.number,
		.size = tip->frontier.size,
		.root = log_frontier_root(&tip->frontier),
	};
}

/* By one key, well signed. */
static void sign(const struct sim *sim, unsigned number, const struct cosign_point *point)
{
	uint64_t time_s = (SIM_WALL_MS + sim->now_us / 1000) / 1000;
	struct buffer text;

	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(sim->origin), point);
	lie.point = *point;
	lie.count = 1;
	sim_cosign(&lie.items[0], number, time_s, buffer_view(&text));
	buffer_close(&text);
}

static void say(struct sim *sim, uint16_t node, uint16_t to)
{
	struct buffer bytes;

	sim->faults[CHAOS_COSIGN_LIE]++;
	buffer_init(&bytes, COSIGNED_SIZE_MAX + 1);
	message_put_cosign(&bytes, &lie);
	liar_says(sim, node, to, &bytes);
}

static void say_signed(struct sim *sim, uint16_t node, const struct cosign_point *point)
{
	sign(sim, node_key_number(&sim->nodes[node]), point);
	say(sim, node, liar_other(sim, node));
}

/* -- The lies ---------------------------------------------------------------------------------- */

static void tell_another_root(struct sim *sim, uint16_t node)
{
	struct cosign_point point = head_of(sim, node);

	point.root = liar_hash(sim);
	say_signed(sim, node, &point);
	/* And to somebody else, perhaps, the true one, or a third. */
	if (liar_hits(sim, 500000))
		point = head_of(sim, node);
	else
		point.root = liar_hash(sim);
	say_signed(sim, node, &point);
}

static void tell_as_a_stranger(struct sim *sim, uint16_t node)
{
	struct cosign_point point = head_of(sim, node);

	sign(sim, STRANGER, &point);
	say(sim, node, liar_other(sim, node));
}

/* In the name of anybody of the set; a signature that is none. */
static void tell_in_anothers_name(struct sim *sim, uint16_t node)
{
	const struct validator_set *set = &liar_mind(sim, node)->epoch.validators;
	struct cosign_point point = head_of(sim, node);

	if (liar_hits(sim, 500000))
		point.root = liar_hash(sim);
	sign(sim, STRANGER, &point);
	lie.items[0].cosign_key = set->items[lots_below(&sim->lots, set->count)].cosign_key;
	say(sim, node, liar_other(sim, node));
}

/* Blocks that are not there yet, and far more than is kept. */
static void flood(struct sim *sim, uint16_t node)
{
	struct cosign_point point = head_of(sim, node);
	uint16_t to = liar_other(sim, node);

	for (unsigned i = 0; i < FLOOD; i++) {
		point.size += 1 + lots_below(&sim->lots, 4);
		point.root = liar_hash(sim);
		sign(sim, node_key_number(&sim->nodes[node]), &point);
		say(sim, node, to);
	}
}

static void tell_of_another_epoch(struct sim *sim, uint16_t node)
{
	struct cosign_point point = head_of(sim, node);

	point.epoch += lots_below(&sim->lots, 4) - 2; /* or very large */
	say_signed(sim, node, &point);
}

/* A quorum of earlier, kept for the time when it is over. */
static void replay(struct sim *sim, uint16_t node)
{
	const struct disk_note *note = &sim->nodes[node].disk.newest_note;
	struct cosigned *old = &sim->nodes[node].memory.old_quorum;

	if (old->count > 0) {
		lie = *old;
		say(sim, node, liar_other(sim, node));
	}
	if (note->size > 0 && (old->count == 0 || liar_hits(sim, 100000)) &&
	    cosigned_decode(old, bytes_view(note->bytes, note->bytes_size)) != STATUS_OK)
		old->count = 0;
}

/* A quorum in which one signature is spoilt, or all are of other leaves. */
static void spoil(struct sim *sim, uint16_t node)
{
	const struct disk_note *note = &sim->nodes[node].disk.newest_note;

	if (note->size == 0 ||
	    cosigned_decode(&lie, bytes_view(note->bytes, note->bytes_size)) != STATUS_OK)
		return;
	if (liar_hits(sim, 500000))
		lie.point.size += lots_below(&sim->lots, 3);
	else
		lie.items[lots_below(&sim->lots, lie.count)].cosignature[0] ^= 1;
	say(sim, node, liar_other(sim, node));
}

static void ask(struct sim *sim, uint16_t node)
{
	struct cosign_question question = {
		.epoch = head_of(sim, node).epoch - lots_below(&sim->lots, 3),
		.size = lots_below(&sim->lots, head_of(sim, node).size + 2),
	};
	uint16_t to = liar_other(sim, node);

	for (unsigned i = 0; i < FLOOD; i++) {
		struct buffer bytes;

		sim->faults[CHAOS_COSIGN_LIE]++;
		buffer_init(&bytes, COSIGNED_SIZE_MAX);
		message_put_get_cosign(&bytes, &question);
		liar_says(sim, node, to, &bytes);
	}
}

void liar_cosigns(struct sim *sim, uint16_t node)
{
	static void (*const lies[])(struct sim *sim, uint16_t node) = {
		tell_another_root, tell_as_a_stranger,    tell_in_anothers_name, flood,
		replay,            tell_of_another_epoch, spoil,                 ask,
	};

	if (liar_hits(sim, LIES_MILLIONTHS) && sim->node_count > 1)
		lies[lots_below(&sim->lots, sizeof lies / sizeof *lies)](sim, node);
}
