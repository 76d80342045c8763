#include "node/shell/ingest.h"

struct ingest_batch {
	struct ingest *ingest;
	struct ingress_batch *ingress;
	uint8_t *bytes; /* what ingress->given points into */
};

static void free_batch(struct ingest_batch *batch)
{
	ingress_batch_free(batch->ingress);
	memory_free(batch->bytes);
	memory_free(batch);
}

static struct ingest_batch *new_batch(struct ingest *ingest, size_t count, size_t size)
{
	struct ingest_batch *batch = memory_new(sizeof *batch);

	if (!batch)
		return NULL;
	batch->ingest = ingest;
	batch->ingress = ingress_batch_new(count);
	batch->bytes = memory_new(size);
	if (batch->ingress && batch->bytes)
		return batch;
	free_batch(batch);
	return NULL;
}

/* On the loop: the pool has what it took. */
static void on_done(struct ingress_batch *ingress)
{
	struct ingest_batch *batch = ingress->owner;

	batch->ingest->count -= ingress->count;
	free_batch(batch);
}

static size_t count_txs(struct cursor txs)
{
	size_t count = 0;

	while (txs.left > 0 && txs.status == STATUS_OK) {
		(void)body_next(&txs);
		count += txs.status == STATUS_OK;
	}
	return count;
}

void ingest_txs(struct ingest *ingest, struct cursor txs)
{
	size_t count = count_txs(txs), room = INGEST_TXS_MAX - ingest->count;
	struct ingest_batch *batch;
	struct cursor in;

	if (count > room)
		count = room;
	batch = count > 0 ? new_batch(ingest, count, txs.left) : NULL;
	if (!batch)
		return;
	memcpy(batch->bytes, txs.at, txs.left);
	in = cursor_on(bytes_view(batch->bytes, txs.left));
	for (size_t i = 0; i < count; i++) {
		batch->ingress->given[i] = body_next(&in);
		batch->ingress->submissions[i].is_relayed = true;
	}
	batch->ingress->done = on_done;
	batch->ingress->owner = batch;
	ingest->count += count;
	verify_pool_submit(ingest->verify, batch->ingress);
}
