/* receipt-bench: how large receipts are, and what checking one costs, as a ratio to one
 * Ed25519 verification in the same run. */
#include "tests/support/receipt_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BLOCK_TXS = 10000, ROUNDS = 20, CHECKS = 100 };

static double now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* `count` records; the one in the middle is signed, the others cost their place alone. */
static const struct tx *fill(struct receipt_fixture *fixture, const struct hash *stream,
                             size_t count, uint64_t *index)
{
	const struct tx *wanted = NULL;
	size_t which = count / 2;

	fixture->keeps_records = false;
	for (size_t done = 0; done < count; done += BLOCK_TXS) {
		size_t part = count - done < BLOCK_TXS ? count - done : BLOCK_TXS;
		const struct tx **txs = calloc(part, sizeof *txs);
		uint64_t log_size = fixture->log_size;

		if (!txs)
			abort();
		for (size_t i = 0; i < part; i++) {
			fixture->chain.is_unsigned = done + i != which;
			txs[i] = ledger_fixture_tx_of(&fixture->chain, 1,
			                              make_append(stream, "k", "100 bytes or so"));
			if (done + i == which) {
				wanted = txs[i];
				*index = log_size + i;
			}
		}
		receipt_fixture_block(fixture, txs, part);
		free(txs);
	}
	return wanted;
}

/* One Ed25519 verification, and one check of the receipt, in turns; the best of each. */
static void measure(const struct buffer *file, const struct buffer *policy,
                    double *verify, double *check)
{
	struct receipt_texts texts = {.file = buffer_view(file),
	                              .policy = buffer_view(policy)};
	uint8_t seed[COSIGN_SEED_SIZE] = {1};
	uint8_t signature[COSIGN_SIGNATURE_SIZE];
	struct bytes_view message = text_view("a checkpoint has about as many bytes as this "
	                                      "line, and a few more: 130 is what it has");
	struct hash key;

	if (cosign_key_public(&key, seed) != STATUS_OK ||
	    cosign_key_sign(signature, seed, message) != STATUS_OK)
		abort();
	*verify = *check = 1e12;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now_us();
		double middle, end;

		for (int i = 0; i < CHECKS; i++)
			if (!cosign_signature_is_valid(signature, &key, message))
				abort();
		middle = now_us();
		for (int i = 0; i < CHECKS; i++) {
			struct arena arena = {0};
			struct receipt_facts facts;
			struct why why;

			if (receipt_verify(&facts, &arena, &texts, &why) != RECEIPT_GOOD)
				abort();
			arena_close(&arena);
		}
		end = now_us();
		if ((middle - start) / CHECKS < *verify)
			*verify = (middle - start) / CHECKS;
		if ((end - middle) / CHECKS < *check)
			*check = (end - middle) / CHECKS;
	}
}

static void run(size_t validators, size_t count)
{
	struct bytes_view name = text_view("contracts");
	struct receipt_fixture fixture;
	struct receipt_signing signing;
	struct buffer file, policy;
	const struct tx *tx;
	struct hash stream;
	uint64_t index = 0;
	double verify, check;

	receipt_fixture_init(&fixture, NULL, validators);
	stream = receipt_fixture_stream(&fixture, "contracts");
	tx = fill(&fixture, &stream, count, &index);
	buffer_init(&file, TLOG_PROOF_SIZE_MAX);
	buffer_init(&policy, POLICY_SIZE_MAX);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_tx(&file, &fixture, tx, index, &name, 1, &signing);
	receipt_fixture_policy(&policy, &fixture, signing.set, 0);
	measure(&file, &policy, &verify, &check);
	printf("%10zu %12zu %8zu %12zu %12.1f %12.1f %8.2f\n", validators, count, file.size,
	       (tx->bytes.size + 2) / 3 * 4, verify, check, check / verify);
	buffer_close(&policy);
	buffer_close(&file);
	receipt_fixture_close(&fixture);
}

int main(void)
{
	static const size_t counts[] = {1, 2, 1000, 100000};

	printf("%10s %12s %8s %12s %12s %12s %8s\n", "validators", "transactions", "bytes",
	       "of them tx", "Ed25519 us", "check us", "ratio");
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		run(4, counts[i]);
	run(1, 1000);
	run(31, 1000);
	return 0;
}
