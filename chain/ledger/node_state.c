#include "chain/ledger/node_state.h"

#include "chain/base/invariant.h"

enum {
	LISTING_SIZE = HASH_SIZE + 8 + 2,
	LIST_SIZE = 2 + 8,
	COUNT_SIZE = 2,
};

/* -- Values ---------------------------------------------------------------------- */

static void fail(struct draft *draft)
{
	draft_fail(draft, STATUS_CORRUPT, "the list of nodes of the state");
}

static struct node_list get_list(struct draft *draft)
{
	struct state_key key = state_key_of_kind(STATE_NODE_LIST);
	struct node_list list = {0};
	struct bytes_view value;

	if (draft_get(draft, &key, &value) && node_list_decode(&list, value) != STATUS_OK)
		fail(draft);
	return list;
}

static void put_list(struct draft *draft, size_t count, uint64_t change_count)
{
	struct state_key key = state_key_of_kind(STATE_NODE_LIST);
	uint8_t bytes[LIST_SIZE];

	put_le16(bytes, (uint16_t)count);
	put_le64(bytes + 2, change_count);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

static void put_listing(struct draft *draft, const struct node_id *id,
                        const struct node_listing *listing)
{
	struct state_key key = state_key_of_node(id);
	uint8_t bytes[LISTING_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	node_listing_put(&out, listing);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

static void put_slot(struct draft *draft, uint16_t slot, const struct node_id *id)
{
	struct state_key key = state_key_of_node_slot(slot);

	draft_put(draft, &key, bytes_view(id->bytes, sizeof id->bytes));
}

static bool get_slot(struct draft *draft, uint16_t slot, struct node_id *id)
{
	struct state_key key = state_key_of_node_slot(slot);
	struct node_slot found;
	struct bytes_view value;

	if (!draft_get(draft, &key, &value) || node_slot_decode(&found, value) != STATUS_OK) {
		fail(draft);
		return false;
	}
	*id = found.node_id;
	return true;
}

/* One more, or one less, is this account's. */
static void count_node(struct draft *draft, const struct hash *account, int change)
{
	struct state_key key = state_key_of(STATE_ACCOUNT_NODES, account);
	size_t count = nodes_count_of(draft, account);
	uint8_t bytes[COUNT_SIZE];

	if (change < 0 && count == 0) {
		fail(draft);
		return;
	}
	count = change < 0 ? count - 1 : count + 1;
	put_le16(bytes, (uint16_t)count);
	if (count == 0)
		draft_delete(draft, &key);
	else
		draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

/* -- The list -------------------------------------------------------------------- */

bool nodes_find(struct draft *draft, const struct node_id *id,
                struct node_listing *listing)
{
	struct state_key key = state_key_of_node(id);
	struct bytes_view value;

	if (!draft_get(draft, &key, &value))
		return false;
	if (node_listing_decode(listing, value) == STATUS_OK)
		return true;
	fail(draft);
	return false;
}

size_t nodes_count(struct draft *draft)
{
	return get_list(draft).count;
}

size_t nodes_count_of(struct draft *draft, const struct hash *account)
{
	struct state_key key = state_key_of(STATE_ACCOUNT_NODES, account);
	struct node_count count = {0};
	struct bytes_view value;

	if (draft_get(draft, &key, &value) && node_count_decode(&count, value) != STATUS_OK)
		fail(draft);
	return count.count;
}

void nodes_put(struct draft *draft, const struct node_id *id, const struct hash *account,
               uint64_t from_height)
{
	struct node_list list = get_list(draft);
	struct node_listing listing;
	bool is_listed = nodes_find(draft, id, &listing);

	if (!is_listed) {
		INVARIANT(list.count < NODES_LISTED_MAX);
		listing.slot = list.count++;
		put_slot(draft, listing.slot, id);
	} else {
		count_node(draft, &listing.account, -1);
	}
	count_node(draft, account, 1);
	listing.account = *account;
	listing.from_height = from_height;
	put_listing(draft, id, &listing);
	put_list(draft, list.count, list.change_count + 1);
}

/* The last of the list takes the slot. */
static void fill_slot(struct draft *draft, uint16_t slot, uint16_t last)
{
	struct node_listing moved;
	struct node_id id;

	if (slot == last || !get_slot(draft, last, &id))
		return;
	if (!nodes_find(draft, &id, &moved)) {
		fail(draft);
		return;
	}
	moved.slot = slot;
	put_slot(draft, slot, &id);
	put_listing(draft, &id, &moved);
}

void nodes_remove(struct draft *draft, const struct node_id *id)
{
	struct state_key key = state_key_of_node(id);
	struct node_list list = get_list(draft);
	struct state_key last = state_key_of_node_slot((uint16_t)(list.count - 1));
	struct node_listing listing;

	if (!nodes_find(draft, id, &listing) || listing.slot >= list.count) {
		fail(draft);
		return;
	}
	fill_slot(draft, listing.slot, (uint16_t)(list.count - 1));
	draft_delete(draft, &last);
	draft_delete(draft, &key);
	count_node(draft, &listing.account, -1);
	put_list(draft, list.count - 1u, list.change_count + 1);
}
