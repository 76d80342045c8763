/* The framing of WebSocket (RFC 6455 section 5) on the server's side: bytes in, messages
 * out. Heads and masks of frames are libwslay's; how frames make messages, and what a client
 * may not send, stands here. No socket and no clock in sight.
 *
 * Not libwslay's own machine of messages: it keeps up to 2 GiB of them where no budget sees
 * it, and answers pings without end to who does not read. */
#ifndef RPC_SERVER_FRAMES_H
#define RPC_SERVER_FRAMES_H

#include "chain/base/buffer.h"

#include <stdbool.h>

struct wslay_frame_context;

/* Codes of closing that are sent here (section 7.4.1; 1013 is IANA's). */
enum frames_code {
	FRAMES_NORMAL = 1000,
	FRAMES_GOING_AWAY = 1001,
	FRAMES_PROTOCOL_ERROR = 1002,
	FRAMES_UNSUPPORTED = 1003,
	FRAMES_NO_CODE = 1005, /* never sent: the peer's frame has none */
	FRAMES_INVALID = 1007,
	FRAMES_POLICY = 1008,
	FRAMES_TOO_LARGE = 1009,
	FRAMES_INTERNAL = 1011,
	FRAMES_TRY_LATER = 1013,
};

enum frames_found {
	FRAMES_MORE,    /* all was taken in; more must come */
	FRAMES_MESSAGE, /* frames->message, to be taken or cleared before the next is read */
	FRAMES_PING,    /* frames->control is to be sent back */
	FRAMES_PONG,
	FRAMES_CLOSE,   /* the peer ends it: frames->code */
	FRAMES_WRONG,   /* it is to be closed with frames->code and frames->reason */
};

enum frames_kind {
	FRAMES_KIND_TEXT = 1,
	FRAMES_KIND_CLOSE = 8,
	FRAMES_KIND_PING = 9,
	FRAMES_KIND_PONG = 10,
};

enum { FRAMES_CONTROL_MAX = 125 };

struct frames {
	struct wslay_frame_context *context;
	struct bytes_view input; /* what is being read */
	struct buffer *output;   /* what is being written to */
	struct buffer message;   /* of the text that is coming, at most RPC_BODY_MAX */
	bool is_begun;     /* a text is coming, in several frames */
	bool is_in_frame;  /* its head was seen, not its end */
	uint64_t left;     /* bytes of that frame still to come */
	uint8_t control[FRAMES_CONTROL_MAX];
	size_t control_size;
	unsigned code;
	const char *reason; /* a static text */
};

/* False: memory is out, and there is nothing to close. */
MUST_CHECK bool frames_init(struct frames *frames);
void frames_close(struct frames *frames);

/* Goes on until something is whole; *input becomes what was not taken in. Some of what was
 * may lie ready inside, so it is to be asked again until it gives FRAMES_MORE. */
enum frames_found frames_read(struct frames *frames, struct bytes_view *input);

/* A message is coming and not whole. */
bool frames_is_amid(const struct frames *frames);

/* Appends one frame of these parts, not masked. Ask out->status. */
void frames_put(struct frames *frames, struct buffer *out, enum frames_kind kind,
                const struct bytes_view *parts, size_t part_count);
void frames_put_close(struct frames *frames, struct buffer *out, unsigned code,
                      const char *reason);

#endif
