#include "node/shell/sign_state.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"
#include "chain/crypto/hash.h"
#include "node/shell/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[8] = {'c', 'a', 'i', 'r', 'n', 's', 'g', 'n'};
static const char CHECK_TAG[] = "cairn/sign-state/v2";

enum {
	VERSION = 2,
	FIELDS_SIZE = 105 - HASH_SIZE, /* behind the check */
	RECALL_LAST = 3,
};

/* -- A slot ----------------------------------------------------------------------------------- */

static void put_head(uint8_t head[SIGN_HEAD_SIZE], const struct sign_slot *slot)
{
	const struct sign_mark *mark = &slot->mark;
	struct writer out = writer_on(head + HASH_SIZE, FIELDS_SIZE);

	memset(head, 0, SIGN_HEAD_SIZE);
	writer_bytes(&out, MAGIC, sizeof MAGIC);
	writer_u32(&out, VERSION);
	writer_u32(&out, (uint32_t)slot->held.size);
	writer_u64(&out, slot->sequence);
	writer_u64(&out, slot->base);
	writer_u64(&out, mark->epoch);
	writer_u64(&out, mark->view);
	writer_u64(&out, mark->committed_height);
	writer_u64(&out, mark->floor_epoch);
	writer_u64(&out, mark->floor_view);
	writer_u8(&out, mark->recall);
}

static struct hash check_of(const uint8_t *slot, size_t held_size)
{
	return hash_tagged(CHECK_TAG, bytes_view(slot + HASH_SIZE,
	                                         SIGN_HEAD_SIZE - HASH_SIZE + held_size));
}

size_t sign_slot_encode(uint8_t bytes[SIGN_SLOT_SIZE], const struct sign_slot *slot)
{
	size_t size = SIGN_HEAD_SIZE + slot->held.size, rest = size % SIGN_HEAD_SIZE;
	struct hash check;

	INVARIANT(slot->held.size <= SIGN_HELD_MAX);
	put_head(bytes, slot);
	if (slot->held.size > 0)
		memcpy(bytes + SIGN_HEAD_SIZE, slot->held.at, slot->held.size);
	check = check_of(bytes, slot->held.size);
	memcpy(bytes, check.bytes, HASH_SIZE);
	if (rest == 0)
		return size;
	memset(bytes + size, 0, SIGN_HEAD_SIZE - rest);
	return size + SIGN_HEAD_SIZE - rest;
}

/* What this program would not have written is damaged, whatever the check says. */
static enum status slot_decode(struct sign_slot *slot, const uint8_t *bytes)
{
	struct cursor in = cursor_on(bytes_view(bytes + HASH_SIZE, FIELDS_SIZE));
	uint8_t again[SIGN_HEAD_SIZE];
	struct hash check;
	uint32_t version;
	size_t held_size;

	if (memcmp(cursor_take(&in, sizeof MAGIC), MAGIC, sizeof MAGIC) != 0)
		return STATUS_CORRUPT;
	version = cursor_u32(&in);
	held_size = cursor_u32(&in);
	if (version != VERSION)
		return STATUS_FOREIGN;
	if (held_size > SIGN_HELD_MAX)
		return STATUS_CORRUPT;
	check = check_of(bytes, held_size);
	if (memcmp(bytes, check.bytes, HASH_SIZE) != 0)
		return STATUS_CORRUPT;
	slot->sequence = cursor_u64(&in);
	slot->base = cursor_u64(&in);
	slot->mark.epoch = cursor_u64(&in);
	slot->mark.view = cursor_u64(&in);
	slot->mark.committed_height = cursor_u64(&in);
	slot->mark.floor_epoch = cursor_u64(&in);
	slot->mark.floor_view = cursor_u64(&in);
	slot->mark.recall = cursor_u8(&in);
	slot->held = bytes_view(bytes + SIGN_HEAD_SIZE, held_size);
	put_head(again, slot);
	if (slot->mark.recall > RECALL_LAST || slot->base > slot->sequence ||
	    memcmp(again + HASH_SIZE, bytes + HASH_SIZE, SIGN_HEAD_SIZE - HASH_SIZE) != 0)
		return STATUS_CORRUPT;
	return STATUS_OK;
}

/* -- The file --------------------------------------------------------------------------------- */

static bool is_view_behind(const struct sign_mark *a, const struct sign_mark *b)
{
	return a->epoch < b->epoch || (a->epoch == b->epoch && a->view < b->view);
}

static bool is_behind(const struct sign_mark *a, const struct sign_mark *b)
{
	return a->committed_height < b->committed_height || is_view_behind(a, b);
}

/* Both slots are whole: they must be one write apart, each in its own place, and the
 * later must not be behind, or somebody put them together from two files. */
static bool belong_together(const struct sign_slot *older, const struct sign_slot *newer)
{
	return newer->sequence == older->sequence + 1 && newer->base >= older->base &&
	       !is_behind(&newer->mark, &older->mark);
}

enum status sign_file_decode(struct sign_slot *slot, bool *slot_lost, struct bytes_view file)
{
	struct sign_slot slots[2];
	enum status found[2];
	size_t newest = 0;

	if (file.size != SIGN_FILE_SIZE)
		return file.size < SIGN_FILE_SIZE ? STATUS_SHORT : STATUS_TRAILING;
	for (size_t i = 0; i < 2; i++) {
		found[i] = slot_decode(&slots[i], file.at + i * SIGN_SLOT_SIZE);
		/* Another version may mean something else by these bytes, so we must not guess. */
		if (found[i] == STATUS_FOREIGN)
			return STATUS_FOREIGN;
		if (found[i] == STATUS_OK && slots[i].sequence % 2 != i)
			return STATUS_CORRUPT;
	}
	if (found[0] != STATUS_OK && found[1] != STATUS_OK)
		return STATUS_CORRUPT;
	*slot_lost = found[0] != STATUS_OK || found[1] != STATUS_OK;
	if (found[0] != STATUS_OK || (!*slot_lost && slots[1].sequence > slots[0].sequence))
		newest = 1;
	if (!*slot_lost && !belong_together(&slots[1 - newest], &slots[newest]))
		return STATUS_CORRUPT;
	*slot = slots[newest];
	return STATUS_OK;
}

/* The number of the first slot is even. */
static enum status put_file(const char *path, const struct sign_mark *mark, uint64_t number,
                            bool may_replace, struct why *why)
{
	struct sign_slot slot = {.mark = *mark, .sequence = number + number % 2, .base = number};
	uint8_t *bytes = memory_new(SIGN_FILE_SIZE);
	struct bytes_view file = bytes_view(bytes, SIGN_FILE_SIZE);
	enum status status;

	if (!bytes)
		return why_set(why, STATUS_MEMORY, "make %s", path);
	(void)sign_slot_encode(bytes, &slot);
	slot.sequence++;
	(void)sign_slot_encode(bytes + SIGN_SLOT_SIZE, &slot);
	status = may_replace ? file_write(path, file, 0600, why)
	                     : file_create(path, file, 0600, why);
	memory_free(bytes);
	return status;
}

enum status sign_state_create(const char *path, const struct sign_mark *mark, uint64_t number,
                              struct why *why)
{
	return put_file(path, mark, number, false, why);
}

enum status sign_state_replace(const char *path, const struct sign_mark *mark,
                               uint64_t number, struct why *why)
{
	return put_file(path, mark, number, true, why);
}

/* -- Opening ---------------------------------------------------------------------------------- */

static void take_slot(struct sign_state *state, const struct sign_slot *slot)
{
	state->mark = slot->mark;
	state->sequence = slot->sequence;
	state->base = slot->base;
	state->given = slot->base;
	buffer_append_view(&state->held, slot->held);
}

static enum status decode_state(struct sign_state *state, struct bytes_view bytes,
                                const char *path, struct why *why)
{
	struct sign_slot slot;
	enum status status = sign_file_decode(&slot, &state->slot_lost, bytes);

	if (status == STATUS_FOREIGN)
		return why_set(why, status, "%s", path);
	if (status != STATUS_OK)
		return why_say(
		    why, STATUS_CORRUPT,
		    "%s is damaged, so what this node signed before is unknown: it refuses "
		    "to sign",
		    path);
	take_slot(state, &slot);
	return state->held.status == STATUS_OK ? STATUS_OK
	                                       : why_set(why, state->held.status, "read %s", path);
}

static enum status read_state(struct sign_state *state, const char *path, struct why *why)
{
	uint8_t *bytes = memory_new(SIGN_FILE_SIZE + 1); /* one more shows a longer file */
	enum status status;
	ssize_t size;

	state->slot = memory_new(SIGN_SLOT_SIZE);
	if (!bytes || !state->slot) {
		memory_free(bytes);
		return why_set(why, STATUS_MEMORY, "read %s", path);
	}
	size = file_read_at(state->file, bytes, SIGN_FILE_SIZE + 1, 0);
	if (size < 0)
		status = why_set(why, STATUS_STORAGE, "read %s: %s", path, strerror(errno));
	else
		status = decode_state(state, bytes_view(bytes, (size_t)size), path, why);
	memory_free(bytes);
	return status;
}

enum status sign_state_open(struct sign_state *state, const char *path, struct why *why)
{
	enum status status;

	*state = (struct sign_state){0};
	buffer_init(&state->held, SIGN_HELD_MAX);
	state->file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	if (state->file < 0 && errno == ENOENT)
		return why_set(why, STATUS_NOT_FOUND, "%s", path);
	if (state->file < 0)
		return why_set(why, STATUS_STORAGE, "open %s: %s", path, strerror(errno));
	status = read_state(state, path, why);
	if (status != STATUS_OK)
		sign_state_close(state);
	return status;
}

void sign_state_close(struct sign_state *state)
{
	if (state->file >= 0)
		close(state->file);
	state->file = -1;
	memory_free(state->slot);
	state->slot = NULL;
	buffer_close(&state->held);
}

/* -- With the database ------------------------------------------------------------------------ */

bool sign_state_wants(const struct sign_state *state, const struct sign_mark *mark)
{
	const struct sign_mark *last = &state->mark;

	return mark->epoch != last->epoch || mark->view != last->view ||
	       mark->floor_epoch != last->floor_epoch || mark->floor_view != last->floor_view ||
	       mark->recall != last->recall;
}

uint64_t sign_state_next(const struct sign_state *state)
{
	return state->sequence + 1;
}

void sign_state_given(struct sign_state *state, uint64_t number, bool is_synced)
{
	state->given = number;
	if (!is_synced) {
		state->is_held_new = true;
		return;
	}
	state->base = number;
	state->is_held_new = false;
	buffer_clear(&state->held);
}

/* -- Writing ---------------------------------------------------------------------------------- */

static enum status write_slot(struct sign_state *state, const struct sign_mark *mark,
                              struct why *why)
{
	struct sign_slot slot = {
		.mark = *mark,
		.sequence = sign_state_next(state),
		.base = state->base,
		.held = buffer_view(&state->held),
	};
	off_t offset = (off_t)(slot.sequence % 2) * SIGN_SLOT_SIZE;
	size_t size = sign_slot_encode(state->slot, &slot);

	/* After a failed sync the kernel may forget what it could not write and say that all
	 * is well the next time. So there is no next time. */
	if (file_write_at(state->file, bytes_view(state->slot, size), offset) < 0 ||
	    fdatasync(state->file) < 0) {
		state->failed = true;
		return why_set(why, STATUS_STORAGE, "write the sign state: %s", strerror(errno));
	}
	state->mark = *mark;
	state->sequence = slot.sequence;
	state->is_held_new = false;
	return STATUS_OK;
}

static enum status advance(struct sign_state *state, const struct sign_mark *mark,
                           bool for_height, struct why *why)
{
	bool is_higher = mark->committed_height > state->mark.committed_height;

	INVARIANT(!is_behind(mark, &state->mark));
	if (state->failed)
		return why_set(why, STATUS_STORAGE, "an earlier write of the sign state failed");
	if (!sign_state_wants(state, mark) && !state->is_held_new && !(for_height && is_higher))
		return STATUS_OK;
	return write_slot(state, mark, why);
}

enum status sign_state_advance(struct sign_state *state, const struct sign_mark *mark,
                               struct why *why)
{
	return advance(state, mark, false, why);
}

enum status sign_state_settle(struct sign_state *state, const struct sign_mark *mark,
                              struct why *why)
{
	return advance(state, mark, true, why);
}
