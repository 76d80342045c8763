#include "node/p2p/hello.h"

#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"
#include "chain/crypto/hash.h"

enum {
	BINDING_SIZE = PUBLIC_KEY_SIZE + 8 + 8 + SIGNATURE_SIZE,
	FIXED_SIZE = 3 * 2 + 3 * 8,
};

static void put_binding_fields(struct writer *out, const struct binding *binding)
{
	writer_bytes(out, binding->vote_key.bytes, PUBLIC_KEY_SIZE);
	writer_u64(out, binding->first_height);
	writer_u64(out, binding->last_height);
}

struct hash binding_digest(const struct binding *binding, const struct hash *genesis,
                           const struct node_id *node_id)
{
	uint8_t bytes[HASH_SIZE + PUBLIC_KEY_SIZE + COMPRESSED_KEY_SIZE + 8 + 8];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_hash(&out, genesis);
	writer_bytes(&out, binding->vote_key.bytes, PUBLIC_KEY_SIZE);
	writer_bytes(&out, node_id->bytes, COMPRESSED_KEY_SIZE);
	writer_u64(&out, binding->first_height);
	writer_u64(&out, binding->last_height);
	return hash_tagged("cairn/binding/v1", bytes_view(bytes, sizeof bytes));
}

bool binding_is_valid(const struct binding *binding, const struct hash *genesis,
                      const struct node_id *node_id)
{
	struct hash digest = binding_digest(binding, genesis, node_id);

	return binding->first_height <= binding->last_height &&
	       signature_is_valid(&binding->signature, &digest, &binding->vote_key);
}

/* -- Out -------------------------------------------------------------------------------------- */

void hello_put(struct buffer *out, const struct hello *hello)
{
	size_t size = FIXED_SIZE + 2 + hello->agent.size + 1 +
	              (hello->has_binding ? BINDING_SIZE : 0) + 1;
	struct writer writer;
	uint8_t *at;

	for (size_t i = 0; i < hello->feature_count; i++)
		size += 2 + 2 + hello->features[i].data.size;
	at = buffer_extend(out, size);
	if (!at)
		return;
	writer = writer_on(at, size);
	writer_u16(&writer, hello->protocol_least);
	writer_u16(&writer, hello->protocol_most);
	writer_u16(&writer, hello->roles);
	writer_u64(&writer, hello->height);
	writer_u64(&writer, hello->lowest_height);
	writer_u64(&writer, hello->time_ms);
	writer_bytes16(&writer, hello->agent);
	writer_u8(&writer, hello->has_binding);
	if (hello->has_binding) {
		put_binding_fields(&writer, &hello->binding);
		writer_bytes(&writer, hello->binding.signature.bytes, SIGNATURE_SIZE);
	}
	writer_u8(&writer, (uint8_t)hello->feature_count);
	for (size_t i = 0; i < hello->feature_count; i++) {
		writer_u16(&writer, hello->features[i].id);
		writer_bytes16(&writer, hello->features[i].data);
	}
}

/* -- In ----------------------------------------------------------------------------------------- */

static bool is_printable(struct bytes_view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] < ' ' || text.at[i] > '~')
			return false;
	return true;
}

static void get_binding(struct cursor *in, struct binding *binding)
{
	const uint8_t *key = cursor_take(in, PUBLIC_KEY_SIZE), *signature;

	if (key)
		memcpy(binding->vote_key.bytes, key, PUBLIC_KEY_SIZE);
	binding->first_height = cursor_u64(in);
	binding->last_height = cursor_u64(in);
	signature = cursor_take(in, SIGNATURE_SIZE);
	if (signature)
		memcpy(binding->signature.bytes, signature, SIGNATURE_SIZE);
}

static void get_features(struct cursor *in, struct hello *hello)
{
	size_t count = cursor_u8(in);

	if (count > HELLO_FEATURES_MAX) {
		cursor_fail(in, STATUS_MALFORMED);
		return;
	}
	for (size_t i = 0; i < count && in->status == STATUS_OK; i++) {
		struct hello_feature *feature = &hello->features[i];

		feature->id = cursor_u16(in);
		feature->data = cursor_bytes16(in, HELLO_FEATURE_SIZE_MAX);
		if (i > 0 && feature->id <= hello->features[i - 1].id)
			cursor_fail(in, STATUS_MALFORMED);
	}
	hello->feature_count = count;
}

enum status hello_decode(struct hello *hello, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	*hello = (struct hello){0};
	hello->protocol_least = cursor_u16(&in);
	hello->protocol_most = cursor_u16(&in);
	hello->roles = cursor_u16(&in);
	hello->height = cursor_u64(&in);
	hello->lowest_height = cursor_u64(&in);
	hello->time_ms = cursor_u64(&in);
	hello->agent = cursor_bytes16(&in, HELLO_AGENT_SIZE_MAX);
	hello->has_binding = cursor_flag(&in);
	if (hello->has_binding)
		get_binding(&in, &hello->binding);
	get_features(&in, hello);
	if (hello->protocol_least > hello->protocol_most || !is_printable(hello->agent))
		cursor_fail(&in, STATUS_MALFORMED);
	return cursor_finish(&in);
}

bool hello_agree(uint16_t *version, const struct hello *hello)
{
	if (hello->protocol_least > P2P_VERSION || hello->protocol_most < P2P_VERSION)
		return false;
	*version = P2P_VERSION;
	return true;
}
