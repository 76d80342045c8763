/* The voting rules, in every order of events: four nodes, one of which lies, never fork.
 *
 * What is here. Four validators and a quorum of three. The fourth node is the liar: it
 * has cast every vote there is, so that a certificate exists as soon as two honest nodes
 * voted for it, and it leads every view. A leader proposes nothing, one block, or twins,
 * of one parent or of two, on anything proposed in an earlier view. (More than two are no
 * worse: two honest votes notarize one of a view at most, and a vote for any other is a
 * vote wasted.) To propose a block again is a proposal like another here; that it brings
 * no new block makes forks rarer, not more frequent. Honest nodes obey the rules V1 to V5
 * below.
 *
 * The network is in the guards: who may do something does it at any later time or never,
 * so messages are late, lost, repeated, in any order. So are crashes: a vote is recorded
 * before it is sent, and a node that stopped is one that waits. Conditions that only
 * forbid more are left out (to be in that view, timers, no parent below the last final
 * view, no NULL known when finalizing): what is safe without them is safe with them.
 *
 * What is not here: signatures and hashes, which hold; time and progress; bodies of
 * blocks and whether they are valid; other numbers of nodes. The end of an epoch is in
 * epoch.pml.
 *
 * Stage by stage. The model plays the notarize votes of view 1, then the other votes of
 * view 1, then the notarize votes of view 2, and so on, and keeps of a past stage the
 * certificates alone. Nothing is lost by that. A notarize vote looks at what its node
 * notarized in that view and at certificates of earlier views; any other vote looks at
 * what its node finalized and nullified in that view and at NOTAR of that view. Of what
 * others did, a vote asks only that it is there, never that it is not. So if a vote comes
 * right after one of a later stage, the two can change places: neither needs the other,
 * and the later stage's vote at most sees one certificate more. A run sorted in this way
 * has the same votes, hence the same certificates, and no property below heals once it is
 * broken. With -DALL_ORDERS nothing is sorted; with two views both forms were seen to
 * reach the same 70 combinations of certificates.
 *
 * Measured:                     states   seconds
 *     4 views                   120,458       0.4
 *     2 views, -DALL_ORDERS     433,381       2
 *     3 views, -DEPOCH          259,777       0.8    (all with -O1)
 *
 * run.sh runs all of it. To read what becomes of a broken rule:
 *
 *     spin -DVIEWS=2 -DBROKEN=AMNESIA -search simplex.pml
 *     spin -DVIEWS=2 -DBROKEN=AMNESIA -t -p -g simplex.pml */
#ifndef VIEWS
#define VIEWS 4 /* at most */
#endif

/* -DBROKEN=.. takes one rule away. Each of them is needed: run.sh demands the fork. */
#define QUORUM_OF_TWO          1
#define NOTARIZE_TWICE         2
#define NO_PARENT_CERTIFICATE  3
#define NO_GAP_CHECK           4
#define FINALIZE_WITHOUT_NOTAR 5
#define FINALIZE_AFTER_NULLIFY 6
#define NULLIFY_AFTER_FINALIZE 7
#define AMNESIA                8 /* one honest node loses its records once, and goes on */
#ifndef BROKEN
#define BROKEN 0
#endif

/* -- Proposals have numbers, the parent's is the smaller one ------------------------- */
#define ROOT         1 /* what the epoch began with, of view 0: notarized and final */
#define TWIN_A(view) (2 * (view))
#define TWIN_B(view) (2 * (view) + 1)
#define VIEW(p)      ((p) / 2)
#define PROPOSALS    (2 * VIEWS + 2)

byte parent[PROPOSALS]; /* 0: not proposed */

/* -- Votes: a bit for each honest node, 1, 2 and 4 ----------------------------------- */
byte notarize[PROPOSALS], finalize[PROPOSALS], nullify[5];

/* The records: what the nodes know to have signed in each view. */
byte notarized[5], finalized[5], nullified[5];
bool forgot;

/* -- Certificates: the liar's vote is always there ----------------------------------- */
#define QUORUM        (BROKEN == QUORUM_OF_TWO -> 2 : 3)
#define ENOUGH(votes) (((votes) & 1) + ((votes) >> 1 & 1) + ((votes) >> 2) + 1 >= QUORUM)
#define NOTAR(p)      ((p) == ROOT || ENOUGH(notarize[p]))
#define FINAL(p)      ENOUGH(finalize[p])
#define NULL(view)    ENOUGH(nullify[view])

/* -- The rules of an honest node `me` in view `here` --------------------------------- */
byte stage; /* 2 * view - 1: its notarize votes; 2 * view: its other votes */

#ifdef ALL_ORDERS
#define VOTER        Voter(byte me, here)
#define MAY_NOTARIZE (stage > 0)
#define MAY_END      (stage > 0)
#else
#define VOTER        Voter(byte me)
#define here         ((stage + 1) / 2)
#define MAY_NOTARIZE (stage % 2 == 1)
#define MAY_END      (stage % 2 == 0 && stage > 0)
#endif

#define DID(record)  ((record[here] & me) != 0)
#define CERTIFIED(p) (BROKEN == NO_PARENT_CERTIFICATE || NOTAR(p) || FINAL(p))
#define PASSED(w, p) ((w) <= VIEW(parent[p]) || (w) >= VIEW(p) || NULL(w))
#define NO_GAP(p) \
	(BROKEN == NO_GAP_CHECK || PASSED(1, p) && PASSED(2, p) && PASSED(3, p))

/* Notarize: one proposal a view (V1), with certificates of its parent and of every view
 * that it jumps over (V2). To have nullified the view is no obstacle. */
#define V1    (BROKEN == NOTARIZE_TWICE || !DID(notarized))
#define V2(p) (parent[p] != 0 && CERTIFIED(parent[p]) && NO_GAP(p))

/* Finalize: once a view, what is notarized, never after nullify. */
#define V4(p) \
	(!DID(finalized) && (BROKEN == FINALIZE_WITHOUT_NOTAR || NOTAR(p)) && \
	 (BROKEN == FINALIZE_AFTER_NULLIFY || !DID(nullified)))

/* Nullify: never after finalize. */
#define V5 (!DID(nullified) && (BROKEN == NULLIFY_AFTER_FINALIZE || !DID(finalized)))

/* Where an epoch ends, blocks have contents, and a proposal has to be valid (V3). */
#ifdef EPOCH
#include "epoch.pml"
#else
#define V3(p)      true
#define CONTENT(p) skip
#define EMPTY(p)   skip
#define FORGETFUL  (BROKEN == AMNESIA)
#define CHECK_MORE skip
#endif

#define NOTARIZE(p) \
	d_step { MAY_NOTARIZE && V1 && V2(p) && V3(p) -> sign(notarized[here], notarize[p]) }
#define FINALIZE(p) d_step { MAY_END && V4(p) -> sign(finalized[here], finalize[p]) }
#define NULLIFY     d_step { MAY_END && V5 -> sign(nullified[here], nullify[here]) }

inline sign(record, votes)
{
	record = record | me;
	votes = votes | me;
	check()
}

inline forget()
{
	notarized[here] = notarized[here] & ~me;
	finalized[here] = finalized[here] & ~me;
	nullified[here] = nullified[here] & ~me;
	forgot = true
}

/* -- What must hold after every vote ------------------------------------------------- */
/* one_chain is the point: of two final proposals one is the other's ancestor. The three
 * before it carry its proof. All of it lives within a step and is no part of a state. */
hidden byte one_notar, final_has_notar, final_or_null, one_chain, nothing_happens;
hidden byte p, r, x;

inline check()
{
	one_notar = !(NOTAR(TWIN_A(here)) && NOTAR(TWIN_B(here)));
	final_has_notar = true;
	final_or_null = true;
	one_chain = true;
	for (p : ROOT + 1 .. PROPOSALS - 1) {
		if
		:: FINAL(p) ->
			final_has_notar = final_has_notar && NOTAR(p);
			final_or_null = final_or_null && !NULL(VIEW(p));
			for (r : p + 1 .. PROPOSALS - 1) {
				if
				:: FINAL(r) -> descend(r, p); one_chain = one_chain && x == p
				:: else
				fi
			}
		:: else
		fi
	}
	assert(one_notar);
	assert(final_has_notar);
	assert(final_or_null);
	assert(one_chain);
#ifdef REACH
	/* False, to see that the model gets to its last view, over one that was skipped. */
	nothing_happens = !(FINAL(TWIN_A(1)) && NULL(VIEWS - 1) && FINAL(TWIN_A(VIEWS)));
	assert(nothing_happens);
#endif
	CHECK_MORE
}

/* x: where one comes to from `top`, parent by parent, at `bottom` or past it. */
inline descend(top, bottom)
{
	x = top;
	do
	:: x > bottom -> x = parent[x]
	:: else -> break
	od
}

/* -- The honest nodes ---------------------------------------------------------------- */
proctype VOTER
{
end:
	do
	:: NOTARIZE(TWIN_A(here))
	:: NOTARIZE(TWIN_B(here))
	:: FINALIZE(TWIN_A(here))
	:: FINALIZE(TWIN_B(here))
	:: NULLIFY
	:: d_step { FORGETFUL && stage > 0 && me == 1 && !forgot -> forget() }
	od
}

/* -- The leaders --------------------------------------------------------------------- */
/* Twins of two parents, or of one. Which twin is which does not matter, and a proposal that
 * is not made is one that nobody votes for. */
inline propose(view)
{
	select(newer : ROOT .. TWIN_A(view) - 1);
	select(older : ROOT .. newer);
	offer(TWIN_A(view), newer);
	offer(TWIN_B(view), older);
	newer = 0;
	older = 0
}

#ifdef ALL_ORDERS
/* All views at once: a leader that makes up its mind later is one that guessed right. */
inline offer(p, on)
{
	parent[p] = on;
	CONTENT(p)
}

init {
	byte view, newer, older;

	atomic {
		for (view : 1 .. VIEWS) {
			propose(view);
			run Voter(1, view);
			run Voter(2, view);
			run Voter(4, view)
		}
		view = 0;
		stage = 1
	}
}
#else
/* What nobody may vote for is as good as nothing. */
inline offer(p, on)
{
	parent[p] = on;
	if
	:: V2(p) -> CONTENT(p)
	:: else
	fi;
	if
	:: V2(p) && V3(p)
	:: else -> drop(p)
	fi
}

inline drop(p)
{
	parent[p] = 0;
	EMPTY(p)
}

/* Who voted is of no interest any more, only what there is a certificate for. */
inline fold(p)
{
	notarize[p] = (NOTAR(p) -> 7 : 0);
	finalize[p] = (FINAL(p) -> 7 : 0);
	if
	:: NOTAR(p) || BROKEN == FINALIZE_WITHOUT_NOTAR
	:: else -> drop(p)
	fi
}

inline next_stage()
{
	fold(TWIN_A(here));
	fold(TWIN_B(here));
	nullify[here] = (NULL(here) -> 7 : 0);
	notarized[here] = 0;
	finalized[here] = 0;
	nullified[here] = 0;
	stage++;
	if
	:: MAY_NOTARIZE -> propose(here)
	:: else
	fi
}

init {
	byte newer, older;

	atomic {
		run Voter(1);
		run Voter(2);
		run Voter(4)
	}
end:
	do
	:: atomic { stage < 2 * VIEWS -> next_stage() }
	od
}
#endif
