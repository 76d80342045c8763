#include "wallet-cli/http_handle.h"

#include "chain/base/limits.h"
#include "chain/base/memory.h"

#include <string.h>

/* Every option that could fail fails for want of memory. */
bool http_handle_set_up(CURL *curl, const struct node_address *address, char *reason)
{
	CURLcode code = CURLE_OK;

	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_URL, address->url);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	                                   (long)CURL_HTTP_VERSION_1_1);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
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

enum exit_code http_handle_set_cookie(CURL *curl, const struct node_address *address,
                                      struct failure *failure)
{
	char cookie[NODE_COOKIE_SIZE];
	enum exit_code exit_code = node_address_cookie(cookie, address, failure);

	if (exit_code == EXIT_CODE_OK && cookie[0] &&
	    (curl_easy_setopt(curl, CURLOPT_USERPWD, cookie) != CURLE_OK ||
	     curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) != CURLE_OK))
		exit_code = failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	memory_wipe(cookie, sizeof cookie);
	return exit_code;
}

struct curl_slist *http_handle_headers(const char *const *lines)
{
	struct curl_slist *headers = NULL;

	for (; *lines; lines++) {
		struct curl_slist *longer = curl_slist_append(headers, *lines);

		if (!longer) {
			curl_slist_free_all(headers);
			return NULL;
		}
		headers = longer;
	}
	return headers;
}

const char *http_handle_reason(CURL *curl, CURLcode code, const char *reason)
{
	long number = 0;

	/* libcurl's sentence names a port even where there is only a socket's file. */
	if (code == CURLE_COULDNT_CONNECT &&
	    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number) == CURLE_OK && number)
		return strerror((int)number);
	return reason[0] ? reason : curl_easy_strerror(code);
}

bool http_handle_was_sent(CURL *curl)
{
	long size = 0;

	curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &size);
	return size > 0;
}

enum exit_code http_handle_unreachable(struct failure *failure, const char *name,
                                       const char *reason)
{
	failure_set(failure, EXIT_CODE_UNREACHABLE, "cannot reach the node at %.200s: %s",
	            name, reason);
	return failure_hint(failure, "is it running? --node or --data-dir says where it is");
}
