/* Random operations do to the pool what they do to a naive one. */
#include "tests/unit/drive/pool_fixture.h"

enum { MODEL_MAX = 400 };

/* Each sender's queue as numbers in an array, and the senders with something waiting as
 * another, whose first has the turn. */
struct model_tx {
	uint32_t number;
	unsigned sender;
	size_t size;
	enum pool_place place;
};

enum { SENDERS = 7 };

struct model {
	struct model_tx txs[MODEL_MAX];
	size_t count;
	uint32_t queues[SENDERS][MODEL_MAX];
	size_t queue_sizes[SENDERS];
	unsigned ring[SENDERS];
	size_t ring_size;
};

static struct model_tx *model_find(struct model *model, uint32_t number)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->txs[i].number == number)
			return &model->txs[i];
	ck_abort_msg("the model lost %u", number);
}

static void ring_join(struct model *model, unsigned sender)
{
	model->ring[model->ring_size++] = sender;
}

static void ring_leave(struct model *model, unsigned sender)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->ring_size; i++)
		if (model->ring[i] != sender)
			model->ring[kept++] = model->ring[i];
	model->ring_size = kept;
}

static void queue_insert(struct model *model, unsigned sender, uint32_t number, size_t at)
{
	uint32_t *queue = model->queues[sender];

	if (model->queue_sizes[sender] == 0)
		ring_join(model, sender);
	memmove(queue + at + 1, queue + at,
	        (model->queue_sizes[sender] - at) * sizeof *queue);
	queue[at] = number;
	model->queue_sizes[sender]++;
}

static void queue_remove(struct model *model, unsigned sender, uint32_t number)
{
	uint32_t *queue = model->queues[sender];
	size_t kept = 0;

	for (size_t i = 0; i < model->queue_sizes[sender]; i++)
		if (queue[i] != number)
			queue[kept++] = queue[i];
	model->queue_sizes[sender] = kept;
	if (kept == 0)
		ring_leave(model, sender);
}

/* One round of the naive pick: the first of the ring gives its first, and goes last. */
static bool model_pick(struct model *model, uint32_t *number)
{
	unsigned sender;

	if (model->ring_size == 0)
		return false;
	sender = model->ring[0];
	*number = model->queues[sender][0];
	model_find(model, *number)->place = POOL_PICKED;
	memmove(model->ring, model->ring + 1, --model->ring_size * sizeof model->ring[0]);
	model->ring[model->ring_size++] = sender;
	queue_remove(model, sender, *number);
	return true;
}

static void model_forget(struct model *model, uint32_t number)
{
	struct model_tx *tx = model_find(model, number);

	if (tx->place == POOL_WAITING)
		queue_remove(model, tx->sender, number);
	*tx = model->txs[--model->count];
}

static void compare(struct model *model)
{
	size_t waiting = 0, waiting_bytes = 0, bytes = 0;

	for (size_t i = 0; i < model->count; i++) {
		const struct model_tx *tx = &model->txs[i];
		struct hash txid = numbered(tx->number);
		const struct pool_tx *found = pool_find(&pool, &txid);

		ck_assert_ptr_nonnull(found);
		ck_assert_int_eq(found->place, tx->place);
		bytes += tx->size;
		if (tx->place != POOL_WAITING)
			continue;
		waiting++;
		waiting_bytes += body_entry_size(tx->size);
	}
	ck_assert_uint_eq(HASH_COUNT(pool.txs), model->count);
	ck_assert_uint_eq(pool.waiting_count, waiting);
	ck_assert_uint_eq(pool.waiting_bytes, waiting_bytes);
	ck_assert_uint_eq(pool.byte_count, bytes);
	ck_assert_int_eq(pool.turn == NULL, model->ring_size == 0);
}

static struct pool_tx *random_tx(struct model *model, struct random *random,
                                 enum pool_place place)
{
	for (int tries = 0; tries < 20 && model->count > 0; tries++) {
		const struct model_tx *tx =
			&model->txs[random_below(random, (uint32_t)model->count)];
		struct hash txid = numbered(tx->number);

		if (tx->place == place)
			return pool_find(&pool, &txid);
	}
	return NULL;
}

static void random_step(struct model *model, struct random *random)
{
	struct pool_tx *picked[8];
	unsigned sender = random_below(random, SENDERS);
	struct pool_tx *tx;
	uint32_t number;
	size_t count;

	switch (random_below(random, 8)) {
	case 0:
	case 1:
		if (model->count == MODEL_MAX)
			return;
		tx = add_sized(sender, 1 + random_below(random, 300));
		model->txs[model->count++] =
			(struct model_tx){number_of(tx), sender, tx->tx.bytes.size, POOL_WAITING};
		queue_insert(model, sender, number_of(tx), model->queue_sizes[sender]);
		return;
	case 2:
		count = pool_pick(&pool, picked, random_below(random, 8), SIZE_MAX);
		for (size_t i = 0; i < count; i++) {
			ck_assert(model_pick(model, &number));
			ck_assert_uint_eq(number, number_of(picked[i]));
		}
		return;
	case 3:
		tx = random_tx(model, random, POOL_PICKED);
		if (!tx)
			return;
		model_find(model, number_of(tx))->place = POOL_WAITING;
		queue_insert(model, sender_of(tx), number_of(tx), 0);
		pool_put_back(&pool, tx);
		return;
	case 4:
		tx = random_tx(model, random, POOL_PICKED);
		if (!tx)
			return;
		model_forget(model, number_of(tx));
		remove_picked(tx);
		return;
	case 5:
		tx = random_tx(model, random, POOL_WAITING);
		if (!tx)
			return;
		model_find(model, number_of(tx))->place = POOL_PLACED;
		queue_remove(model, sender_of(tx), number_of(tx));
		pool_place(&pool, tx);
		return;
	case 6:
		tx = random_tx(model, random, POOL_PLACED);
		if (!tx)
			return;
		model_find(model, number_of(tx))->place = POOL_WAITING;
		queue_insert(model, sender_of(tx), number_of(tx), 0);
		pool_release(&pool, tx);
		return;
	default:
		tx = random_tx(model, random, POOL_WAITING);
		if (!tx)
			return;
		model_forget(model, number_of(tx));
		pool_remove(&pool, tx);
	}
}

START_TEST(random_operations_do_what_a_naive_pool_does)
{
	static struct model model;

	for (uint64_t seed = 0; seed < 10; seed++) {
		struct random random = random_from(seed);

		teardown();
		start(SIZE_MAX, SIZE_MAX);
		memset(&model, 0, sizeof model);
		for (int i = 0; i < 5000; i++) {
			random_step(&model, &random);
			if (i % 16 == 0)
				compare(&model);
		}
		compare(&model);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("pool_model");
	TCase *tests = tcase_create("pool model");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, random_operations_do_what_a_naive_pool_does);
	suite_add_tcase(suite, tests);
	return suite;
}
