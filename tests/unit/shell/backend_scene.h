/* A ledger with something of everything on a real disk, the node's backend and server on
 * top of it, and a model: what went in, kept by the plainest means, for every answer to
 * be compared with. */
#ifndef TESTS_UNIT_SHELL_BACKEND_SCENE_H
#define TESTS_UNIT_SHELL_BACKEND_SCENE_H

#include "chain/store/store.h"
#include "node/shell/backend.h"
#include "node/shell/clock.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	MODEL_HEIGHTS_MAX = 64,
	MODEL_STREAMS = 3,
	MODEL_ASSETS = 3,
	MODEL_ACCOUNTS = 4, /* that do something */
	MODEL_RECORDS_MAX = 1400,
	MODEL_LEAVES_MAX = 512,
};

struct model_record {
	const struct tx *tx;
	const struct record_append *append;
	struct operation operation; /* views into tx */
	uint16_t index;             /* of the operation */
	uint64_t height, time_ms, log_index;
	uint64_t version;
};

struct model_stream {
	const char *name;
	struct hash id;
	unsigned owner;
	uint64_t created_height;
	size_t count;
	struct model_record records[MODEL_RECORDS_MAX];
};

struct model_asset {
	const char *name;
	struct hash id;
	unsigned issuer;
	uint64_t created_height;
	uint8_t decimals;
	uint64_t minted, burned;
	uint64_t held[MODEL_ACCOUNTS];
};

struct model_block {
	struct header header;
	struct hash hash;
	struct hash state_root;
	const struct tx **txs;
	size_t stream_counts[MODEL_STREAMS]; /* after it */
	struct model_asset assets[MODEL_ASSETS];
};

struct model_leaf {
	struct hash hash;
	const struct tx *tx; /* NULL: a header's */
	uint64_t height;
};

struct scene {
	struct ledger_fixture ledger;
	struct node *node;
	struct store *store;
	struct config config;
	char folder[64];
	pthread_t loop;

	const struct tx *planned[BLOCK_TXS_MAX];
	size_t planned_count;

	struct model_stream streams[MODEL_STREAMS];
	struct model_asset assets[MODEL_ASSETS];
	struct model_block blocks[MODEL_HEIGHTS_MAX];
	size_t block_count;
	struct model_leaf leaves[MODEL_LEAVES_MAX];
	size_t leaf_count;
};

/* -- The ledger and its model ------------------------------------------------------ */

static inline unsigned model_account(const struct scene *scene, const struct hash *id)
{
	for (unsigned i = 0; i < MODEL_ACCOUNTS; i++)
		if (hash_equal(&scene->ledger.accounts[i].id, id))
			return i;
	ck_abort_msg("an account that the model does not have");
}

static inline struct model_stream *model_stream(struct scene *scene,
                                                const struct hash *id)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		if (hash_equal(&scene->streams[i].id, id))
			return &scene->streams[i];
	ck_abort_msg("a stream that the model does not have");
}

static inline struct model_asset *model_asset(struct scene *scene, const struct hash *id)
{
	for (size_t i = 0; i < MODEL_ASSETS; i++)
		if (hash_equal(&scene->assets[i].id, id))
			return &scene->assets[i];
	ck_abort_msg("an asset that the model does not have");
}

/* Records under this key before position `end`. */
static inline uint64_t model_versions(const struct model_stream *stream,
                                      struct bytes_view key, size_t end)
{
	uint64_t count = 0;

	for (size_t i = 0; i < end; i++)
		count += bytes_equal(stream->records[i].append->key, key);
	return count;
}

static inline void model_append(struct scene *scene, const struct model_record *record)
{
	struct model_stream *stream =
		model_stream(scene, &record->operation.record_append.stream);
	struct model_record *added = &stream->records[stream->count];

	ck_assert_uint_lt(stream->count, MODEL_RECORDS_MAX);
	*added = *record;
	added->append = &added->operation.record_append;
	added->version = model_versions(stream, added->append->key, stream->count);
	stream->count++;
}

static inline void model_apply(struct scene *scene, const struct model_record *at)
{
	const struct operation *operation = &at->operation;
	unsigned sender = model_account(scene, &at->tx->sender);
	struct model_asset *asset;
	struct hash id;

	switch (operation->kind) {
	case OPERATION_record_append:
		model_append(scene, at);
		break;
	case OPERATION_stream_create:
		id = stream_id_of(operation->stream_create.name);
		model_stream(scene, &id)->owner = sender;
		model_stream(scene, &id)->created_height = at->height;
		break;
	case OPERATION_asset_create:
		id = asset_id_of(operation->asset_create.name);
		asset = model_asset(scene, &id);
		asset->issuer = sender;
		asset->created_height = at->height;
		asset->decimals = operation->asset_create.decimals;
		break;
	case OPERATION_asset_mint:
		asset = model_asset(scene, &operation->asset_mint.asset);
		asset->minted += operation->asset_mint.amount;
		asset->held[model_account(scene, &operation->asset_mint.to)] +=
			operation->asset_mint.amount;
		break;
	case OPERATION_asset_transfer:
		asset = model_asset(scene, &operation->asset_transfer.asset);
		asset->held[sender] -= operation->asset_transfer.amount;
		asset->held[model_account(scene, &operation->asset_transfer.to)] +=
			operation->asset_transfer.amount;
		break;
	case OPERATION_asset_burn:
		asset = model_asset(scene, &operation->asset_burn.asset);
		asset->burned += operation->asset_burn.amount;
		asset->held[sender] -= operation->asset_burn.amount;
		break;
	case OPERATION_stream_grant:
	case OPERATION_stream_revoke:
	case OPERATION_account_rotate:
	case OPERATION_account_describe:
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
	case OPERATION_validator_join:
	case OPERATION_node_set:
	case OPERATION_param_set:
	case OPERATION_evidence_submit:
		break;
	}
}

static inline void model_add_leaf(struct scene *scene, const struct model_leaf *leaf)
{
	ck_assert_uint_lt(scene->leaf_count, MODEL_LEAVES_MAX);
	scene->leaves[scene->leaf_count++] = *leaf;
}

static inline void model_add_tx(struct scene *scene, const struct header *header,
                                const struct tx *tx)
{
	struct model_record at = {
		.tx = tx,
		.height = header->height,
		.time_ms = header->time_ms,
		.log_index = scene->leaf_count,
	};
	struct cursor in = tx_operations(tx);

	for (at.index = 0; at.index < tx->operation_count; at.index++) {
		ck_assert_int_eq(operation_get(&in, &at.operation), STATUS_OK);
		model_apply(scene, &at);
	}
	model_add_leaf(scene, &(struct model_leaf){tx->leaf_hash, tx, header->height});
}

static inline void model_add_block(struct scene *scene, const struct draft *draft)
{
	const struct header *header = &draft->header;
	struct model_block *block = &scene->blocks[scene->block_count++];

	ck_assert_uint_le(scene->block_count, MODEL_HEIGHTS_MAX);
	block->header = *header;
	block->hash = draft->hash;
	block->state_root = draft->state_root.hash;
	block->txs = calloc(header->tx_count + 1, sizeof *block->txs);
	for (size_t i = 0; i < header->tx_count; i++) {
		block->txs[i] = scene->planned[i];
		model_add_tx(scene, header, scene->planned[i]);
	}
	model_add_leaf(scene,
	               &(struct model_leaf){header_leaf_hash(header), NULL, header->height});
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		block->stream_counts[i] = scene->streams[i].count;
	memcpy(block->assets, scene->assets, sizeof block->assets);
}

static inline uint64_t model_tip(const struct scene *scene)
{
	return scene->block_count - 1;
}

static inline const struct tx *plan(struct scene *scene, unsigned sender,
                                    const struct operation *operations, size_t count)
{
	const struct tx *tx = ledger_fixture_tx(&scene->ledger, sender, operations, count);

	scene->planned[scene->planned_count++] = tx;
	return tx;
}

static inline const struct tx *plan_one(struct scene *scene, unsigned sender,
                                        struct operation operation)
{
	return plan(scene, sender, &operation, 1);
}

/* The votes of the one validator. */
static inline struct certificate model_certificate(const struct scene *scene,
                                                   const struct header *header,
                                                   const struct hash *hash)
{
	static const struct hash auxiliary;
	struct certificate certificate = {
		.ballot = {.kind = VOTE_FINALIZE,
	               .epoch = header->epoch,
	               .view = header->view,
	               .parent_view = header->view - 1,
	               .block = *hash},
		.validator_count = 1,
		.signers = {true},
	};
	struct hash digest = ballot_digest(&certificate.ballot, &scene->ledger.network);

	ck_assert_int_eq(key_pair_sign(&certificate.signatures[0], scene->ledger.signer,
	                               &scene->ledger.validator.keys, &digest, &auxiliary),
	                 STATUS_OK);
	return certificate;
}

/* What was planned, as the next block, on the disk and in the model. */
static inline void close_block(struct scene *scene)
{
	struct draft *draft =
		ledger_fixture_sealed(&scene->ledger, NULL, scene->planned, scene->planned_count);
	struct certificate certificate =
		model_certificate(scene, &draft->header, &draft->hash);
	struct why why = {{0}};

	ck_assert_msg(store_commit(scene->store, draft, &certificate, &why) == STATUS_OK,
	              "%s", why.text);
	memory_ledger_commit(&scene->ledger.ledger, draft);
	model_add_block(scene, draft);
	draft_free(draft);
	scene->planned_count = 0;
	if (scene->node->backend)
		backend_on_block(scene->node->backend, model_tip(scene));
}

/* -- The node ---------------------------------------------------------------------- */

static inline void create_store(struct scene *scene, const struct store_options *options)
{
	struct buffer file;
	struct draft *genesis;
	struct why why = {{0}};
	char path[80];

	snprintf(path, sizeof path, "%s/ledger", scene->folder);
	buffer_init(&file, GENESIS_SIZE_MAX);
	genesis_encode(&file, scene->ledger.genesis);
	ck_assert_int_eq(
		block_genesis(&genesis, &scene->ledger.network, scene->ledger.genesis, &why),
		STATUS_OK);
	ck_assert_msg(store_create(&scene->store, path, options, &scene->ledger.network,
	                           buffer_view(&file), genesis, &why) == STATUS_OK,
	              "%s", why.text);
	model_add_block(scene, genesis);
	draft_free(genesis);
	buffer_close(&file);
}

/* The loop thread of a node, without its event loop: letters are opened as they come. */
static inline void *run_loop(void *argument)
{
	struct scene *scene = argument;
	struct letter *letter;

	while ((letter = mailbox_wait(&scene->node->box)))
		letter->open(scene->node, letter);
	return NULL;
}

static inline void start_node(struct scene *scene)
{
	static const struct pool_limits LIMITS = {POOL_TXS_MAX, POOL_BYTES_MAX};
	struct node *node = memory_new(sizeof *node);
	struct why why = {{0}};

	ck_assert_ptr_nonnull(node);
	scene->node = node;
	ck_assert_int_eq(config_init(&scene->config, &why), STATUS_OK);
	ck_assert_int_eq(config_set(&scene->config, "rpc.listen=", &why), STATUS_OK);
	node->config = &scene->config;
	snprintf(node->dir.path, sizeof node->dir.path, "%s", scene->folder);
	node->store = scene->store;
	node->genesis = scene->ledger.genesis;
	origin_of(node->origin, text_view(scene->ledger.genesis->name),
	          &scene->ledger.network.genesis);
	node->keys.vote = scene->ledger.validator.keys;
	node->started_ms = clock_monotonic_ms();
	ck_assert(descriptors_divide(&node->descriptors, DESCRIPTORS_WANTED, SLOTS_INBOUND_MAX));
	pool_init(&node->drive.pool, &LIMITS);
	ck_assert_int_eq(mailbox_init(&node->box, NULL, NULL, &why), STATUS_OK);
	ck_assert_msg(backend_new(&node->backend, node, &why) == STATUS_OK, "%s", why.text);
	ck_assert_int_eq(pthread_create(&scene->loop, NULL, run_loop, scene), 0);
}

/* A network of genesis alone. */
static inline struct scene *scene_new(const struct store_options *options)
{
	static const char *const STREAMS[MODEL_STREAMS] = {"alpha", "beta.log", "gamma-9_z"};
	static const char *const ASSETS[MODEL_ASSETS] = {"gold", "iron", "zinc"};
	struct scene *scene = calloc(1, sizeof *scene);

	ck_assert_ptr_nonnull(scene);
	ledger_fixture_init(&scene->ledger, NULL);
	snprintf(scene->folder, sizeof scene->folder, "%s", scratch_folder());
	for (size_t i = 0; i < MODEL_STREAMS; i++) {
		scene->streams[i].name = STREAMS[i];
		scene->streams[i].id = stream_id_of(text_view(STREAMS[i]));
	}
	for (size_t i = 0; i < MODEL_ASSETS; i++) {
		scene->assets[i].name = ASSETS[i];
		scene->assets[i].id = asset_id_of(text_view(ASSETS[i]));
	}
	create_store(scene, options);
	start_node(scene);
	return scene;
}

static inline void scene_free(struct scene *scene)
{
	struct node *node = scene->node;

	mailbox_finish(&node->box);
	pthread_join(scene->loop, NULL);
	backend_free(node->backend);
	mailbox_close(&node->box);
	refused_close(&node->drive.refused);
	pool_close(&node->drive.pool);
	memory_free(node);
	config_close(&scene->config);
	store_close(scene->store);
	for (size_t i = 0; i < scene->block_count; i++)
		free(scene->blocks[i].txs);
	ledger_fixture_close(&scene->ledger);
	free(scene);
}

/* -- Something of everything ------------------------------------------------------- */

/* Keys: text, text that is part of another, bytes that are no text, the longest. */
static inline struct bytes_view fill_key(unsigned number)
{
	static const uint8_t BINARY[] = {0x00, 0xff, 0x80};
	static uint8_t longest[RECORD_KEY_SIZE_MAX];

	memset(longest, 'k', sizeof longest);
	switch (number) {
	case 0:
		return bytes_view(NULL, 0);
	case 1:
		return text_view("temperature");
	case 2:
		return text_view("temp");
	case 3:
		return bytes_view(BINARY, sizeof BINARY);
	default:
		return bytes_view(longest, sizeof longest);
	}
}

static inline struct operation fill_append(struct scene *scene, struct random *random,
                                           char value[16])
{
	struct model_stream *stream = &scene->streams[random_below(random, MODEL_STREAMS)];
	struct operation operation;

	snprintf(value, 16, "v%u", random_u32(random));
	operation = make_append(&stream->id, "", value);
	operation.record_append.key = fill_key(random_below(random, 5));
	return operation;
}

static inline void fill_block(struct scene *scene, struct random *random)
{
	unsigned count = random_below(random, 5);

	for (unsigned i = 0; i < count; i++) {
		struct operation operations[4];
		char values[4][16];
		unsigned operation_count = 1 + random_below(random, 4);

		for (unsigned j = 0; j < operation_count; j++)
			operations[j] = fill_append(scene, random, values[j]);
		plan(scene, random_below(random, MODEL_ACCOUNTS), operations, operation_count);
	}
	close_block(scene);
}

static inline void fill_assets(struct scene *scene)
{
	const struct fixture_account *accounts = scene->ledger.accounts;
	const struct hash *gold = &scene->assets[0].id;
	const struct hash *iron = &scene->assets[1].id;

	plan_one(scene, 0, make_asset("gold", 2));
	plan_one(scene, 1, make_asset("iron", 0));
	plan_one(scene, 0, make_mint(gold, &accounts[0].id, 1000));
	close_block(scene);
	plan_one(scene, 0, make_transfer(gold, &accounts[1].id, 300));
	plan_one(scene, 1, make_mint(iron, &accounts[1].id, UINT64_MAX));
	close_block(scene);
	plan_one(scene, 1, make_transfer(gold, &accounts[2].id, 300));
	plan_one(scene, 0, make_burn(gold, 50));
	plan_one(scene, 2, make_asset("zinc", ASSET_DECIMALS_MAX));
	close_block(scene);
}

/* A record that is a file's id, in one block with many others. */
static inline void fill_file(struct scene *scene)
{
	struct operation operation = make_append(&scene->streams[0].id, "file", "");
	struct hash file = hash_of(text_view("the manifest of a file"));

	operation.record_append.value_kind = VALUE_FILE;
	operation.record_append.value = hash_view(&file);
	plan_one(scene, 3, operation);
	close_block(scene);
}

/* Streams appear one block after another, so that each height shows another ledger. */
static inline void scene_fill(struct scene *scene)
{
	struct random random = random_from(4711);

	for (unsigned i = 0; i < MODEL_STREAMS; i++) {
		plan_one(scene, i, make_stream(scene->streams[i].name, STREAM_WRITE_OPEN));
		close_block(scene);
	}
	fill_assets(scene);
	for (unsigned i = 0; i < 20; i++)
		fill_block(scene, &random);
	fill_file(scene);
}

#endif
