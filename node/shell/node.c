#include "node/shell/node.h"

#include "chain/base/invariant.h"
#include "chain/store/check.h"
#include "node/drive/standing.h"
#include "node/shell/backend.h"
#include "node/shell/clock.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"
#include "node/shell/start.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How late a call may be told that its time-out has passed. */
enum { HOUSEKEEPING_MS = 100 };

/* -- Letters to the loop --------------------------------------------------------------------------- */

struct stored_letter {
	struct letter letter;
	struct store_job *job;
	bool is_roster_changed;
};

struct executed_letter {
	struct letter letter;
	struct hash block;
	const struct draft *draft;
};

void node_send(struct node *node, struct letter *letter)
{
	mailbox_send(&node->box, letter);
}

static void notify_loop(void *argument)
{
	struct node *node = argument;

	uv_async_send(&node->wake_up);
}

void node_fail(void *node, enum status status, const char *why)
{
	(void)node;
	logger_error(LOG_NODE, "failed", log_text("status", text_view(status_text(status))),
	             log_text("why", text_view(why)),
	             log_text("hint", text_view("the node stops; free the disk or repair it, "
	                                        "then start it again")));
	_exit(NODE_EXIT_STORAGE);
}

static void on_failed(void *owner, enum status status, const struct why *why)
{
	node_fail(owner, status, why->text);
}

void node_check(struct node *node)
{
	if (node->drive.status != STATUS_OK)
		on_failed(node, node->drive.status, &node->drive.why);
	if (node->drive.consensus.epoch.number != node->peers.epoch)
		peers_tick(&node->peers);
	if (!node->is_stopping || !backend_is_idle(node->backend))
		return;
	/* What programs handed in is with the others by now. */
	peers_stop(&node->peers);
	if (peers_are_idle(&node->peers) && gossip_is_idle(&node->gossip) && node->ingest.count == 0 &&
	    drive_is_idle(&node->drive))
		uv_stop(&node->loop);
}

static void open_tried(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct ingress_batch *batch = (struct ingress_batch *)(void *)letter;
	struct moment moment = clock_moment();

	drive_submit(&node->drive, batch->submissions, batch->count, &moment);
	gossip_on_submitted(&node->gossip, batch);
	batch->done(batch);
	node_check(node);
}

static void on_tried(void *owner, struct ingress_batch *batch)
{
	struct node *node = owner;

	batch->letter.open = open_tried;
	node_send(node, &batch->letter);
}

static void on_verified(void *owner, struct ingress_batch *batch)
{
	struct node *node = owner;

	execution_try(&node->execution, batch);
}

static void open_built(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct moment moment = clock_moment();

	(void)letter;
	drive_on_built(&node->drive, &moment);
	node_check(node);
}

/* Only one block is built at a time, so the letter that ordered it brings the answer. */
static void on_built(void *owner)
{
	struct node *node = owner;

	node->execution.build_letter.open = open_built;
	node_send(node, &node->execution.build_letter);
}

static void open_executed(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct executed_letter *executed = (struct executed_letter *)(void *)letter;
	struct moment moment = clock_moment();

	drive_on_executed(&node->drive, &executed->block, executed->draft, &moment);
	memory_free(executed);
	node_check(node);
}

static void on_executed(void *owner, const struct hash *block, const struct draft *draft)
{
	struct node *node = owner;
	struct executed_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		on_failed(node, STATUS_MEMORY, &(struct why){"tell of a checked block"});
	letter->letter.open = open_executed;
	letter->block = *block;
	letter->draft = draft;
	node_send(node, &letter->letter);
}

static void open_stored(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct stored_letter *stored = (struct stored_letter *)(void *)letter;
	struct store_job *job = stored->job;
	bool is_roster_changed = stored->is_roster_changed;
	uint64_t last = job->last_height;
	bool has_notes = job->note_count > 0;
	struct moment moment = clock_moment();

	memory_free(letter);
	drive_on_stored(&node->drive, job, &moment);
	if (last > 0) {
		gossip_on_block(&node->gossip);
		backend_on_block(node->backend, last);
	}
	if (is_roster_changed)
		doorkeeper_refresh(&node->peers.doorkeeper);
	if (has_notes)
		backend_on_checkpoint(node->backend);
	node_check(node);
}

static void on_stored(void *owner, struct store_job *job)
{
	struct node *node = owner;
	struct stored_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		on_failed(node, STATUS_MEMORY, &(struct why){"tell of a stored block"});
	letter->letter.open = open_stored;
	letter->job = job;
	/* Before drive can order the next block: that one is built on the ledger with these.
	 * Their drafts are gone by the time the letter is opened. */
	for (size_t i = 0; i < job->commit_count; i++) {
		job->last_height = job->commits[i].draft->header.height;
		letter->is_roster_changed |= roster_is_changed_by(job->commits[i].draft);
		execution_retire(&node->execution, &job->commits[i].hash);
	}
	node_send(node, &letter->letter);
}

/* -- World -------------------------------------------------------------------------------------------- */

static void world_build(void *owner, struct build_job *job)
{
	struct node *node = owner;

	execution_build(&node->execution, job);
}

static void world_execute(void *owner, const struct execute_job *job)
{
	struct node *node = owner;

	execution_execute(&node->execution, job);
}

static void world_drop(void *owner, const struct hash *block)
{
	struct node *node = owner;

	execution_drop(&node->execution, block);
}

static void world_aim(void *owner, const struct hash *block)
{
	struct node *node = owner;

	execution_aim(&node->execution, block);
}

static void world_store(void *owner, struct store_job *job)
{
	struct node *node = owner;

	storage_store(&node->storage, job);
}

/* The drive sees to it that it gets onto the chain; this is for the operators. */
static void world_evidence(void *owner, const struct vote votes[2])
{
	const struct node *node = owner;
	const struct validator_set *set = &node->drive.consensus.epoch.validators;

	logger_error(LOG_CONSENSUS, "validator_contradicts_itself",
	             log_u64("validator", votes[0].signer),
	             log_hash("account", &set->items[votes[0].signer].account),
	             log_u64("epoch", votes[0].ballot.epoch),
	             log_u64("view", votes[0].ballot.view),
	             log_text("hint", text_view("it signed two votes that exclude each other, and "
	                                        "is expelled when that is on the chain")));
}

static void world_alarm(void *owner, enum alarm alarm)
{
	(void)owner;
	logger_error(LOG_CONSENSUS, "alarm", log_text("what", text_view(alarm_text(alarm))),
	             log_text("hint", text_view("this node signs nothing more")));
}

static enum status world_sign(void *owner, const struct ballot *ballot,
                              struct signature *signature)
{
	struct node *node = owner;
	struct hash digest = ballot_digest(ballot, store_network(node->store));
	struct hash auxiliary;
	enum status status = random_hash_get(&auxiliary, NULL);

	if (status != STATUS_OK)
		return status;
	return key_pair_sign(signature, node->keys.signer, &node->keys.vote, &digest,
	                     &auxiliary);
}

static enum status world_sign_evidence(void *owner, const struct hash *txid,
                                       struct signature *signature)
{
	struct node *node = owner;
	struct hash auxiliary;
	enum status status = random_hash_get(&auxiliary, NULL);

	if (status != STATUS_OK)
		return status;
	return key_pair_sign(signature, node->keys.signer, &node->keys.evidence, txid,
	                     &auxiliary);
}

/* At most ten times a second, and 0.2 ms each: too little for a thread to be asked. */
static enum status world_cosign(void *owner, uint64_t time_s, struct bytes_view text,
                                struct cosign *cosign)
{
	const struct node *node = owner;

	return cosign_make(cosign, node->keys.cosign_seed.bytes, time_s, text);
}

static void on_timer(uv_timer_t *timer)
{
	struct node *node = timer->data;
	struct moment moment = clock_moment();

	drive_on_tick(&node->drive, &moment);
	node_check(node);
}

static void world_wake(void *owner, uint64_t at_ms)
{
	struct node *node = owner;
	uint64_t now_ms = clock_monotonic_ms();

	/* A timer of libuv counts from its loop's own idea of now. */
	uv_update_time(&node->loop);
	uv_timer_start(&node->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

static void world_tell(void *owner, const struct tx_outcome *outcome)
{
	struct node *node = owner;

	backend_on_outcome(node->backend, outcome);
}

static void on_housekeeping(uv_timer_t *timer)
{
	struct node *node = timer->data;

	backend_on_tick(node->backend);
	node_check(node);
}

/* -- Loop ---------------------------------------------------------------------------------------------- */

static void on_wake_up(uv_async_t *async)
{
	struct node *node = async->data;
	struct letter *letter = mailbox_take_all(&node->box);

	while (letter) {
		struct letter *next = letter->next;

		letter->open(node, letter);
		letter = next;
	}
}

void node_stop(struct node *node)
{
	if (node->is_stopping)
		return;
	node->is_stopping = true;
	logger_info(LOG_NODE, "stopping");
	backend_refuse_work(node->backend);
	drive_stop(&node->drive);
	node_check(node);
}

/* From the file, as it stands now; a flag or the environment is stronger, as ever. */
static void read_log_levels(const struct node *node)
{
	struct why why = {{0}};
	struct log_levels levels;
	struct config fresh;

	if (node->config->origins[CONFIG_node_log_level] > CONFIG_FROM_FILE)
		return;
	if (config_read_again(&fresh, node->config, &why) != STATUS_OK) {
		logger_warn(LOG_NODE, "log_levels_kept", log_text("why", text_view(why.text)));
		return;
	}
	/* It was checked when it was read. */
	if (!log_levels_parse(&levels, text_view(fresh.node_log_level))) {
		logger_info(LOG_NODE, "log_levels",
		            log_text("levels", text_view(fresh.node_log_level)));
		logger_set_levels(&levels);
	}
	config_close(&fresh);
}

static void hang_up(const struct node *node)
{
	struct why why = {{0}};

	if (logger_reopen(&why) != STATUS_OK)
		logger_warn(LOG_NODE, "log_not_reopened", log_text("why", text_view(why.text)));
	read_log_levels(node);
}

static void on_signal(void *owner, int number)
{
	struct node *node = owner;

	if (number == SIGHUP)
		hang_up(node);
	else
		node_stop(node);
}

static enum status uv_result(int error, struct why *why)
{
	if (error == 0)
		return STATUS_OK;
	return why_set(why, STATUS_MEMORY, "start the event loop: %s", uv_strerror(error));
}

static enum status start_loop(struct node *node, struct why *why)
{
	int error = uv_loop_init(&node->loop);
	enum status status;

	if (error == 0)
		error = uv_async_init(&node->loop, &node->wake_up, on_wake_up);
	if (error == 0)
		error = uv_timer_init(&node->loop, &node->timer);
	if (error == 0)
		error = uv_timer_init(&node->loop, &node->housekeeping);
	if (error != 0)
		return uv_result(error, why);
	node->wake_up.data = node;
	node->timer.data = node;
	node->housekeeping.data = node;
	node->signals.on_signal = on_signal;
	node->signals.owner = node;
	status = signals_open(&node->signals, &node->loop, why);
	return status == STATUS_OK ? mailbox_init(&node->box, notify_loop, node, why) : status;
}

static void close_handle(uv_handle_t *handle, void *argument)
{
	(void)argument;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void stop_loop(struct node *node)
{
	uv_walk(&node->loop, close_handle, NULL);
	uv_run(&node->loop, UV_RUN_DEFAULT);
	uv_loop_close(&node->loop);
	signals_close(&node->signals);
	mailbox_close(&node->box);
}

/* -- Start and stop ----------------------------------------------------------------------------------------- */

static struct world world_of(struct node *node)
{
	return (struct world){
		.owner = node,
		.build = world_build,
		.execute = world_execute,
		.drop = world_drop,
		.aim = world_aim,
		.store = world_store,
		.check = peers_check,
		.read = peers_read,
		.send = peers_send,
		.ingest = gossip_ingest,
		.blame = peers_blame,
		.sign = world_sign,
		.sign_evidence = world_sign_evidence,
		.cosign = world_cosign,
		.wake = world_wake,
		.tell = world_tell,
		.evidence = world_evidence,
		.alarm = world_alarm,
	};
}

static enum status start_drive(struct node *node, struct why *why)
{
	const struct config *config = node->config;
	struct moment moment = clock_moment();
	struct drive_config *drive = memory_new(sizeof *drive);
	struct certificate *certificate = memory_new(sizeof *certificate);
	struct cosigned *kept = memory_new(sizeof *kept);
	enum status status;

	if (!drive || !certificate || !kept) {
		memory_free(drive);
		memory_free(certificate);
		memory_free(kept);
		return why_set(why, STATUS_MEMORY, "start the node's mind");
	}
	drive->pool = (struct pool_limits){
		.txs_max = (size_t)config->pool_txs_max,
		.bytes_max = (size_t)config->pool_bytes_max,
	};
	drive->world = world_of(node);
	drive->evidence_key = node->keys.evidence.public_key;
	drive->consensus.validators_max = VALIDATORS_MAX;
	drive->consensus.batch_ms = config->consensus_batch_ms;
	drive->consensus.seed = node->started_ms;
	status = start_drive_config(drive, certificate, kept, node, why);
	if (status == STATUS_OK)
		status = drive_init(&node->drive, drive, &moment, why);
	if (status == STATUS_OK)
		status = start_load_drive(node, why);
	if (status == STATUS_OK)
		drive_on_tick(&node->drive, &moment);
	memory_free(drive);
	memory_free(certificate);
	memory_free(kept);
	return status;
}

static enum status start_threads(struct node *node, struct why *why)
{
	enum status status;

	node->execution.on_tried = on_tried;
	node->execution.on_built = on_built;
	node->execution.on_executed = on_executed;
	node->execution.on_failed = on_failed;
	node->execution.owner = node;
	node->ingest.verify = &node->verify;
	node->storage.on_stored = on_stored;
	node->storage.on_failed = on_failed;
	node->storage.owner = node;
	node->storage.store = node->store;
	node->storage.sign_state = &node->sign_state;
	status = execution_start(&node->execution, node->store, why);
	if (status != STATUS_OK)
		return status;
	status = storage_start(&node->storage, why);
	if (status != STATUS_OK)
		return status;
	status = peers_start_reader(&node->peers, node, why);
	if (status != STATUS_OK)
		return status;
	return verify_pool_start(&node->verify, store_network(node->store),
	                         (size_t)node->config->verify_threads, on_verified, node, why);
}

/* In this order no letter is sent to who is gone: the server first, then what feeds the
 * execution thread, then the rest. */
static void stop_threads(struct node *node)
{
	backend_free(node->backend);
	verify_pool_stop(&node->verify);
	if (node->storage.store)
		storage_stop(&node->storage);
	if (node->execution.view)
		execution_stop(&node->execution);
	peers_stop_reader(&node->peers);
	peers_abort(&node->peers);
	drive_close(&node->drive);
}

static enum status start_node(struct node *node, struct why *why)
{
	enum status status = peers_start_doorkeeper(&node->peers, node, why);

	if (status == STATUS_OK)
		status = gossip_start(&node->gossip, node, why);
	if (status == STATUS_OK)
		status = start_threads(node, why);
	if (status == STATUS_OK)
		status = start_drive(node, why);
	if (status == STATUS_OK)
		status = peers_start_net(&node->peers, why);
	if (status == STATUS_OK)
		status = backend_new(&node->backend, node, why);
	return status;
}

static void say_ready(const struct node *node)
{
	const struct ledger_tip *tip = store_tip(node->store);

	logger_info(LOG_NODE, "ready", log_text("network", text_view(node->genesis->name)),
	            log_u64("height", tip->header.height), log_hash("head", &tip->hash),
	            log_text("rpc", text_view(backend_address(node->backend))),
	            log_text("p2p", text_view(net_address(node->peers.net))),
	            log_flag("votes", node->drive.consensus.epoch.self != NOBODY),
	            log_u64("took_ms", clock_monotonic_ms() - node->started_ms));
}

static int refuse_start(const struct why *why)
{
	fprintf(stderr, "cairnd: %s\n", why->text);
	return NODE_EXIT_REFUSED;
}

int node_run(const struct config *config, const char *data_dir)
{
	struct node *node = memory_new(sizeof *node);
	struct why why = {{0}};
	enum status status;
	int exit_code = EXIT_SUCCESS;

	if (!node)
		return refuse_start(&(struct why){"out of memory"});
	node->config = config;
	node->started_ms = clock_monotonic_ms();
	signals_block(&node->signals);
	status = start_open(node, data_dir, &why);
	if (status != STATUS_OK)
		goto out_node;
	status = start_loop(node, &why);
	if (status == STATUS_OK)
		status = start_node(node, &why);
	if (status == STATUS_OK) {
		uv_timer_start(&node->housekeeping, on_housekeeping, HOUSEKEEPING_MS, HOUSEKEEPING_MS);
		say_ready(node);
		uv_run(&node->loop, UV_RUN_DEFAULT);
	}
	stop_threads(node);
	stop_loop(node);
	peers_free(&node->peers);
	gossip_free(&node->gossip);
	start_close(node);
	if (status == STATUS_OK)
		logger_info(LOG_NODE, "stopped");
out_node:
	if (status != STATUS_OK)
		exit_code = refuse_start(&why);
	memory_free(node);
	return exit_code;
}
