/* One HTTP POST to the node, again and again over one kept connection: what a single call
 * (client.h) and an import with many at once (import_send.h) share.
 *
 * Three ends are told apart, because they mean different things for a transaction: the
 * node was not reached and got nothing; it answered; or the connection was cut after
 * something was sent, and nobody knows. */
#ifndef WALLET_CLI_HTTP_POST_H
#define WALLET_CLI_HTTP_POST_H

#include "chain/base/buffer.h"
#include "wallet-cli/node_address.h"

#include <curl/curl.h>

struct http_post {
	CURL *curl;
	struct curl_slist *headers;
	struct buffer answer;         /* the body of the last one */
	const char *name;             /* of the node, borrowed from its address */
	char reason[CURL_ERROR_SIZE]; /* libcurl's own sentence */
};

enum http_end {
	HTTP_ANSWERED,    /* `answer` is what came, whatever it is */
	HTTP_UNREACHABLE, /* nothing was sent */
	HTTP_CUT,         /* something was sent, and no whole answer came */
};

/* `address` must outlive it. libcurl must have been initialised. */
MUST_CHECK enum exit_code http_post_init(struct http_post *post,
                                         const struct node_address *address,
                                         struct failure *failure);
void http_post_close(struct http_post *post);

/* What the next transfer sends; `body` must stay until it ended. */
void http_post_prepare(struct http_post *post, struct bytes_view body,
                       uint64_t timeout_ms);

/* How a transfer ended. Unless HTTP_ANSWERED, *failure is EXIT_CODE_UNREACHABLE with a
 * sentence. */
MUST_CHECK enum http_end http_post_end(struct http_post *post, CURLcode code,
                                       struct failure *failure);

/* The status line's number of an answered one. */
long http_post_status(const struct http_post *post);

#endif
