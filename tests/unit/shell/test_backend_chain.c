/* What programs read of blocks, the genesis and the log, over the node's own socket. */
#include "chain/proof/log.h"
#include "tests/unit/shell/backend_client.h"

static struct scene *scene;

static void start(void)
{
	scene = scene_new(&(struct store_options){0});
	scene_fill(scene);
}

static void stop(void)
{
	scene_free(scene);
}

static struct log_frontier frontier_at(uint64_t size)
{
	struct log_frontier frontier = {0};

	for (uint64_t i = 0; i < size; i++)
		log_frontier_append(&frontier, &scene->leaves[i].hash);
	return frontier;
}

/* -- Blocks ------------------------------------------------------------------------ */

START_TEST(the_head_is_the_newest_block)
{
	const struct model_block *tip = &scene->blocks[model_tip(scene)];
	json_t *json = ask(scene, "chain.get_head", NULL);
	size_t tx_count = 0;

	for (size_t i = 0; i < scene->leaf_count; i++)
		tx_count += scene->leaves[i].tx != NULL;
	check_count(json, "height", model_tip(scene));
	check_hash(json, "hash", &tip->hash);
	check_count(json, "time_ms", tip->header.time_ms);
	check_count(json, "log_size", scene->leaf_count);
	check_count(json, "tx_count", tx_count);
	check_hash(json, "state_root", &tip->state_root);
	json_decref(json);
}
END_TEST

START_TEST(the_head_moves_with_every_block)
{
	for (unsigned i = 0; i < 5; i++) {
		json_t *json;

		plan_one(scene, i % MODEL_ACCOUNTS, make_describe("once more"));
		close_block(scene);
		json = ask(scene, "chain.get_head", NULL);
		check_count(json, "height", model_tip(scene));
		check_hash(json, "hash", &scene->blocks[model_tip(scene)].hash);
		json_decref(json);
	}
}
END_TEST

static void check_header(const json_t *json, const struct model_block *block)
{
	const struct header *header = &block->header;

	check_hash(json, "hash", &block->hash);
	check_count(json, "version", header->version);
	check_count(json, "flags", header->flags);
	check_count(json, "height", header->height);
	check_count(json, "epoch", header->epoch);
	check_count(json, "view", header->view);
	check_count(json, "time_ms", header->time_ms);
	check_count(json, "proposer", header->proposer);
	check_count(json, "tx_count", header->tx_count);
	check_count(json, "body_size", header->body_size);
	check_count(json, "log_size", header->log_size);
	check_hash(json, "parent", &header->parent);
	check_hash(json, "tx_root", &header->tx_root);
	check_hash(json, "log_root", &header->log_root);
	check_hash(json, "state_root", &header->state_root);
	check_hash(json, "validators_hash", &header->validators_hash);
	check_hash(json, "next_validators_hash", &header->next_validators_hash);
}

static void check_certificate(const json_t *json, const struct model_block *block)
{
	const json_t *certificate = json_object_get(json, "certificate");
	struct certificate wanted;
	char signature[2 * SIGNATURE_SIZE + 1];

	if (block->header.height == 0) {
		check_null(json, "certificate");
		return;
	}
	wanted = model_certificate(scene, &block->header, &block->hash);
	hex_encode(signature, bytes_view(wanted.signatures[0].bytes, SIGNATURE_SIZE));
	check_text(certificate, "kind", "finalize");
	check_count(certificate, "epoch", wanted.ballot.epoch);
	check_count(certificate, "view", wanted.ballot.view);
	check_hash(certificate, "block", &block->hash);
	ck_assert_uint_eq(json_array_size(json_object_get(certificate, "signatures")), 1);
	ck_assert_str_eq(
		json_string_value(json_array_get(json_object_get(certificate, "signatures"), 0)),
		signature);
	ck_assert_int_eq(
		json_integer_value(json_array_get(json_object_get(certificate, "signers"), 0)),
		0);
}

static void check_block(const json_t *json, const struct model_block *block)
{
	const json_t *txids = json_object_get(json, "txids");

	check_header(json, block);
	check_certificate(json, block);
	ck_assert_uint_eq(json_array_size(txids), block->header.tx_count);
	for (size_t i = 0; i < block->header.tx_count; i++) {
		json_t *wanted = json_hex(&block->txs[i]->txid);

		ck_assert(json_equal(json_array_get(txids, i), wanted));
		json_decref(wanted);
	}
}

START_TEST(each_block_is_found_by_height_and_by_hash)
{
	for (size_t height = 0; height < scene->block_count; height++) {
		const struct model_block *block = &scene->blocks[height];
		json_t *json =
			ask(scene, "chain.get_block", json_pack("{si}", "height", (int)height));

		check_block(json, block);
		json_decref(json);
		json = ask(scene, "chain.get_block",
		           json_pack("{so}", "hash", json_hex(&block->hash)));
		check_block(json, block);
		json_decref(json);
		json = ask(scene, "chain.get_block_header",
		           json_pack("{so}", "hash", json_hex(&block->hash)));
		check_header(json, block);
		ck_assert_ptr_null(json_object_get(json, "txids"));
		ck_assert_ptr_null(json_object_get(json, "certificate"));
		json_decref(json);
	}
}
END_TEST

START_TEST(a_block_that_is_not_there_is_an_error)
{
	const struct hash *txid = &scene->blocks[1].txs[0]->txid;

	expect_error(scene, "chain.get_block",
	             json_pack("{si}", "height", (int)scene->block_count), 101,
	             "there is no block");
	expect_error(scene, "chain.get_block_header",
	             json_pack("{sI}", "height", (json_int_t)INT64_MAX), 101,
	             "there is no block");
	/* A txid stands in the same index as the hashes of blocks. */
	expect_error(scene, "chain.get_block", json_pack("{so}", "hash", json_hex(txid)), 101,
	             "no final block with hash");
}
END_TEST

static void check_rows(const json_t *items, size_t newest)
{
	ck_assert_uint_eq(json_array_size(items), newest + 1);
	for (size_t i = 0; i <= newest; i++) {
		const struct model_block *block = &scene->blocks[newest - i];
		const json_t *item = json_array_get(items, i);

		check_count(item, "height", block->header.height);
		check_hash(item, "hash", &block->hash);
		check_count(item, "time_ms", block->header.time_ms);
		check_count(item, "tx_count", block->header.tx_count);
		check_count(item, "body_size", block->header.body_size);
	}
}

START_TEST(blocks_are_listed_newest_first)
{
	for (size_t limit = 1; limit < 100; limit *= 3) {
		json_t *items = ask_all(scene, "chain.list_blocks", NULL, limit);

		check_rows(items, model_tip(scene));
		json_decref(items);
	}
	for (size_t from = 0; from < scene->block_count; from++) {
		json_t *items = ask_all(scene, "chain.list_blocks",
		                        json_pack("{si}", "from_height", (int)from), 4);

		check_rows(items, from);
		json_decref(items);
	}
}
END_TEST

/* -- What the network is ----------------------------------------------------------- */

START_TEST(the_genesis_is_told_with_its_bytes)
{
	const struct genesis *genesis = scene->ledger.genesis;
	json_t *json = ask(scene, "chain.get_genesis", NULL);
	const json_t *readable = json_object_get(json, "genesis");
	struct buffer file;

	buffer_init(&file, GENESIS_SIZE_MAX);
	genesis_encode(&file, genesis);
	check_hash(json, "hash", &scene->ledger.network.genesis);
	check_base64(json, "genesis_b64", buffer_view(&file));
	check_text(readable, "name", genesis->name);
	check_count(readable, "time_ms", genesis->time_ms);
	buffer_close(&file);
	json_decref(json);
}
END_TEST

START_TEST(the_parameters_are_those_of_the_genesis)
{
	for (size_t height = 0; height < scene->block_count; height += 7) {
		json_t *json =
			ask(scene, "chain.get_params", json_pack("{si}", "at", (int)height));
		const json_t *params = json_object_get(json, "params");

		check_count(json, "height", height);
		ck_assert_uint_eq(json_object_size(params), PARAMETER_COUNT);
		for (size_t i = 0; i < PARAMETER_COUNT; i++)
			check_count(params, parameter_facts((enum parameter)i)->name,
			            scene->ledger.genesis->parameters.values[i]);
		json_decref(json);
	}
}
END_TEST

/* -- The log ----------------------------------------------------------------------- */

START_TEST(the_checkpoint_is_the_log_with_its_last_header)
{
	struct log_frontier frontier = frontier_at(scene->leaf_count);
	struct hash root = log_frontier_root(&frontier);
	json_t *json = ask(scene, "chain.get_checkpoint", NULL);

	check_count(json, "size", scene->leaf_count);
	check_hash(json, "root", &root);
	check_count(json, "height", model_tip(scene));
	check_null(json, "note");
	json_decref(json);
}
END_TEST

static void check_consistency(uint64_t from, uint64_t to)
{
	struct log_frontier frontier_from = frontier_at(from);
	struct log_frontier frontier_to = frontier_at(to);
	struct hash root_from = log_frontier_root(&frontier_from);
	struct hash root_to = log_frontier_root(&frontier_to);
	json_t *json = ask(
		scene, "chain.get_consistency_proof",
		json_pack("{sI sI}", "from_size", (json_int_t)from, "to_size", (json_int_t)to));
	const json_t *hashes = json_object_get(json, "hashes");
	struct hash path[LOG_PATH_MAX];
	size_t count = json_array_size(hashes);

	check_count(json, "from_size", from);
	check_count(json, "to_size", to);
	check_hash(json, "root_from", &root_from);
	check_hash(json, "root_to", &root_to);
	for (size_t i = 0; i < count; i++)
		path[i] = hash_from_hex(json_string_value(json_array_get(hashes, i)));
	ck_assert(log_consistency_is_valid(&root_from, from, &root_to, to, path, count));
	json_decref(json);
}

START_TEST(every_older_log_is_proved_to_be_the_beginning_of_a_newer)
{
	for (uint64_t from = 1; from <= scene->leaf_count; from += 3)
		for (uint64_t to = from; to <= scene->leaf_count; to += 5)
			check_consistency(from, to);
	check_consistency(1, scene->leaf_count);
}
END_TEST

START_TEST(a_log_that_is_not_there_cannot_be_proved)
{
	int size = (int)scene->leaf_count;

	expect_error(scene, "chain.get_consistency_proof",
	             json_pack("{si si}", "from_size", 1, "to_size", size + 1), -32602,
	             "leaves of the log");
	expect_error(scene, "chain.get_consistency_proof",
	             json_pack("{si si}", "from_size", 3, "to_size", 2), -32602,
	             "must not be above");
	expect_error(scene, "chain.get_consistency_proof",
	             json_pack("{si si}", "from_size", 0, "to_size", 2), -32602,
	             "\"from_size\" must be at least 1");
}
END_TEST

/* -- The suite --------------------------------------------------------------------- */

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_chain");
	TCase *tests = tcase_create("chain");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_head_is_the_newest_block);
	tcase_add_test(tests, the_head_moves_with_every_block);
	tcase_add_test(tests, each_block_is_found_by_height_and_by_hash);
	tcase_add_test(tests, a_block_that_is_not_there_is_an_error);
	tcase_add_test(tests, blocks_are_listed_newest_first);
	tcase_add_test(tests, the_genesis_is_told_with_its_bytes);
	tcase_add_test(tests, the_parameters_are_those_of_the_genesis);
	tcase_add_test(tests, the_checkpoint_is_the_log_with_its_last_header);
	tcase_add_test(tests, every_older_log_is_proved_to_be_the_beginning_of_a_newer);
	tcase_add_test(tests, a_log_that_is_not_there_cannot_be_proved);
	suite_add_tcase(suite, tests);
	return suite;
}
