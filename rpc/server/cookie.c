#include "rpc/server/cookie.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static enum status make_secret(struct cookie *cookie, struct why *why)
{
	uint8_t secret[32];

	if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
		return why_set(why, STATUS_CRYPTO, "make a cookie: no randomness");
	memcpy(cookie->text, "cairn:", 6);
	hex_encode(cookie->text + 6, bytes_view(secret, sizeof secret));
	memory_wipe(secret, sizeof secret);
	return STATUS_OK;
}

static bool write_line(int file, const struct cookie *cookie)
{
	char line[COOKIE_TEXT_SIZE + 1];
	bool done;

	memcpy(line, cookie->text, COOKIE_TEXT_SIZE);
	line[COOKIE_TEXT_SIZE] = '\n';
	done = write(file, line, sizeof line) == (ssize_t)sizeof line;
	memory_wipe(line, sizeof line);
	return done;
}

/* Under another name first: a program that reads the cookie while the node starts finds
 * the old one or the new one, never a piece. */
static enum status write_file(const struct cookie *cookie, const char *path,
                              struct why *why)
{
	char fresh[PATH_SIZE];
	int size = snprintf(fresh, sizeof fresh, "%s.new", path);
	bool written;
	int file;

	if (size < 0 || size >= PATH_SIZE)
		return why_set(why, STATUS_TOO_LARGE, "write the cookie: its path is too long");
	unlink(fresh); /* left by a crash */
	file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "create %s: %s", fresh, strerror(errno));
	written = write_line(file, cookie);
	if (close(file) != 0 || !written || rename(fresh, path) != 0) {
		enum status status =
		    why_set(why, STATUS_STORAGE, "write %s: %s", path, strerror(errno));

		unlink(fresh);
		return status;
	}
	return STATUS_OK;
}

enum status cookie_init(struct cookie *cookie, const char *path, struct why *why)
{
	enum status status;

	*cookie = (struct cookie){0};
	if (!path)
		return STATUS_OK;
	status = make_secret(cookie, why);
	if (status == STATUS_OK)
		status = write_file(cookie, path, why);
	if (status != STATUS_OK)
		memory_wipe(cookie, sizeof *cookie);
	return status;
}

void cookie_close(struct cookie *cookie, const char *path)
{
	if (cookie->text[0] && path)
		unlink(path);
	memory_wipe(cookie, sizeof *cookie);
}

static bool equal_in_constant_time(const uint8_t *a, const char *b, size_t size)
{
	uint8_t difference = 0;

	for (size_t i = 0; i < size; i++)
		difference |= (uint8_t)(a[i] ^ (uint8_t)b[i]);
	return difference == 0;
}

bool cookie_is_shown(const struct cookie *cookie, struct bytes_view authorization)
{
	uint8_t shown[96];
	size_t size;
	bool same;

	if (!cookie->text[0] || authorization.size < 6 ||
	    strncasecmp((const char *)authorization.at, "Basic ", 6) != 0)
		return false;
	authorization = bytes_view(authorization.at + 6, authorization.size - 6);
	if (base64_decoded_size_max(authorization.size) > sizeof shown)
		return false;
	same = base64_decode(shown, &size, authorization) && size == COOKIE_TEXT_SIZE &&
	       equal_in_constant_time(shown, cookie->text, COOKIE_TEXT_SIZE);
	memory_wipe(shown, sizeof shown);
	return same;
}
