#include "rpc/server/frames.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/text.h"

#include <wslay/wslay.h>

/* -- What libwslay asks for -------------------------------------------------------- */

static ssize_t give_input(uint8_t *at, size_t size, int flags, void *owner)
{
	struct frames *frames = owner;
	size_t given = frames->input.size < size ? frames->input.size : size;

	(void)flags;
	if (given == 0)
		return -1;
	memcpy(at, frames->input.at, given);
	frames->input = bytes_view(frames->input.at + given, frames->input.size - given);
	return (ssize_t)given;
}

static ssize_t take_output(const uint8_t *at, size_t size, int flags, void *owner)
{
	struct frames *frames = owner;

	(void)flags;
	buffer_append(frames->output, at, size);
	return (ssize_t)size;
}

bool frames_init(struct frames *frames)
{
	static const struct wslay_frame_callbacks CALLBACKS = {
		.send_callback = take_output,
		.recv_callback = give_input,
	};

	*frames = (struct frames){.reason = ""};
	buffer_init(&frames->message, RPC_BODY_MAX);
	return wslay_frame_context_init(&frames->context, &CALLBACKS, frames) == 0;
}

void frames_close(struct frames *frames)
{
	wslay_frame_context_free(frames->context);
	frames->context = NULL;
	buffer_close(&frames->message);
}

bool frames_is_amid(const struct frames *frames)
{
	return frames->is_begun || frames->message.size > 0;
}

/* -- Reading ----------------------------------------------------------------------- */

static enum frames_found wrong(struct frames *frames, enum frames_code code,
                               const char *reason)
{
	frames->code = code;
	frames->reason = reason;
	return FRAMES_WRONG;
}

/* What the head of a frame says. FRAMES_MORE: it may come. */
static enum frames_found check_head(struct frames *frames,
                                    const struct wslay_frame_iocb *frame)
{
	if (frame->rsv != 0)
		return wrong(frames, FRAMES_PROTOCOL_ERROR,
		             "a frame of an extension that was not agreed on");
	if (!frame->mask)
		return wrong(frames, FRAMES_PROTOCOL_ERROR, "a client's frames must be masked");
	switch (frame->opcode) {
	case WSLAY_CONNECTION_CLOSE:
	case WSLAY_PING:
	case WSLAY_PONG:
		frames->control_size = 0; /* libwslay refuses those that are too long */
		return FRAMES_MORE;
	case WSLAY_BINARY_FRAME:
		return wrong(frames, FRAMES_UNSUPPORTED, "only text is understood here");
	case WSLAY_TEXT_FRAME:
		if (frames->is_begun)
			return wrong(frames, FRAMES_PROTOCOL_ERROR,
			             "a message begins before the last one ended");
		break;
	case WSLAY_CONTINUATION_FRAME:
		if (!frames->is_begun)
			return wrong(frames, FRAMES_PROTOCOL_ERROR,
			             "a message goes on that has not begun");
		break;
	default:
		return wrong(frames, FRAMES_PROTOCOL_ERROR, "a frame of an unknown kind");
	}
	if (frame->payload_length > RPC_BODY_MAX - frames->message.size)
		return wrong(frames, FRAMES_TOO_LARGE, "the message is larger than 8 MiB");
	return FRAMES_MORE;
}

static void take_payload(struct frames *frames, const struct wslay_frame_iocb *frame)
{
	frames->left -= frame->data_length;
	if (!wslay_is_ctrl_frame(frame->opcode)) {
		buffer_append(&frames->message, frame->data, frame->data_length);
		return;
	}
	INVARIANT(frame->data_length <= FRAMES_CONTROL_MAX - frames->control_size);
	memcpy(frames->control + frames->control_size, frame->data, frame->data_length);
	frames->control_size += frame->data_length;
}

static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

static enum frames_found end_close(struct frames *frames)
{
	size_t size = frames->control_size;

	frames->code = FRAMES_NO_CODE;
	if (size == 0)
		return FRAMES_CLOSE;
	if (size == 1 || !is_code(get_be16(frames->control)))
		return wrong(frames, FRAMES_PROTOCOL_ERROR, "a close frame without a valid code");
	if (!utf8_is_valid(bytes_view(frames->control + 2, size - 2)))
		return wrong(frames, FRAMES_INVALID, "invalid UTF-8");
	frames->code = get_be16(frames->control);
	return FRAMES_CLOSE;
}

static enum frames_found end_frame(struct frames *frames,
                                   const struct wslay_frame_iocb *frame)
{
	frames->is_in_frame = false;
	switch (frame->opcode) {
	case WSLAY_CONNECTION_CLOSE:
		return end_close(frames);
	case WSLAY_PING:
		return FRAMES_PING;
	case WSLAY_PONG:
		return FRAMES_PONG;
	}
	frames->is_begun = !frame->fin;
	if (frames->is_begun)
		return FRAMES_MORE;
	if (!utf8_is_valid(buffer_view(&frames->message)))
		return wrong(frames, FRAMES_INVALID, "invalid UTF-8");
	return FRAMES_MESSAGE;
}

static enum frames_found take_piece(struct frames *frames,
                                    const struct wslay_frame_iocb *frame)
{
	if (!frames->is_in_frame) {
		enum frames_found found = check_head(frames, frame);

		if (found != FRAMES_MORE)
			return found;
		frames->is_in_frame = true;
		frames->left = frame->payload_length;
	}
	if (frame->data_length > 0)
		take_payload(frames, frame);
	if (frames->message.status != STATUS_OK)
		return wrong(frames, FRAMES_TRY_LATER, "out of memory: try again");
	return frames->left == 0 ? end_frame(frames, frame) : FRAMES_MORE;
}

enum frames_found frames_read(struct frames *frames, struct bytes_view *input)
{
	enum frames_found found = FRAMES_MORE;

	frames->input = *input;
	while (found == FRAMES_MORE) {
		struct wslay_frame_iocb frame = {0};
		ssize_t size = wslay_frame_recv(frames->context, &frame);

		if (size == WSLAY_ERR_WANT_READ)
			break;
		found = size < 0 ? wrong(frames, FRAMES_PROTOCOL_ERROR,
		                         "a frame's size or kind is not as RFC 6455 wants it")
		                 : take_piece(frames, &frame);
	}
	*input = frames->input;
	return found;
}

/* -- Writing ----------------------------------------------------------------------- */

void frames_put(struct frames *frames, struct buffer *out, enum frames_kind kind,
                const struct bytes_view *parts, size_t part_count)
{
	struct wslay_frame_iocb frame = {.fin = 1, .opcode = (uint8_t)kind};
	ssize_t size;

	for (size_t i = 0; i < part_count; i++)
		frame.payload_length += parts[i].size;
	frames->output = out;
	size = wslay_frame_send(frames->context, &frame); /* the head alone */
	INVARIANT(size == 0);
	for (size_t i = 0; i < part_count; i++) {
		if (parts[i].size == 0)
			continue;
		frame.data = parts[i].at;
		frame.data_length = parts[i].size;
		size = wslay_frame_send(frames->context, &frame);
		INVARIANT(size == (ssize_t)parts[i].size);
	}
}

void frames_put_close(struct frames *frames, struct buffer *out, unsigned code,
                      const char *reason)
{
	uint8_t number[2];
	struct bytes_view parts[] = {bytes_view(number, sizeof number), text_view(reason)};

	INVARIANT(parts[1].size <= FRAMES_CONTROL_MAX - sizeof number);
	put_be16(number, (uint16_t)code);
	frames_put(frames, out, FRAMES_KIND_CLOSE, parts, code == FRAMES_NO_CODE ? 0 : 2);
}
