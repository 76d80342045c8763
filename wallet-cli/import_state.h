/* An import while it runs; for its own files. One thread owns all of it but the signers.
 */
#ifndef WALLET_CLI_IMPORT_STATE_H
#define WALLET_CLI_IMPORT_STATE_H

#include "wallet-cli/import.h"
#include "wallet-cli/import_follow.h"
#include "wallet-cli/import_input.h"
#include "wallet-cli/import_send.h"
#include "wallet-cli/import_sign.h"

struct import {
	const struct import_plan *plan;
	struct session *session;
	struct import_report *report;
	struct progress progress;
	CURLM *multi;
	struct import_input input;
	struct import_item *filling; /* lines of the next transaction; NULL: none */
	struct import_signers *signers;
	struct import_queue signed_items; /* that are to be sent */
	struct import_item *by_txid;      /* all from SIGNED on, uthash */
	struct import_sender sender;
	struct import_follower follower;
	uint64_t next_sequence;
	size_t item_count; /* read and not ended */
	size_t byte_count; /* of memory that these take, about */
	uint64_t moved_ms; /* when something was last taken or ended */
};

enum import_end { IMPORT_FINAL, IMPORT_TAKEN, IMPORT_FAILED, IMPORT_UNKNOWN };

/* Counts the end of an item, once, and takes it out of the table. Of IMPORT_FAILED
 * *failure says why. Its holder frees it; a PENDING one has none and is freed here. */
void import_end_item(struct import *import, struct import_item *item, enum import_end end,
                     const struct failure *failure);

/* Bytes of memory that an item stands for: its lines or its transaction. */
static inline size_t import_item_bytes(const struct import_item *item)
{
	return sizeof *item + 2 * item->input_size;
}

#endif
