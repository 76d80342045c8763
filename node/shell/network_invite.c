/* cairnd network invite. */
#include "node/shell/config.h"
#include "node/shell/file.h"
#include "node/shell/genesis_file.h"
#include "node/shell/invitation.h"
#include "node/shell/keys.h"
#include "node/shell/layout.h"
#include "node/shell/network_inner.h"

#include "chain/ledger/genesis.h"

#include <stdio.h>
#include <stdlib.h>

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

static enum status read_external(struct endpoint *endpoint, const char *text, struct why *why)
{
	const char *wrong = endpoint_parse(endpoint, text_view(text));

	if (!wrong && endpoint_scope(endpoint) == NET_NEVER)
		wrong = "nobody can be reached there";
	if (!wrong)
		return STATUS_OK;
	return why_say(why, STATUS_MALFORMED, "p2p.external: '%.80s': %s", text, wrong);
}

/* Where this node is reached: what was said now, what its settings tell others, what the genesis
 * says, or where it listens, if that is a place. *is_known is false: nowhere. */
static enum status find_own_address(struct endpoint *endpoint, bool *is_known,
                                    const struct network_request *request,
                                    const struct genesis *genesis, const struct node_id *id,
                                    const struct config *config, struct why *why)
{
	*is_known = true;
	if (request->address)
		return network_read_address(endpoint, request->address, why);
	if (config->p2p_external.count > 0)
		return read_external(endpoint, config->p2p_external.items[0], why);
	for (size_t i = 0; i < genesis->validators.count; i++)
		if (memcmp(&genesis->validator_node_ids[i], id, sizeof *id) == 0 &&
		    endpoint_parse(endpoint, text_view(genesis->validator_addresses[i])) == NULL)
			return STATUS_OK;
	*is_known = endpoint_parse(endpoint, text_view(config->p2p_listen)) == NULL &&
	            endpoint_scope(endpoint) > NET_LOOPBACK;
	return STATUS_OK;
}

/* This node, and whom it is told to stay connected with. */
static enum status find_peers(struct invitation *invitation, const struct network_request *request,
                              const struct genesis *genesis, struct why *why)
{
	struct net_target *own = &invitation->peers[0];
	struct config config;
	bool is_known = false;
	enum status status = node_keys_read_id(&own->id, request->data_dir, why);

	if (status != STATUS_OK)
		return status;
	status = read_config(&config, request->data_dir, why);
	if (status == STATUS_OK)
		status = find_own_address(&own->endpoint, &is_known, request, genesis, &own->id,
		                          &config, why);
	if (status == STATUS_OK && is_known) {
		network_tell_reach(&own->endpoint);
		invitation->peer_count = 1;
	}
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
		                 "HOST:PORT, or in its settings with p2p.external");
	return status;
}

static enum status print_invitation(struct invitation *invitation,
                                    const struct network_request *request,
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

int network_invite(struct network_request *request)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct invitation invitation = {0};
	char path[DATA_PATH_SIZE];
	struct endpoint endpoint;
	struct why why = {{0}};
	struct buffer bytes;
	enum status status;

	buffer_init(&bytes, GENESIS_SIZE_MAX);
	status = genesis ? network_choose_data_dir(request, NETWORK_NAME_DEFAULT, &why)
	                 : why_set(&why, STATUS_MEMORY, "make an invitation");
	if (status == STATUS_OK && request->address)
		status = network_read_address(&endpoint, request->address, &why);
	if (status == STATUS_OK) {
		snprintf(path, sizeof path, "%s/%s", request->data_dir, FILE_GENESIS);
		status = genesis_file_read(&bytes, path, &why);
	}
	if (status == STATUS_NOT_FOUND)
		why_say(&why, status,
		        "there is no node of a network in %s: name its folder with --data-dir",
		        request->data_dir);
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
	return status == STATUS_OK ? EXIT_SUCCESS : network_give_up(&why);
}
