/* The book as a file's bytes. All integers little-endian; docs/network.md, "The address book".
 *
 *     "cairnbok" | version u32 | genesis 32 | size u64 of what follows the checksum
 *     checksum 32: SHA-256 of all before it and all behind it
 *     key 32
 *     records: count u32, each size u16 and bytes
 *     entries: count u32, each table u8, node id 33, kind, address, port,
 *              source group 10, seen u64, met u64, tried u64, failures u32
 *
 * Entries come in the order of their places, so that the same book gives the same bytes. */
#include "node/p2p/book_inner.h"

enum {
	HEAD_SIZE = 8 + 4 + HASH_SIZE + 8 + HASH_SIZE,
	ENTRY_REST_SIZE = sizeof(struct net_group) + 3 * 8 + 4,
	ENTRY_SIZE_MIN = 1 + COMPRESSED_KEY_SIZE + NET_ADDRESS_SIZE_MIN + ENTRY_REST_SIZE,
	ENTRY_SIZE_MAX = 1 + COMPRESSED_KEY_SIZE + NET_ADDRESS_SIZE_MAX + ENTRY_REST_SIZE,
	RECORD_ENTRY_SIZE_MIN = 2 + NODE_RECORD_SIZE_MIN,
};

_Static_assert(HEAD_SIZE + HASH_SIZE + 8 +
                       (uint64_t)BOOK_ENTRIES_MAX *
                           (ENTRY_SIZE_MAX + 2 + NODE_RECORD_SIZE_MAX) <=
                   BOOK_FILE_MAX,
               "a full book does not fit its file");

static const char BOOK_MAGIC[8] = {'c', 'a', 'i', 'r', 'n', 'b', 'o', 'k'};
static const char ANCHORS_MAGIC[8] = {'c', 'a', 'i', 'r', 'n', 'a', 'n', 'c'};

/* -- The frame around both files ---------------------------------------------------------------- */

static struct hash checksum_of(const uint8_t *head, struct bytes_view payload)
{
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, head, HEAD_SIZE - HASH_SIZE);
	hasher_update(&hasher, payload.at, payload.size);
	return hasher_finish(&hasher);
}

/* Writes the head of what was appended to `out` since `start`, where it has its room. */
static void finish_file(struct buffer *out, size_t start, const char magic[8],
                        const struct hash *genesis)
{
	struct bytes_view payload;
	struct writer head;
	struct hash checksum;

	if (out->status != STATUS_OK)
		return;
	payload = bytes_view(out->at + start + HEAD_SIZE, out->size - start - HEAD_SIZE);
	head = writer_on(out->at + start, HEAD_SIZE);
	writer_bytes(&head, magic, 8);
	writer_u32(&head, BOOK_FILE_VERSION);
	writer_hash(&head, genesis);
	writer_u64(&head, payload.size);
	checksum = checksum_of(out->at + start, payload);
	writer_hash(&head, &checksum);
}

static enum status open_file(struct cursor *payload, struct bytes_view bytes,
                             const char magic[8], const struct hash *genesis)
{
	struct cursor in = cursor_on(bytes);
	const uint8_t *named = cursor_take(&in, 8);
	uint32_t version = cursor_u32(&in);
	struct hash of = cursor_hash(&in);
	uint64_t size = cursor_u64(&in);
	struct hash checksum = cursor_hash(&in);
	struct hash computed;

	if (bytes.size > BOOK_FILE_MAX)
		return STATUS_TOO_LARGE;
	if (!named || memcmp(named, magic, 8) != 0)
		return STATUS_CORRUPT;
	if (in.status == STATUS_OK && version != BOOK_FILE_VERSION)
		return STATUS_FOREIGN;
	if (in.status != STATUS_OK || in.left != size)
		return STATUS_CORRUPT;
	computed = checksum_of(bytes.at, bytes_view(in.at, in.left));
	if (!hash_equal(&checksum, &computed))
		return STATUS_CORRUPT;
	*payload = in;
	return hash_equal(&of, genesis) ? STATUS_OK : STATUS_FOREIGN;
}

/* -- Out -------------------------------------------------------------------------------------------- */

static void append_u32(struct buffer *out, size_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, (uint32_t)value);
	buffer_append(out, bytes, sizeof bytes);
}

static void append_entry(struct buffer *out, const struct book_entry *entry)
{
	struct net_address address = book_address(entry);
	uint8_t bytes[ENTRY_SIZE_MAX];
	struct writer writer = writer_on(bytes, sizeof bytes);

	writer_u8(&writer, entry->table);
	writer_bytes(&writer, entry->node->id.bytes, sizeof entry->node->id.bytes);
	net_address_put(&writer, &address);
	writer_bytes(&writer, &entry->source, sizeof entry->source);
	writer_u64(&writer, entry->seen_s);
	writer_u64(&writer, entry->met_s);
	writer_u64(&writer, entry->tried_s);
	writer_u32(&writer, entry->failures);
	buffer_append(out, bytes, sizeof bytes - writer.left);
}

/* Each node's record once: by the first of its entries that comes by. */
static bool is_first_of_node(const struct book_entry *entry)
{
	const struct book_entry *other = entry->node->entries;

	for (; other; other = other->next_of_node)
		if (other->table < entry->table ||
		    (other->table == entry->table &&
		     (other->bucket < entry->bucket ||
		      (other->bucket == entry->bucket && other->slot < entry->slot))))
			return false;
	return true;
}

static void append_record(struct buffer *out, const struct book_entry *entry)
{
	const struct book_record *record = entry->node->record;
	uint8_t size[2];

	put_le16(size, (uint16_t)record->size);
	buffer_append(out, size, sizeof size);
	buffer_append(out, record->bytes, record->size);
}

/* Of both lists. */
static size_t slot_count(void)
{
	return BOOK_ENTRIES_MAX;
}

static const struct book_entry *entry_at(const struct book *book, size_t slot)
{
	size_t of_new = book_buckets(BOOK_NEW) * BOOK_BUCKET_SLOTS;

	return slot < of_new ? book->slots[BOOK_NEW][slot] : book->slots[BOOK_TRIED][slot - of_new];
}

/* The list begins with how many it has, which is known at its end. */
static void begin_list(struct book_saver *saver)
{
	saver->slot = 0;
	saver->count = 0;
	saver->count_at = saver->out->size;
	append_u32(saver->out, 0);
}

static void end_list(const struct book_saver *saver)
{
	if (saver->out->status == STATUS_OK)
		put_le32(saver->out->at + saver->count_at, (uint32_t)saver->count);
}

static void save_slot(struct book_saver *saver, const struct book_entry *entry)
{
	if (!entry || (!saver->has_records && (!entry->node->record || !is_first_of_node(entry))))
		return;
	saver->count++;
	if (saver->has_records)
		append_entry(saver->out, entry);
	else
		append_record(saver->out, entry);
}

void book_save_begin(struct book_saver *saver, const struct book *book, struct buffer *out)
{
	*saver = (struct book_saver){
		.out = out, .start = out->size, .genesis = book->config.genesis};
	if (!buffer_extend(out, HEAD_SIZE))
		return;
	buffer_append(out, book->config.key.bytes, sizeof book->config.key.bytes);
	begin_list(saver);
}

bool book_save_some(struct book_saver *saver, const struct book *book, size_t slots_max)
{
	for (; slots_max > 0 && saver->out->status == STATUS_OK; slots_max--) {
		if (saver->slot < slot_count()) {
			save_slot(saver, entry_at(book, saver->slot++));
			continue;
		}
		end_list(saver);
		if (saver->has_records)
			return true;
		saver->has_records = true;
		begin_list(saver);
	}
	return saver->out->status != STATUS_OK;
}

enum status book_save_finish(const struct book_saver *saver)
{
	finish_file(saver->out, saver->start, BOOK_MAGIC, &saver->genesis);
	return saver->out->status;
}

enum status book_save(const struct book *book, struct buffer *out)
{
	struct book_saver saver;

	book_save_begin(&saver, book, out);
	while (!book_save_some(&saver, book, SIZE_MAX))
		continue;
	return book_save_finish(&saver);
}

/* -- In ----------------------------------------------------------------------------------------------- */

static size_t get_count(struct cursor *in, size_t count_max, size_t element_size_min)
{
	size_t count = cursor_u32(in);

	if (count > count_max)
		cursor_fail(in, STATUS_TOO_LARGE);
	else if (count > in->left / element_size_min)
		cursor_fail(in, STATUS_SHORT);
	return in->status == STATUS_OK ? count : 0;
}

static uint64_t not_after(uint64_t time_s, uint64_t now_s)
{
	return time_s < now_s ? time_s : now_s;
}

/* Left out: what the configuration would refuse, and what has no place of its own. */
static void get_entry(struct cursor *in, struct book *book, uint64_t now_s)
{
	uint8_t table = cursor_u8(in);
	struct net_address address;
	struct net_group source = {0};
	struct node_id id;
	struct book_place place;
	struct book_entry *entry;
	const uint8_t *at;
	uint64_t seen_s, met_s, tried_s;
	uint32_t failures;

	wire_get_node_id(in, &id);
	net_address_get(in, &address);
	at = cursor_take(in, sizeof source);
	if (at)
		memcpy(&source, at, sizeof source);
	seen_s = cursor_u64(in);
	met_s = cursor_u64(in);
	tried_s = cursor_u64(in);
	failures = cursor_u32(in);
	if (table > BOOK_TRIED)
		cursor_fail(in, STATUS_MALFORMED);
	if (in->status != STATUS_OK || !book_is_ours(book, &id, &address) ||
	    book_find(book, &id, &address))
		return;
	place = book_place_of(book, table, &address, &source);
	if (*book_slot(book, place.table, place.bucket, place.slot))
		return;
	entry = book_insert(book, &id, &address, &source, &place);
	if (!entry)
		return;
	/* A clock that was ahead would keep what it stamped for ever. */
	entry->seen_s = not_after(seen_s, now_s);
	entry->met_s = not_after(met_s, now_s);
	entry->tried_s = not_after(tried_s, now_s);
	entry->failures = failures;
}

/* The records lie before the entries; each is taken in once its node is there. */
static void get_records(struct cursor *in, struct book *book)
{
	for (size_t left = get_count(in, BOOK_ENTRIES_MAX, RECORD_ENTRY_SIZE_MIN); left > 0;
	     left--) {
		struct bytes_view bytes = cursor_bytes16(in, NODE_RECORD_SIZE_MAX);
		struct node_record record;
		struct book_node *node;

		if (in->status != STATUS_OK)
			return;
		if (node_record_decode(&record, bytes) != STATUS_OK) {
			cursor_fail(in, STATUS_MALFORMED);
			return;
		}
		node = book_find_node(book, &record.node_id);
		if (node && !node->record && !book_set_record(book, node, &record))
			return;
	}
}

static void skip_records(struct cursor *in)
{
	for (size_t left = get_count(in, BOOK_ENTRIES_MAX, RECORD_ENTRY_SIZE_MIN); left > 0;
	     left--)
		cursor_bytes16(in, NODE_RECORD_SIZE_MAX);
}

enum status book_load(struct book *book, const struct book_config *config,
                      struct bytes_view bytes, uint64_t now_s)
{
	struct book_config with_key = *config;
	struct cursor in, records;
	enum status status = open_file(&in, bytes, BOOK_MAGIC, &config->genesis);

	if (status != STATUS_OK)
		return status;
	with_key.key = cursor_hash(&in);
	status = book_init(book, &with_key);
	memory_wipe(&with_key.key, sizeof with_key.key);
	if (status != STATUS_OK)
		return status;
	records = in;
	skip_records(&in);
	for (size_t left = get_count(&in, BOOK_ENTRIES_MAX, ENTRY_SIZE_MIN); left > 0; left--)
		get_entry(&in, book, now_s);
	if (cursor_finish(&in) == STATUS_OK)
		get_records(&records, book);
	if (cursor_finish(&in) == STATUS_OK && records.status == STATUS_OK)
		return STATUS_OK;
	book_close(book);
	return STATUS_CORRUPT;
}

/* -- Anchors --------------------------------------------------------------------------------------------- */

enum status anchors_save(const struct anchor *anchors, size_t count,
                         const struct hash *genesis, struct buffer *out)
{
	size_t start = out->size;
	uint8_t count_byte = (uint8_t)count;

	if (!buffer_extend(out, HEAD_SIZE))
		return out->status;
	buffer_append(out, &count_byte, 1);
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[NET_ADDRESS_SIZE_MAX];
		struct writer writer = writer_on(bytes, sizeof bytes);

		net_address_put(&writer, &anchors[i].address);
		buffer_append(out, anchors[i].node.bytes, sizeof anchors[i].node.bytes);
		buffer_append(out, bytes, sizeof bytes - writer.left);
	}
	finish_file(out, start, ANCHORS_MAGIC, genesis);
	return out->status;
}

enum status anchors_load(struct anchor anchors[ANCHORS_MAX], size_t *count,
                         const struct hash *genesis, struct bytes_view bytes)
{
	struct cursor in;
	enum status status = open_file(&in, bytes, ANCHORS_MAGIC, genesis);

	*count = 0;
	if (status != STATUS_OK)
		return status;
	*count = cursor_u8(&in);
	if (*count > ANCHORS_MAX)
		cursor_fail(&in, STATUS_TOO_LARGE);
	for (size_t i = 0; i < *count && in.status == STATUS_OK; i++) {
		wire_get_node_id(&in, &anchors[i].node);
		net_address_get(&in, &anchors[i].address);
	}
	if (cursor_finish(&in) == STATUS_OK)
		return STATUS_OK;
	*count = 0;
	return STATUS_CORRUPT;
}
