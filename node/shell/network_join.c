/* cairnd network join. */
#include "chain/base/text.h"
#include "chain/ledger/genesis.h"
#include "node/shell/config.h"
#include "node/shell/invitation.h"
#include "node/shell/keys.h"
#include "node/shell/network_inner.h"

#include <stdio.h>
#include <stdlib.h>

/* Is it a validator of the genesis? *address, where it stands there, else NULL. */
static bool is_founder(const struct genesis *genesis, const struct node_id *id,
                       const char **address)
{
	*address = NULL;
	for (size_t i = 0; i < genesis->validators.count; i++) {
		if (memcmp(&genesis->validator_node_ids[i], id, sizeof *id) != 0)
			continue;
		if (genesis->validator_addresses[i][0] != '\0')
			*address = genesis->validator_addresses[i];
		return true;
	}
	return false;
}

static void print_node(const struct genesis *genesis, const struct hash *hash,
                       const struct node_id *id, const char *data_dir)
{
	char hash_text[HASH_HEX_SIZE], id_text[2 * COMPRESSED_KEY_SIZE + 1];
	const char *address;

	hex_encode(hash_text, hash_view(hash));
	hex_encode(id_text, bytes_view(id->bytes, sizeof id->bytes));
	printf("network %s\ngenesis %s\nnode_id %s\ndata    %s\n", genesis->name, hash_text,
	       id_text, data_dir);
	if (genesis->peers == PEERS_PERMISSIONED && !is_founder(genesis, id, &address))
		printf("admit   cairn node admit %s   # by a member of the network\n", id_text);
	printf("next    cairnd run --data-dir %s\n", data_dir);
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

static enum status follow(struct network_request *request, const struct invitation *invitation,
                          struct genesis *genesis, struct why *why)
{
	struct why nothing = {{0}};
	const char *address;
	struct init_member member;
	struct node_id id;
	struct buffer peers;
	struct hash hash;
	enum status status = genesis_decode(genesis, invitation->genesis, why);

	if (status == STATUS_OK)
		status = network_choose_data_dir(request, genesis->name, why);
	if (status != STATUS_OK)
		return status;
	/* Of a folder that was prepared the genesis may know where it is reached. */
	if (node_keys_read_id(&id, request->data_dir, &nothing) == STATUS_OK &&
	    is_founder(genesis, &id, &address) && !request->address)
		request->address = address;
	status = network_choose_listen(request, why);
	if (status != STATUS_OK)
		return status;
	buffer_init(&peers, CONFIG_SIZE_MAX);
	list_peers(&peers, invitation);
	member = network_member_of(request);
	member.peers = (const char *)peers.at;
	status = peers.status == STATUS_OK
	             ? node_join(&member, invitation->genesis, &hash, why)
	             : why_set(why, peers.status, "join a network");
	if (status == STATUS_OK)
		status = node_keys_read_id(&id, request->data_dir, why);
	if (status == STATUS_OK)
		print_node(genesis, &hash, &id, request->data_dir);
	buffer_close(&peers);
	return status;
}

int network_join(struct network_request *request)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct invitation invitation;
	struct buffer text, payload;
	struct why why = {{0}};
	enum status status;

	if (!genesis)
		return network_give_up(&(struct why){"out of memory"});
	if (!request->word) {
		memory_free(genesis);
		return network_usage("network join needs %s", "an invitation");
	}
	buffer_init(&payload, 0);
	status = network_read_text(&text, request->word, INVITATION_TEXT_MAX, &why);
	if (status == STATUS_OK)
		status = invitation_decode(&invitation, &payload, buffer_view(&text), &why);
	if (status == STATUS_OK)
		status = follow(request, &invitation, genesis, &why);
	buffer_close(&text);
	buffer_close(&payload);
	memory_free(genesis);
	return status == STATUS_OK ? EXIT_SUCCESS : network_give_up(&why);
}
