/* What every transfer to the node has in common: where it goes, with which cookie, and
 * how one says that nobody was there. */
#ifndef WALLET_CLI_HTTP_HANDLE_H
#define WALLET_CLI_HTTP_HANDLE_H

#include "wallet-cli/node_address.h"

#include <curl/curl.h>

/* In:  address  must outlive the handle
 *      reason   CURL_ERROR_SIZE bytes that outlive it, for libcurl's own sentences
 *
 * False: memory is out. */
MUST_CHECK bool http_handle_set_up(CURL *curl, const struct node_address *address,
                                   char *reason);

/* Reads the node's cookie anew, which each start of the node makes another. */
MUST_CHECK enum exit_code http_handle_set_cookie(CURL *curl,
                                                 const struct node_address *address,
                                                 struct failure *failure);

/* The lines in order, the last one NULL. NULL: memory is out. Free it with
 * curl_slist_free_all. */
MUST_CHECK struct curl_slist *http_handle_headers(const char *const *lines);

/* Why a transfer ended so, for people: `reason` where libcurl said something better. */
const char *http_handle_reason(CURL *curl, CURLcode code, const char *reason);

/* Was a request sent at all? */
bool http_handle_was_sent(CURL *curl);

/* EXIT_CODE_UNREACHABLE, with a sentence and what to do. */
enum exit_code http_handle_unreachable(struct failure *failure, const char *name,
                                       const char *reason);

#endif
