#include "wallet-cli/import_report.h"

#include "wallet-cli/output.h"

#include <inttypes.h>
#include <string.h>

/* The same rule broken with other values is the same reason. */
static bool is_same(const struct failure *a, const struct failure *b)
{
	if (a->rpc_code != 0 || b->rpc_code != 0)
		return a->rpc_code == b->rpc_code;
	return strcmp(a->message, b->message) == 0;
}

static struct import_reason *reason_of(struct import_report *report,
                                       const struct failure *failure)
{
	struct import_reason *reason;

	for (size_t i = 0; i < report->reason_count; i++)
		if (is_same(&report->reasons[i].failure, failure))
			return &report->reasons[i];
	if (report->reason_count == IMPORT_REASONS_MAX)
		return &report->reasons[IMPORT_REASONS_MAX - 1];
	reason = &report->reasons[report->reason_count++];
	reason->failure = *failure;
	if (report->reason_count == IMPORT_REASONS_MAX)
		failure_set(&reason->failure, EXIT_CODE_REFUSED, "other reasons");
	return reason;
}

void import_report_fail(struct import_report *report, uint64_t line, uint64_t count,
                        const struct failure *failure)
{
	struct import_reason *reason = reason_of(report, failure);

	report->failed_count += count;
	for (uint64_t i = 0; i < count; i++) {
		if (reason->line_count < IMPORT_REASON_LINES_MAX)
			reason->lines[reason->line_count] = line + i;
		reason->line_count++;
	}
}

static uint64_t rate_of(const struct import_report *report)
{
	uint64_t done = report->final_count + report->pending_count;

	return report->elapsed_ms > 0
	           ? (uint64_t)((double)done * 1000 / (double)report->elapsed_ms)
	           : done;
}

static size_t lines_named(const struct import_reason *reason)
{
	return reason->line_count < IMPORT_REASON_LINES_MAX ? (size_t)reason->line_count
	                                                    : IMPORT_REASON_LINES_MAX;
}

json_t *import_report_json(const struct import_report *report)
{
	json_t *failures = json_array();

	for (size_t i = 0; i < report->reason_count; i++) {
		const struct import_reason *reason = &report->reasons[i];
		json_t *lines = json_array();

		for (size_t j = 0; j < lines_named(reason); j++)
			json_array_append_new(lines, json_integer((json_int_t)reason->lines[j]));
		json_array_append_new(
			failures, json_pack("{so sI so}", "error", failure_json(&reason->failure),
		                        "count", (json_int_t)reason->line_count, "lines", lines));
	}
	return json_pack(
		"{sI sI sI sI sI sI sI so}", "records", (json_int_t)report->record_count, "final",
		(json_int_t)report->final_count, "pending", (json_int_t)report->pending_count,
		"refused", (json_int_t)report->failed_count, "unknown",
		(json_int_t)report->unknown_count, "elapsed_ms", (json_int_t)report->elapsed_ms,
		"rate", (json_int_t)rate_of(report), "failures", failures);
}

static void show_reason(const struct import_reason *reason, struct output *output)
{
	char lines[IMPORT_REASON_LINES_MAX * 24] = "";
	char count[COUNT_TEXT_SIZE];
	size_t size = 0;

	for (size_t i = 0; i < lines_named(reason); i++)
		size += (size_t)snprintf(lines + size, sizeof lines - size, "%s%" PRIu64,
		                         i > 0 ? ", " : "", reason->lines[i]);
	count_text(count, reason->line_count);
	output_note(output, "%s refused: %s%s%s%s; line%s %s%s", count,
	            reason->failure.message, reason->failure.name[0] ? " (" : "",
	            reason->failure.name, reason->failure.name[0] ? ")" : "",
	            reason->line_count > 1 ? "s" : "", lines,
	            reason->line_count > IMPORT_REASON_LINES_MAX ? " ..." : "");
}

static void show_sum(const struct import_report *report, struct output *output)
{
	uint64_t done = report->final_count + report->pending_count;
	char count[COUNT_TEXT_SIZE], records[COUNT_TEXT_SIZE], rate[COUNT_TEXT_SIZE];
	char line[256];

	count_text(count, done);
	count_text(records, report->record_count);
	count_text(rate, rate_of(report));
	snprintf(line, sizeof line, "%s of %s records %s in %" PRIu64 ".%" PRIu64 " s (%s/s)",
	         count, records, report->pending_count > 0 ? "taken by the node" : "final",
	         report->elapsed_ms / 1000, report->elapsed_ms % 1000 / 100, rate);
	output_line(output, line);
}

enum exit_code import_report_show(const struct import_report *report,
                                  struct output *output, struct failure *failure)
{
	json_t *json;
	enum status status;

	for (size_t i = 0; i < report->reason_count; i++)
		show_reason(&report->reasons[i], output);
	if (!output->is_json) {
		if (!output->is_quiet)
			show_sum(report, output);
		return EXIT_CODE_OK;
	}
	json = import_report_json(report);
	status = output_json(output, json);
	json_decref(json);
	return status == STATUS_OK ? EXIT_CODE_OK : failure_of_status(failure, status, NULL);
}

/* That of all reasons, where they agree. */
static enum exit_code common_exit_code(const struct import_report *report)
{
	enum exit_code exit_code = report->reasons[0].failure.exit_code;

	for (size_t i = 1; i < report->reason_count; i++)
		if (report->reasons[i].failure.exit_code != exit_code)
			return EXIT_CODE_REFUSED;
	return exit_code;
}

enum exit_code import_report_judge(const struct import_report *report,
                                   struct failure *failure)
{
	char count[COUNT_TEXT_SIZE];

	if (report->unknown_count > 0) {
		count_text(count, report->unknown_count);
		failure_set(failure, EXIT_CODE_UNKNOWN,
		            "of %s record%s it is not known whether the ledger has them", count,
		            report->unknown_count > 1 ? "s" : "");
		return failure_hint(failure, "they may still become final; 'cairn record list' "
		                             "shows what has");
	}
	if (report->failed_count > 0) {
		count_text(count, report->failed_count);
		return failure_set(failure, common_exit_code(report), "%s record%s refused",
		                   count, report->failed_count > 1 ? "s were" : " was");
	}
	return EXIT_CODE_OK;
}
