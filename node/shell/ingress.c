#include "node/shell/ingress.h"

#include "chain/base/invariant.h"
#include "node/shell/verified.h"

#include <signal.h>
#include <unistd.h>

static size_t chunk_count(size_t count)
{
	return (count + INGRESS_CHUNK - 1) / INGRESS_CHUNK;
}

struct ingress_batch *ingress_batch_new(size_t count)
{
	struct ingress_batch *batch = memory_new(sizeof *batch);

	INVARIANT(count > 0);
	if (!batch)
		return NULL;
	batch->count = count;
	batch->from = WORLD_SELF;
	batch->submissions = memory_new(count * sizeof *batch->submissions);
	batch->given = memory_new(count * sizeof *batch->given);
	batch->chunks = memory_new(chunk_count(count) * sizeof *batch->chunks);
	if (batch->submissions && batch->given && batch->chunks)
		return batch;
	ingress_batch_free(batch);
	return NULL;
}

void ingress_batch_free(struct ingress_batch *batch)
{
	if (!batch)
		return;
	for (size_t i = 0; batch->submissions && i < batch->count; i++)
		memory_free(batch->submissions[i].bytes);
	memory_free(batch->submissions);
	memory_free(batch->given);
	memory_free(batch->chunks);
	memory_free(batch);
}

/* -- Workers ---------------------------------------------------------------------------------- */

/* Peers offer what is here already now and then, and blocks bring what was here before. */
static enum verdict check_signature(const struct tx *tx, struct refusal *refusal)
{
	enum verdict verdict;

	if (verified_is_known(&tx->signature, &tx->txid, &tx->key))
		return VERDICT_GOOD;
	verdict = tx_check_signature(tx, refusal);
	if (verdict == VERDICT_GOOD)
		verified_remember(&tx->signature, &tx->txid, &tx->key);
	return verdict;
}

static void verify_one(const struct network *network, struct submission *submission,
                       struct bytes_view given)
{
	struct refusal *refusal = &submission->refusal;

	/* What is too large is not even copied. */
	if (given.size <= TX_SIZE_MAX) {
		submission->bytes = memory_new(given.size);
		if (!submission->bytes) {
			submission->verdict =
				refuse(refusal, VERDICT_QUOTA, "out of memory; send it again later");
			return;
		}
		if (given.size > 0)
			memcpy(submission->bytes, given.at, given.size);
		given.at = submission->bytes;
	}
	submission->verdict = tx_decode(&submission->tx, network, given, refusal);
	if (submission->verdict == VERDICT_GOOD)
		submission->verdict = check_signature(&submission->tx, refusal);
}

static void verify_chunk(void *owner, struct letter *letter)
{
	struct verify_pool *pool = owner;
	struct ingress_chunk *chunk = (struct ingress_chunk *)(void *)letter;
	struct ingress_batch *batch = chunk->batch;

	for (size_t i = chunk->first; i < chunk->first + chunk->count; i++)
		verify_one(pool->network, &batch->submissions[i], batch->given[i]);
	if (atomic_fetch_sub(&batch->chunks_left, 1) == 1)
		pool->verified(pool->owner, batch);
}

static void *work(void *argument)
{
	struct verify_pool *pool = argument;
	struct letter *letter;

	while ((letter = mailbox_wait(&pool->box)))
		letter->open(pool, letter);
	return NULL;
}

enum status verify_pool_start(struct verify_pool *pool, const struct network *network,
                              size_t thread_count,
                              void (*verified)(void *owner, struct ingress_batch *batch),
                              void *owner, struct why *why)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = thread_count > 0 ? thread_count : cores > 0 ? (size_t)cores : 1;
	enum status status;
	sigset_t all, before;

	*pool = (struct verify_pool){.network = network, .verified = verified, .owner = owner};
	pool->threads = memory_new(wanted * sizeof *pool->threads);
	if (!pool->threads)
		return why_set(why, STATUS_MEMORY, "start the verify pool");
	status = mailbox_init(&pool->box, NULL, NULL, why);
	if (status != STATUS_OK) {
		memory_free(pool->threads);
		pool->threads = NULL;
		return status;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->thread_count < wanted &&
	       pthread_create(&pool->threads[pool->thread_count], NULL, work, pool) == 0) {
		pthread_setname_np(pool->threads[pool->thread_count], "verify");
		pool->thread_count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pool->thread_count == wanted)
		return STATUS_OK;
	verify_pool_stop(pool);
	return why_set(why, STATUS_MEMORY, "start %zu threads of the verify pool", wanted);
}

void verify_pool_stop(struct verify_pool *pool)
{
	if (!pool->threads)
		return;
	mailbox_finish(&pool->box);
	for (size_t i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	mailbox_close(&pool->box);
	memory_free(pool->threads);
	pool->threads = NULL;
	pool->thread_count = 0;
}

void verify_pool_submit(struct verify_pool *pool, struct ingress_batch *batch)
{
	size_t count = chunk_count(batch->count);

	/* Set before the first is sent: a worker may finish it before the second is. */
	atomic_store(&batch->chunks_left, count);
	for (size_t i = 0; i < count; i++) {
		struct ingress_chunk *chunk = &batch->chunks[i];
		size_t first = i * INGRESS_CHUNK;
		size_t left = batch->count - first;

		*chunk = (struct ingress_chunk){
			.letter.open = verify_chunk,
			.batch = batch,
			.first = first,
			.count = left < INGRESS_CHUNK ? left : INGRESS_CHUNK,
		};
	}
	for (size_t i = 0; i < count; i++)
		mailbox_send(&pool->box, &batch->chunks[i].letter);
}
