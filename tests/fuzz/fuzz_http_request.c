/* Requests of HTTP, whole and in pieces: the head must be found at the same place, and
 * chunks must give the same body, whatever the size of the pieces (the first byte). What
 * is let in must have one Host and one length. */
#include "chain/base/invariant.h"
#include "rpc/server/chunks.h"
#include "rpc/server/gate.h"
#include "rpc/server/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What a page of somebody else must not reach through a browser. */
static bool is_guarded(enum gate_route route)
{
	return route == GATE_RPC || route == GATE_EVENTS || route == GATE_WEBSOCKET;
}

static bool is_own(const struct http_head *head)
{
	struct bytes_view origin = head->origin, host = head->host;

	return origin.size > host.size &&
	       bytes_equal(bytes_view(origin.at + origin.size - host.size, host.size), host);
}

static void check_gate(const struct http_head *head)
{
	static const struct gate gate = {.public_reads = true};
	struct gate_verdict verdict = gate_judge(&gate, head, false);

	INVARIANT(head->host.at != NULL);
	INVARIANT(!head->is_chunked || head->content_length == 0);
	INVARIANT(verdict.extra != NULL);
	if (verdict.status != 0) {
		INVARIANT(verdict.reason != NULL && verdict.status >= 400);
		return;
	}
	INVARIANT(!is_guarded(verdict.route) || !head->origin.at || is_own(head));
	INVARIANT(verdict.route != GATE_WEBSOCKET ||
	          (head->wants_upgrade && head->socket_key.size == HTTP_SOCKET_KEY_SIZE));
	INVARIANT(head->content_length <= RPC_BODY_MAX);
}

/* How far a search in pieces comes. */
static enum http_found find_in_pieces(struct bytes_view text, size_t piece, size_t *found)
{
	enum http_found answer = HTTP_FOUND_PART;
	size_t looked = 0;

	for (size_t came = 0; came < text.size && answer == HTTP_FOUND_PART;) {
		came = text.size - came < piece ? text.size : came + piece;
		answer = http_head_find(&looked, found, bytes_view(text.at, came));
	}
	return answer;
}

/* The body in `base`; returns how much of the text was read. */
static size_t decode_in_pieces(struct chunks *chunks, uint8_t *base,
                               struct bytes_view text, size_t piece)
{
	size_t came = 0;

	*chunks = (struct chunks){0};
	while (came < text.size && chunks->state != CHUNKS_DONE &&
	       chunks->state != CHUNKS_WRONG) {
		size_t step = text.size - came < piece ? text.size - came : piece;
		size_t from = chunks->size;

		memcpy(base + from, text.at + came, step);
		came += chunks_decode(chunks, base, from, from + step) - from;
	}
	return came;
}

static void check_chunks(struct bytes_view text, size_t piece)
{
	uint8_t *whole = malloc(text.size + 1);
	uint8_t *pieces = malloc(text.size + piece + 1);
	struct chunks a, b;
	size_t read_a, read_b;

	INVARIANT(whole && pieces);
	read_a = decode_in_pieces(&a, whole, text, text.size);
	read_b = decode_in_pieces(&b, pieces, text, piece);
	INVARIANT(read_a == read_b && a.state == b.state && a.size == b.size);
	INVARIANT(a.size <= text.size && memcmp(whole, pieces, a.size) == 0);
	free(whole);
	free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes + 1, size > 0 ? size - 1 : 0);
	size_t looked = 0, found = 0, found_in_pieces = 0;
	struct http_head head;
	const char *reason;
	enum http_found answer;

	if (text.size == 0)
		return 0;
	answer = http_head_find(&looked, &found, text);
	INVARIANT(find_in_pieces(text, 1 + bytes[0] % 64u, &found_in_pieces) == answer);
	if (answer != HTTP_FOUND_ALL)
		return 0;
	INVARIANT(found == found_in_pieces && found <= text.size);
	if (!http_head_read(&head, bytes_view(text.at, found), &reason)) {
		INVARIANT(reason != NULL);
		return 0;
	}
	check_gate(&head);
	text = bytes_view(text.at + found, text.size - found);
	if (head.is_chunked && text.size > 0)
		check_chunks(text, 1 + bytes[0] % 64u);
	return 0;
}
