#include "node/audit/command.h"

#include "chain/base/memory.h"
#include "node/audit/page.h"
#include "node/shell/data_dir.h"
#include "node/shell/file.h"
#include "node/shell/layout.h"
#include "node/shell/node.h"
#include "node/shell/sign_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE_SIZE_MAX = 64 << 10,
	AUDIT_CACHE_MIB = 64, /* the ledger is read once, in order: little is read again */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void show(void *owner, const char *what, uint64_t part, uint64_t whole)
{
	audit_progress_show(owner, what, part, whole, now_ms());
}

/* The file outside the database that says how far it went. A copy of a ledger for others has
 * none. */
static void compare_sign_state(struct audit_report *report, const struct data_dir *dir)
{
	char path[DATA_PATH_SIZE], text[AUDIT_TEXT_SIZE];
	struct sign_slot slot;
	bool slot_lost;
	struct why why = {{0}};
	struct buffer file;
	uint64_t height;
	enum status status;

	data_dir_path(path, dir, FILE_SIGN_STATE);
	buffer_init(&file, SIGN_FILE_SIZE);
	status = file_read(&file, path, &why);
	if (status == STATUS_OK)
		status = sign_file_decode(&slot, &slot_lost, buffer_view(&file));
	buffer_close(&file);
	if (status == STATUS_NOT_FOUND) {
		audit_note(report, "there is no " FILE_SIGN_STATE
		                   ": whether blocks are missing at the end cannot be said");
		return;
	}
	if (status != STATUS_OK) {
		audit_find(report, NULL, FILE_SIGN_STATE " cannot be read");
		return;
	}
	height = report->tip_height + 1;
	snprintf(text, sizeof text,
	         "it is missing, and what followed: the node had committed block %" PRIu64,
	         slot.mark.committed_height);
	if (slot.mark.committed_height > report->tip_height)
		audit_find(report, &height, text);
}

static void print(const struct audit_report *report, const struct data_dir *dir,
                  uint64_t started_ms)
{
	struct buffer page;

	buffer_init(&page, PAGE_SIZE_MAX);
	audit_page(&page, report, dir->path, (double)(now_ms() - started_ms) / 1000);
	fwrite(page.at, 1, page.size, stdout);
	fflush(stdout);
	buffer_close(&page);
}

/* The folder of the scratch ledger, which goes again at the end. */
static enum status scratch_path(char path[DATA_PATH_SIZE], const struct audit_command *command,
                                const struct data_dir *dir, struct why *why)
{
	const char *parent = command->scratch ? command->scratch : dir->path;
	int size = snprintf(path, DATA_PATH_SIZE, "%s/audit-%ld", parent, (long)getpid());

	if (size < 0 || size >= DATA_PATH_SIZE)
		return why_say(why, STATUS_STORAGE, "the name of the scratch folder is too long");
	return STATUS_OK;
}

static enum status audit(struct audit_report *report, const struct audit_command *command,
                         const struct data_dir *dir, struct why *why)
{
	struct audit_progress progress = {.out = isatty(STDERR_FILENO) ? stderr : NULL};
	struct store_options store_options = {.cache_mib = AUDIT_CACHE_MIB, .read_only = true};
	char path[DATA_PATH_SIZE], scratch[DATA_PATH_SIZE];
	struct audit_options options = {
		.scratch_path = scratch,
		.thread_count = command->thread_count,
		.progress = show,
		.owner = &progress,
	};
	struct store *store = NULL;
	enum status status = scratch_path(scratch, command, dir, why);

	data_dir_path(path, dir, FILE_STORE);
	if (status == STATUS_OK)
		status = store_open(&store, path, &store_options, NULL, why);
	if (status == STATUS_CORRUPT) {
		audit_find(report, NULL, why->text);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = audit_run(report, store, &options, why);
	audit_progress_clear(&progress);
	store_close(store);
	rmdir(scratch); /* what RocksDB leaves of it */
	if (status == STATUS_OK)
		compare_sign_state(report, dir);
	return status;
}

int node_audit(const struct audit_command *command)
{
	struct audit_report *report = memory_new(sizeof *report);
	uint64_t started_ms = now_ms();
	struct why why = {{0}};
	struct data_dir dir;
	enum status status;
	int code;

	if (!report) {
		fputs("cairnd: out of memory\n", stderr);
		return NODE_EXIT_STORAGE;
	}
	status = data_dir_open(&dir, command->data_dir, &why);
	if (status != STATUS_OK) {
		fprintf(stderr, "cairnd: %s\n", why.text);
		memory_free(report);
		return NODE_EXIT_REFUSED;
	}
	*report = (struct audit_report){0};
	status = audit(report, command, &dir, &why);
	if (status == STATUS_OK)
		print(report, &dir, started_ms);
	else
		fprintf(stderr, "cairnd: %s\n", why.text);
	data_dir_close(&dir);
	code = report->finding_count > 0 ? NODE_EXIT_AUDIT_BAD : EXIT_SUCCESS;
	memory_free(report);
	if (status == STATUS_OK)
		return code;
	return status == STATUS_NOT_FOUND || status == STATUS_FOREIGN || status == STATUS_BUSY
	           ? NODE_EXIT_REFUSED
	           : NODE_EXIT_STORAGE;
}
