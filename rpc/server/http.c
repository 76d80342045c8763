#include "rpc/server/http.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"

#include <stdio.h>
#include <strings.h>

/* -- The end of the head ------------------------------------------------------------ */

enum http_found http_head_find(size_t *looked, size_t *size, struct bytes_view bytes)
{
	while (*looked < bytes.size) {
		const uint8_t *from = bytes.at + *looked;
		const uint8_t *feed = memchr(from, '\n', bytes.size - *looked);
		size_t at;

		if (!feed) {
			*looked = bytes.size;
			return HTTP_FOUND_PART;
		}
		at = (size_t)(feed - bytes.at);
		if (at == 0 || bytes.at[at - 1] != '\r')
			return HTTP_FOUND_WRONG;
		*looked = at + 1;
		if (at >= 3 && bytes.at[at - 2] == '\n') {
			*size = at + 1;
			return HTTP_FOUND_ALL;
		}
	}
	return HTTP_FOUND_PART;
}

/* -- Words -------------------------------------------------------------------------- */

bool http_text_is(struct bytes_view value, const char *text)
{
	return value.size == strlen(text) &&
	       (value.size == 0 ||
	        strncasecmp((const char *)value.at, text, value.size) == 0);
}

static struct bytes_view trimmed(struct bytes_view text)
{
	while (text.size > 0 && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = bytes_view(text.at + 1, text.size - 1);
	while (text.size > 0 &&
	       (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/* What stands before the first `separator`; *rest is what stands behind it, and has at
 * NULL where there is none. */
static struct bytes_view cut(struct bytes_view text, char separator,
                             struct bytes_view *rest)
{
	const uint8_t *at = text.size > 0 ? memchr(text.at, separator, text.size) : NULL;
	size_t size = at ? (size_t)(at - text.at) : text.size;

	*rest = at ? bytes_view(at + 1, text.size - size - 1) : bytes_view(NULL, 0);
	return bytes_view(text.at, size);
}

bool http_media_type_is(struct bytes_view value, const char *type)
{
	struct bytes_view parameters;

	return http_text_is(trimmed(cut(value, ';', &parameters)), type);
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct bytes_view text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.at[i];
		uint8_t lower = byte | 0x20;

		if ((lower < 'a' || lower > 'z') && (byte < '0' || byte > '9') &&
		    (byte == '\0' || !strchr("!#$%&'*+-.^_`|~", byte)))
			return false;
	}
	return text.size > 0;
}

/* No control character but a tab: RFC 9110 section 5.5. */
static bool is_field_value(struct bytes_view text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.at[i] < 0x20 && text.at[i] != '\t') || text.at[i] == 0x7f)
			return false;
	return true;
}

/* -- The request line --------------------------------------------------------------- */

/* A path of our own is plain ASCII; what must be escaped in one is never ours. */
static bool read_target(struct http_head *head, struct bytes_view target)
{
	if (target.size == 0 || target.at[0] != '/')
		return false;
	for (size_t i = 0; i < target.size; i++)
		if (target.at[i] <= 0x20 || target.at[i] >= 0x7f)
			return false;
	head->path = cut(target, '?', &head->query);
	return true;
}

static enum http_method method_of(struct bytes_view word)
{
	if (bytes_equal(word, text_view("POST")))
		return HTTP_POST;
	if (bytes_equal(word, text_view("GET")))
		return HTTP_GET;
	if (bytes_equal(word, text_view("HEAD")))
		return HTTP_HEAD;
	return HTTP_OTHER;
}

static bool read_request_line(struct http_head *head, struct bytes_view line,
                              const char **reason)
{
	struct bytes_view rest, version;
	struct bytes_view method = cut(line, ' ', &rest);
	struct bytes_view target = cut(rest, ' ', &version);

	*reason = "the first line is no \"METHOD /path HTTP/1.1\"";
	if (!is_token(method) || !read_target(head, target))
		return false;
	head->method = method_of(method);
	head->keep_alive = bytes_equal(version, text_view("HTTP/1.1"));
	return head->keep_alive || bytes_equal(version, text_view("HTTP/1.0"));
}

/* -- The other lines ---------------------------------------------------------------- */

/* Lines that count here. Each may stand once, but for Connection, which is a list. */
struct field_lines {
	struct bytes_view content_length;
	struct bytes_view transfer_encoding;
	struct bytes_view expect;
};

static struct bytes_view *field_of(struct http_head *head, struct field_lines *lines,
                                   struct bytes_view name)
{
	const struct {
		const char *name;
		struct bytes_view *value;
	} fields[] = {
	    {"host", &head->host},
	    {"origin", &head->origin},
	    {"authorization", &head->authorization},
	    {"content-type", &head->content_type},
	    {"content-encoding", &head->content_encoding},
	    {"last-event-id", &head->last_event_id},
	    {"upgrade", &head->upgrade},
	    {"sec-websocket-key", &head->socket_key},
	    {"sec-websocket-version", &head->socket_version},
	    {"content-length", &lines->content_length},
	    {"transfer-encoding", &lines->transfer_encoding},
	    {"expect", &lines->expect},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (http_text_is(name, fields[i].name))
			return fields[i].value;
	return NULL;
}

static void read_connection(struct http_head *head, struct bytes_view list)
{
	while (list.at) {
		struct bytes_view rest;

		struct bytes_view word = trimmed(cut(list, ',', &rest));

		head->keep_alive &= !http_text_is(word, "close");
		head->wants_upgrade |= http_text_is(word, "upgrade");
		list = rest;
	}
}

static bool read_field(struct http_head *head, struct field_lines *lines,
                       struct bytes_view line, const char **reason)
{
	struct bytes_view rest;
	struct bytes_view name = cut(line, ':', &rest);
	struct bytes_view value = trimmed(rest);
	struct bytes_view *field;

	*reason = "a header line is no \"Name: value\"";
	if (!rest.at || !is_token(name) || !is_field_value(value))
		return false;
	if (http_text_is(name, "connection"))
		read_connection(head, value);
	field = field_of(head, lines, name);
	if (!field)
		return true;
	*reason = "a header line that may stand once stands twice";
	if (field->at)
		return false;
	*field = value;
	return true;
}

/* How long the body is: one answer, or the request is refused (RFC 9112 section 6.3). */
static bool read_length(struct http_head *head, const struct field_lines *lines,
                        bool is_old, const char **reason)
{
	struct bytes_view length = lines->content_length;

	if (lines->transfer_encoding.at) {
		*reason = "Transfer-Encoding must be \"chunked\", in HTTP/1.1, without a "
		          "Content-Length";
		head->is_chunked = true;
		return !length.at && !is_old && http_text_is(lines->transfer_encoding, "chunked");
	}
	*reason = "Content-Length must be a number";
	if (!length.at)
		return true;
	for (size_t i = 0; i < length.size; i++)
		if (length.at[i] < '0' || length.at[i] > '9')
			return false;
	while (length.size > 1 && length.at[0] == '0')
		length = bytes_view(length.at + 1, length.size - 1);
	/* A number that no 64 bits hold is a length all the same: too large a one. */
	if (!decimal_decode(&head->content_length, length) && length.size > 0)
		head->content_length = UINT64_MAX;
	return length.size > 0;
}

bool http_head_read(struct http_head *head, struct bytes_view bytes, const char **reason)
{
	struct field_lines lines = {0};
	struct bytes_view rest;
	struct bytes_view line = cut(bytes, '\n', &rest);
	bool is_old;

	*head = (struct http_head){0};
	line.size--; /* the CR that http_head_find made sure of */
	if (!read_request_line(head, line, reason))
		return false;
	is_old = !head->keep_alive;
	head->is_old = is_old;
	for (line = cut(rest, '\n', &rest); line.size > 1; line = cut(rest, '\n', &rest)) {
		line.size--;
		if (!read_field(head, &lines, line, reason))
			return false;
	}
	if (!read_length(head, &lines, is_old, reason))
		return false;
	*reason = "the only Expect there is is \"100-continue\"";
	if (lines.expect.at && !http_text_is(lines.expect, "100-continue"))
		return false;
	head->expects_continue = lines.expect.at && !is_old;
	*reason = "the Host line is missing";
	return head->host.at != NULL;
}

/* -- Answers ------------------------------------------------------------------------ */

const char *http_status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} texts[] = {
	    {200, "OK"},
	    {204, "No Content"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {413, "Content Too Large"},
	    {415, "Unsupported Media Type"},
	    {426, "Upgrade Required"},
	    {503, "Service Unavailable"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Unknown";
}

size_t http_answer_head(char head[HTTP_ANSWER_HEAD_SIZE], unsigned status,
                        const char *content_type, size_t content_length,
                        const char *extra, bool keep_alive)
{
	char content[128] = "";
	int size;

	if (status != 204)
		snprintf(content, sizeof content, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		         content_type, content_length);
	size = snprintf(head, HTTP_ANSWER_HEAD_SIZE, "HTTP/1.1 %u %s\r\n%s%s%s\r\n", status,
	                http_status_text(status), content, extra,
	                keep_alive ? "" : "Connection: close\r\n");
	INVARIANT(size > 0 && size < HTTP_ANSWER_HEAD_SIZE);
	return (size_t)size;
}
