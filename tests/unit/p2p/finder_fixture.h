/* A town of nodes that find each other, in one thread, from a seed: of a node there is its finder
 * and a key. Lines lose nothing; who is away does not answer. */
#ifndef TESTS_UNIT_P2P_FINDER_FIXTURE_H
#define TESTS_UNIT_P2P_FINDER_FIXTURE_H

#include "node/p2p/finder.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <utlist.h>

enum { TOWN_MAX = 24, TOWN_DELAY_MS = 20, TOWN_STEP_MS = 250, TOWN_SEED = 0 };

#define TOWN_START_S UINT64_C(1800000000)

struct town_node {
	struct finder *finder;
	struct key_pair pair;
	struct node_id id;
	struct net_address address;
	bool is_away;
	bool is_connected[TOWN_MAX];
	bool refuses[TOWN_MAX]; /* these are not admitted */
	size_t blamed, closed;
};

struct town_letter {
	struct town_letter *next, *prev;
	uint64_t due_ms;
	enum { TOWN_MESSAGE, TOWN_VISIT, TOWN_CHECK } what;
	uint16_t from, to;          /* of TOWN_VISIT: to TOWN_MAX, nobody is at that address */
	enum message_type type;
	enum finder_visit visit;
	struct node_id id;
	struct net_address address;
	uint64_t serial;
	size_t size;
	uint8_t bytes[];
};

static struct town_node town[TOWN_MAX];
static size_t town_count;
static struct town_letter *town_letters;
static struct signer *town_signer;
static struct random town_random;
static uint64_t town_now_ms;
static bool town_is_permissioned; /* to be said before it starts; nobody is listed at first */
static bool town_takes_known;     /* whoever comes from now on */
static uint64_t town_silence_ms; /* until who calls somebody that is away gives up */

static const struct hash TOWN_GENESIS = {{4, 2}};

static inline uint64_t town_now_s(void)
{
	return TOWN_START_S + town_now_ms / 1000;
}

static inline uint16_t town_index(const struct town_node *node)
{
	return (uint16_t)(node - town);
}

static inline uint16_t town_find(const struct node_id *id)
{
	uint16_t i = 0;

	while (i < town_count && memcmp(&town[i].id, id, sizeof *id) != 0)
		i++;
	return i < town_count ? i : TOWN_MAX;
}

static inline struct town_letter *town_post(const struct town_node *from, uint16_t to,
                                            uint64_t delay_ms, struct bytes_view bytes)
{
	struct town_letter *letter = calloc(1, sizeof *letter + bytes.size);

	letter->due_ms = town_now_ms + delay_ms;
	letter->from = town_index(from);
	letter->to = to;
	letter->size = bytes.size;
	if (bytes.size > 0)
		memcpy(letter->bytes, bytes.at, bytes.size);
	DL_APPEND(town_letters, letter);
	return letter;
}

/* -- The world of a node ------------------------------------------------------------------- */

static inline void town_send(void *owner, uint16_t peer, enum message_type type,
                             struct bytes_view bytes)
{
	town_post(owner, peer, TOWN_DELAY_MS, bytes)->type = type;
}

static inline void town_check(void *owner, uint16_t peer, uint64_t serial,
                              const struct bytes_view *records, size_t count)
{
	struct buffer all;
	struct town_letter *letter;

	buffer_init(&all, ADDR_SIZE_MAX);
	addr_put(&all, records, count);
	ck_assert_int_eq(all.status, STATUS_OK);
	letter = town_post(owner, peer, 1, buffer_view(&all));
	letter->what = TOWN_CHECK;
	letter->serial = serial;
	buffer_close(&all);
}

static inline bool town_visit(void *owner, const struct node_id *id,
                              const struct net_address *address, enum finder_visit visit)
{
	uint16_t to = town_find(id);
	struct town_letter *letter;

	if (to < TOWN_MAX && !net_address_equal(address, &town[to].address))
		to = TOWN_MAX;
	letter = town_post(owner, to,
	                   to == TOWN_MAX || town[to].is_away ? town_silence_ms : TOWN_DELAY_MS,
	                   bytes_view(NULL, 0));
	letter->what = TOWN_VISIT;
	letter->visit = visit;
	letter->id = *id;
	letter->address = *address;
	return true;
}

static inline bool town_visit_seed(void *owner)
{
	return town_visit(owner, &town[TOWN_SEED].id, &town[TOWN_SEED].address, FINDER_SEED);
}

static inline void town_part(uint16_t one, uint16_t other)
{
	struct town_letter *letter, *next;

	if (!town[one].is_connected[other])
		return;
	town[one].is_connected[other] = false;
	town[other].is_connected[one] = false;
	finder_on_close(town[one].finder, other);
	finder_on_close(town[other].finder, one);
	DL_FOREACH_SAFE (town_letters, letter, next) {
		if (letter->what != TOWN_MESSAGE ||
		    !((letter->from == one && letter->to == other) ||
		      (letter->from == other && letter->to == one)))
			continue;
		DL_DELETE(town_letters, letter);
		free(letter);
	}
}

static inline void town_close(void *owner, uint16_t peer, const char *what)
{
	struct town_node *node = owner;

	ck_assert_ptr_nonnull(what);
	node->closed++;
	/* As the network does it: not from inside. */
	town_post(node, peer, 0, bytes_view(NULL, 0))->type = TYPE_DISCONNECT;
}

static inline void town_blame(void *owner, uint16_t peer, const char *what)
{
	struct town_node *node = owner;

	(void)peer;
	ck_assert_ptr_nonnull(what);
	node->blamed++;
}

static inline bool town_admits(void *owner, const struct node_id *id)
{
	const struct town_node *node = owner;
	uint16_t index = town_find(id);

	return index == TOWN_MAX || !node->refuses[index];
}

static inline bool town_is_connected(void *owner, const struct node_id *id)
{
	const struct town_node *node = owner;
	uint16_t index = town_find(id);

	return index < TOWN_MAX && node->is_connected[index];
}

static inline bool town_sign(void *owner, struct node_record *record)
{
	const struct town_node *node = owner;
	struct hash digest = node_record_digest(record, &TOWN_GENESIS);

	return key_pair_sign(&record->signature, town_signer, &node->pair, &digest,
	                     &(struct hash){{0}}) == STATUS_OK;
}

/* -- The town --------------------------------------------------------------------------------- */

static inline void town_begin(uint16_t index, struct bytes_view saved)
{
	const struct finder_world world = {
		&town[index], town_send, town_check,  town_visit,        town_visit_seed,
		town_close,   town_blame, town_admits, town_is_connected, town_sign};
	struct finder_config config = {
		.book = {.key = random_hash(&town_random),
		         .genesis = TOWN_GENESIS,
		         .own = town[index].id,
		         .scope_min = NET_PUBLIC,
		         .is_permissioned = town_is_permissioned},
		.seed_count = index == TOWN_SEED || town_is_permissioned ? 0 : 1,
		.external_count = 1,
		.externals = {town[index].address},
		.roles = NODE_ROLE_FULL,
	};
	struct hash lots = random_hash(&town_random);

	ck_assert_int_eq(finder_init(town[index].finder, &world, &config, saved, lots.bytes,
	                             town_now_ms, town_now_s()),
	                 STATUS_OK);
}

static inline void town_start(size_t count, uint64_t seed)
{
	town_random = random_from(seed);
	town_now_ms = 1000;
	town_silence_ms = TOWN_DELAY_MS;
	town_count = count;
	town_signer = signer_new(&(struct hash){{1}});
	memset(town, 0, sizeof town);
	for (uint16_t i = 0; i < count; i++) {
		struct secret_key secret = {{1, (uint8_t)(i + 1)}};

		town[i].finder = malloc(sizeof *town[i].finder);
		town[i].address = (struct net_address){
			.kind = NET_IPV4, .bytes = {11, (uint8_t)i, 0, 1}, .port = 17470};
		ck_assert_int_eq(key_pair_init(&town[i].pair, town_signer, &secret), STATUS_OK);
		ck_assert_int_eq(secret_key_point(town[i].id.bytes, town_signer, &secret),
		                 STATUS_OK);
	}
	for (uint16_t i = 0; i < count; i++)
		town_begin(i, bytes_view(NULL, 0));
}

static inline void town_stop(void)
{
	struct town_letter *letter, *next;

	DL_FOREACH_SAFE (town_letters, letter, next)
		free(letter);
	town_letters = NULL;
	for (size_t i = 0; i < town_count; i++) {
		finder_close(town[i].finder);
		free(town[i].finder);
	}
	signer_free(town_signer);
}

static inline void town_open(uint16_t at, uint16_t with, bool is_dialed,
                             const struct net_address *address, enum finder_visit visit)
{
	const struct finder_session session = {
		.id = town[with].id,
		.address = *address,
		.is_dialed = is_dialed,
		.visit = visit,
		.takes_known = town_takes_known,
	};

	town[at].is_connected[with] = true;
	finder_on_open(town[at].finder, with, &session, town_now_ms, town_now_s());
}

/* The dialer's end, and the other's, who sees where he comes from, and not where he listens. */
static inline void town_meet(uint16_t from, uint16_t to, enum finder_visit visit)
{
	struct net_address caller = town[from].address;

	caller.port = (uint16_t)(50000 + from);
	town_open(to, from, false, &caller, FINDER_NO_VISIT);
	town_open(from, to, true, &town[to].address, visit);
}

static inline void town_on_visit(const struct town_letter *letter)
{
	uint16_t to = letter->to;
	struct town_node *from = &town[letter->from];

	if (to == TOWN_MAX || to == letter->from || town[to].is_away || from->is_away ||
	    from->is_connected[to] || town[to].refuses[letter->from])
		finder_on_unmet(from->finder, &letter->id, &letter->address, letter->visit,
		                town_now_s());
	else
		town_meet(letter->from, to, letter->visit);
}

static inline void town_on_check(const struct town_letter *letter)
{
	static struct node_record records[ADDR_RECORDS_MAX];
	struct bytes_view views[ADDR_RECORDS_MAX];
	bool is_valid[ADDR_RECORDS_MAX];
	size_t count;

	ck_assert_int_eq(addr_decode(views, &count, bytes_view(letter->bytes, letter->size)),
	                 STATUS_OK);
	for (size_t i = 0; i < count; i++)
		is_valid[i] = node_record_decode(&records[i], views[i]) == STATUS_OK &&
		              node_record_is_valid(&records[i], &TOWN_GENESIS);
	finder_on_checked(town[letter->from].finder, letter->to, letter->serial, records, is_valid,
	                  count, town_now_ms, town_now_s());
}

static inline void town_deliver(const struct town_letter *letter)
{
	if (letter->what == TOWN_VISIT)
		town_on_visit(letter);
	else if (letter->what == TOWN_CHECK)
		town_on_check(letter);
	else if (letter->type == TYPE_DISCONNECT)
		town_part(letter->from, letter->to);
	else
		finder_on_message(town[letter->to].finder, letter->from, letter->type,
		                  bytes_view(letter->bytes, letter->size), town_now_ms,
		                  town_now_s());
}

static inline void town_deliver_due(void)
{
	struct town_letter *letter = town_letters;

	/* What is delivered may take others from the list: from the start again. */
	while (letter) {
		if (letter->due_ms > town_now_ms) {
			letter = letter->next;
			continue;
		}
		DL_DELETE(town_letters, letter);
		town_deliver(letter);
		free(letter);
		letter = town_letters;
	}
}

static inline void town_run(uint64_t ms)
{
	for (uint64_t end_ms = town_now_ms + ms; town_now_ms < end_ms; town_now_ms += 10) {
		/* Where nothing is on its way nothing happens between two steps. */
		if (!town_letters && town_now_ms % TOWN_STEP_MS != 0) {
			town_now_ms += TOWN_STEP_MS - town_now_ms % TOWN_STEP_MS;
			town_now_ms = town_now_ms < end_ms ? town_now_ms : end_ms;
		}
		town_deliver_due();
		for (size_t i = 0; town_now_ms % TOWN_STEP_MS == 0 && i < town_count; i++)
			if (!town[i].is_away)
				finder_step(town[i].finder, town_now_ms, town_now_s());
	}
}

/* All its sessions end, and nobody is answered. */
static inline void town_leave(uint16_t index)
{
	town[index].is_away = true;
	for (uint16_t i = 0; i < town_count; i++)
		town_part(index, i);
}

static inline size_t town_sessions(size_t index)
{
	size_t count = 0;

	for (size_t i = 0; i < town_count; i++)
		count += town[index].is_connected[i];
	return count;
}

#endif
