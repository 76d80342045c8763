/* Messages in: the frames of a record, put together again. Nothing of a message is kept before
 * its type, its lane and its size were found in order; memory grows with what came, never with
 * what was announced. */
#ifndef NODE_P2P_ASSEMBLY_H
#define NODE_P2P_ASSEMBLY_H

#include "node/p2p/lanes.h"

/* One lane's message under way. */
struct assembly_lane {
	bool is_open;
	bool is_skipped;       /* of a type that we do not know and need not know, or that is not
	                        * for this peer to send, or of which there is too much now */
	uint16_t type;
	uint32_t total;
	uint32_t received;
	uint64_t due_ms;       /* it must be whole by then */
	struct buffer bytes;
};

struct assembly {
	struct usage *usage;    /* the peer's: USAGE_RECEIVING */
	bool is_inbound;        /* he called: under pressure, consensus alone is heard */
	struct assembly_lane lanes[LANE_COUNT];
	uint32_t expected[TYPE_RULES_MAX]; /* answers that were asked for and did not come */
	bool takes_votes;       /* the peer is a validator now: what only they say is taken */
	uint64_t skipped_count; /* messages */
	struct buffer given;    /* of the last message given out, when it was made of several
	                         * frames: kept until the next call */
};

struct assembled {
	uint16_t type;
	struct bytes_view bytes; /* valid until the next call, or the record's end */
};

enum assembly_finding {
	ASSEMBLY_MORE,      /* the record is used up */
	ASSEMBLY_MESSAGE,
	ASSEMBLY_VIOLATION, /* no honest peer sends this: *what says why */
	ASSEMBLY_NO_MEMORY,
};

void assembly_init(struct assembly *assembly, struct usage *usage, bool is_inbound);
void assembly_close(struct assembly *assembly);

/* A question of this type goes out: its answer, if it has one, may come in. However many are open:
 * while a line stands still more questions pile up than anybody would have thought of, and when it
 * goes on, they are all answered. */
void assembly_expect(struct assembly *assembly, uint16_t question);

/* Takes frames from the front of *record until a message is whole or the record is used up. */
MUST_CHECK enum assembly_finding assembly_next(struct assembly *assembly,
                                               struct bytes_view *record, uint64_t now_ms,
                                               struct assembled *message,
                                               const char **what);

/* Is a message under way that should be whole by now? */
bool assembly_is_late(const struct assembly *assembly, uint64_t now_ms);

#endif
