/* Several real nodes on this machine. */
#include "tests/live/live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PORTS_PER_NODE = 10, FIRST_PORT = 20000, TRIES = 200 };

static bool is_free(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int probe = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;
	bool bound;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bound = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
	if (probe >= 0)
		close(probe);
	return bound;
}

/* Below those that the system gives out by itself. */
uint16_t live_free_ports(size_t count)
{
	unsigned start = (unsigned)getpid() * 101;

	for (unsigned i = 0; i < TRIES; i++) {
		unsigned port = FIRST_PORT + (start + i * 137) % 11000;
		size_t at = 0;

		while (at < count && is_free((uint16_t)(port + at * PORTS_PER_NODE)) &&
		       is_free((uint16_t)(port + at * PORTS_PER_NODE + 1)))
			at++;
		if (at == count)
			return (uint16_t)port;
	}
	live_fail("cannot find free ports");
}

static void run_command(const char *const *arguments)
{
	pid_t process = fork();
	int result;

	if (process == 0) {
		execv(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	if (process < 0 || waitpid(process, &result, 0) != process || !WIFEXITED(result) ||
	    WEXITSTATUS(result) != 0)
		live_fail("cairnd %s failed", arguments[1]);
}

static void prepare(const char *program, const char *folder, size_t validators,
                    size_t followers)
{
	char validator_text[16], follower_text[16], port_text[16];
	const char *const arguments[] = {
		program, "devnet",      validator_text, "--data-dir", folder,      "--followers",
		follower_text, "--base-port", port_text, "--prepare",  NULL};

	snprintf(validator_text, sizeof validator_text, "%zu", validators);
	snprintf(follower_text, sizeof follower_text, "%zu", followers);
	snprintf(port_text, sizeof port_text, "%u", live_free_ports(validators + followers));
	run_command(arguments);
}

void live_network_make(struct live_node *nodes, size_t validator_count,
                       size_t follower_count, const char *bin_folder, const char *parent)
{
	char pattern[64], program[4096];

	if (snprintf(pattern, sizeof pattern, "%s/cairn-net-XXXXXX", parent) >=
	    (int)sizeof pattern)
		live_fail("the path %s is too long", parent);
	if (!mkdtemp(pattern))
		live_fail("cannot make a folder in %s: %s", parent, strerror(errno));
	snprintf(program, sizeof program, "%s/cairnd", bin_folder);
	prepare(program, pattern, validator_count, follower_count);
	for (size_t i = 0; i < validator_count + follower_count; i++) {
		struct live_node *node = &nodes[i];

		memset(node, 0, sizeof *node);
		node->has_address = true;
		snprintf(node->program, sizeof node->program, "%s", program);
		snprintf(node->folder, sizeof node->folder, "%s/node%zu", pattern, i);
		snprintf(node->socket, sizeof node->socket, "%s/node%zu/rpc.sock", pattern, i);
		snprintf(node->log, sizeof node->log, "%s/log%zu", pattern, i);
	}
}

/* What stands between "genesis_b64":" and the next quote. */
static void save_genesis(const char *path, const struct live_node *running)
{
	static const char name[] = "\"genesis_b64\":\"";
	struct live_connection connection;
	const char *answer, *start;
	FILE *file = fopen(path, "w");

	live_connect(&connection, running);
	answer = live_call(&connection, "chain.get_genesis", "{}");
	start = answer ? strstr(answer, name) : NULL;
	if (!file || !start)
		live_fail("cannot get the genesis");
	start += sizeof name - 1;
	fprintf(file, "{\"genesis_b64\":\"%.*s\"}\n", (int)strcspn(start, "\""), start);
	fclose(file);
	live_disconnect(&connection);
}

void live_network_join(struct live_node *node, const struct live_node *running)
{
	live_network_join_as(node, running, "joined");
}

void live_network_join_as(struct live_node *node, const struct live_node *running,
                          const char *name)
{
	char parent[96], genesis[128], data_dir[96];
	const char *const arguments[] = {running->program, "join",  "--data-dir", data_dir,
	                                 "--genesis",      genesis, NULL};

	memset(node, 0, sizeof *node);
	snprintf(parent, sizeof parent, "%s", running->folder);
	*strrchr(parent, '/') = '\0';
	snprintf(data_dir, sizeof data_dir, "%.70s/%.16s", parent, name);
	snprintf(genesis, sizeof genesis, "%s/genesis.json", parent);
	snprintf(node->program, sizeof node->program, "%s", running->program);
	snprintf(node->folder, sizeof node->folder, "%s", data_dir);
	snprintf(node->socket, sizeof node->socket, "%.90s/rpc.sock", data_dir);
	snprintf(node->log, sizeof node->log, "%.80s/%.16s.log", parent, name);
	save_genesis(genesis, running);
	run_command(arguments);
}

void live_network_remove(struct live_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].process > 0)
			live_node_stop(&nodes[i]);
	live_node_remove(&nodes[0]);
}
