/* The beginning, the timer, and the end of all. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/shell/clock.h"
#include "node/shell/keys.h"
#include "node/shell/logger.h"

#include <utlist.h>

_Static_assert((int)NET_DESCRIPTORS_MAX == (int)PEERS_MAX + (int)NET_PENDING_MAX +
                                               (int)NET_PENDING_KEPT + (int)NET_DIALING_MAX + 2,
               "all that may be open at once");

/* -- Time -------------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
	struct net *net = timer->data;
	uint64_t now_ms = clock_monotonic_ms();
	struct net_peer *peer, *next;

	DL_FOREACH_SAFE(net->peers, peer, next)
		peer_tick(peer, now_ms);
	memory_tick(net);
	if (!net->is_stopping) {
		dial_tick(net, now_ms);
		places_tick(net, now_ms);
	}
	net_check_stopped(net);
}

/* Before the loop waits: what the turn queued leaves. */
static void on_prepare(uv_prepare_t *prepare)
{
	struct net *net = prepare->data;
	struct net_peer *peer, *next;

	DL_FOREACH_SAFE(net->peers, peer, next) {
		if (peer->is_doomed)
			peer_tick(peer, clock_monotonic_ms());
		if (!peer->is_closing)
			peer_set_reading(peer);
		peer_flush(peer);
	}
	parcel_release(net->parcel);
	net->parcel = NULL;
}

/* -- Beginning ----------------------------------------------------------------------------------- */

static enum status init_handles(struct net *net, struct why *why)
{
	uv_loop_t *loop = net->config.loop;
	int error = uv_timer_init(loop, &net->timer);

	if (error == 0) {
		net->handle_count++;
		error = uv_prepare_init(loop, &net->prepare);
	}
	net->handle_count += error == 0;
	net->timer.data = net;
	net->prepare.data = net;
	if (error == 0)
		return STATUS_OK;
	return why_say(why, STATUS_NETWORK, "begin the network: %s", uv_strerror(error));
}

static enum status init_self(struct net *net, struct why *why)
{
	struct session_self *self = &net->self;
	struct signer *signer;
	struct hash random;
	enum status status = random_hash_get(&random, why);

	if (status != STATUS_OK)
		return status;
	lots_init(&net->lots, random.bytes);
	self->node_key = net->config.node_key;
	secret_key_wipe(&net->config.node_key);
	self->genesis = net->config.genesis;
	self->usage = &net->usage;
	self->tools.sealer = sealer_new();
	self->tools.signer = signer = signer_new(&self->genesis);
	if (!self->tools.sealer || !signer)
		return why_set(why, STATUS_MEMORY, "begin the network");
	status = secret_key_point(self->node_id.bytes, signer, &self->node_key);
	if (status == STATUS_OK)
		status = dial_init(net);
	return status == STATUS_OK ? status : why_set(why, status, "begin the network");
}

enum status net_new(struct net **result, const struct net_config *config, struct why *why)
{
	struct net *net = memory_new(sizeof *net);
	enum status status;

	*result = net;
	if (!net)
		return why_set(why, STATUS_MEMORY, "begin the network");
	net->config = *config;
	usage_total_init(&net->usage, config->memory_max);
	usage_init(&net->left, &net->usage, config->memory_max);
	status = init_self(net, why);
	if (status == STATUS_OK)
		status = places_init(net, why);
	if (status == STATUS_OK)
		status = init_handles(net, why);
	if (status == STATUS_OK)
		status = callers_listen(net, why);
	if (status != STATUS_OK)
		return status;
	uv_timer_start(&net->timer, on_timer, 0, NET_TICK_MS);
	uv_prepare_start(&net->prepare, on_prepare);
	return STATUS_OK;
}

/* -- End -------------------------------------------------------------------------------------------- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct net *net = handle->data;

	net->handle_count--;
	net_check_stopped(net);
}

static void close_handle(struct net *net, uv_handle_t *handle)
{
	handle->data = net;
	if (handle->type != UV_UNKNOWN_HANDLE && !uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

static bool is_looking_up(const struct net *net)
{
	for (size_t i = 0; i < net->dial_count; i++)
		if (net->dials[i].is_looking_up)
			return true;
	return false;
}

void net_check_stopped(struct net *net)
{
	if (!net->is_stopping || net->peers || net->is_stopped || is_looking_up(net))
		return;
	/* They were needed for the last words. */
	close_handle(net, (uv_handle_t *)&net->timer);
	close_handle(net, (uv_handle_t *)&net->prepare);
	if (net->handle_count > 0)
		return;
	net->is_stopped = true;
	if (net->config.on_stopped)
		net->config.on_stopped(net->config.owner);
}

static void begin_stop(struct net *net)
{
	net->is_stopping = true;
	acceptor_close(&net->acceptor);
	for (size_t i = 0; i < net->dial_count; i++)
		if (net->dials[i].is_looking_up)
			uv_cancel((uv_req_t *)&net->dials[i].lookup);
}

void net_stop(struct net *net)
{
	struct net_peer *peer;

	if (net->is_stopping)
		return;
	begin_stop(net);
	DL_FOREACH(net->peers, peer)
		peer_doom(peer, DISCONNECT_SHUTDOWN, "the node stops");
}

void net_abort(struct net *net)
{
	struct net_peer *peer, *next;

	if (!net)
		return;
	net->config.on_stopped = NULL;
	begin_stop(net);
	DL_FOREACH_SAFE(net->peers, peer, next)
		peer_end(peer, false);
	net_check_stopped(net);
}

void net_free(struct net *net)
{
	if (!net)
		return;
	INVARIANT(!net->peers && net->handle_count == 0);
	parcel_release(net->parcel);
	sealer_free(net->self.tools.sealer);
	signer_free((struct signer *)(uintptr_t)net->self.tools.signer);
	secret_key_wipe(&net->self.node_key);
	memory_free(net->dials);
	memory_free(net);
}
