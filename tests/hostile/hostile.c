#include "tests/hostile/hostile.h"

#include "chain/base/text.h"
#include "node/shell/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, PIECE_SIZE = 16 << 10 };

/* -- Who and where ------------------------------------------------------------------------ */

/* What `cairnd id` says. */
static void find_id(struct node_id *id, const struct live_node *node)
{
	char command[4400], line[256];
	bool found = false;
	FILE *said;

	snprintf(command, sizeof command, "'%s' id --data-dir '%s'", node->program, node->folder);
	said = popen(command, "r");
	while (said && fgets(line, sizeof line, said)) {
		const char *at = line + strcspn(line, " ");

		if (strncmp(line, "node_id ", 8) == 0)
			found = hex_decode(id->bytes, sizeof id->bytes,
			                   bytes_view(at + strspn(at, " "), 2 * sizeof id->bytes));
	}
	if (said)
		pclose(said);
	if (!found)
		live_fail("no node_id of %s", node->folder);
}

/* The newest line that says that it is ready names it. */
static uint16_t find_port(const struct live_node *node)
{
	FILE *file = fopen(node->log, "r");
	unsigned port = 0;
	char line[1024];

	while (file && fgets(line, sizeof line, file)) {
		const char *at = strstr(line, " p2p=127.0.0.1:");

		if (at)
			port = (unsigned)strtoul(at + 15, NULL, 10);
	}
	if (file)
		fclose(file);
	if (port == 0)
		live_fail("no port in %s", node->log);
	return (uint16_t)port;
}

void hostile_find(struct hostile_target *target, const struct live_node *node)
{
	struct live_connection connection;
	const char *answer, *at;

	find_id(&target->id, node);
	target->port = find_port(node);
	live_connect(&connection, node);
	answer = live_call(&connection, "node.get_status", "{}");
	at = strstr(answer, "\"genesis\":\"");
	if (!at || !hex_decode(target->genesis.bytes, HASH_SIZE,
	                       bytes_view(at + 11, 2 * HASH_SIZE)))
		live_fail("no genesis in %.200s", answer);
	live_disconnect(&connection);
}

/* -- Bytes ---------------------------------------------------------------------------------- */

int hostile_dial(const struct hostile_target *target)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(target->port)};
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = target->from};
	int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (file < 0 || bind(file, (struct sockaddr *)&own, sizeof own) != 0)
		live_fail("cannot call from an address: %s", strerror(errno));
	address.sin_addr.s_addr = target->host ? target->host : htonl(INADDR_LOOPBACK);
	if (connect(file, (struct sockaddr *)&address, sizeof address) != 0)
		live_fail("cannot connect to port %u: %s", target->port, strerror(errno));
	return file;
}

/* -1: the other side has closed; 0: nothing comes for so long. */
static ssize_t take(int file, uint8_t *bytes, size_t size, int timeout_ms)
{
	struct pollfd wait = {.fd = file, .events = POLLIN};
	ssize_t taken;

	if (poll(&wait, 1, timeout_ms) == 0)
		return 0;
	taken = recv(file, bytes, size, 0);
	return taken > 0 ? taken : -1;
}

size_t hostile_drain(int file)
{
	uint8_t bytes[PIECE_SIZE];
	size_t all = 0;
	ssize_t size;

	while ((size = take(file, bytes, sizeof bytes, PATIENCE_MS)) > 0)
		all += (size_t)size;
	if (size == 0)
		live_fail("the node does not end a connection");
	return all;
}

bool hostile_push(int file, struct bytes_view bytes)
{
	while (bytes.size > 0) {
		ssize_t size = send(file, bytes.at, bytes.size, MSG_NOSIGNAL);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return false;
		bytes.at += size;
		bytes.size -= (size_t)size;
	}
	return true;
}

/* -- Handshake ---------------------------------------------------------------------------------- */

void hostile_init(struct hostile *peer, const struct hostile_target *target, uint8_t key)
{
	static const uint8_t seed[SIPHASH_KEY_SIZE] = {3};
	static uint32_t count;
	struct secret_key ephemeral = {{1}};

	memset(peer, 0, sizeof *peer);
	peer->socket = -1;
	peer->sealer = sealer_new();
	peer->signer = signer_new(&(struct hash){{5}});
	if (!peer->sealer || !peer->signer)
		live_fail("out of memory");
	peer->self.tools = (struct noise_tools){peer->sealer, peer->signer};
	peer->self.genesis = target->genesis;
	memset(&peer->self.node_key, key, sizeof peer->self.node_key);
	put_le32(ephemeral.bytes + 8, ++count);
	if (secret_key_point(peer->self.node_id.bytes, peer->signer, &peer->self.node_key) !=
	            STATUS_OK ||
	    session_init(&peer->session, &peer->self, &target->id, &ephemeral, seed,
	                 clock_monotonic_ms()) != STATUS_OK)
		live_fail("cannot begin a session");
}

void hostile_close(struct hostile *peer)
{
	session_close(&peer->session);
	if (peer->socket >= 0)
		close(peer->socket);
	sealer_free(peer->sealer);
	signer_free(peer->signer);
}

static void admit(struct hostile *peer)
{
	struct hello hello = {
		.protocol_least = P2P_VERSION,
		.protocol_most = P2P_VERSION,
		.roles = ROLE_FULL,
		.agent = text_view("hostile"),
	};

	session_admit(&peer->session, &hello, clock_monotonic_ms());
	peer->is_admitted = true;
}

/* What the session wants to say. */
static void flush(struct hostile *peer)
{
	size_t size;

	while ((size = session_take_output(&peer->session, peer->output,
	                                   clock_monotonic_ms())) > 0)
		if (!hostile_push(peer->socket, bytes_view(peer->output, size)))
			return;
}

static void note(struct hostile *peer, const struct assembled *message)
{
	size_t size = message->bytes.size;

	if (peer->awaited == 0 || message->type != peer->awaited)
		return;
	memcpy(peer->question, message->bytes.at,
	       size < sizeof peer->question ? size : sizeof peer->question);
	peer->awaited = 0;
}

/* Hears what comes next; false: it is over. */
static bool hear(struct hostile *peer)
{
	uint8_t bytes[PIECE_SIZE];
	size_t most = session_read_max(&peer->session);
	struct assembled message;
	enum session_event event = SESSION_OPEN;
	struct bytes_view in;
	ssize_t size = take(peer->socket, bytes, most < sizeof bytes ? most : sizeof bytes,
	                    PATIENCE_MS);

	if (size == 0)
		live_fail("the node says nothing and does not end it");
	if (size < 0)
		return false;
	peer->received += (size_t)size;
	in = bytes_view(bytes, (size_t)size);
	while (event != SESSION_NOTHING && event != SESSION_ENDED && event != SESSION_KNOWN) {
		event = session_next(&peer->session, &in, clock_monotonic_ms(), &message);
		if (event == SESSION_MESSAGE)
			note(peer, &message);
	}
	return event != SESSION_ENDED;
}

void hostile_act_1(struct hostile *peer, uint8_t act[NOISE_ACT_1_SIZE])
{
	if (session_take_output(&peer->session, peer->output, clock_monotonic_ms()) !=
	    NOISE_ACT_1_SIZE)
		live_fail("no first act");
	memcpy(act, peer->output, NOISE_ACT_1_SIZE);
}

void hostile_knock(struct hostile *peer, const struct hostile_target *target)
{
	peer->socket = hostile_dial(target);
	flush(peer);
	while (peer->session.state != SESSION_ADMIT)
		if (!hear(peer))
			live_fail("the node ends a good handshake");
	flush(peer);
}

void hostile_greet(struct hostile *peer)
{
	if (!peer->is_admitted)
		admit(peer);
	flush(peer);
	while (peer->session.state == SESSION_HELLO)
		if (!hear(peer))
			return;
}

void hostile_say(struct hostile *peer, uint16_t type, struct bytes_view message)
{
	struct parcel *parcel = parcel_new(type, message);

	if (!parcel)
		live_fail("out of memory");
	(void)session_send(&peer->session, parcel, clock_monotonic_ms());
	parcel_release(parcel);
	flush(peer);
	hostile_hear(peer); /* who is never read may be cut off for that */
}

void hostile_meet(struct hostile *peer, const struct hostile_target *target, uint8_t key)
{
	hostile_init(peer, target, key);
	hostile_knock(peer, target);
	hostile_greet(peer);
}

/* -- Records ----------------------------------------------------------------------------------------- */

void hostile_seal(struct hostile *peer, uint8_t *record, struct bytes_view body)
{
	if (record_seal(&peer->session.transport->send, peer->sealer, record, body) != STATUS_OK)
		live_fail("cannot seal");
}

bool hostile_record(struct hostile *peer, struct bytes_view body)
{
	uint8_t record[RECORD_SIZE_MAX];

	hostile_seal(peer, record, body);
	return hostile_push(peer->socket, bytes_view(record, body.size + RECORD_OVERHEAD));
}

void hostile_length(struct hostile *peer, uint16_t size)
{
	struct record_key *key = &peer->session.transport->send;
	struct seal_nonce nonce = noise_nonce(key->use_count);
	uint8_t length[2], sealed[RECORD_LENGTH_SIZE];

	put_be16(length, size);
	if (sealer_seal(peer->sealer, sealed, &key->key, &nonce, bytes_view(NULL, 0),
	                bytes_view(length, sizeof length)) != STATUS_OK)
		live_fail("cannot seal");
	key->use_count++;
	(void)hostile_push(peer->socket, bytes_view(sealed, sizeof sealed));
}

/* -- Alive, or over -------------------------------------------------------------------------------------- */

void hostile_hear(struct hostile *peer)
{
	struct pollfd wait = {.fd = peer->socket, .events = POLLIN};

	while (poll(&wait, 1, 0) > 0 && hear(peer))
		flush(peer);
}

/* Pings that come faster than that are not answered. */
static bool wait_out(struct hostile *peer)
{
	struct session *session = &peer->session;
	uint64_t now_ms;

	while (session->answered_ms > 0 &&
	       (now_ms = clock_monotonic_ms()) < session->answered_ms + SESSION_PROBE_MS) {
		struct pollfd wait = {.fd = peer->socket, .events = POLLIN};
		int left_ms = (int)(session->answered_ms + SESSION_PROBE_MS - now_ms);

		if (poll(&wait, 1, left_ms) > 0 && !hear(peer))
			return false;
		flush(peer);
	}
	return true;
}

bool hostile_await(struct hostile *peer, uint16_t type)
{
	peer->awaited = type;
	while (peer->awaited != 0) {
		if (!hear(peer))
			return false;
		flush(peer);
	}
	return true;
}

bool hostile_ping(struct hostile *peer)
{
	struct session *session = &peer->session;

	if (!wait_out(peer))
		return false;
	session_probe(session, clock_monotonic_ms());
	flush(peer);
	while (session->pong_due_ms != 0) {
		if (!hear(peer))
			return false;
		flush(peer); /* it may ask too */
	}
	return true;
}

uint8_t hostile_end(struct hostile *peer)
{
	/* Before we say hello, a session takes nothing in. */
	if (peer->session.state == SESSION_ADMIT) {
		peer->received += hostile_drain(peer->socket);
		return 0;
	}
	while (peer->session.state != SESSION_CLOSED && hear(peer))
		continue;
	return peer->session.disconnect_code;
}
