/* Receipts: how many a node gives for each second of one core, and what checking one costs. */
#include "tests/bench/bench.h"

#include "chain/base/text.h"
#include "chain/ledger/genesis.h"
#include "chain/receipt/make.h"
#include "chain/receipt/receipt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 100, CHECKED = 200, WAIT_MS = 60000 };

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

/* Each of the last answer, some of them several times; gives microseconds for one. */
static double check(struct proofs *proofs, size_t *size)
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
		double start_s = live_now_s();

		if (receipt_verify(&facts, &arena, &texts, &why) != RECEIPT_GOOD)
			live_fail("a receipt does not hold: %s", why.text);
		spent_s += live_now_s() - start_s;
		*size = texts.file.size;
		arena_close(&arena);
	}
	json_decref(items);
	return spent_s * 1e6 / CHECKED;
}

void proofs_run(struct proofs_result *result, const struct live_node *node,
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
	result->check_us = check(&proofs, &result->size);
	buffer_close(&proofs.body);
	buffer_close(&proofs.policy);
	live_disconnect(&proofs.connection);
}
