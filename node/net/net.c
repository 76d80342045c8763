/* The listener, the timer, and the end of all. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/shell/clock.h"
#include "node/shell/keys.h"
#include "node/shell/logger.h"

#include <stdio.h>
#include <utlist.h>

_Static_assert((int)NET_DESCRIPTORS_MAX == (int)PEERS_MAX + (int)NET_PENDING_MAX +
                                               (int)NET_PENDING_KEPT + (int)NET_DIALING_MAX + 2,
               "all that may be open at once");

/* -- Called by others ---------------------------------------------------------------------- */

static const struct bucket_rate ACCEPT_RATE = {BUCKET_PER_S(NET_ACCEPT_RATE), NET_ACCEPT_BURST};

static void name_address(char text[ENDPOINT_TEXT_SIZE], const struct sockaddr_storage *from)
{
	struct endpoint endpoint = {.kind = ENDPOINT_IPV4};

	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;

		endpoint.kind = ENDPOINT_IPV6;
		endpoint.port = ntohs(six->sin6_port);
		uv_ip6_name(six, endpoint.host, sizeof endpoint.host);
	} else {
		const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;

		endpoint.port = ntohs(four->sin_port);
		uv_ip4_name(four, endpoint.host, sizeof endpoint.host);
	}
	endpoint_text(text, &endpoint);
}

static size_t host_size(const char *address)
{
	return (size_t)(strrchr(address, ':') - address);
}

/* Handshakes under way that others began, in all and from this address. A flood of them leaves
 * some for where those are whom we keep dialing. */
static bool has_room(const struct net *net, const struct net_peer *newcomer, bool is_kept)
{
	size_t size = host_size(newcomer->address), all = 0, same = 0;
	const struct net_peer *peer;

	DL_FOREACH(net->peers, peer) {
		if (peer == newcomer || peer->dial || peer->is_closing ||
		    peer->session.state >= SESSION_ACTIVE)
			continue;
		all++;
		same += host_size(peer->address) == size &&
		        memcmp(peer->address, newcomer->address, size) == 0;
	}
	return all < NET_PENDING_MAX + (is_kept ? NET_PENDING_KEPT : 0) && same < NET_PENDING_PER_ADDRESS_MAX;
}

bool net_admits_address(const struct net *net, const struct net_peer *peer)
{
	const struct net_config *config = &net->config;

	return !config->admits_address || config->admits_address(config->owner, peer->address);
}

static void accept_one(struct net *net);

static void on_refused_closed(uv_handle_t *handle)
{
	struct net *net = handle->data;

	net->is_refusing = false;
	net->handle_count--;
	if (net->must_accept && !net->is_stopping)
		accept_one(net);
	net_check_stopped(net);
}

/* A connection that cannot be taken has to be taken all the same, or the listener stops. */
static void refuse_one(struct net *net)
{
	net->must_accept = net->is_refusing;
	if (net->is_refusing || uv_tcp_init(net->config.loop, &net->refused) != 0)
		return;
	net->refused.data = net;
	net->is_refusing = true;
	net->handle_count++;
	uv_accept((uv_stream_t *)&net->listener, (uv_stream_t *)&net->refused);
	uv_close((uv_handle_t *)&net->refused, on_refused_closed);
}

/* Cheaper than the first act. */
static bool may_begin(struct net *net, const struct net_peer *peer)
{
	struct net_address from = peer_remote(peer);
	bool is_kept = dial_is_at(net, &from);

	return bucket_take(is_kept ? &net->accepts_kept : &net->accepts, &ACCEPT_RATE,
	                   clock_monotonic_ms(), 1) &&
	       has_room(net, peer, is_kept) && net_admits_address(net, peer);
}

static void accept_one(struct net *net)
{
	struct sockaddr_storage from = {0};
	int size = sizeof from;
	struct net_peer *peer = peer_new(net, NULL);

	net->must_accept = false;
	if (!peer) {
		refuse_one(net);
		return;
	}
	if (uv_accept((uv_stream_t *)&net->listener, (uv_stream_t *)&peer->tcp) != 0 ||
	    uv_tcp_getpeername(&peer->tcp, (struct sockaddr *)&from, &size) != 0) {
		snprintf(peer->address, sizeof peer->address, "unknown:0");
		peer_end(peer, false);
		return;
	}
	name_address(peer->address, &from);
	if (may_begin(net, peer))
		peer_begin_called(peer);
	else
		peer_end(peer, false);
}

static void on_connection(uv_stream_t *listener, int error)
{
	struct net *net = listener->data;

	if (error == 0 && !net->is_stopping)
		accept_one(net);
}

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

static enum status uv_result(int error, struct why *why, const char *what,
                             const char *address)
{
	if (error == 0)
		return STATUS_OK;
	if (error == UV_EADDRINUSE)
		return why_say(why, STATUS_NETWORK,
		               "%s %s: it is taken: another node runs, or another program has it "
		               "(p2p.listen says where this one listens)",
		               what, address);
	return why_say(why, STATUS_NETWORK, "%s %s: %s", what, address, uv_strerror(error));
}

/* The first address that the text means. */
static int find_address(const struct net *net, struct sockaddr_storage *address,
                        const struct endpoint *endpoint)
{
	static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                                      .ai_flags = AI_PASSIVE};
	uv_getaddrinfo_t lookup;
	char port[8];
	int error;

	snprintf(port, sizeof port, "%u", endpoint->port);
	error = uv_getaddrinfo(net->config.loop, &lookup, NULL, endpoint->host, port, &hints);
	if (error != 0)
		return error;
	memcpy(address, lookup.addrinfo->ai_addr, lookup.addrinfo->ai_addrlen);
	uv_freeaddrinfo(lookup.addrinfo);
	return 0;
}

static enum status listen_at(struct net *net, struct why *why)
{
	const char *text = net->config.listen;
	struct sockaddr_storage address = {0};
	int size = sizeof address, error;
	struct endpoint endpoint;

	if (!*text)
		return STATUS_OK;
	if (endpoint_parse(&endpoint, text_view(text)))
		return why_set(why, STATUS_NETWORK, "listen for peers at %s", text);
	error = find_address(net, &address, &endpoint);
	if (error == 0)
		error = uv_tcp_bind(&net->listener, (const struct sockaddr *)&address, 0);
	if (error == 0)
		error = uv_listen((uv_stream_t *)&net->listener, NET_BACKLOG, on_connection);
	if (error == 0)
		error = uv_tcp_getsockname(&net->listener, (struct sockaddr *)&address, &size);
	if (error == 0)
		name_address(net->address, &address);
	return uv_result(error, why, "listen for peers at", text);
}

static enum status init_handles(struct net *net, struct why *why)
{
	uv_loop_t *loop = net->config.loop;
	int error = uv_tcp_init(loop, &net->listener);

	if (error == 0) {
		net->handle_count++;
		error = uv_timer_init(loop, &net->timer);
	}
	if (error == 0) {
		net->handle_count++;
		error = uv_prepare_init(loop, &net->prepare);
	}
	net->handle_count += error == 0;
	net->listener.data = net;
	net->timer.data = net;
	net->prepare.data = net;
	return uv_result(error, why, "begin", "the network");
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
	bucket_init(&net->accepts, &ACCEPT_RATE, clock_monotonic_ms());
	bucket_init(&net->accepts_kept, &ACCEPT_RATE, clock_monotonic_ms());
	status = init_self(net, why);
	if (status == STATUS_OK)
		status = places_init(net, why);
	if (status == STATUS_OK)
		status = init_handles(net, why);
	if (status == STATUS_OK)
		status = listen_at(net, why);
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
	close_handle(net, (uv_handle_t *)&net->listener);
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
