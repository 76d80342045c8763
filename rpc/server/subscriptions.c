#include "rpc/server/subscriptions.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "rpc/server/events.h"
#include "rpc/server/outlet.h"
#include "rpc/server/websocket.h"

/* -- Lists ------------------------------------------------------------------------- */

static void append(struct subscription *one, enum subscription_state state)
{
	struct subscription_list *list = &one->all->lists[state];

	one->state = state;
	one->next = NULL;
	one->previous = list->last;
	if (list->last)
		list->last->next = one;
	else
		list->first = one;
	list->last = one;
}

static void remove_from_list(struct subscription *one)
{
	struct subscription_list *list = &one->all->lists[one->state];

	if (one->next)
		one->next->previous = one->previous;
	else
		list->last = one->previous;
	if (one->previous)
		one->previous->next = one->next;
	else
		list->first = one->next;
}

static void move(struct subscription *one, enum subscription_state state)
{
	remove_from_list(one);
	append(one, state);
}

/* -- Turns ------------------------------------------------------------------------- */

static void step(struct subscription *one)
{
	struct subscriptions *all = one->all;
	const struct rpc_backend *backend = all->backend;
	struct rpc_fault fault;

	if (!outlet_has_room(one->outlet)) {
		move(one, SUBSCRIPTION_FULL);
		return;
	}
	switch (backend->feed_step(backend->owner, one->feed, &all->event, &fault)) {
	case RPC_FEED_EVENT:
		all->event_count++;
		move(one, SUBSCRIPTION_HUNGRY);
		if (one->outlet->websocket)
			websocket_put_event(one, &all->event);
		else
			events_put(one, &all->event);
		break;
	case RPC_FEED_AGAIN:
		move(one, SUBSCRIPTION_HUNGRY);
		break;
	case RPC_FEED_IDLE:
		move(one, SUBSCRIPTION_IDLE);
		break;
	case RPC_FEED_ENDED:
		if (one->outlet->websocket)
			websocket_put_end(one, &fault);
		else
			events_put_end(one, &fault);
		break;
	}
}

/* What a turn has written goes out in one piece for each client. */
static void on_turn(uv_idle_t *turn)
{
	struct subscriptions *all = turn->data;
	const struct subscription_list *hungry = &all->lists[SUBSCRIPTION_HUNGRY];
	struct outlet *touched[RPC_EVENTS_TURN];
	size_t count = 0;

	for (size_t i = 0; i < RPC_EVENTS_TURN && hungry->first; i++) {
		struct outlet *outlet = hungry->first->outlet;

		if (!outlet->is_flushed_later) {
			outlet->is_flushed_later = true;
			touched[count++] = outlet;
		}
		step(hungry->first);
	}
	/* None of them is freed before the loop has run. */
	for (size_t i = 0; i < count; i++) {
		touched[i]->is_flushed_later = false;
		outlet_flush(touched[i]);
	}
	if (!hungry->first)
		uv_idle_stop(turn);
}

static void be_hungry(struct subscription *one)
{
	move(one, SUBSCRIPTION_HUNGRY);
	uv_idle_start(&one->all->turn, on_turn);
}

void subscriptions_wake(struct subscriptions *all)
{
	while (all->lists[SUBSCRIPTION_IDLE].first)
		be_hungry(all->lists[SUBSCRIPTION_IDLE].first);
}

void subscriptions_go_on(struct outlet *outlet)
{
	for (struct subscription *one = outlet->subscriptions; one; one = one->sibling)
		if (one->state == SUBSCRIPTION_FULL)
			be_hungry(one);
}

/* -- Life -------------------------------------------------------------------------- */

void subscriptions_open(struct subscriptions *all, const struct rpc_backend *backend,
                        uv_loop_t *loop)
{
	*all = (struct subscriptions){.backend = backend};
	buffer_init(&all->event.members, RPC_EVENT_SIZE_MAX);
	uv_idle_init(loop, &all->turn);
	all->turn.data = all;
}

void subscriptions_close(struct subscriptions *all)
{
	INVARIANT(all->count == 0);
	buffer_close(&all->event.members);
	uv_close((uv_handle_t *)&all->turn, NULL);
}

struct subscription *subscription_new(struct subscriptions *all, struct outlet *outlet,
                                      const struct rpc_feed_request *request,
                                      struct rpc_fault *fault)
{
	const struct rpc_backend *backend = all->backend;
	size_t size = request->topic_count * sizeof *request->topics;
	struct subscription *one;

	if (outlet->subscription_count == RPC_SUBSCRIPTIONS_MAX) {
		(void)rpc_fault_set(fault, RPC_LIMIT_EXCEEDED,
		                    "this connection has %d subscriptions, more are not possible",
		                    RPC_SUBSCRIPTIONS_MAX);
		return NULL;
	}
	one = memory_new(sizeof *one + size);
	if (!one) {
		(void)rpc_fault_set(fault, RPC_INTERNAL_ERROR, "out of memory");
		return NULL;
	}
	one->feed = backend->feed_open(backend->owner, request, fault);
	if (!one->feed) {
		memory_free(one);
		return NULL;
	}
	one->all = all;
	one->outlet = outlet;
	one->number = ++outlet->last_number;
	one->topic_count = request->topic_count;
	memcpy(one->topics, request->topics, size);
	one->sibling = outlet->subscriptions;
	outlet->subscriptions = one;
	outlet->subscription_count++;
	all->count++;
	append(one, SUBSCRIPTION_HUNGRY);
	uv_idle_start(&all->turn, on_turn);
	return one;
}

void subscription_free(struct subscription *one)
{
	struct outlet *outlet = one->outlet;
	struct subscription **link = &outlet->subscriptions;

	while (*link != one)
		link = &(*link)->sibling;
	*link = one->sibling;
	outlet->subscription_count--;
	one->all->count--;
	remove_from_list(one);
	one->all->backend->feed_close(one->all->backend->owner, one->feed);
	memory_free(one);
}

void subscriptions_drop(struct outlet *outlet)
{
	while (outlet->subscriptions)
		subscription_free(outlet->subscriptions);
}
