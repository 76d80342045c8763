/* A block of transactions that are nothing but bytes. */
#ifndef TESTS_SUPPORT_BLOCK_FIXTURE_H
#define TESTS_SUPPORT_BLOCK_FIXTURE_H

#include "chain/proof/log.h"
#include "consensus/compact.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct compact_tx *txs;
static size_t tx_count;
static struct header header;
static struct hash block;
static struct buffer body; /* what is to come out */

/* `count` transactions of `size` bytes and a little more. */
static inline void make_block(uint32_t count, size_t size)
{
	struct log_frontier frontier = {0};

	txs = calloc(count + 1, sizeof *txs);
	tx_count = count;
	buffer_init(&body, BLOCK_BODY_MAX);
	for (uint32_t i = 0; i < count; i++) {
		size_t this_size = size + i % 7;
		uint8_t *bytes = calloc(1, this_size);

		put_le32(bytes, i);
		bytes[4] = 0xaa;
		txs[i].bytes = bytes_view(bytes, this_size);
		txs[i].leaf_hash = log_leaf_hash(txs[i].bytes);
		log_frontier_append(&frontier, &txs[i].leaf_hash);
		block_txs_put_tx(&body, txs[i].bytes);
	}
	ck_assert_int_eq(body.status, STATUS_OK);
	header = (struct header){
		.version = HEADER_VERSION,
		.height = 5,
		.tx_count = count,
		.body_size = (uint32_t)body.size,
		.tx_root = log_frontier_root(&frontier),
	};
	block = hash_of(hash_view(&header.tx_root));
}

static inline void free_block(void)
{
	for (size_t i = 0; i < tx_count; i++)
		free((void *)(uintptr_t)txs[i].bytes.at);
	free(txs);
	txs = NULL;
	tx_count = 0;
	buffer_close(&body);
}

#endif
