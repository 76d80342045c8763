/* What is counted, one table, and how it is printed: Prometheus' text format 0.0.4
 * (prometheus.io, "Exposition formats"). docs/node.md, "Metrics", lists the same. */
#ifndef NODE_SHELL_METRICS_H
#define NODE_SHELL_METRICS_H

#include "chain/base/buffer.h"

/* X(name behind "cairn_", type, unit, help). A unit of MS is kept in milliseconds and printed in
 * seconds. */
/* clang-format off */
#define METRIC_LIST(X) \
	X(node_uptime_seconds, gauge, MS, "Time since the node started.") \
	X(node_ready, gauge, ONE, "1 where /readyz says that the node is ready.") \
	X(process_cpu_seconds_total, counter, MS, "Processor time that the process has used.") \
	X(process_memory_bytes, gauge, ONE, "Resident memory of the process.") \
	X(chain_height_blocks, gauge, ONE, "Height of the newest final block here.") \
	X(chain_head_time_seconds, gauge, MS, "Unix time that the newest final block bears.") \
	X(chain_blocks_total, counter, ONE, "Blocks that became final here since the start.") \
	X(chain_disk_bytes, gauge, ONE, "What the files of the ledger occupy.") \
	X(sync_target_blocks, gauge, ONE, "The height that others have, as far as it is to be believed, or our own.") \
	X(sync_behind_blocks, gauge, ONE, "Blocks that we lack up to that height.") \
	X(sync_is_stale, gauge, ONE, "1 where nothing became final for 30 s, though something is to be done or others have more.") \
	X(sync_verified_blocks, gauge, ONE, "Height of the newest header that a certificate was checked for, or of the newest block.") \
	X(sync_asked_headers_total, counter, ONE, "Questions for headers, to catch up.") \
	X(sync_asked_portions_total, counter, ONE, "Questions for bodies of blocks in a row, to catch up.") \
	X(sync_asked_again_total, counter, ONE, "Of these, to a second peer because the first was late.") \
	X(sync_failed_peers_total, counter, ONE, "Times that a peer was too late for that, or sent what was wrong.") \
	X(consensus_epoch_number, gauge, ONE, "The epoch: how often the set of validators changed.") \
	X(consensus_view_number, gauge, ONE, "The view that is under way.") \
	X(consensus_final_view_number, gauge, ONE, "The newest view whose block is final.") \
	X(consensus_timer_seconds, gauge, MS, "How long the view has been under way; 0 while nothing is to do.") \
	X(consensus_base_timeout_seconds, gauge, MS, "B, which the time-outs are multiples of.") \
	X(consensus_final_age_seconds, gauge, MS, "Time since a block became final here, or since the start.") \
	X(consensus_validators, gauge, ONE, "Validators of the epoch.") \
	X(consensus_quorum_validators, gauge, ONE, "How many of them are needed.") \
	X(consensus_heard_validators, gauge, ONE, "How many of them are heard of, this node among them if it is one.") \
	X(consensus_is_validator, gauge, ONE, "1 where this node is a validator.") \
	X(consensus_is_halted, gauge, ONE, "1 where this node signs nothing more: a person has to look.") \
	X(consensus_is_forgetful, gauge, ONE, "1 where what this validator signed is forgotten.") \
	X(consensus_accused_validators, gauge, ONE, "Vote keys that evidence is known against.") \
	X(consensus_named_blocks_total, counter, ONE, "Blocks that came by short names of their transactions.") \
	X(consensus_rebuilt_blocks_total, counter, ONE, "Of these, put together out of what was here and what was asked for.") \
	X(consensus_asked_txs_total, counter, ONE, "Transactions of them that were missing and asked for.") \
	X(consensus_asked_blocks_total, counter, ONE, "Times that a block was asked for whole.") \
	X(pool_txs, gauge, ONE, "Transactions in the pool.") \
	X(pool_bytes, gauge, ONE, "Their bytes.") \
	X(txs_submitted_total, counter, ONE, "Transactions handed in, by programs and by peers.") \
	X(txs_admitted_total, counter, ONE, "Of these, taken into the pool.") \
	X(txs_refused_total, counter, ONE, "Refused by the rules, at the door or later.") \
	X(txs_expired_total, counter, ONE, "Dropped from the pool because their time was over.") \
	X(txs_final_total, counter, ONE, "Transactions in blocks that became final here.") \
	X(peers_connected, gauge, ONE, "Nodes that this one is connected with.") \
	X(peers_dialed, gauge, ONE, "Of these, dialed by this node.") \
	X(peers_inbound, gauge, ONE, "Places taken by nodes that connected by themselves, beside validators and those of p2p.peers.") \
	X(peers_refused_total, counter, ONE, "Nodes that found no place.") \
	X(peers_turned_away_total, counter, ONE, "Connections that were closed before the handshake: too many, or too fast.") \
	X(peers_displaced_total, counter, ONE, "Connections that ended because others wanted their places.") \
	X(peers_opened_total, counter, ONE, "Connections that were opened.") \
	X(peers_blamed_total, counter, ONE, "Peers that sent what no honest node sends.") \
	X(network_received_bytes_total, counter, ONE, "Bytes from peers.") \
	X(network_sent_bytes_total, counter, ONE, "Bytes to peers.") \
	X(network_received_messages_total, counter, ONE, "Messages from peers.") \
	X(network_sent_messages_total, counter, ONE, "Messages to peers.") \
	X(network_dropped_messages_total, counter, ONE, "Messages that were not kept: too many, or nobody read them.") \
	X(network_waiting_bytes, gauge, ONE, "Bytes that wait to be sent to peers.") \
	X(network_held_bytes, gauge, ONE, "Memory that peers make this node hold, in all.") \
	X(network_held_max_bytes, gauge, ONE, "What they may; p2p.memory_mib.") \
	X(network_receiving_bytes, gauge, ONE, "Of it, messages that are being put together.") \
	X(network_sending_bytes, gauge, ONE, "Of it, messages that wait to be sent.") \
	X(network_checking_bytes, gauge, ONE, "Of it, messages that are being checked.") \
	X(network_txs_bytes, gauge, ONE, "Of it, transactions on their way into the pool.") \
	X(network_relay_bytes, gauge, ONE, "Of it, names of transactions that peers announced or know.") \
	X(network_shed_peers_total, counter, ONE, "Connections that were ended because memory ran short.") \
	X(checks_dropped_total, counter, ONE, "Messages of peers that were not checked, as too many waited.") \
	X(store_errors_total, counter, ONE, "Times that the database failed to write in the background.") \
	X(store_memory_bytes, gauge, ONE, "Memory of the database: tables being filled, cache, readers.") \
	X(store_compaction_bytes, gauge, ONE, "Bytes that compaction is behind by.") \
	X(store_writes_stopped, gauge, ONE, "1 while the database takes no writes.") \
	X(rpc_calls_total, counter, ONE, "JSON-RPC calls that were answered.") \
	X(rpc_failed_calls_total, counter, ONE, "Of these, with an error.") \
	X(rpc_waiting_calls, gauge, ONE, "Calls that wait for their answer.") \
	X(rpc_connections, gauge, ONE, "Programs that are connected.") \
	X(rpc_held_bytes, gauge, ONE, "Bodies and answers of calls, held in memory.") \
	X(subscriptions, gauge, ONE, "Subscriptions that are open.") \
	X(subscription_events_total, counter, ONE, "Events that were given to subscribers.")
/* clang-format on */

enum metric {
#define METRIC_ENUM(name, type, unit, help) METRIC_##name,
	METRIC_LIST(METRIC_ENUM)
#undef METRIC_ENUM
		METRIC_COUNT,
};

struct metrics {
	uint64_t values[METRIC_COUNT];
};

/* The whole answer. Ask out->status. */
void metrics_print(const struct metrics *metrics, struct buffer *out);

/* "cairn_node_uptime_seconds", and of each its type and its help. */
const char *metric_name(enum metric metric);

#endif
