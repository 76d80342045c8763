#include "node/p2p/dial.h"

#include "chain/base/invariant.h"

/* -- One address ------------------------------------------------------------------------------ */

void backoff_failed(struct backoff *backoff, struct lots *lots, uint64_t now_ms,
                    bool is_kept)
{
	uint64_t max_ms = is_kept ? DIAL_BACKOFF_KEPT_MAX_MS : DIAL_BACKOFF_MAX_MS;
	uint64_t wait_ms = max_ms;

	if (backoff->failures < UINT32_MAX)
		backoff->failures++;
	if (backoff->failures < 16)
		wait_ms = (uint64_t)DIAL_BACKOFF_MIN_MS << backoff->failures;
	if (wait_ms > max_ms)
		wait_ms = max_ms;
	backoff->not_before_ms = now_ms + wait_ms / 2 + lots_below(lots, wait_ms / 2 + 1);
	backoff->settled_ms = 0;
}

void backoff_connected(struct backoff *backoff, uint64_t now_ms)
{
	backoff->settled_ms = now_ms + DIAL_SETTLED_MS;
}

void backoff_lost(struct backoff *backoff, struct lots *lots, uint64_t now_ms,
                  bool is_kept)
{
	if (backoff->settled_ms > 0 && now_ms >= backoff->settled_ms)
		*backoff = (struct backoff){0};
	backoff_failed(backoff, lots, now_ms, is_kept);
}

/* -- All of them ------------------------------------------------------------------------------ */

static const struct bucket_rate RATE = {BUCKET_PER_S(DIAL_RATE_PER_S), DIAL_RATE_PER_S};

void dialer_init(struct dialer *dialer, struct lots *lots, uint64_t now_ms)
{
	*dialer = (struct dialer){
		.not_before_ms = now_ms + lots_below(lots, DIAL_START_SPREAD_MS),
		.feeler_ms = now_ms + lots_exponential(lots, DIAL_FEELER_MEAN_MS),
	};
	bucket_init(&dialer->bucket, &RATE, now_ms);
}

bool dialer_begin(struct dialer *dialer, uint64_t now_ms, bool is_first)
{
	if (!is_first && now_ms < dialer->not_before_ms)
		return false;
	if (dialer->in_flight >= DIAL_AT_ONCE_MAX)
		return false;
	if (!bucket_take(&dialer->bucket, &RATE, now_ms, 1))
		return false;
	dialer->in_flight++;
	return true;
}

void dialer_ended(struct dialer *dialer)
{
	INVARIANT(dialer->in_flight > 0);
	dialer->in_flight--;
}

bool dialer_feeler_is_due(struct dialer *dialer, struct lots *lots, uint64_t now_ms)
{
	if (now_ms < dialer->feeler_ms)
		return false;
	dialer->feeler_ms = now_ms + lots_exponential(lots, DIAL_FEELER_MEAN_MS);
	return true;
}
