#include "node/drive/pool.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/ledger/header.h"

void pool_init(struct pool *pool, const struct pool_limits *limits)
{
	*pool = (struct pool){.limits = *limits};
}

static void free_tx(struct pool_tx *tx)
{
	memory_free(tx->bytes);
	memory_free(tx);
}

/* Into both tables; false: out of memory, and it is in neither. */
static bool join_tables(struct pool *pool, struct pool_tx *tx)
{
	struct UT_hash_table *table;

	HASH_ADD(hh, pool->txs, tx.txid, sizeof tx->tx.txid, tx);
	if (!table_has(tx))
		return false;
	table = tx->hh.tbl; /* a failure marks an item by its hh, whatever table it is of */
	HASH_ADD(hh_leaf, pool->leaves, tx.leaf_hash, sizeof tx->tx.leaf_hash, tx);
	if (table_has(tx))
		return true;
	tx->hh.tbl = table;
	HASH_DEL(pool->txs, tx);
	return false;
}

static void leave_tables(struct pool *pool, struct pool_tx *tx)
{
	HASH_DELETE(hh_leaf, pool->leaves, tx);
	HASH_DEL(pool->txs, tx);
}

void pool_close(struct pool *pool)
{
	struct pool_tx *tx, *next_tx;
	struct pool_sender *sender, *next_sender;

	HASH_ITER(hh, pool->txs, tx, next_tx) {
		leave_tables(pool, tx);
		free_tx(tx);
	}
	HASH_ITER(hh, pool->senders, sender, next_sender) {
		HASH_DEL(pool->senders, sender);
		memory_free(sender);
	}
	pool_init(pool, &pool->limits);
}

static struct pool_sender *find_sender(const struct pool *pool, const struct hash *account)
{
	struct pool_sender *sender;

	HASH_FIND(hh, pool->senders, account, sizeof *account, sender);
	return sender;
}

struct pool_tx *pool_find(const struct pool *pool, const struct hash *txid)
{
	struct pool_tx *tx;

	HASH_FIND(hh, pool->txs, txid, sizeof *txid, tx);
	return tx;
}

struct pool_tx *pool_find_leaf(const struct pool *pool, const struct hash *leaf_hash)
{
	struct pool_tx *tx;

	HASH_FIND(hh_leaf, pool->leaves, leaf_hash, sizeof *leaf_hash, tx);
	return tx;
}

/* A sender with something here already has its share when this one is over it: of the
 * transactions, or of the bytes, of which a few large ones could take all. */
static bool is_over_share(const struct pool *pool, const struct pool_sender *sender,
                          const struct tx *tx)
{
	const struct pool_limits *limits = &pool->limits;

	return sender->tx_count >= limits->txs_max / POOL_SENDER_SHARE ||
	       sender->byte_count + tx->bytes.size > limits->bytes_max / POOL_SENDER_SHARE;
}

enum verdict pool_admits(const struct pool *pool, const struct tx *tx,
                         struct refusal *refusal)
{
	size_t count = HASH_COUNT(pool->txs);
	const struct pool_sender *sender = find_sender(pool, &tx->sender);

	if (pool_find(pool, &tx->txid))
		return refuse(refusal, VERDICT_KNOWN, "txid %s waits in the pool",
		              shown_hash(&tx->txid).text);
	if (count >= pool->limits.txs_max ||
	    tx->bytes.size > pool->limits.bytes_max - pool->byte_count)
		return refuse(refusal, VERDICT_QUOTA,
		              "the pool is full: %zu transactions, %zu bytes; send it again later",
		              count, pool->byte_count);
	if (sender && count > sender->tx_count && is_over_share(pool, sender, tx))
		return refuse(refusal, VERDICT_QUOTA,
		              "%zu transactions, %zu bytes of account %s wait, and others wait too; "
		              "send it again later",
		              sender->tx_count, sender->byte_count, shown_hash(&tx->sender).text);
	return VERDICT_GOOD;
}

/* -- The ring of senders with waiting transactions ------------------------------------------------- */

static void ring_join(struct pool *pool, struct pool_sender *sender)
{
	if (!pool->turn) {
		sender->next = sender;
		sender->previous = sender;
		pool->turn = sender;
		return;
	}
	/* Behind everybody else: just before the one whose turn it is. */
	sender->next = pool->turn;
	sender->previous = pool->turn->previous;
	sender->previous->next = sender;
	sender->next->previous = sender;
}

static void ring_leave(struct pool *pool, struct pool_sender *sender)
{
	if (sender->next == sender) {
		pool->turn = NULL;
	} else {
		sender->next->previous = sender->previous;
		sender->previous->next = sender->next;
		if (pool->turn == sender)
			pool->turn = sender->next;
	}
	sender->next = NULL;
	sender->previous = NULL;
}

static void queue_join(struct pool *pool, struct pool_tx *tx, bool at_front)
{
	struct pool_sender *sender = tx->sender;

	if (!sender->first)
		ring_join(pool, sender);
	tx->place = POOL_WAITING;
	tx->next = at_front ? sender->first : NULL;
	tx->previous = at_front ? NULL : sender->last;
	if (tx->next)
		tx->next->previous = tx;
	else
		sender->last = tx;
	if (tx->previous)
		tx->previous->next = tx;
	else
		sender->first = tx;
	pool->waiting_count++;
	pool->waiting_bytes += body_entry_size(tx->tx.bytes.size);
}

static void queue_leave(struct pool *pool, struct pool_tx *tx)
{
	struct pool_sender *sender = tx->sender;

	INVARIANT(tx->place == POOL_WAITING);
	if (tx->next)
		tx->next->previous = tx->previous;
	else
		sender->last = tx->previous;
	if (tx->previous)
		tx->previous->next = tx->next;
	else
		sender->first = tx->next;
	tx->next = NULL;
	tx->previous = NULL;
	if (!sender->first)
		ring_leave(pool, sender);
	pool->waiting_count--;
	pool->waiting_bytes -= body_entry_size(tx->tx.bytes.size);
}

/* -- In and out --------------------------------------------------------------------------------------- */

static struct pool_sender *sender_of(struct pool *pool, const struct hash *account)
{
	struct pool_sender *sender = find_sender(pool, account);

	if (sender)
		return sender;
	sender = memory_new(sizeof *sender);
	if (!sender)
		return NULL;
	sender->account = *account;
	HASH_ADD(hh, pool->senders, account, sizeof sender->account, sender);
	if (table_has(sender))
		return sender;
	memory_free(sender);
	return NULL;
}

static void forget_sender_if_empty(struct pool *pool, struct pool_sender *sender)
{
	if (sender->tx_count > 0)
		return;
	HASH_DEL(pool->senders, sender);
	memory_free(sender);
}

struct pool_tx *pool_add_take(struct pool *pool, const struct tx *tx, uint8_t *bytes,
                              uint64_t now_ms)
{
	struct pool_tx *added = memory_new(sizeof *added);

	if (!added) {
		memory_free(bytes);
		return NULL;
	}
	added->tx = *tx;
	added->bytes = bytes;
	added->arrived_ms = now_ms;
	added->sender = sender_of(pool, &tx->sender);
	if (!added->sender) {
		free_tx(added);
		return NULL;
	}
	if (!join_tables(pool, added)) {
		forget_sender_if_empty(pool, added->sender);
		free_tx(added);
		return NULL;
	}
	added->sender->tx_count++;
	added->sender->byte_count += tx->bytes.size;
	pool->byte_count += tx->bytes.size;
	queue_join(pool, added, false);
	return added;
}

size_t pool_pick(struct pool *pool, struct pool_tx **picked, size_t count_max,
                 size_t bytes_max)
{
	size_t count = 0;

	while (count < count_max && pool->turn) {
		struct pool_sender *sender = pool->turn;
		struct pool_tx *tx = sender->first;
		size_t size = body_entry_size(tx->tx.bytes.size);

		if (size > bytes_max)
			break;
		bytes_max -= size;
		pool->turn = sender->next;
		queue_leave(pool, tx);
		tx->place = POOL_PICKED;
		picked[count++] = tx;
	}
	return count;
}

void pool_put_back(struct pool *pool, struct pool_tx *tx)
{
	INVARIANT(tx->place == POOL_PICKED);
	queue_join(pool, tx, true);
}

void pool_place(struct pool *pool, struct pool_tx *tx)
{
	queue_leave(pool, tx);
	tx->place = POOL_PLACED;
}

void pool_release(struct pool *pool, struct pool_tx *tx)
{
	INVARIANT(tx->place == POOL_PLACED);
	queue_join(pool, tx, true);
}

size_t pool_peek(const struct pool *pool, const struct pool_tx **seen, size_t count_max,
                 size_t bytes_max)
{
	const struct pool_sender *sender = pool->turn;
	size_t count = 0;

	while (sender && count < count_max) {
		size_t size = body_entry_size(sender->first->tx.bytes.size);

		if (size > bytes_max)
			break;
		bytes_max -= size;
		seen[count++] = sender->first;
		sender = sender->next;
		if (sender == pool->turn)
			break;
	}
	return count;
}

void pool_remove(struct pool *pool, struct pool_tx *tx)
{
	struct pool_sender *sender = tx->sender;

	INVARIANT(tx->place != POOL_PICKED);
	if (tx->place == POOL_WAITING)
		queue_leave(pool, tx);
	leave_tables(pool, tx);
	pool->byte_count -= tx->tx.bytes.size;
	sender->byte_count -= tx->tx.bytes.size;
	sender->tx_count--;
	forget_sender_if_empty(pool, sender);
	free_tx(tx);
}

uint64_t pool_oldest_ms(const struct pool *pool)
{
	return pool->turn ? pool->turn->first->arrived_ms : 0;
}
