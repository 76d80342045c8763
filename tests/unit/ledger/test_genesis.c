#include "chain/base/buffer.h"
#include "chain/ledger/genesis.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct ledger_fixture fixture;
static struct genesis *genesis; /* with a few of everything */

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, PUBLIC_KEY_SIZE);
}

static void start(void)
{
	struct public_key keys[4];

	ledger_fixture_init(&fixture, NULL);
	genesis = fixture.genesis;
	strcpy(genesis->name, "bakers-of-1900");
	genesis->peers = PEERS_PERMISSIONED;
	genesis->admission = ADMISSION_MEMBERS;
	genesis->root_member_count = 3;
	genesis->root_threshold = 2;
	genesis->recovery_key_count = 3;
	genesis->recovery_threshold = 3;
	genesis->node_id_count = 3;
	for (uint8_t i = 0; i < 3; i++) {
		genesis->root_members[i] = (struct hash){{i, 1}};
		genesis->recovery_keys[i] = (struct public_key){{i, 2}};
		genesis->node_ids[i] = (struct node_id){{i, 3}};
	}
	genesis->validators.count = 4;
	for (unsigned i = 0; i < 4; i++)
		keys[i] = fixture.accounts[i].keys.public_key;
	qsort(keys, 4, sizeof keys[0], by_key);
	for (uint8_t i = 0; i < 4; i++) {
		genesis->validators.items[i] = (struct validator){{{i, 4}}, keys[i], {{i, 5}}};
		genesis->validator_node_ids[i] = (struct node_id){{i, 6}};
		strcpy(genesis->validator_addresses[i], i % 2 ? "node.example:7400" : "");
	}
}

static void stop(void)
{
	ledger_fixture_close(&fixture);
}

static void encode(struct buffer *buffer)
{
	buffer_init(buffer, 2 * GENESIS_SIZE_MAX);
	genesis_encode(buffer, genesis);
	ck_assert_int_eq(buffer->status, STATUS_OK);
}

static enum status decode(struct bytes_view bytes, struct genesis *back, struct why *why)
{
	/* Exactly as large as the input, so that a sanitizer sees one byte too many. */
	uint8_t *copy = malloc(bytes.size > 0 ? bytes.size : 1);
	enum status status;

	if (bytes.size > 0)
		memcpy(copy, bytes.at, bytes.size);
	status = genesis_decode(back, bytes_view(copy, bytes.size), why);
	free(copy);
	return status;
}

/* The genesis as it is now is refused, as a struct and as bytes, and the sentence says
 * what. */
static void expect_refused(const char *text)
{
	struct genesis *back = malloc(sizeof *back);
	struct why why = {{0}};
	struct buffer bytes;

	ck_assert_int_eq(genesis_check(genesis, &why), STATUS_MALFORMED);
	ck_assert_msg(strstr(why.text, text) != NULL, "'%s' is not in '%s'", text, why.text);
	encode(&bytes);
	ck_assert_int_ne(decode(buffer_view(&bytes), back, &why), STATUS_OK);
	buffer_close(&bytes);
	free(back);
}

START_TEST(a_genesis_reads_back_as_it_was_written)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes, again;
	struct why why;

	ck_assert_int_eq(genesis_check(genesis, &why), STATUS_OK);
	encode(&bytes);
	ck_assert_msg(decode(buffer_view(&bytes), back, &why) == STATUS_OK, "%s", why.text);
	ck_assert_str_eq(back->name, "bakers-of-1900");
	ck_assert_int_eq(back->peers, PEERS_PERMISSIONED);
	ck_assert_int_eq(back->admission, ADMISSION_MEMBERS);
	ck_assert_uint_eq(back->root_threshold, 2);
	ck_assert_str_eq(back->validator_addresses[3], "node.example:7400");
	ck_assert_mem_eq(&back->parameters, &genesis->parameters, sizeof back->parameters);
	genesis = back;
	encode(&again);
	ck_assert(bytes_equal(buffer_view(&bytes), buffer_view(&again)));
	buffer_close(&bytes);
	buffer_close(&again);
	free(back);
}
END_TEST

START_TEST(the_hash_is_tagged_and_changes_with_the_bytes)
{
	struct buffer bytes;
	struct hash hash, other;

	encode(&bytes);
	hash = genesis_hash(buffer_view(&bytes));
	other = hash_tagged("cairn/genesis/v1", buffer_view(&bytes));
	ck_assert(hash_equal(&hash, &other));
	bytes.at[bytes.size - 1] ^= 1;
	other = genesis_hash(buffer_view(&bytes));
	ck_assert(!hash_equal(&hash, &other));
	buffer_close(&bytes);
}
END_TEST

START_TEST(a_genesis_cut_anywhere_is_refused)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes;

	encode(&bytes);
	for (size_t cut = 0; cut < bytes.size; cut++)
		ck_assert_int_ne(decode(bytes_view(bytes.at, cut), back, NULL), STATUS_OK);
	buffer_append(&bytes, "", 1);
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_TRAILING);
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(a_flipped_bit_of_a_genesis_is_refused_or_another_canonical_genesis)
{
	struct genesis *back = malloc(sizeof *back);
	struct genesis *original = genesis;
	struct buffer bytes;

	encode(&bytes);
	for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
		bytes.at[bit / 8] = (uint8_t)(bytes.at[bit / 8] ^ 1u << bit % 8);
		if (decode(buffer_view(&bytes), back, NULL) == STATUS_OK) {
			struct buffer again;

			genesis = back;
			encode(&again);
			ck_assert(bytes_equal(buffer_view(&bytes), buffer_view(&again)));
			buffer_close(&again);
			genesis = original;
		}
		bytes.at[bit / 8] = (uint8_t)(bytes.at[bit / 8] ^ 1u << bit % 8);
	}
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(a_genesis_of_another_version_is_foreign)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes;
	struct why why;

	encode(&bytes);
	for (unsigned version = 0; version < 256; version++) {
		bytes.at[0] = (uint8_t)version;
		if (version != 1)
			ck_assert_int_eq(decode(buffer_view(&bytes), back, &why), STATUS_FOREIGN);
	}
	ck_assert_ptr_nonnull(strstr(why.text, "version of the genesis"));
	ck_assert_int_eq(decode((struct bytes_view){0}, back, &why), STATUS_FOREIGN);
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(a_genesis_has_a_largest_size)
{
	struct genesis *back = malloc(sizeof *back);
	uint8_t *bytes = calloc(1, GENESIS_SIZE_MAX + 1);
	struct why why;

	ck_assert_int_eq(genesis_decode(back, bytes_view(bytes, GENESIS_SIZE_MAX + 1), &why),
	                 STATUS_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(why.text, "1048577 bytes"));
	free(bytes);
	free(back);
}
END_TEST

START_TEST(the_largest_genesis_of_all_fits)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes;
	struct why why;

	strcpy(genesis->name, "abcdefghijklmnopqrstuvwxyz-01234");
	genesis->root_member_count = GROUP_MEMBERS_MAX;
	genesis->recovery_key_count = RECOVERY_KEYS_MAX;
	genesis->node_id_count = GENESIS_NODE_IDS_MAX;
	for (unsigned i = 0; i < GROUP_MEMBERS_MAX; i++)
		put_be16(genesis->root_members[i].bytes, (uint16_t)i);
	for (unsigned i = 0; i < RECOVERY_KEYS_MAX; i++)
		put_be16(genesis->recovery_keys[i].bytes, (uint16_t)i);
	for (unsigned i = 0; i < GENESIS_NODE_IDS_MAX; i++)
		put_be16(genesis->node_ids[i].bytes, (uint16_t)i);
	for (unsigned i = 0; i < VALIDATORS_MAX; i++) {
		struct key_pair pair = ledger_fixture_keys(&fixture, i);

		genesis->validators.items[i].vote_key = pair.public_key;
		put_be16(genesis->validators.items[i].cosign_key.bytes, (uint16_t)i);
		put_be16(genesis->validators.items[i].account.bytes, (uint16_t)i);
		memset(genesis->validator_addresses[i], 'a', ADDRESS_SIZE_MAX);
	}
	genesis->validators.count = VALIDATORS_MAX;
	/* By vote key, which is not what a validator begins with. */
	for (size_t i = 1; i < VALIDATORS_MAX; i++)
		for (size_t j = i; j > 0; j--) {
			struct validator *at = &genesis->validators.items[j];
			struct validator swap = at[-1];

			if (memcmp(&at[-1].vote_key, &at->vote_key, sizeof at->vote_key) < 0)
				break;
			at[-1] = *at;
			*at = swap;
		}
	encode(&bytes);
	ck_assert_msg(decode(buffer_view(&bytes), back, &why) == STATUS_OK, "%s", why.text);
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(a_network_has_a_name_of_its_alphabet)
{
	char text[NETWORK_NAME_SIZE_MAX + 1];

	for (unsigned c = 0; c < 256; c++) {
		bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
		uint8_t byte = (uint8_t)c;

		ck_assert_int_eq(network_name_is_valid(bytes_view(&byte, 1)), allowed);
	}
	memset(text, 'a', sizeof text);
	ck_assert(network_name_is_valid(bytes_view(text, 32)));
	ck_assert(!network_name_is_valid(bytes_view(text, 33)));
	ck_assert(!network_name_is_valid(bytes_view(text, 0)));
	strcpy(genesis->name, "Bakers");
	expect_refused("name: 1 to 32 of a-z 0-9 -");
	strcpy(genesis->name, "");
	expect_refused("name: 1 to 32");
}
END_TEST

START_TEST(peers_and_admission_are_one_of_two)
{
	genesis->peers = (enum genesis_peers)2;
	expect_refused("peers or admission");
	genesis->peers = PEERS_OPEN;
	genesis->admission = (enum genesis_admission)2;
	expect_refused("peers or admission");
}
END_TEST

START_TEST(a_parameter_outside_its_bounds_is_refused)
{
	genesis->parameters.values[PARAMETER_term_length] = 0;
	expect_refused("parameters: a value out of its bounds");
}
END_TEST

START_TEST(the_parameters_are_exactly_those_of_the_protocol_in_order)
{
	struct genesis *back = malloc(sizeof *back);
	size_t count_at = 1 + 2 + strlen(genesis->name) + 8 + 2;
	struct buffer bytes;

	encode(&bytes);
	ck_assert_uint_eq(get_le16(bytes.at + count_at), PARAMETER_COUNT);
	put_le16(bytes.at + count_at, PARAMETER_COUNT - 1);
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_MALFORMED);
	put_le16(bytes.at + count_at, PARAMETER_COUNT);
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_OK);
	/* "fault_model" becomes "fault_modem". */
	bytes.at[count_at + 4 + 10] = 'm';
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_MALFORMED);
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(the_root_group_is_sorted_and_its_threshold_possible)
{
	static const char TEXT[] = "root group: sorted members, threshold 1 to their number";

	genesis->root_threshold = 0;
	expect_refused(TEXT);
	genesis->root_threshold = 4;
	expect_refused(TEXT);
	genesis->root_threshold = 3;
	genesis->root_members[2] = genesis->root_members[1];
	expect_refused(TEXT);
	genesis->root_members[2] = (struct hash){{0}};
	expect_refused(TEXT);
	genesis->root_member_count = 0;
	genesis->root_threshold = 0;
	expect_refused(TEXT);
	genesis->root_member_count = GROUP_MEMBERS_MAX + 1;
	ck_assert_int_eq(genesis_check(genesis, NULL), STATUS_MALFORMED);
}
END_TEST

START_TEST(recovery_keys_are_sorted_and_their_threshold_possible)
{
	static const char TEXT[] = "recovery keys: sorted, threshold 1 to their number";

	genesis->recovery_threshold = 4;
	expect_refused(TEXT);
	genesis->recovery_threshold = 0;
	expect_refused(TEXT);
	genesis->recovery_threshold = 1;
	genesis->recovery_keys[1] = genesis->recovery_keys[0];
	expect_refused(TEXT);
	genesis->recovery_key_count = 0;
	expect_refused(TEXT);
	genesis->recovery_threshold = 0;
	ck_assert_int_eq(genesis_check(genesis, NULL), STATUS_OK);
	genesis->recovery_key_count = RECOVERY_KEYS_MAX + 1;
	ck_assert_int_eq(genesis_check(genesis, NULL), STATUS_MALFORMED);
}
END_TEST

START_TEST(validators_are_a_valid_set)
{
	static const char TEXT[] = "validators: 1 to 128, valid keys, sorted by vote key";

	genesis->validators.items[1].cosign_key = genesis->validators.items[0].cosign_key;
	expect_refused(TEXT);
	genesis->validators.count = 1;
	memset(genesis->validators.items[0].vote_key.bytes, 0xff, PUBLIC_KEY_SIZE);
	expect_refused(TEXT);
	genesis->validators.count = 0;
	expect_refused(TEXT);
}
END_TEST

START_TEST(node_ids_are_sorted)
{
	genesis->node_ids[2] = genesis->node_ids[0];
	expect_refused("node ids: sorted, none twice");
	genesis->node_id_count = 0;
	ck_assert_int_eq(genesis_check(genesis, NULL), STATUS_OK);
	genesis->node_id_count = GENESIS_NODE_IDS_MAX + 1;
	ck_assert_int_eq(genesis_check(genesis, NULL), STATUS_MALFORMED);
}
END_TEST

START_TEST(an_address_is_text_without_a_zero_byte)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes;
	size_t end;

	genesis->node_id_count = 0;
	encode(&bytes);
	/* Behind the last address comes the count of node ids alone. */
	end = bytes.size - 2;
	ck_assert_mem_eq(bytes.at + end - 4, "7400", 4);
	bytes.at[end - 1] = 0;
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_MALFORMED);
	bytes.at[end - 1] = 0xff;
	ck_assert_int_eq(decode(buffer_view(&bytes), back, NULL), STATUS_MALFORMED);
	buffer_close(&bytes);
	free(back);
}
END_TEST

START_TEST(the_header_of_block_0_says_nothing_but_its_time_and_sets)
{
	struct header header = genesis_header(genesis, &fixture.network);
	struct hash empty = hash_of((struct bytes_view){0});
	struct hash validators =
		validators_hash(&genesis->validators, &genesis->parameters, &fixture.network);
	struct header wanted = {
		.version = 1,
		.time_ms = FIXTURE_TIME_MS,
		.tx_root = empty,
		.log_root = empty,
		.validators_hash = validators,
		.next_validators_hash = validators,
	};
	uint8_t bytes[HEADER_SIZE], wanted_bytes[HEADER_SIZE];

	header_encode(bytes, &header);
	header_encode(wanted_bytes, &wanted);
	ck_assert_mem_eq(bytes, wanted_bytes, HEADER_SIZE);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("genesis");
	TCase *tests = tcase_create("genesis");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_genesis_reads_back_as_it_was_written);
	tcase_add_test(tests, the_hash_is_tagged_and_changes_with_the_bytes);
	tcase_add_test(tests, a_genesis_cut_anywhere_is_refused);
	tcase_add_test(tests,
	               a_flipped_bit_of_a_genesis_is_refused_or_another_canonical_genesis);
	tcase_add_test(tests, a_genesis_of_another_version_is_foreign);
	tcase_add_test(tests, a_genesis_has_a_largest_size);
	tcase_add_test(tests, the_largest_genesis_of_all_fits);
	tcase_add_test(tests, a_network_has_a_name_of_its_alphabet);
	tcase_add_test(tests, peers_and_admission_are_one_of_two);
	tcase_add_test(tests, a_parameter_outside_its_bounds_is_refused);
	tcase_add_test(tests, the_parameters_are_exactly_those_of_the_protocol_in_order);
	tcase_add_test(tests, the_root_group_is_sorted_and_its_threshold_possible);
	tcase_add_test(tests, recovery_keys_are_sorted_and_their_threshold_possible);
	tcase_add_test(tests, validators_are_a_valid_set);
	tcase_add_test(tests, node_ids_are_sorted);
	tcase_add_test(tests, an_address_is_text_without_a_zero_byte);
	tcase_add_test(tests, the_header_of_block_0_says_nothing_but_its_time_and_sets);
	suite_add_tcase(suite, tests);
	return suite;
}
