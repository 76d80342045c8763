#include "rpc/server/subscribe.h"

#include "rpc/api/params.h"
#include "rpc/server/connection.h"
#include "rpc/server/outlet.h"

/* NULL: the call was answered, it came over a connection that does not stay. */
static struct outlet *outlet_of(struct rpc_call *call)
{
	struct outlet *outlet = call->exchange->outlet;

	if (!outlet)
		rpc_call_fail_hint(call, RPC_INVALID_REQUEST,
		                   "connect to /ws, or read GET /v1/events?topics=...",
		                   "%s needs a WebSocket, at /ws: an answer over HTTP ends",
		                   rpc_call_method(call)->name);
	return outlet;
}

static bool read_request(struct rpc_feed_request *request, const json_t *params,
                         struct rpc_fault *fault)
{
	json_t *topics = json_object_get(params, "topics");
	const json_t *topic;
	size_t i;

	*request = (struct rpc_feed_request){.from_head = true};
	json_array_foreach (topics, i, topic)
		if (!rpc_topics_add(
				request, bytes_view(json_string_value(topic), json_string_length(topic)),
				fault))
			return false;
	return !rpc_param_has(params, "from") ||
	       rpc_topics_from(request, rpc_param_text(params, "from"), fault);
}

static struct rpc_place place_of(const struct subscription *subscription)
{
	return subscription->all->backend->feed_place(subscription->feed);
}

void subscribe_answer(struct rpc_call *call, json_t *params, void *owner)
{
	struct outlet *outlet = outlet_of(call);
	struct subscription *subscription = NULL;
	struct rpc_feed_request request;
	char cursor[RPC_EVENT_CURSOR_SIZE];
	struct rpc_fault fault;

	(void)owner;
	if (!outlet)
		return;
	if (read_request(&request, params, &fault))
		subscription = subscription_new(&outlet->connection->all->subscriptions, outlet,
		                                &request, &fault);
	if (!subscription) {
		rpc_call_fail(call, fault.code, "sub.subscribe: %s", fault.message);
		return;
	}
	rpc_place_write(cursor, place_of(subscription));
	rpc_call_answer(call, json_pack("{sIss}", "subscription",
	                                (json_int_t)subscription->number, "cursor", cursor));
}

void subscribe_answer_end(struct rpc_call *call, json_t *params, void *owner)
{
	struct outlet *outlet = outlet_of(call);
	uint64_t number = (uint64_t)rpc_param_integer(params, "subscription");
	struct subscription *one = outlet ? outlet->subscriptions : NULL;
	char cursor[RPC_EVENT_CURSOR_SIZE];

	(void)owner;
	if (!outlet)
		return;
	while (one && one->number != number)
		one = one->sibling;
	if (!one) {
		rpc_call_fail_hint(call, RPC_INVALID_PARAMS, "sub.list lists them",
		                   "sub.unsubscribe: this connection has no subscription %llu",
		                   (unsigned long long)number);
		return;
	}
	rpc_place_write(cursor, place_of(one));
	subscription_free(one);
	rpc_call_answer(call, json_pack("{ss}", "cursor", cursor));
}

static json_t *describe(const struct subscription *one)
{
	json_t *topics = json_array();
	char cursor[RPC_EVENT_CURSOR_SIZE];
	int failed = 0;

	for (size_t i = 0; i < one->topic_count; i++)
		failed |= json_array_append_new(topics, json_string(one->topics[i].text));
	rpc_place_write(cursor, place_of(one));
	if (failed) {
		json_decref(topics);
		return NULL;
	}
	return json_pack("{sIsoss}", "subscription", (json_int_t)one->number, "topics",
	                 topics, "cursor", cursor);
}

void subscribe_answer_list(struct rpc_call *call, json_t *params, void *owner)
{
	struct outlet *outlet = outlet_of(call);
	json_t *items;
	int failed = 0;

	(void)params;
	(void)owner;
	if (!outlet)
		return;
	items = json_array();
	/* Newest first in memory, oldest first here. */
	for (const struct subscription *one = outlet->subscriptions; one; one = one->sibling)
		failed |= json_array_insert_new(items, 0, describe(one));
	if (failed) {
		json_decref(items);
		items = NULL;
	}
	rpc_call_answer(call, json_pack("{sosn}", "items", items, "next"));
}
