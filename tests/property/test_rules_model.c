/* The rules against a naive ledger: the same verdict for every transaction, and the same
 * state after every block. */
#include "tests/property/rules_model.h"

#include <stdlib.h>

enum { LIFETIME_MS = 60000, REMEMBERED = 200, LINE_MAX = 2, KEY_NUMBERS = 12 };

static const char *const STREAMS[MODEL_STREAMS] = {"a", "b", "c", "d", "e"};
static const char *const ASSETS[MODEL_ASSETS] = {"a", "b", "f", "g"};
static const char *const KEYS[MODEL_KEYS] = {"", "k", "kk", "l", "\xff\x01"};

static struct ledger_fixture fixture;
static struct random lots;
static struct model model;
static struct key_pair keys[KEY_NUMBERS];
static struct hash streams[MODEL_STREAMS], assets[MODEL_ASSETS];
static struct model_tx remembered[REMEMBERED]; /* to be sent again */
static size_t remembered_count;
static struct draft *line[LINE_MAX + 1]; /* sealed and not committed, oldest first */
static size_t line_size;
static size_t operation_count, taken_count, refused_count;

static void start(uint64_t seed)
{
	struct parameters parameters = parameters_default();

	parameters.values[PARAMETER_tx_lifetime_ms] = LIFETIME_MS;
	parameters.values[PARAMETER_max_block_txs] = 64;
	ledger_fixture_init(&fixture, &parameters);
	fixture.is_unsigned = true;
	lots = random_from(seed);
	model = (struct model){0};
	for (unsigned i = 0; i < KEY_NUMBERS; i++)
		keys[i] = ledger_fixture_keys(&fixture, i);
	for (unsigned i = 0; i < MODEL_ACCOUNTS; i++)
		model.keys[i] = i;
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		streams[i] = stream_id_of(text_view(STREAMS[i]));
	for (size_t i = 0; i < MODEL_ASSETS; i++)
		assets[i] = asset_id_of(text_view(ASSETS[i]));
	remembered_count = 0;
	line_size = 0;
}

static void stop(void)
{
	ledger_fixture_close(&fixture);
}

static bool one_in(uint32_t count)
{
	return random_below(&lots, count) == 0;
}

/* -- Making transactions ------------------------------------------------------------- */

static uint64_t random_amount(void)
{
	switch (random_below(&lots, 200)) {
	case 0:
		return UINT64_MAX - random_below(&lots, 3);
	case 1:
		return UINT64_MAX / 2 + random_below(&lots, 3);
	default:
		return 1 + random_below(&lots, 50);
	}
}

/* Near the truth, so that half of them match. */
static uint64_t about(uint64_t value)
{
	return one_in(2) ? value : value + random_below(&lots, 3) - 1;
}

static struct model_operation random_operation(void)
{
	static const enum operation_kind KINDS[] = {
		OPERATION_record_append,    OPERATION_record_append,  OPERATION_record_append,
		OPERATION_record_append,    OPERATION_record_append,  OPERATION_stream_create,
		OPERATION_stream_grant,     OPERATION_stream_grant,   OPERATION_stream_revoke,
		OPERATION_account_describe, OPERATION_asset_create,   OPERATION_asset_mint,
		OPERATION_asset_mint,       OPERATION_asset_transfer, OPERATION_asset_transfer,
		OPERATION_asset_transfer,   OPERATION_asset_burn,
	};
	enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };
	struct model_operation made = {
		.kind = KINDS[random_below(&lots, KIND_COUNT)],
		.account = random_below(&lots, MODEL_ACCOUNTS),
		.key = random_below(&lots, MODEL_KEYS),
		.role = 1u << random_below(&lots, 3),
		.amount = random_amount(),
		.is_spoiled = one_in(25),
	};

	if (one_in(60))
		made.kind = OPERATION_account_rotate;
	made.subject = made.kind < OPERATION_asset_create ? random_below(&lots, MODEL_STREAMS)
	                                                  : random_below(&lots, MODEL_ASSETS);
	if (made.kind == OPERATION_account_rotate)
		made.account = random_below(&lots, KEY_NUMBERS);
	if (made.kind == OPERATION_record_append) {
		const struct model_stream *stream = &model.streams[made.subject];

		made.has_count = one_in(10);
		made.count = about(stream->count);
		made.has_version = one_in(8);
		made.version = about(stream->versions[made.key]);
		made.has_reference = one_in(10);
		made.reference = random_below(&lots, MODEL_STREAMS);
		made.position = about(model.streams[made.reference].count);
		made.is_file = one_in(5);
	}
	made.has_inbox = one_in(2);
	return made;
}

static struct operation append_of(const struct model_operation *from)
{
	static const char VALUE[] = "0123456789abcdef0123456789abcdef";
	struct operation made = make_append(&streams[from->subject], KEYS[from->key], VALUE);
	struct record_append *record = &made.record_append;

	record->value_kind = from->is_file ? VALUE_FILE : VALUE_INLINE;
	record->expected_count = (struct optional_u64){from->has_count, from->count};
	record->expected_version = (struct optional_u64){from->has_version, from->version};
	record->reference.present = from->has_reference;
	record->reference.value.stream = streams[from->reference];
	record->reference.value.position = from->position;
	return made;
}

static struct operation describe_of(const struct model_operation *from)
{
	struct operation made = make_describe("somebody");

	made.account_describe.encryption_key.present = from->is_spoiled;
	memset(&made.account_describe.encryption_key.value, 0xff, HASH_SIZE);
	made.account_describe.inbox.present = from->has_inbox;
	made.account_describe.inbox.value = streams[from->subject];
	return made;
}

static struct operation real_operation(const struct model_tx *tx,
                                       const struct model_operation *from)
{
	const struct hash *account = &fixture.accounts[from->account].id;
	const struct hash *stream = &streams[from->subject];
	const struct hash *asset = &assets[from->subject % MODEL_ASSETS];
	struct operation made;

	switch (from->kind) {
	case OPERATION_record_append:
		return append_of(from);
	case OPERATION_stream_create:
		made = make_stream(STREAMS[from->subject], (enum stream_write)(from->role % 2));
		made.stream_create.read = from->is_spoiled;
		return made;
	case OPERATION_stream_grant:
		return make_grant(stream, (enum stream_role)from->role, account);
	case OPERATION_stream_revoke:
		return make_revoke(stream, (enum stream_role)from->role, account);
	case OPERATION_account_rotate:
		return make_rotate(&fixture, &fixture.accounts[tx->sender].id,
		                   &keys[from->account], tx->salt + from->is_spoiled);
	case OPERATION_account_describe:
		return describe_of(from);
	case OPERATION_asset_create:
		return make_asset(ASSETS[from->subject], (uint8_t)from->role);
	case OPERATION_asset_mint:
		return make_mint(asset, account, from->amount);
	case OPERATION_asset_transfer:
		return make_transfer(asset, account, from->amount);
	case OPERATION_asset_burn:
		return make_burn(asset, from->amount);
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
	case OPERATION_validator_join:
	case OPERATION_param_set:
	case OPERATION_evidence_submit:
		break;
	}
	ck_abort_msg("no such kind");
}

static struct model_tx random_tx(uint64_t time_ms)
{
	struct operation operations[MODEL_OPERATIONS];
	struct model_tx made = {
		.sender = random_below(&lots, MODEL_ACCOUNTS),
		.salt = fixture.salt++,
		.valid_until_ms = time_ms + random_below(&lots, LIFETIME_MS + 1),
		.operation_count = one_in(2) ? 1 : 1 + random_below(&lots, MODEL_OPERATIONS),
	};
	struct tx_draft draft = {
		.sender = fixture.accounts[made.sender].id,
		.salt = made.salt,
		.operations = operations,
		.operation_count = made.operation_count,
	};

	made.key = one_in(30) ? random_below(&lots, KEY_NUMBERS) : model.keys[made.sender];
	if (one_in(30))
		made.valid_until_ms = time_ms - 1;
	else if (one_in(30))
		made.valid_until_ms = time_ms + LIFETIME_MS + 1;
	for (size_t i = 0; i < made.operation_count; i++) {
		made.operations[i] = random_operation();
		operations[i] = real_operation(&made, &made.operations[i]);
	}
	draft.valid_until_ms = made.valid_until_ms;
	made.tx = ledger_fixture_sign(&fixture, &draft, &keys[made.key]);
	return made;
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

/* Returns how many values the state has, as the model knows them. */
static size_t compare(const struct draft *newest)
{
	struct draft *scratch = ledger_fixture_draft(&fixture, newest);
	size_t values = PARAMETER_COUNT + 6;

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
		model_apply(&model, tx, draft->header.time_ms, LIFETIME_MS, &failed);
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

static void make_block(void)
{
	const struct draft *parent = line_size > 0 ? line[line_size - 1] : NULL;
	struct draft *draft = ledger_fixture_draft(&fixture, parent);
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
	operation_count = taken_count = refused_count = 0;
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
