/* What is certified: for each view above the last final one whether a quorum notarized a
 * block, or gave the view up, and the certificates themselves.
 *
 *     final view         frontier
 *         v                  v
 *     ....F N N 0 N 0 0 N 0 0 . . N          N notarized   0 nullified   . not known
 *          '------known-----'
 *
 * The frontier is the first view of which nothing is known, not the last of which something
 * is: so a node always has a whole chain of certificates from the final view up to where it
 * is, and can show anybody why it builds on the block that it builds on. */
#ifndef CONSENSUS_VIEWS_H
#define CONSENSUS_VIEWS_H

#include "consensus/epoch.h"

struct view_facts {
	uint64_t view;        /* 0: empty */
	bool notarized;
	bool nullified;       /* both can be: others may need either */
	uint64_t parent_view; /* of the notarized block's proposal */
	struct hash block;    /* that was notarized */
	size_t notarized_size, nullified_size; /* bytes of the certificates */
};

struct views {
	struct view_facts facts[VIEWS_HELD_MAX]; /* view % VIEWS_HELD_MAX */
	uint8_t *memory;      /* owned: two certificates for each of them, and the final one */
	size_t certificate_size_max;
	uint64_t final_view;  /* 0: the epoch's root */
	struct hash final_block;
	size_t final_size;    /* bytes of its certificate; 0 for a root */
	uint64_t current;     /* the frontier */
	uint64_t highest;     /* view of which anything is known; final_view or above */
};

MUST_CHECK enum status views_init(struct views *views, size_t validators_max);
void views_close(struct views *views);

/* Nothing is certified above this final view. `certificate` may be NULL for a root. */
void views_start(struct views *views, uint64_t final_view, const struct hash *final_block,
                 const struct certificate *certificate);

enum views_news {
	VIEWS_NEWS,
	VIEWS_KNOWN,    /* nothing new, or about a view at or below the final one */
	VIEWS_FAR,      /* too far above the final view to be kept */
	VIEWS_BROKEN,   /* it excludes one that is held: more than f validators lie */
};

/* A certificate of this epoch, checked. */
enum views_news views_add(struct views *views, const struct certificate *certificate);

/* NULL: nothing is known. Only for views above the final one. */
const struct view_facts *views_facts(const struct views *views, uint64_t view);

bool views_is_notarized(const struct views *views, uint64_t view);
bool views_is_nullified(const struct views *views, uint64_t view);

/* The encoded certificate; empty: there is none. Of VOTE_FINALIZE only the newest is held.
 * Borrowed until the next views_add. */
struct bytes_view views_certificate(const struct views *views, uint64_t view,
                                    enum vote_kind kind);

/* The view to build on from the frontier, the highest that is notarized with nothing but
 * nullified ones above it, or the final one. */
uint64_t views_parent(const struct views *views);

/* The block that was certified in a view: notarized, or final. */
const struct hash *views_block(const struct views *views, uint64_t view);
/* Is the block of this notarized or final view the newest final one? So it is also where it was
 * proposed again before its FINAL was known. */
bool views_block_is_final(const struct views *views, uint64_t view);

bool views_sound(const struct views *views);

#endif
