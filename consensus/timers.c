/* When there is something to do, and how long to wait for it. In between nothing runs. */
#include "consensus/inner.h"

enum {
	TIMEOUT_START_MS = 500, /* B: before anything was measured */
	TIMEOUT_LEAST_MS = 200,
	TIMEOUT_BASE_MOST_MS = 2500, /* of B: where messages take still longer, views that fail
	                              * make time for them, and one good one ends that */
	TIMEOUT_MOST_MS = 60000, /* of a whole view, not of B */
	SILENT_LEAST_MS = 3000,  /* three statuses that did not come */
	ANNOUNCE_MS = 20,        /* a transaction that just came is on its way to the leader */
	SKIP_SPARE_VIEWS = 2,    /* beyond a rotation, in which silent leaders are skipped */
	DOUBLINGS_MAX = 10,
	WORK_PAUSE_MS = 10000,
	WORK_PAUSE_MOST_MS = 600000,
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
	return value > 0 ? value : otherwise;
}

/* -- Work ------------------------------------------------------------------------------------------- */

void on_work(struct consensus *core, const struct input_work *work)
{
	if (work->tx_count == 0 || core->work.tx_count == 0) {
		core->work_view = core->views.current;
		core->work_height = core->height;
	}
	/* What nothing came of may come to something with others beside it. */
	if (work->tx_count > core->work.tx_count) {
		core->built_view = 0;
		core->work_came = true;
	}
	core->work = *work;
}

/* L8: what stayed out while every leader had his turn is of no use to them; it must not make
 * us give up view after view. */
static void ignore_stale_work(struct consensus *core)
{
	uint64_t rotation = core->epoch.validators.count *
	                    core->epoch.parameters.values[PARAMETER_term_length];

	if (core->work_height != core->height) {
		core->work_view = core->views.current;
		core->work_height = core->height;
		core->work_ignored_until_ms = 0;
	}
	if (core->work.tx_count == 0 || core->views.current < core->work_view + rotation + 1 ||
	    !views_block_is_final(&core->views, views_parent(&core->views)))
		return;
	core->work_pause_ms = core->work_pause_ms == 0
	                          ? WORK_PAUSE_MS
	                          : least(2 * core->work_pause_ms, WORK_PAUSE_MOST_MS);
	core->work_ignored_until_ms = core->now_ms + core->work_pause_ms;
	core->work_view = core->views.current;
}

bool has_work(const struct consensus *core)
{
	return core->work.tx_count > 0 && core->now_ms >= core->work_ignored_until_ms;
}

bool is_heartbeat_due(const struct consensus *core)
{
	uint64_t heartbeat_ms = core->epoch.parameters.values[PARAMETER_heartbeat_ms];

	return heartbeat_ms > 0 && core->wall_ms >= core->time_ms + heartbeat_ms &&
	       core->now_ms >= core->last_final_ms + heartbeat_ms;
}

/* -- Idle ----------------------------------------------------------------------------------------------- */

static bool is_someone_waiting(const struct consensus *core)
{
	uint64_t view = core->views.current;
	struct ballot nullify = ballot_nullify(core->epoch.number, view);

	return proposals_of(core, view) || core->views.highest > view ||
	       votes_count(&core->votes, &core->epoch, &nullify) >
	           epoch_fault_count(&core->epoch);
}

static void want_heartbeat(struct consensus *core)
{
	uint64_t heartbeat_ms = core->epoch.parameters.values[PARAMETER_heartbeat_ms];
	uint64_t due_ms = core->time_ms + heartbeat_ms;

	if (heartbeat_ms > 0 && due_ms > core->wall_ms)
		want_wake(core, core->now_ms + due_ms - core->wall_ms);
}

static bool is_idle(struct consensus *core)
{
	uint64_t due_ms = core->work.oldest_ms + ANNOUNCE_MS;

	want_heartbeat(core);
	if (!views_block_is_final(&core->views, views_parent(&core->views)))
		return false;
	if (is_someone_waiting(core) || is_heartbeat_due(core))
		return false;
	if (core->work.tx_count > 0 && core->now_ms < core->work_ignored_until_ms)
		want_wake(core, core->work_ignored_until_ms);
	if (!has_work(core))
		return true;
	if (core->now_ms >= due_ms)
		return false;
	want_wake(core, due_ms);
	return true;
}

/* -- Time-outs --------------------------------------------------------------------------------------------- */

uint64_t base_timeout(const struct consensus *core)
{
	const struct consensus_config *config = &core->config;
	uint64_t least_ms = or_default(config->timeout_least_ms, TIMEOUT_LEAST_MS);
	uint64_t base_ms = or_default(config->timeout_start_ms, TIMEOUT_START_MS);

	if (core->notarize_ms > 0)
		base_ms = 4 * core->notarize_ms;
	base_ms = least(base_ms, TIMEOUT_BASE_MOST_MS);
	if (base_ms < least_ms)
		base_ms = least_ms;
	return least(base_ms, or_default(config->timeout_most_ms, TIMEOUT_MOST_MS) / 4);
}

/* T3: it grows with views that ended without a final block, once more of them failed than
 * there may be bad leaders; so it does not grow while there is no quorum at all. */
static uint64_t stretched(const struct consensus *core, uint64_t times)
{
	uint64_t failed = core->views.current - core->views.final_view;
	uint64_t step = core->epoch.parameters.values[PARAMETER_term_length] *
	                (epoch_fault_count(&core->epoch) + 1);
	uint64_t doublings = failed > 3 ? (failed - 3) / step : 0;
	uint64_t most_ms = or_default(core->config.timeout_most_ms, TIMEOUT_MOST_MS);

	return least((times * base_timeout(core)) << least(doublings, DOUBLINGS_MAX), most_ms);
}

static uint64_t silent_after_ms(const struct consensus *core)
{
	uint64_t after_ms = 10 * base_timeout(core);

	return after_ms < SILENT_LEAST_MS ? SILENT_LEAST_MS : after_ms;
}

/* T5: a leader who was not heard of for long, while a quorum was, is not waited for. Not for
 * ever: if views fail although we skip, it may be us who hear badly. */
static bool is_leader_silent(struct consensus *core)
{
	const struct peer *leader =
		&core->peers[epoch_leader(&core->epoch, core->views.current)];
	uint64_t after_ms = silent_after_ms(core);
	uint64_t rotation = core->epoch.validators.count *
	                    core->epoch.parameters.values[PARAMETER_term_length];
	size_t heard = 0;

	if (core->views.current - core->views.final_view > rotation + SKIP_SPARE_VIEWS)
		return false;
	if (core->now_ms < leader->heard_ms + after_ms) {
		want_wake(core, leader->heard_ms + after_ms);
		return false;
	}
	for (uint16_t i = 0; i < core->epoch.validators.count; i++)
		heard += i == core->epoch.self ||
		         core->now_ms < core->peers[i].heard_ms + after_ms;
	return heard >= epoch_quorum(&core->epoch);
}

void enter_view(struct consensus *core, struct effects *out)
{
	if (core->entered_view == core->views.current)
		return;
	if (core->views.current - core->views.final_view > VIEWS_HELD_MAX)
		raise_alarm(core, ALARM_WINDOW_FULL, out);
	core->entered_view = core->views.current;
	core->entered_ms = core->now_ms;
	core->armed_ms = 0;
	core->lazy_due_ms = core->now_ms + base_timeout(core) / 4;
	core->retry_due_ms = 0;
	ignore_stale_work(core);
}

void update_timer(struct consensus *core, struct effects *out)
{
	ignore_stale_work(core);
	if (is_idle(core)) {
		core->armed_ms = 0;
	} else if (core->armed_ms == 0) {
		core->armed_ms = core->now_ms;
		offer_work(core, out);
	}
}

bool is_overdue(struct consensus *core)
{
	uint64_t proposal_ms = core->armed_ms + stretched(core, 2);
	uint64_t view_ms = core->armed_ms + stretched(core, 3);

	if (core->armed_ms == 0)
		return false;
	if (!proposals_of(core, core->views.current) &&
	    epoch_leader(&core->epoch, core->views.current) != core->epoch.self) {
		if (core->now_ms >= proposal_ms || is_leader_silent(core))
			return true;
		want_wake(core, proposal_ms);
	}
	if (core->now_ms >= view_ms)
		return true;
	want_wake(core, view_ms);
	return false;
}

struct view_times consensus_view_times(const struct consensus *core)
{
	return (struct view_times){
		.base_ms = base_timeout(core),
		.proposal_ms = stretched(core, 2),
		.view_ms = stretched(core, 3),
	};
}
