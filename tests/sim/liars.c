/* The list of the liars, and what they share. */
#include "tests/sim/liars/liars.h"

#include "chain/base/memory.h"
#include "node/drive/named.h"

#include <stdlib.h>

#define LIST(name) &liar_##name,
const struct liar *const LIARS[] = {LIARS_EACH(LIST)};
#undef LIST
const size_t LIAR_COUNT = sizeof LIARS / sizeof LIARS[0];

enum { HEARD_MAX = sizeof ((struct liar_memory *)0)->heard / sizeof ((struct liar_memory *)0)->heard[0] };

/* -- Reading ------------------------------------------------------------------------------- */

struct message *liar_reads(struct sim *sim, struct bytes_view bytes, enum message_kind kind)
{
	if (bytes.size == 0 || bytes.at[0] != kind ||
	    message_decode(&sim->message, bytes) != STATUS_OK)
		return NULL;
	return &sim->message;
}

void liar_hears(struct sim *sim, uint16_t node, struct bytes_view bytes)
{
	struct liar_memory *memory = &sim->nodes[node].memory;
	size_t place = memory->heard_count;
	uint8_t *copy;

	/* Few enough are replaced that some are as old as the run. */
	if (place == HEARD_MAX)
		place = (size_t)lots_below(&sim->lots, HEARD_MAX * (uint64_t)16);
	if (place >= HEARD_MAX)
		return;
	copy = malloc(bytes.size + 1);
	if (!copy)
		abort();
	memcpy(copy, bytes.at, bytes.size);
	if (place == memory->heard_count)
		memory->heard_count++;
	else
		free(memory->heard[place].bytes);
	memory->heard[place].bytes = copy;
	memory->heard[place].size = bytes.size;
}

struct bytes_view liar_recalls(struct sim *sim, uint16_t node)
{
	const struct liar_memory *memory = &sim->nodes[node].memory;
	size_t place;

	if (memory->heard_count == 0)
		return (struct bytes_view){0};
	place = (size_t)lots_below(&sim->lots, memory->heard_count);
	return bytes_view(memory->heard[place].bytes, memory->heard[place].size);
}

const struct consensus *liar_mind(const struct sim *sim, uint16_t node)
{
	return &sim->nodes[node].drive->consensus;
}

struct hash liar_hash(struct sim *sim)
{
	uint64_t number = lots_below(&sim->lots, UINT64_MAX);

	return hash_of(bytes_view(&number, sizeof number));
}

uint16_t liar_other(struct sim *sim, uint16_t node)
{
	uint64_t step = 1 + lots_below(&sim->lots, sim->node_count - 1);

	return (uint16_t)((node + step) % sim->node_count);
}

bool liar_hits(struct sim *sim, uint32_t millionths)
{
	return lots_hit(&sim->lots, millionths);
}

/* -- Saying ----------------------------------------------------------------------------------- */

void liar_says_bytes(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	sim->faults[CHAOS_LIE]++;
	network_send(sim, node, to, bytes);
}

void liar_says(struct sim *sim, uint16_t node, uint16_t to, struct buffer *bytes)
{
	if (bytes->status != STATUS_OK)
		abort();
	liar_says_bytes(sim, node, to, buffer_view(bytes));
	buffer_close(bytes);
}

struct vote liar_vote(const struct sim *sim, uint16_t node, const struct ballot *ballot)
{
	struct vote vote = {.ballot = *ballot, .signer = liar_mind(sim, node)->epoch.self};
	struct hash digest = ballot_digest(ballot, &sim->network);

	sim_sign(&vote.signature, &digest, &sim->nodes[node].vote_key);
	return vote;
}

void liar_votes(struct sim *sim, uint16_t node, uint16_t to, const struct ballot *ballot)
{
	struct vote vote = liar_vote(sim, node, ballot);
	struct buffer bytes;

	if (vote.signer == NOBODY)
		return;
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_vote(&bytes, &vote);
	liar_says(sim, node, to, &bytes);
}

bool liar_signs_for(const struct sim *sim, uint16_t node, uint16_t signer,
                    const struct ballot *ballot, struct signature *signature)
{
	const struct validator_set *set = &liar_mind(sim, node)->epoch.validators;
	const struct public_key *key = &set->items[signer].vote_key;
	struct hash digest = ballot_digest(ballot, &sim->network);

	for (size_t i = 0; i < sim->node_count; i++) {
		if (!sim->nodes[i].liar ||
		    memcmp(key, &sim->nodes[i].vote_key, sizeof *key) != 0)
			continue;
		sim_sign(signature, &digest, key);
		return true;
	}
	return false;
}

/* -- Another block of its own -------------------------------------------------------------------- */

void liar_keeps(struct sim *sim, uint16_t node, const struct header *header,
                struct bytes_view body, uint64_t parent_view)
{
	struct liar_memory *memory = &sim->nodes[node].memory;

	free(memory->body);
	memory->body = malloc(body.size + 1);
	if (!memory->body)
		abort();
	if (body.size > 0)
		memcpy(memory->body, body.at, body.size);
	memory->block.header = *header;
	memory->block.body = bytes_view(memory->body, body.size);
	memory->hash = header_hash(header, &sim->network);
	memory->view = header->view;
	memory->parent_view = parent_view;
}

void liar_builds(struct sim *sim, uint16_t node, const struct build_job *job,
                 const struct hash *parent, uint64_t parent_view, uint64_t time_ms)
{
	struct executor *executor = &sim->nodes[node].executor;
	struct offer *offers = malloc((job->offer_count + 1) * sizeof *offers);
	struct block_plan plan = job->plan;
	const struct draft *block;

	if (!offers)
		abort();
	memcpy(offers, job->offers, job->offer_count * sizeof *offers);
	plan.time_ms = time_ms;
	if (executor_build(executor, parent, &plan, offers, job->offer_count, &block, NULL) !=
	    STATUS_OK)
		abort();
	free(offers);
	if (!block)
		return;
	liar_keeps(sim, node, &block->header, buffer_view(&block->body), parent_view);
	executor_drop(executor, &sim->nodes[node].memory.hash);
}

/* Now and then by names, whether or not the honest one was. */
static void say_kept(struct sim *sim, uint16_t node, uint16_t to,
                     struct message_proposal *proposal)
{
	const struct liar_memory *memory = &sim->nodes[node].memory;
	struct compact_tx *txs = named_txs(&memory->block, NULL);
	struct buffer names, out;

	if (!txs)
		abort();
	buffer_init(&names, COMPACT_BODY_SIZE_MAX);
	proposal->block = memory->block;
	proposal->has_names = liar_hits(sim, 500000);
	proposal->has_block = !proposal->has_names;
	compact_put_body(&names, &memory->hash, txs, memory->block.header.tx_count);
	proposal->names.bytes = buffer_view(&names);
	buffer_init(&out, MESSAGE_SIZE_MAX);
	message_put_proposal(&out, proposal);
	liar_says(sim, node, to, &out);
	buffer_close(&names);
	memory_free(txs);
}

bool liar_swaps(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes)
{
	const struct liar_memory *memory = &sim->nodes[node].memory;
	struct message *message = liar_reads(sim, bytes, MESSAGE_PROPOSAL);

	if (!message || (!message->proposal.has_block && !message->proposal.has_names) ||
	    message->proposal.vote.ballot.view != memory->view)
		return false;
	message->proposal.vote.ballot.block = memory->hash;
	message->proposal.vote.ballot.parent_view = memory->parent_view;
	message->proposal.vote = liar_vote(sim, node, &message->proposal.vote.ballot);
	if (message->proposal.vote.signer == NOBODY)
		return false;
	say_kept(sim, node, to, &message->proposal);
	return true;
}

bool liar_answers(struct sim *sim, uint16_t node, uint16_t from, struct bytes_view bytes)
{
	const struct liar_memory *memory = &sim->nodes[node].memory;
	const struct message *message;
	struct buffer out;

	if (memory->view == 0)
		return false;
	buffer_init(&out, MESSAGE_SIZE_MAX);
	if ((message = liar_reads(sim, bytes, MESSAGE_GET_BLOCK)) &&
	    hash_equal(&message->get_block, &memory->hash))
		message_put_block(&out, &memory->block);
	else if ((message = liar_reads(sim, bytes, MESSAGE_GET_COMPACT)) &&
	         hash_equal(&message->get_compact, &memory->hash))
		named_put_compact(&out, &memory->hash, &memory->block, NULL);
	else if (!(message = liar_reads(sim, bytes, MESSAGE_GET_BLOCK_TXS)) ||
	         !hash_equal(&message->get_block_txs.block, &memory->hash) ||
	         !named_put_txs(&out, &message->get_block_txs, &memory->block))
		return false;
	liar_says(sim, node, from, &out);
	return true;
}
