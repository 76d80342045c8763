/* Do two nodes have the same chain? */
#include "tests/live/live.h"

#include <string.h>

enum { HEADERS_AT_ONCE = 500, QUESTIONS_MAX = 1 << 20 };

static uint64_t height_of(struct live_connection *connection)
{
	live_call(connection, "chain.get_head", "{}");
	return live_answer_u64(connection, "height");
}

static void ask_headers(struct live_connection *connection, uint64_t first, uint64_t last)
{
	struct buffer body;

	buffer_init(&body, QUESTIONS_MAX);
	for (uint64_t height = first; height <= last; height++)
		buffer_printf(&body,
		              "%s{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"chain.get_block_header\","
		              "\"params\":{\"height\":%llu}}",
		              height > first ? "," : "[", (unsigned long long)height,
		              (unsigned long long)height);
	buffer_append_text(&body, "]");
	if (body.status != STATUS_OK || !live_send(connection, buffer_view(&body)) ||
	    !live_receive(connection, true))
		live_fail("cannot read headers");
	buffer_close(&body);
}

uint64_t live_compare(const struct live_node *a, const struct live_node *b)
{
	struct live_connection connections[2];
	uint64_t top, other;

	live_connect(&connections[0], a);
	live_connect(&connections[1], b);
	top = height_of(&connections[0]);
	other = height_of(&connections[1]);
	if (other < top)
		top = other;
	/* A header has the block's hash, and with it the roots of log and state. */
	for (uint64_t first = 1; first <= top; first += HEADERS_AT_ONCE) {
		uint64_t last = first + HEADERS_AT_ONCE - 1 < top ? first + HEADERS_AT_ONCE - 1 : top;

		for (size_t i = 0; i < 2; i++)
			ask_headers(&connections[i], first, last);
		if (strstr((const char *)connections[0].answer.at, "\"error\":"))
			live_fail("a header that cannot be read: %.400s",
			          (const char *)connections[0].answer.at);
		if (!bytes_equal(buffer_view(&connections[0].answer),
		                 buffer_view(&connections[1].answer)))
			live_fail("the chains of %s and %s differ between heights %llu and %llu",
			          a->folder, b->folder, (unsigned long long)first,
			          (unsigned long long)last);
	}
	for (size_t i = 0; i < 2; i++)
		live_disconnect(&connections[i]);
	return top;
}
