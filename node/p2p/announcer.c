#include "node/p2p/announcer.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

enum { CAPACITY_MIN = 64 };

enum status announcer_init(struct announcer *announcer,
                           const uint8_t key[SIPHASH_KEY_SIZE], uint32_t mean_ms,
                           const struct bucket_rate *rate, uint64_t now_ms)
{
	*announcer =
		(struct announcer){.mean_ms = mean_ms, .rate = *rate, .flush_ms = now_ms};
	bucket_init(&announcer->bucket, rate, now_ms);
	return bloom_init(&announcer->known, &BLOOM_KNOWN, key);
}

static size_t ring_size(uint32_t capacity)
{
	return capacity * sizeof(struct inv_entry);
}

static size_t memory_of(const struct announcer *announcer)
{
	return bloom_memory(&BLOOM_KNOWN) + ring_size(announcer->capacity);
}

void announcer_count(struct announcer *announcer, struct usage *usage)
{
	INVARIANT(!announcer->usage);
	announcer->usage = usage;
	usage_take(usage, USAGE_RELAY, memory_of(announcer));
}

/* The ring of the old capacity is gone, that of the new one is there. */
static void set_ring(struct announcer *announcer, struct inv_entry *ring, uint32_t capacity)
{
	if (announcer->usage) {
		usage_release(announcer->usage, USAGE_RELAY, ring_size(announcer->capacity));
		usage_take(announcer->usage, USAGE_RELAY, ring_size(capacity));
	}
	memory_free(announcer->ring);
	announcer->ring = ring;
	announcer->capacity = capacity;
	announcer->first = 0;
}

void announcer_close(struct announcer *announcer)
{
	if (announcer->usage)
		usage_release(announcer->usage, USAGE_RELAY, memory_of(announcer));
	if (announcer->known.words[0])
		bloom_close(&announcer->known);
	memory_free(announcer->ring);
	*announcer = (struct announcer){0};
}

/* Twice the room, with the first name at its beginning. */
static bool grow(struct announcer *announcer)
{
	uint32_t capacity = announcer->capacity > 0 ? 2 * announcer->capacity : CAPACITY_MIN;
	struct inv_entry *ring;

	if (capacity > ANNOUNCER_MAX)
		capacity = ANNOUNCER_MAX;
	if (capacity == announcer->capacity)
		return false;
	ring = memory_new(capacity * sizeof *ring);
	if (!ring)
		return false;
	for (uint32_t i = 0; i < announcer->count; i++)
		ring[i] = announcer->ring[(announcer->first + i) % announcer->capacity];
	set_ring(announcer, ring, capacity);
	return true;
}

void announcer_add(struct announcer *announcer, const struct hash *id, uint32_t size)
{
	uint32_t place;

	if (bloom_has(&announcer->known, id, sizeof *id))
		return;
	if (announcer->count == announcer->capacity && !grow(announcer)) {
		announcer->needs_resync = true;
		return;
	}
	place = (announcer->first + announcer->count) % announcer->capacity;
	announcer->ring[place] = (struct inv_entry){.id = *id, .size = size};
	announcer->count++;
}

void announcer_heard(struct announcer *announcer, const struct hash *id)
{
	bloom_add(&announcer->known, id, sizeof *id);
}

void announcer_forget(struct announcer *announcer)
{
	bloom_clear(&announcer->known);
	announcer->needs_resync = false;
}

void announcer_set_validator(struct announcer *announcer, bool is_validator, bool is_outbound)
{
	announcer->rate = is_validator ? INV_RATE_VALIDATOR : INV_RATE;
	announcer->mean_ms = is_validator  ? 0
	                     : is_outbound ? ANNOUNCER_OUTBOUND_MEAN_MS
	                                   : ANNOUNCER_INBOUND_MEAN_MS;
}

void announcer_pause(struct announcer *announcer, uint32_t pause_ms, uint64_t now_ms)
{
	announcer->paused_until_ms = now_ms + pause_ms;
}

/* Nothing is left: what a burst needed is given back. */
static void shrink(struct announcer *announcer)
{
	if (announcer->count > 0 || announcer->capacity <= CAPACITY_MIN)
		return;
	set_ring(announcer, NULL, 0);
}

static size_t flush_size(const struct announcer *announcer)
{
	size_t size = ANNOUNCER_FLUSH_MIN + announcer->count / 8;

	return announcer->mean_ms == 0 || size > INV_MAX ? INV_MAX : size;
}

size_t announcer_flush(struct announcer *announcer, struct lots *lots, uint64_t now_ms,
                       bool (*is_wanted)(void *owner, const struct hash *id), void *owner,
                       struct inv_entry entries[INV_MAX])
{
	size_t size_max = flush_size(announcer);
	size_t size = 0;

	if (now_ms < announcer->flush_ms || now_ms < announcer->paused_until_ms)
		return 0;
	while (size < size_max && announcer->count > 0) {
		struct inv_entry *entry = &announcer->ring[announcer->first];

		if (!bloom_has(&announcer->known, &entry->id, sizeof entry->id) &&
		    is_wanted(owner, &entry->id)) {
			if (!bucket_take(&announcer->bucket, &announcer->rate, now_ms, 1))
				break;
			bloom_add(&announcer->known, &entry->id, sizeof entry->id);
			entries[size++] = *entry;
		}
		announcer->first = (announcer->first + 1) % announcer->capacity;
		announcer->count--;
	}
	shrink(announcer);
	/* At least a millisecond, or who waits for tokens would be woken all the time. */
	announcer->flush_ms = now_ms + 1;
	if (announcer->mean_ms > 0)
		announcer->flush_ms += lots_exponential(lots, announcer->mean_ms);
	return size;
}

uint64_t announcer_wake_ms(const struct announcer *announcer)
{
	if (announcer->count == 0)
		return UINT64_MAX;
	return announcer->flush_ms > announcer->paused_until_ms ? announcer->flush_ms
	                                                        : announcer->paused_until_ms;
}
