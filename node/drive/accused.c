#include "node/drive/accused.h"

struct accusation *accused_find(struct accused *accused, const struct public_key *vote_key)
{
	for (size_t i = 0; i < accused->count; i++)
		if (memcmp(&accused->items[i].vote_key, vote_key, sizeof *vote_key) == 0)
			return &accused->items[i];
	return NULL;
}

static void make_room(struct accused *accused)
{
	size_t place = 0;

	while (place < accused->count && !accused->items[place].is_on_chain)
		place++;
	if (place == accused->count)
		place = 0;
	accused->count--;
	memmove(accused->items + place, accused->items + place + 1,
	        (accused->count - place) * sizeof accused->items[0]);
}

struct accusation *accused_add(struct accused *accused, const struct public_key *vote_key)
{
	struct accusation *added;

	if (accused->count == ACCUSED_MAX)
		make_room(accused);
	added = &accused->items[accused->count++];
	*added = (struct accusation){.vote_key = *vote_key};
	return added;
}
