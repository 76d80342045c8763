#include "wallet-cli/value_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 65536 };

static enum exit_code too_large(const struct buffer *out, const char *what,
                                struct failure *failure)
{
	if (out->status == STATUS_MEMORY)
		return failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	return failure_set(failure, EXIT_CODE_REFUSED, "%s is larger than %zu bytes", what,
	                   out->size_max);
}

static enum exit_code read_all(struct buffer *out, int descriptor, const char *what,
                               struct failure *failure)
{
	uint8_t bytes[READ_SIZE];

	for (;;) {
		ssize_t size = read(descriptor, bytes, sizeof bytes);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return failure_set(failure, EXIT_CODE_FAILURE, "%s cannot be read: %s", what,
			                   strerror(errno));
		if (size == 0)
			return EXIT_CODE_OK;
		buffer_append(out, bytes, (size_t)size);
		if (out->status != STATUS_OK)
			return too_large(out, what, failure);
	}
}

static enum exit_code open_file(int *descriptor, const char *path, const char *what,
                                struct failure *failure)
{
	*descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*descriptor >= 0)
		return EXIT_CODE_OK;
	return failure_set(failure, errno == ENOENT ? EXIT_CODE_NOT_FOUND : EXIT_CODE_FAILURE,
	                   "%s: %.300s: %s", what, path, strerror(errno));
}

enum exit_code value_read_file(struct buffer *out, const char *path, const char *what,
                               struct failure *failure)
{
	int descriptor;
	enum exit_code exit_code = open_file(&descriptor, path, what, failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = read_all(out, descriptor, what, failure);
	close(descriptor);
	return exit_code;
}

enum exit_code value_read(struct buffer *out, const char *text, const char *what,
                          struct failure *failure)
{
	if (strcmp(text, "-") == 0)
		return read_all(out, STDIN_FILENO, what, failure);
	if (text[0] == '@' && text[1] != '@')
		return value_read_file(out, text + 1, what, failure);
	buffer_append_text(out, text[0] == '@' ? text + 1 : text);
	return out->status == STATUS_OK ? EXIT_CODE_OK : too_large(out, what, failure);
}

enum exit_code value_open(int *descriptor, const char *text, const char *what,
                          struct failure *failure)
{
	*descriptor = STDIN_FILENO;
	if (strcmp(text, "-") == 0)
		return EXIT_CODE_OK;
	if (text[0] == '@' && text[1] && text[1] != '@')
		return open_file(descriptor, text + 1, what, failure);
	return failure_set(failure, EXIT_CODE_USAGE,
	                   "%s must be @FILE, or - for standard input", what);
}
