#include "node/shell/nearest.h"

enum { COMPARED_MAX = 64 };

static uint8_t folded(uint8_t letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return (uint8_t)(letter - 'A' + 'a');
	return letter == '-' ? '_' : letter;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* rows[i % 3][j]: from the first i letters of a to the first j of b. An exchange looks
 * two rows back, so three are kept. */
size_t nearest_distance(struct bytes_view a, struct bytes_view b)
{
	size_t rows[3][COMPARED_MAX + 1];
	size_t a_size = least(a.size, COMPARED_MAX);
	size_t b_size = least(b.size, COMPARED_MAX);

	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			uint8_t x = folded(a.at[i - 1]), y = folded(b.at[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b.at[j - 2]) && y == folded(a.at[i - 2]))
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

size_t nearest_name(struct bytes_view typed, const char *const *names, size_t count)
{
	size_t allowed = typed.size / 3 > 2 ? typed.size / 3 : 2;
	size_t best = count, best_distance = allowed + 1;

	for (size_t i = 0; i < count; i++) {
		size_t distance = nearest_distance(typed, text_view(names[i]));

		if (distance < best_distance) {
			best = i;
			best_distance = distance;
		}
	}
	return best;
}
