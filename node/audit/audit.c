#include "node/audit/audit.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/ledger/execute.h"
#include "node/audit/cosignatures.h"
#include "node/audit/crew.h"
#include "node/audit/finality.h"
#include "node/audit/reading.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
	/* Blocks in memory for each thread: one being checked, and enough behind it that none
	 * waits while a block is executed. */
	JOBS_A_THREAD = 4,
	JOBS_MORE = 4,
	/* A job whose certificate is being checked has time until its place is read into. */
	JOBS_RESTING = 3,
};

struct audit {
	struct audit_report *report;
	const struct audit_options *options;
	struct store *store;
	struct store_view *view;
	const struct network *network;
	struct audit_crew crew;
	struct store_replay *replay;
	struct finality finality;
	struct audit_cosignatures cosignatures;
	struct epoch *epoch;       /* of the next block */
	struct audit_job *jobs;    /* by height modulo job_count */
	size_t job_count;
	uint64_t next_read;        /* height */
	uint64_t next;             /* height to be executed */
	uint64_t expected_index;   /* of the log: where the next block that is read begins */
	bool is_unreadable;        /* the block below next_read could not be read */
	bool is_broken;            /* the replay cannot go on */
	bool is_second;            /* signatures were checked by the first replay */
};

/* -- What is found ------------------------------------------------------------------------------ */

void audit_find(struct audit_report *report, const uint64_t *height, const char *text)
{
	struct audit_finding *finding;

	if (report->finding_count++ >= AUDIT_FINDINGS_MAX)
		return;
	finding = &report->findings[report->finding_count - 1];
	finding->has_height = height != NULL;
	finding->height = height ? *height : 0;
	snprintf(finding->text, sizeof finding->text, "%s", text);
}

void audit_note(struct audit_report *report, const char *format, ...)
{
	va_list arguments;

	if (report->note_count == AUDIT_NOTES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(report->notes[report->note_count++], AUDIT_TEXT_SIZE, format, arguments);
	va_end(arguments);
}

static void tell(void *owner, const uint64_t *height, const char *text)
{
	audit_find(owner, height, text);
}

/* A block that cannot stand: nothing above it can be judged. */
static void give_up(struct audit *audit, uint64_t height, const char *text)
{
	audit_find(audit->report, &height, text);
	audit->is_broken = true;
}

/* -- Reading ahead ------------------------------------------------------------------------------ */

static struct audit_job *job_of(struct audit *audit, uint64_t height)
{
	return &audit->jobs[height % audit->job_count];
}

/* What the crew found of a certificate, which may be long after its block was executed. */
static void collect(struct audit *audit, struct audit_job *job)
{
	uint64_t height = job->header.height;

	audit_crew_wait(&audit->crew, job);
	if (job->stage != AUDIT_CERTIFICATE)
		return;
	if (job->is_bad)
		audit_find(audit->report, &height, job->text);
	audit->report->vote_count += job->signature_count;
	job->stage = AUDIT_BODY;
}

static void collect_all(struct audit *audit)
{
	for (size_t i = 0; i < audit->job_count; i++)
		if (audit->jobs[i].stage == AUDIT_CERTIFICATE)
			collect(audit, &audit->jobs[i]);
}

static void read_ahead(struct audit *audit)
{
	uint64_t end = audit->next + audit->job_count - JOBS_RESTING;

	while (!audit->is_unreadable && audit->next_read < end &&
	       audit->next_read <= audit->report->tip_height) {
		struct audit_job *job = job_of(audit, audit->next_read);

		collect(audit, job);
		audit_read_block(job, audit->view, audit->next_read, &audit->expected_index);
		audit->is_unreadable = job->is_bad;
		audit->next_read++;
		if (!job->is_bad && !audit->is_second)
			audit_crew_send(&audit->crew, job);
	}
}

/* -- Executing ---------------------------------------------------------------------------------- */

/* What consensus says of a header, and was asked before it was voted for. */
static const char *against_consensus(const struct audit *audit, const struct header *header,
                                     const struct header *below)
{
	uint64_t heartbeat_ms = audit->epoch->parameters.values[PARAMETER_heartbeat_ms];
	bool is_heartbeat = (header->flags & HEADER_FLAG_HEARTBEAT) != 0;

	if (header->epoch != audit->epoch->number)
		return "its epoch does not follow from the block below";
	if (header->view == 0 || (header->epoch == below->epoch && header->view <= below->view))
		return "its view is not later than that of the block below";
	if (header->proposer != epoch_leader(audit->epoch, header->view))
		return "its proposer is not the leader of its view";
	if (header->tx_count > 0 ? is_heartbeat : !is_heartbeat || heartbeat_ms == 0)
		return "its heartbeat flag does not fit its transactions";
	if (is_heartbeat && header->time_ms < below->time_ms + heartbeat_ms)
		return "it is a heartbeat before its time";
	return NULL;
}

/* Which of two blocks was changed, when they do not follow one another? The one whose hash the
 * index does not lead to. */
static void blame_parent(struct audit *audit, const struct audit_job *job)
{
	uint64_t height = job->header.height, found;
	enum status status = store_find_block(audit->view, &job->header.parent, &found, NULL);

	if (status == STATUS_OK && found == height - 1)
		give_up(audit, height - 1, "its header is not the one that the next block builds on");
	else
		give_up(audit, height, "its parent is not the block below it");
}

/* The certificate, to whom checks signatures. */
static void certify(struct audit *audit, struct audit_job *job)
{
	uint64_t height = job->header.height;

	job->is_bad = false;
	job->signature_count = 0;
	job->epoch = audit->epoch;
	audit->report->certificate_count++;
	if (finality_take(&audit->finality, job)) {
		job->stage = AUDIT_CERTIFICATE;
		audit_crew_send_urgent(&audit->crew, job);
	} else if (job->is_bad) {
		audit_find(audit->report, &height, job->text);
	}
}

static void begin_epoch(struct audit *audit, const struct draft *root)
{
	static const struct public_key nobody;

	/* Jobs look at the epoch that ends. */
	collect_all(audit);
	epoch_begin(audit->epoch, &root->header, &root->hash, root->next_validators,
	            &root->next_parameters, &nobody);
	audit->report->epoch_count += !audit->is_second;
}

/* Its checkpoint, which the epoch that it ends may have cosigned, and the one that it starts. */
static void look_at_checkpoint(struct audit *audit, const struct draft *draft)
{
	const struct ledger_tip *tip = store_replay_tip(audit->replay);

	if (audit->is_second) {
		if (draft_is_seal(draft))
			begin_epoch(audit, draft);
		return;
	}
	audit_cosignatures_at(&audit->cosignatures, tip, audit->epoch, audit->network);
	if (!draft_is_seal(draft))
		return;
	audit_cosignatures_seal(&audit->cosignatures, tip, audit->epoch, audit->network);
	finality_end(&audit->finality, false, audit->report);
	begin_epoch(audit, draft);
	audit_cosignatures_at(&audit->cosignatures, tip, audit->epoch, audit->network);
}

/* The block stands. */
static enum status take(struct audit *audit, struct audit_job *job, const struct draft *draft,
                        struct why *why)
{
	uint64_t height = draft->header.height;
	enum status status = store_replay_add(audit->replay, draft, why);

	if (status != STATUS_OK)
		return status;
	if (job->root_page_version != draft->state_root.version)
		audit_find(audit->report, &height,
		           "its row names another version of the state's root page");
	if (!audit->is_second) {
		audit->report->tx_count += job->header.tx_count;
		audit->report->signature_count += job->signature_count;
		certify(audit, job);
	}
	look_at_checkpoint(audit, draft);
	return STATUS_OK;
}

static enum status execute(struct audit *audit, struct audit_job *job, struct why *why)
{
	const struct ledger_tip *tip = store_replay_tip(audit->replay);
	const char *fault = against_consensus(audit, &job->header, &tip->header);
	char text[AUDIT_TEXT_SIZE];
	struct refusal refusal = {0};
	enum verdict verdict;
	struct draft *draft;
	enum status status;

	if (!hash_equal(&job->header.parent, &tip->hash)) {
		blame_parent(audit, job);
		return STATUS_OK;
	}
	if (fault) {
		give_up(audit, job->header.height, fault);
		return STATUS_OK;
	}
	status = block_execute(&draft, audit->network, store_replay_source(audit->replay), tip,
	                       NULL, &job->header, buffer_view(&job->body), &verdict, &refusal, why);
	if (status != STATUS_OK)
		return why_add(why, status, "replay block %" PRIu64, job->header.height);
	if (verdict != VERDICT_GOOD) {
		snprintf(text, sizeof text, "executed, it does not stand: %s", refusal.text);
		give_up(audit, job->header.height, text);
		return STATUS_OK;
	}
	status = take(audit, job, draft, why);
	draft_free(draft);
	return status;
}

static enum status go(struct audit *audit, struct why *why)
{
	const char *what = audit->is_second ? "looking up" : "replaying";
	enum status status = STATUS_OK;

	while (status == STATUS_OK && !audit->is_broken &&
	       audit->next <= audit->report->tip_height) {
		struct audit_job *job = job_of(audit, audit->next);

		read_ahead(audit);
		audit_crew_wait(&audit->crew, job);
		if (job->is_bad)
			give_up(audit, audit->next, job->text);
		else
			status = execute(audit, job, why);
		audit->next++;
		if (audit->options->progress)
			audit->options->progress(audit->options->owner, what, job->header.log_size,
			                         store_view_tip(audit->view)->frontier.size);
	}
	for (size_t i = 0; i < audit->job_count; i++)
		collect(audit, &audit->jobs[i]);
	return status;
}

/* -- Beginning ---------------------------------------------------------------------------------- */

/* Block 0 as the genesis file says; it stands at the beginning of everything. */
static enum status make_genesis(struct audit *audit, struct draft **draft, struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct bytes_view file;
	enum status status;

	*draft = NULL;
	if (!genesis)
		return why_set(why, STATUS_MEMORY, "read the genesis");
	status = store_read_genesis(audit->view, &file, why);
	if (status == STATUS_OK)
		status = genesis_decode(genesis, file, why);
	if (status == STATUS_OK)
		status = block_genesis(draft, audit->network, genesis, why);
	if (status == STATUS_OK)
		snprintf(audit->report->network_name, sizeof audit->report->network_name, "%s",
		         genesis->name);
	memory_free(genesis);
	return status;
}

static void compare_genesis(struct audit *audit, const struct draft *genesis)
{
	static const uint64_t ZERO;
	struct store_header block;
	struct store_entry entry;
	struct why why = {{0}};
	uint64_t index;

	if (store_read_header(audit->view, 0, &block, &why) != STATUS_OK)
		give_up(audit, 0, why.text);
	else if (!hash_equal(&block.hash, &genesis->hash))
		give_up(audit, 0, "its header is not what the genesis makes it");
	else if (store_read_entry(audit->view, 0, &entry, &why) != STATUS_OK)
		give_up(audit, 0, why.text);
	else if (!entry.is_header || entry.height != 0)
		give_up(audit, 0, "entry 0 of the log is not what belongs there");
	else if (block.certificate.size > 0 ||
	         block.state_root.version != genesis->state_root.version)
		audit_find(audit->report, &ZERO, "its row is not what the genesis makes it");
	else if (store_find_block(audit->view, &block.hash, &index, &why) != STATUS_OK)
		audit_find(audit->report, &ZERO, "the index does not lead to it");
}

/* From genesis to the tip, or to the first block that cannot stand. `look_up`: the families of
 * rows to look up; 0 in the first replay. */
static enum status replay(struct audit *audit, uint32_t look_up, uint32_t *differing,
                          struct why *why)
{
	struct replay_options options = {
		.scratch_path = audit->options->scratch_path,
		.look_up = look_up,
		.tell = tell,
		.owner = audit->report,
	};
	struct draft *genesis;
	enum status status = make_genesis(audit, &genesis, why);

	*differing = 0;
	audit->is_second = look_up != 0;
	audit->next = audit->next_read = 1;
	audit->expected_index = 1;
	audit->is_unreadable = false;
	if (status == STATUS_OK &&
	    getrandom(options.key, sizeof options.key, 0) != sizeof options.key)
		status = why_set(why, STATUS_CRYPTO, "get random bytes");
	if (status == STATUS_OK && look_up == 0) {
		compare_genesis(audit, genesis);
		status = audit_cosignatures_init(&audit->cosignatures, audit->report, audit->view, why);
	}
	if (status == STATUS_OK)
		status = store_replay_open(&audit->replay, audit->store, audit->view, genesis,
		                           &options, why);
	if (status == STATUS_OK) {
		begin_epoch(audit, genesis);
		if (look_up == 0)
			audit_cosignatures_at(&audit->cosignatures, store_replay_tip(audit->replay),
			                      audit->epoch, audit->network);
		status = go(audit, why);
	}
	if (status == STATUS_OK && !audit->is_broken)
		status = store_replay_finish(audit->replay, differing, why);
	if (audit->replay) {
		audit->report->replayed = *store_replay_tip(audit->replay);
		audit->report->row_count += store_replay_row_count(audit->replay);
	}
	store_replay_close(audit->replay);
	audit->replay = NULL;
	draft_free(genesis);
	return status;
}

static enum status run(struct audit *audit, struct why *why)
{
	uint32_t differing, none;
	enum status status = replay(audit, 0, &differing, why);

	if (status != STATUS_OK || audit->is_broken)
		return status;
	audit->report->is_whole = true;
	finality_end(&audit->finality, true, audit->report);
	audit_cosignatures_end(&audit->cosignatures);
	status = audit_beside(audit->report, audit->view, audit->network, audit->epoch, why);
	if (status == STATUS_OK && differing != 0)
		status = replay(audit, differing, &none, why);
	return status;
}

static enum status make_jobs(struct audit *audit, struct why *why)
{
	size_t count = audit->crew.thread_count * JOBS_A_THREAD + JOBS_MORE;

	audit->jobs = memory_new(count * sizeof *audit->jobs);
	audit->epoch = memory_new(sizeof *audit->epoch);
	if (!audit->jobs || !audit->epoch)
		return why_set(why, STATUS_MEMORY, "start the audit");
	for (size_t i = 0; i < count; i++) {
		audit->jobs[i] = (struct audit_job){.network = audit->network};
		buffer_init(&audit->jobs[i].body, BLOCK_BODY_MAX);
		buffer_init(&audit->jobs[i].certificate_bytes, CERTIFICATE_SIZE_MAX);
	}
	audit->job_count = count;
	return STATUS_OK;
}

static void free_jobs(struct audit *audit)
{
	for (size_t i = 0; i < audit->job_count; i++) {
		buffer_close(&audit->jobs[i].body);
		buffer_close(&audit->jobs[i].certificate_bytes);
	}
	memory_free(audit->jobs);
	memory_free(audit->epoch);
}

enum status audit_run(struct audit_report *report, struct store *store,
                      const struct audit_options *options, struct why *why)
{
	struct audit audit = {
		.report = report,
		.options = options,
		.store = store,
		.network = store_network(store),
	};
	enum status status;

	*report = (struct audit_report){.genesis = audit.network->genesis};
	finality_init(&audit.finality);
	status = store_view_open(&audit.view, store, why);
	if (status == STATUS_OK)
		status = audit_crew_start(&audit.crew, options->thread_count, why);
	if (status == STATUS_OK)
		status = make_jobs(&audit, why);
	if (status == STATUS_OK) {
		report->tip_height = store_view_tip(audit.view)->header.height;
		report->kept_from = store_view_kept_from(audit.view);
		status = run(&audit, why);
	}
	audit_crew_stop(&audit.crew);
	free_jobs(&audit);
	store_view_close(audit.view);
	finality_close(&audit.finality);
	audit_cosignatures_close(&audit.cosignatures);
	return status;
}
