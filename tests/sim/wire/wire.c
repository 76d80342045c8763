/* wired.h with node/p2p: a pair of nodes has one connection at a time, with a session at each end.
 *
 *     drive -> session -> bytes in flight, a window of them -> session -> drive
 *
 * What TCP does to bytes is here: they come whole and in order, a lost piece comes later and holds
 * up all behind it, and while a link is cut nothing comes until it is mended or a session has had
 * enough. An end whose other end is gone is told so when it writes. */
#include "tests/sim/wire/inner.h"

#include "node/p2p/types.h"
#include "tests/sim/wire/line.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	WINDOW = 256 << 10,     /* bytes in flight, then nothing more is written */
	TICK_US = 100000,
	AGAIN_US = 50000,       /* until a piece is sent again over a link that is cut */
	SPOILT_MILLIONTHS = 300, /* of the pieces: a bit is wrong on the way */
};

_Static_assert((int)TOWN_MAX == (int)SIM_KEYS_APART, "a seed has no more nodes");

struct end {
	struct line *line;  /* NULL: none */
	bool is_open;       /* the drive knows */
	bool is_dialed;     /* by this node */
	size_t in_flight;
	uint64_t sent, got; /* pieces */
	uint64_t last_us;   /* when the last one arrives */
};

struct pair {
	struct end ends[2]; /* of the node with the smaller index, and of the other one */
	uint32_t serial;
	bool is_spoilt;     /* bits of this connection were changed: who blames whom says nothing */
};

static struct pair pairs[TOWN_MAX][TOWN_MAX];
static uint64_t us_of_kib; /* the links' rate */

static struct {
	unsigned long made, opened, spoilt, reset, silent, probed;
} counts;

static void tell_counts(void)
{
	printf("lines: %lu made, %lu opened, %lu spoilt, %lu reset, %lu ended by a session, %lu "
	       "asked whether they live\n",
	       counts.made, counts.opened, counts.spoilt, counts.reset, counts.silent,
	       counts.probed);
}

static struct pair *pair_of(uint16_t a, uint16_t b)
{
	return a < b ? &pairs[a][b] : &pairs[b][a];
}

static struct end *end_of(uint16_t node, uint16_t other)
{
	return &pair_of(node, other)->ends[node > other];
}

uint64_t wire_now_ms(struct sim *sim, uint16_t node)
{
	return node_moment(sim, &sim->nodes[node]).now_ms;
}

/* -- Events ------------------------------------------------------------------------------------ */

static struct wire_event *wire_event(enum wire_kind kind, uint16_t from, uint16_t to, size_t size)
{
	struct wire_event *wire = malloc(sizeof *wire + size);

	if (!wire)
		abort();
	*wire = (struct wire_event){.kind = kind, .from = from, .to = to, .size = size};
	return wire;
}

/* Whose process it waits for. */
static uint16_t owner_of(const struct wire_event *wire)
{
	return wire->kind == WIRE_SAY ? wire->from : wire->to;
}

static void push(struct sim *sim, struct wire_event *wire, uint64_t at_us)
{
	struct event event = {.at_us = at_us, .kind = EVENT_WIRE, .node = owner_of(wire), .job = wire};

	queue_push(&sim->queue, &event);
}

void wire_remind(struct sim *sim, enum wire_kind kind, uint16_t node, uint16_t from,
                 uint64_t number, struct bytes_view bytes, uint64_t at_us)
{
	struct wire_event *wire = wire_event(kind, from, node, bytes.size);

	if (bytes.size > 0)
		memcpy(wire->bytes, bytes.at, bytes.size);
	wire->serial = sim->nodes[node].life;
	wire->number = number;
	push(sim, wire, at_us);
}

static void push_tick(struct sim *sim, uint16_t node)
{
	wire_remind(sim, WIRE_TICK, node, node, 0, bytes_view(NULL, 0),
	            sim->now_us + TICK_US / 2 + lots_below(&sim->lots, TICK_US));
}

static void push_reset(struct sim *sim, uint16_t from, uint16_t to, uint32_t serial,
                       uint64_t not_before_us)
{
	struct wire_event *wire = wire_event(WIRE_RESET, from, to, 0);
	uint64_t at_us = sim->now_us + network_delay(sim);

	wire->serial = serial;
	push(sim, wire, at_us > not_before_us ? at_us : not_before_us);
}

/* -- Writing ------------------------------------------------------------------------------------ */

static void push_piece(struct sim *sim, uint16_t from, uint16_t to, const uint8_t *bytes,
                       size_t size)
{
	struct end *end = end_of(from, to);
	struct wire_event *wire = wire_event(WIRE_BYTES, from, to, size);
	uint64_t at_us = sim->now_us + network_delay(sim);

	memcpy(wire->bytes, bytes, size);
	wire->serial = pair_of(from, to)->serial;
	wire->number = end->sent++;
	if (!sim->is_healed && lots_hit(&sim->lots, sim->rates.loss)) {
		sim->faults[CHAOS_LOST]++;
		at_us += lots_between(&sim->lots, SIM_SECOND_US / 5, SIM_SECOND_US);
	}
	if (!sim->is_healed && lots_hit(&sim->lots, SPOILT_MILLIONTHS)) {
		wire->bytes[lots_below(&sim->lots, size)] ^= (uint8_t)(1 << lots_below(&sim->lots, 8));
		pair_of(from, to)->is_spoilt = true;
		counts.spoilt++;
	}
	if (at_us < end->last_us)
		at_us = end->last_us;
	end->last_us = at_us + size * us_of_kib / 1024;
	end->in_flight += size;
	push(sim, wire, end->last_us);
	sim->messages++;
	sim->bytes += size;
}

static void flush(struct sim *sim, uint16_t from, uint16_t to)
{
	static uint8_t out[LINE_OUTPUT_MAX];
	struct end *end = end_of(from, to);

	while (end->line && end->in_flight < WINDOW) {
		size_t size = line_output(end->line, out, wire_now_ms(sim, from));

		if (size == 0)
			return;
		push_piece(sim, from, to, out, size);
	}
}

void wire_say(struct sim *sim, uint16_t from, uint16_t to, uint16_t type,
              struct bytes_view bytes)
{
	struct end *end = end_of(from, to);

	if (!sim->nodes[from].is_up || !end->is_open)
		return;
	line_send(end->line, type, bytes, wire_now_ms(sim, from));
	flush(sim, from, to);
}

/* Of consensus. */
static void say(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes)
{
	wire_say(sim, from, to, type_of_consensus(bytes.at[0]), bytes);
}

static void send(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes,
                 uint64_t late_us)
{
	struct wire_event *wire;

	if (late_us == 0) {
		say(sim, from, to, bytes);
		return;
	}
	wire = wire_event(WIRE_SAY, from, to, bytes.size);
	memcpy(wire->bytes, bytes.at, bytes.size);
	push(sim, wire, sim->now_us + late_us);
}

/* -- The end of a connection -------------------------------------------------------------------- */

static void forget_end(uint16_t node, uint16_t other)
{
	struct end *end = end_of(node, other);

	line_free(end->line);
	*end = (struct end){0};
}

static void tell_node(struct sim *sim, uint16_t node, uint16_t other, bool was_open, bool broke)
{
	uint16_t number = party_number(node, other);

	party_on_end(sim, node, other, was_open, broke);
	if (was_open)
		drive_on_disconnected(sim->nodes[node].drive, number);
}

/* By its session. No honest node may find that another one broke the protocol. */
static void on_ended(struct sim *sim, uint16_t node, uint16_t other)
{
	struct pair *pair = pair_of(node, other);
	struct end *end = end_of(node, other);
	bool was_open = end->is_open, broke = line_is_broken(end->line);

	if (line_blames(end->line) && !pair->is_spoilt && !sim->nodes[other].liar &&
	    !sim->nodes[node].liar)
		sim_violate(sim, "node %u ends the line to honest node %u: %s", node, other,
		            line_why(end->line));
	sim_say(sim, node, "ends the line to %u: %s", other, line_why(end->line));
	counts.silent++;
	push_reset(sim, node, other, pair->serial, end->last_us);
	forget_end(node, other);
	tell_node(sim, node, other, was_open, broke);
}

/* -- Reading ------------------------------------------------------------------------------------ */

static void set_validator(struct sim *sim, uint16_t node, uint16_t other)
{
	const struct drive *drive = sim->nodes[node].drive;

	line_set_validator(end_of(node, other)->line,
	                   drive->peers[party_number(node, other)].index <
	                           drive->consensus.epoch.validators.count);
}

static void on_message(struct sim *sim, uint16_t index, uint16_t from, uint16_t type,
                       struct bytes_view bytes)
{
	struct node *node = &sim->nodes[index];
	struct moment moment = node_moment(sim, node);

	if (!type_is_of_consensus(type))
		party_on_message(sim, index, from, type, bytes);
	else if (!node->liar || !node->liar->on_receive ||
	         node->liar->on_receive(sim, index, from, bytes))
		drive_on_message(node->drive, party_number(index, from), bytes, &moment);
}

static void read_all(struct sim *sim, uint16_t node, uint16_t other)
{
	struct end *end = end_of(node, other);
	struct moment moment = node_moment(sim, &sim->nodes[node]);
	struct bytes_view message = {0};
	uint16_t type = 0;

	while (end->line) {
		switch (line_next(end->line, &type, &message, moment.now_ms)) {
		case LINE_NOTHING:
			flush(sim, node, other);
			return;
		case LINE_OPEN:
			counts.opened++;
			end->is_open = true;
			sim_say(sim, node, "has a line to %u", other);
			party_on_open(sim, node, other, end->is_dialed);
			drive_on_connected(sim->nodes[node].drive, party_number(node, other),
			                   &sim->nodes[other].vote_key, &moment);
			set_validator(sim, node, other);
			party_see_peers(node);
			break;
		case LINE_MESSAGE:
			on_message(sim, node, other, type, message);
			break;
		case LINE_ENDED:
			on_ended(sim, node, other);
			return;
		}
	}
}

/* A piece that comes too early waits for those before it. */
static void on_bytes(struct sim *sim, struct wire_event **event)
{
	struct wire_event *wire = *event;
	struct end *end = end_of(wire->to, wire->from), *sender = end_of(wire->from, wire->to);
	bool is_present = wire->serial == pair_of(wire->from, wire->to)->serial;
	bool is_lost = !network_is_open(sim, wire->from, wire->to);

	if (is_lost || (is_present && end->line && wire->number != end->got)) {
		push(sim, wire, sim->now_us + AGAIN_US);
		*event = NULL;
		return;
	}
	if (!is_present || !end->line) {
		push_reset(sim, wire->to, wire->from, wire->serial, 0);
		return;
	}
	end->got++;
	line_feed(end->line, bytes_view(wire->bytes, wire->size));
	read_all(sim, wire->to, wire->from);
	if (sender->line && is_present && pair_of(wire->from, wire->to)->serial == wire->serial) {
		sender->in_flight -= wire->size;
		flush(sim, wire->from, wire->to);
	}
}

static void on_reset(struct sim *sim, const struct wire_event *wire)
{
	struct end *end = end_of(wire->to, wire->from);
	bool was_open = end->is_open;

	if (!end->line || wire->serial != pair_of(wire->from, wire->to)->serial ||
	    !network_is_open(sim, wire->from, wire->to))
		return;
	counts.reset++;
	sim_say(sim, wire->to, "lost the line to %u", wire->from);
	forget_end(wire->to, wire->from);
	tell_node(sim, wire->to, wire->from, was_open, false);
}

/* -- Making one --------------------------------------------------------------------------------- */

enum call_answer wire_call(struct sim *sim, uint16_t node, uint16_t other)
{
	struct pair *pair = pair_of(node, other);
	struct end *own = end_of(node, other), *theirs = end_of(other, node);
	unsigned remote = other;
	uint64_t seed;

	if (!network_is_open(sim, node, other) || !network_is_open(sim, other, node))
		return CALL_SILENT;
	if (!sim->nodes[other].is_up)
		return lots_below(&sim->lots, 2) == 0 ? CALL_REFUSED : CALL_SILENT;
	/* They think that there is one: it is looked into, and we come again. */
	if (theirs->line) {
		counts.probed++;
		line_probe(theirs->line, wire_now_ms(sim, other));
		flush(sim, other, node);
		return CALL_REFUSED;
	}
	seed = (uint64_t)lots_u32(&sim->lots) << 32 | lots_u32(&sim->lots);
	pair->serial++;
	pair->is_spoilt = false;
	*own = (struct end){.line = line_new(node, &remote, seed, wire_now_ms(sim, node)),
	                    .is_dialed = true};
	*theirs = (struct end){.line = line_new(other, NULL, ~seed, wire_now_ms(sim, other))};
	counts.made++;
	flush(sim, node, other);
	return CALL_BEGUN;
}

bool wire_has_line(uint16_t node, uint16_t other)
{
	return node == other || end_of(node, other)->line;
}

bool wire_is_open(uint16_t node, uint16_t other)
{
	return end_of(node, other)->is_open;
}

size_t wire_waiting(uint16_t node, uint16_t other)
{
	const struct end *end = end_of(node, other);

	return end->line ? line_waiting(end->line) : 0;
}

void wire_close(struct sim *sim, uint16_t node, uint16_t other, const char *what)
{
	struct end *end = end_of(node, other);

	if (end->line)
		line_close(end->line, what, wire_now_ms(sim, node));
}

static void on_tick(struct sim *sim, uint16_t node)
{
	for (uint16_t other = 0; other < sim->node_count; other++) {
		struct end *end = end_of(node, other);

		if (other == node || !end->line)
			continue;
		if (end->is_open)
			set_validator(sim, node, other);
		if (line_tick(end->line, wire_now_ms(sim, node)) == LINE_ENDED)
			on_ended(sim, node, other);
		else
			flush(sim, node, other);
	}
	party_tick(sim, node);
}

/* -- What the simulator calls ------------------------------------------------------------------- */

static void begin(struct sim *sim)
{
	static bool is_counted;

	if (!is_counted)
		atexit(tell_counts);
	is_counted = true;
	memset(pairs, 0, sizeof pairs);
	/* A handshake has five seconds for three ways: no link may take that long for ever. */
	sim->rates.is_far = false;
	if (sim->rates.delay_us > SIM_SECOND_US / 2)
		sim->rates.delay_us = lots_between(&sim->lots, 200, 50000);
	us_of_kib = lots_between(&sim->lots, 1, 100); /* 10 MB/s to 1 GB/s */
	parties_begin(sim);
}

static void end(struct sim *sim)
{
	for (uint16_t i = 0; i < sim->node_count; i++)
		for (uint16_t j = 0; j < sim->node_count; j++)
			if (i != j)
				line_free(end_of(i, j)->line);
	memset(pairs, 0, sizeof pairs);
	parties_end();
}

static void start(struct sim *sim, uint16_t node)
{
	party_start(sim, node);
	push_tick(sim, node);
}

/* The system closes what a process had open; a machine that fails closes nothing. */
static void crash(struct sim *sim, uint16_t node)
{
	bool is_told = lots_below(&sim->lots, 2) == 0;

	for (uint16_t other = 0; other < sim->node_count; other++) {
		if (other == node || !end_of(node, other)->line)
			continue;
		if (is_told)
			push_reset(sim, node, other, pair_of(node, other)->serial, 0);
		forget_end(node, other);
	}
	party_crash(node);
}

static void forget(struct sim *sim, uint16_t node)
{
	(void)sim;
	party_forget(node);
}

static void blame(struct sim *sim, uint16_t node, uint16_t peer)
{
	struct end *end = end_of(node, peer);

	if (end->line)
		line_blame(end->line, wire_now_ms(sim, node));
}

static void handle_one(struct sim *sim, struct wire_event **event)
{
	struct wire_event *wire = *event;
	struct node *node = &sim->nodes[owner_of(wire)];

	switch (wire->kind) {
	case WIRE_BYTES:
		on_bytes(sim, event);
		break;
	case WIRE_RESET:
		on_reset(sim, wire);
		break;
	case WIRE_TICK:
		if (!node->is_up || wire->serial != node->life)
			return;
		on_tick(sim, wire->to);
		push_tick(sim, wire->to);
		break;
	case WIRE_STEP:
	case WIRE_RECORDS:
		if (!node->is_up || wire->serial != node->life)
			return;
		party_remember(sim, wire);
		break;
	case WIRE_SAY:
		say(sim, wire->from, wire->to, bytes_view(wire->bytes, wire->size));
		break;
	}
	if (node->is_up)
		check_node(sim, node);
}

/* A paused process sees it all when it goes on. */
static void handle(struct sim *sim, struct event *event)
{
	struct wire_event *wire = event->job;
	const struct node *node = &sim->nodes[owner_of(wire)];

	if (node->is_up && sim->now_us < node->paused_until_us)
		push(sim, wire, node->paused_until_us);
	else {
		handle_one(sim, &wire);
		free(wire);
	}
}

static const struct wired WIRED = {
	.draw = parties_draw,
	.begin = begin,
	.end = end,
	.start = start,
	.crash = crash,
	.send = send,
	.blame = blame,
	.handle = handle,
	.forget = forget,
	.other = party_other,
	.source = party_source,
	.submitted = party_submitted,
	.stored = party_stored,
	.mesh_most_us = mesh_most_us,
	.mesh_lacks = mesh_lacks,
	.settled_lacks = settled_lacks,
};

const struct wired *const sim_wired = &WIRED;
