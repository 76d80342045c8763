/* An invitation from anybody. Input: a byte, then a line of text; or, when that byte is odd, a
 * payload, which gets the check that belongs to it. Whatever is read is written back to the
 * same line. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "node/shell/invitation.h"
#include "node/shell/text_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void wrap(struct buffer *line, struct bytes_view payload)
{
	struct hash hash = hash_tagged("cairn/invitation/v1", payload);
	struct buffer all;

	buffer_init(&all, INVITATION_SIZE_MAX);
	buffer_append_view(&all, payload);
	buffer_append(&all, hash.bytes, TEXT_LINE_CHECK_SIZE);
	buffer_append_text(line, INVITATION_WORD);
	buffer_append_base64(line, buffer_view(&all));
	buffer_close(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view input = bytes_view(bytes + 1, size - 1);
	struct buffer line, payload, again;
	struct invitation invitation;
	struct why why = {{0}};

	if (size == 0 || size > INVITATION_SIZE_MAX / 2)
		return 0;
	buffer_init(&line, INVITATION_TEXT_MAX);
	buffer_init(&again, INVITATION_TEXT_MAX);
	if (bytes[0] % 2 == 0)
		buffer_append_view(&line, input);
	else
		wrap(&line, input);
	if (invitation_decode(&invitation, &payload, buffer_view(&line), &why) == STATUS_OK) {
		invitation_encode(&again, &invitation);
		INVARIANT(again.status == STATUS_OK);
		INVARIANT(bytes[0] % 2 == 0 || bytes_equal(buffer_view(&again), buffer_view(&line)));
	} else {
		INVARIANT(why.text[0] != '\0');
	}
	buffer_close(&again);
	buffer_close(&payload);
	buffer_close(&line);
	return 0;
}
