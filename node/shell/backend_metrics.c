/* GET /metrics, /readyz: from the vitals, and what this thread can find out by itself. */
#include "node/shell/backend.h"
#include "node/shell/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* -- Ready ------------------------------------------------------------------------------- */

/* It may be asked: what it answers is as new as what others have. */
bool backend_is_ready(void *owner, struct why *reason)
{
	struct backend *backend = owner;
	struct store_health health;
	struct sync_facts sync;

	if (atomic_load(&backend->is_refusing)) {
		why_say(reason, STATUS_BUSY, "the node stops");
		return false;
	}
	store_health(backend->node->store, &health);
	if (health.writes_stopped) {
		why_say(reason, STATUS_BUSY,
		        "the database takes no writes until its compaction has caught up");
		return false;
	}
	vitals_read(&backend->vitals, &sync, NULL);
	if (!sync.is_behind)
		return true;
	why_say(reason, STATUS_BUSY, "syncing: %" PRIu64 " of %" PRIu64 " blocks", sync.height,
	        sync.target);
	return false;
}

/* -- Metrics ----------------------------------------------------------------------------- */

static uint64_t time_ms(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000;
}

/* Pages, the second number of /proc/self/statm (proc(5)); 0 where that cannot be read. */
static uint64_t resident_bytes(void)
{
	unsigned long long all = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%llu %llu", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void take_process(uint64_t *values)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0)
		values[METRIC_process_cpu_seconds_total] =
			time_ms(&usage.ru_utime) + time_ms(&usage.ru_stime);
	values[METRIC_process_memory_bytes] = resident_bytes();
}

static void take_store(uint64_t *values, const struct store *store)
{
	struct store_health health;
	uint64_t bytes = 0;

	store_health(store, &health);
	values[METRIC_store_errors_total] = health.background_errors;
	values[METRIC_store_memory_bytes] = health.memory_bytes;
	values[METRIC_store_compaction_bytes] = health.pending_bytes;
	values[METRIC_store_writes_stopped] = health.writes_stopped;
	if (store_disk_bytes(store, &bytes, NULL) == STATUS_OK)
		values[METRIC_chain_disk_bytes] = bytes;
}

static void take_server(uint64_t *values, const struct rpc_server_facts *facts)
{
	values[METRIC_rpc_calls_total] = facts->calls;
	values[METRIC_rpc_failed_calls_total] = facts->failed_calls;
	values[METRIC_rpc_waiting_calls] = facts->waiting_calls;
	values[METRIC_rpc_connections] = facts->connections;
	values[METRIC_rpc_held_bytes] = facts->held_size;
	values[METRIC_subscriptions] = facts->subscriptions;
	values[METRIC_subscription_events_total] = facts->events;
}

void backend_metrics(void *owner, const struct rpc_server_facts *facts, struct buffer *out)
{
	struct backend *backend = owner;
	struct why reason;
	struct metrics metrics;

	vitals_read(&backend->vitals, NULL, &metrics);
	metrics.values[METRIC_node_uptime_seconds] =
		clock_monotonic_ms() - backend->node->started_ms;
	metrics.values[METRIC_node_ready] = backend_is_ready(backend, &reason);
	metrics.values[METRIC_chain_height_blocks] = atomic_load(&backend->height);
	take_process(metrics.values);
	take_store(metrics.values, backend->node->store);
	take_server(metrics.values, facts);
	metrics_print(&metrics, out);
}
