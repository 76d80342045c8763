/* What the completion of an option's value is made of, from how help names the value: for cairn and
 * for cairnd. */
#ifndef RPC_API_COMPLETION_TEXT_H
#define RPC_API_COMPLETION_TEXT_H

#include "chain/base/buffer.h"

enum completion_kind {
	COMPLETION_OTHER,
	COMPLETION_FILE,   /* the name has FILE or SOCKET in it */
	COMPLETION_FOLDER, /* DIR */
	COMPLETION_CHOICE, /* "none|pending|final" */
};

enum completion_kind completion_kind_of(const char *value);

/* "none|pending|final" as "none pending final". */
void completion_put_choices(struct buffer *out, const char *value);

/* For bash: sets COMPREPLY, or nothing, and returns. */
void completion_put_bash_value(struct buffer *out, const char *value);

#endif
