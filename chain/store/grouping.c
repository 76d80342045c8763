#include "chain/store/grouping.h"

#include "chain/base/invariant.h"

enum status grouping_init(struct grouping *grouping, size_t count, size_t key_size)
{
	INVARIANT(key_size <= GROUP_KEY_SIZE_MAX);
	*grouping = (struct grouping){.key_size = key_size};
	grouping->next = memory_new(count * sizeof *grouping->next);
	return grouping->next ? STATUS_OK : STATUS_MEMORY;
}

void grouping_close(struct grouping *grouping)
{
	HASH_CLEAR(hh, grouping->groups);
	arena_close(&grouping->arena);
	memory_free(grouping->next);
}

enum status grouping_add(struct grouping *grouping, const uint8_t *key, uint32_t item)
{
	struct group *group;

	grouping->next[item] = item;
	HASH_FIND(hh, grouping->groups, key, grouping->key_size, group);
	if (group) {
		grouping->next[group->last] = item;
		group->last = item;
		return STATUS_OK;
	}
	group = arena_take(&grouping->arena, sizeof *group);
	if (!group)
		return STATUS_MEMORY;
	memcpy(group->key, key, grouping->key_size);
	group->first = item;
	group->last = item;
	HASH_ADD(hh, grouping->groups, key[0], grouping->key_size, group);
	return table_has(group) ? STATUS_OK : STATUS_MEMORY;
}
