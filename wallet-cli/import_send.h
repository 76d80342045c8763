/* Batches of submissions on their way to the node. One at a time keeps the order of the
 * lines, because the node's pool is first in, first out for each sender; several at once
 * are for a node to which the way is long. */
#ifndef WALLET_CLI_IMPORT_SEND_H
#define WALLET_CLI_IMPORT_SEND_H

#include "chain/base/limits.h"
#include "wallet-cli/http_post.h"
#include "wallet-cli/import_item.h"

struct import;

struct import_connection {
	struct http_post post;
	struct buffer body;
	struct import_item *items[IMPORT_BATCH_TXS]; /* SENDING */
	size_t count;                                /* 0: nothing is on its way */
};

struct import_sender {
	CURLM *multi;                          /* borrowed */
	size_t connection_count;               /* that are used */
	struct import_connection *connections; /* heap */
	size_t busy_count;
	uint64_t paused_until_ms; /* after a "not now"; elapsing_ms() */
	unsigned pause_count;     /* "not now" since something was taken */
	struct failure not_now;   /* what the last "not now" was */
};

/* In:  connection_count  1..IMPORT_CONNECTIONS */
MUST_CHECK enum exit_code import_sender_init(struct import_sender *sender, CURLM *multi,
                                             size_t connection_count,
                                             const struct node_address *address,
                                             struct failure *failure);
void import_sender_close(struct import_sender *sender);

/* Starts what can be started from import->signed_items. With `all` even a small batch. */
void import_sender_start(struct import *import, uint64_t now_ms);

/* Is this handle one of the sender's? Then its transfer ended so: items become PENDING,
 * go back to import->signed_items, or end. Not EXIT_CODE_OK: *failure says why nothing of
 * the import can go on. */
MUST_CHECK bool import_sender_on_end(struct import *import, CURL *handle, CURLcode code,
                                     enum exit_code *exit_code, struct failure *failure);

#endif
