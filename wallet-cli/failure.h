/* Why a command ends without having done what it was asked: one sentence for the person,
 * an exit code for the script, and, where the node said it, the node's own code. */
#ifndef WALLET_CLI_FAILURE_H
#define WALLET_CLI_FAILURE_H

#include "chain/base/status.h"
#include "rpc/api/error.h"
#include "wallet-cli/exit_code.h"

#include <jansson.h>

enum {
	FAILURE_NAME_SIZE = 64,
	FAILURE_HINT_SIZE = 256,
};

struct failure {
	enum exit_code exit_code;     /* EXIT_CODE_OK: nothing failed, the rest is empty */
	int rpc_code;                 /* the node's, 0 when it is not from the node */
	char name[FAILURE_NAME_SIZE]; /* "TX_EXPIRED", "RECEIPT_NO_QUORUM"; or empty */
	char
		message[RPC_MESSAGE_SIZE]; /* one sentence; bytes of another party may be in it */
	char hint[FAILURE_HINT_SIZE];  /* what to do; may be empty */
};

/* Fills *failure and gives the exit code back, so that a failure is one line. */
enum exit_code failure_set(struct failure *failure, enum exit_code exit_code,
                           const char *format, ...) PRINTF_LIKE(3, 4);

/* What to do about it. Gives the exit code back. */
enum exit_code failure_hint(struct failure *failure, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* From a failure of ours, with the exit code that belongs to the status. */
enum exit_code failure_of_status(struct failure *failure, enum status status,
                                 const struct why *why);

/* From the error object of an answer, {"code","message","data":{"name","hint"}}, or of a
 * transaction's status, {"code","name","message"}; whatever is missing stays empty. */
enum exit_code failure_of_rpc(struct failure *failure, const json_t *error);

/* {"code","name","message","hint","exit_code"}; code null when not the node's. A
 * new reference; NULL when memory is out. */
MUST_CHECK json_t *failure_json(const struct failure *failure);

#endif
