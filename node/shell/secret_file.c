#include "node/shell/secret_file.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEX_SIZE = 2 * SECRET_KEY_SIZE,
	FILE_SIZE_MAX = 128, /* of the longest first line, and the key */
};

static const char *purpose_text(enum secret_purpose purpose)
{
	static const char *const texts[] = {
#define SECRET_TEXT(name, text) [name] = text,
	    SECRET_PURPOSES(SECRET_TEXT)
#undef SECRET_TEXT
	};

	return texts[purpose];
}

static size_t put_first_line(char line[FILE_SIZE_MAX], enum secret_purpose purpose)
{
	return (size_t)snprintf(line, FILE_SIZE_MAX, "cairn secret %s 1\n",
	                        purpose_text(purpose));
}

static enum status draw(struct secret_key *secret, struct why *why)
{
	/* Up to 256 bytes come whole or not at all: getrandom(2). */
	if (getrandom(secret->bytes, sizeof secret->bytes, 0) ==
	    (ssize_t)sizeof secret->bytes)
		return STATUS_OK;
	secret_key_wipe(secret);
	return why_set(why, STATUS_STORAGE, "the kernel gave no random bytes");
}

enum status secret_file_create(struct secret_key *secret, const char *path,
                               enum secret_purpose purpose, struct why *why)
{
	char text[FILE_SIZE_MAX + HEX_SIZE + 2];
	size_t size = put_first_line(text, purpose);
	enum status status = draw(secret, why);

	if (status != STATUS_OK)
		return status;
	hex_encode(text + size, bytes_view(secret->bytes, SECRET_KEY_SIZE));
	size += HEX_SIZE;
	text[size++] = '\n';
	status = file_create(path, bytes_view(text, size), 0600, why);
	memory_wipe(text, sizeof text);
	if (status != STATUS_OK)
		secret_key_wipe(secret);
	return status;
}

/* O_NOFOLLOW: the checks below are about the very file that is read. */
static enum status open_private(int *file, const char *path, struct why *why)
{
	struct stat facts;

	*file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (*file < 0 && errno == ENOENT)
		return why_set(why, STATUS_NOT_FOUND, "key file %s", path);
	if (*file < 0 && errno == ELOOP)
		return why_say(why, STATUS_PERMISSION,
		               "%s is a symbolic link; a key file must be the file itself", path);
	if (*file < 0)
		return why_set(why, STATUS_STORAGE, "open key file %s: %s", path,
		               strerror(errno));
	if (fstat(*file, &facts) < 0 || !S_ISREG(facts.st_mode))
		return why_set(why, STATUS_STORAGE, "key file %s is no regular file", path);
	if (facts.st_uid != geteuid())
		return why_say(why, STATUS_PERMISSION,
		               "%s belongs to user %u and this program runs as %u: run "
		               "'chown %u %s'",
		               path, (unsigned)facts.st_uid, (unsigned)geteuid(),
		               (unsigned)geteuid(), path);
	if (facts.st_mode & 077)
		return why_say(why, STATUS_PERMISSION,
		               "others may use the key in %s (mode %04o): run 'chmod 600 %s'",
		               path, (unsigned)facts.st_mode & 07777, path);
	return STATUS_OK;
}

static enum status decode(struct secret_key *secret, struct bytes_view text,
                          enum secret_purpose purpose, const char *path, struct why *why)
{
	char first[FILE_SIZE_MAX];
	size_t first_size = put_first_line(first, purpose);

	if (text.size < first_size || memcmp(text.at, first, first_size) != 0)
		return why_say(why, STATUS_FOREIGN,
		               "%s is no %s key that this program knows: its first line is not "
		               "'cairn secret %s 1'",
		               path, purpose_text(purpose), purpose_text(purpose));
	text = bytes_view(text.at + first_size, text.size - first_size);
	if (text.size != HEX_SIZE + 1 || text.at[HEX_SIZE] != '\n' ||
	    !hex_decode(secret->bytes, SECRET_KEY_SIZE, bytes_view(text.at, HEX_SIZE)))
		return why_say(why, STATUS_MALFORMED,
		               "the second and last line of %s must be 64 lower-case hex digits",
		               path);
	return STATUS_OK;
}

enum status secret_file_load(struct secret_key *secret, const char *path,
                             enum secret_purpose purpose, struct why *why)
{
	uint8_t text[FILE_SIZE_MAX + HEX_SIZE + 2];
	enum status status;
	ssize_t size;
	int file;

	status = open_private(&file, path, why);
	if (status != STATUS_OK)
		goto out_file;
	size = file_read_at(file, text, sizeof text, 0);
	if (size < 0)
		status =
		    why_set(why, STATUS_STORAGE, "read key file %s: %s", path, strerror(errno));
	else
		status = decode(secret, bytes_view(text, (size_t)size), purpose, path, why);
	memory_wipe(text, sizeof text);
out_file:
	if (file >= 0)
		close(file);
	if (status != STATUS_OK)
		secret_key_wipe(secret);
	return status;
}
