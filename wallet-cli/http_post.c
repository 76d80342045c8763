#include "wallet-cli/http_post.h"

#include "chain/base/limits.h"
#include "chain/base/memory.h"

#include <string.h>

static size_t on_answer(char *bytes, size_t unit, size_t count, void *owner)
{
	struct http_post *post = owner;

	buffer_append(&post->answer, bytes, unit * count);
	/* Anything but the size given ends the transfer. */
	return post->answer.status == STATUS_OK ? unit * count : 0;
}

/* Every option that could fail fails for want of memory. */
static bool configure(struct http_post *post, const struct node_address *address)
{
	CURL *curl = post->curl;
	CURLcode code = CURLE_OK;

	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_URL, address->url);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	                                   (long)CURL_HTTP_VERSION_1_1);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_POST, 1L);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->reason);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEDATA, post);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_PRIVATE, post);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	                                   (long)CLIENT_CONNECT_MS_MAX);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
	if (address->socket[0]) {
		code |=
			(CURLcode)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, address->socket);
		code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	}
	return code == CURLE_OK;
}

static enum exit_code set_cookie(struct http_post *post,
                                 const struct node_address *address,
                                 struct failure *failure)
{
	char cookie[NODE_COOKIE_SIZE];
	enum exit_code exit_code = node_address_cookie(cookie, address, failure);

	if (exit_code == EXIT_CODE_OK && cookie[0] &&
	    (curl_easy_setopt(post->curl, CURLOPT_USERPWD, cookie) != CURLE_OK ||
	     curl_easy_setopt(post->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) !=
	         CURLE_OK))
		exit_code = failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	memory_wipe(cookie, sizeof cookie);
	return exit_code;
}

static struct curl_slist *new_headers(void)
{
	static const char *const lines[] = {
		"Content-Type: application/json", "Accept: application/json",
		"Expect:", /* no question before the body: one round trip less */
	};
	struct curl_slist *headers = NULL;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct curl_slist *longer = curl_slist_append(headers, lines[i]);

		if (!longer) {
			curl_slist_free_all(headers);
			return NULL;
		}
		headers = longer;
	}
	return headers;
}

enum exit_code http_post_init(struct http_post *post, const struct node_address *address,
                              struct failure *failure)
{
	enum exit_code exit_code = EXIT_CODE_OK;

	*post = (struct http_post){.name = address->name};
	buffer_init(&post->answer, CLIENT_ANSWER_MAX);
	post->curl = curl_easy_init();
	post->headers = new_headers();
	if (!post->curl || !post->headers || !configure(post, address))
		exit_code = failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	if (exit_code == EXIT_CODE_OK)
		exit_code = set_cookie(post, address, failure);
	if (exit_code != EXIT_CODE_OK)
		http_post_close(post);
	return exit_code;
}

void http_post_close(struct http_post *post)
{
	if (post->curl)
		curl_easy_cleanup(post->curl);
	curl_slist_free_all(post->headers);
	buffer_close(&post->answer);
	*post = (struct http_post){0};
}

void http_post_prepare(struct http_post *post, struct bytes_view body,
                       uint64_t timeout_ms)
{
	buffer_clear(&post->answer);
	post->reason[0] = '\0';
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS,
	                 body.at ? (const char *)body.at : "");
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
	curl_easy_setopt(post->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
}

enum http_end http_post_end(struct http_post *post, CURLcode code,
                            struct failure *failure)
{
	const char *reason = post->reason[0] ? post->reason : curl_easy_strerror(code);
	long sent_size = 0;
	long number = 0;

	if (code == CURLE_OK)
		return HTTP_ANSWERED;
	/* libcurl's sentence names a port even where there is only a socket's file. */
	if (code == CURLE_COULDNT_CONNECT &&
	    curl_easy_getinfo(post->curl, CURLINFO_OS_ERRNO, &number) == CURLE_OK && number)
		reason = strerror((int)number);
	curl_easy_getinfo(post->curl, CURLINFO_REQUEST_SIZE, &sent_size);
	if (sent_size == 0) {
		failure_set(failure, EXIT_CODE_UNREACHABLE, "cannot reach the node at %.200s: %s",
		            post->name, reason);
		failure_hint(failure, "is it running? --node or --data-dir says where it is");
		return HTTP_UNREACHABLE;
	}
	if (post->answer.status == STATUS_TOO_LARGE)
		failure_set(failure, EXIT_CODE_UNREACHABLE,
		            "the answer of %.200s is larger than %d MiB", post->name,
		            CLIENT_ANSWER_MAX >> 20);
	else
		failure_set(failure, EXIT_CODE_UNREACHABLE,
		            "the connection to %.200s ended before the answer: %s", post->name,
		            reason);
	return HTTP_CUT;
}

long http_post_status(const struct http_post *post)
{
	long status = 0;

	curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}
