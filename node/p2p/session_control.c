/* What sessions say about themselves: hello, ping and pong, goodbye; and what time does. */
#include "node/p2p/session_inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

enum {
	PING_MS = 15000,       /* of silence, and up to PING_JITTER_MS more or less */
	PING_JITTER_MS = 5000,
	MEASURE_MS = 120000,   /* between two pings at most: where much comes, there is no silence */
	MEASURE_FIRST_MS = 4000, /* after hello, 1 to so many */
	PONG_MS = 20000,
	PONG_PAUSE_MS = 2000,  /* pings that come faster are not answered */
	PONG_STRAYS_MAX = 10,
	PING_SIZE = 8,
};

const char *session_end_text(enum session_end end)
{
	static const char *const texts[] = {
		[SESSION_LIVES] = "it lives",
		[SESSION_END_LOCAL] = "ended here",
		[SESSION_END_HANDSHAKE] = "the handshake failed",
		[SESSION_END_TAG] = "a record was wrong",
		[SESSION_END_VIOLATION] = "it broke the protocol",
		[SESSION_END_TIMEOUT] = "it did not answer in time",
		[SESSION_END_SLOW] = "it reads too slowly",
		[SESSION_END_VERSION] = "no common protocol version",
		[SESSION_END_PEER] = "it said goodbye",
		[SESSION_END_FAILED] = "this node could not go on",
	};

	return texts[end];
}

bool session_put(struct session *session, enum message_type type, struct bytes_view bytes,
                 uint64_t now_ms)
{
	struct parcel *parcel = parcel_new((uint16_t)type, bytes);
	bool taken = parcel && lanes_put(&session->transport->lanes, parcel, now_ms) ==
	                           LANES_TAKEN;

	parcel_release(parcel);
	return taken;
}

/* -- Hello ------------------------------------------------------------------------------------ */

void session_admit(struct session *session, const struct hello *hello, uint64_t now_ms)
{
	struct buffer bytes;

	INVARIANT(session->state == SESSION_ADMIT);
	buffer_init(&bytes, HELLO_SIZE_MAX);
	hello_put(&bytes, hello);
	session->state = SESSION_HELLO;
	if (bytes.status != STATUS_OK ||
	    !session_put(session, TYPE_HELLO, buffer_view(&bytes), now_ms))
		session_close_for(session, SESSION_END_FAILED, "no hello could be written");
	buffer_close(&bytes);
}

static void keep_remote(struct session *session, const struct hello *hello)
{
	struct session_remote *remote = &session->remote;

	remote->roles = hello->roles;
	remote->height = hello->height;
	remote->lowest_height = hello->lowest_height;
	remote->time_ms = hello->time_ms;
	remote->has_vote_key = hello->has_binding;
	remote->vote_key = hello->binding.vote_key;
	remote->last_height = hello->binding.last_height;
	for (size_t i = 0; i < hello->feature_count; i++)
		remote->takes_known |= hello->features[i].id == FEATURE_KNOWN;
	if (hello->agent.size > 0)
		memcpy(remote->agent, hello->agent.at, hello->agent.size);
}

void session_on_hello(struct session *session, struct bytes_view bytes, uint64_t now_ms)
{
	struct hello hello;

	if (hello_decode(&hello, bytes) != STATUS_OK) {
		session_violate(session, "a hello that cannot be read", now_ms);
		return;
	}
	if (!hello_agree(&session->remote.version, &hello)) {
		session_disconnect(session, DISCONNECT_BAD_VERSION, SESSION_END_VERSION,
		                   "it speaks another version of the protocol", now_ms);
		return;
	}
	if (hello.has_binding && !binding_is_valid(&hello.binding, &session->self->genesis,
	                                           &session->remote_id)) {
		session_violate(session, "a vote key that did not sign for it", now_ms);
		return;
	}
	keep_remote(session, &hello);
	session_set_validator(session, false);
	session->state = SESSION_ACTIVE;
	session->deadline_ms = UINT64_MAX;
	session->measure_due_ms =
		now_ms + 1000 + lots_below(&session->lots, MEASURE_FIRST_MS - 1000);
	session_heard(session, now_ms);
}

void session_on_disconnect(struct session *session, struct bytes_view bytes,
                           uint64_t now_ms)
{
	if (bytes.size == 0) {
		session_violate(session, "a goodbye without a reason", now_ms);
		return;
	}
	session->disconnect_code = bytes.at[0];
	session_close_for(session, SESSION_END_PEER, "it said goodbye");
}

/* -- Ping and pong -------------------------------------------------------------------------------- */

void session_heard(struct session *session, uint64_t now_ms)
{
	session->heard_ms = now_ms;
	session->ping_due_ms = now_ms + PING_MS - PING_JITTER_MS +
	                       lots_below(&session->lots, 2 * PING_JITTER_MS);
}

static void send_ping(struct session *session, uint64_t now_ms)
{
	uint8_t bytes[PING_SIZE];

	session->ping_nonce = lots_next(&session->lots);
	session->ping_ms = now_ms;
	session->pong_due_ms = now_ms + PONG_MS;
	session->measure_due_ms = now_ms + MEASURE_MS;
	put_le64(bytes, session->ping_nonce);
	if (!session_put(session, TYPE_PING, bytes_view(bytes, sizeof bytes), now_ms))
		session_close_for(session, SESSION_END_FAILED, "no ping could be written");
}

void session_probe(struct session *session, uint64_t now_ms)
{
	if (session->state != SESSION_ACTIVE)
		return;
	/* It would leave a second ping unanswered. */
	if (session->pong_due_ms == 0 && session->answered_ms > 0 &&
	    now_ms - session->answered_ms < SESSION_PROBE_MS)
		return;
	if (session->pong_due_ms == 0)
		send_ping(session, now_ms);
	if (session->pong_due_ms > now_ms + SESSION_PROBE_MS)
		session->pong_due_ms = now_ms + SESSION_PROBE_MS;
}

void session_on_ping(struct session *session, struct bytes_view bytes, uint64_t now_ms)
{
	if (bytes.size != PING_SIZE) {
		session_violate(session, "a ping of another size", now_ms);
		return;
	}
	if (session->ponged_ms > 0 && now_ms - session->ponged_ms < PONG_PAUSE_MS)
		return;
	session->ponged_ms = now_ms;
	if (!session_put(session, TYPE_PONG, bytes, now_ms))
		session_close_for(session, SESSION_END_FAILED, "no pong could be written");
}

void session_on_pong(struct session *session, struct bytes_view bytes, uint64_t now_ms)
{
	uint64_t took_ms = now_ms - session->ping_ms;

	if (bytes.size == PING_SIZE && session->pong_due_ms > 0 &&
	    get_le64(bytes.at) == session->ping_nonce) {
		session->pong_due_ms = 0;
		session->answered_ms = now_ms;
		if (took_ms < session->round_trip_ms)
			session->round_trip_ms = took_ms;
		return;
	}
	if (++session->pong_strays > PONG_STRAYS_MAX)
		session_violate(session, "pongs that nobody asked for", now_ms);
}

/* -- Time -------------------------------------------------------------------------------------------- */

static void tick_active(struct session *session, uint64_t now_ms)
{
	const struct session_transport *transport = session->transport;

	if (assembly_is_late(&transport->assembly, now_ms))
		session_disconnect(session, DISCONNECT_IDLE, SESSION_END_TIMEOUT,
		                   "a message did not come to its end", now_ms);
	else if (session->pong_due_ms > 0 && now_ms >= session->pong_due_ms)
		session_close_for(session, SESSION_END_TIMEOUT, "a ping was not answered");
	else if (lanes_are_stuck(&transport->lanes, now_ms))
		session_close_for(session, SESSION_END_SLOW, "what waits for it does not leave");
	else if (session->pong_due_ms == 0 &&
	         (now_ms >= session->ping_due_ms || now_ms >= session->measure_due_ms))
		send_ping(session, now_ms);
}

enum session_event session_tick(struct session *session, uint64_t now_ms)
{
	if (session->state == SESSION_ACTIVE)
		tick_active(session, now_ms);
	else if (session->state != SESSION_CLOSED && now_ms >= session->deadline_ms)
		session_close_for(session, SESSION_END_TIMEOUT,
		                  session->state == SESSION_HELLO ? "no hello came in time"
		                                                  : "the handshake took too long");
	return session->state == SESSION_CLOSED ? SESSION_ENDED : SESSION_NOTHING;
}
