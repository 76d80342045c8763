#include "node/shell/doorkeeper.h"

#include "chain/base/memory.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"

struct roster_letter {
	struct letter letter;
	struct node *node;
	struct roster *roster;
};

static enum status read_roster(struct roster **roster, struct store *store,
                               struct why *why)
{
	struct store_view *view;
	enum status status = store_view_open(&view, store, why);

	if (status != STATUS_OK)
		return status;
	status = roster_read(roster, view, why);
	store_view_close(view);
	return status;
}

enum status doorkeeper_start(struct doorkeeper *keeper, struct node *node,
                            const struct net_target *named, size_t named_count,
                            struct why *why)
{
	keeper->node = node;
	keeper->named = named;
	keeper->named_count = named_count;
	return read_roster(&keeper->roster, node->store, why);
}

void doorkeeper_free(struct doorkeeper *keeper)
{
	memory_free(keeper->roster);
	keeper->roster = NULL;
}

static bool is_named(const struct doorkeeper *keeper, const struct node_id *id)
{
	for (size_t i = 0; i < keeper->named_count; i++)
		if (memcmp(&keeper->named[i].id, id, sizeof *id) == 0)
			return true;
	return false;
}

enum net_standing doorkeeper_standing(const struct doorkeeper *keeper,
                                      const struct node_id *id)
{
	uint64_t height = keeper->node->drive.consensus.stored_height;

	if (roster_has_validator(keeper->roster, id))
		return NET_VALIDATOR;
	if (is_named(keeper, id))
		return NET_CONFIGURED;
	return roster_has(keeper->roster, id, height) ? NET_LISTED : NET_STRANGER;
}

bool doorkeeper_admits(const struct doorkeeper *keeper, const struct node_id *id)
{
	return keeper->node->genesis->peers == PEERS_OPEN ||
	       doorkeeper_standing(keeper, id) != NET_STRANGER;
}

/* -- Reading anew ---------------------------------------------------------------- */

/* So validators need no list of one another, and one that joins is dialed by all. */
static void dial_validators(const struct doorkeeper *keeper)
{
	const struct roster *roster = keeper->roster;
	struct net *net = keeper->node->peers.net;

	if (keeper->node->config->p2p_peers_only)
		return;
	for (size_t i = 0; i < roster->target_count; i++)
		if (!net_add_target(net, &roster->targets[i]))
			logger_warn(LOG_P2P, "validator_not_dialed",
			            log_string("why", "the list of whom to dial is full; a restart "
			                              "begins it anew"));
}

/* Who was dialed as a validator and is none any more, or has moved; whom the operator named
 * stays. */
static void forget_validators(const struct doorkeeper *keeper, const struct roster *before)
{
	const struct peers *peers = &keeper->node->peers;

	for (size_t i = 0; i < before->target_count; i++) {
		const struct net_target *target = &before->targets[i];

		if (!roster_dials(keeper->roster, target) && !is_named(keeper, &target->id) &&
		    !peer_lists_have(&peers->lists, &target->id))
			net_remove_target(peers->net, &target->id);
	}
}

/* On the loop. */
static void open_roster(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct doorkeeper *keeper = &node->peers.doorkeeper;

	struct roster *before = keeper->roster;

	keeper->roster = ((struct roster_letter *)(void *)letter)->roster;
	keeper->is_reading = false;
	memory_free(letter);
	if (!node->peers.is_stopping) {
		logger_debug(LOG_P2P, "roster", log_u64("nodes", keeper->roster->count));
		net_check_admitted(node->peers.net);
		finding_on_roster(&node->gossip.finding, keeper->roster);
		forget_validators(keeper, before);
		dial_validators(keeper);
		if (keeper->is_stale)
			doorkeeper_refresh(keeper);
	}
	memory_free(before);
	node_check(node);
}

/* On a worker. */
static void run_reading(void *owner, struct letter *letter)
{
	struct roster_letter *reading = (struct roster_letter *)(void *)letter;
	struct why why = {{0}};
	enum status status = read_roster(&reading->roster, reading->node->store, &why);

	(void)owner;
	if (status != STATUS_OK)
		node_fail(reading->node, status, why.text);
	reading->letter.open = open_roster;
	node_send(reading->node, &reading->letter);
}

void doorkeeper_refresh(struct doorkeeper *keeper)
{
	struct node *node = keeper->node;
	struct roster_letter *letter;

	keeper->is_stale = keeper->is_reading;
	if (keeper->is_reading || node->peers.is_stopping)
		return;
	letter = memory_new(sizeof *letter);
	if (!letter)
		node_fail(node, STATUS_MEMORY, "read who may connect");
	letter->letter.open = run_reading;
	letter->node = node;
	keeper->is_reading = true;
	mailbox_send_urgent(&node->verify.box, &letter->letter);
}
