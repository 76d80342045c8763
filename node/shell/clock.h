/* The two clocks of a node: one for durations, which never goes back, and one for the time
 * of day. */
#ifndef NODE_SHELL_CLOCK_H
#define NODE_SHELL_CLOCK_H

#include "node/drive/drive.h"

#include <time.h>

static inline uint64_t clock_read_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline uint64_t clock_monotonic_ms(void)
{
	return clock_read_ms(CLOCK_MONOTONIC);
}

/* Unix time. */
static inline uint64_t clock_wall_ms(void)
{
	return clock_read_ms(CLOCK_REALTIME);
}

static inline struct moment clock_moment(void)
{
	return (struct moment){.now_ms = clock_monotonic_ms(), .wall_ms = clock_wall_ms()};
}

#endif
