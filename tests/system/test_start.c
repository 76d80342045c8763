/* What a node does where it cannot run: one sentence, exit code 1, nothing touched. */
#include "node/shell/descriptors.h"
#include "tests/live/live.h"
#include "tests/support/support.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct live_node node;
static char said[4096];

static void start(void)
{
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
}

static void stop(void)
{
	if (node.process)
		live_node_stop(&node);
	live_node_remove(&node);
}

/* One line, which begins as all of them do and holds `part`. */
static void check_sentence(const char *part)
{
	ck_assert_msg(strstr(said, part) != NULL, "no '%s' in: %s", part, said);
	ck_assert_msg(strstr(said, "cairnd: ") != NULL, "not a sentence of ours: %s", said);
}

START_TEST(a_second_node_on_the_same_folder_is_refused_and_the_first_goes_on)
{
	struct live_connection connection;
	char process[32];

	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	snprintf(process, sizeof process, "%d", (int)node.process);
	check_sentence(process);
	live_connect(&connection, &node);
	ck_assert_ptr_nonnull(live_call(&connection, "chain.get_head", "{}"));
	live_disconnect(&connection);
}
END_TEST

START_TEST(a_taken_port_is_refused_by_its_name)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int taken = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof address;
	char argument[64], port[16];

	live_node_stop(&node);
	ck_assert_int_eq(bind(taken, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(taken, 1), 0);
	ck_assert_int_eq(getsockname(taken, (struct sockaddr *)&address, &size), 0);
	snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
	snprintf(argument, sizeof argument, "--rpc-listen=127.0.0.1:%s", port);
	ck_assert_int_eq(live_node_refuses(&node, argument, said, sizeof said), 1);
	check_sentence(port);
	close(taken);
	/* Nothing was left behind that would keep it from starting now. */
	live_node_restart(&node);
}
END_TEST

static void append_to_config(const char *line)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/cairn.toml", node.folder);
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	fputs(line, file);
	fclose(file);
}

START_TEST(an_unknown_setting_is_refused_with_its_line_and_the_nearest_name)
{
	live_node_stop(&node);
	append_to_config("thread = 2\n"); /* the last section is [verify] */
	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	check_sentence("cairn.toml");
	check_sentence("verify.threads");
}
END_TEST

START_TEST(a_peer_that_is_written_wrong_is_refused_by_its_text)
{
	live_node_stop(&node);
	ck_assert_int_eq(live_node_refuses(&node, "--set=p2p.peers=somebody@nowhere:1", said,
	                                   sizeof said),
	                 1);
	check_sentence("p2p.peers");
	check_sentence("somebody@nowhere:1");
	check_sentence("66 hex digits");
}
END_TEST

START_TEST(a_folder_that_is_no_data_directory_is_refused_and_untouched)
{
	struct live_node other = node;
	struct stat before, after;

	live_node_stop(&node);
	snprintf(other.folder, sizeof other.folder, "%s", scratch_folder());
	ck_assert_int_eq(stat(other.folder, &before), 0);
	ck_assert_int_eq(live_node_refuses(&other, NULL, said, sizeof said), 1);
	check_sentence("cairnd init");
	ck_assert_int_eq(stat(other.folder, &after), 0);
	ck_assert_int_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}
END_TEST

START_TEST(init_on_an_existing_node_is_refused)
{
	char command[8192];

	live_node_stop(&node);
	snprintf(command, sizeof command, "%s init --data-dir %s >/dev/null 2>&1", node.program,
	         node.folder);
	ck_assert_int_eq(system(command), 1 << 8);
	live_node_restart(&node);
}
END_TEST

/* Runs cairnd with these words of the shell, in a home of its own; gives its exit code. */
static int run_cairnd(const char *words)
{
	char command[8192];
	FILE *pipe;
	int result;
	size_t size;

	snprintf(command, sizeof command, "HOME=%s XDG_DATA_HOME= %s %s 2>&1", node.folder,
	         node.program, words);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	size = fread(said, 1, sizeof said - 1, pipe);
	said[size] = '\0';
	result = pclose(pipe);
	ck_assert(WIFEXITED(result));
	return WEXITSTATUS(result);
}

START_TEST(a_command_line_that_is_not_understood_ends_with_two)
{
	live_node_stop(&node);
	ck_assert_int_eq(run_cairnd("run --data-dir"), 2);
	check_sentence("--data-dir wants a value");
	ck_assert_int_eq(run_cairnd("run --datadir=x"), 2);
	check_sentence("did you mean --data-dir?");
	ck_assert_int_eq(run_cairnd("init --network"), 2);
	ck_assert_int_eq(run_cairnd("rum"), 2);
	ck_assert_int_eq(run_cairnd("init --network 'Bad Name'"), 1);
	check_sentence("'Bad Name' has not\n");
	ck_assert_int_eq(run_cairnd("-h"), 0);
	ck_assert_int_eq(run_cairnd("run --help"), 0);
	ck_assert_int_eq(run_cairnd("init --data-dir x --help"), 0);
	live_node_restart(&node);
}
END_TEST

START_TEST(a_sign_state_that_is_lost_stops_a_lone_validator_until_a_person_decides)
{
	char command[512];

	live_node_stop(&node);
	snprintf(command, sizeof command, "rm %s/sign-state", node.folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	ck_assert_msg(strstr(said, "sign-state is gone"), "%s", said);
	ck_assert_int_eq(run_cairnd("allow-votes --above 0:0"), 2);
	snprintf(command, sizeof command, "allow-votes --data-dir %s --above 0", node.folder);
	ck_assert_int_eq(run_cairnd(command), 2);
	/* It has signed nothing so far. */
	snprintf(command, sizeof command, "allow-votes --data-dir %s --above 0:0", node.folder);
	ck_assert_int_eq(run_cairnd(command), 0);
	ck_assert_str_eq(said, "votes above view 0 of epoch 0 are allowed\n");
	live_node_restart(&node);
}
END_TEST

START_TEST(without_a_data_directory_the_default_place_is_used_and_its_settings)
{
	char path[256];
	FILE *file;

	live_node_stop(&node);
	ck_assert_int_eq(run_cairnd("init"), 0);
	snprintf(path, sizeof path, "%s/.local/share/cairn/cairn/cairn.toml", node.folder);
	ck_assert_ptr_nonnull(strstr(said, "/.local/share/cairn/cairn\n"));
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	fputs("threads = 3\n", file); /* the last section is [verify] */
	fclose(file);
	ck_assert_int_eq(run_cairnd("config"), 0);
	ck_assert_ptr_nonnull(strstr(said, "threads = 3"));
	ck_assert_int_eq(run_cairnd("init --network=clinic"), 0);
	ck_assert_ptr_nonnull(strstr(said, "/.local/share/cairn/clinic\n"));
	live_node_restart(&node);
}
END_TEST

/* Waits until a line of the log holds `part`. */
static void wait_for_log(const char *part)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	double start_s = live_now_s();
	char command[512];

	snprintf(command, sizeof command, "grep -q '%s' %s", part, node.log);
	while (system(command) != 0) {
		ck_assert_msg(live_now_s() - start_s < 60, "never in the log: %s", part);
		nanosleep(&pause, NULL);
	}
}

/* log_level in the template, which is switched off or set by an earlier call. */
static void set_log_level(const char *levels)
{
	char command[512];

	snprintf(command, sizeof command, "sed -i 's/^#*log_level = .*/log_level = \"%s\"/' %s/%s",
	         levels, node.folder, "cairn.toml");
	ck_assert_int_eq(system(command), 0);
}

START_TEST(log_levels_change_while_it_runs)
{
	char command[512];

	set_log_level("info,rpc=debug");
	kill(node.process, SIGHUP);
	wait_for_log(" info node log_levels levels=\"*info,rpc=debug");
	set_log_level("loud");
	kill(node.process, SIGHUP);
	wait_for_log(" warn node log_levels_kept why=.*cairn.toml:");
	set_log_level("error");
	kill(node.process, SIGHUP);
	wait_for_log(" info node log_levels levels=\"*error");
	live_node_stop(&node);
	/* That is a line of level info. */
	snprintf(command, sizeof command, "grep -q ' node stopping' %s", node.log);
	ck_assert_int_ne(system(command), 0);
}
END_TEST

/* Has it the lock, which is one of the first things that it does, and so ends no more by the first
 * signal? */
static bool has_begun(void)
{
	char path[256];
	FILE *file;
	int process = 0;
	bool is_read;

	snprintf(path, sizeof path, "%s/lock", node.folder);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	is_read = fscanf(file, "%d", &process) == 1;
	fclose(file);
	return is_read && process == (int)node.process;
}

/* Told once, in the first moments: it starts to its end, and then stops as it should. */
START_TEST(told_to_stop_while_it_starts_it_stops)
{
	for (int i = 0; i < 8; i++) {
		double until_s = live_now_s() + 60;
		struct timespec pause = {.tv_nsec = 10000000 * i};

		live_node_stop(&node);
		live_node_launch(&node);
		while (!has_begun())
			ck_assert(live_now_s() < until_s);
		nanosleep(&pause, NULL); /* so that it comes at another place each time */
		ck_assert_int_eq(kill(node.process, SIGTERM), 0);
		ck_assert_int_eq(live_node_wait(&node), 0);
		live_node_restart(&node);
	}
}
END_TEST

START_TEST(the_key_of_another_network_is_refused)
{
	struct live_node other;
	char command[8192];

	live_node_stop(&node);
	live_node_start(&other, getenv("CAIRN_BIN_DIR"), "/tmp");
	live_node_stop(&other);
	snprintf(command, sizeof command, "cp -p %s/vote.key %s/vote.key", other.folder,
	         node.folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	check_sentence("not that of a validator");
	live_node_remove(&other);
}
END_TEST

/* For the nodes that are started from now on, and for this process. */
static void limit_files(size_t count)
{
	const struct rlimit limit = {.rlim_cur = count, .rlim_max = count};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(too_few_descriptors_are_refused_with_the_numbers)
{
	char number[32];

	live_node_stop(&node);
	limit_files(DESCRIPTORS_LEAST - 1);
	ck_assert_int_eq(live_node_refuses(&node, NULL, said, sizeof said), 1);
	snprintf(number, sizeof number, " %d,", DESCRIPTORS_LEAST - 1);
	check_sentence(number);
	snprintf(number, sizeof number, " needs %d ", DESCRIPTORS_LEAST);
	check_sentence(number);
	check_sentence("ulimit -n");
}
END_TEST

/* Programs ask for more connections than there are left, and hold them, while records are written
 * and the database flushes, compacts and opens what it needs. */
START_TEST(with_as_few_descriptors_as_may_be_clients_are_sent_away_and_the_ledger_grows)
{
	enum { CLIENTS = DESCRIPTORS_RPC_LEAST + 40, PER_ROUND = 500, ROUNDS = 4 };
	static struct live_connection clients[CLIENTS];
	struct live_connection connection;
	char limits[80];

	live_node_stop(&node);
	limit_files(DESCRIPTORS_LEAST);
	live_node_restart(&node);
	snprintf(limits, sizeof limits, "few_descriptors have=%d .*inbound_max=0", DESCRIPTORS_LEAST);
	wait_for_log(limits);
	live_connect(&connection, &node);
	(void)live_call(&connection, "chain.get_head", "{}");
	for (size_t i = 0; i < CLIENTS; i++)
		live_connect(&clients[i], &node);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct workload workload;

		workload_make(&workload, &connection, PER_ROUND, 1);
		workload_free(&workload);
	}
	live_call(&connection, "node.get_status", "{}");
	ck_assert_uint_gt(live_answer_u64(&connection, "height"), 0);
	ck_assert_uint_lt(live_node_descriptors(&node), DESCRIPTORS_LEAST);
	for (size_t i = 0; i < CLIENTS; i++)
		live_disconnect(&clients[i]);
	live_disconnect(&connection);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("start");
	TCase *tests = tcase_create("start");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests,
	               a_second_node_on_the_same_folder_is_refused_and_the_first_goes_on);
	tcase_add_test(tests,
	               a_sign_state_that_is_lost_stops_a_lone_validator_until_a_person_decides);
	tcase_add_test(tests, a_taken_port_is_refused_by_its_name);
	tcase_add_test(tests,
	               an_unknown_setting_is_refused_with_its_line_and_the_nearest_name);
	tcase_add_test(tests, a_peer_that_is_written_wrong_is_refused_by_its_text);
	tcase_add_test(tests, a_folder_that_is_no_data_directory_is_refused_and_untouched);
	tcase_add_test(tests, init_on_an_existing_node_is_refused);
	tcase_add_test(tests, a_command_line_that_is_not_understood_ends_with_two);
	tcase_add_test(tests,
	               without_a_data_directory_the_default_place_is_used_and_its_settings);
	tcase_add_test(tests, log_levels_change_while_it_runs);
	tcase_add_test(tests, told_to_stop_while_it_starts_it_stops);
	tcase_add_test(tests, the_key_of_another_network_is_refused);
	tcase_add_test(tests, too_few_descriptors_are_refused_with_the_numbers);
	tcase_add_test(
		tests,
		with_as_few_descriptors_as_may_be_clients_are_sent_away_and_the_ledger_grows);
	suite_add_tcase(suite, tests);
	return suite;
}
