#include "chain/store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status folder_refused(struct why *why, const char *what, const char *path)
{
	return why_say(why, STATUS_STORAGE, "%s %s: %s", what, path, strerror(errno));
}

enum status folder_has_database(const char *path, struct why *why)
{
	char current[PATH_SIZE_MAX];
	struct stat facts;

	if (snprintf(current, sizeof current, "%s/CURRENT", path) >= (int)sizeof current)
		return why_say(why, STATUS_STORAGE, "the folder's name is too long");
	if (stat(current, &facts) == 0)
		return STATUS_OK;
	if (errno != ENOENT && errno != ENOTDIR)
		return folder_refused(why, "look at", current);
	if (stat(path, &facts) != 0)
		return why_say(why, STATUS_NOT_FOUND, "there is no folder %s", path);
	return why_say(why, STATUS_NOT_FOUND,
	               "%s holds no ledger: it has no file named CURRENT", path);
}

/* RocksDB locks this file for as long as it has the database open for writing. */
enum status folder_is_unlocked(const char *path, struct why *why)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char name[PATH_SIZE_MAX];
	int file;
	int result;

	snprintf(name, sizeof name, "%s/LOCK", path);
	file = open(name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return STATUS_OK;
	result = fcntl(file, F_GETLK, &lock);
	close(file);
	if (result == 0 && lock.l_type != F_UNLCK)
		return why_say(why, STATUS_BUSY, "process %ld has the ledger in %s open",
		               (long)lock.l_pid, path);
	return STATUS_OK;
}

enum status folder_is_free(const char *path, struct why *why)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!folder && errno == ENOENT)
		return STATUS_OK;
	if (!folder)
		return folder_refused(why, "look into", path);
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(folder);
	if (empty)
		return STATUS_OK;
	return why_say(why, STATUS_EXISTS, "%s is not empty: a new ledger needs a new folder",
	               path);
}

enum status folder_sync_parent(const char *path, struct why *why)
{
	char parent[PATH_SIZE_MAX];
	char *slash;
	int folder;
	int result;

	snprintf(parent, sizeof parent, "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		strcpy(parent, ".");
	else
		slash[slash == parent] = '\0';
	folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return folder_refused(why, "open", parent);
	result = fsync(folder);
	close(folder);
	return result == 0 ? STATUS_OK : folder_refused(why, "sync", parent);
}
