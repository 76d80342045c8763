/* The wallet's two clocks: one that people read, one that only goes forward. */
#ifndef WALLET_CLI_CLOCK_H
#define WALLET_CLI_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ms_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Unix time. */
static inline uint64_t wall_ms(void)
{
	return clock_ms_of(CLOCK_REALTIME);
}

static inline uint64_t elapsing_ms(void)
{
	return clock_ms_of(CLOCK_MONOTONIC);
}

#endif
