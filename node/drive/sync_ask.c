/* Whom to ask for what next. */
#include "node/drive/sync_inner.h"

#include "chain/base/draw.h"
#include "chain/base/invariant.h"

enum { TICK_MS = 250 }; /* nothing here has to be noticed sooner */

static bool has_failed(const struct sync_peer *peer, uint64_t now_ms)
{
	return peer->failed_ms > 0 && now_ms < peer->failed_ms + SYNC_FAILED_MS;
}

static bool may_be_asked(const struct sync_peer *peer, uint64_t now_ms)
{
	return peer->is_there && now_ms >= peer->not_before_ms;
}

static struct sync_peer *longest_ago(struct sync_peer *a, struct sync_peer *b)
{
	return !a || b->failed_ms < a->failed_ms ? b : a;
}

/* -- Headers ------------------------------------------------------------------------------------- */

static bool is_ahead(const struct sync *sync, const struct sync_peer *peer, bool is_overdue)
{
	if (peer->height <= sync->verified)
		return false;
	return is_overdue || peer->epoch > sync->epoch ||
	       peer->height - sync->verified >= SYNC_BEHIND_LEAST;
}

/* A random one of those who say that they have more: of the validators, of the others; of those who
 * failed, who did longest ago. */
static struct sync_peer *headers_source(struct sync *sync, uint64_t now_ms, bool is_overdue)
{
	struct sync_peer *chosen[2] = {NULL, NULL}, *last = NULL;
	uint64_t seen[2] = {0};

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct sync_peer *peer = &sync->peers[i];
		bool is_validator = peer->is_validator;

		if (!may_be_asked(peer, now_ms) || !is_ahead(sync, peer, is_overdue))
			continue;
		if (has_failed(peer, now_ms))
			last = longest_ago(last, peer);
		else if (draw_below(&sync->lots, ++seen[is_validator]) == 0)
			chosen[is_validator] = peer;
	}
	if (chosen[true])
		return chosen[true];
	return chosen[false] ? chosen[false] : last;
}

static void give_up_late_headers(struct sync *sync, uint64_t now_ms)
{
	if (sync->headers != SYNC_HEADERS_ASKED ||
	    now_ms < sync->headers_ms + sync->headers_patience_ms)
		return;
	sync_fail_peer(sync, sync->headers_peer, now_ms);
	sync->headers_patience_ms *= 2;
	if (sync->headers_patience_ms > SYNC_HEADERS_MAX_MS)
		sync->headers_patience_ms = SYNC_HEADERS_MAX_MS;
}

static size_t ask_headers(struct sync *sync, uint64_t now_ms, bool is_overdue,
                          struct sync_question *question)
{
	struct sync_peer *source;

	give_up_late_headers(sync, now_ms);
	if (sync->headers != SYNC_HEADERS_IDLE || sync->is_sealed ||
	    sync->batch_count == SYNC_BATCHES_MAX)
		return 0;
	source = headers_source(sync, now_ms, is_overdue);
	if (!source)
		return 0;
	sync->headers = SYNC_HEADERS_ASKED;
	sync->headers_peer = (uint16_t)(source - sync->peers);
	sync->headers_ms = now_ms;
	sync->headers_asked++;
	*question = (struct sync_question){
		.peer = sync->headers_peer,
		.from = sync->verified + 1,
	};
	return 1;
}

/* -- Portions ------------------------------------------------------------------------------------- */

/* The next one begins behind the last: within a batch, as many blocks as fit. */
static void cut_portion(struct sync *sync)
{
	const struct sync_batch *batch = sync_batch_of(sync, sync->cut + 1);
	struct sync_portion *portion = &sync->portions[sync->portion_count++];
	size_t at = (size_t)(sync->cut + 1 - batch->first);

	*portion = (struct sync_portion){
		.first = sync->cut + 1,
		.asked = {SYNC_NOBODY, SYNC_NOBODY},
	};
	while (at < batch->count && portion->count < sync->portion_blocks_max) {
		uint32_t body_size = batch->headers[at].body_size;

		if (portion->count > 0 && portion->body_bytes + body_size > PORTION_BYTES_MAX)
			break;
		portion->body_bytes += body_size;
		portion->count++;
		at++;
	}
	sync->cut += portion->count;
}

/* Has he as much to do for us as he may, with this one? */
static bool is_full(const struct sync *sync, uint16_t peer, const struct sync_portion *portion)
{
	uint64_t bytes = portion->body_bytes;

	if (sync->peers[peer].in_flight == 0)
		return false;
	for (size_t i = 0; i < sync->portion_count; i++)
		if (sync->portions[i].asked[0] == peer || sync->portions[i].asked[1] == peer)
			bytes += sync->portions[i].body_bytes;
	return sync->peers[peer].in_flight >= SYNC_PEER_PORTIONS_MAX || bytes > SYNC_PEER_BYTES_MAX;
}

static bool is_better(const struct sync_peer *peer, const struct sync_peer *best)
{
	return !best || peer->rate / (peer->in_flight + 1) > best->rate / (best->in_flight + 1);
}

/* The fastest for what he already has to do, and now and then anybody. As long as there is one who
 * has not failed and is only busy, none who has, but for the lowest: it holds all up, and who is
 * busy may be silent. */
static struct sync_peer *bodies_source(struct sync *sync, const struct sync_portion *portion,
                                       uint64_t now_ms)
{
	bool explores = draw_below(&sync->lots, 100) < SYNC_EXPLORE_PERCENT;
	struct sync_peer *best = NULL, *last = NULL;
	uint64_t seen = 0;
	bool is_hope = false;

	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		struct sync_peer *peer = &sync->peers[i];

		if (!may_be_asked(peer, now_ms) || portion->asked[0] == i || portion->asked[1] == i ||
		    peer->height < portion->first + portion->count - 1)
			continue;
		if (has_failed(peer, now_ms)) {
			last = is_full(sync, i, portion) ? last : longest_ago(last, peer);
			continue;
		}
		is_hope = true;
		if (is_full(sync, i, portion))
			continue;
		if (explores ? draw_below(&sync->lots, ++seen) == 0 : is_better(peer, best))
			best = peer;
	}
	if (best || (is_hope && portion != sync_lowest_missing(sync)))
		return best;
	return last;
}

static size_t ask_bodies(struct sync *sync, struct sync_portion *portion, int which,
                         uint64_t now_ms, struct sync_question *question)
{
	struct sync_peer *source = bodies_source(sync, portion, now_ms);

	if (!source)
		return 0;
	INVARIANT(portion->asked[which] == SYNC_NOBODY);
	if (source->in_flight++ == 0)
		source->quiet_since_ms = now_ms;
	sync->portions_asked++;
	sync->asked_second += which == 1;
	portion->state = SYNC_ASKED;
	portion->asked[which] = (uint16_t)(source - sync->peers);
	portion->asked_ms[which] = now_ms;
	*question = (struct sync_question){
		.peer = portion->asked[which],
		.from = portion->first,
		.count = portion->count,
	};
	return 1;
}

/* -- Stalls ----------------------------------------------------------------------------------------- */

static void double_patience(struct sync *sync)
{
	sync->stall_ms *= 2;
	if (sync->stall_ms > SYNC_STALL_MAX_MS)
		sync->stall_ms = SYNC_STALL_MAX_MS;
}

static void lose_patience(struct sync *sync, uint16_t peer, uint64_t now_ms)
{
	sync_fail_peer(sync, peer, now_ms);
	double_patience(sync);
}

/* Who says nothing at all has failed, whichever portions he was asked for. */
static void fail_silent(struct sync *sync, uint64_t now_ms)
{
	bool is_any = false;

	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		const struct sync_peer *peer = &sync->peers[i];

		if (peer->in_flight == 0 || now_ms < peer->quiet_since_ms + 2 * sync->stall_ms)
			continue;
		sync_fail_peer(sync, i, now_ms);
		is_any = true;
	}
	if (is_any)
		double_patience(sync);
}

/* The lowest missing portion holds all up. A second peer is asked for it, and if he is no faster, or
 * there is none, the first has failed. */
static size_t treat_stall(struct sync *sync, uint64_t now_ms, struct sync_question *question)
{
	struct sync_portion *portion = sync_lowest_missing(sync);
	bool is_late;

	if (!portion || portion->state != SYNC_ASKED)
		return 0;
	if (portion->asked[1] != SYNC_NOBODY) {
		if (now_ms >= portion->asked_ms[1] + sync->stall_ms)
			lose_patience(sync, portion->asked[0], now_ms);
		return 0;
	}
	is_late = now_ms >= portion->asked_ms[0] + sync->stall_ms;
	if (is_late && ask_bodies(sync, portion, 1, now_ms, question) > 0)
		return 1;
	if (now_ms >= portion->asked_ms[0] + 2 * sync->stall_ms)
		lose_patience(sync, portion->asked[0], now_ms);
	return 0;
}

/* -- All of it ---------------------------------------------------------------------------------------- */

static bool is_open(struct sync *sync, uint64_t now_ms)
{
	if (sync->portion_count > 0 || sync->headers != SYNC_HEADERS_IDLE)
		return true;
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (sync->peers[i].is_there && is_ahead(sync, &sync->peers[i], false) &&
		    now_ms < sync->peers[i].not_before_ms)
			return true;
	return false;
}

static size_t ask(struct sync *sync, uint64_t now_ms, bool is_overdue,
                  struct sync_question questions[SYNC_QUESTIONS_MAX])
{
	size_t count = ask_headers(sync, now_ms, is_overdue, questions);

	while (sync->portion_count < SYNC_PORTIONS_MAX && sync->cut < sync->verified)
		cut_portion(sync);
	count += treat_stall(sync, now_ms, questions + count);
	fail_silent(sync, now_ms);
	for (size_t i = 0; i < sync->portion_count; i++)
		if (sync->portions[i].state == SYNC_WANTED)
			count += ask_bodies(sync, &sync->portions[i], 0, now_ms, questions + count);
	INVARIANT(count <= SYNC_QUESTIONS_MAX);
	return count;
}

size_t sync_next(struct sync *sync, uint64_t now_ms, uint64_t overdue_ms,
                 struct sync_question questions[SYNC_QUESTIONS_MAX])
{
	bool is_overdue = now_ms >= overdue_ms;
	size_t count = 0;

	if (!sync->is_stale && now_ms < sync->wake_ms && overdue_ms == sync->overdue_ms)
		return 0;
	sync->is_stale = false;
	sync->overdue_ms = overdue_ms;
	if (now_ms >= sync->pause_until_ms)
		count = ask(sync, now_ms, is_overdue, questions);
	sync->wake_ms = UINT64_MAX;
	if (now_ms < sync->pause_until_ms)
		sync->wake_ms = sync->pause_until_ms;
	else if (is_open(sync, now_ms) || is_overdue)
		sync->wake_ms = now_ms + TICK_MS;
	else if (overdue_ms != UINT64_MAX)
		sync->wake_ms = overdue_ms;
	return count;
}
