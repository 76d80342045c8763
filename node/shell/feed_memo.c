#include "node/shell/feed_memo.h"

#include "chain/base/memory.h"

void memos_close(struct memos *memos)
{
	for (size_t i = 0; i < MEMO_SLOTS; i++)
		memory_free(memos->slots[i].text);
	*memos = (struct memos){0};
}

static size_t slot_of(const struct rpc_topic *topic)
{
	return topic->id.bytes[0] % MEMO_SLOTS;
}

static bool is_of(const struct memo *memo, const struct rpc_topic *topic)
{
	return memo->is_used && memo->kind == topic->kind &&
	       hash_equal(&memo->id, &topic->id);
}

const struct memo *memo_find(const struct memos *memos, const struct rpc_topic *topic,
                             uint64_t from, uint64_t head)
{
	const struct memo *memo = &memos->slots[slot_of(topic)];

	if (!is_of(memo, topic) || memo->from != from)
		return NULL;
	return memo->found != UINT64_MAX || memo->head == head ? memo : NULL;
}

/* The slot as the topic's. */
static struct memo *take_slot(struct memos *memos, const struct rpc_topic *topic)
{
	struct memo *memo = &memos->slots[slot_of(topic)];

	if (is_of(memo, topic))
		return memo;
	memory_free(memo->text);
	/* No subscription begins at leaf 0, the genesis block's. */
	*memo = (struct memo){.is_used = true, .kind = topic->kind, .id = topic->id};
	return memo;
}

void memo_keep(struct memos *memos, const struct rpc_topic *topic,
               const struct memo *found)
{
	struct memo *memo = take_slot(memos, topic);

	memo->from = found->from;
	memo->head = found->head;
	memo->found = found->found;
	memo->position = found->position;
}

struct bytes_view memo_text(const struct memos *memos, const struct rpc_topic *topic,
                            uint64_t log_index)
{
	const struct memo *memo = &memos->slots[slot_of(topic)];

	if (!is_of(memo, topic) || memo->text_of != log_index)
		return bytes_view(NULL, 0);
	return bytes_view(memo->text, memo->text_size);
}

void memo_keep_text(struct memos *memos, const struct rpc_topic *topic,
                    uint64_t log_index, struct bytes_view text)
{
	struct memo *memo = take_slot(memos, topic);
	uint8_t *copy = text.size <= MEMO_TEXT_MAX ? memory_new(text.size) : NULL;

	memory_free(memo->text);
	memo->text = copy;
	memo->text_of = copy ? log_index : 0;
	memo->text_size = copy ? text.size : 0;
	if (copy)
		memcpy(copy, text.at, text.size);
}
