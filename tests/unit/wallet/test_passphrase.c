/* Passphrases from files, descriptors and a real terminal: a pty whose other end is the
 * test. */
#include "tests/support/support.h"

#include "wallet-cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static struct passphrase passphrase;
static struct why why;

/* -- Files and descriptors ------------------------------------------------------------
 */

static const char *file_with(const void *bytes, size_t size)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof path, "%s/passphrase", scratch_folder());
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static const struct {
	const char *text;
	const char *passphrase;
} FILES[] = {
    {"", ""},
    {"\n", ""},
    {"secret", "secret"},
    {"secret\n", "secret"},
    {"secret\n\n", "secret\n"},
    {"secret\r\n", "secret\r"},
    {" two words \n", " two words "},
    {"two\nlines", "two\nlines"},
    {"gr\xc3\xbc\xc3\x9f\n", "gr\xc3\xbc\xc3\x9f"},
};

START_TEST(a_file_is_its_passphrase_without_one_newline_at_the_end)
{
	const char *path = file_with(FILES[_i].text, strlen(FILES[_i].text));

	ck_assert_int_eq(passphrase_from_file(&passphrase, path, &why), STATUS_OK);
	ck_assert(bytes_equal(passphrase_view(&passphrase), text_view(FILES[_i].passphrase)));
}
END_TEST

START_TEST(the_longest_passphrase_is_read_and_no_longer_one)
{
	static const struct passphrase wiped;
	char bytes[PASSPHRASE_SIZE_MAX + 3];

	memset(bytes, 'p', sizeof bytes);
	bytes[PASSPHRASE_SIZE_MAX] = '\n';
	for (size_t size = PASSPHRASE_SIZE_MAX; size <= PASSPHRASE_SIZE_MAX + 1; size++) {
		ck_assert_int_eq(passphrase_from_file(&passphrase, file_with(bytes, size), &why),
		                 STATUS_OK);
		ck_assert_uint_eq(passphrase.size, PASSPHRASE_SIZE_MAX);
	}
	for (size_t size = PASSPHRASE_SIZE_MAX + 2; size <= sizeof bytes; size++) {
		ck_assert_int_eq(passphrase_from_file(&passphrase, file_with(bytes, size), &why),
		                 STATUS_TOO_LARGE);
		ck_assert_ptr_nonnull(strstr(why.text, "at most 1024 bytes"));
		ck_assert_mem_eq(&passphrase, &wiped, sizeof wiped);
	}
	bytes[PASSPHRASE_SIZE_MAX] = 'p';
	ck_assert_int_eq(passphrase_from_file(
	                     &passphrase, file_with(bytes, PASSPHRASE_SIZE_MAX + 1), &why),
	                 STATUS_TOO_LARGE);
	ck_assert_int_eq(passphrase_from_file(&passphrase, "/dev/zero", &why),
	                 STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_missing_file_is_named)
{
	ck_assert_int_eq(passphrase_from_file(&passphrase, "/nowhere/at/all", &why),
	                 STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.text, "/nowhere/at/all: No such file"));
	ck_assert_int_eq(passphrase_from_file(&passphrase, "/", &why), STATUS_STORAGE);
}
END_TEST

START_TEST(a_descriptor_is_read_to_its_end_in_pieces)
{
	int ends[2];
	int result;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		static const char text[] = "in pieces\n";

		close(ends[0]);
		for (size_t i = 0; i < sizeof text - 1; i++)
			if (write(ends[1], text + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	ck_assert_int_eq(passphrase_from_descriptor(&passphrase, ends[0], &why), STATUS_OK);
	ck_assert(bytes_equal(passphrase_view(&passphrase), text_view("in pieces")));
	ck_assert_int_eq(waitpid(child, &result, 0), child);
	ck_assert_int_eq(passphrase_from_descriptor(&passphrase, ends[1], &why),
	                 STATUS_STORAGE); /* closed */
	close(ends[0]);
}
END_TEST

/* -- The terminal ----------------------------------------------------------------------
 */

/* A program on a terminal of its own. What it finds out goes back over a pipe; what it
 * shows comes out of `keyboard`, where the test also types. The test keeps the terminal's
 * other end open as well, so that it can look at its state when the program is gone. */
struct session {
	int keyboard;
	int terminal;
	int answer;
	pid_t program;
	struct termios before;
};

/* What the program sends back. */
struct answer {
	enum status status;
	struct why why;
	struct passphrase passphrase;
};

enum asking { ASK_ONCE, ASK_TWICE, ASK_SURVIVING };

static void on_interrupt(int number)
{
	(void)number;
}

static void run_program(enum asking asking, int answer_end)
{
	struct answer answer = {0};

	/* Check's own handlers are inherited, and would end the test. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (asking == ASK_SURVIVING) {
		struct sigaction action = {.sa_handler = on_interrupt};

		signal(SIGQUIT, SIG_IGN);
		sigaction(SIGINT, &action, NULL);
	}
	if (asking == ASK_TWICE)
		answer.status = passphrase_new_from_terminal(&answer.passphrase,
		                                             "New: ", "Again: ", &answer.why);
	else
		answer.status =
		    passphrase_from_terminal(&answer.passphrase, "Passphrase: ", &answer.why);
	_exit(write(answer_end, &answer, sizeof answer) == sizeof answer ? 0 : 1);
}

static struct session session_open(enum asking asking)
{
	struct session session;
	int ends[2];

	ck_assert_int_eq(openpty(&session.keyboard, &session.terminal, NULL, NULL, NULL), 0);
	ck_assert_int_eq(tcgetattr(session.terminal, &session.before), 0);
	ck_assert(session.before.c_lflag & ECHO);
	ck_assert_int_eq(pipe(ends), 0);
	session.answer = ends[0];
	session.program = fork();
	ck_assert_int_ge(session.program, 0);
	if (session.program == 0) {
		close(session.keyboard);
		close(ends[0]);
		if (login_tty(session.terminal) != 0)
			_exit(1);
		run_program(asking, ends[1]);
	}
	close(ends[1]);
	return session;
}

/* Reads what the terminal shows until `text` was shown. */
static void wait_for(const struct session *session, const char *text)
{
	char seen[4096] = {0};
	size_t size = 0;

	while (!strstr(seen, text)) {
		ssize_t got = read(session->keyboard, seen + size, sizeof seen - 1 - size);

		ck_assert_msg(got > 0, "the terminal showed only '%s'", seen);
		size += (size_t)got;
	}
	/* Nothing that was typed shows. */
	ck_assert_ptr_null(strstr(seen, "secret"));
}

static void type(const struct session *session, const char *text)
{
	ck_assert_int_eq(write(session->keyboard, text, strlen(text)), (ssize_t)strlen(text));
}

static bool echo_is_on(const struct session *session)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(session->terminal, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

/* The terminal is as it was, bit by bit. */
static void assert_restored(const struct session *session)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(session->terminal, &now), 0);
	ck_assert_uint_eq(now.c_lflag, session->before.c_lflag);
	ck_assert_uint_eq(now.c_iflag, session->before.c_iflag);
	ck_assert_uint_eq(now.c_oflag, session->before.c_oflag);
	ck_assert_uint_eq(now.c_cflag, session->before.c_cflag);
}

static int session_wait(const struct session *session)
{
	int result;

	ck_assert_int_eq(waitpid(session->program, &result, 0), session->program);
	return result;
}

static struct answer session_answer(const struct session *session)
{
	struct answer answer;
	int result;

	ck_assert_int_eq(read(session->answer, &answer, sizeof answer), sizeof answer);
	result = session_wait(session);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
	assert_restored(session);
	return answer;
}

static void session_close(struct session *session)
{
	close(session->keyboard);
	close(session->terminal);
	close(session->answer);
}

START_TEST(a_typed_line_is_not_shown_and_the_echo_comes_back)
{
	struct session session = session_open(ASK_ONCE);
	struct answer answer;

	wait_for(&session, "Passphrase: ");
	ck_assert(!echo_is_on(&session));
	type(&session, "secret words\n");
	wait_for(&session, "\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_OK);
	ck_assert(
	    bytes_equal(passphrase_view(&answer.passphrase), text_view("secret words")));
	session_close(&session);
}
END_TEST

START_TEST(a_line_can_be_edited_and_be_empty)
{
	struct session session = session_open(ASK_ONCE);
	struct answer answer;

	wait_for(&session, "Passphrase: ");
	type(&session, "secre\x7f\x7f"
	               "ret\n"); /* two letters taken back */
	answer = session_answer(&session);
	ck_assert(bytes_equal(passphrase_view(&answer.passphrase), text_view("secret")));
	session_close(&session);
	session = session_open(ASK_ONCE);
	wait_for(&session, "Passphrase: ");
	type(&session, "\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_OK);
	ck_assert_uint_eq(answer.passphrase.size, 0);
	session_close(&session);
}
END_TEST

START_TEST(a_new_passphrase_is_typed_twice)
{
	struct session session = session_open(ASK_TWICE);
	struct answer answer;

	wait_for(&session, "New: ");
	type(&session, "secret\n");
	wait_for(&session, "Again: ");
	ck_assert(!echo_is_on(&session));
	type(&session, "secret\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_OK);
	ck_assert(bytes_equal(passphrase_view(&answer.passphrase), text_view("secret")));
	session_close(&session);
}
END_TEST

START_TEST(two_that_differ_are_refused)
{
	static const struct passphrase wiped;
	struct session session = session_open(ASK_TWICE);
	struct answer answer;

	wait_for(&session, "New: ");
	type(&session, "secret\n");
	wait_for(&session, "Again: ");
	type(&session, "secrets\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(answer.why.text, "differ"));
	ck_assert_mem_eq(&answer.passphrase, &wiped, sizeof wiped);
	session_close(&session);
}
END_TEST

START_TEST(the_end_of_input_is_no_passphrase)
{
	struct session session = session_open(ASK_ONCE);
	struct answer answer;

	wait_for(&session, "Passphrase: ");
	type(&session, "\x04"); /* control D */
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_LOCKED);
	ck_assert_ptr_nonnull(strstr(answer.why.text, "input ended"));
	session_close(&session);
}
END_TEST

START_TEST(a_line_too_long_is_refused_and_not_left_for_the_next_reader)
{
	struct session session = session_open(ASK_ONCE);
	char line[PASSPHRASE_SIZE_MAX + 3] = {0};
	struct answer answer;

	memset(line, 'p', PASSPHRASE_SIZE_MAX + 1);
	line[PASSPHRASE_SIZE_MAX + 1] = '\n';
	wait_for(&session, "Passphrase: ");
	type(&session, line);
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_TOO_LARGE);
	ck_assert_int_eq(fcntl(session.terminal, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(read(session.terminal, line, sizeof line), -1);
	ck_assert_int_eq(errno, EAGAIN);
	session_close(&session);
}
END_TEST

/* Control C, control \ and a hangup, each in the middle of a line. */
static const struct {
	const char *typed; /* NULL: sent by kill */
	int number;
} ENDINGS[] = {
    {"\x03", SIGINT}, {"\x1c", SIGQUIT}, {NULL, SIGTERM}, {NULL, SIGHUP}, {NULL, SIGINT},
};

START_TEST(a_signal_ends_the_program_with_the_echo_on_again)
{
	struct session session = session_open(ASK_ONCE);
	int result;

	wait_for(&session, "Passphrase: ");
	ck_assert(!echo_is_on(&session));
	type(&session, "secr");
	if (ENDINGS[_i].typed)
		type(&session, ENDINGS[_i].typed);
	else
		ck_assert_int_eq(kill(session.program, ENDINGS[_i].number), 0);
	result = session_wait(&session);
	ck_assert(WIFSIGNALED(result));
	ck_assert_int_eq(WTERMSIG(result), ENDINGS[_i].number);
	assert_restored(&session);
	session_close(&session);
}
END_TEST

/* A shell in small: it starts the program in a group of its own in the foreground, says
 * when the program stops, and lets it go on when told. (Without a shell in the same
 * session the kernel stops nobody.) */
static void run_shell(int answer_end, int stopped_end, int continue_end)
{
	char told;
	int result;
	pid_t program = fork();

	if (program == 0) {
		signal(SIGTTOU, SIG_IGN); /* until it is the foreground */
		if (setpgid(0, 0) != 0 || tcsetpgrp(STDIN_FILENO, getpid()) != 0)
			_exit(1);
		signal(SIGTTOU, SIG_DFL);
		run_program(ASK_ONCE, answer_end);
	}
	if (waitpid(program, &result, WUNTRACED) != program || !WIFSTOPPED(result))
		_exit(2);
	if (write(stopped_end, "s", 1) != 1 || read(continue_end, &told, 1) != 1)
		_exit(3);
	kill(program, SIGCONT);
	if (waitpid(program, &result, 0) != program)
		_exit(4);
	_exit(WIFEXITED(result) ? WEXITSTATUS(result) : 5);
}

START_TEST(a_stop_gives_the_terminal_back_and_then_asks_again)
{
	struct session session;
	struct answer answer;
	int answers[2];
	int stops[2];
	int continues[2];
	char stopped;

	ck_assert_int_eq(openpty(&session.keyboard, &session.terminal, NULL, NULL, NULL), 0);
	ck_assert_int_eq(tcgetattr(session.terminal, &session.before), 0);
	ck_assert(pipe(answers) == 0 && pipe(stops) == 0 && pipe(continues) == 0);
	session.answer = answers[0];
	session.program = fork();
	ck_assert_int_ge(session.program, 0);
	if (session.program == 0) {
		close(session.keyboard);
		if (login_tty(session.terminal) != 0)
			_exit(1);
		run_shell(answers[1], stops[1], continues[0]);
	}
	wait_for(&session, "Passphrase: ");
	type(&session, "secr");
	type(&session, "\x1a"); /* control Z */
	close(stops[1]);
	ck_assert_int_eq(read(stops[0], &stopped, 1), 1);
	assert_restored(&session);
	ck_assert_int_eq(write(continues[1], "c", 1), 1);
	wait_for(&session, "Passphrase: ");
	ck_assert(!echo_is_on(&session));
	type(&session, "secret\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_OK);
	ck_assert(bytes_equal(passphrase_view(&answer.passphrase), text_view("secret")));
	session_close(&session);
}
END_TEST

/* As proc(5) tells of the waiting program. */
static bool ignores(pid_t program, int number)
{
	char path[64];
	char line[256];
	unsigned long long mask = 0;
	FILE *facts;

	snprintf(path, sizeof path, "/proc/%d/status", (int)program);
	facts = fopen(path, "r");
	ck_assert_ptr_nonnull(facts);
	while (fgets(line, sizeof line, facts))
		if (strncmp(line, "SigIgn:", 7) == 0)
			mask = strtoull(line + 7, NULL, 16);
	fclose(facts);
	return (mask >> (number - 1) & 1) != 0;
}

START_TEST(a_signal_that_the_program_ignores_stays_ignored)
{
	struct session session = session_open(ASK_SURVIVING);
	struct answer answer;

	wait_for(&session, "Passphrase: ");
	ck_assert(ignores(session.program, SIGQUIT) && !ignores(session.program, SIGINT));
	ck_assert_int_eq(kill(session.program, SIGQUIT), 0);
	type(&session, "secret\n");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_OK);
	ck_assert(bytes_equal(passphrase_view(&answer.passphrase), text_view("secret")));
	session_close(&session);
}
END_TEST

START_TEST(a_program_that_survives_the_signal_gets_an_answer)
{
	struct session session = session_open(ASK_SURVIVING);
	struct answer answer;

	wait_for(&session, "Passphrase: ");
	type(&session, "secret");
	type(&session, "\x03");
	answer = session_answer(&session);
	ck_assert_int_eq(answer.status, STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(answer.why.text, "interrupted by signal 2"));
	ck_assert_uint_eq(answer.passphrase.size, 0);
	session_close(&session);
}
END_TEST

START_TEST(without_a_terminal_the_remedy_is_named)
{
	int result;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		setsid(); /* a session of its own has no terminal */
		if (passphrase_from_terminal(&passphrase, "Passphrase: ", &why) != STATUS_LOCKED)
			_exit(1);
		_exit(strstr(why.text, "--passphrase-file") ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(child, &result, 0), child);
	ck_assert(WIFEXITED(result));
	ck_assert_int_eq(WEXITSTATUS(result), 0);
}
END_TEST

static TCase *file_tests(void)
{
	TCase *tests = tcase_create("files");

	tcase_add_loop_test(tests, a_file_is_its_passphrase_without_one_newline_at_the_end, 0,
	                    (int)(sizeof FILES / sizeof *FILES));
	tcase_add_test(tests, the_longest_passphrase_is_read_and_no_longer_one);
	tcase_add_test(tests, a_missing_file_is_named);
	tcase_add_test(tests, a_descriptor_is_read_to_its_end_in_pieces);
	return tests;
}

static TCase *terminal_tests(void)
{
	TCase *tests = tcase_create("terminal");

	tcase_add_test(tests, a_typed_line_is_not_shown_and_the_echo_comes_back);
	tcase_add_test(tests, a_line_can_be_edited_and_be_empty);
	tcase_add_test(tests, a_new_passphrase_is_typed_twice);
	tcase_add_test(tests, two_that_differ_are_refused);
	tcase_add_test(tests, the_end_of_input_is_no_passphrase);
	tcase_add_test(tests, a_line_too_long_is_refused_and_not_left_for_the_next_reader);
	tcase_add_loop_test(tests, a_signal_ends_the_program_with_the_echo_on_again, 0,
	                    (int)(sizeof ENDINGS / sizeof *ENDINGS));
	tcase_add_test(tests, a_stop_gives_the_terminal_back_and_then_asks_again);
	tcase_add_test(tests, a_signal_that_the_program_ignores_stays_ignored);
	tcase_add_test(tests, a_program_that_survives_the_signal_gets_an_answer);
	tcase_add_test(tests, without_a_terminal_the_remedy_is_named);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("passphrase");

	suite_add_tcase(suite, file_tests());
	suite_add_tcase(suite, terminal_tests());
	return suite;
}
