#include "node/drive/fill.h"

static size_t largest_of_late(size_t before, size_t now)
{
	before -= before / 16;
	return now > before ? now : before;
}

void fill_note(struct fill *fill, size_t txs, size_t bytes)
{
	fill->txs = largest_of_late(fill->txs, txs);
	fill->bytes = largest_of_late(fill->bytes, bytes);
}

static size_t limit(size_t of_late, size_t start, size_t least, uint64_t failed)
{
	size_t most = of_late + of_late / 4;

	if (most < start)
		most = start;
	most >>= failed < 16 ? failed : 16;
	return most > least ? most : least;
}

size_t fill_txs_max(const struct fill *fill, uint64_t failed)
{
	return limit(fill->txs, FILL_TXS_START, FILL_TXS_LEAST, failed);
}

size_t fill_bytes_max(const struct fill *fill, uint64_t failed)
{
	return limit(fill->bytes, FILL_BYTES_START, FILL_BYTES_LEAST, failed);
}
