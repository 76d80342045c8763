/* Whom to ask for what next, and who is asked no more. */
#include "node/p2p/sync_inner.h"

#include "chain/base/invariant.h"

/* -- Headers ------------------------------------------------------------------------------------- */

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
		sync_headers_failed(sync, now_ms);
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

static void body_asked(struct sync *sync, struct sync_block *block, int which,
                       uint32_t peer, uint64_t now_ms)
{
	struct sync_peer *found = sync_find_peer(sync, peer);

	INVARIANT(found && block->asked[which] == SYNC_NOBODY);
	block->asked[which] = peer;
	block->asked_ms[which] = now_ms;
	block->state = SYNC_ASKED;
	if (found->in_flight++ == 0) {
		found->busy_since_ms = now_ms;
		found->busy_bytes = 0;
	}
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
	struct sync_block *block = sync_block_at(sync, height);
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
		if (sync_block_at(sync, height)->state >= SYNC_CHECKING)
			return true;
	return false;
}

/* The lowest missing body holds all up, though others came: a second peer is asked for it, and
 * if that does not help either the first loses its role. */
static size_t treat_stall(struct sync *sync, struct lots *lots, uint64_t end,
                          uint64_t now_ms, struct sync_effect *effects)
{
	uint64_t lowest = sync_first_missing(sync, end);
	struct sync_block *block;
	struct sync_peer *late;

	if (lowest >= end || !others_came(sync, lowest, end))
		return 0;
	block = sync_block_at(sync, lowest);
	if (block->state != SYNC_ASKED || now_ms < block->asked_ms[0] + sync->stall_ms)
		return 0;
	if (block->asked[1] == SYNC_NOBODY)
		return ask_body(sync, lots, lowest, 1, now_ms, effects);
	if (now_ms < block->asked_ms[1] + sync->stall_ms)
		return 0;
	late = sync_find_peer(sync, block->asked[0]);
	INVARIANT(late);
	effects[0] = (struct sync_effect){.kind = SYNC_DROP, .peer = late->peer};
	sync_drop(sync, late);
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
		sync_drop(sync, &sync->peers[i]);
	}
	return count;
}

size_t sync_next(struct sync *sync, struct lots *lots, uint64_t now_ms,
                 struct sync_effect effects[SYNC_EFFECTS_MAX])
{
	size_t count = drop_slow(sync, now_ms, effects);
	uint64_t end;

	count += ask_headers(sync, lots, now_ms, effects + count);
	end = sync_window_end(sync);
	count += treat_stall(sync, lots, end, now_ms, effects + count);
	for (uint64_t height = sync->applied + 1; height < end; height++)
		if (sync_block_at(sync, height)->state == SYNC_WANTED)
			count += ask_body(sync, lots, height, 0, now_ms, effects + count);
	INVARIANT(count <= SYNC_EFFECTS_MAX);
	return count;
}
