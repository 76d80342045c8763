/* One transaction of an import, from its lines to its end.
 *
 *     READ ──thread──► SIGNED ──batch──► SENDING ──taken──► PENDING ──block──► gone
 *                        ▲                  │ not now, cut       │ lost by the node
 *                        └──────────────────┴────────────────────┘
 *
 * Who holds it: a queue while READ and SIGNED, a connection while SENDING, the table of
 * txids alone while PENDING. A block may hold what is still SENDING or SIGNED (again):
 * then it is only marked `is_ended`, and its holder drops it. */
#ifndef WALLET_CLI_IMPORT_ITEM_H
#define WALLET_CLI_IMPORT_ITEM_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/table.h"
#include "wallet-cli/failure.h"

enum import_state { IMPORT_READ, IMPORT_SIGNED, IMPORT_SENDING, IMPORT_PENDING };

struct import_item {
	UT_hash_handle hh;        /* keyed by txid, from IMPORT_SIGNED on */
	struct import_item *next; /* in a queue */
	enum import_state state;
	uint64_t sequence; /* of all items, from 0 */
	uint64_t line;     /* the first, counted from 1 */
	uint64_t line_count;
	size_t input_size; /* bytes of the input, newlines counted */
	uint8_t *text;     /* the lines, each with a newline; until it is signed */
	size_t text_size;
	size_t text_capacity;
	char *tx_b64; /* from IMPORT_SIGNED on */
	size_t tx_b64_size;
	struct hash txid;
	uint64_t valid_until_ms; /* Unix ms */
	uint64_t asked_ms;       /* when it became pending, or its status was asked for */
	bool may_be_sent;        /* the node may have it, although it did not say so */
	bool is_ended;           /* counted already; whoever holds it drops it */
	struct failure *failure; /* why it could not be signed; heap */
};

/* NULL: memory is out. */
MUST_CHECK static inline struct import_item *import_item_new(uint64_t line)
{
	struct import_item *item = memory_new(sizeof *item);

	if (item)
		item->line = line;
	return item;
}

static inline void import_item_free(struct import_item *item)
{
	if (!item)
		return;
	memory_free(item->text);
	memory_free(item->tx_b64);
	memory_free(item->failure);
	memory_free(item);
}

/* -- First in, first out --------------------------------------------------------------
 */

struct import_queue {
	struct import_item *first;
	struct import_item *last;
	size_t count;
};

static inline void import_queue_push(struct import_queue *queue, struct import_item *item)
{
	item->next = NULL;
	if (queue->last)
		queue->last->next = item;
	else
		queue->first = item;
	queue->last = item;
	queue->count++;
}

/* Back to where it came from: before all others. */
static inline void import_queue_push_front(struct import_queue *queue,
                                           struct import_item *item)
{
	item->next = queue->first;
	queue->first = item;
	if (!queue->last)
		queue->last = item;
	queue->count++;
}

/* NULL: it is empty. */
static inline struct import_item *import_queue_pop(struct import_queue *queue)
{
	struct import_item *item = queue->first;

	if (!item)
		return NULL;
	queue->first = item->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	item->next = NULL;
	return item;
}

#endif
