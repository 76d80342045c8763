/* What every test may use: a main, seeded randomness, hex literals, scratch folders. */
#ifndef TESTS_SUPPORT_SUPPORT_H
#define TESTS_SUPPORT_SUPPORT_H

#include "chain/base/bytes.h"

#include <check.h>
#include <jansson.h>

/* Each test program defines this; the main in support.c runs it. */
Suite *test_suite(void);

/* -- Randomness from a seed: PCG-XSH-RR 64/32 (O'Neill 2014). The same seed, the same test. */
struct random {
	uint64_t state;
};

struct random random_from(uint64_t seed);
uint32_t random_u32(struct random *random);
uint64_t random_u64(struct random *random);
/* Below `bound`, which is not 0, without bias that a test would notice. */
uint32_t random_below(struct random *random, uint32_t bound);
void random_fill(struct random *random, void *bytes, size_t size);
struct hash random_hash(struct random *random);

/* -- Literals ------------------------------------------------------------------------- */

/* Bytes of a hex text, upper or lower case, into a static ring of 64 KiB; good until about a
 * hundred later calls. Fails the test on anything that is no hex. */
struct bytes_view from_hex(const char *text);
struct hash hash_from_hex(const char *text);

/* -- Official vectors ------------------------------------------------------------------- */

/* The file ../shared/vectors/<name> beside the project as bytes to be freed with free(), or
 * NULL, having said so on stderr, where this checkout has none. */
char *shared_vectors_read(const char *name, size_t *size);
/* The same, parsed; json_decref it. */
json_t *shared_vectors_json(const char *name);

/* -- Scratch ------------------------------------------------------------------------------ */

/* A new empty folder, in a static buffer good until the next call. Removed at exit. */
const char *scratch_folder(void);

#endif
