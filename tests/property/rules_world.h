/* Random transactions over the naive ledger and the real one. */
#ifndef TESTS_PROPERTY_RULES_WORLD_H
#define TESTS_PROPERTY_RULES_WORLD_H

#include "tests/property/rules_model.h"

enum { LIFETIME_MS = 60000, KEY_NUMBERS = 12 };
/* Numbers of keys: of the validator of genesis, and from where on those that join. */
enum { GENESIS_KEY = 1000, JOIN_KEYS = 5000 };

static const char *const STREAMS[MODEL_STREAMS] = {"a", "b", "c", "d", "e"};
static const char *const ASSETS[MODEL_ASSETS] = {"a", "b", "f", "g"};
static const char *const KEYS[MODEL_KEYS] = {"", "k", "kk", "l", "\xff\x01"};

static struct ledger_fixture fixture;
static struct random lots;
static struct model model;
static struct key_pair keys[KEY_NUMBERS];
static struct hash streams[MODEL_STREAMS], assets[MODEL_ASSETS];
static struct validator validators[MODEL_VALIDATOR_KEYS]; /* by key; no accounts */
static unsigned fresh_key;                                /* the next nobody had */
static struct node_id nodes[MODEL_NODES];
static struct hash block_hashes[1024];                    /* of this chain, by height */
static uint64_t lifetime_ms; /* of the block being made, as its parent left it */

static inline unsigned number_of(unsigned key)
{
	return key == 0 ? GENESIS_KEY : JOIN_KEYS + key;
}

static inline void start_validators(const struct parameters *parameters)
{
	static const struct hash nobody;
	struct model_validators *known = &model.validators;

	validators[0] = fixture.genesis->validators.items[0];
	for (unsigned i = 1; i < MODEL_VALIDATOR_KEYS; i++)
		validators[i] = make_validator(&fixture, &nobody, number_of(i));
	for (unsigned i = 0; i < MODEL_NODES; i++)
		nodes[i] = make_node_id(&fixture, number_of(i));
	fresh_key = 1;
	block_hashes[0] = fixture.ledger.tip.hash;
	memcpy(known->parameters, parameters->values, sizeof known->parameters);
	known->accounts[MODEL_ROOT] =
		(struct model_validator){.is_admitted = true, .is_in_set = true};
	known->keys[0] =
		(struct model_validator_key){.is_known = true, .account = MODEL_ROOT};
}

static inline void world_start(uint64_t seed)
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
	keys[MODEL_ROOT] = fixture.validator.keys;
	fixture.accounts[MODEL_ROOT] = fixture.validator;
	start_validators(&parameters);
	for (unsigned i = 0; i < MODEL_ACCOUNTS; i++)
		model.keys[i] = i;
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		streams[i] = stream_id_of(text_view(STREAMS[i]));
	for (size_t i = 0; i < MODEL_ASSETS; i++)
		assets[i] = asset_id_of(text_view(ASSETS[i]));
}

static inline void world_stop(void)
{
	ledger_fixture_close(&fixture);
}

static inline bool one_in(uint32_t count)
{
	return random_below(&lots, count) == 0;
}

/* -- Making transactions ------------------------------------------------------------- */

static inline uint64_t random_amount(void)
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
static inline uint64_t about(uint64_t value)
{
	return one_in(2) ? value : value + random_below(&lots, 3) - 1;
}

/* A validator's key: one that was used, or, mostly, one that nobody had. */
static inline unsigned random_key(uint32_t reused_one_in)
{
	if (one_in(reused_one_in) || fresh_key == MODEL_VALIDATOR_KEYS)
		return random_below(&lots, fresh_key);
	return fresh_key++;
}

static inline uint64_t random_value(enum parameter parameter)
{
	const struct parameter_facts *facts = parameter_facts(parameter);

	switch (random_below(&lots, 6)) {
	case 0:
		return facts->least - 1;
	case 1:
		return facts->most + 1;
	case 2:
		return facts->most;
	case 3:
		return model.validators.parameters[parameter];
	default:
		return facts->value;
	}
}

/* What changes validators and parameters. */
static inline struct model_operation random_change(void)
{
	static const enum operation_kind KINDS[] = {
		OPERATION_validator_admit, OPERATION_validator_admit, OPERATION_validator_remove,
		OPERATION_validator_join,  OPERATION_validator_join,  OPERATION_validator_join,
		OPERATION_param_set,       OPERATION_evidence_submit,
	};
	struct model_operation made = {
		.kind = KINDS[random_below(&lots, sizeof KINDS / sizeof KINDS[0])]};
	struct model_change *change = &made.change;
	const struct model_validators *known = &model.validators;

	change->account = random_below(&lots, MODEL_ACCOUNTS);
	change->is_spoiled = one_in(10);
	change->parameter = (enum parameter)random_below(&lots, PARAMETER_COUNT);
	change->is_known_parameter = !one_in(10);
	change->value = random_value(change->parameter);
	if (made.kind == OPERATION_validator_join) {
		change->key = random_key(6);
		change->height = one_in(15) ? known->height + random_below(&lots, 2)
		                            : random_below(&lots, (uint32_t)known->height);
		change->is_right_block = change->height < known->height && !one_in(15);
	}
	if (made.kind == OPERATION_evidence_submit) {
		change->key = random_below(&lots, fresh_key);
		change->epoch = one_in(2) ? known->keys[change->key].first_epoch
		                          : about(known->epoch + 1) - 1;
	}
	return made;
}

/* Mostly of nodes that few accounts fight for. */
static inline struct model_operation random_node_change(void)
{
	struct model_operation made = {.kind = OPERATION_node_set};
	struct model_node_change *change = &made.node;

	change->node = random_below(&lots, MODEL_NODES);
	change->account = random_below(&lots, MODEL_ACCOUNTS);
	change->is_removal = one_in(4);
	change->from_height = change->is_removal ? 0 : random_below(&lots, 2);
	change->is_spoiled = one_in(15);
	return made;
}

static inline struct model_operation random_operation(void)
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

	if (one_in(12))
		return random_change();
	if (one_in(15))
		return random_node_change();
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

static inline struct operation append_of(const struct model_operation *from)
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

static inline struct operation describe_of(const struct model_operation *from)
{
	struct operation made = make_describe("somebody");

	made.account_describe.encryption_key.present = from->is_spoiled;
	memset(&made.account_describe.encryption_key.value, 0xff, HASH_SIZE);
	made.account_describe.inbox.present = from->has_inbox;
	made.account_describe.inbox.value = streams[from->subject];
	return made;
}

static inline struct operation join_of(unsigned sender, const struct model_change *change)
{
	const struct hash *account = &fixture.accounts[sender].id;
	unsigned number = number_of(change->key);
	struct operation made = make_join(&fixture, account, number);
	struct validator_join *join = &made.validator_join;

	join->height = change->height;
	join->block = change->is_right_block ? block_hashes[change->height]
	                                     : hash_of(text_view("no block"));
	sign_join(&fixture, account, number, join);
	if (change->is_spoiled && one_in(2))
		join->vote_signature.bytes[5] ^= 1;
	else if (change->is_spoiled)
		join->cosign_signature.bytes[5] ^= 1;
	return made;
}

static inline struct operation evidence_of(const struct model_change *change)
{
	struct operation made =
		make_evidence(&fixture, number_of(change->key), change->epoch, 3);

	if (change->is_spoiled)
		made.evidence_submit.second.signature.bytes[5] ^= 1;
	return made;
}

static inline struct operation node_of(const struct model_node_change *change)
{
	struct operation made =
		make_node(&nodes[change->node],
	              change->is_removal ? NULL : &fixture.accounts[change->account].id,
	              change->from_height);

	if (change->is_spoiled)
		made.node_set.node_id.bytes[0] = 4;
	return made;
}

static inline struct operation real_operation(const struct model_tx *tx,
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
		return make_admit(&fixture.accounts[from->change.account].id);
	case OPERATION_validator_remove:
		return make_remove(&fixture.accounts[from->change.account].id);
	case OPERATION_validator_join:
		return join_of(tx->sender, &from->change);
	case OPERATION_node_set:
		return node_of(&from->node);
	case OPERATION_param_set:
		return make_param(from->change.is_known_parameter
		                      ? parameter_facts(from->change.parameter)->name
		                      : "term",
		                  from->change.value);
	case OPERATION_evidence_submit:
		return evidence_of(&from->change);
	}
	ck_abort_msg("no such kind");
}

static inline struct model_tx random_tx(uint64_t time_ms)
{
	struct operation operations[MODEL_OPERATIONS];
	struct model_tx made = {
		.sender = random_below(&lots, MODEL_ACCOUNTS),
		.salt = fixture.salt++,
		.valid_until_ms = time_ms + random_below(&lots, (uint32_t)lifetime_ms + 1),
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
		made.valid_until_ms = time_ms + lifetime_ms + 1;
	for (size_t i = 0; i < made.operation_count; i++) {
		made.operations[i] = random_operation();
		if (made.operations[i].kind == OPERATION_node_set && one_in(2))
			made.operations[i].node.account = made.sender;
		operations[i] = real_operation(&made, &made.operations[i]);
	}
	draft.valid_until_ms = made.valid_until_ms;
	made.tx = ledger_fixture_sign(&fixture, &draft, &keys[made.key]);
	return made;
}

#endif
