#include "chain/proof/tlog_proof.h"

#include "chain/base/text.h"

#include <inttypes.h>

enum { MAGIC_SIZE = sizeof TLOG_PROOF_MAGIC - 1 };

/* A line "WORD rest": *rest is what stands behind the word and the space. */
static bool begins_with(struct bytes_view *rest, struct bytes_view line, const char *word)
{
	size_t size = strlen(word);

	if (line.size < size || memcmp(line.at, word, size) != 0)
		return false;
	*rest = bytes_view(line.at + size, line.size - size);
	return true;
}

static enum status path_decode(struct tlog_proof *proof, struct bytes_view *left,
                               struct why *why)
{
	struct bytes_view line;

	proof->path_count = 0;
	while (text_take_line(&line, left)) {
		if (line.size == 0)
			return STATUS_OK;
		if (proof->path_count == LOG_PATH_MAX)
			return why_set(why, STATUS_TOO_LARGE,
			               "an inclusion proof of more than %d hashes", LOG_PATH_MAX);
		if (!base64_decode_hash(&proof->path[proof->path_count], line))
			return why_set(why, STATUS_MALFORMED, "hash %zu of the inclusion proof",
			               proof->path_count + 1);
		proof->path_count++;
	}
	return why_set(why, STATUS_MALFORMED, "no empty line behind the inclusion proof");
}

enum status tlog_proof_decode(struct tlog_proof *proof, struct bytes_view file,
                              struct why *why)
{
	struct bytes_view left = file;
	struct bytes_view line, index;
	enum status status;

	if (file.size > TLOG_PROOF_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "a proof file of %zu bytes", file.size);
	if (file.size < MAGIC_SIZE || memcmp(file.at, TLOG_PROOF_MAGIC, MAGIC_SIZE) != 0)
		return why_set(why, STATUS_MALFORMED,
		               "the first line is not c2sp.org/tlog-proof@v1");
	left = bytes_view(file.at + MAGIC_SIZE, file.size - MAGIC_SIZE);
	proof->extra = (struct bytes_view){0};
	if (!text_take_line(&line, &left))
		return why_set(why, STATUS_MALFORMED, "the second line has no end");
	if (begins_with(&proof->extra, line, "extra ") && !text_take_line(&line, &left))
		return why_set(why, STATUS_MALFORMED, "the third line has no end");
	if (!begins_with(&index, line, "index ") || !decimal_decode(&proof->index, index))
		return why_set(why, STATUS_MALFORMED, "the index line");
	status = path_decode(proof, &left, why);
	if (status == STATUS_OK)
		status = note_decode(&proof->note, left, why);
	if (status == STATUS_OK)
		status = checkpoint_decode(&proof->checkpoint, proof->note.text, why);
	return status;
}

void tlog_proof_put(struct buffer *out, struct bytes_view extra, uint64_t index,
                    const struct hash *path, size_t path_count, struct bytes_view note)
{
	buffer_append_text(out, TLOG_PROOF_MAGIC);
	if (extra.size > 0) {
		buffer_append_text(out, "extra ");
		buffer_append_base64(out, extra);
		buffer_append_text(out, "\n");
	}
	buffer_printf(out, "index %" PRIu64 "\n", index);
	for (size_t i = 0; i < path_count; i++) {
		buffer_append_base64(out, hash_view(&path[i]));
		buffer_append_text(out, "\n");
	}
	buffer_append_text(out, "\n");
	buffer_append_view(out, note);
}

bool tlog_proof_next(struct bytes_view *proof, struct bytes_view *left)
{
	if (left->size == 0)
		return false;
	*proof = *left;
	for (size_t i = 1; i + MAGIC_SIZE <= left->size; i++) {
		const uint8_t *end = memchr(left->at + i, '\n', left->size - i);

		if (!end)
			break;
		i = (size_t)(end - left->at);
		if (left->size - i - 1 < MAGIC_SIZE ||
		    memcmp(end + 1, TLOG_PROOF_MAGIC, MAGIC_SIZE) != 0)
			continue;
		*proof = bytes_view(left->at, i + 1);
		break;
	}
	*left = bytes_view(left->at + proof->size, left->size - proof->size);
	return true;
}
