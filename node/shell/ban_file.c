#include "node/shell/ban_file.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "node/shell/file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

/* -- Whom ------------------------------------------------------------------------------------ */

bool ban_parse_address(struct net_address *address, const char *text)
{
	*address = (struct net_address){.kind = NET_IPV4};
	if (inet_pton(AF_INET, text, address->bytes) == 1)
		return true;
	*address = (struct net_address){.kind = NET_IPV6};
	if (inet_pton(AF_INET6, text, address->bytes) != 1)
		return false;
	net_address_fold(address);
	return true;
}

const char *ban_parse_peer(struct ban *ban, struct bytes_view text)
{
	char host[INET6_ADDRSTRLEN];

	ban->is_node = text.size == 2 * COMPRESSED_KEY_SIZE;
	if (ban->is_node)
		return hex_decode(ban->node.bytes, COMPRESSED_KEY_SIZE, text) &&
		               node_id_is_valid(&ban->node)
		           ? NULL
		           : "a node id is 66 hex digits, as `cairnd id` prints them";
	if (text.size < sizeof host && !memchr(text.at, '\0', text.size)) {
		memcpy(host, text.at, text.size);
		host[text.size] = '\0';
		if (ban_parse_address(&ban->address, host))
			return NULL;
	}
	return "a ban is against a node id, or an IPv4 or IPv6 address in digits, without a port";
}

void ban_peer_text(char text[BAN_PEER_SIZE], const struct ban *ban)
{
	int family = ban->address.kind == NET_IPV4 ? AF_INET : AF_INET6;

	text[0] = '\0';
	if (ban->is_node)
		hex_encode(text, bytes_view(ban->node.bytes, COMPRESSED_KEY_SIZE));
	else if (!inet_ntop(family, ban->address.bytes, text, BAN_PEER_SIZE))
		text[0] = '\0';
}

/* -- The file -------------------------------------------------------------------------------- */

json_t *json_of_ban(const struct ban *ban)
{
	char peer[BAN_PEER_SIZE];

	ban_peer_text(peer, ban);
	return json_pack("{ss sI so ss}", "peer", peer, "since_ms", (json_int_t)ban->since_ms,
	                 "until_ms",
	                 ban->until_ms == BAN_FOR_GOOD ? json_null()
	                                               : json_integer((json_int_t)ban->until_ms),
	                 "reason", ban->reason);
}

void ban_file_print(const struct bans *bans, struct buffer *out)
{
	json_t *items = json_array();
	json_t *json = json_pack("{so}", "bans", items);
	char *text;

	for (size_t i = 0; json && i < bans->count; i++)
		if (json_array_append_new(items, json_of_ban(&bans->items[i])) != 0)
			out->status = STATUS_MEMORY;
	text = json_dumps(json, JSON_INDENT(1));
	if (!text)
		out->status = STATUS_MEMORY;
	else
		buffer_append_text(out, text);
	buffer_append_text(out, "\n");
	free(text);
	json_decref(json);
}

static bool read_ban(struct ban *ban, const json_t *item)
{
	const json_t *peer = json_object_get(item, "peer");
	const json_t *since = json_object_get(item, "since_ms");
	const json_t *until = json_object_get(item, "until_ms");
	const json_t *reason = json_object_get(item, "reason");

	*ban = (struct ban){.until_ms = BAN_FOR_GOOD};
	if (!json_is_string(peer) || !json_is_integer(since) || json_integer_value(since) < 0 ||
	    !json_is_string(reason) || json_string_length(reason) > BAN_REASON_SIZE_MAX ||
	    ban_parse_peer(ban, bytes_view(json_string_value(peer), json_string_length(peer))))
		return false;
	ban->since_ms = (uint64_t)json_integer_value(since);
	memcpy(ban->reason, json_string_value(reason), json_string_length(reason));
	if (json_is_null(until))
		return true;
	ban->until_ms = (uint64_t)json_integer_value(until);
	return json_is_integer(until) && json_integer_value(until) >= 0;
}

static enum status read_bans(struct bans *bans, const json_t *json, const char *path,
                             struct why *why)
{
	const json_t *items = json_object_get(json, "bans");
	struct ban ban;

	if (!json_is_array(items))
		return why_say(why, STATUS_MALFORMED, "%s has no list \"bans\"", path);
	for (size_t i = 0; i < json_array_size(items); i++) {
		if (!read_ban(&ban, json_array_get(items, i)))
			return why_say(why, STATUS_MALFORMED, "%s: ban %zu cannot be understood", path,
			               i + 1);
		if (!bans_add(bans, &ban))
			return why_say(why, STATUS_TOO_LARGE, "%s: more than %d bans", path, BANS_MAX);
	}
	return STATUS_OK;
}

enum status ban_file_read(struct bans *bans, const char *path, struct why *why)
{
	struct buffer text;
	json_error_t error;
	json_t *json;
	enum status status;

	bans->count = 0;
	buffer_init(&text, BAN_FILE_SIZE_MAX);
	status = file_read(&text, path, why);
	if (status == STATUS_OK) {
		json = json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, &error);
		status = json ? read_bans(bans, json, path, why)
		              : why_say(why, STATUS_MALFORMED, "%s is no JSON: %.80s, line %d", path,
		                        error.text, error.line);
		json_decref(json);
	}
	buffer_close(&text);
	return status;
}
