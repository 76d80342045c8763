#include "wallet-cli/progress.h"

#include <inttypes.h>

enum {
	BAR_WIDTH = 24,
	BAR_TERMINAL_WIDTH_MIN = 80, /* narrower ones have no room for a bar */
	LINE_SIZE_MAX = 256,
};

void count_text(char text[COUNT_TEXT_SIZE], uint64_t count)
{
	char digits[24];
	size_t size = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
	size_t at = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

void duration_text(char text[DURATION_TEXT_SIZE], uint64_t duration_ms)
{
	uint64_t seconds = duration_ms / 1000 + (duration_ms % 1000 >= 500);

	if (seconds < 60)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " s", seconds);
	else if (seconds < 3600)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
		         seconds % 60);
	else
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " h %" PRIu64 " min",
		         seconds / 3600, seconds % 3600 / 60);
}

static double fraction(const struct progress *progress)
{
	if (progress->part >= progress->whole)
		return 1;
	return (double)progress->part / (double)progress->whole;
}

static void print_bar(struct buffer *out, double done)
{
	unsigned filled = (unsigned)(done * BAR_WIDTH);

	buffer_append_text(out, " [");
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		buffer_append_text(out, i < filled ? "#" : "-");
	buffer_append_text(out, "]");
}

void progress_line(struct buffer *out, const struct progress *progress, uint64_t now_ms)
{
	uint64_t elapsed_ms =
		now_ms > progress->started_ms ? now_ms - progress->started_ms : 0;
	char count[COUNT_TEXT_SIZE];
	char whole[COUNT_TEXT_SIZE];
	char rate[COUNT_TEXT_SIZE];
	char left[DURATION_TEXT_SIZE];

	count_text(count, progress->count);
	count_text(whole, progress->whole);
	if (progress->whole > 0 && progress->is_whole_counted)
		buffer_printf(out, "%s of %s %s", count, whole, progress->noun);
	else
		buffer_printf(out, "%s %s", count, progress->noun);
	if (progress->whole > 0) {
		if (progress->is_terminal && progress->width >= BAR_TERMINAL_WIDTH_MIN)
			print_bar(out, fraction(progress));
		buffer_printf(out, " %u%%", (unsigned)(fraction(progress) * 100));
	}
	if (elapsed_ms == 0)
		return;
	count_text(rate, (uint64_t)((double)progress->count * 1000 / (double)elapsed_ms));
	buffer_printf(out, "  %s/s", rate);
	if (progress->whole == 0 || progress->part == 0)
		return;
	duration_text(
		left, (uint64_t)((double)elapsed_ms / fraction(progress) - (double)elapsed_ms));
	buffer_printf(out, "  %s left", left);
}

void progress_show(struct progress *progress, uint64_t now_ms)
{
	uint64_t due_ms = progress->is_terminal ? PROGRESS_TERMINAL_MS : PROGRESS_LINE_MS;
	uint64_t last_ms = progress->shown_ms ? progress->shown_ms : progress->started_ms;
	struct buffer line;

	if (!progress->out || now_ms < last_ms + due_ms)
		return;
	buffer_init(&line, LINE_SIZE_MAX);
	progress_line(&line, progress, now_ms);
	if (progress->is_terminal && line.size >= progress->width)
		line.size = progress->width > 0 ? progress->width - 1 : 0;
	if (line.status == STATUS_OK)
		fprintf(progress->out, progress->is_terminal ? "\r%.*s\033[K" : "%.*s\n",
		        (int)line.size, (const char *)line.at);
	fflush(progress->out);
	buffer_close(&line);
	progress->is_shown = progress->is_terminal;
	progress->shown_ms = now_ms;
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_shown)
		return;
	fputs("\r\033[K", progress->out);
	fflush(progress->out);
	progress->is_shown = false;
}
