/* The rules against a naive ledger: the same verdict for every transaction, and the same
 * state after every block. */
#include "tests/property/rules_world.h"

#include <stdlib.h>

enum { REMEMBERED = 200, LINE_MAX = 2 };

static struct model_tx remembered[REMEMBERED]; /* to be sent again */
static size_t remembered_count;
static struct draft *line[LINE_MAX + 1]; /* sealed and not committed, oldest first */
static size_t line_size;
static size_t operation_count, taken_count, refused_count, seal_count;

static void start(uint64_t seed)
{
	world_start(seed);
	remembered_count = 0;
	line_size = 0;
}

static void stop(void)
{
	world_stop();
}

/* -- Comparing the state ------------------------------------------------------------- */

/* Reads through a draft, which sees what is not committed as well; raw keys by hand. */
static bool get(struct draft *draft, uint8_t kind, const struct hash *id,
                struct bytes_view rest, struct bytes_view *value)
{
	struct state_key key = {.size = 33 + rest.size};

	key.bytes[0] = kind;
	memcpy(key.bytes + 1, id->bytes, HASH_SIZE);
	if (rest.size > 0)
		memcpy(key.bytes + 33, rest.at, rest.size);
	return draft_get(draft, &key, value);
}

static const struct bytes_view NO_REST;

static void compare_stream(struct draft *draft, size_t index, size_t *values)
{
	const struct model_stream *stream = &model.streams[index];
	struct bytes_view value;

	ck_assert_int_eq(get(draft, 0x10, &streams[index], NO_REST, &value), stream->exists);
	if (!stream->exists)
		return;
	*values += 2;
	/* name u16 + 1, then the owner and the write mode */
	ck_assert_mem_eq(value.at + 3, fixture.accounts[stream->owner].id.bytes, 32);
	ck_assert_uint_eq(value.at[35], stream->write);
	ck_assert(get(draft, 0x11, &streams[index], NO_REST, &value));
	ck_assert_uint_eq(get_le64(value.at), stream->count);
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++) {
		bool found =
			get(draft, 0x12, &streams[index], hash_view(&fixture.accounts[i].id), &value);

		ck_assert_int_eq(found, stream->roles[i] != 0);
		*values += found;
		if (found)
			ck_assert_uint_eq(value.at[0], stream->roles[i]);
	}
	for (size_t i = 1; i < MODEL_KEYS; i++) {
		bool found = get(draft, 0x13, &streams[index], text_view(KEYS[i]), &value);

		ck_assert_int_eq(found, stream->versions[i] > 0);
		*values += found;
		if (!found)
			continue;
		ck_assert_uint_eq(get_le64(value.at), stream->versions[i]);
		ck_assert_uint_eq(get_le64(value.at + 8), stream->positions[i]);
	}
}

static void compare_asset(struct draft *draft, size_t index, size_t *values)
{
	const struct model_asset *asset = &model.assets[index];
	uint64_t held = 0;
	struct bytes_view value;

	ck_assert_int_eq(get(draft, 0x20, &assets[index], NO_REST, &value), asset->exists);
	if (!asset->exists)
		return;
	*values += 2;
	ck_assert_mem_eq(value.at + 3, fixture.accounts[asset->issuer].id.bytes, 32);
	ck_assert_uint_eq(value.at[35], asset->decimals);
	ck_assert(get(draft, 0x21, &assets[index], NO_REST, &value));
	ck_assert_uint_eq(get_le64(value.at), asset->minted);
	ck_assert_uint_eq(get_le64(value.at + 8), asset->burned);
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++) {
		bool found =
			get(draft, 0x22, &assets[index], hash_view(&fixture.accounts[i].id), &value);

		ck_assert_int_eq(found, asset->balances[i] > 0);
		*values += found;
		if (found)
			ck_assert_uint_eq(get_le64(value.at), asset->balances[i]);
		held += asset->balances[i];
	}
	ck_assert_uint_eq(held, asset->minted - asset->burned);
}

static void compare_account(struct draft *draft, size_t index, size_t *values)
{
	const struct hash *id = &fixture.accounts[index].id;
	struct bytes_view value;
	bool found = get(draft, 0x02, id, NO_REST, &value);

	ck_assert_int_eq(found, model.rotations[index] > 0);
	*values += found;
	if (found) {
		ck_assert_mem_eq(value.at, keys[model.keys[index]].public_key.bytes, 32);
		ck_assert_uint_eq(get_le32(value.at + 32), model.rotations[index]);
	}
	found = get(draft, 0x03, id, NO_REST, &value);
	ck_assert_int_eq(found, model.is_described[index]);
	*values += found;
}

static void compare_validator(struct draft *draft, size_t index, size_t *values)
{
	const struct model_validator *validator = &model.validators.accounts[index];
	const struct hash *id = &fixture.accounts[index].id;
	struct bytes_view value;
	bool found = get(draft, 0x06, id, NO_REST, &value);

	ck_assert_int_eq(found, validator->has_joined || index == MODEL_ROOT);
	*values += found;
	if (found)
		ck_assert_uint_eq(get_le64(value.at + value.size - 8), validator->joined_ms);
	found = get(draft, 0x07, id, NO_REST, &value);
	ck_assert_int_eq(found, validator->is_admitted);
	*values += found;
}

/* Each listed node, and that the slots are those nodes and nothing else. */
static void compare_nodes(struct draft *draft, size_t *values)
{
	size_t count = model_node_count(&model.nodes);
	struct state_key key = {.size = 1, .bytes = {0x0d}};
	bool is_slot_seen[MODEL_NODES] = {false};
	struct bytes_view value;
	bool found = draft_get(draft, &key, &value);

	ck_assert_int_eq(found, model.nodes.change_count > 0);
	*values += found + 2 * count;
	if (found) {
		ck_assert_uint_eq(get_le16(value.at), count);
		ck_assert_uint_eq(get_le64(value.at + 2), model.nodes.change_count);
	}
	for (size_t i = 0; i < MODEL_NODES; i++) {
		const struct model_node *node = &model.nodes.nodes[i];
		struct state_key slot = {.size = 3, .bytes = {0x0c}};

		key = (struct state_key){.size = 34, .bytes = {0x0b}};
		memcpy(key.bytes + 1, nodes[i].bytes, 33);
		ck_assert_int_eq(draft_get(draft, &key, &value), node->is_listed);
		if (!node->is_listed)
			continue;
		ck_assert_mem_eq(value.at, fixture.accounts[node->account].id.bytes, 32);
		ck_assert_uint_eq(get_le64(value.at + 32), node->from_height);
		memcpy(slot.bytes + 1, value.at + 40, 2);
		ck_assert_uint_lt(get_le16(value.at + 40), count);
		ck_assert(!is_slot_seen[get_le16(value.at + 40)]);
		is_slot_seen[get_le16(value.at + 40)] = true;
		ck_assert(draft_get(draft, &slot, &value));
		ck_assert_mem_eq(value.at, nodes[i].bytes, 33);
	}
	for (unsigned i = 0; i < MODEL_ACCOUNTS; i++) {
		count = model_nodes_of(&model.nodes, i);
		found = get(draft, 0x0e, &fixture.accounts[i].id, NO_REST, &value);
		ck_assert_int_eq(found, count > 0);
		*values += found;
		if (found)
			ck_assert_uint_eq(get_le16(value.at), count);
	}
}

/* Without an assertion for each, as there are many and Check notes every one in a file. */
static bool is_key_as_known(struct draft *draft, size_t index, size_t *values)
{
	const struct model_validator_key *key = &model.validators.keys[index];
	const struct hash *account = &fixture.accounts[key->account].id;
	struct hash keys_as_ids[2] = {{{0}}, validators[index].cosign_key};
	struct bytes_view value;

	memcpy(&keys_as_ids[0], &validators[index].vote_key, PUBLIC_KEY_SIZE);
	for (uint8_t i = 0; i < 2; i++) {
		uint8_t kind = (uint8_t)(0x08 + i);

		if (get(draft, kind, &keys_as_ids[i], NO_REST, &value) != key->is_known)
			return false;
		if (!key->is_known)
			continue;
		if (value.size != (key->has_left ? 49 : 41) || value.at[40] != key->has_left ||
		    memcmp(value.at, account->bytes, HASH_SIZE) != 0 ||
		    get_le64(value.at + 32) != key->first_epoch ||
		    (key->has_left && get_le64(value.at + 41) != key->last_epoch))
			return false;
	}
	*values += (key->is_known ? 2u : 0u) + (key->is_accused ? 1u : 0u);
	return get(draft, 0x0a, &keys_as_ids[0], NO_REST, &value) == key->is_accused;
}

static void compare_set(struct draft *draft)
{
	struct parameters parameters;
	struct validator_set set;
	size_t index;

	ck_assert_int_eq(draft_next_validators(draft, &set, &parameters), STATUS_OK);
	ck_assert(validators_are_valid(&set));
	ck_assert_uint_eq(set.count, model_set_count(&model.validators));
	ck_assert_mem_eq(parameters.values, model.validators.parameters,
	                 sizeof parameters.values);
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++) {
		const struct model_validator *validator = &model.validators.accounts[i];
		bool found = validators_find(&set, &fixture.accounts[i].id, &index);

		ck_assert_int_eq(found, validator->is_in_set);
		if (found)
			ck_assert_mem_eq(&set.items[index].vote_key,
			                 &validators[validator->key].vote_key, PUBLIC_KEY_SIZE);
	}
}

/* Returns how many values the state has, as the model knows them. Of a block in passing
 * only the newest keys of validators are looked at, which is where something happens. */
static size_t compare(const struct draft *newest)
{
	struct draft *scratch = ledger_fixture_draft(&fixture, newest);
	size_t values = PARAMETER_COUNT + 2;
	size_t first_key = newest && fresh_key > 24 ? fresh_key - 24 : 0;
	bool all_keys_are_known = true;

	compare_set(scratch);
	for (size_t i = first_key; i < fresh_key; i++)
		all_keys_are_known &= is_key_as_known(scratch, i, &values);
	ck_assert(all_keys_are_known);
	compare_nodes(scratch, &values);
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++)
		compare_validator(scratch, i, &values);
	for (size_t i = 0; i < MODEL_ACCOUNTS; i++)
		compare_account(scratch, i, &values);
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		compare_stream(scratch, i, &values);
	for (size_t i = 0; i < MODEL_ASSETS; i++)
		compare_asset(scratch, i, &values);
	draft_free(scratch);
	return values;
}

/* -- Blocks -------------------------------------------------------------------------- */

static void offer(struct draft *draft, struct model_tx *tx)
{
	uint16_t failed;
	enum verdict wanted =
		model_apply(&model, tx, draft->header.time_ms, lifetime_ms, &failed);
	enum verdict got;

	operation_count += tx->operation_count;
	if (one_in(3)) {
		struct refusal refusal = {0};

		got = block_try(draft, tx->tx, false, &refusal);
		ck_assert_int_eq(got, wanted);
	}
	got = ledger_fixture_add(&fixture, draft, tx->tx);
	ck_assert_msg(got == wanted, "wanted %s, got %s: %s", verdict_name(wanted),
	              verdict_name(got), fixture.refusal.text);
	if (got == VERDICT_GOOD) {
		tx->is_taken = true;
		taken_count++;
		return;
	}
	refused_count++;
	ck_assert_uint_eq(fixture.refusal.operation, failed);
	ck_assert_uint_gt(strlen(fixture.refusal.text), 0);
}

static void commit_oldest(void)
{
	memory_ledger_commit(&fixture.ledger, line[0]);
	memory_ledger_drop_stale(&fixture.ledger);
	if (line_size > 1)
		line[1]->parent = NULL;
	draft_free(line[0]);
	memmove(line, line + 1, --line_size * sizeof line[0]);
}

/* Sometimes much later than its parent, so that who joined may join again. */
static struct draft *next_draft(const struct draft *parent)
{
	struct draft *draft;

	ck_assert_int_eq(draft_new(&draft, &fixture.network, &fixture.ledger.source,
	                           &fixture.ledger.tip, parent, model.validators.time_ms,
	                           &fixture.why),
	                 STATUS_OK);
	ck_assert_uint_eq(draft->header.height, model.validators.height);
	ck_assert_uint_eq(draft->header.epoch, model.validators.epoch);
	return draft;
}

static struct model_validators begin_block(const struct draft *parent)
{
	const struct header *below = parent ? &parent->header : &fixture.ledger.tip.header;
	struct model_validators *known = &model.validators;

	known->height = below->height + 1;
	known->time_ms = below->time_ms + FIXTURE_BLOCK_MS;
	if (one_in(6))
		known->time_ms += random_below(&lots, MODEL_HOUR_MS);
	known->evidence_count = 0;
	lifetime_ms = known->parameters[PARAMETER_tx_lifetime_ms];
	return *known;
}

static void end_block(const struct draft *draft, const struct model_validators *before)
{
	bool seals = model_seals(before, &model.validators);

	ck_assert_int_eq(draft_is_seal(draft), seals);
	seal_count += seals;
	model.validators.epoch += seals;
	ck_assert_uint_lt(draft->header.height, sizeof block_hashes / sizeof block_hashes[0]);
	block_hashes[draft->header.height] = draft->hash;
}

static void make_block(void)
{
	const struct draft *parent = line_size > 0 ? line[line_size - 1] : NULL;
	struct model_validators before = begin_block(parent);
	struct draft *draft = next_draft(parent);
	size_t count = random_below(&lots, 80);

	for (size_t i = 0; i < count && block_has_room(draft, 2000); i++) {
		struct model_tx *tx;

		if (remembered_count > 0 && one_in(15)) {
			tx = &remembered[random_below(&lots, (uint32_t)remembered_count)];
		} else {
			size_t at = remembered_count < REMEMBERED ? remembered_count++
			                                          : random_below(&lots, REMEMBERED);

			tx = &remembered[at];
			*tx = random_tx(draft->header.time_ms);
		}
		offer(draft, tx);
	}
	ledger_fixture_seal(&fixture, draft);
	end_block(draft, &before);
	line[line_size++] = draft;
	compare(draft);
	while (line_size > LINE_MAX || (line_size > 0 && one_in(2)))
		commit_oldest();
}

/* Now and then everything is committed, and the root is that of a new tree. */
static void settle(void)
{
	struct hash fresh;

	while (line_size > 0)
		commit_oldest();
	ck_assert_uint_eq(memory_ledger_value_count(&fixture.ledger), compare(NULL));
	fresh = memory_ledger_fresh_root(&fixture.ledger);
	ck_assert(hash_equal(&fresh, &fixture.ledger.tip.header.state_root));
	ledger_fixture_forget_txs(&fixture);
	remembered_count = 0;
}

START_TEST(the_rules_do_what_the_model_does)
{
	operation_count = taken_count = refused_count = seal_count = 0;
	start((uint64_t)_i);
	for (int block = 0; block < 250; block++) {
		make_block();
		if (block % 10 == 9)
			settle();
	}
	settle();
	stop();
	/* Twelve seeds: together 180,000 operations and more, of both kinds. */
	ck_assert_uint_gt(operation_count, 15000);
	ck_assert_uint_gt(taken_count, 1000);
	ck_assert_uint_gt(refused_count, 1000);
	ck_assert_uint_gt(seal_count, 10);
}
END_TEST

/* -- Order --------------------------------------------------------------------------- */

enum { PARTIES = 8, EACH = 6 };

/* What does not touch each other's things may come in any order: the state is the same.
 */
START_TEST(the_state_does_not_depend_on_the_order_of_what_is_independent)
{
	const struct tx *txs[PARTIES][EACH];
	struct hash root = {{0}}, last_tx_root = {{0}};

	start((uint64_t)_i);
	fixture.valid_until_ms = FIXTURE_TIME_MS + LIFETIME_MS;
	for (unsigned i = 0; i < PARTIES; i++) {
		static char names[PARTIES][4];
		struct hash id;

		snprintf(names[i], sizeof names[i], "s%u", i);
		id = stream_id_of(text_view(names[i]));
		txs[i][0] =
			ledger_fixture_tx_of(&fixture, i, make_stream(names[i], STREAM_WRITE_LISTED));
		for (unsigned j = 1; j < EACH; j++)
			txs[i][j] = ledger_fixture_tx_of(&fixture, i,
			                                 make_append(&id, j % 2 ? "k" : "", "value"));
	}
	for (int round = 0; round < 20; round++) {
		struct draft *draft = ledger_fixture_draft(&fixture, NULL);
		unsigned done[PARTIES] = {0};

		for (unsigned left = PARTIES * EACH; left > 0; left--) {
			unsigned party = random_below(&lots, PARTIES);

			while (done[party] == EACH)
				party = (party + 1) % PARTIES;
			ledger_fixture_expect_taken(&fixture, draft, txs[party][done[party]++]);
		}
		ledger_fixture_seal(&fixture, draft);
		if (round > 0) {
			ck_assert(hash_equal(&draft->header.state_root, &root));
			ck_assert(!hash_equal(&draft->header.tx_root, &last_tx_root));
		}
		root = draft->header.state_root;
		last_tx_root = draft->header.tx_root;
		draft_free(draft);
	}
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rules against a model");
	TCase *tests = tcase_create("rules against a model");

	tcase_add_loop_test(tests, the_rules_do_what_the_model_does, 0, 12);
	tcase_add_loop_test(
		tests, the_state_does_not_depend_on_the_order_of_what_is_independent, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}
