#include "tests/sim/wire/gossip_inner.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/drive/standing.h"
#include "node/p2p/lanes.h"
#include "node/p2p/session.h"
#include "node/shell/relay_pool.h"
#include "tests/sim/wire/records.h"

enum {
	STEP_MS = 250,          /* as FINDING_TICK_MS */
	STALE_CHECK_MS = 1000,  /* as VITALS_STEP_MS */
	MEMORY_MAX = 512 << 20, /* as p2p.memory_mib */
};

struct gossip_sums gossip_sums;

static uint16_t seat_of(const struct gossip *gossip, uint16_t other)
{
	for (uint16_t seat = 0; seat < TOWN_MAX; seat++)
		if (gossip->seats[seat] == other)
			return seat;
	return TOWN_NOBODY;
}

uint16_t gossip_number(const struct gossip *gossip, uint16_t other)
{
	return seat_of(gossip, other);
}

uint16_t gossip_other(const struct gossip *gossip, uint16_t number)
{
	return number < TOWN_MAX ? gossip->seats[number] : TOWN_NOBODY;
}

/* -- What relay and finder ask for ---------------------------------------------------------------- */

static void send_to(void *owner, uint16_t seat, enum message_type type, struct bytes_view bytes)
{
	struct gossip *gossip = owner;

	gossip->world.send(gossip->world.owner, gossip->seats[seat], (uint16_t)type, bytes);
}

static void blame(void *owner, uint16_t seat, const char *what)
{
	struct gossip *gossip = owner;

	gossip->world.blame(gossip->world.owner, gossip->seats[seat], what);
}

static bool find(void *owner, const struct hash *id, struct bytes_view *tx, bool *is_waiting)
{
	const struct gossip *gossip = owner;

	return relay_pool_find(&gossip->config.drive->pool, id, tx, is_waiting);
}

static size_t list_old(void *owner, uint64_t now_ms, struct inv_entry *entries)
{
	const struct gossip *gossip = owner;

	return relay_pool_list_old(&gossip->config.drive->pool, now_ms, entries);
}

static bool has_room(void *owner, uint16_t seat)
{
	const struct gossip *gossip = owner;

	return gossip->world.waiting(gossip->world.owner, gossip->seats[seat]) <= LANES_SOFT_MAX;
}

static void take(void *owner, uint16_t seat, struct bytes_view tx)
{
	const struct gossip *gossip = owner;

	gossip->world.take(gossip->world.owner, seat, relay_serial(gossip->relay, seat), tx);
}

static void check(void *owner, uint16_t seat, uint64_t serial, const struct bytes_view *records,
                  size_t count)
{
	const struct gossip *gossip = owner;
	struct buffer bytes;

	buffer_init(&bytes, ADDR_SIZE_MAX);
	addr_put(&bytes, records, count);
	INVARIANT(bytes.status == STATUS_OK);
	gossip->world.check(gossip->world.owner, seat, serial, buffer_view(&bytes));
	buffer_close(&bytes);
}

static bool visit(void *owner, const struct node_id *id, const struct net_address *address,
                  enum finder_visit what)
{
	struct gossip *gossip = owner;

	return calls_visit(&gossip->calls, id, address, what);
}

static bool visit_seed(void *owner)
{
	struct gossip *gossip = owner;
	uint16_t seed = gossip->config.known[gossip->next_known];
	struct net_address address = town_address(seed);

	gossip->next_known = (gossip->next_known + 1) % gossip->config.known_count;
	return calls_visit(&gossip->calls, town_id(seed), &address, FINDER_SEED);
}

static void close_peer(void *owner, uint16_t seat, const char *what)
{
	struct gossip *gossip = owner;

	gossip->world.close(gossip->world.owner, gossip->seats[seat], what);
}

static bool admits(void *owner, const struct node_id *id)
{
	const struct gossip *gossip = owner;

	return !discourage_has_node(&gossip->discouraged, id, gossip->time.now_ms);
}

static bool is_connected(void *owner, const struct node_id *id)
{
	const struct gossip *gossip = owner;
	uint16_t other = town_find_id(id);

	return other != TOWN_NOBODY && gossip->world.has_line(gossip->world.owner, other);
}

static bool sign(void *owner, struct node_record *record)
{
	const struct gossip *gossip = owner;

	records_sign(record, &town_self(gossip->config.self)->node_key);
	return true;
}

/* -- What calls ask for ------------------------------------------------------------------------------ */

static enum call_answer call(void *owner, uint16_t to)
{
	struct gossip *gossip = owner;

	return gossip->world.call(gossip->world.owner, to);
}

static bool has_line(void *owner, uint16_t to)
{
	struct gossip *gossip = owner;

	return gossip->world.has_line(gossip->world.owner, to);
}

static void unmet(void *owner, const struct node_id *id, const struct net_address *address,
                  enum finder_visit what)
{
	struct gossip *gossip = owner;

	finder_on_unmet(gossip->finder, id, address, what, gossip->time.now_s);
}

/* -- Begin and end -------------------------------------------------------------------------------------- */

static struct hash hash_of_lots(struct lots *lots)
{
	struct hash hash;

	for (size_t i = 0; i < HASH_SIZE; i += 8)
		put_le64(hash.bytes + i, lots_next(lots));
	return hash;
}

static void begin_relay(struct gossip *gossip)
{
	const struct relay_world world = {
		.owner = gossip,
		.find = find,
		.list_old = list_old,
		.send = send_to,
		.has_room = has_room,
		.take = take,
		.blame = blame,
	};
	struct hash seed = hash_of_lots(&gossip->lots);

	gossip->relay = memory_new(sizeof *gossip->relay);
	INVARIANT(gossip->relay &&
	          relay_init(gossip->relay, &world, seed.bytes) == STATUS_OK);
}

static void begin_finder(struct gossip *gossip)
{
	const struct finder_world world = {
		.owner = gossip,
		.send = send_to,
		.check = check,
		.visit = visit,
		.visit_seed = visit_seed,
		.close = close_peer,
		.blame = blame,
		.admits = admits,
		.is_connected = is_connected,
		.sign = sign,
	};
	const struct gossip_config *own = &gossip->config;
	struct finder_config config = {
		.book = {.key = hash_of_lots(&gossip->lots),
		         .genesis = *town_genesis(),
		         .own = *town_id(own->self),
		         .scope_min = town_is_public() ? NET_PUBLIC : NET_PRIVATE},
		.seed_count = own->is_known_kept ? 0 : own->known_count,
		.external_count = own->is_hidden ? 0 : 1,
		.externals = {town_address(own->self)},
		.roles = NODE_ROLE_FULL | NODE_ROLE_ARCHIVE,
	};
	struct hash seed = hash_of_lots(&gossip->lots);

	gossip->finder = memory_new(sizeof *gossip->finder);
	INVARIANT(gossip->finder &&
	          finder_init(gossip->finder, &world, &config, own->saved, seed.bytes,
	                      gossip->time.now_ms, gossip->time.now_s) == STATUS_OK);
}

struct gossip *gossip_new(const struct gossip_config *config, const struct gossip_world *world,
                          const struct gossip_time *time)
{
	struct gossip *gossip = memory_new(sizeof *gossip);
	uint8_t seed[SIPHASH_KEY_SIZE] = {0};
	struct hash key;

	INVARIANT(gossip);
	gossip->world = *world;
	gossip->config = *config;
	gossip->time = *time;
	gossip->started_ms = time->now_ms;
	put_le64(seed, config->seed);
	lots_init(&gossip->lots, seed);
	for (uint16_t seat = 0; seat < TOWN_MAX; seat++)
		gossip->seats[seat] = TOWN_NOBODY;
	usage_total_init(&gossip->total, MEMORY_MAX);
	key = hash_of_lots(&gossip->lots);
	discourage_init(&gossip->discouraged, key.bytes);
	gossip->calls.world = (struct calls_world){gossip, call, has_line, admits, unmet};
	begin_relay(gossip);
	begin_finder(gossip);
	gossip->config.saved = bytes_view(NULL, 0);
	return gossip;
}

static void count_sums(const struct gossip *gossip)
{
	const struct relay_counters *relay = &gossip->relay->counters;
	const struct finder_counters *finder = &gossip->finder->counters;
	struct gossip_sums *sums = &gossip_sums;

	sums->announced += relay->announced;
	sums->heard += relay->heard;
	sums->asked += relay->asked;
	sums->delivered += relay->delivered;
	sums->served += relay->served;
	sums->not_found += relay->not_found;
	sums->pushed += relay->pushed;
	sums->repaired += relay->repaired;
	sums->surplus += relay->surplus;
	sums->faulty += relay->faulty;
	sums->records_taken += finder->records_taken;
	sums->visits += finder->visits;
	sums->met += finder->met;
	sums->unmet += finder->unmet;
	sums->feelers += finder->feelers;
	sums->discouraged += discourage_count(&gossip->discouraged);
}

void gossip_free(struct gossip *gossip)
{
	if (!gossip)
		return;
	count_sums(gossip);
	relay_close(gossip->relay);
	memory_free(gossip->relay);
	finder_close(gossip->finder);
	memory_free(gossip->finder);
	discourage_close(&gossip->discouraged);
	memory_free(gossip);
}

void gossip_save(const struct gossip *gossip, struct buffer *out)
{
	buffer_clear(out);
	INVARIANT(book_save(&gossip->finder->book, out) == STATUS_OK);
	gossip_sums.saved_books++;
}

void gossip_begin(void)
{
	records_begin();
}

void gossip_end(void)
{
	records_end();
}

/* -- Lines ------------------------------------------------------------------------------------------------ */

/* Where a caller calls from is not where it listens. */
static struct net_address address_of(uint16_t other, bool is_dialed)
{
	struct net_address address = town_address(other);

	if (!is_dialed)
		address.port = (uint16_t)(50000 + other);
	return address;
}

void gossip_on_open(struct gossip *gossip, uint16_t other, bool is_dialed,
                    const struct gossip_time *time)
{
	uint16_t seat = seat_of(gossip, TOWN_NOBODY);
	struct finder_session session = {
		.id = *town_id(other),
		.address = address_of(other, is_dialed),
		.is_dialed = is_dialed,
		.visit = calls_on_open(&gossip->calls, other, is_dialed, time->now_ms),
	};
	bool has_joined;

	INVARIANT(seat != TOWN_NOBODY && seat_of(gossip, other) == TOWN_NOBODY);
	gossip->time = *time;
	gossip->seats[seat] = other;
	gossip->was_validator[seat] = false;
	has_joined = relay_join(gossip->relay, seat, is_dialed, time->now_ms);
	INVARIANT(has_joined);
	usage_init(&gossip->usages[seat], &gossip->total, USAGE_FOLLOWER_MAX);
	relay_count(gossip->relay, seat, &gossip->usages[seat]);
	finder_on_open(gossip->finder, seat, &session, time->now_ms, time->now_s);
}

/* As of a stranger that called, or was dialed. */
static void discourage(struct gossip *gossip, uint16_t other, uint64_t now_ms)
{
	const struct slot slot = {
		.class = SLOT_OUTBOUND,
		.way = SLOT_WAY_LOCAL,
		.address = town_address(other),
	};

	discourage_peer(&gossip->discouraged, town_id(other), &slot, false, now_ms);
}

static bool is_validator(const struct gossip *gossip, uint16_t seat)
{
	const struct drive *drive = gossip->config.drive;

	return drive->peers[seat].is_connected &&
	       drive->peers[seat].index < drive->consensus.epoch.validators.count;
}

void gossip_on_end(struct gossip *gossip, uint16_t other, bool was_open, bool broke,
                   const struct gossip_time *time)
{
	uint16_t seat = seat_of(gossip, other);

	gossip->time = *time;
	if (seat != TOWN_NOBODY && broke && !is_validator(gossip, seat))
		discourage(gossip, other, time->now_ms);
	if (seat != TOWN_NOBODY) {
		gossip_sums.timeouts += gossip->relay->peers[seat].tracked->timeouts;
		finder_on_close(gossip->finder, seat);
		relay_leave(gossip->relay, seat, time->now_ms);
		INVARIANT(gossip->usages[seat].bytes == 0);
		gossip->seats[seat] = TOWN_NOBODY;
	}
	calls_on_end(&gossip->calls, &gossip->lots, other, was_open, time->now_ms);
}

void gossip_on_message(struct gossip *gossip, uint16_t other, uint16_t type,
                       struct bytes_view bytes, const struct gossip_time *time)
{
	uint16_t seat = seat_of(gossip, other);

	gossip->time = *time;
	if (seat == TOWN_NOBODY)
		return;
	if (type == TYPE_GETADDR || type == TYPE_ADDR || type == TYPE_KNOWN)
		finder_on_message(gossip->finder, seat, (enum message_type)type, bytes,
		                  time->now_ms, time->now_s);
	else
		relay_on_message(gossip->relay, seat, (enum message_type)type, bytes,
		                 time->now_ms);
}

void gossip_on_checked(struct gossip *gossip, uint16_t source, uint64_t serial,
                       struct bytes_view bytes, const struct gossip_time *time)
{
	static struct node_record records[ADDR_RECORDS_MAX];
	static bool is_valid[ADDR_RECORDS_MAX];
	size_t count = records_check(records, is_valid, bytes);

	gossip->time = *time;
	finder_on_checked(gossip->finder, source, serial, records, is_valid, count, time->now_ms,
	                  time->now_s);
}

/* -- The pool ------------------------------------------------------------------------------------------------ */

bool gossip_source(const struct gossip *gossip, uint16_t number, uint64_t now_ms,
                   uint64_t *serial)
{
	*serial = relay_serial(gossip->relay, number);
	return number == WORLD_SELF || !relay_is_paused(gossip->relay, number, now_ms);
}

void gossip_on_submitted(struct gossip *gossip, const struct submission *submission,
                         uint16_t source, uint64_t serial, uint64_t now_ms)
{
	relay_pool_submitted(gossip->relay, submission, 1, source, serial, now_ms);
}

void gossip_on_block(struct gossip *gossip)
{
	relay_on_block(gossip->relay);
}

/* -- Time ------------------------------------------------------------------------------------------------------ */

static void see_tip(struct gossip *gossip, uint64_t now_ms)
{
	static struct standing standing;

	if (now_ms < gossip->stale_check_ms)
		return;
	gossip->stale_check_ms = now_ms + STALE_CHECK_MS;
	standing_take(&standing, gossip->config.drive, now_ms);
	finder_set_stale(gossip->finder,
	                 standing_is_stale(&standing, now_ms - gossip->started_ms), now_ms);
}

void gossip_see_peers(struct gossip *gossip)
{
	for (uint16_t seat = 0; seat < TOWN_MAX; seat++) {
		if (gossip->seats[seat] == TOWN_NOBODY)
			continue;
		relay_set_validator(gossip->relay, seat, is_validator(gossip, seat));
		gossip->was_validator[seat] =
			gossip->was_validator[seat] || is_validator(gossip, seat);
	}
	relay_set_voting(gossip->relay,
	                 gossip->config.drive->consensus.epoch.self != NOBODY);
}

void gossip_tick(struct gossip *gossip, const bool kept[TOWN_MAX],
                 const struct gossip_time *time)
{
	const struct gossip_config *config = &gossip->config;

	gossip->time = *time;
	gossip_see_peers(gossip);
	for (uint16_t other = 0; other < town_count(); other++) {
		bool is_kept = kept[other];

		for (size_t i = 0; i < config->known_count && config->is_known_kept; i++)
			is_kept = is_kept || config->known[i] == other;
		calls_keep(&gossip->calls, other, is_kept && other != config->self);
	}
	see_tip(gossip, time->now_ms);
	if (time->now_ms >= gossip->step_ms) {
		gossip->step_ms = time->now_ms + STEP_MS;
		finder_step(gossip->finder, time->now_ms, time->now_s);
	}
	calls_tick(&gossip->calls, &gossip->lots, time->now_ms);
}

uint64_t gossip_wake_ms(const struct gossip *gossip)
{
	return relay_wake_ms(gossip->relay);
}

void gossip_step(struct gossip *gossip, uint64_t now_ms)
{
	relay_step(gossip->relay, now_ms);
}
