/* Server-sent events from a node that may be anybody, whole and in pieces: the same is
 * found, whatever the size of the pieces (the first byte). */
#include "chain/base/invariant.h"
#include "wallet-cli/event_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void keep(struct buffer *told, const struct event_reader *reader,
                 enum event_found found)
{
	INVARIANT(strlen(reader->id) <= CLIENT_EVENT_ID_MAX);
	INVARIANT(strlen(reader->type) <= CLIENT_EVENT_TYPE_MAX);
	buffer_printf(told, "%d|%s|", (int)found, reader->id);
	if (found == EVENT_FOUND_EVENT) {
		buffer_append_text(told, reader->type);
		buffer_append_view(told, buffer_view(&reader->data));
	} else if (found == EVENT_FOUND_COMMENT) {
		buffer_append_view(told, buffer_view(&reader->line));
	}
	buffer_append_text(told, "\n");
}

/* What is found in it, in `told`. */
static void read_pieces(struct buffer *told, struct bytes_view text, size_t piece)
{
	enum event_found found = EVENT_FOUND_NOTHING;
	struct event_reader reader;

	event_reader_init(&reader);
	for (size_t at = 0; at < text.size && found != EVENT_FOUND_BROKEN; at += piece) {
		struct bytes_view rest =
			bytes_view(text.at + at, text.size - at < piece ? text.size - at : piece);

		do {
			size_t before = rest.size;

			found = event_reader_next(&reader, &rest);
			INVARIANT(rest.size <= before);
			if (found != EVENT_FOUND_NOTHING)
				keep(told, &reader, found);
		} while (found != EVENT_FOUND_NOTHING && found != EVENT_FOUND_BROKEN);
		INVARIANT(found == EVENT_FOUND_BROKEN || rest.size == 0);
	}
	event_reader_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes + 1, size > 0 ? size - 1 : 0);
	struct buffer whole, pieces;

	if (text.size == 0)
		return 0;
	buffer_init(&whole, (size_t)1 << 30);
	buffer_init(&pieces, (size_t)1 << 30);
	read_pieces(&whole, text, text.size);
	read_pieces(&pieces, text, 1 + bytes[0] % 64u);
	INVARIANT(whole.status == STATUS_OK && pieces.status == STATUS_OK);
	INVARIANT(bytes_equal(buffer_view(&whole), buffer_view(&pieces)));
	buffer_close(&whole);
	buffer_close(&pieces);
	return 0;
}
