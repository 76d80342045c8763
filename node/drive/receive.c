/* Messages in: form at once, then signatures and bodies where the world checks them, then what
 * they say to consensus. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"

void blame(struct drive *drive, uint16_t peer, const char *what)
{
	drive->counters.blamed++;
	drive->world.blame(drive->world.owner, peer, what);
}

/* -- What is worth checking ------------------------------------------------------------------------------ */

static struct check_signature *add_signature(struct check_job *job)
{
	return &job->signatures[job->signature_count++];
}

static const struct validator *validator_at(const struct drive *drive, uint16_t index)
{
	return &drive->consensus.epoch.validators.items[index];
}

static void add_vote(const struct drive *drive, struct check_job *job,
                     const struct vote *vote)
{
	struct ballot ballot = vote->ballot;

	*add_signature(job) = (struct check_signature){
		.digest = ballot_digest(&ballot, drive->network),
		.key = validator_at(drive, vote->signer)->vote_key,
		.signature = vote->signature,
	};
}

static bool is_present(const struct drive *drive, uint64_t epoch, uint16_t signer)
{
	const struct epoch *present = &drive->consensus.epoch;

	return epoch == present->number && signer < present->validators.count;
}

/* Do we hold one that says the same? Then it is not checked again: D7. */
static bool is_held(const struct drive *drive, const struct ballot *ballot)
{
	const struct views *views = &drive->consensus.views;

	if (ballot->view <= views->final_view)
		return true;
	switch ((enum vote_kind)ballot->kind) {
	case VOTE_NOTARIZE:
		return views_is_notarized(views, ballot->view) &&
		       hash_equal(views_block(views, ballot->view), &ballot->block);
	case VOTE_NULLIFY:
		return views_is_nullified(views, ballot->view);
	case VOTE_FINALIZE:
		return false;
	}
	return true;
}

/* The signatures of the job's next certificate; false: no honest node sends this. */
static bool add_signers(const struct drive *drive, struct check_job *job,
                        const struct certificate *certificate)
{
	const struct epoch *epoch = &drive->consensus.epoch;
	struct hash digest = ballot_digest(&certificate->ballot, drive->network);
	size_t count = 0;

	if (certificate->ballot.epoch != epoch->number ||
	    certificate->validator_count != epoch->validators.count)
		return false;
	for (uint16_t i = 0; i < epoch->validators.count; i++) {
		if (!certificate->signers[i])
			continue;
		count++;
		*add_signature(job) = (struct check_signature){
			.digest = digest,
			.key = validator_at(drive, i)->vote_key,
			.signature = certificate->signatures[i],
		};
	}
	job->certificate_count++;
	return count >= epoch_quorum(epoch);
}

/* Takes a certificate into the job, if its form is right and it is of the present set; false:
 * no honest node sends this. */
static bool add_certificate(const struct drive *drive, struct check_job *job,
                            struct bytes_view bytes)
{
	const struct epoch *epoch = &drive->consensus.epoch;
	struct certificate *certificate = &job->certificates[job->certificate_count];
	struct cursor in = cursor_on(bytes);

	certificate_get(&in, certificate);
	if (cursor_finish(&in) != STATUS_OK || certificate->ballot.view == 0)
		return false;
	if (certificate->ballot.epoch != epoch->number || is_held(drive, &certificate->ballot))
		return true;
	return add_signers(drive, job, certificate);
}

bool add_final(const struct drive *drive, struct check_job *job, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);

	certificate_get(&in, &job->certificates[job->certificate_count]);
	return cursor_finish(&in) == STATUS_OK &&
	       add_signers(drive, job, &job->certificates[job->certificate_count]);
}

/* -- Jobs -------------------------------------------------------------------------------------------------- */

/* A job with room for so much. The bytes, memory_new's, are its own from now on, also when it
 * fails; its message is decoded from them. */
static struct check_job *job_take(struct drive *drive, uint16_t peer, uint8_t *bytes,
                                  size_t size, size_t votes, size_t certificates,
                                  size_t blocks)
{
	struct check_job *job = memory_new(sizeof *job);
	size_t signatures = votes + certificates * drive->consensus.epoch.validators.count;

	if (!job) {
		memory_free(bytes);
		return NULL;
	}
	job->bytes = bytes;
	job->signatures = memory_new((signatures + 1) * sizeof *job->signatures);
	job->certificates = memory_new((certificates + 1) * sizeof *job->certificates);
	job->bodies = memory_new((blocks + 1) * sizeof *job->bodies);
	if (!job->bytes || !job->signatures || !job->certificates || !job->bodies) {
		check_job_free(job);
		return NULL;
	}
	INVARIANT(message_decode(&job->message, bytes_view(bytes, size)) == STATUS_OK);
	job->from = peer;
	job->connection = drive->peers[peer].connection;
	job->epoch = drive->consensus.epoch.number;
	return job;
}

/* The same of a copy of the bytes. */
struct check_job *job_new(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                          size_t votes, size_t certificates, size_t blocks)
{
	uint8_t *copy = memory_new(bytes.size);

	if (!copy)
		return NULL;
	memcpy(copy, bytes.at, bytes.size);
	return job_take(drive, peer, copy, bytes.size, votes, certificates, blocks);
}

void hand_out(struct drive *drive, struct check_job *job, bool is_fair)
{
	if (!is_fair)
		blame(drive, job->from, "a certificate that is none");
	if (!is_fair || (job->signature_count == 0 && job->block_count == 0)) {
		check_job_free(job);
		return;
	}
	drive->check_count++;
	drive->world.check(drive->world.owner, job);
}

static void check_vote(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                       const struct vote *vote)
{
	const struct consensus *core = &drive->consensus;
	struct ballot ballot = vote->ballot;
	struct check_job *job;

	if (!is_present(drive, vote->ballot.epoch, vote->signer) ||
	    vote->ballot.view <= core->views.final_view ||
	    vote->ballot.view >= core->views.current + VIEWS_AHEAD_MAX ||
	    votes_has(&core->votes, &ballot, vote->signer))
		return;
	job = job_new(drive, peer, bytes, 1, 0, 0);
	if (!job)
		return;
	add_vote(drive, job, vote);
	hand_out(drive, job, true);
}

static void check_certificate(struct drive *drive, uint16_t peer, struct bytes_view bytes)
{
	struct check_job *job = job_new(drive, peer, bytes, 0, 1, 0);
	bool is_fair;

	if (!job)
		return;
	is_fair = add_certificate(drive, job, job->message.certificate);
	if (is_fair)
		note_final_from(drive, peer, &job->certificates[0].ballot);
	hand_out(drive, job, is_fair);
}

static void check_proposal(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                           const struct message_proposal *proposal)
{
	const struct vote *vote = &proposal->vote;
	const struct consensus *core = &drive->consensus;
	struct check_job *job;
	bool is_fair = true;

	if (!is_present(drive, vote->ballot.epoch, vote->signer) ||
	    vote->ballot.view < core->views.current ||
	    vote->ballot.view > core->views.current + PROPOSALS_AHEAD_MAX)
		return;
	if (vote->signer != epoch_leader(&core->epoch, vote->ballot.view)) {
		blame(drive, peer, "a proposal that is not the leader's");
		return;
	}
	job = job_new(drive, peer, bytes, 1, proposal->certificate_count, 1);
	if (!job)
		return;
	add_vote(drive, job, vote);
	for (size_t i = 0; i < proposal->certificate_count && is_fair; i++)
		is_fair = add_certificate(drive, job, job->message.proposal.certificates[i]);
	if (proposal->has_block && !shelf_find(&drive->shelf, &vote->ballot.block)) {
		job->blocks = &job->message.proposal.block;
		job->block_count = 1;
	}
	hand_out(drive, job, is_fair);
}

static void check_block(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                        const struct message_block *block)
{
	struct hash hash = header_hash(&block->header, drive->network);
	const struct block *known = blocks_find(&drive->consensus.blocks, &hash);
	struct check_job *job;

	/* D6: nobody asked for it. */
	if (!known || known->state != BLOCK_NAMED)
		return;
	job = job_new(drive, peer, bytes, 0, 0, 1);
	if (!job)
		return;
	job->blocks = &job->message.block;
	job->block_count = 1;
	names_are_checked(drive, peer, &hash);
	hand_out(drive, job, true);
}

bool check_rebuilt(struct drive *drive, uint16_t peer, struct buffer *bytes)
{
	size_t size = bytes->size;
	struct check_job *job = job_take(drive, peer, buffer_take(bytes), size, 0, 0, 1);

	if (!job)
		return false;
	job->blocks = &job->message.block;
	job->block_count = 1;
	hand_out(drive, job, true);
	return true;
}

static void check_evidence(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                           const struct vote votes[2])
{
	struct check_job *job;

	if (votes[0].signer != votes[1].signer ||
	    !ballots_contradict(&votes[0].ballot, &votes[1].ballot)) {
		blame(drive, peer, "evidence that is none");
		return;
	}
	if (!is_present(drive, votes[0].ballot.epoch, votes[0].signer) ||
	    is_accused(drive, votes[0].signer))
		return;
	job = job_new(drive, peer, bytes, 2, 0, 0);
	if (!job)
		return;
	add_vote(drive, job, &votes[0]);
	add_vote(drive, job, &votes[1]);
	hand_out(drive, job, true);
}

/* A certificate in it counts for who asked for one: it shows how far the peer is. */
static void feed_status(struct drive *drive, uint16_t peer,
                        const struct message_status *status, uint64_t proven_view)
{
	struct input in = {
		.kind = INPUT_STATUS,
		.status = {.status = status->status,
		           .proven_view = proven_view,
		           .from = drive->peers[peer].index},
	};

	sync_peer_has(&drive->sync, peer, in.status.from < drive->consensus.epoch.validators.count,
	              status->status.epoch, status->status.height);
	feed(drive, &in);
}

static void check_status(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                         const struct message_status *status)
{
	const struct consensus *core = &drive->consensus;
	struct check_job *job;
	bool is_fair;

	if (status->status.echo != core->nonce || !consensus_is_forgetful(core) ||
	    status->certificate.size == 0 || status->status.epoch != core->epoch.number) {
		/* View 1 stands on the epoch's root and needs no proof. */
		feed_status(drive, peer, status, 1);
		return;
	}
	job = job_new(drive, peer, bytes, 0, 1, 0);
	if (!job)
		return;
	is_fair = add_certificate(drive, job, job->message.status.certificate);
	if (!is_fair || job->signature_count > 0) {
		hand_out(drive, job, is_fair);
		return;
	}
	/* It is held here, or of no use. */
	feed_status(drive, peer, status, job->certificates[0].ballot.view + 1);
	check_job_free(job);
}

/* -- Believed --------------------------------------------------------------------------------------------------- */

static void feed_vote(struct drive *drive, const struct vote *vote)
{
	struct input in = {.kind = INPUT_VOTE, .vote = *vote};

	feed(drive, &in);
}

static void feed_certificates(struct drive *drive, const struct check_job *job)
{
	for (size_t i = 0; i < job->certificate_count; i++) {
		struct input in = {
			.kind = INPUT_CERTIFICATE,
			.certificate = &job->certificates[i],
		};

		feed(drive, &in);
	}
}

bool take_body(struct drive *drive, const struct message_block *from,
                      struct check_body *body)
{
	struct shelf_block *block = shelf_find(&drive->shelf, &body->hash);

	if (block || body->finding == BODY_FOREIGN)
		return block && !block->is_dropped;
	block = shelf_add(&drive->shelf, &body->hash, &from->header, from->body, body->names);
	body->names = NULL;
	if (!block) {
		drive_fail(drive, STATUS_MEMORY, "take in a block");
		return false;
	}
	block->is_bad = body->finding == BODY_BAD;
	return true;
}

void drop_unheld(struct drive *drive, const struct hash *hash)
{
	struct shelf_block *block = shelf_find(&drive->shelf, hash);
	const struct block *known = blocks_find(&drive->consensus.blocks, hash);

	if (block && !block->is_committed && !block->is_executing &&
	    (!known || known->state == BLOCK_NAMED))
		shelf_remove(&drive->shelf, block);
}

static void feed_block(struct drive *drive, struct check_job *job)
{
	struct input in = {.kind = INPUT_BLOCK};

	const struct block *known =
		blocks_find(&drive->consensus.blocks, &job->bodies[0].hash);

	/* It may have come twice, or too late. */
	if (job->block_count == 0 || !known || known->state != BLOCK_NAMED ||
	    !take_body(drive, &job->blocks[0], &job->bodies[0]))
		return;
	in.block.hash = job->bodies[0].hash;
	in.block.header = &job->blocks[0].header;
	in.block.from = drive->peers[job->from].index;
	feed(drive, &in);
	drop_unheld(drive, &in.block.hash);
}

static void feed_proposal(struct drive *drive, struct check_job *job)
{
	const struct vote *vote = &job->message.proposal.vote;
	struct input in = {
		.kind = INPUT_PROPOSAL,
		.proposal = {
			.proposal = {.view = vote->ballot.view,
			             .parent_view = vote->ballot.parent_view,
			             .block = vote->ballot.block},
			.from = drive->peers[job->from].index,
		},
	};

	feed_certificates(drive, job);
	feed(drive, &in);
	feed_vote(drive, vote);
	if (job->message.proposal.has_names)
		names_begin(drive, job->from, &job->message.proposal.block.header,
		            &job->message.proposal.names);
	else
		feed_block(drive, job);
}

/* Whatever view it is of. Votes they are as well: one of our own key that we know nothing of
 * means that somebody else has the key, and it is not we who accuse ourselves. */
static void believe_evidence(struct drive *drive, const struct vote votes[2])
{
	if (votes[0].signer != drive->consensus.epoch.self)
		accuse(drive, votes);
	feed_vote(drive, &votes[0]);
	feed_vote(drive, &votes[1]);
}

/* Of who has left since, what speaks for itself: for the rest he would have to be named, and in his
 * place there may be somebody else. */
static bool speaks_for_itself(const struct check_job *job)
{
	return job->message.kind == MESSAGE_VOTE || job->message.kind == MESSAGE_CERTIFICATE ||
	       job->message.kind == MESSAGE_EVIDENCE;
}

static void believe(struct drive *drive, struct check_job *job)
{
	switch (job->message.kind) {
	case MESSAGE_VOTE:
		feed_vote(drive, &job->message.vote);
		break;
	case MESSAGE_CERTIFICATE:
		feed_certificates(drive, job);
		break;
	case MESSAGE_PROPOSAL:
		feed_proposal(drive, job);
		break;
	case MESSAGE_BLOCK:
		feed_block(drive, job);
		break;
	case MESSAGE_EVIDENCE:
		believe_evidence(drive, job->message.evidence);
		break;
	case MESSAGE_STATUS:
		feed_certificates(drive, job);
		feed_status(drive, job->from, &job->message.status,
		            job->certificates[0].ballot.view + 1);
		break;
	case MESSAGE_GET_BLOCK:
	case MESSAGE_GET_HEADERS: /* headers and bodies: catchup_on_checked */
	case MESSAGE_HEADERS:
	case MESSAGE_GET_BODIES:
	case MESSAGE_BODIES:
	case MESSAGE_TXS:
	case MESSAGE_GET_COMPACT:
	case MESSAGE_COMPACT:
	case MESSAGE_GET_BLOCK_TXS:
	case MESSAGE_BLOCK_TXS:
		break;
	}
}

void drive_on_checked(struct drive *drive, struct check_job *job,
                      const struct moment *moment)
{
	bool is_there = is_still_there(drive, job->from, job->connection);

	begin_turn(drive, moment);
	drive->check_count--;
	if (job->status != STATUS_OK)
		drive_fail(drive, job->status, "check a message");
	else if (!job->is_good && is_there)
		blame(drive, job->from, "a signature that is not valid");
	if (job->cosigned)
		cosign_on_checked(drive, job);
	else if (catchup_on_checked(drive, job, is_there))
		job = NULL; /* it was taken */
	else if (job->status == STATUS_OK && job->is_good &&
	         job->epoch == drive->consensus.epoch.number &&
	         (is_there || speaks_for_itself(job)))
		believe(drive, job);
	if (job && is_there && !job->cosigned && job->message.kind == MESSAGE_BLOCK)
		names_were_checked(drive, job->from, &job->bodies[0].hash);
	check_job_free(job);
	end_turn(drive);
}

/* -- The door ------------------------------------------------------------------------------------------------------ */

/* A block may have them before they are checked here. */
static void ingest(struct drive *drive, uint16_t peer, struct cursor txs)
{
	if (drive->peers[peer].index < drive->consensus.epoch.validators.count)
		late_add(&drive->late, bytes_view(txs.at, txs.left));
	drive->world.ingest(drive->world.owner, peer, txs);
}

static void open_message(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                         const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_VOTE:
		check_vote(drive, peer, bytes, &message->vote);
		break;
	case MESSAGE_CERTIFICATE:
		check_certificate(drive, peer, bytes);
		break;
	case MESSAGE_PROPOSAL:
		check_proposal(drive, peer, bytes, &message->proposal);
		break;
	case MESSAGE_STATUS:
		check_status(drive, peer, bytes, &message->status);
		break;
	case MESSAGE_GET_BLOCK:
		give_block(drive, peer, &message->get_block);
		break;
	case MESSAGE_BLOCK:
		check_block(drive, peer, bytes, &message->block);
		break;
	case MESSAGE_GET_HEADERS:
		give_headers(drive, peer, message->get_headers);
		break;
	case MESSAGE_HEADERS:
		catchup_on_headers(drive, peer, bytes, &message->headers);
		break;
	case MESSAGE_GET_BODIES:
		give_bodies(drive, peer, &message->get_bodies);
		break;
	case MESSAGE_BODIES:
		catchup_on_bodies(drive, peer, bytes, &message->bodies);
		break;
	case MESSAGE_TXS:
		ingest(drive, peer, message->txs);
		break;
	case MESSAGE_EVIDENCE:
		check_evidence(drive, peer, bytes, message->evidence);
		break;
	case MESSAGE_GET_COMPACT:
		give_compact(drive, peer, &message->get_compact);
		break;
	case MESSAGE_COMPACT:
		names_begin(drive, peer, &message->compact.header, &message->compact.body);
		break;
	case MESSAGE_GET_BLOCK_TXS:
		give_block_txs(drive, peer, bytes, &message->get_block_txs);
		break;
	case MESSAGE_BLOCK_TXS:
		names_go_on(drive, peer, &message->block_txs);
		break;
	}
}

void drive_on_message(struct drive *drive, uint16_t peer, struct bytes_view bytes,
                      const struct moment *moment)
{
	struct message *message = &drive->message;

	INVARIANT(peer < PEERS_MAX);
	if (!drive->peers[peer].is_connected || drive->status != STATUS_OK)
		return;
	begin_turn(drive, moment);
	if (cosign_message_is(bytes))
		cosign_on_message(drive, peer, bytes);
	else if (message_decode(message, bytes) != STATUS_OK)
		blame(drive, peer, "a message that cannot be read");
	else if (drive->check_count >= CHECKS_MAX)
		drive->counters.checks_dropped++;
	else
		open_message(drive, peer, bytes, message);
	end_turn(drive);
}
