#include "chain/base/siphash.h"

#include "chain/base/bytes.h"

static inline uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline void sip_rounds(struct sip *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate_left(s->v1, 13) ^ s->v0;
		s->v3 = rotate_left(s->v3, 16) ^ s->v2;
		s->v0 = rotate_left(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate_left(s->v1, 17) ^ s->v2;
		s->v3 = rotate_left(s->v3, 21) ^ s->v0;
		s->v2 = rotate_left(s->v2, 32);
	}
}

/* The numbers of rounds are constants wherever this is called, so the loops unroll. */
static inline uint64_t siphash(const struct siphash_key *key, const uint8_t *at, size_t size,
                               unsigned word_rounds, unsigned last_rounds)
{
	struct sip s = {
		key->words[0] ^ UINT64_C(0x736f6d6570736575),
		key->words[1] ^ UINT64_C(0x646f72616e646f6d),
		key->words[0] ^ UINT64_C(0x6c7967656e657261),
		key->words[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)size << 56;
	size_t left = size;

	for (; left >= 8; left -= 8, at += 8) {
		uint64_t word = get_le64(at);

		s.v3 ^= word;
		sip_rounds(&s, word_rounds);
		s.v0 ^= word;
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)at[i] << 8 * i;
	s.v3 ^= last;
	sip_rounds(&s, word_rounds);
	s.v0 ^= last;
	s.v2 ^= 0xff;
	sip_rounds(&s, last_rounds);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

struct siphash_key siphash_key(const uint8_t bytes[SIPHASH_KEY_SIZE])
{
	return (struct siphash_key){{get_le64(bytes), get_le64(bytes + 8)}};
}

uint64_t siphash_2_4(const struct siphash_key *key, const void *bytes, size_t size)
{
	return siphash(key, bytes, size, 2, 4);
}

uint64_t siphash_1_3(const struct siphash_key *key, const void *bytes, size_t size)
{
	return siphash(key, bytes, size, 1, 3);
}
