#include "rpc/api/ledger_json.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"

#include <inttypes.h>
#include <stdio.h>

/* -- Plain values ------------------------------------------------------------------------------ */

json_t *json_of_hex(const void *bytes, size_t size)
{
	char *text = memory_new(2 * size + 1);
	json_t *json;

	if (!text)
		return NULL;
	hex_encode(text, bytes_view(bytes, size));
	json = json_stringn_nocheck(text, 2 * size);
	memory_free(text);
	return json;
}

json_t *json_of_hash(const struct hash *hash)
{
	return json_of_hex(hash->bytes, HASH_SIZE);
}

json_t *json_of_base64(struct bytes_view bytes)
{
	size_t size = base64_encoded_size(bytes.size);
	char *text = memory_new(size);
	json_t *json;

	if (!text)
		return NULL;
	base64_encode(text, bytes);
	json = json_stringn_nocheck(text, size);
	memory_free(text);
	return json;
}

json_t *json_of_account(const struct hash *account)
{
	char text[ADDRESS_TEXT_SIZE];

	address_encode(text, account);
	return json_string_nocheck(text);
}

json_t *json_of_amount(uint64_t grains)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, grains);
	return json_string_nocheck(text);
}

json_t *json_of_count(uint64_t count)
{
	return json_integer((json_int_t)count);
}

json_t *json_of_text(struct bytes_view text)
{
	if (text.size > 0 && (memchr(text.at, 0, text.size) || !utf8_is_valid(text)))
		return json_null();
	return json_stringn_nocheck(text.size > 0 ? (const char *)text.at : "", text.size);
}

/* -- Fields of operations by their wire type ------------------------------------------------------ */

static void set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new_nocheck(object, name, value);
}

static void set_u8(json_t *object, const char *name, const uint8_t *value)
{
	set(object, name, json_integer(*value));
}

static void set_hash(json_t *object, const char *name, const struct hash *value)
{
	set(object, name, json_of_hash(value));
}

static void set_public_key(json_t *object, const char *name, const struct public_key *value)
{
	set(object, name, json_of_hex(value->bytes, PUBLIC_KEY_SIZE));
}

static void set_signature(json_t *object, const char *name, const struct signature *value)
{
	set(object, name, json_of_hex(value->bytes, SIGNATURE_SIZE));
}

static void set_text(json_t *object, const char *name, const struct bytes_view *value)
{
	set(object, name, json_of_text(*value));
}

static void set_bytes(json_t *object, const char *name, const struct bytes_view *value)
{
	char name_b64[32];

	snprintf(name_b64, sizeof name_b64, "%s_b64", name);
	set(object, name_b64, json_of_base64(*value));
}

static void set_optional_u64(json_t *object, const char *name,
                             const struct optional_u64 *value)
{
	if (value->present)
		set(object, name, json_of_count(value->value));
}

static void set_optional_hash(json_t *object, const char *name,
                              const struct optional_hash *value)
{
	if (value->present)
		set(object, name, json_of_hash(&value->value));
}

static void set_key(json_t *object, const struct bytes_view *key)
{
	set(object, "key", key->size > 0 ? json_of_text(*key) : json_null());
	set(object, "key_b64", key->size > 0 ? json_of_base64(*key) : json_null());
}

static void set_record_append(json_t *json, const struct record_append *operation)
{
	set_hash(json, "stream", &operation->stream);
	set_key(json, &operation->key);
	set_text(json, "content_type", &operation->content_type);
	if (operation->value_kind == VALUE_FILE)
		set(json, "file", json_of_hex(operation->value.at, operation->value.size));
	else
		set_bytes(json, "value", &operation->value);
	set_optional_u64(json, "expected_count", &operation->expected_count);
	set_optional_u64(json, "expected_version", &operation->expected_version);
	if (operation->reference.present)
		set(json, "reference",
		    json_pack("{so so}", "stream",
		              json_of_hash(&operation->reference.value.stream), "position",
		              json_of_count(operation->reference.value.position)));
}

static void set_stream_create(json_t *json, const struct stream_create *operation)
{
	set_text(json, "name", &operation->name);
	set(json, "write",
	    json_string(operation->write == STREAM_WRITE_OPEN ? "open" : "listed"));
	set(json, "read",
	    json_string(operation->read == STREAM_READ_PUBLIC ? "public" : "private"));
	set_text(json, "description", &operation->description);
	set_text(json, "schema", &operation->schema);
}

static void set_role(json_t *json, const struct hash *stream, uint8_t role,
                     const struct hash *account)
{
	set_hash(json, "stream", stream);
	set(json, "role",
	    json_string(role == STREAM_ROLE_WRITER   ? "writer"
	                : role == STREAM_ROLE_READER ? "reader"
	                                             : "admin"));
	set(json, "account", json_of_account(account));
}

static void set_asset_create(json_t *json, const struct asset_create *operation)
{
	set_text(json, "name", &operation->name);
	set_u8(json, "decimals", &operation->decimals);
	set_text(json, "description", &operation->description);
}

static void set_gift(json_t *json, const struct hash *asset, const struct hash *to,
                     uint64_t amount)
{
	set_hash(json, "asset", asset);
	if (to)
		set(json, "to", json_of_account(to));
	set(json, "amount", json_of_amount(amount));
}

static const char *vote_name(uint8_t kind)
{
	return kind == VOTE_FINALIZE   ? "finalize"
	       : kind == VOTE_NOTARIZE ? "notarize"
	                               : "nullify";
}

static void set_join(json_t *json, const struct validator_join *operation)
{
	set_public_key(json, "vote_key", &operation->vote_key);
	set_hash(json, "cosign_key", &operation->cosign_key);
	set(json, "node_id", json_of_hex(operation->node_id.bytes, COMPRESSED_KEY_SIZE));
	set_text(json, "address", &operation->address);
	set(json, "height", json_of_count(operation->height));
	set_hash(json, "block", &operation->block);
	set_signature(json, "vote_signature", &operation->vote_signature);
	set_signature(json, "cosign_signature", &operation->cosign_signature);
}

/* A nullify vote is about no parent and no block. */
static json_t *json_of_signed_ballot(const struct signed_ballot *vote)
{
	const struct ballot *ballot = &vote->ballot;
	bool is_nullify = ballot->kind == VOTE_NULLIFY;
	json_t *json = json_object();

	set(json, "kind", json_string(vote_name(ballot->kind)));
	set(json, "epoch", json_of_count(ballot->epoch));
	set(json, "view", json_of_count(ballot->view));
	set(json, "parent_view",
	    is_nullify ? json_null() : json_of_count(ballot->parent_view));
	set(json, "block", is_nullify ? json_null() : json_of_hash(&ballot->block));
	set_signature(json, "signature", &vote->signature);
	return json;
}

static void set_evidence(json_t *json, const struct evidence_submit *operation)
{
	set_public_key(json, "vote_key", &operation->vote_key);
	set(json, "first", json_of_signed_ballot(&operation->first));
	set(json, "second", json_of_signed_ballot(&operation->second));
}

static void set_node(json_t *json, const struct node_set *operation)
{
	set(json, "node_id", json_of_hex(operation->node_id.bytes, COMPRESSED_KEY_SIZE));
	set(json, "account",
	    operation->account.present ? json_of_account(&operation->account.value)
	                               : json_null());
	set(json, "from_height", json_of_count(operation->from_height));
}

json_t *json_of_operation(const struct operation *operation)
{
	json_t *json = json_object();

	set(json, "kind", json_string(operation_name((uint16_t)operation->kind)));
	switch (operation->kind) {
	case OPERATION_record_append:
		set_record_append(json, &operation->record_append);
		break;
	case OPERATION_stream_create:
		set_stream_create(json, &operation->stream_create);
		break;
	case OPERATION_stream_grant:
		set_role(json, &operation->stream_grant.stream, operation->stream_grant.role,
		         &operation->stream_grant.account);
		break;
	case OPERATION_stream_revoke:
		set_role(json, &operation->stream_revoke.stream, operation->stream_revoke.role,
		         &operation->stream_revoke.account);
		break;
	case OPERATION_account_rotate:
		set_public_key(json, "new_key", &operation->account_rotate.new_key);
		set_signature(json, "new_key_signature",
		              &operation->account_rotate.new_key_signature);
		break;
	case OPERATION_account_describe:
		set_text(json, "display_name", &operation->account_describe.display_name);
		set_text(json, "contact", &operation->account_describe.contact);
		set_optional_hash(json, "encryption_key",
		                  &operation->account_describe.encryption_key);
		set_optional_hash(json, "inbox", &operation->account_describe.inbox);
		break;
	case OPERATION_asset_create:
		set_asset_create(json, &operation->asset_create);
		break;
	case OPERATION_asset_mint:
		set_gift(json, &operation->asset_mint.asset, &operation->asset_mint.to,
		         operation->asset_mint.amount);
		break;
	case OPERATION_asset_transfer:
		set_gift(json, &operation->asset_transfer.asset, &operation->asset_transfer.to,
		         operation->asset_transfer.amount);
		break;
	case OPERATION_asset_burn:
		set_gift(json, &operation->asset_burn.asset, NULL, operation->asset_burn.amount);
		break;
	case OPERATION_validator_admit:
		set(json, "account", json_of_account(&operation->validator_admit.account));
		break;
	case OPERATION_validator_remove:
		set(json, "account", json_of_account(&operation->validator_remove.account));
		break;
	case OPERATION_validator_join:
		set_join(json, &operation->validator_join);
		break;
	case OPERATION_node_set:
		set_node(json, &operation->node_set);
		break;
	case OPERATION_param_set:
		set_text(json, "name", &operation->param_set.name);
		set(json, "value", json_of_count(operation->param_set.value));
		break;
	case OPERATION_evidence_submit:
		set_evidence(json, &operation->evidence_submit);
		break;
	}
	return json;
}

/* -- Transactions and blocks ------------------------------------------------------------------------- */

json_t *json_of_tx(const struct tx *tx)
{
	struct cursor in = tx_operations(tx);
	json_t *operations = json_array();
	json_t *json = json_object();
	char salt[17];

	for (uint16_t i = 0; i < tx->operation_count; i++) {
		struct operation operation;

		if (operation_get(&in, &operation) != STATUS_OK)
			break;
		json_array_append_new(operations, json_of_operation(&operation));
	}
	snprintf(salt, sizeof salt, "%016" PRIx64, tx->salt);
	set(json, "txid", json_of_hash(&tx->txid));
	set(json, "size", json_of_count(tx->bytes.size));
	set(json, "sender", json_of_account(&tx->sender));
	set(json, "valid_until_ms", json_of_count(tx->valid_until_ms));
	set(json, "salt", json_string(salt));
	set(json, "operations", operations);
	set_public_key(json, "key", &tx->key);
	set_signature(json, "signature", &tx->signature);
	set_bytes(json, "tx", &tx->bytes);
	return json;
}

static void set_u16(json_t *object, const char *name, const uint16_t *value)
{
	set(object, name, json_integer(*value));
}

static void set_u32(json_t *object, const char *name, const uint32_t *value)
{
	set(object, name, json_integer(*value));
}

static void set_u64(json_t *object, const char *name, const uint64_t *value)
{
	set(object, name, json_of_count(*value));
}

json_t *json_of_header(const struct header *header, const struct hash *hash)
{
	json_t *json = json_object();

	set(json, "hash", json_of_hash(hash));
#define HEADER_SET(type, name) set_##type(json, #name, &header->name);
	HEADER_FIELDS(HEADER_SET)
#undef HEADER_SET
	return json;
}

json_t *json_of_certificate(const struct certificate *certificate)
{
	const struct ballot *ballot = &certificate->ballot;
	json_t *signers = json_array();
	json_t *signatures = json_array();

	for (size_t i = 0; i < certificate->validator_count; i++) {
		if (!certificate->signers[i])
			continue;
		json_array_append_new(signers, json_integer((json_int_t)i));
		json_array_append_new(signatures, json_of_hex(certificate->signatures[i].bytes,
		                                              SIGNATURE_SIZE));
	}
	return json_pack("{ss so so so so so so}", "kind", vote_name(ballot->kind), "epoch",
	                 json_of_count(ballot->epoch), "view",
	                 json_of_count(ballot->view), "parent_view",
	                 json_of_count(ballot->parent_view), "block",
	                 json_of_hash(&ballot->block), "signers", signers, "signatures",
	                 signatures);
}
