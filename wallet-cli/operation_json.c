#include "wallet-cli/operation_json.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/network.h"
#include "rpc/api/nearest.h"
#include "wallet-cli/operation_check.h"

#include <stdio.h>
#include <string.h>

struct reader {
	const json_t *json;
	struct arena *arena;
	struct why *why;
	enum status status; /* the first thing that was wrong; later reads do nothing */
};

static void fail(struct reader *in, const char *name, const char *problem)
{
	if (in->status == STATUS_OK)
		in->status = why_say(in->why, STATUS_MALFORMED, "\"%s\" %s", name, problem);
}

/* The member, or NULL where it is absent or null. */
static const json_t *member(const struct reader *in, const char *name)
{
	const json_t *value = json_object_get(in->json, name);

	return json_is_null(value) ? NULL : value;
}

static struct bytes_view text_of(const json_t *value)
{
	return bytes_view(json_string_value(value), json_string_length(value));
}

/* A text, or an empty view; `is_needed`: its absence is an error. */
static struct bytes_view read_text(struct reader *in, const char *name, bool is_needed)
{
	const json_t *value = member(in, name);

	if (value && json_is_string(value))
		return text_of(value);
	if (value)
		fail(in, name, "must be a text");
	else if (is_needed)
		fail(in, name, "is missing");
	return (struct bytes_view){0};
}

/* -- By the types of the lists of fields -------------------------------------------- */

static uint64_t number_of(struct reader *in, const char *name, const json_t *value,
                          uint64_t most)
{
	uint64_t number = 0;

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		number = (uint64_t)json_integer_value(value);
	else if (!json_is_string(value) || !decimal_decode(&number, text_of(value)))
		fail(in, name, "must be a whole number");
	if (number > most)
		fail(in, name, "is too large a number");
	return number;
}

static uint64_t read_number(struct reader *in, const char *name, uint64_t most)
{
	const json_t *value = member(in, name);

	if (value)
		return number_of(in, name, value, most);
	fail(in, name, "is missing");
	return 0;
}

static struct optional_u64 read_optional_number(struct reader *in, const char *name)
{
	const json_t *value = member(in, name);

	if (!value)
		return (struct optional_u64){0};
	return (struct optional_u64){true, number_of(in, name, value, UINT64_MAX)};
}

static bool is_hex_id(struct bytes_view text, struct hash *id)
{
	return text.size == 2 * HASH_SIZE && hex_decode(id->bytes, HASH_SIZE, text);
}

/* An id, or a name that an id is made of. */
static struct hash read_named(struct reader *in, const char *name,
                              struct hash (*id_of)(struct bytes_view))
{
	struct bytes_view text = read_text(in, name, true);
	struct hash id = {{0}};

	if (in->status != STATUS_OK || is_hex_id(text, &id))
		return id;
	if (!name_is_valid(text))
		fail(in, name, "must be a name of a-z 0-9 . _ - or 64 hex digits");
	return in->status == STATUS_OK ? id_of(text) : id;
}

static struct hash read_account(struct reader *in, const char *name)
{
	struct bytes_view text = read_text(in, name, true);
	struct hash id = {{0}};
	struct why why = {{0}};

	if (in->status != STATUS_OK || is_hex_id(text, &id))
		return id;
	if (address_decode(&id, text, &why) != STATUS_OK)
		in->status = why_say(in->why, STATUS_MALFORMED, "\"%s\" is no address: %s", name,
		                     why.text);
	return id;
}

static void read_hex(struct reader *in, const char *name, uint8_t *bytes, size_t size)
{
	struct bytes_view text = read_text(in, name, true);

	if (in->status == STATUS_OK &&
	    (text.size != 2 * size || !hex_decode(bytes, size, text)))
		fail(in, name,
		     size == HASH_SIZE             ? "must be 64 lower-case hex digits"
		     : size == COMPRESSED_KEY_SIZE ? "must be 66 lower-case hex digits"
		                                   : "must be 128 lower-case hex digits");
}

static struct optional_hash read_optional_hash(struct reader *in, const char *name)
{
	struct optional_hash hash = {.present = member(in, name) != NULL};

	if (hash.present)
		read_hex(in, name, hash.value.bytes, HASH_SIZE);
	return hash;
}

/* Bytes as base64 in name_b64, or as text in name. False: neither is there. */
static bool read_bytes(struct reader *in, const char *name, struct bytes_view *bytes)
{
	char name_b64[32];
	const json_t *base64;
	uint8_t *decoded;
	size_t size;

	snprintf(name_b64, sizeof name_b64, "%s_b64", name);
	base64 = member(in, name_b64);
	if (!base64) {
		*bytes = read_text(in, name, false);
		return member(in, name) != NULL;
	}
	*bytes = (struct bytes_view){0};
	size = json_string_length(base64);
	decoded = arena_take(in->arena, base64_decoded_size_max(size) + 1);
	if (!decoded)
		in->status = STATUS_MEMORY;
	else if (!json_is_string(base64) || !base64_decode(decoded, &size, text_of(base64)))
		fail(in, name_b64, "must be padded base64");
	else
		*bytes = bytes_view(decoded, size);
	return true;
}

/* Which of some words; `fallback` where it is absent, or an error if that is negative. */
static uint8_t read_word(struct reader *in, const char *name, const char *const *words,
                         const uint8_t *values, int fallback, const char *problem)
{
	struct bytes_view text = read_text(in, name, fallback < 0);

	if (!member(in, name))
		return fallback < 0 ? 0 : (uint8_t)fallback;
	for (size_t i = 0; words[i]; i++)
		if (bytes_equal(text, text_view(words[i])))
			return values[i];
	fail(in, name, problem);
	return 0;
}

/* -- The operations ----------------------------------------------------------------- */

static void read_record_append(struct reader *in, struct record_append *operation)
{
	struct reader reference = *in;
	uint8_t *file;

	operation->stream = read_named(in, "stream", stream_id_of);
	read_bytes(in, "key", &operation->key);
	operation->content_type = read_text(in, "content_type", false);
	if (member(in, "file")) {
		file = arena_take(in->arena, HASH_SIZE);
		if (!file) {
			in->status = STATUS_MEMORY;
			return;
		}
		read_hex(in, "file", file, HASH_SIZE);
		operation->value_kind = VALUE_FILE;
		operation->value = bytes_view(file, HASH_SIZE);
	} else if (!read_bytes(in, "value", &operation->value)) {
		fail(in, "value", "is missing");
	}
	operation->expected_count = read_optional_number(in, "expected_count");
	operation->expected_version = read_optional_number(in, "expected_version");
	reference.json = member(in, "reference");
	if (!reference.json || in->status != STATUS_OK)
		return;
	operation->reference.present = true;
	operation->reference.value.stream = read_named(&reference, "stream", stream_id_of);
	operation->reference.value.position = read_number(&reference, "position", UINT64_MAX);
	in->status = reference.status;
}

static void read_stream_create(struct reader *in, struct stream_create *operation)
{
	static const char *const write[] = {"open", "listed", NULL};
	static const uint8_t write_values[] = {STREAM_WRITE_OPEN, STREAM_WRITE_LISTED};
	static const char *const read[] = {"public", "private", NULL};
	static const uint8_t read_values[] = {STREAM_READ_PUBLIC, STREAM_READ_PRIVATE};

	operation->name = read_text(in, "name", true);
	operation->write = read_word(in, "write", write, write_values, STREAM_WRITE_OPEN,
	                             "must be open or listed");
	operation->read = read_word(in, "read", read, read_values, STREAM_READ_PUBLIC,
	                            "must be public or private");
	operation->description = read_text(in, "description", false);
	operation->schema = read_text(in, "schema", false);
}

static void read_grant(struct reader *in, struct stream_grant *operation)
{
	static const char *const roles[] = {"writer", "reader", "admin", NULL};
	static const uint8_t values[] = {STREAM_ROLE_WRITER, STREAM_ROLE_READER,
	                                 STREAM_ROLE_ADMIN};

	operation->stream = read_named(in, "stream", stream_id_of);
	operation->role =
		read_word(in, "role", roles, values, -1, "must be writer, reader or admin");
	operation->account = read_account(in, "account");
}

static void read_describe(struct reader *in, struct account_describe *operation)
{
	operation->display_name = read_text(in, "display_name", false);
	operation->contact = read_text(in, "contact", false);
	operation->encryption_key = read_optional_hash(in, "encryption_key");
	operation->inbox.present = member(in, "inbox") != NULL;
	if (operation->inbox.present)
		operation->inbox.value = read_named(in, "inbox", stream_id_of);
}

static void read_rotate(struct reader *in, struct account_rotate *operation)
{
	read_hex(in, "new_key", operation->new_key.bytes, PUBLIC_KEY_SIZE);
	read_hex(in, "new_key_signature", operation->new_key_signature.bytes, SIGNATURE_SIZE);
}

static void read_gift(struct reader *in, struct asset_mint *operation)
{
	operation->asset = read_named(in, "asset", asset_id_of);
	operation->to = read_account(in, "to");
	operation->amount = read_number(in, "amount", UINT64_MAX);
}

static void read_join(struct reader *in, struct validator_join *operation)
{
	read_hex(in, "vote_key", operation->vote_key.bytes, PUBLIC_KEY_SIZE);
	read_hex(in, "cosign_key", operation->cosign_key.bytes, HASH_SIZE);
	read_hex(in, "node_id", operation->node_id.bytes, COMPRESSED_KEY_SIZE);
	operation->address = read_text(in, "address", false);
	operation->height = read_number(in, "height", UINT64_MAX);
	read_hex(in, "block", operation->block.bytes, HASH_SIZE);
	read_hex(in, "vote_signature", operation->vote_signature.bytes, SIGNATURE_SIZE);
	read_hex(in, "cosign_signature", operation->cosign_signature.bytes, SIGNATURE_SIZE);
}

/* Without an account, or with null for it: off the list. */
static void read_node(struct reader *in, struct node_set *operation)
{
	const json_t *account = member(in, "account");

	read_hex(in, "node_id", operation->node_id.bytes, COMPRESSED_KEY_SIZE);
	operation->account.present = account && !json_is_null(account);
	if (operation->account.present)
		operation->account.value = read_account(in, "account");
	if (member(in, "from_height"))
		operation->from_height = read_number(in, "from_height", UINT64_MAX);
}

/* What a nullify vote says beside its view is always the same: it may be left out. */
static void read_vote(struct reader *in, const char *name, struct signed_ballot *vote)
{
	static const char *const kinds[] = {"notarize", "nullify", "finalize", NULL};
	static const uint8_t values[] = {VOTE_NOTARIZE, VOTE_NULLIFY, VOTE_FINALIZE};
	struct reader inner = *in;

	inner.json = member(in, name);
	if (!inner.json) {
		fail(in, name, "is missing");
		return;
	}
	vote->ballot.kind = read_word(&inner, "kind", kinds, values, -1,
	                              "must be notarize, nullify or finalize");
	vote->ballot.epoch = read_number(&inner, "epoch", UINT64_MAX);
	vote->ballot.view = read_number(&inner, "view", UINT64_MAX);
	if (vote->ballot.kind == VOTE_NULLIFY) {
		vote->ballot.parent_view = UINT64_MAX;
	} else {
		vote->ballot.parent_view = read_number(&inner, "parent_view", UINT64_MAX);
		read_hex(&inner, "block", vote->ballot.block.bytes, HASH_SIZE);
	}
	read_hex(&inner, "signature", vote->signature.bytes, SIGNATURE_SIZE);
	in->status = inner.status;
}

static void read_evidence(struct reader *in, struct evidence_submit *operation)
{
	read_hex(in, "vote_key", operation->vote_key.bytes, PUBLIC_KEY_SIZE);
	read_vote(in, "first", &operation->first);
	read_vote(in, "second", &operation->second);
}

static void read_fields(struct reader *in, struct operation *operation)
{
	struct stream_grant grant = {0};
	struct asset_mint gift = {0};

	switch (operation->kind) {
	case OPERATION_record_append:
		read_record_append(in, &operation->record_append);
		break;
	case OPERATION_stream_create:
		read_stream_create(in, &operation->stream_create);
		break;
	case OPERATION_stream_grant:
		read_grant(in, &operation->stream_grant);
		break;
	case OPERATION_stream_revoke:
		read_grant(in, &grant);
		operation->stream_revoke =
			(struct stream_revoke){grant.stream, grant.role, grant.account};
		break;
	case OPERATION_account_rotate:
		read_rotate(in, &operation->account_rotate);
		break;
	case OPERATION_account_describe:
		read_describe(in, &operation->account_describe);
		break;
	case OPERATION_asset_create:
		operation->asset_create.name = read_text(in, "name", true);
		if (member(in, "decimals"))
			operation->asset_create.decimals =
				(uint8_t)read_number(in, "decimals", ASSET_DECIMALS_MAX);
		operation->asset_create.description = read_text(in, "description", false);
		break;
	case OPERATION_asset_mint:
		read_gift(in, &operation->asset_mint);
		break;
	case OPERATION_asset_transfer:
		read_gift(in, &gift);
		operation->asset_transfer =
			(struct asset_transfer){gift.asset, gift.to, gift.amount};
		break;
	case OPERATION_asset_burn:
		operation->asset_burn.asset = read_named(in, "asset", asset_id_of);
		operation->asset_burn.amount = read_number(in, "amount", UINT64_MAX);
		break;
	case OPERATION_validator_admit:
		operation->validator_admit.account = read_account(in, "account");
		break;
	case OPERATION_validator_remove:
		operation->validator_remove.account = read_account(in, "account");
		break;
	case OPERATION_validator_join:
		read_join(in, &operation->validator_join);
		break;
	case OPERATION_node_set:
		read_node(in, &operation->node_set);
		break;
	case OPERATION_param_set:
		operation->param_set.name = read_text(in, "name", true);
		operation->param_set.value = read_number(in, "value", UINT64_MAX);
		break;
	case OPERATION_evidence_submit:
		read_evidence(in, &operation->evidence_submit);
		break;
	}
}

/* -- What belongs to which ---------------------------------------------------------- */

#define FIELD_NAME(type, name) #name,
#define FIELD_NAMES(kind, FIELDS) \
	static const char *const names_##kind[] = {FIELDS(FIELD_NAME) NULL};

FIELD_NAMES(record_append, RECORD_APPEND_FIELDS)
FIELD_NAMES(stream_create, STREAM_CREATE_FIELDS)
FIELD_NAMES(stream_grant, STREAM_GRANT_FIELDS)
FIELD_NAMES(stream_revoke, STREAM_REVOKE_FIELDS)
FIELD_NAMES(account_rotate, ACCOUNT_ROTATE_FIELDS)
FIELD_NAMES(account_describe, ACCOUNT_DESCRIBE_FIELDS)
FIELD_NAMES(asset_create, ASSET_CREATE_FIELDS)
FIELD_NAMES(asset_mint, ASSET_MINT_FIELDS)
FIELD_NAMES(asset_transfer, ASSET_TRANSFER_FIELDS)
FIELD_NAMES(asset_burn, ASSET_BURN_FIELDS)
FIELD_NAMES(validator_admit, VALIDATOR_ADMIT_FIELDS)
FIELD_NAMES(validator_remove, VALIDATOR_REMOVE_FIELDS)
FIELD_NAMES(validator_join, VALIDATOR_JOIN_FIELDS)
FIELD_NAMES(node_set, NODE_SET_FIELDS)
FIELD_NAMES(param_set, PARAM_SET_FIELDS)
FIELD_NAMES(evidence_submit, EVIDENCE_SUBMIT_FIELDS)

static const char *const *names_of(enum operation_kind kind)
{
	switch (kind) {
#define KIND_NAMES(name, number, text) \
	case OPERATION_##name:             \
		return names_##name;
		OPERATION_LIST(KIND_NAMES)
#undef KIND_NAMES
	}
	return NULL;
}

static bool has_name(enum operation_kind kind, const char *name)
{
	static const char *const of_records[] = {"key_b64", "value_b64", "file", NULL};
	const char *const *names = names_of(kind);

	if (strcmp(name, "kind") == 0)
		return true;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return strcmp(name, "value_kind") != 0;
	for (size_t i = 0; kind == OPERATION_record_append && of_records[i]; i++)
		if (strcmp(of_records[i], name) == 0)
			return true;
	return false;
}

static enum status check_names(const json_t *json, enum operation_kind kind,
                               struct why *why)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)json, name, value) {
		struct nearest nearest = nearest_to(name);
		const char *word;

		if (has_name(kind, name))
			continue;
		for (size_t i = 0; names_of(kind)[i]; i++)
			nearest_offer(&nearest, names_of(kind)[i]);
		word = nearest_word(&nearest);
		return why_say(why, STATUS_MALFORMED, "%s has no \"%.64s\"%s%s%s",
		               operation_name((uint16_t)kind), name,
		               word ? "; the nearest is \"" : "", word ? word : "",
		               word ? "\"" : "");
	}
	return STATUS_OK;
}

static enum status find_kind(enum operation_kind *kind, const json_t *json,
                             struct why *why)
{
	const char *text = json_string_value(json_object_get(json, "kind"));
	struct nearest nearest = nearest_to(text ? text : "");
	const char *word;

	if (!text)
		return why_say(why, STATUS_MALFORMED, "\"kind\" of an operation is missing");
#define KIND_FIND(name, number, known) \
	if (strcmp(text, known) == 0) {    \
		*kind = OPERATION_##name;      \
		return STATUS_OK;              \
	}                                  \
	nearest_offer(&nearest, known);
	OPERATION_LIST(KIND_FIND)
#undef KIND_FIND
	word = nearest_word(&nearest);
	return why_say(why, STATUS_MALFORMED, "there is no operation \"%.64s\"%s%s%s", text,
	               word ? "; the nearest is \"" : "", word ? word : "", word ? "\"" : "");
}

enum status operation_from_json(struct operation *operation, const json_t *json,
                                struct arena *arena, struct why *why)
{
	struct reader in = {.json = json, .arena = arena, .why = why};
	enum operation_kind kind = OPERATION_record_append;
	enum status status;

	if (!json_is_object(json))
		return why_say(why, STATUS_MALFORMED, "an operation must be a JSON object");
	status = find_kind(&kind, json, why);
	if (status == STATUS_OK)
		status = check_names(json, kind, why);
	if (status != STATUS_OK)
		return status;
	memset(operation, 0, sizeof *operation);
	operation->kind = kind;
	read_fields(&in, operation);
	if (in.status == STATUS_OK)
		in.status = operation_check(operation, why);
	return in.status;
}
