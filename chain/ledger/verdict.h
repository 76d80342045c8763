/* The other side is wrong: what the rules say of a transaction. Never mixed with enum
 * status, which says what is wrong with us. The numbers are the error codes that programs
 * see (docs/rpc.md). */
#ifndef CHAIN_LEDGER_VERDICT_H
#define CHAIN_LEDGER_VERDICT_H

#include "chain/base/bytes.h"
#include "chain/base/status.h"

#define VERDICT_LIST(X)                                                                  \
	X(VERDICT_SIGNATURE, 201, "TX_SIGNATURE")                                            \
	X(VERDICT_WRONG_NETWORK, 202, "TX_WRONG_NETWORK")                                    \
	X(VERDICT_KNOWN, 203, "TX_ALREADY_IN_LEDGER")                                        \
	X(VERDICT_PERMISSION, 204, "TX_NO_PERMISSION")                                       \
	X(VERDICT_SCHEMA, 205, "TX_SCHEMA")                                                  \
	X(VERDICT_TOO_LARGE, 206, "TX_TOO_LARGE")                                            \
	X(VERDICT_EXPIRED, 207, "TX_EXPIRED")                                                \
	X(VERDICT_CONFLICT, 208, "TX_CONFLICT")                                              \
	X(VERDICT_QUOTA, 209, "TX_QUOTA")                                                    \
	X(VERDICT_BALANCE, 210, "TX_BALANCE")                                                \
	X(VERDICT_UNKNOWN_REFERENCE, 211, "TX_UNKNOWN_REFERENCE")

enum verdict {
	VERDICT_GOOD = 0,
#define VERDICT_ENUM(name, code, text) name = code,
	VERDICT_LIST(VERDICT_ENUM)
#undef VERDICT_ENUM
};

enum {
	REFUSAL_TEXT_SIZE = 224,
	REFUSAL_NO_OPERATION = 65535, /* the transaction as a whole */
};

/* Why a transaction was refused: the rule, and the values that broke it. */
struct refusal {
	enum verdict verdict; /* VERDICT_GOOD: not refused, the rest is empty */
	uint16_t operation;   /* index of the operation, or REFUSAL_NO_OPERATION */
	char text[REFUSAL_TEXT_SIZE]; /* one sentence, UTF-8, NUL-terminated */
};

/* "TX_CONFLICT"; "GOOD" for VERDICT_GOOD. */
const char *verdict_name(enum verdict verdict);

/* Fills *refusal and gives `verdict` back, so that a rule is one line. `refusal` may be
 * NULL. The operation's index is left at REFUSAL_NO_OPERATION for the caller to set. */
enum verdict refuse(struct refusal *refusal, enum verdict verdict, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* For the %s of a refusal: bytes another party chose, made safe to show and short. */
struct shown {
	char text[64];
};

/* Printable ASCII as it is, other bytes as '?', cut after 48 with "...". */
struct shown shown_text(struct bytes_view bytes);

/* The first 16 hex digits of an id and "...". */
struct shown shown_hash(const struct hash *hash);

#endif
