#include "node/p2p/sync.h"

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

static struct sync_block *block_at(struct sync *sync, uint64_t height)
{
	INVARIANT(height > sync->applied && height <= sync->verified);
	return &sync->blocks[height % SYNC_AHEAD_MAX];
}

static struct sync_peer *find_peer(struct sync *sync, uint32_t peer)
{
	for (size_t i = 0; i < sync->peer_count; i++)
		if (sync->peers[i].peer == peer)
			return &sync->peers[i];
	return NULL;
}

/* -- Questions, open and closed ------------------------------------------------------------------ */

static void body_asked(struct sync *sync, struct sync_block *block, int which,
                       uint32_t peer, uint64_t now_ms)
{
	struct sync_peer *found = find_peer(sync, peer);

	INVARIANT(found && block->asked[which] == SYNC_NOBODY);
	block->asked[which] = peer;
	block->asked_ms[which] = now_ms;
	block->state = SYNC_ASKED;
	if (found->in_flight++ == 0) {
		found->busy_since_ms = now_ms;
		found->busy_bytes = 0;
	}
}

static void question_closed(struct sync *sync, struct sync_block *block, int which)
{
	struct sync_peer *peer;

	if (block->asked[which] == SYNC_NOBODY)
		return;
	peer = find_peer(sync, block->asked[which]);
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
		withdraw(sync, block_at(sync, height), peer);
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
	struct sync_peer *found = find_peer(sync, peer);

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
	struct sync_peer *found = find_peer(sync, peer);

	if (!found)
		return;
	withdraw_all(sync, peer);
	/* What it sent before is still worth checking. */
	if (sync->headers == SYNC_HEADERS_ASKED && sync->headers_peer == peer)
		give_up_headers(sync);
	*found = sync->peers[--sync->peer_count];
}

static void drop(struct sync *sync, struct sync_peer *peer)
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

static void headers_failed(struct sync *sync, uint64_t now_ms)
{
	struct sync_peer *peer = find_peer(sync, sync->headers_peer);

	if (peer)
		peer->headers_rest_ms = now_ms + SYNC_HEADERS_REST_MS;
	give_up_headers(sync);
}

void sync_headers_checked(struct sync *sync, const struct sync_header *headers,
                          size_t count, uint64_t now_ms)
{
	INVARIANT(sync->headers == SYNC_HEADERS_CHECKING && count <= SYNC_HEADERS_MAX);
	if (count == 0) {
		headers_failed(sync, now_ms);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		/* Blocks may have come from elsewhere meanwhile. */
		if (sync->headers_from + i <= sync->verified)
			continue;
		sync->verified++;
		INVARIANT(sync->verified == sync->headers_from + i);
		*block_at(sync, sync->verified) = (struct sync_block){
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
		headers_failed(sync, now_ms);
}

/* A random one of those who may have more. */
static struct sync_peer *headers_source(struct sync *sync, struct lots *lots,
                                        uint64_t now_ms)
{
	struct sync_peer *source = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < sync->peer_count; i++) {
		struct sync_peer *peer = &sync->peers[i];

		if (peer->is_dropped || peer->high <= sync->verified ||
		    peer->low > sync->verified + 1 || now_ms < peer->headers_rest_ms)
			continue;
		if (lots_below(lots, ++seen) == 0)
			source = peer;
	}
	return source;
}

static size_t ask_headers(struct sync *sync, struct lots *lots, uint64_t now_ms,
                          struct sync_effect *effect)
{
	struct sync_peer *source;

	if (sync->headers == SYNC_HEADERS_ASKED &&
	    now_ms >= sync->headers_ms + SYNC_HEADERS_TIMEOUT_MS)
		headers_failed(sync, now_ms);
	if (sync->headers != SYNC_HEADERS_IDLE ||
	    sync->verified - sync->applied + SYNC_HEADERS_MAX > SYNC_AHEAD_MAX)
		return 0;
	source = headers_source(sync, lots, now_ms);
	if (!source)
		return 0;
	sync->headers = SYNC_HEADERS_ASKED;
	sync->headers_peer = source->peer;
	sync->headers_from = sync->verified + 1;
	sync->headers_ms = now_ms;
	*effect = (struct sync_effect){
		.kind = SYNC_ASK_HEADERS,
		.peer = source->peer,
		.height = sync->verified + 1,
		.count = SYNC_HEADERS_MAX,
	};
	return 1;
}

/* -- Bodies -------------------------------------------------------------------------------------------- */

/* Behind the last that may be asked for. */
static uint64_t window_end(struct sync *sync)
{
	uint64_t height = sync->applied + 1;
	uint64_t bytes = 0;

	while (height <= sync->verified && height <= sync->applied + SYNC_WINDOW_BLOCKS) {
		bytes += block_at(sync, height)->body_size;
		if (bytes > SYNC_WINDOW_BYTES && height > sync->applied + 1)
			break;
		height++;
	}
	return height;
}

static uint64_t first_missing(struct sync *sync, uint64_t end)
{
	uint64_t height = sync->applied + 1;

	while (height < end && block_at(sync, height)->state == SYNC_HERE)
		height++;
	return height;
}

static bool may_ask(const struct sync_peer *peer, uint64_t height,
                    const struct sync_block *block)
{
	return !peer->is_dropped && peer->low <= height && peer->high >= height &&
	       peer->in_flight < SYNC_PEER_BODIES_MAX && block->asked[0] != peer->peer &&
	       block->asked[1] != peer->peer;
}

/* The fastest for what it already has to do, and now and then anybody. */
static struct sync_peer *body_source(struct sync *sync, struct lots *lots,
                                     uint64_t height, const struct sync_block *block)
{
	bool explores = lots_below(lots, 100) < SYNC_EXPLORE_PERCENT;
	struct sync_peer *best = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < sync->peer_count; i++) {
		struct sync_peer *peer = &sync->peers[i];

		if (!may_ask(peer, height, block))
			continue;
		if (explores) {
			if (lots_below(lots, ++seen) == 0)
				best = peer;
		} else if (!best || peer->rate / (peer->in_flight + 1) >
		                        best->rate / (best->in_flight + 1)) {
			best = peer;
		}
	}
	return best;
}

static size_t ask_body(struct sync *sync, struct lots *lots, uint64_t height, int which,
                       uint64_t now_ms, struct sync_effect *effect)
{
	struct sync_block *block = block_at(sync, height);
	struct sync_peer *source = body_source(sync, lots, height, block);

	if (!source)
		return 0;
	body_asked(sync, block, which, source->peer, now_ms);
	*effect = (struct sync_effect){
		.kind = SYNC_ASK_BODY,
		.peer = source->peer,
		.height = height,
		.hash = block->hash,
	};
	return 1;
}

static bool others_came(struct sync *sync, uint64_t lowest, uint64_t end)
{
	for (uint64_t height = lowest + 1; height < end; height++)
		if (block_at(sync, height)->state >= SYNC_CHECKING)
			return true;
	return false;
}

/* The lowest missing body holds all up, though others came: a second peer is asked for it, and
 * if that does not help either the first loses its role. */
static size_t treat_stall(struct sync *sync, struct lots *lots, uint64_t end,
                          uint64_t now_ms, struct sync_effect *effects)
{
	uint64_t lowest = first_missing(sync, end);
	struct sync_block *block;
	struct sync_peer *late;

	if (lowest >= end || !others_came(sync, lowest, end))
		return 0;
	block = block_at(sync, lowest);
	if (block->state != SYNC_ASKED || now_ms < block->asked_ms[0] + sync->stall_ms)
		return 0;
	if (block->asked[1] == SYNC_NOBODY)
		return ask_body(sync, lots, lowest, 1, now_ms, effects);
	if (now_ms < block->asked_ms[1] + sync->stall_ms)
		return 0;
	late = find_peer(sync, block->asked[0]);
	INVARIANT(late);
	effects[0] = (struct sync_effect){.kind = SYNC_DROP, .peer = late->peer};
	drop(sync, late);
	sync->stall_ms *= 2;
	if (sync->stall_ms > SYNC_STALL_MAX_MS)
		sync->stall_ms = SYNC_STALL_MAX_MS;
	return 1;
}

static bool is_too_slow(struct sync_peer *peer, uint64_t now_ms)
{
	uint64_t busy_ms;

	if (peer->is_dropped || peer->in_flight == 0)
		return false;
	busy_ms = now_ms - peer->busy_since_ms;
	if (busy_ms < SYNC_RATE_AFTER_MS)
		return false;
	if (peer->busy_bytes < busy_ms * SYNC_RATE_MIN / 1000)
		return true;
	/* What was long ago counts for half: a fast beginning excuses nobody for ever. */
	if (busy_ms >= 2 * SYNC_RATE_AFTER_MS) {
		peer->busy_since_ms += busy_ms / 2;
		peer->busy_bytes /= 2;
	}
	return false;
}

/* Is there anybody else? */
static bool is_last(const struct sync *sync)
{
	size_t usable = 0;

	for (size_t i = 0; i < sync->peer_count; i++)
		usable += !sync->peers[i].is_dropped;
	return usable <= 1;
}

static size_t drop_slow(struct sync *sync, uint64_t now_ms, struct sync_effect *effects)
{
	size_t count = 0;

	for (size_t i = 0; i < sync->peer_count; i++) {
		if (!is_too_slow(&sync->peers[i], now_ms) || is_last(sync))
			continue;
		effects[count++] =
			(struct sync_effect){.kind = SYNC_DROP, .peer = sync->peers[i].peer};
		drop(sync, &sync->peers[i]);
	}
	return count;
}

size_t sync_next(struct sync *sync, struct lots *lots, uint64_t now_ms,
                 struct sync_effect effects[SYNC_EFFECTS_MAX])
{
	size_t count = drop_slow(sync, now_ms, effects);
	uint64_t end;

	count += ask_headers(sync, lots, now_ms, effects + count);
	end = window_end(sync);
	count += treat_stall(sync, lots, end, now_ms, effects + count);
	for (uint64_t height = sync->applied + 1; height < end; height++)
		if (block_at(sync, height)->state == SYNC_WANTED)
			count += ask_body(sync, lots, height, 0, now_ms, effects + count);
	INVARIANT(count <= SYNC_EFFECTS_MAX);
	return count;
}

/* -- Bodies that come ------------------------------------------------------------------------------------ */

static uint64_t height_of(struct sync *sync, const struct hash *hash)
{
	uint64_t end = window_end(sync);

	for (uint64_t height = sync->applied + 1; height < end; height++)
		if (hash_equal(&block_at(sync, height)->hash, hash))
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
	block = block_at(sync, *height);
	if (block->state != SYNC_ASKED ||
	    (block->asked[0] != peer && block->asked[1] != peer))
		return false;
	which = block->asked[0] == peer ? 0 : 1;
	found = find_peer(sync, peer);
	INVARIANT(found);
	measure(found, size, now_ms - block->asked_ms[which]);
	if (*height == first_missing(sync, window_end(sync)) &&
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
	block = block_at(sync, height);
	INVARIANT(block->state == SYNC_CHECKING);
	sender = find_peer(sync, block->asked[0]);
	block->asked[0] = SYNC_NOBODY;
	block->state = is_right ? SYNC_HERE : SYNC_WANTED;
	if (!is_right && sender)
		drop(sync, sender);
}

void sync_not_held(struct sync *sync, uint32_t peer, const struct hash *hash)
{
	uint64_t height = height_of(sync, hash);
	struct sync_peer *found = find_peer(sync, peer);
	struct sync_block *block;

	if (height == 0 || !found)
		return;
	block = block_at(sync, height);
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
		struct sync_block *block = block_at(sync, done);

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
