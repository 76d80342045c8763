/* The world of one machine, made of a script of bytes: what it asked for and has no
 * answer yet, what its disk has, and what must hold of each of its effects. */
#ifndef TESTS_FUZZ_CONSENSUS_WORLD_H
#define TESTS_FUZZ_CONSENSUS_WORLD_H

#include "chain/base/invariant.h"
#include "consensus/consensus.h"

enum { SET_MAX = 7, BLOCKS_MAX = 64, KEPT_MAX = 512, PENDING_MAX = 256, EPOCHS_MAX = 4 };

struct made {
	struct hash hash;
	struct header header;
	bool is_here;  /* body */
	bool is_valid; /* executed, or our own */
	bool is_kept;
};

/* What is asked and not yet answered. */
struct pending {
	struct hash executes[PENDING_MAX];
	size_t execute_count;
	struct effect_commit commits[PENDING_MAX];
	size_t commit_count;
	struct effect_build build;
	bool has_build;
};

struct disk {
	struct vote_record records[KEPT_MAX];
	size_t record_count;
	struct certificate certificates[KEPT_MAX];
	size_t certificate_count;
	struct made tip; /* stored */
	struct certificate final;
	bool has_final;
	struct vote_mark mark;
	struct epoch epoch;
};

static struct consensus core;
static struct effects out;
static struct network network;
static struct made made[BLOCKS_MAX];
static size_t made_count;
static struct pending pending;
static struct disk disk;
static struct certificate finals[PENDING_MAX]; /* of the pending commits */
static struct ballot told[2 * KEPT_MAX];       /* of ours that left */
static size_t told_count;
static struct made newest; /* committed */
static uint64_t now_ms;
static struct cursor script;
static bool executes_at_once;

static inline void feed(struct input in);

/* -- Bytes --------------------------------------------------------------------------- */

static inline uint8_t next(void)
{
	return script.left > 0 ? cursor_u8(&script) : 0;
}

/* Mostly about where the machine is; sometimes far away. */
static inline uint64_t next_view(void)
{
	uint8_t byte = next();
	uint64_t current = core.views.current;

	if (byte >= 250)
		return current + (UINT64_C(1) << (byte - 250) * 8);
	return byte % 24 + current > 12 ? current + byte % 24 - 12 : 1;
}

static inline uint64_t next_parent(uint64_t view)
{
	uint8_t byte = next();
	uint64_t best = views_parent(&core.views);

	if (byte < 128 && best < view)
		return best;
	return view - 1 >= byte % 8 ? view - 1 - byte % 8 : 0;
}

static inline struct made *find(const struct hash *hash)
{
	for (size_t i = 0; i < made_count; i++)
		if (hash_equal(&made[i].hash, hash))
			return &made[i];
	return NULL;
}

static inline struct hash next_hash(uint64_t parent_view)
{
	uint8_t byte = next();
	const struct hash *parent = views_block(&core.views, parent_view);

	if (byte >= 240 && parent)
		return *parent;
	if (made_count == 0 || byte == 239)
		return (struct hash){{byte}};
	return made[(made_count - 1) - byte % made_count].hash;
}

static inline uint16_t next_signer(void)
{
	return (uint16_t)(next() % (core.epoch.validators.count + 1));
}

/* -- What must hold ------------------------------------------------------------------ */

static inline void check_vote(const struct ballot *ballot)
{
	for (size_t i = 0; i < told_count; i++)
		INVARIANT(!ballots_contradict(&told[i], ballot));
	if (told_count < sizeof told / sizeof told[0])
		told[told_count++] = *ballot;
}

static inline void take_commit(const struct effect_commit *commit)
{
	struct made *block = find(&commit->block);
	struct cursor in = cursor_on(commit->certificate);
	struct certificate *final = &finals[pending.commit_count];

	INVARIANT(block && block->is_here && block->is_valid);
	INVARIANT(commit->height == newest.header.height + 1);
	INVARIANT(hash_equal(&block->header.parent, &newest.hash));
	INVARIANT((block->header.flags & HEADER_FLAG_SEAL ? 1 : 0) == commit->is_seal);
	certificate_get(&in, final);
	INVARIANT(cursor_finish(&in) == STATUS_OK && final->ballot.kind == VOTE_FINALIZE);
	newest = *block;
	INVARIANT(pending.commit_count < PENDING_MAX);
	pending.commits[pending.commit_count++] = *commit;
}

static inline void keep_certificate(const struct effect_certificate *certificate)
{
	struct cursor in = cursor_on(certificate->bytes);

	INVARIANT(certificate->bytes.size > 0);
	if (disk.certificate_count < KEPT_MAX)
		certificate_get(&in, &disk.certificates[disk.certificate_count++]);
	else
		script.left = 0;
}

static inline void raise_mark(uint64_t epoch, uint64_t view)
{
	if (epoch < disk.mark.epoch || (epoch == disk.mark.epoch && view <= disk.mark.view))
		return;
	disk.mark.epoch = epoch;
	disk.mark.view = view;
}

static inline void take(const struct effect *effect)
{
	struct made *block;

	switch (effect->kind) {
	case EFFECT_WAKE:
		INVARIANT(effect->wake_ms > now_ms);
		break;
	case EFFECT_BUILD:
		INVARIANT(!pending.has_build);
		pending.build = effect->build;
		pending.has_build = true;
		break;
	case EFFECT_EXECUTE:
		block = find(&effect->block);
		INVARIANT(block && block->is_here && !block->is_valid);
		INVARIANT(pending.execute_count < PENDING_MAX);
		pending.executes[pending.execute_count++] = effect->block;
		break;
	case EFFECT_KEEP_RECORD:
		/* A full disk is the end of the script. */
		if (disk.record_count < KEPT_MAX)
			disk.records[disk.record_count++] = effect->keep;
		else
			script.left = 0;
		raise_mark(effect->keep.epoch, effect->keep.view);
		break;
	case EFFECT_KEEP_MARK:
		INVARIANT(effect->mark.epoch > disk.mark.epoch ||
		          (effect->mark.epoch == disk.mark.epoch &&
		           effect->mark.view >= disk.mark.view));
		disk.mark = effect->mark;
		break;
	case EFFECT_KEEP_BLOCK:
		block = find(&effect->block);
		INVARIANT(block && block->is_here && block->is_valid);
		block->is_kept = true;
		break;
	case EFFECT_KEEP_CERTIFICATE:
		keep_certificate(&effect->certificate);
		break;
	case EFFECT_COMMIT:
		take_commit(&effect->commit);
		break;
	case EFFECT_DROP:
		block = find(&effect->block);
		if (block)
			block->is_here = block->is_valid = false;
		break;
	case EFFECT_SEND:
		if (effect->send.message == MESSAGE_VOTE &&
		    effect->send.vote.signer == core.epoch.self)
			check_vote(&effect->send.vote.ballot);
		break;
	case EFFECT_SIGN:
	case EFFECT_EVIDENCE:
	case EFFECT_ALARM:
		break;
	}
}

static inline void sign(const struct ballot *ballot)
{
	struct input in = {.kind = INPUT_SIGNED};

	in.vote.ballot = *ballot;
	in.vote.signer = core.epoch.self;
	in.vote.signature.bytes[0] = 1;
	feed(in);
}

static inline void answer_execute(size_t index, bool is_valid)
{
	struct input in = {.kind = INPUT_EXECUTED};
	struct made *block = find(&pending.executes[index]);

	in.executed.hash = pending.executes[index];
	in.executed.valid = is_valid;
	pending.executes[index] = pending.executes[--pending.execute_count];
	if (!block || !block->is_here) /* dropped meanwhile */
		return;
	block->is_valid = is_valid;
	feed(in);
}

static inline void feed(struct input in)
{
	struct ballot ballots[FINALIZE_STEP_MAX + 64];
	size_t ballot_count = 0;

	in.now_ms = now_ms;
	in.wall_ms = 1000000 + now_ms;
	consensus_step(&core, &in, &out);
	INVARIANT(consensus_sound(&core));
	for (size_t i = 0; i < out.count; i++) {
		take(&out.items[i]);
		if (out.items[i].kind != EFFECT_SIGN)
			continue;
		INVARIANT(ballot_count < sizeof ballots / sizeof ballots[0]);
		ballots[ballot_count++] = out.items[i].sign;
	}
	for (size_t i = 0; i < ballot_count; i++)
		sign(&ballots[i]);
	while (executes_at_once && pending.execute_count > 0)
		answer_execute(0, true);
}

#endif
