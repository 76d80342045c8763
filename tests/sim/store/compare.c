/* What the store has against what the model has: to the byte, but for what may be left over. */
#include "tests/sim/store/backed.h"

#include "chain/base/memory.h"
#include "chain/store/votes.h"
#include "node/shell/storage_batch.h"

#include <stdlib.h>

static void differ(struct backed *backed, const char *what, uint64_t number)
{
	sim_violate(backed->sim, "the store: %s, %llu", what, (unsigned long long)number);
}

/* -- Beside the ledger -------------------------------------------------------------------------- */

static void compare_vote(struct backed *backed, const struct store_vote_key *key,
                         struct bytes_view model)
{
	struct bytes_view bytes = {0};
	struct why why = {{0}};
	enum status status = store_read_vote(backed->view, key, &bytes, &why);

	if (status != STATUS_NOT_FOUND)
		backed_must(backed, status, "read what was kept", &why);
	if (status == STATUS_NOT_FOUND || !bytes_equal(bytes, model))
		differ(backed, key->kind == STORED_RECORD ? "what was signed in a view"
		                                          : "the certificate of a view",
		       key->view);
}

static void compare_records(struct backed *backed, const struct disk *disk)
{
	for (size_t i = 0; i < disk->record_count; i++) {
		const struct vote_record *record = &disk->records[i];
		struct store_vote_key key = {
			.epoch = record->epoch,
			.view = record->view,
			.kind = STORED_RECORD,
		};
		uint8_t bytes[256];
		struct writer out = writer_on(bytes, sizeof bytes);

		vote_record_put(&out, record);
		compare_vote(backed, &key, bytes_view(bytes, sizeof bytes - out.left));
	}
}

static void compare_certificates(struct backed *backed, const struct disk *disk)
{
	for (size_t i = 0; i < disk->certificate_count; i++) {
		const struct disk_certificate *certificate = &disk->certificates[i];
		struct store_vote_key key = {
			.epoch = certificate->epoch,
			.view = certificate->view,
			.kind = (uint8_t)certificate->kind,
		};

		compare_vote(backed, &key, bytes_view(certificate->bytes, certificate->size));
	}
}

static void compare_pending(struct backed *backed, const struct disk *disk)
{
	for (size_t i = 0; i < disk->pending_count; i++) {
		const struct disk_pending *model = &disk->pending[i];
		struct bytes_view body = bytes_view(model->body, model->header.body_size);
		struct store_pending pending;
		struct hash hash;
		struct why why = {{0}};
		enum status status =
			store_read_pending(backed->view, &model->hash, &pending, &why);

		if (status != STATUS_NOT_FOUND)
			backed_must(backed, status, "read a block that is not final", &why);
		if (status == STATUS_OK)
			hash = header_hash(&pending.header, &backed->sim->network);
		if (status == STATUS_NOT_FOUND || !hash_equal(&hash, &model->hash) ||
		    !bytes_equal(pending.body, body))
			differ(backed, "a block that is not final, of height", model->header.height);
	}
}

/* At least what was committed when the mark was new, and no more than was. */
static bool is_height_possible(const struct disk *disk, uint64_t height)
{
	uint64_t last = disk->block_count - 1;

	return height >= disk->mark_height &&
	       height <= (last > disk->mark_height ? last : disk->mark_height);
}

static void compare_note(struct backed *backed, enum store_note_tag tag, uint64_t number,
                         const struct disk_note *model)
{
	uint64_t found = number;
	struct bytes_view bytes = {0};
	struct why why = {{0}};
	enum status status = store_read_note(backed->view, tag, &found, &bytes, &why);

	if (status != STATUS_NOT_FOUND)
		backed_must(backed, status, "read cosignatures", &why);
	if (status == STATUS_NOT_FOUND || found != number)
		bytes = (struct bytes_view){0};
	if (!bytes_equal(bytes, bytes_view(model->bytes, model->bytes_size)))
		differ(backed, "other cosignatures of a quorum, over leaves", model->size);
}

static void compare_notes(struct backed *backed, const struct disk *disk)
{
	compare_note(backed, STORE_NOTE_CHECKPOINT, 0, &disk->newest_note);
	for (size_t i = 0; i < disk->seal_note_count; i++)
		compare_note(backed, STORE_NOTE_SEAL, disk->seal_notes[i].size,
		             &disk->seal_notes[i]);
}

void backed_compare_kept(struct backed *backed, const struct disk *disk)
{
	const struct disk_block *last = &disk->blocks[disk->block_count - 1];
	const struct ledger_tip *tip = store_view_tip(backed->view);
	struct vote_mark mark = vote_mark_of(&backed->sign_state.mark);

	if (!hash_equal(&tip->hash, &last->hash))
		differ(backed, "it ends at another block, at height", tip->header.height);
	if (mark.epoch != disk->mark.epoch || mark.view != disk->mark.view ||
	    mark.floor_epoch != disk->mark.floor_epoch ||
	    mark.floor_view != disk->mark.floor_view || mark.recall != disk->mark.recall ||
	    !is_height_possible(disk, backed->sign_state.mark.committed_height))
		differ(backed, "the mark is another one, of view", mark.view);
	compare_records(backed, disk);
	compare_certificates(backed, disk);
	compare_pending(backed, disk);
	compare_notes(backed, disk);
}

/* -- The ledger ------------------------------------------------------------------------------------ */

static void compare_block(struct backed *backed, const struct disk_block *model)
{
	uint64_t height = model->header.height;
	struct store_header block;
	struct buffer body;
	struct why why = {{0}};

	backed_must(backed, store_read_header(backed->view, height, &block, &why),
	            "read a header", &why);
	if (!hash_equal(&block.hash, &model->hash))
		differ(backed, "another block at height", height);
	if (!bytes_equal(block.certificate,
	                 bytes_view(model->certificate, model->certificate_size)))
		differ(backed, "another certificate at height", height);
	buffer_init(&body, SIZE_MAX);
	backed_must(backed, store_read_body(backed->view, height, &body, &why), "read a body",
	            &why);
	if (!bytes_equal(buffer_view(&body), bytes_view(model->body, model->header.body_size)))
		differ(backed, "another body at height", height);
	buffer_close(&body);
}

/* That there is nothing else follows from the root, which is in the header. */
static void compare_state(struct backed *backed, const struct memory_ledger *model)
{
	const struct memory_value *value;

	for (value = model->values; value; value = value->hh.next) {
		struct bytes_view bytes = {0};
		struct why why = {"a value"};
		bool found = false;

		backed_must(backed,
		            backed->source.get_state(backed->source.owner, &value->key_hash,
		                                     &bytes, &found),
		            "read state", &why);
		if (!found || !bytes_equal(bytes, bytes_view(value->value, value->value_size)))
			differ(backed, "another value of the state, of kind", value->key[0]);
	}
}

void backed_compare(struct backed *backed, const struct disk *disk)
{
	struct why why = {{0}};

	if (!backed->view)
		return;
	/* It was last refreshed with a block. */
	backed_must(backed, store_view_refresh(backed->view, &why), "refresh a view", &why);
	backed_compare_kept(backed, disk);
	for (size_t i = 0; i < disk->block_count; i++)
		compare_block(backed, &disk->blocks[i]);
	compare_state(backed, &disk->ledger);
}

/* -- What peers hear --------------------------------------------------------------------------------- */

static void compare_missing(struct backed *backed, const struct missing_seals *model,
                            const struct missing_seals *seals)
{
	if (seals->count != model->count)
		differ(backed, "another number of seals without a quorum", seals->count);
	for (size_t i = 0; i < seals->count && i < model->count; i++)
		if (!cosign_point_equal(&seals->items[i].point, &model->items[i].point) ||
		    seals->items[i].quorum != model->items[i].quorum ||
		    seals->items[i].set.count != model->items[i].set.count ||
		    memcmp(seals->items[i].set.items, model->items[i].set.items,
		           model->items[i].set.count * sizeof model->items[i].set.items[0]) != 0)
			differ(backed, "another seal without a quorum, of leaves",
			       model->items[i].point.size);
}

void backed_compare_answer(struct backed *backed, const struct read_job *model,
                           const struct read_job *job)
{
	if (!bytes_equal(buffer_view(&model->answer), buffer_view(&job->answer)))
		differ(backed, "another answer to a peer who asks for height", job->height);
	if (job->missing)
		compare_missing(backed, model->missing, job->missing);
}
