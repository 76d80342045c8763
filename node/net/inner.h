/* Between the files of node/net. */
#ifndef NODE_NET_INNER_H
#define NODE_NET_INNER_H

#include "node/net/net.h"
#include "node/p2p/callers_rate.h"
#include "node/p2p/dial.h"
#include "rpc/server/acceptor.h"

enum {
	NET_TICK_MS = 100,
	NET_PENDING_MAX = 64,              /* handshakes under way, called by others */
	NET_PENDING_PER_ADDRESS_MAX = 16,  /* of one address: several nodes of one house */
	NET_DIALING_MAX = 16,              /* at once */
	NET_PENDING_KEPT = 16,             /* more, for where those are whom we dial for ever */
	NET_START_PAUSE_MS = 2000,         /* between two sessions that a node begins with us */
	NET_STARTS_MAX = 512,              /* that are remembered: more than the rates below bring
	                                    * in this time */
	NET_IDLE_CHECK_MS = 1000,
	NET_INPUT_SIZE = 64 << 10,
	NET_NOTSENT_LOWAT = 16 << 10,      /* bytes in the kernel that cannot be overtaken */
	NET_USER_TIMEOUT_MS = 30000,
	NET_BACKLOG = 128,
	NET_CHECKS_MAX = 64,         /* messages of a peer that are being checked: above it he waits, */
	NET_CHECKING_MAX = 16 << 20, /* or above so many bytes, a range and a block of the largest;
	                              * below half of it he goes on */
};

struct net_dial {
	struct net_target target;
	struct net_address at;    /* where that is, once it was dialed; kind 0: not known */
	struct net *net;
	uv_getaddrinfo_t lookup;
	bool is_looking_up;
	struct net_peer *peer;    /* being dialed, or open by this dial */
	bool is_removed;          /* its place is free when nothing is under way */
	struct backoff backoff;   /* of one that is dialed for ever */
	bool is_visit;            /* once, and not for ever: removed when it has ended */
	bool stays;               /* a visit that is to last */
	uint32_t tag;             /* the owner's, of a visit */
	bool was_full;            /* all places were taken, the last time */
	uint32_t shut_out_count;  /* connections in a row that ended when it knew who we are */
};

struct net_peer {
	struct net_peer *next, *prev;
	struct net *net;
	struct net_dial *dial;    /* NULL: he called */
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	uint8_t *unwritten;       /* what the write under way has */
	struct session session;
	char address[ENDPOINT_TEXT_SIZE];
	uint16_t number;          /* NET_NOBODY until open */
	uint32_t place;           /* its name in slots; 0: it has none */
	uint64_t serial;          /* no other has it, nor will have */
	size_t checks;            /* messages of it that are being checked */
	uint64_t opened_ms;
	bool is_connecting;
	bool is_writing;
	bool is_reading;
	bool is_paused;           /* too many of its messages are being checked */
	bool is_closing;
	bool has_received;
	bool is_doomed;           /* to be disconnected when the loop is back */
	enum disconnect_code doom_code;
	const char *doom;
};

/* A node called and was let in. */
struct net_start {
	struct node_id id;
	uint64_t at_ms; /* 0: nobody */
};

struct net {
	struct net_config config;
	struct session_self self;
	struct net_peer *peers;   /* all that are not freed */
	struct net_peer *numbers[PEERS_MAX];
	uint16_t next_number;
	size_t open_count;
	struct slots slots;       /* who has a place */
	uint32_t last_place;
	uint64_t last_serial;
	uint64_t idle_check_ms;   /* when places of the idle are looked at next */
	struct net_start starts[NET_STARTS_MAX]; /* the last ones, in a ring */
	size_t next_start;
	struct net_totals gone;   /* of peers that have ended; opened: of all */
	struct usage_total usage; /* what all peers hold */
	struct usage left;        /* work for peers that have gone */
	struct parcel *parcel;    /* of the last message: the next peer may get the same */
	struct acceptor acceptor; /* of those who call */
	uv_timer_t timer;
	uv_prepare_t prepare;
	char address[ENDPOINT_TEXT_SIZE];
	struct callers_rate callers_rate; /* handshakes that others may begin */
	struct net_dial *dials;   /* fixed places: peers and look-ups point at them */
	size_t dials_max;
	size_t dial_count;
	struct lots lots;
	bool is_stopping;
	bool is_stopped;          /* told */
	size_t handle_count;      /* of this struct's own that are not closed */
	uint8_t input[NET_INPUT_SIZE];
	uint8_t output[SESSION_OUTPUT_SIZE];
};

/* -- peer.c ------------------------------------------------------------------------------ */

/* A peer in the list, whose session has begun if we dial; its socket is open and not connected.
 * NULL: no memory, or no randomness. */
MUST_CHECK struct net_peer *peer_new(struct net *net, struct net_dial *dial);
/* Its socket is connected now. */
void peer_begin(struct net_peer *peer);
/* Likewise, of one that called: its session begins. */
void peer_begin_called(struct net_peer *peer);
/* It is to be disconnected when the loop is back. */
void peer_doom(struct net_peer *peer, enum disconnect_code code, const char *what);
/* Closes it; freed when the loop has done so. `reset`: whatever is under way is lost. */
void peer_end(struct net_peer *peer, bool reset);
/* Reads, or does not, as it should by now. */
void peer_set_reading(struct net_peer *peer);
/* Writes what waits. */
void peer_flush(struct net_peer *peer);
/* What time and the owner want of it. */
void peer_tick(struct net_peer *peer, uint64_t now_ms);
/* What it moved is the net's from now on. */
void peer_count(const struct net_peer *peer, struct net_totals *totals);
/* The live session with this node other than `but`, or NULL. */
struct net_peer *peer_find(const struct net *net, const struct node_id *id,
                           const struct net_peer *but);

/* Where the other end is; kind 0: not known. */
struct net_address peer_remote(const struct net_peer *peer);

/* -- places.c ---------------------------------------------------------------------------- */

MUST_CHECK enum status places_init(struct net *net, struct why *why);
/* Its node is known: it gets a place, perhaps that of another, who goes. `before`: its own other
 * session, whose place it has from now on, or NULL. NULL if it has a place; else why not. */
MUST_CHECK const char *places_enter(struct net *net, struct net_peer *newcomer,
                                    struct net_peer *before);
/* It is on its way out; it need not have one. */
void places_leave(struct net *net, struct net_peer *peer);
/* Those who gave nothing for long go, where others want their places. */
void places_tick(struct net *net, uint64_t now_ms);
/* The owner's answers have changed. */
void places_review(struct net *net);
/* Did its node begin a session a moment ago? */
bool places_is_too_soon(const struct net *net, const struct net_peer *caller, uint64_t now_ms);

/* -- memory.c ---------------------------------------------------------------------------- */

/* Its session is closed: it holds nothing any more. */
void memory_leave(struct net_peer *peer);
/* Where all together hold too much, who holds the most goes. */
void memory_tick(struct net *net);

/* -- dial.c ------------------------------------------------------------------------------- */

MUST_CHECK enum status dial_init(struct net *net);
/* Dials whose time has come. */
void dial_tick(struct net *net, uint64_t now_ms);
/* The peer that it dialed is open, or has ended; was it ever open? */
void dial_on_open(struct net_dial *dial);
void dial_on_end(struct net_dial *dial, bool was_open);
/* The node that is dialed closed the connection when it knew who we are. */
void dial_on_shut_out(struct net_dial *dial);
/* Do we dial for ever where this is? */
bool dial_is_at(const struct net *net, const struct net_address *address);
/* A node that may be on the list is gone: it is dialed soon. */
void dial_soon(struct net *net, const struct node_id *id);

/* -- callers.c --------------------------------------------------------------------------- */

/* Where the configuration says, if it does. STATUS_NETWORK */
MUST_CHECK enum status callers_listen(struct net *net, struct why *why);
/* May anybody be connected with us from, or at, this ADDR:PORT? */
bool net_admits_address(const struct net *net, const char *address);

/* -- net.c -------------------------------------------------------------------------------- */

/* Of a socket; kind 0: of no kind that is known here. */
struct net_address net_socket_address(const struct sockaddr *address);
/* After anything of it was closed. */
void net_check_stopped(struct net *net);

#endif
