#include "wallet-cli/import_send.h"

#include "chain/base/text.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/import_state.h"
#include "wallet-cli/keystore/random.h"
#include "wallet-cli/rpc_answer.h"

enum {
	BATCH_WORTH = 250,   /* below it, a batch waits while another one is on its way */
	PAUSE_FIRST_MS = 20, /* after the first "not now"; doubled up to */
	PAUSE_LAST_MS = 1000,
	SUBMIT_TIMEOUT_MS = 30000,
};

enum exit_code import_sender_init(struct import_sender *sender, CURLM *multi,
                                  size_t connection_count,
                                  const struct node_address *address,
                                  struct failure *failure)
{
	*sender = (struct import_sender){.multi = multi};
	sender->connections = memory_new(connection_count * sizeof *sender->connections);
	if (!sender->connections)
		return failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	for (size_t i = 0; i < connection_count; i++) {
		struct import_connection *connection = &sender->connections[i];
		enum exit_code exit_code = http_post_init(&connection->post, address, failure);

		if (exit_code != EXIT_CODE_OK)
			return exit_code;
		buffer_init(&connection->body, RPC_BODY_MAX);
		sender->connection_count++;
	}
	return EXIT_CODE_OK;
}

void import_sender_close(struct import_sender *sender)
{
	for (size_t i = 0; i < sender->connection_count; i++) {
		struct import_connection *connection = &sender->connections[i];

		if (connection->count > 0)
			curl_multi_remove_handle(sender->multi, connection->post.curl);
		for (size_t j = 0; j < connection->count; j++)
			import_item_free(connection->items[j]);
		http_post_close(&connection->post);
		buffer_close(&connection->body);
	}
	memory_free(sender->connections);
	*sender = (struct import_sender){0};
}

/* -- Sending ------------------------------------------------------------------------ */

/* Exactly as the node's short way reads it (rpc/api/submission.h). */
static void put_call(struct buffer *body, size_t id, const struct import_item *item)
{
	buffer_printf(body,
	              "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.submit\","
	              "\"params\":{\"tx_b64\":\"",
	              id);
	buffer_append(body, item->tx_b64, item->tx_b64_size);
	buffer_append_text(body, "\"}}");
}

/* The next item that is still to be sent; NULL: none. */
static struct import_item *next_item(struct import *import)
{
	struct import_item *item;

	while ((item = import_queue_pop(&import->signed_items))) {
		if (!item->is_ended)
			return item;
		import_item_free(item);
	}
	return NULL;
}

static void fill_batch(struct import *import, struct import_connection *connection)
{
	struct buffer *body = &connection->body;
	struct import_item *item;

	buffer_clear(body);
	while (connection->count < IMPORT_BATCH_TXS && body->size < IMPORT_BATCH_BYTES &&
	       (item = next_item(import))) {
		buffer_append_text(body, connection->count == 0 ? "[" : ",");
		put_call(body, connection->count, item);
		item->state = IMPORT_SENDING;
		connection->items[connection->count++] = item;
	}
	buffer_append_text(body, "]");
}

/* Before all others and in their order, as they were. */
static void give_back(struct import *import, struct import_connection *connection)
{
	for (size_t i = connection->count; i > 0; i--) {
		struct import_item *item = connection->items[i - 1];

		if (!item)
			continue;
		item->state = IMPORT_SIGNED;
		import_queue_push_front(&import->signed_items, item);
	}
	connection->count = 0;
}

static void pause_sending(struct import_sender *sender, const struct failure *failure)
{
	uint64_t pause_ms = PAUSE_LAST_MS;
	uint32_t jitter = 0;
	struct why why;

	if (sender->pause_count < 6)
		pause_ms = (uint64_t)PAUSE_FIRST_MS << sender->pause_count;
	sender->pause_count++;
	/* Half of it by lot, so that many wallets do not come back at once. */
	if (random_get(&jitter, sizeof jitter, &why) == STATUS_OK)
		pause_ms = pause_ms / 2 + jitter % (pause_ms / 2 + 1);
	sender->paused_until_ms = elapsing_ms() + pause_ms;
	sender->not_now = *failure;
}

static void start_batch(struct import *import, struct import_connection *connection)
{
	struct import_sender *sender = &import->sender;
	struct failure failure;

	fill_batch(import, connection);
	if (connection->count == 0)
		return;
	http_post_prepare(&connection->post, buffer_view(&connection->body),
	                  SUBMIT_TIMEOUT_MS);
	if (connection->body.status == STATUS_OK &&
	    curl_multi_add_handle(sender->multi, connection->post.curl) == CURLM_OK) {
		sender->busy_count++;
		return;
	}
	failure_set(&failure, EXIT_CODE_FAILURE, "out of memory");
	pause_sending(sender, &failure);
	give_back(import, connection);
}

void import_sender_start(struct import *import, uint64_t now_ms)
{
	struct import_sender *sender = &import->sender;

	for (size_t i = 0; i < sender->connection_count; i++) {
		struct import_connection *connection = &sender->connections[i];

		if (now_ms < sender->paused_until_ms || !import->signed_items.first ||
		    (import->signed_items.count < BATCH_WORTH && sender->busy_count > 0))
			return;
		if (connection->count == 0)
			start_batch(import, connection);
	}
}

/* -- Answers ------------------------------------------------------------------------ */

/* The very same bytes may be taken later. */
static bool is_for_later(const struct failure *failure)
{
	switch (failure->rpc_code) {
	case RPC_TX_QUOTA:
	case RPC_LIMIT_EXCEEDED:
	case RPC_RATE_LIMITED:
	case RPC_NOT_READY:
		return true;
	case 0: /* no answer of JSON-RPC at all: a cut, a restart, a proxy */
		return failure->exit_code == EXIT_CODE_UNREACHABLE;
	default:
		return false;
	}
}

static void on_taken(struct import *import, struct import_item *item)
{
	import->sender.pause_count = 0;
	import->moved_ms = elapsing_ms();
	item->state = IMPORT_PENDING;
	item->asked_ms = import->moved_ms;
	item->may_be_sent = true;
	if (import->plan->wait != SUBMIT_WAIT_FINAL)
		import_end_item(import, item, IMPORT_TAKEN, NULL);
}

/* One answer. True: the item goes back to be sent again. */
static bool judge(struct import *import, struct import_item *item,
                  const struct rpc_answers *answers, size_t index)
{
	struct failure failure = {0};
	const json_t *result;

	if (rpc_answers_result(&result, answers, index, &failure) == EXIT_CODE_OK) {
		on_taken(import, item);
		return false;
	}
	if (is_for_later(&failure)) {
		pause_sending(&import->sender, &failure);
		return true;
	}
	/* Nobody holds it from here on. */
	item->state = IMPORT_PENDING;
	import_end_item(import, item,
	                failure.rpc_code == RPC_TX_ALREADY_IN_LEDGER ? IMPORT_FINAL
	                                                             : IMPORT_FAILED,
	                &failure);
	return false;
}

static void judge_all(struct import *import, struct import_connection *connection,
                      const struct rpc_answers *answers)
{
	unsigned pause_count = import->sender.pause_count;

	for (size_t i = 0; i < connection->count; i++) {
		struct import_item *item = connection->items[i];

		if (item->is_ended)
			import_item_free(item); /* a block was faster than the answer */
		else if (judge(import, item, answers, i))
			continue; /* stays in its place for give_back */
		connection->items[i] = NULL;
	}
	/* A thousand times "not now" in one answer is one. */
	if (import->sender.pause_count > pause_count + 1)
		import->sender.pause_count = pause_count + 1;
	give_back(import, connection);
}

static void drop_ended(struct import_connection *connection)
{
	for (size_t i = 0; i < connection->count; i++) {
		if (!connection->items[i]->is_ended)
			continue;
		import_item_free(connection->items[i]);
		connection->items[i] = NULL;
	}
}

static enum exit_code on_end(struct import *import, struct import_connection *connection,
                             CURLcode code, struct failure *failure)
{
	struct rpc_answers answers;
	enum http_end end = http_post_end(&connection->post, code, failure);
	enum exit_code exit_code = EXIT_CODE_UNREACHABLE;

	if (end == HTTP_ANSWERED) {
		exit_code = rpc_answers_read(
			&answers, buffer_view(&connection->post.answer), connection->count, true,
			http_post_status(&connection->post), connection->post.name, failure);
		if (exit_code == EXIT_CODE_OK) {
			judge_all(import, connection, &answers);
			rpc_answers_close(&answers);
			return EXIT_CODE_OK;
		}
	}
	/* Whatever was answered to the body as a whole, the node may have begun with it. */
	for (size_t i = 0; end != HTTP_UNREACHABLE && i < connection->count; i++)
		connection->items[i]->may_be_sent = true;
	drop_ended(connection);
	give_back(import, connection);
	if (!is_for_later(failure))
		return exit_code;
	pause_sending(&import->sender, failure);
	return EXIT_CODE_OK;
}

bool import_sender_on_end(struct import *import, CURL *handle, CURLcode code,
                          enum exit_code *exit_code, struct failure *failure)
{
	struct import_sender *sender = &import->sender;

	for (size_t i = 0; i < sender->connection_count; i++) {
		struct import_connection *connection = &sender->connections[i];

		if (connection->post.curl != handle)
			continue;
		curl_multi_remove_handle(sender->multi, handle);
		sender->busy_count--;
		*exit_code = on_end(import, connection, code, failure);
		return true;
	}
	return false;
}
