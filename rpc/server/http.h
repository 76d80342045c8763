/* Requests of HTTP/1.1 (RFC 9110, 9112), read strictly: where two programs could read one
 * text in two ways (a line that ends in LF alone, two lengths, a length and chunks, a
 * space before a colon, a folded line), the text is refused, because that is how a
 * request is smuggled past whoever stands in front. Pure: bytes in, what they say out. */
#ifndef RPC_SERVER_HTTP_H
#define RPC_SERVER_HTTP_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OTHER };

/* A request without its body. Views of the head; at NULL where a line is missing. */
struct http_head {
	enum http_method method;
	struct bytes_view path;  /* from '/' up to a '?' */
	struct bytes_view query; /* behind it */
	struct bytes_view host;  /* always there */
	struct bytes_view origin;
	struct bytes_view authorization;
	struct bytes_view content_type;
	struct bytes_view content_encoding;
	struct bytes_view last_event_id;
	struct bytes_view upgrade; /* Upgrade, Sec-WebSocket-Key and Sec-WebSocket-Version */
	struct bytes_view socket_key;
	struct bytes_view socket_version;
	bool wants_upgrade;      /* Connection says so */
	bool is_old;             /* HTTP/1.0, which knows no chunks */
	bool is_chunked;         /* the body's length shows when it ends */
	bool expects_continue;   /* the client waits for leave to send the body */
	bool keep_alive;         /* the client wants to ask more on this connection */
	uint64_t content_length; /* bytes of a body that is not chunked; 0: none */
};

enum { HTTP_SOCKET_KEY_SIZE = 24 }; /* 16 bytes in base64 */

enum http_found {
	HTTP_FOUND_ALL,
	HTTP_FOUND_PART, /* more must come */
	HTTP_FOUND_WRONG,
};

/* Looks for the empty line that ends a head.
 *
 * In and out:  looked  how far earlier calls looked for the same head; 0 at first
 * Out:         size    of the head with its empty line
 *
 * HTTP_FOUND_WRONG: a line ends in LF alone. */
enum http_found http_head_find(size_t *looked, size_t *size, struct bytes_view bytes);

/* `bytes`: what http_head_find found. False: *reason says why it is none, a static text.
 */
MUST_CHECK bool http_head_read(struct http_head *head, struct bytes_view bytes,
                               const char **reason);

/* Does a media type, which may have parameters, name this one? */
bool http_media_type_is(struct bytes_view value, const char *type);

/* Case does not count, as in names of hosts, schemes and codings. */
bool http_text_is(struct bytes_view value, const char *text);

enum { HTTP_ANSWER_HEAD_SIZE = 320 };

/* The head of an answer, with a NUL. A status without text (204) has no content lines.
 *
 * In:  extra  whole lines, each with CRLF; "" for none, at most 96 characters
 *
 * Returns its size. */
size_t http_answer_head(char head[HTTP_ANSWER_HEAD_SIZE], unsigned status,
                        const char *content_type, size_t content_length,
                        const char *extra, bool keep_alive);

/* "Not Found"; never NULL. */
const char *http_status_text(unsigned status);

#endif
