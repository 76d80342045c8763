/* The yardstick: what the library does when nothing else is asked of the machine. */
#include "tests/bench/bench.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { SAMPLES = 256 };

struct sample {
	struct public_key key;
	struct hash message;
	struct signature signature;
};

struct worker {
	pthread_t thread;
	const struct sample *samples;
	double until_s;
	uint64_t count;
};

static void make_samples(struct sample *samples)
{
	struct signer *signer = signer_new(&(struct hash){{7}});

	if (!signer)
		live_fail("out of memory");
	for (size_t i = 0; i < SAMPLES; i++) {
		struct secret_key secret = {{(uint8_t)(i + 1), 1}};
		struct key_pair pair;

		samples[i].message = hash_of(bytes_view(&i, sizeof i));
		if (key_pair_init(&pair, signer, &secret) != STATUS_OK ||
		    key_pair_sign(&samples[i].signature, signer, &pair, &samples[i].message,
		                  &samples[i].message) != STATUS_OK)
			live_fail("cannot sign");
		samples[i].key = pair.public_key;
	}
	signer_free(signer);
}

static void *verify(void *argument)
{
	struct worker *worker = argument;

	while (live_now_s() < worker->until_s)
		for (size_t i = 0; i < SAMPLES; i++, worker->count++)
			if (!signature_is_valid(&worker->samples[i].signature,
			                        &worker->samples[i].message,
			                        &worker->samples[i].key))
				live_fail("a good signature was refused");
	return NULL;
}

static double process_cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void bench_raw_verifications(struct raw_result *result, double seconds, size_t cores)
{
	struct sample *samples = calloc(SAMPLES, sizeof *samples);
	struct worker *workers = calloc(cores, sizeof *workers);
	double start_s, start_cpu_s;
	uint64_t count = 0;

	if (!samples || !workers)
		live_fail("out of memory");
	make_samples(samples);
	start_s = live_now_s();
	start_cpu_s = process_cpu_s();
	for (size_t i = 0; i < cores; i++) {
		workers[i].samples = samples;
		workers[i].until_s = start_s + seconds;
		if (pthread_create(&workers[i].thread, NULL, verify, &workers[i]) != 0)
			live_fail("cannot start a thread");
	}
	for (size_t i = 0; i < cores; i++) {
		pthread_join(workers[i].thread, NULL);
		count += workers[i].count;
	}
	result->rate = (double)count / (live_now_s() - start_s);
	result->cpu_s = (process_cpu_s() - start_cpu_s) / (double)count;
	free(workers);
	free(samples);
}
