#include "wallet-cli/output.h"

#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "wallet-cli/safe_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20, WIDTH_MAX = 1000, NOTE_SIZE_MAX = 4096 };

static size_t terminal_width(int descriptor)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width = 0;

	if (!columns || !decimal_decode(&width, text_view(columns))) {
		if (ioctl(descriptor, TIOCGWINSZ, &size) == 0)
			width = size.ws_col;
	}
	if (width == 0)
		return WIDTH_DEFAULT;
	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : (size_t)width;
}

static bool wants_color(const struct arguments *arguments)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return !arguments_has(arguments, OPTION_no_color) && !(no_color && no_color[0]) &&
	       terminal && strcmp(terminal, "dumb") != 0;
}

void output_init(struct output *output, const struct arguments *arguments)
{
	bool is_terminal = isatty(STDOUT_FILENO) == 1;

	*output = (struct output){
		.out = stdout,
		.notes = stderr,
		.is_json = arguments_has(arguments, OPTION_json),
		.is_quiet = arguments_has(arguments, OPTION_quiet),
		.answers_yes = arguments_has(arguments, OPTION_yes),
		.notes_is_terminal = isatty(STDERR_FILENO) == 1,
	};
	output->look.form = output->is_quiet ? TABLE_QUIET
	                    : is_terminal    ? TABLE_TERMINAL
	                                     : TABLE_PLAIN;
	output->look.has_color = is_terminal && wants_color(arguments);
	output->look.width = is_terminal ? terminal_width(STDOUT_FILENO) : WIDTH_DEFAULT;
}

/* -- Results ------------------------------------------------------------------------ */

void output_bytes(struct output *output, struct bytes_view bytes)
{
	/* What could not be written is found by output_finish. */
	if (bytes.size > 0)
		fwrite(bytes.at, 1, bytes.size, output->out);
}

enum status output_table(struct output *output, struct table *table)
{
	struct buffer text;
	enum status status = table->status;

	buffer_init(&text, 2 * (size_t)CLIENT_ANSWER_MAX);
	if (status == STATUS_OK)
		table_print(table, &text, &output->look);
	if (status == STATUS_OK)
		status = text.status;
	if (status == STATUS_OK)
		output_bytes(output, buffer_view(&text));
	buffer_close(&text);
	return status;
}

enum status output_json(struct output *output, const json_t *value)
{
	bool is_terminal = output->look.form == TABLE_TERMINAL || isatty(fileno(output->out));
	size_t flags =
		JSON_INDENT(2) | JSON_ENCODE_ANY | (is_terminal ? JSON_ENSURE_ASCII : 0);

	output->has_json = true;
	if (!value || json_dumpf(value, output->out, flags) != 0)
		return value && ferror(output->out) ? STATUS_STORAGE : STATUS_MEMORY;
	fputs("\n", output->out);
	return STATUS_OK;
}

/* A point in time, unlike "uptime_ms". */
static bool is_time(const char *name)
{
	static const char *const names[] = {"time_ms", "created_ms", "created_time_ms",
	                                    "valid_until_ms"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void add_member(struct table *table, const char *name, const json_t *value)
{
	char *text;

	table_add_text(table, name);
	if (json_is_string(value)) {
		table_add(table, bytes_view(json_string_value(value), json_string_length(value)));
	} else if (json_is_null(value)) {
		table_add_text(table, "-");
	} else if (json_is_integer(value) && json_integer_value(value) > 0 && is_time(name)) {
		table_add_time(table, (uint64_t)json_integer_value(value));
	} else {
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		if (!text)
			table->status = STATUS_MEMORY;
		table_add_text(table, text ? text : "");
		free(text);
	}
}

enum status output_object(struct output *output, const json_t *object)
{
	static const struct table_column columns[] = {{.cut = TABLE_WHOLE},
	                                              {.cut = TABLE_END}};
	struct table table;
	const char *name;
	json_t *value;
	enum status status;

	if (output->is_json)
		return output_json(output, object);
	table_init(&table, columns, 2);
	json_object_foreach ((json_t *)(uintptr_t)object, name, value)
		add_member(&table, name, value);
	status = output_table(output, &table);
	table_close(&table);
	return status;
}

enum status output_text(struct output *output, struct bytes_view text)
{
	struct buffer safe;
	enum status status;

	buffer_init(&safe, 2 * (size_t)CLIENT_ANSWER_MAX);
	safe_text(&safe, text, SAFE_TEXT_LINES);
	if (text.size == 0 || text.at[text.size - 1] != '\n')
		buffer_append_text(&safe, "\n");
	status = safe.status;
	if (status == STATUS_OK)
		output_bytes(output, buffer_view(&safe));
	buffer_close(&safe);
	return status;
}

/* -- Lines -------------------------------------------------------------------------- */

static void print_safe(FILE *out, const char *before, const char *text, const char *after)
{
	struct buffer safe;

	buffer_init(&safe, 8 * (size_t)NOTE_SIZE_MAX);
	safe_text(&safe, text_view(text), SAFE_TEXT_LINES);
	if (safe.status == STATUS_OK)
		fprintf(out, "%s%.*s%s", before, (int)safe.size, (const char *)safe.at, after);
	buffer_close(&safe);
}

void output_line(struct output *output, const char *text)
{
	print_safe(output->out, "", text ? text : "-", "\n");
}

void output_note(struct output *output, const char *format, ...)
{
	char text[NOTE_SIZE_MAX];
	va_list arguments;

	if (output->is_quiet)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	print_safe(output->notes, "", text, "\n");
}

void output_failure(struct output *output, const struct failure *failure)
{
	json_t *error;

	print_safe(output->notes, "cairn: ", failure->message, "");
	if (failure->name[0])
		print_safe(output->notes, " (", failure->name, ")");
	if (failure->hint[0])
		print_safe(output->notes, "; ", failure->hint, "");
	fputs("\n", output->notes);
	if (!output->is_json || output->has_json)
		return;
	error = json_pack("{so}", "error", failure_json(failure));
	if (output_json(output, error) != STATUS_OK)
		fputs("cairn: the error could not be written as JSON\n", output->notes);
	json_decref(error);
}

bool output_confirm(struct output *output, const char *question, bool fallback)
{
	char line[16];

	if (output->answers_yes)
		return true;
	if (isatty(STDIN_FILENO) != 1 || !output->notes_is_terminal)
		return fallback;
	print_safe(output->notes, "", question, " [y/N] ");
	fflush(output->notes);
	if (!fgets(line, sizeof line, stdin))
		return false;
	return line[0] == 'y' || line[0] == 'Y';
}

struct progress output_progress(const struct output *output, const char *noun,
                                uint64_t now_ms)
{
	return (struct progress){
		.out = output->is_quiet ? NULL : output->notes,
		.noun = noun,
		.is_terminal = output->notes_is_terminal,
		.width = output->notes_is_terminal ? terminal_width(STDERR_FILENO) : 0,
		.started_ms = now_ms,
	};
}

enum exit_code output_finish(struct output *output, struct failure *failure)
{
	errno = 0;
	if (fflush(output->out) == 0 && !ferror(output->out))
		return EXIT_CODE_OK;
	return failure_set(failure, EXIT_CODE_FAILURE, "the output could not be written: %s",
	                   errno ? strerror(errno) : "an earlier write failed");
}
