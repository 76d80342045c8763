/* A peer that knows the protocol and breaks it: it shakes hands like any other, and then sends
 * whatever bytes a test wants, sealed as they must be. Whatever fails on this side says so and
 * ends the program. */
#ifndef TESTS_HOSTILE_HOSTILE_H
#define TESTS_HOSTILE_HOSTILE_H

#include "node/p2p/session_inner.h"
#include "tests/live/live.h"

/* Whom it calls. */
struct hostile_target {
	struct hash genesis;
	struct node_id id;
	uint32_t host; /* IPv4, in network byte order; 0: this machine */
	uint32_t from; /* likewise, of who calls; 0: as the kernel likes */
	uint16_t port;
};

enum { HOSTILE_QUESTION_MAX = 64 };

struct hostile {
	int socket;
	struct session_self self;
	struct session session;
	struct sealer *sealer;
	struct signer *signer;
	size_t received;    /* bytes, of all that came */
	bool is_admitted;   /* HELLO is out */
	uint16_t awaited;   /* the type of the message that the next takes the beginning of; 0: none */
	uint8_t question[HOSTILE_QUESTION_MAX];
	uint8_t output[SESSION_OUTPUT_SIZE];
};

/* Where a running node listens, and who it is. */
void hostile_find(struct hostile_target *target, const struct live_node *node);

/* A plain connection. */
int hostile_dial(const struct hostile_target *target);
/* What comes on it until it ends, bytes; it may end with a reset. */
size_t hostile_drain(int socket);
/* Sends as much as the other side takes; false: it has closed. */
bool hostile_push(int socket, struct bytes_view bytes);

/* A peer with the node key of 32 bytes `key`, for this network and node; not connected. */
void hostile_init(struct hostile *peer, const struct hostile_target *target, uint8_t key);
void hostile_close(struct hostile *peer);
/* Its first act. */
void hostile_act_1(struct hostile *peer, uint8_t act[NOISE_ACT_1_SIZE]);
/* Connects and shakes hands, up to the last act, which is sent, and not a byte more. */
void hostile_knock(struct hostile *peer, const struct hostile_target *target);
/* Says hello as an honest node does, and hears that of the other side. */
void hostile_greet(struct hostile *peer);
/* All of it: ready to misbehave. */
void hostile_meet(struct hostile *peer, const struct hostile_target *target, uint8_t key);

/* A whole message of a type of node/p2p/types.h, well-formed in its frames. */
void hostile_say(struct hostile *peer, uint16_t type, struct bytes_view message);
/* Seals a record and sends it; false: the other side has closed. */
bool hostile_record(struct hostile *peer, struct bytes_view body);
/* Seals it into `record`, body.size + RECORD_OVERHEAD bytes, and does not send it. */
void hostile_seal(struct hostile *peer, uint8_t *record, struct bytes_view body);
/* A record that says to have so many bytes, and nothing behind it. */
void hostile_length(struct hostile *peer, uint16_t size);

/* Is the session alive: is a ping answered? Also when the other side has more to say first. */
bool hostile_ping(struct hostile *peer);
/* Hears what is there already, and answers pings. */
void hostile_hear(struct hostile *peer);
/* Hears until a message of this type comes, whose beginning is peer->question then; false: the other
 * side ended it. */
bool hostile_await(struct hostile *peer, uint16_t type);
/* Hears on until the other side ends it; gives its last word, enum disconnect_code, 0: none. */
uint8_t hostile_end(struct hostile *peer);

#endif
