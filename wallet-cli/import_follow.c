#include "wallet-cli/import_follow.h"

#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/import_state.h"
#include "wallet-cli/rpc_answer.h"

enum {
	BLOCK_PAUSE_MS = 20, /* between two questions for a block that is not there */
	STATUS_PAUSE_MS = 500,
	STATUS_AFTER_MS = 1500,   /* so long something is pending before it is asked about */
	EXPIRY_MARGIN_MS = 60000, /* for a clock of ours that is fast */
	ANSWER_TIMEOUT_MS = 30000,
};

enum exit_code import_follower_init(struct import_follower *follower, CURLM *multi,
                                    uint64_t height, const struct node_address *address,
                                    struct failure *failure)
{
	*follower = (struct import_follower){.multi = multi, .height = height + 1};
	buffer_init(&follower->body, RPC_BODY_MAX);
	return http_post_init(&follower->post, address, failure);
}

void import_follower_close(struct import_follower *follower)
{
	if (follower->asking != FOLLOW_IDLE)
		curl_multi_remove_handle(follower->multi, follower->post.curl);
	http_post_close(&follower->post);
	buffer_close(&follower->body);
}

static struct import_item *find(struct import *import, const struct hash *txid)
{
	struct import_item *item;

	HASH_FIND(hh, import->by_txid, txid, sizeof *txid, item);
	return item;
}

/* -- Asking ------------------------------------------------------------------------- */

static void send_body(struct import_follower *follower, enum follow_question asking)
{
	http_post_prepare(&follower->post, buffer_view(&follower->body), ANSWER_TIMEOUT_MS);
	/* What cannot be asked now is asked the next time. */
	if (follower->body.status == STATUS_OK &&
	    curl_multi_add_handle(follower->multi, follower->post.curl) == CURLM_OK)
		follower->asking = asking;
}

static void ask_block(struct import_follower *follower)
{
	json_t *params = json_pack("{sI}", "height", (json_int_t)follower->height);

	buffer_clear(&follower->body);
	rpc_body_call(&follower->body, 0, "chain.get_block", params);
	json_decref(params);
	send_body(follower, FOLLOW_BLOCK);
}

/* What is pending for long, the oldest first: the table keeps the order. */
static void choose_old(struct import *import, uint64_t now_ms)
{
	struct import_follower *follower = &import->follower;
	struct import_item *item, *next;

	follower->count = 0;
	HASH_ITER (hh, import->by_txid, item, next) {
		if (item->state != IMPORT_PENDING || now_ms < item->asked_ms + STATUS_AFTER_MS)
			continue;
		item->asked_ms = now_ms;
		follower->txids[follower->count++] = item->txid;
		if (follower->count == IMPORT_BATCH_TXS)
			break;
	}
}

static void ask_status(struct import *import, uint64_t now_ms)
{
	struct import_follower *follower = &import->follower;

	follower->status_due_ms = now_ms + STATUS_PAUSE_MS;
	choose_old(import, now_ms);
	if (follower->count == 0)
		return;
	buffer_clear(&follower->body);
	for (size_t i = 0; i < follower->count; i++) {
		char txid[HASH_HEX_SIZE];

		hex_encode(txid, hash_view(&follower->txids[i]));
		buffer_printf(&follower->body,
		              "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.get_status\","
		              "\"params\":{\"txid\":\"%s\"}}",
		              i == 0 ? "[" : ",", i, txid);
	}
	buffer_append_text(&follower->body, "]");
	send_body(follower, FOLLOW_STATUS);
}

void import_follower_start(struct import *import, uint64_t now_ms)
{
	struct import_follower *follower = &import->follower;

	if (follower->asking != FOLLOW_IDLE || !import->by_txid)
		return;
	if (now_ms >= follower->status_due_ms)
		ask_status(import, now_ms);
	if (follower->asking == FOLLOW_IDLE && now_ms >= follower->due_ms)
		ask_block(follower);
}

/* -- Answers ------------------------------------------------------------------------ */

static void on_block(struct import *import, const json_t *result)
{
	struct import_follower *follower = &import->follower;
	const json_t *txids = json_object_get(result, "txids");

	follower->height++;
	follower->due_ms = 0; /* perhaps there is one more already */
	for (size_t i = 0; i < json_array_size(txids); i++) {
		const json_t *text = json_array_get(txids, i);
		struct import_item *item;
		struct hash txid;

		if (json_string_length(text) != 2 * HASH_SIZE ||
		    !hex_decode(txid.bytes, HASH_SIZE, text_view(json_string_value(text))))
			continue;
		item = find(import, &txid);
		if (item)
			import_end_item(import, item, IMPORT_FINAL, NULL);
	}
}

static void read_block(struct import *import)
{
	struct import_follower *follower = &import->follower;
	struct rpc_answers answers;
	struct failure failure;
	const json_t *result;

	follower->due_ms = elapsing_ms() + BLOCK_PAUSE_MS;
	if (rpc_answers_read(&answers, buffer_view(&follower->post.answer), 1, false,
	                     http_post_status(&follower->post), follower->post.name,
	                     &failure) != EXIT_CODE_OK)
		return;
	/* Not there yet, most of the time. */
	if (rpc_answers_result(&result, &answers, 0, &failure) == EXIT_CODE_OK)
		on_block(import, result);
	rpc_answers_close(&answers);
}

/* The node has no trace of what it took: it started again. The same bytes are sent again,
 * unless they are too old to enter. */
static void on_lost(struct import *import, struct import_item *item)
{
	if (wall_ms() > item->valid_until_ms + EXPIRY_MARGIN_MS) {
		import_end_item(import, item, IMPORT_UNKNOWN, NULL);
		return;
	}
	item->state = IMPORT_SIGNED;
	import_queue_push(&import->signed_items, item);
}

static void on_status(struct import *import, struct import_item *item,
                      const json_t *result)
{
	const char *status = json_string_value(json_object_get(result, "status"));
	struct failure failure;

	if (!status)
		return;
	if (strcmp(status, "final") == 0) {
		import_end_item(import, item, IMPORT_FINAL, NULL);
	} else if (strcmp(status, "refused") == 0 || strcmp(status, "expired") == 0) {
		failure_of_rpc(&failure, json_object_get(result, "error"));
		import_end_item(import, item, IMPORT_FAILED, &failure);
	} else if (strcmp(status, "unknown") == 0) {
		on_lost(import, item);
	}
}

static void read_status(struct import *import)
{
	struct import_follower *follower = &import->follower;
	struct rpc_answers answers;
	struct failure failure;

	if (rpc_answers_read(&answers, buffer_view(&follower->post.answer), follower->count,
	                     true, http_post_status(&follower->post), follower->post.name,
	                     &failure) != EXIT_CODE_OK)
		return;
	for (size_t i = 0; i < follower->count; i++) {
		struct import_item *item = find(import, &follower->txids[i]);
		const json_t *result;

		/* Only what is still as it was when the question was asked. */
		if (item && item->state == IMPORT_PENDING &&
		    rpc_answers_result(&result, &answers, i, &failure) == EXIT_CODE_OK)
			on_status(import, item, result);
	}
	rpc_answers_close(&answers);
}

bool import_follower_on_end(struct import *import, CURL *handle, CURLcode code)
{
	struct import_follower *follower = &import->follower;
	struct failure failure;
	enum follow_question asking = follower->asking;

	if (handle != follower->post.curl)
		return false;
	curl_multi_remove_handle(follower->multi, handle);
	follower->asking = FOLLOW_IDLE;
	if (http_post_end(&follower->post, code, &failure) != HTTP_ANSWERED) {
		/* The next try tells; sending learns of it too. */
		follower->due_ms = elapsing_ms() + STATUS_PAUSE_MS;
		return true;
	}
	if (asking == FOLLOW_BLOCK)
		read_block(import);
	else
		read_status(import);
	return true;
}
