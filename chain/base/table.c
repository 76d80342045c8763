#include "chain/base/table.h"

#include "chain/base/bytes.h"

static uint64_t seed_0;
static uint64_t seed_1;

void table_set_seed(const uint8_t seed[16])
{
	seed_0 = get_le64(seed);
	seed_1 = get_le64(seed + 8);
}

static inline uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline void sip_round(struct sip *s)
{
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

uint32_t table_hash(const void *key, size_t size)
{
	struct sip s = {
		seed_0 ^ UINT64_C(0x736f6d6570736575),
		seed_1 ^ UINT64_C(0x646f72616e646f6d),
		seed_0 ^ UINT64_C(0x6c7967656e657261),
		seed_1 ^ UINT64_C(0x7465646279746573),
	};
	const uint8_t *at = key;
	uint64_t last = (uint64_t)size << 56;
	size_t left = size;

	for (; left >= 8; left -= 8, at += 8) {
		uint64_t word = get_le64(at);

		s.v3 ^= word;
		sip_round(&s);
		s.v0 ^= word;
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)at[i] << 8 * i;
	s.v3 ^= last;
	sip_round(&s);
	s.v0 ^= last;
	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	last = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	return (uint32_t)(last ^ last >> 32);
}
