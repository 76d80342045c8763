/* cairn chain follow: what becomes final, as it does. */
#ifndef WALLET_CLI_CHAIN_FOLLOW_H
#define WALLET_CLI_CHAIN_FOLLOW_H

#include "wallet-cli/session.h"

MUST_CHECK enum exit_code chain_follow(struct session *session);

#endif
