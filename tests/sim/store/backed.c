/* backing.h with RocksDB: the steps of a node's storage and execution threads, one after
 * another, and power cuts between and within them. */
#include "tests/sim/store/backed.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/store/check.h"
#include "chain/store/database.h"
#include "chain/store/votes.h"
#include "node/shell/loading.h"
#include "node/shell/quorums.h"
#include "node/shell/serving.h"
#include "node/shell/storage_batch.h"
#include "tests/sim/store/power.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRUNE_ROWS = 200, SECTOR_SIZE = 512 };

/* What happened to all disks, for the end: without it the run showed less than it says. */
static struct {
	unsigned long cuts, batches, marks, drops, bytes, held;
} counts;

static void tell_counts(void)
{
	printf("stores: %lu power cuts, %lu torn batches, %lu torn marks, %lu drops, %lu bytes "
	       "lost, %lu held\n",
	       counts.cuts, counts.batches, counts.marks, counts.drops, counts.bytes,
	       counts.held);
}

void backed_must(struct backed *backed, enum status status, const char *what,
                 const struct why *why)
{
	if (status == STATUS_OK)
		return;
	fprintf(stderr, "seed %llu: the store, %s: %s, %s\n",
	        (unsigned long long)backed->sim->seed, what,
	        status_text(status), why->text);
	abort();
}

static void path_in(char path[BACKED_PATH_SIZE + 16], const struct backed *backed,
                    unsigned life, const char *name)
{
	snprintf(path, BACKED_PATH_SIZE + 16, "%s.%u/%s", backed->path, life, name);
}

static void path_of(char path[BACKED_PATH_SIZE + 16], const struct backed *backed,
                    const char *name)
{
	path_in(path, backed, backed->life, name);
}

/* -- Life ------------------------------------------------------------------------------------------ */

/* Disks that are turned back are made anew, so none is older than it was synced. */
static void restore_held(struct backed *backed)
{
	struct why why = {{0}};
	bool is_older;

	counts.held += backed->sign_state.held.size;
	backed_must(backed,
	            store_restore_held(backed->store, &backed->sign_state, &is_older, &why),
	            "restore what the sign state holds", &why);
	if (is_older)
		sim_violate(backed->sim, "the store: it lost votes that it had synced");
}

static void open_disk(struct backed *backed)
{
	char path[BACKED_PATH_SIZE + 16];
	struct why why = {{0}};

	path_of(path, backed, "mark");
	backed_must(backed, sign_state_open(&backed->sign_state, path, &why), "open the mark",
	            &why);
	path_of(path, backed, "store");
	backed_must(backed,
	            store_open(&backed->store, path, &backed->options, &backed->sim->network,
	                       &why),
	            "open", &why);
	restore_held(backed);
}

static void close_disk(struct backed *backed)
{
	store_close(backed->store);
	backed->store = NULL;
	sign_state_close(&backed->sign_state);
}

/* Buffers that overflow all the time, or never; everything of the past, or little of it. */
static void draw_options(struct backed *backed)
{
	struct lots *lots = &backed->lots;

	backed->options = (struct store_options){
		.prune_window = lots_below(lots, 2) == 0 ? 0 : lots_between(lots, 1, 8),
		.cache_mib = 4,
		.write_buffer_mib = lots_below(lots, 8) == 0 ? 8 : 32,
		.background_jobs = 2,
	};
}

static struct backed *create(struct sim *sim, const struct draft *genesis)
{
	static unsigned number; /* of all runs of this process */
	struct backed *backed = calloc(1, sizeof *backed);
	struct sign_mark mark = {0};
	char path[BACKED_PATH_SIZE + 16];
	struct buffer file;
	struct why why = {{0}};

	if (!backed)
		abort();
	if (number == 0)
		atexit(tell_counts);
	backed->sim = sim;
	backed->lots = lots_from(sim->seed ^ (uint64_t)sim->backed_count++ << 32);
	snprintf(backed->path, sizeof backed->path, "%s/%u", power_folder(), number++);
	draw_options(backed);
	path_of(path, backed, "");
	if (mkdir(path, 0700) != 0)
		abort();
	path_of(path, backed, "mark");
	backed_must(backed, sign_state_create(path, &mark, 0, &why), "make the mark", &why);
	path_of(path, backed, "store");
	buffer_init(&file, GENESIS_SIZE_MAX);
	genesis_encode(&file, sim->genesis);
	backed_must(backed,
	            store_create(&backed->store, path, &backed->options, &sim->network,
	                         buffer_view(&file), genesis, &why),
	            "make", &why);
	buffer_close(&file);
	store_close(backed->store);
	backed->store = NULL;
	backed->sign_state.file = -1;
	return backed;
}

static void close_backed(struct backed *backed)
{
	char path[BACKED_PATH_SIZE + 16];

	INVARIANT(!backed->store);
	path_of(path, backed, "");
	power_remove(path);
	free(backed);
}

/* As a node starts: the ledger is looked through, and compared with the mark. */
static void check_store(struct backed *backed, const struct disk *disk)
{
	struct store_check check = {
		.committed_height = backed->sign_state.mark.committed_height,
		.seed = backed->life,
		.sample_count = 20,
	};
	struct store_check_result result;
	struct why why = {{0}};

	backed_must(backed, store_check(backed->store, &check, &result, &why), "check", &why);
	/* It has less than the mark says if it was turned back, and only then. */
	if (result.lost_tail != (disk->block_count - 1 < disk->mark_height))
		sim_violate(backed->sim, "the store: it ends at height %llu, its mark says %llu",
		            (unsigned long long)result.tip_height,
		            (unsigned long long)check.committed_height);
}

static void start(struct backed *backed, const struct disk *disk)
{
	struct why why = {{0}};

	INVARIANT(!backed->store);
	open_disk(backed);
	check_store(backed, disk);
	backed_must(backed, store_view_open(&backed->view, backed->store, &why), "open a view",
	            &why);
	backed->source = store_view_source(backed->view);
	backed->source.inner = state_inner_cache_new();
	backed_compare_kept(backed, disk);
}

static const struct ledger_source *source(const struct backed *backed)
{
	return &backed->source;
}

static const struct ledger_tip *tip(const struct backed *backed)
{
	return store_view_tip(backed->view);
}

/* -- Reading ------------------------------------------------------------------------------------------- */

static void load_start_of(struct backed *backed, struct consensus_start *start_of,
                          struct certificate *certificate, const struct public_key *vote_key)
{
	struct why why = {{0}};

	backed_must(backed,
	            load_start(start_of, certificate, backed->view, &backed->sim->network,
	                       vote_key, &why),
	            "load where to begin", &why);
}

static void load_kept_of(struct backed *backed, struct drive *drive)
{
	struct why why = {{0}};

	backed_must(backed, load_kept(drive, backed->view, &why), "load what was kept", &why);
}

static void load_cosign_of(struct backed *backed, struct drive_cosign_start *start_of,
                           struct cosigned *kept)
{
	struct why why = {{0}};

	backed_must(backed, quorum_load_start(start_of, kept, backed->view, &why),
	            "load where cosigning begins", &why);
}

/* What a node sends is what the store has. */
static void read_job(struct backed *backed, struct read_job *job)
{
	struct read_job model = *job;
	struct why why = {{0}};

	if (!backed->view)
		return;
	if (job->missing) {
		model.missing = malloc(sizeof *model.missing);
		if (!model.missing)
			abort();
		*model.missing = *job->missing;
		job->missing->count = 0;
	}
	buffer_init(&job->answer, model.answer.size_max);
	backed_must(backed, serve_read(job, backed->view, &why), "answer a peer", &why);
	backed_compare_answer(backed, &model, job);
	buffer_close(&model.answer);
	free(job->missing ? model.missing : NULL);
}

/* -- Writing --------------------------------------------------------------------------------------------- */

/* The next slot, some of its sectors written: the cut comes before the sync. */
static void tear_mark(struct backed *backed, const struct store_job *job)
{
	struct sign_slot slot = {
		.mark = sign_mark_of(&job->mark, store_tip(backed->store)->header.height),
		.sequence = sign_state_next(&backed->sign_state),
		.base = backed->sign_state.base,
		.held = buffer_view(&backed->sign_state.held),
	};
	uint8_t *bytes = backed->sign_state.slot;
	size_t sectors = sign_slot_encode(bytes, &slot) / SECTOR_SIZE, size;

	/* One alone is written whole or not at all. */
	if (sectors < 2)
		return;
	size = (size_t)lots_between(&backed->lots, 1, sectors - 1) * SECTOR_SIZE;
	if (pwrite(backed->sign_state.file, bytes, size,
	           (off_t)(slot.sequence % 2 * SIGN_SLOT_SIZE)) != (ssize_t)size)
		abort();
	counts.marks++;
}

/* The model has the job, so it has to be on the disk. */
static void sync_store(struct backed *backed)
{
	char *error = NULL;

	rocksdb_flush_wal(backed->store->db, 1, &error);
	if (error)
		abort();
}

/* What a node does now and then, after any job and before none in particular. */
static void drop_old(struct backed *backed, const struct store_job *job)
{
	struct why why = {{0}};
	bool more = true;

	if (lots_below(&backed->lots, 4) == 0) {
		backed_must(backed, store_job_drop_old(backed->store, job, &why), "drop", &why);
		counts.drops++;
	}
	while (more && lots_below(&backed->lots, 4) != 0)
		backed_must(backed, store_prune(backed->store, PRUNE_ROWS, &more, &why), "prune",
		            &why);
}

static void apply(struct backed *backed, const struct store_job *job, bool with_mark)
{
	struct why why = {{0}};

	backed_must(backed, store_job_write(backed->store, &backed->sign_state, job, &why),
	            "write", &why);
	if (with_mark)
		backed_must(backed,
		            store_job_mark(&backed->sign_state, backed->store, job, &why),
		            "write the mark", &why);
	else
		sync_store(backed);
	if (!with_mark && lots_below(&backed->lots, 2) == 0)
		tear_mark(backed, job);
	if (job->commit_count > 0 && with_mark)
		drop_old(backed, job);
	if (job->commit_count == 0 && job->note_count == 0)
		return;
	/* As the thread that executes does before a block may go, and who reads for peers always. */
	backed_must(backed, store_view_refresh(backed->view, &why), "refresh a view", &why);
}

/* -- Power cuts ------------------------------------------------------------------------------------------- */

/* The disk has begun on it, and not said that it was done: the others have not heard of it. */
static bool begin_next(struct backed *backed, const struct store_job *next)
{
	struct why why = {{0}};

	if (!next || lots_below(&backed->lots, 2) == 0)
		return false;
	power_fails();
	backed_must(backed, store_job_write(backed->store, &backed->sign_state, next, &why), "begin to write", &why);
	power_is_back();
	counts.batches++;
	return true;
}

static void cut_power(struct backed *backed, bool is_torn)
{
	char from[BACKED_PATH_SIZE + 16], to[BACKED_PATH_SIZE + 16];
	char *error = NULL;

	path_in(to, backed, backed->life + 1, "");
	if (mkdir(to, 0700) != 0)
		abort();
	/* What the copy's manifest names stays until it is copied. */
	rocksdb_disable_file_deletions(backed->store->db, &error);
	if (error)
		abort();
	path_of(from, backed, "store");
	path_in(to, backed, backed->life + 1, "store");
	counts.bytes += power_cut(from, to, lots_from(backed->sim->seed ^ backed->life), is_torn);
	counts.cuts++;
	/* Written in place, and synced but for what tear_mark does. */
	path_of(from, backed, "mark");
	path_in(to, backed, backed->life + 1, "mark");
	if (link(from, to) != 0)
		abort();
}

/* What RocksDB tidies up when it is closed goes to files that nobody sees again. */
static void crash(struct backed *backed, const struct store_job *next)
{
	char path[BACKED_PATH_SIZE + 16];

	cut_power(backed, begin_next(backed, next));
	store_view_close(backed->view);
	backed->view = NULL;
	state_inner_cache_free(backed->source.inner);
	backed->source.inner = NULL;
	close_disk(backed);
	path_of(path, backed, "");
	power_remove(path);
	backed->life++;
}

/* -- A liar's wish ---------------------------------------------------------------------------------------- */

struct all_pending {
	struct hash blocks[BLOCKS_HELD_MAX * 4];
	size_t count;
};

static bool see_pending(void *owner, const struct store_pending *pending)
{
	struct all_pending *all = owner;

	INVARIANT(all->count < sizeof all->blocks / sizeof all->blocks[0]);
	all->blocks[all->count++] = pending->block;
	return true;
}

static void drop_pending(struct backed *backed)
{
	struct all_pending *all = calloc(1, sizeof *all);
	struct store_view *view;
	struct why why = {{0}};

	if (!all)
		abort();
	backed_must(backed, store_view_open(&view, backed->store, &why), "open a view", &why);
	backed_must(backed, store_list_pending(view, see_pending, all, &why), "list", &why);
	store_view_close(view);
	backed_must(backed, store_drop_pending(backed->store, all->blocks, all->count, &why),
	            "forget", &why);
	free(all);
}

/* The records alone, or the certificates with them: these are put back. */
struct kept_certificates {
	struct store_vote items[4096];
	size_t count;
};

static bool see_certificate(void *owner, const struct store_vote *vote)
{
	struct kept_certificates *kept = owner;
	uint8_t *copy;

	if (vote->key.kind == STORED_RECORD)
		return true;
	INVARIANT(kept->count < sizeof kept->items / sizeof kept->items[0]);
	copy = malloc(vote->bytes.size + 1);
	if (!copy)
		abort();
	memcpy(copy, vote->bytes.at, vote->bytes.size);
	kept->items[kept->count] = *vote;
	kept->items[kept->count++].bytes.at = copy;
	return true;
}

static void drop_votes(struct backed *backed, bool all)
{
	struct kept_certificates *kept = calloc(1, sizeof *kept);
	struct store_vote_key first = {0}, end = {.epoch = UINT64_MAX};
	struct store_batch batch = {0};
	struct store_view *view;
	struct why why = {{0}};

	if (!kept)
		abort();
	backed_must(backed, store_view_open(&view, backed->store, &why), "open a view", &why);
	backed_must(backed, store_list_votes(view, &first, see_certificate, kept, &why), "list",
	            &why);
	store_view_close(view);
	backed_must(backed, store_drop_votes(backed->store, &end, &why), "forget", &why);
	batch.votes = kept->items;
	batch.vote_count = all ? 0 : kept->count;
	backed_must(backed, store_write(backed->store, &batch, &why), "put back", &why);
	for (size_t i = 0; i < kept->count; i++)
		free((void *)(uintptr_t)kept->items[i].bytes.at);
	free(kept);
}

static void replace_mark(struct backed *backed, const struct disk *disk, uint64_t number)
{
	struct sign_mark mark = sign_mark_of(&disk->mark, disk->mark_height);
	char path[BACKED_PATH_SIZE + 16];
	struct why why = {{0}};

	path_of(path, backed, "mark");
	backed_must(backed, sign_state_replace(path, &mark, number, &why), "replace the mark",
	            &why);
}

/* Beside a store that was made anew. */
static void set_mark(struct backed *backed, const struct disk *disk)
{
	replace_mark(backed, disk, 0);
}

static void forget(struct backed *backed, const struct disk *disk, bool all)
{
	struct why why = {{0}};
	uint64_t number;

	open_disk(backed);
	if (all)
		drop_pending(backed);
	drop_votes(backed, all);
	backed_must(backed, store_signed_number(backed->store, &number, &why), "look", &why);
	close_disk(backed);
	replace_mark(backed, disk, number);
}

static const struct backing BACKING = {
	.create = create,
	.close = close_backed,
	.start = start,
	.source = source,
	.tip = tip,
	.load_start = load_start_of,
	.load_kept = load_kept_of,
	.load_cosign = load_cosign_of,
	.read = read_job,
	.apply = apply,
	.crash = crash,
	.forget = forget,
	.set_mark = set_mark,
	.compare = backed_compare,
};

const struct backing *const sim_backing = &BACKING;
