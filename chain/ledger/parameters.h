/* The parameters of a network: one table with bounds; their values stand in the state. */
#ifndef CHAIN_LEDGER_PARAMETERS_H
#define CHAIN_LEDGER_PARAMETERS_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"

/* X(name, default, least, most, is one that consensus reads). Sorted by name: the genesis
 * writes them in this order. */
#define PARAMETER_LIST(X)                                                                \
	X(fault_model, 0, 0, 1, true) /* enum fault_model */                                 \
	X(heartbeat_ms, 0, 0, 86400000, true) /* 0: no blocks without transactions */        \
	X(max_block_bytes, BLOCK_BODY_MAX, 2 + TX_SIZE_MAX, BLOCK_BODY_MAX, true)            \
	X(max_block_txs, BLOCK_TXS_MAX, 1, BLOCK_TXS_MAX, true)                              \
	X(term_length, 1, 1, 1000000, true) /* views that one leader has in a row */         \
	X(tx_lifetime_ms, 86400000, 60000, 604800000, false)

enum parameter {
#define PARAMETER_ENUM(name, value, least, most, consensus) PARAMETER_##name,
	PARAMETER_LIST(PARAMETER_ENUM)
#undef PARAMETER_ENUM
	PARAMETER_COUNT,
};

/* Values of the parameter fault_model. */
enum fault_model { FAULT_BYZANTINE = 0, FAULT_CRASH = 1 };

struct parameters {
	uint64_t values[PARAMETER_COUNT];
};

struct parameter_facts {
	const char *name;
	uint64_t value; /* the default */
	uint64_t least;
	uint64_t most;
	bool is_consensus;
};

const struct parameter_facts *parameter_facts(enum parameter parameter);

/* False: no parameter has this name. */
bool parameter_find(enum parameter *parameter, struct bytes_view name);

struct parameters parameters_default(void);

/* Every value inside its bounds? */
bool parameters_are_valid(const struct parameters *parameters);

#endif
