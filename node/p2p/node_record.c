#include "node/p2p/node_record.h"

#include "chain/crypto/hash.h"

size_t node_record_size(const struct node_record *record)
{
	size_t size = NODE_RECORD_SIZE_MIN;

	for (size_t i = 0; i < record->address_count; i++)
		size += net_address_size(&record->addresses[i]);
	return size;
}

static void put_signed_part(struct writer *out, const struct node_record *record)
{
	writer_u8(out, NODE_RECORD_VERSION);
	wire_put_node_id(out, &record->node_id);
	writer_u64(out, record->seq);
	writer_u16(out, record->roles);
	writer_u64(out, record->expiry_s);
	writer_u8(out, (uint8_t)record->address_count);
	for (size_t i = 0; i < record->address_count; i++)
		net_address_put(out, &record->addresses[i]);
}

void node_record_put(struct writer *out, const struct node_record *record)
{
	put_signed_part(out, record);
	wire_put_signature(out, &record->signature);
}

static void get_addresses(struct cursor *in, struct node_record *record)
{
	size_t count = cursor_u8(in);

	if (count > NODE_RECORD_ADDRESSES_MAX) {
		cursor_fail(in, STATUS_TOO_LARGE);
		return;
	}
	record->address_count = count;
	for (size_t i = 0; i < count; i++) {
		net_address_get(in, &record->addresses[i]);
		for (size_t j = 0; j < i; j++)
			if (net_address_equal(&record->addresses[i], &record->addresses[j]))
				cursor_fail(in, STATUS_MALFORMED);
	}
}

enum status node_record_decode(struct node_record *record, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	*record = (struct node_record){0};
	if (cursor_u8(&in) != NODE_RECORD_VERSION)
		cursor_fail(&in, STATUS_MALFORMED);
	wire_get_node_id(&in, &record->node_id);
	if (record->node_id.bytes[0] != 2 && record->node_id.bytes[0] != 3)
		cursor_fail(&in, STATUS_MALFORMED);
	record->seq = cursor_u64(&in);
	record->roles = cursor_u16(&in);
	record->expiry_s = cursor_u64(&in);
	get_addresses(&in, record);
	wire_get_signature(&in, &record->signature);
	return cursor_finish(&in);
}

struct hash node_record_digest(const struct node_record *record,
                               const struct hash *genesis)
{
	struct hasher hasher = hasher_tagged("cairn/node-record/v1");
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	put_signed_part(&out, record);
	hasher_update(&hasher, genesis->bytes, sizeof genesis->bytes);
	hasher_update(&hasher, bytes, sizeof bytes - out.left);
	return hasher_finish(&hasher);
}

bool node_record_is_valid(const struct node_record *record, const struct hash *genesis)
{
	struct hash digest = node_record_digest(record, genesis);
	struct public_key key;

	/* BIP-340 names a point by its x; the node id has the sign in front of it. */
	memcpy(key.bytes, record->node_id.bytes + 1, sizeof key.bytes);
	return signature_is_valid(&record->signature, &digest, &key);
}

bool node_record_is_fresh(const struct node_record *record, uint64_t now_s)
{
	return record->expiry_s > now_s &&
	       record->expiry_s - now_s <= NODE_RECORD_EXPIRY_S_MAX + NODE_RECORD_SKEW_S;
}
