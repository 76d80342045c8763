#include "chain/ledger/state.h"
#include "tests/support/support.h"

static struct hash id_of(uint8_t fill)
{
	struct hash id;

	memset(id.bytes, fill, sizeof id.bytes);
	return id;
}

static void expect_key(struct state_key key, uint8_t kind, size_t size)
{
	ck_assert_uint_eq(key.size, size);
	ck_assert_uint_eq(key.bytes[0], kind);
}

START_TEST(every_raw_key_begins_with_its_kind_and_has_its_parts_behind)
{
	struct hash a = id_of(0xaa), b = id_of(0xbb);
	struct public_key vote_key = {{7, 8, 9}};
	struct state_key key = state_key_of_parameter(PARAMETER_tx_lifetime_ms);

	expect_key(key, 0x01, 1 + strlen("tx_lifetime_ms"));
	ck_assert_mem_eq(key.bytes + 1, "tx_lifetime_ms", key.size - 1);
	expect_key(state_key_of(STATE_ACCOUNT, &a), 0x02, 33);
	expect_key(state_key_of(STATE_PROFILE, &a), 0x03, 33);
	expect_key(state_key_of_kind(STATE_VALIDATORS), 0x04, 1);
	expect_key(state_key_of_kind(STATE_ROOT_GROUP), 0x05, 1);
	expect_key(state_key_of(STATE_VALIDATOR_INFO, &a), 0x06, 33);
	expect_key(state_key_of(STATE_ADMISSION, &a), 0x07, 33);
	expect_key(state_key_of_vote_key(STATE_VOTE_KEY, &vote_key), 0x08, 33);
	expect_key(state_key_of(STATE_COSIGN_KEY, &a), 0x09, 33);
	key = state_key_of_vote_key(STATE_EVIDENCE, &vote_key);
	expect_key(key, 0x0a, 33);
	ck_assert_mem_eq(key.bytes + 1, vote_key.bytes, 32);
	expect_key(state_key_of(STATE_STREAM, &a), 0x10, 33);
	expect_key(state_key_of(STATE_STREAM_HEAD, &a), 0x11, 33);
	expect_key(state_key_of(STATE_ASSET, &a), 0x20, 33);
	expect_key(state_key_of(STATE_ASSET_SUPPLY, &a), 0x21, 33);
	key = state_key_of_pair(STATE_STREAM_ROLES, &a, &b);
	expect_key(key, 0x12, 65);
	ck_assert_mem_eq(key.bytes + 1, a.bytes, 32);
	ck_assert_mem_eq(key.bytes + 33, b.bytes, 32);
	expect_key(state_key_of_pair(STATE_BALANCE, &a, &b), 0x22, 65);
	key = state_key_of_record(&a, text_view("key"));
	expect_key(key, 0x13, 36);
	ck_assert_mem_eq(key.bytes + 33, "key", 3);
}
END_TEST

START_TEST(the_longest_record_key_fits)
{
	uint8_t record_key[RECORD_KEY_SIZE_MAX];
	struct hash id = id_of(1);
	struct state_key key;

	memset(record_key, 'k', sizeof record_key);
	key = state_key_of_record(&id, bytes_view(record_key, sizeof record_key));
	expect_key(key, 0x13, STATE_KEY_SIZE_MAX);
}
END_TEST

/* Writes a value, reads it back, and then every shorter and one longer encoding. */
#define EXPECT_STRICT(name, ...)                                                       \
	do {                                                                               \
		struct name value = {__VA_ARGS__}, back;                                       \
		uint8_t bytes[4096] = {0}, again[4096];                                        \
		struct writer out = writer_on(bytes, sizeof bytes);                            \
		size_t size = name##_size(&value);                                             \
                                                                                       \
		name##_put(&out, &value);                                                      \
		ck_assert_uint_eq(sizeof bytes - out.left, size);                              \
		ck_assert_int_eq(name##_decode(&back, bytes_view(bytes, size)), STATUS_OK);    \
		out = writer_on(again, sizeof again);                                          \
		name##_put(&out, &back);                                                       \
		ck_assert_mem_eq(again, bytes, size);                                          \
		for (size_t cut = 0; cut < size; cut++)                                        \
			ck_assert_int_ne(name##_decode(&back, bytes_view(bytes, cut)), STATUS_OK); \
		ck_assert_int_eq(name##_decode(&back, bytes_view(bytes, size + 1)),            \
		                 STATUS_TRAILING);                                             \
	} while (0)

START_TEST(every_value_reads_back_and_is_refused_when_cut_or_longer)
{
	struct bytes_view name = text_view("notes"), text = text_view("some text");
	struct hash id = id_of(3);

	EXPECT_STRICT(account_state, .rotation_count = UINT32_MAX);
	EXPECT_STRICT(account_profile, .display_name = name, .contact = text,
	              .encryption_key = {true, id}, .inbox = {false, {{0}}});
	EXPECT_STRICT(validator_info, .node_id = {{2, 1}}, .address = text, .joined_ms = 5);
	EXPECT_STRICT(admission, .height = 9);
	EXPECT_STRICT(key_service, .account = id, .first_epoch = 1, .last_epoch = {true, 4});
	EXPECT_STRICT(key_service, .account = id, .first_epoch = UINT64_MAX);
	EXPECT_STRICT(evidence_record, .epoch = 1, .view = 2, .height = 3);
	EXPECT_STRICT(stream_info, .name = name, .owner = id, .write = 1, .description = text,
	              .schema = text, .created_height = 7, .created_ms = UINT64_MAX);
	EXPECT_STRICT(stream_head, .count = UINT64_MAX, .root = id);
	EXPECT_STRICT(stream_roles, .roles = 5);
	EXPECT_STRICT(record_latest, .version_count = 2, .position = 3, .leaf_hash = id);
	EXPECT_STRICT(asset_info, .name = name, .issuer = id, .decimals = 18,
	              .description = text);
	EXPECT_STRICT(asset_supply, .minted = 2, .burned = 1);
	EXPECT_STRICT(balance, .grains = 1);
	EXPECT_STRICT(record_leaf, .position = 1, .author = id, .txid = id, .operation = 2,
	              .time_ms = 3, .key = name, .content_type = text, .value_kind = 1,
	              .value_hash = id);
}
END_TEST

START_TEST(the_largest_leaf_of_a_stream_is_as_large_as_it_says)
{
	char filler[RECORD_KEY_SIZE_MAX];
	struct record_leaf leaf = {
		.key = bytes_view(filler, RECORD_KEY_SIZE_MAX),
		.content_type = bytes_view(filler, CONTENT_TYPE_SIZE_MAX),
	};

	ck_assert_uint_eq(record_leaf_size(&leaf), RECORD_LEAF_SIZE_MAX);
}
END_TEST

START_TEST(the_largest_values_fit_a_value_of_the_state)
{
	static char filler[SCHEMA_SIZE_MAX];
	struct stream_info stream = {
		.name = bytes_view(filler, NAME_SIZE_MAX),
		.description = bytes_view(filler, DESCRIPTION_SIZE_MAX),
		.schema = bytes_view(filler, SCHEMA_SIZE_MAX),
	};

	ck_assert_uint_le(stream_info_size(&stream), STATE_VALUE_SIZE_MAX);
	ck_assert_uint_le(2 + VALIDATORS_MAX * 96, STATE_VALUE_SIZE_MAX);
	ck_assert_uint_le(2 + GROUP_MEMBERS_MAX * 32 + 2, STATE_VALUE_SIZE_MAX);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("state");
	TCase *tests = tcase_create("state");

	tcase_add_test(tests, every_raw_key_begins_with_its_kind_and_has_its_parts_behind);
	tcase_add_test(tests, the_longest_record_key_fits);
	tcase_add_test(tests, every_value_reads_back_and_is_refused_when_cut_or_longer);
	tcase_add_test(tests, the_largest_leaf_of_a_stream_is_as_large_as_it_says);
	tcase_add_test(tests, the_largest_values_fit_a_value_of_the_state);
	suite_add_tcase(suite, tests);
	return suite;
}
