#include "tests/sim/sim.h"

#include <stdlib.h>

static bool is_before(const struct event *a, const struct event *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void swap(struct event *a, struct event *b)
{
	struct event held = *a;

	*a = *b;
	*b = held;
}

void queue_push(struct queue *queue, const struct event *event)
{
	size_t i = queue->count++;

	if (queue->count > queue->capacity) {
		queue->capacity = queue->capacity ? 2 * queue->capacity : 256;
		queue->items = realloc(queue->items, queue->capacity * sizeof *queue->items);
		if (!queue->items)
			abort();
	}
	queue->items[i] = *event;
	queue->items[i].order = queue->order++;
	while (i > 0 && is_before(&queue->items[i], &queue->items[(i - 1) / 2])) {
		swap(&queue->items[i], &queue->items[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

bool queue_pop(struct queue *queue, struct event *event)
{
	size_t i = 0;

	if (queue->count == 0)
		return false;
	*event = queue->items[0];
	queue->items[0] = queue->items[--queue->count];
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < queue->count; child++)
			if (is_before(&queue->items[child], &queue->items[least]))
				least = child;
		if (least == i)
			return true;
		swap(&queue->items[i], &queue->items[least]);
		i = least;
	}
}

void queue_close(struct queue *queue)
{
	free(queue->items);
	*queue = (struct queue){0};
}
