#include "node/shell/peer_lists.h"

#include "node/shell/ban_file.h"
#include "node/shell/clock.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"

#include <stdio.h>

enum status peer_lists_load(struct peer_lists *lists, struct node *node, struct why *why)
{
	char path[DATA_PATH_SIZE];
	enum status status;

	lists->node = node;
	data_dir_path(path, &node->dir, FILE_BANS);
	status = ban_file_read(&lists->bans, path, why);
	bans_expire(&lists->bans, clock_wall_ms());
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* -- Asking ---------------------------------------------------------------------------------- */

bool peer_lists_admit(const struct peer_lists *lists, const struct node_id *id)
{
	return !bans_has_node(&lists->bans, id, clock_wall_ms());
}

/* The host of "ADDR:PORT" or "[ADDR]:PORT"; false: it is a name, or longer than an address. */
static bool host_of(struct net_address *host, const char *address)
{
	const char *colon = strrchr(address, ':');
	const char *start = address + (address[0] == '[');
	char text[64];
	size_t size;

	if (!colon || colon <= start)
		return false;
	size = (size_t)(colon - start) - (address[0] == '[');
	if (size >= sizeof text)
		return false;
	memcpy(text, start, size);
	text[size] = '\0';
	return ban_parse_address(host, text);
}

bool peer_lists_admit_address(const struct peer_lists *lists, const char *address)
{
	struct net_address host;

	return !host_of(&host, address) ||
	       !bans_has_address(&lists->bans, &host, clock_wall_ms());
}

static size_t find(const struct peer_lists *lists, const struct node_id *id)
{
	size_t at = 0;

	while (at < lists->added_count && memcmp(&lists->added[at], id, sizeof *id) != 0)
		at++;
	return at;
}

bool peer_lists_have(const struct peer_lists *lists, const struct node_id *id)
{
	return find(lists, id) < lists->added_count;
}

/* -- Whom to dial ---------------------------------------------------------------------------- */

struct closing {
	struct peer_lists *lists;
	const struct node_id *id; /* NULL: whoever is banned */
	const char *what;
	size_t count;
};

static void close_one(void *owner, const struct net_facts *facts)
{
	struct closing *closing = owner;
	const struct node_id *id = &facts->session->remote_id;
	bool is_meant = closing->id
	                    ? memcmp(closing->id, id, sizeof *id) == 0
	                    : !peer_lists_admit(closing->lists, id) ||
	                          !peer_lists_admit_address(closing->lists, facts->address);

	if (!is_meant)
		return;
	closing->count++;
	net_close_peer(closing->lists->node->peers.net, facts->number, DISCONNECT_REVOKED,
	               closing->what);
}

static size_t close_peers(struct peer_lists *lists, const struct node_id *id,
                          const char *what)
{
	struct closing closing = {.lists = lists, .id = id, .what = what};

	net_list(lists->node->peers.net, close_one, &closing);
	return closing.count;
}

enum peer_lists_news peer_lists_add(struct peer_lists *lists,
                                    const struct net_target *target)
{
	struct net *net = lists->node->peers.net;

	if (!peer_lists_admit(lists, &target->id))
		return PEER_LISTS_BANNED;
	if (net_dials(net, &target->id) ||
	    memcmp(&lists->node->keys.node_id, &target->id, sizeof target->id) == 0)
		return PEER_LISTS_KNOWN;
	if (lists->added_count == NET_ADDED_MAX || !net_add_target(net, target))
		return PEER_LISTS_FULL;
	lists->added[lists->added_count++] = target->id;
	net_check_admitted(net); /* it may be connected already */
	logger_info(LOG_P2P, "peer_added",
	            log_hex("node_id", bytes_view(&target->id, COMPRESSED_KEY_SIZE)));
	return PEER_LISTS_DONE;
}

enum peer_lists_news peer_lists_remove(struct peer_lists *lists, const struct node_id *id)
{
	struct net *net = lists->node->peers.net;
	bool is_added = peer_lists_have(lists, id);

	if (is_added) {
		net_remove_target(net, id);
		lists->added[find(lists, id)] = lists->added[lists->added_count - 1];
		lists->added_count--;
	} else if (net_dials(net, id)) {
		return PEER_LISTS_KNOWN;
	}
	return close_peers(lists, id, "removed by the operator") > 0 || is_added
	           ? PEER_LISTS_DONE
	           : PEER_LISTS_UNKNOWN;
}

/* -- Bans ------------------------------------------------------------------------------------ */

enum peer_lists_news peer_lists_ban(struct peer_lists *lists, const struct ban *ban)
{
	char peer[BAN_PEER_SIZE];
	size_t closed;

	bans_expire(&lists->bans, ban->since_ms);
	if (!bans_add(&lists->bans, ban))
		return PEER_LISTS_FULL;
	closed = close_peers(lists, NULL, "banned by the operator");
	ban_peer_text(peer, ban);
	logger_info(LOG_P2P, "peer_banned", log_string("peer", peer), log_u64("closed", closed));
	return PEER_LISTS_DONE;
}

enum peer_lists_news peer_lists_unban(struct peer_lists *lists, const struct ban *ban)
{
	return bans_remove(&lists->bans, ban) ? PEER_LISTS_DONE : PEER_LISTS_UNKNOWN;
}
