/* The life of one connection, from the first byte to the last. Pure: bytes and time come in,
 * bytes and events go out.
 *
 *   responder  ACT_1 ──act 1──► ACT_3 ──act 3──┐                    ┌─ disconnect ─► DRAIN ─┐
 *                                              ├► ADMIT ─► HELLO ─► ACTIVE                  ├► CLOSED
 *   initiator  ACT_2 ──act 2───────────────────┘      (anything wrong, from anywhere) ──────┘
 *
 *   ACT_1  -> ACT_3    on_act_1
 *   ACT_3  -> ADMIT    on_act_3: who called is known, and the owner is asked
 *   ACT_2  -> ADMIT    on_act_2: whom we called has shown that it is he
 *   ADMIT  -> HELLO    session_admit
 *   HELLO  -> ACTIVE   on_hello
 *   any    -> DRAIN    session_disconnect: a last word, then the end
 *   any    -> CLOSED   close_for; once, with its reason
 *
 * Until HELLO not a byte is answered that was not asked for by an act that verified: whoever does
 * not know the node's key learns nothing of it. */
#ifndef NODE_P2P_SESSION_H
#define NODE_P2P_SESSION_H

#include "node/p2p/assembly.h"
#include "node/p2p/hello.h"
#include "node/p2p/lots.h"
#include "node/p2p/record.h"

enum {
	SESSION_HANDSHAKE_MS = 5000, /* from the connection to the last act; likewise to HELLO */
	SESSION_DRAIN_MS = 500,
	SESSION_PROBE_MS = 2000,
	SESSION_PROLOGUE_SIZE = 12 + 2 * HASH_SIZE,
	SESSION_FLUSH_MAX = 64 << 10, /* bytes handed to the system at once */
	SESSION_OUTPUT_SIZE = SESSION_FLUSH_MAX + RECORD_SIZE_MAX,
};

enum session_state {
	SESSION_ACT_1,
	SESSION_ACT_2,
	SESSION_ACT_3,
	SESSION_ADMIT,
	SESSION_HELLO,
	SESSION_ACTIVE,
	SESSION_DRAIN,
	SESSION_CLOSED,
};

/* Why a session ended. */
enum session_end {
	SESSION_LIVES,
	SESSION_END_LOCAL,       /* the owner's wish */
	SESSION_END_HANDSHAKE,   /* an act that was wrong */
	SESSION_END_TAG,         /* a record that was wrong: an attack, or a broken line */
	SESSION_END_VIOLATION,   /* what no honest peer sends */
	SESSION_END_TIMEOUT,
	SESSION_END_SLOW,        /* it does not read */
	SESSION_END_VERSION,     /* no protocol version that both speak */
	SESSION_END_PEER,        /* it said goodbye */
	SESSION_END_FAILED,      /* we could not go on: memory, the library */
};

/* Of DISCONNECT, on the wire. */
enum disconnect_code {
	DISCONNECT_SHUTDOWN = 1,
	DISCONNECT_BAD_VERSION,
	DISCONNECT_VIOLATION,
	DISCONNECT_FULL,
	DISCONNECT_DUPLICATE,
	DISCONNECT_IDLE,
	DISCONNECT_USELESS,
	DISCONNECT_REVOKED,
	DISCONNECT_INTERNAL,
};

/* What all sessions of a node share; outlives them. */
struct session_self {
	struct noise_tools tools;
	struct secret_key node_key;
	struct node_id node_id;
	struct hash genesis;
	struct hash network_secret; /* SHA-256 of it; zeros: the network has none */
	struct usage_total *usage;  /* what all sessions hold; NULL: it is not summed */
};

enum session_event {
	SESSION_NOTHING,  /* the input is used up */
	SESSION_KNOWN,    /* remote_id is proven: session_admit, or session_end */
	SESSION_OPEN,     /* ACTIVE; remote holds what the peer said */
	SESSION_MESSAGE,  /* in `message`: one for the owner */
	SESSION_ENDED,    /* CLOSED; nothing follows */
};

/* What is kept of a peer's HELLO. */
struct session_remote {
	uint16_t version;    /* agreed */
	uint16_t roles;
	uint64_t height;
	uint64_t lowest_height;
	uint64_t time_ms;
	bool has_vote_key;   /* the binding was there and is valid */
	struct public_key vote_key;
	uint64_t last_height; /* of the binding */
	bool takes_known;    /* FEATURE_KNOWN */
	char agent[HELLO_AGENT_SIZE_MAX + 1];
};

/* What exists only once the handshake is done. */
struct session_transport;

struct session {
	const struct session_self *self;
	enum session_state state;
	enum session_end end;
	const char *what;           /* a constant sentence on the end, or NULL */
	uint8_t disconnect_code;    /* that the peer gave; 0: none */
	bool is_initiator;
	struct noise *noise;        /* heap; NULL when it is done */
	uint8_t act[NOISE_ACT_SIZE_MAX]; /* coming in */
	size_t act_size;
	uint8_t out[NOISE_ACT_SIZE_MAX]; /* going out */
	size_t out_size;
	struct session_transport *transport; /* heap; NULL before */
	struct usage usage;         /* of the peer: what the transport holds, and the owner's work */
	struct node_id remote_id;
	struct session_remote remote;

	uint64_t deadline_ms;       /* of handshake, HELLO, drain; UINT64_MAX: none */
	uint64_t heard_ms;          /* when anything last came */
	uint64_t ping_due_ms;       /* if nothing comes until then */
	uint64_t measure_due_ms;    /* whatever comes: how far away is it? */
	uint64_t pong_due_ms;       /* 0: no ping is out */
	uint64_t ping_ms;           /* when it went out */
	uint64_t ping_nonce;
	uint64_t ponged_ms;         /* when we last answered one */
	uint64_t answered_ms;       /* when ours was last answered; 0: never */
	uint32_t pong_strays;       /* that we asked for nothing by */
	uint64_t round_trip_ms;     /* least that a ping measured; UINT64_MAX: none did */
	struct lots lots;           /* of jitter and of pings */

	struct bucket rates[TYPE_RULES_MAX]; /* of what comes, by type_rule_index */
	uint64_t flooded_count;     /* messages that were dropped for it */
	uint64_t bytes_in, bytes_out, messages_in, messages_out, messages_dropped;
};

/* `remote` NULL: the other side called. `ephemeral` is fresh from the system's generator, and so
 * should be the `seed`. After a status that is not OK there is nothing to close. */
MUST_CHECK enum status session_init(struct session *session, const struct session_self *self,
                                    const struct node_id *remote,
                                    const struct secret_key *ephemeral,
                                    const uint8_t seed[SIPHASH_KEY_SIZE],
                                    uint64_t now_ms);
void session_close(struct session *session);

/* How many bytes may be read now: until HELLO no more than the act lacks, so that the rest stays
 * with the system. */
size_t session_read_max(const struct session *session);

/* The next event of the bytes at the front of *in, which are taken from it. Until
 * SESSION_NOTHING. *message is valid until the next call. In ADMIT nothing is taken. */
MUST_CHECK enum session_event session_next(struct session *session, struct bytes_view *in,
                                           uint64_t now_ms, struct assembled *message);

/* In ADMIT: say hello. */
void session_admit(struct session *session, const struct hello *hello, uint64_t now_ms);

/* Time has passed: SESSION_ENDED, or SESSION_NOTHING. To be asked a few times a second. */
MUST_CHECK enum session_event session_tick(struct session *session, uint64_t now_ms);

/* Queue a message; false: it is not ACTIVE, or the message was turned away. */
bool session_send(struct session *session, struct parcel *parcel, uint64_t now_ms);

/* Moves what has to be written now to `out`, which has SESSION_OUTPUT_SIZE bytes; gives its size,
 * 0: nothing. It must be written, in this order. */
MUST_CHECK size_t session_take_output(struct session *session, uint8_t *out, uint64_t now_ms);
bool session_has_output(const struct session *session);

/* Is the peer a validator of the present epoch? Until that is said it is none, and may hold as
 * much as a follower. */
void session_set_validator(struct session *session, bool is_validator);

/* Is it still there? If no pong comes within SESSION_PROBE_MS, it ends. Who answered less than
 * that ago is. */
void session_probe(struct session *session, uint64_t now_ms);

/* Bytes that wait in the lanes. */
size_t session_waiting(const struct session *session);

/* The last word: what waits is dropped; CLOSED when it is out, at the latest after
 * SESSION_DRAIN_MS. Before HELLO there is no word, and it is CLOSED at once. */
void session_disconnect(struct session *session, enum disconnect_code code,
                        enum session_end end, const char *what, uint64_t now_ms);

const char *session_end_text(enum session_end end);

#endif
