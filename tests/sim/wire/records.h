/* Records of nodes that are being checked. A signature is checked once in a run: who is told of a
 * record for the tenth time is told the same bytes. */
#ifndef TESTS_SIM_WIRE_RECORDS_H
#define TESTS_SIM_WIRE_RECORDS_H

#include "node/p2p/addr_message.h"

void records_begin(void);
void records_end(void);

/* Those of an ADDR; how many. */
size_t records_check(struct node_record records[ADDR_RECORDS_MAX],
                     bool is_valid[ADDR_RECORDS_MAX], struct bytes_view message);
void records_sign(struct node_record *record, const struct secret_key *secret);

#endif
