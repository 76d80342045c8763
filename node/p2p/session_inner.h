/* Between the files of a session. */
#ifndef NODE_P2P_SESSION_INNER_H
#define NODE_P2P_SESSION_INNER_H

#include "node/p2p/session.h"

struct session_transport {
	struct record_key send;
	struct record_input reader;
	struct bytes_view record; /* of the reader: frames that are not looked at yet */
	struct lanes lanes;
	struct assembly assembly;
};

/* The one way to CLOSED. */
void session_close_for(struct session *session, enum session_end end, const char *what);

/* DISCONNECT, and then the end. */
void session_violate(struct session *session, const char *what, uint64_t now_ms);

/* Control messages: session_control.c. */
bool session_put(struct session *session, enum message_type type, struct bytes_view bytes,
                 uint64_t now_ms);
void session_on_ping(struct session *session, struct bytes_view bytes, uint64_t now_ms);
void session_on_pong(struct session *session, struct bytes_view bytes, uint64_t now_ms);
void session_on_disconnect(struct session *session, struct bytes_view bytes,
                           uint64_t now_ms);
void session_on_hello(struct session *session, struct bytes_view bytes, uint64_t now_ms);
/* Something came: the next ping can wait. */
void session_heard(struct session *session, uint64_t now_ms);

#endif
