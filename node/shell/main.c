/* cairnd: the node. */
#include "chain/base/text.h"
#include "node/audit/command.h"
#include "node/shell/allow_votes.h"
#include "node/shell/command_line.h"
#include "node/shell/command_table.h"
#include "node/shell/compact.h"
#include "node/shell/config.h"
#include "node/shell/devnet.h"
#include "node/shell/genesis_file.h"
#include "node/shell/init.h"
#include "node/shell/network_command.h"
#include "node/shell/node.h"
#include "rpc/api/nearest.h"

#include "chain/crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static bool asks_for_help(int count, char **arguments)
{
	for (int i = 0; i < count; i++)
		if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)
			return true;
	return false;
}

static int refuse_start(const struct why *why)
{
	fprintf(stderr, "cairnd: %s\n", why->text);
	return NODE_EXIT_REFUSED;
}

static int init(const char *data_dir, const char *network, const char *account)
{
	char path[DATA_DIR_PATH_SIZE];
	struct why why = {{0}};
	char text[HASH_HEX_SIZE];
	struct hash genesis;

	if (!data_dir) {
		if (data_dir_default(path, network, &why) != STATUS_OK)
			return refuse_start(&why);
		data_dir = path;
	}
	if (node_init(data_dir, network, account, &genesis, &why) != STATUS_OK)
		return refuse_start(&why);
	hex_encode(text, hash_view(&genesis));
	printf("network %s\ngenesis %s\ndata    %s\nnext    cairnd run --data-dir %s\n", network,
	       text, data_dir, data_dir);
	return EXIT_SUCCESS;
}

static int command_init(int count, char **arguments)
{
	const char *data_dir = NULL, *network = NETWORK_NAME_DEFAULT, *account = NULL;

	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i], *value;

		if ((value = command_value("--data-dir", count, arguments, &i)))
			data_dir = value;
		else if ((value = command_value("--network", count, arguments, &i)))
			network = value;
		else if ((value = command_value("--account", count, arguments, &i)))
			account = value;
		else
			return node_command_misused("init", "cannot understand '%s'", argument);
	}
	return init(data_dir, network, account);
}

/* "EPOCH:VIEW". */
static bool read_position(const char *text, uint64_t *epoch, uint64_t *view)
{
	const char *colon = strchr(text, ':');
	struct bytes_view first = text_view(text);

	if (!colon)
		return false;
	first.size = (size_t)(colon - text);
	return decimal_decode(epoch, first) && decimal_decode(view, text_view(colon + 1));
}

static int command_allow_votes(int count, char **arguments)
{
	const char *data_dir = NULL, *above = NULL;
	struct why why = {{0}};
	uint64_t epoch, view;

	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i], *value;

		if ((value = command_value("--data-dir", count, arguments, &i)))
			data_dir = value;
		else if ((value = command_value("--above", count, arguments, &i)))
			above = value;
		else
			return node_command_misused("allow-votes", "cannot understand '%s'", argument);
	}
	if (!data_dir || !above)
		return node_command_misused("allow-votes", "allow-votes needs %s",
		                            "--data-dir and --above");
	if (!read_position(above, &epoch, &view))
		return node_command_misused("allow-votes", "--above is EPOCH:VIEW, not '%s'", above);
	if (allow_votes(data_dir, epoch, view, &why) != STATUS_OK)
		return refuse_start(&why);
	printf("votes above view %s of epoch %.*s are allowed\n", strchr(above, ':') + 1,
	       (int)(strchr(above, ':') - above), above);
	return EXIT_SUCCESS;
}

static int join(const struct init_member *member, const char *path)
{
	struct why why = {{0}};
	char text[HASH_HEX_SIZE];
	struct buffer genesis;
	struct hash hash;
	enum status status = genesis_file_read(&genesis, path, &why);

	if (status == STATUS_OK)
		status = node_join(member, buffer_view(&genesis), &hash, &why);
	buffer_close(&genesis);
	if (status != STATUS_OK)
		return refuse_start(&why);
	hex_encode(text, hash_view(&hash));
	printf("genesis %s\ndata    %s\nnext    cairnd run --data-dir %s\n", text,
	       member->data_dir, member->data_dir);
	return EXIT_SUCCESS;
}

static int command_join(int count, char **arguments)
{
	struct init_member member = {0};
	const char *genesis = NULL;

	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i], *value;

		if ((value = command_value("--data-dir", count, arguments, &i)))
			member.data_dir = value;
		else if ((value = command_value("--genesis", count, arguments, &i)))
			genesis = value;
		else if ((value = command_value("--peers", count, arguments, &i)))
			member.peers = value;
		else
			return node_command_misused("join", "cannot understand '%s'", argument);
	}
	if (!member.data_dir || !genesis)
		return node_command_misused("join", "join needs %s", "--data-dir and --genesis");
	return join(&member, genesis);
}

static bool read_number(uint64_t *number, const char *text, uint64_t low, uint64_t high)
{
	return decimal_decode(number, text_view(text)) && *number >= low && *number <= high;
}

/* False: one of the arguments cannot be understood, the one at *at. */
static bool read_devnet(struct devnet *devnet, int count, char **arguments, int *at)
{
	uint64_t number;

	for (; *at < count; ++*at) {
		const char *argument = arguments[*at], *value;

		if ((value = command_value("--data-dir", count, arguments, at)))
			devnet->folder = value;
		else if ((value = command_value("--base-port", count, arguments, at)) &&
		         read_number(&number, value, 1, UINT16_MAX))
			devnet->base_port = (uint16_t)number;
		else if ((value = command_value("--followers", count, arguments, at)) &&
		         read_number(&number, value, 0, DEVNET_NODES_MAX))
			devnet->follower_count = (size_t)number;
		else if (strcmp(argument, "--prepare") == 0)
			devnet->only_prepare = true;
		else if (devnet->validator_count == 0 &&
		         read_number(&number, argument, 1, DEVNET_NODES_MAX))
			devnet->validator_count = (size_t)number;
		else
			return false;
	}
	return true;
}

static int command_audit(int count, char **arguments)
{
	struct audit_command command = {0};
	char path[DATA_DIR_PATH_SIZE];
	struct why why = {{0}};
	uint64_t number;

	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i], *value;

		if ((value = command_value("--data-dir", count, arguments, &i)))
			command.data_dir = value;
		else if ((value = command_value("--scratch", count, arguments, &i)))
			command.scratch = value;
		else if ((value = command_value("--threads", count, arguments, &i)) &&
		         read_number(&number, value, 1, AUDIT_THREADS_MAX))
			command.thread_count = (size_t)number;
		else
			return node_command_misused("audit", "cannot understand '%s'", argument);
	}
	if (!command.data_dir) {
		if (data_dir_default(path, NETWORK_NAME_DEFAULT, &why) != STATUS_OK)
			return refuse_start(&why);
		command.data_dir = path;
	}
	return node_audit(&command);
}

static int command_devnet(const char *program, int count, char **arguments)
{
	struct devnet devnet = {.program = program, .base_port = DEVNET_BASE_PORT};
	int at = 0;

	if (!read_devnet(&devnet, count, arguments, &at))
		return node_command_misused("devnet", "cannot understand '%s'",
		                            arguments[at < count ? at : count - 1]);
	if (devnet.validator_count == 0 || !devnet.folder || !*devnet.folder ||
	    devnet.validator_count + devnet.follower_count > DEVNET_NODES_MAX)
		return node_command_misused("devnet", "devnet takes %s",
		                            "the number of validators, at most 128 nodes in all, and "
		                            "--data-dir");
	return devnet_run(&devnet);
}

static int with_config(const char *command, int count, char **arguments, char **environment,
                       int (*function)(const struct config *config, const char *data_dir))
{
	char data_dir[DATA_DIR_PATH_SIZE];
	struct why why = {{0}};
	struct config config;
	int result;

	if (config_check_flags(count, arguments, &why) != STATUS_OK)
		return node_command_misused(command, "%s", why.text);
	if (config_load(&config, count, arguments, environment, &why) != STATUS_OK)
		return refuse_start(&why);
	if (config_data_dir(data_dir, &config, &why) == STATUS_OK)
		result = function(&config, data_dir);
	else
		result = refuse_start(&why);
	config_close(&config);
	return result;
}

static int print_config(const struct config *config, const char *data_dir)
{
	struct buffer text;

	(void)data_dir;
	buffer_init(&text, CONFIG_SIZE_MAX);
	config_print(&text, config);
	fwrite(text.at, 1, text.size, stdout);
	buffer_close(&text);
	return EXIT_SUCCESS;
}

static int print_id(const struct config *config, const char *data_dir)
{
	struct data_dir dir;
	struct node_keys keys;
	struct why why = {{0}};
	char text[2 * COMPRESSED_KEY_SIZE + 1];

	(void)config;
	/* Only read: a node may be running there. */
	dir.lock_file = -1;
	snprintf(dir.path, sizeof dir.path, "%s", data_dir);
	if (node_keys_load(&keys, &dir, &why) != STATUS_OK)
		return refuse_start(&why);
	hex_encode(text, bytes_view(keys.node_id.bytes, sizeof keys.node_id.bytes));
	printf("node_id    %s\n", text);
	hex_encode(text, bytes_view(keys.vote.public_key.bytes, PUBLIC_KEY_SIZE));
	printf("vote_key   %s\n", text);
	hex_encode(text, hash_view(&keys.cosign_key));
	printf("cosign_key %s\n", text);
	node_keys_close(&keys);
	return EXIT_SUCCESS;
}

/* -- Help ------------------------------------------------------------------------------------ */

/* "network" stands for all that begin with it. */
static bool is_command(const char *name)
{
	return node_command_find(name) || strcmp(name, "network") == 0;
}

static int no_such_command(const char *name)
{
	struct nearest nearest = nearest_to(name);

	nearest_offer(&nearest, "network");
	for (size_t i = 0; i < node_command_count(); i++)
		nearest_offer(&nearest, node_command_at(i)->name);
	if (!nearest_word(&nearest))
		return node_command_misused(NULL, "there is no command '%.60s'", name);
	fprintf(stderr, "cairnd: there is no command '%.60s'; the nearest is '%s'\n", name,
	        nearest_word(&nearest));
	return EXIT_USAGE;
}

static int print_text(struct buffer *text)
{
	bool is_whole = text->status == STATUS_OK &&
	                fwrite(text->at, 1, text->size, stdout) == text->size && fflush(stdout) == 0;

	buffer_close(text);
	return is_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* `name` may be NULL. */
static int print_help(const char *name)
{
	struct buffer text;

	if (name && !is_command(name))
		return no_such_command(name);
	buffer_init(&text, NODE_COMMAND_TEXT_MAX);
	if (name)
		node_command_put_help(&text, name);
	else
		node_command_put_overview(&text);
	return print_text(&text);
}

static int command_help(int count, char **arguments)
{
	char name[64] = "";
	const char *shell;
	struct buffer text;
	int at = 0;

	if (count == 0)
		return print_help(NULL);
	buffer_init(&text, NODE_COMMAND_TEXT_MAX);
	if (asks_for_help(count, arguments))
		return print_help("help");
	if (strcmp(arguments[0], "--man") == 0) {
		node_command_put_manual(&text);
		return print_text(&text);
	}
	if ((shell = command_value("--completion", count, arguments, &at)))
		return node_command_put_completion(&text, shell)
		           ? print_text(&text)
		           : node_command_misused("help", "no completion is known for '%.40s'", shell);
	/* "network join" is a name of two words. */
	snprintf(name, sizeof name, "%.30s%s%.30s", arguments[0], count > 1 ? " " : "",
	         count > 1 ? arguments[1] : "");
	return print_help(name);
}

/* -- Which ----------------------------------------------------------------------------------- */

static int run_command(const char *program, int count, char **arguments, char **environment)
{
	const char *command = arguments[-1];

	if (strcmp(command, "init") == 0)
		return command_init(count, arguments);
	if (strcmp(command, "run") == 0)
		return with_config(command, count, arguments, environment, node_run);
	if (strcmp(command, "devnet") == 0)
		return command_devnet(program, count, arguments);
	if (strcmp(command, "join") == 0)
		return command_join(count, arguments);
	if (strcmp(command, "id") == 0)
		return with_config(command, count, arguments, environment, print_id);
	if (strcmp(command, "config") == 0)
		return with_config(command, count, arguments, environment, print_config);
	if (strcmp(command, "compact") == 0)
		return with_config(command, count, arguments, environment, node_compact);
	if (strcmp(command, "audit") == 0)
		return command_audit(count, arguments);
	if (strcmp(command, "allow-votes") == 0)
		return command_allow_votes(count, arguments);
	if (strcmp(command, "version") == 0 || strcmp(command, "--version") == 0) {
		printf("cairnd %s\n", CAIRN_VERSION);
		return EXIT_SUCCESS;
	}
	return no_such_command(command);
}

int main(int argc, char **argv, char **environment)
{
	const char *command = argc > 1 ? argv[1] : NULL;

	/* Files are the node's alone, and no core dump or debugger of others sees the keys. */
	umask(0077);
	prctl(PR_SET_DUMPABLE, 0);
	if (!command)
		return node_command_misused(NULL, "%s", "a command is missing");
	if (strcmp(command, "help") == 0)
		return command_help(argc - 2, argv + 2);
	if (strcmp(command, "network") == 0)
		return network_command(argc - 2, argv + 2);
	if (asks_for_help(argc - 1, argv + 1))
		return print_help(command[0] == '-' ? NULL : command);
	return run_command(argv[0], argc - 2, argv + 2, environment);
}
