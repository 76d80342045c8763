#include "node/p2p/sync_inner.h"

#include "chain/base/invariant.h"

enum { RATE_FIRST = 256 << 10 }; /* bytes a second, of who was never measured */

void sync_init(struct sync *sync, uint64_t applied)
{
	*sync = (struct sync){
		.applied = applied,
		.verified = applied,
		.headers_peer = SYNC_NOBODY,
		.stall_ms = SYNC_STALL_MIN_MS,
	};
}

struct sync_block *sync_block_at(struct sync *sync, uint64_t height)
{
	INVARIANT(height > sync->applied && height <= sync->verified);
	return &sync->blocks[height % SYNC_AHEAD_MAX];
}

struct sync_peer *sync_find_peer(struct sync *sync, uint32_t peer)
{
	for (size_t i = 0; i < sync->peer_count; i++)
		if (sync->peers[i].peer == peer)
			return &sync->peers[i];
	return NULL;
}

/* -- Questions, open and closed ------------------------------------------------------------------ */

static void question_closed(struct sync *sync, struct sync_block *block, int which)
{
	struct sync_peer *peer;

	if (block->asked[which] == SYNC_NOBODY)
		return;
	peer = sync_find_peer(sync, block->asked[which]);
	block->asked[which] = SYNC_NOBODY;
	if (peer)
		peer->in_flight--;
}

/* The peer is asked for this body no more; the other one, if any, is the first then. */
static void withdraw(struct sync *sync, struct sync_block *block, uint32_t peer)
{
	for (int which = 0; which < 2; which++)
		if (block->asked[which] == peer)
			question_closed(sync, block, which);
	if (block->asked[0] == SYNC_NOBODY) {
		block->asked[0] = block->asked[1];
		block->asked_ms[0] = block->asked_ms[1];
		block->asked[1] = SYNC_NOBODY;
	}
	if (block->state == SYNC_ASKED && block->asked[0] == SYNC_NOBODY)
		block->state = SYNC_WANTED;
}

static void withdraw_all(struct sync *sync, uint32_t peer)
{
	for (uint64_t height = sync->applied + 1; height <= sync->verified; height++)
		withdraw(sync, sync_block_at(sync, height), peer);
}

static void give_up_headers(struct sync *sync)
{
	sync->headers = SYNC_HEADERS_IDLE;
	sync->headers_peer = SYNC_NOBODY;
}

/* -- Peers ----------------------------------------------------------------------------------------- */

enum sync_claim sync_peer_has(struct sync *sync, uint32_t peer, uint64_t low,
                              uint64_t high, bool may_prune)
{
	struct sync_peer *found = sync_find_peer(sync, peer);

	if (low > high)
		return SYNC_CLAIM_BREACH;
	if (!found) {
		if (sync->peer_count == SYNC_PEERS_MAX)
			return SYNC_CLAIM_FULL;
		found = &sync->peers[sync->peer_count++];
		*found = (struct sync_peer){
			.peer = peer, .low = low, .high = high, .rate = RATE_FIRST};
		return SYNC_CLAIM_GOOD;
	}
	if (high < found->high || (low > found->low && !may_prune))
		return SYNC_CLAIM_BREACH;
	found->low = low;
	found->high = high;
	return SYNC_CLAIM_GOOD;
}

void sync_peer_left(struct sync *sync, uint32_t peer)
{
	struct sync_peer *found = sync_find_peer(sync, peer);

	if (!found)
		return;
	withdraw_all(sync, peer);
	/* What it sent before is still worth checking. */
	if (sync->headers == SYNC_HEADERS_ASKED && sync->headers_peer == peer)
		give_up_headers(sync);
	*found = sync->peers[--sync->peer_count];
}

void sync_drop(struct sync *sync, struct sync_peer *peer)
{
	peer->is_dropped = true;
	withdraw_all(sync, peer->peer);
}

/* -- Headers ----------------------------------------------------------------------------------------- */

bool sync_headers_came(struct sync *sync, uint32_t peer)
{
	if (sync->headers != SYNC_HEADERS_ASKED || sync->headers_peer != peer)
		return false;
	sync->headers = SYNC_HEADERS_CHECKING;
	return true;
}

void sync_headers_failed(struct sync *sync, uint64_t now_ms)
{
	struct sync_peer *peer = sync_find_peer(sync, sync->headers_peer);

	if (peer)
		peer->headers_rest_ms = now_ms + SYNC_HEADERS_REST_MS;
	give_up_headers(sync);
}

void sync_headers_checked(struct sync *sync, const struct sync_header *headers,
                          size_t count, uint64_t now_ms)
{
	INVARIANT(sync->headers == SYNC_HEADERS_CHECKING && count <= SYNC_HEADERS_MAX);
	if (count == 0) {
		sync_headers_failed(sync, now_ms);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		/* Blocks may have come from elsewhere meanwhile. */
		if (sync->headers_from + i <= sync->verified)
			continue;
		sync->verified++;
		INVARIANT(sync->verified == sync->headers_from + i);
		*sync_block_at(sync, sync->verified) = (struct sync_block){
			.hash = headers[i].hash,
			.body_size = headers[i].body_size,
			.asked = {SYNC_NOBODY, SYNC_NOBODY},
		};
	}
	give_up_headers(sync);
}

void sync_headers_not_held(struct sync *sync, uint32_t peer, uint64_t now_ms)
{
	if (sync->headers == SYNC_HEADERS_ASKED && sync->headers_peer == peer)
		sync_headers_failed(sync, now_ms);
}

/* -- The window ---------------------------------------------------------------------------------------- */

uint64_t sync_window_end(struct sync *sync)
{
	uint64_t height = sync->applied + 1;
	uint64_t bytes = 0;

	while (height <= sync->verified && height <= sync->applied + SYNC_WINDOW_BLOCKS) {
		bytes += sync_block_at(sync, height)->body_size;
		if (bytes > SYNC_WINDOW_BYTES && height > sync->applied + 1)
			break;
		height++;
	}
	return height;
}

uint64_t sync_first_missing(struct sync *sync, uint64_t end)
{
	uint64_t height = sync->applied + 1;

	while (height < end && sync_block_at(sync, height)->state == SYNC_HERE)
		height++;
	return height;
}

/* -- Bodies that come ------------------------------------------------------------------------------------ */

static uint64_t height_of(struct sync *sync, const struct hash *hash)
{
	uint64_t end = sync_window_end(sync);

	for (uint64_t height = sync->applied + 1; height < end; height++)
		if (hash_equal(&sync_block_at(sync, height)->hash, hash))
			return height;
	return 0;
}

static void measure(struct sync_peer *peer, size_t size, uint64_t took_ms)
{
	uint64_t weight = size > SYNC_BODY_WEIGHT_MIN ? size : SYNC_BODY_WEIGHT_MIN;
	/* What else was on its way from the peer shared its link. */
	uint64_t sample = weight * 1000 * peer->in_flight / (took_ms + 1);

	peer->busy_bytes += weight;
	peer->rate = (3 * peer->rate + sample) / 4;
}

bool sync_body_came(struct sync *sync, uint32_t peer, const struct hash *hash,
                    size_t size, uint64_t now_ms, uint64_t *height)
{
	struct sync_block *block;
	struct sync_peer *found;
	int which;

	*height = height_of(sync, hash);
	if (*height == 0)
		return false;
	block = sync_block_at(sync, *height);
	if (block->state != SYNC_ASKED ||
	    (block->asked[0] != peer && block->asked[1] != peer))
		return false;
	which = block->asked[0] == peer ? 0 : 1;
	found = sync_find_peer(sync, peer);
	INVARIANT(found);
	measure(found, size, now_ms - block->asked_ms[which]);
	if (*height == sync_first_missing(sync, sync_window_end(sync)) &&
	    sync->stall_ms > SYNC_STALL_MIN_MS)
		sync->stall_ms /= 2;
	/* Who sent it is remembered until it was checked. */
	question_closed(sync, block, 0);
	question_closed(sync, block, 1);
	block->asked[0] = peer;
	block->state = SYNC_CHECKING;
	return true;
}

void sync_body_checked(struct sync *sync, uint64_t height, bool is_right)
{
	struct sync_block *block;
	struct sync_peer *sender;

	if (height <= sync->applied) /* it came from elsewhere meanwhile */
		return;
	block = sync_block_at(sync, height);
	INVARIANT(block->state == SYNC_CHECKING);
	sender = sync_find_peer(sync, block->asked[0]);
	block->asked[0] = SYNC_NOBODY;
	block->state = is_right ? SYNC_HERE : SYNC_WANTED;
	if (!is_right && sender)
		sync_drop(sync, sender);
}

void sync_not_held(struct sync *sync, uint32_t peer, const struct hash *hash)
{
	uint64_t height = height_of(sync, hash);
	struct sync_peer *found = sync_find_peer(sync, peer);
	struct sync_block *block;

	if (height == 0 || !found)
		return;
	block = sync_block_at(sync, height);
	if (block->state != SYNC_ASKED ||
	    (block->asked[0] != peer && block->asked[1] != peer))
		return;
	withdraw(sync, block, peer);
	/* It has pruned since it said what it has. */
	found->low = height + 1;
}

void sync_applied(struct sync *sync, uint64_t height)
{
	if (height <= sync->applied)
		return;
	for (uint64_t done = sync->applied + 1; done <= height && done <= sync->verified;
	     done++) {
		struct sync_block *block = sync_block_at(sync, done);

		if (block->state == SYNC_ASKED) {
			question_closed(sync, block, 0);
			question_closed(sync, block, 1);
		}
	}
	sync->applied = height;
	if (sync->verified < height) {
		sync->verified = height;
		/* Headers that are on their way begin too low now. */
		if (sync->headers == SYNC_HEADERS_ASKED)
			give_up_headers(sync);
	}
}

/* -- Where we are ------------------------------------------------------------------------------------------ */

uint64_t sync_ready(const struct sync *sync)
{
	uint64_t next = sync->applied + 1;

	if (next > sync->verified || sync->blocks[next % SYNC_AHEAD_MAX].state != SYNC_HERE)
		return 0;
	return next;
}

bool sync_is_done(const struct sync *sync, uint64_t now_ms)
{
	if (sync->applied < sync->verified || sync->headers == SYNC_HEADERS_CHECKING)
		return false;
	for (size_t i = 0; i < sync->peer_count; i++) {
		const struct sync_peer *peer = &sync->peers[i];

		if (!peer->is_dropped && peer->high > sync->applied &&
		    peer->low <= sync->applied + 1 && now_ms >= peer->headers_rest_ms)
			return false;
	}
	return true;
}

uint64_t sync_wake_ms(const struct sync *sync, uint64_t now_ms)
{
	/* Nothing here needs to be known sooner than the shortest patience allows. */
	uint64_t wake_ms = now_ms + SYNC_STALL_MIN_MS / 4;
	bool is_waiting =
		sync->applied < sync->verified || sync->headers != SYNC_HEADERS_IDLE;

	return is_waiting || !sync_is_done(sync, now_ms) ? wake_ms : UINT64_MAX;
}
