#include "tests/sim/wire/line.h"

#include "chain/base/buffer.h"
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/p2p/session.h"
#include "tests/sim/wire/town.h"

#include <stdlib.h>

_Static_assert((int)LINE_OUTPUT_MAX >= (int)SESSION_OUTPUT_SIZE, "room for what a session writes");

enum { INPUT_MAX = 64 << 20 };

struct line {
	struct session session;
	struct buffer input;
	size_t taken;
	bool is_blamed; /* by its owner */
};

struct line *line_new(unsigned self, const unsigned *remote, uint64_t seed, uint64_t now_ms)
{
	struct line *line = memory_new(sizeof *line);
	struct secret_key ephemeral = town_secret("sim/ephemeral", seed);
	uint8_t lots[SIPHASH_KEY_SIZE] = {0};

	put_le64(lots, seed);
	if (!line || session_init(&line->session, town_self(self),
	                          remote ? town_id(*remote) : NULL, &ephemeral, lots,
	                          now_ms) != STATUS_OK)
		abort();
	buffer_init(&line->input, INPUT_MAX);
	return line;
}

void line_free(struct line *line)
{
	if (!line)
		return;
	session_close(&line->session);
	buffer_close(&line->input);
	memory_free(line);
}

void line_feed(struct line *line, struct bytes_view bytes)
{
	size_t left = line->input.size - line->taken;

	if (line->taken > 0)
		memmove(line->input.at, line->input.at + line->taken, left);
	line->input.size = left;
	line->taken = 0;
	buffer_append_view(&line->input, bytes);
	INVARIANT(line->input.status == STATUS_OK);
}

static void greet(struct line *line, uint64_t now_ms)
{
	struct hello hello = {
		.protocol_least = P2P_VERSION,
		.protocol_most = P2P_VERSION,
		.roles = ROLE_FULL,
		.agent = text_view("sim"),
	};

	session_admit(&line->session, &hello, now_ms);
}

/* As a socket gives it: no more than the session wants to read. */
static enum session_event step(struct line *line, struct assembled *message, uint64_t now_ms)
{
	size_t size = line->input.size - line->taken, most = session_read_max(&line->session);
	struct bytes_view in;
	enum session_event event;

	if (size > most)
		size = most;
	in = bytes_view(line->input.at + line->taken, size);
	event = session_next(&line->session, &in, now_ms, message);
	line->taken += size - in.size;
	return event;
}

enum line_event line_next(struct line *line, uint16_t *type, struct bytes_view *message,
                          uint64_t now_ms)
{
	struct assembled assembled;

	for (;;) {
		size_t taken = line->taken;

		switch (step(line, &assembled, now_ms)) {
		case SESSION_NOTHING:
			if (line->taken == taken)
				return LINE_NOTHING;
			break;
		case SESSION_KNOWN:
			greet(line, now_ms);
			break;
		case SESSION_OPEN:
			return LINE_OPEN;
		case SESSION_MESSAGE:
			*type = assembled.type;
			*message = assembled.bytes;
			return LINE_MESSAGE;
		case SESSION_ENDED:
			return LINE_ENDED;
		}
	}
}

enum line_event line_tick(struct line *line, uint64_t now_ms)
{
	return session_tick(&line->session, now_ms) == SESSION_ENDED ? LINE_ENDED : LINE_NOTHING;
}

void line_send(struct line *line, uint16_t type, struct bytes_view message, uint64_t now_ms)
{
	const struct type_rule *rule = type_rule_of(type);
	struct parcel *parcel;

	/* What no session would send is a liar's. */
	if (!rule || message.size > rule->size_max)
		return;
	parcel = parcel_new(type, message);
	if (!parcel)
		abort();
	(void)session_send(&line->session, parcel, now_ms);
	parcel_release(parcel);
}

size_t line_output(struct line *line, uint8_t *out, uint64_t now_ms)
{
	return session_take_output(&line->session, out, now_ms);
}

void line_set_validator(struct line *line, bool is_validator)
{
	session_set_validator(&line->session, is_validator);
}

void line_probe(struct line *line, uint64_t now_ms)
{
	session_probe(&line->session, now_ms);
}

size_t line_waiting(const struct line *line)
{
	return session_waiting(&line->session);
}

void line_blame(struct line *line, uint64_t now_ms)
{
	line->is_blamed = true;
	session_disconnect(&line->session, DISCONNECT_VIOLATION, SESSION_END_LOCAL, "it lied",
	                   now_ms);
}

void line_close(struct line *line, const char *what, uint64_t now_ms)
{
	session_disconnect(&line->session, DISCONNECT_USELESS, SESSION_END_LOCAL, what, now_ms);
}

const char *line_why(const struct line *line)
{
	return line->session.what ? line->session.what : session_end_text(line->session.end);
}

bool line_blames(const struct line *line)
{
	return line->session.end == SESSION_END_VIOLATION ||
	       line->session.end == SESSION_END_TAG ||
	       line->session.end == SESSION_END_HANDSHAKE ||
	       line->session.end == SESSION_END_VERSION || line->session.end == SESSION_END_FAILED;
}

bool line_is_broken(const struct line *line)
{
	return line->is_blamed || line->session.end == SESSION_END_VIOLATION;
}
