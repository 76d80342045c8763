#include "chain/ledger/operations.h"

#include "chain/base/invariant.h"

bool name_is_valid(struct bytes_view name)
{
	if (name.size == 0 || name.size > NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-')
			return false;
	}
	return true;
}

// clang-format off
WIRE_DEFINE(record_append, RECORD_APPEND_FIELDS)
WIRE_DEFINE(stream_create, STREAM_CREATE_FIELDS)
WIRE_DEFINE(stream_grant, STREAM_GRANT_FIELDS)
WIRE_DEFINE(stream_revoke, STREAM_REVOKE_FIELDS)
WIRE_DEFINE(account_rotate, ACCOUNT_ROTATE_FIELDS)
WIRE_DEFINE(account_describe, ACCOUNT_DESCRIBE_FIELDS)
WIRE_DEFINE(asset_create, ASSET_CREATE_FIELDS)
WIRE_DEFINE(asset_mint, ASSET_MINT_FIELDS)
WIRE_DEFINE(asset_transfer, ASSET_TRANSFER_FIELDS)
WIRE_DEFINE(asset_burn, ASSET_BURN_FIELDS)
WIRE_DEFINE(validator_admit, VALIDATOR_ADMIT_FIELDS)
WIRE_DEFINE(validator_remove, VALIDATOR_REMOVE_FIELDS)
WIRE_DEFINE(validator_join, VALIDATOR_JOIN_FIELDS)
WIRE_DEFINE(node_set, NODE_SET_FIELDS)
WIRE_DEFINE(param_set, PARAM_SET_FIELDS)
WIRE_DEFINE(evidence_submit, EVIDENCE_SUBMIT_FIELDS)
// clang-format on

const char *operation_name(uint16_t kind)
{
	switch (kind) {
#define OPERATION_NAME(name, number, text)                                               \
	case number:                                                                         \
		return text;
		OPERATION_LIST(OPERATION_NAME)
#undef OPERATION_NAME
	}
	return NULL;
}

bool node_id_is_valid(const struct node_id *id)
{
	struct public_key x;

	/* 2 and 3 are the two points of one x. */
	memcpy(&x, id->bytes + 1, sizeof x);
	return (id->bytes[0] == 2 || id->bytes[0] == 3) && public_key_is_valid(&x);
}

static size_t body_size(const struct operation *operation)
{
	switch (operation->kind) {
#define OPERATION_SIZE(name, number, text)                                               \
	case OPERATION_##name:                                                               \
		return name##_size(&operation->name);
		OPERATION_LIST(OPERATION_SIZE)
#undef OPERATION_SIZE
	}
	/* Whoever makes an operation takes its kind from the table. */
	INVARIANT(operation_name((uint16_t)operation->kind) != NULL);
	return 0;
}

size_t operation_size(const struct operation *operation)
{
	return 2 + 4 + body_size(operation);
}

void operation_put(struct writer *out, const struct operation *operation)
{
	writer_u16(out, (uint16_t)operation->kind);
	writer_u32(out, (uint32_t)body_size(operation));
	switch (operation->kind) {
#define OPERATION_PUT(name, number, text)                                                \
	case OPERATION_##name:                                                               \
		name##_put(out, &operation->name);                                               \
		break;
		OPERATION_LIST(OPERATION_PUT)
#undef OPERATION_PUT
	}
}

/* The part of an operation's form that its list of fields cannot say. */
static bool is_well_formed(const struct operation *operation)
{
	uint8_t role;

	switch (operation->kind) {
	case OPERATION_record_append:
		if (operation->record_append.value_kind == VALUE_FILE)
			return operation->record_append.value.size == HASH_SIZE;
		return operation->record_append.value_kind == VALUE_INLINE;
	case OPERATION_stream_create:
		return operation->stream_create.write <= STREAM_WRITE_LISTED &&
		       operation->stream_create.read <= STREAM_READ_PRIVATE;
	case OPERATION_stream_grant:
	case OPERATION_stream_revoke:
		role = operation->kind == OPERATION_stream_grant ? operation->stream_grant.role
		                                                 : operation->stream_revoke.role;
		return role == STREAM_ROLE_WRITER || role == STREAM_ROLE_READER ||
		       role == STREAM_ROLE_ADMIN;
	case OPERATION_asset_create:
		return operation->asset_create.decimals <= ASSET_DECIMALS_MAX;
	case OPERATION_asset_mint:
		return operation->asset_mint.amount > 0;
	case OPERATION_asset_transfer:
		return operation->asset_transfer.amount > 0;
	case OPERATION_asset_burn:
		return operation->asset_burn.amount > 0;
	case OPERATION_node_set:
		return operation->node_set.account.present || operation->node_set.from_height == 0;
	case OPERATION_evidence_submit:
		return ballot_is_well_formed(&operation->evidence_submit.first.ballot) &&
		       ballot_is_well_formed(&operation->evidence_submit.second.ballot);
	case OPERATION_account_rotate:
	case OPERATION_account_describe:
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
	case OPERATION_validator_join:
	case OPERATION_param_set:
		return true;
	}
	return false;
}

enum status operation_get(struct cursor *in, struct operation *operation)
{
	uint16_t kind = cursor_u16(in);
	struct cursor body = cursor_on(cursor_bytes32(in, TX_SIZE_MAX));
	enum status status = in->status;

	operation->kind = (enum operation_kind)kind;
	if (status != STATUS_OK)
		return status;
	switch (kind) {
#define OPERATION_GET(name, number, text)                                                \
	case number:                                                                         \
		name##_get(&body, &operation->name);                                             \
		status = cursor_finish(&body);                                                   \
		break;
		OPERATION_LIST(OPERATION_GET)
#undef OPERATION_GET
	default:
		status = STATUS_FOREIGN;
	}
	if (status == STATUS_OK && !is_well_formed(operation))
		status = STATUS_MALFORMED;
	if (status != STATUS_OK)
		cursor_fail(in, status);
	return status;
}
