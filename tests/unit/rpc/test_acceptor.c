/* Real sockets, and a process that has no descriptors left. */
#include "rpc/server/acceptor.h"
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CALLERS = 100, PATIENCE_MS = 20000 };

static uv_loop_t loop;
static struct acceptor acceptor;
static struct sockaddr_in place;
static int taken[CALLERS], callers[CALLERS];
static size_t taken_count, shed_count, turns;
static bool is_closed;
static struct rlimit limit_before;

static void on_client(void *owner, int socket, const struct sockaddr_storage *from)
{
	ck_assert_ptr_eq(owner, &loop);
	ck_assert_int_eq(from->ss_family, AF_INET);
	ck_assert_uint_lt(taken_count, CALLERS);
	taken[taken_count++] = socket;
}

static void on_shed(void *owner)
{
	ck_assert_ptr_eq(owner, &loop);
	shed_count++;
}

static void on_closed(void *owner)
{
	ck_assert_ptr_eq(owner, &loop);
	is_closed = true;
}

static void start(void)
{
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof place;

	taken_count = shed_count = turns = 0;
	is_closed = false;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit_before), 0);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	place = (struct sockaddr_in){.sin_family = AF_INET,
	                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&place, sizeof place), 0);
	ck_assert_int_eq(listen(listening, CALLERS), 0);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&place, &size), 0);
	acceptor = (struct acceptor){
		.owner = &loop,
		.on_client = on_client,
		.on_shed = on_shed,
		.on_closed = on_closed,
	};
	ck_assert_int_eq(acceptor_open(&acceptor, &loop, listening), 0);
}

static void stop(void)
{
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit_before), 0);
	acceptor_close(&acceptor);
	acceptor_close(&acceptor);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert(is_closed);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	for (size_t i = 0; i < taken_count; i++)
		close(taken[i]);
}

/* Sockets that are connected when the kernel has them in its queue. */
static void call(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_ge(callers[i], 0);
		ck_assert_int_eq(connect(callers[i], (struct sockaddr *)&place, sizeof place), 0);
	}
}

static void hang_up(size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(callers[i]);
}

/* The lowest number that is free. */
static size_t next_number(void)
{
	int file = dup(STDOUT_FILENO);

	ck_assert_int_ge(file, 0);
	close(file);
	return (size_t)file;
}

static void limit_files(size_t count)
{
	const struct rlimit limit = {.rlim_cur = count, .rlim_max = limit_before.rlim_max};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#define RUN_UNTIL(condition)                                          \
	for (uint64_t until_ms_ = now_ms() + PATIENCE_MS; !(condition);) { \
		ck_assert_msg(now_ms() < until_ms_, "never: " #condition);     \
		turns++;                                                       \
		uv_run(&loop, UV_RUN_ONCE);                                    \
	}

START_TEST(whoever_comes_is_taken_and_not_all_in_one_turn)
{
	call(CALLERS);
	uv_run(&loop, UV_RUN_ONCE);
	ck_assert_uint_eq(taken_count, ACCEPTOR_TURN_MAX);
	RUN_UNTIL(taken_count == CALLERS);
	ck_assert_uint_eq(shed_count, 0);
	hang_up(CALLERS);
}
END_TEST

START_TEST(the_last_descriptors_are_nobodys)
{
	enum { LEFT = 5, MORE = 20 };
	char byte;

	call(LEFT + MORE);
	limit_files(next_number() + LEFT + ACCEPTOR_RESERVE);
	RUN_UNTIL(taken_count + shed_count == LEFT + MORE);
	ck_assert_uint_eq(taken_count, LEFT);
	ck_assert_uint_eq(acceptor.shed_count, MORE);
	/* The others know at once. */
	for (size_t i = LEFT; i < LEFT + MORE; i++)
		ck_assert_int_eq(recv(callers[i], &byte, 1, 0), 0);
	/* And there are as many as there should be. */
	for (int i = 0; i < ACCEPTOR_RESERVE; i++)
		ck_assert_int_ge(dup(STDOUT_FILENO), 0);
	ck_assert_int_lt(dup(STDOUT_FILENO), 0);
	hang_up(LEFT + MORE);
}
END_TEST

/* It looks ten times a second, and takes them when there are some. */
START_TEST(without_any_descriptor_it_does_not_spin_and_goes_on_later)
{
	uint64_t start_ms;

	call(3);
	limit_files(next_number());
	start_ms = now_ms();
	while (now_ms() < start_ms + 5 * ACCEPTOR_PAUSE_MS) {
		turns++;
		uv_run(&loop, UV_RUN_ONCE);
	}
	/* A turn to see it and one to wait, for each pause. */
	ck_assert_uint_le(turns, 2 + 2 * (now_ms() - start_ms) / ACCEPTOR_PAUSE_MS);
	ck_assert_uint_eq(taken_count + shed_count, 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit_before), 0);
	RUN_UNTIL(taken_count == 3);
	hang_up(3);
}
END_TEST

START_TEST(one_that_was_never_opened_is_closed_without_a_word)
{
	struct acceptor other = {.on_closed = on_closed, .owner = &loop};

	acceptor_close(&other);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert(!is_closed);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("acceptor");
	TCase *cases = tcase_create("acceptor");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, whoever_comes_is_taken_and_not_all_in_one_turn);
	tcase_add_test(cases, the_last_descriptors_are_nobodys);
	tcase_add_test(cases, without_any_descriptor_it_does_not_spin_and_goes_on_later);
	tcase_add_test(cases, one_that_was_never_opened_is_closed_without_a_word);
	suite_add_tcase(suite, cases);
	return suite;
}
