#include "chain/ledger/header.h"
#include "tests/support/support.h"

static struct header sample(void)
{
	struct random random = random_from(7);
	struct header header = {
		.version = HEADER_VERSION,
		.flags = HEADER_FLAG_SEAL,
		.height = random_u64(&random),
		.epoch = random_u64(&random),
		.view = random_u64(&random),
		.time_ms = random_u64(&random),
		.proposer = (uint16_t)random_u32(&random),
		.tx_count = random_u32(&random),
		.body_size = random_u32(&random),
		.log_size = random_u64(&random),
		.parent = random_hash(&random),
		.tx_root = random_hash(&random),
		.log_root = random_hash(&random),
		.state_root = random_hash(&random),
		.validators_hash = random_hash(&random),
		.next_validators_hash = random_hash(&random),
	};

	return header;
}

START_TEST(a_header_has_244_bytes_and_reads_back)
{
	struct header header = sample();
	uint8_t bytes[HEADER_SIZE], again[HEADER_SIZE];
	struct header back;

	ck_assert_uint_eq(HEADER_SIZE, 244);
	ck_assert_uint_eq(header_size(&header), HEADER_SIZE);
	header_encode(bytes, &header);
	ck_assert_int_eq(header_decode(&back, bytes_view(bytes, HEADER_SIZE)), STATUS_OK);
	header_encode(again, &back);
	ck_assert_mem_eq(again, bytes, HEADER_SIZE);
}
END_TEST

START_TEST(every_field_stands_where_the_protocol_says)
{
	struct header header = sample();
	uint8_t bytes[HEADER_SIZE];

	header_encode(bytes, &header);
	ck_assert_uint_eq(bytes[0], 1);
	ck_assert_uint_eq(bytes[1], header.flags);
	ck_assert_uint_eq(get_le64(bytes + 2), header.height);
	ck_assert_uint_eq(get_le64(bytes + 10), header.epoch);
	ck_assert_uint_eq(get_le64(bytes + 18), header.view);
	ck_assert_uint_eq(get_le64(bytes + 26), header.time_ms);
	ck_assert_uint_eq(get_le16(bytes + 34), header.proposer);
	ck_assert_uint_eq(get_le32(bytes + 36), header.tx_count);
	ck_assert_uint_eq(get_le32(bytes + 40), header.body_size);
	ck_assert_uint_eq(get_le64(bytes + 44), header.log_size);
	ck_assert_mem_eq(bytes + 52, header.parent.bytes, 32);
	ck_assert_mem_eq(bytes + 84, header.tx_root.bytes, 32);
	ck_assert_mem_eq(bytes + 116, header.log_root.bytes, 32);
	ck_assert_mem_eq(bytes + 148, header.state_root.bytes, 32);
	ck_assert_mem_eq(bytes + 180, header.validators_hash.bytes, 32);
	ck_assert_mem_eq(bytes + 212, header.next_validators_hash.bytes, 32);
}
END_TEST

START_TEST(a_header_of_another_size_is_refused)
{
	struct header header = sample();
	uint8_t bytes[HEADER_SIZE + 1] = {0};
	struct header back;

	header_encode(bytes, &header);
	for (size_t size = 0; size < HEADER_SIZE; size++)
		ck_assert_int_eq(header_decode(&back, bytes_view(bytes, size)), STATUS_SHORT);
	ck_assert_int_eq(header_decode(&back, bytes_view(bytes, HEADER_SIZE + 1)),
	                 STATUS_TRAILING);
}
END_TEST

START_TEST(every_bit_of_a_header_and_the_network_change_its_hashes)
{
	struct header header = sample();
	struct hash genesis = {{1}}, other_genesis = {{2}};
	struct network network, other_network;
	uint8_t bytes[HEADER_SIZE];
	struct hash block, leaf, other;

	network_init(&network, &genesis);
	network_init(&other_network, &other_genesis);
	block = header_hash(&header, &network);
	leaf = header_leaf_hash(&header);
	ck_assert(!hash_equal(&block, &leaf));
	other = header_hash(&header, &other_network);
	ck_assert(!hash_equal(&block, &other));
	header_encode(bytes, &header);
	for (size_t bit = 0; bit < 8 * HEADER_SIZE; bit++) {
		struct header changed;

		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
		ck_assert_int_eq(header_decode(&changed, bytes_view(bytes, HEADER_SIZE)),
		                 STATUS_OK);
		other = header_hash(&changed, &network);
		ck_assert(!hash_equal(&block, &other));
		other = header_leaf_hash(&changed);
		ck_assert(!hash_equal(&leaf, &other));
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
	}
}
END_TEST

START_TEST(the_leaf_of_a_header_begins_with_two_zero_bytes)
{
	struct header header = sample();
	uint8_t bytes[2 + HEADER_SIZE] = {0}; /* RFC 6962's leaf tag, our type byte */
	struct hash wanted, got = header_leaf_hash(&header);

	header_encode(bytes + 2, &header);
	wanted = hash_of(bytes_view(bytes, sizeof bytes));
	ck_assert(hash_equal(&got, &wanted));
}
END_TEST

START_TEST(a_body_is_read_entry_by_entry)
{
	struct bytes_view bytes = from_hex("0100aa"
	                                   "0000"
	                                   "0300bbccdd");
	struct cursor body = cursor_on(bytes);
	struct bytes_view entry = body_next(&body);

	ck_assert_uint_eq(entry.size, 1);
	ck_assert_uint_eq(entry.at[0], 0xaa);
	ck_assert_uint_eq(body_next(&body).size, 0);
	ck_assert_int_eq(body.status, STATUS_OK);
	ck_assert_uint_eq(body_next(&body).size, 3);
	ck_assert_int_eq(cursor_finish(&body), STATUS_OK);
	body = cursor_on(from_hex("0200aa"));
	ck_assert_uint_eq(body_next(&body).size, 0);
	ck_assert_int_eq(body.status, STATUS_SHORT);
	ck_assert_uint_eq(body_entry_size(5), 7);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("header");
	TCase *tests = tcase_create("header");

	tcase_add_test(tests, a_header_has_244_bytes_and_reads_back);
	tcase_add_test(tests, every_field_stands_where_the_protocol_says);
	tcase_add_test(tests, a_header_of_another_size_is_refused);
	tcase_add_test(tests, every_bit_of_a_header_and_the_network_change_its_hashes);
	tcase_add_test(tests, the_leaf_of_a_header_begins_with_two_zero_bytes);
	tcase_add_test(tests, a_body_is_read_entry_by_entry);
	suite_add_tcase(suite, tests);
	return suite;
}
