/* Several machines that talk to each other in memory, where a message takes DELAY_MS and
 * nothing else takes any time. */
#ifndef TESTS_UNIT_CONSENSUS_CONSENSUS_NETWORK_H
#define TESTS_UNIT_CONSENSUS_CONSENSUS_NETWORK_H

#include "tests/unit/consensus/consensus_harness.h"

enum {
	NODES_MAX = 7,
	LETTERS_MAX = 4096,
	CHAIN_MAX = 1024,
	MADE_MAX = 1024,
	KEPT_MAX = 4096,
	DELAY_MS = 10,
};

struct letter {
	uint64_t at_ms;
	uint16_t from, to;
	struct effect_send send;
	struct certificate certificate;
};

/* What one machine has on its disk. */
struct kept {
	struct vote_record records[KEPT_MAX];
	size_t record_count;
	struct certificate certificates[KEPT_MAX];
	size_t certificate_count;
	struct hash blocks[KEPT_MAX];
	size_t block_count;
	struct hash chain[CHAIN_MAX]; /* committed, by height above the root's */
	uint64_t final_ms[CHAIN_MAX]; /* and when */
	size_t height;
	struct certificate tip; /* that made the last of them final */
};

struct network_node {
	struct machine *machine;
	struct kept kept;
	bool is_dead;
	uint64_t work; /* transactions that wait; ENDLESS: always more */
};

enum { ENDLESS = 1000000 };

static struct network_node nodes[NODES_MAX];
static size_t node_count;
static struct letter *letters;
static size_t letter_count;
static struct made_block made[MADE_MAX];
static size_t made_count;
static uint64_t clock_ms;
static uint16_t at_node;        /* whose *m is */
static uint64_t seal_height;    /* the block there is a seal; 0: none */
static struct epoch after_seal; /* the epoch behind it */

static inline const struct made_block *find_made(const struct hash *hash)
{
	for (size_t i = 0; i < made_count; i++)
		if (hash_equal(&made[i].hash, hash))
			return &made[i];
	return NULL;
}

static inline const struct certificate *decoded(struct bytes_view bytes)
{
	static struct certificate certificate;
	struct cursor in = cursor_on(bytes);

	certificate_get(&in, &certificate);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	return &certificate;
}

static inline void post(uint16_t from, uint16_t to, const struct effect_send *send)
{
	struct letter *letter = &letters[letter_count++];

	ck_assert_uint_lt(letter_count, LETTERS_MAX);
	*letter = (struct letter){.from = from, .to = to, .send = *send};
	letter->at_ms = clock_ms + DELAY_MS;
	if (send->message == MESSAGE_CERTIFICATE)
		letter->certificate = *decoded(send->certificate);
}

static inline void build_asked(const struct effect_build *build)
{
	struct network_node *node = &nodes[at_node];
	const struct made_block *parent = find_made(&build->parent);
	struct made_block root = root_block(), block;

	if (node->work == 0) {
		built(build->view, NULL);
		return;
	}
	block = make_block(parent ? parent : &root, build->view);
	block.header.time_ms = build->time_ms;
	if (block.header.height == seal_height)
		block.header.flags = HEADER_FLAG_SEAL;
	ck_assert_uint_lt(made_count, MADE_MAX);
	made[made_count++] = block;
	if (node->work != ENDLESS)
		work(--node->work);
	built(build->view, &block);
}

static inline void committed(const struct effect_commit *commit)
{
	stored(commit->height);
	if (!commit->is_seal)
		return;
	after_seal.self = m->core.epoch.self;
	after_seal.root = commit->block;
	feed((struct input){.kind = INPUT_EPOCH, .epoch = &after_seal});
}

static inline void react_in_network(const struct effect *effect)
{
	if (effect->kind == EFFECT_BUILD)
		build_asked(&effect->build);
	if (effect->kind == EFFECT_COMMIT)
		committed(&effect->commit);
}

static inline void keep_commit(struct kept *kept, const struct effect_commit *commit)
{
	ck_assert_uint_lt(kept->height, CHAIN_MAX);
	kept->tip = *decoded(commit->certificate);
	kept->final_ms[kept->height] = clock_ms;
	kept->chain[kept->height++] = commit->block;
}

/* Certificates are lent until the next step, so this comes first of all. */
static inline void tap_in_network(const struct effect *effect)
{
	struct kept *kept = &nodes[at_node].kept;

	if (effect->kind == EFFECT_KEEP_RECORD)
		kept->records[kept->record_count++] = effect->keep;
	if (effect->kind == EFFECT_KEEP_CERTIFICATE)
		kept->certificates[kept->certificate_count++] =
			*decoded(effect->certificate.bytes);
	if (effect->kind == EFFECT_KEEP_BLOCK)
		kept->blocks[kept->block_count++] = effect->block;
	if (effect->kind == EFFECT_COMMIT)
		keep_commit(kept, &effect->commit);
	if (effect->kind == EFFECT_ALARM)
		ck_abort_msg("node %u raised alarm %d", at_node, (int)effect->alarm);
	ck_assert_uint_lt(kept->record_count, KEPT_MAX);
	ck_assert_uint_lt(kept->certificate_count, KEPT_MAX);
	ck_assert_uint_lt(kept->block_count, KEPT_MAX);
	if (effect->kind != EFFECT_SEND)
		return;
	for (uint16_t to = 0; to < node_count; to++)
		if (to != at_node && (effect->send.to == to || effect->send.to == ALL_PEERS ||
		                      effect->send.to == ALL_VALIDATORS))
			post(at_node, to, &effect->send);
}

/* -- Time ---------------------------------------------------------------------------- */

/* From now on *m is this one, at the network's time. */
static inline void enter(uint16_t node)
{
	at_node = node;
	m = nodes[node].machine;
	m->now_ms = 5000 + clock_ms;
	m->wall_ms = 2000000 + clock_ms;
	forget();
}

static inline void read_block(uint16_t from, const struct hash *hash)
{
	const struct made_block *block = find_made(hash);

	if (block)
		bring_from(from, block);
}

static inline void read_proposal(const struct letter *letter)
{
	const struct proposal *proposal = &letter->send.proposal;
	const struct made_block *block = find_made(&proposal->block);

	announce(proposal->view, proposal->parent_view, &proposal->block);
	vote(letter->from, VOTE_NOTARIZE, proposal->view, proposal->parent_view,
	     &proposal->block);
	if (block && block->header.view == proposal->view)
		bring(block);
}

static inline void deliver(const struct letter *letter)
{
	struct input in = {.kind = INPUT_VOTE};

	enter(letter->to);
	switch (letter->send.message) {
	case MESSAGE_VOTE:
		in.vote = letter->send.vote;
		feed(in);
		break;
	case MESSAGE_CERTIFICATE:
		in.kind = INPUT_CERTIFICATE;
		in.certificate = &letter->certificate;
		feed(in);
		break;
	case MESSAGE_PROPOSAL:
		read_proposal(letter);
		break;
	case MESSAGE_STATUS:
		in.kind = INPUT_STATUS;
		in.status.status = letter->send.status;
		in.status.from = letter->from;
		feed(in);
		break;
	case MESSAGE_GET_BLOCK:
		/* As if the answer took no time. */
		read_block(letter->from, &letter->send.block);
		break;
	default:
		break;
	}
}

static inline bool deliver_next(void)
{
	for (size_t i = 0; i < letter_count; i++) {
		struct letter letter = letters[i];

		if (letter.at_ms > clock_ms)
			continue;
		letter_count--;
		memmove(letters + i, letters + i + 1, (letter_count - i) * sizeof letters[0]);
		if (!nodes[letter.to].is_dead && !nodes[letter.from].is_dead)
			deliver(&letter);
		return true;
	}
	return false;
}

/* One millisecond: what arrives, then who wanted to be woken. */
static inline void run_moment(void)
{
	while (deliver_next())
		;
	for (uint16_t i = 0; i < node_count; i++) {
		if (nodes[i].is_dead || nodes[i].machine->wake_ms > 5000 + clock_ms)
			continue;
		enter(i);
		tick(0);
	}
	clock_ms++;
}

static inline void run(uint64_t milliseconds)
{
	for (uint64_t end_ms = clock_ms + milliseconds; clock_ms < end_ms;)
		run_moment();
}

/* -- Nodes --------------------------------------------------------------------------- */

static inline void give_work(uint16_t node, uint64_t count)
{
	enter(node);
	nodes[node].work = count;
	work(count);
}

static inline void network_begin(size_t count)
{
	begin_default();
	memset(nodes, 0, sizeof nodes);
	letters = memory_new(LETTERS_MAX * sizeof *letters);
	ck_assert_ptr_nonnull(letters);
	letter_count = 0;
	made_count = 0;
	clock_ms = 0;
	seal_height = 0;
	node_count = count;
	tap = tap_in_network;
	react = react_in_network;
	for (uint16_t i = 0; i < count; i++) {
		struct consensus_start start = start_of(count, i);

		nodes[i].machine = new_machine(&start);
	}
}

static inline void network_end(void)
{
	for (size_t i = 0; i < node_count; i++)
		free_machine(nodes[i].machine);
	memory_free(letters);
}

/* The node loses its memory and comes back with what it kept. */
static inline void restart(uint16_t index)
{
	struct network_node *node = &nodes[index];
	struct consensus_start start = start_of(node_count, index);
	const struct kept *kept = &node->kept;

	if (kept->height > 0) {
		const struct made_block *tip = find_made(&kept->chain[kept->height - 1]);

		start.height = tip->header.height;
		start.block = tip->hash;
		start.time_ms = tip->header.time_ms;
		start.certificate = &kept->tip;
	}
	free_machine(node->machine);
	node->machine = new_machine(&start);
	node->is_dead = false;
	for (size_t i = 0; i < kept->record_count; i++)
		consensus_load_record(&node->machine->core, &kept->records[i]);
	for (size_t i = 0; i < kept->certificate_count; i++)
		consensus_load_certificate(&node->machine->core, &kept->certificates[i]);
	enter(index);
	for (size_t i = 0; i < kept->block_count; i++)
		read_block(NOBODY, &kept->blocks[i]);
	tick(0);
	work(node->work);
}

static inline size_t least_height(void)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < node_count; i++)
		if (!nodes[i].is_dead && nodes[i].kept.height < least)
			least = nodes[i].kept.height;
	return least;
}

/* All have the same chain, as far as each has one. */
static inline void expect_one_chain(void)
{
	for (size_t i = 1; i < node_count; i++)
		for (size_t height = 0;
		     height < nodes[i].kept.height && height < nodes[0].kept.height; height++)
			ck_assert(
				hash_equal(&nodes[i].kept.chain[height], &nodes[0].kept.chain[height]));
}

#endif
