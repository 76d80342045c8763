/* The happy path of a write is: open a new file under another name, write it, sync it,
 * give it its name, sync the folder. It can fail at each; then the new file goes away. */
#include "node/shell/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int file_write_at(int file, struct bytes_view bytes, off_t offset)
{
	while (bytes.size > 0) {
		ssize_t written = pwrite(file, bytes.at, bytes.size, offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes = bytes_view(bytes.at + written, bytes.size - (size_t)written);
		offset += written;
	}
	return 0;
}

ssize_t file_read_at(int file, uint8_t *bytes, size_t size, off_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(file, bytes + done, size - done, offset + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

enum status file_sync_folder_of(const char *path, struct why *why)
{
	char copy[PATH_MAX];
	const char *folder;
	int file, failed;

	if (strlen(path) >= sizeof copy)
		return why_set(why, STATUS_TOO_LARGE, "path %.60s...", path);
	memcpy(copy, path, strlen(path) + 1);
	folder = dirname(copy);
	file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "open folder %s: %s", folder,
		               strerror(errno));
	failed = fsync(file) < 0 ? errno : 0;
	close(file);
	if (failed)
		return why_set(why, STATUS_STORAGE, "sync folder %s: %s", folder,
		               strerror(failed));
	return STATUS_OK;
}

/* The size that fstat says bounds the first look; a file that grows meanwhile is read on
 * until it ends or meets the maximum. */
static enum status read_all(struct buffer *out, int file, const char *path,
                            struct why *why)
{
	enum { STEP = 16 << 10 };
	off_t offset = 0;

	for (;;) {
		size_t room = out->size_max - out->size;
		size_t size = room < STEP ? room : STEP;
		uint8_t beyond, *at = size > 0 ? buffer_extend(out, size) : &beyond;
		ssize_t got;

		if (!at)
			return why_set(why, out->status, "read %s", path);
		got = file_read_at(file, at, size > 0 ? size : 1, offset);
		if (got < 0)
			return why_set(why, STATUS_STORAGE, "read %s: %s", path, strerror(errno));
		if (size == 0 && got > 0)
			return why_set(why, STATUS_TOO_LARGE, "%s, of at most %zu bytes", path,
			               out->size_max);
		if (size > 0)
			out->size -= size - (size_t)got;
		offset += got;
		if (size == 0 || (size_t)got < size)
			return STATUS_OK;
	}
}

enum status file_read(struct buffer *out, const char *path, struct why *why)
{
	/* Without O_NONBLOCK a FIFO in the file's place would hang us here. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum status status;
	struct stat facts;

	if (file < 0)
		return why_set(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORAGE,
		               "open %s%s%s", path, errno == ENOENT ? "" : ": ",
		               errno == ENOENT ? "" : strerror(errno));
	if (fstat(file, &facts) < 0 || !S_ISREG(facts.st_mode))
		status = why_set(why, STATUS_STORAGE, "%s is no regular file", path);
	else
		status = read_all(out, file, path, why);
	close(file);
	return status;
}

/* A file of this name left by a crash is nobody's: only whoever holds the folder writes
 * here. O_EXCL, so that a link planted under the name is not followed. */
static int write_new(const char *path, struct bytes_view bytes, mode_t mode)
{
	int file, failed = 0;

	if (unlink(path) < 0 && errno != ENOENT)
		return -1;
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (file < 0)
		return -1;
	/* The mode asked for, whatever the umask. */
	if (fchmod(file, mode) < 0 || file_write_at(file, bytes, 0) < 0 || fsync(file) < 0)
		failed = errno;
	if (close(file) < 0 && !failed)
		failed = errno;
	if (!failed)
		return 0;
	unlink(path);
	errno = failed;
	return -1;
}

/* rename(2) replaces what has the name, link(2) refuses to. */
static int give_name(const char *fresh, const char *path, bool replace)
{
	int result = replace ? rename(fresh, path) : link(fresh, path);
	int failed = errno;

	if (result < 0 || !replace)
		unlink(fresh);
	errno = failed;
	return result;
}

static enum status write_whole(const char *path, struct bytes_view bytes, mode_t mode,
                               bool replace, struct why *why)
{
	char fresh[PATH_MAX];

	if ((size_t)snprintf(fresh, sizeof fresh, "%s.new", path) >= sizeof fresh)
		return why_set(why, STATUS_TOO_LARGE, "path %.60s...", path);
	if (write_new(fresh, bytes, mode) < 0)
		return why_set(why, STATUS_STORAGE, "write %s: %s", fresh, strerror(errno));
	if (give_name(fresh, path, replace) < 0) {
		if (errno == EEXIST && !replace)
			return why_set(why, STATUS_EXISTS, "%s", path);
		return why_set(why, STATUS_STORAGE, "write %s: %s", path, strerror(errno));
	}
	return file_sync_folder_of(path, why);
}

enum status file_write(const char *path, struct bytes_view bytes, mode_t mode,
                       struct why *why)
{
	return write_whole(path, bytes, mode, true, why);
}

enum status file_create(const char *path, struct bytes_view bytes, mode_t mode,
                        struct why *why)
{
	return write_whole(path, bytes, mode, false, why);
}
