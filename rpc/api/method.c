#include "rpc/api/method.h"

#include "chain/base/invariant.h"
#include "rpc/api/methods.h"

#include <string.h>

struct namespace
{
	const char *name;
	const struct rpc_method *rows;
	const size_t *count;
};

static const struct namespace NAMESPACES[] = {
#define RPC_NAMESPACE_ENTRY(name) \
	{#name, rpc_methods_##name, &rpc_methods_##name##_count},
	RPC_NAMESPACE_LIST(RPC_NAMESPACE_ENTRY)
#undef RPC_NAMESPACE_ENTRY
};

enum { NAMESPACE_COUNT = sizeof NAMESPACES / sizeof *NAMESPACES };

size_t rpc_method_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < NAMESPACE_COUNT; i++)
		count += *NAMESPACES[i].count;
	return count;
}

const struct rpc_method *rpc_method_at(size_t index)
{
	size_t i = 0;

	INVARIANT(index < rpc_method_count());
	for (; index >= *NAMESPACES[i].count; i++)
		index -= *NAMESPACES[i].count;
	return &NAMESPACES[i].rows[index];
}

const struct rpc_method *rpc_method_find(const char *name)
{
	size_t prefix = strcspn(name, ".");

	for (size_t i = 0; i < NAMESPACE_COUNT; i++) {
		const struct namespace *space = &NAMESPACES[i];

		if (strlen(space->name) != prefix || memcmp(space->name, name, prefix) != 0)
			continue;
		for (size_t j = 0; j < *space->count; j++)
			if (strcmp(space->rows[j].name, name) == 0)
				return &space->rows[j];
	}
	return NULL;
}

size_t rpc_method_index(const struct rpc_method *method)
{
	size_t before = 0;

	for (size_t i = 0; i < NAMESPACE_COUNT; i++) {
		for (size_t j = 0; j < *NAMESPACES[i].count; j++)
			if (&NAMESPACES[i].rows[j] == method)
				return before + j;
		before += *NAMESPACES[i].count;
	}
	invariant_broken("a method of the table", __FILE__, __LINE__);
}

const char *rpc_type_text(enum rpc_type type)
{
	static const char *const texts[] = {
#define RPC_TYPE_TEXT_ENTRY(type, text, schema) [type] = text,
	    RPC_TYPE_LIST(RPC_TYPE_TEXT_ENTRY)
#undef RPC_TYPE_TEXT_ENTRY
	};

	return texts[type];
}

const char *rpc_type_schema(enum rpc_type type)
{
	static const char *const schemas[] = {
#define RPC_TYPE_SCHEMA_ENTRY(type, text, schema) [type] = schema,
	    RPC_TYPE_LIST(RPC_TYPE_SCHEMA_ENTRY)
#undef RPC_TYPE_SCHEMA_ENTRY
	};

	return schemas[type];
}
