/* Bodies of blocks from anybody, executed over a small ledger of two blocks that are held
 * as drafts. Input: how much later the block is, u16 ms, then the body.
 *
 * Two ways must agree: a leader who takes of it what fits and seals, and everybody else,
 * who is handed the sealed block. */
#include "chain/base/invariant.h"
#include "chain/ledger/execute.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* -- The small ledger: nothing on the disk, all of it in drafts ---------------------- */

static enum status get_state(void *owner, const struct hash *key_hash,
                             struct bytes_view *value, bool *found)
{
	(void)owner;
	(void)key_hash;
	(void)value;
	*found = false;
	return STATUS_OK;
}

static enum status find_tx(void *owner, const struct hash *txid, bool *found)
{
	(void)owner;
	(void)txid;
	*found = false;
	return STATUS_OK;
}

static enum status block_hash(void *owner, uint64_t height, struct hash *hash)
{
	(void)owner;
	(void)height;
	(void)hash;
	return STATUS_NOT_FOUND;
}

static enum status read_page(void *owner, const struct state_page_key *key,
                             struct bytes_view *page)
{
	(void)owner;
	(void)key;
	(void)page;
	return STATUS_NOT_FOUND;
}

static enum status read_tile(void *owner, const struct hash *stream, unsigned level,
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
	.get_state = get_state,
	.find_tx = find_tx,
	.block_hash = block_hash,
	.read_page = read_page,
	.read_tile = read_tile,
};

static struct network network;
static struct draft *genesis_block, *first_block;

/* Nobody checks signatures here, so a key is a number. */
static struct public_key key_of(uint8_t number)
{
	return (struct public_key){{number}};
}

static struct operation operation_in(const char *name, enum operation_kind kind)
{
	struct operation made = {.kind = kind};

	if (kind == OPERATION_stream_create)
		made.stream_create.name = text_view(name);
	else
		made.asset_create.name = text_view(name);
	return made;
}

/* Account 1 makes an open stream and a listed one, an asset, and has a hundred of it. */
static void add_first(struct draft *draft)
{
	struct public_key key = key_of(1);
	struct operation operations[5] = {
		operation_in("open", OPERATION_stream_create),
		operation_in("listed", OPERATION_stream_create),
		operation_in("bread", OPERATION_asset_create),
		{.kind = OPERATION_asset_mint},
		{.kind = OPERATION_record_append},
	};
	struct tx_draft made = {
		.sender = network_account_id(&network, &key),
		.valid_until_ms = 2000,
		.operations = operations,
		.operation_count = 5,
	};
	static const struct signature signature;
	uint8_t bytes[2048];
	size_t size;
	struct tx tx;

	operations[1].stream_create.write = STREAM_WRITE_LISTED;
	operations[3].asset_mint = (struct asset_mint){
		.asset = asset_id_of(text_view("bread")), .to = made.sender, .amount = 100};
	operations[4].record_append.stream = stream_id_of(text_view("open"));
	operations[4].record_append.key = text_view("k");
	size = tx_draft_size(&made);
	INVARIANT(size <= sizeof bytes);
	tx_draft_put(bytes, &made, &network);
	tx_put_authority(bytes, size, &key, &signature);
	INVARIANT(tx_decode(&tx, &network, bytes_view(bytes, size), NULL) == VERDICT_GOOD);
	INVARIANT(block_add(draft, &tx, true, NULL) == VERDICT_GOOD);
}

static struct block_plan plan_for(const struct draft *draft)
{
	return (struct block_plan){
		.epoch = draft->header.epoch,
		.view = draft->header.height,
		.time_ms = draft->header.time_ms,
	};
}

static void close_ledger(void)
{
	draft_free(first_block);
	draft_free(genesis_block);
}

/* Account 1 is the only validator and the root group. */
static void open_ledger(void)
{
	static const struct hash hash = {{1}};
	static struct genesis genesis;
	struct public_key key = key_of(1);
	struct block_plan plan;

	network_init(&network, &hash);
	genesis.time_ms = 1000;
	genesis.parameters = parameters_default();
	genesis.root_member_count = 1;
	genesis.root_threshold = 1;
	genesis.root_members[0] = network_account_id(&network, &key);
	genesis.validators.count = 1;
	genesis.validators.items[0].account = genesis.root_members[0];
	genesis.validators.items[0].vote_key = key;
	INVARIANT(block_genesis(&genesis_block, &network, &genesis, NULL) == STATUS_OK);
	INVARIANT(draft_new(&first_block, &network, &NOTHING, NULL, genesis_block, 2000,
	                    NULL) == STATUS_OK);
	add_first(first_block);
	plan = plan_for(first_block);
	INVARIANT(block_seal(first_block, &plan, NULL) == STATUS_OK);
	atexit(close_ledger);
}

/* -- Both ways ----------------------------------------------------------------------- */

/* *all: every byte of the body is a transaction that was taken. */
static struct draft *lead(uint64_t time_ms, struct bytes_view bytes, bool *all)
{
	struct cursor body = cursor_on(bytes);
	struct block_plan plan;
	struct draft *draft;

	INVARIANT(draft_new(&draft, &network, &NOTHING, NULL, first_block, time_ms, NULL) ==
	          STATUS_OK);
	*all = true;
	while (body.left > 0) {
		struct bytes_view entry = body_next(&body);
		struct tx tx;

		if (body.status != STATUS_OK ||
		    tx_decode(&tx, &network, entry, NULL) != VERDICT_GOOD ||
		    !block_has_room(draft, entry.size) ||
		    block_add(draft, &tx, false, NULL) != VERDICT_GOOD)
			*all = false;
	}
	plan = plan_for(draft);
	INVARIANT(block_seal(draft, &plan, NULL) == STATUS_OK);
	return draft;
}

static enum verdict follow(const struct header *header, struct bytes_view body,
                           const struct hash *wanted)
{
	enum verdict verdict;
	struct draft *draft;

	INVARIANT(block_execute(&draft, &network, &NOTHING, NULL, first_block, header, body,
	                        &verdict, NULL, NULL) == STATUS_OK);
	INVARIANT((draft != NULL) == (verdict == VERDICT_GOOD));
	INVARIANT(!draft || hash_equal(&draft->hash, wanted));
	draft_free(draft);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct draft *led;
	struct bytes_view body;
	bool all;

	if (!genesis_block)
		open_ledger();
	if (size < 2)
		return 0;
	body = bytes_view(bytes + 2, size - 2);
	led = lead(UINT64_C(2001) + get_le16(bytes), body, &all);
	/* The leader's own block is taken; what it left out would spoil it. */
	INVARIANT(follow(&led->header, buffer_view(&led->body), &led->hash) == VERDICT_GOOD);
	INVARIANT((follow(&led->header, body, &led->hash) == VERDICT_GOOD) == all);
	draft_free(led);
	return 0;
}
