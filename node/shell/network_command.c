#include "node/shell/network_command.h"

#include "chain/base/text.h"
#include "node/shell/command_line.h"
#include "node/shell/config.h"
#include "node/shell/file.h"
#include "node/shell/genesis_file.h"
#include "node/shell/init.h"
#include "node/shell/invitation.h"
#include "node/shell/keys.h"
#include "node/shell/layout.h"
#include "node/shell/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char USAGE[] =
	"usage: cairnd network create NAME --address HOST:PORT --account ADDRESS [--account ADDRESS]...\n"
	"                     [--open] [--data-dir DIR] [--listen ADDR:PORT] [--rpc-listen ADDR:PORT]\n"
	"           found a network, permissioned unless --open. --address is where the nodes of others\n"
	"           reach this one; --account whose network it is: of a wallet (cairn account list)\n"
	"       cairnd network invite [--data-dir DIR] [--address HOST:PORT]\n"
	"           print an invitation: one line, for whoever shall join\n"
	"       cairnd network join INVITATION | @FILE | -\n"
	"                     [--data-dir DIR] [--address HOST:PORT] [--listen ADDR:PORT]\n"
	"                     [--rpc-listen ADDR:PORT]\n"
	"           make keys and a node that follows the network. With --address others can reach it\n"
	"Without --data-dir: ~/.local/share/cairn/NAME, for invite ~/.local/share/cairn/cairn.\n";

/* What was asked for. */
struct request {
	const char *word; /* the name, or the invitation; NULL: none */
	const char *data_dir, *address, *listen, *rpc_listen;
	const char *owners[GROUP_MEMBERS_MAX];
	size_t owner_count;
	bool is_open;
	char data_dir_text[DATA_DIR_PATH_SIZE];
	char listen_text[ENDPOINT_TEXT_SIZE];
};

static int usage(const char *format, const char *what)
{
	fputs("cairnd: ", stderr);
	fprintf(stderr, format, what);
	fprintf(stderr, "\n%s", USAGE);
	return EXIT_USAGE;
}

static int give_up(const struct why *why)
{
	fprintf(stderr, "cairnd: %s\n", why->text);
	return NODE_EXIT_REFUSED;
}

/* -- Arguments ------------------------------------------------------------------- */

/* False: the argument at *at cannot be understood. */
static bool read_argument(struct request *request, int count, char **arguments, int *at)
{
	const char *argument = arguments[*at], *value;

	if ((value = command_value("--data-dir", count, arguments, at)))
		request->data_dir = value;
	else if ((value = command_value("--address", count, arguments, at)))
		request->address = value;
	else if ((value = command_value("--listen", count, arguments, at)))
		request->listen = value;
	else if ((value = command_value("--rpc-listen", count, arguments, at)))
		request->rpc_listen = value;
	else if ((value = command_value("--account", count, arguments, at)) &&
	         request->owner_count < GROUP_MEMBERS_MAX)
		request->owners[request->owner_count++] = value;
	else if (strcmp(argument, "--open") == 0)
		request->is_open = true;
	else if (!request->word && (argument[0] != '-' || argument[1] == '\0'))
		request->word = argument;
	else
		return false;
	return true;
}

static bool is_loopback(const struct endpoint *endpoint)
{
	return strncmp(endpoint->host, "127.", 4) == 0 || strcmp(endpoint->host, "::1") == 0 ||
	       strcmp(endpoint->host, "localhost") == 0;
}

static enum status read_address(struct endpoint *endpoint, const char *text, struct why *why)
{
	const char *wrong = endpoint_parse(endpoint, text_view(text));

	if (!wrong && endpoint->port == 0)
		wrong = "others need the number of a port";
	if (!wrong && strlen(text) > ADDRESS_SIZE_MAX)
		wrong = "it is too long";
	if (!wrong)
		return STATUS_OK;
	return why_say(why, STATUS_MALFORMED, "--address %.80s: %s", text, wrong);
}

/* Who is to be reached at an address listens on all of the machine's, at the port; on this
 * machine alone, just there. Who is not to be reached does not listen. */
static enum status choose_listen(struct request *request, struct why *why)
{
	struct endpoint endpoint = {0};
	enum status status;

	if (request->address) {
		status = read_address(&endpoint, request->address, why);
		if (status != STATUS_OK)
			return status;
	}
	if (request->listen)
		return STATUS_OK;
	request->listen = request->listen_text;
	if (!request->address)
		return STATUS_OK;
	if (!is_loopback(&endpoint)) {
		bool is_six = endpoint.kind == ENDPOINT_IPV6;

		endpoint.kind = is_six ? ENDPOINT_IPV6 : ENDPOINT_IPV4;
		snprintf(endpoint.host, sizeof endpoint.host, "%s", is_six ? "::" : "0.0.0.0");
	}
	endpoint_text(request->listen_text, &endpoint);
	return STATUS_OK;
}

static enum status choose_data_dir(struct request *request, const char *name,
                                   struct why *why)
{
	enum status status;

	if (request->data_dir)
		return STATUS_OK;
	status = data_dir_default(request->data_dir_text, name, why);
	request->data_dir = request->data_dir_text;
	return status;
}

static struct init_member member_of(const struct request *request)
{
	return (struct init_member){
		.data_dir = request->data_dir,
		.p2p_listen = request->listen,
		.rpc_listen = request->rpc_listen,
		.address = request->address,
	};
}

/* -- What is there --------------------------------------------------------------- */

/* The folder's own node id. A node may be running there: it is only read. */
static enum status read_node_id(struct node_id *id, const char *data_dir, struct why *why)
{
	struct data_dir dir = {.lock_file = -1};
	struct node_keys keys;
	enum status status;

	snprintf(dir.path, sizeof dir.path, "%s", data_dir);
	status = node_keys_load(&keys, &dir, why);
	if (status != STATUS_OK)
		return status;
	*id = keys.node_id;
	node_keys_close(&keys);
	return STATUS_OK;
}

static void print_node(const struct genesis *genesis, const struct hash *hash,
                       const struct node_id *id, const char *data_dir)
{
	char hash_text[HASH_HEX_SIZE], id_text[2 * COMPRESSED_KEY_SIZE + 1];

	hex_encode(hash_text, hash_view(hash));
	hex_encode(id_text, bytes_view(id->bytes, sizeof id->bytes));
	printf("network %s\ngenesis %s\nnode_id %s\ndata    %s\n", genesis->name, hash_text,
	       id_text, data_dir);
	if (genesis->peers == PEERS_PERMISSIONED)
		printf("admit   cairn node admit %s   # by a member of the network\n", id_text);
	printf("next    cairnd run --data-dir %s\n", data_dir);
}

/* -- create ---------------------------------------------------------------------- */

static int create(struct request *request)
{
	struct init_network network = {
		.name = request->word,
		.is_permissioned = !request->is_open,
		.owners = request->owners,
		.owner_count = request->owner_count,
	};
	struct init_member member;
	struct why why = {{0}};
	char hash_text[HASH_HEX_SIZE];
	struct hash hash;

	if (!request->word || !request->address || request->owner_count == 0)
		return usage("network create needs %s", "a name, --address and --account");
	if (choose_listen(request, &why) != STATUS_OK ||
	    choose_data_dir(request, request->word, &why) != STATUS_OK)
		return give_up(&why);
	member = member_of(request);
	member.is_validator = true;
	member.account = request->owners[0];
	if (node_init_network(&member, 1, &network, &hash, &why) != STATUS_OK)
		return give_up(&why);
	hex_encode(hash_text, hash_view(&hash));
	printf("network %s\ngenesis %s\ndata    %s\nnext    cairnd run --data-dir %s\n"
	       "invite  cairnd network invite --data-dir %s\n",
	       request->word, hash_text, request->data_dir, request->data_dir,
	       request->data_dir);
	return EXIT_SUCCESS;
}

/* -- invite ---------------------------------------------------------------------- */

static enum status read_config(struct config *config, const char *data_dir, struct why *why)
{
	char path[DATA_PATH_SIZE];
	struct buffer text;
	enum status status = config_init(config, why);

	snprintf(path, sizeof path, "%s/%s", data_dir, FILE_CONFIG);
	buffer_init(&text, CONFIG_SIZE_MAX);
	if (status == STATUS_OK)
		status = file_read(&text, path, why);
	if (status == STATUS_OK)
		status = config_read_file(config, path, buffer_view(&text), why);
	buffer_close(&text);
	return status;
}

/* Where this node is reached: what was said now, what the genesis says, or where it listens, if
 * that is a place. False: nowhere. */
static bool find_own_address(struct endpoint *endpoint, const struct request *request,
                             const struct genesis *genesis, const struct node_id *id,
                             const struct config *config)
{
	if (request->address)
		return endpoint_parse(endpoint, text_view(request->address)) == NULL;
	for (size_t i = 0; i < genesis->validators.count; i++)
		if (memcmp(&genesis->validator_node_ids[i], id, sizeof *id) == 0 &&
		    endpoint_parse(endpoint, text_view(genesis->validator_addresses[i])) == NULL)
			return true;
	return endpoint_parse(endpoint, text_view(config->p2p_listen)) == NULL &&
	       endpoint->port != 0 && !is_loopback(endpoint) &&
	       strcmp(endpoint->host, "0.0.0.0") != 0 && strcmp(endpoint->host, "::") != 0;
}

/* This node, and whom it is told to stay connected with. */
static enum status find_peers(struct invitation *invitation, const struct request *request,
                              const struct genesis *genesis, struct why *why)
{
	struct net_target *own = &invitation->peers[0];
	struct config config;
	enum status status = read_node_id(&own->id, request->data_dir, why);

	if (status != STATUS_OK)
		return status;
	status = read_config(&config, request->data_dir, why);
	if (status == STATUS_OK && find_own_address(&own->endpoint, request, genesis, &own->id,
	                                            &config))
		invitation->peer_count = 1;
	for (size_t i = 0; status == STATUS_OK && i < config.p2p_peers.count &&
	                   invitation->peer_count < INVITATION_PEERS_MAX;
	     i++)
		if (!net_target_parse(&invitation->peers[invitation->peer_count],
		                      text_view(config.p2p_peers.items[i])))
			invitation->peer_count++;
	config_close(&config);
	if (status == STATUS_OK && invitation->peer_count == 0)
		status = why_say(why, STATUS_MALFORMED,
		                 "nobody knows where this node is reached: say it with --address "
		                 "HOST:PORT");
	return status;
}

static enum status print_invitation(struct invitation *invitation,
                                    const struct request *request,
                                    const struct genesis *genesis, struct why *why)
{
	struct invitation back;
	struct buffer line, payload;
	enum status status = find_peers(invitation, request, genesis, why);

	if (status != STATUS_OK)
		return status;
	buffer_init(&line, INVITATION_TEXT_MAX);
	invitation_encode(&line, invitation);
	status = line.status;
	if (status != STATUS_OK)
		why_set(why, status, "make an invitation");
	else
		status = invitation_decode(&back, &payload, buffer_view(&line), why);
	if (status == STATUS_OK)
		printf("%.*s\n", (int)line.size, (const char *)line.at);
	if (line.status == STATUS_OK)
		buffer_close(&payload);
	buffer_close(&line);
	return status;
}

static int invite(struct request *request)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct invitation invitation = {0};
	char path[DATA_PATH_SIZE];
	struct endpoint endpoint;
	struct why why = {{0}};
	struct buffer bytes;
	enum status status;

	buffer_init(&bytes, GENESIS_SIZE_MAX);
	status = genesis ? choose_data_dir(request, NETWORK_NAME_DEFAULT, &why)
	                 : why_set(&why, STATUS_MEMORY, "make an invitation");
	if (status == STATUS_OK && request->address)
		status = read_address(&endpoint, request->address, &why);
	if (status == STATUS_OK) {
		snprintf(path, sizeof path, "%s/%s", request->data_dir, FILE_GENESIS);
		status = genesis_file_read(&bytes, path, &why);
	}
	if (status == STATUS_OK)
		status = genesis_decode(genesis, buffer_view(&bytes), &why);
	invitation.genesis = buffer_view(&bytes);
	if (status == STATUS_OK)
		status = print_invitation(&invitation, request, genesis, &why);
	if (status == STATUS_OK && genesis->peers == PEERS_PERMISSIONED)
		fprintf(stderr, "Who joins with it prints a node id: let that node in with "
		                "'cairn node admit NODE_ID'.\n");
	buffer_close(&bytes);
	memory_free(genesis);
	return status == STATUS_OK ? EXIT_SUCCESS : give_up(&why);
}

/* -- join ------------------------------------------------------------------------ */

static enum status read_input(struct buffer *text, struct why *why)
{
	uint8_t bytes[4096];
	ssize_t size;

	while ((size = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		buffer_append(text, bytes, (size_t)size);
	if (size < 0)
		return why_set(why, STATUS_STORAGE, "read the invitation from standard input");
	return text->status == STATUS_OK ? STATUS_OK
	                                 : why_set(why, text->status, "read the invitation");
}

/* The line itself, @ and a file's name, or - for standard input. */
static enum status read_invitation(struct buffer *text, const char *word, struct why *why)
{
	buffer_init(text, INVITATION_TEXT_MAX);
	if (strcmp(word, "-") == 0)
		return read_input(text, why);
	if (word[0] == '@')
		return file_read(text, word + 1, why);
	buffer_append_text(text, word);
	return text->status == STATUS_OK ? STATUS_OK
	                                 : why_set(why, text->status, "read the invitation");
}

/* node_id@host:port, with commas between. Ask list->status. */
static void list_peers(struct buffer *list, const struct invitation *invitation)
{
	for (size_t i = 0; i < invitation->peer_count; i++) {
		char id[2 * COMPRESSED_KEY_SIZE + 1], address[ENDPOINT_TEXT_SIZE];

		hex_encode(id, bytes_view(invitation->peers[i].id.bytes, COMPRESSED_KEY_SIZE));
		endpoint_text(address, &invitation->peers[i].endpoint);
		buffer_printf(list, "%s%s@%s", i > 0 ? "," : "", id, address);
	}
	buffer_append(list, "", 1);
}

static enum status follow(struct request *request, const struct invitation *invitation,
                          struct genesis *genesis, struct why *why)
{
	struct init_member member;
	struct node_id id;
	struct buffer peers;
	struct hash hash;
	enum status status = genesis_decode(genesis, invitation->genesis, why);

	if (status == STATUS_OK)
		status = choose_listen(request, why);
	if (status == STATUS_OK)
		status = choose_data_dir(request, genesis->name, why);
	if (status != STATUS_OK)
		return status;
	buffer_init(&peers, CONFIG_SIZE_MAX);
	list_peers(&peers, invitation);
	member = member_of(request);
	member.peers = (const char *)peers.at;
	status = peers.status == STATUS_OK
	             ? node_join(&member, invitation->genesis, &hash, why)
	             : why_set(why, peers.status, "join a network");
	if (status == STATUS_OK)
		status = read_node_id(&id, request->data_dir, why);
	if (status == STATUS_OK)
		print_node(genesis, &hash, &id, request->data_dir);
	buffer_close(&peers);
	return status;
}

static int join(struct request *request)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct invitation invitation;
	struct buffer text, payload;
	struct why why = {{0}};
	enum status status;

	if (!genesis)
		return give_up(&(struct why){"out of memory"});
	if (!request->word) {
		memory_free(genesis);
		return usage("network join needs %s", "an invitation");
	}
	buffer_init(&payload, 0);
	status = read_invitation(&text, request->word, &why);
	if (status == STATUS_OK)
		status = invitation_decode(&invitation, &payload, buffer_view(&text), &why);
	if (status == STATUS_OK)
		status = follow(request, &invitation, genesis, &why);
	buffer_close(&text);
	buffer_close(&payload);
	memory_free(genesis);
	return status == STATUS_OK ? EXIT_SUCCESS : give_up(&why);
}

/* -- Which ----------------------------------------------------------------------- */

int network_command(int count, char **arguments)
{
	const char *verb = count > 0 ? arguments[0] : "--help";
	struct request request = {0};

	for (int i = 0; i < count; i++)
		if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)
			verb = "--help";
	if (strcmp(verb, "--help") == 0) {
		fputs(USAGE, count > 0 ? stdout : stderr);
		return count > 0 ? EXIT_SUCCESS : EXIT_USAGE;
	}
	for (int i = 1; i < count; i++)
		if (!read_argument(&request, count, arguments, &i))
			return usage("cannot understand '%s'", arguments[i]);
	if (strcmp(verb, "create") == 0)
		return create(&request);
	if (strcmp(verb, "invite") == 0)
		return invite(&request);
	if (strcmp(verb, "join") == 0)
		return join(&request);
	return usage("there is no command 'network %s'", verb);
}
