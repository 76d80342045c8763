#include "node/shell/peers.h"

#include "chain/base/invariant.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"
#include "node/shell/verified.h"

#include <stdio.h>

/* -- Checks ------------------------------------------------------------------------------------ */

struct check_letter {
	struct letter letter;
	struct node *node;
	struct check_job *job;
	struct net_work work;
};

static size_t size_of_job(const struct check_job *job)
{
	size_t size = job->signature_count * sizeof *job->signatures;

	for (size_t i = 0; i < job->block_count; i++)
		size += job->blocks[i].body.size;
	return size;
}

/* What a peer can bring forward. */
struct progress {
	uint64_t epoch, view, final_view;
	size_t bodies;
};

static struct progress progress_of(const struct drive *drive)
{
	const struct consensus *consensus = &drive->consensus;

	return (struct progress){
		.epoch = consensus->epoch.number,
		.view = consensus->views.current,
		.final_view = consensus->views.final_view,
		.bodies = HASH_COUNT(drive->shelf.blocks),
	};
}

static bool is_ahead(const struct progress *after, const struct progress *before)
{
	return after->epoch > before->epoch || after->view > before->view ||
	       after->final_view > before->final_view || after->bodies > before->bodies;
}

static void open_checked(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct peers *peers = &node->peers;
	struct check_letter *checked = (struct check_letter *)(void *)letter;
	struct moment moment = clock_moment();
	uint16_t from = checked->job->from;
	struct progress before, after;

	peers->checking--;
	net_end_work(peers->net, &checked->work);
	before = progress_of(&node->drive);
	drive_on_checked(&node->drive, checked->job, &moment);
	after = progress_of(&node->drive);
	if (is_ahead(&after, &before) && !peers->is_stopping)
		net_credit(peers->net, from, NET_MERIT_BLOCK);
	memory_free(checked);
	node_check(node);
}

/* On a worker. */
static void run_check(void *owner, struct letter *letter)
{
	struct check_letter *check = (struct check_letter *)(void *)letter;

	(void)owner;
	check_run(check->job, store_network(check->node->store), verified_check,
	          cosign_is_valid);
	check->letter.open = open_checked;
	node_send(check->node, &check->letter);
}

void peers_check(void *owner, struct check_job *job)
{
	struct node *node = owner;
	struct peers *peers = &node->peers;
	struct check_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		node_fail(node, STATUS_MEMORY, "check a message of a peer");
	letter->letter.open = run_check;
	letter->node = node;
	letter->job = job;
	peers->checking++;
	net_begin_work(peers->net, &letter->work, job->from, USAGE_CHECKING, size_of_job(job));
	/* Transactions can wait for votes, not the other way round. */
	mailbox_send_urgent(&node->verify.box, &letter->letter);
}

/* -- Reads --------------------------------------------------------------------------------------- */

struct read_done_letter {
	struct letter letter;
	struct read_job *job;
};

static void open_read_done(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct read_job *job = ((struct read_done_letter *)(void *)letter)->job;
	struct moment moment = clock_moment();

	memory_free(letter);
	node->peers.reading--;
	drive_on_read(&node->drive, job, &moment);
	node_check(node);
}

static void send_read_done(struct node *node, struct read_job *job)
{
	struct read_done_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		node_fail(node, STATUS_MEMORY, "answer a peer");
	letter->letter.open = open_read_done;
	letter->job = job;
	node_send(node, &letter->letter);
}

/* On the reading thread. */
static void on_read(void *owner, struct read_job *job)
{
	send_read_done(owner, job);
}

static void on_read_failed(void *owner, enum status status, const struct why *why)
{
	node_fail(owner, status, why->text);
}

void peers_read(void *owner, struct read_job *job)
{
	struct node *node = owner;
	struct peers *peers = &node->peers;

	peers->reading++;
	/* He has not taken what he asked for before. */
	if (!job->missing && net_waiting(peers->net, job->to) > LANES_SOFT_MAX)
		send_read_done(node, job);
	else if (reader_read(&peers->reader, job) != STATUS_OK)
		node_fail(node, STATUS_MEMORY, "read blocks for a peer");
}

/* -- The network -------------------------------------------------------------------------------------- */

void peers_send(void *owner, uint16_t peer, struct bytes_view message)
{
	struct node *node = owner;

	net_send(node->peers.net, peer, message);
}

void peers_blame(void *owner, uint16_t peer, const char *what)
{
	struct node *node = owner;

	logger_warn(LOG_P2P, "peer_blamed", log_u64("peer", peer), log_string("what", what));
	net_close_peer(node->peers.net, peer, DISCONNECT_VIOLATION, what);
}

static enum net_standing standing(void *owner, const struct node_id *id)
{
	const struct node *node = owner;
	enum net_standing standing = doorkeeper_standing(&node->peers.doorkeeper, id);

	return standing < NET_CONFIGURED && peer_lists_have(&node->peers.lists, id)
	           ? NET_CONFIGURED
	           : standing;
}

static bool admits(void *owner, const struct node_id *id)
{
	const struct node *node = owner;

	if (!peer_lists_admit(&node->peers.lists, id))
		return false;
	return doorkeeper_admits(&node->peers.doorkeeper, id) ||
	       peer_lists_have(&node->peers.lists, id);
}

static bool admits_address(void *owner, const char *address)
{
	const struct node *node = owner;

	return peer_lists_admit_address(&node->peers.lists, address);
}

bool peers_admit(const struct node *node, const struct node_id *id)
{
	return admits((struct node *)(uintptr_t)node, id);
}

static void greet(void *owner, struct hello *hello)
{
	const struct node *node = owner;
	bool votes = node->drive.consensus.epoch.self != NOBODY;

	*hello = (struct hello){
		/* In an open network nobody is listed whose record could be known. */
		.feature_count = node->genesis->peers == PEERS_OPEN ? 0 : 1,
		.features = {{.id = FEATURE_KNOWN}},
		.protocol_least = P2P_VERSION,
		.protocol_most = P2P_VERSION,
		.roles = (uint16_t)(ROLE_FULL | ROLE_ARCHIVE | (votes ? ROLE_VALIDATOR : 0)),
		.height = node->drive.consensus.stored_height,
		.lowest_height = 1,
		.time_ms = clock_wall_ms(),
		.agent = text_view(node->peers.agent),
		.has_binding = true,
		.binding = node->peers.binding,
	};
}

/* Our own vote key at another node is an operator's mistake, and nobody to talk with as such. */
static const struct public_key *vote_key_of(const struct node *node,
                                            const struct session_remote *remote)
{
	const struct public_key *ours = &node->keys.vote.public_key;

	if (!remote->has_vote_key ||
	    remote->last_height < node->drive.consensus.stored_height ||
	    memcmp(&remote->vote_key, ours, sizeof *ours) == 0)
		return NULL;
	return &remote->vote_key;
}

void peers_tick(struct peers *peers)
{
	const struct drive *drive = &peers->node->drive;

	peers->epoch = drive->consensus.epoch.number;
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		const struct drive_peer *peer = &drive->peers[i];
		bool is_validator = peer->index < drive->consensus.epoch.validators.count;

		if (!peer->is_connected)
			continue;
		net_set_validator(peers->net, i, is_validator);
		gossip_set_validator(&peers->node->gossip, i, is_validator);
	}
	gossip_set_voting(&peers->node->gossip, drive->consensus.epoch.self != NOBODY);
}

static void on_open(void *owner, uint16_t peer, const struct session_remote *remote)
{
	struct node *node = owner;
	struct moment moment = clock_moment();

	if (!gossip_on_open(&node->gossip, peer))
		net_close_peer(node->peers.net, peer, DISCONNECT_INTERNAL, "out of memory");
	drive_on_connected(&node->drive, peer, vote_key_of(node, remote), &moment);
	peers_tick(&node->peers);
	node_check(node);
}

static void on_message(void *owner, uint16_t peer, const struct assembled *message)
{
	struct node *node = owner;
	struct moment moment = clock_moment();

	if (type_is_of_consensus(message->type))
		drive_on_message(&node->drive, peer, message->bytes, &moment);
	else
		gossip_on_message(&node->gossip, peer, message->type, message->bytes);
	node_check(node);
}

static void on_close(void *owner, uint16_t peer)
{
	struct node *node = owner;

	gossip_on_close(&node->gossip, peer);
	drive_on_disconnected(&node->drive, peer);
}

static void on_stopped(void *owner)
{
	struct node *node = owner;

	node->peers.is_stopped = true;
	node_check(node);
}

/* -- Start and stop -------------------------------------------------------------------------------------- */

static enum status make_binding(struct peers *peers, struct why *why)
{
	struct node *node = peers->node;
	struct binding *binding = &peers->binding;
	struct hash digest, auxiliary;
	enum status status = random_hash_get(&auxiliary, why);

	binding->vote_key = node->keys.vote.public_key;
	binding->first_height = 0;
	binding->last_height = UINT64_MAX;
	digest = binding_digest(binding, &store_network(node->store)->genesis,
	                        &node->keys.node_id);
	if (status != STATUS_OK)
		return status;
	status = key_pair_sign(&binding->signature, node->keys.signer, &node->keys.vote, &digest,
	                       &auxiliary);
	return status == STATUS_OK ? status
	                           : why_set(why, status, "sign for the node key");
}

static enum status add_target(struct peers *peers, struct bytes_view text, struct why *why)
{
	struct net_target *target = &peers->targets[peers->target_count];
	const char *wrong = net_target_parse(target, text);

	if (wrong)
		return why_say(why, STATUS_MALFORMED, "p2p.peers: '%.*s': %s", (int)text.size,
		               (const char *)text.at, wrong);
	peers->target_count++;
	return STATUS_OK;
}

/* The file's, which a person wrote. */
static enum status find_named(struct peers *peers, struct why *why)
{
	const struct config_list *list = &peers->node->config->p2p_peers;
	enum status status = STATUS_OK;

	peers->targets = memory_new(NET_DIALS_MAX * sizeof *peers->targets);
	if (!peers->targets)
		return why_set(why, STATUS_MEMORY, "read the list of peers");
	for (size_t i = 0; i < list->count && status == STATUS_OK; i++)
		status = add_target(peers, text_view(list->items[i]), why);
	peers->named_count = peers->target_count;
	return status;
}

/* Of two places for one node the first counts: what a person wrote, then what the ledger says by
 * now, then the genesis, whose validators may have moved since. */
static void find_validators(struct peers *peers)
{
	const struct genesis *genesis = peers->node->genesis;
	const struct roster *roster = peers->doorkeeper.roster;

	if (peers->node->config->p2p_peers_only)
		return;
	for (size_t i = 0; i < roster->target_count; i++)
		peers->targets[peers->target_count++] = roster->targets[i];
	for (size_t i = 0; i < genesis->validators.count; i++) {
		struct net_target *target = &peers->targets[peers->target_count];
		struct bytes_view address = text_view(genesis->validator_addresses[i]);

		if (address.size == 0 || endpoint_parse(&target->endpoint, address) != NULL)
			continue;
		target->id = genesis->validator_node_ids[i];
		peers->target_count++;
	}
}

enum status peers_start_doorkeeper(struct peers *peers, struct node *node, struct why *why)
{
	enum status status;

	peers->node = node;
	status = find_named(peers, why);
	if (status != STATUS_OK)
		return status;
	return doorkeeper_start(&peers->doorkeeper, node, peers->targets, peers->named_count, why);
}

enum status peers_start_reader(struct peers *peers, struct node *node, struct why *why)
{
	peers->reader.on_read = on_read;
	peers->reader.on_failed = on_read_failed;
	peers->reader.owner = node;
	return reader_start(&peers->reader, node->store, why);
}

enum status peers_start_net(struct peers *peers, struct why *why)
{
	struct node *node = peers->node;
	struct net_config config = {
		.loop = &node->loop,
		.node_key = node->keys.node,
		.genesis = store_network(node->store)->genesis,
		.listen = node->config->p2p_listen,
		.inbound_max = node->descriptors.inbound,
		.memory_max = (size_t)node->config->p2p_memory_mib << 20,
		.owner = node,
		.admits = admits,
		.admits_address = admits_address,
		.standing = standing,
		.greet = greet,
		.on_open = on_open,
		.on_message = on_message,
		.on_close = on_close,
		.on_unmet = finding_on_unmet,
		.is_avoided = gossip_is_avoided,
		.on_violation = gossip_on_violation,
		.on_stopped = on_stopped,
	};
	enum status status = make_binding(peers, why);

	snprintf(peers->agent, sizeof peers->agent, "cairnd/%s", CAIRN_VERSION);
	if (status == STATUS_OK)
		find_validators(peers);
	if (status == STATUS_OK)
		status = peer_lists_load(&peers->lists, node, why);
	config.targets = peers->targets;
	config.target_count = peers->target_count;
	if (status == STATUS_OK)
		status = net_new(&peers->net, &config, why);
	node->ingest.net = peers->net;
	secret_key_wipe(&config.node_key);
	return status;
}

void peers_stop(struct peers *peers)
{
	if (peers->is_stopping)
		return;
	peers->is_stopping = true;
	if (!peers->net) {
		peers->is_stopped = true;
		return;
	}
	finding_stop(&peers->node->gossip.finding);
	net_stop(peers->net);
}

bool peers_are_idle(const struct peers *peers)
{
	return peers->is_stopped && peers->checking == 0 && peers->reading == 0 &&
	       doorkeeper_is_idle(&peers->doorkeeper);
}

void peers_stop_reader(struct peers *peers)
{
	reader_stop(&peers->reader);
}

void peers_abort(struct peers *peers)
{
	net_abort(peers->net);
}

void peers_free(struct peers *peers)
{
	net_free(peers->net);
	doorkeeper_free(&peers->doorkeeper);
	memory_free(peers->targets);
}
