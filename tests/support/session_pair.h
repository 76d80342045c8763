/* Two sessions, and what one wrote to the other by hand: for tests of node/p2p. */
#ifndef TESTS_SUPPORT_SESSION_PAIR_H
#define TESTS_SUPPORT_SESSION_PAIR_H

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/p2p/session_inner.h"

#include <stdlib.h>

enum { CALLER, CALLED };

struct session_side {
	struct session_self self;
	struct session session;
	struct buffer input;       /* bytes that the other side wrote, not handed in yet */
	size_t input_taken;
	struct buffer log;         /* type u16, size u32, bytes: of each message that came */
	size_t message_count;
	bool is_known, is_open, is_ended;
};

struct session_pair {
	struct session_side sides[2];
	struct sealer *sealer;
	struct signer *signer;
	struct binding binding;    /* of the caller, if has_binding */
	bool has_binding;
	uint64_t now_ms;
	uint8_t output[SESSION_OUTPUT_SIZE];
};

static inline struct secret_key pair_secret(uint8_t byte)
{
	struct secret_key secret;

	memset(secret.bytes, byte, sizeof secret.bytes);
	return secret;
}

/* Tools and keys; no session yet. */
static inline void pair_prepare(struct session_pair *pair)
{
	memset(pair, 0, sizeof *pair);
	pair->now_ms = 1000000;
	pair->sealer = sealer_new();
	pair->signer = signer_new(&(struct hash){{1}});
	INVARIANT(pair->sealer && pair->signer);
	for (uint8_t i = 0; i < 2; i++) {
		struct session_side *side = &pair->sides[i];

		side->self.tools = (struct noise_tools){pair->sealer, pair->signer};
		side->self.node_key = pair_secret((uint8_t)(0x31 + i));
		side->self.genesis = (struct hash){{9}};
		INVARIANT(secret_key_point(side->self.node_id.bytes, pair->signer,
		                           &side->self.node_key) == STATUS_OK);
		buffer_init(&side->input, 64 << 20);
		buffer_init(&side->log, 64 << 20);
	}
}

static inline void pair_connect(struct session_pair *pair)
{
	static const uint8_t seeds[2][SIPHASH_KEY_SIZE] = {{1}, {2}};
	struct secret_key first = pair_secret(0x41), second = pair_secret(0x42);
	struct session_side *caller = &pair->sides[CALLER], *called = &pair->sides[CALLED];

	INVARIANT(session_init(&caller->session, &caller->self, &called->self.node_id, &first,
	                       seeds[0], pair->now_ms) == STATUS_OK);
	INVARIANT(session_init(&called->session, &called->self, NULL, &second, seeds[1],
	                       pair->now_ms) == STATUS_OK);
}

static inline void pair_close(struct session_pair *pair)
{
	for (size_t i = 0; i < 2; i++) {
		session_close(&pair->sides[i].session);
		buffer_close(&pair->sides[i].input);
		buffer_close(&pair->sides[i].log);
	}
	sealer_free(pair->sealer);
	signer_free(pair->signer);
}

static inline struct hello pair_hello(const struct session_pair *pair, int side)
{
	return (struct hello){
		.protocol_least = P2P_VERSION,
		.protocol_most = P2P_VERSION,
		.roles = ROLE_FULL,
		.height = 7,
		.agent = text_view("cairnd/test"),
		.has_binding = side == CALLER && pair->has_binding,
		.binding = pair->binding,
		/* Of a later version the caller knows something more. */
		.feature_count = side == CALLER ? 2 : 0,
		.features = {{.id = FEATURE_KNOWN}, {.id = 999, .data = text_view("later")}},
	};
}

static inline void pair_log(struct session_side *side, const struct assembled *message)
{
	uint8_t head[6];

	put_le16(head, message->type);
	put_le32(head + 2, (uint32_t)message->bytes.size);
	buffer_append(&side->log, head, sizeof head);
	buffer_append_view(&side->log, message->bytes);
	INVARIANT(side->log.status == STATUS_OK);
	side->message_count++;
}

/* Hands `size` bytes that are there to a side, or what it may read of them; gives how many. */
static inline size_t pair_feed(struct session_pair *pair, int to, size_t size)
{
	struct session_side *side = &pair->sides[to];
	size_t most = session_read_max(&side->session);
	struct bytes_view in;
	enum session_event event;
	struct assembled message;
	uint8_t *copy;

	if (size > side->input.size - side->input_taken)
		size = side->input.size - side->input_taken;
	if (size > most)
		size = most;
	/* A copy of its own, so that a sanitizer sees a read beyond it. */
	copy = malloc(size + 1);
	if (size > 0)
		memcpy(copy, side->input.at + side->input_taken, size);
	side->input_taken += size;
	in = bytes_view(copy, size);
	while ((event = session_next(&side->session, &in, pair->now_ms, &message)) !=
	       SESSION_NOTHING) {
		struct hello hello = pair_hello(pair, to);

		if (event == SESSION_KNOWN)
			session_admit(&side->session, &hello, pair->now_ms);
		if (event == SESSION_OPEN)
			session_set_validator(&side->session, true);
		if (event == SESSION_MESSAGE)
			pair_log(side, &message);
		side->is_known |= event == SESSION_KNOWN;
		side->is_open |= event == SESSION_OPEN;
		side->is_ended |= event == SESSION_ENDED;
		if (event == SESSION_ENDED)
			break;
	}
	free(copy);
	return size;
}

/* Moves what a side has to write to the other one's input; true: there was something. */
static inline bool pair_write(struct session_pair *pair, int from)
{
	struct session_side *side = &pair->sides[from];
	size_t size = session_take_output(&side->session, pair->output, pair->now_ms);

	if (session_tick(&side->session, pair->now_ms) == SESSION_ENDED)
		side->is_ended = true;
	buffer_append(&pair->sides[!from].input, pair->output, size);
	INVARIANT(pair->sides[!from].input.status == STATUS_OK);
	return size > 0;
}

/* Until nothing moves any more. */
static inline void pair_run(struct session_pair *pair)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (int i = 0; i < 2; i++) {
			moved |= pair_write(pair, i);
			moved |= pair_feed(pair, !i, SIZE_MAX) > 0;
		}
	}
}

static inline bool pair_send(struct session_pair *pair, int from, enum message_kind kind,
                             size_t size, uint8_t fill)
{
	uint8_t *bytes = malloc(size);
	struct parcel *parcel;
	bool sent;

	memset(bytes, fill, size);
	bytes[0] = (uint8_t)kind;
	parcel = parcel_new(type_of_consensus((uint8_t)kind), bytes_view(bytes, size));
	/* As if the other side had asked. */
	if (kind == MESSAGE_BODIES && pair->sides[!from].session.transport)
		assembly_expect(&pair->sides[!from].session.transport->assembly,
		                type_of_consensus(MESSAGE_GET_BODIES));
	if (kind == MESSAGE_BLOCK && pair->sides[!from].session.transport)
		assembly_expect(&pair->sides[!from].session.transport->assembly,
		                type_of_consensus(MESSAGE_GET_BLOCK));
	sent = parcel && session_send(&pair->sides[from].session, parcel, pair->now_ms);
	parcel_release(parcel);
	free(bytes);
	return sent;
}

#endif
