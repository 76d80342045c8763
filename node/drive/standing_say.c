/* The judgement: one word, and the sentences behind it. */
#include "node/drive/standing.h"

#include <inttypes.h>

/* -- Facts ------------------------------------------------------------------------------- */

size_t standing_heard(const struct standing *standing)
{
	size_t heard = 0;

	for (size_t i = 0; i < standing->count; i++)
		heard += standing->validators[i].is_heard;
	return heard;
}

bool standing_is_behind(const struct standing *standing)
{
	return standing->best_height >= standing->height + STANDING_BEHIND;
}

bool standing_is_stale(const struct standing *standing, uint64_t uptime_ms)
{
	uint64_t age_ms = standing->final_ms < uptime_ms ? standing->final_ms : uptime_ms;
	bool has_work = standing->tx_count > 0 || standing->best_height > standing->height ||
	                (standing->armed_ms != STANDING_NEVER &&
	                 standing->armed_ms >= STANDING_STALE_MS);

	return has_work && age_ms >= STANDING_STALE_MS;
}

enum standing_word standing_judge(const struct standing *standing)
{
	if (standing->is_halted)
		return STANDING_HALTED;
	if (standing_is_behind(standing))
		return STANDING_SYNCING;
	if (standing_heard(standing) < standing->quorum)
		return STANDING_NO_QUORUM;
	if (standing->is_forgetful)
		return STANDING_FORGETFUL;
	if (standing->armed_ms == STANDING_NEVER)
		return STANDING_IDLE;
	return standing->armed_ms < STANDING_SLOW_MS ? STANDING_WORKING : STANDING_WAITING;
}

const char *standing_word_name(enum standing_word word)
{
	static const char *const names[] = {
#define STANDING_NAME(word, name) [word] = name,
		STANDING_LIST(STANDING_NAME)
#undef STANDING_NAME
	};

	return names[word];
}

const char *alarm_text(enum alarm alarm)
{
	static const char *const texts[] = {
		[ALARM_SAFETY_BROKEN] = "two certificates exclude each other: more validators lie "
								"than the network can bear",
		[ALARM_LOCAL_FAULT] = "what a quorum certified does not execute here: this machine "
							  "or this program is at fault",
		[ALARM_SAME_KEY] = "somebody votes with this node's key: another process has it, or "
						   "an old copy of the data directory was put back",
		[ALARM_WINDOW_FULL] = "too many views without a final block",
	};

	return texts[alarm];
}

/* -- Words ------------------------------------------------------------------------------- */

static void say_duration(struct buffer *out, uint64_t ms)
{
	if (ms < 1000)
		buffer_printf(out, "%" PRIu64 " ms", ms);
	else if (ms < 120000)
		buffer_printf(out, "%" PRIu64 " s", ms / 1000);
	else if (ms < 7200000)
		buffer_printf(out, "%" PRIu64 " min", ms / 60000);
	else
		buffer_printf(out, "%" PRIu64 " h", ms / 3600000);
}

static void say_count(struct buffer *out, uint64_t count, const char *noun)
{
	buffer_printf(out, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

static void say_ago(struct buffer *out, const char *what, uint64_t ms)
{
	buffer_printf(out, "%s ", what);
	say_duration(out, ms);
	buffer_append_text(out, " ago");
}

/* "org-c: connected, last vote 41 s ago, 12 blocks behind" */
static void say_validator(struct buffer *out, const struct standing *standing,
                          const struct standing_validator *validator)
{
	buffer_printf(out, "%s: ", validator->name);
	if (validator->is_self)
		buffer_append_text(out, "this node");
	else if (!validator->is_connected)
		buffer_append_text(out, "not connected");
	else if (validator->is_heard)
		buffer_append_text(out, "connected");
	else
		buffer_append_text(out, "connected but silent");
	if (!validator->is_heard && validator->heard_ms != STANDING_NEVER)
		say_ago(out, ", last heard of", validator->heard_ms);
	else if (!validator->is_heard)
		buffer_append_text(out, ", never heard of");
	if (!validator->is_self && validator->voted_ms != STANDING_NEVER)
		say_ago(out, ", last vote", validator->voted_ms);
	else if (!validator->is_self)
		buffer_append_text(out, ", no vote seen");
	if (validator->has_height && validator->height < standing->height) {
		buffer_append_text(out, ", ");
		say_count(out, standing->height - validator->height, "block");
		buffer_append_text(out, " behind");
	}
	buffer_append_text(out, "\n");
}

/* -- Who is not heard of ----------------------------------------------------------------- */

static void say_names_of_silent(struct buffer *out, const struct standing *standing)
{
	const char *between = "";

	for (size_t i = 0; i < standing->count; i++) {
		if (standing->validators[i].is_heard)
			continue;
		buffer_printf(out, "%s%s", between, standing->validators[i].name);
		between = ", ";
	}
}

static void say_each_silent(struct buffer *out, const struct standing *standing)
{
	for (size_t i = 0; i < standing->count; i++)
		if (!standing->validators[i].is_heard)
			say_validator(out, standing, &standing->validators[i]);
}

static void say_heard(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out, "%zu of %zu validators are heard of, %zu are needed\n",
	              standing_heard(standing), standing->count, standing->quorum);
	say_each_silent(out, standing);
}

static void say_no_quorum(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out,
	              "no quorum: %zu of %zu validators are heard of, %zu are needed; no block "
	              "can be final until %zu more of these come back: ",
	              standing_heard(standing), standing->count, standing->quorum,
	              standing->quorum - standing_heard(standing));
	say_names_of_silent(out, standing);
	buffer_append_text(out, "\n");
	say_each_silent(out, standing);
}

/* -- What is waited for ------------------------------------------------------------------- */

enum awaited { AWAIT_PROPOSAL, AWAIT_NOTARIZE, AWAIT_NULLIFY, AWAIT_FINALIZE };

static bool has_voted(const struct standing_validator *validator, enum awaited awaited)
{
	switch (awaited) {
	case AWAIT_PROPOSAL:
		break;
	case AWAIT_NOTARIZE:
		return validator->has_notarized;
	case AWAIT_NULLIFY:
		return validator->has_nullified;
	case AWAIT_FINALIZE:
		return validator->has_finalized;
	}
	return false;
}

static size_t votes_here(const struct standing *standing, enum awaited awaited)
{
	size_t count = 0;

	for (size_t i = 0; i < standing->count; i++)
		count += has_voted(&standing->validators[i], awaited);
	return count;
}

static enum awaited awaited_now(const struct standing *standing)
{
	if (votes_here(standing, AWAIT_NULLIFY) > 0)
		return AWAIT_NULLIFY;
	if (standing->has_proposal)
		return AWAIT_NOTARIZE;
	if (standing->open_view > 0 && standing->tx_count == 0)
		return AWAIT_FINALIZE;
	return AWAIT_PROPOSAL;
}

static void say_since(struct buffer *out, const struct standing *standing)
{
	buffer_append_text(out, ", for ");
	say_duration(out, standing->armed_ms);
	buffer_append_text(out, " now\n");
}

static void say_awaited(struct buffer *out, const struct standing *standing,
                        enum awaited awaited)
{
	size_t here = votes_here(standing, awaited);

	switch (awaited) {
	case AWAIT_PROPOSAL:
		buffer_printf(out, "waiting for the proposal of %s, who leads view %" PRIu64,
		              standing->validators[standing->leader].name, standing->view);
		break;
	case AWAIT_NOTARIZE:
		buffer_printf(out,
		              "waiting for votes on the proposal of view %" PRIu64
		              ": %zu of %zu so far",
		              standing->view, here, standing->quorum);
		break;
	case AWAIT_NULLIFY:
		buffer_printf(out,
		              "waiting for votes to give up view %" PRIu64
		              ", whose leader is %s: %zu of %zu so far",
		              standing->view, standing->validators[standing->leader].name, here,
		              standing->quorum);
		break;
	case AWAIT_FINALIZE:
		buffer_printf(out,
		              "waiting for votes that make the block of view %" PRIu64
		              " final: %zu of %zu so far",
		              standing->open_view, here, standing->quorum);
		break;
	}
	say_since(out, standing);
}

/* Those whose vote is missing; of a proposal, its leader. With `silent_too` false those who are
 * not heard of were named already. */
static void say_missing(struct buffer *out, const struct standing *standing,
                        enum awaited awaited, bool silent_too)
{
	for (size_t i = 0; i < standing->count; i++) {
		const struct standing_validator *validator = &standing->validators[i];
		bool is_missing = awaited == AWAIT_PROPOSAL ? i == standing->leader
		                                            : !has_voted(validator, awaited);

		if (is_missing && (silent_too || validator->is_heard))
			say_validator(out, standing, validator);
	}
}

static void say_waiting(struct buffer *out, const struct standing *standing,
                        bool silent_too)
{
	enum awaited awaited = awaited_now(standing);

	if (standing->armed_ms == STANDING_NEVER || standing->count == 0)
		return;
	say_awaited(out, standing, awaited);
	if (standing->armed_ms >= STANDING_SLOW_MS)
		say_missing(out, standing, awaited, silent_too);
}

/* -- The other words ---------------------------------------------------------------------- */

static void say_halted(struct buffer *out, const struct standing *standing)
{
	buffer_append_text(out, "this node signs nothing more: a person has to look\n");
	for (unsigned alarm = 0; alarm <= ALARM_WINDOW_FULL; alarm++)
		if (standing->alarms & 1U << alarm)
			buffer_printf(out, "%s\n", alarm_text((enum alarm)alarm));
}

static void say_syncing(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out, "catching up: block %" PRIu64 " of %" PRIu64 " is here, ",
	              standing->height, standing->best_height);
	say_count(out, standing->best_height - standing->height, "block");
	buffer_append_text(out, " behind what ");
	say_count(out, standing->ahead_count, "peer");
	buffer_printf(out, " say%s\n", standing->ahead_count == 1 ? "s" : "");
}

static void say_final(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out, "the newest final block is %" PRIu64, standing->height);
	if (standing->final_ms != STANDING_NEVER)
		say_ago(out, ", of", standing->final_ms);
	buffer_append_text(out, "\n");
}

static void say_idle(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out, "nothing is waited for: block %" PRIu64 " is final, and ",
	              standing->height);
	if (standing->tx_count == 0)
		buffer_append_text(out, "no transaction waits\n");
	else
		buffer_printf(out,
		              "no leader took the %" PRIu64
		              " transactions that wait; it is tried again later\n",
		              standing->tx_count);
}

static void say_forgetful(struct buffer *out, const struct standing *standing)
{
	buffer_printf(out,
	              "what this validator signed is forgotten: it votes again when %zu others "
	              "have told where they stand, %zu have\n",
	              standing->quorum, standing->told_count);
}

void standing_say(const struct standing *standing, struct buffer *out)
{
	enum standing_word word = standing_judge(standing);

	switch (word) {
	case STANDING_HALTED:
		say_halted(out, standing);
		break;
	case STANDING_SYNCING:
		say_syncing(out, standing);
		break;
	case STANDING_NO_QUORUM:
		say_no_quorum(out, standing);
		say_waiting(out, standing, false);
		break;
	case STANDING_FORGETFUL:
		say_heard(out, standing);
		break;
	case STANDING_WAITING:
		say_waiting(out, standing, true);
		say_final(out, standing);
		break;
	case STANDING_WORKING:
		say_waiting(out, standing, true);
		say_heard(out, standing);
		break;
	case STANDING_IDLE:
		say_idle(out, standing);
		say_heard(out, standing);
		break;
	}
	if (standing->is_forgetful)
		say_forgetful(out, standing);
	if (standing->self == NOBODY && standing->count > 0)
		buffer_append_text(out, "this node follows: it does not vote\n");
}
