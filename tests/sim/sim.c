#include "tests/sim/wired.h"

#include "chain/base/buffer.h"
#include "chain/base/memory.h"
#include "tests/sim/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	HEIGHTS_DEMANDED = 20,
	PROGRESS_US = 60 * SIM_SECOND_US,
	LEVEL_US = 60 * SIM_SECOND_US, /* behind peers that keep blocks back, each costs time */
	FAR_FACTOR = 10,
	SETTLED_US = 1200 * SIM_SECOND_US, /* what was lost is repaired by lot, once in a minute */
};

void sim_say(struct sim *sim, uint16_t node, const char *format, ...)
{
	va_list arguments;
	char text[512];
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	hasher_update(&sim->trace, text, (size_t)size < sizeof text ? (size_t)size : sizeof text);
	if (sim->is_traced)
		printf("%10.3f ms  node %u  %s\n", (double)sim->now_us / 1000, node, text);
}

/* -- The seed's own world ------------------------------------------------------------------------------- */

static uint32_t often(struct sim *sim, uint32_t most_millionths)
{
	/* In half of the runs not at all, so that each fault is also seen without the others. */
	if (lots_u32(&sim->lots) % 2 == 0)
		return 0;
	return (uint32_t)lots_below(&sim->lots, most_millionths + 1);
}

static void draw_rates(struct sim *sim)
{
	struct rates *rates = &sim->rates;
	struct lots *lots = &sim->lots;

	rates->validators = 1 + (size_t)lots_below(lots, 10);
	rates->liars = (size_t)lots_below(lots, (rates->validators - 1) / 3 + 1);
	rates->loss = often(sim, 300000);
	rates->doubles = often(sim, 500000);
	rates->delay_us = lots_between(lots, 200, 50000);
	rates->delay_spread_us = lots_below(lots, 100000);
	rates->long_delay = often(sim, 50000);
	rates->disk_us = lots_between(lots, 100, 3000);
	rates->disk_spread_us = lots_below(lots, 10000);
	rates->fault_every_us = lots_below(lots, 4) == 0
	                            ? 0
	                            : lots_between(lots, SIM_SECOND_US / 5, 8 * SIM_SECOND_US);
	rates->crash = lots_u32(lots) % 4;
	rates->cut = lots_u32(lots) % 4;
	rates->pause = lots_u32(lots) % 3;
	rates->slow_disk = lots_u32(lots) % 3;
	rates->skew = lots_u32(lots) % 2;
	rates->wipe = lots_u32(lots) % 3;
	rates->skew_ms = lots_below(lots, 4) == 0 ? 3600000 : 3000;
	rates->chaos_us = lots_between(lots, 2 * SIM_SECOND_US, 30 * SIM_SECOND_US);
	rates->client_every_us = lots_between(lots, 10000, 500000);
	rates->storm = often(sim, 20000);
	rates->term_length = lots_below(lots, 3) == 0 ? lots_between(lots, 2, 5) : 1;
	rates->heartbeat_ms =
		lots_below(lots, 6) == 0 ? lots_between(lots, 500, 5000) : 0;
	rates->spares = (size_t)lots_below(lots, 4);
	rates->set_change = often(sim, 200000);
	/* The time-outs have to grow, or no view ever succeeds. */
	rates->is_far = lots_below(lots, 12) == 0;
	if (rates->is_far) {
		rates->delay_us = lots_between(lots, SIM_SECOND_US, 2 * SIM_SECOND_US);
		/* Blocks without end, each on its way for longer than until the next: never would
		 * all nodes have the same. */
		rates->heartbeat_ms = 0;
	}
	rates->is_mild = lots_below(lots, 3) == 0;
	rates->execute_us = lots_below(lots, 3) == 0 ? lots_between(lots, 5000, 100000) : 500;
}

/* In a quarter of the runs, by no lot: what happens in the others is what it was without. They
 * are a third more messages. */
static bool cosigns(uint64_t seed)
{
	return seed % 8 == 4 || seed % 8 == 5;
}

static int compare_keys(const void *a, const void *b)
{
	const struct validator *left = a, *right = b;

	return memcmp(&left->vote_key, &right->vote_key, sizeof left->vote_key);
}

static void make_genesis(struct sim *sim)
{
	struct genesis *genesis = calloc(1, sizeof *genesis);
	struct buffer bytes;
	struct hash hash;

	if (!genesis)
		abort();
	sim->genesis = genesis;
	strcpy(genesis->name, "sim");
	genesis->time_ms = SIM_WALL_MS - 1000;
	genesis->parameters = parameters_default();
	genesis->parameters.values[PARAMETER_term_length] = sim->rates.term_length;
	genesis->parameters.values[PARAMETER_heartbeat_ms] = sim->rates.heartbeat_ms;
	genesis->root_member_count = 1;
	genesis->root_threshold = 1;
	genesis->root_members[0] = sim_account(0)->id;
	genesis->validators.count = sim->rates.validators;
	for (size_t i = 0; i < sim->rates.validators; i++)
		genesis->validators.items[i] = (struct validator){
			.account = sim_voter((unsigned)i)->id,
			.vote_key = sim_voter((unsigned)i)->key,
			.cosign_key = *sim_cosign_key((unsigned)i),
		};
	qsort(genesis->validators.items, genesis->validators.count,
	      sizeof genesis->validators.items[0], compare_keys);
	buffer_init(&bytes, GENESIS_SIZE_MAX);
	genesis_encode(&bytes, genesis);
	hash = genesis_hash(buffer_view(&bytes));
	buffer_close(&bytes);
	network_init(&sim->network, &hash);
	origin_of(sim->origin, text_view(genesis->name), &hash);
	hash.bytes[0] ^= 1;
	network_init(&sim->elsewhere, &hash);
}

/* All of one kind, or each of his own. */
static void choose_liars(struct sim *sim)
{
	const struct liar *common = LIARS[lots_below(&sim->lots, LIAR_COUNT)];
	bool is_common = lots_below(&sim->lots, 2) == 0;

	for (size_t i = 0; i < sim->rates.liars; i++) {
		struct node *node = &sim->nodes[lots_below(&sim->lots, sim->rates.validators)];

		if (node->liar)
			continue;
		node->liar = is_common ? common : LIARS[lots_below(&sim->lots, LIAR_COUNT)];
	}
	/* Who only follows may lie as well, and is one of f when he joins. */
	for (size_t i = 0; i < sim->rates.spares; i++)
		if (lots_below(&sim->lots, 4) == 0)
			sim->nodes[sim->rates.validators + i].liar = common;
}

static void begin(struct sim *sim, const struct rates *rates)
{
	struct event fault = {.at_us = SIM_SECOND_US, .kind = EVENT_FAULT};
	struct event client = {.at_us = 1000, .kind = EVENT_CLIENT};
	struct event liar = {.at_us = 5000, .kind = EVENT_LIAR};

	hasher_start(&sim->trace);
	draw_rates(sim);
	sim->rates.cosigns = cosigns(sim->seed);
	if (rates)
		sim->rates = *rates;
	if (sim_wired)
		sim_wired->draw(sim);
	make_genesis(sim);
	sim->stream = stream_id_of(text_view("sim"));
	sim->decided = calloc(SIM_HEIGHTS_MAX, sizeof *sim->decided);
	sim->epochs = calloc(SIM_EPOCHS_MAX, sizeof *sim->epochs);
	sim->node_count = sim->rates.validators + sim->rates.spares;
	if (!sim->decided || !sim->epochs)
		abort();
	for (uint16_t i = 0; i < sim->node_count; i++) {
		struct node *node = &sim->nodes[i];

		node->index = i;
		node->vote_key = sim_voter(i)->key;
		node->account = sim_voter(i)->id;
		disk_init(&node->disk, sim);
	}
	sim->decided[0].hash = sim->nodes[0].disk.blocks[0].hash;
	checkpoint_decide(sim, &sim->nodes[0].disk.blocks[0], &sim->decided[0]);
	sim->decided_count = 1;
	set_begin_epoch(sim, &sim->nodes[0]);
	choose_liars(sim);
	for (unsigned i = 0; i < sim->node_count && !sim->rates.is_mild; i++)
		for (unsigned keys = 0; keys < SIM_KEYS_MAX && sim->nodes[i].liar; keys++)
			sim_voter_is_real(i + keys * SIM_KEYS_APART);
	if (sim_wired)
		sim_wired->begin(sim);
	for (uint16_t i = 0; i < sim->node_count; i++)
		node_start(sim, i);
	queue_push(&sim->queue, &fault);
	queue_push(&sim->queue, &client);
	queue_push(&sim->queue, &liar);
}

static void end(struct sim *sim)
{
	struct sim_tx *tx, *next_tx;
	struct sim_signed *known, *next;
	struct sim_evidence *evidence, *next_evidence;
	struct event event;

	for (uint16_t i = 0; i < sim->node_count; i++) {
		node_crash(sim, i);
		disk_close(&sim->nodes[i].disk);
		free(sim->nodes[i].memory.body);
		for (size_t j = 0; j < sim->nodes[i].memory.heard_count; j++)
			free(sim->nodes[i].memory.heard[j].bytes);
	}
	while (queue_pop(&sim->queue, &event))
		node_handle(sim, &event);
	if (sim_wired)
		sim_wired->end(sim);
	queue_close(&sim->queue);
	HASH_ITER(hh, sim->txs, tx, next_tx) {
		HASH_DEL(sim->txs, tx);
		free(tx);
	}
	HASH_ITER(hh, sim->signatures, known, next) {
		HASH_DEL(sim->signatures, known);
		free(known);
	}
	HASH_ITER(hh, sim->evidence, evidence, next_evidence) {
		HASH_DEL(sim->evidence, evidence);
		free(evidence);
	}
	sim_keys_reset();
	free(sim->decided);
	free(sim->epochs);
	free(sim->genesis);
}

/* -- The run ------------------------------------------------------------------------------------------------ */

static void liars_turn(struct sim *sim)
{
	struct event next = {.at_us = sim->now_us + 20000, .kind = EVENT_LIAR};

	for (uint16_t i = 0; i < sim->node_count; i++) {
		if (!sim->nodes[i].is_up || !sim->nodes[i].liar)
			continue;
		if (sim->nodes[i].liar->on_turn)
			sim->nodes[i].liar->on_turn(sim, i);
		/* Who forgets what it signed has ended by now. */
		if (sim->rates.cosigns && sim->nodes[i].is_up)
			liar_cosigns(sim, i);
	}
	queue_push(&sim->queue, &next);
}

static void handle(struct sim *sim, struct event *event)
{
	sim->events++;
	switch (event->kind) {
	case EVENT_CLIENT:
		clients_turn(sim);
		break;
	case EVENT_FAULT:
		faults_turn(sim);
		break;
	case EVENT_LIAR:
		liars_turn(sim);
		break;
	case EVENT_RESTART:
		if (!sim->nodes[event->node].is_up)
			node_start(sim, event->node);
		break;
	case EVENT_NEW_KEYS:
		set_take_keys(sim, event->node);
		break;
	case EVENT_WIRE:
		sim_wired->handle(sim, event);
		break;
	default:
		node_handle(sim, event);
		break;
	}
}

void sim_run_until(struct sim *sim, uint64_t until_us)
{
	struct event event;

	while (!sim->violation[0] && sim->queue.count > 0 &&
	       sim->queue.items[0].at_us <= until_us && queue_pop(&sim->queue, &event)) {
		sim->now_us = event.at_us > sim->now_us ? event.at_us : sim->now_us;
		handle(sim, &event);
	}
	if (sim->now_us < until_us)
		sim->now_us = until_us;
}

/* A dead leader takes the time of his whole term, and messages take theirs. Terms may become longer
 * on the way: a change that was asked for before the healing comes with the next epoch. */
static uint64_t slowness(const struct sim *sim)
{
	const struct sim_epoch *epoch = &sim->epochs[sim->epoch_count - 1];
	uint64_t term_length = epoch->parameters.values[PARAMETER_term_length];

	return sim->rates.is_far ? FAR_FACTOR : 1 + term_length / 2;
}

/* Where everybody stands, for whoever reads a trace to its end. */
static void say_states(struct sim *sim)
{
	for (uint16_t i = 0; i < sim->node_count; i++) {
		const struct drive *drive = sim->nodes[i].drive;
		const struct consensus *core;

		if (!sim->nodes[i].is_up)
			continue;
		core = &drive->consensus;
		sim_say(sim, i,
		        "stands at height %llu, epoch %llu, final view %llu, frontier %llu, %s%s%s, "
		        "%zu of %u transactions wait",
		        (unsigned long long)core->height, (unsigned long long)core->epoch.number,
		        (unsigned long long)core->views.final_view,
		        (unsigned long long)core->views.current,
		        core->epoch.self == NOBODY ? "follows" : "votes",
		        core->armed_ms > 0 ? ", waits" : ", idle",
		        core->is_halted ? ", halted" : "", drive->pool.waiting_count,
		        HASH_COUNT(drive->pool.txs));
	}
}

static void demand_mesh(struct sim *sim)
{
	uint64_t until_us = sim->now_us + (sim_wired ? sim_wired->mesh_most_us(sim) : 0);
	const char *lacks;

	sim->is_meeting = true;
	while (sim_wired && !sim->violation[0] && (lacks = sim_wired->mesh_lacks(sim)) != NULL) {
		sim_run_until(sim, sim->now_us + SIM_SECOND_US / 4);
		if (sim->now_us > until_us)
			sim_violate(sim, "mesh: %s", lacks);
	}
	sim->is_meeting = false;
}

/* What a client was promised is final, or he was told why not; and nobody waits for anything. */
static void demand_settled(struct sim *sim)
{
	uint64_t until_us = sim->now_us + SETTLED_US;
	const char *lacks;

	while (sim_wired && !sim->violation[0] &&
	       (lacks = sim_wired->settled_lacks(sim)) != NULL) {
		sim_run_until(sim, sim->now_us + SIM_SECOND_US);
		if (sim->now_us > until_us)
			sim_violate(sim, "settled: %s", lacks);
	}
}

static void demand_progress(struct sim *sim, struct sim_result *result)
{
	uint64_t healed_us = sim->now_us, slower = slowness(sim);
	size_t wanted = sim->decided_count + HEIGHTS_DEMANDED, before = sim->decided_count;

	while (!sim->violation[0] && sim->decided_count < wanted) {
		if (slowness(sim) > slower)
			slower = slowness(sim);
		if (sim->now_us > healed_us + PROGRESS_US * slower) {
			sim_violate(sim, "progress: %zu new heights within %d s of healing",
			            sim->decided_count - before,
			            (int)(PROGRESS_US * slower / SIM_SECOND_US));
			return;
		}
		sim_run_until(sim, sim->now_us + SIM_SECOND_US / 20);
		if (result->heal_us == 0 && sim->decided_count > before)
			result->heal_us = sim->now_us - healed_us;
	}
	result->progress_us = sim->now_us - healed_us;
	sim->is_quiet = true;
	healed_us = sim->now_us;
	while (!sim->violation[0]) {
		sim_run_until(sim, sim->now_us + SIM_SECOND_US / 4);
		if (check_all_equal(sim) && sim->now_us > healed_us + 2 * SIM_SECOND_US)
			break;
		if (sim->now_us > healed_us + LEVEL_US * slower)
			sim_violate(sim, "all honest nodes equal: not within %d s of silence",
			            (int)(LEVEL_US * slower / SIM_SECOND_US));
	}
}

/* A lie that an honest validator knows of does not stay unpunished. */
static void demand_evidence(struct sim *sim)
{
	uint64_t until_us = sim->now_us + PROGRESS_US * slowness(sim);

	while (!sim->violation[0] && !sim->rates.is_mild && !check_all_on_chain(sim)) {
		sim_run_until(sim, sim->now_us + SIM_SECOND_US / 4);
		if (sim->now_us > until_us)
			sim_violate(sim, "evidence: what an honest validator knows is not on chain");
	}
}

/* Outsiders can be shown the head by every node, of validators and followers alike. */
static void demand_cosigned(struct sim *sim)
{
	uint64_t most_us = PROGRESS_US * slowness(sim), until_us = sim->now_us + most_us;
	uint64_t size = sim->decided[sim->decided_count - 1].log_size;
	const struct node *node;

	while (!sim->violation[0] && sim->rates.cosigns &&
	       (node = checkpoint_misses(sim, size)) != NULL) {
		sim_run_until(sim, sim->now_us + SIM_SECOND_US / 20);
		if (sim->now_us > until_us)
			sim_violate(sim, "cosigning: node %u has no quorum over the head within %d s",
			            node->index, (int)(most_us / SIM_SECOND_US));
	}
}

struct sim *sim_open(uint64_t seed, const struct rates *rates, bool is_traced)
{
	struct sim *sim = calloc(1, sizeof *sim);

	if (!sim)
		abort();
	sim->seed = seed;
	sim->lots = lots_from(seed);
	sim->is_traced = is_traced;
	begin(sim, rates);
	return sim;
}

void sim_close(struct sim *sim)
{
	end(sim);
	free(sim);
}

void sim_run(struct sim_result *result, uint64_t seed, enum sim_signing signing,
             bool is_traced)
{
	struct sim *sim;

	memset(result, 0, sizeof *result);
	signing_begin(seed, signing);
	sim = sim_open(seed, NULL, is_traced);
	sim_run_until(sim, sim->rates.chaos_us);
	if (!sim->violation[0]) {
		faults_heal(sim);
		demand_mesh(sim);
		demand_progress(sim, result);
		demand_evidence(sim);
		demand_cosigned(sim);
		demand_settled(sim);
	}
	for (size_t i = 0; i < sim->node_count && !sim->violation[0]; i++)
		disk_check(&sim->nodes[i].disk);
	say_states(sim);
	for (uint16_t i = 0; i < sim->node_count; i++)
		node_count(sim, i);
	result->is_good = sim->violation[0] == '\0';
	memcpy(result->violation, sim->violation, sizeof result->violation);
	result->trace = hasher_finish(&sim->trace);
	result->heights = sim->decided_count - 1;
	result->epochs = sim->epoch_count;
	result->simulated_us = sim->now_us;
	result->events = sim->events;
	result->messages = sim->messages;
	result->txs = sim->record_count;
	result->validators = sim->rates.validators;
	for (size_t i = 0; i < sim->node_count; i++)
		if (sim->nodes[i].liar)
			result->sins[result->liars++] = sim->nodes[i].liar->name;
	memcpy(result->faults, sim->faults, sizeof result->faults);
	sim_close(sim);
}
