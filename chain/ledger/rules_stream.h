/* What rules of other nouns ask of streams. */
#ifndef CHAIN_LEDGER_RULES_STREAM_H
#define CHAIN_LEDGER_RULES_STREAM_H

#include "chain/ledger/rules.h"

/* VERDICT_GOOD and the stream, or VERDICT_UNKNOWN_REFERENCE. */
MUST_CHECK enum verdict stream_find_for(const struct rule *rule, const struct hash *id,
                                        struct draft_stream **stream);

/* May the sender append to it? */
MUST_CHECK enum verdict stream_check_writer(const struct rule *rule,
                                            const struct draft_stream *stream);

#endif
