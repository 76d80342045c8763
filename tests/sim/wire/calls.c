#include "tests/sim/wire/calls.h"

bool calls_visit(struct calls *calls, const struct node_id *id,
                 const struct net_address *address, enum finder_visit visit)
{
	for (size_t i = 0; i < CALLS_VISITS_MAX; i++) {
		if (calls->visits[i].is_used)
			continue;
		calls->visits[i] = (struct visit){
			.is_used = true,
			.visit = visit,
			.id = *id,
			.address = *address,
			.to = town_find(id, address),
		};
		return true;
	}
	return false;
}

void calls_keep(struct calls *calls, uint16_t to, bool is_kept)
{
	struct kept *kept = &calls->kept[to];

	if (kept->is_kept == is_kept)
		return;
	*kept = (struct kept){.is_kept = is_kept, .has_line = kept->has_line};
}

/* -- When --------------------------------------------------------------------------------------- */

static void end_unmet(struct calls *calls, struct visit *visit)
{
	struct visit ended = *visit;

	visit->is_used = false;
	calls->world.unmet(calls->world.owner, &ended.id, &ended.address, ended.visit);
}

static void begin_visit(struct calls *calls, struct visit *visit, uint64_t now_ms)
{
	const struct calls_world *world = &calls->world;

	/* Who has moved, or never was there: half of such addresses say no, the others nothing. */
	if (visit->to == TOWN_NOBODY) {
		if (visit->address.port % 2 == 0)
			visit->silent_until_ms = now_ms + CALLS_SILENT_MS;
		else
			end_unmet(calls, visit);
		return;
	}
	if (world->has_line(world->owner, visit->to) || !world->admits(world->owner, &visit->id)) {
		end_unmet(calls, visit);
		return;
	}
	switch (world->call(world->owner, visit->to)) {
	case CALL_BEGUN:
		visit->has_line = true;
		break;
	case CALL_REFUSED:
		end_unmet(calls, visit);
		break;
	case CALL_SILENT:
		visit->silent_until_ms = now_ms + CALLS_SILENT_MS;
		break;
	}
}

static void tick_visit(struct calls *calls, struct visit *visit, uint64_t now_ms)
{
	if (!visit->is_used || visit->has_line)
		return;
	if (visit->silent_until_ms == 0)
		begin_visit(calls, visit, now_ms);
	else if (now_ms >= visit->silent_until_ms)
		end_unmet(calls, visit);
}

static void tick_kept(struct calls *calls, uint16_t to, struct lots *lots, uint64_t now_ms)
{
	const struct calls_world *world = &calls->world;
	struct kept *kept = &calls->kept[to];

	if (!kept->is_kept || kept->has_line || now_ms < kept->silent_until_ms)
		return;
	if (kept->silent_until_ms > 0) {
		kept->silent_until_ms = 0;
		backoff_failed(&kept->backoff, lots, now_ms, true);
	}
	if (!backoff_is_over(&kept->backoff, now_ms) || world->has_line(world->owner, to))
		return;
	switch (world->call(world->owner, to)) {
	case CALL_BEGUN:
		kept->has_line = true;
		break;
	case CALL_REFUSED:
		backoff_failed(&kept->backoff, lots, now_ms, true);
		break;
	case CALL_SILENT:
		kept->silent_until_ms = now_ms + CALLS_SILENT_MS;
		break;
	}
}

void calls_tick(struct calls *calls, struct lots *lots, uint64_t now_ms)
{
	for (uint16_t to = 0; to < town_count(); to++)
		tick_kept(calls, to, lots, now_ms);
	for (size_t i = 0; i < CALLS_VISITS_MAX; i++)
		tick_visit(calls, &calls->visits[i], now_ms);
}

/* -- What came of it -------------------------------------------------------------------------------- */

static struct visit *visit_of(struct calls *calls, uint16_t to)
{
	for (size_t i = 0; i < CALLS_VISITS_MAX; i++)
		if (calls->visits[i].is_used && calls->visits[i].has_line &&
		    calls->visits[i].to == to)
			return &calls->visits[i];
	return NULL;
}

enum finder_visit calls_on_open(struct calls *calls, uint16_t to, bool is_dialed,
                                uint64_t now_ms)
{
	const struct visit *visit = is_dialed ? visit_of(calls, to) : NULL;

	if (is_dialed && calls->kept[to].has_line)
		backoff_connected(&calls->kept[to].backoff, now_ms);
	return visit ? visit->visit : FINDER_NO_VISIT;
}

void calls_on_end(struct calls *calls, struct lots *lots, uint16_t to, bool was_open,
                  uint64_t now_ms)
{
	struct visit *visit = visit_of(calls, to);
	struct kept *kept = &calls->kept[to];

	if (visit && was_open)
		visit->is_used = false;
	else if (visit)
		end_unmet(calls, visit);
	if (kept->has_line)
		backoff_lost(&kept->backoff, lots, now_ms, true);
	kept->has_line = false;
	/* As dial_soon: whoever is kept and was here is dialed soon. */
	if (kept->is_kept && was_open) {
		kept->backoff = (struct backoff){0};
		backoff_failed(&kept->backoff, lots, now_ms, true);
	}
}
