/* The tables, and what is in them. What comes in is judged in book_add.c. */
#include "node/p2p/addr_message.h"
#include "node/p2p/book_inner.h"

#include "chain/base/invariant.h"

/* -- Places ------------------------------------------------------------------------------- */

/* What the hashes are for, so that none says anything of another. */
enum {
	LABEL_SPREAD_NEW = 1,
	LABEL_NEW,
	LABEL_SPREAD_TRIED,
	LABEL_TRIED,
	LABEL_SLOT,
	LABEL_RELAY
};

static uint64_t finish(struct hasher *hasher)
{
	struct hash hash = hasher_finish(hasher);

	return get_le64(hash.bytes);
}

static struct hasher begin(const struct book *book, uint8_t label)
{
	struct hasher hasher = book->begun;

	hasher_update(&hasher, &label, 1);
	return hasher;
}

static void take_address(struct hasher *hasher, const struct net_address *address)
{
	uint8_t bytes[NET_ADDRESS_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	net_address_put(&out, address);
	hasher_update(hasher, bytes, sizeof bytes - out.left);
}

static void take_u64(struct hasher *hasher, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	hasher_update(hasher, bytes, sizeof bytes);
}

static uint64_t new_bucket(const struct book *book, const struct net_address *address,
                           const struct net_group *source)
{
	struct net_group group = net_group_of(address);
	struct hasher hasher = begin(book, LABEL_SPREAD_NEW);
	uint64_t spread;

	hasher_update(&hasher, source, sizeof *source);
	/* A site has one group, and a bucket so few places that a dozen nodes would want some twice. */
	if (net_address_scope(address) == NET_PUBLIC)
		hasher_update(&hasher, &group, sizeof group);
	else
		take_address(&hasher, address);
	spread = finish(&hasher) % BOOK_BUCKETS_PER_SOURCE;
	hasher = begin(book, LABEL_NEW);
	hasher_update(&hasher, source, sizeof *source);
	take_u64(&hasher, spread);
	return finish(&hasher) % BOOK_NEW_BUCKETS;
}

static uint64_t tried_bucket(const struct book *book, const struct net_address *address)
{
	struct net_group group = net_group_of(address);
	struct hasher hasher = begin(book, LABEL_SPREAD_TRIED);
	uint64_t spread;

	take_address(&hasher, address);
	spread = finish(&hasher) % BOOK_BUCKETS_PER_GROUP;
	hasher = begin(book, LABEL_TRIED);
	hasher_update(&hasher, &group, sizeof group);
	take_u64(&hasher, spread);
	return finish(&hasher) % BOOK_TRIED_BUCKETS;
}

struct book_place book_place_of(const struct book *book, unsigned table,
                                const struct net_address *address,
                                const struct net_group *source)
{
	uint64_t bucket = table == BOOK_NEW ? new_bucket(book, address, source)
	                                    : tried_bucket(book, address);
	struct hasher hasher = begin(book, LABEL_SLOT);
	uint8_t table_byte = (uint8_t)table;

	hasher_update(&hasher, &table_byte, 1);
	take_u64(&hasher, bucket);
	take_address(&hasher, address);
	return (struct book_place){
		.table = table,
		.bucket = (uint16_t)bucket,
		.slot = (uint8_t)(finish(&hasher) % BOOK_BUCKET_SLOTS),
	};
}

uint64_t book_relay_rank(const struct book *book, const struct node_id *subject,
                         uint64_t day, const struct node_id *peer)
{
	struct hasher hasher = begin(book, LABEL_RELAY);

	hasher_update(&hasher, subject, sizeof *subject);
	take_u64(&hasher, day);
	hasher_update(&hasher, peer, sizeof *peer);
	return finish(&hasher);
}

/* -- Life ----------------------------------------------------------------------------------- */

enum status book_init(struct book *book, const struct book_config *config)
{
	*book = (struct book){.config = *config, .begun = hasher_tagged("cairn/book/v1")};
	hasher_update(&book->begun, config->key.bytes, sizeof config->key.bytes);
	for (unsigned table = BOOK_NEW; table <= BOOK_TRIED; table++) {
		size_t buckets = book_buckets(table);

		book->slots[table] =
			memory_new(buckets * BOOK_BUCKET_SLOTS * sizeof *book->slots[table]);
		book->filled[table] = memory_new(buckets);
		if (!book->slots[table] || !book->filled[table]) {
			book_close(book);
			return STATUS_MEMORY;
		}
	}
	for (size_t i = 0; i < BOOK_LISTENERS_MAX; i++)
		for (size_t j = 0; j < NET_KINDS; j++)
			buffer_init(&book->answers[i][j].bytes, ADDR_SIZE_MAX);
	if (book_set_listed(book, config->listed, config->listed_count) != STATUS_OK) {
		book_close(book);
		return STATUS_MEMORY;
	}
	/* The caller's list is his own again. */
	book->config.listed = NULL;
	book->config.listed_count = 0;
	return STATUS_OK;
}

void book_close(struct book *book)
{
	struct book_node *node, *next;

	/* A node is there for its entries and goes with the last of them. */
	HASH_ITER (hh, book->nodes, node, next)
		for (size_t left = node->entry_count; left > 0; left--)
			book_remove(book, node->entries);
	INVARIANT(book->bytes == 0);
	for (unsigned table = BOOK_NEW; table <= BOOK_TRIED; table++) {
		memory_free(book->slots[table]);
		memory_free(book->filled[table]);
	}
	for (size_t i = 0; i < BOOK_LISTENERS_MAX; i++)
		for (size_t j = 0; j < NET_KINDS; j++)
			buffer_close(&book->answers[i][j].bytes);
	memory_free(book->listed);
	memory_wipe(&book->config.key, sizeof book->config.key);
	*book = (struct book){0};
}

/* -- Nodes ------------------------------------------------------------------------------------ */

/* `size` bytes that count; NULL: out of memory, or BOOK_BYTES_MAX. */
static void *take_memory(struct book *book, size_t size)
{
	void *block;

	if (size > BOOK_BYTES_MAX - book->bytes)
		return NULL;
	block = memory_new(size);
	if (block)
		book->bytes += size;
	return block;
}

static void give_memory(struct book *book, void *block, size_t size)
{
	if (!block)
		return;
	book->bytes -= size;
	memory_free(block);
}

struct book_node *book_find_node(const struct book *book, const struct node_id *id)
{
	struct book_node *node;

	HASH_FIND(hh, book->nodes, id, sizeof *id, node);
	return node;
}

struct book_node *book_node_of(struct book *book, const struct node_id *id)
{
	struct book_node *node = book_find_node(book, id);

	if (node)
		return node;
	node = take_memory(book, sizeof *node);
	if (!node)
		return NULL;
	node->id = *id;
	HASH_ADD(hh, book->nodes, id, sizeof node->id, node);
	if (table_has(node))
		return node;
	give_memory(book, node, sizeof *node);
	return NULL;
}

void book_node_tidy(struct book *book, struct book_node *node)
{
	if (node->entries)
		return;
	if (node->record)
		give_memory(book, node->record, sizeof *node->record + node->record->size);
	HASH_DEL(book->nodes, node);
	give_memory(book, node, sizeof *node);
}

bool book_set_record(struct book *book, struct book_node *node,
                     const struct node_record *record)
{
	size_t size = node_record_size(record);
	struct book_record *kept = take_memory(book, sizeof *kept + size);
	struct writer out;

	if (!kept)
		return false;
	kept->seq = record->seq;
	kept->expiry_s = record->expiry_s;
	kept->size = size;
	out = writer_on(kept->bytes, size);
	node_record_put(&out, record);
	if (node->record)
		give_memory(book, node->record, sizeof *node->record + node->record->size);
	node->record = kept;
	return true;
}

/* -- Hosts ------------------------------------------------------------------------------------ */

static struct net_host_key host_key(const struct net_address *address)
{
	struct net_host_key key = {.kind = address->kind};

	memcpy(key.bytes, address->bytes, sizeof key.bytes);
	return key;
}

static struct book_host *find_host(const struct book *book,
                                   const struct net_address *address)
{
	struct net_host_key key = host_key(address);
	struct book_host *host;

	HASH_FIND(hh, book->hosts, &key, sizeof key, host);
	return host;
}

static struct book_host *host_of(struct book *book, const struct net_address *address)
{
	struct book_host *host = find_host(book, address);

	if (host)
		return host;
	host = take_memory(book, sizeof *host);
	if (!host)
		return NULL;
	host->place = host_key(address);
	HASH_ADD(hh, book->hosts, place, sizeof host->place, host);
	if (table_has(host))
		return host;
	give_memory(book, host, sizeof *host);
	return NULL;
}

static void tidy_host(struct book *book, struct book_host *host)
{
	if (host->entries)
		return;
	HASH_DEL(book->hosts, host);
	give_memory(book, host, sizeof *host);
}

/* -- Entries ---------------------------------------------------------------------------------- */

struct net_address book_address(const struct book_entry *entry)
{
	struct net_address address = {.kind = entry->host->place.kind, .port = entry->port};

	memcpy(address.bytes, entry->host->place.bytes, sizeof address.bytes);
	return address;
}

const struct book_entry *book_find(const struct book *book, const struct node_id *node,
                                   const struct net_address *address)
{
	const struct book_host *host = find_host(book, address);
	const struct book_entry *entry = host ? host->entries : NULL;

	while (entry && (entry->port != address->port ||
	                 memcmp(&entry->node->id, node, sizeof *node) != 0))
		entry = entry->next_of_host;
	return entry;
}

struct book_entry *book_insert(struct book *book, const struct node_id *id,
                               const struct net_address *address,
                               const struct net_group *source,
                               const struct book_place *place)
{
	struct book_node *node = book_node_of(book, id);
	struct book_host *host = node ? host_of(book, address) : NULL;
	struct book_entry *entry = host ? take_memory(book, sizeof *entry) : NULL;

	if (!entry) {
		if (host)
			tidy_host(book, host);
		if (node)
			book_node_tidy(book, node);
		return NULL;
	}
	*entry = (struct book_entry){
		.node = node,
		.host = host,
		.next_of_node = node->entries,
		.next_of_host = host->entries,
		.port = address->port,
		.source = *source,
	};
	node->entries = entry;
	node->entry_count++;
	host->entries = entry;
	book_settle(book, entry, place);
	return entry;
}

void book_settle(struct book *book, struct book_entry *entry,
                 const struct book_place *place)
{
	struct book_entry **slot = book_slot(book, place->table, place->bucket, place->slot);

	INVARIANT(!*slot);
	*slot = entry;
	entry->table = (uint8_t)place->table;
	entry->bucket = place->bucket;
	entry->slot = place->slot;
	book->filled[place->table][place->bucket]++;
	book->counts[place->table]++;
}

void book_lift(struct book *book, struct book_entry *entry)
{
	struct book_entry **slot = book_slot(book, entry->table, entry->bucket, entry->slot);

	INVARIANT(*slot == entry);
	*slot = NULL;
	book->filled[entry->table][entry->bucket]--;
	book->counts[entry->table]--;
}

static void forget_collisions(struct book *book, const struct book_entry *entry)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->collision_count; i++)
		if (book->collisions[i].newer != entry && book->collisions[i].older != entry)
			book->collisions[kept++] = book->collisions[i];
	book->collision_count = kept;
}

void book_remove(struct book *book, struct book_entry *entry)
{
	book_lift(book, entry);
	book_discard(book, entry);
}

void book_discard(struct book *book, struct book_entry *entry)
{
	struct book_entry **link = &entry->node->entries;

	while (*link != entry)
		link = &(*link)->next_of_node;
	*link = entry->next_of_node;
	entry->node->entry_count--;
	link = &entry->host->entries;
	while (*link != entry)
		link = &(*link)->next_of_host;
	*link = entry->next_of_host;
	forget_collisions(book, entry);
	tidy_host(book, entry->host);
	book_node_tidy(book, entry->node);
	give_memory(book, entry, sizeof *entry);
}

bool book_is_stale(const struct book_entry *entry, uint64_t now_s)
{
	if (entry->tried_s > 0 && now_s < entry->tried_s + BOOK_GRACE_S)
		return false;
	if (now_s > entry->seen_s + BOOK_STALE_S)
		return true;
	if (entry->met_s == 0)
		return entry->failures >= BOOK_NEVER_FAILURES;
	return entry->failures >= BOOK_OFTEN_FAILURES && now_s > entry->met_s + BOOK_OFTEN_S;
}

void book_put_back(struct book *book, uint64_t now_s)
{
	for (unsigned table = BOOK_NEW; table <= BOOK_TRIED; table++)
		for (size_t i = 0; i < book_buckets(table) * BOOK_BUCKET_SLOTS; i++) {
			struct book_entry *entry = book->slots[table][i];

			if (!entry)
				continue;
			entry->seen_s = entry->seen_s < now_s ? entry->seen_s : now_s;
			entry->met_s = entry->met_s < now_s ? entry->met_s : now_s;
			entry->tried_s = entry->tried_s < now_s ? entry->tried_s : now_s;
		}
}
