#include "node/shell/vitals.h"

#include "node/shell/node.h"

void vitals_init(struct vitals *vitals)
{
	pthread_mutex_init(&vitals->lock, NULL);
}

void vitals_close(struct vitals *vitals)
{
	pthread_mutex_destroy(&vitals->lock);
}

static void take_standing(uint64_t *values, const struct standing *standing,
                          uint64_t uptime_ms)
{
	values[METRIC_sync_target_blocks] = standing->best_height;
	values[METRIC_sync_behind_blocks] = standing->best_height - standing->height;
	values[METRIC_consensus_epoch_number] = standing->epoch;
	values[METRIC_consensus_view_number] = standing->view;
	values[METRIC_consensus_final_view_number] = standing->final_view;
	values[METRIC_consensus_timer_seconds] =
		standing->armed_ms == STANDING_NEVER ? 0 : standing->armed_ms;
	values[METRIC_consensus_base_timeout_seconds] = standing->times.base_ms;
	values[METRIC_consensus_final_age_seconds] =
		standing->final_ms == STANDING_NEVER ? uptime_ms : standing->final_ms;
	values[METRIC_consensus_validators] = standing->count;
	values[METRIC_consensus_quorum_validators] = standing->quorum;
	values[METRIC_consensus_heard_validators] = standing_heard(standing);
	values[METRIC_consensus_is_validator] = standing->self != NOBODY;
	values[METRIC_consensus_is_halted] = standing->is_halted;
	values[METRIC_consensus_is_forgetful] = standing->is_forgetful;
}

static void take_drive(uint64_t *values, const struct drive *drive)
{
	const struct drive_counters *counters = &drive->counters;

	values[METRIC_chain_head_time_seconds] = drive->consensus.time_ms;
	values[METRIC_chain_blocks_total] = counters->blocks;
	values[METRIC_sync_verified_blocks] = drive->sync.verified;
	values[METRIC_sync_asked_headers_total] = drive->sync.headers_asked;
	values[METRIC_sync_asked_portions_total] = drive->sync.portions_asked;
	values[METRIC_sync_asked_again_total] = drive->sync.asked_second;
	values[METRIC_sync_failed_peers_total] = drive->sync.failed;
	values[METRIC_consensus_accused_validators] = drive->accused.count;
	values[METRIC_consensus_named_blocks_total] = counters->blocks_named;
	values[METRIC_consensus_rebuilt_blocks_total] = counters->blocks_rebuilt;
	values[METRIC_consensus_asked_txs_total] = counters->txs_asked;
	values[METRIC_consensus_asked_blocks_total] = counters->bodies_asked;
	values[METRIC_pool_txs] = HASH_COUNT(drive->pool.txs);
	values[METRIC_pool_bytes] = drive->pool.byte_count;
	values[METRIC_txs_submitted_total] = counters->submitted;
	values[METRIC_txs_admitted_total] = counters->admitted;
	values[METRIC_txs_refused_total] = counters->refused;
	values[METRIC_txs_expired_total] = counters->expired;
	values[METRIC_txs_final_total] = counters->final;
	values[METRIC_peers_blamed_total] = counters->blamed;
	values[METRIC_checks_dropped_total] = counters->checks_dropped;
}

static void take_net(uint64_t *values, const struct net *net)
{
	struct net_totals totals;

	net_count(net, &totals);
	values[METRIC_peers_connected] = net_peer_count(net);
	values[METRIC_peers_dialed] = totals.dialed;
	values[METRIC_peers_inbound] = totals.inbound;
	values[METRIC_peers_refused_total] = totals.refused;
	values[METRIC_peers_turned_away_total] = totals.turned_away;
	values[METRIC_peers_displaced_total] = totals.displaced + totals.idle;
	values[METRIC_peers_opened_total] = totals.opened;
	values[METRIC_network_received_bytes_total] = totals.bytes_in;
	values[METRIC_network_sent_bytes_total] = totals.bytes_out;
	values[METRIC_network_received_messages_total] = totals.messages_in;
	values[METRIC_network_sent_messages_total] = totals.messages_out;
	values[METRIC_network_dropped_messages_total] = totals.messages_dropped;
	values[METRIC_network_waiting_bytes] = totals.waiting;
	values[METRIC_network_held_bytes] = totals.usage.bytes;
	values[METRIC_network_held_max_bytes] = totals.usage.bytes_max;
	values[METRIC_network_receiving_bytes] = totals.usage.purposes[USAGE_RECEIVING];
	values[METRIC_network_sending_bytes] = totals.usage.purposes[USAGE_SENDING];
	values[METRIC_network_checking_bytes] = totals.usage.purposes[USAGE_CHECKING];
	values[METRIC_network_txs_bytes] = totals.usage.purposes[USAGE_TXS];
	values[METRIC_network_relay_bytes] = totals.usage.purposes[USAGE_RELAY];
	values[METRIC_network_shed_peers_total] = totals.shed;
}

void vitals_take(struct vitals *vitals, const struct node *node, uint64_t now_ms)
{
	struct standing *standing = &vitals->standing;
	struct metrics metrics = {{0}};
	struct sync_facts sync;

	standing_take(standing, &node->drive, now_ms);
	sync_rate_note(&vitals->rate, standing->height, now_ms);
	sync = (struct sync_facts){
		.is_behind = standing_is_behind(standing),
		.is_stale = standing_is_stale(standing, now_ms - node->started_ms),
		.height = standing->height,
		.target = standing->best_height,
		.per_ks = sync_rate_per_ks(&vitals->rate),
		.left_ms = sync_rate_left_ms(&vitals->rate,
	                                 standing->best_height - standing->height),
	};
	take_standing(metrics.values, standing, now_ms - node->started_ms);
	metrics.values[METRIC_sync_is_stale] = sync.is_stale;
	take_drive(metrics.values, &node->drive);
	take_net(metrics.values, node->peers.net);
	pthread_mutex_lock(&vitals->lock);
	vitals->sync = sync;
	vitals->metrics = metrics;
	pthread_mutex_unlock(&vitals->lock);
	vitals->due_ms = now_ms + VITALS_STEP_MS;
}

void vitals_tick(struct vitals *vitals, const struct node *node, uint64_t now_ms)
{
	if (now_ms >= vitals->due_ms)
		vitals_take(vitals, node, now_ms);
}

void vitals_read(struct vitals *vitals, struct sync_facts *sync, struct metrics *metrics)
{
	pthread_mutex_lock(&vitals->lock);
	if (sync)
		*sync = vitals->sync;
	if (metrics)
		*metrics = vitals->metrics;
	pthread_mutex_unlock(&vitals->lock);
}
