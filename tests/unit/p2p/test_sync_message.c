#include "node/p2p/sync_message.h"
#include "tests/support/support.h"

static const struct hash GENESIS = {{3}};

static struct network network;
static struct buffer bytes, message;
static struct header chain[5];
static struct hash hashes[5];
static const struct hash parent = {{9, 9}};

/* Five headers above height 6, one on the other. */
static void make_chain(void)
{
	struct hash below = parent;

	buffer_clear(&bytes);
	for (size_t i = 0; i < 5; i++) {
		uint8_t *at = buffer_extend(&bytes, HEADER_SIZE);

		ck_assert_ptr_nonnull(at);
		chain[i].version = HEADER_VERSION;
		chain[i].height = 7 + i;
		chain[i].epoch = 4;
		if (chain[i].body_size == 0)
			chain[i].body_size = (uint32_t)(100 + i);
		chain[i].parent = below;
		header_encode(at, &chain[i]);
		below = hashes[i] = header_hash(&chain[i], &network);
	}
}

static void setup(void)
{
	network_init(&network, &GENESIS);
	buffer_init(&bytes, 1 << 20);
	buffer_init(&message, HEADERS_SIZE_MAX);
	memset(chain, 0, sizeof chain);
	make_chain();
}

static void teardown(void)
{
	buffer_close(&bytes);
	buffer_close(&message);
}

static struct headers five(void)
{
	return (struct headers){7, 5, buffer_view(&bytes), bytes_view("final", 5)};
}

START_TEST(headers_read_back_and_no_part_of_them_does)
{
	struct headers in = five(), back;

	headers_put(&message, &in);
	for (size_t cut = 0; cut < message.size; cut++)
		ck_assert_int_ne(headers_decode(&back, bytes_view(message.at, cut)), STATUS_OK);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_OK);
	ck_assert_uint_eq(back.from, 7);
	ck_assert_uint_eq(back.count, 5);
	ck_assert(bytes_equal(back.bytes, in.bytes));
	ck_assert(bytes_equal(back.certificate, in.certificate));
	buffer_append(&message, "", 1);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_TRAILING);
	put_le16(message.at + 8, SYNC_HEADERS_MAX + 1);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(there_is_a_certificate_exactly_if_there_are_headers)
{
	struct headers in = {7, 0, {NULL, 0}, {NULL, 0}}, back;

	headers_put(&message, &in);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_OK);
	in.certificate = bytes_view("x", 1);
	buffer_clear(&message);
	headers_put(&message, &in);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_MALFORMED);
	in = five();
	in.certificate.size = 0;
	buffer_clear(&message);
	headers_put(&message, &in);
	ck_assert_int_eq(headers_decode(&back, buffer_view(&message)), STATUS_MALFORMED);
}
END_TEST

START_TEST(headers_that_stand_on_each_other_link)
{
	struct sync_header found[SYNC_HEADERS_MAX];
	struct headers in = five();

	ck_assert(headers_link(&in, &network, &parent, found));
	for (size_t i = 0; i < 5; i++) {
		ck_assert(hash_equal(&found[i].hash, &hashes[i]));
		ck_assert_uint_eq(found[i].body_size, 100 + i);
	}
}
END_TEST

START_TEST(headers_that_do_not_are_refused)
{
	static const struct hash other = {{9, 8}};
	struct sync_header found[SYNC_HEADERS_MAX];
	struct headers in = five();

	ck_assert(!headers_link(&in, &network, &other, found));
	in.from = 8;
	ck_assert(!headers_link(&in, &network, &parent, found));
	in = five();
	bytes.at[2 * HEADER_SIZE + 40] ^=
		1; /* in the middle: the next does not stand on it */
	ck_assert(!headers_link(&in, &network, &parent, found));
	bytes.at[2 * HEADER_SIZE + 40] ^= 1;
	chain[3].body_size = BLOCK_BODY_MAX + 1;
	make_chain();
	in = five();
	ck_assert(!headers_link(&in, &network, &parent, found));
	chain[3].body_size = 5;
	chain[3].tx_count = BLOCK_TXS_MAX + 1;
	make_chain();
	ck_assert(!headers_link(&in, &network, &parent, found));
	chain[3].tx_count = BLOCK_TXS_MAX;
	make_chain();
	ck_assert(headers_link(&in, &network, &parent, found));
	bytes.at[4 * HEADER_SIZE] = 2; /* the last one's version */
	ck_assert(!headers_link(&in, &network, &parent, found));
	make_chain();
	put_le64(bytes.at + 4 * HEADER_SIZE + 10, 5); /* and its epoch */
	ck_assert(!headers_link(&in, &network, &parent, found));
}
END_TEST

START_TEST(questions_have_bounds)
{
	struct get_headers question = {.from = 1, .count = SYNC_HEADERS_MAX};
	struct not_held denial = {.what = NOT_HELD_BODY, .block = {{1}}};

	ck_assert(get_headers_is_valid(&question));
	question.count++;
	ck_assert(!get_headers_is_valid(&question));
	question = (struct get_headers){.from = 1};
	ck_assert(!get_headers_is_valid(&question));
	question = (struct get_headers){.count = 1};
	ck_assert(!get_headers_is_valid(&question));
	ck_assert(not_held_is_valid(&denial));
	denial.what = NOT_HELD_HEADERS;
	ck_assert(!not_held_is_valid(&denial));
	denial.block = (struct hash){{0}};
	ck_assert(not_held_is_valid(&denial));
	denial.what = 0;
	ck_assert(!not_held_is_valid(&denial));
}
END_TEST

START_TEST(a_body_travels_behind_its_block)
{
	struct syncbody in = {{{5}}, bytes_view("body", 4)}, back;

	syncbody_put(&message, &in);
	ck_assert_int_eq(syncbody_decode(&back, buffer_view(&message)), STATUS_OK);
	ck_assert(hash_equal(&back.block, &in.block));
	ck_assert(bytes_equal(back.body, in.body));
	ck_assert_int_eq(syncbody_decode(&back, bytes_view(message.at, 31)), STATUS_SHORT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sync_message");
	TCase *tests = tcase_create("sync_message");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, headers_read_back_and_no_part_of_them_does);
	tcase_add_test(tests, there_is_a_certificate_exactly_if_there_are_headers);
	tcase_add_test(tests, headers_that_stand_on_each_other_link);
	tcase_add_test(tests, headers_that_do_not_are_refused);
	tcase_add_test(tests, questions_have_bounds);
	tcase_add_test(tests, a_body_travels_behind_its_block);
	suite_add_tcase(suite, tests);
	return suite;
}
