#include "node/shell/quorums.h"

#include "chain/base/memory.h"
#include "chain/ledger/genesis.h"
#include "chain/ledger/succession.h"
#include "chain/store/votes.h"

static enum status read_exactly(struct cosigned *cosigned, struct store_view *view,
                                enum store_note_tag tag, uint64_t number, struct why *why)
{
	uint64_t found = number;
	struct bytes_view bytes;
	enum status status = store_read_note(view, tag, &found, &bytes, why);

	if (status != STATUS_OK)
		return status;
	if (found != number)
		return STATUS_NOT_FOUND;
	if (cosigned_decode(cosigned, bytes) != STATUS_OK)
		return why_set(why, STATUS_CORRUPT, "read the cosignatures of a checkpoint");
	return STATUS_OK;
}

enum status quorum_read_newest(struct cosigned *cosigned, struct store_view *view,
                               struct why *why)
{
	return read_exactly(cosigned, view, STORE_NOTE_CHECKPOINT, 0, why);
}

enum status quorum_read_seal(struct cosigned *cosigned, struct store_view *view,
                             uint64_t size, struct why *why)
{
	return read_exactly(cosigned, view, STORE_NOTE_SEAL, size, why);
}

/* -- Sets ------------------------------------------------------------------------------ */

static enum status read_genesis_set(struct epoch_set *set, struct store_view *view,
                                    struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct bytes_view file;
	enum status status;

	if (!genesis)
		return why_set(why, STATUS_MEMORY, "read the genesis");
	status = store_read_genesis(view, &file, why);
	if (status == STATUS_OK)
		status = genesis_decode(genesis, file, why);
	if (status == STATUS_OK) {
		set->validators = genesis->validators;
		set->parameters = genesis->parameters;
	}
	memory_free(genesis);
	return status;
}

static enum status decode_set(struct epoch_set *set, struct bytes_view bytes,
                              struct why *why)
{
	struct cursor in = cursor_on(bytes);
	enum status status;

	set->parameters = parameters_default();
	consensus_parameters_get(&in, &set->parameters);
	status = in.status;
	if (status == STATUS_OK)
		status = validator_set_decode(&set->validators, bytes_view(in.at, in.left));
	return status == STATUS_OK
	           ? STATUS_OK
	           : why_set(why, STATUS_CORRUPT, "read the validators of an epoch");
}

enum status epoch_set_read(struct epoch_set *set, struct store_view *view, uint64_t height,
                           struct why *why)
{
	uint64_t found = height;
	struct bytes_view bytes;
	enum status status;

	if (height == 0)
		return read_genesis_set(set, view, why);
	status = store_read_note(view, STORE_NOTE_VALIDATORS, &found, &bytes, why);
	if (status != STATUS_OK)
		return status;
	return found == height ? decode_set(set, bytes, why) : STATUS_NOT_FOUND;
}

/* The newest seal at or below *height, which becomes its height. */
static enum status find_seal(struct store_header *seal, struct store_view *view,
                             uint64_t *height, struct why *why)
{
	struct bytes_view bytes;
	enum status status = store_read_note(view, STORE_NOTE_VALIDATORS, height, &bytes, why);

	return status == STATUS_OK ? store_read_header(view, *height, seal, why) : status;
}

enum status seal_find(uint64_t *height, struct store_view *view, uint64_t epoch,
                      struct why *why)
{
	uint64_t low = 0, high = store_view_tip(view)->header.height;
	struct store_header seal;

	/* Epochs ascend with the height, and at every height there is a newest seal below. */
	while (low <= high) {
		uint64_t middle = low + (high - low) / 2;
		uint64_t at = middle;
		enum status status = find_seal(&seal, view, &at, why);

		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
		if (status == STATUS_OK && seal.header.epoch == epoch) {
			*height = at;
			return STATUS_OK;
		}
		if (status == STATUS_NOT_FOUND || seal.header.epoch < epoch)
			low = middle + 1;
		else if (at == 0)
			break;
		else
			high = at - 1;
	}
	return STATUS_NOT_FOUND;
}

/* -- At a start -------------------------------------------------------------------------- */

enum status quorum_load_start(struct drive_cosign_start *start, struct cosigned *room,
                              struct store_view *view, struct why *why)
{
	const struct ledger_tip *tip = store_view_tip(view);
	enum status status = quorum_read_newest(room, view, why);

	start->tip = (struct cosign_point){
		.epoch = epoch_after(&tip->header),
		.size = tip->frontier.size,
		.root = log_frontier_root(&tip->frontier),
	};
	start->kept = status == STATUS_OK ? room : NULL;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The checkpoint of a block of any height: its own header's leaf is the last. */
static enum status read_point(struct cosign_point *point, struct store_view *view,
                              const struct store_header *block, struct why *why)
{
	struct store_log log;
	struct log_reader reader = store_log_open(&log, view, NULL);

	point->epoch = block->header.epoch;
	point->size = block->header.log_size + 1;
	return log_root_at(&point->root, &reader, point->size, why);
}

/* The set that a seal ends is the one that the seal before it starts. */
static enum status find_set(struct missing_seal *missing, struct epoch_set *set,
                            struct store_view *view, const struct store_header *seal,
                            struct why *why)
{
	uint64_t before = seal->header.height - 1;
	struct store_header previous;
	enum status status = find_seal(&previous, view, &before, why);

	if (status == STATUS_NOT_FOUND) {
		before = 0;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		status = epoch_set_read(set, view, before, why);
	if (status == STATUS_OK)
		status = read_point(&missing->point, view, seal, why);
	if (status != STATUS_OK)
		return status;
	missing->set = set->validators;
	missing->quorum = validators_quorum(
		set->validators.count,
		(enum fault_model)set->parameters.values[PARAMETER_fault_model]);
	return STATUS_OK;
}

/* Two sets and a quorum are large: they stand together on the heap. */
struct search {
	struct epoch_set set;
	struct cosigned cosigned;
};

enum status quorum_find_missing(struct missing_seals *missing, struct store_view *view,
                                struct why *why)
{
	struct search *search = memory_new(sizeof *search);
	uint64_t height = store_view_tip(view)->header.height;
	enum status status = STATUS_OK;

	if (!search)
		return why_set(why, STATUS_MEMORY, "search for what was not cosigned");
	while (status == STATUS_OK && missing->count < COSIGN_SEALS_MAX && height > 0) {
		struct store_header seal;

		status = find_seal(&seal, view, &height, why);
		if (status != STATUS_OK)
			break;
		status =
			quorum_read_seal(&search->cosigned, view, seal.header.log_size + 1, why);
		if (status == STATUS_NOT_FOUND)
			status = find_set(&missing->items[missing->count++], &search->set, view, &seal,
			                  why);
		height--;
	}
	memory_free(search);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
