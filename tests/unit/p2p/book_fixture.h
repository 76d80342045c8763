/* A book, nodes by number, addresses by number. */
#ifndef TESTS_UNIT_P2P_BOOK_FIXTURE_H
#define TESTS_UNIT_P2P_BOOK_FIXTURE_H

#include "chain/base/invariant.h"
#include "node/p2p/addr_message.h"
#include "node/p2p/book_inner.h"
#include "tests/support/support.h"

enum { DAY_S = 86400 };

#define NOW_S UINT64_C(1800000000)

static struct book book;
static struct lots lots;

/* No points of the curve, as nobody looks. */
static inline struct node_id node_id_numbered(uint32_t number)
{
	struct node_id id = {{2}};

	put_be32(id.bytes + 29, number);
	return id;
}

static inline struct net_address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct net_address){.kind = NET_IPV4, .bytes = {a, b, c, d}, .port = 17470};
}

/* Each in a /16 of its own, 0..40000. */
static inline struct net_address far_address(uint32_t number)
{
	struct net_address address = {.kind = NET_IPV6, .bytes = {0x2a, 0x00}, .port = 17470};

	put_be16(address.bytes + 2, (uint16_t)number);
	address.bytes[15] = 1;
	return address;
}

/* Source groups that are all different. */
static inline struct net_group source_numbered(uint32_t number)
{
	struct net_address address = far_address(number);

	address.bytes[1] = 0x77;
	return net_group_of(&address);
}

static inline struct book_config plain_config(void)
{
	return (struct book_config){
		.key = {{7, 7, 7}},
		.genesis = {{1}},
		.own = node_id_numbered(UINT32_MAX),
		.scope_min = NET_PUBLIC,
	};
}

static inline void book_setup(void)
{
	static const uint8_t seed[SIPHASH_KEY_SIZE] = {5};
	struct book_config config = plain_config();

	lots_init(&lots, seed);
	ck_assert_int_eq(book_init(&book, &config), STATUS_OK);
}

static inline void book_teardown(void)
{
	book_close(&book);
}

static inline enum book_finding add(uint32_t node, struct net_address address,
                                    uint32_t source, uint64_t now_s)
{
	struct node_id id = node_id_numbered(node);
	struct net_group group = source_numbered(source);

	return book_add(&book, &id, &address, &group, now_s);
}

static inline void met(uint32_t node, struct net_address address, uint64_t now_s)
{
	struct node_id id = node_id_numbered(node);

	book_met(&book, &id, &address, now_s);
}

static inline void failed(uint32_t node, struct net_address address, uint64_t now_s)
{
	struct node_id id = node_id_numbered(node);

	book_failed(&book, &id, &address, now_s, true);
}

static inline const struct book_entry *find(uint32_t node, struct net_address address)
{
	struct node_id id = node_id_numbered(node);

	return book_find(&book, &id, &address);
}

/* A record whose signature nobody checks. */
static inline struct node_record record_of(uint32_t node, uint64_t seq,
                                           struct net_address address, uint64_t now_s)
{
	return (struct node_record){
		.node_id = node_id_numbered(node),
		.seq = seq,
		.roles = NODE_ROLE_FULL,
		.expiry_s = now_s + 6 * DAY_S,
		.address_count = 1,
		.addresses = {address},
		.signature = {{(uint8_t)node, 1}},
	};
}

static inline enum book_finding add_record(const struct node_record *record,
                                           uint32_t source, uint64_t now_s)
{
	struct net_group group = source_numbered(source);

	return book_add_record(&book, record, &group, now_s);
}

/* Everything that must hold between two calls; few assertions, as each writes to a file. */
static inline void book_check(const struct book *of)
{
	size_t entries = 0, broken = 0;

	for (unsigned table = BOOK_NEW; table <= BOOK_TRIED; table++) {
		size_t in_table = 0;

		for (size_t bucket = 0; bucket < book_buckets(table); bucket++) {
			size_t in_bucket = 0;

			for (size_t slot = 0; slot < BOOK_BUCKET_SLOTS; slot++) {
				const struct book_entry *entry = *book_slot(of, table, bucket, slot);
				struct net_address address;
				struct book_place place;

				if (!entry)
					continue;
				in_bucket++;
				address = book_address(entry);
				place = book_place_of(of, table, &address, &entry->source);
				broken += place.bucket != bucket || place.slot != slot;
				broken += entry->table != table;
				broken += book_find(of, &entry->node->id, &address) != entry;
				broken += table == BOOK_TRIED && entry->met_s == 0;
			}
			broken += of->filled[table][bucket] != in_bucket;
			in_table += in_bucket;
		}
		broken += of->counts[table] != in_table;
		entries += in_table;
	}
	for (const struct book_node *node = of->nodes; node; node = node->hh.next) {
		size_t count = 0;

		for (const struct book_entry *entry = node->entries; entry;
		     entry = entry->next_of_node)
			count++;
		broken += count != node->entry_count || count == 0 || count > BOOK_PER_NODE_MAX;
		entries -= count;
	}
	ck_assert_uint_eq(entries, 0);
	for (const struct book_host *host = of->hosts; host; host = host->hh.next) {
		size_t count = 0;

		for (const struct book_entry *entry = host->entries; entry;
		     entry = entry->next_of_host) {
			size_t at_port = 0;

			for (const struct book_entry *other = host->entries; other;
			     other = other->next_of_host)
				at_port += other->port == entry->port;
			broken += at_port > BOOK_PER_PORT_MAX;
			count++;
		}
		broken += count == 0 || count > BOOK_PER_HOST_MAX;
	}
	ck_assert_uint_eq(broken, 0);
	for (size_t i = 0; i < of->collision_count; i++) {
		ck_assert_int_eq(of->collisions[i].newer->table, BOOK_NEW);
		ck_assert_int_eq(of->collisions[i].older->table, BOOK_TRIED);
	}
}

#endif
