/* A transaction in a file, on its way between who builds it, who signs it and who sends
 * it, perhaps on three machines:
 *
 *     {"cairn_tx": 1,
 *      "genesis": "<hex>" or null,      the network it is for, where that is known
 *      "sender": "cairn1...", "salt": "<16 hex digits>", "valid_until_ms": 1700000000000,
 *      "operations": [{"kind": "record.append", ...}, ...],
 *      "txid": "<hex>" or null, "tx_b64": "<base64>" or null}     null until it is signed
 *
 * Who signs reads the operations; what is signed is made from them, so that nothing can
 * be signed but what is read there. In a signed file both stand, and they must agree. */
#ifndef WALLET_CLI_TX_FILE_H
#define WALLET_CLI_TX_FILE_H

#include "chain/base/memory.h"
#include "chain/ledger/tx.h"

#include <jansson.h>

enum { TX_FILE_VERSION = 1 };

struct tx_file {
	json_t *root; /* owns the texts */
	struct arena arena;
	bool has_genesis;
	struct hash genesis;
	struct hash sender;
	uint64_t salt;
	uint64_t valid_until_ms;
	struct operation *operations; /* in the arena */
	size_t operation_count;
	struct bytes_view tx; /* signed bytes; empty: it is not signed */
	struct hash txid;     /* of a signed one whose network is known, else zeros */
};

/* Any bytes in. STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_FOREIGN (a later version),
 * STATUS_MEMORY: `why` is a sentence, and there is nothing to close. */
MUST_CHECK enum status tx_file_read(struct tx_file *file, struct bytes_view text,
                                    struct why *why);
void tx_file_close(struct tx_file *file);

/* The draft that a signature is made for; as long as the file. */
struct tx_draft tx_file_draft(const struct tx_file *file);

/* The file's text, indented, with a newline at its end, to be freed with free(); NULL:
 * memory is out. `tx` and `txid` NULL: not signed. */
MUST_CHECK char *tx_file_text(const struct tx_draft *draft, const struct hash *genesis,
                              const struct bytes_view *tx, const struct hash *txid);

#endif
