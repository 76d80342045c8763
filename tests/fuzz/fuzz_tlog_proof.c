/* Proof files from anybody: what decodes is written again byte for byte, and a text of
 * several is cut without losing a byte. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "chain/proof/tlog_proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_again(const struct tlog_proof *proof, struct bytes_view file)
{
	uint8_t *extra = malloc(base64_decoded_size_max(proof->extra.size) + 1);
	struct bytes_view note;
	struct buffer again;
	size_t size = 0;

	/* An extra that is no base64 is for the reader of the extra to refuse. */
	if (extra && proof->extra.size > 0 && base64_decode(extra, &size, proof->extra)) {
		note = bytes_view(proof->note.text.at,
		                  (size_t)(file.at + file.size - proof->note.text.at));
		buffer_init(&again, 2 * file.size + 1024);
		tlog_proof_put(&again, bytes_view(extra, size), proof->index, proof->path,
		               proof->path_count, note);
		INVARIANT(bytes_equal(buffer_view(&again), file));
		buffer_close(&again);
	}
	free(extra);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view left = bytes_view(bytes, size);
	struct bytes_view part;
	struct tlog_proof proof;
	struct why why;
	size_t sum = 0;

	if (tlog_proof_decode(&proof, left, &why) == STATUS_OK)
		check_again(&proof, left);
	while (tlog_proof_next(&part, &left)) {
		INVARIANT(part.size > 0 && part.at == bytes + sum);
		sum += part.size;
	}
	INVARIANT(sum == size);
	return 0;
}
