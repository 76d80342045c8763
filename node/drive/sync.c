#include "node/drive/sync_inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

enum {
	RATE_FIRST = 256 << 10,  /* bytes a second, of who was never measured */
	WEIGHT_MIN = 16 << 10,   /* what a portion counts at least: a small one costs a round trip
	                          * as well */
};

void sync_init(struct sync *sync, uint64_t seed, size_t portion_blocks_max)
{
	*sync = (struct sync){
		.portion_blocks_max = portion_blocks_max,
		.headers_peer = SYNC_NOBODY,
		.headers_patience_ms = SYNC_HEADERS_MIN_MS,
		.stall_ms = SYNC_STALL_MIN_MS,
		.lots = seed | 1,
		.wake_ms = UINT64_MAX,
	};
}

static void remove_portions(struct sync *sync, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sync_want_again(sync, &sync->portions[i]);
		check_job_free(sync->portions[i].job);
	}
	sync->portion_count -= count;
	memmove(sync->portions, sync->portions + count,
	        sync->portion_count * sizeof *sync->portions);
}

static void remove_batches(struct sync *sync, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memory_free(sync->batches[i]);
	sync->batch_count -= count;
	memmove(sync->batches, sync->batches + count, sync->batch_count * sizeof(struct sync_batch *));
}

void sync_close(struct sync *sync)
{
	remove_portions(sync, sync->portion_count);
	remove_batches(sync, sync->batch_count);
	memory_free(sync->checking);
	sync->checking = NULL;
}

void sync_begin(struct sync *sync, uint64_t epoch, uint64_t height, const struct hash *block)
{
	remove_portions(sync, sync->portion_count);
	remove_batches(sync, sync->batch_count);
	sync_idle_headers(sync);
	sync->epoch = epoch;
	sync->applied = height;
	sync->verified = height;
	sync->verified_hash = *block;
	sync->cut = height;
	sync->is_sealed = false;
	sync->is_stale = true;
}

static size_t portions_up_to(const struct sync *sync, uint64_t height)
{
	size_t count = 0;

	while (count < sync->portion_count &&
	       sync->portions[count].first + sync->portions[count].count - 1 <= height)
		count++;
	return count;
}

void sync_applied(struct sync *sync, uint64_t height, const struct hash *block, bool is_seal)
{
	size_t batches = 0;

	if (height <= sync->applied)
		return;
	if (height > sync->verified) {
		/* It came from elsewhere; headers that are on their way begin too low now. */
		sync_begin(sync, sync->epoch, height, block);
		sync->is_sealed = is_seal;
		return;
	}
	remove_portions(sync, portions_up_to(sync, height));
	while (batches < sync->batch_count &&
	       sync->batches[batches]->first + sync->batches[batches]->count - 1 <= height)
		batches++;
	remove_batches(sync, batches);
	sync->applied = height;
	if (sync->cut < height)
		sync->cut = height;
	sync->is_stale = true;
}

void sync_pause(struct sync *sync, uint64_t now_ms)
{
	sync->pause_until_ms = now_ms + SYNC_BUSY_MS;
	sync->is_stale = true;
}

/* -- Questions, open and closed ------------------------------------------------------------------ */

static void close_question(struct sync *sync, struct sync_portion *portion, int which)
{
	if (portion->asked[which] == SYNC_NOBODY)
		return;
	sync->peers[portion->asked[which]].in_flight--;
	portion->asked[which] = SYNC_NOBODY;
}

void sync_want_again(struct sync *sync, struct sync_portion *portion)
{
	close_question(sync, portion, 0);
	close_question(sync, portion, 1);
	if (portion->state == SYNC_ASKED)
		portion->state = SYNC_WANTED;
	sync->is_stale = true;
}

/* The peer is asked for it no more; the other one, if any, is the first then. */
static void withdraw(struct sync *sync, struct sync_portion *portion, uint16_t peer)
{
	for (int which = 0; which < 2; which++)
		if (portion->asked[which] == peer)
			close_question(sync, portion, which);
	if (portion->asked[0] == SYNC_NOBODY) {
		portion->asked[0] = portion->asked[1];
		portion->asked_ms[0] = portion->asked_ms[1];
		portion->asked[1] = SYNC_NOBODY;
	}
	if (portion->asked[0] == SYNC_NOBODY)
		sync_want_again(sync, portion);
}

static void withdraw_all(struct sync *sync, uint16_t peer)
{
	for (size_t i = 0; i < sync->portion_count; i++)
		withdraw(sync, &sync->portions[i], peer);
	if (sync->headers == SYNC_HEADERS_ASKED && sync->headers_peer == peer)
		sync_idle_headers(sync);
}

void sync_idle_headers(struct sync *sync)
{
	sync->headers = SYNC_HEADERS_IDLE;
	sync->headers_peer = SYNC_NOBODY;
	memory_free(sync->checking);
	sync->checking = NULL;
	sync->is_stale = true;
}

/* -- Peers ----------------------------------------------------------------------------------------- */

void sync_peer_has(struct sync *sync, uint16_t peer, bool is_validator, uint64_t epoch,
                   uint64_t height)
{
	struct sync_peer *found = &sync->peers[peer];

	INVARIANT(peer < PEERS_MAX);
	if (!found->is_there)
		*found = (struct sync_peer){.is_there = true, .rate = RATE_FIRST};
	found->is_validator = is_validator;
	found->epoch = epoch;
	found->height = height;
	if (height > sync->applied)
		sync->is_stale = true;
}

void sync_peer_left(struct sync *sync, uint16_t peer)
{
	INVARIANT(peer < PEERS_MAX);
	if (!sync->peers[peer].is_there)
		return;
	/* What he sent before is still worth checking. */
	withdraw_all(sync, peer);
	INVARIANT(sync->peers[peer].in_flight == 0);
	sync->peers[peer] = (struct sync_peer){0};
}

void sync_fail_peer(struct sync *sync, uint16_t peer, uint64_t now_ms)
{
	withdraw_all(sync, peer);
	sync->peers[peer].failed_ms = now_ms;
	sync->failed++;
	sync->is_stale = true;
}

/* -- Headers ----------------------------------------------------------------------------------------- */

bool sync_awaits_headers(const struct sync *sync, uint64_t from)
{
	return sync->headers == SYNC_HEADERS_ASKED && sync->verified + 1 == from;
}

void sync_headers_missing(struct sync *sync, uint16_t peer, uint64_t now_ms)
{
	INVARIANT(sync->headers == SYNC_HEADERS_ASKED);
	sync->peers[peer].not_before_ms = now_ms + SYNC_BUSY_MS;
	if (peer == sync->headers_peer)
		sync_idle_headers(sync);
}

void sync_headers_wrong(struct sync *sync, uint16_t peer, uint64_t now_ms)
{
	if (peer == sync->headers_peer)
		sync_idle_headers(sync);
	sync_fail_peer(sync, peer, now_ms);
}

void sync_headers_came(struct sync *sync, uint16_t peer, struct sync_batch *batch)
{
	INVARIANT(sync->headers == SYNC_HEADERS_ASKED && !sync->checking);
	INVARIANT(batch->first == sync->verified + 1 && batch->count > 0);
	sync->headers = SYNC_HEADERS_CHECKING;
	sync->headers_peer = peer;
	sync->checking = batch;
}

static void append_batch(struct sync *sync)
{
	struct sync_batch *batch = sync->checking;

	INVARIANT(sync->batch_count < SYNC_BATCHES_MAX && batch->first == sync->verified + 1);
	sync->batches[sync->batch_count++] = batch;
	sync->verified += batch->count;
	sync->verified_hash = batch->hashes[batch->count - 1];
	sync->is_sealed = batch->is_sealed;
	sync->checking = NULL;
}

void sync_headers_checked(struct sync *sync, uint16_t peer, uint64_t from, bool is_right,
                          uint64_t now_ms)
{
	if (sync->headers != SYNC_HEADERS_CHECKING || sync->headers_peer != peer ||
	    sync->checking->first != from)
		return; /* blocks came from elsewhere meanwhile */
	if (is_right) {
		append_batch(sync);
		sync->headers_patience_ms = SYNC_HEADERS_MIN_MS;
		sync_idle_headers(sync);
	} else {
		sync_headers_wrong(sync, peer, now_ms);
	}
}

/* -- Bodies ------------------------------------------------------------------------------------------ */

static struct sync_portion *find_portion(struct sync *sync, uint64_t from)
{
	for (size_t i = 0; i < sync->portion_count; i++)
		if (sync->portions[i].first == from)
			return &sync->portions[i];
	return NULL;
}

struct sync_portion *sync_lowest_missing(struct sync *sync)
{
	for (size_t i = 0; i < sync->portion_count; i++)
		if (sync->portions[i].state < SYNC_CHECKING)
			return &sync->portions[i];
	return NULL;
}

struct sync_portion *sync_missing_portion(struct sync *sync, uint64_t from)
{
	struct sync_portion *portion = find_portion(sync, from);

	return portion && portion->state < SYNC_CHECKING ? portion : NULL;
}

void sync_bodies_missing(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                         uint64_t now_ms)
{
	withdraw(sync, portion, peer);
	sync->peers[peer].not_before_ms = now_ms + SYNC_BUSY_MS;
	sync->is_stale = true;
}

static void measure(struct sync_peer *peer, uint64_t bytes, uint64_t took_ms)
{
	uint64_t weight = bytes > WEIGHT_MIN ? bytes : WEIGHT_MIN;
	/* What else was on its way from the peer shared its link. */
	uint64_t sample = weight * 1000 * peer->in_flight / (took_ms + 1);

	peer->rate = (3 * peer->rate + sample) / 4;
}

void sync_bodies_came(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                      uint64_t now_ms)
{
	bool is_second = portion->asked[1] == peer;
	uint16_t first = portion->asked[0];

	INVARIANT(portion->state < SYNC_CHECKING && peer < PEERS_MAX);
	sync->peers[peer].quiet_since_ms = now_ms;
	for (int which = 0; which < 2; which++)
		if (portion->asked[which] == peer)
			measure(&sync->peers[peer], portion->body_bytes,
			        now_ms - portion->asked_ms[which]);
	if (portion == sync_lowest_missing(sync) && sync->stall_ms > SYNC_STALL_MIN_MS)
		sync->stall_ms /= 2;
	sync_want_again(sync, portion);
	portion->state = SYNC_CHECKING;
	portion->sender = peer;
	/* He had a head start, and the patience besides. */
	if (is_second && first != SYNC_NOBODY)
		sync_fail_peer(sync, first, now_ms);
}

void sync_bodies_wrong(struct sync *sync, struct sync_portion *portion, uint16_t peer,
                       uint64_t now_ms)
{
	if (portion->state == SYNC_CHECKING)
		portion->state = SYNC_WANTED;
	sync_fail_peer(sync, peer, now_ms);
}

struct sync_portion *sync_checking_portion(struct sync *sync, uint16_t peer, uint64_t from)
{
	struct sync_portion *portion = find_portion(sync, from);

	return portion && portion->state == SYNC_CHECKING && portion->sender == peer ? portion
	                                                                             : NULL;
}

void sync_bodies_here(struct sync *sync, struct sync_portion *portion, struct check_job *job)
{
	INVARIANT(portion->state == SYNC_CHECKING);
	portion->state = SYNC_HERE;
	portion->job = job;
	sync->is_stale = true;
}

/* -- What is known ------------------------------------------------------------------------------------- */

const struct sync_batch *sync_batch_of(const struct sync *sync, uint64_t height)
{
	for (size_t i = 0; i < sync->batch_count; i++)
		if (height - sync->batches[i]->first < sync->batches[i]->count)
			return sync->batches[i];
	INVARIANT(height > sync->verified);
	return NULL;
}

bool sync_brings(const struct sync *sync, const struct hash *block)
{
	/* The last few come sooner if they are asked for in every way. */
	if (sync->verified < sync->applied + SYNC_BEHIND_LEAST)
		return false;
	for (size_t i = 0; i < sync->batch_count; i++)
		for (size_t j = 0; j < sync->batches[i]->count; j++)
			if (hash_equal(&sync->batches[i]->hashes[j], block))
				return true;
	return false;
}

bool sync_take(struct sync *sync, struct sync_portion *portion)
{
	if (sync->portion_count == 0 || sync->portions[0].state != SYNC_HERE)
		return false;
	*portion = sync->portions[0];
	sync->portions[0].job = NULL;
	remove_portions(sync, 1);
	return true;
}
