#include "rpc/server/server.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "rpc/server/connection.h"
#include "rpc/server/listen.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct post {
	struct post *next;
	void (*function)(void *argument);
	void *argument;
};

struct rpc_server {
	/* The configuration, with texts of our own */
	char *listen_address;
	char *socket_path;
	char *cookie_path;
	char *hosts[RPC_HOSTS_MAX];
	uint16_t port;

	/* The server's thread */
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t stop_timer;
	struct connections connections;
	struct door tcp_door;
	struct door unix_door;
	struct listener tcp;
	struct listener unix_socket;
	pthread_t thread;
	bool is_started;

	/* Between threads */
	pthread_mutex_t lock;
	struct post *posts; /* oldest first */
	struct post **posts_end;
	bool is_stop_asked;
	bool is_closed; /* no post is taken any more */
};

/* -- Configuration ------------------------------------------------------------------ */

struct rpc_server_limits rpc_server_limits_default(void)
{
	return (struct rpc_server_limits){
	    .header_timeout_ms = RPC_HEADER_TIMEOUT_S * 1000,
	    .body_timeout_ms = RPC_BODY_TIMEOUT_S * 1000,
	    .idle_timeout_ms = RPC_IDLE_TIMEOUT_S * 1000,
	    .stop_timeout_ms = RPC_STOP_TIMEOUT_S * 1000,
	    .answer_rate = RPC_ANSWER_RATE_MIN,
	    .quiet_ms = RPC_QUIET_S * 1000,
	    .ping_ms = RPC_PING_S * 1000,
	    .connections = RPC_CONNECTIONS_MAX,
	    .streaming = RPC_STREAMING_MAX,
	    .connections_per_address = RPC_CONNECTIONS_PER_ADDRESS_MAX,
	    .calls_waiting = RPC_CALLS_WAITING_MAX,
	    .held = RPC_HELD_MAX,
	};
}

/* False: memory is out. NULL is copied as NULL. */
static bool copy_text(char **copy, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	*copy = text ? memory_new(size) : NULL;
	if (*copy)
		memcpy(*copy, text, size);
	return *copy || !text;
}

static bool copy_config(struct rpc_server *server, const struct rpc_server_config *config)
{
	bool done = copy_text(&server->listen_address, config->listen_address) &&
	            copy_text(&server->socket_path, config->socket_path) &&
	            copy_text(&server->cookie_path, config->cookie_path);

	for (size_t i = 0; i < config->host_count; i++) {
		done = done && copy_text(&server->hosts[i], config->hosts[i]);
		server->connections.gate.hosts[i] = server->hosts[i];
	}
	server->connections.gate.host_count = config->host_count;
	server->connections.gate.public_reads = config->public_reads;
	server->connections.limits = config->limits;
	server->port = config->port;
	return done;
}

struct rpc_server *rpc_server_new(const struct rpc_server_config *config,
                                  const struct rpc_backend *backend, struct why *why)
{
	struct rpc_server *server;

	INVARIANT(config->limits.answer_rate > 0);
	if (config->host_count > RPC_HOSTS_MAX) {
		why_say(why, STATUS_TOO_LARGE,
		        "rpc.allowed_hosts has %zu names, at most %d are possible",
		        config->host_count, RPC_HOSTS_MAX);
		return NULL;
	}
	server = memory_new(sizeof *server);
	if (!server) {
		why_set(why, STATUS_MEMORY, "%s", "");
		return NULL;
	}
	pthread_mutex_init(&server->lock, NULL);
	server->posts_end = &server->posts;
	server->is_closed = true;
	server->tcp.socket = -1;
	server->unix_socket.socket = -1;
	if (!copy_config(server, config) ||
	    dispatcher_init(&server->connections.dispatcher, backend) != STATUS_OK) {
		why_set(why, STATUS_MEMORY, "%s", "");
		rpc_server_free(server);
		return NULL;
	}
	server->connections.dispatcher.calls_waiting_max = config->limits.calls_waiting;
	server->connections.dispatcher.held.most = config->limits.held;
	return server;
}

void rpc_server_free(struct rpc_server *server)
{
	if (!server)
		return;
	INVARIANT(!server->is_started);
	dispatcher_close(&server->connections.dispatcher);
	pthread_mutex_destroy(&server->lock);
	memory_free(server->listen_address);
	memory_free(server->socket_path);
	memory_free(server->cookie_path);
	for (size_t i = 0; i < RPC_HOSTS_MAX; i++)
		memory_free(server->hosts[i]);
	memory_free(server);
}

uint16_t rpc_server_port(const struct rpc_server *server)
{
	return server->tcp.port;
}

/* -- From other threads ------------------------------------------------------------- */

bool rpc_server_post(struct rpc_server *server, void (*function)(void *argument),
                     void *argument)
{
	struct post *post = memory_new(sizeof *post);
	bool is_taken;

	if (!post)
		return false;
	*post = (struct post){.function = function, .argument = argument};
	pthread_mutex_lock(&server->lock);
	is_taken = !server->is_closed;
	if (is_taken) {
		*server->posts_end = post;
		server->posts_end = &post->next;
		/* Under the lock, so that the handle cannot be closed in between. */
		uv_async_send(&server->wake);
	}
	pthread_mutex_unlock(&server->lock);
	if (!is_taken)
		memory_free(post);
	return is_taken;
}

void rpc_server_wake_feeds(struct rpc_server *server)
{
	subscriptions_wake(&server->connections.subscriptions);
}

/* All that was posted until now, as a list; *is_stop_asked as it stands. */
static struct post *take_posts(struct rpc_server *server, bool *is_stop_asked)
{
	struct post *posts;

	pthread_mutex_lock(&server->lock);
	posts = server->posts;
	server->posts = NULL;
	server->posts_end = &server->posts;
	*is_stop_asked = server->is_stop_asked;
	pthread_mutex_unlock(&server->lock);
	return posts;
}

static void run_posts(struct post *posts)
{
	while (posts) {
		struct post *post = posts;

		posts = post->next;
		post->function(post->argument);
		memory_free(post);
	}
}

/* -- The end ------------------------------------------------------------------------ */

/* Nobody is connected any more: with these two the loop has nothing left to do. What was
 * posted before the queue closed still runs. */
static void on_empty(void *owner)
{
	struct rpc_server *server = owner;
	bool is_stop_asked;

	pthread_mutex_lock(&server->lock);
	server->is_closed = true;
	pthread_mutex_unlock(&server->lock);
	run_posts(take_posts(server, &is_stop_asked));
	subscriptions_close(&server->connections.subscriptions);
	uv_close((uv_handle_t *)&server->wake, NULL);
	uv_close((uv_handle_t *)&server->stop_timer, NULL);
}

static void on_stop_deadline(uv_timer_t *timer)
{
	struct rpc_server *server = timer->data;

	connections_close(&server->connections);
}

static void begin_stop(struct rpc_server *server)
{
	door_close(&server->tcp_door);
	door_close(&server->unix_door);
	connections_stop(&server->connections);
	if (server->connections.count == 0)
		on_empty(server);
	else
		uv_timer_start(&server->stop_timer, on_stop_deadline,
		               server->connections.limits.stop_timeout_ms, 0);
}

static void on_wake(uv_async_t *wake)
{
	struct rpc_server *server = wake->data;
	bool is_stop_asked;

	run_posts(take_posts(server, &is_stop_asked));
	if (is_stop_asked && !server->connections.is_stopping)
		begin_stop(server);
}

/* -- The thread --------------------------------------------------------------------- */

static void *run(void *argument)
{
	struct rpc_server *server = argument;
	sigset_t signals;

	/* A client that went away is an error of a write, not the end of the process; and
	 * every other signal is for whoever waits for signals. */
	sigfillset(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	return NULL;
}

static enum status open_doors(struct rpc_server *server, struct why *why)
{
	enum status status = STATUS_OK;

	if (server->tcp.socket >= 0)
		status = door_open(&server->tcp_door, &server->connections,
		                   listener_take(&server->tcp), false, why);
	if (status == STATUS_OK && server->unix_socket.socket >= 0)
		status = door_open(&server->unix_door, &server->connections,
		                   listener_take(&server->unix_socket), true, why);
	return status;
}

/* Handles only; nothing runs yet. */
static enum status open_loop(struct rpc_server *server, struct why *why)
{
	struct connections *connections = &server->connections;
	int failed = uv_loop_init(&server->loop);

	if (failed)
		return why_set(why, STATUS_MEMORY, "start the loop: %s", uv_strerror(failed));
	connections->loop = &server->loop;
	connections->on_empty = on_empty;
	connections->owner = server;
	uv_timer_init(&server->loop, &server->stop_timer);
	server->stop_timer.data = server;
	failed = uv_async_init(&server->loop, &server->wake, on_wake);
	if (failed) {
		uv_close((uv_handle_t *)&server->stop_timer, NULL);
		uv_run(&server->loop, UV_RUN_DEFAULT);
		uv_loop_close(&server->loop);
		return why_set(why, STATUS_MEMORY, "start the loop: %s", uv_strerror(failed));
	}
	server->wake.data = server;
	subscriptions_open(&connections->subscriptions, connections->dispatcher.backend,
	                   &server->loop);
	return STATUS_OK;
}

static void close_loop(struct rpc_server *server)
{
	int busy;

	uv_run(&server->loop, UV_RUN_DEFAULT);
	busy = uv_loop_close(&server->loop);
	INVARIANT(busy == 0);
}

static enum status start_thread(struct rpc_server *server, struct why *why)
{
	enum status status = open_loop(server, why);

	if (status != STATUS_OK)
		return status;
	status = open_doors(server, why);
	if (status == STATUS_OK) {
		server->is_closed = false;
		if (pthread_create(&server->thread, NULL, run, server) == 0)
			return STATUS_OK;
		status = why_set(why, STATUS_MEMORY, "start the thread");
	}
	door_close(&server->tcp_door);
	door_close(&server->unix_door);
	on_empty(server);
	close_loop(server);
	return status;
}

/* -- Begin and end ------------------------------------------------------------------ */

static enum status open_listeners(struct rpc_server *server, struct why *why)
{
	enum status status = STATUS_OK;

	if (server->listen_address)
		status =
		    listener_open_tcp(&server->tcp, server->listen_address, server->port, why);
	if (status == STATUS_OK && server->socket_path)
		status = listener_open_unix(&server->unix_socket, server->socket_path, why);
	return status;
}

enum status rpc_server_start(struct rpc_server *server, struct why *why)
{
	struct cookie *cookie = &server->connections.gate.cookie;
	enum status status;

	INVARIANT(!server->is_started && !server->connections.is_stopping);
	status = open_listeners(server, why);
	if (status != STATUS_OK)
		goto listeners;
	/* Only now: the cookie of a node that runs must not be overwritten by one that finds
	 * its port taken. */
	status = cookie_init(cookie, server->cookie_path, why);
	if (status != STATUS_OK)
		goto listeners;
	status = start_thread(server, why);
	if (status != STATUS_OK)
		goto cookie;
	server->is_started = true;
	return STATUS_OK;
cookie:
	cookie_close(cookie, server->cookie_path);
listeners:
	listener_close(&server->tcp);
	listener_close(&server->unix_socket);
	return status;
}

void rpc_server_stop(struct rpc_server *server)
{
	if (!server->is_started)
		return;
	pthread_mutex_lock(&server->lock);
	server->is_stop_asked = true;
	uv_async_send(&server->wake);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->thread, NULL);
	close_loop(server);
	cookie_close(&server->connections.gate.cookie, server->cookie_path);
	listener_close(&server->unix_socket);
	server->is_started = false;
}
