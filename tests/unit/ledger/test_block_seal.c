/* What sealing computes, against the naive way to compute the same. */
#include "chain/ledger/execute.h"
#include "chain/proof/log.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct ledger_fixture fixture;
static struct hash notes, other;

/* Leaf hashes of the network's log, kept by the test. */
static struct hash *leaves;
static size_t leaf_count;

static void add_leaf(const struct hash *leaf)
{
	leaves = realloc(leaves, (leaf_count + 1) * sizeof *leaves);
	leaves[leaf_count++] = *leaf;
}

static void start(void)
{
	struct hash leaf;

	ledger_fixture_init(&fixture, NULL);
	notes = stream_id_of(text_view("notes"));
	other = stream_id_of(text_view("other"));
	leaves = NULL;
	leaf_count = 0;
	leaf = header_leaf_hash(&fixture.ledger.tip.header);
	add_leaf(&leaf);
}

static void stop(void)
{
	free(leaves);
	ledger_fixture_close(&fixture);
}

/* RFC 6962 section 2.1, as it is written there. */
static struct hash naive_root(const struct hash *items, size_t count)
{
	uint8_t node[1 + 2 * HASH_SIZE] = {1};
	struct hash left, right;
	size_t half = 1;

	if (count == 0)
		return hash_of((struct bytes_view){0});
	if (count == 1)
		return items[0];
	while (2 * half < count)
		half *= 2;
	left = naive_root(items, half);
	right = naive_root(items + half, count - half);
	memcpy(node + 1, left.bytes, HASH_SIZE);
	memcpy(node + 1 + HASH_SIZE, right.bytes, HASH_SIZE);
	return hash_of(bytes_view(node, sizeof node));
}

/* The header of a sealed draft, field by field, from what the test knows. */
static void expect_header(const struct draft *draft, const struct header *parent,
                          const struct tx *const *txs, size_t count)
{
	const struct header *header = &draft->header;
	struct hash *tx_leaves = calloc(count + 1, sizeof *tx_leaves);
	struct hash wanted;
	size_t body_size = 0;

	for (size_t i = 0; i < count; i++) {
		tx_leaves[i] = log_leaf_hash(txs[i]->bytes);
		add_leaf(&tx_leaves[i]);
		body_size += 2 + txs[i]->bytes.size;
	}
	ck_assert_uint_eq(header->version, 1);
	ck_assert_uint_eq(header->flags, 0);
	ck_assert_uint_eq(header->height, parent->height + 1);
	ck_assert_uint_eq(header->time_ms, parent->time_ms + FIXTURE_BLOCK_MS);
	ck_assert_uint_eq(header->tx_count, count);
	ck_assert_uint_eq(header->body_size, body_size);
	ck_assert_uint_eq(header->log_size, parent->log_size + 1 + count);
	ck_assert_uint_eq(header->log_size, leaf_count);
	wanted = header_hash(parent, &fixture.network);
	ck_assert(hash_equal(&header->parent, &wanted));
	wanted = naive_root(tx_leaves, count);
	ck_assert(hash_equal(&header->tx_root, &wanted));
	wanted = naive_root(leaves, leaf_count);
	ck_assert(hash_equal(&header->log_root, &wanted));
	ck_assert(hash_equal(&header->validators_hash, &parent->validators_hash));
	ck_assert(hash_equal(&header->next_validators_hash, &parent->validators_hash));
	wanted = header_hash(header, &fixture.network);
	ck_assert(hash_equal(&draft->hash, &wanted));
	/* The header's own leaf comes behind. */
	wanted = header_leaf_hash(header);
	add_leaf(&wanted);
	ck_assert_uint_eq(draft->frontier.size, leaf_count);
	wanted = log_frontier_root(&draft->frontier);
	ck_assert(hash_equal(&wanted, &(struct hash[]){naive_root(leaves, leaf_count)}[0]));
	free(tx_leaves);
}

START_TEST(block_0_is_as_the_protocol_says)
{
	const struct header *header = &fixture.ledger.tip.header;
	struct hash empty = hash_of((struct bytes_view){0});
	struct hash wanted = memory_ledger_fresh_root(&fixture.ledger);

	ck_assert_uint_eq(header->version, 1);
	ck_assert_uint_eq(header->flags, 0);
	ck_assert_uint_eq(header->height, 0);
	ck_assert_uint_eq(header->epoch, 0);
	ck_assert_uint_eq(header->view, 0);
	ck_assert_uint_eq(header->time_ms, FIXTURE_TIME_MS);
	ck_assert_uint_eq(header->proposer, 0);
	ck_assert_uint_eq(header->tx_count, 0);
	ck_assert_uint_eq(header->body_size, 0);
	ck_assert_uint_eq(header->log_size, 0);
	ck_assert(hash_is_zero(&header->parent));
	ck_assert(hash_equal(&header->tx_root, &empty));
	ck_assert(hash_equal(&header->log_root, &empty));
	ck_assert(hash_equal(&header->state_root, &wanted));
	ck_assert(!hash_is_zero(&wanted));
	ck_assert(hash_equal(&header->validators_hash, &header->next_validators_hash));
	wanted = validators_hash(&fixture.genesis->validators, &fixture.genesis->parameters,
	                         &fixture.network);
	ck_assert(hash_equal(&header->validators_hash, &wanted));
	/* Its checkpoint has size 1. */
	ck_assert_uint_eq(fixture.ledger.tip.frontier.size, 1);
	wanted = log_frontier_root(&fixture.ledger.tip.frontier);
	ck_assert(hash_equal(&wanted, &leaves[0]));
}
END_TEST

START_TEST(the_state_of_block_0_is_that_of_the_genesis)
{
	const struct memory_value *value;
	struct state_key key;

	ck_assert_uint_eq(memory_ledger_value_count(&fixture.ledger), PARAMETER_COUNT + 6);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		key = state_key_of_parameter((enum parameter)i);
		value =
			memory_ledger_find(&fixture.ledger, &fixture.network, state_key_view(&key));
		ck_assert_uint_eq(value->value_size, 8);
		ck_assert_uint_eq(get_le64(value->value),
		                  parameter_facts((enum parameter)i)->value);
	}
	key = state_key_of_kind(STATE_VALIDATORS);
	value = memory_ledger_find(&fixture.ledger, &fixture.network, state_key_view(&key));
	ck_assert_uint_eq(value->value_size, 2 + 96);
	ck_assert_uint_eq(get_le16(value->value), 1);
	ck_assert_mem_eq(value->value + 2, fixture.validator.id.bytes, 32);
	ck_assert_mem_eq(value->value + 34, fixture.validator.keys.public_key.bytes, 32);
	key = state_key_of_kind(STATE_ROOT_GROUP);
	value = memory_ledger_find(&fixture.ledger, &fixture.network, state_key_view(&key));
	ck_assert_uint_eq(value->value_size, 2 + 32 + 2);
	ck_assert_uint_eq(get_le16(value->value), 1);
	ck_assert_mem_eq(value->value + 2, fixture.validator.id.bytes, 32);
	ck_assert_uint_eq(get_le16(value->value + 34), 1);
}
END_TEST

START_TEST(every_field_of_a_header_is_what_the_naive_way_gives)
{
	const struct tx *txs[150];

	fixture.is_unsigned = true;
	for (size_t block = 0; block < 40; block++) {
		struct header parent = fixture.ledger.tip.header;
		size_t count = block * block % 150;
		struct draft *draft;
		struct hash fresh;

		for (size_t i = 0; i < count; i++)
			txs[i] = ledger_fixture_tx_of(&fixture, (unsigned)(i % 3),
			                              make_describe(i % 2 ? "Ada" : "Bob"));
		draft = ledger_fixture_sealed(&fixture, NULL, txs, count);
		expect_header(draft, &parent, txs, count);
		memory_ledger_commit(&fixture.ledger, draft);
		fresh = memory_ledger_fresh_root(&fixture.ledger);
		ck_assert(hash_equal(&draft->header.state_root, &fresh));
		ck_assert(hash_equal(&draft->state_root.hash, &fresh));
		draft_free(draft);
	}
}
END_TEST

START_TEST(the_plan_of_consensus_stands_in_the_header)
{
	struct draft *draft = ledger_fixture_draft(&fixture, NULL);
	struct block_plan plan = {
		.view = 4,
		.proposer = 5,
		.flags = HEADER_FLAG_HEARTBEAT,
		.time_ms = draft->header.time_ms,
	};

	ck_assert_int_eq(block_seal(draft, &plan, &fixture.why), STATUS_OK);
	ck_assert_uint_eq(draft->header.epoch, 0);
	ck_assert_uint_eq(draft->header.view, 4);
	ck_assert_uint_eq(draft->header.proposer, 5);
	ck_assert_uint_eq(draft->header.flags, HEADER_FLAG_HEARTBEAT);
	draft_free(draft);
}
END_TEST

START_TEST(a_sealed_draft_has_its_transactions_where_they_will_stay)
{
	const struct tx *txs[5];
	struct draft *draft;
	struct cursor body;

	for (unsigned i = 0; i < 5; i++)
		txs[i] = ledger_fixture_tx_of(&fixture, i, make_describe("Ada"));
	draft = ledger_fixture_sealed(&fixture, NULL, txs, 5);
	body = cursor_on(buffer_view(&draft->body));
	for (size_t i = 0; i < 5; i++) {
		struct bytes_view entry = body_next(&body);

		ck_assert(bytes_equal(entry, txs[i]->bytes));
		ck_assert_ptr_eq(draft->txs[i]->bytes.at, entry.at);
		ck_assert_uint_eq(draft->txs[i]->bytes.size, entry.size);
		ck_assert(hash_equal(&draft->txs[i]->txid, &txs[i]->txid));
		ck_assert(hash_equal(&draft->txs[i]->leaf_hash, &txs[i]->leaf_hash));
		ck_assert(hash_equal(&draft->txs[i]->sender, &txs[i]->sender));
	}
	ck_assert_int_eq(cursor_finish(&body), STATUS_OK);
	draft_free(draft);
}
END_TEST

START_TEST(a_tip_is_what_the_next_block_builds_on)
{
	struct draft *draft = ledger_fixture_sealed(&fixture, NULL, NULL, 0);
	struct ledger_tip tip;

	draft_tip(&tip, draft);
	ck_assert_uint_eq(tip.header.height, 1);
	ck_assert(hash_equal(&tip.hash, &draft->hash));
	ck_assert(hash_equal(&tip.state_root.hash, &draft->header.state_root));
	ck_assert_uint_eq(tip.frontier.size, draft->header.log_size + 1);
	draft_free(draft);
}
END_TEST

/* -- Streams ------------------------------------------------------------------------- */

static struct stream_head head_of(const struct hash *stream)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, stream);
	const struct memory_value *value =
		memory_ledger_find(&fixture.ledger, &fixture.network, state_key_view(&key));
	struct stream_head head;

	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(
		stream_head_decode(&head, bytes_view(value->value, value->value_size)),
		STATUS_OK);
	return head;
}

START_TEST(the_head_of_a_stream_is_the_naive_log_of_its_leaves)
{
	struct hash records[3000];
	size_t count = 0;

	fixture.is_unsigned = true;
	ledger_fixture_do(&fixture, 0, make_stream("notes", STREAM_WRITE_OPEN));
	ledger_fixture_do(&fixture, 0, make_stream("other", STREAM_WRITE_OPEN));
	for (size_t block = 0; block < 40; block++) {
		struct draft *draft = ledger_fixture_draft(&fixture, NULL);
		const struct draft_stream *stream;
		struct stream_head head;
		struct hash root;

		for (size_t i = 0; i <= block; i++)
			ledger_fixture_expect_taken(
				&fixture, draft,
				ledger_fixture_tx_of(&fixture, 1,
			                         make_append(i % 5 ? &notes : &other, "", "v")));
		stream = draft_stream(draft, &notes);
		for (size_t i = 0; i < stream->leaf_count; i++)
			records[count++] = stream->leaf_hashes[i];
		ledger_fixture_seal(&fixture, draft);
		memory_ledger_commit(&fixture.ledger, draft);
		draft_free(draft);
		head = head_of(&notes);
		root = naive_root(records, count);
		ck_assert_uint_eq(head.count, count);
		ck_assert(hash_equal(&head.root, &root));
	}
	ck_assert_uint_eq(count, 640);
}
END_TEST

/* -- On a parent that is not committed ----------------------------------------------- */

/* Block number `number` of a run that fills tiles of the log and of a stream, rewrites
 * pages, and deletes and creates values. */
static struct draft *nth_block(struct ledger_fixture *in, const struct draft *parent,
                               unsigned number)
{
	struct hash bread = asset_id_of(text_view("bread"));
	struct draft *draft = ledger_fixture_draft(in, parent);

	in->salt = 1000 * number;
	in->valid_until_ms = FIXTURE_TIME_MS + FIXTURE_VALID_MS;
	if (number == 0) {
		struct operation operations[3] = {
			make_stream("notes", STREAM_WRITE_OPEN),
			make_asset("bread", 0),
			make_mint(&bread, &in->accounts[0].id, 1000),
		};

		ledger_fixture_expect_taken(in, draft, ledger_fixture_tx(in, 0, operations, 3));
	}
	for (unsigned i = 0; i < 37 * (number % 4); i++) {
		char key[8];

		snprintf(key, sizeof key, "%u", i % 23);
		ledger_fixture_expect_taken(
			in, draft, ledger_fixture_tx_of(in, i % 5, make_append(&notes, key, "v")));
	}
	if (number > 0)
		ledger_fixture_expect_taken(
			in, draft,
			ledger_fixture_tx_of(in, number - 1,
		                         make_transfer(&bread, &in->accounts[number].id, 1000)));
	ledger_fixture_seal(in, draft);
	return draft;
}

enum { RUN_BLOCKS = 12, DEPTH = 3 };

/* The same blocks, once each on a committed parent and once on `DEPTH` that are not. */
START_TEST(a_block_on_an_uncommitted_parent_is_the_block_on_the_committed_one)
{
	struct ledger_fixture pipelined;
	struct draft *line[RUN_BLOCKS] = {NULL};

	ledger_fixture_init(&pipelined, NULL);
	fixture.is_unsigned = true;
	pipelined.is_unsigned = true;
	for (unsigned i = 0; i < RUN_BLOCKS; i++) {
		struct draft *draft = nth_block(&fixture, NULL, i);

		line[i] = nth_block(&pipelined, i > 0 ? line[i - 1] : NULL, i);
		ck_assert(hash_equal(&draft->hash, &line[i]->hash));
		memory_ledger_commit(&fixture.ledger, draft);
		draft_free(draft);
		if (i < DEPTH)
			continue;
		/* The oldest reaches the disk; pages that it made stale may go at once. */
		memory_ledger_commit(&pipelined.ledger, line[i - DEPTH]);
		line[i - DEPTH + 1]->parent = NULL;
		draft_free(line[i - DEPTH]);
	}
	for (unsigned i = RUN_BLOCKS - DEPTH; i < RUN_BLOCKS; i++) {
		memory_ledger_commit(&pipelined.ledger, line[i]);
		if (i + 1 < RUN_BLOCKS)
			line[i + 1]->parent = NULL;
		draft_free(line[i]);
	}
	ck_assert(memory_ledger_equal(&fixture.ledger, &pipelined.ledger));
	ledger_fixture_close(&pipelined);
}
END_TEST

START_TEST(pages_that_are_stale_are_not_read_again)
{
	fixture.is_unsigned = true;
	for (unsigned i = 0; i < RUN_BLOCKS; i++) {
		struct draft *draft = nth_block(&fixture, NULL, i);

		memory_ledger_commit(&fixture.ledger, draft);
		draft_free(draft);
		ck_assert_uint_gt(memory_ledger_drop_stale(&fixture.ledger), 0);
	}
}
END_TEST

START_TEST(the_cache_of_inner_hashes_changes_no_root)
{
	struct state_inner_cache *inner = state_inner_cache_new();
	struct ledger_fixture cached;

	ledger_fixture_init(&cached, NULL);
	cached.ledger.source.inner = inner;
	fixture.is_unsigned = true;
	cached.is_unsigned = true;
	for (unsigned i = 0; i < RUN_BLOCKS; i++) {
		struct draft *draft = nth_block(&fixture, NULL, i);
		struct draft *other_draft = nth_block(&cached, NULL, i);

		ck_assert(hash_equal(&draft->hash, &other_draft->hash));
		memory_ledger_commit(&fixture.ledger, draft);
		memory_ledger_commit(&cached.ledger, other_draft);
		draft_free(draft);
		draft_free(other_draft);
	}
	ck_assert(memory_ledger_equal(&fixture.ledger, &cached.ledger));
	ledger_fixture_close(&cached);
	state_inner_cache_free(inner);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sealing a block");
	TCase *tests = tcase_create("sealing a block");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, block_0_is_as_the_protocol_says);
	tcase_add_test(tests, the_state_of_block_0_is_that_of_the_genesis);
	tcase_add_test(tests, every_field_of_a_header_is_what_the_naive_way_gives);
	tcase_add_test(tests, the_plan_of_consensus_stands_in_the_header);
	tcase_add_test(tests, a_sealed_draft_has_its_transactions_where_they_will_stay);
	tcase_add_test(tests, a_tip_is_what_the_next_block_builds_on);
	tcase_add_test(tests, the_head_of_a_stream_is_the_naive_log_of_its_leaves);
	tcase_add_test(tests,
	               a_block_on_an_uncommitted_parent_is_the_block_on_the_committed_one);
	tcase_add_test(tests, pages_that_are_stale_are_not_read_again);
	tcase_add_test(tests, the_cache_of_inner_hashes_changes_no_root);
	suite_add_tcase(suite, tests);
	return suite;
}
