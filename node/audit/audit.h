/* The audit: a stored ledger is replayed from genesis and everything in it is checked, with no
 * trust in whoever wrote it.
 *
 *     blocks are read ──► crew: transactions' signatures ──► execution, in order ──► rows compared
 *                                                                   └──► crew: certificates
 *
 * What is held against what: each header against what executing its transactions gives; each
 * certificate against the validators that the blocks below say; every other row of the store
 * against the one that the replay makes (chain/store/replay.h). What is wrong is a finding, with
 * the height it belongs to; a block that cannot stand ends the replay, as nothing above it can
 * be judged. */
#ifndef NODE_AUDIT_AUDIT_H
#define NODE_AUDIT_AUDIT_H

#include "chain/store/replay.h"
#include "node/audit/job.h"

enum {
	AUDIT_FINDINGS_MAX = 24, /* that are shown: a page; the others are counted */
	AUDIT_NOTES_MAX = 8,
};

struct audit_finding {
	bool has_height;
	uint64_t height;
	char text[AUDIT_TEXT_SIZE];
};

struct audit_report {
	struct hash genesis;
	char network_name[NETWORK_NAME_SIZE_MAX + 1];
	uint64_t tip_height;       /* as the store says */
	struct ledger_tip replayed; /* how far the replay came */
	bool is_whole;             /* it came to the end */
	uint64_t tx_count;
	uint64_t signature_count;  /* of transactions */
	uint64_t certificate_count;
	uint64_t vote_count;       /* signatures of certificates */
	uint64_t cosignature_count;
	uint64_t epoch_count;
	uint64_t row_count;
	uint64_t kept_from;        /* the lowest height whose state is kept */
	struct audit_finding findings[AUDIT_FINDINGS_MAX];
	size_t finding_count;      /* of all that were found */
	char notes[AUDIT_NOTES_MAX][AUDIT_TEXT_SIZE]; /* not wrong, and worth a line */
	size_t note_count;
};

struct audit_options {
	const char *scratch_path; /* of a folder that is not there yet */
	size_t thread_count;      /* 0: one for each core */
	/* After each block, from the thread that called; may be NULL. Of the log's `whole` leaves
	 * `part` were replayed. */
	void (*progress)(void *owner, const char *what, uint64_t part, uint64_t whole);
	void *owner;
};

/* `store` was opened read only. The status is of our own disk and memory; what is wrong with the
 * store stands in the report. */
MUST_CHECK enum status audit_run(struct audit_report *report, struct store *store,
                                 const struct audit_options *options, struct why *why);

/* `height` may be NULL. */
void audit_find(struct audit_report *report, const uint64_t *height, const char *text);
void audit_note(struct audit_report *report, const char *format, ...) PRINTF_LIKE(2, 3);

/* -- beside.c: what stands beside the blocks ---------------------------------------------------- */

/* Own votes, certificates of views, blocks that are not final: their form, and what of them can
 * be held against the validators of the newest epoch. */
MUST_CHECK enum status audit_beside(struct audit_report *report, struct store_view *view,
                                    const struct network *network,
                                    const struct epoch *epoch, struct why *why);

#endif
