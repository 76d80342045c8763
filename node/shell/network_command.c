#include "node/shell/network_command.h"

#include "chain/base/text.h"
#include "node/shell/command_line.h"
#include "node/shell/command_table.h"
#include "node/shell/file.h"
#include "node/shell/keys.h"
#include "node/shell/network_inner.h"
#include "node/shell/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int network_usage(const char *format, const char *what)
{
	return node_command_misused("network", format, what);
}

int network_give_up(const struct why *why)
{
	fprintf(stderr, "cairnd: %s\n", why->text);
	return NODE_EXIT_REFUSED;
}

/* -- Arguments ------------------------------------------------------------------- */

/* False: the argument at *at cannot be understood. */
static bool read_argument(struct network_request *request, int count, char **arguments, int *at)
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
	else if ((value = command_value("--validator", count, arguments, at)) &&
	         request->application_count < VALIDATORS_MAX - 1)
		request->applications[request->application_count++] = value;
	else if (strcmp(argument, "--open") == 0)
		request->is_open = true;
	else if (!request->word && (argument[0] != '-' || argument[1] == '\0'))
		request->word = argument;
	else
		return false;
	return true;
}

void network_tell_reach(const struct endpoint *endpoint)
{
	char text[ENDPOINT_TEXT_SIZE];

	endpoint_text(text, endpoint);
	if (endpoint_scope(endpoint) == NET_LOOPBACK)
		fprintf(stderr,
		        "cairnd: %s is this machine alone: from another one nobody reaches the node "
		        "there\n",
		        text);
}

enum status network_read_address(struct endpoint *endpoint, const char *text, struct why *why)
{
	const char *wrong = endpoint_parse(endpoint, text_view(text));

	if (!wrong && endpoint->port == 0)
		wrong = "others need the number of a port";
	if (!wrong && strlen(text) > ADDRESS_SIZE_MAX)
		wrong = "it is too long";
	if (!wrong && endpoint_scope(endpoint) == NET_NEVER)
		wrong = "nobody can be reached there";
	if (!wrong)
		return STATUS_OK;
	return why_say(why, STATUS_MALFORMED, "--address %.80s: %s", text, wrong);
}

enum status network_choose_listen(struct network_request *request, struct why *why)
{
	struct endpoint endpoint = {0};
	enum status status;

	if (request->address) {
		status = network_read_address(&endpoint, request->address, why);
		if (status != STATUS_OK)
			return status;
		network_tell_reach(&endpoint);
	}
	if (request->listen)
		return STATUS_OK;
	request->listen = request->listen_text;
	if (!request->address)
		return STATUS_OK;
	if (endpoint_scope(&endpoint) != NET_LOOPBACK) {
		bool is_six = endpoint.kind == ENDPOINT_IPV6;

		endpoint.kind = is_six ? ENDPOINT_IPV6 : ENDPOINT_IPV4;
		snprintf(endpoint.host, sizeof endpoint.host, "%s", is_six ? "::" : "0.0.0.0");
	}
	endpoint_text(request->listen_text, &endpoint);
	return STATUS_OK;
}

enum status network_choose_data_dir(struct network_request *request, const char *name,
                                   struct why *why)
{
	enum status status;

	if (request->data_dir)
		return STATUS_OK;
	status = data_dir_default(request->data_dir_text, name, why);
	request->data_dir = request->data_dir_text;
	return status;
}

struct init_member network_member_of(const struct network_request *request)
{
	return (struct init_member){
		.data_dir = request->data_dir,
		.p2p_listen = request->listen,
		.rpc_listen = request->rpc_listen,
		.address = request->address,
	};
}

/* -- What is there --------------------------------------------------------------- */

static enum status read_input(struct buffer *text, struct why *why)
{
	uint8_t bytes[4096];
	ssize_t size;

	while ((size = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		buffer_append(text, bytes, (size_t)size);
	if (size < 0)
		return why_set(why, STATUS_STORAGE, "read standard input");
	return text->status == STATUS_OK ? STATUS_OK
	                                 : why_set(why, text->status, "read standard input");
}

enum status network_read_text(struct buffer *text, const char *word, size_t size_max,
                              struct why *why)
{
	buffer_init(text, size_max);
	if (strcmp(word, "-") == 0)
		return read_input(text, why);
	if (word[0] == '@')
		return file_read(text, word + 1, why);
	buffer_append_text(text, word);
	return text->status == STATUS_OK ? STATUS_OK
	                                 : why_set(why, text->status, "read '%.40s'", word);
}

/* -- Which ----------------------------------------------------------------------- */

static int network_help(void)
{
	struct buffer text;

	buffer_init(&text, NODE_COMMAND_TEXT_MAX);
	node_command_put_help(&text, "network");
	if (text.status == STATUS_OK)
		fwrite(text.at, 1, text.size, stdout);
	buffer_close(&text);
	return EXIT_SUCCESS;
}

int network_command(int count, char **arguments)
{
	const char *verb = count > 0 ? arguments[0] : "--help";
	struct network_request request = {0};

	for (int i = 0; i < count; i++)
		if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)
			verb = "--help";
	if (strcmp(verb, "--help") == 0)
		return count > 0 ? network_help() : network_usage("network %s", "needs another word");
	for (int i = 1; i < count; i++)
		if (!read_argument(&request, count, arguments, &i))
			return network_usage("cannot understand '%s'", arguments[i]);
	if (strcmp(verb, "create") == 0)
		return network_create(&request);
	if (strcmp(verb, "apply") == 0)
		return network_apply(&request);
	if (strcmp(verb, "invite") == 0)
		return network_invite(&request);
	if (strcmp(verb, "join") == 0)
		return network_join(&request);
	return network_usage("there is no command 'network %s'", verb);
}
