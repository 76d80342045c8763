#include "node/p2p/usage.h"

#include "chain/base/invariant.h"

void usage_total_init(struct usage_total *total, size_t bytes_max)
{
	*total = (struct usage_total){.bytes_max = bytes_max};
}

void usage_init(struct usage *usage, struct usage_total *total, size_t bytes_max)
{
	*usage = (struct usage){.total = total, .bytes_max = bytes_max};
}

void usage_total_take(struct usage_total *total, enum usage_purpose purpose, size_t size)
{
	if (!total)
		return;
	total->bytes += size;
	total->purposes[purpose] += size;
}

void usage_total_release(struct usage_total *total, enum usage_purpose purpose, size_t size)
{
	if (!total)
		return;
	INVARIANT(size <= total->purposes[purpose]);
	total->bytes -= size;
	total->purposes[purpose] -= size;
}

void usage_take_share(struct usage *usage, enum usage_purpose purpose, size_t size)
{
	usage->bytes += size;
	usage->purposes[purpose] += size;
}

void usage_release_share(struct usage *usage, enum usage_purpose purpose, size_t size)
{
	INVARIANT(size <= usage->purposes[purpose]);
	usage->bytes -= size;
	usage->purposes[purpose] -= size;
}

void usage_take(struct usage *usage, enum usage_purpose purpose, size_t size)
{
	usage_take_share(usage, purpose, size);
	usage_total_take(usage->total, purpose, size);
}

void usage_release(struct usage *usage, enum usage_purpose purpose, size_t size)
{
	usage_release_share(usage, purpose, size);
	usage_total_release(usage->total, purpose, size);
}

void usage_move(struct usage *from, struct usage *to, enum usage_purpose purpose)
{
	size_t size = from->purposes[purpose];

	INVARIANT(from->total == to->total);
	usage_release(from, purpose, size);
	usage_take(to, purpose, size);
}

bool usage_has_room(const struct usage *usage, enum usage_purpose purpose)
{
	return usage->purposes[purpose] < usage->bytes_max;
}

bool usage_fits_total(const struct usage *usage, size_t size)
{
	const struct usage_total *total = usage->total;

	return !total || (total->bytes < total->bytes_max && size <= total->bytes_max - total->bytes);
}

enum usage_pressure usage_pressure(const struct usage_total *total)
{
	size_t left = total->bytes < total->bytes_max ? total->bytes_max - total->bytes : 0;

	if (left == 0)
		return USAGE_FULL;
	if (left <= total->bytes_max / 10)
		return USAGE_HIGHER;
	return left <= total->bytes_max / 4 ? USAGE_HIGH : USAGE_EASY;
}
