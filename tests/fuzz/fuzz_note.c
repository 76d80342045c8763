/* Signed notes and checkpoints from anybody. What decodes is put together again from its
 * parts: the text, an empty line, the lines; a checkpoint has one text. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "chain/proof/cosignature.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_lines(const struct note *note)
{
	struct bytes_view left = note->signatures;
	struct note_signature signature;
	struct buffer again;
	size_t count = 0;

	buffer_init(&again, NOTE_SIZE_MAX);
	while (note_next_signature(&signature, &left)) {
		uint8_t own[COSIGNATURE_SIZE];
		struct hash key = {{0}};
		struct note_key note_key = note_key_of(signature.name, NOTE_COSIGNATURE, &key);
		uint64_t time_s;

		count++;
		INVARIANT(note_key_name_is_valid(signature.name));
		/* a key of zeros signs nothing; asked all the same */
		(void)cosignature_line_is_valid(&time_s, &signature, &note_key, note->text);
		if (!note_signature_bytes(own, sizeof own, &signature))
			continue;
		buffer_clear(&again);
		note_signature_put(&again, signature.name, signature.key_id,
		                   bytes_view(own, sizeof own));
		INVARIANT(again.status == STATUS_OK);
		INVARIANT(memmem(note->signatures.at, note->signatures.size, again.at,
		                 again.size) != NULL);
	}
	INVARIANT(left.size == 0 && count == note->signature_count);
	buffer_close(&again);
}

static void check_checkpoint(const struct note *note)
{
	struct checkpoint checkpoint;
	struct bytes_view name;
	uint8_t half[HASH_SIZE / 2];
	struct buffer again;

	if (checkpoint_decode(&checkpoint, note->text, NULL) != STATUS_OK)
		return;
	(void)origin_decode(&name, half, checkpoint.origin);
	buffer_init(&again, NOTE_SIZE_MAX);
	checkpoint_put(&again, checkpoint.origin, checkpoint.size, &checkpoint.root);
	buffer_append_view(&again, checkpoint.extensions);
	INVARIANT(bytes_equal(buffer_view(&again), note->text));
	buffer_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct note_key key;
	struct note note;
	struct why why;

	if (note_key_decode(&key, bytes_view(bytes, size), &why) == STATUS_OK) {
		struct buffer again;

		buffer_init(&again, NOTE_KEY_TEXT_SIZE_MAX);
		note_key_put(&again, &key);
		INVARIANT(bytes_equal(buffer_view(&again), bytes_view(bytes, size)));
		buffer_close(&again);
	}
	if (note_decode(&note, bytes_view(bytes, size), &why) != STATUS_OK)
		return 0;
	INVARIANT(note.text.size + 1 + note.signatures.size == size);
	INVARIANT(note.text.at[note.text.size - 1] == '\n');
	check_lines(&note);
	check_checkpoint(&note);
	return 0;
}
