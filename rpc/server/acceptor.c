#include "rpc/server/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

static void on_ready(uv_poll_t *poll, int error, int events);

static void start_polling(struct acceptor *acceptor)
{
	(void)uv_poll_start(&acceptor->poll, UV_READABLE, on_ready);
}

static void on_pause_over(uv_timer_t *pause)
{
	start_polling(pause->data);
}

/* Who waits in the queue of the kernel waits on: without a descriptor nobody can be told. */
static void take_a_pause(struct acceptor *acceptor)
{
	uv_poll_stop(&acceptor->poll);
	(void)uv_timer_start(&acceptor->pause, on_pause_over, ACCEPTOR_PAUSE_MS, 0);
}

/* Asked each time: a limit can be changed from outside. */
static bool is_reserved(int socket)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)socket + ACCEPTOR_RESERVE >= limit.rlim_cur;
}

static void shed(struct acceptor *acceptor, int socket)
{
	close(socket);
	acceptor->shed_count++;
	if (acceptor->on_shed)
		acceptor->on_shed(acceptor->owner);
}

static bool is_of_one_client(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

/* False: there is nobody, or nothing to take one with. */
static bool take_one(struct acceptor *acceptor)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof from;
	int socket = accept4(acceptor->socket, (struct sockaddr *)&from, &size,
	                     SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (socket < 0 && is_of_one_client(errno))
		return true;
	if (socket < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			take_a_pause(acceptor);
		return false;
	}
	if (is_reserved(socket))
		shed(acceptor, socket);
	else
		acceptor->on_client(acceptor->owner, socket, &from);
	return true;
}

static void on_ready(uv_poll_t *poll, int error, int events)
{
	struct acceptor *acceptor = poll->data;
	int left = ACCEPTOR_TURN_MAX;

	(void)events;
	if (error != 0)
		take_a_pause(acceptor);
	else
		while (left-- > 0 && !acceptor->is_closing && take_one(acceptor))
			continue;
}

int acceptor_open(struct acceptor *acceptor, uv_loop_t *loop, int listening)
{
	int error;

	acceptor->poll.data = acceptor;
	acceptor->pause.data = acceptor;
	error = uv_timer_init(loop, &acceptor->pause);
	acceptor->handles_open += error == 0;
	if (error == 0)
		error = uv_poll_init(loop, &acceptor->poll, listening);
	if (error != 0) {
		close(listening);
		return error;
	}
	acceptor->handles_open++;
	acceptor->socket = listening;
	return uv_poll_start(&acceptor->poll, UV_READABLE, on_ready);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct acceptor *acceptor = handle->data;

	if (--acceptor->handles_open == 0 && acceptor->on_closed)
		acceptor->on_closed(acceptor->owner);
}

void acceptor_close(struct acceptor *acceptor)
{
	unsigned handles = acceptor->handles_open;

	if (acceptor->is_closing || handles == 0)
		return;
	acceptor->is_closing = true;
	uv_close((uv_handle_t *)&acceptor->pause, on_handle_closed);
	if (handles < 2)
		return;
	uv_close((uv_handle_t *)&acceptor->poll, on_handle_closed);
	close(acceptor->socket);
}
