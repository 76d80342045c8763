/* A run's wallet: which one, how it opens, which of its accounts acts. */
#ifndef WALLET_CLI_SESSION_WALLET_H
#define WALLET_CLI_SESSION_WALLET_H

#include "wallet-cli/passphrase.h"
#include "wallet-cli/session.h"

/* DIR/wallets of --data-dir DIR, else ~/.local/share/cairn/wallets. With `make` the
 * folders above it are made where they are missing. */
MUST_CHECK enum exit_code session_wallet_folder(struct session *session,
                                                char path[NODE_PATH_SIZE], bool make);

/* Loads session->keystore, locked: the wallet of this name, or, if that is NULL, of
 * --wallet, or the only one, or the one named default.
 *
 * EXIT_CODE_NOT_FOUND: there is none. EXIT_CODE_USAGE: there are several. */
MUST_CHECK enum exit_code session_keystore(struct session *session, const char *name);

/* And unlocks it: silently without a passphrase, else with that of --passphrase-file or
 * --passphrase-fd, or after asking. EXIT_CODE_LOCKED: it was wrong, or there was none. */
MUST_CHECK enum exit_code session_unlock(struct session *session, const char *name);

/* A passphrase from the file or descriptor that one of the two options names; *found says
 * whether one does. The caller wipes it. */
MUST_CHECK enum exit_code session_passphrase(struct session *session,
                                             struct passphrase *passphrase, bool *found,
                                             enum option file, enum option descriptor);

/* A new one, in the same way or typed twice. */
MUST_CHECK enum exit_code session_new_passphrase(struct session *session,
                                                 struct passphrase *passphrase,
                                                 enum option file,
                                                 enum option descriptor);

/* The position in the loaded keystore of the account that acts: --account, as name or
 * address, or the first. */
MUST_CHECK enum exit_code session_account(struct session *session, size_t *position);

/* An account as people write it: an address, an id in hex, or the name of one in the
 * wallet, which is loaded for it if there is one. */
MUST_CHECK enum exit_code session_account_id(struct session *session, struct hash *id,
                                             const char *text);

/* Loads session->networks. */
MUST_CHECK enum exit_code session_networks(struct session *session);

#endif
