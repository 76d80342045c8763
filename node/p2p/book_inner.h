/* What the parts of the address book know of each other. */
#ifndef NODE_P2P_BOOK_INNER_H
#define NODE_P2P_BOOK_INNER_H

#include "node/p2p/book.h"

struct book_place {
	enum book_table table;
	uint16_t bucket;
	uint8_t slot;
};

static inline size_t book_buckets(unsigned table)
{
	return table == BOOK_NEW ? BOOK_NEW_BUCKETS : BOOK_TRIED_BUCKETS;
}

static inline struct book_entry **book_slot(const struct book *book, unsigned table,
                                            size_t bucket, size_t slot)
{
	return &book->slots[table][bucket * BOOK_BUCKET_SLOTS + slot];
}

/* Where an address belongs. `source` matters in NEW alone. */
struct book_place book_place_of(const struct book *book, unsigned table,
                                const struct net_address *address,
                                const struct net_group *source);

/* NULL: out of memory, or BOOK_BYTES_MAX. */
struct book_node *book_node_of(struct book *book, const struct node_id *id);
struct book_node *book_find_node(const struct book *book, const struct node_id *id);
/* The node goes if nothing is known of it. */
void book_node_tidy(struct book *book, struct book_node *node);
/* The bytes are copied; the one before goes. False: as above, and it is as before. */
bool book_set_record(struct book *book, struct book_node *node,
                     const struct node_record *record);

/* A new entry in a free place. NULL: out of memory, or BOOK_BYTES_MAX. */
struct book_entry *book_insert(struct book *book, const struct node_id *id,
                               const struct net_address *address,
                               const struct net_group *source,
                               const struct book_place *place);
void book_remove(struct book *book, struct book_entry *entry);

/* Out of its place, and into another that is free. In between it is in no table. */
void book_lift(struct book *book, struct book_entry *entry);
void book_settle(struct book *book, struct book_entry *entry, const struct book_place *place);
/* One that was lifted goes for good. */
void book_discard(struct book *book, struct book_entry *entry);

/* May this be in our book at all? */
bool book_is_ours(const struct book *book, const struct node_id *id,
                  const struct net_address *address);
bool book_is_listed(const struct book *book, const struct node_id *id);

/* A record that may be passed on; NULL: none. */
const struct book_record *book_fresh_record(const struct book_node *node, uint64_t now_s);

#endif
