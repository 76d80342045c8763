/* A client of WebSocket on a socket that is connected already: frames out, frames in, read by
 * hand and not by what is under test. Whatever is wrong fails the test. */
#ifndef TESTS_SUPPORT_WEBSOCKET_CLIENT_H
#define TESTS_SUPPORT_WEBSOCKET_CLIENT_H

#include "tests/support/support.h"

enum {
	WEBSOCKET_MORE = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
	WEBSOCKET_NOT_FINAL = 0x100, /* may be added: the message goes on */
};

struct websocket_client {
	int socket;
	uint8_t *bytes; /* what came and was not looked at */
	size_t size;
};

/* A masked frame, to be freed with free(). */
uint8_t *websocket_frame(unsigned kind, const void *payload, size_t size, size_t *frame_size);

/* Shakes hands; `lines` are further header lines, each with CR LF. The socket is taken. */
struct websocket_client websocket_open(int socket_number, const char *lines);
/* The same on a Unix socket. */
struct websocket_client websocket_open_path(const char *path);
void websocket_close(struct websocket_client *client);

void websocket_send(struct websocket_client *client, unsigned kind, const void *payload,
                    size_t size);
void websocket_send_text(struct websocket_client *client, const char *text);

/* The next frame, waited for at most 60 s; the payload has a NUL behind it and is to be freed
 * with free(). NULL: the connection has ended. */
char *websocket_receive(struct websocket_client *client, unsigned *kind, size_t *size);

/* The next text, parsed, to be freed with json_decref; pings are answered on the way. */
json_t *websocket_expect(struct websocket_client *client);

/* It is closed with this code, texts before that are passed over, and the connection ends. */
void websocket_expect_close(struct websocket_client *client, unsigned code);

#endif
