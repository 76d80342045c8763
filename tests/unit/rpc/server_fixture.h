/* A server with a small backend behind it, and a client that speaks bytes: for the tests
 * of rpc/server only. */
#ifndef TESTS_UNIT_RPC_SERVER_FIXTURE_H
#define TESTS_UNIT_RPC_SERVER_FIXTURE_H

#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "chain/crypto/hash.h"
#include "rpc/api/params.h"
#include "rpc/server/call.h"
#include "rpc/server/server.h"
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HELD_MAX = 2048 };

struct fixture {
	struct rpc_server *server;
	struct rpc_backend backend;
	struct rpc_server_config config;
	char socket_path[128];
	char cookie_path[128];
	char authorization[160]; /* the header line of who has the cookie */

	/* Calls that the backend keeps until the test says more. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct rpc_call *held[HELD_MAX];
	size_t held_count;
	size_t submit_count; /* times that submit was called */
	bool holds_submissions;
	bool is_ready;
};

static inline void hold_call(struct fixture *fixture, struct rpc_call *call)
{
	pthread_mutex_lock(&fixture->lock);
	ck_assert_uint_lt(fixture->held_count, HELD_MAX);
	fixture->held[fixture->held_count++] = call;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
}

static inline void wait_for_held(struct fixture *fixture, size_t count)
{
	pthread_mutex_lock(&fixture->lock);
	while (fixture->held_count < count)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	pthread_mutex_unlock(&fixture->lock);
}

/* -- The backend -------------------------------------------------------------------- */

static inline void on_status(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	(void)owner;
	rpc_call_answer(call, json_pack("{s:s}", "network", "test"));
}

/* Held until the test answers it. */
static inline void on_get_tx(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	hold_call(owner, call);
}

static inline void on_get_tx_status(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	(void)owner;
	rpc_call_fail_hint(call, RPC_TX_NOT_FOUND, "look elsewhere", "no %s \"%d\"", "tx", 7);
}

/* 4,300 bytes for each item that was asked for. */
static inline void on_list_pool(struct rpc_call *call, json_t *params, void *owner)
{
	size_t size = (size_t)rpc_param_integer(params, "limit") * 4300;
	char *text = malloc(size);

	(void)owner;
	ck_assert_ptr_nonnull(text);
	memset(text, 'x', size);
	text[0] = '"';
	text[size - 1] = '"';
	rpc_call_answer_text(call, bytes_view(text, size));
	free(text);
}

static inline void on_get_head(struct rpc_call *call, json_t *params, void *owner)
{
	(void)params;
	(void)owner;
	rpc_call_answer(call, NULL);
}

static inline void on_get_stream(struct rpc_call *call, json_t *params, void *owner)
{
	(void)owner;
	rpc_call_answer(call, json_incref(params));
}

/* One byte 0xff is refused, everything else is taken under its hash. */
static inline void answer_submission(struct rpc_call *call)
{
	struct bytes_view tx = rpc_call_tx(call);
	struct hash txid = hash_of(tx);

	if (tx.size == 1 && tx.at[0] == 0xff)
		rpc_call_fail(call, RPC_TX_SCHEMA, "byte 0: 0xff");
	else
		rpc_call_answer_submitted(call, &txid);
}

static inline void on_submit(void *owner, struct rpc_call *const *calls, size_t count)
{
	struct fixture *fixture = owner;

	fixture->submit_count++;
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(rpc_call_method(calls[i])->name, "tx.submit");
		if (fixture->holds_submissions)
			hold_call(fixture, calls[i]);
		else
			answer_submission(calls[i]);
	}
}

static inline bool on_ready(void *owner, struct why *reason)
{
	struct fixture *fixture = owner;

	if (!fixture->is_ready)
		why_say(reason, STATUS_BUSY, "syncing: 7 of 9 blocks");
	return fixture->is_ready;
}

/* -- Its life ----------------------------------------------------------------------- */

static inline void read_cookie(struct fixture *fixture)
{
	char line[128] = "";
	FILE *file = fopen(fixture->cookie_path, "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
	fclose(file);
	ck_assert_uint_eq(strcspn(line, "\n"), 70);
	strcpy(fixture->authorization, "Authorization: Basic ");
	base64_encode(fixture->authorization + 21, bytes_view(line, 70));
	strcpy(fixture->authorization + 21 + base64_encoded_size(70), "\r\n");
}

/* Everything at its default, on any free port; a test changes what it wants before it
 * starts. */
static inline struct fixture fixture_new(void)
{
	static const struct rpc_handler handlers[] = {
	    {"node.get_status", on_status},      {"tx.get", on_get_tx},
	    {"tx.get_status", on_get_tx_status}, {"tx.list_pool", on_list_pool},
	    {"chain.get_head", on_get_head},     {"stream.get", on_get_stream},
	};
	struct fixture fixture = {.is_ready = true};
	const char *folder = scratch_folder();

	pthread_mutex_init(&fixture.lock, NULL);
	pthread_cond_init(&fixture.changed, NULL);
	snprintf(fixture.socket_path, sizeof fixture.socket_path, "%s/rpc.socket", folder);
	snprintf(fixture.cookie_path, sizeof fixture.cookie_path, "%s/rpc.cookie", folder);
	fixture.backend = (struct rpc_backend){
	    .handlers = handlers,
	    .handler_count = sizeof handlers / sizeof *handlers,
	    .submit = on_submit,
	    .ready = on_ready,
	};
	fixture.config = (struct rpc_server_config){
	    .listen_address = "127.0.0.1",
	    .limits = rpc_server_limits_default(),
	};
	return fixture;
}

static inline void fixture_start(struct fixture *fixture)
{
	struct why why;

	fixture->backend.owner = fixture;
	fixture->config.socket_path = fixture->socket_path;
	fixture->config.cookie_path = fixture->cookie_path;
	fixture->server = rpc_server_new(&fixture->config, &fixture->backend, &why);
	ck_assert_ptr_nonnull(fixture->server);
	ck_assert_msg(rpc_server_start(fixture->server, &why) == STATUS_OK, "%s", why.text);
	read_cookie(fixture);
}

static inline void fixture_stop(struct fixture *fixture)
{
	rpc_server_stop(fixture->server);
	rpc_server_free(fixture->server);
}

/* -- A client ----------------------------------------------------------------------- */

struct client {
	int socket;
	char *bytes; /* what came and was not yet looked at */
	size_t size;
};

struct reply {
	unsigned status; /* 0: the connection ended instead */
	char head[1024];
	char *text; /* free it; never NULL */
	size_t size;
};

static inline struct client client_on(int socket_number)
{
	struct timeval patience = {.tv_sec = 20};

	setsockopt(socket_number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(socket_number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	return (struct client){.socket = socket_number};
}

static inline struct client client_connect(const struct fixture *fixture)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int number = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons(rpc_server_port(fixture->server));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(number, (struct sockaddr *)&address, sizeof address), 0);
	return client_on(number);
}

static inline struct client client_connect_unix(const struct fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int number = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, fixture->socket_path);
	ck_assert_int_eq(connect(number, (struct sockaddr *)&address, sizeof address), 0);
	return client_on(number);
}

static inline void client_close(struct client *client)
{
	close(client->socket);
	free(client->bytes);
	*client = (struct client){.socket = -1};
}

/* False: the other side has gone. */
static inline bool client_send(struct client *client, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t sent = send(client->socket, at, size, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static inline void client_send_text(struct client *client, const char *text)
{
	ck_assert(client_send(client, text, strlen(text)));
}

/* More bytes. False: no more will come. */
static inline bool client_receive(struct client *client)
{
	ssize_t got;

	client->bytes = realloc(client->bytes, client->size + 65536 + 1);
	ck_assert_ptr_nonnull(client->bytes);
	got = recv(client->socket, client->bytes + client->size, 65536, 0);
	ck_assert_msg(got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK),
	              "no answer for 20 seconds");
	if (got <= 0)
		return false;
	client->size += (size_t)got;
	return true;
}

static inline void client_drop(struct client *client, size_t size)
{
	memmove(client->bytes, client->bytes + size, client->size - size);
	client->size -= size;
}

static inline struct reply client_reply(struct client *client)
{
	struct reply reply = {.text = calloc(1, 1)};
	const char *length;
	char *end;

	while (!client->size || !(end = memmem(client->bytes, client->size, "\r\n\r\n", 4)))
		if (!client_receive(client))
			return reply;
	end += 4;
	ck_assert_uint_lt((size_t)(end - client->bytes), sizeof reply.head);
	memcpy(reply.head, client->bytes, (size_t)(end - client->bytes));
	ck_assert_int_eq(sscanf(reply.head, "HTTP/1.1 %u ", &reply.status), 1);
	client_drop(client, (size_t)(end - client->bytes));
	length = strstr(reply.head, "Content-Length: ");
	if (!length)
		return reply;
	reply.size = strtoul(length + 16, NULL, 10);
	free(reply.text);
	reply.text = calloc(1, reply.size + 1);
	ck_assert_ptr_nonnull(reply.text);
	while (client->size < reply.size)
		ck_assert_msg(client_receive(client), "the answer is cut");
	memcpy(reply.text, client->bytes, reply.size);
	client_drop(client, reply.size);
	return reply;
}

/* Is it closed, with nothing more sent? */
static inline bool client_is_let_go(struct client *client)
{
	return client->size == 0 && !client_receive(client);
}

/* POST / with the cookie. */
static inline void client_post(const struct fixture *fixture, struct client *client,
                               const char *body)
{
	char head[512];

	snprintf(head, sizeof head,
	         "POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\n"
	         "Content-Length: %zu\r\n\r\n",
	         fixture->authorization, strlen(body));
	client_send_text(client, head);
	client_send_text(client, body);
}

/* One question, one answer, on a connection of its own; free the text. */
static inline struct reply ask(const struct fixture *fixture, const char *body)
{
	struct client client = client_connect(fixture);
	struct reply reply;

	client_post(fixture, &client, body);
	reply = client_reply(&client);
	client_close(&client);
	return reply;
}

/* The same, parsed; json_decref it. */
static inline json_t *ask_json(const struct fixture *fixture, const char *body)
{
	struct reply reply = ask(fixture, body);
	json_error_t error;
	json_t *json = json_loadb(reply.text, reply.size, 0, &error);

	ck_assert_uint_eq(reply.status, 200);
	ck_assert_msg(json != NULL, "%s: %s", reply.text, error.text);
	free(reply.text);
	return json;
}

static inline int error_code(const json_t *answer)
{
	return (int)json_integer_value(
	    json_object_get(json_object_get(answer, "error"), "code"));
}

static inline const char *error_message(const json_t *answer)
{
	return json_string_value(
	    json_object_get(json_object_get(answer, "error"), "message"));
}

/* The server still answers. */
static inline void assert_serves(const struct fixture *fixture)
{
	struct reply reply =
	    ask(fixture, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}");

	ck_assert_uint_eq(reply.status, 200);
	ck_assert_str_eq(reply.text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}");
	free(reply.text);
}

/* -- From the test to the server's thread ------------------------------------------- */

struct job {
	void (*function)(void *argument);
	void *argument;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool is_done;
};

static inline void run_job(void *argument)
{
	struct job *job = argument;

	job->function(job->argument);
	pthread_mutex_lock(&job->lock);
	job->is_done = true;
	pthread_cond_signal(&job->finished);
	pthread_mutex_unlock(&job->lock);
}

/* Runs a function on the server's thread and waits until it has run. */
static inline void run_there(const struct fixture *fixture, void (*function)(void *),
                             void *argument)
{
	struct job job = {.function = function,
	                  .argument = argument,
	                  .lock = PTHREAD_MUTEX_INITIALIZER,
	                  .finished = PTHREAD_COND_INITIALIZER};

	ck_assert(rpc_server_post(fixture->server, run_job, &job));
	pthread_mutex_lock(&job.lock);
	while (!job.is_done)
		pthread_cond_wait(&job.finished, &job.lock);
	pthread_mutex_unlock(&job.lock);
}

#endif
