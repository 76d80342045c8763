#include "node/shell/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t wanted(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

void signals_block(struct signals *signals)
{
	const sigset_t set = wanted();

	signals->file = -1;
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void on_readable(uv_poll_t *poll, int error, int events)
{
	struct signals *signals = poll->data;
	struct signalfd_siginfo signal;

	(void)events;
	while (error == 0 && read(signals->file, &signal, sizeof signal) == sizeof signal)
		signals->on_signal(signals->owner, (int)signal.ssi_signo);
}

enum status signals_open(struct signals *signals, uv_loop_t *loop, struct why *why)
{
	const sigset_t set = wanted();
	int error;

	signals->file = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->file < 0)
		return why_set(why, STATUS_MEMORY, "wait for signals: %s", strerror(errno));
	error = uv_poll_init(loop, &signals->poll, signals->file);
	signals->poll.data = signals;
	if (error == 0)
		error = uv_poll_start(&signals->poll, UV_READABLE, on_readable);
	return error == 0 ? STATUS_OK
	                  : why_set(why, STATUS_MEMORY, "wait for signals: %s", uv_strerror(error));
}

void signals_close(struct signals *signals)
{
	if (signals->file >= 0)
		close(signals->file);
	signals->file = -1;
}
