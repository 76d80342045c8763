#include "node/shell/signals.h"
#include "tests/support/support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static uv_loop_t loop;
static struct signals signals;
static int heard[8];
static size_t heard_count;

static void on_signal(void *owner, int number)
{
	ck_assert_ptr_eq(owner, &loop);
	ck_assert_uint_lt(heard_count, 8);
	heard[heard_count++] = number;
}

static void start(void)
{
	struct why why = {{0}};

	heard_count = 0;
	signals_block(&signals);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	signals.on_signal = on_signal;
	signals.owner = &loop;
	kill(getpid(), SIGHUP); /* nobody waits yet */
	ck_assert_int_eq(signals_open(&signals, &loop, &why), STATUS_OK);
}

static void stop(void)
{
	uv_close((uv_handle_t *)&signals.poll, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	signals_close(&signals);
	ck_assert_int_eq(signals.file, -1);
	signals_close(&signals);
}

START_TEST(one_that_came_before_anybody_waited_is_heard)
{
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(heard_count, 1);
	ck_assert_int_eq(heard[0], SIGHUP);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(heard_count, 1);
}
END_TEST

static void *send_from_thread(void *argument)
{
	(void)argument;
	kill(getpid(), SIGTERM);
	return NULL;
}

/* Whatever thread the kernel would choose: all have them blocked. */
START_TEST(several_at_once_are_all_heard_on_the_loop)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, send_from_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	kill(getpid(), SIGINT);
	while (heard_count < 3)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(heard[0] + heard[1] + heard[2], SIGHUP + SIGINT + SIGTERM);
}
END_TEST

/* It would be the end of the node, without a word. */
START_TEST(writing_to_who_has_gone_is_an_error_and_nothing_more)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	ck_assert_int_eq(write(ends[0], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	close(ends[0]);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("signals");
	TCase *cases = tcase_create("signals");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, one_that_came_before_anybody_waited_is_heard);
	tcase_add_test(cases, several_at_once_are_all_heard_on_the_loop);
	tcase_add_test(cases, writing_to_who_has_gone_is_an_error_and_nothing_more);
	suite_add_tcase(suite, cases);
	return suite;
}
