#include "node/shell/ingest.h"

struct ingest_batch {
	struct ingest *ingest;
	struct ingress_batch *ingress;
	uint8_t *bytes; /* what ingress->given points into */
	struct net_work work; /* a peer's */
};

static bool is_of_peer(const struct ingest_source *from)
{
	return from->peer != WORLD_SELF;
}

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
	if (ingress->from != WORLD_SELF)
		net_end_work(batch->ingest->net, &batch->work);
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

/* For so many transactions of these bytes, which are the caller's to point out. */
static struct ingest_batch *copy_batch(struct ingest *ingest, const struct ingest_source *from,
                                       size_t count, struct bytes_view bytes)
{
	size_t size = bytes.size + count * (sizeof(struct submission) + sizeof(struct bytes_view));
	struct ingest_batch *batch;

	if (is_of_peer(from) && !net_has_room(ingest->net, from->peer, USAGE_TXS, size))
		return NULL;
	batch = new_batch(ingest, count, bytes.size);
	if (!batch)
		return NULL;
	if (is_of_peer(from))
		net_begin_work(ingest->net, &batch->work, from->peer, USAGE_TXS, size);
	memcpy(batch->bytes, bytes.at, bytes.size);
	batch->ingress->from = from->peer;
	batch->ingress->from_serial = from->serial;
	batch->ingress->done = on_done;
	batch->ingress->owner = batch;
	for (size_t i = 0; i < count; i++)
		batch->ingress->submissions[i].is_relayed = true;
	ingest->count += count;
	return batch;
}

void ingest_txs(struct ingest *ingest, const struct ingest_source *from, struct cursor txs)
{
	size_t count = count_txs(txs), room = INGEST_TXS_MAX - ingest->count;
	struct ingest_batch *batch;
	struct cursor in;

	if (count > room)
		count = room;
	if (count == 0)
		return;
	batch = copy_batch(ingest, from, count, bytes_view(txs.at, txs.left));
	if (!batch)
		return;
	in = cursor_on(bytes_view(batch->bytes, txs.left));
	for (size_t i = 0; i < count; i++)
		batch->ingress->given[i] = body_next(&in);
	verify_pool_submit(ingest->verify, batch->ingress);
}

void ingest_tx(struct ingest *ingest, const struct ingest_source *from, struct bytes_view tx)
{
	struct ingest_batch *batch;

	if (ingest->count >= INGEST_TXS_MAX)
		return;
	batch = copy_batch(ingest, from, 1, tx);
	if (!batch)
		return;
	batch->ingress->given[0] = bytes_view(batch->bytes, tx.size);
	verify_pool_submit(ingest->verify, batch->ingress);
}
