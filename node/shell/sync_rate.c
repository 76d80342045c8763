#include "node/shell/sync_rate.h"

static size_t newest(const struct sync_rate *rate)
{
	return (rate->next + SYNC_RATE_POINTS - 1) % SYNC_RATE_POINTS;
}

static size_t oldest(const struct sync_rate *rate)
{
	return (rate->next + SYNC_RATE_POINTS - rate->count) % SYNC_RATE_POINTS;
}

void sync_rate_note(struct sync_rate *rate, uint64_t height, uint64_t now_ms)
{
	if (rate->count > 0 && height < rate->points[newest(rate)].height)
		rate->count = 0;
	if (rate->count > 0 && now_ms < rate->points[newest(rate)].at_ms + SYNC_RATE_STEP_MS)
		return;
	rate->points[rate->next].at_ms = now_ms;
	rate->points[rate->next].height = height;
	rate->next = (rate->next + 1) % SYNC_RATE_POINTS;
	rate->count += rate->count < SYNC_RATE_POINTS;
}

uint64_t sync_rate_per_ks(const struct sync_rate *rate)
{
	uint64_t blocks, ms;

	if (rate->count < 2)
		return 0;
	blocks = rate->points[newest(rate)].height - rate->points[oldest(rate)].height;
	ms = rate->points[newest(rate)].at_ms - rate->points[oldest(rate)].at_ms;
	return (uint64_t)((double)blocks * 1e6 / (double)ms);
}

uint64_t sync_rate_left_ms(const struct sync_rate *rate, uint64_t left)
{
	uint64_t per_ks = sync_rate_per_ks(rate);
	double left_ms = per_ks > 0 ? (double)left * 1e6 / (double)per_ks : 1e18;

	return left_ms < 1e15 ? (uint64_t)left_ms : UINT64_MAX;
}
