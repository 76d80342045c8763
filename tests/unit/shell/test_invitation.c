/* Invitations: what went in comes out, and nothing else passes for one. */
#include "chain/base/text.h"
#include "node/shell/invitation.h"
#include "node/shell/text_line.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct ledger_fixture fixture;
static struct invitation made;
static struct buffer genesis, line;

static void add_peer(unsigned number, const char *address)
{
	struct net_target *peer = &made.peers[made.peer_count++];

	peer->id = make_node_id(&fixture, number);
	ck_assert_ptr_null(endpoint_parse(&peer->endpoint, text_view(address)));
}

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	buffer_init(&genesis, GENESIS_SIZE_MAX);
	buffer_init(&line, INVITATION_TEXT_MAX);
	genesis_encode(&genesis, fixture.genesis);
	made = (struct invitation){.genesis = buffer_view(&genesis)};
	add_peer(1, "node.example.org:17470");
	add_peer(2, "[2001:db8::1]:17470");
	invitation_encode(&line, &made);
	ck_assert_int_eq(line.status, STATUS_OK);
}

static void stop(void)
{
	buffer_close(&genesis);
	buffer_close(&line);
	ledger_fixture_close(&fixture);
}

static enum status decode(struct bytes_view text, struct why *why)
{
	struct invitation back;
	struct buffer payload;
	enum status status = invitation_decode(&back, &payload, text, why);

	buffer_close(&payload);
	return status;
}

static void check_back(struct bytes_view text)
{
	struct invitation back;
	struct buffer payload;
	struct why why = {{0}};

	ck_assert_msg(invitation_decode(&back, &payload, text, &why) == STATUS_OK, "%s",
	              why.text);
	ck_assert_uint_eq(back.peer_count, made.peer_count);
	for (size_t i = 0; i < made.peer_count; i++) {
		ck_assert_mem_eq(&back.peers[i].id, &made.peers[i].id, sizeof made.peers[i].id);
		ck_assert_str_eq(back.peers[i].endpoint.host, made.peers[i].endpoint.host);
		ck_assert_uint_eq(back.peers[i].endpoint.port, made.peers[i].endpoint.port);
	}
	ck_assert(bytes_equal(back.genesis, made.genesis));
	buffer_close(&payload);
}

START_TEST(what_went_in_comes_out)
{
	check_back(buffer_view(&line));
	ck_assert_mem_eq(line.at, INVITATION_WORD, strlen(INVITATION_WORD));
	/* One line. */
	ck_assert_ptr_null(memchr(line.at, '\n', line.size));
	buffer_clear(&line);
	made.peer_count = 0;
	invitation_encode(&line, &made);
	check_back(buffer_view(&line));
	buffer_clear(&line);
	for (unsigned i = 0; i < INVITATION_PEERS_MAX; i++)
		add_peer(i, "10.0.0.1:1");
	invitation_encode(&line, &made);
	check_back(buffer_view(&line));
}
END_TEST

/* As it comes out of a mail, a terminal, a clipboard. */
START_TEST(white_space_is_passed_over)
{
	struct buffer wrapped;

	buffer_init(&wrapped, INVITATION_TEXT_MAX);
	buffer_append_text(&wrapped, "  \r\n");
	for (size_t i = 0; i < line.size; i++) {
		buffer_append(&wrapped, line.at + i, 1);
		if (i % 72 == 71)
			buffer_append_text(&wrapped, "\r\n\t");
	}
	buffer_append_text(&wrapped, "\n");
	check_back(buffer_view(&wrapped));
	buffer_close(&wrapped);
}
END_TEST

START_TEST(every_flipped_bit_is_noticed)
{
	size_t taken = 0;

	for (size_t bit = 0; bit < 8 * line.size; bit++) {
		line.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		taken += decode(buffer_view(&line), NULL) == STATUS_OK;
		line.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_uint_eq(taken, 0);
	check_back(buffer_view(&line));
}
END_TEST

START_TEST(what_is_cut_or_longer_is_noticed)
{
	size_t taken = 0;

	for (size_t size = 0; size < line.size; size++)
		taken += decode(bytes_view(line.at, size), NULL) == STATUS_OK;
	for (size_t from = 1; from < line.size; from++)
		taken += decode(bytes_view(line.at + from, line.size - from), NULL) == STATUS_OK;
	ck_assert_uint_eq(taken, 0);
	buffer_append_text(&line, "AAAA");
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
}
END_TEST

/* A person can do something about it. */
START_TEST(what_is_wrong_is_said)
{
	struct why why = {{0}};

	ck_assert_int_eq(decode(text_view("cairn1qy0t"), &why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "cairnd network invite"));
	ck_assert_int_eq(decode(text_view("cairn-invitation-2:AAAA"), &why), STATUS_FOREIGN);
	ck_assert_int_eq(decode(text_view(INVITATION_WORD), &why), STATUS_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "is damaged"));
	line.at[line.size / 2] ^= 1;
	ck_assert_int_eq(decode(buffer_view(&line), &why), STATUS_CORRUPT);
}
END_TEST

/* The line of a payload with its right check. */
static void wrap(struct bytes_view payload)
{
	struct hash hash = hash_tagged("cairn/invitation/v1", payload);
	struct buffer bytes;

	buffer_init(&bytes, INVITATION_SIZE_MAX);
	buffer_append_view(&bytes, payload);
	buffer_append(&bytes, hash.bytes, TEXT_LINE_CHECK_SIZE);
	buffer_clear(&line);
	buffer_append_text(&line, INVITATION_WORD);
	buffer_append_base64(&line, buffer_view(&bytes));
	buffer_close(&bytes);
}

/* The check keeps accidents out, and nobody who means it. */
START_TEST(a_payload_with_a_right_check_is_read_strictly)
{
	uint8_t bytes[1 + COMPRESSED_KEY_SIZE + 2 + 11 + 4 + 3] = {1};
	struct node_id id = make_node_id(&fixture, 1);
	struct bytes_view payload = bytes_view(bytes, sizeof bytes);

	memcpy(bytes + 1, &id, sizeof id);
	bytes[34] = 11;
	memcpy(bytes + 36, "127.0.0.1:1", 11);
	bytes[47] = 3;
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_OK);
	/* A byte left over, one missing, no point, no address, too many peers. */
	bytes[47] = 2;
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	bytes[47] = 4;
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	bytes[47] = 3;
	bytes[1] = 4;
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	bytes[1] = 2;
	bytes[45] = '.';
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	bytes[45] = ':';
	bytes[0] = INVITATION_PEERS_MAX + 1;
	wrap(payload);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	wrap((struct bytes_view){0});
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
}
END_TEST

START_TEST(the_largest_genesis_fits)
{
	uint8_t *large = calloc(1, GENESIS_SIZE_MAX);

	ck_assert_ptr_nonnull(large);
	made.genesis = bytes_view(large, GENESIS_SIZE_MAX);
	buffer_clear(&line);
	invitation_encode(&line, &made);
	ck_assert_int_eq(line.status, STATUS_OK);
	check_back(buffer_view(&line));
	free(large);
}
END_TEST

/* Either it is read, or memory was out: nothing is lost, nothing is made up. */
START_TEST(without_memory_it_fails)
{
	for (unsigned long n = 1;; n++) {
		enum status status;

		memory_fail_at(n, 0);
		status = decode(buffer_view(&line), NULL);
		memory_fail_at(0, 0);
		if (status == STATUS_OK)
			break;
		ck_assert_int_eq(status, STATUS_MEMORY);
		ck_assert_uint_lt(n, 100);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("invitation");
	TCase *tests = tcase_create("invitation");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, what_went_in_comes_out);
	tcase_add_test(tests, white_space_is_passed_over);
	tcase_add_test(tests, every_flipped_bit_is_noticed);
	tcase_add_test(tests, what_is_cut_or_longer_is_noticed);
	tcase_add_test(tests, what_is_wrong_is_said);
	tcase_add_test(tests, a_payload_with_a_right_check_is_read_strictly);
	tcase_add_test(tests, the_largest_genesis_fits);
	tcase_add_test(tests, without_memory_it_fails);
	suite_add_tcase(suite, tests);
	return suite;
}
