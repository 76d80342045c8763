/* stream: records, by position, by key and by author. */
#include "rpc/api/methods.h"

static const struct rpc_parameter key = {
	.name = "key",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_EXACTLY_ONE,
	.minimum = 0,
	.maximum = RECORD_KEY_SIZE_MAX,
	.summary = "the record's key, as text",
};

static const struct rpc_parameter key_b64 = {
	.name = "key_b64",
	.type = RPC_TYPE_BASE64,
	.rule = RPC_EXACTLY_ONE,
	.minimum = 0,
	.maximum = RECORD_KEY_SIZE_MAX,
	.summary = "the record's key, where it is no text",
};

static const struct rpc_parameter from = {
	.name = "from",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_OPTIONAL,
	.has_fallback = true,
	.fallback = 0,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the first record's position",
};

static const struct rpc_parameter position = {
	.name = "position",
	.type = RPC_TYPE_INTEGER,
	.rule = RPC_REQUIRED,
	.minimum = 0,
	.maximum = INT64_MAX,
	.summary = "the record's position, from 0",
};

/* key null: the record has none, or it is no text; version: records under its key before
 * it. */
#define A_RECORD                                                                    \
	"position, author, txid, operation, height, time_ms, log_index, key, key_b64, " \
	"content_type, value_b64 or file, version"

const struct rpc_method rpc_methods_stream[] = {
	{"stream.list",
	 "All streams",
	 RPC_READ,
	 RPC_LIST,
	 "name, id, owner, write, read, records, created_height, created_ms",
	 {&rpc_limit, &rpc_cursor, NULL}},
	{"stream.get",
	 "A stream's settings and size",
	 RPC_READ,
	 RPC_ONE,
	 "as in stream.list, description, schema, log_root, height; proof and head_proof if "
	 "asked for",
	 {&rpc_stream, &rpc_at, &rpc_at_time, &rpc_prove, NULL}},
	{"stream.list_records",
	 "Records in order",
	 RPC_READ,
	 RPC_LIST,
	 A_RECORD "; with prove, beside the items, receipt: a tlog-proof that these are all "
	 "there were in between, as of the newest cosigned checkpoint",
	 {&rpc_stream, &from, &rpc_limit, &rpc_cursor, &rpc_at, &rpc_at_time, &rpc_prove, NULL}},
	{"stream.list_keys",
	 "The keys that have records",
	 RPC_READ,
	 RPC_LIST,
	 "key, key_b64, versions, position of the newest record",
	 {&rpc_stream, &rpc_limit, &rpc_cursor, NULL}},
	{"stream.get_latest",
	 "The newest record under a key",
	 RPC_READ,
	 RPC_ONE,
	 A_RECORD ", at_height; proof if asked for",
	 {&rpc_stream, &key, &key_b64, &rpc_at, &rpc_at_time, &rpc_prove, NULL}},
	{"stream.get_history",
	 "All records under a key, oldest first",
	 RPC_READ,
	 RPC_LIST,
	 A_RECORD,
	 {&rpc_stream, &key, &key_b64, &rpc_limit, &rpc_cursor, NULL}},
	{"stream.list_by_author",
	 "The records that an account wrote, oldest first",
	 RPC_READ,
	 RPC_LIST,
	 A_RECORD,
	 {&rpc_stream, &rpc_account, &rpc_limit, &rpc_cursor, NULL}},
	{"stream.get_record",
	 "One record",
	 RPC_READ,
	 RPC_ONE,
	 A_RECORD ", at_height",
	 {&rpc_stream, &position, NULL}},
};
RPC_METHODS_COUNTED(stream);
