/* The bytes of a sign-state file after any accident, and of the rows that it holds. Whatever is
 * taken must have been written by us: encoded again, the slot is the slot that was read, and so
 * are the rows.
 *
 * A fuzzer cannot guess a hash. So that it gets past the check, an input that starts with
 * 'm' is two marks, from which the file is made before one byte of it is changed; and one that
 * starts with 'r' is rows. */
#include "chain/base/invariant.h"
#include "chain/codec/cursor.h"
#include "node/shell/held_rows.h"
#include "node/shell/sign_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_rows(struct bytes_view bytes)
{
	struct store_batch batch = {0};
	struct held_rows rows;
	struct buffer again;

	if (held_rows_get(&rows, bytes) != STATUS_OK)
		return;
	batch.votes = rows.votes;
	batch.vote_count = rows.vote_count;
	batch.pending = rows.pending;
	batch.pending_count = rows.pending_count;
	INVARIANT(held_rows_size(&batch) == bytes.size);
	buffer_init(&again, bytes.size);
	held_rows_put(&again, &batch);
	INVARIANT(again.status == STATUS_OK);
	/* Votes and blocks may have stood in turns. */
	if (rows.vote_count == 0 || rows.pending_count == 0)
		INVARIANT(bytes_equal(buffer_view(&again), bytes));
	buffer_close(&again);
	held_rows_close(&rows);
}

static void try_file(struct bytes_view file)
{
	static uint8_t again[SIGN_SLOT_SIZE];
	struct sign_slot slot;
	bool slot_lost;

	if (sign_file_decode(&slot, &slot_lost, file) != STATUS_OK)
		return;
	INVARIANT(file.size == SIGN_FILE_SIZE);
	(void)sign_slot_encode(again, &slot);
	INVARIANT(memcmp(again, file.at + slot.sequence % 2 * SIGN_SLOT_SIZE,
	                 SIGN_HEAD_SIZE + slot.held.size) == 0);
	try_rows(slot.held);
}

static void put_slot(uint8_t bytes[SIGN_SLOT_SIZE], struct cursor *in)
{
	struct sign_slot slot = {.sequence = cursor_u64(in)};

	slot.mark.epoch = cursor_u64(in);
	slot.mark.view = cursor_u64(in);
	slot.mark.committed_height = cursor_u64(in);
	slot.held = cursor_take_view(in, in->left / 2);
	(void)sign_slot_encode(bytes, &slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	static uint8_t file[SIGN_FILE_SIZE];
	uint8_t kind = size > 0 ? cursor_u8(&in) : 0;
	size_t at;

	if (kind == 'r')
		try_rows(bytes_view(bytes + 1, size - 1));
	if (kind != 'm') {
		try_file(bytes_view(bytes, size));
		return 0;
	}
	if (size > SIGN_HELD_MAX)
		return 0;
	put_slot(file, &in);
	put_slot(file + SIGN_SLOT_SIZE, &in);
	at = cursor_u16(&in) % 1024;
	file[at / 512 * SIGN_SLOT_SIZE + at % 512] ^= cursor_u8(&in);
	try_file(bytes_view(file, sizeof file));
	return 0;
}
