/* Many records from a stream of lines, as fast as the node takes them.
 *
 *     lines ──► to sign ──threads──► signed ──batches──► node ──► pending ──blocks──►
 * final ▲                  │ └─── not now ◄─────┘
 *
 * What is read and not yet final is bounded (IMPORT_TXS_MAX, IMPORT_BYTES_MAX), so the
 * input can be endless. A transaction's bytes are kept until it is final: when a
 * connection is cut or the node starts again they are sent again, which is safe, because
 * a txid enters a ledger once. The end of each transaction is learnt from the blocks
 * themselves; what is claimed at the end was seen. */
#ifndef WALLET_CLI_IMPORT_H
#define WALLET_CLI_IMPORT_H

#include "wallet-cli/import_report.h"
#include "wallet-cli/session.h"
#include "wallet-cli/submit.h"
#include "wallet-cli/writing.h"

struct import_plan {
	struct writing writing;
	struct hash stream;
	int descriptor;        /* of the input */
	bool is_jsonl;         /* each line a JSON object, else a value as it is */
	struct bytes_view key; /* of records whose line has none */
	struct bytes_view content_type;
	bool is_unordered;     /* several batches may be on their way at once */
	size_t records_per_tx; /* 1..TX_OPERATIONS_MAX */
	uint64_t valid_for_ms;
	uint64_t timeout_ms;   /* without any progress, before it gives up */
	enum submit_wait wait; /* SUBMIT_WAIT_NONE counts as SUBMIT_WAIT_PENDING */
};

/* Runs to the end of the input, or until nothing moves any more, or SIGINT. The session's
 * client is used for nothing else meanwhile.
 *
 * EXIT_CODE_OK: *report says what became of the lines; close it. Else *failure says what
 * stopped it all; the report is filled as far as it goes, and to be closed too. */
MUST_CHECK enum exit_code import_run(struct import_report *report,
                                     const struct import_plan *plan,
                                     struct session *session);

#endif
