/* A chain is caught up with, from peers of all kinds, link speeds and lies: it always ends, with
 * every body from a peer that was asked for it, and within the window. From a seed. */
#include "node/p2p/sync.h"
#include "tests/support/support.h"

enum {
	PEERS = 12,
	BLOCKS = 3000,
	IN_FLIGHT_MAX = PEERS * SYNC_PEER_BODIES_MAX + PEERS,
	STEP_MS = 10,
	END_MS = 1200000, /* 20 minutes: ten times what the slowest of the seeds takes */
};

enum kind {
	HONEST,     /* has all */
	SLOW,       /* has all, and a thin link */
	SILENT,     /* claims all, never answers */
	WITHHOLDER, /* answers all but a tenth */
	LIAR,       /* wrong bodies */
	BOASTER,    /* claims more than there is, has the first half */
	PRUNED,     /* has the second half */
	KINDS,
};

struct peer {
	enum kind kind;
	bool is_there;
	uint64_t low, high;
	uint32_t delay_ms;
};

struct flight {
	bool is_used, is_headers;
	uint32_t peer;
	uint64_t height, at_ms;
	struct hash hash;
};

static struct sync sync;
static struct lots lots;
static struct peer peers[PEERS];
static struct flight flights[IN_FLIGHT_MAX];
static uint32_t sizes[BLOCKS + 1];
static size_t asked, wrong;

static struct hash hash_at(uint64_t height)
{
	struct hash hash = {{0xb1}};

	put_le64(hash.bytes + 8, height);
	return hash;
}

static void make_peer(struct random *random, size_t index, enum kind kind)
{
	struct peer *peer = &peers[index];

	*peer = (struct peer){.kind = kind,
	                      .is_there = true,
	                      .high = BLOCKS,
	                      .delay_ms = 20 + random_below(random, 200)};
	if (kind == SLOW)
		peer->delay_ms = 3000 + random_below(random, 3000);
	if (kind == BOASTER)
		peer->high = UINT64_MAX;
	if (kind == PRUNED)
		peer->low = BLOCKS / 2;
	ck_assert_int_eq(sync_peer_has(&sync, (uint32_t)index, peer->low, peer->high, false),
	                 SYNC_CLAIM_GOOD);
}

static bool answers(struct random *random, const struct peer *peer, uint64_t height)
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

static void send_question(struct random *random, const struct sync_effect *effect,
                          uint64_t now_ms)
{
	const struct peer *peer = &peers[effect->peer];
	size_t free_one = 0;

	ck_assert(peer->is_there);
	if (effect->kind == SYNC_ASK_BODY) {
		ck_assert_uint_le(effect->height, sync.applied + SYNC_WINDOW_BLOCKS);
		asked++;
	}
	if (!answers(random, peer, effect->height))
		return;
	while (free_one < IN_FLIGHT_MAX && flights[free_one].is_used)
		free_one++;
	ck_assert_uint_lt(free_one, IN_FLIGHT_MAX);
	flights[free_one] = (struct flight){
		.is_used = true,
		.is_headers = effect->kind == SYNC_ASK_HEADERS,
		.peer = effect->peer,
		.height = effect->height,
		.hash = effect->hash,
		.at_ms = now_ms + peer->delay_ms + random_below(random, 50),
	};
}

static void headers_arrive(const struct flight *flight, uint64_t now_ms)
{
	struct sync_header headers[SYNC_HEADERS_MAX];
	size_t count = 0;

	if (!sync_headers_came(&sync, flight->peer))
		return;
	for (uint64_t height = flight->height; height <= BLOCKS && count < SYNC_HEADERS_MAX;
	     height++, count++)
		headers[count] = (struct sync_header){hash_at(height), sizes[height]};
	sync_headers_checked(&sync, headers, count, now_ms);
}

static void arrive(struct random *random, struct flight *flight, uint64_t now_ms)
{
	uint64_t height;

	flight->is_used = false;
	if (!peers[flight->peer].is_there)
		return;
	if (flight->is_headers) {
		headers_arrive(flight, now_ms);
	} else if (sync_body_came(&sync, flight->peer, &flight->hash, sizes[flight->height],
	                          now_ms, &height)) {
		bool is_right = peers[flight->peer].kind != LIAR || random_below(random, 2) == 0;

		ck_assert_uint_eq(height, flight->height);
		wrong += !is_right;
		sync_body_checked(&sync, height, is_right);
	}
}

/* Now and then somebody leaves and another comes; peer 0 and 1 are honest and stay. */
static void turn_over(struct random *random)
{
	size_t index = 2 + random_below(random, PEERS - 2);

	sync_peer_left(&sync, (uint32_t)index);
	for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
		if (flights[i].peer == index)
			flights[i].is_used = false;
	make_peer(random, index, (enum kind)random_below(random, KINDS));
}

/* One assertion for all, as each writes to a file. */
static void check(void)
{
	uint32_t in_flight[PEERS] = {0};
	size_t broken = 0;

	for (uint64_t height = sync.applied + 1; height <= sync.verified; height++) {
		const struct sync_block *block = &sync.blocks[height % SYNC_AHEAD_MAX];
		bool is_out = block->state == SYNC_ASKED || block->state == SYNC_CHECKING;

		broken += is_out != (block->asked[0] != SYNC_NOBODY);
		for (int which = 0; block->state == SYNC_ASKED && which < 2; which++)
			if (block->asked[which] != SYNC_NOBODY)
				in_flight[block->asked[which]]++;
	}
	for (size_t i = 0; i < sync.peer_count; i++) {
		broken += sync.peers[i].in_flight != in_flight[sync.peers[i].peer];
		broken += sync.peers[i].in_flight > SYNC_PEER_BODIES_MAX;
	}
	ck_assert_uint_eq(broken, 0);
}

static void start(struct random *random, int seed)
{
	uint8_t lots_seed[SIPHASH_KEY_SIZE] = {(uint8_t)seed};

	lots_init(&lots, lots_seed);
	sync_init(&sync, 0);
	memset(flights, 0, sizeof flights);
	asked = 0;
	wrong = 0;
	for (size_t i = 1; i <= BLOCKS; i++)
		sizes[i] = random_below(random, 4) == 0 ? 1 << 20 : random_below(random, 50000);
	for (size_t i = 0; i < PEERS; i++)
		make_peer(random, i, i < 2 ? HONEST : (enum kind)random_below(random, KINDS));
}

START_TEST(it_always_ends)
{
	struct random random = random_from((uint64_t)_i);
	static struct sync_effect effects[SYNC_EFFECTS_MAX];
	uint64_t now_ms = 5;

	start(&random, _i);
	for (; sync.applied < BLOCKS && now_ms < END_MS; now_ms += STEP_MS) {
		size_t count = sync_next(&sync, &lots, now_ms, effects);

		for (size_t i = 0; i < count; i++)
			if (effects[i].kind != SYNC_DROP)
				send_question(&random, &effects[i], now_ms);
		for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
			if (flights[i].is_used && flights[i].at_ms <= now_ms)
				arrive(&random, &flights[i], now_ms);
		while (sync_ready(&sync) > 0)
			sync_applied(&sync, sync_ready(&sync));
		if (random_below(&random, 500) == 0)
			turn_over(&random);
		if (now_ms % 500 == 5)
			check();
	}
	check();
	ck_assert_msg(sync.applied == BLOCKS, "seed %d stands at %lu of %lu", _i,
	              (unsigned long)sync.applied, (unsigned long)sync.verified);
	ck_assert_uint_ge(asked, BLOCKS);
	ck_assert_uint_lt(asked, 2 * BLOCKS);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync_random");
	TCase *tests = tcase_create("sync_random");

	tcase_add_loop_test(tests, it_always_ends, 0, 40);
	suite_add_tcase(suite, tests);
	return suite;
}
