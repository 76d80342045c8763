/* A naive ledger for comparison: plain arrays over a few accounts, streams, assets and
 * keys, so that everything collides with everything. It says what each transaction must
 * meet, in words of docs/protocol.md, and knows nothing of the code that it is compared
 * with. */
#ifndef TESTS_PROPERTY_RULES_MODEL_H
#define TESTS_PROPERTY_RULES_MODEL_H

#include "tests/property/rules_model_nodes.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum {
	MODEL_STREAMS = 5,
	MODEL_ASSETS = 4,
	MODEL_KEYS = 5,       /* record keys; 0 is the empty one, a record without a key */
	MODEL_OPERATIONS = 5, /* most of a transaction */
};

/* One operation as the model sees it: small numbers. */
struct model_operation {
	enum operation_kind kind;
	unsigned subject; /* stream or asset */
	unsigned account; /* other party; of a rotation: the number of the new key */
	unsigned key;     /* record key */
	unsigned role;    /* enum stream_role; of a creation: write; of an asset: decimals */
	uint64_t amount;
	bool has_count, has_version, has_reference;
	uint64_t count, version;
	unsigned reference; /* stream */
	uint64_t position;
	bool is_file;
	bool is_spoiled; /* private stream; wrong salt in a rotation; bad encryption key */
	bool has_inbox;
	struct model_change change; /* of validators and parameters */
	struct model_node_change node;
};

struct model_tx {
	unsigned sender;
	unsigned key; /* number of the key that signs */
	uint64_t salt;
	uint64_t valid_until_ms;
	size_t operation_count;
	struct model_operation operations[MODEL_OPERATIONS];
	bool is_taken; /* it is in the ledger */
	const struct tx *tx;
};

struct model_stream {
	bool exists;
	unsigned owner;
	unsigned write;
	uint64_t count;
	uint8_t roles[MODEL_ACCOUNTS];
	uint64_t versions[MODEL_KEYS];
	uint64_t positions[MODEL_KEYS]; /* of the latest */
};

struct model_asset {
	bool exists;
	unsigned issuer;
	unsigned decimals;
	uint64_t minted, burned;
	uint64_t balances[MODEL_ACCOUNTS];
};

struct model {
	unsigned keys[MODEL_ACCOUNTS]; /* number of the key that signs now */
	uint32_t rotations[MODEL_ACCOUNTS];
	bool is_described[MODEL_ACCOUNTS];
	struct model_stream streams[MODEL_STREAMS];
	struct model_asset assets[MODEL_ASSETS];
	struct model_validators validators;
	struct model_nodes nodes;
};

static inline enum verdict model_append(struct model *model, unsigned sender,
                                        const struct model_operation *operation)
{
	struct model_stream *stream = &model->streams[operation->subject];
	const struct model_stream *other = &model->streams[operation->reference];

	if (!stream->exists)
		return VERDICT_UNKNOWN_REFERENCE;
	if (stream->write == STREAM_WRITE_LISTED && stream->owner != sender &&
	    !(stream->roles[sender] & STREAM_ROLE_WRITER))
		return VERDICT_PERMISSION;
	if (operation->has_count && operation->count != stream->count)
		return VERDICT_CONFLICT;
	if (operation->has_reference &&
	    (!other->exists || operation->position >= other->count))
		return VERDICT_UNKNOWN_REFERENCE;
	if (operation->has_version &&
	    (operation->key == 0 || operation->version != stream->versions[operation->key]))
		return VERDICT_CONFLICT;
	if (operation->key > 0) {
		stream->versions[operation->key]++;
		stream->positions[operation->key] = stream->count;
	}
	stream->count++;
	return VERDICT_GOOD;
}

static inline enum verdict model_create_stream(struct model *model, unsigned sender,
                                               const struct model_operation *operation)
{
	struct model_stream *stream = &model->streams[operation->subject];

	if (operation->is_spoiled)
		return VERDICT_SCHEMA;
	if (stream->exists)
		return VERDICT_CONFLICT;
	*stream = (struct model_stream){
		.exists = true, .owner = sender, .write = operation->role % 2};
	return VERDICT_GOOD;
}

static inline enum verdict model_change_role(struct model *model, unsigned sender,
                                             const struct model_operation *operation)
{
	struct model_stream *stream = &model->streams[operation->subject];
	bool grant = operation->kind == OPERATION_stream_grant;
	uint8_t *roles = &stream->roles[operation->account];

	if (!stream->exists)
		return VERDICT_UNKNOWN_REFERENCE;
	if (stream->owner != sender && !(stream->roles[sender] & STREAM_ROLE_ADMIN))
		return VERDICT_PERMISSION;
	if (operation->role == STREAM_ROLE_READER)
		return VERDICT_SCHEMA;
	if (grant == ((*roles & operation->role) != 0))
		return VERDICT_CONFLICT;
	*roles = (uint8_t)(*roles ^ operation->role);
	return VERDICT_GOOD;
}

static inline enum verdict model_rotate(struct model *model, const struct model_tx *tx,
                                        const struct model_operation *operation)
{
	if (operation->account == tx->key)
		return VERDICT_CONFLICT;
	if (operation->is_spoiled)
		return VERDICT_SIGNATURE;
	model->keys[tx->sender] = operation->account;
	model->rotations[tx->sender]++;
	return VERDICT_GOOD;
}

static inline enum verdict model_describe(struct model *model, unsigned sender,
                                          const struct model_operation *operation)
{
	if (operation->is_spoiled)
		return VERDICT_SCHEMA;
	if (operation->has_inbox && !model->streams[operation->subject].exists)
		return VERDICT_UNKNOWN_REFERENCE;
	model->is_described[sender] = true;
	return VERDICT_GOOD;
}

static inline enum verdict model_asset(struct model *model, unsigned sender,
                                       const struct model_operation *operation)
{
	struct model_asset *asset = &model->assets[operation->subject];

	if (operation->kind == OPERATION_asset_create) {
		if (asset->exists)
			return VERDICT_CONFLICT;
		*asset = (struct model_asset){
			.exists = true, .issuer = sender, .decimals = operation->role};
		return VERDICT_GOOD;
	}
	if (!asset->exists)
		return VERDICT_UNKNOWN_REFERENCE;
	if (operation->kind == OPERATION_asset_mint) {
		if (asset->issuer != sender)
			return VERDICT_PERMISSION;
		if (operation->amount > UINT64_MAX - asset->minted)
			return VERDICT_BALANCE;
		asset->minted += operation->amount;
		asset->balances[operation->account] += operation->amount;
		return VERDICT_GOOD;
	}
	if (asset->balances[sender] < operation->amount)
		return VERDICT_BALANCE;
	asset->balances[sender] -= operation->amount;
	if (operation->kind == OPERATION_asset_transfer)
		asset->balances[operation->account] += operation->amount;
	else
		asset->burned += operation->amount;
	return VERDICT_GOOD;
}

static inline enum verdict model_operation(struct model *model, const struct model_tx *tx,
                                           const struct model_operation *operation)
{
	switch (operation->kind) {
	case OPERATION_record_append:
		return model_append(model, tx->sender, operation);
	case OPERATION_stream_create:
		return model_create_stream(model, tx->sender, operation);
	case OPERATION_stream_grant:
	case OPERATION_stream_revoke:
		return model_change_role(model, tx->sender, operation);
	case OPERATION_account_rotate:
		return model_rotate(model, tx, operation);
	case OPERATION_account_describe:
		return model_describe(model, tx->sender, operation);
	case OPERATION_asset_create:
	case OPERATION_asset_mint:
	case OPERATION_asset_transfer:
	case OPERATION_asset_burn:
		return model_asset(model, tx->sender, operation);
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
		return model_admission(&model->validators, tx->sender,
		                       operation->kind == OPERATION_validator_admit,
		                       &operation->change);
	case OPERATION_validator_join:
		return model_join(&model->validators, tx->sender, &operation->change);
	case OPERATION_node_set:
		return model_set_node(&model->nodes, tx->sender,
		                      tx->sender == MODEL_ROOT ||
		                          model->validators.accounts[tx->sender].is_admitted,
		                      &operation->node);
	case OPERATION_param_set:
		return model_set_parameter(&model->validators, tx->sender, &operation->change);
	case OPERATION_evidence_submit:
		return model_evidence(&model->validators, &operation->change);
	}
	return VERDICT_SCHEMA;
}

/* What a transaction meets in a block of this time; *failed is the operation that is
 * refused. Good: the model is changed, else it is as before. */
static inline enum verdict model_apply(struct model *model, const struct model_tx *tx,
                                       uint64_t time_ms, uint64_t lifetime_ms,
                                       uint16_t *failed)
{
	struct model next = *model;

	*failed = REFUSAL_NO_OPERATION;
	if (tx->is_taken)
		return VERDICT_KNOWN;
	if (tx->valid_until_ms < time_ms || tx->valid_until_ms > time_ms + lifetime_ms)
		return VERDICT_EXPIRED;
	if (model->keys[tx->sender] != tx->key)
		return VERDICT_PERMISSION;
	for (size_t i = 0; i < tx->operation_count; i++) {
		enum verdict verdict = model_operation(&next, tx, &tx->operations[i]);

		if (verdict == VERDICT_GOOD)
			continue;
		*failed = (uint16_t)i;
		return verdict;
	}
	*model = next;
	return VERDICT_GOOD;
}

#endif
