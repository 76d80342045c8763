/* Blocks against pools that have some of their transactions, with names that clash, and peers
 * that answer rightly or wrongly: what is DONE is the block and nothing else, and with names that
 * are right an honest peer always gets there, by one question at the most. */
#include "node/drive/rebuild.h"
#include "tests/support/block_fixture.h"

static struct hash *right_names; /* of the block; txs has what the sender makes of them */

static struct rebuild *start(uint64_t lot)
{
	struct buffer bytes;
	struct compact_body compact;
	struct rebuild *rebuild;

	buffer_init(&bytes, COMPACT_BODY_SIZE_MAX);
	compact_put_body(&bytes, &block, txs, tx_count);
	ck_assert_int_eq(compact_body_decode(&compact, tx_count, buffer_view(&bytes)),
	                 STATUS_OK);
	rebuild = rebuild_new(&block, &header, &compact, lot);
	ck_assert_ptr_nonnull(rebuild);
	buffer_close(&bytes);
	return rebuild;
}

/* Some of the block's, in any order, and strangers. */
static void offer_pool(struct rebuild *rebuild, struct random *random, uint32_t percent)
{
	for (size_t i = 0; i < 2 * tx_count; i++) {
		size_t index = random_below(random, (uint32_t)tx_count);
		struct hash strange = random_hash(random);

		if (random_below(random, 100) < percent)
			ck_assert_int_eq(
				rebuild_offer(rebuild, &right_names[index], txs[index].bytes), STATUS_OK);
		ck_assert_int_eq(rebuild_offer(rebuild, &strange, txs[index].bytes), STATUS_OK);
	}
}

/* The block's maker lies of some names: they mean others of the block, or nothing. */
static void spoil_names(struct random *random, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		size_t index = random_below(random, (uint32_t)tx_count);

		txs[index].leaf_hash = random_below(random, 2) == 0
		                           ? right_names[random_below(random, (uint32_t)tx_count)]
		                           : random_hash(random);
	}
}

static enum rebuild_finding answer(struct rebuild *rebuild, struct random *random,
                                   bool lies)
{
	static uint16_t indexes[BLOCK_TXS_MAX];
	size_t count = rebuild_missing(rebuild, indexes);
	size_t lie = lies ? random_below(random, (uint32_t)count) : count;
	enum rebuild_finding finding;
	struct buffer message;
	struct block_txs back = {.block = block, .count = count};
	struct cursor in;

	buffer_init(&message, BLOCK_TXS_SIZE_MAX);
	block_txs_put_head(&message, &back);
	for (size_t i = 0; i < count; i++)
		block_txs_put_tx(&message, i == lie ? bytes_view("lie", 3) : txs[indexes[i]].bytes);
	in = cursor_on(buffer_view(&message));
	block_txs_get(&in, &back);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	finding = rebuild_fill(rebuild, &back);
	buffer_close(&message);
	return finding;
}

static void is_the_block(const struct rebuild *rebuild)
{
	struct buffer out;

	buffer_init(&out, BLOCK_BODY_MAX);
	rebuild_put_body(rebuild, &out);
	ck_assert(bytes_equal(buffer_view(&out), buffer_view(&body)));
	buffer_close(&out);
}

START_TEST(what_is_done_is_the_block)
{
	struct random random = random_from((uint64_t)_i);
	bool lies = _i % 3 == 2;
	struct rebuild *rebuild;
	bool asked = false, is_spoilt = _i % 2 == 1;

	make_block(1 + random_below(&random, 300), 60 + random_below(&random, 200));
	right_names = calloc(tx_count, sizeof *right_names);
	for (size_t i = 0; i < tx_count; i++) {
		right_names[i] = txs[i].leaf_hash;
		txs[i].is_prefilled = random_below(&random, 20) == 0;
	}
	if (is_spoilt)
		spoil_names(&random, random_below(&random, 5));
	rebuild = start(random_u64(&random));
	offer_pool(rebuild, &random, random_below(&random, 101));
	rebuild_matched(rebuild);
	if (rebuild->state == REBUILD_ASKING) {
		asked = true;
		/* A lie may be larger than what it stands for. */
		(void)!answer(rebuild, &random, lies);
	}
	if (rebuild->state == REBUILD_DONE)
		is_the_block(rebuild);
	else
		ck_assert(lies || is_spoilt);
	ck_assert(!lies || !asked || rebuild->state != REBUILD_DONE);
	rebuild_free(rebuild);
	free(right_names);
	free_block();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rebuild_random");
	TCase *tests = tcase_create("rebuild_random");

	tcase_add_loop_test(tests, what_is_done_is_the_block, 0, 300);
	suite_add_tcase(suite, tests);
	return suite;
}
