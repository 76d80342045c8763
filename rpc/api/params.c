#include "rpc/api/params.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"

bool rpc_param_has(const json_t *params, const char *name)
{
	return json_object_get(params, name) != NULL;
}

int64_t rpc_param_integer(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	INVARIANT(json_is_integer(value));
	return json_integer_value(value);
}

bool rpc_param_boolean(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	INVARIANT(json_is_boolean(value));
	return json_is_true(value);
}

struct bytes_view rpc_param_text(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	INVARIANT(json_is_string(value));
	return bytes_view(json_string_value(value), json_string_length(value));
}

struct hash rpc_param_hash(const json_t *params, const char *name)
{
	struct hash hash;
	bool is_hash = hex_decode(hash.bytes, HASH_SIZE, rpc_param_text(params, name));

	INVARIANT(is_hash);
	return hash;
}

struct hash rpc_param_account(const json_t *params, const char *name)
{
	struct bytes_view text = rpc_param_text(params, name);
	struct hash account;
	enum status status;

	if (hex_decode(account.bytes, HASH_SIZE, text))
		return account;
	status = address_decode(&account, text, NULL);
	INVARIANT(status == STATUS_OK);
	return account;
}

struct hash rpc_param_named(const json_t *params, const char *name,
                            struct hash (*id_of_name)(struct bytes_view name))
{
	struct bytes_view text = rpc_param_text(params, name);
	struct hash id;

	return hex_decode(id.bytes, HASH_SIZE, text) ? id : id_of_name(text);
}

uint8_t *rpc_param_base64(const json_t *params, const char *name, size_t *size)
{
	struct bytes_view text = rpc_param_text(params, name);
	uint8_t *bytes = memory_new(base64_decoded_size_max(text.size));
	bool is_base64 = bytes && base64_decode(bytes, size, text);

	INVARIANT(!bytes || is_base64);
	return bytes;
}

struct rpc_at rpc_param_at(const json_t *params)
{
	if (rpc_param_has(params, "at_time_ms"))
		return (struct rpc_at){RPC_AT_TIME,
		                       (uint64_t)rpc_param_integer(params, "at_time_ms")};
	if (json_is_integer(json_object_get(params, "at")))
		return (struct rpc_at){RPC_AT_HEIGHT, (uint64_t)rpc_param_integer(params, "at")};
	return (struct rpc_at){RPC_AT_FINAL, 0};
}
