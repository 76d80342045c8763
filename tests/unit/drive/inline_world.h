/* drive with a world in line: the executor and a ledger in memory, where a build, an
 * execution, a check and a store take as long as the test wants. */
#ifndef TESTS_UNIT_DRIVE_INLINE_WORLD_H
#define TESTS_UNIT_DRIVE_INLINE_WORLD_H

#include "chain/base/memory.h"
#include "chain/ledger/validator_state.h"
#include "node/drive/drive.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum {
	INLINE_OUTCOMES_MAX = 64,
	INLINE_JOBS_MAX = 16,
	INLINE_SENT_MAX = 256,
	INLINE_VALIDATORS_MAX = 4,
	INLINE_FIRST_KEY = 2000,
	INLINE_EVIDENCE_KEY = 2100,
};

struct inline_sent {
	uint16_t to;
	uint8_t *bytes; /* malloc's: the world has memory when drive has none */
	size_t size;
};

struct inline_world {
	struct ledger_fixture ledger;
	struct executor executor;
	struct drive *drive;
	struct moment moment;
	uint64_t wake_ms;
	struct epoch epoch;                          /* that it began with */
	struct key_pair keys[INLINE_VALIDATORS_MAX]; /* by index in the set */
	struct build_job *build;                     /* ordered and not yet done */
	struct execute_job
		executes[INLINE_JOBS_MAX]; /* likewise, oldest first, as the next */
	size_t execute_count;
	struct store_job *stores[INLINE_JOBS_MAX];
	size_t store_count;
	struct check_job *checks[INLINE_JOBS_MAX];
	size_t check_count;
	struct read_job *reads[INLINE_JOBS_MAX];
	size_t read_count;
	struct inline_sent sent[INLINE_SENT_MAX];
	size_t sent_count;
	struct tx_outcome outcomes[INLINE_OUTCOMES_MAX];
	size_t outcome_count;
	size_t sign_count, blame_count, ingest_count, evidence_count, alarm_count, drop_count;
	uint8_t ingested[1024]; /* the last transaction that was */
	size_t ingested_size;   /* 0: it was larger */
	struct hash stream;     /* an open one, in the ledger */
	struct message message; /* room to look into one */
	struct cosign_message cosign_message; /* likewise */
	bool cosigns;           /* checkpoints */
	size_t cosign_count;
};

/* -- What drive asks for ------------------------------------------------------------- */

static inline void inline_build(void *owner, struct build_job *job)
{
	struct inline_world *world = owner;

	ck_assert_ptr_null(world->build);
	world->build = job;
}

static inline void inline_execute(void *owner, const struct execute_job *job)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->execute_count, INLINE_JOBS_MAX);
	world->executes[world->execute_count++] = *job;
}

static inline void inline_drop(void *owner, const struct hash *block)
{
	struct inline_world *world = owner;

	world->drop_count++;
	executor_drop(&world->executor, block);
}

static inline void inline_aim(void *owner, const struct hash *block)
{
	struct inline_world *world = owner;

	executor_aim(&world->executor, block);
}

static inline void inline_store(void *owner, struct store_job *job)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->store_count, INLINE_JOBS_MAX);
	world->stores[world->store_count++] = job;
}

static inline void inline_check(void *owner, struct check_job *job)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->check_count, INLINE_JOBS_MAX);
	world->checks[world->check_count++] = job;
}

static inline void inline_read(void *owner, struct read_job *job)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->read_count, INLINE_JOBS_MAX);
	world->reads[world->read_count++] = job;
}

static inline void inline_send(void *owner, uint16_t peer, struct bytes_view bytes)
{
	struct inline_world *world = owner;
	struct inline_sent *sent = &world->sent[world->sent_count++];

	ck_assert_uint_lt(world->sent_count, INLINE_SENT_MAX);
	sent->to = peer;
	sent->size = bytes.size;
	sent->bytes = malloc(bytes.size + 1);
	ck_assert_ptr_nonnull(sent->bytes);
	memcpy(sent->bytes, bytes.at, bytes.size);
	/* No honest node sends what cannot be read. */
	if (cosign_message_is(bytes))
		ck_assert_int_eq(cosign_message_decode(&world->cosign_message, bytes), STATUS_OK);
	else
		ck_assert_int_eq(message_decode(&world->message, bytes), STATUS_OK);
}

static inline void inline_ingest(void *owner, uint16_t peer, struct cursor txs)
{
	struct inline_world *world = owner;

	(void)peer;
	while (txs.left > 0) {
		struct bytes_view tx = body_next(&txs);

		world->ingest_count++;
		world->ingested_size = tx.size <= sizeof world->ingested ? tx.size : 0;
		memcpy(world->ingested, tx.at, world->ingested_size);
	}
}

static inline void inline_blame(void *owner, uint16_t peer, const char *what)
{
	struct inline_world *world = owner;

	(void)peer;
	ck_assert_uint_gt(strlen(what), 0);
	world->blame_count++;
}

static inline struct signature
inline_signature(struct inline_world *world, uint16_t signer, const struct ballot *ballot)
{
	struct hash digest = ballot_digest(ballot, &world->ledger.network);
	struct signature signature;

	ck_assert_int_eq(key_pair_sign(&signature, world->ledger.signer, &world->keys[signer],
	                               &digest, &digest),
	                 STATUS_OK);
	return signature;
}

static inline enum status inline_sign(void *owner, const struct ballot *ballot,
                                      struct signature *signature)
{
	struct inline_world *world = owner;

	world->sign_count++;
	*signature = inline_signature(world, world->drive->consensus.epoch.self, ballot);
	return STATUS_OK;
}

static inline enum status inline_sign_evidence(void *owner, const struct hash *txid,
                                               struct signature *signature)
{
	struct inline_world *world = owner;
	struct key_pair keys = ledger_fixture_keys(&world->ledger, INLINE_EVIDENCE_KEY);

	return key_pair_sign(signature, world->ledger.signer, &keys, txid, txid);
}

/* The Ed25519 seed of validator `index` in the set. */
static inline void inline_cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], size_t index)
{
	memset(seed, 0x5e, COSIGN_SEED_SIZE);
	seed[0] = (uint8_t)index;
}

static inline enum status inline_cosign(void *owner, uint64_t time_s,
                                        struct bytes_view text, struct cosign *cosign)
{
	struct inline_world *world = owner;
	uint8_t seed[COSIGN_SEED_SIZE];

	world->cosign_count++;
	inline_cosign_seed(seed, world->epoch.self);
	return cosign_make(cosign, seed, time_s, text);
}

static inline void inline_wake(void *owner, uint64_t at_ms)
{
	struct inline_world *world = owner;

	world->wake_ms = at_ms;
}

static inline void inline_tell(void *owner, const struct tx_outcome *outcome)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->outcome_count, INLINE_OUTCOMES_MAX);
	world->outcomes[world->outcome_count++] = *outcome;
}

static inline void inline_evidence(void *owner, const struct vote votes[2])
{
	struct inline_world *world = owner;

	ck_assert(ballots_contradict(&votes[0].ballot, &votes[1].ballot));
	world->evidence_count++;
}

static inline void inline_alarm(void *owner, enum alarm alarm)
{
	struct inline_world *world = owner;

	(void)alarm;
	world->alarm_count++;
}

/* -- Start and end ------------------------------------------------------------------- */

static inline void inline_make_keys(struct inline_world *world, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct key_pair keys =
			ledger_fixture_keys(&world->ledger, INLINE_FIRST_KEY + (unsigned)i);
		size_t at = i;

		while (at > 0 && memcmp(&world->keys[at - 1].public_key, &keys.public_key,
		                        sizeof keys.public_key) > 0) {
			world->keys[at] = world->keys[at - 1];
			at--;
		}
		world->keys[at] = keys;
	}
}

/* A block with a stream. The state knows the keys of the validators, as evidence against them
 * asks for, though the set of genesis is another. */
static inline void inline_first_block(struct inline_world *world, size_t count)
{
	struct draft *draft = ledger_fixture_draft(&world->ledger, NULL);
	const struct tx *tx = ledger_fixture_tx_of(&world->ledger, 0,
	                                           make_stream("notes", STREAM_WRITE_OPEN));

	draft_begin(draft);
	for (size_t i = 0; i < count; i++) {
		struct validator validator = {
			.account = {{(uint8_t)i, 1}},
			.vote_key = world->keys[i].public_key,
			.cosign_key = {{(uint8_t)i, 2}},
		};

		validator_start_keys(draft, &validator, 0);
	}
	ledger_fixture_expect_taken(&world->ledger, draft, tx);
	ledger_fixture_seal(&world->ledger, draft);
	memory_ledger_commit(&world->ledger.ledger, draft);
	draft_free(draft);
	world->stream = stream_id_of(text_view("notes"));
}

/* The epoch of `count` validators that stands on the ledger's tip. */
static inline void inline_epoch(struct inline_world *world, size_t count, uint16_t self)
{
	const struct ledger_tip *tip = &world->ledger.ledger.tip;

	world->epoch = (struct epoch){
		.parameters = world->ledger.genesis->parameters,
		.root = tip->hash,
		.root_height = tip->header.height,
		.root_time_ms = tip->header.time_ms,
		.self = self,
	};
	world->epoch.validators.count = count;
	for (size_t i = 0; i < count; i++) {
		struct validator *validator = &world->epoch.validators.items[i];
		uint8_t seed[COSIGN_SEED_SIZE];

		inline_cosign_seed(seed, i);
		validator->vote_key = world->keys[i].public_key;
		ck_assert_int_eq(cosign_key_public(&validator->cosign_key, seed), STATUS_OK);
	}
}

static inline struct world inline_functions(struct inline_world *world)
{
	return (struct world){
		.owner = world,
		.build = inline_build,
		.execute = inline_execute,
		.drop = inline_drop,
		.aim = inline_aim,
		.store = inline_store,
		.check = inline_check,
		.read = inline_read,
		.send = inline_send,
		.ingest = inline_ingest,
		.blame = inline_blame,
		.sign = inline_sign,
		.sign_evidence = inline_sign_evidence,
		.cosign = inline_cosign,
		.wake = inline_wake,
		.tell = inline_tell,
		.evidence = inline_evidence,
		.alarm = inline_alarm,
	};
}

#define INLINE_ORIGIN "cairn/test/00112233445566778899aabbccddeeff"

static inline struct drive_cosign_start inline_cosign_start(struct inline_world *world,
                                                            uint16_t self)
{
	const struct ledger_tip *tip = &world->ledger.ledger.tip;

	return (struct drive_cosign_start){
		.origin = text_view(INLINE_ORIGIN),
		.cosign_key = world->epoch.validators.items[self].cosign_key,
		.tip = {.epoch = world->epoch.number,
		        .size = tip->frontier.size,
		        .root = log_frontier_root(&tip->frontier)},
	};
}

/* Number `self` of `count` validators, or NOBODY of them; every other is a peer of his number and connected.
 */
static inline void inline_world_init_as(struct inline_world *world,
                                        const struct parameters *parameters,
                                        size_t pool_txs_max, size_t count, uint16_t self,
                                        bool cosigns)
{
	struct drive_config *config = memory_new(sizeof *config);
	const struct ledger_tip *tip = &world->ledger.ledger.tip;

	memset(world, 0, sizeof *world);
	world->cosigns = cosigns;
	ledger_fixture_init(&world->ledger, parameters);
	inline_make_keys(world, count);
	inline_first_block(world, count);
	world->moment =
		(struct moment){.now_ms = 1000, .wall_ms = tip->header.time_ms + 5000};
	executor_init(&world->executor, &world->ledger.network, &world->ledger.ledger.source,
	              tip);
	inline_epoch(world, count, self);
	config->consensus = (struct consensus_config){
		.validators_max = count,
		.batch_ms = 2,
		.timeout_start_ms = 500,
		.seed = 1,
	};
	config->start = (struct consensus_start){
		.epoch = world->epoch,
		.height = tip->header.height,
		.block = tip->hash,
		.time_ms = tip->header.time_ms,
	};
	config->pool = (struct pool_limits){.txs_max = pool_txs_max, .bytes_max = 1 << 20};
	config->network = &world->ledger.network;
	if (self < count)
		config->vote_key = world->keys[self].public_key;
	config->evidence_key =
		ledger_fixture_keys(&world->ledger, INLINE_EVIDENCE_KEY).public_key;
	if (world->cosigns)
		config->cosign = inline_cosign_start(world, self);
	config->world = inline_functions(world);
	world->drive = memory_new(sizeof *world->drive);
	ck_assert_int_eq(drive_init(world->drive, config, &world->moment, NULL), STATUS_OK);
	memory_free(config);
	drive_on_tick(world->drive, &world->moment);
	for (uint16_t i = 0; i < count; i++)
		if (i != self)
			drive_on_connected(world->drive, i, &world->keys[i].public_key,
			                   &world->moment);
}

/* The same without cosignatures, which most tests do not look at. */
static inline void inline_world_init(struct inline_world *world,
                                     const struct parameters *parameters,
                                     size_t pool_txs_max, size_t count, uint16_t self)
{
	inline_world_init_as(world, parameters, pool_txs_max, count, self, false);
}

static inline void inline_forget_sent(struct inline_world *world)
{
	while (world->sent_count > 0)
		free(world->sent[--world->sent_count].bytes);
}

static inline void inline_world_close(struct inline_world *world)
{
	drive_close(world->drive);
	memory_free(world->drive);
	for (size_t i = 0; i < world->store_count; i++)
		store_job_free(world->stores[i]);
	for (size_t i = 0; i < world->check_count; i++)
		check_job_free(world->checks[i]);
	for (size_t i = 0; i < world->read_count; i++)
		read_job_free(world->reads[i]);
	inline_forget_sent(world);
	executor_close(&world->executor);
	ledger_fixture_close(&world->ledger);
}

/* -- Its work, done --------------------------------------------------------------------
 */

/* As the node does: tried by the executor, then handed to drive. Gives the verdict. */
static inline enum verdict inline_submit(struct inline_world *world, const struct tx *tx)
{
	struct submission submission = {.is_awaited = true};
	uint8_t *bytes = memory_new(tx->bytes.size);

	memcpy(bytes, tx->bytes.at, tx->bytes.size);
	submission.bytes = bytes;
	ck_assert_int_eq(tx_decode(&submission.tx, &world->ledger.network,
	                           bytes_view(bytes, tx->bytes.size), &submission.refusal),
	                 VERDICT_GOOD);
	submission.checked_height = executor_height(&world->executor);
	ck_assert_int_eq(executor_try(&world->executor, &submission.tx, world->moment.wall_ms,
	                              &submission.verdict, &submission.refusal, NULL),
	                 STATUS_OK);
	drive_submit(world->drive, &submission, 1, &world->moment);
	memory_free(submission.bytes);
	ck_assert_int_eq(world->drive->status, STATUS_OK);
	return submission.verdict;
}

/* Time passes, and drive is woken where it wanted to be. */
static inline void inline_pass(struct inline_world *world, uint64_t milliseconds)
{
	uint64_t until_ms = world->moment.now_ms + milliseconds;

	while (world->wake_ms > 0 && world->wake_ms <= until_ms) {
		uint64_t step_ms = world->wake_ms > world->moment.now_ms
		                       ? world->wake_ms - world->moment.now_ms
		                       : 0;

		world->moment.now_ms += step_ms;
		world->moment.wall_ms += step_ms;
		world->wake_ms = 0;
		drive_on_tick(world->drive, &world->moment);
	}
	world->moment.wall_ms += until_ms - world->moment.now_ms;
	world->moment.now_ms = until_ms;
}

/* The block that was ordered gets done. */
static inline void inline_finish_build(struct inline_world *world)
{
	struct build_job *job = world->build;
	struct why why = {{0}};

	ck_assert_ptr_nonnull(job);
	world->build = NULL;
	ck_assert_msg(executor_build(&world->executor, &job->parent, &job->plan, job->offers,
	                             job->offer_count, &job->block, &why) == STATUS_OK,
	              "%s", why.text);
	drive_on_built(world->drive, &world->moment);
	ck_assert_int_eq(world->drive->status, STATUS_OK);
}

/* The oldest leaves the list, the others move up. */
static inline void inline_take(void *list, size_t *count, size_t item_size)
{
	uint8_t *items = list;

	ck_assert_uint_gt(*count, 0);
	--*count;
	memmove(items, items + item_size, *count * item_size);
}

static inline void inline_finish_execute(struct inline_world *world)
{
	struct execute_job job = world->executes[0];
	struct refusal refusal = {0};
	const struct draft *block;

	inline_take(world->executes, &world->execute_count, sizeof world->executes[0]);
	ck_assert_int_eq(
		executor_execute(&world->executor, &job.header, job.body, &block, &refusal, NULL),
		STATUS_OK);
	drive_on_executed(world->drive, &job.hash, block, &world->moment);
}

static inline void inline_commit(struct inline_world *world,
                                 const struct commit_block *commit)
{
	struct cursor in = cursor_on(commit->certificate);
	struct certificate certificate;
	struct hash hash = commit->hash;

	certificate_get(&in, &certificate);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert(certificate_is_valid(&certificate, &world->epoch.validators,
	                               &world->epoch.parameters, &world->ledger.network));
	ck_assert_int_eq(certificate.ballot.kind, VOTE_FINALIZE);
	memory_ledger_commit(&world->ledger.ledger, commit->draft);
	executor_retire(&world->executor, &hash);
}

/* The oldest job on its way gets stored. */
static inline void inline_finish_store(struct inline_world *world)
{
	struct store_job *job = world->stores[0];

	inline_take(world->stores, &world->store_count, sizeof world->stores[0]);
	for (size_t i = 0; i < job->commit_count; i++)
		inline_commit(world, &job->commits[i]);
	drive_on_stored(world->drive, job, &world->moment);
}

static inline void inline_finish_check(struct inline_world *world)
{
	struct check_job *job = world->checks[0];

	inline_take(world->checks, &world->check_count, sizeof world->checks[0]);
	check_run(job, &world->ledger.network, signature_is_valid, cosign_is_valid);
	drive_on_checked(world->drive, job, &world->moment);
}

/* Everything that is asked for, until nothing is. */
static inline void inline_settle(struct inline_world *world)
{
	for (;;) {
		if (world->check_count > 0)
			inline_finish_check(world);
		else if (world->execute_count > 0)
			inline_finish_execute(world);
		else if (world->build)
			inline_finish_build(world);
		else if (world->store_count > 0)
			inline_finish_store(world);
		else
			return;
	}
}

static inline const struct tx *inline_append(struct inline_world *world, unsigned sender,
                                             const char *value)
{
	return ledger_fixture_tx_of(&world->ledger, sender,
	                            make_append(&world->stream, "", value));
}

/* Blocks in jobs that are not done. */
static inline size_t inline_commits(const struct inline_world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store_count; i++)
		count += world->stores[i]->commit_count;
	return count;
}

#endif
