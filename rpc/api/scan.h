/* The gate before the JSON library: one pass over an untrusted body that allocates
 * nothing and knows the whole grammar (RFC 8259), so that what could cost memory is
 * refused while it is still only bytes. jansson takes some 20 bytes of memory for one
 * byte of a wide array; here arrays too wide, texts too deep and strings too long stop at
 * the first byte too many.
 *
 * It also finds where each call of a batch begins and ends: every call is then parsed
 * alone, and what parsing costs is bounded by one call. Duplicate keys are left to that
 * parser. */
#ifndef RPC_API_SCAN_H
#define RPC_API_SCAN_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"
#include "rpc/api/error.h"

struct rpc_scan {
	bool is_batch;
	size_t call_count;                      /* 1 where it is no batch */
	struct bytes_view calls[RPC_BATCH_MAX]; /* views of the body, without white space */
};

/* True: a JSON object, or an array of one to RPC_BATCH_MAX values (whether each is a call
 * is another question), of valid UTF-8 without NUL, also escaped, at most RPC_DEPTH_MAX
 * deep, RPC_VALUES_MAX values wide, with no string over RPC_STRING_MAX or number over
 * RPC_NUMBER_MAX bytes, and nothing behind it.
 *
 * False: *fault says why, with the offset of the byte where it was noticed:
 *   RPC_PARSE_ERROR      it is no JSON text
 *   RPC_INVALID_REQUEST  it is one, but neither object nor array, or the array is empty
 *   RPC_LIMIT_EXCEEDED   one of the limits above
 * and *scan is undefined. */
MUST_CHECK bool rpc_scan(struct rpc_scan *scan, struct bytes_view body,
                         struct rpc_fault *fault);

#endif
