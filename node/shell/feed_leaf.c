#include "node/shell/feed_leaf.h"

#include "chain/base/memory.h"
#include "rpc/api/json_text.h"
#include "rpc/api/ledger_json.h"

#include <inttypes.h>

struct leaves *leaves_new(void)
{
	return memory_new(sizeof(struct leaves));
}

static void drop_text(struct leaves *leaves, struct leaf *leaf)
{
	if (leaf->is_kept)
		leaves->text_size -= leaf->text_size;
	memory_free(leaf->text);
	leaf->text = NULL;
	leaf->text_size = 0;
}

void leaves_free(struct leaves *leaves)
{
	if (!leaves)
		return;
	for (size_t i = 0; i < LEAVES_KEPT; i++)
		memory_free(leaves->kept[i].text);
	memory_free(leaves->other.text);
	memory_free(leaves);
}

/* -- Where it stands --------------------------------------------------------------- */

/* Newer than what had to make room, and within the slots. */
static bool is_recent(const struct leaves *leaves, const struct query *query,
                      uint64_t log_index)
{
	return log_index >= leaves->oldest &&
	       store_view_tip(query->view)->frontier.size - log_index <= LEAVES_KEPT;
}

/* Leaf 0 is the genesis block's, which no event is of; so zero is an empty slot. */
static bool is_of(const struct leaf *leaf, uint64_t log_index)
{
	return leaf->log_index == log_index && log_index > 0;
}

struct leaf *leaf_find(struct leaves *leaves, struct query *query, uint64_t log_index)
{
	bool is_kept = is_recent(leaves, query, log_index);
	struct leaf *leaf = is_kept ? &leaves->kept[log_index % LEAVES_KEPT] : &leaves->other;
	struct store_header header;
	struct store_entry entry;
	enum status status;

	if (is_of(leaf, log_index))
		return leaf;
	status = store_read_entry(query->view, log_index, &entry, &query->why);
	if (status == STATUS_OK)
		status = store_read_header(query->view, entry.height, &header, &query->why);
	if (!query_check(query, status, "a leaf of the network's log"))
		return NULL;
	drop_text(leaves, leaf);
	*leaf = (struct leaf){
		.log_index = log_index,
		.height = header.header.height,
		.first = header.first_log_index,
		.end = header.header.log_size,
		.time_ms = header.header.time_ms,
		.is_kept = is_kept,
	};
	return leaf;
}

/* -- What it says ------------------------------------------------------------------ */

static void write_block(struct query *query, const struct leaf *leaf, struct buffer *out)
{
	struct store_header header;
	enum status status =
		store_read_header(query->view, leaf->height, &header, &query->why);
	json_t *json;

	if (!query_check(query, status, "a block's header"))
		return;
	json = json_of_header(&header.header, &header.hash);
	buffer_printf(out,
	              "\"type\":\"block\",\"height\":%" PRIu64 ",\"block\":", leaf->height);
	if (json)
		json_text_value(out, json);
	else
		query_fail(query, STATUS_MEMORY);
	json_decref(json);
}

static void write_tx(struct query *query, const struct leaf *leaf, struct buffer *out)
{
	json_t *json = query_final_tx(query, leaf->log_index);
	const char *txid = json_string_value(json_object_get(json, "txid"));

	if (!txid) {
		query_fail(query, STATUS_MEMORY);
		json_decref(json);
		return;
	}
	buffer_printf(out,
	              "\"type\":\"tx\",\"height\":%" PRIu64 ",\"index\":%" PRIu64
	              ",\"txid\":\"%s\",\"time_ms\":%" PRIu64 ",\"tx\":",
	              leaf->height, leaf->log_index - leaf->first, txid, leaf->time_ms);
	json_text_value(out, json);
	json_decref(json);
}

/* No text of a leaf below `to` is kept. */
static void forget_below(struct leaves *leaves, uint64_t to)
{
	uint64_t from = leaves->oldest;

	if (to > LEAVES_KEPT && from < to - LEAVES_KEPT)
		from = to - LEAVES_KEPT; /* each slot once is enough */
	for (; from < to; from++)
		if (leaves->kept[from % LEAVES_KEPT].log_index < to)
			drop_text(leaves, &leaves->kept[from % LEAVES_KEPT]);
	leaves->oldest = to;
}

/* Where the text of a leaf may stay: in its slot if what is older can make room. */
static struct leaf *place_for(struct leaves *leaves, struct leaf *leaf, size_t size)
{
	if (!leaf->is_kept)
		return leaf;
	if (leaf->log_index - leaves->oldest >= LEAVES_KEPT)
		forget_below(leaves, leaf->log_index - LEAVES_KEPT + 1);
	while (leaves->text_size + size > RPC_EVENTS_CACHE_MAX &&
	       leaves->oldest < leaf->log_index)
		forget_below(leaves, leaves->oldest + 1);
	if (leaves->text_size + size <= RPC_EVENTS_CACHE_MAX)
		return leaf;
	drop_text(leaves, &leaves->other);
	leaves->other = *leaf;
	leaves->other.is_kept = false;
	return &leaves->other;
}

struct bytes_view leaf_text(struct leaves *leaves, struct query *query, struct leaf *leaf)
{
	struct buffer text;

	if (leaf->text)
		return bytes_view(leaf->text, leaf->text_size);
	buffer_init(&text, RPC_EVENT_SIZE_MAX);
	if (leaf_is_block(leaf))
		write_block(query, leaf, &text);
	else
		write_tx(query, leaf, &text);
	if (text.status != STATUS_OK)
		query_fail(query, text.status);
	if (!query_is_good(query)) {
		buffer_close(&text);
		return bytes_view(NULL, 0);
	}
	leaf = place_for(leaves, leaf, text.size);
	leaf->text_size = text.size;
	leaf->text = buffer_take(&text);
	if (leaf->is_kept)
		leaves->text_size += leaf->text_size;
	return bytes_view(leaf->text, leaf->text_size);
}
