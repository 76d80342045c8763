/* A stream as people write it: its name, or its id in 64 hex digits. */
#ifndef WALLET_CLI_STREAM_OPTION_H
#define WALLET_CLI_STREAM_OPTION_H

#include "wallet-cli/session.h"

/* EXIT_CODE_USAGE: it is neither. Whether there is such a stream is the ledger's to say.
 */
MUST_CHECK enum exit_code stream_id_from(struct session *session, struct hash *id,
                                         const char *text);

#endif
