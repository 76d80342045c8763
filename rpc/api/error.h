/* Every error a call can end with, in one list: code, name, whether the very same call
 * may succeed later, and what to do about it. The server answers from it, the wallet
 * chooses its exit codes by it, rpc.discover publishes it.
 *
 *   -32768..-32000  what JSON-RPC 2.0 reserves: the five of the standard, then ours
 *   1xx not found   2xx refused by the rules (the numbers of chain/ledger/verdict.h)
 *   4xx proof       6xx consensus       7xx storage
 *
 * On the wire: {"code":207,"message":"...","data":{"name":"TX_EXPIRED","hint":"...",
 * "retryable":false}}. The message says what is wrong and where, with the values. */
#ifndef RPC_API_ERROR_H
#define RPC_API_ERROR_H

#include "chain/base/buffer.h"
#include "chain/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* X(name, code, retryable, hint). The enum value is RPC_<name>. */
#define RPC_ERROR_LIST(X)                                                                \
	X(PARSE_ERROR, -32700, false, "send one JSON text in UTF-8, without duplicate keys") \
	X(INVALID_REQUEST, -32600, false,                                                    \
	  "a call is {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx.get\",\"params\":{...}}") \
	X(METHOD_NOT_FOUND, -32601, false, "rpc.discover lists the methods of this node")    \
	X(INVALID_PARAMS, -32602, false, "rpc.discover lists the parameters of each method") \
	X(INTERNAL_ERROR, -32603, false,                                                     \
	  "this is a fault of the node: see its log, report it")                             \
	X(UNAUTHENTICATED, -32001, false,                                                    \
	  "send the line of the node's cookie file as HTTP Basic, or use its Unix socket")   \
	X(FORBIDDEN, -32002, false, "ask who runs the node")                                 \
	X(RATE_LIMITED, -32003, true, "send less often")                                     \
	X(NOT_READY, -32004, true, "node.get_status says how far the node is")               \
	X(LIMIT_EXCEEDED, -32005, false,                                                     \
	  "ask for less at once: a smaller page, batch or value")                            \
	X(BLOCK_NOT_FOUND, 101, false, "chain.get_head tells the newest block")              \
	X(TX_NOT_FOUND, 102, false,                                                          \
	  "tx.get_status knows pending and refused transactions too")                        \
	X(STREAM_NOT_FOUND, 103, false, "stream.list lists the streams")                     \
	X(RECORD_NOT_FOUND, 104, false, "stream.list_keys lists the keys of a stream")       \
	X(FILE_NOT_FOUND, 105, false, "file.list_holders says who has a file")               \
	X(ACCOUNT_NOT_FOUND, 106, false,                                                     \
	  "an account is known from its first transaction on")                               \
	X(ASSET_NOT_FOUND, 107, false, "asset.list lists the assets")                        \
	X(PEER_NOT_FOUND, 108, false,                                                        \
	  "peer.list lists who is connected, peer.list_bans who is banned")                  \
	X(PRUNED, 110, false, "ask a node that keeps the whole history")                     \
	X(TX_SIGNATURE, 201, false, "sign again with the account's current key")             \
	X(TX_WRONG_NETWORK, 202, false,                                                      \
	  "build it for the genesis that node.get_status names")                             \
	X(TX_ALREADY_IN_LEDGER, 203, false,                                                  \
	  "nothing is left to do: ask tx.get for the txid")                                  \
	X(TX_NO_PERMISSION, 204, false,                                                      \
	  "a stream's owner or admin grants it; an asset is its issuer's alone; validators " \
	  "and parameters are the root group's")                                             \
	X(TX_SCHEMA, 205, false, "compare the bytes with docs/protocol.md")                  \
	X(TX_TOO_LARGE, 206, false, "split it, or publish the value as a file")              \
	X(TX_EXPIRED, 207, false, "build it again with a later valid_until_ms")              \
	X(TX_CONFLICT, 208, false, "read the newest state and build it again")               \
	X(TX_QUOTA, 209, true, "wait until earlier transactions are final")                  \
	X(TX_BALANCE, 210, false, "account.list_balances tells what there is")               \
	X(TX_UNKNOWN_REFERENCE, 211, false,                                                  \
	  "the ledger lacks a thing that it names, such as a stream or an account")            \
	X(PROOF_FAILED, 401, false, "do not rely on this answer: ask another node")          \
	X(NO_QUORUM, 601, true, "consensus.why says who is waited for")                      \
	X(TIMED_OUT_OUTCOME_UNKNOWN, 602, true,                                              \
	  "ask tx.get_status for the txid; sending the same bytes again is safe")            \
	X(STORAGE, 701, false, "see the node's log: its disk or database refused")

enum rpc_code {
#define RPC_ERROR_ENUM(name, code, retryable, hint) RPC_##name = code,
	RPC_ERROR_LIST(RPC_ERROR_ENUM)
#undef RPC_ERROR_ENUM
};

struct rpc_error {
	enum rpc_code code;
	const char *name; /* "TX_EXPIRED" */
	const char *hint; /* one line: what to do */
	bool retryable;   /* the same call may succeed later */
};

/* The whole list, *count entries, for ever. */
const struct rpc_error *rpc_error_list(size_t *count);

/* NULL: no such code, no such name. */
const struct rpc_error *rpc_error_find(int code);
const struct rpc_error *rpc_error_find_name(const char *name);

enum { RPC_MESSAGE_SIZE = 512 };

/* What is wrong with a call, on its way to the caller. */
struct rpc_fault {
	enum rpc_code code;
	char message[RPC_MESSAGE_SIZE]; /* one sentence, NUL-terminated, cut to fit */
};

/* Fills *fault. Gives false back, so that a refusal is one line. */
bool rpc_fault_set(struct rpc_fault *fault, enum rpc_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Appends the error object drawn above. `hint` NULL: that of the list. The message may
 * hold any bytes; what is no UTF-8 is replaced. */
void rpc_error_write(struct buffer *out, enum rpc_code code, const char *message,
                     const char *hint);

#endif
