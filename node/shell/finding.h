/* How this node finds others: node/p2p/finder, given a network, a disk and threads.
 *
 *     start: peers.book, anchors ──► finder ──visit──► net     records ──► verify workers ──┐
 *     every 15 minutes: the book ──► a verify worker ──► disk      finder_on_checked ◄──────┘
 *     end: the book and the anchors, likewise
 *
 * The happy path is a book that is read and written. One that is damaged or foreign is set
 * aside; one that cannot be written is said, and the node goes on: it will be asked for again. */
#ifndef NODE_SHELL_FINDING_H
#define NODE_SHELL_FINDING_H

#include "node/net/net.h"
#include "node/p2p/finder.h"

#include <uv.h>

struct node;
struct roster;
struct save_letter;

struct finding {
	struct node *node;
	struct finder *finder;      /* NULL: it has not begun */
	uv_timer_t timer;
	struct net_target *seeds;   /* owned */
	size_t seed_count, next_seed;
	uint64_t save_ms;           /* when the book is written next */
	bool is_tip_stale;          /* our newest block is older than it should be */
	size_t working;             /* letters to workers that are not back */
	struct save_letter *filling; /* the book that is being gathered; NULL: none */
	struct save_letter *last;   /* of the end, while another one is out; NULL: none */
	bool is_save_out;           /* a worker writes one */
};

MUST_CHECK enum status finding_start(struct finding *finding, struct node *node,
                                     struct why *why);
/* The node stops, and its sessions are still there: what is to be found again is written by a
 * worker, for whom the node waits. */
void finding_stop(struct finding *finding);
/* When the loop is closed. */
void finding_free(struct finding *finding);

/* A peer comes and goes. */
void finding_on_open(struct finding *finding, uint16_t peer, const struct net_facts *facts);
void finding_on_close(struct finding *finding, uint16_t peer);
/* Of struct net_config; the owner is the node. */
void finding_on_unmet(void *owner, const struct net_target *target, uint32_t tag);

/* Whom the ledger lets in has changed. */
void finding_on_roster(struct finding *finding, const struct roster *roster);

/* GETADDR, ADDR or KNOWN. */
void finding_on_message(struct finding *finding, uint16_t peer, uint16_t type,
                        struct bytes_view bytes);

#endif
