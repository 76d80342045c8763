/* Server-sent events, read: WHATWG HTML, "9.2 Server-sent events". Bytes in, in pieces of
 * whatever size; events out. Pure: no socket, no clock.
 *
 *     : from 12.5                      a comment
 *
 *     id: 12.6                         the event's name, and where to go on behind it
 *     event: tx
 *     data: {"cursor":"12.6",...}      several such lines are one text
 *                                      an empty line: the event is whole
 *
 * A line ends with CR LF, LF or CR. An event that the end of the stream cuts is none: its
 * id does not count either. Other fields are passed over, "retry" among them: how long to
 * wait is the caller's own affair. */
#ifndef WALLET_CLI_EVENT_READER_H
#define WALLET_CLI_EVENT_READER_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"

struct event_reader {
	char id[CLIENT_EVENT_ID_MAX + 1];     /* of the newest whole event; "" before one */
	char type[CLIENT_EVENT_TYPE_MAX + 1]; /* of the event found; "": "message" */
	struct buffer data;                   /* of the event found */
	struct buffer line;                   /* the comment found; else the line under way */
	char next_id[CLIENT_EVENT_ID_MAX + 1]; /* of the event under way */
	bool has_id;                           /* the event under way names one */
	bool is_begun;                         /* the first line is behind us */
	bool after_cr;                         /* a LF that comes now ends no line */
	bool is_given;                         /* `type` and `data` were handed out */
	bool is_line_given;                    /* `line` was */
};

enum event_found {
	EVENT_FOUND_NOTHING, /* nothing whole is left in *rest, and it is empty */
	EVENT_FOUND_EVENT,   /* `type`, `data` and `id` are its own */
	EVENT_FOUND_PLACE,   /* an id without an event: the stream stands behind `id` */
	EVENT_FOUND_COMMENT, /* `line` is its text, without the colon and the blank behind */
	EVENT_FOUND_BROKEN,  /* larger than its maximum, or out of memory: the end */
};

void event_reader_init(struct event_reader *reader);
void event_reader_close(struct event_reader *reader);

/* A new connection: what the old one left unfinished is forgotten, `id` stays. */
void event_reader_restart(struct event_reader *reader);

/* Takes bytes off the front of *rest up to the end of what is found. What was found
 * before is gone with the next call. */
MUST_CHECK enum event_found event_reader_next(struct event_reader *reader,
                                              struct bytes_view *rest);

#endif
