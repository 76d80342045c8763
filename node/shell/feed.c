#include "node/shell/feed.h"

#include "chain/base/invariant.h"

void feed_init(struct feed *feed, const struct rpc_feed_request *request,
               struct rpc_place cursor, uint64_t next)
{
	INVARIANT(request->topic_count > 0 && request->topic_count <= RPC_TOPICS_MAX);
	*feed = (struct feed){.topic_count = request->topic_count, .cursor = cursor};
	for (size_t i = 0; i < feed->topic_count; i++)
		feed->topics[i] = (struct feed_topic){.topic = request->topics[i], .next = next};
}

/* The topic that holds up the others: of those that have got least far one whose leaf is
 * not known, if there is one. */
static size_t hindmost(const struct feed *feed)
{
	size_t found = 0;

	for (size_t i = 1; i < feed->topic_count; i++) {
		const struct feed_topic *one = &feed->topics[i];
		const struct feed_topic *least = &feed->topics[found];

		if (one->next < least->next ||
		    (one->next == least->next && least->is_match && !one->is_match))
			found = i;
	}
	return found;
}

struct feed_step feed_next(const struct feed *feed, uint64_t head)
{
	size_t topic = hindmost(feed);
	const struct feed_topic *least = &feed->topics[topic];
	struct feed_step step = {.topic = topic, .log_index = least->next};

	if (!least->is_match) {
		step.want = least->next < head ? FEED_SEARCH : FEED_IDLE;
		return step;
	}
	INVARIANT(least->next < head);
	step.want = FEED_EVENT;
	for (size_t i = 0; i < feed->topic_count; i++)
		step.matches[i] = feed->topics[i].next == least->next;
	return step;
}

void feed_matched(struct feed *feed, size_t topic, uint64_t log_index)
{
	struct feed_topic *one = &feed->topics[topic];

	INVARIANT(!one->is_match && log_index >= one->next);
	one->next = log_index;
	one->is_match = true;
}

void feed_searched(struct feed *feed, size_t topic, uint64_t end)
{
	struct feed_topic *one = &feed->topics[topic];

	INVARIANT(!one->is_match && end >= one->next);
	one->next = end;
}

void feed_sent(struct feed *feed, const struct feed_step *step, struct rpc_place place)
{
	INVARIANT(step->want == FEED_EVENT);
	for (size_t i = 0; i < feed->topic_count; i++) {
		struct feed_topic *one = &feed->topics[i];

		if (!step->matches[i])
			continue;
		INVARIANT(one->is_match && one->next == step->log_index);
		one->next = step->log_index + 1;
		one->is_match = false;
	}
	feed->cursor = place;
}
