/* The turn: what comes in is fed to the machine, its effects are carried out in the order they
 * come, and what they bring up is fed behind. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

/* How often the pool is searched for what expired. */
enum { EXPIRY_PERIOD_MS = 5000 };

enum status drive_init(struct drive *drive, const struct drive_config *config,
                       const struct moment *moment, struct why *why)
{
	enum status status;

	memset(drive, 0, sizeof *drive);
	drive->world = config->world;
	drive->network = config->network;
	drive->vote_key = config->vote_key;
	drive->evidence_key = config->evidence_key;
	drive->headers_max = config->headers_max > 0 ? config->headers_max : SYNC_HEADERS_MAX;
	drive->compact_body_least = config->compact_body_least > 0 ? config->compact_body_least
	                                                            : COMPACT_BODY_LEAST;
	drive->mark = config->start.mark;
	drive->moment = *moment;
	drive->wanted_ms = UINT64_MAX;
	sync_init(&drive->sync, config->consensus.seed,
	          config->portion_blocks_max > 0 ? config->portion_blocks_max : PORTION_BLOCKS_MAX);
	status = consensus_init(&drive->consensus, &config->consensus, &config->start, why);
	if (status != STATUS_OK)
		return status;
	catchup_begin(drive);
	pool_init(&drive->pool, &config->pool);
	drive->offers_max = BLOCK_TXS_MAX;
	drive->picked = memory_new(drive->offers_max * sizeof(struct pool_tx *));
	drive->offers = memory_new(drive->offers_max * sizeof *drive->offers);
	if (!drive->picked || !drive->offers) {
		drive_close(drive);
		return why_set(why, STATUS_MEMORY, "start the node's mind");
	}
	status = cosign_open(drive, config);
	if (status != STATUS_OK) {
		drive_close(drive);
		return why_set(why, status, "prepare for cosigning");
	}
	drive->expiry_due_ms = moment->now_ms + EXPIRY_PERIOD_MS;
	drive->waking_ms = drive->expiry_due_ms;
	drive->world.wake(drive->world.owner, drive->waking_ms);
	return STATUS_OK;
}

void drive_close(struct drive *drive)
{
	while (drive->later_first) {
		struct drive_later *next = drive->later_first->next;

		memory_free(drive->later_first);
		drive->later_first = next;
	}
	store_job_free(drive->job); /* those handed out are the world's */
	outbox_close(&drive->outbox);
	shelf_close(&drive->shelf);
	consensus_close(&drive->consensus);
	cosign_close(drive);
	names_close(drive);
	late_close(&drive->late);
	sync_close(&drive->sync);
	memory_free(drive->picked);
	memory_free(drive->offers);
	drive->picked = NULL;
	drive->offers = NULL;
	refused_close(&drive->refused);
	pool_close(&drive->pool);
}

void drive_load_record(struct drive *drive, const struct vote_record *record)
{
	consensus_load_record(&drive->consensus, record);
	raise_mark(drive, record->epoch, record->view);
}

void drive_load_certificate(struct drive *drive, const struct certificate *certificate)
{
	consensus_load_certificate(&drive->consensus, certificate);
}

void drive_fail(struct drive *drive, enum status status, const char *what)
{
	if (drive->status == STATUS_OK)
		drive->status = why_set(&drive->why, status, "%s", what);
}

/* -- The turn ----------------------------------------------------------------------------------------- */

void begin_turn(struct drive *drive, const struct moment *moment)
{
	/* A clock that stands still for a while is no news; one that goes back is. */
	INVARIANT(moment->now_ms >= drive->moment.now_ms);
	drive->moment = *moment;
}

static void step(struct drive *drive, struct input *in)
{
	if (drive->status != STATUS_OK)
		return;
	in->now_ms = drive->moment.now_ms;
	in->wall_ms = drive->moment.wall_ms;
	drive->wanted_ms = UINT64_MAX;
	consensus_step(&drive->consensus, in, &drive->effects);
	for (size_t i = 0; i < drive->effects.count && drive->status == STATUS_OK; i++)
		carry_out(drive, &drive->effects.items[i]);
}

void feed_later(struct drive *drive, const struct input *in)
{
	struct drive_later *later = memory_new(sizeof *later);

	if (!later) {
		drive_fail(drive, STATUS_MEMORY, "remember what to do next");
		return;
	}
	later->in = *in;
	if (drive->later_last)
		drive->later_last->next = later;
	else
		drive->later_first = later;
	drive->later_last = later;
}

static void feed_what_came_up(struct drive *drive)
{
	while (drive->later_first) {
		struct drive_later *later = drive->later_first;

		drive->later_first = later->next;
		if (!drive->later_first)
			drive->later_last = NULL;
		step(drive, &later->in);
		memory_free(later);
	}
}

void feed(struct drive *drive, struct input *in)
{
	INVARIANT(!drive->is_feeding);
	drive->is_feeding = true;
	step(drive, in);
	feed_what_came_up(drive);
	drive->is_feeding = false;
}

/* Consensus hears of the pool when what waits has changed; of nothing while the node stops. */
static bool tell_work(struct drive *drive)
{
	struct input in = {.kind = INPUT_WORK};

	in.work = (struct input_work){
		.tx_count = drive->pool.waiting_count,
		.byte_count = drive->pool.waiting_bytes,
		.oldest_ms = pool_oldest_ms(&drive->pool),
	};
	if (drive->is_stopping)
		in.work = (struct input_work){0};
	if (drive->status != STATUS_OK || memcmp(&in.work, &drive->told, sizeof in.work) == 0)
		return false;
	drive->told = in.work;
	feed(drive, &in);
	return true;
}

static void hand_out_job(struct drive *drive)
{
	struct store_job *job = drive->job;

	/* A slow disk makes the jobs larger, not more. */
	if (!job || !job->is_queued || drive->stored_count >= STORE_JOBS_MAX)
		return;
	drive->job = NULL;
	drive->stored_count++;
	job->mark = drive->mark;
	drive->world.store(drive->world.owner, job);
}

static void wake(struct drive *drive)
{
	uint64_t at_ms = drive->expiry_due_ms;
	uint64_t cosign_ms = cosign_wake_ms(drive);
	uint64_t trial_ms = trial_wake_ms(drive);

	if (drive->wanted_ms < at_ms)
		at_ms = drive->wanted_ms;
	if (cosign_ms < at_ms)
		at_ms = cosign_ms;
	if (trial_ms < at_ms)
		at_ms = trial_ms;
	if (drive->sync.wake_ms < at_ms)
		at_ms = drive->sync.wake_ms;
	if (at_ms == drive->waking_ms)
		return;
	drive->waking_ms = at_ms;
	drive->world.wake(drive->world.owner, at_ms);
}

void end_turn(struct drive *drive)
{
	catchup_go_on(drive);
	/* Work that is placed may be followed by another block, and so on. */
	do
		update_placed(drive);
	while (tell_work(drive));
	names_forget_unwanted(drive);
	cosign_go_on(drive);
	trial_go_on(drive);
	if (drive->status != STATUS_OK)
		return;
	hand_out_job(drive);
	send_ready(drive);
	wake(drive);
}

/* -- Transactions in ---------------------------------------------------------------------------- */

static void admit(struct drive *drive, struct submission *submission)
{
	struct pool_tx *known = pool_find(&drive->pool, &submission->tx.txid);
	struct pool_tx *added;

	if (known && !known->has_ended) {
		/* The same request once more is answered alike, also when it is in a block that
		 * is on its way to the disk. */
		known->is_awaited |= submission->is_awaited;
		submission->verdict = VERDICT_GOOD;
		return;
	}
	if (submission->verdict != VERDICT_GOOD)
		return;
	submission->verdict = pool_admits(&drive->pool, &submission->tx, &submission->refusal);
	if (submission->verdict != VERDICT_GOOD)
		return;
	added = pool_add_take(&drive->pool, &submission->tx, submission->bytes,
	                      drive->moment.now_ms);
	submission->bytes = NULL;
	if (!added) {
		submission->verdict =
			refuse(&submission->refusal, VERDICT_QUOTA, "out of memory; send it again later");
		return;
	}
	added->checked_height = submission->checked_height;
	added->is_awaited = submission->is_awaited;
	refused_forget(&drive->refused, &submission->tx.txid);
	drive->counters.admitted++;
}

/* New ones of our own clients go on to the others. */
static void relay_new(struct drive *drive, const struct submission *submissions,
                      size_t count)
{
	struct bytes_view txs[64];
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct pool_tx *tx =
			submissions[i].verdict == VERDICT_GOOD && !submissions[i].is_relayed
				? pool_find(&drive->pool, &submissions[i].tx.txid)
				: NULL;

		if (tx)
			txs[found++] = tx->tx.bytes;
		if (found == sizeof txs / sizeof txs[0] || (found > 0 && i + 1 == count)) {
			relay(drive, txs, found);
			found = 0;
		}
	}
}

void drive_submit(struct drive *drive, struct submission *submissions, size_t count,
                  const struct moment *moment)
{
	begin_turn(drive, moment);
	for (size_t i = 0; i < count; i++) {
		drive->counters.submitted++;
		if (submissions[i].verdict == VERDICT_GOOD ||
		    submissions[i].verdict == VERDICT_KNOWN)
			admit(drive, &submissions[i]);
		if (submissions[i].verdict != VERDICT_GOOD)
			drive->counters.refused++;
	}
	/* The only validator has nobody to hand it to; who follows it has. */
	if (drive->consensus.epoch.validators.count > 1 || drive->consensus.epoch.self == NOBODY)
		relay_new(drive, submissions, count);
	end_turn(drive);
}

/* -- Peers ---------------------------------------------------------------------------------------- */

void drive_on_connected(struct drive *drive, uint16_t peer,
                        const struct public_key *vote_key, const struct moment *moment)
{
	struct input in = {.kind = INPUT_CONNECTED};

	INVARIANT(peer < PEERS_MAX);
	begin_turn(drive, moment);
	drive->peers[peer] = (struct drive_peer){
		.is_connected = true,
		.connection = ++drive->connection_count,
	};
	if (vote_key)
		drive->peers[peer].vote_key = *vote_key;
	number_peers(drive);
	in.connected = drive->peers[peer].index;
	feed(drive, &in);
	cosign_greet(drive, peer);
	end_turn(drive);
}

void drive_on_disconnected(struct drive *drive, uint16_t peer)
{
	INVARIANT(peer < PEERS_MAX);
	drive->peers[peer].is_connected = false;
	names_forget_peer(drive, peer);
	sync_peer_left(&drive->sync, peer);
}

bool is_still_there(const struct drive *drive, uint16_t peer, uint32_t connection)
{
	return drive->peers[peer].is_connected && drive->peers[peer].connection == connection;
}

/* -- Blocks from our own disk ------------------------------------------------------------------------ */

void drive_load_block(struct drive *drive, const struct header *header,
                      struct bytes_view body)
{
	struct check_job job = {0};
	struct message_block block = {.header = *header, .body = body};
	struct check_body checked = {0};
	struct shelf_block *shelved;

	job.blocks = &block;
	job.block_count = 1;
	job.bodies = &checked;
	/* It was checked before it was kept: only its names are wanted. */
	check_run(&job, drive->network, check_nothing, cosign_is_valid);
	if (job.status != STATUS_OK || checked.finding != BODY_GOOD ||
	    shelf_find(&drive->shelf, &checked.hash)) {
		memory_free(checked.names);
		return;
	}
	shelved = shelf_add(&drive->shelf, &checked.hash, header, body, checked.names);
	if (!shelved)
		drive_fail(drive, STATUS_MEMORY, "take in a block");
}

static int compare_views(const struct shelf_block *a, const struct shelf_block *b)
{
	if (a->header.view != b->header.view)
		return a->header.view < b->header.view ? -1 : 1;
	return hash_compare(&a->hash, &b->hash);
}

/* Consensus hears of them with the first turn: of parents before their children, in whatever
 * order the disk has them. */
static void feed_loaded(struct drive *drive)
{
	struct shelf_block *block, *next;

	drive->has_started = true;
	HASH_SRT(hh, drive->shelf.blocks, compare_views);
	HASH_ITER(hh, drive->shelf.blocks, block, next) {
		struct input in = {.kind = INPUT_BLOCK};

		in.block.hash = block->hash;
		in.block.header = &block->header;
		in.block.from = NOBODY;
		feed(drive, &in);
	}
}

/* -- Answers, time ------------------------------------------------------------------------------------- */

static void begin_epoch(struct drive *drive, const struct commit_block *seal)
{
	struct input in = {.kind = INPUT_EPOCH, .epoch = &drive->next_epoch};

	drive->seal_height = 0;
	cosign_seal(drive, seal);
	feed(drive, &in);
	number_peers(drive);
	forget_finals(drive);
	catchup_begin(drive);
}

void drive_on_stored(struct drive *drive, struct store_job *job,
                     const struct moment *moment)
{
	begin_turn(drive, moment);
	drive->stored_count--;
	outbox_finish_job(&drive->outbox, job);
	for (size_t i = 0; i < job->commit_count; i++) {
		const struct shelf_block *block =
			shelf_find(&drive->shelf, &job->commits[i].hash);
		struct input in = {.kind = INPUT_STORED};

		INVARIANT(block);
		in.stored_height = block->header.height;
		finish_block(drive, &job->commits[i].hash);
		announce_final(drive, &job->commits[i]);
		feed(drive, &in);
		if (drive->seal_height > 0 && drive->seal_height == in.stored_height)
			begin_epoch(drive, &job->commits[i]);
		else
			cosign_block(drive, &job->commits[i]);
		trial_want(drive, &job->commits[i]);
	}
	store_job_free(job);
	end_turn(drive);
}

/* By our own clock; what is in a block already may still become final. */
static void expire(struct drive *drive)
{
	const struct moment *moment = &drive->moment;
	struct pool_tx *tx, *next;

	HASH_ITER(hh, drive->pool.txs, tx, next) {
		struct tx_outcome outcome = {.kind = TX_EXPIRED};

		if (tx->place != POOL_WAITING || tx->tx.valid_until_ms >= moment->wall_ms)
			continue;
		refuse(&outcome.refusal, VERDICT_EXPIRED,
		       "valid until %llu ms, this node's clock shows %llu ms",
		       (unsigned long long)tx->tx.valid_until_ms,
		       (unsigned long long)moment->wall_ms);
		refused_add(&drive->refused, &tx->tx.txid, &outcome.refusal);
		tell_end(drive, tx, &outcome);
		pool_remove(&drive->pool, tx);
		drive->counters.expired++;
	}
}

void drive_on_tick(struct drive *drive, const struct moment *moment)
{
	struct input in = {.kind = INPUT_TICK};

	begin_turn(drive, moment);
	drive->waking_ms = 0;
	if (!drive->has_started)
		feed_loaded(drive);
	if (moment->now_ms >= drive->expiry_due_ms) {
		expire(drive);
		retry_accusations(drive);
		drive->expiry_due_ms = moment->now_ms + EXPIRY_PERIOD_MS;
	}
	feed(drive, &in);
	end_turn(drive);
}

void drive_stop(struct drive *drive)
{
	drive->is_stopping = true;
}

bool drive_is_idle(const struct drive *drive)
{
	return !drive->building && !shelf_is_executing(&drive->shelf) &&
	       drive->stored_count == 0 && (!drive->job || !drive->job->is_queued);
}
