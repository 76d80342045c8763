/* Receipts as facts: files of one small ledger, made by the chain's own code and compared
 * byte for byte with those in tests/vectors/receipts, which a second implementation reads
 * too (tests/python). golden.json says what each of them proves, and names hashes, roots
 * and signature preimages with their bytes.
 *
 * CAIRN_WRITE_VECTORS=1 in the environment writes them: whoever does makes another
 * format. */
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/proof/state_hash.h"
#include "tests/support/receipt_fixture.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_SIZE_MAX = 1 << 20, STREAM_RECORDS = 9 };

static struct receipt_fixture fixture;
static struct hash stream;
static json_t *golden;

/* -- Files --------------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
	static char path[512];
	const char *source = getenv("CAIRN_SOURCE_DIR");

	snprintf(path, sizeof path, "%s/tests/vectors/receipts/%s", source ? source : ".",
	         name);
	return path;
}

static bool writes(void)
{
	const char *value = getenv("CAIRN_WRITE_VECTORS");

	return value && strcmp(value, "1") == 0;
}

static void compare_or_write(const char *name, struct bytes_view bytes)
{
	static uint8_t held[FILE_SIZE_MAX];
	FILE *file = fopen(path_of(name), writes() ? "wb" : "rb");
	size_t size;

	ck_assert_msg(file != NULL, "%s is not there", path_of(name));
	if (writes()) {
		ck_assert_uint_eq(fwrite(bytes.at, 1, bytes.size, file), bytes.size);
		ck_assert_int_eq(fclose(file), 0);
		return;
	}
	size = fread(held, 1, sizeof held, file);
	fclose(file);
	ck_assert_msg(bytes_equal(bytes, bytes_view(held, size)), "%s is not as it was",
	              name);
}

/* -- JSON ---------------------------------------------------------------------------- */

static json_t *hex_json(const void *bytes, size_t size)
{
	char *text = malloc(2 * size + 1);
	json_t *json;

	hex_encode(text, bytes_view(bytes, size));
	json = json_string(text);
	free(text);
	return json;
}

static json_t *hash_json(struct hash hash)
{
	return hex_json(hash.bytes, HASH_SIZE);
}

/* {"what", "bytes", ..., "hash"}: what `what` makes of the bytes. */
static void add_hash(const char *what, struct bytes_view bytes, struct hash hash)
{
	json_array_append_new(json_object_get(golden, "hashes"),
	                      json_pack("{sssoso}", "what", what, "bytes",
	                                hex_json(bytes.at, bytes.size), "hash",
	                                hash_json(hash)));
}

/* What the library says of files, to be said by others as well. */
static void add_case(const char *file, const char *policy, const char *succession,
                     struct bytes_view file_bytes, struct bytes_view policy_bytes,
                     struct bytes_view succession_bytes)
{
	struct receipt_texts texts = {file_bytes, policy_bytes, succession_bytes};
	struct receipt_facts facts;
	struct arena arena = {0};
	struct why why;
	enum receipt_verdict verdict = receipt_verify(&facts, &arena, &texts, &why);
	json_t *json = json_pack("{ssssssss}", "file", file, "policy", policy, "succession",
	                         succession, "verdict", receipt_verdict_name(verdict));

	if (verdict == RECEIPT_GOOD) {
		json_object_set_new(json, "kind", json_integer(facts.kind));
		json_object_set_new(json, "genesis", hash_json(facts.genesis));
		json_object_set_new(json, "log_index", json_integer((json_int_t)facts.log_index));
		json_object_set_new(json, "log_size",
		                    json_integer((json_int_t)facts.checkpoint.size));
		json_object_set_new(json, "cosigned", json_integer((json_int_t)facts.cosigned));
		json_object_set_new(json, "voters", json_integer((json_int_t)facts.voters));
		json_object_set_new(json, "needed", json_integer((json_int_t)facts.needed));
		json_object_set_new(json, "not_later_than_s",
		                    json_integer((json_int_t)facts.not_later_than_s));
		json_object_set_new(json, "judge", json_integer(facts.judge));
		json_object_set_new(json, "epoch",
		                    facts.has_epoch ? json_integer((json_int_t)facts.epoch)
		                                    : json_null());
		if (facts.kind == RECEIPT_TX)
			json_object_set_new(json, "txid", hash_json(facts.tx.txid));
		if (facts.kind == RECEIPT_RECORDS) {
			json_object_set_new(json, "from", json_integer((json_int_t)facts.from));
			json_object_set_new(json, "record_count",
			                    json_integer((json_int_t)facts.record_count));
			json_object_set_new(json, "count", json_integer((json_int_t)facts.count));
		}
		if (facts.kind == RECEIPT_STATE)
			json_object_set_new(json, "present", json_boolean(facts.present));
	}
	json_array_append_new(json_object_get(golden, "cases"), json);
	arena_close(&arena);
}

/* -- The ledger ---------------------------------------------------------------------- */

static struct operation append_of(unsigned number)
{
	struct operation operation = make_append(&stream, number % 2 ? "key" : "", "value");

	if (number == 3)
		operation.record_append.expected_count = (struct optional_u64){true, 3};
	if (number == 4) {
		operation.record_append.value_kind = VALUE_FILE;
		operation.record_append.value = text_view("0123456789abcdef0123456789abcdef");
	}
	return operation;
}

static const struct tx *make_ledger(uint64_t *index)
{
	struct operation two[2];
	const struct tx *txs[STREAM_RECORDS - 2];
	const struct tx *wanted;

	receipt_fixture_init(&fixture, NULL, 4);
	stream = receipt_fixture_stream(&fixture, "contracts");
	for (unsigned i = 0; i < STREAM_RECORDS - 2; i++)
		txs[i] = ledger_fixture_tx_of(&fixture.chain, i, append_of(i));
	*index = fixture.log_size + 3;
	wanted = txs[3];
	receipt_fixture_block(&fixture, txs, STREAM_RECORDS - 2);
	two[0] = append_of(7);
	two[1] = append_of(8);
	txs[0] = ledger_fixture_tx(&fixture.chain, 2, two, 2);
	receipt_fixture_block(&fixture, txs, 1);
	return wanted;
}

/* A fifth validator, then a parameter of consensus: two epochs more. */
static void change_validators(void)
{
	const struct hash *account = &fixture.chain.accounts[5].id;

	receipt_fixture_root(&fixture, make_admit(account));
	receipt_fixture_do(&fixture, 5, make_join(&fixture.chain, account, 550));
	receipt_fixture_root(&fixture, make_param("term_length", 3));
}

static void put_succession(struct buffer *out)
{
	for (size_t height = 0; height < fixture.block_count; height++) {
		const struct receipt_block *block = &fixture.blocks[height];
		struct receipt_signing signing = receipt_fixture_signing(&fixture);
		size_t quorum = validators_quorum(block->set.count, FAULT_BYZANTINE);

		if (!(block->header.flags & HEADER_FLAG_SEAL))
			continue;
		signing.set = &block->set;
		signing.cosigners = (1u << quorum) - 1;
		signing.time_s = block->header.time_ms / 1000 + 1;
		receipt_fixture_seal(out, &fixture, height, &signing);
	}
}

/* -- Hashes and preimages ------------------------------------------------------------ */

/* One of each kind, and four records. */
static struct operation operation_of(unsigned number)
{
	const struct hash *other = &fixture.chain.accounts[1].id;
	struct hash asset = asset_id_of(text_view("bread"));
	struct key_pair keys = ledger_fixture_keys(&fixture.chain, 50);
	struct operation made;
	struct node_id node;

	switch (number) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		return append_of(number);
	case 5:
		return make_stream("contracts", STREAM_WRITE_LISTED);
	case 6:
		return make_grant(&stream, STREAM_ROLE_WRITER, other);
	case 7:
		return make_revoke(&stream, STREAM_ROLE_ADMIN, other);
	case 8:
		return make_rotate(&fixture.chain, &fixture.chain.accounts[0].id, &keys, 5);
	case 9:
		made = make_describe("Ada");
		made.account_describe.inbox = (struct optional_hash){true, stream};
		return made;
	case 10:
		return make_asset("bread", 2);
	case 11:
		return make_mint(&asset, other, 1000);
	case 12:
		return make_transfer(&asset, other, 999);
	case 13:
		return make_burn(&asset, 998);
	case 14:
		return make_admit(other);
	case 15:
		return make_remove(other);
	case 16:
		return make_join(&fixture.chain, &fixture.chain.accounts[0].id, 552);
	case 17:
		return make_param("term_length", 7);
	case 18:
		return make_evidence(&fixture.chain, 500, 0, 1);
	default:
		node = make_node_id(&fixture.chain, 50);
		return make_node(&node, other, 12);
	}
}

static void add_txs(void)
{
	for (unsigned i = 0; i <= 19; i++) {
		const struct tx *tx = ledger_fixture_tx_of(&fixture.chain, 0, operation_of(i));

		add_hash("txid", tx->bytes, tx->txid);
		add_hash("log_leaf", tx->bytes, tx->leaf_hash);
		json_array_append_new(json_object_get(golden, "bip340"),
		                      json_pack("{sososo}", "key",
		                                hex_json(tx->key.bytes, PUBLIC_KEY_SIZE),
		                                "message", hash_json(tx->txid), "signature",
		                                hex_json(tx->signature.bytes, SIGNATURE_SIZE)));
	}
}

static void add_headers(void)
{
	for (size_t i = 0; i < fixture.block_count; i++) {
		const struct receipt_block *block = &fixture.blocks[i];
		uint8_t bytes[HEADER_SIZE];
		uint8_t set[CONSENSUS_PARAMETERS_SIZE + VALIDATOR_SET_SIZE_MAX];
		struct writer out = writer_on(set, sizeof set);

		header_encode(bytes, &block->header);
		add_hash("block", bytes_view(bytes, sizeof bytes),
		         header_hash(&block->header, &fixture.chain.network));
		add_hash("header_leaf", bytes_view(bytes, sizeof bytes),
		         header_leaf_hash(&block->header));
		consensus_parameters_put(&out, &block->next_parameters);
		validator_set_put(&out, &block->next);
		add_hash("validators", bytes_view(set, sizeof set - out.left),
		         block->header.next_validators_hash);
	}
}

static void add_ballots(void)
{
	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct ballot ballot = {.kind = (uint8_t)kind,
		                        .epoch = 1,
		                        .view = 2,
		                        .parent_view = kind == VOTE_NULLIFY ? UINT64_MAX : 1};
		uint8_t bytes[64];
		struct writer out = writer_on(bytes, sizeof bytes);

		if (kind != VOTE_NULLIFY)
			ballot.block = fixture.chain.ledger.tip.hash;
		ballot_put(&out, &ballot);
		add_hash("ballot", bytes_view(bytes, sizeof bytes - out.left),
		         ballot_digest(&ballot, &fixture.chain.network));
	}
}

static void add_names(void)
{
	static const char *const names[] = {"contracts", "a", "with.dots_and-more"};
	struct buffer genesis;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		add_hash("stream", text_view(names[i]), stream_id_of(text_view(names[i])));
		add_hash("asset", text_view(names[i]), asset_id_of(text_view(names[i])));
	}
	for (unsigned i = 0; i < 3; i++) {
		struct public_key key = fixture.chain.accounts[i].keys.public_key;

		add_hash("account", bytes_view(key.bytes, sizeof key.bytes),
		         account_id_of_key(&key));
	}
	buffer_init(&genesis, GENESIS_SIZE_MAX);
	genesis_encode(&genesis, fixture.chain.genesis);
	add_hash("genesis", buffer_view(&genesis), genesis_hash(buffer_view(&genesis)));
	buffer_close(&genesis);
}

/* Logs of 0 to 20 leaves, leaf i being the byte i. */
static void add_logs(void)
{
	struct log_frontier frontier = {0};

	for (unsigned i = 0; i <= 20; i++) {
		uint8_t leaf = (uint8_t)i;
		struct hash leaf_hash = log_leaf_hash(bytes_view(&leaf, 1));

		json_array_append_new(json_object_get(golden, "log_roots"),
		                      hash_json(log_frontier_root(&frontier)));
		log_frontier_append(&frontier, &leaf_hash);
	}
}

/* The whole state as raw keys and values, and its root. */
static void add_state(void)
{
	json_t *entries = json_array();
	const struct memory_value *value = fixture.chain.ledger.values;

	for (; value; value = value->hh.next)
		json_array_append_new(entries,
		                      json_pack("[oo]", hex_json(value->key, value->key_size),
		                                hex_json(value->value, value->value_size)));
	json_object_set_new(golden, "state",
	                    json_pack("{soso}", "root",
	                              hash_json(fixture.chain.ledger.tip.header.state_root),
	                              "entries", entries));
}

static void add_messages(void)
{
	struct operation join = make_join(&fixture.chain, &fixture.chain.accounts[0].id, 551);
	struct key_pair keys = ledger_fixture_keys(&fixture.chain, 50);
	uint8_t bytes[1024];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_hash(&out, &fixture.chain.accounts[0].id);
	writer_bytes(&out, keys.public_key.bytes, PUBLIC_KEY_SIZE);
	writer_u64(&out, 5);
	add_hash("rotate", bytes_view(bytes, sizeof bytes - out.left),
	         rotation_message(&fixture.chain.network, &fixture.chain.accounts[0].id,
	                          &keys.public_key, 5));
	out = writer_on(bytes, sizeof bytes);
	writer_hash(&out, &fixture.chain.accounts[0].id);
	validator_join_put(&out, &join.validator_join);
	/* without the two signatures at its end */
	add_hash("join", bytes_view(bytes, sizeof bytes - out.left - 2 * SIGNATURE_SIZE),
	         join_message(&fixture.chain.network, &fixture.chain.accounts[0].id,
	                      &join.validator_join));
}

/* -- The test ------------------------------------------------------------------------ */

START_TEST(the_files_and_what_they_prove_are_as_they_were)
{
	struct bytes_view name = text_view("contracts");
	struct bytes_view nothing = {0};
	struct receipt_signing signing;
	struct state_key key;
	struct hash absent = stream_id_of(text_view("nothing"));
	struct buffer files[8], policies[2], succession;
	static const char *const names[8] = {"tx.tlog-proof",      "spare.tlog-proof",
	                                     "records.tlog-proof", "stream.tlog-proof",
	                                     "state.tlog-proof",   "absent.tlog-proof",
	                                     "later.tlog-proof",   "short.tlog-proof"};
	static const char *const policy_names[2] = {"policy-0.txt", "policy-2.txt"};
	uint64_t index;
	const struct tx *tx = make_ledger(&index);
	char *text;

	golden = json_pack("{s[]s[]s[]s[]}", "hashes", "bip340", "log_roots", "cases");
	for (int i = 0; i < 8; i++)
		buffer_init(&files[i], FILE_SIZE_MAX);
	buffer_init(&policies[0], FILE_SIZE_MAX);
	buffer_init(&policies[1], FILE_SIZE_MAX);
	buffer_init(&succession, FILE_SIZE_MAX);

	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_policy(&policies[0], &fixture, signing.set, 0);
	receipt_fixture_tx(&files[0], &fixture, tx, index, &name, 1, &signing);
	signing.cosigners = 15;
	signing.loggers = 3;
	receipt_fixture_tx(&files[1], &fixture, tx, index, NULL, 0, &signing);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_records(&files[2], &fixture, "contracts", 3, 1, true, &signing);
	receipt_fixture_records(&files[3], &fixture, "contracts", 0, STREAM_RECORDS, false,
	                        &signing);
	key = state_key_of(STATE_STREAM_HEAD, &stream);
	receipt_fixture_state(&files[4], &fixture, state_key_view(&key), "contracts",
	                      &signing);
	key = state_key_of(STATE_STREAM, &absent);
	receipt_fixture_state(&files[5], &fixture, state_key_view(&key), "nothing", &signing);
	signing.cosigners = 3;
	receipt_fixture_tx(&files[7], &fixture, tx, index, &name, 1, &signing);

	change_validators();
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_policy(&policies[1], &fixture, signing.set, 0);
	receipt_fixture_tx(&files[6], &fixture, tx, index, &name, 1, &signing);
	put_succession(&succession);

	json_object_set_new(golden, "genesis", hash_json(fixture.chain.network.genesis));
	add_names();
	add_headers();
	add_ballots();
	add_messages();
	add_logs();
	add_state();
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < 2; k++) {
			add_case(names[i], policy_names[k], "", buffer_view(&files[i]),
			         buffer_view(&policies[k]), nothing);
			add_case(names[i], policy_names[k], "succession.tlog-proofs",
			         buffer_view(&files[i]), buffer_view(&policies[k]),
			         buffer_view(&succession));
		}
	add_txs();
	for (int i = 0; i < 8; i++)
		compare_or_write(names[i], buffer_view(&files[i]));
	compare_or_write(policy_names[0], buffer_view(&policies[0]));
	compare_or_write(policy_names[1], buffer_view(&policies[1]));
	compare_or_write("succession.tlog-proofs", buffer_view(&succession));
	text = json_dumps(golden, JSON_INDENT(1));
	compare_or_write("golden.json", text_view(text));

	free(text);
	json_decref(golden);
	for (int i = 0; i < 8; i++)
		buffer_close(&files[i]);
	buffer_close(&policies[0]);
	buffer_close(&policies[1]);
	buffer_close(&succession);
	receipt_fixture_close(&fixture);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("golden receipts");
	TCase *tests = tcase_create("golden receipts");

	tcase_add_test(tests, the_files_and_what_they_prove_are_as_they_were);
	suite_add_tcase(suite, tests);
	return suite;
}
