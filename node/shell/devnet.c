#include "node/shell/devnet.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/clock.h"
#include "node/shell/data_dir.h"
#include "node/shell/devnet_meet.h"
#include "node/shell/devnet_wallet.h"
#include "node/shell/init.h"
#include "node/shell/layout.h"
#include "wallet-cli/keystore/keystore.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/* What the path of a Unix socket has room for, without the socket's name. */
	NODE_PATH_SIZE = sizeof((struct sockaddr_un *)0)->sun_path - (sizeof "/" FILE_SOCKET - 1),
	LISTEN_SIZE = 32,
	PORTS_PER_NODE = 10,
	READY_MS = 60000,
	AWAIT_MS = 20, /* between two questions */
	NODE_LOG_NAME_SIZE = 24,
	LAST_LINE_SIZE = 2048,
};

#define FILE_LOG "log"

struct devnet_node {
	char folder[NODE_PATH_SIZE];
	char p2p_listen[LISTEN_SIZE];
	char rpc_listen[LISTEN_SIZE];
	pid_t process; /* 0: it does not run */
};

static size_t count_nodes(const struct devnet *devnet)
{
	return devnet->validator_count + devnet->follower_count;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "cairnd: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* -- Folders -------------------------------------------------------------------------------- */

static bool name_nodes(struct devnet_node *nodes, const struct devnet *devnet)
{
	for (size_t i = 0; i < count_nodes(devnet); i++) {
		unsigned port = devnet->base_port + (unsigned)(PORTS_PER_NODE * i);
		int size = snprintf(nodes[i].folder, NODE_PATH_SIZE, "%s/node%zu", devnet->folder, i);

		if (port + 1 > UINT16_MAX || size >= NODE_PATH_SIZE)
			return false;
		snprintf(nodes[i].p2p_listen, LISTEN_SIZE, "127.0.0.1:%u", port);
		snprintf(nodes[i].rpc_listen, LISTEN_SIZE, "127.0.0.1:%u", port + 1);
	}
	return true;
}

/* How many nodes the network has that is there already; 0: there is none. */
static size_t count_made(const struct devnet *devnet)
{
	char path[NODE_PATH_SIZE + NODE_LOG_NAME_SIZE];
	struct stat facts;
	size_t count = 0;

	do
		snprintf(path, sizeof path, "%s/node%zu", devnet->folder, count);
	while (stat(path, &facts) == 0 && ++count <= DEVNET_NODES_MAX);
	return count;
}

/* Some of its validators alone would decide nothing. */
static int refuse_another(const struct devnet *devnet, size_t made)
{
	fprintf(stderr,
	        "cairnd: there is a network of %zu nodes in %s already, and not of %zu: say so many, or "
	        "name another folder\n",
	        made, devnet->folder, count_nodes(devnet));
	return EXIT_FAILURE;
}

/* The wallet's account alone is the root group. */
static int prepare(const struct devnet_node *nodes, const struct devnet *devnet,
                   const char *owner)
{
	struct init_member members[DEVNET_NODES_MAX];
	char text[HASH_HEX_SIZE];
	struct why why = {{0}};
	struct hash genesis;

	for (size_t i = 0; i < count_nodes(devnet); i++)
		members[i] = (struct init_member){
			.data_dir = nodes[i].folder,
			.is_validator = i < devnet->validator_count,
			.p2p_listen = nodes[i].p2p_listen,
			.rpc_listen = nodes[i].rpc_listen,
		};
	if (node_init_network(members, count_nodes(devnet),
	                      &(struct init_network){
							  .name = "devnet", .owners = &owner, .owner_count = 1},
	                      &genesis, &why) != STATUS_OK)
		return fail("make the network", why.text);
	hex_encode(text, hash_view(&genesis));
	printf("network devnet\ngenesis %s\nowner   %s\n", text, owner);
	return EXIT_SUCCESS;
}

/* What is missing of the wallet and the network. */
static int make(const struct devnet_node *nodes, const struct devnet *devnet, bool *is_new)
{
	char owner[ADDRESS_TEXT_SIZE];
	struct why why = {{0}};
	size_t made = count_made(devnet);
	int result = EXIT_SUCCESS;
	enum status status;

	if (made != 0 && made != count_nodes(devnet))
		return refuse_another(devnet, made);
	*is_new = made == 0;
	status = devnet_wallet_open(owner, devnet->folder, &why);
	if (status == STATUS_OK && *is_new)
		result = prepare(nodes, devnet, owner);
	for (size_t i = 0; i < count_nodes(devnet); i++)
		if (status == STATUS_OK && result == EXIT_SUCCESS)
			status = devnet_wallet_link(nodes[i].folder, &why);
	return status == STATUS_OK ? result : fail("make the wallet", why.text);
}

/* -- Processes -------------------------------------------------------------------------------- */

static bool start(struct devnet_node *node, const struct devnet *devnet)
{
	const char *const arguments[] = {devnet->program, "run", "--data-dir", node->folder,
	                                 NULL};
	char log[NODE_PATH_SIZE + NODE_LOG_NAME_SIZE];
	sigset_t none;

	snprintf(log, sizeof log, "%s/%s", node->folder, FILE_LOG);
	node->process = fork();
	if (node->process == 0) {
		int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

		/* Whatever becomes of us, no node is left behind. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(file, STDOUT_FILENO);
		dup2(file, STDERR_FILENO);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(devnet->program, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	return node->process > 0;
}

static struct devnet_node *find(struct devnet_node *nodes, size_t count, pid_t process)
{
	for (size_t i = 0; i < count; i++)
		if (process > 0 && nodes[i].process == process)
			return &nodes[i];
	return NULL;
}

/* One that has ended by itself, or NULL. */
static struct devnet_node *ended(struct devnet_node *nodes, size_t count)
{
	struct devnet_node *node = find(nodes, count, waitpid(-1, NULL, WNOHANG));

	if (node)
		node->process = 0;
	return node;
}

/* A signal that came meanwhile; 0: none did in so long. */
static int wait_signal(const sigset_t *signals, long milliseconds)
{
	struct timespec time = {.tv_sec = milliseconds / 1000,
	                        .tv_nsec = milliseconds % 1000 * 1000000};
	int signal = sigtimedwait(signals, NULL, &time);

	return signal > 0 ? signal : 0;
}

static bool is_stop(int signal)
{
	return signal == SIGINT || signal == SIGTERM;
}

/* What it said last, which is why; empty where that cannot be read. */
static void read_last_line(char *line, size_t size, const struct devnet_node *node)
{
	char path[NODE_PATH_SIZE + NODE_LOG_NAME_SIZE], next[LAST_LINE_SIZE];
	FILE *log;

	line[0] = '\0';
	snprintf(path, sizeof path, "%s/%s", node->folder, FILE_LOG);
	log = fopen(path, "re");
	if (!log)
		return;
	while (fgets(next, sizeof next, log))
		snprintf(line, size, "%s", next);
	fclose(log);
}

static int say_ended(const struct devnet_node *node)
{
	char line[LAST_LINE_SIZE];

	read_last_line(line, sizeof line, node);
	fprintf(stderr, "cairnd: the node in %s ended: see its %s\n%s", node->folder, FILE_LOG, line);
	return EXIT_FAILURE;
}

static bool is_any_running(const struct devnet_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].process > 0)
			return true;
	return false;
}

/* A node ended, or the time is up; else a while has passed, or *is_told is set. */
static int await_a_while(struct devnet_node *nodes, size_t count, const sigset_t *signals,
                         bool *is_told)
{
	const struct devnet_node *gone = ended(nodes, count);

	if (gone)
		return say_ended(gone);
	*is_told = is_stop(wait_signal(signals, AWAIT_MS));
	return EXIT_SUCCESS;
}

/* Each answers programs. */
static int await_answers(struct devnet_node *nodes, struct devnet_member *members, size_t count,
                         const sigset_t *signals, bool *is_told)
{
	uint64_t until_ms = clock_monotonic_ms() + READY_MS;
	int result = EXIT_SUCCESS;

	for (size_t i = 0; i < count && !*is_told && result == EXIT_SUCCESS;) {
		if (devnet_member_answers(&members[i]))
			i++;
		else if (clock_monotonic_ms() > until_ms)
			return fail(nodes[i].folder, "the node is not ready after a minute");
		else
			result = await_a_while(nodes, count, signals, is_told);
	}
	return result;
}

/* They are connected as they should be. That some are not may be what a person wants, who has
 * banned one at another: it is said, and the network goes on. */
static int await_meeting(struct devnet_node *nodes, const struct devnet_member *members,
                         size_t count, const sigset_t *signals, bool *is_told)
{
	uint64_t until_ms = clock_monotonic_ms() + READY_MS;
	int result = EXIT_SUCCESS;

	for (size_t i = 0; i < count && !*is_told && result == EXIT_SUCCESS;) {
		size_t other = devnet_member_lacks(members, count, i);

		if (other == count) {
			i++;
		} else if (clock_monotonic_ms() > until_ms) {
			fprintf(stderr, "cairnd: %s is not connected with %s after a minute\n",
			        nodes[i].folder, nodes[other].folder);
			i++;
		} else {
			result = await_a_while(nodes, count, signals, is_told);
		}
	}
	return result;
}

static int await_ready(struct devnet_node *nodes, size_t count, const sigset_t *signals,
                       bool *is_told)
{
	struct devnet_member *members = memory_new(count * sizeof *members);
	struct why why = {{0}};
	enum status status = members ? STATUS_OK : STATUS_MEMORY;
	int result;

	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = devnet_member_init(&members[i], nodes[i].folder, &why);
	result = status == STATUS_OK
	             ? await_answers(nodes, members, count, signals, is_told)
	             : fail("see whether the nodes are ready", members ? why.text : "out of memory");
	if (result == EXIT_SUCCESS && !*is_told)
		result = await_meeting(nodes, members, count, signals, is_told);
	memory_free(members);
	return result;
}

/* As a shell reads it as one word. */
static void print_word(const char *word)
{
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                      "%+,-./:=@_")] == '\0') {
		fputs(word, stdout);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, stdout);
	putchar('\'');
}

/* The wallet's program: beside this one if it was called by its path. */
static const char *find_cairn(char path[PATH_MAX], const char *program)
{
	char *slash;

	if (!strchr(program, '/') || !realpath(program, path))
		return "cairn";
	slash = strrchr(path, '/');
	snprintf(slash + 1, (size_t)(path + PATH_MAX - slash - 1), "cairn");
	return access(path, X_OK) == 0 ? path : "cairn";
}

/* Lines that work when they are copied, whatever folder the other terminal is in. */
static void say_what_to_type(const struct devnet *devnet, bool is_new)
{
	static const char *const of_new[] = {
		"stream create notes",
		"record add notes 'the first note' --key first",
		"record history notes first",
	};
	static const char *const of_old[] = {"chain head", "stream list", "param list"};
	char folder[PATH_MAX], path[PATH_MAX];
	const char *cairn = find_cairn(path, devnet->program);

	if (!realpath(devnet->folder, folder))
		snprintf(folder, sizeof folder, "%s", devnet->folder);
	printf("try       in another terminal:\n");
	for (size_t i = 0; i < sizeof of_new / sizeof *of_new; i++) {
		printf("          ");
		print_word(cairn);
		printf(" --data-dir ");
		print_word(folder);
		printf(" %s\n", is_new ? of_new[i] : of_old[i]);
	}
}

static void say_ready(const struct devnet_node *nodes, const struct devnet *devnet,
                      bool is_new)
{
	for (size_t i = 0; i < count_nodes(devnet); i++)
		printf("node%-4zu %s  peers %s  rpc http://%s  %s\n", i,
		       i < devnet->validator_count ? "validator" : "follower ", nodes[i].p2p_listen,
		       nodes[i].rpc_listen, nodes[i].folder);
	printf("wallet    %s/" WALLETS_FOLDER "/" WALLET_NAME_DEFAULT ".wallet\n", devnet->folder);
	say_what_to_type(devnet, is_new);
	printf("ready     stop with Ctrl-C\n");
	fflush(stdout);
}

static void stop_all(struct devnet_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].process > 0)
			kill(nodes[i].process, SIGTERM);
	for (size_t i = 0; i < count; i++)
		while (nodes[i].process > 0 && waitpid(nodes[i].process, NULL, 0) < 0 &&
		       errno == EINTR)
			continue;
}

static int watch(struct devnet_node *nodes, const struct devnet *devnet, bool is_new,
                 const sigset_t *signals)
{
	size_t count = count_nodes(devnet);
	bool is_told = false;
	int result = EXIT_SUCCESS;

	for (size_t i = 0; i < count && result == EXIT_SUCCESS; i++)
		if (!start(&nodes[i], devnet))
			result = fail("start a node", strerror(errno));
	if (result == EXIT_SUCCESS)
		result = await_ready(nodes, count, signals, &is_told);
	if (result == EXIT_SUCCESS && !is_told)
		say_ready(nodes, devnet, is_new);
	while (result == EXIT_SUCCESS && !is_told) {
		const struct devnet_node *gone = ended(nodes, count);

		if (!gone) {
			is_told = is_stop(wait_signal(signals, 1000));
			continue;
		}
		/* The others go on: that they do is what such a network is tried for. */
		result = say_ended(gone);
		if (!is_any_running(nodes, count))
			break;
		fprintf(stderr, "cairnd: the others go on; again: cairnd run --data-dir %s\n",
		        gone->folder);
		result = EXIT_SUCCESS;
	}
	stop_all(nodes, count);
	/* A terminal shows ^C on this line. */
	if (is_told)
		printf("\nstopped   it goes on where it was with the same command\n");
	return result;
}

int devnet_run(const struct devnet *devnet)
{
	struct devnet_node *nodes = memory_new(count_nodes(devnet) * sizeof *nodes);
	int result = EXIT_SUCCESS;
	bool is_new = false;
	sigset_t signals;

	if (!nodes)
		return fail("devnet", "out of memory");
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (!name_nodes(nodes, devnet))
		result = fail("devnet", "the folder's name is too long, or the ports are too high");
	else
		result = make(nodes, devnet, &is_new);
	if (result == EXIT_SUCCESS && !devnet->only_prepare)
		result = watch(nodes, devnet, is_new, &signals);
	memory_free(nodes);
	return result;
}
