/* A reader of server-sent events on a Unix socket, by the rules that a browser reads them
 * by. Whatever is wrong fails the test. */
#ifndef TESTS_SUPPORT_EVENT_STREAM_H
#define TESTS_SUPPORT_EVENT_STREAM_H

#include "tests/support/support.h"

struct event_stream {
	int socket;
	unsigned status;   /* of HTTP */
	char *raw;         /* what came and was not taken out of its chunks yet */
	size_t raw_size;
	char *text;        /* what was, and is no event yet */
	size_t text_size;
	bool has_ended;    /* the last chunk was seen */
	bool is_lost;      /* the connection ended before it */
	char from[48];     /* the cursor of the first comment */
};

struct event {
	char id[48];
	char type[16];
	json_t *data; /* to be freed with json_decref; NULL: a comment */
};

/* Asks for "/v1/events?QUERY"; `last_event_id` NULL: without. When the status is 200 the
 * first comment was read. */
struct event_stream event_stream_open(const char *socket_path, const char *query,
                                      const char *last_event_id);

/* The request alone: nothing of the answer is read. */
struct event_stream event_stream_ask(const char *socket_path, const char *query,
                                     const char *last_event_id);
/* The head and the first comment of what was asked. */
void event_stream_begin(struct event_stream *stream);

/* The next event or comment; waits for it, at most 60 s. False: the stream has ended. */
bool event_stream_next(struct event_stream *stream, struct event *event);

/* The same, past comments; it must not have ended. */
struct event event_stream_expect(struct event_stream *stream);

/* Is there nothing to be read now? */
bool event_stream_is_silent(struct event_stream *stream);

void event_stream_close(struct event_stream *stream);

#endif
