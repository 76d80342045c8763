#include "rpc/api/completion_text.h"

#include <string.h>

enum completion_kind completion_kind_of(const char *value)
{
	if (strcmp(value, "DIR") == 0)
		return COMPLETION_FOLDER;
	if (strstr(value, "FILE") || strstr(value, "SOCKET"))
		return COMPLETION_FILE;
	return strspn(value, "abcdefghijklmnopqrstuvwxyz|") == strlen(value) ? COMPLETION_CHOICE
	                                                                      : COMPLETION_OTHER;
}

void completion_put_choices(struct buffer *out, const char *value)
{
	for (const char *at = value; *at; at++)
		buffer_append(out, *at == '|' ? " " : at, 1);
}

void completion_put_bash_value(struct buffer *out, const char *value)
{
	switch (completion_kind_of(value)) {
	case COMPLETION_FOLDER:
		buffer_append_text(out, "COMPREPLY=($(compgen -d -- \"$current\")); ");
		break;
	case COMPLETION_FILE:
		buffer_append_text(out, "COMPREPLY=($(compgen -f -- \"$current\")); ");
		break;
	case COMPLETION_CHOICE:
		buffer_append_text(out, "COMPREPLY=($(compgen -W '");
		completion_put_choices(out, value);
		buffer_append_text(out, "' -- \"$current\")); ");
		break;
	case COMPLETION_OTHER:
		break;
	}
	buffer_append_text(out, "return ;;\n");
}
