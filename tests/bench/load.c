/* Load and latency: what a busy client and an unhurried one see. */
#include "tests/bench/bench.h"

#include "chain/base/text.h"

#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WATCH_MS = 20 };
#define LOT_S 0.02 /* at a rate, what is due is sent so often */

/* -- Batches ----------------------------------------------------------------------------- */

struct batch {
	struct live_connection connection;
	size_t indexes[BENCH_BATCH];
	struct buffer body;
};

struct load {
	const struct load_plan *plan;
	struct batch batches[BENCH_CONNECTIONS];
	struct live_connection watch; /* asks how many are final */
	double watch_due_s;
	double start_s;
	uint64_t before;      /* final when it began */
	uint64_t final;       /* since then, as last seen */
	size_t next;          /* transaction that was never sent */
	size_t turn;          /* connection that is asked first: none is silent for long */
	size_t *later;        /* that the node asked to send again */
	size_t later_count;
	uint64_t accepted;
	uint64_t retried;
	double pause_until_s; /* after the node said that it is full */
};

static void append_call(struct buffer *body, struct bytes_view tx, size_t id)
{
	char *text;

	buffer_printf(body, "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"tx.submit\","
	                    "\"params\":{\"tx_b64\":\"",
	              id > 0 ? "," : "[", id);
	text = (char *)buffer_extend(body, base64_encoded_size(tx.size));
	if (text)
		base64_encode(text, tx);
	buffer_append_text(body, "\"}}");
}

/* How many may be sent now: of those that are due, in lots worth a message. */
static size_t batch_size(const struct load *load)
{
	const struct load_plan *plan = load->plan;
	size_t sent = load->next - plan->first, under_way = load->accepted - load->final;
	double due;

	if (plan->window > 0 && under_way >= plan->window)
		return 0;
	if (plan->rate <= 0)
		return BENCH_BATCH;
	due = (live_now_s() - load->start_s) * plan->rate - (double)(sent - load->later_count);
	if (due < plan->rate * LOT_S || due < 1)
		return 0;
	return due < BENCH_BATCH ? (size_t)due : BENCH_BATCH;
}

/* False: nothing is to be sent now. */
static bool send_batch(struct load *load, struct batch *batch)
{
	size_t count = 0, most = batch_size(load);

	buffer_clear(&batch->body);
	while (count < most) {
		size_t index;

		if (load->later_count > 0)
			index = load->later[--load->later_count];
		else if (load->next < load->plan->last)
			index = load->next++;
		else
			break;
		batch->indexes[count] = index;
		append_call(&batch->body, workload_tx(load->plan->workload, index), count);
		count++;
	}
	if (count == 0)
		return false;
	buffer_append_text(&batch->body, "]");
	if (batch->body.status != STATUS_OK)
		live_fail("out of memory");
	batch->connection.carried = count;
	return live_send(&batch->connection, buffer_view(&batch->body));
}

static void sort_out(struct load *load, struct batch *batch)
{
	const struct buffer *answer = &batch->connection.answer;
	json_t *items = json_loadb((const char *)answer->at, answer->size - 1, 0, NULL);

	if (json_array_size(items) != batch->connection.carried)
		live_fail("an answer of another size: %.200s", (const char *)answer->at);
	for (size_t i = 0; i < batch->connection.carried; i++) {
		const json_t *item = json_array_get(items, i);
		const json_t *error = json_object_get(item, "error");
		json_int_t code = json_integer_value(json_object_get(error, "code"));

		if (!error) {
			load->accepted++;
			continue;
		}
		if (code != 209 && code != -32005)
			live_fail("refused: %s", json_dumps(error, 0));
		load->later[load->later_count++] = batch->indexes[i];
		load->retried++;
		load->pause_until_s = live_now_s() + 0.02;
	}
	json_decref(items);
}

static void take_answer(struct load *load, struct batch *batch)
{
	batch->connection.sent_s = 0;
	if (strstr((const char *)batch->connection.answer.at, "\"error\":"))
		sort_out(load, batch);
	else
		load->accepted += batch->connection.carried;
}

static uint64_t tx_count(struct live_connection *connection)
{
	live_call(connection, "chain.get_head", "{}");
	return live_answer_u64(connection, "tx_count");
}

static void watch(struct load *load)
{
	if (live_now_s() < load->watch_due_s)
		return;
	load->final = tx_count(&load->watch) - load->before;
	load->watch_due_s = live_now_s() + WATCH_MS / 1e3;
}

static bool has_more(const struct load *load)
{
	return load->later_count > 0 || load->next < load->plan->last;
}

/* Sends while `until_s` is not past and there is more, and takes answers until none is under
 * way. */
static void pump(struct load *load, double until_s)
{
	for (;;) {
		struct pollfd waits[BENCH_CONNECTIONS];
		size_t under_way = 0;

		watch(load);
		for (size_t i = 0; i < BENCH_CONNECTIONS; i++) {
			struct batch *batch = &load->batches[(load->turn + i) % BENCH_CONNECTIONS];
			double now_s = live_now_s();

			if (batch->connection.sent_s == 0 && now_s < until_s &&
			    now_s >= load->pause_until_s && send_batch(load, batch))
				load->turn++;
			waits[i] = (struct pollfd){.fd = batch->connection.socket, .events = POLLIN};
			under_way += batch->connection.sent_s > 0;
		}
		if (under_way == 0 && (live_now_s() >= until_s || !has_more(load)))
			return;
		poll(waits, BENCH_CONNECTIONS, 5);
		for (size_t i = 0; i < BENCH_CONNECTIONS; i++)
			if (load->batches[i].connection.sent_s > 0 &&
			    live_receive(&load->batches[i].connection, false))
				take_answer(load, &load->batches[i]);
	}
}

static double cpu_s(const struct load_plan *plan)
{
	double sum_s = 0;

	for (size_t i = 0; i < plan->node_count; i++)
		sum_s += live_node_cpu_s(&plan->nodes[i]);
	return sum_s;
}

static struct load *load_new(const struct load_plan *plan)
{
	struct load *load = calloc(1, sizeof *load);

	if (load)
		load->later = calloc(plan->workload->count, sizeof *load->later);
	if (!load || !load->later)
		live_fail("out of memory");
	load->plan = plan;
	load->next = plan->first;
	for (size_t i = 0; i < BENCH_CONNECTIONS; i++) {
		live_connect(&load->batches[i].connection, &plan->nodes[i % plan->node_count]);
		buffer_init(&load->batches[i].body, 8 << 20);
	}
	live_connect(&load->watch, &plan->nodes[0]);
	return load;
}

static void load_free(struct load *load)
{
	for (size_t i = 0; i < BENCH_CONNECTIONS; i++) {
		live_disconnect(&load->batches[i].connection);
		buffer_close(&load->batches[i].body);
	}
	live_disconnect(&load->watch);
	free(load->later);
	free(load);
}

static void await_all(struct load *load)
{
	struct timespec pause = {.tv_nsec = 10000000};

	while ((load->final = tx_count(&load->watch) - load->before) < load->accepted) {
		if (live_now_s() - load->start_s > load->plan->seconds + 120)
			live_fail("%llu of %llu accepted transactions became final",
			          (unsigned long long)load->final,
			          (unsigned long long)load->accepted);
		nanosleep(&pause, NULL);
	}
}

void load_run(struct load_result *result, const struct load_plan *plan)
{
	struct load *load = load_new(plan);
	double start_cpu_s = cpu_s(plan);

	load->before = tx_count(&load->watch);
	load->start_s = live_now_s();
	pump(load, load->start_s + plan->seconds);
	result->final_count = tx_count(&load->watch) - load->before;
	result->seconds = live_now_s() - load->start_s;
	result->node_cpu_s = cpu_s(plan) - start_cpu_s;
	result->retried = load->retried;
	result->next = load->next;
	await_all(load);
	load_free(load);
}

/* -- One by one, at a rate ------------------------------------------------------------------ */

enum { LATENCY_THREADS = 16 };

struct caller {
	pthread_t thread;
	struct live_connection connection;
	const struct workload *workload;
	size_t first, step, count; /* transactions first, first + step, ... */
	double start_s;            /* of the whole run */
	double period_s;           /* between two submissions of all callers together */
	size_t number;
	double *took_s;
};

static void *call_at_rate(void *argument)
{
	struct caller *caller = argument;

	for (size_t i = 0; i < caller->count; i++) {
		struct bytes_view tx =
			workload_tx(caller->workload, caller->first + i * caller->step);
		double due_s = caller->start_s +
		               (double)(i * caller->step + caller->number) * caller->period_s;
		double left_s = due_s - live_now_s();
		char text[1024] = {0}, params[1100];

		if (left_s > 0) {
			struct timespec pause = {.tv_sec = (time_t)left_s,
			                         .tv_nsec = (long)((left_s - (double)(time_t)left_s) *
			                                           1e9)};

			nanosleep(&pause, NULL);
		}
		base64_encode(text, tx);
		snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
		/* From when it was due: a node that falls behind does not look fast for it. */
		live_call(&caller->connection, "tx.submit_and_wait", params);
		caller->took_s[i] = live_now_s() - due_s;
	}
	return NULL;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void join_callers(struct latency_result *result, struct caller *callers,
                         double *took_s)
{
	double start_s = callers[0].start_s;
	size_t count = 0;

	for (size_t i = 0; i < LATENCY_THREADS; i++) {
		pthread_join(callers[i].thread, NULL);
		live_disconnect(&callers[i].connection);
		count += callers[i].count;
	}
	result->count = count;
	result->rate = (double)count / (live_now_s() - start_s);
	qsort(took_s, count, sizeof *took_s, compare_doubles);
	result->p50_ms = took_s[count / 2] * 1e3;
	result->p99_ms = took_s[count * 99 / 100] * 1e3;
	result->max_ms = took_s[count - 1] * 1e3;
}

void latency_run(struct latency_result *result, const struct latency_plan *plan)
{
	size_t each = (size_t)(plan->rate * plan->seconds / LATENCY_THREADS);
	struct caller callers[LATENCY_THREADS];
	double start_s = live_now_s() + 0.1;
	double *took_s;

	if (each == 0)
		each = 1;
	if (plan->first + each * LATENCY_THREADS > plan->last)
		each = (plan->last - plan->first) / LATENCY_THREADS;
	took_s = calloc(each * LATENCY_THREADS, sizeof *took_s);
	if (!took_s || each == 0)
		live_fail("too few transactions were signed for the latency run");
	for (size_t i = 0; i < LATENCY_THREADS; i++) {
		callers[i] = (struct caller){
			.workload = plan->workload,
			.first = plan->first + i,
			.step = LATENCY_THREADS,
			.count = each,
			.start_s = start_s,
			.period_s = 1 / plan->rate,
			.number = i,
			.took_s = took_s + i * each,
		};
		live_connect(&callers[i].connection, &plan->nodes[i % plan->node_count]);
	}
	for (size_t i = 0; i < LATENCY_THREADS; i++)
		if (pthread_create(&callers[i].thread, NULL, call_at_rate, &callers[i]) != 0)
			live_fail("cannot start a thread");
	join_callers(result, callers, took_s);
	free(took_s);
}
