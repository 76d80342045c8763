/* Reading and writing policies. What a policy is asked: policy_check.c. */
#include "chain/proof/policy.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"

enum { WORDS_MAX = 3 + POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX };

/* A policy being read. */
struct reading {
	struct policy *policy;
	struct arena *arena;
	struct why *why;
	bool has_quorum;
	size_t word_count;
	struct bytes_view words[WORDS_MAX];
};

static enum status malformed(struct reading *reading, const char *what)
{
	return why_set(reading->why, STATUS_MALFORMED, "%s", what);
}

static bool word_is(struct bytes_view word, const char *text)
{
	return bytes_equal(word, text_view(text));
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* False: more words than any line may have, or a byte that none may have. */
static bool cut_words(struct reading *reading, struct bytes_view line)
{
	size_t i = 0;

	reading->word_count = 0;
	for (size_t k = 0; k < line.size; k++)
		if ((line.at[k] < ' ' && line.at[k] != '\t') || line.at[k] == 0x7f)
			return false;
	while (true) {
		size_t start;

		while (i < line.size && is_blank(line.at[i]))
			i++;
		if (i == line.size || (reading->word_count == 0 && line.at[i] == '#'))
			return true;
		if (reading->word_count == WORDS_MAX)
			return false;
		start = i;
		while (i < line.size && !is_blank(line.at[i]))
			i++;
		reading->words[reading->word_count++] = bytes_view(line.at + start, i - start);
	}
}

/* POLICY_NO_NODE: no witness and no group has this name. */
static uint16_t find_node(const struct policy *policy, struct bytes_view name)
{
	for (size_t i = 0; i < policy->node_count; i++)
		if (bytes_equal(policy->nodes[i].name, name))
			return (uint16_t)i;
	return POLICY_NO_NODE;
}

/* -- Lines --------------------------------------------------------------------------- */

static enum status read_log(struct reading *reading)
{
	struct policy *policy = reading->policy;
	struct note_key *key = &policy->logs[policy->log_count];
	enum status status;

	if (reading->word_count < 2 || reading->word_count > 3)
		return malformed(reading, "a log is: log KEY [URL]");
	if (policy->log_count == POLICY_LOGS_MAX)
		return why_set(reading->why, STATUS_TOO_LARGE, "more than %d logs",
		               POLICY_LOGS_MAX);
	status = note_key_decode(key, reading->words[1], reading->why);
	if (status != STATUS_OK)
		return status;
	if (key->type != NOTE_ED25519)
		return why_set(reading->why, STATUS_FOREIGN, "a log's key has type 0x01 here");
	for (size_t i = 0; i < policy->log_count; i++)
		if (hash_equal(&policy->logs[i].public_key, &key->public_key))
			return malformed(reading, "a log's key stands twice");
	policy->log_count++;
	return STATUS_OK;
}

static enum status new_node(struct reading *reading, struct policy_node **node)
{
	struct policy *policy = reading->policy;
	struct bytes_view name = reading->words[1];

	if (word_is(name, "none") || find_node(policy, name) != POLICY_NO_NODE)
		return malformed(reading, "the name is taken");
	*node = &policy->nodes[policy->node_count];
	**node = (struct policy_node){.name = name, .parent = POLICY_NO_NODE};
	return STATUS_OK;
}

static size_t count_nodes(const struct policy *policy, bool groups)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->node_count; i++)
		count += policy->nodes[i].is_group == groups;
	return count;
}

static enum status read_witness(struct reading *reading)
{
	struct policy *policy = reading->policy;
	struct policy_node *node;
	enum status status;

	if (reading->word_count < 3 || reading->word_count > 4)
		return malformed(reading, "a witness is: witness NAME KEY [URL]");
	if (count_nodes(policy, false) == POLICY_WITNESSES_MAX)
		return why_set(reading->why, STATUS_TOO_LARGE, "more than %d witnesses",
		               POLICY_WITNESSES_MAX);
	status = new_node(reading, &node);
	if (status == STATUS_OK)
		status = note_key_decode(&node->key, reading->words[2], reading->why);
	if (status != STATUS_OK)
		return status;
	if (node->key.type != NOTE_COSIGNATURE)
		return why_set(reading->why, STATUS_FOREIGN, "a witness' key has type 0x04 here");
	for (size_t i = 0; i < policy->node_count; i++)
		if (!policy->nodes[i].is_group &&
		    hash_equal(&policy->nodes[i].key.public_key, &node->key.public_key))
			return malformed(reading, "a witness' key stands twice");
	policy->node_count++;
	return STATUS_OK;
}

static bool read_threshold(struct policy_node *node, struct bytes_view word)
{
	uint64_t number;

	if (word_is(word, "any"))
		number = 1;
	else if (word_is(word, "all"))
		number = node->member_count;
	else if (!decimal_decode(&number, word))
		return false;
	node->threshold = (size_t)number;
	return number >= 1 && number <= node->member_count;
}

static enum status read_group(struct reading *reading)
{
	struct policy *policy = reading->policy;
	struct policy_node *node;
	enum status status;

	if (reading->word_count < 4)
		return malformed(reading, "a group is: group NAME any|all|K MEMBER...");
	if (count_nodes(policy, true) == POLICY_GROUPS_MAX)
		return why_set(reading->why, STATUS_TOO_LARGE, "more than %d groups",
		               POLICY_GROUPS_MAX);
	status = new_node(reading, &node);
	if (status != STATUS_OK)
		return status;
	node->is_group = true;
	node->member_count = reading->word_count - 3;
	if (!read_threshold(node, reading->words[2]))
		return malformed(reading,
		                 "a group wants any, all, or 1 to its number of members");
	for (size_t i = 3; i < reading->word_count; i++) {
		uint16_t member = find_node(policy, reading->words[i]);

		if (member == POLICY_NO_NODE)
			return malformed(reading, "a member that no line above names");
		if (policy->nodes[member].parent != POLICY_NO_NODE)
			return malformed(reading, "a member that is in a group already");
		policy->nodes[member].parent = (uint16_t)policy->node_count;
	}
	policy->node_count++;
	return STATUS_OK;
}

static enum status read_quorum(struct reading *reading)
{
	struct policy *policy = reading->policy;

	if (reading->word_count != 2)
		return malformed(reading, "a quorum is: quorum NAME");
	if (reading->has_quorum)
		return malformed(reading, "a second quorum");
	reading->has_quorum = true;
	policy->quorum = find_node(policy, reading->words[1]);
	if (policy->quorum == POLICY_NO_NODE && !word_is(reading->words[1], "none"))
		return malformed(reading, "a quorum that no line above names");
	return STATUS_OK;
}

static enum status read_line(struct reading *reading, struct bytes_view line)
{
	if (!cut_words(reading, line))
		return malformed(reading, "a control character, or too many words");
	if (reading->word_count == 0)
		return STATUS_OK;
	if (word_is(reading->words[0], "log"))
		return read_log(reading);
	if (word_is(reading->words[0], "witness"))
		return read_witness(reading);
	if (word_is(reading->words[0], "group"))
		return read_group(reading);
	if (word_is(reading->words[0], "quorum"))
		return read_quorum(reading);
	return malformed(reading, "a line begins with log, witness, group or quorum");
}

/* -- What a quorum takes ------------------------------------------------------------- */

/* The sum of the `threshold` smallest of the numbers, which are sorted by this. */
static size_t sum_of_smallest(size_t *numbers, size_t count, size_t threshold)
{
	size_t sum = 0;

	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && numbers[k - 1] > numbers[k]; k--) {
			size_t number = numbers[k];

			numbers[k] = numbers[k - 1];
			numbers[k - 1] = number;
		}
	for (size_t i = 0; i < threshold; i++)
		sum += numbers[i];
	return sum;
}

/* Members stand before their group, so one pass in order does it. No witness is in two
 * groups: the sums are exact. */
static void count_needed(struct policy *policy)
{
	size_t voters[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX];
	size_t needed[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX];
	size_t members[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX];

	for (size_t i = 0; i < policy->node_count; i++) {
		const struct policy_node *node = &policy->nodes[i];
		size_t count = 0;

		voters[i] = node->is_group ? 0 : 1;
		for (size_t k = 0; k < i; k++) {
			if (policy->nodes[k].parent != i)
				continue;
			voters[i] += voters[k];
			members[count++] = needed[k];
		}
		needed[i] = node->is_group ? sum_of_smallest(members, count, node->threshold) : 1;
	}
	policy->voters = policy->quorum == POLICY_NO_NODE ? 0 : voters[policy->quorum];
	policy->needed = policy->quorum == POLICY_NO_NODE ? 0 : needed[policy->quorum];
}

/* -- The whole ----------------------------------------------------------------------- */

static bool take_arrays(struct policy *policy, struct arena *arena, size_t logs,
                        size_t nodes)
{
	*policy = (struct policy){.quorum = POLICY_NO_NODE};
	policy->logs = arena_take(arena, logs * sizeof *policy->logs);
	policy->nodes = arena_take(arena, nodes * sizeof *policy->nodes);
	return policy->logs && policy->nodes;
}

enum status policy_decode(struct policy *policy, struct arena *arena,
                          struct bytes_view text, struct why *why)
{
	struct reading *reading = arena_take(arena, sizeof *reading);
	unsigned number = 0;

	if (text.size > POLICY_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "a policy of %zu bytes", text.size);
	/* One more of each, to read what then is too much. */
	if (!reading || !take_arrays(policy, arena, POLICY_LOGS_MAX + 1,
	                             POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX + 1))
		return why_set(why, STATUS_MEMORY, "read the policy");
	*reading = (struct reading){.policy = policy, .arena = arena, .why = why};
	while (text.size > 0) {
		const uint8_t *end = memchr(text.at, '\n', text.size);
		size_t size = end ? (size_t)(end - text.at) : text.size;
		enum status status;

		number++;
		if (!end)
			return why_set(why, STATUS_MALFORMED, "line %u has no end", number);
		status = read_line(reading, bytes_view(text.at, size));
		if (status != STATUS_OK)
			return why_add(why, status, "line %u", number);
		text = bytes_view(text.at + size + 1, text.size - size - 1);
	}
	if (!reading->has_quorum)
		return malformed(reading, "no quorum line");
	count_needed(policy);
	return STATUS_OK;
}

void policy_put(struct buffer *out, struct bytes_view origin,
                const struct hash *cosign_keys, size_t count, size_t quorum)
{
	char name[WITNESS_NAME_SIZE_MAX + 1];
	size_t short_name = origin.size + 1; /* where the key's own part begins */

	INVARIANT(count >= 1 && count <= VALIDATORS_MAX && quorum >= 1 && quorum <= count);
	for (size_t i = 0; i < count; i++) {
		struct note_key key = note_key_of(origin, NOTE_ED25519, &cosign_keys[i]);

		buffer_append_text(out, "log ");
		note_key_put(out, &key);
		buffer_append_text(out, "\n");
	}
	for (size_t i = 0; i < count; i++) {
		struct note_key key;

		witness_name_of(name, origin, &cosign_keys[i]);
		key = note_key_of(text_view(name), NOTE_COSIGNATURE, &cosign_keys[i]);
		buffer_printf(out, "witness %s ", name + short_name);
		note_key_put(out, &key);
		buffer_append_text(out, "\n");
	}
	buffer_printf(out, "group validators %zu", quorum);
	for (size_t i = 0; i < count; i++) {
		witness_name_of(name, origin, &cosign_keys[i]);
		buffer_printf(out, " %s", name + short_name);
	}
	buffer_append_text(out, "\nquorum validators\n");
}

enum status policy_of_keys(struct policy *policy, struct arena *arena,
                           struct bytes_view origin, const struct hash *cosign_keys,
                           size_t count, size_t quorum)
{
	size_t name_size = origin.size + 1 + WITNESS_HEX_SIZE;
	uint8_t *names = arena_take(arena, origin.size + count * (name_size + 1));

	INVARIANT(count >= 1 && count <= VALIDATORS_MAX && quorum >= 1 && quorum <= count);
	if (!names || !take_arrays(policy, arena, count, count + 1))
		return STATUS_MEMORY;
	memcpy(names, origin.at, origin.size);
	origin.at = names;
	for (size_t i = 0; i < count; i++) {
		char *name = (char *)names + origin.size + i * (name_size + 1);
		struct policy_node *node = &policy->nodes[i];

		policy->logs[i] = note_key_of(origin, NOTE_ED25519, &cosign_keys[i]);
		witness_name_of(name, origin, &cosign_keys[i]);
		node->name = text_view(name);
		node->key = note_key_of(node->name, NOTE_COSIGNATURE, &cosign_keys[i]);
		node->parent = (uint16_t)count;
	}
	policy->nodes[count] = (struct policy_node){
		.name = text_view("validators"),
		.is_group = true,
		.threshold = quorum,
		.member_count = count,
		.parent = POLICY_NO_NODE,
	};
	policy->log_count = count;
	policy->node_count = count + 1;
	policy->quorum = (uint16_t)count;
	policy->voters = count;
	policy->needed = quorum;
	return STATUS_OK;
}
