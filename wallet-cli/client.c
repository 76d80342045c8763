#include "wallet-cli/client.h"

#include "chain/base/memory.h"
#include "rpc/api/json_text.h"
#include "wallet-cli/http_post.h"

struct client {
	struct http_post post;
	struct buffer body;
	bool was_sent;
};

struct client *client_new(const struct node_address *address, struct failure *failure)
{
	struct client *client = memory_new(sizeof *client);

	if (!client) {
		failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
		return NULL;
	}
	buffer_init(&client->body, RPC_BODY_MAX);
	if (http_post_init(&client->post, address, failure) != EXIT_CODE_OK) {
		memory_free(client);
		return NULL;
	}
	return client;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	http_post_close(&client->post);
	buffer_close(&client->body);
	memory_free(client);
}

bool client_was_sent(const struct client *client)
{
	return client->was_sent;
}

/* Sends what is in the body and waits. */
static enum exit_code transfer(struct client *client, uint64_t timeout_ms,
                               struct failure *failure)
{
	enum http_end end;
	CURLcode code;

	client->was_sent = false;
	if (client->body.status != STATUS_OK)
		return failure_set(failure, EXIT_CODE_FAILURE, "the request: %s",
		                   status_text(client->body.status));
	http_post_prepare(&client->post, buffer_view(&client->body), timeout_ms);
	code = curl_easy_perform(client->post.curl);
	end = http_post_end(&client->post, code, failure);
	client->was_sent = end != HTTP_UNREACHABLE;
	return end == HTTP_ANSWERED ? EXIT_CODE_OK : EXIT_CODE_UNREACHABLE;
}

enum exit_code client_call(json_t **result, struct client *client, const char *method,
                           const json_t *params, uint64_t timeout_ms,
                           struct failure *failure)
{
	struct rpc_answers answers;
	const json_t *found;
	enum exit_code exit_code;

	*result = NULL;
	buffer_clear(&client->body);
	rpc_body_call(&client->body, 0, method, params);
	exit_code = transfer(client, timeout_ms, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code =
		rpc_answers_read(&answers, buffer_view(&client->post.answer), 1, false,
	                     http_post_status(&client->post), client->post.name, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = rpc_answers_result(&found, &answers, 0, failure);
	if (exit_code == EXIT_CODE_OK)
		*result = json_incref(json_object_get(answers.root, "result"));
	rpc_answers_close(&answers);
	return exit_code;
}

enum exit_code client_call_many(struct rpc_answers *answers, struct client *client,
                                const struct client_call *calls, size_t count,
                                struct failure *failure)
{
	enum exit_code exit_code;

	buffer_clear(&client->body);
	for (size_t i = 0; i < count; i++) {
		buffer_append_text(&client->body, i == 0 ? "[" : ",");
		rpc_body_call(&client->body, i, calls[i].method, calls[i].params);
	}
	buffer_append_text(&client->body, "]");
	exit_code = transfer(client, CLIENT_ANSWER_MS, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return rpc_answers_read(answers, buffer_view(&client->post.answer), count, true,
	                        http_post_status(&client->post), client->post.name, failure);
}

enum exit_code client_notify(struct client *client, const char *method,
                             const json_t *params, struct failure *failure)
{
	struct rpc_answers answers;
	enum exit_code exit_code;
	long status;

	buffer_clear(&client->body);
	buffer_printf(&client->body,
	              "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":", method);
	json_text_value(&client->body, params);
	buffer_append_text(&client->body, "}");
	exit_code = transfer(client, CLIENT_ANSWER_MS, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	status = http_post_status(&client->post);
	if (status == 204)
		return EXIT_CODE_OK;
	/* Anything else is a complaint, or nothing that we know. */
	exit_code = rpc_answers_read(&answers, buffer_view(&client->post.answer), 1, false,
	                             status, client->post.name, failure);
	if (exit_code == EXIT_CODE_OK)
		rpc_answers_close(&answers);
	return exit_code;
}
