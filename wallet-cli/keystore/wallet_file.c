#include "wallet-cli/keystore/wallet_file.h"

#include "chain/base/memory.h"
#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/keystore_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SUFFIX[] = ".wallet";
static const char SUFFIX_NEW[] = ".wallet.new";

enum { FILE_NAME_SIZE = WALLET_NAME_SIZE_MAX + sizeof SUFFIX_NEW };

static enum status check_name(const char *name, struct why *why)
{
	if (!wallet_name_is_valid(text_view(name)))
		return why_say(why, STATUS_MALFORMED,
		               "a wallet's name is 1 to %d of a-z A-Z 0-9 . _ -, with no dot in "
		               "front",
		               WALLET_NAME_SIZE_MAX);
	return STATUS_OK;
}

enum status wallet_file_path(char path[WALLET_PATH_SIZE], const char *folder,
                             const char *name, struct why *why)
{
	enum status status = check_name(name, why);
	int size;

	if (status != STATUS_OK)
		return status;
	size = snprintf(path, WALLET_PATH_SIZE, "%s/%s%s", folder, name, SUFFIX);
	if (size < 0 || size >= WALLET_PATH_SIZE)
		return why_set(why, STATUS_TOO_LARGE, "the path of wallet %s", name);
	return STATUS_OK;
}

/* -- Reading ----------------------------------------------------------------------- */

static enum status read_all(uint8_t *bytes, size_t *size, int file, struct why *why)
{
	*size = 0;
	for (;;) {
		ssize_t got = read(file, bytes + *size, KEYSTORE_SIZE_MAX - *size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return why_set(why, STATUS_STORAGE, "read: %s", strerror(errno));
		if (got == 0)
			return STATUS_OK;
		*size += (size_t)got;
	}
}

/* May only its owner touch it, and can it be a wallet at all? */
static enum status check_file(int file, const char *path, struct why *why)
{
	struct stat facts;

	if (fstat(file, &facts) != 0)
		return why_set(why, STATUS_STORAGE, "stat %s: %s", path, strerror(errno));
	if (!S_ISREG(facts.st_mode))
		return why_say(why, STATUS_STORAGE, "%s is no ordinary file", path);
	if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return why_say(why, STATUS_STORAGE,
		               "%s is open to others (mode %04o); close it with: chmod 600 %s",
		               path, (unsigned)(facts.st_mode & 07777), path);
	if (facts.st_size > KEYSTORE_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "%s has %lld bytes", path,
		               (long long)facts.st_size);
	return STATUS_OK;
}

enum status wallet_file_read(uint8_t *bytes, size_t *size, const char *folder,
                             const char *name, struct why *why)
{
	char path[WALLET_PATH_SIZE];
	int file;
	enum status status = wallet_file_path(path, folder, name, why);

	if (status != STATUS_OK)
		return status;
	/* Without O_NONBLOCK a pipe of this name would stop us here for ever. */
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0 && errno == ENOENT)
		return why_say(why, STATUS_NOT_FOUND, "there is no wallet %s: %s is not there",
		               name, path);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "open %s: %s", path, strerror(errno));
	status = check_file(file, path, why);
	if (status == STATUS_OK) {
		status = read_all(bytes, size, file, why);
		if (status != STATUS_OK)
			why_add(why, status, "%s", path);
	}
	close(file);
	return status;
}

/* -- Writing ----------------------------------------------------------------------- */

/* Where a write happens: the folder, held open and locked, and the two names in it. */
struct place {
	int folder;
	const char *folder_path;       /* for sentences; the caller's */
	char name[FILE_NAME_SIZE];     /* <name>.wallet */
	char name_new[FILE_NAME_SIZE]; /* <name>.wallet.new */
};

static enum status place_open(struct place *place, const char *folder, const char *name,
                              struct why *why)
{
	enum status status = check_name(name, why);

	if (status != STATUS_OK)
		return status;
	snprintf(place->name, sizeof place->name, "%s%s", name, SUFFIX);
	snprintf(place->name_new, sizeof place->name_new, "%s%s", name, SUFFIX_NEW);
	place->folder_path = folder;
	place->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->folder < 0)
		return why_set(why, STATUS_STORAGE, "open folder %s: %s", folder,
		               strerror(errno));
	/* Held for the milliseconds that a write takes. */
	while (flock(place->folder, LOCK_EX) != 0) {
		if (errno == EINTR)
			continue;
		close(place->folder);
		return why_set(why, STATUS_STORAGE, "lock folder %s: %s", folder,
		               strerror(errno));
	}
	return STATUS_OK;
}

static void place_close(struct place *place)
{
	close(place->folder);
}

static enum status write_all(int file, struct bytes_view bytes)
{
	while (bytes.size > 0) {
		ssize_t done = write(file, bytes.at, bytes.size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return STATUS_STORAGE;
		bytes = bytes_view(bytes.at + done, bytes.size - (size_t)done);
	}
	return fsync(file) == 0 ? STATUS_OK : STATUS_STORAGE;
}

/* The new file, complete and on the disk under its temporary name, or gone. */
static enum status write_new(const struct place *place, struct bytes_view bytes,
                             struct why *why)
{
	int file;
	enum status status;

	/* What an earlier crash left; nobody else writes while we hold the lock. */
	if (unlinkat(place->folder, place->name_new, 0) != 0 && errno != ENOENT)
		return why_set(why, STATUS_STORAGE, "remove %s/%s: %s", place->folder_path,
		               place->name_new, strerror(errno));
	file = openat(place->folder, place->name_new,
	              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "create %s/%s: %s", place->folder_path,
		               place->name_new, strerror(errno));
	status = write_all(file, bytes);
	if (status != STATUS_OK)
		why_set(why, status, "write %s/%s: %s", place->folder_path, place->name_new,
		        strerror(errno));
	if (close(file) != 0 && status == STATUS_OK)
		status = why_set(why, STATUS_STORAGE, "close %s/%s: %s", place->folder_path,
		                 place->name_new, strerror(errno));
	if (status != STATUS_OK)
		unlinkat(place->folder, place->name_new, 0);
	return status;
}

/* Gives the new file its name. `flags` as renameat2. */
static enum status move_new(const struct place *place, unsigned flags, struct why *why)
{
	int failed =
	    renameat2(place->folder, place->name_new, place->folder, place->name, flags);

	/* Some file systems do not know RENAME_NOREPLACE. We looked, and hold the lock. */
	if (failed && errno == EINVAL && flags != 0)
		failed = renameat(place->folder, place->name_new, place->folder, place->name);
	if (failed) {
		why_set(why, STATUS_STORAGE, "rename %s/%s to %s: %s", place->folder_path,
		        place->name_new, place->name, strerror(errno));
		unlinkat(place->folder, place->name_new, 0);
		return STATUS_STORAGE;
	}
	if (fsync(place->folder) != 0)
		return why_set(why, STATUS_STORAGE,
		               "%s/%s is written, but may not survive a power failure: %s",
		               place->folder_path, place->name, strerror(errno));
	return STATUS_OK;
}

enum status wallet_file_create(const char *folder, const char *name,
                               struct bytes_view bytes, struct why *why)
{
	struct place place;
	struct stat facts;
	enum status status = check_name(name, why);

	if (status != STATUS_OK)
		return status;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return why_set(why, STATUS_STORAGE, "make folder %s: %s", folder,
		               strerror(errno));
	status = place_open(&place, folder, name, why);
	if (status != STATUS_OK)
		return status;
	if (fstatat(place.folder, place.name, &facts, AT_SYMLINK_NOFOLLOW) == 0)
		status = why_say(why, STATUS_STORAGE,
		                 "there is a wallet %s already: %s/%s; choose another name", name,
		                 folder, place.name);
	else if (errno != ENOENT)
		status = why_set(why, STATUS_STORAGE, "look for %s/%s: %s", folder, place.name,
		                 strerror(errno));
	if (status == STATUS_OK)
		status = write_new(&place, bytes, why);
	if (status == STATUS_OK)
		status = move_new(&place, RENAME_NOREPLACE, why);
	place_close(&place);
	return status;
}

/* Is the file still the one that was read? A link would be replaced by a file, and what
 * it points at would silently stay behind. */
static enum status check_unchanged(const struct place *place, const char *name,
                                   const struct hash *old, struct why *why)
{
	uint8_t *bytes;
	size_t size;
	struct stat facts;
	struct hash now;
	enum status status;

	if (fstatat(place->folder, place->name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(facts.st_mode))
		return why_say(why, STATUS_STORAGE,
		               "%s/%s is a link; name the folder that it points to",
		               place->folder_path, place->name);
	bytes = memory_new(KEYSTORE_SIZE_MAX);
	if (!bytes)
		return why_set(why, STATUS_MEMORY, "read wallet %s", name);
	status = wallet_file_read(bytes, &size, place->folder_path, name, why);
	if (status != STATUS_OK)
		goto out_bytes;
	now = hash_of(bytes_view(bytes, size));
	if (!hash_equal(&now, old))
		status =
		    why_say(why, STATUS_BUSY,
		            "another program has changed wallet %s meanwhile: try again", name);
out_bytes:
	memory_free(bytes);
	return status;
}

enum status wallet_file_replace(const char *folder, const char *name,
                                const struct hash *old, struct bytes_view bytes,
                                struct why *why)
{
	struct place place;
	enum status status = place_open(&place, folder, name, why);

	if (status != STATUS_OK)
		return status;
	status = check_unchanged(&place, name, old, why);
	if (status == STATUS_OK)
		status = write_new(&place, bytes, why);
	if (status == STATUS_OK)
		status = move_new(&place, 0, why);
	place_close(&place);
	return status;
}

/* -- Listing ----------------------------------------------------------------------- */

/* The wallet's name in a file's name, or false. */
static bool name_of_file(char name[WALLET_NAME_SIZE_MAX + 1], const char *file)
{
	size_t size = strlen(file);
	size_t suffix_size = sizeof SUFFIX - 1;

	if (size < suffix_size || strcmp(file + size - suffix_size, SUFFIX) != 0)
		return false;
	size -= suffix_size;
	if (!wallet_name_is_valid(bytes_view(file, size)))
		return false;
	memcpy(name, file, size);
	name[size] = '\0';
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* *names has room for WALLETS_MAX. */
static enum status read_names(struct wallet_names *names, DIR *folder, struct why *why)
{
	char name[WALLET_NAME_SIZE_MAX + 1] = {0};
	struct dirent *entry;

	while ((void)(errno = 0), (entry = readdir(folder))) {
		if (!name_of_file(name, entry->d_name))
			continue;
		if (names->count == WALLETS_MAX)
			return why_say(why, STATUS_TOO_LARGE, "more than %d wallets in one folder",
			               WALLETS_MAX);
		memcpy(names->names[names->count++], name, sizeof name);
	}
	if (errno != 0)
		return why_set(why, STATUS_STORAGE, "read folder: %s", strerror(errno));
	return STATUS_OK;
}

enum status wallet_file_list(struct wallet_names *names, const char *folder,
                             struct why *why)
{
	DIR *open_folder = opendir(folder);
	enum status status;

	*names = (struct wallet_names){0};
	if (!open_folder && errno == ENOENT)
		return STATUS_OK;
	if (!open_folder)
		return why_set(why, STATUS_STORAGE, "open folder %s: %s", folder,
		               strerror(errno));
	names->names = memory_new(WALLETS_MAX * sizeof *names->names);
	if (names->names)
		status = read_names(names, open_folder, why);
	else
		status = why_set(why, STATUS_MEMORY, "list wallets");
	closedir(open_folder);
	if (status != STATUS_OK) {
		wallet_names_close(names);
		return why_add(why, status, "%s", folder);
	}
	qsort(names->names, names->count, sizeof *names->names, compare_names);
	return STATUS_OK;
}

void wallet_names_close(struct wallet_names *names)
{
	memory_free(names->names);
	*names = (struct wallet_names){0};
}
