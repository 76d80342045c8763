#include "node/p2p/assembly.h"

#include "chain/base/memory.h"

enum { SKIPPED_MS = 30000 };

void assembly_init(struct assembly *assembly, struct usage *usage, bool is_inbound)
{
	*assembly = (struct assembly){.usage = usage, .is_inbound = is_inbound};
}

static void drop(struct assembly *assembly, struct buffer *bytes)
{
	usage_release(assembly->usage, USAGE_RECEIVING, bytes->capacity);
	buffer_close(bytes);
}

void assembly_close(struct assembly *assembly)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		drop(assembly, &assembly->lanes[i].bytes);
	drop(assembly, &assembly->given);
}

bool assembly_is_late(const struct assembly *assembly, uint64_t now_ms)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		if (assembly->lanes[i].is_open && now_ms >= assembly->lanes[i].due_ms)
			return true;
	return false;
}

/* What a peer never answers stays expected: so much he may still send, and no more. */
void assembly_expect(struct assembly *assembly, uint16_t question)
{
	const struct type_rule *rule = type_rule_of_answer(question);
	uint32_t *expected = rule ? &assembly->expected[type_rule_index(rule)] : NULL;

	if (expected && *expected < UINT32_MAX)
		++*expected;
}

/* -- Heads --------------------------------------------------------------------------------------- */

struct frame {
	uint8_t lane;
	bool is_first;
	bool is_last;
	uint16_t type;
	uint32_t total; /* of a first frame */
};

static const char *read_head(struct frame *frame, struct cursor *in)
{
	uint8_t flags;

	frame->lane = cursor_u8(in);
	flags = cursor_u8(in);
	frame->type = cursor_u16(in);
	frame->is_first = flags & FRAME_FIRST;
	frame->is_last = flags & FRAME_LAST;
	frame->total = frame->is_first ? cursor_u32(in) : 0;
	if (in->status != STATUS_OK)
		return "a frame is cut off";
	if (frame->lane >= LANE_COUNT)
		return "a frame is of no lane";
	if (flags & ~(FRAME_FIRST | FRAME_LAST))
		return "a frame has unknown flags";
	return NULL;
}

/* There is less memory than peers would use: what nobody asked for has to wait. What has begun may
 * go on while there is any. */
static bool is_too_much(const struct assembly *assembly, const struct type_rule *rule,
                        bool has_begun)
{
	const struct usage_total *total = assembly->usage->total;
	enum usage_pressure pressure = total ? usage_pressure(total) : USAGE_EASY;

	if (pressure < USAGE_HIGH || rule->question != 0)
		return false;
	if (pressure == USAGE_FULL && rule->lane >= LANE_BLOCK)
		return true;
	return !has_begun && rule->lane >= LANE_TX && assembly->is_inbound;
}

/* A first frame: is there such a message, may it be here, and so large? */
static const char *begin(struct assembly *assembly, const struct frame *frame,
                         uint64_t now_ms)
{
	struct assembly_lane *lane = &assembly->lanes[frame->lane];
	const struct type_rule *rule = type_rule_of(frame->type);

	if (lane->is_open)
		return "a message begins within another";
	if (!rule && frame->type < TYPE_OPTIONAL)
		return "a message is of no type";
	if (rule && frame->lane != (uint8_t)rule->lane)
		return "a message is on another lane than its type's";
	if (rule && frame->total > rule->size_max)
		return "a message is larger than its type may be";
	if (rule && rule->question != 0) {
		uint32_t *expected = &assembly->expected[type_rule_index(rule)];

		if (*expected == 0)
			return "an answer to no question";
		--*expected;
	}
	lane->is_open = true;
	/* Who was a validator yesterday, or will be tomorrow, may think that he is one. */
	lane->is_skipped = !rule || (rule->is_of_validators && !assembly->takes_votes) ||
	                   is_too_much(assembly, rule, false);
	lane->type = frame->type;
	lane->total = frame->total;
	lane->received = 0;
	lane->due_ms = now_ms + (rule ? rule->assembly_ms : SKIPPED_MS);
	buffer_init(&lane->bytes, frame->total);
	return NULL;
}

static const char *open_frame(struct assembly *assembly, const struct frame *frame,
                              size_t left, uint64_t now_ms)
{
	struct assembly_lane *lane = &assembly->lanes[frame->lane];
	const char *wrong = frame->is_first ? begin(assembly, frame, now_ms) : NULL;
	bool completes;

	if (wrong)
		return wrong;
	if (!lane->is_open)
		return "a message goes on that did not begin";
	if (lane->type != frame->type)
		return "a message goes on as another type";
	completes = left >= lane->total - lane->received;
	if (completes != frame->is_last)
		return frame->is_last ? "a message ends before its size"
		                      : "a message goes on beyond its size";
	if (!completes && left == 0)
		return "a frame is empty";
	return NULL;
}

/* -- Payloads --------------------------------------------------------------------------------------- */

/* The whole message, if this payload is all that was missing. */
static enum assembly_finding take(struct assembly *assembly, struct assembly_lane *lane,
                                  struct bytes_view payload, struct assembled *message)
{
	bool is_whole = lane->received == lane->total;
	size_t before = lane->bytes.capacity;

	if (!lane->is_skipped && is_too_much(assembly, type_rule_of(lane->type), true)) {
		drop(assembly, &lane->bytes);
		lane->is_skipped = true;
	}
	if (lane->is_skipped) {
		lane->is_open = !is_whole;
		assembly->skipped_count += is_whole;
		return ASSEMBLY_MORE;
	}
	/* Most messages are one frame, and need no copy. */
	if (is_whole && payload.size == lane->total) {
		*message = (struct assembled){.type = lane->type, .bytes = payload};
		lane->is_open = false;
		return ASSEMBLY_MESSAGE;
	}
	buffer_append_view(&lane->bytes, payload);
	usage_take(assembly->usage, USAGE_RECEIVING, lane->bytes.capacity - before);
	if (lane->bytes.status != STATUS_OK)
		return ASSEMBLY_NO_MEMORY;
	if (!is_whole)
		return ASSEMBLY_MORE;
	lane->is_open = false;
	assembly->given = lane->bytes;
	buffer_init(&lane->bytes, 0);
	*message = (struct assembled){.type = lane->type, .bytes = buffer_view(&assembly->given)};
	return ASSEMBLY_MESSAGE;
}

enum assembly_finding assembly_next(struct assembly *assembly, struct bytes_view *record,
                                    uint64_t now_ms, struct assembled *message,
                                    const char **what)
{
	enum assembly_finding finding = ASSEMBLY_MORE;

	drop(assembly, &assembly->given);
	while (finding == ASSEMBLY_MORE && record->size > 0) {
		struct cursor in = cursor_on(*record);
		struct assembly_lane *lane;
		struct bytes_view payload;
		struct frame frame;
		size_t missing;

		*what = read_head(&frame, &in);
		if (!*what)
			*what = open_frame(assembly, &frame, in.left, now_ms);
		if (*what)
			return ASSEMBLY_VIOLATION;
		lane = &assembly->lanes[frame.lane];
		missing = lane->total - lane->received;
		payload = bytes_view(in.at, missing < in.left ? missing : in.left);
		*record = bytes_view(in.at + payload.size, in.left - payload.size);
		lane->received += (uint32_t)payload.size;
		finding = take(assembly, lane, payload, message);
	}
	return finding;
}
