/* The bytes of a sign-state file after any accident. Whatever is taken must have been
 * written by us: the slot of the mark, encoded again, is the slot that was read.
 *
 * A fuzzer cannot guess a hash. So that it gets past the check, an input that starts with
 * 'm' is two marks, from which the file is made before one byte of it is changed. */
#include "chain/base/invariant.h"
#include "chain/codec/cursor.h"
#include "node/shell/sign_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_file(struct bytes_view file)
{
	struct sign_state state = {0};
	uint8_t again[SIGN_SLOT_SIZE];

	if (sign_state_decode(&state, file) != STATUS_OK)
		return;
	INVARIANT(file.size == SIGN_FILE_SIZE);
	sign_slot_encode(again, &state.mark, state.sequence);
	INVARIANT(memcmp(again, file.at + state.sequence % 2 * SIGN_SLOT_SIZE,
	                 SIGN_SLOT_SIZE) == 0);
}

static void put_slot(uint8_t slot[SIGN_SLOT_SIZE], struct cursor *in)
{
	struct sign_mark mark;
	uint64_t sequence = cursor_u64(in);

	mark.epoch = cursor_u64(in);
	mark.view = cursor_u64(in);
	mark.committed_height = cursor_u64(in);
	sign_slot_encode(slot, &mark, sequence);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	uint8_t file[SIGN_FILE_SIZE];
	size_t at;

	if (size == 0 || cursor_u8(&in) != 'm') {
		try_file(bytes_view(bytes, size));
		return 0;
	}
	put_slot(file, &in);
	put_slot(file + SIGN_SLOT_SIZE, &in);
	at = cursor_u16(&in) % sizeof file;
	file[at] ^= cursor_u8(&in);
	try_file(bytes_view(file, sizeof file));
	return 0;
}
