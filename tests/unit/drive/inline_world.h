/* drive with a world in line: the executor and a ledger in memory, where a build and a store
 * take as long as the test wants. */
#ifndef TESTS_UNIT_DRIVE_INLINE_WORLD_H
#define TESTS_UNIT_DRIVE_INLINE_WORLD_H

#include "node/drive/drive.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

enum { INLINE_OUTCOMES_MAX = 64, INLINE_COMMITS_MAX = 4 };

struct inline_world {
	struct ledger_fixture ledger;
	struct executor executor;
	struct drive *drive;
	struct moment moment;
	uint64_t wake_ms;
	struct build_job *build;                      /* ordered and not yet done */
	struct commit_job commits[INLINE_COMMITS_MAX]; /* likewise, oldest first */
	size_t commit_count;
	struct tx_outcome outcomes[INLINE_OUTCOMES_MAX];
	size_t outcome_count;
	size_t sign_count;
	struct hash stream;                           /* an open one, in the ledger */
};

static inline void inline_build(void *owner, struct build_job *job)
{
	struct inline_world *world = owner;

	ck_assert_ptr_null(world->build);
	world->build = job;
}

static inline void inline_commit(void *owner, const struct commit_job *job)
{
	struct inline_world *world = owner;

	ck_assert_uint_lt(world->commit_count, INLINE_COMMITS_MAX);
	world->commits[world->commit_count++] = *job;
}

static inline enum status inline_sign(void *owner, const struct ballot *ballot,
                                      struct signature *signature)
{
	struct inline_world *world = owner;
	struct hash digest = ballot_digest(ballot, &world->ledger.network);

	world->sign_count++;
	return key_pair_sign(signature, world->ledger.signer, &world->ledger.validator.keys,
	                     &digest, &digest);
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

static inline void inline_world_init(struct inline_world *world,
                                     const struct parameters *parameters,
                                     size_t pool_txs_max)
{
	struct operation create = make_stream("notes", STREAM_WRITE_OPEN);
	struct drive_config *config = memory_new(sizeof *config);
	const struct ledger_tip *tip = &world->ledger.ledger.tip;

	memset(world, 0, sizeof *world);
	ledger_fixture_init(&world->ledger, parameters);
	ledger_fixture_do(&world->ledger, 0, create);
	world->stream = stream_id_of(text_view("notes"));
	world->moment = (struct moment){.now_ms = 1000, .wall_ms = tip->header.time_ms + 5000};
	executor_init(&world->executor, &world->ledger.network, &world->ledger.ledger.source,
	              tip);
	config->consensus = (struct consensus_config){
		.validators = world->ledger.genesis->validators,
		.validators_hash = tip->header.validators_hash,
		.height = tip->header.height,
		.view = tip->header.view,
		.time_ms = tip->header.time_ms,
		.block = tip->hash,
		.batch_ms = 2,
		.block_txs_max = world->ledger.genesis->parameters.values[PARAMETER_max_block_txs],
		.block_bytes_max =
			world->ledger.genesis->parameters.values[PARAMETER_max_block_bytes],
	};
	config->pool = (struct pool_limits){.txs_max = pool_txs_max, .bytes_max = 1 << 20};
	config->world = (struct world){
		.owner = world,
		.build = inline_build,
		.commit = inline_commit,
		.sign = inline_sign,
		.wake = inline_wake,
		.tell = inline_tell,
	};
	world->drive = memory_new(sizeof *world->drive);
	ck_assert_int_eq(drive_init(world->drive, config, &world->moment, NULL), STATUS_OK);
	memory_free(config);
}

static inline void inline_world_close(struct inline_world *world)
{
	drive_close(world->drive);
	memory_free(world->drive);
	executor_close(&world->executor);
	ledger_fixture_close(&world->ledger);
}

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
	ck_assert_msg(executor_build(&world->executor, &job->plan, job->offers,
	                             job->offer_count, &job->block, &why) == STATUS_OK,
	              "%s", why.text);
	drive_on_built(world->drive, &world->moment);
}

/* The oldest block on its way gets stored. */
static inline void inline_finish_store(struct inline_world *world)
{
	struct commit_job job = world->commits[0];
	uint64_t height = job.block->header.height;

	ck_assert_uint_gt(world->commit_count, 0);
	ck_assert(certificate_is_valid(&job.certificate, &world->ledger.genesis->validators,
	                               &world->ledger.genesis->parameters,
	                               &world->ledger.network));
	ck_assert(hash_equal(&job.certificate.ballot.block, &job.block->hash));
	memory_ledger_commit(&world->ledger.ledger, job.block);
	world->commit_count--;
	memmove(world->commits, world->commits + 1,
	        world->commit_count * sizeof world->commits[0]);
	executor_retire(&world->executor, height);
	drive_on_stored(world->drive, height, &world->moment);
}

static inline const struct tx *inline_append(struct inline_world *world, unsigned sender,
                                             const char *value)
{
	return ledger_fixture_tx_of(&world->ledger, sender,
	                            make_append(&world->stream, "", value));
}

#endif
