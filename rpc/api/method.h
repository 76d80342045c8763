/* One table of methods: the server dispatches by it, parameters are checked by it,
 * rpc.discover publishes it, the wallet's help and typing come from it. A method is one
 * row here (methods_<namespace>.c) and one handler in the server.
 *
 * A namespace more is one line in RPC_NAMESPACE_LIST and one file. */
#ifndef RPC_API_METHOD_H
#define RPC_API_METHOD_H

#include "chain/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(type, name for people, JSON Schema of a value). One encoding each, in parameters and
 * answers alike. */
#define RPC_TYPE_LIST(X)                                                           \
	X(RPC_TYPE_HASH, "64 lower-case hex digits",                                   \
	  "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}")                      \
	X(RPC_TYPE_TXID, "64 lower-case hex digits",                                   \
	  "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}")                      \
	X(RPC_TYPE_KEY, "an x-only public key in 64 lower-case hex digits",            \
	  "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}")                      \
	X(RPC_TYPE_SIGNATURE, "a BIP-340 signature in 128 lower-case hex digits",      \
	  "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{128}$\"}")                     \
	X(RPC_TYPE_ACCOUNT, "an address (cairn1...) or 64 lower-case hex digits",      \
	  "{\"type\":\"string\",\"pattern\":\"^(cairn1[0-9a-z]{59}|[0-9a-f]{64})$\"}") \
	X(RPC_TYPE_NAME, "a name of 1 to 64 characters a-z 0-9 . _ -",                 \
	  "{\"type\":\"string\",\"pattern\":\"^[a-z0-9._-]{1,64}$\"}")                 \
	X(RPC_TYPE_STREAM, "a stream's name, or its id in 64 lower-case hex digits",   \
	  "{\"type\":\"string\",\"pattern\":\"^[a-z0-9._-]{1,64}$\"}")                 \
	X(RPC_TYPE_ASSET, "an asset's name, or its id in 64 lower-case hex digits",    \
	  "{\"type\":\"string\",\"pattern\":\"^[a-z0-9._-]{1,64}$\"}")                 \
	X(RPC_TYPE_TEXT, "a string", "{\"type\":\"string\"}")                          \
	X(RPC_TYPE_BASE64, "padded base64 (RFC 4648)",                                 \
	  "{\"type\":\"string\",\"contentEncoding\":\"base64\"}")                      \
	X(RPC_TYPE_AMOUNT, "a decimal number in a string, as \"12.50\"",               \
	  "{\"type\":\"string\",\"pattern\":\"^(0|[1-9][0-9]*)([.][0-9]+)?$\"}")       \
	X(RPC_TYPE_INTEGER, "an integer", "{\"type\":\"integer\"}")                    \
	X(RPC_TYPE_BOOLEAN, "true or false", "{\"type\":\"boolean\"}")                 \
	X(RPC_TYPE_HEIGHT, "a block's height, or \"final\"",                           \
	  "{\"oneOf\":[{\"type\":\"integer\",\"minimum\":0},{\"const\":\"final\"}]}")  \
	X(RPC_TYPE_OBJECT, "a JSON object", "{\"type\":\"object\"}")                        \
	X(RPC_TYPE_TOPICS,                                                             \
	  "an array of 1 to 16 of \"blocks\", \"txs\", \"stream:NAME\", "              \
	  "\"account:ADDRESS\"",                                                       \
	  "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1,"          \
	  "\"maxItems\":16,\"uniqueItems\":true}")

enum rpc_type {
#define RPC_TYPE_ENUM(type, text, schema) type,
	RPC_TYPE_LIST(RPC_TYPE_ENUM)
#undef RPC_TYPE_ENUM
};

enum rpc_rule {
	RPC_REQUIRED,
	RPC_OPTIONAL,
	RPC_EXACTLY_ONE, /* of the parameters of this method that have this rule */
	RPC_AT_MOST_ONE, /* likewise */
};

struct rpc_parameter {
	const char *name;
	enum rpc_type type;
	enum rpc_rule rule;
	bool has_fallback; /* of an optional integer or boolean: `fallback` stands in */
	int64_t fallback;
	int64_t minimum; /* of an integer, or of the bytes of a text or decoded base64 */
	int64_t maximum; /* 0: no other than that of the type */
	const char *summary;
};

/* Who may call it. */
enum rpc_access {
	RPC_READ,  /* anybody, where the node's reads are public */
	RPC_WRITE, /* who has the cookie or reaches the Unix socket */
};

enum rpc_shape {
	RPC_ONE,  /* what `result` says */
	RPC_LIST, /* {"items":[...],"next":cursor or null}; `result` says what an item is */
};

enum { RPC_PARAMETERS_MAX = 8 };

struct rpc_method {
	const char *name;    /* "stream.get_latest" */
	const char *summary; /* one line for help */
	enum rpc_access access;
	enum rpc_shape shape;
	const char *result; /* one line */
	/* In the order of a call by position, a NULL behind the last. */
	const struct rpc_parameter *parameters[RPC_PARAMETERS_MAX + 1];
};

#define RPC_NAMESPACE_LIST(X) \
	X(rpc) X(node) X(peer) X(chain) X(consensus) X(tx) X(stream) X(account) X(asset) \
	X(receipt) X(sub)

/* All methods, numbered from 0 in the order of the namespaces. */
size_t rpc_method_count(void);
const struct rpc_method *rpc_method_at(size_t index);

/* NULL: there is none of that name. */
const struct rpc_method *rpc_method_find(const char *name);

/* Of a method of the table. */
size_t rpc_method_index(const struct rpc_method *method);

/* What a value of this type looks like, for people. */
const char *rpc_type_text(enum rpc_type type);

/* The JSON Schema of a value, as JSON text. */
const char *rpc_type_schema(enum rpc_type type);

#endif
