#include "node/shell/backend_feed.h"

#include "chain/base/memory.h"
#include "node/shell/backend_record.h"
#include "node/shell/feed_search.h"
#include "node/shell/logger.h"
#include "rpc/api/json_text.h"

#include <inttypes.h>

struct rpc_feed {
	struct feed machine;
};

struct feed_desk {
	struct leaves *leaves;
	struct memos memos;
	struct record_reader records; /* keeps the last transaction, which never changes */
};

/* -- What all share ---------------------------------------------------------------- */

static struct feed_desk *desk_new(void)
{
	struct feed_desk *desk = memory_new(sizeof *desk);

	if (!desk)
		return NULL;
	desk->leaves = leaves_new();
	if (desk->leaves)
		return desk;
	memory_free(desk);
	return NULL;
}

void feed_desk_free(struct feed_desk *desk)
{
	if (!desk)
		return;
	leaves_free(desk->leaves);
	memos_close(&desk->memos);
	memory_free(desk);
}

/* -- Queries that are no calls ----------------------------------------------------- */

static bool query_start_feed(struct query *query, struct backend *backend)
{
	*query = (struct query){.backend = backend, .view = backend->view};
	query_fail(query, backend_refresh(backend, &query->why));
	if (query_is_good(query))
		query->height = store_view_tip(query->view)->header.height;
	return query_is_good(query);
}

static void say_fault(const struct query *query, struct rpc_fault *fault)
{
	const char *text = query->why.text[0] ? query->why.text : status_text(query->status);
	enum rpc_code code = RPC_STORAGE;

	if (query->is_refused) {
		*fault = query->fault;
		return;
	}
	if (query->status == STATUS_PRUNED)
		code = RPC_PRUNED;
	else if (query->status == STATUS_MEMORY)
		code = RPC_INTERNAL_ERROR;
	if (query->status != STATUS_PRUNED)
		logger_error(LOG_RPC, "subscription_failed", log_text("why", text_view(text)));
	(void)rpc_fault_set(fault, code, "%s", text);
}

/* -- The beginning ----------------------------------------------------------------- */

/* A mistyped name should not be waited for; an account may be new to the ledger. */
static void check_streams(struct query *query, const struct rpc_feed_request *request)
{
	for (size_t i = 0; i < request->topic_count && query_is_good(query); i++) {
		const struct rpc_topic *topic = &request->topics[i];
		struct state_key key = state_key_of(STATE_STREAM, &topic->id);
		struct bytes_view value;

		if (topic->kind == RPC_TOPIC_STREAM && !query_state(query, &key, &value))
			query_refuse(query, RPC_STREAM_NOT_FOUND, "there is no stream \"%s\"",
			             topic->text + strlen("stream:"));
	}
}

/* The leaf that a place stands for, which must be there: one of another network's, or of
 * a chain that was begun anew, would be waited at for ever. */
static uint64_t find_place(struct query *query, struct rpc_place place)
{
	struct store_header header;
	enum status status;

	if (place.height > query->height) {
		query_refuse(query, RPC_INVALID_PARAMS,
		             "cursor %" PRIu64 ".%" PRIu64 " is beyond the newest block, %" PRIu64
		             ": is it of this network?",
		             place.height, place.index, query->height);
		return 0;
	}
	status = store_read_header(query->view, place.height, &header, &query->why);
	if (!query_check(query, status, "a block's header"))
		return 0;
	if (place.index > header.header.tx_count)
		query_refuse(query, RPC_INVALID_PARAMS,
		             "cursor %" PRIu64 ".%" PRIu64 " is beyond the %" PRIu32
		             " transactions of that block: is it of this network?",
		             place.height, place.index, header.header.tx_count);
	return header.first_log_index + place.index;
}

static struct rpc_place head_place(const struct query *query)
{
	const struct header *header = &store_view_tip(query->view)->header;

	return (struct rpc_place){header->height, header->tx_count};
}

struct rpc_feed *backend_feed_open(void *owner, const struct rpc_feed_request *request,
                                   struct rpc_fault *fault)
{
	struct backend *backend = owner;
	struct rpc_place place = request->from;
	struct rpc_feed *feed = NULL;
	struct query query;
	uint64_t last = 0;

	/* First: a block that is stored from here on wakes the server (backend_on_block). */
	atomic_fetch_add(&backend->feed_count, 1);
	if (query_start_feed(&query, backend)) {
		if (request->from_head)
			place = head_place(&query);
		last = find_place(&query, place);
		check_streams(&query, request);
	}
	if (!backend->feed_desk)
		backend->feed_desk = desk_new();
	if (query_is_good(&query))
		feed = backend->feed_desk ? memory_new(sizeof *feed) : NULL;
	if (feed) {
		feed_init(&feed->machine, request, place, last + 1);
		return feed;
	}
	query_fail(&query, STATUS_MEMORY);
	say_fault(&query, fault);
	atomic_fetch_sub(&backend->feed_count, 1);
	return NULL;
}

void backend_feed_close(void *owner, struct rpc_feed *feed)
{
	struct backend *backend = owner;

	atomic_fetch_sub(&backend->feed_count, 1);
	memory_free(feed);
}

struct rpc_place backend_feed_place(const struct rpc_feed *feed)
{
	return feed->machine.cursor;
}

/* -- Events ------------------------------------------------------------------------ */

struct records {
	struct query *query;
	struct record_reader *reader;
	uint64_t log_index;
	struct buffer *out;
	bool has_some;
};

static bool write_record(void *owner, const struct store_record *record)
{
	struct records *records = owner;
	json_t *json;

	if (record->log_index != records->log_index)
		return false;
	json = record_read(records->reader, record, NULL);
	if (!json) {
		query_fail(records->query, STATUS_MEMORY);
		return false;
	}
	buffer_append_text(records->out, records->has_some ? "," : "");
	records->has_some = true;
	json_text_value(records->out, json);
	json_decref(json);
	return true;
}

/* Those of one stream, by position, as somebody was told them before or from the store. */
static void write_stream(struct feed_desk *desk, struct query *query,
                         const struct feed_topic *topic, uint64_t log_index,
                         struct buffer *out)
{
	struct bytes_view known = memo_text(&desk->memos, &topic->topic, log_index);
	struct store_range range = {topic->position, STORE_UP, TX_OPERATIONS_MAX};
	struct records records = {query, &desk->records, log_index, out, false};
	size_t begin = out->size;
	enum status status;

	if (known.size > 0) {
		buffer_append_view(out, known);
		return;
	}
	desk->records.query = query;
	desk->records.stream = topic->topic.id;
	status = store_list_records(query->view, &topic->topic.id, &range, write_record,
	                            &records, &query->why);
	desk->records.query = NULL;
	if (query_check(query, status, "records of a stream") && out->status == STATUS_OK)
		memo_keep_text(&desk->memos, &topic->topic, log_index,
		               bytes_view(out->at + begin, out->size - begin));
}

/* Of the streams among the topics, in their order. */
static void write_records(struct feed_desk *desk, struct query *query,
                          const struct feed *feed, const struct feed_step *step,
                          struct buffer *out)
{
	bool has_streams = false;

	for (size_t i = 0; i < feed->topic_count && query_is_good(query); i++) {
		const struct feed_topic *topic = &feed->topics[i];

		if (!step->matches[i] || topic->topic.kind != RPC_TOPIC_STREAM)
			continue;
		buffer_append_text(out, has_streams ? "," : ",\"records\":[");
		has_streams = true;
		write_stream(desk, query, topic, step->log_index, out);
	}
	if (has_streams)
		buffer_append_text(out, "]");
}

static void write_topics(const struct feed *feed, const struct feed_step *step,
                         struct buffer *out)
{
	const char *before = "[";

	for (size_t i = 0; i < feed->topic_count; i++)
		if (step->matches[i]) {
			buffer_append_text(out, before);
			json_text_string(out, text_view(feed->topics[i].topic.text));
			before = ",";
		}
	buffer_append_text(out, "],");
}

static void write_event(struct feed_desk *desk, struct query *query, struct feed *feed,
                        const struct feed_step *step, struct rpc_event *event)
{
	struct leaf *leaf = leaf_find(desk->leaves, query, step->log_index);
	char cursor[RPC_EVENT_CURSOR_SIZE];

	if (!leaf)
		return;
	event->type = leaf_is_block(leaf) ? "block" : "tx";
	event->place = leaf_place(leaf);
	rpc_place_write(cursor, event->place);
	buffer_clear(&event->members);
	buffer_printf(&event->members, "\"cursor\":\"%s\",\"topics\":", cursor);
	write_topics(feed, step, &event->members);
	buffer_append_view(&event->members, leaf_text(desk->leaves, query, leaf));
	write_records(desk, query, feed, step, &event->members);
	if (event->members.status != STATUS_OK)
		query_fail(query, event->members.status);
	if (query_is_good(query))
		feed_sent(feed, step, event->place);
}

enum rpc_feed_step backend_feed_step(void *owner, struct rpc_feed *feed,
                                     struct rpc_event *event, struct rpc_fault *fault)
{
	struct backend *backend = owner;
	enum rpc_feed_step done = RPC_FEED_AGAIN;
	struct query query;
	uint64_t head;

	if (!query_start_feed(&query, backend)) {
		say_fault(&query, fault);
		return RPC_FEED_ENDED;
	}
	head = store_view_tip(query.view)->frontier.size;
	for (size_t i = 0; i < RPC_SEARCH_TURN && done == RPC_FEED_AGAIN; i++) {
		struct feed_step step = feed_next(&feed->machine, head);

		switch (step.want) {
		case FEED_IDLE:
			done = RPC_FEED_IDLE;
			break;
		case FEED_SEARCH:
			feed_search(&feed->machine, &step, backend->feed_desk->leaves,
			            &backend->feed_desk->memos, &query);
			break;
		case FEED_EVENT:
			write_event(backend->feed_desk, &query, &feed->machine, &step, event);
			done = RPC_FEED_EVENT;
			break;
		}
		if (!query_is_good(&query)) {
			say_fault(&query, fault);
			return RPC_FEED_ENDED;
		}
	}
	return done;
}
