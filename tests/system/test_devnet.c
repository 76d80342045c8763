/* A whole network on this machine, as a person starts it: it outlives those of its nodes that are
 * killed, and what was started with it ends with it. */
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VALIDATORS = 4 };

struct devnet {
	pid_t process;
	FILE *said; /* stdout and stderr */
	char folder[100];
};

static void start(struct devnet *devnet)
{
	char port[16], program[4200];
	int pipes[2];

	snprintf(devnet->folder, sizeof devnet->folder, "%s", scratch_folder());
	snprintf(program, sizeof program, "%s/cairnd", getenv("CAIRN_BIN_DIR"));
	snprintf(port, sizeof port, "%u", live_free_ports(VALIDATORS));
	ck_assert_int_eq(pipe(pipes), 0);
	devnet->process = fork();
	if (devnet->process == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execl(program, program, "devnet", "4", "--data-dir", devnet->folder, "--base-port",
		      port, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	devnet->said = fdopen(pipes[0], "r");
	ck_assert_ptr_nonnull(devnet->said);
}

/* Reads on until it says so. */
static void await_word(const struct devnet *devnet, const char *word)
{
	char line[512];

	do
		ck_assert_msg(fgets(line, sizeof line, devnet->said) != NULL, "no '%s'", word);
	while (!strstr(line, word));
}

/* Of the process that holds the lock of a node's folder. */
static pid_t process_of(const struct devnet *devnet, size_t index)
{
	char path[140];
	FILE *file;
	int process = 0;

	snprintf(path, sizeof path, "%s/node%zu/lock", devnet->folder, index);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d", &process), 1);
	fclose(file);
	return process;
}

static uint64_t head_of(const struct devnet *devnet, size_t index)
{
	struct live_connection connection;
	struct live_node node = {.process = 0};
	uint64_t height;

	snprintf(node.socket, sizeof node.socket, "%.80s/node%zu/rpc.sock", devnet->folder, index);
	live_connect(&connection, &node);
	live_call(&connection, "chain.get_head", "{}");
	height = live_answer_u64(&connection, "height");
	live_disconnect(&connection);
	return height;
}

static void write_some(const struct devnet *devnet, size_t index)
{
	struct live_connection connection;
	struct live_node node = {.process = 0};
	struct workload workload;

	snprintf(node.socket, sizeof node.socket, "%.80s/node%zu/rpc.sock", devnet->folder, index);
	live_connect(&connection, &node);
	workload_make(&workload, &connection, 1, 1); /* waits until its streams are final */
	workload_free(&workload);
	live_disconnect(&connection);
}

START_TEST(the_others_go_on_without_one_that_is_killed)
{
	struct devnet devnet;
	uint64_t height;
	int result;

	start(&devnet);
	await_word(&devnet, "ready");
	ck_assert_int_eq(kill(process_of(&devnet, 3), SIGKILL), 0);
	await_word(&devnet, "the others go on");
	height = head_of(&devnet, 0);
	write_some(&devnet, 0);
	ck_assert_uint_gt(head_of(&devnet, 0), height);
	ck_assert_int_eq(kill(devnet.process, SIGTERM), 0);
	ck_assert_int_eq(waitpid(devnet.process, &result, 0), devnet.process);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
	fclose(devnet.said);
}
END_TEST

START_TEST(it_ends_with_the_last_of_them)
{
	struct devnet devnet;
	int result;

	start(&devnet);
	await_word(&devnet, "ready");
	for (size_t i = 0; i < VALIDATORS; i++)
		ck_assert_int_eq(kill(process_of(&devnet, i), SIGKILL), 0);
	ck_assert_int_eq(waitpid(devnet.process, &result, 0), devnet.process);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 1);
	fclose(devnet.said);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("devnet");
	TCase *cases = tcase_create("devnet");

	tcase_add_test(cases, the_others_go_on_without_one_that_is_killed);
	tcase_add_test(cases, it_ends_with_the_last_of_them);
	suite_add_tcase(suite, cases);
	return suite;
}
