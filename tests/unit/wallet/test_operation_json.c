/* Operations as JSON, there and back: operation_json.h, operation_check.h, tx_words.h. */
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/network.h"
#include "rpc/api/ledger_json.h"
#include "tests/support/support.h"
#include "wallet-cli/operation_check.h"
#include "wallet-cli/operation_json.h"
#include "wallet-cli/tx_words.h"

static struct arena arena;
static struct operation operation;
static struct why why;
static json_t *json;
static struct failure failure;

static void setup(void)
{
	json = NULL;
	arena = (struct arena){0};
}

static void teardown(void)
{
	json_decref(json);
	arena_close(&arena);
}

static enum status read(const char *text)
{
	json_decref(json);
	json = json_loads(text, 0, NULL);
	ck_assert_msg(json != NULL, "%s", text);
	why.text[0] = '\0';
	return operation_from_json(&operation, json, &arena, &why);
}

static void reads(const char *text)
{
	ck_assert_msg(read(text) == STATUS_OK, "%s: %s", text, why.text);
}

static void refuses(const char *text, const char *sentence)
{
	ck_assert_int_ne(read(text), STATUS_OK);
	ck_assert_msg(strstr(why.text, sentence) != NULL, "%s: %s", text, why.text);
}

static bool is_text(struct bytes_view view, const char *text)
{
	return bytes_equal(view, text_view(text));
}

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

START_TEST(a_record_is_read_from_what_is_easy_to_type)
{
	struct hash notes = stream_id_of(text_view("notes"));
	const struct record_append *record = &operation.record_append;

	reads("{\"kind\":\"record.append\",\"stream\":\"notes\",\"key\":\"k\",\"value\":\"hello\","
	      "\"content_type\":\"text/plain\",\"expected_count\":5,\"expected_version\":\"7\","
	      "\"reference\":{\"stream\":\"notes\",\"position\":3}}");
	ck_assert(hash_equal(&record->stream, &notes));
	ck_assert(is_text(record->key, "k"));
	ck_assert(is_text(record->value, "hello"));
	ck_assert(is_text(record->content_type, "text/plain"));
	ck_assert(record->expected_count.present && record->expected_count.value == 5);
	ck_assert(record->expected_version.present && record->expected_version.value == 7);
	ck_assert(record->reference.present && record->reference.value.position == 3);
	ck_assert(hash_equal(&record->reference.value.stream, &notes));
}
END_TEST

START_TEST(what_may_be_left_out_is_empty)
{
	const struct record_append *record = &operation.record_append;

	reads("{\"kind\":\"record.append\",\"stream\":\"" HEX64 "\",\"value_b64\":\"\","
	      "\"key\":null,\"expected_count\":null}");
	ck_assert_uint_eq(record->value.size, 0);
	ck_assert_uint_eq(record->key.size, 0);
	ck_assert(!record->expected_count.present);
	ck_assert_int_eq(record->value_kind, VALUE_INLINE);
	reads("{\"kind\":\"stream.create\",\"name\":\"x\"}");
	ck_assert_int_eq(operation.stream_create.write, STREAM_WRITE_OPEN);
	ck_assert_int_eq(operation.stream_create.read, STREAM_READ_PUBLIC);
}
END_TEST

START_TEST(a_file_stands_for_a_value)
{
	reads("{\"kind\":\"record.append\",\"stream\":\"s\",\"file\":\"" HEX64 "\"}");
	ck_assert_int_eq(operation.record_append.value_kind, VALUE_FILE);
	ck_assert_uint_eq(operation.record_append.value.size, HASH_SIZE);
	ck_assert_int_eq(operation.record_append.value.at[1], 0x11);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	refuses("{}", "\"kind\" of an operation is missing");
	refuses("[]", "must be a JSON object");
	refuses("{\"kind\":\"record.apend\"}", "the nearest is \"record.append\"");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\",\"valeu\":\"x\"}",
	        "record.append has no \"valeu\"; the nearest is \"value\"");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\",\"value\":\"\",\"value_kind\":0}",
	        "has no \"value_kind\"");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\"}", "\"value\" is missing");
	refuses("{\"kind\":\"record.append\",\"value\":\"x\"}", "\"stream\" is missing");
	refuses("{\"kind\":\"record.append\",\"stream\":\"A B\",\"value\":\"x\"}", "\"stream\"");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\",\"value\":7}",
	        "\"value\" must be a text");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\",\"value_b64\":\"A\"}",
	        "\"value_b64\" must be padded base64");
	refuses("{\"kind\":\"record.append\",\"stream\":\"s\",\"value\":\"x\","
	        "\"expected_count\":-1}",
	        "\"expected_count\" must be a whole number");
	refuses("{\"kind\":\"stream.create\",\"name\":\"UPPER\"}", "a name has 1 to 64");
	refuses("{\"kind\":\"stream.create\",\"name\":\"x\",\"write\":\"all\"}",
	        "\"write\" must be open or listed");
	refuses("{\"kind\":\"stream.grant\",\"stream\":\"s\",\"account\":\"" HEX64 "\"}",
	        "\"role\" is missing");
	refuses("{\"kind\":\"stream.grant\",\"stream\":\"s\",\"role\":\"writer\","
	        "\"account\":\"cairn1zzz\"}",
	        "\"account\" is no address");
	refuses("{\"kind\":\"asset.mint\",\"asset\":\"a\",\"to\":\"" HEX64 "\",\"amount\":0}",
	        "outside its range");
	refuses("{\"kind\":\"asset.create\",\"name\":\"a\",\"decimals\":19}",
	        "\"decimals\" is too large");
	refuses("{\"kind\":\"account.rotate\",\"new_key\":\"00\",\"new_key_signature\":\"00\"}",
	        "\"new_key\" must be 64");
}
END_TEST

#define VOTE(kind, more)                                                                 \
	"{\"kind\":\"" kind "\",\"epoch\":1,\"view\":\"2\"," more "\"signature\":\"" HEX64 HEX64 \
	"\"}"
#define EVIDENCE(first, second)                                                          \
	"{\"kind\":\"evidence.submit\",\"vote_key\":\"" HEX64 "\",\"first\":" first             \
	",\"second\":" second "}"
#define OF_A_BLOCK "\"parent_view\":1,\"block\":\"" HEX64 "\","

START_TEST(a_nullify_vote_needs_no_parent_and_no_block)
{
	const struct evidence_submit *evidence = &operation.evidence_submit;

	reads(EVIDENCE(VOTE("nullify", ""), VOTE("finalize", OF_A_BLOCK)));
	ck_assert_uint_eq(evidence->first.ballot.kind, VOTE_NULLIFY);
	ck_assert_uint_eq(evidence->first.ballot.parent_view, UINT64_MAX);
	ck_assert(hash_is_zero(&evidence->first.ballot.block));
	ck_assert_uint_eq(evidence->second.ballot.kind, VOTE_FINALIZE);
	ck_assert_uint_eq(evidence->second.ballot.view, 2);
	ck_assert_uint_eq(evidence->second.ballot.parent_view, 1);
	ck_assert_uint_eq(evidence->second.ballot.block.bytes[1], 0x11);
	refuses(EVIDENCE(VOTE("nullify", ""), VOTE("finalize", "")),
	        "\"parent_view\" is missing");
	refuses(EVIDENCE(VOTE("nullify", ""), VOTE("commit", OF_A_BLOCK)),
	        "must be notarize, nullify or finalize");
	refuses("{\"kind\":\"evidence.submit\",\"vote_key\":\"" HEX64 "\"}",
	        "\"first\" is missing");
}
END_TEST

START_TEST(what_changes_validators_and_parameters_is_read)
{
	reads("{\"kind\":\"param.set\",\"name\":\"term_length\",\"value\":\"5\"}");
	ck_assert(is_text(operation.param_set.name, "term_length"));
	ck_assert_uint_eq(operation.param_set.value, 5);
	reads("{\"kind\":\"validator.admit\",\"account\":\"" HEX64 "\"}");
	ck_assert_uint_eq(operation.validator_admit.account.bytes[1], 0x11);
	reads("{\"kind\":\"node.set\",\"node_id\":\"02" HEX64 "\",\"account\":\"" HEX64
	      "\",\"from_height\":7}");
	ck_assert_uint_eq(operation.node_set.node_id.bytes[0], 2);
	ck_assert(operation.node_set.account.present);
	ck_assert_uint_eq(operation.node_set.from_height, 7);
	reads("{\"kind\":\"node.set\",\"node_id\":\"02" HEX64 "\",\"account\":null}");
	ck_assert(!operation.node_set.account.present);
	refuses("{\"kind\":\"node.set\",\"node_id\":\"02" HEX64 "\",\"from_height\":7}",
	        "node.set");
	refuses("{\"kind\":\"param.set\",\"name\":\"term_length\"}", "\"value\" is missing");
	refuses("{\"kind\":\"param.set\",\"name\":\"123456789012345678901234567890123\","
	        "\"value\":5}",
	        "a parameter's name has at most 32 bytes, not 33");
	refuses("{\"kind\":\"validator.join\",\"vote_key\":\"" HEX64 "\",\"cosign_key\":\"" HEX64
	        "\",\"node_id\":\"" HEX64 "\"}",
	        "\"node_id\" must be 66 lower-case hex digits");
}
END_TEST

/* A text of one letter, so long. */
static char *long_text(size_t size)
{
	char *text = malloc(size + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, 'a', size);
	text[size] = '\0';
	return text;
}

START_TEST(what_is_too_long_is_named_with_its_maximum)
{
	static const struct {
		const char *before, *behind, *sentence;
		size_t most;
	} rows[] = {
		{"{\"kind\":\"record.append\",\"stream\":\"s\",\"value\":\"\",\"key\":\"", "\"}",
		 "a key has at most 256 bytes, not 257", RECORD_KEY_SIZE_MAX},
		{"{\"kind\":\"record.append\",\"stream\":\"s\",\"value\":\"\",\"content_type\":\"",
		 "\"}", "a content type has at most 127 bytes, not 128", CONTENT_TYPE_SIZE_MAX},
		{"{\"kind\":\"stream.create\",\"name\":\"s\",\"description\":\"", "\"}",
		 "a description has at most 1024 bytes, not 1025", DESCRIPTION_SIZE_MAX},
		{"{\"kind\":\"account.describe\",\"display_name\":\"", "\"}",
		 "a display name has at most 64 bytes, not 65", DISPLAY_NAME_SIZE_MAX},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t extra = 0; extra < 2; extra++) {
			char *middle = long_text(rows[i].most + extra);
			char text[4096];

			snprintf(text, sizeof text, "%s%s%s", rows[i].before, middle,
			         rows[i].behind);
			if (extra == 0)
				reads(text);
			else
				refuses(text, rows[i].sentence);
			free(middle);
		}
	}
}
END_TEST

START_TEST(a_value_beyond_a_transaction_is_refused)
{
	char *value = long_text(TX_SIZE_MAX);

	operation = (struct operation){.kind = OPERATION_record_append};
	operation.record_append.value = text_view(value);
	ck_assert_int_eq(operation_check(&operation, &why), STATUS_TOO_LARGE);
	operation.record_append.value.size = TX_SIZE_MAX - 200;
	ck_assert_int_eq(operation_check(&operation, &why), STATUS_OK);
	free(value);
}
END_TEST

static struct signed_ballot random_vote(struct random *random)
{
	struct signed_ballot made = {
		.ballot.kind = (uint8_t)(VOTE_NOTARIZE + random_below(random, 3)),
		.ballot.epoch = random_u32(random),
		.ballot.view = random_u32(random),
		.ballot.parent_view = random_u32(random),
		.ballot.block = random_hash(random),
	};

	if (made.ballot.kind == VOTE_NULLIFY) {
		made.ballot.parent_view = UINT64_MAX;
		made.ballot.block = (struct hash){{0}};
	}
	random_fill(random, made.signature.bytes, SIGNATURE_SIZE);
	return made;
}

/* One of each kind, with what random bytes allow. */
static struct operation random_operation(struct random *random, enum operation_kind kind)
{
	static const uint8_t roles[] = {STREAM_ROLE_WRITER, STREAM_ROLE_READER,
	                                STREAM_ROLE_ADMIN};
	static uint8_t key[64], value[600];
	struct operation made = {.kind = kind};

	random_fill(random, key, sizeof key);
	random_fill(random, value, sizeof value);
	switch (kind) {
	case OPERATION_record_append:
		made.record_append.stream = random_hash(random);
		made.record_append.key = bytes_view(key, random_below(random, 65));
		made.record_append.value = bytes_view(value, random_below(random, 601));
		made.record_append.content_type = text_view("a/b");
		made.record_append.expected_count =
			(struct optional_u64){true, random_u32(random)};
		made.record_append.reference.present = true;
		made.record_append.reference.value.stream = random_hash(random);
		break;
	case OPERATION_stream_create:
		made.stream_create.name = text_view("a-name.of_1");
		made.stream_create.write = (uint8_t)random_below(random, 2);
		made.stream_create.read = (uint8_t)random_below(random, 2);
		made.stream_create.description = text_view("Größe \" \\");
		made.stream_create.schema = text_view("{\"type\":\"object\"}");
		break;
	case OPERATION_stream_grant:
		made.stream_grant = (struct stream_grant){
			random_hash(random), roles[random_below(random, 3)], random_hash(random)};
		break;
	case OPERATION_stream_revoke:
		made.stream_revoke = (struct stream_revoke){
			random_hash(random), roles[random_below(random, 3)], random_hash(random)};
		break;
	case OPERATION_account_rotate:
		random_fill(random, &made.account_rotate, sizeof made.account_rotate);
		break;
	case OPERATION_account_describe:
		made.account_describe.display_name = text_view("x");
		made.account_describe.inbox =
			(struct optional_hash){true, random_hash(random)};
		break;
	case OPERATION_asset_create:
		made.asset_create.name = text_view("kwh");
		made.asset_create.decimals = (uint8_t)random_below(random, 19);
		break;
	case OPERATION_asset_mint:
		made.asset_mint = (struct asset_mint){random_hash(random), random_hash(random),
		                                      random_u64(random) | 1};
		break;
	case OPERATION_asset_transfer:
		made.asset_transfer = (struct asset_transfer){
			random_hash(random), random_hash(random), random_u64(random) | 1};
		break;
	case OPERATION_asset_burn:
		made.asset_burn =
			(struct asset_burn){random_hash(random), random_u64(random) | 1};
		break;
	case OPERATION_validator_admit:
		made.validator_admit.account = random_hash(random);
		break;
	case OPERATION_validator_remove:
		made.validator_remove.account = random_hash(random);
		break;
	case OPERATION_validator_join:
		random_fill(random, &made.validator_join, sizeof made.validator_join);
		made.validator_join.address = text_view("node.example.org:7400");
		made.validator_join.height = random_u32(random);
		break;
	case OPERATION_node_set:
		random_fill(random, &made.node_set.node_id, COMPRESSED_KEY_SIZE);
		made.node_set.account =
			(struct optional_hash){random_u32(random) % 2, {{0}}};
		if (made.node_set.account.present) {
			made.node_set.account.value = random_hash(random);
			made.node_set.from_height = random_u32(random);
		}
		break;
	case OPERATION_param_set:
		made.param_set.name = text_view("term_length");
		made.param_set.value = random_u32(random);
		break;
	case OPERATION_evidence_submit:
		random_fill(random, &made.evidence_submit.vote_key, PUBLIC_KEY_SIZE);
		made.evidence_submit.first = random_vote(random);
		made.evidence_submit.second = random_vote(random);
		break;
	}
	return made;
}

static void encode(struct buffer *out, const struct operation *of)
{
	size_t size = operation_size(of);
	uint8_t *at;
	struct writer writer;

	buffer_clear(out);
	at = buffer_extend(out, size);
	ck_assert_ptr_nonnull(at);
	writer = writer_on(at, size);
	operation_put(&writer, of);
}

START_TEST(what_the_node_writes_is_read_back_to_the_last_byte)
{
	static const enum operation_kind kinds[] = {
#define KIND(name, number, text) OPERATION_##name,
		OPERATION_LIST(KIND)
#undef KIND
	};
	struct random random = random_from(11);
	struct buffer there, back;

	buffer_init(&there, TX_SIZE_MAX);
	buffer_init(&back, TX_SIZE_MAX);
	for (size_t i = 0; i < 50 * sizeof kinds / sizeof *kinds; i++) {
		struct operation made =
			random_operation(&random, kinds[i % (sizeof kinds / sizeof *kinds)]);

		json_decref(json);
		json = json_of_operation(&made);
		ck_assert_msg(operation_from_json(&operation, json, &arena, &why) == STATUS_OK,
		              "%s", why.text);
		encode(&there, &made);
		encode(&back, &operation);
		ck_assert(bytes_equal(buffer_view(&there), buffer_view(&back)));
	}
	buffer_close(&there);
	buffer_close(&back);
}
END_TEST

/* -- Words ---------------------------------------------------------------------------- */

#define WORDS(...)                                                                       \
	words((const char *const[]){__VA_ARGS__},                                            \
	      sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static bool words(const char *const *texts, size_t count)
{
	json_decref(json);
	failure = (struct failure){0};
	json = tx_words_operations(texts, count, &failure);
	return json != NULL;
}

START_TEST(words_make_operations)
{
	ck_assert(WORDS("record.append", "stream=a", "value=x=y", "+", "asset.burn",
	                "asset=kwh", "amount=5"));
	ck_assert_uint_eq(json_array_size(json), 2);
	ck_assert_int_eq(operation_from_json(&operation, json_array_get(json, 0), &arena, &why),
	                 STATUS_OK);
	ck_assert(is_text(operation.record_append.value, "x=y"));
	ck_assert_int_eq(operation_from_json(&operation, json_array_get(json, 1), &arena, &why),
	                 STATUS_OK);
	ck_assert_uint_eq(operation.asset_burn.amount, 5);
}
END_TEST

START_TEST(a_value_may_come_from_a_file_with_any_bytes)
{
	char path[128], word[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/v", scratch_folder());
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	fwrite("\x00\xff", 1, 2, file);
	fclose(file);
	snprintf(word, sizeof word, "value=@%s", path);
	ck_assert(WORDS("record.append", "stream=a", word));
	ck_assert_int_eq(operation_from_json(&operation, json_array_get(json, 0), &arena, &why),
	                 STATUS_OK);
	ck_assert(bytes_equal(operation.record_append.value, bytes_view("\x00\xff", 2)));
	ck_assert(WORDS("record.append", "stream=a", "value=@@home"));
	ck_assert_str_eq(
		json_string_value(json_object_get(json_array_get(json, 0), "value")), "@home");
}
END_TEST

START_TEST(words_that_make_no_operation_are_named)
{
	ck_assert(!WORDS("record.append", "stream"));
	ck_assert_str_eq(failure.message, "'stream' is not name=value");
	ck_assert(!WORDS("record.append", "value=a", "value=b"));
	ck_assert_str_eq(failure.message, "value is given twice");
	ck_assert(!WORDS("record.append", "value=a", "+"));
	ck_assert_str_eq(failure.message, "behind + an operation is missing");
	ck_assert(!WORDS("record.append", "value=@/nowhere/at/all"));
	ck_assert_int_eq(failure.exit_code, EXIT_CODE_NOT_FOUND);
	ck_assert(!WORDS("stream.create", "name=\xff"));
	ck_assert_str_eq(failure.message, "name must be a text in UTF-8");
	ck_assert(!WORDS("\xff"));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("operation_json");
	TCase *cases = tcase_create("operation_json");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, a_record_is_read_from_what_is_easy_to_type);
	tcase_add_test(cases, what_may_be_left_out_is_empty);
	tcase_add_test(cases, a_file_stands_for_a_value);
	tcase_add_test(cases, what_is_wrong_is_named);
	tcase_add_test(cases, a_nullify_vote_needs_no_parent_and_no_block);
	tcase_add_test(cases, what_changes_validators_and_parameters_is_read);
	tcase_add_test(cases, what_is_too_long_is_named_with_its_maximum);
	tcase_add_test(cases, a_value_beyond_a_transaction_is_refused);
	tcase_add_test(cases, what_the_node_writes_is_read_back_to_the_last_byte);
	tcase_add_test(cases, words_make_operations);
	tcase_add_test(cases, a_value_may_come_from_a_file_with_any_bytes);
	tcase_add_test(cases, words_that_make_no_operation_are_named);
	suite_add_tcase(suite, cases);
	return suite;
}
