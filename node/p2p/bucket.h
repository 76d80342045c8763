/* Token buckets: how much of something a peer may do. Counted in millionths of a token, on
 * the monotonic clock that comes in; refilled when used, never above the burst. A clock that
 * goes back refills nothing. */
#ifndef NODE_P2P_BUCKET_H
#define NODE_P2P_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* A millionth of a token in a millisecond is a token in 1,000 seconds, so that a rate in
 * tokens a second is 1,000 of these. */
#define BUCKET_PER_S(tokens) ((uint64_t)(tokens) * 1000)
#define BUCKET_PER_1000_S(tokens) ((uint64_t)(tokens))

#define BUCKET_TOKEN UINT64_C(1000000)

enum { BUCKET_BURST_MAX = 2000000000 }; /* tokens: with it, no sum leaves u64 */

struct bucket_rate {
	uint64_t micro_per_ms; /* BUCKET_PER_S(n): n tokens a second */
	uint32_t burst;        /* tokens, at most BUCKET_BURST_MAX */
};

struct bucket {
	uint64_t micro; /* millionths of a token that are left */
	uint64_t at_ms; /* refilled up to here */
};

/* Full. */
void bucket_init(struct bucket *bucket, const struct bucket_rate *rate, uint64_t now_ms);

/* All of `tokens`, or none: false. More than the burst is never there. */
bool bucket_take(struct bucket *bucket, const struct bucket_rate *rate, uint64_t now_ms,
                 uint32_t tokens);

/* As many of `tokens` as are there; how many. */
uint32_t bucket_take_some(struct bucket *bucket, const struct bucket_rate *rate,
                          uint64_t now_ms, uint32_t tokens);

/* When `tokens` will be there, if nothing else is taken; UINT64_MAX: never. */
uint64_t bucket_ready_ms(struct bucket *bucket, const struct bucket_rate *rate,
                         uint64_t now_ms, uint32_t tokens);

/* Tokens on top, above the burst too if they are to be: what we asked for ourselves may come
 * at once. What is above the burst stays until it is used. */
void bucket_grant(struct bucket *bucket, uint32_t tokens);

/* The same for what is asked for again and again, and may not be answered: at least so many are
 * there from now on, and they do not add up. */
void bucket_raise(struct bucket *bucket, uint32_t tokens);

#endif
