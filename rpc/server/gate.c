#include "rpc/server/gate.h"

#include "chain/base/text.h"

static struct gate_verdict refuse(unsigned status, enum rpc_code code, const char *reason)
{
	return (struct gate_verdict){
	    .status = status, .code = code, .reason = reason, .extra = ""};
}

/* -- Host --------------------------------------------------------------------------- */

/* "name", "name:port", "[::1]:port" without the port. An empty view: it is none of these.
 */
static struct bytes_view without_port(struct bytes_view host)
{
	size_t size = 0;

	if (host.size > 0 && host.at[0] == '[') {
		const uint8_t *bracket = memchr(host.at, ']', host.size);

		if (!bracket)
			return bytes_view(host.at, 0);
		size = (size_t)(bracket - host.at) + 1;
	} else {
		while (size < host.size && host.at[size] != ':')
			size++;
	}
	if (size < host.size && host.at[size] != ':')
		return bytes_view(host.at, 0);
	for (size_t i = size + 1; i < host.size; i++)
		if (host.at[i] < '0' || host.at[i] > '9')
			return bytes_view(host.at, 0);
	return bytes_view(host.at, size);
}

static bool host_is_ours(const struct gate *gate, struct bytes_view host)
{
	host = without_port(host);
	if (http_text_is(host, "localhost") || http_text_is(host, "127.0.0.1") ||
	    http_text_is(host, "[::1]"))
		return true;
	for (size_t i = 0; i < gate->host_count; i++)
		if (host.size > 0 && http_text_is(host, gate->hosts[i]))
			return true;
	return false;
}

/* -- POST / ------------------------------------------------------------------------- */

/* A browser sends text/plain and forms to anybody without asking first; a program says
 * what it sends, or nothing. */
static bool is_json(const struct http_head *head)
{
	return !head->content_type.at ||
	       http_media_type_is(head->content_type, "application/json") ||
	       http_media_type_is(head->content_type, "application/json-rpc");
}

/* "http://HOST" or "https://HOST" with the very Host line, port and all, which was found to
 * be ours: a page that this node served, perhaps through a proxy. */
static bool is_own_page(const struct http_head *head)
{
	struct bytes_view origin = head->origin;
	static const char *const SCHEMES[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
		size_t size = strlen(SCHEMES[i]);

		if (head->host.size > 0 && origin.size == size + head->host.size &&
		    memcmp(origin.at, SCHEMES[i], size) == 0 &&
		    memcmp(origin.at + size, head->host.at, head->host.size) == 0)
			return true;
	}
	return false;
}

/* May this client ask for anything? */
static struct gate_verdict judge_client(const struct gate *gate,
                                        const struct http_head *head, bool is_local)
{
	bool is_trusted = is_local || cookie_is_shown(&gate->cookie, head->authorization);

	if (head->origin.at && !is_own_page(head))
		return refuse(
		    403, RPC_FORBIDDEN,
		    "the Origin line is that of a web page of somebody else: not accepted");
	if (!is_trusted && (head->authorization.at || !gate->public_reads)) {
		struct gate_verdict verdict = refuse(
		    401, RPC_UNAUTHENTICATED,
		    head->authorization.at ? "this is not the cookie of this start of the node"
		                           : "the cookie is missing");

		verdict.extra = "WWW-Authenticate: Basic realm=\"cairn\"\r\n";
		return verdict;
	}
	return (struct gate_verdict){
	    .route = GATE_RPC, .is_trusted = is_trusted, .extra = ""};
}

static struct gate_verdict judge_rpc(const struct gate *gate,
                                     const struct http_head *head, bool is_local)
{
	struct gate_verdict verdict = judge_client(gate, head, is_local);

	if (verdict.status != 0)
		return verdict;
	if (!is_json(head))
		return refuse(415, RPC_INVALID_REQUEST, "Content-Type must be application/json");
	if (head->content_encoding.at && !http_text_is(head->content_encoding, "identity"))
		return refuse(415, RPC_INVALID_REQUEST, "the body must not be compressed");
	if (head->content_length > RPC_BODY_MAX)
		return refuse(413, RPC_LIMIT_EXCEEDED, "the body is larger than 8 MiB");
	return verdict;
}

/* -- Paths -------------------------------------------------------------------------- */

static const struct {
	const char *path;
	enum gate_route route;
} PAGES[] = {
	{"/verify.html", GATE_VERIFY},
	{"/livez", GATE_LIVE},
	{"/readyz", GATE_READY},
	{"/metrics", GATE_METRICS},
	{"/checkpoint", GATE_CHECKPOINT},
};

static struct gate_verdict not_allowed(const char *reason, const char *allow)
{
	struct gate_verdict verdict = refuse(405, RPC_INVALID_REQUEST, reason);

	verdict.extra = allow;
	return verdict;
}

static struct gate_verdict judge_page(const struct http_head *head, enum gate_route route)
{
	if (head->method != HTTP_GET && head->method != HTTP_HEAD)
		return not_allowed("only GET and HEAD are allowed here", "Allow: GET, HEAD\r\n");
	if (head->content_length > 0 || head->is_chunked)
		return refuse(413, RPC_LIMIT_EXCEEDED, "a body is not accepted here");
	return (struct gate_verdict){.route = route, .extra = ""};
}

/* They tell what calls that read do. */
static struct gate_verdict judge_events(const struct gate *gate,
                                        const struct http_head *head, bool is_local)
{
	struct gate_verdict verdict = judge_client(gate, head, is_local);

	if (verdict.status != 0)
		return verdict;
	if (head->method != HTTP_GET)
		return not_allowed("only GET is allowed here", "Allow: GET\r\n");
	if (head->content_length > 0 || head->is_chunked)
		return refuse(413, RPC_LIMIT_EXCEEDED, "a body is not accepted here");
	verdict.route = GATE_EVENTS;
	return verdict;
}

/* RFC 6455 section 4.2.1. A browser lets any page open one to anywhere: the Origin line,
 * which judge_client looks at, is all that stands in its way. */
static struct gate_verdict judge_websocket(const struct gate *gate,
                                           const struct http_head *head, bool is_local)
{
	struct gate_verdict verdict = judge_client(gate, head, is_local);
	uint8_t key[HTTP_SOCKET_KEY_SIZE];
	size_t size;

	if (verdict.status != 0)
		return verdict;
	if (head->method != HTTP_GET)
		return not_allowed("only GET is allowed here", "Allow: GET\r\n");
	if (head->content_length > 0 || head->is_chunked)
		return refuse(413, RPC_LIMIT_EXCEEDED, "a body is not accepted here");
	if (head->is_old || !head->wants_upgrade ||
	    !http_text_is(head->upgrade, "websocket") ||
	    !http_text_is(head->socket_version, "13")) {
		verdict = refuse(426, RPC_INVALID_REQUEST,
		                 "here WebSocket is spoken, version 13: Connection: Upgrade, "
		                 "Upgrade: websocket");
		verdict.extra = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
		return verdict;
	}
	if (head->socket_key.size != HTTP_SOCKET_KEY_SIZE ||
	    !base64_decode(key, &size, head->socket_key) || size != 16)
		return refuse(400, RPC_INVALID_REQUEST,
		              "Sec-WebSocket-Key must be 16 bytes in base64");
	verdict.route = GATE_WEBSOCKET;
	return verdict;
}

struct gate_verdict gate_judge(const struct gate *gate, const struct http_head *head,
                               bool is_local)
{
	if (!is_local && !host_is_ours(gate, head->host))
		return refuse(
		    403, RPC_FORBIDDEN,
		    "the Host line names somebody else: use localhost or 127.0.0.1, or add "
		    "the name to rpc.allowed_hosts");
	if (bytes_equal(head->path, text_view("/"))) {
		if (head->method == HTTP_POST)
			return judge_rpc(gate, head, is_local);
		if (head->method == HTTP_GET || head->method == HTTP_HEAD)
			return judge_page(head, GATE_EXPLORER);
		return not_allowed("JSON-RPC is asked by POST", "Allow: GET, HEAD, POST\r\n");
	}
	if (bytes_equal(head->path, text_view("/v1/events")))
		return judge_events(gate, head, is_local);
	if (bytes_equal(head->path, text_view("/ws")))
		return judge_websocket(gate, head, is_local);
	for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++)
		if (bytes_equal(head->path, text_view(PAGES[i].path)))
			return judge_page(head, PAGES[i].route);
	return refuse(404, RPC_INVALID_REQUEST, "there is nothing under this path");
}
