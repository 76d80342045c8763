#include "node/shell/relay_pool.h"

bool relay_pool_find(const struct pool *pool, const struct hash *id, struct bytes_view *bytes,
                     bool *is_waiting)
{
	const struct pool_tx *tx = pool_find_leaf(pool, id);

	if (!tx || tx->has_ended)
		return false;
	*bytes = tx->tx.bytes;
	if (is_waiting)
		*is_waiting = tx->place != POOL_PLACED;
	return true;
}

size_t relay_pool_list_old(const struct pool *pool, uint64_t now_ms, struct inv_entry *entries)
{
	size_t count = 0;

	for (const struct pool_tx *tx = pool->txs;
	     tx && count < RELAY_REPAIR_MAX && tx->arrived_ms + RELAY_REPAIR_AGE_MS <= now_ms;
	     tx = tx->hh.next)
		if (tx->place == POOL_WAITING)
			entries[count++] = (struct inv_entry){.id = tx->tx.leaf_hash,
			                                      .size = (uint32_t)tx->tx.bytes.size};
	return count;
}

/* What state or policy refuses is nobody's fault: he could not know. */
static enum relay_verdict verdict_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_GOOD:
		return RELAY_TAKEN;
	case VERDICT_QUOTA:
		return RELAY_FULL;
	case VERDICT_SIGNATURE:
	case VERDICT_WRONG_NETWORK:
	case VERDICT_SCHEMA:
	case VERDICT_TOO_LARGE:
		return RELAY_FAULTY;
	case VERDICT_KNOWN:
	case VERDICT_PERMISSION:
	case VERDICT_EXPIRED:
	case VERDICT_CONFLICT:
	case VERDICT_BALANCE:
	case VERDICT_UNKNOWN_REFERENCE:
		return RELAY_REFUSED;
	}
	return RELAY_REFUSED;
}

bool relay_pool_submitted(struct relay *relay, const struct submission *submissions,
                          size_t count, uint16_t from, uint64_t serial, uint64_t now_ms)
{
	uint16_t source = from == WORLD_SELF ? RELAY_OWN : from;
	bool has_new = false;

	for (size_t i = 0; i < count; i++) {
		const struct submission *submission = &submissions[i];

		/* The pool has its bytes: it is new there. */
		if (submission->verdict == VERDICT_GOOD && !submission->bytes) {
			relay_admitted(relay, &submission->tx.leaf_hash, submission->tx.bytes, source,
			               now_ms);
			has_new = true;
		}
		if (source != RELAY_OWN)
			relay_judged(relay, source, serial, verdict_of(submission->verdict), now_ms);
	}
	return has_new;
}
