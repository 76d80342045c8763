/* What became of the lines of an import, and the reasons of those that failed, each with
 * the first of its lines. */
#ifndef WALLET_CLI_IMPORT_REPORT_H
#define WALLET_CLI_IMPORT_REPORT_H

#include "chain/base/limits.h"
#include "wallet-cli/failure.h"

#include <jansson.h>
#include <stdint.h>

struct output;

/* One kind of failure. */
struct import_reason {
	struct failure failure; /* of the first line */
	uint64_t line_count;
	uint64_t lines[IMPORT_REASON_LINES_MAX]; /* the first of them */
};

struct import_report {
	uint64_t record_count;  /* lines read */
	uint64_t final_count;   /* seen in a block */
	uint64_t pending_count; /* taken by the node; only where no more was waited for */
	uint64_t failed_count;  /* known not to be in the ledger */
	uint64_t unknown_count; /* neither */
	uint64_t elapsed_ms;
	size_t reason_count;
	struct import_reason reasons[IMPORT_REASONS_MAX]; /* the last one collects the rest */
};

/* `count` lines from `line` on (counted from 1) failed so. */
void import_report_fail(struct import_report *report, uint64_t line, uint64_t count,
                        const struct failure *failure);

/* {"records","final","pending","refused","unknown","elapsed_ms","rate","failures":[{"error",
 * "count","lines"}]}. NULL: memory is out. */
MUST_CHECK json_t *import_report_json(const struct import_report *report);

/* A sentence for the whole on stdout, the failures on stderr. */
MUST_CHECK enum exit_code import_report_show(const struct import_report *report,
                                             struct output *output,
                                             struct failure *failure);

/* EXIT_CODE_UNKNOWN if the end of any line is unknown; else, if any failed, the exit code
 * that all reasons share, or EXIT_CODE_REFUSED; with a sentence in *failure. */
MUST_CHECK enum exit_code import_report_judge(const struct import_report *report,
                                              struct failure *failure);

#endif
