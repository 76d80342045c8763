/* The network of a node: listens, dials, and moves bytes between sockets and sessions, all on
 * the loop of libuv that it is given. What bytes mean is node/p2p's affair; what messages mean,
 * the owner's.
 *
 *     listener ─accept─┐                                    ┌─► on_open, on_message, on_close
 *                      ├─► peer: uv_tcp_t + struct session ─┤
 *     dial ─connect────┘        one write under way         └─◄ net_send, net_close_peer
 *
 * The happy path is: connect, three acts, hello both ways, messages. It can fail anywhere; then
 * the socket is closed, the owner hears of it if he had heard of the peer, and a dial waits and
 * tries again. What one turn of the loop queued for a peer leaves in one write, before the loop
 * waits again. */
#ifndef NODE_NET_NET_H
#define NODE_NET_NET_H

#include "node/p2p/net_address.h"
#include "node/p2p/session.h"
#include "node/p2p/slots.h"
#include "node/shell/endpoint.h"

#include <uv.h>

enum {
	/* Of the file, of the ledger and of its genesis. */
	NET_DIALS_MAX = CONFIG_LIST_MAX + 2 * VALIDATORS_MAX,
	/* Besides, while the node runs: by a person, one by one, and who becomes a validator. */
	NET_ADDED_MAX = 2 * VALIDATORS_MAX,
	NET_VISITS_MAX = 32, /* dialed once: those under way, and their sessions */
	NET_NOBODY = UINT16_MAX,
	/* Sessions, handshakes that others began, those that we did, the listener, one refused. */
	NET_DESCRIPTORS_MAX = PEERS_MAX + 64 + 16 + 16 + 2,
};

/* Whom to dial, for ever. */
struct net_target {
	struct node_id id;
	struct endpoint endpoint;
};

/* Who a node is to us, by rising weight. */
enum net_standing {
	NET_STRANGER,
	NET_LISTED,     /* by the ledger */
	NET_CONFIGURED, /* by a person */
	NET_VALIDATOR,  /* of the present set */
};

/* Read "node_id@host:port", the id as 66 hex digits. NULL when it is good; else what is wrong with
 * it, a constant. */
MUST_CHECK const char *net_target_parse(struct net_target *target, struct bytes_view text);

struct net_config {
	uv_loop_t *loop;
	struct secret_key node_key; /* copied; wipe it */
	struct hash genesis;
	const char *listen;         /* ADDR:PORT; empty: nobody can connect */
	const struct net_target *targets;
	size_t target_count;        /* at most NET_DIALS_MAX; double ones and our own are left out */
	size_t inbound_max;         /* places for who calls, at most SLOTS_INBOUND_MAX */
	size_t memory_max;          /* bytes that peers may make us hold, all together */

	void *owner;
	/* May this node be connected with us at all? */
	bool (*admits)(void *owner, const struct node_id *id);
	/* May anybody be connected from, or at, this ADDR:PORT? Asked before the handshake of who
	 * calls, and behind every one. NULL: yes. */
	bool (*admits_address)(void *owner, const char *address);
	/* Which places are for it, and may it be marked for what it does wrong? */
	enum net_standing (*standing)(void *owner, const struct node_id *id);
	/* Would we rather do without it? It gets a place while nine in ten are free. NULL: no. */
	bool (*is_avoided)(void *owner, const struct node_id *id, const struct net_address *from);
	/* A peer that is not listed broke the protocol; its session ends. May be NULL. */
	void (*on_violation)(void *owner, const struct node_id *id,
	                     const struct net_address *from, bool is_dialed);
	/* What we say of ourselves; views live until the function is called again. */
	void (*greet)(void *owner, struct hello *hello);
	/* Peers have numbers below PEERS_MAX, from on_open to on_close. None of these is called from
	 * inside a function of this file. */
	void (*on_open)(void *owner, uint16_t peer, const struct session_remote *remote);
	void (*on_message)(void *owner, uint16_t peer, const struct assembled *message);
	void (*on_close)(void *owner, uint16_t peer);
	/* A visit ended before there was a session; net_visit's tag. May be NULL. */
	void (*on_unmet)(void *owner, const struct net_target *target, uint32_t tag);
	void (*on_stopped)(void *owner);
};

struct net;

/* Listens and begins to dial. STATUS_NETWORK: the address is taken, or none. Whatever it
 * gives, *net goes by net_abort and net_free; NULL: there was no memory. */
MUST_CHECK enum status net_new(struct net **net, const struct net_config *config,
                               struct why *why);

/* One more to dial, from now on. False: there are NET_ADDED_MAX of them. */
MUST_CHECK bool net_add_target(struct net *net, const struct net_target *target);
/* It is dialed no more, also if that has begun; a peer that is open stays. */
void net_remove_target(struct net *net, const struct node_id *id);
/* Is this node dialed? `net` may be NULL: nobody is. */
bool net_dials(const struct net *net, const struct node_id *id);

/* A message for a connected peer, copied: of consensus, in the form of consensus/message.h.
 * Lost if he cannot keep up. */
void net_send(struct net *net, uint16_t peer, struct bytes_view message);

/* Dial once, soon; `stays`: for longer than to meet. It ends in on_open, with the tag in the
 * peer's facts, or in on_unmet. False: as many are under way as may be, or there is no place. */
MUST_CHECK bool net_visit(struct net *net, const struct net_target *target, uint32_t tag,
                          bool stays);

/* Is there a session with this node, or one that is about to be? */
bool net_is_connected(const struct net *net, const struct node_id *id);

/* As net_send, for any type of node/p2p/types.h that a session does not answer by itself. */
void net_send_type(struct net *net, uint16_t peer, uint16_t type, struct bytes_view message);

/* The peer goes, with a word, once the loop is back. */
void net_close_peer(struct net *net, uint16_t peer, enum disconnect_code code,
                    const char *what);

/* Are there two more places for those whom we dial out of the book? */
void net_set_stale(struct net *net, bool is_stale);

/* What a peer was the first with. */
enum net_merit { NET_MERIT_TX, NET_MERIT_BLOCK };
/* It keeps its place the longer for it. */
void net_credit(struct net *net, uint16_t peer, enum net_merit merit);

/* The owner's answers have changed: who is admitted no longer goes, as revoked, and the others get
 * the places that are for them now. */
void net_check_admitted(struct net *net);

/* Of those that are dialed, how many closed the last connection as soon as they knew who we
 * are: they do not let us in. */
size_t net_shut_out_count(const struct net *net);

/* Work that a peer makes for us, and the memory that it takes. */
struct net_work {
	uint16_t peer;
	uint64_t serial;
	enum usage_purpose purpose;
	size_t size;
};
/* Begins work of this size; *work is for net_end_work. Of USAGE_CHECKING so much is taken on that a
 * peer is not read from until half of it is done. `net` may be NULL: nothing is counted. */
void net_begin_work(struct net *net, struct net_work *work, uint16_t peer,
                    enum usage_purpose purpose, size_t size);
/* Also when the peer has gone meanwhile. */
void net_end_work(struct net *net, const struct net_work *work);
/* Where what is held for an open peer is counted, until on_close returns, by which time the owner
 * has released all that he took. */
struct usage *net_usage(struct net *net, uint16_t peer);
/* May a peer make more work of this kind? */
bool net_has_room(const struct net *net, uint16_t peer, enum usage_purpose purpose, size_t size);

/* Is he a validator of the present epoch? Until that is said he is none. */
void net_set_validator(struct net *net, uint16_t peer, bool is_validator);

/* Bytes that wait to be sent to him. */
size_t net_waiting(const struct net *net, uint16_t peer);

/* How many peers are open. `net` may be NULL: none are. */
size_t net_peer_count(const struct net *net);

/* What is known of a peer. Borrowed. */
struct net_facts {
	uint16_t number;
	const char *address;
	struct net_address from; /* where the other end is; kind 0: not known */
	bool is_visit;       /* of net_visit, with its tag */
	uint32_t tag;
	bool is_dialed;      /* by us */
	uint64_t opened_ms;  /* monotonic */
	enum slot_class class; /* whose place it has; of one that is on its way out: SLOT_INBOUND */
	uint64_t tx_ms, block_ms; /* monotonic, when it was last the first with one; 0: never */
	const struct session *session;
};
/* Of one; false: he is not open. */
bool net_facts_of(const struct net *net, uint16_t peer, struct net_facts *facts);
/* All that are open, in no order that means anything; none if `net` is NULL. */
void net_list(const struct net *net,
              void (*visit)(void *owner, const struct net_facts *facts), void *owner);

/* All peers together, those that are gone included. */
struct net_totals {
	uint64_t bytes_in, bytes_out, messages_in, messages_out, messages_dropped;
	uint64_t opened;   /* sessions, ever */
	uint64_t displaced, idle; /* whose place was wanted for another, ever */
	uint64_t refused;  /* handshakes that found no place, ever */
	uint64_t turned_away; /* who called and was closed before the first act, ever */
	size_t inbound;    /* places taken by who called */
	size_t dialed;     /* of those that are open, by us */
	size_t waiting;    /* bytes in all lanes */
	struct usage_total usage;
	uint64_t shed;     /* who held the most when memory ran short, ever */
};
/* Zeros if `net` is NULL. */
void net_count(const struct net *net, struct net_totals *totals);

/* Where it listens, for people; empty: nowhere. */
const char *net_address(const struct net *net);

/* Says goodbye to everybody and closes everything; on_stopped when that is done. Once. */
void net_stop(struct net *net);
/* Closes everything at once; the loop has to run before net_free. NULL is fine. */
void net_abort(struct net *net);
/* When the loop is closed. NULL is fine. */
void net_free(struct net *net);

#endif
