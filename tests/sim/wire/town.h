/* Where the nodes of the simulator are: each has a node key, an address, and a number, which is
 * its index in the simulator. */
#ifndef TESTS_SIM_WIRE_TOWN_H
#define TESTS_SIM_WIRE_TOWN_H

#include "chain/crypto/keys.h"
#include "chain/ledger/fields.h"
#include "node/p2p/net_address.h"

struct session_self;

enum { TOWN_MAX = 14, TOWN_NOBODY = UINT16_MAX };

/* What becomes of a call. */
enum call_answer {
	CALL_BEGUN,   /* there is a line; it opens, or it ends */
	CALL_REFUSED,
	CALL_SILENT,  /* nothing comes back, for as long as one waits */
};

/* `is_public`: on addresses of the net, each in a group of its own; else of one site. */
void town_begin(const struct hash *genesis, unsigned count, bool is_public);
void town_end(void);

unsigned town_count(void);
bool town_is_public(void);
const struct hash *town_genesis(void);
const struct session_self *town_self(unsigned node);
const struct node_id *town_id(unsigned node);
struct net_address town_address(unsigned node);

/* The node with this id at this address; TOWN_NOBODY: there is none, or another. */
uint16_t town_find(const struct node_id *id, const struct net_address *address);
/* By its id alone. */
uint16_t town_find_id(const struct node_id *id);

/* A key from a number, for whoever needs one of its own. */
struct secret_key town_secret(const char *tag, uint64_t number);
void town_point(struct node_id *id, const struct secret_key *secret);
void town_sign(struct signature *signature, const struct secret_key *secret,
               const struct hash *digest);

#endif
