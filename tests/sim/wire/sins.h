/* How a node lies beside consensus: about transactions, and about nodes. Its own relay and finder
 * go on; a sin changes what they say, and says more. Until the clients are silent.
 *
 *     withholds  announces what it heard of and what there is not, first of all, and never gives
 *     denies     announces likewise, and answers NOTFOUND to everything
 *     pushes     gives what nobody asked for: again, damaged, or no transaction at all
 *     floods     announces and asks to its limit, and beyond
 *     forges     tells of nodes that there are not, at places where nobody or another is
 *     is mute    tells of nothing */
#ifndef TESTS_SIM_WIRE_SINS_H
#define TESTS_SIM_WIRE_SINS_H

#include "chain/base/bytes.h"
#include "tests/sim/wire/town.h"

enum sin {
	SIN_WITHHOLDS,
	SIN_DENIES,
	SIN_PUSHES,
	SIN_FLOODS,
	SIN_FORGES,
	SIN_IS_MUTE,
	SIN_COUNT,
};

struct sinner;

struct sin_world {
	void *owner;
	void (*send)(void *owner, uint16_t to, uint16_t type, struct bytes_view bytes);
	void (*close)(void *owner, uint16_t to, const char *what);
	bool (*is_open)(void *owner, uint16_t to);
};

struct sinner *sinner_new(enum sin sin, uint64_t seed, const struct sin_world *world);
void sinner_free(struct sinner *sinner);

/* Does a message of its relay or finder leave as it is? */
bool sinner_lets(struct sinner *sinner, uint16_t type, struct bytes_view bytes);
/* One came in. */
void sinner_hears(struct sinner *sinner, uint16_t from, uint16_t type, struct bytes_view bytes,
                  uint64_t now_s);
/* From time to time. */
void sinner_turn(struct sinner *sinner, uint64_t now_ms, uint64_t now_s);

const char *sin_name(enum sin sin);

#endif
