/* A node of the simulation: world.h filled in with the queue, a disk and a network. */
#include "tests/sim/sim.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/ledger/succession.h"
#include "tests/sim/backing.h"
#include "tests/sim/wired.h"

#include <stdlib.h>

enum { CHECK_US = 200 };

/* The owner of a world. */
struct node_world {
	struct sim *sim;
	struct node *node;
};

static struct node_world worlds[SIM_NODES_MAX];

/* -- Time -------------------------------------------------------------------------------------------- */

struct moment node_moment(struct sim *sim, struct node *node)
{
	uint64_t now_ms = sim->now_us / 1000 + 1;

	if (now_ms < node->last_now_ms)
		now_ms = node->last_now_ms;
	node->last_now_ms = now_ms;
	return (struct moment){
		.now_ms = now_ms,
		.wall_ms = (uint64_t)((int64_t)(SIM_WALL_MS + sim->now_us / 1000) + node->skew_ms),
	};
}

static void push(struct node_world *world, enum event_kind kind, uint64_t at_us, void *job,
                 const struct hash *hash)
{
	struct event event = {
		.at_us = at_us,
		.kind = kind,
		.node = world->node->index,
		.life = world->node->life,
		.job = job,
	};

	if (hash)
		event.hash = *hash;
	queue_push(&world->sim->queue, &event);
}

/* What is asked of the executor is done in order, one after another. */
static uint64_t executor_time(struct node_world *world, uint64_t cost_us)
{
	struct node *node = world->node;

	if (node->executor_free_us < world->sim->now_us)
		node->executor_free_us = world->sim->now_us;
	node->executor_free_us += cost_us;
	return node->executor_free_us;
}

static uint64_t execute_cost(struct node_world *world)
{
	return 1 + lots_below(&world->sim->lots, 2 * world->sim->rates.execute_us);
}

/* -- The world ---------------------------------------------------------------------------------------- */

static void world_build(void *owner, struct build_job *job)
{
	push(owner, EVENT_BUILT, executor_time(owner, execute_cost(owner)), job, NULL);
}

static void world_execute(void *owner, const struct execute_job *job)
{
	struct execute_job *copy = memory_new(sizeof *copy);

	if (!copy)
		abort();
	*copy = *job;
	push(owner, EVENT_EXECUTED, executor_time(owner, execute_cost(owner)), copy, NULL);
}

static void world_drop(void *owner, const struct hash *block)
{
	push(owner, EVENT_DROPPED, executor_time(owner, 1), NULL, block);
}

static void world_aim(void *owner, const struct hash *block)
{
	struct node_world *world = owner;

	executor_aim(&world->node->executor, block);
}

static void world_store(void *owner, struct store_job *job)
{
	struct node_world *world = owner;
	struct node *node = world->node;
	const struct rates *rates = &world->sim->rates;
	uint64_t cost_us =
		rates->disk_us + lots_below(&world->sim->lots, rates->disk_spread_us + 1);

	if (world->sim->now_us < node->slow_until_us)
		cost_us *= 200;
	if (node->disk_free_us < world->sim->now_us)
		node->disk_free_us = world->sim->now_us;
	node->disk_free_us += cost_us;
	INVARIANT(node->job_count < 64);
	node->jobs[node->job_count++] = job;
	push(world, EVENT_STORED, node->disk_free_us, NULL, NULL);
}

static void world_check(void *owner, struct check_job *job)
{
	struct node_world *world = owner;
	uint64_t cost_us = CHECK_US + lots_below(&world->sim->lots, 4 * CHECK_US);

	if (job->cosigned && ++world->node->cosign_checks > COSIGN_CHECKS_MAX)
		sim_violate(world->sim, "caps: node %u checks %zu messages of cosignatures",
		            world->node->index, world->node->cosign_checks);
	push(world, EVENT_CHECKED, world->sim->now_us + cost_us, job, NULL);
}

static void world_read(void *owner, struct read_job *job)
{
	struct node_world *world = owner;

	push(world, EVENT_READ, world->sim->now_us + CHECK_US, job, NULL);
}

/* Others' votes are sent on too. */
static bool is_own_vote(const struct node_world *world, const struct vote *vote)
{
	const struct sim_epoch *epoch = &world->sim->epochs[vote->ballot.epoch];

	return vote->ballot.epoch < world->sim->epoch_count && vote->signer < epoch->set.count &&
	       memcmp(&epoch->set.items[vote->signer].vote_key, &world->node->vote_key,
	              sizeof world->node->vote_key) == 0;
}

/* A vote counts as cast when it leaves: what was signed and lost in a crash nobody has seen. */
static void look_at_vote(struct node_world *world, struct bytes_view bytes)
{
	struct message *message = &world->sim->message;
	const struct vote *vote;

	if (bytes.at[0] != MESSAGE_VOTE && bytes.at[0] != MESSAGE_PROPOSAL)
		return;
	if (message_decode(message, bytes) != STATUS_OK) {
		sim_violate(world->sim, "node %u sends what cannot be read", world->node->index);
		return;
	}
	vote = message->kind == MESSAGE_VOTE ? &message->vote : &message->proposal.vote;
	if (is_own_vote(world, vote))
		check_signing(world->sim, world->node, &vote->ballot);
}

/* Whom the drive means by this number. */
static uint16_t other_of(const struct node_world *world, uint16_t peer)
{
	return sim_wired ? sim_wired->other(world->node->index, peer) : peer;
}

static void world_send(void *owner, uint16_t peer, struct bytes_view bytes)
{
	struct node_world *world = owner;
	const struct liar *liar = world->node->liar;
	uint16_t to = other_of(world, peer);

	if (!liar)
		look_at_vote(world, bytes);
	if (to >= world->sim->node_count ||
	    (liar && liar->on_send && !liar->on_send(world->sim, world->node->index, to, bytes)))
		return;
	network_send(world->sim, world->node->index, to, bytes);
}

static void world_ingest(void *owner, uint16_t peer, struct cursor txs)
{
	struct node_world *world = owner;
	uint16_t index = world->node->index;
	uint64_t serial = 0;

	if (!sim_wired || sim_wired->source(world->sim, index, peer, &serial))
		node_ingest(world->sim, index, bytes_view(txs.at, txs.left), peer, serial,
		            0);
}

static void world_blame(void *owner, uint16_t peer, const char *what)
{
	struct node_world *world = owner;
	uint16_t other = other_of(world, peer);

	if (other >= world->sim->node_count)
		return;
	if (!world->node->liar && !world->sim->nodes[other].liar)
		sim_violate(world->sim, "node %u blames honest node %u for %s", world->node->index,
		            other, what);
	if (sim_wired)
		sim_wired->blame(world->sim, world->node->index, other);
}

static enum status world_sign(void *owner, const struct ballot *ballot,
                              struct signature *signature)
{
	struct node_world *world = owner;
	struct hash digest = ballot_digest(ballot, &world->sim->network);

	sim_sign(signature, &digest, &world->node->vote_key);
	sim_say(world->sim, world->node->index, "signs kind %u view %llu on %llu %.8s",
	        ballot->kind, (unsigned long long)ballot->view,
	        (unsigned long long)ballot->parent_view, shown_hash(&ballot->block).text);
	return STATUS_OK;
}

static enum status world_sign_evidence(void *owner, const struct hash *txid,
                                       struct signature *signature)
{
	struct node_world *world = owner;

	sim_sign(signature, txid, &sim_reporter(world->node->index)->key);
	clients_note(world->sim, txid);
	return STATUS_OK;
}

static enum status world_cosign(void *owner, uint64_t time_s, struct bytes_view text,
                                struct cosign *cosign)
{
	struct node_world *world = owner;

	sim_cosign(cosign, node_key_number(world->node), time_s, text);
	if (!world->node->liar)
		checkpoint_on_sign(world->sim, world->node, text);
	return STATUS_OK;
}

static void world_wake(void *owner, uint64_t at_ms)
{
	struct node_world *world = owner;
	uint64_t at_us = at_ms > 0 ? (at_ms - 1) * 1000 : 0;

	if (at_us <= world->sim->now_us)
		at_us = world->sim->now_us + 1;
	world->node->wake_order = world->sim->queue.order;
	push(world, EVENT_WAKE, at_us, NULL, NULL);
}

static void world_tell(void *owner, const struct tx_outcome *outcome)
{
	struct node_world *world = owner;

	clients_tell(world->sim, &outcome->txid, world->node);
}

static void world_evidence(void *owner, const struct vote votes[2])
{
	struct node_world *world = owner;

	check_report(world->sim, world->node, votes);
}

static void world_alarm(void *owner, enum alarm alarm)
{
	struct node_world *world = owner;

	if (!world->node->liar)
		sim_violate(world->sim, "node %u raises alarm %d", world->node->index, (int)alarm);
}

/* -- Life -------------------------------------------------------------------------------------------------- */

static void load_start(struct sim *sim, struct node *node, struct consensus_start *start,
                       struct certificate *certificate)
{
	const struct disk *disk = &node->disk;
	const struct disk_block *root = disk_root(disk);
	const struct disk_block *tip = &disk->blocks[disk->block_count - 1];
	struct cursor in = cursor_on(bytes_view(tip->certificate, tip->certificate_size));
	struct validator_set *set = memory_new(sizeof *set);
	struct parameters parameters;
	struct why why;

	if (disk->backed) {
		sim_backing->load_start(disk->backed, start, certificate, &node->vote_key);
		memory_free(set);
		return;
	}
	if (!set || ledger_next_validators(set, &parameters, &sim->network, &disk->ledger.source,
	                                   &disk->ledger.tip, &why) != STATUS_OK)
		abort();
	epoch_begin(&start->epoch, &root->header, &root->hash, set, &parameters,
	            &node->vote_key);
	memory_free(set);
	start->height = tip->header.height;
	start->block = tip->hash;
	start->time_ms = tip->header.time_ms;
	if (tip == root)
		return;
	certificate_get(&in, certificate);
	start->certificate = certificate;
}

static void load_votes(struct node *node)
{
	const struct disk *disk = &node->disk;

	if (disk->backed) {
		sim_backing->load_kept(disk->backed, node->drive);
		return;
	}
	for (size_t i = 0; i < disk->record_count; i++)
		drive_load_record(node->drive, &disk->records[i]);
	for (size_t i = 0; i < disk->certificate_count; i++) {
		struct cursor in = cursor_on(
			bytes_view(disk->certificates[i].bytes, disk->certificates[i].size));
		struct certificate certificate;

		certificate_get(&in, &certificate);
		drive_load_certificate(node->drive, &certificate);
	}
	for (size_t i = 0; i < disk->pending_count; i++)
		drive_load_block(node->drive, &disk->pending[i].header,
		                 bytes_view(disk->pending[i].body,
		                            disk->pending[i].header.body_size));
}

unsigned node_key_number(const struct node *node)
{
	return node->index + node->keys * SIM_KEYS_APART;
}

static void load_cosign(const struct sim *sim, const struct node *node,
                        struct drive_cosign_start *start, struct cosigned *kept)
{
	if (!sim->rates.cosigns)
		return;
	disk_load_cosign(&node->disk, start, kept);
	start->origin = text_view(sim->origin);
	start->cosign_key = *sim_cosign_key(node_key_number(node));
}

static void connect(struct sim *sim, uint16_t a, uint16_t b)
{
	struct moment moment = node_moment(sim, &sim->nodes[a]);

	drive_on_connected(sim->nodes[a].drive, b, &sim->nodes[b].vote_key, &moment);
}

void node_start(struct sim *sim, uint16_t index)
{
	struct node *node = &sim->nodes[index];
	struct drive_config *config = memory_new(sizeof *config);
	struct certificate *certificate = memory_new(sizeof *certificate);
	struct cosigned *kept = memory_new(sizeof *kept);
	struct moment moment = node_moment(sim, node);
	struct why why = {{0}};

	if (!config || !certificate || !kept)
		abort();
	worlds[index] = (struct node_world){.sim = sim, .node = node};
	node->is_up = true;
	node->executor_free_us = 0;
	node->disk_free_us = 0;
	disk_start(&node->disk);
	executor_init(&node->executor, &sim->network, disk_source(&node->disk),
	              disk_tip(&node->disk));
	config->consensus = (struct consensus_config){
		.validators_max = SIM_NODES_MAX,
		.batch_ms = 2,
		.seed = sim->seed * 31 + index + 1,
	};
	load_start(sim, node, &config->start, certificate);
	load_cosign(sim, node, &config->cosign, kept);
	config->pool = (struct pool_limits){.txs_max = 2000, .bytes_max = 4 << 20};
	/* In some runs few blocks fit into one answer; where each answer takes seconds, hundreds of
	 * blocks would take all the time there is. */
	if (sim->seed % 3 == 0 && !sim->rates.is_far) {
		config->portion_blocks_max = 1 + (size_t)(sim->seed / 3 % 5);
		config->headers_max = sim->seed / 15 % 2 ? 2 * config->portion_blocks_max + 1 : 0;
	}
	/* In most of them blocks are small, and go by names all the same. */
	config->compact_body_least = sim->seed % 4 == 0 ? 0 : 1;
	config->network = &sim->network;
	config->vote_key = node->vote_key;
	config->start.mark = node->disk.mark;
	if (!sim->rates.is_mild)
		config->evidence_key = sim_reporter(index)->key;
	config->world = (struct world){
		.owner = &worlds[index],
		.build = world_build,
		.execute = world_execute,
		.drop = world_drop,
		.aim = world_aim,
		.store = world_store,
		.check = world_check,
		.read = world_read,
		.send = world_send,
		.ingest = world_ingest,
		.blame = world_blame,
		.sign = world_sign,
		.sign_evidence = world_sign_evidence,
		.cosign = world_cosign,
		.wake = world_wake,
		.tell = world_tell,
		.evidence = world_evidence,
		.alarm = world_alarm,
	};
	node->drive = memory_new(sizeof *node->drive);
	if (!node->drive || drive_init(node->drive, config, &moment, &why) != STATUS_OK)
		abort();
	load_votes(node);
	memory_free(config);
	memory_free(certificate);
	memory_free(kept);
	sim_say(sim, index, "starts at height %llu, view %llu",
	        (unsigned long long)node->drive->consensus.height,
	        (unsigned long long)node->drive->consensus.views.current);
	drive_on_tick(node->drive, &moment);
	if (sim_wired)
		sim_wired->start(sim, index);
	for (uint16_t i = 0; i < sim->node_count && !sim_wired; i++) {
		if (i == index || !sim->nodes[i].is_up)
			continue;
		connect(sim, index, i);
		connect(sim, i, index);
	}
	check_node(sim, node);
}

/* Of what the disk was working on, some is there: all of the first jobs, or all but the last
 * one's mark. */
static void crash_disk(struct sim *sim, struct node *node)
{
	size_t kept = (size_t)lots_below(&sim->lots, node->job_count + 1);

	if (node->job_count > 0)
		sim->faults[CHAOS_CRASH_IN_STORE]++;
	for (size_t i = 0; i < node->job_count; i++) {
		bool with_mark = i + 1 < kept || lots_below(&sim->lots, 2) == 0;

		if (i < kept)
			disk_apply(&node->disk, node->jobs[i], with_mark);
	}
	disk_crash(&node->disk, kept < node->job_count ? node->jobs[kept] : NULL);
	for (size_t i = 0; i < node->job_count; i++)
		store_job_free(node->jobs[i]);
	node->job_count = 0;
}

void node_count(struct sim *sim, uint16_t index)
{
	const struct drive *drive = sim->nodes[index].drive;

	if (!drive)
		return;
	sim->faults[CHAOS_NAMED] += drive->counters.blocks_named;
	sim->faults[CHAOS_REBUILT] += drive->counters.blocks_rebuilt;
	sim->faults[CHAOS_TX_ASKED] += drive->counters.txs_asked;
	sim->faults[CHAOS_BODY_ASKED] += drive->counters.bodies_asked;
	sim->faults[CHAOS_HEADERS_ASKED] += drive->sync.headers_asked;
	sim->faults[CHAOS_PORTIONS_ASKED] += drive->sync.portions_asked;
	sim->faults[CHAOS_SECOND_ASKED] += drive->sync.asked_second;
	sim->faults[CHAOS_SYNC_FAILED] += drive->sync.failed;
}

void node_crash(struct sim *sim, uint16_t index)
{
	struct node *node = &sim->nodes[index];

	if (!node->is_up)
		return;
	sim_say(sim, index, "crashes");
	crash_disk(sim, node);
	if (node->liar && node->liar->on_crash)
		node->liar->on_crash(sim, index);
	node->life++;
	node->is_up = false;
	node->cosign_checks = 0;
	node_count(sim, index);
	drive_close(node->drive);
	memory_free(node->drive);
	node->drive = NULL;
	executor_close(&node->executor);
	if (sim_wired)
		sim_wired->crash(sim, index);
	for (uint16_t i = 0; i < sim->node_count && !sim_wired; i++)
		if (sim->nodes[i].is_up)
			drive_on_disconnected(sim->nodes[i].drive, index);
}

/* -- Events ---------------------------------------------------------------------------------------------------- */

static void handle_built(struct sim *sim, struct node *node, struct build_job *job)
{
	bool is_trial = build_is_trial(job);
	struct moment moment;

	if (executor_build(&node->executor, &job->parent, &job->plan, job->offers,
	                   job->offer_count, &job->block, NULL) != STATUS_OK)
		abort();
	for (size_t i = 0; i < job->offer_count; i++) {
		if (job->offers[i].placing != PLACING_REFUSED)
			continue;
		clients_refuse(sim, &job->offers[i].tx->txid);
		sim->faults[CHAOS_TRIED_OUT] += is_trial;
	}
	sim->faults[CHAOS_TRIED] += is_trial;
	if (job->block && !is_trial && node->liar && node->liar->on_built)
		node->liar->on_built(sim, node->index, job);
	moment = node_moment(sim, node);
	drive_on_built(node->drive, &moment);
}

static void handle_executed(struct sim *sim, struct node *node, struct execute_job *job)
{
	struct moment moment = node_moment(sim, node);
	struct refusal refusal = {0};
	const struct draft *draft;

	if (executor_execute(&node->executor, &job->header, job->body, &draft, &refusal, NULL) !=
	    STATUS_OK)
		abort();
	if (!draft)
		sim_say(sim, node->index, "refuses %.8s: %s", shown_hash(&job->hash).text,
		        refusal.text);
	drive_on_executed(node->drive, &job->hash, draft, &moment);
	memory_free(job);
}

static void handle_checked(struct sim *sim, struct node *node, struct check_job *job)
{
	struct moment moment = node_moment(sim, node);
	bool is_vote = job->message.kind == MESSAGE_VOTE;
	struct vote vote = {0};

	if (is_vote)
		vote = job->message.vote;
	node->cosign_checks -= job->cosigned != NULL;
	check_run(job, &sim->network, sim_is_valid, sim_cosign_is_valid);
	drive_on_checked(node->drive, job, &moment);
	if (is_vote)
		check_evidence(sim, node, &vote);
}

static void handle_stored(struct sim *sim, struct node *node)
{
	struct store_job *job = node->jobs[0];
	struct moment moment = node_moment(sim, node);
	bool has_blocks = job->commit_count > 0;

	INVARIANT(node->job_count > 0);
	node->job_count--;
	memmove(node->jobs, node->jobs + 1, node->job_count * sizeof node->jobs[0]);
	disk_apply(&node->disk, job, true);
	for (size_t i = 0; i < job->commit_count; i++)
		executor_retire(&node->executor, &job->commits[i].hash);
	checkpoint_check_notes(sim, node, job);
	drive_on_stored(node->drive, job, &moment);
	if (sim_wired && has_blocks)
		sim_wired->stored(sim, node->index);
}

static void handle_message(struct sim *sim, struct node *node, const struct event *event)
{
	struct bytes_view bytes = bytes_view(event->job, event->size);
	struct moment moment = node_moment(sim, node);

	if (!network_is_open(sim, event->from, node->index))
		return;
	if (node->liar && node->liar->on_receive &&
	    !node->liar->on_receive(sim, node->index, event->from, bytes))
		return;
	if (sim->nodes[event->from].is_up)
		drive_on_message(node->drive, event->from, bytes, &moment);
}

static void discard(struct event *event)
{
	switch (event->kind) {
	case EVENT_MESSAGE:
	case EVENT_INGEST:
	case EVENT_WIRE:
		free(event->job);
		break;
	case EVENT_EXECUTED:
		memory_free(event->job);
		break;
	case EVENT_CHECKED:
		check_job_free(event->job);
		break;
	case EVENT_READ:
		read_job_free(event->job);
		break;
	default:
		break;
	}
}

void node_handle(struct sim *sim, struct event *event)
{
	struct node *node = &sim->nodes[event->node];
	struct moment moment;

	if (event->life != node->life || !node->is_up) {
		discard(event);
		return;
	}
	/* A paused process sees it all when it goes on. */
	if (sim->now_us < node->paused_until_us) {
		if (event->kind == EVENT_WAKE && event->order == node->wake_order)
			node->wake_order = sim->queue.order;
		event->at_us = node->paused_until_us;
		queue_push(&sim->queue, event);
		return;
	}
	moment = node_moment(sim, node);
	switch (event->kind) {
	case EVENT_MESSAGE:
		handle_message(sim, node, event);
		free(event->job);
		break;
	case EVENT_WAKE:
		if (event->order == node->wake_order)
			drive_on_tick(node->drive, &moment);
		break;
	case EVENT_BUILT:
		handle_built(sim, node, event->job);
		break;
	case EVENT_EXECUTED:
		handle_executed(sim, node, event->job);
		break;
	case EVENT_DROPPED:
		executor_drop(&node->executor, &event->hash);
		break;
	case EVENT_CHECKED:
		handle_checked(sim, node, event->job);
		break;
	case EVENT_STORED:
		handle_stored(sim, node);
		break;
	case EVENT_READ:
		disk_read(&node->disk, sim, event->job);
		drive_on_read(node->drive, event->job, &moment);
		break;
	case EVENT_INGEST:
		submit_ingested(sim, node, event);
		free(event->job);
		break;
	default:
		break;
	}
	check_node(sim, node);
}
