/* Memory that peers make this node hold. Sessions count what they put together and what waits to
 * be sent; here the work is added that their messages make, and what is to be done when it becomes
 * too much. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "node/shell/clock.h"
#include "node/shell/logger.h"

#include <utlist.h>

static bool is_busy(const struct net_peer *peer, size_t part)
{
	return peer->checks > NET_CHECKS_MAX / part ||
	       peer->session.usage.purposes[USAGE_CHECKING] > NET_CHECKING_MAX / part;
}

static struct net_peer *find_open(const struct net *net, uint16_t number)
{
	return net && number < PEERS_MAX ? net->numbers[number] : NULL;
}

/* -- Work ------------------------------------------------------------------------------------ */

bool net_has_room(const struct net *net, uint16_t number, enum usage_purpose purpose, size_t size)
{
	const struct net_peer *peer = find_open(net, number);

	return !peer || (usage_has_room(&peer->session.usage, purpose) &&
	                 usage_fits_total(&peer->session.usage, size));
}

struct usage *net_usage(struct net *net, uint16_t number)
{
	struct net_peer *peer = find_open(net, number);

	INVARIANT(peer);
	return &peer->session.usage;
}

void net_begin_work(struct net *net, struct net_work *work, uint16_t number,
                    enum usage_purpose purpose, size_t size)
{
	struct net_peer *peer = find_open(net, number);

	*work = (struct net_work){.peer = number, .purpose = purpose, .size = size};
	if (!net)
		return;
	if (!peer) {
		usage_take(&net->left, purpose, size);
		return;
	}
	work->serial = peer->serial;
	usage_take(&peer->session.usage, purpose, size);
	peer->checks += purpose == USAGE_CHECKING;
	if (!is_busy(peer, 1))
		return;
	peer->is_paused = true;
	peer_set_reading(peer);
}

void net_end_work(struct net *net, const struct net_work *work)
{
	struct net_peer *peer = find_open(net, work->peer);

	if (!net)
		return;
	if (!peer || peer->serial != work->serial) {
		usage_release(&net->left, work->purpose, work->size);
		return;
	}
	usage_release(&peer->session.usage, work->purpose, work->size);
	peer->checks -= work->purpose == USAGE_CHECKING;
	/* Reading begins again when the loop is back: it may fail. */
	if (!is_busy(peer, 2))
		peer->is_paused = false;
}

void memory_leave(struct net_peer *peer)
{
	struct usage *usage = &peer->session.usage;

	if (usage->bytes > 0) {
		usage_move(usage, &peer->net->left, USAGE_CHECKING);
		usage_move(usage, &peer->net->left, USAGE_TXS);
	}
	INVARIANT(usage->bytes == 0);
}

/* -- Too much -------------------------------------------------------------------------------- */

static bool keeps_its_place(const struct net_peer *peer)
{
	const struct slot *slot =
		peer->place != 0 ? slots_view(&peer->net->slots, peer->place) : NULL;

	return slot && slot->class <= SLOT_KEPT;
}

/* Who holds the most, of those whom nobody has listed; of all, if these hold no more than any peer
 * does. */
static struct net_peer *find_largest(const struct net *net)
{
	struct net_peer *largest = NULL, *peer;

	for (int are_kept = 0; are_kept < 2 && !largest; are_kept++)
		DL_FOREACH(net->peers, peer) {
			size_t bytes = peer->session.usage.bytes;

			if (!peer->is_closing && keeps_its_place(peer) == (are_kept == 1) &&
			    bytes > (largest ? largest->session.usage.bytes : USAGE_PEER_LEAST))
				largest = peer;
		}
	return largest;
}

/* One at a time: what its work takes comes back later, and may be enough. */
void memory_tick(struct net *net)
{
	struct net_peer *largest;

	if (usage_pressure(&net->usage) < USAGE_HIGHER)
		return;
	largest = find_largest(net);
	if (!largest)
		return;
	logger_warn(LOG_P2P, "memory_short", log_string("address", largest->address),
	            log_u64("its_bytes", largest->session.usage.bytes),
	            log_u64("all_bytes", net->usage.bytes));
	net->gone.shed++;
	session_disconnect(&largest->session, DISCONNECT_USELESS, SESSION_END_LOCAL,
	                   "it held the most when memory ran short", clock_monotonic_ms());
	peer_end(largest, true);
}
