#include "node/p2p/types.h"

enum {
	KIB = 1 << 10,
	VOTE_MS = 5000,  /* who takes longer has no use for votes */
	BLOCK_MS = 30000, /* 4 MiB at 1.2 Mbit/s */
	OTHER_MS = 30000,
	SYNC_MS = 60000, /* a largest block alone at 0.6 Mbit/s; they share the link */
	PROPOSAL_MAX = BLOCK_BODY_MAX + 256 * KIB, /* ten certificates of 128 validators */
};

#define CONSENSUS(kind) (TYPE_CONSENSUS + (kind))

static const struct type_rule RULES[] = {
	{TYPE_HELLO, LANE_CONTROL, 8 * KIB, OTHER_MS, 1, 2, 0, false},
	{TYPE_PING, LANE_CONTROL, 8, OTHER_MS, 1, 16, 0, false},
	{TYPE_PONG, LANE_CONTROL, 8, OTHER_MS, 1, 16, 0, false},
	{TYPE_DISCONNECT, LANE_CONTROL, 80, OTHER_MS, 1, 2, 0, false},
	/* Names have a rate of their own for each peer (relay.h); a flush takes a millisecond. */
	{TYPE_INV, LANE_TX, 20 * KIB, OTHER_MS, 1000, 2000, 0, false},
	{TYPE_REQ_TX, LANE_TX, 5 * KIB, OTHER_MS, 1000, 2000, 0, false},
	{TYPE_TX, LANE_TX, TX_SIZE_MAX, OTHER_MS, 10000, 20000, 0, false},
	{TYPE_NOTFOUND, LANE_TX, 5 * KIB, OTHER_MS, 1000, 2000, 0, false},
	{TYPE_TXFILTER, LANE_TX, 16, OTHER_MS, 1, 4, 0, false},
	/* Records have a rate of their own too; addr_message.h has the sum of the size. */
	{TYPE_GETADDR, LANE_DISCOVERY, 8, OTHER_MS, 1, 4, 0, false},
	{TYPE_ADDR, LANE_DISCOVERY, 128 * KIB, OTHER_MS, 1, 16, 0, false},
	{TYPE_KNOWN, LANE_DISCOVERY, KIB, OTHER_MS, 1, 4, 0, false},
	/* One a second, and an echo for each. */
	{CONSENSUS(MESSAGE_STATUS), LANE_CONTROL, 16 * KIB, OTHER_MS, 20, 40, 0, false},
	/* A largest set votes three times in a view of 0.4 s, and passes on what is missed. */
	{CONSENSUS(MESSAGE_VOTE), LANE_VOTE, 4 * KIB, VOTE_MS, 1000, 2000, 0, true},
	{CONSENSUS(MESSAGE_CERTIFICATE), LANE_VOTE, 64 * KIB, VOTE_MS, 1000, 2000, 0, false},
	{CONSENSUS(MESSAGE_EVIDENCE), LANE_VOTE, 4 * KIB, VOTE_MS, 20, 100, 0, false},
	{CONSENSUS(MESSAGE_PROPOSAL), LANE_BLOCK, PROPOSAL_MAX, BLOCK_MS, 500, 500, 0, true},
	{CONSENSUS(MESSAGE_GET_BLOCK), LANE_BLOCK, 64, OTHER_MS, 100, 200, 0, false},
	{CONSENSUS(MESSAGE_BLOCK), LANE_BLOCK, BLOCK_BODY_MAX + 64 * KIB, BLOCK_MS, 100, 200,
	 CONSENSUS(MESSAGE_GET_BLOCK), false},
	/* Names of a block, and what is missing of it: once for each proposal, or for each block that
	 * became final. */
	{CONSENSUS(MESSAGE_GET_COMPACT), LANE_BLOCK, 64, OTHER_MS, 100, 200, 0, false},
	{CONSENSUS(MESSAGE_COMPACT), LANE_BLOCK, COMPACT_SIZE_MAX + 1, BLOCK_MS, 100, 200,
	 CONSENSUS(MESSAGE_GET_COMPACT), false},
	{CONSENSUS(MESSAGE_GET_BLOCK_TXS), LANE_BLOCK, GET_BLOCK_TXS_SIZE_MAX + 1, OTHER_MS, 100, 200,
	 0, false},
	{CONSENSUS(MESSAGE_BLOCK_TXS), LANE_BLOCK, BLOCK_TXS_SIZE_MAX + 1, BLOCK_MS, 100, 200,
	 CONSENSUS(MESSAGE_GET_BLOCK_TXS), false},
	/* Programs may submit one by one, and each goes out by itself. */
	{CONSENSUS(MESSAGE_TXS), LANE_TX, BLOCK_BODY_MAX + 64 * KIB, OTHER_MS, 5000, 10000, 0, false},
	{CONSENSUS(MESSAGE_GET_HEADERS), LANE_SYNC, 64, OTHER_MS, 20, 40, 0, false},
	{CONSENSUS(MESSAGE_HEADERS), LANE_SYNC, 128 * KIB, SYNC_MS, 20, 40,
	 CONSENSUS(MESSAGE_GET_HEADERS), false},
	/* Two at a time, and small ones come in a millisecond. */
	{CONSENSUS(MESSAGE_GET_BODIES), LANE_SYNC, 64, OTHER_MS, 1000, 2000, 0, false},
	{CONSENSUS(MESSAGE_BODIES), LANE_SYNC, BLOCK_BODY_MAX + 64 * KIB, SYNC_MS, 1000, 2000,
	 CONSENSUS(MESSAGE_GET_BODIES), false},
	/* Ten a second, and what questions bring. It comes unasked as well. */
	{CONSENSUS(MESSAGE_COSIGN), LANE_VOTE, 32 * KIB, VOTE_MS, 30, 100, 0, false},
	{CONSENSUS(MESSAGE_GET_COSIGN), LANE_VOTE, 64, VOTE_MS, 10, 40, 0, false},
};

_Static_assert(sizeof RULES / sizeof *RULES <= TYPE_RULES_MAX, "sessions have room for each");
_Static_assert(COSIGNED_SIZE_MAX < 32 * KIB, "the largest fits");
_Static_assert(SYNC_HEADERS_MAX * HEADER_SIZE + CERTIFICATE_SIZE_MAX < 127 * KIB,
               "an answer with headers fits");

const struct type_rule *type_rule_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
		if (RULES[i].type == type)
			return &RULES[i];
	return NULL;
}

size_t type_rule_index(const struct type_rule *rule)
{
	return (size_t)(rule - RULES);
}

const struct type_rule *type_rule_at(size_t index)
{
	return index < sizeof RULES / sizeof *RULES ? &RULES[index] : NULL;
}

const struct type_rule *type_rule_of_answer(uint16_t question)
{
	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
		if (question != 0 && RULES[i].question == question)
			return &RULES[i];
	return NULL;
}
