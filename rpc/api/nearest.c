#include "rpc/api/nearest.h"

#include <limits.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swapped neighbours between two words: three
 * rows of the table of Wagner and Fischer 1974, with Damerau's swap. */
static unsigned mistakes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	unsigned rows[3][NEAREST_SIZE_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_size; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= a_size; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_size; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1,
			               above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_size];
}

struct nearest nearest_to(const char *wanted)
{
	return (struct nearest){.wanted = wanted, .distance = UINT_MAX};
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	size_t wanted_size = strlen(nearest->wanted);
	size_t size = strlen(word);
	unsigned distance;

	if (wanted_size > NEAREST_SIZE_MAX || size > NEAREST_SIZE_MAX)
		return;
	distance = mistakes(nearest->wanted, wanted_size, word, size);
	if (distance < nearest->distance) {
		nearest->distance = distance;
		nearest->best = word;
	}
}

const char *nearest_word(const struct nearest *nearest)
{
	size_t size = strlen(nearest->wanted);

	return nearest->distance <= (size < 6 ? 2 : size / 3) ? nearest->best : NULL;
}
