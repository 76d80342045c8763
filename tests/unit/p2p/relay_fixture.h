/* Nodes that relay to each other over lines with delay and loss, in one thread, from a seed. Of
 * a node there is its relay and a pool that takes whatever comes whole. */
#ifndef TESTS_UNIT_P2P_RELAY_FIXTURE_H
#define TESTS_UNIT_P2P_RELAY_FIXTURE_H

#include "chain/proof/log.h"
#include "node/p2p/relay.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <utlist.h>

enum { MESH_NODES = 12, MESH_TXS = 240, MESH_TX_SIZE = 150, MESH_CHECK_MS = 3 };

struct mesh_node {
	struct relay *relay;
	bool has[MESH_TXS];        /* in its pool */
	bool is_placed[MESH_TXS];  /* in a block */
	uint64_t since_ms[MESH_TXS];
	bool refuses;              /* whatever comes is faulty */
	size_t taken[MESH_TXS];    /* how often it came to be checked */
	size_t blamed;
	size_t bytes_in;
};

struct mesh_letter {
	struct mesh_letter *next, *prev;
	uint64_t due_ms;
	bool is_check;             /* of `from`, by `to` itself; else a message */
	uint16_t from, to;
	enum message_type type;
	size_t number;             /* of the transaction that is checked */
	size_t size;
	uint8_t bytes[];
};

static struct mesh_node mesh[MESH_NODES];
static struct mesh_letter *mesh_letters;
static struct random mesh_random;
static uint64_t mesh_now_ms;
static uint32_t mesh_loss;     /* of 100 messages */
static size_t mesh_messages[256], mesh_sent[256]; /* by type: that arrived, that were sent */

static inline struct bytes_view mesh_tx(size_t number)
{
	static uint8_t bytes[MESH_TXS][MESH_TX_SIZE];

	put_le32(bytes[number], (uint32_t)number + 1);
	return bytes_view(bytes[number], MESH_TX_SIZE - number % 50);
}

static inline struct hash mesh_id(size_t number)
{
	static struct hash ids[MESH_TXS];
	static bool is_known[MESH_TXS];

	if (!is_known[number])
		ids[number] = log_leaf_hash(mesh_tx(number));
	is_known[number] = true;
	return ids[number];
}

static inline size_t mesh_number(const struct hash *id)
{
	size_t number = 0;

	while (number < MESH_TXS) {
		struct hash other = mesh_id(number);

		if (hash_equal(&other, id))
			break;
		number++;
	}
	return number;
}

/* -- The world of a node ------------------------------------------------------------------- */

static inline bool mesh_find(void *owner, const struct hash *id, struct bytes_view *tx,
                             bool *is_waiting)
{
	const struct mesh_node *node = owner;
	size_t number = mesh_number(id);

	if (number == MESH_TXS || !node->has[number])
		return false;
	*tx = mesh_tx(number);
	if (is_waiting)
		*is_waiting = !node->is_placed[number];
	return true;
}

static inline size_t mesh_list_old(void *owner, uint64_t now_ms, struct inv_entry *entries)
{
	const struct mesh_node *node = owner;
	size_t count = 0;

	for (size_t i = 0; i < MESH_TXS; i++)
		if (node->has[i] && !node->is_placed[i] &&
		    node->since_ms[i] + RELAY_REPAIR_AGE_MS <= now_ms)
			entries[count++] = (struct inv_entry){mesh_id(i), (uint32_t)mesh_tx(i).size};
	return count;
}

static inline uint16_t mesh_index(const struct mesh_node *node)
{
	return (uint16_t)(node - mesh);
}

static inline struct mesh_letter *mesh_post(uint16_t from, uint16_t to, uint64_t delay_ms,
                                            struct bytes_view bytes)
{
	struct mesh_letter *letter = calloc(1, sizeof *letter + bytes.size);

	letter->due_ms = mesh_now_ms + delay_ms;
	letter->from = from;
	letter->to = to;
	letter->size = bytes.size;
	if (bytes.size > 0)
		memcpy(letter->bytes, bytes.at, bytes.size);
	DL_APPEND(mesh_letters, letter);
	return letter;
}

static inline void mesh_send(void *owner, uint16_t peer, enum message_type type,
                             struct bytes_view bytes)
{
	mesh_sent[type]++;
	if (random_below(&mesh_random, 100) >= mesh_loss)
		mesh_post(mesh_index(owner), peer, 1 + random_below(&mesh_random, 60), bytes)->type =
			type;
}

static inline bool mesh_has_room(void *owner, uint16_t peer)
{
	(void)owner;
	(void)peer;
	return true;
}

static inline void mesh_take(void *owner, uint16_t peer, struct bytes_view tx)
{
	struct mesh_node *node = owner;
	size_t number = get_le32(tx.at) - 1;
	struct mesh_letter *letter =
		mesh_post(peer, mesh_index(node), MESH_CHECK_MS, bytes_view(NULL, 0));

	ck_assert_uint_lt(number, MESH_TXS);
	node->taken[number]++;
	letter->is_check = true;
	letter->number = number;
}

static inline void mesh_blame(void *owner, uint16_t peer, const char *what)
{
	struct mesh_node *node = owner;

	(void)peer;
	ck_assert_ptr_nonnull(what);
	node->blamed++;
}

/* -- The mesh ------------------------------------------------------------------------------- */

static inline void mesh_start(uint64_t seed)
{
	mesh_random = random_from(seed);
	mesh_now_ms = 1000;
	mesh_loss = 0;
	memset(mesh_messages, 0, sizeof mesh_messages);
	memset(mesh_sent, 0, sizeof mesh_sent);
	for (size_t i = 0; i < MESH_NODES; i++) {
		struct relay_world world = {&mesh[i],      mesh_find, mesh_list_old, mesh_send,
		                            mesh_has_room, mesh_take, mesh_blame};
		struct hash key = random_hash(&mesh_random);

		mesh[i] = (struct mesh_node){.relay = malloc(sizeof(struct relay))};
		ck_assert_int_eq(relay_init(mesh[i].relay, &world, key.bytes), STATUS_OK);
	}
}

static inline void mesh_stop(void)
{
	struct mesh_letter *letter, *next;

	DL_FOREACH_SAFE (mesh_letters, letter, next)
		free(letter);
	mesh_letters = NULL;
	for (size_t i = 0; i < MESH_NODES; i++) {
		relay_close(mesh[i].relay);
		free(mesh[i].relay);
	}
}

/* `from` dials `to`. */
static inline void mesh_connect(uint16_t from, uint16_t to)
{
	if (from == to || relay_serial(mesh[from].relay, to) > 0)
		return;
	ck_assert(relay_join(mesh[from].relay, to, true, mesh_now_ms));
	ck_assert(relay_join(mesh[to].relay, from, false, mesh_now_ms));
}

static inline void mesh_cut(uint16_t one, uint16_t other)
{
	struct mesh_letter *letter, *next;

	relay_leave(mesh[one].relay, other, mesh_now_ms);
	relay_leave(mesh[other].relay, one, mesh_now_ms);
	DL_FOREACH_SAFE (mesh_letters, letter, next) {
		if (letter->is_check || !((letter->from == one && letter->to == other) ||
		                          (letter->from == other && letter->to == one)))
			continue;
		DL_DELETE(mesh_letters, letter);
		free(letter);
	}
}

static inline void mesh_admit(uint16_t index, size_t number, uint16_t from)
{
	struct mesh_node *node = &mesh[index];
	struct hash id = mesh_id(number);

	if (node->has[number])
		return;
	node->has[number] = true;
	node->since_ms[number] = mesh_now_ms;
	relay_admitted(node->relay, &id, mesh_tx(number), from, mesh_now_ms);
}

static inline void mesh_open(struct mesh_letter *letter)
{
	struct mesh_node *node = &mesh[letter->to];
	uint64_t serial = relay_serial(node->relay, letter->from);

	if (!letter->is_check) {
		mesh_messages[letter->type]++;
		node->bytes_in += letter->size;
		relay_on_message(node->relay, letter->from, letter->type,
		                 bytes_view(letter->bytes, letter->size), mesh_now_ms);
	} else if (node->refuses) {
		relay_judged(node->relay, letter->from, serial, RELAY_FAULTY, mesh_now_ms);
	} else {
		mesh_admit(letter->to, letter->number, letter->from);
		relay_judged(node->relay, letter->from, serial, RELAY_TAKEN, mesh_now_ms);
	}
}

/* When something happens next. */
static inline uint64_t mesh_next_ms(void)
{
	const struct mesh_letter *letter;
	uint64_t next_ms = UINT64_MAX;

	DL_FOREACH (mesh_letters, letter)
		if (letter->due_ms < next_ms)
			next_ms = letter->due_ms;
	for (size_t i = 0; i < MESH_NODES; i++) {
		uint64_t wake_ms = relay_wake_ms(mesh[i].relay);

		if (wake_ms < next_ms)
			next_ms = wake_ms;
	}
	return next_ms;
}

/* So many milliseconds pass, and all that happens in them. */
static inline void mesh_run(uint64_t ms)
{
	uint64_t end_ms = mesh_now_ms + ms, next_ms;

	while ((next_ms = mesh_next_ms()) < end_ms) {
		struct mesh_letter *letter, *next;

		/* Nobody is woken twice in a millisecond. */
		mesh_now_ms = next_ms > mesh_now_ms ? next_ms : mesh_now_ms + 1;
		DL_FOREACH_SAFE (mesh_letters, letter, next) {
			if (letter->due_ms > mesh_now_ms)
				continue;
			mesh_open(letter);
			DL_DELETE(mesh_letters, letter);
			free(letter);
		}
		for (size_t i = 0; i < MESH_NODES; i++)
			if (relay_wake_ms(mesh[i].relay) <= mesh_now_ms)
				relay_step(mesh[i].relay, mesh_now_ms);
	}
	mesh_now_ms = end_ms;
}

static inline size_t mesh_lacking(size_t tx_count)
{
	size_t lacking = 0;

	for (size_t i = 0; i < MESH_NODES; i++)
		for (size_t number = 0; number < tx_count; number++)
			lacking += !mesh[i].has[number];
	return lacking;
}

#endif
