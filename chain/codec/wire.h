/* One list of fields makes a message: its struct, its size, its encoder, its decoder.
 * Written apart, the four drift.
 *
 *     #define VOTE_FIELDS(X) \
 *             X(u8, kind)    \
 *             X(u64, epoch)  \
 *             X(hash, block)
 *     WIRE_DECLARE(vote, VOTE_FIELDS)      in the header
 *     WIRE_DEFINE(vote, VOTE_FIELDS)       in one .c file
 *
 * gives struct vote and
 *
 *     size_t vote_size(const struct vote *);                     bytes of its encoding
 *     void vote_put(struct writer *, const struct vote *);       exactly so many
 *     void vote_get(struct cursor *, struct vote *);             part of something larger
 *     enum status vote_decode(struct vote *, struct bytes_view); the whole, nothing left
 *
 * Byte strings are views borrowed from the input. A field's type names its C type, its
 * shape and its maximum; a new type is three lines below, or three static inline
 * functions `wire_size_x`, `wire_put_x`, `wire_get_x` and a `#define wire_type_x`
 * beside the message that needs it. */
#ifndef CHAIN_CODEC_WIRE_H
#define CHAIN_CODEC_WIRE_H

#include "chain/base/limits.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"

/* -- Fixed types ------------------------------------------------------------------- */

#define wire_type_u8 uint8_t
#define wire_type_u16 uint16_t
#define wire_type_u32 uint32_t
#define wire_type_u64 uint64_t
#define wire_type_hash struct hash
#define wire_type_public_key struct public_key
#define wire_type_signature struct signature

#define WIRE_INTEGER(name, type)                                                   \
	static inline size_t wire_size_##name(const type *value)                       \
	{                                                                              \
		return sizeof *value;                                                      \
	}                                                                              \
	static inline void wire_put_##name(struct writer *out, const type *value)      \
	{                                                                              \
		writer_##name(out, *value);                                                \
	}                                                                              \
	static inline void wire_get_##name(struct cursor *in, type *value)             \
	{                                                                              \
		*value = cursor_##name(in);                                                \
	}

WIRE_INTEGER(u8, uint8_t)
WIRE_INTEGER(u16, uint16_t)
WIRE_INTEGER(u32, uint32_t)
WIRE_INTEGER(u64, uint64_t)

#define WIRE_FIXED(name, type)                                                     \
	static inline size_t wire_size_##name(const type *value)                       \
	{                                                                              \
		return sizeof value->bytes;                                                \
	}                                                                              \
	static inline void wire_put_##name(struct writer *out, const type *value)      \
	{                                                                              \
		writer_bytes(out, value->bytes, sizeof value->bytes);                      \
	}                                                                              \
	static inline void wire_get_##name(struct cursor *in, type *value)             \
	{                                                                              \
		const uint8_t *at = cursor_take(in, sizeof value->bytes);                  \
                                                                                   \
		*value = (type){{0}};                                                      \
		if (at)                                                                    \
			memcpy(value->bytes, at, sizeof value->bytes);                         \
	}

WIRE_FIXED(hash, struct hash)
WIRE_FIXED(public_key, struct public_key)
WIRE_FIXED(signature, struct signature)

/* -- Byte strings with a length and a maximum ---------------------------------------- */

/* `how` is bytes16, bytes32 or text16: cursor.h. */
#define WIRE_BYTES(name, how, length, size_max)                                    \
	static inline size_t wire_size_##name(const struct bytes_view *value)          \
	{                                                                              \
		return (length) + value->size;                                             \
	}                                                                              \
	static inline void wire_put_##name(struct writer *out,                         \
	                                   const struct bytes_view *value)             \
	{                                                                              \
		wire_put_length_##length(out, *value);                                     \
	}                                                                              \
	static inline void wire_get_##name(struct cursor *in, struct bytes_view *value) \
	{                                                                              \
		*value = cursor_##how(in, size_max);                                       \
	}

#define wire_put_length_2 writer_bytes16
#define wire_put_length_4 writer_bytes32

/* -- Optional values: u8 0, or u8 1 and the value -------------------------------------- */

struct optional_u64 {
	bool present;
	uint64_t value; /* 0 when absent */
};

struct optional_hash {
	bool present;
	struct hash value; /* zeros when absent */
};

#define WIRE_OPTIONAL(name)                                                        \
	static inline size_t wire_size_optional_##name(                                \
		const struct optional_##name *value)                                       \
	{                                                                              \
		return 1 + (value->present ? wire_size_##name(&value->value) : 0);         \
	}                                                                              \
	static inline void wire_put_optional_##name(                                   \
		struct writer *out, const struct optional_##name *value)                   \
	{                                                                              \
		writer_u8(out, value->present);                                            \
		if (value->present)                                                        \
			wire_put_##name(out, &value->value);                                   \
	}                                                                              \
	static inline void wire_get_optional_##name(struct cursor *in,                 \
	                                            struct optional_##name *value)     \
	{                                                                              \
		*value = (struct optional_##name){.present = cursor_flag(in)};             \
		if (value->present)                                                        \
			wire_get_##name(in, &value->value);                                    \
	}

#define wire_type_optional_u64 struct optional_u64
#define wire_type_optional_hash struct optional_hash
WIRE_OPTIONAL(u64)
WIRE_OPTIONAL(hash)

/* -- A message as a field of another: beside `#define wire_type_x struct x` -------------- */

#define WIRE_NESTED(name)                                                          \
	static inline size_t wire_size_##name(const struct name *value)                \
	{                                                                              \
		return name##_size(value);                                                 \
	}                                                                              \
	static inline void wire_put_##name(struct writer *out, const struct name *value) \
	{                                                                              \
		name##_put(out, value);                                                    \
	}                                                                              \
	static inline void wire_get_##name(struct cursor *in, struct name *value)      \
	{                                                                              \
		name##_get(in, value);                                                     \
	}

/* -- The message ------------------------------------------------------------------------- */

#define WIRE_MEMBER(type, name) wire_type_##type name;
#define WIRE_SIZE(type, name) +wire_size_##type(&message->name)
#define WIRE_PUT(type, name) wire_put_##type(out, &message->name);
#define WIRE_GET(type, name) wire_get_##type(in, &message->name);

#define WIRE_DECLARE(message, FIELDS)                                              \
	struct message {                                                               \
		FIELDS(WIRE_MEMBER)                                                        \
	};                                                                             \
	size_t message##_size(const struct message *message);                          \
	void message##_put(struct writer *out, const struct message *message);         \
	void message##_get(struct cursor *in, struct message *message);                \
	MUST_CHECK enum status message##_decode(struct message *message,               \
	                                        struct bytes_view bytes);

#define WIRE_DEFINE(name, FIELDS)                                                  \
	size_t name##_size(const struct name *message)                                 \
	{                                                                              \
		(void)message;                                                             \
		return 0 FIELDS(WIRE_SIZE);                                                \
	}                                                                              \
	void name##_put(struct writer *out, const struct name *message)                \
	{                                                                              \
		FIELDS(WIRE_PUT)                                                           \
	}                                                                              \
	void name##_get(struct cursor *in, struct name *message)                       \
	{                                                                              \
		FIELDS(WIRE_GET)                                                           \
	}                                                                              \
	enum status name##_decode(struct name *message, struct bytes_view bytes)       \
	{                                                                              \
		struct cursor in = cursor_on(bytes);                                       \
                                                                                   \
		name##_get(&in, message);                                                  \
		return cursor_finish(&in);                                                 \
	}

#endif
