/* What was probably meant: the known word with the fewest typing mistakes.
 *
 *     struct nearest nearest = nearest_to("tx.sumbit");
 *     for each known word: nearest_offer(&nearest, word);
 *     nearest_word(&nearest) -> "tx.submit", or NULL if none is near */
#ifndef RPC_API_NEAREST_H
#define RPC_API_NEAREST_H

#include <stddef.h>

enum { NEAREST_SIZE_MAX = 64 }; /* longer words are near to nothing */

struct nearest {
	const char *wanted;
	const char *best;  /* borrowed from who offered it */
	unsigned distance; /* mistakes between the two */
};

struct nearest nearest_to(const char *wanted);
void nearest_offer(struct nearest *nearest, const char *word);

/* NULL when more than a third of what was typed would have to be wrong. */
const char *nearest_word(const struct nearest *nearest);

#endif
