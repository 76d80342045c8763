/* What a hostile peer does, by name, and what a sound node answers. For the table of hostile
 * inputs and for the program hostile-peer. */
#ifndef TESTS_HOSTILE_MISDEEDS_H
#define TESTS_HOSTILE_MISDEEDS_H

#include "tests/hostile/hostile.h"

enum answer {
	ANSWER_CLOSED,    /* the connection ended without a word */
	ANSWER_VIOLATION, /* DISCONNECT 3 */
	ANSWER_DUPLICATE, /* DISCONNECT 5 */
	ANSWER_OTHER,     /* DISCONNECT with another code */
	ANSWER_ALIVE,     /* passed over: a ping is still answered */
};

struct misdeed {
	const char *name;
	const char *what;     /* for people */
	enum answer expected;
	/* With this node key. Ends the program if the node does nothing at all. */
	enum answer (*commit)(const struct hostile_target *target, uint8_t key);
};

extern const struct misdeed misdeeds[];
extern const size_t misdeed_count;

/* NULL: there is none of this name. */
const struct misdeed *misdeed_find(const char *name);

const char *answer_text(enum answer answer);

#endif
