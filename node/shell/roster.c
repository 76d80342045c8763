#include "node/shell/roster.h"

#include "chain/base/memory.h"

#include <stdlib.h>

/* -- Reading --------------------------------------------------------------------- */

struct reading {
	struct store_view *view;
	struct roster *roster;
	struct why *why;
	enum status status;
};

/* Borrowed until the next call; false: there is none, or the reading has failed. */
static bool get(struct reading *reading, const struct state_key *key,
                struct bytes_view *value)
{
	uint64_t height = store_view_tip(reading->view)->header.height;
	bool found = false;

	if (reading->status == STATUS_OK)
		reading->status = store_read_state(reading->view, height, state_key_view(key),
		                                   value, &found, reading->why);
	return reading->status == STATUS_OK && found;
}

static void check(struct reading *reading, enum status status, const char *what)
{
	if (reading->status == STATUS_OK && status != STATUS_OK)
		reading->status = why_set(reading->why, STATUS_CORRUPT, "%s of the state", what);
}

static void add(struct roster *roster, const struct node_id *id, uint64_t from_height,
                bool is_validator)
{
	roster->nodes[roster->count++] = (struct roster_node){*id, from_height, is_validator};
}

static void read_validator(struct reading *reading, const struct validator *validator)
{
	struct state_key key = state_key_of(STATE_VALIDATOR_INFO, &validator->account);
	struct roster *roster = reading->roster;
	struct net_target *target = &roster->targets[roster->target_count];
	struct validator_info info;
	struct bytes_view value;
	bool found = get(reading, &key, &value);

	check(reading, found ? validator_info_decode(&info, value) : STATUS_NOT_FOUND,
	      "a validator's node");
	if (reading->status != STATUS_OK)
		return;
	add(roster, &info.node_id, 0, true);
	/* Whoever joined wrote the address: one that cannot be read is nobody's harm. */
	if (info.address.size == 0 || endpoint_parse(&target->endpoint, info.address) != NULL)
		return;
	target->id = info.node_id;
	roster->target_count++;
}

static void read_validators(struct reading *reading)
{
	struct state_key key = state_key_of_kind(STATE_VALIDATORS);
	struct validator_set *set = memory_new(sizeof *set);
	struct bytes_view value;
	bool found;

	if (!set) {
		reading->status = STATUS_MEMORY;
		return;
	}
	found = get(reading, &key, &value);
	check(reading, found ? validator_set_decode(set, value) : STATUS_NOT_FOUND,
	      "the validators");
	for (size_t i = 0; reading->status == STATUS_OK && i < set->count; i++)
		read_validator(reading, &set->items[i]);
	memory_free(set);
}

static void read_slot(struct reading *reading, uint16_t slot)
{
	struct state_key key = state_key_of_node_slot(slot);
	struct node_listing listing;
	struct node_slot node;
	struct bytes_view value;
	bool found = get(reading, &key, &value);

	check(reading, found ? node_slot_decode(&node, value) : STATUS_NOT_FOUND,
	      "a slot of the nodes");
	if (reading->status != STATUS_OK)
		return;
	key = state_key_of_node(&node.node_id);
	found = get(reading, &key, &value);
	check(reading, found ? node_listing_decode(&listing, value) : STATUS_NOT_FOUND,
	      "a listed node");
	if (reading->status == STATUS_OK)
		add(reading->roster, &node.node_id, listing.from_height, false);
}

static void read_list(struct reading *reading)
{
	struct state_key key = state_key_of_kind(STATE_NODE_LIST);
	struct node_list list = {0};
	struct bytes_view value;

	if (get(reading, &key, &value))
		check(reading, node_list_decode(&list, value), "the list of nodes");
	if (list.count > NODES_LISTED_MAX)
		check(reading, STATUS_CORRUPT, "the list of nodes");
	for (uint16_t i = 0; reading->status == STATUS_OK && i < list.count; i++)
		read_slot(reading, i);
}

/* Of two entries for one node, the one that lets it in earlier stands first; a validator's does
 * so from the beginning. */
static int by_id(const void *a, const void *b)
{
	const struct roster_node *first = a, *second = b;
	int order = memcmp(&first->id, &second->id, sizeof first->id);

	if (order != 0)
		return order;
	if (first->is_validator != second->is_validator)
		return second->is_validator - first->is_validator;
	return (first->from_height > second->from_height) -
	       (first->from_height < second->from_height);
}

enum status roster_read(struct roster **roster, struct store_view *view, struct why *why)
{
	struct reading reading = {
		.view = view, .roster = memory_new(sizeof **roster), .why = why};

	*roster = reading.roster;
	if (!reading.roster)
		return why_set(why, STATUS_MEMORY, "read who may connect");
	read_validators(&reading);
	read_list(&reading);
	qsort(reading.roster->nodes, reading.roster->count, sizeof reading.roster->nodes[0],
	      by_id);
	if (reading.status == STATUS_OK)
		return STATUS_OK;
	memory_free(reading.roster);
	*roster = NULL;
	return why_set(why, reading.status, "read who may connect");
}

/* -- Asking ---------------------------------------------------------------------- */

/* The first entry for this node; NULL: there is none. */
static const struct roster_node *find(const struct roster *roster, const struct node_id *id)
{
	size_t low = 0, high = roster->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&roster->nodes[middle].id, id, sizeof *id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < roster->count && memcmp(&roster->nodes[low].id, id, sizeof *id) == 0)
		return &roster->nodes[low];
	return NULL;
}

bool roster_has(const struct roster *roster, const struct node_id *id, uint64_t height)
{
	const struct roster_node *node = find(roster, id);

	return node && node->from_height <= height;
}

bool roster_has_validator(const struct roster *roster, const struct node_id *id)
{
	const struct roster_node *node = find(roster, id);

	return node && node->is_validator;
}

size_t roster_ids(const struct roster *roster, struct node_id ids[ROSTER_NODES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < roster->count; i++)
		if (count == 0 || memcmp(&ids[count - 1], &roster->nodes[i].id, sizeof *ids) != 0)
			ids[count++] = roster->nodes[i].id;
	return count;
}

bool roster_dials(const struct roster *roster, const struct net_target *target)
{
	for (size_t i = 0; i < roster->target_count; i++) {
		const struct net_target *at = &roster->targets[i];

		if (memcmp(&at->id, &target->id, sizeof at->id) == 0)
			return at->endpoint.port == target->endpoint.port &&
			       strcmp(at->endpoint.host, target->endpoint.host) == 0;
	}
	return false;
}

bool roster_is_changed_by(const struct draft *draft)
{
	struct state_key key = state_key_of_kind(STATE_NODE_LIST);

	return draft_is_seal(draft) || draft_has_written(draft, &key);
}
