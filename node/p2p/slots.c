#include "node/p2p/slots.h"

#include "chain/base/invariant.h"

void slots_init(struct slots *slots, const uint8_t key[SIPHASH_KEY_SIZE])
{
	*slots = (struct slots){
		.key = siphash_key(key),
		.inbound_max = SLOTS_INBOUND_MAX,
	};
}

static size_t class_max(const struct slots *slots, enum slot_class class)
{
	switch (class) {
	case SLOT_VALIDATOR:
		return SLOTS_VALIDATORS_MAX;
	case SLOT_KEPT:
		return SLOTS_KEPT_MAX;
	case SLOT_OUTBOUND:
		return SLOTS_OUTBOUND_MAX + (slots->is_tip_stale ? SLOTS_OUTBOUND_EXTRA : 0);
	case SLOT_VISIT:
		return SLOTS_VISITS_MAX;
	case SLOT_INBOUND:
		return slots->inbound_max;
	case SLOT_CLASSES:
		break;
	}
	INVARIANT(class < SLOT_CLASSES);
	return 0;
}

bool slots_have_free(const struct slots *slots, enum slot_class class)
{
	return slots->counts[class] < class_max(slots, class);
}

/* -- Limits by address ------------------------------------------------------------------------ */

static size_t inbound_of_prefix(const struct slots *slots,
                                const struct net_address *address, unsigned bits)
{
	struct net_group wanted = net_prefix(address, bits);
	size_t count = 0;

	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->items[i];
		struct net_group group;

		if (slot->class != SLOT_INBOUND || slot->way != SLOT_WAY_NET)
			continue;
		group = net_prefix(&slot->address, bits);
		count += net_group_equal(&group, &wanted);
	}
	return count;
}

static bool is_crowded(const struct slots *slots, const struct slot *newcomer)
{
	size_t onions = 0;

	switch (newcomer->way) {
	case SLOT_WAY_LOCAL:
		return false;
	case SLOT_WAY_ONION:
		for (size_t i = 0; i < slots->count; i++)
			onions += slots->items[i].way == SLOT_WAY_ONION &&
			          slots->items[i].class == SLOT_INBOUND;
		return onions >= SLOTS_ONION_MAX;
	case SLOT_WAY_NET:
		break;
	}
	if (newcomer->address.kind == NET_IPV4)
		return inbound_of_prefix(slots, &newcomer->address, 24) >= SLOTS_PER_IPV4_24_MAX;
	return inbound_of_prefix(slots, &newcomer->address, 64) >= SLOTS_PER_IPV6_64_MAX ||
	       inbound_of_prefix(slots, &newcomer->address, 48) >= SLOTS_PER_IPV6_48_MAX;
}

/* -- Whom to displace ------------------------------------------------------------------------- */

/* Those who may go, as pointers; the protected leave the list. */
struct candidates {
	const struct slot *items[SLOTS_MAX];
	size_t count;
};

/* More is better. Of two that are equal the one who came first is. */
typedef uint64_t merit(const struct slots *slots, const struct slot *slot);

static uint64_t group_hash(const struct slots *slots, const struct slot *slot)
{
	struct net_group group = net_group_of(&slot->address);

	return siphash_2_4(&slots->key, &group, sizeof group);
}

static uint64_t by_ping(const struct slots *slots, const struct slot *slot)
{
	(void)slots;
	return UINT64_MAX - slot->round_trip_ms;
}

static uint64_t by_tx(const struct slots *slots, const struct slot *slot)
{
	(void)slots;
	return slot->tx_ms;
}

static uint64_t by_block(const struct slots *slots, const struct slot *slot)
{
	(void)slots;
	return slot->block_ms;
}

static uint64_t by_age(const struct slots *slots, const struct slot *slot)
{
	(void)slots;
	return UINT64_MAX - slot->since_ms;
}

static void take_out(struct candidates *candidates, size_t index)
{
	candidates->count--;
	memmove(candidates->items + index, candidates->items + index + 1,
	        (candidates->count - index) * sizeof candidates->items[0]);
}

/* Who has no merit at all, 0, is not protected by it. */
static void protect(const struct slots *slots, struct candidates *candidates,
                    size_t count, merit *merit_of)
{
	for (; count > 0; count--) {
		size_t best = 0;
		uint64_t best_merit = 0;

		for (size_t i = 0; i < candidates->count; i++) {
			uint64_t is = merit_of(slots, candidates->items[i]);

			if (is > best_merit) {
				best = i;
				best_merit = is;
			}
		}
		if (best_merit == 0)
			return;
		take_out(candidates, best);
	}
}

/* Who shares a way that addresses say nothing of would always be the largest group: some of
 * their own are kept. */
static void protect_addressless(const struct slots *slots, struct candidates *candidates,
                                size_t count)
{
	for (; count > 0; count--) {
		size_t best = candidates->count;

		for (size_t i = 0; i < candidates->count; i++)
			if (candidates->items[i]->way != SLOT_WAY_NET &&
			    (best == candidates->count || by_age(slots, candidates->items[i]) >
			                                      by_age(slots, candidates->items[best])))
				best = i;
		if (best == candidates->count)
			return;
		take_out(candidates, best);
	}
}

static void keep_discouraged_alone(struct candidates *candidates)
{
	size_t kept = 0;

	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->items[i]->is_discouraged)
			candidates->items[kept++] = candidates->items[i];
	if (kept > 0)
		candidates->count = kept;
}

static struct net_group group_of(const struct slot *slot)
{
	/* All that come one addressless way are one group. */
	return slot->way == SLOT_WAY_NET
	           ? net_group_of(&slot->address)
	           : (struct net_group){.kind = (uint8_t)(0x80 + slot->way)};
}

static size_t group_size(const struct candidates *candidates,
                         const struct net_group *group)
{
	size_t size = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		struct net_group other = group_of(candidates->items[i]);

		size += net_group_equal(&other, group);
	}
	return size;
}

/* The youngest of the largest group; of groups of one size, of the one with the youngest. */
static const struct slot *worst_of(const struct candidates *candidates)
{
	const struct slot *worst = NULL;
	size_t worst_size = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct slot *slot = candidates->items[i];
		struct net_group group = group_of(slot);
		size_t size = group_size(candidates, &group);

		if (!worst || size > worst_size ||
		    (size == worst_size && slot->since_ms > worst->since_ms)) {
			worst = slot;
			worst_size = size;
		}
	}
	return worst;
}

static bool find_victim(const struct slots *slots, uint32_t *victim)
{
	struct candidates candidates = {.count = 0};
	const struct slot *worst;
	size_t half;

	for (size_t i = 0; i < slots->count; i++)
		if (slots->items[i].class == SLOT_INBOUND)
			candidates.items[candidates.count++] = &slots->items[i];
	protect(slots, &candidates, SLOTS_KEEP_GROUPS, group_hash);
	protect(slots, &candidates, SLOTS_KEEP_PINGS, by_ping);
	protect(slots, &candidates, SLOTS_KEEP_TXS, by_tx);
	protect(slots, &candidates, SLOTS_KEEP_BLOCKS, by_block);
	half = candidates.count / 2;
	protect_addressless(slots, &candidates, half / 4);
	if (candidates.count > 0 && half > half / 4)
		protect(slots, &candidates, half - half / 4, by_age);
	keep_discouraged_alone(&candidates);
	worst = worst_of(&candidates);
	if (worst)
		*victim = worst->peer;
	return worst != NULL;
}

/* -- In and out ------------------------------------------------------------------------------- */

static enum slot_answer ask_inbound(const struct slots *slots,
                                    const struct slot *newcomer, uint32_t *victim)
{
	size_t count = slots->counts[SLOT_INBOUND];

	if (newcomer->is_discouraged &&
	    count * 100 >= slots->inbound_max * SLOTS_REFUSE_PERCENT)
		return SLOT_UNWELCOME;
	if (is_crowded(slots, newcomer))
		return SLOT_CROWDED;
	if (count < slots->inbound_max)
		return SLOT_GRANTED;
	return find_victim(slots, victim) ? SLOT_GRANTED_FOR_VICTIM : SLOT_FULL;
}

enum slot_answer slots_ask(const struct slots *slots, const struct slot *newcomer,
                           uint32_t *victim)
{
	if (newcomer->class == SLOT_INBOUND)
		return ask_inbound(slots, newcomer, victim);
	return slots_have_free(slots, newcomer->class) ? SLOT_GRANTED : SLOT_FULL;
}

void slots_enter(struct slots *slots, const struct slot *newcomer)
{
	INVARIANT(slots->count < SLOTS_MAX);
	INVARIANT(slots->counts[newcomer->class] < class_max(slots, newcomer->class));
	INVARIANT(!slots_find(slots, newcomer->peer));
	slots->items[slots->count++] = *newcomer;
	slots->counts[newcomer->class]++;
}

void slots_leave(struct slots *slots, uint32_t peer)
{
	struct slot *slot = slots_find(slots, peer);

	INVARIANT(slot);
	slots->counts[slot->class]--;
	*slot = slots->items[--slots->count];
}

const struct slot *slots_view(const struct slots *slots, uint32_t peer)
{
	for (size_t i = 0; i < slots->count; i++)
		if (slots->items[i].peer == peer)
			return &slots->items[i];
	return NULL;
}

struct slot *slots_find(struct slots *slots, uint32_t peer)
{
	const struct slot *slot = slots_view(slots, peer);

	return slot ? &slots->items[slot - slots->items] : NULL;
}

/* -- Idle ones ------------------------------------------------------------------------------------ */

static bool is_idle(const struct slot *slot, uint64_t now_ms)
{
	uint64_t last_ms = slot->since_ms;

	if (slot->tx_ms > last_ms)
		last_ms = slot->tx_ms;
	if (slot->block_ms > last_ms)
		last_ms = slot->block_ms;
	return slot->class == SLOT_INBOUND && now_ms >= last_ms + SLOTS_IDLE_MS;
}

bool slots_idle_victim(const struct slots *slots, uint64_t now_ms, uint32_t *victim)
{
	const struct slot *oldest = NULL;
	size_t idle = 0;

	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->items[i];

		if (!is_idle(slot, now_ms))
			continue;
		idle++;
		if (!oldest || slot->since_ms < oldest->since_ms)
			oldest = slot;
	}
	/* Where there is room nobody is in the way. */
	if (!oldest || slots->counts[SLOT_INBOUND] < slots->inbound_max ||
	    idle + SLOTS_TURNING <= slots->inbound_max)
		return false;
	*victim = oldest->peer;
	return true;
}
