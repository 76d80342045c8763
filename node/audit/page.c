#include "node/audit/page.h"

#include "chain/base/text.h"

#include <inttypes.h>

enum {
	SHOW_EVERY_MS = 200,
	BAR_WIDTH = 24,
	NUMBER_SIZE = 32,
};

/* 1234567 as "1,234,567". */
static const char *number(char text[NUMBER_SIZE], uint64_t value)
{
	char digits[24];
	size_t size = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
	size_t at = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
	return text;
}

/* -- Progress ----------------------------------------------------------------------------------- */

void audit_progress_show(struct audit_progress *progress, const char *what, uint64_t part,
                         uint64_t whole, uint64_t now_ms)
{
	char count[NUMBER_SIZE], rate[NUMBER_SIZE];
	uint64_t elapsed_ms, left_s;
	unsigned filled;

	if (!progress->out || now_ms < progress->shown_ms + SHOW_EVERY_MS || whole == 0)
		return;
	if (progress->what != what) {
		progress->what = what;
		progress->started_ms = now_ms;
		progress->first = part;
	}
	progress->shown_ms = now_ms;
	elapsed_ms = now_ms - progress->started_ms;
	if (elapsed_ms == 0 || part <= progress->first)
		return;
	filled = (unsigned)(part * BAR_WIDTH / whole);
	left_s = (whole - part) * elapsed_ms / (part - progress->first) / 1000;
	fprintf(progress->out, "\r%s [%.*s%.*s] %u%%  %s of the log  %s/s  %" PRIu64
	                       ":%02" PRIu64 " left\033[K",
	        what, (int)filled, "########################", (int)(BAR_WIDTH - filled),
	        "------------------------", (unsigned)(part * 100 / whole), number(count, part),
	        number(rate, (part - progress->first) * 1000 / elapsed_ms), left_s / 60,
	        left_s % 60);
	fflush(progress->out);
}

void audit_progress_clear(struct audit_progress *progress)
{
	if (!progress->out || !progress->what)
		return;
	fputs("\r\033[K", progress->out);
	fflush(progress->out);
}

/* -- The page ----------------------------------------------------------------------------------- */

static void print_checked(struct buffer *page, const struct audit_report *report)
{
	char first[NUMBER_SIZE], second[NUMBER_SIZE];
	char hex[HASH_HEX_SIZE];

	buffer_printf(page, "blocks         0 to %s of %s, in %" PRIu64 " epoch%s\n",
	              number(first, report->replayed.header.height),
	              number(second, report->tip_height), report->epoch_count,
	              report->epoch_count == 1 ? "" : "s");
	buffer_printf(page, "transactions   %s, every one signed by its sender and good by the rules\n",
	              number(first, report->signature_count));
	buffer_printf(page, "certificates   %s, with %s signatures of validators\n",
	              number(first, report->certificate_count),
	              number(second, report->vote_count));
	if (report->cosignature_count > 0)
		buffer_printf(page, "cosignatures   %s, over the newest checkpoint and the ends of epochs\n",
		              number(first, report->cosignature_count));
	hex_encode(hex, hash_view(&report->replayed.hash));
	buffer_printf(page, "newest block   %s\n", hex);
	hex_encode(hex, hash_view(&report->replayed.header.state_root));
	buffer_printf(page, "state root     %s\n", hex);
	if (report->kept_from > 0)
		buffer_printf(page, "               states before block %s were pruned here\n",
		              number(first, report->kept_from));
	buffer_printf(page, "other rows     %s, compared with those that the blocks make\n",
	              number(first, report->row_count));
}

static void print_findings(struct buffer *page, const struct audit_report *report)
{
	size_t shown = report->finding_count < AUDIT_FINDINGS_MAX ? report->finding_count
	                                                          : AUDIT_FINDINGS_MAX;

	for (size_t i = 0; i < shown; i++) {
		const struct audit_finding *finding = &report->findings[i];

		if (finding->has_height)
			buffer_printf(page, "WRONG  block %" PRIu64 ": %s\n", finding->height,
			              finding->text);
		else
			buffer_printf(page, "WRONG  %s\n", finding->text);
	}
	if (shown < report->finding_count)
		buffer_printf(page, "       and %zu more\n", report->finding_count - shown);
	if (shown > 0)
		buffer_append_text(page, "\n");
}

static void print_verdict(struct buffer *page, const struct audit_report *report)
{
	if (report->finding_count == 0)
		buffer_append_text(page, "verdict        GOOD: everything that is stored follows from "
		                         "the genesis and holds\n");
	else if (report->is_whole)
		buffer_printf(page, "verdict        BAD: %zu thing%s wrong\n", report->finding_count,
		              report->finding_count == 1 ? " is" : "s are");
	else
		buffer_printf(page,
		              "verdict        BAD: the replay ended at block %" PRIu64
		              " of %" PRIu64 "; nothing above it was judged\n",
		              report->replayed.header.height, report->tip_height);
}

void audit_page(struct buffer *page, const struct audit_report *report, const char *path,
                double seconds)
{
	char rate[NUMBER_SIZE];
	char hex[HASH_HEX_SIZE];

	hex_encode(hex, hash_view(&report->genesis));
	buffer_printf(page, "audit of       %s\n", path);
	buffer_printf(page, "network        %s, genesis %s\n", report->network_name, hex);
	print_checked(page, report);
	if (seconds > 0)
		buffer_printf(page, "time           %.1f s, %s transactions a second\n", seconds,
		              number(rate, (uint64_t)((double)report->tx_count / seconds)));
	buffer_append_text(page, "\n");
	for (size_t i = 0; i < report->note_count; i++)
		buffer_printf(page, "note   %s\n", report->notes[i]);
	if (report->note_count > 0)
		buffer_append_text(page, "\n");
	print_findings(page, report);
	print_verdict(page, report);
}
