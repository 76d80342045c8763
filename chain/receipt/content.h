/* What a receipt says beyond "this leaf is in the log": each kind checked against the
 * leaf. For receipt.c alone. */
#ifndef CHAIN_RECEIPT_CONTENT_H
#define CHAIN_RECEIPT_CONTENT_H

#include "chain/receipt/receipt.h"

/* Fills in what depends on facts->kind. facts->header is there, where the leaf is one. */
MUST_CHECK enum receipt_verdict receipt_check_content(struct receipt_facts *facts,
                                                      struct arena *arena,
                                                      const struct receipt_extra *extra,
                                                      struct why *why);

#endif
