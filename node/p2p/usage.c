#include "node/p2p/usage.h"

#include "chain/base/invariant.h"

void usage_total_init(struct usage_total *total, size_t bytes_max)
{
	*total = (struct usage_total){.bytes_max = bytes_max};
}

void usage_init(struct usage *usage, size_t bytes_max)
{
	*usage = (struct usage){.bytes_max = bytes_max};
}

bool usage_reserve(struct usage_total *total, struct usage *usage,
                   enum usage_purpose purpose, size_t size)
{
	if (size > usage->bytes_max - usage->bytes || size > total->bytes_max - total->bytes)
		return false;
	usage->bytes += size;
	usage->purposes[purpose] += size;
	total->bytes += size;
	total->purposes[purpose] += size;
	return true;
}

void usage_release(struct usage_total *total, struct usage *usage,
                   enum usage_purpose purpose, size_t size)
{
	INVARIANT(size <= usage->purposes[purpose]);
	INVARIANT(size <= total->purposes[purpose]);
	usage->bytes -= size;
	usage->purposes[purpose] -= size;
	total->bytes -= size;
	total->purposes[purpose] -= size;
}

enum usage_pressure usage_pressure(const struct usage_total *total)
{
	size_t left = total->bytes_max - total->bytes;

	if (left == 0)
		return USAGE_FULL;
	if (left <= total->bytes_max / 10)
		return USAGE_HIGHER;
	return left <= total->bytes_max / 4 ? USAGE_HIGH : USAGE_EASY;
}
