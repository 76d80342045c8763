/* What a client of WebSocket sends, whole and in pieces (the first byte says how large):
 * the same messages, pings and ends must come out of both, and none may be larger than it
 * may. */
#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "chain/crypto/hash.h"
#include "rpc/server/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FOUND_MAX = 1000 };

static struct hasher told;

static void tell(const void *bytes, size_t size)
{
	hasher_update(&told, &size, sizeof size);
	hasher_update(&told, bytes, size);
}

/* Goes into the sum: what was found. False: nothing may follow. */
static bool note(struct frames *frames, enum frames_found found)
{
	tell(&found, sizeof found);
	switch (found) {
	case FRAMES_MORE:
		break;
	case FRAMES_MESSAGE:
		INVARIANT(frames->message.size <= RPC_BODY_MAX && !frames->is_begun);
		INVARIANT(utf8_is_valid(buffer_view(&frames->message)));
		tell(frames->message.at, frames->message.size);
		buffer_clear(&frames->message);
		break;
	case FRAMES_PING:
	case FRAMES_PONG:
		INVARIANT(frames->control_size <= FRAMES_CONTROL_MAX);
		tell(frames->control, frames->control_size);
		break;
	case FRAMES_CLOSE:
	case FRAMES_WRONG:
		INVARIANT(frames->code >= 1000 && frames->code <= 4999 && frames->reason);
		tell(&frames->code, sizeof frames->code);
		return false;
	}
	return true;
}

static struct hash read_all(struct bytes_view text, size_t piece)
{
	bool goes_on = true;
	struct frames frames;
	bool is_made = frames_init(&frames);

	INVARIANT(is_made);
	hasher_start(&told);
	while (goes_on && text.size > 0) {
		struct bytes_view input =
			bytes_view(text.at, text.size < piece ? text.size : piece);
		enum frames_found found;

		text = bytes_view(text.at + input.size, text.size - input.size);
		while (goes_on && (found = frames_read(&frames, &input)) != FRAMES_MORE)
			goes_on = note(&frames, found);
		INVARIANT(!goes_on || input.size == 0);
	}
	frames_close(&frames);
	return hasher_finish(&told);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes + 1, size > 0 ? size - 1 : 0);
	struct hash whole, pieces;

	if (text.size == 0)
		return 0;
	whole = read_all(text, SIZE_MAX);
	pieces = read_all(text, 1 + bytes[0] % 64u);
	INVARIANT(hash_equal(&whole, &pieces));
	return 0;
}
