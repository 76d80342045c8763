/* News of a final block travels from node to node. Who completes a quorum tells everybody he is
 * connected with; whoever has the block on his disk tells those who are no validators and may
 * be connected with none, once each, and gives it to who asks. */
#include "node/drive/inner.h"

enum { ASK_AGAIN_MS = 2000 }; /* for one block, of a peer that a validator's place is taken by */

/* -- Who knows ------------------------------------------------------------------------------------------ */

/* As it is encoded; false: it is none. */
static bool read_ballot(struct ballot *ballot, struct bytes_view certificate)
{
	struct cursor in = cursor_on(certificate);

	ballot_get(&in, ballot);
	return in.status == STATUS_OK;
}

static bool is_final_here(const struct drive *drive, const struct ballot *ballot)
{
	return ballot->kind == VOTE_FINALIZE && ballot->epoch == drive->consensus.epoch.number;
}

static void raise(uint64_t *view, uint64_t to)
{
	if (to > *view)
		*view = to;
}

/* Who says it again may have the block only now: he may be asked again. */
void note_final_from(struct drive *drive, uint16_t from, const struct ballot *ballot)
{
	struct drive_peer *peer = &drive->peers[from];

	if (!is_final_here(drive, ballot))
		return;
	raise(&peer->final_view_from, ballot->view);
	if (hash_equal(&peer->asked_block, &ballot->block))
		peer->asked_block = (struct hash){{0}};
}

static bool can_give(struct drive *drive, const struct hash *block)
{
	return hash_equal(block, &drive->consensus.block) || shelf_find(&drive->shelf, block);
}

void note_final_to(struct drive *drive, uint16_t to, struct bytes_view certificate)
{
	struct ballot ballot;

	/* Of a block that we lack ourselves the news comes again when we have it. */
	if (!read_ballot(&ballot, certificate) || !is_final_here(drive, &ballot) ||
	    !can_give(drive, &ballot.block))
		return;
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (is_meant(drive, &drive->peers[i], to))
			raise(&drive->peers[i].final_view_to, ballot.view);
}

void forget_finals(struct drive *drive)
{
	for (size_t i = 0; i < PEERS_MAX; i++) {
		drive->peers[i].final_view_from = 0;
		drive->peers[i].final_view_to = 0;
	}
}

/* -- Telling -------------------------------------------------------------------------------------------- */

static void tell(struct drive *drive, uint64_t view, struct bytes_view message)
{
	for (uint16_t i = 0; i < PEERS_MAX; i++) {
		struct drive_peer *peer = &drive->peers[i];

		if (!is_meant(drive, peer, ALL_FOLLOWERS) || peer->final_view_from >= view ||
		    peer->final_view_to >= view)
			continue;
		peer->final_view_to = view;
		drive->world.send(drive->world.owner, i, message);
	}
}

void announce_final(struct drive *drive, const struct commit_block *commit)
{
	struct ballot ballot;
	struct buffer message;

	/* Of several that one FINAL made final the last is told: the others follow by their hashes. */
	if (!read_ballot(&ballot, commit->certificate) || !is_final_here(drive, &ballot) ||
	    !hash_equal(&ballot.block, &commit->hash))
		return;
	buffer_init(&message, MESSAGE_SIZE_MAX);
	message_put_certificate(&message, commit->certificate);
	if (message.status == STATUS_OK)
		tell(drive, ballot.view, buffer_view(&message));
	else
		drive_fail(drive, message.status, "write a message");
	buffer_close(&message);
}

/* -- Asking --------------------------------------------------------------------------------------------- */

static bool was_asked(const struct drive *drive, const struct drive_peer *peer,
                      const struct hash *block, uint64_t within_ms)
{
	return hash_equal(&peer->asked_block, block) &&
	       drive->moment.now_ms < peer->asked_ms + within_ms;
}

static struct drive_peer *find_peer(struct drive *drive, uint16_t index)
{
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (drive->peers[i].is_connected && drive->peers[i].index == index)
			return &drive->peers[i];
	return NULL;
}

/* Who says that he has a FINAL of the block's view or a later one, and was asked longest ago. */
static struct drive_peer *find_teller(struct drive *drive, const struct hash *hash)
{
	const struct block *block = blocks_find(&drive->consensus.blocks, hash);
	struct drive_peer *found = NULL;

	for (size_t i = 0; block && i < PEERS_MAX; i++) {
		struct drive_peer *peer = &drive->peers[i];

		if (is_meant(drive, peer, ALL_PEERS) && peer->final_view_from >= block->view &&
		    !was_asked(drive, peer, hash, ASK_AGAIN_MS) &&
		    (!found || peer->asked_ms < found->asked_ms))
			found = peer;
	}
	return found;
}

uint16_t whom_to_ask_for(struct drive *drive, uint16_t to, const struct hash *block)
{
	struct drive_peer *peer = find_peer(drive, to);

	if (!peer)
		peer = find_teller(drive, block);
	/* Twice in one breath would bring it twice. */
	if (!peer || was_asked(drive, peer, block, 1))
		return NOBODY;
	peer->asked_block = *block;
	peer->asked_ms = drive->moment.now_ms;
	return peer->index;
}
