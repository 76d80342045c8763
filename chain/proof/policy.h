/* Policies, as c2sp.org/tlog-policy says: whose signatures make a checkpoint believed. A
 * text that a person or a node wrote, line by line:
 *
 *     # a comment
 *     log VKEY [URL]                a key whose plain note signature is taken; its name
 * is the log's origin witness NAME VKEY [URL]       a key whose cosignatures count group
 * NAME K MEMBER...        K of these, or "any" (1) or "all"; members are witnesses or
 * groups of lines above, each in one group quorum NAME                   what a
 * checkpoint needs; or "none"
 *
 * A checkpoint is good when one listed log signed it, under its own origin, and the
 * quorum cosigned it. */
#ifndef CHAIN_PROOF_POLICY_H
#define CHAIN_PROOF_POLICY_H

#include "chain/base/memory.h"
#include "chain/proof/cosignature.h"

enum {
	POLICY_SIZE_MAX = 128 << 10, /* each of the below at its longest, and comments */
	POLICY_LOGS_MAX = 256,       /* the format asks for 32; a set has VALIDATORS_MAX */
	POLICY_WITNESSES_MAX = 256,  /* likewise */
	POLICY_GROUPS_MAX = 64,      /* the format asks for 32 */
	POLICY_NO_NODE = 65535,
};

/* A witness, or a group of others: one name space, in the order of their lines. */
struct policy_node {
	struct bytes_view name;
	bool is_group;
	struct note_key key; /* of a witness: NOTE_COSIGNATURE */
	size_t threshold;    /* of a group: 1..member_count */
	size_t member_count; /* of a group */
	uint16_t parent;     /* the group it is in, a later node; or POLICY_NO_NODE */
};

struct policy {
	size_t log_count;
	struct note_key *logs; /* NOTE_ED25519; the names are origins */
	size_t node_count;
	struct policy_node *nodes;
	uint16_t quorum; /* a node; POLICY_NO_NODE: "none" */
	size_t voters;   /* witnesses that the quorum is made of */
	size_t needed;   /* the fewest of them that are a quorum; of a plain group, K */
};

/* Names and keys are borrowed from the text, the rest lies in the arena.
 * STATUS_MALFORMED, STATUS_FOREIGN or STATUS_TOO_LARGE: *why names the line.
 * STATUS_MEMORY. */
MUST_CHECK enum status policy_decode(struct policy *policy, struct arena *arena,
                                     struct bytes_view text, struct why *why);

/* The text for a set of validators: each key as log and as witness, `quorum` of them.
 * `origin` has at most ORIGIN_SIZE_MAX bytes, `count` is 1..VALIDATORS_MAX. */
void policy_put(struct buffer *out, struct bytes_view origin,
                const struct hash *cosign_keys, size_t count, size_t quorum);

/* The policy that this text says, without the text; names and all lie in the arena. */
MUST_CHECK enum status policy_of_keys(struct policy *policy, struct arena *arena,
                                      struct bytes_view origin,
                                      const struct hash *cosign_keys, size_t count,
                                      size_t quorum);

/* Do both want the same of the same keys? Compares the keys of the logs, of the voters,
 * and `needed`, not names inside the file nor order. For plain groups that is everything.
 */
bool policy_equal(const struct policy *a, const struct policy *b);

/* -- Checking a checkpoint --------------------------------------------------------------
 */

enum policy_finding {
	POLICY_GOOD,
	POLICY_OTHER_LOG,     /* no log of the policy has the checkpoint's origin */
	POLICY_BAD_SIGNATURE, /* a line by a key of the policy that the key did not sign */
	POLICY_NO_LOG,        /* none of its logs signed */
	POLICY_NO_QUORUM,     /* too few of its witnesses cosigned */
};

struct policy_result {
	enum policy_finding finding;
	size_t cosigned;           /* voters whose cosignature is valid */
	size_t voters;             /* as the policy's */
	size_t needed;             /* as the policy's */
	uint64_t not_later_than_s; /* Unix seconds: the (f + 1)-th earliest time that a voter
	                            * signed, f = voters - needed: of so many one is honest.
	                            * Of fewer cosignatures the latest; 0 without any */
};

/* Reads each line of the note; a key that signed twice counts once, with its first time.
 * Costs a signature check for each line of a key that is known. A line of a known key
 * that is not valid spoils the note, as the format asks. *why is written unless
 * POLICY_GOOD. */
struct policy_result policy_check(const struct policy *policy, const struct note *note,
                                  const struct checkpoint *checkpoint, struct why *why);

#endif
