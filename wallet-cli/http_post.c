#include "wallet-cli/http_post.h"

#include "chain/base/limits.h"
#include "wallet-cli/http_handle.h"

static size_t on_answer(char *bytes, size_t unit, size_t count, void *owner)
{
	struct http_post *post = owner;

	buffer_append(&post->answer, bytes, unit * count);
	/* Anything but the size given ends the transfer. */
	return post->answer.status == STATUS_OK ? unit * count : 0;
}

static bool configure(struct http_post *post, const struct node_address *address)
{
	CURL *curl = post->curl;
	CURLcode code = CURLE_OK;

	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_POST, 1L);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEDATA, post);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_PRIVATE, post);
	return http_handle_set_up(curl, address, post->reason) && code == CURLE_OK;
}

enum exit_code http_post_init(struct http_post *post, const struct node_address *address,
                              struct failure *failure)
{
	static const char *const lines[] = {
		"Content-Type: application/json",
		"Accept: application/json",
		"Expect:", /* no question before the body: one round trip less */
		NULL,
	};
	enum exit_code exit_code = EXIT_CODE_OK;

	*post = (struct http_post){.name = address->name};
	buffer_init(&post->answer, CLIENT_ANSWER_MAX);
	post->curl = curl_easy_init();
	post->headers = http_handle_headers(lines);
	if (!post->curl || !post->headers || !configure(post, address))
		exit_code = failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	if (exit_code == EXIT_CODE_OK)
		exit_code = http_handle_set_cookie(post->curl, address, failure);
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
	const char *reason;

	if (code == CURLE_OK)
		return HTTP_ANSWERED;
	reason = http_handle_reason(post->curl, code, post->reason);
	if (!http_handle_was_sent(post->curl)) {
		http_handle_unreachable(failure, post->name, reason);
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
