/* A real cairnd process, started, watched and stopped. */
#include "tests/live/live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STOP_PATIENCE_S = 300 }; /* beyond what any machine takes */

/* In the child: what fails ends it. */
static void enter_space(const struct live_node *node)
{
	char path[64];
	int space;

	if (!node->space[0])
		return;
	snprintf(path, sizeof path, "/run/netns/%s", node->space);
	space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || setns(space, CLONE_NEWNET) != 0)
		_exit(126);
}

static pid_t spawn(const struct live_node *node, const char *const *arguments)
{
	pid_t process = fork();

	if (process < 0)
		live_fail("cannot start a process: %s", strerror(errno));
	if (process == 0) {
		int log = open(node->log, O_WRONLY | O_CREAT | O_APPEND, 0644);

		/* A test that ends early leaves no node behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		enter_space(node);
		for (size_t i = 0; i < 2; i++)
			if (node->settings[i][0])
				putenv((char *)(uintptr_t)node->settings[i]);

		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		execv(node->program, (char *const *)arguments);
		_exit(127);
	}
	return process;
}

void live_node_command(const struct live_node *node, const char *word)
{
	const char *const arguments[] = {node->program, word, "--data-dir",
	                           node->folder, NULL};
	pid_t process = spawn(node, arguments);
	int result;

	if (waitpid(process, &result, 0) != process || !WIFEXITED(result) ||
	    WEXITSTATUS(result) != 0)
		live_fail("cairnd %s failed: see %s", word, node->log);
}

static bool answers(const struct live_node *node)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int probe = socket(AF_UNIX, SOCK_STREAM, 0);
	bool connected;

	snprintf(address.sun_path, sizeof address.sun_path, "%s", node->socket);
	connected = probe >= 0 &&
	            connect(probe, (struct sockaddr *)&address, sizeof address) == 0;
	if (probe >= 0)
		close(probe);
	return connected;
}

void live_node_launch(struct live_node *node)
{
	const char *arguments[] = {node->program,  "run",         "--data-dir",
	                                 node->folder,   "--rpc-listen", "127.0.0.1:0",
	                                 "--p2p-listen", "127.0.0.1:0",  NULL};

	if (node->has_address)
		arguments[4] = NULL;
	node->process = spawn(node, arguments);
}

bool live_node_try(struct live_node *node, double *seconds)
{
	double start_s = live_now_s();

	live_node_launch(node);
	while (!answers(node)) {
		struct timespec pause = {.tv_nsec = 2000000};

		if (waitpid(node->process, NULL, WNOHANG) != 0) {
			node->process = 0;
			return false;
		}
		if (live_now_s() - start_s > 60)
			live_fail("cairnd does not answer: see %s", node->log);
		nanosleep(&pause, NULL);
	}
	*seconds = live_now_s() - start_s;
	return true;
}

double live_node_restart(struct live_node *node)
{
	double seconds;

	if (!live_node_try(node, &seconds))
		live_fail("cairnd ended at its start: see %s", node->log);
	return seconds;
}

void live_node_start(struct live_node *node, const char *bin_folder, const char *parent)
{
	char pattern[80];

	memset(node, 0, sizeof *node);
	if (snprintf(pattern, sizeof pattern, "%s/cairn-live-XXXXXX", parent) >= 80)
		live_fail("the path %s is too long", parent);
	if (!mkdtemp(pattern))
		live_fail("cannot make a folder in %s: %s", parent, strerror(errno));
	snprintf(node->folder, sizeof node->folder, "%s/node", pattern);
	snprintf(node->socket, sizeof node->socket, "%s/rpc.sock", node->folder);
	snprintf(node->log, sizeof node->log, "%s/log", pattern);
	snprintf(node->program, sizeof node->program, "%s/cairnd", bin_folder);
	live_node_command(node, "init");
	live_node_restart(node);
}

static int await_stop(const struct live_node *node)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	double until_s = live_now_s() + STOP_PATIENCE_S;
	int result;
	pid_t ended;

	kill(node->process, SIGTERM);
	while ((ended = waitpid(node->process, &result, WNOHANG)) == 0) {
		if (live_now_s() > until_s)
			live_fail("cairnd does not stop: see %s", node->log);
		nanosleep(&pause, NULL);
	}
	return ended == node->process && WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

void live_node_stop(struct live_node *node)
{
	if (await_stop(node) != 0)
		live_fail("cairnd did not stop cleanly: see %s", node->log);
	node->process = 0;
}

void live_node_kill(struct live_node *node)
{
	int result;

	kill(node->process, SIGKILL);
	if (waitpid(node->process, &result, 0) != node->process || !WIFSIGNALED(result))
		live_fail("cairnd had ended by itself: see %s", node->log);
	node->process = 0;
}

void live_node_end(struct live_node *node)
{
	kill(node->process, SIGKILL);
	waitpid(node->process, NULL, 0);
	node->process = 0;
}

int live_node_wait(struct live_node *node)
{
	int result;

	if (waitpid(node->process, &result, 0) != node->process || !WIFEXITED(result))
		live_fail("cairnd ended by a signal: see %s", node->log);
	node->process = 0;
	return WEXITSTATUS(result);
}

int live_node_refuses(const struct live_node *node, const char *argument, char *said,
                      size_t said_size)
{
	const char *const arguments[] = {node->program, "run", "--data-dir", node->folder,
	                                 argument, NULL};
	struct live_node other = *node;
	pid_t process;
	FILE *file;
	int result;
	size_t size;

	snprintf(other.log, sizeof other.log, "%s.said", node->folder);
	unlink(other.log);
	process = spawn(&other, arguments);
	if (waitpid(process, &result, 0) != process || !WIFEXITED(result))
		live_fail("cairnd ended otherwise than by itself: see %s", other.log);
	file = fopen(other.log, "r");
	size = file ? fread(said, 1, said_size - 1, file) : 0;
	said[size] = '\0';
	if (file)
		fclose(file);
	unlink(other.log);
	return WEXITSTATUS(result);
}

static int remove_one(const char *path, const struct stat *facts, int kind,
                      struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	return remove(path);
}

void live_node_remove(struct live_node *node)
{
	*strrchr(node->folder, '/') = '\0';
	nftw(node->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

uint64_t live_node_peak_memory(const struct live_node *node)
{
	char path[64], line[256];
	unsigned long long kib = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)node->process);
	file = fopen(path, "r");
	if (!file)
		live_fail("cannot read %s", path);
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

static bool is_socket(DIR *folder, const char *name)
{
	char target[64];
	ssize_t size = readlinkat(dirfd(folder), name, target, sizeof target - 1);

	target[size > 0 ? size : 0] = '\0';
	return strncmp(target, "socket:", 7) == 0;
}

static size_t count_descriptors(const struct live_node *node, bool only_sockets)
{
	const struct dirent *entry;
	char path[64];
	size_t count = 0;
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)node->process);
	folder = opendir(path);
	if (!folder)
		live_fail("cannot read %s", path);
	while ((entry = readdir(folder)))
		count += !only_sockets || is_socket(folder, entry->d_name);
	closedir(folder);
	return count;
}

size_t live_node_descriptors(const struct live_node *node)
{
	return count_descriptors(node, false);
}

size_t live_node_sockets(const struct live_node *node)
{
	return count_descriptors(node, true);
}

double live_node_cpu_s(const struct live_node *node)
{
	unsigned long long user = 0, system = 0;
	char path[64], line[1024];
	const char *behind;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)node->process);
	file = fopen(path, "r");
	if (!file || !fgets(line, sizeof line, file))
		live_fail("cannot read %s", path);
	fclose(file);
	/* Fields 14 and 15, proc(5); the second may hold anything and ends with ')'. */
	behind = strrchr(line, ')');
	if (!behind || sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
	                      &user, &system) != 2)
		live_fail("cannot understand %s", path);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static uint64_t byte_sum;

static int add_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)path;
	(void)place;
	if (kind == FTW_F)
		byte_sum += (uint64_t)facts->st_size;
	return 0;
}

uint64_t live_node_disk_bytes(const struct live_node *node)
{
	char path[300];

	snprintf(path, sizeof path, "%s/ledger", node->folder);
	byte_sum = 0;
	nftw(path, add_one, 16, FTW_PHYS);
	return byte_sum;
}
