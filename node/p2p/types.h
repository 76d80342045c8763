/* The message table: what may be sent to a peer, on which lane, how large. What is not in it
 * does not exist; types from TYPE_OPTIONAL up may be from a later version and are passed
 * over. */
#ifndef NODE_P2P_TYPES_H
#define NODE_P2P_TYPES_H

#include "chain/receipt/cosigned.h"
#include "consensus/message.h"
#include "node/p2p/bucket.h"

/* By falling urgency. */
enum lane {
	LANE_CONTROL,
	LANE_VOTE,   /* votes, certificates, evidence, cosignatures */
	LANE_BLOCK,  /* proposals and single blocks */
	LANE_TX,
	LANE_SYNC,   /* ranges of blocks */
	LANE_DISCOVERY,
	LANE_BULK,   /* file chunks */
};
enum { LANE_COUNT = LANE_BULK + 1 };

enum message_type {
	TYPE_HELLO = 1,
	TYPE_PING,
	TYPE_PONG,
	TYPE_DISCONNECT,
	/* Transactions by name: tx_message.h. */
	TYPE_INV = 0x0010,
	TYPE_REQ_TX,
	TYPE_TX,
	TYPE_NOTFOUND,
	TYPE_TXFILTER,
	/* Addresses of nodes: addr_message.h. */
	TYPE_GETADDR = 0x0020,
	TYPE_ADDR,
	TYPE_KNOWN,
	/* 0x0100 and a kind of consensus/message.h or chain/receipt/cosigned.h: the message is that whole message, and its
	 * first byte is the kind once more. */
	TYPE_CONSENSUS = 0x0100,
	TYPE_OPTIONAL = 0x8000,
};

struct type_rule {
	uint16_t type;
	enum lane lane;
	uint32_t size_max;       /* bytes of a message */
	uint64_t assembly_ms;    /* from its first frame to its last */
	uint32_t rate;           /* messages a second that a peer may send for long; */
	uint32_t burst;          /* and at once. What is beyond is dropped unread: it is said or
	                          * asked again, and whoever floods us floods himself */
	uint16_t question;       /* the type that this answers: unasked, it is a violation. 0: none */
	bool is_of_validators;   /* from anybody else it is passed over, unkept */
};

enum { TYPE_RULES_MAX = 32 };

/* NULL: there is none of this type. */
const struct type_rule *type_rule_of(uint16_t type);

/* The rule of what answers a type; NULL: nothing does. */
const struct type_rule *type_rule_of_answer(uint16_t question);

/* Its place in the table, below TYPE_RULES_MAX. */
size_t type_rule_index(const struct type_rule *rule);

/* The rule in that place; NULL: the table ends before it. */
const struct type_rule *type_rule_at(size_t index);

static inline struct bucket_rate type_rule_rate(const struct type_rule *rule)
{
	return (struct bucket_rate){BUCKET_PER_S(rule->rate), rule->burst};
}

static inline bool type_is_of_consensus(uint16_t type)
{
	return type >= TYPE_CONSENSUS && type < TYPE_CONSENSUS + 0x0100;
}

/* The type that a message of consensus travels as. */
static inline uint16_t type_of_consensus(uint8_t kind)
{
	return (uint16_t)(TYPE_CONSENSUS + kind);
}

#endif
