/* A pool of transactions that are a sender, a number and a size. */
#ifndef TESTS_UNIT_DRIVE_POOL_FIXTURE_H
#define TESTS_UNIT_DRIVE_POOL_FIXTURE_H

#include "chain/base/limits.h"
#include "chain/ledger/header.h"
#include "node/drive/pool.h"
#include "tests/support/support.h"

static struct pool pool;
static uint32_t next_number;

static inline void start(size_t txs_max, size_t bytes_max)
{
	next_number = 0;
	pool_init(&pool, &(struct pool_limits){.txs_max = txs_max, .bytes_max = bytes_max});
}

static inline void setup(void)
{
	start(1000, 1 << 20);
}

static inline void teardown(void)
{
	pool_close(&pool);
}

static inline struct hash numbered(uint32_t number)
{
	struct hash hash = {{0}};

	put_le32(hash.bytes, number);
	return hash;
}

/* The pool looks at names and sizes alone. */
static inline struct tx tx_of(unsigned sender, uint32_t number, size_t size)
{
	struct tx tx = {.sender = numbered(sender),
	                .txid = numbered(number),
	                .leaf_hash = numbered(number)};

	tx.bytes.size = size;
	return tx;
}

static inline enum verdict admits(const struct tx *tx, struct refusal *refusal)
{
	*refusal = (struct refusal){0};
	return pool_admits(&pool, tx, refusal);
}

static inline struct pool_tx *add_sized(unsigned sender, size_t size)
{
	struct tx tx = tx_of(sender, next_number++, size);
	uint8_t *bytes = memory_new(size);
	struct refusal refusal;
	struct pool_tx *added;

	ck_assert_int_eq(admits(&tx, &refusal), VERDICT_GOOD);
	tx.bytes.at = bytes;
	added = pool_add_take(&pool, &tx, bytes, next_number);
	ck_assert_ptr_nonnull(added);
	return added;
}

static inline struct pool_tx *add(unsigned sender)
{
	return add_sized(sender, 200);
}

static inline uint32_t number_of(const struct pool_tx *tx)
{
	return get_le32(tx->tx.txid.bytes);
}

static inline unsigned sender_of(const struct pool_tx *tx)
{
	return get_le32(tx->tx.sender.bytes);
}

static inline void remove_picked(struct pool_tx *tx)
{
	tx->place = POOL_PLACED;
	pool_remove(&pool, tx);
}

#endif
