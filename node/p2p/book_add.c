/* What comes into the address book, and what has to make room for it. */
#include "node/p2p/book_inner.h"

#include "chain/base/invariant.h"

/* -- Who may be in it ------------------------------------------------------------------------- */

static int compare_ids(const struct node_id *a, const struct node_id *b)
{
	return memcmp(a, b, sizeof *a);
}

bool book_is_listed(const struct book *book, const struct node_id *id)
{
	size_t low = 0, high = book->listed_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_ids(&book->listed[middle], id);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool book_is_ours(const struct book *book, const struct node_id *id,
                  const struct net_address *address)
{
	if (compare_ids(id, &book->config.own) == 0)
		return false;
	if (book->config.is_permissioned && !book_is_listed(book, id))
		return false;
	/* NET_NEVER is below any minimum that makes sense. */
	return net_address_scope(address) != NET_NEVER &&
	       net_address_scope(address) >= book->config.scope_min;
}

enum status book_set_listed(struct book *book, const struct node_id *ids, size_t count)
{
	struct node_id *copy = memory_new(count * sizeof *copy);
	struct book_node *node, *next;

	INVARIANT(count <= BOOK_LISTED_MAX);
	if (!copy)
		return STATUS_MEMORY;
	if (count > 0)
		memcpy(copy, ids, count * sizeof *copy);
	memory_free(book->listed);
	book->listed = copy;
	book->listed_count = count;
	if (!book->config.is_permissioned)
		return STATUS_OK;
	HASH_ITER (hh, book->nodes, node, next) {
		if (book_is_listed(book, &node->id))
			continue;
		for (size_t left = node->entry_count; left > 0; left--)
			book_remove(book, node->entries);
	}
	/* They may name who is gone. */
	for (size_t i = 0; i < BOOK_LISTENERS_MAX; i++)
		for (size_t j = 0; j < NET_KINDS; j++)
			book->answers[i][j].made_s = 0;
	return STATUS_OK;
}

/* -- Room ----------------------------------------------------------------------------------------- */

/* Is there room among the entries of the host? One that may go is looked for first. */
static bool make_room_at_host(struct book *book, const struct net_address *address,
                              uint64_t now_s, bool is_met)
{
	struct net_host_key key = {.kind = address->kind};
	struct book_host *host;
	struct book_entry *victim = NULL;
	size_t host_max = BOOK_PER_HOST_MAX, at_host = 0, at_port = 0;

	memcpy(key.bytes, address->bytes, sizeof key.bytes);
	HASH_FIND(hh, book->hosts, &key, sizeof key, host);
	if (!host)
		return true;
	if (net_address_scope(address) == NET_LOOPBACK)
		host_max = BOOK_PER_LOOPBACK_MAX;
	for (struct book_entry *entry = host->entries; entry; entry = entry->next_of_host) {
		at_host++;
		at_port += entry->port == address->port;
	}
	if (at_host < host_max && at_port < BOOK_PER_PORT_MAX)
		return true;
	for (struct book_entry *entry = host->entries; entry; entry = entry->next_of_host) {
		/* Anybody can sign that he lives where another does. Who was met there comes
		 * before all who only said so. */
		bool may_go = book_is_stale(entry, now_s) ||
		              (is_met && entry->table == BOOK_NEW && entry->met_s == 0);

		if (may_go && (at_port < BOOK_PER_PORT_MAX || entry->port == address->port))
			victim = entry;
	}
	if (!victim)
		return false;
	book_remove(book, victim);
	return true;
}

/* How many of the group did the same source tell? They are all in one bucket, but for addresses that
 * say nothing of who holds them. */
static size_t count_in_bucket(const struct book *book, const struct book_place *place,
                              const struct net_address *address,
                              const struct net_group *source)
{
	struct net_group group = net_group_of(address);
	size_t count = 0;

	for (size_t i = 0; i < BOOK_BUCKET_SLOTS; i++) {
		const struct book_entry *entry = *book_slot(book, BOOK_NEW, place->bucket, i);
		struct net_address other;
		struct net_group other_group;

		if (!entry || !net_group_equal(&entry->source, source))
			continue;
		other = book_address(entry);
		other_group = net_group_of(&other);
		count += net_group_equal(&other_group, &group);
	}
	return count;
}

static struct book_entry *add_new(struct book *book, const struct node_id *id,
                                  const struct net_address *address,
                                  const struct net_group *source, uint64_t now_s,
                                  bool is_met)
{
	const struct book_node *node = book_find_node(book, id);
	struct book_place place = book_place_of(book, BOOK_NEW, address, source);
	struct book_entry *occupant;
	struct book_entry *entry;

	if (node && node->entry_count >= BOOK_PER_NODE_MAX)
		return NULL;
	/* Listed nodes were let in one by one, and often all live on one site. */
	if (!is_met && !book->config.is_permissioned &&
	    count_in_bucket(book, &place, address, source) >= BOOK_PER_GROUP_MAX)
		return NULL;
	if (!make_room_at_host(book, address, now_s, is_met))
		return NULL;
	occupant = *book_slot(book, BOOK_NEW, place.bucket, place.slot);
	if (occupant && !book_is_stale(occupant, now_s) && !(is_met && occupant->met_s == 0))
		return NULL;
	if (occupant)
		book_remove(book, occupant);
	entry = book_insert(book, id, address, source, &place);
	if (entry)
		entry->seen_s = now_s;
	return entry;
}

/* -- Told ------------------------------------------------------------------------------------------- */

static struct book_entry *find(struct book *book, const struct node_id *id,
                               const struct net_address *address)
{
	/* The book is ours, so its entry is no constant. */
	return (struct book_entry *)(uintptr_t)book_find(book, id, address);
}

/* `is_there`: a session with it has shown that it is at this host. */
static enum book_finding add_told(struct book *book, const struct node_id *node,
                                  const struct net_address *address,
                                  const struct net_group *source, uint64_t now_s,
                                  bool is_there)
{
	struct book_entry *entry;

	if (!book_is_ours(book, node, address))
		return BOOK_FOREIGN;
	entry = find(book, node, address);
	if (entry) {
		entry->seen_s = now_s;
		return BOOK_KNOWN;
	}
	return add_new(book, node, address, source, now_s, is_there) ? BOOK_TAKEN : BOOK_CROWDED;
}

enum book_finding book_add(struct book *book, const struct node_id *node,
                           const struct net_address *address,
                           const struct net_group *source, uint64_t now_s)
{
	return add_told(book, node, address, source, now_s, false);
}

static bool names(const struct node_record *record, const struct book_entry *entry)
{
	struct net_address address = book_address(entry);

	for (size_t i = 0; i < record->address_count; i++)
		if (net_address_equal(&record->addresses[i], &address))
			return true;
	return false;
}

/* Where the node says that it is not any more. TRIED entries show by themselves. */
static void drop_moved(struct book *book, const struct node_record *record)
{
	struct book_node *node = book_find_node(book, &record->node_id);
	struct book_entry *entry = node ? node->entries : NULL;

	while (entry) {
		struct book_entry *next = entry->next_of_node;

		if (entry->table == BOOK_NEW && !names(record, entry))
			book_remove(book, entry); /* the last one takes the node with it */
		entry = next;
	}
}

static bool is_same(const struct book_record *kept, const struct node_record *record)
{
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	node_record_put(&out, record);
	return kept->size == sizeof bytes - out.left &&
	       memcmp(kept->bytes, bytes, kept->size) == 0;
}

/* `from` NULL: another told it. */
static enum book_finding add_record(struct book *book, const struct node_record *record,
                                    const struct net_group *source,
                                    const struct net_address *from, uint64_t now_s)
{
	struct book_node *node = book_find_node(book, &record->node_id);
	enum book_finding best = BOOK_FOREIGN;
	bool is_known = false;

	if (!node_record_is_fresh(record, now_s))
		return BOOK_OLD;
	if (node && node->record && node->record->seq >= record->seq) {
		is_known = is_same(node->record, record);
		if (!is_known) {
			book->equivocations += node->record->seq == record->seq;
			return BOOK_OLD;
		}
	}
	drop_moved(book, record);
	for (size_t i = 0; i < record->address_count; i++) {
		const struct net_address *address = &record->addresses[i];
		bool is_there = from && net_host_equal(from, address);
		enum book_finding finding =
			add_told(book, &record->node_id, address, source, now_s, is_there);

		if (finding == BOOK_TAKEN || finding == BOOK_KNOWN || best == BOOK_FOREIGN)
			best = finding;
	}
	node = book_find_node(book, &record->node_id);
	if (!node)
		return best;
	if (is_known)
		return BOOK_KNOWN;
	return book_set_record(book, node, record) ? BOOK_TAKEN : BOOK_CROWDED;
}

enum book_finding book_add_record(struct book *book, const struct node_record *record,
                                  const struct net_group *source, uint64_t now_s)
{
	return add_record(book, record, source, NULL, now_s);
}

enum book_finding book_add_own_record(struct book *book, const struct node_record *record,
                                      const struct net_address *from, uint64_t now_s)
{
	struct net_group source = net_group_of(from);

	return add_record(book, record, &source, from, now_s);
}

/* -- Met ---------------------------------------------------------------------------------------------- */

static struct book_place tried_place(const struct book *book,
                                     const struct book_entry *entry)
{
	struct net_address address = book_address(entry);

	return book_place_of(book, BOOK_TRIED, &address, &entry->source);
}

static void remember_collision(struct book *book, struct book_entry *newer,
                               struct book_entry *older)
{
	for (size_t i = 0; i < book->collision_count; i++)
		if (book->collisions[i].newer == newer || book->collisions[i].older == older)
			return;
	if (book->collision_count == BOOK_COLLISIONS_MAX)
		return;
	book->collisions[book->collision_count++] =
		(struct book_collision){.newer = newer, .older = older};
}

static void end_collisions_over(struct book *book, const struct book_entry *older)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->collision_count; i++)
		if (book->collisions[i].older != older)
			book->collisions[kept++] = book->collisions[i];
	book->collision_count = kept;
}

static void promote(struct book *book, struct book_entry *entry, uint64_t now_s)
{
	struct book_place place = tried_place(book, entry);
	struct book_entry *occupant = *book_slot(book, BOOK_TRIED, place.bucket, place.slot);

	if (!occupant) {
		book_lift(book, entry);
		book_settle(book, entry, &place);
	} else if (now_s >= occupant->met_s + BOOK_IMMUNE_S) {
		remember_collision(book, entry, occupant);
	}
}

void book_met(struct book *book, const struct node_id *node,
              const struct net_address *address, uint64_t now_s)
{
	struct book_entry *entry;

	if (!book_is_ours(book, node, address))
		return;
	entry = find(book, node, address);
	if (!entry) {
		struct net_group own = net_group_of(address);

		entry = add_new(book, node, address, &own, now_s, true);
	}
	if (!entry)
		return;
	entry->seen_s = now_s;
	entry->met_s = now_s;
	entry->tried_s = now_s;
	entry->failures = 0;
	if (entry->table == BOOK_TRIED)
		end_collisions_over(book, entry); /* it answers, so it stays */
	else
		promote(book, entry, now_s);
}

/* -- Not met -------------------------------------------------------------------------------------------- */

/* What was lifted from TRIED goes to NEW, if its place there is free or may be had. */
static void settle_in_new(struct book *book, struct book_entry *entry, uint64_t now_s)
{
	struct net_address address = book_address(entry);
	struct book_place place = book_place_of(book, BOOK_NEW, &address, &entry->source);
	struct book_entry *occupant = *book_slot(book, BOOK_NEW, place.bucket, place.slot);

	if (occupant && !book_is_stale(occupant, now_s)) {
		book_discard(book, entry);
		return;
	}
	if (occupant)
		book_remove(book, occupant);
	book_settle(book, entry, &place);
}

static void swap_if_contested(struct book *book, struct book_entry *older, uint64_t now_s)
{
	struct book_entry *newer = NULL;
	struct book_place place;

	for (size_t i = 0; i < book->collision_count; i++)
		if (book->collisions[i].older == older)
			newer = book->collisions[i].newer;
	if (!newer)
		return;
	end_collisions_over(book, older);
	place = tried_place(book, newer);
	book_lift(book, older);
	book_lift(book, newer);
	book_settle(book, newer, &place);
	settle_in_new(book, older, now_s);
}

void book_failed(struct book *book, const struct node_id *node,
                 const struct net_address *address, uint64_t now_s, bool counts)
{
	struct book_entry *entry = find(book, node, address);

	if (!entry)
		return;
	entry->tried_s = now_s;
	if (!counts)
		return;
	if (entry->failures < UINT32_MAX)
		entry->failures++;
	if (entry->table == BOOK_TRIED)
		swap_if_contested(book, entry, now_s);
}

const struct book_entry *book_to_test(const struct book *book, uint64_t now_s)
{
	for (size_t i = 0; i < book->collision_count; i++) {
		const struct book_entry *older = book->collisions[i].older;

		if (older->tried_s == 0 || now_s >= older->tried_s + BOOK_GRACE_S)
			return older;
	}
	return NULL;
}
