#include "tests/support/websocket_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_S = 60, HEAD_MAX = 14, PIECE_SIZE = 64 << 10 };

uint8_t *websocket_frame(unsigned kind, const void *payload, size_t size,
                         size_t *frame_size)
{
	static const uint8_t MASK[4] = {0x37, 0xfa, 0x21, 0x3d};
	uint8_t *frame = malloc(HEAD_MAX + size);
	const uint8_t *from = payload;
	size_t head = 2;

	ck_assert_ptr_nonnull(frame);
	frame[0] = (uint8_t)((kind & WEBSOCKET_NOT_FINAL ? 0 : 0x80) | (kind & 0xff));
	if (size < 126) {
		frame[1] = (uint8_t)(0x80 | size);
	} else if (size < 65536) {
		frame[1] = 0x80 | 126;
		put_be16(frame + 2, (uint16_t)size);
		head = 4;
	} else {
		frame[1] = 0x80 | 127;
		put_be64(frame + 2, size);
		head = 10;
	}
	memcpy(frame + head, MASK, sizeof MASK);
	head += sizeof MASK;
	for (size_t i = 0; i < size; i++)
		frame[head + i] = from[i] ^ MASK[i % 4];
	*frame_size = head + size;
	return frame;
}

/* -- Bytes ------------------------------------------------------------------------- */

static bool receive(struct websocket_client *client)
{
	ssize_t got;

	client->bytes = realloc(client->bytes, client->size + PIECE_SIZE + 1);
	ck_assert_ptr_nonnull(client->bytes);
	got = recv(client->socket, client->bytes + client->size, PIECE_SIZE, 0);
	ck_assert_msg(got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK),
	              "nothing came for %d s", PATIENCE_S);
	if (got <= 0)
		return false;
	client->size += (size_t)got;
	client->bytes[client->size] = '\0';
	return true;
}

static void drop(struct websocket_client *client, size_t size)
{
	memmove(client->bytes, client->bytes + size, client->size - size);
	client->size -= size;
}

static void send_all(int number, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t sent = send(number, at, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* it has gone: what it said is still to be read */
		at += sent;
		size -= (size_t)sent;
	}
}

/* -- Life -------------------------------------------------------------------------- */

struct websocket_client websocket_open(int number, const char *lines)
{
	struct websocket_client client = {.socket = number};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	char request[1024];
	char *end = NULL;

	setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	snprintf(request, sizeof request,
	         "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\n"
	         "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
	         lines);
	send_all(number, request, strlen(request));
	while (client.size == 0 || !(end = strstr((char *)client.bytes, "\r\n\r\n")))
		ck_assert_msg(receive(&client), "no answer");
	ck_assert_msg(strncmp((char *)client.bytes, "HTTP/1.1 101 ", 13) == 0, "%s",
	              client.bytes);
	ck_assert_ptr_nonnull(strstr(
		(char *)client.bytes, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	drop(&client, (size_t)(end + 4 - (char *)client.bytes));
	return client;
}

struct websocket_client websocket_open_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int number = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	ck_assert_int_ge(number, 0);
	ck_assert_msg(connect(number, (struct sockaddr *)&address, sizeof address) == 0,
	              "connect to %s: %s", path, strerror(errno));
	return websocket_open(number, "");
}

void websocket_close(struct websocket_client *client)
{
	close(client->socket);
	free(client->bytes);
	*client = (struct websocket_client){.socket = -1};
}

/* -- Frames ------------------------------------------------------------------------ */

void websocket_send(struct websocket_client *client, unsigned kind, const void *payload,
                    size_t size)
{
	size_t frame_size;
	uint8_t *frame = websocket_frame(kind, payload, size, &frame_size);

	send_all(client->socket, frame, frame_size);
	free(frame);
}

void websocket_send_text(struct websocket_client *client, const char *text)
{
	websocket_send(client, WEBSOCKET_TEXT, text, strlen(text));
}

/* Is a whole frame there? */
static bool measure(const struct websocket_client *client, size_t *head, uint64_t *size)
{
	if (client->size < 2)
		return false;
	ck_assert_msg((client->bytes[0] & 0xf0) == 0x80, "a server's frames are whole here");
	ck_assert_msg((client->bytes[1] & 0x80) == 0, "and not masked");
	*head = client->bytes[1] == 127 ? 10 : client->bytes[1] == 126 ? 4 : 2;
	if (client->size < *head)
		return false;
	*size = client->bytes[1];
	if (*head == 4)
		*size = get_be16(client->bytes + 2);
	else if (*head == 10)
		*size = get_be64(client->bytes + 2);
	return client->size - *head >= *size;
}

char *websocket_receive(struct websocket_client *client, unsigned *kind, size_t *size)
{
	uint64_t payload_size;
	size_t head;
	char *payload;

	while (!measure(client, &head, &payload_size))
		if (!receive(client))
			return NULL;
	*kind = client->bytes[0] & 0xfu;
	*size = (size_t)payload_size;
	payload = calloc(1, *size + 1);
	ck_assert_ptr_nonnull(payload);
	memcpy(payload, client->bytes + head, *size);
	drop(client, head + *size);
	return payload;
}

json_t *websocket_expect(struct websocket_client *client)
{
	unsigned kind = WEBSOCKET_PING;
	json_t *json = NULL;
	json_error_t error;

	while (kind != WEBSOCKET_TEXT) {
		size_t size;
		char *payload = websocket_receive(client, &kind, &size);

		ck_assert_msg(payload != NULL, "the connection has ended");
		ck_assert_msg(kind != WEBSOCKET_CLOSE, "closed: %s", size > 2 ? payload + 2 : "");
		if (kind == WEBSOCKET_PING)
			websocket_send(client, WEBSOCKET_PONG, payload, size);
		if (kind == WEBSOCKET_TEXT)
			json = json_loadb(payload, size, 0, &error);
		ck_assert_msg(kind != WEBSOCKET_TEXT || json, "%s: %s", payload, error.text);
		free(payload);
	}
	return json;
}

void websocket_expect_close(struct websocket_client *client, unsigned code)
{
	unsigned kind = WEBSOCKET_TEXT;
	size_t size;
	char *payload;

	while (kind != WEBSOCKET_CLOSE) {
		payload = websocket_receive(client, &kind, &size);
		ck_assert_msg(payload != NULL, "the connection has ended without a close frame");
		if (kind == WEBSOCKET_CLOSE) {
			ck_assert_uint_ge(size, 2);
			ck_assert_msg(get_be16((uint8_t *)payload) == code, "%u and not %u: %s",
			              get_be16((uint8_t *)payload), code, payload + 2);
		}
		free(payload);
	}
	ck_assert_ptr_null(websocket_receive(client, &kind, &size));
}
