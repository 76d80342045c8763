/* consensus: who agrees. */
#include "rpc/api/methods.h"

#include "chain/base/limits.h"

static const struct rpc_parameter address = {
	.name = "address",
	.type = RPC_TYPE_TEXT,
	.rule = RPC_OPTIONAL,
	.minimum = 0,
	.maximum = ADDRESS_SIZE_MAX,
	.summary = "where others reach the node: host:port; left out: it calls them",
};

const struct rpc_method rpc_methods_consensus[] = {
	{"consensus.get_state",
	 "Where the agreement stands, as this node sees it",
	 RPC_READ,
	 RPC_ONE,
	 "state (as consensus.why), epoch, view, leader, has_proposal, open_view (notarized and not final; null: none), "
	 "final_view, height, best_height, final_ms (ago; null: none since the start), pool_txs, "
	 "timer_ms (since it runs; null: idle), base_timeout_ms, proposal_timeout_ms, "
	 "view_timeout_ms, halted, quorum, heard, validators: account, name, node_id, self, "
	 "connected, heard, heard_ms (ago), last_vote_ms (ago), height, behind, votes in the view",
	 {NULL}},
	{"consensus.why",
	 "What is being waited for, and for whom, in sentences",
	 RPC_READ,
	 RPC_ONE,
	 "state: halted, syncing, no_quorum, forgetful, waiting, working or idle; reasons: one "
	 "sentence each",
	 {NULL}},
	{"consensus.list_evidence",
	 "Vote keys that signed what no honest validator does, as this node learnt since its start",
	 RPC_READ,
	 RPC_LIST,
	 "vote_key, account (null: not of this epoch's set any more), epoch, view, votes: the two "
	 "kinds that exclude each other, on_chain: a block has it",
	 {NULL}},
	{"consensus.list_validators",
	 "The validators of the next block, by vote key",
	 RPC_READ,
	 RPC_LIST,
	 "account, vote_key, cosign_key, node_id, address, joined_ms (of the block of its last "
	 "join; 0: of the genesis)",
	 {&rpc_limit, &rpc_cursor, &rpc_at, &rpc_at_time, NULL}},
	{"consensus.sign_join",
	 "A validator.join with this node's keys, for an account to send",
	 RPC_WRITE,
	 RPC_ONE,
	 "account, operation: signed by the node's vote key and cosign key",
	 {&rpc_account, &address, NULL}},
};
RPC_METHODS_COUNTED(consensus);
