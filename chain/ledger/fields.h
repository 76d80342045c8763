/* The byte strings of the ledger as wire types (chain/codec/wire.h): each with its maximum
 * and, where it has one, its alphabet. */
#ifndef CHAIN_LEDGER_FIELDS_H
#define CHAIN_LEDGER_FIELDS_H

#include "chain/codec/wire.h"
#include "chain/crypto/keys.h"

#define wire_type_record_key struct bytes_view
#define wire_type_content_type struct bytes_view
#define wire_type_description struct bytes_view
#define wire_type_schema struct bytes_view
#define wire_type_display_name struct bytes_view
#define wire_type_contact struct bytes_view
#define wire_type_value struct bytes_view
#define wire_type_address struct bytes_view
#define wire_type_parameter_name struct bytes_view

// clang-format off
WIRE_BYTES(record_key, bytes16, 2, RECORD_KEY_SIZE_MAX)
WIRE_BYTES(content_type, text16, 2, CONTENT_TYPE_SIZE_MAX)
WIRE_BYTES(description, text16, 2, DESCRIPTION_SIZE_MAX)
WIRE_BYTES(schema, text16, 2, SCHEMA_SIZE_MAX)
WIRE_BYTES(display_name, text16, 2, DISPLAY_NAME_SIZE_MAX)
WIRE_BYTES(contact, text16, 2, CONTACT_SIZE_MAX)
WIRE_BYTES(value, bytes32, 4, VALUE_SIZE_MAX)
WIRE_BYTES(address, text16, 2, ADDRESS_SIZE_MAX)
WIRE_BYTES(parameter_name, bytes16, 2, PARAMETER_NAME_SIZE_MAX)
// clang-format on

/* A name of a stream or asset: 1..NAME_SIZE_MAX of a-z 0-9 . _ - */
bool name_is_valid(struct bytes_view name);

#define wire_type_name struct bytes_view

static inline size_t wire_size_name(const struct bytes_view *value)
{
	return 2 + value->size;
}

static inline void wire_put_name(struct writer *out, const struct bytes_view *value)
{
	writer_bytes16(out, *value);
}

static inline void wire_get_name(struct cursor *in, struct bytes_view *value)
{
	*value = cursor_bytes16(in, NAME_SIZE_MAX);
	if (!name_is_valid(*value))
		cursor_fail(in, STATUS_MALFORMED);
}

/* The key of a node in the network, a compressed point (SEC 1 section 2.3.3). */
struct node_id {
	uint8_t bytes[COMPRESSED_KEY_SIZE];
};

#define wire_type_node_id struct node_id

// clang-format off
WIRE_FIXED(node_id, struct node_id)
// clang-format on

/* Are these bytes a compressed point? */
bool node_id_is_valid(const struct node_id *id);

/* A record of a stream, by its place. */
struct record_reference {
	struct hash stream;
	uint64_t position; /* counts from 0 */
};

struct optional_record_reference {
	bool present;
	struct record_reference value;
};

#define wire_type_optional_record_reference struct optional_record_reference

static inline size_t wire_size_record_reference(const struct record_reference *value)
{
	(void)value;
	return HASH_SIZE + 8;
}

static inline void wire_put_record_reference(struct writer *out,
                                             const struct record_reference *value)
{
	writer_hash(out, &value->stream);
	writer_u64(out, value->position);
}

static inline void wire_get_record_reference(struct cursor *in,
                                             struct record_reference *value)
{
	value->stream = cursor_hash(in);
	value->position = cursor_u64(in);
}

// clang-format off
WIRE_OPTIONAL(record_reference)
// clang-format on

#endif
