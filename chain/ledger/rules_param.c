/* param.*: the parameters of the network. What is set counts from the next block on: the
 * limits of this one stand in draft->parameters since it was begun. */
#include "chain/ledger/rules_root.h"
#include "chain/ledger/succession.h"

#include <inttypes.h>

enum verdict rule_param_set(const struct rule *rule, const struct param_set *operation)
{
	enum verdict verdict = root_group_check(rule);
	const struct parameter_facts *facts;
	struct parameters present;
	enum parameter parameter;

	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!parameter_find(&parameter, operation->name))
		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE,
		              "there is no parameter '%s'", shown_text(operation->name).text);
	facts = parameter_facts(parameter);
	if (operation->value < facts->least || operation->value > facts->most)
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "%s is %" PRIu64 " to %" PRIu64 ", not %" PRIu64, facts->name,
		              facts->least, facts->most, operation->value);
	draft_get_parameters(rule->draft, &present);
	if (present.values[parameter] == operation->value)
		return refuse(rule->refusal, VERDICT_CONFLICT, "%s is %" PRIu64 " already",
		              facts->name, operation->value);
	draft_put_parameter(rule->draft, parameter, operation->value);
	return VERDICT_GOOD;
}
