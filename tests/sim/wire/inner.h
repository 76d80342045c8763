/* Between the files that put node/p2p under the simulator: lines below (wire.c), and what nodes
 * say over them beside consensus above (parties.c). */
#ifndef TESTS_SIM_WIRE_INNER_H
#define TESTS_SIM_WIRE_INNER_H

#include "tests/sim/wire/town.h"
#include "tests/sim/wired.h"

enum wire_kind {
	WIRE_BYTES,   /* from one end to the other */
	WIRE_RESET,   /* there is no other end any more */
	WIRE_TICK,
	WIRE_SAY,     /* a message that is sent late */
	WIRE_STEP,    /* the relay is to be woken */
	WIRE_RECORDS, /* signatures of records were checked */
};

struct wire_event {
	enum wire_kind kind;
	uint16_t from, to;
	uint32_t serial; /* of the connection; of what a node has to do by itself: its life */
	uint64_t number; /* of the piece, of the timer, of the peer who sent records */
	size_t size;
	uint8_t bytes[];
};

/* -- wire.c --------------------------------------------------------------------------------- */

uint64_t wire_now_ms(struct sim *sim, uint16_t node);
/* Is there a line; and can both use it, as far as this end knows? */
bool wire_has_line(uint16_t node, uint16_t other);
bool wire_is_open(uint16_t node, uint16_t other);
size_t wire_waiting(uint16_t node, uint16_t other);
void wire_say(struct sim *sim, uint16_t from, uint16_t to, uint16_t type,
              struct bytes_view bytes);
void wire_close(struct sim *sim, uint16_t node, uint16_t other, const char *what);
enum call_answer wire_call(struct sim *sim, uint16_t node, uint16_t other);
/* Something for the node itself to do. */
void wire_remind(struct sim *sim, enum wire_kind kind, uint16_t node, uint16_t from,
                 uint64_t number, struct bytes_view bytes, uint64_t at_us);

/* -- parties.c ------------------------------------------------------------------------------ */

void parties_draw(struct sim *sim);
void parties_begin(struct sim *sim);
void parties_end(void);
void party_start(struct sim *sim, uint16_t node);
void party_crash(uint16_t node);
void party_forget(uint16_t node);

void party_on_open(struct sim *sim, uint16_t node, uint16_t other, bool is_dialed);
/* The drive has heard of who came. */
void party_see_peers(uint16_t node);
void party_on_end(struct sim *sim, uint16_t node, uint16_t other, bool was_open, bool broke);
/* A message that is not of consensus. */
void party_on_message(struct sim *sim, uint16_t node, uint16_t from, uint16_t type,
                      struct bytes_view bytes);
void party_tick(struct sim *sim, uint16_t node);
/* WIRE_STEP, WIRE_RECORDS. */
void party_remember(struct sim *sim, const struct wire_event *wire);

/* How the drive of a node calls another; and whom it calls so. */
uint16_t party_number(uint16_t node, uint16_t other);
uint16_t party_other(uint16_t node, uint16_t number);
bool party_source(struct sim *sim, uint16_t node, uint16_t number, uint64_t *serial);
void party_submitted(struct sim *sim, uint16_t node, const struct submission *submission,
                     uint16_t source, uint64_t serial);
void party_stored(struct sim *sim, uint16_t node);

/* -- settled.c: what must hold at the end ---------------------------------------------------- */

uint64_t mesh_most_us(const struct sim *sim);
const char *mesh_lacks(struct sim *sim);
const char *settled_lacks(struct sim *sim);
void settled_tell(void);
const char *party_waits(uint16_t node);
void party_tell_known(uint16_t node, uint16_t other, char *text, size_t size);
bool parties_are_listed(void);

#endif
