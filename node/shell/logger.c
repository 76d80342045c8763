#include "node/shell/logger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Lines are made without a lock, and an appending write of up to PIPE_BUF bytes is whole
 * by itself. The lock guards the sites, which are one counter each, and the path. */
static struct {
	atomic_int levels[LOG_MODULE_COUNT];
	atomic_int format;
	atomic_int file;
	atomic_uint_fast64_t lost_line_count;
	pthread_mutex_t lock;
	char path[PATH_MAX]; /* empty: stderr */
} logger = {
#define LEVEL_AT_FIRST(name, text) [name] = LEVEL_INFO,
    .levels = {LOG_MODULES(LEVEL_AT_FIRST)},
#undef LEVEL_AT_FIRST
    .file = STDERR_FILENO,
    .lock = PTHREAD_MUTEX_INITIALIZER,
};

/* -- Levels and formats -------------------------------------------------------------- */

static bool level_parse(enum log_level *level, struct bytes_view text)
{
#define LEVEL_IS(name, name_text)                  \
	if (bytes_equal(text, text_view(name_text))) { \
		*level = name;                             \
		return true;                               \
	}
	LOG_LEVELS(LEVEL_IS)
#undef LEVEL_IS
	return false;
}

static bool module_parse(enum log_module *module, struct bytes_view text)
{
#define MODULE_IS(name, name_text)                 \
	if (bytes_equal(text, text_view(name_text))) { \
		*module = name;                            \
		return true;                               \
	}
	LOG_MODULES(MODULE_IS)
#undef MODULE_IS
	return false;
}

static void set_all(struct log_levels *levels, enum log_level level)
{
	for (size_t i = 0; i < LOG_MODULE_COUNT; i++)
		levels->of[i] = level;
}

static const char *take_item(struct log_levels *levels, struct bytes_view item)
{
	const uint8_t *sign = item.size > 0 ? memchr(item.at, '=', item.size) : NULL;
	enum log_module module;
	enum log_level level;
	size_t name_size;

	if (!sign) {
		if (!level_parse(&level, item))
			return "a level is error, warn, info, debug or trace";
		set_all(levels, level);
		return NULL;
	}
	name_size = (size_t)(sign - item.at);
	if (!module_parse(&module, bytes_view(item.at, name_size)))
		return "a module is node, consensus, p2p, sync, pool, verify, store, share or "
		       "rpc";
	if (!level_parse(&level, bytes_view(sign + 1, item.size - name_size - 1)))
		return "a level is error, warn, info, debug or trace";
	levels->of[module] = level;
	return NULL;
}

const char *log_levels_parse(struct log_levels *levels, struct bytes_view text)
{
	const char *what = NULL;
	size_t start = 0;

	set_all(levels, LEVEL_INFO);
	for (size_t i = 0; i <= text.size && !what; i++) {
		if (i < text.size && text.at[i] != ',')
			continue;
		what = take_item(levels, bytes_view(text.at + start, i - start));
		start = i + 1;
	}
	return what;
}

bool log_format_parse(enum log_format *format, struct bytes_view text)
{
	*format = bytes_equal(text, text_view("json")) ? LOG_FORMAT_JSON : LOG_FORMAT_LOGFMT;
	return *format == LOG_FORMAT_JSON || bytes_equal(text, text_view("logfmt"));
}

void logger_set_level(enum log_module module, enum log_level level)
{
	atomic_store_explicit(&logger.levels[module], (int)level, memory_order_relaxed);
}

void logger_set_levels(const struct log_levels *levels)
{
	for (int i = 0; i < LOG_MODULE_COUNT; i++)
		logger_set_level((enum log_module)i, levels->of[i]);
}

struct log_levels logger_levels(void)
{
	struct log_levels levels;

	for (size_t i = 0; i < LOG_MODULE_COUNT; i++)
		levels.of[i] =
		    (enum log_level)atomic_load_explicit(&logger.levels[i], memory_order_relaxed);
	return levels;
}

bool logger_wants(enum log_level level, enum log_module module)
{
	return (int)level <=
	       atomic_load_explicit(&logger.levels[module], memory_order_relaxed);
}

/* -- Where lines go ------------------------------------------------------------------ */

/* A file that is already being written to is replaced under its own number, so that a
 * thread in the middle of a line finishes it in the old file. */
static enum status switch_to(const char *path, struct why *why)
{
	int old = atomic_load(&logger.file);
	int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	enum status status = STATUS_OK;

	if (file < 0)
		return why_set(why, STATUS_STORAGE, "open log file %s: %s", path,
		               strerror(errno));
	if (old == STDERR_FILENO) {
		atomic_store(&logger.file, file);
		return STATUS_OK;
	}
	if (dup3(file, old, O_CLOEXEC) < 0)
		status = why_set(why, STATUS_STORAGE, "switch to log file %s: %s", path,
		                 strerror(errno));
	close(file);
	return status;
}

enum status logger_open(const char *path, enum log_format format, struct why *why)
{
	enum status status = STATUS_OK;

	if (!path || !*path) {
		logger_close();
	} else {
		if (strlen(path) >= sizeof logger.path)
			return why_set(why, STATUS_TOO_LARGE, "path of the log file");
		status = switch_to(path, why);
		if (status == STATUS_OK) {
			pthread_mutex_lock(&logger.lock);
			memcpy(logger.path, path, strlen(path) + 1);
			pthread_mutex_unlock(&logger.lock);
		}
	}
	if (status == STATUS_OK)
		atomic_store(&logger.format, (int)format);
	return status;
}

enum status logger_reopen(struct why *why)
{
	char path[sizeof logger.path];

	pthread_mutex_lock(&logger.lock);
	memcpy(path, logger.path, sizeof path);
	pthread_mutex_unlock(&logger.lock);
	return *path ? switch_to(path, why) : STATUS_OK;
}

void logger_close(void)
{
	int file = atomic_exchange(&logger.file, STDERR_FILENO);

	if (file != STDERR_FILENO)
		close(file);
	pthread_mutex_lock(&logger.lock);
	logger.path[0] = '\0';
	pthread_mutex_unlock(&logger.lock);
}

uint64_t logger_lost_line_count(void)
{
	return atomic_load_explicit(&logger.lost_line_count, memory_order_relaxed);
}

/* -- Lines --------------------------------------------------------------------------- */

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool log_site_admits(struct log_site *site, uint64_t now_ms, uint64_t *suppressed)
{
	if (now_ms - site->window_start_ms >= LOG_SITE_WINDOW_MS) {
		site->window_start_ms = now_ms;
		site->line_count = 0;
	}
	if (site->line_count == LOG_SITE_LINES_MAX) {
		site->suppressed++;
		return false;
	}
	site->line_count++;
	*suppressed = site->suppressed;
	site->suppressed = 0;
	return true;
}

void logger_write(struct log_site *site, enum log_level level, enum log_module module,
                  const char *event, const struct log_field *fields, size_t field_count)
{
	struct log_record record = {
	    .level = level,
	    .module = module,
	    .event = event,
	    .fields = fields,
	    .field_count = field_count,
	};
	int errno_before = errno;
	char line[LOG_LINE_SIZE];
	bool admitted = true;
	ssize_t written;
	size_t size;

	if (level != LEVEL_TRACE) {
		uint64_t now_ms = clock_ms(CLOCK_MONOTONIC);

		pthread_mutex_lock(&logger.lock);
		admitted = log_site_admits(site, now_ms, &record.suppressed);
		pthread_mutex_unlock(&logger.lock);
	}
	if (!admitted)
		return;
	record.time_ms = clock_ms(CLOCK_REALTIME);
	size = log_line(line, &record, (enum log_format)atomic_load(&logger.format));
	do {
		written = write(atomic_load(&logger.file), line, size);
	} while (written < 0 && errno == EINTR);
	if (written != (ssize_t)size)
		atomic_fetch_add_explicit(&logger.lost_line_count, 1, memory_order_relaxed);
	errno = errno_before;
}
