#include "rpc/api/topics.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/fields.h"
#include "chain/ledger/network.h"
#include "chain/ledger/verdict.h"

#include <inttypes.h>
#include <stdio.h>

/* -- Places ------------------------------------------------------------------------ */

bool rpc_place_read(struct rpc_place *place, struct bytes_view text)
{
	const uint8_t *point = text.size > 0 ? memchr(text.at, '.', text.size) : NULL;
	size_t size = point ? (size_t)(point - text.at) : 0;

	return point && decimal_decode(&place->height, bytes_view(text.at, size)) &&
	       decimal_decode(&place->index, bytes_view(point + 1, text.size - size - 1));
}

void rpc_place_write(char text[RPC_EVENT_CURSOR_SIZE], struct rpc_place place)
{
	snprintf(text, RPC_EVENT_CURSOR_SIZE, "%" PRIu64 ".%" PRIu64, place.height,
	         place.index);
}

bool rpc_topics_from(struct rpc_feed_request *request, struct bytes_view text,
                     struct rpc_fault *fault)
{
	request->from_head = bytes_equal(text, text_view("head"));
	if (request->from_head || rpc_place_read(&request->from, text))
		return true;
	return rpc_fault_set(fault, RPC_INVALID_PARAMS,
	                     "\"from\" must be \"head\" or a cursor as \"12.3\", not \"%s\"",
	                     shown_text(text).text);
}

/* -- Topics ------------------------------------------------------------------------ */

/* Does it begin so? *rest is what follows. */
static bool begins(struct bytes_view text, const char *with, struct bytes_view *rest)
{
	size_t size = strlen(with);

	if (text.size < size || memcmp(text.at, with, size) != 0)
		return false;
	*rest = bytes_view(text.at + size, text.size - size);
	return true;
}

/* 64 hex digits are an id, as in every method's "stream". */
static bool read_stream(struct rpc_topic *topic, struct bytes_view name)
{
	topic->kind = RPC_TOPIC_STREAM;
	if (hex_decode(topic->id.bytes, HASH_SIZE, name))
		return true;
	topic->id = stream_id_of(name);
	return name_is_valid(name);
}

static bool read_account(struct rpc_topic *topic, struct bytes_view account)
{
	topic->kind = RPC_TOPIC_ACCOUNT;
	return hex_decode(topic->id.bytes, HASH_SIZE, account) ||
	       address_decode(&topic->id, account, NULL) == STATUS_OK;
}

static bool read_topic(struct rpc_topic *topic, struct bytes_view text)
{
	struct bytes_view rest;

	*topic = (struct rpc_topic){.kind = RPC_TOPIC_BLOCKS};
	if (text.size > RPC_TOPIC_SIZE_MAX)
		return false;
	if (text.size > 0)
		memcpy(topic->text, text.at, text.size);
	if (bytes_equal(text, text_view("blocks")))
		return true;
	topic->kind = RPC_TOPIC_TXS;
	if (bytes_equal(text, text_view("txs")))
		return true;
	if (begins(text, "stream:", &rest))
		return read_stream(topic, rest);
	return begins(text, "account:", &rest) && read_account(topic, rest);
}

bool rpc_topics_add(struct rpc_feed_request *request, struct bytes_view text,
                    struct rpc_fault *fault)
{
	struct rpc_topic topic;

	if (!read_topic(&topic, text))
		return rpc_fault_set(
			fault, RPC_INVALID_PARAMS,
			"a topic is blocks, txs, stream:NAME or account:ADDRESS, not "
			"\"%s\"",
			shown_text(text).text);
	if (request->topic_count == RPC_TOPICS_MAX)
		return rpc_fault_set(fault, RPC_LIMIT_EXCEEDED,
		                     "a subscription has at most %d topics", RPC_TOPICS_MAX);
	for (size_t i = 0; i < request->topic_count; i++)
		if (request->topics[i].kind == topic.kind &&
		    hash_equal(&request->topics[i].id, &topic.id))
			return rpc_fault_set(fault, RPC_INVALID_PARAMS, "topic %s is there twice",
			                     topic.text);
	request->topics[request->topic_count++] = topic;
	return true;
}

/* -- The query --------------------------------------------------------------------- */

enum { QUERY_VALUE_MAX = RPC_TOPICS_MAX * (RPC_TOPIC_SIZE_MAX + 1) };

/* What stands before the separator; *rest is what stands behind it, at NULL for none. */
static struct bytes_view cut(struct bytes_view text, char separator,
                             struct bytes_view *rest)
{
	const uint8_t *at = text.size > 0 ? memchr(text.at, separator, text.size) : NULL;
	size_t size = at ? (size_t)(at - text.at) : text.size;

	*rest = at ? bytes_view(at + 1, text.size - size - 1) : bytes_view(NULL, 0);
	return bytes_view(text.at, size);
}

static int hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -1;
}

/* RFC 3986 section 2.1. False: it is wrong, or too long for anything here. */
static bool unescape(uint8_t plain[QUERY_VALUE_MAX], size_t *size, struct bytes_view text)
{
	*size = 0;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.at[i];

		if (*size == QUERY_VALUE_MAX)
			return false;
		if (byte == '%') {
			if (text.size - i < 3 || hex_value(text.at[i + 1]) < 0 ||
			    hex_value(text.at[i + 2]) < 0)
				return false;
			byte = (uint8_t)(hex_value(text.at[i + 1]) << 4 | hex_value(text.at[i + 2]));
			i += 2;
		}
		plain[(*size)++] = byte;
	}
	return true;
}

/* No name of a stream has a comma. */
static bool add_topics(struct rpc_feed_request *request, struct bytes_view list,
                       struct rpc_fault *fault)
{
	struct bytes_view rest = list;

	if (request->topic_count > 0)
		return rpc_fault_set(fault, RPC_INVALID_PARAMS, "\"topics\" is there twice");
	do {
		if (!rpc_topics_add(request, cut(rest, ',', &rest), fault))
			return false;
	} while (rest.at);
	return true;
}

struct query {
	struct rpc_feed_request *request;
	bool has_from;
};

static bool take_pair(struct query *query, struct bytes_view pair,
                      struct rpc_fault *fault)
{
	uint8_t plain[QUERY_VALUE_MAX];
	struct bytes_view value;
	struct bytes_view name = cut(pair, '=', &value);
	size_t size;

	if (!unescape(plain, &size, value))
		return rpc_fault_set(fault, RPC_INVALID_PARAMS,
		                     "the value of \"%s\" is too long, or a %% in it is not "
		                     "followed by two hex digits",
		                     shown_text(name).text);
	value = bytes_view(plain, size);
	if (bytes_equal(name, text_view("topics")))
		return add_topics(query->request, value, fault);
	if (bytes_equal(name, text_view("from"))) {
		if (query->has_from)
			return rpc_fault_set(fault, RPC_INVALID_PARAMS, "\"from\" is there twice");
		query->has_from = true;
		return rpc_topics_from(query->request, value, fault);
	}
	return rpc_fault_set(fault, RPC_INVALID_PARAMS,
	                     "there is no parameter \"%s\" here; there are \"topics\" and "
	                     "\"from\"",
	                     shown_text(name).text);
}

bool rpc_topics_query(struct rpc_feed_request *request, struct bytes_view query,
                      struct bytes_view last_event_id, struct rpc_fault *fault)
{
	struct query state = {.request = request};
	struct bytes_view rest = query;

	*request = (struct rpc_feed_request){.from_head = true};
	while (rest.size > 0)
		if (!take_pair(&state, cut(rest, '&', &rest), fault))
			return false;
	if (request->topic_count == 0)
		return rpc_fault_set(fault, RPC_INVALID_PARAMS,
		                     "\"topics\" is missing: as in "
		                     "/v1/events?topics=blocks,stream:NAME");
	if (!last_event_id.at || last_event_id.size == 0)
		return true;
	request->from_head = false;
	if (rpc_place_read(&request->from, last_event_id))
		return true;
	return rpc_fault_set(fault, RPC_INVALID_PARAMS,
	                     "Last-Event-ID must be a cursor as \"12.3\", not \"%s\"",
	                     shown_text(last_event_id).text);
}
