#include "node/p2p/lanes.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

enum {
	SHARE_BYTES = 16 << 10,   /* of weight 1, in a round */
	VOTE_STUCK_MS = 5000,     /* a vote that is older is of no use to anybody */
	STUCK_MS = 30000,         /* nothing left for so long: the connection is dead */
};

/* -- Parcels ---------------------------------------------------------------------------------- */

struct parcel *parcel_new(uint16_t type, struct bytes_view message)
{
	struct parcel *parcel = memory_new(sizeof *parcel + message.size);

	if (!parcel)
		return NULL;
	parcel->user_count = 1;
	parcel->counted = NULL;
	parcel->type = type;
	parcel->size = message.size;
	if (message.size > 0)
		memcpy(parcel->bytes, message.at, message.size);
	return parcel;
}

void parcel_release(struct parcel *parcel)
{
	if (!parcel || --parcel->user_count > 0)
		return;
	usage_total_release(parcel->counted, USAGE_SENDING, parcel->size);
	memory_free(parcel);
}

/* -- Queues ------------------------------------------------------------------------------------- */

void lanes_init(struct lanes *lanes, struct usage *usage)
{
	*lanes = (struct lanes){.usage = usage, .turn = LANE_TX};
}

static bool is_urgent(enum lane lane)
{
	return lane <= LANE_BLOCK;
}

static void drop_first(struct lanes *lanes, struct lane_queue *queue)
{
	struct lane_item *item = queue->first;
	size_t size = item->parcel->size;

	lanes->waiting -= size - queue->sent;
	if (is_urgent((enum lane)(queue - lanes->queues)))
		lanes->urgent -= size;
	usage_release_share(lanes->usage, USAGE_SENDING, size);
	queue->first = item->next;
	queue->sent = 0;
	queue->is_begun = false;
	parcel_release(item->parcel);
	memory_free(item);
}

void lanes_close(struct lanes *lanes)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		while (lanes->queues[i].first)
			drop_first(lanes, &lanes->queues[i]);
}

bool lanes_are_empty(const struct lanes *lanes)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		if (lanes->queues[i].first)
			return false;
	return true;
}

/* Votes and blocks are what the connection is for; who reads slowly loses the rest first. A
 * message larger than the maximum is taken when nothing else waits. */
static bool has_room(const struct lanes *lanes, enum lane lane, size_t size)
{
	size_t spare = lane == LANE_CONTROL ? LANES_CONTROL_SPARE : 0;

	if (lane > LANE_VOTE && !usage_fits_total(lanes->usage, size))
		return false;
	if (is_urgent(lane))
		return lanes->urgent < lanes->usage->bytes_max + spare;
	return lanes->waiting == 0 ||
	       (lanes->waiting < LANES_HARD_MAX && size <= LANES_HARD_MAX - lanes->waiting);
}

enum lanes_answer lanes_put(struct lanes *lanes, struct parcel *parcel, uint64_t now_ms)
{
	const struct type_rule *rule = type_rule_of(parcel->type);
	struct lane_queue *queue;
	struct lane_item *item;

	INVARIANT(rule && parcel->size <= rule->size_max);
	if (!has_room(lanes, rule->lane, parcel->size))
		return LANES_FULL;
	item = memory_new(sizeof *item);
	if (!item)
		return LANES_NO_MEMORY;
	if (lanes_are_empty(lanes))
		lanes->moved_ms = now_ms;
	*item = (struct lane_item){.parcel = parcel, .put_ms = now_ms};
	parcel->user_count++;
	queue = &lanes->queues[rule->lane];
	if (queue->first)
		queue->last->next = item;
	else
		queue->first = item;
	queue->last = item;
	lanes->waiting += parcel->size;
	if (is_urgent(rule->lane))
		lanes->urgent += parcel->size;
	usage_take_share(lanes->usage, USAGE_SENDING, parcel->size);
	if (!parcel->counted) {
		parcel->counted = lanes->usage->total;
		usage_total_take(parcel->counted, USAGE_SENDING, parcel->size);
	}
	return LANES_TAKEN;
}

bool lanes_are_stuck(const struct lanes *lanes, uint64_t now_ms)
{
	const struct lane_item *vote = lanes->queues[LANE_VOTE].first;

	if (lanes_are_empty(lanes))
		return false;
	return (vote && now_ms - vote->put_ms > VOTE_STUCK_MS) ||
	       now_ms - lanes->moved_ms > STUCK_MS;
}

/* -- Whose turn it is ------------------------------------------------------------------------------ */

static bool rest_waits(const struct lanes *lanes)
{
	for (size_t i = LANE_TX; i < LANE_COUNT; i++)
		if (lanes->queues[i].first)
			return true;
	return false;
}

static uint64_t weight_of(enum lane lane)
{
	static const uint64_t weights[LANE_COUNT] = {
		[LANE_TX] = 4, [LANE_SYNC] = 3, [LANE_DISCOVERY] = 1, [LANE_BULK] = 2};

	return weights[lane];
}

/* Deficit round robin (Shreedhar and Varghese 1995) over the lanes that share. */
static struct lane_queue *next_of_rest(struct lanes *lanes)
{
	while (rest_waits(lanes)) {
		struct lane_queue *queue = &lanes->queues[lanes->turn];

		if (queue->first && queue->credit > 0)
			return queue;
		/* An empty lane saves nothing up. */
		queue->credit = 0;
		lanes->turn = lanes->turn + 1 < LANE_COUNT ? lanes->turn + 1 : LANE_TX;
		lanes->queues[lanes->turn].credit = weight_of(lanes->turn) * SHARE_BYTES;
	}
	return NULL;
}

static struct lane_queue *next_queue(struct lanes *lanes, bool rest_first)
{
	struct lane_queue *queue = rest_first ? next_of_rest(lanes) : NULL;

	for (size_t i = 0; !queue && i < LANE_TX; i++)
		if (lanes->queues[i].first)
			queue = &lanes->queues[i];
	return queue ? queue : next_of_rest(lanes);
}

/* -- Frames ------------------------------------------------------------------------------------------ */

static size_t put_head(uint8_t *at, enum lane lane, const struct parcel *parcel,
                       bool is_first, bool is_last)
{
	at[0] = (uint8_t)lane;
	at[1] = (uint8_t)((is_first ? FRAME_FIRST : 0) | (is_last ? FRAME_LAST : 0));
	put_le16(at + 2, parcel->type);
	if (!is_first)
		return FRAME_HEAD_SIZE;
	put_le32(at + FRAME_HEAD_SIZE, (uint32_t)parcel->size);
	return FRAME_FIRST_HEAD_SIZE;
}

static size_t put_frame(struct lanes *lanes, struct lane_queue *queue, uint8_t *at,
                        size_t room)
{
	const struct parcel *parcel = queue->first->parcel;
	size_t head = queue->is_begun ? FRAME_HEAD_SIZE : FRAME_FIRST_HEAD_SIZE;
	size_t left = parcel->size - queue->sent;
	size_t size = left < room - head ? left : room - head;
	enum lane lane = (enum lane)(queue - lanes->queues);

	put_head(at, lane, parcel, !queue->is_begun, size == left);
	if (size > 0)
		memcpy(at + head, parcel->bytes + queue->sent, size);
	queue->is_begun = true;
	queue->sent += size;
	lanes->waiting -= size;
	queue->credit -= size < queue->credit ? size : queue->credit;
	if (size == left)
		drop_first(lanes, queue);
	return head + size;
}

size_t lanes_fill(struct lanes *lanes, uint8_t *body, size_t room, uint64_t now_ms)
{
	bool waits = rest_waits(lanes);
	bool rest_first = waits && lanes->urgent_records + 1 >= RECORDS_PER_REST;
	bool had_rest = false;
	size_t size = 0;

	while (room - size > FRAME_FIRST_HEAD_SIZE) {
		struct lane_queue *queue = next_queue(lanes, rest_first && size == 0);

		if (!queue)
			break;
		had_rest |= queue >= &lanes->queues[LANE_TX];
		size += put_frame(lanes, queue, body + size, room - size);
	}
	lanes->urgent_records = waits && !had_rest ? lanes->urgent_records + 1 : 0;
	if (size > 0)
		lanes->moved_ms = now_ms;
	return size;
}
