/* Blocks on their way: named, fetched, executed, committed. */
#include "consensus/inner.h"

#include "chain/base/invariant.h"

enum { FETCH_LATE_MS = 2000 }; /* between two times that a block is asked for, at most */

/* -- Looking ------------------------------------------------------------------------------------- */

bool is_ready(struct consensus *core, const struct hash *hash)
{
	const struct block *block;

	if (hash_equal(hash, &core->block))
		return true;
	block = blocks_find(&core->blocks, hash);
	return block && block->state == BLOCK_VALID;
}

void ready_facts(struct consensus *core, const struct hash *hash, uint64_t *height,
                 uint64_t *time_ms)
{
	const struct block *block = blocks_find(&core->blocks, hash);

	if (hash_equal(hash, &core->block)) {
		*height = core->height;
		*time_ms = core->time_ms;
		return;
	}
	INVARIANT(block && block->state == BLOCK_VALID);
	*height = block->header.height;
	*time_ms = block->header.time_ms;
}

bool is_open_seal(struct consensus *core, const struct hash *hash)
{
	const struct block *block = blocks_find(&core->blocks, hash);

	return block && block->state == BLOCK_VALID &&
	       (block->header.flags & HEADER_FLAG_SEAL) != 0;
}

/* -- Coming in ------------------------------------------------------------------------------------- */

static void drop(struct consensus *core, struct block *block, struct effects *out)
{
	if (block->state != BLOCK_NAMED)
		emit(out, EFFECT_DROP)->block = block->hash;
	blocks_remove(&core->blocks, block);
}

struct block *name_block(struct consensus *core, const struct hash *hash, uint64_t view,
                         struct effects *out)
{
	struct block *block = blocks_name(&core->blocks, hash, view);

	if (block)
		return block;
	block = blocks_worst(&core->blocks);
	if (!block || (block->certified && block->view >= view))
		return NULL;
	drop(core, block, out);
	return blocks_name(&core->blocks, hash, view);
}

static void bring(struct block *block, const struct header *header)
{
	block->header = *header;
	block->state = BLOCK_HERE;
}

/* The parent of a block that a quorum stands behind; false: it needs none, or has no room. */
static bool name_parent(struct consensus *core, const struct block *block,
                        struct hash *parent, struct effects *out)
{
	uint64_t view = block->view;

	*parent = block->header.parent;
	return block->state != BLOCK_NAMED && block->header.height > core->height + 1 &&
	       name_block(core, parent, view, out);
}

void certify_block(struct consensus *core, const struct hash *hash, struct effects *out)
{
	struct hash at = *hash;
	struct block *block = blocks_find(&core->blocks, &at);

	while (block && !block->certified) {
		block->certified = true;
		/* A quorum executed it before it voted: what is wrong is here. */
		if (block->state == BLOCK_INVALID)
			raise_alarm(core, ALARM_LOCAL_FAULT, out);
		if (!name_parent(core, block, &at, out))
			return;
		block = blocks_find(&core->blocks, &at);
	}
}

void on_block(struct consensus *core, const struct input_block *in, struct effects *out)
{
	struct block *block = blocks_find(&core->blocks, &in->hash);
	struct hash parent;

	if (!block) {
		/* Nobody asked for it; or it comes from our own disk and may be of use. */
		if (in->from != NOBODY || in->header->height <= core->height ||
		    in->header->epoch != core->epoch.number ||
		    !(block = name_block(core, &in->hash, in->header->view, out))) {
			emit(out, EFFECT_DROP)->block = in->hash;
			return;
		}
	}
	if (block->state != BLOCK_NAMED)
		return;
	bring(block, in->header);
	block->kept = block->kept || in->from == NOBODY;
	if (block->certified && name_parent(core, block, &parent, out))
		certify_block(core, &parent, out);
}

void on_executed(struct consensus *core, const struct input_executed *in,
                 struct effects *out)
{
	struct block *block = blocks_find(&core->blocks, &in->hash);

	if (!block || block->state != BLOCK_EXECUTING) {
		emit(out, EFFECT_DROP)->block = in->hash;
		return;
	}
	block->state = in->valid ? BLOCK_VALID : BLOCK_INVALID;
	if (!in->valid && block->certified)
		raise_alarm(core, ALARM_LOCAL_FAULT, out);
}

void on_range(struct consensus *core, const struct input_range *in, struct effects *out)
{
	const struct ballot *ballot = &in->certificate->ballot;
	/* What is to be committed next matters more than all that is held: a node that is far
	 * behind has nothing else to make room with. */
	uint64_t view = core->views.highest > ballot->view ? core->views.highest : ballot->view;
	struct hash below = core->block;

	if (in->body_count == 0 || ballot->kind != VOTE_FINALIZE ||
	    ballot->epoch != core->epoch.number || core->is_sealed ||
	    !hash_equal(&ballot->block, &in->hashes[in->count - 1]))
		return;
	for (size_t i = 0; i < in->count; i++) {
		if (!hash_equal(&in->headers[i].parent, &below) ||
		    in->headers[i].height != core->height + 1 + i)
			return;
		below = in->hashes[i];
	}
	/* Those that are held already must not make room for the others. */
	for (size_t i = 0; i < in->body_count; i++)
		if (blocks_find(&core->blocks, &in->hashes[i]))
			(void)blocks_name(&core->blocks, &in->hashes[i], view + 1);
	for (size_t i = 0; i < in->body_count; i++) {
		struct block *block = name_block(core, &in->hashes[i], view + 1, out);

		if (!block)
			return;
		if (block->state == BLOCK_NAMED)
			bring(block, &in->headers[i]);
		certify_block(core, &in->hashes[i], out);
	}
	core->has_range = true;
	core->range_block = in->hashes[in->body_count - 1];
	core->range_certificate = *in->certificate;
	on_certificate(core, in->certificate, out);
}

/* -- Executing ------------------------------------------------------------------------------------ */

/* What can be said of a block from its header and its parent alone. */
static bool fits_parent(struct consensus *core, const struct block *block)
{
	const struct header *header = &block->header;
	uint64_t height, time_ms;

	ready_facts(core, &header->parent, &height, &time_ms);
	return header->height == height + 1 && header->time_ms > time_ms &&
	       header->epoch == core->epoch.number && header->view > 0 &&
	       header->view <= block->view &&
	       header->proposer == epoch_leader(&core->epoch, header->view) &&
	       !is_open_seal(core, &header->parent);
}

static void execute_ready(struct consensus *core, struct effects *out)
{
	for (size_t i = 0; i < core->blocks.count; i++) {
		struct block *block = &core->blocks.items[i];

		if (block->state != BLOCK_HERE || !is_ready(core, &block->header.parent))
			continue;
		if (fits_parent(core, block)) {
			block->state = BLOCK_EXECUTING;
			emit(out, EFFECT_EXECUTE)->block = block->hash;
		} else {
			block->state = BLOCK_INVALID;
			if (block->certified)
				raise_alarm(core, ALARM_LOCAL_FAULT, out);
		}
	}
}

void keep_chain(struct consensus *core, const struct hash *hash, struct effects *out)
{
	struct block *block = blocks_find(&core->blocks, hash);

	/* Newest first: the order within one batch does not matter. */
	for (; block && block->state == BLOCK_VALID && !block->kept;
	     block = blocks_find(&core->blocks, &block->header.parent)) {
		block->kept = true;
		emit(out, EFFECT_KEEP_BLOCK)->block = block->hash;
	}
}

/* -- Committing ----------------------------------------------------------------------------------- */

/* The child of the committed block on the way to `hash`; NULL: a block in between is not
 * here. */
static struct block *first_on_way(struct consensus *core, const struct hash *hash)
{
	struct block *block = blocks_find(&core->blocks, hash);

	if (!blocks_reach(&core->blocks, hash, &core->block, NULL))
		return NULL;
	while (block && !hash_equal(&block->header.parent, &core->block))
		block = blocks_find(&core->blocks, &block->header.parent);
	return block;
}

/* Does it build on another block than the committed one? As far as its ancestors are here. */
static bool is_on_another_way(struct consensus *core, const struct block *block)
{
	while (block && block->state != BLOCK_NAMED) {
		if (block->header.height <= core->height)
			return true;
		if (block->header.height == core->height + 1)
			return !hash_equal(&block->header.parent, &core->block);
		block = blocks_find(&core->blocks, &block->header.parent);
	}
	return false;
}

/* Only what builds on the committed block is still wanted. Who builds on what goes before
 * it, so that nobody is left with a parent that is gone. */
static void prune(struct consensus *core, struct effects *out)
{
	bool is_level = hash_equal(&core->block, &core->views.final_block);
	struct block *last;

	do {
		last = NULL;
		for (size_t i = 0; i < core->blocks.count; i++) {
			struct block *block = &core->blocks.items[i];
			bool is_old = block->state == BLOCK_NAMED
			                  ? is_level && block->view <= core->views.final_view
			                  : is_on_another_way(core, block);

			if (is_old && (!last || block->header.height > last->header.height))
				last = block;
		}
		if (last)
			drop(core, last, out);
	} while (last);
}

static void commit(struct consensus *core, struct block *block, uint64_t final_view,
                   struct bytes_view certificate, struct effects *out)
{
	struct effect_commit *commit = &emit(out, EFFECT_COMMIT)->commit;

	commit->block = block->hash;
	commit->height = block->header.height;
	commit->certificate = certificate;
	commit->final_view = final_view;
	commit->is_seal = (block->header.flags & HEADER_FLAG_SEAL) != 0;
	core->height = block->header.height;
	core->block = block->hash;
	core->time_ms = block->header.time_ms;
	core->is_sealed = commit->is_seal;
	blocks_remove(&core->blocks, block);
}

/* Commits what is valid on the way to a final block. */
static void commit_to(struct consensus *core, const struct hash *hash, uint64_t final_view,
                      struct bytes_view certificate, struct effects *out)
{
	uint64_t height = core->height;

	for (;;) {
		struct block *block = core->is_sealed ? NULL : first_on_way(core, hash);

		if (!block || block->state != BLOCK_VALID)
			break;
		commit(core, block, final_view, certificate, out);
	}
	if (core->height > height)
		prune(core, out);
}

static struct bytes_view range_certificate(struct consensus *core)
{
	struct writer out = writer_on(core->range_bytes, sizeof core->range_bytes);

	certificate_put(&out, &core->range_certificate);
	return bytes_view(core->range_bytes, sizeof core->range_bytes - out.left);
}

static void commit_final(struct consensus *core, struct effects *out)
{
	if (core->has_range)
		commit_to(core, &core->range_block, core->range_certificate.ballot.view,
		          range_certificate(core), out);
	core->has_range = core->has_range && first_on_way(core, &core->range_block);
	commit_to(core, &core->views.final_block, core->views.final_view,
	          views_certificate(&core->views, core->views.final_view, VOTE_FINALIZE), out);
}

/* -- Fetching ----------------------------------------------------------------------------------------- */

static bool is_wanted(const struct consensus *core, const struct block *block)
{
	return block->state == BLOCK_NAMED &&
	       (block->certified || block->view <= core->views.current + 1);
}

/* Who is asked the nth time: first who named it, then those who voted for it and so have it,
 * then anybody, in turn. */
static uint16_t whom_to_ask(const struct consensus *core, const struct block *block,
                            uint32_t turn)
{
	uint16_t n = (uint16_t)core->epoch.validators.count;
	uint16_t first = block->from != NOBODY ? block->from
	                                       : epoch_leader(&core->epoch, block->view);
	struct ballot ballot = {
		.kind = VOTE_NOTARIZE,
		.epoch = core->epoch.number,
		.view = block->view,
		.block = block->hash,
	};
	const struct view_facts *facts = views_facts(&core->views, block->view);

	if (turn == 0)
		return first;
	if (facts && facts->notarized)
		ballot.parent_view = facts->parent_view;
	for (uint16_t i = 0; i < n; i++) {
		uint16_t index = (uint16_t)((first + turn + i) % n);

		if (index != core->epoch.self && turn < n &&
		    votes_has(&core->votes, &ballot, index))
			return index;
	}
	return (uint16_t)((first + turn) % n);
}

static void fetch_missing(struct consensus *core, struct effects *out)
{
	uint64_t pause_ms = base_timeout(core) / 4;

	for (size_t i = 0; i < core->blocks.count; i++) {
		struct block *block = &core->blocks.items[i];
		uint32_t doublings = block->asked_count / 2 < 4 ? block->asked_count / 2 : 4;

		if (!is_wanted(core, block))
			continue;
		/* A proposal's body is on its way by itself; who only voted for it sent none. */
		if (block->ask_at_ms == 0)
			block->ask_at_ms = core->now_ms + (block->certified ? 1 : pause_ms);
		for (size_t two = 0; two < 2 && core->now_ms >= block->ask_at_ms; two++) {
			uint16_t to = whom_to_ask(core, block, block->asked_count++);

			if (to != core->epoch.self)
				emit_send(out, to, MESSAGE_GET_BLOCK)->block = block->hash;
		}
		if (core->now_ms >= block->ask_at_ms) {
			uint64_t wait_ms = pause_ms << doublings;

			block->ask_at_ms =
				core->now_ms + (wait_ms < FETCH_LATE_MS ? wait_ms : FETCH_LATE_MS);
		}
		want_wake(core, block->ask_at_ms);
	}
}

void advance_chain(struct consensus *core, struct effects *out)
{
	if (core->is_sealed)
		return;
	commit_final(core, out);
	if (core->is_sealed)
		return;
	execute_ready(core, out);
	fetch_missing(core, out);
}
