#include "tests/sim/wire/sins.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "node/p2p/addr_message.h"
#include "node/p2p/types.h"
#include "node/p2p/tx_message.h"
#include "tests/sim/wire/records.h"

enum {
	HEARD_MAX = 256,
	TX_HEARD_MAX = 4096,  /* bytes */
	FLOODS = 4,           /* of a life */
	FLOOD_INVS = 12,      /* 6,144 names: more than a burst, and more than a tracker holds */
	FLOOD_QUESTIONS = 20,
	FORGED = 40,          /* nodes that there are not, of each life: more than there are */
	FORGED_TOLD = 5,      /* unasked */
	TURN_MS = 1000,
};

struct sinner {
	enum sin sin;
	struct sin_world world;
	struct lots lots;
	struct inv_entry heard[HEARD_MAX];
	size_t heard_count;
	uint8_t tx[TX_HEARD_MAX];
	size_t tx_size;
	uint64_t turn_ms;
	unsigned floods;
	struct buffer forged[FORGED];
	bool has_forged;
};

const char *sin_name(enum sin sin)
{
	static const char *const NAMES[SIN_COUNT] = {"withholds", "denies", "pushes",
	                                             "floods",    "forges", "is mute"};

	return NAMES[sin];
}

struct sinner *sinner_new(enum sin sin, uint64_t number, const struct sin_world *world)
{
	struct sinner *sinner = memory_new(sizeof *sinner);
	uint8_t seed[SIPHASH_KEY_SIZE] = {0};

	INVARIANT(sinner);
	sinner->sin = sin;
	sinner->world = *world;
	put_le64(seed, number);
	lots_init(&sinner->lots, seed);
	for (size_t i = 0; i < FORGED; i++)
		buffer_init(&sinner->forged[i], NODE_RECORD_SIZE_MAX);
	return sinner;
}

void sinner_free(struct sinner *sinner)
{
	if (!sinner)
		return;
	for (size_t i = 0; i < FORGED; i++)
		buffer_close(&sinner->forged[i]);
	memory_free(sinner);
}

/* -- Saying it ---------------------------------------------------------------------------------- */

static void send_to(struct sinner *sinner, uint16_t to, uint16_t type, struct bytes_view bytes)
{
	sinner->world.send(sinner->world.owner, to, type, bytes);
}

static void send_all(struct sinner *sinner, uint16_t but, uint16_t type, struct bytes_view bytes)
{
	for (uint16_t to = 0; to < town_count(); to++)
		if (to != but && sinner->world.is_open(sinner->world.owner, to))
			send_to(sinner, to, type, bytes);
}

static struct hash some_hash(struct sinner *sinner)
{
	struct hash hash;

	for (size_t i = 0; i < HASH_SIZE; i += 8)
		put_le64(hash.bytes + i, lots_next(&sinner->lots));
	return hash;
}

static bool is_hit(struct sinner *sinner, uint64_t one_in)
{
	return lots_below(&sinner->lots, one_in) == 0;
}

/* Names that mean nothing. */
static void announce_nothing(struct sinner *sinner, size_t count)
{
	struct inv_entry entries[INV_MAX];
	struct buffer out;

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct inv_entry){
			some_hash(sinner), (uint32_t)(1 + lots_below(&sinner->lots, TX_SIZE_MAX))};
	buffer_init(&out, INV_SIZE_MAX);
	inv_put(&out, entries, count);
	send_all(sinner, TOWN_NOBODY, TYPE_INV, buffer_view(&out));
	buffer_close(&out);
}

static void name_many(struct sinner *sinner, uint16_t type, const struct hash *ids, size_t count)
{
	struct buffer out;

	buffer_init(&out, REQ_TX_SIZE_MAX);
	tx_ids_put(&out, ids, count);
	send_all(sinner, TOWN_NOBODY, type, buffer_view(&out));
	buffer_close(&out);
}

/* -- Of transactions ----------------------------------------------------------------------------------- */

static void hear_inv(struct sinner *sinner, uint16_t from, struct bytes_view bytes)
{
	struct inv_entry entries[INV_MAX];
	size_t count;

	if (inv_decode(entries, &count, bytes) != STATUS_OK)
		return;
	for (size_t i = 0; i < count; i++)
		sinner->heard[sinner->heard_count++ % HEARD_MAX] = entries[i];
	/* To be asked before all others. */
	send_all(sinner, from, TYPE_INV, bytes);
}

static void hear_tx(struct sinner *sinner, struct bytes_view bytes)
{
	if (bytes.size > TX_HEARD_MAX)
		return;
	memcpy(sinner->tx, bytes.at, bytes.size);
	sinner->tx_size = bytes.size;
}

static void deny_heard(struct sinner *sinner)
{
	struct hash ids[REQ_TX_MAX];
	size_t held = sinner->heard_count < HEARD_MAX ? sinner->heard_count : HEARD_MAX;
	size_t count = held < REQ_TX_MAX ? held : REQ_TX_MAX;

	for (size_t i = 0; i < count; i++)
		ids[i] = sinner->heard[lots_below(&sinner->lots, held)].id;
	if (count > 0)
		name_many(sinner, TYPE_NOTFOUND, ids, count);
}

static void push_one(struct sinner *sinner, uint16_t to)
{
	uint8_t bytes[TX_HEARD_MAX];
	size_t size = sinner->tx_size;

	memcpy(bytes, sinner->tx, size);
	if (size == 0 || is_hit(sinner, 3)) {
		size = 1 + lots_below(&sinner->lots, 300);
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)lots_next(&sinner->lots);
	} else if (is_hit(sinner, 2)) {
		bytes[lots_below(&sinner->lots, size)] ^= 1;
	}
	send_to(sinner, to, TYPE_TX, bytes_view(bytes, size));
}

/* Now and then so many that it is not listened to any more, and away before they are judged. */
static void push(struct sinner *sinner)
{
	for (uint16_t to = 0; to < town_count(); to++) {
		bool is_burst = is_hit(sinner, 16);
		uint64_t count = is_burst ? 60 : 1 + lots_below(&sinner->lots, 3);

		if (!sinner->world.is_open(sinner->world.owner, to))
			continue;
		while (count-- > 0)
			push_one(sinner, to);
		if (is_burst && is_hit(sinner, 2))
			sinner->world.close(sinner->world.owner, to, "it has pushed enough");
	}
}

static void flood(struct sinner *sinner)
{
	struct hash ids[REQ_TX_MAX];

	if (sinner->floods == FLOODS || !is_hit(sinner, 4))
		return;
	sinner->floods++;
	for (int i = 0; i < FLOOD_INVS; i++)
		announce_nothing(sinner, INV_MAX);
	for (int i = 0; i < FLOOD_QUESTIONS; i++) {
		for (size_t k = 0; k < REQ_TX_MAX; k++)
			ids[k] = some_hash(sinner);
		name_many(sinner, TYPE_REQ_TX, ids, REQ_TX_MAX);
	}
}

/* -- Of nodes ------------------------------------------------------------------------------------------- */

/* Half of them where an honest node is, under another key; the others spread over the net. */
static struct net_address forged_address(struct sinner *sinner, size_t number)
{
	struct net_address address = town_address(lots_below(&sinner->lots, town_count()) & 0xff);

	address.port = (uint16_t)(address.port + number % 2);
	if (number % 4 < 2)
		return address;
	address.bytes[0] = town_is_public() ? 12 : 10;
	address.bytes[1] = (uint8_t)(1 + number);
	address.bytes[2] = (uint8_t)lots_next(&sinner->lots);
	return address;
}

static void forge(struct sinner *sinner, size_t number, uint64_t now_s)
{
	struct secret_key secret = town_secret("sim/forged", lots_next(&sinner->lots));
	struct node_record record = {
		.seq = now_s,
		.roles = NODE_ROLE_FULL,
		.expiry_s = now_s + NODE_RECORD_EXPIRY_S_MAX / 2,
		.address_count = 1,
		.addresses = {forged_address(sinner, number)},
	};
	struct buffer *out = &sinner->forged[number];
	struct writer writer;
	uint8_t *bytes;

	town_point(&record.node_id, &secret);
	records_sign(&record, &secret);
	bytes = buffer_extend(out, node_record_size(&record));
	INVARIANT(bytes);
	writer = writer_on(bytes, out->size);
	node_record_put(&writer, &record);
}

static void tell_of_forged(struct sinner *sinner, uint16_t to, size_t count, bool is_broken,
                           uint64_t now_s)
{
	struct bytes_view views[FORGED];
	struct buffer out;

	for (size_t i = 0; i < FORGED && !sinner->has_forged; i++)
		forge(sinner, i, now_s);
	sinner->has_forged = true;
	for (size_t i = 0; i < FORGED; i++)
		views[i] = buffer_view(&sinner->forged[i]);
	lots_shuffle(&sinner->lots, views, FORGED, sizeof *views);
	buffer_init(&out, ADDR_SIZE_MAX);
	addr_put(&out, views, count);
	if (is_broken)
		out.at[out.size - 1] ^= 1; /* of the last signature */
	send_to(sinner, to, TYPE_ADDR, buffer_view(&out));
	buffer_close(&out);
}

static void tell_of_nobody(struct sinner *sinner, uint64_t now_s)
{
	for (uint16_t to = 0; to < town_count(); to++) {
		bool is_broken = is_hit(sinner, 6), is_large = is_hit(sinner, 40);

		if (!sinner->world.is_open(sinner->world.owner, to))
			continue;
		tell_of_forged(sinner, to, is_large ? FORGED : FORGED_TOLD, is_broken, now_s);
		/* Whoever has this place next is not he. */
		if (is_broken && is_hit(sinner, 2))
			sinner->world.close(sinner->world.owner, to, "it has told enough");
	}
}

/* Now and then what is no record, and away before that is found. */
static void answer_falsely(struct sinner *sinner, uint16_t to, uint64_t now_s)
{
	bool is_broken = is_hit(sinner, 3);

	tell_of_forged(sinner, to, FORGED, is_broken, now_s);
	if (is_broken)
		sinner->world.close(sinner->world.owner, to, "it has told enough");
}

/* -- What the simulator calls ------------------------------------------------------------------------------ */

bool sinner_lets(struct sinner *sinner, uint16_t type, struct bytes_view bytes)
{
	switch (sinner->sin) {
	case SIN_WITHHOLDS:
		return type != TYPE_TX && type != TYPE_NOTFOUND;
	case SIN_DENIES:
		return type != TYPE_TX;
	case SIN_FORGES:
		return type != TYPE_ADDR;
	case SIN_IS_MUTE:
		return type != TYPE_TX && type != TYPE_INV && type != TYPE_ADDR;
	case SIN_PUSHES:
		if (type == TYPE_TX)
			hear_tx(sinner, bytes);
		return true;
	case SIN_FLOODS:
	case SIN_COUNT:
		break;
	}
	return true;
}

void sinner_hears(struct sinner *sinner, uint16_t from, uint16_t type, struct bytes_view bytes,
                  uint64_t now_s)
{
	bool announces = sinner->sin == SIN_WITHHOLDS || sinner->sin == SIN_DENIES;

	if (announces && type == TYPE_INV)
		hear_inv(sinner, from, bytes);
	else if (sinner->sin == SIN_DENIES && type == TYPE_REQ_TX)
		send_to(sinner, from, TYPE_NOTFOUND, bytes);
	else if (sinner->sin == SIN_PUSHES && type == TYPE_TX)
		hear_tx(sinner, bytes);
	else if (sinner->sin == SIN_FORGES && type == TYPE_GETADDR)
		answer_falsely(sinner, from, now_s);
}

void sinner_turn(struct sinner *sinner, uint64_t now_ms, uint64_t now_s)
{
	if (now_ms < sinner->turn_ms)
		return;
	sinner->turn_ms = now_ms + lots_below(&sinner->lots, 2 * TURN_MS);
	switch (sinner->sin) {
	case SIN_WITHHOLDS:
		announce_nothing(sinner, 1 + lots_below(&sinner->lots, 8));
		break;
	case SIN_DENIES:
		announce_nothing(sinner, 1);
		deny_heard(sinner);
		break;
	case SIN_PUSHES:
		push(sinner);
		break;
	case SIN_FLOODS:
		flood(sinner);
		break;
	case SIN_FORGES:
		tell_of_nobody(sinner, now_s);
		break;
	case SIN_IS_MUTE:
	case SIN_COUNT:
		break;
	}
}
