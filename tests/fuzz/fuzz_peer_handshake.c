/* Whatever a stranger sends to a node that was called, in whatever pieces: without the node's
 * key it never gets further than the first act, and not a byte comes back. The first byte says
 * how large the pieces are. */
#include "tests/support/session_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct session_pair pair;
	struct session_side *called = &pair.sides[CALLED];

	if (size < 1)
		return 0;
	pair_prepare(&pair);
	pair_connect(&pair);
	buffer_append(&called->input, bytes + 1, size - 1);
	while (called->input_taken < called->input.size && !called->is_ended)
		pair_feed(&pair, CALLED, bytes[0] % 70 + (size_t)1);
	INVARIANT(!called->is_known);
	INVARIANT(session_take_output(&called->session, pair.output, pair.now_ms) == 0);
	pair_close(&pair);
	return 0;
}
