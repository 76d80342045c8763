#include "wallet-cli/cursor_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LINE_SIZE = RPC_EVENT_CURSOR_SIZE }; /* its NUL is the newline's place */

static enum exit_code no_cursor_file(struct failure *failure, const char *path)
{
	return failure_set(failure, EXIT_CODE_USAGE,
	                   "%.300s is there and holds no cursor: it is left as it is", path);
}

static enum exit_code failed(struct failure *failure, const char *path, const char *what)
{
	return failure_set(failure, EXIT_CODE_FAILURE, "%.300s cannot be %s: %s", path, what,
	                   strerror(errno));
}

/* The line without what fills it up. */
static struct bytes_view cursor_in(const char *text, size_t size)
{
	while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == ' '))
		size--;
	return bytes_view(text, size);
}

static enum exit_code read_place(struct rpc_place *place, bool *has_place, int descriptor,
                                 const char *path, struct failure *failure)
{
	char text[LINE_SIZE + 1]; /* one byte more shows that it is something else */
	ssize_t size = pread(descriptor, text, sizeof text, 0);

	*has_place = size > 0;
	if (size < 0)
		return failed(failure, path, "read");
	if (size > LINE_SIZE ||
	    (size > 0 && !rpc_place_read(place, cursor_in(text, (size_t)size))))
		return no_cursor_file(failure, path);
	return EXIT_CODE_OK;
}

enum exit_code cursor_file_open(struct cursor_file *file, struct rpc_place *place,
                                bool *has_place, const char *path,
                                struct failure *failure)
{
	enum exit_code exit_code;

	*file = (struct cursor_file){
		.path = path,
		.descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644),
	};
	if (file->descriptor < 0)
		return failed(failure, path, "opened");
	if (flock(file->descriptor, LOCK_EX | LOCK_NB) != 0)
		exit_code = failure_set(failure, EXIT_CODE_USAGE,
		                        "%.300s is used by another program that follows", path);
	else
		exit_code = read_place(place, has_place, file->descriptor, path, failure);
	if (exit_code != EXIT_CODE_OK)
		cursor_file_close(file);
	return exit_code;
}

void cursor_file_close(struct cursor_file *file)
{
	if (file->path)
		close(file->descriptor);
	*file = (struct cursor_file){0};
}

enum exit_code cursor_file_write(struct cursor_file *file, struct rpc_place place,
                                 struct failure *failure)
{
	char cursor[RPC_EVENT_CURSOR_SIZE];
	char line[LINE_SIZE + 1];
	ssize_t size;

	if (!file->path)
		return EXIT_CODE_OK;
	rpc_place_write(cursor, place);
	snprintf(line, sizeof line, "%-*s\n", LINE_SIZE - 1, cursor);
	do
		size = pwrite(file->descriptor, line, LINE_SIZE, 0);
	while (size < 0 && errno == EINTR);
	if (size >= 0 && size < LINE_SIZE)
		errno = ENOSPC;
	return size == LINE_SIZE ? EXIT_CODE_OK : failed(failure, file->path, "written");
}
