#include "node/audit/cosignatures.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/proof/checkpoint.h"
#include "chain/store/votes.h"

#include <inttypes.h>
#include <stdio.h>

static void find(struct audit_cosignatures *cosignatures, const uint64_t *height,
                 const char *what)
{
	char text[AUDIT_TEXT_SIZE];

	snprintf(text, sizeof text, "the cosignatures over its checkpoint: %s", what);
	audit_find(cosignatures->report, height,
	           height ? text : "the newest cosignatures cannot be read");
}

/* False: there is none of this tag and number, or it cannot be read, which is told. */
static bool read_note(struct audit_cosignatures *cosignatures, struct cosigned *cosigned,
                      enum store_note_tag tag, uint64_t number, const uint64_t *height)
{
	struct bytes_view bytes;
	struct why why = {{0}};
	uint64_t found = number;
	enum status status =
		store_read_note(cosignatures->view, tag, &found, &bytes, &why);

	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && found != number))
		return false;
	if (status == STATUS_OK)
		status = cosigned_decode(cosigned, bytes);
	if (status != STATUS_OK)
		find(cosignatures, height, "they cannot be read");
	return status == STATUS_OK;
}

enum status audit_cosignatures_init(struct audit_cosignatures *cosignatures,
                                    struct audit_report *report, struct store_view *view,
                                    struct why *why)
{
	*cosignatures = (struct audit_cosignatures){
		.report = report,
		.view = view,
		.newest = memory_new(sizeof *cosignatures->newest),
		.room = memory_new(sizeof *cosignatures->room),
	};
	if (!cosignatures->newest || !cosignatures->room)
		return why_set(why, STATUS_MEMORY, "look at cosignatures");
	cosignatures->has_newest =
		read_note(cosignatures, cosignatures->newest, STORE_NOTE_CHECKPOINT, 0, NULL);
	return STATUS_OK;
}

void audit_cosignatures_close(struct audit_cosignatures *cosignatures)
{
	memory_free(cosignatures->newest);
	memory_free(cosignatures->room);
}

static bool is_of(const struct epoch *epoch, const struct cosign *cosign)
{
	for (size_t i = 0; i < epoch->validators.count; i++)
		if (memcmp(&epoch->validators.items[i].cosign_key, &cosign->cosign_key,
		           sizeof cosign->cosign_key) == 0)
			return true;
	return false;
}

/* What is wrong with them; NULL: nothing. */
static const char *fault_of(const struct audit_cosignatures *cosignatures,
                            const struct cosigned *cosigned, const struct ledger_tip *tip,
                            const struct epoch *epoch, const struct network *network)
{
	struct hash root = log_frontier_root(&tip->frontier);
	char origin[ORIGIN_SIZE_MAX + 1];
	const char *fault = NULL;
	struct buffer text;

	if (cosigned->point.epoch != epoch->number || cosigned->point.size != tip->frontier.size ||
	    !hash_equal(&cosigned->point.root, &root))
		return "they are over another checkpoint";
	if (cosigned->count < epoch_quorum(epoch))
		return "they are fewer than a quorum";
	origin_of(origin, text_view(cosignatures->report->network_name), &network->genesis);
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(origin), &cosigned->point);
	for (size_t i = 0; i < cosigned->count && !fault; i++)
		if (!is_of(epoch, &cosigned->items[i]))
			fault = "one is of nobody in the set";
		else if (!cosign_is_valid(&cosigned->items[i], buffer_view(&text)))
			fault = "one is not valid";
	buffer_close(&text);
	return fault;
}

static void judge(struct audit_cosignatures *cosignatures, const struct cosigned *cosigned,
                  const struct ledger_tip *tip, const struct epoch *epoch,
                  const struct network *network)
{
	uint64_t height = tip->header.height;
	const char *fault = fault_of(cosignatures, cosigned, tip, epoch, network);

	if (fault)
		find(cosignatures, &height, fault);
	else
		cosignatures->report->cosignature_count += cosigned->count;
}

void audit_cosignatures_at(struct audit_cosignatures *cosignatures,
                           const struct ledger_tip *tip, const struct epoch *epoch,
                           const struct network *network)
{
	const struct cosign_point *point = &cosignatures->newest->point;

	if (!cosignatures->has_newest || point->epoch != epoch->number ||
	    point->size != tip->frontier.size)
		return;
	cosignatures->has_newest = false;
	judge(cosignatures, cosignatures->newest, tip, epoch, network);
}

void audit_cosignatures_seal(struct audit_cosignatures *cosignatures,
                             const struct ledger_tip *tip, const struct epoch *epoch,
                             const struct network *network)
{
	uint64_t height = tip->header.height;

	if (read_note(cosignatures, cosignatures->room, STORE_NOTE_SEAL, tip->frontier.size,
	              &height))
		judge(cosignatures, cosignatures->room, tip, epoch, network);
}

void audit_cosignatures_end(struct audit_cosignatures *cosignatures)
{
	if (cosignatures->has_newest)
		audit_find(cosignatures->report, NULL,
		           "the newest cosignatures are over no checkpoint of this chain");
}
