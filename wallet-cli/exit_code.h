/* What the program ends with, in one list: scripts branch on it, the manual prints it. */
#ifndef WALLET_CLI_EXIT_CODE_H
#define WALLET_CLI_EXIT_CODE_H

#include "chain/base/status.h"

/* X(name, number, meaning) */
#define EXIT_CODE_LIST(X)                                                      \
	X(EXIT_CODE_OK, 0, "done")                                                 \
	X(EXIT_CODE_FAILURE, 1, "it failed for a reason that is not below")        \
	X(EXIT_CODE_USAGE, 2, "the command line cannot be understood")             \
	X(EXIT_CODE_NOT_FOUND, 3, "what was asked for is not there")               \
	X(EXIT_CODE_NOT_PERMITTED, 4, "not permitted")                             \
	X(EXIT_CODE_REFUSED, 5, "the ledger's rules refuse it")                    \
	X(EXIT_CODE_UNKNOWN, 6,                                                    \
	  "not final in time: the outcome is unknown, ask for the txid")           \
	X(EXIT_CODE_UNVERIFIED, 7, "a proof does not hold")                        \
	X(EXIT_CODE_UNREACHABLE, 8, "the node cannot be reached, or is not ready") \
	X(EXIT_CODE_LOCKED, 9, "the wallet is locked: no passphrase, or a wrong one")

enum exit_code {
#define EXIT_CODE_ENUM(name, number, meaning) name = number,
	EXIT_CODE_LIST(EXIT_CODE_ENUM)
#undef EXIT_CODE_ENUM
};

/* Of a code of rpc/api/error.h's list, or of one that a later node may have. */
enum exit_code exit_code_of_rpc(int code);

/* Of what went wrong with us. */
enum exit_code exit_code_of_status(enum status status);

/* The meaning of a number of the list; NULL: it is none. */
const char *exit_code_text(int number);

#endif
