/* Relay and finder of each node, carried by the simulator: its lines, its time, its disk. */
#include "tests/sim/wire/inner.h"

#include "tests/sim/keys.h"
#include "tests/sim/wire/gossip.h"
#include "tests/sim/wire/sins.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	RECORDS_CHECK_US = 300,
	BUSY_US = 3 * SIM_SECOND_US,
	SAVE_US = 4 * SIM_SECOND_US, /* more or less: of 15 minutes a run has none */
	CHAOS_MORE_US = 40 * SIM_SECOND_US,
	CLIENT_MORE_US = 50000, /* where runs are long */
};

struct party {
	struct gossip *gossip;   /* NULL: it is down */
	struct sim *sim;
	uint16_t node;
	uint64_t wake_us, timer; /* the newest wish alone counts */
	struct buffer saved;     /* on its disk */
	uint64_t save_us;
	bool is_hidden;
	uint16_t known[GOSSIP_KNOWN_MAX];
	size_t known_count;
	bool has_sin;            /* of those of sins.h */
	enum sin sin;
	struct sinner *sinner;   /* NULL: it has none, or is down */
};

/* Honest in all but what it says beside consensus. */
static const struct liar GOSSIPER = {.name = "gossiper"};

static struct party parties[TOWN_MAX];
static unsigned long sins[SIN_COUNT];
static bool are_listed;    /* validators, with their addresses, by the ledger */
static bool are_kept;      /* whom a node knows, as p2p.peers */

static struct gossip_time time_of(const struct party *party)
{
	struct moment moment = node_moment(party->sim, &party->sim->nodes[party->node]);

	return (struct gossip_time){moment.now_ms, moment.wall_ms / 1000};
}

/* -- Time --------------------------------------------------------------------------------------- */

/* As gossip's timer: what one turn brings up leaves together. */
static void arm(struct party *party)
{
	uint64_t at_ms = gossip_wake_ms(party->gossip), now_us = party->sim->now_us, at_us;

	if (at_ms == UINT64_MAX)
		return;
	at_us = at_ms > 0 ? (at_ms - 1) * 1000 : 0;
	if (at_us <= now_us)
		at_us = now_us + 1;
	if (at_us >= party->wake_us)
		return;
	party->wake_us = at_us;
	wire_remind(party->sim, WIRE_STEP, party->node, party->node, ++party->timer,
	            bytes_view(NULL, 0), at_us);
}

/* -- What gossip asks for -------------------------------------------------------------------------- */

static void close_line(void *owner, uint16_t to, const char *what)
{
	const struct party *party = owner;

	wire_close(party->sim, party->node, to, what);
}

static void send_to(void *owner, uint16_t to, uint16_t type, struct bytes_view bytes)
{
	const struct party *party = owner;

	if (!party->sinner || party->sim->is_quiet || sinner_lets(party->sinner, type, bytes))
		wire_say(party->sim, party->node, to, type, bytes);
}

/* -- What a sinner asks for ------------------------------------------------------------------------- */

static void send_sin(void *owner, uint16_t to, uint16_t type, struct bytes_view bytes)
{
	const struct party *party = owner;

	wire_say(party->sim, party->node, to, type, bytes);
}

static bool is_open(void *owner, uint16_t to)
{
	const struct party *party = owner;

	return wire_is_open(party->node, to);
}

static void begin_sin(struct party *party)
{
	const struct sin_world world = {party, send_sin, close_line, is_open};
	struct sim *sim = party->sim;

	if (party->has_sin)
		party->sinner = sinner_new(
			party->sin, (uint64_t)lots_u32(&sim->lots) << 32 | lots_u32(&sim->lots), &world);
}

static size_t waiting(void *owner, uint16_t to)
{
	const struct party *party = owner;

	return wire_waiting(party->node, to);
}

static bool has_line(void *owner, uint16_t to)
{
	const struct party *party = owner;

	return wire_has_line(party->node, to);
}

/* Workers have much to do now and then: whose work it was may have left, and another have his number. */
static uint64_t busy_us(struct sim *sim)
{
	return lots_below(&sim->lots, 8) == 0 ? lots_below(&sim->lots, BUSY_US) : 0;
}

static void take(void *owner, uint16_t source, uint64_t serial, struct bytes_view tx)
{
	const struct party *party = owner;
	uint8_t *entry = malloc(2 + tx.size);

	if (!entry)
		abort();
	put_le16(entry, (uint16_t)tx.size);
	memcpy(entry + 2, tx.at, tx.size);
	node_ingest(party->sim, party->node, bytes_view(entry, 2 + tx.size), source, serial,
	            busy_us(party->sim));
	free(entry);
}

static void check(void *owner, uint16_t source, uint64_t serial, struct bytes_view records)
{
	const struct party *party = owner;

	wire_remind(party->sim, WIRE_RECORDS, party->node, source, serial, records,
	            party->sim->now_us + RECORDS_CHECK_US + busy_us(party->sim));
}

static enum call_answer call(void *owner, uint16_t to)
{
	const struct party *party = owner;

	return parties[to].is_hidden ? CALL_SILENT : wire_call(party->sim, party->node, to);
}

static void blame(void *owner, uint16_t to, const char *what)
{
	const struct party *party = owner;
	struct sim *sim = party->sim;

	if (!sim->nodes[party->node].liar && !sim->nodes[to].liar)
		sim_violate(sim, "node %u blames honest node %u for %s", party->node, to, what);
	sim_say(sim, party->node, "blames %u for %s", to, what);
	sim_wired->blame(sim, party->node, to);
}

/* -- Begin and end ----------------------------------------------------------------------------------- */

/* There are always some who only follow. */
void parties_draw(struct sim *sim)
{
	struct rates *rates = &sim->rates;

	if (rates->spares == 0)
		rates->spares = 1 + (size_t)lots_below(&sim->lots, 3);
	if (rates->validators + rates->spares < TOWN_MAX)
		rates->spares += (size_t)lots_below(&sim->lots, 2);
}

static uint16_t some_other(struct sim *sim, uint16_t node)
{
	uint16_t other = (uint16_t)lots_below(&sim->lots, sim->node_count - 1);

	return (uint16_t)(other + (other >= node));
}

/* Each honest node knows one that comes before it in some order: so they are one town. Whom it knows
 * besides may be anybody. */
static void choose_known(struct sim *sim)
{
	uint16_t order[TOWN_MAX];
	size_t count = 0;

	for (uint16_t i = 0; i < sim->node_count; i++) {
		struct party *party = &parties[i];
		bool is_first = count == 0;

		if (sim->node_count == 1)
			return;
		party->known[0] = sim->nodes[i].liar || is_first
		                      ? some_other(sim, i)
		                      : order[lots_below(&sim->lots, count)];
		party->known_count = 1;
		if (lots_below(&sim->lots, 2) == 0)
			party->known[party->known_count++] = some_other(sim, i);
		if (!sim->nodes[i].liar && !party->is_hidden)
			order[count++] = i;
	}
}

/* Whoever lies to validators may lie to all; and of those who follow, who are no danger to consensus,
 * some lie beside it alone. */
static void choose_sinners(struct sim *sim)
{
	for (uint16_t i = 0; i < sim->node_count; i++) {
		struct party *party = &parties[i];

		if (i >= sim->rates.validators && !sim->nodes[i].liar &&
		    lots_below(&sim->lots, 3) == 0)
			sim->nodes[i].liar = &GOSSIPER;
		party->has_sin = sim->nodes[i].liar && (sim->nodes[i].liar == &GOSSIPER ||
		                                        lots_below(&sim->lots, 4) > 0);
		party->sin = (enum sin)lots_below(&sim->lots, SIN_COUNT);
		if (party->has_sin) {
			sins[party->sin]++;
			sim_say(sim, i, "%s", sin_name(party->sin));
		}
	}
}

void parties_begin(struct sim *sim)
{
	memset(parties, 0, sizeof parties);
	town_begin(&sim->network.genesis, (unsigned)sim->node_count,
	           lots_below(&sim->lots, 2) == 0);
	gossip_begin();
	/* Whoever finds ten stops to look for more: of more than eleven only the ledger says that
	 * they have to meet. */
	are_listed = lots_below(&sim->lots, 2) == 0 || sim->node_count > 11;
	are_kept = lots_below(&sim->lots, 2) == 0;
	/* It takes half a minute until all have looked for others. */
	if (!are_listed) {
		sim->rates.chaos_us += lots_below(&sim->lots, CHAOS_MORE_US);
		sim->rates.client_every_us += CLIENT_MORE_US;
	}
	for (uint16_t i = 0; i < sim->node_count; i++) {
		parties[i].sim = sim;
		parties[i].node = i;
		buffer_init(&parties[i].saved, 32 << 20);
	}
	/* Whom nobody can call has to know whom to call. */
	if (are_listed && sim->node_count > 2 && lots_below(&sim->lots, 3) == 0)
		parties[lots_below(&sim->lots, sim->node_count)].is_hidden = true;
	choose_sinners(sim);
	choose_known(sim);
}

static void tell_sums(void)
{
	const struct gossip_sums *sums = &gossip_sums;

	printf("relay: %llu names told, %llu heard, %llu asked for, %llu came, %llu given, "
	       "%llu denied, %llu pushed, %llu told anew, %llu beyond the rate, %llu in vain, "
	       "%llu faulty\n",
	       (unsigned long long)sums->announced, (unsigned long long)sums->heard,
	       (unsigned long long)sums->asked, (unsigned long long)sums->delivered,
	       (unsigned long long)sums->served, (unsigned long long)sums->not_found,
	       (unsigned long long)sums->pushed, (unsigned long long)sums->repaired,
	       (unsigned long long)sums->surplus, (unsigned long long)sums->timeouts,
	       (unsigned long long)sums->faulty);
	printf("finder: %llu records taken, %llu visits, %llu met, %llu not met, %llu feelers, "
	       "%llu books written, %llu discouraged\n",
	       (unsigned long long)sums->records_taken, (unsigned long long)sums->visits,
	       (unsigned long long)sums->met, (unsigned long long)sums->unmet,
	       (unsigned long long)sums->feelers, (unsigned long long)sums->saved_books,
	       (unsigned long long)sums->discouraged);
	printf("who lies beside consensus:");
	for (enum sin sin = 0; sin < SIN_COUNT; sin++)
		printf("%s %lu %s", sin == 0 ? "" : ",", sins[sin], sin_name(sin));
	printf("\n");
	settled_tell();
}

void parties_end(void)
{
	static bool is_counted;

	if (!is_counted)
		atexit(tell_sums);
	is_counted = true;
	for (size_t i = 0; i < TOWN_MAX; i++)
		buffer_close(&parties[i].saved);
	gossip_end();
	town_end();
}

bool parties_are_listed(void)
{
	return are_listed;
}

void party_start(struct sim *sim, uint16_t node)
{
	struct party *party = &parties[node];
	const struct gossip_world world = {
		.owner = party,
		.send = send_to,
		.waiting = waiting,
		.has_line = has_line,
		.take = take,
		.check = check,
		.call = call,
		.close = close_line,
		.blame = blame,
	};
	struct gossip_config config = {
		.self = node,
		.seed = (uint64_t)lots_u32(&sim->lots) << 32 | lots_u32(&sim->lots),
		.drive = sim->nodes[node].drive,
		.is_hidden = party->is_hidden,
		.known = {party->known[0], party->known[1]},
		.known_count = party->known_count,
		.is_known_kept = are_kept,
		.saved = buffer_view(&party->saved),
	};
	struct gossip_time time = time_of(party);

	party->gossip = gossip_new(&config, &world, &time);
	party->wake_us = UINT64_MAX;
	party->save_us = sim->now_us + lots_below(&sim->lots, 2 * SAVE_US);
	begin_sin(party);
	arm(party);
}

void party_crash(uint16_t node)
{
	sinner_free(parties[node].sinner);
	parties[node].sinner = NULL;
	gossip_free(parties[node].gossip);
	parties[node].gossip = NULL;
}

void party_forget(uint16_t node)
{
	buffer_clear(&parties[node].saved);
}

/* -- Lines ---------------------------------------------------------------------------------------------- */

void party_on_open(struct sim *sim, uint16_t node, uint16_t other, bool is_dialed)
{
	struct gossip_time time = time_of(&parties[node]);

	(void)sim;
	gossip_on_open(parties[node].gossip, other, is_dialed, &time);
	arm(&parties[node]);
}

void party_see_peers(uint16_t node)
{
	gossip_see_peers(parties[node].gossip);
}

void party_on_end(struct sim *sim, uint16_t node, uint16_t other, bool was_open, bool broke)
{
	struct gossip_time time = time_of(&parties[node]);

	(void)sim;
	gossip_on_end(parties[node].gossip, other, was_open, broke, &time);
	arm(&parties[node]);
}

void party_on_message(struct sim *sim, uint16_t node, uint16_t from, uint16_t type,
                      struct bytes_view bytes)
{
	struct gossip_time time = time_of(&parties[node]);

	if (parties[node].sinner && !sim->is_quiet)
		sinner_hears(parties[node].sinner, from, type, bytes, time.now_s);
	gossip_on_message(parties[node].gossip, from, type, bytes, &time);
	arm(&parties[node]);
}

/* -- Turns ------------------------------------------------------------------------------------------------ */

static void check_party(const struct party *party, uint64_t now_ms)
{
	const struct sim *sim = party->sim;
	bool is_honest[TOWN_MAX] = {false};
	const char *what;

	if (sim->nodes[party->node].liar)
		return;
	for (size_t i = 0; i < sim->node_count; i++)
		is_honest[i] = !sim->nodes[i].liar;
	what = gossip_check(party->gossip, is_honest, now_ms);
	if (what)
		sim_violate(party->sim, "gossip: node %u: %s", party->node, what);
}

/* As the ledger of this node says by now. */
static void find_listed(const struct party *party, bool kept[TOWN_MAX])
{
	const struct sim *sim = party->sim;
	const struct epoch *epoch = &sim->nodes[party->node].drive->consensus.epoch;
	size_t index;

	for (size_t i = 0; i < sim->node_count; i++)
		kept[i] = are_listed && !parties[i].is_hidden &&
		          validators_find(&epoch->validators, &sim->nodes[i].account, &index);
}

void party_tick(struct sim *sim, uint16_t node)
{
	struct party *party = &parties[node];
	struct gossip_time time = time_of(party);
	bool kept[TOWN_MAX] = {false};

	find_listed(party, kept);
	gossip_tick(party->gossip, kept, &time);
	if (sim->now_us >= party->save_us) {
		party->save_us = sim->now_us + lots_below(&sim->lots, 2 * SAVE_US);
		gossip_save(party->gossip, &party->saved);
	}
	if (party->sinner && !sim->is_quiet)
		sinner_turn(party->sinner, time.now_ms, time.now_s);
	check_party(party, time.now_ms);
	arm(party);
}

void party_remember(struct sim *sim, const struct wire_event *wire)
{
	struct party *party = &parties[wire->to];
	struct gossip_time time = time_of(party);

	(void)sim;
	if (wire->kind == WIRE_RECORDS) {
		gossip_on_checked(party->gossip, wire->from, wire->number,
		                  bytes_view(wire->bytes, wire->size), &time);
	} else if (wire->number == party->timer) {
		party->wake_us = UINT64_MAX;
		gossip_step(party->gossip, time.now_ms);
		check_party(party, time.now_ms);
	}
	arm(party);
}

/* -- The pool ----------------------------------------------------------------------------------------------- */

uint16_t party_number(uint16_t node, uint16_t other)
{
	return gossip_number(parties[node].gossip, other);
}

uint16_t party_other(uint16_t node, uint16_t number)
{
	const struct gossip *gossip = parties[node].gossip;

	return gossip ? gossip_other(gossip, number) : TOWN_NOBODY;
}

bool party_source(struct sim *sim, uint16_t node, uint16_t number, uint64_t *serial)
{
	struct party *party = &parties[node];

	(void)sim;
	*serial = 0;
	return !party->gossip ||
	       gossip_source(party->gossip, number, time_of(party).now_ms, serial);
}

void party_submitted(struct sim *sim, uint16_t node, const struct submission *submission,
                     uint16_t source, uint64_t serial)
{
	struct party *party = &parties[node];

	(void)sim;
	gossip_on_submitted(party->gossip, submission, source, serial, time_of(party).now_ms);
	arm(party);
}

void party_stored(struct sim *sim, uint16_t node)
{
	(void)sim;
	gossip_on_block(parties[node].gossip);
}

const char *party_waits(uint16_t node)
{
	return gossip_waits(parties[node].gossip);
}

void party_tell_known(uint16_t node, uint16_t other, char *text, size_t size)
{
	gossip_tell_known(parties[node].gossip, other, text, size);
}
