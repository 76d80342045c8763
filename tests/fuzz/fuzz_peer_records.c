/* Records of a peer that finished the handshake and is honest in nothing else: the input is the
 * bodies of its records, each behind its u16 size, sealed here with the peer's own key. The
 * session hands out messages of the table or ends; what it holds stays below what came. */
#include "node/p2p/session_inner.h"
#include "tests/support/session_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_held(const struct session *session, size_t came)
{
	size_t held = 0;

	if (!session->transport)
		return;
	for (size_t i = 0; i < LANE_COUNT; i++)
		held += session->transport->assembly.lanes[i].bytes.capacity;
	INVARIANT(held <= 2 * came + LANE_COUNT * 256);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct session_pair pair;
	struct session_side *called = &pair.sides[CALLED];
	struct cursor in = cursor_on(bytes_view(bytes, size));
	uint8_t record[RECORD_SIZE_MAX];
	size_t came = 0;

	pair_prepare(&pair);
	pair_connect(&pair);
	pair_run(&pair);
	INVARIANT(called->is_open);
	/* Two answers of each kind are awaited. */
	for (int i = 0; i < 2; i++) {
		assembly_expect(&called->session.transport->assembly,
		                type_of_consensus(MESSAGE_GET_BODIES));
		assembly_expect(&called->session.transport->assembly,
		                type_of_consensus(MESSAGE_GET_BLOCK));
	}
	while (in.left > 0 && called->session.state == SESSION_ACTIVE) {
		struct bytes_view body = cursor_bytes16(&in, RECORD_BODY_MAX);

		if (in.status != STATUS_OK)
			break;
		came += body.size;
		pair.now_ms += 10;
		INVARIANT(record_seal(&pair.sides[CALLER].session.transport->send, pair.sealer,
		                      record, body) == STATUS_OK);
		buffer_append(&called->input, record, body.size + RECORD_OVERHEAD);
		pair_feed(&pair, CALLED, SIZE_MAX);
		check_held(&called->session, came);
		INVARIANT(session_tick(&called->session, pair.now_ms) == SESSION_NOTHING ||
		          called->session.state == SESSION_CLOSED);
	}
	pair_close(&pair);
	return 0;
}
