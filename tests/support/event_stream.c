#include "tests/support/event_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_S = 60, PIECE_SIZE = 64 << 10 };

/* -- Bytes ------------------------------------------------------------------------- */

/* More raw bytes. False: none will come. */
static bool receive(struct event_stream *stream, int flags)
{
	ssize_t got;

	stream->raw = realloc(stream->raw, stream->raw_size + PIECE_SIZE + 1);
	ck_assert_ptr_nonnull(stream->raw);
	got = recv(stream->socket, stream->raw + stream->raw_size, PIECE_SIZE, flags);
	if (got > 0)
		stream->raw_size += (size_t)got;
	stream->raw[stream->raw_size] = '\0';
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		ck_assert_msg(flags & MSG_DONTWAIT, "nothing came for %d s", PATIENCE_S);
		return false;
	}
	stream->is_lost |= got <= 0;
	return got > 0;
}

static void drop_raw(struct event_stream *stream, size_t size)
{
	memmove(stream->raw, stream->raw + size, stream->raw_size - size + 1);
	stream->raw_size -= size;
}

/* One whole chunk, if it is there. */
static bool take_chunk(struct event_stream *stream)
{
	char *end;
	size_t size, head;

	if (stream->raw_size == 0 || !strstr(stream->raw, "\r\n"))
		return false;
	size = strtoul(stream->raw, &end, 16);
	head = (size_t)(end - stream->raw) + 2;
	ck_assert_msg(memcmp(end, "\r\n", 2) == 0, "no chunk: %.40s", stream->raw);
	if (stream->raw_size < head + size + 2)
		return false;
	ck_assert_int_eq(memcmp(stream->raw + head + size, "\r\n", 2), 0);
	stream->has_ended = size == 0;
	stream->text = realloc(stream->text, stream->text_size + size + 1);
	ck_assert_ptr_nonnull(stream->text);
	memcpy(stream->text + stream->text_size, stream->raw + head, size);
	stream->text_size += size;
	stream->text[stream->text_size] = '\0';
	drop_raw(stream, head + size + 2);
	return true;
}

/* -- Beginning --------------------------------------------------------------------- */

struct event_stream event_stream_ask(const char *socket_path, const char *query,
                                     const char *last_event_id)
{
	struct event_stream stream = {.socket = socket(AF_UNIX, SOCK_STREAM, 0)};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char request[2048];
	int size;

	snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
	ck_assert_int_ge(stream.socket, 0);
	setsockopt(stream.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	ck_assert_msg(connect(stream.socket, (struct sockaddr *)&address, sizeof address) ==
	                  0,
	              "connect to %s: %s", socket_path, strerror(errno));
	size = snprintf(request, sizeof request,
	                "GET /v1/events?%s HTTP/1.1\r\nHost: localhost\r\n%s%s%s\r\n", query,
	                last_event_id ? "Last-Event-ID: " : "",
	                last_event_id ? last_event_id : "", last_event_id ? "\r\n" : "");
	ck_assert_int_eq(send(stream.socket, request, (size_t)size, MSG_NOSIGNAL), size);
	return stream;
}

void event_stream_begin(struct event_stream *stream)
{
	struct event first;
	char *end = NULL;

	while (stream->raw_size == 0 || !(end = strstr(stream->raw, "\r\n\r\n")))
		ck_assert_msg(receive(stream, 0), "no answer");
	ck_assert_int_eq(sscanf(stream->raw, "HTTP/1.1 %u ", &stream->status), 1);
	if (stream->status != 200)
		return;
	ck_assert_ptr_nonnull(strstr(stream->raw, "Content-Type: text/event-stream\r\n"));
	drop_raw(stream, (size_t)(end + 4 - stream->raw));
	ck_assert(event_stream_next(stream, &first));
	ck_assert_ptr_null(first.data);
	ck_assert_msg(stream->from[0] != '\0', "it does not say where it begins");
}

struct event_stream event_stream_open(const char *socket_path, const char *query,
                                      const char *last_event_id)
{
	struct event_stream stream = event_stream_ask(socket_path, query, last_event_id);

	event_stream_begin(&stream);
	return stream;
}

/* -- Events ------------------------------------------------------------------------ */

static void read_line(struct event_stream *stream, struct event *event, const char *line)
{
	json_error_t error;

	if (strncmp(line, ": from ", 7) == 0)
		snprintf(stream->from, sizeof stream->from, "%s", line + 7);
	else if (strncmp(line, "id: ", 4) == 0)
		snprintf(event->id, sizeof event->id, "%s", line + 4);
	else if (strncmp(line, "event: ", 7) == 0)
		snprintf(event->type, sizeof event->type, "%s", line + 7);
	else if (strncmp(line, "data: ", 6) == 0)
		ck_assert_msg((event->data = json_loads(line + 6, 0, &error)) != NULL, "%s: %s",
		              line, error.text);
	else
		ck_assert_msg(line[0] == ':', "no line of an event: %s", line);
}

static bool take_event(struct event_stream *stream, struct event *event)
{
	char *end = stream->text_size > 0 ? strstr(stream->text, "\n\n") : NULL;
	size_t size;

	*event = (struct event){.data = NULL};
	if (!end)
		return false;
	size = (size_t)(end - stream->text) + 2;
	*end = '\0';
	for (char *line = stream->text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		read_line(stream, event, line);
	}
	memmove(stream->text, stream->text + size, stream->text_size - size + 1);
	stream->text_size -= size;
	return true;
}

bool event_stream_next(struct event_stream *stream, struct event *event)
{
	while (!take_event(stream, event)) {
		while (!stream->has_ended && !take_chunk(stream))
			if (!receive(stream, 0))
				return false;
		if (stream->has_ended && stream->text_size == 0)
			return false;
	}
	return true;
}

struct event event_stream_expect(struct event_stream *stream)
{
	struct event event;

	do
		ck_assert_msg(event_stream_next(stream, &event), "the stream has ended");
	while (!event.data);
	return event;
}

bool event_stream_is_silent(struct event_stream *stream)
{
	while (receive(stream, MSG_DONTWAIT))
		;
	while (take_chunk(stream))
		;
	return stream->text_size == 0;
}

void event_stream_close(struct event_stream *stream)
{
	close(stream->socket);
	free(stream->raw);
	free(stream->text);
	*stream = (struct event_stream){.socket = -1};
}
