/* What a node of the simulator tells others beside consensus: relay, finder, and whom it calls, of
 * node/p2p, as node/shell/gossip and finding put them together. Of the simulator it knows nothing:
 * the two have lots of their own. Nodes are named by their numbers in town.h; relay, finder and
 * drive hear of a peer by a number that is free, the lowest: who comes next has that of who went.
 *
 *     drive ◄─take── gossip ──send, close, blame──► lines        gossip ──call──► lines
 *        └─submitted──►│▲◄─────────── messages, opened, ended ────────────────────┘ */
#ifndef TESTS_SIM_WIRE_GOSSIP_H
#define TESTS_SIM_WIRE_GOSSIP_H

#include "chain/base/buffer.h"
#include "node/drive/drive.h"
#include "tests/sim/wire/town.h"

enum { GOSSIP_KNOWN_MAX = 2 };

struct gossip;

/* On both clocks. */
struct gossip_time {
	uint64_t now_ms;
	uint64_t now_s; /* Unix time */
};

struct gossip_world {
	void *owner;
	void (*send)(void *owner, uint16_t to, uint16_t type, struct bytes_view bytes);
	/* Bytes that wait to be sent to him. */
	size_t (*waiting)(void *owner, uint16_t to);
	bool (*has_line)(void *owner, uint16_t to);
	/* A transaction to be checked; copied. Its end is told by gossip_on_submitted, with the same
	 * source and serial. */
	void (*take)(void *owner, uint16_t source, uint64_t serial, struct bytes_view tx);
	/* An ADDR, with records of nodes whose signatures are to be checked; copied.
	 * gossip_on_checked tells. */
	void (*check)(void *owner, uint16_t source, uint64_t serial, struct bytes_view records);
	enum call_answer (*call)(void *owner, uint16_t to);
	void (*close)(void *owner, uint16_t to, const char *what);
	void (*blame)(void *owner, uint16_t to, const char *what);
};

struct gossip_config {
	uint16_t self;
	uint64_t seed;
	const struct drive *drive;         /* outlives it */
	bool is_hidden;                    /* nobody is told where it is */
	uint16_t known[GOSSIP_KNOWN_MAX];  /* whom it knows when its book is empty */
	size_t known_count;
	bool is_known_kept;                /* as p2p.peers, called for ever; else as p2p.seeds */
	struct bytes_view saved;           /* the book; empty: none */
};

struct gossip *gossip_new(const struct gossip_config *config, const struct gossip_world *world,
                          const struct gossip_time *time);
void gossip_free(struct gossip *gossip);
/* What the book's file would be. */
void gossip_save(const struct gossip *gossip, struct buffer *out);

/* -- Lines ---------------------------------------------------------------------------------- */

void gossip_on_open(struct gossip *gossip, uint16_t other, bool is_dialed,
                    const struct gossip_time *time);
/* A line is gone, open or not. `broke`: the other end broke the protocol. */
void gossip_on_end(struct gossip *gossip, uint16_t other, bool was_open, bool broke,
                   const struct gossip_time *time);
void gossip_on_message(struct gossip *gossip, uint16_t other, uint16_t type,
                       struct bytes_view bytes, const struct gossip_time *time);
void gossip_on_checked(struct gossip *gossip, uint16_t source, uint64_t serial,
                       struct bytes_view records, const struct gossip_time *time);
/* The drive has heard of who came: who is a validator by now. */
void gossip_see_peers(struct gossip *gossip);

/* The number of a peer, for the drive too; and whose it is. TOWN_NOBODY: there is none. */
uint16_t gossip_number(const struct gossip *gossip, uint16_t other);
uint16_t gossip_other(const struct gossip *gossip, uint16_t number);

/* -- The pool ------------------------------------------------------------------------------- */

/* For transactions of the peer of this number that came as a message of consensus: its serial.
 * False: they are not read now. */
bool gossip_source(const struct gossip *gossip, uint16_t number, uint64_t now_ms,
                   uint64_t *serial);
void gossip_on_submitted(struct gossip *gossip, const struct submission *submission,
                         uint16_t source, uint64_t serial, uint64_t now_ms);
void gossip_on_block(struct gossip *gossip);

/* -- Time ----------------------------------------------------------------------------------- */

/* A few times a second. `kept`: who is called for ever, beside those that it knows. */
void gossip_tick(struct gossip *gossip, const bool kept[TOWN_MAX],
                 const struct gossip_time *time);
/* When gossip_step is wanted; UINT64_MAX: never. */
uint64_t gossip_wake_ms(const struct gossip *gossip);
void gossip_step(struct gossip *gossip, uint64_t now_ms);

/* -- What must hold ------------------------------------------------------------------------- */

/* At every moment: no more is held than the limits say, and nobody of the honest is found to be at
 * fault. NULL, or what does not hold. */
const char *gossip_check(const struct gossip *gossip, const bool is_honest[TOWN_MAX],
                         uint64_t now_ms);
/* At the end: nothing is asked for, nothing waits to be told. NULL, or what does. */
const char *gossip_waits(const struct gossip *gossip);
/* What its finder knows of another node, for people. */
void gossip_tell_known(const struct gossip *gossip, uint16_t other, char *text, size_t size);

/* -- Sums over all that have ended ------------------------------------------------------------ */

struct gossip_sums {
	uint64_t announced, heard, asked, delivered, served, not_found, pushed, repaired, faulty;
	uint64_t surplus, timeouts;
	uint64_t records_taken, visits, met, unmet, feelers, discouraged, saved_books;
};
extern struct gossip_sums gossip_sums;

/* Of the run: which signatures of records are valid. */
void gossip_begin(void);
void gossip_end(void);

#endif
