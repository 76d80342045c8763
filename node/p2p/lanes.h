/* Messages out: cut into frames, so that an urgent one never waits behind a large one, and
 * frames packed into records. A frame:
 *
 *     lane u8 | flags u8 | type u16 | total u32, in a message's first frame | payload
 *
 * A payload has no size of its own: it ends where its message ends, or with the record. A lane
 * has one message under way at a time.
 *
 * Control, votes and blocks go in this order, before everything else. The other lanes share what
 * is left by weight; one record in RECORDS_PER_REST is theirs whatever waits. */
#ifndef NODE_P2P_LANES_H
#define NODE_P2P_LANES_H

#include "node/p2p/types.h"
#include "node/p2p/usage.h"

enum {
	FRAME_FIRST = 1,
	FRAME_LAST = 2,
	FRAME_HEAD_SIZE = 4,
	FRAME_FIRST_HEAD_SIZE = 8,

	RECORDS_PER_REST = 64,
	LANES_SOFT_MAX = 1 << 20,  /* bytes that wait: above it no more questions are read */
	LANES_HARD_MAX = 4 << 20,  /* above it transactions, sync and bulk are turned away */
	LANES_CONTROL_SPARE = 1 << 20, /* for control, above what votes and blocks may take: a ping
	                                * that finds no room would end the session */
};

/* Bytes of a message, shared by all the sessions that it waits in. */
struct parcel {
	size_t user_count;
	struct usage_total *counted; /* in it, from the first lane on that it waits in; or NULL */
	uint16_t type;
	size_t size;
	uint8_t bytes[];
};

/* A copy of the message; its first user is the caller. NULL: out of memory. */
MUST_CHECK struct parcel *parcel_new(uint16_t type, struct bytes_view message);
/* One user less; NULL is fine. */
void parcel_release(struct parcel *parcel);

struct lane_item {
	struct parcel *parcel;
	uint64_t put_ms;
	struct lane_item *next;
};

struct lane_queue {
	struct lane_item *first, *last;
	size_t sent;      /* bytes of the first one that are out */
	bool is_begun;    /* its first frame is out */
	uint64_t credit;  /* bytes that this lane may send before the next has its turn */
};

struct lanes {
	struct usage *usage;       /* the peer's: USAGE_SENDING */
	struct lane_queue queues[LANE_COUNT];
	size_t waiting;            /* bytes, heads not counted */
	size_t urgent;             /* of messages of control, votes and blocks, until they are out */
	enum lane turn;            /* of the lanes that share */
	uint32_t urgent_records;   /* in a row, while others waited */
	uint64_t moved_ms;         /* when a frame last left; or when the first began to wait */
};

void lanes_init(struct lanes *lanes, struct usage *usage);
/* Releases what waits. */
void lanes_close(struct lanes *lanes);

enum lanes_answer { LANES_TAKEN, LANES_FULL, LANES_NO_MEMORY };

/* Becomes a user of the parcel if it is taken. */
MUST_CHECK enum lanes_answer lanes_put(struct lanes *lanes, struct parcel *parcel,
                                       uint64_t now_ms);

bool lanes_are_empty(const struct lanes *lanes);

/* Fills the body of one record, at most `room` bytes, at least FRAME_FIRST_HEAD_SIZE + 1; gives
 * its size, 0 if nothing waits. */
size_t lanes_fill(struct lanes *lanes, uint8_t *body, size_t room, uint64_t now_ms);

/* Does the peer read too slowly to be of use? */
bool lanes_are_stuck(const struct lanes *lanes, uint64_t now_ms);

#endif
