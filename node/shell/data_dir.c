/* Nothing is written before the folder has shown that it is ours or empty. The mark is
 * the last step of making one: a crash before it leaves a folder with nothing but a lock
 * file, which counts as empty. */
#include "node/shell/data_dir.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "node/shell/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK_TEXT "cairn data 1\n"

void data_dir_path(char path[DATA_PATH_SIZE], const struct data_dir *dir,
                   const char *name)
{
	int size = snprintf(path, DATA_PATH_SIZE, "%s/%s", dir->path, name);

	INVARIANT(size > 0 && size < DATA_PATH_SIZE);
}

static enum status take_path(struct data_dir *dir, const char *path, struct why *why)
{
	size_t size = strlen(path);

	*dir = (struct data_dir){.lock_file = -1};
	while (size > 1 && path[size - 1] == '/')
		size--;
	if (size == 0)
		return why_say(why, STATUS_NOT_FOUND,
		               "no data directory is named: say --data-dir DIR");
	if (size >= sizeof dir->path)
		return why_say(why, STATUS_TOO_LARGE,
		               "the name of a data directory has at most %d bytes: %.60s...",
		               DATA_DIR_PATH_SIZE - 1, path);
	memcpy(dir->path, path, size);
	return STATUS_OK;
}

/* -- The mark
 * ---------------------------------------------------------------------------- */

static enum status foreign(const struct data_dir *dir, struct why *why)
{
	return why_say(
	    why, STATUS_FOREIGN,
	    "%s holds other files and is no data directory of Cairn: name an empty "
	    "or a new one with --data-dir",
	    dir->path);
}

/* STATUS_NOT_FOUND without a mark. */
static enum status read_mark(const struct data_dir *dir, struct why *why)
{
	char path[DATA_PATH_SIZE];
	struct buffer text;
	enum status status;

	data_dir_path(path, dir, DATA_DIR_MARK);
	buffer_init(&text, 64);
	status = file_read(&text, path, why);
	if (status == STATUS_TOO_LARGE ||
	    (status == STATUS_OK && !bytes_equal(buffer_view(&text), text_view(MARK_TEXT))))
		status =
		    why_say(why, STATUS_FOREIGN,
		            "%s was made by another version of cairnd, or %s is damaged: run "
		            "the version that made it, or name another directory with "
		            "--data-dir",
		            dir->path, path);
	buffer_close(&text);
	return status;
}

static enum status write_mark(const struct data_dir *dir, struct why *why)
{
	char path[DATA_PATH_SIZE];

	data_dir_path(path, dir, DATA_DIR_MARK);
	return file_write(path, text_view(MARK_TEXT), 0600, why);
}

/* What an interrupted creation may have left is not counted. */
static enum status check_empty(const struct data_dir *dir, struct why *why)
{
	DIR *folder = opendir(dir->path);
	enum status status = STATUS_OK;
	const struct dirent *entry;

	if (!folder)
		return why_set(why, STATUS_STORAGE, "read folder %s: %s", dir->path,
		               strerror(errno));
	for (;;) {
		errno = 0;
		entry = readdir(folder);
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strcmp(entry->d_name, DATA_DIR_LOCK) == 0 ||
		    strcmp(entry->d_name, DATA_DIR_MARK ".new") == 0)
			continue;
		status = foreign(dir, why);
		break;
	}
	if (!entry && errno != 0)
		status = why_set(why, STATUS_STORAGE, "read folder %s: %s", dir->path,
		                 strerror(errno));
	closedir(folder);
	return status;
}

/* -- The lock
 * ---------------------------------------------------------------------------- */

static enum status busy(const struct data_dir *dir, int file, struct why *why)
{
	uint8_t text[24];
	ssize_t size = file_read_at(file, text, sizeof text, 0);
	uint64_t pid;

	if (size > 0 && text[size - 1] == '\n' &&
	    decimal_decode(&pid, bytes_view(text, (size_t)size - 1)))
		return why_say(why, STATUS_BUSY,
		               "another cairnd, process %llu, uses %s: stop it first, or name "
		               "another directory with --data-dir",
		               (unsigned long long)pid, dir->path);
	return why_say(
	    why, STATUS_BUSY,
	    "another cairnd uses %s: stop it first, or name another directory with "
	    "--data-dir",
	    dir->path);
}

/* The process id is for people only. The kernel lets the lock go when its holder dies, so
 * there is never a stale one; the file itself stays, for between an unlink and the next
 * creation two nodes could each lock a file of their own. */
static enum status lock(struct data_dir *dir, struct why *why)
{
	char path[DATA_PATH_SIZE];
	char pid[24];
	int file;

	data_dir_path(path, dir, DATA_DIR_LOCK);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "open %s: %s", path, strerror(errno));
	if (flock(file, LOCK_EX | LOCK_NB) < 0) {
		enum status status =
		    errno == EWOULDBLOCK
		        ? busy(dir, file, why)
		        : why_set(why, STATUS_STORAGE, "lock %s: %s", path, strerror(errno));

		close(file);
		return status;
	}
	snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	if (ftruncate(file, 0) < 0 || file_write_at(file, text_view(pid), 0) < 0) {
		why_set(why, STATUS_STORAGE, "write %s: %s", path, strerror(errno));
		close(file);
		return STATUS_STORAGE;
	}
	dir->lock_file = file;
	return STATUS_OK;
}

/* -- Making, opening, closing
 * --------------------------------------------------------------- */

/* Those above it get the usual mode less the umask; they are not ours alone. */
static enum status make_folders(const struct data_dir *dir, struct why *why)
{
	char path[DATA_DIR_PATH_SIZE];

	memcpy(path, dir->path, sizeof path);
	for (char *at = path + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return why_set(why, STATUS_STORAGE, "make folder %s: %s", path,
			               strerror(errno));
		*at = '/';
	}
	if (mkdir(path, 0700) == 0)
		return file_sync_folder_of(path, why);
	if (errno != EEXIST)
		return why_set(why, STATUS_STORAGE, "make folder %s: %s", path, strerror(errno));
	return STATUS_OK;
}

static enum status check_unused(const struct data_dir *dir, struct why *why)
{
	enum status status = read_mark(dir, why);

	if (status == STATUS_OK)
		return why_say(why, STATUS_EXISTS,
		               "a node lives in %s already: start it with 'cairnd run --data-dir "
		               "%s', or name another directory",
		               dir->path, dir->path);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status create_in(struct data_dir *dir, struct why *why)
{
	enum status status = check_unused(dir, why);

	if (status == STATUS_OK)
		status = check_empty(dir, why);
	if (status != STATUS_OK)
		return status;
	/* An empty folder that was made for us may be open to others. */
	if (chmod(dir->path, 0700) < 0)
		return why_set(why, STATUS_STORAGE, "make %s private: %s", dir->path,
		               strerror(errno));
	status = lock(dir, why);
	if (status == STATUS_OK)
		status = check_unused(dir, why); /* another may have been here before the lock */
	return status == STATUS_OK ? write_mark(dir, why) : status;
}

enum status data_dir_create(struct data_dir *dir, const char *path, struct why *why)
{
	enum status status = take_path(dir, path, why);

	if (status == STATUS_OK)
		status = make_folders(dir, why);
	if (status == STATUS_OK)
		status = create_in(dir, why);
	if (status != STATUS_OK)
		data_dir_close(dir);
	return status;
}

enum status data_dir_open(struct data_dir *dir, const char *path, struct why *why)
{
	enum status status = take_path(dir, path, why);
	struct stat facts;

	if (status != STATUS_OK)
		return status;
	if (stat(dir->path, &facts) < 0 || !S_ISDIR(facts.st_mode))
		return why_say(
		    why, STATUS_NOT_FOUND,
		    "there is no directory %s: make a node with 'cairnd init --data-dir "
		    "%s'",
		    dir->path, dir->path);
	status = read_mark(dir, why);
	if (status == STATUS_NOT_FOUND) {
		status = check_empty(dir, why);
		if (status == STATUS_OK)
			status =
			    why_say(why, STATUS_NOT_FOUND,
			            "no node lives in %s yet: make one with 'cairnd init --data-dir "
			            "%s'",
			            dir->path, dir->path);
		return status;
	}
	return status == STATUS_OK ? lock(dir, why) : status;
}

void data_dir_close(struct data_dir *dir)
{
	if (dir->lock_file >= 0)
		close(dir->lock_file);
	dir->lock_file = -1;
}

enum status data_dir_default(char path[DATA_DIR_PATH_SIZE], const char *network,
                             struct why *why)
{
	const char *xdg = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	int size;

	/* The specification: a path that is not absolute is to be ignored. */
	if (xdg && xdg[0] == '/')
		size = snprintf(path, DATA_DIR_PATH_SIZE, "%s/cairn/%s", xdg, network);
	else if (home && home[0] == '/')
		size =
		    snprintf(path, DATA_DIR_PATH_SIZE, "%s/.local/share/cairn/%s", home, network);
	else
		return why_say(why, STATUS_NOT_FOUND,
		               "neither HOME nor XDG_DATA_HOME is set: say --data-dir DIR");
	if (size < 0 || size >= DATA_DIR_PATH_SIZE)
		return why_say(
		    why, STATUS_TOO_LARGE,
		    "the name of the data directory would have more than %d bytes: say "
		    "--data-dir DIR",
		    DATA_DIR_PATH_SIZE - 1);
	return STATUS_OK;
}
