/* cairn record list --prove: one page, and the proof that nothing in it was left out. */
#ifndef WALLET_CLI_RECORD_PROVE_H
#define WALLET_CLI_RECORD_PROVE_H

#include "wallet-cli/session.h"

/* Of the stream that the first word names, from position `from` on: at most --limit records,
 * to the file of --output, which is there. */
MUST_CHECK enum exit_code record_prove(struct session *session, uint64_t from);

#endif
