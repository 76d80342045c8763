/* Transactions, signed before the clock starts. */
#include "tests/live/live.h"

#include "chain/base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct sender {
	struct key_pair pair;
	struct hash account;
};

struct signing {
	pthread_t thread;
	struct workload *workload;
	const struct sender *senders;
	const struct hash *streams;
	uint64_t valid_until_ms;
	uint64_t salt;
	size_t first, last;
	struct signer *signer;
};

enum { SLOT_SIZE = LIVE_TX_SIZE_MAX };

static size_t sign_tx(uint8_t *bytes, const struct signing *signing,
                      const struct sender *sender, const struct operation *operation,
                      uint64_t salt)
{
	struct tx_draft draft = {
		.sender = sender->account,
		.salt = salt,
		.valid_until_ms = signing->valid_until_ms,
		.operations = operation,
		.operation_count = 1,
	};
	size_t size = tx_draft_size(&draft);
	struct signature signature;
	struct hash txid;

	if (size > SLOT_SIZE)
		live_fail("a transaction of %zu bytes", size);
	txid = tx_draft_put(bytes, &draft, &signing->workload->network);
	if (key_pair_sign(&signature, signing->signer, &sender->pair, &txid, &txid) != STATUS_OK)
		live_fail("cannot sign");
	tx_put_authority(bytes, size, &sender->pair.public_key, &signature);
	return size;
}

static void *sign_all(void *argument)
{
	struct signing *signing = argument;

	for (size_t i = signing->first; i < signing->last; i++) {
		struct operation operation = {.kind = OPERATION_record_append};
		uint8_t value[LIVE_VALUE_SIZE];

		for (size_t j = 0; j < sizeof value; j += HASH_SIZE) {
			uint64_t seed[3] = {i, j, signing->salt};
			struct hash noise = hash_of(bytes_view(seed, sizeof seed));
			size_t left = sizeof value - j;

			memcpy(value + j, noise.bytes, left < HASH_SIZE ? left : HASH_SIZE);
		}
		operation.record_append.stream = signing->streams[i % LIVE_STREAMS];
		operation.record_append.value = bytes_view(value, sizeof value);
		signing->workload->sizes[i] =
			(uint32_t)sign_tx(signing->workload->bytes + i * SLOT_SIZE, signing,
		                      &signing->senders[i % LIVE_SENDERS], &operation,
		                      signing->salt + i);
	}
	return NULL;
}

static void read_genesis(struct workload *workload, struct live_connection *connection)
{
	const char *answer = live_call(connection, "node.get_status", "{}");
	const char *at = strstr(answer, "\"genesis\":\"");
	struct hash genesis;

	if (!at || !hex_decode(genesis.bytes, HASH_SIZE, bytes_view(at + 11, 2 * HASH_SIZE)))
		live_fail("no genesis in %.200s", answer);
	network_init(&workload->network, &genesis);
}

static void make_streams(struct signing *signing, struct live_connection *connection,
                         struct hash *streams)
{
	bool may_break = connection->may_break;

	connection->may_break = true;
	for (size_t i = 0; i < LIVE_STREAMS; i++) {
		char name[16], params[2048], text[1024] = {0};
		struct operation operation = {.kind = OPERATION_stream_create};
		uint8_t bytes[SLOT_SIZE];
		const char *answer;
		size_t size;

		snprintf(name, sizeof name, "bench-%zu", i);
		operation.stream_create.name = text_view(name);
		streams[i] = stream_id_of(text_view(name));
		size = sign_tx(bytes, signing, &signing->senders[0], &operation, signing->salt - 1 - i);
		base64_encode(text, bytes_view(bytes, size));
		snprintf(params, sizeof params, "{\"tx_b64\":\"%s\"}", text);
		answer = live_call(connection, "tx.submit_and_wait", params);
		/* A second workload on the same node meets the streams of the first. */
		if (strstr(answer, "\"error\":") && !strstr(answer, "is taken"))
			live_fail("cannot create a stream: %.400s", answer);
	}
	connection->may_break = may_break;
}

static void make_senders(struct sender *senders, const struct network *network,
                         const struct signer *signer)
{
	for (size_t i = 0; i < LIVE_SENDERS; i++) {
		struct secret_key secret = {{1, (uint8_t)(i + 1)}};

		if (key_pair_init(&senders[i].pair, signer, &secret) != STATUS_OK)
			live_fail("cannot make a key");
		senders[i].account = network_account_id(network, &senders[i].pair.public_key);
	}
}

void workload_make(struct workload *workload, struct live_connection *connection,
                   size_t count, size_t cores)
{
	struct sender *senders = calloc(LIVE_SENDERS, sizeof *senders);
	struct signing *signings = calloc(cores, sizeof *signings);
	struct hash streams[LIVE_STREAMS];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	memset(workload, 0, sizeof *workload);
	workload->count = count;
	workload->bytes = malloc(count * SLOT_SIZE);
	workload->sizes = malloc(count * sizeof *workload->sizes);
	if (!senders || !signings || !workload->bytes || !workload->sizes)
		live_fail("out of memory");
	read_genesis(workload, connection);
	for (size_t i = 0; i < cores; i++) {
		signings[i] = (struct signing){
			.workload = workload,
			.senders = senders,
			.streams = streams,
			.valid_until_ms = ((uint64_t)now.tv_sec + 6 * 3600) * 1000,
			.salt = (uint64_t)now.tv_sec << 32 | (uint64_t)now.tv_nsec,
			.first = count * i / cores,
			.last = count * (i + 1) / cores,
			.signer = signer_new(&(struct hash){{9}}),
		};
		if (!signings[i].signer)
			live_fail("out of memory");
	}
	make_senders(senders, &workload->network, signings[0].signer);
	make_streams(&signings[0], connection, streams);
	for (size_t i = 0; i < cores; i++)
		if (pthread_create(&signings[i].thread, NULL, sign_all, &signings[i]) != 0)
			live_fail("cannot start a thread");
	for (size_t i = 0; i < cores; i++) {
		pthread_join(signings[i].thread, NULL);
		signer_free(signings[i].signer);
	}
	for (size_t i = 0; i < count; i++)
		workload->byte_count += workload->sizes[i];
	free(signings);
	free(senders);
}

void workload_free(struct workload *workload)
{
	free(workload->bytes);
	free(workload->sizes);
}

struct bytes_view workload_tx(const struct workload *workload, size_t index)
{
	return bytes_view(workload->bytes + index * SLOT_SIZE, workload->sizes[index]);
}
