/* The end of an epoch (simplex.pml with -DEPOCH): all honest nodes begin the next alike.
 *
 * A block that changes the set of validators is a seal, and on top of a seal nothing but
 * the seal is proposed, again, until it is final (E3). A node enters the next epoch when
 * it knows a final block whose chain holds a seal (E4). That seal is the root of the next
 * epoch and names its set: here every seal names another set, so that one root is one
 * set. No block of the old epoch may be final above the root, or who entered already
 * would never have it.
 *
 * Certificates do not vanish, so what lets one node enter may let every node enter, now
 * or later: that all of them find one root is seen in the certificates alone. Entering
 * does not end the voting here: nodes may go on in the old epoch, and do no harm as long
 * as they know what they signed. The protocol drops the records with the old epoch, and
 * so forbids it. */

/* More for -DBROKEN=.. */
#define FRESH_ON_SEAL       9
#define ENTER_ON_NOTAR      10
#define VOTE_AFTER_ENTERING 11 /* one honest node does, without its records */

byte block[PROPOSALS]; /* of a proposal: the first that carried it; 0 is the root's */
bool seal[PROPOSALS];  /* of a block */
byte next_root;        /* of those who entered the next epoch; 0: nobody may */

#define V3(p)      (BROKEN == FRESH_ON_SEAL || !seal[block[parent[p]]] || block[p] != p)
#define CONTENT(p) content(p)
#define EMPTY(p)   block[p] = 0; seal[p] = false
#define FORGETFUL  (BROKEN == VOTE_AFTER_ENTERING && next_root != 0)
#define CHECK_MORE check_epoch()
#define LETS_IN(p) (FINAL(p) || BROKEN == ENTER_ON_NOTAR && NOTAR(p))

/* A block that leaves the set as it is, a seal, or the parent's block again. */
inline content(p)
{
	if
	:: block[p] = p
	:: block[p] = p; seal[p] = true
	:: block[p] = block[parent[p]]
	fi
}

hidden byte same_root, nothing_above, nobody_enters, root;

inline check_epoch()
{
	same_root = true;
	nothing_above = true;
	nobody_enters = true;
	for (p : ROOT + 1 .. PROPOSALS - 1) {
		if
		:: LETS_IN(p) -> find_root(p)
		:: else -> root = 0
		fi;
		if
		:: root != 0 ->
			same_root = same_root && (next_root == 0 || next_root == root);
			nothing_above = nothing_above && block[p] == root;
			nobody_enters = nobody_enters && (VIEW(root) > 1 || VIEW(p) < VIEWS);
			next_root = root
		:: else
		fi
	}
	assert(same_root);
	assert(nothing_above);
#ifdef REACH
	/* False, to see a seal of the first view let nodes in by way of the last view. */
	assert(nobody_enters);
#endif
	skip
}

/* The lowest seal in the chain of `top`. */
inline find_root(top)
{
	root = 0;
	x = top;
	do
	:: x > ROOT -> root = (seal[block[x]] -> block[x] : root); x = parent[x]
	:: else -> break
	od
}
