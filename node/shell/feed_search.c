#include "node/shell/feed_search.h"

struct search {
	struct feed *feed;
	size_t topic;
	uint64_t from; /* the first leaf that counts */
	struct leaves *leaves;
	struct memos *memos;
	struct query *query;
};

static uint64_t head_of(const struct search *search)
{
	return store_view_tip(search->query->view)->frontier.size;
}

/* -- Blocks and transactions ------------------------------------------------------- */

static void search_blocks(struct search *search)
{
	const struct leaf *leaf = leaf_find(search->leaves, search->query, search->from);

	if (leaf)
		feed_matched(search->feed, search->topic, leaf->end);
}

/* Behind the last transaction of a block comes the block, and then perhaps empty ones. */
static void search_txs(struct search *search)
{
	const struct leaf *leaf = leaf_find(search->leaves, search->query, search->from);

	if (!leaf)
		return;
	if (leaf_is_block(leaf))
		feed_searched(search->feed, search->topic, search->from + 1);
	else
		feed_matched(search->feed, search->topic, search->from);
}

/* -- What lists found -------------------------------------------------------------- */

/* The feed is told what the list of its topic has; `found` UINT64_MAX: nothing up to the
 * head. */
static void tell(struct search *search, uint64_t found)
{
	if (found == UINT64_MAX)
		feed_searched(search->feed, search->topic, head_of(search));
	else
		feed_matched(search->feed, search->topic, found);
}

static void tell_and_keep(struct search *search, uint64_t found)
{
	const struct feed_topic *topic = &search->feed->topics[search->topic];
	struct memo memo = {
		.from = search->from,
		.head = head_of(search),
		.found = found,
		.position = topic->position,
	};

	memo_keep(search->memos, &topic->topic, &memo);
	tell(search, found);
}

/* Somebody else has looked for it. */
static bool is_remembered(struct search *search)
{
	struct feed_topic *topic = &search->feed->topics[search->topic];
	const struct memo *memo =
		memo_find(search->memos, &topic->topic, search->from, head_of(search));

	if (!memo)
		return false;
	topic->position = memo->position;
	topic->has_position = true;
	tell(search, memo->found);
	return true;
}

/* -- Accounts ---------------------------------------------------------------------- */

static bool take_log_index(void *owner, uint64_t log_index)
{
	*(uint64_t *)owner = log_index;
	return false;
}

static void search_account(struct search *search)
{
	const struct rpc_topic *topic = &search->feed->topics[search->topic].topic;
	struct store_range range = {search->from, STORE_UP, 1};
	uint64_t found = UINT64_MAX;
	enum status status = store_list_account(search->query->view, &topic->id, &range,
	                                        take_log_index, &found, &search->query->why);

	if (query_check(search->query, status, "an account's transactions"))
		tell_and_keep(search, found);
}

/* -- Streams ----------------------------------------------------------------------- */

/* The first record that is not before the leaf. Positions ascend with the log. */
static bool find_position(struct search *search, struct feed_topic *topic)
{
	struct query *query = search->query;
	struct stream_head head;
	uint64_t below = 0, end;

	if (topic->has_position)
		return true;
	if (!query_stream_head(query, &topic->topic.id, &head))
		return false;
	end = head.count;
	while (below < end) {
		uint64_t middle = below + (end - below) / 2;
		struct store_record record;
		enum status status = store_find_record(query->view, &topic->topic.id, middle,
		                                       &record, &query->why);

		if (!query_check(query, status, "a record of a stream"))
			return false;
		if (record.log_index < search->from)
			below = middle + 1;
		else
			end = middle;
	}
	topic->position = below;
	topic->has_position = true;
	return true;
}

struct record_search {
	struct feed_topic *topic;
	uint64_t from;
	uint64_t found; /* UINT64_MAX: nothing yet */
	size_t count;
};

static bool take_record(void *owner, const struct store_record *record)
{
	struct record_search *search = owner;

	search->count++;
	search->topic->position = record->position;
	if (record->log_index >= search->from)
		search->found = record->log_index;
	else
		search->topic->position++; /* one more of a transaction that was given */
	return search->found == UINT64_MAX;
}

static void search_stream(struct search *search)
{
	struct feed_topic *topic = &search->feed->topics[search->topic];
	struct record_search records = {topic, search->from, UINT64_MAX, 0};
	struct store_range range = {0, STORE_UP, RPC_SEARCH_ROWS};
	enum status status;

	if (!find_position(search, topic))
		return;
	range.from = topic->position;
	status = store_list_records(search->query->view, &topic->topic.id, &range,
	                            take_record, &records, &search->query->why);
	if (!query_check(search->query, status, "the records of a stream"))
		return;
	if (records.found == UINT64_MAX && records.count == RPC_SEARCH_ROWS)
		feed_searched(search->feed, search->topic, search->from); /* there may be more */
	else
		tell_and_keep(search, records.found);
}

void feed_search(struct feed *feed, const struct feed_step *step, struct leaves *leaves,
                 struct memos *memos, struct query *query)
{
	struct search search = {feed, step->topic, step->log_index, leaves, memos, query};

	switch (feed->topics[step->topic].topic.kind) {
	case RPC_TOPIC_BLOCKS:
		search_blocks(&search);
		break;
	case RPC_TOPIC_TXS:
		search_txs(&search);
		break;
	case RPC_TOPIC_STREAM:
		if (!is_remembered(&search))
			search_stream(&search);
		break;
	case RPC_TOPIC_ACCOUNT:
		if (!is_remembered(&search))
			search_account(&search);
		break;
	}
}
