#include "tests/support/ledger_fixture.h"

#include "chain/crypto/cosign_key.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Not Check's assertions: benchmarks and fuzz targets use the fixture as well. Check
 * tells of a test that aborted, and the sentence is on stderr. */
#define DEMAND(condition, ...) \
	((condition) ? (void)0 : demand_failed(__FILE__, __LINE__, __VA_ARGS__))

_Noreturn static void demand_failed(const char *file, int line, const char *format, ...)
	PRINTF_LIKE(3, 4);

_Noreturn static void demand_failed(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

static void demand_ok(enum status status, const struct why *why)
{
	DEMAND(status == STATUS_OK, "%s", why ? why->text : status_text(status));
}

struct fixture_tx {
	struct fixture_tx *older;
	uint8_t *bytes; /* exactly as large as the transaction */
	struct tx tx;
};

/* -- Keys ---------------------------------------------------------------------------- */

struct key_pair ledger_fixture_keys(const struct ledger_fixture *fixture, unsigned number)
{
	struct secret_key secret = {{0}};
	struct key_pair pair;

	put_be32(secret.bytes + SECRET_KEY_SIZE - 4, number + 1);
	demand_ok(key_pair_init(&pair, fixture->signer, &secret), NULL);
	return pair;
}

static struct fixture_account account_of(const struct ledger_fixture *fixture,
                                         unsigned number)
{
	struct fixture_account account = {.keys = ledger_fixture_keys(fixture, number)};

	account.id = network_account_id(&fixture->network, &account.keys.public_key);
	return account;
}

/* -- The network --------------------------------------------------------------------- */

static void fill_genesis(struct ledger_fixture *fixture,
                         const struct parameters *parameters)
{
	struct genesis *genesis = fixture->genesis;
	struct secret_key secret = {{0}};

	secret.bytes[SECRET_KEY_SIZE - 1] = 9;
	strcpy(genesis->name, "fixture");
	genesis->time_ms = FIXTURE_TIME_MS;
	genesis->parameters = parameters ? *parameters : parameters_default();
	genesis->root_member_count = 1;
	genesis->root_threshold = 1;
	genesis->root_members[0] = fixture->validator.id;
	genesis->validators.count = 1;
	genesis->validators.items[0] = (struct validator){
		.account = fixture->validator.id,
		.vote_key = fixture->validator.keys.public_key,
		.cosign_key = hash_of(text_view("cosign key")),
	};
	demand_ok(
		secret_key_point(genesis->validator_node_ids[0].bytes, fixture->signer, &secret),
		NULL);
	strcpy(genesis->validator_addresses[0], "127.0.0.1:7400");
}

/* In the place of the one validator. */
static void fill_validators(struct ledger_fixture *fixture, size_t count)
{
	struct genesis *genesis = fixture->genesis;

	genesis->validators.count = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned number = FIXTURE_VALIDATOR + i;
		struct fixture_account account = account_of(fixture, number);
		struct validator validator = make_validator(fixture, &account.id, number);

		validators_add(&genesis->validators, &validator);
	}
	for (size_t i = 0; i < count; i++) {
		genesis->validator_node_ids[i].bytes[0] = 2;
		memcpy(genesis->validator_node_ids[i].bytes + 1,
		       genesis->validators.items[i].vote_key.bytes, PUBLIC_KEY_SIZE);
	}
}

void ledger_fixture_init(struct ledger_fixture *fixture,
                         const struct parameters *parameters)
{
	ledger_fixture_init_set(fixture, parameters, 0);
}

void ledger_fixture_init_set(struct ledger_fixture *fixture,
                             const struct parameters *parameters, size_t validator_count)
{
	static const struct hash seed;
	struct buffer bytes;
	struct draft *genesis;
	struct hash hash = {{0}};

	memset(fixture, 0, sizeof *fixture);
	fixture->signer = signer_new(&seed);
	fixture->genesis = calloc(1, sizeof *fixture->genesis);
	DEMAND(fixture->signer && fixture->genesis, "out of memory");
	/* Account ids are the same in every network, so any will do to make them with. */
	network_init(&fixture->network, &hash);
	fixture->validator = account_of(fixture, 1000);
	for (unsigned i = 0; i < FIXTURE_ACCOUNTS; i++)
		fixture->accounts[i] = account_of(fixture, i);
	fill_genesis(fixture, parameters);
	if (validator_count > 0)
		fill_validators(fixture, validator_count);
	buffer_init(&bytes, GENESIS_SIZE_MAX);
	genesis_encode(&bytes, fixture->genesis);
	demand_ok(bytes.status, NULL);
	hash = genesis_hash(buffer_view(&bytes));
	buffer_close(&bytes);
	network_init(&fixture->network, &hash);
	memory_ledger_init(&fixture->ledger, NULL);
	demand_ok(block_genesis(&genesis, &fixture->network, fixture->genesis, &fixture->why),
	          &fixture->why);
	memory_ledger_commit(&fixture->ledger, genesis);
	draft_free(genesis);
}

void ledger_fixture_close(struct ledger_fixture *fixture)
{
	ledger_fixture_forget_txs(fixture);
	memory_ledger_close(&fixture->ledger);
	free(fixture->genesis);
	signer_free(fixture->signer);
}

/* -- Transactions -------------------------------------------------------------------- */

void ledger_fixture_forget_txs(struct ledger_fixture *fixture)
{
	struct fixture_tx *tx = fixture->txs;

	while (tx) {
		struct fixture_tx *older = tx->older;

		free(tx->bytes);
		free(tx);
		tx = older;
	}
	fixture->txs = NULL;
}

const struct tx *ledger_fixture_sign(struct ledger_fixture *fixture,
                                     const struct tx_draft *draft,
                                     const struct key_pair *keys)
{
	static const struct hash auxiliary;
	size_t size = tx_draft_size(draft);
	struct fixture_tx *made = calloc(1, sizeof *made);
	struct signature signature = {{0}};
	struct hash txid;

	DEMAND(size <= TX_SIZE_MAX, "a transaction of %zu bytes", size);
	made->bytes = malloc(size);
	made->older = fixture->txs;
	fixture->txs = made;
	txid = tx_draft_put(made->bytes, draft, &fixture->network);
	if (!fixture->is_unsigned)
		demand_ok(key_pair_sign(&signature, fixture->signer, keys, &txid, &auxiliary),
		          NULL);
	tx_put_authority(made->bytes, size, &keys->public_key, &signature);
	fixture->refusal = (struct refusal){0};
	DEMAND(tx_decode(&made->tx, &fixture->network, bytes_view(made->bytes, size),
	                 &fixture->refusal) == VERDICT_GOOD,
	       "%s", fixture->refusal.text);
	return &made->tx;
}

static const struct tx *tx_by(struct ledger_fixture *fixture,
                              const struct fixture_account *sender,
                              const struct operation *operations, size_t count)
{
	struct tx_draft draft = {
		.sender = sender->id,
		.salt = fixture->salt++,
		.valid_until_ms = fixture->valid_until_ms,
		.operations = operations,
		.operation_count = count,
	};

	if (draft.valid_until_ms == 0)
		draft.valid_until_ms = fixture->ledger.tip.header.time_ms + FIXTURE_VALID_MS;
	return ledger_fixture_sign(fixture, &draft, &sender->keys);
}

const struct tx *ledger_fixture_tx(struct ledger_fixture *fixture, unsigned sender,
                                   const struct operation *operations, size_t count)
{
	return tx_by(fixture, &fixture->accounts[sender], operations, count);
}

const struct tx *ledger_fixture_root_tx(struct ledger_fixture *fixture,
                                        struct operation operation)
{
	return tx_by(fixture, &fixture->validator, &operation, 1);
}

const struct tx *ledger_fixture_tx_of(struct ledger_fixture *fixture, unsigned sender,
                                      struct operation operation)
{
	return ledger_fixture_tx(fixture, sender, &operation, 1);
}

/* -- Blocks -------------------------------------------------------------------------- */

struct draft *ledger_fixture_draft(struct ledger_fixture *fixture,
                                   const struct draft *parent)
{
	const struct ledger_tip *tip = &fixture->ledger.tip;
	uint64_t below_ms = parent ? parent->header.time_ms : tip->header.time_ms;
	struct draft *draft;

	demand_ok(draft_new(&draft, &fixture->network, &fixture->ledger.source, tip, parent,
	                    below_ms + FIXTURE_BLOCK_MS, &fixture->why),
	          &fixture->why);
	return draft;
}

enum verdict ledger_fixture_add(struct ledger_fixture *fixture, struct draft *draft,
                                const struct tx *tx)
{
	enum verdict verdict;

	fixture->refusal = (struct refusal){0};
	verdict = block_add(draft, tx, false, &fixture->refusal);
	demand_ok(draft->status, &draft->why);
	return verdict;
}

struct block_plan ledger_fixture_plan(const struct draft *draft)
{
	return (struct block_plan){
		.epoch = draft->header.epoch,
		.view = draft->header.height,
		.time_ms = draft->header.time_ms,
	};
}

void ledger_fixture_seal(struct ledger_fixture *fixture, struct draft *draft)
{
	struct block_plan plan = ledger_fixture_plan(draft);

	demand_ok(block_seal(draft, &plan, &fixture->why), &fixture->why);
}

struct draft *ledger_fixture_sealed(struct ledger_fixture *fixture,
                                    const struct draft *parent,
                                    const struct tx *const *txs, size_t count)
{
	struct draft *draft = ledger_fixture_draft(fixture, parent);

	for (size_t i = 0; i < count; i++)
		ledger_fixture_expect_taken(fixture, draft, txs[i]);
	ledger_fixture_seal(fixture, draft);
	return draft;
}

void ledger_fixture_block(struct ledger_fixture *fixture, const struct tx *const *txs,
                          size_t count)
{
	struct draft *draft = ledger_fixture_sealed(fixture, NULL, txs, count);

	memory_ledger_commit(&fixture->ledger, draft);
	draft_free(draft);
}

void ledger_fixture_do(struct ledger_fixture *fixture, unsigned sender,
                       struct operation operation)
{
	const struct tx *tx = ledger_fixture_tx_of(fixture, sender, operation);

	ledger_fixture_block(fixture, &tx, 1);
}

static void check_refusal(const struct ledger_fixture *fixture, enum verdict got,
                          enum verdict wanted, const char *text)
{
	const struct refusal *refusal = &fixture->refusal;

	DEMAND(got == wanted, "wanted %s, got %s: %s", verdict_name(wanted),
	       verdict_name(got), refusal->text);
	DEMAND(refusal->verdict == wanted, "the refusal says %s",
	       verdict_name(refusal->verdict));
	DEMAND(strstr(refusal->text, text), "'%s' is not in '%s'", text, refusal->text);
}

void ledger_fixture_expect_refused(struct ledger_fixture *fixture, struct draft *draft,
                                   const struct tx *tx, enum verdict verdict,
                                   const char *text)
{
	enum verdict got;

	fixture->refusal = (struct refusal){0};
	got = block_try(draft, tx, false, &fixture->refusal);
	demand_ok(draft->status, &draft->why);
	check_refusal(fixture, got, verdict, text);
	check_refusal(fixture, ledger_fixture_add(fixture, draft, tx), verdict, text);
}

void ledger_fixture_expect_taken(struct ledger_fixture *fixture, struct draft *draft,
                                 const struct tx *tx)
{
	enum verdict verdict = ledger_fixture_add(fixture, draft, tx);

	DEMAND(verdict == VERDICT_GOOD, "%s: %s", verdict_name(verdict),
	       fixture->refusal.text);
}

/* -- Operations ---------------------------------------------------------------------- */

struct operation make_append(const struct hash *stream, const char *key,
                             const char *value)
{
	return (struct operation){
		.kind = OPERATION_record_append,
		.record_append =
			{
				.stream = *stream,
				.key = text_view(key),
				.content_type = text_view("text/plain"),
				.value = text_view(value),
			},
	};
}

struct operation make_stream(const char *name, enum stream_write write)
{
	return (struct operation){
		.kind = OPERATION_stream_create,
		.stream_create =
			{
				.name = text_view(name),
				.write = (uint8_t)write,
				.description = text_view("made by a test"),
			},
	};
}

struct operation make_grant(const struct hash *stream, enum stream_role role,
                            const struct hash *account)
{
	return (struct operation){
		.kind = OPERATION_stream_grant,
		.stream_grant =
			{
				.stream = *stream,
				.role = (uint8_t)role,
				.account = *account,
			},
	};
}

struct operation make_revoke(const struct hash *stream, enum stream_role role,
                             const struct hash *account)
{
	return (struct operation){
		.kind = OPERATION_stream_revoke,
		.stream_revoke =
			{
				.stream = *stream,
				.role = (uint8_t)role,
				.account = *account,
			},
	};
}

struct operation make_describe(const char *display_name)
{
	return (struct operation){
		.kind = OPERATION_account_describe,
		.account_describe = {.display_name = text_view(display_name)},
	};
}

struct operation make_rotate(const struct ledger_fixture *fixture,
                             const struct hash *account, const struct key_pair *new_keys,
                             uint64_t salt)
{
	static const struct hash auxiliary;
	struct hash message =
		rotation_message(&fixture->network, account, &new_keys->public_key, salt);
	struct operation operation = {
		.kind = OPERATION_account_rotate,
		.account_rotate = {.new_key = new_keys->public_key},
	};

	demand_ok(key_pair_sign(&operation.account_rotate.new_key_signature, fixture->signer,
	                        new_keys, &message, &auxiliary),
	          NULL);
	return operation;
}

struct operation make_asset(const char *name, uint8_t decimals)
{
	return (struct operation){
		.kind = OPERATION_asset_create,
		.asset_create = {.name = text_view(name), .decimals = decimals},
	};
}

struct operation make_mint(const struct hash *asset, const struct hash *to,
                           uint64_t amount)
{
	return (struct operation){
		.kind = OPERATION_asset_mint,
		.asset_mint = {.asset = *asset, .to = *to, .amount = amount},
	};
}

struct operation make_transfer(const struct hash *asset, const struct hash *to,
                               uint64_t amount)
{
	return (struct operation){
		.kind = OPERATION_asset_transfer,
		.asset_transfer = {.asset = *asset, .to = *to, .amount = amount},
	};
}

struct operation make_burn(const struct hash *asset, uint64_t amount)
{
	return (struct operation){
		.kind = OPERATION_asset_burn,
		.asset_burn = {.asset = *asset, .amount = amount},
	};
}

struct operation make_admit(const struct hash *account)
{
	return (struct operation){
		.kind = OPERATION_validator_admit,
		.validator_admit = {.account = *account},
	};
}

struct operation make_remove(const struct hash *account)
{
	return (struct operation){
		.kind = OPERATION_validator_remove,
		.validator_remove = {.account = *account},
	};
}

struct operation make_node(const struct node_id *id, const struct hash *account,
                           uint64_t from_height)
{
	struct operation operation = {
		.kind = OPERATION_node_set,
		.node_set = {.node_id = *id, .from_height = from_height},
	};

	if (account)
		operation.node_set.account = (struct optional_hash){true, *account};
	return operation;
}

struct operation make_param(const char *name, uint64_t value)
{
	return (struct operation){
		.kind = OPERATION_param_set,
		.param_set = {.name = text_view(name), .value = value},
	};
}

/* -- Of validators ------------------------------------------------------------------- */

void ledger_fixture_cosign_seed(uint8_t seed[COSIGN_SEED_SIZE], unsigned number)
{
	memset(seed, 0x0c, COSIGN_SEED_SIZE);
	put_be32(seed, number);
}

struct validator make_validator(const struct ledger_fixture *fixture,
                                const struct hash *account, unsigned number)
{
	struct validator validator = {
		.account = *account,
		.vote_key = ledger_fixture_keys(fixture, number).public_key,
	};
	uint8_t seed[COSIGN_SEED_SIZE];

	ledger_fixture_cosign_seed(seed, number);
	demand_ok(cosign_key_public(&validator.cosign_key, seed), NULL);
	return validator;
}

void sign_join(const struct ledger_fixture *fixture, const struct hash *account,
               unsigned number, struct validator_join *join)
{
	static const struct hash auxiliary;
	struct hash message = join_message(&fixture->network, account, join);
	struct key_pair vote_keys = ledger_fixture_keys(fixture, number);
	uint8_t seed[COSIGN_SEED_SIZE];

	ledger_fixture_cosign_seed(seed, number);
	demand_ok(key_pair_sign(&join->vote_signature, fixture->signer, &vote_keys, &message,
	                        &auxiliary),
	          NULL);
	demand_ok(cosign_key_sign(join->cosign_signature.bytes, seed, hash_view(&message)),
	          NULL);
}

struct node_id make_node_id(const struct ledger_fixture *fixture, unsigned number)
{
	struct key_pair keys = ledger_fixture_keys(fixture, number);
	struct node_id id = {{2}};

	memcpy(id.bytes + 1, keys.public_key.bytes, PUBLIC_KEY_SIZE);
	return id;
}

struct operation make_join(const struct ledger_fixture *fixture,
                           const struct hash *account, unsigned number)
{
	struct validator validator = make_validator(fixture, account, number);
	struct operation operation = {
		.kind = OPERATION_validator_join,
		.validator_join =
			{
				.vote_key = validator.vote_key,
				.cosign_key = validator.cosign_key,
				.address = text_view("node.example.org:7400"),
				.height = fixture->ledger.tip.header.height,
				.block = fixture->ledger.tip.hash,
			},
	};

	operation.validator_join.node_id = make_node_id(fixture, number);
	sign_join(fixture, account, number, &operation.validator_join);
	return operation;
}

struct signed_ballot make_vote(const struct ledger_fixture *fixture, unsigned number,
                               const struct ballot *ballot)
{
	static const struct hash auxiliary;
	struct key_pair keys = ledger_fixture_keys(fixture, number);
	struct hash digest = ballot_digest(ballot, &fixture->network);
	struct signed_ballot vote = {.ballot = *ballot};

	demand_ok(key_pair_sign(&vote.signature, fixture->signer, &keys, &digest, &auxiliary),
	          NULL);
	return vote;
}

struct operation make_evidence(const struct ledger_fixture *fixture, unsigned number,
                               uint64_t epoch, uint64_t view)
{
	struct ballot first = {
		.kind = VOTE_NOTARIZE, .epoch = epoch, .view = view, .block = {{1}}};
	struct ballot second = first;

	second.block.bytes[0] = 2;
	return (struct operation){
		.kind = OPERATION_evidence_submit,
		.evidence_submit =
			{
				.vote_key = ledger_fixture_keys(fixture, number).public_key,
				.first = make_vote(fixture, number, &first),
				.second = make_vote(fixture, number, &second),
			},
	};
}
