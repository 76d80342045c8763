#include "node/p2p/callers_rate.h"

#include "chain/base/invariant.h"

static const struct bucket_rate GROUP_RATE = {BUCKET_PER_S(CALLERS_PER_S), CALLERS_BURST};
static const struct bucket_rate ALL_RATE = {BUCKET_PER_S(CALLERS_ALL_PER_S), CALLERS_ALL_BURST};

void callers_rate_init(struct callers_rate *rate, uint64_t now_ms)
{
	rate->count = 0;
	bucket_init(&rate->all, &ALL_RATE, now_ms);
	bucket_init(&rate->kept, &ALL_RATE, now_ms);
}

static bool is_charged(const struct net_address *from)
{
	return net_kind_size(from->kind) > 0 && net_address_scope(from) == NET_PUBLIC;
}

/* Those that have all their tokens again are as if they had never called. */
static void forget(struct callers_rate *rate, uint64_t now_ms)
{
	for (size_t i = 0; i < rate->count;) {
		struct bucket *bucket = &rate->groups[i].bucket;

		if (bucket_ready_ms(bucket, &GROUP_RATE, now_ms, CALLERS_BURST) <= now_ms)
			rate->groups[i] = rate->groups[--rate->count];
		else
			i++;
	}
}

static struct callers_group *find(struct callers_rate *rate, const struct net_group *group)
{
	for (size_t i = 0; i < rate->count; i++)
		if (net_group_equal(&rate->groups[i].group, group))
			return &rate->groups[i];
	return NULL;
}

static void charge(struct callers_rate *rate, const struct net_group *group, uint64_t now_ms)
{
	struct callers_group *known;
	bool is_taken;

	forget(rate, now_ms);
	known = find(rate, group);
	if (!known) {
		INVARIANT(rate->count < CALLERS_GROUPS_MAX);
		known = &rate->groups[rate->count++];
		known->group = *group;
		bucket_init(&known->bucket, &GROUP_RATE, now_ms);
	}
	is_taken = bucket_take(&known->bucket, &GROUP_RATE, now_ms, 1);
	INVARIANT(is_taken);
}

enum callers_answer callers_rate_ask(struct callers_rate *rate, const struct net_address *from,
                                     bool is_kept, uint64_t now_ms)
{
	struct net_group group = net_group_of(from);
	struct callers_group *known;

	if (is_kept)
		return bucket_take(&rate->kept, &ALL_RATE, now_ms, 1) ? CALLERS_MAY
		                                                      : CALLERS_TOO_MANY;
	/* Its own first: a group that is too fast uses up nothing of the others. */
	known = is_charged(from) ? find(rate, &group) : NULL;
	if (known && bucket_ready_ms(&known->bucket, &GROUP_RATE, now_ms, 1) > now_ms)
		return CALLERS_TOO_FAST;
	if (!bucket_take(&rate->all, &ALL_RATE, now_ms, 1))
		return CALLERS_TOO_MANY;
	if (is_charged(from))
		charge(rate, &group, now_ms);
	return CALLERS_MAY;
}
