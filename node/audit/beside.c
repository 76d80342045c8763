/* Rows that no block makes: what this node signed, certificates of views that are not final,
 * blocks that are not final. Their form can be checked, and what is signed against the
 * validators of the newest epoch; of one's own votes nothing else is known. */
#include "node/audit/audit.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"
#include "consensus/safety.h"
#include "node/shell/storage_batch.h"

#include <inttypes.h>
#include <stdio.h>

struct beside {
	struct audit_report *report;
	const struct network *network;
	const struct epoch *epoch;
	struct certificate *certificate; /* room for one */
	bool is_out_of_memory;
};

static void find(struct beside *beside, const struct store_vote_key *key, const char *what)
{
	char text[AUDIT_TEXT_SIZE];

	snprintf(text, sizeof text, "what is kept of view %" PRIu64 " of epoch %" PRIu64 ": %s",
	         key->view, key->epoch, what);
	audit_find(beside->report, NULL, text);
}

static void see_record(struct beside *beside, const struct store_vote *vote)
{
	struct vote_record record;
	struct cursor in = cursor_on(vote->bytes);

	vote_record_get(&in, &record);
	if (cursor_finish(&in) != STATUS_OK || record.notarized > 1 || record.nullified > 1 ||
	    record.finalized > 1)
		find(beside, &vote->key, "the own votes cannot be read");
	else if (record.epoch != vote->key.epoch || record.view != vote->key.view)
		find(beside, &vote->key, "the own votes are of another view");
	else if (record.nullified && record.finalized)
		find(beside, &vote->key, "the own votes contradict one another");
}

static void see_certificate(struct beside *beside, const struct store_vote *vote)
{
	struct certificate *certificate = beside->certificate;
	struct cursor in = cursor_on(vote->bytes);

	certificate_get(&in, certificate);
	if (cursor_finish(&in) != STATUS_OK)
		find(beside, &vote->key, "the certificate cannot be read");
	else if (certificate->ballot.epoch != vote->key.epoch ||
	         certificate->ballot.view != vote->key.view ||
	         certificate->ballot.kind != vote->key.kind)
		find(beside, &vote->key, "the certificate is of another view");
	else if (vote->key.epoch == beside->epoch->number &&
	         !certificate_is_valid(certificate, &beside->epoch->validators,
	                               &beside->epoch->parameters, beside->network))
		find(beside, &vote->key, "the certificate is not valid");
}

static bool see_vote(void *owner, const struct store_vote *vote)
{
	if (vote->key.kind == STORED_RECORD)
		see_record(owner, vote);
	else
		see_certificate(owner, vote);
	return true;
}

static bool see_pending(void *owner, const struct store_pending *pending)
{
	struct beside *beside = owner;
	struct audit_job job = {
		.network = beside->network,
		.header = pending->header,
		.hash = header_hash(&pending->header, beside->network),
	};
	uint64_t height = pending->header.height;
	char text[AUDIT_TEXT_SIZE + 32];

	buffer_init(&job.body, BLOCK_BODY_MAX);
	buffer_append_view(&job.body, pending->body);
	if (job.body.status == STATUS_MEMORY)
		beside->is_out_of_memory = true;
	else if (job.body.status != STATUS_OK)
		audit_job_blame(&job, "it is larger than a block may be");
	else if (!hash_equal(&job.hash, &pending->block))
		audit_job_blame(&job, "it is kept under another hash");
	else
		audit_job_run(&job);
	snprintf(text, sizeof text, "a block that is not final: %s", job.text);
	if (job.is_bad)
		audit_find(beside->report, &height, text);
	buffer_close(&job.body);
	return !beside->is_out_of_memory;
}

/* Damage is a finding, and only what fails with us a status. */
static enum status damage(struct audit_report *report, enum status status, struct why *why)
{
	if (status != STATUS_CORRUPT && status != STATUS_STORAGE)
		return status;
	audit_find(report, NULL, why->text);
	return STATUS_OK;
}

enum status audit_beside(struct audit_report *report, struct store_view *view,
                         const struct network *network, const struct epoch *epoch,
                         struct why *why)
{
	struct beside beside = {.report = report, .network = network, .epoch = epoch};
	struct store_vote_key first = {0};
	enum status status;

	beside.certificate = memory_new(sizeof *beside.certificate);
	if (!beside.certificate)
		return why_set(why, STATUS_MEMORY, "look at what is kept beside the ledger");
	status = damage(report, store_list_votes(view, &first, see_vote, &beside, why), why);
	if (status == STATUS_OK)
		status =
			damage(report, store_list_pending(view, see_pending, &beside, why), why);
	memory_free(beside.certificate);
	if (status == STATUS_OK && beside.is_out_of_memory)
		return why_set(why, STATUS_MEMORY, "look at a block that is not final");
	return status;
}
