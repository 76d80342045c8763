/* One machine under a script: inputs are fed, effects are looked at. It signs and
 * executes at once unless told otherwise; signatures are bytes, as the machine never
 * checks them. All functions are about *m. */
#ifndef TESTS_UNIT_CONSENSUS_CONSENSUS_HARNESS_H
#define TESTS_UNIT_CONSENSUS_CONSENSUS_HARNESS_H

#include "chain/base/memory.h"
#include "consensus/consensus.h"
#include "tests/support/support.h"

enum {
	SEEN_MAX = 4096,
	EPOCH = 3,
	ROOT_HEIGHT = 280, /* of 4 and of 7 the leader of view 1 is number 0 */
	BATCH_MS = 2,
	B_MS = 500, /* B before anything was measured */
};

/* An effect that came, and what the certificate in it is about. */
struct seen {
	struct effect effect;
	struct ballot certified;
};

struct machine {
	struct consensus core;
	struct effects out; /* of the last step */
	struct seen *seen;  /* since forget() */
	size_t seen_count;
	uint64_t now_ms, wall_ms;
	uint64_t wake_ms;      /* wanted; UINT64_MAX: never */
	bool holds_signatures; /* EFFECT_SIGN has no answer */
	bool holds_executions; /* likewise */
};

struct made_block {
	struct hash hash;
	struct header header;
};

static struct machine *m;
static struct parameters parameters;
static uint32_t next_block;
static void (*tap)(const struct effect *effect);   /* sees each as soon as it came */
static void (*react)(const struct effect *effect); /* may feed what follows from it */

/* -- Inputs -------------------------------------------------------------------------- */

static inline void feed(struct input in);

static inline struct signature signature_of(uint16_t signer, const struct ballot *ballot)
{
	return (struct signature){{(uint8_t)(signer + 1), ballot->kind, (uint8_t)ballot->view,
	                           ballot->block.bytes[0]}};
}

static inline void see(const struct effect *effect)
{
	struct bytes_view bytes = {0};
	struct seen *seen = &m->seen[m->seen_count++];

	ck_assert_uint_lt(m->seen_count, SEEN_MAX);
	if (tap)
		tap(effect);
	*seen = (struct seen){.effect = *effect};
	if (effect->kind == EFFECT_SEND && effect->send.message == MESSAGE_CERTIFICATE)
		bytes = effect->send.certificate;
	if (effect->kind == EFFECT_KEEP_CERTIFICATE)
		bytes = effect->certificate.bytes;
	if (effect->kind == EFFECT_COMMIT)
		bytes = effect->commit.certificate;
	if (bytes.size > 0) {
		static struct certificate certificate;
		struct cursor in = cursor_on(bytes);

		certificate_get(&in, &certificate);
		ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
		seen->certified = certificate.ballot;
	}
}

static inline void answer(const struct effect *effect)
{
	struct input in = {.kind = INPUT_SIGNED};

	if (effect->kind == EFFECT_SIGN && !m->holds_signatures) {
		in.vote.ballot = effect->sign;
		in.vote.signer = m->core.epoch.self;
		in.vote.signature = signature_of(in.vote.signer, &effect->sign);
		feed(in);
	}
	if (effect->kind == EFFECT_EXECUTE && !m->holds_executions) {
		in.kind = INPUT_EXECUTED;
		in.executed = (struct input_executed){.hash = effect->block, .valid = true};
		feed(in);
	}
	if (react)
		react(effect);
}

static inline void feed(struct input in)
{
	size_t first = m->seen_count, last;

	in.now_ms = m->now_ms;
	in.wall_ms = m->wall_ms;
	m->wake_ms = UINT64_MAX;
	consensus_step(&m->core, &in, &m->out);
	ck_assert(consensus_sound(&m->core));
	for (size_t i = 0; i < m->out.count; i++) {
		see(&m->out.items[i]);
		if (m->out.items[i].kind == EFFECT_WAKE)
			m->wake_ms = m->out.items[i].wake_ms;
	}
	/* A wish for the past would never end. */
	ck_assert_uint_gt(m->wake_ms, m->now_ms);
	last = m->seen_count;
	for (size_t i = first; i < last; i++) {
		struct effect effect = m->seen[i].effect;

		answer(&effect);
	}
}

static inline void tick(uint64_t later_ms)
{
	m->now_ms += later_ms;
	m->wall_ms += later_ms;
	feed((struct input){.kind = INPUT_TICK});
}

/* Time passes, with a tick whenever one is wanted. */
static inline void pass(uint64_t milliseconds)
{
	uint64_t until_ms = m->now_ms + milliseconds;

	while (m->wake_ms <= until_ms)
		tick(m->wake_ms - m->now_ms);
	tick(until_ms - m->now_ms);
}

/* So many transactions wait, the first since now. */
static inline void work(uint64_t tx_count)
{
	struct input in = {.kind = INPUT_WORK};

	in.work.tx_count = tx_count;
	in.work.byte_count = 100 * tx_count;
	in.work.oldest_ms = tx_count > 0 ? m->now_ms : 0;
	feed(in);
}

static inline struct ballot ballot_of(enum vote_kind kind, uint64_t view,
                                      uint64_t parent_view, const struct hash *block)
{
	if (kind == VOTE_NULLIFY)
		return ballot_nullify(m->core.epoch.number, view);
	return (struct ballot){
		.kind = (uint8_t)kind,
		.epoch = m->core.epoch.number,
		.view = view,
		.parent_view = parent_view,
		.block = *block,
	};
}

static inline void vote(uint16_t signer, enum vote_kind kind, uint64_t view,
                        uint64_t parent_view, const struct hash *block)
{
	struct input in = {.kind = INPUT_VOTE};

	in.vote.ballot = ballot_of(kind, view, parent_view, block);
	in.vote.signer = signer;
	in.vote.signature = signature_of(signer, &in.vote.ballot);
	feed(in);
}

static inline void nullify(uint16_t signer, uint64_t view)
{
	vote(signer, VOTE_NULLIFY, view, 0, NULL);
}

/* Of a quorum, without us where it goes without. */
static inline struct certificate certificate_of(enum vote_kind kind, uint64_t view,
                                                uint64_t parent_view,
                                                const struct hash *block)
{
	struct certificate certificate = {.validator_count = m->core.epoch.validators.count};
	size_t left = epoch_quorum(&m->core.epoch);

	certificate.ballot = ballot_of(kind, view, parent_view, block);
	for (uint16_t i = 0; i < certificate.validator_count && left > 0; i++) {
		if (i == m->core.epoch.self && certificate.validator_count > 3)
			continue;
		certificate.signers[i] = true;
		certificate.signatures[i] = signature_of(i, &certificate.ballot);
		left--;
	}
	return certificate;
}

static inline void certify(enum vote_kind kind, uint64_t view, uint64_t parent_view,
                           const struct hash *block)
{
	static struct certificate certificate;

	certificate = certificate_of(kind, view, parent_view, block);
	feed((struct input){.kind = INPUT_CERTIFICATE, .certificate = &certificate});
}

static inline void certify_null(uint64_t view)
{
	certify(VOTE_NULLIFY, view, 0, NULL);
}

/* A block of a transaction on another, by the leader of the view, of this moment. */
static inline struct made_block make_block(const struct made_block *parent, uint64_t view)
{
	struct made_block block = {
		.header =
			{
				.version = HEADER_VERSION,
				.height = parent->header.height + 1,
				.epoch = m->core.epoch.number,
				.view = view,
				.time_ms = m->wall_ms > parent->header.time_ms
	                           ? m->wall_ms
	                           : parent->header.time_ms + 1,
				.proposer = epoch_leader(&m->core.epoch, view),
				.tx_count = 1,
				.parent = parent->hash,
			},
	};

	next_block++;
	block.hash.bytes[0] = (uint8_t)next_block;
	put_le32(block.hash.bytes + 1, next_block);
	return block;
}

static inline struct made_block root_block(void)
{
	return (struct made_block){
		.hash = m->core.epoch.root,
		.header = {.height = m->core.epoch.root_height,
	               .time_ms = m->core.epoch.root_time_ms},
	};
}

static inline void bring_from(uint16_t from, const struct made_block *block)
{
	struct input in = {.kind = INPUT_BLOCK};

	in.block.hash = block->hash;
	in.block.header = &block->header;
	in.block.from = from;
	feed(in);
}

static inline void bring(const struct made_block *block)
{
	bring_from(block->header.proposer, block);
}

/* The proposal alone. */
static inline void announce(uint64_t view, uint64_t parent_view, const struct hash *block)
{
	struct input in = {.kind = INPUT_PROPOSAL};

	in.proposal.proposal.view = view;
	in.proposal.proposal.parent_view = parent_view;
	in.proposal.proposal.block = *block;
	in.proposal.from = epoch_leader(&m->core.epoch, view);
	feed(in);
}

/* A whole proposal of a new block: what it says, the leader's vote, the body. */
static inline void propose(uint64_t parent_view, const struct made_block *block)
{
	uint64_t view = block->header.view;
	uint16_t leader = epoch_leader(&m->core.epoch, view);

	announce(view, parent_view, &block->hash);
	if (leader != m->core.epoch.self)
		vote(leader, VOTE_NOTARIZE, view, parent_view, &block->hash);
	bring(block);
}

/* NULL: nothing was fit to be in it. */
static inline void built(uint64_t view, const struct made_block *block)
{
	struct input in = {.kind = INPUT_BUILT};

	in.built.view = view;
	if (block) {
		in.built.header = &block->header;
		in.built.hash = block->hash;
	}
	feed(in);
}

static inline void executed(const struct hash *hash, bool valid)
{
	struct input in = {.kind = INPUT_EXECUTED};

	in.executed.hash = *hash;
	in.executed.valid = valid;
	feed(in);
}

static inline void stored(uint64_t height)
{
	feed((struct input){.kind = INPUT_STORED, .stored_height = height});
}

static inline void status(uint16_t from, uint64_t view, uint64_t final_view,
                          uint64_t height)
{
	struct input in = {.kind = INPUT_STATUS};

	in.status.from = from;
	in.status.status.epoch = m->core.epoch.number;
	in.status.status.view = view;
	in.status.status.final_view = final_view;
	in.status.status.height = height;
	feed(in);
}

/* -- What came of it ----------------------------------------------------------------- */

static inline void forget(void)
{
	m->seen_count = 0;
}

/* The nth from 0 of a kind since forget(); NULL: there are fewer. */
static inline const struct effect *nth(enum effect_kind kind, size_t n)
{
	for (size_t i = 0; i < m->seen_count; i++)
		if (m->seen[i].effect.kind == kind && n-- == 0)
			return &m->seen[i].effect;
	return NULL;
}

static inline size_t count_of(enum effect_kind kind)
{
	size_t count = 0;

	while (nth(kind, count))
		count++;
	return count;
}

static inline const struct effect *only(enum effect_kind kind)
{
	ck_assert_uint_eq(count_of(kind), 1);
	return nth(kind, 0);
}

static inline const struct seen *nth_sent(enum message_kind message, size_t n)
{
	for (size_t i = 0; i < m->seen_count; i++)
		if (m->seen[i].effect.kind == EFFECT_SEND &&
		    m->seen[i].effect.send.message == message && n-- == 0)
			return &m->seen[i];
	return NULL;
}

static inline size_t sent_count(enum message_kind message)
{
	size_t count = 0;

	while (nth_sent(message, count))
		count++;
	return count;
}

static inline const struct effect_send *only_sent(enum message_kind message)
{
	ck_assert_uint_eq(sent_count(message), 1);
	return &nth_sent(message, 0)->effect.send;
}

/* Was a ballot asked to be signed since forget(), of this kind and view? NULL: no. */
static inline const struct ballot *asked(enum vote_kind kind, uint64_t view)
{
	for (size_t i = 0; i < m->seen_count; i++) {
		const struct effect *effect = &m->seen[i].effect;

		if (effect->kind == EFFECT_SIGN && effect->sign.kind == kind &&
		    effect->sign.view == view)
			return &effect->sign;
	}
	return NULL;
}

static inline bool has_voted(enum vote_kind kind, uint64_t view, const struct hash *block)
{
	const struct ballot *ballot = asked(kind, view);

	return ballot && hash_equal(&ballot->block, block);
}

/* The order in which two effects came. */
static inline bool is_before(enum effect_kind first, enum effect_kind second)
{
	const struct effect *a = nth(first, 0), *b = nth(second, 0);

	return a && b && a < b;
}

/* -- Start and end ------------------------------------------------------------------- */

static inline struct epoch epoch_of(size_t count, uint16_t self)
{
	struct epoch epoch = {
		.number = EPOCH,
		.parameters = parameters,
		.root = {{0xee}},
		.root_height = ROOT_HEIGHT,
		.root_time_ms = 1000000,
		.self = self,
	};

	epoch.validators.count = count;
	for (size_t i = 0; i < count; i++)
		epoch.validators.items[i].vote_key.bytes[0] = (uint8_t)(i + 1);
	return epoch;
}

static inline struct consensus_config config_of(size_t count)
{
	return (struct consensus_config){
		.validators_max = count,
		.batch_ms = BATCH_MS,
		.timeout_start_ms = B_MS,
		.timeout_least_ms = B_MS,
		.seed = 5,
	};
}

static inline struct machine *new_machine(const struct consensus_start *start)
{
	struct consensus_config config = config_of(start->epoch.validators.count);
	struct machine *machine = memory_new(sizeof *machine);

	ck_assert_ptr_nonnull(machine);
	machine->now_ms = 5000;
	machine->wall_ms = 2000000;
	machine->wake_ms = UINT64_MAX;
	machine->seen = memory_new(SEEN_MAX * sizeof *machine->seen);
	ck_assert_ptr_nonnull(machine->seen);
	ck_assert_int_eq(consensus_init(&machine->core, &config, start, NULL), STATUS_OK);
	return machine;
}

/* `parameters` are set before. */
static inline struct consensus_start start_of(size_t count, uint16_t self)
{
	struct epoch epoch = epoch_of(count, self);

	return (struct consensus_start){
		.epoch = epoch,
		.height = epoch.root_height,
		.block = epoch.root,
		.time_ms = epoch.root_time_ms,
	};
}

static inline void free_machine(struct machine *machine)
{
	consensus_close(&machine->core);
	memory_free(machine->seen);
	memory_free(machine);
}

/* *m of so many validators, at the root of its epoch; its first status is out. */
static inline void begin(size_t count, uint16_t self)
{
	struct consensus_start start = start_of(count, self);

	m = new_machine(&start);
	tick(1);
	forget();
}

static inline void begin_default(void)
{
	parameters = parameters_default();
	next_block = 0;
}

static inline void end(void)
{
	free_machine(m);
}

#endif
