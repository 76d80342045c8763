/* A chain is caught up with, from peers of all kinds, link speeds and lies: it always ends, with
 * every portion from a peer that was asked, and within the window. From a seed. */
#include "tests/support/sync_batch.h"

enum {
	PEERS = 12,
	BLOCKS = 3000,
	FLIGHTS_MAX = 512,
	STEP_MS = 10,
	END_MS = 1200000, /* 20 minutes: several times what the slowest of the seeds takes */
};

enum kind {
	HONEST,     /* has all */
	SLOW,       /* has all, and a thin link */
	SILENT,     /* claims all, never answers */
	WITHHOLDER, /* answers all but a tenth */
	LIAR,       /* wrong headers and bodies, half of the time */
	BOASTER,    /* claims more than there is, has the first half */
	PRUNED,     /* has the second half, and says so when asked for the first */
	KINDS,
};

struct other {
	enum kind kind;
	bool is_there;
	uint64_t high;
	uint32_t delay_ms;
};

struct flight {
	bool is_used;
	uint16_t peer;
	uint64_t from, at_ms;
	size_t count; /* 0: headers */
};

static struct sync sync;
static struct other peers[PEERS];
static struct flight flights[FLIGHTS_MAX];
static uint32_t sizes[BLOCKS];
static size_t blocks_asked, wrong;

static void make_peer(struct random *random, size_t index, enum kind kind)
{
	struct other *peer = &peers[index];

	*peer = (struct other){.kind = kind,
	                      .is_there = true,
	                      .high = kind == BOASTER ? UINT64_MAX : BLOCKS,
	                      .delay_ms = 20 + random_below(random, 200)};
	if (kind == SLOW)
		peer->delay_ms = 3000 + random_below(random, 3000);
	sync_peer_has(&sync, (uint16_t)index, index % 2 == 0, 0, peer->high);
}

static bool answers(struct random *random, const struct other *peer, uint64_t height)
{
	switch (peer->kind) {
	case SILENT:
		return false;
	case WITHHOLDER:
		return random_below(random, 10) > 0;
	case BOASTER:
		return height <= BLOCKS / 2;
	default:
		return true;
	}
}

static void send_question(struct random *random, const struct sync_question *question,
                          uint64_t now_ms)
{
	const struct other *peer = &peers[question->peer];
	size_t free_one = 0;

	ck_assert(peer->is_there);
	ck_assert_uint_le(question->count, PORTION_BLOCKS_MAX);
	blocks_asked += question->count;
	if (!answers(random, peer, question->from))
		return;
	while (free_one < FLIGHTS_MAX && flights[free_one].is_used)
		free_one++;
	ck_assert_uint_lt(free_one, FLIGHTS_MAX);
	flights[free_one] = (struct flight){
		.is_used = true,
		.peer = question->peer,
		.from = question->from,
		.count = question->count,
		.at_ms = now_ms + peer->delay_ms + random_below(random, 50),
	};
}

static bool is_lie(struct random *random, const struct other *peer)
{
	bool lies = peer->kind == LIAR && random_below(random, 2) == 0;

	wrong += lies;
	return lies;
}

static void headers_arrive(struct random *random, const struct flight *flight, uint64_t now_ms)
{
	const struct other *peer = &peers[flight->peer];
	size_t count = 1 + random_below(random, SYNC_HEADERS_MAX);

	if (!sync_awaits_headers(&sync, flight->from))
		return;
	if (flight->from > BLOCKS || (peer->kind == PRUNED && flight->from <= BLOCKS / 2)) {
		sync_headers_missing(&sync, flight->peer, now_ms);
		return;
	}
	if (count > BLOCKS - flight->from + 1)
		count = (size_t)(BLOCKS - flight->from) + 1;
	sync_headers_came(&sync, flight->peer, sync_batch_make(flight->from, count, sizes));
	sync_headers_checked(&sync, flight->peer, flight->from, !is_lie(random, peer), now_ms);
}

static void bodies_arrive(struct random *random, const struct flight *flight, uint64_t now_ms)
{
	const struct other *peer = &peers[flight->peer];
	struct sync_portion *portion = sync_missing_portion(&sync, flight->from);
	struct check_job *job;

	/* Portions may be cut anew after blocks came from elsewhere; here they do not. */
	if (!portion)
		return;
	ck_assert_uint_eq(portion->count, flight->count);
	if (peer->kind == PRUNED && flight->from <= BLOCKS / 2) {
		sync_bodies_missing(&sync, portion, flight->peer, now_ms);
		return;
	}
	sync_bodies_came(&sync, portion, flight->peer, now_ms);
	portion = sync_checking_portion(&sync, flight->peer, flight->from);
	ck_assert_ptr_nonnull(portion);
	if (is_lie(random, peer)) {
		sync_bodies_wrong(&sync, portion, flight->peer, now_ms);
		return;
	}
	job = memory_new(sizeof *job);
	ck_assert_ptr_nonnull(job);
	sync_bodies_here(&sync, portion, job);
}

static void arrive(struct random *random, struct flight *flight, uint64_t now_ms)
{
	flight->is_used = false;
	if (flight->count == 0)
		headers_arrive(random, flight, now_ms);
	else
		bodies_arrive(random, flight, now_ms);
}

/* What is next and here is applied, in order. */
static void apply(void)
{
	struct sync_portion portion;

	while (sync_take(&sync, &portion)) {
		uint64_t last = portion.first + portion.count - 1;
		struct hash block = sync_hash_at(last);

		ck_assert_uint_eq(portion.first, sync.applied + 1);
		ck_assert_ptr_nonnull(sync_batch_of(&sync, last));
		check_job_free(portion.job);
		sync_applied(&sync, last, &block, false);
	}
}

/* Now and then somebody leaves and another comes; peers 0 and 1 are honest and stay. */
static void turn_over(struct random *random)
{
	uint16_t index = (uint16_t)(2 + random_below(random, PEERS - 2));

	sync_peer_left(&sync, index);
	for (size_t i = 0; i < FLIGHTS_MAX; i++)
		if (flights[i].peer == index)
			flights[i].is_used = false;
	make_peer(random, index, (enum kind)random_below(random, KINDS));
}

/* One assertion for all, as each writes to a file. */
static void check(void)
{
	size_t in_flight[PEERS] = {0}, broken = 0;
	uint64_t bytes[PEERS] = {0};
	uint64_t next = sync.applied + 1;

	for (size_t i = 0; i < sync.batch_count; i++) {
		broken += i > 0 && sync.batches[i]->first != next;
		next = sync.batches[i]->first + sync.batches[i]->count;
	}
	broken += sync.batch_count > 0 && next != sync.verified + 1;
	next = 0;
	for (size_t i = 0; i < sync.portion_count; i++) {
		const struct sync_portion *portion = &sync.portions[i];

		broken += next != 0 && portion->first != next;
		next = portion->first + portion->count;
		broken += (portion->state == SYNC_ASKED) != (portion->asked[0] != SYNC_NOBODY);
		for (int which = 0; which < 2; which++)
			if (portion->asked[which] != SYNC_NOBODY) {
				in_flight[portion->asked[which]]++;
				bytes[portion->asked[which]] += portion->body_bytes;
			}
	}
	broken += next != 0 && next != sync.cut + 1;
	for (size_t i = 0; i < PEERS; i++) {
		broken += sync.peers[i].in_flight != in_flight[i];
		broken += in_flight[i] > SYNC_PEER_PORTIONS_MAX;
		broken += in_flight[i] > 1 && bytes[i] > SYNC_PEER_BYTES_MAX;
	}
	ck_assert_uint_eq(broken, 0);
}

static void start(struct random *random, int seed)
{
	struct hash genesis = sync_hash_at(0);

	sync_init(&sync, (uint64_t)seed, 1 + random_below(random, PORTION_BLOCKS_MAX));
	sync_begin(&sync, 0, 0, &genesis);
	memset(flights, 0, sizeof flights);
	blocks_asked = 0;
	wrong = 0;
	for (size_t i = 0; i < BLOCKS; i++)
		sizes[i] = random_below(random, 4) == 0 ? 1 << 20 : random_below(random, 50000);
	for (size_t i = 0; i < PEERS; i++)
		make_peer(random, i, i < 2 ? HONEST : (enum kind)random_below(random, KINDS));
}

START_TEST(it_always_ends)
{
	struct random random = random_from((uint64_t)_i);
	struct sync_question questions[SYNC_QUESTIONS_MAX];
	uint64_t now_ms = 5;

	start(&random, _i);
	/* Where nobody is three blocks ahead the last ones come by themselves. */
	for (; sync.applied + SYNC_BEHIND_LEAST <= BLOCKS && now_ms < END_MS; now_ms += STEP_MS) {
		size_t count = sync_next(&sync, now_ms, UINT64_MAX, questions);

		for (size_t i = 0; i < count; i++)
			send_question(&random, &questions[i], now_ms);
		for (size_t i = 0; i < FLIGHTS_MAX; i++)
			if (flights[i].is_used && flights[i].at_ms <= now_ms)
				arrive(&random, &flights[i], now_ms);
		apply();
		if (random_below(&random, 500) == 0)
			turn_over(&random);
		if (now_ms % 100 == 5)
			check();
	}
	check();
	ck_assert_msg(sync.applied + SYNC_BEHIND_LEAST > BLOCKS, "seed %d stands at %lu of %lu",
	              _i, (unsigned long)sync.applied, (unsigned long)sync.verified);
	ck_assert_uint_ge(blocks_asked + SYNC_BEHIND_LEAST, BLOCKS);
	ck_assert_uint_lt(blocks_asked, 2 * BLOCKS);
	sync_close(&sync);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync_random");
	TCase *tests = tcase_create("sync_random");

	tcase_add_loop_test(tests, it_always_ends, 0, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
