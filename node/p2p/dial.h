/* When to dial: how long after a failure, how many at once, and the visits that only look.
 * Pure; monotonic time in milliseconds. */
#ifndef NODE_P2P_DIAL_H
#define NODE_P2P_DIAL_H

#include "node/p2p/bucket.h"
#include "node/p2p/lots.h"

#include <stddef.h>

enum {
	DIAL_BACKOFF_MIN_MS = 1000,
	DIAL_BACKOFF_MAX_MS = 15 * 60 * 1000,
	DIAL_BACKOFF_KEPT_MAX_MS = 15 * 1000, /* validators and configured peers: all restart at
	                                       * once and have to meet within half a minute */
	DIAL_SETTLED_MS = 60 * 1000,          /* a session of that age forgives what was before */
	DIAL_RATE_PER_S = 4,
	DIAL_AT_ONCE_MAX = 16,                /* connections that are being made */
	DIAL_START_SPREAD_MS = 30 * 1000,     /* nodes that start together do not dial together */
	DIAL_ONLINE_SESSIONS = 2,             /* other ones, whoever began them: we are online, so
	                                       * that it is the other's fault */
	DIAL_FEELER_MEAN_MS = 120 * 1000,
};

/* -- One address ------------------------------------------------------------------------------ */

struct backoff {
	uint32_t failures;   /* in a row */
	uint64_t not_before_ms;
	uint64_t settled_ms; /* when the session in progress will have lasted long enough */
};

/* min(max, 1 s * 2^failures) * uniform(0.5, 1), from now. `is_kept`: a validator or a
 * configured peer. */
void backoff_failed(struct backoff *backoff, struct lots *lots, uint64_t now_ms,
                    bool is_kept);

/* A session begins, or ends. One that ends early is one more failure. */
void backoff_connected(struct backoff *backoff, uint64_t now_ms);
void backoff_lost(struct backoff *backoff, struct lots *lots, uint64_t now_ms, bool is_kept);

static inline bool backoff_is_over(const struct backoff *backoff, uint64_t now_ms)
{
	return now_ms >= backoff->not_before_ms;
}

/* -- All of them ------------------------------------------------------------------------------ */

struct dialer {
	struct bucket bucket;
	size_t in_flight;
	uint64_t not_before_ms; /* of the first attempt after the start */
	uint64_t feeler_ms;     /* when the next one is due */
};

void dialer_init(struct dialer *dialer, struct lots *lots, uint64_t now_ms);

/* May one more attempt begin? If so it is counted until dialer_ended. `is_first`: to an anchor
 * or a validator, which does not wait for the spread of the start. */
bool dialer_begin(struct dialer *dialer, uint64_t now_ms, bool is_first);
void dialer_ended(struct dialer *dialer);

/* Is a visit due? If so the next one is planned. */
bool dialer_feeler_is_due(struct dialer *dialer, struct lots *lots, uint64_t now_ms);

#endif
