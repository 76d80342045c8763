#include "node/p2p/bucket.h"

#include "chain/base/invariant.h"

static uint64_t burst_of(const struct bucket_rate *rate)
{
	INVARIANT(rate->burst <= BUCKET_BURST_MAX);
	return rate->burst * BUCKET_TOKEN;
}

void bucket_init(struct bucket *bucket, const struct bucket_rate *rate, uint64_t now_ms)
{
	*bucket = (struct bucket){.micro = burst_of(rate), .at_ms = now_ms};
}

static void refill(struct bucket *bucket, const struct bucket_rate *rate, uint64_t now_ms)
{
	uint64_t burst = burst_of(rate);
	uint64_t gained;

	if (now_ms <= bucket->at_ms)
		return;
	/* Long silence and a fast rate: the product may not fit, and is above any burst. */
	if (__builtin_mul_overflow(now_ms - bucket->at_ms, rate->micro_per_ms, &gained) ||
	    gained > burst)
		gained = burst;
	bucket->at_ms = now_ms;
	if (bucket->micro >= burst)
		return;
	bucket->micro += gained;
	if (bucket->micro > burst)
		bucket->micro = burst;
}

bool bucket_take(struct bucket *bucket, const struct bucket_rate *rate, uint64_t now_ms,
                 uint32_t tokens)
{
	refill(bucket, rate, now_ms);
	if (tokens > bucket->micro / BUCKET_TOKEN)
		return false;
	bucket->micro -= tokens * BUCKET_TOKEN;
	return true;
}

uint32_t bucket_take_some(struct bucket *bucket, const struct bucket_rate *rate,
                          uint64_t now_ms, uint32_t tokens)
{
	uint64_t whole;

	refill(bucket, rate, now_ms);
	whole = bucket->micro / BUCKET_TOKEN;
	if (tokens > whole)
		tokens = (uint32_t)whole;
	bucket->micro -= tokens * BUCKET_TOKEN;
	return tokens;
}

uint64_t bucket_ready_ms(struct bucket *bucket, const struct bucket_rate *rate,
                         uint64_t now_ms, uint32_t tokens)
{
	uint64_t wanted = tokens * BUCKET_TOKEN;
	uint64_t missing, wait_ms, at_ms;

	refill(bucket, rate, now_ms);
	if (wanted <= bucket->micro)
		return now_ms;
	if (tokens > rate->burst || rate->micro_per_ms == 0)
		return UINT64_MAX;
	missing = wanted - bucket->micro;
	wait_ms = missing / rate->micro_per_ms + (missing % rate->micro_per_ms > 0);
	/* A clock that went back has to come here again first. */
	return __builtin_add_overflow(bucket->at_ms, wait_ms, &at_ms) ? UINT64_MAX : at_ms;
}

void bucket_grant(struct bucket *bucket, uint32_t tokens)
{
	uint64_t most = BUCKET_BURST_MAX * BUCKET_TOKEN;

	bucket->micro += tokens * BUCKET_TOKEN;
	if (bucket->micro > most)
		bucket->micro = most;
}

void bucket_raise(struct bucket *bucket, uint32_t tokens)
{
	INVARIANT(tokens <= BUCKET_BURST_MAX);
	if (bucket->micro < tokens * BUCKET_TOKEN)
		bucket->micro = tokens * BUCKET_TOKEN;
}
