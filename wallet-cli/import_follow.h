/* What becomes of what was sent: the blocks are read one after another as they appear,
 * and each names its transactions. What stays pending for long is asked about by its
 * txid: it may have been refused later, or the node may have lost it when it started
 * again. */
#ifndef WALLET_CLI_IMPORT_FOLLOW_H
#define WALLET_CLI_IMPORT_FOLLOW_H

#include "chain/base/limits.h"
#include "wallet-cli/http_post.h"
#include "wallet-cli/import_item.h"

struct import;

/* What was asked and not yet answered. */
enum follow_question { FOLLOW_IDLE, FOLLOW_BLOCK, FOLLOW_STATUS };

struct import_follower {
	CURLM *multi; /* borrowed */
	struct http_post post;
	struct buffer body;
	enum follow_question asking;
	uint64_t height; /* the next block to read */
	uint64_t due_ms; /* when to ask for it; elapsing_ms() */
	uint64_t status_due_ms;
	size_t count; /* asked about */
	struct hash txids[IMPORT_BATCH_TXS];
};

/* In:  height  the newest block before anything is sent */
MUST_CHECK enum exit_code import_follower_init(struct import_follower *follower,
                                               CURLM *multi, uint64_t height,
                                               const struct node_address *address,
                                               struct failure *failure);
void import_follower_close(struct import_follower *follower);

/* Asks, if it is due and anything is on its way. */
void import_follower_start(struct import *import, uint64_t now_ms);

/* Its transfer ended so, if `handle` is its own. */
MUST_CHECK bool import_follower_on_end(struct import *import, CURL *handle,
                                       CURLcode code);

#endif
