#include "wallet-cli/passphrase.h"

#include "chain/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void passphrase_wipe(struct passphrase *passphrase)
{
	memory_wipe(passphrase, sizeof *passphrase);
}

static enum status too_long(struct why *why)
{
	return why_say(why, STATUS_TOO_LARGE, "a passphrase has at most %d bytes",
	               PASSPHRASE_SIZE_MAX);
}

/* -- From a file -------------------------------------------------------------------- */

enum status passphrase_from_descriptor(struct passphrase *passphrase, int descriptor,
                                       struct why *why)
{
	uint8_t bytes[PASSPHRASE_SIZE_MAX + 2]; /* a newline, and one that is too many */
	size_t size = 0;
	enum status status = STATUS_OK;

	passphrase_wipe(passphrase);
	while (size < sizeof bytes) {
		ssize_t got = read(descriptor, bytes + size, sizeof bytes - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			status =
			    why_set(why, STATUS_STORAGE, "read the passphrase: %s", strerror(errno));
			goto out_bytes;
		}
		if (got == 0)
			break;
		size += (size_t)got;
	}
	if (size > 0 && bytes[size - 1] == '\n')
		size--;
	if (size > PASSPHRASE_SIZE_MAX) {
		status = too_long(why);
		goto out_bytes;
	}
	memcpy(passphrase->bytes, bytes, size);
	passphrase->size = size;
out_bytes:
	memory_wipe(bytes, sizeof bytes);
	return status;
}

enum status passphrase_from_file(struct passphrase *passphrase, const char *path,
                                 struct why *why)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum status status;

	passphrase_wipe(passphrase);
	if (file < 0)
		return why_set(why, STATUS_STORAGE, "open passphrase file %s: %s", path,
		               strerror(errno));
	status = passphrase_from_descriptor(passphrase, file, why);
	close(file);
	if (status != STATUS_OK)
		return why_add(why, status, "passphrase file %s", path);
	return STATUS_OK;
}

/* -- From the terminal -------------------------------------------------------------- */

/* While the echo is off, a signal that would end or stop us must first bring it back. The
 * handler only notes the signal; it can arrive in one place alone, inside ppoll, because
 * it is blocked everywhere else, so none slips in between a look at the note and the
 * wait. A process in the background is stopped by SIGTTOU, which is left alone, before
 * the echo is off. */
static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { SIGNAL_COUNT = sizeof SIGNALS / sizeof *SIGNALS };

static volatile sig_atomic_t signal_noted;

static void on_signal(int number)
{
	signal_noted = number;
}

/* What was before. */
struct signals {
	struct sigaction actions[SIGNAL_COUNT];
	sigset_t mask;
};

static void signals_catch(struct signals *before)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	for (int i = 0; i < SIGNAL_COUNT; i++)
		sigaddset(&blocked, SIGNALS[i]);
	pthread_sigmask(SIG_BLOCK, &blocked, &before->mask);
	signal_noted = 0;
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		sigaction(SIGNALS[i], NULL, &before->actions[i]);
		/* What the process chose not to hear of, it shall not hear of now. */
		if (before->actions[i].sa_handler != SIG_IGN)
			sigaction(SIGNALS[i], &action, NULL);
	}
}

static void signals_restore(const struct signals *before)
{
	for (int i = 0; i < SIGNAL_COUNT; i++)
		sigaction(SIGNALS[i], &before->actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
}

/* One byte into *byte. 1: there is one. 0: the end. -1: failed, or a signal was noted. */
static int read_byte(uint8_t *byte, int terminal, const sigset_t *mask)
{
	struct pollfd wanted = {.fd = terminal, .events = POLLIN};

	for (;;) {
		ssize_t got;

		if (ppoll(&wanted, 1, NULL, mask) < 0) {
			if (errno == EINTR && !signal_noted)
				continue;
			return -1;
		}
		got = read(terminal, byte, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		return got < 0 ? -1 : (int)got;
	}
}

static enum status read_line(struct passphrase *passphrase, int terminal,
                             const sigset_t *mask, struct why *why)
{
	uint8_t byte = 0;
	enum status status = STATUS_OK;

	passphrase->size = 0;
	while (status == STATUS_OK) {
		int got = read_byte(&byte, terminal, mask);

		if (got < 0)
			status = why_set(why, STATUS_STORAGE, "read from the terminal: %s",
			                 strerror(errno));
		else if (got == 0)
			status = why_say(why, STATUS_LOCKED,
			                 "the input ended where a passphrase was asked for");
		else if (byte == '\n')
			break;
		else if (passphrase->size == PASSPHRASE_SIZE_MAX)
			status = too_long(why);
		else
			passphrase->bytes[passphrase->size++] = byte;
	}
	memory_wipe(&byte, sizeof byte);
	return status;
}

static void show(int terminal, const char *text)
{
	/* A prompt that cannot be shown is no reason to stop: the read will tell. */
	(void)!write(terminal, text, strlen(text));
}

/* One prompt and one line with the echo off. *number: the signal that ended it, or 0. */
static enum status ask_once(struct passphrase *passphrase, int *number, int terminal,
                            const char *prompt, struct why *why)
{
	struct signals before;
	struct termios shown;
	struct termios hidden;
	enum status status;

	*number = 0;
	if (tcgetattr(terminal, &shown) != 0)
		return why_set(why, STATUS_STORAGE, "look at the terminal: %s", strerror(errno));
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	signals_catch(&before);
	if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0) {
		status = why_set(why, STATUS_STORAGE, "switch off the terminal's echo: %s",
		                 strerror(errno));
		goto out_signals;
	}
	show(terminal, prompt);
	status = read_line(passphrase, terminal, &before.mask, why);
	/* The newline that was not echoed; and what a too long line left must not become the
	 * next program's input, so it is flushed. */
	show(terminal, "\n");
	while (tcsetattr(terminal, TCSAFLUSH, &shown) != 0 && errno == EINTR)
		;
	*number = signal_noted;
out_signals:
	signals_restore(&before);
	return status;
}

enum status passphrase_from_terminal(struct passphrase *passphrase, const char *prompt,
                                     struct why *why)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int number = 0;
	enum status status;

	passphrase_wipe(passphrase);
	if (terminal < 0)
		return why_say(why, STATUS_LOCKED,
		               "there is no terminal to ask for a passphrase on; give it with "
		               "--passphrase-file or --passphrase-fd");
	do {
		status = ask_once(passphrase, &number, terminal, prompt, why);
		if (number != 0) {
			/* Now it may do what it came for, with the terminal as it was. */
			passphrase_wipe(passphrase);
			raise(number);
			status = why_set(why, STATUS_STORAGE, "interrupted by signal %d", number);
		}
	} while (number == SIGTSTP); /* and now it goes on again */
	close(terminal);
	if (status != STATUS_OK)
		passphrase_wipe(passphrase);
	return status;
}

enum status passphrase_new_from_terminal(struct passphrase *passphrase,
                                         const char *prompt, const char *prompt_again,
                                         struct why *why)
{
	struct passphrase again;
	enum status status = passphrase_from_terminal(passphrase, prompt, why);

	if (status != STATUS_OK)
		return status;
	status = passphrase_from_terminal(&again, prompt_again, why);
	if (status == STATUS_OK &&
	    !bytes_equal(passphrase_view(passphrase), passphrase_view(&again)))
		status = why_say(why, STATUS_MALFORMED,
		                 "the two passphrases differ: nothing was changed");
	passphrase_wipe(&again);
	if (status != STATUS_OK)
		passphrase_wipe(passphrase);
	return status;
}
