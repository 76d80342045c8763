#include "chain/receipt/mentions.h"

static size_t one(struct mention *mention, enum state_kind kind, const struct hash *id)
{
	*mention = (struct mention){.kind = kind, .id = id};
	return 1;
}

size_t operation_mentions(const struct operation *operation,
                          struct mention mentions[MENTIONS_MAX])
{
	size_t count = 0;

	switch (operation->kind) {
	case OPERATION_record_append:
		count = one(mentions, STATE_STREAM, &operation->record_append.stream);
		if (operation->record_append.reference.present)
			count += one(&mentions[count], STATE_STREAM,
			             &operation->record_append.reference.value.stream);
		return count;
	case OPERATION_stream_grant:
		return one(mentions, STATE_STREAM, &operation->stream_grant.stream);
	case OPERATION_stream_revoke:
		return one(mentions, STATE_STREAM, &operation->stream_revoke.stream);
	case OPERATION_account_describe:
		if (operation->account_describe.inbox.present)
			count = one(mentions, STATE_STREAM, &operation->account_describe.inbox.value);
		return count;
	case OPERATION_asset_mint:
		return one(mentions, STATE_ASSET, &operation->asset_mint.asset);
	case OPERATION_asset_transfer:
		return one(mentions, STATE_ASSET, &operation->asset_transfer.asset);
	case OPERATION_asset_burn:
		return one(mentions, STATE_ASSET, &operation->asset_burn.asset);
	case OPERATION_stream_create:
	case OPERATION_account_rotate:
	case OPERATION_asset_create:
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
	case OPERATION_validator_join:
	case OPERATION_node_set:
	case OPERATION_param_set:
	case OPERATION_evidence_submit:
		break;
	}
	return 0;
}
