/* Rows of the table of hostile inputs: who comes again and again, who takes all the places, and
 * transactions that are of no use. */
#ifndef TESTS_SYSTEM_HOSTILE_PLACES_H
#define TESTS_SYSTEM_HOSTILE_PLACES_H

#include "node/p2p/slots.h"
#include "tests/system/hostile_one.h"

/* Sanitizers keep what was freed, to see who still uses it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_GROWTH_MAX = 1 << 30 };
#else
enum { MEMORY_GROWTH_MAX = 160 << 20 };
#endif

enum { START_PAUSE_MS = 2000 }; /* between two sessions that a node begins: docs/network.md */

/* 60 nodes, one after the other. */
static inline void come_and_go(void)
{
	for (int i = 0; i < 60; i++) {
		hostile_meet(&peer, &target, fresh_key());
		hostile_close(&peer);
	}
	await_lines("peer_gone", "", 60);
}

/* One node, as fast as it can: it begins a session in two seconds. */
static inline void come_back_at_once(void)
{
	double start_s = live_now_s();
	uint8_t key = fresh_key();

	for (int i = 0; i < 90; i++) {
		hostile_init(&peer, &target, key);
		hostile_knock(&peer, &target);
		hostile_greet(&peer);
		if (peer.session.state != SESSION_ACTIVE)
			(void)hostile_end(&peer);
		hostile_close(&peer);
	}
	await_lines("no_session", "it began a session a moment ago", 1);
	ck_assert_uint_le(live_metric(&node, "peers_opened_total"),
	                  1 + (uint64_t)((live_now_s() - start_s) * 1000) / START_PAUSE_MS);
}

/* -- All the places ------------------------------------------------------------------------- */

static struct hostile guests[SLOTS_INBOUND_MAX];

/* How many of them were sent away. */
static inline size_t count_displaced(void)
{
	size_t count = 0;

	for (size_t i = 0; i < SLOTS_INBOUND_MAX; i++) {
		if (guests[i].session.state == SESSION_ACTIVE)
			hostile_hear(&guests[i]);
		count += guests[i].session.state == SESSION_CLOSED &&
		         guests[i].session.disconnect_code == DISCONNECT_FULL;
	}
	return count;
}

/* They idle; whoever comes takes the place of one of them, and there are never more. */
static inline void all_places_are_taken(void)
{
	double until_s = live_now_s() + HOSTILE_PATIENCE_S;

	for (size_t i = 0; i < SLOTS_INBOUND_MAX; i++)
		hostile_meet(&guests[i], &target, fresh_key());
	while (peer_count() < SLOTS_INBOUND_MAX)
		ck_assert_msg(is_in_time(until_s), "%llu sessions", (unsigned long long)peer_count());
	ck_assert_uint_eq(count_displaced(), 0);
	hostile_meet(&peer, &target, fresh_key());
	ck_assert(hostile_ping(&peer));
	while (count_displaced() == 0)
		ck_assert_msg(is_in_time(until_s), "nobody went");
	while (peer_count() > SLOTS_INBOUND_MAX)
		ck_assert_msg(is_in_time(until_s), "more than there are places");
	ck_assert_uint_eq(count_displaced(), 1);
	await_lines("peer_gone", "its place is wanted for another", 1);
	for (size_t i = 0; i < SLOTS_INBOUND_MAX; i++)
		hostile_close(&guests[i]);
	hostile_close(&peer);
}

/* -- Memory ----------------------------------------------------------------------------------- */

enum { HOARDERS = 24, HOARD_SIZE = 4 << 20, MEMORY_MIB = 64 };

/* 24 begin a message of 4 MiB each, at once, and do not end it: 96 MiB where there are 64. */
static inline void messages_that_never_end(void)
{
	static uint8_t body[RECORD_BODY_MAX];
	size_t sent = RECORD_BODY_MAX - FRAME_FIRST_HEAD_SIZE, samples = 0;
	uint64_t most = 0, memory;
	struct live_connection connection;
	struct workload workload;
	double until_s;

	ck_assert_uint_eq(live_metric(&node, "network_held_max_bytes"),
	                  (uint64_t)MEMORY_MIB << 20);
	memory = live_node_peak_memory(&node);
	for (size_t i = 0; i < HOARDERS; i++) {
		hostile_meet(&guests[i], &target, fresh_key());
		memcpy(body, from_hex("03010901" "00004000").at, FRAME_FIRST_HEAD_SIZE);
		ck_assert(hostile_record(&guests[i], bytes_view(body, sizeof body)));
	}
	memcpy(body, from_hex("03000901").at, FRAME_HEAD_SIZE);
	for (; sent + RECORD_BODY_MAX < HOARD_SIZE; sent += RECORD_BODY_MAX - FRAME_HEAD_SIZE) {
		for (size_t i = 0; i < HOARDERS; i++)
			(void)hostile_record(&guests[i], bytes_view(body, sizeof body));
		if (samples++ % 16 == 0) {
			uint64_t held = live_metric(&node, "network_held_bytes");

			most = held > most ? held : most;
		}
	}
	/* A buffer that grows may pass it. */
	ck_assert_uint_lt(most, ((uint64_t)MEMORY_MIB << 20) + HOARD_SIZE);
	live_connect(&connection, &node);
	workload_make(&workload, &connection, 1, 1); /* others write all the while */
	workload_free(&workload);
	live_disconnect(&connection);
	until_s = live_now_s() + HOSTILE_PATIENCE_S;
	while (live_metric(&node, "network_shed_peers_total") == 0)
		ck_assert_msg(is_in_time(until_s), "nobody goes");
	await_lines("peer_gone", "it held the most when memory ran short", 1);
	for (size_t i = 0; i < HOARDERS; i++)
		hostile_close(&guests[i]);
	while (live_metric(&node, "network_held_bytes") > 0)
		ck_assert_msg(is_in_time(until_s), "memory does not come back");
	/* Twice, where a buffer is moved to grow. */
	ck_assert_uint_lt(live_node_peak_memory(&node) - memory, (uint64_t)MEMORY_GROWTH_MAX);
}

/* -- Transactions of no use ------------------------------------------------------------------- */

/* Well signed, of nearly the largest size, in a stream that there is not. */
static inline struct bytes_view make_useless(uint8_t *bytes, const struct network *network,
                                             const struct signer *signer, uint64_t salt)
{
	static uint8_t value[64000];
	struct operation operation = {.kind = OPERATION_record_append};
	struct key_pair pair;
	struct signature signature;
	struct tx_draft draft = {
		.salt = salt,
		.valid_until_ms = (uint64_t)time(NULL) * 1000 + 600000,
		.operations = &operation,
		.operation_count = 1,
	};
	struct hash txid;
	size_t size;

	ck_assert_int_eq(key_pair_init(&pair, signer, &(struct secret_key){{9}}), STATUS_OK);
	draft.sender = network_account_id(network, &pair.public_key);
	operation.record_append.stream = stream_id_of(text_view("nowhere"));
	operation.record_append.value = bytes_view(value, sizeof value);
	size = tx_draft_size(&draft);
	txid = tx_draft_put(bytes, &draft, network);
	ck_assert_int_eq(key_pair_sign(&signature, signer, &pair, &txid, &txid), STATUS_OK);
	tx_put_authority(bytes, size, &pair.public_key, &signature);
	return bytes_view(bytes, size);
}

/* 100 of them: refused, not kept, and no fault; others write all the while. */
static inline void transactions_for_nothing(void)
{
	static uint8_t bytes[TX_SIZE_MAX];
	struct live_connection connection;
	struct workload workload;
	struct network network;
	struct buffer message;
	double until_s = live_now_s() + HOSTILE_PATIENCE_S;

	network_init(&network, &target.genesis);
	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, &target, fresh_key());
	for (uint64_t i = 0; i < 100; i++) {
		struct bytes_view tx = make_useless(bytes, &network, peer.signer, i);

		message_put_txs(&message, &tx, 1);
		hostile_say(&peer, type_of_consensus(MESSAGE_TXS), buffer_view(&message));
		buffer_clear(&message);
	}
	live_connect(&connection, &node);
	workload_make(&workload, &connection, 1, 1); /* its streams are made, and final */
	workload_free(&workload);
	live_disconnect(&connection);
	ck_assert(hostile_ping(&peer));
	while (live_metric(&node, "txs_refused_total") == 0 ||
	       live_metric(&node, "network_txs_bytes") > 0)
		ck_assert_msg(is_in_time(until_s), "they are not decided upon");
	ck_assert_uint_eq(live_metric(&node, "pool_txs"), 0);
	ck_assert_uint_eq(live_metric(&node, "peers_blamed_total"), 0);
	hostile_close(&peer);
	buffer_close(&message);
}

#endif
