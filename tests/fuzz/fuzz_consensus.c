/* The machine under a script of bytes: the other validators say anything that they can
 * sign, the world answers in any order, and now and then the node restarts from what it
 * kept, or from the mark alone.
 *
 * Whatever comes: everything that must hold between steps holds, no step has more effects
 * than there is room for, no two ballots of ours exclude each other, also over restarts,
 * what is committed is a chain of blocks that were executed, and no tick is wanted in the
 * past. */
#include "tests/fuzz/consensus_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* -- Inputs -------------------------------------------------------------------------- */

static struct ballot next_ballot(void)
{
	struct ballot ballot = {.kind = (uint8_t)(1 + next() % 3),
	                        .epoch = core.epoch.number};

	ballot.view = next_view();
	if (ballot.kind == VOTE_NULLIFY)
		return (struct ballot){.kind = VOTE_NULLIFY,
		                       .epoch = ballot.epoch,
		                       .view = ballot.view,
		                       .parent_view = UINT64_MAX};
	ballot.parent_view = next_parent(ballot.view);
	ballot.block = next_hash(ballot.parent_view);
	return ballot;
}

static void vote(uint16_t signer, const struct ballot *ballot)
{
	struct input in = {.kind = INPUT_VOTE};

	in.vote.ballot = *ballot;
	in.vote.signer = signer;
	in.vote.signature.bytes[0] = (uint8_t)signer;
	if (signer < core.epoch.validators.count)
		feed(in);
}

/* All but ourselves. */
static void vote_all(const struct ballot *ballot)
{
	for (uint16_t i = 0; i < core.epoch.validators.count; i++)
		if (i != core.epoch.self)
			vote(i, ballot);
}

static struct certificate *certificate_of(const struct ballot *ballot, bool with_us)
{
	static struct certificate certificate;

	certificate = (struct certificate){.ballot = *ballot};
	certificate.validator_count = core.epoch.validators.count;
	for (uint16_t i = 0; i < certificate.validator_count; i++)
		certificate.signers[i] = with_us || i != core.epoch.self;
	return &certificate;
}

static struct made *make(const struct hash *parent, const struct header *below,
                         uint64_t view, uint8_t odds)
{
	struct made *block = &made[made_count];

	if (made_count == BLOCKS_MAX)
		return NULL;
	*block = (struct made){.header = {.version = HEADER_VERSION, .parent = *parent}};
	block->header.height = below->height + 1 + (odds == 1);
	block->header.epoch = core.epoch.number + (odds == 2);
	block->header.view = view + (odds == 3);
	block->header.time_ms = below->time_ms + (odds != 4) + (odds == 5 ? 5000000 : 0);
	block->header.proposer = epoch_leader(&core.epoch, view) ^ (odds == 6);
	block->header.tx_count = odds != 7;
	block->header.flags = odds == 8   ? HEADER_FLAG_SEAL
	                      : odds == 9 ? HEADER_FLAG_HEARTBEAT
	                                  : 0;
	block->header.log_size = made_count;
	block->hash = header_hash(&block->header, &network);
	made_count++;
	return block;
}

static void bring(struct made *block, uint16_t from)
{
	struct input in = {.kind = INPUT_BLOCK};

	if (!block || block->is_here)
		return;
	in.block.hash = block->hash;
	in.block.header = &block->header;
	in.block.from = from;
	block->is_here = true;
	feed(in);
	/* As the node does: what the machine does not hold has no body. */
	if (!blocks_find(&core.blocks, &block->hash) &&
	    !hash_equal(&newest.hash, &block->hash))
		block->is_here = block->is_valid = false;
}

static const struct header *header_of(const struct hash *hash)
{
	const struct made *block = find(hash);

	return block ? &block->header : &newest.header;
}

static void announce(uint64_t view, uint64_t parent_view, const struct hash *hash)
{
	struct input in = {.kind = INPUT_PROPOSAL};

	in.proposal.proposal.view = view;
	in.proposal.proposal.parent_view = parent_view;
	in.proposal.proposal.block = *hash;
	in.proposal.from = epoch_leader(&core.epoch, view);
	feed(in);
}

/* A new block in the present view, as its leader should make it, or nearly. */
static void propose_well(uint8_t odds)
{
	uint64_t parent_view = views_parent(&core.views), view = core.views.current;
	const struct hash *parent = views_block(&core.views, parent_view);
	struct made *block = make(parent, header_of(parent), view, odds);

	if (!block || epoch_leader(&core.epoch, view) == core.epoch.self)
		return;
	announce(view, parent_view, &block->hash);
	bring(block, epoch_leader(&core.epoch, view));
}

static void build(bool is_fit, uint8_t odds)
{
	struct input in = {.kind = INPUT_BUILT};
	struct made *block = NULL;
	const struct effect_build *asked = &pending.build;

	if (!pending.has_build)
		return;
	pending.has_build = false;
	in.built.view = asked->view;
	if (is_fit)
		block = make(&asked->parent, header_of(&asked->parent), asked->view,
		             odds == 8 ? 8 : 0);
	if (block) {
		block->is_here = block->is_valid = true;
		in.built.header = &block->header;
		in.built.hash = block->hash;
	}
	feed(in);
}

static void store(void)
{
	struct input in = {.kind = INPUT_STORED};

	if (pending.commit_count == 0)
		return;
	in.stored_height = pending.commits[0].height;
	disk.tip = *find(&pending.commits[0].block);
	disk.final = finals[0];
	disk.has_final = true;
	pending.commit_count--;
	memmove(pending.commits, pending.commits + 1,
	        pending.commit_count * sizeof pending.commits[0]);
	memmove(finals, finals + 1, pending.commit_count * sizeof finals[0]);
	feed(in);
}

static void give_range(uint8_t count)
{
	static struct header headers[4];
	static struct hash hashes[4];
	struct input in = {.kind = INPUT_RANGE};
	struct made below = newest;
	uint64_t view = next_view();
	struct ballot ballot = {.kind = VOTE_FINALIZE, .epoch = core.epoch.number};

	in.range.body_count = count - next() % (count + 1u);
	for (in.range.count = 0; in.range.count < count; in.range.count++) {
		struct made *block = make(&below.hash, &below.header, view, next());

		if (!block)
			return;
		block->is_here = block->is_here || in.range.count < in.range.body_count;
		below = *block;
		headers[in.range.count] = block->header;
		hashes[in.range.count] = block->hash;
	}
	ballot.view = view + next() % 3;
	ballot.parent_view = next_parent(ballot.view);
	ballot.block = below.hash;
	in.range.headers = headers;
	in.range.hashes = hashes;
	in.range.certificate = certificate_of(&ballot, false);
	feed(in);
}

static void tell_status(void)
{
	struct input in = {.kind = INPUT_STATUS};

	in.status.from = next();
	in.status.status.epoch = core.epoch.number + next() % 3 - (core.epoch.number > 0);
	in.status.status.view = next_view();
	in.status.status.final_view = next_parent(in.status.status.view);
	in.status.status.height = core.height + next() % 8;
	in.status.status.nonce = next() % 2;
	feed(in);
}

static void work(void)
{
	struct input in = {.kind = INPUT_WORK};

	in.work.tx_count = next() % 4;
	in.work.byte_count = 100 * in.work.tx_count;
	in.work.oldest_ms = in.work.tx_count > 0 ? now_ms : 0;
	feed(in);
}

/* -- Epochs and restarts ---------------------------------------------------------------
 */

static void set_epoch(struct epoch *epoch, uint8_t odds)
{
	epoch->validators.count = 1 + odds % SET_MAX;
	epoch->self = (uint16_t)(odds / SET_MAX % (epoch->validators.count + 1));
	if (epoch->self == epoch->validators.count)
		epoch->self = NOBODY;
	epoch->parameters = parameters_default();
	epoch->parameters.values[PARAMETER_heartbeat_ms] = odds & 1 ? 3000 : 0;
	epoch->parameters.values[PARAMETER_term_length] = 1 + odds % 2;
	epoch->root = newest.hash;
	epoch->root_height = newest.header.height;
	epoch->root_time_ms = newest.header.time_ms;
}

static void next_epoch(uint8_t odds)
{
	static struct epoch epoch;
	struct input in = {.kind = INPUT_EPOCH, .epoch = &epoch};

	if (!core.is_sealed || pending.commit_count > 0 || core.epoch.number == EPOCHS_MAX)
		return;
	epoch = core.epoch;
	epoch.number++;
	set_epoch(&epoch, odds);
	disk.epoch = epoch;
	disk.has_final = false;
	feed(in);
}

static void start(void)
{
	struct consensus_config config = {
		.validators_max = SET_MAX, .batch_ms = 2, .timeout_start_ms = 100, .seed = 1};
	struct consensus_start from = {
		.epoch = disk.epoch,
		.height = disk.tip.header.height,
		.block = disk.tip.hash,
		.time_ms = disk.tip.header.time_ms,
		.certificate = disk.has_final ? &disk.final : NULL,
		.mark = disk.mark,
	};

	INVARIANT(consensus_init(&core, &config, &from, NULL) == STATUS_OK);
	for (size_t i = 0; i < disk.record_count; i++)
		consensus_load_record(&core, &disk.records[i]);
	for (size_t i = 0; i < disk.certificate_count; i++)
		consensus_load_certificate(&core, &disk.certificates[i]);
	newest = disk.tip;
	memset(&pending, 0, sizeof pending);
	for (size_t i = 0; i < made_count; i++)
		made[i].is_here = made[i].is_valid = false;
}

static void restart(bool is_turned_back)
{
	/* A seal's epoch is begun with it, in one batch. */
	if (core.is_sealed)
		return;
	consensus_close(&core);
	/* An old copy of the database, beside a mark that is up to date. */
	if (is_turned_back) {
		disk.record_count = 0;
		disk.certificate_count = 0;
	}
	start();
	for (size_t i = 0; i < made_count; i++)
		if (made[i].is_kept)
			bring(&made[i], NOBODY);
}

static void act(uint8_t what)
{
	struct ballot ballot;
	uint64_t view;

	switch (what % 20) {
	case 0:
	case 1:
		now_ms += 1 + next() * (what % 20 > 0 ? UINT64_C(16) : 1);
		feed((struct input){.kind = INPUT_TICK});
		break;
	case 2:
		work();
		break;
	case 3:
		ballot = next_ballot();
		vote(next_signer(), &ballot);
		break;
	case 4:
		ballot = next_ballot();
		feed((struct input){.kind = INPUT_CERTIFICATE,
		                    .certificate = certificate_of(&ballot, next() == 255)});
		break;
	case 5:
		view = next_view();
		ballot.parent_view = next_parent(view);
		ballot.block = next_hash(ballot.parent_view);
		announce(view, ballot.parent_view, &ballot.block);
		break;
	case 6:
		if (made_count > 0)
			bring(&made[next() % made_count], next());
		break;
	case 7:
		build(true, next());
		break;
	case 8:
		build(false, 0);
		break;
	case 9:
		if (pending.execute_count > 0)
			answer_execute(next() % pending.execute_count, next() % 8 > 0);
		break;
	case 10:
		store();
		break;
	case 11:
		give_range(next() % 5);
		break;
	case 12:
		tell_status();
		break;
	case 13:
		feed((struct input){.kind = INPUT_CONNECTED, .connected = next()});
		break;
	case 14:
		next_epoch(next());
		break;
	case 15:
		restart(what >= 200);
		break;
	case 16:
		propose_well(next());
		break;
	case 17:
		ballot = (struct ballot){.kind = VOTE_NOTARIZE, .epoch = core.epoch.number};
		ballot.view = core.views.current;
		ballot.parent_view = views_parent(&core.views);
		ballot.block = made_count > 0 ? made[made_count - 1].hash : newest.hash;
		vote_all(&ballot);
		break;
	case 18:
		view = core.views.current - 1;
		ballot = (struct ballot){.kind = VOTE_FINALIZE, .epoch = core.epoch.number};
		if (!views_is_notarized(&core.views, view))
			break;
		ballot.view = view;
		ballot.parent_view = views_facts(&core.views, view)->parent_view;
		ballot.block = *views_block(&core.views, view);
		vote_all(&ballot);
		break;
	default:
		ballot = ballot_nullify(core.epoch.number, core.views.current);
		vote_all(&ballot);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct hash genesis = {{1}};

	script = cursor_on(bytes_view(bytes, size));
	network_init(&network, &genesis);
	memset(&disk, 0, sizeof disk);
	memset(&core, 0, sizeof core);
	made_count = told_count = 0;
	now_ms = 1000;
	disk.tip.hash = genesis;
	disk.tip.header.time_ms = 1000000;
	newest = disk.tip;
	executes_at_once = next() & 1;
	set_epoch(&disk.epoch, next());
	start();
	for (size_t i = 0; i < 2000 && script.left > 0; i++)
		act(next());
	consensus_close(&core);
	return 0;
}
