/* The query of GET /v1/events, and behind the first line the Last-Event-ID: what is taken
 * must be topics that differ and a place that is written as it was read; what is not must
 * be refused with a sentence in plain text. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "rpc/api/topics.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_topics(const struct rpc_feed_request *request)
{
	struct rpc_feed_request again = {.topic_count = 0};
	struct rpc_fault fault;

	INVARIANT(request->topic_count >= 1 && request->topic_count <= RPC_TOPICS_MAX);
	for (size_t i = 0; i < request->topic_count; i++) {
		bool is_added =
			rpc_topics_add(&again, text_view(request->topics[i].text), &fault);

		INVARIANT(is_added);
		INVARIANT(again.topics[i].kind == request->topics[i].kind);
		INVARIANT(hash_equal(&again.topics[i].id, &request->topics[i].id));
		is_added = rpc_topics_add(&again, text_view(request->topics[i].text), &fault);
		INVARIANT(!is_added);
	}
}

static void check_place(struct rpc_place place, struct bytes_view text)
{
	char again[RPC_EVENT_CURSOR_SIZE];

	rpc_place_write(again, place);
	INVARIANT(bytes_equal(text_view(again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view id = bytes_view(NULL, 0);
	struct bytes_view query, left = bytes_view(bytes, size);
	struct rpc_feed_request request;
	struct rpc_fault fault = {.code = RPC_INTERNAL_ERROR};

	if (size == 0)
		return 0;
	if (text_take_line(&query, &left))
		id = left;
	else
		query = left;
	if (!rpc_topics_query(&request, query, id, &fault)) {
		INVARIANT(fault.code == RPC_INVALID_PARAMS || fault.code == RPC_LIMIT_EXCEEDED);
		INVARIANT(fault.message[0] != '\0');
		INVARIANT(utf8_is_valid(text_view(fault.message)));
		return 0;
	}
	check_topics(&request);
	if (!request.from_head && id.size > 0)
		check_place(request.from, id);
	return 0;
}
