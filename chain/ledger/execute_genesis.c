/* Block 0. It is an ordinary draft over a ledger that has nothing. */
#include "chain/ledger/execute.h"
#include "chain/ledger/node_state.h"
#include "chain/ledger/validator_state.h"

static enum status get_no_state(void *owner, const struct hash *key_hash,
                                struct bytes_view *value, bool *found)
{
	(void)owner;
	(void)key_hash;
	(void)value;
	*found = false;
	return STATUS_OK;
}

static enum status find_no_tx(void *owner, const struct hash *txid, bool *found)
{
	(void)owner;
	(void)txid;
	*found = false;
	return STATUS_OK;
}

static enum status no_block_hash(void *owner, uint64_t height, struct hash *hash)
{
	(void)owner;
	(void)height;
	(void)hash;
	return STATUS_NOT_FOUND;
}

static enum status read_no_page(void *owner, const struct state_page_key *key,
                                struct bytes_view *page)
{
	(void)owner;
	(void)key;
	(void)page;
	return STATUS_NOT_FOUND;
}

static enum status read_no_tile(void *owner, const struct hash *stream, unsigned level,
                                uint64_t index, struct hash hashes[LOG_TILE_WIDTH],
                                size_t *count)
{
	(void)owner;
	(void)stream;
	(void)level;
	(void)index;
	(void)hashes;
	*count = 0;
	return STATUS_OK;
}

static const struct ledger_source NOTHING = {
	.get_state = get_no_state,
	.find_tx = find_no_tx,
	.block_hash = no_block_hash,
	.read_page = read_no_page,
	.read_tile = read_no_tile,
};

static void put_parameters(struct draft *draft, const struct parameters *parameters)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		draft_put_parameter(draft, (enum parameter)i, parameters->values[i]);
}

/* The first validators are admitted, and serve from epoch 0 on. */
static void put_validators(struct draft *draft, const struct genesis *genesis)
{
	draft_put_validators(draft, &genesis->validators);
	for (size_t i = 0; i < genesis->validators.count; i++) {
		const struct validator *validator = &genesis->validators.items[i];
		struct validator_info info = {
			.node_id = genesis->validator_node_ids[i],
			.address = text_view(genesis->validator_addresses[i]),
		};

		validator_put_info(draft, &validator->account, &info);
		validator_put_admission(draft, &validator->account);
		validator_start_keys(draft, validator, 0);
	}
}

static void put_root_group(struct draft *draft, const struct genesis *genesis)
{
	struct state_key key = state_key_of_kind(STATE_ROOT_GROUP);
	uint8_t bytes[2 + GROUP_MEMBERS_MAX * HASH_SIZE + 2];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_u16(&out, (uint16_t)genesis->root_member_count);
	for (size_t i = 0; i < genesis->root_member_count; i++)
		writer_hash(&out, &genesis->root_members[i]);
	writer_u16(&out, (uint16_t)genesis->root_threshold);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes - out.left));
}

/* They are nobody's: only the root group can take them off. */
static void put_nodes(struct draft *draft, const struct genesis *genesis)
{
	static const struct hash nobody;

	for (size_t i = 0; i < genesis->node_id_count; i++)
		nodes_put(draft, &genesis->node_ids[i], &nobody, 0);
}

enum status block_genesis(struct draft **made, const struct network *network,
                          const struct genesis *genesis, struct why *why)
{
	/* One below zero: the draft counts on from here to height 0. */
	const struct ledger_tip before = {
		.header.height = UINT64_MAX,
		.header.next_validators_hash = genesis_header(genesis, network).validators_hash,
	};
	struct block_plan plan = {.time_ms = genesis->time_ms};
	enum status status =
		draft_new(made, network, &NOTHING, &before, NULL, genesis->time_ms, why);

	if (status != STATUS_OK)
		return status;
	draft_begin(*made);
	put_parameters(*made, &genesis->parameters);
	put_validators(*made, genesis);
	put_root_group(*made, genesis);
	put_nodes(*made, genesis);
	status = block_seal(*made, &plan, why);
	if (status == STATUS_OK)
		return STATUS_OK;
	draft_free(*made);
	*made = NULL;
	return status;
}
