#include "node/shell/loading.h"

#include "chain/base/memory.h"
#include "chain/ledger/succession.h"
#include "chain/store/votes.h"
#include "node/shell/storage_batch.h"

/* -- Where it begins ---------------------------------------------------------------------------- */

/* The block that began the epoch of the next one: the last seal, or genesis. */
static enum status read_root(struct store_header *root, struct store_view *view,
                             struct why *why)
{
	uint64_t height = store_view_tip(view)->header.height;
	struct bytes_view note;
	enum status status;

	if (epoch_after(&store_view_tip(view)->header) == 0)
		height = 0;
	else if ((status = store_read_note(view, STORE_NOTE_VALIDATORS, &height, &note, why)) !=
	         STATUS_OK)
		return status == STATUS_NOT_FOUND
		           ? why_set(why, STATUS_CORRUPT, "read where the epoch began")
		           : status;
	return store_read_header(view, height, root, why);
}

static enum status read_certificate(struct certificate *certificate,
                                    struct store_view *view, struct why *why)
{
	struct store_header tip;
	enum status status =
		store_read_header(view, store_view_tip(view)->header.height, &tip, why);
	struct cursor in;

	if (status != STATUS_OK)
		return status;
	in = cursor_on(tip.certificate);
	certificate_get(&in, certificate);
	status = cursor_finish(&in);
	return status == STATUS_OK ? STATUS_OK
	                           : why_set(why, status, "read the newest certificate");
}

enum status load_start(struct consensus_start *start, struct certificate *certificate,
                       struct store_view *view, const struct network *network,
                       const struct public_key *vote_key, struct why *why)
{
	const struct ledger_tip *tip = store_view_tip(view);
	struct validator_set *set = memory_new(sizeof *set);
	struct ledger_source source = store_view_source(view);
	struct parameters parameters;
	struct store_header root;
	enum status status;

	if (!set)
		return why_set(why, STATUS_MEMORY, "read the validators");
	status = read_root(&root, view, why);
	if (status == STATUS_OK)
		status = ledger_next_validators(set, &parameters, network, &source, tip, why);
	if (status == STATUS_OK)
		epoch_begin(&start->epoch, &root.header, &root.hash, set, &parameters, vote_key);
	memory_free(set);
	start->height = tip->header.height;
	start->block = tip->hash;
	start->time_ms = tip->header.time_ms;
	if (status != STATUS_OK || hash_equal(&tip->hash, &root.hash))
		return status;
	start->certificate = certificate;
	return read_certificate(certificate, view, why);
}

/* -- What was kept beside the ledger ------------------------------------------------------------- */

struct loading {
	struct drive *drive;
	enum status status;
};

static bool load_vote(void *owner, const struct store_vote *vote)
{
	struct loading *loading = owner;
	struct vote_record record;
	struct certificate certificate;
	struct cursor in = cursor_on(vote->bytes);

	if (vote->key.kind == STORED_RECORD) {
		loading->status = vote_record_decode(&record, vote->bytes);
		if (loading->status == STATUS_OK)
			drive_load_record(loading->drive, &record);
	} else {
		certificate_get(&in, &certificate);
		loading->status = cursor_finish(&in);
		if (loading->status == STATUS_OK)
			drive_load_certificate(loading->drive, &certificate);
	}
	return loading->status == STATUS_OK;
}

static bool load_block(void *owner, const struct store_pending *pending)
{
	struct loading *loading = owner;

	/* It lost, and waits to be dropped. */
	if (pending->header.height > loading->drive->consensus.height)
		drive_load_block(loading->drive, &pending->header, pending->body);
	return true;
}

enum status load_kept(struct drive *drive, struct store_view *view, struct why *why)
{
	struct loading loading = {.drive = drive};
	struct store_vote_key first = {
		.epoch = drive->consensus.epoch.number,
		.view = drive->consensus.views.final_view + 1,
	};
	enum status status = store_list_votes(view, &first, load_vote, &loading, why);

	if (status == STATUS_OK && loading.status != STATUS_OK)
		status = why_set(why, loading.status, "read what we voted");
	if (status == STATUS_OK)
		status = store_list_pending(view, load_block, &loading, why);
	return status;
}
