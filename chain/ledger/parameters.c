#include "chain/ledger/parameters.h"

static const struct parameter_facts FACTS[PARAMETER_COUNT] = {
#define PARAMETER_ROW(name, value, least, most, consensus)                               \
	[PARAMETER_##name] = {#name, value, least, most, consensus},
	PARAMETER_LIST(PARAMETER_ROW)
#undef PARAMETER_ROW
};

const struct parameter_facts *parameter_facts(enum parameter parameter)
{
	return &FACTS[parameter];
}

bool parameter_find(enum parameter *parameter, struct bytes_view name)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (!bytes_equal(text_view(FACTS[i].name), name))
			continue;
		*parameter = (enum parameter)i;
		return true;
	}
	return false;
}

struct parameters parameters_default(void)
{
	struct parameters parameters;

	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		parameters.values[i] = FACTS[i].value;
	return parameters;
}

bool parameters_are_valid(const struct parameters *parameters)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (parameters->values[i] < FACTS[i].least || parameters->values[i] > FACTS[i].most)
			return false;
	return true;
}
