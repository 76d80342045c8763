#include "wallet-cli/import_sign.h"

#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/operation_check.h"
#include "wallet-cli/operation_json.h"
#include "wallet-cli/keystore/random.h"

#include <pthread.h>
#include <unistd.h>

enum { READY_SIZE = IMPORT_TXS_MAX + 1 };

struct import_signers {
	const struct import_plan *plan;
	void (*wake)(void *owner);
	void *owner;
	pthread_mutex_t mutex; /* of all up to the stream */
	pthread_cond_t is_work;
	struct import_queue waiting;
	/* Threads finish in any order, items leave in theirs: each waits at its sequence
	 * number modulo the size, which is more than there can be at once. */
	struct import_item *ready[READY_SIZE];
	uint64_t next; /* sequence number of the item that leaves next */
	bool is_stopping;
	char stream[HASH_HEX_SIZE];
	size_t thread_count;
	struct worker {
		pthread_t thread;
		struct import_signers *signers;
		struct signing_key *key;
		struct operation *operations; /* room for records_per_tx */
		json_t **lines;               /* of jsonl: what the operations point into */
	} workers[IMPORT_THREADS_MAX];
};

/* -- One transaction ---------------------------------------------------------------- */

/* What one line says. `arena` and *json live as long as the operation. */
static enum status read_line(const struct import_signers *signers,
                             struct operation *operation, struct bytes_view line,
                             json_t **json, struct arena *arena, struct why *why)
{
	const struct import_plan *plan = signers->plan;
	struct record_append *record = &operation->record_append;
	json_error_t error;
	enum status status;

	if (!plan->is_jsonl) {
		*operation = (struct operation){.kind = OPERATION_record_append};
		record->stream = plan->stream;
		record->key = plan->key;
		record->content_type = plan->content_type;
		record->value = line;
		return operation_check(operation, why);
	}
	*json = json_loadb(line.size > 0 ? (const char *)line.at : "", line.size,
	                   JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(*json))
		return why_say(why, STATUS_MALFORMED, "the line is no JSON object");
	if (json_object_get(*json, "stream") || json_object_get(*json, "kind"))
		return why_say(why, STATUS_MALFORMED,
		               "a line must not say \"stream\" or \"kind\": the command does");
	if (json_object_set_new(*json, "kind", json_string("record.append")) != 0 ||
	    json_object_set_new(*json, "stream", json_string(signers->stream)) != 0)
		return why_set(why, STATUS_MEMORY, "read a line");
	status = operation_from_json(operation, *json, arena, why);
	if (status != STATUS_OK)
		return status;
	if (!json_object_get(*json, "key") && !json_object_get(*json, "key_b64"))
		record->key = plan->key;
	if (!json_object_get(*json, "content_type"))
		record->content_type = plan->content_type;
	return STATUS_OK;
}

static enum status make_tx(const struct worker *worker, struct import_item *item,
                           size_t count, struct why *why)
{
	const struct import_plan *plan = worker->signers->plan;
	struct tx_draft draft = {
		.sender = plan->writing.sender,
		.valid_until_ms = wall_ms() + plan->valid_for_ms,
		.operations = worker->operations,
		.operation_count = count,
	};
	struct signed_tx tx;
	enum status status = random_get(&draft.salt, sizeof draft.salt, why);

	if (status == STATUS_OK)
		status =
			signed_tx_make_with(&tx, &draft, &plan->writing.network, worker->key, why);
	if (status != STATUS_OK)
		return status;
	item->txid = tx.txid;
	item->valid_until_ms = draft.valid_until_ms;
	item->tx_b64_size = base64_encoded_size(tx.size);
	item->tx_b64 = memory_new(item->tx_b64_size);
	if (item->tx_b64)
		base64_encode(item->tx_b64, bytes_view(tx.bytes, tx.size));
	signed_tx_close(&tx);
	return item->tx_b64 ? STATUS_OK : why_set(why, STATUS_MEMORY, "sign a line");
}

static enum status read_lines(const struct worker *worker, const struct import_item *item,
                              struct arena *arena, struct why *why)
{
	struct bytes_view rest = bytes_view(item->text, item->text_size);

	for (uint64_t i = 0; i < item->line_count; i++) {
		const uint8_t *newline = memchr(rest.at, '\n', rest.size);
		size_t size = (size_t)(newline - rest.at);
		enum status status =
			read_line(worker->signers, &worker->operations[i], bytes_view(rest.at, size),
		              &worker->lines[i], arena, why);

		if (status != STATUS_OK)
			return status;
		rest = bytes_view(newline + 1, rest.size - size - 1);
	}
	return STATUS_OK;
}

static void sign_item(const struct worker *worker, struct import_item *item)
{
	struct arena arena = {0};
	struct why why = {{0}};
	enum status status = read_lines(worker, item, &arena, &why);

	if (status == STATUS_OK)
		status = make_tx(worker, item, (size_t)item->line_count, &why);
	for (uint64_t i = 0; i < item->line_count; i++) {
		json_decref(worker->lines[i]);
		worker->lines[i] = NULL;
	}
	arena_close(&arena);
	memory_free(item->text);
	item->text = NULL;
	item->state = IMPORT_SIGNED;
	if (status == STATUS_OK)
		return;
	item->failure = memory_new(sizeof *item->failure);
	/* Without memory even for that, the item has neither: import.c says so. */
	if (item->failure)
		failure_set(item->failure, EXIT_CODE_REFUSED, "%s",
		            why.text[0] ? why.text : status_text(status));
}

/* -- Threads ------------------------------------------------------------------------ */

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct import_signers *signers = worker->signers;

	pthread_mutex_lock(&signers->mutex);
	for (;;) {
		struct import_item *item;
		bool is_next;

		while (!signers->is_stopping && !signers->waiting.first)
			pthread_cond_wait(&signers->is_work, &signers->mutex);
		if (signers->is_stopping)
			break;
		item = import_queue_pop(&signers->waiting);
		pthread_mutex_unlock(&signers->mutex);
		sign_item(worker, item);
		pthread_mutex_lock(&signers->mutex);
		is_next = item->sequence == signers->next;
		signers->ready[item->sequence % READY_SIZE] = item;
		if (is_next) {
			pthread_mutex_unlock(&signers->mutex);
			signers->wake(signers->owner);
			pthread_mutex_lock(&signers->mutex);
		}
	}
	pthread_mutex_unlock(&signers->mutex);
	return NULL;
}

static enum status start_worker(struct import_signers *signers,
                                const struct keystore *keystore, struct why *why)
{
	struct worker *worker = &signers->workers[signers->thread_count];
	size_t count = signers->plan->records_per_tx;

	worker->signers = signers;
	worker->key = signing_key_new(keystore, signers->plan->writing.position, why);
	if (!worker->key)
		return STATUS_CRYPTO;
	worker->operations = memory_new(count * sizeof *worker->operations);
	worker->lines = memory_new(count * sizeof(json_t *));
	if (worker->operations && worker->lines &&
	    pthread_create(&worker->thread, NULL, work, worker) == 0) {
		signers->thread_count++;
		return STATUS_OK;
	}
	memory_free(worker->operations);
	memory_free(worker->lines);
	signing_key_free(worker->key);
	return why_set(why, STATUS_MEMORY, "start a thread that signs");
}

static size_t wanted_threads(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1                    ? 1
	       : cores > IMPORT_THREADS_MAX ? IMPORT_THREADS_MAX
	                                    : (size_t)cores;
}

struct import_signers *import_signers_new(const struct import_plan *plan,
                                          const struct keystore *keystore,
                                          void (*wake)(void *owner), void *owner,
                                          struct why *why)
{
	struct import_signers *signers = memory_new(sizeof *signers);
	size_t wanted = wanted_threads();

	if (!signers) {
		why_set(why, STATUS_MEMORY, "start the threads that sign");
		return NULL;
	}
	signers->plan = plan;
	signers->wake = wake;
	signers->owner = owner;
	hex_encode(signers->stream, hash_view(&plan->stream));
	pthread_mutex_init(&signers->mutex, NULL);
	pthread_cond_init(&signers->is_work, NULL);
	while (signers->thread_count < wanted)
		if (start_worker(signers, keystore, why) != STATUS_OK)
			break;
	/* Fewer than wanted will do. */
	if (signers->thread_count > 0)
		return signers;
	import_signers_free(signers, &(struct import_queue){0});
	return NULL;
}

void import_signers_free(struct import_signers *signers, struct import_queue *queue)
{
	struct import_item *item;

	if (!signers)
		return;
	pthread_mutex_lock(&signers->mutex);
	signers->is_stopping = true;
	pthread_cond_broadcast(&signers->is_work);
	pthread_mutex_unlock(&signers->mutex);
	for (size_t i = 0; i < signers->thread_count; i++) {
		struct worker *worker = &signers->workers[i];

		pthread_join(worker->thread, NULL);
		memory_free(worker->operations);
		memory_free(worker->lines);
		signing_key_free(worker->key);
	}
	for (size_t i = 0; i < READY_SIZE; i++)
		if (signers->ready[(signers->next + i) % READY_SIZE])
			import_queue_push(queue, signers->ready[(signers->next + i) % READY_SIZE]);
	while ((item = import_queue_pop(&signers->waiting)))
		import_queue_push(queue, item);
	pthread_mutex_destroy(&signers->mutex);
	pthread_cond_destroy(&signers->is_work);
	memory_free(signers);
}

void import_signers_push(struct import_signers *signers, struct import_item *item)
{
	pthread_mutex_lock(&signers->mutex);
	import_queue_push(&signers->waiting, item);
	pthread_cond_signal(&signers->is_work);
	pthread_mutex_unlock(&signers->mutex);
}

void import_signers_take(struct import_signers *signers, struct import_queue *queue)
{
	struct import_item *item;

	pthread_mutex_lock(&signers->mutex);
	while ((item = signers->ready[signers->next % READY_SIZE])) {
		signers->ready[signers->next++ % READY_SIZE] = NULL;
		import_queue_push(queue, item);
	}
	pthread_mutex_unlock(&signers->mutex);
}
