/* Between gossip.c and what looks at it from outside. */
#ifndef TESTS_SIM_WIRE_GOSSIP_INNER_H
#define TESTS_SIM_WIRE_GOSSIP_INNER_H

#include "node/p2p/discourage.h"
#include "node/p2p/relay.h"
#include "tests/sim/wire/calls.h"
#include "tests/sim/wire/gossip.h"

struct gossip {
	struct gossip_world world;
	struct gossip_config config;
	struct relay *relay;
	struct finder *finder;
	struct discourage discouraged;
	struct calls calls;
	struct lots lots;
	uint16_t seats[TOWN_MAX]; /* by number of a peer: who it is; TOWN_NOBODY: it is free */
	bool was_validator[TOWN_MAX]; /* by number: once, in this session */
	struct usage_total total;     /* what the relay holds */
	struct usage usages[TOWN_MAX];
	size_t next_known;        /* of the seeds */
	uint64_t started_ms, step_ms, stale_check_ms;
	struct gossip_time time;  /* of the call under way */
};

#endif
