/* A merge sort from the bottom up, because it is stable: of equal keys the later stays
 * later, and wins. What moves is sixteen bytes with the first eight of the key, which
 * decide nearly always; key hashes are uniform. */
#include "chain/proof/state_sort.h"

/* Does `a`, which stood earlier, stay before `b`? */
static bool in_order(const struct state_order *a, const struct state_order *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix;
	return hash_compare(&a->change->key_hash, &b->change->key_hash) <= 0;
}

/* Merges from[left..middle) and from[middle..right) into to[left..right). */
static void merge(struct state_order *to, const struct state_order *from, size_t left,
                  size_t middle, size_t right)
{
	size_t a = left;
	size_t b = middle;

	for (size_t i = left; i < right; i++) {
		bool first = b == right || (a < middle && in_order(&from[a], &from[b]));

		to[i] = first ? from[a++] : from[b++];
	}
}

/* Sorts `count` entries at `order`, with room for as many behind them; gives the half in
 * which they end. */
static struct state_order *sort(struct state_order *order, size_t count)
{
	struct state_order *from = order;
	struct state_order *to = order + count;

	for (size_t width = 1; width < count; width *= 2) {
		struct state_order *sorted = to;

		for (size_t left = 0; left < count; left += 2 * width) {
			size_t middle = width < count - left ? left + width : count;
			size_t right = width < count - middle ? middle + width : count;

			merge(to, from, left, middle, right);
		}
		to = from;
		from = sorted;
	}
	return from;
}

struct state_order *state_order_new(const struct state_change *changes, size_t *count)
{
	struct state_order *order = NULL;
	struct state_order *sorted;
	size_t kept = 0;

	if (*count <= SIZE_MAX / 2 / sizeof *order)
		order = memory_new(2 * *count * sizeof *order);
	if (!order)
		return NULL;
	for (size_t i = 0; i < *count; i++)
		order[i] = (struct state_order){.prefix = get_be64(changes[i].key_hash.bytes),
		                                .change = &changes[i]};
	sorted = sort(order, *count);
	for (size_t i = 0; i < *count; i++)
		if (i + 1 == *count ||
		    !hash_equal(&sorted[i].change->key_hash, &sorted[i + 1].change->key_hash))
			order[kept++] = sorted[i];
	*count = kept;
	return order;
}
