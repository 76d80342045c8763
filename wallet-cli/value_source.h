/* A value on the command line: the text itself, @FILE, or - for standard input; @@TEXT is
 * the text @TEXT. Bytes are taken as they are, a newline at the end too. */
#ifndef WALLET_CLI_VALUE_SOURCE_H
#define WALLET_CLI_VALUE_SOURCE_H

#include "chain/base/buffer.h"
#include "wallet-cli/failure.h"

/* Appends the value. What is larger than out->size_max is refused; reading stops there.
 *
 * In:  what  names the value in sentences: "the value", "--key"
 *
 * EXIT_CODE_NOT_FOUND: no such file. EXIT_CODE_REFUSED: too large. */
MUST_CHECK enum exit_code value_read(struct buffer *out, const char *text,
                                     const char *what, struct failure *failure);

/* Appends all of a file; sentences as above. */
MUST_CHECK enum exit_code value_read_file(struct buffer *out, const char *path,
                                          const char *what, struct failure *failure);

/* Opens what a value names, to be read piece by piece: a descriptor the caller closes
 * unless it is 0, standard input. EXIT_CODE_USAGE: it is a text and no source. */
MUST_CHECK enum exit_code value_open(int *descriptor, const char *text, const char *what,
                                     struct failure *failure);

#endif
