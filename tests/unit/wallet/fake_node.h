/* A small HTTP server in a thread: it answers as it is told, well or badly. Over TCP and
 * over a Unix socket at once; one connection after another, kept alive. */
#ifndef TESTS_UNIT_WALLET_FAKE_NODE_H
#define TESTS_UNIT_WALLET_FAKE_NODE_H

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum fake_manner {
	FAKE_WHOLE,    /* the answer, whole */
	FAKE_DRIP,     /* the answer, byte for byte */
	FAKE_CUT_HEAD, /* half a status line, then the end */
	FAKE_CUT_BODY, /* half the body, then the end */
	FAKE_CLOSE,    /* the request is read, then the end */
	FAKE_SILENT,   /* the request is read, then nothing until the server stops */
	FAKE_GARBAGE,  /* bytes that are no HTTP */
	FAKE_ENDLESS,  /* a body without end */
	FAKE_TEXT,     /* the answer as plain text */
	FAKE_EVENTS,   /* a stream of events, which ends with the connection */
	FAKE_EVENTS_ON, /* the same, and then nothing until the server stops */
};

enum { FAKE_REQUEST_MAX = 4 << 20 };

struct fake_answer {
	enum fake_manner manner;
	int status;  /* of HTTP */
	char *body;  /* freed with free() */
};

struct fake_node {
	char url[64];
	char socket[108];
	/* Called in the server's threads with a NUL-terminated body. */
	struct fake_answer (*_Atomic answer)(void *owner, const char *head, const char *body);
	void *owner;
	int listeners[2];
	int stop[2]; /* a pipe: closed to stop */
	pthread_t thread;
	atomic_uint connection_count;
	atomic_uint request_count;
};

/* -- The server ----------------------------------------------------------------------- */

/* False: the node stops, or the peer went. */
static inline bool fake_wait(const struct fake_node *node, int peer)
{
	struct pollfd wanted[] = {{.fd = peer, .events = POLLIN},
	                          {.fd = node->stop[0], .events = POLLIN}};

	return poll(wanted, 2, -1) > 0 && wanted[1].revents == 0;
}

static inline bool fake_write(int peer, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = send(peer, bytes, size, MSG_NOSIGNAL);

		if (written <= 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* A whole request into `bytes`; the body's start, or NULL at the end. */
static inline char *fake_read(const struct fake_node *node, int peer, char *bytes)
{
	size_t size = 0, body_size = 0;
	char *body = NULL;

	for (;;) {
		ssize_t got;

		bytes[size] = '\0';
		if (!body && (body = strstr(bytes, "\r\n\r\n"))) {
			const char *length = strcasestr(bytes, "Content-Length:");

			body += 4;
			body_size = length ? strtoul(length + 15, NULL, 10) : 0;
		}
		if (body && (size_t)(bytes + size - body) >= body_size)
			return body;
		if (!fake_wait(node, peer) || size == FAKE_REQUEST_MAX)
			return NULL;
		got = recv(peer, bytes + size, FAKE_REQUEST_MAX - size, 0);
		if (got <= 0)
			return NULL;
		size += (size_t)got;
	}
}

static inline bool fake_send(struct fake_node *node, int peer, struct fake_answer *answer)
{
	size_t body_size = answer->body ? strlen(answer->body) : 0;
	char head[256];
	bool is_stream = answer->manner == FAKE_EVENTS || answer->manner == FAKE_EVENTS_ON;
	size_t size = (size_t)snprintf(
		head, sizeof head, "HTTP/1.1 %d X\r\nContent-Type: %s\r\n", answer->status,
		is_stream                      ? "text/event-stream; charset=utf-8"
		: answer->manner == FAKE_TEXT ? "text/plain; charset=utf-8"
		                              : "application/json");

	if (!is_stream)
		size += (size_t)snprintf(head + size, sizeof head - size,
		                         "Content-Length: %zu\r\n",
		                         answer->manner == FAKE_ENDLESS ? (size_t)1 << 40
		                                                        : body_size);
	size += (size_t)snprintf(head + size, sizeof head - size, "\r\n");
	switch (answer->manner) {
	case FAKE_WHOLE:
	case FAKE_TEXT:
		return fake_write(peer, head, size) && fake_write(peer, answer->body, body_size);
	case FAKE_DRIP:
		for (size_t i = 0; i < size; i++)
			if (!fake_write(peer, head + i, 1))
				return false;
		for (size_t i = 0; i < body_size; i++)
			if (!fake_write(peer, answer->body + i, 1))
				return false;
		return true;
	case FAKE_CUT_HEAD:
		fake_write(peer, head, 7);
		return false;
	case FAKE_CUT_BODY:
		if (fake_write(peer, head, size))
			fake_write(peer, answer->body, body_size / 2);
		return false;
	case FAKE_CLOSE:
		return false;
	case FAKE_SILENT:
		while (fake_wait(node, peer) && recv(peer, head, sizeof head, 0) > 0)
			;
		return false;
	case FAKE_EVENTS:
	case FAKE_EVENTS_ON:
		if (!fake_write(peer, head, size) ||
		    !fake_write(peer, answer->body, body_size))
			return false;
		while (answer->manner == FAKE_EVENTS_ON && fake_wait(node, peer) &&
		       recv(peer, head, sizeof head, 0) > 0)
			;
		return false;
	case FAKE_GARBAGE:
		fake_write(peer, "\x00\xff\x13garbage\r\n\r\n\r\n", 17);
		return false;
	case FAKE_ENDLESS:
		memset(head + size, ' ', sizeof head - size);
		while (fake_write(peer, head, sizeof head))
			size = 0;
		return false;
	}
	return false;
}

static inline void fake_serve(struct fake_node *node, int peer)
{
	char *bytes = malloc(FAKE_REQUEST_MAX + 1);
	char *body;
	bool goes_on = bytes != NULL;

	atomic_fetch_add(&node->connection_count, 1);
	while (goes_on && (body = fake_read(node, peer, bytes))) {
		struct fake_answer answer;

		atomic_fetch_add(&node->request_count, 1);
		answer = node->answer(node->owner, bytes, body);
		goes_on = fake_send(node, peer, &answer);
		free(answer.body);
	}
	free(bytes);
	close(peer);
}

/* One connection after another may have the place. */
struct fake_peer {
	struct fake_node *node;
	int socket;
	pthread_t thread;
	bool is_started;
	atomic_bool has_ended;
};

enum { FAKE_PEERS_MAX = 64 }; /* at one time */

static inline void *fake_peer_run(void *argument)
{
	struct fake_peer *peer = argument;

	fake_serve(peer->node, peer->socket);
	atomic_store(&peer->has_ended, true);
	return NULL;
}

static inline void fake_peer_start(struct fake_node *node, struct fake_peer *peers,
                                   int listener)
{
	size_t i = 0;

	while (i < FAKE_PEERS_MAX && peers[i].is_started &&
	       !atomic_load(&peers[i].has_ended))
		i++;
	if (i == FAKE_PEERS_MAX)
		abort();
	if (peers[i].is_started)
		pthread_join(peers[i].thread, NULL);
	peers[i].node = node;
	peers[i].is_started = true;
	atomic_store(&peers[i].has_ended, false);
	peers[i].socket = accept(listener, NULL, NULL);
	if (peers[i].socket < 0 ||
	    pthread_create(&peers[i].thread, NULL, fake_peer_run, &peers[i]) != 0)
		abort();
}

/* Each connection has its thread, as the importing client has several. */
static inline void *fake_run(void *argument)
{
	struct fake_node *node = argument;
	struct fake_peer peers[FAKE_PEERS_MAX] = {0};

	for (;;) {
		struct pollfd wanted[] = {{.fd = node->listeners[0], .events = POLLIN},
		                          {.fd = node->listeners[1], .events = POLLIN},
		                          {.fd = node->stop[0], .events = POLLIN}};

		if (poll(wanted, 3, -1) <= 0 || wanted[2].revents != 0)
			break;
		for (size_t i = 0; i < 2; i++)
			if (wanted[i].revents != 0)
				fake_peer_start(node, peers, node->listeners[i]);
	}
	for (size_t i = 0; i < FAKE_PEERS_MAX; i++)
		if (peers[i].is_started)
			pthread_join(peers[i].thread, NULL);
	return NULL;
}

/* Runs until fake_stop. `folder` gets the socket's file. */
static inline void fake_start(struct fake_node *node, const char *folder)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t size = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	node->listeners[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(node->listeners[0], (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(node->listeners[0], 16), 0);
	ck_assert_int_eq(
		getsockname(node->listeners[0], (struct sockaddr *)&address, &size), 0);
	snprintf(node->url, sizeof node->url, "http://127.0.0.1:%u",
	         (unsigned)ntohs(address.sin_port));
	snprintf(node->socket, sizeof node->socket, "%s/rpc.sock", folder);
	memcpy(name.sun_path, node->socket, sizeof name.sun_path);
	node->listeners[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(node->listeners[1], (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(listen(node->listeners[1], 16), 0);
	ck_assert_int_eq(pipe(node->stop), 0);
	atomic_store(&node->connection_count, 0);
	atomic_store(&node->request_count, 0);
	ck_assert_int_eq(pthread_create(&node->thread, NULL, fake_run, node), 0);
}

static inline void fake_stop(struct fake_node *node)
{
	close(node->stop[1]);
	pthread_join(node->thread, NULL);
	close(node->stop[0]);
	close(node->listeners[0]);
	close(node->listeners[1]);
	unlink(node->socket);
}

#endif
