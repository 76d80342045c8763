/* Sets of validators by number, and what they sign over points, for tests of who has signed
 * what: the signatures themselves are nobody's. */
#ifndef TESTS_SUPPORT_COSIGN_FIXTURE_H
#define TESTS_SUPPORT_COSIGN_FIXTURE_H

#include "node/drive/cosigning.h"
#include "tests/support/support.h"

/* The cosign key of validator `number`. */
static inline struct hash cosign_key_numbered(uint32_t number)
{
	struct hash key = {{0, 0x77}};

	/* In an order of their own, as real keys are. */
	key.bytes[0] = (uint8_t)(number * 151);
	memcpy(key.bytes + 8, &number, sizeof number);
	return key;
}

/* The epoch of validators `first` to first + count - 1. */
static inline struct epoch cosign_epoch(uint64_t number, uint32_t first, size_t count)
{
	struct epoch epoch = {.number = number, .self = NOBODY};

	epoch.parameters = parameters_default();
	epoch.validators.count = count;
	for (size_t i = 0; i < count; i++)
		epoch.validators.items[i].cosign_key =
			cosign_key_numbered(first + (uint32_t)i);
	return epoch;
}

/* The checkpoint of this size on the one true chain. */
static inline struct cosign_point cosign_point_of(uint64_t epoch, uint64_t size)
{
	struct cosign_point point = {.epoch = epoch, .size = size};

	memcpy(point.root.bytes, &size, sizeof size);
	return point;
}

static inline struct cosign cosign_by(uint32_t number)
{
	return (struct cosign){.cosign_key = cosign_key_numbered(number), .time_s = 1000 + number};
}

#endif
