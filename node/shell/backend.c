#include "node/shell/backend.h"

#include "chain/base/invariant.h"
#include "node/shell/backend_checkpoint.h"
#include "node/shell/backend_feed.h"
#include "node/shell/clock.h"
#include "node/shell/endpoint.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"

#include <stdio.h>

/* -- For handlers ------------------------------------------------------------------------------- */

enum status backend_refresh(struct backend *backend, struct why *why)
{
	uint64_t height = atomic_load(&backend->height);
	uint64_t serial = atomic_load(&backend->checkpoint_serial);
	enum status status;

	if (store_view_tip(backend->view)->header.height >= height &&
	    backend->view_serial >= serial)
		return STATUS_OK;
	status = store_view_refresh(backend->view, why);
	if (status == STATUS_OK)
		backend->view_serial = serial;
	return status;
}

struct store_view *backend_view(struct backend *backend, struct rpc_call *call)
{
	struct why why = {{0}};
	enum status status = backend_refresh(backend, &why);

	if (status == STATUS_OK)
		return backend->view;
	backend_fail(call, status, &why);
	return NULL;
}

void backend_fail(struct rpc_call *call, enum status status, const struct why *why)
{
	const char *text = why && why->text[0] ? why->text : status_text(status);

	if (status == STATUS_PRUNED) {
		rpc_call_fail(call, RPC_PRUNED, "%s", text);
		return;
	}
	logger_error(LOG_RPC, "call_failed", log_text("why", text_view(text)));
	rpc_call_fail(call, status == STATUS_MEMORY ? RPC_INTERNAL_ERROR : RPC_STORAGE, "%s",
	              text);
}

void backend_refuse(struct rpc_call *call, enum verdict verdict,
                    const struct refusal *refusal)
{
	INVARIANT(verdict != VERDICT_GOOD);
	if (refusal->operation == REFUSAL_NO_OPERATION)
		rpc_call_fail(call, (enum rpc_code)verdict, "%s", refusal->text);
	else
		rpc_call_fail(call, (enum rpc_code)verdict, "operation %u: %s",
		              refusal->operation, refusal->text);
}

static void answer_question(void *argument)
{
	struct loop_question *question = argument;

	if (question->finish)
		question->finish(question);
	else if (question->answer)
		rpc_call_answer(question->call, question->answer);
	else
		rpc_call_fail(question->call, question->fault.code, "%s",
		              question->fault.message);
	memory_free(question->found);
	memory_free(question);
}

static void open_question(void *owner, struct letter *letter)
{
	struct loop_question *question = (struct loop_question *)(void *)letter;
	struct backend *backend = question->backend;

	question->function(question, owner);
	if (rpc_server_post(backend->server, answer_question, question))
		return;
	json_decref(question->answer);
	memory_free(question->found);
	memory_free(question);
}

void backend_ask_loop(struct backend *backend, struct rpc_call *call,
                      const struct loop_question *asked)
{
	struct loop_question *question = memory_new(sizeof *question);

	if (!question) {
		rpc_call_fail(call, RPC_INTERNAL_ERROR, "out of memory");
		return;
	}
	*question = *asked;
	question->backend = backend;
	question->call = call;
	question->letter.open = open_question;
	node_send(backend->node, &question->letter);
}

/* -- Making it ------------------------------------------------------------------------------------- */

struct handler_list {
	const struct rpc_handler *handlers;
	const size_t *count;
};

static const struct handler_list HANDLERS[] = {
	{backend_node_handlers, &backend_node_handler_count},
	{backend_peer_handlers, &backend_peer_handler_count},
	{backend_peer_list_handlers, &backend_peer_list_handler_count},
	{backend_chain_handlers, &backend_chain_handler_count},
	{backend_consensus_handlers, &backend_consensus_handler_count},
	{backend_tx_handlers, &backend_tx_handler_count},
	{backend_stream_handlers, &backend_stream_handler_count},
	{backend_account_handlers, &backend_account_handler_count},
	{backend_asset_handlers, &backend_asset_handler_count},
	{backend_receipt_handlers, &backend_receipt_handler_count},
};

enum { HANDLER_LIST_COUNT = sizeof HANDLERS / sizeof *HANDLERS };

static enum status gather_handlers(struct backend *backend, struct why *why)
{
	size_t count = 0;

	for (size_t i = 0; i < HANDLER_LIST_COUNT; i++)
		count += *HANDLERS[i].count;
	backend->handlers = memory_new(count * sizeof *backend->handlers);
	if (!backend->handlers)
		return why_set(why, STATUS_MEMORY, "start the RPC server");
	for (size_t i = 0; i < HANDLER_LIST_COUNT; i++) {
		memcpy(backend->handlers + backend->handler_count, HANDLERS[i].handlers,
		       *HANDLERS[i].count * sizeof *backend->handlers);
		backend->handler_count += *HANDLERS[i].count;
	}
	return STATUS_OK;
}

/* Where TCP is listened on; none if the setting is empty. */
static enum status set_listen(struct rpc_server_config *server, struct endpoint *endpoint,
                              const char *listen, struct why *why)
{
	const char *wrong;

	if (listen[0] == '\0')
		return STATUS_OK;
	wrong = endpoint_parse(endpoint, text_view(listen));
	if (wrong)
		return why_say(why, STATUS_MALFORMED, "rpc.listen '%s': %s", listen, wrong);
	if (endpoint->kind == ENDPOINT_NAME && strcmp(endpoint->host, "localhost") == 0)
		snprintf(endpoint->host, sizeof endpoint->host, "127.0.0.1");
	else if (endpoint->kind == ENDPOINT_NAME)
		return why_say(why, STATUS_MALFORMED,
		               "rpc.listen '%s': give the address in digits, not by name", listen);
	server->listen_address = endpoint->host;
	server->port = endpoint->port;
	return STATUS_OK;
}

static void write_address(struct backend *backend, const struct rpc_server_config *server)
{
	uint16_t port = rpc_server_port(backend->server);
	bool is_ipv6 = server->listen_address && strchr(server->listen_address, ':');

	if (port > 0)
		snprintf(backend->address, sizeof backend->address, is_ipv6 ? "[%s]:%u" : "%s:%u",
		         server->listen_address, port);
	else
		snprintf(backend->address, sizeof backend->address, "%s", server->socket_path);
}

static enum status start_server(struct backend *backend, struct why *why)
{
	const struct config *config = backend->node->config;
	struct rpc_server_config server = {.limits = rpc_server_limits_default()};
	char cookie[DATA_PATH_SIZE], socket[DATA_PATH_SIZE];
	struct endpoint endpoint;
	enum status status;

	backend->calls = (struct rpc_backend){
		.owner = backend,
		.handlers = backend->handlers,
		.handler_count = backend->handler_count,
		.submit = backend_submit,
		.metrics = backend_metrics,
		.ready = backend_is_ready,
		.checkpoint = backend_put_checkpoint,
		.feed_open = backend_feed_open,
		.feed_step = backend_feed_step,
		.feed_place = backend_feed_place,
		.feed_close = backend_feed_close,
	};
	INVARIANT(!rpc_backend_lacks(&backend->calls));
	data_dir_path(cookie, &backend->node->dir, FILE_COOKIE);
	data_dir_path(socket, &backend->node->dir, FILE_SOCKET);
	server.limits.connections = backend->node->descriptors.rpc_connections;
	/* Half of all, so that plain calls have the others. */
	if (server.limits.streaming > server.limits.connections / 2)
		server.limits.streaming = server.limits.connections / 2;
	server.cookie_path = cookie;
	server.socket_path = config->rpc_socket[0] ? config->rpc_socket : socket;
	server.public_reads = config->rpc_public_reads;
	server.hosts = (const char *const *)config->rpc_allowed_hosts.items;
	server.host_count = config->rpc_allowed_hosts.count;
	status = set_listen(&server, &endpoint, config->rpc_listen, why);
	if (status != STATUS_OK)
		return status;
	backend->server = rpc_server_new(&server, &backend->calls, why);
	if (!backend->server)
		return STATUS_MALFORMED;
	status = rpc_server_start(backend->server, why);
	if (status == STATUS_OK)
		write_address(backend, &server);
	return status;
}

enum status backend_new(struct backend **made, struct node *node, struct why *why)
{
	struct backend *backend = memory_new(sizeof *backend);
	enum status status;

	*made = backend;
	if (!backend)
		return why_set(why, STATUS_MEMORY, "start the RPC server");
	backend->node = node;
	backend->network = store_network(node->store);
	backend->genesis = node->genesis;
	vitals_init(&backend->vitals);
	vitals_take(&backend->vitals, node, clock_monotonic_ms());
	atomic_store(&backend->height, store_tip(node->store)->header.height);
	status = store_view_open(&backend->view, node->store, why);
	if (status == STATUS_OK)
		status = checkpoint_cache_new(&backend->checkpoint, why);
	if (status == STATUS_OK)
		status = gather_handlers(backend, why);
	if (status == STATUS_OK)
		status = start_server(backend, why);
	return status;
}

static void release_waiters(void *argument)
{
	backend_release_waiters(argument);
	backend_release_receipts(argument);
}

void backend_free(struct backend *backend)
{
	if (!backend)
		return;
	if (backend->server) {
		/* Refused only when the server's thread never ran: then nobody waits. */
		if (!rpc_server_post(backend->server, release_waiters, backend))
			INVARIANT(backend->waiter_count == 0 && !backend->receipt_waiters);
		rpc_server_stop(backend->server);
		rpc_server_free(backend->server);
	}
	feed_desk_free(backend->feed_desk);
	checkpoint_cache_free(backend->checkpoint);
	store_view_close(backend->view);
	memory_free(backend->handlers);
	vitals_close(&backend->vitals);
	memory_free(backend);
}

/* -- For the loop ------------------------------------------------------------------------------------- */

const char *backend_address(const struct backend *backend)
{
	return backend->address;
}

static void wake_feeds(void *argument)
{
	struct backend *backend = argument;

	/* First: a block that comes meanwhile posts again. */
	atomic_store(&backend->is_feed_wake_posted, false);
	rpc_server_wake_feeds(backend->server);
}

static void post_feed_wake(struct backend *backend)
{
	if (atomic_exchange(&backend->is_feed_wake_posted, true))
		return;
	backend->are_feeds_late = !rpc_server_post(backend->server, wake_feeds, backend);
	if (!backend->are_feeds_late)
		return;
	atomic_store(&backend->is_feed_wake_posted, false);
	logger_warn(LOG_RPC, "subscribers_late");
}

void backend_on_block(struct backend *backend, uint64_t height)
{
	atomic_store(&backend->height, height);
	if (atomic_load(&backend->feed_count) > 0)
		post_feed_wake(backend);
}

static void serve_receipts(void *argument)
{
	backend_serve_receipts(argument);
}

void backend_on_checkpoint(struct backend *backend)
{
	atomic_fetch_add(&backend->checkpoint_serial, 1);
	if (atomic_load(&backend->receipt_waiter_count) > 0 &&
	    !rpc_server_post(backend->server, serve_receipts, backend))
		logger_warn(LOG_RPC, "receipts_late");
}

static void expire_waiters(void *argument)
{
	backend_expire_waiters(argument);
}

void backend_on_tick(struct backend *backend)
{
	vitals_tick(&backend->vitals, backend->node, clock_monotonic_ms());
	if (backend->are_feeds_late)
		post_feed_wake(backend);
	if (atomic_load(&backend->waiter_count) > 0 &&
	    !rpc_server_post(backend->server, expire_waiters, backend))
		logger_warn(LOG_RPC, "time_outs_late");
	if (atomic_load(&backend->receipt_waiter_count) > 0 &&
	    !rpc_server_post(backend->server, serve_receipts, backend))
		logger_warn(LOG_RPC, "receipts_late");
}

void backend_refuse_work(struct backend *backend)
{
	atomic_store(&backend->is_refusing, true);
}

bool backend_is_idle(const struct backend *backend)
{
	return atomic_load(&backend->ingress_count) == 0;
}
