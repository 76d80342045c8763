/* A store with certified blocks of every kind of row, made by four validators, for tests of
 * the audit. */
#ifndef TESTS_UNIT_AUDIT_AUDIT_SCENE_H
#define TESTS_UNIT_AUDIT_AUDIT_SCENE_H

#include "chain/proof/checkpoint.h"
#include "chain/receipt/cosigned.h"
#include "chain/store/votes.h"
#include "consensus/epoch.h"
#include "consensus/safety.h"
#include "node/audit/audit.h"
#include "node/shell/storage_batch.h"
#include "tests/unit/store/store_fixture.h"

#include <sys/wait.h>

enum {
	SCENE_VALIDATORS = 4,
	SCENE_BLOCKS = 24,
	SCENE_SEAL = 14, /* height of the seal */
	/* Blocks that are certified by the next one's certificate. */
	SCENE_BORROWED_1 = 8,
	SCENE_BORROWED_2 = 9,
};

struct audit_scene {
	struct store_fixture f;
	struct epoch epoch; /* of the next block */
	struct audit_report report;
	struct hash stream;
	struct hash asset;
	struct draft *held[2]; /* committed with the certificate of the block behind them */
	size_t held_count;
};

static inline unsigned scene_number(const struct audit_scene *scene, size_t index)
{
	for (unsigned i = 0; i < SCENE_VALIDATORS; i++) {
		struct key_pair keys =
			ledger_fixture_keys(&scene->f.ledger, FIXTURE_VALIDATOR + i);

		if (memcmp(&keys.public_key, &scene->epoch.validators.items[index].vote_key,
		           sizeof keys.public_key) == 0)
			return FIXTURE_VALIDATOR + i;
	}
	ck_abort_msg("validator %zu is nobody", index);
}

/* The first three of the four vote. */
static inline void scene_certify(const struct audit_scene *scene,
                                 struct certificate *certificate,
                                 const struct draft *draft)
{
	*certificate = (struct certificate){
		.ballot = {.kind = VOTE_FINALIZE,
		           .epoch = draft->header.epoch,
		           .view = draft->header.view,
		           .parent_view = draft->header.view - 1,
		           .block = draft->hash},
		.validator_count = SCENE_VALIDATORS,
	};
	for (size_t i = 0; i < 3; i++) {
		certificate->signers[i] = true;
		certificate->signatures[i] =
			make_vote(&scene->f.ledger, scene_number(scene, i), &certificate->ballot)
				.signature;
	}
}

static inline void scene_begin_epoch(struct audit_scene *scene, const struct draft *root)
{
	static const struct public_key nobody;

	epoch_begin(&scene->epoch, &root->header, &root->hash, root->next_validators,
	            &root->next_parameters, &nobody);
}

/* A sealed draft with these transactions, as its leader would make it. */
static inline struct draft *scene_draft(struct audit_scene *scene,
                                        const struct tx *const *txs, size_t count)
{
	struct ledger_fixture *ledger = &scene->f.ledger;
	struct draft *draft = ledger_fixture_draft(ledger, NULL);
	const struct header *below = &ledger->ledger.tip.header;
	struct block_plan plan = ledger_fixture_plan(draft);

	plan.view = below->epoch == plan.epoch ? below->view + 1 : 1;
	plan.proposer = epoch_leader(&scene->epoch, plan.view);
	for (size_t i = 0; i < count; i++)
		ledger_fixture_expect_taken(ledger, draft, txs[i]);
	ck_ok(&scene->f, block_seal(draft, &plan, &scene->f.why));
	return draft;
}

static inline int scene_compare_cosigns(const void *left, const void *right)
{
	return memcmp(left, right, HASH_SIZE);
}

/* Three of the four of the set that this block may have ended cosign its checkpoint. */
static inline void scene_cosign(struct audit_scene *scene, const struct draft *draft,
                                enum store_note_tag tag)
{
	struct cosigned *cosigned = calloc(1, sizeof *cosigned);
	uint8_t *bytes = malloc(COSIGNED_SIZE_MAX), seed[COSIGN_SEED_SIZE];
	struct writer out = writer_on(bytes, COSIGNED_SIZE_MAX);
	const struct genesis *genesis = scene->f.ledger.genesis;
	char origin[ORIGIN_SIZE_MAX + 1];
	struct buffer text;

	cosigned->point.epoch = scene->epoch.number;
	cosigned->point.size = draft->frontier.size;
	cosigned->point.root = log_frontier_root(&draft->frontier);
	origin_of(origin, text_view(genesis->name), &scene->f.ledger.network.genesis);
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(origin), &cosigned->point);
	for (size_t i = 0; i < 3; i++) {
		ledger_fixture_cosign_seed(seed, scene_number(scene, i));
		ck_ok(&scene->f, cosign_make(&cosigned->items[cosigned->count++], seed, 1700000000,
		                             buffer_view(&text)));
	}
	qsort(cosigned->items, cosigned->count, sizeof *cosigned->items, scene_compare_cosigns);
	cosigned_put(&out, cosigned);
	ck_ok(&scene->f,
	      store_put_note(scene->f.store, tag,
	                     tag == STORE_NOTE_SEAL ? draft->frontier.size : 0,
	                     bytes_view(bytes, COSIGNED_SIZE_MAX - out.left), true,
	                     &scene->f.why));
	buffer_close(&text);
	free(cosigned);
	free(bytes);
}

static inline void scene_commit(struct audit_scene *scene, struct draft *draft)
{
	struct certificate certificate;
	uint64_t height = draft->header.height;

	memory_ledger_commit(&scene->f.ledger.ledger, draft);
	if (height == SCENE_BORROWED_1 || height == SCENE_BORROWED_2) {
		scene->held[scene->held_count++] = draft;
		return;
	}
	scene_certify(scene, &certificate, draft);
	for (size_t i = 0; i < scene->held_count; i++) {
		ck_ok(&scene->f, store_commit(scene->f.store, scene->held[i], &certificate,
		                              &scene->f.why));
		draft_free(scene->held[i]);
	}
	scene->held_count = 0;
	ck_ok(&scene->f, store_commit(scene->f.store, draft, &certificate, &scene->f.why));
	if (draft_is_seal(draft)) {
		scene_cosign(scene, draft, STORE_NOTE_SEAL);
		scene_begin_epoch(scene, draft);
	}
	if (height == SCENE_BLOCKS)
		scene_cosign(scene, draft, STORE_NOTE_CHECKPOINT);
	draft_free(draft);
}

/* The transactions of the block of this height: at most four. */
static inline size_t scene_txs(struct audit_scene *scene, uint64_t height,
                               const struct tx **txs)
{
	struct ledger_fixture *ledger = &scene->f.ledger;
	unsigned sender = (unsigned)(height % 3);
	char key[16], value[32];
	size_t count = 0;

	snprintf(key, sizeof key, "key%u", (unsigned)(height % 4));
	snprintf(value, sizeof value, "value %u", (unsigned)height);
	if (height == 1) {
		txs[count++] = ledger_fixture_tx_of(ledger, 0, make_stream("notes", STREAM_WRITE_OPEN));
		txs[count++] = ledger_fixture_tx_of(ledger, 0, make_asset("coin", 2));
		return count;
	}
	if (height == 2)
		txs[count++] = ledger_fixture_tx_of(
			ledger, 0, make_mint(&scene->asset, &ledger->accounts[1].id, 1000000));
	if (height == SCENE_SEAL)
		txs[count++] = ledger_fixture_root_tx(ledger, make_param("term_length", 2));
	txs[count++] =
		ledger_fixture_tx_of(ledger, sender, make_append(&scene->stream, key, value));
	txs[count++] =
		ledger_fixture_tx_of(ledger, sender, make_append(&scene->stream, "", value));
	/* Account 2 has some, then none, then some again. */
	if (height > 2 && height % 2 == 1)
		txs[count++] = ledger_fixture_tx_of(
			ledger, 1, make_transfer(&scene->asset, &ledger->accounts[2].id, 7));
	if (height > 3 && height % 2 == 0)
		txs[count++] = ledger_fixture_tx_of(
			ledger, 2, make_transfer(&scene->asset, &ledger->accounts[1].id, 7));
	return count;
}

/* What stands beside the chain: a vote of our own, a certificate of a view above, a block
 * that is not final. */
static inline void scene_keep_beside(struct audit_scene *scene)
{
	const struct tx *tx =
		ledger_fixture_tx_of(&scene->f.ledger, 0, make_append(&scene->stream, "", "late"));
	struct draft *draft = scene_draft(scene, &tx, 1);
	struct certificate certificate;
	uint8_t certificate_bytes[CERTIFICATE_SIZE_MAX], record_bytes[256];
	struct writer certificate_out = writer_on(certificate_bytes, sizeof certificate_bytes);
	struct writer record_out = writer_on(record_bytes, sizeof record_bytes);
	struct vote_record record = {.epoch = draft->header.epoch,
	                             .view = draft->header.view,
	                             .notarized = 1,
	                             .notarized_block = draft->hash};
	struct store_vote votes[2];
	struct store_pending pending = {.block = draft->hash,
	                                .header = draft->header,
	                                .body = buffer_view(&draft->body)};
	struct store_batch batch = {
		.votes = votes, .vote_count = 2, .pending = &pending, .pending_count = 1};

	scene_certify(scene, &certificate, draft);
	certificate_put(&certificate_out, &certificate);
	vote_record_put(&record_out, &record);
	votes[0] = (struct store_vote){
		.key = {record.epoch, record.view, STORED_RECORD},
		.bytes = bytes_view(record_bytes, sizeof record_bytes - record_out.left)};
	votes[1] = (struct store_vote){
		.key = {record.epoch, record.view, VOTE_FINALIZE},
		.bytes = bytes_view(certificate_bytes,
	                        sizeof certificate_bytes - certificate_out.left)};
	ck_ok(&scene->f, store_write(scene->f.store, &batch, &scene->f.why));
	draft_free(draft);
}

/* `prune_rows` 0: nothing is pruned; else so many rows after each block. */
static inline void scene_init(struct audit_scene *scene, uint64_t window,
                              size_t prune_rows)
{
	struct store_options options = {.prune_window = window};
	struct draft *genesis;
	char path[STORE_PATH_SIZE];

	*scene = (struct audit_scene){.f = {.options = options}};
	snprintf(scene->f.path, sizeof scene->f.path, "%s/ledger", scratch_folder());
	ledger_fixture_init_set(&scene->f.ledger, NULL, SCENE_VALIDATORS);
	buffer_init(&scene->f.genesis_file, GENESIS_SIZE_MAX);
	genesis_encode(&scene->f.genesis_file, scene->f.ledger.genesis);
	ck_ok(&scene->f, block_genesis(&genesis, &scene->f.ledger.network,
	                               scene->f.ledger.genesis, &scene->f.why));
	snprintf(path, sizeof path, "%s", scene->f.path);
	ck_ok(&scene->f, store_create(&scene->f.store, path, &options, &scene->f.ledger.network,
	                              buffer_view(&scene->f.genesis_file), genesis,
	                              &scene->f.why));
	scene_begin_epoch(scene, genesis);
	draft_free(genesis);
	scene->stream = stream_id_of(text_view("notes"));
	scene->asset = asset_id_of(text_view("coin"));
	for (uint64_t height = 1; height <= SCENE_BLOCKS; height++) {
		const struct tx *txs[4];
		bool more;

		scene_commit(scene, scene_draft(scene, txs, scene_txs(scene, height, txs)));
		if (prune_rows > 0 && scene->held_count == 0)
			ck_ok(&scene->f,
			      store_prune(scene->f.store, prune_rows, &more, &scene->f.why));
	}
	scene_keep_beside(scene);
}

static inline void scene_close(struct audit_scene *scene)
{
	store_fixture_close(&scene->f);
}

/* The folder of a scene's store, made by another process: RocksDB's threads would be missing
 * in whoever is forked later. */
static inline void scene_make_elsewhere(char path[STORE_PATH_SIZE])
{
	pid_t child;
	int status;

	snprintf(path, STORE_PATH_SIZE, "%s/kept", scratch_folder());
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct audit_scene *scene = calloc(1, sizeof *scene);

		scene_init(scene, 0, 0);
		store_close(scene->f.store);
		folder_copy(scene->f.path, path);
		_exit(EXIT_SUCCESS);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

/* A copy of that store, and of the ledger in memory the genesis alone. */
static inline void scene_open_copy(struct audit_scene *scene, const char *path)
{
	*scene = (struct audit_scene){0};
	snprintf(scene->f.path, sizeof scene->f.path, "%s/ledger", scratch_folder());
	ledger_fixture_init_set(&scene->f.ledger, NULL, SCENE_VALIDATORS);
	buffer_init(&scene->f.genesis_file, GENESIS_SIZE_MAX);
	folder_copy(path, scene->f.path);
	store_fixture_open(&scene->f);
}

/* Closes the store, audits it, and opens it again. */
static inline void scene_audit(struct audit_scene *scene)
{
	struct store_options reading = {.read_only = true};
	char scratch[STORE_PATH_SIZE + 16];
	struct audit_options options = {.scratch_path = scratch, .thread_count = 2};
	struct store *store;

	store_close(scene->f.store);
	scene->f.store = NULL;
	snprintf(scratch, sizeof scratch, "%s.scratch", scene->f.path);
	ck_ok(&scene->f, store_open(&store, scene->f.path, &reading, NULL, &scene->f.why));
	ck_ok(&scene->f, audit_run(&scene->report, store, &options, &scene->f.why));
	store_close(store);
	rmdir(scratch);
	store_fixture_open(&scene->f);
}

/* Is this height among what was found? */
static inline bool scene_has_finding_at(const struct audit_scene *scene, uint64_t height)
{
	const struct audit_report *report = &scene->report;

	for (size_t i = 0; i < report->finding_count && i < AUDIT_FINDINGS_MAX; i++)
		if (report->findings[i].has_height && report->findings[i].height == height)
			return true;
	return false;
}

#endif
