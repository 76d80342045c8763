/* What of a block can be checked without the blocks below it, on any core: its transactions'
 * form and signatures, that they are those of its header, and the signatures of its
 * certificate. */
#ifndef NODE_AUDIT_JOB_H
#define NODE_AUDIT_JOB_H

#include "chain/base/buffer.h"
#include "chain/store/view.h"
#include "consensus/epoch.h"
#include "node/shell/mailbox.h"

enum { AUDIT_TEXT_SIZE = 256 };

enum audit_stage {
	AUDIT_BODY,        /* the transactions are to be checked */
	AUDIT_CERTIFICATE, /* the certificate is, against the validators of the epoch */
};

struct audit_job {
	struct letter letter;
	const struct network *network;
	struct header header;
	struct hash hash;            /* of the header */
	uint64_t root_page_version;
	struct buffer body;
	struct buffer certificate_bytes; /* empty: there is none */
	enum audit_stage stage;
	bool is_busy;                /* with a worker; guarded by the crew's lock */

	/* AUDIT_CERTIFICATE: in. */
	const struct epoch *epoch;
	struct certificate certificate;

	/* Out. */
	uint64_t signature_count;    /* checked and found good */
	bool is_bad;
	char text[AUDIT_TEXT_SIZE];  /* what is wrong with it */
};

/* Does what the stage says. Any thread. */
void audit_job_run(struct audit_job *job);

/* Marks the job as bad, with a sentence. */
void audit_job_blame(struct audit_job *job, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
