#include "node/p2p/node_record.h"
#include "tests/support/support.h"

static const struct hash GENESIS = {{1, 2, 3}};

static struct node_record record;
static uint8_t bytes[NODE_RECORD_SIZE_MAX];
static size_t size;

static void write_record(void)
{
	struct writer out = writer_on(bytes, sizeof bytes);

	node_record_put(&out, &record);
	size = sizeof bytes - out.left;
}

/* A signed record with one address of each kind. */
static void setup(void)
{
	static const struct hash seed = {{9}}, auxiliary = {{8}};
	static const struct secret_key secret = {{[31] = 5}};
	struct signer *signer = signer_new(&seed);
	struct key_pair pair;
	struct hash digest;

	ck_assert_ptr_nonnull(signer);
	record = (struct node_record){
		.seq = 7,
		.roles = NODE_ROLE_FULL | NODE_ROLE_SEED,
		.expiry_s = 1800000000,
		.address_count = 3,
		.addresses = {{.kind = NET_IPV4, .bytes = {1, 2, 3, 4}, .port = 17470},
	                  {.kind = NET_IPV6, .bytes = {0x26, 1}, .port = 17471},
	                  {.kind = NET_ONION, .bytes = {5, 6}, .port = 1}},
	};
	ck_assert_int_eq(secret_key_point(record.node_id.bytes, signer, &secret), STATUS_OK);
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	digest = node_record_digest(&record, &GENESIS);
	ck_assert_int_eq(key_pair_sign(&record.signature, signer, &pair, &digest, &auxiliary),
	                 STATUS_OK);
	key_pair_wipe(&pair);
	signer_free(signer);
	write_record();
}

START_TEST(what_is_written_reads_back_and_is_valid)
{
	struct node_record back;

	ck_assert_uint_eq(size, node_record_size(&record));
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	ck_assert_mem_eq(&back.node_id, &record.node_id, sizeof back.node_id);
	ck_assert_uint_eq(back.seq, 7);
	ck_assert_uint_eq(back.roles, record.roles);
	ck_assert_uint_eq(back.expiry_s, record.expiry_s);
	ck_assert_uint_eq(back.address_count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert(net_address_equal(&back.addresses[i], &record.addresses[i]));
	ck_assert(node_record_is_valid(&back, &GENESIS));
}
END_TEST

START_TEST(cut_anywhere_it_is_refused)
{
	struct node_record back;

	for (size_t cut = 0; cut < size; cut++)
		ck_assert_int_ne(node_record_decode(&back, bytes_view(bytes, cut)), STATUS_OK);
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size - 1)),
	                 STATUS_SHORT);
}
END_TEST

START_TEST(with_any_bit_changed_it_is_not_valid)
{
	struct node_record back;

	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= 1;
		ck_assert(node_record_decode(&back, bytes_view(bytes, size)) != STATUS_OK ||
		          !node_record_is_valid(&back, &GENESIS));
		bytes[i] ^= 1;
	}
}
END_TEST

START_TEST(in_another_network_it_is_not_valid)
{
	static const struct hash other = {{1, 2, 4}};

	ck_assert(node_record_is_valid(&record, &GENESIS));
	ck_assert(!node_record_is_valid(&record, &other));
}
END_TEST

START_TEST(five_addresses_or_one_twice_are_refused)
{
	struct node_record back;

	record.addresses[2] = record.addresses[0];
	write_record();
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size)),
	                 STATUS_MALFORMED);
	bytes[NODE_RECORD_HEAD_SIZE - 1] = 5;
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size)),
	                 STATUS_TOO_LARGE);
}
END_TEST

START_TEST(another_version_or_a_key_of_another_form_is_refused)
{
	struct node_record back;

	bytes[0] = 2;
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size)),
	                 STATUS_MALFORMED);
	bytes[0] = 1;
	bytes[1] = 4;
	ck_assert_int_eq(node_record_decode(&back, bytes_view(bytes, size)),
	                 STATUS_MALFORMED);
}
END_TEST

START_TEST(it_is_fresh_for_a_week_at_most)
{
	uint64_t expiry_s = record.expiry_s;

	ck_assert(node_record_is_fresh(&record, expiry_s - 1));
	ck_assert(!node_record_is_fresh(&record, expiry_s));
	ck_assert(node_record_is_fresh(&record, expiry_s - NODE_RECORD_EXPIRY_S_MAX -
	                                            NODE_RECORD_SKEW_S));
	ck_assert(!node_record_is_fresh(&record, expiry_s - NODE_RECORD_EXPIRY_S_MAX -
	                                             NODE_RECORD_SKEW_S - 1));
	record.expiry_s = UINT64_MAX;
	ck_assert(!node_record_is_fresh(&record, 0));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("node_record");
	TCase *tests = tcase_create("node_record");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, what_is_written_reads_back_and_is_valid);
	tcase_add_test(tests, cut_anywhere_it_is_refused);
	tcase_add_test(tests, with_any_bit_changed_it_is_not_valid);
	tcase_add_test(tests, in_another_network_it_is_not_valid);
	tcase_add_test(tests, five_addresses_or_one_twice_are_refused);
	tcase_add_test(tests, another_version_or_a_key_of_another_form_is_refused);
	tcase_add_test(tests, it_is_fresh_for_a_week_at_most);
	suite_add_tcase(suite, tests);
	return suite;
}
