#include "tests/sim/store/power.h"

#include "chain/base/table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { POWER_PATH_SIZE = 512, TMPFS = 0x01021994 };

static void die(const char *what, const char *path)
{
	fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
	abort();
}

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), end_size = strlen(end);

	return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

/* -- What is on the disk ----------------------------------------------------------------------- */

struct file_id {
	dev_t device;
	ino_t inode;
};

/* Files that were synced at least once. */
struct synced_file {
	UT_hash_handle hh;
	struct file_id id;
	off_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct synced_file *synced_files;
static _Thread_local bool is_failing;

static struct synced_file *find(const struct stat *facts)
{
	struct synced_file *found;
	struct file_id id;

	memset(&id, 0, sizeof id);
	id.device = facts->st_dev;
	id.inode = facts->st_ino;
	HASH_FIND(hh, synced_files, &id, sizeof id, found);
	return found;
}

static void note_synced(const struct stat *facts)
{
	struct synced_file *file;

	pthread_mutex_lock(&lock);
	file = find(facts);
	if (!file) {
		file = calloc(1, sizeof *file);
		if (!file)
			abort();
		file->id.device = facts->st_dev;
		file->id.inode = facts->st_ino;
		HASH_ADD(hh, synced_files, id, sizeof file->id, file);
	}
	file->size = facts->st_size;
	pthread_mutex_unlock(&lock);
}

static off_t synced_size(const struct stat *facts)
{
	struct synced_file *file;
	off_t size = 0;

	pthread_mutex_lock(&lock);
	file = find(facts);
	if (file)
		size = file->size < facts->st_size ? file->size : facts->st_size;
	pthread_mutex_unlock(&lock);
	return size;
}

static void forget_synced(const struct stat *facts)
{
	struct synced_file *file;

	pthread_mutex_lock(&lock);
	file = find(facts);
	if (file) {
		HASH_DEL(synced_files, file);
		free(file);
	}
	pthread_mutex_unlock(&lock);
}

/* For the test of the test: logs are never really synced. */
static bool is_forgotten(int file)
{
	char link[64], path[POWER_PATH_SIZE];
	ssize_t size;

	if (!getenv("SIM_DISK_FORGETS"))
		return false;
	snprintf(link, sizeof link, "/proc/self/fd/%d", file);
	size = readlink(link, path, sizeof path - 1);
	if (size < 0)
		return false;
	path[size] = '\0';
	return ends_with(path, ".log");
}

static int sync_file(int file)
{
	struct stat facts;

	if (fstat(file, &facts) != 0)
		return -1;
	if (S_ISREG(facts.st_mode) && !is_failing && !is_forgotten(file))
		note_synced(&facts);
	return 0;
}

/* In the place of the C library's. */
int fsync(int file)
{
	return sync_file(file);
}

int fdatasync(int file)
{
	return sync_file(file);
}

/* RocksDB reserves megabytes for each log, and in memory all of that would be filled. */
int fallocate(int file, int mode, off_t offset, off_t size)
{
	(void)file;
	(void)mode;
	(void)offset;
	(void)size;
	return 0;
}

void power_fails(void)
{
	is_failing = true;
}

void power_is_back(void)
{
	is_failing = false;
}

/* -- What a cut leaves ----------------------------------------------------------------------------- */

/* RocksDB's own lock, and what it tells people. */
static bool is_wanted(const char *name)
{
	return name[0] != '.' && strcmp(name, "LOCK") != 0 && strncmp(name, "LOG", 3) != 0;
}

static void copy(const char *from, const char *to, off_t size)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat facts;

	if (in < 0 || out < 0)
		die("copy", from);
	while (size > 0) {
		ssize_t got = read(in, bytes, (size_t)size < sizeof bytes ? (size_t)size : sizeof bytes);

		if (got <= 0 || write(out, bytes, (size_t)got) != got)
			die("copy", from);
		size -= got;
	}
	if (fstat(out, &facts) != 0)
		die("look at", to);
	note_synced(&facts);
	close(in);
	close(out);
}

struct cut {
	const char *from, *to;
	struct lots lots;
	char newest_log[NAME_MAX + 1]; /* their names ascend */
	bool is_torn;
	uint64_t lost;
};

static void cut_file(struct cut *cut, const char *name)
{
	char from[POWER_PATH_SIZE], to[POWER_PATH_SIZE];
	struct stat facts;
	off_t kept;

	snprintf(from, sizeof from, "%s/%s", cut->from, name);
	snprintf(to, sizeof to, "%s/%s", cut->to, name);
	if (stat(from, &facts) != 0) {
		if (errno != ENOENT)
			die("look at", from);
		return; /* it has another name by now */
	}
	kept = synced_size(&facts);
	if (facts.st_size > kept && lots_below(&cut->lots, 2) == 0)
		kept += (off_t)lots_below(&cut->lots, (uint64_t)(facts.st_size - kept) + 1);
	if (cut->is_torn && kept == facts.st_size && kept > synced_size(&facts) &&
	    strcmp(name, cut->newest_log) == 0)
		kept--;
	cut->lost += (uint64_t)(facts.st_size - kept);
	/* Tables are never written again. */
	if (kept == facts.st_size && (ends_with(name, ".sst") || ends_with(name, ".blob"))) {
		if (link(from, to) != 0)
			die("link", from);
	} else {
		copy(from, to, kept);
	}
}

/* What says which files there are. */
static bool is_list(const char *name)
{
	return strcmp(name, "CURRENT") == 0 || strncmp(name, "MANIFEST", 8) == 0;
}

static void cut_files(struct cut *cut, bool lists)
{
	struct dirent **names;
	int count = scandir(cut->from, &names, NULL, alphasort);

	if (count < 0)
		die("look into", cut->from);
	for (int i = 0; i < count; i++)
		if (ends_with(names[i]->d_name, ".log"))
			snprintf(cut->newest_log, sizeof cut->newest_log, "%s", names[i]->d_name);
	for (int i = 0; i < count; i++) {
		if (is_wanted(names[i]->d_name) && is_list(names[i]->d_name) == lists)
			cut_file(cut, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

uint64_t power_cut(const char *from, const char *to, struct lots lots, bool is_torn)
{
	struct cut cut = {.from = from, .to = to, .lots = lots, .is_torn = is_torn};

	if (mkdir(to, 0700) != 0)
		die("make", to);
	/* RocksDB goes on meanwhile: what the lists name has to be there when it is looked for. */
	cut_files(&cut, true);
	cut_files(&cut, false);
	return cut.lost;
}

/* -- Folders ------------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	(void)kind;
	(void)where;
	if (S_ISREG(facts->st_mode) && facts->st_nlink == 1)
		forget_synced(facts);
	return remove(path);
}

void power_remove(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		die("remove", path);
}

static char folder[POWER_PATH_SIZE];

static void remove_folder(void)
{
	struct synced_file *file, *next;

	power_remove(folder);
	HASH_ITER(hh, synced_files, file, next) {
		HASH_DEL(synced_files, file);
		free(file);
	}
}

const char *power_folder(void)
{
	const char *parent = getenv("TMPDIR");
	struct statfs facts;

	if (folder[0])
		return folder;
	if (!parent)
		parent = statfs("/dev/shm", &facts) == 0 && facts.f_type == TMPFS &&
		                 access("/dev/shm", W_OK) == 0
		             ? "/dev/shm"
		             : "/tmp";
	snprintf(folder, sizeof folder, "%s/sim-store.XXXXXX", parent);
	if (!mkdtemp(folder))
		die("make", folder);
	atexit(remove_folder);
	return folder;
}
