/* What a receipt proves, in sentences for people, a line each. */
#ifndef CHAIN_RECEIPT_SENTENCES_H
#define CHAIN_RECEIPT_SENTENCES_H

#include "chain/receipt/receipt.h"

enum {
	RECEIPT_TIME_TEXT_SIZE = 32, /* "2026-11-22 08:15:00Z" and a NUL; the seconds alone
	                              * for a year beyond 9999 */
	RECEIPT_SENTENCES_SIZE_MAX = 1 << 20, /* of RECEIPT_RECORDS_MAX records */
	RECEIPT_OPERATIONS_SHOWN_MAX = 64,    /* of a transaction; more are counted */
};

/* Of facts that receipt_verify called good. Bytes that others chose are printable ASCII
 * and cut. Ask out->status. */
void receipt_say(struct buffer *out, const struct receipt_facts *facts);

/* Unix seconds in UTC. */
void receipt_time_text(char text[RECEIPT_TIME_TEXT_SIZE], uint64_t time_s);

#endif
