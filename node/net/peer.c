/* One connection: bytes from its socket into its session, and back.
 *
 *   dialed:  CONNECTING ──on_connected──┐
 *   accepted: ──────────────────────────┴─► reading, writing ──peer_end──► closing ──► freed
 *
 * Which of the session's states it is in, only the session knows. */
#include "node/net/inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/shell/clock.h"
#include "node/shell/keys.h"
#include "node/shell/logger.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utlist.h>

/* -- Beginning ---------------------------------------------------------------------------- */

static enum status begin_session(struct net_peer *peer)
{
	struct net *net = peer->net;
	const struct node_id *remote = peer->dial ? &peer->dial->target.id : NULL;
	struct secret_key ephemeral;
	uint8_t seed[SIPHASH_KEY_SIZE];
	struct hash random;
	enum status status = random_hash_get(&random, NULL);

	if (status != STATUS_OK)
		return status;
	memcpy(ephemeral.bytes, random.bytes, sizeof ephemeral.bytes);
	put_le64(seed, lots_next(&net->lots));
	put_le64(seed + 8, lots_next(&net->lots));
	status = session_init(&peer->session, &net->self, remote, &ephemeral, seed,
	                      clock_monotonic_ms());
	secret_key_wipe(&ephemeral);
	memory_wipe(&random, sizeof random);
	return status;
}

struct net_peer *peer_new(struct net *net, struct net_dial *dial)
{
	struct net_peer *peer = memory_new(sizeof *peer);

	if (!peer)
		return NULL;
	peer->net = net;
	peer->dial = dial;
	peer->number = NET_NOBODY;
	peer->serial = ++net->last_serial;
	if ((dial && begin_session(peer) != STATUS_OK) ||
	    uv_tcp_init(net->config.loop, &peer->tcp) != 0) {
		session_close(&peer->session);
		memory_free(peer);
		return NULL;
	}
	peer->tcp.data = peer;
	peer->connect.data = peer;
	peer->write.data = peer;
	DL_APPEND(net->peers, peer);
	return peer;
}

/* What the kernel is asked for is asked politely: without it the connection is slower. */
static void set_options(struct net_peer *peer)
{
	int low = NET_NOTSENT_LOWAT, timeout = NET_USER_TIMEOUT_MS;
	uv_os_fd_t file;

	uv_tcp_nodelay(&peer->tcp, 1);
	if (uv_fileno((uv_handle_t *)&peer->tcp, &file) != 0)
		return;
	setsockopt(file, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low, sizeof low);
	setsockopt(file, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct net_peer *peer = handle->data;
	size_t most = session_read_max(&peer->session);

	(void)suggested;
	/* It is used up before the callback behind this one returns. */
	*buffer = uv_buf_init((char *)peer->net->input,
	                      most < NET_INPUT_SIZE ? (unsigned)most : NET_INPUT_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer);

void peer_set_reading(struct net_peer *peer)
{
	bool wanted = !peer->is_paused && !peer->is_closing && !peer->is_connecting;

	if (wanted == peer->is_reading)
		return;
	peer->is_reading = wanted;
	if (!wanted)
		uv_read_stop((uv_stream_t *)&peer->tcp);
	else if (uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read) != 0)
		peer_end(peer, true);
}

void peer_begin(struct net_peer *peer)
{
	peer->is_connecting = false;
	set_options(peer);
	peer_set_reading(peer);
}

void peer_begin_called(struct net_peer *peer)
{
	if (begin_session(peer) == STATUS_OK)
		peer_begin(peer);
	else
		peer_end(peer, false);
}

/* -- End ------------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct net_peer *peer = handle->data;
	struct net *net = peer->net;

	/* A write under way was cancelled before: its callback came first. */
	INVARIANT(!peer->is_writing);
	DL_DELETE(net->peers, peer);
	memory_free(peer);
	net_check_stopped(net);
}

static void log_end(const struct net_peer *peer)
{
	const struct session *session = &peer->session;
	const char *what = session->what ? session->what : "";

	if (peer->number != NET_NOBODY)
		logger_info(LOG_P2P, "peer_gone", log_u64("peer", peer->number),
		            log_string("address", peer->address),
		            log_string("end", session_end_text(session->end)),
		            log_string("what", what));
	else
		logger_debug(LOG_P2P, "no_session", log_string("address", peer->address),
		             log_string("end", session_end_text(session->end)),
		             log_string("what", what));
}

void peer_count(const struct net_peer *peer, struct net_totals *totals)
{
	const struct session *session = &peer->session;

	totals->bytes_in += session->bytes_in;
	totals->bytes_out += session->bytes_out;
	totals->messages_in += session->messages_in;
	totals->messages_out += session->messages_out;
	totals->messages_dropped += session->messages_dropped + session->flooded_count;
}

/* Who is listed may have a bug, and is needed all the same. */
static void tell_violation(const struct net_peer *peer)
{
	const struct net_config *config = &peer->net->config;
	const struct session *session = &peer->session;
	struct net_address from = peer_remote(peer);

	if (config->on_violation && session->end == SESSION_END_VIOLATION &&
	    config->standing(config->owner, &session->remote_id) == NET_STRANGER)
		config->on_violation(config->owner, &session->remote_id, &from,
		                     session->is_initiator);
}

/* The owner and the dial hear of it. */
static void tell_end(struct net_peer *peer)
{
	struct net *net = peer->net;
	bool was_open = peer->number != NET_NOBODY;

	places_leave(net, peer);
	if (was_open) {
		tell_violation(peer);
		net->numbers[peer->number] = NULL;
		net->open_count--;
		net->config.on_close(net->config.owner, peer->number);
		peer->number = NET_NOBODY;
		dial_soon(net, &peer->session.remote_id);
	}
	if (peer->dial)
		dial_on_end(peer->dial, was_open);
	peer->dial = NULL;
}

void peer_end(struct net_peer *peer, bool reset)
{
	if (peer->is_closing)
		return;
	peer->is_closing = true;
	peer->is_reading = false;
	log_end(peer);
	tell_end(peer);
	peer_count(peer, &peer->net->gone);
	session_close(&peer->session);
	memory_leave(peer);
	if (!reset || uv_tcp_close_reset(&peer->tcp, on_closed) != 0)
		uv_close((uv_handle_t *)&peer->tcp, on_closed);
}

/* -- Who it is --------------------------------------------------------------------------------- */

struct net_peer *peer_find(const struct net *net, const struct node_id *id,
                           const struct net_peer *but)
{
	struct net_peer *peer;

	DL_FOREACH(net->peers, peer) {
		enum session_state state = peer->session.state;

		if (peer != but && !peer->is_closing && state >= SESSION_ADMIT &&
		    state <= SESSION_ACTIVE &&
		    memcmp(&peer->session.remote_id, id, sizeof *id) == 0)
			return peer;
	}
	return NULL;
}

static void refuse_peer(struct net_peer *peer, enum disconnect_code code, const char *what)
{
	session_disconnect(&peer->session, code, SESSION_END_LOCAL, what, clock_monotonic_ms());
}

/* Two connections between two nodes: both keep the one that the smaller id dialed. Of two that
 * were dialed by the same side the first stays, unless it has died unnoticed. */
static bool wins(struct net_peer *peer, struct net_peer *other)
{
	const struct net *net = peer->net;
	bool we_are_smaller = memcmp(&net->self.node_id, &peer->session.remote_id,
	                             sizeof net->self.node_id) < 0;

	if (peer->session.is_initiator != other->session.is_initiator)
		return peer->session.is_initiator == we_are_smaller;
	session_probe(&other->session, clock_monotonic_ms());
	return false;
}

static void on_known(struct net_peer *peer)
{
	struct net *net = peer->net;
	const struct node_id *id = &peer->session.remote_id;
	struct net_peer *other = peer_find(net, id, peer);
	struct hello hello = {0};
	const char *why;

	if (memcmp(id, &net->self.node_id, sizeof *id) == 0 ||
	    !net->config.admits(net->config.owner, id) || !net_admits_address(net, peer->address)) {
		peer_end(peer, false);
	} else if (other && !wins(peer, other)) {
		refuse_peer(peer, DISCONNECT_DUPLICATE, "there is another connection to it");
	} else if (!peer->dial && places_is_too_soon(net, peer, clock_monotonic_ms())) {
		refuse_peer(peer, DISCONNECT_DUPLICATE, "it began a session a moment ago");
	} else if ((why = places_enter(net, peer, other)) != NULL) {
		refuse_peer(peer, DISCONNECT_FULL, why);
	} else {
		if (other)
			refuse_peer(other, DISCONNECT_DUPLICATE, "there is another connection to it");
		net->config.greet(net->config.owner, &hello);
		session_admit(&peer->session, &hello, clock_monotonic_ms());
	}
}

/* Numbers go round, so that what is said late about a peer does not hit the next one. */
static uint16_t free_number(struct net *net)
{
	for (size_t i = 0; i < PEERS_MAX; i++) {
		uint16_t number = net->next_number;

		net->next_number = (uint16_t)((number + 1) % PEERS_MAX);
		if (!net->numbers[number])
			return number;
	}
	return NET_NOBODY;
}

static void on_open(struct net_peer *peer)
{
	struct net *net = peer->net;
	const struct session_remote *remote = &peer->session.remote;
	uint16_t number = free_number(net);

	if (number == NET_NOBODY) {
		refuse_peer(peer, DISCONNECT_FULL, "all places are taken");
		return;
	}
	peer->number = number;
	peer->opened_ms = clock_monotonic_ms();
	if (peer->dial)
		dial_on_open(peer->dial);
	net->numbers[number] = peer;
	net->open_count++;
	if (peer->dial)
		peer->dial->shut_out_count = 0;
	net->gone.opened++;
	logger_info(LOG_P2P, "peer", log_u64("peer", number),
	            log_string("address", peer->address),
	            log_hex("node_id", bytes_view(&peer->session.remote_id, COMPRESSED_KEY_SIZE)),
	            log_string("agent", remote->agent), log_u64("height", remote->height),
	            log_flag("dialed", peer->dial != NULL),
	            log_flag("vote_key", remote->has_vote_key));
	net->config.on_open(net->config.owner, number, remote);
}

/* -- Reading -------------------------------------------------------------------------------------- */

static void on_event(struct net_peer *peer, enum session_event event,
                     const struct assembled *message)
{
	struct net *net = peer->net;

	switch (event) {
	case SESSION_NOTHING:
		break;
	case SESSION_KNOWN:
		on_known(peer);
		break;
	case SESSION_OPEN:
		on_open(peer);
		break;
	case SESSION_MESSAGE:
		net->config.on_message(net->config.owner, peer->number, message);
		break;
	case SESSION_ENDED:
		peer_end(peer, peer->session.end != SESSION_END_PEER);
		break;
	}
}

static void take_bytes(struct net_peer *peer, struct bytes_view in)
{
	uint64_t now_ms = clock_monotonic_ms();
	enum session_event event = SESSION_OPEN;
	struct assembled message;

	peer->session.bytes_in += in.size;
	while (event != SESSION_NOTHING && !peer->is_closing && !peer->is_doomed) {
		event = session_next(&peer->session, &in, now_ms, &message);
		on_event(peer, event, &message);
	}
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	struct net_peer *peer = stream->data;

	if (size > 0) {
		peer->has_received = true;
		take_bytes(peer, bytes_view(buffer->base, (size_t)size));
	} else if (size < 0 && size != UV_ENOBUFS) {
		if (peer->dial && peer->session.state == SESSION_HELLO)
			dial_on_shut_out(peer->dial);
		/* What was queued for it has nowhere to go. */
		peer_end(peer, false);
	}
}

/* -- Writing --------------------------------------------------------------------------------------- */

static void on_written(uv_write_t *write, int error)
{
	struct net_peer *peer = write->data;

	peer->is_writing = false;
	memory_free(peer->unwritten);
	peer->unwritten = NULL;
	if (error != 0 && !peer->is_closing)
		peer_end(peer, true);
}

/* The rest of a write goes when the socket can take it. */
static void write_later(struct net_peer *peer, const uint8_t *bytes, size_t size)
{
	uv_buf_t buffer;

	peer->unwritten = memory_new(size);
	if (!peer->unwritten) {
		peer_end(peer, true);
		return;
	}
	memcpy(peer->unwritten, bytes, size);
	buffer = uv_buf_init((char *)peer->unwritten, (unsigned)size);
	peer->is_writing = true;
	if (uv_write(&peer->write, (uv_stream_t *)&peer->tcp, &buffer, 1, on_written) == 0)
		return;
	peer->is_writing = false;
	memory_free(peer->unwritten);
	peer->unwritten = NULL;
	peer_end(peer, true);
}

void peer_flush(struct net_peer *peer)
{
	struct net *net = peer->net;

	while (!peer->is_connecting && !peer->is_writing && !peer->is_closing &&
	       session_has_output(&peer->session)) {
		size_t size = session_take_output(&peer->session, net->output, clock_monotonic_ms());
		uv_buf_t buffer = uv_buf_init((char *)net->output, (unsigned)size);
		int written;

		if (peer->session.state == SESSION_CLOSED) {
			peer_end(peer, false);
			return;
		}
		written = uv_try_write((uv_stream_t *)&peer->tcp, &buffer, 1);
		if (written == UV_EAGAIN)
			written = 0;
		if (written < 0)
			peer_end(peer, true);
		else if ((size_t)written < size)
			write_later(peer, net->output + written, size - (size_t)written);
	}
}

/* -- The owner ---------------------------------------------------------------------------------------- */

/* Many peers get the same message, one after the other: they share its bytes. */
static struct parcel *parcel_for(struct net *net, uint16_t type, struct bytes_view message)
{
	struct parcel *last = net->parcel;

	if (last && last->type == type &&
	    bytes_equal(bytes_view(last->bytes, last->size), message))
		return last;
	parcel_release(last);
	net->parcel = parcel_new(type, message);
	return net->parcel;
}

void net_send(struct net *net, uint16_t number, struct bytes_view message)
{
	INVARIANT(message.size > 0);
	net_send_type(net, number, type_of_consensus(message.at[0]), message);
}

void net_send_type(struct net *net, uint16_t number, uint16_t type, struct bytes_view message)
{
	struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;
	struct parcel *parcel;

	if (!peer || peer->is_doomed || peer->session.state != SESSION_ACTIVE)
		return;
	parcel = parcel_for(net, type, message);
	if (!parcel || !session_send(&peer->session, parcel, clock_monotonic_ms()))
		logger_debug(LOG_P2P, "message_dropped", log_u64("peer", number),
		             log_u64("type", type), log_u64("size", message.size));
}

void net_close_peer(struct net *net, uint16_t number, enum disconnect_code code,
                    const char *what)
{
	struct net_peer *peer = number < PEERS_MAX ? net->numbers[number] : NULL;

	if (peer)
		peer_doom(peer, code, what);
}

void peer_doom(struct net_peer *peer, enum disconnect_code code, const char *what)
{
	if (peer->is_doomed)
		return;
	peer->is_doomed = true;
	peer->doom_code = code;
	peer->doom = what;
}

void net_check_admitted(struct net *net)
{
	struct net_peer *peer;

	DL_FOREACH(net->peers, peer) {
		enum session_state state = peer->session.state;

		if (peer->is_doomed || peer->is_closing || state < SESSION_ADMIT ||
		    state > SESSION_ACTIVE ||
		    net->config.admits(net->config.owner, &peer->session.remote_id))
			continue;
		peer_doom(peer, DISCONNECT_REVOKED, "it is not admitted any more");
	}
	places_review(net);
}

void peer_tick(struct net_peer *peer, uint64_t now_ms)
{
	if (peer->is_closing)
		return;
	if (peer->is_doomed && peer->session.state < SESSION_DRAIN)
		session_disconnect(&peer->session, peer->doom_code,
		                   peer->doom_code == DISCONNECT_VIOLATION ? SESSION_END_VIOLATION
		                                                           : SESSION_END_LOCAL,
		                   peer->doom, now_ms);
	if (session_tick(&peer->session, now_ms) == SESSION_ENDED)
		peer_end(peer, peer->has_received);
}
