#include "node/shell/sign_state.h"

#include "chain/base/invariant.h"
#include "chain/codec/cursor.h"
#include "chain/codec/writer.h"
#include "chain/crypto/hash.h"
#include "node/shell/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[8] = {'c', 'a', 'i', 'r', 'n', 's', 'g', 'n'};
static const char CHECK_TAG[] = "cairn/sign-state/v1";

enum {
	VERSION = 1,
	FIELDS_SIZE = 65,
	RECALL_LAST = 3,
	CHECKED_SIZE = SIGN_SLOT_SIZE - HASH_SIZE,
};

/* -- A slot
 * ------------------------------------------------------------------------------ */

void sign_slot_encode(uint8_t slot[SIGN_SLOT_SIZE], const struct sign_mark *mark,
                      uint64_t sequence)
{
	struct writer out = writer_on(slot, FIELDS_SIZE);
	struct hash check;

	memset(slot, 0, SIGN_SLOT_SIZE);
	writer_bytes(&out, MAGIC, sizeof MAGIC);
	writer_u32(&out, VERSION);
	writer_u32(&out, 0);
	writer_u64(&out, sequence);
	writer_u64(&out, mark->epoch);
	writer_u64(&out, mark->view);
	writer_u64(&out, mark->committed_height);
	writer_u64(&out, mark->floor_epoch);
	writer_u64(&out, mark->floor_view);
	writer_u8(&out, mark->recall);
	check = hash_tagged(CHECK_TAG, bytes_view(slot, CHECKED_SIZE));
	memcpy(slot + CHECKED_SIZE, check.bytes, HASH_SIZE);
}

struct slot {
	enum status status; /* STATUS_OK: the rest counts */
	struct sign_mark mark;
	uint64_t sequence;
};

/* What this program would not have written is damaged, whatever the check says. */
static struct slot slot_decode(const uint8_t *bytes)
{
	struct hash check = hash_tagged(CHECK_TAG, bytes_view(bytes, CHECKED_SIZE));
	struct cursor in = cursor_on(bytes_view(bytes, FIELDS_SIZE));
	struct slot slot = {.status = STATUS_CORRUPT};
	uint8_t again[SIGN_SLOT_SIZE];

	if (memcmp(cursor_take(&in, sizeof MAGIC), MAGIC, sizeof MAGIC) != 0 ||
	    memcmp(bytes + CHECKED_SIZE, check.bytes, HASH_SIZE) != 0)
		return slot;
	if (cursor_u32(&in) != VERSION) {
		slot.status = STATUS_FOREIGN;
		return slot;
	}
	cursor_take(&in, 4);
	slot.sequence = cursor_u64(&in);
	slot.mark.epoch = cursor_u64(&in);
	slot.mark.view = cursor_u64(&in);
	slot.mark.committed_height = cursor_u64(&in);
	slot.mark.floor_epoch = cursor_u64(&in);
	slot.mark.floor_view = cursor_u64(&in);
	slot.mark.recall = cursor_u8(&in);
	if (slot.mark.recall > RECALL_LAST)
		return slot;
	sign_slot_encode(again, &slot.mark, slot.sequence);
	if (memcmp(again, bytes, SIGN_SLOT_SIZE) == 0)
		slot.status = STATUS_OK;
	return slot;
}

/* -- The file
 * ----------------------------------------------------------------------------- */

static bool is_behind(const struct sign_mark *a, const struct sign_mark *b)
{
	return a->committed_height < b->committed_height || a->epoch < b->epoch ||
	       (a->epoch == b->epoch && a->view < b->view);
}

static bool mark_equal(const struct sign_mark *a, const struct sign_mark *b)
{
	return !is_behind(a, b) && !is_behind(b, a) && a->floor_epoch == b->floor_epoch &&
	       a->floor_view == b->floor_view && a->recall == b->recall;
}

/* Both slots are whole: they must be one write apart, each in its own place, and the
 * later must not be behind, or somebody put them together from two files. */
static bool belong_together(const struct slot *older, const struct slot *newer)
{
	return newer->sequence == older->sequence + 1 &&
	       !is_behind(&newer->mark, &older->mark);
}

enum status sign_state_decode(struct sign_state *state, struct bytes_view bytes)
{
	struct slot slots[2];
	const struct slot *newest = NULL;

	if (bytes.size != SIGN_FILE_SIZE)
		return bytes.size < SIGN_FILE_SIZE ? STATUS_SHORT : STATUS_TRAILING;
	for (size_t i = 0; i < 2; i++) {
		slots[i] = slot_decode(bytes.at + i * SIGN_SLOT_SIZE);
		/* A later program may mean something else by these bytes, so we must not guess.
		 */
		if (slots[i].status == STATUS_FOREIGN)
			return STATUS_FOREIGN;
		if (slots[i].status == STATUS_OK && slots[i].sequence % 2 != i)
			return STATUS_CORRUPT;
		if (slots[i].status == STATUS_OK &&
		    (!newest || slots[i].sequence > newest->sequence))
			newest = &slots[i];
	}
	if (!newest)
		return STATUS_CORRUPT;
	state->slot_lost = slots[0].status != STATUS_OK || slots[1].status != STATUS_OK;
	if (!state->slot_lost &&
	    !belong_together(newest == slots ? &slots[1] : &slots[0], newest))
		return STATUS_CORRUPT;
	state->mark = newest->mark;
	state->sequence = newest->sequence;
	return STATUS_OK;
}

static void encode_new(uint8_t bytes[SIGN_FILE_SIZE], const struct sign_mark *mark)
{
	sign_slot_encode(bytes, mark, 0);
	sign_slot_encode(bytes + SIGN_SLOT_SIZE, mark, 1);
}

enum status sign_state_create(const char *path, const struct sign_mark *mark,
                              struct why *why)
{
	uint8_t bytes[SIGN_FILE_SIZE];

	encode_new(bytes, mark);
	return file_create(path, bytes_view(bytes, sizeof bytes), 0600, why);
}

enum status sign_state_replace(const char *path, const struct sign_mark *mark,
                               struct why *why)
{
	uint8_t bytes[SIGN_FILE_SIZE];

	encode_new(bytes, mark);
	return file_write(path, bytes_view(bytes, sizeof bytes), 0600, why);
}

static enum status read_state(struct sign_state *state, const char *path, struct why *why)
{
	uint8_t bytes[SIGN_FILE_SIZE + 1]; /* one more shows a longer file */
	ssize_t size = file_read_at(state->file, bytes, sizeof bytes, 0);
	enum status status;

	if (size < 0)
		return why_set(why, STATUS_STORAGE, "read %s: %s", path, strerror(errno));
	status = sign_state_decode(state, bytes_view(bytes, (size_t)size));
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status == STATUS_FOREIGN)
		return why_set(why, status, "%s", path);
	return why_say(
	    why, STATUS_CORRUPT,
	    "%s is damaged, so what this node signed before is unknown: it refuses "
	    "to sign",
	    path);
}

enum status sign_state_open(struct sign_state *state, const char *path, struct why *why)
{
	enum status status;

	*state = (struct sign_state){0};
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
}

enum status sign_state_advance(struct sign_state *state, const struct sign_mark *mark,
                               struct why *why)
{
	uint8_t slot[SIGN_SLOT_SIZE];
	uint64_t sequence = state->sequence + 1;
	off_t offset = (off_t)(sequence % 2) * SIGN_SLOT_SIZE;

	INVARIANT(!is_behind(mark, &state->mark));
	if (state->failed)
		return why_set(why, STATUS_STORAGE, "an earlier write of the sign state failed");
	if (mark_equal(&state->mark, mark))
		return STATUS_OK;
	sign_slot_encode(slot, mark, sequence);
	/* After a failed sync the kernel may forget what it could not write and say that all
	 * is well the next time. So there is no next time. */
	if (file_write_at(state->file, bytes_view(slot, sizeof slot), offset) < 0 ||
	    fdatasync(state->file) < 0) {
		state->failed = true;
		return why_set(why, STATUS_STORAGE, "write the sign state: %s", strerror(errno));
	}
	state->mark = *mark;
	state->sequence = sequence;
	return STATUS_OK;
}
