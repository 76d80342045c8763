#include "node/audit/job.h"

#include "chain/ledger/tx.h"
#include "chain/proof/log.h"

#include <stdarg.h>
#include <stdio.h>

void audit_job_blame(struct audit_job *job, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(job->text, sizeof job->text, format, arguments);
	va_end(arguments);
	job->is_bad = true;
}

static void check_tx(struct audit_job *job, uint32_t index, struct bytes_view bytes)
{
	struct refusal refusal = {0};
	struct tx tx;

	if (tx_decode(&tx, job->network, bytes, &refusal) != VERDICT_GOOD)
		audit_job_blame(job, "transaction %u is none: %s", (unsigned)index, refusal.text);
	else if (tx_check_signature(&tx, &refusal) != VERDICT_GOOD)
		audit_job_blame(job, "transaction %u, txid %s: its signature is not valid",
		                (unsigned)index, shown_hash(&tx.txid).text);
	else
		job->signature_count++;
}

static void check_body(struct audit_job *job)
{
	struct cursor in = cursor_on(buffer_view(&job->body));
	struct log_frontier leaves = {0};
	uint32_t count = 0;
	struct hash root;

	while (in.left > 0 && !job->is_bad) {
		struct bytes_view entry = body_next(&in);
		struct hash leaf_hash = log_leaf_hash(entry);

		log_frontier_append(&leaves, &leaf_hash);
		check_tx(job, count++, entry);
	}
	root = log_frontier_root(&leaves);
	if (!job->is_bad &&
	    (count != job->header.tx_count || !hash_equal(&root, &job->header.tx_root)))
		audit_job_blame(job, "its transactions are not those of its header's tx_root");
}

/* Each signature for itself, so that the one that is wrong can be named. */
static void check_certificate(struct audit_job *job)
{
	const struct certificate *certificate = &job->certificate;
	struct hash digest = ballot_digest(&certificate->ballot, job->network);

	for (size_t i = 0; i < certificate->validator_count && !job->is_bad; i++) {
		if (!certificate->signers[i])
			continue;
		if (signature_is_valid(&certificate->signatures[i], &digest,
		                       &job->epoch->validators.items[i].vote_key))
			job->signature_count++;
		else
			audit_job_blame(job,
			                "its certificate: the signature of validator %zu is not valid",
			                i);
	}
}

void audit_job_run(struct audit_job *job)
{
	switch (job->stage) {
	case AUDIT_BODY:
		check_body(job);
		break;
	case AUDIT_CERTIFICATE:
		check_certificate(job);
		break;
	}
}
