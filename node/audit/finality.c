#include "node/audit/finality.h"

#include <inttypes.h>
#include <stdio.h>

void finality_init(struct finality *finality)
{
	*finality = (struct finality){0};
	buffer_init(&finality->last, CERTIFICATE_SIZE_MAX);
}

void finality_close(struct finality *finality)
{
	buffer_close(&finality->last);
}

static bool decode(struct audit_job *job)
{
	struct cursor in = cursor_on(buffer_view(&job->certificate_bytes));

	if (in.left == 0) {
		audit_job_blame(job, "it has no certificate");
		return false;
	}
	certificate_get(&in, &job->certificate);
	if (cursor_finish(&in) == STATUS_OK)
		return true;
	audit_job_blame(job, "its certificate cannot be read");
	return false;
}

static bool has_quorum(const struct audit_job *job)
{
	size_t count = 0;

	for (size_t i = 0; i < job->certificate.validator_count; i++)
		count += job->certificate.signers[i];
	return count >= epoch_quorum(job->epoch);
}

static bool is_in_form(struct audit_job *job)
{
	const struct ballot *ballot = &job->certificate.ballot;

	if (ballot->kind != VOTE_FINALIZE || !ballot_is_well_formed(ballot))
		audit_job_blame(job, "its certificate is none that makes final");
	else if (ballot->epoch != job->header.epoch || ballot->view < job->header.view)
		audit_job_blame(job, "its certificate is of another epoch or of an earlier view");
	else if (job->certificate.validator_count != job->epoch->validators.count)
		audit_job_blame(job, "its certificate is of another set of validators");
	else if (!has_quorum(job))
		audit_job_blame(job, "its certificate has fewer signatures than a quorum");
	return !job->is_bad;
}

/* Those that were certified through this block. */
static void arrive(struct finality *finality, const struct audit_job *job)
{
	size_t kept = 0;

	for (size_t i = 0; i < finality->awaited_count; i++)
		if (!hash_equal(&finality->awaited[i].block, &job->hash) ||
		    finality->awaited[i].view < job->header.view)
			finality->awaited[kept++] = finality->awaited[i];
	finality->awaited_count = kept;
}

static void await(struct finality *finality, struct audit_job *job)
{
	const struct ballot *ballot = &job->certificate.ballot;

	if (hash_equal(&ballot->block, &job->hash))
		return;
	for (size_t i = 0; i < finality->awaited_count; i++)
		if (hash_equal(&finality->awaited[i].block, &ballot->block))
			return;
	if (finality->awaited_count == AWAITED_MAX) {
		audit_job_blame(job, "its certificate is of a block that is not near above it");
		return;
	}
	finality->awaited[finality->awaited_count++] = (struct awaited){
		.block = ballot->block,
		.view = ballot->view,
		.first = job->header.height,
	};
}

bool finality_take(struct finality *finality, struct audit_job *job)
{
	bool is_last = bytes_equal(buffer_view(&job->certificate_bytes),
	                           buffer_view(&finality->last));

	arrive(finality, job);
	if (!decode(job) || !is_in_form(job))
		return false;
	await(finality, job);
	if (job->is_bad || is_last)
		return false;
	buffer_clear(&finality->last);
	buffer_append_view(&finality->last, buffer_view(&job->certificate_bytes));
	return true;
}

void finality_end(struct finality *finality, bool is_tip, struct audit_report *report)
{
	for (size_t i = 0; i < finality->awaited_count; i++) {
		const struct awaited *awaited = &finality->awaited[i];

		if (is_tip)
			audit_note(report,
			           "from block %" PRIu64
			           " on the certificate is that of a later block, which is not here",
			           awaited->first);
		else
			audit_find(report, &awaited->first,
			           "its certificate is of a block that is not above it in its epoch");
	}
	finality->awaited_count = 0;
	buffer_clear(&finality->last);
}
