#include "node/p2p/session_inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

/* -- Beginning and end ------------------------------------------------------------------------- */

static size_t put_prologue(uint8_t prologue[SESSION_PROLOGUE_SIZE],
                           const struct session_self *self)
{
	static const char name[] = "cairn/p2p/v1";
	struct writer out = writer_on(prologue, SESSION_PROLOGUE_SIZE);

	writer_bytes(&out, name, sizeof name - 1);
	writer_hash(&out, &self->genesis);
	writer_hash(&out, &self->network_secret);
	INVARIANT(out.left == 0);
	return SESSION_PROLOGUE_SIZE;
}

static enum status begin_noise(struct session *session, const struct node_id *remote,
                               const struct secret_key *ephemeral)
{
	const struct session_self *self = session->self;
	uint8_t bytes[SESSION_PROLOGUE_SIZE];
	struct bytes_view prologue = bytes_view(bytes, put_prologue(bytes, self));
	enum status status;

	if (!remote)
		return noise_init_responder(session->noise, &self->tools, prologue,
		                            &self->node_key, ephemeral);
	status = noise_init_initiator(session->noise, &self->tools, prologue, &self->node_key,
	                              ephemeral, remote);
	if (status == STATUS_OK)
		status = noise_write_act_1(session->noise, &self->tools, session->out);
	session->out_size = NOISE_ACT_1_SIZE;
	return status;
}

enum status session_init(struct session *session, const struct session_self *self,
                         const struct node_id *remote, const struct secret_key *ephemeral,
                         const uint8_t seed[SIPHASH_KEY_SIZE], uint64_t now_ms)
{
	const struct type_rule *rule;
	enum status status;

	*session = (struct session){
		.self = self,
		.state = remote ? SESSION_ACT_2 : SESSION_ACT_1,
		.is_initiator = remote != NULL,
		.deadline_ms = now_ms + SESSION_HANDSHAKE_MS,
		.heard_ms = now_ms,
		.round_trip_ms = UINT64_MAX,
	};
	usage_init(&session->usage, self->usage, USAGE_FOLLOWER_MAX);
	lots_init(&session->lots, seed);
	for (size_t i = 0; (rule = type_rule_at(i)) != NULL; i++) {
		struct bucket_rate rate = type_rule_rate(rule);

		bucket_init(&session->rates[i], &rate, now_ms);
	}
	if (remote)
		session->remote_id = *remote;
	session->noise = memory_new(sizeof *session->noise);
	if (!session->noise)
		return STATUS_MEMORY;
	status = begin_noise(session, remote, ephemeral);
	if (status != STATUS_OK)
		session_close(session);
	return status;
}

static void free_noise(struct session *session)
{
	if (session->noise)
		noise_wipe(session->noise);
	memory_free(session->noise);
	session->noise = NULL;
}

static void free_transport(struct session *session)
{
	struct session_transport *transport = session->transport;

	if (!transport)
		return;
	lanes_close(&transport->lanes);
	assembly_close(&transport->assembly);
	memory_wipe(transport, sizeof *transport);
	memory_free(transport);
	session->transport = NULL;
	/* All that was taken is back. */
	INVARIANT(session->usage.purposes[USAGE_RECEIVING] == 0);
	INVARIANT(session->usage.purposes[USAGE_SENDING] == 0);
}

void session_close(struct session *session)
{
	free_noise(session);
	free_transport(session);
	session->state = SESSION_CLOSED;
	session->out_size = 0;
}

void session_close_for(struct session *session, enum session_end end, const char *what)
{
	if (session->state == SESSION_CLOSED)
		return;
	if (session->end == SESSION_LIVES) {
		session->end = end;
		session->what = what;
	}
	session_close(session);
}

void session_disconnect(struct session *session, enum disconnect_code code,
                        enum session_end end, const char *what, uint64_t now_ms)
{
	uint8_t byte = (uint8_t)code;
	struct session_transport *transport = session->transport;

	if (session->state < SESSION_ADMIT || session->state >= SESSION_DRAIN) {
		session_close_for(session, end, what);
		return;
	}
	session->end = end;
	session->what = what;
	session->state = SESSION_DRAIN;
	session->deadline_ms = now_ms + SESSION_DRAIN_MS;
	lanes_close(&transport->lanes);
	lanes_init(&transport->lanes, &session->usage);
	if (!session_put(session, TYPE_DISCONNECT, bytes_view(&byte, 1), now_ms))
		session_close_for(session, end, what);
}

void session_violate(struct session *session, const char *what, uint64_t now_ms)
{
	session_disconnect(session, DISCONNECT_VIOLATION, SESSION_END_VIOLATION, what, now_ms);
}

/* -- Handshake ------------------------------------------------------------------------------------ */

static size_t act_size_of(enum session_state state)
{
	return state == SESSION_ACT_3 ? NOISE_ACT_3_SIZE : NOISE_ACT_1_SIZE;
}

size_t session_read_max(const struct session *session)
{
	if (session->state <= SESSION_ACT_3)
		return act_size_of(session->state) - session->act_size;
	return session->state == SESSION_ADMIT ? 0 : SIZE_MAX;
}

/* False: the act is not whole yet. */
static bool collect_act(struct session *session, struct bytes_view *in)
{
	size_t want = act_size_of(session->state);
	size_t size = want - session->act_size;

	if (size > in->size)
		size = in->size;
	if (size > 0)
		memcpy(session->act + session->act_size, in->at, size);
	session->act_size += size;
	*in = bytes_view(in->size > size ? in->at + size : NULL, in->size - size);
	if (session->act_size < want)
		return false;
	session->act_size = 0;
	return true;
}

/* The handshake is done: its secrets go, the session's come. */
static void begin_transport(struct session *session, struct noise_keys *keys,
                            uint64_t now_ms)
{
	struct session_transport *transport = memory_new(sizeof *transport);

	session->remote_id = session->noise->remote_id;
	free_noise(session);
	session->transport = transport;
	if (!transport) {
		session_close_for(session, SESSION_END_FAILED, "out of memory");
		return;
	}
	transport->send = record_key_to_send(keys);
	transport->reader.key = record_key_to_receive(keys);
	lanes_init(&transport->lanes, &session->usage);
	assembly_init(&transport->assembly, &session->usage, !session->is_initiator);
	/* Before hello nothing is passed over. */
	transport->assembly.takes_votes = true;
	session->state = SESSION_ADMIT;
	session->deadline_ms = now_ms + SESSION_HANDSHAKE_MS;
	session->heard_ms = now_ms;
}

static enum status on_act_1(struct session *session, enum noise_finding *finding)
{
	const struct noise_tools *tools = &session->self->tools;
	enum status status = noise_read_act_1(session->noise, tools, session->act, finding);

	if (status != STATUS_OK || *finding != NOISE_GOOD)
		return status;
	session->state = SESSION_ACT_3;
	session->out_size = NOISE_ACT_2_SIZE;
	return noise_write_act_2(session->noise, tools, session->out);
}

static enum status on_act_2(struct session *session, enum noise_finding *finding,
                            uint64_t now_ms)
{
	const struct noise_tools *tools = &session->self->tools;
	enum status status = noise_read_act_2(session->noise, tools, session->act, finding);
	struct noise_keys keys = {0};

	if (status == STATUS_OK && *finding == NOISE_GOOD) {
		session->out_size = NOISE_ACT_3_SIZE;
		status = noise_write_act_3(session->noise, tools, session->out, &keys);
		if (status == STATUS_OK)
			begin_transport(session, &keys, now_ms);
	}
	memory_wipe(&keys, sizeof keys);
	return status;
}

static enum status on_act_3(struct session *session, enum noise_finding *finding,
                            uint64_t now_ms)
{
	struct noise_keys keys = {0};
	enum status status = noise_read_act_3(session->noise, &session->self->tools,
	                                      session->act, finding, &keys);

	if (status == STATUS_OK && *finding == NOISE_GOOD)
		begin_transport(session, &keys, now_ms);
	memory_wipe(&keys, sizeof keys);
	return status;
}

static void on_act(struct session *session, uint64_t now_ms)
{
	static const char *const texts[] = {
		[NOISE_GOOD] = NULL,
		[NOISE_BAD_VERSION] = "an act of another handshake version",
		[NOISE_BAD_KEY] = "an act without a point",
		[NOISE_BAD_TAG] = "an act for another key or network",
	};
	enum noise_finding finding = NOISE_GOOD;
	enum status status;

	if (session->state == SESSION_ACT_1)
		status = on_act_1(session, &finding);
	else if (session->state == SESSION_ACT_2)
		status = on_act_2(session, &finding, now_ms);
	else
		status = on_act_3(session, &finding, now_ms);
	if (status != STATUS_OK)
		session_close_for(session, SESSION_END_FAILED, status_text(status));
	else if (finding != NOISE_GOOD)
		session_close_for(session, SESSION_END_HANDSHAKE, texts[finding]);
}

/* -- Messages in -------------------------------------------------------------------------------------- */

/* The next record into transport->record; false: it is not here, or the session has ended. */
static bool next_record(struct session *session, struct bytes_view *in, uint64_t now_ms)
{
	struct session_transport *transport = session->transport;
	enum record_finding finding;
	enum status status = record_next(&transport->reader, session->self->tools.sealer, in,
	                                 &transport->record, &finding);

	if (status != STATUS_OK) {
		session_close_for(session, SESSION_END_FAILED, status_text(status));
		return false;
	}
	switch (finding) {
	case RECORD_MORE:
		return false;
	case RECORD_BAD_TAG:
		session_close_for(session, SESSION_END_TAG, "a record that was changed on the way");
		return false;
	case RECORD_TOO_LARGE:
		session_close_for(session, SESSION_END_TAG, "a record larger than its maximum");
		return false;
	case RECORD_WHOLE:
		break;
	}
	if (transport->record.size == 0) {
		session_violate(session, "an empty record", now_ms);
		return false;
	}
	session_heard(session, now_ms);
	return true;
}

/* A message while ACTIVE. */
static enum session_event on_active(struct session *session,
                                    const struct assembled *message, uint64_t now_ms)
{
	switch (message->type) {
	case TYPE_PING:
		session_on_ping(session, message->bytes, now_ms);
		return SESSION_NOTHING;
	case TYPE_PONG:
		session_on_pong(session, message->bytes, now_ms);
		return SESSION_NOTHING;
	case TYPE_DISCONNECT:
		session_on_disconnect(session, message->bytes, now_ms);
		return SESSION_NOTHING;
	case TYPE_HELLO:
		session_violate(session, "a second hello", now_ms);
		return SESSION_NOTHING;
	}
	if (type_is_of_consensus(message->type) &&
	    (message->bytes.size == 0 ||
	     message->bytes.at[0] != (uint8_t)(message->type - TYPE_CONSENSUS))) {
		session_violate(session, "a message of another kind than its type", now_ms);
		return SESSION_NOTHING;
	}
	return SESSION_MESSAGE;
}

/* Has the peer sent no more of these than it may? */
static bool is_within_rate(struct session *session, uint16_t type, uint64_t now_ms)
{
	const struct type_rule *rule = type_rule_of(type);
	struct bucket_rate rate = type_rule_rate(rule);

	return bucket_take(&session->rates[type_rule_index(rule)], &rate, now_ms, 1);
}

static enum session_event on_message(struct session *session,
                                     const struct assembled *message, uint64_t now_ms)
{
	session->messages_in++;
	if (!is_within_rate(session, message->type, now_ms)) {
		session->flooded_count++;
		return SESSION_NOTHING;
	}
	if (session->state == SESSION_ACTIVE)
		return on_active(session, message, now_ms);
	if (message->type == TYPE_DISCONNECT)
		session_on_disconnect(session, message->bytes, now_ms);
	else if (message->type != TYPE_HELLO)
		session_violate(session, "a message before hello", now_ms);
	else
		session_on_hello(session, message->bytes, now_ms);
	return session->state == SESSION_ACTIVE ? SESSION_OPEN : SESSION_NOTHING;
}

static bool is_listening(const struct session *session)
{
	return session->state == SESSION_HELLO || session->state == SESSION_ACTIVE;
}

static enum session_event next_message(struct session *session, struct bytes_view *in,
                                       uint64_t now_ms, struct assembled *message)
{
	enum session_event event = SESSION_NOTHING;

	while (event == SESSION_NOTHING && is_listening(session)) {
		struct session_transport *transport = session->transport;
		const char *what = NULL;

		if (transport->record.size == 0 && !next_record(session, in, now_ms))
			break;
		switch (assembly_next(&transport->assembly, &transport->record, now_ms, message,
		                      &what)) {
		case ASSEMBLY_MORE:
			break;
		case ASSEMBLY_MESSAGE:
			event = on_message(session, message, now_ms);
			break;
		case ASSEMBLY_VIOLATION:
			session_violate(session, what, now_ms);
			break;
		case ASSEMBLY_NO_MEMORY:
			session_close_for(session, SESSION_END_FAILED, "out of memory");
			break;
		}
	}
	return session->state == SESSION_CLOSED ? SESSION_ENDED : event;
}

enum session_event session_next(struct session *session, struct bytes_view *in,
                                uint64_t now_ms, struct assembled *message)
{
	while (session->state <= SESSION_ACT_3) {
		if (!collect_act(session, in))
			return SESSION_NOTHING;
		on_act(session, now_ms);
		if (session->state == SESSION_ADMIT)
			return SESSION_KNOWN;
	}
	if (session->state == SESSION_CLOSED)
		return SESSION_ENDED;
	if (session->state == SESSION_ADMIT)
		return SESSION_NOTHING;
	if (is_listening(session))
		return next_message(session, in, now_ms, message);
	/* DRAIN: it is too late to say anything. */
	*in = bytes_view(NULL, 0);
	return SESSION_NOTHING;
}

/* -- Output ---------------------------------------------------------------------------------------------- */

bool session_has_output(const struct session *session)
{
	return session->out_size > 0 || session->state == SESSION_DRAIN ||
	       (session->transport && !lanes_are_empty(&session->transport->lanes));
}

size_t session_waiting(const struct session *session)
{
	return session->transport ? session->transport->lanes.waiting : 0;
}

static size_t take_act(struct session *session, uint8_t *out)
{
	size_t size = session->out_size;

	memcpy(out, session->out, size);
	session->out_size = 0;
	return size;
}

static size_t take_records(struct session *session, uint8_t *out, size_t size,
                           uint64_t now_ms)
{
	struct session_transport *transport = session->transport;

	while (size < SESSION_FLUSH_MAX) {
		uint8_t *body = out + size + RECORD_LENGTH_SIZE;
		size_t body_size = lanes_fill(&transport->lanes, body, RECORD_BODY_MAX, now_ms);

		if (body_size == 0)
			break;
		if (record_seal(&transport->send, session->self->tools.sealer, out + size,
		                bytes_view(body, body_size)) != STATUS_OK) {
			session_close_for(session, SESSION_END_FAILED, "a record cannot be sealed");
			return 0;
		}
		size += body_size + RECORD_OVERHEAD;
	}
	return size;
}

size_t session_take_output(struct session *session, uint8_t *out, uint64_t now_ms)
{
	size_t size = session->out_size > 0 ? take_act(session, out) : 0;

	if (session->transport)
		size = take_records(session, out, size, now_ms);
	if (size == 0 && session->state == SESSION_DRAIN)
		session_close_for(session, session->end, session->what);
	session->bytes_out += size;
	return size;
}

void session_set_validator(struct session *session, bool is_validator)
{
	if (session->transport)
		session->transport->assembly.takes_votes = is_validator;
	session->usage.bytes_max = is_validator ? USAGE_VALIDATOR_MAX : USAGE_FOLLOWER_MAX;
}

bool session_send(struct session *session, struct parcel *parcel, uint64_t now_ms)
{
	if (session->state == SESSION_ACTIVE &&
	    lanes_put(&session->transport->lanes, parcel, now_ms) == LANES_TAKEN) {
		assembly_expect(&session->transport->assembly, parcel->type);
		session->messages_out++;
		return true;
	}
	session->messages_dropped++;
	return false;
}
