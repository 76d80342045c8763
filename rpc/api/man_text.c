#include "rpc/api/man_text.h"

#include <string.h>

void man_text_escape(struct buffer *out, const char *text)
{
	bool is_line_start = true;

	for (; *text; text++) {
		if (is_line_start && (*text == '.' || *text == '\''))
			buffer_append_text(out, "\\&");
		if (*text == '\\')
			buffer_append_text(out, "\\e");
		else if (*text == '-')
			buffer_append_text(out, "\\-");
		else if (*text == '\'')
			buffer_append_text(out, "\\(aq");
		else
			buffer_append(out, text, 1);
		is_line_start = *text == '\n';
	}
}

void man_text_paragraphs(struct buffer *out, const char *text)
{
	const char *end;

	while ((end = strstr(text, "\n\n"))) {
		struct buffer part;

		buffer_init(&part, 1 << 16);
		buffer_append(&part, text, (size_t)(end - text));
		buffer_append(&part, "", 1);
		if (part.status == STATUS_OK)
			man_text_escape(out, (const char *)part.at);
		else
			out->status = part.status;
		buffer_close(&part);
		buffer_append_text(out, "\n.PP\n");
		text = end + 2;
	}
	man_text_escape(out, text);
	buffer_append_text(out, "\n");
}
