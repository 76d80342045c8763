/* Writing to the ledger, from an operation to an answer:
 *
 *     writing_begin   which network, which account, which key
 *     writing_send    sign, send, wait as --wait says, print the txid
 *
 * The network is what --genesis says, or what the node serves; a node that serves another
 * one than before is not believed without asking. The key is the account's current one,
 * which the node tells: after a change of key it is another account's of the wallet. */
#ifndef WALLET_CLI_WRITING_H
#define WALLET_CLI_WRITING_H

#include "chain/ledger/tx.h"
#include "wallet-cli/session.h"
#include "wallet-cli/tx_maker.h"

struct writing {
	struct network network;
	struct hash sender;
	size_t position; /* in the wallet, of the key that signs */
	uint64_t salt;
	uint64_t valid_until_ms;
};

/* Opens the wallet. */
MUST_CHECK enum exit_code writing_begin(struct writing *writing, struct session *session);

/* 1..TX_OPERATIONS_MAX operations in one transaction. */
MUST_CHECK enum exit_code writing_send(const struct writing *writing,
                                       struct session *session,
                                       const struct operation *operations, size_t count);

/* Begin and send, for a single operation. */
MUST_CHECK enum exit_code writing_run(struct session *session,
                                      const struct operation *operation);

/* -- Parts, for transactions by hand ------------------------------------------------ */

/* What --genesis says, or what the node serves. */
MUST_CHECK enum exit_code writing_network(struct network *network,
                                          struct session *session);

/* What --genesis says: 64 hex digits, or a file that `cairn chain genesis -o` wrote, or
 * the canonical bytes. */
MUST_CHECK enum exit_code writing_genesis_option(struct hash *genesis,
                                                 struct session *session);

/* The position of the key that signs for an account of the loaded wallet, by what is
 * remembered, without a node. */
MUST_CHECK enum exit_code writing_known_key(size_t *position, struct session *session,
                                            const struct hash *genesis, size_t account);

/* A random salt, and now + --valid-for. */
MUST_CHECK enum exit_code writing_salt_and_time(uint64_t *salt, uint64_t *valid_until_ms,
                                                struct session *session);

#endif
