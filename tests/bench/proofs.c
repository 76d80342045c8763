/* Receipts: how many a node gives for each second of one core, and what checking one costs. */
#include "tests/bench/bench.h"

#include "chain/base/text.h"
#include "chain/crypto/cosign_key.h"
#include "chain/ledger/genesis.h"
#include "chain/receipt/make.h"
#include "chain/receipt/receipt.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CALLS = 100,       /* of one body */
	CHECKED = 200,
	COSIGNATURES = 1000, /* that are checked to know what one costs */
	WAIT_MS = 60000,
	CHECK_US_MAX = 1000, /* the aim for a receipt without its cosignatures */
};

struct proofs_result {
	size_t count;      /* receipts given */
	double seconds;
	double node_cpu_s;
	size_t size;       /* of one, bytes */
	double check_us;   /* CPU's, for whoever checks one by text and policy */
	size_t signed_by;  /* signatures over the checkpoint of one: as a log and as witnesses */
};

struct proofs {
	struct live_connection connection;
	const struct workload *workload;
	struct buffer body;
	struct buffer policy;
	size_t tx_count; /* of the workload, that are in the ledger */
};

/* The policy of the genesis, whose set is still the present one. */
static void make_policy(struct proofs *proofs)
{
	struct genesis *genesis = calloc(1, sizeof *genesis);
	const char *answer = live_call(&proofs->connection, "chain.get_genesis", "{}");
	const char *start = answer ? strstr(answer, "\"genesis_b64\":\"") : NULL;
	struct hash hash;
	size_t size = start ? strcspn(start + 15, "\"") : 0;
	uint8_t *bytes = malloc(base64_decoded_size_max(size) + 1);

	if (!genesis || !bytes || !start ||
	    !base64_decode(bytes, &size, bytes_view(start + 15, size)) ||
	    genesis_decode(genesis, bytes_view(bytes, size), NULL) != STATUS_OK)
		live_fail("cannot read the genesis");
	hash = genesis_hash(bytes_view(bytes, size));
	buffer_init(&proofs->policy, POLICY_SIZE_MAX);
	validator_policy_put(&proofs->policy, text_view(genesis->name), &hash,
	                     &genesis->validators, &genesis->parameters);
	if (proofs->policy.status != STATUS_OK)
		live_fail("out of memory");
	free(bytes);
	free(genesis);
}

static void append_call(struct proofs *proofs, size_t index, size_t id)
{
	struct bytes_view bytes = workload_tx(proofs->workload, index);
	char text[HASH_HEX_SIZE];
	struct tx tx;

	if (tx_decode(&tx, &proofs->workload->network, bytes, NULL) != VERDICT_GOOD)
		live_fail("a transaction of our own is none");
	hex_encode(text, hash_view(&tx.txid));
	buffer_printf(&proofs->body,
	              "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"receipt.get\","
	              "\"params\":{\"txid\":\"%s\",\"wait_ms\":%d}}",
	              id > 0 ? "," : "[", id, text, WAIT_MS);
}

/* Receipts of transactions all over the log, in one body. */
static void ask(struct proofs *proofs, size_t round)
{
	buffer_clear(&proofs->body);
	for (size_t i = 0; i < CALLS; i++)
		append_call(proofs, (round * 7919 + i * 104729) % proofs->tx_count, i);
	buffer_append_text(&proofs->body, "]");
	if (proofs->body.status != STATUS_OK ||
	    !live_send(&proofs->connection, buffer_view(&proofs->body)) ||
	    !live_receive(&proofs->connection, true))
		live_fail("receipts were not answered");
	if (strstr((const char *)proofs->connection.answer.at, "\"error\":"))
		live_fail("refused: %.300s", (const char *)proofs->connection.answer.at);
}

/* Of this thread: whoever else uses the machine does not count. */
static double cpu_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Lines of signatures: they begin with an em dash, as the formats of notes say. */
static size_t signature_lines(const char *receipt)
{
	size_t count = 0;

	while ((receipt = strstr(receipt, "\n\xe2\x80\x94 "))) {
		count++;
		receipt++;
	}
	return count;
}

/* Each of the last answer, some of them several times. */
static void check(struct proofs *proofs, struct proofs_result *result)
{
	const struct buffer *answer = &proofs->connection.answer;
	json_t *items = json_loadb((const char *)answer->at, answer->size - 1, 0, NULL);
	double spent_s = 0;

	if (json_array_size(items) != CALLS)
		live_fail("an answer of another size");
	for (size_t i = 0; i < CHECKED; i++) {
		const json_t *item = json_array_get(items, i % CALLS);
		const json_t *receipt =
			json_object_get(json_object_get(item, "result"), "receipt");
		struct receipt_texts texts = {
			.file = bytes_view(json_string_value(receipt), json_string_length(receipt)),
			.policy = buffer_view(&proofs->policy),
		};
		struct arena arena = {0};
		struct receipt_facts facts;
		struct why why = {{0}};
		double start_s = cpu_now_s();

		if (receipt_verify(&facts, &arena, &texts, &why) != RECEIPT_GOOD)
			live_fail("a receipt does not hold: %s", why.text);
		spent_s += cpu_now_s() - start_s;
		result->size = texts.file.size;
		result->signed_by = signature_lines(json_string_value(receipt));
		arena_close(&arena);
	}
	json_decref(items);
	result->check_us = spent_s * 1e6 / CHECKED;
}

/* receipt.get over one connection, for `seconds`, of the first `tx_count` transactions of the
 * workload, which are in the ledger. */
static void proofs_run(struct proofs_result *result, const struct live_node *node,
                       const struct workload *workload, size_t tx_count, double seconds)
{
	struct proofs proofs = {.workload = workload, .tx_count = tx_count};
	double start_s, cpu_s;

	buffer_init(&proofs.body, 1 << 20);
	live_connect(&proofs.connection, node);
	make_policy(&proofs);
	ask(&proofs, 0); /* waits for the newest checkpoint */
	*result = (struct proofs_result){0};
	start_s = live_now_s();
	cpu_s = live_node_cpu_s(node);
	for (size_t round = 1; live_now_s() < start_s + seconds; round++) {
		ask(&proofs, round);
		result->count += CALLS;
	}
	result->seconds = live_now_s() - start_s;
	result->node_cpu_s = live_node_cpu_s(node) - cpu_s;
	check(&proofs, result);
	buffer_close(&proofs.body);
	buffer_close(&proofs.policy);
	live_disconnect(&proofs.connection);
}

/* What a cosignature costs whoever checks it, microseconds of the CPU. */
static double cosignature_us(void)
{
	static const uint8_t seed[COSIGN_SEED_SIZE] = {1};
	/* As long as what is signed of a checkpoint. */
	struct bytes_view message =
		text_view("cosignature/v1\ntime 1796017102\ncairn/network/72e64f436630a0c179c22408e3ce"
	              "ba15\n100112\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
	uint8_t signature[COSIGN_SIGNATURE_SIZE];
	struct hash key;
	double start_s;

	if (cosign_key_public(&key, seed) != STATUS_OK ||
	    cosign_key_sign(signature, seed, message) != STATUS_OK)
		live_fail("cannot sign");
	start_s = cpu_now_s();
	for (size_t i = 0; i < COSIGNATURES; i++)
		if (!cosign_signature_is_valid(signature, &key, message))
			live_fail("a good signature was refused");
	return (cpu_now_s() - start_s) * 1e6 / COSIGNATURES;
}

void bench_proofs(const struct bench_options *options)
{
	size_t cores = bench_cores();
	struct raw_result raw;
	struct proofs_result proofs;
	struct workload workload;
	struct live_node node;
	double cosignature, rest;

	bench_raw_verifications(&raw, 2, cores);
	bench_fill(&node, &workload, options);
	proofs_run(&proofs, &node, &workload, workload.count, options->seconds);
	cosignature = cosignature_us();
	rest = proofs.check_us - (double)proofs.signed_by * cosignature;
	printf("raw signature checks           %12.0f /s     (%zu cores)\n", raw.rate, cores);
	printf("log                            %12zu transactions\n", options->tx_count);
	printf("receipts                       %12.0f /s     (one connection, %zu in all)\n",
	       (double)proofs.count / proofs.seconds, proofs.count);
	printf("receipts / s of node CPU       %12.0f\n",
	       (double)proofs.count / proofs.node_cpu_s);
	printf("a receipt                      %12zu bytes\n", proofs.size);
	printf("checking one                   %12.1f us     (%.2f raw checks)\n", proofs.check_us,
	       proofs.check_us / (raw.cpu_s * 1e6));
	printf("  of it signatures of the log  %12.1f us     (%zu of %.1f us)\n",
	       (double)proofs.signed_by * cosignature, proofs.signed_by, cosignature);
	printf("  and the rest                 %12.1f us     (aim %d)\n", rest, CHECK_US_MAX);
	live_node_stop(&node);
	bench_audit_of(&node, options->tx_count, cores);
	workload_free(&workload);
	if (!options->keep)
		live_node_remove(&node);
}
