#include "node/shell/text_line.h"

#include "chain/base/text.h"
#include "chain/crypto/hash.h"

static void make_check(uint8_t check[TEXT_LINE_CHECK_SIZE], const struct text_line *line,
                       struct bytes_view payload)
{
	struct hash hash = hash_tagged(line->tag, payload);

	memcpy(check, hash.bytes, TEXT_LINE_CHECK_SIZE);
}

void text_line_encode(struct buffer *text, const struct text_line *line,
                      struct bytes_view payload)
{
	uint8_t check[TEXT_LINE_CHECK_SIZE];
	struct buffer all;

	make_check(check, line, payload);
	buffer_init(&all, line->size_max + sizeof check);
	buffer_append_view(&all, payload);
	buffer_append(&all, check, sizeof check);
	buffer_append_text(text, line->word);
	buffer_append_base64(text, buffer_view(&all));
	if (all.status != STATUS_OK && text->status == STATUS_OK)
		text->status = all.status;
	buffer_close(&all);
}

enum status text_line_refuse(const struct text_line *line, struct why *why)
{
	return why_say(why, STATUS_CORRUPT,
	               "the %s is damaged: part of it was changed or is missing; copy the whole "
	               "line again",
	               line->noun);
}

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The line without white space. */
static enum status strip(struct buffer *stripped, const struct text_line *line,
                         struct bytes_view text, struct why *why)
{
	size_t word = strlen(line->word);

	for (size_t i = 0; i < text.size; i++)
		if (!is_space(text.at[i]))
			buffer_append(stripped, text.at + i, 1);
	if (stripped->status != STATUS_OK)
		return why_set(why, stripped->status, "read the %s", line->noun);
	if (stripped->size >= word && memcmp(stripped->at, line->word, word) == 0)
		return STATUS_OK;
	return why_say(why, STATUS_FOREIGN,
	               "this is no %s of a kind that this version knows: it is the line that "
	               "'%s' prints, and begins with %s",
	               line->noun, line->command, line->word);
}

/* The payload, whose check was right and is cut off. */
static enum status unwrap(struct buffer *payload, const struct text_line *line,
                          struct bytes_view text, struct why *why)
{
	uint8_t check[TEXT_LINE_CHECK_SIZE];
	size_t size = base64_decoded_size_max(text.size);
	uint8_t *room = buffer_extend(payload, size);

	if (!room)
		return why_set(why, payload->status, "read the %s", line->noun);
	if (!base64_decode(room, &size, text) || size < sizeof check)
		return text_line_refuse(line, why);
	payload->size = size - sizeof check;
	make_check(check, line, buffer_view(payload));
	if (memcmp(check, payload->at + payload->size, sizeof check) == 0)
		return STATUS_OK;
	return text_line_refuse(line, why);
}

enum status text_line_decode(struct buffer *payload, const struct text_line *line,
                             struct bytes_view text, struct why *why)
{
	size_t word = strlen(line->word);
	struct buffer stripped;
	enum status status;

	buffer_init(payload, text_line_size_max(line));
	buffer_init(&stripped, text_line_size_max(line));
	status = strip(&stripped, line, text, why);
	if (status == STATUS_OK)
		status = unwrap(payload, line,
		                bytes_view(stripped.at + word, stripped.size - word), why);
	buffer_close(&stripped);
	return status;
}
