/* A replay from inside: for replay.c, which makes rows, and replay_compare.c, which holds
 * them against the store. */
#ifndef CHAIN_STORE_REPLAY_INNER_H
#define CHAIN_STORE_REPLAY_INNER_H

#include "chain/base/siphash.h"
#include "chain/store/reading.h"
#include "chain/store/replay.h"

/* Of rows, in any order: two hashes of each under keys that nobody else knows, added up.
 * What is taken out again is as if it had not been. */
struct row_sum {
	uint64_t count;
	uint64_t words[2];
};

struct store_replay {
	struct replay_options options;
	struct store *store;     /* the one that is looked at */
	struct store_view *stored;
	struct store *scratch;
	struct store_view *built; /* of the scratch store, before the block being added */
	struct ledger_source source;
	struct row_tap tap;

	struct siphash_key keys[2];
	struct row_sum expected[FAMILY_COUNT];
	bool is_told[FAMILY_COUNT]; /* something of this family was found wrong */
	uint64_t row_count;
	struct buffer row;        /* a row being hashed or put in order */

	struct prune_row prune;   /* of the store */
	struct hash *pruned_keys; /* of block prune.next, sorted: whose history is gone */
	size_t pruned_key_count;

	uint64_t height;          /* of the block being added */
	enum status status;       /* what failed with us while rows were made */
	struct why why;
};

/* -- replay_compare.c -------------------------------------------------------------- */

/* Is this row one of those that are added up? */
bool replay_is_summed(enum family family, struct bytes_view key);

/* The value with what has no order of its own put in order. Borrowed until the next
 * call. */
struct bytes_view replay_ordered(struct store_replay *replay, enum family family,
                                 struct bytes_view value);

void replay_sum_add(struct store_replay *replay, struct row_sum *sum, enum family family,
                    struct bytes_view key, struct bytes_view value);
void replay_sum_take(struct store_replay *replay, struct row_sum *sum, enum family family,
                     struct bytes_view key, struct bytes_view value);

/* The store must have this row, of a block of `height`: tells if it has not. */
void replay_look_up(struct store_replay *replay, enum family family, struct bytes_view key,
                    struct bytes_view value, uint64_t height);

/* Tells of a row of `family`; `height` may be NULL. */
void replay_tell(struct store_replay *replay, enum family family, const uint64_t *height,
                 const char *format, ...) PRINTF_LIKE(4, 5);

/* A failure of ours, the first one wins. */
void replay_fail(struct store_replay *replay, enum status status, const struct why *why);

static inline bool replay_looks_up(const struct store_replay *replay, enum family family)
{
	return (replay->options.look_up & UINT32_C(1) << family) != 0;
}

#endif
