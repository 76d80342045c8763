#include "node/p2p/discourage.h"

/* Of what is marked only a keyed hash is kept: 64 bits, so that among 50,000 marks nobody is
 * taken for another. */
struct discouraged_mark {
	UT_hash_handle hh; /* keyed by hash; in the order of until_ms */
	uint64_t hash;
	uint64_t until_ms;
};

enum { KIND_NODE = 1, KIND_ADDRESS = 2 };

void discourage_init(struct discourage *list, const uint8_t key[SIPHASH_KEY_SIZE])
{
	*list = (struct discourage){.key = siphash_key(key)};
}

static void remove_mark(struct discourage *list, struct discouraged_mark *mark)
{
	HASH_DEL(list->marks, mark);
	memory_free(mark);
}

void discourage_close(struct discourage *list)
{
	while (list->marks)
		remove_mark(list, list->marks);
}

static uint64_t hash_of_kind(const struct discourage *list, uint8_t kind,
                             const void *bytes, size_t size)
{
	uint8_t labelled[1 + COMPRESSED_KEY_SIZE];

	labelled[0] = kind;
	memcpy(labelled + 1, bytes, size);
	return siphash_2_4(&list->key, labelled, 1 + size);
}

static uint64_t hash_of_node(const struct discourage *list, const struct node_id *id)
{
	return hash_of_kind(list, KIND_NODE, id->bytes, sizeof id->bytes);
}

/* What one party holds as a whole: a /24 or a /64. */
static uint64_t hash_of_address(const struct discourage *list,
                                const struct net_address *address)
{
	struct net_group group = net_prefix(address, address->kind == NET_IPV4 ? 24 : 64);

	return hash_of_kind(list, KIND_ADDRESS, &group, sizeof group);
}

static void add_mark(struct discourage *list, uint64_t hash, uint64_t now_ms)
{
	struct discouraged_mark *mark;

	HASH_FIND(hh, list->marks, &hash, sizeof hash, mark);
	if (mark)
		remove_mark(list, mark);
	/* The head is what ends first. */
	while (list->marks && (list->marks->until_ms <= now_ms ||
	                       HASH_COUNT(list->marks) >= DISCOURAGED_MAX))
		remove_mark(list, list->marks);
	mark = memory_new(sizeof *mark);
	if (!mark)
		return;
	mark->hash = hash;
	mark->until_ms = now_ms + DISCOURAGED_MS;
	HASH_ADD(hh, list->marks, hash, sizeof mark->hash, mark);
	if (!table_has(mark))
		memory_free(mark);
}

void discourage_peer(struct discourage *list, const struct node_id *id,
                     const struct slot *slot, bool is_kept, uint64_t now_ms)
{
	if (is_kept || slot->class == SLOT_VALIDATOR || slot->class == SLOT_KEPT)
		return;
	add_mark(list, hash_of_node(list, id), now_ms);
	if (slot->way == SLOT_WAY_NET && slot->address.kind != NET_ONION &&
	    slot->class == SLOT_INBOUND)
		add_mark(list, hash_of_address(list, &slot->address), now_ms);
}

static bool has(const struct discourage *list, uint64_t hash, uint64_t now_ms)
{
	const struct discouraged_mark *mark;

	HASH_FIND(hh, list->marks, &hash, sizeof hash, mark);
	return mark && now_ms < mark->until_ms;
}

bool discourage_has_node(const struct discourage *list, const struct node_id *id,
                         uint64_t now_ms)
{
	return has(list, hash_of_node(list, id), now_ms);
}

bool discourage_has_address(const struct discourage *list,
                            const struct net_address *address, uint64_t now_ms)
{
	return has(list, hash_of_address(list, address), now_ms);
}

size_t discourage_count(const struct discourage *list)
{
	return HASH_COUNT(list->marks);
}
